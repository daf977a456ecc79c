"""Investment: modules, sites, who pays for them, and the capacity they give.

The integer variable is ``built[a,t]``, all modules of an asset decided up to and including year
t: branching on "how many by then" decides more than branching on "how many in that very year".
The modules decided in t are its increment, ``n[a,t] = built[a,t] - built[a,t-1]``.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from reeplan.model.program.linear import linear_sum

if TYPE_CHECKING:
    from reeplan.model.case import Asset
    from reeplan.model.program.linear import Terms

Model = Any


# ---- indices ------------------------------------------------------------------------------------


def index(m: Model) -> None:
    """When each asset can be decided, who can pay for it, and in which years it can have capacity."""
    assets = m.case.assets.values()
    m.decision_years = {asset.name: m.case.decision_years(asset) for asset in assets}
    decisions = [(name, year) for name, years in m.decision_years.items() for year in years]
    sited = [(name, year) for name, year in decisions if m.case.assets[name].site_musd > 0]
    m.DECISIONS = pyo.Set(initialize=decisions, dimen=2)
    m.SITE_DECISIONS = pyo.Set(initialize=sited, dimen=2)
    m.FUNDING = pyo.Set(initialize=[(k, *decision) for k in m.case.partners for decision in decisions], dimen=3)
    m.SITE_FUNDING = pyo.Set(initialize=[(k, *decision) for k in m.case.partners for decision in sited], dimen=3)
    m.CAPACITY = pyo.Set(
        initialize=[(a.name, t) for a in assets for t in m.case.years if a.existing(t) or starts(m, a, t)], dimen=2
    )
    m.VENTURES = pyo.Set(initialize=list(dict.fromkeys(a.venture for a in assets if a.venture)))
    m.BUDGETS = pyo.Set(initialize=list(range(len(m.case.budgets))))


def starts(m: Model, asset: Asset, year: int) -> list[int]:
    """Decision years whose modules run in ``year``: ``u + lead <= year < u + lead + life``."""
    return [u for u in m.decision_years[asset.name] if asset.runs(u, year)]


def decided(m: Model, asset: str, year: int) -> Any:
    """Modules decided in ``year``: the increment of ``built``."""
    if year == m.decision_years[asset][0]:
        return m.built[asset, year]
    return m.built[asset, year] - m.built[asset, year - 1]


def increment(m: Model, asset: str, year: int, factor: float) -> Terms:
    """The terms of ``factor * n[a,t]``: the modules decided in ``year``, without an expression of their own."""
    if year == m.decision_years[asset][0]:
        return [(factor, m.built[asset, year])]
    return [(factor, m.built[asset, year]), (-factor, m.built[asset, year - 1])]


def most_ever_built(m: Model, asset: str, year: int) -> tuple[int, int]:
    """No more modules than every life's turn of ``max_modules``; a venture's option is taken once."""
    data = m.case.assets[asset]
    turns = 1 if data.venture else ceil((year - m.decision_years[asset][0] + 1) / data.life_years)
    return 0, data.max_modules * turns


# ---- modules and sites --------------------------------------------------------------------------


def builds_never_shrink(m: Model, asset: str, year: int) -> Any:
    """What is decided stays decided: ``n[a,t] >= 0`` (modules)."""
    if year == m.decision_years[asset][0]:
        return pyo.Constraint.Skip
    return m.built[asset, year] >= m.built[asset, year - 1]


def modules_at_once(m: Model, asset: str, year: int) -> Any:
    """Modules running in a year are at most ``max_modules``: ``sum(n[a,u], t-life < u <= t) <= max`` (modules).

    Decisions of one span of ``life`` years are the modules that run together, lead years later.
    Within one life after the first decision the bound of ``built`` says the same.
    """
    data = m.case.assets[asset]
    expired = year - data.life_years
    if data.venture or expired < m.decision_years[asset][0]:
        return pyo.Constraint.Skip
    return m.built[asset, year] - m.built[asset, expired] <= data.max_modules


def one_option(m: Model, venture: str) -> Any:
    """At most one option of a venture, once in the horizon: ``sum(built[option, last]) <= 1`` (options)."""
    options = [name for name, asset in m.case.assets.items() if asset.venture == venture and m.decision_years[name]]
    if len(options) < 2:
        return pyo.Constraint.Skip
    return pyo.quicksum(m.built[name, m.decision_years[name][-1]] for name in options) <= 1


def _sites_standing(m: Model, asset: str, year: int) -> Any:
    """Sites decided within one life up to ``year``."""
    life = m.case.assets[asset].life_years
    return pyo.quicksum(m.open[asset, u] for u in m.decision_years[asset] if year - life < u <= year)


def site_before_modules(m: Model, asset: str, year: int) -> Any:
    """A module needs a site when it is decided: ``n[a,t] <= max_modules * sites`` (modules).

    A module may outlive its site: only the decision needs one.
    """
    return decided(m, asset, year) <= m.case.assets[asset].max_modules * _sites_standing(m, asset, year)


def one_site(m: Model, asset: str, year: int) -> Any:
    """At most one site of an asset at a time: ``sum(open[a,u], t-life < u <= t) <= 1`` (sites)."""
    return _sites_standing(m, asset, year) <= 1


# ---- who pays, and so owns ----------------------------------------------------------------------


def funding(m: Model, asset: str, year: int) -> Any:
    """Partners together pay for every module: ``sum_k fund[k,a,t] = n[a,t]`` (modules)."""
    return pyo.quicksum(m.fund[k, asset, year] for k in m.case.partners) == decided(m, asset, year)


def site_funding(m: Model, asset: str, year: int) -> Any:
    """Partners together pay for every site: ``sum_k sitefund[k,a,t] = open[a,t]`` (sites)."""
    return pyo.quicksum(m.sitefund[k, asset, year] for k in m.case.partners) == m.open[asset, year]


def _foreigners(m: Model, asset: str) -> list[str]:
    """Partners that are foreign at this asset and have a ceiling there; none outside partner countries."""
    data = m.case.assets[asset]
    if data.country not in m.case.wacc or data.foreign_share_max >= 1:
        return []
    return [k for k in m.case.partners if k != data.country]


def foreign_ceiling(m: Model, asset: str, year: int) -> Any:
    """In a partner's own country the others hold at most a share: ``sum_k fund <= share * n`` (modules)."""
    foreigners = _foreigners(m, asset)
    if not foreigners:
        return pyo.Constraint.Skip
    parts = pyo.quicksum(m.fund[k, asset, year] for k in foreigners)
    return parts <= m.case.assets[asset].foreign_share_max * decided(m, asset, year)


def site_foreign_ceiling(m: Model, asset: str, year: int) -> Any:
    """The same ceiling for the site: ``sum_k sitefund <= share * open`` (sites)."""
    foreigners = _foreigners(m, asset)
    if not foreigners:
        return pyo.Constraint.Skip
    parts = pyo.quicksum(m.sitefund[k, asset, year] for k in foreigners)
    return parts <= m.case.assets[asset].foreign_share_max * m.open[asset, year]


def technology_share(m: Model, asset: str, year: int) -> Any:
    """The technology partner pays at least its share: ``fund[partner] >= share * n`` (modules).

    The route exists only with that partner's technology in the venture.
    """
    data = m.case.assets[asset]
    if data.technology_partner is None or data.technology_share_min == 0:
        return pyo.Constraint.Skip
    return m.fund[data.technology_partner, asset, year] >= data.technology_share_min * decided(m, asset, year)


def site_technology_share(m: Model, asset: str, year: int) -> Any:
    """The same least share for the site: ``sitefund[partner] >= share * open`` (sites)."""
    data = m.case.assets[asset]
    if data.technology_partner is None or data.technology_share_min == 0:
        return pyo.Constraint.Skip
    return m.sitefund[data.technology_partner, asset, year] >= data.technology_share_min * m.open[asset, year]


def budget(m: Model, number: int) -> Any:
    """Overnight capital that a partner decides in a span of years is at most its budget (MUSD).

    Modules, sites and options by the partner's part; storage space in its own country.
    """
    limit = m.case.budgets[number]
    k = limit.partner

    def within(year: int) -> bool:
        return bool(limit.first_year <= year <= limit.last_year)

    spent = [
        m.case.assets[a].module_musd * m.fund[k, a, t]
        for a, t in m.DECISIONS
        if within(t) and m.case.assets[a].module_musd
    ]
    spent += [m.case.assets[a].site_musd * m.sitefund[k, a, t] for a, t in m.SITE_DECISIONS if within(t)]
    spent += [
        m.store_at[r, material].capacity_usd_per_t / 1e6 * m.space[r, material, t]
        for r, material, t in m.SPACE_DECISIONS
        if within(t) and m.store_at[r, material].partner == k and m.store_at[r, material].capacity_usd_per_t
    ]
    return pyo.quicksum(spent) <= limit.musd if spent else pyo.Constraint.Skip


# ---- capacity -----------------------------------------------------------------------------------


def capacity_running(m: Model, asset: str, year: int) -> Any:
    """Capacity is what stands plus ramped modules: ``cap = existing + size * sum(ramp * n)`` (t/yr).

    One column for all windows: they share what is built.
    """
    data = m.case.assets[asset]
    ramped = linear_sum(
        term
        for u in starts(m, data, year)
        for term in increment(m, asset, u, data.ramped(u, year))
    )
    return m.cap[asset, year] == data.existing(year) + data.module_t_per_year * ramped
