"""Windows by the hundred: asked one by one, and held in the program only where they bind.

The answer is that of the whole program: on random cases with windows of every kind, under all four measures, with
divisible and with whole modules, and whatever was asked of the program before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

import reeplan.solve.planner as planners
from random_cases import write_random_case
from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.solve.engine import Controls, Engine
from reeplan.solve.planner import Planner
from reeplan.solve.windows.engine import WindowsEngine

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.model.case import Case

MEASURES = ("worst_case", "weakest_link", "expected", "cvar")
SAME = 1e-7


def case_of(tmp_path: Path, seed: int) -> Case:
    write_random_case(tmp_path / "case", seed, unknown_years=True)
    tables = load_tables(tmp_path / "case").tables
    assert tables is not None
    return case_from_tables(tables)


def both(case: Case, measure: Measure, monkeypatch: pytest.MonkeyPatch) -> tuple[Planner, Planner]:
    """The program whole, and window by window."""
    monkeypatch.setattr(planners, "MANY_WINDOWS", 10**9)
    whole = Planner(case, measure)
    monkeypatch.setattr(planners, "MANY_WINDOWS", 1)
    parts = Planner(case, measure)
    assert type(whole.engine) is Engine
    assert type(parts.engine) is WindowsEngine
    return whole, parts


def same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * max(1.0, abs(one))


def check_seed(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many questions both were asked; that the answers are the same."""
    case = case_of(tmp_path, seed)
    if not case.windows:
        return 0
    measure = Measure(MEASURES[seed % 4], 0.8)
    if measure.name in ("expected", "cvar") and not any(w.probability and w.in_target for w in case.windows):
        measure = Measure("worst_case", 0.8)
    whole, parts = both(case, measure, monkeypatch)
    exact = Controls(absolute_gap=0.0)
    asked = 0
    highest = whole.most_resilient(replace(exact, absolute_gap=1e-9))
    found = parts.most_resilient(replace(exact, absolute_gap=1e-9))
    assert same(highest.objective, found.objective), "highest resilience"
    for target in (0.0, 0.3 * highest.objective, 0.9 * highest.objective, 0.6 * highest.objective):
        for ask in ("cheapest_relaxed", "cheapest"):
            one, other = (
                planner.cheapest_relaxed(target) if ask == "cheapest_relaxed" else planner.cheapest(target, exact)
                for planner in (whole, parts)
            )
            assert other.outcome is one.outcome is Outcome.OPTIMAL, (target, ask)
            assert same(one.objective, other.objective), (target, ask, one.objective, other.objective)
            assert other.bound <= one.objective + SAME * max(1.0, abs(one.objective)), "a bound above an optimum"
            assert parts.engine.violation(other.values) <= SAME
            assert same(whole.engine.value("cost", other.values), other.objective)
            if ask == "cheapest":
                assert parts.resilience_of(other.values) >= target - SAME
            asked += 1
    return asked


@pytest.mark.parametrize("seed", range(12))
def test_the_answer_is_that_of_the_whole_program(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_seed(tmp_path, seed, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 200))
def test_the_answer_is_that_of_the_whole_program_at_length(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_seed(tmp_path, seed, monkeypatch)


def test_windows_at_their_own_least_cost_and_prices_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reported plan has every window re-run at its least cost: each alone gives what all together give."""
    case = case_of(tmp_path, 5)
    whole, parts = both(case, Measure("worst_case", 0.9), monkeypatch)
    found = whole.cheapest(0.0, Controls())
    one, other = whole.report(found, 0.0, found.bound), parts.report(found, 0.0, found.bound)
    assert same(one.cost_musd, other.cost_musd)
    for planner, plan in ((whole, one), (parts, other)):
        assert planner.engine.value("windows_cost", plan.values) == pytest.approx(
            whole.engine.value("windows_cost", one.values), rel=SAME, abs=SAME
        )
    assert other.violation <= SAME
    assert not other.not_rerun


def test_cuts_never_lie_above_what_a_window_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cut holds at every plan: it says no more than the window costs, and nothing against what keeps a share."""
    case = case_of(tmp_path, 5)
    _, parts = both(case, Measure("worst_case", 0.9), monkeypatch)
    engine = parts.engine
    assert isinstance(engine, WindowsEngine)
    plans = [parts.cheapest(target, Controls()).values for target in (0.0, 0.2, 0.4)]
    plans += [parts.cheapest_relaxed(target).values for target in (0.1, 0.3)]
    told = 0
    for values in plans:
        for window, cuts in engine.knowledge.cuts.items():
            program = engine.program(window)
            cost = float(engine.weights("cost", window) @ values[program.columns])
            for cut in cuts:
                due = cost if cut.priced else 0.0
                says = cut.constant + float(cut.weights @ values[cut.columns])
                assert says <= due + SAME * max(1.0, abs(due), float(np.abs(cut.weights) @ np.abs(values[cut.columns])))
                told += 1
    assert told > 0
