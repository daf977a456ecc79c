"""Ctrl-C and termination signals as a request to stop that every part of the program can look at."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

SAME_REQUEST_S = 2.0
"""Signals that follow each other faster are one request: a terminal and its shell may both pass it on."""


class Interrupt:
    """Ctrl-C (or a termination signal) as a request to stop, so that what was found is kept.

    A second Ctrl-C ends at once. ``shared`` is an event that carries the request to worker processes.
    """

    def __init__(self, shared: Any = None) -> None:
        self._asked = False
        self._asked_at = 0.0
        self._shared = shared
        self._before: dict[int, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._asked or (self._shared is not None and self._shared.is_set())

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def share(self, event: Any) -> None:
        """Pass the request on to worker processes through this event."""
        self._shared = event

    def _ask(self, *_: object) -> None:
        now = time.monotonic()
        if self._asked and now - self._asked_at > SAME_REQUEST_S:
            raise KeyboardInterrupt
        self._asked, self._asked_at = True, now
        if self._shared is not None:
            self._shared.set()
