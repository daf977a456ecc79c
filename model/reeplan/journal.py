"""What a search has found so far, on disk: every solution as soon as it is there.

A search that is killed goes on from its journal: asked the same questions in the same order it takes
the recorded answers and solves only the rest, so that it ends with the same front.
"""

from __future__ import annotations

import os
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
    """A folder with one file per answered question, in the order in which they were asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        return answer[1] if answer is not None and answer[0] == what else None


def _read(path: Path) -> tuple[str, Solution] | None:
    """A question and its answer; None where there is none, or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            values = stored["values"]
            objective, bound, seconds, violation = (float(number) for number in stored["numbers"])
            outcome = Outcome(str(stored["outcome"]))
            what = str(stored["what"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
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
        open_jobs: list[tuple[int, Job]] = []
        for place, (number, job) in enumerate(zip(numbers, jobs, strict=True)):
            known = self._journal.recall(number, job.what)
            if known is None:
                open_jobs.append((place, job))
            elif self._retry_limits and known.outcome is Outcome.LIMIT:
                open_jobs.append((place, replace(job, start=known.values) if known.found else job))
            else:
                answers[place] = known

        def keep(position: int, solution: Solution) -> None:
            place = open_jobs[position][0]
            self._journal.record(numbers[place], jobs[place].what, solution)
            if done is not None:
                done(place, solution)

        for (place, _), solution in zip(open_jobs, self._crew.solve([job for _, job in open_jobs], keep), strict=True):
            answers[place] = solution
        return [answers[place] for place in range(len(jobs))]
