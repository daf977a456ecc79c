"""A study of uncertain futures: what knowing is worth, what plans are regretted for, what risk costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan import endings
from reeplan.endings import Status
from reeplan.outputs.spec.uncertainty import (
    KNOWING_BY_SCENARIO,
    LEAST_REGRET,
    REGRET_OF_PLANS,
    RISK_FRONT,
    VALUE_OF_KNOWING,
)
from reeplan.studies.uncertainty import tables
from reeplan.studies.uncertainty.case_problem import CaseProblem
from reeplan.studies.uncertainty.regret import ChosenPlan, Regret, regret_of
from reeplan.studies.uncertainty.risk import NO_ODDS, RiskFront, risk_front, usual_levels
from reeplan.studies.uncertainty.scenarios import NOTHING, exclude
from reeplan.studies.uncertainty.two_stage import HERE_AND_NOW, Knowing, Request, value_of_knowing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask


@dataclass(frozen=True)
class Futures:
    """The answers of a study.

    ``free`` is the value of knowing without a target, ``kept`` with ``target``; both are missing where no window has
    a probability, ``kept`` also where there is no target. Where the measure weighs windows against each other, ``kept``
    holds the plan together alone.
    """

    target: float
    free: Knowing | None
    kept: Knowing | None
    regret: Regret
    risk: RiskFront
    remarks: Sequence[str] = ()

    # ---- how it ended -----------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """As the searches ended (``endings.status_of_run``), or infeasible (the case has no plan at all)."""
        if self.free is not None and self.free.together is not None and self.free.together.out_of_reach:
            return Status.INFEASIBLE
        answers = self._answers()
        left = [answer for answer in answers if answer is None or not answer.settled]
        return endings.status_of_run(
            Status.INTERRUPTED if answer is None else endings.status_of(answer.outcome, found=answer.found)
            for answer in left
        )

    def _answers(self) -> list[Any]:
        answers: list[Any] = [*self.regret.answers, *self.risk.answers]
        for knowing in (self.free, self.kept):
            answers += [] if knowing is None else knowing.answers
        return answers

    # ---- what it says -----------------------------------------------------------------------------

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by file name; every one is there, with its columns, though it may have no rows."""
        knowing = [] if self.free is None else tables.knowing_rows(self.free, self.kept, self.target)
        by_scenario = [] if self.free is None else tables.scenario_rows(self.free, 0.0)
        by_scenario += [] if self.kept is None or not self.kept.alone else tables.scenario_rows(self.kept, self.target)
        rows = {
            VALUE_OF_KNOWING: knowing,
            KNOWING_BY_SCENARIO: by_scenario,
            REGRET_OF_PLANS: tables.regret_rows(self.regret),
            LEAST_REGRET: tables.least_regret_rows(self.regret),
            RISK_FRONT: tables.risk_rows(self.risk),
        }
        return {output.name: output.frame(found) for output, found in rows.items()}

    def as_object(self) -> dict[str, Any]:
        """One object of plain values: what is not known is None."""
        return {"target": self.target or None, **{name: _plain(frame) for name, frame in self.tables().items()}}


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(column): None if _is_unknown(cell) else cell for column, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def _is_unknown(cell: Any) -> bool:
    return isinstance(cell, float) and not math.isfinite(cell)


def study_futures(
    case: Case,
    choices: Sequence[ChosenPlan],
    measure: Measure,
    ask: Ask,
    gap: float,
    controls: Controls,
    *,
    target: float = 0.0,
    futures: Mapping[str, Case] | None = None,
    risk_points: int = 6,
    cvar_levels: Sequence[float] | None = None,
) -> Futures:
    """Everything about an uncertain future: ``choices`` are the plans of a front (``regret.choice_of``).

    ``gap`` is relative to cost; ``target`` is the resilience of the insured plan (0: none); ``futures`` are other cases
    by name, with the same assets.
    """
    likely = any(window.probability > 0 for window in case.windows)
    told = likely and exclude(case)
    free = _knowing(CaseProblem(case, measure, ask, gap, controls)) if told else None
    kept = None
    if told and target > 0:
        kept = (_knowing if measure.by_window else _insured)(CaseProblem(case, measure, ask, gap, controls, target))
    best_made_for = {} if free is None else dict(free.alone)
    regret = regret_of(case, choices, futures or {}, measure, ask, gap, controls, best_made_for=best_made_for)
    levels = usual_levels(measure) if cvar_levels is None else cvar_levels
    risk = risk_front(case, ask, gap, controls, points=risk_points, cvar_levels=levels)
    remarks = _remarks(likely=likely, told=told, weighed=target > 0 and not measure.by_window)
    return Futures(target, free, kept, regret, risk, list(dict.fromkeys(filter(None, [*remarks, risk.missing]))))


def _knowing(problem: CaseProblem) -> Knowing:
    return value_of_knowing(problem, certain=[NOTHING])


def _insured(problem: CaseProblem) -> Knowing:
    """The plan that keeps a target, where the target says nothing of a single window."""
    [together] = problem.solve([Request(HERE_AND_NOW, dict(problem.probabilities))])
    return Knowing(problem.probabilities, together, {}, {}, {})


def _remarks(*, likely: bool, told: bool, weighed: bool) -> list[str]:
    remarks = [] if likely else [NO_ODDS]
    if likely and not told:
        remarks.append(
            "What knowing is worth is not stated: the probabilities of all windows sum to more than 1, so that several "
            "may come in one horizon, and knowing which one comes means nothing."
        )
    if weighed and told:
        remarks.append(
            "What knowing is worth is stated without the target: by this measure of resilience a target weighs windows "
            "against each other, and means nothing where it is known which one happens."
        )
    return remarks
