"""Workers of a Dask cluster, reached through its scheduler.

Dask starts, watches and replaces them; what a worker held that died is given to another by Dask's own scheduler.
Here is only what it cannot know: how news and a request to stop travel, and when to tell the user that nobody
is there.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
import uuid
import warnings
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from distributed import Client, KilledWorker, get_worker
from distributed.versions import VersionMismatchWarning

from reeplan.solve.engine import Progress
from reeplan.solve.executor.backend import Backend, UnusableError, WorkerLostError
from reeplan.solve.executor.worker import SAME_EVERYWHERE, differences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

ANSWERS_WITHIN_S = 5.0
"""A scheduler that has not answered after this time is not reached."""

CONNECTIONS_TRIED = 3
"""So often a client is made where Dask fails over its own."""

LOOK_EVERY_S = 0.5
"""How often the scheduler is asked who is there, and told of a request to stop."""

FIRST_WORD_S, NEXT_WORD_S = 10.0, 60.0
"""After how long without any worker the user is told, and how often again."""

SILENT_S = 30.0
"""A scheduler that has not answered for so long is not waited for once the run was asked to stop."""

PATIENCE_S = 600.0
"""After how long without any worker, or without the scheduler, a run is stopped with what it has."""


class DaskCluster(Backend):
    """The workers that a scheduler has when it is first reached; those that come later help too.

    ``size`` is the number of their threads. Raises UnusableError if the scheduler does not answer, or has no worker
    that can load this program.
    """

    worker_died = (KilledWorker,)

    def __init__(self, address: str) -> None:
        super().__init__()
        self.name = f"the Dask scheduler at {address}"
        self._client = _client_of(address)
        self._run = uuid.uuid4().hex
        self._messages: queue.SimpleQueue[tuple[str, Progress]] = queue.SimpleQueue()
        self._words: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._present: set[str] = set()
        self._differ: dict[str, str] = {}
        self._answered = self._seen = time.monotonic()
        self._next_word = FIRST_WORD_S
        self._closing = threading.Event()
        self.patience_s = PATIENCE_S
        try:
            workers = self._workers()
            self._meet(workers)
            self._refuse_if_useless(address, workers)
        except BaseException:
            self.close()
            raise
        self.size = sum(workers.values())
        self.executor: Executor = self._client.get_executor(pure=False)
        self.channels = _DaskChannels(self._run)
        self._client.subscribe_topic(self._run, self._hear)
        threading.Thread(target=self._watch, daemon=True).start()

    def news(self) -> Iterator[tuple[str, Progress]]:
        """What solvers have said since the last time."""
        while not self._messages.empty():
            yield self._messages.get_nowait()

    def look_after(self) -> None:
        """Tell of workers that left, of other versions, and of an empty or silent cluster."""
        while not self._words.empty():
            self.say(self._words.get_nowait())
        waited = time.monotonic() - self._seen
        if waited < FIRST_WORD_S:
            self._next_word = FIRST_WORD_S
            return
        silent = self._answered <= self._seen
        what = f"{self.name} does not answer" if silent else f"no worker is connected to {self.name}"
        if waited >= self.patience_s:
            raise WorkerLostError(f"{what}, for {waited:.0f} s.")
        if waited >= self._next_word:
            self._next_word = waited + NEXT_WORD_S
            self.say(f"    {what}: waiting, for at most {self.patience_s - waited:.0f} s more")

    def staffed(self) -> bool:
        """Whether any worker is there."""
        return bool(self._present) and time.monotonic() - self._answered < SILENT_S

    def close(self) -> None:
        """Leave the cluster as it was: what is still worked on for this run is dropped."""
        self._closing.set()
        self._client.close(timeout=ANSWERS_WITHIN_S)

    def _watch(self) -> None:
        """Beside the sweep, so that a slow network holds nothing up: pass a request to stop on, see who is there."""
        passed_on = False
        while not self._closing.wait(LOOK_EVERY_S):
            try:
                if self.stop.is_set() and not passed_on:
                    self._client.run(_stop_run, self._run, on_error="ignore")
                    passed_on = True
                self._look()
            except (OSError, TimeoutError, ValueError, RuntimeError, KeyError):  # tried again, and told if it goes on
                continue

    def _look(self) -> None:
        workers = self._workers()
        self._answered = time.monotonic()
        for gone in sorted(self._present - set(workers)):
            self._words.put(f"    worker {gone} is gone; what it worked on is solved by another")
        self._meet(workers)
        for there, differ in self._differ.items():
            self._words.put(f"    worker {there}: {differ}; answers may differ in their last digits")
        self._differ.clear()
        if workers:
            self._seen = self._answered

    def _workers(self) -> dict[str, int]:
        """The threads of each worker that the scheduler knows."""
        found = self._client.scheduler_info()["workers"]
        return {str(address): int(worker["nthreads"]) for address, worker in found.items()}

    def _meet(self, workers: dict[str, int]) -> None:
        """Compare the versions of workers not met before with those here."""
        new = set(workers) - self._present
        self._present = set(workers)
        if not new:
            return
        found = self._client.get_versions(packages=SAME_EVERYWHERE)
        here = _comparable(found["client"]["packages"])
        for address, there in found["workers"].items():
            if address in new and there and (differ := differences(_comparable(there["packages"]), here)):
                self._differ[address] = differ

    def _refuse_if_useless(self, address: str, workers: dict[str, int]) -> None:
        if not workers:
            hint = f"start some, on this or other machines: dask worker {address} --nthreads 1"
            raise UnusableError(f"no worker is connected to the Dask scheduler at {address}.", hint)
        lacking = sorted(worker for worker, differ in self._differ.items() if "reeplan missing" in differ)
        if lacking:
            hint = "install the same version there as here; the worker must be started by the Python that has it."
            raise UnusableError(f"reeplan is not installed where these Dask workers run: {', '.join(lacking)}.", hint)

    def _hear(self, event: tuple[float, Any]) -> None:
        what, *numbers = event[1]
        self._messages.put((what, Progress(*numbers)))


def _client_of(address: str) -> Client:
    """A client of the scheduler; Dask's own words about a lost connection are left out, ours are said instead."""
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", category=VersionMismatchWarning)
    for _ in range(CONNECTIONS_TRIED):
        try:
            return Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
        except AssertionError as half_made:  # Dask's own, of a client that could not start in time on a busy machine
            trouble: Exception = half_made
        except (OSError, TimeoutError, ValueError) as refused:
            trouble = refused
            break
    raise UnusableError(
        f"no Dask scheduler answers at {address}.",
        "start one with 'dask scheduler', which prints its address, such as tcp://192.168.1.10:8786.",
    ) from trouble


def _comparable(packages: dict[str, Any]) -> dict[str, str | None]:
    return {name: packages.get(name) for name in ("python", "distributed", *SAME_EVERYWHERE)}


# ---- the worker's end ----------------------------------------------------------------------------

_stopped_runs: set[str] = set()


def _stop_run(run: str) -> None:
    """Called in every worker process beside its work: what it does for this run is to stop."""
    _stopped_runs.add(run)


@dataclass(frozen=True)
class _DaskChannels:
    """Travels with the work: which run it is for."""

    run: str

    def open(self) -> _DaskChannel:
        """The channel of the worker that this is called in."""
        worker = get_worker()
        return _DaskChannel(self.run, worker, worker.get_current_task())


@dataclass(frozen=True)
class _DaskChannel:
    """A worker's channel to the client by events of its scheduler."""

    run: str
    worker: Any
    key: Any

    def tell(self, what: str, progress: Progress) -> None:
        """Log it as an event that the client has subscribed to."""
        self.worker.log_event(self.run, (what, *astuple(progress)))

    def is_set(self) -> bool:
        """Whether the run was stopped, or nobody waits for this task any more: its client is gone."""
        task = self.worker.state.tasks.get(self.key)
        return self.run in _stopped_runs or task is None or task.state == "cancelled"
