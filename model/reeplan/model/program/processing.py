"""Processing: what runs within its capacity, its ore and its thorium."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from reeplan.inputs.spec import BASE
from reeplan.model.case import is_limit
from reeplan.model.network import Operation, Period

Model = Any


def index(m: Model) -> None:
    """Operations in the periods in which their asset can have capacity, and the rules that bind them."""
    net, case = m.net, m.case
    available = {
        (asset.name, *period): net.plant_availability(asset, period)
        for asset in case.assets.values()
        for period in net.periods
        if (asset.name, period.year) in m.CAPACITY
    }
    m.availability = {key: part for key, part in available.items() if part > 0}
    m.operations_of = defaultdict(list)
    for operation in net.operations:
        m.operations_of[operation.asset].append(operation)
    m.RUN = pyo.Set(
        initialize=[
            (*operation, *period)
            for operation in net.operations
            for period in net.periods
            if (operation.asset, *period) in m.availability
        ],
        dimen=4,
    )
    m.ASSET_PERIODS = pyo.Set(initialize=[key for key in m.availability if key[0] in m.operations_of], dimen=3)
    m.RESOURCE = pyo.Set(
        initialize=[(deposit, window) for deposit in case.deposits for window in (BASE, *net.windows)], dimen=2
    )
    m.THORIUM = pyo.Set(
        initialize=[
            (region.name, *period)
            for region in case.regions.values()
            if is_limit(region.thorium_max_t_per_year)
            for period in net.periods
        ],
        dimen=3,
    )


def capacity(m: Model, asset: str, year: int, window: str) -> Any:
    """What runs fits into what is available: ``sum_d run[a,d,t,s] <= f * availability * cap[a,t]`` (t).

    f is the part of the year that a window of months takes, and 1 otherwise.
    """
    load = pyo.quicksum(m.run[operation.asset, operation.deposit, year, window] for operation in m.operations_of[asset])
    left = m.availability[asset, year, window] * m.net.of_year(Period(year, window))
    return load <= left * m.cap[asset, year]


def resource(m: Model, deposit: str, window: str) -> Any:
    """Ore is finite: ``sum_t run <= resource_t`` (t REO).

    On the undisrupted path over the horizon; for a window over the undisrupted path's years before it and its own
    (what the rest of the year takes in which a window of months comes is not counted).
    """
    miners = [o for o in m.net.operations if o.deposit == deposit and m.net.takes_ore(o)]
    if window == BASE:
        periods = [Period(year, BASE) for year in m.case.years]
    else:
        own = m.net.windows[window]
        periods = [Period(year, BASE) for year in m.case.years if year < own.start]
        periods += [Period(year, window) for year in own.years]
    limit = m.case.deposits[deposit].resource_t
    if _cannot_exhaust(m, miners, periods, limit):
        return pyo.Constraint.Skip
    mined = [m.run[(*o, *p)] for o in miners for p in periods if (*o, *p) in m.RUN]
    return pyo.quicksum(mined) <= limit if mined else pyo.Constraint.Skip


def _cannot_exhaust(m: Model, miners: list[Operation], periods: list[Period], limit: float) -> bool:
    """Whether all that could ever be built, running flat out, leaves ore in the ground."""
    most = sum(
        asset.existing(period.year) + asset.module_t_per_year * asset.max_modules
        for asset in (m.case.assets[operation.asset] for operation in miners)
        for period in periods
    )
    return bool(most <= limit)


def thorium(m: Model, region: str, year: int, window: str) -> Any:
    """Thorium released stays within the region's limit: ``sum thorium * run <= f * max`` (t ThO2)."""
    released = [
        m.net.thorium_t_per_t(o) * m.run[(*o, year, window)]
        for o in m.net.operations
        if m.case.assets[o.asset].region == region and m.net.thorium_t_per_t(o) and (*o, year, window) in m.RUN
    ]
    if not released:
        return pyo.Constraint.Skip
    limit = m.case.regions[region].thorium_max_t_per_year * m.net.of_year(Period(year, window))
    return pyo.quicksum(released) <= limit
