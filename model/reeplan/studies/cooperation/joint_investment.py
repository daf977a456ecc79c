"""What a joint plan decided and what each partner pays in it, by year: enough to say what is left of it in any year.

Plain numbers, so that it travels and can be kept; small amounts that are the solver's rounding are left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from reeplan.inputs.spec import BASE
from reeplan.model.network import Operation
from reeplan.model.program import cost
from reeplan.studies.cooperation.attribution import Attribution
from reeplan.tolerances import NOISE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from reeplan.model.case import Case
    from reeplan.solve.planner import Plan, Planner

Key = TypeVar("Key")


@dataclass(frozen=True)
class JointInvestment:
    """Of the joint plan of all partners of a case.

    ``fund``, ``sitefund``: modules and sites by (partner, asset, year decided). ``space``: storage room bought, t by
    (region, material, year). ``level``: stocks at the end of a year of the undisrupted path, t by (region, material,
    year). ``mined``: ore taken on the undisrupted path, t by (deposit, year). ``unmet``: demand not served in windows,
    t by (region, material, year, window). ``paid``: all costs but capital by (partner, year, window) in expected
    present value, MUSD; with capital's yearly payments they sum to the plan's cost.
    """

    fund: dict[tuple[str, str, int], float]
    sitefund: dict[tuple[str, str, int], float]
    space: dict[tuple[str, str, int], float]
    level: dict[tuple[str, str, int], float]
    mined: dict[tuple[str, int], float]
    unmet: dict[tuple[str, str, int, str], float]
    paid: dict[tuple[str, int, str], float]

    def decided(self, asset: str) -> dict[int, float]:
        """The modules of an asset that all partners decided together, by year."""
        modules: dict[int, float] = defaultdict(float)
        for (_, name, year), part in self.fund.items():
            if name == asset:
                modules[year] += part
        return dict(modules)

    def funded(self, asset: str, partners: Collection[str]) -> dict[int, float]:
        """The modules of an asset that some partners pay for, by year of decision."""
        modules: dict[int, float] = defaultdict(float)
        for (partner, name, year), part in self.fund.items():
            if name == asset and partner in partners:
                modules[year] += part
        return dict(modules)


def investment_of(planner: Planner, plan: Plan) -> JointInvestment:
    """What is to be known of a joint plan when somebody walks away from it."""
    levels = planner.by_index("level", plan.values)
    mined: dict[tuple[str, int], float] = defaultdict(float)
    for (asset, deposit, year, window), t in planner.by_index("run", plan.values).items():
        if window == BASE and planner.model.net.takes_ore(Operation(asset, deposit)):
            mined[deposit, year] += t
    unmet = planner.unmet(plan.values)
    return JointInvestment(
        fund=_noted(planner.by_index("fund", plan.values)),
        sitefund=_noted(planner.by_index("sitefund", plan.values)),
        space=_noted(planner.by_index("space", plan.values)),
        level={(r, m, year): t for (r, m, year, window), t in _noted(levels).items() if window == BASE},
        mined=_noted(mined),
        unmet={key: t for key, t in _noted(unmet).items() if key[-1] != BASE},
        paid=_RunningCosts(planner, plan).by_time(),
    )


def _noted(amounts: Mapping[Key, float]) -> dict[Key, float]:
    return {key: float(amount) for key, amount in amounts.items() if amount > NOISE}


class _RunningCosts(Attribution):
    """The attribution of a plan's cost to the partners, with the year and the window in which each cost arises."""

    def by_time(self) -> dict[tuple[str, int, str], float]:
        """All costs but capital: expected present value by (partner, year, window), MUSD."""
        paid: dict[tuple[str, int, str], list[float]] = defaultdict(list)
        for split, year, window, musd in [*self._of_operation(), *self._fixed()]:
            for partner, share in split.items():
                if share:
                    paid[partner, year, window].append(share * musd)
        return {key: math.fsum(amounts) for key, amounts in paid.items()}

    def _of_operation(self) -> Iterator[tuple[dict[str, float], int, str, float]]:
        """Operation as its own split says; fixed costs of what stood before the plan."""
        m, engine = self.planner.model, self.planner.engine
        for term in cost.terms(m):
            weight = cost.weight(m, term)
            if term.variable is None:
                yield self._of_constant(term), term.year, term.window, term.musd * weight
            elif term.part not in (cost.FIXED, cost.ANNUITIES):
                column = engine.column(term.variable)
                musd = 0.0 if column is None else term.musd * float(self.plan.values[column]) * weight
                if musd:
                    yield self._split(term), term.year, term.window, musd

    def _fixed(self) -> Iterator[tuple[dict[str, float], int, str, float]]:
        """Fixed costs of modules, by who funds them."""
        for (partner, name, decided), modules in self.fund.items():
            asset = self.case.assets[name]
            yearly = modules * asset.module_t_per_year * asset.fixed_usd_per_t / 1e6
            if yearly:
                for year in self.case.running_years(asset, decided):
                    yield {partner: 1.0}, year, BASE, yearly * self.case.discount(year)


# ---- capital --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stake:
    """What one partner pays for one decision: overnight capital (MUSD), and the payment in each of ``years`` (MUSD)."""

    partner: str
    asset: str | None
    country: str
    decided: int
    overnight_musd: float
    yearly_musd: float
    years: range


def stakes(case: Case, joint: JointInvestment) -> Iterator[Stake]:
    """All capital of the joint plan: modules, sites and storage room (of which ``asset`` is None)."""
    for funded, capital in ((joint.fund, "module_musd"), (joint.sitefund, "site_musd")):
        for (partner, name, decided), part in funded.items():
            asset = case.assets[name]
            musd = part * getattr(asset, capital)
            yearly = asset.yearly_musd(musd, case.wacc[partner])
            years = case.running_years(asset, decided)
            yield Stake(partner, name, asset.country, decided, musd, yearly, years)
    stores = {(store.region, store.material): store for store in case.stores}
    for (region, material, decided), t in joint.space.items():
        store = stores[region, material]
        musd = t * store.capacity_usd_per_t / 1e6
        yearly = store.yearly_musd(musd, case.wacc[store.partner])
        years = case.running_years(store, decided)
        yield Stake(store.partner, None, store.partner, decided, musd, yearly, years)
