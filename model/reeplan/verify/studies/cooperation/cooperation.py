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
from reeplan.verify.core.tolerances import COPIED, DIGITS, EXACT, GAP_REACHED, HIGHEST, LAST_DIGITS, PART_SUMS, REACHED
from reeplan.verify.core.verdict import How, Ledger, Rule, TableLedger, Verdict
from reeplan.verify.core.vocabulary import FAILED, UNBOUNDED, UNPROVEN
from reeplan.verify.studies.cooperation.allocation import check_allocation
from reeplan.verify.studies.cooperation.bills import JointPlan
from reeplan.verify.studies.cooperation.clauses import check_levers, check_marginal_prices
from reeplan.verify.studies.cooperation.coalitions import Coalitions
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
    on = ledger.on(COALITIONS, "of", "and")
    _check_listed(game, on)
    _check_rows(game, on)
    _check_highest(game, on)
    for _, rows in game.table.groupby("group"):
        _check_along_levels(rows.sort_values("target"), on)
    for level in game.levels:
        _check_gains(game, level, on)
        if level == 0 or str(game.case.inputs.settings["resilience_measure"]) in WORST_PARTNER_COUNTS:
            _check_joining(game, level, on)


def _check_listed(game: Coalitions, on: TableLedger) -> None:
    for level in game.levels:
        listed = set(game.at(level).index)
        for group in groups(game.number):
            if group not in listed:
                on.broken(EVERY, f"target {level:.12g}", expected=game.name(group), found="no such row")
        on.held(EVERY, len(listed))


def _check_rows(game: Coalitions, on: TableLedger) -> None:
    table, status = game.table, game.table["status"]
    on.true(KNOWN_STATUS, table, status.isin(STATUSES), "status")
    given = table[["cost_musd", "bound_musd", "resilience"]].notna()
    needed = status.isin([DONE, GAP, UNPROVEN])
    barred = status.isin([OUT_OF_REACH, NO_PLAN, NOT_SOLVED, FAILED, UNBOUNDED])
    right = np.where(
        needed, given.all(axis=1), np.where(barred, ~given.any(axis=1), given.all(axis=1) == given.any(axis=1))
    )
    right &= table["highest_resilience"].isna() | (status == OUT_OF_REACH)
    on.true(SAYS, table, right, "status")
    found = table[given.all(axis=1)]
    cost, bound = found["cost_musd"], found["bound_musd"]
    on.at_most(BOUND, found, "cost_musd", "bound_musd", allow=COPIED)
    on.at_least(SERVES, found, "target", "resilience", allow=REACHED)
    on.at_most(SHARE, found, 1.0, "resilience", allow=REACHED)
    on.at_least(SHARE, table, 0.0, "target", allow=REACHED)
    # Of a coalition that earns more than it spends the gap is a part of a number that is not in the table.
    proven = (found["status"] == DONE) & (found["group"] != game.everyone) & (cost >= 0) & (bound >= 0)
    allowed = cost * (max(game.case.inputs.gap, EXACT.share) * (1 + GAP_REACHED) + LAST_DIGITS)
    how = How(allow=DIGITS, size=cost, unit="MUSD", only=proven)
    on.at_most(PROVEN, found, allowed, cost - bound, **how)


def _check_highest(game: Coalitions, on: TableLedger) -> None:
    """A highest resilience that took less than the time limit is proven, and so is one number for all levels."""
    limit = float(game.case.inputs.settings.get("time_limit_s", 600.0))
    out = game.table[game.table["highest_resilience"].notna()]
    on.at_most(TOO_LOW, out, "target", "highest_resilience", allow=HIGHEST)
    on.at_least(SHARE, out, 0.0, "highest_resilience", allow=REACHED)
    proven = out[~(out["seconds"] >= 0.99 * limit)]
    first = proven.groupby("group")["highest_resilience"].median()
    on.equal(SAME_HIGHEST, proven, proven["group"].map(first).astype(float), "highest_resilience", allow=HIGHEST)
    plans = game.table[game.table["resilience"].notna() & game.table["group"].isin(first.index)]
    most = plans["group"].map(first).astype(float)
    on.at_most(ABOVE_HIGHEST, plans, most, "resilience", allow=HIGHEST)


def _check_along_levels(rows: pd.DataFrame, on: TableLedger) -> None:
    """One coalition, from the lowest level to the highest."""
    lacking = (rows["cost_musd"].isna() & rows["cost_musd"][::-1].notna().cummax()[::-1]).to_numpy()
    on.true(STILL_REACHED, rows, ~lacking, "status", expected="a plan")
    found = rows[rows["cost_musd"].notna()]
    lower, higher = found.iloc[:-1], found.iloc[1:]
    on.at_most(COST_RISES, lower, higher["cost_musd"], "cost_musd", allow=COPIED)
    on.at_least(BOUND_RISES, higher, lower["bound_musd"], "bound_musd", allow=COPIED)


def _check_gains(game: Coalitions, level: float, on: TableLedger) -> None:
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
    on.true(GAIN_STATED, rows, right)
    rows = rows[rows.index.isin(list(due)) & stated.all(axis=1)]
    numbers = np.array([due[int(group)] for group in rows.index]).reshape(len(rows), 4)
    how = How(allow=PART_SUMS, size=numbers[:, 3])
    for column, rule, of_column in zip(GAINS, (GAIN, GAIN_LEAST, GAIN_GREATEST), numbers.T, strict=False):
        on.equal(rule, rows, of_column, column, **how)
    on.between(GAIN_WITHIN, rows, GAINS[1], GAINS[2], GAINS[0], **how)


def _check_joining(game: Coalitions, level: float, on: TableLedger) -> None:
    """Whatever two coalitions without a common member have, both together have."""
    costs, bounds = game.numbers(level, "cost_musd"), game.numbers(level, "bound_musd")
    status = game.at(level)["status"]
    pairs, sums, proven, unable = [], [], [], []
    for one in costs:
        for other in costs:
            if one < other and not one & other:
                row = {"target": level, "coalition": game.name(one | other)}
                row |= {"of": game.name(one), "and": game.name(other)}
                if status.get(one | other) == OUT_OF_REACH:
                    unable.append(row)
                elif one | other in bounds:
                    pairs.append(row)
                    sums.append(costs[one] + costs[other])
                    proven.append(bounds[one | other])
    on.at_most(JOINING, pd.DataFrame(pairs), sums, proven, allow=EXACT, size=np.abs(sums) + np.abs(proven), unit="MUSD")
    on.true(JOINING_REACHES, pd.DataFrame(unable), False)


# ---- all together ----------------------------------------------------------------------------------------


def check_joint_rows(game: Coalitions, front: pd.DataFrame, ledger: Ledger) -> None:
    """The rows of all together against the front."""
    on = ledger.on(COALITIONS)
    rows = game.table[game.table["group"] == game.everyone]
    for _, row in rows.iterrows():
        point, has_plan = joint_point(front, row["target"]), pd.notna(row["cost_musd"])
        on.true(JOINT_FOUND, row, has_plan == (point is not None))
        if point is None or not has_plan:
            continue
        on.equal(JOINT_COST, row, point["cost_musd"], "cost_musd", allow=DIGITS)
        on.equal(JOINT_RESILIENCE, row, point["resilience"], "resilience", allow=DIGITS)
        on.at_most(JOINT_BOUND, row, point["bound_musd"], "bound_musd", allow=COPIED)
        below = front[front["resilience"] <= row["target"]]
        if len(below):
            least = min(float(below["bound_musd"].max()), float(row["cost_musd"]))
            on.at_least(JOINT_BOUND, row, least, "bound_musd", allow=COPIED)
        _check_joint_status(row, point, on)


def _check_joint_status(row: pd.Series[Any], point: pd.Series[Any], on: TableLedger) -> None:
    """Within the gap that the front asked for, but for the last digits of the costs."""
    gap, asked = row["cost_musd"] - row["bound_musd"], point["gap_target_musd"]
    digits = LAST_DIGITS * abs(row["cost_musd"])
    kept = point["status"] != "inexact"
    if row["status"] == DONE:
        right = kept and gap <= asked * (1 + 2 * GAP_REACHED) + digits
    else:
        right = not kept or gap >= asked * (1 - GAP_REACHED) - digits
    on.true(JOINT_PROVEN, row, right, "status")


def _joint_plan(run: Path, front: pd.DataFrame, game: Coalitions, target: float, case: Checked) -> JointPlan | None:
    """The tables of the joint plan at the target; they are checked with all plans, so nothing is entered here."""
    point = joint_point(front, target)
    if point is None:
        return None
    try:
        return JointPlan(read_plan(run / "plans" / str(point["point"]), case, Ledger(Verdict())))
    except UnreadableError:
        return None
