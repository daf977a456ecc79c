"""The steps of ``reeplan cooperate``: the front of all partners together, every other coalition beside it, and the
deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.errors import UserInputError
from reeplan.outputs.spec import cooperation as spec
from reeplan.studies.base import StudyResult
from reeplan.studies.cooperation.fronts import CoalitionSearch, ask_reaches, common_level, deals
from reeplan.studies.cooperation.joint_investment import investment_of
from reeplan.studies.cooperation.levers import value_levers
from reeplan.studies.cooperation.marginal_prices import marginal_prices
from reeplan.studies.cooperation.result import Cooperation
from reeplan.studies.cooperation.walking_away import regret

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from reeplan.studies.base import StudyContext, StudyInputs
    from reeplan.studies.cooperation.deal import Deal

MOST_PARTNERS = 8
"""Each partner more doubles the number of coalitions: 255 with so many."""


def check(inputs: StudyInputs) -> None:
    """Several partners, not too many, and years to leave in that the case has."""
    number = len(inputs.case.partners)
    if number < 2:
        raise UserInputError(
            "the case has one partner: there is nobody to cooperate with.", "name at least two in partners.csv."
        )
    if number > MOST_PARTNERS:
        raise UserInputError(
            f"the case has {number} partners, and so {2**number - 1} coalitions: more than can be solved.",
            f"keep at most {MOST_PARTNERS} in partners.csv.",
        )
    years = inputs.case.years
    outside = [year for year in inputs.options.get("leaves", []) if year not in years]
    if outside:
        raise UserInputError(
            f"--leaves {outside[0]}: the case has no such year.", f"give a year from {years[0]} to {years[-1]}."
        )


def prepare(context: StudyContext) -> Sequence[float]:
    """How far each coalition reaches: the front gets a level that all of them can keep."""
    if context.inputs.single:
        return ()
    level = common_level(ask_reaches(context.case, context.measure, context.controls, context.ask))
    return () if level is None else (level,)


def work(context: StudyContext) -> StudyResult:
    """Every coalition at every level of the front, or at the one target; then what else was asked for.

    The deal is made at the target asked for; else at the highest level that every coalition keeps; else at none.
    """
    case, measure = context.case, context.measure
    reaches = {} if context.inputs.single else ask_reaches(case, measure, context.controls, context.ask)
    common, asked = common_level(reaches), context.inputs.search.target
    levels = sorted({*context.front.levels, *(level for level in (common, asked) if level is not None)})
    coalitions = CoalitionSearch(case, measure, reaches, context.gap, context.controls)
    by_level = deals(context.planner, context.front, levels, coalitions, context.ask)
    target = asked if asked is not None else common or 0.0
    deal = by_level[target]
    more: dict[str, pd.DataFrame] = {}
    if context.options.get("regret"):
        more |= _regret(context, deal)
    if context.options.get("levers"):
        more |= _levers(context, deal)
    return StudyResult(Cooperation(deal, by_level, more, context.ask.interrupted))


def _regret(context: StudyContext, deal: Deal) -> dict[str, pd.DataFrame]:
    """What the joint plan leaves those who stay."""
    point = context.front.at(deal.target)
    if point is None:
        return {}
    context.say("when partners walk away")
    side_payments = {k: deal.a_year(deal.side_payment("shapley", k)) for k in deal.partners} if deal.shares else None
    found = regret(
        context.case,
        context.measure,
        deal.target,
        investment_of(context.planner, point.plan),
        deal.answers,
        context.options.get("leaves") or None,
        context.gap,
        context.controls,
        context.ask,
        side_payments,
    )
    return {"regret": spec.REGRET.frame(found.table_rows())}


def _levers(context: StudyContext, deal: Deal) -> dict[str, pd.DataFrame]:
    """What each clause is worth: the marginal prices of the joint plan, and every coalition solved anew without it."""
    point = context.front.at(deal.target)
    prices = () if point is None else marginal_prices(context.planner, point.plan, deal.target)
    if prices is None:
        context.say("marginal prices are not known: the plan could not be solved again with what it builds")
        prices = ()
    context.say("what each clause alone is worth")
    levers = value_levers(
        context.case, context.measure, deal.target, context.gap, context.controls, context.ask, deal.answers
    )
    return {
        "levers": spec.LEVERS.frame(levers.rows()),
        "marginal_prices": spec.MARGINAL_PRICES.frame(map(vars, prices)),
    }
