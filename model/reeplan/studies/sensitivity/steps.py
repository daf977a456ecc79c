"""The steps of ``reeplan sensitivity``: the cheapest plan at a target, in all the futures that the ranges of its inputs
allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reeplan.inputs.errors import UserInputError
from reeplan.inputs.names import counted
from reeplan.studies.base import StudyResult
from reeplan.studies.sensitivity.futures import ImpossibleRangesError, NoRangesError, VariedFutures
from reeplan.studies.sensitivity.remarks import remarks
from reeplan.studies.sensitivity.study import FEW, Effort, study_sensitivity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.studies.base import Options, StudyContext, StudyInputs

EFFORTS = ("trajectories", "samples", "leading", "futures", "relaxed", "all_relaxed", "one_at_a_time")


def check(inputs: StudyInputs) -> None:
    """Ranges are needed, and ends of them that can be."""
    try:
        varied = VariedFutures(inputs.tables, inputs.search.measure).inputs
    except NoRangesError as nothing:
        raise UserInputError(str(nothing), "inputs/README.md describes the table ranges.") from nothing
    except ImpossibleRangesError as impossible:
        raise UserInputError(str(impossible), "narrow the range in ranges.csv.") from impossible
    if inputs.options.get("trajectories") and len(varied) < FEW:
        raise UserInputError(
            "--trajectories has no effect: ranges.csv has one range, and screening tells several from one another.",
            "leave it out, or give more inputs a range.",
        )


def prepare(context: StudyContext) -> Sequence[float]:
    """Nothing must be known before."""
    return ()


def work(context: StudyContext) -> StudyResult:
    """The futures, and what they say of the inputs and of the decisions."""
    tables, effort = context.inputs.tables, _effort(context.options, context.inputs.search.seed)
    context.say(f"at most {counted(effort.solves(len(tables['ranges'])), 'future')}")
    found = study_sensitivity(
        tables,
        context.measure,
        context.ask,
        target=context.target,
        gap=context.gap,
        controls=context.controls,
        effort=effort,
    )
    return StudyResult(found, remarks(found))


def _effort(options: Options, seed: int) -> Effort:
    asked = {name: options[name] for name in EFFORTS if options.get(name) is not None}
    return replace(Effort(), **asked, seed=seed + 1)
