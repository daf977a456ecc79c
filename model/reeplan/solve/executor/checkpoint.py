"""What a search has found so far, on disk: every solution as soon as it is there.

A search that is killed goes on from its journal: asked a question that was answered before it takes the recorded
answer, and solves only the rest.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np  # noqa: TC002  (read when answers are kept)

from reeplan.endings import Outcome
from reeplan.solve.engine import Solution
from reeplan.solve.executor import answers
from reeplan.solve.executor.pools import CANCELLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reeplan.solve.executor.pools import Done, Job, Pool


@dataclass(frozen=True)
class _Kept:
    """What is kept of a solution."""

    outcome: Outcome
    values: np.ndarray | None
    objective: float
    bound: float
    seconds: float
    violation: float

    def solution(self) -> Solution:
        return Solution(self.outcome, self.values, self.objective, self.bound, self.seconds, self.violation)


class Checkpoint:
    """A folder with one file per answered question, numbered as they were asked.

    ``size``: how many values a plan has; an answer of another size is none to these questions. ``run`` is the
    fingerprint of what the run was asked for: an answer to another run is none to this one.
    """

    def __init__(self, folder: Path, size: int | None = None, run: str = "") -> None:
        self._folder, self._size, self._run = folder, size, run
        folder.mkdir(parents=True, exist_ok=True)
        self._used: set[int] = set()

    def __len__(self) -> int:
        return len(self._answers)

    def record(self, number: int, what: str, solution: Solution) -> None:
        """Keep an answer that is final, and found by this version of the program and the solver."""
        if not solution.outcome.is_final or solution.foreign:
            return
        kept = _Kept(
            solution.outcome,
            solution.values,
            solution.objective,
            solution.bound,
            solution.seconds,
            solution.violation,
        )
        answers.write(self._folder / f"{number:04d}{answers.ENDING}", self._run, what, kept)

    def recall(self, what: str) -> tuple[int, Solution] | None:
        """The first answer to a question that was not recalled yet, with its number; None if there is none.

        A question may be asked twice, the second time for a smaller gap.
        """
        for number, (question, solution) in self._answers.items():
            if question == what and number not in self._used:
                self._used.add(number)
                return number, solution
        return None

    def free_number(self) -> int:
        """A number that no answer has, on disk or promised."""
        number = 1 + max([-1, *self._used, *(number for number, _ in _numbered(self._folder))])
        self._used.add(number)
        return number

    @cached_property
    def _answers(self) -> dict[int, tuple[str, Solution]]:
        """Every answer that can be read and belongs to this run, by its number."""
        found = {}
        for number, file in _numbered(self._folder):
            answer = answers.read(file, self._run, _Kept)
            if answer is not None and self._fits(answer[1]):
                found[number] = (answer[0], answer[1].solution())
        return found

    def _fits(self, kept: _Kept) -> bool:
        return self._size is None or kept.values is None or kept.values.shape == (self._size,)


def holds_a_plan(folder: Path) -> bool:
    """Whether any answer in a journal's folder is a plan."""
    read = (answers.read(file, None, _Kept) for _, file in _numbered(folder))
    return any(answer is not None and answer[1].values is not None for answer in read)


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    """Whatever is named like an answer of a journal, in order."""
    return sorted((int(file.stem), file) for file in answers.named(folder) if file.stem.isdecimal())


class ResumablePool:
    """A crew whose answers are recorded, and not asked for again.

    ``retry_limits``: questions that ended at a time limit are asked again, from the plan found then.
    """

    def __init__(self, crew: Pool, journal: Checkpoint, *, retry_limits: bool = False) -> None:
        self.size = crew.size
        self._crew, self._journal, self._retry_limits = crew, journal, retry_limits

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve what the journal does not hold yet; results in the order in which the jobs came."""
        errand = _Resumed(self._journal, self._retry_limits, done)
        self._crew.solve(errand.to_be_solved(jobs), errand.keep)
        return errand.results()


@dataclass
class _Asked:
    """A job, its place among the results, its number in the journal, and what an earlier try found."""

    job: Job
    place: int
    number: int
    before: Solution | None


class _Resumed:
    """The jobs of one call: answered from the journal, or handed on."""

    def __init__(self, journal: Checkpoint, retry_limits: bool, done: Done | None) -> None:
        self._journal, self._retry_limits, self._done = journal, retry_limits, done
        self._answers: list[Solution | None] = []
        self._handed_on: list[_Asked] = []

    def to_be_solved(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of the jobs, and of the jobs that their known answers bring, that have no answer yet."""
        waiting, rest = deque(jobs), []
        while waiting:
            asked = self._known_or_new(waiting.popleft(), waiting)
            if asked is not None:
                self._handed_on.append(asked)
                rest.append(asked.job)
        return rest

    def _known_or_new(self, job: Job, waiting: deque[Job]) -> _Asked | None:
        place = len(self._answers)
        self._answers.append(None)
        recalled = self._journal.recall(_question(job))
        if recalled is None:
            return _Asked(job, place, self._journal.free_number(), None)
        number, known = recalled
        if self._retry_limits and known.outcome is Outcome.LIMIT:
            return _Asked(replace(job, start=known.values) if known.found else job, place, number, known)
        waiting.extend(self._answer(place, known))
        return None

    def keep(self, position: int, solution: Solution) -> list[Job]:
        """Record an answer; the jobs that are to follow it."""
        asked = self._handed_on[position]
        answer = solution
        if asked.before is not None:
            answer = _better_of_both(asked.job, asked.before, solution)
        kept = answer
        if asked.before is not None and not solution.outcome.is_final:
            kept = replace(answer, outcome=asked.before.outcome)
        self._journal.record(asked.number, _question(asked.job), kept)
        return self.to_be_solved(self._answer(asked.place, answer))

    def _answer(self, place: int, solution: Solution) -> Iterable[Job]:
        self._answers[place] = solution
        return () if self._done is None else self._done(place, solution) or ()

    def results(self) -> list[Solution]:
        """The answers, in the order in which the jobs came."""
        return [CANCELLED if answer is None else answer for answer in self._answers]


def _question(job: Job) -> str:
    """What is asked, to the last digit: a bound proven at one level is none at a level just below it."""
    return f"{job.what} | {job.target!r} | {job.cost_limit_musd!r}"


def _better_of_both(job: Job, before: Solution, after: Solution) -> Solution:
    """The better plan and the tighter bound of two answers: another try never loses what the first one found."""
    highest = job.target is None
    better = before.objective > after.objective if highest else before.objective < after.objective
    best = before if before.found and (better or not after.found) else after
    bounds = [bound for bound in (before.bound, after.bound) if not math.isnan(bound)]
    failed = after.outcome is Outcome.FAILED or (after.outcome is Outcome.INFEASIBLE and before.found)
    return replace(
        best,
        outcome=before.outcome if failed else after.outcome,
        bound=(min if highest else max)(bounds) if bounds else math.nan,
        seconds=before.seconds + after.seconds,
    )
