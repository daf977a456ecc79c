"""Trade: purchases, shipments and sales, the caps on exports and on dependence."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyomo.environ as pyo

from reeplan.inputs.spec import ALL, BASE
from reeplan.model.network import Lane, Period
from reeplan.model.program.investment import starts

Model = Any


def index(m: Model) -> None:
    """Purchases, shipments and sales by period, and which of them a disruption ties to the undisrupted path."""
    net, case = m.net, m.case
    m.supply_of = {(supply.supplier, supply.material): supply for supply in net.supplies}
    m.supply_left = {
        (*key, *period): net.supply_limits(supply, period)
        for key, supply in m.supply_of.items()
        for period in net.periods
    }
    m.BUY = pyo.Set(
        initialize=[
            key
            for key, left in m.supply_left.items()
            if left.ceiling * m.supply_of[key[:2]].max_t[key[2]] > 0 and left.flow != 0
        ],
        dimen=4,
    )
    m.FLOW_PURCHASES = pyo.Set(initialize=[key for key in m.BUY if m.supply_left[key].flow is not None], dimen=4)
    m.route_left = {
        (*lane, *period): net.route_availability(lane, period) for lane in net.lanes for period in net.periods
    }
    m.SHIP = pyo.Set(initialize=[key for key, left in m.route_left.items() if left > 0], dimen=5)
    m.HINDERED_SHIPMENTS = pyo.Set(
        initialize=[key for key in m.SHIP if m.route_left[key] < 1 and key[4] != BASE], dimen=5
    )
    m.SELL = pyo.Set(
        initialize=[
            (*place, *period)
            for place, market in net.market_at.items()
            if net.can_turn_up(*place)
            for period in net.periods
            if market.max_t[period.year] > 0
        ],
        dimen=4,
    )
    m.OFFTAKE = pyo.Set(
        initialize=[(*pair, *period) for pair in case.free_offtake if pair[1] in case.wacc for period in net.periods],
        dimen=4,
    )
    m.lanes_between = defaultdict(list)
    for lane in net.lanes:
        m.lanes_between[case.country(lane.origin), case.country(lane.destination), lane.material].append(lane)
    m.CRISIS_SHARING = pyo.Set(
        initialize=[
            (sender, receiver, material, *period)
            for sender, receiver, material in m.lanes_between
            if sender != receiver and sender in case.wacc and receiver in case.wacc
            for period in net.periods
            if period.window != BASE and not case.settings.crisis_sharing
        ],
        dimen=5,
    )
    m.DEPENDENCE = pyo.Set(
        initialize=[
            (partner, country, material, year)
            for (partner, country), caps in case.dependence.items()
            for material in _capped_materials(m, caps)
            for year in case.years
        ],
        dimen=4,
    )


def purchase_limits(m: Model, supplier: str, material: str, year: int, window: str) -> tuple[float, float]:
    """Take-or-pay and the supplier's limit: ``f * availability * min <= buy <= f * availability * max`` (t).

    f is the part of the year that a window of months takes, and 1 otherwise.
    """
    supply, left = m.supply_of[supplier, material], m.supply_left[supplier, material, year, window]
    part = m.net.of_year(Period(year, window))
    return part * left.least * supply.min_t[year], part * left.ceiling * supply.max_t[year]


def purchases_follow_base(m: Model, supplier: str, material: str, year: int, window: str) -> Any:
    """In a window a flow disruption leaves a part of the same purchases: ``buy[s] <= f * factor * buy[base]`` (t)."""
    factor = m.supply_left[supplier, material, year, window].flow * m.net.of_year(Period(year, window))
    if (supplier, material, year, BASE) not in m.BUY:
        return m.buy[supplier, material, year, window] <= 0
    return m.buy[supplier, material, year, window] <= factor * m.buy[supplier, material, year, BASE]


def shipments_follow_base(m: Model, origin: str, destination: str, material: str, year: int, window: str) -> Any:
    """A hindered route leaves a part of each base flow: ``ship[s] <= f * factor * ship[base]`` (t)."""
    lane = (origin, destination, material)
    if (*lane, year, BASE) not in m.SHIP:
        return m.ship[(*lane, year, window)] <= 0
    left = m.route_left[(*lane, year, window)] * m.net.of_year(Period(year, window))
    return m.ship[(*lane, year, window)] <= left * m.ship[(*lane, year, BASE)]


def crisis_sharing(m: Model, sender: str, receiver: str, material: str, year: int, window: str) -> Any:
    """Without sharing in a crisis, no partner's country sends another more than undisturbed (t of the material).

    ``sum ship[s] <= f * sum ship[base]``, over all lanes from the one country to the other together, so that a crisis
    may still send the same by another way; what is only passed on counts. Only where ``crisis_sharing`` is no.
    """

    def shipped(course: str) -> list[Any]:
        keys = [(*lane, year, course) for lane in m.lanes_between[sender, receiver, material]]
        return [m.ship[key] for key in keys if key in m.SHIP]

    if not shipped(window):
        return pyo.Constraint.Skip
    usual = m.net.of_year(Period(year, window)) * pyo.quicksum(shipped(BASE))
    return pyo.quicksum(shipped(window)) <= usual


def sale_limits(m: Model, region: str, material: str, year: int, window: str) -> tuple[float, float]:
    """A market takes so much: ``sell <= f * max`` (t)."""
    return 0.0, m.net.market_at[region, material].max_t[year] * m.net.of_year(Period(year, window))


def _shipments(m: Model, sender: str, receiver: str, period: Period) -> list[tuple[Lane, Any]]:
    """All shipments from one country's regions to another's in a period."""
    return [
        (lane, m.ship[(*lane, *period)])
        for lane in m.net.lanes
        if m.case.country(lane.origin) == sender
        and m.case.country(lane.destination) == receiver
        and (*lane, *period) in m.SHIP
    ]


def offtake(m: Model, sender: str, receiver: str, year: int, window: str) -> Any:
    """Exports to a partner are free up to a limit, beyond it they follow its money (t REO).

    ``sum ship * reo <= f * (free + sum_a right * size * sum(ramp * fund[receiver,a,u]))``: what a partner
    pays for in the sender's country it may take a part of home.
    """
    shipped = [
        m.net.materials[lane.material].reo_t_per_t * ship
        for lane, ship in _shipments(m, sender, receiver, Period(year, window))
    ]
    if not shipped:
        return pyo.Constraint.Skip
    earned = pyo.quicksum(
        a.offtake_right
        * a.module_t_per_year
        * a.ramped(u, year)
        * m.fund[receiver, a.name, u]
        for a in m.case.assets.values()
        if a.country == sender and a.offtake_right
        for u in starts(m, a, year)
    )
    part = m.net.of_year(Period(year, window))
    return pyo.quicksum(shipped) <= part * m.case.free_offtake[sender, receiver][year] + part * earned


def _capped_materials(m: Model, caps: dict[str, Any]) -> list[str]:
    """The materials a dependence cap names; ``all`` is each element and product, not scrap."""
    if ALL in caps:
        return [name for name, goods in m.case.goods.items() if goods.kind != "scrap" or name in caps]
    return list(caps)


def dependence(m: Model, partner: str, country: str, material: str, year: int) -> Any:
    """A partner takes at most a share of what it uses from one country, on the undisrupted path (t/yr).

    ``sum ship <= share * (demand + what the partner's plants take)``; an exact material wins over all.
    """
    caps = m.case.dependence[partner, country]
    share = caps.get(material, caps.get(ALL))[year]
    period = Period(year, BASE)
    shipped = [ship for lane, ship in _shipments(m, country, partner, period) if lane.material == material]
    if not shipped:
        return pyo.Constraint.Skip
    demanded = sum(d.t[year] for d in m.case.demands if d.partner == partner and d.material == material)
    taken = pyo.quicksum(
        m.net.inputs(o)[material] * m.run[(*o, *period)]
        for o in m.net.operations
        if m.case.assets[o.asset].country == partner and material in m.net.inputs(o) and (*o, *period) in m.RUN
    )
    return pyo.quicksum(shipped) <= share * (demanded + taken)
