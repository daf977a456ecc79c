"""The value of knowing as a list of named numbers, each with what it means: with a target, and without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.studies.uncertainty.scenarios import NOTHING
from reeplan.studies.uncertainty.two_stage import MEAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.interval import Interval
    from reeplan.studies.uncertainty.two_stage import Knowing, TwoStageAnswer

RP, WS, EVPI = "expected cost of the plan", "expected cost with perfect knowledge", "value of perfect knowledge"
EV_MEAN, EEV_MEAN = "cost expected by a plan for the average", "expected cost of a plan for the average"
VSS_MEAN = "value of planning for disruptions, against the average"
EV_NOTHING = "cost expected by a plan as if nothing happens"
EEV_NOTHING = "expected cost of a plan as if nothing happens"
VSS_NOTHING = "value of planning for disruptions, against ignoring them"
PREMIUM = "cost of keeping the target"
KEEPING = ", keeping the target"


@dataclass(frozen=True)
class Named:
    """A number with its name and what it means."""

    name: str
    amount: Interval
    meaning: str


def named_values(free: Knowing, kept: Knowing | None, target: float) -> Iterator[Named]:
    """All numbers, MUSD: first without any target, then with ``target`` where there is one."""
    yield from _values(free)
    if kept is None:
        return
    yield Named(
        PREMIUM,
        premium(free, kept),
        f"what serving at least {target:.12g} of demand in every window costs beyond the cheapest plan: an insurance",
    )
    values = list(_values(kept)) if kept.alone else [next(_values(kept))]
    for value in values:
        yield Named(value.name + KEEPING, value.amount, f"{value.meaning}; every window keeps {target:.12g}")


def premium(free: Knowing, kept: Knowing) -> Interval:
    """What keeping the target costs beyond the cheapest plan, MUSD."""
    return kept.expected_cost.above(free.expected_cost)


def _values(knowing: Knowing) -> Iterator[Named]:
    yield Named(
        RP, knowing.expected_cost, "the least expected cost where nobody knows which window happens, if any (RP)"
    )
    yield Named(
        WS, knowing.cost_if_known, "the mean of the least costs if it were known from the start what happens (WS)"
    )
    yield Named(EVPI, knowing.of_perfect_knowledge, "the most that such knowledge can be worth (EVPI = RP - WS)")
    yield Named(
        EV_MEAN,
        knowing.believed_cost(MEAN),
        "what the cheapest plan costs where every year leaves what disruptions leave on average (EV)",
    )
    yield Named(
        EEV_MEAN,
        knowing.cost_of_following(MEAN),
        "what that plan's investment costs as things are, all else decided anew (EEV)" + _cannot(knowing, MEAN),
    )
    yield Named(
        VSS_MEAN, knowing.of_planning(MEAN), "what it saves to invest with every window in view (VSS = EEV - RP)"
    )
    yield Named(EV_NOTHING, knowing.believed_cost(NOTHING), "what the cheapest plan costs if no window happens")
    yield Named(
        EEV_NOTHING,
        knowing.cost_of_following(NOTHING),
        "what that plan's investment costs as things are, all else decided anew" + _cannot(knowing, NOTHING),
    )
    yield Named(
        VSS_NOTHING, knowing.of_planning(NOTHING), "what it saves against investing as if no window could happen"
    )


def _cannot(knowing: Knowing, belief: str) -> str:
    answer: TwoStageAnswer | None = knowing.following.get(belief)
    return "; no number: it cannot be carried out" if answer is not None and answer.out_of_reach else ""
