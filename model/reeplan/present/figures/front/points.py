"""The front itself: points, proven ranges, axes, and the lines from the points down to the strip."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from reeplan.present.charts.marks import proven_range
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import BLUE, BODY, FAINT, GREY, INK, SMALL
from reeplan.present.figures.front import words
from reeplan.present.figures.front.page import BAND, LEFT, MAIN, FrontPage, resilience_scale
from reeplan.words import NBSP


def draw_points(page: FrontPage) -> None:
    """The front in its axes."""
    data, points = page.data, page.data.points
    axes = page.axes(LEFT, page.front_floor, MAIN, page.front_height)
    _draw_axes(page, axes)
    extra, share = points["extra_cost_musd"], points["resilience_percent"]
    axes.plot(extra, share, color=BLUE, lw=1.4, alpha=0.55, zorder=3, drawstyle="steps-post")
    cheapest = points["cost_musd"].min()
    for row in points.to_dict("records"):
        at = row["extra_cost_musd"], row["resilience_percent"]
        proven_range(axes, row["bound_musd"] - cheapest, *at, BLUE)
        face, ink = (BLUE, "white") if row["gap_reached"] else ("white", BLUE)
        size, width, zorder = (13.5, 1.8, 5) if row["letter"] else (6.5, 1.5, 4)
        axes.plot(*at, "o", ms=size, mfc=face, mec=BLUE, mew=width, zorder=zorder, clip_on=False)
        if row["letter"]:
            axes.annotate(row["letter"], at, color=ink, weight="bold", size=BODY, ha="center", va="center_baseline",
                          zorder=6, annotation_clip=False)  # fmt: skip
    target = data.settings["resilience_target"]
    if target is not None:
        axes.axhline(100 * target, color=INK, lw=1.1, ls=(0, (1, 2)), zorder=1)
        axes.annotate(
            f"target {100 * target:.12g}{NBSP}%", (_free_place(page, 100 * target), 100 * target),
            xycoords=axes.get_yaxis_transform(), xytext=(0, 3), textcoords="offset points", size=SMALL, ha="right",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=2,
        )  # fmt: skip


def _free_place(page: FrontPage, share: float) -> float:
    """Where along the target's line its label stands clear of points: its right end, as a part of the width."""
    points = page.data.points
    spots = [
        (page.at(extra), page.up(served))
        for extra, served in zip(points["extra_cost_musd"], points["resilience_percent"], strict=True)
    ]

    def is_free(end: float) -> bool:
        right, y = LEFT + MAIN * end, page.up(share)
        return not any(right - 0.95 < x < right + 0.15 and y - 0.12 < at < y + 0.28 for x, at in spots)

    return next(filter(is_free, (0.99, 0.82, 0.66, 0.5, 0.34)), 0.99)


def _draw_axes(page: FrontPage, axes: Any) -> None:
    """Both cost axes and the resilience axis, with their ticks inside the frame."""
    data = page.data
    cheapest = float(data.points["cost_musd"].min())
    mask = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    total = Scale(page.costs.low + cheapest, page.costs.high + cheapest, words.money_axis(data, "Total cost"))
    places, labels = total.round_ticks(5)
    what, several = "Total cost", len(data.points) > 1
    if several:
        what = "Extra cost over the cheapest plan"
        extra, labels = replace(page.costs, limits=(0.0, math.inf)).round_ticks(6)
    else:
        extra = tuple(tick - cheapest for tick in places)
    axes.set_xlim(page.costs.low, page.costs.high)
    axes.set_xticks(list(extra), list(labels), size=BODY, bbox=mask)
    axes.set_xlabel(words.money_axis(data, what), size=BODY, bbox=mask, labelpad=3)
    resilience_scale(data).dress(axes, "y", most=7, size=BODY)
    if several:
        top: Any = axes.twiny()
        top.set_zorder(0)
        top.spines[["left", "right", "bottom"]].set_visible(False)
        total.dress(top, most=5, grid=False)
        top.xaxis.label.set_color(GREY)
        top.tick_params(length=3)


def draw_connectors(page: FrontPage) -> None:
    """A line from each point straight down to the axis, then to its column."""
    points, floor = page.data.points, page.front_floor
    for row, column in zip(page.columns, page.column_at, strict=True):
        point = points.iloc[row]
        x, y = page.at(point.extra_cost_musd), page.up(point.resilience_percent)
        colour, width, dots = (BLUE, 1.1, (0, (1.2, 1.6))) if point.letter else (FAINT, 0.7, "solid")
        page.layer.plot([x, x], [y, floor], color=colour, lw=width, ls=dots, zorder=1)
        page.layer.plot(
            [x, x, column, column],
            [floor, floor - 0.47, floor - BAND + 0.14, floor - BAND + 0.02],
            color=colour,
            lw=width,
            zorder=1,
            solid_joinstyle="round",
        )
