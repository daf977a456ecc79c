"""What is asked of the solver about risk: the cheapest plan at a level of the tail."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.model.measures import served_in_windows
from reeplan.solve.front import gap_in_money
from reeplan.solve.questions import CostAnswer, Question
from reeplan.tolerances import RESILIENCE_SLACK

if TYPE_CHECKING:
    from reeplan.solve.engine import Controls, Solution, Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class RiskAnswer(CostAnswer):
    """A plan as it stands in cost and risk; not a number where none was found.

    ``served`` is what the worse-off partner is served in each window.
    """

    resilience: float = math.nan
    allowed_gap: float = 0.0
    served: dict[str, float] = field(default_factory=dict)
    violation: float = 0.0


@dataclass(frozen=True)
class AtLevel(Question):
    """The cheapest plan that keeps a level of resilience (0: none), and of these the most resilient.

    ``gap_musd`` is the gap allowed; None: for the cheapest plan, from ``gap`` and what the front may cost, as for a
    front of ``levels`` levels.
    """

    level: float
    gap: float
    levels: int
    controls: Controls
    gap_musd: float | None = None
    answer_type: ClassVar[type[Any]] = RiskAnswer

    def __call__(self, planner: Planner, watch: Watch) -> RiskAnswer:
        """Ask it of a case's program."""
        allowed_by = partial(self._allowed, planner)
        controls = replace(self.controls, watch=watch)
        solution, allowed = planner.cheapest_within(self.level, allowed_by, controls)
        if not solution.found:
            return RiskAnswer(solution.outcome, solution.seconds, bound=solution.bound)
        plan = planner.polish(solution, self.level, solution.bound, raise_resilience=True)
        return RiskAnswer(
            outcome=solution.outcome,
            objective=plan.cost_musd,
            bound=plan.bound_musd,
            solved=solution.outcome is Outcome.OPTIMAL,
            resilience=plan.resilience,
            allowed_gap=allowed,
            served=served_in_windows(planner.case, planner.unmet(plan.values)),
            seconds=solution.seconds,
            violation=plan.violation,
        )

    def _allowed(self, planner: Planner, relaxed: Solution) -> float:
        if self.gap_musd is not None:
            return self.gap_musd
        top = planner.most_resilient_relaxed()
        dearest = planner.cheapest_relaxed(max(0.0, min(1.0, top.bound) - RESILIENCE_SLACK)) if top.found else relaxed
        cost_range = dearest.objective - relaxed.objective if dearest.found else math.inf
        return gap_in_money(self.gap, relaxed.objective, cost_range, self.levels)
