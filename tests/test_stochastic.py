"""A case solved in parts by several processes: the parts are the program, and their bounds hold its optimum.

The processes are real ones of ``mpiexec``. What the extensive form (the whole program at once) gives
is what the bounds are held against.
"""

from __future__ import annotations

import csv
import importlib.util
import random
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pyomo.environ as pyo
import pytest

from reeplan.model.build_case import case_from_tables
from reeplan.model.program import build_program
from reeplan.solve.engine import Controls
from reeplan.solve.planner import INVESTMENT, Planner
from reeplan.stochastic.parts import BASE_PATH, CoupledWindowsError, Parts, in_order
from solved import add_rows, random_case, rows_of, write_rows
from support import WORST_CASE, read

TUTORIAL = Path(__file__).parents[1] / "inputs" / "tutorial"
SMALL = 1e-6
"""MUSD; what two solves of the same program may differ by."""


def _mpiexec() -> str | None:
    """The mpiexec beside this Python (of an MPI wheel), or the machine's; None where the packages are missing."""
    if any(importlib.util.find_spec(package) is None for package in ("mpi4py", "mpisppy")):
        return None
    return shutil.which("mpiexec", path=sysconfig.get_path("scripts")) or shutil.which("mpiexec")


needs_mpi = pytest.mark.skipif(_mpiexec() is None, reason="no mpiexec, or the extra 'stochastic' is not installed")


def run_in_parts(case: Path, *options: object, processes: int = 2) -> subprocess.CompletedProcess[str]:
    """The command, as a shell would run it."""
    command = [_mpiexec(), "-n", processes, sys.executable, "-m", "reeplan.stochastic", case, *options]
    return subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def outer_and_inner(done: subprocess.CompletedProcess[str]) -> tuple[float, float]:
    """The two bounds that the command prints, MUSD."""
    assert done.returncode == 0, done.stderr
    outer = re.search(r"less than +([\d.]+) MUSD", done.stdout)
    inner = re.search(r"every window costs +([\d.]+) MUSD", done.stdout)
    assert outer is not None, done.stdout
    assert inner is not None, done.stdout
    return float(outer[1]), float(inner[1])


def optimum(folder: Path, target: float, *, relax: bool = False) -> float:
    """The cost of the cheapest plan, by the whole program at once (MUSD)."""
    planner = Planner(case_from_tables(read(folder)), WORST_CASE)
    if relax:
        return planner.cheapest_relaxed(target).objective
    return planner.cheapest(target, Controls(absolute_gap=SMALL / 10, threads=1)).objective


@pytest.fixture(scope="session")
def many_windows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's case with nine windows drawn at random, one of them of probability 0."""
    folder = tmp_path_factory.mktemp("many") / "case"
    shutil.copytree(TUTORIAL, folder, ignore=shutil.ignore_patterns("ranges.csv"))
    draw = random.Random(5)
    write_rows(folder, "scenarios", [])
    write_rows(folder, "disruptions", [])
    for number in range(9):
        name = f"drawn_{number}"
        scenario = {
            "scenario": name,
            "starts": draw.randint(2027, 2030),
            "years": draw.choice((1, 2)),
            "probability": 0.03 * (number > 0),
        }
        hit = {"scenario": name, "kind": "country", "target": "China", "availability": round(draw.uniform(0, 0.6), 3)}
        add_rows(folder, "scenarios", {"label": name} | scenario)
        add_rows(folder, "disruptions", hit | {"basis": draw.choice(("ceiling", "flow"))})
    return folder


# ---- the parts are the program ----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bundle", [1, 3])
@pytest.mark.parametrize("unknown_years", [False, True])
def test_parts_of_any_plan_weighted_cost_what_the_plan_costs(seed: int, bundle: int, unknown_years: bool) -> None:
    """Every variable at some value, feasible or not: costs are linear, so this holds each coefficient."""
    with random_case(seed, unknown_years) as folder:
        case = case_from_tables(read(folder))
    draw = random.Random(seed)
    whole = build_program(case, WORST_CASE)
    for variable in whole.component_data_objects(pyo.Var):
        variable.set_value(draw.uniform(0, 100), skip_validation=True)
    parts = Parts(case, WORST_CASE, bundle=bundle)
    shared = in_order(parts.seen(parts.names))
    total = parts.constant_musd()
    for name in parts.names:
        m = parts.program(name, shared)
        for variable in m.component_data_objects(pyo.Var):
            same = getattr(whole, variable.parent_component().local_name)[variable.index()]
            variable.set_value(same.value, skip_validation=True)
        total += parts.weight * pyo.value(m.part_cost)
    assert total == pytest.approx(pyo.value(whole.cost), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("unknown_years", [False, True])
def test_every_rule_is_in_one_part_and_none_is_lost(seed: int, unknown_years: bool) -> None:
    with random_case(seed, unknown_years) as folder:
        case = case_from_tables(read(folder))
    whole = build_program(case, WORST_CASE)
    parts = Parts(case, WORST_CASE)
    shared = in_order(parts.seen(parts.names))
    rules = [
        (row.parent_component().local_name, row.index())
        for name in parts.names
        for row in parts.program(name, shared).component_data_objects(pyo.Constraint, active=True)
    ]
    assert sorted(map(str, rules)) == sorted(
        str((row.parent_component().local_name, row.index()))
        for row in whole.component_data_objects(pyo.Constraint, active=True)
    )


def test_windows_hold_no_investment_and_no_base_path_of_their_own(many_windows: Path) -> None:
    """What a part of windows holds of the rest is what all parts agree on: so memory grows with its own windows."""
    parts = Parts(case_from_tables(read(many_windows)), WORST_CASE, 0.8, bundle=4)
    shared = in_order(parts.seen(parts.names))
    for name in parts.names:
        if name == BASE_PATH:
            continue
        labels = {window.label for window in parts.windows(name)}
        for variable in parts.program(name, shared).component_data_objects(pyo.Var):
            kind, index = variable.parent_component().local_name, variable.index()
            assert (kind, index) in shared or kind == "resilience" or index[-1] in labels
            assert (kind, index) in shared or kind not in INVESTMENT


def test_a_measure_that_weighs_windows_against_each_other_is_refused() -> None:
    case = case_from_tables(read(TUTORIAL))
    expected = replace(WORST_CASE, name="expected")
    with pytest.raises(CoupledWindowsError, match="hold window by window"):
        Parts(case, expected, 0.8)
    assert Parts(case, expected).names == ["Windows0", "Windows1", BASE_PATH]  # without a target nothing couples them


# ---- the bounds hold the optimum ---------------------------------------------------------------------


@needs_mpi
def test_two_processes_agree_with_the_whole_program_on_the_tutorial(tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    outer, inner = outer_and_inner(run_in_parts(TUTORIAL, "--target", 0.8, "--gap", 0, "--out", plan))
    best = optimum(TUTORIAL, 0.8)
    assert outer <= best + SMALL
    assert best <= inner + SMALL
    assert inner - outer <= 1e-5
    # The plan written is the plan priced: with its modules decided, the whole program costs the inner bound.
    planner = Planner(case_from_tables(read(TUTORIAL)), WORST_CASE)
    with plan.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    decided = {
        column: sum(int(row["modules"]) for row in rows if row["asset"] == asset and int(row["year"]) <= year)
        for (asset, year), column in planner.columns("built").items()
    }
    floor = {planner.engine.column(planner.model.resilience): 0.8}
    assert planner.engine.solve("cost", fixed=decided, at_least=floor).objective == pytest.approx(inner, abs=1e-5)


@needs_mpi
@pytest.mark.slow
@pytest.mark.parametrize("bundle", [2, 9])
def test_bounds_of_many_windows_hold_the_optimum(many_windows: Path, bundle: int) -> None:
    """Whole modules, to the case's own gap of 0.0001."""
    outer, inner = outer_and_inner(run_in_parts(many_windows, "--target", 0.8, "--bundle", bundle))
    best = optimum(many_windows, 0.8)
    assert outer <= best + SMALL
    assert best <= inner + SMALL
    assert inner - outer <= 1e-4 * best + SMALL


@needs_mpi
@pytest.mark.slow
def test_with_divisible_modules_both_bounds_reach_the_linear_optimum(many_windows: Path) -> None:
    outer, inner = outer_and_inner(run_in_parts(many_windows, "--target", 0.8, "--bundle", 3, "--relax"))
    best = optimum(many_windows, 0.8, relax=True)
    assert outer == pytest.approx(best, abs=1e-5)
    assert inner == pytest.approx(best, abs=1e-5)


@needs_mpi
@pytest.mark.slow
def test_a_window_that_never_happens_costs_nothing_and_has_to_be_survived(many_windows: Path, tmp_path: Path) -> None:
    """Without the window of probability 0 the plan may be cheaper; with it, it is as dear as the whole program says."""
    folder = tmp_path / "hard"
    shutil.copytree(many_windows, folder)
    rows = rows_of(folder, "disruptions")
    rows[0]["availability"] = "0"
    for row in rows[1:]:
        row["availability"] = "1"
    write_rows(folder, "disruptions", rows)
    assert rows_of(folder, "scenarios")[0]["probability"] == "0.0"
    outer, inner = outer_and_inner(run_in_parts(folder, "--target", 0.8, "--gap", 0, "--bundle", 3))
    best = optimum(folder, 0.8)
    assert best > optimum(folder, 0.0) + 1  # the window does ask for something
    assert outer == pytest.approx(best, abs=1e-5)
    assert inner == pytest.approx(best, abs=1e-5)


@needs_mpi
def test_a_target_out_of_reach_ends_all_processes_and_says_so() -> None:
    done = run_in_parts(TUTORIAL, "--target", 1)
    assert "No plan serves 1 of what is demanded in every window" in done.stderr
    assert done.returncode == 3


@needs_mpi
def test_bad_input_ends_all_processes_and_is_said_once(own_case: Path) -> None:
    add_rows(own_case, "disruptions", {"scenario": "cutof", "kind": "country", "target": "X", "availability": 0})
    done = run_in_parts(own_case)
    assert done.returncode == 2
    assert done.stderr.count("'cutof' is not listed") == 1


@needs_mpi
@pytest.mark.slow
def test_out_of_time_the_lower_bound_still_holds(many_windows: Path) -> None:
    done = run_in_parts(many_windows, "--target", 0.8, "--time-limit", 0)
    assert done.returncode == 4
    assert "stopped at the time limit" in done.stdout
    outer = re.search(r"less than +(-?[\d.]+) MUSD", done.stdout)
    assert outer is not None
    assert float(outer[1]) <= optimum(many_windows, 0.8) + SMALL
