"""The smallest conflicting set of rules: found from the duals, then tried rule by rule.

At the highest resilience there is, the duals name the rules that hold it down: a vertex of the dual is an
irreducible conflict of the program's rows (Gleeson and Ryan, ORSA Journal on Computing 2 (1990)). The
rules of the tables behind these rows are then dropped one at a time; a rule without which the
conflict remains does not belong to it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reeplan.network import Lane, Period
from reeplan.plan import Planner
from reeplan.program.investment import starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reeplan.case import Asset, Case, Disruption
    from reeplan.explain.rules import Rule, RuleBook
    from reeplan.solver import Solution

FEELS = 1e-9
"""A dual below this part of the largest one is the arithmetic's noise."""

REACHED = 1e-9


def highest_resilience(case: Case, measure: str) -> float:
    """The highest resilience with divisible modules: a ceiling on every plan's."""
    top = Planner(case, measure).most_resilient_relaxed()
    return top.objective if top.found else -1.0


def smallest_conflict(
    planner: Planner, book: RuleBook, top: Solution, target: float, tried: Callable[[str], None]
) -> list[Rule]:
    """Rules that together keep every plan below the target, none of which can be left out."""
    rules = _suspects(planner, book, top)
    case, measure = _with_binding_windows(planner, top), planner.measure
    kept: list[Rule] = []
    for number, rule in enumerate(rules):
        tried(f"rule {number + 1} of {len(rules)}: {rule.says}")
        without = rule.loosened(case)
        if highest_resilience(without, measure) < target - REACHED:
            case = without  # the conflict remains: this rule is no part of it
        else:
            kept.append(rule)
    return kept


def _with_binding_windows(planner: Planner, top: Solution) -> Case:
    """The case with only those windows that hold resilience down: the others are no part of this conflict."""
    if planner.measure not in ("worst_case", "weakest_link"):
        return planner.case
    rules = (getattr(planner.model, planner.measure),)
    binding = {row.index()[1] for row in _felt(planner, top)[0] if row.parent_component() in rules}
    return replace(planner.case, windows=[window for window in planner.case.windows if window.label in binding])


def _suspects(planner: Planner, book: RuleBook, top: Solution) -> list[Rule]:
    """Rules behind rows and bounds with a dual, and behind what a window leaves out altogether."""
    found: dict[tuple[str, ...], Rule] = {}
    for rule in [*_of_rows(planner, book, top), *_of_columns(planner, book, top), *_of_gaps(planner, book, top)]:
        found.setdefault(rule.key, rule)
    # Disruptions are tried last: they are the question, the other rules are the possible answers.
    return sorted(found.values(), key=lambda rule: rule.key[0] == "disruptions")


def _felt(planner: Planner, top: Solution) -> tuple[list[Any], list[Any]]:
    """Rows and columns with a dual."""
    rows, columns = top.row_duals, top.column_duals
    if rows is None or columns is None:
        return [], []
    least = FEELS * max(abs(rows).max(initial=0.0), 1e-12)
    engine = planner.engine
    return (
        [row for row, dual in zip(engine.rows, rows, strict=True) if abs(dual) > least],
        [column for column, dual in zip(engine.columns, columns, strict=True) if abs(dual) > least],
    )


def _of_rows(planner: Planner, book: RuleBook, top: Solution) -> Iterable[Rule]:
    case, m = planner.case, planner.model
    net = m.net
    for row in _felt(planner, top)[0]:
        name, index = row.parent_component().local_name, row.index()
        if name in ("capacity", "capacity_running", "modules_at_once", "site_before_modules", "one_site"):
            yield from _of_asset(planner, book, case.assets[index[0]], index[-2] if name == "capacity" else index[1])
            if name == "capacity":
                yield from _cuts(book, net.disruptions_of_asset(case.assets[index[0]], Period(*index[1:])))
        elif name == "one_option":
            yield book.modules(next(asset for asset in case.assets.values() if asset.venture == index))
        elif name in ("foreign_ceiling", "site_foreign_ceiling"):
            yield book.foreign_share(case.assets[index[0]])
        elif name in ("technology_share", "site_technology_share"):
            yield book.technology_share(case.assets[index[0]])
        elif name == "budget":
            yield book.budget(case.budgets[index])
        elif name == "thorium":
            yield book.thorium(index[0])
        elif name == "resource":
            yield book.resource(index[0])
        elif name == "offtake":
            yield book.offtake(index[0], index[1])
        elif name == "dependence":
            yield book.dependence(index[0], index[1])
        elif name == "purchases_follow_base":
            yield from _cuts(book, net.disruptions_of_supply(m.supply_of[index[:2]], Period(*index[2:])))
        elif name == "shipments_follow_base":
            yield from _cuts(book, net.disruptions_of_route(Lane(*index[:3]), Period(*index[3:])))
        elif name in ("room", "storage_space", "no_stocking_in_a_crisis"):
            yield from _of_store(planner, book, index[0], index[1], index[2])


def _of_columns(planner: Planner, book: RuleBook, top: Solution) -> Iterable[Rule]:
    case, m = planner.case, planner.model
    net = m.net
    for column in _felt(planner, top)[1]:
        name, index = column.parent_component().local_name, column.index()
        if name == "built":
            yield from _of_asset(planner, book, case.assets[index[0]], index[1])
        elif name == "buy":
            yield book.supply(m.supply_of[index[:2]])
            yield from _cuts(book, net.disruptions_of_supply(m.supply_of[index[:2]], Period(*index[2:])))
        elif name in ("level", "space"):
            yield from _of_store(planner, book, index[0], index[1], index[2])


def _of_gaps(planner: Planner, book: RuleBook, top: Solution) -> Iterable[Rule]:
    """What is missing altogether where a material is short: closed sellers, plants that cannot run yet."""
    case, m = planner.case, planner.model
    net = m.net
    for row in _felt(planner, top)[0]:
        if row.parent_component() is not m.balance:
            continue
        region, material, year, window = row.index()
        period = Period(year, window)
        for supply in m.supply_of.values():
            if supply.material == material:
                yield from _cuts(book, net.disruptions_of_supply(supply, period))
        for lane in net.lanes:
            if (lane.destination, lane.material) == (region, material):
                yield from _cuts(book, net.disruptions_of_route(lane, period))
        for operation in net.operations:
            asset = case.assets[operation.asset]
            if material not in net.outputs(operation):
                continue
            yield from _cuts(book, net.disruptions_of_asset(asset, period))
            if asset.max_modules and not starts(m, asset, year):
                yield book.timing(asset)
        if (region, material) in m.store_at:
            yield from _of_store(planner, book, region, material, year)


def _of_asset(planner: Planner, book: RuleBook, asset: Asset, year: int) -> Iterable[Rule]:
    if asset.max_modules:
        yield book.modules(asset)
        if book.first_year_running(asset) > planner.case.settings.first_year:
            yield book.timing(asset)
    elif asset.capacity_t_per_year:
        yield book.existing(asset)


def _of_store(planner: Planner, book: RuleBook, region: str, material: str, year: int) -> Iterable[Rule]:
    store = planner.model.store_at[region, material]
    yield book.room(store)
    if year <= planner.case.settings.first_year + 1:
        yield book.initial(store)


def _cuts(book: RuleBook, hits: Iterable[Disruption]) -> Iterable[Rule]:
    """The disruptions that leave less than everything."""
    return (book.disruption(hit) for hit in hits if hit.availability < 1)
