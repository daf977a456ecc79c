"""Comparing: two or more runs beside each other, in a folder of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.api.display import Display
from reeplan.api.reporting import what_is_missing
from reeplan.outputs.place_lock import PlaceTakenError
from reeplan.outputs.run_folder import dated_place, new_place, refuse_if_taken, written_whole
from reeplan.present.compare import folder as tables
from reeplan.present.compare.runs import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.present.compare.folder import Compared


class ComparisonError(Exception):
    """The runs cannot be compared; ``troubles`` says all that keeps them from it."""

    def __init__(self, troubles: Sequence[str]) -> None:
        super().__init__(" ".join(troubles))
        self.troubles = troubles


@dataclass(frozen=True)
class WrittenComparison:
    """What differs between the runs, and the folder that says so."""

    compared: Compared
    place: Path


def compare(runs: Sequence[Path], out: Path | None = None, display: Display | None = None) -> WrittenComparison:
    """Compare run folders and write the comparison. Raises ComparisonError where that cannot be done."""
    if troubles := refusals(runs, out):
        raise ComparisonError(troubles)
    try:
        compared = tables.compare(runs)
        wanted, warn = out or dated_place("compare"), (display or Display()).warn
        with new_place(wanted, numbered=out is None, warn=warn) as place, written_whole(place) as folder:
            tables.write(compared, folder)
    except PlaceTakenError as taken:
        raise ComparisonError([f"{taken.message}: {taken.hint}."]) from taken
    except (OSError, ValueError, KeyError) as failure:
        raise ComparisonError([f"the runs could not be compared: {_in_words(failure)}."]) from failure
    return WrittenComparison(compared, place)


def refusals(runs: Sequence[Path], place: Path | None) -> list[str]:
    """Everything that keeps these runs from being compared, or the comparison from being written there."""
    said = []
    if len(runs) < 2:
        said.append("name at least two runs to compare.")
    if len(runs) > len(LETTERS):
        said.append(f"{len(runs)} runs are too many to read beside each other: at most {len(LETTERS)}.")
    seen: dict[Path, Path] = {}
    for run in runs:
        real = run.resolve()
        if real in seen:
            said.append(f"{run} is named twice: compare two different runs.")
        else:
            said += filter(None, [what_is_missing(run)])
        seen[real] = run
    if place is not None:
        try:
            refuse_if_taken(place)
        except PlaceTakenError as taken:
            said.append(f"{taken.message}: {taken.hint}.")
    return said


def _in_words(failure: Exception) -> str:
    if isinstance(failure, OSError):
        return f"{failure.filename}: {failure.strerror}"
    return f"nothing named {failure} is there" if isinstance(failure, KeyError) else str(failure).splitlines()[0]
