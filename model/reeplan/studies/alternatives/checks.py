"""What must be true of every answer about near-optimal plans, checked on each run and reported."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from reeplan.inputs.names import counted
from reeplan.studies.alternatives.found import limit_with_rounding
from reeplan.studies.alternatives.ranges import MUST_AVOID, MUST_HAVE
from reeplan.tolerances import INEXACT, MISSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reeplan.studies.alternatives.ranges import Knowledge
    from reeplan.studies.alternatives.whole import Alternative


@dataclass(frozen=True)
class Check:
    """Whether something holds that must, and what was looked at or does not hold."""

    check: str
    holds: bool
    detail: str


def checks(
    knowledge: Knowledge, alternatives: Sequence[Alternative], labels: Sequence[str], target: float
) -> list[Check]:
    """All checks."""
    found: list[Check] = []
    for slack, label in enumerate(labels):
        found += [
            _must_haves_are_everywhere(knowledge, slack, label),
            _must_avoids_are_nowhere(knowledge, slack, label),
            _bounds_hold(knowledge, slack, label),
        ]
    found += [
        _ranges_grow(knowledge),
        _plans_keep_rules(knowledge, target),
        *_alternatives_keep_their_slack(knowledge, alternatives, labels, target),
    ]
    return found


def _must_haves_are_everywhere(knowledge: Knowledge, slack: int, label: str) -> Check:
    def missing(key: str) -> bool:
        thing = knowledge.things[key]
        return any(plan.amounts[key] <= thing.nothing for plan in knowledge.plans_within(slack))

    return _of_class(knowledge, slack, MUST_HAVE, f"must-haves are in every plan found within {label}", missing)


def _must_avoids_are_nowhere(knowledge: Knowledge, slack: int, label: str) -> Check:
    def present(key: str) -> bool:
        thing = knowledge.things[key]
        return any(plan.amounts[key] > thing.nothing for plan in knowledge.plans_within(slack))

    return _of_class(knowledge, slack, MUST_AVOID, f"must-avoids are in no plan found within {label}", present)


def _of_class(knowledge: Knowledge, slack: int, kind: str, check: str, fails: Callable[[str], bool]) -> Check:
    # The class is taken from the bounds alone here: a plan that contradicts them must not hide them.
    members = []
    for key, thing in knowledge.things.items():
        least, most = knowledge.proven(key, slack)
        if (kind == MUST_HAVE and least > thing.nothing) or (kind == MUST_AVOID and most <= thing.nothing):
            members.append(key)
    failing = [key for key in members if fails(key)]
    plans = len(knowledge.plans_within(slack))
    return Check(check, not failing, ", ".join(failing) or f"{len(members)} of them, {counted(plans, 'plan')}")


def _bounds_hold(knowledge: Knowledge, slack: int, label: str) -> Check:
    failing = []
    for key in knowledge.things:
        lower, upper = knowledge.proven(key, slack)
        for plan in knowledge.plans_within(slack):
            room = INEXACT * max(1.0, abs(plan.amounts[key]))
            if not lower - room <= plan.amounts[key] <= upper + room:
                failing.append(key)
                break
    number = f"{counted(len(knowledge.things), 'range')}, {counted(len(knowledge.plans_within(slack)), 'plan')}"
    return Check(
        f"no plan found within {label} is outside the proven ranges", not failing, ", ".join(failing) or number
    )


def _ranges_grow(knowledge: Knowledge) -> Check:
    failing = []
    for key in knowledge.things:
        ranges = [knowledge.range(key, slack) for slack in range(len(knowledge.limits_musd))]
        for narrow, wide in pairwise(ranges):
            if wide.least > narrow.least or wide.most < narrow.most or wide.least_bound > narrow.least_bound:
                failing.append(key)
                break
    return Check(
        "ranges grow with the slack", not failing, ", ".join(failing) or counted(len(knowledge.things), "range")
    )


def _plans_keep_rules(knowledge: Knowledge, target: float) -> Check:
    failing = [
        plan
        for plan in knowledge.plans
        if plan.violation > INEXACT
        or plan.resilience < target - MISSED
        or plan.least_cost_musd > limit_with_rounding(plan.cost_musd)
    ]
    every = counted(len(knowledge.plans), "plan")
    detail = f"{len(failing)} of {every} {'does' if len(failing) == 1 else 'do'} not" if failing else every
    check = (
        "every plan found keeps the target and all rules, and its integers, re-solved as a linear program, cost no more"
    )
    return Check(check, not failing, detail)


def _alternatives_keep_their_slack(
    knowledge: Knowledge, alternatives: Sequence[Alternative], labels: Sequence[str], target: float
) -> Iterator[Check]:
    for slack, label in enumerate(labels):
        # Those that were not re-solved before the work was stopped are not checked, and nothing is said of them.
        those = [(one.name, one.repriced) for one in alternatives if one.slack == slack and one.repriced is not None]
        if not those:
            continue
        limit = knowledge.limits_musd[slack]
        failing = [
            name
            for name, plan in those
            if plan.cost_musd > limit_with_rounding(limit) or plan.resilience < target - MISSED
        ]
        dearest = max(plan.cost_musd for _, plan in those)
        yield Check(
            f"every whole alternative, re-solved by a plain solve, stays within {label}",
            not failing,
            ", ".join(failing) or f"{counted(len(those), 'alternative')}, at most {dearest:,.3f} of {limit:,.3f} MUSD",
        )
