"""What was found about near-optimal plans, in plain English."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from reeplan.endings import TOO_FAR_APART, Status, without_a_plan
from reeplan.inputs.names import counted, listing
from reeplan.studies.alternatives.ranges import CHOICE, MUST_AVOID, MUST_HAVE, OPEN
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.studies.alternatives.result import NearOptimalResult
    from reeplan.studies.alternatives.whole import Alternative

MANY = 12
"""A list in a sentence names no more than this."""

_CLASSES = {
    MUST_HAVE: "every plan has",
    MUST_AVOID: "no plan has",
    CHOICE: "there are plans with and plans without",
    OPEN: "it is not known whether a plan must or can have",
}

_KINDS = {
    "plant": ("plant", "plants"),
    "venture": ("venture", "ventures"),
    "stockpile": ("room at stockpile", "room at stockpiles"),
    "country": ("capital spent in", "capital spent in"),
    "route": ("new capacity of route", "new capacity of routes"),
    "partner": ("capital paid by", "capital paid by"),
}

_NOT_DONE: dict[str, str] = {
    Status.AT_LIMIT: "Some searches ran out of time: what they leave open is marked, and more time may tell more.",
    Status.NOT_PROVEN: f"In some searches the solver failed: what they leave open is marked. Why: {TOO_FAR_APART}.",
    Status.INTERRUPTED: "Stopped on request: what was not looked at is open.",
}


def sentences(finding: NearOptimalResult) -> list[str]:
    """All sentences, in the order in which they are read."""
    if finding.knowledge is None:
        infeasible = finding.status == Status.INFEASIBLE
        return [
            "No plan reaches the target, so there are no alternatives."
            if infeasible
            else without_a_plan(finding.outcomes[0])
        ]
    told = [_of_the_cheapest(finding), *_of_classes(finding)]
    told += [_of_alternative(finding, one) for one in finding.alternatives if one.slack is not None]
    told += [f"Does not hold: {check.check} ({check.detail})." for check in finding.checks if not check.holds]
    if finding.holds:
        number = len(finding.checks)
        told.append(f"All {counted(number, 'check')} hold." if number != 1 else "The check holds.")
    if finding.status in _NOT_DONE:
        told.append(_NOT_DONE[finding.status])
    return told


def _of_the_cheapest(finding: NearOptimalResult) -> str:
    assert finding.cheapest is not None
    assert finding.knowledge is not None
    plan, paid = finding.cheapest.plans[0], finding.cheapest.annuities_musd
    text = (
        f"The cheapest plan known costs {plan.cost_musd:,.1f} MUSD (none costs less than "
        f"{finding.cheapest.bound_musd:,.1f}); resilience {plan.resilience:.1%}."
    )
    widest = finding.slack_musd(finding.slacks[-1])
    if math.isfinite(paid) and paid > 0:
        text += (
            f" It pays {paid:,.1f} MUSD for its capital; a slack of {finding.choice.slacks[-1]} is {widest:,.1f} MUSD, "
            f"{widest / paid:.2g} times as much."
        )
    least = min(other.least_cost_musd for other in finding.knowledge.plans)
    if least < plan.cost_musd - SLIGHT * abs(plan.cost_musd):
        text += f" A plan found since costs less: {least:,.1f} MUSD; slacks are measured from the former."
    return text


def _of_classes(finding: NearOptimalResult) -> list[str]:
    """The classes at every slack; slacks with the same classes share their sentences.

    A route or country that is a multiple of something named already is not named again.
    """
    assert finding.knowledge is not None
    named = set(finding.knowledge.questions)
    groups: list[tuple[list[int], dict[str, str]]] = []
    for slack in finding.slacks:
        classes = {known.thing.key: known.kind for known in finding.ranges(slack) if known.thing.key in named}
        if groups and groups[-1][1] == classes:
            groups[-1][0].append(slack)
        else:
            groups.append(([slack], classes))
    return [sentence for slacks, classes in groups for sentence in _of_group(finding, slacks, classes)]


def _of_group(finding: NearOptimalResult, slacks: list[int], classes: dict[str, str]) -> list[str]:
    assert finding.knowledge is not None
    by_class: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, name in classes.items():
        thing = finding.knowledge.things[key]
        by_class[name][thing.kind].append(thing.name)
    within = listing((_slack(finding, slack) for slack in slacks), None)
    return [f"Within {within} {words} {_listed(by_class[name])}." for name, words in _CLASSES.items() if by_class[name]]


def _slack(finding: NearOptimalResult, slack: int) -> str:
    chosen = finding.choice.slacks[slack]
    return str(chosen) if chosen.share is None else f"{chosen} ({finding.slack_musd(slack):,.1f} MUSD more)"


def _of_alternative(finding: NearOptimalResult, one: Alternative) -> str:
    assert one.slack is not None
    plan, parts = one.repriced or one.plan, defaultdict(list)
    for change in finding.changes(one):
        parts[change.change].append(change.asset)
    differs = "; ".join(f"{change}: {_names(names)}" for change, names in parts.items())
    against = f"Against the cheapest: {differs or 'the same sizes, begun in the same years'}."
    if one.repriced is None:
        against = "What it builds was not listed before the work was stopped."
    return (
        f"Alternative {one.name}, within {finding.choice.slacks[one.slack]}, costs {plan.cost_musd:,.1f} MUSD "
        f"({finding.over_cheapest(plan.cost_musd):+.2%}); resilience {plan.resilience:.1%}. It differs by "
        f"{one.difference:.0%} from the nearest plan before it (the most that any could: {one.difference_bound:.0%}). "
        f"{against}"
    )


def _listed(by_kind: dict[str, list[str]]) -> str:
    return "; ".join(f"{_KINDS[kind][len(names) > 1]} {_names(names)}" for kind, names in by_kind.items())


def _names(names: list[str]) -> str:
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more
