"""Which question is asked when: levels from the highest down, one as soon as somebody is free, none that is settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reeplan.endings import Outcome
from reeplan.solve.engine import Controls, Solution
from reeplan.solve.executor import Job, SerialPool
from reeplan.solve.executor.checkpoint import Checkpoint, ResumablePool
from reeplan.solve.front import solve_front
from solved import planner_of, random_case
from support import Silent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.solve.executor import Done, Pool
    from reeplan.solve.front import Point

ONE = Controls(threads=1)


@dataclass
class Arithmetic:
    """A crew of two that solves by arithmetic: what costs ten times its target; the later of two jobs ends first."""

    size: int = 2
    asked: list[str] = field(default_factory=list)

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        waiting = list(enumerate(jobs))
        answers: dict[int, Solution] = {}
        number = len(waiting)
        while waiting:
            position, job = waiting.pop(min(1, len(waiting) - 1))
            self.asked.append(job.what)
            answers[position] = solved(job)
            for following in () if done is None else done(position, answers[position]) or ():
                waiting.append((number, following))
                number += 1
        return [answers[position] for position in sorted(answers)]


def solved(job: Job) -> Solution:
    cost = 10 * (job.target or 0.0)
    return Solution(Outcome.OPTIMAL, np.array([cost]), cost, cost, 0.0)


def job(target: float, what: str = "") -> Job:
    return Job(what or f"level {target}", target, ONE)


def count_down(crew: Pool, first: Sequence[int], least: int) -> list[float]:
    """Every answer at 10 n asks for level n - 2, down to the least; the costs in the order of the results."""

    def follow(position: int, solution: Solution) -> list[Job]:
        below = round(solution.objective / 10) - 2
        return [job(below)] if below >= least else []

    return [solution.objective for solution in crew.solve([job(level) for level in first], follow)]


def test_jobs_that_follow_are_solved_and_results_keep_the_order_in_which_they_came(tmp_path: Path) -> None:
    """From 6 and 5 the crew of two, whose second job ends first, comes to 3 before 4: 6 5 3 1 4 2."""
    crew = Arithmetic()
    recorded = ResumablePool(crew, Checkpoint(tmp_path / "journal"))
    assert count_down(recorded, [6, 5], least=1) == [60, 50, 30, 10, 40, 20]
    assert sorted(crew.asked) == [f"level {n}" for n in range(1, 7)]


def test_known_answers_are_not_asked_for_again_and_bring_their_followers(tmp_path: Path) -> None:
    """A search that goes on: everything from 4 upwards is known, so only 3, 2 and 1 are solved."""
    count_down(ResumablePool(Arithmetic(), Checkpoint(tmp_path / "journal")), [6, 5], least=4)
    again = Arithmetic()
    costs = count_down(ResumablePool(again, Checkpoint(tmp_path / "journal")), [6, 5], least=1)
    assert sorted(again.asked) == ["level 1", "level 2", "level 3"]
    assert sorted(costs) == [10, 20, 30, 40, 50, 60]
    nothing_left = Arithmetic()
    count_down(ResumablePool(nothing_left, Checkpoint(tmp_path / "journal")), [6, 5], least=1)
    assert nothing_left.asked == []


def test_a_question_asked_twice_has_two_answers(tmp_path: Path) -> None:
    """The second time for a smaller gap: the journal gives each answer once, in their order, and keeps both."""
    journal = Checkpoint(tmp_path / "journal")
    for cost in (7.0, 5.0):
        journal.record(journal.free_number(), "level", Solution(Outcome.OPTIMAL, np.array([cost]), cost, cost, 0.0))
    reopened = Checkpoint(tmp_path / "journal")
    assert [reopened.recall("level")[1].objective for _ in range(2)] == [7.0, 5.0]  # type: ignore[index]
    assert reopened.recall("level") is None
    assert reopened.free_number() == 2


@dataclass
class Watched:
    """A crew that notes which targets it was asked for."""

    crew: Pool
    targets: list[float | None] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.crew.size

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        self.targets += [job.target for job in jobs]

        def noting(position: int, solution: Solution) -> Sequence[Job]:
            more = () if done is None else done(position, solution) or ()
            self.targets += [job.target for job in more]
            return more

        return self.crew.solve(jobs, noting)


@pytest.mark.parametrize("seed", [10, 16])
def test_levels_come_from_the_highest_down_and_the_search_says_how_far_it_is(seed: int) -> None:
    fronts: list[list[Point]] = []
    work: list[tuple[int, int]] = []
    with random_case(seed) as folder:
        planner = planner_of(folder)
        crew = Watched(SerialPool(planner, Silent()))
        front = solve_front(
            planner,
            crew,
            ONE,
            1e-9,
            5,
            on_points=fronts.append,
            on_plan_of_work=lambda total, settled: work.append((total, settled)),
        )
    levels = [target for target in crew.targets[2:] if target]  # after the cheapest plan and the highest resilience
    assert len(levels) > 1
    assert all(lower < higher for higher, lower in pairwise(levels)), "no level is asked for twice, or out of order"
    assert set(levels) <= set(front.levels)
    assert front.levels[0] == 0.0
    assert len(front.levels) == 5
    assert all(before <= after for before, after in pairwise(work))
    total, settled = work[-1]
    assert settled == total
    assert [point.plan.cost_musd for point in fronts[-1]] == pytest.approx([p.plan.cost_musd for p in front.points])
    assert all(not point.plan.prices for point in fronts[-1]), "the front so far is not priced yet"
    assert all(point.plan.prices for point in front.points)


def test_a_level_that_a_plan_above_it_settles_is_not_asked_for() -> None:
    """With a gap as wide as the front everything but its ends is settled."""
    with random_case(10) as folder:
        planner = planner_of(folder)
        every, few = Watched(SerialPool(planner, Silent())), Watched(SerialPool(planner, Silent()))
        exact = solve_front(planner, every, ONE, 1e-9, 8)
        assert len(every.targets) > len(exact.points) > 2
        solve_front(planner, few, ONE, 1.0, 8)
    assert len(few.targets) < len(every.targets)
