"""The front: its order, what is proven, and that every row is what its plan's tables say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.plans import EXCHANGEABLE, FRONT
from reeplan.verify.core.frames import joined
from reeplan.verify.core.tolerances import (
    COPIED,
    EDGE,
    FIGURE,
    GAP_REACHED,
    KEPT,
    LAST_DIGITS,
    PART_SUMS,
    PROMINENT,
    REACHED,
    SAME,
    SAME_ROWS,
    SMALLEST_GAP,
    STEP,
    SUMMED,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import PARTS, SERVED

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

SORTED = Rule(
    "front_sorted",
    "plans are listed from the cheapest to the dearest, each more resilient than the one "
    "before: none may be matched or beaten by another",
)
BOUND = Rule("bound", "what is proven can be no more than what the plan costs")
BOUNDS_RISE = Rule("bounds_rise", "what is proven at one resilience holds at every higher one")
GAP = Rule("gap", "the gap must be the cost less the bound")
GAP_SHARE = Rule("gap_share", "the gap as a share must be the gap over the cost")
STATUS = Rule("status", "'optimal' says that the gap is within the one asked for, 'gap not reached' that it is not")
TARGET = Rule("target", "the plan must serve at least what was asked for")
PARTS_SUM = Rule("cost_parts", "the parts must sum to the cost")
PART = Rule("cost_part", "the part must be the sum of its rows in the plan's cost table")
COST = Rule("plan_cost", "the cost must be what the plan's builds and operation cost by the case's rates")
RESILIENT = Rule("plan_resilience", "the resilience must follow from what goes unmet in the plan's windows")
HEADLINE = Rule("headline", "the figure must follow from the plan's tables")
OVER_FIRST = Rule("over_first", "what a plan costs more than the first must follow from the cost parts of both")
BINDS_HERE = Rule("binding_window", "the plan serves no less in any other window than in the one that is named")
WEAKEST = Rule("weakest_material", "in that window no partner is served a smaller share of any material than of it")
SHARING = Rule("without_sharing", "without sharing a plan serves between nothing and what it serves with it")
YES_NO = Rule("yes_no", "'yes' or 'no' belongs here")
KNEE = Rule("knee", "a knee is where the front bends, and is marked where it does")
STEP_PROVEN = Rule(
    "front_step",
    "every step is real: a plan within its gap is proven to cost more than the one before",
)
DISTINCT = Rule("not_distinguished", "a step is marked where the bound does not lie above the cost of the plan before")
EXCHANGED = Rule("exchangeable", "what the plan decides lies between the fewest and the most, as the case prices them")
PARTS_OVER_FIRST = {
    "capital": ["annuities"],
    "running": ["fixed", "process", "transport", "holding", "restock"],
    "purchases": ["purchases", "sales"],
    "losses": ["shortage"],
}
STATUSES = ("optimal", "gap not reached", "bound not proven", "interrupted", "inexact")
PROMINENCE = 0.05


@dataclass(frozen=True)
class Recomputed:
    """What a plan's tables say of the plan as a whole."""

    parts: dict[str, float]
    due_musd: float
    size_musd: float
    resilience: float
    capital_musd: float
    modules: float
    base_unmet_t: float
    served: dict[str, float]
    least: dict[str, float]
    to_all: dict[str, float]
    by_tonnes: pd.DataFrame


def check_row(row: pd.Series[float], plan: Plan, found: Recomputed, ledger: Ledger) -> None:
    """One row of the front against its plan."""
    on = ledger.on(FRONT)
    on.equal(COST, row, found.due_musd, "cost_musd", allow=SUMMED, size=found.size_musd)
    for part in PARTS:
        on.equal(PART, row, found.parts.get(part, 0.0), f"{part}_musd", allow=SAME_ROWS)
    on.equal(RESILIENT, row, found.resilience, "resilience", allow=FIGURE)
    figures = {"capital_musd": found.capital_musd, "modules_decided": found.modules}
    figures |= {f"{SERVED}{partner}": share for partner, share in found.served.items()}
    for column, figure in figures.items():
        on.equal(HEADLINE, row, figure, column, allow=FIGURE)
    on.equal(HEADLINE, row, found.base_unmet_t, "base_path_unmet_t", allow=SUMMED)
    _check_binding(row, found, on)


def _check_binding(row: pd.Series[float], found: Recomputed, on: TableLedger) -> None:
    """Which window binds, what is served there to all together, and of what least; nothing lacks without windows."""
    window = str(row["binding_window"])
    right = window in found.least if found.least else window == ""
    on.true(BINDS_HERE, row, right, "binding_window")
    if not right:
        return
    least = min(found.least.values(), default=1.0)
    on.at_most(BINDS_HERE, {"name": window}, least, found.least.get(window, 1.0), allow=REACHED)
    on.equal(HEADLINE, row, found.to_all.get(window, 1.0), "total_served", allow=FIGURE)
    there = found.by_tonnes[found.by_tonnes["window"] == window]
    named = there[(there["material"] == row["weakest_material"]) & (there["partner"] == row["weakest_partner"])]
    on.true(WEAKEST, row, len(named) == 1 if len(there) else str(row["weakest_material"]) == "", "weakest_material")
    share = float(there["share"].min()) if len(there) else 1.0
    on.equal(WEAKEST, row, share, "weakest_material_served", allow=FIGURE)
    if len(named):
        on.at_most(WEAKEST, row, share, float(named["share"].iloc[0]), allow=REACHED, unit="fraction")


def check_front(front: pd.DataFrame, ledger: Ledger) -> None:
    """What the rows of the front say of one another and of themselves."""
    on = ledger.on(FRONT)
    cost, share, after = front["cost_musd"], front["resilience"], front.iloc[1:]
    rises = (np.diff(cost) > SAME * cost.abs().to_numpy()[1:]) & (np.diff(share) > STEP.floor * (1 - EDGE))
    on.true(SORTED, after, rises)
    on.at_most(BOUND, front, "cost_musd", "bound_musd", allow=COPIED)
    before = np.minimum(front["bound_musd"].to_numpy()[:-1], cost.to_numpy()[1:])
    on.at_least(BOUNDS_RISE, after, before, "bound_musd", allow=COPIED)
    on.equal(GAP, front, cost - front["bound_musd"], "gap_musd", allow=PART_SUMS, size="cost_musd")
    gap_share = np.where(cost == 0, 0.0, front["gap_musd"] / cost.abs().where(cost != 0, 1.0))
    on.equal(GAP_SHARE, front, gap_share, "gap", allow=COPIED)
    status = front["status"]
    last_digits = LAST_DIGITS * front["cost_musd"].abs()
    within = front["gap_musd"] <= front["gap_target_musd"] * (1 + 2 * GAP_REACHED) + last_digits
    beyond = front["gap_musd"] >= front["gap_target_musd"] * (1 - GAP_REACHED)
    right = status.isin(STATUSES) & ((status != "optimal") | within) & ((status != "gap not reached") | beyond)
    if "largest_violation" in front:
        right &= (status == "inexact") == (front["largest_violation"] > KEPT.share)
    on.true(STATUS, front, right, "status")
    on.at_least(TARGET, front, "target", "resilience", allow=REACHED)
    parts = front[[f"{part}_musd" for part in PARTS]]
    on.equal(PARTS_SUM, front, parts.sum(axis=1), "cost_musd", allow=PART_SUMS, size=parts.abs().sum(axis=1))
    sizes = sum((front[f"{part}_musd"].abs() + abs(front[f"{part}_musd"].iloc[0]) for part in PARTS), start=0.0 * cost)
    on.equal(OVER_FIRST, front, cost - cost.iloc[0], "net_over_first_musd", allow=PART_SUMS, size=sizes)
    for what, of in PARTS_OVER_FIRST.items():
        due = sum((front[f"{part}_musd"] - front[f"{part}_musd"].iloc[0] for part in of), start=0.0 * cost)
        on.equal(OVER_FIRST, front, due, f"{what}_over_first_musd", allow=PART_SUMS, size=sizes)
    if "resilience_without_sharing" in front:
        on.between(SHARING, front, 0.0, "resilience", "resilience_without_sharing", allow=REACHED)
    _check_marks(front, on)


def check_exchangeable(
    table: pd.DataFrame, modules: pd.DataFrame, module_musd: pd.Series[float], ledger: Ledger
) -> None:
    """What could be exchanged: ``modules`` has what each plan (``point``) decides of each ``asset``.

    Which other plans were found is not told; that the plan itself is one of those between is checked.
    """
    on = ledger.on(EXCHANGEABLE)
    known = table.merge(modules[["point"]].drop_duplicates(), on="point", how="left", indicator="in")
    right = (known["in"] == "both").to_numpy() & table["asset"].isin(module_musd.index).to_numpy()
    on.true(EXCHANGED, table, right, "asset")
    table = table[right]
    decided = joined(table[["point", "asset"]], modules, ["point", "asset"], {"modules": 0.0})["modules"].to_numpy()
    on.equal(EXCHANGED, table, decided, "modules", allow=SUMMED)
    on.between(EXCHANGED, table, "fewest", "most", "modules", allow=COPIED)
    on.true(EXCHANGED, table, table["most"] > table["fewest"], "most")
    capital = (table["most"] - table["fewest"]) * table["asset"].map(module_musd)
    on.equal(EXCHANGED, table, capital, "capital_musd", allow=COPIED)


def _check_marks(front: pd.DataFrame, on: TableLedger) -> None:
    for column in ("knee", "not_distinguished_from_previous"):
        on.true(YES_NO, front, front[column].isin(["yes", "no"]), column)
    cost = front["cost_musd"].to_numpy()
    step = front["bound_musd"].to_numpy()[1:] - cost[:-1]
    marked = (front["not_distinguished_from_previous"] == "yes").to_numpy()
    on.true(STEP_PROVEN, front, ~marked | (front["status"] != "optimal"), "not_distinguished_from_previous")
    slight = 0.5 * SMALLEST_GAP * np.abs(cost[1:])
    close = np.abs(step - slight) <= EDGE * slight
    right = np.concatenate([~marked[:1], (marked[1:] == (step <= slight)) | close])
    on.true(DISTINCT, front, right, "not_distinguished_from_previous")
    stands_out = _prominence(cost, front["resilience"].to_numpy())
    knee = (front["knee"] == "yes").to_numpy()
    close = np.abs(stands_out - PROMINENCE) < PROMINENT
    on.true(KNEE, front, (knee == (stands_out >= PROMINENCE)) | close, "knee")


def _prominence(cost: np.ndarray, share: np.ndarray) -> np.ndarray:
    """How far each point's rise (resilience gained less cost spent, of the front's range) stands out on both sides.

    On each side the rise is compared with the lowest one before a higher one comes. Ends do not stand out.
    """
    result = np.zeros(len(cost))
    if len(cost) < 3 or cost[-1] == cost[0] or share[-1] == share[0]:
        return result
    rise = (share - share[0]) / (share[-1] - share[0]) - (cost - cost[0]) / (cost[-1] - cost[0])
    for i in range(1, len(cost) - 1):
        feet = []
        for side in (rise[:i][::-1], rise[i + 1 :]):
            higher = np.flatnonzero(side > rise[i])
            feet.append(side[: higher[0]].min(initial=rise[i]) if len(higher) else side.min())
        result[i] = rise[i] - max(feet) if rise[i] > 0 else 0.0
    return result
