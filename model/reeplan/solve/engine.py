"""The solver adapter: with ``basis``, the only file that knows HiGHS.

A Pyomo model is handed over once as matrices, scaled by powers of two, and then solved as often
as asked under other objectives, bounds and starts. What comes back is an outcome, values in the
model's own units, a proven bound, and how well the values keep the model's rules.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import highspy
import numpy as np
import scipy.sparse as sp
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy.optimize import linprog

from reeplan.tolerances import (
    FEASIBILITY,
    FINE_FEASIBILITY,
    FINE_SMALLEST_COEFFICIENT,
    FIXED_ROOM,
    INEXACT,
    NOT_ZERO,
    SMALLEST_COEFFICIENT,
    SMALLEST_GAP,
)

if TYPE_CHECKING:
    from pathlib import Path

from reeplan.endings import Outcome
from reeplan.interrupt import Interrupt
from reeplan.solve.basis import Basis
from reeplan.standard_output import silent

Vector = Any
"""A numpy array of floats."""


@dataclass(frozen=True)
class Progress:
    """What is known while a solve runs; money and shares in the model's units.

    Of the ``windows``, if they are asked one by one, ``held`` are in the program, and the last plan ``missed`` so many.
    """

    seconds: float
    incumbent: float
    bound: float
    nodes: int
    windows: int = 0
    held: int = 0
    missed: int = 0


Watch = Callable[[Progress], None]


@dataclass(frozen=True)
class Solution:
    """What a solve gave. ``values`` is None when no plan was found.

    ``objective`` and ``bound`` are in the objective's own units; ``bound`` is proven (infinite where nothing is).
    ``violation`` is the largest violation of any rule, relative to the size of its terms.
    """

    outcome: Outcome
    values: Vector | None
    objective: float
    bound: float
    seconds: float
    violation: float = 0.0
    row_duals: Vector | None = None
    column_duals: Vector | None = None
    basis: Basis | None = None

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.values is not None


STOPPED = Solution(Outcome.INTERRUPTED, None, np.nan, np.nan, 0.0)
"""Nothing was found before somebody asked to stop."""


@dataclass(frozen=True)
class Controls:
    """How hard to try: absolute gap in the objective's units, seconds, nodes of a search, threads, seed.

    ``known_bound``: proven of the question already, so that the search need not prove it again.

    One thread is as fast as several here, and every solve of a process must ask for the same number.
    """

    absolute_gap: float = 0.0
    time_limit_s: float = float("inf")
    nodes: int | None = None
    known_bound: float | None = None
    threads: int = 1
    seed: int = 0
    watch: Watch | None = None


@dataclass
class Matrices:
    """A program as arrays: ``row_lower <= A x <= row_upper``, column bounds, objectives by name."""

    A: Any
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector
    integer: Vector
    objectives: dict[str, tuple[Vector, float]] = field(default_factory=dict)


class Judge(Protocol):
    """Looks at the plans that a search over whole numbers finds while it goes on."""

    def plan(self, values: Vector) -> None:
        """A plan better than all before."""

    def enough(self, bound: float) -> bool:
        """Whether the search may end, now that so much is proven (in the objective's units)."""


class Question(NamedTuple):
    """What is asked of a program: an objective within bounds and limits, for whole numbers or not."""

    objective: str | Vector
    lower: Vector
    upper: Vector
    integer: Vector
    at_most: Mapping[str, float]
    maximise: bool
    may_stop: bool


class Engine:
    """A program handed over to the solver.

    ``columns`` and ``rows`` are the Pyomo variables and constraints in the order of all vectors.
    """

    def __init__(self, model: Any, log_file: Path | None = None, interrupt: Interrupt | None = None) -> None:
        with PauseGC():  # nothing made here is garbage
            form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
            self.columns: Sequence[Any] = form.columns
            self.rows: Sequence[Any] = [row.constraint for row in form.rows]
            self.position = {id(column): j for j, column in enumerate(self.columns)}
            self._data = _matrices(form)
        self._scale_by(_equilibrate(self._data), careful=False)
        self._log_file = log_file
        self._interrupt = interrupt or Interrupt()

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""
        return self._interrupt.asked

    @property
    def integer(self) -> Vector:
        """Which columns are whole numbers."""
        return self._data.integer

    @property
    def matrix(self) -> Any:
        """The coefficients of all rows (sparse, by row)."""
        return self._data.A

    def column(self, variable: Any) -> int | None:
        """The column of a Pyomo variable; None if no rule or objective uses it."""
        return self.position.get(id(variable))

    @property
    def row_lower(self) -> Vector:
        """The lower limit of every row."""
        return self._data.row_lower

    def coefficient_range(self) -> tuple[float, float]:
        """The smallest and the largest coefficient of the rules as the solver sees them, after scaling."""
        scaled = sp.diags_array(self._row_scale) @ self._data.A @ sp.diags_array(self._column_scale)
        sizes = np.abs(scaled.tocsr().data)
        sizes = sizes[sizes > 0]
        return float(sizes.min(initial=np.inf)), float(sizes.max(initial=0.0))

    def activity(self, values: Vector) -> Vector:
        """The value of every row's left side."""
        return self._data.A @ values

    def value(self, objective: str | Vector, values: Vector) -> float:
        """The value of an objective at these values."""
        cost, constant = self._objective(objective)
        return float(cost @ values) + constant

    def with_more(self, model: Any) -> Engine:
        """An engine for a model that has been added to, with the same account of the work and request to stop."""
        return Engine(model, self._log_file, self._interrupt)

    def solve(
        self,
        objective: str | Vector,
        controls: Controls | None = None,
        *,
        at_least: Mapping[int, float] | None = None,
        no_more: Mapping[int, float] | None = None,
        fixed: Mapping[int, float] | None = None,
        room: float = 0.0,
        at_most: Mapping[str, float] | None = None,
        relax: bool = False,
        maximise: bool = False,
        start: Vector | None = None,
        begin_at: Basis | None = None,
        keep_basis: bool = False,
    ) -> Solution:
        """Optimise one objective: one that the model states, by its name, or any other as a weight for every column.

        ``at_least`` raises lower bounds, ``no_more`` lowers upper ones and ``fixed`` fixes columns, by column number;
        ``at_most`` limits other objectives; ``relax`` drops integrality (then duals are returned); ``start``
        is a plan to begin from. A linear program can begin where a similar one ended (``begin_at``) and say where it
        ends itself (``keep_basis``). What is fixed has ``room`` to both sides, relative to its size (or to 1, if that
        is more); whole numbers have none.

        Where the solver fails, or what it says cannot be relied on, it is asked once more in another scaling.
        """
        controls = controls or Controls()
        question = self._question(
            objective, at_least or {}, fixed or {}, room, no_more or {}, at_most or {}, relax=relax, maximise=maximise
        )
        if question.may_stop and self.interrupted:
            return STOPPED
        if np.any(question.lower > question.upper):
            return Solution(Outcome.INFEASIBLE, None, np.nan, np.nan, 0.0)
        found = self._attempt(question, controls, start, begin_at, keep_basis)
        if found.outcome not in (Outcome.FAILED, Outcome.UNPROVEN) or self.interrupted:
            return found
        left = replace(controls, time_limit_s=max(1.0, controls.time_limit_s - found.seconds))
        again = self._more_careful(objective)._attempt(question, left, start, None, keep_basis)
        return _better(found, again, maximise)

    def _question(
        self,
        objective: str | Vector,
        at_least: Mapping[int, float],
        fixed: Mapping[int, float],
        room: float,
        no_more: Mapping[int, float],
        at_most: Mapping[str, float],
        *,
        relax: bool,
        maximise: bool,
    ) -> Question:
        """What is asked, as the solver takes it."""
        lower, upper = self._bounds(at_least, fixed, room, no_more)
        integer = np.zeros(len(lower), dtype=bool) if relax else self._data.integer
        # A linear program of given decisions makes a plan of what was found: it takes a second, and is not stopped.
        may_stop = not fixed or bool(integer.any())
        return Question(objective, lower, upper, integer, at_most, maximise, may_stop)

    def _more_careful(self, objective: str | Vector) -> Engine:
        """The same program, scaled so that what it costs to use a column is not lost beside what others cost."""
        other = copy.copy(self)
        other._scale_by(_equilibrate(self._data, self._objective(objective)[0], rounds=8), careful=True)
        return other

    def _scale_by(self, factors: tuple[Vector, Vector], *, careful: bool) -> None:
        """Scale rows and columns; ``careful``: with the finest tolerances that the solver has."""
        self._row_scale, self._column_scale = factors
        self._careful = careful
        least = FINE_SMALLEST_COEFFICIENT if careful else SMALLEST_COEFFICIENT
        self._drops_coefficients = self.coefficient_range()[0] <= least

    def _attempt(
        self,
        question: Question,
        controls: Controls,
        start: Vector | None,
        begin_at: Basis | None,
        keep_basis: bool,
        judge: Judge | None = None,
    ) -> Solution:
        objective, lower, upper, integer, at_most, maximise, _ = question
        highs, scale = self._load(objective, lower, upper, integer, at_most, maximise)
        _agree_on_threads(controls.threads)
        is_mip = bool(integer.any())
        self._configure(highs, controls, scale, is_mip=is_mip)
        if self._careful:
            highs.setOptionValue("dual_feasibility_tolerance", FINE_FEASIBILITY)
        if start is not None and is_mip:
            highs.setOptionValue("presolve_rule_off", _LOSES_STARTS)
            _set_start(highs, start / self._column_scale)
        if is_mip:
            begin_at = None  # only a linear program has a basis
        if begin_at is not None:
            highs.setBasis(begin_at.as_start(*self._names, more_rows=len(at_most)))
        self._listen(highs, controls, scale, judge, may_stop=question.may_stop)
        began = time.perf_counter()
        highs.run()
        if begin_at is not None and _outcome(highs.getModelStatus()) is Outcome.FAILED:
            # The solver cannot make a whole of every basis that fits in part: then it begins as if there were none.
            highs.clearSolver()
            highs.run()
        if not is_mip and _outcome(highs.getModelStatus()) is Outcome.INTERRUPTED:
            return replace(STOPPED, seconds=time.perf_counter() - began)  # where it stands proves nothing
        solution = self._collect(highs, question, scale, time.perf_counter() - began)
        if keep_basis and solution.found and not is_mip:
            solution = replace(solution, basis=Basis.of(highs.getBasis(), *self._names))
        return solution

    def least_in_part(
        self, weights: Vector, columns: Sequence[int], rows: Sequence[int], values: Vector, closed: Sequence[int]
    ) -> float | None:
        """The least ``weights @ x`` over some columns and rows of the model, all others held at ``values``.

        ``closed`` columns are held at zero; lower bounds are dropped. None if nothing is feasible.
        """
        data, kept, free = self._data, np.asarray(rows), np.asarray(columns)
        held = values.copy()
        held[free] = 0.0
        shift = data.A[kept] @ held
        upper = data.upper[free].copy()
        upper[np.isin(free, closed)] = 0.0
        matrix = sp.vstack([data.A[kept][:, free], -data.A[kept][:, free]]).tocsr()
        limit = np.concatenate([data.row_upper[kept] - shift, shift - data.row_lower[kept]]) + FIXED_ROOM
        binds = np.isfinite(limit)
        part = linprog(
            weights[free],
            A_ub=matrix[binds],
            b_ub=limit[binds],
            bounds=np.column_stack([np.zeros(len(free)), upper]),
            method="highs",
        )
        return float(part.fun) if part.success else None

    def part(
        self,
        columns: Vector,
        rows: Vector,
        more: Matrices,
        scales: tuple[Vector, Vector],
        names: tuple[list[str], list[str]],
        reach: Vector,
    ) -> Engine:
        """An engine for some columns and rows of the program, followed by the columns and rows of ``more``.

        ``more`` has coefficients for all columns of the part, its own last, of its rows only; ``scales`` are factors
        (powers of two) of its rows and columns, ``names`` the names of its columns and rows, ``reach`` says how far its
        columns could go.
        """
        own, extra = self._data, len(more.lower)
        other = copy.copy(self)
        other.__dict__["_reach"] = np.append(self._reach[columns], reach)
        kept = own.A[rows][:, columns]
        top = sp.hstack([kept, sp.csr_array((len(rows), extra))]).tocsr() if extra else kept
        other._data = Matrices(
            A=sp.csr_array(sp.vstack([top, more.A])) if more.A.shape[0] else sp.csr_array(top),
            row_lower=np.append(own.row_lower[rows], more.row_lower),
            row_upper=np.append(own.row_upper[rows], more.row_upper),
            lower=np.append(own.lower[columns], more.lower),
            upper=np.append(own.upper[columns], more.upper),
            integer=np.append(own.integer[columns], more.integer),
            objectives={
                name: (np.append(weights[columns], more.objectives[name][0]), constant)
                for name, (weights, constant) in own.objectives.items()
            },
        )
        column_names, row_names = self._names
        other.__dict__["_names"] = (
            [*(column_names[j] for j in columns), *names[0]],
            [*(row_names[i] for i in rows), *names[1]],
        )
        factors = np.append(self._row_scale[rows], scales[0]), np.append(self._column_scale[columns], scales[1])
        other._scale_by(factors, careful=False)
        return other

    @cached_property
    def _names(self) -> tuple[list[str], list[str]]:
        """The names of all columns and rows: they tell them in another program."""
        return [column.name for column in self.columns], [row.name for row in self.rows]

    def _objective(self, objective: str | Vector) -> tuple[Vector, float]:
        """The weights of the columns, and the constant."""
        return self._data.objectives[objective] if isinstance(objective, str) else (objective, 0.0)

    def _bounds(
        self,
        at_least: Mapping[int, float],
        fixed: Mapping[int, float],
        room: float = 0.0,
        no_more: Mapping[int, float] | None = None,
    ) -> tuple[Vector, Vector]:
        data = self._data
        lower, upper = data.lower.copy(), data.upper.copy()
        for column, value in at_least.items():
            lower[column] = max(lower[column], value)
        for column, value in (no_more or {}).items():
            upper[column] = min(upper[column], value)
        for column, value in fixed.items():
            lower[column] = upper[column] = value
            if room and not data.integer[column]:
                around = room * max(1.0, abs(value))
                lower[column] = min(value, max(data.lower[column], value - around))
                upper[column] = max(value, min(data.upper[column], value + around))
        return lower, upper

    def _load(
        self,
        objective: str | Vector,
        lower: Vector,
        upper: Vector,
        integer: Vector,
        at_most: Mapping[str, float],
        maximise: bool,
    ) -> tuple[highspy.Highs, float]:
        """A solver with the scaled model in it, and the factor by which its objective is scaled."""
        data, rows, columns = self._data, self._row_scale, self._column_scale
        cost, constant = self._objective(objective)
        scaled_cost = cost * columns
        largest = np.abs(scaled_cost).max(initial=0.0)
        scale = 1.0 if largest == 0 else 2.0 ** -round(np.log2(max(largest, NOT_ZERO)) - 8)
        row_lower, row_upper = data.row_lower * rows, data.row_upper * rows
        matrix = sp.diags_array(rows) @ data.A @ sp.diags_array(columns)
        for (name, limit), factor in zip(at_most.items(), self._limit_factors(at_most), strict=True):
            limited, offset = data.objectives[name]
            part = limited * columns
            matrix = sp.vstack([matrix, sp.csr_array(part.reshape(1, -1) * factor)])
            row_lower = np.append(row_lower, -np.inf)
            row_upper = np.append(row_upper, (limit - offset) * factor)
        matrix = sp.csc_array(matrix)
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.offset_ = scaled_cost * scale, constant * scale
        lp.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        lp.col_lower_, lp.col_upper_ = lower / columns, upper / columns
        lp.row_lower_, lp.row_upper_ = row_lower, row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = matrix.shape
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        if integer.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[flag] for flag in integer.astype(int)]
        _let_it_greet()
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        if self._careful:
            highs.setOptionValue("small_matrix_value", FINE_SMALLEST_COEFFICIENT)
        highs.passModel(lp)
        return highs, scale

    def _configure(self, highs: highspy.Highs, controls: Controls, scale: float, is_mip: bool) -> None:
        options: dict[str, Any] = {"random_seed": controls.seed, "threads": controls.threads}
        if np.isfinite(controls.time_limit_s):
            options["time_limit"] = controls.time_limit_s
        if is_mip:
            options |= {
                "mip_rel_gap": 0.0,
                "mip_abs_gap": controls.absolute_gap * scale,
                "mip_feasibility_tolerance": FEASIBILITY,
                "primal_feasibility_tolerance": FEASIBILITY,
                "mip_min_logging_interval": 1.0,
                **_SEARCH,
            }
            if controls.nodes is not None:
                options["mip_max_nodes"] = controls.nodes
        else:
            options |= dict.fromkeys(("primal_feasibility_tolerance", "dual_feasibility_tolerance"), FINE_FEASIBILITY)
        if self._log_file is not None:
            options |= {"log_file": str(self._log_file), "output_flag": True, "log_to_console": False}
        elif controls.watch is not None:
            options |= {"output_flag": True, "log_to_console": False}
        for name, value in options.items():
            highs.setOptionValue(name, value)

    def _listen(
        self, highs: highspy.Highs, controls: Controls, scale: float, judge: Judge | None, *, may_stop: bool
    ) -> None:
        """Report progress, and stop when asked to: a search over whole numbers with the best that it has."""

        def stop_if_asked(event: highspy.HighsCallbackEvent) -> None:
            if self._interrupt.asked:
                event.interrupt()

        def show(event: highspy.HighsCallbackEvent) -> None:
            assert judge is not None
            judge.plan(np.asarray(event.data_out.mip_solution) * self._column_scale)

        def stop_if_enough(event: highspy.HighsCallbackEvent) -> None:
            assert judge is not None
            if judge.enough(event.data_out.mip_dual_bound / scale):
                event.interrupt()

        def report(event: highspy.HighsCallbackEvent) -> None:
            out = event.data_out
            if controls.watch is not None:
                controls.watch(
                    Progress(
                        out.running_time,
                        out.mip_primal_bound / scale,
                        out.mip_dual_bound / scale,
                        int(out.mip_node_count),
                    )
                )

        if may_stop:
            for callback in (highs.cbMipInterrupt, highs.cbSimplexInterrupt, highs.cbIpmInterrupt):
                callback.subscribe(stop_if_asked)
        if judge is not None:
            highs.cbMipImprovingSolution.subscribe(show)
            highs.cbMipInterrupt.subscribe(stop_if_enough)
        if controls.watch is not None:
            highs.cbMipLogging.subscribe(report)

    def _collect(self, highs: highspy.Highs, question: Question, scale: float, seconds: float) -> Solution:
        objective, lower, upper, integer, at_most, maximise, _ = question
        info, solution = highs.getInfo(), highs.getSolution()
        outcome, is_mip = _outcome(highs.getModelStatus()), bool(integer.any())
        nothing_proven = np.inf if maximise else -np.inf
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if outcome is Outcome.INFEASIBLE and self._drops_coefficients:
            outcome = Outcome.FAILED  # of another program than was asked about
        if outcome is Outcome.INFEASIBLE or not feasible or not len(solution.col_value):
            sure = is_mip and not self._drops_coefficients
            bound = info.mip_dual_bound / scale if sure else nothing_proven
            return Solution(Outcome.FAILED if outcome.has_a_plan else outcome, None, np.nan, bound, seconds)
        values = np.asarray(solution.col_value) * self._column_scale
        values[integer] = np.round(values[integer])
        values = np.clip(values, lower, upper)
        if any(self._exceeds(name, limit, values) for name, limit in at_most.items()):
            return Solution(Outcome.FAILED, None, np.nan, nothing_proven, seconds)
        value, relative = self.value(objective, values), self.violation(values)
        if is_mip:
            bound = info.mip_dual_bound / scale
            if self._drops_coefficients or self._may_overlook(question, scale, values):
                outcome, bound = outcome.if_unproven, nothing_proven
            return Solution(outcome, values, value, bound, seconds, relative)
        duals = np.asarray(solution.row_dual)
        row_duals = duals[: len(self._row_scale)] * self._row_scale / scale
        column_duals = np.asarray(solution.col_dual) / self._column_scale / scale
        limit_duals = duals[len(self._row_scale) :] * self._limit_factors(at_most) / scale
        bound, size = self._dual_bound(question, row_duals, limit_duals)
        if abs(value - bound) <= SMALLEST_GAP * max(size, self._size(objective, values)):
            bound = value
        else:
            outcome = outcome.if_unproven
        return Solution(outcome, values, value, bound, seconds, relative, row_duals, column_duals)

    # ---- how far what the solver says can be relied on ------------------------------------------

    def _dual_bound(self, question: Question, row_duals: Vector, limit_duals: Vector) -> tuple[float, float]:
        """What any duals prove of a linear program, from its own coefficients, and the size of the terms of that sum.

        The bound of Lagrange (Neumaier and Shcherbina, *Mathematical Programming* 99, 2004): a dual that says too much
        is set to 0, and a reduced cost of the wrong sign counts with the whole range of its column.
        """
        objective, lower, upper, _, at_most, maximise, _ = question
        data, sign = self._data, -1.0 if maximise else 1.0
        cost, constant = self._objective(objective)
        limits = [data.objectives[name] for name in at_most]
        row_lower = np.append(data.row_lower, np.full(len(limits), -np.inf))
        row_upper = np.append(data.row_upper, [top - limits[i][1] for i, top in enumerate(at_most.values())])
        duals = sign * np.append(row_duals, limit_duals)
        sides = np.where(duals > 0, row_lower, row_upper)
        usable = np.isfinite(sides) & np.isfinite(duals)
        duals = np.where(usable, duals, 0.0)
        of_rows = duals * np.where(usable, sides, 0.0)
        reduced = sign * cost - data.A.T @ duals[: data.A.shape[0]]
        for dual, (weights, _) in zip(duals[data.A.shape[0] :], limits, strict=True):
            reduced = reduced - dual * weights
        top = np.where(np.isfinite(upper), upper, lower + self._reach)
        ends = np.where(reduced == 0, 0.0, np.where(reduced > 0, lower, top))
        total = float(of_rows.sum() + reduced @ ends)
        size = float(np.abs(of_rows).sum()) + abs(constant)
        return sign * total + constant, size

    def _may_overlook(self, question: Question, scale: float, values: Vector) -> bool:
        """Whether columns cost less than the solver can see, and yet could cost something that matters.

        To the solver a reduced cost within its tolerance is none; with the range of its column it may be any amount.
        """
        objective, lower, upper, *_ = question
        scaled = np.abs(self._objective(objective)[0]) * self._column_scale * scale
        tolerance = FINE_FEASIBILITY if self._careful else FEASIBILITY
        faint = (scaled > 0) & (scaled < 10 * tolerance)
        if not faint.any():
            return False
        width = np.where(np.isfinite(upper), upper - lower, self._reach)
        units = width[faint] / self._column_scale[faint]
        overlooked = float((np.minimum(scaled[faint], tolerance) * units).sum()) / scale
        return overlooked > INEXACT * self._size(objective, values)

    def _exceeds(self, objective: str, limit: float, values: Vector) -> bool:
        """Whether values break a limit on an objective by more than the solver's last digits."""
        return self.value(objective, values) > limit + INEXACT * self._size(objective, values)

    def _size(self, objective: str | Vector, values: Vector) -> float:
        """The size of the terms of an objective."""
        cost, constant = self._objective(objective)
        return float(np.abs(cost) @ np.abs(values)) + abs(constant)

    @cached_property
    def _reach(self) -> Vector:
        """How far each column could go by what the other columns of its rows, or their limits, let through at most."""
        data = self._data
        width = data.upper - data.lower
        sizes = abs(data.A).tocoo()
        by_columns = sizes.data * np.where(np.isfinite(width), width, 0.0)[sizes.col]
        sides = (np.where(np.isfinite(side), np.abs(side), 0.0) for side in (data.row_lower, data.row_upper))
        most: Vector = np.maximum(*sides)
        np.maximum.at(most, sizes.row, by_columns)
        reach = np.zeros(len(width))
        np.maximum.at(reach, sizes.col, most[sizes.row] / np.maximum(sizes.data, NOT_ZERO))
        return np.where(np.isfinite(width), width, reach)

    def _limit_factors(self, at_most: Mapping[str, float]) -> Vector:
        """By what each limit on another objective is multiplied."""
        largest = [np.abs(self._data.objectives[name][0] * self._column_scale).max(initial=0.0) for name in at_most]
        return 1.0 / np.maximum(np.asarray(largest, dtype=float), NOT_ZERO)

    def violation(self, values: Vector) -> float:
        """The largest violation of any rule, relative to the size of its terms (or 1, if that is more)."""
        data = self._data
        activity = data.A @ values
        size = np.maximum(1.0, abs(data.A) @ np.abs(values))
        missing = np.maximum(data.row_lower - activity, activity - data.row_upper)
        return float(np.max(np.maximum(missing, 0.0) / size, initial=0.0))


_SEARCH: dict[str, Any] = {"mip_pscost_minreliable": 1}
"""Search options that differ from the solver's defaults; each must have proved itself by measurement.

One strong-branching trial per column instead of eight: a point of the real case at resilience 0.90 is
proven to 5 MUSD (0.027 %) in 81 s, where the default stood at 27 MUSD after 120 s.
"""


_LOSES_STARTS = 1 << 9
"""The presolve rule (doubleton equations) after which HiGHS 1.16 may take a plan to begin from for a cheaper one than
it is, and then ends with nothing that is as cheap, and no proof."""


def _better(first: Solution, again: Solution, maximise: bool) -> Solution:
    """Of two answers to one question the one that can be relied on; else the better plan with the tighter bound."""
    seconds = first.seconds + again.seconds
    if not (first.found and again.found):
        return replace(again if again.found or not first.found else first, seconds=seconds)
    first_is_better = first.objective > again.objective if maximise else first.objective < again.objective
    beyond = abs(first.objective - again.bound) > INEXACT * abs(first.objective)
    if first_is_better and beyond and first.violation <= INEXACT and (first.objective > again.bound) == maximise:
        return replace(first, outcome=Outcome.UNPROVEN, bound=np.inf if maximise else -np.inf, seconds=seconds)
    if again.outcome is Outcome.OPTIMAL:
        return replace(again, seconds=seconds)
    best = first if first_is_better else again
    bound = min(first.bound, again.bound) if maximise else max(first.bound, again.bound)
    outcome = again.outcome if first.outcome is Outcome.FAILED else first.outcome
    return replace(best, outcome=outcome, bound=bound, seconds=seconds)


def _matrices(form: Any) -> Matrices:
    A = sp.csr_array(form.A)
    kind = np.array([row.bound_type for row in form.rows], dtype=int)
    rhs = np.asarray(form.rhs, dtype=float)
    bounds = [column.bounds for column in form.columns]
    objectives = sp.csr_array(form.c)
    return Matrices(
        A=A,
        row_lower=np.where(kind <= 0, rhs, -np.inf),
        row_upper=np.where(kind >= 0, rhs, np.inf),
        lower=np.array([-np.inf if low is None else low for low, _ in bounds], dtype=float),
        upper=np.array([np.inf if high is None else high for _, high in bounds], dtype=float),
        integer=_whole(form.columns),
        objectives={
            objective.local_name: (objectives[[i], :].toarray().ravel(), float(form.c_offset[i]))
            for i, objective in enumerate(form.objectives)
        },
    )


def _whole(columns: Sequence[Any]) -> Vector:
    """Which columns are whole numbers. There are many columns and few domains: each is asked once."""
    domains = {id(column.domain): column for column in columns}
    whole = {domain: column.is_integer() or column.is_binary() for domain, column in domains.items()}
    return np.fromiter((whole[id(column.domain)] for column in columns), dtype=bool, count=len(columns))


def _equilibrate(data: Matrices, cost: Vector | None = None, rounds: int = 4) -> tuple[Vector, Vector]:
    """Row and column factors, powers of two, that bring coefficients (with a ``cost``, its weights too) towards 1.

    Tonnes of terbium and of cerium, prices and capital differ by many orders of magnitude; powers of
    two change no digit. Whole numbers stay as they are, so that a scaled integer is an integer.
    """
    if cost is not None:
        weighed = replace(data, A=sp.vstack([data.A, sp.csr_array(cost.reshape(1, -1))]).tocsr())
        rows, columns = _equilibrate(weighed, rounds=rounds)
        return rows[:-1], columns
    pattern = abs(data.A).tocsr()
    pattern.eliminate_zeros()
    logs = pattern.copy()
    logs.data = np.log2(pattern.data)
    per_row = np.maximum(np.diff(pattern.indptr), 1)
    by_column = logs.tocsc()
    per_column = np.maximum(np.diff(by_column.indptr), 1)
    row_log, column_log = np.zeros(pattern.shape[0]), np.zeros(pattern.shape[1])
    ones = pattern.copy()
    ones.data = np.ones_like(ones.data)
    for _ in range(rounds):
        column_log = -(by_column.sum(axis=0) + ones.T @ row_log) / per_column
        column_log[data.integer] = 0.0
        row_log = -(logs.sum(axis=1) + ones @ column_log) / per_row
    return 2.0 ** np.round(row_log), 2.0 ** np.round(column_log)


_threads = {"started": 0}
"""How many threads HiGHS has started in this process; 0 before the first solve."""


def _agree_on_threads(number: int) -> None:
    """HiGHS keeps the threads of its first solve and fails where a later one asks for another number."""
    if _threads["started"] not in (0, number):
        highspy.Highs.resetGlobalScheduler(True)
    _threads["started"] = number


@cache
def _let_it_greet() -> None:
    """The first solver object of a process may print who it is before it can be told to be silent."""
    with silent():
        highspy.Highs()


def _set_start(highs: highspy.Highs, values: Vector) -> None:
    solution = highspy.HighsSolution()
    solution.col_value = list(values)
    highs.setSolution(solution)


_OUTCOMES = {
    highspy.HighsModelStatus.kOptimal: Outcome.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Outcome.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Outcome.LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Outcome.LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Outcome.LIMIT,
    highspy.HighsModelStatus.kInterrupt: Outcome.INTERRUPTED,
    highspy.HighsModelStatus.kUnbounded: Outcome.UNBOUNDED,
}


def _outcome(status: highspy.HighsModelStatus) -> Outcome:
    return _OUTCOMES.get(status, Outcome.FAILED)
