"""A case as a two-stage program: its scenarios, the case in which one of them is certain, and what each costs.

A scenario is that one window happens, or that none does. What is decided first is investment; operation on the
undisrupted path is shared by all scenarios, since nobody knows, and each window adds its own. The model's expected cost
is exactly the weighted sum of the scenarios' costs: a year of the undisrupted path counts in every scenario that does
not disrupt it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from reeplan.inputs.spec import BASE
from reeplan.model.measures import served_value_shares
from reeplan.model.program.cost import ANNUITIES, FIXED
from reeplan.studies.uncertainty.mean import mean_case
from reeplan.studies.uncertainty.two_stage import MEAN
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.model.case import Case
    from reeplan.model.measures import Unmet

NOTHING = "nothing happens"
"""The scenario in which no window happens."""


def probabilities(case: Case) -> dict[str, float]:
    """Every scenario that may happen: windows with a probability, and nothing. They sum to 1 (see ``exclude``)."""
    found = {window.label: window.probability for window in case.windows if window.probability > 0}
    nothing = 1.0 - sum(found.values())
    return found | ({NOTHING: nothing} if nothing > ROUNDING else {})


def exclude(case: Case) -> bool:
    """Whether at most one window happens in the horizon, as scenarios of one future do.

    Windows of different years may come one after the other where each has a yearly chance: then they are no scenarios
    of which one happens.
    """
    return sum(window.probability for window in case.windows) <= 1.0 + ROUNDING


def case_of(case: Case, weights: Mapping[str, float], *, stress_tests: bool = False) -> Case:
    """The case in which the scenarios happen with these probabilities and no others.

    ``stress_tests`` keeps windows without a probability: they cost nothing and have to be survived.
    """
    if set(weights) == {MEAN}:
        return mean_case(case)
    kept = [
        replace(window, probability=weights.get(window.label, 0.0))
        for window in case.windows
        if weights.get(window.label, 0.0) > 0 or (stress_tests and window.probability == 0)
    ]
    return replace(case, windows=kept)


def costs_by_scenario(case: Case, costs: Iterable[tuple[str, int, str, float]]) -> dict[str, float]:
    """What each scenario costs, MUSD: from all costs as (part, year, window, MUSD of that year).

    Investment is paid whatever happens; a window's operation replaces that of its years on the undisrupted path (one of
    months that part of its year's).
    """
    capital, base = 0.0, dict.fromkeys(case.years, 0.0)
    own: dict[str, float] = defaultdict(float)
    for part, year, window, musd in costs:
        discounted = case.discount(year) * musd
        if part in (ANNUITIES, FIXED):
            capital += discounted
        elif window == BASE:
            base[year] += discounted
        else:
            own[window] += discounted
    undisturbed = capital + sum(base.values())
    replaced = {
        window.label: window.of_year * sum(base[year] for year in window.years) for window in case.windows
    }
    return {NOTHING: undisturbed} | {
        window.label: undisturbed - replaced[window.label] + own[window.label] for window in case.windows
    }


def served_by_scenario(case: Case, unmet: Unmet) -> dict[str, float]:
    """What share of its demand, by value, the worse-off partner is served: in each window, and if nothing happens.

    In a window the years of the window count, and if nothing happens all years.
    """
    shares = served_value_shares(case, unmet)
    served = {
        window.label: min((shares[partner, window.label] for partner in case.partners), default=1.0)
        for window in case.windows
    }
    return {NOTHING: min((_served_on_base(case, unmet, k) for k in case.partners), default=1.0)} | served


def _served_on_base(case: Case, unmet: Unmet, partner: str) -> float:
    lost = total = 0.0
    for demand in case.demands:
        if demand.partner == partner:
            for year in case.years:
                value = demand.shortage_usd_per_t[year]
                total += value * demand.t[year]
                lost += value * unmet.get((demand.region, demand.material, year, BASE), 0.0)
    return 1.0 - lost / total if total > 0 else 1.0


def lost_by_scenario(case: Case, unmet: Unmet) -> dict[str, float]:
    """The value of the supply that each scenario loses over the whole horizon, MUSD of their years (not discounted)."""
    lost: dict[tuple[str, int], float] = defaultdict(float)
    for demand in case.demands:
        for period in [(year, BASE) for year in case.years] + [(t, w.label) for w in case.windows for t in w.years]:
            year, window = period
            missing = unmet.get((demand.region, demand.material, year, window), 0.0)
            lost[window, year] += missing * demand.shortage_usd_per_t[year] / 1e6
    undisturbed = sum(lost[BASE, year] for year in case.years)
    return {NOTHING: undisturbed} | {
        window.label: undisturbed
        + sum(lost[window.label, year] - window.of_year * lost[BASE, year] for year in window.years)
        for window in case.windows
    }
