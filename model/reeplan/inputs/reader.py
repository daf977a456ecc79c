"""From the bytes of a file to a header and cells with their line numbers, whatever wrote the file.

What spreadsheets are known to write is read right: a byte-order mark, semicolons or tabs with
decimal commas, UTF-16, Windows line ends, empty rows and columns at the end. What cannot be read
with certainty is an error that says how to save the file.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reeplan.inputs.encodings import readings
from reeplan.inputs.names import counted, plain_name, quoted
from reeplan.inputs.notations import DECIMAL_COMMA, DECIMAL_POINT, THREES
from reeplan.inputs.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAVE_AS = "in Excel: File > Save As > 'CSV UTF-8 (Comma delimited)'."
SEPARATOR_NAMES = {";": "semicolons", "\t": "tabs"}
FREE_TEXT = ("source", "note")

MOST_BYTES, MOST_LINES = 500_000_000, 2_000_000
"""No table of a case is larger: what is, was put there by mistake."""

_FIRST_BLOCK = 1 << 16
_LONGEST_LINE = 2_000_000
_LONGEST_CELL = 131_072
_HEAD = 200_000
"""The header is looked for in so many characters."""
_MOST_BAD_LINES = 1000


@dataclass(frozen=True)
class NumberStyle:
    """Which marks may separate a number's decimals in this file, judged by all of its cells.

    Only files with semicolons or tabs may have decimal commas. There ``1,250`` or ``1.250`` may
    mean two numbers; other cells that have one meaning only decide it, and where there are none
    it stays undecided.
    """

    comma: bool = False
    point: bool = True


@dataclass
class Sheet:
    """A file's header and rows. Every row has one cell, stripped of blanks, for each column."""

    file: str
    columns: list[str] = field(default_factory=list)
    header_line: int = 1
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    style: NumberStyle = NumberStyle()
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    whole: bool = True
    """Whether every row could be distinguished; if not, nothing may be concluded from what is missing."""

    def fail(self, line: int, column: str, message: str, hint: str = "") -> None:
        """Note what makes this file, or a row of it, unreadable."""
        self.errors.append(Problem(self.file, line, column, message, hint))
        self.whole = False

    def warn(self, line: int, message: str, hint: str = "") -> None:
        """Note what was accepted all the same."""
        self.warnings.append(Problem(self.file, line, "", message, hint))


def read_sheet(path: Path, shown: str) -> Sheet:
    """Read one file. ``shown`` is its name in messages. Never raises, whatever the bytes."""
    sheet = Sheet(shown)
    try:
        # A pipe would wait for ever, and a device may never end: only true files are opened.
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            sheet.fail(0, "", "this is no file but a folder, a pipe or a device.", "put a CSV file in its place.")
            return sheet
        if facts.st_size > _FIRST_BLOCK and _is_refused(path, facts.st_size, sheet):
            return sheet
        data = path.read_bytes()
    except OSError as error:
        sheet.fail(0, "", f"the file cannot be read: {error.strerror or error}.")
        return sheet
    text = _decode(data, sheet)
    if text is None:
        return sheet
    records = _records(text, sheet)
    if not records:
        if not sheet.errors:
            sheet.fail(0, "", "the file is empty.", "it needs at least a line with the names of its columns.")
        return sheet
    _shape(records, sheet)
    return sheet


def _is_refused(path: Path, size: int, sheet: Sheet) -> bool:
    """Whether a large file's size or first block shows that it is no table: nothing more of it is read."""
    if size > MOST_BYTES:
        sheet.fail(
            0,
            "",
            f"the file has {size / 1e6:,.0f} MB.",
            f"a table has at most {MOST_BYTES / 1e6:.0f} MB and {MOST_LINES:,} lines: is it the right file?",
        )
        return True
    with path.open("rb") as file:
        block = file.read(_FIRST_BLOCK)
    if 0 in block and not _wide_encoding(block):
        _report_zeros(block, sheet)
        return True
    return False


def _decode(data: bytes, sheet: Sheet) -> str | None:
    """The file's text, or nothing and an error that names the likely encoding."""
    if data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        sheet.fail(0, "", "this is an Excel workbook with the ending .csv.", SAVE_AS)
        return None
    encoding = _wide_encoding(data)
    if encoding:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            sheet.fail(0, "", "the file looks like UTF-16 but is damaged.", SAVE_AS)
            return None
        sheet.warn(1, "the file is saved as UTF-16 ('Unicode text'); accepted.", SAVE_AS)
    else:
        if 0 in data:
            _report_zeros(data, sheet)
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            _report_encoding(error, sheet)
            return None
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        _report_zeros(text.encode("utf-8", "replace"), sheet)
        return None
    return text


def _report_zeros(data: bytes, sheet: Sheet) -> None:
    line = data.count(b"\n", 0, data.index(0)) + 1
    sheet.fail(line, "", "the file holds zero bytes: it is damaged, or no text file.", SAVE_AS)


def _wide_encoding(data: bytes) -> str:
    """UTF-16 or UTF-32 if the file says so, or shows it by a zero in every second byte."""
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return "utf-32"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    start = data[:400]
    if len(start) >= 4 and len(data) % 2 == 0:
        if start[1::2].count(0) > 0.8 * len(start[1::2]) and 0 not in start[0::2]:
            return "utf-16-le"
        if start[0::2].count(0) > 0.8 * len(start[0::2]) and 0 not in start[1::2]:
            return "utf-16-be"
    return ""


def _report_encoding(error: UnicodeDecodeError, sheet: Sheet) -> None:
    data, position = error.object, error.start
    line = data.count(b"\n", 0, position) + 1
    if error.end == len(data) and "end of data" in error.reason:
        sheet.fail(line, "", "the file ends in the middle of a letter: it is cut off.", "copy or save it again.")
        return
    found = readings(data, position)
    may_be = "; ".join(f"as {reading.name}: {quoted(reading.text, 60)}" for reading in found)
    sheet.fail(
        line,
        "",
        f"the file is not saved as UTF-8. Line {line} would read {may_be}."
        if found
        else "the file is not saved as UTF-8, and looks like no text at all.",
        f"open it in the encoding that reads right, then save it so: {SAVE_AS}" if len(found) > 1 else SAVE_AS,
    )


def _records(text: str, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Every record with the line it starts on; empty records included."""
    separator, skip = _separator(text)
    lines = io.StringIO(text, newline="")
    if skip:
        lines.readline()
    if separator in SEPARATOR_NAMES:
        sheet.warn(
            1, f"columns are separated by {SEPARATOR_NAMES[separator]}; accepted.", f"to avoid this warning: {SAVE_AS}"
        )
    csv.field_size_limit(_LONGEST_CELL)  # another library of this process may have set another
    reader = csv.reader(_lines(lines), delimiter=separator, strict=True)
    records: list[tuple[int, list[str]]] = []
    clean = str.strip if text.isascii() else _clean
    start = skip + 1
    try:
        for record in reader:
            records.append((start, [*map(clean, record)]))
            start = reader.line_num + skip + 1
    except csv.Error as error:
        _report_quotes(str(error), start, sheet)
    except _TooLongError as error:
        sheet.fail(start, "", str(error), "is it the right file?")
    if separator in SEPARATOR_NAMES:
        sheet.style = _style(records)
    return records


class _TooLongError(Exception):
    """A line, or the file, is longer than any table's."""


def _lines(text: io.StringIO) -> Iterator[str]:
    """The lines of the text. Raises ``_TooLongError`` before a line, or a number of lines, that no table has."""
    for number, line in enumerate(text):
        if len(line) > _LONGEST_LINE:
            raise _TooLongError(f"this line has {len(line):,} characters.")
        if number > MOST_LINES:
            raise _TooLongError(f"there are more than {MOST_LINES:,} lines; the rest is not looked at.")
        yield line


def _separator(text: str) -> tuple[str, int]:
    """The character between columns, judged by the header, and how many lines to skip before it.

    Excel itself may write a first line ``sep=;``.
    """
    first = next((line for line in re.split(r"[\r\n]+", text[:_HEAD]) if line.strip(" ,;\t")), "")
    named = re.fullmatch(r'"?sep=(.)"?[,;\s]*', first) if text.startswith(first) else None
    if named and named[1] in ",;\t":
        return named[1], 1
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=lambda mark: (unquoted.count(mark), mark == ",")), 0


def _report_quotes(error: str, line: int, sheet: Sheet) -> None:
    if "end of data" in error:
        sheet.fail(
            line,
            "",
            "a quotation mark opens here and never closes.",
            'close it, or write "" for a quotation mark inside a quoted cell.',
        )
    elif "limit" in error:
        sheet.fail(line, "", "a cell here is longer than 131,000 characters.", "is a closing quotation mark missing?")
    else:
        sheet.fail(
            line,
            "",
            "there is text after a closing quotation mark.",
            'write "" for a quotation mark inside a quoted cell.',
        )


def _clean(cell: str) -> str:
    return cell.strip().strip("\ufeff\u200b").strip()


def _style(records: list[tuple[int, list[str]]]) -> NumberStyle:
    header = records[0][1] if records else []
    free = {index for index, name in enumerate(header) if name in FREE_TEXT}
    cells = [cell for _, record in records[1:] for index, cell in enumerate(record) if index not in free]
    plain = [cell for cell in cells if not THREES.fullmatch(cell)]
    return NumberStyle(
        comma=any(DECIMAL_COMMA.fullmatch(cell) for cell in plain),
        point=any(DECIMAL_POINT.fullmatch(cell) for cell in plain),
    )


def _shape(records: list[tuple[int, list[str]]], sheet: Sheet) -> None:
    """Split header and rows; drop empty rows and columns; see that every row fits the header."""
    filled = [(line, cells) for line, cells in records if any(cells)]
    if not filled:
        sheet.fail(0, "", "the file is empty.", "it needs at least a line with the names of its columns.")
        return
    sheet.header_line, header = filled[0][0], [plain_name(name) for name in filled[0][1]]
    blank = [line for line, cells in records if line < filled[-1][0] and not any(cells)]
    if blank:
        sheet.warn(blank[0], f"{counted(len(blank), 'empty line')} between the rows; ignored.")
    width = max((index + 1 for index, name in enumerate(header) if name), default=0)
    kept = [index for index in range(width) if header[index] or _used(filled[1:], index)]
    for index in kept:
        if not header[index]:
            line = next(line for line, cells in filled[1:] if index < len(cells) and cells[index])
            sheet.fail(
                line,
                "",
                f"column {index + 1} has cells but no name in line {sheet.header_line}.",
                "name it or empty it.",
            )
    sheet.columns = [header[index] for index in kept]
    whole = kept == list(range(len(header)))
    for line, cells in filled[1:]:
        if whole and len(cells) == width:
            sheet.rows.append((line, cells))
        elif _fits(line, cells, width, len(header), sheet):
            sheet.rows.append((line, [cells[index] for index in kept]))
        elif len(sheet.errors) > _MOST_BAD_LINES:
            sheet.fail(line, "", "too many lines do not fit the header; the rest is not looked at.")
            break


def _used(rows: list[tuple[int, list[str]]], index: int) -> bool:
    return any(index < len(cells) and cells[index] for _, cells in rows)


def _fits(line: int, cells: list[str], width: int, header: int, sheet: Sheet) -> bool:
    # Empty cells beyond the header count too: '1,000,,' may have been 1000 and one empty cell.
    if any(cells[width:]) or len(cells) > header:
        sheet.fail(
            line,
            "",
            f"this line has {counted(len(cells), 'cell')}, the header {counted(width, 'column')}.",
            'text with a comma in it needs quotation marks: "a, b".',
        )
        return False
    if len(cells) < width:
        sheet.fail(
            line,
            "",
            f"this line has {counted(len(cells), 'cell')}, the header {counted(width, 'column')}.",
            "add the missing separators at the end, or the missing cells.",
        )
        return False
    return True
