"""What the plans of a front spend their money on: each part's difference to the cheapest plan, drawn and in numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan import words
from reeplan.outputs.spec.plans import FRONT
from reeplan.present.charts.marks import stacked
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import BLUE, GREEN, INDIGO, ORANGE, SKY, VERMILION, YELLOW
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import EDGE, GREY, INK, LINE, SMALL, TINY
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = {
    "annuities": BLUE, "fixed": SKY, "process": ORANGE, "purchases": VERMILION, "transport": INDIGO,
    "holding": "#666666", "restock": GREEN, "shortage": INK, "sales": YELLOW,
}  # fmt: skip
PARTS = {part: (FRONT.column(f"{part}_musd").heading, colour) for part, colour in COLOURS.items()}
"""Every part of the cost, in the order of the figure: what it is called and its colour."""

MOST_COLUMNS = 13
NAMES, NAMES_WIDTH = EDGE + 0.16, 1.98
CHART = NAMES + NAMES_WIDTH + 0.3
HEIGHT, ROW = 2.35, 0.21
SEEN = 0.5
"""MUSD: a smaller difference is written as a point."""


def table(view: View) -> pd.DataFrame:
    """One row a plan and part: what it costs, and how much more that is than in the cheapest plan."""
    front = view.run.front
    rows = [
        {
            "point": row["point"],
            "resilience_percent": 100 * row["resilience"],
            "part": part,
            "musd": row[f"{part}_musd"],
            "over_cheapest_musd": row[f"{part}_musd"] - front[f"{part}_musd"].iloc[0],
        }
        for row in front.to_dict("records")
        for part in PARTS
    ]
    return pd.DataFrame(rows)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What the most resilient plan spends more on, and what it saves."""
    first, last = table["point"].iloc[0], table["point"].iloc[-1]
    cheapest = table[table["point"] == first].set_index("part")
    if first == last or _net(table, last) <= 0:
        parts = cheapest["musd"].sort_values(ascending=False)
        share = words.percent(100 * parts.iloc[0] / parts.sum()) if parts.sum() > 0 else "0"
        return f"{_name(parts.index[0])}: {share} of the {words.musd(parts.sum())} MUSD that the plan costs"
    change = table[table["point"] == last].set_index("part")["over_cheapest_musd"].sort_values()
    net = f"{words.musd(_net(table, last))} MUSD"
    more, less = change.index[-1], change.index[0]
    text = f"The most resilient plan costs {net} more: {_name(more).lower()} +{words.musd(change[more])}"
    return f"{text}, {_name(less).lower()} −{words.musd(-change[less])}" if change[less] < -SEEN else text


def alt(view: View, table: pd.DataFrame) -> str:
    """The cheapest plan's largest parts, and the most resilient plan's differences."""
    first, last = table["point"].iloc[0], table["point"].iloc[-1]
    parts = table[table["point"] == first].set_index("part")["musd"].sort_values(ascending=False)
    largest = words.join_and([f"{_name(part).lower()} {words.musd(parts[part])} MUSD" for part in parts.index[:3]])
    text = f"The cheapest plan costs {words.musd(parts.sum())} MUSD; its largest parts are {largest}."
    return text if first == last else f"{text} {title(view, table)}."


def _name(part: Any) -> str:
    return PARTS[str(part)][0]


def _net(table: pd.DataFrame, point: str) -> float:
    return float(table["over_cheapest_musd"][table["point"] == point].sum())


def _difference(musd: float) -> str:
    if abs(musd) < SEEN:
        return "·"
    return f"{musd:+,.0f}".replace("-", "−")


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Bars of differences over the same differences in numbers, a column a plan."""
    run = view.run
    shown = _columns(list(dict.fromkeys(table["point"])))
    parts = [part for part in PARTS if (table["musd"][table["part"] == part].abs() > SLIGHT).any()]
    several = len(shown) > 1
    height = HEIGHT if several else 0.0
    body = height + 0.62 + ROW * (len(parts) + 1) + 0.12
    some = "" if len(shown) == table["point"].nunique() else f"{len(shown)} of {table['point'].nunique()} plans. "
    page = Page.of(
        view,
        title(view, table),
        f"{years_and_money(run)}, disruptions weighted by their probability",
        body,
        [f"{some}Numbers: the cheapest plan's cost, and every other plan's difference to it." if several else ""],
    )
    step = (page.right - CHART) / max(len(shown), 4)
    at = [CHART + step * (number + 0.5) for number in range(len(shown))]
    if several:
        _draw_bars(page, table, shown, parts, at, min(0.5, step * 0.72))
    _draw_numbers(view, page, table, shown, parts, at)
    return page.figure


def _columns(points: list[str]) -> list[str]:
    """All plans, or the ends and some evenly between if there are too many."""
    if len(points) <= MOST_COLUMNS:
        return points
    last = len(points) - 1
    return [points[round(number * last / (MOST_COLUMNS - 1))] for number in range(MOST_COLUMNS)]


def _draw_bars(
    page: Page, table: pd.DataFrame, shown: list[str], parts: list[str], at: list[float], width: float
) -> None:
    bottom = page.ceiling - HEIGHT
    axes = page.axes(CHART, bottom, page.right - CHART, HEIGHT - 0.05)
    axes.set(xlim=(CHART, page.right), xticks=[])
    ends = [0.0]
    for point, x in zip(shown, at, strict=True):
        change = table[table["point"] == point].set_index("part")["over_cheapest_musd"]
        ends += stacked(axes, x, [(float(change[part]), PARTS[part][1], part) for part in parts], width, upright=True)
        axes.plot([x], [float(change.sum())], "D", ms=5, mfc="white", mec=INK, mew=1.3, zorder=5)
    _say_how_to_read(page)
    axes.axhline(0, color=GREY, lw=0.9, zorder=3)
    axes.spines["bottom"].set_visible(False)
    scale = Scale.covering(ends, label="Difference to the cheapest plan (MUSD)", plus=True)
    scale.dress(axes, "y", most=7)


def _say_how_to_read(page: Page) -> None:
    y = page.ceiling - 0.1
    for text in ("Above the line: costs more", "than in the cheapest plan.", "Below it: costs less."):
        page.write(EDGE, y - 0.06, text, SMALL, color=GREY)
        y -= 0.16
    page.layer.plot([EDGE + 0.05], [y - 0.03], "D", ms=5, mfc="white", mec=INK, mew=1.3)
    page.write(EDGE + 0.18, y - 0.03, "the sum", SMALL, va="center_baseline", color=GREY)


def _draw_numbers(
    view: View, page: Page, table: pd.DataFrame, shown: list[str], parts: list[str], at: list[float]
) -> None:
    """Plans, what they serve, their parts and their sum, each column under its bars."""
    top = page.ceiling - (HEIGHT if len(shown) > 1 else 0.0) - 0.08
    served = table.drop_duplicates("point").set_index("point")["resilience_percent"]
    keyed = table.set_index(["point", "part"])
    over, musd = keyed["over_cheapest_musd"].to_dict(), keyed["musd"].to_dict()
    columns = [
        [
            words.display_name(point),
            words.percent(float(served[point])),
            *([_cost(musd[point, part]) for part in parts] if number == 0 else []),
            *([_difference(over[point, part]) for part in parts] if number else []),
            _cost(sum(musd[point, part] for part in PARTS)) if number == 0 else _difference(_net(table, point)),
        ]
        for number, point in enumerate(shown)
    ]
    room = min((after - before for before, after in pairwise(at)), default=1.0) - 0.06
    size = _size_that_fits(page, columns, room)
    widths = [min(room, max(page.ruler.width(cell, size, "bold") for cell in column)) for column in columns]
    names = ["Plan", "served in disruption", *[PARTS[part][0] for part in parts], "Sum, MUSD"]
    for number, name in enumerate(names):
        y = top - ROW * number - ROW / 2 - (0.1 if number > 1 else 0.0) - (0.06 if number == len(names) - 1 else 0.0)
        strong = "bold" if number in (0, len(names) - 1) else "normal"
        if 2 <= number < len(names) - 1:
            page.box(EDGE, y - 0.06, 0.11, 0.12, facecolor=PARTS[parts[number - 2]][1])
        page.fit(NAMES, y, name, NAMES_WIDTH, weight=strong)
        for column, x, wide in zip(columns, at, widths, strict=True):
            page.fit(x + wide / 2, y, column[number], room, size, ha="right", weight=strong)
        if number in (1, len(names) - 2):
            page.layer.plot([EDGE, page.right], [y - ROW / 2 - 0.03] * 2, color=LINE, lw=0.9)


def _cost(musd: float) -> str:
    return "0" if abs(musd) < SEEN else f"{musd:,.0f}".replace("-", "−")


def _size_that_fits(page: Page, columns: list[list[str]], room: float) -> float:
    """The largest type in which the widest number fits its column."""
    sizes = (SMALL, TINY, 6.4)
    widest = [max(page.ruler.width(cell, size, "bold") for column in columns for cell in column) for size in sizes]
    return next((size for size, width in zip(sizes, widest, strict=True) if width <= room), sizes[-1])


FIGURE = FigureSpec(
    name="cost-parts", heading="What the money is spent on", per="run", table=table, title=title, alt=alt, draw=draw
)
