"""A plan's tables, read and with every name in them known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import OPERATION, PLAN_TABLES
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.frames import crossed, joined, total
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import EXCHANGE

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger, TableLedger

KNOWN = Rule("known_names", "the name or year is not one of the case")
NO_OTHER_FILES = Rule("no_other_files", "the folder of a plan holds its tables and nothing else")
ACTIVITY_KNOWN = Rule("activity_exists", "the asset cannot treat this deposit's material")


@dataclass
class Plan:
    """The tables of one plan beside the case."""

    case: Checked
    tables: dict[str, pd.DataFrame]
    due_costs: pd.DataFrame | None = None
    """The costs that the plan's amounts imply, once they have been worked out."""

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    @cached_property
    def modules(self) -> pd.DataFrame:
        """Parts of modules with all that is known of their assets."""
        builds = self["builds"]
        return builds[builds["what"] == "module"].merge(self.case.inputs.assets, on="asset")

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Parts of sites (column ``part``) with all that is known of their assets."""
        builds = self["builds"]
        sites = builds[builds["what"] == "site"].merge(self.case.inputs.assets, on="asset")
        return sites.assign(part=sites["capex_musd"] / sites["site_musd"].where(sites["site_musd"] > 0, np.nan))

    @cached_property
    def room(self) -> pd.DataFrame:
        """Room that was added, with its stockpile."""
        builds = self["builds"]
        rows = builds[builds["what"] == "room"].rename(columns={"asset": "store", "partner": "payer"})
        return rows.merge(self.case.inputs.stores, on="store")

    @cached_property
    def running(self) -> pd.DataFrame:
        """Parts of modules in each year that they run: ``modules``, and ``ramped``, what counts of them."""
        columns = [
            "asset", "partner", "decided", "modules", "module_t_per_year", "lead_years", "life_years", "ramp_years",
        ]  # fmt: skip
        grid = crossed(self.modules[columns], self.case.inputs.year_frame[["year"]])
        age = grid["year"] - grid["decided"] - grid["lead_years"]
        grid["ramped"] = grid["modules"] * np.minimum(1.0, (age + 1) / (grid["ramp_years"] + 1))
        return grid[(age >= 0) & (age < grid["life_years"])]

    @cached_property
    def capacity(self) -> pd.DataFrame:
        """Capacity of every asset in every year, from what stood and what was built."""
        assets = self.case.inputs.assets[
            ["asset", "capacity_t_per_year", "retires", "module_t_per_year", "fixed_usd_per_t"]
        ]
        grid = crossed(assets, self.case.inputs.year_frame[["year"]])
        grid["existing"] = grid["capacity_t_per_year"].where(grid["year"] <= grid["retires"], 0.0)
        sums = total(self.running, ["asset", "year"], ["modules", "ramped"])
        grid = joined(grid, sums, ["asset", "year"], {"modules": 0.0, "ramped": 0.0})
        grid["t"] = grid["existing"] + grid["module_t_per_year"] * grid["ramped"]
        grid["held"] = grid["existing"] + grid["module_t_per_year"] * grid["modules"]
        return grid

    @cached_property
    def operation(self) -> pd.DataFrame:
        """Activity with what a tonne of it costs and releases."""
        return self["operation"].merge(self.case.activities, on=["asset", "deposit"])

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Shipments with countries, kind of goods, oxide contained and freight (missing where there is no lane)."""
        country = self.case.inputs.country_of
        flows = self["flows"].merge(self.case.inputs.materials, on="material")
        flows["from_country"] = flows["from_region"].map(country)
        flows["to_country"] = flows["to_region"].map(country)
        on = ["from_region", "to_region"]
        freight = self.case.freight
        general = freight[freight["kind"] == "all"].drop(columns="kind").rename(columns={"usd_per_t": "general"})
        flows = flows.merge(freight, on=[*on, "kind"], how="left").merge(general, on=on, how="left")
        return flows.assign(usd_per_t=flows["usd_per_t"].fillna(flows["general"])).drop(columns="general")

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """What is bought of every seller in every period, also where it is nothing."""
        bought = self["supply"][["window", "year", "supplier", "material", "t"]]
        return joined(self.case.sellers, bought, ["window", "year", "supplier", "material"], {"t": 0.0})

    @cached_property
    def levels(self) -> pd.DataFrame:
        """Stock of every stockpile in every period, with the level that the year starts from (``before``)."""
        inputs = self.case.inputs
        periods = inputs.periods[["window", "year", "of_year", "before_window", "before_year"]]
        stores = inputs.stores.drop(columns=["source", "note"], errors="ignore")
        grid = crossed(stores, periods)
        key = ["region", "material"]
        grid = grid.merge(self["stock"], on=["window", "year", *key], how="left")
        before = self["stock"][["window", "year", *key, "level_t"]].rename(
            columns={"window": "before_window", "year": "before_year", "level_t": "before"}
        )
        grid = grid.merge(before, on=["before_window", "before_year", *key], how="left")
        first = grid["before_year"] < inputs.years[0]
        return grid.assign(before=grid["before"].where(~first, grid["initial_t"]).astype(float))


def read_plan(folder: Path, case: Checked, ledger: Ledger) -> Plan:
    """All tables of a plan; rows with unknown names are reported and left out of later checks."""
    tables, readable = {}, True
    for name, output in PLAN_TABLES.items():
        try:
            tables[name] = read_table(folder, output, ledger)
        except UnreadableError:
            readable = False
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.stem not in (*PLAN_TABLES, EXCHANGE) or path.suffix != ".csv":
            ledger.on(path.name).broken(NO_OTHER_FILES)
    if not readable:
        raise UnreadableError
    known = case.known_names
    for name in tables:
        if name not in ("costs", "metrics"):
            tables[name] = with_known_names(tables[name], known, ledger.on(f"{name}.csv"))
    pairs = tables["operation"].merge(case.activities[["asset", "deposit"]], how="left", indicator="in")
    ledger.on(OPERATION).true(ACTIVITY_KNOWN, pairs, pairs["in"] == "both")
    return Plan(case, tables)


def with_known_names(table: pd.DataFrame, known: dict[tuple[str, ...], pd.Index], on: TableLedger) -> pd.DataFrame:
    """The rows whose names and years are those of the case; the others are reported."""
    right = np.ones(len(table), dtype=bool)
    for columns, valid in known.items():
        if not set(columns) <= set(table.columns):
            continue
        cells = pd.MultiIndex.from_frame(table[list(columns)]) if len(columns) > 1 else pd.Index(table[columns[0]])
        good = cells.isin(valid)
        on.true(KNOWN, table[list(columns)], good)
        right &= good
    return table[right].reset_index(drop=True)
