"""What every section of the benchmark shares: interleaved timing, fresh processes, tables.

A section is a module of this folder with

* ``name``: what ``--only`` calls it,
* ``title``: the heading of its part of RESULTS.md,
* ``run(quick) -> list of rows``: measure; ``quick`` uses the smallest sizes that still run every line,
* ``render(rows) -> str``: the rows as Markdown, with a sentence that says what was compared.

A row is a flat dictionary of texts, numbers and None, so that it can be kept in results.json and
rendered again later by a run that did not measure it.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.child_processes import start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BASE_CASE = ROOT / "inputs" / "base"
TUTORIAL = ROOT / "inputs" / "tutorial"

Row = dict[str, "str | float | int | bool | None"]


class Section(Protocol):
    """One part of the benchmark: a module with these four names."""

    name: str
    title: str

    def run(self, quick: bool) -> list[Row]:
        """Measure."""

    def render(self, rows: Sequence[Row]) -> str:
        """The rows as Markdown."""


def interleaved(
    tasks: Mapping[str, Callable[[], object]], repetitions: int, warm_up: bool = True
) -> dict[str, list[float]]:
    """Seconds of every task, run in turn (A B A B …), so that a busy machine slows all of them alike.

    ``warm_up`` runs every task once before, uncounted. Garbage is collected before each task, not within.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(-1 if warm_up else 0, repetitions):
        for name, task in tasks.items():
            taken = timed(task)
            if turn >= 0:
                seconds[name].append(taken)
    return seconds


def timed(task: Callable[[], object]) -> float:
    """Wall seconds of one call. What it returns is let go after the clock has stopped."""
    gc.collect()
    began = time.perf_counter()
    kept = task()
    taken = time.perf_counter() - began
    del kept
    return taken


def median_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> float:
    """The median of the ratios of two interleaved series, turn by turn."""
    return median(above / below for above, below in zip(numerator, denominator, strict=True))


def apart(function: str, **arguments: Any) -> dict[str, Any]:
    """Call ``module:function`` with these arguments in a fresh process, for its own peak memory.

    The function returns a dictionary that JSON can hold. Added to it are ``seconds`` of the call, and
    ``start_mb`` and ``peak_mb``, the most memory the process held before the call and until its end.
    A function that prepares more than it wants to be measured calls ``memory.mark()`` itself.
    """
    command = [sys.executable, "-m", "benchmarks.memory", function, json.dumps(arguments)]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        with start(command, cwd=ROOT, stdout=said, stderr=errors) as process:
            process.wait()
        said.seek(0)
        errors.seek(0)
        if process.returncode:
            raise RuntimeError(f"{function}({arguments}) failed in its own process:\n{errors.read().strip()}")
        answer: dict[str, Any] = json.loads(said.read().splitlines()[-1])
    return answer


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """The exponent b of ``y = a * x**b`` by least squares of the logarithms; 1 is linear growth."""
    import numpy as np

    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def table(rows: Sequence[Row], columns: Mapping[str, str]) -> str:
    """A Markdown table: ``columns`` gives the heading of each key shown. Numbers to three figures, None as a dash."""
    lines = ["| " + " | ".join(columns.values()) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(shown(row.get(key)) for key in columns) + " |" for row in rows]
    return "\n".join(lines)


def shown(value: object) -> str:
    """A cell: counts in full with thin groups, other numbers to three significant figures."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)
