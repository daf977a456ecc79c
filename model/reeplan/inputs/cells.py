"""One cell to one typed value, or a message that says what stands there and what to write instead."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from reeplan.inputs.names import did_you_mean, invisible, listing, plain_name, quoted, shortened
from reeplan.inputs.notations import DECIMAL_COMMA, NUMBER, THREES, plainly, slip_of
from reeplan.inputs.reader import FREE_TEXT, NumberStyle
from reeplan.inputs.spec import ANY_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.inputs.spec import Column

PLAIN_STYLE = NumberStyle()
SMALLEST, LARGEST = 1e-12, 1e15
"""No quantity of a plan is near them; sums and products of what lies beyond would leave what can be computed."""
LONGEST_NAME = 200
FORMULA_MARKS = "=+-@"
"""A spreadsheet that opens a table of results takes a name that begins with one of them for a formula, and runs it."""

_RUNNING_TEXT = re.compile(r"=.*\w\s*\(|[@+-].*\w\(|[=@+-].*\|.*!", re.DOTALL)
"""What a spreadsheet may run: a sign first, then a function's call or another program's name."""
_EXCEL_ERROR = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC|GETTING_DATA)[!?]?|#+", re.IGNORECASE)
_YES_NO = {
    "yes": True,
    "no": False,
    "y": True,
    "n": False,
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "wahr": True,
    "falsch": False,
    "vrai": True,
    "faux": False,
}


class CellError(Exception):
    """What is wrong with a cell, and how to fix it. ``kind``: the same for cells of which the same is wrong."""

    def __init__(self, message: str, hint: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.message, self.hint, self.kind = message, hint, kind


def parse(column: Column, cell: str, style: NumberStyle = PLAIN_STYLE) -> Any:
    """The typed value of a filled cell of this column. Raises ``CellError``."""
    if column.name in FREE_TEXT:
        return _free_text(cell)
    _refuse_spreadsheet_leftovers(cell)
    return _PARSERS[column.kind](column, cell, style)


def expected(column: Column) -> str:
    """What a cell of this column should hold, in words: the hint for an empty one."""
    if column.kind == "choice":
        return f"write one of: {listing(column.choices, 12)}."
    unit = f" ({column.unit})" if column.unit else ""
    return f"fill in: {column.meaning.rstrip('.')}{unit}."


def _refuse_spreadsheet_leftovers(cell: str) -> None:
    if cell.startswith("=") and len(cell) > 1:
        raise CellError(f"{quoted(cell)} is a formula, not its result.", "in Excel: copy the cell and paste its value.")
    if _EXCEL_ERROR.fullmatch(cell):
        raise CellError(f"{quoted(cell)} is a spreadsheet's error, not a value.", "fix the formula and save again.")


def _text(column: Column, cell: str, style: NumberStyle) -> str:
    name = plain_name(cell)
    odd = invisible(name)
    if odd:
        breaks = "\r\n\v\f\x85\u2028\u2029"
        sort = "control" if unicodedata.category(odd) == "Cc" else "hidden"
        what = "a line break" if odd in breaks else "a tab" if odd == "\t" else f"the {sort} character {odd!a}"
        raise CellError(f"{quoted(cell)} has {what} in it.", f"names stand on one line, without {sort} characters.")
    if len(name) > LONGEST_NAME:
        raise CellError(f"{quoted(cell)} has {len(name)} characters.", f"write {LONGEST_NAME} at most.")
    # The value of a setting is typed later, as what the setting is.
    if column.name != "value" and unicodedata.normalize("NFKC", name)[:1] in tuple(FORMULA_MARKS):
        raise CellError(
            f"{quoted(cell)} begins with {quoted(name[0])}.",
            "a spreadsheet would take it for a formula in the results; begin with a letter or a digit.",
        )
    return name


def _free_text(cell: str) -> str:
    """A source or a note: any text but one that a spreadsheet would run; '-10% by 2030' is text."""
    if _RUNNING_TEXT.match(unicodedata.normalize("NFKC", cell)):
        raise CellError(
            f"{quoted(cell)} is a formula to a spreadsheet that opens the results.",
            "begin with a word, not with a sign.",
        )
    # Not every program that reads the results takes a lone carriage return for a part of its cell.
    return unicodedata.normalize("NFC", cell.replace("\r\n", "\n").replace("\r", "\n"))


def _number(column: Column, cell: str, style: NumberStyle) -> float:
    value = _bare_number(cell, style)
    if value is None:
        raise _no_number(column, cell, style)
    if not math.isfinite(value) or abs(value) >= LARGEST:
        raise CellError(f"{quoted(cell)} is too large a number.", f"less than {_short(LARGEST)} is expected.")
    if 0 < abs(value) < SMALLEST:
        raise CellError(f"{quoted(cell)} is too small a number.", f"write 0, or {_short(SMALLEST)} or more.")
    _check_range(column, cell, value)
    return value + 0.0  # no negative zero


def _bare_number(cell: str, style: NumberStyle) -> float | None:
    """The number if the cell is one beyond doubt in a file of this style."""
    if _doubtful(cell, style):
        return None
    if style.comma and DECIMAL_COMMA.fullmatch(cell):
        return float(cell.replace(",", "."))
    return float(cell) if NUMBER.fullmatch(cell) else None


def _doubtful(cell: str, style: NumberStyle) -> bool:
    """Whether the cell may be a whole number with thousands separators as well as one with three decimals."""
    clear = style.comma != style.point and (style.point or "." not in cell)
    return not clear and bool(THREES.fullmatch(cell))


def _no_number(column: Column, cell: str, style: NumberStyle) -> CellError:
    """Why this cell is no number."""
    shown = quoted(cell)
    if style != PLAIN_STYLE and _doubtful(cell, style):
        return CellError(
            f"{shown} may be two different numbers in this file.",
            f"write {re.sub('[.,]', '', cell)} if thousands are meant, else one decimal more or less.",
            "two numbers",
        )
    slip = slip_of(cell, column, expected(column))
    return CellError(f"{shown} {slip.what}", slip.hint, slip.what)


def _integer(column: Column, cell: str, style: NumberStyle) -> int:
    value = _number(column, cell, style)
    if value != int(value):
        raise CellError(
            f"{quoted(cell)} is not a whole number.",
            "write a year such as 2030." if column.unit == "year" else "write a whole number.",
        )
    return int(value)


def _check_range(column: Column, cell: str, value: float) -> None:
    unit = f" {column.unit}" if column.unit and column.unit not in ("fraction", "year", "factor") else ""
    if column.least is not None and value < column.least:
        hint = "it cannot be negative." if column.least == 0 else f"{_short(column.least)} or more is expected."
        raise CellError(f"{_short_cell(cell)} is below {_short(column.least)}{unit}.", hint)
    if column.above is not None and value <= column.above:
        raise CellError(
            f"{_short_cell(cell)} is not above {_short(column.above)}{unit}.",
            f"more than {_short(column.above)} is expected.",
        )
    if column.most is not None and value > column.most:
        hint = f"{_short(column.most)} or less is expected."
        if column.unit.startswith("fraction") and value <= 100:
            hint = f"write a percentage as a share: {_short(value / 100)}"
        raise CellError(f"{_short_cell(cell)} is above {_short(column.most)}{unit}.", hint)


def _yes_no(column: Column, cell: str, style: NumberStyle) -> bool:
    value = _YES_NO.get(cell.casefold())
    if value is None:
        raise CellError(f"{quoted(cell)} is neither yes nor no.", "write yes or no.")
    return value


def _choice(column: Column, cell: str, style: NumberStyle) -> str:
    if cell not in column.choices:
        guess = did_you_mean(cell, column.choices)
        raise CellError(
            f"{quoted(cell)} is not one of {listing(map(quoted, column.choices), 20)}.", guess or expected(column)
        )
    return cell


def _years(column: Column, cell: str, style: NumberStyle) -> tuple[int | str, ...]:
    """Every year that is named, spans written out; or ``ANY_YEAR`` alone."""
    words = cell.split()
    if ANY_YEAR in words:
        if len(words) > 1:
            raise CellError(
                f"{quoted(cell)} has {quoted(ANY_YEAR)} beside other starts.",
                f"{ANY_YEAR} is every year already: write it alone.",
            )
        return (ANY_YEAR,)
    years = [year for word in words for year in _span(cell, word)]
    repeated = sorted(year for year, times in Counter(years).items() if times > 1)
    if repeated:
        raise CellError(f"{quoted(cell)} repeats {listing(map(str, repeated))}.", "name each start year once.")
    return tuple(years)


def _span(cell: str, word: str) -> range:
    """The years of one word: a year, or a span of years."""
    found = re.fullmatch(r"(\d{4})(?:\.0+)?(?:-(\d{4}))?", word, re.ASCII)
    if not found:
        plain = plainly(word)
        if plain != word and re.fullmatch(r"\d{4}(-\d{4})?", plain, re.ASCII):
            raise CellError(f"{quoted(cell)} is not written in plain digits.", f"write {plainly(cell)}")
        raise CellError(
            f"{quoted(cell)} is not a list of years.",
            f"separate years and spans by spaces, 2029 2033-2037, or write {ANY_YEAR}.",
        )
    first, last = int(found[1]), int(found[2] or found[1])
    if last < first:
        raise CellError(f"the span {quoted(word)} ends before it begins.", f"write {last}-{first}")
    return range(first, last + 1)


def _short(value: float) -> str:
    return f"{value:.10g}"


def _short_cell(cell: str) -> str:
    return shortened(cell, 40)


_PARSERS: dict[str, Callable[[Column, str, NumberStyle], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "yes_no": _yes_no,
    "choice": _choice,
    "years": _years,
}
