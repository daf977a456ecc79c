"""Rows as read and checked, and the problems found on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row(Mapping[str, Any]):
    """One checked row: every column of the spec with a typed value, defaults filled in.

    ``file`` is the file as the user named it (the case folder or an overlay), ``line`` counts
    from 1 as a spreadsheet does. Both let a message point at the cell. ``given`` names the columns
    whose cell was filled; the others hold their defaults.
    """

    cells: Mapping[str, Any]
    file: str
    line: int
    given: frozenset[str] = field(default=frozenset(), compare=False)

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the input: where, what was found and expected, and how to fix it.

    ``line`` is 0 where no single line is meant, ``column`` empty where no single column is.
    """

    file: str
    line: int
    column: str
    message: str
    hint: str = ""

    def as_object(self) -> dict[str, Any]:
        """The same as plain values; None where nothing is meant."""
        return {
            "file": self.file,
            "line": self.line or None,
            "column": self.column or None,
            "message": self.message,
            "hint": self.hint or None,
        }


@dataclass(frozen=True)
class Tables:
    """A whole checked case: the settings as a dictionary and every table as a list of rows.

    An absent optional table is an empty list.
    """

    settings: Mapping[str, Any]
    rows: Mapping[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        return self.rows[table]


@dataclass
class Loaded:
    """What reading a case gave: its tables if they hold together, and every problem found."""

    tables: Tables | None
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    files: int = 0
    row_count: int = 0

    def is_bad(self, strict: bool) -> bool:
        """Whether the case cannot be solved as it is; ``strict``: warnings are errors."""
        return bool(self.errors) or (strict and bool(self.warnings))
