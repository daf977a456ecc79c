"""Questions of a study: asked once, kept, found again, and told from one another by what they ask alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from reeplan.model.measures import Measure
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, Executor, LocalProcesses, Task, solve_here
from reeplan.solve.executor.content_key import ContentKeys, written_out
from reeplan.solve.questions import Question
from support import WORST_CASE, write_case, years
from test_cooperate_coalition import TWO, case_in

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.model.case import Case
    from reeplan.solve.engine import Progress, Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class Cost:
    """The least cost at a target, with whatever else an answer may hold."""

    musd: float
    nothing: float = math.nan
    by_pair: dict[tuple[str, int], float] | None = None
    values: np.ndarray | None = None
    final: bool = True
    settled: bool = True


ONE_THREAD = Controls()


@dataclass(frozen=True)
class HowMuch(Question):
    answer_type: ClassVar[type[Any]] = Cost

    target: float
    controls: Controls = ONE_THREAD
    lasting: bool = True
    settled: bool = True

    def __call__(self, planner: Planner, watch: Watch) -> Cost:
        ASKED.append(self.target)
        solution = planner.cheapest(self.target, replace(self.controls, watch=watch))
        return Cost(
            solution.objective,
            by_pair={("a", 1): 2.5},
            values=solution.values,
            final=self.lasting,
            settled=self.settled,
        )


ASKED: list[float] = []


class Told:
    """Who shows the work, and what it was told."""

    def __init__(self) -> None:
        self.work: list[tuple[int, int]] = []

    def started(self, what: str, limit_s: float | None = None) -> None: ...

    def progress(self, what: str, progress: Progress) -> None: ...

    def finished(self, what: str, solution: object) -> None: ...

    def plan_of_work(self, levels: int, settled: int) -> None:
        self.work.append((levels, settled))


@pytest.fixture
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    ASKED.clear()
    return case_in(write_case(tmp_path_factory.mktemp("case") / "two", years(2030, 2030), TWO))


def tasks(case: Case, *targets: float) -> list[Task]:
    return [Task(f"at {target}", case, WORST_CASE, HowMuch(target)) for target in targets]


def test_equal_questions_are_asked_once_and_answered_in_order(case: Case) -> None:
    told = Told()
    again = replace(case, settings=replace(case.settings))  # another object that says the same
    answers = Executor(None, told)([*tasks(case, 0.0, 0.3, 0.0), *tasks(again, 0.3)])
    assert ASKED == [0.0, 0.3]
    assert answers[0] is answers[2]
    assert answers[1] is answers[3]
    assert told.work == [(2, 0), (2, 1), (2, 2)]


def test_a_question_is_told_from_others_by_the_case_the_measure_and_what_it_asks(case: Case) -> None:
    [task] = tasks(case, 0.5)
    costlier = replace(case, settings=replace(case.settings, discount_rate=0.01))
    others = [
        *tasks(case, 0.4),
        *(Task("at 0.5", case, Measure("cvar", level), HowMuch(0.5)) for level in (0.5, 0.9)),
        Task("at 0.5", costlier, WORST_CASE, HowMuch(0.5)),
        Task("at 0.5", case, WORST_CASE, HowMuch(0.5, Controls(seed=1))),
    ]
    names = ContentKeys()
    assert len({names.of(one) for one in [task, *others]}) == 6
    longer = Task("with more time", case, WORST_CASE, HowMuch(0.5, Controls(time_limit_s=9.0)))
    assert names.of(longer) == names.of(task)


def test_order_does_not_matter_where_there_is_none() -> None:
    assert list(written_out({"a": 1, "b": {2, 3}})) == list(written_out({"b": {3, 2}, "a": 1}))
    assert list(written_out([1, 2])) != list(written_out([2, 1]))
    assert list(written_out(["ab", "c"])) != list(written_out(["a", "bc"]))
    assert list(written_out(np.array([1.0]))) != list(written_out(np.array([2.0])))
    with pytest.raises(TypeError, match="plain values"):
        list(written_out(object()))


def test_answers_are_found_again(case: Case, tmp_path: Path) -> None:
    first = Executor(None, Told(), AnswerStore(tmp_path))(tasks(case, 0.0, 0.3))
    assert len(AnswerStore(tmp_path)) == 2
    told = Told()
    second = Executor(None, told, AnswerStore(tmp_path))(tasks(case, 0.3, 0.0))
    assert ASKED == [0.0, 0.3]
    assert told.work == []
    assert [answer.musd for answer in second] == [first[1].musd, first[0].musd]
    assert math.isnan(second[0].nothing)
    assert second[0].by_pair == {("a", 1): 2.5}
    assert np.array_equal(second[0].values, first[1].values)


def test_what_was_interrupted_is_asked_again_and_what_more_time_may_improve_on_demand(
    case: Case, tmp_path: Path
) -> None:
    interrupted = Task("at 0", case, WORST_CASE, HowMuch(0.0, lasting=False))
    limited = Task("at 0", case, WORST_CASE, HowMuch(0.0, settled=False))
    Executor(None, Told(), AnswerStore(tmp_path))([interrupted, limited])
    assert len(AnswerStore(tmp_path)) == 1
    ASKED.clear()
    Executor(None, Told(), AnswerStore(tmp_path))([interrupted, limited])
    assert len(ASKED) == 1
    Executor(None, Told(), AnswerStore(tmp_path, retry_limits=True))([limited])
    assert len(ASKED) == 2


def test_a_damaged_answer_is_asked_again(case: Case, tmp_path: Path) -> None:
    [before] = Executor(None, Told(), AnswerStore(tmp_path))(tasks(case, 0.3))
    [file] = tmp_path.glob("*.answer")
    file.write_bytes(file.read_bytes()[:20])
    [after] = Executor(None, Told(), AnswerStore(tmp_path))(tasks(case, 0.3))
    assert len(ASKED) == 2
    assert after.musd == before.musd


def test_worker_processes_give_the_same_answers(case: Case, tmp_path: Path) -> None:
    with LocalProcesses(2) as processes:
        there = Executor(processes, Told(), AnswerStore(tmp_path))(tasks(case, 0.0, 0.2, 0.4))
    here = solve_here(tasks(case, 0.0, 0.2, 0.4))
    assert [answer.musd for answer in there] == pytest.approx([answer.musd for answer in here])
    assert len(AnswerStore(tmp_path)) == 3
