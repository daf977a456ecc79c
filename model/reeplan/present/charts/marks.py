"""Marks that several figures draw in a frame: sums of parts, ranges, and what is written behind a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.present.charts.palette import STAGE_COLOURS
from reeplan.present.charts.style import EDGE, INK, SMALL
from reeplan.tolerances import SLIGHT
from reeplan.words import STAGE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.present.charts.page import Page

SEEN = 0.012
"""A range shorter than this part of the frame is hidden by its mark."""


def stacked(
    axes: Any, at: float, parts: Iterable[tuple[float, str, str]], thick: float, upright: bool = False, **style: Any
) -> tuple[float, float]:
    """Parts of a sum side by side from zero on, each a size, a colour and a name; returns both ends.

    What is negative lies at the other side of zero.
    """
    low = high = 0.0
    for size, colour, gid in parts:
        base = high if size >= 0 else low
        look = {"color": colour, "edgecolor": "white", "linewidth": 0.4, "zorder": 2, "gid": gid, **style}
        if abs(size) > SLIGHT and upright:
            axes.bar([at], [size], thick, bottom=[base], **look)
        elif abs(size) > SLIGHT:
            axes.barh([at], [size], thick, left=[base], **look)
        low, high = low + min(size, 0.0), high + max(size, 0.0)
    return low, high


def whisker(axes: Any, low: float, high: float, y: float, gid: str, halo: bool = False, **style: Any) -> None:
    """A range as a line with ends, an arrow where it leaves the frame; ``halo`` sets it off from what lies below."""
    left, right = axes.get_xlim()
    ends = [min(max(end, left), right) for end in (low, high)]
    look = {"color": INK, "lw": 1.0, **style}
    if ends[0] == ends[1] and low < high:  # wholly outside
        axes.plot([ends[0]], [y], ">" if low >= right else "<", color=look["color"], ms=4, zorder=5, clip_on=False)
        return
    if halo:
        axes.plot(ends, [y, y], color="white", lw=2.4, zorder=3)
    axes.plot(ends, [y, y], zorder=5, gid=gid, **look)
    for end, shown, mark in ((low, ends[0], "<"), (high, ends[1], ">")):
        axes.plot([shown], [y], "|" if end == shown else mark, color=look["color"], ms=6 if end == shown else 4,
                  mew=1.1, zorder=5, clip_on=False)  # fmt: skip


def proven_range(axes: Any, bound: float, cost: float, y: float, colour: str) -> None:
    """Where a plan's least cost may lie, pale, left of its mark; nothing where that is hardly wider than the mark."""
    low, high = axes.get_xlim()
    start = bound if bound >= low else low  # also where none is known
    if not cost - start > SEEN * (high - low):
        return
    axes.plot([start, cost], [y, y], color=colour, lw=5, alpha=0.22, zorder=2, solid_capstyle="butt")
    if bound >= low:
        axes.plot([start], [y], "|", color=colour, ms=7, mew=1.2, alpha=0.7, zorder=2)


def bracket(page: Page, stage: str, x: float, top: float, bottom: float, size: float = SMALL) -> None:
    """A stroke along the rows of a stage of the chain, in its colour, and its name left of that."""
    page.layer.plot([x] * 2, [top - 0.03, bottom + 0.03], lw=3.2, solid_capstyle="butt", color=STAGE_COLOURS[stage])
    lines = page.ruler.wrap(STAGE_WORDS[stage], x - 0.06 - EDGE, size, most=2)
    page.write(x - 0.06, (top + bottom) / 2, "\n".join(lines), size, ha="right", va="center")


def write_behind(axes: Any, end: float, y: float, text: str, **style: Any) -> None:
    """Words just right of where a bar ends."""
    axes.annotate(
        text, (end, y), (4, 0), textcoords="offset points",
        **{"size": SMALL, "va": "center_baseline", "annotation_clip": False, **style},
    )  # fmt: skip
