"""What the terminal shows while points are solved: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import textwrap
import time
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import ProgressColumn, SpinnerColumn, TextColumn
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.progress import Task, TaskID

    from reeplan.front import Point
    from reeplan.solver import Progress, Solution

WIDTH, INDENT = 100, 14
"""Columns of a line, and where its text begins."""

EVERY_S = 15.0
"""Seconds between two plain lines of progress about the same point."""


class TerminalDisplay:
    """Progress on standard error: which point, incumbent, bound, gap, time left, and what there is left to do."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)
        self.limit_s = math.inf
        """Time limit of a point, s."""
        self.at_a_time = 1
        """How many points are solved side by side."""
        self.unit = "levels"
        """What is counted: in the words of the last line."""
        self.tells_each = True
        """Whether each that is done keeps a line of its own; otherwise how many are done is said now and then."""
        self.on_news: Callable[[], None] | None = None
        """Called whenever there is news, so that others can look at the clock too."""
        self._live = self.console.is_terminal
        self._progress = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[news]}"),
            _TimeColumn(),
            console=self.console,
            transient=True,
            disable=not self._live,
        )
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._limits: dict[str, float] = {}
        self._work: tuple[int, int] | None = None
        self._work_task: TaskID | None = None

    def __enter__(self) -> TerminalDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line that stays; a long one goes on under its text. A path stays in one piece, to be copied."""
        lines = textwrap.wrap(
            text, WIDTH, subsequent_indent=" " * INDENT, break_on_hyphens=False, break_long_words=False
        )
        self.console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)

    # ---- one point ------------------------------------------------------------------------------

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A point has begun; it ends after ``limit_s`` at the latest, or after that of all points."""
        self._began[what] = self._said[what] = time.monotonic()
        self._limits[what] = self.limit_s if limit_s is None else limit_s
        self._tasks[what] = self._progress.add_task(
            what, news="", time=partial(_time, limit_s=self._limits[what]), total=None
        )
        self._show_work()

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news about a point."""
        news = _news(progress)
        if self._live:
            if what in self._tasks:
                self._progress.update(self._tasks[what], news=news)
        elif time.monotonic() - self._said.get(what, 0.0) > EVERY_S:
            self._said[what] = time.monotonic()
            self.say(f"    {what}: {news}, {_time(progress.seconds, self._limits.get(what, self.limit_s))}")
        if self.on_news is not None:
            self.on_news()

    def finished(self, what: str, solution: Solution) -> None:
        """A point is done; its line stays."""
        task = self._tasks.pop(what, None)
        if task is not None:
            self._progress.remove_task(task)
        seconds = time.monotonic() - self._began.pop(what, time.monotonic())
        if not self.tells_each:
            return
        if not solution.found:
            self.say(f"    {what}: no plan found ({solution.outcome.value}), {seconds:.0f} s")
            return
        self.say(
            f"    {what}: {_values(solution.objective, solution.bound)} ({solution.outcome.value}), {seconds:.0f} s"
        )

    # ---- all of them ----------------------------------------------------------------------------

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many levels there are, and how many are answered."""
        self._work = (levels, settled)
        self._show_work()
        now = time.monotonic()
        if not self.tells_each and not self._live and now - self._said.get("", 0.0) > EVERY_S:
            self._said[""] = now
            self.say(f"    {self.work_in_words()}")

    def found(self, point: Point, plans: int) -> None:
        """A plan has joined the front, which has so many now."""
        plan = point.plan
        gap = plan.cost_musd - plan.bound_musd
        proven = f"proven within {_number(gap)} MUSD" if math.isfinite(gap) else "nothing proven yet"
        self.say(
            f"    front so far: {plans} plan{'' if plans == 1 else 's'}; new: {_number(plan.cost_musd)} MUSD, "
            f"{plan.resilience:.1%} served in disruption, {proven}{self.work_in_words('; ')}"
        )

    def work_in_words(self, before: str = "") -> str:
        """How many levels are done and how long the rest takes at most; empty where nothing is known."""
        if self._work is None:
            return ""
        levels, settled = self._work
        text = f"{before}{settled} of {levels} {self.unit} done"
        left = self.most_seconds_left()
        return text if left is None or settled >= levels else f"{text}, {in_time(left)}"

    def most_seconds_left(self) -> float | None:
        """The longest that the levels left can take if each takes its whole time limit; None where that is unknown."""
        if self._work is None or not math.isfinite(self.limit_s):
            return None
        levels, settled = self._work
        now = time.monotonic()
        running = [max(0.0, self._limits[what] - (now - began)) for what, began in self._began.items()]
        waiting = max(0, levels - settled - len(running))
        return max(running, default=0.0) + math.ceil(waiting / max(1, self.at_a_time)) * self.limit_s

    def _show_work(self) -> None:
        if self._work is None or not self._live:
            return
        if self._work_task is not None:
            self._progress.remove_task(self._work_task)  # so that it stays the last line
        self._work_task = self._progress.add_task(
            f"all {self.unit}", news="", time=lambda _: self.work_in_words(), total=None
        )


class _TimeColumn(ProgressColumn):
    """How long a line has been worked on, and how much longer it may be: whatever the line says of its time."""

    def render(self, task: Task) -> Text:
        return Text(task.fields["time"](task.elapsed or 0.0))


def in_time(seconds: float) -> str:
    """A longest time in plain words.

    >>> in_time(42), in_time(400), in_time(9000)
    ('at most 1 min left', 'at most 7 min left', 'at most 2.5 h left')
    """
    if seconds >= 5400:
        return f"at most {math.ceil(seconds / 360) / 10:g} h left"
    return f"at most {math.ceil(seconds / 60)} min left"


def _time(seconds: float, limit_s: float) -> str:
    """How long a point has been worked on, and how much longer it may be.

    >>> _time(20.4, 90), _time(20.4, math.inf)
    ('20 s, at most 70 s left', '20 s')
    """
    if not math.isfinite(limit_s):
        return f"{seconds:.0f} s"
    return f"{seconds:.0f} s, at most {max(0.0, round(limit_s) - round(seconds)):.0f} s left"


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
