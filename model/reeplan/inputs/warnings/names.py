"""Warnings about names that other programs take for something else: a missing value, a number, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.checks.names import DECLARED
from reeplan.inputs.names import listing, quoted
from reeplan.inputs.notations import NUMBER
from reeplan.inputs.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.reach import Chain
    from reeplan.inputs.rows import Row

MISSING = frozenset(
    ["#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
     "NaN", "None", "n/a", "nan", "null"]
)  # fmt: skip
"""What pandas reads as a missing value unless it is told not to; pyam, which reads by pandas, then refuses the row."""

_INFINITE = frozenset(["inf", "+inf", "infinity", "+infinity"])
_TRUTH = frozenset(["true", "false"])


def names_read_otherwise(chain: Chain) -> Iterator[Problem]:
    """Names that are right here, and that whoever reads the results with pandas or pyam will stumble over."""
    for table, column in DECLARED:
        first: dict[str, Row] = {}
        for row in chain.tables[table]:
            first.setdefault(row[column], row)
        for means, programs, hint in _KINDS:
            names = [name for name in first if name and means(name)]
            if names:
                row, shown = first[names[0]], listing(map(quoted, names))
                yield Problem(row.file, row.line, column, f"{shown}: read as {programs}.", hint)


def _is_missing(name: str) -> bool:
    return name in MISSING


def _is_number(name: str) -> bool:
    return bool(NUMBER.fullmatch(name)) or name.casefold() in _INFINITE


def _is_truth(name: str) -> bool:
    return name.casefold() in _TRUTH


_KINDS = (
    (_is_missing, "missing by pandas and pyam", "read results with keep_default_na=False, or choose another name."),
    (_is_number, "a number by pandas and spreadsheets", "read results as text, or choose another name."),
    (_is_truth, "yes or no by pandas and spreadsheets", "read results as text, or choose another name."),
)
