"""``risk_front.csv``: expected cost against the worst part of the losses.

The plans of these fronts are not in the run, so their losses window by window are not known. What can be told: how the
mean, the worst and the mean of the worst part hang together, and that no plan of the run contradicts a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.uncertainty import RISK_FRONT
from reeplan.verify.core.files import read_table
from reeplan.verify.core.scenarios import Outlook, mean_of_worst, probabilities
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    CERTAIN,
    COPIED,
    DIFFERENCE,
    GAP_REACHED,
    SHARES,
    SMALLEST_GAP,
    SOLVED,
    UNTOLD,
    WORKED_OUT,
    Allowance,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import STUDY_STATUS, near

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger, TableLedger

KEY = ["cvar_level", "point"]
LOST = ("cvar_lost_share", "expected_lost_share", "worst_lost_share")
STATUSES = ("optimal", "gap not reached", "bound not proven", "interrupted", "inexact")
USUAL = (0.0, 0.5)

LISTED = Rule("risk_listed", "the levels are those asked for, and the plans of each are numbered from the cheapest")
FRONT = Rule("risk_front", "a plan that costs more loses less in the worst part, and the other way round")
BOUND = Rule("risk_bound", "what is proven can be no more than what the plan costs, and holds for every safer plan")
GAP = Rule("risk_gap", "the gap must be the cost less the bound, and its share that over the cost")
PROVEN = Rule("risk_gap_kept", "'optimal' says that cost and bound are within the gap asked for")
TAIL = Rule("risk_tail", "what is lost in the worst part fits what is lost in the mean and in the worst disruption")
NO_CHEAPER = Rule("risk_no_cheaper", "no plan of the run that loses no more costs less than what is proven")
EXPECTED = Rule("risk_expected_cost", "no plan costs less than what is proven of the cheapest plan of all")


def check_risk(
    run: Path,
    asked: list[float] | None,
    front: pd.DataFrame,
    seen: dict[str, Outlook],
    least_expected: float,
    inputs: Inputs,
    ledger: Ledger,
) -> None:
    """Every rule about the risk front; ``asked`` are the levels of the command line, where the manifest states them."""
    on, table = ledger.on(RISK_FRONT, "plan"), read_table(run, RISK_FRONT, ledger)
    odds = {name: one for name, one in probabilities(inputs).items() if name in inputs.asked}
    if asked is not None:
        due = asked or sorted({*USUAL, inputs.number("cvar_level")})
        right = [bool(near(level, due, Allowance(0.0, UNTOLD)).any()) and bool(odds) for level in table["cvar_level"]]
        on.true(LISTED, table, right)
    for _, rows in table.groupby("cvar_level", sort=False):
        _check_level(rows.reset_index(drop=True), on)
    _check_gaps(table, inputs.gap, on)
    if odds:
        _check_tails(table, odds, on)
        _check_plans(table, front, seen, odds, on)
    if not np.isnan(least_expected):
        on.at_least(EXPECTED, table, least_expected, "cost_musd", allow=SOLVED)


def _check_level(rows: pd.DataFrame, on: TableLedger) -> None:
    """The plans of one level, from the cheapest to the safest."""
    width = max(2, len(str(len(rows))))
    names = [f"r{number:0{width}d}" for number in range(1, len(rows) + 1)]
    on.says(LISTED, rows, names, "point")
    cost, lost = rows["cost_musd"].to_numpy(), rows["cvar_lost_share"].to_numpy()
    on.true(FRONT, rows.iloc[1:], (np.diff(cost) > 0) & (np.diff(lost) < 0))
    before = np.minimum(rows["bound_musd"].to_numpy()[:-1], cost[1:])
    on.at_least(BOUND, rows.iloc[1:], before, "bound_musd", allow=COPIED)


def _check_gaps(table: pd.DataFrame, gap: float, on: TableLedger) -> None:
    cost, bound = table["cost_musd"], table["bound_musd"]
    on.at_most(BOUND, table, "cost_musd", "bound_musd", allow=COPIED)
    due, given = np.maximum(cost - bound, 0.0), table["gap_musd"]
    on.true(GAP, table, near(due, given, DIFFERENCE, cost.abs()), "gap_musd")
    share = np.where(cost == 0, 0.0, given / cost.abs().where(cost != 0, 1.0))
    on.true(GAP, table, near(share, table["gap"], COPIED), "gap")
    on.true(STUDY_STATUS, table, table["status"].isin(STATUSES), "status")
    # Of a plan that earns more than it spends the gap is a part of a number that is not in the table.
    solved = (table["status"] == "optimal") & (cost >= 0) & (bound >= 0)
    allowed = cost * max(gap, SMALLEST_GAP) * (1 + 2 * GAP_REACHED)
    on.at_most(PROVEN, table, allowed, "gap_musd", allow=WORKED_OUT, size=cost, only=solved)


def _check_tails(table: pd.DataFrame, odds: dict[str, float], on: TableLedger) -> None:
    """Mean, worst, and mean of the worst part of the same losses."""
    part = 1.0 - table["cvar_level"]
    _, mean, worst = (table[column] for column in LOST)
    for column in LOST:
        on.between(TAIL, table, 0.0, 1.0, column, allow=SHARES)
    on.between(TAIL, table, mean, worst, LOST[0], allow=SHARES)
    on.at_most(TAIL, table, mean / part, LOST[0], allow=SHARES)
    whole = near(table["cvar_level"], 0.0, Allowance(0.0, UNTOLD))
    on.equal(TAIL, table, mean, LOST[0], allow=SHARES, only=whole)
    weights = np.array(list(odds.values())) / sum(odds.values())
    # At least the least likely disruption is the worst one: it is all of a thin tail, and some of any.
    thin = (part <= weights.min() + UNTOLD).to_numpy()
    on.equal(TAIL, table, worst, LOST[0], allow=SHARES, only=thin)
    on.at_least(TAIL, table, worst * np.minimum(1.0, weights.min() / part), LOST[0], allow=SHARES)
    if len(weights) <= 2:
        on.true(TAIL, table, [_fits(row, weights) for _, row in table.iterrows()])


def _fits(row: pd.Series[float], weights: np.ndarray) -> bool:
    """With one or two disruptions the mean and the worst loss say what each loses, and so what the tail is."""
    tail, mean, worst = (float(row[column]) for column in LOST)
    for first in range(len(weights)):
        rest = 1.0 - weights[first]
        other = (mean - weights[first] * worst) / rest if rest > CERTAIN else worst
        losses, chances = ([worst, other], [weights[first], rest]) if len(weights) > 1 else ([worst], [1.0])
        due = mean_of_worst(losses, chances, 1.0 - float(row["cvar_level"]))
        if -SHARES.floor <= other <= worst + SHARES.floor and abs(due - tail) <= 2 * SHARES.floor:
            return True
    return False


def _check_plans(
    table: pd.DataFrame, front: pd.DataFrame, seen: dict[str, Outlook], odds: dict[str, float], on: TableLedger
) -> None:
    """The plans of the front are plans here too."""
    chances = [chance / sum(odds.values()) for chance in odds.values()]
    cost = front.set_index("point")["cost_musd"]
    for point, outlook in seen.items():
        lost = [1.0 - outlook.served[name] for name in odds]
        tails = np.array([mean_of_worst(lost, chances, 1.0 - level) for level in table["cvar_level"]])
        safer = tails <= table["cvar_lost_share"].to_numpy() - ARITHMETIC.floor
        on.at_most(NO_CHEAPER, table.assign(plan=point), cost[point], "bound_musd", allow=SOLVED, only=safer)
