"""Charts of rows: a name to the left, a mark on a common scale in the middle, words to the right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reeplan.present.charts.key import height_of_keys
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, LINE, SMALL, TINY, WIDTH, TextMeasurer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reeplan.present.charts.key import Key
    from reeplan.present.charts.scale import Scale
    from reeplan.present.figures.spec import View

FOOT, HEADING = 0.44, 0.26
"""Inches below the rows for the axis, and above a row for its heading."""
BIG, ORDINARY, SMALLER = (BODY, SMALL), (SMALL, TINY), (TINY, TINY)
"""Sizes of what is written in a row: of its first line, and of those below."""


@dataclass(frozen=True)
class Line:
    """What is written of a row: its name and what is below it; what is said of it, line by line.

    ``colour``: of a square before the name.
    """

    name: str
    under: str = ""
    says: str = ""
    under_says: str = ""
    last: str = ""
    bold: bool = False
    colour: str = ""


@dataclass(frozen=True)
class Layout:
    """Sizes in inches, the scale, and the sizes of type to the left and to the right."""

    scale: Scale
    names: float = 2.3
    says: float = 2.0
    row: float = 0.36
    type: tuple[float, float] = ORDINARY
    type_of_says: tuple[float, float] = ORDINARY


@dataclass(frozen=True)
class RowChart:
    """What a page of rows shows.

    ``draw_row`` draws the mark of a row at a height of the axes. ``keys``: what marks mean. ``headings``: words above
    some of the rows, with the colour of a square before them or none. ``head``: inches above the first row where there
    are no keys.
    """

    lines: Sequence[Line]
    layout: Layout
    draw_row: Callable[[Any, int, float], Any]
    keys: Sequence[Key] = ()
    headings: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    head: float = 0.06


def row_chart(view: View, title: str, subtitle: str, notes: Sequence[str], chart: RowChart) -> tuple[Page, Any]:
    """A page of rows and the axes of their marks, which are in inches upwards."""
    layout = chart.layout
    left = EDGE + layout.names
    width = WIDTH - EDGE - left
    head = height_of_keys(TextMeasurer(), chart.keys, width) + 0.07 if chart.keys else chart.head
    page = Page.of(view, title, subtitle, head + height_of(chart), notes)
    if chart.keys:
        page.legend(left, page.ceiling, chart.keys, width)
    return page, draw_rows(page, page.ceiling - head, chart)


def height_of(chart: RowChart) -> float:
    """The height of the rows with their axis, without their keys."""
    return chart.layout.row * len(chart.lines) + HEADING * len(chart.headings) + FOOT


def draw_rows(page: Page, top: float, chart: RowChart) -> Any:
    """Rows on a page, from a height down; returns the axes of their marks."""
    layout, scale = chart.layout, chart.layout.scale
    left, bottom = EDGE + layout.names, top - height_of(chart) + FOOT
    axes = page.axes(left, bottom, page.right - layout.says - left, top - bottom)
    axes.set(ylim=(bottom, top), yticks=[])
    scale.dress(axes, grid=False)
    axes.spines["left"].set_visible(False)
    y = top
    for number, said in enumerate(chart.lines):
        if number in chart.headings:
            y -= HEADING
            _write_heading(page, y, *chart.headings[number])
        if number:
            colour = FAINT if number in chart.headings else LINE
            page.layer.plot([EDGE, page.right], [y] * 2, color=colour, lw=0.6, zorder=0)
        middle = y - layout.row / 2
        for place in axes.get_xticks():
            axes.plot([place, place], [y - layout.row, y], color=LINE, lw=0.8, zorder=0)
        _write(page, said, middle, layout)
        chart.draw_row(axes, number, middle)
        y -= layout.row
    return axes


def _write_heading(page: Page, y: float, text: str, colour: str) -> None:
    if colour:
        page.box(EDGE, y + 0.055, 0.11, 0.11, facecolor=colour)
    page.write(EDGE + 0.18 * bool(colour), y + 0.06, text, SMALL, weight="bold")


def _write(page: Page, said: Line, middle: float, layout: Layout) -> None:
    weight = "bold" if said.bold else "normal"
    start = EDGE + 0.18 * bool(said.colour)
    room = layout.names - 0.1 - (start - EDGE)
    if said.colour:
        page.box(EDGE, middle - 0.06, 0.12, 0.12, facecolor=said.colour)
    if said.under or layout.type is not ORDINARY:
        _write_below_each_other(page, start, middle, room, [said.name, said.under], layout.type, weight)
    else:
        write_name(page, start, middle, said.name, room, weight)
    words = [said.says, said.under_says, said.last]
    right = page.right - layout.says + 0.14
    _write_below_each_other(page, right, middle, layout.says - 0.14, words, layout.type_of_says, weight)


def _write_below_each_other(
    page: Page, x: float, middle: float, room: float, words: Sequence[str], sizes: tuple[float, float], weight: str
) -> None:
    words = [text for text in words if text]
    between = 0.14 if sizes[0] < BODY else 0.17
    for place, text in enumerate(words):
        look = {"color": GREY} if place else {"weight": weight}
        page.fit(x, middle + between * ((len(words) - 1) / 2 - place), text, room, sizes[bool(place)], **look)


def write_name(page: Page, x: float, middle: float, name: str, room: float, weight: str = "normal") -> None:
    """A name around a height: on one line, or smaller on two."""
    style: dict[Any, Any] = {"va": "center_baseline", "weight": weight}
    if page.ruler.width(name, SMALL, weight) <= room:
        page.write(x, middle, name, SMALL, **style)
        return
    lines = page.ruler.wrap(name, room, TINY, weight, most=2)
    for number, text in enumerate(lines):
        page.write(x, middle + (0.06 if len(lines) > 1 else 0) - 0.12 * number, text, TINY, **style)
