"""What a row of ``ranges`` stands for: which cells, and which value each takes somewhere between low and high."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reeplan.inputs.names import did_you_mean, listing, quoted
from reeplan.inputs.spec import SETTINGS, TABLES, VARIED_SETTINGS, Column

ANY = "*"
Rows = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """One cell of a case: its table, its row's key, its column."""

    table: str
    key: tuple[Any, ...]
    column: str

    @property
    def row(self) -> str:
        """The row in words: its key."""
        return " / ".join(str(part) for part in self.key if part is not None)


@dataclass(frozen=True)
class VariedCell:
    """A place that varies, with its present value and the column's rules."""

    place: Place
    present: Any
    rules: Column


class RangeError(Exception):
    """What is wrong with a row of ``ranges``: in which column, and how to fix it."""

    def __init__(self, column: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


class NoSuchRowError(RangeError):
    """A row of ``ranges`` names no row of its table."""


class SaidOtherwiseError(RangeError):
    """A row of ``ranges`` names a column that its row leaves empty, since another one says the same."""


@dataclass(frozen=True)
class Range:
    """One row of ``ranges`` with the cells that it moves."""

    row: Rows
    cells: tuple[VariedCell, ...]

    @property
    def low(self) -> float:
        """The lower end, as ``change`` says."""
        return float(self.row["low"])

    @property
    def high(self) -> float:
        """The upper end."""
        return float(self.row["high"])

    @property
    def change(self) -> str:
        """What low and high are: to, times or plus."""
        return str(self.row["change"])

    @property
    def whole(self) -> bool:
        """Whether only whole numbers lie between low and high."""
        return self.change != "times" and self.cells[0].rules.kind == "integer"

    @property
    def unit(self) -> str:
        """The unit of low and high."""
        return "factor" if self.change == "times" else self.cells[0].rules.unit

    @cached_property
    def neutral(self) -> float | None:
        """The amount at which nothing changes; None where the cells differ and low and high are values."""
        if self.change != "to":
            return 1.0 if self.change == "times" else 0.0
        present = {cell.present for cell in self.cells}
        value = present.pop()
        return None if present or value is None or not math.isfinite(value) else float(value)

    def amount(self, position: float) -> float:
        """The amount at a position: 0 is low, 1 is high, and shares of the probability lie between.

        A whole number that is as likely as any other has an equal part of the way from 0 to 1.
        """
        low, high, distribution = self.low, self.high, self.row["distribution"]
        if position <= 0 or position >= 1:
            return low if position <= 0 else high
        from scipy import stats  # reading and checking a case does without it

        if distribution == "triangular" and self.neutral is not None:
            likeliest = min(max(self.neutral, low), high)  # an overlay may have moved the case out of its range
            amount = float(stats.triang.ppf(position, (likeliest - low) / (high - low), low, high - low))
        elif distribution == "log_uniform":
            amount = float(stats.loguniform.ppf(position, low, high))
        elif self.whole:
            return min(high, low + math.floor(position * (high - low + 1)))
        else:
            amount = low + position * (high - low)
        return float(round(amount)) if self.whole else amount

    def values(self, position: float) -> dict[Place, Any]:
        """What every cell holds at a position."""
        amount = self.amount(position)
        return {cell.place: changed(cell, self.change, amount) for cell in self.cells}


def changed(cell: VariedCell, change: str, amount: float) -> Any:
    """What a cell holds when it is set to an amount, multiplied by it, or raised by it."""
    if change == "times":
        value = cell.present * amount
    else:
        value = cell.present + amount if change == "plus" else amount
    return math.floor(value + 0.5) if cell.rules.kind == "integer" else float(value)


def misfit(cell: VariedCell, value: float) -> str:
    """What a column's rules say against a value in this cell; empty where it may stand there."""
    rules = cell.rules
    made = f"{cell.place.column} would be {value:.10g} in {quoted(cell.place.row, 80)} of {cell.place.table}.csv"
    if rules.least is not None and value < rules.least:
        return f"{made}, below {rules.least:.10g}."
    if rules.above is not None and value <= rules.above:
        return f"{made}, not above {rules.above:.10g}."
    if rules.most is not None and value > rules.most:
        return f"{made}, above {rules.most:.10g}."
    return ""


def resolve(row: Rows, rows: Sequence[Rows], settings: Mapping[str, Any]) -> Range:
    """What a row of ``ranges`` stands for, given the rows of its table. Raises RangeError where it makes no sense."""
    found = Range(row, _cells(row, rows, settings))
    _check_ends(found)
    _check_cells(found)
    return found


def _cells(row: Rows, rows: Sequence[Rows], settings: Mapping[str, Any]) -> tuple[VariedCell, ...]:
    if row["table"] == "settings":
        return (_setting(row, settings),)
    table = TABLES[row["table"]]
    rules = _column(row)
    wanted = _parts(row)
    matching = rows
    for name, part in wanted.items():
        matching = [other for other in matching if _same(other[name], part)]
    if not matching:
        raise _no_row(row, rows, wanted)
    return tuple(
        VariedCell(Place(table.name, tuple(other[name] for name in table.key), rules.name), other[rules.name], rules)
        for other in matching
    )


def _setting(row: Rows, settings: Mapping[str, Any]) -> VariedCell:
    name = row["key"]
    if row["column"] != "value":
        raise RangeError(
            "column", f"{quoted(row['column'])} is no column of settings.csv with numbers.", "write value."
        )
    if name not in VARIED_SETTINGS:
        hint = did_you_mean(name, VARIED_SETTINGS) or f"settings that may have one: {listing(VARIED_SETTINGS)}."
        what = "may have no range" if any(name == setting.name for setting in SETTINGS) else "is no setting"
        raise RangeError("key", f"{quoted(name)} {what}.", hint)
    rules = next(setting for setting in SETTINGS if setting.name == name)
    return VariedCell(Place("settings", (name,), "value"), settings.get(name), rules)


def _column(row: Rows) -> Column:
    table, name = TABLES[row["table"]], row["column"]
    varied = {c.name: c for c in table.columns if c.kind in ("number", "integer") and c.name not in table.key}
    if name in varied:
        return varied[name]
    choice = f"columns that may have one: {listing(varied, 30)}."
    if name in table.key:
        raise RangeError("column", f"{quoted(name)} is part of the key of {table.name}.csv.", choice)
    if any(name == column.name for column in table.columns):
        raise RangeError("column", f"{quoted(name)} of {table.name}.csv holds no numbers to vary.", choice)
    hint = did_you_mean(name, varied) or choice
    raise RangeError("column", f"{quoted(name)} is no column of {table.name}.csv.", hint)


def _parts(row: Rows) -> dict[str, str]:
    """The parts of the key that are named, by column."""
    names, key = TABLES[row["table"]].key, row["key"].strip()
    if len(names) == 1:
        parts = [key]
    else:
        # A name may hold a stroke of its own: then strokes with blanks around them part the key.
        parts = key.split(" / ") if " / " in key else re.split(r"\s*/\s*", key)
    if len(parts) > len(names):
        order = " / ".join(names)
        raise RangeError("key", f"{quoted(key)} has {len(parts)} parts.", f"a key of {row['table']}.csv is: {order}")
    return {name: part.strip() for name, part in zip(names, parts, strict=False) if part.strip() not in ("", ANY)}


def _same(value: Any, part: str) -> bool:
    return str(value) == part if value is not None else False


def _no_row(row: Rows, rows: Sequence[Rows], wanted: Mapping[str, str]) -> RangeError:
    table = row["table"]
    if not rows:
        return NoSuchRowError("key", f"{table}.csv has no rows.", "delete this row.")
    for name, part in wanted.items():
        there = {str(other[name]) for other in rows if other[name] is not None}
        if part not in there:
            hint = did_you_mean(part, there) or f"there are: {listing(sorted(there))}."
            return NoSuchRowError("key", f"{quoted(part)} is no {name.replace('_', ' ')} of {table}.csv.", hint)
    shown = " / ".join(wanted.values())
    return NoSuchRowError("key", f"no row of {table}.csv is {quoted(shown, 80)}.", "write * for any.")


def check_ends(row: Rows) -> None:
    """What a row's ends must be whatever they move. Raises RangeError."""
    low, high = row["low"], row["high"]
    if low > high:
        raise RangeError("low", f"low {low:.10g} is above high {high:.10g}.", "swap low and high.")
    if low == high:
        raise RangeError(
            "low", f"low and high are both {low:.10g}: nothing varies.", "write two numbers, or delete it."
        )
    if row["distribution"] == "log_uniform" and low <= 0:
        raise RangeError("low", f"low is {low:.10g}, and ratios need numbers above 0.", "choose another distribution.")
    if row["change"] == "times" and low < 0:
        raise RangeError("low", f"{low:.10g} is no factor.", "factors are 0 or more; to add or take away, write plus.")


def _check_ends(found: Range) -> None:
    check_ends(found.row)
    rules = found.cells[0].rules
    if found.change == "times" and rules.unit == "year":
        raise RangeError("change", "a year is not multiplied.", "write plus, and by how many years.")
    if found.whole and not (found.low.is_integer() and found.high.is_integer()):
        raise RangeError("low", f"{quoted(rules.name)} is a whole number.", "write whole numbers in low and high.")


def _filled_instead(table: str, column: str) -> str:
    """The column that a row fills where it leaves this one empty; empty where it may leave it."""
    pairs = TABLES[table].either
    return next((pair[1 - pair.index(column)] for pair in pairs if column in pair), "")


def _check_cells(found: Range) -> None:
    table, neutral = found.row["table"], found.neutral
    for cell in found.cells:
        where = f"{quoted(cell.place.row, 80)} of {table}.csv"
        if cell.present is None and (filled := _filled_instead(table, found.row["column"])):
            message = f"{where} has no {found.row['column']}: it is said by {filled}."
            raise SaidOtherwiseError("column", message, f"write {filled}, or fill the other column there.")
        if found.change != "to" and (cell.present is None or not math.isfinite(cell.present)):
            message = f"{where} has no {found.row['column']} to change: the cell is empty."
            raise RangeError("change", message, "write to, or fill the cell.")
        for end, position in (("low", 0.0), ("high", 1.0)):
            problem = misfit(cell, changed(cell, found.change, found.amount(position)))
            if problem:
                raise RangeError(end, problem, "narrow the range.")
    if found.row["distribution"] == "triangular" and neutral is None:
        raise RangeError(
            "distribution",
            "the rows that this one moves have different values, or none, so there is no single most likely one.",
            "write times or plus, or a row for each.",
        )
