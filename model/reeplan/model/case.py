"""The case as the model sees it: typed objects that know each other by name.

Nothing is checked here: the tables are strict at the border. Flows are t REO (or t of product)
per year, money is USD/t in rates and MUSD in totals, years are whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from reeplan.inputs.spec import ALL, BASE
from reeplan.model.finance import annuity, discount_factor, ramp

ByYear = dict[int, float]

UNASKED = {"asked": False}
"""Of a field: no answer depends on it, so that with another value a question is still the same."""


@dataclass(frozen=True)
class Settings:
    """The case as a whole. Rates are real fractions a year."""

    title: str = field(metadata=UNASKED)
    first_year: int
    last_year: int
    currency_year: int
    discount_rate: float
    crisis_sharing: bool = True

    @property
    def years(self) -> range:
        """Every year of the plan."""
        return range(self.first_year, self.last_year + 1)


@dataclass(frozen=True)
class Region:
    """A node of the network: USD/MWh, t CO2/MWh, USD/t CO2, USD/t ThO2, t ThO2 a year."""

    name: str
    country: str
    latitude: float = field(metadata=UNASKED)
    longitude: float = field(metadata=UNASKED)
    power_usd_per_mwh: float
    grid_tco2_per_mwh: float
    carbon_usd_per_t: float
    thorium_usd_per_t: float
    thorium_max_t_per_year: float


@dataclass(frozen=True)
class Goods:
    """What can be bought, demanded and stored: an element's oxide, a product, or scrap.

    ``kind`` is oxide, product or scrap; ``circuit`` is light or heavy, for oxides only.
    """

    name: str
    label: str = field(metadata=UNASKED)
    kind: str
    circuit: str
    reference_usd_per_t: float
    reo_t_per_t: float


@dataclass(frozen=True)
class Deposit:
    """An ore body and its oxide distribution (shares that sum to 1)."""

    name: str
    region: str
    ore: str
    resource_t: float
    thorium_t_per_t: float
    basket: dict[str, float]


@dataclass(frozen=True)
class Process:
    """A technology, per t of activity; ``recipe`` gives t made (+) or consumed (-) per t of activity."""

    name: str
    takes: str
    makes: str
    ore: str
    recovery: float
    opex_usd_per_t: float
    energy_mwh_per_t: float
    co2_t_per_t: float
    releases_thorium: bool
    recipe: dict[str, float]

    def treats(self, deposit: Deposit) -> bool:
        """Whether the process fits the deposit's ore."""
        return self.ore in ("any", deposit.ore)


@dataclass(frozen=True)
class Asset:
    """A plant, or an option of a venture: existing capacity and modules that can be decided.

    Capital is overnight MUSD a module and a site; capacity is t of activity a year. A venture's
    option is one module of its offtake share, once in the horizon.
    """

    name: str
    region: str
    country: str
    process: Process
    deposit: str | None
    capacity_t_per_year: float
    retires: int | None
    module_t_per_year: float
    max_modules: int
    site_musd: float
    module_musd: float
    fixed_usd_per_t: float
    opex_factor: float
    royalty_usd_per_t: float
    earliest_year: int
    lead_years: int
    life_years: int
    ramp_years: int
    foreign_share_max: float
    technology_partner: str | None
    technology_share_min: float
    offtake_right: float
    risk_premium: float
    venture: str | None = None
    claimant: str | None = None

    def existing(self, year: int) -> float:
        """Capacity that stands already and still runs in ``year``, t/yr."""
        return self.capacity_t_per_year if self.retires is None or year <= self.retires else 0.0

    def first_running(self, decided: int) -> int:
        """The first year in which what was decided in ``decided`` runs: ``u + lead``."""
        return decided + self.lead_years

    def runs(self, decided: int, year: int) -> bool:
        """Whether what was decided in ``decided`` runs in ``year``: ``u + lead <= t < u + lead + life``."""
        return 0 <= year - self.first_running(decided) < self.life_years

    def ramped(self, decided: int, year: int) -> float:
        """The part of its size that a module decided in ``decided`` gives in ``year`` if it runs (see ``ramp``)."""
        return ramp(year - self.first_running(decided), self.ramp_years)

    def yearly_musd(self, overnight_musd: float, wacc: float) -> float:
        """What capital costs in each year that it runs; the investor's rate is ``wacc`` plus the risk premium."""
        return annuity(overnight_musd, wacc + self.risk_premium, self.lead_years, self.life_years)

    def first_decision(self, first_year: int) -> int:
        """The first year, from ``first_year`` on, in which a module can be decided: ``u + lead >= earliest_year``."""
        return max(first_year, self.earliest_year - self.lead_years)

    def last_decision(self, last_year: int) -> int:
        """The last year in which a module can be decided to run by ``last_year``: ``u + lead <= last_year``."""
        return last_year - self.lead_years


@dataclass(frozen=True)
class Supply:
    """What one supplier sells of one material, by year."""

    supplier: str
    material: str
    region: str
    country: str
    buyer: str | None
    price_usd_per_t: ByYear
    max_t: ByYear
    min_t: ByYear


@dataclass(frozen=True)
class Market:
    """Where surplus of one material is sold, by year."""

    region: str
    material: str
    price_usd_per_t: ByYear
    max_t: ByYear


@dataclass(frozen=True)
class Demand:
    """What must be served in a partner's region, and what a tonne of lost supply is worth, by year."""

    region: str
    partner: str
    material: str
    t: ByYear
    shortage_usd_per_t: ByYear


@dataclass(frozen=True)
class Store:
    """A stockpile of one material in a partner's region."""

    region: str
    partner: str
    material: str
    initial_t: float
    capacity_t: float
    max_capacity_t: float
    capacity_usd_per_t: float
    holding_usd_per_t_year: float
    life_years: int
    lead_years: ClassVar[int] = 0
    """Room that is bought is there at once."""

    @property
    def name(self) -> str:
        """What it is called in the tables of a run."""
        return f"stockpile {self.region}/{self.material}"

    @property
    def room_to_add_t(self) -> float:
        """Most room that may be added (t)."""
        return max(0.0, self.max_capacity_t - self.capacity_t)

    def yearly_musd(self, overnight_musd: float, wacc: float) -> float:
        """What room costs in each year that it is there; the investor's rate is ``wacc``."""
        return annuity(overnight_musd, wacc, self.lead_years, self.life_years)


@dataclass(frozen=True)
class Budget:
    """Most overnight capital that a partner decides in a span of years, MUSD."""

    partner: str
    first_year: int
    last_year: int
    musd: float


@dataclass(frozen=True)
class Loss:
    """What a window loses beside what its scenario takes away: a venture (with all its options), plant or supplier."""

    kind: str
    name: str


@dataclass(frozen=True)
class Window:
    """One possible disruption: a scenario and one of its start years, perhaps with the loss of one thing more.

    ``of_year``: the part of each of its years that it takes, below 1 where it lasts months (and then it lies in one
    year). ``in_target``: whether resilience is about it.
    """

    label: str
    scenario: str
    title: str = field(metadata=UNASKED)
    years: tuple[int, ...]
    probability: float
    of_year: float = 1.0
    in_target: bool = True
    lost: Loss | None = None

    @property
    def start(self) -> int:
        """Its first year."""
        return self.years[0]

    @property
    def end(self) -> int:
        """Its last year."""
        return self.years[-1]


@dataclass(frozen=True)
class Disruption:
    """One row of the disruptions table; ``first`` and ``last`` are None where all years are meant."""

    scenario: str
    kind: str
    target: str
    material: str
    first: int | None
    last: int | None
    availability: float
    basis: str
    price_factor: float = 1.0

    def acts(self, window: Window | None, year: int) -> bool:
        """Whether it acts in ``year`` of this window (None: the undisrupted path)."""
        if self.scenario == BASE:
            position = year
        elif window is not None and window.scenario == self.scenario:
            position = year - window.start + 1
        else:
            return False
        return (self.first is None or self.first <= position) and (self.last is None or position <= self.last)


@dataclass(frozen=True)
class Case:
    """Everything the model knows. Names are keys; order is the order of the tables."""

    settings: Settings
    wacc: dict[str, float]
    regions: dict[str, Region]
    goods: dict[str, Goods]
    deposits: dict[str, Deposit]
    assets: dict[str, Asset]
    supplies: list[Supply]
    markets: list[Market]
    lanes: dict[tuple[str, str, str], float]
    demands: list[Demand]
    stores: list[Store]
    budgets: list[Budget]
    free_offtake: dict[tuple[str, str], ByYear]
    dependence: dict[tuple[str, str], dict[str, ByYear]]
    windows: list[Window]
    disruptions: list[Disruption] = field(default_factory=list)

    @property
    def years(self) -> range:
        """Every year of the plan."""
        return self.settings.years

    def decision_years(self, asset: Asset) -> range:
        """The years u in which modules of an asset can be decided: ``earliest_year <= u + lead <= last_year``."""
        if not asset.max_modules:
            return range(0)
        first = asset.first_decision(self.settings.first_year)
        return range(first, asset.last_decision(self.settings.last_year) + 1)

    def running_years(self, held: Asset | Store, decided: int) -> range:
        """The years of the horizon in which what was decided in ``decided`` runs, or room that was bought is there."""
        first = decided + held.lead_years
        return range(first, min(first + held.life_years, self.settings.last_year + 1))

    @property
    def partners(self) -> list[str]:
        """The countries that plan together."""
        return list(self.wacc)

    @property
    def elements(self) -> list[str]:
        """The oxides that are followed one by one."""
        return [name for name, goods in self.goods.items() if goods.kind == "oxide"]

    def country(self, region: str) -> str:
        """The country a region belongs to."""
        return self.regions[region].country

    def discount(self, year: int) -> float:
        """What a unit of money in ``year`` is worth in the first year."""
        return self._discounts[year]

    @cached_property
    def _discounts(self) -> dict[int, float]:
        first, rate = self.settings.first_year, self.settings.discount_rate
        return {year: discount_factor(rate, year, first) for year in self.years}

    def lane_usd_per_t(self, origin: str, destination: str, kind: str) -> float | None:
        """Freight for this kind of goods, or None where the pair cannot trade it."""
        exact = self.lanes.get((origin, destination, kind))
        return exact if exact is not None else self.lanes.get((origin, destination, ALL))

    def base_weight(self, year: int) -> float:
        """The part of ``year`` that no window is expected to take: the weight of the undisrupted path's operation.

        ``1 - sum(p_s * f_s)`` over the windows that cover it: of a year in which a window of months comes, the
        undisrupted path keeps the rest.
        """
        taken = sum(window.probability * window.of_year for window in self.windows if year in window.years)
        return max(0.0, 1.0 - taken)


def is_limit(value: float) -> bool:
    """Whether a number is a limit at all (an empty cell means none)."""
    return not math.isinf(value)
