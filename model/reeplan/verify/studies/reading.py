"""What the checks of the study tables share: yes and no, and numbers that may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.tolerances import Allowance
    from reeplan.verify.core.verdict import TableLedger

STUDY_TABLES = Rule("study_tables", "a run has the tables of its study that say something, and no others")
STUDY_YES_NO = Rule("study_yes_no", "'yes' or 'no' belongs here")
STUDY_STATUS = Rule("study_status", "a status says how the search ended")


def yes(table: pd.DataFrame, column: str, on: TableLedger) -> pd.Series[bool]:
    """A column of 'yes' and 'no' as truth; what is neither counts as no, and is entered."""
    on.true(STUDY_YES_NO, table, table[column].isin(["yes", "no"]), column)
    return table[column] == "yes"


def not_due(run: Path, on: TableLedger) -> None:
    """There is no such table, because the study has nothing to say in it."""
    on.true(STUDY_TABLES, {"table": on.table}, not (run / on.table).exists())


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
