"""What came out, in sentences and one table: computed from the run, never written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.tolerances import MISSED, SHOWN_MUSD

if TYPE_CHECKING:
    from reeplan.model.case import Case, Settings
    from reeplan.solve.front import Front, Point


MEASURES = {
    "worst_case": "share of demand served, by value, in the worst window of the worse-off partner",
    "weakest_link": "share of demand served, in tonnes, of the worst-served material in any window",
    "expected": "expected share of demand served, by value, to the worse-off partner if a disruption happens",
    "cvar": "share of demand served, by value, to the worse-off partner in the worst part of all disruptions",
}
"""What the resilience of a plan says, by measure."""


def measure_in_words(settings: Settings) -> str:
    """What the resilience of a plan says."""
    tail = f" (the worst {1 - settings.cvar_level:.0%})" if settings.resilience_measure == "cvar" else ""
    return MEASURES[settings.resilience_measure] + tail


def served(share: float) -> str:
    """A share as a percentage with one decimal, or so many more that what is below 100 % is not called so.

    What lacks less than a millionth lacks nothing that the solver could tell from it.

    >>> served(0.9), served(0.9999), served(1 - 1e-7), served(1.0)
    ('90.0%', '99.99%', '100.0%', '100.0%')
    """
    texts = (f"{share:.{digits}%}" for digits in range(1, 6))
    return next((text for text in texts if share < 1 - MISSED and not text.startswith("100")), f"{share:.1%}")


def musd(cost: float) -> str:
    """An amount with one decimal, or two digits that count where it is smaller.

    >>> musd(1410.66), musd(0.0054), musd(0.0)
    ('1,410.7', '0.0054', '0.0')
    """
    return f"{cost:,.2g}" if 0 < abs(cost) < SHOWN_MUSD else f"{cost:,.1f}"


def sentence(front: Front, case: Case) -> str:
    """The front in one or two sentences."""
    first, last = front.points[0], front.points[-1]
    what = measure_in_words(case.settings)
    if not case.windows:
        return f"Plan {first.name} costs {musd(first.plan.cost_musd)} MUSD; the case has no disruption."
    if len(front.points) == 1:
        return f"Plan {first.name} costs {musd(first.plan.cost_musd)} MUSD; {what}: {served(first.plan.resilience)}."
    chosen = max((point for point in front.points if point.knee), key=lambda point: _rise(point, front), default=last)
    text = (
        f"Spending {musd(chosen.plan.cost_musd - first.plan.cost_musd)} MUSD more than the cheapest plan raises the "
        f"{what} from {served(first.plan.resilience)} to {served(chosen.plan.resilience)} (plan {chosen.name})."
    )
    if chosen is not last:
        text += (
            f" The most resilient plan found reaches {served(last.plan.resilience)} for "
            f"{musd(last.plan.cost_musd - first.plan.cost_musd)} MUSD more than the cheapest."
        )
    return text


def _rise(point: Point, front: Front) -> float:
    """How far a point stands above the line between the front's ends, both axes as shares of their range."""
    first, last = front.points[0].plan, front.points[-1].plan
    gained = (point.plan.resilience - first.resilience) / (last.resilience - first.resilience)
    return gained - (point.plan.cost_musd - first.cost_musd) / (last.cost_musd - first.cost_musd)
