"""Warnings about what is free, or void, by a cell that was left out or is 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reeplan.inputs.reach import Chain, grouped, series_key
from reeplan.inputs.spec import TABLES
from reeplan.inputs.warnings.once import called, told_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reeplan.inputs.rows import Problem, Row


@dataclass(frozen=True)
class Slip:
    """What makes a row free or void, and what is said of all such rows of a table.

    Of a table with years all rows of a series must be so.
    """

    table: str
    column: str
    holds: Callable[[Row, Chain], bool]
    message: str
    hint: str


def _described(plant: Row) -> bool:
    return bool(plant["module_t_per_year"] or plant["module_musd"] or plant["site_musd"])


def _runs_free(process: Row, chain: Chain) -> bool:
    """Whether a process that is used costs nothing, while others do."""
    if process["opex_usd_per_t"] or process["energy_mwh_per_t"]:
        return False
    used = any(asset.process["process"] == process["process"] for asset in chain.assets)
    return used and any(row["opex_usd_per_t"] or row["energy_mwh_per_t"] for row in chain.tables["processes"])


def _powers_free(region: Row, chain: Chain) -> bool:
    """Whether energy is used in a region that has no price for it, while others have."""
    if region["power_usd_per_mwh"] or not any(row["power_usd_per_mwh"] for row in chain.tables["regions"]):
        return False
    here = (asset.process for asset in chain.assets if asset.row["region"] == region["region"])
    return any(process["energy_mwh_per_t"] for process in here)


def _restocks_free(material: Row, chain: Chain) -> bool:
    name = material.get("element") or material.get("product")
    return material["reference_usd_per_t"] == 0 and any(row["material"] == name for row in chain.tables["stockpiles"])


_IS_IT_SO = "is a number missing, or was 0 meant?"
_RESTOCKING = Slip(
    "",
    "reference_usd_per_t",
    _restocks_free,
    "{names}: the reference price is 0, so what a disruption draws from stockpiles is bought back for nothing.",
    "give reference_usd_per_t.",
)

SLIPS = (
    Slip(
        "regions",
        "power_usd_per_mwh",
        _powers_free,
        "{names}: energy costs nothing there: power_usd_per_mwh is empty or 0.",
        "other regions have a price; give one here.",
    ),
    Slip(
        "plants",
        "module_musd",
        lambda row, _: (
            row["max_modules"] > 0 == row["module_musd"] and (row["max_modules"] > 1 or not row["site_musd"])
        ),
        "{names}: a module costs no capital: module_musd is empty or 0.",
        "give the overnight capital of a module in MUSD.",
    ),
    Slip(
        "plants",
        "max_modules",
        lambda row, _: row["max_modules"] == 0 < row["capacity_t_per_year"] and _described(row),
        "{names}: modules are described, but none can be built: max_modules is empty or 0.",
        "give max_modules, or leave the columns of modules and site empty.",
    ),
    Slip(
        "plants",
        "max_modules",
        lambda row, _: row["max_modules"] == 0 == row["capacity_t_per_year"],
        "{names}: nothing stands there and nothing can be built: capacity_t_per_year and max_modules are empty or 0.",
        "give one of them, or delete the row.",
    ),
    Slip(
        "plants",
        "opex_factor",
        lambda row, chain: row["opex_factor"] == 0,
        "{names}: opex_factor is 0, so running costs nothing but energy.",
        "it multiplies the process's opex; empty means 1.",
    ),
    Slip(
        "ventures",
        "opex_factor",
        lambda row, _: row["opex_factor"] == 0,
        "{names}: opex_factor is 0, so running costs nothing but energy and royalty.",
        "it multiplies the process's opex; empty means 1.",
    ),
    Slip(
        "ventures",
        "equity_share",
        lambda row, _: row["equity_share"] * row["plant_musd"] == 0 < row["offtake_share"] * row["plant_t_per_year"],
        "{names}: the option costs no capital: equity_share or plant_musd is 0.",
        _IS_IT_SO,
    ),
    Slip(
        "ventures",
        "offtake_share",
        lambda row, _: row["offtake_share"] * row["plant_t_per_year"] == 0,
        "{names}: the option gives nothing: offtake_share or plant_t_per_year is 0.",
        _IS_IT_SO,
    ),
    Slip(
        "processes",
        "opex_usd_per_t",
        _runs_free,
        "{names}: running it costs nothing: opex_usd_per_t and energy_mwh_per_t are empty or 0.",
        "other processes have a cost; give one here.",
    ),
    Slip(
        "processes",
        "recovery",
        lambda row, _: row["recovery"] < 0.1,
        "{names}: less than a tenth of the oxide taken is recovered.",
        "recovery is a fraction: 0.92, not 0.0092.",
    ),
    Slip(
        "deposits",
        "resource_t",
        lambda row, _: row["resource_t"] == 0,
        "{names}: nothing can be won there: resource_t is 0.",
        _IS_IT_SO,
    ),
    Slip(
        "stockpiles",
        "capacity_usd_per_t",
        lambda row, _: row["max_capacity_t"] > row["capacity_t"] and row["capacity_usd_per_t"] == 0,
        "{names}: room that is added to the stockpile costs no capital: capacity_usd_per_t is empty or 0.",
        "give the capital of a tonne of room in USD.",
    ),
    Slip(
        "stockpiles",
        "max_capacity_t",
        lambda row, _: row["max_capacity_t"] == 0,
        "{names}: the stockpile has no room and can get none: capacity_t and max_capacity_t are empty or 0.",
        "give max_capacity_t, or delete the row.",
    ),
    Slip(
        "demand",
        "t_per_year",
        lambda row, _: row["t_per_year"] == 0,
        "{names}: demand is 0 in every year listed.",
        _IS_IT_SO,
    ),
    Slip(
        "suppliers",
        "max_t_per_year",
        lambda row, _: row["max_t_per_year"] == 0,
        "{names}: the seller sells nothing: max_t_per_year is 0 in every year listed.",
        _IS_IT_SO,
    ),
    Slip(
        "markets",
        "max_t_per_year",
        lambda row, _: row["max_t_per_year"] == 0,
        "{names}: the market takes nothing: max_t_per_year is 0 in every year listed.",
        _IS_IT_SO,
    ),
    Slip(
        "transport",
        "to_region",
        lambda row, _: row["from_region"] == row["to_region"],
        "{names}: the lane leads from a region to itself and carries nothing.",
        "name another region at one of its ends.",
    ),
    Slip(
        "disruptions",
        "availability",
        lambda row, _: row["availability"] == row["price_factor"] == 1 and row["basis"] == "ceiling",
        "{names}: the disruption takes nothing away: availability is 1.",
        "availability is what remains: 0 is a full loss.",
    ),
    replace(_RESTOCKING, table="elements"),
    replace(_RESTOCKING, table="products"),
)
"""Every such slip, in the order of the tables' columns."""


def slips(chain: Chain) -> Iterator[Problem]:
    """What is free or void by an empty or zero cell, one warning for all rows of a kind."""
    for slip in SLIPS:
        groups = chain.series.get(slip.table) or grouped(chain.tables[slip.table], *series_key(slip.table)).values()
        rows = [group[0] for group in groups if all(slip.holds(row, chain) for row in group)]
        yield from told_once(rows, slip.column, slip.message, slip.hint, [called(slip.table, row) for row in rows])


def unused_regions(chain: Chain) -> Iterator[Problem]:
    """Regions in which nothing stands, lies, is sold or demanded, and which no lane touches."""
    used = {
        row[column.name]
        for table in TABLES.values()
        for column in table.columns
        if column.refers_to == ("regions",)
        for row in chain.tables[table.name]
    }
    rows = [row for row in chain.tables["regions"] if row["region"] not in used]
    yield from told_once(
        rows,
        "region",
        "{names}: nothing is in this region and no lane leads to it.",
        "is the name a slip, or is it a region of another case?",
        [row["region"] for row in rows],
    )


def idle_target(chain: Chain) -> Iterator[Problem]:
    """A target of resilience where no scenario can break it."""
    if chain.tables.settings["resilience_target"] and not chain.tables["scenarios"]:
        rows = [row for row in chain.tables["settings"] if row["name"] == "resilience_target"]
        hint = "add scenarios and what they disrupt, or leave the target out."
        what = "without scenarios every plan keeps any target."
        yield from told_once(rows, "value", what, hint, [])
    unasked = [row for row in chain.tables["scenarios"] if not row["in_target"]]
    if unasked and len(unasked) == len(chain.tables["scenarios"]):
        what = "no scenario is in the target: every plan has resilience 1."
        yield from told_once(unasked, "in_target", what, "write yes for those that resilience is about.", [])


def idle_sharing(chain: Chain) -> Iterator[Problem]:
    """Sharing in a crisis where there is nobody to share with, or no crisis."""
    if not chain.tables.settings["crisis_sharing"]:
        rows = [row for row in chain.tables["settings"] if row["name"] == "crisis_sharing"]
        if len(chain.tables["partners"]) < 2 or not chain.tables["scenarios"]:
            lacking = "two partners" if len(chain.tables["partners"]) < 2 else "scenarios"
            what = f"without {lacking} there is no sharing in a crisis to forbid."
            yield from told_once(rows, "value", what, "leave it out.", [])
