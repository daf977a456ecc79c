"""Two implementations of one formulation agree: the package, and ``second_opinion``, written without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import second_opinion
from reeplan.outputs import plan_tables
from solved import cheapest, planner_of, random_case, rows_of
from support import front, modules, window_costs

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.solve.planner import Plan, Planner

MEASURES = ("worst_case", "weakest_link", "expected", "cvar")
SEEDS = (0, 2, 3, 5, 6, 7, 14, 25)
SEEDS_OF_UNKNOWN_YEARS = (4, 5, 21, 39)
MORE_SEEDS = range(100)
SEEDS_WITH_A_FRONT = (10, 16, 23, 31, 36)


def asked(folder: Path) -> list[tuple[str, float | None]]:
    """The measures and targets that a case is solved for: those that weigh windows need a probability."""
    weighed = any(
        float(row.get(column) or 0) > 0
        for row in rows_of(folder, "scenarios")
        for column in ("probability", "probability_per_year")
        if row.get("in_target") != "no"
    )
    measures = MEASURES if weighed else MEASURES[:2]
    return [("worst_case", None), *((measure, target) for measure in measures for target in (0.5, 0.8))]


def agree(ours: float, theirs: float) -> bool:
    """Equal to 1e-7 (of a MUSD where the cost is less than one): the two gaps and both solvers' tolerances."""
    return abs(ours - theirs) <= 1e-7 * max(1.0, abs(theirs))


def check_seed(seed: int, unknown_years: bool = False) -> None:
    with random_case(seed, unknown_years) as folder:
        planners: dict[str, Planner] = {}
        for measure, target in asked(folder):
            planner = planners.setdefault(measure, planner_of(folder, measure))
            plan = cheapest(planner, target)
            theirs = second_opinion.solve(folder, target=target, measure=measure)
            where = f"seed {seed}, {measure}, target {target}"
            assert (plan is None) == (theirs.status == "infeasible"), where
            if plan is None:
                continue
            assert agree(plan.cost_musd, theirs.cost_musd), where
            assert plan.bound_musd <= theirs.cost_musd + 1e-7 * max(1.0, abs(theirs.cost_musd)), where
            assert theirs.bound_musd <= plan.cost_musd + 1e-7 * max(1.0, abs(plan.cost_musd)), where
            assert plan.resilience >= (target or 0.0) - 1e-6, where


@pytest.mark.parametrize("seed", SEEDS)
def test_same_cost_and_feasibility(seed: int) -> None:
    check_seed(seed)


@pytest.mark.parametrize("seed", SEEDS_OF_UNKNOWN_YEARS)
def test_same_cost_and_feasibility_where_years_are_unknown(seed: int) -> None:
    check_seed(seed, unknown_years=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_same_cost_and_feasibility_of_many_where_years_are_unknown(seed: int) -> None:
    check_seed(seed, unknown_years=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_same_cost_and_feasibility_of_many(seed: int) -> None:
    check_seed(seed)


@pytest.mark.parametrize("seed", [3, 5, 8, 13, 17, 29])
def test_the_same_builds_cost_the_same(seed: int) -> None:
    """With the modules fixed to those of the plan the second opinion finds the plan's cost."""
    with random_case(seed) as folder:
        planner = planner_of(folder)
        plan = cheapest(planner, 0.6)
        assert plan is not None
        theirs = second_opinion.solve(folder, target=0.6, fixed_modules=modules(planner, plan))
        assert theirs.status == "optimal"
        assert plan.cost_musd == pytest.approx(theirs.cost_musd, rel=1e-6, abs=1e-6)


def as_second_opinion_names(planner: Planner, plan: Plan, model: second_opinion.Model) -> dict[Any, float]:
    """A plan in the columns of the second opinion; what the package leaves out is nothing, the rest is given away."""
    kinds = {"concentrate", "mixed", "heavy_mix"}

    def material(name: str) -> Any:
        kind, _, deposit = name.partition(" of ")
        return (kind, deposit) if kind in kinds and deposit else name

    x = dict.fromkeys(model.program.low, 0.0)
    for (k, asset, year), part in planner.by_index("fund", plan.values).items():
        x["fund", k, asset, year] = part
        x["n", asset, year] += part
    for (k, asset, year), part in planner.by_index("sitefund", plan.values).items():
        x["sitefund", k, asset, year] = part
        x["open", asset, year] += part
    for index, room in planner.by_index("space", plan.values).items():
        x["space", *index] = room
    for (asset, deposit, year, window), t in planner.by_index("run", plan.values).items():
        x["run", asset, deposit or None, year, window] = t
    for name in ("buy", "sell", "unmet"):
        for index, t in planner.by_index(name, plan.values).items():
            x[name, *index] = t
    for (origin, destination, name, year, window), t in planner.by_index("ship", plan.values).items():
        x["ship", origin, destination, material(name), year, window] = t
    for row in plan_tables.stock(planner, plan).itertuples():
        index = (row.region, row.material, row.year, row.window)
        x["level", *index], x["fill", *index], x["draw", *index] = row.level_t, row.filled_t, row.drawn_t
    for line in model.program.lines:
        if line.topic == "balance":
            surplus = sum(value * x[key] for key, value in line.terms.items()) - line.low
            [dump] = [key for key in line.terms if key[0] == "dump"]
            x[dump] = surplus
    return x


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(("seed", "unknown_years"), [(5, False), (7, False), (29, False), (1, True), (5, True)])
def test_a_plan_keeps_every_rule_of_the_second_opinion(seed: int, unknown_years: bool, measure: str) -> None:
    """Put into the other program, a reported plan breaks no rule, costs the same and serves the same."""
    with random_case(seed, unknown_years) as folder:
        planner = planner_of(folder, measure)
        plan = cheapest(planner, 0.5)
        assert plan is not None
        case = second_opinion.Case(second_opinion.Tables([folder]), None)
        model = second_opinion.Model(case, measure, None)
        x = as_second_opinion_names(planner, plan, model)
        for key, value in x.items():
            size = 1.0 + abs(value)
            assert model.program.low[key] - 1e-6 * size <= value <= model.program.high[key] + 1e-6 * size, key
        for line in model.program.lines:
            value = sum(amount * x[key] for key, amount in line.terms.items())
            size = 1.0 + sum(abs(amount * x[key]) for key, amount in line.terms.items())
            assert line.low - 1e-6 * size <= value <= line.high + 1e-6 * size, (line.topic, line.terms)
        cost = model.program.constant + sum(kusd * x[key] for key, kusd in model.program.cost.items())
        assert plan.cost_musd == pytest.approx(cost / second_opinion.MUSD_IN_KUSD, rel=1e-8, abs=1e-8)
        assert plan.resilience == pytest.approx(model.resilience_of(x), abs=1e-9)


@pytest.mark.parametrize(
    ("seed", "measure", "unknown_years"),
    [
        (3, "worst_case", False), (7, "weakest_link", False), (5, "expected", False), (29, "cvar", False),
        (5, "worst_case", True), (4, "weakest_link", True), (9, "expected", True), (12, "worst_case", True),
    ],
)  # fmt: skip
def test_every_window_is_reported_at_its_own_least_cost(seed: int, measure: str, unknown_years: bool) -> None:
    """With investment and undisrupted path as reported, no window can be run for less while it keeps what it must."""
    with random_case(seed, unknown_years) as folder:
        planner = planner_of(folder, measure)
        plan = cheapest(planner, 0.5)
        assert plan is not None
        model = second_opinion.Model(second_opinion.Case(second_opinion.Tables([folder]), None), measure, None)
        x = as_second_opinion_names(planner, plan, model)
        ours = window_costs(planner, plan)
        for window in model.case.windows:
            _, least = model.window_at_its_own_least_cost(window, x, 0.5)
            assert ours[window.label] == pytest.approx(least, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS_WITH_A_FRONT)
def test_every_point_of_a_front_is_the_cheapest_at_its_resilience(seed: int) -> None:
    """And the last one is as resilient as any plan can be."""
    with random_case(seed) as folder:
        points = front(folder, 4)
        assert len(points) > 1
        for cost, resilience in points:
            theirs = second_opinion.solve(folder, target=resilience - 1e-9)
            assert agree(cost, theirs.cost_musd)
        assert points[-1][1] == pytest.approx(second_opinion.best_resilience(folder), abs=2e-6)


def test_without_windows_there_is_no_disruption_to_serve() -> None:
    """A plan of a case without scenarios has resilience 1 and a undisrupted path only."""
    seed = next(seed for seed in range(100) if not _scenarios(seed))
    with random_case(seed) as folder:
        plan = cheapest(planner_of(folder), 1.0)
        theirs = second_opinion.solve(folder, target=1.0)
        assert plan is not None
        assert plan.resilience == theirs.resilience == 1.0
        assert agree(plan.cost_musd, theirs.cost_musd)


def _scenarios(seed: int) -> bool:
    with random_case(seed) as folder:
        return bool(rows_of(folder, "scenarios"))
