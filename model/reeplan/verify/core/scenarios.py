"""What every scenario costs, serves and loses with each plan of the front, from the plans' own tables.

A scenario is that one window happens, or that none does. Investment is paid whatever happens; a window's operation
replaces that of its years on the undisrupted path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.plans import PLAN_TABLES
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.frames import joined
from reeplan.verify.core.plan import Plan
from reeplan.verify.core.shortage import PLACE, value_shares
from reeplan.verify.core.tolerances import CERTAIN
from reeplan.verify.core.verdict import Ledger, Verdict
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.inputs import Inputs

NOTHING = "nothing happens"
CAPITAL = ("annuities", "fixed")


def probabilities(inputs: Inputs) -> dict[str, float]:
    """Every scenario that may happen, with its probability."""
    windows = inputs.windows[inputs.windows["probability"] > 0]
    found = dict(zip(windows["window"], windows["probability"].astype(float), strict=True))
    nothing = 1.0 - sum(found.values())
    return found | ({NOTHING: nothing} if nothing > CERTAIN else {})


def exclude(inputs: Inputs) -> bool:
    """Whether one window at most happens: chances that sum to more are of windows that may follow one another."""
    return float(inputs.windows["probability"].sum()) <= 1.0 + CERTAIN


@dataclass(frozen=True)
class Outlook:
    """A plan scenario by scenario: MUSD present value, share of the worse-off partner's demand, MUSD of their years."""

    cost: dict[str, float]
    served: dict[str, float]
    lost: dict[str, float]


def outlooks(run: Path, points: list[str], case: Checked) -> dict[str, Outlook]:
    """Every plan of the front that can be read; their tables are checked elsewhere, so nothing is entered here."""
    found = {}
    for point in points:
        silent = Ledger(Verdict())
        try:
            tables = {name: read_table(run / "plans" / point, PLAN_TABLES[name], silent) for name in READ}
        except UnreadableError:
            continue
        plan = Plan(case, tables)
        found[point] = Outlook(_costs(plan), _served(plan), _lost(plan))
    return found


READ = ("costs", "shortage")


def _costs(plan: Plan) -> dict[str, float]:
    inputs = plan.case.inputs
    costs = plan["costs"].merge(inputs.year_frame, on="year")
    costs["now"] = costs["musd"] * costs["discount"]
    fixed = costs["part"].isin(CAPITAL)
    capital = float(costs.loc[fixed, "now"].sum())
    by_year = costs[~fixed].groupby(["window", "year"])["now"].sum()
    base = {year: float(by_year.get((BASE, float(year)), 0.0)) for year in inputs.years}
    undisturbed = capital + sum(base.values())
    found = {NOTHING: undisturbed}
    for name, start, end, share in _windows(inputs):
        own = float(by_year[name].sum()) if name in by_year.index.get_level_values(0) else 0.0
        found[name] = undisturbed + own - share * sum(base[year] for year in inputs.years if start <= year <= end)
    return found


def _windows(inputs: Inputs) -> list[tuple[str, float, float, float]]:
    """Each window with its first and last year and the share of them that it takes."""
    windows = inputs.windows
    return list(zip(windows["window"], windows["start"], windows["end"], windows["of_year"], strict=True))


def _served(plan: Plan) -> dict[str, float]:
    inputs = plan.case.inputs
    shares = value_shares(plan).groupby("window")["share"].min()
    unmet = plan["shortage"]
    on_base = unmet.loc[unmet["window"] == BASE, [*PLACE, "unmet_t"]]
    rows = joined(inputs.demand, on_base, PLACE, {"unmet_t": 0.0})
    rows = rows.assign(
        value=rows["shortage_usd_per_t"] * rows["t_per_year"], lost=rows["shortage_usd_per_t"] * rows["unmet_t"]
    )
    sums = rows.groupby("partner")[["value", "lost"]].sum()
    worst = (1.0 - sums["lost"] / sums["value"].where(sums["value"] > 0, np.inf)).min() if len(sums) else 1.0
    return {NOTHING: float(worst)} | {str(window): float(share) for window, share in shares.items()}


def _lost(plan: Plan) -> dict[str, float]:
    sums = plan["shortage"].groupby(["window", "year"])["lost_musd"].sum()
    base = {year: float(sums.get((BASE, float(year)), 0.0)) for year in plan.case.inputs.years}
    undisturbed = sum(base.values())
    found = {NOTHING: undisturbed}
    for name, start, end, share in _windows(plan.case.inputs):
        years = [year for year in base if start <= year <= end]
        own = sum(float(sums.get((name, float(year)), 0.0)) - share * base[year] for year in years)
        found[name] = undisturbed + own
    return found


def mean_of_worst(lost: Sequence[float], odds: Sequence[float], part: float) -> float:
    """The mean loss in the worst ``part`` of the probability.

    >>> mean_of_worst([0.5, 0.1], [0.25, 0.75], 0.5)
    0.3
    """
    order = np.argsort(-np.array(lost), kind="stable")
    losses, weights = np.array(lost)[order], np.array(odds)[order]
    before = np.concatenate([[0.0], np.cumsum(weights)[:-1]])
    counted = np.clip(part - before, 0.0, weights)
    return float((losses * counted).sum() / counted.sum())
