"""One file's cells against one table's columns: header right, cells typed, empty cells allowed or not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reeplan.inputs.cells import CellError, expected, parse
from reeplan.inputs.names import also_on, did_you_mean, listing, quoted, shown
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import DROP, SETTINGS, SOURCE_AND_NOTE, Column, Table

if TYPE_CHECKING:
    from reeplan.inputs.reader import NumberStyle, Sheet

MOST_BAD_CELLS = 1000
"""After so many bad cells a file is not what it should be, and more messages help nobody."""

FOLDED_FROM = 4
"""So many cells of a column with the same slip are one message."""

Slips = dict[tuple[str, str], list[Problem]]
"""Bad cells by column and kind of slip."""


@dataclass(slots=True)
class RawRow:
    """A row before defaults: the typed values of its filled cells."""

    file: str
    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    """Columns whose cell could not be read; reported already, so that nothing else need be said of them."""
    drop: bool = False


@dataclass
class Part:
    """What one file (of the case, or of one overlay) contributes to a table."""

    file: str
    rows: list[RawRow] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    whole: bool = True


@dataclass(frozen=True)
class WideNames:
    """Which further columns a wide table may have: the rows of another table.

    ``held`` are its names as merged, ``dropped`` those that an overlay removed (their columns are
    ignored). If not ``certain``, further columns are neither read nor reported.
    """

    held: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    certain: bool = True


def read_part(table: Table, sheet: Sheet, overlay: bool, wide: WideNames, errors: list[Problem]) -> Part:
    """Type every cell of a file; append what is wrong to ``errors``."""
    part = Part(sheet.file, columns=sheet.columns, whole=sheet.whole)
    columns = _match_header(table, sheet, overlay, wide, errors)
    if not columns:
        part.whole = False
        return part
    _type_rows(sheet, columns, part, errors)
    _require(table, sheet, part, errors)
    if table.wide and not set(sheet.columns) <= {column.name for _, column in columns} | wide.dropped:
        # A column could not be read, so the sum of the others says nothing.
        for row in part.rows:
            row.bad.add(table.wide)
    return part


def _match_header(
    table: Table, sheet: Sheet, overlay: bool, wide: WideNames, errors: list[Problem]
) -> list[tuple[int, Column]]:
    """The columns to read, by position. Unknown and repeated ones are reported and left out."""
    allowed = {column.name: column for column in (*table.columns, *SOURCE_AND_NOTE, *([DROP] if overlay else []))}
    if not sheet.columns:
        return []
    line = sheet.header_line
    if not any(name in allowed for name in sheet.columns):
        errors.append(
            Problem(
                sheet.file,
                line,
                "",
                "the first line names none of this table's columns.",
                f"it should begin: {','.join(column.name for column in table.columns[:5])}",
            )
        )
        return []
    found: list[tuple[int, Column]] = []
    seen: set[str] = set()
    for position, name in enumerate(sheet.columns):
        if not name:
            continue
        if name in seen:
            message = f"the column {quoted(name)} is there twice."
            errors.append(Problem(sheet.file, line, shown(name)[:80], message, "delete one of them."))
        elif name in allowed:
            found.append((position, allowed[name]))
        elif table.wide and name in wide.held:
            found.append((position, _wide_column(name)))
        elif not table.wide or (wide.certain and name not in wide.dropped):
            errors.append(_unknown_column(name, table, sheet, wide))
        seen.add(name)
    return found


def _unknown_column(name: str, table: Table, sheet: Sheet, wide: WideNames) -> Problem:
    if not table.wide:
        return Problem(
            sheet.file,
            sheet.header_line,
            shown(name)[:80],
            f"{quoted(name)} is no column of {table.name}.csv.",
            _column_hint(name, table, set(sheet.columns)),
        )
    own = [column.name for column in (*table.columns, *SOURCE_AND_NOTE)]
    guess = did_you_mean(name, {*own, *wide.held} - set(sheet.columns))
    add = f"add {quoted(name)} to {table.wide}.csv."
    return Problem(
        sheet.file,
        sheet.header_line,
        shown(name)[:80],
        f"{quoted(name)} is not listed in {table.wide}.csv.",
        f"{guess} Or {add}" if guess else add,
    )


def _column_hint(name: str, table: Table, present: set[str]) -> str:
    if name == DROP.name:
        return "only an overlay's tables may have it: it removes rows of the case."
    names = [column.name for column in (*table.columns, *SOURCE_AND_NOTE)]
    # A name that is there already cannot be what a misspelt one stands for.
    free = [other for other in names if other not in present]
    return did_you_mean(name, free) or f"remarks go into 'note'. Its columns are {listing(names, 30)}."


def _wide_column(name: str) -> Column:
    return Column(name, "number", "share of this element in the oxides", "fraction", 0.0, least=0.0, most=1.0)


def _type_rows(sheet: Sheet, columns: list[tuple[int, Column]], part: Part, errors: list[Problem]) -> None:
    """Type the rows, a column at a time: cells that say the same are read once."""
    read = {column.name: _read_column(column, [cells[at] for _, cells in sheet.rows], sheet) for at, column in columns}
    places = [(column.name, at, read[column.name]) for at, column in columns]
    wrong = any(isinstance(value, CellError) for values in read.values() for value in values.values())
    slips: Slips = {}
    found = 0
    for line, cells in sheet.rows:
        row = RawRow(sheet.file, line, {name: values[cell] for name, at, values in places if (cell := cells[at])})
        part.rows.append(row)
        if wrong:
            found += _take_out_bad(row, slips)
            if found > MOST_BAD_CELLS:
                message = f"more than {MOST_BAD_CELLS} cells of this file cannot be read; the rest is not looked at."
                errors.append(Problem(sheet.file, line, "", message, "is it the right file?"))
                part.whole = False
                break
        if DROP.name in read:
            row.drop = row.cells.pop(DROP.name, False) or DROP.name in row.bad
    errors += _folded(slips)


def _read_column(column: Column, cells: list[str], sheet: Sheet) -> dict[str, Any]:
    """Every different cell with its value, or with what is wrong with it."""
    values: dict[str, Any] = {}
    wrong = 0
    for cell in dict.fromkeys(cells):
        try:
            values[cell] = parse(column, cell, sheet.style) if cell else None
        except CellError as slip:
            wrong += 1
            # Beyond so many the rows are not looked at: it need not be said what each of them is instead.
            values[cell] = slip
            if wrong > MOST_BAD_CELLS:
                return values | {other: slip for other in cells if other not in values}
    return values


def _take_out_bad(row: RawRow, slips: Slips) -> int:
    """Note the row's bad cells and take them out of it; returns how many there are."""
    bad = {name: value for name, value in row.cells.items() if isinstance(value, CellError)}
    for name, slip in bad.items():
        row.bad.add(name)
        del row.cells[name]
        slips.setdefault((name, slip.kind or slip.message), []).append(
            Problem(row.file, row.line, name, slip.message, slip.hint)
        )
    return len(bad)


def _folded(slips: Slips) -> list[Problem]:
    """The problems; many of one kind in a column as one that names the other lines."""
    told: list[Problem] = []
    for problems in slips.values():
        if len(problems) < FOLDED_FROM:
            told += problems
            continue
        first = problems[0]
        lines = [problem.line for problem in problems]
        alike = all(problem.hint == first.hint for problem in problems)
        hint = first.hint if alike else f"{first.hint.rstrip('.')}, and the others likewise."
        told.append(replace(first, message=f"{first.message.rstrip('.')}{also_on(lines)}.", hint=hint))
    return told


def _require(table: Table, sheet: Sheet, part: Part, errors: list[Problem]) -> None:
    """Report missing required columns once each, and empty required cells; a ``drop`` row needs none."""
    rows = [row for row in part.rows if not row.drop]
    if not rows:
        return
    for column in table.columns:
        if not column.required:
            continue
        if column.name not in sheet.columns:
            errors.append(
                Problem(
                    sheet.file,
                    sheet.header_line,
                    column.name,
                    f"the column {quoted(column.name)} is missing.",
                    expected(column),
                )
            )
            for row in rows:
                row.bad.add(column.name)
            continue
        empty = [
            row
            for row in rows
            if column.name not in row.cells and column.name not in row.bad and not _may_be_empty(table, column, row)
        ]
        for row in empty:
            row.bad.add(column.name)
        told = [Problem(sheet.file, row.line, column.name, "this cell is empty.", expected(column)) for row in empty]
        errors += _folded({(column.name, ""): told} if told else {})


def _may_be_empty(table: Table, column: Column, row: RawRow) -> bool:
    """The value of a setting that has a default may be empty."""
    if table.name != "settings" or column.name != "value":
        return False
    name = row.cells.get("name")
    return name is None or any(setting.name == name and not setting.required for setting in SETTINGS)


def type_setting(setting: Column, row: RawRow, style: NumberStyle) -> Any:
    """The typed value of a setting's row, whose cell was read as text. Raises ``CellError``."""
    return parse(setting, row.cells["value"], style)
