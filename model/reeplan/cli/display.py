"""What the terminal shows while points are solved: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import textwrap
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from types import TracebackType

    from reeplan.solver import Progress, Solution

WIDTH, INDENT = 100, 14
"""Columns of a line, and where its text begins."""

EVERY_S = 15.0
"""Seconds between two plain lines of progress about the same point."""


class TerminalDisplay:
    """Progress on standard error: which point, incumbent, bound, gap, time."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, width=None)
        self._live = self.console.is_terminal
        self._progress = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[news]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self._live,
        )
        self._tasks: dict[str, int] = {}
        self._said: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> TerminalDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line that stays; a long one goes on under its text."""
        lines = textwrap.wrap(text, WIDTH, subsequent_indent=" " * INDENT, break_on_hyphens=False, drop_whitespace=True)
        self.console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)

    def started(self, what: str) -> None:
        """A point has begun."""
        self._began[what] = self._said[what] = time.monotonic()
        self._tasks[what] = self._progress.add_task(what, news="", total=None)

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news about a point."""
        news = _news(progress)
        if self._live:
            if what in self._tasks:
                self._progress.update(self._tasks[what], news=news)  # type: ignore[arg-type]
        elif time.monotonic() - self._said.get(what, 0.0) > EVERY_S:
            self._said[what] = time.monotonic()
            self.say(f"    {what}: {news}, {progress.seconds:.0f} s")

    def finished(self, what: str, solution: Solution) -> None:
        """A point is done; its line stays."""
        task = self._tasks.pop(what, None)
        if task is not None:
            self._progress.remove_task(task)  # type: ignore[arg-type]
        seconds = time.monotonic() - self._began.get(what, time.monotonic())
        if not solution.found:
            self.say(f"    {what}: no plan found ({solution.outcome.value}), {seconds:.0f} s")
            return
        self.say(
            f"    {what}: {_values(solution.objective, solution.bound)} ({solution.outcome.value}), {seconds:.0f} s"
        )


def _news(progress: Progress) -> str:
    if not math.isfinite(progress.incumbent):
        return f"no plan yet, bound {_number(progress.bound)}"
    return _values(progress.incumbent, progress.bound)


def _values(incumbent: float, bound: float) -> str:
    gap = abs(incumbent - bound)
    relative = f" ({gap / abs(incumbent):.2%})" if incumbent else ""
    return f"best {_number(incumbent)}, bound {_number(bound)}, gap {_number(gap)}{relative}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "none"
    if value and abs(value) < 10:
        return f"{value:.4g}"
    return f"{value:,.1f}".replace(",", " ")
