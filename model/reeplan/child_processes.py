"""Every process that is started, by one way that ties its life to that of the process that starts it.

However that one ends, by kill -9 too: nothing that it has started works on for nobody, or waits for work for ever.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, resource_tracker
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from types import TracebackType

CONTEXT = multiprocessing.get_context("spawn")
"""What queues and events for these processes are made from."""

NOTHING_LEAKED = "ignore:resource_tracker:UserWarning"
"""What is left out of the warnings of ``multiprocessing.resource_tracker``: that it had something to clear away."""


class ChildProcesses(ProcessPoolExecutor):
    """So many processes, started as they are needed. They never hear Ctrl-C, which a terminal sends to all.

    What they print on standard output goes nowhere: that is the answer's place, and it is not theirs to hold open.
    ``prepare`` is called with the arguments in each as it starts. Left by an exception, they end at once.
    """

    def __init__(self, size: int, prepare: Callable[..., None] | None = None, *arguments: Any) -> None:
        start_tracker()
        line, self._other_end = CONTEXT.Pipe(duplex=False)  # the system closes it when this process ends
        super().__init__(size, mp_context=CONTEXT, initializer=_begin, initargs=(line, prepare, arguments))

    def end(self) -> None:
        """End them at once, whatever they do."""
        self._other_end.close()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if kind is not None:
            self.end()
        return super().__exit__(kind, value, trace)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a call to a process, which may start for it."""
        with _ctrl_c_held():
            return super().submit(fn, *args, **kwargs)


def start_tracker() -> None:
    """Start Python's helper that clears away what a killed process leaves, so that it says nothing of it.

    Call it before anything is made from ``CONTEXT``, which starts it too: it starts once, and takes over then which
    warnings this process leaves out.
    """
    if os.name != "posix":
        return
    sys.warnoptions.append(NOTHING_LEAKED)
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(NOTHING_LEAKED)


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Processes started here never hear Ctrl-C: their parent passes it on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(line: Connection, prepare: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    _end_after(lambda: connection.wait([line]))  # nothing ever comes but its end
    # Ctrl-C is the parent's to hear. A termination must end this one: a pool ends its processes so when one is lost.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    if prepare is not None:
        prepare(*arguments)


def start(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program that calls ``end_with_starter``; its standard input is the line that ties it to this process."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, **options)


def end_with_starter() -> None:
    """Called by a program that ``start`` has started: it ends when that process does, with all of its own group."""
    leads = os.name == "posix" and os.getpgrp() == os.getpid()
    _end_after(lambda: os.read(0, 1), with_group=leads)  # nothing ever comes but its end


def _end_after(wait: Callable[[], object], *, with_group: bool = False) -> None:
    def watch() -> None:
        wait()
        if with_group:
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
