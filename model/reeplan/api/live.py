"""The front as it is found: a table and a picture in the unfinished run folder, redrawn now and then.

All of it happens in the process that leads the search, between two answers, and is kept to a small
part of its time. Nothing here may harm the run: whatever fails is let go.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from reeplan.csv_files import write_table
from reeplan.inputs.names import counted
from reeplan.outputs.spec.plans import SO_FAR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reeplan.api.display import Display
    from reeplan.solve.front import Point

EVERY_S = 10.0
"""Seconds between two drawings, and before the first: a run that is done sooner draws only its final figures."""

SHARE = 0.02
"""Part of the time that drawing may take, where it takes longer than usual."""

FIGURE = f"{SO_FAR.name}.png"


class LiveFront:
    """Hears of the points found so far, says new ones, and keeps a table and a picture of them."""

    def __init__(self, folder: Path, display: Display, money: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.table, self.figure = folder / SO_FAR.file, folder / "figures" / FIGURE
        self._display, self._money, self._clock = display, money, clock
        self._points: Sequence[Point] = ()
        self._known: set[tuple[float, float]] = set()
        self._began = clock()
        self._next_at = self._began + EVERY_S
        self._is_drawn = True
        self._has_said = False

    def heard(self, points: Sequence[Point]) -> None:
        """The points found so far, cheapest first: each plan that is new is said, and all are drawn when it is time."""
        if not points:
            return
        self._points, self._is_drawn = points, False
        for point in points:
            key = (round(point.plan.cost_musd, 6), round(point.plan.resilience, 9))
            if key not in self._known:
                self._known.add(key)
                self._display.found(point, len(points))
        self.redraw()

    def plan_of_work(self, levels: int, done: int) -> None:
        """How many levels there are, and how many are done."""
        self._display.plan_of_work(levels, done)

    def redraw(self) -> None:
        """Draw what is known, if that has changed and the last drawing is long enough ago."""
        now = self._clock()
        if self._is_drawn or now < self._next_at or self._display.stopping:
            return
        self._is_drawn = True
        try:
            self._write(now)
        except Exception:  # a full disk, a broken font: the run needs no picture
            self._next_at = float("inf")
            return
        done = self._clock()
        self._next_at = done + max(EVERY_S, (done - now) / SHARE)
        if not self._has_said:
            self._has_said = True
            self._display.so_far(self.figure)

    def remove(self) -> None:
        """The run is whole: its own tables and figures take their place."""
        self._next_at = float("inf")
        for file in (self.table, self.figure):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.figure.parent.rmdir()  # only if nothing else is there

    def _write(self, now: float) -> None:
        from reeplan.present.figures.front.so_far import (
            draw_so_far,  # slow to load: only once there is something to draw
        )

        rows = SO_FAR.frame(
            {
                "point": point.name,
                "cost_musd": point.plan.cost_musd,
                "resilience": point.plan.resilience,
                "bound_musd": point.plan.bound_musd,
                "gap_target_musd": point.gap_target_musd,
                "status": point.status,
            }
            for point in self._points
        )
        part = self.table.with_name(f".{self.table.name}.part")
        write_table(rows, part)
        os.replace(part, self.table)
        self.figure.parent.mkdir(exist_ok=True)
        plans = counted(len(rows), "plan")
        minutes = (now - self._began) / 60
        heading = f"The front so far: {plans} after {minutes:.0f} min"
        draw_so_far(rows, self.figure, heading, self._display.work_in_words(), self._money)
