"""A linear program that stays in HiGHS: with ``engine`` and ``basis``, the only file that knows HiGHS.

The same program under other limits or another objective begins where the last one ended, which takes a few steps
instead of thousands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import highspy
import numpy as np
import scipy.sparse as sp

from reeplan.tolerances import FINE_FEASIBILITY

if TYPE_CHECKING:
    from collections.abc import Callable

Vector = Any
"""A numpy array of floats."""


class SessionEnd(NamedTuple):
    """How a linear program ended, or that it did not; values, and duals of rows."""

    optimal: bool
    infeasible: bool
    interrupted: bool
    values: Vector
    row_duals: Vector


class Session:
    """A linear program ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``, kept in the solver.

    All in the program's own units; ``row_scale`` and ``column_scale`` (powers of two) are the solver's. Columns and
    rows can be added, and are numbered in the order in which they came. ``interrupted`` tells whether to stop.
    """

    def __init__(
        self,
        matrix: Any,
        lower: Vector,
        upper: Vector,
        row_scale: Vector,
        column_scale: Vector,
        interrupted: Callable[[], bool] | None = None,
    ) -> None:
        self._rows, self._columns = row_scale, column_scale
        self._highs = highspy.Highs()
        self._cost_scale = 1.0
        rows, columns = matrix.shape
        scaled = sp.csc_array(sp.diags_array(row_scale) @ matrix @ sp.diags_array(column_scale))
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = rows, columns
        lp.col_cost_ = np.zeros(columns)
        lp.col_lower_, lp.col_upper_ = lower / column_scale, upper / column_scale
        lp.row_lower_, lp.row_upper_ = np.full(rows, -np.inf), np.full(rows, np.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = rows, columns
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = scaled.indptr, scaled.indices, scaled.data
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        # Perturbed costs pay from nothing; from the last optimum it took a hundred times the steps to undo them again.
        self._highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
        for side in ("primal", "dual"):
            self._highs.setOptionValue(f"{side}_feasibility_tolerance", FINE_FEASIBILITY)
        self._highs.passModel(lp)
        if interrupted is not None:

            def stop_if_asked(event: highspy.HighsCallbackEvent) -> None:
                if interrupted():
                    event.interrupt()

            self._highs.cbSimplexInterrupt.subscribe(stop_if_asked)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows and columns there are."""
        return len(self._rows), len(self._columns)

    def add_columns(self, lower: Vector, upper: Vector, scale: Vector) -> None:
        """Columns that are in no row yet."""
        count, none = len(lower), np.empty(0, dtype=np.int32)
        starts = np.zeros(count, dtype=np.int32)
        self._highs.addCols(count, np.zeros(count), lower / scale, upper / scale, 0, starts, none, np.empty(0))
        self._columns = np.append(self._columns, scale)

    def add_rows(self, matrix: Any, lower: Vector, upper: Vector, scale: Vector) -> None:
        """Rows over all columns that there are."""
        scaled = sp.csr_array(sp.diags_array(scale) @ matrix @ sp.diags_array(self._columns))
        scaled.eliminate_zeros()
        self._highs.addRows(
            len(lower),
            lower * scale,
            upper * scale,
            scaled.nnz,
            scaled.indptr[:-1].astype(np.int32),
            scaled.indices.astype(np.int32),
            scaled.data,
        )
        self._rows = np.append(self._rows, scale)

    def set_objective(self, cost: Vector, *, maximise: bool = False) -> None:
        """The weights of the columns; scaled, so that the largest is of a size that the solver's tolerances fit."""
        scaled = cost * self._columns
        largest = np.abs(scaled).max(initial=0.0)
        self._cost_scale = 1.0 if largest == 0 else 2.0 ** -round(np.log2(largest) - 8)
        numbers = np.arange(len(scaled), dtype=np.int32)
        self._highs.changeColsCost(len(scaled), numbers, scaled * self._cost_scale)
        sense = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        self._highs.changeObjectiveSense(sense)

    def set_columns(self, lower: Vector, upper: Vector) -> None:
        """The bounds of all columns."""
        numbers = np.arange(len(lower), dtype=np.int32)
        self._highs.changeColsBounds(len(lower), numbers, lower / self._columns, upper / self._columns)

    def set_column(self, column: int, lower: float, upper: float) -> None:
        """The bounds of a column."""
        self._highs.changeColBounds(column, lower / self._columns[column], upper / self._columns[column])

    def set_rows(self, lower: Vector, upper: Vector) -> None:
        """The limits of all rows."""
        numbers = np.arange(len(lower), dtype=np.int32)
        self._highs.changeRowsBounds(len(lower), numbers, lower * self._rows, upper * self._rows)

    def set_row(self, row: int, lower: float, upper: float) -> None:
        """The limits of a row."""
        self._highs.changeRowBounds(row, lower * self._rows[row], upper * self._rows[row])

    def run(self) -> SessionEnd:
        """Solve it as it stands now, from where the last one ended."""
        self._highs.run()
        status = self._highs.getModelStatus()
        if status not in _USUAL:
            self._highs.clearSolver()
            self._highs.run()
            status = self._highs.getModelStatus()
        solution = self._highs.getSolution()
        values = np.asarray(solution.col_value) * self._columns if solution.value_valid else np.empty(0)
        duals = np.empty(0)
        if solution.dual_valid:
            duals = np.asarray(solution.row_dual) * self._rows / self._cost_scale
        whole = len(values) > 0 and len(duals) > 0
        return SessionEnd(
            status == highspy.HighsModelStatus.kOptimal and whole,
            status == highspy.HighsModelStatus.kInfeasible,
            status == highspy.HighsModelStatus.kInterrupt,
            values,
            duals,
        )


_USUAL = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kInterrupt,
)
"""How a linear program ends; otherwise the solver has lost itself, and begins from nothing."""
