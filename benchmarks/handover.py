"""From a case that is already read until the solver holds the model, in several ways.

Ours is what every `reeplan solve` does once. The others are yardsticks for it: each ends when HiGHS
holds the same model, ready to be solved.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.contrib.solver.solvers.highs import Highs as PyomoHighs
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.model.program import build_program
from reeplan.solve.engine import Engine

if TYPE_CHECKING:
    from reeplan.model.case import Case

OBJECTIVE = "cost"

MEASURE = Measure("worst_case", 0.9)
"""The measure of resilience of the programs that are handed over."""


def read_case(folder: str | Path) -> Case:
    """The case of a folder; an error if its tables do not hold together."""
    loaded = load_tables(Path(folder))
    if loaded.tables is None:
        raise ValueError(f"{folder} is no case: {loaded.errors[0]}")
    return case_from_tables(loaded.tables)


def ours(case: Case) -> highspy.Highs:
    """Build the program, compile and scale it, and pass it to the solver: all that we do."""
    return pass_on(Engine(build_program(case, MEASURE)))


def pass_on(engine: Engine) -> highspy.Highs:
    """The last step: the solver with the engine's scaled model in it, unsolved."""
    lower, upper = engine._bounds({}, {})
    return engine._load(OBJECTIVE, lower, upper, engine.integer, {}, False)[0]


@dataclass(frozen=True)
class Arrays:
    """The model handed over, as plain arrays: entries of the matrix in the order of rows, limits, costs."""

    row: Any
    column: Any
    value: Any
    cost: Any
    lower: Any
    upper: Any
    row_lower: Any
    row_upper: Any
    integer: Any
    offset: Any

    @classmethod
    def of(cls, highs: highspy.Highs) -> Arrays:
        """The arrays of the model that a solver holds."""
        lp = highs.getLp()
        start = np.asarray(lp.a_matrix_.start_)
        column = np.repeat(np.arange(lp.num_col_, dtype=np.int32), np.diff(start))
        row, value = np.asarray(lp.a_matrix_.index_, dtype=np.int32), np.asarray(lp.a_matrix_.value_)
        by_row = np.lexsort((column, row))
        whole = [kind == highspy.HighsVarType.kInteger for kind in lp.integrality_] or [False] * lp.num_col_
        return cls(
            row=row[by_row],
            column=column[by_row],
            value=value[by_row],
            cost=np.asarray(lp.col_cost_),
            lower=np.asarray(lp.col_lower_),
            upper=np.asarray(lp.col_upper_),
            row_lower=np.asarray(lp.row_lower_),
            row_upper=np.asarray(lp.row_upper_),
            integer=np.array(whole),
            offset=np.asarray(lp.offset_),
        )

    def save(self, file: Path) -> None:
        """Keep them in one file."""
        np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, file: str | Path) -> Arrays:
        """Read them again."""
        with np.load(file) as kept:
            return cls(**{field.name: kept[field.name] for field in fields(cls)})


def filled(arrays: Arrays) -> highspy.Highs:
    """The floor: fill the column-wise matrix from its entries by numpy, pass it to the solver at once."""
    columns, rows = len(arrays.cost), len(arrays.row_lower)
    order = np.argsort(arrays.column, kind="stable")
    start = np.zeros(columns + 1, dtype=np.int32)
    np.cumsum(np.bincount(arrays.column, minlength=columns), out=start[1:])
    highs = _silent()
    status = highs.passModel(
        columns,
        rows,
        len(arrays.value),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        float(arrays.offset),
        arrays.cost.copy(),
        arrays.lower.copy(),
        arrays.upper.copy(),
        arrays.row_lower.copy(),
        arrays.row_upper.copy(),
        start,
        arrays.row[order],
        arrays.value[order],
        arrays.integer.astype(np.int32),
    )
    if status != highspy.HighsStatus.kOk:
        raise RuntimeError(f"HiGHS did not take the model: {status}")
    return highs


def read_from_file(file: str | Path) -> highspy.Highs:
    """HiGHS reading the same model from an .mps file."""
    highs = _silent()
    if highs.readModel(str(file)) != highspy.HighsStatus.kOk:
        raise RuntimeError(f"HiGHS did not read {file}")
    return highs


def by_pyomo(case: Case) -> Any:
    """Our program handed over row by row by Pyomo's own interface to HiGHS (it takes one objective)."""
    model = build_program(case, MEASURE)
    for objective in model.component_data_objects(pyo.Objective):
        if objective.local_name != OBJECTIVE:
            objective.deactivate()
    solver = PyomoHighs()
    solver.set_instance(model)
    return solver


def least_in_pyomo(arrays: Arrays) -> highspy.Highs:
    """The least that any program in Pyomo takes: the same model from finished arrays, nothing to look up.

    One anonymous variable and one constraint a column and row, each sum handed to Pyomo as lists, then
    Pyomo's compiler and one hand-over.
    """
    with PauseGC():
        form = LinearStandardFormCompiler().write(_restated(arrays), mixed_form=True, set_sense=None)
    entries = form.A.tocoo()
    kind = np.fromiter((row.bound_type for row in form.rows), int, len(form.rows))
    order = [column.index() for column in form.columns]
    return filled(
        Arrays(
            row=entries.row,
            column=entries.col,
            value=entries.data,
            cost=form.c.toarray().ravel(),
            lower=arrays.lower[order],
            upper=arrays.upper[order],
            row_lower=np.where(kind <= 0, form.rhs, -np.inf),
            row_upper=np.where(kind >= 0, form.rhs, np.inf),
            integer=arrays.integer[order],
            offset=form.c_offset[0],
        )
    )


def _restated(arrays: Arrays) -> Any:
    """The model of the arrays as a Pyomo model without names."""
    model = pyo.ConcreteModel()
    bounds = list(zip(_limits(arrays.lower), _limits(arrays.upper), strict=True))
    domains = [pyo.Integers if whole else pyo.Reals for whole in arrays.integer.tolist()]
    model.x = pyo.Var(range(len(bounds)), domain=lambda _, j: domains[j], bounds=lambda _, j: bounds[j])
    x = list(model.x.values())
    start = np.searchsorted(arrays.row, np.arange(len(arrays.row_lower) + 1)).tolist()
    column, value = arrays.column.tolist(), arrays.value.tolist()
    low, high = _limits(arrays.row_lower), _limits(arrays.row_upper)

    def rule(_: Any, i: int) -> Any:
        part = slice(start[i], start[i + 1])
        return low[i], LinearExpression(linear_coefs=value[part], linear_vars=[x[j] for j in column[part]]), high[i]

    model.rows = pyo.Constraint(range(len(low)), rule=rule)
    priced = np.flatnonzero(arrays.cost).tolist()
    model.cost = pyo.Objective(
        expr=LinearExpression(
            constant=float(arrays.offset), linear_coefs=arrays.cost[priced].tolist(), linear_vars=[x[j] for j in priced]
        )
    )
    return model


def columns_in_pyomo(arrays: Arrays) -> Any:
    """Not even a model: one anonymous Pyomo variable a column, and nothing else."""
    with PauseGC():
        model = pyo.ConcreteModel()
        model.x = pyo.Var(range(len(arrays.cost)), domain=pyo.NonNegativeReals)
    return model


def _limits(values: Any) -> list[float | None]:
    """As Pyomo wants them: None where there is no limit."""
    return [value if np.isfinite(value) else None for value in values.tolist()]


def _silent() -> highspy.Highs:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    return highs
