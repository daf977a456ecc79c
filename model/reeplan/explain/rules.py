"""The rules of a case that a user can change: what each says, where it stands, and how to loosen it.

A rule is one cell (or row) of a table seen as a limit. ``loosened`` gives the case without that limit,
``changed`` the case with another value in the cell; both leave everything else as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Any

from reeplan.tables.spec import BASE, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.case import Asset, Budget, Case, Disruption, Store, Supply
    from reeplan.tables.rows import Row, Tables

PLENTY_T = 1e7
"""Tonnes a year (or of room) that nothing in a case can exhaust."""

PLENTY_MODULES = 100


@dataclass(frozen=True)
class Rule:
    """A limit that a user can change.

    ``says`` is the rule in words; ``place`` is file, line and column; ``value`` is what stands there (for a
    seller 1, its limit as it is; for a least share its negative; so that more is always looser).
    ``most`` is the value at which the limit is gone; ``step`` is 1 for whole numbers (and -1 where a
    smaller number loosens), 0 for any number. ``put`` words a change to a value.
    """

    key: tuple[str, ...]
    says: str
    place: str
    value: float
    most: float
    step: int
    loosened: Callable[[Case], Case]
    changed: Callable[[Case, float], Case] | None
    put: Callable[[float], str]


class RuleBook:
    """Makes the rules of a case, with their places in its files."""

    def __init__(self, case: Case, tables: Tables) -> None:
        self.case = case
        self._tables = tables

    # ---- plants and ventures --------------------------------------------------------------------

    def modules(self, asset: Asset) -> Rule:
        """At most so many modules; or, for a venture, at most one option."""
        if asset.venture:
            return Rule(
                ("ventures", asset.venture, "option"),
                f"{asset.venture}: at most one option is taken, once",
                self._place("ventures", "option", venture=asset.venture),
                1,
                inf,
                0,
                lambda case: _without_venture_limits(case, asset.venture or ""),
                None,
                _never,
            )
        return Rule(
            ("plants", asset.name, "max_modules"),
            f"{asset.name}: at most {asset.max_modules} modules of {number(asset.module_t_per_year)} t/yr",
            self._place("plants", "max_modules", plant=asset.name),
            asset.max_modules,
            PLENTY_MODULES,
            1,
            lambda case: _with_asset(case, asset.name, max_modules=PLENTY_MODULES),
            lambda case, value: _with_asset(case, asset.name, max_modules=int(value)),
            lambda value: f"{asset.name}: {value:g} modules instead of {asset.max_modules}",
        )

    def existing(self, asset: Asset) -> Rule:
        """What stands already and cannot be added to."""
        return Rule(
            ("plants", asset.name, "capacity_t_per_year"),
            f"{asset.name}: existing capacity {number(asset.capacity_t_per_year)} t/yr",
            self._place("plants", "capacity_t_per_year", plant=asset.name),
            asset.capacity_t_per_year,
            PLENTY_T,
            0,
            lambda case: _with_asset(case, asset.name, capacity_t_per_year=PLENTY_T),
            lambda case, value: _with_asset(case, asset.name, capacity_t_per_year=value),
            lambda value: f"{asset.name}: {number(value)} t/yr instead of {number(asset.capacity_t_per_year)}",
        )

    def timing(self, asset: Asset) -> Rule:
        """Nothing new runs before a year."""
        first = self.first_year_running(asset)
        start = self.case.settings.first_year
        table = "ventures" if asset.venture else "plants"
        key: dict[str, Any] = {"plant": asset.name}
        if asset.venture:
            key = {"venture": asset.venture, "option": asset.name.removeprefix(f"{asset.venture}/")}
        columns = [
            column
            for column, year in (("earliest_year", asset.earliest_year), ("lead_years", start + asset.lead_years))
            if year == first
        ]
        whose = f"every option of {asset.venture}" if asset.venture else asset.name
        return Rule(
            (table, asset.venture or asset.name, "earliest_year"),
            f"{asset.name}: not before {first}",
            self._place(table, " and ".join(columns), **key),
            first,
            start,
            -1,
            lambda case: _running_from(case, asset, start),
            lambda case, value: _running_from(case, asset, int(value)),
            lambda value: f"{whose} from {value:g} instead of {first}",
        )

    def first_year_running(self, asset: Asset) -> int:
        """The first year in which something new can run."""
        return max(asset.earliest_year, self.case.settings.first_year + asset.lead_years)

    def foreign_share(self, asset: Asset) -> Rule:
        """Foreign partners own at most a share."""
        return Rule(
            ("plants", asset.name, "foreign_share_max"),
            f"{asset.name}: foreign partners own at most {percent(asset.foreign_share_max)}",
            self._place("plants", "foreign_share_max", plant=asset.name),
            asset.foreign_share_max,
            1,
            0,
            lambda case: _with_asset(case, asset.name, foreign_share_max=1.0),
            lambda case, value: _with_asset(case, asset.name, foreign_share_max=min(1.0, value)),
            lambda value: (
                f"{asset.name}: foreign share up to {percent(value)} instead of {percent(asset.foreign_share_max)}"
            ),
        )

    def technology_share(self, asset: Asset) -> Rule:
        """The technology partner owns at least a share."""
        return Rule(
            ("plants", asset.name, "technology_share_min"),
            f"{asset.name}: {asset.technology_partner} owns at least {percent(asset.technology_share_min)}",
            self._place("plants", "technology_share_min", plant=asset.name),
            -asset.technology_share_min,
            0,
            0,
            lambda case: _with_asset(case, asset.name, technology_share_min=0.0),
            lambda case, value: _with_asset(case, asset.name, technology_share_min=max(0.0, -value)),
            lambda value: (
                f"{asset.name}: share of {asset.technology_partner} at least {percent(max(0.0, -value))} "
                f"instead of {percent(asset.technology_share_min)}"
            ),
        )

    # ---- stocks, sellers, disruptions -----------------------------------------------------------

    def room(self, store: Store) -> Rule:
        """A stockpile holds at most so much."""
        return Rule(
            ("stockpiles", store.region, store.material, "max_capacity_t"),
            f"stockpile of {store.material} in {store.region}: at most {number(store.max_capacity_t)} t",
            self._place("stockpiles", "max_capacity_t", region=store.region, material=store.material),
            store.max_capacity_t,
            PLENTY_T,
            0,
            lambda case: _with_store(case, store, max_capacity_t=PLENTY_T),
            lambda case, value: _with_store(case, store, max_capacity_t=value),
            lambda value: (
                f"stockpile of {store.material} in {store.region}: room for {number(value)} t "
                f"instead of {number(store.max_capacity_t)}"
            ),
        )

    def initial(self, store: Store) -> Rule:
        """A stockpile starts with so much; it cannot start with more than it has room for."""
        return Rule(
            ("stockpiles", store.region, store.material, "initial_t"),
            f"stockpile of {store.material} in {store.region}: {number(store.initial_t)} t at the start",
            self._place("stockpiles", "initial_t", region=store.region, material=store.material),
            store.initial_t,
            store.capacity_t,
            0,
            lambda case: _with_store(case, store, initial_t=store.capacity_t),
            lambda case, value: _with_store(case, store, initial_t=value),
            lambda value: (
                f"stockpile of {store.material} in {store.region}: {number(value)} t at the start "
                f"instead of {number(store.initial_t)}"
            ),
        )

    def supply(self, supply: Supply) -> Rule:
        """A seller sells at most so much."""
        most = max(supply.max_t.values())
        return Rule(
            ("suppliers", supply.supplier, supply.material, "max_t_per_year"),
            f"{supply.supplier} sells at most {number(most)} t of {supply.material} a year",
            self._place("suppliers", "max_t_per_year", holds=most, supplier=supply.supplier, material=supply.material),
            1,
            max(10.0, PLENTY_T / max(most, 1.0)),
            0,
            lambda case: _with_supply(case, supply, PLENTY_T / max(most, 1e-6)),
            lambda case, value: _with_supply(case, supply, value),
            lambda value: (
                f"{supply.supplier}: {number(value)} times as much {supply.material} "
                f"(up to {number(value * most)} t a year instead of {number(most)})"
            ),
        )

    def disruption(self, row: Disruption) -> Rule:
        """A disruption leaves only a part."""
        what = "" if row.material == "all" else f" of {row.material}"
        return Rule(
            ("disruptions", row.scenario, row.kind, row.target, row.material, str(row.first), str(row.last)),
            f"{row.scenario}: {percent(row.availability)} left{what} from {row.kind} {row.target}",
            self._place(
                "disruptions",
                "availability",
                scenario=row.scenario,
                kind=row.kind,
                target=row.target,
                material=row.material,
                first=row.first,
                last=row.last,
            ),
            row.availability,
            1,
            1 if (row.scenario, row.kind) == (BASE, "route") else 0,  # a route is closed for good or not at all
            lambda case: replace(case, disruptions=[item for item in case.disruptions if item != row]),
            lambda case, value: _with_disruption(case, row, min(1.0, value)),
            lambda value: (
                f"{row.scenario}: {percent(min(1.0, value))} left{what} from {row.kind} {row.target} "
                f"instead of {percent(row.availability)}"
            ),
        )

    # ---- limits of countries, deposits, partners ------------------------------------------------

    def thorium(self, region: str) -> Rule:
        """A region may release at most so much thorium."""
        limit = self.case.regions[region].thorium_max_t_per_year
        return Rule(
            ("regions", region, "thorium_max_t_per_year"),
            f"{region}: at most {number(limit)} t ThO2 released a year",
            self._place("regions", "thorium_max_t_per_year", region=region),
            limit,
            PLENTY_T,
            0,
            lambda case: _with_region(case, region, inf),
            lambda case, value: _with_region(case, region, value),
            lambda value: f"{region}: {number(value)} t ThO2 a year instead of {number(limit)}",
        )

    def resource(self, name: str) -> Rule:
        """A deposit holds so much ore."""
        held = self.case.deposits[name].resource_t
        return Rule(
            ("deposits", name, "resource_t"),
            f"{name}: {number(held)} t REO of ore",
            self._place("deposits", "resource_t", deposit=name),
            held,
            PLENTY_T * 100,
            0,
            lambda case: _with_deposit(case, name, PLENTY_T * 100),
            lambda case, value: _with_deposit(case, name, value),
            lambda value: f"{name}: {number(value)} t REO of ore instead of {number(held)}",
        )

    def budget(self, limit: Budget) -> Rule:
        """A partner spends at most so much in a span of years."""
        return Rule(
            ("budgets", limit.partner, str(limit.first_year), "musd"),
            f"{limit.partner} decides at most {number(limit.musd)} MUSD in {limit.first_year}-{limit.last_year}",
            self._place("budgets", "musd", partner=limit.partner, first_year=limit.first_year),
            limit.musd,
            PLENTY_T,
            0,
            lambda case: replace(case, budgets=[item for item in case.budgets if item != limit]),
            lambda case, value: replace(
                case, budgets=[replace(item, musd=value) if item == limit else item for item in case.budgets]
            ),
            lambda value: (
                f"{limit.partner}: {number(value)} MUSD in {limit.first_year}-{limit.last_year} "
                f"instead of {number(limit.musd)}"
            ),
        )

    def offtake(self, sender: str, receiver: str) -> Rule:
        """One partner's country ships another only so much without its finance."""
        free = max(self.case.free_offtake[sender, receiver].values())
        return Rule(
            ("offtakes", sender, receiver, "free_t_per_year"),
            f"{sender} ships {receiver} at most {number(free)} t REO a year, and what finance gives a right to",
            self._place("offtakes", "free_t_per_year", holds=free, from_country=sender, to_country=receiver),
            free,
            PLENTY_T,
            0,
            lambda case: _without_key(case, "free_offtake", (sender, receiver)),
            lambda case, value: _with_offtake(case, (sender, receiver), value),
            lambda value: (
                f"{sender} to {receiver}: {number(value)} t REO a year without finance instead of {number(free)}"
            ),
        )

    def dependence(self, partner: str, country: str) -> Rule:
        """A partner may take only a share of a material from one country."""
        shares = [share for caps in self.case.dependence[partner, country].values() for share in caps.values()]
        least = min(shares)
        span = percent(least) if least == max(shares) else f"{percent(least)} to {percent(max(shares))}"
        return Rule(
            ("dependence", partner, country, "max_share"),
            f"{partner} takes at most {span} of each material from {country}",
            self._place("dependence", "max_share", holds=least, partner=partner, from_country=country),
            least,
            1,
            0,
            lambda case: _without_key(case, "dependence", (partner, country)),
            lambda case, value: _with_dependence(case, (partner, country), value),
            lambda value: (
                f"{partner} may take up to {percent(value)} of each material from {country} instead of {span}"
            ),
        )

    def _place(self, table: str, columns: str, holds: float | None = None, **key: Any) -> str:
        """File, line and column of the row with this key; of several years the one that holds the value."""
        rows: list[Row] = [row for row in self._tables[table] if all(row[name] == value for name, value in key.items())]
        assert set(columns.split(" and ")) <= {item.name for item in TABLES[table].columns}
        if not rows:
            return f"{table}.csv, {columns}"
        row = next((row for row in rows if row[columns] == holds), rows[0]) if holds is not None else rows[0]
        return f"{row.file}:{row.line}, {columns}" + (" (and the rows like it)" if len(rows) > 1 else "")


def number(value: float) -> str:
    """A number with every digit that counts, so that a change can be typed in as it is said.

    >>> number(1234.5), number(0.30000000000000004), number(20.0)
    ('1,234.5', '0.3', '20')
    """
    return f"{value:,.12g}" if abs(value) < 1e11 else f"{value:g}"


def percent(share: float) -> str:
    """A share as a percentage with every digit that counts.

    >>> percent(0.125), percent(0.07)
    ('12.5%', '7%')
    """
    return f"{number(100 * share)}%"


def _never(value: float) -> str:
    raise AssertionError(f"this rule has no value to change: {value}")


def _with_asset(case: Case, name: str, **changes: Any) -> Case:
    return replace(case, assets={**case.assets, name: replace(case.assets[name], **changes)})


def _without_venture_limits(case: Case, venture: str) -> Case:
    return replace(
        case,
        assets={
            name: replace(asset, venture=None, max_modules=PLENTY_MODULES) if asset.venture == venture else asset
            for name, asset in case.assets.items()
        },
    )


def _running_from(case: Case, asset: Asset, year: int) -> Case:
    """The asset, or every option of its venture, can run from a year; its lead time shrinks if it must."""
    lead = min(asset.lead_years, max(0, year - case.settings.first_year))
    same = [a.name for a in case.assets.values() if a.name == asset.name or (a.venture and a.venture == asset.venture)]
    for name in same:
        case = _with_asset(case, name, earliest_year=min(case.assets[name].earliest_year, year), lead_years=lead)
    return case


def _with_store(case: Case, store: Store, **changes: Any) -> Case:
    return replace(case, stores=[replace(item, **changes) if _same(item, store) else item for item in case.stores])


def _same(one: Store, other: Store) -> bool:
    return (one.region, one.material) == (other.region, other.material)


def _with_supply(case: Case, supply: Supply, factor: float) -> Case:
    def scaled(item: Supply) -> Supply:
        if (item.supplier, item.material) != (supply.supplier, supply.material):
            return item
        return replace(item, max_t={year: t * factor for year, t in item.max_t.items()})

    return replace(case, supplies=[scaled(item) for item in case.supplies])


def _with_disruption(case: Case, row: Disruption, value: float) -> Case:
    changed = [replace(item, availability=value) if item == row else item for item in case.disruptions]
    return replace(case, disruptions=changed)


def _with_region(case: Case, name: str, limit: float) -> Case:
    return replace(case, regions={**case.regions, name: replace(case.regions[name], thorium_max_t_per_year=limit)})


def _with_deposit(case: Case, name: str, resource: float) -> Case:
    return replace(case, deposits={**case.deposits, name: replace(case.deposits[name], resource_t=resource)})


def _with_offtake(case: Case, pair: tuple[str, str], value: float) -> Case:
    return replace(case, free_offtake={**case.free_offtake, pair: dict.fromkeys(case.free_offtake[pair], value)})


def _with_dependence(case: Case, pair: tuple[str, str], value: float) -> Case:
    """No cap of the pair is stricter than this share."""
    raised = {
        material: {year: max(share, min(1.0, value)) for year, share in caps.items()}
        for material, caps in case.dependence[pair].items()
    }
    return replace(case, dependence={**case.dependence, pair: raised})


def _without_key(case: Case, name: str, key: tuple[str, str]) -> Case:
    changes: dict[str, Any] = {name: {pair: value for pair, value in getattr(case, name).items() if pair != key}}
    return replace(case, **changes)
