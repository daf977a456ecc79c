"""Near-optimal plans: ranges that can be derived by hand or counted, alternatives priced by the second opinion."""

from __future__ import annotations

import json
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from random_cases import write_random_case
from reeplan.endings import Outcome
from reeplan.interrupt import Interrupt
from reeplan.model.build_case import case_from_tables
from reeplan.present.report.robustness_tables import alternatives
from reeplan.present.run import Run
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, solve_here
from reeplan.solve.planner import Planner
from reeplan.studies.alternatives.checks import checks
from reeplan.studies.alternatives.difference import MostDifferent, add_difference, difference, nearest, sizes
from reeplan.studies.alternatives.flips import turned_round
from reeplan.studies.alternatives.found import as_columns
from reeplan.studies.alternatives.near_optimal import near_optimal, work_ahead
from reeplan.studies.alternatives.options import BOUNDS, CLASSES, RANGES, AlternativesOptions, Slack
from reeplan.studies.alternatives.quantities import Quantity, same_questions, things_of
from reeplan.studies.alternatives.questions import Cheapest, Relaxed, Search, cheapest_known
from reeplan.studies.alternatives.ranges import CHOICE, MUST_AVOID, MUST_HAVE, OPEN
from reeplan.studies.alternatives.reprice import Build, Reprice
from reeplan.studies.alternatives.steps import remarks
from reeplan.studies.alternatives.whole import CHEAPEST, changes
from reeplan.studies.base import StudyResult
from second_opinion import solve as second_opinion
from solved import cheapest, planner_of, random_case
from studies_support import all_said
from support import ONE_TOWN, WORST_CASE, close, read, write_case, years

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reeplan.model.case import Case
    from reeplan.solve.executor import Task
    from reeplan.studies.alternatives.result import NearOptimalResult

# ---- the case derived by hand ------------------------------------------------------------------------
#
# One year, money costs nothing, so a module costs its capital once. Plants alpha, beta and gamma all turn ore into
# neodymium for nothing, 50 t a module: 1.0, 1.2 and 5.0 MUSD a module, at most two of each. 100 t are demanded, and a
# tonne that is missing costs 60,000 USD, 3 MUSD a module's worth. 180 t of lanthanum must be bought at 0.1 MUSD each:
# 18 MUSD that no plan changes. So a plan of a, b and c modules costs
#
#     18 + a + 1.2 b + 5 c + 3 max(0, 2 - a - b - c)
#
#     (2,0,0) 20.0   (1,1,0) 20.2   (0,2,0) 20.4   (2,1,0) 21.2   (1,2,0) 21.4   (1,0,0) 22.0   (0,1,0) 22.2
#     (1,0,1) 24.0   (0,0,0) 24.0   (2,2,0) 22.4   and more.
#
# The cheapest is (2,0,0). Within 1 % (20.2): also (1,1,0). Within 3 % (20.6): also (0,2,0). Within 5 % (21.0): no
# other, though 0.4 MUSD are left: a third module costs 1.2 more, and one less 2 more. Within 6 % (21.2): also (2,1,0).

TWO_FOR_ONE = f"""
    {years(2030, 2030)}
    {ONE_TOWN.replace("Nd       light    40000", "Nd       light    40000" + chr(10) + "La       light    5000")}

    deposits
    deposit  region  ore   resource_t
    pit      town    rock  1000000

    baskets
    deposit  Nd  La
    pit      1   0

    processes
    process  takes  makes
    refine   ore    oxides
    leach    ore    oxides

    plants
    plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
    alpha  town    refine   pit      50                 2            1.0          1
    beta   town    refine   pit      50                 2            1.2          1
    gamma  town    leach    pit      50                 2            5.0          1

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
    far       La        2030  town    100000           180             180

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         60000
    town    La        2030  180         200000
    """


def shares(*values: float) -> tuple[Slack, ...]:
    return tuple(Slack(share=value) for value in values)


EXACT = AlternativesOptions(shares(0.01, 0.03, 0.05), search=RANGES, gap=1e-9)


def each_close(expected: dict[str, tuple[float, float]]) -> dict[str, object]:
    return {key: close(ends) for key, ends in expected.items()}


def case_of(folder: Path) -> Case:
    return case_from_tables(read(folder))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return case_of(write_case(tmp_path_factory.mktemp("by_hand"), TWO_FOR_ONE))


@pytest.fixture(scope="module")
def exact(by_hand: Case) -> NearOptimalResult:
    return near_optimal(by_hand, WORST_CASE, 0.0, solve_here, EXACT)


def ranges_of(finding: NearOptimalResult, slack: int) -> dict[str, tuple[float, float]]:
    return {known.thing.key: (known.least, known.most) for known in finding.ranges(slack)}


def bounds_of(finding: NearOptimalResult, slack: int) -> dict[str, tuple[float, float]]:
    return {known.thing.key: (known.least_bound, known.most_bound) for known in finding.ranges(slack)}


def classes_of(finding: NearOptimalResult, slack: int) -> dict[str, str]:
    return {known.thing.key: known.kind for known in finding.ranges(slack)}


BY_HAND = [
    # alpha, beta, gamma, route refine, route leach (t a year), capital in A (MUSD)
    {"plant alpha": (50, 100), "plant beta": (0, 50), "country A": (2.0, 2.2)},
    {"plant alpha": (0, 100), "plant beta": (0, 100), "country A": (2.0, 2.4)},
    {"plant alpha": (0, 100), "plant beta": (0, 100), "country A": (2.0, 2.4)},
]
ALWAYS = {"plant gamma": (0, 0), "route refine": (100, 100), "route leach": (0, 0)}


@pytest.mark.parametrize("slack", [0, 1, 2])
def test_ranges_are_as_derived_by_hand_and_proven(exact: NearOptimalResult, slack: int) -> None:
    expected = {**BY_HAND[slack], **ALWAYS}
    expected["partner A"] = expected["country A"]  # who is alone pays all
    assert ranges_of(exact, slack) == each_close(expected)
    found, proven = ranges_of(exact, slack), bounds_of(exact, slack)
    whole = [key for key in expected if key != "partner A"]
    assert {key: proven[key] for key in whole} == each_close({key: found[key] for key in whole})
    assert proven["partner A"] == pytest.approx(found["partner A"], rel=0.02), "divisible: to a hundredth of the range"
    assert all(known.status == "proven" for known in exact.ranges(slack))


def test_each_class_occurs_as_derived_by_hand(exact: NearOptimalResult) -> None:
    """alpha is needed within 1 % and replaceable within 3 %; beta can always be had; gamma never."""
    refined = {"plant gamma": MUST_AVOID, "route leach": MUST_AVOID, "route refine": MUST_HAVE, "country A": MUST_HAVE}
    for slack, alpha in ((0, MUST_HAVE), (1, CHOICE), (2, CHOICE)):
        expected = {"plant alpha": alpha, "plant beta": CHOICE, "partner A": MUST_HAVE, **refined}
        assert classes_of(exact, slack) == expected


def test_bounds_alone_give_the_classes_that_they_prove(by_hand: Case) -> None:
    """Divisible modules, rounded to whole ones: within 1 % one alpha can be replaced (0.2 of 0.2 MUSD), of gamma only
    0.2/4 of a module can be had, and a module less costs 2 MUSD more: none of these needs a search. Within 3 % half a
    module of the two can be left out: 75 t, and so at least 100 t in whole modules.
    """
    finding = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, replace(EXACT, search=BOUNDS, whole_plans=0))
    assert finding.searches == 0
    assert bounds_of(finding, 0)["plant alpha"] == close((50, 100))
    assert bounds_of(finding, 0)["plant beta"] == close((0, 50))
    assert bounds_of(finding, 2)["plant gamma"] == close((0, 0))
    assert bounds_of(finding, 1)["route refine"] == close((100, 100))
    assert classes_of(finding, 0)["plant beta"] == OPEN, "a bound is no plan"
    assert {known.status for known in finding.ranges(0)} >= {"proven", "more may be possible"}


def test_integer_effects_a_module_is_had_as_soon_as_it_is_paid_for_and_not_before(by_hand: Case) -> None:
    """A third module costs 1.2 MUSD: 5.99 % of 20 is not enough, 6 % is; gamma for alpha costs 4: 20 %."""
    choice = AlternativesOptions(shares(0.0599, 0.06, 0.1999, 0.2), whole_plans=0, search=RANGES, gap=1e-9)
    finding = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, choice)
    # 5.99 % and 6 %: all of Nd, or with one module more. 20 %: nothing at all is 4 MUSD costlier too.
    assert [ranges_of(finding, s)["route refine"] for s in range(4)] == [
        close(ends) for ends in [(100, 100), (100, 150), (50, 200), (0, 200)]
    ]
    assert [classes_of(finding, s)["plant gamma"] for s in range(4)] == [MUST_AVOID, MUST_AVOID, MUST_AVOID, CHOICE]


def test_a_slack_in_money_is_the_same_as_its_share(by_hand: Case, exact: NearOptimalResult) -> None:
    """1 % of 20 MUSD is 0.2 MUSD."""
    money = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, replace(EXACT, slacks=(Slack(musd=1), Slack(musd=0.2))))
    assert ranges_of(money, 0) == each_close(ranges_of(exact, 0))
    assert ranges_of(money, 1) == each_close(ranges_of(exact, 2))
    assert list(dict.fromkeys(money.tables()["near_optimal"]["slack_share"])) == close([0.01, 0.05])


def test_without_slack_only_the_cheapest_plans_are_left(by_hand: Case) -> None:
    finding = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, replace(EXACT, slacks=shares(0.0)))
    assert ranges_of(finding, 0)["plant alpha"] == close((100, 100))
    assert ranges_of(finding, 0)["plant beta"] == close((0, 0))
    assert [one.name for one in finding.alternatives] == [CHEAPEST], "no other plan is as cheap"
    assert finding.status == "done"
    assert finding.holds


def test_whole_alternatives_by_hand(exact: NearOptimalResult) -> None:
    """Within 1 % there is one more plan, (1,1,0): alpha is half as large and beta half of two, each a quarter in size,
    and beta is had or not: (1/4 + 1/4 + 1/2) / 3 plants. Within 3 % the most different is (0,2,0): two plants turned
    round, 2/3, and then (1,1,0) is as far from both: 1/3. Then there is no other.
    """
    whole = {
        slack: [
            (one.difference, one.difference_bound, one.plan.modules) for one in exact.alternatives if one.slack == slack
        ]
        for slack in (0, 1)
    }
    half = {"alpha": 1, "beta": 1, "gamma": 0}
    assert [(d, m) for d, _, m in whole[0]] == [(close(1 / 3), half)]
    assert [(d, m) for d, _, m in whole[1]] == [
        (close(2 / 3), {"alpha": 0, "beta": 2, "gamma": 0}),
        (close(1 / 3), half),
    ]
    for found in whole.values():
        assert all(d <= bound <= d + 0.0101 for d, bound, _ in found), "proven to a hundredth"
    assert [(one.name, one.slack) for one in exact.alternatives] == [
        (CHEAPEST, None), ("a1", 0), ("a2", 1), ("a3", 1), ("a4", 2), ("a5", 2),
    ]  # fmt: skip


def test_tables_object_and_sentences_by_hand(exact: NearOptimalResult, tmp_path: Path) -> None:
    tables = exact.tables()
    ranges = tables["near_optimal"]
    beta = ranges[ranges["name"] == "beta"].iloc[0]
    assert [beta[c] for c in ("slack_share", "slack_musd", "kind", "unit", "class", "status")] == [
        0.01, close(0.2), "plant", "t_per_year", CHOICE, "proven",
    ]  # fmt: skip
    assert [beta[c] for c in ("least", "least_bound", "most", "most_bound", "in_cheapest")] == close([0, 0, 50, 50, 0])
    whole = tables["alternatives"].query("alternative == 'a2'")
    assert whole[["asset", "partner", "decided", "modules", "t_per_year", "capex_musd"]].to_numpy().tolist() == [
        ["beta", "A", 2030, close(2), close(100), close(2.4)]
    ]
    assert whole[["cost_musd", "over_cheapest_share", "resilience"]].iloc[0].tolist() == close([20.4, 0.02, 1.0])
    differs = tables["alternatives_differences"].query("alternative == 'a2'")
    assert differs[["asset", "change", "in_cheapest_t_per_year", "in_alternative_t_per_year"]].to_numpy().tolist() == [
        ["beta", "added", 0, close(100)],
        ["alpha", "left out", close(100), 0],
    ]
    assert tables["alternatives_checks"]["holds"].all()
    plans = tables["near_optimal_plans"]
    assert sorted(plans.groupby("plan")["cost_musd"].first()) == close([20.0, 20.2, 20.4])

    found = exact.as_object()
    assert json.loads(json.dumps(found)) == found
    assert exact.status == "done"
    assert found["slacks"][0]["must_avoid"] == [{"kind": "plant", "name": "gamma"}, {"kind": "route", "name": "leach"}]

    text = all_said(StudyResult(exact, remarks(exact)), tmp_path)
    assert "The cheapest plan known costs 20 MUSD. No plan costs less than 20." in text
    assert "costlier than the cheapest has capital in A, route refine and capital of A: must-haves, proven." in text
    assert "Alpha is a must-have of plans that are closer to the cheapest" in text
    assert "Some plans have beta and some do not" in text
    assert "Two other plans cost at most 2.0\u00a0% more; both, unlike the cheapest, build beta." in text
    assert "All 14 checks of these plans hold." in text
    assert [row[-1].text for row in alternatives(Run(tmp_path)).rows][2] == "added: beta; left out: alpha"


def test_the_number_of_questions_is_known_before(by_hand: Case) -> None:
    """Three plants (gamma's route is gamma's), one route, a country, a partner: six to ask about, both ways."""
    asked: list[Task] = []

    def ask(tasks: Sequence[Task]) -> list[Any]:
        asked.extend(tasks)
        return solve_here(tasks)

    work = work_ahead(by_hand, EXACT)
    assert (work.bounds, work.whole_plans, work.searches_at_most) == (12, 12, 36)
    finding = near_optimal(by_hand, WORST_CASE, 0.0, ask, EXACT)
    kinds = [type(task.question) for task in asked]
    assert kinds.count(Relaxed) == 12 - 2, "the cheapest plan does without two of the plants: none is their least"
    assert kinds.count(Search) == finding.searches <= 36
    assert kinds.count(MostDifferent) <= 12
    assert kinds.count(Reprice) == len(finding.alternatives)
    assert len({task.what for task in asked}) == len(asked), "each task has a name of its own"
    assert work_ahead(by_hand, replace(EXACT, search=CLASSES)).searches_at_most == 18
    assert work_ahead(by_hand, replace(EXACT, search=BOUNDS)).searches_at_most == 0


def test_searches_that_cannot_change_a_class_are_left_out(by_hand: Case) -> None:
    """The bounds and the alternatives decide every class of the case: nothing is left to search for."""
    finding = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, replace(EXACT, search=CLASSES))
    assert finding.searches == 0
    assert OPEN not in {known.kind for slack in range(3) for known in finding.ranges(slack)}
    alone = near_optimal(by_hand, WORST_CASE, 0.0, solve_here, replace(EXACT, search=CLASSES, whole_plans=0))
    assert 0 < alone.searches <= 4, "beta within 1 %, alpha within 3 %, and what these do not settle"
    assert [classes_of(alone, s) for s in range(3)] == [classes_of(finding, s) for s in range(3)]


def test_checks_can_fail(exact: NearOptimalResult) -> None:
    """A plan without a must-have, a price above the slack and a bound that a plan contradicts are told."""
    assert exact.knowledge is not None
    labels = ["1 %", "3 %", "5 %"]
    good = exact.knowledge.plans
    spoiled = replace(good[0], whole=(9,), amounts={**good[0].amounts, "plant alpha": 0.0, "route refine": 0.0})
    exact.knowledge.plans = [*good, spoiled]
    dear = [replace(one, repriced=replace(one.plan, cost_musd=99.0)) for one in exact.alternatives]
    try:
        failing = {check.check: check.detail for check in checks(exact.knowledge, dear, labels, 0.0) if not check.holds}
        impossible = checks(exact.knowledge, [], labels, 1.1)
    finally:
        exact.knowledge.plans = good
    assert "plant alpha, route refine" in failing["must-haves are in every plan found within 1 %"]
    assert "no plan found within 1 % is outside the proven ranges" in failing
    assert failing["every whole alternative, re-solved by a plain solve, stays within 3 %"] == "a2, a3"
    assert not next(c for c in impossible if c.check.startswith("every plan found keeps")).holds


# ---- against counting -----------------------------------------------------------------------------------


def counted(planner: Planner, target: float, limit_musd: float) -> dict[str, tuple[float, float]]:
    """The least and the most of everything, by trying all whole numbers there are."""
    engine = planner.engine
    columns = [int(j) for j in np.flatnonzero(engine.integer)]
    things = things_of(planner.case)
    found: dict[str, tuple[float, float]] = dict.fromkeys(things, (math.inf, -math.inf))
    for numbers in product(*(range(int(engine.columns[j].ub) + 1) for j in columns)):
        whole = dict(zip(columns, map(float, numbers), strict=True))
        cheapest = planner.cheapest_with(whole, target)
        if not cheapest.found or cheapest.objective > limit_musd + 1e-9 * abs(limit_musd):
            continue
        for key, thing in things.items():
            ends = [cheapest.values, cheapest.values]
            if thing.divisible:
                weights = thing.weights(planner)
                both = [
                    planner.extreme(weights, target, limit_musd, maximise=most, whole=whole) for most in (False, True)
                ]
                ends = [one.values if one.found else cheapest.values for one in both]
            least, most = (thing.amount(planner, values) for values in ends)
            found[key] = min(found[key][0], least), max(found[key][1], most)
    return found


@pytest.mark.parametrize(("seed", "target"), [(66, 0.0), (54, 0.0), (78, 0.0), (76, 0.5)])
def test_ranges_are_those_of_counting_all_plans(seed: int, target: float) -> None:
    with random_case(seed) as folder:
        planner = planner_of(folder)
    choice = AlternativesOptions(shares(0.01, 0.1), search=RANGES, whole_plans=1, gap=1e-9)
    finding = near_optimal(planner.case, WORST_CASE, target, solve_here, choice)
    assert finding.status == "done"
    assert finding.holds, finding.checks
    assert finding.knowledge is not None
    for slack, limit in enumerate(finding.knowledge.limits_musd):
        right = counted(planner, target, limit)
        for known in finding.ranges(slack):
            least, most = right[known.thing.key]
            room = known.thing.nothing + 0.011 * max(known.most_bound, least) * (known.thing.step is None)
            assert known.least_bound <= least + 1e-6 * max(1.0, least)
            assert known.most_bound >= most - 1e-6 * max(1.0, most)
            assert least - 1e-6 * max(1.0, least) <= known.least <= least + room, known
            assert most + 1e-6 * max(1.0, most) >= known.most >= most - room, known


@pytest.mark.parametrize("seed", [54, 66])
def test_ranges_of_plants_are_those_of_the_second_opinion(seed: int, tmp_path: Path) -> None:
    """Every plan of builds priced by a model that shares no code with the package."""
    write_random_case(tmp_path, seed)
    case = case_of(tmp_path)
    planner = Planner(case, WORST_CASE)
    best = second_opinion(tmp_path)
    decisions = [(a, u) for a, lasting in planner.model.decision_years.items() for u in lasting]
    costs = {}
    for numbers in product(*(range(case.assets[a].max_modules + 1) for a, _ in decisions)):
        modules = {key: float(n) for key, n in zip(decisions, numbers, strict=True) if n}
        priced = second_opinion(tmp_path, fixed_modules=modules)
        if priced.status == "optimal":
            costs[numbers] = priced.cost_musd
    assert min(costs.values()) == pytest.approx(best.cost_musd, rel=1e-6)
    options = AlternativesOptions(shares(0.02, 0.2), search=RANGES, whole_plans=0, gap=1e-9)
    finding = near_optimal(case, WORST_CASE, 0.0, solve_here, options)
    assert finding.cost_musd == pytest.approx(best.cost_musd, rel=1e-6)
    for slack, share in enumerate((0.02, 0.2)):
        limit = best.cost_musd + share * abs(best.cost_musd)
        for known in finding.ranges(slack):
            if known.thing.kind != "plant":
                continue
            size = case.assets[known.thing.name].module_t_per_year
            amounts = [
                size * sum(n for (a, _), n in zip(decisions, numbers, strict=True) if a == known.thing.name)
                for numbers, cost in costs.items()
                if cost <= limit * (1 + 1e-9)
            ]
            assert (known.least, known.most) == close((min(amounts), max(amounts)))


# ---- properties on random cases ---------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "target"), [(6, 0.3), (43, 0.0), (72, 0.0)])
def test_ranges_grow_with_slack_hold_the_cheapest_and_alternatives_keep_their_price(
    seed: int, target: float, tmp_path: Path
) -> None:
    write_random_case(tmp_path, seed)
    case = case_of(tmp_path)
    choice = AlternativesOptions(shares(0.0, 0.02, 0.2), whole_plans=2, gap=1e-9)
    finding = near_optimal(case, WORST_CASE, target, solve_here, choice)
    if finding.status == "infeasible":
        pytest.skip("the target is out of reach")
    assert finding.holds, finding.checks
    assert finding.cheapest is not None
    start = finding.cheapest.plans[0]
    for narrow, wide in pairwise(range(3)):
        for before, after in zip(finding.ranges(narrow), finding.ranges(wide), strict=True):
            assert after.least <= before.least
            assert before.most <= after.most
            assert after.least_bound <= before.least_bound
            assert before.most_bound <= after.most_bound
    for known in finding.ranges(0):
        amount = start.amounts[known.thing.key]
        assert known.least_bound - 1e-9 <= known.least <= amount <= known.most <= known.most_bound + 1e-9
    most = sizes(case)
    for one, other in combinations([one for one in finding.alternatives if one.slack in (None, 2)], 2):
        assert difference(most, one.plan.modules, other.plan.modules) > 0, "alternatives differ"
    whole = finding.tables()["alternatives"]
    for one in finding.alternatives[1:]:
        rows = whole[(whole["alternative"] == one.name) & (whole["what"] == "module")]
        decided = rows.groupby(["asset", "decided"])["modules"].sum().round(6).to_dict()
        priced = second_opinion(tmp_path, target=target or None, fixed_modules=decided)
        assert one.slack is not None
        limit = finding.cost_musd + finding.slack_musd(one.slack)
        assert priced.status == "optimal"
        assert priced.cost_musd <= limit + 1e-6 * abs(limit)
        assert priced.cost_musd <= rows["cost_musd"].max() * (1 + 1e-6) if len(rows) else True


def threads(tasks: Sequence[Task]) -> list[Any]:
    """Answer tasks side by side, the last ones first, each by a program of its own."""
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(task.question, Planner(task.case, task.measure), lambda news: None) for task in tasks[::-1]
        ]
        return [one.result() for one in asked][::-1]


def test_parallel_equals_serial() -> None:
    with random_case(66) as folder:
        case = case_of(folder)
    choice = AlternativesOptions(shares(0.02, 0.2), search=RANGES, whole_plans=2, gap=1e-9)
    serial, parallel = (near_optimal(case, WORST_CASE, 0.0, ask, choice).tables() for ask in (solve_here, threads))
    for name, table in serial.items():
        assert parallel[name].equals(table), name


# ---- pieces ---------------------------------------------------------------------------------------------


def test_the_most_different_plan_is_the_most_different_of_all_that_were_counted() -> None:
    """Three plans before it, one with sizes between none and all: the difference from the nearest of them."""
    with random_case(78) as folder:
        planner = planner_of(folder)
    most = sizes(planner.case)
    controls = Controls()
    best = Cheapest(0.0, 1e-9, controls)(planner, lambda news: None).plans[0]
    limit = best.cost_musd + 0.3 * abs(best.cost_musd)
    earlier = [best.modules, dict.fromkeys(most, 0), {a: n // 2 for a, n in most.items()}]
    columns = [int(j) for j in np.flatnonzero(planner.engine.integer)]
    last = {
        a: planner.engine.column(planner.model.built[a, u[-1]]) for a, u in planner.model.decision_years.items() if u
    }
    furthest = 0.0
    for numbers in product(*(range(int(planner.engine.columns[j].ub) + 1) for j in columns)):
        whole = dict(zip(columns, map(float, numbers), strict=True))
        priced = planner.cheapest_with(whole, 0.0)
        if priced.found and priced.objective <= limit:
            modules = {a: round(whole[j]) for a, j in last.items() if j is not None}
            furthest = max(furthest, nearest(most, modules, earlier))
    builds = tuple(tuple(sorted(plan.items())) for plan in earlier)
    before = len(list(planner.model.component_objects()))
    answer = MostDifferent(builds, 0.0, limit, best.whole, controls)(planner, lambda news: None)
    assert answer.difference <= furthest + 1e-9
    assert answer.difference >= furthest - 0.0101, "to a hundredth"
    assert answer.difference_bound >= furthest - 1e-6
    assert len(list(planner.model.component_objects())) == before, "the program is as it was"


@pytest.mark.parametrize(
    ("share", "modules"),
    [
        (0.03, {"alpha": 2, "beta": 0, "gamma": 0}),  # all of alpha out costs 4 MUSD more, all of beta in 2.4
        (0.12, {"alpha": 2, "beta": 2, "gamma": 0}),
        (0.20, {"alpha": 0, "beta": 2, "gamma": 0}),  # first alpha out for 4, then beta in, which saves 3.6
    ],
)
def test_assets_are_turned_round_as_far_as_the_limit_allows(
    by_hand: Case, share: float, modules: dict[str, int]
) -> None:
    planner = Planner(by_hand, WORST_CASE)
    most, limit = sizes(by_hand), 20.0 * (1 + share)
    built = {a: planner.columns("built")[a, 2030] for a in most}
    best = {"alpha": 2, "beta": 0, "gamma": 0}

    def apart(whole: Mapping[int, float]) -> float:
        return difference(most, {a: round(whole[j]) for a, j in built.items()}, best)

    turned = turned_round(planner, {built[a]: float(n) for a, n in best.items()}, 0.0, limit, apart, math.inf)
    assert {a: turned[j] for a, j in built.items()} == modules
    assert turned_round(planner, turned, 0.0, limit, apart, -1.0) == turned, "without time nothing is turned"


def test_differences_of_plans() -> None:
    most = {"mine": 4, "plant": 1}
    nothing, half, everything = {"mine": 0, "plant": 0}, {"mine": 2, "plant": 0}, {"mine": 4, "plant": 1}
    assert difference(most, nothing, everything) == 1.0
    assert difference(most, half, half) == 0.0
    assert difference(most, nothing, half) == pytest.approx((0.5 + 0.5 * 0.5) / 2)
    assert nearest(most, everything, [nothing, half]) == pytest.approx((0.5 * 0.5 + 1) / 2)
    assert difference({}, {}, {}) == 0.0


def test_bounds_are_rounded_to_amounts_that_a_plan_can_have() -> None:
    """Sizes 1,250 and 750 have the step 250; what is divisible stays as it is."""
    built = Quantity("route", "r", "t_per_year", (("built", ("a", 2030), 1250.0), ("built", ("b", 2030), 750.0)))
    assert built.step == 250
    assert built.at_least(1.0) == 250
    assert built.at_least(1e-6) == 0
    assert built.at_most(1999.9) == 1750
    assert built.at_most(1999.999) == 2000
    assert built.at_least(math.nan) == 0
    assert built.at_most(math.inf) == math.inf
    room = Quantity("stockpile", "s", "t", (("space", ("r", "Nd", 2030), 1.0),))
    assert room.divisible
    assert room.step is None
    assert room.at_least(0.3) == 0.3
    odd = Quantity("country", "c", "musd", (("built", ("a", 1), math.pi), ("built", ("b", 1), math.e)))
    assert odd.step is None, "amounts without a common step are not rounded"


def test_things_that_are_multiples_are_asked_about_once(by_hand: Case) -> None:
    asked = same_questions(things_of(by_hand))
    assert asked["route leach"] == ("plant gamma", 1.0)
    assert asked["country A"] == ("country A", 1.0)


def test_what_a_case_offers_is_listed_by_kind(tmp_path: Path) -> None:
    """The tutorial: an option of a venture is a thing, and so is the venture; nothing that only stands already is."""
    from pathlib import Path as Folder

    case = case_of(Folder(__file__).parents[1] / "inputs" / "tutorial")
    things = things_of(case)
    assert {thing.kind for thing in things.values()} == {"plant", "venture", "stockpile", "country", "route", "partner"}
    assert [thing.name for thing in things.values() if thing.kind == "venture"] == [
        "desert_mine", "desert_mine/20%", "desert_mine/40%",
    ]  # fmt: skip
    assert "plant japan_magnets" not in things
    assert things["venture desert_mine"].step == 2000
    assert same_questions(things)["country Australia"] == ("venture desert_mine", pytest.approx(0.1))


def build(asset: str, decided: int, t: float, what: str = "module") -> Build:
    return Build(asset, "A", decided, decided + 1, t / 50, t, t / 10, what)


def test_changes_are_told_by_kind() -> None:
    before = [build("mine", 2030, 100), build("works", 2031, 50), build("shed", 2030, 50), build("port", 2030, 10)]
    after = [
        build("mine", 2030, 50), build("mine", 2032, 100), build("works", 2030, 50), build("port", 2031, 10),
        build("dock", 2030, 5), build("dock", 2030, 0, "site"),
    ]  # fmt: skip
    assert [(c.asset, c.change) for c in changes(before, after)] == [
        ("dock", "added"), ("shed", "left out"), ("mine", "larger"), ("works", "earlier"), ("port", "later"),
    ]  # fmt: skip
    assert changes(before, before) == []


def test_choices_are_checked() -> None:
    for wrong in ({}, {"share": 0.1, "musd": 1.0}, {"share": -0.1}, {"musd": math.inf}):
        with pytest.raises(ValueError, match="a slack is"):
            Slack(**wrong)
    with pytest.raises(ValueError, match="at least one"):
        AlternativesOptions(())
    with pytest.raises(ValueError, match="search is"):
        AlternativesOptions(search="deep")
    assert [str(slack) for slack in (Slack(share=0.01), Slack(musd=1500.0))] == ["1 %", "1,500 MUSD"]


# ---- how it can end ---------------------------------------------------------------------------------------


def test_a_target_out_of_reach_is_said(tmp_path: Path) -> None:
    """Half of the neodymium cannot be served: nobody sells it and only one module is left."""
    text = TWO_FOR_ONE.replace("50                 2            1.0", "50                 1            1.0")
    text = text.replace("50                 2            1.2", "50                 0            1.2")
    text = text.replace("50                 2            5.0", "50                 0            5.0")
    scenario = """
    scenarios
    scenario  starts  years  probability
    cutoff    2030    1      0

    disruptions
    scenario  kind      target  availability
    cutoff    supplier  far     0
    """
    case = case_of(write_case(tmp_path, text + scenario))
    finding = near_optimal(case, WORST_CASE, 0.9, solve_here, EXACT)
    assert finding.status == "infeasible"
    assert finding.tables() == {}
    assert remarks(finding) == ["No plan reaches the target, so there are no alternatives."]
    assert finding.status == "infeasible"


def test_stopped_work_says_so_and_keeps_what_is_known(by_hand: Case) -> None:
    """After three questions nobody answers any more."""
    left = [3]

    def ask(tasks: Sequence[Task]) -> list[Any]:
        answers = solve_here(tasks[: left[0]])
        left[0] -= len(answers)
        return answers + [None] * (len(tasks) - len(answers))

    finding = near_optimal(by_hand, WORST_CASE, 0.0, ask, EXACT)
    assert finding.status == "interrupted"
    assert remarks(finding)[-1].startswith("Stopped on request")
    assert finding.holds
    assert classes_of(finding, 0)["plant alpha"] == MUST_HAVE, "the first bound had come"
    assert classes_of(finding, 0)["route leach"] == OPEN
    left[0] = 0
    nothing = near_optimal(by_hand, WORST_CASE, 0.0, ask, EXACT)
    assert nothing.status == "interrupted"
    assert remarks(nothing) == ["Stopped before any plan was found."]


def test_an_alternative_that_was_not_priced_anew_is_said_to_be_neither_sound_nor_the_same(
    by_hand: Case, tmp_path: Path
) -> None:
    """Stopped when only the prices of whole alternatives are left: what they build is not known, nor claimed."""

    def ask(tasks: Sequence[Task]) -> list[Any]:
        return [None] * len(tasks) if isinstance(tasks[0].question, Reprice) else solve_here(tasks)

    finding = near_optimal(by_hand, WORST_CASE, 0.0, ask, EXACT)
    assert finding.alternatives
    assert finding.holds
    assert not [check for check in finding.checks if check.check.startswith("every whole alternative")]
    all_said(StudyResult(finding), tmp_path)
    _, *others = alternatives(Run(tmp_path)).rows
    assert others
    assert all("not listed before the work was stopped" in row[-1].text for row in others)


def test_a_search_that_ran_out_of_time_is_told_and_hides_nothing(by_hand: Case, tmp_path: Path) -> None:
    """Searches that end with the plan they began from and no bound of their own."""

    def ask(tasks: Sequence[Task]) -> list[Any]:
        return [
            replace(answer, outcome=Outcome.LIMIT, plans=(), amount_bound=math.nan)
            if isinstance(task.question, Search)
            else answer
            for task, answer in zip(tasks, solve_here(tasks), strict=True)
        ]

    finding = near_optimal(by_hand, WORST_CASE, 0.0, ask, replace(EXACT, search=CLASSES, whole_plans=0))
    assert finding.status == "stopped at a limit"
    assert finding.holds
    assert classes_of(finding, 0)["plant beta"] == OPEN
    assert (ranges_of(finding, 0)["plant beta"], bounds_of(finding, 0)["plant beta"]) == (close((0, 0)), close((0, 50)))
    assert "it is not known whether plans must or can have it" in all_said(StudyResult(finding), tmp_path)
    assert remarks(finding)[-1].startswith("Some searches ran out of time")


def test_a_question_that_is_interrupted_is_not_kept(by_hand: Case) -> None:
    interrupt = Interrupt()
    planner = Planner(by_hand, WORST_CASE, interrupt=interrupt)
    best = Cheapest(0.0, 1e-9, Controls())(planner, lambda news: None)
    assert best.final
    interrupt._ask()
    stopped = Relaxed("plant alpha", True, 0.0, (20.2,), best.plans[0].whole)(planner, lambda news: None)
    assert stopped.outcome is Outcome.INTERRUPTED
    assert not stopped.final


def test_a_case_without_choices_has_nothing_to_tell(tmp_path: Path) -> None:
    text = TWO_FOR_ONE.replace("50                 2", "50                 0")
    finding = near_optimal(case_of(write_case(tmp_path, text)), WORST_CASE, 0.0, solve_here, EXACT)
    assert finding.status == "done"
    assert finding.tables()["near_optimal"].empty
    assert len(finding.tables()["alternatives"]) == 1, "the cheapest plan, which builds nothing"
    assert all_said(StudyResult(finding), tmp_path / "case")


def test_answers_can_be_noted_and_read_again(by_hand: Case, tmp_path: Path) -> None:
    planner = Planner(by_hand, WORST_CASE)
    best = Cheapest(0.0, 1e-9, Controls())(planner, lambda news: None)
    [plan] = best.plans
    builds = (tuple(sorted(plan.modules.items())),)
    questions: list[Any] = [
        Cheapest(0.0, 1e-9, Controls()),
        Relaxed("partner A", True, 0.0, (20.2, 20.6), plan.whole),
        Search("plant beta", True, 0.0, 20.2, plan.whole, 50.0, Controls()),
        MostDifferent(builds, 0.0, 20.6, plan.whole, Controls()),
        Reprice(plan.whole, 0.0),
    ]
    store = AnswerStore(tmp_path)
    for number, question in enumerate(questions):
        assert pickle.loads(pickle.dumps(question)) == question, "it can travel to a worker"
        answer = question(planner, lambda news: None)
        store.keep(str(number), answer)
        assert repr(store.find(str(number), question)) == repr(answer), "what is not a number equals nothing"
        assert answer.final
        assert answer.settled


def test_a_plan_that_is_known_already_is_not_asked_for(by_hand: Case) -> None:
    planner = Planner(by_hand, WORST_CASE)
    plan = cheapest(planner)
    assert plan is not None
    known = cheapest_known(planner, plan)
    assert known.annuities_musd == close(2.0)
    asked: list[str] = []

    def ask(tasks: Sequence[Task]) -> list[Any]:
        asked.extend(task.what for task in tasks)
        return solve_here(tasks)

    finding = near_optimal(by_hand, WORST_CASE, 0.0, ask, replace(EXACT, whole_plans=1), cheapest=known)
    assert "the cheapest plan" not in asked
    assert finding.status == "done"
    assert as_columns(planner, finding.alternatives[0].plan.whole) == planner.whole(plan.values)


def test_the_program_with_the_difference_states_it_for_every_plan(by_hand: Case) -> None:
    """With the builds fixed, the objective is the difference that is computed without the program."""
    most = sizes(by_hand)
    for modules, earlier in (
        (
            {"alpha": 1, "beta": 0, "gamma": 2},
            [{"alpha": 2, "beta": 1, "gamma": 0}, {"alpha": 0, "beta": 2, "gamma": 1}],
        ),
        ({"alpha": 2, "beta": 2, "gamma": 0}, [{"alpha": 1, "beta": 1, "gamma": 1}]),
    ):
        planner = Planner(by_hand, WORST_CASE)
        add_difference(planner.model, most, earlier)
        engine = planner.engine.with_more(planner.model)
        fixed = {engine.column(planner.model.built[a, 2030]): float(n) for a, n in modules.items()}
        solved = engine.solve("most_different", fixed={j: n for j, n in fixed.items() if j is not None}, maximise=True)
        assert solved.objective == close(nearest(most, modules, earlier))
