"""The plan in exchange format (``iamc.csv``) says what the plan's tables say, no more and no less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.verify.core.files import COLUMNS, NO_DUPLICATES, NUMBER, UnreadableError, read_cells
from reeplan.verify.core.frames import either, total
from reeplan.verify.core.tolerances import SAME_ROWS
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE, EXCHANGE

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

NAME = f"{EXCHANGE}.csv"
INDEX = ["Model", "Scenario", "Region", "Variable", "Unit"]
KEY = ["Scenario", "Region", "Variable", "year"]
MODEL = Rule("exchange_model", "the file must name the version of the program that the manifest states")
SAYS = Rule("exchange_format", "the number must be that of the plan's tables")

SERIES = (
    ("Capacity", "capacity", "asset", "asset", "t_per_year"),
    ("Production", "operation", "asset deposit", "asset", "t"),
    ("Trade", "flows", "material", "from_region to_region", "t"),
    ("Purchases", "supply", "material supplier", "region", "t"),
    ("Sales", "sales", "material", "region", "t"),
    ("Demand", "shortage", "material", "region", "demand_t"),
    ("Unmet Demand", "shortage", "material", "region", "unmet_t"),
    ("Surplus", "surplus", "material", "region", "t"),
    ("Stock", "stock", "material", "region", "level_t"),
    ("Investment", "builds", "asset partner", "asset", "capex_musd"),
    ("Cost", "costs", "part", "", "musd"),
    ("Price", "prices", "material", "region", "usd_per_t"),
)
"""Variables, their table, the columns that name them and place them, and the number."""


def check_exchange(plan: Plan, folder: Path, ledger: Ledger, version: str | None = None) -> None:
    """Every number of the file is in the tables, and every number of the tables in the file.

    ``version``: of the program, as the manifest states it.
    """
    on = ledger.on(NAME, *INDEX, "year")
    try:
        cells = read_cells(folder / NAME, NAME, ledger)
    except UnreadableError:
        return
    years = [str(year) for year in plan.case.inputs.years]
    if list(cells.columns) != [*INDEX, *years]:
        on.broken(COLUMNS, expected=", ".join([*INDEX, *years]), found=", ".join(map(str, cells.columns)))
        return
    on.true(NO_DUPLICATES, cells, ~cells.duplicated(INDEX))
    if version is not None:
        made = f"reeplan {version}"
        on.says(MODEL, cells, made, "Model")
    theirs = cells.melt([name for name in INDEX if name in KEY], years, "year", "text")
    theirs = theirs[theirs["text"] != ""].astype({"year": float})
    theirs["theirs"] = pd.to_numeric(theirs["text"], errors="coerce").astype(float)
    on.true(NUMBER, theirs, np.isfinite(theirs["theirs"]), expected="a finite number")
    ours = pd.concat([_series(plan, ledger.point, *series) for series in SERIES], ignore_index=True)
    both = either(total(ours, KEY, ["ours"]), total(theirs, KEY, ["theirs"]), KEY, ["ours", "theirs"])
    on.equal(SAYS, both, "ours", "theirs", allow=SAME_ROWS)


def _series(plan: Plan, point: str, variable: str, table: str, names: str, places: str, number: str) -> pd.DataFrame:
    """The numbers of one kind as the tables have them, with the words that they go by."""
    rows = plan[table]
    named = pd.Series(variable, index=rows.index)
    for column in names.split():
        part = rows[column].astype(str).str.replace("|", "/", regex=False)
        named = named.where(part == "", named + "|" + part)
    window = rows["window"] if "window" in rows else pd.Series(BASE, index=rows.index)
    return pd.DataFrame(
        {
            "Scenario": (point + " " + window).where(window != BASE, point),
            "Region": _regions(plan, rows, places.split()),
            "Variable": named,
            "year": rows["decided" if table == "builds" else "year"],
            "ours": rows[number],
        }
    )


def _regions(plan: Plan, rows: pd.DataFrame, columns: list[str]) -> pd.Series[str]:
    if not columns:
        return pd.Series("World", index=rows.index)
    if columns == ["asset"]:
        inputs = plan.case.inputs
        stores = dict(zip(inputs.stores["store"], inputs.stores["region"], strict=True))
        return rows["asset"].map({**dict(zip(inputs.assets["asset"], inputs.assets["region"], strict=True)), **stores})
    return rows[columns].astype(str).agg(">".join, axis=1) if len(rows) else rows[columns[0]]
