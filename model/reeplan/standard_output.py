"""Standard output belongs to the answer: what libraries write there, past Python, is sent elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OUT, ERR = 1, 2
"""File descriptors that a process is started with, and its own processes with it."""

_one_at_a_time = threading.Lock()


def keep_for_the_answer() -> None:
    """From now on only what is printed from Python reaches standard output.

    Whatever else writes to its descriptor, here or in a process started from here, writes to standard error.
    """
    try:
        sys.stdout.flush()
        kept = os.dup(OUT)
        os.dup2(ERR, OUT)
    except (OSError, AttributeError, ValueError):  # closed, or none at all: then nothing is to be kept apart
        return
    before = sys.stdout
    sys.stdout = os.fdopen(kept, "w", encoding=before.encoding, errors=before.errors)


@contextmanager
def sent_to(descriptor: int) -> Iterator[None]:
    """What is written to standard output meanwhile goes to another descriptor."""
    with _one_at_a_time:
        try:
            sys.stdout.flush()
            kept = os.dup(OUT)
            os.dup2(descriptor, OUT)
        except (OSError, AttributeError, ValueError):
            yield
            return
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, OUT)
            os.close(kept)


@contextmanager
def silent() -> Iterator[None]:
    """What is written to standard output meanwhile goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        with sent_to(nowhere):
            yield
    finally:
        os.close(nowhere)
