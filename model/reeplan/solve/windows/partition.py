"""Which columns and rows of a program belong to which window: what belongs to none is shared by all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHARED = -1
"""Stands for the window of what all windows share."""


@dataclass(frozen=True)
class Partition:
    """The windows of a program by their labels, and whose each column and each row is (its number, or ``SHARED``).

    ``measured`` are the shared columns through which windows are held to a resilience. A row belongs to the window
    of its columns; ``tied`` are the windows that share a row with another one, and cannot be asked alone.
    """

    labels: Sequence[str]
    columns: Any
    rows: Any
    measured: Any
    tied: frozenset[int]

    @classmethod
    def of(cls, matrix: Any, window_of: Mapping[int, str], labels: Sequence[str], measured: Sequence[int]) -> Partition:
        """The partition of a program of these coefficients; ``window_of`` tells the window of a column."""
        number = {label: i for i, label in enumerate(labels)}
        columns = np.full(matrix.shape[1], SHARED)
        for column, label in window_of.items():
            columns[column] = number[label]
        entries = sp.coo_array(matrix)
        whose, real = columns[entries.col], entries.data != 0
        own = real & (whose != SHARED)
        rows = np.full(matrix.shape[0], SHARED)
        np.maximum.at(rows, entries.row[own], whose[own])
        least = np.full(matrix.shape[0], len(labels))
        np.minimum.at(least, entries.row[own], whose[own])
        both = (rows != SHARED) & (least != rows)
        tied = frozenset(int(w) for w in np.unique(whose[own & both[entries.row]]))
        return cls(tuple(labels), columns, rows, np.asarray(measured, dtype=int), tied)

    @cached_property
    def shared_columns(self) -> Any:
        """The columns that all windows share."""
        return np.flatnonzero(self.columns == SHARED)

    def columns_of(self, window: int) -> Any:
        """The columns of a window."""
        return np.flatnonzero(self.columns == window)

    def rows_of(self, window: int) -> Any:
        """The rows of a window."""
        return np.flatnonzero(self.rows == window)
