"""The front over a strip of what each plan builds, on one cost axis.

Everything is placed in inches from the page's lower left corner, so that what needs room gets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reeplan.figures import words
from reeplan.figures.data import FrontData, Strip, read_run, strip_of, table_of
from reeplan.figures.style import (
    BLUE,
    DPI,
    FAINT,
    GREY,
    INK,
    LINE,
    LINE_HEIGHT,
    STAGE_COLOURS,
    WHITE_TEXT,
    Ruler,
    apart,
    drawing_style,
    save,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

WIDTH, EDGE = 8.8, 0.15
LEFT, MAIN = 1.12, 4.95
SIDE = LEFT + MAIN + 0.28
"""Where the right column begins: what lettered plans are, and the names of the strip's rows."""
SIDE_WIDTH = WIDTH - EDGE - SIDE
BAND, HEAD, ROW, GROUP_GAP = 0.98, 0.52, 0.25, 0.08
HEIGHT_OF_FRONT, HEIGHT_OF_ONE = 3.35, 2.3
TITLE, BODY, SMALL = 13.0, 8.6, 7.6
MOST_COLUMNS = 14
COLUMN_GAP = 0.46


@dataclass
class Page:
    """A page in inches: its drawing layer, its ruler, and what is placed on it; ``floor``: of the front."""

    data: FrontData
    strip: Strip
    ruler: Ruler
    figure: Figure
    layer: Any
    height: float
    floor: float
    front_height: float
    columns: list[int]
    column_at: list[float]
    limits: tuple[float, float]

    def at(self, extra: float) -> float:
        """Where an extra cost lies."""
        low, high = self.limits
        return LEFT + MAIN * (extra - low) / (high - low)

    def up(self, share: float) -> float:
        """Where a resilience lies."""
        low, high = _resilience_limits(self.data)
        return self.floor + self.front_height * (share - low) / (high - low)

    def write(self, x: float, y: float, text: str, size: float = BODY, **style: Any) -> None:
        """Write at a place, from its lower left unless told otherwise."""
        if text:
            self.layer.text(x, y, text, size=size, **{"va": "baseline", "ha": "left", "linespacing": 1.15, **style})

    def paragraph(self, x: float, top: float, lines: list[str], size: float, **style: Any) -> float:
        """Lines below each other from the top; returns where they end."""
        for line in lines:
            top -= _line(size)
            self.write(x, top + 0.25 * size / 72, line, size, **style)
        return top


def draw_front(run: Path, folder: Path) -> None:
    """Write ``front.png``, ``front.svg`` and their data ``front.csv`` into the folder."""
    data = read_run(run)
    folder.mkdir(parents=True, exist_ok=True)
    table_of(data).to_csv(
        folder / "front.csv", index=False, encoding="utf-8-sig", float_format="%.12g", lineterminator="\n"
    )
    with drawing_style():
        save(front_figure(data), folder / "front", words.title(data))


def front_figure(data: FrontData) -> Figure:
    """The figure, not yet written; to be called inside ``drawing_style``."""
    ruler, strip = Ruler(), strip_of(data)
    full = WIDTH - 2 * EDGE
    size = next((size for size in (TITLE, 12.0, 11.2) if ruler.width(words.title(data), size, "bold") <= full), TITLE)
    head = ruler.wrap(words.title(data), full, size, "bold", most=2)
    under_head = ruler.wrap(words.subtitle(data), full, BODY, most=2)
    intervals, target = bool(_visible_gaps(data).any()), data.settings["resilience_target"] is not None
    notes = [
        (ruler.wrap(words.every_plan_builds(data, strip), full, BODY, most=3), BODY, INK),
        (ruler.wrap(words.caption(data, intervals, target), full, SMALL, most=4), SMALL, GREY),
        (ruler.wrap(words.footer(data), full, SMALL, most=3), SMALL, GREY),
    ]
    top = 0.14 + len(head) * _line(TITLE) + len(under_head) * _line(BODY) + (0.62 if len(data.points) > 1 else 0.4)
    bottom = sum(len(lines) * _line(small) + 0.05 for lines, small, _ in notes if lines) + 0.12
    front = HEIGHT_OF_FRONT if len(data.points) > 1 else HEIGHT_OF_ONE
    height = top + front + BAND + HEAD + _rows_height(data, strip) + bottom
    floor = height - top - front
    page = _page(data, strip, ruler, height, floor, front)
    y = page.paragraph(EDGE, height - 0.14, head, size, weight="bold")
    page.paragraph(EDGE, y, under_head, BODY, color=GREY)
    _draw_points(page)
    _draw_connectors(page)
    _draw_side(page, floor + front + (0.45 if len(data.points) > 1 else 0.12), floor - BAND + 0.12)
    _draw_header(page, floor - BAND)
    y = _draw_rows(page, floor - BAND - HEAD) - 0.06
    for lines, small, colour in notes:
        y = page.paragraph(EDGE, y, lines, small, color=colour) - (0.05 if lines else 0)
    return page.figure


# ---- the page -----------------------------------------------------------------------------------


def _line(size: float) -> float:
    return LINE_HEIGHT * size / 72


def _page(data: FrontData, strip: Strip, ruler: Ruler, height: float, floor: float, front: float) -> Page:
    figure = Figure(figsize=(WIDTH, height), dpi=DPI)
    layer = figure.add_axes((0, 0, 1, 1), zorder=1)
    layer.set(xlim=(0, WIDTH), ylim=(0, height))
    layer.set_axis_off()
    page = Page(data, strip, ruler, figure, layer, height, floor, front, _columns(data), [], _limits(data))
    places = [page.at(data.points["extra_cost_musd"].iloc[row]) for row in page.columns]
    page.column_at = apart(places, COLUMN_GAP, LEFT + 0.2, LEFT + MAIN - 0.2)
    return page


def _columns(data: FrontData) -> list[int]:
    """The plans that get a column: all, or the lettered ones and some evenly between if there are too many."""
    count = len(data.points)
    if count <= MOST_COLUMNS:
        return list(range(count))
    lettered = [row for row in range(count) if data.points["letter"].iloc[row]]
    others = [row for row in range(count) if row not in lettered]
    room = MOST_COLUMNS - len(lettered)
    return sorted({*lettered, *(others[int((i + 0.5) * len(others) / room)] for i in range(room))})


def _limits(data: FrontData) -> tuple[float, float]:
    """The ends of the cost axis: all plans, and the proven range of the cheapest as far as it is short."""
    points = data.points
    below = float((points["cost_musd"].min() - points["bound_musd"]).max())
    extent = float(points["extra_cost_musd"].max())
    if extent <= 0:
        extent = below if below > 0 else max(0.01 * abs(float(points["cost_musd"].iloc[0])), 1e-6)
        return (-1.3 * extent, 1.3 * extent)
    return (-0.05 * extent - min(max(below, 0.0), 0.04 * extent), 1.05 * extent)


def _visible_gaps(data: FrontData) -> pd.Series[bool]:
    """Which plans' proven range is wider than their mark."""
    low, high = _limits(data)
    return (data.points["cost_musd"] - data.points["bound_musd"]) / (high - low) > 0.015


# ---- the front ----------------------------------------------------------------------------------


def _draw_points(page: Page) -> None:
    data, points = page.data, page.data.points
    axes: Any = page.figure.add_axes(
        (LEFT / WIDTH, page.floor / page.height, MAIN / WIDTH, page.front_height / page.height), zorder=2
    )
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(page.limits)
    axes.set_ylim(_resilience_limits(data))
    _draw_axes(page, axes)
    extra, share = points["extra_cost_musd"], points["resilience_percent"]
    axes.plot(extra, share, color=BLUE, lw=1.4, alpha=0.55, zorder=3, drawstyle="steps-post")
    for row in points[_visible_gaps(data)].itertuples():
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
            f"target {100 * target:g}{words.NBSP}%",
            (_free_place(page, 100 * target), 100 * target),
            xycoords=axes.get_yaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            size=SMALL,
            ha="right",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            zorder=2,
        )


def _free_place(page: Page, share: float) -> float:
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


def _draw_axes(page: Page, axes: Any) -> None:
    """Both cost axes and the resilience axis, with their ticks inside the frame."""
    data = page.data
    cheapest = float(data.points["cost_musd"].min())
    low, high = page.limits
    several = len(data.points) > 1
    mask = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    ticks = (
        _ticks(max(low, 0.0), high, 6)
        if several
        else [tick - cheapest for tick in _ticks(low + cheapest, high + cheapest, 5)]
    )
    labels = [_tick(value, ticks, plus=True) if several else _tick(value + cheapest, ticks) for value in ticks]
    what = "Extra cost over the cheapest plan" if several else "Total cost"
    axes.set_xticks(ticks, labels, size=BODY, bbox=mask)
    axes.set_xlabel(words.money_axis(data, what), size=BODY, bbox=mask, labelpad=3)
    bottom, ceiling = _resilience_limits(data)
    shares = [share for share in _ticks(bottom, ceiling, 7) if 0 <= share <= 100]
    axes.set_yticks(shares, [_tick(value, shares) for value in shares], size=BODY)
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
    totals = _ticks(low + cheapest, high + cheapest, 5)
    top.set_xticks(totals, [_tick(value, totals) for value in totals], size=SMALL)
    top.set_xlabel(words.money_axis(data, "Total cost"), size=SMALL, color=GREY, labelpad=4)
    top.tick_params(length=3)


def _resilience_limits(data: FrontData) -> tuple[float, float]:
    shown = [*data.points["resilience_percent"]]
    if data.settings["resilience_target"] is not None:
        shown.append(100 * data.settings["resilience_target"])
    low, high = min(shown), max(shown)
    margin = max(0.1 * (high - low), 0.2 if len(data.points) > 1 else 10.0)
    beyond = 0.08 * (high - low + 2 * margin)
    return max(low - margin, -beyond), min(high + margin, 100 + beyond)


def _ticks(low: float, high: float, most: int) -> list[float]:
    margin = 0.01 * (high - low)
    ticks = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(value) for value in ticks if low - margin / 100 <= value <= high - margin]


def _tick(value: float, ticks: list[float], plus: bool = False) -> str:
    """A tick's label with as many digits as the step between ticks needs."""
    step = min((after - before for before, after in pairwise(ticks)), default=1.0)
    digits = next((n for n in range(8) if abs(step * 10**n - round(step * 10**n)) < 1e-6 * 10**n * step), 8)
    text = f"{abs(value) if abs(value) < 1e-9 * step else value:,.{digits}f}".replace("-", "−")
    return f"+{text}" if plus and value > 1e-9 * step else text


# ---- from the points to the strip ---------------------------------------------------------------


def _draw_connectors(page: Page) -> None:
    """A line from each point straight down to the axis, then to its column."""
    points, floor = page.data.points, page.floor
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


def _draw_header(page: Page, top: float) -> None:
    """Each column's plan, extra cost and resilience; and what the strip is."""
    points = page.data.points
    money, size = _header_money(page)
    for row, column in zip(page.columns, page.column_at, strict=True):
        point = points.iloc[row]
        if point.letter:
            face, ink = (BLUE, "white") if point.gap_reached else ("white", BLUE)
            page.layer.plot([column], [top - 0.06], "o", ms=10.5, mfc=face, mec=BLUE, mew=1.4, zorder=3)
            page.write(
                column,
                top - 0.06,
                point.letter,
                SMALL,
                ha="center",
                va="center_baseline",
                weight="bold",
                color=ink,
                zorder=4,
            )
        else:
            page.write(
                column,
                top - 0.06,
                point.point,
                6.8,
                ha="center",
                va="center_baseline",
                color=GREY,
                zorder=4,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
        if len(points) > 1:
            page.write(column, top - 0.26, money[row], size, ha="center", color=INK)
        page.write(column, top - 0.39, words.percent(point.resilience_percent), size, ha="center", color=INK)
    if len(points) > 1:
        page.write(LEFT - 0.13, top - 0.26, "extra MUSD", 7.2, ha="right", color=GREY)
    page.write(LEFT - 0.13, top - 0.39, "served", 7.2, ha="right", color=GREY)
    heading = "What each plan builds" if len(points) > 1 else "What the plan builds"
    page.write(SIDE, top - 0.10, heading, BODY, weight="bold")
    say = words.marks_say(page.data, page.strip, len(page.columns))
    lines = page.ruler.wrap(say, SIDE_WIDTH, 7.0, most=2)
    page.paragraph(SIDE, top - 0.13, lines, 7.0, color=GREY)


def _header_money(page: Page) -> tuple[dict[int, str], float]:
    """Each column's extra cost, in full or, where columns are narrow, in thousands; and the type's size."""
    extra = {row: float(page.data.points["extra_cost_musd"].iloc[row]) for row in page.columns}
    room = min((right - left for left, right in pairwise(page.column_at)), default=1.0) - 0.03
    for write, size in ((words.musd, 7.2), (words.musd, 6.4), (words.short, 6.4)):
        texts = {row: f"+{write(cost)}" if cost > 0 else "0" for row, cost in extra.items()}
        if all(page.ruler.width(text, size) <= room for text in texts.values()):
            break
    return texts, size


# ---- the strip ----------------------------------------------------------------------------------


def _groups(data: FrontData, strip: Strip) -> list[tuple[str, list[str]]]:
    """The strip's rows by stage, in order."""
    stage = data.builds.drop_duplicates("asset").set_index("asset")["stage"]
    groups: list[tuple[str, list[str]]] = []
    for asset in strip.rows:
        if not groups or groups[-1][0] != stage[asset]:
            groups.append((stage[asset], []))
        groups[-1][1].append(asset)
    return groups


def _rows_height(data: FrontData, strip: Strip) -> float:
    lines = len(strip.rows) + (1 if strip.more or not strip.rows else 0)
    return ROW * lines + GROUP_GAP * (len(_groups(data, strip)) + 1)


def _draw_rows(page: Page, top: float) -> float:
    """The rows from the top down; returns where they end."""
    y = top
    for stage, assets in _groups(page.data, page.strip):
        y -= GROUP_GAP
        page.layer.plot(
            [LEFT - 0.07] * 2,
            [y - 0.03, y - ROW * len(assets) + 0.03],
            lw=3.2,
            solid_capstyle="butt",
            color=STAGE_COLOURS[stage],
        )
        lines = page.ruler.wrap(words.STAGE_WORDS[stage], LEFT - 0.13 - EDGE, SMALL, most=2)
        page.write(LEFT - 0.13, y - ROW * len(assets) / 2, "\n".join(lines), SMALL, ha="right", va="center")
        for asset in assets:
            y -= ROW
            _draw_row(page, asset, stage, y + ROW / 2)
    y -= GROUP_GAP
    if not page.strip.rows:
        y -= ROW
        nothing = "All plans build the same." if page.strip.everywhere else "Nothing is built."
        page.write(LEFT, y + 0.07, nothing, SMALL, color=GREY)
    if page.strip.more:
        y -= ROW
        page.write(SIDE, y + 0.11, page.ruler.cut(words.and_more(page.strip), SIDE_WIDTH, SMALL), SMALL, color=GREY)
    return y


def _draw_row(page: Page, asset: str, stage: str, y: float) -> None:
    """One asset: a mark where a plan builds it, joined where neighbours do, an empty ring where not."""
    built = page.data.builds[page.data.builds["asset"] == asset].set_index("point")
    colour = STAGE_COLOURS[stage]
    here = [page.data.points["point"].iloc[row] for row in page.columns]
    for number, (name, x) in enumerate(zip(here, page.column_at, strict=True)):
        if name not in built.index:
            page.layer.plot([x], [y], "o", ms=3.6, mfc="white", mec=FAINT, mew=0.8, zorder=2)
            continue
        if number + 1 < len(here) and here[number + 1] in built.index:
            page.layer.plot(
                [x, page.column_at[number + 1]],
                [y, y],
                color=colour,
                lw=6.5,
                alpha=0.28,
                zorder=2,
                solid_capstyle="butt",
            )
        page.write(
            x,
            y,
            words.mark(built.loc[name]),
            6.8,
            ha="center",
            va="center_baseline",
            zorder=4,
            weight="bold",
            color="white" if stage in WHITE_TEXT else INK,
            bbox={"boxstyle": "round,pad=0.32,rounding_size=0.75", "facecolor": colour, "edgecolor": "none"},
        )
    name, size = words.row_label(page.data, asset)
    room = SIDE_WIDTH - page.ruler.width(size, 7.0) - 0.08
    name = page.ruler.cut(name, room, BODY)
    page.write(SIDE, y, name, BODY, va="center_baseline")
    page.write(SIDE + page.ruler.width(name, BODY) + 0.08, y, size, 7.0, va="center_baseline", color=GREY)


# ---- the lettered plans in words ----------------------------------------------------------------


def _draw_side(page: Page, top: float, bottom: float) -> None:
    """What each lettered plan is, beside the front; the most resilient at the top, as on the front."""
    lettered = page.data.points[page.data.points["letter"] != ""].reset_index(drop=True)
    count = len(lettered)
    step = (top - bottom) / count
    heads = _line(BODY + 0.6) + _line(BODY) + 0.02
    most = max(1, int((step - heads - 0.08) / _line(SMALL)))
    y = top
    for number in reversed(range(count)):
        letter, reached = lettered["letter"].iloc[number], lettered["gap_reached"].iloc[number]
        face, ink = (BLUE, "white") if reached else ("white", BLUE)
        middle = y - 0.5 * _line(BODY)
        page.layer.plot([SIDE + 0.08], [middle], "o", ms=11, mfc=face, mec=BLUE, mew=1.5, zorder=3)
        page.write(
            SIDE + 0.08, middle, letter, SMALL, ha="center", va="center_baseline", weight="bold", color=ink, zorder=4
        )
        page.write(
            SIDE + 0.24,
            middle,
            words.heading(page.data, number),
            BODY + 0.6,
            va="center_baseline",
            weight="bold",
            color=BLUE,
        )
        below = page.paragraph(SIDE, y - _line(BODY + 0.6), [words.figures_of(page.data, number)], BODY, weight="bold")
        story = words.story_that_fits(page.data, number, partial(_fits, page, most))
        below = page.paragraph(SIDE, below, page.ruler.wrap(story, SIDE_WIDTH, SMALL, most=most), SMALL)
        y = below - 0.16


def _fits(page: Page, most: int, text: str) -> bool:
    return len(page.ruler.wrap(text, SIDE_WIDTH, SMALL)) <= most
