"""Worker processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import queue
from typing import TYPE_CHECKING, Any

from reeplan.child_processes import CONTEXT, ChildProcesses, start_tracker
from reeplan.solve.executor.backend import Backend
from reeplan.solve.executor.worker import start_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.solve.engine import Progress


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class LocalProcesses(Backend):
    """So many worker processes on this machine; each writes the solver's account into the log folder, if any."""

    def __init__(self, size: int, log_folder: Path | None = None) -> None:
        super().__init__()
        self.size = size
        start_tracker()
        self.stop = CONTEXT.Event()
        self._news = CONTEXT.Queue()
        self._log_folder = log_folder
        self.executor = self._make_executor()

    def news(self) -> Iterator[tuple[str, Progress]]:
        """What solvers have said since the last time."""
        while True:
            try:
                yield self._news.get_nowait()
            except queue.Empty:
                return

    def renew(self) -> None:
        """A worker that dies takes its pool with it: a new pool."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self._make_executor()

    def close(self) -> None:
        """End the workers."""
        self.executor.shutdown(wait=True, cancel_futures=True)

    def _make_executor(self) -> ChildProcesses:
        return ChildProcesses(self.size, _prepare_worker, _QueueChannel(self._news, self.stop), self._log_folder)


class _QueueChannel:
    """A worker's channel to its parent, handed over when the process starts."""

    def __init__(self, news: Any, stop: Any) -> None:
        self._news, self._stop = news, stop

    def tell(self, what: str, progress: Progress) -> None:
        """Put it where the parent looks."""
        self._news.put((what, progress))

    def is_set(self) -> bool:
        """Whether the parent has asked to stop."""
        return bool(self._stop.is_set())


def _prepare_worker(channel: _QueueChannel, log_folder: Path | None) -> None:
    own = None if log_folder is None else log_folder / f"solver-{multiprocessing.current_process().name}.log"
    start_with(channel, own)
