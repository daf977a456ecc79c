"""Whether a changed case keeps the target: asked as ``reeplan solve`` asks, so that both say the same.

An answer is yes, no (proven), or none at all: the time was up or the solver failed. Only a yes is taken to
suffice, and only a no to conflict.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reeplan.endings import Outcome
from reeplan.solve.engine import Controls, Solution
from reeplan.solve.planner import Planner
from reeplan.tolerances import RESILIENCE_GAP

if TYPE_CHECKING:
    from reeplan.interrupt import Interrupt
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure

SOLVE_S = 60.0
"""Time limit of one solve with whole modules."""

LIMIT_S = 900.0
"""After so many seconds an explanation begins nothing new; what it has not tried it says."""


class StoppedError(Exception):
    """Somebody asked to stop, or the time is up."""


@dataclass(frozen=True)
class Asking:
    """The question whether a case keeps a target by a measure; no ``target`` asks for any plan at all."""

    measure: Measure
    target: float | None
    interrupt: Interrupt
    until: float

    def to(self, target: float) -> Asking:
        """The same question for another target."""
        return replace(self, target=target)

    def within(self, seconds: float) -> Asking:
        """The same question, but not for longer than so many seconds from now."""
        return replace(self, until=min(self.until, time.monotonic() + seconds))

    @property
    def over(self) -> bool:
        """Whether nothing more is to be asked."""
        return self.interrupt.asked or time.monotonic() > self.until

    def divisible(self, case: Case) -> bool | None:
        """Whether a plan with divisible modules keeps the target."""
        return self.with_resilience(case)[0]

    def with_resilience(self, case: Case) -> tuple[bool | None, float]:
        """The same, and the highest resilience with divisible modules (no number where it was not needed)."""
        return self.of_planner(self._planner(case))

    def whole(self, case: Case) -> bool | None:
        """Whether a plan with whole modules keeps the target."""
        planner = self._planner(case)
        kept, _ = self.of_planner(planner)
        if kept is not True or not planner.engine.integer.any():
            return kept
        limit = min(SOLVE_S, max(1.0, self.until - time.monotonic()))
        return _kept(planner.cheapest(self.target or 0.0, Controls(absolute_gap=math.inf, time_limit_s=limit)))

    def highest(self, case: Case) -> Solution:
        """The most resilient plan with whole modules."""
        return self._planner(case).most_resilient(Controls(absolute_gap=RESILIENCE_GAP / 4, time_limit_s=SOLVE_S))

    def of_planner(self, planner: Planner) -> tuple[bool | None, float]:
        """The same of a case whose program is built already."""
        if self.target is None:
            return _kept(planner.cheapest_relaxed(0.0)), math.nan
        top = planner.most_resilient_relaxed()
        if not top.found:
            return _kept(top), math.nan
        if abs(top.objective - self.target) > RESILIENCE_GAP:
            return top.objective > self.target, top.objective
        return _kept(planner.cheapest_relaxed(self.target)), top.objective

    def _planner(self, case: Case) -> Planner:
        if self.over:
            raise StoppedError
        return Planner(case, self.measure, interrupt=self.interrupt)


def _kept(solution: Solution) -> bool | None:
    """What a solve says: a plan, none, or nothing."""
    if solution.found:
        return True
    return False if solution.outcome is Outcome.INFEASIBLE else None
