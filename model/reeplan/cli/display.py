"""What the terminal shows while points are solved: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from functools import partial
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import ProgressColumn, SpinnerColumn
from rich.table import Column
from rich.text import Text

from reeplan.cli.screen import lines, width
from reeplan.inputs.names import counted
from reeplan.solve.questions import NearestAnswer
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from rich.progress import Task, TaskID

    from reeplan.solve.engine import Progress, Solution
    from reeplan.solve.front import Point

INDENT, NARROW, LITTLE = 14, 70, 4
"""Where the text of a line begins; in fewer columns than these, how far its other lines are set in."""

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
        self.disrupted = True
        """Whether the case has disruptions, so that plans serve something in them."""
        self.on_news: Callable[[], None] | None = None
        """Called whenever there is news, so that others can look at the clock too."""
        self.stopping = False
        """Whether somebody asked to stop: then nothing is said of time limits."""
        self._live = self.console.is_terminal
        self._progress = RichProgress(
            SpinnerColumn(),
            _Row(self.console),
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
        self._stage_task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """A line that stays; a long one goes on under its text. A path stays in one piece, to be copied."""
        columns = width(self.console.file)
        most = INDENT if columns >= NARROW else LITTLE
        set_in = min(most, len(text) - len(text.lstrip()))
        said = "\n".join(lines(text.lstrip(), columns, " " * set_in, " " * most))
        self.console.print(said, markup=False, highlight=False, soft_wrap=True)

    def stop(self, text: str) -> None:
        """Somebody asked to stop: say so, in a line that stays."""
        self.stopping = True
        self.say(text)

    def stage(self, text: str) -> None:
        """A line that stays, about what begins now: nothing of what was worked on before is shown any longer."""
        self._work = None
        for task in [*self._tasks.values(), self._work_task]:
            if task is not None:
                self._progress.remove_task(task)
        self._tasks.clear()
        self._work_task = None
        self._progress.refresh()
        self.say(text)

    def doing(self, what: str, done: int | None = None, of: int | None = None) -> None:
        """What is done now, and which of how many; a live line, and else one line at first and one now and then."""
        text = what if of is None else f"{what} {min((done or 0) + 1, of)} of {of}"
        if self._live:
            if self._stage_task is None:
                self._stage_task = self._progress.add_task("", news="", time=_time_spent, total=None)
            self._progress.update(self._stage_task, description=text)
        elif what not in self._said or time.monotonic() - self._said[what] > EVERY_S:
            self._said[what] = time.monotonic()
            self.say(f"    {text}")

    def did(self) -> None:
        """Nothing of the kind is done any longer."""
        if self._stage_task is not None:
            self._progress.remove_task(self._stage_task)
            self._stage_task = None

    # ---- one point ------------------------------------------------------------------------------

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A point has begun; it ends after ``limit_s`` at the latest, or after that of all points."""
        self._began[what] = self._said[what] = time.monotonic()
        self._limits[what] = self.limit_s if limit_s is None else limit_s
        self._tasks[what] = self._progress.add_task(
            what, news="", time=partial(self._time, limit_s=self._limits[what]), total=None
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
            self.say(f"    {what}: {news}, {self._time(progress.seconds, self._limits.get(what, self.limit_s))}")
        if self.on_news is not None:
            self.on_news()

    def finished(self, what: str, solution: Solution | NearestAnswer) -> None:
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
        if isinstance(solution, NearestAnswer):  # whose objective is a distance
            self.say(f"    {what}: found, {seconds:.0f} s")
            return
        found, gap = solution.objective, abs(solution.objective - solution.bound)
        values = _number(found) if gap <= SLIGHT * abs(found) else _values(found, solution.bound)
        self.say(f"    {what}: {values} ({solution.outcome.value}), {seconds:.0f} s")

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
        proven = "nothing proven yet"
        if math.isfinite(gap):
            proven = f"proven within {_number(gap)} MUSD" if gap > SLIGHT * abs(plan.cost_musd) else "proven cheapest"
        share = f"{plan.resilience:.1%} served in disruption, " if self.disrupted else ""
        self.say(
            f"    front so far: {counted(plans, 'plan')}; new: {_number(plan.cost_musd)} MUSD, "
            f"{share}{proven}{self.work_in_words('; ')}"
        )

    def so_far(self, figure: Path) -> None:
        """Where the picture of the front so far is."""
        self.say(f"    the front as it is found: {figure}")

    def work_in_words(self, before: str = "") -> str:
        """How many levels are done and how long the rest takes at most; empty where nothing is known."""
        if self._work is None:
            return ""
        levels, settled = self._work
        text = f"{before}{settled} of {counted(levels, self.unit.removesuffix('s'))} done"
        left = self.most_seconds_left()
        if left is None or settled >= levels:
            return text
        return f"{text}, stopping" if self.stopping else f"{text}, {in_time(left)}"

    def most_seconds_left(self) -> float | None:
        """The longest that the levels left can take if each takes its whole time limit; None where that is unknown."""
        if self._work is None or not math.isfinite(self.limit_s):
            return None
        levels, settled = self._work
        now = time.monotonic()
        running = [max(0.0, self._limits[what] - (now - began)) for what, began in self._began.items()]
        waiting = max(0, levels - settled - len(running))
        return max(running, default=0.0) + math.ceil(waiting / max(1, self.at_a_time)) * self.limit_s

    def _time(self, seconds: float, limit_s: float) -> str:
        return f"{seconds:.0f} s, stopping" if self.stopping else _time(seconds, limit_s)

    def _show_work(self) -> None:
        if self._work is None or not self._live:
            return
        if self._work_task is not None:
            self._progress.remove_task(self._work_task)  # so that it stays the last line
        self._work_task = self._progress.add_task(
            f"all {self.unit}", news="", time=lambda _: self.work_in_words(), total=None
        )


class _Row(ProgressColumn):
    """A live line: what is worked on, the solver's news of it, and the time; what there is no room for is left out."""

    def __init__(self, console: Console) -> None:
        super().__init__(Column(no_wrap=True))
        self._console = console

    def render(self, task: Task) -> Text:
        """The longest form of the line that fits, beside the mark that turns."""
        room = self._console.width - 3
        news, time_ = task.fields["news"], task.fields["time"](task.elapsed or 0.0)
        short = _first_words(time_)
        gap = _last_part(news)
        forms = [(news, time_), (gap, time_), (gap, short), (time_,), (short,)]
        texts = ["  ".join(filter(None, [task.description, *form])) for form in forms]
        return Text(next((text for text in texts if len(text) <= room), texts[-1][: max(room, 1)]))


def _last_part(news: str) -> str:
    return news.rpartition(", ")[2]


def _first_words(time_: str) -> str:
    return time_.partition(", ")[0]


def _time_spent(seconds: float) -> str:
    return f"{seconds:.0f} s"


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
    windows = ""
    if progress.windows:
        violated = f"{progress.missed} violated"
        windows = f"{counted(progress.windows, 'window')}, {progress.held} in the program, {violated}; "
    if not math.isfinite(progress.incumbent):
        return f"{windows}no plan yet, {_bound(progress.bound)}"
    return windows + _values(progress.incumbent, progress.bound)


def _values(incumbent: float, bound: float) -> str:
    if not math.isfinite(bound):
        return f"best {_number(incumbent)}, {_bound(bound)}"
    gap = abs(incumbent - bound)
    relative = f" ({gap / abs(incumbent):.2%})" if incumbent else ""
    return f"best {_number(incumbent)}, {_bound(bound)}, gap {_number(gap)}{relative}"


def _bound(bound: float) -> str:
    return f"bound {_number(bound)}" if math.isfinite(bound) else "no bound yet"


def _number(value: float) -> str:
    """Money with one digit after the point, shares and small amounts with four.

    >>> _number(18877.66), _number(0.99484), _number(2.3e-13)
    ('18,877.7', '0.9948', '0.0')
    """
    if not math.isfinite(value):
        return "none"
    if abs(value) < 10:
        return str(round(value, 4) + 0.0)
    return f"{value:,.1f}"
