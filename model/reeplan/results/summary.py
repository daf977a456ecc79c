"""What came out, in sentences and one table: computed from the run, never written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from reeplan.case import Case, Settings
    from reeplan.front import Front, Point


MEASURES = {
    "worst_case": "share of demand served, by value, in the worst window of the worse-off partner",
    "weakest_link": "share of demand served, in tonnes, of the worst-served material in any window",
    "expected": "expected share of demand served, by value, to the worse-off partner if a disruption happens",
    "cvar": "share of demand served, by value, to the worse-off partner in the worst part of all disruptions",
}
"""What the resilience of a plan says, by measure."""


def front_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """``front.csv``: one row a point, cheapest first."""
    return pd.DataFrame(rows)


def measure_in_words(settings: Settings) -> str:
    """What the resilience of a plan says."""
    tail = f" (the worst {1 - settings.cvar_level:.0%})" if settings.resilience_measure == "cvar" else ""
    return MEASURES[settings.resilience_measure] + tail


def sentence(front: Front, case: Case) -> str:
    """The front in one or two sentences."""
    first, last = front.points[0], front.points[-1]
    what = measure_in_words(case.settings)
    if len(front.points) == 1:
        return f"Plan {first.name} costs {first.plan.cost_musd:,.1f} MUSD; {what}: {first.plan.resilience:.1%}."
    chosen = max((point for point in front.points if point.knee), key=lambda point: _rise(point, front), default=last)
    text = (
        f"Spending {chosen.plan.cost_musd - first.plan.cost_musd:,.1f} MUSD more than the cheapest plan raises the "
        f"{what} from {first.plan.resilience:.1%} to {chosen.plan.resilience:.1%} (plan {chosen.name})."
    )
    if chosen is not last:
        text += (
            f" The most resilient plan found reaches {last.plan.resilience:.1%} for "
            f"{last.plan.cost_musd - first.plan.cost_musd:,.1f} MUSD more than the cheapest."
        )
    return text


def _rise(point: Point, front: Front) -> float:
    """How far a point stands above the line between the front's ends, both axes as shares of their range."""
    first, last = front.points[0].plan, front.points[-1].plan
    gained = (point.plan.resilience - first.resilience) / (last.resilience - first.resilience)
    return gained - (point.plan.cost_musd - first.cost_musd) / (last.cost_musd - first.cost_musd)
