"""Every coalition at several levels of resilience: the fronts of cost against resilience, together and alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reeplan.endings import Outcome
from reeplan.solve.executor import Task
from reeplan.solve.front import largest_gap
from reeplan.solve.questions import FindMaxResilience
from reeplan.studies.cooperation.allocation import coalitions
from reeplan.studies.cooperation.coalition import coalition_case, named
from reeplan.studies.cooperation.deal import Deal
from reeplan.studies.cooperation.question import CoalitionAnswer, CoalitionQuestion, answer_about
from reeplan.tolerances import RESILIENCE_SLACK, SAME_RESILIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.solve.front import Front
    from reeplan.solve.planner import Planner
    from reeplan.solve.questions import MaxResilience
    from reeplan.studies.cooperation.allocation import Coalition

Reaches = dict["Coalition", "MaxResilience | None"]


def smaller_coalitions(case: Case) -> list[Coalition]:
    """All coalitions but that of all partners."""
    return [one for one in coalitions(case.partners) if len(one) < len(case.partners)]


def ask_reaches(case: Case, measure: Measure, controls: Controls, ask: Ask) -> Reaches:
    """How resilient each smaller coalition can be at most."""
    smaller = smaller_coalitions(case)
    question = FindMaxResilience(controls)
    tasks = [
        Task(
            f"{named(case.partners, one)}: highest resilience",
            coalition_case(case, one),
            measure,
            question,
            controls.time_limit_s,
        )
        for one in smaller
    ]
    return dict(zip(smaller, ask(tasks), strict=True))


def common_level(reaches: Reaches) -> float | None:
    """The highest resilience that every coalition can keep; None where one of them has no plan at all, or keeps none.

    So each has a cost there, and the gain of joining can be stated in money.
    """
    if any(reach is None or not reach.found for reach in reaches.values()):
        return None
    level = min((reach.highest for reach in reaches.values() if reach is not None), default=0.0) - RESILIENCE_SLACK
    return level if level > SAME_RESILIENCE else None


@dataclass(frozen=True)
class CoalitionSearch:
    """The coalitions of a case: how they are asked, and what is known of how far they reach."""

    case: Case
    measure: Measure
    reaches: Reaches
    gap: float
    controls: Controls

    def answers(self, levels: Sequence[float], ask: Ask) -> dict[float, dict[Coalition, CoalitionAnswer | None]]:
        """Every smaller coalition at every level.

        First the lowest level of each: its plan is a plan for every level up to its own resilience.
        """
        smaller = smaller_coalitions(self.case)
        cases = {one: coalition_case(self.case, one) for one in smaller}
        known: dict[Coalition, dict[float, CoalitionAnswer]] = {one: {} for one in smaller}
        lowest, *higher = sorted(levels)
        for wave in ([lowest], sorted(higher, reverse=True)):
            asked = [
                (one, level) for level in wave for one in smaller if self._is_open(one, level, known[one].get(lowest))
            ]
            tasks = [self._task(one, level, cases[one]) for one, level in asked]
            for (one, level), answer in zip(asked, ask(tasks), strict=True):
                if answer is not None:
                    known[one][level] = answer
        return {level: {one: self._best(one, level, known[one]) for one in smaller} for level in levels}

    def _is_open(self, coalition: Coalition, level: float, lowest: CoalitionAnswer | None) -> bool:
        """Whether a coalition is to be asked at a level."""
        if lowest is not None and lowest.found and lowest.resilience >= level - SAME_RESILIENCE:
            return False
        reach = self.reaches.get(coalition)
        return reach is None or not reach.found or level <= reach.bound + SAME_RESILIENCE

    def _task(self, coalition: Coalition, level: float, case: Case) -> Task:
        question = CoalitionQuestion(level, self.gap, self.controls, tuple(self.case.partners))
        what = f"{named(self.case.partners, coalition)}, resilience {level:.4f}"
        return Task(what, case, self.measure, question, self.controls.time_limit_s)

    def _best(
        self, coalition: Coalition, level: float, known: Mapping[float, CoalitionAnswer]
    ) -> CoalitionAnswer | None:
        """The cheapest plan known that keeps the level, with the best bound that holds there."""
        keeping = [answer for answer in known.values() if answer.found and answer.resilience >= level - SAME_RESILIENCE]
        if not keeping:
            return known.get(level) or self._beyond(coalition, level)
        best = min(keeping, key=lambda answer: answer.cost_musd)
        bounds = (one.bound_musd for at, one in known.items() if one.found and at <= level + RESILIENCE_SLACK)
        bound = max(bounds, default=-math.inf)
        allowed = largest_gap(self.gap * abs(best.cost_musd), best.cost_musd)
        solved = best.solved and best.cost_musd - bound <= allowed  # a bound of a lower level may be too weak
        return replace(best, bound=min(bound, best.cost_musd), solved=solved)

    def _beyond(self, coalition: Coalition, level: float) -> CoalitionAnswer | None:
        reach = self.reaches.get(coalition)
        if reach is None or level <= reach.bound + SAME_RESILIENCE:
            return None
        return CoalitionAnswer(Outcome.INFEASIBLE, highest_resilience=reach.highest, seconds=reach.seconds)


def joint_answer(planner: Planner, front: Front, level: float) -> CoalitionAnswer | None:
    """What the front of all partners together says at a level."""
    point = front.at(level)
    if point is None:
        return None
    bound = min(front.bound_at(level), point.plan.cost_musd)
    return answer_about(
        planner, replace(point, plan=replace(point.plan, bound_musd=bound)), tuple(planner.case.partners)
    )


def deals(
    planner: Planner, front: Front, levels: Sequence[float], coalitions_: CoalitionSearch, ask: Ask
) -> dict[float, Deal]:
    """The deal at every level."""
    alone = coalitions_.answers(levels, ask)
    everyone = frozenset(planner.case.partners)
    return {
        level: Deal(planner.case, level, {**alone[level], everyone: joint_answer(planner, front, level)})
        for level in levels
    }
