"""What must hold for every case: accounts that close, and what more, less or other input does to the cost.

The accounts are recomputed from the written files alone. Cases are random ones and small changes
to their tables.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reeplan.api import Extras
from reeplan.outputs import plan_tables
from solved import (
    Rows,
    add_rows,
    cheapest,
    cost_of,
    planner_of,
    random_case,
    rows_of,
    run_command,
    run_without_figures,
    write_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Pick: TypeAlias = Callable[[list[Any]], Any]
    """Chooses one of several."""
    Change: TypeAlias = Callable[[Path, Pick], bool]
    """Changes a case; False where there is nothing to change."""

SMALL_SEEDS = (3, 5, 6, 7, 8, 10, 13, 14, 16, 17, 18, 21, 22, 23, 25, 26, 29, 30, 33, 34, 35, 36, 37)
"""Random cases that solve in a fraction of a second and of which a target of 0.5 is in reach."""

few = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
seeds = st.sampled_from(SMALL_SEEDS)


# ---- accounts, from the files of a run alone ------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A plan as its files say it, with the inputs beside them."""

    run: Path
    point: str

    def table(self, name: str) -> pd.DataFrame:
        return _read(self.run / "plans" / self.point / f"{name}.csv")

    def inputs(self, name: str) -> pd.DataFrame:
        path = self.run / "inputs" / f"{name}.csv"
        return _read(path) if path.exists() else pd.DataFrame()

    @property
    def years(self) -> range:
        values = dict(self.inputs("settings")[["name", "value"]].itertuples(index=False))
        return range(int(values["first_year"]), int(values["last_year"]) + 1)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values={})


def number(cell: Any, default: float = 0.0) -> float:
    return default if cell == "" else float(cell)


@contextmanager
def run_of(seed: int, *options: str) -> Iterator[list[Written]]:
    """The plans of a random case, solved by the command and read from the run folder."""
    with random_case(seed) as folder:
        place = folder.parent / "run"
        result = run_without_figures("solve", folder, "--out", place, "--workers", 1, *options)
        assert result.exit_code == 0, result.output
        yield [Written(place, point) for point in _read(place / "front.csv")["point"]]


SEEDS_WITH_RUNS = (8, 10, 13, 16, 23, 29, 33)


@pytest.mark.parametrize("seed", SEEDS_WITH_RUNS)
def test_the_accounts_of_every_plan_close(seed: int) -> None:
    """Mass, money, capacity and parts, in one run folder of two plans."""
    with run_of(seed, "--points", "2") as plans:
        for plan in plans:
            check_mass(plan)
            check_money(plan)
            check_capacity(plan)
            check_modules_are_whole(plan)
            check_served(plan)


def yields(plan: Written) -> dict[tuple[str, str], dict[str, float]]:
    """(process, deposit) -> t made (+) and taken (-) per t of activity, from the tables of the run."""
    circuit = dict(plan.inputs("elements")[["element", "circuit"]].itertuples(index=False))
    found: dict[tuple[str, str], dict[str, float]] = {}
    for process in plan.inputs("processes").itertuples():
        recovery = number(process.recovery, 1.0)
        for row in plan.inputs("baskets").to_dict("records"):
            deposit = row["deposit"]
            basket = {e: number(row[e]) for e in circuit}
            whole = sum(basket.values())
            heavy = sum(share for e, share in basket.items() if circuit[e] == "heavy") / whole
            made: dict[str, float] = {}
            if process.makes in ("concentrate", "mixed"):
                made = {f"{process.makes} of {deposit}": 1.0}
            elif process.makes == "light_and_heavy_mix":
                made = {e: share / whole for e, share in basket.items() if circuit[e] == "light"}
                made[f"heavy_mix of {deposit}"] = heavy
            elif process.takes == "heavy_mix":
                made = {e: share / whole / heavy for e, share in basket.items() if circuit[e] == "heavy" and heavy}
            elif process.makes == "oxides":
                made = {e: share / whole for e, share in basket.items()}
            flows = {material: share * recovery for material, share in made.items()}
            if process.takes not in ("ore", "recipe"):
                flows[f"{process.takes} of {deposit}"] = -1.0
            found[process.process, deposit] = flows
    recipes = plan.inputs("recipes")
    for row in recipes.itertuples() if len(recipes) else ():
        found.setdefault((row.process, ""), {})[row.material] = row.t_per_t
    return found


def process_and_region(plan: Written) -> dict[str, tuple[str, str]]:
    """Asset -> its process and its region."""
    assets = {row.plant: (row.process, row.region) for row in plan.inputs("plants").itertuples()}
    ventures = plan.inputs("ventures")
    for row in ventures.itertuples() if len(ventures) else ():
        assets[f"{row.venture}/{row.option}"] = (row.process, row.region)
    return assets


def check_mass(plan: Written) -> None:
    """What comes to a place goes from it: to 1e-6 of what passes through, and 1e-5 t."""
    net: dict[tuple[Any, ...], float] = defaultdict(float)
    through: dict[tuple[Any, ...], float] = defaultdict(float)

    def book(row: Any, region: str, material: str, t: float) -> None:
        net[row.window, row.year, region, material] += t
        through[row.window, row.year, region, material] += abs(t)

    made, place_of = yields(plan), process_and_region(plan)
    for row in plan.table("operation").itertuples():
        process, region = place_of[row.asset]
        for material, t_per_t in made[process, row.deposit].items():
            book(row, region, material, t_per_t * row.t)
    for row in plan.table("flows").itertuples():
        book(row, row.from_region, row.material, -row.t)
        book(row, row.to_region, row.material, row.t)
    for row in plan.table("supply").itertuples():
        book(row, row.region, row.material, row.t)
    for row in plan.table("sales").itertuples():
        book(row, row.region, row.material, -row.t)
    for row in plan.table("stock").itertuples():
        book(row, row.region, row.material, row.drawn_t - row.filled_t)
    for row in plan.table("shortage").itertuples():
        book(row, row.region, row.material, row.unmet_t - row.demand_t)
    for row in plan.table("surplus").itertuples():
        book(row, row.region, row.material, -row.t)
    for key, t in net.items():
        assert abs(t) <= 1e-6 * through[key] + 1e-5, (plan.point, key, t)


def check_money(plan: Written) -> None:
    """The cost table sums to the cost and, part by part, to the parts of the front's table; weights are right."""
    costs = plan.table("costs")
    row = plan_row(plan)
    total, size = costs["expected_musd"].sum(), costs["expected_musd"].abs().sum()
    assert total == pytest.approx(row["cost_musd"], rel=1e-9, abs=1e-9 * size)
    for part, musd in costs.groupby("part")["expected_musd"].sum().items():
        assert row[f"{part}_musd"] == pytest.approx(musd, rel=1e-9, abs=1e-9 * size)
    assert (costs["musd"] * costs["weight"]).to_numpy() == pytest.approx(costs["expected_musd"].to_numpy(), rel=1e-9)
    builds = plan.table("builds")
    assert row["capital_musd"] == pytest.approx(builds["capex_musd"].sum(), rel=1e-9, abs=1e-9)


def plan_row(plan: Written) -> dict[str, Any]:
    front = _read(plan.run / "front.csv")
    [row] = front[front["point"] == plan.point].to_dict("records")
    return row


def check_capacity(plan: Written) -> None:
    """Capacity is what stands and what was built, after lead, within life, along the ramp; nothing exceeds it."""
    assets = {row["plant"]: row for row in plan.inputs("plants").to_dict("records")}
    ventures = plan.inputs("ventures")
    assets |= {f"{row['venture']}/{row['option']}": row for row in ventures.to_dict("records")}
    builds = plan.table("builds")
    decided = builds[builds["what"] == "module"].groupby(["asset", "decided"])["t_per_year"].sum()
    written = {(row.asset, row.year): row.t_per_year for row in plan.table("capacity").itertuples()}
    for name, row in assets.items():
        lead, life = number(row.get("lead_years", "")), number(row.get("life_years", ""), 25)
        ramp = number(row.get("ramp_years", ""))
        for year in plan.years:
            stands = year <= number(row.get("retires", ""), inf)
            capacity = number(row.get("capacity_t_per_year", "")) if stands else 0.0
            for (asset, start), size in decided.items():
                runs = year - start - lead
                if asset == name and 0 <= runs < life:
                    capacity += size * min(1.0, (runs + 1) / (ramp + 1))
            assert written.get((name, year), 0.0) == pytest.approx(capacity, rel=1e-6, abs=1e-5)
    for row in plan.table("operation").groupby(["window", "year", "asset"], as_index=False)["t"].sum().itertuples():
        assert row.t <= written[row.asset, row.year] * (1 + 1e-6) + 1e-5


def check_modules_are_whole(plan: Written) -> None:
    """The partners' parts add up to whole modules, and to one site at a time."""
    builds = plan.table("builds")
    modules = builds[builds["what"] == "module"].groupby(["asset", "decided"])["modules"].sum()
    assert modules.to_numpy() == pytest.approx(modules.round().to_numpy(), abs=1e-6)
    sites = builds[builds["what"] == "site"]
    musd = {row["plant"]: number(row.get("site_musd", "")) for row in plan.inputs("plants").to_dict("records")}
    for (asset, _), capex in sites.groupby(["asset", "decided"])["capex_musd"].sum().items():
        assert capex == pytest.approx(musd[asset], rel=1e-6)


def check_served(plan: Written) -> None:
    """The shares served and the resilience follow from the shortage table."""
    shortage = plan.table("shortage")
    value = shortage["lost_musd"].groupby([shortage["partner"], shortage["window"]]).sum()
    metrics = plan.table("metrics")
    shares = metrics[metrics["metric"] == "served share by value"]
    worst = 1.0
    for row in shares.itertuples():
        mine = shortage[(shortage["partner"] == row.partner) & (shortage["window"] == row.window)]
        rate = prices_of_shortage(plan)
        demanded = sum(rate(r.region, r.material, r.year) * r.demand_t for r in mine.itertuples()) / 1e6
        share = 1.0 - value.get((row.partner, row.window), 0.0) / demanded if demanded else 1.0
        assert float(row.value) == pytest.approx(share, abs=1e-9)
        worst = min(worst, share)
    assert plan_row(plan)["resilience"] == pytest.approx(worst, abs=1e-9)


def prices_of_shortage(plan: Written) -> Callable[[str, str, int], float]:
    demand = plan.inputs("demand")

    def at(region: str, material: str, year: int) -> float:
        rows = demand[(demand["region"] == region) & (demand["material"] == material)].sort_values("year")
        return float(np.interp(year, rows["year"].astype(float), rows["shortage_usd_per_t"].astype(float)))

    return at


# ---- more, less and other input --------------------------------------------------------------------


def no_cheaper(changed: float, before: float) -> bool:
    """At least as dear, but for both gaps; an infinite cost says that no plan exists."""
    return changed >= before - 1e-7 * max(1.0, abs(before)) if before < inf else changed == inf


@few
@given(seeds)
def test_a_tighter_target_is_never_cheaper(seed: int) -> None:
    with random_case(seed) as folder:
        planner = planner_of(folder)
        plans = [cheapest(planner, target) for target in (0.0, 0.3, 0.6, 0.9)]
        costs = [inf if plan is None else plan.cost_musd for plan in plans]
        assert all(no_cheaper(tighter, looser) for looser, tighter in pairwise(costs))


def add_a_plant(folder: Path, pick: Pick) -> bool:
    """One more plant like another one, with modules to build and nothing that stands (that would cost at once)."""
    modular = [row for row in rows_of(folder, "plants") if row.get("max_modules")]
    if modular:
        add_rows(folder, "plants", pick(modular) | {"plant": "one more", "capacity_t_per_year": "", "retires": ""})
    return bool(modular)


def add_a_supplier(folder: Path, pick: Pick) -> bool:
    """A second seller who asks a tenth less and does not insist on anything."""
    chosen = pick(rows_of(folder, "suppliers"))
    price = 0.9 * float(chosen["price_usd_per_t"])
    add_rows(folder, "suppliers", chosen | {"supplier": "one more", "price_usd_per_t": price, "min_t_per_year": "",
                                            "buyer": ""})
    return True


def add_a_lane(folder: Path, pick: Pick) -> bool:
    """A lane for all kinds between two regions that have none for all; where a kind has its own row, that one holds."""
    regions = [row["region"] for row in rows_of(folder, "regions")]
    whole = {(row["from_region"], row["to_region"]) for row in rows_of(folder, "transport") if row["kind"] == "all"}
    free = [(a, b) for a in regions for b in regions if a != b and (a, b) not in whole]
    if free:
        start, end = pick(free)
        add_rows(folder, "transport", {"from_region": start, "to_region": end, "kind": "all", "usd_per_t": 10})
    return bool(free)


def add_a_venture_option(folder: Path, pick: Pick) -> bool:
    """Another option of a project: half the money for the same part."""
    options = rows_of(folder, "ventures")
    if options:
        chosen = pick(options)
        add_rows(folder, "ventures", chosen | {"option": "one more", "plant_musd": float(chosen["plant_musd"]) / 2})
    return bool(options)


def add_a_market(folder: Path, pick: Pick) -> bool:
    """A buyer for what was given away so far."""
    markets = {(row["region"], row["material"]) for row in rows_of(folder, "markets")}
    places = [(region["region"], element["element"]) for region in rows_of(folder, "regions")
              for element in rows_of(folder, "elements")]
    place = pick([place for place in places if place not in markets])
    add_rows(folder, "markets", {"region": place[0], "material": place[1], "year": 2030, "price_usd_per_t": 1000,
                                 "max_t_per_year": 50})
    return True


def add_room(folder: Path, pick: Pick) -> bool:
    """A stockpile may grow further."""
    stockpiles = rows_of(folder, "stockpiles")
    if stockpiles:
        chosen = pick(stockpiles)
        chosen["max_capacity_t"] = str(1000 + float(chosen["capacity_t"] or 0))
        write_rows(folder, "stockpiles", stockpiles)
    return bool(stockpiles)


def leave_a_scenario_out_of_the_target(folder: Path, pick: Pick) -> bool:
    """What is served in a scenario no longer counts; what it costs does."""
    return _of_a_scenario(folder, pick, in_target="no")


def _of_a_scenario(folder: Path, pick: Pick, **cells: str) -> bool:
    scenarios = rows_of(folder, "scenarios")
    if scenarios:
        chosen = pick(scenarios)
        write_rows(folder, "scenarios", [row | (cells if row is chosen else {}) for row in scenarios])
    return bool(scenarios)


@pytest.mark.parametrize(
    "add",
    [
        add_a_plant, add_a_supplier, add_a_lane, add_a_venture_option, add_a_market, add_room,
        leave_a_scenario_out_of_the_target,
    ],
)  # fmt: skip
@few
@given(seed=seeds, data=st.data())
def test_an_added_option_is_never_costlier(
    add: Change, seed: int, data: st.DataObject
) -> None:
    with random_case(seed) as folder:
        before = cost_of(folder, 0.5)
        if add(folder, lambda choices: data.draw(st.sampled_from(choices))):
            assert no_cheaper(before, cost_of(folder, 0.5))


def cut_a_seller(folder: Path, pick: Pick) -> bool:
    """A seller has a third less. One with take-or-pay is left alone: to cut it would cut the minimum too."""
    rows = rows_of(folder, "suppliers")
    free = [row for row in rows if not row.get("min_t_per_year")]
    if free:
        chosen = pick(free)
        chosen["max_t_per_year"] = str(float(chosen["max_t_per_year"]) * 2 / 3)
        write_rows(folder, "suppliers", rows)
    return bool(free)


def disrupt_a_plant(folder: Path, pick: Pick) -> bool:
    """Half of a plant stands still in every year."""
    plant = pick(rows_of(folder, "plants"))["plant"]
    return _disrupt(folder, "plant", plant, 0.5)


def disrupt_a_seller(folder: Path, pick: Pick) -> bool:
    """A seller without take-or-pay sells nothing any more."""
    bound = {row["supplier"] for row in rows_of(folder, "suppliers") if row.get("min_t_per_year")}
    free = [row["supplier"] for row in rows_of(folder, "suppliers") if row["supplier"] not in bound]
    return bool(free) and _disrupt(folder, "supplier", pick(free), 0)


def close_a_route(folder: Path, pick: Pick) -> bool:
    """No ship goes from one country to another."""
    country = {row["region"]: row["country"] for row in rows_of(folder, "regions")}
    routes = {(country[row["from_region"]], country[row["to_region"]]) for row in rows_of(folder, "transport")}
    return _disrupt(folder, "route", ">".join(pick(sorted(route for route in routes if route[0] != route[1]))), 0)


def _disrupt(folder: Path, kind: str, target: str, availability: float) -> bool:
    """A row of the undisrupted path, unless the case has one with this key already."""
    keys = {(row["scenario"], row["kind"], row["target"]) for row in rows_of(folder, "disruptions")}
    if ("base", kind, target) in keys:
        return False
    add_rows(folder, "disruptions", {"scenario": "base", "kind": kind, "target": target, "availability": availability})
    return True


def lower_a_budget(folder: Path, pick: Pick) -> bool:
    """A partner has two million less, or a budget at all."""
    partner = pick(rows_of(folder, "partners"))["partner"]
    budgets = rows_of(folder, "budgets")
    mine = [row for row in budgets if row["partner"] == partner]
    for row in mine:
        row["musd"] = str(max(0.0, float(row["musd"]) - 2))
    write_rows(folder, "budgets", budgets)
    if not mine:
        add_rows(folder, "budgets", {"partner": partner, "first_year": 2030, "last_year": 2031, "musd": 3})
    return True


def exhaust_a_deposit(folder: Path, pick: Pick) -> bool:
    """A deposit holds a tenth of what it held."""
    rows = rows_of(folder, "deposits")
    chosen = pick(rows)
    chosen["resource_t"] = str(float(chosen["resource_t"]) / 10)
    write_rows(folder, "deposits", rows)
    return True


def flood_a_deposit(folder: Path, pick: Pick) -> bool:
    """No ore is won from a deposit in any year."""
    return _disrupt(folder, "deposit", pick(rows_of(folder, "deposits"))["deposit"], 0)


def lose_one_thing_more(folder: Path, pick: Pick) -> bool:
    """Beside each window of a scenario stand those in which any one plant, venture or supplier is lost too."""
    return _of_a_scenario(folder, pick, with_loss_of=pick(["plant", "venture", "supplier"]))


def forbid_sharing(folder: Path, pick: Pick) -> bool:
    """In a window no partner sends another more than undisturbed."""
    add_rows(folder, "settings", {"name": "crisis_sharing", "value": "no"})
    return True


@pytest.mark.parametrize(
    "cut",
    [
        cut_a_seller, disrupt_a_plant, disrupt_a_seller, close_a_route, lower_a_budget, exhaust_a_deposit,
        flood_a_deposit, lose_one_thing_more, forbid_sharing,
    ],
)  # fmt: skip
@few
@given(seed=seeds, data=st.data())
def test_a_cut_is_never_cheaper(
    cut: Change, seed: int, data: st.DataObject
) -> None:
    with random_case(seed) as folder:
        before = cost_of(folder, 0.5)
        if cut(folder, lambda choices: data.draw(st.sampled_from(choices))):
            assert no_cheaper(cost_of(folder, 0.5), before)


@few
@given(seed=seeds, data=st.data())
def test_a_longer_lead_is_never_cheaper(seed: int, data: st.DataObject) -> None:
    """True without budgets: then any plan of the longer lead is one of the shorter lead, decided a year later.

    It runs in the same years with the same ramp (so capacity, sites, offtake and fixed cost are the
    same), the years in which it can first run only grow fewer, and interest while building grows
    with the lead. With budgets a year's delay of the decision may leave the years that a budget covers.
    """
    with random_case(seed) as folder:
        write_rows(folder, "budgets", [])
        before = cost_of(folder, 0.5)
        table = data.draw(st.sampled_from([name for name in ("plants", "ventures") if rows_of(folder, name)]))
        rows = rows_of(folder, table)
        chosen = data.draw(st.sampled_from(rows))
        chosen["lead_years"] = str(1 + int(chosen.get("lead_years") or 0))
        write_rows(folder, table, rows)
        assert no_cheaper(cost_of(folder, 0.5), before)


def scale_columns(folder: Path, factor_of: Callable[[str], float]) -> None:
    """Multiply every number of the case by the factor of its column."""
    for path in sorted(folder.glob("*.csv")):
        rows: Rows = rows_of(folder, path.stem)
        for row in rows:
            for column, cell in row.items():
                factor = factor_of(column)
                if factor != 1.0 and cell:
                    row[column] = repr(float(cell) * factor)
        write_rows(folder, path.stem, rows)


def is_money(column: str) -> bool:
    return "usd" in column


def grows_with_size(column: str) -> bool:
    """Tonnes and tonnes a year, and capital that buys them; not rates per tonne."""
    return "musd" in column or column.endswith("t_per_year") or (column.endswith("_t") and not column.endswith("per_t"))


@few
@given(seeds)
def test_twice_the_money_is_the_same_plan_at_twice_the_cost(seed: int) -> None:
    with random_case(seed) as folder:
        before = cheapest(planner_of(folder), 0.5)
        scale_columns(folder, lambda column: 2.0 if is_money(column) else 1.0)
        after = cheapest(planner_of(folder), 0.5)
        assert before is not None
        assert after is not None
        assert after.cost_musd == pytest.approx(2 * before.cost_musd, rel=1e-7, abs=1e-7)


@few
@given(seeds)
def test_a_thousand_times_the_tonnes_is_the_same_plan_at_a_thousand_times_the_cost(seed: int) -> None:
    with random_case(seed) as folder:
        before = cheapest(planner_of(folder), 0.5)
        scale_columns(folder, lambda column: 1000.0 if grows_with_size(column) else 1.0)
        after = cheapest(planner_of(folder), 0.5)
        assert before is not None
        assert after is not None
        assert after.cost_musd == pytest.approx(1000 * before.cost_musd, rel=1e-7, abs=1e-5)


NEW_NAMES = {"Avaria": "Zuria", "Borland": "Yorland", "Cetia": "Xetia", "Xenia": "Alenia", "Yland": "Bland"}
"""Names whose order in the alphabet is another one."""


@few
@given(seeds)
def test_other_names_give_the_same_plan(seed: int) -> None:
    """No name means anything: every table of the plan is the same once the new names are in it."""
    with random_case(seed) as folder:
        before = tables_of(folder)
        for path in sorted(folder.glob("*.csv")):
            path.write_text(renamed(path.read_text(encoding="utf-8")), encoding="utf-8")
        after = tables_of(folder)
        for name, text in before.items():
            assert sorted(renamed(text).splitlines()) == sorted(after[name].splitlines()), name


def renamed(text: str) -> str:
    for old, new in NEW_NAMES.items():
        text = text.replace(old, new)
    return text


def tables_of(folder: Path) -> dict[str, str]:
    """Every table of the cheapest plan with a target of 0.5 as it would be written."""
    planner = planner_of(folder)
    plan = cheapest(planner, 0.5)
    assert plan is not None
    tables = plan_tables.plan_tables(planner, plan)
    return {name: frame.to_csv(index=False, float_format="%.12g") for name, frame in tables.items()}


@pytest.mark.parametrize("seed", [16])
def test_the_same_seed_gives_the_same_files(seed: int) -> None:
    """Byte for byte, but for the times in manifest, front and log, and the digests of what holds them."""
    few = Extras(figures=["front", "build-timeline"])
    with random_case(seed) as folder, tempfile.TemporaryDirectory() as temporary:
        runs = [Path(temporary) / name / "run" for name in ("one", "two")]
        for run in runs:
            words = ("solve", folder, "--points", 3, "--out", run, "--workers", 1)
            assert run_command(*words, extras=few).exit_code == 0
        files = [sorted(path.relative_to(run) for path in run.rglob("*") if path.is_file()) for run in runs]
        assert files[0] == files[1]
        for name in files[0]:
            one, two = (run / name for run in runs)
            if str(name) == "front.csv":
                pd.testing.assert_frame_equal(*(_read(path).drop(columns="seconds") for path in (one, two)))
            elif name.name in ("index.json", "verify.json"):
                said = [json.loads(path.read_text(encoding="utf-8")) for path in (one, two)]
                for content in said:
                    content.pop("sha256", content.pop("results_sha256", None))
                assert said[0] == said[1], name
            elif str(name) not in ("manifest.json", "solver.log", "report.html", "SHA256SUMS"):
                assert one.read_bytes() == two.read_bytes(), name
