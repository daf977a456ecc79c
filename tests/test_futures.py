"""The value of knowing, regret and risk: against textbooks, on paper, by a second opinion, as laws on random cases."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
import pytest

import second_opinion
from reeplan.endings import Outcome
from reeplan.model.build_case import case_from_tables
from reeplan.model.network import Network, Period
from reeplan.present.words.robustness import impossible_plans, of_knowing
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, Executor, solve_here
from reeplan.solve.front import solve_front
from reeplan.solve.planner import Planner
from reeplan.solve.questions import FindMaxResilience
from reeplan.studies.uncertainty.case_problem import CaseProblem
from reeplan.studies.uncertainty.decisions import Kind, read_decisions, written
from reeplan.studies.uncertainty.mean import mean_case
from reeplan.studies.uncertainty.question import EvaluatePlan, LeastCost
from reeplan.studies.uncertainty.regret import (
    AGAINST,
    AS_EXPECTED,
    COST,
    LOST_SUPPLY,
    ChosenPlan,
    Regret,
    choice_of,
    regret_of,
)
from reeplan.studies.uncertainty.result import Futures, study_futures
from reeplan.studies.uncertainty.risk import RiskFront, risk_front
from reeplan.studies.uncertainty.risk_questions import AtLevel
from reeplan.studies.uncertainty.scenarios import NOTHING, case_of, probabilities
from reeplan.studies.uncertainty.textbook import StatedProblem
from reeplan.studies.uncertainty.two_stage import MEAN, Knowing, TwoStageAnswer, value_of_knowing
from solved import cheapest, random_case, rows_of, write_rows
from studies_support import written_in
from support import ONE_TOWN, PURE_ORE, WORST_CASE, close, optimum, read, write_case, write_overlay, years

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reeplan.model.case import Case
    from reeplan.solve.executor import Task

TIGHT = 1e-9
"""Relative gap to which everything here is solved."""

CONTROLS = Controls()


def case_in(folder: Path, overlays: Sequence[Path] = ()) -> Case:
    return case_from_tables(read(folder, overlays))


def knowing_of(case: Case, target: float = 0.0) -> Knowing:
    return value_of_knowing(CaseProblem(case, WORST_CASE, solve_here, TIGHT, CONTROLS, target), certain=[NOTHING])


def choices_of(case: Case, points: int) -> list[ChosenPlan]:
    planner = Planner(case, WORST_CASE)
    front = solve_front(planner, Executor(planner=planner), CONTROLS, TIGHT, points)
    return [choice_of(planner, point) for point in front.points]


# ---- textbooks --------------------------------------------------------------------------------------

YIELD = {"wheat": 2.5, "corn": 3.0, "beets": 20.0}
PLANTING, SALE, PURCHASE = (
    {"wheat": 150, "corn": 230, "beets": 260},
    {"wheat": 170, "corn": 150},
    {"wheat": 238, "corn": 210},
)
NEEDED = {"wheat": 200, "corn": 240}


def farmer(weights: Mapping[str, float]) -> Any:
    """Birge and Louveaux, *Introduction to Stochastic Programming* (2nd ed., 2011), section 1.1: costs in USD.

    500 acres; yields are 20 % above or below the mean; beets fetch 36 up to 6000 t and 10 beyond.
    """
    factor = {"above": 1.2, "average": 1.0, "below": 0.8, MEAN: 1.0}
    m = pyo.ConcreteModel()
    m.acres = pyo.Var(list(YIELD), domain=pyo.NonNegativeReals)
    m.sold = pyo.Var([*SALE, "beets", "cheap beets"], list(weights), domain=pyo.NonNegativeReals)
    m.bought = pyo.Var(list(PURCHASE), list(weights), domain=pyo.NonNegativeReals)
    m.land = pyo.Constraint(expr=sum(m.acres.values()) <= 500)

    def grown(crop: str, s: str) -> Any:
        return YIELD[crop] * factor[s] * m.acres[crop]

    m.fed = pyo.Constraint(
        list(NEEDED),
        list(weights),
        rule=lambda m, crop, s: grown(crop, s) + m.bought[crop, s] - m.sold[crop, s] >= NEEDED[crop],
    )
    m.harvest = pyo.Constraint(
        list(weights), rule=lambda m, s: m.sold["beets", s] + m.sold["cheap beets", s] <= grown("beets", s)
    )
    m.quota = pyo.Constraint(list(weights), rule=lambda m, s: m.sold["beets", s] <= 6000)

    def cost(m: Any, s: str) -> Any:
        planted = sum(PLANTING[crop] * m.acres[crop] for crop in YIELD)
        bought = sum(PURCHASE[crop] * m.bought[crop, s] for crop in PURCHASE)
        sold = sum(SALE[crop] * m.sold[crop, s] for crop in SALE)
        return planted + bought - sold - 36 * m.sold["beets", s] - 10 * m.sold["cheap beets", s]

    m.scenario_cost = pyo.Expression(list(weights), rule=cost)
    m.cost = pyo.Objective(expr=sum(p * m.scenario_cost[s] for s, p in weights.items()))
    return m


INVEST, RUNNING, HOURS = {1: 10, 2: 7, 3: 16, 4: 6}, {1: 4.0, 2: 4.5, 3: 3.2, 4: 5.5}, {1: 10.0, 2: 6.0, 3: 1.0}


def lands(weights: Mapping[str, float]) -> Any:
    """Louveaux and Smeers, in *Numerical Techniques for Stochastic Optimization* (1988): LandS of SIPLIB.

    Four technologies, three modes of demand of which the first is uncertain; at least 12 of capacity, a budget of 120.
    """
    demand = {"low": 3.0, "middle": 5.0, "high": 7.0, MEAN: 5.0}
    m = pyo.ConcreteModel()
    m.capacity = pyo.Var(list(INVEST), domain=pyo.NonNegativeReals)
    m.output = pyo.Var(list(INVEST), list(HOURS), list(weights), domain=pyo.NonNegativeReals)
    m.reserve = pyo.Constraint(expr=sum(m.capacity.values()) >= 12)
    m.budget = pyo.Constraint(expr=sum(INVEST[i] * m.capacity[i] for i in INVEST) <= 120)
    m.within = pyo.Constraint(
        list(INVEST), list(weights), rule=lambda m, i, s: sum(m.output[i, j, s] for j in HOURS) <= m.capacity[i]
    )
    m.served = pyo.Constraint(
        list(HOURS),
        list(weights),
        rule=lambda m, j, s: sum(m.output[i, j, s] for i in INVEST) >= {1: demand[s], 2: 3, 3: 2}[j],
    )

    def cost(m: Any, s: str) -> Any:
        running = sum(RUNNING[i] * HOURS[j] * m.output[i, j, s] for i in INVEST for j in HOURS)
        return sum(INVEST[i] * m.capacity[i] for i in INVEST) + running

    m.scenario_cost = pyo.Expression(list(weights), rule=cost)
    m.cost = pyo.Objective(expr=sum(p * m.scenario_cost[s] for s, p in weights.items()))
    return m


def test_the_farmers_problem() -> None:
    """Published: RP 108390 of profit, EVPI 7016, VSS 1150; the plan for the average expects 118600 and gets 107240."""
    thirds = dict.fromkeys(("above", "average", "below"), 1 / 3)
    knowing = value_of_knowing(StatedProblem(thirds, farmer, ["acres"]))
    assert knowing.expected_cost.found == pytest.approx(-108390, abs=0.5)
    assert knowing.of_perfect_knowledge.found == pytest.approx(7016, abs=0.5)
    assert knowing.of_planning(MEAN).found == pytest.approx(1150, abs=0.5)
    assert knowing.believed_cost(MEAN).found == pytest.approx(-118600, abs=0.5)
    assert knowing.cost_of_following(MEAN).found == pytest.approx(-107240, abs=0.5)
    assert knowing.together is not None
    # Published too: 170 acres of wheat, 80 of corn, 250 of beets; profits of 167000, 109350 and 48820.
    assert knowing.together.first_stage == close({"acres[wheat]": 170, "acres[corn]": 80, "acres[beets]": 250})
    assert knowing.together.by_scenario == close({"above": -167000, "average": -109350, "below": -48820})


def test_lands() -> None:
    """Published: 381.853, with capacities 2.67, 4, 3.33 and 2. Without a gap the bands have no width."""
    knowing = value_of_knowing(StatedProblem({"low": 0.3, "middle": 0.4, "high": 0.3}, lands, ["capacity"]))
    assert knowing.expected_cost.found == pytest.approx(381.853, abs=5e-4)
    assert knowing.together is not None
    assert list(knowing.together.first_stage.values()) == pytest.approx([8 / 3, 4, 10 / 3, 2])
    for estimate in (knowing.expected_cost, knowing.of_perfect_knowledge, knowing.of_planning(MEAN)):
        assert estimate.high - estimate.low == pytest.approx(0, abs=1e-9)


def test_whole_numbers_and_a_gap_give_a_band_that_holds_the_truth() -> None:
    """The same with whole capacities: with half of the cost as the gap, the bands hold what no gap gives."""

    def whole(weights: Mapping[str, float]) -> Any:
        m = lands(weights)
        for variable in m.capacity.values():
            variable.domain = pyo.NonNegativeIntegers
        return m

    odds = {"low": 0.3, "middle": 0.4, "high": 0.3}
    exact = value_of_knowing(StatedProblem(odds, whole, ["capacity"], gap=1e-9))
    rough = value_of_knowing(StatedProblem(odds, whole, ["capacity"], gap=0.5))
    for true, band in (
        (exact.expected_cost, rough.expected_cost),
        (exact.cost_if_known, rough.cost_if_known),
        (exact.of_perfect_knowledge, rough.of_perfect_knowledge),
    ):
        assert band.low - 1e-6 <= true.found <= band.high + 1e-6
        assert band.low <= band.found <= band.high


# ---- on paper ---------------------------------------------------------------------------------------


def two_windows(probability: float, *more: str) -> list[str]:
    """One town that needs 100 t a year for three years, a seller at 20000 USD/t, and a cutoff in 2031 or in 2032.

    Lost supply is worth 100000 USD/t: 10 MUSD for a year without the seller. A module makes 50 t a year for nothing and
    costs 4.5 MUSD, which at rate 0 over a life of three years is 1.5 MUSD for each year of the horizon that it runs.
    """
    return [
        years(2030, 2032),
        ONE_TOWN,
        PURE_ORE,
        f"""
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      50                 2            4.5          3

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        X         Nd        2030  town    20000            100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         100000

        scenarios
        scenario  starts     years  probability
        cutoff    2031 2032  1      {probability}

        disruptions
        scenario  kind      target  availability
        cutoff    supplier  X       0
        """,
        *more,
    ]


def test_two_windows_on_paper(tmp_path: Path) -> None:
    """Each window has 0.2, nothing happening 0.6. A module saves 1 MUSD of purchases in a year, 5 in a cutoff.

    RP: a module's year is worth 1 in 2030, 0.8 + 0.2 * 5 = 1.8 in 2031 and in 2032, and costs 1.5: both modules are
    decided in 2031 and run two years. 2 for purchases in 2030 and 2 * 2 * 1.5 = 6: 8, whatever happens.
    WS: if nothing happens nothing is built: 6. Cutoff in 2031: both modules from 2031: 2 + 6 = 8. In 2032: 4 + 3 = 7.
    0.6 * 6 + 0.2 * 8 + 0.2 * 7 = 6.6, and EVPI = 1.4.
    EV: on average X sells 80 t in 2031 and 2032. Without modules 1.6 and 20 t lost, 2: 3.6. One module: 1 and 1.5, 2.5.
    Two: 3. So one, from 2031: 2 + 2.5 + 2.5 = 7. As things are it costs 7 if nothing happens and, as it serves half
    of a cutoff, 2 + (5 + 1.5) + 2.5 = 11 in each: EEV = 0.6 * 7 + 0.4 * 11 = 8.6, and VSS = 0.6.
    As if nothing happened: no module; 6, or 14 in a cutoff: 0.6 * 6 + 0.4 * 14 = 9.2; planning saves 1.2.
    """
    knowing = knowing_of(case_in(write_case(tmp_path, *two_windows(0.4))))
    assert knowing.expected_cost.found == close(8.0)
    assert knowing.cost_if_known.found == close(6.6)
    assert knowing.of_perfect_knowledge.found == close(1.4)
    assert {name: knowing.alone_cost(name).found for name in knowing.probabilities} == close(
        {NOTHING: 6, "cutoff@2031": 8, "cutoff@2032": 7}
    )
    assert knowing.believed_cost(MEAN).found == close(7.0)
    assert knowing.cost_of_following(MEAN).found == close(8.6)
    assert knowing.of_planning(MEAN).found == close(0.6)
    assert knowing.following[MEAN].by_scenario == close({NOTHING: 7, "cutoff@2031": 11, "cutoff@2032": 11})
    assert knowing.following[MEAN].served == close({NOTHING: 1, "cutoff@2031": 0.5, "cutoff@2032": 0.5})
    assert knowing.cost_of_following(NOTHING).found == close(9.2)
    assert knowing.of_planning(NOTHING).found == close(1.2)
    assert knowing.best.by_scenario == close({NOTHING: 8, "cutoff@2031": 8, "cutoff@2032": 8})


@pytest.fixture
def insured(tmp_path: Path) -> Path:
    """The same town with a cutoff of 0.025 in either year: nothing is built but for a target."""
    return write_case(tmp_path / "insured", *two_windows(0.05))


def test_the_target_as_an_insurance_on_paper(insured: Path, tmp_path: Path) -> None:
    """A module's year is worth 0.975 + 0.025 * 5 = 1.1 in 2031 and 2032, less than its 1.5: none is built.

    RP: 2 + 2 * (0.975 * 2 + 0.025 * 10) = 6.4. To serve half of every window takes a module in 2031 and 2032, which
    costs 2 * 0.4 more: 7.2, a premium of 0.8. If it were known: 6 if nothing happens; 8 and 7, as above, where all is
    served anyway: WS = 0.95 * 6 + 0.025 * 15 = 6.075, with the target and without. EVPI: 0.325 without, 1.125 with it.
    On average X sells 97.5 t: 1.95 and 0.25 lost is less than with a module, 1 + 1.5: none, and no half is served.
    """
    found = study_futures(case_in(insured), [], WORST_CASE, solve_here, TIGHT, CONTROLS, target=0.5)
    amounts = {row["measure"]: row["musd"] for row in found.as_object()["value_of_knowing"]}
    assert amounts["expected cost of the plan"] == close(6.4)
    assert amounts["expected cost with perfect knowledge"] == close(6.075)
    assert amounts["value of perfect knowledge"] == close(0.325)
    assert amounts["value of planning for disruptions, against the average"] == close(0)
    assert amounts["cost of keeping the target"] == close(0.8)
    assert amounts["expected cost of the plan, keeping the target"] == close(7.2)
    assert amounts["expected cost with perfect knowledge, keeping the target"] == close(6.075)
    assert amounts["value of perfect knowledge, keeping the target"] == close(1.125)
    assert amounts["expected cost of a plan for the average, keeping the target"] is None
    assert found.status == "done"
    [said, *_] = of_knowing(written_in(found, tmp_path))
    assert "a plan for the average cannot be carried out" in said


@pytest.mark.parametrize(
    ("measure", "target", "premium"), [("weakest_link", 0.5, 0.8), ("expected", 0.25, 0.4), ("cvar", 0.5, 0.8)]
)
def test_the_insurance_under_other_measures_on_paper(
    insured: Path, measure: str, target: float, premium: float
) -> None:
    """With one material the weakest link is the worst window, and so is the worst tenth of two windows: 0.8 as above.

    A quarter on average over both windows is one module in 2032 alone: 1.5 less the 1.1 that it saves.
    """
    asked = replace(WORST_CASE, name=measure)
    found = study_futures(case_in(insured), [], asked, solve_here, TIGHT, CONTROLS, target=target, risk_points=1)
    amounts = {row["measure"]: row["musd"] for row in found.as_object()["value_of_knowing"]}
    assert amounts["cost of keeping the target"] == close(premium)
    weighed = measure in ("expected", "cvar")
    assert ("value of perfect knowledge, keeping the target" in amounts) == (not weighed)
    assert any("weighs windows against each other" in sentence for sentence in found.remarks) == weighed


# ---- the mean scenario ------------------------------------------------------------------------------


def test_the_mean_of_sellers_plants_and_routes_on_paper(tmp_path: Path) -> None:
    """2030: two windows of 0.2 and 0.1. X: 0.7 * 1 + 0.2 * 0.5 + 0.1 * 0 = 0.8; its minimum the same part.

    The plant runs at 0.9 on the undisrupted path and in every window, and the second window takes it to 0.4:
    0.9 * 0.9 + 0.1 * 0.4 = 0.85. The route is closed in the first window only, so it is open. The stress test of
    probability 0 counts nothing. In 2031 nothing acts but the rows of the undisrupted path.
    """
    folder = write_case(
        tmp_path,
        years(2030, 2031),
        PURE_ORE,
        """
        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A
        port    B

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      60

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
        X         Nd        2030  port    20000            100             10

        transport
        from_region  to_region  kind  usd_per_t
        port         town       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         100000

        scenarios
        scenario  starts  years  probability
        half      2030    1      0.2
        cutoff    2030    1      0.1
        stress    2030    1      0

        disruptions
        scenario  kind      target  availability  basis
        base      plant     works   0.9           ceiling
        half      supplier  X       0.5           flow
        half      route     B>A     0             ceiling
        cutoff    supplier  X       0             ceiling
        cutoff    plant     works   0.4           ceiling
        stress    plant     works   0             ceiling
        """,
    )
    mean = mean_case(case_in(folder))
    [supply] = mean.supplies
    assert supply.max_t == close({2030: 80, 2031: 100})
    assert supply.min_t == close({2030: 8, 2031: 10})
    net = Network(mean)
    works = mean.assets["works"]
    assert [net.plant_availability(works, Period(year, "base")) for year in mean.years] == pytest.approx([0.85, 0.9])
    assert {net.route_availability(lane, period) for lane in net.lanes for period in net.periods} == {1.0}
    assert mean.windows == []
    # 2030: 85 % of 60 t from the works, 49 bought of 80; 2031: 54 and 46.
    assert cheapest(Planner(mean, WORST_CASE)).cost_musd == close((49 + 46) * 0.02)


def test_a_route_that_no_scenario_leaves_open_is_closed_on_average(insured: Path) -> None:
    case = case_in(insured)
    [window, *_] = case.windows
    hit = replace(case.disruptions[0], kind="route", target="B>A")
    certain = replace(
        case,
        regions=case.regions | {"port": replace(case.regions["town"], name="port", country="B")},
        lanes={("port", "town", "all"): 0.0},
        supplies=[replace(case.supplies[0], region="port", country="B")],
        windows=[replace(window, probability=1.0)],
        disruptions=[hit],
    )
    net = Network(mean_case(certain))
    [lane] = net.lanes
    assert {p.year: net.route_availability(lane, p) for p in net.periods} == {2030: 1.0, window.start: 0.0, 2032: 1.0}


# ---- laws on random cases, and a second opinion -------------------------------------------------------

SEEDS = (4,)
MORE_SEEDS = tuple(seed for seed in range(40) if seed not in SEEDS)


@cache
def studied(seed: int) -> tuple[Case, list[ChosenPlan], Futures] | None:
    """A random case with a front of three and all that is said of its futures; None without odds or without a plan."""
    with random_case(seed) as folder:
        case = case_in(folder)
    if not any(window.probability > 0 for window in case.windows):
        return None
    choices = choices_of(case, 3)
    if not choices:
        return None
    costlier = replace(
        case, supplies=[replace(one, price_usd_per_t={y: 1.5 * v for y, v in one.price_usd_per_t.items()})
                        for one in case.supplies]
    )  # fmt: skip
    futures = {"costlier": costlier}
    more = {"target": 0.5, "futures": futures, "risk_points": 3, "cvar_levels": (0.0, 0.6)}
    found = study_futures(case, choices, WORST_CASE, solve_here, TIGHT, CONTROLS, **more)
    return case, choices, found


def check_laws(seed: int) -> None:
    found = studied(seed)
    if found is None:
        return
    case, choices, study = found
    assert study.status == "done"
    for knowing in (study.free, study.kept):
        assert knowing is not None
        if knowing.together is not None and knowing.together.found:
            check_knowing(knowing)
    check_scenario_costs(case, choices, study)
    check_regret(choices, study.regret)
    check_risk(study.risk)
    for frame in study.tables().values():
        assert not frame.duplicated().any()
    json.dumps(study.as_object(), allow_nan=False)


def check_knowing(knowing: Knowing) -> None:
    """EVPI and VSS are at least 0, by the answers as they came: before what is known of one helps another."""
    together = knowing.together
    assert together is not None
    tolerance = 1e-6 * max(1.0, abs(together.cost))
    wait_and_see = sum(p * knowing.alone[s].bound for s, p in knowing.probabilities.items())
    assert wait_and_see <= together.cost + tolerance
    for following in knowing.following.values():
        assert following is not None
        if following.found:
            assert following.cost >= together.bound - tolerance
    for answer in (together, *knowing.following.values()):
        if answer is not None and answer.found:
            weighted = sum(p * answer.by_scenario[s] for s, p in knowing.probabilities.items())
            assert weighted == pytest.approx(answer.cost, rel=1e-7, abs=1e-7)
            # Whoever knows does no worse in any scenario than whoever does not.
            for scenario in knowing.probabilities:
                assert answer.by_scenario[scenario] >= knowing.alone[scenario].bound - tolerance
    for estimate in (knowing.of_perfect_knowledge, knowing.of_planning(MEAN), knowing.of_planning(NOTHING)):
        assert not estimate.known or 0 <= estimate.low <= estimate.found <= estimate.high


def check_scenario_costs(case: Case, choices: list[ChosenPlan], study: Futures) -> None:
    """A plan's cost is the mean of what it costs in each scenario; in its own case it costs what the front says."""
    odds = probabilities(case)
    assert sum(odds.values()) == pytest.approx(1)
    for choice in choices:
        expected = sum(p * choice.cost[scenario] for scenario, p in odds.items())
        here = study.regret.outlooks[choice.point, AS_EXPECTED]
        assert here.possible, here.why
        assert here.kept
        assert here.cost_musd == pytest.approx(expected, rel=1e-6, abs=1e-6)


def check_regret(choices: list[ChosenPlan], regret: Regret) -> None:
    for future in regret.futures:
        in_cost = [regret.in_cost(choice.point, future) for choice in choices]
        assert min(in_cost) == 0
        for choice in choices:
            above = regret.above_best(choice.point, future)
            assert math.isnan(above) or above >= -1e-6 * max(1.0, abs(regret.best[future.name].cost))
    for kinds in AGAINST.values():
        for by in (COST, LOST_SUPPLY):
            worst = {choice.point: regret.greatest(choice.point, kinds, by)[0] for choice in choices}
            chosen = regret.least_regret(kinds, by)
            assert chosen
            assert min(worst, key=lambda point: worst[point]) in chosen


def check_risk(risk: RiskFront) -> None:
    """Costlier plans lose less, and a deeper tail loses more at the same cost."""
    for depth in risk.cvar_levels:
        front = risk.at(depth)
        for before, after in pairwise(front):
            assert after.cost_musd > before.cost_musd
            assert after.cvar_lost < before.cvar_lost
        for point in front:
            assert point.status == "optimal"
            assert point.bound_musd <= point.cost_musd
            assert point.expected_lost - 1e-9 <= point.cvar_lost <= point.worst_lost + 1e-9
    mean, tail = (risk.at(depth) for depth in risk.cvar_levels)
    for point in tail:  # its plan loses no more on average, so the front of the mean has one that costs no more
        levels = [other for other in mean if other.cvar_lost >= point.expected_lost - 1e-6]
        levels = levels or mean[:1]  # one that loses more than all of these may be as cheap as the cheapest, no cheaper
        assert levels[-1].bound_musd <= point.cost_musd * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_laws_hold(seed: int) -> None:
    check_laws(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_laws_hold_on_more_seeds(seed: int) -> None:
    check_laws(seed)


@pytest.mark.parametrize("seed", [1, 4])
def test_a_certain_window_costs_what_a_second_opinion_says(seed: int, tmp_path: Path) -> None:
    """Each scenario alone, written as a case of its own by hand and solved without the package."""
    with random_case(seed) as folder:
        case = case_in(folder)
        knowing = knowing_of(case)
        scenarios, disruptions = rows_of(folder, "scenarios"), rows_of(folder, "disruptions")
        for scenario, answer in knowing.alone.items():
            name, _, start = scenario.partition("@")
            kept = [row | {"starts": start, "probability": "1"} for row in scenarios if row["scenario"] == name]
            write_rows(folder, "scenarios", kept)
            write_rows(folder, "disruptions", [row for row in disruptions if row["scenario"] in (name, "base")])
            theirs = second_opinion.solve(folder)
            assert answer.cost == pytest.approx(theirs.cost_musd, rel=1e-7, abs=1e-7), scenario


@pytest.mark.parametrize("seed", [2, 5])
def test_following_a_belief_costs_what_a_second_opinion_says_of_its_modules(seed: int) -> None:
    """With the modules of the belief and no others; who pays for them it may decide anew, so it can only be cheaper."""
    with random_case(seed) as folder:
        knowing = knowing_of(case_in(folder))
        for belief, answer in knowing.following.items():
            modules: dict[tuple[str, int], float] = {}
            for one in read_decisions(knowing.believing[belief].first_stage):
                if one.kind is Kind.MODULES:
                    modules[one.what, one.year] = modules.get((one.what, one.year), 0.0) + one.amount
            theirs = second_opinion.solve(folder, fixed_modules={key: round(n) for key, n in modules.items()})
            assert theirs.cost_musd <= answer.cost + 1e-6
            assert theirs.cost_musd >= knowing.expected_cost.low - 1e-6


# ---- regret -----------------------------------------------------------------------------------------


def test_regret_on_paper(insured: Path) -> None:
    """Plans of no module (6.4), one from 2031 (7.2) and two (8), as above.

    If nothing happens they cost 6, 7 and 8; in a cutoff 14, 2 + 6.5 + 2.5 = 11, and 8, of which they serve 0, a half
    and all. Regrets: 0, 1, 2 and 6, 3, 0: at most 6, 3 and 2, so the third has the least regret, in cost and in supply.
    """
    case = case_in(insured)
    choices = choices_of(case, 3)
    regret = regret_of(case, choices, {}, WORST_CASE, solve_here, TIGHT, CONTROLS)
    costs = {
        (point, future.name): regret.outlook(point, future).cost_musd
        for point in regret.points
        for future in regret.futures
    }
    cutoffs = ("cutoff@2031", "cutoff@2032")
    assert costs == close(
        {("p01", NOTHING): 6, ("p02", NOTHING): 7, ("p03", NOTHING): 8}
        | {("p01", cutoff): 14 for cutoff in cutoffs}
        | {("p02", cutoff): 11 for cutoff in cutoffs}
        | {("p03", cutoff): 8 for cutoff in cutoffs}
    )
    kinds = AGAINST["what may happen"]
    assert [regret.greatest(point, kinds, COST)[0] for point in regret.points] == close([6, 3, 2])
    assert [regret.greatest(point, kinds, LOST_SUPPLY)[0] for point in regret.points] == close([1, 0.5, 0])
    assert regret.least_regret(kinds, COST) == regret.least_regret(kinds, LOST_SUPPLY) == ["p03"]
    # Lost supply is told for the whole horizon: one year of demand, or half of it, at 100000 USD/t.
    assert [regret.outlook(point, regret.futures[1]).lost_musd for point in regret.points] == close([10, 5, 0])


@pytest.fixture
def from_the_start(tmp_path: Path) -> Path:
    """The town in two years, both of which may be cut off: modules run from the first year on."""
    text = [one.replace("2031 2032", "2030 2031") for one in two_windows(0.05)]
    text[0] = years(2030, 2031)
    return write_case(tmp_path / "start", *text)


PRICES = """
suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year
X         Nd        2030  town    {price}          {most}
"""


def test_regret_is_what_plain_solves_with_the_plants_built_say(from_the_start: Path, tmp_path: Path) -> None:
    """Each plan's plants written by hand as plants that stand already; their capital, 1.5 a module and year, added."""
    case, folder = case_in(from_the_start), from_the_start
    choices = choices_of(case, 3)
    overlays = {
        "dear": write_overlay(tmp_path / "dear", PRICES.format(price=60000, most=100)),
        "scarce": write_overlay(tmp_path / "scarce", PRICES.format(price=20000, most=70)),
    }
    futures = {name: case_in(folder, [overlay]) for name, overlay in overlays.items()}
    regret = regret_of(case, choices, futures, WORST_CASE, solve_here, TIGHT, CONTROLS)
    assert len(choices) == 3
    for modules, choice in enumerate(choices):
        assert choice.investment == close({written(Kind.MODULES, ("A", "works", 2030)): modules} if modules else {})
        stands = write_overlay(
            tmp_path / choice.point,
            f"""
            plants
            plant  region  process  deposit  capacity_t_per_year
            works  town    refine   pit      {50 * modules}
            """,
        )
        for future in regret.futures:
            with_future = [overlays[future.name]] if future.name in overlays else []
            if future.name in (AS_EXPECTED, *overlays):
                plain = optimum(folder, overlays=[*with_future, stands]).cost_musd
            else:
                start = future.name.partition("@")[2]
                certain = f"cutoff    {start or 2030}    1      {1 if start else 0}"
                alone = write_overlay(
                    tmp_path / f"alone{start}",
                    f"scenarios\nscenario  starts  years  probability\n{certain}",
                )
                plain = optimum(folder, overlays=[stands, alone]).cost_musd
            assert regret.outlook(choice.point, future).cost_musd == close(plain + 2 * 1.5 * modules)
    for future in regret.futures:
        costs = [regret.outlook(point, future).cost_musd for point in regret.points]
        assert [regret.in_cost(point, future) for point in regret.points] == close([c - min(costs) for c in costs])
    for name, overlay in {AS_EXPECTED: None, **overlays}.items():
        best = optimum(folder, overlays=[] if overlay is None else [overlay]).cost_musd
        assert regret.best[name].cost == close(best)


def test_a_level_that_the_plants_do_not_allow_is_kept_as_far_as_they_do(from_the_start: Path, tmp_path: Path) -> None:
    """With a demand of 200 t the two modules of the plan that served all serve half: said, not called impossible."""
    more = write_overlay(
        tmp_path / "more",
        "demand\nregion  material  year  t_per_year  shortage_usd_per_t\ntown    Nd        2030  200         100000",
    )
    case = case_in(from_the_start)
    choices = choices_of(case, 3)
    future = case_in(from_the_start, [more])
    regret = regret_of(case, choices, {"more": future}, WORST_CASE, solve_here, TIGHT, CONTROLS, with_best=False)
    outlook = regret.outlooks["p03", "more"]
    assert outlook.possible
    assert not outlook.kept
    assert outlook.served_share == close(0.5)
    assert regret.outlooks["p01", "more"].kept


def plants(text: str) -> str:
    return f"plants\n{text}"


@pytest.mark.parametrize(
    ("overlay", "why"),
    [
        (
            "plant  region  process  drop\nworks  -       -        yes",
            "works of 2031, paid by A, is not possible there",
        ),
        (
            "plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years\n"
            "works  town    refine   pit      50                 1            4.5          3",
            "works is 2 by 2031, and can be at most 1 there; works is 2 by 2032, and can be at most 1 there",
        ),
    ],
)
def test_a_plan_that_cannot_be_carried_out_says_so(insured: Path, tmp_path: Path, overlay: str, why: str) -> None:
    case = case_in(insured)
    choices = choices_of(case, 3)
    future = case_in(insured, [write_overlay(tmp_path / "other", plants(overlay))])
    futures = {"other": future}
    study = study_futures(case, choices, WORST_CASE, solve_here, TIGHT, CONTROLS, futures=futures, risk_points=2)
    regret = study.regret
    assert not regret.outlooks["p03", "other"].possible
    assert regret.outlooks["p03", "other"].why.startswith(why.split(";")[0])
    assert regret.outlooks["p01", "other"].possible  # it builds nothing
    other = next(future for future in regret.futures if future.name == "other")
    assert math.isinf(regret.in_cost("p03", other))
    assert "p03" not in regret.least_regret(AGAINST["other futures"], COST)
    row = next(r for r in study.as_object()["regret_of_plans"] if (r["point"], r["future"]) == ("p03", "other"))
    assert (row["possible"], row["cost_musd"], row["regret_musd"]) == ("no", None, None)
    assert "cannot be carried out: " in impossible_plans(written_in(study, tmp_path))[0]
    assert study.status == "done"


def test_what_can_be_built_only_later_comes_later(insured: Path, tmp_path: Path) -> None:
    """Where the works can run from 2032 only, the two modules of 2031 come in 2032: 4 + 3 if nothing happens."""
    late = write_overlay(
        tmp_path / "late",
        plants(
            "plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years  earliest_year\n"
            "works  town    refine   pit      50                 2            4.5          3           2032"
        ),
    )
    case = case_in(insured)
    choices = choices_of(case, 3)
    regret = regret_of(case, choices, {"late": case_in(insured, [late])}, WORST_CASE, solve_here, TIGHT, CONTROLS)
    outlook = regret.outlooks["p03", "late"]
    # 2030: 2; 2031: 0.975 * 2 + 0.025 * 10; 2032: two modules, 3.
    assert outlook.cost_musd == close(2 + 2.2 + 3)
    assert outlook.why == "works of 2031 only in 2032"
    assert not outlook.kept


def test_a_site_that_costs_nothing_there_is_no_hindrance(tmp_path: Path) -> None:
    """The plan pays 1.2 MUSD for a site, 0.4 a year; in a future without that cost it is cheaper by just that."""
    text = [
        one.replace("module_musd  life_years", "module_musd  life_years  site_musd").replace(
            "4.5          3", "4.5          3           1.2"
        )
        for one in two_windows(0.4)
    ]
    folder = write_case(tmp_path / "case", *text)
    free = write_overlay(
        tmp_path / "free",
        plants(
            "plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years  site_musd\n"
            "works  town    refine   pit      50                 2            4.5          3           0"
        ),
    )
    case = case_in(folder)
    choices = choices_of(case, 2)
    assert written(Kind.SITE, ("A", "works", 2031)) in choices[-1].investment
    regret = regret_of(case, choices, {"free": case_in(folder, [free])}, WORST_CASE, solve_here, TIGHT, CONTROLS)
    here, there = (regret.outlooks[choices[-1].point, name] for name in (AS_EXPECTED, "free"))
    assert here.cost_musd - there.cost_musd == close(2 * 0.4)


def test_a_future_has_a_name_of_its_own(insured: Path) -> None:
    case = case_in(insured)
    for name in (NOTHING, AS_EXPECTED, "cutoff@2031"):
        with pytest.raises(ValueError, match=name):
            regret_of(case, [], {name: case}, WORST_CASE, solve_here, TIGHT, CONTROLS)


def test_decisions_are_read_as_they_were_written() -> None:
    index = ("Avaria", 'joint venture/half | of "it"', 2031)
    names = {written(kind, index): 0.25 for kind in Kind}
    assert [(one.kind, one.index, one.amount) for one in read_decisions(names)] == [(k, index, 0.25) for k in Kind]


# ---- risk -------------------------------------------------------------------------------------------


def at_level(case: Case, measure: str, level: float) -> float:
    plan = cheapest(Planner(case, replace(WORST_CASE, name=measure)), level)
    assert plan is not None
    return plan.cost_musd


@pytest.mark.parametrize("seed", [1])
def test_the_ends_of_the_tail_are_the_mean_and_the_worst(seed: int) -> None:
    """At depth 0 a point costs what the measure ``expected`` says; near 1, what the worst window with odds says."""
    with random_case(seed) as folder:
        case = case_in(folder)
    likely = replace(case, windows=[window for window in case.windows if window.probability > 0])
    risk = risk_front(case, solve_here, TIGHT, CONTROLS, points=3, cvar_levels=(0.0, 0.999999))
    for depth, measure in ((0.0, "expected"), (0.999999, "worst_case")):
        front = risk.at(depth)
        assert front
        for point in front:
            lost = {0.0: point.expected_lost}.get(depth, point.worst_lost)
            assert point.cvar_lost == pytest.approx(lost, abs=1e-9)
            cost = at_level(likely, measure, max(0.0, 1 - point.cvar_lost - 1e-9))
            assert point.cost_musd == pytest.approx(cost, rel=1e-6, abs=1e-6)


def test_the_tail_between_on_paper(insured: Path) -> None:
    """Two windows of equal odds: the worst 3/4 are the worse one with 2/3 and the better one with 1/3.

    A module's year in 2031 or 2032 costs 0.4 and serves half of that window; one from 2031 runs in both. Possible:
    nothing (6.4, a CVaR of the loss of 1); one of 2032 (6.8; losses 1 and 1/2, CVaR 5/6); two of 2032 (7.2; 1 and 0,
    2/3) or one of 2031 (7.2; 1/2 and 1/2, CVaR 1/2, the better one); one of each (7.6; 1/2 and 0, CVaR 1/3); two of
    2031 (8.0, 0).
    """
    risk = risk_front(case_in(insured), solve_here, TIGHT, CONTROLS, points=7, cvar_levels=(0.25,))
    found = [(point.cost_musd, point.cvar_lost, point.expected_lost, point.worst_lost) for point in risk.points]
    expected = [
        (6.4, 1, 1, 1),
        (6.8, 5 / 6, 3 / 4, 1),
        (7.2, 1 / 2, 1 / 2, 1 / 2),
        (7.6, 1 / 3, 1 / 4, 1 / 2),
        (8.0, 0, 0, 0),
    ]
    assert [list(one) for one in found] == [pytest.approx(list(one), abs=2e-6) for one in expected]


def test_equal_tails_are_asked_for_once(insured: Path) -> None:
    """With two windows of equal odds every tail of half or less is the worst window."""
    asked: list[Task] = []

    def ask(tasks: Sequence[Task]) -> list[Any]:
        asked.extend(tasks)
        return solve_here(tasks)

    risk = risk_front(case_in(insured), ask, TIGHT, CONTROLS, points=3, cvar_levels=(0.5, 0.9))
    assert len({pickle.dumps((task.measure, task.question)) for task in asked}) == len(asked) / 2
    shallow, deep = (
        [(p.cost_musd, pytest.approx(p.cvar_lost, abs=1e-9)) for p in risk.at(depth)] for depth in (0.5, 0.9)
    )
    assert [(p.cost_musd, p.cvar_lost) for p in risk.at(0.9)] == shallow
    assert len(shallow) == len(deep) == 3


def test_a_tail_is_not_the_whole(insured: Path) -> None:
    with pytest.raises(ValueError, match="less than 1"):
        risk_front(case_in(insured), solve_here, TIGHT, CONTROLS, cvar_levels=(1.0,))


# ---- what is missing, and how it ends -----------------------------------------------------------------


def test_without_odds_it_says_what_is_missing(tmp_path: Path) -> None:
    case = case_in(write_case(tmp_path, *two_windows(0)))
    study = study_futures(case, choices_of(case, 3), WORST_CASE, solve_here, TIGHT, CONTROLS, target=0.5)
    [missing] = study.remarks
    assert "scenarios.csv, column probability" in missing
    tables = study.tables()
    assert tables["value_of_knowing"].empty
    assert tables["risk_front"].empty
    assert len(tables["regret_of_plans"]) == 3 * 3  # regret needs no odds
    assert study.status == "done"


def test_a_stress_test_plays_no_part_but_for_whoever_is_insured(tmp_path: Path) -> None:
    """A window of probability 0 costs nothing without a target; with one it has to be survived, unless it is known.

    The stress in 2030 takes a module in 2030 too for half of demand, 1.5 - 1 = 0.5 more than the 7.2 above.
    """
    stress = """
    scenarios
    scenario  starts     years  probability
    cutoff    2031 2032  1      0.05
    stress    2030       1      0

    disruptions
    scenario  kind      target  availability
    cutoff    supplier  X       0
    stress    supplier  X       0
    """
    case = case_in(write_case(tmp_path, *two_windows(0.05, stress)))
    free, kept = knowing_of(case), knowing_of(case, 0.5)
    assert free.expected_cost.found == close(6.4)
    assert kept.expected_cost.found == close(7.7)
    assert free.cost_if_known.found == kept.cost_if_known.found == close(6.075)
    regret = regret_of(case, choices_of(case, 3), {}, WORST_CASE, solve_here, TIGHT, CONTROLS)
    assert {future.name: future.probability for future in regret.futures} == close(
        {NOTHING: 0.95, "cutoff@2031": 0.025, "cutoff@2032": 0.025, "stress@2030": 0}
    )


def stop_after(number: int) -> Any:
    """Somebody who answers so many tasks, and then no more."""
    left = [number]

    def ask(tasks: Sequence[Task]) -> list[Any]:
        answered = list(tasks)[: left[0]]
        left[0] -= len(answered)
        return [*solve_here(answered), *[None] * (len(tasks) - len(answered))]

    return ask


@pytest.mark.parametrize("number", [0, 1, 3, 8, 14])
def test_a_study_that_was_stopped_says_so_and_keeps_what_it_has(insured: Path, number: int) -> None:
    case = case_in(insured)
    choices = choices_of(case, 2)
    futures = {"again": case}
    study = study_futures(case, choices, WORST_CASE, stop_after(number), TIGHT, CONTROLS, target=0.5, futures=futures)
    assert study.status == "interrupted"
    json.dumps(study.as_object(), allow_nan=False)
    [cost] = [row for row in study.as_object()["value_of_knowing"] if row["measure"] == "expected cost of the plan"]
    assert cost["musd"] == (close(6.4) if number >= 1 else None)


def test_a_case_without_a_plan_is_infeasible(insured: Path, tmp_path: Path) -> None:
    """Whoever must take 150 t a year from a seller of 100 t has no plan."""
    case = case_in(insured)
    case = replace(case, supplies=[replace(case.supplies[0], min_t=dict.fromkeys(case.years, 150.0))])
    study = study_futures(case, [], WORST_CASE, solve_here, TIGHT, CONTROLS)
    assert study.status == "infeasible"
    json.dumps(study.as_object(), allow_nan=False)


def test_a_limit_that_was_reached_is_no_result_that_is_done(insured: Path) -> None:
    case = case_in(insured)
    study = study_futures(case, [], WORST_CASE, solve_here, TIGHT, CONTROLS)
    assert study.free is not None
    assert study.status == "done"
    assert study.free.together is not None
    rough = replace(study.free.together, outcome=Outcome.LIMIT, bound=study.free.together.bound - 1, allowed_gap=0.1)
    limited = replace(study, free=replace(study.free, together=rough))
    assert limited.status == "stopped at a limit"
    band = limited.free.of_perfect_knowledge
    assert (band.low, band.found, band.high) == close((0, 0.325, 0.325))  # what is known of WS bounds RP
    # Without a plan of its own, what is built for the average is one: here it is the same.
    unfound = replace(study.free.together, outcome=Outcome.LIMIT, objective=math.nan, bound=6.0)
    assert replace(study.free, together=unfound).expected_cost.found == close(6.4)
    assert replace(study.free, together=unfound).expected_cost.low == close(6.075)
    broken = replace(study, free=replace(study.free, together=replace(rough, outcome=Outcome.INTERRUPTED)))
    assert broken.status == "interrupted"


@pytest.mark.parametrize(
    "question",
    [
        LeastCost(0.0, TIGHT, CONTROLS),
        EvaluatePlan({written(Kind.MODULES, ("A", "works", 2031)): 1.0}, 0.5, CONTROLS),
        EvaluatePlan({written(Kind.MODULES, ("A", "shed", 2031)): 1.0}, 0.5, CONTROLS),
        AtLevel(0.5, TIGHT, 3, CONTROLS),
        FindMaxResilience(CONTROLS),
    ],
)
def test_answers_come_back_from_the_store(insured: Path, tmp_path: Path, question: Any) -> None:
    tail = isinstance(question, (AtLevel, FindMaxResilience))
    planner = Planner(case_in(insured), replace(WORST_CASE, name="cvar") if tail else WORST_CASE)
    answer = pickle.loads(pickle.dumps(question))(planner, lambda progress: None)
    store = AnswerStore(tmp_path)
    store.keep("it", answer)
    back = store.find("it", question)
    assert type(back) is question.answer_type
    assert repr(back) == repr(answer)  # not a number differs from itself


def test_windows_in_the_cases_of_scenarios(insured: Path) -> None:
    case = case_in(insured)
    assert [(w.label, w.probability) for w in case_of(case, {"cutoff@2031": 1.0}).windows] == [("cutoff@2031", 1.0)]
    assert case_of(case, {NOTHING: 1.0}).windows == []
    assert case_of(case, probabilities(case)).windows == case.windows


def test_an_answer_without_a_plan_is_not_called_one() -> None:
    assert not TwoStageAnswer(Outcome.LIMIT).settled
    assert TwoStageAnswer(Outcome.LIMIT).final
    assert TwoStageAnswer(Outcome.INFEASIBLE).settled
    assert not TwoStageAnswer(Outcome.INTERRUPTED).final
