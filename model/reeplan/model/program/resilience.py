"""Resilience: the share of demand that a plan still serves in a disruption, by four measures.

``m.resilience`` is at most the measure's value; the cutoff constraint is its lower bound. With
``R[k,s] = 1 - sum(v * unmet) / sum(v * demand)`` over the window's years and partner k's regions,
v being the value of lost supply (1 where a partner has no demand), all four are linear in
``unmet``. Windows out of the target are left out of all four; with none left resilience is 1. Every share is a
fraction, so both sides of each rule are dimensionless.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from reeplan.model.measures import in_target
from reeplan.model.network import Period

Model = Any


def state_measure(m: Model) -> None:
    """State the rules of the chosen measure."""
    m.resilience = pyo.Var(bounds=(0.0, 1.0))
    m.ASKED_WINDOWS = pyo.Set(initialize=[s for s, window in m.net.windows.items() if window.in_target])
    m.PARTNER_WINDOWS = pyo.Set(
        initialize=[(k, s) for k in m.case.partners for s in m.ASKED_WINDOWS if _value_demanded(m, k, s) > 0], dimen=2
    )
    if m.measure.name == "worst_case":
        m.worst_case = pyo.Constraint(m.PARTNER_WINDOWS, rule=worst_case)
    elif m.measure.name == "weakest_link":
        links = [(k, s, g) for k in m.case.partners for s in m.ASKED_WINDOWS for g in m.case.goods]
        m.LINKS = pyo.Set(initialize=[link for link in links if _tonnes_demanded(m, *link) > 0], dimen=3)
        m.weakest_link = pyo.Constraint(m.LINKS, rule=weakest_link)
    elif in_target(m.case):
        m.LIKELY_WINDOWS = pyo.Set(initialize=[s for s in m.ASKED_WINDOWS if m.net.windows[s].probability > 0])
        m.served = pyo.Var(m.ASKED_WINDOWS, bounds=(0.0, 1.0))
        m.served_by_all = pyo.Constraint(m.PARTNER_WINDOWS, rule=served_by_all)
        if m.measure.name == "expected":
            m.expected = pyo.Constraint(rule=expected)
        else:
            m.value_at_risk = pyo.Var(bounds=(0.0, 1.0))
            m.tail = pyo.Var(m.LIKELY_WINDOWS, domain=pyo.NonNegativeReals)
            m.tail_below_value_at_risk = pyo.Constraint(m.LIKELY_WINDOWS, rule=tail_below_value_at_risk)
            m.cvar = pyo.Constraint(rule=cvar)


def cutoff(m: Model, target: float) -> tuple[Any, float] | None:
    """The cutoff constraint, ``resilience >= target``: the column of ``resilience`` and its lower bound.

    The program is built once and asked at many targets, so the bound is set when it is asked; None where every plan
    keeps the target.
    """
    return (m.resilience, target) if target > 0 else None


def measured_columns(m: Model) -> list[Any]:
    """The columns by which windows are held to a resilience."""
    return [m.resilience, *(m.served.values() if hasattr(m, "served") else ())]


def window_cutoffs(m: Model, served: dict[str, float]) -> list[tuple[Any, float]]:
    """The same window by window, ``served[s] >= share``, for measures that weigh windows against each other."""
    return [(m.served[window], share) for window, share in served.items()]


def _demands(m: Model, partner: str, window: str) -> list[tuple[Any, Period]]:
    """The partner's demands in each year of the window."""
    return [
        (demand, Period(year, window))
        for demand in m.case.demands
        if demand.partner == partner
        for year in m.net.windows[window].years
        if demand.t[year] > 0
    ]


def _value_demanded(m: Model, partner: str, window: str) -> float:
    """``sum(v * demand)`` over the window, USD."""
    return float(sum(d.shortage_usd_per_t[p.year] * m.net.demand_t(d, p) for d, p in _demands(m, partner, window)))


def _tonnes_demanded(m: Model, partner: str, window: str, material: str) -> float:
    """``sum(demand)`` of a material over the window, t."""
    return float(sum(m.net.demand_t(d, p) for d, p in _demands(m, partner, window) if d.material == material))


def _share_lost(m: Model, partner: str, window: str) -> Any:
    """``1 - R[k,s]``: the part of the demanded value that is not served."""
    total = _value_demanded(m, partner, window)
    return pyo.quicksum(
        d.shortage_usd_per_t[p.year] / total * m.unmet[(d.region, d.material, *p)]
        for d, p in _demands(m, partner, window)
        if d.shortage_usd_per_t[p.year]
    )


def worst_case(m: Model, partner: str, window: str) -> Any:
    """Resilience is at most what any partner is served in any window: ``resilience <= R[k,s]``."""
    return m.resilience + _share_lost(m, partner, window) <= 1


def weakest_link(m: Model, partner: str, window: str, material: str) -> Any:
    """Resilience is at most the served share, in tonnes, of any partner, window and material."""
    total = _tonnes_demanded(m, partner, window, material)
    lost = pyo.quicksum(
        m.unmet[(d.region, d.material, *p)] / total for d, p in _demands(m, partner, window) if d.material == material
    )
    return m.resilience + lost <= 1


def served_by_all(m: Model, partner: str, window: str) -> Any:
    """What a window serves is what its worse-off partner is served: ``served[s] <= R[k,s]``."""
    return m.served[window] + _share_lost(m, partner, window) <= 1


def _conditional(m: Model) -> dict[str, float]:
    """Probability of each window given that one of those in the target happens: ``p_s / sum(p)``."""
    total = sum(window.probability for window in in_target(m.case))
    return {s: m.net.windows[s].probability / total for s in m.LIKELY_WINDOWS}


def expected(m: Model) -> Any:
    """Resilience is at most the mean over windows: ``resilience <= sum_s p_s/sum(p) * served[s]``."""
    likely = _conditional(m)
    return m.resilience <= pyo.quicksum(likely[s] * m.served[s] for s in likely)


def tail_below_value_at_risk(m: Model, window: str) -> Any:
    """How far a window falls below the value at risk: ``tail[s] >= value_at_risk - served[s]``."""
    return m.tail[window] >= m.value_at_risk - m.served[window]


def cvar(m: Model) -> Any:
    """Resilience is at most the mean of the worst ``1 - level`` of the probability.

    ``resilience <= value_at_risk - sum_s p_s/sum(p) * tail[s] / (1 - level)``
    (Rockafellar and Uryasev, Journal of Risk 2 (2000): the best value at risk gives the mean of the tail).
    """
    likely = _conditional(m)
    tail = pyo.quicksum(likely[s] * m.tail[s] for s in likely) / (1 - m.measure.cvar_level)
    return m.resilience <= m.value_at_risk - tail
