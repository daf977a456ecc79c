"""What is asked of the solver about near-optimal plans, in whatever process.

First the relaxation, with divisible modules: proven bounds in seconds. Then, where that leaves open what an analyst
wants to know, the search over whole plans.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.model.program import cost
from reeplan.solve.questions import Answer, CostAnswer, Question
from reeplan.studies.alternatives.found import FoundPlan, Whole, found_plan, least_cost, whole_of, within
from reeplan.studies.alternatives.quantities import things_of
from reeplan.tolerances import SMALLEST_GAP, STEP_ROUNDING

if TYPE_CHECKING:
    from reeplan.solve.engine import Controls, Watch
    from reeplan.solve.planner import Plan, Planner
    from reeplan.studies.alternatives.quantities import Quantity

PART_OF_A_STEP = 0.9
"""A gap below one step proves an amount in whole steps."""

GAP_OF_AMOUNTS = 0.01
"""Accuracy of divisible amounts, relative to what the relaxation allows."""


@dataclass(frozen=True)
class PlansAnswer(Answer):
    """What every answer says: how the work ended, and the plans that it found."""

    plans: tuple[FoundPlan, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether more time would change nothing."""
        return self.outcome is Outcome.OPTIMAL or self.out_of_reach

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return bool(self.plans)


# ---- the cheapest plan --------------------------------------------------------------------------


@dataclass(frozen=True)
class CheapestAnswer(PlansAnswer, CostAnswer):
    """The cheapest plan (in ``plans``), and the cost below which there is none.

    ``annuities_musd`` is what it pays for its capital: most of the rest is purchases that no plan changes.
    """

    annuities_musd: float = math.nan


@dataclass(frozen=True)
class Cheapest(Question):
    """The cheapest plan that keeps ``target``, to a ``gap`` relative to its cost."""

    target: float
    gap: float
    controls: Controls
    answer_type: ClassVar[type[Any]] = CheapestAnswer

    def __call__(self, planner: Planner, watch: Watch) -> CheapestAnswer:
        """Ask it of a case's program."""
        controls = replace(self.controls, watch=watch)
        solution, _ = planner.cheapest_within(self.target, max(self.gap, SMALLEST_GAP), controls)
        if not solution.found:
            return CheapestAnswer(solution.outcome, seconds=solution.seconds)
        plan = planner.polish(solution, self.target, solution.bound)
        return replace(cheapest_known(planner, plan), outcome=solution.outcome, seconds=solution.seconds)


def cheapest_known(planner: Planner, plan: Plan) -> CheapestAnswer:
    """The cheapest plan of a program, solved before, as the answer to the question for it."""
    m = planner.model
    annuities = sum(
        cost.weight(m, term) * term.musd * float(plan.values[column])
        for term in cost.terms(m)
        if term.part == cost.ANNUITIES and (column := planner.engine.column(term.variable)) is not None
    )
    found = found_plan(planner, plan.values, plan.cost_musd)
    bound = min(plan.bound_musd, plan.cost_musd)
    return CheapestAnswer(plan.outcome, plan.seconds, plan.cost_musd, bound, plans=(found,), annuities_musd=annuities)


# ---- the least and the most, with divisible modules -----------------------------------------------


@dataclass(frozen=True)
class RelaxedAnswer(PlansAnswer):
    """A proven bound at every cost limit."""

    bounds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Relaxed(Question):
    """How little (or, with ``most``, how much) of a thing there can be within each cost limit, modules divisible.

    ``limits_musd`` rise. Where an amount can change while the whole numbers of the cheapest plan (``whole``) stay,
    the plan that takes it furthest is given too.
    """

    key: str
    most: bool
    target: float
    limits_musd: tuple[float, ...]
    whole: Whole
    answer_type: ClassVar[type[Any]] = RelaxedAnswer

    def __call__(self, planner: Planner, watch: Watch) -> RelaxedAnswer:
        """Ask it of a case's program."""
        thing = things_of(planner.case)[self.key]
        weights = thing.weights(planner)
        bounds: list[float] = []
        plans: list[FoundPlan] = []
        outcome, seconds = Outcome.OPTIMAL, 0.0
        cheapest = least_cost(planner, self.whole, self.target) if thing.divisible else math.nan
        furthest = thing.largest(planner) * (1 - STEP_ROUNDING) if self.most else 0.0
        for limit in self.limits_musd:
            if planner.engine.interrupted:
                return RelaxedAnswer(Outcome.INTERRUPTED, seconds, plans=tuple(plans), bounds=tuple(bounds))
            if bounds and (bounds[-1] >= furthest if self.most else bounds[-1] <= furthest):
                bounds.append(bounds[-1])  # as far as it can go within less money, so it is within more
            else:
                relaxed = planner.extreme(weights, self.target, limit, maximise=self.most, relaxed=True)
                if relaxed.outcome is Outcome.INTERRUPTED:
                    return RelaxedAnswer(Outcome.INTERRUPTED, seconds, plans=tuple(plans), bounds=tuple(bounds))
                proven = relaxed.outcome is Outcome.OPTIMAL
                bounds.append(self._bound(relaxed.bound if relaxed.found else math.nan, thing))
                outcome, seconds = outcome if proven else relaxed.outcome, seconds + relaxed.seconds
            if thing.divisible:
                values = within(planner, weights, self.whole, self.target, limit, most=self.most)
                if values is not None:
                    plans.append(found_plan(planner, values, cheapest))
        return RelaxedAnswer(outcome, seconds, plans=tuple(plans), bounds=tuple(bounds))

    def _bound(self, value: float, thing: Quantity) -> float:
        return thing.at_most(value) if self.most else thing.at_least(value)


# ---- the least and the most of whole plans ---------------------------------------------------------


@dataclass(frozen=True)
class SearchAnswer(PlansAnswer):
    """A proven bound, in the unit of the thing asked about."""

    amount_bound: float = math.nan


@dataclass(frozen=True)
class Search(Question):
    """The least (or the most) of a thing that any whole plan has within a cost limit.

    The search begins from the plan of ``whole``. ``range_known`` is how far apart the bound and that plan are: a
    divisible amount is sought to a hundredth of it.
    """

    key: str
    most: bool
    target: float
    limit_musd: float
    whole: Whole
    range_known: float
    controls: Controls
    answer_type: ClassVar[type[Any]] = SearchAnswer

    def __call__(self, planner: Planner, watch: Watch) -> SearchAnswer:
        """Ask it of a case's program."""
        thing = things_of(planner.case)[self.key]
        weights = thing.weights(planner)
        gap = GAP_OF_AMOUNTS * self.range_known if thing.step is None else PART_OF_A_STEP * thing.step
        start = within(planner, weights, self.whole, self.target, self.limit_musd, most=self.most)
        found = planner.extreme(
            weights,
            self.target,
            self.limit_musd,
            maximise=self.most,
            controls=replace(self.controls, watch=watch, absolute_gap=gap),
            start=start,
        )
        bound = thing.at_most(found.bound) if self.most else thing.at_least(found.bound)
        plans: tuple[FoundPlan, ...] = ()
        if found.found:
            whole = whole_of(planner, found.values)
            values = within(planner, weights, whole, self.target, self.limit_musd, most=self.most)
            if values is not None:
                plans = (found_plan(planner, values, least_cost(planner, whole, self.target)),)
        return SearchAnswer(found.outcome, found.seconds, plans=plans, amount_bound=bound)
