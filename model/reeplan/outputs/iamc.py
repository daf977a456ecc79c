"""A plan in the format of the Integrated Assessment Modeling Consortium, for exchange with other models.

One row a time series: model, scenario, region, variable, unit, and a column a year. Amounts are those
of the plan's tables, only arranged: nothing is averaged, and what is added up says so in its variable.

- Scenario: the plan's name on the undisrupted path; the plan's name and the window's in a disruption.
- Region: the case's regions; ``from>to`` for what is shipped; ``World`` for costs, which have no place.
- Variable: what it is, and of what, parted by ``|``. Only leaves are written: no row is the sum of others.
- An empty cell: nothing (or a year that the disruption does not last to).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from reeplan import __version__
from reeplan.outputs.spec.plans import IAMC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BASE, WORLD = "base", "World"
TONNES, TONNES_A_YEAR = "t", "t/yr"


@dataclass(frozen=True)
class Topic:
    """A family of variables: its name, the table it comes from, and the columns that name, place and measure it.

    ``region`` is one or two columns of regions, the column ``asset`` (its region is meant), or nothing.
    """

    variable: str
    table: str
    names: tuple[str, ...]
    region: tuple[str, ...]
    value: str
    unit: str
    year: str = "year"


TOPICS = (
    Topic("Capacity", "capacity", ("asset",), ("asset",), "t_per_year", TONNES_A_YEAR),
    Topic("Production", "operation", ("asset", "deposit"), ("asset",), "t", TONNES_A_YEAR),
    Topic("Trade", "flows", ("material",), ("from_region", "to_region"), "t", TONNES_A_YEAR),
    Topic("Purchases", "supply", ("material", "supplier"), ("region",), "t", TONNES_A_YEAR),
    Topic("Sales", "sales", ("material",), ("region",), "t", TONNES_A_YEAR),
    Topic("Demand", "shortage", ("material",), ("region",), "demand_t", TONNES_A_YEAR),
    Topic("Unmet Demand", "shortage", ("material",), ("region",), "unmet_t", TONNES_A_YEAR),
    Topic("Surplus", "surplus", ("material",), ("region",), "t", TONNES_A_YEAR),
    Topic("Stock", "stock", ("material",), ("region",), "level_t", TONNES),
    Topic("Investment", "builds", ("asset", "partner"), ("asset",), "capex_musd", "million {usd}/yr", "decided"),
    Topic("Cost", "costs", ("part",), (), "musd", "million {usd}/yr"),
    Topic("Price", "prices", ("material",), ("region",), "usd_per_t", "{usd}/t"),
)
"""All families of variables; each table's numbers are written once."""


def iamc(
    tables: Mapping[str, pd.DataFrame],
    plan: str,
    region_of: Mapping[str, str],
    years: Sequence[int],
    currency_year: int,
) -> pd.DataFrame:
    """The plan's tables as one wide table of time series.

    ``tables``: the plan's tables by file name. ``plan``: the plan's name, which is the scenario. ``region_of``: the
    region of every asset and stockpile. ``years``: the columns. Money is in USD of ``currency_year``. Raises KeyError
    if an asset has no region.
    """
    long = pd.concat([_series(topic, tables[topic.table], region_of) for topic in TOPICS], ignore_index=True)
    long["Model"] = f"reeplan {__version__}"
    long["Scenario"] = [plan if window == BASE else f"{plan} {window}" for window in long["window"]]
    long["Unit"] = [unit.format(usd=f"USD_{currency_year}") for unit in long["Unit"]]
    long = long[long["value"].notna()]  # a price that is not known
    wide = long.pivot_table(index=list(IAMC.names), columns="year", values="value", aggfunc="sum", sort=False)
    wide = wide.reindex(columns=list(years)).reset_index()
    wide.columns = pd.Index([str(name) for name in wide.columns])
    return wide


def _series(topic: Topic, table: pd.DataFrame, region_of: Mapping[str, str]) -> pd.DataFrame:
    """A family's numbers, one a row."""
    parts = [table[name].astype(str) for name in topic.names]
    named = ["|".join([topic.variable, *(_part(name) for name in names if name)]) for names in zip(*parts, strict=True)]
    return pd.DataFrame(
        {
            "window": table.get("window", BASE),
            "Region": _regions(topic, table, region_of),
            "Variable": named,
            "Unit": topic.unit,
            "year": table[topic.year].astype(int),
            "value": table[topic.value].astype(float),
        }
    )


def _regions(topic: Topic, table: pd.DataFrame, region_of: Mapping[str, str]) -> list[str]:
    if not topic.region:
        return [WORLD] * len(table)
    if topic.region == ("asset",):
        return [region_of[name] for name in table["asset"]]
    return [">".join(names) for names in zip(*(table[column] for column in topic.region), strict=True)]


def _part(name: str) -> str:
    """A name as one part of a variable: the bar parts them."""
    return name.replace("|", "/")
