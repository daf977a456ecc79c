"""The steps of ``reeplan alternatives``: the cheapest plan at a target, and what may be otherwise at little more
cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.studies.alternatives.near_optimal import near_optimal, work_ahead
from reeplan.studies.alternatives.options import AlternativesOptions, Slack
from reeplan.studies.alternatives.questions import cheapest_known
from reeplan.studies.alternatives.sentences import sentences
from reeplan.studies.base import StudyResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.studies.base import StudyContext, StudyInputs


def check(inputs: StudyInputs) -> None:
    """Every case has alternatives."""


def prepare(context: StudyContext) -> Sequence[float]:
    """Nothing must be known before."""
    return ()


def work(context: StudyContext) -> StudyResult:
    """What plans have in common that cost little more than the cheapest."""
    options = options_of(context)
    context.say(str(work_ahead(context.case, options)))
    known = cheapest_known(context.planner, context.front.points[0].plan)
    found = near_optimal(context.case, context.target, context.ask, options, known)
    return StudyResult(found, sentences(found))


def options_of(context: StudyContext) -> AlternativesOptions:
    """What is asked for: slacks as shares of the cost or in MUSD, plans, and how far to search."""
    given, usual = context.options, AlternativesOptions()
    slacks = tuple(
        [Slack(share=share) for share in given.get("slack") or ()]
        + [Slack(musd=musd) for musd in given.get("slack_musd") or ()]
    )
    return AlternativesOptions(
        slacks or usual.slacks,
        usual.whole_plans if given.get("plans") is None else given["plans"],
        given.get("search") or usual.search,
        context.gap,
        context.inputs.search.time_limit_s,
        context.inputs.search.seed,
    )
