"""A table from the case's rows and the overlays': replace by key, join, or drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import did_you_mean, listing, quoted
from reeplan.inputs.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.inputs.columns import Part, RawRow
    from reeplan.inputs.spec import Table

Key = tuple[object, ...]


def merge(table: Table, parts: Sequence[Part], errors: list[Problem], warnings: list[Problem]) -> list[RawRow]:
    """The rows that hold when every part has been applied in order; the first is the case's own.

    A row that replaces another does so whole: its empty cells are defaults, not the old values.
    Within one overlay, what is dropped goes first, so that an overlay can drop many rows and
    give new ones.
    """
    rows: dict[Key, RawRow] = {}
    known_whole = True
    for part in parts:
        for row in part.rows:
            if row.drop:
                _drop(table, row, rows, known_whole, errors)
        new = _by_key(table, part, errors)
        warnings += _lost_columns(table, part, [(rows[key], row) for key, row in new.items() if key in rows])
        rows.update(new)
        known_whole &= part.whole and not any(row.bad for row in part.rows)
    return list(rows.values())


def _lost_columns(table: Table, part: Part, replaced: list[tuple[RawRow, RawRow]]) -> list[Problem]:
    """A column that the overlay lacks, where rows it replaces had values: easily overlooked."""
    lost = [
        column.name
        for column in table.columns
        if column.name not in part.columns and any(column.name in old.cells for old, _ in replaced)
    ]
    if not lost:
        return []
    return [
        Problem(
            part.file,
            replaced[0][1].line,
            "",
            f"rows are replaced whole, and this file has no {listing(map(quoted, lost))}: defaults hold there.",
            "copy the columns from the case to keep their values.",
        )
    ]


def _by_key(table: Table, part: Part, errors: list[Problem]) -> dict[Key, RawRow]:
    """The part's rows by key, with the defaults of empty key columns; a key that is there twice is an error."""
    rows: dict[Key, RawRow] = {}
    empty = [(name, _empty(table, name)) for name in table.key]
    for row in part.rows:
        if row.drop:
            continue
        key = tuple([row.cells.get(name, default) for name, default in empty])
        if row.bad.intersection(table.key):
            rows[(part.file, row.line)] = row
        elif key in rows:
            shown = ", ".join(str(value) for value in key if value is not None)
            errors.append(
                Problem(
                    row.file,
                    row.line,
                    " + ".join(table.key),
                    f"{quoted(shown, 80)} is already on line {rows[key].line}.",
                    "delete one of the two lines.",
                )
            )
        else:
            rows[key] = row
    return rows


def _drop(table: Table, row: RawRow, rows: dict[Key, RawRow], known_whole: bool, errors: list[Problem]) -> None:
    """Remove the rows that match what is filled of the key."""
    if row.bad:
        return
    given = {name: row.cells[name] for name in table.key if name in row.cells}
    if not given:
        errors.append(
            Problem(row.file, row.line, "drop", "nothing says which row to drop.", f"fill {' or '.join(table.key)}.")
        )
        return
    matching = [
        key for key, other in rows.items() if all(_value(table, name, other) == value for name, value in given.items())
    ]
    for key in matching:
        del rows[key]
    if not matching and known_whole:
        shown = ", ".join(str(value) for value in given.values())
        first = table.key[0]
        there = {str(other.cells[first]) for other in rows.values() if first in other.cells}
        errors.append(
            Problem(
                row.file,
                row.line,
                " + ".join(given),
                f"there is no row {quoted(shown, 80)} in {table.name}.csv to drop.",
                did_you_mean(str(given[first]), there) if len(given) == 1 and first in given else "",
            )
        )


def _value(table: Table, name: str, row: RawRow) -> object:
    return row.cells.get(name, _empty(table, name))


def _empty(table: Table, name: str) -> object:
    """What an empty cell of a key means."""
    column = table.column(name)
    return None if column.required else column.default
