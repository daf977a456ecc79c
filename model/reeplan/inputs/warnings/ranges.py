"""Warnings about ranges: those that the case itself lies outside of, and those that change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.ranges import Range, resolve
from reeplan.inputs.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.reach import Chain
    from reeplan.inputs.rows import Row


def ranges(chain: Chain) -> Iterator[Problem]:
    """A present value outside its range, or a factor on nothing."""
    for row in chain.tables["ranges"]:
        found = resolve(row, chain.tables[row["table"]], chain.tables.settings)
        if found.change == "times" and not any(cell.present for cell in found.cells):
            yield _told(row, "change", "what it multiplies is 0, so nothing varies.", "write to, or plus.")
        elif outside := _outside(found):
            yield _told(row, "low", outside, "the case lies outside its own range: is one of the two a slip?")


def _outside(found: Range) -> str:
    """The present value that lies outside low to high, in words."""
    if found.change != "to":
        neutral = found.neutral or 0.0
        if found.low <= neutral <= found.high:
            return ""
        return f"{found.low:.10g} to {found.high:.10g} leaves out {neutral:g}, at which nothing changes."
    for cell in found.cells:
        if cell.present is None or not found.low <= cell.present <= found.high:
            present = "none" if cell.present is None else f"{cell.present:.10g}"
            ends = f"{found.low:.10g} to {found.high:.10g}"
            return f"the present value ({present}) of '{cell.place.row}' is outside {ends}."
    return ""


def _told(row: Row, column: str, message: str, hint: str) -> Problem:
    return Problem(row.file, row.line, column, message, hint)
