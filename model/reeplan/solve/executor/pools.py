"""The questions a front asks, who may answer them, and the crew of one that answers in this process."""

from __future__ import annotations

import functools
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.endings import Outcome
from reeplan.solve.engine import Controls, Progress, Solution, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.solve.planner import Planner


Done = Callable[[int, Solution], "Sequence[Job] | None"]
"""Hears of a job that has ended, by its position among all jobs, and its solution; says which jobs are to follow."""


@dataclass(frozen=True)
class Job:
    """One question to the program: the cheapest plan at a target, or (target None) the most resilient plan.

    ``start`` is a plan to begin from; ``cost_limit_musd`` is what the most resilient plan may cost.
    """

    what: str
    target: float | None
    controls: Controls
    start: Any = None
    cost_limit_musd: float | None = None

    def solve(self, planner: Planner) -> Solution:
        """Solve it, in whatever process."""
        if self.target is None:
            return planner.most_resilient(self.controls, self.start, self.cost_limit_musd)
        return planner.cheapest(self.target, self.controls, self.start)

    def watched(self, watch: Watch | None) -> Job:
        """The same job with somebody to tell how it goes."""
        return replace(self, controls=replace(self.controls, watch=watch))


CANCELLED = Solution(Outcome.INTERRUPTED, None, math.nan, math.nan, 0.0)
"""The answer to a question that nobody was left to solve when the run was stopped."""


class Display(Protocol):
    """Who shows the work."""

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A job has begun, and may take so many seconds."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news about a job."""

    def finished(self, what: str, solution: Solution) -> None:
        """A job is done."""


class Pool(Protocol):
    """Who solves."""

    size: int

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve all jobs; the results are in the order in which the jobs came.

        ``done`` hears of each as it ends, and what it returns is solved as well: so the next job can be chosen by
        what was learned, at the moment somebody is free for it.
        """


class SerialPool:
    """Solves in this process, one job after the other."""

    size = 1

    def __init__(self, planner: Planner, display: Display) -> None:
        self._planner, self._display = planner, display

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve all jobs and those that follow them, in order."""
        waiting, solutions = deque(jobs), []
        while waiting:
            job = waiting.popleft()
            if self._planner.engine.interrupted:
                solutions.append(CANCELLED)
                continue
            self._display.started(job.what, job.controls.time_limit_s)
            solution = job.watched(functools.partial(self._display.progress, job.what)).solve(self._planner)
            self._display.finished(job.what, solution)
            solutions.append(solution)
            if done is not None:
                waiting.extend(done(len(solutions) - 1, solution) or ())
        return solutions
