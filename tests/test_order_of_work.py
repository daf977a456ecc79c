"""Which question is asked when: one as soon as somebody is free for it, and none that is settled."""

from __future__ import annotations

import concurrent.futures
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from reeplan.endings import Outcome
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, Backend, Executor, Task
from reeplan.solve.executor.worker import Response, answered_by
from reeplan.solve.front import _Search, solve_front
from reeplan.solve.questions import CheapestAt, NearestPlan, PlanAnswer, Question
from solved import planner_of, random_case
from support import WORST_CASE
from test_many_machines import case_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.model.case import Case
    from reeplan.solve.engine import Watch
    from reeplan.solve.executor import Then
    from reeplan.solve.front import Point
    from reeplan.solve.planner import Planner

ONE = Controls(threads=1)


@dataclass(frozen=True)
class TenTimes(Question):
    """A question that is answered by arithmetic: what costs ten times its level."""

    answer_type: ClassVar[type[Any]] = PlanAnswer

    level: float

    def __call__(self, planner: Planner, watch: Watch) -> PlanAnswer:
        return answered(10 * self.level)


def answered(cost: float) -> PlanAnswer:
    return PlanAnswer(Outcome.OPTIMAL, 0.0, cost, cost, solved=True, values=np.array([cost]))


class LaterFirst(concurrent.futures.Executor):
    """Works on two at a time; the later of two ends first."""

    def __init__(self) -> None:
        self.open: list[tuple[concurrent.futures.Future[Response], Any]] = []
        self.asked: list[str] = []

    def submit(self, function: Any, request: Any) -> Any:  # type: ignore[override]
        future: concurrent.futures.Future[Response] = concurrent.futures.Future()
        self.asked.append(request.what)
        self.open.append((future, request))
        return future

    def end_one(self) -> None:
        if self.open:
            future, request = self.open.pop()
            future.set_result(Response(request.question(None, None), by=answered_by()))


class Arithmetic(Backend):
    """Workers who answer by arithmetic."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 2
        self.executor = self.later_first = LaterFirst()
        self.ended = False

    @property
    def asked(self) -> list[str]:
        return self.later_first.asked

    def look_after(self) -> None:
        """One ends, then its answer is taken and what follows is handed out before the next one ends."""
        self.ended = not self.ended
        if self.ended:
            self.later_first.end_one()


@pytest.fixture
def case(small_case: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr("reeplan.solve.executor.backend.LOOK_EVERY_S", 0.001)
    return case_of(small_case)


def count_down(case: Case, backend: Backend, folder: Path, first: Sequence[int], least: int) -> list[float]:
    """Every answer at 10 n asks for level n - 2, down to the least; the costs in the order of the results."""

    def task(level: int) -> Task:
        return Task(f"level {level}", case, WORST_CASE, TenTimes(level))

    def follow(position: int, answer: PlanAnswer) -> list[Task]:
        below = round(answer.objective / 10) - 2
        return [task(below)] if below >= least else []

    executor = Executor(backend, store=AnswerStore(folder))
    return [answer.objective for answer in executor.ask([task(level) for level in first], follow)]


def test_tasks_that_follow_are_answered_and_results_keep_the_order_in_which_they_came(
    case: Case, tmp_path: Path
) -> None:
    """From 6 and 5 the two workers, of whom the later ends first, come to 3 before 4: 6 5 3 1 4 2."""
    backend = Arithmetic()
    assert count_down(case, backend, tmp_path, [6, 5], least=1) == [60, 50, 30, 10, 40, 20]
    assert backend.asked == [f"level {n}" for n in (6, 5, 3, 1, 4, 2)]


def test_known_answers_are_not_asked_for_again_and_bring_their_followers(case: Case, tmp_path: Path) -> None:
    """A search that is resumed: everything from 4 upwards is known, so only 3, 2 and 1 are solved."""
    count_down(case, Arithmetic(), tmp_path, [6, 5], least=4)
    again = Arithmetic()
    costs = count_down(case, again, tmp_path, [6, 5], least=1)
    assert sorted(again.asked) == ["level 1", "level 2", "level 3"]
    assert sorted(costs) == [10, 20, 30, 40, 50, 60]
    nothing_left = Arithmetic()
    count_down(case, nothing_left, tmp_path, [6, 5], least=1)
    assert nothing_left.asked == []


def test_a_level_asked_for_twice_has_two_answers(case: Case, tmp_path: Path) -> None:
    """The second time to a smaller gap; neither the gap nor where the search begins makes another question."""

    def at(asked_before: int, gap: float, start: float) -> Task:
        controls = Controls(absolute_gap=gap, time_limit_s=1 / gap)
        question = CheapestAt(0.5, controls=controls, start=np.array([start]), asked_before=asked_before)
        return Task("", case, WORST_CASE, question)

    first, second = Executor(), Executor()
    keys = [first.look_up(at(0, 1.0, 7.0))[0], first.look_up(at(1, 0.5, 7.0))[0]]
    assert keys[0] != keys[1]
    assert keys == [second.look_up(at(0, 0.1, 5.0))[0], second.look_up(at(1, 0.2, 3.0))[0]]


class Watched(Executor):
    """An executor in this process that notes which targets it was asked for; None for the most resilient plan."""

    def __init__(self, planner: Planner) -> None:
        super().__init__(planner=planner)
        self.targets: list[float | None] = []
        self.nearest: list[bool] = []

    def ask(self, tasks: Sequence[Task], then: Then | None = None) -> list[Any]:
        self._note(tasks)

        def noting(position: int, answer: Any) -> Sequence[Task]:
            more = [] if then is None else list(then(position, answer))
            self._note(more)
            return more

        return super().ask(tasks, noting)

    def _note(self, tasks: Sequence[Task]) -> None:
        self.targets += [getattr(task.question, "target", None) for task in tasks]
        self.nearest += [isinstance(task.question, NearestPlan) for task in tasks]


@pytest.mark.parametrize("seed", [10, 16])
def test_a_third_of_the_levels_comes_first_and_the_search_says_how_far_it_is(seed: int) -> None:
    """From the highest down; then each level lies in the middle of two that were asked for before."""
    fronts: list[list[Point]] = []
    work: list[tuple[int, int]] = []
    with random_case(seed) as folder:
        planner = planner_of(folder)
        executor = Watched(planner)
        front = solve_front(
            planner,
            executor,
            ONE,
            1e-9,
            9,
            on_points=fronts.append,
            on_plan_of_work=lambda total, settled: work.append((total, settled)),
        )
    near = [question for question in executor.nearest if question]
    levels = [target for target in executor.targets[2:] if target]  # after the cheapest plan and the highest resilience
    levels = levels[: len(levels) - len(near)]
    assert len(levels) > 2
    assert len(set(levels)) == len(levels), "no level is asked for twice"
    assert levels[0] == max(front.levels)
    low, high = fronts[0][0].plan.keeps, levels[0]
    halves = {low, high, (low + high) / 2}
    for level in levels[1:]:
        if level != pytest.approx((low + high) / 2):
            assert any(level == pytest.approx((one + other) / 2) for one in halves for other in halves if one < other)
        halves.add(level)
    assert set(levels) <= set(front.levels)
    assert front.levels[0] == 0.0
    assert len(front.levels) == 9
    assert all(before[1] <= after[1] for before, after in pairwise(work))
    total, settled = work[-1]
    assert settled == total == 9
    assert len(fronts[-1]) == len(front.points)
    assert all(not point.plan.prices for point in fronts[-1]), "the front so far is not priced yet"
    assert all(point.plan.prices for point in front.points)


def test_a_level_that_a_plan_above_it_settles_is_not_asked_for() -> None:
    """Where every step is smaller than the gap nothing is asked for but the ends."""
    with random_case(10) as folder:
        planner = planner_of(folder)
        every, few = Watched(planner), Watched(planner)
        exact = solve_front(planner, every, ONE, 1e-9, 8)
        assert len(every.targets) > len(exact.points) > 2
        knowing = _Search._known
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_Search, "_known", lambda search: replace(knowing(search), gap_musd=1e6))
            solve_front(planner, few, ONE, 1e-9, 8)
    assert len(few.targets) < len(every.targets)
