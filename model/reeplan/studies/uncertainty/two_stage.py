"""The value of knowing, for any two-stage program: what is decided first, before anybody knows which scenario comes.

After Birge and Louveaux, *Introduction to Stochastic Programming*, chapter 4. Costs are minimised (a profit is a
negative cost) and in the problem's own unit of money: MUSD for a case of this model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from reeplan.interval import UNKNOWN, Interval
from reeplan.solve.front import largest_gap
from reeplan.solve.questions import Answer
from reeplan.tolerances import INEXACT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FirstStage = dict[str, float]
"""What is decided first: each decision by its name, those of zero left out or not."""

MEAN = "mean of all scenarios"
"""The scenario in which every uncertain number has its mean."""

HERE_AND_NOW = "nobody knows what happens"


@dataclass(frozen=True)
class Request:
    """The least cost over some scenarios, by their weights; ``given`` is what was decided first (None: free)."""

    what: str
    weights: dict[str, float]
    given: FirstStage | None = None


@dataclass(frozen=True)
class TwoStageAnswer(Answer):
    """The answer to a request; not a number where no solution was found. Its objective is the cost.

    ``bound``: no solution costs less. ``by_scenario``: what each scenario costs with this solution, so that their
    weighted sum is ``cost``; ``served`` likewise the share of demand served, where the problem knows of any.
    ``lacks``: what was decided first and cannot be carried out in this program, in words; ``delays``: what can,
    but later.
    """

    allowed_gap: float = 0.0
    first_stage: dict[str, float] = field(default_factory=dict)
    by_scenario: dict[str, float] = field(default_factory=dict)
    served: dict[str, float] = field(default_factory=dict)
    resilience: float = math.nan
    violation: float = 0.0
    lacks: tuple[str, ...] = ()
    delays: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        """What the solution costs."""
        return self.objective

    @property
    def settled(self) -> bool:
        """Whether more time would not change it: proven within its gap, or proven to have no solution."""
        if not self.found:
            return self.out_of_reach
        return self.violation <= INEXACT and self.cost - self.bound <= largest_gap(self.allowed_gap, self.cost)

    @property
    def final(self) -> bool:
        """Whether it is worth keeping: nobody broke it off."""
        return self.settled or super().final


class TwoStage(Protocol):
    """A two-stage program: its scenarios with their probabilities, which sum to 1, and a way to solve it."""

    @property
    def probabilities(self) -> Mapping[str, float]:
        """Every scenario that may happen."""

    def solve(self, requests: Sequence[Request]) -> list[TwoStageAnswer | None]:
        """The answers, in the order of the requests; None where the work was stopped before.

        A request whose weights are ``{MEAN: 1}`` is about the scenario in which every uncertain number has its mean.
        """


@dataclass(frozen=True)
class Knowing:
    """The answers that the value of knowing is made of.

    ``alone``: each scenario as if it were certain. ``believing``: the program of a belief that leaves uncertainty out
    (the mean scenario, or a certain scenario). ``following``: all scenarios, with what such a belief decides first.
    """

    probabilities: Mapping[str, float]
    together: TwoStageAnswer | None
    alone: Mapping[str, TwoStageAnswer | None]
    believing: Mapping[str, TwoStageAnswer | None]
    following: Mapping[str, TwoStageAnswer | None]

    @property
    def answers(self) -> list[TwoStageAnswer | None]:
        """Every answer that was asked for."""
        return [self.together, *self.alone.values(), *self.believing.values(), *self.following.values()]

    # ---- what is known travels from one answer to the others ------------------------------------------

    @property
    def best(self) -> TwoStageAnswer | None:
        """The cheapest solution known for all scenarios together: what a belief decides is a solution too."""
        found = [answer for answer in (self.together, *self.following.values()) if answer is not None and answer.found]
        return min(found, key=lambda answer: answer.cost, default=None)

    @property
    def expected_cost(self) -> Interval:
        """RP, the recourse problem: the least expected cost when the first decisions are taken without knowing."""
        if self.best is None or self.together is None:
            return UNKNOWN
        knowing = self._known_alone()
        return _estimate(self.best.cost, _highest(self.together.bound, knowing.low))

    @property
    def cost_if_known(self) -> Interval:
        """WS, wait and see: the mean over scenarios of the least cost if one knew that this very scenario comes."""
        return self._known_alone()

    def alone_cost(self, scenario: str) -> Interval:
        """The least cost of one scenario if it were certain; what the best solution costs in it is no less."""
        answer = self.alone.get(scenario)
        if answer is None:
            return UNKNOWN
        known = math.nan if self.best is None else self.best.by_scenario.get(scenario, math.nan)
        costs = [cost for cost in (answer.cost, known) if math.isfinite(cost)]
        return _estimate(min(costs), answer.bound) if costs else UNKNOWN

    def _known_alone(self) -> Interval:
        parts = [(p, self.alone_cost(scenario)) for scenario, p in self.probabilities.items()]
        if not all(part.known for _, part in parts):
            return UNKNOWN
        return Interval.weighted(parts)

    # ---- the values -----------------------------------------------------------------------------------

    @property
    def of_perfect_knowledge(self) -> Interval:
        """EVPI = RP - WS: the most that it is worth to know beforehand what will happen."""
        return self.expected_cost.above(self.cost_if_known)

    def believed_cost(self, belief: str) -> Interval:
        """What a plan made on a belief is thought to cost by those who hold it (EV for the mean scenario)."""
        answer = self.believing.get(belief)
        return _estimate(answer.cost, answer.bound) if answer is not None and answer.found else UNKNOWN

    def cost_of_following(self, belief: str) -> Interval:
        """What that plan costs in expectation as things are (EEV for the mean scenario); exact, for the plan found."""
        answer = self.following.get(belief)
        return _estimate(answer.cost, answer.bound) if answer is not None and answer.found else UNKNOWN

    def of_planning(self, belief: str) -> Interval:
        """VSS = EEV - RP, the value of the stochastic solution: what leaving uncertainty out of the plan costs."""
        return self.cost_of_following(belief).above(self.expected_cost)


def value_of_knowing(problem: TwoStage, certain: Sequence[str] = ()) -> Knowing:
    """Everything that the value of knowing a problem's scenarios, and of planning for all of them, is made of.

    ``certain``: scenarios besides the mean that somebody might plan for as if they were certain.
    """
    scenarios = list(dict.fromkeys([*problem.probabilities, *certain]))
    requests = [Request(HERE_AND_NOW, dict(problem.probabilities)), Request(f"planning for the {MEAN}", {MEAN: 1.0})]
    requests += [Request(f"known beforehand: {scenario}", {scenario: 1.0}) for scenario in scenarios]
    together, mean, *each = problem.solve(requests)
    alone = dict(zip(scenarios, each, strict=True))
    believing = {MEAN: mean, **{scenario: alone[scenario] for scenario in certain}}
    followed = {
        belief: Request(f"what was planned for: {belief}", dict(problem.probabilities), answer.first_stage)
        for belief, answer in believing.items()
        if answer is not None and answer.found
    }
    following = dict(zip(followed, problem.solve(list(followed.values())) if followed else [], strict=True))
    return Knowing(
        dict(problem.probabilities),
        together,
        {scenario: alone[scenario] for scenario in problem.probabilities},
        believing,
        following,
    )


def _highest(*bounds: float) -> float:
    """The highest of the bounds that are known."""
    return max((bound for bound in bounds if math.isfinite(bound)), default=math.nan)


def _estimate(cost: float, bound: float) -> Interval:
    """A least cost by a solution and a bound; nothing is known of it without either."""
    return Interval(min(bound, cost), cost, cost) if math.isfinite(cost) and math.isfinite(bound) else UNKNOWN
