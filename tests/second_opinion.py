"""A second opinion on the optimum of a case: the model once more, as plainly as it can be put.

Nothing here comes from the package: own reader, own defaults, own equations, own hand-over to
HiGHS. There is no pruning and no reformulation, so that each block can be held beside the text
of the formulation. The order is that of the text: investment, operation, cost, resilience.
Units are natural (t, t/yr); the objective is in thousand USD, so that no cost is near the
solver's tolerances. Valid input is taken for granted.

``solve(folder)`` gives the cheapest plan, ``best_resilience(folder)`` the highest resilience
that any plan reaches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Key = tuple[Any, ...]
Terms = dict[Key, float]
Row = dict[str, Any]

KUSD = 1e-3  # of a USD
MUSD_IN_KUSD = 1e3
NO_LIMIT = math.inf
BASE = "base"

# --------------------------------------------------------------------------------------------
# Reading
# --------------------------------------------------------------------------------------------

KEYS: dict[str, tuple[str, ...]] = {
    "settings": ("name",),
    "partners": ("partner",),
    "regions": ("region",),
    "elements": ("element",),
    "products": ("product",),
    "deposits": ("deposit",),
    "baskets": ("deposit",),
    "processes": ("process",),
    "recipes": ("process", "material"),
    "plants": ("plant",),
    "ventures": ("venture", "option"),
    "suppliers": ("supplier", "material", "year"),
    "markets": ("region", "material", "year"),
    "transport": ("from_region", "to_region", "kind"),
    "demand": ("region", "material", "year"),
    "stockpiles": ("region", "material"),
    "budgets": ("partner", "first_year", "last_year"),
    "offtakes": ("from_country", "to_country", "year"),
    "dependence": ("partner", "from_country", "material", "year"),
    "scenarios": ("scenario",),
    "disruptions": ("scenario", "kind", "target", "material", "first", "last"),
}

TEXT = {
    "name", "value", "partner", "region", "country", "element", "circuit", "product", "deposit", "ore", "process",
    "takes", "makes", "material", "plant", "venture", "option", "claimant", "technology_partner", "supplier", "buyer",
    "from_region", "to_region", "kind", "from_country", "to_country", "scenario", "label", "starts", "target", "basis",
    "source", "note", "drop", "releases_thorium", "in_target", "with_loss_of",
}  # fmt: skip

_ECONOMICS: Row = {"fixed_usd_per_t": 0.0, "opex_factor": 1.0, "earliest_year": None, "lead_years": 0.0,
                   "life_years": 25.0, "ramp_years": 0.0, "risk_premium": 0.0, "deposit": None}  # fmt: skip

DEFAULTS: dict[str, Row] = {
    "regions": {"power_usd_per_mwh": 0.0, "grid_tco2_per_mwh": 0.0, "carbon_usd_per_t": 0.0,
                "thorium_usd_per_t": 0.0, "thorium_max_t_per_year": NO_LIMIT},
    "deposits": {"thorium_t_per_t": 0.0},
    "processes": {"ore": "any", "recovery": 1.0, "opex_usd_per_t": 0.0, "energy_mwh_per_t": 0.0,
                  "co2_t_per_t": 0.0, "releases_thorium": "no"},
    "plants": {**_ECONOMICS, "capacity_t_per_year": 0.0, "retires": None, "module_t_per_year": 0.0,
               "max_modules": 0.0, "site_musd": 0.0, "module_musd": 0.0, "foreign_share_max": 1.0,
               "technology_partner": None, "technology_share_min": 0.0, "offtake_right": 0.0},
    "ventures": {**_ECONOMICS, "claimant": None, "royalty_usd_per_t": 0.0},
    "suppliers": {"min_t_per_year": 0.0, "buyer": None},
    "stockpiles": {"initial_t": 0.0, "capacity_t": 0.0, "max_capacity_t": None, "capacity_usd_per_t": 0.0,
                   "holding_usd_per_t_year": 0.0, "life_years": 25.0},
    "scenarios": {"years": None, "months": None, "probability": None, "probability_per_year": None,
                  "in_target": "yes", "with_loss_of": None},
    "disruptions": {"material": "all", "first": None, "last": None, "basis": "ceiling", "availability": 1.0,
                    "price_factor": 1.0},
}  # fmt: skip


def _cells(path: Path) -> list[dict[str, str]]:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return [{str(c): str(v).strip() for c, v in row.items()} for row in frame.to_dict("records")]


def _key_of(table: str, row: dict[str, str]) -> Key:
    """The key as it is compared between case and overlay: an empty cell is its default, 2030 is 2030.0."""

    def plain(column: str) -> object:
        cell = row.get(column, "") or DEFAULTS.get(table, {}).get(column)
        return float(cell) if cell and column not in TEXT else cell

    return tuple(plain(column) for column in KEYS[table])


def _merged(table: str, folders: Sequence[Path]) -> list[dict[str, str]]:
    """The rows of a table: later folders replace, join or drop rows of the earlier ones."""
    rows: dict[Key, dict[str, str]] = {}
    for folder in folders:
        path = folder / f"{table}.csv"
        if not path.exists():
            continue
        cells = _cells(path)
        for row in cells:
            if row.get("drop", "").lower() == "yes":
                filled = [i for i, column in enumerate(KEYS[table]) if row.get(column, "")]
                key = _key_of(table, row)
                rows = {k: r for k, r in rows.items() if any(k[i] != key[i] for i in filled)}
        for row in cells:
            if row.get("drop", "").lower() != "yes":
                rows[_key_of(table, row)] = row
    return list(rows.values())


def _value(table: str, column: str, cell: str) -> object:
    if cell == "":
        if table == "baskets":
            return 0.0
        return DEFAULTS.get(table, {}).get(column)
    return cell if column in TEXT else float(cell)


class Tables:
    """The merged tables with every default filled in."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.rows: dict[str, list[Row]] = {}
        for table in KEYS:
            self.rows[table] = [
                {**DEFAULTS.get(table, {}), **{c: _value(table, c, cell) for c, cell in row.items()}}
                for row in _merged(table, folders)
            ]
        self.settings = {row["name"]: row["value"] for row in self.rows["settings"] if row["value"] is not None}

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]

    def by_year(self, table: str, years: Sequence[int]) -> dict[Key, dict[str, Any]]:
        """Key without year -> column -> year -> value; linear between the listed years, flat outside them."""
        key_columns = [c for c in KEYS[table] if c != "year"]
        groups: dict[Key, list[Row]] = {}
        for row in self[table]:
            groups.setdefault(tuple(row[c] for c in key_columns), []).append(row)
        result: dict[Key, dict[str, Any]] = {}
        for key, rows in groups.items():
            rows = sorted(rows, key=lambda row: float(row["year"]))
            at = [row["year"] for row in rows]
            result[key] = {}
            for column in {c for row in rows for c in row} - {*KEYS[table]}:
                if column in TEXT:
                    result[key][column] = next((row[column] for row in rows if row.get(column)), None)
                else:
                    values = np.interp(years, at, [row[column] for row in rows])
                    result[key][column] = dict(zip(years, values.tolist(), strict=True))
        return result


# --------------------------------------------------------------------------------------------
# The case in the words of the formulation
# --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """One start year of a scenario, or the undisrupted path.

    ``f`` is the part of its year that a window of months takes; ``lost`` is (kind, name) of the one thing that is lost
    beside what the scenario takes.
    """

    label: str
    scenario: str
    years: tuple[int, ...]
    probability: float
    f: float = 1.0
    in_target: bool = True
    lost: tuple[str, str] | None = None


@dataclass(frozen=True)
class Asset:
    """A plant or a venture option."""

    name: str
    venture: str | None
    region: str
    process: Row
    deposits: tuple[str, ...]
    existing: dict[int, float]
    module: float
    max_modules: int
    site_musd: float
    module_musd: float
    row: Row
    decisions: tuple[int, ...]
    royalty: float = 0.0
    foreign_share_max: float = 1.0
    technology_partner: str | None = None
    technology_share_min: float = 0.0
    offtake_right: float = 0.0

    @property
    def treats(self) -> tuple[str | None, ...]:
        """The deposits whose material is run; a recipe runs without one."""
        return (None,) if self.process["takes"] == "recipe" else self.deposits

    @property
    def lead(self) -> int:
        return int(self.row["lead_years"])

    @property
    def life(self) -> int:
        return int(self.row["life_years"])

    def runs(self, decided: int, year: int) -> bool:
        return decided + self.lead <= year < decided + self.lead + self.life

    def ramp(self, decided: int, year: int) -> float:
        """Part of a module's size in a year, for a module decided in another."""
        i = year - decided - self.lead
        return min(1.0, (i + 1) / (self.row["ramp_years"] + 1)) if self.runs(decided, year) else 0.0


def crf(rate: float, life: int) -> float:
    return 1 / life if rate == 0 else rate / (1 - (1 + rate) ** -life)


class Case:
    def __init__(self, tables: Tables, partners: Sequence[str] | None) -> None:
        self.tables = tables
        settings = tables.settings
        self.years = list(range(int(settings["first_year"]), int(settings["last_year"]) + 1))
        self.rate = float(settings["discount_rate"])
        self.measure = settings.get("resilience_measure") or "worst_case"
        self.cvar_level = float(settings.get("cvar_level") or 0.9)

        everyone = [row["partner"] for row in tables["partners"]]
        self.partners = [k for k in everyone if partners is None or k in partners]
        self.outsiders = [k for k in everyone if k not in self.partners]
        self.wacc = {row["partner"]: row["wacc"] for row in tables["partners"]}

        self.regions = {row["region"]: row for row in tables["regions"]}
        self.country = {region: row["country"] for region, row in self.regions.items()}

        # materials and their kinds of transport
        self.elements = {row["element"]: row for row in tables["elements"]}
        self.products = {row["product"]: row for row in tables["products"]}
        self.deposits = {row["deposit"]: row for row in tables["deposits"]}
        self.kind: dict[Any, str] = dict.fromkeys(self.elements, "oxide")
        self.kind |= {product: row["kind"] for product, row in self.products.items()}
        self.reo: dict[Any, float] = dict.fromkeys(self.elements, 1.0)
        self.reo |= {product: row["reo_t_per_t"] for product, row in self.products.items()}
        for deposit in self.deposits:
            for stage in ("concentrate", "mixed", "heavy_mix"):
                self.kind[stage, deposit] = stage
                self.reo[stage, deposit] = 1.0
        self.materials = list(self.kind)
        self.reference = {m: row["reference_usd_per_t"] for m, row in {**self.elements, **self.products}.items()}

        self.basket: dict[str, dict[str, float]] = {}
        for row in tables["baskets"]:
            total = sum(row.get(e, 0.0) for e in self.elements)
            self.basket[row["deposit"]] = {e: row.get(e, 0.0) / total for e in self.elements}

        self.processes = {row["process"]: row for row in tables["processes"]}
        self.recipe: dict[str, dict[str, float]] = {process: {} for process in self.processes}
        for row in tables["recipes"]:
            self.recipe[row["process"]][row["material"]] = row["t_per_t"]

        self.base = Window(BASE, BASE, tuple(self.years), 0.0)
        self.windows: list[Window] = []
        self.crisis_sharing = str(settings.get("crisis_sharing") or "yes").lower() != "no"

        every = self.years
        self.demand = {k: v for k, v in tables.by_year("demand", every).items() if self.ours(k[0])}
        self.suppliers = tables.by_year("suppliers", every)
        self.markets = tables.by_year("markets", every)
        self.offtakes = tables.by_year("offtakes", every)
        self.dependence = tables.by_year("dependence", every)
        self.stockpiles = {(r["region"], r["material"]): r for r in tables["stockpiles"] if self.ours(r["region"])}
        for row in self.stockpiles.values():
            if row["max_capacity_t"] is None:
                row["max_capacity_t"] = row["capacity_t"]
        self.lanes = {(r["from_region"], r["to_region"], r["kind"]): r["usd_per_t"] for r in tables["transport"]}
        self.existing_part = dict.fromkeys(every, 1.0)
        if self.outsiders:
            self._split_what_is_shared()
        self.assets = [*self._plants(), *self._venture_options()]
        for row in tables["scenarios"]:
            self.windows += self._windows_of(row)

    def ours(self, region: str) -> bool:
        return self.country[region] in self.partners

    def _treated(self, process: Row, deposit: str | None) -> tuple[str, ...]:
        if process["takes"] == "recipe":
            return ()
        return tuple(
            d
            for d, row in self.deposits.items()
            if deposit in (None, d) and process["ore"] in ("any", row["ore"])
        )

    def _decisions(self, row: Row) -> tuple[int, ...]:
        earliest = self.years[0] if row["earliest_year"] is None else row["earliest_year"]
        return tuple(t for t in self.years if earliest <= t + row["lead_years"] <= self.years[-1])

    def _plants(self) -> list[Asset]:
        assets = []
        for row in self.tables["plants"]:
            country = self.country[row["region"]]
            if country in self.outsiders:
                continue
            process = self.processes[row["process"]]
            held = {
                t: row["capacity_t_per_year"] if row["retires"] is None or t <= row["retires"] else 0.0
                for t in self.years
            }
            if country not in self.partners:
                held = {t: capacity * self.existing_part[t] for t, capacity in held.items()}
            builds = row["technology_partner"] not in self.outsiders
            assets.append(Asset(
                row["plant"], None, row["region"], process, self._treated(process, row["deposit"]), held,
                row["module_t_per_year"], int(row["max_modules"]) if builds else 0, row["site_musd"],
                row["module_musd"], row, self._decisions(row), 0.0, row["foreign_share_max"],
                row["technology_partner"], row["technology_share_min"], row["offtake_right"],
            ))  # fmt: skip
        return assets

    def _venture_options(self) -> list[Asset]:
        assets = []
        for row in self.tables["ventures"]:
            if self.outsiders and row["claimant"] not in self.partners:
                continue
            process = self.processes[row["process"]]
            assets.append(Asset(
                f"{row['venture']}/{row['option']}", row["venture"], row["region"], process,
                self._treated(process, row["deposit"]), dict.fromkeys(self.years, 0.0),
                row["offtake_share"] * row["plant_t_per_year"], 1, 0.0, row["equity_share"] * row["plant_musd"],
                row, self._decisions(row), row["royalty_usd_per_t"],
            ))  # fmt: skip
        return assets

    # -- cooperation: what a coalition has ---------------------------------------------------

    def _split_what_is_shared(self) -> None:
        """Keep of suppliers, markets and existing plants abroad what falls to the partners in the coalition."""
        demand = self.tables.by_year("demand", self.years)
        members = set(self.partners)
        use: dict[tuple[str, str, int], float] = {}
        value: dict[tuple[str, int], float] = {}
        for (region, material), row in demand.items():
            partner = self.country[region]
            for t in self.years:
                tonnes = row["t_per_year"][t]
                value[partner, t] = value.get((partner, t), 0.0) + tonnes * row["shortage_usd_per_t"][t]
                for taken, amount in self._taken_for(material).items():
                    use[partner, taken, t] = use.get((partner, taken, t), 0.0) + tonnes * amount

        def part_of_value(t: int) -> float:
            total = sum(value.get((k, t), 0.0) for k in self.wacc)
            return sum(value.get((k, t), 0.0) for k in members) / total if total else len(members) / len(self.wacc)

        def part_of_use(material: str, t: int) -> float:
            total = sum(use.get((k, material, t), 0.0) for k in self.wacc)
            return sum(use.get((k, material, t), 0.0) for k in members) / total if total else part_of_value(t)

        self.existing_part = {t: part_of_value(t) for t in self.years}
        for supplier, material in list(self.suppliers):
            row = self.suppliers[supplier, material]
            country = self.country[row["region"]]
            holder = row.get("buyer") or country
            if holder in members:
                continue
            if holder in self.wacc:
                del self.suppliers[supplier, material]
                continue
            for column in ("max_t_per_year", "min_t_per_year"):
                row[column] = {t: amount * part_of_use(material, t) for t, amount in row[column].items()}
        for region, material in list(self.markets):
            if self.country[region] in members:
                continue
            if self.country[region] in self.wacc:
                del self.markets[region, material]
                continue
            row = self.markets[region, material]
            row["max_t_per_year"] = {t: tonnes * part_of_value(t) for t, tonnes in row["max_t_per_year"].items()}

    def _taken_for(self, material: str, seen: tuple[str, ...] = ()) -> dict[str, float]:
        """A tonne demanded, and what the recipes that make it take, back through all stages.

        Of several recipes that make the same product, each is given the same part. Oxides and
        scrap are not followed further back: they come from ore, from sellers or as by-products.
        """
        taken = {material: 1.0}
        if material in seen or self.kind[material] != "product":
            return taken
        ways = [(r, r[material]) for r in self.recipe.values() if r.get(material, 0.0) > 0]
        for recipe, made in ways:
            for m, t_per_t in recipe.items():
                if t_per_t < 0:
                    for deeper, amount in self._taken_for(m, (*seen, material)).items():
                        taken[deeper] = taken.get(deeper, 0.0) - t_per_t / made * amount / len(ways)
        return taken

    # -- windows -----------------------------------------------------------------------------

    def _windows_of(self, row: Row) -> Iterable[Window]:
        """One a start year; after each, one for everything of ``with_loss_of`` that it does not take anyway."""
        name = row["scenario"]
        length = int(row["years"]) if row["months"] is None else 1
        f = 1.0 if row["months"] is None else row["months"] / 12
        in_target = row["in_target"].lower() != "no"
        starts: list[int] = []
        for word in row["starts"].split():
            if word.lower() == "any":
                starts += [t for t in self.years if t + length - 1 <= self.years[-1]]
            elif "-" in word:
                begin, end = word.split("-")
                starts += range(int(begin), int(end) + 1)
            else:
                starts.append(int(float(word)))
        for start in starts:
            p = row["probability"] / len(starts) if row["probability"] is not None else row["probability_per_year"]
            years = tuple(range(start, start + length))
            window = Window(f"{name}@{start}", name, years, p, f, in_target)
            yield window
            for one in self._losable(row["with_loss_of"]):
                if not all(self._takes(window, t, row["with_loss_of"], one) for t in years):
                    yield Window(f"{window.label}+{one}", name, years, 0.0, f, in_target, (row["with_loss_of"], one))

    def _losable(self, kind: str | None) -> list[str]:
        table, column = {"plant": ("plants", "plant"), "venture": ("ventures", "venture"),
                         "supplier": ("suppliers", "supplier"), None: ("partners", None)}[kind]  # fmt: skip
        return list(dict.fromkeys(row[column] for row in self.tables[table])) if column else []

    def _takes(self, s: Window, t: int, kind: str, name: str) -> bool:
        """Whether nothing is left of it in a year of a window: of all its options, of all that it sells."""
        zero = [row for row in self._acting(s, t) if row["availability"] == 0]
        if kind == "supplier":
            goods = [(row["material"], row["region"]) for row in self.tables["suppliers"] if row["supplier"] == name]
            return all(
                any(
                    (row["kind"], row["target"]) in (("supplier", name), ("country", self.country[region]))
                    and self._touches(row, material)
                    for row in zero
                )
                for material, region in goods
            )
        rows = [row for row in self.tables[f"{kind}s"] if row[kind] == name]
        return all(
            any(
                row["material"] == "all"
                and (
                    (row["kind"], row["target"]) in (("plant", name), ("country", self.country[one["region"]]))
                    or (
                        (row["kind"], row["target"]) == ("deposit", one["deposit"])
                        and self.processes[one["process"]]["takes"] == "ore"
                    )
                )
                for row in zero
            )
            for one in rows
        )

    # -- disruptions -------------------------------------------------------------------------

    def _acting(self, s: Window, t: int) -> Iterable[Row]:
        """The rows in force in a year of a window: its own, counted from 1, and those of the base path by calendar."""
        for row in self.tables["disruptions"]:
            if row["scenario"] == BASE:
                now = t
            elif row["scenario"] == s.scenario:
                now = t - s.years[0] + 1
            else:
                continue
            if (row["first"] is None or row["first"] <= now) and (row["last"] is None or now <= row["last"]):
                yield row

    def _touches(self, row: Row, material: Any) -> bool:
        return row["material"] in ("all", self.kind[material], material)

    def supplier_availability(self, supplier: str, material: str, s: Window, t: int) -> tuple[float, float]:
        """The least factor on the limit, and the least factor on the undisrupted path's purchases."""
        country = self.country[self.suppliers[supplier, material]["region"]]
        ceiling = flow = 1.0
        if s.lost == ("supplier", supplier):
            ceiling = 0.0
        for row in self._acting(s, t):
            hit = (row["kind"], row["target"]) in (("supplier", supplier), ("country", country))
            if hit and self._touches(row, material):
                if row["basis"] == "flow" and s is not self.base and row["scenario"] != BASE:
                    flow = min(flow, row["availability"])
                else:
                    ceiling = min(ceiling, row["availability"])
        return ceiling, flow

    def price_factor(self, targets: tuple[Key, ...], material: Any, s: Window, t: int) -> float:
        """What all rows on these together make of a price."""
        return math.prod(
            row["price_factor"]
            for row in self._acting(s, t)
            if (row["kind"], row["target"]) in targets and self._touches(row, material)
        )

    def plant_availability(self, asset: Asset, s: Window, t: int) -> float:
        targets: tuple[Key, ...] = (("plant", asset.venture or asset.name), ("country", self.country[asset.region]))
        if asset.process["takes"] == "ore":
            targets += (("deposit", asset.row["deposit"]),)
        if s.lost == (("venture", asset.venture) if asset.venture else ("plant", asset.name)):
            return 0.0
        return min(
            (
                row["availability"]
                for row in self._acting(s, t)
                if (row["kind"], row["target"]) in targets and row["material"] == "all"
            ),
            default=1.0,
        )

    def route_availability(self, a: str, b: str, material: Any, s: Window, t: int) -> float:
        route = f"{self.country[a]}>{self.country[b]}"
        return min(
            (
                row["availability"]
                for row in self._acting(s, t)
                if row["kind"] == "route"
                and ">".join(word.strip() for word in row["target"].split(">")) == route
                and self._touches(row, material)
            ),
            default=1.0,
        )


# --------------------------------------------------------------------------------------------
# A mixed-integer program with named columns
# --------------------------------------------------------------------------------------------


@dataclass
class Line:
    terms: Terms
    low: float
    high: float
    topic: str


@dataclass
class Program:
    """Columns and rows by name. Costs are in thousand USD."""

    low: dict[Key, float] = field(default_factory=dict)
    high: dict[Key, float] = field(default_factory=dict)
    whole: set[Key] = field(default_factory=set)
    cost: dict[Key, float] = field(default_factory=dict)
    constant: float = 0.0
    lines: list[Line] = field(default_factory=list)

    def column(self, key: Key, high: float = NO_LIMIT, whole: bool = False, low: float = 0.0) -> None:
        if key in self.low:
            raise KeyError(key)
        self.low[key], self.high[key] = low, high
        if whole:
            self.whole.add(key)

    def row(self, topic: str, terms: Terms, low: float = -NO_LIMIT, high: float = NO_LIMIT) -> None:
        self.lines.append(Line({k: v for k, v in terms.items() if v != 0.0}, low, high, topic))

    def at_most(self, topic: str, terms: Terms, high: float = 0.0) -> None:
        self.row(topic, terms, high=high)

    def equal(self, topic: str, terms: Terms, value: float = 0.0) -> None:
        self.row(topic, terms, value, value)

    def add_cost(self, key: Key, kusd: float) -> None:
        self.cost[key] = self.cost.get(key, 0.0) + kusd


@dataclass
class Answer:
    status: str
    value: float = math.nan  # thousand USD, or whatever the objective is
    bound: float = math.nan
    x: dict[Key, float] = field(default_factory=dict)


def as_arrays(program: Program) -> highspy.HighsLp:
    """The program as HiGHS takes it, columns and rows in the order in which they were stated."""
    names = list(program.low)
    index = {name: i for i, name in enumerate(names)}
    row_of, column_of, values = [], [], []
    for i, line in enumerate(program.lines):
        for key, value in line.terms.items():
            row_of.append(i)
            column_of.append(index[key])
            values.append(value)
    matrix = csr_matrix((values, (row_of, column_of)), shape=(len(program.lines), len(names)))

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(names), len(program.lines)
    lp.col_cost_ = np.array([program.cost.get(name, 0.0) for name in names], dtype=float)
    lp.offset_ = program.constant
    lp.col_lower_ = np.array([program.low[name] for name in names], dtype=float)
    lp.col_upper_ = np.array([program.high[name] for name in names], dtype=float)
    lp.row_lower_ = np.array([line.low for line in program.lines], dtype=float)
    lp.row_upper_ = np.array([line.high for line in program.lines], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if program.whole:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if name in program.whole else kinds.kContinuous for name in names]
    return lp


def _run(program: Program, gap: float, time_limit: float, tolerance: float) -> Answer:
    """Hand a program to HiGHS; its objective is minimised."""
    names = list(program.low)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", float(time_limit))
    solver.setOptionValue("mip_rel_gap", gap)
    solver.setOptionValue("mip_abs_gap", 1e-7)
    for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
        solver.setOptionValue(name, tolerance)
    solver.passModel(as_arrays(program))
    solver.run()
    status = solver.getModelStatus()
    info = solver.getInfo()
    ends = highspy.HighsModelStatus
    if status in (ends.kInfeasible, ends.kUnboundedOrInfeasible):
        return Answer("infeasible")
    found = dict(zip(names, list(solver.getSolution().col_value), strict=False))
    if status == ends.kOptimal or status == ends.kModelEmpty:
        bound = info.mip_dual_bound if program.whole else info.objective_function_value
        return Answer("optimal", info.objective_function_value, bound, found)
    has_plan = info.primal_solution_status == 2 and bool(found)
    bound = info.mip_dual_bound if program.whole else -NO_LIMIT
    return Answer("limit", info.objective_function_value if has_plan else math.nan, bound, found if has_plan else {})


# --------------------------------------------------------------------------------------------
# The model
# --------------------------------------------------------------------------------------------


class Model:
    """Investment and operation; `target` adds the cutoff constraint."""

    def __init__(self, case: Case, measure: str, target: float | None, maximise_resilience: bool = False) -> None:
        self.case = case
        self.measure = measure
        self.program = Program()
        self.op_usd: dict[Key, tuple[Window, int, float]] = {}
        self.restock_usd: dict[str, Terms] = {}
        self.restock_from: dict[str, float] = {}
        self.asked = [s for s in case.windows if s.in_target]
        self.ships: dict[tuple[int, str], list[tuple[str, str, Any]]] = {}
        self.invest()
        for s in [case.base, *case.windows]:
            self.operate(s)
        self.ore()
        self.stocks()
        self.dependence()
        self.money()
        if maximise_resilience:
            self.program.cost = {}
            self.program.constant = 0.0
        if target is not None or maximise_resilience:
            self.resilience(target)

    # -- investment --------------------------------------------------------------------------

    def invest(self) -> None:
        case, p = self.case, self.program
        for a in case.assets:
            decisions = a.decisions if a.max_modules else ()
            for t in decisions:
                p.column(("n", a.name, t), a.max_modules, whole=True)
                for k in case.partners:
                    p.column(("fund", k, a.name, t))
                p.equal("funded", {("fund", k, a.name, t): 1.0 for k in case.partners} | {("n", a.name, t): -1.0})
                self.shares_of_funds(a, t, "fund", "n")
                if a.site_musd > 0:
                    p.column(("open", a.name, t), 1, whole=True)
                    for k in case.partners:
                        p.column(("sitefund", k, a.name, t))
                    p.equal("funded", {("sitefund", k, a.name, t): 1.0 for k in case.partners}
                            | {("open", a.name, t): -1.0})  # fmt: skip
                    self.shares_of_funds(a, t, "sitefund", "open")
            for t in case.years if decisions else ():
                p.at_most("modules", {("n", a.name, u): 1.0 for u in decisions if a.runs(u, t)}, a.max_modules)
                if a.site_musd > 0:
                    running: Terms = {("open", a.name, u): 1.0 for u in decisions if t - a.life < u <= t}
                    p.at_most("one site", running, 1.0)
                    if t in decisions:
                        p.at_most("site", {("n", a.name, t): 1.0} | {o: -float(a.max_modules) for o in running})
        for venture in {a.venture for a in case.assets if a.venture}:
            options = [a for a in case.assets if a.venture == venture]
            p.at_most("one option", {("n", a.name, t): 1.0 for a in options for t in a.decisions}, 1.0)

        for (r, m), row in case.stockpiles.items():
            for t in case.years:
                p.column(("space", r, m, t))
            for t in case.years:
                p.at_most("space", self.space(r, m, t), row["max_capacity_t"] - row["capacity_t"])

        for row in case.tables["budgets"]:
            k = row["partner"]
            if k not in case.partners:
                continue
            spent: Terms = {}
            for t in case.years:
                if row["first_year"] <= t <= row["last_year"]:
                    spent |= dict(self.capital(k, t))
            p.at_most("budget", spent, row["musd"])

    def shares_of_funds(self, a: Asset, t: int, fund: str, decided: str) -> None:
        """Foreigners' most in a partner's own country, and the technology partner's least."""
        country = self.case.country[a.region]
        if country in self.case.partners:
            foreign: Terms = {(fund, k, a.name, t): 1.0 for k in self.case.partners if k != country}
            self.program.at_most("foreign", foreign | {(decided, a.name, t): -a.foreign_share_max})
        if a.technology_partner is not None:
            self.program.at_most("technology", {(decided, a.name, t): a.technology_share_min,
                                                (fund, a.technology_partner, a.name, t): -1.0})  # fmt: skip

    def capital(self, k: str, t: int) -> Iterable[tuple[Key, float]]:
        """Overnight capital in MUSD that a partner decides in a year."""
        for a in self.case.assets:
            if a.max_modules and t in a.decisions:
                yield ("fund", k, a.name, t), a.module_musd
                if a.site_musd > 0:
                    yield ("sitefund", k, a.name, t), a.site_musd
        for (r, m), row in self.case.stockpiles.items():
            if self.case.country[r] == k:
                yield ("space", r, m, t), row["capacity_usd_per_t"] / 1e6

    def modules(self, a: Asset, t: int, ramped: bool) -> Terms:
        """Running modules in a year, at full size or as ramped."""
        if not a.max_modules:
            return {}
        return {("n", a.name, u): a.ramp(u, t) if ramped else 1.0 for u in a.decisions if a.runs(u, t)}

    def space(self, r: str, m: str, t: int) -> Terms:
        """Bought space that runs in a year."""
        life = self.case.stockpiles[r, m]["life_years"]
        return {("space", r, m, u): 1.0 for u in self.case.years if u <= t < u + life}

    # -- operation ---------------------------------------------------------------------------

    def operate(self, s: Window) -> None:
        case, p = self.case, self.program
        for t in s.years:
            balance: dict[tuple[str, Any], Terms] = {(r, m): {} for r in case.regions for m in case.materials}

            for a in case.assets:
                for d in a.treats:
                    key: Key = ("run", a.name, d, t, s.label)
                    p.column(key)
                    for m, made in self.made_less_taken(a, d).items():
                        balance[a.region, m][key] = made
                    self.op_usd[key] = (s, t, self.process_cost(a, d))
                available = case.plant_availability(a, s, t)
                runs: Terms = {("run", a.name, d, t, s.label): 1.0 for d in a.treats}
                part = s.f * available
                built = {n: -part * a.module * ramp for n, ramp in self.modules(a, t, ramped=True).items()}
                p.at_most("capacity", runs | built, part * a.existing[t])

            for (supplier, m), row in case.suppliers.items():
                ceiling, flow = case.supplier_availability(supplier, m, s, t)
                key = ("buy", supplier, m, t, s.label)
                least = min(ceiling, flow) * row["min_t_per_year"][t]
                p.column(key, s.f * ceiling * row["max_t_per_year"][t], low=s.f * least)
                if flow < 1:
                    ordinary = ("buy", supplier, m, t, BASE)
                    p.at_most("purchases as on the undisrupted path", {key: 1.0, ordinary: -s.f * flow})
                balance[row["region"], m][key] = 1.0
                targets = (("supplier", supplier), ("country", case.country[row["region"]]))
                self.op_usd[key] = (s, t, row["price_usd_per_t"][t] * case.price_factor(targets, m, s, t))

            self.ships[t, s.label] = []
            for a, b in dict.fromkeys((a, b) for a, b, _ in case.lanes):
                for m in case.materials:
                    usd = case.lanes.get((a, b, case.kind[m]), case.lanes.get((a, b, "all")))
                    if usd is None or a == b:
                        continue
                    key = ("ship", a, b, m, t, s.label)
                    available = case.route_availability(a, b, m, s, t)
                    p.column(key, 0.0 if available == 0 else NO_LIMIT)
                    self.ships[t, s.label].append((a, b, m))
                    if 0 < available < 1 and s is not case.base:
                        p.at_most("route", {key: 1.0, ("ship", a, b, m, t, BASE): -s.f * available})
                    balance[a, m][key] = -1.0
                    balance[b, m][key] = 1.0
                    self.op_usd[key] = (s, t, usd)

            for (r, m), row in case.markets.items():
                key = ("sell", r, m, t, s.label)
                p.column(key, s.f * row["max_t_per_year"][t])
                balance[r, m][key] = -1.0
                factor = case.price_factor((("country", case.country[r]),), m, s, t)
                self.op_usd[key] = (s, t, -row["price_usd_per_t"][t] * factor)

            for (r, m), row in case.stockpiles.items():
                for activity, sign in (("fill", -1.0), ("draw", 1.0)):
                    p.column((activity, r, m, t, s.label))
                    balance[r, m][activity, r, m, t, s.label] = sign
                p.column(("level", r, m, t, s.label))
                self.op_usd["level", r, m, t, s.label] = (s, t, s.f * row["holding_usd_per_t_year"])

            for (r, m), row in case.demand.items():
                key = ("unmet", r, m, t, s.label)
                p.column(key, s.f * row["t_per_year"][t])
                balance[r, m][key] = 1.0
                self.op_usd[key] = (s, t, row["shortage_usd_per_t"][t])

            for (r, m), terms in balance.items():
                p.column(("dump", r, m, t, s.label))
                terms["dump", r, m, t, s.label] = -1.0
                needed = case.demand[r, m]["t_per_year"][t] if (r, m) in case.demand else 0.0
                p.equal("balance", terms, s.f * needed)

            self.thorium(s, t)
            self.offtake(s, t)
            if s is not case.base and not case.crisis_sharing:
                self.no_more_than_usual(s, t)

    def made_less_taken(self, a: Asset, d: str | None) -> dict[Any, float]:
        """Per t of activity: what a plant makes (positive) and takes (negative)."""
        process, case = a.process, self.case
        if process["takes"] == "recipe":
            return dict(case.recipe[process["process"]])
        assert d is not None
        recovery = process["recovery"]
        basket = case.basket[d]
        light = {e: share for e, share in basket.items() if case.elements[e]["circuit"] == "light"}
        heavy = {e: share for e, share in basket.items() if case.elements[e]["circuit"] == "heavy"}
        heavy_part = sum(heavy.values())
        change: dict[Any, float] = {}
        if process["takes"] != "ore":
            change[process["takes"], d] = -1.0

        def make(material: Any, amount: float) -> None:
            change[material] = change.get(material, 0.0) + amount

        if process["makes"] in ("concentrate", "mixed"):
            make((process["makes"], d), recovery)
        elif process["makes"] == "light_and_heavy_mix":
            for e, share in light.items():
                make(e, share * recovery)
            make(("heavy_mix", d), heavy_part * recovery)
        elif process["takes"] == "heavy_mix":
            for e, share in heavy.items():
                make(e, share / heavy_part * recovery if heavy_part else 0.0)
        else:
            for e, share in basket.items():
                make(e, share * recovery)
        return change

    def thorium_released(self, a: Asset, d: str | None) -> float:
        released = d is not None and a.process["releases_thorium"].lower() == "yes"
        return self.case.deposits[d]["thorium_t_per_t"] if released else 0.0

    def process_cost(self, a: Asset, d: str | None) -> float:
        region, process = self.case.regions[a.region], a.process
        energy = process["energy_mwh_per_t"]
        carbon = process["co2_t_per_t"] + energy * region["grid_tco2_per_mwh"]
        return float(
            process["opex_usd_per_t"] * a.row["opex_factor"]
            + a.royalty
            + energy * region["power_usd_per_mwh"]
            + carbon * region["carbon_usd_per_t"]
            + self.thorium_released(a, d) * region["thorium_usd_per_t"]
        )

    def thorium(self, s: Window, t: int) -> None:
        for r, region in self.case.regions.items():
            if region["thorium_max_t_per_year"] < NO_LIMIT:
                released: Terms = {
                    ("run", a.name, d, t, s.label): self.thorium_released(a, d)
                    for a in self.case.assets
                    if a.region == r
                    for d in a.deposits
                }
                self.program.at_most("thorium", released, s.f * region["thorium_max_t_per_year"])

    def shipped(self, sender: str, receiver: str, t: int, s: Window) -> Iterable[tuple[Key, Any]]:
        """The shipments from one country to another, and what they carry."""
        for a, b, m in self.ships[t, s.label]:
            if self.case.country[a] == sender and self.case.country[b] == receiver:
                yield ("ship", a, b, m, t, s.label), m

    def offtake(self, s: Window, t: int) -> None:
        case = self.case
        for (sender, receiver), row in case.offtakes.items():
            if sender not in case.partners or receiver not in case.partners:
                continue
            terms: Terms = {key: case.reo[m] for key, m in self.shipped(sender, receiver, t, s)}
            for a in case.assets:
                if case.country[a.region] == sender and a.offtake_right and a.max_modules:
                    for u in a.decisions:
                        terms["fund", receiver, a.name, u] = -s.f * a.offtake_right * a.module * a.ramp(u, t)
            self.program.at_most("offtake", terms, s.f * row["free_t_per_year"][t])

    def no_more_than_usual(self, s: Window, t: int) -> None:
        """From one partner's country to another's goes no more of a material than on the undisrupted path."""
        partners = self.case.partners
        for sender, receiver in ((a, b) for a in partners for b in partners if a != b):
            for m in self.case.materials:
                now: Terms = {key: 1.0 for key, what in self.shipped(sender, receiver, t, s) if what == m}
                usual: Terms = {
                    key: -s.f for key, what in self.shipped(sender, receiver, t, self.case.base) if what == m
                }
                if now:
                    self.program.at_most("crisis sharing", now | usual)

    def ore(self) -> None:
        """What is won on the undisrupted path, or before a window and in it, is at most the resource."""
        case = self.case
        for d, deposit in case.deposits.items():
            mines = [a for a in case.assets if a.process["takes"] == "ore" and d in a.deposits]
            for s in [case.base, *case.windows]:
                before = [] if s is case.base else [t for t in case.years if t < s.years[0]]
                terms: Terms = {("run", a.name, d, t, BASE): 1.0 for a in mines for t in before}
                terms |= {("run", a.name, d, t, s.label): 1.0 for a in mines for t in s.years}
                self.program.at_most("ore", terms, deposit["resource_t"])

    def stocks(self) -> None:
        case, p = self.case, self.program
        for (r, m), row in case.stockpiles.items():
            for s in [case.base, *case.windows]:
                for t in s.years:
                    terms: Terms = {("level", r, m, t, s.label): 1.0,
                                    ("fill", r, m, t, s.label): -1.0, ("draw", r, m, t, s.label): 1.0}  # fmt: skip
                    start = 0.0
                    if t == case.years[0]:
                        start = row["initial_t"]
                    else:
                        before = BASE if t == s.years[0] else s.label
                        terms["level", r, m, t - 1, before] = -1.0
                    p.equal("stock", terms, start)
                    full = dict.fromkeys(self.space(r, m, t), -1.0)
                    p.at_most("stock room", {("level", r, m, t, s.label): 1.0} | full, row["capacity_t"])
                    if s is not case.base:
                        most, usual = self.usual_level(r, m, t, s)
                        p.at_most("no stocking up", {("level", r, m, t, s.label): 1.0} | most, usual)
            p.row("last level", {("level", r, m, case.years[-1], BASE): 1.0}, low=row["initial_t"])

    def usual_level(self, r: str, m: str, t: int, s: Window) -> tuple[Terms, float]:
        """The level that a window's is held against, as terms to be taken off and a constant.

        That of the undisrupted path in the same year; of a window of months the one that it began with.
        """
        if s.f == 1:
            return {("level", r, m, t, BASE): -1.0}, 0.0
        if t == self.case.years[0]:
            return {}, self.case.stockpiles[r, m]["initial_t"]
        return {("level", r, m, t - 1, BASE): -1.0}, 0.0

    def dependence(self) -> None:
        """On the undisrupted path: shipments of m from a country to a partner are at most a share of what it uses."""
        case = self.case
        goods = [m for m in case.materials if case.kind[m] in ("oxide", "product", "scrap")]
        for (partner, country, material), row in case.dependence.items():
            if partner not in case.partners:
                continue
            for m in goods:
                if material == "all":
                    if case.kind[m] == "scrap" or (partner, country, m) in case.dependence:
                        continue
                elif m != material:
                    continue
                for t in case.years:
                    share = row["max_share"][t]
                    terms: Terms = {key: 1.0 for key, what in self.shipped(country, partner, t, case.base) if what == m}
                    for a in case.assets:
                        if case.country[a.region] == partner and a.process["takes"] == "recipe":
                            taken = -min(0.0, case.recipe[a.process["process"]].get(m, 0.0))
                            terms["run", a.name, None, t, BASE] = -share * taken
                    demand = sum(
                        need["t_per_year"][t]
                        for (r, what), need in case.demand.items()
                        if what == m and case.country[r] == partner
                    )
                    self.program.at_most("dependence", terms, share * demand)

    # -- cost --------------------------------------------------------------------------------

    def disc(self, t: int) -> float:
        return (1 + self.case.rate) ** -(t - self.case.years[0])

    def money(self) -> None:
        case, p = self.case, self.program
        for a in case.assets:
            for t in case.years:
                p.constant += KUSD * self.disc(t) * a.row["fixed_usd_per_t"] * a.existing[t]
                for n in self.modules(a, t, ramped=False):
                    p.add_cost(n, KUSD * self.disc(t) * a.row["fixed_usd_per_t"] * a.module)
            for u in a.decisions if a.max_modules else ():
                years = [t for t in case.years if a.runs(u, t)]
                for k in case.partners:
                    i = case.wacc[k] + a.row["risk_premium"]
                    annuity = (1 + i) ** (a.lead / 2) * crf(i, a.life) * sum(self.disc(t) for t in years)
                    p.add_cost(("fund", k, a.name, u), MUSD_IN_KUSD * a.module_musd * annuity)
                    if a.site_musd > 0:
                        p.add_cost(("sitefund", k, a.name, u), MUSD_IN_KUSD * a.site_musd * annuity)
        for (r, m), row in case.stockpiles.items():
            life = int(row["life_years"])
            for u in case.years:
                running = sum(self.disc(t) for t in case.years if u <= t < u + life)
                yearly = row["capacity_usd_per_t"] * crf(case.wacc[case.country[r]], life)
                p.add_cost(("space", r, m, u), KUSD * yearly * running)

        for key, (s, t, usd) in self.op_usd.items():
            if s is case.base:
                weight = 1.0 - sum(w.probability * w.f for w in case.windows if t in w.years)
            else:
                weight = s.probability
            p.add_cost(key, KUSD * weight * self.disc(t) * usd)

        for s in case.windows:
            end = s.years[-1]
            self.restock_usd[s.label] = {}
            self.restock_from[s.label] = 0.0
            for r, m in case.stockpiles:
                usd = self.disc(end) * case.reference[m]
                terms, constant = self.usual_level(r, m, end, s)
                self.restock_usd[s.label] |= {key: -usd * v for key, v in terms.items()}
                self.restock_usd[s.label][("level", r, m, end, s.label)] = -usd
                self.restock_from[s.label] += usd * constant
            for key, usd in self.restock_usd[s.label].items():
                p.add_cost(key, KUSD * s.probability * usd)
            p.constant += KUSD * s.probability * self.restock_from[s.label]

    # -- resilience --------------------------------------------------------------------------

    def lost(self, s: Window) -> list[tuple[Terms, float]]:
        """For each partner (weakest_link: and material): unmet and demand, in value (tonnes), over a window."""
        case = self.case
        groups: dict[Key, tuple[Terms, list[float]]] = {}
        for (r, m), row in case.demand.items():
            by_tonnes = self.measure == "weakest_link"
            group = (case.country[r], m) if by_tonnes else (case.country[r],)
            terms, total = groups.setdefault(group, ({}, []))
            for t in s.years:
                v = 1.0 if by_tonnes else row["shortage_usd_per_t"][t]
                terms["unmet", r, m, t, s.label] = v
                total.append(v * s.f * row["t_per_year"][t])
        return [(terms, sum(total)) for terms, total in groups.values() if sum(total) > 0]

    def served_at_least(self, topic: str, s: Window, floor: float | Key) -> None:
        """1 - lost / demand >= floor for each group of the window, the floor a number or a column."""
        for terms, total in self.lost(s):
            scale = self.tonnes(terms) / total
            scaled = {key: v * scale for key, v in terms.items()}
            if isinstance(floor, tuple):
                self.program.at_most(topic, scaled | {floor: total * scale}, total * scale)
            else:
                self.program.at_most(topic, scaled, (1.0 - floor) * total * scale)

    def tonnes(self, terms: Terms) -> float:
        """Tonnes demanded behind some unmet columns: rows are in tonnes of average value."""
        return sum(self.program.high[key] for key in terms)

    def resilience(self, target: float | None) -> None:
        """Resilience at least the target; without one, the objective is to have the most of it."""
        p = self.program
        if target is not None and self.measure in ("worst_case", "weakest_link"):
            for s in self.asked:
                self.served_at_least("resilience", s, target)
            return
        p.column(("resilience",), 1.0, low=-NO_LIMIT)
        if target is not None:
            p.row("resilience", {("resilience",): 1.0}, low=target)
        else:
            p.add_cost(("resilience",), -1000.0)
        if self.measure in ("worst_case", "weakest_link"):
            for s in self.asked:
                self.served_at_least("resilience", s, ("resilience",))
            return
        total = sum(s.probability for s in self.asked)
        for s in self.asked:
            p.column(("served", s.label), 1.0, low=-NO_LIMIT)
            self.served_at_least("resilience", s, ("served", s.label))
        if not self.asked:
            return
        if self.measure == "expected":
            mean: Terms = {("served", s.label): -s.probability / total for s in self.asked}
            p.at_most("resilience", {("resilience",): 1.0} | mean)
            return
        # cvar: eta - sum of q * shortfall below eta / (1 - level), the eta that makes it greatest
        p.column(("eta",), NO_LIMIT, low=-NO_LIMIT)
        terms: Terms = {("resilience",): 1.0, ("eta",): -1.0}
        for s in self.asked:
            p.column(("below", s.label))
            p.at_most("resilience", {("eta",): 1.0, ("served", s.label): -1.0, ("below", s.label): -1.0})
            terms["below", s.label] = s.probability / total / (1 - self.case.cvar_level)
        p.at_most("resilience", terms)

    def served(self, s: Window, x: dict[Key, float]) -> float:
        """The least of 1 - lost / demand in a window."""
        shares = (1.0 - sum(v * x[key] for key, v in terms.items()) / total for terms, total in self.lost(s))
        return min(shares, default=1.0)

    def resilience_of(self, x: dict[Key, float]) -> float:
        windows = self.asked
        if not windows:
            return 1.0
        served = [(self.served(s, x), s.probability) for s in windows]
        total = sum(p for _, p in served)
        if self.measure in ("worst_case", "weakest_link"):
            return min(share for share, _ in served)
        if total == 0:
            return math.nan
        if self.measure == "expected":
            return sum(share * p for share, p in served) / total
        left = 1.0 - self.case.cvar_level
        mean = 0.0
        for share, p in sorted(served):
            part = min(left, p / total)
            mean += part * share
            left -= part
        return mean / (1.0 - self.case.cvar_level)

    # -- a plan as it is reported ------------------------------------------------------------

    def window_at_its_own_least_cost(
        self, s: Window, x: dict[Key, float], target: float | None
    ) -> tuple[dict[Key, float], float]:
        """Operation of a window with the investment and the undisrupted path fixed; and its cost in MUSD."""
        mine = {key for key in self.program.low if _window_of(key) == s.label}
        sub = Program()
        for key in mine:
            sub.column(key, self.program.high[key], low=self.program.low[key])
        for line in self.program.lines:
            if line.topic == "resilience" or not any(key in mine for key in line.terms):
                continue
            fixed = sum(v * x[key] for key, v in line.terms.items() if key not in mine)
            sub.row(line.topic, {k: v for k, v in line.terms.items() if k in mine}, line.low - fixed, line.high - fixed)
        floor: float | None = None
        if self.measure in ("worst_case", "weakest_link"):
            floor = target if s.in_target else None
        elif s.probability > 0:
            floor = self.served(s, x)
        if floor is not None:
            for terms, total in self.lost(s):
                scale = self.tonnes(terms) / total
                sub.at_most("resilience", {k: v * scale for k, v in terms.items()}, (1 - floor) * total * scale + 1e-9)
        for key in mine:
            if key in self.op_usd:
                _, t, usd = self.op_usd[key]
                sub.add_cost(key, KUSD * self.disc(t) * usd)
        for key, usd in self.restock_usd[s.label].items():
            if key in mine:
                sub.add_cost(key, KUSD * usd)
            else:
                sub.constant += KUSD * usd * x[key]
        sub.constant += KUSD * self.restock_from[s.label]
        for tolerance in (1e-9, 1e-7, 1e-6):
            answer = _run(sub, 0.0, 60.0, tolerance)
            if answer.status == "optimal":
                return answer.x, answer.value / MUSD_IN_KUSD
        raise RuntimeError(f"window {s.label} cannot be run again: {answer.status}")


def _window_of(key: Key) -> str | None:
    """The label of the window that a column belongs to; of investment and of shared columns, none."""
    return key[-1] if key[0] in ("run", "buy", "ship", "sell", "fill", "draw", "level", "unmet", "dump") else None


# --------------------------------------------------------------------------------------------
# The questions that tests ask
# --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opinion:
    status: str
    cost_musd: float = math.nan
    bound_musd: float = math.nan
    resilience: float = math.nan
    windows: dict[str, float] = field(default_factory=dict)
    modules: dict[tuple[str, int], float] = field(default_factory=dict)
    unmet: dict[tuple[str, str, str, int], float] = field(default_factory=dict)
    """(window label or 'base', region, material, year) -> t, where it is not zero"""
    served: dict[str, float] = field(default_factory=dict)
    """window label -> the least share served of any partner (weakest_link: and material)"""


def _model(
    folder: Path,
    overlays: Sequence[Path],
    partners: Sequence[str] | None,
    build: Callable[[Case], Model],
) -> Model:
    return build(Case(Tables([Path(folder), *map(Path, overlays)]), partners))


def solve(
    folder: Path,
    overlays: Sequence[Path] = (),
    target: float | None = None,
    measure: str | None = None,
    gap: float = 1e-9,
    time_limit: float = 60,
    fixed_modules: dict[tuple[str, int], float] | None = None,
    partners: Sequence[str] | None = None,
) -> Opinion:
    """The cheapest plan. ``fixed_modules``: these module counts and no others; ``partners``: a coalition."""
    model = _model(folder, overlays, partners, lambda case: Model(case, measure or case.measure, target))
    p = model.program
    for key in p.low:
        if fixed_modules is not None and key[0] == "n":
            p.low[key] = p.high[key] = fixed_modules.get((key[1], key[2]), 0.0)
    first = _run(p, gap, time_limit, 1e-9)
    if not first.x:
        return Opinion(first.status, bound_musd=first.bound / MUSD_IN_KUSD)

    # the integers as whole numbers, and what is continuous once more as an LP
    whole, p.whole = p.whole, set()
    bounds = {key: (p.low[key], p.high[key]) for key in whole}
    for key in whole:
        p.low[key] = p.high[key] = float(round(first.x[key]))
    best = _run(p, gap, time_limit, 1e-9)
    if best.status != "optimal":
        best = first
    p.whole = whole
    for key, (low, high) in bounds.items():
        p.low[key], p.high[key] = low, high

    x = dict(best.x)
    windows = {}
    for s in model.case.windows:
        again, windows[s.label] = model.window_at_its_own_least_cost(s, x, target)
        x |= again
    return Opinion(
        first.status,
        best.value / MUSD_IN_KUSD,
        min(first.bound, best.value) / MUSD_IN_KUSD,
        model.resilience_of(x),
        windows,
        {(key[1], key[2]): float(round(x[key])) for key in whole if key[0] == "n" and round(x[key])},
        {(key[4], *key[1:4]): v for key, v in x.items() if key[0] == "unmet" and v > 1e-9},
        {s.label: model.served(s, x) for s in model.case.windows},
    )


def best_resilience(
    folder: Path,
    overlays: Sequence[Path] = (),
    measure: str | None = None,
    time_limit: float = 60,
    partners: Sequence[str] | None = None,
) -> float:
    """The highest resilience of any plan, whatever it costs; not a number if there is no plan."""
    model = _model(
        folder, overlays, partners, lambda case: Model(case, measure or case.measure, None, maximise_resilience=True)
    )
    return _run(model.program, 1e-9, time_limit, 1e-9).x.get(("resilience",), math.nan)
