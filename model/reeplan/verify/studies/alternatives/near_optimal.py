"""Near-optimal plans: the least and the most of everything, recomputed from the plans that were found.

What is proven of plans that were not found cannot be recomputed; that bounds, plans, classes and slacks fit can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.alternatives import NEAR_OPTIMAL, NEAR_OPTIMAL_PLANS
from reeplan.outputs.spec.plans import BUILDS
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.tolerances import (
    AMOUNT_PROVEN,
    ARITHMETIC,
    COPIED,
    GAP_REACHED,
    KEPT,
    NOTHING_DIVISIBLE,
    SHARES,
    SOLVED,
    SUMMED,
    WITHIN,
    Allowance,
)
from reeplan.verify.core.verdict import Ledger, Rule, Verdict
from reeplan.verify.studies.alternatives.near_optimal_plans import NearOptimal
from reeplan.verify.studies.alternatives.quantities import amounts, things
from reeplan.verify.studies.alternatives.whole_plans import check_whole_plans
from reeplan.verify.studies.reading import options_of, same_or_missing, study_of

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.inputs import Inputs

TABLE, PLANS = NEAR_OPTIMAL.file, NEAR_OPTIMAL_PLANS.file
KEY = ["kind", "name"]
HEAD = ["cost_musd", "over_cheapest_share", "least_cost_musd", "resilience"]
USUAL_SLACKS = (0.01, 0.03, 0.05)

SLACKS = Rule("near_optimal_slacks", "the slacks are those asked for, as a share of the cheapest plan's cost")
LISTED = Rule("near_optimal_listed", "everything that can be built or spent, and nothing else, has a row at each slack")
UNIT = Rule("near_optimal_unit", "the unit must be that of the thing")
LEAST = Rule("near_optimal_least", "the least must be the least of it in the plans found within the slack")
MOST = Rule("near_optimal_most", "the most must be the most of it in the plans found within the slack")
IN_CHEAPEST = Rule("near_optimal_in_cheapest", "this must be what the cheapest plan has of it")
BOUNDS = Rule("near_optimal_bounds", "no plan found may have less or more than what is proven")
GROWS = Rule("near_optimal_grows", "a plan within a slack is one within every wider slack, so ranges grow with it")
CLASS = Rule("near_optimal_class", "the class follows from what is proven and from the plans found")
END = Rule("near_optimal_status", "the status says which of least and most are proven")
HAS_ALL = Rule("must_have_everywhere", "every plan found within the slack has a must-have")
HAS_NONE = Rule("must_avoid_nowhere", "no plan found within the slack has a must-avoid")
ONE_HEAD = Rule("near_optimal_plan_same", "all rows of a plan say the same of its cost and resilience")
FIRST = Rule("near_optimal_first", "the first plan is the cheapest one, that of front.csv")
PLAN_COST = Rule("near_optimal_plan_cost", "no plan costs less than what is proven, or than its whole numbers at least")
PLAN_WITHIN = Rule("near_optimal_plan_within", "a plan that was sought within the slacks costs no more than the widest")
PLAN_SHARE = Rule("near_optimal_plan_share", "the share must be what the plan costs above the cheapest")
PLAN_TARGET = Rule("near_optimal_plan_target", "every plan found keeps the target")
STEPS = Rule("near_optimal_steps", "whole modules give amounts in whole steps")
CAPITAL = Rule("near_optimal_capital", "what is spent in all countries is what all partners pay")
ROUTES = Rule("near_optimal_routes", "the routes have what plants and ventures have together")


def check_alternatives(
    run: Path, manifest: dict[str, Any] | None, front: pd.DataFrame, case: Checked, ledger: Ledger
) -> None:
    """All tables of ``reeplan alternatives``."""
    if front.empty:
        return
    ranges = read_table(run, NEAR_OPTIMAL, ledger)
    ranges["most_bound"] = ranges["most_bound"].fillna(np.inf)  # an empty cell: nothing is proven of the most
    plans = read_table(run, NEAR_OPTIMAL_PLANS, ledger)
    kinds = things(case.inputs).set_index(KEY)
    ranges = _listed(ranges, kinds, ledger)
    target = study_of(manifest, "alternatives").get("target", front.iloc[0]["target"])
    heads, has = _plans(plans, kinds, ledger)
    if heads.empty:
        ledger.broken(FIRST, PLANS, expected="a plan", found="none")
        return
    ventures = frozenset(case.inputs.assets["venture"]) - {""}
    found = NearOptimal(ranges, heads, has, kinds, front.iloc[0], float(target), ventures)
    builds = _cheapest_builds(run, str(front.iloc[0]["point"]))
    _check_slacks(found, manifest, ledger)
    _check_ranges(found, ledger)
    _check_growth(found, ledger)
    _check_plans(found, ledger)
    if builds is not None:
        _check_first(found, case.inputs, builds, ledger)
    done = study_of(manifest, "alternatives").get("status", "done") == "done"
    check_whole_plans(run, found, case.inputs, builds, ledger, done=done)


def _cheapest_builds(run: Path, point: str) -> pd.DataFrame | None:
    """What the plan of the front builds; it is checked with all plans, so nothing is entered here."""
    try:
        return read_table(run / "plans" / point, BUILDS, Ledger(Verdict()))
    except UnreadableError:
        return None


def _listed(ranges: pd.DataFrame, kinds: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The rows whose names are right, beside what is known of each thing."""
    keys = pd.MultiIndex.from_frame(ranges[KEY])
    known = keys.isin(kinds.index)
    ledger.true(LISTED, TABLE, ranges[["slack_musd", *KEY]], known)
    for slack, rows in ranges.groupby("slack_musd"):
        for kind, name in kinds.index.difference(pd.MultiIndex.from_frame(rows[KEY])):
            ledger.broken(LISTED, TABLE, f"slack_musd {slack:.12g}", f"{kind} {name}", "no such row")
    ranges = ranges[known].join(kinds.add_prefix("due_"), on=KEY).reset_index(drop=True)
    ledger.true(UNIT, TABLE, ranges[["slack_musd", *KEY, "unit"]], ranges["unit"] == ranges["due_unit"], found="unit")
    return ranges


def _plans(plans: pd.DataFrame, kinds: pd.DataFrame, ledger: Ledger) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is said of each plan as a whole, and what it has of each thing."""
    heads = plans.groupby("plan", sort=False)[HEAD].first()
    again = heads.loc[plans["plan"]].set_index(plans.index)
    for column in HEAD:
        same_or_missing(
            ONE_HEAD, PLANS, plans[["plan", *KEY]].assign(column=column), again[column], plans[column], ledger,
            allow=COPIED, size=plans[column].abs().fillna(0.0).replace(np.inf, 0.0),
        )  # fmt: skip
    named = plans[plans["amount"].notna()]
    known = pd.MultiIndex.from_frame(named[KEY]).isin(kinds.index)
    ledger.true(LISTED, PLANS, named[["plan", *KEY]], known)
    named = named[known]
    due = kinds.loc[pd.MultiIndex.from_frame(named[KEY]), "unit"].to_numpy()
    ledger.true(UNIT, PLANS, named[["plan", *KEY, "unit"]], named["unit"] == due, found="unit")
    has = named.pivot_table(index="plan", columns=KEY, values="amount", aggfunc="first")
    has = has.reindex(index=heads.index, columns=kinds.index).astype(float).fillna(0.0)
    return heads, has


def _check_slacks(found: NearOptimal, manifest: dict[str, Any] | None, ledger: Ledger) -> None:
    ranges, cost = found.ranges, found.cost
    where = ranges[["slack_musd", *KEY]]
    share = ranges["slack_musd"] / abs(cost) if cost else np.full(len(ranges), np.nan)
    # The share of a case without cost is what was asked for; there is nothing to compare it with.
    if cost:
        ledger.equal(SLACKS, TABLE, where, share, ranges["slack_share"], allow=ARITHMETIC)
    options = options_of(manifest)
    if not {"slack", "slack_musd"} <= set(options):
        return
    shares, amounts_musd = options["slack"] or [], options["slack_musd"] or []
    if not shares and not amounts_musd:
        shares = USUAL_SLACKS
    due = sorted([float(one) * abs(cost) for one in shares] + [float(one) for one in amounts_musd])
    given = sorted(ranges["slack_musd"].unique())
    if len(set(due)) != len(given):
        ledger.broken(SLACKS, TABLE, "slack_musd", f"{len(set(due))} slacks", f"{len(given)} slacks")
        return
    listed = pd.DataFrame({"slack_musd": given})
    ledger.equal(SLACKS, TABLE, listed, sorted(set(due)), given, allow=ARITHMETIC, unit="MUSD")


def _check_ranges(found: NearOptimal, ledger: Ledger) -> None:
    for _, rows in found.ranges.groupby("slack_musd"):
        slack = float(rows["slack_musd"].iloc[0])
        keys = pd.MultiIndex.from_frame(rows[KEY])
        where, none = rows[["slack_share", *KEY]], rows["due_nothing"].to_numpy()
        narrow, wide = found.within(slack, 0.5 * WITHIN), found.within(slack, 2 * WITHIN)
        least, most = narrow[keys].min().to_numpy(), narrow[keys].max().to_numpy()
        widest = wide[keys].min().to_numpy(), wide[keys].max().to_numpy()
        # What is less than next to nothing has no row among the plans, and a plan just at the limit may count or not.
        written_least = np.where(near_to(rows["least"], widest[0], none), widest[0], least)
        written_most = np.where(near_to(rows["most"], widest[1], none), widest[1], most)
        for rule, due, column in ((LEAST, written_least, "least"), (MOST, written_most, "most")):
            small = (due == 0.0) & (rows[column] >= 0) & (rows[column] <= none)
            ledger.equal(rule, TABLE, where, np.where(small, rows[column], due), rows[column], allow=COPIED, unit="")
        _check_classes(rows, where, narrow[keys], ledger)
    first = found.has.iloc[0]
    rows = found.ranges
    due = first.loc[pd.MultiIndex.from_frame(rows[KEY])].to_numpy()
    small = (due == 0.0) & (rows["in_cheapest"] >= 0) & (rows["in_cheapest"] <= rows["due_nothing"])
    ledger.equal(
        IN_CHEAPEST, TABLE, rows[["slack_share", *KEY]], np.where(small, rows["in_cheapest"], due), rows["in_cheapest"],
        allow=COPIED,
    )  # fmt: skip
    ledger.at_most(BOUNDS, TABLE, rows[["slack_share", *KEY]], rows["least"], rows["least_bound"], allow=COPIED)
    ledger.at_least(BOUNDS, TABLE, rows[["slack_share", *KEY]], np.zeros(len(rows)), rows["least_bound"], allow=COPIED)
    ledger.at_most(BOUNDS, TABLE, rows[["slack_share", *KEY]], rows["most_bound"], rows["most"], allow=COPIED)
    ledger.at_most(BOUNDS, TABLE, rows[["slack_share", *KEY]], rows["most"], rows["least"], allow=COPIED)


def near_to(one: Any, other: Any, floor: Any) -> Any:
    """Whether two amounts are one, but for what is next to nothing."""
    return np.abs(np.asarray(one) - np.asarray(other)) <= COPIED.share * np.abs(other) + np.where(other == 0, floor, 0)


def _check_classes(rows: pd.DataFrame, where: pd.DataFrame, has: pd.DataFrame, ledger: Ledger) -> None:
    none = rows["due_nothing"]
    must, never = rows["least_bound"] > none, rows["most_bound"] <= none
    choice = (rows["least"] <= none) & (rows["most"] > none)
    due = np.select([must, never, choice], ["must-have", "must-avoid", "real choice"], "open")
    ledger.true(CLASS, TABLE, where.assign(due=due, **{"class": rows["class"]}), rows["class"] == due, found="class")
    divided = rows["due_step"].isna()
    open_range = rows["most_bound"].where(np.isfinite(rows["most_bound"]), rows["most"]) - rows["least_bound"]
    room = np.where(divided, np.maximum(none, AMOUNT_PROVEN * open_range), rows["due_step"] / 2)
    right = np.zeros(len(rows), dtype=bool)
    for digits in (1 - GAP_REACHED, 1 + GAP_REACHED):
        low = rows["least"] - rows["least_bound"] <= room * digits
        high = rows["most_bound"] - rows["most"] <= room * digits
        ends = np.select(
            [low & high, low, high], ["proven", "more may be possible", "less may be possible"],
            "less and more may be possible",
        )  # fmt: skip
        right |= (rows["status"] == ends).to_numpy()
    ledger.true(END, TABLE, where.assign(status=rows["status"]), right, found="status")
    lowest, highest = has.min().to_numpy(), has.max().to_numpy()
    having = (rows["class"] == "must-have").to_numpy()
    ledger.true(HAS_ALL, TABLE, where[having], lowest[having] > none[having])
    without = (rows["class"] == "must-avoid").to_numpy()
    ledger.true(HAS_NONE, TABLE, where[without], highest[without] <= none[without])


def _check_growth(found: NearOptimal, ledger: Ledger) -> None:
    for _, rows in found.ranges.groupby(KEY):
        rows = rows.sort_values("slack_musd")
        narrow, wide = rows.iloc[:-1], rows.iloc[1:]
        where = wide[["slack_share", *KEY]]
        for column in ("least", "least_bound"):
            ledger.at_most(GROWS, TABLE, where.assign(column=column), narrow[column], wide[column], allow=COPIED)
        for column in ("most", "most_bound"):
            low, high = narrow[column].to_numpy(), wide[column].to_numpy()
            there, named = np.isfinite(low) & np.isfinite(high), where.assign(column=column)
            ledger.at_least(GROWS, TABLE, named[there], low[there], high[there], allow=COPIED)
            ledger.true(GROWS, TABLE, named[~there], np.isinf(high[~there]))


def _check_plans(found: NearOptimal, ledger: Ledger) -> None:
    heads, has = found.heads.reset_index(), found.has
    where, cost, front = heads[["plan"]], heads["cost_musd"], found.front
    bound = min(float(front["bound_musd"]), found.cost)
    ledger.at_least(PLAN_COST, PLANS, where, np.full(len(heads), bound), cost, allow=SOLVED, unit="MUSD")
    known = np.isfinite(heads["least_cost_musd"])
    ledger.at_most(
        PLAN_COST, PLANS, where[known], cost[known], heads["least_cost_musd"][known], allow=SOLVED, unit="MUSD"
    )
    ledger.at_least(
        PLAN_COST, PLANS, where[known], np.full(int(known.sum()), bound), heads["least_cost_musd"][known], allow=SOLVED,
        unit="MUSD",
    )  # fmt: skip
    if len(found.ranges):
        limit = found.cost + float(found.ranges["slack_musd"].max())
        ledger.at_most(PLAN_WITHIN, PLANS, where, np.full(len(heads), limit), cost, allow=SOLVED, unit="MUSD")
    if found.cost:
        share = (cost - found.cost) / abs(found.cost)
        ledger.equal(PLAN_SHARE, PLANS, where, share, heads["over_cheapest_share"], allow=ARITHMETIC, size=share.abs())
    ledger.at_least(PLAN_TARGET, PLANS, where, np.full(len(heads), found.target), heads["resilience"], allow=SHARES)
    ledger.at_most(PLAN_TARGET, PLANS, where, np.ones(len(heads)), heads["resilience"], allow=SHARES)
    stepped = found.kinds["step"].dropna()
    for key, step in stepped.items():
        kind, name = key if isinstance(key, tuple) else (key, "")
        there = where.assign(kind=kind, name=name)
        amount = has[key].to_numpy()
        ledger.equal(STEPS, PLANS, there, np.round(amount / step) * step, amount, allow=COPIED)
    _check_sums(found, where, ledger)


def _check_sums(found: NearOptimal, where: pd.DataFrame, ledger: Ledger) -> None:
    """Countries and partners see the same capital, routes and their plants the same capacity."""
    has = found.has
    kind, name = (has.columns.get_level_values(level) for level in KEY)
    in_all = has.loc[:, kind == "country"].sum(axis=1).to_numpy()
    paid = has.loc[:, kind == "partner"].sum(axis=1).to_numpy()
    lost = found.kinds.loc[(kind == "country") | (kind == "partner"), "nothing"].clip(upper=NOTHING_DIVISIBLE).sum()
    ledger.equal(
        CAPITAL, PLANS, where, in_all, paid, allow=Allowance(KEPT.share, KEPT.floor + float(lost)), unit="MUSD"
    )
    whole = (kind == "plant") | ((kind == "venture") & name.isin(list(found.ventures)))
    routes = has.loc[:, kind == "route"].sum(axis=1).to_numpy()
    ledger.equal(ROUTES, PLANS, where, has.loc[:, whole].sum(axis=1).to_numpy(), routes, allow=SUMMED, unit="t/yr")


def _check_first(found: NearOptimal, inputs: Inputs, builds: pd.DataFrame, ledger: Ledger) -> None:
    """The first plan is that of the run's own folder."""
    head, has = found.heads.iloc[0], found.has.iloc[0]
    plan = pd.DataFrame({"plan": [found.heads.index[0]]})
    for column, allow in (("cost_musd", COPIED), ("resilience", ARITHMETIC)):
        ledger.equal(
            FIRST, PLANS, plan.assign(column=column), [float(found.front[column])], [float(head[column])], allow=allow
        )
    due = amounts(inputs, builds).reindex(found.kinds.index).fillna(0.0)
    none = found.kinds["nothing"]
    rows = found.kinds.reset_index()[KEY]
    ledger.equal(
        FIRST, PLANS, rows.assign(plan=found.heads.index[0]), due.where(due > none, 0.0).to_numpy(),
        has.where(has > none, 0.0).to_numpy(), allow=KEPT,
    )  # fmt: skip
