"""Who works at a place: a lock that the system itself lets go when its process ends, however it ends.

The lock is on a small hidden file beside the place, so that it holds while folders are moved. It belongs to the process
alone: children that it forks or starts do not keep it. A file that a killed process has left behind is no lock.
``filelock`` keeps no account of who holds a lock, and its locks pass to children that are forked.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """A locked byte cannot be read: one far behind what the file says."""

    def _lock(file: int, *, shared: bool = False) -> None:
        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int, *, shared: bool = False) -> None:
        fcntl.lockf(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What the system says where another process has the lock."""

UNKNOWN = {getattr(errno, name, None) for name in ("ENOLCK", "ENOSYS", "EOPNOTSUPP", "ENOTSUP", "EINVAL")}
"""What a file system says that has no locks; not every system has every name."""

CLOSED = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.EROFS)
"""What is said where no file can be made beside a place: then no run can be written there either."""

TRIES, PAUSE_S = 10, 0.03
"""Whoever only looks whether a place is free holds its lock for a moment."""

_ours: set[Path] = set()
"""The lock files that this process holds. It must not open them again: closing one ends a lock of the process."""


class PlaceTakenError(OSError):
    """A place cannot be had: what or who is there, and what would help."""

    def __init__(self, message: str, hint: str = "wait until it has ended") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def lock_file(place: Path) -> Path:
    """The file whose lock stands for a place, by whatever way it is named."""
    real = Path(os.path.realpath(place))
    return real.with_name(f".{real.name}.lock")


@contextmanager
def alone_at(place: Path, warn: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Keep every other process from working at a place.

    Where nothing can be written beside the place nobody can be kept away, nor where the file system has no locks, of
    which ``warn`` hears. Raises PlaceTakenError, which says who works there.
    """
    path = lock_file(place)
    file = _taken(place, path, warn)
    if file is None:
        yield
        return
    _ours.add(path)
    try:
        yield
    finally:
        _ours.discard(path)
        _let_go(path, file)


def worker_at(place: Path) -> str:
    """Which other process works at a place, in words; empty if none does."""
    path = lock_file(place)
    if path in _ours:
        return ""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:  # no such file: nobody does
        return ""
    try:
        _lock(file, shared=True)
    except OSError as trouble:
        return _who(place, path) if trouble.errno in HELD and path.exists() else ""
    finally:
        os.close(file)
    return ""


def _taken(place: Path, path: Path, warn: Callable[[str], None]) -> int | None:
    """The locked file; None where there can be none."""
    if path in _ours:
        raise PlaceTakenError(f"this process works at {place} already")
    for _ in range(TRIES):
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as trouble:
            if trouble.errno not in CLOSED:
                raise
            if who := worker_at(place):
                raise PlaceTakenError(who) from trouble
            return None
        try:
            _lock(file)
        except OSError as trouble:
            os.close(file)
            if trouble.errno in UNKNOWN:
                path.unlink(missing_ok=True)
                warn(f"the file system of {place} has no locks: start nothing else there until this is done.")
                return None
            if trouble.errno not in HELD:
                raise
        else:
            if _stands(path, file):
                _sign(file)
                return file
            os.close(file)
        time.sleep(PAUSE_S)
    raise PlaceTakenError(_who(place, path))


def _stands(path: Path, file: int) -> bool:
    """Whether the file that was locked is the one that is there, and not one that its holder has removed meanwhile."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file))
    except FileNotFoundError:
        return False


def _sign(file: int) -> None:
    said = {"process": os.getpid(), "host": socket.gethostname(), "since": f"{datetime.now():%Y-%m-%d %H:%M:%S}"}
    with contextlib.suppress(OSError):  # a full disk: the lock holds, and another is told less
        os.lseek(file, 0, os.SEEK_SET)
        os.ftruncate(file, 0)
        os.write(file, json.dumps(said).encode())


def _who(place: Path, path: Path) -> str:
    """Who works there, as far as the lock file says; it is empty for a moment before it does."""
    for _ in range(TRIES):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            elsewhere = "" if said["host"] == socket.gethostname() else f" on {said['host']}"
            return f"process {said['process']}{elsewhere} has been working at {place} since {said['since']}"
        except FileNotFoundError:  # it has just ended
            break
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(PAUSE_S)
    return f"another process is working at {place}"


def _let_go(path: Path, file: int) -> None:
    """Removed while it is locked, so that nobody else's is removed; Windows removes no file that is open."""
    with contextlib.suppress(OSError):
        if _stands(path, file):
            path.unlink()
    os.close(file)
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            path.unlink()
