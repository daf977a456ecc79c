"""How tables of a run are written: what is true or not as yes and no, in every table alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from reeplan.csv_files import write_table

if TYPE_CHECKING:
    from pathlib import Path


def written(place: Path, cells: dict[str, object]) -> list[str]:
    """The lines of a table after it was written."""
    write_table(pd.DataFrame(cells), place / "there" / "table.csv")
    return (place / "there" / "table.csv").read_text(encoding="utf-8-sig").splitlines()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([True, False], ["yes", "no"]),
        ([True, None], ["yes", ""]),
        ([np.False_, float("nan")], ["no", ""]),
        ([1, 0], ["1", "0"]),
        ([1.0, 0.0], ["1", "0"]),
        (["True", "no"], ["True", "no"]),
        ([None, None], ["", ""]),
    ],
)
def test_yes_and_no_are_written_as_such_and_nothing_else_is(
    tmp_path: Path, cells: list[object], said: list[str]
) -> None:
    assert written(tmp_path, {"plant": ["mill", "mine"], "built": cells}) == [
        "plant,built",
        f"mill,{said[0]}",
        f"mine,{said[1]}",
    ]


def test_a_table_that_is_written_is_not_changed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"built": [True, False]})
    write_table(frame, tmp_path / "table.csv")
    assert frame["built"].tolist() == [True, False]


def test_a_spreadsheet_opens_any_script_and_sums_can_be_checked(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"name": ["日本"], "musd": [1 / 3]}), tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == b"\xef\xbb\xbfname,musd\n\xe6\x97\xa5\xe6\x9c\xac,0.333333333333\n"
