"""The mean scenario of a case: one certain future in which every year leaves what disruptions leave on average.

What is uncertain in a case is what of each seller's limits, of each plant and of each route is there in a year. In the
mean scenario each seller's limit and each plant's capacity is, year by year, its mean over all scenarios: undisturbed
with the probability that no window covers the year, and as each window leaves it with that window's (of months: for
that part of the year). Prices are means likewise. There is no window
left, so that no resilience is asked for, no stockpile is worth filling for a crisis, and shortage is mild: this is the
plan of somebody who knows the odds and plans for the average.

A cap that refers to purchases on the undisrupted path (basis ``flow``) counts as the same part of the seller's limit.
A lane has no capacity that could be averaged: it is closed where no scenario leaves it open, and open otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reeplan.inputs.spec import ALL, BASE
from reeplan.model.case import Case, Disruption
from reeplan.model.network import Network, Period
from reeplan.tolerances import LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reeplan.model.case import Asset, ByYear, Market, Supply


def mean_case(case: Case) -> Case:
    """The case of the mean scenario: without windows, with the mean of every limit."""
    return _Mean(case).case()


class _Mean:
    def __init__(self, case: Case) -> None:
        self.whole, self.net = case, Network(case)

    def case(self) -> Case:
        """Sellers have their mean limits, and what acts on plants and routes acts on the undisrupted path."""
        return replace(
            self.whole,
            supplies=[self._supply(supply) for supply in self.whole.supplies],
            markets=[self._market(market) for market in self.whole.markets],
            windows=[],
            disruptions=[*self._plants(), *self._routes()],
        )

    def _over_scenarios(self, year: int, available: Callable[[Period], float]) -> float:
        """The mean of what is available in a year: on the undisrupted path or in the window that covers the year."""
        mean = self.whole.base_weight(year) * available(Period(year, BASE))
        for window in self.whole.windows:
            if window.probability > 0 and year in window.years:
                mean += window.probability * window.of_year * available(Period(year, window.label))
        return mean

    def _part_over_scenarios(self, year: int, available: Callable[[Period], float]) -> float:
        return min(1.0, self._over_scenarios(year, available))

    def _supply(self, supply: Supply) -> Supply:
        """The limit and the least to be bought of a seller; the stricter of both bases counts, as for take-or-pay."""
        part: ByYear = {
            year: self._part_over_scenarios(year, lambda period: self.net.supply_limits(supply, period).least)
            for year in self.whole.years
        }
        return replace(
            supply,
            price_usd_per_t={
                year: self._over_scenarios(year, partial(self.net.supply_price, supply)) for year in self.whole.years
            },
            max_t={year: part[year] * t for year, t in supply.max_t.items()},
            min_t={year: part[year] * t for year, t in supply.min_t.items()},
        )

    def _market(self, market: Market) -> Market:
        """A market pays its mean price."""
        prices = {
            year: self._over_scenarios(year, partial(self.net.market_price, market)) for year in self.whole.years
        }
        return replace(market, price_usd_per_t=prices)

    def _plants(self) -> Iterator[Disruption]:
        for asset in self.whole.assets.values():
            for year in self.whole.years:
                mean = self._part_over_scenarios(year, self._available(asset))
                if mean < 1.0 - LAST_DIGITS:
                    yield Disruption(BASE, "plant", asset.name, ALL, year, year, mean, "ceiling")

    def _available(self, asset: Asset) -> Callable[[Period], float]:
        return lambda period: self.net.plant_availability(asset, period)

    def _routes(self) -> Iterator[Disruption]:
        """Routes that no scenario leaves open, by material: what one scenario leaves open is open on average."""
        if not any(hit.kind == "route" for hit in self.whole.disruptions):
            return
        closed = dict.fromkeys(
            (f"{self.whole.country(lane.origin)}>{self.whole.country(lane.destination)}", lane.material, year)
            for lane in self.net.lanes
            for year in self.whole.years
            if self._part_over_scenarios(year, partial(self.net.route_availability, lane)) < LAST_DIGITS
        )
        for route, material, year in closed:
            yield Disruption(BASE, "route", route, material, year, year, 0.0, "ceiling")
