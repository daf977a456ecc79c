"""The front: its ends, its points, its bounds, and what it says of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import second_opinion
from reeplan.endings import Outcome
from reeplan.interrupt import Interrupt
from reeplan.model.build_case import case_from_tables
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor, LocalProcesses, Silent
from reeplan.solve.front import Front, Point, gap_in_money, knees_of, solve_front, solve_single
from reeplan.solve.planner import Plan, Planner
from solved import cheapest, planner_of, random_case
from support import ONE_TOWN, PURE_ORE, WORST_CASE, read, write_case, years

if TYPE_CHECKING:
    from pathlib import Path

ONE = Controls(threads=1)
SEEDS = (10, 16, 22, 31, 36)


def front_of(folder: Path, levels: int = 4, gap: float = 1e-9, wanted: tuple[float, ...] = ()) -> Front:
    planner = planner_of(folder)
    return solve_front(planner, Executor(planner=planner), ONE, gap, levels, wanted)


@pytest.fixture(params=SEEDS)
def random_front(request: pytest.FixtureRequest) -> Any:
    with random_case(request.param) as folder:
        yield folder, front_of(folder)


def test_points_are_ordered_and_none_is_weakly_dominated(random_front: tuple[Path, Front]) -> None:
    _, front = random_front
    assert len(front.points) > 1
    for cheaper, costlier in pairwise(front.points):
        assert costlier.plan.cost_musd > cheaper.plan.cost_musd
        assert costlier.plan.resilience > cheaper.plan.resilience
    assert [point.name for point in front.points] == [f"p{n + 1:02d}" for n in range(len(front.points))]


def test_every_point_reached_its_gap_and_no_bound_is_above_its_cost(random_front: tuple[Path, Front]) -> None:
    _, front = random_front
    assert front.complete
    for point in front.points:
        assert point.solved
        assert point.status == "optimal"
        assert point.plan.bound_musd <= point.plan.cost_musd
    for lower, higher in pairwise(front.points):
        assert higher.plan.bound_musd >= lower.plan.bound_musd - 1e-9, "a bound at a lower target holds at higher ones"


def test_the_ends(random_front: tuple[Path, Front]) -> None:
    """The cheapest plan costs what the plan without a target does; nothing is more resilient than the last."""
    folder, front = random_front
    plan = cheapest(planner_of(folder))
    assert plan is not None
    assert front.points[0].plan.cost_musd == pytest.approx(plan.cost_musd, rel=1e-7)
    highest = second_opinion.best_resilience(folder)
    assert front.points[-1].plan.resilience == pytest.approx(highest, abs=2e-6)
    assert front.highest_resilience_bound >= highest - 1e-7


def test_a_coarse_gap_is_kept_and_its_bounds_are_true() -> None:
    """Solved to 2 %, no point is further from the optimum at its resilience than its bound says."""
    with random_case(10) as folder:
        for point in front_of(folder, gap=0.02).points:
            exact = cheapest(planner_of(folder), point.plan.resilience - 1e-9)
            assert exact is not None
            assert point.plan.bound_musd <= exact.cost_musd * (1 + 1e-7)
            assert point.plan.cost_musd >= exact.cost_musd * (1 - 1e-7)
            assert point.plan.gap_musd <= point.gap_target_musd * (1 + 1e-6)


def test_a_wanted_target_is_a_point() -> None:
    with random_case(23) as folder:
        for wanted in (0.4, 0.65):
            exact = cheapest(planner_of(folder), wanted)
            assert exact is not None
            points = front_of(folder, 3, wanted=(wanted,)).points
            near = [p.plan for p in points if p.plan.resilience >= wanted - 1e-9]
            assert min(plan.cost_musd for plan in near) == pytest.approx(exact.cost_musd, rel=1e-7)


def test_one_level_is_the_cheapest_plan_alone() -> None:
    with random_case(10) as folder:
        [point] = front_of(folder, 1).points
        plan = cheapest(planner_of(folder))
        assert plan is not None
        assert point.plan.cost_musd == pytest.approx(plan.cost_musd, rel=1e-7)


def test_a_front_without_windows_is_one_plan(tmp_path: Path) -> None:
    case = write_case(
        tmp_path,
        ONE_TOWN,
        years(2030, 2030),
        """
        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """,
    )
    [point] = front_of(case).points
    assert point.plan.cost_musd == pytest.approx(1.0)
    assert point.plan.resilience == 1.0


TWO_PLANS_OF_ONE_COST = """
    plants
    plant  region  process  deposit  capacity_t_per_year
    works  town    refine   pit      60

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    seller    Nd        2030  town    1000             100

    scenarios
    scenario  starts  years  probability
    cut       2030    1      0

    disruptions
    scenario  kind      target  availability
    cut       supplier  seller  0

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         10000
    """


def test_of_plans_of_one_cost_the_most_resilient_is_taken(tmp_path: Path) -> None:
    """What the window serves costs nothing where it has no probability: the one point serves what the works make."""
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2030), TWO_PLANS_OF_ONE_COST)
    [point] = front_of(case).points
    assert point.plan.resilience == pytest.approx(0.6, abs=1e-6)
    assert point.plan.cost_musd == pytest.approx(0.04)


def test_no_weighted_sum_would_find_the_middle(tmp_path: Path) -> None:
    """Works of 25 t for 1 MUSD, 50 t for 4 and 75 t for 4.5, one of each; 100 t are demanded, the seller is cut.

    Serving a quarter costs 1, half 4, three quarters 4.5, all 1 + 4.5. Half for 4 lies on the wrong side of every
    line that the others span, so no weight between cost and resilience would ever choose it.
    """
    case = write_case(
        tmp_path,
        ONE_TOWN,
        PURE_ORE,
        years(2030, 2030),
        """
        plants
        plant   region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        small   town    refine   pit      25                 1            1            1
        middle  town    refine   pit      50                 1            4            1
        large   town    refine   pit      75                 1            4.5          1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    0                100

        scenarios
        scenario  starts  years  probability
        cut       2030    1      0

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         10000
        """,
    )
    found = [(point.plan.cost_musd, point.plan.resilience) for point in front_of(case, 9).points]
    wanted = [(0, 0), (1, 0.25), (4, 0.5), (4.5, 0.75), (5.5, 1)]
    assert [cost for cost, _ in found] == pytest.approx([cost for cost, _ in wanted], abs=1e-6)
    assert [share for _, share in found] == pytest.approx([share for _, share in wanted], abs=1e-6)


# ---- how it ends --------------------------------------------------------------------------------------


def test_infeasible_is_said_and_there_is_no_point() -> None:
    with random_case(12) as folder:
        planner = planner_of(folder)
        found = solve_single(planner, Executor(planner=planner), ONE, 1e-9, 0.999)
        assert found.points == []
        assert found.outcome is Outcome.INFEASIBLE


def test_an_interruption_after_the_first_plan_keeps_it() -> None:
    """Whoever asks to stop while the front is searched for has the points found until then, and is told so."""

    class StopsAfterFirst(Silent):
        def finished(self, what: str, answer: Any) -> None:
            interrupt._ask()

    interrupt = Interrupt()
    with random_case(23) as folder:
        planner = Planner(case_from_tables(read(folder)), WORST_CASE, interrupt=interrupt)
        front = solve_front(planner, Executor(display=StopsAfterFirst(), planner=planner), ONE, 1e-9, 4)
    assert front.outcome is Outcome.INTERRUPTED
    assert front.points
    assert front.points[0].plan.cost_musd > 0


@pytest.mark.slow
def test_several_workers_find_the_same_front() -> None:
    """Two processes side by side: the same points to within their gaps."""
    with random_case(10) as folder:
        planner = planner_of(folder)
        alone = solve_front(planner, Executor(planner=planner), ONE, 1e-6, 5)
        with LocalProcesses(2) as processes:
            together = solve_front(planner, Executor(processes), ONE, 1e-6, 5)
    assert [point.plan.cost_musd for point in together.points] == pytest.approx(
        [point.plan.cost_musd for point in alone.points], rel=1e-5
    )


# ---- gaps, knees, steps that gaps hide ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gap", "cost", "cost_range", "levels", "expected"),
    [
        (0.001, 18_000, 600, 12, 5.0),  # a tenth of the range, over twelve levels
        (0.0001, 18_000, 600, 12, 1.8),  # what was asked for is less
        (0.001, 18_000, 0, 12, 0.0018),  # never below 1e-7 of the cost
        (0.001, -50, 600, 12, 0.05),  # sales may exceed all cost
        (0.001, 1000, float("inf"), 1, 1.0),  # a single level has no range
    ],
)
def test_gap_in_money(gap: float, cost: float, cost_range: float, levels: int, expected: float) -> None:
    assert gap_in_money(gap, cost, cost_range, levels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("front", "knees"),
    [
        ([], set()),
        ([(1, 0.5)], set()),
        ([(1, 0.5), (2, 0.6)], set()),
        ([(0, 0), (1, 0.8), (10, 1)], {1}),
        ([(0, 0), (9, 0.2), (10, 1)], set()),  # bends the other way: what costs most gives most
        ([(0, 0), (1, 0.5), (5, 0.55), (6, 0.95), (10, 1)], {1, 3}),
        ([(0, 0), (1, 0.10), (2, 0.21), (3, 0.30), (4, 0.40)], set()),  # noise is no bend
    ],
)
def test_knees(front: list[tuple[float, float]], knees: set[int]) -> None:
    assert knees_of(front) == knees


def test_knees_do_not_depend_on_units() -> None:
    front = [(0.0, 0.1), (1.0, 0.6), (2.0, 0.7), (8.0, 0.95)]
    scaled = [(1000 + 50 * cost, share / 2) for cost, share in front]
    assert knees_of(scaled) == knees_of(front) == {1}


def test_steps_that_are_not_proven_are_marked() -> None:
    """The search ends when both ends are known: of the costlier one nothing is proven, and both are kept."""

    class StopsWhenBothAreFound(Silent):
        def finished(self, what: str, answer: Any) -> None:
            if what == "the highest resilience":
                interrupt._ask()

    interrupt = Interrupt()
    with random_case(36) as folder:
        assert not any(point.indistinct for point in front_of(folder).points)
        planner = Planner(case_from_tables(read(folder)), WORST_CASE, interrupt=interrupt)
        display = StopsWhenBothAreFound()
        first, last = solve_front(planner, Executor(display=display, planner=planner), ONE, 1e-9, 4).points
    assert not first.indistinct
    assert last.indistinct
    assert last.status == "interrupted"
    assert last.plan.bound_musd <= first.plan.cost_musd < last.plan.cost_musd


def test_a_plan_that_breaks_a_rule_is_never_solved() -> None:
    """However small its gap: values that break a rule are no plan."""
    exact = Plan(None, 0.0, 0.0, 100.0, 100.0, 1.0, Outcome.OPTIMAL, 0.0, {}, violation=1e-9)
    assert Point("p01", exact, 1.0).solved
    broken = Point("p01", replace(exact, violation=1e-3), 1.0)
    assert not broken.solved
    assert broken.status == "inexact"
