"""Every cost, recomputed from amounts and rates; the cost table, its weights and its sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import COSTS
from reeplan.verify.core.frames import crossed, either, total
from reeplan.verify.core.tolerances import COPIED, SUMMED
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

AMOUNT = Rule("cost_amount", "the cost must follow from the plan's amounts and the case's rates")
PAYER = Rule("cost_known", "a cost belongs to a part, item, payer, year and window of the case")
WEIGHT = Rule("cost_weight", "the weight must be the discount factor, times the probability for operation")
EXPECTED = Rule("cost_expected", "the expected cost must be the cost times its weight")
KEY = ["part", "item", "partner", "year", "window"]


def check_costs(plan: Plan, ledger: Ledger) -> None:
    """The cost table row by row."""
    on = ledger.on(COSTS)
    due = expected_costs(plan)
    rows = either(due, plan["costs"], KEY, ["due", "size", "musd"])
    on.equal(AMOUNT, rows, "due", "musd", allow=SUMMED, size="size")
    costs = plan["costs"]
    on.true(PAYER, rows, _possible(plan, rows))
    weights = plan.case.inputs.periods[["window", "year", "weight", "discount"]]
    costs = costs.merge(weights, on=["window", "year"], how="left", suffixes=("", "_of_case"))
    undisrupted = costs["part"].isin(["annuities", "fixed"])
    weight = costs["discount"].where(undisrupted, costs["weight_of_case"])
    on.equal(WEIGHT, costs, weight, "weight", allow=COPIED)
    on.equal(EXPECTED, costs, costs["musd"] * costs["weight"], "expected_musd", allow=COPIED)


def _possible(plan: Plan, rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether such a cost can exist at all, however small it is."""
    inputs = plan.case.inputs
    lanes = inputs["transport"]["from_region"] + ">" + inputs["transport"]["to_region"]
    stores, places = inputs.stores["store"], inputs.demand["region"] + "/" + inputs.demand["material"]
    assets = inputs.assets["asset"]
    items = {
        "annuities": [*assets, *stores],
        "fixed": list(assets),
        "process": list(assets),
        "purchases": list(inputs.supplies["supplier"].unique()),
        "transport": list(lanes.unique()),
        "sales": list(inputs["markets"]["region"].unique()),
        "holding": list(stores),
        "shortage": list(places.unique()),
        "restock": list(stores),
    }
    known = pd.MultiIndex.from_tuples(
        [(part, item) for part, names in items.items() for item in names], names=["part", "item"]
    )
    payer = rows["partner"].isin(list(inputs.wacc)).where(rows["part"] == "annuities", rows["partner"] == "")
    named = pd.MultiIndex.from_frame(rows[["part", "item"]]).isin(known)
    base_only = (rows["window"] == BASE) | ~rows["part"].isin(["annuities", "fixed"])
    return payer & named & base_only


def expected_costs(plan: Plan) -> pd.DataFrame:
    """All costs that the plan's amounts imply: ``due`` in MUSD, and ``size``, the sum of the absolute terms."""
    if plan.due_costs is not None:
        return plan.due_costs
    parts = [_annuities(plan), _room_annuities(plan), _fixed(plan), *_operating(plan), _restocking(plan)]
    terms = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    terms = terms.assign(size=terms["due"].abs())
    sums = total(terms, KEY, ["due", "size"])
    plan.due_costs = sums[sums["size"] > 0]
    return plan.due_costs


def annuity(
    capital: pd.Series[float], rate: pd.Series[float], lead: pd.Series[float], life: pd.Series[float]
) -> pd.Series[float]:
    """Capital with interest while building, spread over a life: the same payment every year of running."""
    safe = rate.where(rate > 0, 1.0)
    crf = (safe / (1.0 - (1.0 + safe) ** -life)).where(rate > 0, 1.0 / life)
    return capital * (1.0 + rate) ** (lead / 2.0) * crf


def _annuities(plan: Plan) -> pd.DataFrame:
    """Modules and sites, by who pays them, in the years that they run."""
    columns = ["asset", "partner", "decided", "lead_years", "life_years", "risk_premium", "capital"]
    modules = plan.modules.assign(capital=plan.modules["modules"] * plan.modules["module_musd"])
    sites = plan.sites.assign(capital=plan.sites["capex_musd"])
    both = pd.concat([modules[columns], sites[columns]], ignore_index=True)
    rate = both["partner"].map(plan.case.inputs.wacc) + both["risk_premium"]
    both["due"] = annuity(both["capital"], rate, both["lead_years"], both["life_years"])
    return _in_years_of_running(plan, both.rename(columns={"asset": "item"}))


def _room_annuities(plan: Plan) -> pd.DataFrame:
    room = plan.room
    capital = room["t_per_year"] * room["capacity_usd_per_t"] / 1e6
    rate = room["partner"].map(plan.case.inputs.wacc).astype(float)
    due = annuity(capital, rate, room["life_years"] * 0.0, room["life_years"])
    return _in_years_of_running(plan, room.assign(due=due, lead_years=0.0).rename(columns={"store": "item"}))


def _in_years_of_running(plan: Plan, capital: pd.DataFrame) -> pd.DataFrame:
    rows = crossed(capital, plan.case.inputs.year_frame[["year"]])
    age = rows["year"] - rows["decided"] - rows["lead_years"]
    rows = rows[(age >= 0) & (age < rows["life_years"])]
    return rows.assign(part="annuities", window=BASE)[[*KEY, "due"]]


def _fixed(plan: Plan) -> pd.DataFrame:
    """Capacity held, with modules at full size from their first year."""
    rows = plan.capacity
    due = rows["fixed_usd_per_t"] * rows["held"] / 1e6
    return rows.assign(part="fixed", item=rows["asset"], partner="", window=BASE, due=due)[[*KEY, "due"]]


def _operating(plan: Plan) -> list[pd.DataFrame]:
    """Processing, purchases, freight, sales, holding and shortage of every year and window."""
    inputs = plan.case.inputs
    run, bought, flows = plan.operation, plan.purchases, plan.flows
    sales = plan["sales"][["window", "year", "region", "material", "t"]]
    sales = sales.merge(plan.case.markets, on=["window", "region", "material", "year"])
    stock = plan["stock"].merge(inputs.stores, on=["region", "material"])
    stock = stock.merge(inputs.periods[["window", "year", "of_year"]], on=["window", "year"])
    value = inputs.demand[["region", "material", "year", "shortage_usd_per_t"]]
    unmet = plan["shortage"].merge(value, on=["region", "material", "year"])
    lane = flows["from_region"] + ">" + flows["to_region"]
    place = unmet["region"] + "/" + unmet["material"]
    return [
        _part("process", run, run["asset"], run["t"] * run["usd_per_t"]),
        _part("purchases", bought, bought["supplier"], bought["t"] * bought["price_usd_per_t"]),
        _part("transport", flows, lane, flows["t"] * flows["usd_per_t"].fillna(0.0)),
        _part("sales", sales, sales["region"], -sales["t"] * sales["price_usd_per_t"]),
        _part("holding", stock, stock["store"], stock["of_year"] * stock["level_t"] * stock["holding_usd_per_t_year"]),
        _part("shortage", unmet, place, unmet["unmet_t"] * unmet["shortage_usd_per_t"]),
    ]


def _restocking(plan: Plan) -> pd.DataFrame:
    """What a window has drawn below the undisrupted path's level by its end, at the reference price.

    Of a window of months it is what it has drawn below the level that it began with.
    """
    inputs = plan.case.inputs
    key = ["region", "material", "year"]
    ends = inputs.windows[["window", "end"]].rename(columns={"end": "year"}).astype({"year": float})
    ends = plan.levels.merge(ends.assign(window=ends["window"].astype(str)), on=["window", "year"])
    ends = ends.merge(inputs.goods[["material", "reference_usd_per_t"]], on="material")
    base = plan["stock"].loc[plan["stock"]["window"] == BASE, [*key, "level_t"]]
    ends = ends.merge(base.rename(columns={"level_t": "ordinary"}), on=key)
    ordinary = ends["ordinary"].where(ends["of_year"] == 1.0, ends["before"])
    price = ends["reference_usd_per_t"]
    return pd.concat(
        [
            _part("restock", ends, ends["store"], -ends["level_t"] * price),
            _part("restock", ends, ends["store"], ordinary * price),
        ],
        ignore_index=True,
    )


def _part(part: str, rows: pd.DataFrame, item: pd.Series[str], usd: pd.Series[float]) -> pd.DataFrame:
    """Costs of one part; amounts in USD."""
    due = np.asarray(usd, dtype=float) / 1e6
    return rows[["window", "year"]].assign(part=part, item=item, partner="", due=due)[[*KEY, "due"]]
