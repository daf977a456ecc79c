"""Demand and shortage: the balance of every material at every place."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from reeplan.program.stockpiles import drawn

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
    _index_flows(m)
    places = dict.fromkeys(
        [
            *m.made_at,
            *m.taken_at,
            *m.arriving_at,
            *m.leaving_from,
            *m.bought_at,
            *m.store_at,
            *m.demand_at,
            *((region, material) for region, material, _, _ in m.SELL),
        ]
    )
    m.BALANCE = pyo.Set(initialize=[(*place, *period) for place in places for period in net.periods], dimen=4)


def _index_flows(m: Model) -> None:
    """What makes, takes, brings and removes each material at each place."""
    m.made_at, m.taken_at = defaultdict(list), defaultdict(list)
    m.arriving_at, m.leaving_from, m.bought_at = defaultdict(list), defaultdict(list), defaultdict(list)
    for operation in m.net.operations:
        region = m.case.assets[operation.asset].region
        for material, t_per_t in m.net.outputs(operation).items():
            m.made_at[region, material].append((operation, t_per_t))
        for material, t_per_t in m.net.inputs(operation).items():
            m.taken_at[region, material].append((operation, t_per_t))
    for lane in m.net.lanes:
        m.arriving_at[lane.destination, lane.material].append(lane)
        m.leaving_from[lane.origin, lane.material].append(lane)
    for key, supply in m.supply_of.items():
        m.bought_at[supply.region, supply.material].append(key)


def unmet_limits(m: Model, region: str, material: str, year: int, window: str) -> tuple[float, float]:
    """No more goes unmet than is demanded: ``unmet <= demand`` (t/yr)."""
    return 0.0, m.demand_at[region, material].t[year]


def balance(m: Model, region: str, material: str, year: int, window: str) -> Any:
    """What comes covers what goes; the surplus is given away (t/yr).

    ``made + bought + arriving + drawn + unmet >= taken + leaving + filled + sold + demand``; the
    slack is what is dumped. Its dual is the price of the material at that place, year and window.
    """
    place, period = (region, material), (year, window)
    comes = [t_per_t * m.run[(*o, *period)] for o, t_per_t in m.made_at.get(place, ()) if (*o, *period) in m.RUN]
    comes += [m.buy[(*key, *period)] for key in m.bought_at.get(place, ()) if (*key, *period) in m.BUY]
    comes += [m.ship[(*lane, *period)] for lane in m.arriving_at.get(place, ()) if (*lane, *period) in m.SHIP]
    goes = [t_per_t * m.run[(*o, *period)] for o, t_per_t in m.taken_at.get(place, ()) if (*o, *period) in m.RUN]
    goes += [m.ship[(*lane, *period)] for lane in m.leaving_from.get(place, ()) if (*lane, *period) in m.SHIP]
    if (*place, *period) in m.SELL:
        goes.append(m.sell[(*place, *period)])
    if (*place, *period) in m.UNMET:
        comes.append(m.unmet[(*place, *period)])
    demand = m.demand_at[place].t[year] if place in m.demand_at else 0.0
    from_stock = drawn(m, *place, *period)
    if not comes and not goes and demand == 0 and place not in m.store_at:
        return pyo.Constraint.Skip
    return pyo.quicksum(comes) + from_stock - pyo.quicksum(goes) >= demand
