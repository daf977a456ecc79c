"""One window alone: what it costs, and whether it keeps its share, given what all windows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from reeplan.solve.session import Session
from reeplan.tolerances import FAINT, LIMIT_ROOM, ROUNDING

if TYPE_CHECKING:
    from reeplan.solve.engine import Matrices
    from reeplan.solve.windows.partition import Partition

Vector = Any


@dataclass(frozen=True)
class Cut:
    """What a window says of plans: ``value >= constant + weights @ shared``, for every plan whatsoever.

    ``value`` is what the window adds to the cost (MUSD), or, where ``priced`` is no, by how much it misses its share,
    which must be nothing. ``columns`` are the shared columns that ``weights`` go with; ``duals`` those of the window's
    rows from which the cut follows.
    """

    window: int
    priced: bool
    constant: float
    columns: Vector
    weights: Vector
    duals: Vector

    def at(self, plan: Vector) -> float:
        """What it says of a plan, of which it reads the shared columns."""
        return self.constant + float(self.weights @ plan[self.columns])

    def says_the_same(self, other: Cut) -> bool:
        """Whether another cut of its window says nothing more and nothing less."""
        alike = self.priced == other.priced and self.constant == other.constant
        return alike and np.array_equal(self.columns, other.columns) and np.array_equal(self.weights, other.weights)


@dataclass(frozen=True)
class Outlook:
    """What a window answers: its cost (MUSD) at these decisions and its own columns' values, or the ``shortfall`` of
    its share where it does not keep it. ``cut`` is what follows for other decisions; None: it could not be asked."""

    keeps: bool
    cost: float
    values: Vector
    shortfall: float
    cut: Cut | None


class WindowProgram:
    """The linear program of a window, kept in the solver; what is shared are its numbers."""

    def __init__(
        self, window: int, data: Matrices, partition: Partition, scale: tuple[Vector, Vector], reach: Vector
    ) -> None:
        self.window = window
        self.columns, self.rows = partition.columns_of(window), partition.rows_of(window)
        rows = data.A[self.rows]
        touched = np.unique(rows.indices[partition.columns[rows.indices] < 0])
        self.shared = touched
        self._own, self._given = sp.csc_array(rows[:, self.columns]), sp.csr_array(rows[:, touched])
        self._lower, self._upper = data.lower[self.columns], data.upper[self.columns]
        self._row_lower, self._row_upper = data.row_lower[self.rows], data.row_upper[self.rows]
        # Short of its share a window may fall by any amount, at a price: the column of it follows the window's own.
        measured = np.isin(touched, partition.measured)
        missed = np.asarray(self._given @ measured.astype(float)).ravel()
        self.missed = missed
        matrix = sp.hstack([self._own, sp.csc_array(-missed.reshape(-1, 1))]).tocsc()
        lower, upper = np.append(self._lower, 0.0), np.append(self._upper, 0.0)
        scales = scale[0][self.rows], np.append(scale[1][self.columns], 1.0)
        self._session = Session(matrix, lower, upper, *scales)
        self._top = np.minimum(self._upper, self._lower + reach[self.columns])
        self._size = abs(self._given)
        self._shared_scale = scale[1][touched]
        low = data.lower[touched]
        high = np.minimum(data.upper[touched], low + reach[touched])
        self._shared_range = low, high
        self._weights: Vector | None = None

    def ask(self, shared: Vector, weights: Vector, room: float = 0.0) -> Outlook:
        """What the window says of a plan: ``shared`` are the values of all columns (of which its own are not read),
        ``weights`` what its own columns cost. Rows have ``room``, relative to what is shared in them."""
        given = shared[self.shared]
        fixed = self._given @ given
        slack = ROUNDING + room * (self._size @ np.maximum(1.0, np.abs(given)))
        self._session.set_rows(self._row_lower - fixed - slack, self._row_upper - fixed + slack)
        self._price(weights)
        end = self._session.run()
        if end.optimal:
            values = np.clip(end.values[:-1], self._lower, self._upper)
            return Outlook(True, float(weights @ values), values, 0.0, self._cut(end.row_duals, weights, priced=True))
        if not end.infeasible or not self.missed.any():
            return Outlook(False, np.nan, None, np.inf, None)
        return self._how_far_short(weights)

    def _price(self, weights: Vector) -> None:
        if self._weights is None or not np.array_equal(weights, self._weights):
            self._session.set_objective(np.append(weights, 0.0))
            self._weights = weights

    def _how_far_short(self, weights: Vector) -> Outlook:
        """By how much a window misses its share at least, and what that says of other decisions."""
        last, nothing = len(self.columns), np.zeros(len(self.columns))
        self._session.set_column(last, 0.0, np.inf)
        self._session.set_objective(np.append(nothing, 1.0))
        end = self._session.run()
        self._session.set_column(last, 0.0, 0.0)
        self._session.set_objective(np.append(weights, 0.0))
        if not end.optimal:
            return Outlook(False, np.nan, None, np.inf, None)
        shortfall = float(end.values[-1])
        if shortfall <= LIMIT_ROOM:  # the solver's last digits
            values = np.clip(end.values[:-1], self._lower, self._upper)
            return Outlook(True, float(weights @ values), values, 0.0, None)
        return Outlook(False, np.nan, None, shortfall, self._cut(end.row_duals, nothing, priced=False))

    def _cut(self, duals: Vector, weights: Vector, *, priced: bool) -> Cut:
        return cut_from(self, duals, weights, priced=priced)

    def sides(self, duals: Vector) -> tuple[Vector, Vector]:
        """The duals that say something, and the limits of the rows that they go with."""
        sides = np.where(duals > 0, self._row_lower, self._row_upper)
        usable = np.isfinite(sides) & np.isfinite(duals)
        return np.where(usable, duals, 0.0), np.where(usable, sides, 0.0)

    def least(self, weights: Vector, duals: Vector) -> float:
        """The least that the window's own columns can make of a Lagrangian: a sure bound, whatever the duals."""
        reduced = weights - self._own.T @ duals
        ends = np.where(reduced == 0, 0.0, np.where(reduced > 0, self._lower, self._top))
        return float(reduced @ ends)

    def pull(self, duals: Vector) -> Vector:
        """What the rows make of each shared column at these duals."""
        return np.asarray(self._given.T @ duals).ravel()

    def without_faint(self, weights: Vector) -> tuple[Vector, float]:
        """Weights of shared columns without those that the solver would not see, and the least that these came to."""
        sizes = np.abs(weights * self._shared_scale)
        seen = sizes[sizes > 0]
        if not len(seen):
            return weights, 0.0
        faint = (sizes > 0) & (sizes < FAINT * seen.max())
        low, high = self._shared_range
        spared = float(np.minimum(weights[faint] * low[faint], weights[faint] * high[faint]).sum())
        return np.where(faint, 0.0, weights), spared

    def too_much_for_a_miss(self, duals: Vector) -> float:
        """What the duals say a missed share is worth; a cut holds for it if that is at most 1."""
        return float(-self.missed @ duals)


def cut_from(program: WindowProgram, duals: Vector, weights: Vector, *, priced: bool) -> Cut:
    """The cut that any duals of a window's rows prove (the bound of Lagrange, from the rows' own coefficients).

    ``value >= sum(dual * side) + min over the window's columns of (weights - duals' rows) - duals' shared columns``.
    """
    duals, sides = program.sides(duals)
    if not priced:
        worth = program.too_much_for_a_miss(duals)
        if worth > 1.0:
            duals = duals / worth
    constant = float(duals @ sides) + program.least(weights, duals)
    weights_of_shared, spared = program.without_faint(-program.pull(duals))
    told = weights_of_shared != 0
    return Cut(program.window, priced, constant + spared, program.shared[told], weights_of_shared[told], duals)


