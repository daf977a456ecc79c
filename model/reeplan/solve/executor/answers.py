"""Answers on disk: one file each, which says what it answers and shows whether it is still what was written.

A file holds a digest over its own name and folder, its key and the answer. The key is the run that asked, by the
fingerprint of all that it was asked for, and the question. A file that is cut short, has a bit flipped, was renamed,
swapped or put there by somebody else is not read as an answer, and neither is a folder, a pipe or a link to nothing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENDING = ".answer"
"""How the file of an answer is called, behind its name."""

MAGIC = b"reeplan answer 1\n"
DIGEST_SIZE = hashlib.sha256().digest_size
SET_ASIDE = "unreadable"
"""How the folder begins that takes what is named like an answer and is none."""


def write(file: Path, run: str, question: str, answer: Any) -> None:
    """Keep an answer, made of plain values and arrays; the file appears whole or not at all."""
    packed = zlib.compress(msgspec.msgpack.encode(answer, enc_hook=_plain_from), 1)
    body = msgspec.msgpack.encode((run, question, packed))
    draft = file.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as stream:  # never through a link, or into a file that is there
            stream.write(MAGIC + _digest(file, body) + body)
        os.replace(draft, file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def read(file: Path, run: str | None, kind: Any) -> tuple[str, Any] | None:
    """The question and the answer, of this kind, that a run (None: any) has kept; None where they are not there."""
    kept = _kept(file, run)
    if kept is None:
        return None
    question, packed = kept
    try:
        return question, msgspec.msgpack.decode(zlib.decompress(packed), type=kind, dec_hook=_array_from)
    except (msgspec.MsgspecError, zlib.error, ValueError, TypeError):
        return None  # whole, but of another kind


def named(folder: Path) -> Iterator[Path]:
    """Whatever is named like an answer, whether it is one or not, in no order."""
    return folder.glob(f"[!.]*{ENDING}")


def set_aside_unreadable(folder: Path, run: str) -> int:
    """Move what is named like an answer, and is none of this run, out of the way; how many there were.

    Where something else is in the folder's own place, that is moved.
    """
    aside = f"{SET_ASIDE}-{secrets.token_hex(4)}"
    if not folder.is_dir():
        if not os.path.lexists(folder):
            return 0
        os.replace(folder, folder.with_name(f"{folder.name}-{aside}"))
        return 1
    unreadable = [file for file in named(folder) if _kept(file, run) is None]
    if unreadable:
        (folder / aside).mkdir()
    for file in unreadable:
        os.replace(file, folder / aside / file.name)
    return len(unreadable)


def copy_readable(source: Path, target: Path, run: str) -> int:
    """Copy a run's answers to another folder, to be made; how many could not be read and stay behind."""
    target.mkdir(parents=True)
    unreadable = 0
    for file in named(source):
        if _kept(file, run) is None:
            unreadable += 1
        else:
            shutil.copyfile(file, target / file.name)
    return unreadable


def _kept(file: Path, run: str | None) -> tuple[str, bytes] | None:
    """The question and the packed answer that stand behind the digest, if that is right and the run is this one."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                return None
            digest, body = stream.read(DIGEST_SIZE), stream.read()
    except OSError:
        return None
    if digest != _digest(file, body):
        return None
    of, question, packed = msgspec.msgpack.decode(body, type=tuple[str, str, bytes])
    return (question, packed) if run in (None, of) else None


def _digest(file: Path, body: bytes) -> bytes:
    name = f"{file.parent.name}/{file.name}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(name + b"\n" + body).digest()


def _plain_from(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes()]
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"an answer must be made of plain values, not of {type(value).__name__}")


def _array_from(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        dtype, shape, raw = value
        return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape).copy()
    raise TypeError(f"{kind.__name__} cannot be read back")
