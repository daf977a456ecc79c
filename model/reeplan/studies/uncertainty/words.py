"""What a study of futures says, in sentences: computed from its numbers, never written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import listing
from reeplan.studies.uncertainty.measures_of_knowing import premium
from reeplan.studies.uncertainty.regret import AGAINST, COST, LOST_SUPPLY, OTHER
from reeplan.studies.uncertainty.scenarios import NOTHING
from reeplan.studies.uncertainty.two_stage import MEAN
from reeplan.tolerances import SHOWN_MUSD, SHOWN_SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.interval import Interval
    from reeplan.studies.uncertainty.regret import Regret
    from reeplan.studies.uncertainty.risk import RiskFront
    from reeplan.studies.uncertainty.two_stage import Knowing

SET_IN_WORDS = {"what may happen": "whatever happens", "other futures": "in the other futures"}


def money(amount: Interval) -> str:
    """An amount with its band, where the band shows.

    >>> from reeplan.interval import Interval
    >>> money(Interval(12.34, 12.34, 12.34)), money(Interval(11.0, 12.34, 13.0))
    ('12.3 MUSD', '12.3 MUSD (between 11.0 and 13.0)')
    """
    text, least, greatest = (f"{value:,.1f}" for value in (amount.found, amount.low, amount.high))
    return f"{text} MUSD" if least == greatest else f"{text} MUSD (between {least} and {greatest})"


def of_knowing(free: Knowing, kept: Knowing | None, target: float) -> Iterator[str]:
    """What knowledge and planning for disruptions are worth."""
    if free.of_perfect_knowledge.known:
        yield (
            "To know beforehand which disruption comes, if any, would be worth "
            f"{money(free.of_perfect_knowledge)} in expectation, of an expected cost of {money(free.expected_cost)}; "
            "no forecast is worth more."
        )
    for belief, words in ((MEAN, "for the average of what is available"), (NOTHING, "as if nothing happened")):
        yield from _of_planning(free, belief, words)
    if kept is None:
        return
    insurance = premium(free, kept)
    if insurance.known:
        yield (
            f"To serve at least {100 * target:.12g}% in every window costs {money(insurance)} more than the cheapest "
            "plan."
        )
    if kept.of_perfect_knowledge.known:
        yield (
            f"To know beforehand what happens would save {money(kept.of_perfect_knowledge)} of the cost of a plan that "
            f"serves {100 * target:.12g}%: the plan is insured against every window, of which at most one happens."
        )
    for belief, words in ((MEAN, "for the average"), (NOTHING, "as if nothing happened")):
        answer = kept.following.get(belief)
        if answer is not None and answer.out_of_reach:
            yield f"What is built when planning {words} cannot serve {100 * target:.12g}% in every window."


def _of_planning(knowing: Knowing, belief: str, words: str) -> Iterator[str]:
    answer, saved = knowing.following.get(belief), knowing.of_planning(belief)
    if saved.known:
        yield f"To invest with every disruption in view rather than {words} saves {money(saved)} in expectation."
    elif answer is not None and answer.out_of_reach:
        yield f"What is built when planning {words} leaves no way to operate in every window."


def of_regret(regret: Regret) -> Iterator[str]:
    """Which plan has the least regret, and what cannot be carried out where."""
    for against, kinds in AGAINST.items():
        for by in (COST, LOST_SUPPLY):
            chosen = regret.least_regret(kinds, by)
            if not chosen or len(regret.points) < 2:
                continue
            if len(chosen) == len(regret.points):
                yield f"All plans have the same greatest regret in {by} {SET_IN_WORDS[against]}."
                continue
            greatest, where = regret.greatest(chosen[0], kinds, by)
            if greatest <= (SHOWN_MUSD if by == COST else SHOWN_SHARE):
                what = "costs less" if by == COST else "serves more"
                behind = f"no other plan {what} in any of them"
            else:
                amount = f"{greatest:,.1f} MUSD" if by == COST else f"{greatest:.1%} of the worse-off partner's demand"
                behind = f"at most {amount} behind the plan that is best there, namely in '{where}'"
            yield f"{_plans(chosen)} least regret in {by} {SET_IN_WORDS[against]}: {behind}."
    for future in regret.futures:
        out = [point for point in regret.points if not regret.outlook(point, future).possible]
        if future.kind == OTHER and out:
            reason = regret.outlook(out[0], future).why
            yield f"In '{future.name}' {listing(out, None)} cannot be carried out: {reason}."


def _plans(points: list[str]) -> str:
    return f"Plan {points[0]} has the" if len(points) == 1 else f"Plans {listing(points, None)} have the"


def of_risk(risk: RiskFront) -> Iterator[str]:
    """What it costs to lose less in the worst part of disruptions."""
    if risk.missing:
        yield risk.missing
    said: list[tuple[float, float]] = []
    for depth in risk.cvar_levels:
        front = risk.at(depth)
        first, last = front[0], front[-1]
        ends = (round(first.cvar_lost, 6), round(last.cvar_lost, 6))
        if ends in said:  # a deeper tail that is the worst disruption too
            continue
        said.append(ends)
        part = "On average over disruptions" if depth == 0 else f"In the worst {100 * (1 - depth):.4g}% of disruptions"
        text = f"{part} the cheapest plan leaves the worse-off partner without {first.cvar_lost:.1%} of its demand"
        if last is not first:
            more = last.cost_musd - first.cost_musd
            text += f"; to leave it without only {last.cvar_lost:.1%} costs {more:,.1f} MUSD more"
        yield text + "."
