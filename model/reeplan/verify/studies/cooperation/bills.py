"""Whose every cost of a plan is: who funds it, owns it, receives it, or has it in its country."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.verify.core import shortage
from reeplan.verify.core.costs import expected_costs
from reeplan.verify.core.frames import crossed, joined, total
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.plan import Plan

COLUMNS = ["partner", "part", "year", "window"]
WHO = "country"


@dataclass(frozen=True)
class JointPlan:
    """The plan of all together, with what follows from its tables once it has been worked out."""

    plan: Plan

    @cached_property
    def bills(self) -> pd.DataFrame:
        """What falls to each partner."""
        return bills(self.plan)

    @cached_property
    def by_value(self) -> pd.DataFrame:
        """The share of its demand by value that each partner is served in each window."""
        return shortage.value_shares(self.plan)

    @cached_property
    def by_tonnes(self) -> pd.DataFrame:
        """The share of demanded tonnes that each partner is served of each material in each window."""
        return shortage.tonne_shares(self.plan)


def bills(plan: Plan) -> pd.DataFrame:
    """What falls to each partner, part by part, year by year, window by window: expected present value (``musd``)."""
    parts = [_direct(plan), _fixed(plan), _process(plan), _purchases(plan), _transport(plan), _sales(plan)]
    terms = pd.concat([part[[*COLUMNS, "musd"]] for part in parts if len(part)] or [parts[0]], ignore_index=True)
    return terms.assign(size=terms["musd"].abs())


# ---- parts of what all partners share --------------------------------------------------------------------


def parts_of_value(inputs: Inputs) -> pd.DataFrame:
    """Each partner's part of the value of each year's demand (``share``); equal parts where there is no demand."""
    grid = crossed(pd.DataFrame({"partner": list(inputs.wacc)}), inputs.year_frame[["year"]])
    demand = inputs.demand.assign(value=inputs.demand["t_per_year"] * inputs.demand["shortage_usd_per_t"])
    grid = joined(grid, total(demand, ["partner", "year"], ["value"]), ["partner", "year"], {"value": 0.0})
    return _as_parts(grid, "value", ["year"])


def parts_of_use(inputs: Inputs) -> pd.DataFrame:
    """Each partner's part of each year's use of each good: demand, and what recipes of what is demanded take."""
    rows = []
    for (partner, material), demand in inputs.demand.groupby(["partner", "material"]):
        for good, t_per_t in _taken(inputs, str(material), ()):
            rows.append(demand[["year", "t_per_year"]].assign(
                partner=str(partner), material=good, use=demand["t_per_year"] * t_per_t
            ))  # fmt: skip
    used = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["partner", "material", "year", "use"])
    goods = crossed(pd.DataFrame({"partner": list(inputs.wacc)}), inputs.goods[["material"]])
    grid = crossed(goods, inputs.year_frame[["year"]])
    key = ["partner", "material", "year"]
    grid = joined(grid, total(used.astype({"use": float}), key, ["use"]), key, {"use": 0.0})
    by_use = _as_parts(grid, "use", ["material", "year"], equal=False)
    by_value = parts_of_value(inputs).rename(columns={"share": "by_value"})
    both = by_use.merge(by_value[["partner", "year", "by_value"]], on=["partner", "year"])
    return both.assign(share=both["share"].fillna(both["by_value"])).drop(columns="by_value")


def _taken(inputs: Inputs, material: str, above: tuple[str, ...]) -> list[tuple[str, float]]:
    """What a tonne of a good takes, itself first, stage by stage; recipes that make the same count for equal parts."""
    found = [(material, 1.0)]
    kind = dict(zip(inputs.goods["material"], inputs.goods["kind"], strict=True))
    if material in above or kind[material] != "product":
        return found
    followed = inputs["recipes"][inputs["recipes"]["process"].isin(inputs.assets["process"])]
    made = followed[(followed["material"] == material) & (followed["t_per_t"] > 0)].set_index("process")["t_per_t"]
    for process, t_made in made.items():
        taken = followed[(followed["process"] == process) & (followed["t_per_t"] < 0)]
        for good, t in zip(taken["material"], taken["t_per_t"], strict=True):
            part = -float(t) / float(t_made) / len(made)
            found += [(deeper, part * amount) for deeper, amount in _taken(inputs, str(good), (*above, material))]
    return found


def _as_parts(grid: pd.DataFrame, column: str, by: Sequence[str], *, equal: bool = True) -> pd.DataFrame:
    whole = grid.groupby(list(by))[column].transform("sum").astype(float)
    share = grid[column] / whole.where(whole > 0, np.nan)
    if equal:
        share = share.fillna(1.0 / grid["partner"].nunique())
    return grid.assign(share=share)


# ---- part by part ----------------------------------------------------------------------------------------


def _direct(plan: Plan) -> pd.DataFrame:
    """Capital by who funds it; holding, restocking and shortage by the country that they are in."""
    inputs = plan.case.inputs
    due = expected_costs(plan)
    due = due[due["part"].isin(["annuities", "holding", "restock", "shortage"])]
    stores = dict(zip(inputs.stores["store"], inputs.stores["partner"], strict=True))
    places = dict(zip(inputs.demand["region"] + "/" + inputs.demand["material"], inputs.demand["partner"], strict=True))
    owner = due["item"].map(stores).where(due["part"] != "shortage", due["item"].map(places))
    due = due.assign(partner=due["partner"].where(due["part"] == "annuities", owner))
    due = due.merge(inputs.periods[["window", "year", "weight", "discount"]], on=["window", "year"])
    return due.assign(musd=due["due"] * due["discount"].where(due["part"] == "annuities", due["weight"]))


def _fixed(plan: Plan) -> pd.DataFrame:
    """Of what stood already by its country, of modules by who funds them."""
    inputs = plan.case.inputs
    stood = plan.capacity[plan.capacity["existing"] > 0].merge(inputs.assets[["asset", WHO]], on="asset")
    stood = _by_country(plan, stood.assign(musd=stood["existing"] * stood["fixed_usd_per_t"] / 1e6))
    built = plan.running.merge(inputs.assets[["asset", "fixed_usd_per_t"]], on="asset")
    built = built.assign(musd=built["modules"] * built["module_t_per_year"] * built["fixed_usd_per_t"] / 1e6)
    both = [frame[["partner", "year", "musd"]] for frame in (stood, built) if len(frame)]
    rows = pd.concat(both or [stood[["partner", "year", "musd"]]], ignore_index=True).merge(
        inputs.year_frame, on="year"
    )
    return rows.assign(part="fixed", window=BASE, musd=rows["musd"] * rows["discount"])


def _process(plan: Plan) -> pd.DataFrame:
    """By capacity owned in the year: of what stood already, and of modules as far as they have started up."""
    assets = plan.case.inputs.assets[["asset", WHO]]
    stood = plan.capacity[["asset", "year", "existing"]].merge(assets, on="asset").assign(musd=1.0)
    stood = _by_country(plan, stood).rename(columns={"musd": "theirs"})
    built = plan.running.assign(own=plan.running["module_t_per_year"] * plan.running["ramped"])
    key = ["asset", "year", "partner"]
    owned = joined(stood, total(built, key, ["own"]), key, {"own": 0.0})
    missing = built.merge(stood[key], on=key, how="left", indicator="in")
    missing = total(missing[missing["in"] == "left_only"], key, ["own"]).assign(existing=0.0, theirs=0.0)
    owned = pd.concat([owned, missing], ignore_index=True) if len(missing) else owned
    owned["own"] += owned["existing"] * owned["theirs"]
    whole = owned.groupby(["asset", "year"])["own"].transform("sum")
    owned["share"] = (owned["own"] / whole.where(whole > 0, np.nan)).fillna(owned["theirs"])
    run = _weighed(plan, plan.operation.assign(musd=plan.operation["t"] * plan.operation["usd_per_t"] / 1e6))
    rows = run[["asset", "window", "year", "musd"]].merge(owned[[*key, "share"]], on=["asset", "year"])
    return rows.assign(part="process", musd=rows["musd"] * rows["share"])


def _purchases(plan: Plan) -> pd.DataFrame:
    """By the contract's buyer, else the seller's own country, else who receives the goods from there."""
    inputs = plan.case.inputs
    buyers = inputs["suppliers"][["supplier", "material", "buyer"]].drop_duplicates(["supplier", "material"])
    bought = plan.purchases[plan.purchases["t"] != 0].merge(buyers, on=["supplier", "material"])
    country = bought["region"].map(inputs.country_of)
    bought = bought.assign(
        country=bought["buyer"].where(bought["buyer"].fillna("") != "", country),
        musd=bought["t"] * bought["price_usd_per_t"] / 1e6,
    )
    received = plan.flows.rename(columns={"from_region": "region", "to_country": "partner"})
    rows = _by_tonnes(plan, _weighed(plan, bought), received)
    return rows.assign(part="purchases")


def _transport(plan: Plan) -> pd.DataFrame:
    """By the country of arrival, else that of departure."""
    flows = plan.flows
    arrives = flows["to_country"].isin(list(plan.case.inputs.wacc))
    flows = flows.assign(
        country=flows["to_country"].where(arrives, flows["from_country"]), musd=flows["t"] * flows["usd_per_t"] / 1e6
    )
    return _by_country(plan, _weighed(plan, flows)).assign(part="transport")


def _sales(plan: Plan) -> pd.DataFrame:
    """By the market's country, else who ships the goods there."""
    sales = plan["sales"][["window", "year", "region", "material", "t"]]
    sales = sales.merge(plan.case.markets, on=["window", "region", "material", "year"])
    sales = sales.assign(
        country=sales["region"].map(plan.case.inputs.country_of), musd=-sales["t"] * sales["price_usd_per_t"] / 1e6
    )
    sent = plan.flows.rename(columns={"to_region": "region", "from_country": "partner"})
    return _by_tonnes(plan, _weighed(plan, sales), sent).assign(part="sales")


def _weighed(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Costs of operation in expected present value."""
    rows = rows.drop(columns="weight", errors="ignore")
    rows = rows.merge(plan.case.inputs.periods[["window", "year", "weight"]], on=["window", "year"])
    return rows.assign(musd=rows["musd"] * rows["weight"])


def _by_country(plan: Plan, rows: pd.DataFrame) -> pd.DataFrame:
    """Each row to its ``country`` if that is a partner, else to all by the value of the year's demand."""
    inputs = plan.case.inputs
    own = rows[WHO].isin(list(inputs.wacc))
    shared = rows[~own].drop(columns="partner", errors="ignore")
    shared = shared.merge(parts_of_value(inputs)[["partner", "year", "share"]], on="year")
    shared = shared.assign(musd=shared["musd"] * shared["share"]).drop(columns="share")
    kept = rows[own].assign(partner=rows.loc[own, WHO])
    both = [frame for frame in (kept, shared) if len(frame)]
    return pd.concat(both, ignore_index=True) if both else kept


def _by_tonnes(plan: Plan, rows: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Each row to its country if that is a partner, else by the tonnes of ``flows``, else to all by value."""
    partners, key = list(plan.case.inputs.wacc), ["region", "material", "window", "year"]
    rows = rows.drop(columns="partner", errors="ignore").reset_index(drop=True)
    tonnes = total(flows[flows["partner"].isin(partners)], [*key, "partner"], ["t"]).rename(columns={"t": "moved"})
    tonnes = tonnes[tonnes["moved"] > 0]
    whole = tonnes.groupby(key)["moved"].transform("sum")
    tonnes = tonnes.assign(share=tonnes["moved"] / whole)
    own = rows[WHO].isin(partners)
    moved = ~own & pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(tonnes[key]))
    split = rows[moved].merge(tonnes[[*key, "partner", "share"]], on=key)
    split = split.assign(musd=split["musd"] * split["share"]).drop(columns="share")
    both = [frame for frame in (split, _by_country(plan, rows[~moved])) if len(frame)]
    return pd.concat(both, ignore_index=True) if both else _by_country(plan, rows)
