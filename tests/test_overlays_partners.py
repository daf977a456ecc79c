"""The real case with more partners: sound, sourced, and every coalition has a plan.

Costs here are of the relaxation (divisible modules). Totals of demand are counted a second time from the figures
that they are said to come from.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.solve.planner import Planner
from reeplan.studies.cooperation.allocation import coalitions
from reeplan.studies.cooperation.coalition import coalition_case
from support import WORST_CASE, read

if TYPE_CHECKING:
    from reeplan.model.case import Case

INPUTS = Path(__file__).parent.parent / "inputs"
BASE, OVERLAYS = INPUTS / "base", INPUTS / "overlays"
THREE, FOUR = "australia-joins", "quad"

US_CONSUMPTION_T = (6490, 7900, 10200, 10100, 6600)
"""Apparent consumption of rare-earth compounds and metals, 2020-2024 (USGS, Mineral Commodity Summaries 2025)."""


@cache
def case(*overlays: str) -> Case:
    return case_from_tables(read(BASE, [OVERLAYS / name for name in overlays]))


@cache
def cheapest(members: frozenset[str], *overlays: str) -> float:
    """The least relaxed cost of a coalition without a target, MUSD."""
    found = Planner(coalition_case(case(*overlays), members), WORST_CASE).cheapest_relaxed(0.0)
    assert found.outcome is Outcome.OPTIMAL
    return found.objective


def rows(overlay: str, table: str) -> list[dict[str, str]]:
    path = (OVERLAYS / overlay if overlay else BASE) / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def all_rows(overlay: str) -> list[tuple[str, dict[str, str]]]:
    return [(path.stem, row) for path in sorted((OVERLAYS / overlay).glob("*.csv")) for row in rows(overlay, path.stem)]


# ---- soundness and sources --------------------------------------------------------------------------


@pytest.mark.parametrize(("overlay", "partners"), [(THREE, 3), (FOUR, 4)])
def test_they_load_and_warn_of_nothing_but_what_the_notes_explain(overlay: str, partners: int) -> None:
    loaded = load_tables(BASE, [OVERLAYS / overlay])
    assert loaded.errors == []
    assert len(case(overlay).partners) == partners
    told = sorted(problem.message for problem in loaded.warnings)
    # A mine of eleven years, two ventures that stay ventures so that their claimants keep them, and lanes to new
    # partners that no cap limits, as the one on shipments to Japan is a political one.
    assert len(told) == 4
    assert sum("life_years is shorter than the horizon" in message for message in told) == 2
    assert sum("a venture in a partner's own country" in message for message in told) == 1
    assert sum("are not limited, though those from 'India' to 'Japan'" in message for message in told) == 1


@pytest.mark.parametrize("overlay", [THREE, FOUR])
def test_every_row_says_where_it_comes_from_and_assumptions_how_far_they_may_be_off(overlay: str) -> None:
    without_source = [(table, row) for table, row in all_rows(overlay) if not row["source"].strip()]
    assert without_source == []
    a_range = re.compile(r"\d[\d.,]*\s?(-|to)\s?\d|range a third to three times|a sixth to two thirds|three to ten")
    new = [
        (table, row)
        for table, row in all_rows(overlay)
        if table in ("partners", "budgets", "demand", "plants", "offtakes")
        and row["source"].startswith("assumption")
        and not a_range.search(row["source"] + " " + row.get("note", ""))
    ]
    assert new == []


def test_the_australian_rows_of_the_four_are_those_of_the_three() -> None:
    four = {(table, tuple(sorted((k, v) for k, v in row.items() if v))) for table, row in all_rows(FOUR)}
    three = {(table, tuple(sorted((k, v) for k, v in row.items() if v))) for table, row in all_rows(THREE)}
    assert three <= four


# ---- what stays as it was ---------------------------------------------------------------------------


def test_contracts_and_chinese_prices_are_those_of_the_base_case() -> None:
    base = {(row["supplier"], row["material"], row["year"]): row for row in rows("", "suppliers")}
    new = {(row["supplier"], row["material"], row["year"]): row for row in rows(FOUR, "suppliers")}
    for key, row in new.items():
        if key[0] == "scrap_united_states":
            continue
        assert (row["region"], row["price_usd_per_t"]) == (base[key]["region"], base[key]["price_usd_per_t"])
        if key[0] in ("Lynas", "Caremag"):
            assert (row["buyer"], row["max_t_per_year"]) == ("Japan", base[key]["max_t_per_year"])
        else:
            assert float(row["max_t_per_year"]) >= float(base[key]["max_t_per_year"])
    assert {key for key in base if key[0] in ("China", "spot_ex_china", "Lynas", "Caremag")} <= set(new)


@pytest.mark.parametrize("overlay", [THREE, FOUR])
def test_ventures_open_to_both_now_have_a_claimant_and_differ_in_nothing_else(overlay: str) -> None:
    base = {(row["venture"], row["option"]): row for row in rows("", "ventures")}
    changed = {key for key, row in base.items() if not row["claimant"]}
    new = {(row["venture"], row["option"]): row for row in rows(overlay, "ventures")}
    assert changed <= set(new)
    for key in changed:
        assert new[key]["claimant"] == "Japan"
        assert {k: v for k, v in new[key].items() if k not in ("claimant", "note")} == {
            k: v for k, v in base[key].items() if k not in ("claimant", "note")
        }


def test_home_parts_and_ventures_never_sum_to_more_than_the_project() -> None:
    assets = case(FOUR).assets
    for deposit, whole in (("nolans", 13343.0), ("browns_range", 4350.0), ("eneabba", 17500.0)):
        plants = sum(
            a.module_t_per_year * a.max_modules for a in assets.values() if a.deposit == deposit and not a.venture
        )
        options = max((a.module_t_per_year for a in assets.values() if a.deposit == deposit and a.venture), default=0.0)
        assert 0 < plants + options <= whole * (1 + 1e-9)


# ---- demand, counted again --------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2026, 2030, 2033, 2035, 2040])
def test_american_oxides_sum_to_the_published_consumption(year: int) -> None:
    """Oxides, with the Sm of SmCo magnets (0.33 t a t) and the Ce of polishing ceria (1.075 t a t)."""
    inside = {"SmCo magnet": 0.33, "CMP ceria": 1.075, "NdFeB magnet": 0.0, "HT magnet": 0.0}
    total = sum(
        demand.t[year] * inside.get(demand.material, 1.0)
        for demand in case(FOUR).demands
        if demand.partner == "United States"
    )
    assert total == pytest.approx(sum(US_CONSUMPTION_T) / 5, abs=1.0)


def test_magnets_sum_to_the_totals_in_the_notes_and_keep_their_share_of_ht() -> None:
    totals = {
        "United States": ({2026: 10_000, 2030: 14_000, 2035: 19_000, 2040: 24_000}, 0.30),
        "Australia": ({2026: 150, 2030: 250, 2035: 400, 2040: 600}, 0.15),
    }
    found: dict[tuple[str, str, int], float] = defaultdict(float)
    for demand in case(FOUR).demands:
        for year in (2026, 2030, 2035, 2040):
            found[demand.partner, demand.material, year] += demand.t[year]
    for partner, (by_year, ht) in totals.items():
        for year, total in by_year.items():
            assert found[partner, "NdFeB magnet", year] == pytest.approx((1 - ht) * total)
            assert found[partner, "HT magnet", year] == pytest.approx(ht * total)


def test_lost_supply_is_worth_the_same_in_every_country() -> None:
    values = defaultdict(set)
    for demand in case(FOUR).demands:
        values[demand.material] |= set(demand.shortage_usd_per_t.values())
    assert {material: len(worth) for material, worth in values.items() if len(worth) > 1} == {}


def test_mountain_pass_as_it_stands_makes_what_was_reported() -> None:
    """2,599 t of Nd and Pr in 2025, nearly 4,000 t a year at its end (company): the plant at the start is between."""
    model = case(FOUR)
    basket, plant = model.deposits["mountain_pass"].basket, model.assets["mountain_pass_light"]
    made = plant.capacity_t_per_year * plant.process.recovery * (basket["Nd"] + basket["Pr"])
    assert 2_599 < made < 4_000
    full = (plant.capacity_t_per_year + plant.module_t_per_year * plant.max_modules) * made / plant.capacity_t_per_year
    assert full == pytest.approx(6_000, rel=0.15)


# ---- coalitions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [("Australia",), ("India", "Australia")])
def test_coalitions_of_three_have_a_plan(members: tuple[str, ...]) -> None:
    assert cheapest(frozenset(members), THREE) > 0


@pytest.mark.parametrize("members", [("Australia",), ("United States",)])
def test_coalitions_of_four_have_a_plan(members: tuple[str, ...]) -> None:
    assert cheapest(frozenset(members), FOUR) > 0


@pytest.mark.slow
@pytest.mark.parametrize("overlay", [THREE, FOUR])
def test_every_coalition_has_a_plan_and_joining_never_costs(overlay: str) -> None:
    costs = {members: cheapest(members, overlay) for members in coalitions(case(overlay).partners)}
    for one, cost in costs.items():
        for other, more in costs.items():
            if not one & other:
                assert costs[one | other] <= (cost + more) * (1 + 1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("overlay", "apart"), [(THREE, 3.0), (FOUR, 1.0)])
def test_india_and_japan_by_themselves_are_the_base_case(overlay: str, apart: float) -> None:
    """With three, Australia's part of the use of contracts is lost; with four, contracts are Japan's."""
    both = frozenset(("India", "Japan"))
    assert cheapest(both, overlay) == pytest.approx(cheapest(both), abs=apart)
