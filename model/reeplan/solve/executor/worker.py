"""What a worker does, in whatever process on whatever machine: build a case's program once, answer questions to it.

Nothing here knows how the work came or where the answer goes: a channel, which the worker was started with or
which travels with the work, carries news back and a request to stop forth.
"""

from __future__ import annotations

import functools
import os
import pickle
import tempfile
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.interrupt import Interrupt
from reeplan.solve.planner import Planner

if TYPE_CHECKING:
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Progress
    from reeplan.solve.questions import Question
    from reeplan.solve.windows.knowledge import Lessons

KEPT = 2
"""How many programs a worker keeps: the one it is asked about now, and the one before."""

SAME_EVERYWHERE = ("reeplan", "highspy", "pyomo", "numpy", "scipy")
"""Packages whose version may change an answer, or whether it can be read."""

ANSWERED_BY = ("reeplan", "highspy", "pyomo")
"""Those of them that an answer comes from: with another version of one it is another version's answer."""


class Channel(Protocol):
    """A worker's end of the connection to whoever handed out the work."""

    def tell(self, what: str, progress: Progress) -> None:
        """Pass on what the solver says of a task; news may be lost."""

    def is_set(self) -> bool:
        """Whether the work is to be stopped."""


class ChannelFactory(Protocol):
    """What travels with the work so that the worker can open its end."""

    def open(self) -> Channel:
        """The worker's end, for the task at hand."""


@dataclass(frozen=True)
class Request:
    """A question about a case, as it travels: the case itself only to workers that may not know it yet.

    ``case`` is the pickled case, ``fingerprint`` tells it (with ``measure``) from all others. Without
    ``channels`` the worker uses the channel it was started with.
    """

    what: str
    question: Question
    measure: Measure
    fingerprint: str
    case: bytes | None
    channels: ChannelFactory | None = None
    lessons: Lessons | None = None
    """What was learned of windows elsewhere: it makes no other answer."""


@dataclass(frozen=True)
class Response:
    """An answer with the solver's account of it, or word that the worker has yet to be sent the case.

    ``by``: the versions of what it was answered by; a worker that does not say has another one.
    """

    answer: Any = None
    log: str = ""
    lacks_case: bool = False
    by: dict[str, str | None] | None = None
    lessons: Lessons | None = None


class _Log:
    """A file that the solver writes its account to until the answer takes it along; it ends with its thread."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="reeplan-", suffix=".log")
        os.close(handle)
        self.path = Path(name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)

    def take(self) -> str:
        """What the solver wrote since the last time."""
        text = self.path.read_text(encoding="utf-8", errors="replace")
        self.path.write_bytes(b"")
        return text


class _Programs(threading.local):
    """What one thread keeps between requests: a worker of several threads keeps programs for each."""

    def __init__(self) -> None:
        self.programs: OrderedDict[str, tuple[Planner, Interrupt]] = OrderedDict()
        self.log: _Log | None = None

    def program(self, request: Request) -> tuple[Planner, Interrupt] | None:
        """The program that is asked about, built if need be; None if the case is unknown here."""
        known = self.programs.get(request.fingerprint)
        if known is None:
            if request.case is None:
                return None
            case: Case = pickle.loads(request.case)
            interrupt = Interrupt()
            known = Planner(case, request.measure, self._log_file(), interrupt), interrupt
            self.programs[request.fingerprint] = known
            if len(self.programs) > KEPT:
                self.programs.popitem(last=False)
        self.programs.move_to_end(request.fingerprint)
        return known

    def _log_file(self) -> Path:
        if _log_file is not None:
            return _log_file
        self.log = self.log or _Log()
        return self.log.path


_programs = _Programs()
_channel: Channel | None = None
_log_file: Path | None = None


def start_with(channel: Channel | None, log_file: Path | None) -> None:
    """Give this process a channel, and a file for the solver's account instead of sending it with the answers."""
    global _channel, _log_file
    _channel, _log_file = channel, log_file


def answer(request: Request) -> Response:
    """Answer a request in this process."""
    program = _programs.program(request)
    if program is None:
        return Response(lacks_case=True)
    planner, interrupt = program
    channel = _channel if request.channels is None else request.channels.open()
    assert channel is not None
    interrupt.share(channel)
    planner.take(request.lessons)
    result = request.question(planner, functools.partial(channel.tell, request.what))
    log = "" if _programs.log is None else _programs.log.take()
    return Response(result, log, by=answered_by(), lessons=planner.lessons())


def versions() -> dict[str, str | None]:
    """The versions of Python and of the packages that should be the same everywhere."""
    return {"python": python_version(), **{name: _version(name) for name in SAME_EVERYWHERE}}


@functools.cache
def answered_by() -> dict[str, str | None]:
    """The versions here of what an answer comes from."""
    return {name: _version(name) for name in ANSWERED_BY}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def differences(there: dict[str, str | None], here: dict[str, str | None] | None = None) -> str:
    """What differs, in words; empty where nothing does.

    >>> differences({"python": "3.12.1", "pyomo": "6.10"}, {"python": "3.11.7", "pyomo": "6.10"})
    'python 3.12.1 there, 3.11.7 here'
    """
    here = versions() if here is None else here
    return "; ".join(
        f"{name} {there.get(name) or 'missing'} there, {own} here"
        for name, own in here.items()
        if there.get(name) != own
    )
