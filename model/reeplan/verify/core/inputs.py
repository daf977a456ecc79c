"""The case as it was solved, read from ``inputs/`` of the run: tables with every year filled in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.inputs.spec import SETTINGS, SOURCE_AND_NOTE, TABLES
from reeplan.verify.core.files import NUMBER, UnreadableError, read_cells
from reeplan.verify.core.frames import crossed
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE, MINED, NO
from reeplan.verify.core.windows import Losable, expanded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.verify.core.verdict import Ledger, TableLedger

SETTING = Rule("settings", "every setting that the equations need must be stated")
INPUT_COLUMNS = Rule("input_columns", "the table must have every column of the case folder's tables")
NEEDED_SETTINGS = ("first_year", "last_year", "discount_rate", "resilience_measure", "cvar_level")


def read_inputs(folder: Path, ledger: Ledger) -> Inputs:
    """All tables of the folder; a table that is optional and absent has no rows."""
    tables, readable = {}, True
    for name, table in TABLES.items():
        path, on = folder / f"{name}.csv", ledger.on(f"inputs/{name}.csv")
        columns = [column.name for column in table.columns]
        if table.optional and not path.exists():
            tables[name] = pd.DataFrame({column: pd.Series(dtype=object) for column in columns})
            cells = tables[name]
        else:
            try:
                cells = read_cells(path, f"inputs/{name}.csv", ledger)
            except UnreadableError:
                readable = False
                continue
        for column in [column for column in columns if column not in cells]:
            on.broken(INPUT_COLUMNS, expected=f"a column '{column}'", found="none")
            readable = False
        numeric = [column.name for column in table.columns if column.kind in ("number", "integer")]
        if table.wide:
            numeric += [
                str(c) for c in cells if c not in columns and c not in [extra.name for extra in SOURCE_AND_NOTE]
            ]
        for column in [column for column in numeric if column in cells]:
            readable &= _to_numbers(cells, column, on)
        tables[name] = cells
    if not readable:
        raise UnreadableError
    return Inputs(tables, _settings(tables["settings"], ledger.on("inputs/settings.csv")))


def _to_numbers(cells: pd.DataFrame, column: str, on: TableLedger) -> bool:
    """Numbers, and nothing (no limit, none) where a cell is empty; whether the column could be read."""
    text = cells[column]
    values = pd.to_numeric(text, errors="coerce").astype(float)
    wrong = np.flatnonzero(~np.isfinite(values) & (text != ""))
    for line in wrong[:5]:
        on.broken(NUMBER, f"row {line + 2}, {column}", "a finite number", str(text.iloc[line]))
    cells[column] = values
    return len(wrong) == 0


def _settings(table: pd.DataFrame, on: TableLedger) -> dict[str, float | str]:
    settings: dict[str, float | str] = {}
    for name, value in zip(table["name"], table["value"], strict=True):
        number = pd.to_numeric(pd.Series([value]), errors="coerce").astype(float).iloc[0]
        kind = next((column.kind for column in SETTINGS if column.name == name), "text")
        numeric = kind in ("number", "integer")
        if numeric and value and not np.isfinite(number):
            on.broken(NUMBER, str(name), "a finite number", str(value))
            raise UnreadableError
        if value:
            word = value != NO if kind == "yes_no" else str(value)
            settings[str(name)] = float(number) if numeric else word
    for name in NEEDED_SETTINGS:
        if name not in settings:
            on.broken(SETTING, name, "a value", "none")
            raise UnreadableError
    return settings


@dataclass
class Inputs:
    """The case's tables, and what follows from them for every year and window."""

    tables: dict[str, pd.DataFrame]
    settings: dict[str, float | str]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def number(self, setting: str) -> float:
        """A setting that is a number."""
        return float(self.settings[setting])

    @property
    def gap(self) -> float:
        """The gap that a search is asked for, relative to the cost."""
        return float(self.settings.get("mip_gap", 0.001))

    @property
    def shares_in_crises(self) -> bool:
        """Whether a partner may send more to another in a window than on the undisrupted path."""
        return bool(self.settings.get("crisis_sharing", True))

    # ---- time ---------------------------------------------------------------------------------

    @cached_property
    def years(self) -> list[int]:
        """The years of the plan."""
        return list(range(int(self.number("first_year")), int(self.number("last_year")) + 1))

    @cached_property
    def year_frame(self) -> pd.DataFrame:
        """Each year with its discount factor."""
        years = np.array(self.years, dtype=float)
        factor = (1.0 + self.number("discount_rate")) ** -(years - years[0])
        return pd.DataFrame({"year": years, "discount": factor})

    @cached_property
    def windows(self) -> pd.DataFrame:
        """Each window; its columns are those of ``windows.expanded``."""
        sellers = self.supplies[["supplier", "material", "region"]].drop_duplicates()
        sellers = sellers.assign(country=sellers["region"].map(self.country_of)).merge(self.goods, on="material")
        return expanded(self["scenarios"], self.years, Losable(self["disruptions"], sellers, self.assets))

    @cached_property
    def asked(self) -> list[str]:
        """The windows that resilience is asked of."""
        names = zip(self.windows["window"], self.windows["in_target"], strict=True)
        return [str(name) for name, in_target in names if in_target]

    @cached_property
    def periods(self) -> pd.DataFrame:
        """Every year of the undisrupted path and of every window, with the weight of its operation in the cost.

        ``before_window`` and ``before_year`` say which level a stockpile starts the year from; ``of_year`` is the part
        of the year that every limit of a year counts with.
        """
        base = self.year_frame.assign(window=BASE, scenario="", start=float(self.years[0]), of_year=1.0)
        windows = crossed(self.windows, self.year_frame)
        windows = windows[(windows["year"] >= windows["start"]) & (windows["year"] <= windows["end"])]
        likely = windows["probability"].astype(float) * windows["of_year"].astype(float)
        covered = likely.groupby(windows["year"]).sum()
        base["probability"] = 1.0 - base["year"].map(covered).astype(float).fillna(0.0)
        columns = ["window", "scenario", "year", "start", "discount", "probability", "of_year"]
        both = [base[columns], windows[columns]] if len(windows) else [base[columns]]
        periods = pd.concat(both, ignore_index=True)
        periods["of_year"] = periods["of_year"].astype(float)
        periods["weight"] = periods["discount"] * periods["probability"].astype(float)
        starts = periods["year"] == periods["start"]
        periods["before_window"] = periods["window"].where(~starts, BASE)
        periods["before_year"] = periods["year"] - 1
        return periods

    # ---- places, money, goods --------------------------------------------------------------------

    @cached_property
    def country_of(self) -> dict[str, str]:
        """The country of each region."""
        return dict(zip(self["regions"]["region"], self["regions"]["country"], strict=True))

    @cached_property
    def wacc(self) -> dict[str, float]:
        """The rate of each partner."""
        return dict(zip(self["partners"]["partner"], self["partners"]["wacc"], strict=True))

    @cached_property
    def goods(self) -> pd.DataFrame:
        """Oxides, products and scrap: kind, reference price, oxide contained."""
        columns = ["material", "kind", "reference_usd_per_t", "reo_t_per_t"]
        oxides = self["elements"].rename(columns={"element": "material"}).assign(kind="oxide", reo_t_per_t=1.0)
        products = self["products"].rename(columns={"product": "material"})
        both = [oxides[columns], products[columns]] if len(products) else [oxides[columns]]
        return pd.concat(both, ignore_index=True).astype({"reference_usd_per_t": float, "reo_t_per_t": float})

    @cached_property
    def materials(self) -> pd.DataFrame:
        """Everything with a balance: goods, and the stages of each deposit's material."""
        stages = [
            (f"{kind} of {deposit}", kind, 1.0)
            for deposit in self["deposits"]["deposit"]
            for kind in ("concentrate", "mixed", "heavy_mix")
        ]
        columns = ["material", "kind", "reo_t_per_t"]
        return pd.concat([self.goods[columns], pd.DataFrame(stages, columns=columns)], ignore_index=True)

    @cached_property
    def assets(self) -> pd.DataFrame:
        """Plants and venture options alike, one row each."""
        plants = self["plants"].assign(asset=self["plants"]["plant"], venture="", royalty_usd_per_t=0.0)
        options = self["ventures"]
        options = options.assign(
            asset=options["venture"] + "/" + options["option"], capacity_t_per_year=0.0, retires=np.nan,
            max_modules=1.0, site_musd=0.0, foreign_share_max=1.0, technology_partner="", technology_share_min=0.0,
            offtake_right=0.0, module_t_per_year=options["offtake_share"] * options["plant_t_per_year"],
            module_musd=options["equity_share"] * options["plant_musd"],
        )  # fmt: skip
        columns = [
            "asset", "venture", "region", "process", "deposit", "capacity_t_per_year", "retires",
            "module_t_per_year", "max_modules", "site_musd", "module_musd", "fixed_usd_per_t", "opex_factor",
            "earliest_year", "lead_years", "life_years", "ramp_years", "foreign_share_max", "technology_partner",
            "technology_share_min", "offtake_right", "risk_premium", "royalty_usd_per_t",
        ]  # fmt: skip
        both = [frame[columns] for frame in (plants, options) if len(frame)] or [plants[columns]]
        assets = pd.concat(both, ignore_index=True)
        texts = {"asset", "venture", "region", "process", "deposit", "technology_partner"}
        assets = assets.astype({column: float for column in columns if column not in texts})
        assets["retires"] = assets["retires"].fillna(np.inf)
        mines = assets["process"].map(dict(zip(self["processes"]["process"], self["processes"]["takes"], strict=True)))
        assets["ore"] = assets["deposit"].where(mines == MINED, "")
        return assets.assign(country=assets["region"].map(self.country_of))

    @cached_property
    def stores(self) -> pd.DataFrame:
        """Stockpiles with the partner in whose country they lie, and the name they have in the tables."""
        stores = self["stockpiles"]
        name = "stockpile " + stores["region"].astype(str) + "/" + stores["material"].astype(str)
        return stores.assign(store=name, partner=stores["region"].map(self.country_of))

    # ---- values by year ---------------------------------------------------------------------------

    def by_year(self, table: str) -> pd.DataFrame:
        """A table for every year of the plan: linear between listed years, the nearest outside them."""
        rows = self[table]
        spec = TABLES[table]
        key = [column for column in spec.key if column != "year"]
        values = [c.name for c in spec.columns if c.kind == "number"]
        return _interpolated(rows, key, values, self.years)

    @cached_property
    def demand(self) -> pd.DataFrame:
        """What is demanded in each year, above nothing, with the partner and the value of lost supply."""
        demand = self.by_year("demand")
        demand = demand.assign(partner=demand["region"].map(self.country_of))
        return demand[demand["t_per_year"] > 0].reset_index(drop=True)

    @cached_property
    def demanded(self) -> pd.DataFrame:
        """Demand of every period: of a window of months, the part of the year's that falls in it."""
        rows = self.demand.merge(self.periods[["window", "year", "of_year"]], on="year")
        return rows.assign(t_per_year=rows["t_per_year"] * rows["of_year"])

    @cached_property
    def supplies(self) -> pd.DataFrame:
        """Each seller's price, most and least of a material in each year, with the place of hand-over."""
        by_year = self.by_year("suppliers")
        place = self["suppliers"][["supplier", "material", "region"]].drop_duplicates(["supplier", "material"])
        return by_year.merge(place, on=["supplier", "material"], how="left")


def _interpolated(rows: pd.DataFrame, key: Sequence[str], values: Sequence[str], years: list[int]) -> pd.DataFrame:
    parts = []
    for names, group in rows.groupby(list(key), sort=False):
        group = group.sort_values("year")
        listed = group["year"].to_numpy(dtype=float)
        part = dict(zip(key, names, strict=True)) | {"year": np.array(years, dtype=float)}
        part |= {value: np.interp(years, listed, group[value].to_numpy(dtype=float)) for value in values}
        parts.append(pd.DataFrame(part))
    if parts:
        return pd.concat(parts, ignore_index=True)
    texts = pd.DataFrame({column: pd.Series(dtype=object) for column in key})
    return texts.assign(**{column: pd.Series(dtype=float) for column in ("year", *values)})
