"""What a little more of each clause would be worth to all together, given the plants that the joint plan builds.

These are dual values of the clauses' rules, as ``prices.csv`` holds those of the balances: modules, sites and ventures
are held as the plan has them, and the rest is a linear program. A little more room under a clause cannot make another
plant worth building, so a clause that decides over whole plants may have no price at all and still be worth much: that
is what solving again says (``levers``). A venture is taken whole or not at all, and so is a technology: neither has a
price, but the share that a technology's owner asks for has one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.inputs.spec import BASE
from reeplan.model.network import Period
from reeplan.model.program.investment import starts
from reeplan.studies.cooperation import clauses
from reeplan.tolerances import NOISE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.solve.planner import Plan, Planner

POINT = 0.01
"""A percentage point of a share."""


@dataclass(frozen=True)
class MarginalPrice:
    """What one unit more (for a share that is demanded: less) saves all partners together, never less than nothing.

    Without ``item``, ``year`` and ``window`` it is that of the whole clause, eased by one unit everywhere and always,
    in present value. Otherwise it is the part of one plant or material, year and window, in money of that year; these
    parts, discounted, sum to the whole. What a window adds counts with the probability that it happens, and with what
    it does for the target.
    """

    clause: str
    about: str
    item: str
    year: int | None
    window: str
    price: float
    unit: str


def marginal_prices(planner: Planner, plan: Plan, target: float | None = None) -> tuple[MarginalPrice, ...] | None:
    """The price of every clause that the case has, given the build plan; None if they cannot be known.

    What is kept is ``target``, or else what the plan's windows keep: a plan of a front serves more than its target
    where that is free, and there keeping all of it may have a price of its own.
    """
    found = planner.priced(plan.values, plan.kept if target is None else target)
    if found is None or found.row_duals is None:
        return None
    return _Pricing(planner, found.values, found.row_duals).prices()


@dataclass(frozen=True)
class _Unit:
    """How a clause's price is told: the unit of the whole, and that of a part with the factor that leads to it."""

    of_whole: str
    of_part: str
    times: float = 1.0


_UNITS = {
    clauses.OFFTAKE: _Unit("MUSD per percentage point more of goods for finance", "MUSD per percentage point more"),
    clauses.EXPORT: _Unit("MUSD per t a year of more free export", "USD per t of more free export", 1e6),
    clauses.CEILING: _Unit("MUSD per percentage point more", "MUSD per percentage point more"),
    clauses.TECHNOLOGY: _Unit("MUSD per percentage point less of a share", "MUSD per percentage point less of a share"),
    clauses.BUDGET: _Unit("MUSD per MUSD more in every period", "MUSD per MUSD more"),
    clauses.THORIUM: _Unit("MUSD per t of thorium a year more", "USD per t of thorium more", 1e6),
    clauses.DEPENDENCE: _Unit("MUSD per percentage point more", "MUSD per percentage point more"),
}


@dataclass(frozen=True)
class _Part:
    """What one row of the program would save (MUSD, present value) per unit of a clause."""

    clause: str
    about: str
    item: str
    year: int | None
    window: str
    musd: float


class _Pricing:
    """The duals of a joint plan, read as prices of clauses."""

    def __init__(self, planner: Planner, values: Any, duals: Any) -> None:
        self.planner, self.case, self.m = planner, planner.case, planner.model
        self.values, self.duals = values, duals
        self.row = {id(row): position for position, row in enumerate(planner.engine.rows)}

    def prices(self) -> tuple[MarginalPrice, ...]:
        """Clause by clause: the whole, then its parts that are not nothing."""
        wholes: dict[tuple[str, str], list[_Part]] = defaultdict(list)
        for parts in (
            self._exports(), self._offtake(), self._ceilings(), self._technology(), self._budgets(), self._thorium(),
            self._dependence(),
        ):  # fmt: skip
            for part in parts:
                wholes[part.clause, part.about].append(part)
        found = []
        for (clause, about), items in wholes.items():
            unit = _UNITS[clause]
            whole = max(0.0, math.fsum(part.musd for part in items))
            found.append(MarginalPrice(clause, about, "", None, "", whole, unit.of_whole))
            found += [price for part in items if (price := self._price(part, unit)).price > NOISE]
        return tuple(found)

    def _price(self, part: _Part, unit: _Unit) -> MarginalPrice:
        discount = 1.0 if part.year is None else self.case.discount(part.year)
        price = part.musd / discount * unit.times
        return MarginalPrice(part.clause, part.about, part.item, part.year, part.window, price, unit.of_part)

    def _saving(self, rule: Any, index: Any) -> float:
        """What a row would save per unit by which its limit is eased (MUSD); 0 where the row is left out."""
        if index not in rule:
            return 0.0
        position = self.row.get(id(rule[index]))
        return 0.0 if position is None else abs(float(self.duals[position]))

    def _saving_a_year(self, rule: Any, index: Any) -> float:
        """The same per unit of a yearly limit (MUSD), of which a window of months has its part."""
        part: float = self.m.net.of_year(Period(*index[-2:]))
        return self._saving(rule, index) * part

    def _value(self, variable: Any) -> float:
        column = self.planner.engine.column(variable)
        return 0.0 if column is None else max(0.0, float(self.values[column]))

    # ---- goods ----------------------------------------------------------------------------------

    def _exports(self) -> Iterator[_Part]:
        for sender, receiver, year, window in self.m.OFFTAKE:
            saving = self._saving_a_year(self.m.offtake, (sender, receiver, year, window))
            yield _Part(clauses.EXPORT, clauses.exports(sender, receiver), "", year, window, saving)

    def _offtake(self) -> Iterator[_Part]:
        """Goods that follow from finance: a right of one percentage point more, of what the receiver has paid for."""
        for sender, receiver, year, window in self.m.OFFTAKE:
            saving = self._saving_a_year(self.m.offtake, (sender, receiver, year, window))
            for asset in self.case.assets.values():
                if asset.country != sender or not asset.offtake_right:
                    continue
                financed = sum(
                    asset.module_t_per_year
                    * asset.ramped(u, year)
                    * self._value(self.m.fund[receiver, asset.name, u])
                    for u in starts(self.m, asset, year)
                )
                about = clauses.plants_in(sender)
                yield _Part(clauses.OFFTAKE, about, asset.name, year, window, saving * financed * POINT)

    def _dependence(self) -> Iterator[_Part]:
        """One percentage point more of what the partner uses of the material that year."""
        m, case = self.m, self.case
        for partner, country, material, year in m.DEPENDENCE:
            saving = self._saving(m.dependence, (partner, country, material, year))
            period = Period(year, BASE)
            used = sum(d.t[year] for d in case.demands if d.partner == partner and d.material == material)
            used += sum(
                m.net.inputs(operation)[material] * self._value(m.run[(*operation, *period)])
                for operation in m.net.operations
                if case.assets[operation.asset].country == partner
                and material in m.net.inputs(operation)
                and (*operation, *period) in m.RUN
            )
            about = clauses.reliance(partner, country)
            yield _Part(clauses.DEPENDENCE, about, material, year, BASE, saving * used * POINT)

    # ---- ownership, technology, money ---------------------------------------------------------------

    def _ceilings(self) -> Iterator[_Part]:
        """One percentage point more of what is decided that year, at each plant that has a ceiling."""
        for name, year in self.m.DECISIONS:
            asset = self.case.assets[name]
            if asset.country in self.case.wacc and asset.foreign_share_max < 1 and len(self.case.wacc) > 1:
                musd = self._of_decided(self.m.foreign_ceiling, self.m.site_foreign_ceiling, name, year)
                yield _Part(clauses.CEILING, clauses.plants_in(asset.country), name, year, "", musd)

    def _technology(self) -> Iterator[_Part]:
        """One percentage point less of what is decided that year, at each plant with a share that must be held."""
        for name, year in self.m.DECISIONS:
            asset = self.case.assets[name]
            if asset.technology_partner is not None and asset.technology_share_min > 0:
                musd = self._of_decided(self.m.technology_share, self.m.site_technology_share, name, year)
                yield _Part(clauses.TECHNOLOGY, asset.technology_partner, name, year, "", musd)

    def _of_decided(self, of_modules: Any, of_sites: Any, name: str, year: int) -> float:
        before = (name, year - 1)
        modules = self._value(self.m.built[name, year])
        modules -= self._value(self.m.built[before]) if before in self.m.built else 0.0
        sites = self._value(self.m.open[name, year]) if (name, year) in self.m.open else 0.0
        saving = modules * self._saving(of_modules, (name, year)) + sites * self._saving(of_sites, (name, year))
        return saving * POINT

    def _budgets(self) -> Iterator[_Part]:
        for number, budget in enumerate(self.case.budgets):
            saving = self._saving(self.m.budget, number)
            span = f"{budget.first_year} to {budget.last_year}"
            yield _Part(clauses.BUDGET, budget.partner, span, None, "", saving)

    def _thorium(self) -> Iterator[_Part]:
        for region, year, window in self.m.THORIUM:
            saving = self._saving_a_year(self.m.thorium, (region, year, window))
            yield _Part(clauses.THORIUM, region, "", year, window, saving)
