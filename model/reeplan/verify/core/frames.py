"""Small verbs on tables that the checks share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def empty(columns: Sequence[str]) -> pd.DataFrame:
    """A table without rows."""
    return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})


def total(table: pd.DataFrame, by: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
    """Sums of columns by key."""
    return table.groupby(list(by), as_index=False, sort=False)[list(columns)].sum()


def joined(
    table: pd.DataFrame, other: pd.DataFrame, on: Sequence[str], fill: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """All rows of a table with what another says of them; ``fill`` where it says nothing."""
    found = table.merge(other, on=list(on), how="left")
    return found.fillna(dict(fill)) if fill else found


def crossed(table: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Every row of one with every row of the other."""
    return table.merge(other, how="cross")


def either(ours: pd.DataFrame, theirs: pd.DataFrame, on: Sequence[str], fill: Sequence[str]) -> pd.DataFrame:
    """Rows of both, side by side; numbers of ``fill`` are 0 where a row is only in one of them."""
    found = ours.merge(theirs, on=list(on), how="outer", indicator="in")
    found[list(fill)] = found[list(fill)].astype(float).fillna(0.0)
    return found
