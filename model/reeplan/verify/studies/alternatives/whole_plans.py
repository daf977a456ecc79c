"""Whole alternatives: what each builds and costs, how far it is from those before it, and in what it differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_CHECKS, ALTERNATIVES_DIFFERENCES
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import ARITHMETIC, COPIED, KEPT, SAME_AMOUNT, SHARES, SOLVED, SUMMED, WITHIN
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.alternatives.quantities import amounts, buildable
from reeplan.verify.studies.reading import near, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger, TableLedger
    from reeplan.verify.studies.alternatives.near_optimal_plans import NearOptimal

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
    on, table = ledger.on(ALTERNATIVES), read_table(run, ALTERNATIVES, ledger)
    whole = _alternatives(table, inputs, on, done=done)
    _check_heads(whole, found, on)
    _check_builds(whole, inputs, on)
    _check_differences(whole, found, on)
    _check_found(whole, found, inputs, cheapest, on)
    _check_changes(run, whole, ledger)
    _check_checks(run, found, ledger, done=done)


def _alternatives(table: pd.DataFrame, inputs: Inputs, on: TableLedger, *, done: bool) -> Alternatives:
    heads = table.groupby("alternative", sort=False)[["slack_share", *HEAD]].first()
    again = heads.loc[table["alternative"]].set_index(table.index)
    for column in ("slack_share", *HEAD):
        on.same(HEADS, table, again[column], column, allow=COPIED, size=column)
    rows = table[table["asset"] != ""]
    stores = inputs.stores.set_index("store")["partner"]
    plants = buildable(inputs).set_index("asset")
    right = (rows["asset"].isin(plants.index) & rows["what"].isin(["module", "site"])) | (
        rows["asset"].isin(stores.index) & (rows["what"] == "room")
    )
    right &= rows["partner"].isin(list(inputs.wacc)) & rows[BUILT].notna().all(axis=1)
    on.true(KNOWN, rows, right)
    rows = rows[right].reset_index(drop=True)
    most = plants["most"].astype(float)
    modules = rows[rows["what"] == "module"].pivot_table(
        index="alternative", columns="asset", values="modules", aggfunc="sum"
    )
    modules = modules.reindex(index=heads.index, columns=most.index).astype(float).fillna(0.0)
    told = frozenset(heads.index if done else table.loc[table["asset"] != "", "alternative"])
    return Alternatives(heads, rows, modules, most, told)


def _check_heads(whole: Alternatives, found: NearOptimal, on: TableLedger) -> None:
    heads = whole.heads.reset_index()
    cost, share = heads["cost_musd"], heads["slack_share"]
    names = [CHEAPEST, *(f"a{number}" for number in range(1, len(heads)))]
    if list(heads["alternative"]) != names:
        on.broken(ORDER, "alternative", ", ".join(names), ", ".join(heads["alternative"]))
    first, bound = heads["alternative"] == CHEAPEST, min(float(found.front["bound_musd"]), found.cost)
    on.equal(THERE, heads, found.cost, "cost_musd", allow=SOLVED, only=first)
    slacks = found.ranges.groupby("slack_musd")["slack_share"].first()
    known = [bool(near(one, list(slacks), ARITHMETIC).any()) for one in share]
    on.true(ORDER, heads, known, "slack_share", only=~first)
    on.equal(ORDER, heads, 0.0, "slack_share", allow=COPIED, only=first)
    rising = (share.diff().fillna(0.0) >= -ARITHMETIC.floor) | share.isna()
    on.true(ORDER, heads, rising, "slack_share")
    limit = found.cost + share.fillna(np.inf) * abs(found.cost)
    on.between(COST, heads, bound, limit, "cost_musd", allow=SOLVED)
    if found.cost:
        size = cost.abs() / abs(found.cost)
        above = (cost - found.cost) / abs(found.cost)
        on.equal(ABOVE, heads, above, "over_cheapest_share", allow=ARITHMETIC, size=size)
        above = (cost - bound) / abs(found.cost)
        on.equal(ABOVE_BOUND, heads, above, "over_bound_share", allow=ARITHMETIC, size=size)
    on.between(SERVES, heads, found.target, 1.0, "resilience", allow=SHARES)


def _check_builds(whole: Alternatives, inputs: Inputs, on: TableLedger) -> None:
    rows = whole.builds.merge(
        buildable(inputs)[
            ["asset", "module_t_per_year", "module_musd", "site_musd", "lead_years", "first_decided"]
        ],
        on="asset", how="left",
    )  # fmt: skip
    modules = rows[rows["what"] == "module"]
    due = modules["modules"] * modules["module_t_per_year"]
    on.equal(SIZE, modules, due, "t_per_year", allow=SUMMED)
    due = modules["modules"] * modules["module_musd"]
    on.equal(CAPEX, modules, due, "capex_musd", allow=SUMMED)
    room = rows[rows["what"] == "room"].merge(
        inputs.stores[["store", "capacity_usd_per_t"]], left_on="asset", right_on="store", how="left"
    )
    on.equal(YEARS, room, "decided", "running", allow=COPIED)
    due = room["t_per_year"] * room["capacity_usd_per_t"].astype(float) / 1e6
    on.equal(CAPEX, room, due, "capex_musd", allow=SUMMED)
    on.equal(SIZE, rows, 0.0, "modules", allow=COPIED, only=rows["what"] != "module")
    on.equal(SIZE, rows, 0.0, "t_per_year", allow=COPIED, only=rows["what"] == "site")
    by_site = rows[rows["what"] == "site"].groupby(["alternative", "asset"], as_index=False)
    sites = by_site.agg({"capex_musd": "sum", "site_musd": "first"})
    allow = KEPT
    times = (sites["capex_musd"] / sites["site_musd"].where(sites["site_musd"] > 0, 1.0)).round()
    on.equal(CAPEX, sites, times * sites["site_musd"], "capex_musd", allow=allow)
    together = modules.groupby(["alternative", "asset", "decided"], as_index=False)[["modules"]].sum()
    on.equal(WHOLE, together, together["modules"].round(), "modules", allow=allow)
    built = rows[rows["what"] != "room"]
    due = built["decided"] + built["lead_years"]
    on.equal(YEARS, built, due, "running", allow=COPIED)
    on.at_least(YEARS, built, "first_decided", "decided", allow=COPIED)
    on.at_most(YEARS, rows, inputs.years[-1], "running", allow=COPIED)


def _check_differences(whole: Alternatives, found: NearOptimal, on: TableLedger) -> None:
    """Half for having it or not, half for the size as a share of the largest; the mean over all assets."""
    heads, most = whole.heads, whole.most
    share = {name: (row / most).to_numpy() for name, row in whole.modules.round().iterrows()}
    for _, group in heads[heads.index != CHEAPEST].groupby("slack_share", dropna=False):
        before, could = [CHEAPEST] if CHEAPEST in heads.index else [], np.inf
        for name, row in group.iterrows():
            row = pd.Series({"alternative": name, **row})
            if before and len(most) and {*before, name} <= whole.told:
                apart = [
                    float(np.mean(0.5 * ((share[name] > 0) != (share[one] > 0)) + 0.5 * abs(share[name] - share[one])))
                    for one in before
                ]
                on.equal(DIFFERS, row, min(apart), "difference", allow=ARITHMETIC)
            on.at_most(NEXT, row, could, "difference", allow=KEPT)
            before, could = [*before, str(name)], min(could, float(row["difference_bound"]))
    rows, allow = heads.reset_index(), KEPT
    on.at_most(DIFFERS_MOST, rows, "difference_bound", "difference", allow=allow)
    on.at_most(DIFFERS_MOST, rows, 1.0, "difference_bound", allow=allow)


def _check_found(
    whole: Alternatives, found: NearOptimal, inputs: Inputs, cheapest: pd.DataFrame | None, on: TableLedger
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
        on.true(FOUND, {"alternative": name}, same)
    if cheapest is None or CHEAPEST not in whole.told:
        return
    per = ["asset", "decided"]
    ours = whole.builds[(whole.builds["alternative"] == CHEAPEST) & (whole.builds["what"] == "module")]
    both = ours.groupby(per, as_index=False)["modules"].sum().merge(
        cheapest[cheapest["what"] == "module"].groupby(per, as_index=False)["modules"].sum(), on=per, how="outer"
    )  # fmt: skip
    both = both.fillna({"modules_x": 0.0, "modules_y": 0.0})
    on.equal(THERE, both, "modules_y", "modules_x", allow=KEPT, unit="modules")


# ---- in what they differ ---------------------------------------------------------------------------------


def _check_changes(run: Path, whole: Alternatives, ledger: Ledger) -> None:
    on, table = ledger.on(ALTERNATIVES_DIFFERENCES), read_table(run, ALTERNATIVES_DIFFERENCES, ledger)
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
    on.true(CHANGE, both, both["in"] == "both")
    both = both[both["in"] == "both"]
    on.says(CHANGE, both, both["change_due"], "change")
    for column in numbers:
        on.same(CHANGE, both, f"{column}_due", column, allow=SUMMED)


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
    on, table = ledger.on(ALTERNATIVES_CHECKS), read_table(run, ALTERNATIVES_CHECKS, ledger)
    holds = yes(table, "holds", on)
    # What was not re-solved before the study was stopped could not be checked either.
    left = ~table["check"].str.startswith("every whole alternative") | done
    on.true(CHECK, table, holds, "detail", only=left)
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
        on.true(COUNTED, rows, np.array(right, dtype=bool) | failed, "detail")
        if len(rows) != len(slacks):
            on.broken(COUNTED, f"{begins} …", f"{len(slacks)} rows", f"{len(rows)} rows")
