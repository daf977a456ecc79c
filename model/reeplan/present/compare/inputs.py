"""Differences of inputs, cell by cell, from the tables as each run solved them."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.inputs.spec import NO_LIMIT, SETTINGS, SOURCE_AND_NOTE, TABLES
from reeplan.outputs.spec.comparison import INPUTS_DIFFERENCES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.inputs.spec import Column, Table
    from reeplan.present.compare.runs import Comparison

CELL, ROW, SOURCE, SEARCH = "value", "row", "source, note or title", "how it was solved"
KINDS = (CELL, ROW, SOURCE, SEARCH)
"""What a difference is of: a number or name; a whole row; words that change nothing; gap, time limit and points."""

SOLVING = {"mip_gap", "time_limit_s", "front_points"}
"""Settings that change how near to the best plans are, and not what is asked."""

WHERE_FROM = {column.name for column in SOURCE_AND_NOTE}
ABSENT = "no such row"

Key = tuple[str, ...]
Rows = dict[Key, dict[str, str]]


@dataclass(frozen=True)
class Difference:
    """One cell, or one row that not every run has (``column`` is then empty); ``values``: one a run."""

    table: str
    key: str
    column: str
    kind: str
    values: tuple[str, ...]


def differences(comparison: Comparison) -> list[Difference]:
    """All of them, in the order of the tables; values before rows, and these before sources and notes."""
    found: list[Difference] = []
    for name, table in TABLES.items():
        tables = [read_rows(given.run.folder / "inputs" / f"{name}.csv", table) for given in comparison.runs]
        for key in dict.fromkeys(key for rows in tables for key in rows):
            found += _of_row(table, key, [rows.get(key) for rows in tables])
    order = {name: number for number, name in enumerate(TABLES)}
    return sorted(found, key=lambda difference: (KINDS.index(difference.kind), order[difference.table]))


def as_table(comparison: Comparison, found: list[Difference]) -> pd.DataFrame:
    """``inputs_differences.csv``: file, key, column, what differs, and the value in each run."""
    heads = [given.heading for given in comparison.runs]
    rows: list[dict[str, str]] = [
        {
            "file": f"{one.table}.csv",
            "row": one.key,
            "column": one.column,
            "what": one.kind,
            **dict(zip(heads, one.values, strict=True)),
        }
        for one in found
    ]
    return INPUTS_DIFFERENCES.frame(rows, one_each=heads)


def read_rows(file: Path, table: Table) -> Rows:
    """The rows of a table by their key, every cell as ``same_text`` writes it; none where the file is not there."""
    if not file.exists():
        return {}
    with file.open(newline="", encoding="utf-8-sig") as stream:
        read = list(csv.DictReader(stream))
    columns = {column.name: column for column in table.columns}
    rows: Rows = {}
    for number, row in enumerate(read):
        cells = {name: same_text(text or "", columns.get(name)) for name, text in row.items() if name is not None}
        for name, column in columns.items():
            cells.setdefault(name, same_text("", column))
        key = tuple(cells[name] for name in table.key)
        rows[key if key not in rows else (*key, f"once more, line {number + 2}")] = cells
    return rows


def same_text(text: str, column: Column | None) -> str:
    """A cell so written that cells of one meaning are equal: numbers alike, defaults filled in.

    >>> column = TABLES["plants"].column("life_years")
    >>> same_text("25.0", column), same_text("", column), same_text(" 1e3 ", column)
    ('25', '25', '1000')
    """
    text = text.strip()
    if column is None:
        return _as_number(text)
    if not text and not column.required:
        default = column.default
        text = "no limit" if default == NO_LIMIT else default if isinstance(default, str) else (
            f"{default:.12g}" if isinstance(default, int | float) and not isinstance(default, bool) else ""
        )  # fmt: skip
    return _as_number(text) if column.kind in ("number", "integer") else text


def _as_number(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:.12g}" if math.isfinite(value) else text


def _of_row(table: Table, key: Key, rows: list[dict[str, str] | None]) -> list[Difference]:
    named = table.key if len(key) == len(table.key) else (*table.key, "")
    label = ", ".join(f"{name} {part}".strip() for name, part in zip(named, key, strict=True) if part)
    if table.name == "settings":
        return _of_setting(key[0], rows)
    if None in rows:
        values = tuple(ABSENT if row is None else _whole_row(table, row) for row in rows)
        return [Difference(table.name, label, "", ROW, values)]
    cells = [row for row in rows if row is not None]
    found = []
    for column in dict.fromkeys(name for row in cells for name in row):
        values = tuple(row.get(column, "") for row in cells)
        if len(set(values)) > 1:
            found.append(Difference(table.name, label, column, SOURCE if column in WHERE_FROM else CELL, values))
    return found


def _of_setting(name: str, rows: list[dict[str, str] | None]) -> list[Difference]:
    """A setting that is not stated has its default: what counts is its value."""
    column = next((column for column in SETTINGS if column.name == name), None)
    values = tuple(same_text(row["value"] if row else "", column) for row in rows)
    if len(set(values)) == 1:
        return []
    kind = SEARCH if name in SOLVING else SOURCE if name == "title" else CELL
    return [Difference("settings", f"name {name}", "value", kind, values)]


def _whole_row(table: Table, row: dict[str, str]) -> str:
    """What a row says beyond its key, its sources and its defaults."""
    defaults = {column.name: same_text("", column) for column in table.columns if not column.required}
    said = [
        f"{name} {text}"
        for name, text in row.items()
        if name not in table.key and name not in WHERE_FROM and text and text != defaults.get(name)
    ]
    return ", ".join(said) or "there"
