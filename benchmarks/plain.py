"""The plainest formulation, solved cold with HiGHS as it comes: what the front is measured against.

The program is that of ``tests/second_opinion.py``, which shares no line with the package: whole modules
decided per year, the capacity expression repeated in every window, a column for every shipment and every
surplus, nothing pruned, no scaling, no start, no bound from elsewhere. Its objective is in thousand USD,
which keeps costs off the solver's tolerances: a kindness to it. Every solve builds its model anew.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy

from benchmarks.harness import ROOT

if str(ROOT / "tests") not in sys.path:
    sys.path.append(str(ROOT / "tests"))

import second_opinion

if TYPE_CHECKING:
    from pathlib import Path

KUSD = second_opinion.MUSD_IN_KUSD


@dataclass(frozen=True)
class ColdSolve:
    """One cold solve: cost and proven bound in MUSD (NaN and minus infinity where there is none), seconds.

    ``build_seconds`` is the Python that fills the program, which is not what is compared; ``seconds`` is
    HiGHS alone, from the hand-over to its end.
    """

    level: float | None
    status: str
    cost_musd: float
    bound_musd: float
    seconds: float
    build_seconds: float
    rows: int
    columns: int
    integers: int
    nonzeros: int

    @property
    def gap_musd(self) -> float:
        """How far the plan found may be from the cheapest; infinite where no plan was found."""
        return math.inf if math.isnan(self.cost_musd) else max(0.0, self.cost_musd - self.bound_musd)


def solve_cold(folder: Path, level: float | None, gap_musd: float, limit_s: float) -> ColdSolve:
    """The cheapest plan at a resilience level (None: at any) to an absolute gap, from nothing.

    All of HiGHS's options are its defaults, but for the gap and the time limit. ``status`` is
    ``optimal`` (within the gap), ``limit`` or ``infeasible``.
    """
    began = time.perf_counter()
    program = _program(folder, level)
    lp = second_opinion.as_arrays(program)
    built = time.perf_counter()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", gap_musd * KUSD)
    solver.setOptionValue("time_limit", limit_s)
    solver.passModel(lp)
    solver.run()
    seconds = time.perf_counter() - built
    cost, bound = _cost_and_bound(solver)
    return ColdSolve(
        level=level,
        status=_status(solver),
        cost_musd=cost / KUSD,
        bound_musd=bound / KUSD,
        seconds=seconds,
        build_seconds=built - began,
        rows=lp.num_row_,
        columns=lp.num_col_,
        integers=len(program.whole),
        nonzeros=len(lp.a_matrix_.value_),
    )


def _program(folder: Path, level: float | None) -> second_opinion.Program:
    case = second_opinion.Case(second_opinion.Tables([folder]), None)
    return second_opinion.Model(case, case.measure, level).program


def _status(solver: highspy.Highs) -> str:
    ends = highspy.HighsModelStatus
    status = solver.getModelStatus()
    if status == ends.kOptimal:
        return "optimal"
    return "infeasible" if status in (ends.kInfeasible, ends.kUnboundedOrInfeasible) else "limit"


def _cost_and_bound(solver: highspy.Highs) -> tuple[float, float]:
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return (info.objective_function_value if found else math.nan), info.mip_dual_bound
