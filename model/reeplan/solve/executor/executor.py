"""Where a study hands in its questions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.solve.executor.backend import Task, sweep
from reeplan.solve.executor.content_key import ContentKeys
from reeplan.solve.executor.pools import Display as Watcher
from reeplan.solve.planner import Planner

if TYPE_CHECKING:
    from reeplan.interrupt import Interrupt
    from reeplan.solve.engine import Progress
    from reeplan.solve.executor.backend import Backend
    from reeplan.solve.executor.store import AnswerStore

Ask = Callable[[Sequence[Task]], list[Any]]
"""Answers tasks, in their order; None where the work was stopped before."""


class Display(Watcher, Protocol):
    """Who shows the work, and how much of it is done."""

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many tasks there are, and how many are done."""


class _Silent:
    """Nobody to show the work to."""

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A task has begun."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news."""

    def finished(self, what: str, solution: Any) -> None:
        """A task is done."""

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many there are."""


def solve_here(tasks: Sequence[Task]) -> list[Any]:
    """Answer tasks in this process, one after the other: for small cases and for tests."""
    return Executor(None, _Silent())(tasks)


class Executor:
    """Answers tasks: equal ones once, those in the notebook not at all, the rest by the workers.

    Without ``workplace`` they are answered in this process. ``interrupt`` is whoever may ask to stop.
    """

    def __init__(
        self,
        workplace: Backend | None,
        display: Display,
        notebook: AnswerStore | None = None,
        interrupt: Interrupt | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._workplace, self._display, self._notebook = workplace, display, notebook
        self._interrupt, self._log = interrupt, log
        self._identities = ContentKeys()
        self._known: dict[str, Any] = {}

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""
        return self._interrupt is not None and self._interrupt.asked

    def __call__(self, tasks: Sequence[Task]) -> list[Any]:
        """The answers, in the order of the tasks; None where the work was stopped before."""
        names = [self._identities.of(task) for task in tasks]
        first = dict(zip(reversed(names), reversed(tasks), strict=True))
        missing = {name: task for name in dict.fromkeys(names) if not self._is_known(name, task := first[name])}
        if missing:
            self._answer(missing, len(first))
        return [self._known.get(name) for name in names]

    def _is_known(self, name: str, task: Task) -> bool:
        if name not in self._known and self._notebook is not None:
            answer = self._notebook.find(name, task.question)
            if answer is not None:
                self._known[name] = answer
        return name in self._known

    def _answer(self, missing: dict[str, Task], of: int) -> None:
        names, tasks = list(missing), list(missing.values())
        done = of - len(missing)
        foreign: set[int] = set()
        self._display.plan_of_work(of, done)

        def keep(position: int, answer: Any) -> None:
            nonlocal done
            name, question = names[position], tasks[position].question
            self._known[name] = answer
            if self._notebook is not None and position not in foreign:
                self._notebook.note(name, question, answer)
            done += 1
            self._display.plan_of_work(of, done)

        if self.interrupted:
            return
        if self._workplace is None:
            self._answer_here(tasks, keep)
        else:
            sweep(self._workplace, tasks, self._display, keep, self._log, foreign)

    def _answer_here(self, tasks: Sequence[Task], keep: Callable[[int, Any], None]) -> None:
        planner: Planner | None = None
        for position, task in enumerate(tasks):
            if self.interrupted:
                return
            if (
                planner is None
                or planner.case is not task.case
                or planner.measure != (task.measure or task.case.settings.resilience_measure)
            ):
                planner = Planner(task.case, task.measure, interrupt=self._interrupt)
            self._display.started(task.what, task.limit_s)
            answer = task.question(planner, functools.partial(self._display.progress, task.what))
            self._display.finished(task.what, answer)
            keep(position, answer)
