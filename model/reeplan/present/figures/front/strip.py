"""Under the front: a row for each asset that plans build differently, a column for each plan."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from reeplan.present.charts.marks import bracket
from reeplan.present.charts.style import BODY, FAINT, GREY, INK, SMALL, STAGE_COLOURS, text_on
from reeplan.present.figures.front import words
from reeplan.present.figures.front.page import GROUP_GAP, LEFT, ROW, SIDE, SIDE_WIDTH, FrontPage
from reeplan.words import musd, percent, short

if TYPE_CHECKING:
    from reeplan.present.figures.front.data import FrontData, Strip


def draw_header(page: FrontPage, top: float) -> None:
    """Each column's plan, extra cost and resilience; and what the strip is."""
    points = page.data.points
    money, size = _header_money(page)
    for row, column in zip(page.columns, page.column_at, strict=True):
        point = points.iloc[row]
        if point.letter:
            page.letter(column, top - 0.06, point.letter, point.gap_reached, 10.5)
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
        page.write(column, top - 0.39, percent(point.resilience_percent), size, ha="center", color=INK)
    if len(points) > 1:
        page.write(LEFT - 0.13, top - 0.26, "extra MUSD", 7.2, ha="right", color=GREY)
    page.write(LEFT - 0.13, top - 0.39, "served", 7.2, ha="right", color=GREY)
    heading = "What each plan builds" if len(points) > 1 else "What the plan builds"
    page.write(SIDE, top - 0.10, heading, BODY, weight="bold")
    say = words.marks_say(page.data, page.strip, len(page.columns))
    lines = page.ruler.wrap(say, SIDE_WIDTH, 7.0, most=2)
    page.paragraph(SIDE, top - 0.13, lines, 7.0, color=GREY)


def _header_money(page: FrontPage) -> tuple[dict[int, str], float]:
    """Each column's extra cost, in full or, where columns are narrow, in thousands; and the type's size."""
    extra = {row: float(page.data.points["extra_cost_musd"].iloc[row]) for row in page.columns}
    room = min((right - left for left, right in pairwise(page.column_at)), default=1.0) - 0.03
    for write, size in ((musd, 7.2), (musd, 6.4), (short, 6.4)):
        texts = {row: f"+{write(cost)}" if cost > 0 else "0" for row, cost in extra.items()}
        if all(page.ruler.width(text, size) <= room for text in texts.values()):
            break
    return texts, size


def _groups(data: FrontData, strip: Strip) -> list[tuple[str, list[str]]]:
    """The strip's rows by stage, in order."""
    stage = data.builds.drop_duplicates("asset").set_index("asset")["stage"]
    groups: list[tuple[str, list[str]]] = []
    for asset in strip.rows:
        if not groups or groups[-1][0] != stage[asset]:
            groups.append((stage[asset], []))
        groups[-1][1].append(asset)
    return groups


def rows_height(data: FrontData, strip: Strip) -> float:
    """How much room the rows need, inches."""
    lines = len(strip.rows) + (1 if strip.more or not strip.rows else 0)
    return ROW * lines + GROUP_GAP * (len(_groups(data, strip)) + 1)


def draw_rows(page: FrontPage, top: float) -> float:
    """The rows from the top down; returns where they end."""
    y = top
    for stage, assets in _groups(page.data, page.strip):
        y -= GROUP_GAP
        bracket(page, stage, LEFT - 0.07, y, y - ROW * len(assets))
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
        page.fit(SIDE, y + 0.11, words.and_more(page.strip), SIDE_WIDTH, va="baseline", color=GREY)
    return y


def _draw_row(page: FrontPage, asset: str, stage: str, y: float) -> None:
    """One asset: a mark where a plan builds it, joined where neighbours do, an empty ring where not."""
    built = page.data.builds[page.data.builds["asset"] == asset].set_index("point")
    colour = STAGE_COLOURS[stage]
    here = [page.data.points["point"].iloc[row] for row in page.columns]
    swaps = page.data.exchangeable
    exchangeable = set(swaps[swaps["asset"] == asset]["point"])
    for number, (name, x) in enumerate(zip(here, page.column_at, strict=True)):
        if name not in built.index:
            page.layer.plot([x], [y], "o", ms=3.6, mfc="white", mec=FAINT, mew=0.8, zorder=2)
            if name in exchangeable:
                _dash(page, x, y)
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
            color=text_on(colour),
            bbox={"boxstyle": "round,pad=0.32,rounding_size=0.75", "facecolor": colour, "edgecolor": "none"},
        )
        if name in exchangeable:
            _dash(page, x, y)
    name, size = words.row_label(page.data, asset)
    room = SIDE_WIDTH - page.ruler.width(size, 7.0) - 0.08
    name = page.ruler.cut(name, room, BODY)
    page.write(SIDE, y, name, BODY, va="center_baseline")
    page.write(SIDE + page.ruler.width(name, BODY) + 0.08, y, size, 7.0, va="center_baseline", color=GREY)


def _dash(page: FrontPage, x: float, y: float) -> None:
    """What could be exchanged within the gap: a dashed line around the mark."""
    page.write(
        x, y, "    ", 6.8, ha="center", va="center_baseline", zorder=5,
        bbox={"boxstyle": "round,pad=0.46,rounding_size=0.9", "facecolor": "none", "edgecolor": INK, "linewidth": 0.9,
              "linestyle": (0, (2, 1.6))},
    )  # fmt: skip
