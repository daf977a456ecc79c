"""What the check found: every broken rule as a failure, how much was checked, and how close it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from reeplan.verify.core.tolerances import Allowance

    Array = NDArray[Any]
    Numbers = pd.Series[float] | Array | Sequence[float]

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


class Ledger:
    """Judges rows of one plan (or of the run, where ``point`` is empty) and enters what does not hold."""

    def __init__(self, verdict: Verdict, point: str = "") -> None:
        self.verdict = verdict
        self.point = point

    def equal(
        self,
        rule: Rule,
        table: str,
        rows: pd.DataFrame,
        expected: Numbers,
        found: Numbers,
        *,
        allow: Allowance,
        size: Numbers | None = None,
        unit: str = "",
    ) -> None:
        """Both are the same number in every row."""
        due, given = _numbers(expected), _numbers(found)
        self._judge(rule, table, rows, (due, given, np.abs(given - due)), _size(size, due), allow, unit)

    def at_most(
        self,
        rule: Rule,
        table: str,
        rows: pd.DataFrame,
        limit: Numbers,
        found: Numbers,
        *,
        allow: Allowance,
        size: Numbers | None = None,
        unit: str = "",
    ) -> None:
        """No row exceeds its limit."""
        most, given = _numbers(limit), _numbers(found)
        off = np.where(np.isposinf(most), 0.0, np.maximum(given - most, 0.0))
        self._judge(rule, table, rows, (most, given, off), _size(size, most), allow, unit)

    def at_least(
        self,
        rule: Rule,
        table: str,
        rows: pd.DataFrame,
        least: Numbers,
        found: Numbers,
        *,
        allow: Allowance,
        size: Numbers | None = None,
        unit: str = "",
    ) -> None:
        """No row falls below its minimum."""
        lowest, given = _numbers(least), _numbers(found)
        off = np.maximum(lowest - given, 0.0)
        self._judge(rule, table, rows, (lowest, given, off), _size(size, lowest), allow, unit)

    def true(
        self,
        rule: Rule,
        table: str,
        rows: pd.DataFrame,
        holds: pd.Series[bool] | Array,
        expected: Value = None,
        found: str | None = None,
    ) -> None:
        """A yes-or-no rule holds in every row; ``found`` names the column to quote."""
        self.verdict.checked[rule.name] += len(rows)
        bad = rows[~np.asarray(holds, dtype=bool)]
        for _, row in bad.head(LISTED).iterrows():
            self._enter(rule, table, row, expected, _quoted(row[found]) if found else None, None, "")
        self._enter_rest(rule, table, len(bad))

    def broken(self, rule: Rule, table: str, where: str = "", expected: Value = None, found: Value = None) -> None:
        """A failure that is no matter of numbers; what two lists say alike of a file is one."""
        if self._add(rule, table, where, expected, found, None, ""):
            self.verdict.checked[rule.name] += 1

    def held(self, rule: Rule, rows: int = 1) -> None:
        """Count rows that were found right."""
        self.verdict.checked[rule.name] += rows

    # ---- inside -------------------------------------------------------------------------------

    def _judge(
        self,
        rule: Rule,
        table: str,
        rows: pd.DataFrame,
        numbers: tuple[Array, Array, Array],
        size: Array,
        allow: Allowance,
        unit: str,
    ) -> None:
        self.verdict.checked[rule.name] += len(rows)
        if rows.empty:
            return
        expected, found, off = (np.broadcast_to(column, len(rows)) for column in numbers)
        size = np.broadcast_to(np.where(np.isfinite(size), size, 0.0), len(rows))
        bad = ~(off <= allow.share * size + allow.floor)
        scale = size + allow.floor / allow.share
        relative = float(np.nanmax(np.append(off[scale > 0] / scale[scale > 0], 0.0)))
        self.verdict.worst[rule.name] = max(relative, self.verdict.worst.get(rule.name, 0.0))
        for i in np.flatnonzero(bad)[:LISTED]:
            self._enter(rule, table, rows.iloc[i], float(expected[i]), float(found[i]), float(off[i]), unit)
        self._enter_rest(rule, table, int(bad.sum()))

    def _enter(
        self,
        rule: Rule,
        table: str,
        row: pd.Series[Any],
        expected: Value,
        found: Value,
        off_by: float | None,
        unit: str,
    ) -> None:
        where = ", ".join(f"{column} {_quoted(row[column])}" for column in row.index if _quoted(row[column]))
        self._add(rule, table, where, expected, found, off_by, unit)

    def _enter_rest(self, rule: Rule, table: str, bad: int) -> None:
        if bad > LISTED:
            self._add(rule, table, f"{bad - LISTED} more rows", None, None, None, "")

    def _add(
        self, rule: Rule, table: str, where: str, expected: Value, found: Value, off_by: float | None, unit: str
    ) -> bool:
        """Enter a failure; False where the very same is entered already."""
        place = " · ".join(part for part in (f"plan {self.point}" if self.point else "", table, where) if part)
        message = f"{place}: {rule.says}"
        if expected is not None or found is not None:
            message += f"; expected {_shown(expected, unit)}, found {_shown(found, unit)}"
        failure = Failure(self.point, rule.name, table, where, expected, found, off_by, unit, message + ".")
        if off_by is None and failure in self.verdict.failures:
            return False
        self.verdict.failures.append(failure)
        return True


def _numbers(values: Numbers) -> Array:
    return np.asarray(values, dtype=float)


def _size(size: Numbers | None, otherwise: Array) -> Array:
    """The size of the terms: of the number that is due, where nothing else is said."""
    return np.abs(otherwise if size is None else _numbers(size))


def _quoted(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _shown(value: Value, unit: str) -> str:
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else f"{value:.12g} {unit}".strip()
