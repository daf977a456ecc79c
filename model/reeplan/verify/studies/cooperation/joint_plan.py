"""Who pays, owns, gets and risks what in the joint plan, worked out again from the plan's tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.cooperation import CEILINGS, GETS, OWNS, PAYS, RISKS
from reeplan.verify.core.files import read_table
from reeplan.verify.core.frames import empty, total
from reeplan.verify.core.tolerances import (
    BINDS,
    COPIED,
    FIGURE,
    KEPT,
    PRICED,
    REACHED,
    SUMMED,
    SUMMED_OVER_ALL,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import PARTS
from reeplan.verify.studies.cooperation.bills import parts_of_use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger, Numbers
    from reeplan.verify.studies.cooperation.bills import JointPlan
    from reeplan.verify.studies.cooperation.coalitions import Coalitions

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
    tables = {
        table.name: read_table(run, table, ledger) if (run / table.file).exists() else empty(table.names)
        for table in (PAYS, OWNS, GETS, RISKS)
    }
    if point is None:
        for name, table in tables.items():
            ledger.true(NO_PLAN, f"{name}.csv", table, np.zeros(len(table), dtype=bool))
    pays = tables["pays"]
    if point is not None:
        _check_sums(pays, point, ledger)
    if joint is not None:
        _check_pays(pays, joint, ledger)
        _check_owns(tables["owns"], joint, ledger)
        _check_gets(tables["gets"], joint, ledger)
        _check_risks(tables["risks"], joint, ledger)
    ceilings = read_table(run, CEILINGS, ledger)
    _check_ceilings(ceilings, game, target, joint, ledger)
    if pays.empty:
        return {}
    return {k: math.fsum(pays.loc[pays["partner"] == k, "musd"]) for k in game.partners}


def _check_sums(pays: pd.DataFrame, point: pd.Series[Any], ledger: Ledger) -> None:
    """Against the row of the front."""
    by_part = pays.groupby("part")["musd"].sum()
    size = float(pays["musd"].abs().sum())
    where = pd.DataFrame({"part": list(PARTS)})
    due = [float(point[f"{part}_musd"]) for part in PARTS]
    found = [float(by_part.get(part, 0.0)) for part in PARTS]
    ledger.equal(PAYS_PART, "pays.csv", where, due, found, size=[size] * len(PARTS), allow=SUMMED, unit="MUSD")
    whole = pd.DataFrame({"part": ["all"]})
    ledger.equal(
        PAYS_ALL, "pays.csv", whole, [float(point["cost_musd"])], [float(pays["musd"].sum())], size=[size],
        allow=SUMMED, unit="MUSD",
    )  # fmt: skip


def _check_pays(pays: pd.DataFrame, joint: JointPlan, ledger: Ledger) -> None:
    due = total(joint.bills, ["partner", "part"], ["musd", "size"]).rename(columns={"musd": "due"})
    rows = _either(due, pays, ["partner", "part"], ["due", "size", "musd"])
    size = rows.groupby("part")["size"].transform("sum")
    ledger.equal(
        PAYS_CELL,
        "pays.csv",
        rows[["partner", "part"]],
        rows["due"],
        rows["musd"],
        size=size,
        allow=SUMMED,
        unit="MUSD",
    )


def _check_owns(owns: pd.DataFrame, joint: JointPlan, ledger: Ledger) -> None:
    due = total(joint.plan["builds"], ["asset", "partner"], ["capex_musd"]).rename(columns={"capex_musd": "due"})
    rows = _either(due, owns, ["asset", "partner"], ["due", "capex_musd"])
    where = rows[["asset", "partner"]]
    ledger.equal(OWNED, "owns.csv", where, rows["due"], rows["capex_musd"], allow=SUMMED, unit="MUSD")


def _check_gets(gets: pd.DataFrame, joint: JointPlan, ledger: Ledger) -> None:
    flows = joint.plan.flows.rename(columns={"to_country": "partner", "t": "due"})
    flows = flows[
        flows["partner"].isin(list(joint.plan.case.inputs.wacc)) & (flows["partner"] != flows["from_country"])
    ]
    key = ["partner", "from_country", "material", "window"]
    rows = _either(total(flows, key, ["due"]), gets, key, ["due", "t"])
    ledger.equal(GOT, "gets.csv", rows[key], rows["due"], rows["t"], allow=SUMMED_OVER_ALL, unit="t")


def _check_risks(risks: pd.DataFrame, joint: JointPlan, ledger: Ledger) -> None:
    due = joint.by_value[["partner", "window", "share", "lost"]].astype({"window": str})
    key = ["partner", "window"]
    rows = _either(due, risks.assign(listed=1.0), key, ["share", "lost", "served_share", "lost_musd", "listed"])
    ledger.true(RISKS_LISTED, "risks.csv", rows[key], rows["in"] == "both")
    rows = rows[rows["in"] == "both"]
    where = rows[key]
    ledger.equal(SERVED, "risks.csv", where, rows["share"], rows["served_share"], allow=FIGURE)
    ledger.equal(LOST, "risks.csv", where, rows["lost"] / 1e6, rows["lost_musd"], allow=SUMMED, unit="MUSD")


# ---- where a part of a shared seller binds -----------------------------------------------------------------


def _check_ceilings(
    table: pd.DataFrame, game: Coalitions, target: float, joint: JointPlan | None, ledger: Ledger
) -> None:
    name, inputs = "ceilings.csv", game.case.inputs
    key = ["coalition", "supplier", "material", "year", "window"]
    groups = {game.name(group): group for group in game.numbers(target, "cost_musd")}
    rows = table.merge(_shared_sellers(game), on=["supplier", "material", "year", "window"], how="left")
    right = rows["most"].notna() & rows["coalition"].isin(list(groups))
    ledger.true(SHARED_SELLER, name, rows[key], right)
    rows = rows[right].reset_index(drop=True)
    limit = rows["most"] * _part_of(rows, groups, game, inputs)
    ledger.equal(LIMIT, name, rows[key], limit, rows["limit_t"], allow=COPIED, unit="t/yr")
    noted = np.full(len(rows), WORTH_NOTING)
    ledger.at_least(WORTH_SHOWN, name, rows[key], noted, rows["worth_usd_per_t"], allow=COPIED, unit="USD/t")
    if joint is not None:
        _check_joint_ceilings(rows[rows["coalition"] == game.name(game.everyone)], game, joint, ledger)


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


def _part_of(rows: pd.DataFrame, groups: Mapping[str, int], game: Coalitions, inputs: Inputs) -> Numbers:
    """The part of each row's coalition of the use of the material in the year; all of it for all together."""
    parts = parts_of_use(inputs).set_index(["partner", "material", "year"])["share"]
    found = []
    for coalition, material, year in zip(rows["coalition"], rows["material"], rows["year"], strict=True):
        members = [k for i, k in enumerate(game.partners) if groups[coalition] >> i & 1]
        everyone = len(members) == game.number
        found.append(1.0 if everyone else math.fsum(parts[k, material, year] for k in members))
    return np.array(found, dtype=float)


def _check_joint_ceilings(rows: pd.DataFrame, game: Coalitions, joint: JointPlan, ledger: Ledger) -> None:
    """Of the joint plan purchases and prices are known."""
    key = ["supplier", "material", "year", "window"]
    plan = joint.plan
    prices = plan["prices"][["window", "year", "region", "material", "usd_per_t"]]
    due = _shared_sellers(game).merge(plan.purchases[[*key, "t"]], on=key)
    due = due.merge(prices, on=["window", "year", "region", "material"], how="left")
    due = due.assign(worth=due["usd_per_t"].fillna(0.0) - due["price_usd_per_t"])
    both = due.merge(rows[[*key, "limit_t", "worth_usd_per_t"]], on=key, how="left")
    listed = both[both["limit_t"].notna()]
    table, size = "ceilings.csv", listed["usd_per_t"].abs() + listed["price_usd_per_t"]
    ledger.equal(
        WORTH, table, listed[key], listed["worth"], listed["worth_usd_per_t"], size=size, allow=PRICED, unit="USD/t"
    )
    bought_out = listed["most"] * (1 - 2 * BINDS)
    ledger.at_least(CEILING_LISTED, table, listed[key], bought_out, listed["t"], allow=KEPT, unit="t/yr")
    binding = both[(both["most"] > 0) & (both["t"] >= both["most"]) & (both["worth"] > 2 * WORTH_NOTING)]
    ledger.true(CEILING_LISTED, table, binding[key], binding["limit_t"].notna(), "a row")


def _either(due: pd.DataFrame, found: pd.DataFrame, key: Sequence[str], fill: Sequence[str]) -> pd.DataFrame:
    """Rows of both side by side, numbers 0 where a row is only in one of them."""
    rows = due.astype(dict.fromkeys(key, object)).merge(
        found.astype(dict.fromkeys(key, object)), on=list(key), how="outer", indicator="in"
    )
    rows[list(fill)] = rows[list(fill)].astype(float).fillna(0.0)
    return rows
