"""How wide what is printed may be, and how texts and tables are made to fit."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import click

from reeplan.words import NBSP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDEST, NARROWEST = 100, 24
"""Columns of a line: no more, because longer ones are hard to read; no fewer, because no word would fit."""

TOGETHER = re.compile(r"\d (?:(?:s|min|h|t|MUSD|MB)\b|%)|\breeplan [a-z]+(?: --resume)? [/.\w][^\s;]*")
"""A number with its unit, and a command that can be copied."""

TIED = "\ue000"
"""Stands for their blanks while a text is set in lines."""


def width(stream: IO[str] | None = None) -> int:
    """Columns for lines on a stream (None: standard output): those of its terminal, where it is one."""
    stream = sys.stdout if stream is None else stream
    try:
        there = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else WIDEST
    except (OSError, ValueError, AttributeError):  # nothing that has a size
        return WIDEST
    stated = os.environ.get("COLUMNS", "") if stream.isatty() else ""
    return max(NARROWEST, min(WIDEST, int(stated) if stated.isdigit() else there or WIDEST))


def lines(text: str, columns: int, first: str = "", rest: str | None = None) -> list[str]:
    """A text in lines of so many columns; words, paths, commands, and numbers with units stay in one piece."""
    wrapped = textwrap.wrap(
        TOGETHER.sub(lambda found: found[0].replace(" ", TIED), text.replace(NBSP, TIED)),
        columns,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(TIED, " ") for line in wrapped]


def say(text: str, *, err: bool = False, first: str = "", rest: str | None = None, whole: bool = False) -> None:
    """Print a text in lines that fit where it goes: standard output, or standard error.

    ``whole``: where that is no terminal, in one line, as whoever searches a log expects of a message.
    """
    stream = sys.stderr if err else sys.stdout
    one_line = [first + text.replace(NBSP, " ")] if whole and not stream.isatty() else []
    click.echo("\n".join(one_line or lines(text, width(stream), first, rest)), err=err)


def say_warning(text: str) -> None:
    """Say what is not as it should be and keeps nothing from being done."""
    click.echo(f"warning {text}", err=True)


def explained(names: Mapping[str, str], columns: int | None = None) -> list[str]:
    """Names with what each is, beside it, or under it where there is no room."""
    columns = columns or width()
    longest = max(map(len, names), default=0)
    beside = [f"  {name:<{longest}}  {what}" for name, what in names.items()]
    if all(len(line) <= columns for line in beside):
        return beside
    return [line for name, what in names.items() for line in (f"  {name}", *lines(what, columns, "    "))]


@dataclass(frozen=True)
class PrintedColumn:
    """A column of a table: its heading, its cells, and how wide it is where there is room."""

    heading: str
    cells: Sequence[str]
    width: int
    left: bool = False


def table(columns: Sequence[PrintedColumn], notes: Sequence[str], note: str = "", room: int | None = None) -> list[str]:
    """A table in lines; ``notes`` are what is said after the cells of each row, under the heading ``note``.

    Where it does not fit it is set closer, with headings over several lines; where that is still too wide, each row
    becomes a few lines, one for each of its cells.
    """
    room = room or width()
    if max(map(len, plain := _set(columns, notes, note, [column.width for column in columns])), default=0) <= room:
        return plain
    close = [max(map(len, [*column.heading.split(), *column.cells])) + 2 * (i > 0) for i, column in enumerate(columns)]
    if sum(close) <= room:
        return _set(columns, notes, note, close, room)
    return _stacked(columns, notes, note, room)


def _set(
    columns: Sequence[PrintedColumn], notes: Sequence[str], note: str, widths: Sequence[int], room: int | None = None
) -> list[str]:
    """Rows under headings; with ``room`` what does not fit after a row goes under it."""
    heads = [
        _heading(column.heading, wide if i else wide + 2)
        for i, (column, wide) in enumerate(zip(columns, widths, strict=True))
    ]
    deepest = max(map(len, heads))
    heads = [[""] * (deepest - len(head)) + head for head in heads]
    said = [
        _row(columns, widths, [head[i] for head in heads], note if i == deepest - 1 else "", room)
        for i in range(deepest)
    ]
    for i, after in enumerate(notes):
        said.append(_row(columns, widths, [column.cells[i] for column in columns], after, room))
    return [line for block in said for line in block]


def _heading(heading: str, wide: int) -> list[str]:
    return textwrap.wrap(heading, max(1, wide - 2), break_long_words=False)


def _row(
    columns: Sequence[PrintedColumn], widths: Sequence[int], cells: Sequence[str], after: str, room: int | None
) -> list[str]:
    set_cells = [
        cell.rjust(wide) if not column.left else cell.ljust(wide) if i == 0 else f"  {cell}".ljust(wide)
        for i, (column, wide, cell) in enumerate(zip(columns, widths, cells, strict=True))
    ]
    if after and not any(cells[1:]):  # nothing but words about it
        set_cells = set_cells[:1]
    row = "".join(set_cells)
    whole = f"{row}  {after}".rstrip() if after else row.rstrip()
    if room is None or len(whole) <= room:
        return [whole]
    return [row.rstrip(), *lines(after, room, "    ")]


def _stacked(columns: Sequence[PrintedColumn], notes: Sequence[str], note: str, room: int) -> list[str]:
    first, *others = columns
    longest = max(len(column.heading) for column in others)
    widest = max(len(cell) for column in others for cell in column.cells)
    said = []
    for i, after in enumerate(notes):
        said.append(first.cells[i])
        for column in others:
            if column.cells[i]:
                beside = f"  {column.heading:<{longest}}  {column.cells[i]:>{widest}}"
                said += [beside] if len(beside) <= room else lines(f"{column.heading} {column.cells[i]}", room, "  ")
        said += lines(f"{note} {after}".strip(), room, "  ") if after else []
    return said
