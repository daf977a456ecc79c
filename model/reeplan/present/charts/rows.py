"""Charts of rows: a name to the left, a mark on a common scale in the middle, words to the right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.present.charts.page import Page
from reeplan.present.charts.style import EDGE, FAINT, GREY, INK, LINE, SMALL, TINY
from reeplan.present.charts.ticks import tick_label, ticks_between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.present.figures.spec import View

HEAD, FOOT = 0.28, 0.44


@dataclass(frozen=True)
class Line:
    """What is written of a row: its name and what is below it; what is said of it and what is below that."""

    name: str
    under: str = ""
    says: str = ""
    under_says: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Layout:
    """Sizes in inches, the scale and its words."""

    low: float
    high: float
    axis: str
    names: float = 2.3
    says: float = 2.0
    row: float = 0.36
    plus: bool = False
    ticks: tuple[tuple[float, ...], tuple[str, ...]] | None = None


Key = tuple[str, "Callable[[Any, float, float], None]"]


def row_chart(
    view: View,
    title: str,
    subtitle: str,
    notes: Sequence[str],
    lines: Sequence[Line],
    layout: Layout,
    draw_row: Callable[[Any, int, float], None],
    keys: Sequence[Key] = (),
    headings: dict[int, str] | None = None,
) -> tuple[Page, Any]:
    """A page of rows. ``draw_row`` draws the mark of a row at a height of the axes.

    ``keys``: what marks mean, each drawn at a place of the page; ``headings``: words above some of the rows.
    """
    above, head = headings or {}, HEAD if keys else 0.06
    heading = 0.26
    body = head + layout.row * len(lines) + heading * len(above) + FOOT
    page = Page.of(view, title, subtitle, body, notes)
    left, bottom, top = EDGE + layout.names, page.floor + FOOT, page.ceiling - head
    axes = page.axes(left, bottom, page.right - layout.says - left, top - bottom)
    axes.set(xlim=(layout.low, layout.high), ylim=(bottom, top), yticks=[])
    places, labels = layout.ticks or _ticks(layout)
    axes.set_xticks(list(places), list(labels), size=SMALL)
    axes.set_xlabel(layout.axis, size=SMALL)
    axes.spines["left"].set_visible(False)
    x = left
    for label, mark in keys:
        mark(page.layer, x, page.ceiling - 0.11)
        page.write(x + 0.28, page.ceiling - 0.11, label, SMALL, va="center_baseline")
        x += 0.44 + page.ruler.width(label, SMALL)
    y = top
    for number, said in enumerate(lines):
        if number in above:
            y -= heading
            page.write(EDGE, y + 0.06, above[number], SMALL, weight="bold", color=INK)
        if number:
            page.layer.plot([EDGE, page.right], [y] * 2, color=FAINT if number in above else LINE, lw=0.6, zorder=0)
        middle = y - layout.row / 2
        for place in places:
            axes.plot([place, place], [y - layout.row, y], color=LINE, lw=0.8, zorder=0)
        _write(page, said, middle, layout)
        draw_row(axes, number, middle)
        y -= layout.row
    return page, axes


def _ticks(layout: Layout) -> tuple[list[float], list[str]]:
    ticks = ticks_between(layout.low, layout.high, 6)
    return ticks, [tick_label(tick, ticks, plus=layout.plus) for tick in ticks]


def _write(page: Page, said: Line, middle: float, layout: Layout) -> None:
    weight = "bold" if said.bold else "normal"
    room, up = layout.names - 0.1, 0.07
    style: dict[Any, Any] = {"va": "center_baseline"}
    if said.under:
        page.write(EDGE, middle + up, page.ruler.cut(said.name, room, SMALL, weight), SMALL, weight=weight, **style)
    else:
        write_name(page, EDGE, middle, said.name, room, weight)
    page.write(EDGE, middle - up, page.ruler.cut(said.under, room, TINY), TINY, color=GREY, **style)
    x, room = page.right - layout.says + 0.14, layout.says - 0.14
    page.write(x, middle + up * bool(said.under_says), page.ruler.cut(said.says, room, SMALL, weight), SMALL,
               weight=weight, **style)  # fmt: skip
    page.write(x, middle - up, page.ruler.cut(said.under_says, room, TINY), TINY, color=GREY, **style)


def write_name(page: Page, x: float, middle: float, name: str, room: float, weight: str = "normal") -> None:
    """A name around a height: on one line, or smaller on two."""
    style: dict[Any, Any] = {"va": "center_baseline", "weight": weight}
    if page.ruler.width(name, SMALL, weight) <= room:
        page.write(x, middle, name, SMALL, **style)
        return
    lines = page.ruler.wrap(name, room, TINY, weight, most=2)
    for number, text in enumerate(lines):
        page.write(x, middle + (0.06 if len(lines) > 1 else 0) - 0.12 * number, text, TINY, **style)


# ---- keys ---------------------------------------------------------------------------------------


def key_bar(**style: Any) -> Callable[[Any, float, float], None]:
    """A key that is a bar."""

    def draw(layer: Any, x: float, y: float) -> None:
        layer.barh([y], [0.22], 0.1, left=[x], **{"linewidth": 0, **style})

    return draw


def key_mark(mark: str, **style: Any) -> Callable[[Any, float, float], None]:
    """A key that is a mark."""

    def draw(layer: Any, x: float, y: float) -> None:
        layer.plot([x + 0.11], [y], mark, **style)

    return draw


def key_line(**style: Any) -> Callable[[Any, float, float], None]:
    """A key that is a line with ends."""

    def draw(layer: Any, x: float, y: float) -> None:
        layer.plot([x, x + 0.22], [y, y], **{"color": INK, "lw": 1.0, "marker": "|", "ms": 6, **style})

    return draw


def whisker(axes: Any, low: float, high: float, y: float, gid: str, **style: Any) -> None:
    """A range as a line with ends, an arrow where it leaves the frame."""
    left, right = axes.get_xlim()
    ends = [min(max(end, left), right) for end in (low, high)]
    look = {"color": INK, "lw": 1.0, **style}
    if ends[0] == ends[1] and low < high:  # wholly outside
        axes.plot([ends[0]], [y], ">" if low >= right else "<", color=look["color"], ms=4, zorder=5, clip_on=False)
        return
    axes.plot(ends, [y, y], zorder=5, gid=gid, **look)
    for end, shown, mark in ((low, ends[0], "<"), (high, ends[1], ">")):
        axes.plot([shown], [y], "|" if end == shown else mark, color=look["color"], ms=6 if end == shown else 4,
                  mew=1.1, zorder=5, clip_on=False)  # fmt: skip
