"""A plan as tidy tables: what is built, what runs, flows, is bought, stored, missing, and what it costs.

Every table has one row per fact; zero rows are left out except where a zero is the news (shortage,
stock). Tonnes are t REO or t of product a year, money is MUSD, ``window`` is ``base`` on the undisrupted path.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reeplan.model.network import Period
from reeplan.model.program import cost
from reeplan.model.program.investment import starts
from reeplan.outputs.spec import plans as spec
from reeplan.tolerances import NOISE, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reeplan.outputs.spec.output import Row
    from reeplan.solve.planner import Plan, Planner


def plan_tables(planner: Planner, plan: Plan) -> dict[str, pd.DataFrame]:
    """All tables of a plan but its metrics, by file name."""
    writers = (builds, capacity, operation, flows, supply, sales, stock, shortage, surplus, costs, prices)
    return {write.__name__: write(planner, plan) for write in writers}


def _amounts(planner: Planner, plan: Plan, variable: str) -> list[tuple[Any, float]]:
    return [(index, t) for index, t in planner.by_index(variable, plan.values).items() if abs(t) > NOISE]


def builds(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``builds.csv``."""
    frame = spec.BUILDS.frame(_builds(planner, plan))
    return frame.sort_values(["decided", "asset", "what", "partner"], ignore_index=True)


def _builds(planner: Planner, plan: Plan) -> Iterator[Row]:
    """Modules, sites and room; for a stockpile t_per_year is tonnes of room."""
    case, nothing = planner.case, {"modules": 0.0, "t_per_year": 0.0}
    for (k, name, year), modules in _amounts(planner, plan, "fund"):
        asset = case.assets[name]
        size = {"modules": modules, "t_per_year": modules * asset.module_t_per_year}
        what = {"asset": name, "partner": k, "what": "module", "capex_musd": modules * asset.module_musd}
        yield {**what, **size, "decided": year, "running": asset.first_running(year)}
    for (k, name, year), part in _amounts(planner, plan, "sitefund"):
        asset = case.assets[name]
        what = {"asset": name, "partner": k, "what": "site", "capex_musd": part * asset.site_musd}
        yield {**what, **nothing, "decided": year, "running": asset.first_running(year)}
    for (region, material, year), room in _amounts(planner, plan, "space"):
        store = planner.model.store_at[region, material]
        capex = room * store.capacity_usd_per_t / 1e6
        what = {"asset": store.name, "partner": store.partner, "what": "room", "capex_musd": capex}
        yield {**what, **nothing, "t_per_year": room, "decided": year, "running": year}


def capacity(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``capacity.csv``: what stood already, modules running, and what they give with their ramp."""
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
        if total > NOISE:
            rows.append(
                {
                    "asset": name,
                    "year": year,
                    "existing_t_per_year": asset.existing(year),
                    "modules_running": round(sum(running.values()), 9),
                    "t_per_year": total,
                }
            )
    return spec.CAPACITY.frame(rows)


def operation(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``operation.csv``."""
    return spec.OPERATION.frame(
        {"window": window, "year": year, "asset": asset, "deposit": deposit, "t": t}
        for (asset, deposit, year, window), t in _amounts(planner, plan, "run")
    )


def flows(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``flows.csv``."""
    return spec.FLOWS.frame(
        {"from_region": origin, "to_region": destination, "material": material, "year": year, "window": window, "t": t}
        for (origin, destination, material, year, window), t in _amounts(planner, plan, "ship")
    )


def supply(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``supply.csv``."""
    rows = []
    for (supplier, material, year, window), t in _amounts(planner, plan, "buy"):
        data = planner.model.supply_of[supplier, material]
        price = planner.model.net.supply_price(data, Period(year, window))
        place = _at(data.region, material, year, window)
        rows.append({**place, "supplier": supplier, "t": t, "price_usd_per_t": price})
    return spec.SUPPLY.frame(rows)


def _at(region: str, material: str, year: int, window: str) -> dict[str, Any]:
    """The cells of a row that say where and when."""
    return {"window": window, "year": year, "region": region, "material": material}


def sales(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``sales.csv``."""
    rows = []
    for (region, material, year, window), t in _amounts(planner, plan, "sell"):
        net = planner.model.net
        price = net.market_price(net.market_at[region, material], Period(year, window))
        rows.append({**_at(region, material, year, window), "t": t, "price_usd_per_t": price})
    return spec.SALES.frame(rows)


def stock(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``stock.csv``: level at year's end, what was filled or drawn in the year, and the room there is."""
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
            {
                **_at(region, material, year, window),
                "level_t": level,
                "filled_t": max(0.0, level - before),
                "drawn_t": max(0.0, before - level),
                "room_t": store.capacity_t + added,
            }
        )
    return spec.STOCK.frame(rows)


def shortage(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``shortage.csv``: demand and what of it goes unmet, with the value of that lost supply."""
    rows = []
    for (region, material, year, window), unmet in planner.unmet(plan.values).items():
        demand = planner.model.demand_at[region, material]
        rows.append(
            {
                **_at(region, material, year, window),
                "partner": demand.partner,
                "demand_t": planner.model.net.demand_t(demand, Period(year, window)),
                "unmet_t": unmet,
                "lost_musd": unmet * demand.shortage_usd_per_t[year] / 1e6,
            }
        )
    return spec.SHORTAGE.frame(rows)


def surplus(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``surplus.csv``."""
    engine = planner.engine
    activity = engine.activity(plan.values)
    rows = []
    for position, place in planner.balance_rows:
        slack = activity[position] - engine.row_lower[position]
        if slack > SLIGHT:
            rows.append({**_at(*place), "t": slack})
    return spec.SURPLUS.frame(rows)


def costs(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``costs.csv``: undiscounted MUSD of its year, its weight, and its part in the expected cost."""
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
    return spec.COSTS.frame(
        {
            **dict(zip(("part", "item", "partner", "year", "window"), key, strict=True)),
            "musd": amount,
            "weight": weights[key],
            "expected_musd": amount * weights[key],
        }
        for key, amount in amounts.items()
    )


def cost_parts(costs_table: pd.DataFrame) -> dict[str, float]:
    """The parts of the expected cost, MUSD; they sum to the cost."""
    sums = costs_table.groupby("part")["expected_musd"].sum()
    return {f"{part}_musd": float(sums.get(part, 0.0)) for part in cost.PARTS}


def prices(planner: Planner, plan: Plan) -> pd.DataFrame:
    """``prices.csv``: what costs nothing is left out; an unknown price is said by a row without a number."""
    rows = [{**_at(*place), "usd_per_t": max(0.0, price)} for place, price in plan.prices.items() if price > SLIGHT]
    rows += [
        {**_at(*place), "usd_per_t": math.nan} for _, place in planner.balance_rows if place[-1] in plan.not_rerun
    ]
    return spec.PRICES.frame(rows)
