"""Demand and shortage: the balance of every material at every place."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from reeplan.model.network import Period
from reeplan.model.program.linear import linear_sum
from reeplan.model.program.stockpiles import drawn

if TYPE_CHECKING:
    from reeplan.model.program.linear import Terms

Model = Any


def index(m: Model) -> None:
    """Where demand can go unmet, and every place and period in which a material has a balance."""
    net, case = m.net, m.case
    m.demand_at = {(demand.region, demand.material): demand for demand in case.demands}
    m.UNMET = pyo.Set(
        initialize=[
            (*place, *period)
            for place, demand in m.demand_at.items()
            for period in net.periods
            if demand.t[period.year] > 0
        ],
        dimen=4,
    )
    region = {operation: case.assets[operation.asset].region for operation in net.operations}
    places = dict.fromkeys(
        [
            *((region[operation], material) for operation in net.operations for material in net.outputs(operation)),
            *((region[operation], material) for operation in net.operations for material in net.inputs(operation)),
            *((lane.destination, lane.material) for lane in net.lanes),
            *((lane.origin, lane.material) for lane in net.lanes),
            *((supply.region, supply.material) for supply in net.supplies),
            *m.store_at,
            *m.demand_at,
            *((place, material) for place, material, _, _ in m.SELL),
        ]
    )
    m.BALANCE = pyo.Set(initialize=[(*place, *period) for place in places for period in net.periods], dimen=4)


def flows(m: Model) -> dict[tuple[str, str, int, str], Terms]:
    """What each variable brings to a balance (+) or takes from it (-), t per t.

    Visited variable by variable: a balance need not look for what could flow there.
    """
    found: dict[tuple[str, str, int, str], Terms] = defaultdict(list)
    effects = {o: (m.case.assets[o.asset].region, m.net.yields[o].items()) for o in m.net.operations}
    for (asset, deposit, year, window), run in m.run.items():
        region, yields = effects[asset, deposit]
        for material, t_per_t in yields:
            found[region, material, year, window].append((t_per_t, run))
    for (supplier, material, year, window), buy in m.buy.items():
        found[m.supply_of[supplier, material].region, material, year, window].append((1.0, buy))
    for (origin, destination, material, year, window), ship in m.ship.items():
        found[origin, material, year, window].append((-1.0, ship))
        found[destination, material, year, window].append((1.0, ship))
    for key, sell in m.sell.items():
        found[key].append((-1.0, sell))
    for key, unmet in m.unmet.items():
        found[key].append((1.0, unmet))
    return found


def unmet_limits(m: Model, region: str, material: str, year: int, window: str) -> tuple[float, float]:
    """No more goes unmet than is demanded: ``unmet <= f * demand`` (t), f the part of the year that a window takes."""
    return 0.0, m.net.demand_t(m.demand_at[region, material], Period(year, window))


def balance(m: Model, region: str, material: str, year: int, window: str) -> Any:
    """What comes covers what goes; the surplus is given away (t/yr).

    ``made + bought + arriving + drawn + unmet >= taken + leaving + filled + sold + f * demand``; the
    slack is what is dumped. Its dual is the price of the material at that place, year and window.
    """
    key = (region, material, year, window)
    from_stock, initial = drawn(m, *key)
    terms = [*m.flows.get(key, ()), *from_stock]
    at = m.demand_at.get((region, material))
    demand = 0.0 if at is None else m.net.demand_t(at, Period(year, window))
    if not terms and demand == 0:
        return pyo.Constraint.Skip
    return linear_sum(terms) >= demand - initial
