"""The ends of an axis, and the round numbers along it as they are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator

from reeplan.present.charts.palette import LINE
from reeplan.present.charts.style import SMALL
from reeplan.tolerances import ROUNDING, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Scale:
    """An axis from ``low`` to ``high``; ``plus``: differences, so that what is positive has a sign.

    ``ticks``: places and what is written there, instead of round numbers; ``limits``: beyond these there is no tick.
    """

    low: float
    high: float
    label: str = ""
    plus: bool = False
    ticks: tuple[tuple[float, ...], tuple[str, ...]] | None = None
    limits: tuple[float, float] = (-math.inf, math.inf)

    @classmethod
    def covering(
        cls, marks: Iterable[float], ends: Iterable[float] = (), beyond: float = 1.2, margin: float = 0.05,
        label: str = "", plus: bool = False,
    ) -> Scale:  # fmt: skip
        """A scale with room for all marks, and for ends of ranges as far as they do not lie much further out.

        ``beyond``: how far ends reach at most outside the marks, in spans of these; ``margin``: the part of the whole
        that is left free at both sides. What is not finite is left out.

        >>> scale = Scale.covering([0, 10], [-100, 12], beyond=1.0, margin=0.0)
        >>> scale.low, scale.high
        (-10.0, 12.0)
        """
        known, reach = ([float(value) for value in values if math.isfinite(value)] for values in (marks, ends))
        span = (max(known) - min(known)) or 0.05 * max(abs(known[0]), 1.0)
        low = max(min([*known, *reach]), min(known) - beyond * span)
        high = min(max([*known, *reach]), max(known) + beyond * span)
        room = margin * ((high - low) or max(abs(high), 1.0))
        return cls(low - room, high + room, label, plus)

    def holds(self, value: float) -> bool:
        """Whether it lies on the scale."""
        return self.low <= value <= self.high

    def share(self, value: float) -> float:
        """Where it lies, as a part of the scale's length."""
        return (value - self.low) / (self.high - self.low)

    def dress(self, axes: Any, which: str = "x", most: int = 6, size: float = SMALL, grid: bool = True) -> None:
        """Give an axis these ends, at most so many ticks, its label in this size and, if asked for, a grid."""
        places, labels = self.ticks or self.round_ticks(most)
        axes.set(**{f"{which}lim": (self.low, self.high)})
        getattr(axes, f"set_{which}ticks")(list(places), list(labels), size=SMALL)
        getattr(axes, f"set_{which}label")(self.label, size=size)
        if grid:
            axes.grid(axis=which, color=LINE, lw=0.8)

    def round_ticks(self, most: int) -> tuple[tuple[float, ...], tuple[str, ...]]:
        """At most so many round numbers between the ends and within the limits, as they are written."""
        low, high = self.limits
        ticks = [tick for tick in ticks_between(self.low, self.high, most) if low <= tick <= high]
        return tuple(ticks), tuple(tick_label(tick, ticks, self.plus) for tick in ticks)


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """At most so many round numbers between two ends."""
    margin = 0.01 * (high - low)
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(value) for value in ticks if low - margin / 100 <= value <= high - margin]


def tick_label(value: float, ticks: list[float], plus: bool = False) -> str:
    """A tick's label with as many digits as the step between ticks needs."""
    step = min((after - before for before, after in pairwise(ticks)), default=1.0)
    digits = next((n for n in range(8) if abs(step * 10**n - round(step * 10**n)) < SLIGHT * 10**n * step), 8)
    text = f"{abs(value) if abs(value) < ROUNDING * step else value:,.{digits}f}".replace("-", "−")
    return f"+{text}" if plus and value > ROUNDING * step else text
