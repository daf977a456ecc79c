"""How tables are written: UTF-8 with a byte-order mark, so that a spreadsheet opens any script right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandas.api.types import infer_dtype

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

ENCODING = "utf-8-sig"


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """One table as CSV: twelve significant digits, so that sums can be checked; yes and no for what is true and not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _in_words(frame).to_csv(path, index=False, encoding=ENCODING, float_format="%.12g", lineterminator="\n")


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with yes and no as a case's own tables have them; what is not known stays empty."""
    flags = {str(name): cells for name, cells in frame.items() if infer_dtype(cells, skipna=True) == "boolean"}
    return frame.assign(**{name: cells.map({True: "yes", False: "no"}) for name, cells in flags.items()})
