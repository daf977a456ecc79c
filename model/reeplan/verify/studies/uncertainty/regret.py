"""``regret_of_plans.csv`` and ``least_regret.csv``: each plan in each future, against the best plan there.

What a plan costs, serves and loses in the windows of the case follows from its own tables. What it costs in another
future does not: of that remains how the rows hang together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.outputs.spec.uncertainty import LEAST_REGRET, REGRET_OF_PLANS
from reeplan.verify.core.files import read_table
from reeplan.verify.core.scenarios import NOTHING, Outlook, probabilities
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    COPIED,
    EDGE,
    FIGURE,
    PROVEN_COST,
    SAME,
    SAME_AMOUNT,
    SAME_ROWS,
    SAME_SHARE,
    SERVED_LEVEL,
    SHARES,
    SOLVED,
    SUMMED,
    WORKED_OUT,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import near, yes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger, TableLedger
    from reeplan.verify.studies.uncertainty.value_of_information import Knowing

KEY = ["point", "future"]
GREATEST = {"cost": "greatest_regret_musd", "lost supply": "greatest_regret_share"}
REGRET = {"cost": "regret_musd", "lost supply": "regret_share"}
WINDOW, UNDISTURBED, OTHER = "window", "no window", "other future"
AS_EXPECTED = "the case as it is"
AGAINST = {"what may happen": (WINDOW, UNDISTURBED), "other futures": (OTHER,)}
NOT_SOLVED = "not solved"
LISTED = Rule("regret_listed", "every plan of the front has a row for each window, for none, and for each other future")
KIND = Rule("regret_kind", "kind and probability are those of the case's scenarios")
IN_WINDOW = Rule("regret_cost", "what a plan costs and serves in a window follows from its tables")
LOST = Rule("regret_lost", "the value lost follows from the plan's shortage.csv")
POSSIBLE = Rule("regret_possible", "a plan that can be carried out has a cost, one that cannot has a reason")
KEPT = Rule("regret_level", "whether a plan keeps its level follows from what it serves")
REGRETS = Rule("regret", "the regret is the cost, or the share not served, above the least among the plans")
BEST = Rule("regret_best", "the best plan for a future is the same for all plans")
ABOVE = Rule("regret_above_best", "this is the cost above the best plan made for that future")
PROVEN = Rule("regret_bound", "no plan costs less than what is proven of the best plan there")
KNOWN = Rule("regret_known", "the best plan of a scenario is that of knowing_by_scenario.csv, or the plan itself")
AS_IS = Rule("regret_as_it_is", "in the case as it is a plan costs what front.csv says, as far as that is proven")
LEAST_LISTED = Rule("least_regret_listed", "every plan has a row for each set of futures and each kind of regret")
MOST = Rule("greatest_regret", "the greatest regret is the greatest in regret_of_plans.csv, and that future is named")
CHOSEN = Rule("least_regret", "the plans are marked whose greatest regret is the least")


def check_regret(
    run: Path, names: list[str] | None, front: pd.DataFrame, seen: dict[str, Outlook], knowing: Knowing, inputs: Inputs,
    ledger: Ledger,
) -> None:  # fmt: skip
    """Every rule about regret; ``names`` are those of other futures, where the manifest states them."""
    on, table = ledger.on(REGRET_OF_PLANS), read_table(run, REGRET_OF_PLANS, ledger)
    table = table.assign(is_possible=yes(table, "possible", on), kept=yes(table, "keeps_its_level", on))
    _check_listed(table, names, front, inputs, on)
    _check_windows(table, seen, inputs, on)
    _check_possible(table, front, on)
    _check_best(table, knowing, on)
    _check_as_it_is(table, front, on)
    due = _regrets(table)
    for by, column in REGRET.items():
        size = table["cost_musd"].abs().fillna(0.0) if by == "cost" else np.ones(len(table))
        expected = np.where(np.isfinite(due[by]), due[by], np.nan)
        on.same(REGRETS, table, expected, column, allow=WORKED_OUT, size=size)
    _check_least(run, table, due, list(front["point"]), ledger)


def _check_listed(
    table: pd.DataFrame, names: list[str] | None, front: pd.DataFrame, inputs: Inputs, on: TableLedger
) -> None:
    odds = probabilities(inputs)
    kinds = {NOTHING: UNDISTURBED} | dict.fromkeys(inputs.windows["window"], WINDOW)
    listed = [name for name in dict.fromkeys(table["future"]) if name not in kinds]
    others = listed if names is None else [AS_EXPECTED, *names] if names else []
    kinds |= dict.fromkeys(others, OTHER)
    known = table["future"].isin(list(kinds)) & table["point"].isin(list(front["point"]))
    on.true(LISTED, table, known)
    there = set(zip(table["point"], table["future"], strict=True))
    for point in front["point"]:
        for name in kinds:
            if (point, name) not in there:
                on.broken(LISTED, f"point {point}", name, "no such row")
    rows = table[known]
    on.says(KIND, rows, rows["future"].map(kinds), "kind")
    chance = dict(zip(inputs.windows["window"], inputs.windows["probability"], strict=True))
    chance |= {NOTHING: odds.get(NOTHING, 0.0)}
    expected = rows["future"].map(chance).astype(float)
    on.same(KIND, rows, expected, "probability", allow=SAME_ROWS, size=expected.fillna(0.0))


def _check_windows(table: pd.DataFrame, seen: dict[str, Outlook], inputs: Inputs, on: TableLedger) -> None:
    known = {NOTHING, *inputs.windows["window"]}
    rows = table[table["future"].isin(list(known)) & table["point"].isin(list(seen))]

    def due(what: str) -> np.ndarray:
        return np.array([getattr(seen[p], what)[f] for p, f in zip(rows["point"], rows["future"], strict=True)])

    on.same(IN_WINDOW, rows, due("cost"), "cost_musd", allow=SUMMED)
    on.same(IN_WINDOW, rows, due("served"), "served_share", allow=FIGURE)
    on.same(LOST, rows, due("lost"), "lost_musd", allow=SUMMED)
    others = table[~table["future"].isin(list(known))]
    on.true(LOST, others, others["lost_musd"].isna(), "lost_musd")


def _check_possible(table: pd.DataFrame, front: pd.DataFrame, on: TableLedger) -> None:
    there = table[["cost_musd", "served_share"]].notna()
    right = np.where(table["is_possible"], there.all(axis=1), ~there.any(axis=1) & (table["why"] != ""))
    on.true(POSSIBLE, table, right, "possible")
    on.between(POSSIBLE, table, 0.0, 1.0, "served_share", allow=SHARES, only=table["served_share"].notna())
    # The level that is kept is at least what was asked for, and at most what the plan serves on the front.
    levels = front.set_index("point")[["target", "resilience"]]
    low, high = (table["point"].map(levels[column]).fillna(0.0) for column in levels)
    share = table["served_share"].fillna(-1.0)
    inside = table["kind"] != OTHER
    due_yes = inside | (table["is_possible"] & (share >= high - SAME_SHARE))
    due_no = ~inside & (~table["is_possible"] | (share < low - 2 * SAME_SHARE))
    right = np.where(due_yes, table["kept"], np.where(due_no, ~table["kept"], True))
    on.true(KEPT, table, right, "keeps_its_level")


def _check_best(table: pd.DataFrame, knowing: Knowing, on: TableLedger) -> None:
    first = table.groupby("future")[["best_musd", "best_bound_musd"]].transform("first")
    for column in ("best_musd", "best_bound_musd"):
        on.true(BEST, table, near(first[column], table[column], COPIED), column)
    best, cost = table["best_musd"], table["cost_musd"]
    finite = np.isfinite(best) & cost.notna()
    size = cost.abs().fillna(0.0) + best.abs().where(finite, 0.0)
    on.same(ABOVE, table, (cost - best).where(finite), "above_best_musd", allow=WORKED_OUT, size=size)
    proven = np.isfinite(table["best_bound_musd"])
    on.at_least(PROVEN, table, "best_bound_musd", "cost_musd", allow=SOLVED, only=proven & cost.notna())
    on.at_least(PROVEN, table, "best_bound_musd", "best_musd", allow=COPIED, only=proven & np.isfinite(best))
    _check_known(table, knowing, on)


def _check_known(table: pd.DataFrame, knowing: Knowing, on: TableLedger) -> None:
    """Without a target: the best plan of a scenario, or the plan for all of them where that is cheaper in it."""
    rows = knowing.rows(0.0).merge(
        table.drop_duplicates("future")[["future", "best_musd", "best_bound_musd"]], left_on="scenario",
        right_on="future", how="inner",
    )  # fmt: skip
    rows = rows[rows["known_musd"].notna()]
    rows = rows.assign(
        best_musd=rows[["best_musd", "plan_musd"]].min(axis=1),
        best_bound_musd=rows[["best_bound_musd", "known_musd"]].min(axis=1),
    )
    on.equal(KNOWN, rows, "known_musd", "best_musd", allow=COPIED)
    on.equal(KNOWN, rows, "known_bound_musd", "best_bound_musd", allow=COPIED)


def _check_as_it_is(table: pd.DataFrame, front: pd.DataFrame, on: TableLedger) -> None:
    """A plan of the front is one way to carry out its own investment; nothing undercuts what is proven."""
    rows = table[(table["future"] == AS_EXPECTED) & table["is_possible"]]
    rows = rows.merge(front[["point", "cost_musd", "bound_musd", "resilience"]], on="point", suffixes=("", "_front"))
    on.at_most(AS_IS, rows, "cost_musd_front", "cost_musd", allow=SOLVED)
    # What is proven is proven of plans as resilient as this one; the last digits of that are its own.
    rows = rows[rows["served_share"] >= rows["resilience"] - SERVED_LEVEL]
    on.at_least(AS_IS, rows, "bound_musd", "cost_musd", allow=PROVEN_COST)


# ---- the regrets ---------------------------------------------------------------------------------------------


def _regrets(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Every row's regret by cost and by supply: infinite where the plan is impossible and another is not."""
    found = {}
    measures = {"cost": table["cost_musd"], "lost supply": 1.0 - table["served_share"]}
    for by, measure in measures.items():
        least = measure.where(table["is_possible"]).groupby(table["future"]).transform("min")
        behind = np.where(table["is_possible"], np.maximum(0.0, measure - least), np.inf)
        found[by] = np.where(least.isna() | (table["why"] == NOT_SOLVED), np.nan, behind)
    return found


def _check_least(run: Path, table: pd.DataFrame, due: dict[str, np.ndarray], points: list[str], ledger: Ledger) -> None:
    on, least = ledger.on(LEAST_REGRET), read_table(run, LEAST_REGRET, ledger)
    least = least.assign(marked=yes(least, "least_regret", on))
    size = float(table["cost_musd"].abs().max()) if len(table) else 0.0
    expected: set[tuple[str, str]] = set()
    anywhere = table.groupby("future")["is_possible"].transform("any")
    for against, kinds in AGAINST.items():
        among = (table["kind"].isin(kinds) & anywhere).to_numpy()
        if not among.any():
            continue
        for by in REGRET:
            expected.add((against, by))
            rows = least[(least["against"] == against) & (least["by"] == by)]
            missing = [point for point in points if point not in set(rows["point"])]
            for point in missing:
                on.broken(LEAST_LISTED, f"against {against}, by {by}", point, "no such row")
            greatest = {p: _greatest(table, due[by], among, p) for p in rows["point"]}
            same = SAME_SHARE if by == "lost supply" else max(SAME_AMOUNT, SAME * size)
            _check_greatest(rows, greatest, by, on)
            _check_marked(rows, {p: one[0] for p, one in greatest.items()}, same, on)
    listed = [pair in expected for pair in zip(least["against"], least["by"], strict=True)]
    right = np.array(listed, dtype=bool) & least["point"].isin(points).to_numpy()
    on.true(LEAST_LISTED, least, right)


def _greatest(table: pd.DataFrame, regret: np.ndarray, among: np.ndarray, point: str) -> tuple[float, dict[str, float]]:
    """A plan's greatest regret, and its regret in each future."""
    own = among & (table["point"] == point).to_numpy()
    each = dict(zip(table["future"][own], regret[own], strict=True))
    if not each or any(np.isnan(one) for one in each.values()):
        return np.nan, {}
    return max(each.values()), each


def _check_greatest(
    rows: pd.DataFrame, greatest: dict[str, tuple[float, dict[str, float]]], by: str, on: TableLedger
) -> None:
    most = np.array([greatest[point][0] for point in rows["point"]], dtype=float)
    finite = np.where(np.isfinite(most), most, np.nan)
    for kind, column in GREATEST.items():
        due = finite if kind == by else np.full(len(rows), np.nan)
        on.same(MOST, rows, due, column, allow=ARITHMETIC, size=np.nan_to_num(np.abs(due)))
    right = []
    for (_, row), largest in zip(rows.iterrows(), most, strict=True):
        each = greatest[str(row["point"])][1]
        there: Any = each.get(str(row["in_future"]), np.nan)
        right.append(row["in_future"] == "" if np.isnan(largest) else bool(near(there, largest, ARITHMETIC)))
    on.true(MOST, rows, right, "in_future")


def _check_marked(rows: pd.DataFrame, greatest: dict[str, float], same: float, on: TableLedger) -> None:
    """All plans that are as good as the best; none where that is not known, or every plan is impossible somewhere."""
    known = list(greatest.values())
    if any(np.isnan(one) for one in known) or not known or np.isinf(min(known)):
        on.true(CHOSEN, rows, ~rows["marked"], "least_regret")
        return
    over = rows["point"].map(greatest) - min(known)
    close = (over - same).abs() <= EDGE * same
    on.true(CHOSEN, rows, ((over <= same) == rows["marked"]) | close, "least_regret")
