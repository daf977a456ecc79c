"""How tables are written and read: UTF-8 with a byte-order mark, so that a spreadsheet opens any script right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import infer_dtype

if TYPE_CHECKING:
    from pathlib import Path

ENCODING = "utf-8-sig"


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """One table as CSV: twelve significant digits, so that sums can be checked; yes and no for what is true and not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _in_words(frame).to_csv(path, index=False, encoding=ENCODING, float_format="%.12g", lineterminator="\n")


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with yes and no as a case's own tables have them; what is not known stays empty."""
    flags = {str(name): cells for name, cells in frame.items() if infer_dtype(cells, skipna=True) == "boolean"}
    return frame.assign(**{name: cells.map({True: "yes", False: "no"}) for name, cells in flags.items()})


def read_cells(path: Path) -> pd.DataFrame:
    """A table as text; raises OSError where there is none."""
    return pd.read_csv(path, encoding=ENCODING, dtype=str, keep_default_na=False)


def numbers_in(cells: pd.Series[Any]) -> pd.Series[float]:
    """Cells as numbers, empty ones as NaN."""
    return pd.to_numeric(cells, errors="coerce").astype(float)
