"""What is asked of a program, in whatever process, and what an answer says: those of a front, and the base of all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np  # noqa: TC002  (read when answers are kept)

from reeplan.endings import Outcome
from reeplan.model.case import UNASKED
from reeplan.solve.engine import Controls  # noqa: TC001  (questions travel)
from reeplan.tolerances import RESILIENCE_GAP

if TYPE_CHECKING:
    from reeplan.solve.engine import Solution, Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class Answer:
    """What every answer says: how the work ended and how long it took, s.

    ``objective`` and the proven ``bound`` are in the question's own unit, not a number where there is none; ``solved``:
    the plan keeps every rule and is proven within its gap.
    """

    outcome: Outcome
    seconds: float = 0.0
    objective: float = math.nan
    bound: float = math.nan
    solved: bool = False

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return math.isfinite(self.objective)

    @property
    def final(self) -> bool:
        """Whether it is worth keeping: nobody stopped the work, and the solver did not fail."""
        return self.outcome.is_final

    @property
    def settled(self) -> bool:
        """Whether more time would not make it better."""
        return self.solved or self.out_of_reach

    @property
    def out_of_reach(self) -> bool:
        """Whether it is proven that there is no plan."""
        return self.outcome is Outcome.INFEASIBLE


@dataclass(frozen=True)
class CostAnswer(Answer):
    """An answer whose objective is a cost, MUSD."""

    @property
    def cost_musd(self) -> float:
        """What the plan costs; not a number without one."""
        return self.objective

    @property
    def bound_musd(self) -> float:
        """No plan costs less."""
        return self.bound


class Question:
    """Something asked of a case's program: a frozen dataclass of plain values, so that it can travel and be kept."""

    answer_type: ClassVar[type[Any]]

    def __call__(self, planner: Planner, watch: Watch) -> Any:
        """Ask it of a case's program; ``watch`` hears how the solver fares."""
        raise NotImplementedError

    def again(self, before: Any) -> Self:
        """The same question with more time, after an answer that this might improve."""
        return self

    def best_of(self, before: Any, after: Any) -> Any:
        """What both answers say together, where it was asked again."""
        return after


# ---- how resilient a plan can be -------------------------------------------------------------------


@dataclass(frozen=True)
class MaxResilience(Answer):
    """The highest resilience that any plan has (not a number: there is no plan), proven to ``bound``."""

    bound: float = 1.0

    @property
    def highest(self) -> float:
        """The highest resilience found."""
        return self.objective


@dataclass(frozen=True)
class FindMaxResilience(Question):
    """How resilient any plan can be, whatever it costs."""

    controls: Controls
    answer_type: ClassVar[type[Any]] = MaxResilience

    def __call__(self, planner: Planner, watch: Watch) -> MaxResilience:
        """Ask it of a case's program."""
        found = planner.most_resilient(replace(self.controls, absolute_gap=RESILIENCE_GAP, watch=watch))
        highest = found.objective if found.found else math.nan
        bound = min(1.0, found.bound) if math.isfinite(found.bound) else 1.0
        bound = max(bound, highest) if found.found else bound
        return MaxResilience(found.outcome, found.seconds, highest, bound, found.outcome is Outcome.OPTIMAL)


# ---- those of a front ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanAnswer(Answer):
    """A plan as the solver's vector (None: none was found); cost in MUSD, or resilience.

    ``violation`` is the largest violation of any rule, relative to the size of its terms.
    """

    values: np.ndarray | None = None
    violation: float = 0.0

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.values is not None

    @property
    def settled(self) -> bool:
        """Whether it did not end at a time limit."""
        return self.outcome is not Outcome.LIMIT


NOT_ASKED = PlanAnswer(Outcome.INTERRUPTED)
"""Of a question that nobody was left to answer when the work was stopped."""


@dataclass(frozen=True, kw_only=True)
class PlanQuestion(Question):
    """A question about a single plan, from ``start`` on if that is given.

    Its gap follows from what others found, in whatever order they came: it makes no other question, and neither does
    the start. ``asked_before``: how often the same was asked to wider gaps.
    """

    controls: Controls = field(metadata=UNASKED)
    start: Any = field(default=None, metadata=UNASKED)
    asked_before: int = 0
    answer_type: ClassVar[type[Any]] = PlanAnswer
    maximised: ClassVar[bool] = False

    def __call__(self, planner: Planner, watch: Watch) -> PlanAnswer:
        """Ask it of a case's program."""
        found = self._solve(planner, replace(self.controls, watch=watch))
        return PlanAnswer(
            found.outcome,
            found.seconds,
            found.objective,
            found.bound,
            found.outcome is Outcome.OPTIMAL,
            found.values,
            found.violation,
        )

    def _solve(self, planner: Planner, controls: Controls) -> Solution:
        raise NotImplementedError

    def again(self, before: PlanAnswer) -> Self:
        """From the plan found before."""
        return replace(self, start=before.values) if before.found else self

    def best_of(self, before: PlanAnswer, after: PlanAnswer) -> PlanAnswer:
        """The better plan and the tighter bound: another try never loses what the first one found."""
        better = before.objective > after.objective if self.maximised else before.objective < after.objective
        best = before if before.found and (better or not after.found) else after
        bounds = [bound for bound in (before.bound, after.bound) if not math.isnan(bound)]
        failed = after.outcome is Outcome.FAILED or (after.outcome is Outcome.INFEASIBLE and before.found)
        return replace(
            best,
            outcome=before.outcome if failed else after.outcome,
            bound=(min if self.maximised else max)(bounds) if bounds else math.nan,
            seconds=before.seconds + after.seconds,
        )


@dataclass(frozen=True)
class CheapestAt(PlanQuestion):
    """The cheapest plan that keeps a ``target`` of resilience.

    ``below``: whole numbers of a cheaper and less resilient plan, between which and ``start`` is looked first.
    """

    target: float
    below: Any = field(default=None, metadata=UNASKED)

    def _solve(self, planner: Planner, controls: Controls) -> Solution:
        return planner.cheapest(self.target, controls, self.start, self.below)


@dataclass(frozen=True)
class MostResilient(PlanQuestion):
    """The most resilient plan of all, or of those that cost no more than a limit."""

    cost_limit_musd: float | None = None
    maximised: ClassVar[bool] = True

    def _solve(self, planner: Planner, controls: Controls) -> Solution:
        return planner.most_resilient(controls, self.start, self.cost_limit_musd)


@dataclass(frozen=True)
class NearestAnswer(PlanAnswer):
    """A plan near to another; its distance is never proven to be the least, and more time is not asked for."""

    @property
    def settled(self) -> bool:
        """Always: the search is short on purpose."""
        return True


@dataclass(frozen=True)
class NearestPlan(PlanQuestion):
    """The plan that keeps a ``target`` within a cost limit, nearest to an ``other`` one by the capital of its modules.

    ``own`` and ``other`` are whole numbers in the order of the program's columns (see ``Planner.nearest``).
    """

    target: float
    cost_limit_musd: float
    own: tuple[float, ...]
    other: tuple[float, ...]
    answer_type: ClassVar[type[Any]] = NearestAnswer

    def __call__(self, planner: Planner, watch: Watch) -> NearestAnswer:
        """Ask it of a case's program."""
        found = super().__call__(planner, watch)
        return NearestAnswer(**vars(found))

    def _solve(self, planner: Planner, controls: Controls) -> Solution:
        return planner.nearest(self.own, self.other, self.target, self.cost_limit_musd, controls, self.start)
