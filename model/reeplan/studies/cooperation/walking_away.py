"""Regret: some partners plan on cooperation and the others walk away; against having planned alone from the start.

Until the year of the break everything is as in the joint plan, and everybody pays what falls to it there. From then on
those who stay have what they hold and what is theirs without the others; what they have funded is paid off to the end.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.endings import Status, status_of
from reeplan.inputs.spec import BASE
from reeplan.model.measures import BY_WINDOW
from reeplan.solve.executor import Task
from reeplan.studies.cooperation.after_a_break import ContinueAfterBreak, Reoptimise
from reeplan.studies.cooperation.coalition import named
from reeplan.studies.cooperation.held_assets import Break

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.studies.cooperation.after_a_break import OutcomeAfterBreak
    from reeplan.studies.cooperation.allocation import Coalition
    from reeplan.studies.cooperation.joint_investment import JointInvestment
    from reeplan.studies.cooperation.question import CoalitionAnswer

AS_PLANNED, TURNS_ROUND = "goes on as planned", "turns round"
"""The two conducts: carry out one's own part of the joint plan all the same, or decide anew from the break on."""


@dataclass(frozen=True)
class Row:
    """One row of the table: who stays, who leaves and when, what those who stay then do, and what becomes of them.

    Money is the whole horizon's expected present value in MUSD, capital overnight. ``served_share`` is by the
    measure of resilience over all windows, those that began before the break as in the joint plan; ``window`` the one
    in which most is lost, ``lost_musd`` the value lost in it (of its own years). Not a number where it is not known.
    """

    stays: str
    leaves: str
    year: int
    conduct: str
    status: str
    cost_musd: float
    bound_musd: float
    served_share: float
    window: str
    lost_musd: float
    alone_status: str
    alone_cost_musd: float
    alone_bound_musd: float
    alone_served_share: float
    regret_musd: float
    regret_least_musd: float
    regret_greatest_musd: float
    paid_before_musd: float
    side_payments_musd: float
    still_to_pay_musd: float
    stranded_capital_musd: float
    capital_left_behind_musd: float


@dataclass(frozen=True)
class Regret:
    """All rows, by who stays, year and conduct."""

    rows: tuple[Row, ...]

    def table_rows(self) -> list[dict[str, Any]]:
        """The rows of ``regret.csv``."""
        return [asdict(row) for row in self.rows]


def regret(
    case: Case,
    measure: Measure,
    target: float,
    joint: JointInvestment,
    alone: Mapping[Coalition, CoalitionAnswer | None],
    years: Sequence[int] | None,
    gap: float,
    controls: Controls,
    ask: Ask,
    side_payments: Mapping[str, float] | None = None,
) -> Regret:
    """What the joint plan costs and serves those who stay, if the others leave at the beginning of each of ``years``.

    ``alone``: the answers about coalitions at the same target, as planned from the start; of one that cannot reach it
    the cheapest of the most resilient plans is sought as well. ``years``: three spread over the horizon if None.
    ``gap`` is relative to the cost of the years left. ``side_payments``: what each partner pays in every year of
    cooperation (MUSD; negative: receives); nothing if None.
    """
    stays = who_may_stay(case)
    breaks = [
        Break(case, joint, stay, year, goes_on)
        for stay in stays
        for year in (default_years(case) if years is None else years)
        for goes_on in (True, False)
    ]
    _check_years(case, [one.year for one in breaks])
    never = [
        Break(case, joint, stay, case.settings.first_year)
        for stay in stays
        if (known := alone.get(stay)) is not None and known.out_of_reach
    ]
    answers = ask([_task(one, measure, target, gap, controls) for one in [*breaks, *never]])
    planned = {stay: _planned_alone(alone.get(stay)) for stay in stays}
    for one, answer in zip(never, answers[len(breaks) :], strict=True):
        planned[one.stay] = _at_its_most_resilient(one, answer, measure)
    paid = side_payments or {}
    return Regret(
        tuple(
            _row(one, answer, measure, planned[one.stay], sum(paid.get(partner, 0.0) for partner in one.stay))
            for one, answer in zip(breaks, answers[: len(breaks)], strict=True)
        )
    )


def who_may_stay(case: Case) -> list[Coalition]:
    """Each partner by itself, when all others leave, and all but one, when a single one leaves."""
    single = [frozenset([one]) for one in case.partners]
    without_one = [frozenset(case.partners) - {one} for one in case.partners]
    return [stay for stay in dict.fromkeys([*single, *without_one]) if stay and len(stay) < len(case.partners)]


def default_years(case: Case) -> list[int]:
    """Three years after the first, a quarter, half and three quarters through the horizon; fewer if it is short."""
    span = len(case.years)
    later = (case.settings.first_year + math.ceil(span * part / 4) for part in (1, 2, 3))
    return [year for year in dict.fromkeys(later) if year <= case.settings.last_year]


def _check_years(case: Case, years: Sequence[int]) -> None:
    outside = sorted({year for year in years if year not in case.years})
    if outside:
        raise ValueError(f"a break is in a year of the plan, not in {', '.join(map(str, outside))}")


def _task(one: Break, measure: Measure, target: float, gap: float, controls: Controls) -> Task:
    remaining = one.case()
    if measure.lacks_odds(remaining):
        # No window is left that the measure would count: there is nothing to keep.
        measure, target = replace(measure, name=BY_WINDOW[0]), 0.0
    what = f"{named(one.whole.partners, one.stay)} from {one.year}: {AS_PLANNED if one.goes_on else TURNS_ROUND}"
    if one.goes_on:
        return Task(what, remaining, measure, ContinueAfterBreak(one.space_after()))
    return Task(what, remaining, measure, Reoptimise(target, gap, controls), controls.time_limit_s)


# ---- from an answer to a row ------------------------------------------------------------------------


def _row(
    one: Break, answer: OutcomeAfterBreak | None, measure: Measure, alone: Alone, side_payment_a_year: float
) -> Row:
    found = answer if answer is not None and answer.found else None
    before, to_pay = _paid_before(one), _still_to_pay(one)
    side = side_payment_a_year * sum(one.whole.discount(t) for t in one.whole.years if t < one.year)
    known = before + side + to_pay + one.stock_owed_musd() + _fixed_while_starting(one)
    cost = math.nan if found is None else known + found.cost_musd
    bound = math.nan if found is None else known + found.bound_musd
    window, lost, served = _losses(one, found, measure)
    return Row(
        stays=named(one.whole.partners, one.stay),
        leaves=named(one.whole.partners, one.leave),
        year=one.year,
        conduct=AS_PLANNED if one.goes_on else TURNS_ROUND,
        status=_status(answer),
        cost_musd=cost,
        bound_musd=bound,
        served_share=served,
        window=window,
        lost_musd=lost,
        alone_status=alone.status,
        alone_cost_musd=alone.cost_musd,
        alone_bound_musd=alone.bound_musd,
        alone_served_share=alone.served_share,
        regret_musd=cost - alone.cost_musd,
        regret_least_musd=bound - alone.cost_musd,
        regret_greatest_musd=cost - alone.bound_musd,
        paid_before_musd=before,
        side_payments_musd=side,
        still_to_pay_musd=to_pay,
        stranded_capital_musd=_capital_lost(one, one.stay, one.leave),
        capital_left_behind_musd=_capital_lost(one, one.leave, one.stay),
    )


def _status(answer: OutcomeAfterBreak | None) -> str:
    """How the search ended, in the words that are used of coalitions."""
    if answer is None:
        return Status.NOT_SOLVED
    if not answer.solved:
        return status_of(answer.outcome, found=answer.found)
    return Status.OPTIMAL if answer.reaches_target else Status.OUT_OF_REACH


class Alone(NamedTuple):
    """What those who stay would pay (MUSD) and be served, had they planned without the others from the start."""

    status: str
    cost_musd: float = math.nan
    bound_musd: float = math.nan
    served_share: float = math.nan


def _planned_alone(answer: CoalitionAnswer | None) -> Alone:
    """At the target."""
    if answer is None:
        return Alone(Status.NOT_SOLVED)
    if not answer.found:
        return Alone(Status.OUT_OF_REACH if answer.out_of_reach else status_of(answer.outcome, found=False))
    status = Status.OPTIMAL if answer.solved else status_of(answer.outcome, found=True)
    return Alone(status, answer.cost_musd, answer.bound_musd, answer.resilience)


def _at_its_most_resilient(one: Break, answer: OutcomeAfterBreak | None, measure: Measure) -> Alone:
    """Where the target is out of reach alone: of a break before anything was decided together."""
    if answer is None or not answer.found:
        return Alone(Status.OUT_OF_REACH)
    return Alone(Status.OUT_OF_REACH, answer.cost_musd, answer.bound_musd, _losses(one, answer, measure)[2])


def _paid_before(one: Break) -> float:
    """What falls to those who stay until the break: costs of the years before it, and of windows that began in them."""
    began = {window.label for window in one.whole.windows if window.start < one.year}
    running = [
        musd
        for (partner, year, window), musd in one.joint.paid.items()
        if partner in one.stay and (window in began or (window == BASE and year < one.year))
    ]
    capital = [
        stake.yearly_musd * one.whole.discount(year)
        for stake in one.stakes
        if stake.partner in one.stay and stake.decided < one.year
        for year in stake.years
        if year < one.year
    ]
    return math.fsum([*running, *capital])


def _still_to_pay(one: Break) -> float:
    """Yearly payments from the break on for what was funded before it, and for what is carried out all the same."""
    return math.fsum(
        stake.yearly_musd * one.whole.discount(year)
        for stake in one.stakes
        if stake.partner in one.stay and (stake.decided < one.year or _carried_out(one, stake.asset))
        for year in stake.years
        if year >= one.year
    )


def _carried_out(one: Break, asset: str | None) -> bool:
    """Whether a decision of the joint plan after the break is still carried out; storage room is in one's own country,
    and is bought by the program itself."""
    return asset is not None and one.carries_on(one.whole.assets[asset])


def _fixed_while_starting(one: Break) -> float:
    """Fixed costs are on all of a module from its first year; the program of the years left counts what has ramped."""
    return math.fsum(
        one.whole.discount(year)
        * asset.fixed_usd_per_t
        / 1e6
        * (one.held_capacity(asset, year, ramped=False) - one.held_capacity(asset, year))
        for asset in one.whole.assets.values()
        if asset.fixed_usd_per_t and asset.ramp_years and one.held_modules(asset)
        for year in one.years
    )


def _capital_lost(one: Break, owners: Coalition, place: Coalition) -> float:
    """Overnight capital of ``owners`` that stands, or is being built, in countries they are cut off from."""
    return math.fsum(
        stake.overnight_musd
        for stake in one.stakes
        if stake.partner in owners
        and stake.country in place
        and stake.decided < one.year
        and stake.years
        and stake.years[-1] >= one.year
    )


def _losses(one: Break, found: OutcomeAfterBreak | None, measure: Measure) -> tuple[str, float, float]:
    """The window in which most is lost, what is lost in it (MUSD), and the share served by the measure."""
    if found is None:
        return "", math.nan, math.nan
    case = one.coalition
    began = {window.label for window in case.windows if window.start < one.year}
    demands = {(demand.region, demand.material): demand for demand in case.demands}
    unmet = {key: t for key, t in one.joint.unmet.items() if key[-1] in began and key[:2] in demands}
    unmet |= {key: t for key, t in found.unmet.items() if key[-1] != BASE}
    lost = dict.fromkeys((window.label for window in case.windows), 0.0)
    for (region, material, year, label), t in unmet.items():
        lost[label] += t * demands[region, material].shortage_usd_per_t[year] / 1e6
    worst = max(lost, key=lambda label: lost[label], default="")
    return worst, lost.get(worst, 0.0), measure.of(case, unmet)
