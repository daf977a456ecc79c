"""What is asked of the solver about plans in uncertain futures, in whatever process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.solve.questions import Question
from reeplan.studies.uncertainty.case_program import CaseProgram
from reeplan.studies.uncertainty.program import least_cost
from reeplan.studies.uncertainty.two_stage import FirstStage, TwoStageAnswer
from reeplan.tolerances import REACHED_ROOM

if TYPE_CHECKING:
    from reeplan.solve.engine import Controls, Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class LeastCost(Question):
    """The cheapest plan of a case that keeps ``target``, with the investment free or ``given``."""

    target: float
    gap: float
    controls: Controls
    given: FirstStage | None = None
    answer_type: ClassVar[type[Any]] = TwoStageAnswer

    def __call__(self, planner: Planner, watch: Watch) -> TwoStageAnswer:
        """Ask it of a case's program."""
        controls = replace(self.controls, watch=watch)
        return least_cost(CaseProgram(planner), self.gap, controls, self.given, planner.cutoff(self.target))


@dataclass(frozen=True)
class EvaluatePlan(Question):
    """What a plan costs and serves where its investment is ``given``, operated to keep ``level`` of resilience.

    Where the investment does not allow that level, as much as it allows.
    """

    given: FirstStage
    level: float
    controls: Controls
    answer_type: ClassVar[type[Any]] = TwoStageAnswer

    def __call__(self, planner: Planner, watch: Watch) -> TwoStageAnswer:
        """Ask it of a case's program."""
        program, controls = CaseProgram(planner), replace(self.controls, watch=watch)
        wanted = planner.cutoff(self.level - REACHED_ROOM)
        found = least_cost(program, 0.0, controls, self.given, wanted)
        if found.found or found.lacks or not found.out_of_reach or self.level <= 0:
            return found
        held = program.hold(self.given)
        highest = planner.engine.solve(
            "most_resilient", fixed=held.fixed, at_least=held.at_least, relax=True, maximise=True
        )
        if not highest.found:
            return replace(found, outcome=highest.outcome)
        reached = max(0.0, highest.objective - REACHED_ROOM)
        return least_cost(program, 0.0, controls, self.given, planner.cutoff(reached))
