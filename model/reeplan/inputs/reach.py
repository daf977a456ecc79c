"""What can get where, and how much at most: arithmetic on the tables that needs no solver."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reeplan.inputs.spec import ALL, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reeplan.inputs.rows import Row, Tables

Goods = tuple[str, str]
"""Kind and name: ('oxide', 'Nd'), ('product', 'magnet'), or an intermediate of a deposit: ('mixed', 'pit')."""
Place = tuple[str, Goods]


def interpolated(rows: Iterable[Row], column: str, year: int) -> float:
    """The value in a year: linear between the listed years, the nearest one outside them."""
    listed = sorted((row["year"], row[column]) for row in rows)
    before = [pair for pair in listed if pair[0] <= year]
    after = [pair for pair in listed if pair[0] >= year]
    if not before or not after:
        return float((before[-1] if before else after[0])[1])
    (y0, v0), (y1, v1) = before[-1], after[0]
    return float(v0 if y0 == y1 else v0 + (v1 - v0) * (year - y0) / (y1 - y0))


def grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    """Rows by the values of some columns."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def series_key(table: str) -> tuple[str, ...]:
    """The key of a table without the year: of a table by year, what has one value in each."""
    return tuple(name for name in TABLES[table].key if name != "year")


@dataclass(frozen=True)
class ChainAsset:
    """A plant or a venture's option: what it may treat, and its capacity when all is built."""

    row: Row
    process: Row
    deposits: tuple[str, ...]
    option_t: float | None = None
    """What a venture's option may use; None for a plant."""

    def earliest(self, first_year: int) -> int:
        """The first year in which what is built can run."""
        return int(max(self.row["earliest_year"], first_year + self.row["lead_years"]))

    def most_t(self, year: int, first_year: int) -> float:
        """Capacity in a year if everything is built as early as can be, without ramps."""
        earliest = self.earliest(first_year)
        if self.option_t is not None:
            return self.option_t if year >= earliest else 0.0
        retires = self.row["retires"]
        standing = self.row["capacity_t_per_year"] if retires is None or year <= retires else 0.0
        built = self.row["max_modules"] * self.row["module_t_per_year"] if year >= earliest else 0.0
        return float(standing + built)


class Chain:
    """The tables seen as steps from place to place."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.kind = {row["element"]: "oxide" for row in tables["elements"]}
        self.kind |= {row["product"]: row["kind"] for row in tables["products"]}
        self.circuit = {row["element"]: row["circuit"] for row in tables["elements"]}
        self.baskets = {row["deposit"]: row for row in tables["baskets"]}
        self.recipes = grouped(tables["recipes"], "process")
        self.lanes: dict[tuple[str, str], set[str]] = defaultdict(set)
        for lane in tables["transport"]:
            self.lanes[lane["from_region"], lane["kind"]].add(lane["to_region"])
        self.assets = list(self._assets())

    @property
    def years(self) -> range:
        """The horizon."""
        return range(self.tables.settings["first_year"], self.tables.settings["last_year"] + 1)

    @cached_property
    def series(self) -> dict[str, list[list[Row]]]:
        """Of every table by year the rows of each series, in the order of their years."""
        return {
            table.name: [
                sorted(rows, key=lambda row: int(row["year"]))
                for rows in grouped(self.tables[table.name], *series_key(table.name)).values()
            ]
            for table in TABLES.values()
            if table.by_year
        }

    def _assets(self) -> Iterator[ChainAsset]:
        processes = {row["process"]: row for row in self.tables["processes"]}
        ores = {row["deposit"]: row["ore"] for row in self.tables["deposits"]}
        for table in ("plants", "ventures"):
            for row in self.tables[table]:
                process = processes[row["process"]]
                named = [row["deposit"]] if row["deposit"] else list(ores)
                fitting = tuple(name for name in named if process["ore"] in ("any", ores[name]))
                option = row["offtake_share"] * row["plant_t_per_year"] if table == "ventures" else None
                yield ChainAsset(row, process, fitting, option)

    def goods(self, material: str) -> Goods:
        """Kind and name of an element, product or scrap."""
        return self.kind[material], material

    def destinations(self, region: str, kind: str) -> set[str]:
        """Regions that a lane leads to from here for this kind of goods."""
        return self.lanes.get((region, kind), set()) | self.lanes.get((region, ALL), set())

    def reachable(self) -> set[Place]:
        """Every region and goods that purchases, stocks, plants and lanes together can ever bring there."""
        found: set[Place] = set()
        self._spread(found, self._bought_and_stored())
        runs = [asset for asset in self.assets if any(asset.most_t(year, self.years[0]) > 0 for year in self.years)]
        size = -1
        while size != len(found):
            size = len(found)
            for asset in runs:
                self._spread(found, [(asset.row["region"], goods) for goods in self._output(asset, found)])
        return found

    def _bought_and_stored(self) -> list[Place]:
        bought = [
            (row["region"], self.goods(row["material"])) for row in self.tables["suppliers"] if row["max_t_per_year"]
        ]
        return bought + [
            (row["region"], self.goods(row["material"])) for row in self.tables["stockpiles"] if row["initial_t"]
        ]

    def _spread(self, found: set[Place], places: Iterable[Place]) -> None:
        """Add places and all that lanes lead to from them."""
        ahead = [place for place in places if place not in found]
        while ahead:
            place = ahead.pop()
            if place not in found:
                found.add(place)
                region, goods = place
                ahead += [(there, goods) for there in self.destinations(region, goods[0])]

    def _output(self, asset: ChainAsset, found: set[Place]) -> Iterator[Goods]:
        region, takes = asset.row["region"], asset.process["takes"]
        if takes == "recipe":
            recipe = self.recipes[asset.process["process"],]
            if all((region, self.goods(row["material"])) in found for row in recipe if row["t_per_t"] < 0):
                yield from (self.goods(row["material"]) for row in recipe if row["t_per_t"] > 0)
            return
        for deposit in asset.deposits:
            if takes == "ore" or (region, (takes, deposit)) in found:
                yield from self._made_from(deposit, asset.process)

    def _made_from(self, deposit: str, process: Row) -> Iterator[Goods]:
        makes = process["makes"]
        if makes in ("concentrate", "mixed"):
            yield makes, deposit
            return
        if makes == "light_and_heavy_mix":
            yield "heavy_mix", deposit
        yield from (("oxide", element) for element in self.circuit if self.yield_of(element, deposit, process) > 0)

    def yield_of(self, material: str, deposit: str, process: Row) -> float:
        """t of a material made per t of activity on this deposit's oxides; recipes apart."""
        share, circuit = self.baskets[deposit].get(material, 0.0), self.circuit.get(material)
        if process["takes"] == "heavy_mix":
            heavy = sum(self.baskets[deposit][name] for name, other in self.circuit.items() if other == "heavy")
            return float(process["recovery"] * share / heavy) if circuit == "heavy" and heavy else 0.0
        light_only = process["makes"] == "light_and_heavy_mix"
        makes_it = process["makes"] == "oxides" or (light_only and circuit == "light")
        return float(process["recovery"] * share) if makes_it else 0.0

    def most_made(self, material: str, year: int) -> float:
        """t of a material that all plants and ventures could make in a year, whatever they take in."""
        total, options = 0.0, defaultdict[str, float](float)
        for asset in self.assets:
            made = asset.most_t(year, self.years[0]) * self._best_yield(material, asset)
            if asset.option_t is not None:
                venture = asset.row["venture"]
                options[venture] = max(options[venture], made)
            else:
                total += made
        return total + sum(options.values())

    def _best_yield(self, material: str, asset: ChainAsset) -> float:
        if asset.process["takes"] == "recipe":
            recipe = self.recipes[asset.process["process"],]
            return sum(max(0.0, float(row["t_per_t"])) for row in recipe if row["material"] == material)
        return max((self.yield_of(material, deposit, asset.process) for deposit in asset.deposits), default=0.0)
