"""Round numbers along an axis, and how they are written."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.ticker import MaxNLocator


def ticks_between(low: float, high: float, most: int) -> list[float]:
    """At most so many round numbers between two ends."""
    margin = 0.01 * (high - low)
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(value) for value in ticks if low - margin / 100 <= value <= high - margin]


def tick_label(value: float, ticks: list[float], plus: bool = False) -> str:
    """A tick's label with as many digits as the step between ticks needs."""
    step = min((after - before for before, after in pairwise(ticks)), default=1.0)
    digits = next((n for n in range(8) if abs(step * 10**n - round(step * 10**n)) < 1e-6 * 10**n * step), 8)
    text = f"{abs(value) if abs(value) < 1e-9 * step else value:,.{digits}f}".replace("-", "−")
    return f"+{text}" if plus and value > 1e-9 * step else text
