"""Runs of the studies of a small case, for the tests that look at what a study writes and says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.csv_files import write_table
from reeplan.present.report.study_parts import of_run
from reeplan.present.run import Run
from solved import NO_FIGURES, run_command
from support import write_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from reeplan.api import Extras
    from reeplan.studies.base import Found, StudyResult

RANGES = """
ranges
input  table      key          column           low  high  change
price  suppliers  trader / Nd  price_usd_per_t  0.8  1.5   times
need   demand     * / Nd       t_per_year       0.9  1.2   times
"""

STUDIES: dict[str, list[Any]] = {
    "cooperate": ["--points", 3, "--levers", "--regret"],
    "alternatives": ["--target", 0.6, "--plans", 2, "--slack", 0.02, "--slack", 0.1],
    "sensitivity": ["--target", 0.6, "--trajectories", 2, "--samples", 2, "--futures", 2, "--relaxed"],
    "futures": ["--points", 3, "--risk-points", 3],
}
"""Every study with options under which a small case takes seconds."""

PATIENT = """
settings
name           value
discount_rate  0.01
"""

TO_VERIFY: dict[str, list[Any]] = {
    "alternatives": STUDIES["alternatives"],
    "sensitivity": ["--target", 0.6, "--trajectories", 2, "--samples", 4, "--futures", 3, "--relaxed"],
    "futures": ["--points", 3, "--risk-points", 3],
    "insured": ["--target", 0.6, "--risk-points", 2],
}
"""Studies of which every number is checked, so that each kind of row is there; the last is of futures too."""


class StudyRun(NamedTuple):
    """A run folder, and the JSON object that the command printed."""

    run: Path
    said: dict[str, Any]


StudyRuns = dict[str, StudyRun]


def run_study(
    case: Path,
    command: str,
    place: Path,
    *more: Any,
    options: list[Any] | None = None,
    extras: Extras = NO_FIGURES,
) -> Result:
    """Run a study without its figures, with its options in ``STUDIES`` or others."""
    if command == "sensitivity":
        more = ("--with", write_overlay(place.parent / "uncertain", RANGES), *more)
    given = [*(options or STUDIES[command]), *more]
    return run_command(command, case, "--out", place, "--workers", 1, *given, extras=extras)


def all_said(result: StudyResult, folder: Path) -> str:
    """All that is said of what a study found, from its tables alone."""
    run = written_in(result, folder)
    return "\n".join([*(sentence for part in of_run(run) for sentence in part.says), *result.remarks])


def written_in(found: StudyResult | Found, folder: Path) -> Run:
    """A folder with the tables of a study alone."""
    for name, table in found.tables().items():
        write_table(table, folder / f"{name}.csv")
    return Run(folder)


def run_study_to_verify(case: Path, name: str, place: Path) -> Result:
    """Run a study of ``TO_VERIFY`` without its figures."""
    more = ("--future", write_overlay(place.parent / "patient", PATIENT)) if name == "futures" else ()
    return run_study(case, "futures" if name == "insured" else name, place, *more, options=TO_VERIFY[name])
