"""What is asked of the solver about those who stay when others walk away: the years from then on, in two conducts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.solve.front import Point
from reeplan.solve.planner import Plan
from reeplan.solve.questions import CostAnswer, Question
from reeplan.tolerances import RESILIENCE_GAP, RESILIENCE_SLACK, SLIGHT, SMALLEST_GAP

if TYPE_CHECKING:
    from reeplan.solve.engine import Controls, Solution, Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class OutcomeAfterBreak(CostAnswer):
    """The years after the break: cost with its proven bound (MUSD, not a number without a plan), and unmet demand (t).

    ``reaches_target``: False where it is proven that no plan keeps the target from the break on; the cost is then that
    of the highest resilience that can still be reached.
    """

    unmet: dict[tuple[str, str, int, str], float] = field(default_factory=dict)
    reaches_target: bool = True


@dataclass(frozen=True)
class Reoptimise(Question):
    """Decide anew: the cheapest plan that keeps the target, else the cheapest of the most resilient ones."""

    target: float
    gap: float
    controls: Controls
    answer_type: ClassVar[type[Any]] = OutcomeAfterBreak

    def __call__(self, planner: Planner, watch: Watch) -> OutcomeAfterBreak:
        """Ask it of the remaining years' program."""
        controls = replace(self.controls, watch=watch)
        kept = self._cheapest(planner, self.target, controls)
        if kept.outcome is not Outcome.INFEASIBLE:
            return kept
        highest = planner.most_resilient(replace(controls, absolute_gap=RESILIENCE_GAP))
        if not highest.found:
            return OutcomeAfterBreak(highest.outcome, seconds=kept.seconds + highest.seconds, reaches_target=False)
        found = self._cheapest(planner, max(0.0, highest.objective - RESILIENCE_SLACK), controls)
        proven = highest.outcome is Outcome.OPTIMAL
        return replace(
            found,
            seconds=kept.seconds + highest.seconds + found.seconds,
            solved=found.solved and proven,
            outcome=found.outcome if proven else highest.outcome,
            reaches_target=False,
        )

    def _cheapest(self, planner: Planner, target: float, controls: Controls) -> OutcomeAfterBreak:
        solution, allowed = planner.cheapest_within(target, self.gap, controls)
        if not solution.found:
            return OutcomeAfterBreak(solution.outcome, seconds=solution.seconds)
        plan = planner.report(solution, target, solution.bound)
        return _outlook(planner, plan, solution, max(allowed, SMALLEST_GAP * abs(plan.cost_musd)))


@dataclass(frozen=True)
class ContinueAfterBreak(Question):
    """Decide nothing more than the storage ``room`` that is still to be bought, t by (region, material, year): a linear
    program, of what stands, at least cost and without a target."""

    room: dict[tuple[str, str, int], float]
    answer_type: ClassVar[type[Any]] = OutcomeAfterBreak

    def __call__(self, planner: Planner, watch: Watch) -> OutcomeAfterBreak:
        """Ask it of the program of the remaining years in which no module can be decided."""
        fixed = {column: self.room.get(place, 0.0) for place, column in planner.columns("space").items()}
        solution = planner.engine.solve("cost", fixed=fixed, relax=True)
        if not solution.found:
            return OutcomeAfterBreak(solution.outcome, seconds=solution.seconds)
        plan = planner.complete(_as_plan(planner, solution))
        return _outlook(planner, plan, solution, SMALLEST_GAP * abs(plan.cost_musd))


def _as_plan(planner: Planner, solution: Solution) -> Plan:
    return Plan(
        values=solution.values,
        target=0.0,
        kept=0.0,
        cost_musd=solution.objective,
        bound_musd=solution.bound,
        resilience=planner.resilience_of(solution.values),
        outcome=solution.outcome,
        seconds=solution.seconds,
        prices={},
        violation=solution.violation,
    )


def _outlook(planner: Planner, plan: Plan, solution: Solution, allowed_gap_musd: float) -> OutcomeAfterBreak:
    return OutcomeAfterBreak(
        outcome=solution.outcome,
        objective=plan.cost_musd,
        bound=min(plan.bound_musd, plan.cost_musd),
        unmet={key: t for key, t in planner.unmet(plan.values).items() if t > SLIGHT},
        seconds=solution.seconds,
        solved=Point("", plan, allowed_gap_musd).solved,
    )
