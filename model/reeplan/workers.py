"""Who solves: this process alone, or several worker processes side by side.

Both are crews with the same two verbs. Each worker builds the program once and then solves what it
is asked; a wave of jobs is handed out together and collected in order, so that the result does not
depend on which worker was faster.
"""

from __future__ import annotations

import multiprocessing
import queue
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.plan import Planner
from reeplan.solver import Controls, Interrupt, Progress, Solution, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.case import Case


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


class Display(Protocol):
    """Who shows the work."""

    def started(self, what: str) -> None:
        """A job has begun."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news about a job."""

    def finished(self, what: str, solution: Solution) -> None:
        """A job is done."""


class Crew(Protocol):
    """Who solves."""

    size: int

    def solve(self, jobs: Sequence[Job]) -> list[Solution]:
        """Solve all jobs; the results are in the order of the jobs."""


class Alone:
    """Solves in this process, one job after the other."""

    size = 1

    def __init__(self, planner: Planner, display: Display) -> None:
        self._planner, self._display = planner, display

    def solve(self, jobs: Sequence[Job]) -> list[Solution]:
        """Solve all jobs, in order."""
        return [self._solve(job) for job in jobs]

    def _solve(self, job: Job) -> Solution:
        self._display.started(job.what)
        solution = job.watched(lambda progress: self._display.progress(job.what, progress)).solve(self._planner)
        self._display.finished(job.what, solution)
        return solution


class Team:
    """Solves in worker processes; a context manager, so that none is left behind."""

    def __init__(self, size: int, case: Case, measure: str, log_folder: Path | None, display: Display) -> None:
        self.size = size
        self._display = display
        context = multiprocessing.get_context("spawn")
        self.stop = context.Event()
        self._news = context.Queue()
        self._pool = ProcessPoolExecutor(
            size,
            mp_context=context,
            initializer=_prepare_worker,
            initargs=(case, measure, log_folder, self.stop, self._news),
        )

    def __enter__(self) -> Team:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def solve(self, jobs: Sequence[Job]) -> list[Solution]:
        """Solve a wave of jobs side by side; the results are in the order of the jobs."""
        futures = []
        for job in jobs:
            self._display.started(job.what)
            futures.append(self._pool.submit(_solve_in_worker, job.watched(None)))
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=0.2)
            self._show_news()
            for job, future in zip(jobs, futures, strict=True):
                if future in done:
                    self._display.finished(job.what, future.result())
        return [future.result() for future in futures]

    def _show_news(self) -> None:
        while True:
            try:
                what, progress = self._news.get_nowait()
            except queue.Empty:
                return
            self._display.progress(what, progress)


class _Worker:
    """What a worker process keeps between jobs."""

    planner: Planner
    news: Any


def _prepare_worker(case: Case, measure: str, log_folder: Path | None, stop: Any, news: Any) -> None:
    log = None if log_folder is None else log_folder / f"solver-{multiprocessing.current_process().name}.log"
    interrupt = Interrupt(stop)
    interrupt.__enter__()
    _Worker.planner = Planner(case, measure, log, interrupt)
    _Worker.news = news


def _solve_in_worker(job: Job) -> Solution:
    return job.watched(lambda progress: _Worker.news.put((job.what, progress))).solve(_Worker.planner)
