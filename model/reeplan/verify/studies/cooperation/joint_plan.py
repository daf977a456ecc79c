"""Who pays, owns, gets and risks what in the joint plan, worked out again from the plan's tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.outputs.spec.cooperation import CEILINGS, GETS, OWNS, PAYS, RISKS
from reeplan.verify.core.files import read_table
from reeplan.verify.core.frames import empty, total
from reeplan.verify.core.tolerances import BINDS, COPIED, FIGURE, KEPT, PRICED, REACHED, SUMMED, SUMMED_OVER_ALL
from reeplan.verify.core.verdict import How, Rule
from reeplan.verify.core.vocabulary import PARTS
from reeplan.verify.studies.cooperation.bills import parts_of_use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.verdict import Ledger, Numbers, TableLedger
    from reeplan.verify.studies.cooperation.bills import JointPlan
    from reeplan.verify.studies.cooperation.coalitions import Coalitions

OF_JOINT_PLAN = (PAYS, OWNS, GETS, RISKS)
WORTH_NOTING = 0.01
"""USD/t below which a limit is not said to bind."""

PAYS_CELL = Rule("pays", "what a partner pays must be what falls to it by who funds, owns, receives or has it")
PAYS_PART = Rule("pays_part", "what the partners pay of a part must sum to that part of the plan's cost")
PAYS_ALL = Rule("pays_sum", "what the partners pay must sum to the plan's cost")
OWNED = Rule("owns", "what a partner owns must be the capital in builds.csv that is its own")
GOT = Rule("gets", "what a partner gets must be what is shipped to it from that country")
SERVED = Rule("risks_served", "the share served must follow from what goes unmet in that window")
LOST = Rule("risks_lost", "the value lost must be what goes unmet in that window times its value")
RISKS_LISTED = Rule("risks_listed", "every partner has a row for every window")
NO_PLAN = Rule(
    "without_joint_plan", "where all together have no plan at the target there is nothing to pay, own or risk"
)
SHARED_SELLER = Rule("ceiling_seller", "the limit is that of a seller that coalitions with a plan share")
LIMIT = Rule("ceiling_limit", "the limit must be the coalition's part of what the seller sells in that year and window")
WORTH = Rule("ceiling_worth", "a tonne more is worth the price where the seller hands over, less the seller's price")
WORTH_SHOWN = Rule("ceiling_worth_shown", "a limit that binds is worth something")
CEILING_LISTED = Rule("ceiling_listed", "a limit of a shared seller that binds in the joint plan has its row")


def joint_point(front: pd.DataFrame, level: float) -> pd.Series[Any] | None:
    """The cheapest plan of the front that is as resilient as a level."""
    keeping = front[front["resilience"] >= level - REACHED.floor - REACHED.share]
    return None if keeping.empty else keeping.sort_values("cost_musd", kind="stable").iloc[0]


def check_joint_plan(
    run: Path, joint: JointPlan | None, point: pd.Series[Any] | None, game: Coalitions, target: float, ledger: Ledger
) -> dict[str, float]:
    """The four tables about the joint plan (``point``: its row of the front), and ceilings.csv.

    Returned is what each partner pays, going by pays.csv.
    """
    pays, owns, gets, risks = (
        read_table(run, table, ledger) if (run / table.file).exists() else empty(table.names) for table in OF_JOINT_PLAN
    )
    if point is None:
        for output, table in zip(OF_JOINT_PLAN, (pays, owns, gets, risks), strict=True):
            ledger.on(output).true(NO_PLAN, table, False)
    if point is not None:
        _check_sums(pays, point, ledger.on(PAYS))
    if joint is not None:
        _check_pays(pays, joint, ledger.on(PAYS))
        _check_owns(owns, joint, ledger.on(OWNS))
        _check_gets(gets, joint, ledger.on(GETS))
        _check_risks(risks, joint, ledger.on(RISKS))
    _check_ceilings(read_table(run, CEILINGS, ledger), game, target, joint, ledger.on(CEILINGS))
    if pays.empty:
        return {}
    return {k: math.fsum(pays.loc[pays["partner"] == k, "musd"]) for k in game.partners}


def _check_sums(pays: pd.DataFrame, point: pd.Series[Any], on: TableLedger) -> None:
    """Against the row of the front."""
    by_part = pays.groupby("part")["musd"].sum()
    size = float(pays["musd"].abs().sum())
    how = How(allow=SUMMED, size=size, unit="MUSD")
    for part in PARTS:
        on.equal(PAYS_PART, {"part": part}, point[f"{part}_musd"], by_part.get(part, 0.0), **how)
    on.equal(PAYS_ALL, {"part": "all"}, point["cost_musd"], pays["musd"].sum(), **how)


def _check_pays(pays: pd.DataFrame, joint: JointPlan, on: TableLedger) -> None:
    due = total(joint.bills, ["partner", "part"], ["musd", "size"]).rename(columns={"musd": "due"})
    rows = _either(due, pays, ["partner", "part"], ["due", "size", "musd"])
    size = rows.groupby("part")["size"].transform("sum")
    on.equal(PAYS_CELL, rows, "due", "musd", allow=SUMMED, size=size)


def _check_owns(owns: pd.DataFrame, joint: JointPlan, on: TableLedger) -> None:
    due = total(joint.plan["builds"], ["asset", "partner"], ["capex_musd"]).rename(columns={"capex_musd": "due"})
    rows = _either(due, owns, ["asset", "partner"], ["due", "capex_musd"])
    on.equal(OWNED, rows, "due", "capex_musd", allow=SUMMED)


def _check_gets(gets: pd.DataFrame, joint: JointPlan, on: TableLedger) -> None:
    flows = joint.plan.flows.rename(columns={"to_country": "partner", "t": "due"})
    flows = flows[
        flows["partner"].isin(list(joint.plan.case.inputs.wacc)) & (flows["partner"] != flows["from_country"])
    ]
    key = ["partner", "from_country", "material", "window"]
    rows = _either(total(flows, key, ["due"]), gets, key, ["due", "t"])
    on.equal(GOT, rows, "due", "t", allow=SUMMED_OVER_ALL)


def _check_risks(risks: pd.DataFrame, joint: JointPlan, on: TableLedger) -> None:
    due = joint.by_value[["partner", "window", "share", "lost"]].astype({"window": str})
    key = ["partner", "window"]
    rows = _either(due, risks.assign(listed=1.0), key, ["share", "lost", "served_share", "lost_musd", "listed"])
    on.true(RISKS_LISTED, rows, rows["in"] == "both")
    rows = rows[rows["in"] == "both"]
    on.equal(SERVED, rows, "share", "served_share", allow=FIGURE)
    on.equal(LOST, rows, rows["lost"] / 1e6, "lost_musd", allow=SUMMED)


# ---- where a part of a shared seller binds -----------------------------------------------------------------


def _check_ceilings(
    table: pd.DataFrame, game: Coalitions, target: float, joint: JointPlan | None, on: TableLedger
) -> None:
    groups = {game.name(group): group for group in game.numbers(target, "cost_musd")}
    rows = table.merge(_shared_sellers(game), on=["supplier", "material", "year", "window"], how="left")
    right = rows["most"].notna() & rows["coalition"].isin(list(groups))
    on.true(SHARED_SELLER, rows, right)
    rows = rows[right].reset_index(drop=True)
    limit = rows["most"] * _part_of(rows, groups, game)
    on.equal(LIMIT, rows, limit, "limit_t", allow=COPIED)
    on.at_least(WORTH_SHOWN, rows, WORTH_NOTING, "worth_usd_per_t", allow=COPIED)
    if joint is not None:
        _check_joint_ceilings(rows[rows["coalition"] == game.name(game.everyone)], game, joint, on)


def _shared_sellers(game: Coalitions) -> pd.DataFrame:
    """What sellers without a buyer, outside partner countries, sell at most to all together (``most``)."""
    inputs = game.case.inputs
    buyers = inputs["suppliers"][["supplier", "material", "buyer"]].drop_duplicates(["supplier", "material"])
    sellers = game.case.sellers.merge(buyers, on=["supplier", "material"])
    country = sellers["region"].map(inputs.country_of)
    sellers = sellers[(sellers["buyer"].fillna("") == "") & ~country.isin(game.partners)]
    return sellers.assign(most=sellers["ceiling"] * sellers["max_t_per_year"])[
        ["supplier", "material", "year", "window", "region", "price_usd_per_t", "most"]
    ]


def _part_of(rows: pd.DataFrame, groups: Mapping[str, int], game: Coalitions) -> Numbers:
    """The part of each row's coalition of the use of the material in the year; all of it for all together."""
    parts = parts_of_use(game.case.inputs).set_index(["partner", "material", "year"])["share"]
    found = []
    for coalition, material, year in zip(rows["coalition"], rows["material"], rows["year"], strict=True):
        members = [k for i, k in enumerate(game.partners) if groups[coalition] >> i & 1]
        everyone = len(members) == game.number
        found.append(1.0 if everyone else math.fsum(parts[k, material, year] for k in members))
    return np.array(found, dtype=float)


def _check_joint_ceilings(rows: pd.DataFrame, game: Coalitions, joint: JointPlan, on: TableLedger) -> None:
    """Of the joint plan purchases and prices are known."""
    key = ["supplier", "material", "year", "window"]
    plan = joint.plan
    prices = plan["prices"][["window", "year", "region", "material", "usd_per_t"]]
    due = _shared_sellers(game).merge(plan.purchases[[*key, "t"]], on=key)
    due = due.merge(prices, on=["window", "year", "region", "material"], how="left")
    due = due.assign(worth=due["usd_per_t"].fillna(0.0) - due["price_usd_per_t"])
    both = due.merge(rows[[*key, "limit_t", "worth_usd_per_t"]], on=key, how="left")
    listed = both[both["limit_t"].notna()]
    size = listed["usd_per_t"].abs() + listed["price_usd_per_t"]
    on.equal(WORTH, listed, "worth", "worth_usd_per_t", allow=PRICED, size=size)
    bought_out = listed["most"] * (1 - 2 * BINDS)
    on.at_least(CEILING_LISTED, listed, bought_out, "t", allow=KEPT, unit="t/yr")
    binding = both[(both["most"] > 0) & (both["t"] >= both["most"]) & (both["worth"] > 2 * WORTH_NOTING)]
    on.true(CEILING_LISTED, binding, binding["limit_t"].notna(), expected="a row")


def _either(due: pd.DataFrame, found: pd.DataFrame, key: Sequence[str], fill: Sequence[str]) -> pd.DataFrame:
    """Rows of both side by side, numbers 0 where a row is only in one of them."""
    rows = due.astype(dict.fromkeys(key, object)).merge(
        found.astype(dict.fromkeys(key, object)), on=list(key), how="outer", indicator="in"
    )
    rows[list(fill)] = rows[list(fill)].astype(float).fillna(0.0)
    return rows
