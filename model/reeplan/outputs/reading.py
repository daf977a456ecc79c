"""CSV tables of a run folder with the types of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.inputs.spec import Column

TEXT = {
    "point", "status", "asset", "partner", "what", "window", "deposit", "from_region", "to_region", "material",
    "supplier", "region", "part", "item", "metric", "subject", "unit", "knee", "not_distinguished_from_previous",
}  # fmt: skip
"""Columns of result tables that hold text."""


def read(file: Path) -> pd.DataFrame:
    """A table as text, as a run folder holds it."""
    return pd.read_csv(file, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """A result table with numbers as numbers."""
    for name in frame:
        if name not in TEXT:
            frame[name] = numbers(frame[name])
    return frame


def filled(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """The cells of an input column as numbers or text, empty ones with the column's default if it is a constant."""
    if column.kind in ("number", "integer"):
        values = numbers(cells)
        return values.fillna(float(column.default)) if isinstance(column.default, int | float) else values
    constant = not column.required and isinstance(column.default, str)
    return cells.where(cells != "", str(column.default)) if constant else cells


def numbers(cells: pd.Series[Any]) -> pd.Series[float]:
    """Cells as numbers, empty ones as NaN."""
    return pd.to_numeric(cells, errors="coerce").astype(float)
