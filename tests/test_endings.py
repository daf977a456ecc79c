"""How a search ended is said as it was: a failure of the solver is not told as a time limit, nor passed over."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pandas as pd
import pytest

from reeplan import endings
from reeplan.endings import Outcome
from reeplan.outputs.plan_tables import prices
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor
from reeplan.solve.front import Point, solve_front, solve_single
from reeplan.solve.planner import Planner
from reeplan.studies.alternatives.options import AlternativesOptions
from reeplan.studies.alternatives.result import NearOptimalResult
from reeplan.studies.alternatives.steps import remarks
from reeplan.studies.cooperation.deal import Deal
from reeplan.studies.cooperation.question import CoalitionAnswer
from reeplan.studies.cooperation.walking_away import _planned_alone
from reeplan.studies.uncertainty.tables import status_of as status_in_futures
from reeplan.studies.uncertainty.two_stage import TwoStageAnswer
from solved import planner_of, rows_of, write_rows
from solved import run_without_figures as run_command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reeplan.solve.engine import Solution
    from reeplan.solve.planner import Plan

TUTORIAL = Path(__file__).parent.parent / "inputs" / "tutorial"


# ---- without a plan ----------------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [False, True])
def test_a_solver_that_fails_is_not_called_a_time_limit(
    as_json: bool, small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highspy.Highs, "run", lambda highs: None)
    options = ["--json"] if as_json else []
    result = run_command("solve", small_case, "--target", 0.1, "--workers", 1, "--out", tmp_path / "run", *options)
    assert result.exit_code == 4
    said = " ".join(result.stderr.split())
    assert "The solver failed before any plan was found, and more time would not help" in said
    assert "time limit" not in said
    assert "The smallest number of its tables is" in said, "with its file and line"
    assert f"{small_case.as_posix()}" in said
    if as_json:
        assert json.loads(result.stdout)["status"] == "not proven"
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("column", ["module_t_per_year", "module_musd", "capacity_t_per_year"])
def test_a_number_too_small_to_compute_with_is_refused(column: str, own_case: Path, tmp_path: Path) -> None:
    plants = rows_of(own_case, "plants")
    plants[-1][column] = "1e-300"
    write_rows(own_case, "plants", plants)
    for command in ("check", "solve"):
        out = () if command == "check" else ("--out", tmp_path / "run")
        result = run_command(command, own_case, *out)
        assert result.exit_code == 2
        assert f"plants.csv:{len(plants) + 1} {column}" in " ".join(result.output.split())
        assert "'1e-300' is too small a number." in result.output
        assert "write 0, or 1e-12 or more." in " ".join(result.output.split())


def test_every_ending_without_a_plan_has_words_of_its_own() -> None:
    without = {outcome: endings.without_a_plan(outcome) for outcome in Outcome if outcome is not Outcome.OPTIMAL}
    ended = (Outcome.LIMIT, Outcome.INTERRUPTED, Outcome.INFEASIBLE, Outcome.FAILED, Outcome.UNBOUNDED)
    assert len({without[outcome] for outcome in ended}) == len(ended)
    assert [outcome for outcome, said in without.items() if "--time-limit" in said] == [Outcome.LIMIT]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.LIMIT, "no plan found"),
        (Outcome.FAILED, "the solver failed"),
        (Outcome.UNBOUNDED, "cost without limit"),
        (Outcome.INTERRUPTED, "interrupted"),
    ],
)
def test_every_study_says_why_there_is_no_plan(outcome: Outcome, status: str) -> None:
    case = planner_of(TUTORIAL).case
    everyone = frozenset(case.partners)
    assert Deal(case, 0.5, {everyone: CoalitionAnswer(outcome)}).status(everyone) == status
    assert _planned_alone(CoalitionAnswer(outcome)).status == status
    assert status_in_futures(TwoStageAnswer(outcome)) == status
    [said] = remarks(NearOptimalResult.without_plan(case, 0.5, AlternativesOptions(), outcome))
    assert said == endings.without_a_plan(outcome)
    assert ("time" in said) == (outcome in (Outcome.LIMIT, Outcome.FAILED))


@pytest.mark.parametrize(
    ("statuses", "run"),
    [
        ([], "done"),
        (["gap not reached"], "stopped at a limit"),
        (["bound not proven"], "not proven"),
        (["the solver failed"], "not proven"),
        (["the solver failed", "no plan found"], "stopped at a limit"),
        (["gap not reached", "interrupted", "bound not proven"], "interrupted"),
    ],
)
def test_a_run_ends_as_its_searches_did(statuses: list[str], run: str) -> None:
    assert endings.status_of_run(statuses) == run


def test_a_level_at_which_the_solver_fails_is_not_called_a_time_limit(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ends are found; the level between them fails."""
    cheapest = Planner.cheapest

    def fails_between(planner: Planner, target: float, controls: Controls, *known: Any) -> Solution:
        found = cheapest(planner, target, controls, *known)
        highest = planner.most_resilient_relaxed().objective
        between = 0.02 < target < highest - 1e-3
        return replace(found, outcome=Outcome.FAILED, values=None, bound=-np.inf) if between else found

    monkeypatch.setattr(Planner, "cheapest", fails_between)
    result = run_command("solve", small_case, "--points", 3, "--workers", 1, "--out", tmp_path / "run")
    assert result.exit_code == 4, result.output
    assert result.stdout.splitlines()[-1].startswith("not proven")
    assert "--time-limit" not in result.stdout


# ---- with a plan that is not proven ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.LIMIT, "gap not reached"),
        (Outcome.INTERRUPTED, "interrupted"),
        (Outcome.UNPROVEN, "bound not proven"),
        (Outcome.OPTIMAL, "bound not proven"),
    ],
)
def test_an_open_gap_says_what_left_it_open(outcome: Outcome, status: str) -> None:
    """A solver that ended by itself and left a gap has not run out of time."""
    planner = planner_of(TUTORIAL)
    found = solve_single(planner, Executor(planner=planner), Controls(threads=1), 1e-3, 0.0).points[0]
    far = replace(found.plan, bound_musd=found.plan.cost_musd - 5.0, outcome=outcome)
    assert Point("p01", far, 1.0).status == status


def test_a_plan_cheaper_than_a_bound_shows_that_the_bound_was_none(monkeypatch: pytest.MonkeyPatch) -> None:
    planner = planner_of(TUTORIAL)
    true = planner.cheapest_relaxed(0.0).bound
    cheapest = Planner.cheapest

    def boasts(planner: Planner, target: float, controls: Controls, *known: Any) -> Solution:
        found = cheapest(planner, target, controls, *known)
        return replace(found, bound=found.objective + 100.0)

    monkeypatch.setattr(Planner, "cheapest", boasts)
    single = solve_single(planner, Executor(planner=planner), Controls(threads=1), 1e-3, 0.0)
    assert single.points[0].plan.bound_musd == pytest.approx(true)
    front = solve_front(planner, Executor(planner=planner), Controls(threads=1), 1e-3, 1)
    assert front.points[0].plan.bound_musd == pytest.approx(true)
    assert front.points[0].status == "bound not proven"


# ---- plans that are solved again ---------------------------------------------------------------------


def times(folder: Path, factor: float) -> Path:
    """The tutorial with everything that is counted in tonnes so many times as large, and no budgets or offtakes."""
    folder.mkdir()
    for table in TUTORIAL.glob("*.csv"):
        if table.stem in ("budgets", "offtakes", "ranges"):
            continue
        rows = rows_of(TUTORIAL, table.stem)
        for row in rows:
            for column in set(row) & {"max_t_per_year", "max_modules", "resource_t", "thorium_max_t_per_year",
                                      "initial_t", "capacity_t", "max_capacity_t"}:  # fmt: skip
                if row[column]:
                    row[column] = repr(int(float(row[column]) * factor))
            if table.stem == "demand":
                row["t_per_year"] = repr(float(row["t_per_year"]) * factor)
        write_rows(folder, table.stem, rows)
    return folder


@pytest.mark.parametrize("measure", ["worst_case", "expected"])
def test_windows_are_priced_however_large_the_numbers(measure: str, tmp_path: Path) -> None:
    """What is held fixed is known to the solver's last digits, which are tonnes where billions are demanded."""
    planner = planner_of(times(tmp_path / "case", 1e5), measure)
    target = 0.9 * planner.most_resilient_relaxed().objective
    found = solve_single(planner, Executor(planner=planner), Controls(threads=1), 1e-3, target).points[0].plan
    assert found.not_rerun == ()
    assert {index[-1] for index in found.prices} == {"base", *(window.label for window in planner.case.windows)}
    assert found.violation < 1e-9


@pytest.fixture
def fails_in_one_window(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first window can be solved again neither with the others nor by itself."""
    again, named = Planner.windows_again, []

    def fails(planner: Planner, values: Any, held: Sequence[int], kept: Mapping[int, float]) -> Solution | None:
        first = planner.case.windows[0].label
        named[:] = [first]
        free = set(planner._window_columns[first]) - set(held)
        return None if free else again(planner, values, held, kept)

    monkeypatch.setattr(Planner, "windows_again", fails)
    return named


def test_a_window_that_cannot_be_solved_again_is_told_and_has_no_price(
    fails_in_one_window: list[str], small_case: Path, tmp_path: Path
) -> None:
    """The other windows are re-run and priced all the same; the run says where it was not so, and holds."""
    place = tmp_path / "run"
    result = run_command("solve", small_case, "--target", 0.5, "--workers", 1, "--out", place)
    assert result.exit_code == 0, result.output
    [label] = fails_in_one_window
    assert f"p01, {label}: the plan could not be solved again" in " ".join(result.stdout.split())
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["points"][0]["prices_not_known"] == [label]
    table = pd.read_csv(place / "plans" / "p01" / "prices.csv", encoding="utf-8-sig")
    unknown = table["usd_per_t"].isna()
    assert unknown.any()
    assert set(table["window"][unknown]) == {label}
    assert label not in set(table["window"][~unknown])
    assert len(set(table["window"])) > 2, "the others are priced"
    assert "prices are not known" in (place / "report.html").read_text(encoding="utf-8")


def test_a_base_path_that_cannot_be_priced_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    planner = planner_of(TUTORIAL)
    monkeypatch.setattr(planner, "priced", lambda values, target: None)
    plan: Plan = solve_single(planner, Executor(planner=planner), Controls(threads=1), 1e-3, 0.0).points[0].plan
    assert plan.not_rerun == ("base",)
    table = prices(planner, plan)
    assert table["usd_per_t"].isna().equals(table["window"] == "base")
    assert (table["window"] == "base").any()
