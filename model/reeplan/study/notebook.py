"""What a study was answered so far, on disk: an answer is there as soon as it is known, and never asked for again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path


class Notebook:
    """A folder with one file per answer, named by the fingerprint of its question.

    Answers are dataclasses of plain values; the question's ``answer_type`` says which. ``retry_limits``: answers that
    more time might improve (their ``settled`` is False) are asked for again.
    """

    def __init__(self, folder: Path, *, retry_limits: bool = False) -> None:
        self._folder, self._retry_limits = folder, retry_limits

    def __len__(self) -> int:
        return sum(1 for _ in self._folder.glob("*.answer"))

    def find(self, fingerprint: str, question: Any) -> Any:
        """The answer noted for a question; None if there is none, or it cannot be read."""
        file = self._folder / f"{fingerprint}.answer"
        try:
            answer = msgspec.msgpack.decode(file.read_bytes(), type=question.answer_type, dec_hook=_array_from)
        except (OSError, msgspec.DecodeError, AttributeError):
            return None
        return None if self._retry_limits and not getattr(answer, "settled", True) else answer

    def note(self, fingerprint: str, question: Any, answer: Any) -> None:
        """Keep an answer that is worth keeping; the file appears whole or not at all."""
        if not hasattr(question, "answer_type") or not getattr(answer, "final", True):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{fingerprint}.tmp"
        draft.write_bytes(msgspec.msgpack.encode(answer, enc_hook=_plain_from))
        os.replace(draft, self._folder / f"{fingerprint}.answer")


def _plain_from(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes()]
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"an answer must be made of plain values, not of {type(value).__name__}")


def _array_from(kind: type, value: Any) -> Any:
    if kind is np.ndarray:
        dtype, shape, raw = value
        return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape)
    raise TypeError(f"{kind.__name__} cannot be read back")
