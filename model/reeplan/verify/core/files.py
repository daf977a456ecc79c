"""Reading tables strictly: what cannot be read, or is no number where one belongs, is a failure and never a crash."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.verify.core.verdict import Ledger, Rule, TableLedger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reeplan.outputs.spec import Output, OutputColumn

READABLE = Rule("readable", "the file must be there and be a CSV table in UTF-8")
COLUMNS = Rule("columns", "the table must have exactly the columns that are documented")
ROW_WIDTH = Rule("row_width", "every row must have as many cells as the header")
NUMBER = Rule("number", "a finite number belongs here")
WHOLE_YEAR = Rule("whole_year", "a year, or a number of things, is a whole number")
NO_DUPLICATES = Rule("no_duplicates", "no row may be there twice")


class UnreadableError(Exception):
    """A table that later checks need could not be read; the ledger says why."""


def read_cells(path: Path, name: str, ledger: Ledger) -> pd.DataFrame:
    """A table as text."""
    on = ledger.on(name)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except FileNotFoundError:
        on.broken(READABLE, found="no such file")
        raise UnreadableError from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        on.broken(READABLE, found=str(error))
        raise UnreadableError from None
    if not rows or not rows[0]:
        on.broken(READABLE, found="no header line")
        raise UnreadableError
    header, *body = rows
    wrong = [line for line, row in enumerate(body, start=2) if len(row) != len(header)]
    for line in wrong[:5]:
        on.broken(ROW_WIDTH, f"row {line}", float(len(header)), float(len(body[line - 2])))
    if wrong:
        raise UnreadableError
    on.held(READABLE)
    return pd.DataFrame(body, columns=header, dtype=object)


def read_table(folder: Path, output: Output, ledger: Ledger, one_each: Iterable[str] = ()) -> pd.DataFrame:
    """A table in a folder with the columns that it is to have, ``one_each`` among them, and typed numbers."""
    on, name = ledger.on(output), output.file
    cells = read_cells(folder / name, name, ledger)
    expected = {column for column in output.names if column in cells or not output.column(column).missing}
    expected.update(one_each)
    missing, unknown = sorted(expected - set(cells.columns)), sorted(set(cells.columns) - expected)
    twice = sorted(set(cells.columns[cells.columns.duplicated()]))
    for column in missing:
        on.broken(COLUMNS, expected=f"a column '{column}'", found="none")
    for column in unknown:
        on.broken(COLUMNS, found=f"an unknown column '{column}'")
    for column in twice:
        on.broken(COLUMNS, found=f"two columns '{column}'")
    if missing or twice:
        raise UnreadableError
    on.held(COLUMNS)
    table = cells.drop(columns=unknown)
    bad = False
    for column in table.columns:
        if output.column(column).is_number:
            bad |= not _typed(table, column, output.column(column), on)
    if bad:
        raise UnreadableError
    again = table.duplicated(list(output.key))
    on.true(NO_DUPLICATES, table, ~again)
    return table[~again].reset_index(drop=True)


def _typed(table: pd.DataFrame, column: str, kind: OutputColumn, on: TableLedger) -> bool:
    """Turn a column into numbers; whether all of it are."""
    text = table[column]
    table[column] = values = pd.to_numeric(text, errors="coerce").astype(float)
    right = np.isfinite(values) | ((text == "") if kind.empty or kind.unbounded else False)
    right |= values.notna() if kind.unbounded else False
    on.held(NUMBER, len(table))
    for line in np.flatnonzero(~right)[:5]:
        on.broken(NUMBER, f"row {line + 2}, {column}", "a finite number", text.iloc[line] or "an empty cell")
    if not right.all():
        return False
    if kind.kind != "integer":
        return True
    whole = values.isna() | (values == values.round())
    for line in np.flatnonzero(~whole)[:5]:
        on.broken(WHOLE_YEAR, f"row {line + 2}, {column}", "a whole number", text.iloc[line])
    return bool(whole.all())
