"""The program's table of contents: its indices, variables, constraints and objectives, in order.

Every rule lives in the topic file named beside it. Units: flows and levels in t (of REO, or of
product) a year, capacity in t of activity a year, money in MUSD. In the formulas of the rules
``t`` is a year, ``s`` a window (``base`` is the undisrupted path), ``k`` a partner, ``a`` an asset,
``d`` a deposit, ``r`` a region, ``m`` a material.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from reeplan.model.network import Network
from reeplan.model.program import cost, demand, investment, processing, resilience, stockpiles, trade

if TYPE_CHECKING:
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure

Model = Any
"""A Pyomo model: Pyomo carries no types."""


def build_program(case: Case, measure: Measure) -> Model:
    """The program of a case as a concrete Pyomo model.

    ``model.case``, ``model.measure`` and ``model.net`` are what it was built from; ``model.resilience`` is the
    resilience by that measure, whose lower bound is the cutoff constraint.
    Three objectives are stated: ``cost`` (minimised), ``most_resilient`` (maximised) and
    ``windows_cost`` (each window at its own least cost); the solver is told which one counts.
    """
    m = pyo.ConcreteModel(name=case.settings.title)
    m.case = case
    m.net = Network(case)
    m.measure = measure
    with PauseGC():  # nothing built here is garbage, and looking for some took a third of the time
        _declare_indices(m)
        _declare_variables(m)
        _state_investment(m)
        _state_operation(m)
        resilience.state_measure(m)
        # The cutoff constraint, resilience.cutoff, is set each time the program is asked.
        _state_objectives(m)
    return m


def _declare_indices(m: Model) -> None:
    investment.index(m)
    processing.index(m)
    trade.index(m)
    stockpiles.index(m)
    demand.index(m)


def _declare_variables(m: Model) -> None:
    # Investment, shared by all windows: nobody knows in advance whether a disruption comes.
    m.built = pyo.Var(m.DECISIONS, domain=pyo.NonNegativeIntegers, bounds=investment.most_ever_built)
    m.open = pyo.Var(m.SITE_DECISIONS, domain=pyo.Binary)
    m.fund = pyo.Var(m.FUNDING, domain=pyo.NonNegativeReals)
    m.sitefund = pyo.Var(m.SITE_FUNDING, domain=pyo.NonNegativeReals)
    m.space = pyo.Var(m.SPACE_DECISIONS, domain=pyo.NonNegativeReals, bounds=stockpiles.most_space)
    m.cap = pyo.Var(m.CAPACITY, domain=pyo.NonNegativeReals)
    # Operation, on the undisrupted path and in every window.
    m.run = pyo.Var(m.RUN, domain=pyo.NonNegativeReals)
    m.buy = pyo.Var(m.BUY, domain=pyo.NonNegativeReals, bounds=trade.purchase_limits)
    m.ship = pyo.Var(m.SHIP, domain=pyo.NonNegativeReals)
    m.sell = pyo.Var(m.SELL, domain=pyo.NonNegativeReals, bounds=trade.sale_limits)
    m.level = pyo.Var(m.LEVEL, domain=pyo.NonNegativeReals, bounds=stockpiles.level_limits)
    m.unmet = pyo.Var(m.UNMET, domain=pyo.NonNegativeReals, bounds=demand.unmet_limits)


def _state_investment(m: Model) -> None:
    m.builds_never_shrink = pyo.Constraint(m.DECISIONS, rule=investment.builds_never_shrink)
    m.modules_at_once = pyo.Constraint(m.DECISIONS, rule=investment.modules_at_once)
    m.one_option = pyo.Constraint(m.VENTURES, rule=investment.one_option)
    m.site_before_modules = pyo.Constraint(m.SITE_DECISIONS, rule=investment.site_before_modules)
    m.one_site = pyo.Constraint(m.SITE_DECISIONS, rule=investment.one_site)
    m.funding = pyo.Constraint(m.DECISIONS, rule=investment.funding)
    m.site_funding = pyo.Constraint(m.SITE_DECISIONS, rule=investment.site_funding)
    m.foreign_ceiling = pyo.Constraint(m.DECISIONS, rule=investment.foreign_ceiling)
    m.site_foreign_ceiling = pyo.Constraint(m.SITE_DECISIONS, rule=investment.site_foreign_ceiling)
    m.technology_share = pyo.Constraint(m.DECISIONS, rule=investment.technology_share)
    m.site_technology_share = pyo.Constraint(m.SITE_DECISIONS, rule=investment.site_technology_share)
    m.capacity_running = pyo.Constraint(m.CAPACITY, rule=investment.capacity_running)
    m.storage_space = pyo.Constraint(m.SPACE_DECISIONS, rule=stockpiles.storage_space)
    m.budget = pyo.Constraint(m.BUDGETS, rule=investment.budget)


def _state_operation(m: Model) -> None:
    m.flows = demand.flows(m)
    m.balance = pyo.Constraint(m.BALANCE, rule=demand.balance)
    m.capacity = pyo.Constraint(m.ASSET_PERIODS, rule=processing.capacity)
    m.resource = pyo.Constraint(m.RESOURCE, rule=processing.resource)
    m.thorium = pyo.Constraint(m.THORIUM, rule=processing.thorium)
    m.purchases_follow_base = pyo.Constraint(m.FLOW_PURCHASES, rule=trade.purchases_follow_base)
    m.shipments_follow_base = pyo.Constraint(m.HINDERED_SHIPMENTS, rule=trade.shipments_follow_base)
    m.crisis_sharing = pyo.Constraint(m.CRISIS_SHARING, rule=trade.crisis_sharing)
    m.offtake = pyo.Constraint(m.OFFTAKE, rule=trade.offtake)
    m.dependence = pyo.Constraint(m.DEPENDENCE, rule=trade.dependence)
    m.room = pyo.Constraint(m.ROOM, rule=stockpiles.room)
    m.no_stocking_in_a_crisis = pyo.Constraint(m.WINDOW_LEVEL, rule=stockpiles.no_stocking_in_a_crisis)


def _state_objectives(m: Model) -> None:
    terms = list(cost.terms(m))
    m.cost = pyo.Objective(expr=cost.expected_cost(m, terms), sense=pyo.minimize)
    m.most_resilient = pyo.Objective(expr=m.resilience, sense=pyo.maximize)
    m.windows_cost = pyo.Objective(expr=cost.windows_cost(m, terms), sense=pyo.minimize)
