"""What can be built or spent: each plant, venture, stockpile, country, route and partner as an amount of a plan.

An amount is a weighted sum of the program's investment variables, so that its least and its most can be asked for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.tolerances import FINEST_STEP, SLIGHT_DIVISIBLE, STEP_ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reeplan.model.case import Asset, Case
    from reeplan.solve.planner import Planner

KINDS = ("plant", "venture", "stockpile", "country", "route", "partner")
"""The kinds of things, in the order of the tables."""

Term = tuple[str, tuple[Any, ...], float]
"""A variable, its index and its weight."""

_WHOLE = ("built", "open")
"""Variables that are whole numbers."""


@dataclass(frozen=True)
class Quantity:
    """One thing and its amount over the horizon, in ``unit``: new capacity (t a year), new room (t), or capital (MUSD).

    ``terms`` are the variables that the amount sums.
    """

    kind: str
    name: str
    unit: str
    terms: tuple[Term, ...]

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.kind} {self.name}"

    @cached_property
    def divisible(self) -> bool:
        """Whether the amount may change while all whole numbers of a plan stay."""
        return any(variable not in _WHOLE for variable, _, _ in self.terms)

    @cached_property
    def step(self) -> float | None:
        """Every plan's amount is a multiple of it; None where it is divisible or the steps are too fine to tell."""
        if self.divisible:
            return None
        sizes = [Fraction(weight).limit_denominator(10**6) for *_, weight in self.terms]
        step = float(reduce(_common_step, sizes))
        return step if step > FINEST_STEP * max(weight for *_, weight in self.terms) else None

    @property
    def nothing(self) -> float:
        """Amounts up to this are none."""
        return SLIGHT_DIVISIBLE if self.step is None else self.step / 2

    def weights(self, planner: Planner) -> Any:
        """The weight of every column of a program."""
        weights = np.zeros(len(planner.engine.columns))
        for variable, index, weight in self.terms:
            weights[planner.columns(variable)[index]] += weight
        return weights

    def largest(self, planner: Planner) -> float:
        """No plan has more, whatever it may cost; infinite where the program sets no limit to some part."""
        limits = [(weight, getattr(planner.model, name)[index].ub) for name, index, weight in self.terms]
        return sum(weight * limit if limit is not None else math.inf for weight, limit in limits)

    def amount(self, planner: Planner, values: Any) -> float:
        """How much of it a plan has."""
        amount = sum(weight * float(values[planner.columns(name)[i]]) for name, i, weight in self.terms)
        return self.in_steps(amount, round) if self.step is not None else max(0.0, amount)

    def at_least(self, bound: float) -> float:
        """A proven least, raised to the next amount that a plan can have."""
        if not math.isfinite(bound):
            return 0.0
        return max(0.0, bound if self.step is None else self.in_steps(bound, lambda n: math.ceil(n - STEP_ROUNDING)))

    def at_most(self, bound: float) -> float:
        """A proven most, lowered to the next amount that a plan can have."""
        if not math.isfinite(bound):
            return math.inf
        return max(0.0, bound if self.step is None else self.in_steps(bound, lambda n: math.floor(n + STEP_ROUNDING)))

    def in_steps(self, amount: float, rounded: Any) -> float:
        """An amount as a whole number of steps."""
        assert self.step is not None
        return float(rounded(amount / self.step) * self.step)


def things_of(case: Case) -> dict[str, Quantity]:
    """Everything that can be built or spent in a case, by key; what exists already is no part of it."""
    found = sorted(_things(case), key=lambda thing: KINDS.index(thing.kind))
    return {thing.key: thing for thing in found}


def _things(case: Case) -> Iterator[Quantity]:
    assets = [asset for asset in case.assets.values() if case.decision_years(asset)]
    for asset in assets:
        if asset.venture is None:
            yield from _capacity("plant", asset.name, case, [asset])
    for venture, options in _grouped(assets, lambda asset: asset.venture).items():
        if venture is None:
            continue
        yield from _capacity("venture", venture, case, options)
        if len(options) > 1:
            for option in options:
                yield from _capacity("venture", option.name, case, [option])
    yield from _stockpiles(case)
    yield from _countries(case, assets)
    for process, plants in _grouped(assets, lambda asset: asset.process.name).items():
        yield from _capacity("route", process, case, plants)
    yield from _partners(case, assets)


def most_modules(case: Case, asset: Asset) -> int:
    """The most modules that can be decided over the horizon, replacements included."""
    years = case.decision_years(asset)
    return asset.max_modules * (1 if asset.venture else math.ceil(len(years) / asset.life_years))


def _capacity(kind: str, name: str, case: Case, assets: Iterable[Asset]) -> Iterator[Quantity]:
    terms = tuple(_all_modules(case, asset, asset.module_t_per_year) for asset in assets if asset.module_t_per_year)
    if terms:
        yield Quantity(kind, name, "t_per_year", terms)


def _all_modules(case: Case, asset: Asset, weight: float) -> Term:
    """All modules decided over the horizon: the variable counts those decided up to a year."""
    return "built", (asset.name, case.decision_years(asset)[-1]), weight


def _stockpiles(case: Case) -> Iterator[Quantity]:
    for store in case.stores:
        if store.room_to_add_t > 0:
            name = store.name.removeprefix("stockpile ")
            yield Quantity("stockpile", name, "t", tuple(_room(case, store.region, store.material, 1.0)))


def _room(case: Case, region: str, material: str, weight: float) -> Iterator[Term]:
    return (("space", (region, material, year), weight) for year in case.years)


def _countries(case: Case, assets: list[Asset]) -> Iterator[Quantity]:
    """Overnight capital by where it is spent, whoever pays."""
    terms: dict[str, list[Term]] = defaultdict(list)
    for asset in assets:
        if asset.module_musd:
            terms[asset.country].append(_all_modules(case, asset, asset.module_musd))
        if asset.site_musd:
            terms[asset.country] += [
                ("open", (asset.name, year), asset.site_musd) for year in case.decision_years(asset)
            ]
    for country, room in _room_capital(case).items():
        terms[country] += room
    for country in sorted(terms):
        yield Quantity("country", country, "musd", tuple(terms[country]))


def _partners(case: Case, assets: list[Asset]) -> Iterator[Quantity]:
    """Overnight capital by who pays, wherever it is spent."""
    rooms = _room_capital(case)
    for partner in case.partners:
        terms: list[Term] = []
        for asset in assets:
            for year in case.decision_years(asset):
                if asset.module_musd:
                    terms.append(("fund", (partner, asset.name, year), asset.module_musd))
                if asset.site_musd:
                    terms.append(("sitefund", (partner, asset.name, year), asset.site_musd))
        terms += rooms.get(partner, [])
        if terms:
            yield Quantity("partner", partner, "musd", tuple(terms))


def _room_capital(case: Case) -> dict[str, list[Term]]:
    """The capital of storage room by partner: it is spent and paid in the partner's own country."""
    terms: dict[str, list[Term]] = defaultdict(list)
    for store in case.stores:
        if store.room_to_add_t > 0 and store.capacity_usd_per_t:
            terms[store.partner] += _room(case, store.region, store.material, store.capacity_usd_per_t / 1e6)
    return terms


def _grouped(assets: Iterable[Asset], key: Any) -> dict[Any, list[Asset]]:
    groups: dict[Any, list[Asset]] = defaultdict(list)
    for asset in assets:
        groups[key(asset)].append(asset)
    return groups


def _common_step(one: Fraction, other: Fraction) -> Fraction:
    """The greatest number of which both are multiples."""
    return Fraction(
        math.gcd(one.numerator * other.denominator, other.numerator * one.denominator),
        one.denominator * other.denominator,
    )


def same_questions(things: Mapping[str, Quantity]) -> dict[str, tuple[str, float]]:
    """For every thing the one that is asked about in its stead, and the factor from that one's amount to its own.

    A route with a single plant has the plant's amount; a country with a single plant without a site has a multiple.
    """
    asked: dict[Any, Quantity] = {}
    found = {}
    for key, thing in things.items():
        largest = max(weight for *_, weight in thing.terms)
        shape = tuple(sorted((name, index, round(weight / largest, 12)) for name, index, weight in thing.terms))
        first = asked.setdefault(shape, thing)
        found[key] = (first.key, largest / max(weight for *_, weight in first.terms))
    return found
