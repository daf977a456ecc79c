"""The front while it is still being searched: a small picture, drawn in a moment, from the plans found until now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from reeplan.endings import Status
from reeplan.present.charts.scale import tick_label, ticks_between
from reeplan.present.charts.style import BLUE, GREY, INK, LINE, TextMeasurer, drawing_style
from reeplan.tolerances import LEAST_EXTENT, SLIGHT

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

WIDTH, HEIGHT, DPI = 6.4, 4.2, 110
LEFT, RIGHT, BOTTOM, TOP = 0.85, 0.2, 0.62, 0.72
"""Room around the axes, inches."""


def draw_so_far(points: pd.DataFrame, file: Path, heading: str, work: str, money: str) -> None:
    """Draw plans (``cost_musd``, ``resilience``, ``bound_musd``, ``status``) and what is proven of them as a PNG.

    ``heading`` and ``work`` say how far the search is, ``money`` what a MUSD is. The file is never there by halves.
    """
    with drawing_style():
        figure = so_far_figure(points, heading, work, money)
        part = file.with_name(f".{file.name}.part")
        FigureCanvasAgg(figure).print_png(part, metadata={"Title": heading, "Software": None})
    os.replace(part, file)


def so_far_figure(points: pd.DataFrame, heading: str, work: str, money: str) -> Figure:
    """The picture: hollow where the gap asked for is not reached yet, a bar where the least cost may lie."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI)
    axes: Any = figure.add_axes(
        (LEFT / WIDTH, BOTTOM / HEIGHT, (WIDTH - LEFT - RIGHT) / WIDTH, (HEIGHT - BOTTOM - TOP) / HEIGHT)
    )
    cost, share = points["cost_musd"], 100 * points["resilience"]
    shown_from = cost.min() - 0.25 * max(cost.max() - cost.min(), LEAST_EXTENT * abs(cost.max()), SLIGHT)
    bound = points["bound_musd"].clip(lower=shown_from).fillna(shown_from)
    axes.hlines(share, bound, cost, color=BLUE, lw=4.5, alpha=0.25, zorder=2)
    axes.plot(cost, share, color=BLUE, lw=1.2, alpha=0.5, drawstyle="steps-post", zorder=1)
    done = points["status"] == Status.OPTIMAL
    axes.plot(cost[done], share[done], "o", ms=7, mfc=BLUE, mec=BLUE, zorder=3)
    axes.plot(cost[~done], share[~done], "o", ms=7, mfc="white", mec=BLUE, mew=1.6, zorder=3)
    axes.set_xlabel(f"Total cost ({money})")
    axes.set_ylabel("Demand served in disruption (%)")
    axes.margins(0.06, 0.08)
    for axis, (low, high), most in ((axes.xaxis, axes.get_xlim(), 6), (axes.yaxis, axes.get_ylim(), 8)):
        ticks = ticks_between(low, high, most)
        axis.set_ticks(ticks, [tick_label(tick, ticks) for tick in ticks])
    axes.grid(color=LINE, lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    ruler, full = TextMeasurer(), WIDTH - 0.3
    figure.text(
        0.15 / WIDTH, 1 - 0.27 / HEIGHT, ruler.cut(heading, full, 11, "bold"), size=11, weight="bold", color=INK
    )
    note = (
        f"{work}. Hollow: still worked on. Bar: where the least cost may lie." if work else "Hollow: still worked on."
    )
    figure.text(0.15 / WIDTH, 1 - 0.47 / HEIGHT, ruler.cut(note, full, 8), size=8, color=GREY)
    return figure
