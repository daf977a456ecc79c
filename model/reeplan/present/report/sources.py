"""The inputs row by row, as they were solved: what a row is called, what it says, and where that comes from."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.inputs.spec import TABLES
from reeplan.words import display_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.spec import Table
    from reeplan.present.run import Run

MOST_ROWS = 500
"""Rows of a table that are shown; a page with more is slow, and the table itself is in the run folder."""

JUDGED = re.compile(r"\b(assum|estimat)", re.IGNORECASE)
"""A source that says itself that it is none."""


@dataclass(frozen=True)
class InputRow:
    """A row: its key, its values with their columns' names, its source and note."""

    key: str
    values: list[tuple[str, str]]
    source: str
    note: str


@dataclass(frozen=True)
class InputTable:
    """A table of the case; ``left`` counts the rows that are not shown."""

    name: str
    meaning: str
    rows: list[InputRow]
    left: int


@dataclass(frozen=True)
class Tally:
    """How many rows of a table rest on what."""

    table: str
    rows: int
    judged: int
    unsourced: int

    @property
    def sourced(self) -> int:
        """Rows whose source is a document."""
        return self.rows - self.judged - self.unsourced


def input_tables(run: Run) -> list[InputTable]:
    """Every table of the case that has rows."""
    tables = []
    for name, table in TABLES.items():
        rows = list(_cells(run, name))
        if rows:
            shown = [_row(table, row) for row in rows[:MOST_ROWS]]
            tables.append(InputTable(name, table.meaning, shown, len(rows) - len(shown)))
    return tables


def tally(run: Run) -> list[Tally]:
    """What the rows of every table rest on."""
    rests = []
    for name in TABLES:
        sources = [row.get("source", "") for row in _cells(run, name)]
        judged = sum(1 for source in sources if JUDGED.search(source))
        if sources:
            rests.append(Tally(name, len(sources), judged, sources.count("")))
    return rests


def _cells(run: Run, table: str) -> Iterator[dict[str, str]]:
    file = run.folder / "inputs" / f"{table}.csv"
    if file.exists():
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield from csv.DictReader(lines)


def _row(table: Table, row: dict[str, str]) -> InputRow:
    """A row with the values that are more than their default."""
    key = " · ".join(display_name(row[name]) for name in table.key if row.get(name))
    units = {column.name: column.unit for column in table.columns}
    usual = {column.name: str(column.default) for column in table.columns if not column.required}
    values = [
        (name if name not in units else in_words(name), value)
        for name, value in row.items()
        if name not in (*table.key, "source", "note") and value and value not in _same(usual.get(name, ""))
    ]
    return InputRow(key, values, row.get("source") or "", row.get("note") or "")


def _same(default: str) -> tuple[str, ...]:
    """A default as the run writes it: 0.0 as 0, False as no."""
    return default, default.removesuffix(".0"), {"False": "no", "True": "yes"}.get(default, default)


UNITS = (
    ("_usd_per_t_year", "USD per t and year"),
    ("_usd_per_t", "USD per t"),
    ("_usd_per_mwh", "USD per MWh"),
    ("_t_per_year", "t per year"),
    ("_t_per_t", "t per t"),
    ("_mwh_per_t", "MWh per t"),
    ("_tco2_per_mwh", "t CO2 per MWh"),
    ("_co2_t_per_t", "t CO2 per t"),
    ("_musd", "MUSD"),
    ("_years", "years"),
    ("_t", "t"),
    ("_s", "s"),
)


def in_words(column: str) -> str:
    """A column's name with its unit in brackets.

    >>> in_words("module_t_per_year"), in_words("site_musd"), in_words("opex_factor")
    ('module (t per year)', 'site (MUSD)', 'opex factor')
    """
    for ending, unit in UNITS:
        if column == ending[1:]:
            return unit
        if column.endswith(ending):
            return f"{display_name(column.removesuffix(ending))} ({unit})"
    return display_name(column)
