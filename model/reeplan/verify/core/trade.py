"""Rules of trade: purchases, lanes, sales, what partners may take home, and dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import FLOWS, SALES, SUPPLY
from reeplan.verify.core import availability
from reeplan.verify.core.frames import joined, total
from reeplan.verify.core.tolerances import COPIED, KEPT
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

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
SHARING = Rule(
    "crisis_sharing",
    "where partners do not share in a crisis, no more goes from one to another than on the undisrupted path",
)
DEPENDENCE = Rule("dependence", "no more may come from one country than its share of what the partner uses")


def check_trade(plan: Plan, ledger: Ledger) -> None:
    """Every rule of trade."""
    on = ledger.on(FLOWS, "partner", "from_country", "to_country")
    _check_purchases(plan, ledger.on(SUPPLY))
    _check_lanes(plan, on)
    _check_sales(plan, ledger.on(SALES))
    _check_offtake(plan, on)
    _check_sharing(plan, on)
    _check_dependence(plan, on)


def _check_purchases(plan: Plan, on: TableLedger) -> None:
    key = ["window", "year", "supplier", "material"]
    listed = plan["supply"].merge(plan.case.sellers, on=key, suffixes=("", "_of_case"))
    on.equal(SELLER_PRICE, listed, "price_usd_per_t_of_case", "price_usd_per_t", allow=COPIED)
    on.says(SELLER_PLACE, listed, listed["region_of_case"], "region")
    all_ = plan.purchases
    on.at_most(AT_MOST, all_, all_["ceiling"] * all_["max_t_per_year"], "t", allow=KEPT)
    least = np.fmin(all_["ceiling"], all_["flow"]) * all_["min_t_per_year"]
    on.at_least(AT_LEAST, all_, least, "t", allow=KEPT)
    cut = all_[all_["flow"].notna() & (all_["window"] != BASE)]
    ordinary = all_[all_["window"] == BASE].rename(columns={"t": "ordinary"})
    cut = cut.merge(ordinary[["year", "supplier", "material", "ordinary"]], on=["year", "supplier", "material"])
    on.at_most(FOLLOW, cut, cut["of_year"] * cut["flow"] * cut["ordinary"], "t", allow=KEPT)


def _check_lanes(plan: Plan, on: TableLedger) -> None:
    flows, key = plan.flows, ["from_region", "to_region", "material", "year"]
    exists = flows["usd_per_t"].notna() & (flows["from_region"] != flows["to_region"])
    on.true(LANE, flows, exists)
    flows = availability.of_lanes(plan.case.inputs, plan.case.hits, flows)
    closed = flows[flows["availability"] == 0]
    on.equal(OPEN, closed, 0.0, "t", allow=KEPT)
    on.held(OPEN, len(flows) - len(closed))
    hindered = flows[(flows["availability"] > 0) & (flows["availability"] < 1) & (flows["window"] != BASE)]
    ordinary = flows[flows["window"] == BASE][[*key, "t"]].rename(columns={"t": "ordinary"})
    hindered = joined(hindered, ordinary, key, {"ordinary": 0.0})
    hindered = hindered.merge(plan.case.inputs.periods[["window", "year", "of_year"]], on=["window", "year"])
    most = hindered["of_year"] * hindered["availability"] * hindered["ordinary"]
    on.at_most(HINDERED, hindered, most, "t", allow=KEPT)


def _check_sales(plan: Plan, on: TableLedger) -> None:
    sales = plan["sales"].merge(
        plan.case.markets, on=["window", "region", "material", "year"], how="left", suffixes=("", "_of_case")
    )
    on.true(MARKET, sales, sales["price_usd_per_t_of_case"].notna())
    sales = sales[sales["price_usd_per_t_of_case"].notna()]
    on.equal(MARKET_PRICE, sales, "price_usd_per_t_of_case", "price_usd_per_t", allow=COPIED)
    on.at_most(MARKET_LIMIT, sales, "max_t_per_year", "t", allow=KEPT)


def _check_offtake(plan: Plan, on: TableLedger) -> None:
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
    most = taken["of_year"] * (taken["free_t_per_year"] + taken["right"])
    on.at_most(OFFTAKE, taken, most, "reo", allow=KEPT, unit="t REO/yr")


def _check_sharing(plan: Plan, on: TableLedger) -> None:
    """In a crisis nobody is asked to give away what it would not send undisturbed."""
    inputs = plan.case.inputs
    if inputs.shares_in_crises:
        return
    partners, pair = list(inputs.wacc), ["from_country", "to_country", "material"]
    flows = plan.flows
    flows = flows[flows["from_country"].isin(partners) & flows["to_country"].isin(partners)]
    sent = total(flows[flows["from_country"] != flows["to_country"]], ["window", "year", *pair], ["t"])
    ordinary = sent[sent["window"] == BASE].drop(columns="window").rename(columns={"t": "ordinary"})
    crisis = joined(sent[sent["window"] != BASE], ordinary, ["year", *pair], {"ordinary": 0.0})
    crisis = crisis.merge(inputs.periods[["window", "year", "of_year"]], on=["window", "year"])
    on.at_most(SHARING, crisis, crisis["of_year"] * crisis["ordinary"], "t", allow=KEPT)


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


def _check_dependence(plan: Plan, on: TableLedger) -> None:
    caps, key = plan.case.dependence, ["partner", "from_country", "material", "year"]
    flows = plan.flows[plan.flows["window"] == BASE].rename(columns={"to_country": "partner"})
    received = total(flows, key, ["t"])
    caps = joined(caps, received, key, {"t": 0.0})
    used = uses(plan, served=False).rename(columns={"t": "used"})
    caps = joined(caps, used, ["partner", "material", "year"], {"used": 0.0})
    on.at_most(DEPENDENCE, caps, caps["max_share"] * caps["used"], "t", allow=KEPT, size="used")
