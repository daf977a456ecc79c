"""Who pays what, owns what and risks what in a joint plan, before any money changes hands between the partners.

The rule: a cost lies where it arises. Capital is paid by who funds it; fixed and running costs of a plant by the owners
of its capacity; freight by who receives; a purchase by the buyer of the contract, the seller's own country, or who
receives the goods; storage and lost supply by the country they are in. The whole is the plan's cost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reeplan.inputs.spec import BASE
from reeplan.model.measures import served_value_shares
from reeplan.model.program import cost
from reeplan.model.program.investment import starts
from reeplan.studies.cooperation.sharing import Parts
from reeplan.tolerances import INEXACT, NOISE, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reeplan.model.case import Asset
    from reeplan.solve.planner import Plan, Planner

Split = dict[str, float]
"""Parts of the partners that sum to 1."""


@dataclass(frozen=True)
class Bill:
    """``paid``: expected present value by (partner, part of the cost), MUSD, which sums to the plan's cost.

    ``owned``: overnight capital by (asset, partner), MUSD. ``served``: the part of the value of a partner's demand that
    a window leaves it, and ``lost``: the value of what it does not (MUSD, of the window's own years), by (partner,
    window).
    """

    paid: dict[tuple[str, str], float]
    owned: dict[tuple[str, str], float]
    served: dict[tuple[str, str], float]
    lost: dict[tuple[str, str], float]
    arrived: dict[tuple[str, str, str, str], float] = field(default_factory=dict)
    """What reaches a partner from other countries, t over all years of the undisrupted path or of a window, by
    (partner, country it comes from, material, window)."""

    def total(self, partner: str) -> float:
        """What a partner pays in the plan, MUSD."""
        return math.fsum(musd for (payer, _), musd in self.paid.items() if payer == partner)


def bill_of(planner: Planner, plan: Plan) -> Bill:
    """What every partner of the case pays, owns and risks in a plan."""
    return Attribution(planner, plan).bill()


class Attribution:
    """A plan's costs, one by one, and whose they are."""

    def __init__(self, planner: Planner, plan: Plan) -> None:
        self.planner, self.plan, self.case = planner, plan, planner.case
        self.parts = Parts(self.case)
        self.fund = planner.by_index("fund", plan.values)
        self.sent: dict[Any, Split] = defaultdict(lambda: defaultdict(float))
        self.received: dict[Any, Split] = defaultdict(lambda: defaultdict(float))
        for (origin, destination, material, *period), t in planner.by_index("ship", plan.values).items():
            sender, receiver = self.case.country(origin), self.case.country(destination)
            if receiver in self.case.wacc:
                self.received[(origin, material, *period)][receiver] += max(0.0, t)
            if sender in self.case.wacc:
                self.sent[(destination, material, *period)][sender] += max(0.0, t)

    def bill(self) -> Bill:
        """What every partner pays, owns, gets and risks."""
        paid: dict[tuple[str, str], list[float]] = defaultdict(list)
        for part, split, musd in [*self._terms(), *self._fixed_of_modules()]:
            for partner, share in split.items():
                if share:
                    paid[partner, part].append(share * musd)
        sums = {key: math.fsum(amounts) for key, amounts in paid.items()}
        return Bill(self._to_the_last_digit(sums), self._owned(), *self._risks(), self._arrived())

    def _to_the_last_digit(self, sums: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
        """What rounding has left over goes to the largest item."""
        if not sums:
            return sums
        largest = max(sums, key=lambda key: abs(sums[key]))
        rest = math.fsum(musd for key, musd in sums.items() if key != largest)
        over = self.plan.cost_musd - rest - sums[largest]
        if abs(over) > INEXACT * max(1.0, abs(self.plan.cost_musd)):
            raise ArithmeticError(f"what the partners pay misses the plan's cost by {over} MUSD")
        return {**sums, largest: self.plan.cost_musd - rest}

    def _terms(self) -> Iterator[tuple[str, Split, float]]:
        """Every term of the cost but the fixed cost of modules: its part, whose it is, expected MUSD."""
        m, engine = self.planner.model, self.planner.engine
        for term in cost.terms(m):
            weight = cost.weight(m, term)
            if term.variable is None:
                yield term.part, self._of_constant(term), term.musd * weight
                continue
            column = engine.column(term.variable)
            if column is None or term.part == cost.FIXED:
                continue
            musd = term.musd * float(self.plan.values[column]) * weight
            if musd:
                yield term.part, self._split(term), musd

    def _fixed_of_modules(self) -> Iterator[tuple[str, Split, float]]:
        for (partner, name, decided), modules in self.fund.items():
            asset = self.case.assets[name]
            yearly = modules * asset.module_t_per_year * asset.fixed_usd_per_t / 1e6
            if yearly:
                years = self.case.running_years(asset, decided)
                yield cost.FIXED, {partner: 1.0}, yearly * sum(self.case.discount(year) for year in years)

    # ---- whose a cost is ------------------------------------------------------------------------

    def _split(self, term: cost.Term) -> Split:
        where = term.variable.index()
        if term.part == cost.ANNUITIES:
            return {term.partner: 1.0}
        if term.part == cost.PROCESS:
            return self._of_capacity(self.case.assets[where[0]], term.year)
        if term.part == cost.PURCHASES:
            supply = self.planner.model.supply_of[where[:2]]
            own = supply.buyer or supply.country
            return self._by_country(own, self.received.get((supply.region, *where[1:])), term.year)
        if term.part == cost.TRANSPORT:
            origin, destination = self.case.country(where[0]), self.case.country(where[1])
            return self._by_country(destination if destination in self.case.wacc else origin, None, term.year)
        if term.part == cost.SALES:
            return self._by_country(self.case.country(where[0]), self.sent.get(where), term.year)
        return {self.case.country(where[0]): 1.0}

    def _by_country(self, country: str, tonnes: Mapping[str, float] | None, year: int) -> Split:
        """The country's if it is a partner, else by tonnes, else by the value of demand."""
        if country in self.case.wacc:
            return {country: 1.0}
        total = sum(tonnes.values()) if tonnes else 0.0
        if tonnes and total > 0:
            return {partner: t / total for partner, t in tonnes.items()}
        return {partner: self.parts.of_value([partner], year) for partner in self.case.partners}

    def _of_constant(self, term: cost.Term) -> Split:
        """What no decision changes: fixed costs of what stands already, and restocking to what lay there at first."""
        if term.part == cost.RESTOCK:
            return next({store.partner: 1.0} for store in self.case.stores if store.name == term.item)
        return self._of_existing(self.case.assets[term.item], term.year)

    def _of_existing(self, asset: Asset, year: int) -> Split:
        """Plants that stand already belong to their country, outside partner countries to all by value of demand."""
        return self._by_country(asset.country, None, year)

    def _of_capacity(self, asset: Asset, year: int) -> Split:
        """By capacity owned: of what stands already, and of the modules that each has funded."""
        owned = {k: asset.existing(year) * part for k, part in self._of_existing(asset, year).items()}
        for u in starts(self.planner.model, asset, year):
            size = asset.module_t_per_year * asset.ramped(u, year)
            for partner in self.case.partners:
                owned[partner] = owned.get(partner, 0.0) + size * max(0.0, self.fund.get((partner, asset.name, u), 0.0))
        total = sum(owned.values())
        if total <= 0:  # what runs then is the solver's rounding
            return self._of_existing(asset, year)
        return {partner: t / total for partner, t in owned.items()}

    # ---- what else a partner has in the plan -------------------------------------------------------

    def _owned(self) -> dict[tuple[str, str], float]:
        owned: dict[tuple[str, str], float] = defaultdict(float)
        for (partner, name, _), modules in self.fund.items():
            owned[name, partner] += modules * self.case.assets[name].module_musd
        for (partner, name, _), sites in self.planner.by_index("sitefund", self.plan.values).items():
            owned[name, partner] += sites * self.case.assets[name].site_musd
        for (region, material, _), room in self.planner.by_index("space", self.plan.values).items():
            store = self.planner.model.store_at[region, material]
            owned[store.name, store.partner] += room * store.capacity_usd_per_t / 1e6
        return {key: musd for key, musd in owned.items() if musd > NOISE}

    def _arrived(self) -> dict[tuple[str, str, str, str], float]:
        arrived: dict[tuple[str, str, str, str], float] = defaultdict(float)
        for (origin, destination, material, _, window), t in self.planner.by_index("ship", self.plan.values).items():
            sender, receiver = self.case.country(origin), self.case.country(destination)
            if receiver in self.case.wacc and sender != receiver:
                arrived[receiver, sender, material, window] += t
        return {key: t for key, t in sorted(arrived.items()) if t > SLIGHT}

    def _risks(self) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
        unmet = self.planner.unmet(self.plan.values)
        lost: dict[tuple[str, str], float] = defaultdict(float)
        for (region, material, year, window), t in unmet.items():
            demand = self.planner.model.demand_at[region, material]
            if window != BASE:
                lost[demand.partner, window] += max(0.0, t) * demand.shortage_usd_per_t[year] / 1e6
        served = served_value_shares(self.case, unmet)
        return {key: float(share) for key, share in served.items()}, {key: lost.get(key, 0.0) for key in served}
