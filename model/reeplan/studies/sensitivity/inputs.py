"""The uncertain inputs of a case: rows of ``ranges`` that move together are one input."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.inputs.ranges import Place, Range, VariedCell, changed, misfit, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reeplan.inputs.rows import Row, Tables

UNIT_ENDINGS = (
    "_usd_per_t_year", "_usd_per_mwh", "_usd_per_t", "_mwh_per_t", "_tco2_per_mwh", "_t_per_year", "_co2_per_t",
    "_musd", "_t_per_t", "_years", "_t",
)  # fmt: skip
"""Units at the end of a column's name, the longest first."""


@dataclass(frozen=True)
class Input:
    """One uncertain number, or several that move as one: each goes from its low to its high."""

    name: str
    ranges: tuple[Range, ...]

    @property
    def first(self) -> Range:
        """The row whose numbers stand for the input in tables."""
        return self.ranges[0]

    @property
    def low(self) -> float:
        """The lower end in the first row's terms."""
        return self.first.low

    @property
    def high(self) -> float:
        """The upper end in the first row's terms."""
        return self.first.high

    @property
    def unit(self) -> str:
        """The unit of low and high."""
        return self.first.unit

    @property
    def cells(self) -> int:
        """How many cells of the case it moves."""
        return sum(len(part.cells) for part in self.ranges)


def inputs_of(tables: Tables) -> list[Input]:
    """The inputs in the order of the table."""
    found = [(row, resolve(row, tables[row["table"]], tables.settings)) for row in tables["ranges"]]
    names = _names([row for row, _ in found])
    parts: dict[str, list[Range]] = {}
    for name, (_, part) in zip(names, found, strict=True):
        parts.setdefault(name, []).append(part)
    return [Input(name, tuple(ranges)) for name, ranges in parts.items()]


def _names(rows: Sequence[Row]) -> list[str]:
    """What each row's input is called; two that would read alike without a name of their own tell their column."""
    given = {row["input"] for row in rows if row["input"]}
    short = [row["input"] or _label(row) for row in rows]
    times = Counter(name for name, row in zip(short, rows, strict=True) if not row["input"])
    return [
        name if row["input"] or (times[name] == 1 and name not in given) else _full(row)
        for name, row in zip(short, rows, strict=True)
    ]


def _label(row: Row) -> str:
    """An input without a name in words: 'price of seller / material', 'discount rate', 'demand of all rows'."""
    if row["table"] == "settings":
        return str(row["key"]).replace("_", " ")
    column = row["column"]
    ending = next((end for end in UNIT_ENDINGS if column.endswith(end) and column != end[1:]), "")
    words = column.removesuffix(ending).replace("_", " ")
    if column in ("t_per_year", "musd", "usd_per_t", "t_per_t"):
        words = row["table"]
    return f"{words} of {_rows(row)}"


def _full(row: Row) -> str:
    return f"{row['column']} of {_rows(row)} ({row['table']})"


def _rows(row: Row) -> str:
    key = str(row["key"]).strip()
    if key.strip("* /"):
        return key
    return f"all {row['table']}"


def values_at(inputs: Iterable[Input], positions: Mapping[str, float]) -> tuple[dict[Place, Any], list[str]]:
    """What every cell holds when the inputs named stand at these positions, and what is wrong with that.

    Factors on the same cell multiply, and what is added to it sums up.
    """
    amounts: dict[Place, tuple[VariedCell, str, float]] = {}
    for one in inputs:
        if one.name not in positions:
            continue
        for part in one.ranges:
            amount = part.amount(positions[one.name])
            for cell in part.cells:
                together = amount
                if cell.place in amounts:  # only factors, or only what is added, may meet
                    before = amounts[cell.place][2]
                    together = before * amount if part.change == "times" else before + amount
                amounts[cell.place] = (cell, part.change, together)
    values = {place: changed(*how) for place, how in amounts.items()}
    return values, [problem for place, (cell, _, _) in amounts.items() if (problem := misfit(cell, values[place]))]


def input_rows(inputs: Iterable[Input]) -> list[dict[str, Any]]:
    """What is varied: one row for each row of ``ranges``, with how many cells it moves and between which values."""
    rows = []
    for one in inputs:
        for part in one.ranges:
            present = [cell.present for cell in part.cells if cell.present is not None]
            rows.append(
                {
                    "input": one.name,
                    "table": part.row["table"],
                    "key": part.row["key"],
                    "column": part.row["column"],
                    "change": part.change,
                    "low": part.low,
                    "high": part.high,
                    "unit": part.unit,
                    "distribution": part.row["distribution"],
                    "cells": len(part.cells),
                    "present_least": min(present, default=None),
                    "present_most": max(present, default=None),
                    "source": part.row["source"],
                }
            )
    return rows
