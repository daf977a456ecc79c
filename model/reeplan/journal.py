"""What a search has found so far, on disk: every solution as soon as it is there.

A search that is killed goes on from its journal: asked the same questions in the same order it takes
the recorded answers and solves only the rest, so that it ends with the same front.
"""

from __future__ import annotations

import math
import os
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from reeplan.solver import Outcome, Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reeplan.workers import Crew, Job

FINAL = (Outcome.OPTIMAL, Outcome.LIMIT, Outcome.INFEASIBLE)
"""Outcomes worth keeping: an interrupted solve is to be done again."""


class Journal:
    """A folder with one file per answered question, in the order in which they were asked.

    ``size``: how many values a plan has; an answer of another size is none to these questions.
    """

    def __init__(self, folder: Path, size: int | None = None) -> None:
        self._folder, self._size = folder, size
        folder.mkdir(parents=True, exist_ok=True)

    def __len__(self) -> int:
        return sum(1 for _ in self._folder.glob("*.npz"))

    def holds_a_plan(self) -> bool:
        """Whether any answer is a plan."""
        answers = (_read(path) for path in sorted(self._folder.glob("*.npz")))
        return any(answer is not None and answer[1].found for answer in answers)

    def record(self, number: int, what: str, solution: Solution) -> None:
        """Keep an answer; the file appears whole or not at all."""
        if solution.outcome not in FINAL:
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

    def recall(self, number: int, what: str) -> Solution | None:
        """The answer to a question, if it was asked before under this number; None if it cannot be read."""
        answer = _read(self._folder / f"{number:04d}.npz")
        if answer is None or answer[0] != what:
            return None
        solution = answer[1]
        fits = self._size is None or solution.values is None or solution.values.shape == (self._size,)
        return solution if fits else None


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
        self._asked = 0

    def solve(self, jobs: Sequence[Job], done: Callable[[int, Solution], None] | None = None) -> list[Solution]:
        """Solve what the journal does not hold yet; results in the order of the jobs."""
        numbers = range(self._asked, self._asked + len(jobs))
        self._asked += len(jobs)
        answers: dict[int, Solution] = {}
        before: dict[int, Solution] = {}
        open_jobs: list[tuple[int, Job]] = []
        for place, (number, job) in enumerate(zip(numbers, jobs, strict=True)):
            known = self._journal.recall(number, _question(job))
            if known is None:
                open_jobs.append((place, job))
            elif self._retry_limits and known.outcome is Outcome.LIMIT:
                before[place] = known
                open_jobs.append((place, replace(job, start=known.values) if known.found else job))
            else:
                answers[place] = known

        def keep(position: int, solution: Solution) -> None:
            place, job = open_jobs[position]
            answers[place] = _better_of_both(job, before[place], solution) if place in before else solution
            again = place in before and solution.outcome not in FINAL
            kept = replace(answers[place], outcome=before[place].outcome) if again else answers[place]
            self._journal.record(numbers[place], _question(job), kept)
            if done is not None:
                done(place, answers[place])

        for (place, _), solution in zip(open_jobs, self._crew.solve([job for _, job in open_jobs], keep), strict=True):
            answers.setdefault(place, solution)
        return [answers[place] for place in range(len(jobs))]


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
