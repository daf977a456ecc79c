"""What distinguishes one question to one case from all others, the same in every process and on every day."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.model.case import UNASKED
from reeplan.solve.engine import Controls
from reeplan.solve.executor.worker import answered_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.model.case import Case
    from reeplan.solve.executor.backend import Task


class ContentKeys:
    """The keys of tasks; each case is read through once, however many tasks ask about it."""

    def __init__(self) -> None:
        self._cases: dict[int, tuple[Case, str]] = {}

    def of(self, task: Task) -> str:
        """A fingerprint of what is asked, of which case, under which measure and by which versions of the program and
        the solver: equal questions have the same.

        How long the solver may take is no part of it: more time does not make another question. Nor are fields that no
        answer depends on (``UNASKED``): what things are called, and how to look for an answer.
        """
        asked = [part for value in (task.measure, answered_by(), task.question) for part in written_out(value)]
        return hashlib.sha256("\n".join([self._of_case(task.case), *asked]).encode()).hexdigest()

    def _of_case(self, case: Case) -> str:
        known = self._cases.get(id(case))
        if known is None:
            digest = hashlib.sha256("\n".join(written_out(case, in_order=True)).encode()).hexdigest()
            known = self._cases[id(case)] = (case, digest)  # holding the case keeps its id from being used again
        return known[1]


def written_out(value: Any, *, in_order: bool = False) -> Iterator[str]:
    """A value as texts that are equal if and only if the values are: no addresses, no order of sets or dictionaries.

    ``in_order``: dictionaries have one. That of a case's is the order of its program's variables, and so of a plan's.
    """
    if isinstance(value, Controls):
        value = replace(value, time_limit_s=0.0, known_bound=None, watch=None)
    if is_dataclass(value) and not isinstance(value, type):
        yield f"{type(value).__module__}.{type(value).__qualname__}("
        for item in fields(value):
            if item.metadata != UNASKED:
                yield item.name
                yield from written_out(getattr(value, item.name), in_order=in_order)
        yield ")"
    elif isinstance(value, dict) and in_order:
        yield from written_out([part for item in value.items() for part in item], in_order=True)
    elif isinstance(value, dict):
        yield from _unordered("{", ([*written_out(key), *written_out(item)] for key, item in value.items()), "}")
    elif isinstance(value, (set, frozenset)):
        yield from _unordered("{{", (list(written_out(item)) for item in value), "}}")
    elif isinstance(value, (list, tuple)):
        yield "["
        for item in value:
            yield from written_out(item, in_order=in_order)
        yield "]"
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.str}{value.shape}{hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    elif isinstance(value, Enum):
        yield str(value)
    elif value is None or isinstance(value, (str, bytes, int, float)):
        yield repr(value.item() if isinstance(value, np.generic) else value)
    else:
        raise TypeError(f"a question must be made of plain values, not of {type(value).__name__}")


def _unordered(opening: str, items: Any, closing: str) -> Iterator[str]:
    yield opening
    for item in sorted(items):
        yield from item
    yield closing
