"""Overlays that were made for another case: said first and once, not as an error for each unknown name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reeplan.inputs.names import counted, shown
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.inputs.columns import RawRow
    from reeplan.inputs.partial_case import PartialCase
    from reeplan.inputs.spec import Table

LEAST_UNKNOWN = 3
"""Fewer unknown names are slips of the pen."""
MOST = 0.6
"""An overlay of whose rows so many do not fit was made for another case."""


@dataclass
class Fit:
    """How an overlay fits a case: of its rows that name something those that do not, and the names not found."""

    rows: int = 0
    unfit: int = 0
    unknown: set[str] = field(default_factory=set)

    @property
    def is_for_another_case(self) -> bool:
        """Whether nothing of it fits, or little."""
        return len(self.unknown) >= LEAST_UNKNOWN and self.unfit >= MOST * self.rows


def fold_misfits(draft: PartialCase, case: Path, overlays: Sequence[Path]) -> None:
    """Of an overlay that does not fit say so first, then one error for each of its files."""
    for overlay in overlays:
        files = {shown(overlay / f"{name}.csv"): table for name, table in TABLES.items()}
        wrong: dict[str, list[Problem]] = {}
        for problem in sorted(draft.errors):
            if problem.file in files:
                wrong.setdefault(problem.file, []).append(problem)
        fit = _fit(draft, files, wrong)
        if not fit.is_for_another_case:
            continue
        draft.errors[:] = [problem for problem in draft.errors if problem.file not in files]
        draft.errors.append(
            Problem(
                shown(overlay),
                0,
                "",
                f"{'nothing' if fit.unfit == fit.rows else 'little'} in this overlay fits the case: "
                f"{fit.unfit} of {counted(fit.rows, 'row')} {'names' if fit.unfit == 1 else 'name'} what is not there.",
                f"it was made for another case{_other_case(case, fit.unknown)}.",
            )
        )
        draft.errors += [_first_of(problems) for problems in wrong.values()]


def _fit(draft: PartialCase, files: dict[str, Table], wrong: dict[str, list[Problem]]) -> Fit:
    fit = Fit()
    for file, table in files.items():
        lines = {problem.line for problem in wrong.get(file, [])}
        for row in (row for part in draft.parts[table.name] if part.file == file for row in part.rows):
            names = _names(draft, table, row, row.line in lines)
            if names:
                unknown = {name for name, known in names.items() if not known}
                fit.rows += 1
                fit.unfit += bool(unknown) or row.line in lines or table.wide in row.bad
                fit.unknown |= unknown
    return fit


def _names(draft: PartialCase, table: Table, row: RawRow, is_wrong: bool) -> dict[str, bool]:
    """The names that a row uses, and whether each is known to the case or to the overlay itself."""
    if row.drop:
        return {str(row.cells[name]): not is_wrong for name in table.key if name in row.cells}
    names = {}
    for column in table.columns:
        name = row.cells.get(column.name)
        if name is not None and column.refers_to and all(draft.known(target) for target in column.refers_to):
            names[name] = name in column.also or any(name in draft.valid_names(target) for target in column.refers_to)
    return names


def _first_of(problems: list[Problem]) -> Problem:
    """The first problem of a file, and how many more there are."""
    first, more = problems[0], len(problems) - 1
    hint = f"{first.hint} {more} more in this file." if more else first.hint
    return Problem(first.file, first.line, first.column, first.message, hint.strip())


def _other_case(case: Path, names: set[str]) -> str:
    """The case beside this one that holds most of the names, in brackets."""
    best, most = "", MOST * len(names)
    for settings in sorted(case.parent.glob("*/settings.csv")):
        tables = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in settings.parent.glob("*.csv"))
        held = sum(name in tables for name in names)
        if held >= most and settings.parent != case:
            best, most = f" ({shown(settings.parent)}?)", held
    return best
