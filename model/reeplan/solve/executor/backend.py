"""Many questions to the programs of one or many cases, over the workers of any ``concurrent.futures`` executor.

Tasks are handed out as workers become free, and what comes back is in the order of the tasks, so that the result
does not depend on which worker was faster. A case travels with the first tasks that ask about it, once per
worker; a worker that does not know it says so and is sent it.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from reeplan.solve.executor.pools import CANCELLED, Done, Job
from reeplan.solve.executor.worker import ChannelFactory, Question, Request, Response, answer, answered_by, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from reeplan.model.case import Case
    from reeplan.solve.engine import Progress, Solution, Watch
    from reeplan.solve.executor.pools import Display
    from reeplan.solve.planner import Planner

ATTEMPTS = 3
"""How often a task is tried when workers die over it."""

LOOK_EVERY_S = 0.2
"""How often news, a request to stop and missing workers are looked for while tasks are being solved."""


class WorkerLostError(Exception):
    """Nobody is left who could solve; the message says why, in plain words."""


class UnusableError(Exception):
    """Workers that cannot be used as asked: why, and what would help. Nothing was solved."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass(frozen=True)
class Task:
    """A question about a case under a measure of resilience (None: the case's own); ``what`` names it to the user,
    who is told that it takes at most ``limit_s``.

    The question must leave the solver one thread: its neighbours need the others, and a process that has solved
    with another number may refuse.
    """

    what: str
    case: Case
    question: Question
    measure: str | None = None
    limit_s: float | None = None


class Backend:
    """Where workers are, behind an executor. A context manager, so that none is left behind.

    ``size`` is how many tasks are worked on at a time. ``stop`` is to be set when the work shall stop: workers end
    what they do with what they have. ``say`` hears what the user should know.
    """

    name = "worker processes"
    size: int
    executor: Executor
    link: ChannelFactory | None = None
    worker_died: tuple[type[Exception], ...] = ()
    """What the executor raises for a task that workers have died over too often."""

    def __init__(self) -> None:
        self.stop: Any = threading.Event()
        self.say: Callable[[str], None] = lambda text: None
        self.post = _CaseSender()
        self.other_versions: set[str] = set()
        """What differed, in words, where answers came from another version of the program or the solver."""

    def news(self) -> Iterable[tuple[str, Progress]]:
        """What solvers have said since the last time: the task, and how it goes."""
        return ()

    def look_after(self) -> None:
        """Called often while tasks are open: pass a request to stop on, say what is amiss.

        Raises WorkerLostError when there is no more hope for a worker.
        """

    def staffed(self) -> bool:
        """Whether anybody is there to finish what was handed out."""
        return True

    def renew(self) -> None:
        """New workers instead of those of a broken executor."""
        raise WorkerLostError("the worker processes ended.")

    def close(self) -> None:
        """Let the workers go."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _CaseSender:
    """Packs cases, and knows how often each was sent."""

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._last: tuple[Case, str | None, str, bytes] | None = None

    def order(self, task: Task, workplace: Backend, *, with_case: bool) -> Request:
        """The task as it travels, with its case as long as there may be a worker that has not had it."""
        fingerprint, packed = self._packed(task.case, task.measure)
        if with_case or self._sent[fingerprint] < workplace.size:
            self._sent[fingerprint] += 1
            return Request(task.what, task.question, task.measure, fingerprint, packed, workplace.link)
        return Request(task.what, task.question, task.measure, fingerprint, None, workplace.link)

    def _packed(self, case: Case, measure: str | None) -> tuple[str, bytes]:
        last = self._last
        if last is None or last[0] is not case or last[1] != measure:
            packed = pickle.dumps(case, pickle.HIGHEST_PROTOCOL)
            fingerprint = hashlib.sha256(packed + repr(measure).encode()).hexdigest()
            last = self._last = (case, measure, fingerprint, packed)
        return last[2], last[3]


def sweep(
    workplace: Backend,
    tasks: Sequence[Task],
    display: Display,
    done: Callable[[int, Any], Sequence[Task] | None] | None = None,
    log: Callable[[str], None] | None = None,
    foreign: set[int] | None = None,
) -> list[Any]:
    """Answer all tasks; the answers are in the order of the tasks, None where the work was stopped before.

    ``done`` hears of each answer as it comes, with its position, and says which tasks are to follow; ``log`` hears
    the solver's account of it, where the worker has no file to write it to. ``foreign`` takes, before ``done`` hears of
    them, the positions of answers that come from another version of the program or the solver than is here. What a
    worker held that died is given to another, at most ``ATTEMPTS`` times. Raises WorkerLostError if none is left, and
    whatever a question itself raises.
    """
    return _Sweep(workplace, tasks, display, done, log, set() if foreign is None else foreign).run()


class _Sweep:
    """The state of a sweep: tasks not handed out yet, tasks with workers, answers."""

    def __init__(
        self,
        workplace: Backend,
        tasks: Sequence[Task],
        display: Display,
        done: Callable[[int, Any], Sequence[Task] | None] | None,
        log: Callable[[str], None] | None,
        foreign: set[int],
    ) -> None:
        self.workplace, self.tasks, self.display, self.done, self.log = workplace, list(tasks), display, done, log
        self.foreign = foreign
        self.waiting = deque(range(len(tasks)))
        self.handed_out: dict[Future[Response], int] = {}
        self.tries: Counter[int] = Counter()
        self.answers: list[Any] = [None] * len(tasks)

    def run(self) -> list[Any]:
        """All answers, or those that were there when the work was stopped."""
        while self.waiting or self.handed_out:
            stopped = self.workplace.stop.is_set()
            if stopped and not (self.handed_out and self.workplace.staffed()):
                break
            try:
                if not stopped:
                    self._hand_out()
                self._collect()
            except BrokenExecutor:
                if self.workplace.stop.is_set():  # whoever asked to stop ended the workers too
                    break
                self._start_again()
        return self.answers

    def _hand_out(self) -> None:
        while self.waiting and len(self.handed_out) < self.workplace.size:
            position = self.waiting[0]
            self._submit(position, with_case=False)
            self.waiting.popleft()
            if not self.tries[position]:
                self.display.started(self.tasks[position].what, self.tasks[position].limit_s)

    def _submit(self, position: int, *, with_case: bool) -> None:
        order = self.workplace.post.order(self.tasks[position], self.workplace, with_case=with_case)
        self.handed_out[self.workplace.executor.submit(answer, order)] = position

    def _collect(self) -> None:
        ended, _ = wait(self.handed_out, timeout=LOOK_EVERY_S, return_when=FIRST_COMPLETED)
        self.workplace.look_after()
        for what, progress in self.workplace.news():
            self.display.progress(what, progress)
        for future in sorted(ended, key=_failed):  # answers first: they need not be asked for again
            reply = self._reply(future)
            position = self.handed_out.pop(future)
            if reply.lacks_case:
                self._submit(position, with_case=True)
            else:
                self._keep(position, reply)

    def _reply(self, future: Future[Response]) -> Response:
        try:
            return future.result()
        except CancelledError as cancelled:
            raise WorkerLostError(f"the connection to {self.workplace.name} was lost.") from cancelled
        except ImportError as missing:
            raise WorkerLostError(f"a worker cannot load the program ({missing}).") from missing
        except self.workplace.worker_died as died:
            what = self.tasks[self.handed_out[future]].what
            raise WorkerLostError(f"workers died again and again over '{what}' (out of memory?).") from died

    def _keep(self, position: int, reply: Response) -> None:
        self.answers[position] = reply.answer
        self.display.finished(self.tasks[position].what, reply.answer)
        if self.log is not None and reply.log:
            self.log(reply.log)
        if differ := differences(reply.by or {}, answered_by()):
            self.foreign.add(position)
            if differ not in self.workplace.other_versions:
                self.workplace.other_versions.add(differ)
                self.workplace.say(f"    a worker has {differ}: its answers are used, and not kept for --resume")
        if self.done is not None:
            self._follow(self.done(position, reply.answer) or ())

    def _follow(self, tasks: Sequence[Task]) -> None:
        self.waiting.extend(range(len(self.tasks), len(self.tasks) + len(tasks)))
        self.tasks += tasks
        self.answers += [None] * len(tasks)

    def _start_again(self) -> None:
        """A worker process that died has taken its pool with it: what was handed out is to be asked again."""
        lost = sorted(self.handed_out.values())
        self.handed_out.clear()
        self.tries.update(lost or self.waiting)
        if max(self.tries.values()) >= ATTEMPTS:
            raise WorkerLostError("worker processes died again and again (out of memory?); try --workers 1.")
        self.waiting.extendleft(position for position in reversed(lost))
        self.workplace.renew()


def _failed(future: Future[Response]) -> bool:
    return future.cancelled() or future.exception() is not None


def _solve(job: Job, planner: Planner, watch: Watch) -> Solution:
    return job.watched(watch).solve(planner)


class RemotePool:
    """The crew that solves the jobs of one case wherever there are workers.

    ``log_file`` takes the solver's account of workers that have no file of their own.
    """

    def __init__(
        self,
        workplace: Backend,
        case: Case,
        measure: str,
        display: Display,
        log_file: Path | None = None,
    ) -> None:
        self.size = workplace.size
        self._workplace, self._case, self._measure, self._display = workplace, case, measure, display
        self._log_file = log_file

    def solve(self, jobs: Sequence[Job], done: Done | None = None) -> list[Solution]:
        """Solve jobs side by side, and those that follow them; the results are in the order in which the jobs came."""

        foreign: set[int] = set()

        def follow(position: int, solution: Solution) -> list[Task]:
            told = replace(solution, foreign=position in foreign)
            return self._tasks(() if done is None else done(position, told) or ())

        answers = sweep(self._workplace, self._tasks(jobs), self._display, follow, self._write_log, foreign)
        return [CANCELLED if solution is None else solution for solution in answers]

    def _tasks(self, jobs: Iterable[Job]) -> list[Task]:
        return [
            Task(job.what, self._case, partial(_solve, job.watched(None)), self._measure, job.controls.time_limit_s)
            for job in jobs
        ]

    def _write_log(self, text: str) -> None:
        if self._log_file is not None:
            with self._log_file.open("a", encoding="utf-8") as file:
                file.write(text)
