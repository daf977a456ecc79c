"""The front itself: points, proven ranges, axes, and the lines from the points down to the strip."""

from __future__ import annotations

from typing import Any

from reeplan.present.charts.scale import tick_label, ticks_between
from reeplan.present.charts.style import BLUE, BODY, FAINT, GREY, INK, LINE, SMALL, WIDTH
from reeplan.present.figures.front import words
from reeplan.present.figures.front.page import BAND, LEFT, MAIN, FrontPage, resilience_limits, visible_gaps
from reeplan.present.words import NBSP


def draw_points(page: FrontPage) -> None:
    """The front in its axes."""
    data, points = page.data, page.data.points
    axes: Any = page.figure.add_axes(
        (LEFT / WIDTH, page.front_floor / page.height, MAIN / WIDTH, page.front_height / page.height), zorder=2
    )
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(page.limits)
    axes.set_ylim(resilience_limits(data))
    _draw_axes(page, axes)
    extra, share = points["extra_cost_musd"], points["resilience_percent"]
    axes.plot(extra, share, color=BLUE, lw=1.4, alpha=0.55, zorder=3, drawstyle="steps-post")
    for row in points[visible_gaps(data)].itertuples():
        start = max(row.bound_musd - points["cost_musd"].min(), page.limits[0])
        axes.plot(
            [start, row.extra_cost_musd],
            [row.resilience_percent] * 2,
            color=BLUE,
            lw=5,
            alpha=0.22,
            zorder=2,
            solid_capstyle="butt",
        )
        axes.plot([start], [row.resilience_percent], "|", color=BLUE, ms=7, mew=1.2, alpha=0.7, zorder=2)
    for row in points.itertuples():
        face, ink = (BLUE, "white") if row.gap_reached else ("white", BLUE)
        size, width = (13.5, 1.8) if row.letter else (6.5, 1.5)
        axes.plot(
            [row.extra_cost_musd],
            [row.resilience_percent],
            "o",
            ms=size,
            mfc=face,
            mec=BLUE,
            mew=width,
            zorder=5 if row.letter else 4,
            clip_on=False,
        )
        if row.letter:
            axes.annotate(
                row.letter,
                (row.extra_cost_musd, row.resilience_percent),
                color=ink,
                weight="bold",
                size=BODY,
                ha="center",
                va="center_baseline",
                zorder=6,
                annotation_clip=False,
            )
    target = data.settings["resilience_target"]
    if target is not None:
        axes.axhline(100 * target, color=INK, lw=1.1, ls=(0, (1, 2)), zorder=1)
        axes.annotate(
            f"target {100 * target:.12g}{NBSP}%",
            (_free_place(page, 100 * target), 100 * target),
            xycoords=axes.get_yaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            size=SMALL,
            ha="right",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            zorder=2,
        )


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
    low, high = page.limits
    several = len(data.points) > 1
    mask = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    ticks = (
        ticks_between(max(low, 0.0), high, 6)
        if several
        else [tick - cheapest for tick in ticks_between(low + cheapest, high + cheapest, 5)]
    )
    labels = [
        tick_label(value, ticks, plus=True) if several else tick_label(value + cheapest, ticks) for value in ticks
    ]
    what = "Extra cost over the cheapest plan" if several else "Total cost"
    axes.set_xticks(ticks, labels, size=BODY, bbox=mask)
    axes.set_xlabel(words.money_axis(data, what), size=BODY, bbox=mask, labelpad=3)
    bottom, ceiling = resilience_limits(data)
    shares = [share for share in ticks_between(bottom, ceiling, 7) if 0 <= share <= 100]
    axes.set_yticks(shares, [tick_label(value, shares) for value in shares], size=BODY)
    axes.set_ylabel(words.measure_axis(data), size=BODY, labelpad=6)
    axes.grid(axis="y", color=LINE, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=3)
    if not several:
        return
    top: Any = axes.twiny()
    top.set_zorder(0)
    top.spines[["left", "right", "bottom"]].set_visible(False)
    top.set_xlim(low + cheapest, high + cheapest)
    totals = ticks_between(low + cheapest, high + cheapest, 5)
    top.set_xticks(totals, [tick_label(value, totals) for value in totals], size=SMALL)
    top.set_xlabel(words.money_axis(data, "Total cost"), size=SMALL, color=GREY, labelpad=4)
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
