"""The steps of the front: which plans stay, where it is asked next and how closely, and which plan within the gap."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from reeplan.endings import Outcome
from reeplan.outputs.run_folder import over_first
from reeplan.outputs.spec.plans import EXCHANGEABLE
from reeplan.present.figures.front.data import read_front, table_of
from reeplan.present.figures.front.words import caption
from reeplan.present.run import Run
from reeplan.present.words.steps import bill_in_a_sentence, exchangeable_in_words
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor, Task
from reeplan.solve.front import Front, _Search, solve_front
from reeplan.solve.front_nearest import nearest_question
from reeplan.solve.front_steps import Knowledge, even_levels, gap_within, real_steps, undominated
from reeplan.solve.planner import Plan, Planner
from reeplan.solve.sharing import WithoutSharing
from reeplan.verify import verify_run
from solved import cheapest, planner_of, random_case, run_without_figures
from support import ONE_TOWN, PURE_ORE, write_case, years

if TYPE_CHECKING:
    from pathlib import Path

ONE = Controls(threads=1)


def plan(cost: float, resilience: float, kept: float | None = None) -> Plan:
    level = resilience if kept is None else kept
    return Plan(None, level, level, cost, cost, resilience, Outcome.OPTIMAL, 0.0, {})


def steps(plans: list[Plan], bounds: dict[float, float], unsolved: tuple[float, ...] = ()) -> list[tuple[float, float]]:
    def bound_at(level: float) -> float:
        return max((bound for at, bound in bounds.items() if at <= level + 1e-9), default=-np.inf)

    kept = real_steps(plans, bound_at, lambda plan: plan.cost_musd not in unsolved)
    return [(one.cost_musd, one.resilience) for one in kept]


# ---- which plans stay -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        # all is proven: every plan is a step
        ({0.6: 100.0, 0.65: 101.0, 0.7: 102.0, 0.9: 120.0}, [(100, 0.6), (101, 0.65), (102, 0.7), (120, 0.9)]),
        # 0.65 may cost as little as 0.6, and 0.7 as little as 0.65: from the top down, 0.7 replaces both
        ({0.6: 99.5, 0.65: 99.9, 0.7: 99.9, 0.9: 118.0}, [(102, 0.7), (120, 0.9)]),
        # 0.65 is proven to cost more than 0.6, and 0.7 is not proven to cost more than 0.65
        ({0.6: 99.5, 0.65: 100.5, 0.7: 100.5, 0.9: 118.0}, [(100, 0.6), (102, 0.7), (120, 0.9)]),
        # a bound at a lower level holds above it
        ({0.6: 119.0}, [(100, 0.6), (101, 0.65), (102, 0.7), (120, 0.9)]),
        ({}, [(120, 0.9)]),
    ],
)
def test_a_plan_that_is_not_proven_costlier_replaces_the_one_below(
    bounds: dict[float, float], kept: list[tuple[float, float]]
) -> None:
    assert steps([plan(102, 0.7), plan(100, 0.6), plan(120, 0.9), plan(101, 0.65)], bounds) == kept


def test_where_the_search_ended_before_the_gap_nothing_is_replaced() -> None:
    """The most resilient plan was found in the first second, and nothing is known of what it should cost."""
    plans = [plan(100, 0.6), plan(500, 0.9)]
    assert steps(plans, {0.0: 99.9}, unsolved=(500,)) == [(100, 0.6), (500, 0.9)]
    assert steps(plans, {0.0: 99.9}) == [(500, 0.9)]


def test_a_step_in_resilience_below_its_accuracy_is_none() -> None:
    kept = undominated([plan(100, 0.9), plan(101, 0.9 + 9e-7), plan(102, 0.95)])
    assert [one.cost_musd for one in kept] == [100, 102]
    assert len(undominated([plan(100, 0.9), plan(101, 0.9 + 2e-6)])) == 2


def test_a_plan_keeps_the_level_it_was_made_for() -> None:
    """It serves 2e-9 less, as linear programs do; what is proven at that level holds for it."""
    short = plan(101, 0.65 - 2e-9, kept=0.65)
    assert short.keeps == 0.65
    assert steps([plan(100, 0.6), short], {0.6: 100.0, 0.65: 101.0}) == [(100, 0.6), (101, 0.65 - 2e-9)]
    assert plan(101, 0.64, kept=0.65).keeps < 0.65, "but not one that misses it by more"


# ---- where to ask next ------------------------------------------------------------------------------


def known(plans: list[tuple[float, float]], bounds: dict[float, float], gap: float) -> Knowledge:
    def plan_at(level: float) -> tuple[float, float] | None:
        return min(((cost, keeps) for keeps, cost in plans if keeps >= level - 1e-9), default=None)

    def bound_at(level: float) -> float:
        return max((bound for at, bound in bounds.items() if at <= level + 1e-9), default=-np.inf)

    return Knowledge(plan_at, bound_at, gap)


def test_a_third_of_the_levels_is_even() -> None:
    assert even_levels(0.0, 0.9, 12) == pytest.approx([0.9, 0.6, 0.3])
    assert even_levels(0.3, 0.9, 9) == pytest.approx([0.9, 0.6])
    assert even_levels(0.3, 0.9, 2) == [0.9]


def test_the_next_level_halves_the_largest_unsettled_area() -> None:
    """A cost step of 410 over 0.05 (20.5) is more than one of 60 over 0.2 (12): 0.94 is next, as on the page."""
    plans = [(0.6, 100.0), (0.715, 110.0), (0.915, 170.0), (0.965, 580.0)]
    bounds = {0.6: 100.0, 0.715: 110.0, 0.915: 170.0, 0.965: 580.0}
    found = known(plans, bounds, 4.0).next_level(sorted(bounds))
    assert found == pytest.approx((0.94, 410.0))


def test_what_is_settled_is_not_asked_for() -> None:
    """The upper step is within the gap; what the plan for the lower level serves beyond it is known as well."""
    bounds = {0.0: 1.0, 0.5: 10.0, 1.0: 11.0}
    plans = [(0.0, 1.0), (0.5, 10.0), (1.0, 11.0)]
    assert known(plans, bounds, 2.0).next_level([0.0, 0.5, 1.0]) == pytest.approx((0.25, 9.0))
    assert known(plans, bounds, 9.5).next_level([0.0, 0.5, 1.0]) is None
    serves_more = [(0.3, 1.0), (0.5, 10.0), (1.0, 11.0)]
    assert known(serves_more, bounds, 2.0).next_level([0.0, 0.5, 1.0]) == pytest.approx((0.375, 9.0))


def test_a_jump_is_narrowed_no_further_than_resilience_is_known() -> None:
    plans = [(0.0, 1.0), (0.5 - 1e-7, 1.0), (0.5, 10.0)]
    assert known(plans, {0.0: 1.0, 0.5: 10.0}, 1.0).next_level([0.0, 0.5]) is None


def test_the_gap_at_a_level_follows_the_step_in_which_it_lies() -> None:
    assert gap_within(410.0, 4.0, 18.0) == 8.0
    assert gap_within(410.0, 4.0, 6.0) == 6.0
    assert gap_within(24.0, 4.0, 18.0) == pytest.approx(6.0)
    assert gap_within(8.0, 4.0, 18.0) == 4.0


# ---- the search as a whole ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [10, 16, 22, 31, 36])
@pytest.mark.parametrize("gap", [1e-9, 0.02, 0.3])
def test_fronts_of_random_cases(seed: int, gap: float) -> None:
    """No point is dominated, each step is proven, no bound is above a cost or the optimum, and both ends are right."""
    with random_case(seed) as folder:
        planner = planner_of(folder)
        front = solve_front(planner, Executor(planner=planner), ONE, gap, 7)
        assert front.complete
        assert 1 <= len(front.points) <= len(front.levels) <= 8
        for before, here in pairwise(front.points):
            assert here.plan.resilience > before.plan.resilience + 1e-6
            assert here.plan.bound_musd > before.plan.cost_musd
            assert not here.indistinct
        for point in front.points:
            assert point.solved
            exact = cheapest(planner_of(folder), point.plan.resilience - 1e-9)
            assert exact is not None
            assert point.plan.bound_musd <= exact.cost_musd * (1 + 1e-7)
        lowest = cheapest(planner_of(folder))
        assert lowest is not None
        first = front.points[0]
        assert first.plan.bound_musd <= lowest.cost_musd * (1 + 2e-7), "the front begins where nothing provable is paid"
        assert first.plan.cost_musd <= lowest.cost_musd + 2 * first.gap_target_musd + 1e-6
        highest = planner.most_resilient(ONE)
        assert front.points[-1].plan.resilience == pytest.approx(highest.objective, abs=3e-6)


def test_every_level_is_asked_at_most_twice_and_the_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every answer is proven to ten times the gap that was asked for: nothing is asked for ever."""
    asked: list[float] = []

    def loosely(search: _Search, level: float, step: float | None = None) -> Any:
        asked.append(level)
        question = at(search, level, step)
        loose = replace(question.controls, absolute_gap=0.5)
        return replace(question, controls=loose)

    at = _Search._at
    monkeypatch.setattr(_Search, "_at", loosely)
    with random_case(10) as folder:
        planner = planner_of(folder)
        solve_front(planner, Executor(planner=planner), ONE, 1e-9, 6)
    assert max(asked.count(level) for level in asked) <= 3, "as it is chosen, when the ends are known, and at the end"
    assert len(asked) <= 3 * 7


def test_targets_are_levels_beside_the_others() -> None:
    with random_case(10) as folder:
        planner = planner_of(folder)
        front = solve_front(planner, Executor(planner=planner), ONE, 1e-9, 4, [0.7])
        point = front.at(0.7)
        exact = cheapest(planner_of(folder), 0.7)
        assert 0.7 in front.levels
        assert point is not None
        assert exact is not None
        assert point.plan.cost_musd == pytest.approx(exact.cost_musd, rel=1e-7)


# ---- the nearest plan, and what is exchangeable -----------------------------------------------------------


THREE_SIZES = """
    plants
    plant   region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
    small   town    refine   pit      25                 3            1            1
    middle  town    refine   pit      50                 1            1.98         1
    large   town    refine   pit      75                 1            2.97         1

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    seller    Nd        2030  town    10000            100

    scenarios
    scenario  starts  years  probability
    cut       2030    1      0

    disruptions
    scenario  kind      target  availability
    cut       supplier  seller  0

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         20000
    """


@pytest.fixture
def three_sizes(tmp_path: Path) -> Path:
    """Works of 25 t (1 MUSD, up to three), 50 t (1.98) and 75 t (2.97), a plant each; what they make is not bought.

    A quarter costs 1 + 0.75, half 1.98 + 0.5 (two small ones 2 + 0.5), three quarters 2.97 + 0.25 (3 + 0.25).
    """
    return write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2030), THREE_SIZES)


def front_of(folder: Path, gap: float) -> tuple[Planner, Front]:
    planner = planner_of(folder)
    return planner, solve_front(planner, Executor(planner=planner), ONE, gap, 5)


def modules(planner: Planner, values: Any) -> dict[str, float]:
    last = {name: column for (name, _), column in planner.columns("built").items()}
    return {name: round(float(values[column]), 6) for name, column in last.items() if values[column] > 1e-6}


def test_within_the_gap_each_plan_is_the_nearest_to_the_one_before(three_sizes: Path) -> None:
    """With a gap of 0.05 MUSD a small plant is added at each step; exactly, half is served by the middle one."""
    planner, exact = front_of(three_sizes, 1e-9)
    assert [modules(planner, point.plan.values) for point in exact.points[1:4]] == [
        {"small": 1}, {"middle": 1}, {"large": 1},
    ]  # fmt: skip
    assert [point.plan.cost_musd for point in exact.points] == pytest.approx([1, 1.75, 2.48, 3.22, 3.97])
    assert not any(point.exchangeable for point in exact.points)
    planner, near = front_of(three_sizes, 0.05)
    assert [modules(planner, point.plan.values) for point in near.points[1:4]] == [
        {"small": 1}, {"small": 2}, {"small": 3},
    ]  # fmt: skip
    assert [point.plan.cost_musd for point in near.points] == pytest.approx([1, 1.75, 2.5, 3.25, 3.97])
    for point in near.points:
        assert point.solved
        assert point.plan.cost_musd <= point.plan.bound_musd + point.gap_target_musd + 1e-9


def test_what_could_be_exchanged_is_told(three_sizes: Path) -> None:
    """At half served two small plants and one middle one are both within the gap: each can be had for the other."""
    _, front = front_of(three_sizes, 0.05)
    half = {one.asset: (one.modules, one.fewest, one.most) for one in front.points[2].exchangeable}
    assert half == {"small": pytest.approx((2, 0, 2)), "middle": pytest.approx((0, 0, 1))}
    assert front.points[0].exchangeable == ()


def test_the_nearest_plan_keeps_resilience_and_the_limit(three_sizes: Path) -> None:
    planner = planner_of(three_sizes)
    here, other = cheapest(planner, 0.5), cheapest(planner, 0.25)
    assert here is not None
    assert other is not None
    assert planner.distance(here.values, other.values) == pytest.approx(2.98)
    assert nearest_question(planner, here, other, here.cost_musd, ONE) is None, "nothing costs as little"
    assert nearest_question(planner, here, here, 3.0, ONE) is None, "nothing is nearer than the plan itself"
    for limit, apart in ((2.49, 2.98), (2.6, 1.0)):
        question = nearest_question(planner, here, other, limit, ONE)
        assert question is not None
        [answer] = Executor(planner=planner).ask([task(planner, question)])
        assert answer.objective == pytest.approx(apart)
        assert answer.settled
        assert planner.engine.value("cost", answer.values) <= limit + 1e-9
        assert planner.resilience_of(answer.values) >= 0.5 - 1e-7


def task(planner: Planner, question: Any) -> Task:
    return Task("the nearest", planner.case, planner.measure, question)


# ---- gross and net ----------------------------------------------------------------------------------------


PARTS = ("annuities", "fixed", "process", "purchases", "transport", "sales", "holding", "shortage", "restock")


def test_what_a_plan_costs_more_than_the_first_sums_to_the_net() -> None:
    """973 more capital, 80 more to run, 703 less for purchases and 286 of loss avoided are 64 net."""
    first: dict[str, Any] = {f"{part}_musd": 1000.0 for part in PARTS}
    more = {"annuities": 973.0, "fixed": 50.0, "holding": 30.0, "purchases": -700.0, "sales": -3.0, "shortage": -286.0}
    rows = [first, {name: value + more.get(name.removesuffix("_musd"), 0.0) for name, value in first.items()}]
    for row in rows:
        row["cost_musd"] = sum(row[f"{part}_musd"] for part in PARTS)
    one, other = over_first(rows)
    names = ("capital", "running", "purchases", "losses")
    assert [other[f"{name}_over_first_musd"] for name in names] == pytest.approx([973, 80, -703, -286])
    assert other["net_over_first_musd"] == pytest.approx(64)
    assert all(one[f"{name}_over_first_musd"] == 0 for name in (*names, "net"))
    assert bill_in_a_sentence({**other, "extra_cost_musd": 64.0}) == (
        "These 64 MUSD are net: 973 more capital, 80 more to run, ship and store, 703 less for purchases and "
        "286 of expected loss avoided."
    )
    assert bill_in_a_sentence({**one, "extra_cost_musd": 0.0}) == "", "nothing is set off against anything"


# ---- in a run ------------------------------------------------------------------------------------------------


@pytest.fixture
def coarse_run(three_sizes: Path, tmp_path: Path) -> Path:
    place = tmp_path / "run"
    result = run_without_figures("solve", three_sizes, "--points", 5, "--gap", 0.05, "--workers", 1, "--out", place)
    assert result.exit_code == 0, result.output
    return place


def test_a_run_tells_what_is_exchangeable_and_is_checked(coarse_run: Path) -> None:
    run = Run(coarse_run)
    table = run.table(EXCHANGEABLE)
    assert set(table["point"]) == {"p03", "p04"}
    said = "Plan p03: small (0 to 2 instead of 2) and middle (0 to 1 instead of 0)."
    assert exchangeable_in_words(table, "p03") == said
    assert exchangeable_in_words(table, "p02") == ""
    data = read_front(run)
    assert set(map(tuple, data.exchangeable.itertuples(index=False))) == {
        ("p03", "small"), ("p03", "middle"), ("p04", "small"), ("p04", "large"),
    }  # fmt: skip
    assert "exchanged" in caption(data, intervals=False, target=False)
    assert list(table_of(data)["exchangeable"]) == ["", "", "small; middle", "small; large", ""]
    page = (coarse_run / "report.html").read_text(encoding="utf-8")
    assert "What could be exchanged without leaving a plan" in page
    assert verify_run(coarse_run).holds


def test_what_binds_is_told(coarse_run: Path) -> None:
    """One town, one material: a quarter is served of all, and of the weakest material."""
    row = Run(coarse_run).front.iloc[1]
    assert (row.binding_window, row.weakest_material, row.weakest_partner) == ("cut@2030", "Nd", "A")
    assert [row.total_served, row.weakest_material_served] == pytest.approx([0.25, 0.25], abs=1e-6)


@pytest.mark.parametrize(
    ("table", "column", "false", "rule"),
    [
        ("front", "net_over_first_musd", "0.5", "over_first"),
        ("front", "capital_over_first_musd", "0.5", "over_first"),
        ("front", "losses_over_first_musd", "-0.5", "over_first"),
        ("front", "total_served", "0.3", "headline"),
        ("front", "weakest_material_served", "0.3", "weakest_material"),
        ("front", "weakest_material", "Pr", "weakest_material"),
        ("front", "binding_window", "cut@2031", "binding_window"),
        ("exchangeable", "modules", "1", "exchangeable"),
        ("exchangeable", "capital_musd", "1", "exchangeable"),
        ("exchangeable", "asset", "tiny", "exchangeable"),
    ],
)
def test_a_falsehood_about_steps_is_seen(table: str, column: str, false: str, rule: str, coarse_run: Path) -> None:
    file = coarse_run / f"{table}.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    rows[1][column] = false
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert rule in {failure.rule for failure in verify_run(coarse_run).failures}


# ---- what sharing adds ------------------------------------------------------------------------------------------


TWO_PARTNERS = """
    settings
    name           value
    first_year     2030
    last_year      2030
    discount_rate  0

    partners
    partner  wacc
    A        0
    B        0

    regions
    region  country
    mine    A
    town    B
    x1      X

    elements
    element  circuit  reference_usd_per_t
    Nd       light    40000

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    digger    Nd        2030  mine    1000             100
    seller    Nd        2030  x1      500              30

    transport
    from_region  to_region  kind  usd_per_t
    mine         town       all   20
    x1           town       all   10

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    mine    Nd        2030  40          10000
    town    Nd        2030  50          10000

    scenarios
    scenario  starts  years  probability
    cut       2030    1      0.02

    disruptions
    scenario  kind     target  availability
    cut       country  X       0
    """


def test_what_sharing_in_a_crisis_adds(tmp_path: Path) -> None:
    """B wants 50 t: 30 from X and, undisturbed, 20 from A; without X, A sends all 50, and without sharing 20 as before.

    So 1 is served, and 0.4 of B's demand if nothing is shared.
    """
    case = write_case(tmp_path, TWO_PARTNERS)
    planner = planner_of(case)
    plan = cheapest(planner)
    assert plan is not None
    assert plan.resilience == pytest.approx(1.0)
    assert WithoutSharing(planner).resilience(plan) == pytest.approx(0.4, abs=1e-6)
    place = tmp_path / "run"
    result = run_without_figures("solve", case, "--points", 2, "--workers", 1, "--out", place)
    assert result.exit_code == 0, result.output
    front = Run(place).front
    assert list(front["resilience_without_sharing"]) == pytest.approx([0.4], abs=1e-6)
    page = (place / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "60 % rest on what partners send each other in the crisis" in page


def test_one_partner_has_nobody_to_share_with(three_sizes: Path) -> None:
    planner = planner_of(three_sizes)
    plan = cheapest(planner)
    assert plan is not None
    assert WithoutSharing(planner).resilience(plan) is None
