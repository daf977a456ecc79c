"""A plan to begin the search for a different one from: assets flipped one at a time, as far as the limit allows.

On a large case a solver finds no plan of its own that differs from the one it began with for minutes; each turn here is
a linear program with all whole numbers fixed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reeplan.studies.alternatives.found import limit_with_rounding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reeplan.solve.planner import Planner

PART_OF_THE_TIME = 0.25
"""Part of the time limit that may go into finding a plan to begin from."""


def turned_round(
    planner: Planner,
    whole: Mapping[int, float],
    target: float,
    limit_musd: float,
    apart: Callable[[Mapping[int, float]], float],
    time_limit_s: float,
) -> dict[int, float]:
    """The whole numbers of a plan, turned asset by asset wherever that raises ``apart`` and keeps target and limit.

    What is absent is built in full, as late as can be, which costs least; what is there is left out. The cheapest
    assets come first: most of them fit into the limit.
    """
    began, best = time.monotonic(), dict(whole)
    assets = planner.case.assets
    order = [name for name, years in planner.model.decision_years.items() if years]
    for name in sorted(order, key=lambda name: assets[name].module_musd * assets[name].max_modules):
        if planner.engine.interrupted or time.monotonic() - began > PART_OF_THE_TIME * time_limit_s:
            break
        turned = _turned(planner, name, best)
        if apart(turned) <= apart(best):
            continue
        priced = planner.cheapest_with(turned, target)
        if priced.found and priced.objective <= limit_with_rounding(limit_musd):
            best = turned
    return best


def _turned(planner: Planner, name: str, whole: Mapping[int, float]) -> dict[int, float]:
    """The same whole numbers, with all of an asset where there was none, and none where there was some."""
    built, sites = planner.columns("built"), planner.columns("open")
    years = planner.model.decision_years[name]
    absent = whole[built[name, years[-1]]] == 0
    turned = dict(whole)
    for year in years:
        last = absent and year == years[-1]
        turned[built[name, year]] = float(planner.case.assets[name].max_modules) if last else 0.0
        if (name, year) in sites:
            turned[sites[name, year]] = float(last)
    return turned
