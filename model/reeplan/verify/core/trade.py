"""Rules of trade: purchases, lanes, sales, what partners may take home, and dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.verify.core import availability
from reeplan.verify.core.frames import joined, total
from reeplan.verify.core.tolerances import COPIED, KEPT
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

SELLER_PRICE = Rule("supplier_price", "the price must be the supplier's of that year")
SELLER_PLACE = Rule("supplier_place", "the supplier hands over in another region")
AT_MOST = Rule("purchase_limit", "purchases must stay within what the supplier sells in that year and window")
AT_LEAST = Rule("take_or_pay", "the contract's least must be bought")
FOLLOW = Rule("purchases_follow_base", "a supplier that cuts back sells no more than its part of ordinary purchases")
LANE = Rule("lane_exists", "there is no lane for these goods between these regions")
OPEN = Rule("route_open", "nothing is shipped on a closed route")
HINDERED = Rule("shipments_follow_base", "a hindered route carries no more than its part of the ordinary flow")
MARKET = Rule("market_exists", "there is no market for this material here")
MARKET_PRICE = Rule("market_price", "the price must be the market's of that year")
MARKET_LIMIT = Rule("market_limit", "no more may be sold than the market takes")
OFFTAKE = Rule("offtake", "no more may leave for the partner than is free or follows from what it paid for")
DEPENDENCE = Rule("dependence", "no more may come from one country than its share of what the partner uses")


def check_trade(plan: Plan, ledger: Ledger) -> None:
    """Every rule of trade."""
    _check_purchases(plan, ledger)
    _check_lanes(plan, ledger)
    _check_sales(plan, ledger)
    _check_offtake(plan, ledger)
    _check_dependence(plan, ledger)


def _check_purchases(plan: Plan, ledger: Ledger) -> None:
    table, where = "supply.csv", ["window", "year", "supplier", "material"]
    listed = plan["supply"].merge(plan.case.sellers, on=where, suffixes=("", "_of_case"))
    ledger.equal(
        SELLER_PRICE,
        table,
        listed[where],
        listed["price_usd_per_t_of_case"],
        listed["price_usd_per_t"],
        allow=COPIED,
        unit="USD/t",
    )
    ledger.true(SELLER_PLACE, table, listed[[*where, "region"]], listed["region"] == listed["region_of_case"])
    all_ = plan.purchases
    ledger.at_most(
        AT_MOST, table, all_[where], all_["ceiling"] * all_["max_t_per_year"], all_["t"], allow=KEPT, unit="t/yr"
    )
    least = np.fmin(all_["ceiling"], all_["flow"]) * all_["min_t_per_year"]
    ledger.at_least(AT_LEAST, table, all_[where], least, all_["t"], allow=KEPT, unit="t/yr")
    cut = all_[all_["flow"].notna() & (all_["window"] != BASE)]
    ordinary = all_[all_["window"] == BASE].rename(columns={"t": "ordinary"})
    cut = cut.merge(ordinary[["year", "supplier", "material", "ordinary"]], on=["year", "supplier", "material"])
    ledger.at_most(FOLLOW, table, cut[where], cut["flow"] * cut["ordinary"], cut["t"], allow=KEPT, unit="t/yr")


def _check_lanes(plan: Plan, ledger: Ledger) -> None:
    table, flows = "flows.csv", plan.flows
    key = ["from_region", "to_region", "material", "year"]
    where = ["window", *key]
    exists = flows["usd_per_t"].notna() & (flows["from_region"] != flows["to_region"])
    ledger.true(LANE, table, flows[where], exists)
    flows = availability.of_lanes(plan.case.inputs, plan.case.hits, flows)
    closed = flows[flows["availability"] == 0]
    ledger.equal(OPEN, table, closed[where], np.zeros(len(closed)), closed["t"], allow=KEPT, unit="t/yr")
    ledger.held(OPEN, len(flows) - len(closed))
    hindered = flows[(flows["availability"] > 0) & (flows["availability"] < 1) & (flows["window"] != BASE)]
    ordinary = flows[flows["window"] == BASE][[*key, "t"]].rename(columns={"t": "ordinary"})
    hindered = joined(hindered, ordinary, key, {"ordinary": 0.0})
    ledger.at_most(
        HINDERED,
        table,
        hindered[where],
        hindered["availability"] * hindered["ordinary"],
        hindered["t"],
        allow=KEPT,
        unit="t/yr",
    )


def _check_sales(plan: Plan, ledger: Ledger) -> None:
    table, where = "sales.csv", ["window", "year", "region", "material"]
    sales = plan["sales"].merge(
        plan.case.markets, on=["region", "material", "year"], how="left", suffixes=("", "_of_case")
    )
    ledger.true(MARKET, table, sales[where], sales["price_usd_per_t_of_case"].notna())
    sales = sales[sales["price_usd_per_t_of_case"].notna()]
    ledger.equal(
        MARKET_PRICE,
        table,
        sales[where],
        sales["price_usd_per_t_of_case"],
        sales["price_usd_per_t"],
        allow=COPIED,
        unit="USD/t",
    )
    ledger.at_most(MARKET_LIMIT, table, sales[where], sales["max_t_per_year"], sales["t"], allow=KEPT, unit="t/yr")


def _check_offtake(plan: Plan, ledger: Ledger) -> None:
    inputs = plan.case.inputs
    pair = ["from_country", "to_country"]
    free = plan.case.offtakes
    flows = plan.flows.assign(reo=plan.flows["t"] * plan.flows["reo_t_per_t"])
    taken = joined(free, total(flows, [*pair, "window", "year"], ["reo"]), [*pair, "window", "year"], {"reo": 0.0})
    owned = plan.running.merge(inputs.assets[["asset", "country", "offtake_right"]], on="asset")
    owned = owned.assign(right=owned["offtake_right"] * owned["module_t_per_year"] * owned["ramped"])
    rights = total(owned, ["country", "partner", "year"], ["right"])
    rights = rights.rename(columns={"country": "from_country", "partner": "to_country"})
    taken = joined(taken, rights, [*pair, "year"], {"right": 0.0})
    ledger.at_most(
        OFFTAKE,
        "flows.csv",
        taken[[*pair, "window", "year"]],
        taken["free_t_per_year"] + taken["right"],
        taken["reo"],
        allow=KEPT,
        unit="t REO/yr",
    )


def uses(plan: Plan, *, served: bool) -> pd.DataFrame:
    """What each partner uses of each material, undisrupted: demand (served, or in full) and its plants' intake."""
    inputs = plan.case.inputs
    demand = inputs.demand
    if served:
        unmet = plan["shortage"]
        unmet = unmet[unmet["window"] == BASE][["region", "material", "year", "unmet_t"]]
        demand = joined(demand, unmet, ["region", "material", "year"], {"unmet_t": 0.0})
        demand = demand.assign(t_per_year=demand["t_per_year"] - demand["unmet_t"])
    run = plan.operation[(plan.operation["window"] == BASE) & plan.operation["country"].isin(list(inputs.wacc))]
    run = run.merge(plan.case.yields, on=["asset", "deposit"])
    taken = run.assign(t=run["t"] * np.maximum(0.0, -run["t_per_t"]), partner=run["country"])
    taken = taken[taken["material"].isin(inputs.goods["material"])]
    columns = ["partner", "material", "year", "t"]
    both = pd.concat([demand.rename(columns={"t_per_year": "t"})[columns], taken[columns]], ignore_index=True)
    return total(both, columns[:3], ["t"])


def _check_dependence(plan: Plan, ledger: Ledger) -> None:
    caps, key = plan.case.dependence, ["partner", "from_country", "material", "year"]
    flows = plan.flows[plan.flows["window"] == BASE].rename(columns={"to_country": "partner"})
    received = total(flows, key, ["t"])
    caps = joined(caps, received, key, {"t": 0.0})
    used = uses(plan, served=False).rename(columns={"t": "used"})
    caps = joined(caps, used, ["partner", "material", "year"], {"used": 0.0})
    ledger.at_most(
        DEPENDENCE,
        "flows.csv",
        caps[key],
        caps["max_share"] * caps["used"],
        caps["t"],
        size=caps["used"],
        allow=KEPT,
        unit="t/yr",
    )
