"""The benchmarks: a grown case is the same problem written more finely, and the harness measures what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import __main__ as command
from benchmarks import growth, handover
from benchmarks.grow import grow_case
from benchmarks.harness import TUTORIAL, interleaved, median_ratio, shown, slope, table
from reeplan.solve.planner import Planner
from solved import random_case, run_command

if TYPE_CHECKING:
    from pathlib import Path

TARGET = 0.5


def cost_of_relaxation(folder: Path, target: float = TARGET) -> float:
    return float(Planner(handover.read_case(folder), handover.MEASURE).cheapest_relaxed(target).objective)


# ---- grown cases ----------------------------------------------------------------------------------


def test_growing_by_one_leaves_the_case_as_it_is(tmp_path: Path) -> None:
    assert handover.read_case(grow_case(TUTORIAL, tmp_path)) == handover.read_case(TUTORIAL)


@pytest.mark.parametrize(
    "factors", [{"elements": 2}, {"deposits": 2}, {"windows": 2}, {"elements": 3, "deposits": 2, "windows": 2}], ids=str
)
def test_splitting_into_equal_parts_leaves_the_cost_of_the_relaxation(tmp_path: Path, factors: dict[str, int]) -> None:
    grown = cost_of_relaxation(grow_case(TUTORIAL, tmp_path, **factors))
    assert grown == pytest.approx(cost_of_relaxation(TUTORIAL), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dimension", ["elements", "deposits", "windows"])
def test_so_it_does_in_random_cases(tmp_path: Path, dimension: str, seed: int) -> None:
    with random_case(seed) as case:
        grown = cost_of_relaxation(grow_case(case, tmp_path, **{dimension: 2}), 0.0)
        # Where no plan exists, none exists for the grown case either.
        assert grown == pytest.approx(cost_of_relaxation(case, 0.0), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("dimension", growth.DIMENSIONS)
def test_a_case_grows_only_in_what_it_was_asked_to(tmp_path: Path, dimension: str) -> None:
    def sizes(folder: Path) -> dict[str, int]:
        case = handover.read_case(folder)
        parts = (case.elements, case.deposits, case.windows, case.years)
        return dict(zip(growth.DIMENSIONS, map(len, parts), strict=True))

    before = sizes(TUTORIAL)
    assert sizes(grow_case(TUTORIAL, tmp_path, **{dimension: 3})) == before | {dimension: 3 * before[dimension]}


@pytest.mark.parametrize("dimension", growth.DIMENSIONS)
def test_a_grown_case_passes_the_check(tmp_path: Path, dimension: str) -> None:
    folder = grow_case(TUTORIAL, tmp_path / "grown", **{dimension: 2})
    answer = run_command("check", str(folder), "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output)["errors"] == []


# ---- yardsticks -----------------------------------------------------------------------------------


def least(highs: Any) -> float:
    """The optimum with divisible modules."""
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("solve_relaxation", True)
    highs.run()
    return float(highs.getInfo().objective_function_value)


def test_every_way_hands_over_the_same_model(tmp_path: Path) -> None:
    case = handover.read_case(TUTORIAL)
    ours = handover.ours(case)
    ours.writeModel(str(tmp_path / "model.mps"))
    arrays = handover.Arrays.of(ours)
    others = [
        handover.filled(arrays),
        handover.least_in_pyomo(arrays),
        handover.read_from_file(tmp_path / "model.mps"),
    ]
    assert [(h.getNumCol(), h.getNumRow(), h.getNumNz()) for h in others] == [
        (ours.getNumCol(), ours.getNumRow(), ours.getNumNz())
    ] * len(others)
    assert [least(highs) for highs in others] == pytest.approx([least(ours)] * len(others), rel=1e-7)
    # Pyomo hands over the model in its own units, without our scaling.
    assert least(handover.by_pyomo(case)._solver_model) == pytest.approx(cost_of_relaxation(TUTORIAL, 0.0), rel=1e-7)


def test_arrays_come_back_from_their_file(tmp_path: Path) -> None:
    arrays = handover.Arrays.of(handover.ours(handover.read_case(TUTORIAL)))
    arrays.save(tmp_path / "model.npz")
    again = handover.Arrays.load(tmp_path / "model.npz")
    assert least(handover.filled(again)) == least(handover.filled(arrays))
    assert again.integer.any()


# ---- harness --------------------------------------------------------------------------------------


def test_tasks_take_turns_and_the_first_turn_is_not_counted() -> None:
    done: list[str] = []
    seconds = interleaved({"A": lambda: done.append("A"), "B": lambda: done.append("B")}, repetitions=2)
    assert done == ["A", "B"] * 3
    assert {name: len(times) for name, times in seconds.items()} == {"A": 2, "B": 2}


def test_a_ratio_is_taken_turn_by_turn() -> None:
    # The second turn was on a machine ten times slower: that changes no ratio.
    assert median_ratio([2.0, 20.0, 2.2], [1.0, 10.0, 1.0]) == 2.0


def test_the_exponent_of_quadratic_growth_is_two() -> None:
    assert slope([1, 2, 4, 8], [3, 12, 48, 192]) == pytest.approx(2.0)


def test_a_table_shows_what_is_missing_as_a_dash() -> None:
    text = table(
        [{"way": "ours", "seconds": 0.12345, "nonzeros": 52556, "peak": None}],
        dict.fromkeys(("way", "seconds", "nonzeros", "peak"), "x"),
    )
    assert text.splitlines()[-1] == "| ours | 0.123 | 52,556 | – |"
    assert shown(1234.5) == "1,234"


def test_the_quick_run_measures_and_keeps_what_it_did_not_run(tmp_path: Path) -> None:
    assert command.main(["--only", "growth", "--quick", "--out", str(tmp_path)]) == 0
    kept = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["growth"]
    assert command.main(["--only", "floor", "--quick", "--out", str(tmp_path)]) == 0
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["growth"] == kept
    ways = {row["way"]: row for row in results["floor"]["rows"]}
    assert ways["floor"]["ratio"] == 1.0
    assert all(row["milliseconds"] > 0 for row in ways.values())
    itself, grown = results["growth"]["rows"]
    assert grown["nonzeros"] > itself["nonzeros"]
    assert grown["relaxation_musd"] == pytest.approx(itself["relaxation_musd"])
    page = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "shows that it runs, not how fast" in page
    assert results["floor"]["text"].strip() in page
    assert results["growth"]["text"].strip() in page


def test_reading_is_measured_by_size_and_a_file_of_zeros_is_refused(tmp_path: Path) -> None:
    assert command.main(["--only", "reading", "--quick", "--out", str(tmp_path)]) == 0
    *grown, zeros = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["reading"]["rows"]
    assert [row["rows"] for row in grown] == [200, 2000]
    assert [row["errors"] for row in (*grown, zeros)] == [0, 0, 1]
