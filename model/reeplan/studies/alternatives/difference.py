"""How different two plans are, and the whole plan that is most different from given ones.

The difference of two plans is the mean, over all plants and options that can be built, of half whether only one of
the plans has it at all, and half how far apart the sizes are, as a share of the largest possible: 0 for the same
builds, 1 where everything that one plan builds in full the other leaves out and the other way round. When something is
built makes no difference, and neither does who pays.

The next plan is the one whose difference from the nearest of those before is greatest. To seek plans that differ as
much as they can within a slack of cost is the idea of Brill, Chang and Hopkins (Hop, Skip and Jump; *Management
Science* 28, 1982). That method minimises a weighted sum of what earlier plans have; with three plans or more such sums
cancel out and lead back to plans known already, so here the least difference itself is maximised, as Zechman and
Ranjithan do (*Engineering Optimization* 36, 2004), and as a mixed-integer program, so that a bound is proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyomo.environ as pyo

from reeplan.solve.questions import Question
from reeplan.studies.alternatives.flips import turned_round
from reeplan.studies.alternatives.found import FoundPlan, Whole, as_columns, found_plan, limit_with_rounding, whole_of
from reeplan.studies.alternatives.quantities import most_modules
from reeplan.studies.alternatives.questions import PlansAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.solve.engine import Controls, Solution, Watch
    from reeplan.solve.planner import Planner

Builds = tuple[tuple[str, int], ...]
"""The modules of every asset that can be built, decided over the horizon."""

GAP = 0.01
"""Accuracy of a difference: a hundredth of the whole scale."""


def sizes(case: Case) -> dict[str, int]:
    """The most modules of everything that can be built."""
    return {name: most_modules(case, asset) for name, asset in case.assets.items() if case.decision_years(asset)}


def difference(most: Mapping[str, int], one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """How different two plans are, 0 to 1.

    >>> difference({"mine": 4, "plant": 1}, {"mine": 4, "plant": 0}, {"mine": 2, "plant": 0})
    0.125
    """
    if not most:
        return 0.0
    apart = (
        0.5 * ((one[a] > 0) != (other[a] > 0)) + 0.5 * abs(one[a] - other[a]) / largest for a, largest in most.items()
    )
    return sum(apart) / len(most)


def nearest(most: Mapping[str, int], one: Mapping[str, int], others: Sequence[Mapping[str, int]]) -> float:
    """The difference from the nearest of several plans."""
    return min(difference(most, one, other) for other in others)


# ---- the program ----------------------------------------------------------------------------------


def add_difference(m: Any, most: Mapping[str, int], earlier: Sequence[Mapping[str, int]]) -> Any:
    """Add the difference from the nearest of earlier plans to a case's program, as a block with its objective."""
    block = m.difference = pyo.Block()
    block.has = pyo.Var(list(most), domain=pyo.Binary)
    block.least = pyo.Var(bounds=(0, 1))
    block.has_all = pyo.Constraint(list(most), rule=lambda b, a: _modules(m, a) <= most[a] * b.has[a])
    block.has_some = pyo.Constraint(list(most), rule=lambda b, a: _modules(m, a) >= b.has[a])
    between = [(i, a) for i, plan in enumerate(earlier) for a in most if 0 < plan[a] < most[a]]
    block.more = pyo.Var(between, domain=pyo.Binary)
    block.gap = pyo.Var(between, domain=pyo.NonNegativeReals)
    block.above = pyo.Constraint(between, rule=lambda b, i, a: _above(m, b, most, earlier[i], i, a))
    block.below = pyo.Constraint(between, rule=lambda b, i, a: _below(m, b, most, earlier[i], i, a))
    block.apart = pyo.Constraint(
        range(len(earlier)), rule=lambda b, i: len(most) * b.least <= sum(_terms(m, b, most, earlier[i], i))
    )
    block.most_different = pyo.Objective(expr=block.least, sense=pyo.maximize)
    return block


def _modules(m: Any, asset: str) -> Any:
    """All modules of an asset over the horizon."""
    return m.built[asset, m.decision_years[asset][-1]]


def _above(m: Any, block: Any, most: Mapping[str, int], plan: Mapping[str, int], i: int, asset: str) -> Any:
    """Where there is more than in the earlier plan, the gap is at most the surplus (shares of the largest size)."""
    size, was = _modules(m, asset) / most[asset], plan[asset] / most[asset]
    return block.gap[i, asset] <= size - was + 2 * was * (1 - block.more[i, asset])


def _below(m: Any, block: Any, most: Mapping[str, int], plan: Mapping[str, int], i: int, asset: str) -> Any:
    """Where there is less, it is at most what is missing."""
    size, was = _modules(m, asset) / most[asset], plan[asset] / most[asset]
    return block.gap[i, asset] <= was - size + 2 * (1 - was) * block.more[i, asset]


def _terms(m: Any, block: Any, most: Mapping[str, int], plan: Mapping[str, int], i: int) -> Iterator[Any]:
    """What every asset adds to the difference from an earlier plan: linear where that has none of it, or all."""
    for asset, largest in most.items():
        had = plan[asset] > 0
        yield 0.5 * ((1 - block.has[asset]) if had else block.has[asset])
        size = _modules(m, asset) / largest
        if not had:
            yield 0.5 * size
        elif plan[asset] == largest:
            yield 0.5 * (1 - size)
        else:
            yield 0.5 * block.gap[i, asset]


# ---- the question ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DifferentAnswer(PlansAnswer):
    """The plan (in ``plans``), its difference from the nearest earlier plan, and a proven bound of any plan's."""

    difference: float = 0.0
    difference_bound: float = 1.0


@dataclass(frozen=True)
class MostDifferent(Question):
    """The whole plan within a cost limit that is most different from earlier ones; it begins from that of ``whole``."""

    earlier: tuple[Builds, ...]
    target: float
    limit_musd: float
    whole: Whole
    controls: Controls
    answer_type: ClassVar[type[Any]] = DifferentAnswer

    def __call__(self, planner: Planner, watch: Watch) -> DifferentAnswer:
        """Ask it of a case's program."""
        most, earlier = sizes(planner.case), [dict(builds) for builds in self.earlier]
        start = self._start(planner, most, earlier)
        solution, whole = self._solve(planner, most, earlier, start, watch)
        begun = None if start is None else whole_of(planner, start)  # kept where the search found nothing better
        plans = [plan for numbers in (whole, begun) if numbers is not None for plan in self._as_plan(planner, numbers)]
        plans = sorted(plans, key=lambda plan: nearest(most, plan.modules, earlier))[-1:]
        bound = min(1.0, solution.bound) if np.isfinite(solution.bound) else 1.0
        apart = nearest(most, plans[0].modules, earlier) if plans else 0.0
        return DifferentAnswer(
            solution.outcome,
            solution.seconds,
            plans=tuple(plans),
            difference=apart,
            difference_bound=max(bound, apart),
        )

    def _start(self, planner: Planner, most: Mapping[str, int], earlier: list[dict[str, int]]) -> Any:
        """A plan to begin from: that of ``whole``, flipped as far as the limit allows."""
        last = {a: planner.columns("built")[a, planner.model.decision_years[a][-1]] for a in most}

        def apart(whole: Mapping[int, float]) -> float:
            return nearest(most, {a: round(whole[column]) for a, column in last.items()}, earlier)

        known = as_columns(planner, self.whole)
        limit_s = self.controls.time_limit_s
        best = turned_round(planner, known, self.target, self.limit_musd, apart, limit_s)
        for whole in (best, known):
            priced = planner.cheapest_with(whole, self.target)
            if priced.found and priced.objective <= limit_with_rounding(self.limit_musd):
                return priced.values
        return None

    def _solve(
        self, planner: Planner, most: Mapping[str, int], earlier: list[dict[str, int]], start: Any, watch: Watch
    ) -> tuple[Solution, Whole | None]:
        """Solve the program with the difference in it, and give the whole numbers of the program without it."""
        m, engine = planner.model, planner.engine
        block = add_difference(m, most, earlier)
        try:
            wider = engine.with_more(m)
            floor = {wider.column(m.resilience): self.target} if self.target > 0 else {}
            solution = wider.solve(
                "most_different",
                replace(self.controls, watch=watch, absolute_gap=GAP),
                at_least={column: at for column, at in floor.items() if column is not None},
                at_most={"cost": self.limit_musd},
                maximise=True,
                start=None if start is None else _started(planner, wider, block, most, earlier, start),
            )
            values = solution.values
            if values is None:
                return solution, None
            columns = [wider.column(engine.columns[int(j)]) for j in np.flatnonzero(engine.integer)]
            return solution, tuple(round(float(values[j])) for j in columns)
        finally:
            m.del_component(block)

    def _as_plan(self, planner: Planner, whole: Whole) -> tuple[FoundPlan, ...]:
        """The cheapest plan of these whole numbers, where it keeps the limit to the last digit."""
        cheapest = planner.cheapest_with(as_columns(planner, whole), self.target)
        if not cheapest.found or cheapest.objective > limit_with_rounding(self.limit_musd):
            return ()
        return (found_plan(planner, cheapest.values, float(cheapest.objective)),)


def _started(
    planner: Planner, wider: Any, block: Any, most: Mapping[str, int], earlier: list[dict[str, int]], start: Any
) -> Any:
    """A plan of the program as one of the program with the difference."""
    values: Any = np.zeros(len(wider.columns))
    for j, variable in enumerate(planner.engine.columns):
        values[wider.column(variable)] = float(start[j])
    m = planner.model
    modules = {a: round(float(values[wider.column(_modules(m, a))])) for a in most}
    for a, number in modules.items():
        values[wider.column(block.has[a])] = float(number > 0)
    for i, a in block.gap:
        size, was = modules[a] / most[a], earlier[i][a] / most[a]
        values[wider.column(block.more[i, a])] = float(size > was)
        values[wider.column(block.gap[i, a])] = abs(size - was)
    values[wider.column(block.least)] = nearest(most, modules, earlier)
    return values
