"""Rules of operation at each place: balances, what assets may run, ore in the ground, thorium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import OPERATION, PLAN_TABLES
from reeplan.verify.core.frames import either, joined, total
from reeplan.verify.core.tolerances import BALANCED, KEPT, SURPLUS_WRITTEN
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

BALANCE = Rule(
    "balance",
    "what is made, bought, arrives, is drawn or unmet must equal what is taken, leaves, is "
    "filled, sold, demanded or surplus",
)
AMOUNTS = Rule("amounts_positive", "an amount that is listed must be more than nothing")
WITHIN_CAPACITY = Rule("capacity", "activity must stay within the capacity that is available")
RESOURCE = Rule("resource", "no more ore may be won than lies in the ground")
THORIUM = Rule("thorium", "no more thorium may be released than is allowed")
PLACE = ["window", "year", "region", "material"]


def check_operation(plan: Plan, ledger: Ledger) -> None:
    """Every rule of operation that is not trade or storage."""
    for name in ("operation", "flows", "supply", "sales", "surplus"):
        ledger.on(PLAN_TABLES[name]).true(AMOUNTS, plan[name], plan[name]["t"] > 0, "t")
    _check_balances(plan, ledger.on("the plan's tables", *PLACE))
    on = ledger.on(OPERATION, "path", "region")
    _check_capacity(plan, on)
    _check_resource(plan, on)
    _check_thorium(plan, on)


def _check_balances(plan: Plan, on: TableLedger) -> None:
    """The surplus listed is exactly what is left over at each place.

    The allowance grows with what is there to be balanced, and not with what is only sent round: shipments count in it
    once what comes back is taken off, and with no more than there is of the material.
    """
    here, moved = pd.concat(_terms(plan), ignore_index=True), pd.concat(_moved(plan), ignore_index=True)
    there_is = total(here.assign(all=here["amount"].clip(lower=0.0)), ["window", "year", "material"], ["all"])
    moved = total(moved.assign(size=moved["amount"].abs()), PLACE, ["amount", "size"])
    moved = joined(moved, there_is, ["window", "year", "material"], {"all": 0.0})
    moved["size"] = np.minimum(moved["size"], moved["all"])
    terms = pd.concat([here.assign(size=here["amount"].abs()), moved], ignore_index=True)
    places = total(terms, PLACE, ["amount", "size"])
    places = either(places, plan["surplus"], PLACE, ["amount", "size", "t"])
    unlisted = (places["t"] == 0) & (places["amount"] >= 0) & (places["amount"] <= SURPLUS_WRITTEN)
    left = places["amount"].where(~unlisted, 0.0)
    on.equal(BALANCE, places, left, "t", allow=BALANCED, size="size", unit="t/yr of surplus")


def _terms(plan: Plan) -> list[pd.DataFrame]:
    """Everything but shipments that comes to a place (above 0) or goes (below 0)."""
    inputs = plan.case.inputs
    run = plan.operation.merge(plan.case.yields, on=["asset", "deposit"])
    region = dict(zip(plan.case.activities["asset"], plan.case.activities["region"], strict=True))
    bought, sales, unmet = plan["supply"], plan["sales"], plan["shortage"]
    demanded = inputs.demanded
    levels = plan.levels
    return [
        run.assign(region=run["asset"].map(region), amount=run["t"] * run["t_per_t"])[[*PLACE, "amount"]],
        bought.assign(amount=bought["t"])[[*PLACE, "amount"]],
        sales.assign(amount=-sales["t"])[[*PLACE, "amount"]],
        unmet.assign(amount=unmet["unmet_t"])[[*PLACE, "amount"]],
        demanded.assign(amount=-demanded["t_per_year"])[[*PLACE, "amount"]],
        levels.assign(amount=(levels["before"] - levels["level_t"]).astype(float).fillna(0.0))[[*PLACE, "amount"]],
    ]


def _moved(plan: Plan) -> list[pd.DataFrame]:
    """What arrives at a place (above 0) and leaves it (below 0), between every two places in one direction alone."""
    flows = plan["flows"]
    forward = flows["from_region"] < flows["to_region"]
    one = flows["from_region"].where(forward, flows["to_region"])
    other = flows["to_region"].where(forward, flows["from_region"])
    flows = flows.assign(one=one, other=other, amount=flows["t"].where(forward, -flows["t"]))
    net = total(flows, ["window", "year", "material", "one", "other"], ["amount"])
    return [
        net.rename(columns={"other": "region"})[[*PLACE, "amount"]],
        net.assign(amount=-net["amount"]).rename(columns={"one": "region"})[[*PLACE, "amount"]],
    ]


def _check_capacity(plan: Plan, on: TableLedger) -> None:
    key = ["asset", "window", "year"]
    run = total(plan.operation, key, ["t"])
    run = joined(run, plan.case.asset_availability, key, {"availability": 1.0})
    run = run.merge(plan.capacity[["asset", "year", "t"]].rename(columns={"t": "capacity"}), on=["asset", "year"])
    run = run.merge(plan.case.inputs.periods[["window", "year", "of_year"]], on=["window", "year"])
    on.at_most(WITHIN_CAPACITY, run, run["of_year"] * run["availability"] * run["capacity"], "t", allow=KEPT)


def _check_resource(plan: Plan, on: TableLedger) -> None:
    """Won on the undisrupted path; and before each window and in it."""
    inputs = plan.case.inputs
    mined = plan.operation[plan.operation["mines"]]
    mined = total(mined, ["window", "year", "deposit"], ["t"])
    base = mined[mined["window"] == BASE]
    parts = [base.assign(path=BASE), mined[mined["window"] != BASE].assign(path=lambda rows: rows["window"])]
    for window, start in zip(inputs.windows["window"], inputs.windows["start"], strict=True):
        parts.append(base[base["year"] < start].assign(path=window))
    won = total(pd.concat(parts, ignore_index=True), ["path", "deposit"], ["t"])
    won = won.merge(inputs["deposits"][["deposit", "resource_t"]], on="deposit")
    on.at_most(RESOURCE, won, "resource_t", "t", allow=KEPT, unit="t")


def _check_thorium(plan: Plan, on: TableLedger) -> None:
    run = plan.operation
    released = run.assign(released=run["t"] * run["thorium"])
    released = total(released, ["region", "window", "year"], ["released"])
    limits = plan.case.inputs["regions"][["region", "thorium_max_t_per_year"]]
    released = released.merge(limits, on="region")
    released = released.merge(plan.case.inputs.periods[["window", "year", "of_year"]], on=["window", "year"])
    limit = released["of_year"] * released["thorium_max_t_per_year"].astype(float).fillna(np.inf)
    on.at_most(THORIUM, released, limit, "released", allow=KEPT, unit="t ThO2/yr")
