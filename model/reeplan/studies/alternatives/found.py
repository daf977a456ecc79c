"""A plan found within the limit: what it has of every thing, and what its whole numbers cost at the least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.studies.alternatives.quantities import things_of
from reeplan.tolerances import LIMIT_ROOM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.solve.planner import Planner

Whole = tuple[int, ...]
"""The whole numbers of a plan, in the order of the program's columns."""


@dataclass(frozen=True)
class FoundPlan:
    """A plan that keeps every rule and the target.

    ``cost_musd`` is what it costs as found, ``least_cost_musd`` what its whole numbers cost when everything else is
    decided anew at least cost; ``amounts`` is what it has of every thing, by key, ``modules`` the modules of every
    asset decided over the horizon.
    """

    whole: Whole
    cost_musd: float
    least_cost_musd: float
    resilience: float
    violation: float
    amounts: dict[str, float]
    modules: dict[str, int]


def found_plan(planner: Planner, values: Any, least_cost_musd: float) -> FoundPlan:
    """A vector of the solver as a plan that can be kept."""
    case = planner.case
    return FoundPlan(
        whole=whole_of(planner, values),
        cost_musd=planner.engine.value("cost", values),
        least_cost_musd=least_cost_musd,
        resilience=planner.resilience_of(values),
        violation=planner.engine.violation(values),
        amounts={key: thing.amount(planner, values) for key, thing in things_of(case).items()},
        modules=modules_of(planner, values),
    )


def whole_of(planner: Planner, values: Any) -> Whole:
    """The whole numbers of a solver's vector."""
    return tuple(round(float(value)) for value in np.asarray(values)[planner.engine.integer])


def as_columns(planner: Planner, whole: Whole) -> dict[int, float]:
    """The whole numbers by column."""
    columns = np.flatnonzero(planner.engine.integer)
    return {int(column): float(value) for column, value in zip(columns, whole, strict=True)}


def modules_of(planner: Planner, values: Any) -> dict[str, int]:
    """The modules of every asset that can be built, decided over the horizon."""
    built = planner.columns("built")
    last: dict[str, int] = {}
    for asset, year in built:
        last[asset] = max(year, last.get(asset, year))
    return {asset: round(float(values[built[asset, year]])) for asset, year in last.items()}


def within(planner: Planner, weights: Any, whole: Whole, target: float, limit_musd: float, *, most: bool) -> Any:
    """The solver's vector with given whole numbers and the least or the most of ``weights``; None if there is none."""
    held = planner.extreme(weights, target, limit_musd, maximise=most, whole=as_columns(planner, whole))
    if not held.found or planner.engine.value("cost", held.values) > limit_with_rounding(limit_musd):
        return None
    return held.values


def limit_with_rounding(limit_musd: float) -> float:
    """A cost limit with room for the last digits."""
    return limit_musd + LIMIT_ROOM * max(1.0, abs(limit_musd))


def least_cost(planner: Planner, whole: Whole, target: float) -> float:
    """What these whole numbers cost at the least, by a plain linear program; infinite where there is no plan."""
    cheapest = planner.cheapest_with(as_columns(planner, whole), target)
    return float(cheapest.objective) if cheapest.found else float("inf")


def without_repeats(plans: Iterable[FoundPlan]) -> list[FoundPlan]:
    """Each plan once: the same whole numbers and the same amounts are the same plan."""
    kept: dict[Any, FoundPlan] = {}
    for plan in plans:
        same = (plan.whole, tuple(round(amount, 6) for amount in plan.amounts.values()))
        kept.setdefault(same, plan)
    return list(kept.values())
