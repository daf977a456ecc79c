"""What the checks of the study tables share: yes and no, and numbers that may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from reeplan.verify.core.tolerances import Allowance
    from reeplan.verify.core.verdict import Ledger

STUDY_TABLES = Rule("study_tables", "a run has the tables of its study that say something, and no others")
STUDY_YES_NO = Rule("study_yes_no", "'yes' or 'no' belongs here")
STUDY_STATUS = Rule("study_status", "a status says how the search ended")


def yes(table: pd.DataFrame, column: str, name: str, where: list[str], ledger: Ledger) -> pd.Series[bool]:
    """A column of 'yes' and 'no' as truth; what is neither counts as no, and is entered."""
    rows = table[list(dict.fromkeys([*where, column]))]
    ledger.true(STUDY_YES_NO, name, rows, table[column].isin(["yes", "no"]), found=column)
    return table[column] == "yes"


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows to be named in a failure, with empty cells for numbers that are missing."""
    return rows.astype(object).where(rows.notna(), "")


def near(one: Any, other: Any, allow: Allowance, size: Any = None) -> Any:
    """Whether two numbers are one; missing ones are one as well."""
    a, b = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    scale = np.abs(b) if size is None else np.asarray(size, dtype=float)
    with np.errstate(invalid="ignore"):
        return (np.isnan(a) & np.isnan(b)) | (a == b) | (np.abs(a - b) <= allow.share * scale + allow.floor)


def study_of(manifest: Mapping[str, Any] | None, command: str) -> dict[str, Any]:
    """What the manifest says of a study; nothing where it says none."""
    found = (manifest or {}).get(command)
    return found if isinstance(found, dict) else {}


def options_of(manifest: Mapping[str, Any] | None) -> dict[str, Any]:
    """The study's own options."""
    found = (manifest or {}).get("options")
    return found if isinstance(found, dict) else {}


def same_or_missing(
    rule: Rule, name: str, where: pd.DataFrame, due: Any, found: Any, ledger: Ledger, *, allow: Allowance, size: Any
) -> None:
    """Numbers that may be missing: in both or in neither, and equal where they are there."""
    due, found = np.asarray(due, dtype=float), np.asarray(found, dtype=float)
    size = np.broadcast_to(np.asarray(size, dtype=float), len(due))
    missing = np.isnan(due) | np.isnan(found)
    ledger.true(rule, name, where[missing], np.isnan(due[missing]) & np.isnan(found[missing]))
    there = ~missing
    ledger.equal(rule, name, where[there], due[there], found[there], size=size[there], allow=allow)
