"""Tables of coloured cells: names to the left, columns in blocks side by side, below each other where too wide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, LINE, SMALL, TINY, WIDTH, TextMeasurer, line
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reeplan.present.figures.spec import View

SECTION, BELOW = 0.26, 0.12
"""Inches above rows for the heading of a section, and below all rows."""


class Said(NamedTuple):
    """A line within a cell."""

    text: str
    size: float = TINY
    weight: str = "normal"
    colour: str = INK


class ColouredCell(NamedTuple):
    """A cell's colour, its lines of text, the width and colour of its frame, and its name in the drawing."""

    colour: str
    lines: Sequence[Said]
    frame: float = 0.0
    frame_colour: str = LINE
    gid: str = "cell"


Block = tuple[str, "Sequence[Any]"]
"""A heading, and the columns below it."""


@dataclass(frozen=True)
class Widths:
    """Inches: of the names, of a cell at least and at most, between blocks, and of a block at least."""

    names: float
    cell: float
    widest: float
    gap: float = 0.0
    block: float = 0.0

    def of_block(self, block: Block, cell: float) -> float:
        """How wide a block is."""
        return max(len(block[1]) * cell, self.block)

    def of_band(self, band: Sequence[Block], cell: float) -> float:
        """How wide blocks are side by side."""
        return sum(self.of_block(block, cell) + self.gap for block in band) - self.gap

    def bands(self, blocks: Sequence[Block], first: Sequence[Any] = ()) -> tuple[list[list[Block]], float]:
        """Blocks in as many bands as the page's width asks for, and the width of a cell; a wide block is parted.

        ``first``: columns that stand at the beginning of every part of a block.
        """
        room = WIDTH - 2 * EDGE - self.names
        most = max(1, int((room + SLIGHT) / self.cell) - len(first))
        parts = [
            (heading, [*first, *columns[start : start + most]])
            for heading, columns in blocks
            for start in range(0, max(len(columns), 1), most)
        ]
        bands: list[list[Block]] = [[]]
        for part in parts:
            if bands[-1] and self.of_band([*bands[-1], part], self.cell) > room + SLIGHT:
                bands.append([])
            bands[-1].append(part)
        cell = self.cell
        while cell + 0.01 <= self.widest and all(self.of_band(band, cell + 0.01) <= room for band in bands):
            cell += 0.01
        return bands, cell


@dataclass(frozen=True)
class Grid:
    """What a table of cells shows.

    ``bands`` and ``wide`` are what ``Widths.bands`` gives. ``sections``: a heading or none, and rows. ``cells``: by row
    and column. ``write_name`` writes a row's name around a height, ``write_head`` a column's around its
    middle, from the top of the first row upwards, no wider than given; ``head``: the room for that. ``ruled``: a line
    above every row.
    """

    widths: Widths
    bands: Sequence[Sequence[Block]]
    wide: float
    row: float
    sections: Sequence[tuple[str, Sequence[Any]]]
    cells: Mapping[tuple[Any, Any], ColouredCell]
    write_name: Callable[[Page, Any, float], Any]
    write_head: Callable[[Page, Any, float, float, float], Any]
    head: float
    ruled: bool = False


def cell_chart(view: View, title: str, subtitle: str, notes: Sequence[str], grid: Grid, above: float = 0.0) -> Page:
    """A page with a table of cells; ``above``: inches left free over it."""
    ruler = TextMeasurer()
    heads = [grid.head + line(SMALL) * max(len(_heading(ruler, grid, block)) for block in band) for band in grid.bands]
    rows = sum(SECTION * bool(heading) + grid.row * len(names) for heading, names in grid.sections)
    body = above + sum(head + rows + BELOW for head in heads)
    page = Page.of(view, title, subtitle, body, notes)
    top = page.ceiling - above
    for band, head in zip(grid.bands, heads, strict=True):
        _draw_band(page, grid, band, top - head)
        top -= head + rows + BELOW
    return page


def _heading(ruler: TextMeasurer, grid: Grid, block: Block) -> list[str]:
    room = grid.widths.of_block(block, grid.wide) - 0.04
    return ruler.wrap(block[0], room, SMALL, "bold", most=4) if block[0] else []


def _draw_band(page: Page, grid: Grid, band: Sequence[Block], floor: float) -> None:
    """Blocks side by side; ``floor``: where their heads end."""
    places, x = [], EDGE + grid.widths.names
    for block in band:
        lines = _heading(page.ruler, grid, block)
        page.paragraph(x, floor + grid.head + len(lines) * line(SMALL), lines, SMALL, weight="bold")
        places += [(column, x + grid.wide * number) for number, column in enumerate(block[1])]
        x += grid.widths.of_block(block, grid.wide) + grid.widths.gap
    for column, left in places:
        grid.write_head(page, column, left + grid.wide / 2, floor, grid.wide)
    y = floor
    for heading, names in grid.sections:
        if heading:
            y -= SECTION
            page.write(EDGE, y + 0.06, heading, SMALL, weight="bold")
        for name in names:
            if grid.ruled:
                page.layer.plot([EDGE, places[-1][1] + grid.wide], [y, y], color=LINE, lw=0.6, zorder=0)
            grid.write_name(page, name, y - grid.row / 2)
            for column, left in places:
                cell = grid.cells.get((name, column))
                if cell is not None:
                    _draw_cell(page, cell, left, y, grid)
            y -= grid.row


def _draw_cell(page: Page, cell: ColouredCell, left: float, top: float, grid: Grid, inset: float = 0.015) -> None:
    wide, high = grid.wide - 2 * inset, grid.row - 2 * inset
    page.box(left + inset, top - grid.row + inset, wide, high, facecolor=cell.colour, gid=cell.gid,
             edgecolor=cell.frame_colour, linewidth=cell.frame)  # fmt: skip
    lines = [said for said in cell.lines if said.text]
    between = min(0.16, (grid.row - 0.06) / max(len(lines), 1))
    for place, said in enumerate(lines):
        y = top - grid.row / 2 + between * ((len(lines) - 1) / 2 - place)
        page.fit(left + grid.wide / 2, y, said.text, grid.wide - 0.05, said.size, ha="center", weight=said.weight,
                 color=said.colour)  # fmt: skip


def write_column(page: Page, name: str, under: Sequence[str], middle: float, floor: float, wide: float) -> None:
    """A column's name over small lines of what is to know of it."""
    size = next((size for size in (BODY, SMALL) if page.ruler.width(name, size, "bold") <= wide - 0.04), TINY)
    top = floor + 0.08 + len(under) * line(TINY)
    page.fit(middle, top, name, wide - 0.04, size, va="baseline", weight="bold", ha="center")
    for place, text in enumerate(under):
        y = top - (place + 1) * line(TINY) - 0.01
        page.fit(middle, y, text, wide - 0.02, TINY, va="baseline", ha="center", color=GREY)
