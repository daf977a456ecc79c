"""The embargo of 2010: what docs/HISTORY.md says of the model's advice is what the model gives."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import served_value_shares
from reeplan.solve.engine import Controls
from reeplan.solve.planner import Planner
from support import WORST_CASE, read

if TYPE_CHECKING:
    from reeplan.model.case import Case

ROOT = Path(__file__).parent.parent
CASE, OVERLAYS = ROOT / "inputs" / "history-2010", ROOT / "inputs" / "history-2010-overlays"
NAMES = ("calm", "delays", "halt-any-year", "spike", "world-of-2009")
LYNAS, PASS, ORISSA = "lynas/8,500 t", "mountain_pass/19%", "orissa/3,500 t"
SMALL, LARGE, DONG_PAO = "sareco/1,500 t", "sareco/3,000 t", "dong_pao/5,000 t"


@cache
def case(*overlays: str) -> Case:
    return case_from_tables(read(CASE, [OVERLAYS / name for name in overlays]))


@dataclass(frozen=True)
class Advice:
    """The cheapest plan: its cost, what it builds (modules), decides when, serves in each window, and buys."""

    cost_musd: float
    built: dict[str, int]
    decided: dict[str, int]
    served: dict[str, float]
    china_share: dict[int, float]
    resilience: float


def advice_of(model: Case, target: float = 0.0) -> Advice:
    planner = Planner(model, WORST_CASE)
    found = planner.cheapest(target, Controls(time_limit_s=60))
    assert found.outcome is Outcome.OPTIMAL
    plan = planner.report(found, target, found.objective, raise_resilience=True)
    built: dict[str, int] = {}
    decided: dict[str, int] = {}
    for (asset, year), modules in sorted(planner.by_index("built", plan.values).items(), key=lambda item: item[0][1]):
        if modules > 0.5:
            built[asset] = round(modules)
            decided.setdefault(asset, year)
    served = {window: share for (_, window), share in served_value_shares(model, planner.unmet(plan.values)).items()}
    return Advice(plan.cost_musd, built, decided, served, china_share(planner, plan.values), plan.resilience)


def china_share(planner: Planner, values: object) -> dict[int, float]:
    """China's part of the oxide that is bought or mined for Japan on the undisrupted path, by tonnes."""
    china, all_of_it = defaultdict(float), defaultdict(float)
    for (supplier, _, year, window), t in planner.by_index("buy", values).items():
        if window == "base" and supplier != "scrap":
            all_of_it[year] += t
            china[year] += t * (supplier == "China")
    for (asset, _, year, window), t in planner.by_index("run", values).items():
        if window == "base" and planner.case.assets[asset].venture:
            all_of_it[year] += 0.92 * t
    return {year: china[year] / all_of_it[year] for year in all_of_it}


@cache
def advice(*overlays: str) -> Advice:
    return advice_of(case(*overlays))


def mines(built: dict[str, int]) -> set[str]:
    return {asset for asset in built if "/" in asset}


# ---- the tables -------------------------------------------------------------------------------------


@pytest.mark.parametrize("overlays", [(), *((name,) for name in NAMES), ("spike", "delays", "calm")])
def test_the_case_and_its_overlays_check_without_a_warning(overlays: tuple[str, ...]) -> None:
    loaded = load_tables(CASE, [OVERLAYS / name for name in overlays])
    assert (loaded.errors, loaded.warnings) == ([], [])
    assert loaded.tables is not None
    assert [row.line for rows in loaded.tables.rows.values() for row in rows if not row["source"].strip()] == []


def test_the_page_counts_rows_and_judgements_right() -> None:
    rows = [row for rows in read(CASE).rows.values() for row in rows]
    judged = sum(row["source"].startswith("assumption") for row in rows)
    page = (ROOT / "docs" / "HISTORY.md").read_text(encoding="utf-8")
    later = sum(
        any(int(year) > 2010 for year in re.findall(r"/ (20\d\d)\b", f"{row['source']} {row['note']}")) for row in rows
    )
    words = r"(\d+) rows, (\d+) of them judgements.*?(\d+) rows cite documents of 2011 and later"
    found = re.search(words, page, re.DOTALL)
    assert found is not None
    assert tuple(map(int, found.groups())) == (len(rows), judged, later)


def test_use_in_2010_adds_up_to_the_total_and_china_sells_20000_t_from_2011() -> None:
    model = case()
    usual = {"magnet": "magnet_making", "polishing": "polishing"}
    recipes = {asset.process.name: asset.process.recipe for asset in model.assets.values()}
    total = sum(
        demand.t[2010]
        * (
            1.0
            if model.goods[demand.material].kind == "oxide"
            else -sum(t for t in recipes[usual[demand.material]].values() if t < 0)
        )
        for demand in model.demands
    )
    assert total == pytest.approx(26_665, abs=1)
    assert sum(s.max_t[2011] for s in model.supplies if s.supplier == "China") == pytest.approx(20_000, abs=5)


# ---- the advice -------------------------------------------------------------------------------------


def test_the_cheapest_plan_is_as_described() -> None:
    found = advice()
    assert found.cost_musd == pytest.approx(10_190, abs=4)
    assert found.resilience == pytest.approx(0.809, abs=0.005)
    assert mines(found.built) == {LYNAS, PASS, ORISSA, LARGE}
    assert (found.built["magnets_lean"], found.built["polishing_reuse"]) == (8, 6)
    assert found.decided["magnets_lean"] == found.decided["polishing_reuse"] == 2010
    assert {found.decided[mine] for mine in (LYNAS, PASS, ORISSA)} == {2011}


def test_security_hardly_costs_more_and_the_most_resilient_plans_add_dong_pao() -> None:
    planner = Planner(case(), WORST_CASE)
    best = planner.most_resilient(Controls(time_limit_s=60)).objective
    assert best == pytest.approx(0.826, abs=0.001)
    found = advice_of(case(), best - 1e-6)
    assert found.cost_musd - advice().cost_musd == pytest.approx(30, abs=4)
    assert DONG_PAO in found.built
    assert mines(advice().built) < mines(found.built)


def test_what_remains_is_heavy_oxides_and_magnets_in_2018() -> None:
    found = advice()
    assert min(found.served, key=lambda window: found.served[window]) == "halt_1y@2018"


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        (("world-of-2009", "calm"), set()),
        (("world-of-2009",), {LYNAS, ORISSA, SMALL}),
        (("calm",), {LYNAS, PASS, ORISSA, LARGE}),
        (("spike", "delays", "calm"), {LYNAS, ORISSA}),
        (("spike", "delays"), {LYNAS, PASS, ORISSA}),
        (("delays",), {LYNAS, PASS, ORISSA, SMALL}),
    ],
)
def test_which_mines_pay_under_which_view(overlays: tuple[str, ...], expected: set[str]) -> None:
    assert mines(advice(*overlays).built) == expected


@pytest.mark.parametrize("change", ["a quarter of the value of lost supply", "capital half as much again"])
def test_the_same_mines_whatever_shortage_and_capital_are_worth(change: str) -> None:
    model = case()
    if change.startswith("capital"):
        costlier = {name: replace(asset, module_musd=1.5 * asset.module_musd) for name, asset in model.assets.items()}
        changed = replace(model, assets=costlier)
    else:
        cheaper = [
            replace(demand, shortage_usd_per_t={year: v / 4 for year, v in demand.shortage_usd_per_t.items()})
            for demand in model.demands
        ]
        changed = replace(model, demands=cheaper)
    assert mines(advice_of(changed).built) == {LYNAS, PASS, ORISSA, LARGE}


# ---- recovery and dependence ------------------------------------------------------------------------


def test_two_months_without_shipments_are_carried_by_stocks() -> None:
    assert min(share for window, share in advice().served.items() if window.startswith("embargo")) > 0.998


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        (("halt-any-year",), {2011: 42, 2012: 70, 2013: 88, 2014: 90, 2015: 90, 2016: 86, 2019: 78}),
        (("delays", "halt-any-year"), {2011: 43, 2012: 48, 2013: 54, 2014: 61, 2015: 70, 2016: 79, 2019: 76}),
    ],
)
def test_the_curve_of_recovery(overlays: tuple[str, ...], expected: dict[int, int]) -> None:
    served = advice(*overlays).served
    for year, percent in expected.items():
        assert 100 * served[f"halt_1y@{year}"] == pytest.approx(percent, abs=2.5)


def test_recovery_takes_two_to_three_years_by_plan_and_is_not_reached_with_the_delays_that_came() -> None:
    planned, came = advice("halt-any-year").served, advice("delays", "halt-any-year").served
    assert next(year for year in range(2011, 2020) if planned[f"halt_1y@{year}"] > 0.85) == 2013
    assert max(came[f"halt_1y@{year}"] for year in range(2011, 2020)) < 0.80


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        ((), {2010: 98, 2012: 66, 2015: 13, 2018: 28}),
        (("delays",), {2010: 95, 2012: 96, 2015: 54, 2018: 38}),
        (("spike", "delays", "calm"), {2010: 94, 2012: 90, 2015: 78, 2018: 63}),
    ],
)
def test_chinas_share_of_supply(overlays: tuple[str, ...], expected: dict[int, int]) -> None:
    share = advice(*overlays).china_share
    for year, percent in expected.items():
        assert 100 * share[year] == pytest.approx(percent, abs=6)
