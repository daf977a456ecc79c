"""A plan as tidy tables: what is built, what runs, flows, is bought, stored, missing, and what it costs.

Every table has one row per fact; zero rows are left out except where a zero is the news (shortage,
stock). Tonnes are t REO or t of product a year, money is MUSD, ``window`` is ``base`` on the undisrupted path.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.model.program import cost
from reeplan.model.program.investment import starts

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.solve.planner import Plan, Planner

NOTHING = 1e-7
"""Amounts below this (t, modules, MUSD) are the arithmetic's noise and not written."""


def plan_tables(planner: Planner, plan: Plan) -> dict[str, pd.DataFrame]:
    """All tables of a plan but its metrics, by file name."""
    writers: dict[str, Callable[[Planner, Plan], pd.DataFrame]] = {
        "builds": builds,
        "capacity": capacity,
        "operation": operation,
        "flows": flows,
        "supply": supply,
        "sales": sales,
        "stock": stock,
        "shortage": shortage,
        "surplus": surplus,
        "costs": costs,
        "prices": prices,
    }
    return {name: write(planner, plan) for name, write in writers.items()}


def _amounts(planner: Planner, plan: Plan, variable: str) -> list[tuple[Any, float]]:
    return [(index, t) for index, t in planner.by_index(variable, plan.values).items() if abs(t) > NOTHING]


def _frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def builds(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What is decided, by whom and when: one row a partner with its part, so rows add up.

    ``what`` is module, site or room; t_per_year is capacity, and tonnes of room for a stockpile.
    """
    case, rows = planner.case, []
    for (k, name, year), modules in _amounts(planner, plan, "fund"):
        asset = case.assets[name]
        rows.append(
            (
                name,
                k,
                year,
                asset.first_running(year),
                modules,
                modules * asset.module_t_per_year,
                modules * asset.module_musd,
                "module",
            )
        )
    for (k, name, year), part in _amounts(planner, plan, "sitefund"):
        asset = case.assets[name]
        rows.append((name, k, year, asset.first_running(year), 0.0, 0.0, part * asset.site_musd, "site"))
    for (region, material, year), room in _amounts(planner, plan, "space"):
        store = planner.model.store_at[region, material]
        rows.append((store.name, store.partner, year, year, 0.0, room, room * store.capacity_usd_per_t / 1e6, "room"))
    frame = _frame("asset partner decided running modules t_per_year capex_musd what", rows)
    return frame.sort_values(["decided", "asset", "what", "partner"], ignore_index=True)


def capacity(planner: Planner, plan: Plan) -> pd.DataFrame:
    """Capacity by asset and year: what stood already, modules running, and what they give with their ramp."""
    case, m = planner.case, planner.model
    decided: dict[tuple[str, int], float] = defaultdict(float)
    for (_, name, year), modules in planner.by_index("fund", plan.values).items():
        decided[name, year] += modules
    rows = []
    for name, year in m.CAPACITY:
        asset = case.assets[name]
        running = {u: decided[name, u] for u in starts(m, asset, year)}
        ramped = sum(n * asset.ramped(u, year) for u, n in running.items())
        total = asset.existing(year) + ramped * asset.module_t_per_year
        if total > NOTHING:
            rows.append((name, year, asset.existing(year), round(sum(running.values()), 9), total))
    return _frame("asset year existing_t_per_year modules_running t_per_year", rows)


def operation(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What every asset treats: t of activity by deposit (empty for a recipe)."""
    rows = [(window, year, asset, deposit, t) for (asset, deposit, year, window), t in _amounts(planner, plan, "run")]
    return _frame("window year asset deposit t", rows)


def flows(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What is shipped from region to region."""
    rows = [
        (window, year, origin, destination, material, t)
        for (origin, destination, material, year, window), t in _amounts(planner, plan, "ship")
    ]
    return _frame("window year from_region to_region material t", rows)


def supply(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What is bought, from whom, where and at what price."""
    rows = []
    for (supplier, material, year, window), t in _amounts(planner, plan, "buy"):
        data = planner.model.supply_of[supplier, material]
        rows.append((window, year, supplier, data.region, material, t, data.price_usd_per_t[year]))
    return _frame("window year supplier region material t price_usd_per_t", rows)


def sales(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What surplus is sold, and at what price."""
    rows = []
    for (region, material, year, window), t in _amounts(planner, plan, "sell"):
        price = planner.model.net.market_at[region, material].price_usd_per_t[year]
        rows.append((window, year, region, material, t, price))
    return _frame("window year region material t price_usd_per_t", rows)


def stock(planner: Planner, plan: Plan) -> pd.DataFrame:
    """Stockpiles: level at year's end, what was filled or drawn in the year, and the room there is."""
    levels = planner.by_index("level", plan.values)
    space = planner.by_index("space", plan.values)
    m, rows = planner.model, []
    for (region, material, year, window), level in levels.items():
        store = m.store_at[region, material]
        if year == planner.case.settings.first_year:
            before = store.initial_t
        else:
            starts_here = window in m.net.windows and m.net.windows[window].start == year
            before = levels[region, material, year - 1, "base" if starts_here else window]
        added = sum(
            t for (r, g, u), t in space.items() if (r, g) == (region, material) and year - store.life_years < u <= year
        )
        rows.append(
            (
                window,
                year,
                region,
                material,
                level,
                max(0.0, level - before),
                max(0.0, before - level),
                store.capacity_t + added,
            )
        )
    return _frame("window year region material level_t filled_t drawn_t room_t", rows)


def shortage(planner: Planner, plan: Plan) -> pd.DataFrame:
    """Demand and what of it goes unmet, with the value of that lost supply (undiscounted)."""
    rows = []
    for (region, material, year, window), unmet in planner.unmet(plan.values).items():
        demand = planner.model.demand_at[region, material]
        lost = unmet * demand.shortage_usd_per_t[year] / 1e6
        rows.append((window, year, region, demand.partner, material, demand.t[year], unmet, lost))
    return _frame("window year region partner material demand_t unmet_t lost_musd", rows)


def surplus(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What is given away because nothing uses it: the slack of every balance."""
    engine = planner.engine
    activity = engine.activity(plan.values)
    rows = []
    for position, (region, material, year, window) in planner.balance_rows:
        slack = activity[position] - engine.row_lower[position]
        if slack > 1e-6:
            rows.append((window, year, region, material, slack))
    return _frame("window year region material t", rows)


def costs(planner: Planner, plan: Plan) -> pd.DataFrame:
    """Every cost: undiscounted MUSD of its year, its weight, and its part in the expected cost.

    The column ``expected_musd`` sums to the plan's cost; sales are negative.
    """
    m, engine = planner.model, planner.engine
    amounts: dict[tuple[Any, ...], float] = defaultdict(float)
    weights: dict[tuple[Any, ...], float] = {}
    for term in cost.terms(m):
        key = (term.part, term.item, term.partner, term.year, term.window)
        if term.variable is None:
            amount = term.musd
        else:
            column = engine.column(term.variable)
            amount = 0.0 if column is None else term.musd * float(plan.values[column])
        if amount:
            amounts[key] += amount
            weights[key] = cost.weight(m, term)
    rows = [(*key, amount, weights[key], amount * weights[key]) for key, amount in amounts.items()]
    return _frame("part item partner year window musd weight expected_musd", rows)


def cost_parts(costs_table: pd.DataFrame) -> dict[str, float]:
    """The parts of the expected cost, MUSD; they sum to the cost."""
    sums = costs_table.groupby("part")["expected_musd"].sum()
    return {f"{part}_musd": float(sums.get(part, 0.0)) for part in cost.PARTS}


def prices(planner: Planner, plan: Plan) -> pd.DataFrame:
    """What one tonne more would cost at each place, year and window, given this build plan (USD/t of that year).

    What costs nothing is left out; where no price is known, that is said by a row without a number.
    """
    rows = [
        (window, year, region, material, max(0.0, price))
        for (region, material, year, window), price in plan.prices.items()
        if price > 1e-6
    ]
    rows += [
        (window, year, region, material, math.nan)
        for _, (region, material, year, window) in planner.balance_rows
        if window in plan.not_rerun
    ]
    return _frame("window year region material usd_per_t", rows)
