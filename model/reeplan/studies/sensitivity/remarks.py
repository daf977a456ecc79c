"""What is to be known of a study of futures beside what it found: what was not solved, and what is not proven."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.endings import TOO_FAR_APART, Status
from reeplan.inputs.names import counted
from reeplan.words import significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.studies.sensitivity.result import Sensitivity

UNSOLVED = (Status.NOT_SOLVED, Status.INTERRUPTED)


def remarks(result: Sensitivity) -> list[str]:
    """What was not solved comes first."""
    return [*_stopped(result), *_without_plan(result), *_certainty(result)]


def _stopped(result: Sensitivity) -> Iterator[str]:
    missing = sum(1 for one in result.told if one.status in UNSOLVED)
    if missing:
        verb = "is" if missing == 1 else "are"
        yield f"The work was stopped: {missing} of {counted(len(result.told), 'future')} {verb} not solved."
    failed = sum(1 for one in result.told if one.status == Status.FAILED)
    if failed:
        yield f"In {failed} of {counted(len(result.told), 'future')} the solver failed: {TOO_FAR_APART}."


def _without_plan(result: Sensitivity) -> Iterator[str]:
    for status, number in result.without_plan.items():
        if status not in UNSOLVED:
            have = "has" if number == 1 else "have"
            yield (
                f"{number} of {counted(len(result.told), 'future')} {have} no plan that counts ({status}): screening "
                "leaves out the steps to and from such a future, indices the sample that it is part of."
            )


def _certainty(result: Sensitivity) -> Iterator[str]:
    correction = result.correction
    divisible = any(one.divisible and one.future.stage != "check" for one in result.told)
    if divisible and correction is None:
        yield "Modules were divisible here, and nothing was checked against whole ones."
    elif divisible and correction is not None:
        focus = result.outputs[0]
        low, high = correction.bands.get(focus.name, (math.nan, math.nan))
        yield (
            "Where the tables say so, modules were divisible. "
            f"In {counted(correction.futures, 'future')} solved both ways, whole ones raised the {focus.name} by "
            f"{significant(low)} to {significant(high)} {focus.unit}; effects smaller than "
            f"{significant(high - low)} {focus.unit} say nothing. That is measured, not proven."
        )
    unproven = sum(1 for one in result.told if one.status in (Status.GAP, Status.UNPROVEN))
    if unproven:
        were = "was not proven to the gap asked for; its bound is" if unproven == 1 else (
            "were not proven to the gap asked for; their bounds are"
        )  # fmt: skip
        yield f"{counted(unproven, 'plan')} {were} in futures.csv."
