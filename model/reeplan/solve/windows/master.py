"""The linear program of what windows share, of those that bind, and of what the others have said: kept in the solver.

Windows join it and cuts are added as they come, and every solve goes on from where the last one ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import scipy.sparse as sp

from reeplan.solve.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.solve.engine import Matrices, Question
    from reeplan.solve.windows.partition import Partition
    from reeplan.solve.windows.window import Cut, WindowProgram

Vector = Any


COST = "cost"
"""The objective of which windows add a part."""


class WholeProgram(Protocol):
    """What the linear program is made from."""

    partition: Partition

    @property
    def data(self) -> Matrices:
        """The whole program as arrays."""

    @property
    def scales(self) -> tuple[Vector, Vector]:
        """The factors of rows and columns."""

    @property
    def likely(self) -> set[int]:
        """The windows that add to the cost."""

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""

    def objective(self, objective: str | Vector) -> tuple[Vector, float]:
        """The weights of an objective, and its constant."""

    def program(self, window: int) -> WindowProgram:
        """The linear program of a window."""

    def least_cost(self, window: int) -> float:
        """The least that a window could ever add to the cost."""

    def cut_scale(self, cut: Cut) -> float:
        """The factor of a cut's row."""


class MasterEnd(NamedTuple):
    """How the linear program ended; ``values`` of the whole program's columns (of windows outside nothing), what each
    window outside is thought to add to the cost, and duals of the whole program's rows and of the cost limit."""

    optimal: bool
    infeasible: bool
    interrupted: bool
    values: Vector
    thought: dict[int, float]
    row_duals: Vector
    limit_dual: float
    active: tuple[Cut, ...] = ()
    """The cuts that decide something."""


class Master:
    """The linear program kept in the solver, with the windows that it holds."""

    def __init__(self, engine: WholeProgram) -> None:
        self._engine = engine
        self.held: set[int] = set()
        data, partition = engine.data, engine.partition
        rows, columns = np.flatnonzero(partition.rows < 0), partition.shared_columns
        self._row_scale, self._column_scale = engine.scales
        self._likely = sorted(engine.likely)
        self._columns, self._rows = columns, rows  # of the whole program, in the order in which they came
        self._where = np.full(data.A.shape[1], -1)
        self._where[columns] = np.arange(len(columns))
        self._session = Session(
            data.A[rows][:, columns],
            data.lower[columns],
            data.upper[columns],
            self._row_scale[rows],
            self._column_scale[columns],
            lambda: engine.interrupted and self._may_stop,
        )
        self._may_stop = True
        self._session.set_rows(data.row_lower[rows], data.row_upper[rows])
        # What each window outside is thought to cost is a column; of these and of cuts the whole program knows nothing.
        least = np.array([engine.least_cost(window) for window in self._likely], dtype=float)
        self._least = least
        self._session.add_columns(least, np.full(len(least), np.inf), np.ones(len(least)))
        self._cost_at = {window: len(columns) + i for i, window in enumerate(self._likely)}
        self._columns = np.append(columns, np.full(len(least), -1))
        self._cuts: list[tuple[int, Cut]] = []
        self._known: set[int] = set()
        self._limit: int | None = None

    # ---- what it holds ----------------------------------------------------------------------------

    def join(self, windows: Iterable[int]) -> None:
        """Windows that are part of it from now on."""
        engine = self._engine
        data = engine.data
        for window in sorted(set(windows) - self.held):
            program = engine.program(window)
            own, rows = program.columns, program.rows
            self._where[own] = np.arange(len(self._columns), len(self._columns) + len(own))
            self._session.add_columns(data.lower[own], data.upper[own], self._column_scale[own])
            self._columns = np.append(self._columns, own)
            self._add(data.A[rows], data.row_lower[rows], data.row_upper[rows], self._row_scale[rows], rows)
            self.held.add(window)
            if self._limit is not None:
                self._drop_limit()

    def hear(self, cuts: Iterable[Cut]) -> None:
        """Cuts of windows outside."""
        engine = self._engine
        new = [cut for cut in cuts if id(cut) not in self._known]
        if not new:
            return
        indices, data, starts, factors = [], [], [0], []
        for cut in new:
            at, weights = self._where[cut.columns], -cut.weights
            if cut.priced:
                at, weights = np.append(at, self._cost_at[cut.window]), np.append(weights, 1.0)
            indices.append(at)
            data.append(weights)
            starts.append(starts[-1] + len(at))
            factors.append(engine.cut_scale(cut))
        shape = len(new), len(self._columns)
        matrix = sp.csr_array((np.concatenate(data), np.concatenate(indices), np.asarray(starts)), shape=shape)
        least = np.array([cut.constant for cut in new])
        first = len(self._rows)
        self._session.add_rows(matrix, least, np.full(len(new), np.inf), np.asarray(factors))
        self._rows = np.append(self._rows, np.full(len(new), -1))
        self._cuts += [(first + i, cut) for i, cut in enumerate(new)]
        self._known |= {id(cut) for cut in new}

    def _add(self, matrix: Any, lower: Vector, upper: Vector, scale: Vector, rows: Vector) -> None:
        entries = sp.coo_array(matrix)
        shape = matrix.shape[0], len(self._columns)
        placed = sp.csr_array((entries.data, (entries.row, self._where[entries.col])), shape=shape)
        self._session.add_rows(placed, lower, upper, scale)
        self._rows = np.append(self._rows, rows)

    # ---- what it is asked ---------------------------------------------------------------------------

    def solve(self, question: Question) -> MasterEnd:
        """The question as it stands for the windows held, with what the others have said."""
        engine, own = self._engine, self._columns >= 0
        self._may_stop = question.may_stop
        lower, upper = np.empty(len(own)), np.full(len(own), np.inf)
        lower[own], upper[own] = question.lower[self._columns[own]], question.upper[self._columns[own]]
        lower[~own] = self._least
        self._session.set_columns(lower, upper)
        self._session.set_objective(self._weights(question.objective), maximise=question.maximise)
        self._set_limit(question)
        end = self._session.run()
        if not end.optimal:
            return MasterEnd(False, end.infeasible, end.interrupted, None, {}, None, 0.0)
        values = np.zeros(len(question.lower))
        values[self._columns[own]] = np.clip(end.values[own], lower[own], upper[own])
        thought = {w: float(end.values[at]) for w, at in self._cost_at.items() if w not in self.held}
        duals = np.zeros(engine.data.A.shape[0])
        real = self._rows >= 0
        duals[self._rows[real]] = end.row_duals[real]
        active = []
        for row, cut in self._cuts:
            if weight := end.row_duals[row]:  # those of a window that has joined since still say something
                duals[engine.program(cut.window).rows] += weight * cut.duals
                active.append(cut)
        limit_dual = 0.0 if self._limit is None else float(end.row_duals[self._limit])
        return MasterEnd(True, False, False, values, thought, duals, limit_dual, tuple(active))

    def _weights(self, objective: str | Vector) -> Vector:
        """An objective over its columns; the cost of windows outside counts where the cost does."""
        whole, _ = self._engine.objective(objective)
        weights = np.where(self._columns >= 0, whole[self._columns], 0.0)
        if isinstance(objective, str) and objective == COST:
            for window, at in self._cost_at.items():
                weights[at] = 0.0 if window in self.held else 1.0
        return weights

    def _set_limit(self, question: Question) -> None:
        limit = question.at_most.get(COST)
        if limit is None:
            if self._limit is not None:
                self._session.set_row(self._limit, -np.inf, np.inf)
            return
        _, constant = self._engine.objective(COST)
        if self._limit is None:
            weights = self._weights(COST)
            scale = 1.0 / np.abs(weights).max()
            self._limit = len(self._rows)
            row = sp.csr_array(weights.reshape(1, -1))
            scale = 2.0 ** round(np.log2(scale))
            self._session.add_rows(row, np.array([-np.inf]), np.array([limit - constant]), np.array([scale]))
            self._rows = np.append(self._rows, -1)
        self._session.set_row(self._limit, -np.inf, limit - constant)

    def _drop_limit(self) -> None:
        """A window has joined, and what it costs is not in the limit: another row takes its place."""
        assert self._limit is not None
        self._session.set_row(self._limit, -np.inf, np.inf)
        self._limit = None
