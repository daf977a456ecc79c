"""What a search has found so far, on disk: every solution as soon as it is there.

A search that is killed goes on from its journal: asked a question that was answered before it takes the recorded
answer, and solves only the rest.
"""

from __future__ import annotations

import math
import os
import zlib
from collections import deque
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from reeplan.solver import Outcome, Solution
from reeplan.workers import NOT_ASKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from reeplan.workers import Crew, Done, Job


class Journal:
    """A folder with one file per answered question, numbered as they were asked.

    ``size``: how many values a plan has; an answer of another size is none to these questions.
    """

    def __init__(self, folder: Path, size: int | None = None) -> None:
        self._folder, self._size = folder, size
        folder.mkdir(parents=True, exist_ok=True)
        self._used: set[int] = set()

    def __len__(self) -> int:
        return sum(1 for _ in self._folder.glob("*.npz"))

    def holds_a_plan(self) -> bool:
        """Whether any answer is a plan."""
        answers = (_read(path) for path in sorted(self._folder.glob("*.npz")))
        return any(answer is not None and answer[1].found for answer in answers)

    def record(self, number: int, what: str, solution: Solution) -> None:
        """Keep an answer; the file appears whole or not at all."""
        if not solution.outcome.is_final:
            return
        draft = self._folder / f".{number:04d}.tmp"
        values = np.array([]) if solution.values is None else solution.values
        with draft.open("wb") as file:
            np.savez_compressed(
                file,
                what=np.array(what),
                outcome=np.array(solution.outcome.value),
                values=values,
                numbers=np.array([solution.objective, solution.bound, solution.seconds, solution.violation]),
            )
        os.replace(draft, self._folder / f"{number:04d}.npz")

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
        number = 1 + max([-1, *self._used, *(int(path.stem) for path in self._folder.glob("*.npz"))])
        self._used.add(number)
        return number

    @cached_property
    def _answers(self) -> dict[int, tuple[str, Solution]]:
        """Every answer that can be read and fits, by its number."""
        found = {}
        for path in sorted(self._folder.glob("*.npz")):
            answer = _read(path) if path.stem.isdigit() else None
            if answer is not None and self._fits(answer[1]):
                found[int(path.stem)] = answer
        return found

    def _fits(self, solution: Solution) -> bool:
        return self._size is None or solution.values is None or solution.values.shape == (self._size,)


def _read(path: Path) -> tuple[str, Solution] | None:
    """A question and its answer; None where there is none, or it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            values = stored["values"]
            objective, bound, seconds, violation = (float(number) for number in stored["numbers"])
            outcome = Outcome(str(stored["outcome"]))
            what = str(stored["what"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return None
    return what, Solution(outcome, values if len(values) else None, objective, bound, seconds, violation)


class Recorded:
    """A crew whose answers are recorded, and not asked for again.

    ``retry_limits``: questions that ended at a time limit are asked again, from the plan found then.
    """

    def __init__(self, crew: Crew, journal: Journal, *, retry_limits: bool = False) -> None:
        self.size = crew.size
        self._crew, self._journal, self._retry_limits = crew, journal, retry_limits

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve what the journal does not hold yet; results in the order in which the jobs came."""
        errand = _Errand(self._journal, self._retry_limits, done)
        self._crew.solve(errand.to_be_solved(jobs), errand.keep)
        return errand.results()


@dataclass
class _Asked:
    """A job, its place among the results, its number in the journal, and what an earlier try found."""

    job: Job
    place: int
    number: int
    before: Solution | None


class _Errand:
    """The jobs of one call: answered from the journal, or handed on."""

    def __init__(self, journal: Journal, retry_limits: bool, done: Done | None) -> None:
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
        return [NOT_ASKED if answer is None else answer for answer in self._answers]


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
