"""One plan: solve the program under a target, polish it, and re-run its windows for the report.

The integers come from the mixed-integer solve; with them fixed a linear program gives the exact
cost, and with investment and undisrupted path fixed every window is re-run at its own least cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from reeplan.endings import Outcome
from reeplan.inputs.spec import BASE
from reeplan.model.measures import in_target, served_in_windows
from reeplan.model.program import build_program
from reeplan.model.program.resilience import cutoff, measured_columns, window_cutoffs
from reeplan.solve.engine import Controls, Engine, Solution
from reeplan.solve.windows.engine import WindowsEngine
from reeplan.solve.windows.partition import Partition
from reeplan.tolerances import HELD_ROOM, INEXACT, KEPT_ROOM, LAST_DIGITS, REACHED_ROOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from reeplan.interrupt import Interrupt
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.basis import Basis
    from reeplan.solve.windows.knowledge import Lessons

INVESTMENT = ("built", "open", "fund", "sitefund", "space", "cap")
"""Variables that all windows share."""

OPERATION = ("run", "buy", "ship", "sell", "level", "unmet")
"""Variables of a period; the last part of their index is the window."""


BETWEEN_S, BETWEEN_NODES = 30.0, 200
"""How long the search between two plans takes at most, s and nodes."""

MANY_WINDOWS = 16
"""From so many windows on the program is asked window by window: below, the whole of it is as quick."""


@dataclass(frozen=True)
class Plan:
    """A plan and what is proven of it.

    ``values`` is the solver's vector, in the units of the program. ``bound_musd``: no plan that keeps
    ``target`` costs less (on a front: no plan as resilient as this one); ``kept`` is the resilience that its
    windows keep when they are re-run. ``resilience`` is what the plan serves, by the measure asked for.
    ``violation`` is the largest violation of any rule of the program, recomputed from the values, relative
    to the size of the rule's terms. ``not_rerun``: the windows that could not be solved again at their own least cost
    (``base``: the undisrupted path could not be priced); there no price is known, and all else is as the plan was
    found.
    """

    values: Any
    target: float
    kept: float
    cost_musd: float
    bound_musd: float
    resilience: float
    outcome: Outcome
    seconds: float
    prices: dict[tuple[str, str, int, str], float]
    violation: float = 0.0
    not_rerun: tuple[str, ...] = ()

    @property
    def keeps(self) -> float:
        """The resilience it counts as: what it serves, or what it was made to keep if it misses that by rounding."""
        return max(self.resilience, min(self.kept, self.resilience + KEPT_ROOM))

    @property
    def gap_musd(self) -> float:
        """How far the plan may be from the cheapest: cost less bound, never negative."""
        return max(0.0, self.cost_musd - self.bound_musd)


class Solved(Protocol):
    """What a plan is made of: a solution of the solver, or an answer that holds one."""

    @property
    def outcome(self) -> Outcome:
        """How the solve ended."""

    @property
    def values(self) -> Any:
        """The solver's vector."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def violation(self) -> float:
        """The largest violation of any rule."""


def within_gap(
    relaxed: Solution, gap: float | Callable[[Solution], float], controls: Controls, search: Callable[[Controls], Any]
) -> tuple[Any, float]:
    """The least cost to a gap, and that gap in MUSD: a part of the relaxation's cost, or what ``gap`` makes of it.

    What a ``search`` over whole modules finds has the relaxation's bound where that is better. Without a plan with
    divisible modules there is none with whole ones, and the search is left out.
    """
    if not relaxed.found:
        return relaxed, 0.0
    allowed = gap(relaxed) if callable(gap) else gap * abs(relaxed.objective)
    found = search(replace(controls, absolute_gap=allowed))
    bound = max(relaxed.bound, found.bound) if np.isfinite(found.bound) else relaxed.bound
    return replace(found, bound=bound), allowed


def polished(engine: Engine, found: Solved, fixed: Mapping[int, float], at_least: Mapping[int, float]) -> Any:
    """The cheapest continuous decisions with the whole numbers of what was found, within bounds of columns."""
    lp = engine.solve("cost", fixed={**fixed, **whole_numbers(engine, found.values)}, at_least=at_least, relax=True)
    if lp.outcome is Outcome.OPTIMAL:
        return lp.values
    # No optimum, but perhaps a cheaper plan all the same; the plan found is one as it is.
    cheaper = lp.found and lp.objective < engine.value("cost", found.values)
    return lp.values if cheaper and lp.violation <= found.violation else found.values


def whole_numbers(engine: Engine, values: Any) -> dict[int, float]:
    """The whole numbers of a solver's vector, by column."""
    return {int(j): float(values[j]) for j in np.flatnonzero(engine.integer)}


def refuted(bound: float, cost: float) -> bool:
    """Whether a plan of this cost shows that what the solver called a bound was none."""
    return bound > cost + INEXACT * abs(cost)


class Planner:
    """Solves plans of one case under one measure: builds the program once, asks it often."""

    def __init__(
        self, case: Case, measure: Measure, log_file: Path | None = None, interrupt: Interrupt | None = None
    ) -> None:
        self.case, self.measure = case, measure
        self.model = build_program(case, measure)
        self.engine = self._engine(log_file, interrupt)
        self._resilience = self.engine.column(self.model.resilience)

    def _engine(self, log_file: Path | None, interrupt: Interrupt | None) -> Engine:
        """The solver with the program in it: whole, or window by window where there are many."""
        if len(self.case.windows) < MANY_WINDOWS:
            return Engine(self.model, log_file, interrupt)
        return WindowsEngine(self.model, self._partition, log_file, interrupt)

    def _partition(self, engine: Engine) -> Partition:
        """Whose each column and row of the program is."""
        window_of = {
            column: index[-1]
            for name in OPERATION
            for index, variable in getattr(self.model, name).items()
            if index[-1] != BASE and (column := engine.column(variable)) is not None
        }
        measured = [engine.column(variable) for variable in measured_columns(self.model)]
        labels = [window.label for window in self.case.windows]
        return Partition.of(engine.matrix, window_of, labels, [column for column in measured if column is not None])

    def lessons(self) -> Lessons | None:
        """What was learned of the windows since this was last asked; None where they are all in the program."""
        return self.engine.lessons() if isinstance(self.engine, WindowsEngine) else None

    def take(self, lessons: Lessons | None) -> None:
        """Learn what was learned of windows by other programs."""
        if lessons is not None and isinstance(self.engine, WindowsEngine):
            self.engine.take(lessons)

    # ---- the questions asked of the program -----------------------------------------------------

    def cheapest(self, target: float, controls: Controls, start: Any = None, below: Any = None) -> Solution:
        """The cheapest plan that keeps the target, from a plan on.

        ``below``: whole numbers of a cheaper and less resilient plan. Then a short search looks among the whole numbers
        that lie between the two first: what a level in the middle needs is mostly there, and found in seconds.
        """
        if start is not None and below is not None:
            between = self._between(target, controls, start, below)
            start = between.values if between.found else start
            controls = replace(controls, time_limit_s=max(1.0, controls.time_limit_s - between.seconds))
        return self.engine.solve("cost", controls, at_least=self.cutoff(target), start=start)

    def _between(self, target: float, controls: Controls, start: Any, below: Any) -> Solution:
        """The cheapest plan that keeps the target among the whole numbers between two plans'."""
        columns = np.flatnonzero(self.engine.integer)
        ends = np.round(start[columns]), np.round(below)
        least = dict(zip(columns.tolist(), np.minimum(*ends).tolist(), strict=True))
        most = dict(zip(columns.tolist(), np.maximum(*ends).tolist(), strict=True))
        short = replace(controls, time_limit_s=min(BETWEEN_S, controls.time_limit_s), nodes=BETWEEN_NODES)
        return self.engine.solve("cost", short, at_least={**least, **self.cutoff(target)}, no_more=most, start=start)

    def cheapest_relaxed(self, target: float, begin_at: Basis | None = None, *, keep_basis: bool = False) -> Solution:
        """The same with divisible modules: a bound, in seconds; begun where a similar solve ended, in less."""
        return self.engine.solve(
            "cost", at_least=self.cutoff(target), relax=True, begin_at=begin_at, keep_basis=keep_basis
        )

    def cheapest_within(
        self, target: float, gap: float | Callable[[Solution], float], controls: Controls
    ) -> tuple[Solution, float]:
        """The cheapest plan that keeps the target, to a gap (see ``within_gap``), and that gap in MUSD."""
        return within_gap(self.cheapest_relaxed(target), gap, controls, partial(self.cheapest, target))

    def most_resilient(self, controls: Controls, start: Any = None, cost_limit_musd: float | None = None) -> Solution:
        """The highest resilience that any plan reaches, or any plan that costs no more than a limit."""
        limit = {} if cost_limit_musd is None else {"cost": cost_limit_musd}
        return self.engine.solve("most_resilient", controls, maximise=True, start=start, at_most=limit)

    def most_resilient_relaxed(self) -> Solution:
        """The same with divisible modules: an upper bound on every plan's resilience."""
        return self.engine.solve("most_resilient", maximise=True, relax=True)

    def cheapest_with(self, whole: Mapping[int, float], target: float) -> Solution:
        """The cheapest plan with these whole numbers (by column) that keeps the target: a linear program."""
        return self.engine.solve("cost", fixed=whole, at_least=self.cutoff(target), relax=True)

    def extreme(
        self,
        weights: Any,
        target: float,
        cost_limit_musd: float,
        *,
        maximise: bool,
        controls: Controls | None = None,
        whole: Mapping[int, float] | None = None,
        relaxed: bool = False,
        start: Any = None,
    ) -> Solution:
        """The least or the most of ``weights @ values`` in any plan that keeps the target within a cost limit.

        With ``whole`` the whole numbers are given and the rest is a linear program; ``relaxed``: modules are
        divisible, which gives a bound in seconds.
        """
        return self.engine.solve(
            weights,
            controls,
            at_least=self.cutoff(target),
            fixed=whole,
            at_most={"cost": cost_limit_musd},
            relax=relaxed or whole is not None,
            maximise=maximise,
            start=start,
        )

    def nearest(
        self,
        own: Sequence[float],
        other: Sequence[float],
        target: float,
        cost_limit_musd: float,
        controls: Controls,
        start: Any = None,
    ) -> Solution:
        """The plan within a cost limit whose modules lie nearest to another plan's, found from its own plan ``start``.

        ``own`` and ``other`` are the whole numbers of both, in the order of the columns. Two short searches, in which a
        distance needs no columns of its own: among the plans that lie between the two, and among those that add to
        the other. The objective is ``distance``.
        """
        engine, reference = self.engine, np.zeros(len(self.engine.columns))
        columns = [int(j) for j in np.flatnonzero(engine.integer)]
        reference[columns] = other
        capital, cutoffs, limit = self.capital_of_modules, self.cutoff(target), {"cost": cost_limit_musd}
        least, most, alike = dict(cutoffs), {}, {}
        towards = np.zeros(len(capital))
        for column, here, there in zip(columns, own, other, strict=True):
            if here == there:
                alike[column] = here
            else:
                least[column], most[column] = min(here, there), max(here, there)
                towards[column] = capital[column] if here > there else -capital[column]
        between = engine.solve(
            towards, controls, at_least=least, no_more=most, fixed=alike, at_most=limit, start=start
        )
        added = {column: there for column, there in zip(columns, other, strict=True) if capital[column]}
        beyond = engine.solve(capital, controls, at_least={**cutoffs, **added}, at_most=limit)
        found = [
            replace(one, objective=self.distance(one.values, reference)) for one in (between, beyond) if one.found
        ]
        seconds = between.seconds + beyond.seconds
        return replace(min(found, key=lambda one: one.objective, default=between), seconds=seconds)

    def distance(self, values: Any, other: Any) -> float:
        """How far two plans lie apart: cumulative modules by their capital, each year counted, MUSD."""
        return float(np.abs(values - other) @ self.capital_of_modules)

    @cached_property
    def capital_of_modules(self) -> Any:
        """The capital of one module, MUSD, in the columns of cumulative modules; 0 in all others."""
        musd = np.zeros(len(self.engine.columns))
        for (name, _), column in self.columns("built").items():
            musd[column] = self.case.assets[name].module_musd
        return musd

    # ---- from a solution to a plan that can be reported -----------------------------------------

    def report(self, solution: Solved, target: float, bound_musd: float, *, raise_resilience: bool = False) -> Plan:
        """A solution as a plan that can be reported: polished, its windows re-run, with prices."""
        return self.complete(self.polish(solution, target, bound_musd, raise_resilience=raise_resilience))

    def polish(self, solution: Solved, target: float, bound_musd: float, *, raise_resilience: bool = False) -> Plan:
        """The exact cost and resilience of a solution's integers: a plan still without prices.

        ``raise_resilience``: among the plans of these investments that cost no more, take the most resilient
        (the second step of a lexicographic optimum). A bound that this very plan undercuts was none: then that of
        the relaxation is taken.
        """
        values, kept = polished(self.engine, solution, {}, self.cutoff(target)), target
        if raise_resilience:
            values, kept = self._most_resilient_at_this_cost(values, target)
        cost = self.engine.value("cost", values)
        if refuted(bound_musd, cost):
            bound_musd = self.cheapest_relaxed(target).bound
        return Plan(
            values=values,
            target=target,
            kept=kept,
            cost_musd=cost,
            bound_musd=min(bound_musd, cost),
            resilience=self.resilience_of(values),
            outcome=solution.outcome,
            seconds=solution.seconds,
            prices={},
            violation=self.engine.violation(values),
        )

    def complete(self, plan: Plan) -> Plan:
        """A polished plan with every window re-run at its own least cost, and prices."""
        prices, unpriced = self._prices(plan.values, plan.kept)
        values, window_prices, not_rerun = self._windows_at_least_cost(plan.values, plan.kept)
        return replace(
            plan,
            values=values,
            cost_musd=self.engine.value("cost", values),
            resilience=self.resilience_of(values),
            prices=prices | window_prices,
            violation=self.engine.violation(values),
            not_rerun=(*unpriced, *not_rerun),
        )

    def resilience_of(self, values: Any) -> float:
        """The resilience of a plan by the measure asked for, from what goes unmet."""
        return self.measure.of(self.case, self.unmet(values))

    def unmet(self, values: Any) -> dict[tuple[str, str, int, str], float]:
        """What goes unmet: (region, material, year, window) -> t."""
        return self.by_index("unmet", values)

    def by_index(self, variable: str, values: Any) -> dict[Any, float]:
        """The values of one Pyomo variable by its index."""
        return {index: float(values[column]) for index, column in self.columns(variable).items()}

    def columns(self, variable: str) -> dict[Any, int]:
        """Where one Pyomo variable stands in the solver's vectors, by its index."""
        return self._columns[variable]

    def cutoff(self, target: float) -> dict[int, float]:
        """The cutoff constraint as the solver takes it: a lower bound by column."""
        stated = cutoff(self.model, target)
        return self._lower_bounds([] if stated is None else [stated])

    def _lower_bounds(self, stated: Iterable[tuple[Any, float]]) -> dict[int, float]:
        columns = ((self.engine.column(variable), bound) for variable, bound in stated)
        return {column: bound for column, bound in columns if column is not None}

    def whole(self, values: Any) -> dict[int, float]:
        """The integers of a plan, by column."""
        return whole_numbers(self.engine, values)

    def _most_resilient_at_this_cost(self, values: Any, target: float) -> tuple[Any, float]:
        if self._resilience is None:
            return values, target
        cost = self.engine.value("cost", values)
        whole = self.whole(values)
        raised = self.engine.solve(
            "most_resilient",
            fixed=whole,
            at_least=self.cutoff(target),
            at_most={"cost": cost + REACHED_ROOM * abs(cost)},
            relax=True,
            maximise=True,
        )
        if raised.outcome is not Outcome.OPTIMAL or raised.objective < target:
            return values, target
        # The most resilient plan at this cost, as cheap as it can be at that resilience, and never below the target.
        reached = max(target, raised.objective - REACHED_ROOM)
        cheapest = self.cheapest_with(whole, reached)
        values = cheapest.values if cheapest.outcome is Outcome.OPTIMAL else raised.values
        return values, reached

    def _windows_at_least_cost(self, values: Any, target: float) -> tuple[Any, dict[Any, float], tuple[str, ...]]:
        """Every window at its own least cost, given investment and undisrupted path; the prices, and where that failed.

        What is held fixed is only known to the solver's last digits, and may contradict a rule by these: then it is
        given a little room. Should that not help, one window after the other is tried with the others held as well.
        """
        labels = [window.label for window in self.case.windows]
        if not labels:
            return values, {}, ()
        kept = self._window_cutoffs(values, target)
        rerun = self.windows_again(values, self._shared_columns, kept)
        if rerun is not None:
            return rerun.values, self._balance_prices(rerun, labels), ()
        prices: dict[Any, float] = {}
        failed = []
        for label in labels:
            others = [column for other in labels if other != label for column in self._window_columns[other]]
            alone = self.windows_again(values, [*self._shared_columns, *others], kept)
            if alone is None:
                failed.append(label)
            else:
                values = alone.values
                prices |= self._balance_prices(alone, [label])
        return values, prices, tuple(failed)

    def windows_again(self, values: Any, held: Sequence[int], kept: Mapping[int, float]) -> Solution | None:
        """The windows at least cost with columns held fixed, with as little room as it takes; None if that fails."""
        fixed = {int(j): float(values[j]) for j in held}
        for room in HELD_ROOM:
            rerun = self.engine.solve("windows_cost", fixed=fixed, room=room, at_least=kept, relax=True)
            if rerun.outcome is Outcome.OPTIMAL:
                return rerun
        return None

    def _window_cutoffs(self, values: Any, target: float) -> dict[int, float]:
        """What a re-run window must keep: the target, or what it served where it may happen."""
        if self.measure.by_window:
            return self.cutoff(target)
        served = served_in_windows(self.case, self.unmet(values))
        likely = [window.label for window in in_target(self.case) if window.probability > 0]
        kept = {window: min(1.0, served[window]) - REACHED_ROOM for window in likely}
        return self._lower_bounds(window_cutoffs(self.model, kept))

    def _prices(self, values: Any, target: float) -> tuple[dict[Any, float], tuple[str, ...]]:
        """Prices on the undisrupted path: what a tonne more would cost, given what is built; and where they failed."""
        found = self.priced(values, target)
        return ({}, (BASE,)) if found is None else (self._balance_prices(found, [BASE]), ())

    def priced(self, values: Any, target: float) -> Solution | None:
        """The optimum with a plan's whole numbers whose duals are prices; None if it cannot be had.

        The target may be what the plan was found to keep to the last digit: then it is given a little room.
        """
        for floor in (target, target - REACHED_ROOM):
            found = self.cheapest_with(self.whole(values), floor)
            if found.outcome is Outcome.OPTIMAL:
                return found
        return None

    def _balance_prices(self, solution: Solution, windows: Sequence[str]) -> dict[Any, float]:
        """Duals of the balances of some windows as USD/t of their own year; none where a period has no weight."""
        prices: dict[Any, float] = {}
        for position, index in self.balance_rows:
            *_, year, window = index
            if window not in windows:
                continue
            weight = self.case.discount(year) * (self.case.base_weight(year) if window == BASE else 1.0)
            if weight > LAST_DIGITS and solution.row_duals is not None:
                prices[index] = float(solution.row_duals[position]) / weight * 1e6
        return prices

    # ---- where everything is in the solver's vectors --------------------------------------------

    @cached_property
    def _columns(self) -> dict[str, dict[Any, int]]:
        found: dict[str, dict[Any, int]] = {}
        for name in INVESTMENT + OPERATION:
            variables = getattr(self.model, name)
            found[name] = {
                index: column
                for index, variable in variables.items()
                if (column := self.engine.column(variable)) is not None
            }
        return found

    @cached_property
    def _shared_columns(self) -> list[int]:
        investment = [column for name in INVESTMENT for column in self._columns[name].values()]
        base = [column for name in OPERATION for index, column in self._columns[name].items() if index[-1] == BASE]
        return investment + base

    @cached_property
    def _window_columns(self) -> dict[str, list[int]]:
        """The columns of operation of each window."""
        found: dict[str, list[int]] = {window.label: [] for window in self.case.windows}
        for name in OPERATION:
            for index, column in self._columns[name].items():
                if index[-1] != BASE:
                    found[index[-1]].append(column)
        return found

    @cached_property
    def balance_rows(self) -> list[tuple[int, Any]]:
        """Every balance: its row and its (region, material, year, window)."""
        balance = self.model.balance
        return [
            (position, row.index())
            for position, row in enumerate(self.engine.rows)
            if row.parent_component() is balance
        ]
