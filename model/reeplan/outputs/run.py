"""A run folder as it is read: its tables, settings and names, from the files alone.

Tables are read once and when asked for. Text columns are text (an empty cell is an empty text), all
others numbers.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.csv_files import numbers_in, read_cells
from reeplan.inputs.cells import parse
from reeplan.inputs.spec import MONTHS_OF_A_YEAR, SETTINGS, TABLES, FromSetting
from reeplan.inputs.starts import length, start_years
from reeplan.outputs.spec.plans import FRONT, METRICS, PLAN_TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.inputs.spec import Column
    from reeplan.outputs.spec import Output

STAGES = ("mine", "cracking", "separation", "products", "recycling", "venture", "stockpile")
"""The order of the chain. Stages are told from what a process takes and makes, never from names."""

ASSET_COLUMNS = (
    "asset", "name", "option", "stage", "region", "country", "material", "process", "deposit", "module_t",
    "lead_years", "ramp_years", "life_years",
)  # fmt: skip


@dataclass(frozen=True)
class RunWindow:
    """A window of a run: its scenario and years, how many months it lasts (0: whole years), and what is lost besides.

    ``in_target``: whether resilience is about it.
    """

    scenario: str
    years: list[int]
    months: int = 0
    in_target: bool = True
    lost: str = ""

    @property
    def of_year(self) -> float:
        """The part of each of its years that it takes: 1, or its months of twelve."""
        return self.months / MONTHS_OF_A_YEAR if self.months else 1.0


class RunFiles:
    """A run folder. Nothing is read before it is asked for; a file that is missing where it must be raises OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._inputs: dict[str, pd.DataFrame] = {}
        self._plans: dict[tuple[str, str], pd.DataFrame] = {}

    # ---- files ----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The folder's name, also while it is still being written under a hidden one."""
        name = self.folder.resolve().name
        return name.removeprefix(".").removesuffix(".unfinished") if name.endswith(".unfinished") else name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """``manifest.json``; empty if there is none yet."""
        file = self.folder / "manifest.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    @cached_property
    def front(self) -> pd.DataFrame:
        """``front.csv``, cheapest first; a bound that was not proven is NaN."""
        front = FRONT.read(self.folder).sort_values(["cost_musd", "resilience"], ignore_index=True)
        front["bound_musd"] = front["bound_musd"].where(front["bound_musd"] > -math.inf)
        return front

    @property
    def points(self) -> list[str]:
        """The plans' names, cheapest first."""
        return list(self.front["point"])

    def row(self, point: str) -> pd.Series[Any]:
        """A plan's row of the front."""
        return self.front.iloc[self.points.index(point)]

    def plan(self, point: str, table: str) -> pd.DataFrame:
        """A table of a plan, as docs/RUN_FOLDER.md describes it."""
        if (point, table) not in self._plans:
            self._plans[point, table] = PLAN_TABLES[table].read(self.folder / "plans" / point)
        return self._plans[point, table]

    def table(self, output: Output) -> pd.DataFrame:
        """A table of a study; one that the run does not have is without rows, a column that it lacks empty."""
        return output.read(self.folder, lenient=True)

    def inputs(self, table: str) -> pd.DataFrame:
        """An input table with types and constant defaults; an optional one that the case does without is empty."""
        if table not in self._inputs:
            file = self.folder / "inputs" / f"{table}.csv"
            columns = TABLES[table].columns
            names = [column.name for column in columns]
            frame = read_cells(file) if file.exists() else pd.DataFrame(columns=names, dtype=str)
            for column in columns:
                cells = frame[column.name] if column.name in frame else pd.Series("", index=frame.index, dtype=str)
                frame[column.name] = _filled(cells, column)
            if TABLES[table].wide:
                for name in frame.columns.difference([*names, "source", "note"]):
                    frame[name] = numbers_in(frame[name]).fillna(0.0)
            self._inputs[table] = frame
        return self._inputs[table]

    # ---- the case -------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings with their defaults, numbers as numbers, yes and no as true and false."""
        table = self.inputs("settings")
        stated = {name: value for name, value in zip(table["name"], table["value"], strict=True) if value != ""}
        settings: dict[str, Any] = {}
        for column in SETTINGS:
            default = None if column.required else column.default
            text = stated.get(column.name)
            if text is None:
                settings[column.name] = settings.get(default.name) if isinstance(default, FromSetting) else default
            elif column.kind == "yes_no":
                settings[column.name] = parse(column, text)
            else:
                settings[column.name] = float(text) if column.kind in ("number", "integer") else text
        return settings

    @property
    def years(self) -> list[int]:
        """The years of the plan."""
        return list(range(int(self.settings["first_year"]), int(self.settings["last_year"]) + 1))

    @property
    def currency_year(self) -> int:
        """The year of the money."""
        return int(self.settings["currency_year"])

    @cached_property
    def partners(self) -> list[str]:
        """The countries that plan together."""
        return list(self.inputs("partners")["partner"])

    @cached_property
    def country_of(self) -> dict[str, str]:
        """Region to country."""
        regions = self.inputs("regions")
        return dict(zip(regions["region"], regions["country"], strict=True))

    @cached_property
    def countries(self) -> list[str]:
        """Partners first, then the others, those that can sell for most money first."""
        sellers = self.inputs("suppliers")
        worth = (sellers["price_usd_per_t"] * sellers["max_t_per_year"].clip(upper=1e9)).groupby(
            sellers["region"].map(self.country_of)
        )
        money: dict[Any, float] = worth.max().to_dict()
        others = [name for name in dict.fromkeys(self.country_of.values()) if name not in self.partners]
        return [*self.partners, *sorted(others, key=lambda name: -money.get(name, 0.0))]

    @cached_property
    def elements(self) -> list[str]:
        """The elements, in the table's order."""
        return list(self.inputs("elements")["element"])

    @cached_property
    def products(self) -> list[str]:
        """What is made, without scrap."""
        table = self.inputs("products")
        return list(table["product"][table["kind"] != "scrap"])

    @cached_property
    def scrap(self) -> list[str]:
        """Kinds of scrap."""
        table = self.inputs("products")
        return list(table["product"][table["kind"] == "scrap"])

    @cached_property
    def deposit_country(self) -> dict[str, str]:
        """Deposit to the country it lies in."""
        table = self.inputs("deposits")
        return {
            name: self.country_of.get(region, region)
            for name, region in zip(table["deposit"], table["region"], strict=True)
        }

    @cached_property
    def stage_of(self) -> dict[str, str]:
        """The stage of every process, by what goes in and what comes out."""
        recipes = self.inputs("recipes")
        eats_scrap = set(recipes["process"][recipes["material"].isin(self.scrap) & (recipes["t_per_t"] < 0)])
        return {
            str(row["process"]): _stage(str(row["takes"]), str(row["makes"]), row["process"] in eats_scrap)
            for row in self.inputs("processes").to_dict("records")
        }

    @cached_property
    def assets(self) -> pd.DataFrame:
        """Everything that can be built or runs, by its name in the plans' tables."""
        plants = self.inputs("plants").to_dict("records")
        ventures = self.inputs("ventures").to_dict("records")
        stockpiles = self.inputs("stockpiles").to_dict("records")
        rows = [
            *(
                {
                    **row,
                    "asset": row["plant"],
                    "name": row["plant"],
                    "stage": self.stage_of.get(str(row["process"]), "products"),
                    "module_t": row["module_t_per_year"],
                }
                for row in plants
            ),
            *(
                {
                    **row,
                    "asset": f"{row['venture']}/{row['option']}",
                    "name": row["venture"],
                    "stage": "venture",
                    "module_t": row["plant_t_per_year"] * row["offtake_share"],
                }
                for row in ventures
            ),
            *(
                {**row, "asset": name, "name": name, "stage": "stockpile"}
                for row in stockpiles
                for name in [f"stockpile {row['region']}/{row['material']}"]
            ),
        ]
        table = pd.DataFrame(rows, columns=["asset", *{key for row in rows for key in row} - {"asset"}])
        for name in ("name", "option", "stage", "region", "material", "process", "deposit"):
            table[name] = table[name].fillna("").astype(str) if name in table else ""
        for name in ("module_t", "lead_years", "ramp_years", "life_years"):
            table[name] = table[name].fillna(0.0).astype(float) if name in table else 0.0
        table["country"] = table["region"].map(self.country_of).fillna(table["region"])
        return table[list(ASSET_COLUMNS)].set_index("asset")

    # ---- windows --------------------------------------------------------------------------------

    @cached_property
    def window_facts(self) -> dict[str, RunWindow]:
        """What each window is, by its name in the tables.

        Which single losses a scenario comes with is told by the plans' tables: they have a row for every window.
        """
        found: dict[str, RunWindow] = {}
        starts_of, lost = TABLES["scenarios"].column("starts"), self._windows_with_a_loss
        for row in self.inputs("scenarios").to_dict("records"):
            filled = {
                name: None if math.isnan(row[name]) else int(row[name]) for name in ("years", "months")
            } | {"starts": parse(starts_of, str(row["starts"]))}
            name = str(row["scenario"])
            for start in start_years(filled, self.years):
                years = list(range(start, start + length(filled)))
                window = RunWindow(name, years, filled["months"] or 0, row["in_target"] != "no")
                found[f"{name}@{start}"] = window
                for label in lost.get(f"{name}@{start}", ()):
                    found[label] = replace(window, lost=label.removeprefix(f"{name}@{start}+"))
        return found

    @property
    def _windows_with_a_loss(self) -> dict[str, list[str]]:
        """The windows in which one thing more is lost, by the window beside which they stand."""
        found: dict[str, list[str]] = {}
        if (self.inputs("scenarios")["with_loss_of"] != "").any() and (self.folder / FRONT.file).exists():
            told = [self.plan(point, METRICS.name)["window"] for point in self.points[:1]]
            for label in dict.fromkeys(label for windows in told for label in windows):
                scenario, _, rest = str(label).partition("@")  # scenario names may hold a +, and years do not
                start, plus, _ = rest.partition("+")
                if plus:
                    found.setdefault(f"{scenario}@{start}", []).append(label)
        return found

    @cached_property
    def window_years(self) -> dict[str, list[int]]:
        """The years of every window, by its name in the tables."""
        return {label: window.years for label, window in self.window_facts.items()}

    @property
    def windows(self) -> list[str]:
        """The windows' names, without the undisrupted path."""
        return list(self.window_years)


def scenario_of(window: str) -> str:
    """The scenario of a window, by the window's name: what stands before the first @.

    >>> scenario_of("cut@2031+works")
    'cut'
    """
    return window.partition("@")[0]


def _stage(takes: str, makes: str, eats_scrap: bool) -> str:
    if takes == "recipe":
        return "recycling" if eats_scrap else "products"
    if takes == "ore":
        return "mine"
    return "cracking" if makes == "mixed" else "separation"


def _filled(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """The cells of an input column as numbers or text, empty ones with the column's default if it is a constant."""
    if column.kind in ("number", "integer"):
        values = numbers_in(cells)
        return values.fillna(float(column.default)) if isinstance(column.default, int | float) else values
    constant = not column.required and isinstance(column.default, str)
    return cells.where(cells != "", str(column.default)) if constant else cells
