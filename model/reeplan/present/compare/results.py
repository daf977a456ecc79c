"""Differences of results: cost at equal resilience, resilience at equal cost, and the figures of matching plans.

Fronts are read stepwise: at a resilience counts the cheapest plan found that serves at least as much. Between two
plans lies no third one, because capacity is built in whole modules, so nothing is interpolated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from reeplan.outputs.spec.comparison import RESULTS
from reeplan.outputs.spec.plans import FRONT
from reeplan.tolerances import NEAR_RESILIENCE, ROUNDING

if TYPE_CHECKING:
    from reeplan.outputs.spec.output import Row
    from reeplan.present.compare.runs import ComparedRun, Comparison

SERVED, SPENT, PLAN = "cost at equal resilience", "resilience at equal cost", "matching plans"


def fronts(comparison: Comparison) -> pd.DataFrame:
    """``fronts.csv``: the plans of all runs, the columns of ``front.csv`` after the run's name."""
    tables = []
    for given in comparison.runs:
        table = given.front.copy()
        table.insert(0, "run", given.heading)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def results(comparison: Comparison) -> pd.DataFrame:
    """``results.csv``: for every level and run what is reached, within which proven range, and against the first run.

    A front has plans at its own levels only. The least cost at another lies between the best bound of a lower level
    and the cheapest plan found that serves enough; so differences are ranges, ``less_first_run_at_least`` to
    ``_at_most``. ``told_apart_from_first_run`` is yes where such a range does not hold zero.
    """
    rows = _rows(comparison, SERVED) + _rows(comparison, SPENT) + _figures_of_plans(comparison)
    return RESULTS.frame(rows)


def cost_at(given: ComparedRun, level: float) -> tuple[str, float, float, float]:
    """The cheapest plan at least as resilient: its name, its cost, and the range in which the least cost lies.

    What is proven of a plan at most ``NEAR_RESILIENCE`` more resilient counts for this level as well.
    No name and a cost of NaN where none was found; the range then ends at infinity, and begins there if it is
    proven that no plan is so resilient.
    """
    front = given.front
    enough = front[front["resilience"] >= level - ROUNDING]
    proven = front[front["resilience"] <= level + NEAR_RESILIENCE]["bound_musd"].dropna()
    least = float(proven.max()) if not proven.empty else _least_of_all(given)
    if enough.empty:
        out_of_reach = level > float(given.run.manifest.get("highest_resilience_bound", 1.0)) + ROUNDING
        return "", math.nan, math.inf if out_of_reach else least, math.inf
    best = enough.iloc[int(enough["cost_musd"].to_numpy().argmin())]
    cost = float(best["cost_musd"])
    return str(best["point"]), cost, min(least, cost), cost


def _least_of_all(given: ComparedRun) -> float:
    """What no plan costs less than: the first row of a front is the cheapest plan, within the gap of its search."""
    first = given.front.iloc[0]
    if given.run.manifest.get("single", True) or not math.isfinite(first["bound_musd"]):
        return -math.inf
    return float(first["cost_musd"] - max(first["gap_musd"], first["gap_target_musd"]))


def resilience_at(given: ComparedRun, money: float) -> tuple[str, float, float, float]:
    """The most resilient plan that costs no more: its name, its resilience, and the range in which the most lies."""
    front = given.front
    cheap = front[front["cost_musd"] <= money + ROUNDING * abs(money)]
    beyond = front[front["bound_musd"] > money + ROUNDING * abs(money)]["resilience"]
    most = min(
        float(given.run.manifest.get("highest_resilience_bound", 1.0)), float(beyond.min()) if len(beyond) else 1
    )
    if cheap.empty:
        nothing = float(front["bound_musd"].min()) > money + ROUNDING * abs(money)
        return "", math.nan, -math.inf, -math.inf if nothing else most
    best = cheap.iloc[int(cheap["resilience"].to_numpy().argmax())]
    found = float(best["resilience"])
    return str(best["point"]), found, found, max(found, most)


def levels(comparison: Comparison, what: str) -> list[float]:
    """Every resilience (or cost) of any plan, ascending, those that are hardly different once.

    Of resiliences within ``NEAR_RESILIENCE`` the lowest stands for all; of costs within that share of their range the
    highest.
    """
    column = "resilience" if what == SERVED else "cost_musd"
    every = sorted(float(value) for given in comparison.runs for value in given.front[column])
    near = NEAR_RESILIENCE if what == SERVED else NEAR_RESILIENCE * (every[-1] - every[0])
    kept: list[float] = []
    for value in every if what == SERVED else reversed(every):
        if not kept or abs(value - kept[-1]) > near:
            kept.append(value)
    return sorted(kept)


def _rows(comparison: Comparison, what: str) -> list[Row]:
    reads, units = (cost_at, ("fraction", "MUSD")) if what == SERVED else (resilience_at, ("MUSD", "fraction"))
    rows: list[Row] = []
    for level in levels(comparison, what):
        reached = [reads(given, level) for given in comparison.runs]
        base = reached[0]
        for given, (point, value, least, most) in zip(comparison.runs, reached, strict=True):
            others = given is not comparison.first
            lowest, highest = less_range((least, most), base[2:]) if others else (0.0, 0.0)
            apart = ("yes" if lowest > 0 or highest < 0 else "no") if others else ""
            rows.append(
                {
                    "what": what,
                    "level": level,
                    "unit": units[0],
                    "run": given.heading,
                    "plan": point,
                    "value": value,
                    "value_unit": units[1],
                    "least_possible": least,
                    "most_possible": most,
                    "less_first_run": value - base[1],
                    "less_first_run_at_least": lowest,
                    "less_first_run_at_most": highest,
                    "told_apart_from_first_run": apart,
                }
            )
    return rows


def less_range(one: tuple[float, float], base: tuple[float, float]) -> tuple[float, float]:
    """The range of the difference of two values that are known to lie in ranges; NaN where nothing is known.

    >>> less_range((10.0, 12.0), (7.0, 8.0))
    (2.0, 5.0)
    """
    return one[0] - base[1], one[1] - base[0]


# ---- matching plans -----------------------------------------------------------------------------


def figures_of(given: ComparedRun, point: str) -> dict[tuple[str, str], float]:
    """The headline figures of a plan with their units, in the order of ``front.csv``."""
    row = given.run.row(point)
    skipped = ("gap", "gap_target_musd", "target", "seconds", "largest_violation")
    return {
        (str(name), FRONT.column(str(name)).unit): float(row[name])
        for name in row.index
        if name not in skipped and isinstance(row[name], float | int)
    }


def _figures_of_plans(comparison: Comparison) -> list[Row]:
    chosen = comparison.chosen
    figures = [figures_of(given, chosen[given.letter]) for given in comparison.runs]
    rows: list[Row] = []
    for name, unit in dict.fromkeys(key for one in figures for key in one):
        base = figures[0].get((name, unit), math.nan)
        for given, one in zip(comparison.runs, figures, strict=True):
            value = one.get((name, unit), math.nan)
            rows.append(
                {
                    "what": PLAN,
                    "level": name,
                    "unit": "",
                    "run": given.heading,
                    "plan": chosen[given.letter],
                    "value": value,
                    "value_unit": unit,
                    "less_first_run": value - base,
                    "told_apart_from_first_run": "",
                }
            )
    return rows
