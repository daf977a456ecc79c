"""Cost: one list of labelled terms that the objective, the cost table and the figures share.

A term is an amount of money a year that goes with a variable. Its weight in the expected cost is
the discount factor, times the probability of the operation where it is operation: the cost reads
as what a plan costs when at most one window happens, after which the undisrupted path resumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.inputs.spec import BASE
from reeplan.model.network import Operation, Period
from reeplan.model.program.investment import increment, starts
from reeplan.model.program.linear import linear_sum
from reeplan.model.program.stockpiles import restocked_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reeplan.model.program.linear import Terms

Model = Any

ANNUITIES, FIXED, RESTOCK = "annuities", "fixed", "restock"
PROCESS, PURCHASES, TRANSPORT, SALES = "process", "purchases", "transport", "sales"
HOLDING, SHORTAGE = "holding", "shortage"
PARTS = (ANNUITIES, FIXED, PROCESS, PURCHASES, TRANSPORT, SALES, HOLDING, SHORTAGE, RESTOCK)
"""The parts of the cost, in the order of the tables; sales are negative, so the parts sum to the cost."""


class Term(NamedTuple):
    """``musd * variable`` a year, before discounting; the variable is None for a constant.

    ``item`` is the asset, supplier, lane, market, stockpile or place that causes it, ``partner`` who pays
    capital (empty otherwise); ``window`` is ``base`` for what does not depend on a window.
    """

    part: str
    item: str
    partner: str
    year: int
    window: str
    musd: float
    variable: Any


def terms(m: Model) -> Iterator[Term]:
    """Every term of the cost."""
    yield from _annuities(m)
    yield from _space_annuities(m)
    yield from _fixed(m)
    yield from _processing(m)
    yield from _trading(m)
    yield from _stocks_and_shortage(m)
    yield from _restocking(m)


def weight(m: Model, term: Term) -> float:
    """Weight of a term in the expected cost: discounting, and the probability of its operation."""
    discount: float = m.case.discount(term.year)
    if term.part in (ANNUITIES, FIXED):
        return discount
    return discount * float(m.net.weight(Period(term.year, term.window)))


def expected_cost(m: Model, terms: Iterable[Term]) -> Any:
    """Expected discounted cost, MUSD.

    ``sum_t disc_t * (annuities + fixed + (1 - sum p_s * f_s) * op[base,t])
    + sum_s p_s * (sum_t disc_t * op[s,t] + restock_s)``, f the part of its year that a window of months takes.
    """
    return _sum((weight(m, term), term) for term in terms)


def windows_cost(m: Model, terms: Iterable[Term]) -> Any:
    """Discounted operation and restocking of all windows, each with weight 1, MUSD.

    With investment and undisrupted path fixed the windows are independent: its minimum is each window's own.
    """
    return _sum((m.case.discount(term.year), term) for term in terms if term.window != BASE)


def _sum(weighted: Iterable[tuple[float, Term]]) -> Any:
    """One linear expression; the terms of one variable are added up when it is compiled."""
    constant = 0.0
    priced: Terms = []
    for factor, term in weighted:
        if term.variable is None:
            constant += factor * term.musd
        else:
            priced.append((factor * term.musd, term.variable))
    return linear_sum(priced, constant)


# ---- investment -----------------------------------------------------------------------------------


def _annuities(m: Model) -> Iterator[Term]:
    """Capital as a yearly payment in each year of the horizon that a module or a site runs.

    Paid by k at its own rate plus the asset's risk premium, with interest while building; nothing is
    paid beyond the horizon, where nothing is counted either.
    """
    for k, wacc in m.case.wacc.items():
        for name, decided in m.DECISIONS:
            asset = m.case.assets[name]
            module, site = (asset.yearly_musd(musd, wacc) for musd in (asset.module_musd, asset.site_musd))
            for year in m.case.running_years(asset, decided):
                if module:
                    yield Term(ANNUITIES, name, k, year, BASE, module, m.fund[k, name, decided])
                if site:
                    yield Term(ANNUITIES, name, k, year, BASE, site, m.sitefund[k, name, decided])


def _space_annuities(m: Model) -> Iterator[Term]:
    """Storage room as a yearly payment by the partner of its country, from the year it is bought."""
    for region, material, decided in m.SPACE_DECISIONS:
        store = m.store_at[region, material]
        if not store.capacity_usd_per_t:
            continue
        yearly = store.yearly_musd(store.capacity_usd_per_t / 1e6, m.case.wacc[store.partner])
        for year in m.case.running_years(store, decided):
            yield Term(ANNUITIES, store.name, store.partner, year, BASE, yearly, m.space[region, material, decided])


def _fixed(m: Model) -> Iterator[Term]:
    """Fixed cost of capacity held, existing and new, whatever its ramp and whether used or not."""
    for asset in m.case.assets.values():
        if not asset.fixed_usd_per_t:
            continue
        for year in m.case.years:
            if asset.existing(year):
                yield Term(FIXED, asset.name, "", year, BASE, asset.fixed_usd_per_t * asset.existing(year) / 1e6, None)
            module = asset.fixed_usd_per_t * asset.module_t_per_year / 1e6
            for u in starts(m, asset, year):
                for musd, built in increment(m, asset.name, u, module):
                    yield Term(FIXED, asset.name, "", year, BASE, musd, built)


# ---- operation ------------------------------------------------------------------------------------


def _processing(m: Model) -> Iterator[Term]:
    """Opex with its factor, royalty, energy, carbon and thorium handling, per t of activity."""
    unit_cost = {operation: m.net.unit_cost(operation) / 1e6 for operation in m.net.operations}
    for (asset, deposit, year, window), run in m.run.items():
        if cost := unit_cost[Operation(asset, deposit)]:
            yield Term(PROCESS, asset, "", year, window, cost, run)


def _trading(m: Model) -> Iterator[Term]:
    """Purchases at the price that disruptions leave, freight on every lane, less what sales bring."""
    for (supplier, material, year, window), buy in m.buy.items():
        price = m.net.supply_price(m.supply_of[supplier, material], Period(year, window)) / 1e6
        yield Term(PURCHASES, supplier, "", year, window, price, buy)
    for (origin, destination, material, year, window), ship in m.ship.items():
        if freight := m.net.lanes[origin, destination, material] / 1e6:
            yield Term(TRANSPORT, f"{origin}>{destination}", "", year, window, freight, ship)
    for (region, material, year, window), sell in m.sell.items():
        price = m.net.market_price(m.net.market_at[region, material], Period(year, window)) / 1e6
        yield Term(SALES, region, "", year, window, -price, sell)


def _stocks_and_shortage(m: Model) -> Iterator[Term]:
    """Holding on the level at year's end (of a window of months: at its end, for so long), and lost supply's value."""
    for (region, material, year, window), level in m.level.items():
        store = m.store_at[region, material]
        holding = store.holding_usd_per_t_year / 1e6
        yield Term(HOLDING, store.name, "", year, window, holding * m.net.of_year(Period(year, window)), level)
    for (region, material, year, window), unmet in m.unmet.items():
        value = m.demand_at[region, material].shortage_usd_per_t[year] / 1e6
        yield Term(SHORTAGE, f"{region}/{material}", "", year, window, value, unmet)


def _restocking(m: Model) -> Iterator[Term]:
    """What a window has drawn below the undisrupted path must be bought back, at the reference price, when it ends.

    Of a window of months: below the level that it began with.
    """
    for (region, material), store in m.store_at.items():
        price = m.case.goods[material].reference_usd_per_t / 1e6
        for label, window in m.net.windows.items():
            end = window.end
            due, initial = restocked_to(m, region, material, window, end)
            for _, level in due:
                yield Term(RESTOCK, store.name, "", end, label, price, level)
            if initial:
                yield Term(RESTOCK, store.name, "", end, label, price * initial, None)
            yield Term(RESTOCK, store.name, "", end, label, -price, m.level[region, material, end, label])
