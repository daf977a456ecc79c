"""Ctrl-C and termination signals as a request to stop that every part of the program can look at.

A request is heard by a thread of its own: the main thread may be inside the solver, and runs no Python before that
returns. So whoever asks is answered at once, and whatever looks at ``Interrupt.asked`` sees it at once.
"""

from __future__ import annotations

import _thread
import contextlib
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SAME_REQUEST_S = 2.0
"""Signals that follow each other faster are one request: a terminal and its shell may both pass it on."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Ctrl-C (or a termination signal) as a request to stop, so that what was found is kept.

    A second Ctrl-C raises KeyboardInterrupt. ``at_once``: so does the first, where there is nothing to keep.
    ``answer`` is called, in another thread, as soon as somebody asks. ``shared`` is an event that carries the request
    to worker processes. One within another: both are asked, and the inner one says how.
    """

    def __init__(
        self, shared: Any = None, *, at_once: bool = False, answer: Callable[[], object] | None = None
    ) -> None:
        self.at_once, self.answer = at_once, answer
        self._asked = False
        self._shared = shared

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._asked or (self._shared is not None and self._shared.is_set())

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            _listener.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            _listener.remove(self)

    def share(self, event: Any) -> None:
        """Pass the request on to worker processes through this event."""
        self._shared = event
        if self._asked:
            event.set()

    def _ask(self) -> None:
        self._asked = True
        if self._shared is not None:
            self._shared.set()


class _Listener:
    """Hears the signals of this process for those who want to be asked, the innermost last."""

    def __init__(self) -> None:
        self._those: list[Interrupt] = []
        self._lock = threading.Lock()
        self._last_at = -SAME_REQUEST_S
        self._raises = self._is_deaf = self._is_answered = False
        self._before: dict[int, Any] = {}

    def add(self, one: Interrupt) -> None:
        """One more who wants to be asked. Where that was done already, one that ends at once does so here."""
        if not self._those:
            self._begin()
        with self._lock:
            outer_was_asked = any(other.asked for other in self._those)
            if outer_was_asked:
                one._ask()
            if not (outer_was_asked and one.at_once):
                self._those.append(one)
                return
        raise KeyboardInterrupt

    def remove(self, one: Interrupt) -> None:
        """One who no longer wants to be asked; the last leaves signals as they were."""
        self._is_deaf = True  # nothing is raised in here
        with self._lock:
            self._those.remove(one)
        if not self._those:
            self._end()
        self._is_deaf = False
        if self._raises and self._those:
            self._raises = False
            raise KeyboardInterrupt

    def _begin(self) -> None:
        self._raises = self._is_answered = False
        self._last_at = -SAME_REQUEST_S
        ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        self._thread = threading.Thread(target=self._listen, args=(ear,), name="hears Ctrl-C", daemon=True)
        self._thread.start()
        self._wakeup_before = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._in_main_thread) for number in SIGNALS}

    def _end(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._mouth.close()
        self._thread.join()

    def _listen(self, ear: socket.socket) -> None:
        with ear:
            while numbers := ear.recv(64):
                if set(numbers) & set(SIGNALS):
                    self._request()

    def _request(self) -> None:
        now = time.monotonic()
        if now - self._last_at < SAME_REQUEST_S:
            return
        self._last_at = now
        with self._lock:
            those = list(self._those)
        is_first, self._is_answered = not self._is_answered, True
        for one in those:
            one._ask()
        answer = next((one.answer for one in reversed(those) if one.answer is not None), None)
        if is_first and answer is not None:
            with contextlib.suppress(Exception):  # a terminal that has gone must not keep the request from being heard
                answer()
        with self._lock:
            if self._those and (self._those[-1].at_once or not is_first):
                self._stop_main_thread()

    def _stop_main_thread(self) -> None:
        """Raise KeyboardInterrupt there, as soon as it runs Python again."""
        self._raises = True
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # so that it wakes up
        else:
            _thread.interrupt_main()

    def _in_main_thread(self, *_: object) -> None:
        for one in list(self._those):
            one._ask()
        if self._raises and not self._is_deaf:
            self._raises = False
            raise KeyboardInterrupt


_listener = _Listener()
