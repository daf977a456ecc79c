"""What flows where: materials, operations, lanes, and what each disruption leaves of them.

An operation is an asset treating one deposit's material (or following its recipe). Operations,
lanes and purchases that cannot lead from a source to a use are left out: they could only cost.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from reeplan.inputs.spec import ALL, BASE
from reeplan.model.case import Disruption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.model.case import Asset, Case, Demand, Deposit, Loss, Market, Supply, Window

ORE = "ore"
CONCENTRATE, MIXED, HEAVY_MIX = "concentrate", "mixed", "heavy_mix"
NO_DEPOSIT = ""
"""Stands for the deposit where a recipe is followed and no deposit's material is treated."""


class Period(NamedTuple):
    """A year of operation: on the undisrupted path, or in a window."""

    year: int
    window: str


class Operation(NamedTuple):
    """An asset treating one deposit's material; the deposit is empty for a recipe."""

    asset: str
    deposit: str


class Lane(NamedTuple):
    """A material carried from one region to another."""

    origin: str
    destination: str
    material: str


@dataclass(frozen=True)
class Material:
    """Something with a balance: goods, or one deposit's concentrate, mixed compound or heavy mix."""

    name: str
    kind: str
    reo_t_per_t: float
    deposit: str = NO_DEPOSIT


def intermediate(kind: str, deposit: str) -> str:
    """The name of one deposit's concentrate, mixed compound or heavy mix."""
    return f"{kind} of {deposit}"


class Availability:
    """What each disruption leaves of sellers, assets and lanes, and what it does to prices.

    ``windows`` are those that are looked at, by their label.
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.materials = _materials(case)

    @cached_property
    def windows(self) -> dict[str, Window]:
        """The windows by their label."""
        return {window.label: window for window in self.case.windows}

    def of_year(self, period: Period) -> float:
        """The part of its year that a period takes: below 1 in a window of months.

        So much of the year's demand, capacity and every other yearly limit falls in it.
        """
        return 1.0 if period.window == BASE else self.windows[period.window].of_year

    def demand_t(self, demand: Demand, period: Period) -> float:
        """What is demanded in a period (t)."""
        return demand.t[period.year] * self.of_year(period)

    def _acting(self, period: Period) -> list[Disruption]:
        """The rows that act in a period, and the loss of one thing more, as a row."""
        if period not in self._acting_in:
            window = None if period.window == BASE else self.windows[period.window]
            acting = [row for row in self.case.disruptions if row.acts(window, period.year)]
            if window is not None and window.lost is not None:
                acting.append(_as_disruption(window.scenario, window.lost))
            self._acting_in[period] = acting
        return self._acting_in[period]

    @cached_property
    def _acting_in(self) -> dict[Period, list[Disruption]]:
        return {}

    def disruptions_of_supply(self, supply: Supply, period: Period) -> list[Disruption]:
        """The rows that act on a supplier's material in a period."""
        return [
            hit
            for hit in self._acting(period)
            if (hit.kind, hit.target) in (("supplier", supply.supplier), ("country", supply.country))
            and self._concerns(hit, supply.material)
        ]

    def supply_limits(self, supply: Supply, period: Period) -> SupplyLimits:
        """What of a supplier's limits remains, by each basis."""
        hits = self.disruptions_of_supply(supply, period)
        ceiling = min((hit.availability for hit in hits if hit.basis == "ceiling"), default=1.0)
        flow = min((hit.availability for hit in hits if hit.basis == "flow"), default=None)
        return SupplyLimits(ceiling, flow)

    def supply_price(self, supply: Supply, period: Period) -> float:
        """What a purchase costs in a period: the seller's price times every factor that acts on it (USD/t)."""
        factors = (hit.price_factor for hit in self.disruptions_of_supply(supply, period))
        return prod(factors, start=supply.price_usd_per_t[period.year])

    def market_price(self, market: Market, period: Period) -> float:
        """What a sale earns in a period: the market's price times every factor that acts on its country (USD/t)."""
        country = ("country", self.case.country(market.region))
        hits = [
            hit
            for hit in self._acting(period)
            if (hit.kind, hit.target) == country and self._concerns(hit, market.material)
        ]
        return prod((hit.price_factor for hit in hits), start=market.price_usd_per_t[period.year])

    def disruptions_of_asset(self, asset: Asset, period: Period) -> list[Disruption]:
        """The rows that act on an asset in a period: on itself, its country, or the deposit whose ore it takes."""
        # An option is one of its venture also where it has been freed of its limits, to see what they keep from a plan.
        names = {("plant", asset.name.partition("/")[0]), ("plant", asset.name), ("country", asset.country)}
        if asset.process.takes == ORE and asset.deposit is not None:
            names.add(("deposit", asset.deposit))
        return [hit for hit in self._acting(period) if (hit.kind, hit.target) in names and hit.material == ALL]

    def plant_availability(self, asset: Asset, period: Period) -> float:
        """The part of an asset's capacity that runs."""
        return min((hit.availability for hit in self.disruptions_of_asset(asset, period)), default=1.0)

    def is_taken(self, kind: str, name: str, window: Window) -> bool:
        """Whether a window takes a venture, plant or supplier away: nothing of it is left in any of its years."""
        periods = [Period(year, window.label) for year in window.years]
        if kind == "supplier":
            sold = [supply for supply in self.case.supplies if supply.supplier == name]
            return all(self.supply_limits(supply, period).least <= 0 for supply in sold for period in periods)
        mine = [asset for asset in self.case.assets.values() if (asset.venture or asset.name) == name]
        return all(self.plant_availability(asset, period) <= 0 for asset in mine for period in periods)

    def disruptions_of_route(self, lane: Lane, period: Period) -> list[Disruption]:
        """The rows that act on a lane in a period."""
        on_routes = [hit for hit in self._acting(period) if hit.kind == "route"]
        if not on_routes:  # as nearly always: most disruptions act on sellers
            return []
        route = f"{self.case.country(lane.origin)}>{self.case.country(lane.destination)}"
        return [hit for hit in on_routes if hit.target == route and self._concerns(hit, lane.material)]

    def route_availability(self, lane: Lane, period: Period) -> float:
        """The part of a lane's flow that remains; 1 where nothing acts on it."""
        return min((hit.availability for hit in self.disruptions_of_route(lane, period)), default=1.0)

    def _concerns(self, hit: Disruption, material: str) -> bool:
        return hit.material in (ALL, material, self.materials[material].kind)


def _as_disruption(scenario: str, lost: Loss) -> Disruption:
    """A loss as the row of disruptions that it amounts to: nothing of it is left, whatever it makes or sells."""
    kind = "supplier" if lost.kind == "supplier" else "plant"
    return Disruption(scenario, kind, lost.name, ALL, None, None, 0.0, "ceiling")


class Network(Availability):
    """The case as a network, pruned to what can lead from a source to a use."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.yields: dict[Operation, dict[str, float]] = {
            operation: self._yield(operation) for operation in self._possible_operations()
        }
        self._present = self._trace_from_sources()
        self._wanted = self._trace_from_uses()
        self.operations = [operation for operation in self.yields if self._is_useful(operation)]
        self.supplies = [
            supply
            for supply in case.supplies
            if (supply.region, supply.material) in self._wanted or any(supply.min_t.values())
        ]
        self.lanes: dict[Lane, float] = {
            lane: freight
            for lane, freight in self._possible_lanes()
            if (lane.origin, lane.material) in self._present and (lane.destination, lane.material) in self._wanted
        }

    # ---- periods ------------------------------------------------------------------------------

    @cached_property
    def periods(self) -> list[Period]:
        """Every year of the undisrupted path, then every year of every window."""
        base = [Period(year, BASE) for year in self.case.years]
        return base + [Period(year, window.label) for window in self.case.windows for year in window.years]

    def weight(self, period: Period) -> float:
        """The probability with which the operation of this period happens."""
        return self._weights[period]

    @cached_property
    def _weights(self) -> dict[Period, float]:
        windows = self.windows
        return {
            period: self.case.base_weight(period.year) if period.window == BASE else windows[period.window].probability
            for period in self.periods
        }

    # ---- what an operation does ---------------------------------------------------------------

    def inputs(self, operation: Operation) -> dict[str, float]:
        """Tonnes taken per t of activity; ore is no material and takes part in no balance."""
        return {material: -t for material, t in self.yields[operation].items() if t < 0}

    def outputs(self, operation: Operation) -> dict[str, float]:
        """Tonnes made per t of activity."""
        return {material: t for material, t in self.yields[operation].items() if t > 0}

    def takes_ore(self, operation: Operation) -> bool:
        """Whether the operation mines."""
        return self.case.assets[operation.asset].process.takes == ORE

    def thorium_t_per_t(self, operation: Operation) -> float:
        """Thorium released, t ThO2 per t of activity."""
        process = self.case.assets[operation.asset].process
        if not process.releases_thorium or not operation.deposit:
            return 0.0
        return self.case.deposits[operation.deposit].thorium_t_per_t

    def co2_t_per_t(self, operation: Operation) -> float:
        """Carbon of the process and of its energy, t CO2 per t of activity."""
        asset = self.case.assets[operation.asset]
        grid = self.case.regions[asset.region].grid_tco2_per_mwh
        return asset.process.co2_t_per_t + asset.process.energy_mwh_per_t * grid

    def unit_cost(self, operation: Operation) -> float:
        """Cost of a tonne of activity, USD/t: opex, royalty, energy, carbon, thorium handling."""
        asset = self.case.assets[operation.asset]
        region = self.case.regions[asset.region]
        return (
            asset.process.opex_usd_per_t * asset.opex_factor
            + asset.royalty_usd_per_t
            + asset.process.energy_mwh_per_t * region.power_usd_per_mwh
            + self.co2_t_per_t(operation) * region.carbon_usd_per_t
            + self.thorium_t_per_t(operation) * region.thorium_usd_per_t
        )

    def _yield(self, operation: Operation) -> dict[str, float]:
        """Tonnes made (+) and taken (-) per t of activity."""
        process = self.case.assets[operation.asset].process
        if process.takes == "recipe":
            return dict(process.recipe)
        deposit = self.case.deposits[operation.deposit]
        made = self._separated(deposit, process.takes, process.makes)
        flows = {material: share * process.recovery for material, share in made.items() if share > 0}
        if process.takes != ORE:
            flows[intermediate(process.takes, deposit.name)] = -1.0
        return flows

    def _separated(self, deposit: Deposit, takes: str, makes: str) -> dict[str, float]:
        """Parts of the oxide taken that end in each material, before recovery."""
        heavy = {e: share for e, share in deposit.basket.items() if self.case.goods[e].circuit == "heavy"}
        light = {e: share for e, share in deposit.basket.items() if e not in heavy}
        heavy_part = sum(heavy.values())
        if makes in (CONCENTRATE, MIXED):
            return {intermediate(makes, deposit.name): 1.0}
        if makes == "light_and_heavy_mix":
            return {**light, intermediate(HEAVY_MIX, deposit.name): heavy_part}
        if takes == HEAVY_MIX:
            return {e: share / heavy_part for e, share in heavy.items()} if heavy_part else {}
        return dict(deposit.basket)

    # ---- what exists at all, and what leads somewhere ------------------------------------------

    def _possible_operations(self) -> Iterator[Operation]:
        for asset in self.case.assets.values():
            if not (asset.capacity_t_per_year or asset.max_modules):
                continue
            if asset.process.takes == "recipe":
                yield Operation(asset.name, NO_DEPOSIT)
                continue
            for deposit in self.case.deposits.values():
                if asset.deposit in (None, deposit.name) and asset.process.treats(deposit):
                    yield Operation(asset.name, deposit.name)

    def _possible_lanes(self) -> Iterator[tuple[Lane, float]]:
        pairs = dict.fromkeys((origin, destination) for origin, destination, _ in self.case.lanes)
        for material in self.materials.values():
            for origin, destination in pairs:
                freight = self.case.lane_usd_per_t(origin, destination, material.kind)
                if freight is not None and origin != destination:
                    yield Lane(origin, destination, material.name), freight

    def _trace_from_sources(self) -> set[tuple[str, str]]:
        """Where each material can turn up: bought, stored, made from what turns up, or shipped there."""
        found = {(supply.region, supply.material) for supply in self.case.supplies if any(supply.max_t.values())}
        found |= {(store.region, store.material) for store in self.case.stores if store.initial_t}
        onward: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for lane, _ in self._possible_lanes():
            onward[lane.origin, lane.material].append((lane.destination, lane.material))
        while True:
            before = len(found)
            for operation in self.yields:
                place = self.case.assets[operation.asset].region
                if all((place, material) in found for material in self.inputs(operation)):
                    found |= {(place, material) for material in self.outputs(operation)}
            _follow(found, onward)
            if len(found) == before:
                return found

    def _trace_from_uses(self) -> set[tuple[str, str]]:
        """Where each material is of use: demanded, sold, stored, taken by a useful operation, or sent there."""
        found = {(demand.region, demand.material) for demand in self.case.demands if any(demand.t.values())}
        found |= {(market.region, market.material) for market in self.case.markets if any(market.max_t.values())}
        found |= {(store.region, store.material) for store in self.case.stores}
        found |= {(self.case.assets[o.asset].region, m) for o in self.yields for m in self._capped_inputs(o)}
        backward: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for lane, _ in self._possible_lanes():
            backward[lane.destination, lane.material].append((lane.origin, lane.material))
        while True:
            before = len(found)
            for operation in self.yields:
                place = self.case.assets[operation.asset].region
                if any((place, material) in found for material in self.outputs(operation)):
                    found |= {(place, material) for material in self.inputs(operation)}
            _follow(found, backward)
            if len(found) == before:
                return found

    def _capped_inputs(self, operation: Operation) -> list[str]:
        """Inputs whose use raises what its partner may take from a country that it depends on."""
        country = self.case.assets[operation.asset].country
        capped = {m for (partner, _), caps in self.case.dependence.items() if partner == country for m in caps}
        return [
            material
            for material in self.inputs(operation)
            if material in capped or (ALL in capped and material in self.case.goods)
        ]

    def _is_useful(self, operation: Operation) -> bool:
        place = self.case.assets[operation.asset].region
        makes_use = any((place, material) in self._wanted for material in self.outputs(operation))
        return all((place, material) in self._present for material in self.inputs(operation)) and (
            makes_use or bool(self._capped_inputs(operation))
        )

    def can_turn_up(self, region: str, material: str) -> bool:
        """Whether any chain of purchases, processes and lanes brings the material to the region."""
        return (region, material) in self._present

    # ---- look-ups for the balances -------------------------------------------------------------

    @cached_property
    def market_at(self) -> dict[tuple[str, str], Market]:
        """The markets by region and material."""
        return {(market.region, market.material): market for market in self.case.markets}


class SupplyLimits(NamedTuple):
    """What a disruption leaves of a supplier: of its limit, and of the undisrupted path's purchases (or None)."""

    ceiling: float
    flow: float | None

    @property
    def least(self) -> float:
        """What is left by the stricter of the two: scales take-or-pay."""
        return self.ceiling if self.flow is None else min(self.ceiling, self.flow)


def _materials(case: Case) -> dict[str, Material]:
    goods = [Material(item.name, item.kind, item.reo_t_per_t) for item in case.goods.values()]
    stages = [
        Material(intermediate(kind, deposit), kind, 1.0, deposit)
        for deposit in case.deposits
        for kind in (CONCENTRATE, MIXED, HEAVY_MIX)
    ]
    return {material.name: material for material in goods + stages}


def _follow(found: set[tuple[str, str]], edges: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    """Add everything that the edges lead to from what is found."""
    queue: list[tuple[str, str]] = list(found)
    while queue:
        for place in edges.get(queue.pop(), ()):
            if place not in found:
                found.add(place)
                queue.append(place)
