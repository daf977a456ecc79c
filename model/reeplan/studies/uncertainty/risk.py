"""Risk: the front of expected cost against the tail of the shortage, at several depths of the tail.

At each depth the resilience is the measure ``cvar``: the mean share of demand served in the worst part of all
disruptions. What is traded against cost is what is then lost, one less that share. Levels between the cheapest plan and
the least loss are cutoff constraints of their own, as on the front of resilience.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan import endings
from reeplan.endings import Status
from reeplan.model.measures import Measure, in_target, mean_of_worst
from reeplan.solve.executor import Task
from reeplan.solve.front import largest_gap
from reeplan.solve.questions import FindMaxResilience
from reeplan.studies.uncertainty.risk_questions import AtLevel, RiskAnswer
from reeplan.tolerances import INEXACT, RESILIENCE_GAP, RESILIENCE_SLACK, ROUNDING, SAME_RESILIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.solve.questions import Answer, MaxResilience

USUAL_LEVELS = (0.0, 0.5)
"""Depths besides the one asked for: 0 is the mean over all disruptions, 0.5 that over the worse half."""


@dataclass(frozen=True)
class RiskPoint:
    """A plan on the front of one depth of the tail; shares are of the value of demand, of the worse-off partner.

    ``cvar_lost`` is the mean loss in the worst ``1 - cvar_level`` of all disruptions, ``expected_lost`` in all of them
    and ``worst_lost`` in the worst one that may happen. ``bound_musd``: no plan that loses no more costs less.
    """

    cvar_level: float
    point: str
    cost_musd: float
    bound_musd: float
    cvar_lost: float
    expected_lost: float
    worst_lost: float
    status: str

    @property
    def gap_musd(self) -> float:
        """Cost less bound."""
        return max(0.0, self.cost_musd - self.bound_musd)


@dataclass(frozen=True)
class RiskFront:
    """The fronts at all depths, the cheapest plan of each first, and the answers that they were made of."""

    points: Sequence[RiskPoint]
    answers: Sequence[Answer | None]
    missing: str = ""
    """What the case lacks for such a front, in words."""

    def at(self, cvar_level: float) -> list[RiskPoint]:
        """The front of one depth of the tail."""
        return [point for point in self.points if point.cvar_level == cvar_level]

    @property
    def cvar_levels(self) -> list[float]:
        """The depths that have a front."""
        return list(dict.fromkeys(point.cvar_level for point in self.points))


NO_ODDS = (
    "No window of disruption has a probability, so that there is neither an expected loss nor a worst part of it. "
    "Give each scenario one in scenarios.csv, column probability or probability_per_year."
)


def usual_levels(measure: Measure) -> list[float]:
    """The depths that a study looks at: the mean, the worse half, and the level of the measure asked for."""
    return sorted({*USUAL_LEVELS, measure.cvar_level})


def risk_front(
    case: Case,
    ask: Ask,
    gap: float,
    controls: Controls,
    *,
    points: int = 6,
    cvar_levels: Sequence[float],
) -> RiskFront:
    """The fronts of expected cost against the tail of the shortage, each of at most so many points.

    A level of the tail is between 0 (all disruptions) and 1 (excluded; near it only the worst disruption counts).
    """
    if not any(window.probability > 0 for window in in_target(case)):
        return RiskFront([], [], NO_ODDS)
    depths = list(dict.fromkeys(cvar_levels))
    if not all(0 <= depth < 1 for depth in depths):
        raise ValueError("a level of the tail is at least 0 and less than 1")
    return _Search(case, ask, gap, controls, points, depths).run()


class _Search:
    """The fronts at all depths: first their ends, then the levels between, each time all at once."""

    def __init__(
        self, case: Case, ask: Ask, gap: float, controls: Controls, points: int, depths: Sequence[float]
    ) -> None:
        self.case, self.ask, self.gap, self.controls = case, ask, gap, controls
        self.points, self.depths = points, depths
        self.measures = {depth: _at_depth(case, depth) for depth in depths}
        self.answers: list[Answer | None] = []

    def run(self) -> RiskFront:
        """Ask everything and keep what no other plan beats."""
        ends = [(depth, 0.0, None) for depth in self.depths]
        deepest = [self._task(depth, "the least loss", FindMaxResilience(self.controls)) for depth in self.depths]
        answers = self._ask([*self._tasks(ends), *deepest])
        cheapest, least_loss = answers[: len(ends)], answers[len(ends) :]
        between = [
            (depth, level, low.allowed_gap)
            for depth, low, high in zip(self.depths, cheapest, least_loss, strict=True)
            if low is not None and high is not None
            for level in _levels(low, high, self.points)
        ]
        found = zip([*ends, *between], [*cheapest, *self._ask(self._tasks(between))], strict=True)
        known = [(depth, level, answer) for (depth, level, _), answer in found if answer is not None]
        fronts = [
            point
            for depth in self.depths
            for point in _front(self.case, depth, [(level, answer) for at, level, answer in known if at == depth])
        ]
        return RiskFront(fronts, self.answers)

    def _tasks(self, wanted: Sequence[tuple[float, float, float | None]]) -> list[Task]:
        """The cheapest plans at some depths and levels, to the gaps given (MUSD; None: to be found)."""
        return [
            self._task(
                depth,
                f"losing at most {1 - level:.4f}" if level else "the cheapest plan",
                AtLevel(level, self.gap, self.points, self.controls, allowed),
            )
            for depth, level, allowed in wanted
        ]

    def _ask(self, tasks: Sequence[Task]) -> list[Any]:
        answers = self.ask(tasks) if tasks else []
        self.answers += answers
        return answers

    def _task(self, depth: float, what: str, question: AtLevel | FindMaxResilience) -> Task:
        named = f"{what}, worst {100 * (1 - depth):.4g}% of disruptions"
        return Task(named, self.case, self.measures[depth], question, self.controls.time_limit_s)


def _at_depth(case: Case, depth: float) -> Measure:
    """The measure with this depth of the tail.

    Where the tail is no more than the least probable disruption, it is the worst one, however thin it is: so all such
    depths are the same question, and none has coefficients beyond measure.
    """
    likely = [window.probability for window in in_target(case) if window.probability > 0]
    worst = 1.0 - min(likely) / sum(likely)
    return Measure("cvar", min(depth, worst))


def _levels(cheapest: RiskAnswer, least_loss: MaxResilience, points: int) -> list[float]:
    """Evenly spaced from the cheapest plan's resilience to the highest, the highest first; none where they are one."""
    if not (cheapest.found and least_loss.found):
        return []
    low, high = cheapest.resilience, least_loss.highest - RESILIENCE_SLACK
    if high <= low + RESILIENCE_GAP or points < 2:
        return []
    return [low + (high - low) * step / (points - 1) for step in range(points - 1, 0, -1)]


def _front(case: Case, depth: float, answers: Sequence[tuple[float, RiskAnswer]]) -> list[RiskPoint]:
    """The plans of one depth that no other matches or beats, with the best bound that holds for each.

    A bound at a lower level holds at every higher one.
    """
    plans = sorted(
        (answer for _, answer in answers if answer.found), key=lambda plan: (plan.cost_musd, -plan.resilience)
    )
    kept: list[RiskAnswer] = []
    for plan in plans:
        if kept and plan.resilience <= kept[-1].resilience + SAME_RESILIENCE:
            continue
        if kept and plan.cost_musd - kept[-1].cost_musd <= ROUNDING * abs(plan.cost_musd):
            kept.pop()
        kept.append(plan)
    bounds = [(level, answer.bound) for level, answer in answers if math.isfinite(answer.bound)]
    odds = {window.label: window.probability for window in in_target(case) if window.probability > 0}
    width = max(2, len(str(len(kept))))
    return [_point(depth, plan, f"r{number:0{width}d}", bounds, odds) for number, plan in enumerate(kept, start=1)]


def _point(
    depth: float, plan: RiskAnswer, name: str, bounds: Sequence[tuple[float, float]], odds: Mapping[str, float]
) -> RiskPoint:
    bound = max((bound for level, bound in bounds if level <= plan.resilience + ROUNDING), default=-math.inf)
    likely = [(plan.served[label], p / sum(odds.values())) for label, p in odds.items()]
    return RiskPoint(
        cvar_level=depth,
        point=name,
        cost_musd=plan.cost_musd,
        bound_musd=min(bound, plan.cost_musd),
        cvar_lost=1.0 - mean_of_worst(likely, 1.0 - depth),
        expected_lost=1.0 - mean_of_worst(likely, 1.0),
        worst_lost=1.0 - min(share for share, _ in likely),
        status=_status(plan, bound),
    )


def _status(plan: RiskAnswer, bound: float) -> str:
    if plan.violation > INEXACT:
        return Status.INEXACT
    if plan.cost_musd - bound <= largest_gap(plan.allowed_gap, plan.cost_musd):
        return Status.OPTIMAL
    return endings.status_of(plan.outcome, found=True)
