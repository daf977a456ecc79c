"""``reeplan cooperate``: the front of all partners together, every other coalition beside it, and the deal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reeplan.cli.deal import as_object, print_deal, status_of
from reeplan.cli.options import UserInputError
from reeplan.cli.study import Study, StudyContext
from reeplan.endings import AT_LIMIT, INTERRUPTED, NOT_PROVEN
from reeplan.outputs.spec import cooperation as spec
from reeplan.outputs.summary import measure_in_words
from reeplan.studies.cooperation.fronts import Coalitions, ask_reaches, common_level, deals
from reeplan.studies.cooperation.joint_investment import investment_of
from reeplan.studies.cooperation.levers import value_levers
from reeplan.studies.cooperation.marginal_prices import marginal_prices
from reeplan.studies.cooperation.walking_away import regret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.cli.options import Session
    from reeplan.studies.cooperation.deal import Deal

MOST_PARTNERS = 8
"""Each partner more doubles the number of coalitions: 255 with so many."""


@dataclass(frozen=True)
class Cooperation:
    """The deal at a target, and at every level of the front."""

    deal: Deal
    by_level: Mapping[float, Deal]
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Further tables."""
    interrupted: bool = False

    @property
    def status(self) -> str:
        """How the search for all of it ended."""
        statuses = {status_of(deal) for deal in self.by_level.values()}
        if self.interrupted:
            return "interrupted"
        return next((s for s in (INTERRUPTED, AT_LIMIT, NOT_PROVEN) if s in statuses), "done")

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every coalition at every level, and what follows at the target."""
        rows = [row for level in sorted(self.by_level) for row in self.by_level[level].coalition_rows()]
        return {
            "coalitions": spec.COALITIONS.frame(rows),
            "allocation": spec.ALLOCATION.frame(self.deal.allocation_rows()),
            **{output.name: output.frame(rows) for output, rows in self.deal.bill_rows().items() if rows},
            "ceilings": spec.CEILINGS.frame(self.deal.ceiling_rows()),
            **self.more,
        }

    def as_object(self) -> dict[str, Any]:
        """The deal at the target."""
        return {**as_object(self.deal), "levels": sorted(self.by_level)}

    def say(self, place: Path) -> None:
        """The deal at the target, in words."""
        print_deal(self.deal, self.by_level, place, measure_in_words(self.deal.case.settings))


def _check(session: Session) -> None:
    number = len(session.case.partners)
    if number < 2:
        raise UserInputError(
            "the case has one partner: there is nobody to cooperate with.", "name at least two in partners.csv."
        )
    if number > MOST_PARTNERS:
        raise UserInputError(
            f"the case has {number} partners, and so {2**number - 1} coalitions: more than can be solved.",
            f"keep at most {MOST_PARTNERS} in partners.csv.",
        )
    years = session.case.years
    outside = [year for year in (session.facts.get("options") or {}).get("leaves", []) if year not in years]
    if outside:
        raise UserInputError(
            f"--leaves {outside[0]}: the case has no such year.", f"give a year from {years[0]} to {years[-1]}."
        )


def _prepare(setting: StudyContext) -> Sequence[float]:
    """How far each coalition reaches: the front gets a level that all of them can keep."""
    if setting.session.single:
        return ()
    level = common_level(ask_reaches(setting.case, setting.controls, setting.ask))
    return () if level is None else (level,)


def _work(setting: StudyContext) -> Cooperation:
    """Every coalition at every level of the front, or at the one target; then what else was asked for.

    The deal is made at the target asked for; else at the highest level that every coalition keeps; else at none.
    """
    case = setting.case
    reaches = {} if setting.session.single else ask_reaches(case, setting.controls, setting.ask)
    common, asked = common_level(reaches), case.settings.resilience_target
    levels = sorted({*setting.front.levels, *(level for level in (common, asked) if level is not None)})
    by_level = deals(
        setting.planner, setting.front, levels, Coalitions(case, reaches, setting.gap, setting.controls), setting.ask
    )
    target = asked if asked is not None else common or 0.0
    deal = by_level[target]
    more: dict[str, pd.DataFrame] = {}
    if setting.options.get("regret"):
        more |= _regret(setting, deal)
    if setting.options.get("levers"):
        more |= _levers(setting, deal)
    return Cooperation(deal, by_level, more, setting.ask.interrupted)


def _regret(setting: StudyContext, deal: Deal) -> dict[str, pd.DataFrame]:
    """What the joint plan leaves those who stay."""
    point = setting.front.at(deal.target)
    if point is None:
        return {}
    setting.say("              when partners walk away")
    side_payments = {k: deal.a_year(deal.side_payment("shapley", k)) for k in deal.partners} if deal.shares else None
    found = regret(
        setting.case,
        deal.target,
        investment_of(setting.planner, point.plan),
        deal.answers,
        setting.options.get("leaves") or None,
        setting.gap,
        setting.controls,
        setting.ask,
        side_payments,
    )
    return {"regret": spec.REGRET.frame(found.table_rows())}


def _levers(setting: StudyContext, deal: Deal) -> dict[str, pd.DataFrame]:
    """What each clause is worth: the marginal prices of the joint plan, and every coalition solved anew without it."""
    point = setting.front.at(deal.target)
    prices = () if point is None else marginal_prices(setting.planner, point.plan, deal.target)
    if prices is None:
        setting.say(
            "              marginal prices are not known: the plan could not be solved again with what it builds"
        )
        prices = ()
    setting.say("              what each clause alone is worth")
    levers = value_levers(setting.case, deal.target, setting.gap, setting.controls, setting.ask, deal.answers)
    return {
        "levers": spec.LEVERS.frame(levers.rows()),
        "marginal_prices": spec.MARGINAL_PRICES.frame(map(vars, prices)),
    }


STUDY = Study(
    command="cooperate",
    results="coalitions",
    unit="coalitions",
    work=_work,
    prepare=_prepare,
    check=_check,
)
