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
from reeplan.verify.studies.reading import near, same_or_missing, shown, yes

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger
    from reeplan.verify.studies.uncertainty.value_of_information import Knowing

TABLE, LEAST = REGRET_OF_PLANS.file, LEAST_REGRET.file
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
    run: Path,
    names: list[str] | None,
    front: pd.DataFrame,
    seen: dict[str, Outlook],
    knowing: Knowing,
    inputs: Inputs,
    ledger: Ledger,
) -> None:
    """Every rule about regret; ``names`` are those of other futures, where the manifest states them."""
    table = read_table(run, REGRET_OF_PLANS, ledger)
    possible = yes(table, "possible", TABLE, KEY, ledger)
    kept = yes(table, "keeps_its_level", TABLE, KEY, ledger)
    table = table.assign(is_possible=possible, kept=kept)
    _check_listed(table, names, front, inputs, ledger)
    _check_windows(table, seen, inputs, ledger)
    _check_possible(table, front, ledger)
    _check_best(table, knowing, ledger)
    _check_as_it_is(table, front, ledger)
    due = _regrets(table)
    for by, column in REGRET.items():
        size = table["cost_musd"].abs().fillna(0.0) if by == "cost" else np.ones(len(table))
        expected = np.where(np.isfinite(due[by]), due[by], np.nan)
        same_or_missing(
            REGRETS, TABLE, table[KEY].assign(column=column), expected, table[column], ledger,
            allow=WORKED_OUT, size=size,
        )  # fmt: skip
    _check_least(run, table, due, list(front["point"]), ledger)


def _check_listed(
    table: pd.DataFrame, names: list[str] | None, front: pd.DataFrame, inputs: Inputs, ledger: Ledger
) -> None:
    odds = probabilities(inputs)
    kinds = {NOTHING: UNDISTURBED} | dict.fromkeys(inputs.windows["window"], WINDOW)
    listed = [name for name in dict.fromkeys(table["future"]) if name not in kinds]
    others = listed if names is None else [AS_EXPECTED, *names] if names else []
    kinds |= dict.fromkeys(others, OTHER)
    known = table["future"].isin(list(kinds)) & table["point"].isin(list(front["point"]))
    ledger.true(LISTED, TABLE, table[KEY], known)
    there = set(zip(table["point"], table["future"], strict=True))
    for point in front["point"]:
        for name in kinds:
            if (point, name) not in there:
                ledger.broken(LISTED, TABLE, f"point {point}", name, "no such row")
    rows = table[known]
    ledger.true(KIND, TABLE, rows[[*KEY, "kind"]], rows["kind"] == rows["future"].map(kinds), found="kind")
    chance = dict(zip(inputs.windows["window"], inputs.windows["probability"], strict=True)) | {
        NOTHING: odds.get(NOTHING, 0.0)
    }
    expected = rows["future"].map(chance).astype(float)
    same_or_missing(
        KIND, TABLE, rows[KEY].assign(column="probability"), expected, rows["probability"], ledger,
        allow=SAME_ROWS, size=expected.fillna(0.0),
    )  # fmt: skip


def _check_windows(table: pd.DataFrame, seen: dict[str, Outlook], inputs: Inputs, ledger: Ledger) -> None:
    known = {NOTHING, *inputs.windows["window"]}
    rows = table[table["future"].isin(list(known)) & table["point"].isin(list(seen))]
    where = rows[KEY]

    def due(what: str) -> np.ndarray:
        return np.array([getattr(seen[p], what)[f] for p, f in zip(rows["point"], rows["future"], strict=True)])

    missing = rows[["cost_musd", "served_share", "lost_musd"]].fillna(np.inf)
    ledger.equal(IN_WINDOW, TABLE, where, due("cost"), missing["cost_musd"], allow=SUMMED, unit="MUSD")
    ledger.equal(IN_WINDOW, TABLE, where, due("served"), missing["served_share"], allow=FIGURE)
    ledger.equal(LOST, TABLE, where, due("lost"), missing["lost_musd"], allow=SUMMED, unit="MUSD")
    others = table[~table["future"].isin(list(known))]
    ledger.true(LOST, TABLE, others[KEY], others["lost_musd"].isna())


def _check_possible(table: pd.DataFrame, front: pd.DataFrame, ledger: Ledger) -> None:
    there = table[["cost_musd", "served_share"]].notna()
    right = np.where(table["is_possible"], there.all(axis=1), ~there.any(axis=1) & (table["why"] != ""))
    ledger.true(POSSIBLE, TABLE, table[[*KEY, "possible"]], right, found="possible")
    served = table[table["served_share"].notna()]
    ledger.at_least(POSSIBLE, TABLE, served[KEY], np.zeros(len(served)), served["served_share"], allow=SHARES)
    ledger.at_most(POSSIBLE, TABLE, served[KEY], np.ones(len(served)), served["served_share"], allow=SHARES)
    # The level that is kept is at least what was asked for, and at most what the plan serves on the front.
    levels = front.set_index("point")[["target", "resilience"]]
    low, high = (table["point"].map(levels[column]).fillna(0.0) for column in levels)
    share = table["served_share"].fillna(-1.0)
    inside = table["kind"] != OTHER
    due_yes = inside | (table["is_possible"] & (share >= high - SAME_SHARE))
    due_no = ~inside & (~table["is_possible"] | (share < low - 2 * SAME_SHARE))
    right = np.where(due_yes, table["kept"], np.where(due_no, ~table["kept"], True))
    ledger.true(KEPT, TABLE, table[[*KEY, "keeps_its_level"]], right, found="keeps_its_level")


def _check_best(table: pd.DataFrame, knowing: Knowing, ledger: Ledger) -> None:
    first = table.groupby("future")[["best_musd", "best_bound_musd"]].transform("first")
    for column in ("best_musd", "best_bound_musd"):
        right = near(first[column], table[column], COPIED)
        ledger.true(BEST, TABLE, shown(table[[*KEY, column]]), right, found=column)
    best, cost = table["best_musd"], table["cost_musd"]
    finite = np.isfinite(best) & cost.notna()
    above = (cost - best).where(finite)
    same_or_missing(
        ABOVE, TABLE, table[KEY].assign(column="above_best_musd"), above, table["above_best_musd"], ledger,
        allow=WORKED_OUT, size=cost.abs().fillna(0.0) + best.abs().where(finite, 0.0),
    )  # fmt: skip
    proven = np.isfinite(table["best_bound_musd"])
    there = proven & cost.notna()
    ledger.at_least(
        PROVEN, TABLE, table[KEY][there], table["best_bound_musd"][there], cost[there], allow=SOLVED, unit="MUSD"
    )
    there = proven & np.isfinite(best)
    ledger.at_least(
        PROVEN, TABLE, table[KEY][there], table["best_bound_musd"][there], best[there], allow=COPIED, unit="MUSD"
    )
    _check_known(table, knowing, ledger)


def _check_known(table: pd.DataFrame, knowing: Knowing, ledger: Ledger) -> None:
    """Without a target: the best plan of a scenario, or the plan for all of them where that is cheaper in it."""
    rows = knowing.rows(0.0).merge(
        table.drop_duplicates("future")[["future", "best_musd", "best_bound_musd"]], left_on="scenario",
        right_on="future", how="inner",
    )  # fmt: skip
    rows = rows[rows["known_musd"].notna()]
    cost = rows[["best_musd", "plan_musd"]].min(axis=1)
    where = rows[["future"]]
    ledger.equal(KNOWN, TABLE, where.assign(column="best_musd"), rows["known_musd"], cost, allow=COPIED, unit="MUSD")
    bound = rows[["best_bound_musd", "known_musd"]].min(axis=1)
    ledger.equal(
        KNOWN, TABLE, where.assign(column="best_bound_musd"), rows["known_bound_musd"], bound, allow=COPIED, unit="MUSD"
    )


def _check_as_it_is(table: pd.DataFrame, front: pd.DataFrame, ledger: Ledger) -> None:
    """A plan of the front is one way to carry out its own investment; nothing undercuts what is proven."""
    rows = table[(table["future"] == AS_EXPECTED) & table["is_possible"]]
    rows = rows.merge(front[["point", "cost_musd", "bound_musd", "resilience"]], on="point", suffixes=("", "_front"))
    ledger.at_most(AS_IS, TABLE, rows[KEY], rows["cost_musd_front"], rows["cost_musd"], allow=SOLVED, unit="MUSD")
    # What is proven is proven of plans as resilient as this one; the last digits of that are its own.
    rows = rows[rows["served_share"] >= rows["resilience"] - SERVED_LEVEL]
    ledger.at_least(AS_IS, TABLE, rows[KEY], rows["bound_musd"], rows["cost_musd"], allow=PROVEN_COST, unit="MUSD")


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
    least = read_table(run, LEAST_REGRET, ledger)
    marked = yes(least, "least_regret", LEAST, ["point", "against", "by"], ledger)
    least = least.assign(marked=marked)
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
                ledger.broken(LEAST_LISTED, LEAST, f"against {against}, by {by}", point, "no such row")
            greatest = {p: _greatest(table, due[by], among, p) for p in rows["point"]}
            same = SAME_SHARE if by == "lost supply" else max(SAME_AMOUNT, SAME * size)
            _check_greatest(rows, greatest, by, ledger)
            _check_marked(rows, {p: one[0] for p, one in greatest.items()}, same, ledger)
    listed = [pair in expected for pair in zip(least["against"], least["by"], strict=True)]
    right = np.array(listed, dtype=bool) & least["point"].isin(points).to_numpy()
    ledger.true(LEAST_LISTED, LEAST, least[["point", "against", "by"]], right)


def _greatest(table: pd.DataFrame, regret: np.ndarray, among: np.ndarray, point: str) -> tuple[float, dict[str, float]]:
    """A plan's greatest regret, and its regret in each future."""
    own = among & (table["point"] == point).to_numpy()
    each = dict(zip(table["future"][own], regret[own], strict=True))
    if not each or any(np.isnan(one) for one in each.values()):
        return np.nan, {}
    return max(each.values()), each


def _check_greatest(
    rows: pd.DataFrame, greatest: dict[str, tuple[float, dict[str, float]]], by: str, ledger: Ledger
) -> None:
    where = rows[["point", "against", "by"]]
    most = np.array([greatest[point][0] for point in rows["point"]], dtype=float)
    finite = np.where(np.isfinite(most), most, np.nan)
    for kind, column in GREATEST.items():
        due = finite if kind == by else np.full(len(rows), np.nan)
        same_or_missing(
            MOST, LEAST, where.assign(column=column), due, rows[column], ledger, allow=ARITHMETIC,
            size=np.nan_to_num(np.abs(due)),
        )  # fmt: skip
    right = []
    for (_, row), largest in zip(rows.iterrows(), most, strict=True):
        each = greatest[str(row["point"])][1]
        there: Any = each.get(str(row["in_future"]), np.nan)
        right.append(row["in_future"] == "" if np.isnan(largest) else bool(near(there, largest, ARITHMETIC)))
    ledger.true(MOST, LEAST, where.assign(in_future=rows["in_future"]), np.array(right, dtype=bool), found="in_future")


def _check_marked(rows: pd.DataFrame, greatest: dict[str, float], same: float, ledger: Ledger) -> None:
    """All plans that are as good as the best; none where that is not known, or every plan is impossible somewhere."""
    known = list(greatest.values())
    where = rows[["point", "against", "by", "least_regret"]]
    if any(np.isnan(one) for one in known) or not known or np.isinf(min(known)):
        ledger.true(CHOSEN, LEAST, where, ~rows["marked"], found="least_regret")
        return
    over = rows["point"].map(greatest) - min(known)
    close = (over - same).abs() <= EDGE * same
    ledger.true(CHOSEN, LEAST, where, ((over <= same) == rows["marked"]) | close, found="least_regret")
