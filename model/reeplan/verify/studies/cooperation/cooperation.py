"""The tables of a run about cooperation: every coalition at every level of resilience, and what follows at one.

The plans of smaller coalitions are not in the run, so what is checked of them is what must hold whatever they are: how
costs, bounds, levels and coalitions hang together. The joint plan is in the run, and all that is said of it is
worked out from its tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.plan import read_plan
from reeplan.verify.core.tolerances import (
    COPIED,
    DIGITS,
    EXACT,
    GAP_REACHED,
    HIGHEST,
    LAST_DIGITS,
    PART_SUMS,
    REACHED,
)
from reeplan.verify.core.verdict import Ledger, Rule, Verdict
from reeplan.verify.core.vocabulary import FAILED, UNBOUNDED, UNPROVEN
from reeplan.verify.studies.cooperation.allocation import check_allocation
from reeplan.verify.studies.cooperation.bills import JointPlan
from reeplan.verify.studies.cooperation.clauses import check_levers, check_marginal_prices
from reeplan.verify.studies.cooperation.coalitions import TABLE, Coalitions
from reeplan.verify.studies.cooperation.deal import check_deal, stated_deal
from reeplan.verify.studies.cooperation.fair_shares import groups
from reeplan.verify.studies.cooperation.joint_plan import check_joint_plan, joint_point
from reeplan.verify.studies.cooperation.leaving import check_leaving

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.case import Checked

GAINS = ["gain_musd", "gain_least_musd", "gain_greatest_musd"]
DONE, GAP, STOPPED = "optimal", "gap not reached", "interrupted"
OUT_OF_REACH, NO_PLAN, NOT_SOLVED = "cannot reach the target", "no plan found", "not solved"
STATUSES = (DONE, GAP, STOPPED, OUT_OF_REACH, NO_PLAN, NOT_SOLVED, FAILED, UNBOUNDED, UNPROVEN)
WORST_PARTNER_COUNTS = ("worst_case", "weakest_link")
"""Measures of resilience under which two plans, side by side, are as resilient as the worse of them."""

EVERY = Rule("coalition_listed", "every coalition has one row at every level of resilience")
KNOWN_STATUS = Rule("coalition_status", "a status says how the search ended")
SAYS = Rule(
    "coalition_numbers",
    "a coalition whose plan was found has cost, bound and resilience; one without a plan has none of them, and only "
    "one that cannot reach the target has a highest resilience",
)
BOUND = Rule("coalition_bound", "what is proven can be no more than what the coalition's plan costs")
PROVEN = Rule("coalition_gap", "'optimal' says that cost and bound are within the gap asked for")
SERVES = Rule("coalition_serves", "a coalition's plan must be as resilient as the level asks")
SHARE = Rule("coalition_share", "a resilience lies between 0 and 1")
TOO_LOW = Rule("coalition_highest", "a coalition that cannot reach a level has a highest resilience below it")
SAME_HIGHEST = Rule("coalition_highest_same", "a coalition's highest resilience is the same at every level")
ABOVE_HIGHEST = Rule("coalition_above_highest", "no plan of a coalition is more resilient than its highest resilience")
COST_RISES = Rule("coalition_cost_rises", "a plan for a higher level is one for this level too, so this costs no more")
BOUND_RISES = Rule("coalition_bound_rises", "what is proven at a lower level holds at a higher one")
STILL_REACHED = Rule("coalition_reaches_lower", "a coalition that has a plan for a higher level has one for this level")
GAIN = Rule("gain", "the gain is what the members cost alone less what the coalition costs")
GAIN_STATED = Rule("gain_stated", "a gain is stated where the coalition and each of its members have a cost")
GAIN_LEAST = Rule("gain_least", "the least gain is the members' bounds less the coalition's cost")
GAIN_GREATEST = Rule("gain_greatest", "the greatest gain is the members' costs less the coalition's bound")
GAIN_WITHIN = Rule("gain_within_band", "the gain lies between its least and its greatest value")
JOINING = Rule("joining_never_costs", "the plans of two coalitions, side by side, are a plan of both together")
JOINING_REACHES = Rule("joining_reaches", "what two coalitions reach each by itself they reach together")
JOINT_COST = Rule("joint_cost", "all together cost what the cheapest plan of front.csv at this level costs")
JOINT_RESILIENCE = Rule(
    "joint_resilience", "all together are as resilient as the cheapest plan of front.csv at this level"
)
JOINT_BOUND = Rule("joint_bound", "what is proven of all together must fit what front.csv says is proven")
JOINT_FOUND = Rule("joint_found", "all together have a plan at a level if front.csv has one")
JOINT_PROVEN = Rule("joint_gap", "the joint plan is 'optimal' if and only if cost and bound are within the front's gap")


def check_cooperation(
    run: Path, manifest: dict[str, Any] | None, front: pd.DataFrame, case: Checked, ledger: Ledger
) -> None:
    """All tables about cooperation, as far as the run has them."""
    table = read_table(run, COALITIONS, ledger)
    game = Coalitions.of(table, case, ledger)
    check_coalitions(game, ledger)
    check_joint_rows(game, front, ledger)
    deal = stated_deal(manifest, game, ledger)
    if deal is None:
        return
    joint = _joint_plan(run, front, game, deal.target, case)
    pays = check_joint_plan(run, joint, joint_point(front, deal.target), game, deal.target, ledger)
    shares = check_allocation(run, game, deal, pays, ledger)
    check_deal(deal, game, shares, ledger)
    check_levers(run, game, deal.target, pays, ledger)
    check_marginal_prices(run, case, ledger)
    check_leaving(run, game, deal.target, joint, shares, ledger)


# ---- what the rows say of one another --------------------------------------------------------------------


def check_coalitions(game: Coalitions, ledger: Ledger) -> None:
    """Every rule about coalitions that needs no plan."""
    _check_listed(game, ledger)
    _check_rows(game, ledger)
    _check_highest(game, ledger)
    for _, rows in game.table.groupby("group"):
        _check_along_levels(rows.sort_values("target"), ledger)
    for level in game.levels:
        _check_gains(game, level, ledger)
        if level == 0 or str(game.case.inputs.settings["resilience_measure"]) in WORST_PARTNER_COUNTS:
            _check_joining(game, level, ledger)


def _check_listed(game: Coalitions, ledger: Ledger) -> None:
    for level in game.levels:
        listed = set(game.at(level).index)
        for group in groups(game.number):
            if group not in listed:
                ledger.broken(EVERY, TABLE, f"target {level:.12g}", expected=game.name(group), found="no such row")
        ledger.held(EVERY, len(listed))


def _check_rows(game: Coalitions, ledger: Ledger) -> None:
    table = game.table
    where, status = table[["target", "coalition"]], table["status"]
    ledger.true(KNOWN_STATUS, TABLE, table[[*where, "status"]], status.isin(STATUSES), found="status")
    given = table[["cost_musd", "bound_musd", "resilience"]].notna()
    needed = status.isin([DONE, GAP, UNPROVEN])
    barred = status.isin([OUT_OF_REACH, NO_PLAN, NOT_SOLVED, FAILED, UNBOUNDED])
    right = np.where(
        needed, given.all(axis=1), np.where(barred, ~given.any(axis=1), given.all(axis=1) == given.any(axis=1))
    )
    right &= table["highest_resilience"].isna() | (status == OUT_OF_REACH)
    ledger.true(SAYS, TABLE, table[[*where, "status"]], right, found="status")
    found = table[given.all(axis=1)]
    where, cost, bound = found[["target", "coalition"]], found["cost_musd"], found["bound_musd"]
    ledger.at_most(BOUND, TABLE, where, cost, bound, allow=COPIED, unit="MUSD")
    ledger.at_least(SERVES, TABLE, where, found["target"], found["resilience"], allow=REACHED)
    ledger.at_most(SHARE, TABLE, where, np.ones(len(found)), found["resilience"], allow=REACHED)
    ledger.at_least(SHARE, TABLE, table[["coalition"]], np.zeros(len(table)), table["target"], allow=REACHED)
    # Of a coalition that earns more than it spends the gap is a part of a number that is not in the table.
    proven = found[(found["status"] == DONE) & (found["group"] != game.everyone) & (cost >= 0) & (bound >= 0)]
    allowed = max(game.case.inputs.gap, EXACT.share) * (1 + GAP_REACHED) + LAST_DIGITS
    ledger.at_most(
        PROVEN, TABLE, proven[["target", "coalition"]], proven["cost_musd"] * allowed,
        proven["cost_musd"] - proven["bound_musd"], size=proven["cost_musd"], allow=DIGITS, unit="MUSD",
    )  # fmt: skip


def _check_highest(game: Coalitions, ledger: Ledger) -> None:
    """A highest resilience that took less than the time limit is proven, and so is one number for all levels."""
    limit = float(game.case.inputs.settings.get("time_limit_s", 600.0))
    out = game.table[game.table["highest_resilience"].notna()]
    ledger.at_most(
        TOO_LOW, TABLE, out[["target", "coalition"]], out["target"], out["highest_resilience"], allow=HIGHEST
    )
    zeros = np.zeros(len(out))
    ledger.at_least(SHARE, TABLE, out[["target", "coalition"]], zeros, out["highest_resilience"], allow=REACHED)
    proven = out[~(out["seconds"] >= 0.99 * limit)]
    first = proven.groupby("group")["highest_resilience"].median()
    ledger.equal(
        SAME_HIGHEST, TABLE, proven[["target", "coalition"]], proven["group"].map(first).astype(float),
        proven["highest_resilience"], allow=HIGHEST,
    )  # fmt: skip
    plans = game.table[game.table["resilience"].notna() & game.table["group"].isin(first.index)]
    most = plans["group"].map(first).astype(float)
    ledger.at_most(ABOVE_HIGHEST, TABLE, plans[["target", "coalition"]], most, plans["resilience"], allow=HIGHEST)


def _check_along_levels(rows: pd.DataFrame, ledger: Ledger) -> None:
    """One coalition, from the lowest level to the highest."""
    lacking = (rows["cost_musd"].isna() & rows["cost_musd"][::-1].notna().cummax()[::-1]).to_numpy()
    ledger.true(STILL_REACHED, TABLE, rows[["target", "coalition", "status"]], ~lacking, "a plan", "status")
    found = rows[rows["cost_musd"].notna()]
    lower, higher = found.iloc[:-1], found.iloc[1:]
    key = ["target", "coalition"]
    ledger.at_most(
        COST_RISES, TABLE, lower[key], higher["cost_musd"], lower["cost_musd"], allow=COPIED, unit="MUSD"
    )  # fmt: skip
    ledger.at_least(
        BOUND_RISES, TABLE, higher[key], lower["bound_musd"], higher["bound_musd"], allow=COPIED, unit="MUSD"
    )  # fmt: skip


def _check_gains(game: Coalitions, level: float, ledger: Ledger) -> None:
    rows = game.at(level)
    costs, bounds = game.numbers(level, "cost_musd"), game.numbers(level, "bound_musd")
    due: dict[int, tuple[float, float, float, float]] = {}
    for group in costs:
        alone = [1 << k for k in range(game.number) if group >> k & 1]
        if all(one in costs for one in alone):
            together, proven = sum(costs[one] for one in alone), sum(bounds[one] for one in alone)
            size = sum(abs(costs[one]) for one in (*alone, group))
            single = len(alone) == 1  # the same number, however far it is known
            due[group] = (
                together - costs[group], 0.0 if single else proven - costs[group],
                0.0 if single else together - bounds[group], size,
            )  # fmt: skip
    stated = rows[GAINS].notna()
    right = np.where(rows.index.isin(list(due)), stated.all(axis=1), ~stated.any(axis=1))
    ledger.true(GAIN_STATED, TABLE, rows[["target", "coalition"]], right)
    rows = rows[rows.index.isin(list(due)) & stated.all(axis=1)]
    where = rows[["target", "coalition"]]
    numbers = np.array([due[int(group)] for group in rows.index]).reshape(len(rows), 4)
    for column, rule, position in zip(GAINS, (GAIN, GAIN_LEAST, GAIN_GREATEST), range(3), strict=True):
        ledger.equal(
            rule, TABLE, where, numbers[:, position], rows[column], size=numbers[:, 3], allow=PART_SUMS, unit="MUSD"
        )
    ledger.at_least(
        GAIN_WITHIN, TABLE, where, rows[GAINS[1]], rows[GAINS[0]], size=numbers[:, 3], allow=PART_SUMS, unit="MUSD"
    )
    ledger.at_most(
        GAIN_WITHIN, TABLE, where, rows[GAINS[2]], rows[GAINS[0]], size=numbers[:, 3], allow=PART_SUMS, unit="MUSD"
    )


def _check_joining(game: Coalitions, level: float, ledger: Ledger) -> None:
    """Whatever two coalitions without a common member have, both together have."""
    costs, bounds = game.numbers(level, "cost_musd"), game.numbers(level, "bound_musd")
    status = game.at(level)["status"]
    pairs, sums, proven, unable = [], [], [], []
    for one in costs:
        for other in costs:
            if one < other and not one & other:
                row = {
                    "target": level,
                    "coalition": game.name(one | other),
                    "of": game.name(one),
                    "and": game.name(other),
                }
                if status.get(one | other) == OUT_OF_REACH:
                    unable.append(row)
                elif one | other in bounds:
                    pairs.append(row)
                    sums.append(costs[one] + costs[other])
                    proven.append(bounds[one | other])
    ledger.at_most(
        JOINING, TABLE, pd.DataFrame(pairs), sums, proven, size=np.abs(sums) + np.abs(proven), allow=EXACT, unit="MUSD"
    )
    together = pd.DataFrame(unable)
    ledger.true(JOINING_REACHES, TABLE, together, np.zeros(len(together), dtype=bool))


# ---- all together ----------------------------------------------------------------------------------------


def check_joint_rows(game: Coalitions, front: pd.DataFrame, ledger: Ledger) -> None:
    """The rows of all together against the front."""
    rows = game.table[game.table["group"] == game.everyone]
    for _, row in rows.iterrows():
        point, where = joint_point(front, row["target"]), pd.DataFrame([row[["target", "coalition"]]])
        has_plan = pd.notna(row["cost_musd"])
        ledger.true(JOINT_FOUND, TABLE, where, np.array([has_plan == (point is not None)]))
        if point is None or not has_plan:
            continue
        cost, bound = float(row["cost_musd"]), float(row["bound_musd"])
        ledger.equal(JOINT_COST, TABLE, where, [point["cost_musd"]], [cost], allow=DIGITS, unit="MUSD")
        ledger.equal(JOINT_RESILIENCE, TABLE, where, [point["resilience"]], [row["resilience"]], allow=DIGITS)
        ledger.at_most(JOINT_BOUND, TABLE, where, [point["bound_musd"]], [bound], allow=COPIED, unit="MUSD")
        below = front[front["resilience"] <= row["target"]]
        if len(below):
            least = [min(float(below["bound_musd"].max()), cost)]
            ledger.at_least(JOINT_BOUND, TABLE, where, least, [bound], allow=COPIED, unit="MUSD")
        _check_joint_status(row, point, ledger)


def _check_joint_status(row: pd.Series[Any], point: pd.Series[Any], ledger: Ledger) -> None:
    """Within the gap that the front asked for, but for the last digits of the costs."""
    gap, asked = row["cost_musd"] - row["bound_musd"], point["gap_target_musd"]
    digits = LAST_DIGITS * abs(row["cost_musd"])
    kept = point["status"] != "inexact"
    if row["status"] == DONE:
        right = kept and gap <= asked * (1 + 2 * GAP_REACHED) + digits
    else:
        right = not kept or gap >= asked * (1 - GAP_REACHED) - digits
    where = pd.DataFrame([row[["target", "coalition", "status"]]])
    ledger.true(JOINT_PROVEN, TABLE, where, np.array([right]), found="status")


def _joint_plan(run: Path, front: pd.DataFrame, game: Coalitions, target: float, case: Checked) -> JointPlan | None:
    """The tables of the joint plan at the target; they are checked with all plans, so nothing is entered here."""
    point = joint_point(front, target)
    if point is None:
        return None
    try:
        return JointPlan(read_plan(run / "plans" / str(point["point"]), case, Ledger(Verdict())))
    except UnreadableError:
        return None
