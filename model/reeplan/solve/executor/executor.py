"""Where questions are asked, of a front and of studies alike."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reeplan.solve.executor.backend import Silent, Task, sweep
from reeplan.solve.executor.content_key import ContentKeys
from reeplan.solve.planner import Planner

if TYPE_CHECKING:
    from reeplan.interrupt import Interrupt
    from reeplan.solve.executor.backend import Backend, Keep, TaskDisplay
    from reeplan.solve.executor.store import AnswerStore

Ask = Callable[[Sequence[Task]], list[Any]]
"""Answers tasks, in their order; None where the work was stopped before."""

Then = Callable[[int, Any], Iterable[Task]]
"""Hears of an answer, by the position of its task among all of them, and says which tasks are to follow."""


def solve_here(tasks: Sequence[Task]) -> list[Any]:
    """Answer tasks in this process, one after the other: for small cases and for tests."""
    return Executor().ask(tasks)


class Executor:
    """Answers tasks: equal ones once, those in the store not at all, the rest by the workers of a backend.

    Without ``backend`` they are answered in this process, those about the program of ``planner`` by it. ``interrupt``
    is whoever may ask to stop; ``log`` hears the solver's account of it where a worker has no file to write it to.
    """

    def __init__(
        self,
        backend: Backend | None = None,
        display: TaskDisplay | None = None,
        store: AnswerStore | None = None,
        interrupt: Interrupt | None = None,
        log: Callable[[str], None] | None = None,
        planner: Planner | None = None,
    ) -> None:
        self._backend, self.display, self._store = backend, display or Silent(), store
        self._interrupt, self._log, self._planner = interrupt, log, planner
        self._keys = ContentKeys()
        self._known: dict[str, Any] = {}
        self._told: Any = None

    @property
    def size(self) -> int:
        """How many tasks are worked on at a time."""
        return 1 if self._backend is None else self._backend.size

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""
        by_program = self._planner is not None and self._planner.engine.interrupted
        return by_program or (self._interrupt is not None and self._interrupt.asked)

    def ask(self, tasks: Sequence[Task], then: Then | None = None) -> list[Any]:
        """The answers to tasks and to those that follow, in the order in which they came; None where the work was
        stopped before.

        ``then`` hears of each answer as it comes, and what it returns is answered as well: so the next task can be
        chosen by what was learned, at the moment a worker is free for it. Without it the display hears how many of
        the tasks are done. Raises WorkerLostError if no worker is left, and whatever a question itself raises.
        """
        call = _Call(self, then)
        missing = call.take(tasks)
        if missing:
            call.say_how_far()
        if missing and not self.interrupted:
            if self._backend is None:
                self._answer_here(missing, call.keep)
            else:
                sweep(self._backend, missing, self.display, call.keep, self._log)
        return call.answers

    def __call__(self, tasks: Sequence[Task]) -> list[Any]:
        """The answers to tasks: so a study can be given it to ask (``Ask``)."""
        return self.ask(tasks)

    def _answer_here(self, tasks: Sequence[Task], keep: Keep) -> None:
        todo, planner = list(tasks), self._planner
        for position, task in enumerate(todo):  # which grows meanwhile
            if self.interrupted:
                return
            before, planner = planner, next(
                (one for one in (self._planner, planner) if one is not None and _fits(one, task)), None
            )
            if planner is None:
                planner = Planner(task.case, task.measure, interrupt=self._interrupt)
                planner.take(None if before is None else before.lessons())
            self.display.started(task.what, task.limit_s)
            answer = task.question(planner, functools.partial(self.display.progress, task.what))
            self.display.finished(task.what, answer)
            todo += keep(position, answer, foreign=False)

    def pass_on(self) -> None:
        """Tell the program of this process what workers have learned of windows."""
        if self._backend is not None and self._planner is not None and self._backend.lessons is not self._told:
            self._told = self._backend.lessons
            self._planner.take(self._told)

    def look_up(self, task: Task) -> tuple[str, Any, Any]:
        """A task's key, its answer if that is known, and one that it is to be asked again after."""
        key = self._keys.of(task)
        if key not in self._known and self._store is not None:
            found = self._store.find(key, task.question)
            if found is not None and self._store.retry_limits and not found.settled:
                return key, None, found
            if found is not None:
                self._known[key] = found
        return key, self._known.get(key), None

    def note(self, key: str, answer: Any, before: Any, *, improved: bool, foreign: bool) -> None:
        """Remember an answer, and store it if it is worth keeping and found by this version of program and solver.

        Where work on an answer ``before`` was stopped, what came of it is stored as that: to be asked again.
        """
        self._known[key] = answer
        if self._store is None or foreign:
            return
        if answer.final:
            self._store.keep(key, answer)
        elif improved:
            self._store.keep(key, replace(answer, outcome=before.outcome))


def _fits(planner: Planner, task: Task) -> bool:
    return planner.case is task.case and planner.measure == task.measure


class _Call:
    """The tasks of one call: answered by what is known, or handed on to be solved."""

    def __init__(self, executor: Executor, then: Then | None) -> None:
        self._executor, self._then = executor, then
        self._handed_on: list[tuple[str, Task, Any]] = []
        self._open: dict[str, list[int]] = {}
        self._keys: set[str] = set()
        self.answers: list[Any] = []

    def take(self, tasks: Iterable[Task]) -> list[Task]:
        """Those of the tasks, and of the tasks that follow their known answers, that are to be solved."""
        waiting, missing = deque(tasks), []
        while waiting:
            task, place = waiting.popleft(), len(self.answers)
            self.answers.append(None)
            key, known, before = self._executor.look_up(task)
            self._keys.add(key)
            if known is not None:
                waiting.extend(self._answer(place, known))
            elif key in self._open:
                self._open[key].append(place)
            else:
                self._open[key] = [place]
                self._handed_on.append((key, task, before))
                asked = task if before is None else replace(task, question=task.question.again(before))
                missing.append(asked)
        return missing

    def keep(self, position: int, answer: Any, *, foreign: bool) -> list[Task]:
        """Note an answer; the tasks that are to follow it and have to be solved."""
        key, task, before = self._handed_on[position]
        self._executor.pass_on()
        both = answer if before is None else task.question.best_of(before, answer)
        self._executor.note(key, both, before, improved=both is not answer, foreign=foreign)
        following = [task for place in self._open.pop(key) for task in self._answer(place, both)]
        self.say_how_far()
        return self.take(following)

    def _answer(self, place: int, answer: Any) -> Iterable[Task]:
        self.answers[place] = answer
        return () if self._then is None else self._then(place, answer)

    def say_how_far(self) -> None:
        """Tell the display how many are done, where it is known how many there are."""
        if self._then is None:
            self._executor.display.plan_of_work(len(self._keys), len(self._keys) - len(self._open))
