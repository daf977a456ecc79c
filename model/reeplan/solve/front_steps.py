"""Which plans are steps of the front, and where on it the least cost is least known.

What is known of the least cost at each resilience lies between two stairs: above, the cheapest plan found that is as
resilient; below, the best bound proven at that resilience or less.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from reeplan.tolerances import RESILIENCE_GAP, ROUNDING, SMALLEST_GAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reeplan.solve.planner import Plan

PART_OF_STEP = 0.25
"""The gap at a level may be this part of the cost step between its neighbours in which it lies when it is asked for."""

WIDER = 2.0
"""By how much the gap at a level may exceed that of the front: the ends of a large step need not be known as closely. A
plan that its gap does not tell from the one below replaces that one, so every step stays a real one."""

SMALLEST_STEP = 2 * RESILIENCE_GAP
"""Levels that lie nearer to each other have none between them."""

A = TypeVar("A", bound="Plan")


# ---- the steps ------------------------------------------------------------------------------------


def undominated(plans: Iterable[A]) -> list[A]:
    """The plans that no other matches or beats on both cost and resilience, cheapest first.

    A step in resilience that is smaller than what the highest resilience is proven to is none.
    """
    kept: list[A] = []
    for plan in sorted(plans, key=lambda plan: (plan.cost_musd, -plan.keeps)):
        same_cost = kept and plan.cost_musd - kept[-1].cost_musd <= ROUNDING * abs(plan.cost_musd)
        if kept and plan.keeps <= kept[-1].keeps + RESILIENCE_GAP:
            continue
        if same_cost:
            kept.pop()
        kept.append(plan)
    return kept


def proven_costlier(bound_musd: float, cost_musd: float) -> bool:
    """Whether a plan of this bound is proven to cost more than one of this cost.

    >>> proven_costlier(100.1, 100.0), proven_costlier(100.0, 100.0), proven_costlier(99.0, 100.0)
    (True, False, False)
    """
    return bound_musd > cost_musd + SMALLEST_GAP * abs(cost_musd)


def real_steps(
    plans: Iterable[A], bound_at: Callable[[float], float], within_gap: Callable[[A], bool] = lambda plan: True
) -> list[A]:
    """Of the undominated plans those between which every step of cost is proven, cheapest first.

    From the most resilient downwards: a plan gives way to the more resilient one above it that is not proven
    costlier (the bound at the one's resilience against the cost of the other). So the first is the most resilient
    plan that costs nothing provable, and there are as many steps as what is proven allows. Where the search ended
    before the plan above was within its gap nothing is known of the step, and both stay.
    """
    kept: list[A] = []
    for plan in reversed(undominated(plans)):
        above = kept[-1] if kept else None
        if above is None or proven_costlier(bound_at(above.keeps), plan.cost_musd) or not within_gap(above):
            kept.append(plan)
    return kept[::-1]


# ---- the levels -----------------------------------------------------------------------------------


def even_levels(low: float, high: float, levels: int) -> list[float]:
    """The levels asked for whatever is found, from the highest: a third of all, evenly, the two ends among them.

    >>> even_levels(0.0, 0.9, 12)
    [0.9, 0.6, 0.3]
    >>> even_levels(0.2, 0.9, 4)
    [0.9]
    """
    steps = max(1, ceil(levels / 3) - 1)
    return [high if step == steps else low + (high - low) * step / steps for step in range(steps, 0, -1)]


@dataclass(frozen=True)
class Knowledge:
    """What is known of the front: the cost of the cheapest plan that keeps a level, what that plan keeps, and the best
    bound at a level or lower; ``gap_musd`` is how close the least cost is to be known."""

    plan_at: Callable[[float], tuple[float, float] | None]
    bound_at: Callable[[float], float]
    gap_musd: float

    def unsettled(self, low: float, high: float) -> float:
        """How far the least cost just above one level may lie below what the plan found for another costs, MUSD."""
        found = self.plan_at(high)
        return 0.0 if found is None else found[0] - self.bound_at(low)

    def next_level(self, marks: Sequence[float]) -> tuple[float, float] | None:
        """Where to ask next, and the cost step in which that lies: in the middle of the two neighbouring marks between
        which cost step × resilience step is largest, of those whose cost step exceeds the gap; None if none does.

        ``marks`` are the levels asked for, from the lowest to the highest. What the plan for the lower mark serves
        beyond it is known, so a middle that it keeps is passed over for one further up.
        """
        best: tuple[float, float, float] | None = None
        for low, high in pairwise(sorted(set(marks))):
            found = self._in_between(low, high)
            if found is not None and (best is None or found[0] > best[0] * (1 + ROUNDING)):
                best = found
        return None if best is None else best[1:]

    def _in_between(self, low: float, high: float) -> tuple[float, float, float] | None:
        """The area that is not known, the middle, and the cost step."""
        step = self.unsettled(low, high)
        if step <= self.gap_musd:
            return None
        while high - low > SMALLEST_STEP:
            middle = (low + high) / 2
            found = self.plan_at(middle)
            if found is None:
                return None
            if found[0] - self.bound_at(middle) > self.gap_musd:
                return step * (high - low), middle, step
            low = middle
            step = self.unsettled(low, high)
            if step <= self.gap_musd:
                return None
        return None


def gap_within(step_musd: float, gap_musd: float, widest_musd: float) -> float:
    """The gap (MUSD) at a level in a cost step: that of the front, or a quarter of the step where that is more, up to
    twice that of the front, and never wider than the gap that was asked for.

    >>> gap_within(28.0, 5.0, 18.0), gap_within(8.0, 5.0, 18.0), gap_within(400.0, 5.0, 18.0)
    (7.0, 5.0, 10.0)
    """
    return max(gap_musd, min(PART_OF_STEP * step_musd, WIDER * gap_musd, widest_musd))
