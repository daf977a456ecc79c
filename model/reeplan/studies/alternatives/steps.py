"""The steps of ``reeplan alternatives``: the cheapest plan at a target, and what may be otherwise at little more
cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.endings import TOO_FAR_APART, Status, without_a_plan
from reeplan.studies.alternatives.near_optimal import near_optimal, work_ahead
from reeplan.studies.alternatives.options import AlternativesOptions, Slack
from reeplan.studies.alternatives.questions import cheapest_known
from reeplan.studies.base import StudyResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.studies.alternatives.result import NearOptimalResult
    from reeplan.studies.base import StudyContext, StudyInputs

NOT_DONE: dict[str, str] = {
    Status.AT_LIMIT: "Some searches ran out of time: what they leave open is marked, and more time may tell more.",
    Status.NOT_PROVEN: f"In some searches the solver failed: what they leave open is marked. Why: {TOO_FAR_APART}.",
    Status.INTERRUPTED: "Stopped on request: what was not looked at is open.",
}


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
    found = near_optimal(context.case, context.measure, context.target, context.ask, options, known)
    return StudyResult(found, remarks(found))


def remarks(found: NearOptimalResult) -> list[str]:
    """That there is no plan, or why something was left open."""
    if found.knowledge is not None:
        return [NOT_DONE[found.status]] if found.status in NOT_DONE else []
    if found.status == Status.INFEASIBLE:
        return ["No plan reaches the target, so there are no alternatives."]
    return [without_a_plan(found.outcomes[0])]


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
