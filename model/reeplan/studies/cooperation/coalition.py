"""The case of a coalition: what its members have when the other partners go their own way.

Whatever disjoint coalitions have between them, all partners have together, and every rule that binds all together binds
each coalition at least as much. So the plans of two coalitions, put side by side, are a plan of both: joining never
costs, under the measures of resilience that take the worst partner of each window by itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import TYPE_CHECKING

from reeplan.model.case import Asset, ByYear, Supply, is_limit
from reeplan.studies.cooperation.sharing import Parts
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from reeplan.model.case import Case, Deposit, Market, Region

Lanes = dict[tuple[str, str, str], float]


@dataclass(frozen=True)
class SharedAsset(Asset):
    """An existing plant outside partner countries, of which a coalition has a part that may differ by year."""

    part: ByYear = field(default_factory=dict)

    def existing(self, year: int) -> float:
        """The coalition's part of the capacity that stands already and still runs in ``year``, t/yr."""
        return self.part[year] * super().existing(year)


def named(partners: Iterable[str], members: Collection[str]) -> str:
    """A coalition in words: its members in the order of ``partners``."""
    return " + ".join(partner for partner in partners if partner in members)


def coalition_case(case: Case, members: Iterable[str]) -> Case:
    """The case of some of the partners. That of all of them is the case itself.

    Raises ValueError for an empty coalition or for somebody who is no partner.
    """
    inside = frozenset(members)
    if not inside or not inside <= set(case.partners):
        raise ValueError(f"a coalition is of partners of the case, not {sorted(inside)}")
    if inside == set(case.partners):
        return case
    return _Coalition(case, inside).case()


class _Coalition:
    """What some, but not all, of the partners have."""

    def __init__(self, case: Case, inside: frozenset[str]) -> None:
        self.whole, self.inside = case, inside
        self.outside = frozenset(case.partners) - inside
        self.parts = Parts(case)

    def case(self) -> Case:
        """Members keep theirs, others take theirs along, and what is elsewhere is split."""
        whole = self.whole
        return replace(
            whole,
            wacc={k: rate for k, rate in whole.wacc.items() if k in self.inside},
            regions={name: self._region(region) for name, region in whole.regions.items()},
            deposits={name: self._deposit(deposit) for name, deposit in whole.deposits.items()},
            assets={a.name: self._asset(a) for a in whole.assets.values() if self._has_asset(a)},
            supplies=[supply for supply in map(self._supply, whole.supplies) if supply is not None],
            markets=[market for market in map(self._market, whole.markets) if market is not None],
            lanes=self._lanes(),
            demands=[demand for demand in whole.demands if demand.partner in self.inside],
            stores=[store for store in whole.stores if store.partner in self.inside],
            budgets=[budget for budget in whole.budgets if budget.partner in self.inside],
            free_offtake={pair: free for pair, free in whole.free_offtake.items() if pair[1] in self.inside},
        )

    # ---- plants and ventures --------------------------------------------------------------------

    def _has_asset(self, asset: Asset) -> bool:
        if asset.venture is not None:
            return asset.claimant in self.inside
        return asset.country not in self.outside

    def _asset(self, asset: Asset) -> Asset:
        if asset.venture is not None:
            return asset
        if asset.technology_partner in self.outside:
            asset = replace(asset, max_modules=0)
        if asset.country in self.inside:
            return asset
        own = {spec.name: getattr(asset, spec.name) for spec in fields(Asset)}
        own["max_modules"] = math.floor(self.parts.of_all_value(self.inside) * asset.max_modules + ROUNDING)
        return SharedAsset(**own, part={year: self.parts.of_value(self.inside, year) for year in self.whole.years})

    # ---- sellers and markets --------------------------------------------------------------------

    def _supply(self, supply: Supply) -> Supply | None:
        """A contract follows its buyer, a seller in a partner's country that partner; others are split by use."""
        holder = supply.buyer or supply.country
        if holder in self.inside:
            return supply
        if holder in self.outside:
            return None
        part = {year: self.parts.of_use(self.inside, supply.material, year) for year in self.whole.years}
        return replace(supply, max_t=_times(supply.max_t, part), min_t=_times(supply.min_t, part))

    def _market(self, market: Market) -> Market | None:
        country = self.whole.country(market.region)
        if country in self.inside:
            return market
        if country in self.outside:
            return None
        part = {year: self.parts.of_value(self.inside, year) for year in self.whole.years}
        return replace(market, max_t=_times(market.max_t, part))

    # ---- places outside partner countries, and the way through partners outside --------------------

    def _is_shared(self, region: str) -> bool:
        return self.whole.country(region) not in self.whole.wacc

    def _region(self, region: Region) -> Region:
        """Room for thorium outside partner countries is shared too."""
        limit = region.thorium_max_t_per_year
        if not self._is_shared(region.name) or not is_limit(limit):
            return region
        return replace(region, thorium_max_t_per_year=limit * self.parts.of_all_value(self.inside))

    def _deposit(self, deposit: Deposit) -> Deposit:
        """And so is ore that several could mine."""
        if not self._is_shared(deposit.region) or not is_limit(deposit.resource_t):
            return deposit
        return replace(deposit, resource_t=deposit.resource_t * self.parts.of_all_value(self.inside))

    def _lanes(self) -> Lanes:
        """Goods may pass through a partner outside as its own rules allow it to pass them on.

        Its dependence caps stay in the case, with no use of its own. Where what may be shipped to it from another
        partner is limited, that limit is its own to use.
        """
        closed = {
            (origin, destination)
            for sender, receiver in self.whole.free_offtake
            if receiver in self.outside
            for origin, destination in product(self._regions_of(sender), self._regions_of(receiver))
        }
        return {lane: freight for lane, freight in self.whole.lanes.items() if lane[:2] not in closed}

    def _regions_of(self, country: str) -> list[str]:
        return [name for name, region in self.whole.regions.items() if region.country == country]


def _times(amounts: ByYear, part: ByYear) -> ByYear:
    return {year: amount * part[year] for year, amount in amounts.items()}
