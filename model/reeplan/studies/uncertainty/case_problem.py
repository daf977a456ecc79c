"""A case as a two-stage problem, each request a task for whoever solves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reeplan.model.measures import BY_WINDOW
from reeplan.solve.executor import Task
from reeplan.studies.uncertainty.question import LeastCost
from reeplan.studies.uncertainty.scenarios import case_of, probabilities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.studies.uncertainty.two_stage import Request, TwoStageAnswer


@dataclass(frozen=True)
class CaseProblem:
    """A case, with or without a target that every window has to keep.

    Without one, windows of probability 0 play no part; with one, they have to be survived by whoever does not know.
    """

    case: Case
    measure: Measure
    ask: Ask
    gap: float
    controls: Controls
    target: float = 0.0

    @property
    def probabilities(self) -> Mapping[str, float]:
        """Every scenario that may happen."""
        return probabilities(self.case)

    def solve(self, requests: Sequence[Request]) -> list[TwoStageAnswer | None]:
        """The answers, in the order of the requests."""
        return self.ask([self._task(request) for request in requests])

    def _task(self, request: Request) -> Task:
        together = len(request.weights) > 1 or request.weights.keys() == self.probabilities.keys()
        case = case_of(self.case, request.weights, stress_tests=together and self.target > 0)
        # Nothing to be resilient to, or no target: the measure plays no part, and equal questions shall be equal.
        target = self.target if case.windows else 0.0
        measure = self.measure if target > 0 else replace(self.measure, name=BY_WINDOW[0])
        question = LeastCost(target, self.gap, self.controls, request.given)
        what = request.what if self.target <= 0 else f"{request.what}, keeping {self.target:.12g}"
        return Task(what, case, measure, question, self.controls.time_limit_s)
