"""The front: its order, what is proven, and that every row is what its plan's tables say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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
    SUMMED,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import PARTS, SERVED

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

TABLE = "front.csv"
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
YES_NO = Rule("yes_no", "'yes' or 'no' belongs here")
KNEE = Rule("knee", "a knee is where the front bends, and is marked where it does")
DISTINCT = Rule("not_distinguished", "a step is marked where the bound lies below the cost of the plan before")
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


def check_row(row: pd.Series[float], plan: Plan, found: Recomputed, ledger: Ledger) -> None:
    """One row of the front against its plan."""
    where = pd.DataFrame({"column": ["cost_musd"]})
    ledger.equal(
        COST,
        TABLE,
        where,
        [found.due_musd],
        [float(row["cost_musd"])],
        size=[found.size_musd],
        allow=SUMMED,
        unit="MUSD",
    )
    names = [f"{part}_musd" for part in PARTS]
    ledger.equal(
        PART,
        TABLE,
        pd.DataFrame({"column": names}),
        [found.parts.get(part, 0.0) for part in PARTS],
        row[names].astype(float),
        allow=SAME_ROWS,
        unit="MUSD",
    )
    ledger.equal(
        RESILIENT,
        TABLE,
        pd.DataFrame({"column": ["resilience"]}),
        [found.resilience],
        [float(row["resilience"])],
        allow=FIGURE,
        unit="",
    )
    figures = {"capital_musd": found.capital_musd, "modules_decided": found.modules}
    figures |= {f"{SERVED}{partner}": share for partner, share in found.served.items()}
    ledger.equal(
        HEADLINE,
        TABLE,
        pd.DataFrame({"column": list(figures)}),
        list(figures.values()),
        row[list(figures)].astype(float),
        allow=FIGURE,
    )
    ledger.equal(
        HEADLINE,
        TABLE,
        pd.DataFrame({"column": ["base_path_unmet_t"]}),
        [found.base_unmet_t],
        [float(row["base_path_unmet_t"])],
        allow=SUMMED,
        unit="t",
    )


def check_front(front: pd.DataFrame, ledger: Ledger) -> None:
    """What the rows of the front say of one another and of themselves."""
    where, cost, share = front[["point"]], front["cost_musd"], front["resilience"]
    after = where.iloc[1:]
    rises = (np.diff(cost) > SAME * cost.abs().to_numpy()[1:]) & (np.diff(share) > REACHED.floor * (1 - EDGE))
    ledger.true(SORTED, TABLE, after, rises)
    ledger.at_most(BOUND, TABLE, where, cost, front["bound_musd"], allow=COPIED, unit="MUSD")
    ledger.at_least(
        BOUNDS_RISE,
        TABLE,
        after,
        np.minimum(front["bound_musd"].to_numpy()[:-1], cost.to_numpy()[1:]),
        front["bound_musd"].iloc[1:],
        allow=COPIED,
        unit="MUSD",
    )
    ledger.equal(
        GAP, TABLE, where, cost - front["bound_musd"], front["gap_musd"], size=cost, allow=PART_SUMS, unit="MUSD"
    )
    gap_share = np.where(cost == 0, 0.0, front["gap_musd"] / cost.abs().where(cost != 0, 1.0))
    ledger.equal(GAP_SHARE, TABLE, where, gap_share, front["gap"], allow=COPIED)
    status = front["status"]
    last_digits = LAST_DIGITS * front["cost_musd"].abs()
    within = front["gap_musd"] <= front["gap_target_musd"] * (1 + 2 * GAP_REACHED) + last_digits
    beyond = front["gap_musd"] >= front["gap_target_musd"] * (1 - GAP_REACHED)
    right = status.isin(STATUSES) & ((status != "optimal") | within) & ((status != "gap not reached") | beyond)
    if "largest_violation" in front:
        right &= (status == "inexact") == (front["largest_violation"] > KEPT.share)
    ledger.true(STATUS, TABLE, front[["point", "status"]], right, found="status")
    ledger.at_least(TARGET, TABLE, where, front["target"], share, allow=REACHED)
    parts = front[[f"{part}_musd" for part in PARTS]]
    ledger.equal(
        PARTS_SUM, TABLE, where, parts.sum(axis=1), cost, size=parts.abs().sum(axis=1), allow=PART_SUMS, unit="MUSD"
    )
    _check_marks(front, ledger)


def _check_marks(front: pd.DataFrame, ledger: Ledger) -> None:
    for column in ("knee", "not_distinguished_from_previous"):
        ledger.true(YES_NO, TABLE, front[["point", column]], front[column].isin(["yes", "no"]), found=column)
    cost = front["cost_musd"].to_numpy()
    step = front["bound_musd"].to_numpy()[1:] - cost[:-1]
    marked = (front["not_distinguished_from_previous"] == "yes").to_numpy()
    slight = SMALLEST_GAP * np.abs(cost[1:])
    close = np.abs(step + slight) <= EDGE * slight
    ledger.true(DISTINCT, TABLE, front[["point"]].iloc[1:], (marked[1:] == (step < -slight)) | close)
    ledger.true(DISTINCT, TABLE, front[["point"]].iloc[:1], ~marked[:1])
    stands_out = _prominence(cost, front["resilience"].to_numpy())
    knee = (front["knee"] == "yes").to_numpy()
    close = np.abs(stands_out - PROMINENCE) < PROMINENT
    ledger.true(KNEE, TABLE, front[["point", "knee"]], (knee == (stands_out >= PROMINENCE)) | close, found="knee")


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
