"""Warnings: what is allowed and most likely not meant. Each is told once, with how often it occurs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.inputs.names import counted, did_you_mean, listing, quoted
from reeplan.inputs.reach import Chain, grouped, interpolated
from reeplan.inputs.rows import Problem, Row, Tables
from reeplan.inputs.spec import ALL, BASE, KINDS_OF_GOODS, TABLES
from reeplan.inputs.warnings import (
    names as advice_names,
)
from reeplan.inputs.warnings import (
    numbers as advice_numbers,
)
from reeplan.inputs.warnings import (
    partners as advice_partners,
)
from reeplan.inputs.warnings import (
    prices as advice_prices,
)
from reeplan.inputs.warnings import (
    ranges as advice_ranges,
)
from reeplan.inputs.warnings import (
    recipes as advice_recipes,
)
from reeplan.inputs.warnings import (
    slips as advice_slips,
)
from reeplan.inputs.warnings import (
    trade as advice_trade,
)
from reeplan.inputs.warnings import (
    years as advice_years,
)
from reeplan.inputs.warnings.once import span, told_once
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def advise(tables: Tables) -> list[Problem]:
    """Every warning about a case that has no errors."""
    chain = Chain(tables)
    return [problem for rule in RULES for problem in rule(chain)]


def unreachable_demand(chain: Chain) -> Iterator[Problem]:
    """Demand that no chain of suppliers, plants and lanes can reach."""
    found = chain.reachable()
    for (region, material), rows in grouped(chain.tables["demand"], "region", "material").items():
        goods = chain.goods(material)
        if (region, goods) in found or not any(row["t_per_year"] for row in rows):
            continue
        elsewhere = sorted(place for place, other in found if other == goods)
        hint = (
            f"it is to be had in {listing(elsewhere)}, but no lane brings it from there."
            if elsewhere
            else "no supplier sells it, and no process that can run makes it."
        )
        yield Problem(
            rows[0].file,
            rows[0].line,
            "material",
            f"nothing can bring {quoted(material)} to {quoted(region)}: its demand is never served.",
            hint,
        )


def short_years(chain: Chain) -> Iterator[Problem]:
    """Years in which all that could be supplied, with everything built, is less than the demand."""
    reachable = {goods for _, goods in chain.reachable()}
    for (material,), rows in grouped(chain.tables["demand"], "material").items():
        if chain.goods(material) not in reachable:
            continue
        demands, sellers = grouped(rows, "region"), _of_material(chain, "suppliers", material, "supplier")
        short = []
        for year in chain.years:
            needed = sum(interpolated(group, "t_per_year", year) for group in demands.values())
            bought = sum(interpolated(group, "max_t_per_year", year) for group in sellers.values())
            most = bought + chain.most_made(material, year) + _most_in_store(chain, material, year)
            if most < needed * (1 - ROUNDING):
                short.append((year, needed, most))
        if short:
            year, needed, most = max(short, key=lambda item: item[1] - item[2])
            yield Problem(
                rows[0].file,
                rows[0].line,
                "t_per_year",
                f"{quoted(material)} falls short in {span([item[0] for item in short])}: in {year} "
                f"{needed:,.0f} t are demanded and {most:,.0f} t at most can be supplied.",
                "all sellers, all plants at full size and full stores counted; inputs to other products are not.",
            )


def _of_material(chain: Chain, table: str, material: str, by: str) -> dict[tuple[str, ...], list[Row]]:
    return grouped((row for row in chain.tables[table] if row["material"] == material), by)


def _most_in_store(chain: Chain, material: str, year: int) -> float:
    """What lies there in the first year; later as much as there can be room for."""
    column = "initial_t" if year == chain.years[0] else "max_capacity_t"
    return float(sum(row[column] for row in chain.tables["stockpiles"] if row["material"] == material))


def unused_materials(chain: Chain) -> Iterator[Problem]:
    """Elements and products that nobody demands, buys from us or takes in."""
    used = {row["material"] for table in ("demand", "markets") for row in chain.tables[table]}
    used |= {row["material"] for row in chain.tables["recipes"] if row["t_per_t"] < 0}
    for table, key in (("elements", "element"), ("products", "product")):
        rows = [row for row in chain.tables[table] if row[key] not in used]
        yield from told_once(
            rows,
            key,
            "nobody uses {names}: no demand, no market, no recipe that takes it.",
            "what is made of it is given away.",
            [row[key] for row in rows],
        )


def third_country_plants(chain: Chain) -> Iterator[Problem]:
    """Existing capacity outside partners' countries, which partners use as if it were theirs."""
    partners = {row["partner"] for row in chain.tables["partners"]}
    country = {row["region"]: row["country"] for row in chain.tables["regions"]}
    rows = [
        row
        for row in chain.tables["plants"]
        if row["capacity_t_per_year"] > 0 and country[row["region"]] not in partners
    ]
    yield from told_once(
        rows,
        "capacity_t_per_year",
        "{names}: existing capacity in a third country, which the partners use at cost without paying for it.",
        "a supplier or a venture describes access that is paid for.",
        [row["plant"] for row in rows],
    )


def short_lives(chain: Chain) -> Iterator[Problem]:
    """What is built and wears out before the horizon ends."""
    length = len(chain.years)
    for table, key in (("plants", "plant"), ("ventures", "venture"), ("stockpiles", "material")):
        rows = [row for row in chain.tables[table] if row["life_years"] < length and _can_be_built(table, row)]
        yield from told_once(
            rows,
            "life_years",
            f"{{names}}: life_years is shorter than the horizon of {counted(length, 'year')}.",
            "what is built early has gone before the end and must be paid for again.",
            [row[key] for row in rows],
        )


def _can_be_built(table: str, row: Row) -> bool:
    if table == "stockpiles":
        return bool(row["max_capacity_t"] > row["capacity_t"])
    return table == "ventures" or row["max_modules"] > 0


def missing_sources(chain: Chain) -> Iterator[Problem]:
    """Rows that do not say where their numbers come from."""
    rows = [row for name in TABLES for row in chain.tables[name]]
    if rows and not any(row["source"] for row in rows):
        yield Problem(
            str(Path(rows[0].file).parent),
            0,
            "",
            "no row of this case says where its numbers come from.",
            "every table may have a column 'source'; write 'assumption: why' for a judgement.",
        )
        return
    unsourced: dict[str, list[Row]] = {}
    for row in rows:
        if not row["source"]:
            unsourced.setdefault(row.file, []).append(row)
    for file, group in unsourced.items():
        count = f"{len(group)} rows have" if len(group) > 1 else "this row has"
        yield Problem(file, group[0].line, "source", f"{count} no source.", "write 'assumption: why' for a judgement.")


def odd_recipes(chain: Chain) -> Iterator[Problem]:
    """Recipes that make something of nothing, and columns that do not act on a recipe."""
    for row in chain.tables["processes"]:
        if row["takes"] != "recipe":
            continue
        if row["recovery"] != 1:
            yield Problem(
                row.file,
                row.line,
                "recovery",
                f"recovery is not used: {quoted(row['process'])} works by recipe.",
                "put losses into recipes.csv, or leave recovery empty.",
            )
        signs = {recipe["t_per_t"] > 0 for recipe in chain.recipes[row["process"],] if recipe["t_per_t"]}
        if signs != {True, False}:
            what = "makes nothing" if True not in signs else "makes something of nothing"
            first = chain.recipes[row["process"],][0]
            yield Problem(
                first.file,
                first.line,
                "t_per_t",
                f"{quoted(row['process'])} {what}.",
                "what is consumed is negative, what is made positive.",
            )


def ores_without_deposit(chain: Chain) -> Iterator[Problem]:
    """A process for an ore that no deposit has: most likely misspelt."""
    ores = {row["ore"] for row in chain.tables["deposits"]} | {"any"}
    for row in chain.tables["processes"]:
        if row["ore"] not in ores:
            yield Problem(
                row.file,
                row.line,
                "ore",
                f"no deposit has the ore {quoted(row['ore'])}.",
                did_you_mean(row["ore"], ores),
            )


def unbuildable(chain: Chain) -> Iterator[Problem]:
    """Rules of ownership under which nothing can be built, and ventures at home."""
    partners = {row["partner"] for row in chain.tables["partners"]}
    country = {row["region"]: row["country"] for row in chain.tables["regions"]}
    for row in chain.tables["plants"]:
        home, owner = country[row["region"]], row["technology_partner"]
        if home in partners and owner not in (None, home) and row["foreign_share_max"] < row["technology_share_min"]:
            yield Problem(
                row.file,
                row.line,
                "foreign_share_max",
                f"{quoted(row['plant'])} can never be built: {quoted(owner)} must "
                f"own {row['technology_share_min']:g} of it and may own {row['foreign_share_max']:g}.",
                "raise foreign_share_max or lower technology_share_min.",
            )
    rows = [row for row in chain.tables["ventures"] if country[row["region"]] in partners]
    yield from told_once(
        rows,
        "region",
        "{names}: a venture in a partner's own country; ventures are meant for third countries.",
        "describe it in plants.csv.",
        [row["venture"] for row in rows],
    )


def idle_disruptions(chain: Chain) -> Iterator[Problem]:
    """Scenarios that disrupt nothing, and disruptions that act on nothing."""
    hit = {row["scenario"] for row in chain.tables["disruptions"]}
    idle = [] if BASE in hit else [row for row in chain.tables["scenarios"] if row["scenario"] not in hit]
    yield from told_once(
        idle,
        "scenario",
        "nothing is disrupted in {names}.",
        "add rows to disruptions.csv.",
        [row["scenario"] for row in idle],
    )
    for kind in ("venture", "plant", "supplier"):
        rows = [row for row in chain.tables["scenarios"] if row["with_loss_of"] == kind]
        if not chain.tables[f"{kind}s"]:
            yield from told_once(
                rows,
                "with_loss_of",
                f"{{names}}: {kind}s.csv has no rows, so there is no {kind} to lose.",
                "leave it empty.",
                [row["scenario"] for row in rows],
            )
    mined = {asset.row["deposit"] for asset in chain.assets if asset.process["takes"] == "ore"}
    for row in chain.tables["disruptions"]:
        if row["kind"] == "deposit" and row["target"] not in mined:
            what = f"no plant takes ore of {quoted(row['target'])}: this row does nothing."
            yield Problem(row.file, row.line, "target", what)
    sold = {(row["supplier"], row["material"]) for row in chain.tables["suppliers"]}
    for row in chain.tables["disruptions"]:
        if (
            row["kind"] == "supplier"
            and row["material"] != ALL
            and not any(
                supplier == row["target"] and row["material"] in (material, chain.kind[material])
                for supplier, material in sold
            )
        ):
            what = f"{row['material']}" if row["material"] in KINDS_OF_GOODS else quoted(row["material"])
            yield Problem(
                row.file, row.line, "material", f"{quoted(row['target'])} sells no {what}: this row does nothing."
            )


RULES: tuple[Callable[[Chain], Iterator[Problem]], ...] = (
    unreachable_demand,
    short_years,
    unused_materials,
    advice_trade.dear_markets,
    advice_trade.transit,
    third_country_plants,
    short_lives,
    missing_sources,
    odd_recipes,
    ores_without_deposit,
    unbuildable,
    idle_disruptions,
    advice_slips.slips,
    advice_slips.unused_regions,
    advice_slips.idle_target,
    advice_slips.idle_sharing,
    advice_prices.odd_prices,
    advice_prices.cheap_shortages,
    advice_recipes.unbalanced,
    advice_years.unlisted_start,
    advice_years.idle_years,
    advice_years.held_flat,
    advice_years.never_running,
    advice_years.idle_budgets,
    advice_years.open_budgets,
    advice_years.calm_end,
    advice_partners.without_budget,
    advice_partners.without_offtake,
    advice_partners.without_stockpile,
    advice_partners.without_demand,
    advice_ranges.ranges,
    advice_names.names_read_otherwise,
    advice_numbers.absurd_numbers,
)
