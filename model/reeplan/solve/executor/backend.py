"""Tasks about the programs of one or many cases, over the workers of any ``concurrent.futures`` executor.

Tasks are handed out as workers become free. A case travels with the first tasks that ask about it, once per
worker; a worker that does not know it says so and is sent it.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self

from reeplan.solve.executor.worker import ChannelFactory, Request, Response, answer, answered_by, differences
from reeplan.solve.windows.knowledge import Lessons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Progress
    from reeplan.solve.questions import Question

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
    """A question about a case under a measure of resilience; ``what`` names it to the user, who is told that it takes
    at most ``limit_s``.

    The question must leave the solver one thread: its neighbours need the others, and a process that has solved
    with another number may refuse.
    """

    what: str
    case: Case
    measure: Measure
    question: Question
    limit_s: float | None = None


class TaskDisplay(Protocol):
    """Who shows the work."""

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A task has begun, and may take so many seconds."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news about a task."""

    def finished(self, what: str, answer: Any) -> None:
        """A task is done."""

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many tasks there are, and how many are done."""


class Silent:
    """Nobody to show the work to."""

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A task has begun."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news."""

    def finished(self, what: str, answer: Any) -> None:
        """A task is done."""

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many there are."""


class Keep(Protocol):
    """Hears of an answer as it comes, by its task's position, and says which tasks are to be solved as well.

    ``foreign``: it comes from another version of the program or the solver than is here.
    """

    def __call__(self, position: int, answer: Any, *, foreign: bool) -> Sequence[Task]:
        """Keep it."""


class Backend:
    """Where workers are, behind an executor. A context manager, so that none is left behind.

    ``size`` is how many tasks are worked on at a time. ``stop`` is to be set when the work shall stop: workers end
    what they do with what they have. ``say`` hears what the user should know.
    """

    name = "worker processes"
    size: int
    executor: Executor
    channels: ChannelFactory | None = None
    worker_died: tuple[type[Exception], ...] = ()
    """What the executor raises for a task that workers have died over too often."""

    def __init__(self) -> None:
        self.stop: Any = threading.Event()
        self.say: Callable[[str], None] = lambda text: None
        self.requests = _Requests()
        self.lessons = Lessons()
        """What workers have learned of windows so far, which each of them is told with its next task."""
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


class _Requests:
    """Makes requests of tasks: packs their cases, and knows how often each was sent."""

    def __init__(self) -> None:
        self._sent: Counter[str] = Counter()
        self._last: tuple[Case, Measure, str, bytes] | None = None

    def of(self, task: Task, backend: Backend, *, with_case: bool) -> Request:
        """The task as it travels, with its case as long as there may be a worker that has not had it."""
        fingerprint, packed = self._packed(task.case, task.measure)
        if with_case or self._sent[fingerprint] < backend.size:
            self._sent[fingerprint] += 1
            packed_case: bytes | None = packed
        else:
            packed_case = None
        return Request(
            task.what, task.question, task.measure, fingerprint, packed_case, backend.channels, backend.lessons
        )

    def _packed(self, case: Case, measure: Measure) -> tuple[str, bytes]:
        last = self._last
        if last is None or last[0] is not case or last[1] != measure:
            packed = pickle.dumps(case, pickle.HIGHEST_PROTOCOL)
            fingerprint = hashlib.sha256(packed + repr(measure).encode()).hexdigest()
            last = self._last = (case, measure, fingerprint, packed)
        return last[2], last[3]


def sweep(
    backend: Backend,
    tasks: Sequence[Task],
    display: TaskDisplay,
    keep: Keep,
    log: Callable[[str], None] | None = None,
) -> None:
    """Answer all tasks, and those that ``keep`` says are to follow; fewer where the work was stopped before.

    ``log`` hears the solver's account of it, where the worker has no file to write it to. What a worker held that died
    is given to another, at most ``ATTEMPTS`` times. Raises WorkerLostError if none is left, and whatever a question
    itself raises.
    """
    _Sweep(backend, tasks, display, keep, log).run()


class _Sweep:
    """The state of a sweep: tasks not handed out yet, and tasks with workers."""

    def __init__(
        self,
        backend: Backend,
        tasks: Sequence[Task],
        display: TaskDisplay,
        keep: Keep,
        log: Callable[[str], None] | None,
    ) -> None:
        self.backend, self.tasks, self.display, self.keep, self.log = backend, list(tasks), display, keep, log
        self.waiting = deque(range(len(tasks)))
        self.handed_out: dict[Future[Response], int] = {}
        self.tries: Counter[int] = Counter()

    def run(self) -> None:
        """Until all is answered, or the work is stopped."""
        while self.waiting or self.handed_out:
            stopped = self.backend.stop.is_set()
            if stopped and not (self.handed_out and self.backend.staffed()):
                break
            try:
                if not stopped:
                    self._hand_out()
                self._collect()
            except BrokenExecutor:
                if self.backend.stop.is_set():  # whoever asked to stop ended the workers too
                    break
                self._start_again()

    def _hand_out(self) -> None:
        while self.waiting and len(self.handed_out) < self.backend.size:
            position = self.waiting[0]
            self._submit(position, with_case=False)
            self.waiting.popleft()
            if not self.tries[position]:
                self.display.started(self.tasks[position].what, self.tasks[position].limit_s)

    def _submit(self, position: int, *, with_case: bool) -> None:
        request = self.backend.requests.of(self.tasks[position], self.backend, with_case=with_case)
        self.handed_out[self.backend.executor.submit(answer, request)] = position

    def _collect(self) -> None:
        ended, _ = wait(self.handed_out, timeout=LOOK_EVERY_S, return_when=FIRST_COMPLETED)
        self.backend.look_after()
        for what, progress in self.backend.news():
            self.display.progress(what, progress)
        for future in sorted(ended, key=_failed):  # answers first: they need not be asked for again
            response = self._response(future)
            position = self.handed_out.pop(future)
            if response.lacks_case:
                self._submit(position, with_case=True)
            else:
                self._take(position, response)

    def _response(self, future: Future[Response]) -> Response:
        try:
            return future.result()
        except CancelledError as cancelled:
            raise WorkerLostError(f"the connection to {self.backend.name} was lost.") from cancelled
        except ImportError as missing:
            raise WorkerLostError(f"a worker cannot load the program ({missing}).") from missing
        except self.backend.worker_died as died:
            what = self.tasks[self.handed_out[future]].what
            raise WorkerLostError(f"workers died again and again over '{what}' (out of memory?).") from died

    def _take(self, position: int, response: Response) -> None:
        self.display.finished(self.tasks[position].what, response.answer)
        if self.log is not None and response.log:
            self.log(response.log)
        if response.lessons is not None:
            self.backend.lessons = self.backend.lessons.with_more(response.lessons)
        differ = differences(response.by or {}, answered_by())
        if differ and differ not in self.backend.other_versions:
            self.backend.other_versions.add(differ)
            self.backend.say(f"    a worker has {differ}: its answers are used, and not kept for --resume")
        following = self.keep(position, response.answer, foreign=bool(differ))
        self.waiting.extend(range(len(self.tasks), len(self.tasks) + len(following)))
        self.tasks += following

    def _start_again(self) -> None:
        """A worker process that died has taken its pool with it: what was handed out is to be asked again."""
        lost = sorted(self.handed_out.values())
        self.handed_out.clear()
        self.tries.update(lost or self.waiting)
        if max(self.tries.values()) >= ATTEMPTS:
            raise WorkerLostError("worker processes died again and again (out of memory?); try --workers 1.")
        self.waiting.extendleft(position for position in reversed(lost))
        self.backend.renew()


def _failed(future: Future[Response]) -> bool:
    return future.cancelled() or future.exception() is not None
