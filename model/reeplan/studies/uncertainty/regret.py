"""Regret: what each plan of a front costs and serves in each future, against the plan that would have been best there.

Two kinds of futures. *What may happen* in the case itself: each window, or nothing; the plan stands as it is, with its
undisrupted path and its stocks, and the window runs at its own least cost, as the plan's tables have it. *Other
futures*: cases with other numbers, in which the plan's investment is given and everything else is decided anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.solve.executor import Task
from reeplan.studies.uncertainty.case_program import CaseProgram
from reeplan.studies.uncertainty.question import EvaluatePlan, LeastCost
from reeplan.studies.uncertainty.scenarios import NOTHING, lost_by_scenario, probabilities
from reeplan.tolerances import RESILIENCE_SLACK, ROUNDING, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.solve.front import Point
    from reeplan.solve.planner import Planner
    from reeplan.studies.uncertainty.two_stage import FirstStage, TwoStageAnswer

WINDOW, UNDISTURBED, OTHER = "window", "no window", "other future"
"""Kinds of futures."""

AS_EXPECTED = "the case as it is"
"""The case itself as one of the futures: its plans cost there what the front says."""


@dataclass(frozen=True)
class ChosenPlan:
    """A plan of a front as what can be chosen: its investment, and what it costs and serves whatever happens.

    ``level`` is the resilience that it keeps; ``cost``, ``served`` and ``lost`` are by scenario (``lost`` in MUSD of
    their years).
    """

    point: str
    level: float
    investment: FirstStage
    cost: Mapping[str, float]
    served: Mapping[str, float]
    lost: Mapping[str, float]


def choice_of(planner: Planner, point: Point) -> ChosenPlan:
    """A point of a front, its windows re-run, as a choice."""
    program, values = CaseProgram(planner), point.plan.values
    return ChosenPlan(
        point.name,
        point.plan.kept,
        program.first_stage(values),
        program.by_scenario(values),
        program.served(values),
        lost_by_scenario(planner.case, planner.unmet(values)),
    )


@dataclass(frozen=True)
class Future:
    """A future that plans are held against: its name, its kind, and its probability, where it has one."""

    name: str
    kind: str
    probability: float = math.nan


@dataclass(frozen=True)
class Outlook:
    """One plan in one future; not a number where it cannot be carried out there, for the reason in ``why``.

    Where it can be, ``why`` says what of it comes later than planned.

    ``served_share`` is that of the window, or the resilience by the case's measure in another future. ``kept``: it
    serves what it promises.
    """

    cost_musd: float = math.nan
    served_share: float = math.nan
    lost_musd: float = math.nan
    kept: bool = True
    why: str = ""

    @property
    def possible(self) -> bool:
        """Whether the plan can be carried out in this future."""
        return math.isfinite(self.cost_musd)


BREAKS_A_RULE = "what it builds breaks a rule there"


@dataclass(frozen=True)
class Regret:
    """Every plan in every future, and what the best plan made for each future would cost (where that was asked)."""

    points: Sequence[str]
    futures: Sequence[Future]
    outlooks: Mapping[tuple[str, str], Outlook]
    best: Mapping[str, TwoStageAnswer | None]
    answers: Sequence[TwoStageAnswer | None] = ()

    def outlook(self, point: str, future: Future) -> Outlook:
        """One plan in one future."""
        return self.outlooks[point, future.name]

    def in_cost(self, point: str, future: Future) -> float:
        """How much more the plan costs than the cheapest of the plans in this future, MUSD.

        Infinite where it cannot be carried out there; not a number where no plan can.
        """
        return self._behind(point, future, lambda outlook: outlook.cost_musd)

    def in_lost_supply(self, point: str, future: Future) -> float:
        """How much more of demand it leaves unserved than the plan that serves most in this future (a share)."""
        return self._behind(point, future, lambda outlook: 1.0 - outlook.served_share)

    def above_best(self, point: str, future: Future) -> float:
        """How much more it costs than the best plan found for this very future, MUSD."""
        best, outlook = self.best.get(future.name), self.outlook(point, future)
        return outlook.cost_musd - best.cost if best is not None and best.found else math.nan

    def _behind(self, point: str, future: Future, measure: Any) -> float:
        here = {name: self.outlook(name, future) for name in self.points}
        least = min((measure(outlook) for outlook in here.values() if outlook.possible), default=math.nan)
        if math.isnan(least) or here[point].why == Status.NOT_SOLVED:
            return math.nan
        return max(0.0, measure(here[point]) - least) if here[point].possible else math.inf

    # ---- the least regret -----------------------------------------------------------------------------

    def among(self, kinds: Iterable[str]) -> list[Future]:
        """The futures of some kinds in which any plan can be carried out."""
        wanted = set(kinds)
        return [
            future
            for future in self.futures
            if future.kind in wanted and any(self.outlook(point, future).possible for point in self.points)
        ]

    def greatest(self, point: str, kinds: Iterable[str], by: str) -> tuple[float, str]:
        """The plan's greatest regret among futures of some kinds, and in which future it is; no number without any.

        ``by``: cost (MUSD) or lost supply (share).
        """
        measure = {COST: self.in_cost, LOST_SUPPLY: self.in_lost_supply}[by]
        regrets = [(measure(point, future), future.name) for future in self.among(kinds)]
        if not regrets or any(math.isnan(regret) for regret, _ in regrets):
            return math.nan, ""
        return max(regrets, key=lambda regret: regret[0])

    def least_regret(self, kinds: Sequence[str], by: str) -> list[str]:
        """The plans whose greatest regret is the least (minimax regret); none where it is not known, or infinite."""
        greatest = {point: self.greatest(point, kinds, by)[0] for point in self.points}
        known = [regret for regret in greatest.values() if not math.isnan(regret)]
        if len(known) < len(greatest) or not known or math.isinf(min(known)):
            return []
        least = min(known)
        same = RESILIENCE_SLACK if by == LOST_SUPPLY else max(SLIGHT, ROUNDING * self._size())
        return [point for point, regret in greatest.items() if regret <= least + same]

    def _size(self) -> float:
        return max((abs(outlook.cost_musd) for outlook in self.outlooks.values() if outlook.possible), default=0.0)


COST, LOST_SUPPLY = "cost", "lost supply"
BY = (COST, LOST_SUPPLY)

AGAINST: Mapping[str, tuple[str, ...]] = {"what may happen": (WINDOW, UNDISTURBED), "other futures": (OTHER,)}
"""The two sets of futures among which regret is compared: their costs are of different kinds."""


def regret_of(
    case: Case,
    choices: Sequence[ChosenPlan],
    futures: Mapping[str, Case],
    measure: Measure,
    ask: Ask,
    gap: float,
    controls: Controls,
    *,
    best_made_for: Mapping[str, TwoStageAnswer | None] | None = None,
    with_best: bool = True,
) -> Regret:
    """Hold the plans of a front against everything that may happen, and against other futures.

    ``futures`` are cases with other numbers, by name; the case itself joins them so that they have something to be
    compared with. ``best_made_for`` holds what perfect knowledge costs in each scenario, where that is known;
    ``with_best`` has the best plan of each other future solved too: the only whole-number searches here.
    """
    scenarios = _scenarios(case)
    if taken := {AS_EXPECTED, *(future.name for future in scenarios)} & futures.keys():
        raise ValueError(
            f"no future can be called {min(taken)}: that is the name of what may happen in the case itself"
        )
    others = {AS_EXPECTED: case, **futures} if futures else {}
    limit = controls.time_limit_s
    search, carry_out = (
        LeastCost(0.0, gap, controls),
        [EvaluatePlan(one.investment, one.level, controls) for one in choices],
    )
    # All of one future together: whoever solves keeps its program.
    tasks = [
        task
        for name, other in others.items()
        for task in (
            *([Task(f"the best plan for {name}", other, measure, search, limit)] if with_best else []),
            *(
                Task(f"plan {choice.point} in {name}", other, measure, question, limit)
                for choice, question in zip(choices, carry_out, strict=True)
            ),
        )
    ]
    answers: list[TwoStageAnswer | None] = ask(tasks) if tasks else []
    told, outlooks, best = iter(answers), _in_scenarios(case, choices), dict(best_made_for or {})
    for name in others:
        if with_best:
            best[name] = next(told)
        for choice in choices:
            outlooks[choice.point, name] = _outlook(next(told), choice)
    return Regret(
        [choice.point for choice in choices],
        [*scenarios, *(Future(name, OTHER) for name in others)],
        outlooks,
        best,
        answers,
    )


def _scenarios(case: Case) -> list[Future]:
    odds = probabilities(case)
    nothing = Future(NOTHING, UNDISTURBED, odds.get(NOTHING, 0.0))
    return [nothing, *(Future(window.label, WINDOW, window.probability) for window in case.windows)]


def _in_scenarios(case: Case, choices: Sequence[ChosenPlan]) -> dict[tuple[str, str], Outlook]:
    """What the plans' own tables say of every window, and of nothing happening."""
    return {
        (choice.point, future.name): Outlook(
            choice.cost[future.name], choice.served[future.name], choice.lost[future.name]
        )
        for choice in choices
        for future in _scenarios(case)
    }


def _outlook(answer: TwoStageAnswer | None, choice: ChosenPlan) -> Outlook:
    if answer is None:
        return Outlook(kept=False, why=Status.NOT_SOLVED)
    if answer.lacks:
        return Outlook(kept=False, why="; ".join(answer.lacks))
    if not answer.found:
        return Outlook(kept=False, why=BREAKS_A_RULE if answer.out_of_reach else Status.NOT_SOLVED)
    kept = answer.resilience >= choice.level - RESILIENCE_SLACK
    return Outlook(answer.cost, answer.resilience, kept=kept, why="; ".join(answer.delays))
