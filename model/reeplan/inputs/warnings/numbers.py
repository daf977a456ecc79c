"""Warnings about numbers that nothing real has: slips of a unit or of an exponent, which no solver can plan with.

The solver weighs all costs and amounts in one calculation, of which it keeps some sixteen digits. A price of a
millionth of a dollar beside one of a million is lost in it, and with it the proof that a plan is the best.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reeplan.inputs.names import listing, quoted
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.reach import Chain
    from reeplan.inputs.rows import Row, Tables
    from reeplan.inputs.spec import Column


class _Plausible(NamedTuple):
    """The least and the most that a number of a unit can be without being asked about, in words too."""

    least: float
    least_in_words: str
    most: float
    most_in_words: str


_TONNES = _Plausible(1e-6, "a gram", 1e12, "a million million tonnes")
_PRICE = _Plausible(1e-3, "a dollar for a thousand tonnes", 1e9, "a billion dollars a tonne")
_SHARE = _Plausible(1e-9, "one part in a billion", 1e6, "a million to one")
_UNITS = {
    "MUSD": _Plausible(1e-6, "a dollar", 1e6, "a trillion dollars"),
    **dict.fromkeys(("t", "t REO", "t/yr", "t REO/yr", "t ThO2/yr"), _TONNES),
    **dict.fromkeys(("USD/t", "USD/t REO", "USD/t/yr", "USD/t ThO2", "USD/t CO2"), _PRICE),
    **dict.fromkeys(("t/t", "t REO/t", "t ThO2/t REO", "t CO2/t", "t CO2/MWh", "fraction", "factor"), _SHARE),
    "MWh/t": _Plausible(1e-9, "a watt-second", 1e6, "a million MWh a tonne"),
    "USD/MWh": _Plausible(1e-3, "a dollar for a thousand MWh", 1e6, "a million dollars a MWh"),
    "modules": _Plausible(1.0, "one", 1e6, "a million modules"),
}
"""What is plausible, by the unit of a column; other columns are not asked about."""


def absurd_numbers(chain: Chain) -> Iterator[Problem]:
    """A number smaller or larger than anything real of its unit."""
    found: dict[tuple[str, str, bool], list[tuple[Row, float]]] = {}
    columns: dict[tuple[str, str], Column] = {}
    for table, row, column, value in _numbers(chain.tables):
        plausible = _UNITS.get(column.unit)
        if plausible is None or plausible.least <= abs(value) <= plausible.most:
            continue
        columns[table, column.name] = column
        found.setdefault((table, column.name, abs(value) < plausible.least), []).append((row, value))
    for (table, name, too_small), rows in found.items():
        yield _told(table, columns[table, name], [row for row, _ in rows], rows[0][1], too_small)


def _told(table: str, column: Column, rows: list[Row], value: float, too_small: bool) -> Problem:
    plausible = _UNITS[column.unit]
    beyond = f"less than {plausible.least_in_words}" if too_small else f"more than {plausible.most_in_words}"
    names = dict.fromkeys("/".join(str(row[part]) for part in TABLES[table].key if part != "year") for row in rows)
    unit = "MUSD (million USD)" if column.unit == "MUSD" else column.unit
    return Problem(
        rows[0].file,
        rows[0].line,
        column.name,
        f"{listing(map(quoted, names))}: {column.name} of {abs(value):g} is {beyond}.",
        f"is it a slip? The column is in {unit}. Numbers so far apart can keep the solver from proving that a plan is "
        "the best, or from finding one.",
    )


def furthest_apart(tables: Tables) -> str:
    """The smallest and the largest number of a case and where they stand, in a sentence."""
    numbers = [(abs(value), row, column) for _, row, column, value in _numbers(tables) if column.unit in _UNITS]
    if not numbers:
        return ""
    places = [
        f"{value:g} {column.unit} ({column.name}, {row.file}, line {row.line})"
        for value, row, column in (min(numbers, key=lambda one: one[0]), max(numbers, key=lambda one: one[0]))
    ]
    return f"The smallest number of its tables is {places[0]}, the largest {places[1]}."


def _numbers(tables: Tables) -> Iterator[tuple[str, Row, Column, float]]:
    """Every number but 0 that a table states, with its row and column."""
    for name, table in TABLES.items():
        columns = [column for column in table.columns if column.kind in ("number", "integer") and column.unit]
        for row in tables[name]:
            for column in columns:
                value = row[column.name]
                if column.name in row.given and isinstance(value, int | float) and value:
                    yield name, row, column, float(value)
