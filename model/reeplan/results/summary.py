"""What came out, in sentences and one table: computed from the run, never written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.measures import served_value_shares
from reeplan.solver import Outcome

if TYPE_CHECKING:
    from reeplan.case import Case, Settings
    from reeplan.front import Front
    from reeplan.plan import Planner


def front_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """``front.csv``: one row a point, cheapest first."""
    return pd.DataFrame(rows)


def measure_in_words(settings: Settings) -> str:
    """What the resilience of a plan says."""
    return {
        "worst_case": "share of demand served, by value, in the worst window of the worse-off partner",
        "weakest_link": "share of demand served, in tonnes, of the worst-served material in any window",
        "expected": "expected share of demand served, by value, to the worse-off partner if a disruption happens",
        "cvar": f"share of demand served, by value, in the worst {1 - settings.cvar_level:.0%} of disruptions",
    }[settings.resilience_measure]


def sentence(front: Front, case: Case) -> str:
    """The front in one or two sentences."""
    first, last = front.points[0], front.points[-1]
    what = measure_in_words(case.settings)
    if len(front.points) == 1:
        return f"Plan {first.name} costs {first.plan.cost_musd:,.1f} MUSD; {what}: {first.plan.resilience:.1%}."
    chosen = next((point for point in front.points if point.knee), last)
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


def why_not(planner: Planner, target: float | None) -> list[str]:
    """Why there is no plan, named at once: the highest resilience there is, and what is short in that plan."""
    top = planner.most_resilient_relaxed()
    if top.outcome is Outcome.INFEASIBLE or not top.found:
        return [
            "even without a resilience target some limits contradict each other: look at take-or-pay minima, "
            "budgets, and stockpiles that must end as full as they began."
        ]
    if target is None or top.objective >= target:
        return ["with whole modules the target cannot be reached, though with divisible ones it could."]
    reasons = [
        f"the target is {target:g}; no plan of this case serves more than {top.objective:.4f} "
        f"(try --target {int(top.objective * 1000) / 1000:g})."
    ]
    unmet = planner.unmet(top.values)
    shares = served_value_shares(planner.case, unmet)
    if shares:
        (partner, window), share = min(shares.items(), key=lambda item: item[1])
        missing = [
            (
                demand.shortage_usd_per_t[year] * unmet.get((demand.region, demand.material, year, window), 0.0),
                demand.material,
            )
            for demand in planner.case.demands
            if demand.partner == partner
            for year in planner.model.net.windows[window].years
        ]
        worst = list(dict.fromkeys(material for value, material in sorted(missing, reverse=True) if value > 0))[:3]
        if worst:
            reasons.append(
                f"at that limit {partner} is served {share:.1%} in window {window}; short, by value: "
                f"{', '.join(worst)}."
            )
    return reasons
