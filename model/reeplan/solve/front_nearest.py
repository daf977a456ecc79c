"""Which of the plans within a point's gap is reported: the one nearest to its neighbour's.

Of all that is within the gap none is better than another by what is proven. Taken as they come, plants would appear and
vanish along the front for no reason; the nearest plan differs from its neighbour's only where more resilience is bought
by it, as far as a short search finds. What the plans found within the gap differ in is exchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reeplan.solve.questions import NearestPlan
from reeplan.tolerances import NEAREST_GAP, NEAREST_S, RESILIENCE_GAP, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.solve.engine import Controls
    from reeplan.solve.planner import Plan, Planner


@dataclass(frozen=True)
class Alternative:
    """An asset, its modules in a plan, and the fewest and most of it in the plans found within the plan's gap."""

    asset: str
    modules: float
    fewest: float
    most: float


def nearest_question(
    planner: Planner, plan: Plan, other: Plan, cost_limit_musd: float, controls: Controls
) -> NearestPlan | None:
    """The question for the plan within a cost limit that is nearest to another, from a plan on; None if none is nearer.

    The plan keeps what the given one keeps. The search takes a short time, and proves nothing.
    """
    apart = planner.distance(plan.values, other.values)
    if apart <= SLIGHT or cost_limit_musd <= plan.cost_musd:
        return None
    whole = np.flatnonzero(planner.engine.integer)
    short = min(controls.time_limit_s, NEAREST_S)
    return NearestPlan(
        plan.kept,
        cost_limit_musd,
        tuple(float(value) for value in np.round(plan.values[whole])),
        tuple(float(value) for value in np.round(other.values[whole])),
        controls=replace(controls, absolute_gap=NEAREST_GAP * apart, time_limit_s=short),
        start=plan.values,
    )


def alternatives_within(planner: Planner, plan: Plan, others: Iterable[Plan]) -> tuple[Alternative, ...]:
    """The assets of which plans that are as resilient have another number of modules decided, in the case's order."""
    last = {name: column for (name, _), column in planner.columns("built").items()}
    keeping = [other for other in others if other.keeps >= plan.keeps - RESILIENCE_GAP]
    found = []
    for name, column in last.items():
        own = float(plan.values[column])
        all_of_them = [own, *(float(other.values[column]) for other in keeping)]
        fewest, most = min(all_of_them), max(all_of_them)
        if most - fewest > SLIGHT:
            found.append(Alternative(name, own, fewest, most))
    return tuple(found)
