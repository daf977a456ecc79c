"""What the partners who stay hold when the others walk away, as a case of the years from then on.

What stands in the country of one who stays is its own, whoever paid for it. Elsewhere each has the part that it paid
for; in the countries of those who leave there is nothing left. All else is as for a coalition of those who stay, and
of what partners share - ore and sites in other countries - only what cooperation has not used up is shared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

from reeplan.model.case import Asset, Budget, ByYear, Case, Deposit, Store, Supply
from reeplan.model.finance import discount_factor
from reeplan.studies.cooperation.coalition import coalition_case
from reeplan.studies.cooperation.joint_investment import stakes
from reeplan.studies.cooperation.sharing import Parts
from reeplan.tolerances import NOISE, ROUNDING, SLIGHT

if TYPE_CHECKING:
    from reeplan.studies.cooperation.joint_investment import JointInvestment, Stake


@dataclass(frozen=True)
class HeldAsset(Asset):
    """A plant or an option of which something is held: what runs differs by year, as modules start up and expire."""

    standing: ByYear = field(default_factory=dict)

    def existing(self, year: int) -> float:
        """Capacity that runs in ``year`` without any further decision, t/yr."""
        return self.standing[year]


@dataclass(frozen=True)
class RemainingCase(Case):
    """The later years of a case. Money is discounted to ``origin``, the first year of the whole.

    ``weights``: the probability, by year, that no window of the whole case covers it; windows that began earlier belong
    to the earlier years.
    """

    origin: int = 0
    weights: ByYear = field(default_factory=dict)

    def discount(self, year: int) -> float:
        """What a unit of money in ``year`` is worth in the first year of the whole case."""
        return discount_factor(self.settings.discount_rate, year, self.origin)

    def base_weight(self, year: int) -> float:
        """The weight of the undisrupted path's operation, as in the whole case."""
        return self.weights[year]


@dataclass(frozen=True)
class Break:
    """The moment at which all partners but those who ``stay`` leave a joint plan: the beginning of ``year``.

    ``goes_on``: those who stay carry out what the joint plan had them pay for from then on, and decide nothing else;
    otherwise they decide anew.
    """

    whole: Case
    joint: JointInvestment
    stay: frozenset[str]
    year: int
    goes_on: bool = False

    @property
    def leave(self) -> frozenset[str]:
        """The partners who walk away."""
        return frozenset(self.whole.partners) - self.stay

    @cached_property
    def coalition(self) -> Case:
        """What those who stay have by themselves, had nothing been done together, over all years."""
        return coalition_case(self.whole, self.stay)

    @cached_property
    def part(self) -> float:
        """The part of those who stay in what all partners share, for what is not by year."""
        return Parts(self.whole).of_all_value(self.stay)

    @cached_property
    def stakes(self) -> list[Stake]:
        """All capital of the joint plan."""
        return list(stakes(self.whole, self.joint))

    @property
    def years(self) -> range:
        """The years from the break on."""
        return range(self.year, self.whole.settings.last_year + 1)

    def case(self) -> Case:
        """The case of those who stay, from the break on, with what they hold."""
        own = self.coalition
        inherited = {field.name: getattr(own, field.name) for field in fields(Case)}
        assets = (self._asset(asset) for asset in self.whole.assets.values())
        return RemainingCase(
            **inherited
            | {
                "settings": replace(own.settings, first_year=self.year),
                "assets": {asset.name: asset for asset in assets if asset is not None},
                "deposits": {name: self._deposit(deposit) for name, deposit in own.deposits.items()},
                "stores": [self._store(store) for store in own.stores],
                "supplies": [*own.supplies, *self._stocks_left()],
                "budgets": [] if self.goes_on else [self._budget(one) for one in own.budgets],
                "free_offtake": {pair: self._free(pair, free) for pair, free in own.free_offtake.items()},
                "windows": [window for window in own.windows if window.start >= self.year],
            },
            origin=own.settings.first_year,
            weights={year: own.base_weight(year) for year in own.years},
        )

    # ---- plants and ventures --------------------------------------------------------------------

    def held_modules(self, asset: Asset) -> dict[int, float]:
        """The modules of an asset that those who stay hold, by year of decision; parts are parts of modules."""
        if asset.country in self.leave:
            return {}
        paid = self.joint.funded(asset.name, self.stay)
        theirs = self.joint.decided(asset.name) if asset.country in self.stay else paid
        before = {u: n for u, n in theirs.items() if u < self.year}
        return before | ({u: n for u, n in paid.items() if u >= self.year} if self.carries_on(asset) else {})

    def carries_on(self, asset: Asset) -> bool:
        """Whether those who stay still decide what the joint plan had them decide on this asset after the break."""
        if not self.goes_on or asset.country in self.leave or asset.technology_partner in self.leave:
            return False
        return asset.venture is None or asset.claimant in self.stay

    def held_capacity(self, asset: Asset, year: int, *, ramped: bool = True) -> float:
        """Capacity of the held modules that run in ``year``, t/yr; ``ramped``: as far as they have started up."""
        running = ((u, n) for u, n in self.held_modules(asset).items() if asset.runs(u, year))
        return asset.module_t_per_year * sum(n * (asset.ramped(u, year) if ramped else 1.0) for u, n in running)

    def _asset(self, asset: Asset) -> Asset | None:
        """The asset with what is held of it; None where those who stay have nothing of it and can decide nothing."""
        own = self.coalition.assets.get(asset.name)
        held = {year: self.held_capacity(asset, year) for year in self.years}
        if own is None and not any(held.values()):
            return None
        standing = {year: held[year] + (own.existing(year) if own is not None else 0.0) for year in self.years}
        left = 0 if own is None or self.goes_on else self._modules_left(asset, own)
        same = {spec.name: getattr(asset, spec.name) for spec in fields(Asset)}
        changed = {
            "capacity_t_per_year": max(standing.values()),
            "retires": None,
            "max_modules": left,
            "site_musd": 0.0 if self._has_site(asset) else asset.site_musd,
        }
        return HeldAsset(**same | changed, standing=standing)

    def _modules_left(self, asset: Asset, own: Asset) -> int:
        """How many modules can still be decided.

        Room that what was decided before takes up is gone until its life ends; if that is within the horizon, it is
        counted as gone for good. In other countries what is left is shared.
        """
        if asset.venture is not None:
            options = (one.name for one in self.whole.assets.values() if one.venture == asset.venture)
            taken = any(u < self.year for name in options for u in self.joint.decided(name))
            return 0 if taken else own.max_modules
        if own.max_modules == 0:
            return 0
        first = asset.first_decision(self.year)
        running = sum(n for u, n in self.joint.decided(asset.name).items() if first - asset.life_years < u < self.year)
        left = max(0, asset.max_modules - math.ceil(running - SLIGHT))
        if asset.country in self.stay:
            return left
        return math.floor(self.part * left + ROUNDING)

    def _has_site(self, asset: Asset) -> bool:
        """Whether a site of the joint plan serves all decisions still to come; in other countries, one partly paid."""
        last_decision = asset.last_decision(self.whole.settings.last_year)
        return any(
            name == asset.name
            and u < self.year
            and u + asset.life_years > last_decision
            and (partner in self.stay or asset.country in self.stay)
            for partner, name, u in self.joint.sitefund
        )

    def _free(self, pair: tuple[str, str], free: ByYear) -> ByYear:
        """What a member may take home from another, with what follows from plants that it has paid for there."""
        sender, receiver = pair
        earned = dict.fromkeys(self.years, 0.0)
        for asset in self.whole.assets.values():
            if asset.country != sender or not asset.offtake_right or sender not in self.stay:
                continue
            for u, n in self.joint.funded(asset.name, [receiver]).items():
                if u >= self.year and not self.carries_on(asset):
                    continue
                for year in self.whole.running_years(asset, u):
                    if year >= self.year:
                        size = asset.module_t_per_year * asset.ramped(u, year)
                        earned[year] += asset.offtake_right * size * n
        return {year: free[year] + earned[year] for year in self.years}

    # ---- ore, stocks, money ---------------------------------------------------------------------

    def _deposit(self, deposit: Deposit) -> Deposit:
        """What is left in the ground."""
        resource = self.whole.deposits[deposit.name].resource_t
        if math.isinf(resource) or resource <= 0:
            return deposit
        mined = sum(t for (name, year), t in self.joint.mined.items() if name == deposit.name and year < self.year)
        return replace(deposit, resource_t=deposit.resource_t * max(0.0, 1.0 - mined / resource))

    def _level_before(self, store: Store) -> float:
        """What the joint plan leaves in a stockpile, t."""
        if self.year == self.whole.settings.first_year:
            return store.initial_t
        return self.joint.level.get((store.region, store.material, self.year - 1), 0.0)

    def space_before(self, store: Store) -> float:
        """Room that was bought before the break and stands until the last year, t."""
        return sum(
            t
            for (region, material, u), t in self.joint.space.items()
            if (region, material) == (store.region, store.material)
            and u < self.year
            and u + store.life_years > self.whole.settings.last_year
        )

    def space_after(self) -> dict[tuple[str, str, int], float]:
        """Room that those who stay buy from the break on if they go on as planned, t by (region, material, year)."""
        places = {(store.region, store.material) for store in self.coalition.stores}
        return {key: t for key, t in self.joint.space.items() if key[2] >= self.year and key[:2] in places}

    def _store(self, store: Store) -> Store:
        """The stockpile with the room bought; the level is to end no lower than it began, or than it is now."""
        room = store.capacity_t + self.space_before(store)
        most = max(room, store.max_capacity_t)
        if self.goes_on:
            place = (store.region, store.material)
            later = sum(t for key, t in self.space_after().items() if key[:2] == place)
            most = room + later + NOISE if later else room
        initial = min(store.initial_t, self._level_before(store))
        return replace(store, initial_t=initial, capacity_t=room, max_capacity_t=most)

    def _stocks_left(self) -> list[Supply]:
        """What the joint plan has stored beyond the level that a stockpile must end with: there for nothing, once."""
        left = ((store, self._level_before(store) - store.initial_t) for store in self.coalition.stores)
        return [
            Supply(
                supplier=f"left in {store.name}",
                material=store.material,
                region=store.region,
                country="",  # nobody's disruption takes it away
                buyer=None,
                price_usd_per_t=dict.fromkeys(self.years, 0.0),
                max_t={year: t if year == self.year else 0.0 for year in self.years},
                min_t=dict.fromkeys(self.years, 0.0),
            )
            for store, t in left
            if t > NOISE
        ]

    def stock_owed_musd(self) -> float:
        """What it takes to bring stocks that cooperation has drawn on back to where they began, at reference prices."""
        last = self.whole.discount(self.whole.settings.last_year)
        missing = ((store, store.initial_t - self._level_before(store)) for store in self.coalition.stores)
        return sum(
            t * self.whole.goods[store.material].reference_usd_per_t / 1e6 * last for store, t in missing if t > NOISE
        )

    def _budget(self, budget: Budget) -> Budget:
        """What is left of it."""
        spent = sum(
            stake.overnight_musd
            for stake in self.stakes
            if stake.partner == budget.partner
            and budget.first_year <= stake.decided <= budget.last_year
            and stake.decided < self.year
        )
        return replace(budget, musd=max(0.0, budget.musd - spent))
