"""How tables are written: UTF-8 with a byte-order mark, so that a spreadsheet opens any script right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ENCODING = "utf-8-sig"


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """One table as CSV: twelve significant digits, so that sums can be checked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, encoding=ENCODING, float_format="%.12g", lineterminator="\n")
