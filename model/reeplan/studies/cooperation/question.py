"""What is asked of the solver about one coalition, in whatever process: its cheapest plan, or how far it gets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.model.network import Period
from reeplan.model.program.trade import purchase_limits
from reeplan.solve.front import Point
from reeplan.solve.questions import CostAnswer, Question
from reeplan.studies.cooperation.attribution import Bill, bill_of
from reeplan.tolerances import MISSED, RESILIENCE_GAP, SMALLEST_GAP

if TYPE_CHECKING:
    from reeplan.solve.engine import Controls, Solution, Watch
    from reeplan.solve.planner import Plan, Planner

WORTH_NOTING = 0.01
"""A limit that is worth less than this (USD/t) does not bind."""


@dataclass(frozen=True)
class Ceiling:
    """A coalition's part of what a seller sells, of which one tonne more would be worth something (USD/t)."""

    supplier: str
    material: str
    year: int
    window: str
    limit_t: float
    worth_usd_per_t: float


@dataclass(frozen=True)
class CoalitionAnswer(CostAnswer):
    """What is known of a coalition; not a number where no plan was found.

    ``highest_resilience`` is what it can reach at most where the target is out of its reach.
    """

    resilience: float = math.nan
    highest_resilience: float = math.nan
    ceilings: tuple[Ceiling, ...] = ()
    bill: Bill | None = None
    cut_short: bool = False
    """Whether somebody asked to stop before ``highest_resilience`` was known."""

    @property
    def final(self) -> bool:
        """Whether it is worth keeping: the search was not interrupted."""
        return super().final and not self.cut_short


@dataclass(frozen=True)
class CoalitionQuestion(Question):
    """The cheapest plan that keeps ``target``, to a ``gap`` relative to its cost.

    ``partners`` are all of the case: what a seller in none of their countries sells is what they share.
    """

    answer_type: ClassVar[type[Any]] = CoalitionAnswer

    target: float
    gap: float
    controls: Controls
    partners: tuple[str, ...]

    def __call__(self, planner: Planner, watch: Watch) -> CoalitionAnswer:
        """Ask it of a coalition's program."""
        controls = replace(self.controls, watch=watch)
        solution, allowed = planner.cheapest_within(self.target, self.gap, controls)
        if not solution.found:
            return _without_plan(planner, solution, controls)
        plan = planner.report(solution, self.target, solution.bound)
        plan = replace(plan, bound_musd=min(plan.bound_musd, plan.cost_musd))
        point = Point("p01", plan, max(allowed, SMALLEST_GAP * abs(plan.cost_musd)))
        return answer_about(planner, point, self.partners)


def answer_about(planner: Planner, point: Point, partners: tuple[str, ...]) -> CoalitionAnswer:
    """What a plan of a coalition says; who pays what in it where the coalition is of all ``partners``."""
    plan = point.plan
    return CoalitionAnswer(
        outcome=plan.outcome,
        objective=plan.cost_musd,
        bound=plan.bound_musd,
        resilience=plan.resilience,
        seconds=plan.seconds,
        solved=point.solved,
        ceilings=binding_ceilings(planner, plan, partners),
        bill=bill_of(planner, plan) if set(planner.case.partners) == set(partners) else None,
    )


def _without_plan(planner: Planner, solution: Solution, controls: Controls) -> CoalitionAnswer:
    if solution.outcome is not Outcome.INFEASIBLE:
        return CoalitionAnswer(solution.outcome, seconds=solution.seconds)
    highest = planner.most_resilient(replace(controls, absolute_gap=RESILIENCE_GAP))
    reached = highest.objective if highest.found else math.nan
    return CoalitionAnswer(
        Outcome.INFEASIBLE,
        seconds=solution.seconds + highest.seconds,
        highest_resilience=reached,
        cut_short=highest.outcome is Outcome.INTERRUPTED,
    )


def binding_ceilings(planner: Planner, plan: Plan, partners: tuple[str, ...]) -> tuple[Ceiling, ...]:
    """Where a plan buys all that its coalition's part of a shared seller gives, and would pay for more."""
    m, found = planner.model, []
    for (supplier, material, year, window), t in planner.by_index("buy", plan.values).items():
        supply: Any = m.supply_of[supplier, material]
        if supply.buyer or supply.country in partners:
            continue
        limit = purchase_limits(m, supplier, material, year, window)[1]
        price = plan.prices.get((supply.region, material, year, window), math.nan)
        worth = price - m.net.supply_price(supply, Period(year, window))
        if t >= limit * (1 - MISSED) and worth > WORTH_NOTING:
            found.append(Ceiling(supplier, material, year, window, limit, worth))
    return tuple(found)
