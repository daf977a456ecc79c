"""What a table of a run folder is: its key, its columns, and how it is written and read by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from reeplan.csv_files import numbers_in, read_cells

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Kind = Literal["text", "yes_no", "number", "integer"]

Row = Mapping[str, Any]

HEADED = ("MUSD", "t/yr", "t", "USD/t")
"""Units that are read in a heading; a share is read as a percentage, and a year is known as one."""


PROVEN = "what is proven, by the solver"
ELSEWHERE = "plans that are not in the run"
PRICES = "what a tonne more is worth"
RESAMPLED = "how sure an index is"
MADE = "how the run was made"
"""Kinds of numbers that no other number of a run implies, so that the check cannot recompute them."""


class WrongColumnsError(ValueError):
    """Rows that do not have the columns of their table."""


@dataclass(frozen=True)
class OutputColumn:
    """One column: what stands in its cells, in which unit.

    A name that ends in ``<…>`` stands for one column each (partner, year, run). ``empty``: a cell may be empty.
    ``missing``: the column is left out where no row has it. ``unbounded``: a number may be infinite, or not known.
    ``title`` is how it is read where its name is not enough, ``over`` what its neighbours have in common with it.
    """

    name: str
    kind: Kind
    meaning: str = ""
    unit: str = ""
    empty: bool = False
    missing: bool = False
    unbounded: bool = False
    title: str = ""
    over: str = ""

    @property
    def heading(self) -> str:
        """How it is read, without its unit: its title, else its name."""
        words = self.title or self.name.removesuffix("_musd").removesuffix("_share").replace("_", " ")
        return f"{words[:1].upper()}{words[1:]}"

    @property
    def headed_unit(self) -> str:
        """The unit that is read in its heading, if any."""
        unit = "MUSD" if self.unit.startswith("MUSD") else self.unit
        return unit if unit in HEADED else ""

    @property
    def is_number(self) -> bool:
        """Whether cells are numbers."""
        return self.kind in ("number", "integer")

    @property
    def may_be_left_out(self) -> bool:
        """Whether a row may be without it."""
        return self.empty or self.missing or self.unbounded or self.one_each

    @property
    def one_each(self) -> bool:
        """Whether it stands for several columns."""
        return self.name.endswith(">")

    def covers(self, name: str) -> bool:
        """Whether a column of this name is meant."""
        return name.startswith(self.name[: self.name.index("<")]) if self.one_each else name == self.name


@dataclass(frozen=True)
class Cells:
    """Columns of a file of the run; ``only`` the rows in which a column has this value."""

    file: str
    columns: tuple[str, ...]
    only: tuple[str, str] | None = None

    def __str__(self) -> str:
        rows = f" where {self.only[0]} is '{self.only[1]}'" if self.only else ""
        return f"{self.file} {', '.join(self.columns)}{rows}".strip()

    def in_markdown(self) -> str:
        """The same with names as code."""
        rows = f" where `{self.only[0]}` is *{self.only[1]}*" if self.only else ""
        return f"`{self.file}` {', '.join(f'`{column}`' for column in self.columns)}".strip() + rows

    def include(self, file: str, column: str, row: Mapping[str, str]) -> bool:
        """Whether a cell is one of these."""
        named = PurePosixPath(file).match(self.file) and (not self.columns or column in self.columns)
        return named and (self.only is None or row.get(self.only[0]) == self.only[1])


@dataclass(frozen=True)
class Output:
    """One table: its key (no two rows have the same), its columns in their order, and what a row says.

    ``place`` is the folder that it lies in, below that of the run or comparison (``plans``: that of each plan).
    """

    name: str
    about: str
    key: tuple[str, ...]
    columns: tuple[OutputColumn, ...]
    place: str = ""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.csv"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that every such table has, or may have, under the same name."""
        return tuple(column.name for column in self.columns if not column.one_each)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of them that hold numbers."""
        return tuple(column.name for column in self.columns if column.is_number and not column.one_each)

    @property
    def texts(self) -> tuple[str, ...]:
        """Those of them that hold text, or yes and no."""
        return tuple(column.name for column in self.columns if not column.is_number and not column.one_each)

    def column(self, name: str) -> OutputColumn:
        """The column that a name stands for; raises KeyError where it has no such column."""
        found = self._find(name)
        if found is None:
            raise KeyError(f"{self.file} has no column {name}")
        return found

    def pick(self, names: str) -> tuple[OutputColumn, ...]:
        """Some columns, their names parted by blanks."""
        return tuple(self.column(name) for name in names.split())

    def cells(self, names: str, **only: str) -> Cells:
        """Some of its columns; only the rows in which a column, if one is named, has this value."""
        return Cells(self.file, tuple(column.name for column in self.pick(names)), next(iter(only.items()), None))

    def _find(self, name: str) -> OutputColumn | None:
        """The column of this name, else the one that stands for several of its kind."""
        meant = sorted((column for column in self.columns if column.covers(name)), key=lambda column: column.one_each)
        return meant[0] if meant else None

    def frame(self, rows: Iterable[Row], one_each: Iterable[str] = ()) -> pd.DataFrame:
        """Rows as the table that is written: columns in their order, years and counts as whole numbers.

        A cell that may be empty need not be in a row. ``one_each``: columns of partners, years or runs that are there
        without rows too. Raises WrongColumnsError where a row lacks a cell, or has one that the table does not have.
        """
        rows = list(rows)
        heads = dict.fromkeys(tuple(row) for row in rows)
        for head in heads:
            self._check(head)
        present = list(dict.fromkeys([*one_each, *(name for head in heads for name in head)]))
        names = [name for column in self.columns for name in self._names_of(column, present)]
        frame = pd.DataFrame(rows, columns=names)
        for column in self.columns:
            if column.kind == "integer" and column.name in frame and frame[column.name].dtype == float:
                frame[column.name] = frame[column.name].astype("Int64")  # some are missing
        return frame

    def _check(self, head: tuple[str, ...]) -> None:
        unknown = [name for name in head if self._find(name) is None]
        lacking = [c.name for c in self.columns if not (c.may_be_left_out or c.name in head)]
        if unknown or lacking:
            raise WrongColumnsError(f"{self.file}: unknown columns {unknown}, columns without a value {lacking}")

    def _names_of(self, column: OutputColumn, present: list[str]) -> list[str]:
        """Under which names a column is in a table with these cells."""
        if column.one_each:
            return [name for name in present if self._find(name) == column]
        return [] if column.missing and column.name not in present else [column.name]

    def read(self, folder: Path, *, lenient: bool = False) -> pd.DataFrame:
        """The table in a folder: text as text (an empty cell is an empty text), numbers as floats (empty: NaN).

        ``lenient``: one that is not there has no rows, and a column that is not there is empty. Else raises OSError.
        """
        path = folder / self.file
        frame = pd.DataFrame() if lenient and not path.exists() else read_cells(path)
        for name in self.names if lenient else ():
            if name not in frame:
                frame[name] = pd.Series("", index=frame.index, dtype=str)
        for name in frame.columns:
            if (column := self._find(str(name))) is not None and column.is_number:
                frame[name] = numbers_in(frame[name])
        return frame


# ---- to declare them --------------------------------------------------------------------------------
# Each of these takes one name or several with the same meaning, parted by blanks; their titles are parted by bars.


def text(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of text."""
    return _columns(names, "text", "", meaning, **rules)


def yes_no(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of yes and no."""
    return _columns(names, "yes_no", "yes/no", meaning, **rules)


def number(names: str, unit: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of numbers in a unit."""
    return _columns(names, "number", unit, meaning, **rules)


def musd(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of million USD."""
    return _columns(names, "number", "MUSD", meaning, **rules)


def share(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of fractions of one."""
    return _columns(names, "number", "fraction", meaning, **rules)


def year(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of years."""
    return _columns(names, "integer", "year", meaning, **rules)


def count(names: str, meaning: str = "", **rules: Any) -> tuple[OutputColumn, ...]:
    """Columns of whole numbers without a unit."""
    return _columns(names, "integer", "", meaning, **rules)


def _columns(
    names: str, kind: Kind, unit: str, meaning: str, *, title: str = "", **rules: Any
) -> tuple[OutputColumn, ...]:
    each = zip_longest(names.split(), title.split("|"), fillvalue="")
    return tuple(OutputColumn(name, kind, meaning, unit, title=words, **rules) for name, words in each)


def output(name: str, about: str, key: str, *columns: tuple[OutputColumn, ...], place: str = "") -> Output:
    """A table with the columns of all these groups; ``key``: names parted by blanks."""
    return Output(name, about, tuple(key.split()), tuple(column for group in columns for column in group), place)
