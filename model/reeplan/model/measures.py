"""What a plan serves in a disruption, computed from what goes unmet.

These are the definitions; the program states the same as linear rules, and the two are tested
against each other. Shares are fractions; ``unmet`` is (region, material, year, window) -> t.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reeplan.model.case import Case, Window

Unmet = Mapping[tuple[str, str, int, str], float]

BY_WINDOW = ("worst_case", "weakest_link")
"""Measures under which a target means something for one window alone."""


@dataclass(frozen=True)
class Measure:
    """How the resilience of a plan is measured: ``name`` is one of four, as ``settings.csv`` calls them.

    ``cvar_level``: cvar is the mean of the worst ``1 - cvar_level`` of the probability.
    """

    name: str
    cvar_level: float

    @property
    def by_window(self) -> bool:
        """Whether a target binds each window by itself; else windows are weighed against each other by probability."""
        return self.name in BY_WINDOW

    def lacks_odds(self, case: Case) -> bool:
        """Whether it weighs windows by probability, and none has any.

        Where every window is out of the target there is nothing to weigh, and resilience is 1.
        """
        if self.by_window or (case.windows and not in_target(case)):
            return False
        return not any(window.probability > 0 for window in in_target(case))

    def of(self, case: Case, unmet: Unmet) -> float:
        """The resilience of a plan: of the windows in the target; 1 where there are none."""
        asked = in_target(case)
        if not asked:
            return 1.0
        if self.name == "weakest_link":
            labels = {window.label for window in asked}
            shares = served_tonne_shares(case, unmet)
            return min((share for (_, window, _), share in shares.items() if window in labels), default=1.0)
        served = served_in_windows(case, unmet)
        if self.name == "worst_case":
            return min((served[window.label] for window in asked), default=1.0)
        total = sum(window.probability for window in asked)
        likely = [(served[one.label], one.probability / total) for one in asked if one.probability > 0]
        if self.name == "expected":
            return sum(share * probability for share, probability in likely)
        return mean_of_worst(likely, 1.0 - self.cvar_level)


def in_target(case: Case) -> list[Window]:
    """The windows that resilience is about."""
    return [window for window in case.windows if window.in_target]


def served_value_shares(case: Case, unmet: Unmet) -> dict[tuple[str, str], float]:
    """``R[k,s]``: the share of demand, by value of lost supply, that partner k is served in window s."""
    shares = {}
    for partner in case.partners:
        for window in case.windows:
            lost = total = 0.0
            for demand in case.demands:
                if demand.partner != partner:
                    continue
                for year in window.years:
                    value = demand.shortage_usd_per_t[year]
                    total += value * (demand.t[year] * window.of_year)
                    lost += value * unmet.get((demand.region, demand.material, year, window.label), 0.0)
            shares[partner, window.label] = 1.0 - lost / total if total > 0 else 1.0
    return shares


def served_to_all(case: Case, unmet: Unmet) -> dict[str, float]:
    """The share of demand, by value of lost supply, that all partners together are served in each window."""
    shares = {}
    for window in case.windows:
        lost = total = 0.0
        for demand in case.demands:
            for year in window.years:
                value = demand.shortage_usd_per_t[year]
                total += value * (demand.t[year] * window.of_year)
                lost += value * unmet.get((demand.region, demand.material, year, window.label), 0.0)
        shares[window.label] = 1.0 - lost / total if total > 0 else 1.0
    return shares


def served_tonne_shares(case: Case, unmet: Unmet) -> dict[tuple[str, str, str], float]:
    """The share of demanded tonnes served, by partner, window and material with demand."""
    shares = {}
    for partner in case.partners:
        for window in case.windows:
            lost: dict[str, float] = {}
            total: dict[str, float] = {}
            for demand in case.demands:
                if demand.partner != partner:
                    continue
                for year in window.years:
                    key = demand.material
                    total[key] = total.get(key, 0.0) + demand.t[year] * window.of_year
                    place = (demand.region, demand.material, year, window.label)
                    lost[key] = lost.get(key, 0.0) + unmet.get(place, 0.0)
            for material, tonnes in total.items():
                if tonnes > 0:
                    shares[partner, window.label, material] = 1.0 - lost[material] / tonnes
    return shares


def served_in_windows(case: Case, unmet: Unmet) -> dict[str, float]:
    """What the worse-off partner is served in each window."""
    shares = served_value_shares(case, unmet)
    return {
        window.label: min((shares[partner, window.label] for partner in case.partners), default=1.0)
        for window in case.windows
    }


def mean_of_worst(outcomes: list[tuple[float, float]], part: float) -> float:
    """The mean of the worst ``part`` of the probability.

    >>> round(mean_of_worst([(0.7, 1/6), (0.6, 1/2), (0.6, 1/3)], 0.9), 6)
    0.607407
    """
    left, total = part, 0.0
    for value, probability in sorted(outcomes):
        taken = min(left, probability)
        total += value * taken
        left -= taken
        if left <= 0:
            break
    return total / (part - max(left, 0.0))
