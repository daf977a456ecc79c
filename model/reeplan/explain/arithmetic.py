"""Arithmetic before solving: at most so much can be supplied, so much is needed.

For every window, year and material: what sellers are left, what all plants could make with every module
that can run by then, and what stocks can hold, against demand. Inputs, money and transport are not
counted, so that what falls short here falls short in every plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reeplan.inputs.names import counted
from reeplan.inputs.spec import MONTHS_OF_A_YEAR
from reeplan.model.measures import in_target
from reeplan.model.network import Operation, Period
from reeplan.tolerances import ROUNDING
from reeplan.words import apart, exact_percent

if TYPE_CHECKING:
    from reeplan.model.case import Asset, Case, Window
    from reeplan.model.measures import Measure
    from reeplan.model.network import Network


class Shortfall(NamedTuple):
    """A material of which no plan can supply enough in a window (t over the whole window)."""

    window: str
    years: str
    material: str
    at_most_t: float
    needed_t: float

    @property
    def sentence(self) -> str:
        """In words."""
        most, needed = apart(self.at_most_t, self.needed_t)
        short = float(f"{1 - self.at_most_t / self.needed_t:.2g}")
        return (
            f"{self.material}, {self.window} ({self.years}): at most {most} t can be supplied, {needed} t are needed; "
            f"{exact_percent(short)} goes short in any plan."
        )


def shortfalls(net: Network) -> list[Shortfall]:
    """Every material and window in the target that cannot be served whole, the largest missing share first."""
    found = []
    for window in in_target(net.case):
        for material in net.case.goods:
            needed = sum(
                net.demand_t(demand, Period(year, window.label))
                for demand in net.case.demands
                if demand.material == material
                for year in window.years
            )
            most = window.of_year * sum(
                _made_or_bought(net, material, Period(year, window.label)) for year in window.years
            )
            most += _stored(net.case, material, window)
            if needed > 0 and most < needed * (1 - ROUNDING):
                span = f"{window.start}" if len(window.years) == 1 else f"{window.start}-{window.end}"
                if window.of_year < 1:
                    span = f"{counted(round(window.of_year * MONTHS_OF_A_YEAR), 'month')} of {span}"
                found.append(Shortfall(window.label, span, material, most, needed))
    return sorted(found, key=lambda item: item.at_most_t / item.needed_t)


def highest_by_arithmetic(net: Network, measure: Measure) -> float:
    """A ceiling on resilience that needs no solver; 1 for measures that weigh windows."""
    if not measure.by_window:
        return 1.0
    # A shortfall may fall on the partner that is better off: only materials that one partner alone demands count.
    ceiling = 1.0
    for item in shortfalls(net):
        partners = {demand.partner for demand in net.case.demands if demand.material == item.material}
        if len(partners) > 1:
            continue
        window = net.windows[item.window]
        missing = item.needed_t - item.at_most_t
        if measure.name == "weakest_link":
            ceiling = min(ceiling, 1 - missing / item.needed_t)
            continue
        own = [demand for demand in net.case.demands if demand.partner in partners]
        value = sum(
            net.demand_t(demand, Period(year, window.label)) * demand.shortage_usd_per_t[year]
            for demand in own
            for year in window.years
        )
        least = min(d.shortage_usd_per_t[y] for d in own if d.material == item.material for y in window.years)
        ceiling = min(ceiling, 1 - missing * least / value if value else 1.0)
    return ceiling


def _made_or_bought(net: Network, material: str, period: Period) -> float:
    bought = sum(
        net.supply_limits(supply, period).least * supply.max_t[period.year]
        for supply in net.case.supplies
        if supply.material == material
    )
    made = 0.0
    for asset in net.case.assets.values():
        per_t = max((net.outputs(operation).get(material, 0.0) for operation in _operations(net, asset)), default=0.0)
        if per_t > 0:
            made += per_t * net.plant_availability(asset, period) * _most_capacity(net.case, asset, period.year)
    return bought + made


def _operations(net: Network, asset: Asset) -> list[Operation]:
    return [operation for operation in net.operations if operation.asset == asset.name]


def _most_capacity(case: Case, asset: Asset, year: int) -> float:
    """Existing capacity and every module that can run by then, unramped."""
    first = max(asset.earliest_year, case.settings.first_year + asset.lead_years)
    new = asset.max_modules * asset.module_t_per_year if year >= first else 0.0
    return asset.existing(year) + new


def _stored(case: Case, material: str, window: Window) -> float:
    starts_at_once = window.start == case.settings.first_year
    return sum(
        store.initial_t if starts_at_once else max(store.capacity_t, store.max_capacity_t)
        for store in case.stores
        if store.material == material
    )
