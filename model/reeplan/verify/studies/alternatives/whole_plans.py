"""Whole alternatives: what each builds and costs, how far it is from those before it, and in what it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_CHECKS, ALTERNATIVES_DIFFERENCES
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    COPIED,
    KEPT,
    SAME_AMOUNT,
    SHARES,
    SOLVED,
    SUMMED,
    WITHIN,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.alternatives.quantities import amounts, buildable
from reeplan.verify.studies.reading import near, same_or_missing, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger
    from reeplan.verify.studies.alternatives.near_optimal_plans import NearOptimal

TABLE, CHANGES, CHECKS = ALTERNATIVES.file, ALTERNATIVES_DIFFERENCES.file, ALTERNATIVES_CHECKS.file
BUILT = ["decided", "running", "modules", "t_per_year", "capex_musd"]
HEAD = ["cost_musd", "over_cheapest_share", "over_bound_share", "resilience", "difference", "difference_bound"]
CHEAPEST = "cheapest"
KNOWN = Rule("alternative_known", "an alternative builds what the case allows, of partners of the case")
HEADS = Rule("alternative_same", "all rows of an alternative say the same of it as a whole")
THERE = Rule("alternative_cheapest", "the first of the alternatives is the cheapest plan, that of front.csv")
ORDER = Rule(
    "alternative_order", "alternatives are numbered in the order of their slacks, which are those of the study"
)
COST = Rule("alternative_cost", "an alternative costs no more than its slack allows, and no less than what is proven")
ABOVE = Rule("alternative_above", "the share must be what the alternative costs above the cheapest plan")
ABOVE_BOUND = Rule("alternative_above_bound", "the share must be what the alternative costs above what is proven")
SERVES = Rule("alternative_target", "an alternative keeps the target")
SIZE = Rule("alternative_capacity", "new capacity must be modules times their size")
CAPEX = Rule("alternative_capital", "capital must be modules times their cost, or the site's, or that of room")
WHOLE = Rule("alternative_whole", "what all partners build of an asset in a year is whole modules")
YEARS = Rule("alternative_years", "modules run when their lead time is over, and are decided in years that allow it")
DIFFERS = Rule("alternative_difference", "the difference must be that from the nearest plan before it")
DIFFERS_MOST = Rule("alternative_difference_bound", "no plan differs by more than what is proven that any could")
NEXT = Rule("alternative_difference_falls", "the next alternative differs by no more than this one could")
FOUND = Rule("alternative_found", "an alternative is one of the plans found")
CHANGE = Rule("alternative_change", "the differences from the cheapest plan follow from what both build")
CHECK = Rule("alternatives_checked", "each check of the study holds")
COUNTED = Rule("alternatives_counted", "the check counts the must-haves or must-avoids, and the plans, of its slack")


@dataclass(frozen=True)
class Alternatives:
    """``heads``: one row an alternative, by name; ``builds``: what they build; ``modules``: alternative by asset.

    ``told``: those of which it is known what they build. A study that was stopped may not have come to list it.
    """

    heads: pd.DataFrame
    builds: pd.DataFrame
    modules: pd.DataFrame
    most: pd.Series[float]
    told: frozenset[str]


def check_whole_plans(
    run: Path, found: NearOptimal, inputs: Inputs, cheapest: pd.DataFrame | None, ledger: Ledger, *, done: bool
) -> None:
    """Every rule about whole alternatives; ``done``: the study was not stopped before what each builds was listed."""
    table = read_table(run, ALTERNATIVES, ledger)
    whole = _alternatives(table, inputs, ledger, done=done)
    _check_heads(whole, found, ledger)
    _check_builds(whole, inputs, ledger)
    _check_differences(whole, found, ledger)
    _check_found(whole, found, inputs, cheapest, ledger)
    _check_changes(run, whole, ledger)
    _check_checks(run, found, ledger, done=done)


def _alternatives(table: pd.DataFrame, inputs: Inputs, ledger: Ledger, *, done: bool) -> Alternatives:
    heads = table.groupby("alternative", sort=False)[["slack_share", *HEAD]].first()
    again = heads.loc[table["alternative"]].set_index(table.index)
    for column in ("slack_share", *HEAD):
        same_or_missing(
            HEADS, TABLE, table[["alternative", "asset"]].assign(column=column), again[column], table[column], ledger,
            allow=COPIED, size=table[column].abs().fillna(0.0),
        )  # fmt: skip
    rows = table[table["asset"] != ""]
    stores = inputs.stores.set_index("store")["partner"]
    plants = buildable(inputs).set_index("asset")
    right = (rows["asset"].isin(plants.index) & rows["what"].isin(["module", "site"])) | (
        rows["asset"].isin(stores.index) & (rows["what"] == "room")
    )
    right &= rows["partner"].isin(list(inputs.wacc)) & rows[BUILT].notna().all(axis=1)
    ledger.true(KNOWN, TABLE, rows[["alternative", "asset", "partner", "what"]], right)
    rows = rows[right].reset_index(drop=True)
    most = plants["most"].astype(float)
    modules = rows[rows["what"] == "module"].pivot_table(
        index="alternative", columns="asset", values="modules", aggfunc="sum"
    )
    modules = modules.reindex(index=heads.index, columns=most.index).astype(float).fillna(0.0)
    told = frozenset(heads.index if done else table.loc[table["asset"] != "", "alternative"])
    return Alternatives(heads, rows, modules, most, told)


def _check_heads(whole: Alternatives, found: NearOptimal, ledger: Ledger) -> None:
    heads = whole.heads.reset_index()
    where, cost, front = heads[["alternative"]], heads["cost_musd"], found.front
    names = [CHEAPEST, *(f"a{number}" for number in range(1, len(heads)))]
    if list(heads["alternative"]) != names:
        ledger.broken(ORDER, TABLE, "alternative", ", ".join(names), ", ".join(heads["alternative"]))
    first, bound = heads["alternative"] == CHEAPEST, min(float(front["bound_musd"]), found.cost)
    ledger.equal(
        THERE, TABLE, where[first], np.full(int(first.sum()), found.cost), cost[first], allow=SOLVED, unit="MUSD"
    )
    share = heads["slack_share"]
    slacks = found.ranges.groupby("slack_musd")["slack_share"].first()
    known = [bool(near(one, list(slacks), ARITHMETIC).any()) for one in share]
    ledger.true(ORDER, TABLE, heads[["alternative", "slack_share"]][~first], np.array(known, dtype=bool)[~first])
    ledger.equal(ORDER, TABLE, where[first], np.zeros(int(first.sum())), share[first], allow=COPIED)
    rising = (share.diff().fillna(0.0) >= -ARITHMETIC.floor) | share.isna()
    ledger.true(ORDER, TABLE, heads[["alternative", "slack_share"]], rising)
    limit = found.cost + share.fillna(np.inf) * abs(found.cost)
    ledger.at_most(COST, TABLE, where, limit, cost, allow=SOLVED, unit="MUSD")
    ledger.at_least(COST, TABLE, where, np.full(len(heads), bound), cost, allow=SOLVED, unit="MUSD")
    if found.cost:
        size = cost.abs() / abs(found.cost)
        above = (cost - found.cost) / abs(found.cost)
        ledger.equal(ABOVE, TABLE, where, above, heads["over_cheapest_share"], size=size, allow=ARITHMETIC)
        above = (cost - bound) / abs(found.cost)
        ledger.equal(ABOVE_BOUND, TABLE, where, above, heads["over_bound_share"], size=size, allow=ARITHMETIC)
    ledger.at_least(SERVES, TABLE, where, np.full(len(heads), found.target), heads["resilience"], allow=SHARES)
    ledger.at_most(SERVES, TABLE, where, np.ones(len(heads)), heads["resilience"], allow=SHARES)


def _check_builds(whole: Alternatives, inputs: Inputs, ledger: Ledger) -> None:
    key = ["alternative", "asset", "partner", "decided"]
    rows = whole.builds.merge(
        buildable(inputs)[
            ["asset", "module_t_per_year", "module_musd", "site_musd", "lead_years", "first_decided"]
        ],
        on="asset", how="left",
    )  # fmt: skip
    modules = rows[rows["what"] == "module"]
    due = modules["modules"] * modules["module_t_per_year"]
    ledger.equal(SIZE, TABLE, modules[key], due, modules["t_per_year"], allow=SUMMED, unit="t/yr")
    due = modules["modules"] * modules["module_musd"]
    ledger.equal(CAPEX, TABLE, modules[key], due, modules["capex_musd"], allow=SUMMED, unit="MUSD")
    room = rows[rows["what"] == "room"].merge(
        inputs.stores[["store", "capacity_usd_per_t"]], left_on="asset", right_on="store", how="left"
    )
    due = room["t_per_year"] * room["capacity_usd_per_t"].astype(float) / 1e6
    ledger.equal(CAPEX, TABLE, room[key], due, room["capex_musd"], allow=SUMMED, unit="MUSD")
    by_site = rows[rows["what"] == "site"].groupby(["alternative", "asset"], as_index=False)
    sites = by_site.agg({"capex_musd": "sum", "site_musd": "first"})
    allow = KEPT
    times = (sites["capex_musd"] / sites["site_musd"].where(sites["site_musd"] > 0, 1.0)).round()
    ledger.equal(
        CAPEX, TABLE, sites[["alternative", "asset"]], times * sites["site_musd"], sites["capex_musd"], allow=allow
    )
    together = modules.groupby(["alternative", "asset", "decided"], as_index=False)[["modules"]].sum()
    ledger.equal(
        WHOLE, TABLE, together[["alternative", "asset", "decided"]], together["modules"].round(), together["modules"],
        allow=allow, unit="modules",
    )  # fmt: skip
    built = rows[rows["what"] != "room"]
    due = built["decided"] + built["lead_years"]
    ledger.equal(YEARS, TABLE, built[key], due, built["running"], allow=COPIED)
    ledger.at_least(YEARS, TABLE, built[key], built["first_decided"], built["decided"], allow=COPIED)
    ledger.at_most(YEARS, TABLE, rows[key], np.full(len(rows), inputs.years[-1]), rows["running"], allow=COPIED)


def _check_differences(whole: Alternatives, found: NearOptimal, ledger: Ledger) -> None:
    """Half for having it or not, half for the size as a share of the largest; the mean over all assets."""
    heads, most = whole.heads, whole.most
    share = {name: (row / most).to_numpy() for name, row in whole.modules.round().iterrows()}
    for _, group in heads[heads.index != CHEAPEST].groupby("slack_share", dropna=False):
        before, could = [CHEAPEST] if CHEAPEST in heads.index else [], np.inf
        for name, row in group.iterrows():
            where = pd.DataFrame({"alternative": [name]})
            if before and len(most) and {*before, name} <= whole.told:
                apart = [
                    float(np.mean(0.5 * ((share[name] > 0) != (share[one] > 0)) + 0.5 * abs(share[name] - share[one])))
                    for one in before
                ]
                ledger.equal(DIFFERS, TABLE, where, [min(apart)], [row["difference"]], allow=ARITHMETIC)
            ledger.at_most(NEXT, TABLE, where, [could], [row["difference"]], allow=KEPT)
            before, could = [*before, str(name)], min(could, float(row["difference_bound"]))
    rows = heads.reset_index()
    where = rows[["alternative"]]
    allow = KEPT
    ledger.at_most(DIFFERS_MOST, TABLE, where, rows["difference_bound"], rows["difference"], allow=allow)
    ledger.at_most(DIFFERS_MOST, TABLE, where, np.ones(len(rows)), rows["difference_bound"], allow=allow)


def _check_found(
    whole: Alternatives, found: NearOptimal, inputs: Inputs, cheapest: pd.DataFrame | None, ledger: Ledger
) -> None:
    """Whole modules of an alternative are those of one of the plans; those of the cheapest are in its folder."""
    steps = found.kinds[found.kinds["step"].notna() & found.kinds.index.isin(found.has.columns)]
    sized = [key for key in steps.index if key[0] in ("plant", "venture")]
    known = found.has[sized].to_numpy()
    for name in [one for one in whole.heads.index if one in whole.told]:
        rows = whole.builds[whole.builds["alternative"] == name]
        has = amounts(inputs, rows).reindex(pd.MultiIndex.from_tuples(sized) if sized else []).fillna(0.0).to_numpy()
        near_by = np.abs(known - has) <= KEPT.share * np.abs(has) + KEPT.floor
        same = bool(near_by.all(axis=1).any())
        ledger.true(FOUND, TABLE, pd.DataFrame({"alternative": [name]}), np.array([same]))
    if cheapest is None or CHEAPEST not in whole.told:
        return
    per = ["asset", "decided"]
    ours = whole.builds[(whole.builds["alternative"] == CHEAPEST) & (whole.builds["what"] == "module")]
    both = ours.groupby(per, as_index=False)["modules"].sum().merge(
        cheapest[cheapest["what"] == "module"].groupby(per, as_index=False)["modules"].sum(), on=per, how="outer"
    )  # fmt: skip
    both = both.fillna({"modules_x": 0.0, "modules_y": 0.0})
    ledger.equal(THERE, TABLE, both[per], both["modules_y"], both["modules_x"], allow=KEPT, unit="modules")


# ---- in what they differ ---------------------------------------------------------------------------------


def _check_changes(run: Path, whole: Alternatives, ledger: Ledger) -> None:
    table = read_table(run, ALTERNATIVES_DIFFERENCES, ledger)
    if CHEAPEST not in whole.told:
        return
    totals = _totals(whole.builds)
    due = [
        change
        for name, row in whole.heads.iterrows()
        if name != CHEAPEST and name in whole.told
        for change in _changes(str(name), float(row["slack_share"]), totals)
    ]
    key, numbers = ["alternative", "asset"], list(ALTERNATIVES_DIFFERENCES.numbers)
    frame = pd.DataFrame(due, columns=[*key, "change", *numbers])
    both = frame.merge(table, on=key, how="outer", suffixes=("_due", ""), indicator="in")
    ledger.true(CHANGE, CHANGES, both[key], both["in"] == "both")
    both = both[both["in"] == "both"]
    ledger.true(CHANGE, CHANGES, both[[*key, "change"]], both["change"] == both["change_due"], found="change")
    for column in numbers:
        expected, given = both[f"{column}_due"].astype(float), both[column].astype(float)
        same_or_missing(
            CHANGE, CHANGES, both[key].assign(column=column), expected, given, ledger, allow=SUMMED,
            size=expected.abs().fillna(0.0),
        )  # fmt: skip


Totals = dict[str, dict[str, tuple[float, float]]]


def _totals(builds: pd.DataFrame) -> Totals:
    """New capacity and year of first decision, by alternative and asset."""
    found: Totals = {}
    sized = builds[builds["what"] != "site"]
    for (name, asset), rows in sized.groupby(["alternative", "asset"]):
        amount = float(rows["t_per_year"].sum())
        if amount > SAME_AMOUNT:
            found.setdefault(str(name), {})[str(asset)] = amount, float(rows["decided"].min())
    return found


def _changes(name: str, slack: float, totals: Totals) -> Iterator[list[Any]]:
    before, after = totals.get(CHEAPEST, {}), totals.get(name, {})
    for asset in before | after:
        (was, first), (now, then) = (side.get(asset, (0.0, np.nan)) for side in (before, after))
        if np.isnan(first):
            change = "added"
        elif np.isnan(then):
            change = "left out"
        elif abs(now - was) > SAME_AMOUNT * max(1.0, abs(was)):
            change = "larger" if now > was else "smaller"
        elif then != first:
            change = "earlier" if then < first else "later"
        else:
            continue
        yield [name, asset, change, slack, was, now, first, then]


# ---- what the study says of itself -------------------------------------------------------------------------


def _check_checks(run: Path, found: NearOptimal, ledger: Ledger, *, done: bool) -> None:
    table = read_table(run, ALTERNATIVES_CHECKS, ledger)
    holds = yes(table, "holds", CHECKS, ["check"], ledger)
    # What was not re-solved before the study was stopped could not be checked either.
    left = ~table["check"].str.startswith("every whole alternative") | done
    ledger.true(CHECK, CHECKS, table[left][["check", "detail"]], holds[left])
    slacks = sorted(found.ranges["slack_musd"].unique())
    for begins, column in (("must-haves", "must-have"), ("must-avoids", "must-avoid")):
        rows = table[table["check"].str.startswith(begins)]
        due = []
        for slack in slacks:
            members = found.ranges[(found.ranges["slack_musd"] == slack) & (found.ranges["class"] == column)]
            due.append((len(members), {len(found.within(float(slack), part * WITHIN)) for part in (0.5, 2.0)}))
        texts = [
            {f"{members} of them, {plans} plan{'s' * (plans != 1)}" for plans in counts} for members, counts in due
        ]
        right = [
            any(text == one for one in texts[position]) if position < len(texts) else False
            for position, text in enumerate(rows["detail"])
        ]
        failed = ~(rows["detail"].str.contains(" of them, ")).to_numpy()
        ledger.true(COUNTED, CHECKS, rows[["check", "detail"]], np.array(right, dtype=bool) | failed, found="detail")
        if len(rows) != len(slacks):
            ledger.broken(COUNTED, CHECKS, f"{begins} …", f"{len(slacks)} rows", f"{len(rows)} rows")
