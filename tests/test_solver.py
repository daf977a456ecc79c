"""The solver adapter: what is handed over is the model, what comes back says how it ended and how far to trust it."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest

from reeplan.endings import Outcome
from reeplan.interrupt import Interrupt
from reeplan.solve.basis import Basis
from reeplan.solve.engine import Controls, Engine, Question, Solution, _better
from reeplan.solve.executor import Executor
from reeplan.solve.front import solve_front, solve_single
from solved import planner_of, random_case, rows_of, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable

TUTORIAL = Path(__file__).parent.parent / "inputs" / "tutorial"


def knapsack(seed: int = 3, items: int = 12, rows: int = 2, spread: float = 0.0) -> Any:
    """Choose items of most value within limits; ``spread`` makes rows and columns differ by orders of magnitude."""
    rng = np.random.default_rng(seed)
    weights = rng.integers(10, 60, (rows, items)) * 10.0 ** rng.uniform(-spread, spread, (rows, 1))
    values = rng.integers(10, 60, items).astype(float)
    m = pyo.ConcreteModel()
    m.take = pyo.Var(range(items), domain=pyo.Integers, bounds=(0, 3))
    m.spare = pyo.Var(range(rows), domain=pyo.NonNegativeReals)
    m.limit = pyo.Constraint(
        range(rows),
        rule=lambda m, i: sum(weights[i, j] * m.take[j] for j in range(items)) + m.spare[i] == 1.3 * weights[i].sum(),
    )
    m.cost = pyo.Objective(expr=-sum(values[j] * m.take[j] for j in range(items)))
    m.weight = pyo.Objective(expr=sum(m.take[j] for j in range(items)), sense=pyo.maximize)
    return m


def hard() -> Any:
    """A market-split problem: no solver proves its optimum within seconds, though any choice keeps its rules."""
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 100, (5, 40))
    m = pyo.ConcreteModel()
    m.take = pyo.Var(range(40), domain=pyo.Binary)
    m.over, m.under = (pyo.Var(range(5), domain=pyo.NonNegativeReals) for _ in range(2))
    m.split = pyo.Constraint(
        range(5),
        rule=lambda m, i: (
            sum(int(weights[i, j]) * m.take[j] for j in range(40)) + m.under[i] - m.over[i]
            == int(weights[i].sum()) // 2
        ),
    )
    m.cost = pyo.Objective(expr=sum(m.over[i] + m.under[i] for i in range(5)))
    return m


# ---- linear programs that begin where another ended -------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_a_program_that_begins_elsewhere_ends_at_the_same_cost(seed: int) -> None:
    """Where a linear program begins decides how long it takes, and nothing else.

    The basis comes from the same case, from the same at a target, and from a case with other plants and rules.
    """
    with random_case(seed) as folder, random_case(seed + 100) as another:
        planner, other = planner_of(folder), planner_of(another)
    target = 0.5 * planner.most_resilient_relaxed().objective
    for level in (0.0, target):
        cold = planner.cheapest_relaxed(level, keep_basis=True)
        for basis in (
            cold.basis,
            planner.cheapest_relaxed(0.0, keep_basis=True).basis,
            other.cheapest_relaxed(0.0, keep_basis=True).basis,
        ):
            assert basis is not None
            warm = planner.cheapest_relaxed(level, basis)
            assert warm.outcome is Outcome.OPTIMAL
            assert warm.objective == pytest.approx(cold.objective, rel=1e-7, abs=1e-6)
            assert warm.violation < 1e-6
    assert planner.cheapest_relaxed(1.5, basis).outcome is Outcome.INFEASIBLE, "a start proves nothing"


def test_a_program_that_begins_where_it_ended_stays_there() -> None:
    """Where several plans cost the same, the plan that a program begins at is the one that it ends at."""
    with random_case(1) as folder:
        planner = planner_of(folder)
    first = planner.cheapest_relaxed(0.0, keep_basis=True)
    again = planner.cheapest_relaxed(0.0, first.basis)
    assert np.allclose(first.values, again.values, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("basic", ["everything", "nothing"])
def test_a_start_that_the_solver_cannot_use_is_left_out(basic: str) -> None:
    with random_case(2) as folder:
        engine = planner_of(folder).engine
    cold = engine.solve("cost", relax=True)
    columns, rows = [one.name for one in engine.columns], [one.name for one in engine.rows]
    start = highspy.HighsBasis()
    status = highspy.HighsBasisStatus.kBasic if basic == "everything" else highspy.HighsBasisStatus.kUpper
    start.col_status, start.row_status = [status] * len(columns), [status] * len(rows)
    warm = engine.solve("cost", relax=True, begin_at=Basis.of(start, columns, rows))
    assert warm.outcome is Outcome.OPTIMAL
    assert warm.objective == pytest.approx(cold.objective, rel=1e-7, abs=1e-6)


def test_where_the_solver_gives_up_on_a_start_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does in some futures of large cases: the ratio test of the dual simplex fails, and nothing is known."""
    with random_case(2) as folder:
        planner = planner_of(folder)
    cold = planner.cheapest_relaxed(0.0, keep_basis=True)
    goes, run = [], highspy.Highs.run

    def gives_up_once(highs: Any) -> None:
        goes.append(highs)
        if len(goes) > 1:
            run(highs)

    monkeypatch.setattr(highspy.Highs, "run", gives_up_once)
    warm = planner.cheapest_relaxed(0.0, cold.basis)
    assert len(goes) == 2
    assert warm.objective == pytest.approx(cold.objective)


def test_only_linear_programs_have_a_basis() -> None:
    engine = Engine(knapsack())
    assert engine.solve("cost", keep_basis=True).basis is None
    ended = engine.solve("cost", relax=True, keep_basis=True).basis
    assert engine.solve("cost", begin_at=ended).objective == engine.solve("cost").objective


# ---- objectives given as weights ---------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0.0, 4.0])
def test_weights_of_columns_are_an_objective(spread: float) -> None:
    """The objective by its name and by its weights is one; so is its value."""
    engine = Engine(knapsack(spread=spread))
    worth = np.zeros(len(engine.columns))
    for j, column in enumerate(engine.columns):
        one = np.zeros(len(engine.columns))
        one[j] = 1.0
        worth[j] = engine.value("cost", one)
        assert engine.value(one, worth) == worth[j], column
    named, weighed = engine.solve("cost"), engine.solve(worth)
    assert weighed.objective == pytest.approx(named.objective, rel=1e-9)
    assert weighed.bound == pytest.approx(named.bound, rel=1e-9)
    assert engine.value(worth, named.values) == pytest.approx(named.objective, rel=1e-12)


@pytest.mark.parametrize(("slack", "relax"), [(0.0, False), (0.1, False), (0.5, False), (0.1, True)])
def test_the_most_of_a_column_within_a_cost_limit(slack: float, relax: bool) -> None:
    """The cheapest plan that has one of the first item less than the most, or more, costs more than the limit."""
    model = knapsack()  # its columns know their names for as long as it is there
    engine = Engine(model)
    cheapest = engine.solve("cost")
    limit = cheapest.objective + slack * abs(cheapest.objective)
    first = next(j for j, column in enumerate(engine.columns) if column.local_name == "take[0]")
    weights = np.zeros(len(engine.columns))
    weights[first] = 1.0
    costs = {n: found.objective for n in range(4) if (found := engine.solve("cost", fixed={first: n})).found}
    within = [n for n, cost in costs.items() if cost <= limit + 1e-6]
    for maximise, right in ((False, min(within)), (True, max(within))):
        found = engine.solve(weights, at_most={"cost": limit}, maximise=maximise, relax=relax)
        assert found.outcome is Outcome.OPTIMAL
        assert engine.value("cost", found.values) <= limit + 1e-6
        if relax:
            assert (found.bound >= right - 1e-9) if maximise else (found.bound <= right + 1e-9)
        else:
            assert found.objective == pytest.approx(right)
            assert found.bound == pytest.approx(right)


def test_an_engine_for_more_than_the_model_leaves_the_first_as_it_was() -> None:
    model = knapsack()
    engine = Engine(model, interrupt=Interrupt())
    before = engine.solve("cost").objective
    model.more = pyo.Block()
    model.more.few = pyo.Constraint(expr=sum(model.take[j] for j in model.take) <= 2)
    wider = engine.with_more(model)
    model.del_component(model.more)
    assert len(wider.rows) == len(engine.rows) + 1
    assert wider.solve("cost").objective > before
    assert engine.solve("cost").objective == before
    engine._interrupt._ask()
    assert wider.interrupted


@pytest.mark.parametrize(("seed", "target"), [(54, 0.0), (78, 0.0), (76, 0.5)])
def test_extremes_within_a_cost_limit_keep_it_and_the_target(seed: int, target: float) -> None:
    """Of all capacity together: the relaxation goes as far as whole plans do, these as far as the cheapest's."""
    with random_case(seed) as folder:
        planner = planner_of(folder)
    cheapest = planner.cheapest(target, Controls())
    limit = cheapest.objective + 0.1 * abs(cheapest.objective)
    weights = np.zeros(len(planner.engine.columns))
    weights[list(planner.columns("cap").values())] = 1.0
    whole = planner.whole(cheapest.values)
    for maximise, sign in ((False, -1.0), (True, 1.0)):
        ways: list[dict[str, Any]] = [{"whole": whole}, {"controls": Controls()}, {"relaxed": True}]
        held, found, relaxed = (planner.extreme(weights, target, limit, maximise=maximise, **way) for way in ways)
        room = 1e-6 * max(1.0, abs(found.objective))
        assert sign * held.objective <= sign * found.objective + room
        assert sign * found.objective <= sign * relaxed.objective + room
        assert planner.whole(held.values) == whole
        for solution in (held, found, relaxed):
            assert planner.engine.value("cost", solution.values) <= limit + 1e-6 * abs(limit)
            assert planner.engine.violation(solution.values) <= 1e-6
        assert planner.resilience_of(found.values) >= target - 1e-6


# ---- values ------------------------------------------------------------------------------------------


def test_an_optimum_is_proven() -> None:
    engine = Engine(knapsack())
    found = engine.solve("cost")
    assert found.outcome is Outcome.OPTIMAL
    assert found.found
    assert found.bound == pytest.approx(found.objective, rel=1e-9)
    assert engine.value("cost", found.values) == found.objective
    assert found.violation < 1e-9


@pytest.mark.parametrize("spread", [0.0, 3.0, 6.0])
def test_scaling_changes_neither_the_optimum_nor_whole_numbers(spread: float) -> None:
    """Rows that differ by twelve orders of magnitude: the same choice, in whole numbers."""
    plain = Engine(knapsack(spread=0.0)).solve("cost")
    engine = Engine(knapsack(spread=spread))
    found = engine.solve("cost")
    whole = found.values[engine.integer]
    assert np.array_equal(whole, np.round(whole))
    assert np.all(whole >= 0)
    assert np.all(whole <= 3)
    assert found.objective == pytest.approx(plain.objective, rel=1e-9)


@pytest.mark.parametrize("seed", [3, 8, 29])
def test_factors_are_powers_of_two_and_those_of_whole_numbers_are_one(seed: int) -> None:
    with random_case(seed) as folder:
        engine = planner_of(folder).engine
    for factors in (engine._row_scale, engine._column_scale):
        assert np.array_equal(np.log2(factors), np.round(np.log2(factors)))
    assert np.all(engine._column_scale[engine.integer] == 1.0)


def test_vectors_are_in_the_order_of_the_models_variables() -> None:
    model = knapsack()
    engine = Engine(model)
    found = engine.solve("cost")
    for variable in model.take.values():
        column = engine.column(variable)
        assert column is not None
        assert engine.columns[column] is variable
        assert engine.integer[column]
    assert engine.column(pyo.Var()) is None
    activity = engine.activity(found.values)
    assert activity == pytest.approx(engine.row_lower)


def test_violation_is_relative_to_the_size_of_a_rules_terms() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(2), domain=pyo.NonNegativeReals)
    m.small = pyo.Constraint(expr=m.x[0] <= 1)
    m.large = pyo.Constraint(expr=1000 * m.x[1] == 1000)
    m.cost = pyo.Objective(expr=m.x[0] + m.x[1])
    engine = Engine(m)
    first, second = (engine.column(m.x[i]) for i in range(2))
    values = np.zeros(2)
    values[first], values[second] = 1.0, 1.0
    assert engine.violation(values) == 0.0
    values[first] = 1.25
    assert engine.violation(values) == pytest.approx(0.25 / 1.25)
    values[first], values[second] = 0.5, 1.5
    assert engine.violation(values) == pytest.approx(500 / 1500), "half too much, of 1500 that the terms come to"
    values[second] = 0.0
    assert engine.violation(values) == pytest.approx(1000)


# ---- questions ---------------------------------------------------------------------------------------


def test_bounds_limits_and_the_other_sense() -> None:
    model = knapsack()
    engine = Engine(model)
    free = engine.solve("cost")
    first = engine.column(model.take[0])
    assert first is not None
    forced = engine.solve("cost", fixed={first: 2.0})
    assert forced.values[first] == 2.0
    assert forced.objective >= free.objective - 1e-9
    raised = engine.solve("cost", at_least={first: 3.0})
    assert raised.values[first] >= 3.0
    most = engine.solve("weight", maximise=True)
    limited = engine.solve("weight", maximise=True, at_most={"cost": free.objective + 5})
    assert engine.value("cost", limited.values) <= free.objective + 5 + 1e-6
    assert limited.objective <= most.objective + 1e-9
    assert most.bound >= most.objective - 1e-9, "for a maximum the bound is above"


def test_a_relaxation_is_a_bound_and_has_prices() -> None:
    engine = Engine(knapsack())
    relaxed = engine.solve("cost", relax=True)
    whole = engine.solve("cost")
    assert relaxed.outcome is Outcome.OPTIMAL
    assert relaxed.objective <= whole.objective + 1e-9
    assert relaxed.row_duals is not None
    assert whole.row_duals is None
    assert len(relaxed.row_duals) == len(engine.rows)


def test_prices_are_those_of_the_model_and_not_of_its_scaling() -> None:
    """Two goods of 3 and 5 000 000 a unit: the dual of each demand is its price."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(2), domain=pyo.NonNegativeReals)
    m.demand = pyo.Constraint(range(2), rule=lambda m, i: (1.0, 4e-5)[i] * m.x[i] >= (7.0, 1e-4)[i])
    m.cost = pyo.Objective(expr=3 * m.x[0] + 200 * m.x[1])
    engine = Engine(m)
    found = engine.solve("cost")
    prices = {row.index(): dual for row, dual in zip(engine.rows, found.row_duals, strict=True)}
    assert prices[0] == pytest.approx(3)
    assert prices[1] == pytest.approx(200 / 4e-5)


def test_bound_never_exceeds_the_optimum() -> None:
    """Stopped early by its gap, a solve still proves no more than is true."""
    optimum = Engine(knapsack(items=25)).solve("cost").objective
    for gap in (0.0, 1.0, 20.0, 200.0):
        found = Engine(knapsack(items=25)).solve("cost", Controls(absolute_gap=gap))
        assert found.bound <= optimum + 1e-6
        assert found.objective >= optimum - 1e-6
        assert found.objective - found.bound <= gap + 1e-6


def test_a_start_is_taken_up() -> None:
    engine = Engine(knapsack(items=25))
    best = engine.solve("cost")
    again = engine.solve("cost", start=best.values)
    assert again.objective == pytest.approx(best.objective)


# ---- ends --------------------------------------------------------------------------------------------


def test_infeasible_is_told_from_not_found() -> None:
    model = knapsack()
    engine = Engine(model)
    everything = {engine.column(variable): 3.0 for variable in model.take.values()}
    found = engine.solve("cost", at_least=everything)
    assert found.outcome is Outcome.INFEASIBLE
    assert not found.found
    first = engine.column(model.take[0])
    assert engine.solve("cost", at_least={first: 4.0}).outcome is Outcome.INFEASIBLE, "above the variable's own bound"


def test_a_time_limit_keeps_plan_and_bound() -> None:
    found = Engine(hard()).solve("cost", Controls(time_limit_s=0.5, threads=1))
    assert found.outcome is Outcome.LIMIT
    assert found.found
    assert -1e-9 <= found.bound <= found.objective
    assert found.violation < 1e-7
    assert found.seconds < 10


def test_an_interruption_keeps_plan_and_bound() -> None:
    """Asked to stop while it runs, the solver returns what it has."""
    interrupt = Interrupt()
    engine = Engine(hard(), interrupt=interrupt)
    threading.Timer(1.0, lambda: interrupt._ask()).start()
    found = engine.solve("cost", Controls(time_limit_s=60, threads=1))
    assert found.outcome is Outcome.INTERRUPTED
    assert found.seconds < 30
    assert found.found
    assert found.bound <= found.objective
    assert engine.interrupted


def test_what_is_interrupted_before_it_starts_is_said_so() -> None:
    interrupt = Interrupt()
    interrupt._ask()
    found = Engine(hard(), interrupt=interrupt).solve("cost", Controls(time_limit_s=60, threads=1))
    assert found.outcome is Outcome.INTERRUPTED


def test_progress_is_reported_in_the_models_units(tmp_path: Path) -> None:
    seen = []
    Engine(hard(), tmp_path / "solver.log").solve("cost", Controls(time_limit_s=2.5, threads=1, watch=seen.append))
    assert seen
    for progress in seen:
        assert progress.bound <= progress.incumbent
        assert 0 <= progress.incumbent < 1e5 or progress.incumbent == float("inf")
        assert progress.seconds >= 0


def test_the_first_signal_asks_and_a_later_one_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that follows at once is taken for the same: a terminal and its shell may both pass it on."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        assert not interrupt.asked
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked
        monkeypatch.setattr("reeplan.interrupt.SAME_REQUEST_S", 0.2)
        time.sleep(0.3)
        later = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
        later.start()
        with pytest.raises(KeyboardInterrupt):
            time.sleep(10)
        later.join()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_request_to_stop_reaches_workers() -> None:
    event = threading.Event()
    interrupt = Interrupt()
    interrupt.share(event)
    worker = Interrupt(event)
    assert not worker.asked
    interrupt._ask()
    assert worker.asked


@pytest.mark.parametrize("question", ["cheapest", "most_resilient"])
@pytest.mark.parametrize("seed", [3, 8, 29])
def test_what_the_solver_calls_a_plan_keeps_the_rules(seed: int, question: str) -> None:
    with random_case(seed) as folder:
        planner = planner_of(folder)
    ask: Callable[..., Any] = getattr(planner, question)
    found = ask(*([0.5] if question == "cheapest" else []), Controls(threads=1))
    assert found.violation < 1e-6


def test_solves_of_one_process_may_ask_for_different_numbers_of_threads() -> None:
    """HiGHS itself fails at the second: it keeps the threads of the first."""
    found = [Engine(knapsack(items=12)).solve("cost", Controls(threads=threads)) for threads in (1, 2, 1, 2)]
    assert [one.outcome for one in found] == [Outcome.OPTIMAL] * 4
    assert len({one.objective for one in found}) == 1
    relaxed = Engine(knapsack(items=12)).solve("cost", relax=True)
    assert relaxed.outcome is Outcome.OPTIMAL


# ---- what a bound is worth ---------------------------------------------------------------------------


def in_other_units(folder: Path, material: str, factor: float) -> Path:
    """The tutorial, but that its recipe takes ``factor`` times as much of a material, sold for as much less."""
    shutil.copytree(TUTORIAL, folder)
    recipes, sellers = rows_of(folder, "recipes"), rows_of(folder, "suppliers")
    for row in recipes:
        row["t_per_t"] = repr(float(row["t_per_t"]) * (factor if row["material"] == material else 1.0))
    for row in sellers:
        if row["material"] == material:
            row["price_usd_per_t"] = repr(float(row["price_usd_per_t"]) / factor)
            row["max_t_per_year"] = repr(float(row["max_t_per_year"]) * factor)
    write_rows(folder, "recipes", recipes)
    write_rows(folder, "suppliers", sellers)
    return folder


@pytest.mark.parametrize("factor", [1e6, 1e9, 1e12])
def test_no_bound_is_above_what_a_plan_costs_however_far_apart_prices_and_amounts_lie(
    factor: float, tmp_path: Path
) -> None:
    """A tonne of magnet takes 3e7 t and more of something that costs next to nothing: less than the solver can see."""
    planner = planner_of(in_other_units(tmp_path / "case", "Dy", factor))
    relaxed, found = planner.cheapest_relaxed(0.0), planner.cheapest(0.0, Controls(threads=1))
    plan = planner.cheapest_with(planner.whole(found.values), 0.0)
    for bound in (relaxed.bound, found.bound):
        assert bound <= plan.objective * (1 + 1e-6)
    if found.outcome is Outcome.OPTIMAL:
        assert found.bound == pytest.approx(found.objective, rel=1e-6)
        assert found.objective == pytest.approx(1587.06, rel=1e-4)


def test_where_a_bound_cannot_be_proven_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no scaling can the solver see what a seller asks: there is a plan, and only the relaxation is a bound."""
    planner = planner_of(in_other_units(tmp_path / "case", "Dy", 1e9))
    monkeypatch.setattr(Engine, "_more_careful", lambda engine, _: engine)
    found = planner.cheapest(0.0, Controls(threads=1))
    assert found.outcome is Outcome.UNPROVEN
    assert found.found
    assert found.bound == -np.inf
    best, _ = planner.cheapest_within(0.0, 1e-4, Controls(threads=1))
    assert best.bound == planner.cheapest_relaxed(0.0).bound
    front = solve_single(planner, Executor(planner=planner), Controls(threads=1), 1e-4, 0.0)
    assert front.points[0].status == "bound not proven"


@pytest.mark.parametrize("seed", range(4))
def test_no_duals_prove_more_than_is_true(seed: int) -> None:
    """Whatever duals a solver gives, the bound that is worked out from them holds; from the right ones it is tight."""
    with random_case(seed) as folder:
        engine = planner_of(folder).engine
    data, rng = engine._data, np.random.default_rng(seed)
    for objective, maximise in (("cost", False), ("most_resilient", True)):
        best = engine.solve(objective, relax=True, maximise=maximise)
        whole = np.zeros(len(data.lower), dtype=bool)
        question = Question(objective, data.lower, data.upper, whole, {}, maximise, may_stop=False)
        right, size = engine._dual_bound(question, best.row_duals, np.zeros(0))
        room = 1e-9 * max(size, abs(best.objective), 1.0)
        assert right == pytest.approx(best.objective, abs=room)
        for spread in (1e-9, 1e-3, 1.0):
            wrong = best.row_duals * (1 + spread * rng.normal(size=len(engine.rows))) + spread * rng.normal()
            bound, _ = engine._dual_bound(question, wrong, np.zeros(0))
            assert (bound >= best.objective - room) if maximise else (bound <= best.objective + room)


def test_a_limit_that_the_solver_cannot_see_is_not_called_kept() -> None:
    """What costs 1 beside what costs 1e14 is nothing to the solver: a plan beyond the limit is no plan."""
    m = pyo.ConcreteModel()
    m.cheap, m.dear = pyo.Var(bounds=(0, 100)), pyo.Var(bounds=(0, 1))
    m.some = pyo.Constraint(expr=m.cheap + m.dear >= 1)
    m.cost = pyo.Objective(expr=m.cheap + 1e14 * m.dear)
    m.much = pyo.Objective(expr=m.cheap, sense=pyo.maximize)
    engine = Engine(m)
    found = engine.solve("much", maximise=True, at_most={"cost": 5.0})
    assert engine.value("cost", found.values) <= 5.001 if found.found else found.outcome is Outcome.FAILED


def test_what_the_solver_leaves_out_proves_nothing() -> None:
    """The second kind is worth so little apiece that the solver drops it; without it nothing would be enough."""
    m = pyo.ConcreteModel()
    m.few = pyo.Var(domain=pyo.Integers, bounds=(0, 1))
    m.many = pyo.Var(domain=pyo.Integers, bounds=(0, 10**13))
    m.enough = pyo.Constraint(expr=m.few + 1e-13 * m.many >= 1.05)
    m.cost = pyo.Objective(expr=m.few + 1e-12 * m.many)
    found = Engine(m).solve("cost")
    assert found.outcome in (Outcome.UNPROVEN, Outcome.FAILED)
    assert found.bound <= 1.5, "one of the few and 5e11 of the many are a plan"


def test_ordinary_cases_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second try is for what is out of the ordinary: elsewhere it would cost time and could change plans."""
    tried = []
    monkeypatch.setattr(Engine, "_more_careful", lambda engine, objective: tried.append(objective) or engine)
    with random_case(3) as folder:
        planners = [planner_of(folder), planner_of(TUTORIAL)]
    for planner in planners:
        found = solve_front(planner, Executor(planner=planner), Controls(threads=1), 1e-4, 2)
        assert {point.status for point in found.points} == {"optimal"}
    assert tried == []


def test_what_is_fixed_can_be_given_room() -> None:
    m = pyo.ConcreteModel()
    m.x, m.n = pyo.Var(bounds=(0, 3000)), pyo.Var(domain=pyo.Integers, bounds=(0, 9))
    m.sum = pyo.Constraint(expr=m.x + m.n >= 2003.0000001)
    m.cost = pyo.Objective(expr=m.x + m.n)
    engine = Engine(m)
    fixed = {engine.column(m.x): 2000.0, engine.column(m.n): 3.0}
    assert engine.solve("cost", fixed=fixed, relax=True).outcome is Outcome.INFEASIBLE
    found = engine.solve("cost", fixed=fixed, room=1e-9, relax=True)
    assert found.outcome is Outcome.OPTIMAL
    assert found.values[engine.column(m.n)] == 3.0
    assert abs(found.values[engine.column(m.x)] - 2000.0) <= 2e-6


@pytest.mark.parametrize("maximise", [False, True])
def test_a_plan_beyond_the_second_bound_shows_that_it_was_none(maximise: bool) -> None:
    """Both tries are looked at: the second is not taken for right because it came later."""
    sign = -1.0 if maximise else 1.0
    values, nothing = np.zeros(1), -sign * np.inf
    first = Solution(Outcome.UNPROVEN, values, sign * 90.0, nothing, 1.0)
    boasts = Solution(Outcome.OPTIMAL, values, sign * 100.0, sign * 100.0, 2.0)
    proven = Solution(Outcome.OPTIMAL, values, sign * 90.0, sign * 90.0, 2.0)
    none = Solution(Outcome.FAILED, None, np.nan, nothing, 2.0)
    wrong = _better(first, boasts, maximise)
    assert (wrong.outcome, wrong.objective, wrong.bound) == (Outcome.UNPROVEN, sign * 90.0, nothing)
    assert _better(first, proven, maximise).outcome is Outcome.OPTIMAL
    assert _better(first, none, maximise).objective == sign * 90.0
    assert _better(none, proven, maximise).outcome is Outcome.OPTIMAL
    assert _better(none, none, maximise).outcome is Outcome.FAILED
    assert _better(first, proven, maximise).seconds == 3.0
