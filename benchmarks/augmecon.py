"""A front by pyaugmecon on the package's own Pyomo model, in a process of its own.

pyaugmecon 1.0.8 was made for Gurobi, and three things stand between it and HiGHS:

* It opens its solver as ``SolverFactory(name, solver_io=..., manage_env=True)``, which no interface of
  Pyomo to HiGHS accepts. ``_HighsForAugmecon`` takes these words and passes on to Pyomo's own interface.
* Of the options a user gives to the solver it drops every one that is not zero (``Options.__init__``
  deletes a value ``if value is None or value``), and always adds Gurobi's ``MIPGap = 0``. The gap is
  therefore set in ``_HighsForAugmecon``: the same absolute gap that our front is solved to.
* It pins numpy below 2 and pandas below 3, so no extra can hold it beside this package. It runs with
  newer ones: ``pip install --no-deps pyaugmecon==1.0.8``, and pymoo from the extra ``bench``.

The process writes one line of JSON for each solve as it ends, then one for the front.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyomo.environ as pyo

from benchmarks.harness import ROOT
from reeplan.child_processes import end_with_starter, start
from reeplan.tolerances import RESILIENCE_GAP

NEEDED = ("pyaugmecon", "pymoo")
HOW_TO_INSTALL = "pip install -e '.[bench]' && pip install --no-deps pyaugmecon==1.0.8"


def missing() -> str | None:
    """What to install, where something is missing."""
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return None
    return f"pyaugmecon is not installed: {HOW_TO_INSTALL}"


@dataclass(frozen=True)
class AugmeconFront:
    """What pyaugmecon gave: its Pareto points as (cost MUSD, resilience), and every solve on the way.

    ``finished`` is False if it was stopped at the time limit, and then there are no points: it gives them
    at its end only. ``error`` is what it broke off with.
    """

    seconds: float
    finished: bool
    points: list[tuple[float, float]] = field(default_factory=list)
    found: int = 0
    """Solutions before pyaugmecon removed equal and dominated ones."""
    payoff: list[list[float]] = field(default_factory=list)
    solves: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


def augmecon_front(
    folder: Path, points: int, gap_musd: float, limit_s: float, workers: int = 2, **options: Any
) -> AugmeconFront:
    """One front at ``points`` grid points by pyaugmecon, stopped after ``limit_s``.

    ``options`` are pyaugmecon's own. Raises ``ModuleNotFoundError`` if it is not installed.
    """
    if (lacking := missing()) is not None:
        raise ModuleNotFoundError(lacking)
    with tempfile.TemporaryDirectory() as place:
        question = {"folder": str(folder.resolve()), "points": points, "gap_musd": gap_musd, "workers": workers}
        command = [sys.executable, "-m", "benchmarks.augmecon", place, json.dumps(question | {"options": options})]
        errors = Path(place) / "errors.txt"
        began = time.perf_counter()
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "start_new_session": True}
        with errors.open("w") as stderr, start(command, cwd=ROOT, stderr=stderr, **quiet) as process:
            try:
                process.wait(limit_s)
            except subprocess.TimeoutExpired:
                pass
            finally:  # it starts processes of its own, and leaves them behind when it breaks off
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        seconds = time.perf_counter() - began
        solves = [json.loads(line) for part in sorted(Path(place).glob("solves-*")) for line in _lines(part)]
        answer = Path(place) / "front.json"
        if answer.exists():
            return AugmeconFront(finished=True, solves=solves, **json.loads(answer.read_text()))
        error = "" if seconds >= limit_s else errors.read_text().strip().splitlines()[-1]
        return AugmeconFront(seconds, finished=False, solves=solves, error=error)


def _lines(file: Path) -> list[str]:
    """Its whole lines: a process that was stopped may have left a part of one."""
    return [line for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


# ---- in the process of its own --------------------------------------------------------------------


class _HighsForAugmecon:
    """Pyomo's interface to HiGHS under the one call and the two results that pyaugmecon knows."""

    place: Path
    gap_musd: float

    def __init__(self, **_: Any) -> None:
        self.options: dict[str, Any] = {}

    def solve(self, model: Any) -> Any:
        """Solve the active objective; solved values are put into the model where there are any."""
        from pyomo.contrib.solver.common.results import SolutionStatus
        from pyomo.contrib.solver.common.results import TerminationCondition as Ended
        from pyomo.contrib.solver.solvers.highs import Highs

        [objective] = model.component_data_objects(pyo.Objective, active=True)
        for_money = objective.index() == 1
        began = time.perf_counter()
        found = Highs().solve(
            model,
            load_solutions=False,
            raise_exception_on_nonoptimal_result=False,
            threads=1,  # its workers are forked: a thread of HiGHS would not come along
            rel_gap=0.0,
            abs_gap=self.gap_musd if for_money else RESILIENCE_GAP,
        )
        seconds = time.perf_counter() - began
        if found.solution_status in (SolutionStatus.feasible, SolutionStatus.optimal):
            found.solution_loader.load_vars()
        conditions = {
            Ended.convergenceCriteriaSatisfied: pyo.TerminationCondition.optimal,
            Ended.provenInfeasible: pyo.TerminationCondition.infeasible,
            Ended.infeasibleOrUnbounded: pyo.TerminationCondition.infeasibleOrUnbounded,
        }
        condition = conditions.get(found.termination_condition, pyo.TerminationCondition.other)
        self._note(model, "cost" if for_money else "resilience", condition, seconds)
        optimal = condition == pyo.TerminationCondition.optimal
        status = pyo.SolverStatus.ok if optimal else pyo.SolverStatus.warning
        return SimpleNamespace(solver=SimpleNamespace(termination_condition=condition, status=status))

    def _note(self, model: Any, objective: str, condition: Any, seconds: float) -> None:
        level = pyo.value(model.e[2]) if hasattr(model, "e") and objective == "cost" else None
        solved = condition == pyo.TerminationCondition.optimal
        line = {
            "objective": objective,
            "level": level,
            "status": str(condition),
            "seconds": seconds,
            "resilience": pyo.value(model.resilience) if solved else None,
        }
        with (self.place / f"solves-{os.getpid()}").open("a") as file:
            file.write(json.dumps(line) + "\n")


def _with_objective_list(model: Any) -> Any:
    """The package's model as pyaugmecon wants it: cost first, then resilience, all inactive, in one list."""
    cost, most_resilient = model.cost.expr, model.most_resilient.expr
    for objective in list(model.component_objects(pyo.Objective)):
        model.del_component(objective)
    model.obj_list = pyo.ObjectiveList()
    model.obj_list.add(expr=cost, sense=pyo.minimize)
    model.obj_list.add(expr=most_resilient, sense=pyo.maximize)
    for objective in model.obj_list.values():
        objective.deactivate()
    return model


def main() -> None:
    """Read, build, solve; write ``front.json`` into the place given."""
    end_with_starter()
    place, question = Path(sys.argv[1]), json.loads(sys.argv[2])
    multiprocessing.set_start_method("fork", force=True)  # its workers inherit the solver registered here
    from pyaugmecon import PyAugmecon

    from reeplan.inputs.load import load_tables
    from reeplan.model.build_case import case_from_tables
    from reeplan.model.program import build_program
    from reeplan.solve.search_options import SearchOptions

    _HighsForAugmecon.place, _HighsForAugmecon.gap_musd = place, question["gap_musd"]
    pyo.SolverFactory.register("highs_for_augmecon", doc="HiGHS as pyaugmecon calls it")(_HighsForAugmecon)
    os.chdir(place)
    began = time.perf_counter()
    tables = load_tables(Path(question["folder"])).tables
    assert tables is not None
    model = _with_objective_list(build_program(case_from_tables(tables), SearchOptions.of(tables.settings).measure))
    options = {
        "name": "front",
        "grid_points": question["points"],
        "solver_name": "highs_for_augmecon",
        "cpu_count": question["workers"],
        "output_excel": False,
        **question["options"],
    }
    search = PyAugmecon(model, options, {})
    search.solve()
    answer = {
        "seconds": time.perf_counter() - began,
        "points": sorted([float(cost), float(resilience)] for cost, resilience in search.get_pareto_solutions()),
        "found": search.num_sols,
        "payoff": search.get_payoff_table().tolist(),
    }
    (place / "front.json").write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
