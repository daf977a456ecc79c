"""A reduced case that both reeplan and PyPSA can state: drawn at random from a seed, in any size.

One country that plans, and a seller abroad. Deposits are mined to concentrate and separated into all their
elements at once; factories turn elements into products; elements and products are also bought abroad; surplus is
given away; what is short is paid for; each element has a stockpile, to which room can be added. Mines, separation
plants and factories start with some capacity and grow by whole modules decided in any year.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIRST_YEAR = 2030
DISCOUNT_RATE = 0.05
WACC = 0.07
FREIGHT_USD_PER_T = 300.0
POWER_USD_PER_MWH = 80.0
GRID_TCO2_PER_MWH = 0.6
CARBON_USD_PER_T = 20.0
CONCENTRATE_FREIGHT_USD_PER_T = 40.0


@dataclass(frozen=True)
class Technology:
    """A process at its place: what a tonne of activity costs and takes, what stands, and what can be built."""

    name: str
    opex_usd_per_t: float
    energy_mwh_per_t: float
    capacity_t: float
    module_t: float
    max_modules: int
    module_musd: float
    fixed_usd_per_t: float
    life_years: int

    @property
    def running_usd_per_t(self) -> float:
        """All that a tonne of activity costs: opex, power, and the carbon of the power."""
        return self.opex_usd_per_t + self.energy_mwh_per_t * (POWER_USD_PER_MWH + GRID_TCO2_PER_MWH * CARBON_USD_PER_T)


@dataclass(frozen=True)
class Deposit:
    """Ore, its basket, and the two plants that treat it."""

    name: str
    resource_t: float
    basket: dict[str, float]
    mine: Technology
    separation: Technology
    recovery: float


@dataclass(frozen=True)
class Product:
    """What a factory makes of elements (t per t), and what is asked for each year."""

    name: str
    takes: dict[str, float]
    factory: Technology
    price_usd_per_t: float
    demand_t: dict[int, float]
    shortage_usd_per_t: float


@dataclass(frozen=True)
class Stockpile:
    """Room that stands and that can be bought (at once and for good), and what lies in it at the start."""

    initial_t: float
    capacity_t: float
    max_capacity_t: float
    capacity_usd_per_t: float
    holding_usd_per_t: float
    life_years: int


@dataclass(frozen=True)
class Chain:
    """The whole case. ``supply_t``: what the seller abroad has in a year, by element or product."""

    years: list[int]
    elements: list[str]
    prices: dict[str, float]
    supply_t: dict[str, dict[int, float]]
    deposits: list[Deposit]
    products: list[Product]
    stockpiles: dict[str, Stockpile]

    @property
    def technologies(self) -> list[Technology]:
        """Every plant."""
        return [
            *(plant for d in self.deposits for plant in (d.mine, d.separation)),
            *(p.factory for p in self.products),
        ]


def draw_chain(seed: int, elements: int, deposits: int, products: int, years: int) -> Chain:
    """A chain of this size. The seller's supply falls in the later years, so that building pays."""
    pick = random.Random(seed)
    span = [FIRST_YEAR + t for t in range(years)]
    names = [f"E{i + 1}" for i in range(elements)]
    prices = {name: round(pick.uniform(5_000, 90_000), -2) for name in names}
    makes = [_product(pick, f"P{i + 1}", names, prices, span) for i in range(products)]
    need = {name: max(p.takes.get(name, 0.0) * max(p.demand_t.values()) for p in makes) for name in names}
    sold = {name: prices[name] for name in names} | {p.name: p.price_usd_per_t for p in makes}
    asked = need | {p.name: max(p.demand_t.values()) for p in makes}
    supply = {
        name: {t: round(asked[name] * pick.uniform(0.1, 0.7) * (1 - 0.6 * (t - span[0]) / years), 1) for t in span}
        for name in sold
    }
    stock = {
        name: Stockpile(
            initial_t=round(need[name] * 0.1, 1),
            capacity_t=round(need[name] * 0.2, 1),
            max_capacity_t=round(need[name], 1),
            capacity_usd_per_t=1000.0,
            holding_usd_per_t=round(prices[name] * 0.02, 1),
            life_years=25,
        )
        for name in names
    }
    ore = [_deposit(pick, f"D{i + 1}", names, years) for i in range(deposits)]
    return Chain(span, names, sold, supply, ore, makes, stock)


def _technology(pick: random.Random, name: str, scale: float, opex: float, capital_per_t: float) -> Technology:
    module = round(scale * pick.uniform(0.15, 0.35), -1)
    return Technology(
        name=name,
        opex_usd_per_t=round(opex * pick.uniform(0.7, 1.3)),
        energy_mwh_per_t=round(pick.uniform(1, 10), 1),
        capacity_t=round(scale * pick.uniform(0.0, 0.4), -1),
        module_t=module,
        max_modules=pick.randint(2, 4),
        module_musd=round(module * capital_per_t * pick.uniform(0.7, 1.3) / 1e6, 1),
        fixed_usd_per_t=round(0.03 * capital_per_t),
        life_years=pick.choice([4, 8, 25]),
    )


def _deposit(pick: random.Random, name: str, elements: list[str], years: int) -> Deposit:
    weights = [pick.uniform(0.1, 1.0) for _ in elements]
    scale = pick.uniform(3_000, 6_000)
    return Deposit(
        name=name,
        resource_t=round(scale * years * pick.uniform(0.4, 0.8)),
        basket={element: weight / sum(weights) for element, weight in zip(elements, weights, strict=True)},
        mine=_technology(pick, f"mine_{name}", scale, 1_500, 30_000),
        separation=_technology(pick, f"separation_{name}", scale, 3_000, 20_000),
        recovery=round(pick.uniform(0.8, 0.95), 2),
    )


def _product(
    pick: random.Random, name: str, elements: list[str], prices: dict[str, float], years: list[int]
) -> Product:
    taken = pick.sample(elements, k=min(len(elements), pick.randint(2, 3)))
    takes = {element: round(pick.uniform(0.05, 0.3), 3) for element in taken}
    first, growth = pick.uniform(2_000, 5_000), pick.uniform(0.02, 0.08)
    price = round(1.6 * sum(amount * prices[element] for element, amount in takes.items()) + 15_000, -2)
    return Product(
        name=name,
        takes=takes,
        factory=_technology(pick, f"factory_{name}", first, 4_000, 15_000),
        price_usd_per_t=price,
        demand_t={t: round(first * (1 + growth) ** (t - years[0]), 1) for t in years},
        shortage_usd_per_t=2.5 * price,
    )


# ---- as a case folder ----------------------------------------------------------------------------------


def write_case(chain: Chain, folder: Path) -> Path:
    """The chain as tables that ``reeplan`` reads."""
    folder.mkdir(parents=True)
    years = chain.years
    tables: dict[str, list[dict[str, object]]] = {
        "settings": [
            {"name": key, "value": value}
            for key, value in {
                "title": "A chain that two programs can state",
                "first_year": years[0],
                "last_year": years[-1],
                "currency_year": 2025,
                "discount_rate": DISCOUNT_RATE,
            }.items()
        ],
        "partners": [{"partner": "Home", "wacc": WACC}],
        "regions": [
            {
                "region": region,
                "country": country,
                "latitude": 0,
                "longitude": 0,
                "power_usd_per_mwh": POWER_USD_PER_MWH,
                "grid_tco2_per_mwh": GRID_TCO2_PER_MWH,
                "carbon_usd_per_t": CARBON_USD_PER_T,
            }
            for region, country in (("field", "Home"), ("town", "Home"), ("abroad", "Abroad"))
        ],
        "elements": [
            {"element": e, "name": e, "circuit": "light", "reference_usd_per_t": chain.prices[e]}
            for e in chain.elements
        ],
        "products": [
            {"product": p.name, "kind": "product", "reference_usd_per_t": p.price_usd_per_t, "reo_t_per_t": 1}
            for p in chain.products
        ],
        "deposits": [
            {"deposit": d.name, "region": "field", "ore": "rock", "resource_t": d.resource_t} for d in chain.deposits
        ],
        "baskets": [{"deposit": d.name, **d.basket} for d in chain.deposits],
        "processes": _processes(chain),
        "recipes": [
            {"process": p.factory.name, "material": material, "t_per_t": amount}
            for p in chain.products
            for material, amount in {**{e: -t for e, t in p.takes.items()}, p.name: 1.0}.items()
        ],
        "plants": _plants(chain),
        "suppliers": [
            {
                "supplier": "seller",
                "material": material,
                "year": t,
                "region": "abroad",
                "price_usd_per_t": chain.prices[material],
                "max_t_per_year": tonnes,
            }
            for material, by_year in chain.supply_t.items()
            for t, tonnes in by_year.items()
        ],
        "transport": [
            {"from_region": "abroad", "to_region": "town", "kind": "all", "usd_per_t": FREIGHT_USD_PER_T},
            {
                "from_region": "field",
                "to_region": "town",
                "kind": "concentrate",
                "usd_per_t": CONCENTRATE_FREIGHT_USD_PER_T,
            },
        ],
        "demand": [
            {
                "region": "town",
                "material": p.name,
                "year": t,
                "t_per_year": tonnes,
                "shortage_usd_per_t": p.shortage_usd_per_t,
            }
            for p in chain.products
            for t, tonnes in p.demand_t.items()
        ],
        "stockpiles": [
            {
                "region": "town",
                "material": element,
                "initial_t": stock.initial_t,
                "capacity_t": stock.capacity_t,
                "max_capacity_t": stock.max_capacity_t,
                "capacity_usd_per_t": stock.capacity_usd_per_t,
                "holding_usd_per_t_year": stock.holding_usd_per_t,
                "life_years": stock.life_years,
            }
            for element, stock in chain.stockpiles.items()
        ],
    }
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            columns = list(dict.fromkeys(column for row in rows for column in row))
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _processes(chain: Chain) -> list[dict[str, object]]:
    def row(plant: Technology, takes: str, makes: str, recovery: float = 1.0) -> dict[str, object]:
        return {
            "process": plant.name,
            "takes": takes,
            "makes": makes,
            "recovery": recovery,
            "opex_usd_per_t": plant.opex_usd_per_t,
            "energy_mwh_per_t": plant.energy_mwh_per_t,
        }

    return [
        *(row(d.mine, "ore", "concentrate") for d in chain.deposits),
        *(row(d.separation, "concentrate", "oxides", d.recovery) for d in chain.deposits),
        *(row(p.factory, "recipe", "recipe") for p in chain.products),
    ]


def _plants(chain: Chain) -> list[dict[str, object]]:
    """Every plant twice: what stands (its fixed cost is sunk in both programs), and what can be built."""
    places = {d.mine.name: ("field", d.name) for d in chain.deposits}
    places |= {d.separation.name: ("town", d.name) for d in chain.deposits}
    places |= {p.factory.name: ("town", "") for p in chain.products}
    rows: list[dict[str, object]] = []
    for plant in chain.technologies:
        region, deposit = places[plant.name]
        place = {"region": region, "process": plant.name, "deposit": deposit}
        rows.append({"plant": f"{plant.name}_old", **place, "capacity_t_per_year": plant.capacity_t})
        built = {
            "plant": plant.name,
            "module_t_per_year": plant.module_t,
            "max_modules": plant.max_modules,
            "module_musd": plant.module_musd,
            "fixed_usd_per_t": plant.fixed_usd_per_t,
            "life_years": plant.life_years,
        }
        rows.append(built | place)
    return rows
