"""Sensitivity: indices that are known otherwise, effects that can be worked out by hand, and honesty about gaps."""

from __future__ import annotations

import csv
import json
import math
import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from SALib.analyze import morris as salib_morris

from reeplan.endings import Outcome
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, solve_here
from reeplan.solve.planner import Planner
from reeplan.studies.base import StudyResult
from reeplan.studies.sensitivity.design import index_points, problem, screening_points, spread_points
from reeplan.studies.sensitivity.effects import Design, index_rows, leading, screening_rows
from reeplan.studies.sensitivity.futures import ImpossibleRangesError, NoRangesError, VariedFuture, VariedFutures
from reeplan.studies.sensitivity.indices import effects, indices
from reeplan.studies.sensitivity.inputs import inputs_of
from reeplan.studies.sensitivity.outputs import Correction, FutureOutput, Told, band_of, correction_of
from reeplan.studies.sensitivity.question import Built, FutureAnswer, FutureQuestion, Summary, cheaper
from reeplan.studies.sensitivity.remarks import remarks
from reeplan.studies.sensitivity.study import Effort, study_sensitivity
from reeplan.studies.sensitivity.tornado import indistinct, tornado_rows
from studies_support import all_said
from support import ONE_TOWN, PURE_ORE, WORST_CASE, crf, read, write_case, years

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.solve.executor import Task
    from reeplan.studies.sensitivity.result import Sensitivity

INPUTS = Path(__file__).parent.parent / "inputs"
NONE = Effort(one_at_a_time=False, trajectories=0, samples=0, futures=0)
"""Nothing but the case as stated; each test asks for what it looks at."""


def study(folder: Path, effort: Effort, *, target: float = 0.0, gap: float = 1e-9) -> Sensitivity:
    tables, controls = read(folder), Controls()
    return study_sensitivity(tables, WORST_CASE, solve_here, target=target, gap=gap, controls=controls, effort=effort)


def row(rows: Sequence[dict[str, Any]], name: str, output: str) -> dict[str, Any]:
    [found] = [one for one in rows if one["input"] == name and one["output"] == output]
    return found


# ---- methods against functions whose answer is known -----------------------------------------------------

THREE = ("x1", "x2", "x3")


def ishigami(points: Any) -> Any:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 with each x between -pi and pi."""
    x = -math.pi + 2 * math.pi * points
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def told(stage: str, answer: FutureAnswer | None, *, divisible: bool = False, name: str = "") -> Told:
    return Told(VariedFuture(stage, name, WORST_CASE, {}, object()), divisible, answer)  # type: ignore[arg-type]


def costing(cost: float, gap: float = 0.0, **more: Any) -> FutureAnswer:
    """An answer that says no more than a cost and its bound."""
    plan = Summary(Outcome.OPTIMAL, 0.0, cost, cost - gap, True, 0.5, **more)
    return FutureAnswer(plan, plan)


COST = FutureOutput("cost", "MUSD", lambda a: a.at_target.cost_musd,
                    lambda a: (a.at_target.bound_musd, a.at_target.cost_musd), True)  # fmt: skip


def design(names: Sequence[str], points: Any, costs: Any, gap: float = 0.0) -> Design:
    answers = tuple(told("test", None if math.isnan(cost) else costing(float(cost), gap)) for cost in costs)
    return Design(tuple(names), points, answers, 1)


def test_the_indices_of_ishigamis_function() -> None:
    """Published: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437; variance 13.8446. Through the same code that
    looks at the futures of a case."""
    points = index_points(THREE, 2048, seed=1)
    rows = index_rows(design(THREE, points, ishigami(points)), [COST], None)
    found = {one["input"]: one for one in rows}
    for name, first, total in zip(THREE, (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437), strict=True):
        assert found[name]["first"] == pytest.approx(first, abs=0.02)
        assert found[name]["total"] == pytest.approx(total, abs=0.02)
        assert abs(found[name]["total"] - total) <= 2 * found[name]["total_confidence"]
        assert 0 < found[name]["first_confidence"] < 0.1
    assert found["x1"]["standard_deviation"] ** 2 == pytest.approx(13.8446, rel=0.02)
    assert [one["input"] for one in rows] == ["x1", "x2", "x3"], "the largest total first"


def test_indices_do_not_depend_on_units() -> None:
    points = index_points(THREE, 256, seed=3)
    output = ishigami(points)
    plain, scaled = (indices(THREE, values, seed=1).by_input for values in (output, 1e6 * output - 4e7))
    for name in THREE:
        assert scaled[name].first == pytest.approx(plain[name].first, abs=1e-9)
        assert scaled[name].total == pytest.approx(plain[name].total, abs=1e-9)
        assert scaled[name].total_confidence == pytest.approx(plain[name].total_confidence, abs=1e-9)


def test_screening_finds_effects_that_are_known() -> None:
    """10 a - 4 b: the sizes of their effects are 10 and 4 everywhere. 8 (c - 1/2)(d - 1/2) has effects of c of both
    signs. e does nothing."""
    names = ("a", "b", "c", "d", "e")
    points = screening_points(names, 40, 4, seed=2)
    u = points.T
    by_input = effects(names, points, 10 * u[0] - 4 * u[1] + 8 * (u[2] - 0.5) * (u[3] - 0.5))
    assert {one.steps for one in by_input.values()} == {40}
    assert (by_input["a"].mu_star, by_input["a"].mu, by_input["a"].sigma) == pytest.approx((10, 10, 0), abs=1e-9)
    assert (by_input["b"].mu_star, by_input["b"].mu, by_input["b"].sigma) == pytest.approx((4, -4, 0), abs=1e-9)
    assert by_input["e"].mu_star == pytest.approx(0, abs=1e-9)
    assert by_input["c"].sigma > 1
    # The other coordinate is 0, 1/3, 2/3 or 1, all alike: the mean of 8 |d - 1/2| is 8 / 3.
    assert by_input["c"].mu_star == pytest.approx(8 / 3, abs=0.5)
    assert abs(by_input["c"].mu) < by_input["c"].mu_star


def test_the_inputs_that_screening_leaves() -> None:
    names = ("a", "b", "c")
    points = screening_points(names, 10, 4, seed=2)
    costs = 10 * points[:, 0] + 0.5 * points[:, 1]
    assert leading(design(names, points, costs), [COST], None, 2) == ["a", "b"], "c does nothing"
    assert leading(design(names, points, costs, gap=0.5), [COST], None, 2) == ["a"], "b is hidden by the gaps"


def test_futures_without_a_plan_leave_their_block_and_no_other() -> None:
    points = index_points(THREE, 64, seed=1)
    output = ishigami(points)
    output[7] = math.nan  # in the second block of 5
    found = indices(THREE, output, seed=1)
    assert (found.used, found.dropped) == (63, 1)
    without = indices(THREE, np.delete(output, slice(5, 10)), seed=1)
    assert found.by_input == without.by_input


def test_effects_are_those_of_salib() -> None:
    points = screening_points(THREE, 30, 4, seed=1)
    output = ishigami(points)
    ours = effects(THREE, points, output)
    theirs = salib_morris.analyze(problem(THREE), points, output, num_levels=4, seed=1)
    for j, name in enumerate(THREE):
        assert ours[name].mu_star == pytest.approx(theirs["mu_star"][j], abs=1e-9)
        assert ours[name].mu == pytest.approx(theirs["mu"][j], abs=1e-9)
        assert ours[name].sigma == pytest.approx(theirs["sigma"][j], abs=1e-9)
        assert ours[name].confidence == pytest.approx(theirs["mu_star_conf"][j], rel=0.15, abs=1e-9), "resampled"


def test_a_future_without_a_plan_costs_the_two_steps_beside_it_and_no_more() -> None:
    """Of 6 walks, one lacks its second point: the first step and the second of that walk are lost."""
    points = screening_points(THREE, 6, 4, seed=1)
    output = ishigami(points)
    output[5] = math.nan  # the second point of the second walk of four
    found = effects(THREE, points, output)
    assert sum(one.lost for one in found.values()) == 2
    assert all(one.steps + one.lost == 6 for one in found.values())
    assert effects(THREE, points, np.where(points[:, 0] > -1, math.nan, 0.0)) == {}


def test_screening_survives_a_target_that_is_out_of_reach_in_half_of_all_futures() -> None:
    """10 a + 4 b, but no plan wherever c is in its upper half: c is what decides whether the target can be kept, and
    the effects of a and b are known from the other half. No walk is without such a future."""
    names = ("a", "b", "c")
    points = screening_points(names, 8, 4, seed=3)
    blocked = points[:, 2] > 0.5
    assert blocked.reshape(8, 4).any(axis=1).all()
    answers = tuple(
        told("test", out_of_reach() if stop else costing(float(10 * a + 4 * b)))
        for (a, b, _), stop in zip(points, blocked, strict=True)
    )
    reach = FutureOutput("target within reach", "1 or 0", lambda a: 0.0 if a.out_of_reach else 1.0, headline=True)
    rows = screening_rows(Design(names, points, answers, 1), [COST, reach], None)
    cost = {one["input"]: one for one in rows if one["output"] == "cost"}
    assert set(cost) == {"a", "b"}, "every step of c crosses the line"
    assert (cost["a"]["mu_star"], cost["b"]["mu_star"]) == pytest.approx((10, 4))
    assert 0 < cost["a"]["trajectories_without_plan"] < 8
    within = {one["input"]: one for one in rows if one["output"] == "target within reach"}
    assert within["c"]["mu_star"] == pytest.approx(1.5), "from 1 to 0 over two thirds of the range"
    assert within["a"]["mu_star"] == within["b"]["mu_star"] == 0
    assert set(leading(Design(names, points, answers, 1), [COST, reach], None, 2)) == {"a", "c"}


def test_gaps_that_are_wide_at_one_end_only_move_no_input() -> None:
    """An input that changes nothing but the width of the gap: its total index is no more than the gaps could make.

    The cost is x1; where x2 is above a half, the plan found is costlier by up to the gap of 0.6.
    """
    points = index_points(THREE, 256, seed=2)
    gaps = np.where(points[:, 1] > 0.5, 0.6, 0.0)
    over = gaps * np.random.default_rng(1).uniform(0.8, 1, len(gaps))
    answers = tuple(
        told("test", costing(cost, gap)) for cost, gap in zip(points[:, 0] + over, gaps, strict=True)
    )
    found = {one["input"]: one for one in index_rows(Design(THREE, points, answers, 1), [COST], None)}
    assert found["x2"]["total"] > 0.3, "the plans found do differ"
    assert found["x2"]["within_gap"]
    assert found["x3"]["within_gap"]


def out_of_reach() -> FutureAnswer:
    """An answer that says that no plan keeps the target."""
    return FutureAnswer(Summary(Outcome.INFEASIBLE), costing(1.0).cheapest)


def test_what_does_not_vary_has_no_indices() -> None:
    points = index_points(THREE, 8, seed=1)
    assert indices(THREE, np.full(len(points), 7.0), seed=1).by_input == {}
    assert indices(THREE, np.full(len(points), math.nan), seed=1).by_input == {}


def test_the_same_seed_gives_the_same_points_and_another_does_not() -> None:
    for draw in (
        lambda seed: screening_points(THREE, 4, 4, seed),
        lambda seed: index_points(THREE, 8, seed),
        lambda seed: spread_points(THREE, 8, seed),
    ):
        assert np.array_equal(draw(5), draw(5))
        assert not np.array_equal(draw(5), draw(6))
        assert draw(5).min() >= 0
        assert draw(5).max() <= 1


# ---- a case on paper ----------------------------------------------------------------------------------------

SHOP = (
    years(2030, 2030),
    ONE_TOWN,
    """
    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    abroad    Nd        2030  town    50000            1000

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  80          1000000

    ranges
    input   table      key          column           low    high   change
    price   suppliers  abroad / Nd  price_usd_per_t  40000  70000  to
    need    demand     town         t_per_year       0.5    1.5    times
    """,
)
"""80 t at 50,000 USD/t: 4 MUSD. Nothing else is to be had, and nothing is built."""
CHEAPEST = "cost of the cheapest plan"


def test_a_tornado_on_paper(tmp_path: Path) -> None:
    """The cost is price x tonnes: 80 t x (40,000 or 70,000) = 3.2 or 5.6; 50,000 x (40 t or 120 t) = 2 or 6."""
    result = study(write_case(tmp_path / "shop", *SHOP), replace(NONE, one_at_a_time=True))
    price, need = row(result.tornado, "price", CHEAPEST), row(result.tornado, "need", CHEAPEST)
    assert (price["at_low"], price["at_base"], price["at_high"]) == pytest.approx((3.2, 4.0, 5.6))
    assert price["swing"] / (price["high"] - price["low"]) == pytest.approx(80 / 1e6), "MUSD for each USD/t: the tonnes"
    assert (need["at_low"], need["at_base"], need["at_high"]) == pytest.approx((2.0, 4.0, 6.0))
    assert need["swing"] == pytest.approx(4.0)
    assert (need["unit_of_input"], price["unit_of_input"]) == ("factor", "USD/t")
    assert not need["within_gap"]
    costs = [one["input"] for one in result.tornado if one["output"] == CHEAPEST]
    assert costs == ["need", "price"], "the larger effect first"
    assert result.status == "done"
    assert "moves most with need" in all_said(StudyResult(result), tmp_path)


def test_indices_of_the_case_on_paper(tmp_path: Path) -> None:
    """Cost = P x D, independent and uniform, P 40-70 (mean 55, variance 75) kUSD/t and D 40-120 (80, 533.3) t:
    variance = 80^2 x 75 + 55^2 x 533.3 + 75 x 533.3 = 480,000 + 1,613,333 + 40,000 = 2,133,333."""
    result = study(write_case(tmp_path / "shop", *SHOP), replace(NONE, samples=32))
    price, need = row(result.indexed, "price", CHEAPEST), row(result.indexed, "need", CHEAPEST)
    assert price["first"] == pytest.approx(0.225, abs=0.06)
    assert price["total"] == pytest.approx(0.24375, abs=0.06)
    assert need["first"] == pytest.approx(0.75625, abs=0.12)
    assert need["total"] == pytest.approx(0.775, abs=0.12)
    assert need["standard_deviation"] == pytest.approx(math.sqrt(2.133333), rel=0.05)
    assert need["samples"] == 32
    assert need["gap_share"] < 1e-6


def test_the_same_range_in_other_words_gives_the_same_answers(tmp_path: Path) -> None:
    """40,000 to 70,000 is 0.8 to 1.4 times 50,000, or 10,000 less to 20,000 more."""
    results = []
    for words in ("40000  70000  to", "0.8    1.4    times", "-10000  20000  plus"):
        folder = write_case(tmp_path / words.split()[-1], *(text.replace("40000  70000  to", words) for text in SHOP))
        results.append(study(folder, replace(NONE, one_at_a_time=True, samples=4, trajectories=2, futures=4)))
    first = results[0]
    for other in results[1:]:
        for name in ("tornado", "screened", "indexed"):
            for one, same in zip(getattr(first, name), getattr(other, name), strict=True):
                numbers = [k for k in one if isinstance(one[k], float) and k not in ("low", "high", "gap_effect")]
                assert [same[k] for k in numbers] == pytest.approx([one[k] for k in numbers], nan_ok=True, abs=1e-9)


def test_screening_of_the_case_on_paper(tmp_path: Path) -> None:
    """d cost / d price over its range: 0.03 MUSD x tonnes, 40 to 120; d cost / d need: 80 t x price, 3.2 to 5.6."""
    result = study(write_case(tmp_path / "shop", *SHOP), replace(NONE, trajectories=6))
    price, need = row(result.screened, "price", CHEAPEST), row(result.screened, "need", CHEAPEST)
    assert 1.2 <= price["mu_star"] <= 3.6
    assert 3.2 <= need["mu_star"] <= 5.6
    assert (need["rank"], price["rank"]) == (1, 2)
    assert need["mu"] == pytest.approx(need["mu_star"]), "more need never costs less"


# ---- decisions and targets ------------------------------------------------------------------------------------

MINE = (
    years(2030, 2030),
    ONE_TOWN,
    PURE_ORE,
    """
    plants
    plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
    mine   town    refine   pit      100                1            30           10

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    abroad    Nd        2030  town    50000            1000

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  80          1000000

    scenarios
    scenario  starts  years  probability
    cutoff    2030    1      0

    disruptions
    scenario  kind      target  availability
    cutoff    supplier  abroad  0

    ranges
    input  table      key          column           low    high    change
    price  suppliers  abroad / Nd  price_usd_per_t  20000  60000   to
    """,
)
"""A mine for 3 MUSD a year (30 over 10 years at no interest) replaces 80 t: it pays above 37,500 USD/t. With it the
cutoff does no harm; without it nothing is served."""


def test_a_decision_that_turns_at_a_known_price(tmp_path: Path) -> None:
    result = study(write_case(tmp_path / "mine", *MINE), replace(NONE, one_at_a_time=True, futures=16))
    built = row(result.tornado, "price", "built: mine")
    assert (built["at_low"], built["at_base"], built["at_high"]) == (0, 100, 100)
    assert built["within_gap"] is None, "no bound speaks of decisions"
    assert row(result.tornado, "price", CHEAPEST)["at_low"] == pytest.approx(1.6)
    assert row(result.tornado, "price", CHEAPEST)["at_high"] == pytest.approx(30 * crf(0, 10))
    assert row(result.tornado, "price", "resilience of the cheapest plan")["at_low"] == 0
    # 37,500 is 7/16 of the way from 20,000 to 60,000, and a Latin hypercube has one point in each sixteenth.
    [mine] = result.built
    assert (mine["asset"], mine["futures"], mine["built_in"], mine["share"]) == ("mine", 16, 9, 9 / 16)
    assert mine["mean_t_per_year_if_built"] == 100
    assert mine["first_decided_earliest"] == 2030
    assert mine["as_stated_t_per_year"] == 100


def test_a_plan_at_the_target_that_costs_less_is_the_cheapest_known() -> None:
    """Both are found to a gap: the second search may find the cheaper plan. The bound of all plans stays; where the
    first search found nothing, nothing is known of the cheapest."""
    cheapest, other = costing(100.0, gap=5.0).cheapest, replace(costing(98.0, gap=1.0).cheapest, resilience=0.9)
    assert cheaper(cheapest, other) == replace(other, bound=95.0)
    assert cheaper(cheapest, replace(other, objective=101.0)) is cheapest
    nothing = Summary(Outcome.LIMIT)
    assert cheaper(nothing, other) is nothing
    assert cheaper(cheapest, nothing) is cheapest


def test_what_a_target_costs(tmp_path: Path) -> None:
    """At a low price the mine is built for the target only: 3 instead of 1.6 MUSD."""
    result = study(write_case(tmp_path / "mine", *MINE), replace(NONE, one_at_a_time=True), target=0.5)
    price = row(result.tornado, "price", "what the target costs")
    assert (price["at_low"], price["at_base"]) == pytest.approx((1.4, 0.0), abs=1e-9)
    assert row(result.tornado, "price", "cost at a resilience of 0.5")["at_low"] == pytest.approx(3.0)
    assert row(result.tornado, "price", "capital of A")["at_low"] == pytest.approx(30.0)
    assert not [one for one in result.tornado if one["output"] == "built: mine"], "built whatever the price"


RUN_OUT = (
    *MINE[:3],
    MINE[3].split("ranges")[0].replace("100                1            30", "100                0            30")
    + """
    stockpiles
    region  material  initial_t  capacity_t
    town    Nd        20         100

    ranges
    table       key   column     low  high
    stockpiles  town  initial_t  0    80
    """,
)
"""Nothing is built; what lies in store serves the cutoff: 20 of 80 t as stated, 0 to 80 in the range."""


def test_futures_that_cannot_reach_the_target_are_counted(tmp_path: Path) -> None:
    """A resilience of 0.5 needs 40 t: one end cannot, nor can 4 of 8 futures, one in each eighth of the range."""
    result = study(write_case(tmp_path / "store", *RUN_OUT), replace(NONE, one_at_a_time=True, futures=8), target=0.5)
    name = "initial of town"
    reach = row(result.tornado, name, "target within reach")
    assert (reach["at_low"], reach["at_base"], reach["at_high"]) == (0, 0, 1)
    cost = row(result.tornado, name, "cost at a resilience of 0.5")
    assert math.isnan(cost["at_low"])
    assert cost["at_high"] == pytest.approx(4.0)
    assert cost["status_at_low"] == "cannot reach the target"
    assert math.isnan(cost["swing"])
    drawn = [one for one in result.told if one.future.stage == "futures"]
    assert [one.status for one in drawn].count("cannot reach the target") == 4
    assert result.without_plan == {"cannot reach the target": 6}
    assert any("have no plan that counts (cannot reach the target)" in text for text in remarks(result))
    highest = [one for one in result.tables()["futures"].itertuples() if one.quantity == "highest resilience"]
    lows = {one.name: one.value for one in highest}
    assert lows["as stated"] == pytest.approx(0.25)
    assert lows["initial of town: low"] == pytest.approx(0.0, abs=1e-6)
    reach_in = row_of(result.tables()["outputs_in_futures"], "target within reach")
    assert (reach_in["futures"], reach_in["mean"]) == (8, 0.5)


def row_of(frame: Any, output: str) -> dict[str, Any]:
    [found] = frame[frame["output"] == output].to_dict("records")
    return dict(found)


# ---- divisible modules ------------------------------------------------------------------------------------------


def test_divisible_modules_are_marked_and_measured(tmp_path: Path) -> None:
    """80 t need 0.8 of a module: 2.4 instead of 3 MUSD a year, as the mine always pays here."""
    folder = write_case(tmp_path / "mine", *(text.replace("20000  60000", "45000  60000") for text in MINE))
    second = "need   demand     town         t_per_year       75     85      to"
    ranges = (folder / "ranges.csv").read_text() + ",".join(second.split()) + "\n"
    (folder / "ranges.csv").write_text(ranges)
    result = study(folder, replace(NONE, trajectories=2, samples=4, checks=3, relaxed=True))
    correction = result.correction
    assert correction is not None
    assert correction.futures == 4
    low, high = correction.bands[CHEAPEST]
    # whole less divisible is 3 x (1 - need / 100), need between 75 and 85 t.
    assert 0.45 - 1e-6 <= low <= high <= 0.75 + 1e-6
    assert all(one["divisible"] for one in result.screened + result.indexed)
    assert not any(one.divisible for one in result.told if one.future.stage == "one at a time")
    checks = result.tables()["whole_and_divisible"]
    assert set(checks.loc[checks["output"] == CHEAPEST, "whole"].round(9)) == {3.0}
    assert any("measured, not proven" in text for text in remarks(result))
    need = row(result.screened, "need", CHEAPEST)
    assert need["mu_star"] == pytest.approx(0.3, abs=1e-6), "10 t of a module of 100 t for 3 MUSD a year"
    assert need["gap_effect"] == pytest.approx((high - low) / (2 / 3), rel=1e-6), "steps are 2/3 of the range"
    assert need["within_gap"] == (need["gap_effect"] >= 0.3)


def test_whole_modules_show_that_the_effect_was_none(tmp_path: Path) -> None:
    """A divisible mine grows with the need, a whole one does not: all of its effect comes from dividing it."""
    result = study(write_case(tmp_path / "mine", *MINE), replace(NONE, one_at_a_time=True, all_relaxed=True, checks=0))
    assert all(one.divisible for one in result.told if one.future.stage == "one at a time")
    assert row(result.tornado, "price", CHEAPEST)["at_high"] == pytest.approx(2.4)


# ---- gaps -------------------------------------------------------------------------------------------------------


def test_effects_smaller_than_the_gaps_are_said_to_be() -> None:
    """Plans of 10, 10.4 and 12 MUSD, each perhaps 0.5 too dear: 10 and 10.4 may be the same, 12 is more than both."""
    inputs = inputs_of(read(INPUTS / "tutorial"))[:2]
    base, low, near, high = (costing(cost, 0.5) for cost in (10.2, 10.0, 10.4, 12.0))
    stage = [told("one at a time", answer) for answer in (base, low, near, low, high)]
    rows = tornado_rows(inputs, stage, [COST], None)
    assert [(one["input"], one["within_gap"]) for one in rows] == [(inputs[1].name, False), (inputs[0].name, True)]
    assert (rows[0]["swing_least"], rows[0]["swing_most"]) == pytest.approx((1.5, 2.5))
    assert (rows[1]["swing_least"], rows[1]["swing_most"]) == pytest.approx((-0.1, 0.9))
    assert indistinct([(1, 2), None]) is None


def test_what_could_be_due_to_gaps_in_screening_and_indices() -> None:
    """A gap of 0.3 at every point may account for 0.3 over a step of 2/3: 0.45 over the range. Two plans found
    for one best plan lie 0.3 apart at most: half of 0.3^2."""
    names = ("a", "b")
    points = screening_points(names, 10, 4, seed=1)
    rows = screening_rows(design(names, points, 10 * points[:, 0] + 0.4 * points[:, 1], 0.3), [COST], None)
    assert {one["input"]: one["within_gap"] for one in rows} == {"a": False, "b": True}
    assert [one["gap_effect"] for one in rows] == pytest.approx([0.45, 0.45])
    points = index_points(names, 256, seed=1)
    costs = 10 * points[:, 0] + 0.1 * points[:, 1]
    rows = index_rows(design(names, points, costs, 0.3), [COST], None)
    assert rows[0]["gap_share"] == pytest.approx(0.3**2 / 2 / (100 / 12), rel=0.05)
    assert {one["input"]: one["within_gap"] for one in rows} == {"a": False, "b": True}


def test_a_wide_gap_is_carried_from_the_solver(tmp_path: Path) -> None:
    """Asked for half of the cost only, the plan's bound may be far off, and the tables say how far."""
    result = study(write_case(tmp_path / "mine", *MINE), replace(NONE, one_at_a_time=True), gap=0.5)
    for one in result.told:
        assert one.answer is not None
        assert one.answer.cheapest.bound_musd <= one.answer.cheapest.cost_musd * (1 + 1e-9)
    price = row(result.tornado, "price", CHEAPEST)
    exact = row(
        study(write_case(tmp_path / "again", *MINE), replace(NONE, one_at_a_time=True)).tornado, "price", CHEAPEST
    )
    assert price["swing_least"] - 1e-9 <= exact["swing"] <= price["swing_most"] + 1e-9


def test_divisible_numbers_have_a_measured_band_or_none() -> None:
    whole, divisible = costing(10.0, 0.1), costing(9.0)
    correction = correction_of([COST], [(whole, divisible), (costing(10.5), divisible)])
    assert correction == Correction({"cost": (0.9 - 1e-15 + 1e-15, 1.5)}, 2) or correction.bands[
        "cost"
    ] == pytest.approx((0.9, 1.5))
    assert band_of(COST, told("x", divisible, divisible=True), correction) == pytest.approx((9.9, 10.5))
    assert band_of(COST, told("x", divisible, divisible=True), None) is None
    assert band_of(COST, told("x", whole), correction) == pytest.approx((9.9, 10.0))


# ---- a sample is an edit of the files -----------------------------------------------------------------------------


def edited(folder: Path, copy: Path, ranges: list[dict[str, str]], position: str) -> Path:
    """A copy of the case with every cell that the ranges name edited by hand; every other rule is written anew."""
    shutil.copytree(folder, copy)
    keys = {
        "suppliers": ("supplier", "material", "year"), "demand": ("region", "material", "year"),
        "ventures": ("venture", "option"), "plants": ("plant",), "scenarios": ("scenario",), "partners": ("partner",),
        "recipes": ("process", "material"), "processes": ("process",), "budgets": ("partner", "first_year"),
        "disruptions": ("scenario", "kind", "target"), "offtakes": ("from_country", "to_country"),
        "regions": ("region",), "stockpiles": ("region", "material"), "settings": ("name",),
    }  # fmt: skip
    for one in ranges:
        path = copy / f"{one['table']}.csv"
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        parts = [part.strip() for part in one["key"].split("/")]
        for cells in rows:
            if not all(p in ("", "*", cells[c]) for c, p in zip(keys[one["table"]], parts, strict=False)):
                continue
            amount, present = float(one[position]), float(cells[one["column"]] or 0)
            value = {"times": present * amount, "plus": present + amount}.get(one["change"], amount)
            whole = one["column"].endswith("_years") or one["column"] == "earliest_year"
            cells[one["column"]] = str(int(value)) if whole else repr(value)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return copy


@pytest.mark.parametrize("name", ["tutorial", "base"])
def test_each_range_is_the_files_edited_by_hand(tmp_path: Path, name: str) -> None:
    """Low of every other input and high of the rest: the case is the same as from the edited files, field by field."""
    folder = INPUTS / name
    with (folder / "ranges.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tables = read(folder)
    futures = VariedFutures(tables, WORST_CASE)
    inputs = [one.name for one in futures.inputs]
    labels = dict(zip(inputs, (one.first.row for one in futures.inputs), strict=True))
    for number, one in enumerate(inputs if name == "tutorial" else inputs[::6]):
        end = ("low", "high")[number % 2]
        mine = [cells for cells in rows if cells["input"] == one]
        assert mine, labels[one]
        future = futures.make("test", one, {one: float(number % 2)})
        by_hand = case_from_tables(read(edited(folder, tmp_path / f"{number}", mine, end)))
        assert future.case == by_hand, (one, end)
        assert future.case != futures.base_case, (one, end)


def test_all_ranges_at_once_are_the_files_edited_by_hand(tmp_path: Path) -> None:
    folder = INPUTS / "tutorial"
    with (folder / "ranges.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    futures = VariedFutures(read(folder), WORST_CASE)
    future = futures.make("test", "all", dict.fromkeys((one.name for one in futures.inputs), 1.0))
    assert future.case == case_from_tables(read(edited(folder, tmp_path / "all", rows, "high")))


def test_the_level_of_the_tail_varies_under_whatever_measure_is_asked_for(tmp_path: Path) -> None:
    ranges = "ranges\ntable  key  column  low  high\nsettings  cvar_level  value  0.25  0.5"
    cvar = Measure("cvar", 0.9)
    futures = VariedFutures(read(write_case(tmp_path / "shop", *SHOP[:2], SHOP[2].split("ranges")[0], ranges)), cvar)
    stated, low, high = futures.one_at_a_time()
    assert [one.measure for one in (stated, low, high)] == [cvar, Measure("cvar", 0.25), Measure("cvar", 0.5)]
    assert stated.case == low.case == high.case


def test_an_empty_cell_still_takes_the_default_of_what_changed(tmp_path: Path) -> None:
    """Room grows with what there is: `max_capacity_t` is empty, so it is `capacity_t`, as in an edited file."""
    text = RUN_OUT[3].split("ranges")[0]
    ranges = "ranges\ntable  key  column  low  high\nstockpiles  town  capacity_t  50  200"
    futures = VariedFutures(read(write_case(tmp_path / "store", *RUN_OUT[:3], text, ranges)), WORST_CASE)
    case = futures.make("test", "x", {"capacity of town": 1.0}).case
    assert case is not None
    assert (case.stores[0].capacity_t, case.stores[0].max_capacity_t) == (200.0, 200.0)


def test_factors_that_meet_multiply_and_additions_sum_up(tmp_path: Path) -> None:
    more = """
    ranges
    input  table      key          column           low   high  change
    all    suppliers  -            price_usd_per_t  0.5   2     times
    one    suppliers  abroad / Nd  price_usd_per_t  0.8   1.5   times
    need   demand     town         t_per_year       0     10    plus
    more   demand     -            t_per_year       -5    5     plus
    """
    text = SHOP[2].split("ranges")[0]
    futures = VariedFutures(read(write_case(tmp_path / "shop", *SHOP[:2], text, more)), WORST_CASE)
    case = futures.make("test", "x", {"all": 1.0, "one": 1.0, "need": 1.0, "more": 0.0}).case
    assert case is not None
    assert case.supplies[0].price_usd_per_t[2030] == pytest.approx(150000)
    assert case.demands[0].t[2030] == pytest.approx(85)


# ---- ranges that cannot be ------------------------------------------------------------------------------------------


def test_a_case_without_ranges_is_told_so(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "shop", *SHOP)
    (folder / "ranges.csv").unlink()
    with pytest.raises(NoRangesError, match="nothing is said to be uncertain"):
        study(folder, NONE)


PROBABLE = """
    scenarios
    scenario  starts  years  probability
    one       2030    1      0.3
    other     2030    1      0.3

    ranges
    table      key    column       low  high
    scenarios  one    probability  0    HIGH
    scenarios  other  probability  0    0.7
    """


def test_an_end_that_breaks_a_rule_by_itself_is_refused_before_anything_is_solved(tmp_path: Path) -> None:
    """0.8 + 0.3 is more than certain."""
    text = PROBABLE.replace("HIGH", "0.8")
    folder = write_case(tmp_path / "shop", *SHOP[:2], SHOP[2].split("ranges")[0], text)
    with pytest.raises(ImpossibleRangesError) as raised:
        study(folder, Effort())
    assert len(raised.value.problems) == 1
    assert "probability of one: high" in raised.value.problems[0]
    assert "sum to 1.1, above 1" in raised.value.problems[0]


def test_ends_that_contradict_one_another_only_together_are_counted(tmp_path: Path) -> None:
    """0.7 + 0.7 is more than certain, 0.7 + 0.3 is not: such futures are no futures, and are said to be none."""
    text = PROBABLE.replace("HIGH", "0.7")
    folder = write_case(tmp_path / "shop", *SHOP[:2], SHOP[2].split("ranges")[0], text)
    result = study(folder, replace(NONE, futures=16))
    drawn = [one for one in result.told if one.future.stage == "futures"]
    contradicting = [one for one in drawn if one.status == "contradicts itself"]
    too_much = [one for one in drawn if sum(one.future.positions.values()) * 0.7 > 1]
    assert contradicting == too_much != []
    assert result.without_plan == {"contradicts itself": len(too_much)}
    assert result.status == "done"
    problems = result.tables()["futures"].query("what == 'problem'")
    assert problems["quantity"].str.contains("above 1").all()


# ---- stopping, going on, and what leaves the process ---------------------------------------------------------------


def test_work_that_is_stopped_says_so_and_computes_no_indices(tmp_path: Path) -> None:
    def half(tasks: Sequence[Task]) -> list[Any]:
        return [*solve_here(tasks[:3]), *[None] * (len(tasks) - 3)]

    tables = read(write_case(tmp_path / "shop", *SHOP))
    effort = Effort(samples=4)
    result = study_sensitivity(tables, WORST_CASE, half, target=0, gap=1e-9, controls=Controls(), effort=effort)
    assert result.status == "interrupted"
    assert result.indices is None
    assert result.indexed == []
    assert math.isnan(row(result.tornado, "need", CHEAPEST)["at_low"])
    assert row(result.tornado, "price", CHEAPEST)["swing"] == pytest.approx(2.4)
    assert "The work was stopped" in remarks(result)[0]
    assert result.tables()["futures"]["status"].eq("not solved").any()
    json.dumps(result.as_object(), allow_nan=False)


def test_questions_travel_and_answers_are_kept(tmp_path: Path) -> None:
    question = FutureQuestion(0.5, 1e-9, Controls())
    assert pickle.loads(pickle.dumps(question)) == question
    planner = Planner(case_from_tables(read(write_case(tmp_path / "mine", *MINE))), WORST_CASE)
    answer = question(planner, lambda progress: None)
    assert answer.at_target.built == {"mine": Built(100.0, 1.0, 2030)}
    assert answer.at_target.capital_musd == {"A": pytest.approx(30.0)}
    assert answer.final
    assert answer.settled
    store = AnswerStore(tmp_path)
    store.keep("abc", answer)
    assert repr(store.find("abc", question)) == repr(answer), "what is not a number equals nothing, not even itself"
    stopped = replace(answer, cheapest=replace(answer.cheapest, outcome=Outcome.INTERRUPTED))
    assert not stopped.final


def test_the_study_asks_the_same_questions_every_time(tmp_path: Path) -> None:
    tables = read(write_case(tmp_path / "mine", *MINE))
    asked: list[list[tuple[str, Any]]] = [[], []]
    for seen in asked:

        def ask(tasks: Sequence[Task], seen: list[tuple[str, Any]] = seen) -> list[Any]:
            seen += [(task.what, task.case) for task in tasks]
            return solve_here(tasks)

        effort = Effort(trajectories=2, samples=2, futures=3, relaxed=True, checks=2)
        study_sensitivity(tables, WORST_CASE, ask, target=0.5, gap=1e-6, controls=Controls(), effort=effort)
    assert asked[0] == asked[1]
    assert len(asked[0]) <= Effort(trajectories=2, samples=2, futures=3, relaxed=True, checks=2).solves(1) + 3
    assert asked[0][0][0] == "the case as stated"


def test_the_tutorial_from_ranges_to_tables(tmp_path: Path) -> None:
    """Everything at once on a case with partners, ventures and a cutoff, with whole modules first and last."""
    effort = Effort(trajectories=1, samples=2, leading=2, futures=3, checks=1, relaxed=True)
    result = study_sensitivity(
        read(INPUTS / "tutorial"), WORST_CASE, solve_here, target=0.5, gap=1e-3, controls=Controls(), effort=effort
    )
    assert result.status == "done"
    tables = result.tables()
    assert set(tables) == {
        "ranges_varied", "tornado", "screening", "indices", "built_in_futures", "outputs_in_futures",
        "whole_and_divisible", "futures",
    }  # fmt: skip
    assert result.indices is not None
    assert len(result.indices.names) == 2
    assert set(tables["tornado"]["input"]) == {one.name for one in result.inputs}
    assert {"capital of India", "capital of Japan"} <= set(tables["tornado"]["output"])
    base = result.base
    assert base is not None
    assert base.answer is not None
    assert base.answer.at_target.resilience >= 0.5 - 1e-6
    assert base.answer.cheapest.cost_musd <= base.answer.at_target.cost_musd
    for one in result.told:
        assert one.answer is not None
        assert one.answer.at_target.cost_musd >= one.answer.cheapest.bound_musd - 1e-6
    assert tables["built_in_futures"]["built_in"].between(0, 3).all()
    json.dumps(result.as_object(), allow_nan=False)
    assert all_said(StudyResult(result), tmp_path).count("\n") >= 3
