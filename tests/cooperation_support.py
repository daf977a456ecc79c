"""Run folders of ``reeplan cooperate`` for tests: a solved run with tables about cooperation written by hand.

A game gives each coalition its cost and bound, None where it cannot reach the target: ``{"A": (5, 4), "A + B": None}``.
"""

from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.csv_files import write_table
from reeplan.present.run import Run
from reeplan.studies.cooperation.allocation import nash, nucleolus, shapley
from reeplan.studies.cooperation.bands import gain_band, nucleolus_band, shapley_band

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Costs = dict[str, tuple[float, float] | None]

YEARS_WORTH = 5.0
"""Side payments in all are so many times those of a year."""


def cooperate_run(
    solved: Path,
    place: Path,
    partners: Sequence[str],
    games: Mapping[float, Costs],
    target: float,
    pays: Mapping[str, float] | None = None,
    highest: Mapping[str, float] | None = None,
) -> Path:
    """A copy of a solved run with coalitions at several targets and the deal at one of them."""
    shutil.copytree(solved, place, ignore=shutil.ignore_patterns("figures", "report.html"))
    with_partners(place, partners)
    rows = [row for level, costs in games.items() for row in coalition_rows(level, costs, highest or {})]
    write_table(pd.DataFrame(rows), place / "coalitions.csv")
    paid = pays if pays is not None else dict.fromkeys(partners, math.nan)
    write_table(pd.DataFrame(allocation_rows(partners, games[target], paid)), place / "allocation.csv")
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    (place / "manifest.json").write_text(json.dumps({**manifest, "target": target}), encoding="utf-8")
    return place


def with_partners(run: Path, partners: Sequence[str]) -> None:
    """Other partners in the inputs; what countries there are stays."""
    write_table(pd.DataFrame({"partner": partners, "wacc": 0.05}), run / "inputs" / "partners.csv")


def coalition_rows(target: float, costs: Costs, highest: Mapping[str, float]) -> list[dict[str, Any]]:
    """``coalitions.csv`` at one target."""
    found, bounds = _found(costs)
    rows = []
    for name, pair in costs.items():
        members = frozenset(name.split(" + "))
        has_gain = all(group in found for group in [members, *(frozenset([one]) for one in members)])
        alone = sum(found[frozenset([one])] for one in members) if has_gain else math.nan
        band = gain_band(found, bounds, members) if has_gain else (math.nan, math.nan)
        rows.append({
            "coalition": name, "partners": len(members),
            "status": "cannot reach the target" if pair is None else "optimal",
            "target": target,
            "cost_musd": math.nan if pair is None else pair[0],
            "bound_musd": math.nan if pair is None else pair[1],
            "resilience": math.nan if pair is None else target,
            "highest_resilience": highest.get(name, math.nan) if pair is None else math.nan,
            "gain_musd": alone - pair[0] if has_gain and pair else math.nan,
            "gain_least_musd": band[0], "gain_greatest_musd": band[1],
            "seconds": 1.5,
        })  # fmt: skip
    return rows


def allocation_rows(partners: Sequence[str], costs: Costs, paid: Mapping[str, float]) -> list[dict[str, Any]]:
    """``allocation.csv``."""
    found, bounds = _found(costs)
    shared = len(found) == 2 ** len(partners) - 1
    rules = {"shapley": shapley(found), "nucleolus": nucleolus(found), "nash": nash(found)} if shared else {}
    few = shared and len(partners) <= 4 and all(map(math.isfinite, bounds.values()))
    bands = {"shapley": shapley_band(found, bounds) if shared else {},
             "nucleolus": nucleolus_band(found, bounds) if few else {}}  # fmt: skip
    rows = []
    for partner in partners:
        row: dict[str, Any] = {"partner": partner, "alone_musd": found.get(frozenset([partner]), math.nan),
                               "pays_in_plan_musd": paid[partner]}  # fmt: skip
        for rule in ("shapley", "nucleolus"):
            row[f"{rule}_musd"] = rules[rule][partner] if shared else math.nan
            ends = bands[rule].get(partner, (math.nan, math.nan))
            row[f"{rule}_least_musd"], row[f"{rule}_greatest_musd"] = ends
        row["nash_musd"] = rules["nash"][partner] if shared else math.nan
        row["core_least_musd"] = row["core_most_musd"] = math.nan
        for rule in ("shapley", "nucleolus", "nash"):
            side = rules[rule][partner] - paid[partner] if shared else math.nan
            row[f"{rule}_side_payment_musd"], row[f"{rule}_side_payment_musd_per_year"] = side, side / YEARS_WORTH
        rows.append(row)
    return rows


def _found(costs: Costs) -> tuple[dict[frozenset[str], float], dict[frozenset[str], float]]:
    pairs = {frozenset(name.split(" + ")): pair for name, pair in costs.items() if pair is not None}
    return {who: pair[0] for who, pair in pairs.items()}, {who: pair[1] for who, pair in pairs.items()}


def run_of(folder: Path) -> Run:
    return Run(folder)


# ---- games --------------------------------------------------------------------------------------

TWO: Costs = {"India": (9450.0, 9430.0), "Japan": (9964.0, 9940.0), "India + Japan": (18853.0, 18840.0)}
"""Together they save 9450 + 9964 - 18853 = 561, certainly between 9430 + 9940 - 18853 = 517 and 19414 - 18840 = 574."""

FOUR_NAMES = ("India", "Japan", "Australia", "United States")


def four_costs() -> Costs:
    """Four partners: each coalition costs its members' costs less 30 for every pair in it, and less 25 for all four."""
    from itertools import combinations

    alone = {"India": 9450.0, "Japan": 9964.0, "Australia": 820.0, "United States": 14210.0}
    costs: Costs = {}
    for size in range(1, 5):
        for some in combinations(FOUR_NAMES, size):
            cost = sum(alone[name] for name in some) - 30.0 * size * (size - 1) / 2 - 25.0 * (size == 4)
            costs[" + ".join(some)] = (cost, cost - 6.0 * size)
    return costs


# ---- levers, prices and regret --------------------------------------------------------------------

Worth = tuple[float, float, float]


def write_levers(run: Path, *levers: tuple[str, str, str, Worth | str, dict[str, Worth]]) -> None:
    """``levers.csv``: clause, about, change, the worth to all together (or why there is none) and to each partner."""
    rows = []
    for clause, about, change, whole, parts in levers:
        for partner, worth in {"all together": whole, **parts}.items():
            known = not isinstance(worth, str)
            found, least, greatest = worth if known else (math.nan,) * 3
            rows.append({
                "clause": clause, "about": about, "change": change, "partner": partner,
                "status": "optimal" if known else worth,
                "worth_musd": found, "worth_least_musd": least, "worth_greatest_musd": greatest,
            })  # fmt: skip
    worths = ["worth_musd", "worth_least_musd", "worth_greatest_musd"]
    columns = ["clause", "about", "change", "partner", "status", *worths]
    write_table(pd.DataFrame(rows, columns=columns), run / "levers.csv")


Outcome = tuple[float, float, float, float, float] | str


def write_regret(run: Path, *breaks: tuple[str, str, int, str, Outcome]) -> None:
    """``regret.csv``: stays, leaves, year, conduct, and either why there is no plan or: cost, bound, served, and what
    planning alone costs and serves (its bound is 1 below its cost)."""
    rows = []
    for stays, leaves, year, conduct, outcome in breaks:
        known = not isinstance(outcome, str)
        cost, bound, served, alone, alone_served = outcome if known else (math.nan,) * 5
        rows.append({
            "stays": stays, "leaves": leaves, "year": year, "conduct": conduct,
            "status": "optimal" if known else outcome, "cost_musd": cost, "bound_musd": bound, "served_share": served,
            "alone_cost_musd": alone, "alone_served_share": alone_served, "regret_musd": cost - alone,
            "regret_least_musd": bound - alone, "regret_greatest_musd": cost - alone + 1.0,
            "stranded_capital_musd": 12.5 if known else math.nan,
        })  # fmt: skip
    write_table(pd.DataFrame(rows), run / "regret.csv")


def write_burdens(run: Path, partners: Sequence[str]) -> None:
    """``pays.csv``, ``owns.csv`` and ``risks.csv`` with amounts that follow from a partner's place in the list."""
    parts = {"annuities": 400.0, "process": 300.0, "purchases": 900.0, "sales": -120.0, "shortage": 50.0}
    loaded = Run(run)
    assets = [name for name, stage in loaded.assets["stage"].items() if stage != "stockpile"]
    pays = [{"partner": k, "part": part, "musd": musd * (1 + i / 2)}
            for i, k in enumerate(partners) for part, musd in parts.items()]  # fmt: skip
    owns = [{"asset": assets[i % len(assets)], "partner": k, "capex_musd": 100.0 + 10 * i + 40 * j}
            for i, k in enumerate(partners) for j in (0, 1)]  # fmt: skip
    risks = [{"partner": k, "window": window, "served_share": 1 - 0.06 * (i + 1) * (j + 1), "lost_musd": 10.0 * (j + 1)}
             for i, k in enumerate(partners) for j, window in enumerate(loaded.windows)]  # fmt: skip
    for name, rows in (("pays", pays), ("owns", owns), ("risks", risks)):
        write_table(pd.DataFrame(rows), run / f"{name}.csv")
