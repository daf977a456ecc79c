"""The rules of a case that a user can change: what each says, where it stands, and how to loosen it.

A rule is one cell (or row) of a table seen as a limit. ``loosened`` gives the case without that limit,
``changed`` the case with another value in the cell; both leave everything else as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from reeplan.inputs.names import counted
from reeplan.inputs.spec import BASE, TABLES
from reeplan.model.case import is_limit
from reeplan.model.finance import interpolate
from reeplan.words import exact, exact_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from reeplan.inputs.rows import Row, Tables
    from reeplan.model.case import Asset, Budget, ByYear, Case, Disruption, Store, Supply

PLENTY_T = 1e7
"""Tonnes a year (or of room) that nothing in an ordinary case can exhaust."""

PLENTY_TIMES = 1e4
"""What nothing can exhaust where more is demanded: so many times what all demand in their greatest year."""

PLENTY_MODULES = 1_000_000

FLOW = "flow"
"""The basis of a disruption that ties what is bought to what was bought before."""

LIMITS_IN_WORDS = (
    "what sellers sell and must be bought, the number and capacity of plants, when they start and stop, ventures' one "
    "option, stockpiles, ore, thorium, budgets, ownership shares, offtake, dependence, sharing in a crisis, and every "
    "disruption"
)
"""Everything that a rule book holds."""


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

    @property
    def of_a_disruption(self) -> bool:
        """Whether it is what happens, and not what can be done about it."""
        return self.key[0] in ("disruptions", "scenarios")


def lifted(case: Case, rules: Collection[Rule]) -> Case:
    """The case without these limits."""
    for rule in sorted(rules, key=lambda rule: rule.key[-1] == "option"):  # a venture last: it turns into plants
        case = rule.loosened(case)
    return case


class RuleBook:
    """Makes the rules of a case, with their places in its files."""

    def __init__(self, case: Case, tables: Tables) -> None:
        self.case = case
        self._tables = tables
        demanded = sum(max(demand.t.values(), default=0.0) for demand in case.demands)
        self._plenty_t = max(PLENTY_T, PLENTY_TIMES * demanded)

    def all(self) -> list[Rule]:
        """Every rule of the case, disruptions last: they are the question, the others are the possible answers."""
        return [*self._of_assets(), *self._of_trade(), *self._of_places_and_partners(), *self._of_disruptions()]

    def _of_assets(self) -> Iterator[Rule]:
        case, ventures = self.case, set()
        for asset in case.assets.values():
            if not asset.max_modules:
                yield self.existing(asset)
                if asset.retires is not None and asset.retires < case.settings.last_year:
                    yield self.retirement(asset)
                continue
            if asset.venture is None or asset.venture not in ventures:
                yield self.modules(asset)
            ventures.add(asset.venture)
            if self.first_year_running(asset) > case.settings.first_year:
                yield self.timing(asset)
            if asset.foreign_share_max < 1:
                yield self.foreign_share(asset)
            if asset.technology_share_min > 0:
                yield self.technology_share(asset)

    def _of_trade(self) -> Iterator[Rule]:
        for supply in self.case.supplies:
            yield self.supply(supply)
            if any(supply.min_t.values()):
                yield self.minimum(supply)
        for store in self.case.stores:
            yield self.room(store)
            if store.initial_t < store.capacity_t:
                yield self.initial(store)

    def _of_places_and_partners(self) -> Iterator[Rule]:
        case = self.case
        yield from (self.resource(name) for name, deposit in case.deposits.items() if is_limit(deposit.resource_t))
        yield from (
            self.thorium(name) for name, region in case.regions.items() if is_limit(region.thorium_max_t_per_year)
        )
        yield from (self.budget(limit) for limit in case.budgets)
        yield from (self.offtake(*pair) for pair in case.free_offtake)
        yield from (self.dependence(*pair) for pair in case.dependence)

    def _of_disruptions(self) -> Iterator[Rule]:
        """Those that leave less than everything, or no more than what was bought before."""
        if not self.case.settings.crisis_sharing:
            yield self.crisis_sharing()
        yield from (self.disruption(row) for row in self.case.disruptions if row.availability < 1 or row.basis == FLOW)
        losses = {window.scenario: window.lost.kind for window in self.case.windows if window.lost is not None}
        yield from (self.loss(scenario, kind) for scenario, kind in losses.items())

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
                lambda case: _without_venture_limits(case, asset.venture or "", self._plenty_modules),
                None,
                _never,
            )
        return Rule(
            ("plants", asset.name, "max_modules"),
            f"{asset.name}: at most {counted(asset.max_modules, 'module')} of {exact(asset.module_t_per_year)} t/yr",
            self._place("plants", "max_modules", plant=asset.name),
            asset.max_modules,
            self._plenty_modules(asset)["max_modules"],
            1,
            lambda case: _with_asset(case, asset.name, **self._plenty_modules(asset)),
            lambda case, value: _with_asset(case, asset.name, max_modules=int(value)),
            lambda value: f"{asset.name}: {counted(round(value), 'module')} instead of {asset.max_modules}",
        )

    def existing(self, asset: Asset) -> Rule:
        """What stands already and cannot be added to."""
        return Rule(
            ("plants", asset.name, "capacity_t_per_year"),
            f"{asset.name}: existing capacity {exact(asset.capacity_t_per_year)} t/yr",
            self._place("plants", "capacity_t_per_year", plant=asset.name),
            asset.capacity_t_per_year,
            self._plenty_t,
            0,
            lambda case: _with_asset(case, asset.name, capacity_t_per_year=self._plenty_t),
            lambda case, value: _with_asset(case, asset.name, capacity_t_per_year=value),
            lambda value: f"{asset.name}: {exact(value)} t/yr instead of {exact(asset.capacity_t_per_year)}",
        )

    def retirement(self, asset: Asset) -> Rule:
        """What stands already stands up to a year."""
        last = self.case.settings.last_year
        return Rule(
            ("plants", asset.name, "retires"),
            f"{asset.name}: stands until {asset.retires}",
            self._place("plants", "retires", plant=asset.name),
            asset.retires or last,
            last,
            1,
            lambda case: _with_asset(case, asset.name, retires=None),
            lambda case, value: _with_asset(case, asset.name, retires=int(value)),
            lambda value: f"{asset.name}: stands until {value:.0f} instead of {asset.retires}",
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
            lambda value: f"{whose} from {value:.0f} instead of {first}",
        )

    def _plenty_modules(self, asset: Asset) -> dict[str, Any]:
        """As many modules as nothing can exhaust; of absurdly small ones so many that a solver tells apart, larger."""
        size = max(asset.module_t_per_year, self._plenty_t / PLENTY_TIMES * 100 / PLENTY_MODULES)
        number = min(PLENTY_MODULES, max(100, asset.max_modules, ceil(self._plenty_t / size)))
        return {"max_modules": number, "module_t_per_year": size}

    def first_year_running(self, asset: Asset) -> int:
        """The first year in which something new can run."""
        return max(asset.earliest_year, self.case.settings.first_year + asset.lead_years)

    def foreign_share(self, asset: Asset) -> Rule:
        """Foreign partners own at most a share."""
        return Rule(
            ("plants", asset.name, "foreign_share_max"),
            f"{asset.name}: foreign partners own at most {exact_percent(asset.foreign_share_max)}",
            self._place("plants", "foreign_share_max", plant=asset.name),
            asset.foreign_share_max,
            1,
            0,
            lambda case: _with_asset(case, asset.name, foreign_share_max=1.0),
            lambda case, value: _with_asset(case, asset.name, foreign_share_max=min(1.0, value)),
            lambda value: (
                f"{asset.name}: foreign share up to {exact_percent(value)} instead of "
                f"{exact_percent(asset.foreign_share_max)}"
            ),
        )

    def technology_share(self, asset: Asset) -> Rule:
        """The technology partner owns at least a share."""
        return Rule(
            ("plants", asset.name, "technology_share_min"),
            f"{asset.name}: {asset.technology_partner} owns at least {exact_percent(asset.technology_share_min)}",
            self._place("plants", "technology_share_min", plant=asset.name),
            -asset.technology_share_min,
            0,
            0,
            lambda case: _with_asset(case, asset.name, technology_share_min=0.0),
            lambda case, value: _with_asset(case, asset.name, technology_share_min=max(0.0, -value)),
            lambda value: (
                f"{asset.name}: share of {asset.technology_partner} at least {exact_percent(max(0.0, -value))} "
                f"instead of {exact_percent(asset.technology_share_min)}"
            ),
        )

    # ---- stocks, sellers, disruptions -----------------------------------------------------------

    def room(self, store: Store) -> Rule:
        """A stockpile holds at most so much."""
        return Rule(
            ("stockpiles", store.region, store.material, "max_capacity_t"),
            f"stockpile of {store.material} in {store.region}: at most {exact(store.max_capacity_t)} t",
            self._place("stockpiles", "max_capacity_t", region=store.region, material=store.material),
            store.max_capacity_t,
            self._plenty_t,
            0,
            lambda case: _with_store(case, store, max_capacity_t=self._plenty_t),
            lambda case, value: _with_store(case, store, max_capacity_t=value),
            lambda value: (
                f"stockpile of {store.material} in {store.region}: room for {exact(value)} t "
                f"instead of {exact(store.max_capacity_t)}"
            ),
        )

    def initial(self, store: Store) -> Rule:
        """A stockpile starts with so much; it cannot start with more than it has room for."""
        return Rule(
            ("stockpiles", store.region, store.material, "initial_t"),
            f"stockpile of {store.material} in {store.region}: {exact(store.initial_t)} t at the start",
            self._place("stockpiles", "initial_t", region=store.region, material=store.material),
            store.initial_t,
            store.capacity_t,
            0,
            lambda case: _with_store(case, store, initial_t=store.capacity_t),
            lambda case, value: _with_store(case, store, initial_t=value),
            lambda value: (
                f"stockpile of {store.material} in {store.region}: {exact(value)} t at the start "
                f"instead of {exact(store.initial_t)}"
            ),
        )

    def supply(self, supply: Supply) -> Rule:
        """A seller sells at most so much."""
        least, most = min(supply.max_t.values()), max(supply.max_t.values())
        key = ("suppliers", supply.supplier, supply.material, "max_t_per_year")
        says = f"{supply.supplier} sells at most {exact(most)} t of {supply.material} a year"
        place = self._place(
            "suppliers", "max_t_per_year", holds=most, supplier=supply.supplier, material=supply.material
        )
        plenty = dict.fromkeys(supply.max_t, self._plenty_t)
        if least <= 0:  # times nothing is nothing
            rows = self._rows("suppliers", supplier=supply.supplier, material=supply.material)
            return Rule(
                key,
                says if most <= 0 else f"{says}, and in some years none",
                place,
                0.0,
                self._plenty_t,
                0,
                lambda case: _with_supply(case, supply, max_t=plenty),
                lambda case, value: _with_supply(
                    case, supply, max_t=_raised(rows, "max_t_per_year", value, self.case.years)
                ),
                lambda value: (
                    f"{supply.supplier}: at least {exact(value)} t of {supply.material} in every year instead of "
                    f"{exact(least)}"
                ),
            )
        return Rule(
            key,
            says,
            place,
            1,
            max(10.0, self._plenty_t / most),
            0,
            lambda case: _with_supply(case, supply, max_t=plenty),
            lambda case, value: _with_supply(case, supply, max_t=_scaled(supply.max_t, value)),
            lambda value: (
                f"{supply.supplier}: {exact(value)} times as much {supply.material} "
                f"(up to {exact(value * most)} t a year instead of {exact(most)})"
            ),
        )

    def minimum(self, supply: Supply) -> Rule:
        """A buyer must take at least so much (take-or-pay)."""
        most = max(supply.min_t.values())
        return Rule(
            ("suppliers", supply.supplier, supply.material, "min_t_per_year"),
            f"{supply.supplier}: at least {exact(most)} t of {supply.material} a year must be bought",
            self._place("suppliers", "min_t_per_year", holds=most, supplier=supply.supplier, material=supply.material),
            -1,
            0,
            0,
            lambda case: _with_supply(case, supply, min_t=dict.fromkeys(supply.min_t, 0.0)),
            lambda case, value: _with_supply(case, supply, min_t=_scaled(supply.min_t, max(0.0, -value))),
            lambda value: (
                f"{supply.supplier}: {exact(max(0.0, -value))} times as much {supply.material} must be bought "
                f"(at most {exact(max(0.0, -value) * most)} t a year instead of {exact(most)})"
            ),
        )

    def disruption(self, row: Disruption) -> Rule:
        """A disruption leaves only a part."""
        what = "" if row.material == "all" else f" of {row.material}"
        return Rule(
            ("disruptions", row.scenario, row.kind, row.target, row.material, str(row.first), str(row.last)),
            f"{row.scenario}: {exact_percent(row.availability)} left{what} from {row.kind} {row.target}",
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
            (lambda case, value: _with_disruption(case, row, min(1.0, value))) if row.availability < 1 else None,
            lambda value: (
                f"{row.scenario}: {exact_percent(min(1.0, value))} left{what} from {row.kind} {row.target} "
                f"instead of {exact_percent(row.availability)}"
            ),
        )

    def loss(self, scenario: str, kind: str) -> Rule:
        """A scenario takes one thing more, whichever it is."""
        return Rule(
            ("scenarios", scenario, "with_loss_of"),
            f"{scenario}: any one {kind} is lost too",
            self._place("scenarios", "with_loss_of", scenario=scenario),
            1,
            inf,
            0,
            lambda case: replace(
                case, windows=[one for one in case.windows if one.scenario != scenario or one.lost is None]
            ),
            None,
            _never,
        )

    def crisis_sharing(self) -> Rule:
        """Partners share no more in a crisis than before it."""
        return Rule(
            ("settings", "crisis_sharing"),
            "in a window no partner's country ships another more of a material than undisturbed",
            self._place("settings", "value", name="crisis_sharing"),
            0,
            1,
            1,
            lambda case: replace(case, settings=replace(case.settings, crisis_sharing=True)),
            lambda case, value: replace(case, settings=replace(case.settings, crisis_sharing=value > 0)),
            lambda value: "crisis_sharing: yes instead of no",
        )

    # ---- limits of countries, deposits, partners ------------------------------------------------

    def thorium(self, region: str) -> Rule:
        """A region may release at most so much thorium."""
        limit = self.case.regions[region].thorium_max_t_per_year
        return Rule(
            ("regions", region, "thorium_max_t_per_year"),
            f"{region}: at most {exact(limit)} t ThO2 released a year",
            self._place("regions", "thorium_max_t_per_year", region=region),
            limit,
            self._plenty_t,
            0,
            lambda case: _with_region(case, region, inf),
            lambda case, value: _with_region(case, region, value),
            lambda value: f"{region}: {exact(value)} t ThO2 a year instead of {exact(limit)}",
        )

    def resource(self, name: str) -> Rule:
        """A deposit holds so much ore."""
        held = self.case.deposits[name].resource_t
        return Rule(
            ("deposits", name, "resource_t"),
            f"{name}: {exact(held)} t REO of ore",
            self._place("deposits", "resource_t", deposit=name),
            held,
            self._plenty_t * 100,
            0,
            lambda case: _with_deposit(case, name, self._plenty_t * 100),
            lambda case, value: _with_deposit(case, name, value),
            lambda value: f"{name}: {exact(value)} t REO of ore instead of {exact(held)}",
        )

    def budget(self, limit: Budget) -> Rule:
        """A partner spends at most so much in a span of years."""
        return Rule(
            ("budgets", limit.partner, str(limit.first_year), "musd"),
            f"{limit.partner} decides at most {exact(limit.musd)} MUSD in {limit.first_year}-{limit.last_year}",
            self._place("budgets", "musd", partner=limit.partner, first_year=limit.first_year),
            limit.musd,
            self._plenty_t,
            0,
            lambda case: replace(case, budgets=[item for item in case.budgets if item != limit]),
            lambda case, value: replace(
                case, budgets=[replace(item, musd=value) if item == limit else item for item in case.budgets]
            ),
            lambda value: (
                f"{limit.partner}: {exact(value)} MUSD in {limit.first_year}-{limit.last_year} "
                f"instead of {exact(limit.musd)}"
            ),
        )

    def offtake(self, sender: str, receiver: str) -> Rule:
        """One partner's country ships another only so much without its finance."""
        free = self.case.free_offtake[sender, receiver].values()
        least, most = min(free), max(free)
        span = exact(most) if least == most else f"{exact(least)} to {exact(most)}"
        rows = self._rows("offtakes", from_country=sender, to_country=receiver)
        return Rule(
            ("offtakes", sender, receiver, "free_t_per_year"),
            f"{sender} ships {receiver} at most {span} t REO a year, and what finance gives a right to",
            self._place("offtakes", "free_t_per_year", holds=least, from_country=sender, to_country=receiver),
            least,
            self._plenty_t,
            0,
            lambda case: _without_key(case, "free_offtake", (sender, receiver)),
            lambda case, value: _with_offtake(
                case, (sender, receiver), _raised(rows, "free_t_per_year", value, case.years)
            ),
            lambda value: f"{sender} to {receiver}: {exact(value)} t REO a year without finance instead of {span}",
        )

    def dependence(self, partner: str, country: str) -> Rule:
        """A partner may take only a share of a material from one country."""
        shares = [share for caps in self.case.dependence[partner, country].values() for share in caps.values()]
        least = min(shares)
        span = " to ".join(dict.fromkeys(map(exact_percent, (least, max(shares)))))
        rows = [
            (material, self._rows("dependence", partner=partner, from_country=country, material=material))
            for material in self.case.dependence[partner, country]
        ]
        return Rule(
            ("dependence", partner, country, "max_share"),
            f"{partner} takes at most {span} of each material from {country}",
            self._place("dependence", "max_share", holds=least, partner=partner, from_country=country),
            least,
            1,
            0,
            lambda case: _without_key(case, "dependence", (partner, country)),
            lambda case, value: _with_dependence(
                case,
                (partner, country),
                {m: _raised(held, "max_share", min(1.0, value), case.years) for m, held in rows},
            ),
            lambda value: (
                f"{partner} may take up to {exact_percent(value)} of each material from {country} instead of {span}"
            ),
        )

    def _rows(self, table: str, **key: Any) -> list[Row]:
        """The rows of a table with this key."""
        return [row for row in self._tables[table] if all(row[name] == value for name, value in key.items())]

    def _place(self, table: str, columns: str, holds: float | None = None, **key: Any) -> str:
        """File, line and column of the row with this key; of several years the one that holds the value."""
        rows = self._rows(table, **key)
        assert set(columns.split(" and ")) <= {item.name for item in TABLES[table].columns}
        if not rows:
            return f"{table}.csv, {columns}"
        row = next((row for row in rows if row[columns] == holds), rows[0]) if holds is not None else rows[0]
        return f"{row.file}:{row.line}, {columns}" + (" (and the rows like it)" if len(rows) > 1 else "")


def _never(value: float) -> str:
    raise AssertionError(f"this rule has no value to change: {value}")


def _with_asset(case: Case, name: str, **changes: Any) -> Case:
    return replace(case, assets={**case.assets, name: replace(case.assets[name], **changes)})


def _without_venture_limits(case: Case, venture: str, plenty: Callable[[Asset], dict[str, Any]]) -> Case:
    """Every option is a plant of its own, and what disrupts the venture disrupts each of them."""
    options = [asset for asset in case.assets.values() if asset.venture == venture]
    freed = {asset.name: replace(asset, venture=None, **plenty(asset)) for asset in options}
    hit = [row for row in case.disruptions if (row.kind, row.target) == ("plant", venture)]
    rows = [replace(row, target=name) for row in hit for name in freed]
    return replace(case, assets={**case.assets, **freed}, disruptions=[*case.disruptions, *rows])


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


def _with_supply(case: Case, supply: Supply, **changes: Any) -> Case:
    same = (supply.supplier, supply.material)
    return replace(
        case,
        supplies=[
            replace(item, **changes) if (item.supplier, item.material) == same else item for item in case.supplies
        ],
    )


def _scaled(by_year: ByYear, factor: float) -> ByYear:
    return {year: factor * value for year, value in by_year.items()}


def _raised(rows: list[Row], column: str, least: float, years: range) -> ByYear:
    """A number by year where no row states less than ``least``."""
    listed = {row["year"]: max(row[column], least) for row in rows}
    return {year: interpolate(listed, year) for year in years}


def _with_disruption(case: Case, row: Disruption, value: float) -> Case:
    changed = [replace(item, availability=value) if item == row else item for item in case.disruptions]
    return replace(case, disruptions=changed)


def _with_region(case: Case, name: str, limit: float) -> Case:
    return replace(case, regions={**case.regions, name: replace(case.regions[name], thorium_max_t_per_year=limit)})


def _with_deposit(case: Case, name: str, resource: float) -> Case:
    return replace(case, deposits={**case.deposits, name: replace(case.deposits[name], resource_t=resource)})


def _with_offtake(case: Case, pair: tuple[str, str], free: ByYear) -> Case:
    return replace(case, free_offtake={**case.free_offtake, pair: free})


def _with_dependence(case: Case, pair: tuple[str, str], caps: dict[str, ByYear]) -> Case:
    return replace(case, dependence={**case.dependence, pair: caps})


def _without_key(case: Case, name: str, key: tuple[str, str]) -> Case:
    changes: dict[str, Any] = {name: {pair: value for pair, value in getattr(case, name).items() if pair != key}}
    return replace(case, **changes)
