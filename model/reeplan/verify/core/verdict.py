"""What the check found: every broken rule as a failure, how much was checked, and how close it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reeplan.outputs.spec import Output, OutputColumn
    from reeplan.verify.core.tolerances import Allowance

    Array = NDArray[Any]
    Numbers = pd.Series[Any] | Array | Sequence[Any] | float | str
    """One for each row, one for all, or the name of the column that they stand in."""
    Rows = pd.DataFrame | pd.Series[Any] | Mapping[str, Any]
    """A table, a row of it, or the names of one thing that is judged."""

_IN_ROW = re.compile(r"see `(\w+)`")
"""A unit that stands in another column of the row."""

LISTED = 20
"""Most rows that are listed one by one for a rule of a plan; the rest is counted."""

Value = float | str | None


@dataclass(frozen=True)
class Failure:
    """One row that does not hold. ``point`` is empty where the run as a whole is meant."""

    point: str
    rule: str
    table: str
    where: str
    expected: Value
    found: Value
    off_by: float | None
    unit: str
    message: str


@dataclass
class Verdict:
    """The outcome for a run. ``worst`` is the largest deviation of a rule as a share of the size of its terms."""

    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    """Digests of the results and of the whole folder."""
    files: list[str] = field(default_factory=list)
    """The files of the run by name, those of one plan for all plans."""

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return not self.failures


@dataclass(frozen=True)
class Rule:
    """A rule by name, and as a clause that ends a sentence."""

    name: str
    says: str


class How(TypedDict, total=False):
    """How close numbers must be, in which rows.

    ``allow``: an allowance, for terms of this ``size`` (of the number that is due, where it is not given).
    ``unit``: where the column that is found does not tell it. ``only``: which of the rows are meant.
    """

    allow: Required[Allowance]
    size: Numbers
    unit: str
    only: pd.Series[bool] | Array


class Ledger:
    """What was found of one plan (or of the run, where ``point`` is empty), to be opened at each table."""

    def __init__(self, verdict: Verdict, point: str = "") -> None:
        self.verdict = verdict
        self.point = point

    def on(self, table: Output | str, *names: str) -> TableLedger:
        """Opened at a table (or another file): its rows are named by its key, and by ``names`` where they have them."""
        if isinstance(table, str):
            return TableLedger(self, table, names)
        return TableLedger(self, table.file, tuple(dict.fromkeys((*table.key, *names))), table.columns)


@dataclass(frozen=True)
class TableLedger:
    """Judges the rows of one table, and enters what does not hold: a check states only what should.

    A failure names its row by those of ``names`` that it has (by all it has, where it has none of them), and the column
    that was found, where a check names it; its unit is then the column's.
    """

    ledger: Ledger
    table: str
    names: tuple[str, ...]
    columns: tuple[OutputColumn, ...] = ()

    def equal(self, rule: Rule, rows: Rows, expected: Numbers, found: Numbers, **how: Unpack[How]) -> None:
        """Both are the same number in every row."""
        self._judge(rule, rows, expected, found, lambda due, given: np.abs(given - due), **how)

    def at_most(self, rule: Rule, rows: Rows, limit: Numbers, found: Numbers, **how: Unpack[How]) -> None:
        """No row exceeds its limit."""

        def beyond(most: Array, given: Array) -> Array:
            return np.where(np.isposinf(most), 0.0, np.maximum(given - most, 0.0))

        self._judge(rule, rows, limit, found, beyond, **how)

    def at_least(self, rule: Rule, rows: Rows, least: Numbers, found: Numbers, **how: Unpack[How]) -> None:
        """No row falls below its minimum."""
        self._judge(rule, rows, least, found, lambda low, given: np.maximum(low - given, 0.0), **how)

    def between(
        self, rule: Rule, rows: Rows, least: Numbers, most: Numbers, found: Numbers, **how: Unpack[How]
    ) -> None:
        """No row lies outside its limits: two statements a row."""
        self.at_least(rule, rows, least, found, **how)
        self.at_most(rule, rows, most, found, **how)

    def same(self, rule: Rule, rows: Rows, expected: Numbers, found: Numbers, **how: Unpack[How]) -> None:
        """The same number in both, or none in either, in every row."""
        table = _table(rows)
        due, given = _numbers(table, expected), _numbers(table, found)
        missing = np.isnan(due) | np.isnan(given)
        meant = _meant(table, how.get("only"))
        lacking = meant[missing[meant]]
        self._count(rule, len(lacking))
        bad = lacking[np.isnan(due[lacking]) != np.isnan(given[lacking])]
        self._enter(rule, rows, bad, lambda i: (_or_none(due[i]), _or_none(given[i]), None), found, how.get("unit"))
        there = np.zeros(len(table), dtype=bool)
        there[meant] = ~missing[meant]
        how["only"] = there
        self.equal(rule, rows, expected, found, **how)

    def stated(self, rule: Rule, rows: Rows, expected: Numbers, found: Numbers, **how: Unpack[How]) -> None:
        """The same number in every row in which there should be one, or is one."""
        table = _table(rows)
        how["only"] = ~(np.isnan(_numbers(table, expected)) & np.isnan(_numbers(table, found)))
        self.same(rule, rows, expected, found, **how)

    def true(
        self,
        rule: Rule,
        rows: Rows,
        holds: pd.Series[bool] | Array | Sequence[bool] | bool,
        found: str = "",
        *,
        expected: Value = None,
        only: pd.Series[bool] | Array | None = None,
    ) -> None:
        """A yes-or-no rule holds in every row; ``found`` names the column to quote."""
        table = _table(rows)
        meant = _meant(table, only)
        self._count(rule, len(meant))
        right = np.broadcast_to(np.asarray(holds, dtype=bool), len(table))
        cells = table[found].to_numpy(dtype=object) if found else np.full(len(table), None)
        self._enter(rule, rows, meant[~right[meant]], lambda i: (expected, _quoted(cells[i], None), None), named=found)

    def says(self, rule: Rule, rows: Rows, expected: Any, found: str) -> None:
        """A text is the one that is due, in every row."""
        table = _table(rows)
        due = np.broadcast_to(np.asarray(expected, dtype=object), len(table))
        given = table[found].to_numpy(dtype=object)
        self._count(rule, len(table))
        bad = np.flatnonzero(np.asarray(due != given, dtype=bool))
        self._enter(rule, rows, bad, lambda i: (_quoted(due[i]), _quoted(given[i]), None), named=found)

    def holds(
        self, rule: Rule, right: bool, where: str = "", expected: Value = None, found: Value = None, count: int = 1
    ) -> None:
        """A statement that is no matter of numbers; where it holds it counts for so many."""
        if right:
            self.held(rule, count)
        else:
            self.broken(rule, where, expected, found)

    def broken(self, rule: Rule, where: str = "", expected: Value = None, found: Value = None) -> None:
        """A failure that is no matter of numbers; what two lists say alike of a file is one."""
        if self._add(rule, where, expected, found, None, ""):
            self._count(rule, 1)

    def held(self, rule: Rule, rows: int = 1) -> None:
        """Count rows that were found right."""
        self._count(rule, rows)

    # ---- inside -------------------------------------------------------------------------------

    def _count(self, rule: Rule, rows: int) -> None:
        self.ledger.verdict.checked[rule.name] += rows

    def _judge(
        self, rule: Rule, rows: Rows, expected: Numbers, found: Numbers, off_by: Callable[[Array, Array], Array],
        **how: Unpack[How],
    ) -> None:  # fmt: skip
        table, allow = _table(rows), how["allow"]
        meant = _meant(table, how.get("only"))
        self._count(rule, len(meant))
        if not len(meant):
            return
        due, given = _numbers(table, expected), _numbers(table, found)
        size = np.abs(_numbers(table, how["size"]) if "size" in how else due)
        size = np.where(np.isfinite(size), size, 0.0)
        with np.errstate(invalid="ignore"):  # rows that are not meant may have nothing
            off = off_by(due, given)
        bad = meant[~(off <= allow.share * size + allow.floor)[meant]]
        scale = (size + allow.floor / allow.share)[meant]
        relative = float(np.nanmax(np.append(off[meant][scale > 0] / scale[scale > 0], 0.0)))
        worst = self.ledger.verdict.worst
        worst[rule.name] = max(relative, worst.get(rule.name, 0.0))
        self._enter(rule, rows, bad, lambda i: (float(due[i]), float(given[i]), float(off[i])), found, how.get("unit"))

    def _enter(
        self, rule: Rule, rows: Rows, bad: Array, say: Callable[[int], tuple[Value, Value, float | None]],
        found: Numbers = "", unit: str | None = None, named: str = "",
    ) -> None:  # fmt: skip
        """The first of the rows that do not hold, by their number, and how many more there are."""
        column = found if isinstance(found, str) else ""
        units = [one.unit for one in self.columns if column and one.covers(column)]
        unit = unit if unit is not None else units[0] if units else ""
        table = _table(rows) if len(bad) else pd.DataFrame()
        known = () if isinstance(rows, Mapping) else self.names
        names = [name for name in known if name in table] or [str(name) for name in table]
        names += [named] if named and named not in names else []
        for i in bad[:LISTED]:
            row = table.iloc[i]
            cells = [f"{name} {text}" for name in names if (text := _quoted(row[name]))]
            where = ", ".join([*cells, *([f"column {column}"] if units else [])])
            stands_in = _IN_ROW.fullmatch(unit)
            self._add(rule, where, *say(i), _quoted(row.get(stands_in[1])) if stands_in else unit)
        if len(bad) > LISTED:
            self._add(rule, f"{len(bad) - LISTED} more rows", None, None, None, "")

    def _add(self, rule: Rule, where: str, expected: Value, found: Value, off_by: float | None, unit: str) -> bool:
        """Enter a failure; False where the very same is entered already."""
        point, failures = self.ledger.point, self.ledger.verdict.failures
        place = " · ".join(part for part in (f"plan {point}" if point else "", self.table, where) if part)
        message = f"{place}: {rule.says}"
        if expected is not None or found is not None:
            message += f"; expected {_shown(expected, unit)}, found {_shown(found, unit)}"
        failure = Failure(point, rule.name, self.table, where, expected, found, off_by, unit, message + ".")
        if off_by is None and failure in failures:
            return False
        failures.append(failure)
        return True


def _table(rows: Rows) -> pd.DataFrame:
    return rows if isinstance(rows, pd.DataFrame) else pd.DataFrame([rows])


def _meant(table: pd.DataFrame, only: pd.Series[bool] | Array | None) -> Array:
    """The rows that are meant, by their number."""
    return np.arange(len(table)) if only is None else np.flatnonzero(np.asarray(only, dtype=bool))


def _numbers(table: pd.DataFrame, values: Numbers) -> Array:
    """One a row."""
    found = np.asarray(table[values] if isinstance(values, str) else values, dtype=float)
    return np.broadcast_to(found, len(table))


def _or_none(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _quoted(cell: Any, nothing: Any = "") -> Any:
    """A cell as text; ``nothing`` where there is none."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return nothing
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _shown(value: Value, unit: str) -> str:
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else f"{value:.12g} {unit.replace('fraction', '')}".strip()
