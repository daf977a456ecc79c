"""From checked tables to the case: linked by name, interpolated over the years of the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from reeplan.inputs.starts import length, part_of_year, probability_of_each, start_years
from reeplan.model.case import (
    Asset,
    Budget,
    ByYear,
    Case,
    Demand,
    Deposit,
    Disruption,
    Goods,
    Loss,
    Market,
    Process,
    Region,
    Settings,
    Store,
    Supply,
    Window,
)
from reeplan.model.finance import interpolate
from reeplan.model.network import Availability

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.inputs.rows import Row, Tables


def case_from_tables(tables: Tables) -> Case:
    """Build the case from checked tables."""
    settings = Settings(**{name: tables.settings[name] for name in Settings.__dataclass_fields__})
    regions = {row["region"]: Region(row["region"], *_pick(row, Region, skip=1)) for row in tables["regions"]}
    goods = _goods(tables)
    processes = _processes(tables)
    wacc = {row["partner"]: row["wacc"] for row in tables["partners"]}
    years = settings.years
    case = Case(
        settings=settings,
        wacc=wacc,
        regions=regions,
        goods=goods,
        deposits=_deposits(tables, goods),
        assets=_assets(tables, processes, regions),
        supplies=_supplies(tables, regions, years),
        markets=[
            Market(region, material, _by_year(rows, "price_usd_per_t", years), _by_year(rows, "max_t_per_year", years))
            for (region, material), rows in _grouped(tables["markets"], "region", "material").items()
        ],
        lanes={(row["from_region"], row["to_region"], row["kind"]): row["usd_per_t"] for row in tables["transport"]},
        demands=[
            Demand(
                region,
                regions[region].country,
                material,
                _by_year(rows, "t_per_year", years),
                _by_year(rows, "shortage_usd_per_t", years),
            )
            for (region, material), rows in _grouped(tables["demand"], "region", "material").items()
        ],
        stores=[
            Store(row["region"], regions[row["region"]].country, row["material"], *_pick(row, Store, skip=3))
            for row in tables["stockpiles"]
        ],
        budgets=[Budget(*_pick(row, Budget)) for row in tables["budgets"]],
        free_offtake={
            (sender, receiver): _by_year(rows, "free_t_per_year", years)
            for (sender, receiver), rows in _grouped(tables["offtakes"], "from_country", "to_country").items()
        },
        dependence=_dependence(tables, years),
        windows=_windows(tables, years),
        disruptions=[Disruption(*_pick(row, Disruption)) for row in tables["disruptions"]],
    )
    return replace(case, windows=_with_losses(tables, case))


def _pick(row: Row, kind: type, skip: int = 0) -> list[Any]:
    """The row's values for the fields of a dataclass, in order, without the first ``skip``."""
    return [row[column.name] for column in fields(kind)[skip:]]


def _grouped(rows: Iterable[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def _by_year(rows: Iterable[Row], column: str, years: range) -> ByYear:
    listed = {row["year"]: row[column] for row in rows}
    return {year: interpolate(listed, year) for year in years}


def _goods(tables: Tables) -> dict[str, Goods]:
    oxides = [
        Goods(row["element"], row["name"], "oxide", row["circuit"], row["reference_usd_per_t"], 1.0)
        for row in tables["elements"]
    ]
    products = [
        Goods(row["product"], row["product"], row["kind"], "", row["reference_usd_per_t"], row["reo_t_per_t"])
        for row in tables["products"]
    ]
    return {goods.name: goods for goods in oxides + products}


def _deposits(tables: Tables, goods: Mapping[str, Goods]) -> dict[str, Deposit]:
    baskets = {
        row["deposit"]: {name: row[name] for name, item in goods.items() if item.kind == "oxide" and row.get(name)}
        for row in tables["baskets"]
    }
    return {
        row["deposit"]: Deposit(
            row["deposit"],
            row["region"],
            row["ore"],
            row["resource_t"],
            row["thorium_t_per_t"],
            baskets[row["deposit"]],
        )
        for row in tables["deposits"]
    }


def _processes(tables: Tables) -> dict[str, Process]:
    recipes: dict[str, dict[str, float]] = defaultdict(dict)
    for row in tables["recipes"]:
        recipes[row["process"]][row["material"]] = row["t_per_t"]
    return {
        row["process"]: Process(
            row["process"],
            row["takes"],
            row["makes"],
            row["ore"],
            row["recovery"],
            row["opex_usd_per_t"],
            row["energy_mwh_per_t"],
            row["co2_t_per_t"],
            row["releases_thorium"],
            recipes[row["process"]],
        )
        for row in tables["processes"]
    }


def _assets(tables: Tables, processes: Mapping[str, Process], regions: Mapping[str, Region]) -> dict[str, Asset]:
    plants = [_plant(row, processes, regions) for row in tables["plants"]]
    options = [_option(row, processes, regions) for row in tables["ventures"]]
    return {asset.name: asset for asset in plants + options}


_SHARED_COLUMNS = (
    "fixed_usd_per_t",
    "opex_factor",
    "earliest_year",
    "lead_years",
    "life_years",
    "ramp_years",
    "risk_premium",
)


def _plant(row: Row, processes: Mapping[str, Process], regions: Mapping[str, Region]) -> Asset:
    own = (
        "deposit",
        "capacity_t_per_year",
        "retires",
        "module_t_per_year",
        "max_modules",
        "site_musd",
        "module_musd",
        "foreign_share_max",
        "technology_partner",
        "technology_share_min",
        "offtake_right",
    )
    return Asset(
        name=row["plant"],
        region=row["region"],
        country=regions[row["region"]].country,
        process=processes[row["process"]],
        royalty_usd_per_t=0.0,
        **{column: row[column] for column in own + _SHARED_COLUMNS},
    )


def _option(row: Row, processes: Mapping[str, Process], regions: Mapping[str, Region]) -> Asset:
    return Asset(
        name=f"{row['venture']}/{row['option']}",
        region=row["region"],
        country=regions[row["region"]].country,
        process=processes[row["process"]],
        deposit=row["deposit"],
        capacity_t_per_year=0.0,
        retires=None,
        module_t_per_year=row["offtake_share"] * row["plant_t_per_year"],
        max_modules=1,
        site_musd=0.0,
        module_musd=row["equity_share"] * row["plant_musd"],
        royalty_usd_per_t=row["royalty_usd_per_t"],
        foreign_share_max=1.0,
        technology_partner=None,
        technology_share_min=0.0,
        offtake_right=0.0,
        venture=row["venture"],
        claimant=row["claimant"],
        **{column: row[column] for column in _SHARED_COLUMNS},
    )


def _supplies(tables: Tables, regions: Mapping[str, Region], years: range) -> list[Supply]:
    return [
        Supply(
            supplier,
            material,
            rows[0]["region"],
            regions[rows[0]["region"]].country,
            next((row["buyer"] for row in rows if row["buyer"]), None),
            _by_year(rows, "price_usd_per_t", years),
            _by_year(rows, "max_t_per_year", years),
            _by_year(rows, "min_t_per_year", years),
        )
        for (supplier, material), rows in _grouped(tables["suppliers"], "supplier", "material").items()
    ]


def _dependence(tables: Tables, years: range) -> dict[tuple[str, str], dict[str, ByYear]]:
    caps: dict[tuple[str, str], dict[str, ByYear]] = defaultdict(dict)
    for (partner, country, material), rows in _grouped(
        tables["dependence"], "partner", "from_country", "material"
    ).items():
        caps[partner, country][material] = _by_year(rows, "max_share", years)
    return dict(caps)


def _windows(tables: Tables, horizon: range) -> list[Window]:
    """One window a start."""
    return [
        Window(
            label=f"{row['scenario']}@{start}",
            scenario=row["scenario"],
            title=row["label"],
            years=tuple(range(start, start + length(row))),
            probability=probability_of_each(row, starts),
            of_year=part_of_year(row),
            in_target=row["in_target"],
        )
        for row in tables["scenarios"]
        for starts in [start_years(row, horizon)]
        for start in starts
    ]


def _with_losses(tables: Tables, case: Case) -> list[Window]:
    """After each window, one more for every single thing that its scenario asks for and that is still there in it."""
    kinds = {row["scenario"]: row["with_loss_of"] for row in tables["scenarios"]}
    left = Availability(case)
    windows = []
    for window in case.windows:
        windows.append(window)
        kind = kinds[window.scenario]
        if kind is None:
            continue
        for name in dict.fromkeys(row[kind] for row in tables[f"{kind}s"]):
            if not left.is_taken(kind, name, window):
                label = f"{window.label}+{name}"
                windows.append(replace(window, label=label, probability=0.0, lost=Loss(kind, name)))
    return windows
