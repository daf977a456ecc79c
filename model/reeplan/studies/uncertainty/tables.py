"""The tables of a study of futures: rows of plain values, not a number where nothing is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan import endings
from reeplan.endings import Status
from reeplan.studies.uncertainty.measures_of_knowing import named_values
from reeplan.studies.uncertainty.regret import AGAINST, BY, COST
from reeplan.studies.uncertainty.scenarios import NOTHING
from reeplan.studies.uncertainty.two_stage import MEAN

if TYPE_CHECKING:
    from reeplan.studies.uncertainty.regret import Regret
    from reeplan.studies.uncertainty.risk import RiskFront
    from reeplan.studies.uncertainty.two_stage import Knowing, TwoStageAnswer

Row = dict[str, Any]


def knowing_rows(free: Knowing, kept: Knowing | None, target: float) -> list[Row]:
    """``value_of_knowing``: one row a number, with the least and the greatest that it can be."""
    return [
        {
            "measure": named.name,
            "musd": named.amount.found,
            "least_musd": named.amount.low,
            "greatest_musd": named.amount.high,
            "meaning": named.meaning,
        }
        for named in named_values(free, kept, target)
    ]


def scenario_rows(knowing: Knowing, target: float) -> list[Row]:
    """``knowing_by_scenario``: what each scenario costs with the plan, if it were known, and after other beliefs.

    ``target`` is 0 where none is kept. Weighted by probability, ``worth_of_knowing_musd`` sums to the value of perfect
    knowledge.
    """
    rows = []
    for scenario, probability in knowing.probabilities.items():
        alone, known = knowing.alone.get(scenario), knowing.alone_cost(scenario)
        plan = _of(knowing.best, "by_scenario", scenario)
        rows.append(
            {
                "target": target,
                "scenario": scenario,
                "probability": probability,
                "plan_musd": plan,
                "plan_served_share": _of(knowing.best, "served", scenario),
                "known_musd": known.found,
                "known_bound_musd": known.low,
                "known_served_share": _of(alone, "served", scenario),
                "worth_of_knowing_musd": plan - known.found,
                "average_plan_musd": _of(knowing.following.get(MEAN), "by_scenario", scenario),
                "average_plan_served_share": _of(knowing.following.get(MEAN), "served", scenario),
                "undisturbed_plan_musd": _of(knowing.following.get(NOTHING), "by_scenario", scenario),
                "undisturbed_plan_served_share": _of(knowing.following.get(NOTHING), "served", scenario),
                "status": status_of(alone),
            }
        )
    return rows


def _of(answer: TwoStageAnswer | None, what: str, scenario: str) -> float:
    return math.nan if answer is None else float(getattr(answer, what).get(scenario, math.nan))


def status_of(answer: TwoStageAnswer | None) -> str:
    """How the search for an answer ended."""
    if answer is None:
        return Status.NOT_SOLVED
    if answer.settled:
        return Status.OPTIMAL if answer.found else "impossible"
    return endings.status_of(answer.outcome, found=answer.found)


def regret_rows(regret: Regret) -> list[Row]:
    """``regret_of_plans``: one row a plan and future."""
    rows = []
    for point in regret.points:
        for future in regret.futures:
            outlook, best = regret.outlook(point, future), regret.best.get(future.name)
            rows.append(
                {
                    "point": point,
                    "future": future.name,
                    "kind": future.kind,
                    "probability": future.probability,
                    "possible": yes_or_no(outlook.possible),
                    "cost_musd": outlook.cost_musd,
                    "served_share": outlook.served_share,
                    "keeps_its_level": yes_or_no(outlook.kept),
                    "lost_musd": outlook.lost_musd,
                    "regret_musd": _finite(regret.in_cost(point, future)),
                    "regret_share": _finite(regret.in_lost_supply(point, future)),
                    "best_musd": math.nan if best is None else best.cost,
                    "best_bound_musd": math.nan if best is None else best.bound,
                    "above_best_musd": regret.above_best(point, future),
                    "why": outlook.why,
                }
            )
    return rows


def least_regret_rows(regret: Regret) -> list[Row]:
    """``least_regret``: one row a plan, set of futures and kind of regret, with the plans of least regret marked."""
    rows = []
    for against, kinds in AGAINST.items():
        if not regret.among(kinds):
            continue
        for by in BY:
            chosen = regret.least_regret(kinds, by)
            for point in regret.points:
                greatest, where = regret.greatest(point, kinds, by)
                rows.append(
                    {
                        "point": point,
                        "against": against,
                        "by": by,
                        "greatest_regret_musd": _finite(greatest) if by == COST else math.nan,
                        "greatest_regret_share": math.nan if by == COST else _finite(greatest),
                        "in_future": where,
                        "least_regret": yes_or_no(point in chosen),
                    }
                )
    return rows


def risk_rows(risk: RiskFront) -> list[Row]:
    """``risk_front``: one row a plan, the cheapest of each depth of the tail first."""
    return [
        {
            "cvar_level": point.cvar_level,
            "point": point.point,
            "cost_musd": point.cost_musd,
            "cvar_lost_share": point.cvar_lost,
            "expected_lost_share": point.expected_lost,
            "worst_lost_share": point.worst_lost,
            "bound_musd": point.bound_musd,
            "gap_musd": point.gap_musd,
            "gap": point.gap_musd / abs(point.cost_musd) if point.cost_musd else 0.0,
            "status": point.status,
        }
        for point in risk.points
    ]


def yes_or_no(flag: bool) -> str:
    """As the tables of a run have it."""
    return "yes" if flag else "no"


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
