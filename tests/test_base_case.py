"""The real case behaves as the public facts say, whatever the plan.

These are statements that people in the field would check first. They are tested on the relaxation
(divisible modules), which is a floor under every plan's cost and a ceiling on its resilience, so
that what it cannot do no plan can.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reeplan.model.build_case import case_from_tables
from reeplan.model.network import Operation
from reeplan.solve.planner import Plan, Planner
from support import WORST_CASE, read

INPUTS = Path(__file__).parent.parent / "inputs"
OVERLAYS = sorted(folder.name for folder in (INPUTS / "overlays").iterdir() if folder.is_dir())
CUTOFF = "china_2y"
INDIAN_SAND = "india_sands"
HARD_ROCK_CRACKING = "bharuch_cracking"


@cache
def planner(*overlays: str) -> Planner:
    tables = read(INPUTS / "base", [INPUTS / "overlays" / name for name in overlays])
    return Planner(case_from_tables(tables), WORST_CASE)


@cache
def relaxed_plan(target: float, *overlays: str) -> Plan:
    """The cheapest plan with divisible modules, its windows at their own least cost."""
    this = planner(*overlays)
    return this.report(this.cheapest_relaxed(target), target, 0.0)


def base_runs(this: Planner, values: Any) -> dict[tuple[str, str, int], float]:
    runs = this.by_index("run", values)
    return {(asset, deposit, year): t for (asset, deposit, year, window), t in runs.items() if window == "base"}


def dysprosium_used(this: Planner, values: Any, year: int) -> float:
    """Dy that recipes take and demand gets on the undisrupted path, t."""
    taken = sum(
        t * this.model.net.inputs(Operation(asset, deposit)).get("Dy", 0.0)
        for (asset, deposit, at), t in base_runs(this, values).items()
        if at == year
    )
    return taken + sum(demand.t[year] for demand in this.case.demands if demand.material == "Dy")


def made_from_sand(this: Planner, values: Any, material: str, year: int) -> float:
    return sum(
        t * this.model.net.outputs(Operation(asset, deposit)).get(material, 0.0)
        for (asset, deposit, at), t in base_runs(this, values).items()
        if at == year and deposit == INDIAN_SAND
    )


def built(this: Planner, values: Any, asset: str) -> float:
    return max((t for (name, _), t in this.by_index("built", values).items() if name == asset), default=0.0)


def test_every_row_of_the_real_case_has_a_source() -> None:
    tables = read(INPUTS / "base")
    assert [
        (row.file, row.line) for rows in tables.rows.values() for row in rows if not row["source"].strip()
    ] == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_overlay_is_sound(overlay: str) -> None:
    assert read(INPUTS / "base", [INPUTS / "overlays" / overlay])


def test_indian_demand_is_17000_t_of_oxide_a_year_with_the_magnets_inside() -> None:
    case = planner().case
    recipes = {"NdFeB magnet": "magnet_making", "SmCo magnet": "smco_making", "CMP ceria": "ceria_making"}
    processes = {asset.process.name: asset.process for asset in case.assets.values()}

    def oxide_in(product: str) -> float:
        if product == "HT magnet":
            recipe = processes["heavy_diffusion"].recipe
            return -recipe["NdFeB magnet"] * oxide_in("NdFeB magnet") - recipe["Dy"] - recipe["Tb"]
        return -sum(t for t in processes[recipes[product]].recipe.values() if t < 0)

    for year in (2026, 2030, 2035, 2040):
        total = sum(
            demand.t[year] * (1.0 if case.goods[demand.material].kind == "oxide" else oxide_in(demand.material))
            for demand in case.demands
            if demand.partner == "India"
        )
        assert total == pytest.approx(17_000, rel=0.005)


def test_dysprosium_and_terbium_bind_when_china_is_cut_off() -> None:
    this, plan = planner(), relaxed_plan(0.0)
    unmet, wanted = defaultdict(float), defaultdict(float)
    for (region, material, year, window), t in this.unmet(plan.values).items():
        if window.startswith(CUTOFF):
            unmet[material] += t
            wanted[material] += this.model.demand_at[region, material].t[year]
    assert unmet["Dy"] > 0.9 * wanted["Dy"]
    assert unmet["Dy"] / wanted["Dy"] > unmet["Nd"] / wanted["Nd"] > 0
    # Terbium does not run out, but a further tonne is worth far more than it costs in peace.
    assert plan.prices["japan", "Tb", 2034, f"{CUTOFF}@2034"] > 1.3 * this.case.goods["Tb"].reference_usd_per_t
    assert plan.prices["japan", "Dy", 2034, f"{CUTOFF}@2034"] > 5 * this.case.goods["Dy"].reference_usd_per_t


@pytest.mark.parametrize("overlays", [(), ("thorium-cap-lifted",)])
def test_indian_monazite_cannot_relieve_a_loss_of_heavies(overlays: tuple[str, ...]) -> None:
    this, plan = planner(*overlays), relaxed_plan(0.96, *overlays)
    from_sand = made_from_sand(this, plan.values, "Dy", 2035)
    assert 5 < from_sand < 15
    assert from_sand < 0.04 * dysprosium_used(this, plan.values, 2035)


def test_without_its_thorium_cap_monazite_raises_the_highest_resilience_by_nothing() -> None:
    capped = planner().most_resilient_relaxed().objective
    free = planner("thorium-cap-lifted").most_resilient_relaxed().objective
    assert free == pytest.approx(capped, abs=0.002)


def test_mining_leases_bind_before_cracking_capacity() -> None:
    this, plan = planner(), relaxed_plan(0.0)
    runs, capacity = base_runs(this, plan.values), this.by_index("cap", plan.values)
    for year in (2026, 2027, 2028):
        mined = runs["odisha_mine", INDIAN_SAND, year]
        cracked = sum(t for (asset, _, at), t in runs.items() if asset == "odisha_cracking" and at == year)
        assert mined == pytest.approx(capacity["odisha_mine", year])
        assert cracked < 0.5 * capacity["odisha_cracking", year]


def test_thorium_caps_monazite_when_much_resilience_is_asked() -> None:
    this, plan = planner(), relaxed_plan(0.96)
    net, limit = this.model.net, this.case.regions["india_coast"].thorium_max_t_per_year
    released = defaultdict(float)
    for (asset, deposit, year), t in base_runs(this, plan.values).items():
        if this.case.assets[asset].region == "india_coast":
            released[year] += t * net.thorium_t_per_t(Operation(asset, deposit))
    assert max(released.values()) == pytest.approx(limit, rel=1e-6)


def test_hard_rock_is_not_capped_by_thorium_but_needs_the_technology_partner_and_years() -> None:
    this, plan = planner("no-ventures"), relaxed_plan(0.86, "no-ventures")
    assert built(this, plan.values, HARD_ROCK_CRACKING) > 1
    # It takes years: nothing of it runs before 2031.
    capacity = this.by_index("cap", plan.values)
    assert min(year for (asset, year), t in capacity.items() if asset == HARD_ROCK_CRACKING and t > 1) >= 2031
    # It needs the technology partner's share.
    shares = defaultdict(float)
    for (partner, asset, _), modules in this.by_index("fund", plan.values).items():
        if asset == HARD_ROCK_CRACKING:
            shares[partner] += modules
    assert shares["Japan"] >= 0.26 * sum(shares.values()) - 1e-6
    # Thorium does not stop it: its region's limit stays slack.
    net, region = this.model.net, "india_west"
    released = defaultdict(float)
    for (asset, deposit, year), t in base_runs(this, plan.values).items():
        if this.case.assets[asset].region == region:
            released[year] += t * net.thorium_t_per_t(Operation(asset, deposit))
    assert max(released.values(), default=0.0) < 0.9 * this.case.regions[region].thorium_max_t_per_year


def test_hard_rock_is_left_alone_while_ventures_can_be_had() -> None:
    this, plan = planner(), relaxed_plan(0.90)
    assert built(this, plan.values, HARD_ROCK_CRACKING) == pytest.approx(0, abs=1e-6)
    assert built(this, plan.values, "minamitorishima_mud") == pytest.approx(0, abs=1e-6)


def test_the_cheapest_plan_buys_from_china_what_ventures_do_not_undercut() -> None:
    this, plan = planner(), relaxed_plan(0.0)
    bought = defaultdict(float)
    for (supplier, material, year, window), t in this.by_index("buy", plan.values).items():
        if window == "base" and year == 2035:
            bought[supplier, material] += t
    for material in ("NdFeB magnet", "Nd", "Ce", "Y"):
        assert bought["China", material] > 100
    # Every venture that is taken at all sells below China's price, so it is run flat out.
    runs, capacity = base_runs(this, plan.values), this.by_index("cap", plan.values)
    for name, asset in this.case.assets.items():
        if asset.venture and capacity.get((name, 2035), 0.0) > 1:
            used = sum(t for (at, _, year), t in runs.items() if at == name and year == 2035)
            assert used == pytest.approx(capacity[name, 2035], rel=1e-6)


def test_an_early_cutoff_leaves_less_that_can_be_done() -> None:
    early = planner("early-cutoff").most_resilient_relaxed().objective
    assert early < planner().most_resilient_relaxed().objective - 0.1


@pytest.mark.parametrize(
    ("overlay", "costlier"),
    [
        ("capex-plus-50", True),
        ("no-ventures", True),
        ("india-halts-exports", True),
        ("cheap-money", False),
        ("thorium-cap-lifted", False),
    ],
)
def test_overlays_move_the_cost_the_way_they_must(overlay: str, costlier: bool) -> None:
    base, other = (planner(*names).cheapest_relaxed(0.0).objective for names in ((), (overlay,)))
    assert other >= base - 1e-6 * base if costlier else other <= base + 1e-6 * base
