"""Tables as the page shows them: every cell as text, with the number it sorts by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from reeplan.tolerances import SLIGHT

NBSP = "\u00a0"
NONE = "–"


@dataclass(frozen=True)
class Cell:
    """What is read, and the number that the column sorts by; without one it sorts as text.

    ``link``: the plan that a click on the cell chooses. ``alarm``: a bad value, set in bold.
    """

    text: str
    value: float | None = None
    link: str = ""
    alarm: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading; ``over`` is what neighbours with the same word there have in common."""

    heading: str
    over: str = ""
    number: bool = False


@dataclass
class Grid:
    """A table: ``name`` is the same for the same table of every plan; ``note`` stands under it."""

    name: str
    caption: str
    columns: list[Heading]
    rows: list[list[Cell]] = field(default_factory=list)
    note: str = ""

    def add(self, *cells: Cell | str) -> None:
        """Append a row; the first cell names it."""
        self.rows.append([cell if isinstance(cell, Cell) else Cell(cell) for cell in cells])

    @property
    def overs(self) -> list[tuple[str, int]]:
        """The line above the headings: each word once, with the number of columns that it stands over."""
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and column.over and spans[-1][0] == column.over:
                spans[-1] = (column.over, spans[-1][1] + 1)
            else:
                spans.append((column.over, 1))
        return spans if any(word for word, _ in spans) else []


def text(heading: str, over: str = "") -> Heading:
    """A column of words."""
    return Heading(heading, over)


def number(heading: str, over: str = "") -> Heading:
    """A column of numbers."""
    return Heading(heading, over, number=True)


def amount(value: float, digits: int = 0) -> Cell:
    """A number with thousands separated; nothing where there is none.

    >>> amount(1234.56, 1).text, amount(float("nan")).text, amount(-0.0001, 1).text
    ('1,234.6', '–', '0.0')
    """
    if math.isnan(value):
        return Cell(NONE)
    rounded = round(value, digits) or 0.0
    return Cell(f"{rounded:,.{digits}f}".replace("-", "−"), value)


def share(value: float, digits: int = 1, alarm_below: float = -1.0) -> Cell:
    """A fraction as a percentage that says 100 only for all of it.

    >>> share(0.8526).text, share(0.99999).text, share(1.0).text
    ('85.3\\xa0%', '99.9\\xa0%', '100.0\\xa0%')
    """
    if math.isnan(value):
        return Cell(NONE)
    shown = 100 * value
    if 100 - 0.5 * 10**-digits <= shown < 100 - SLIGHT:
        shown = 100 - 10.0**-digits
    rounded = round(shown, digits) or 0.0
    return Cell(f"{rounded:.{digits}f}{NBSP}%".replace("-", "−"), value, alarm=value < alarm_below)


def year(value: float) -> Cell:
    """A year; nothing where there is none."""
    return Cell(NONE) if math.isnan(value) else Cell(f"{value:.0f}", value)


def module(value: float) -> Cell:
    """A number of modules: whole ones as such.

    >>> module(2.0).text, module(0.4).text
    ('2', '0.4')
    """
    return Cell(NONE) if math.isnan(value) or value == 0 else Cell(f"{value:.3g}", value)
