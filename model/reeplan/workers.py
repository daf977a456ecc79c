"""Who solves: this process alone, or several worker processes side by side.

Both are crews and answer to the same call. Each worker builds the program once and then solves what it
is asked; a wave of jobs is handed out together and collected in order, so that the result does not
depend on which worker was faster.
"""

from __future__ import annotations

import functools
import math
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.interrupt import Interrupt
from reeplan.plan import Planner
from reeplan.solver import Controls, Outcome, Progress, Solution, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reeplan.case import Case


Done = Callable[[int, Solution], None]
"""Hears of a job that has ended: its position among the jobs, and its solution."""


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


ATTEMPTS = 3
"""How often a wave is tried when a worker process dies."""


NOT_ASKED = Solution(Outcome.INTERRUPTED, None, math.nan, math.nan, 0.0)
"""The answer to a question that nobody was left to solve when the run was stopped."""


class WorkerLostError(Exception):
    """Worker processes died again and again."""


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

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve all jobs; the results are in the order of the jobs. ``done`` hears of each as it ends."""


class Alone:
    """Solves in this process, one job after the other."""

    size = 1

    def __init__(self, planner: Planner, display: Display) -> None:
        self._planner, self._display = planner, display

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve all jobs, in order."""
        solutions = []
        for position, job in enumerate(jobs):
            self._display.started(job.what)
            solution = job.watched(functools.partial(self._display.progress, job.what)).solve(self._planner)
            self._display.finished(job.what, solution)
            solutions.append(solution)
            if done is not None:
                done(position, solution)
        return solutions


class Team:
    """Solves in worker processes; a context manager, so that none is left behind."""

    def __init__(self, size: int, case: Case, measure: str, log_folder: Path | None, display: Display) -> None:
        self.size = size
        self._display = display
        context = multiprocessing.get_context("spawn")
        self.stop = context.Event()
        self._news = context.Queue()
        self._make_pool = functools.partial(
            ProcessPoolExecutor,
            size,
            mp_context=context,
            initializer=_prepare_worker,
            initargs=(case, measure, log_folder, self.stop, self._news),
        )
        self._pool = self._make_pool()

    def __enter__(self) -> Team:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve a wave of jobs side by side; the results are in the order of the jobs.

        A worker that dies takes its pool with it: what is not solved then is given to a new one, twice.
        """
        solved: dict[int, Solution] = {}
        for job in jobs:
            self._display.started(job.what)
        for _ in range(ATTEMPTS):
            try:
                self._solve_rest(jobs, solved, done)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False, cancel_futures=True)
                if self.stop.is_set():  # whoever asked to stop ended the workers too
                    return [solved.get(position, NOT_ASKED) for position in range(len(jobs))]
                self._pool = self._make_pool()
            else:
                return [solved[position] for position in range(len(jobs))]
        raise WorkerLostError

    def _solve_rest(self, jobs: Sequence[Job], solved: dict[int, Solution], done: Done | None) -> None:
        with _ctrl_c_held():
            futures = {
                self._pool.submit(_solve_in_worker, job.watched(None)): position
                for position, job in enumerate(jobs)
                if position not in solved
            }
        pending = set(futures)
        while pending:
            ended, pending = wait(pending, timeout=0.2)
            self._show_news()
            for future in ended:
                position = futures[future]
                solved[position] = future.result()
                self._display.finished(jobs[position].what, solved[position])
                if done is not None:
                    done(position, solved[position])

    def _show_news(self) -> None:
        while True:
            try:
                what, progress = self._news.get_nowait()
            except queue.Empty:
                return
            self._display.progress(what, progress)


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Worker processes started here never hear Ctrl-C, which a terminal sends to all: their parent passes it on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """What a worker process keeps between jobs."""

    planner: Planner
    news: Any


def _end_with_parent() -> None:
    """A worker whose parent was killed must not go on solving for nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _prepare_worker(case: Case, measure: str, log_folder: Path | None, stop: Any, news: Any) -> None:
    log = None if log_folder is None else log_folder / f"solver-{multiprocessing.current_process().name}.log"
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Ctrl-C is the parent's to hear. A termination must end a worker: the pool ends its workers so when one is lost.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.planner = Planner(case, measure, log, Interrupt(stop))
    _Worker.news = news


def _solve_in_worker(job: Job) -> Solution:
    return job.watched(lambda progress: _Worker.news.put((job.what, progress))).solve(_Worker.planner)
