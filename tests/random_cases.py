"""Small random cases that are always valid, and use every part of the model across seeds.

Free dumping and unmet demand make each of them feasible without a target; whether a target can be
reached depends on the seed. Sizes are such that capital, prices and the value of lost supply are
of one order, so that building, storing, importing and going without all occur; the horizon is two
to five years, so that a case solves in a fraction of a second.

``write_random_case(folder, seed)`` writes the same files for the same seed. As a script,
``python tests/random_cases.py 60`` solves that many seeds with the second opinion and prints what
occurs in them.
"""

from __future__ import annotations

import csv
import random
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Row = dict[str, Any]

PARTNERS = ("Avaria", "Borland", "Cetia")
FOREIGN = ("Xenia", "Yland")
PRICE = {"La": 2000, "Nd": 60000, "Dy": 250000, "Y": 8000, "magnet": 40000, "alloy": 22000, "swarf": 6000}
TONNES = {"La": 150, "Nd": 60, "Dy": 6, "Y": 30, "magnet": 120, "alloy": 60, "swarf": 30}
CIRCUIT = {"La": "light", "Nd": "light", "Dy": "heavy", "Y": "heavy"}
KIND = {"La": "oxide", "Nd": "oxide", "Dy": "oxide", "Y": "oxide",
        "magnet": "product", "alloy": "product", "swarf": "scrap"}  # fmt: skip
ORES = ("monazite", "hard_rock", "ionic_clay")

TECHNOLOGIES: dict[str, tuple[str, str]] = {
    "dig": ("ore", "concentrate"),
    "leach": ("ore", "mixed"),
    "all_in_one": ("ore", "oxides"),
    "dig_and_split": ("ore", "light_and_heavy_mix"),
    "crack": ("concentrate", "mixed"),
    "concentrate_to_oxides": ("concentrate", "oxides"),
    "concentrate_to_light": ("concentrate", "light_and_heavy_mix"),
    "split": ("mixed", "oxides"),
    "light_split": ("mixed", "light_and_heavy_mix"),
    "heavy_split": ("heavy_mix", "oxides"),
    "alloying": ("recipe", "recipe"),
    "magnet_making": ("recipe", "recipe"),
    "recycling": ("recipe", "recipe"),
}
CHAINS = (
    ("all_in_one",),
    ("leach", "split"),
    ("dig", "crack", "split"),
    ("leach", "light_split", "heavy_split"),
    ("dig", "crack", "light_split", "heavy_split"),
    ("dig", "concentrate_to_oxides"),
    ("dig", "concentrate_to_light", "heavy_split"),
    ("dig_and_split", "heavy_split"),
)


def write_random_case(folder: Path, seed: int, unknown_years: bool = False) -> None:
    """Write a valid case; the same one for the same seed.

    ``unknown_years``: with scenarios of which more is open: starts in spans or any year, windows of months, yearly
    chances, windows out of the target or with one loss more; deposits and prices that are hit; no sharing in a crisis.
    What is drawn otherwise stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = _Draw(random.Random(seed)).tables()
    if unknown_years:
        _open_scenarios(random.Random(f"unknown years {seed}"), tables)
    for name, rows in tables.items():
        _write(folder / f"{name}.csv", rows)


def _open_scenarios(rng: random.Random, tables: dict[str, list[Row]]) -> None:
    """Draw what is open about the scenarios of a case, in its tables."""
    scenarios, disruptions = tables.get("scenarios", []), tables.setdefault("disruptions", [])
    last = next(row["value"] for row in tables["settings"] if row["name"] == "last_year")
    for row in scenarios:
        if rng.random() < 0.35:
            row["months"], row["years"] = rng.randint(1, 11), None
            for hit in disruptions:
                if hit["scenario"] == row["scenario"]:
                    hit["first"] = hit["last"] = rng.choice((None, 1))
        listed = [int(year) for year in row["starts"].split()]
        begin = rng.choice(listed)
        end = rng.randint(begin, last - (row["years"] or 1) + 1)
        row["starts"] = rng.choice((row["starts"], "any", f"{begin}-{end}"))
        if rng.random() < 0.4:  # three scenarios, of which two windows each may cover a year: at most 0.6
            row["probability_per_year"], row["probability"] = rng.choice((0, 0.02, 0.05, 0.1)), None
        row["in_target"] = rng.choice((None, None, "yes", "no"))
        row["with_loss_of"] = rng.choice((None, None, "venture", "plant", "supplier"))
        if rng.random() < 0.4:
            disruptions.append({
                "scenario": row["scenario"], "kind": "deposit", "availability": rng.choice((0, 0, 0.3)),
                "target": rng.choice(tables["deposits"])["deposit"],
            })  # fmt: skip
        if rng.random() < 0.3:
            disruptions.append({
                "scenario": rng.choice((row["scenario"], "base")), "kind": "country", "first": None,
                "target": rng.choice(tables["regions"])["country"], "price_factor": rng.choice((0.5, 1.5, 3)),
            })  # fmt: skip
    for hit in disruptions:
        if hit["kind"] in ("country", "supplier") and rng.random() < 0.3:
            hit["price_factor"] = rng.choice((0.5, 1.5, 3))
    key = ("scenario", "kind", "target", "material", "first", "last")
    once = {tuple(hit.get(column) for column in key): hit for hit in disruptions}
    tables["disruptions"] = list(once.values())
    if not tables["disruptions"]:
        del tables["disruptions"]
    if len(tables["partners"]) > 1:
        tables["settings"].append({"name": "crisis_sharing", "value": rng.choice(("yes", "no", "no"))})


KEYS = {
    "partners": ("partner", "wacc"),
    "baskets": ("deposit",),
    "deposits": ("deposit", "region", "ore", "resource_t"),
    "plants": ("plant", "region", "process"),
    "processes": ("process", "takes", "makes"),
    "suppliers": ("supplier", "material", "year", "region", "price_usd_per_t", "max_t_per_year"),
    "transport": ("from_region", "to_region", "kind", "usd_per_t"),
    "demand": ("region", "material", "year", "t_per_year", "shortage_usd_per_t"),
}


def _write(path: Path, rows: Sequence[Row]) -> None:
    """One table; a column that would be empty is left out, and so is a row's cell of None."""
    columns = list(KEYS.get(path.stem, ()))
    for row in rows:
        columns += [column for column, cell in row.items() if column not in columns and cell is not None]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if row.get(column) is None else row[column] for column in columns])


class _Draw:
    """One case, drawn table by table; later tables refer to what earlier ones drew."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.first = 2030
        self.last = self.first + rng.choice((1, 1, 2, 2, 2, 3, 3, 4))
        self.partners = list(PARTNERS[: rng.choice((1, 2, 2, 2, 3))])
        self.foreign = list(FOREIGN[: rng.choice((1, 2, 2))])
        self.elements = rng.choice((["Nd", "Dy"], ["La", "Nd"], ["La", "Nd", "Dy"], ["Nd", "Dy", "Y"],
                                    ["La", "Nd", "Dy", "Y"]))  # fmt: skip
        self.with_products = rng.random() < 0.65
        self.with_alloy = self.with_products and rng.random() < 0.5
        self.goods = [*self.elements]
        if self.with_products:
            self.goods += ["magnet", "swarf", *(["alloy"] if self.with_alloy else [])]
        self.regions: dict[str, str] = {}

    # -- small helpers -----------------------------------------------------------------------

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def about(self, middle: float, spread: float = 2.0) -> float:
        """A number between middle/spread and middle*spread, to three digits so that it reads well."""
        value = middle * spread ** self.rng.uniform(-1, 1)
        return float(f"{value:.3g}")

    def maybe(self, probability: float, value: Any) -> Any:
        """The value, or nothing so that the default holds. The value is drawn either way."""
        return value if self.chance(probability) else None

    def year(self) -> int:
        return self.rng.randint(self.first, self.last)

    def listed_years(self) -> list[int]:
        """One year, two with interpolation between, or years that lie outside the horizon."""
        return self.rng.choice(([self.first], [self.first, self.last], [self.first - 1, self.last + 2], [self.last]))

    def home(self, partner: str | None = None) -> str:
        return self.rng.choice([r for r, c in self.regions.items() if c == (partner or c) and c in self.partners])

    def abroad(self) -> str:
        return self.rng.choice([r for r, c in self.regions.items() if c in self.foreign])

    # -- the tables --------------------------------------------------------------------------

    def tables(self) -> dict[str, list[Row]]:
        settings = self._settings()
        regions = self._regions()
        deposits, baskets = self._deposits()
        plants = self._plants(deposits)
        ventures = self._ventures(deposits)
        suppliers = self._suppliers()
        transport = self._transport()
        scenarios = self._scenarios()
        stockpiles = self._stockpiles()
        optional = {
            "products": self._products(),
            "recipes": self._recipes(),
            "ventures": ventures,
            "markets": self._markets(),
            "stockpiles": stockpiles,
            "budgets": self._budgets(),
            "offtakes": self._offtakes(),
            "dependence": self._dependence(),
            "scenarios": scenarios,
            "disruptions": self._disruptions(scenarios, plants, ventures, suppliers, transport),
        }
        return {
            "settings": settings,
            "partners": [{"partner": k, "wacc": self.rng.choice((0, 0.03, 0.05, 0.08, 0.12))} for k in self.partners],
            "regions": regions,
            "elements": [{"element": e, "name": e, "circuit": CIRCUIT[e], "reference_usd_per_t": PRICE[e]}
                         for e in self.elements],
            "deposits": deposits,
            "baskets": baskets,
            "processes": self._processes(deposits),
            "plants": plants,
            "suppliers": suppliers,
            "transport": transport,
            "demand": self._demand(),
            **{name: rows for name, rows in optional.items() if rows},
        }  # fmt: skip

    def _settings(self) -> list[Row]:
        values = {
            "title": "random case",
            "first_year": self.first,
            "last_year": self.last,
            "currency_year": 2025,
            "discount_rate": self.rng.choice((0, 0.03, 0.05, 0.1)),
            "cvar_level": self.maybe(0.5, self.rng.choice((0.1, 0.3, 0.5, 0.75))),
        }
        return [{"name": name, "value": value} for name, value in values.items() if value is not None]

    def _regions(self) -> list[Row]:
        rows: list[Row] = []
        for country in (*self.partners, *self.foreign):
            two = country in self.partners and self.chance(0.4 if len(self.partners) < 3 else 0.15)
            for end in ("coast", "hills")[: 2 if two else 1]:
                region = f"{country.lower()}_{end}"
                self.regions[region] = country
                limit = self.maybe(0.5, self.about(8, 4)) if country in self.partners else None
                rows.append({
                    "region": region, "country": country,
                    "latitude": round(self.rng.uniform(-60, 60), 1), "longitude": round(self.rng.uniform(-170, 170), 1),
                    "power_usd_per_mwh": self.maybe(0.7, self.about(80)),
                    "grid_tco2_per_mwh": self.maybe(0.6, self.about(0.5)),
                    "carbon_usd_per_t": self.maybe(0.5, self.about(60)),
                    "thorium_usd_per_t": self.maybe(0.5, self.about(2000)),
                    "thorium_max_t_per_year": limit,
                })  # fmt: skip
        return rows

    def _products(self) -> list[Row]:
        rows = [
            {"product": "magnet", "kind": "product", "reference_usd_per_t": PRICE["magnet"], "reo_t_per_t": 0.32},
            {"product": "alloy", "kind": "product", "reference_usd_per_t": PRICE["alloy"], "reo_t_per_t": 0.31},
            {"product": "swarf", "kind": "scrap", "reference_usd_per_t": PRICE["swarf"], "reo_t_per_t": 0.25},
        ]
        return [row for row in rows if row["product"] in self.goods]

    def _deposits(self) -> tuple[list[Row], list[Row]]:
        deposits, baskets = [], []
        weight = {"La": 0.6, "Nd": 0.25, "Dy": 0.03, "Y": 0.1}
        for i in range(self.rng.choice((1, 2, 2, 3))):
            name = ("sands", "ridge", "clay")[i]
            region = self.home() if i == 0 or self.chance(0.4) else self.abroad()
            deposits.append({"deposit": name, "region": region, "ore": self.rng.choice(ORES),
                             "resource_t": self.about(1500, 4),
                             "thorium_t_per_t": self.maybe(0.6, self.about(0.02))})  # fmt: skip
            parts = {e: self.about(weight[e]) for e in self.elements}
            if self.chance(0.2):  # a basket without one of its elements: an empty cell is nothing
                parts[self.rng.choice(self.elements)] = 0.0
            total = sum(parts.values())
            shares = {e: round(part / total, 4) for e, part in parts.items()}
            baskets.append({"deposit": name, **{e: share or None for e, share in shares.items()}})
        self.deposits = deposits
        return deposits, baskets

    def _processes(self, deposits: list[Row]) -> list[Row]:
        opex = {"ore": 600, "concentrate": 1500, "mixed": 2500, "heavy_mix": 6000, "recipe": 6000}
        rows = []
        for name in sorted(self.used):
            takes, makes = TECHNOLOGIES[name]
            recipe = takes == "recipe"
            rows.append({
                "process": name, "takes": takes, "makes": makes, "ore": self.ore_of.get(name),
                "recovery": None if recipe else self.maybe(0.8, round(self.rng.uniform(0.6, 1.0), 2)),
                "opex_usd_per_t": self.about(opex[takes]),
                "energy_mwh_per_t": self.maybe(0.6, self.about(4)),
                "co2_t_per_t": self.maybe(0.5, self.about(1)),
                "releases_thorium": "yes" if takes in ("ore", "concentrate") and self.chance(0.5) else None,
            })  # fmt: skip
        return rows

    def _recipes(self) -> list[Row]:
        """Magnets by way of alloy or at once, swarf as a by-product, and oxide back from swarf."""
        heavy = {"Dy": -self.rng.choice((0.005, 0.02))} if "Dy" in self.elements else {}
        metals = {"Nd": -self.rng.choice((0.28, 0.3, 0.33)), **heavy}
        recipes: dict[str, dict[str, float]] = {
            "alloying": {**metals, "alloy": 1.0},
            "magnet_making": {**({"alloy": -1.1} if self.with_alloy else metals), "magnet": 1.0,
                              "swarf": self.rng.choice((0.1, 0.2))},
            "recycling": {"swarf": -1.0, "Nd": 0.22, **({"Dy": 0.01} if heavy else {})},
        }  # fmt: skip
        return [
            {"process": process, "material": material, "t_per_t": amount}
            for process, recipe in recipes.items()
            if process in self.used
            for material, amount in recipe.items()
        ]

    def _economics(self) -> Row:
        lead = self.maybe(0.5, self.rng.choice((0, 1, 1, 2)))
        return {
            "fixed_usd_per_t": self.maybe(0.6, self.about(400, 3)),
            "opex_factor": self.maybe(0.3, self.about(1, 1.4)),
            "earliest_year": self.maybe(0.3, min(self.last, self.first + self.rng.randint(0, 2))),
            "lead_years": lead,
            "life_years": self.maybe(0.75, self.rng.choice((1, 2, 3, 4, 6, 10))),
            "ramp_years": self.maybe(0.3, self.rng.choice((1, 2))),
            "risk_premium": self.maybe(0.25, self.rng.choice((0.02, 0.07, 0.15))),
        }

    def _plant(self, name: str, region: str, process: str, deposit: str | None, size: float, musd: float) -> Row:
        existing, modular = self.rng.choice(((True, True), (False, True), (False, True), (False, True), (True, False)))
        country = self.regions[region]
        row: Row = {"plant": name, "region": region, "process": process, "deposit": deposit}
        if existing:
            row |= {"capacity_t_per_year": self.about(size), "retires": self.maybe(0.4, self.year())}
        if modular:
            row |= {
                "module_t_per_year": self.about(size / 1.5), "max_modules": self.rng.randint(1, 4),
                "site_musd": self.maybe(0.4, self.about(musd)), "module_musd": self.about(musd),
            }  # fmt: skip
            if self.chance(0.35):
                row["foreign_share_max"] = self.rng.choice((0, 0.3, 0.49, 0.6))
            if self.chance(0.3):
                row["technology_partner"] = helper = self.rng.choice(self.partners)
                most = row.get("foreign_share_max", 1.0) if helper != country else 1.0
                row["technology_share_min"] = round(self.rng.choice((0, 0.2, 0.5)) * most, 3)
            if country in self.partners and len(self.partners) > 1:
                row["offtake_right"] = self.maybe(0.5, self.rng.choice((0.1, 0.3, 1)))
        return {**row, **self._economics()}

    def _plants(self, deposits: list[Row]) -> list[Row]:
        rows: list[Row] = []
        self.used: set[str] = set()
        self.ore_of: dict[str, str] = {}
        for deposit in deposits:
            chain = self.rng.choice(CHAINS)
            for process in chain:
                takes = TECHNOLOGIES[process][0]
                if takes != "ore" and any(row["process"] == process for row in rows) and self.chance(0.6):
                    continue  # a plant that stands already treats this deposit too
                mine = takes == "ore"
                region = deposit["region"] if mine else self.home()
                only = deposit["deposit"] if mine or self.chance(0.2) else None
                if process not in self.used and self.chance(0.2):
                    self.ore_of[process] = deposit["ore"]
                if only and self.ore_of.get(process, deposit["ore"]) != deposit["ore"]:
                    del self.ore_of[process]
                self.used.add(process)
                size = 40 if takes == "heavy_mix" else 300
                rows.append(self._plant(f"{process}_{len(rows) + 1}", region, process, only, size, 2.5))
        if self.with_products:
            steps = {"alloying": self.with_alloy, "magnet_making": True, "recycling": self.chance(0.7)}
            for process, wanted in steps.items():
                if wanted:
                    self.used.add(process)
                    size = 20 if process == "recycling" else 100
                    rows.append(self._plant(f"{process}_{len(rows) + 1}", self.home(), process, None, size, 1.5))
        return rows

    def _ventures(self, deposits: list[Row]) -> list[Row]:
        rows: list[Row] = []
        third = [d for d in deposits if self.regions[d["region"]] in self.foreign]
        for deposit in third:
            if not self.chance(0.7):
                continue
            mines = ("dig", "leach", "all_in_one")
            fitting = [p for p in mines if self.ore_of.get(p, deposit["ore"]) == deposit["ore"]]
            if not fitting:
                continue
            process = self.rng.choice(fitting)
            self.used.add(process)
            project: Row = {
                "venture": f"{deposit['deposit']}_project", "region": deposit["region"], "process": process,
                "deposit": deposit["deposit"], "claimant": self.maybe(0.6, self.rng.choice(self.partners)),
                "plant_t_per_year": self.about(700), "plant_musd": self.about(12),
                "royalty_usd_per_t": self.maybe(0.5, self.about(300)), **self._economics(),
            }  # fmt: skip
            for option, equity, offtake in self.rng.choice((
                (("small", 0.1, 0.2), ("large", 0.3, 0.45)),
                (("only", 0.2, 0.3),),
                (("small", 0.05, 0.1), ("middle", 0.2, 0.35), ("all", 1, 1)),
            )):  # fmt: skip
                rows.append({**project, "option": option, "equity_share": equity, "offtake_share": offtake})
        return rows

    def _suppliers(self) -> list[Row]:
        rows: list[Row] = []
        for country in self.foreign:
            region = next(r for r, c in self.regions.items() if c == country)
            main = country == self.foreign[0]
            for material in self.goods:
                if main or self.chance(0.3):
                    rows += self._offers(f"{country}_sellers", region, material, 2.5 if main else 0.5)
        if self.chance(0.4):  # a seller at home, whose goods need no lane
            rows += self._offers("home_sellers", self.home(), self.rng.choice(self.goods), 0.5)
        if self.chance(0.4):
            rows += self._offers("contract", self.abroad(), self.rng.choice(self.elements), 0.5, True)
        return rows

    def _offers(self, supplier: str, region: str, material: str, size: float, contract: bool = False) -> Iterable[Row]:
        """The rows of one supplier and material; only one of two has a take-or-pay or a buyer."""
        buyer = self.maybe(0.6, self.rng.choice(self.partners)) if contract else None
        pay = contract or self.chance(0.15)
        tonnes = self.about(TONNES[material] * size * len(self.partners))
        for year in self.listed_years():
            most = self.about(tonnes, 1.3)
            least = round(most * self.rng.choice((0.1, 0.3, 0.6)), 2) if pay else None
            yield {"supplier": supplier, "material": material, "year": year, "region": region,
                   "price_usd_per_t": self.about(PRICE[material] * 0.7, 1.6), "max_t_per_year": most,
                   "min_t_per_year": least, "buyer": buyer}  # fmt: skip

    def _demand(self) -> list[Row]:
        rows: list[Row] = []
        for partner in self.partners:
            for i, material in enumerate(self.goods):
                if i and (KIND[material] == "scrap" or material == "alloy" or self.chance(0.25)):
                    continue
                region = self.home(partner)
                rows += [
                    {"region": region, "material": material, "year": year, "t_per_year": self.about(TONNES[material]),
                     "shortage_usd_per_t": self.about(PRICE[material] * 2.5, 2)}
                    for year in self.listed_years()
                ]  # fmt: skip
        return rows

    def _markets(self) -> list[Row]:
        return [
            {"region": region, "material": material, "year": year,
             "price_usd_per_t": self.about(PRICE[material] * 0.4, 1.4), "max_t_per_year": self.about(TONNES[material])}
            for region in self.regions
            for material in self.goods
            if self.chance(0.2)
            for year in self.listed_years()
        ]  # fmt: skip

    def _transport(self) -> list[Row]:
        rows: list[Row] = []
        for a, start in self.regions.items():
            for b, end in self.regions.items():
                if a == b or (start in self.foreign and end in self.foreign):
                    continue
                inward = end in self.partners
                if not self.chance(0.9 if inward else 0.3):
                    continue
                whole = self.chance(0.8)
                if whole:
                    rows.append({"from_region": a, "to_region": b, "kind": "all", "usd_per_t": self.about(200, 3)})
                rows += [
                    {"from_region": a, "to_region": b, "kind": kind, "usd_per_t": self.about(300, 3)}
                    for kind in ("concentrate", "mixed", "heavy_mix", "oxide", "product", "scrap")
                    if self.chance(0.15 if whole else 0.6)
                ]
        return rows

    def _stockpiles(self) -> list[Row]:
        rows = []
        for region, country in self.regions.items():
            for material in self.goods:
                if country not in self.partners or not self.chance(0.4):
                    continue
                room = self.about(TONNES[material] * 0.5) if self.chance(0.6) else None
                rows.append({
                    "region": region, "material": material,
                    "initial_t": round(room * self.rng.choice((0, 0.5, 1)), 3) if room else None,
                    "capacity_t": room,
                    "max_capacity_t": self.maybe(0.7, round((room or 0) + self.about(TONNES[material]), 3)),
                    "capacity_usd_per_t": self.maybe(0.8, self.about(3000, 3)),
                    "holding_usd_per_t_year": self.maybe(0.8, self.about(PRICE[material] * 0.02)),
                    "life_years": self.maybe(0.5, self.rng.choice((1, 2, 3, 10))),
                })  # fmt: skip
        return rows

    def _budgets(self) -> list[Row]:
        rows = []
        for partner in self.partners:
            if self.chance(0.4):
                cut = self.year()
                rows.append({"partner": partner, "first_year": self.first, "last_year": cut, "musd": self.about(4, 4)})
                if cut < self.last and self.chance(0.5):
                    rows.append({"partner": partner, "first_year": cut + 1, "last_year": self.last,
                                 "musd": self.about(4, 4)})  # fmt: skip
        return rows

    def _offtakes(self) -> list[Row]:
        return [
            {"from_country": a, "to_country": b, "year": year, "free_t_per_year": self.rng.choice((0, 5, 20, 100))}
            for a in self.partners
            for b in self.partners
            if a != b and self.chance(0.5)
            for year in self.listed_years()
        ]

    def _dependence(self) -> list[Row]:
        return [
            {"partner": partner, "from_country": country, "material": material, "year": year,
             "max_share": self.rng.choice((0.2, 0.5, 0.8, 1))}
            for partner in self.partners
            for country in self.foreign
            for material in ("all", *self.goods)
            if KIND.get(material) != "scrap" and self.chance(0.12)
            for year in self.listed_years()
        ]  # fmt: skip

    def _scenarios(self) -> list[Row]:
        rows: list[Row] = []
        left = 1.0
        for i in range(self.rng.choice((0, 1, 2, 2, 2, 3, 3))):
            length = self.rng.randint(1, min(2, self.last - self.first + 1))
            possible = list(range(self.first, self.last - length + 2))
            if self.chance(0.6):  # late enough for something to be built first
                possible = possible[-2:]
            starts = sorted(self.rng.sample(possible, min(len(possible), self.rng.choice((1, 1, 2, 3)))))
            probability = round(min(left, self.rng.choice((0, 0.02, 0.05, 0.1, 0.3))), 3)
            left = round(left - probability, 3)
            name = ("cutoff", "blockade", "accident")[i]
            rows.append({"scenario": name, "label": self.maybe(0.5, f"the {name}"),
                         "starts": " ".join(map(str, starts)), "years": length,
                         "probability": probability})  # fmt: skip
        return rows

    def _disruptions(self, scenarios: list[Row], plants: list[Row], ventures: list[Row],
                     suppliers: list[Row], transport: list[Row]) -> list[Row]:  # fmt: skip
        rows: dict[tuple[Any, ...], Row] = {}

        def add(**row: Any) -> None:
            row["material"] = None if row["material"] == "all" else row["material"]
            key = tuple(row[c] for c in ("scenario", "kind", "target", "material", "first", "last"))
            rows.setdefault(key, row)

        routes = sorted({(self.regions[r["from_region"]], self.regions[r["to_region"]]) for r in transport})
        routes = [(a, b) for a, b in routes if a != b]
        for scenario in [*scenarios, *([{"scenario": "base"}] if self.chance(0.3) else [])]:
            name, base = scenario["scenario"], scenario["scenario"] == "base"
            kinds = ["country", "supplier", "route", "plant"]
            first_kind = "country" if self.chance(0.6) else self.rng.choice(kinds)
            for kind in [first_kind, *(self.rng.choice(kinds) for _ in range(self.rng.choice((0, 1, 2))))]:
                materials: list[str] = []
                left = self.rng.choice((0, 0, 0.2, 0.5, 0.9))
                if kind == "country":
                    target = self.rng.choice([*[self.foreign[0]] * 4, *self.foreign, *self.partners])
                    sold = [r["material"] for r in suppliers if self.regions[r["region"]] == target]
                    materials += [*sold, *(KIND[m] for m in sold)]
                elif kind == "supplier":
                    target = self.rng.choice(suppliers)["supplier"]
                    sold = [r["material"] for r in suppliers if r["supplier"] == target]
                    materials += [*sold, *(KIND[m] for m in sold)]
                elif kind == "plant":
                    target = self.rng.choice([*(r["plant"] for r in plants), *(r["venture"] for r in ventures)])
                elif routes:
                    target = ">".join(self.rng.choice(routes))
                    materials += [*self.elements, "oxide"]
                    left = 0 if base else left
                else:
                    continue
                flow = kind in ("country", "supplier") and not base and self.chance(0.35)
                start, end = (self.first, self.last) if base else (1, scenario["years"])
                first = self.maybe(0.3, self.rng.randint(start, end))
                last = self.maybe(0.3, self.rng.randint(first or start, end))
                material = self.maybe(0.4, self.rng.choice(materials or ["all"]))
                add(scenario=name, kind=kind, target=target, material=material, first=first, last=last,
                    availability=left, basis="flow" if flow else None)  # fmt: skip
        return list(rows.values())


# --------------------------------------------------------------------------------------------
# What occurs in the cases
# --------------------------------------------------------------------------------------------


def main(count: int) -> None:
    import tempfile
    import time
    from pathlib import Path

    from second_opinion import best_resilience, solve

    tally: dict[str, int] = {}
    slowest = 0.0

    def note(what: str, holds: bool = True) -> None:
        tally[what] = tally.get(what, 0) + bool(holds)

    with tempfile.TemporaryDirectory() as temporary:
        for seed in range(count):
            folder = Path(temporary) / str(seed)
            write_random_case(folder, seed)
            start = time.perf_counter()
            plan = solve(folder)
            took = time.perf_counter() - start
            slowest = max(slowest, took)
            best = best_resilience(folder)
            words = [f"seed {seed:3d}", plan.status, f"{plan.cost_musd:12.6f}", f"R {plan.resilience:.4f}",
                     f"best {best:.4f}", f"modules {sum(plan.modules.values()):3.0f}", f"{took:5.2f} s"]  # fmt: skip
            note(f"no target: {plan.status}")
            note("modules are built", bool(plan.modules))
            note("a venture is taken", any("/" in asset for asset, _ in plan.modules))
            note("something is unmet", bool(plan.unmet))
            note("something is unmet on the undisrupted path", any(key[0] == "base" for key in plan.unmet))
            note("has windows", bool(plan.windows))
            note("a better resilience than the cheapest plan's exists", best > plan.resilience + 1e-4)
            for target in (0.5, 0.8):
                other = solve(folder, target=target)
                note(f"target {target}: {other.status}")
                note(f"target {target} costs more", other.cost_musd > plan.cost_musd + 1e-6)
                note(f"target {target} is built for", other.status == "optimal" and other.modules != plan.modules)
                words.append(f"{target}: {other.cost_musd:.6f}")
            print("  ".join(words))
    print(f"\n{count} seeds, slowest solve {slowest:.2f} s")
    for what in sorted(tally):
        print(f"{tally[what]:5d}  {what}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
