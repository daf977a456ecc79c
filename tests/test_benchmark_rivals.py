"""What the benchmark compares is the same problem: rivals and package find the same costs."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from benchmarks import augmecon, front, pypsa_case
from benchmarks.chain_case import draw_chain, write_case
from benchmarks.cut_case import write_cut
from benchmarks.harness import TUTORIAL
from benchmarks.kept import Kept
from benchmarks.ours import OurFront, our_front
from benchmarks.plain import solve_cold
from solved import cost_of
from support import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

needs_pyaugmecon = pytest.mark.skipif(augmecon.missing() is not None, reason=str(augmecon.missing()))
needs_pypsa = pytest.mark.skipif(pypsa_case.missing() is not None, reason=str(pypsa_case.missing()))

PLENTY_S = 300.0
REDUCED = (1, 2, 3)
"""Seeds of the reduced case."""


@pytest.fixture(scope="module")
def tutorial() -> OurFront:
    """The front of the tutorial at four levels."""
    return our_front(TUTORIAL, 4, PLENTY_S, workers=1)


def test_a_front_is_asked_from_its_cheapest_to_its_most_resilient_plan(tutorial: OurFront) -> None:
    cheapest, *levels = tutorial.levels
    assert cheapest is None
    steps = [tutorial.points[0][1], *(level for level in levels if level is not None)]
    assert 3 <= len(steps) <= 4
    assert steps[-1] == pytest.approx(tutorial.points[-1][1], abs=1e-6)
    widths = [after - before for before, after in itertools.pairwise(steps)]
    assert min(widths) > 0


def test_cold_solves_of_the_plain_formulation_find_our_front(tutorial: OurFront) -> None:
    assert tutorial.complete
    for level in tutorial.levels:
        cold = solve_cold(TUTORIAL, level, 1e-4, PLENTY_S)
        assert cold.status == "optimal"
        own = tutorial.at(level)[0]
        assert -1e-3 <= own - cold.cost_musd <= tutorial.gap_musd + 1e-3
        assert front.cold_agrees(tutorial, level, cold.cost_musd, cold.bound_musd)


def test_a_cold_solve_beyond_reach_is_infeasible() -> None:
    assert solve_cold(TUTORIAL, 1.0, 1e-4, PLENTY_S).status == "infeasible"


def test_a_cold_solve_stopped_at_once_claims_no_plan_and_no_proof() -> None:
    stopped = solve_cold(TUTORIAL, 0.8, 0.0, 0.0)
    assert stopped.status == "limit"
    assert stopped.gap_musd > 1.0


def test_a_rival_that_is_cheaper_than_what_we_prove_does_not_agree(tutorial: OurFront) -> None:
    cost, resilience, bound, _ = tutorial.points[-1]
    level = tutorial.levels[-1]
    assert front.cold_agrees(tutorial, level, cost, bound)
    assert not front.cold_agrees(tutorial, level, cost - 2 * tutorial.gap_musd, bound - 3 * tutorial.gap_musd)
    assert not front.cold_agrees(tutorial, level, cost + 9, cost + 1)
    assert front.augmecon_agrees(tutorial, [(cost, resilience)])
    assert not front.augmecon_agrees(tutorial, [(cost - 2 * tutorial.gap_musd, resilience)])
    assert not front.augmecon_agrees(tutorial, [(cost + 2 * tutorial.gap_musd, resilience)])


@needs_pyaugmecon
def test_pyaugmecon_finds_our_front(tutorial: OurFront) -> None:
    theirs = augmecon.augmecon_front(TUTORIAL, 4, 1e-4, PLENTY_S, workers=1)
    assert theirs.finished, theirs.error
    assert len(theirs.points) == 4
    for cost, resilience in theirs.points:
        own = tutorial.at(resilience - 1e-6)[0]
        assert cost == pytest.approx(own, abs=tutorial.gap_musd + 1e-3)
    assert front.augmecon_agrees(tutorial, theirs.points)


@needs_pyaugmecon
def test_pyaugmecon_stopped_at_its_limit_says_so() -> None:
    theirs = augmecon.augmecon_front(TUTORIAL, 4, 1e-4, 0.5, workers=1)
    assert not theirs.finished
    assert theirs.points == []
    assert theirs.error == ""


@needs_pypsa
@pytest.mark.parametrize("seed", REDUCED)
def test_pypsa_finds_the_cost_of_the_reduced_case(seed: int, tmp_path: Path) -> None:
    chain = draw_chain(seed, 3, 1, 2, 4)
    theirs, *_ = pypsa_case.plan_by_pypsa(chain, 1e-9, PLENTY_S)
    assert cost_of(write_case(chain, tmp_path / "case")) == pytest.approx(theirs, rel=1e-6)


def test_the_reduced_cases_build_stock_and_miss_something(tmp_path: Path) -> None:
    """Otherwise an agreement on them would say little."""
    used: set[str] = set()
    for seed in REDUCED:
        folder = write_case(draw_chain(seed, 3, 1, 2, 4), tmp_path / str(seed))
        *_, planner = pypsa_case.plan_by_reeplan(folder, 1e-9, PLENTY_S)
        plan = planner.cheapest(0.0, pypsa_case.Controls(1e-6, PLENTY_S)).values
        variables = ("built", "run", "buy", "level", "space", "unmet")
        used |= {name for name in variables if any(t > 1e-6 for t in planner.by_index(name, plan).values())}
    assert used >= {"built", "run", "buy", "level", "unmet"}


def test_the_cut_real_case_is_a_case_with_the_windows_asked_for(tmp_path: Path) -> None:
    from reeplan.model.build_case import case_from_tables

    case = case_from_tables(read(write_cut(tmp_path / "cut", 2031, ["china_1y", "china_2y"])))
    assert [window.label for window in case.windows] == ["china_1y@2029", "china_2y@2030"]
    assert list(case.years) == list(range(2026, 2032))
    with pytest.raises(ValueError, match="no window"):
        write_cut(tmp_path / "none", 2028, ["china_1y"])


@dataclass(frozen=True)
class Measurement:
    seconds: float
    bound: float


def test_a_stopped_benchmark_goes_on_with_what_it_measured(tmp_path: Path) -> None:
    calls: list[str] = []

    def measure(what: str) -> Callable[[], Measurement]:
        def once() -> Measurement:
            calls.append(what)
            return Measurement(1.0, float("-inf"))

        return once

    Kept("a", tmp_path).measured("first", measure("first"))
    again = Kept("a", tmp_path)
    assert again.measured("first", measure("first")) == {"seconds": 1.0, "bound": float("-inf")}
    again.measured("second", measure("second"))
    assert calls == ["first", "second"]
    again.forget()
    assert "first" not in Kept("a", tmp_path)


def test_the_section_keeps_its_rows_in_json_and_tells_them_in_words(tmp_path: Path) -> None:
    """Without time for a cold solve the levels stay open, and the table says so."""
    kept = Kept("front", tmp_path)
    rows = front.compare("tutorial", TUTORIAL, kept, limit_s=30.0, total_s=0.0, points=2)
    assert rows == json.loads(json.dumps(rows))
    text = front.render(rows)
    assert "not run" in text
    assert "tutorial" in text
