"""What a table is, is said in one place: how it is written, read, checked and described follows from it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reeplan.csv_files import write_table
from reeplan.outputs.describe import described, page_with_tables
from reeplan.outputs.spec import OUTPUTS, PAGES, Output, WrongColumnsError
from reeplan.outputs.spec.output import count, musd, output, share, text, year, yes_no
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.verdict import Ledger, Verdict
from reeplan.verify.not_recomputed import KINDS

if TYPE_CHECKING:
    from pathlib import Path

TABLE = output(
    "crops", "What grows.", "field",
    text("field", "where"),
    year("sown", "when", empty=True),
    count("trees", "how many"),
    musd("worth_musd least_musd", "what it brings"),
    musd("most_musd", "what it may bring", unbounded=True),
    yes_no("ripe"),
    share("shade", missing=True, empty=True),
    share("part_of_<owner>", "whose it is; one column an owner"),
)  # fmt: skip
ROW = {
    "ripe": True, "worth_musd": 1.5, "least_musd": 1.0, "most_musd": math.inf, "trees": 3, "field": "north",
    "part_of_Ann": 0.25, "part_of_Bo": 0.75,
}  # fmt: skip
OWNERS = ["part_of_Ann", "part_of_Bo"]


def without(*names: str) -> dict[str, object]:
    return {name: cell for name, cell in ROW.items() if name not in names}


def checked(folder: Path, table: Output = TABLE) -> Verdict:
    verdict = Verdict()
    try:
        read_table(folder, table, Ledger(verdict), OWNERS)
    except UnreadableError:
        assert not verdict.holds
    return verdict


# ---- one place ----------------------------------------------------------------------------------


def test_a_column_is_added_in_one_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Declared, it is asked of those who write the table, read, expected by the check, and on the page."""
    wider = replace(TABLE, columns=(*TABLE.columns, *musd("debt_musd", "what is owed")))
    with pytest.raises(WrongColumnsError, match="debt_musd"):
        wider.frame([ROW])
    with pytest.raises(WrongColumnsError, match="debt_musd"):
        TABLE.frame([{**ROW, "debt_musd": 2.0}])
    frame = wider.frame([{**ROW, "debt_musd": 2.0}])
    assert list(frame)[-1] == "debt_musd"
    write_table(TABLE.frame([ROW]), tmp_path / TABLE.file)
    assert [failure.expected for failure in checked(tmp_path, wider).failures] == ["a column 'debt_musd'"]
    write_table(frame, tmp_path / TABLE.file)
    assert wider.read(tmp_path)["debt_musd"].tolist() == [2.0]
    assert checked(tmp_path, wider).holds
    assert [failure.found for failure in checked(tmp_path).failures] == ["an unknown column 'debt_musd'"]
    page = "before\n<!-- table crops -->\nold\n<!-- end of table -->\nafter\n"
    monkeypatch.setitem(OUTPUTS, "crops", TABLE)
    assert "debt_musd" not in (before := page_with_tables(page))
    monkeypatch.setitem(OUTPUTS, "crops", wider)
    assert "\n| `debt_musd` | MUSD | what is owed |\n<!-- end of table -->\nafter\n" in page_with_tables(before)


def test_a_declaration_says_all_that_is_needed() -> None:
    assert len({(table.place, table.name) for table in OUTPUTS.values()}) == len(OUTPUTS)
    for table in OUTPUTS.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name
        assert set(table.key) <= set(table.names), table.name
        assert table.about.endswith("."), table.name
        assert not any(column.is_number and not (column.unit or column.meaning) for column in table.columns), table.name


def test_every_number_that_is_declared_not_recomputed_is_of_a_kind_that_is_listed() -> None:
    declared = {kind for page in PAGES for kind in getattr(page, "NOT_RECOMPUTED", {})}
    assert declared <= {kind.what for kind in KINDS}
    with pytest.raises(KeyError, match="colour"):
        TABLE.cells("trees colour")


# ---- writing ------------------------------------------------------------------------------------


def test_a_table_has_its_columns_in_their_order() -> None:
    frame = TABLE.frame([ROW])
    assert list(frame) == ["field", "sown", "trees", "worth_musd", "least_musd", "most_musd", "ripe", *OWNERS]
    assert list(TABLE.frame([{**ROW, "shade": 0.5}, ROW]))[-3:] == ["shade", *OWNERS]
    assert list(TABLE.frame([], OWNERS)) == [*(name for name in TABLE.names if name != "shade"), *OWNERS]


def test_years_stay_whole_where_some_are_missing() -> None:
    frame = TABLE.frame([ROW, {**ROW, "sown": 2030}])
    assert (frame["sown"].dtype, frame.loc[1, "sown"]) == ("Int64", 2030)
    assert frame["trees"].tolist() == [3, 3]


@pytest.mark.parametrize("name", ["field", "trees", "ripe"])
def test_a_cell_that_must_be_there_is_asked_for(name: str) -> None:
    with pytest.raises(WrongColumnsError, match=rf"crops.csv: unknown columns \[\], columns without .*'{name}'"):
        TABLE.frame([ROW, without(name)])


def test_a_column_for_each_may_have_any_name() -> None:
    table = output("yields", "What is won.", "field", text("field"), musd("<year>"))
    frame = table.frame([{"2030": 1.0, "field": "north"}])
    assert list(frame) == ["field", "2030"]
    assert (table.column("field").kind, table.column("2031").kind) == ("text", "number")


# ---- reading ------------------------------------------------------------------------------------


def test_text_is_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    write_table(TABLE.frame([{**ROW, "field": "7"}]), tmp_path / TABLE.file)
    table = TABLE.read(tmp_path)
    assert table.loc[0, ["field", "ripe"]].tolist() == ["7", "yes"]
    assert math.isnan(table.loc[0, "sown"])
    assert table.loc[0, ["trees", "most_musd", *OWNERS]].tolist() == [3.0, math.inf, 0.25, 0.75]


def test_what_is_not_there_is_empty_where_that_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TABLE.read(tmp_path)
    assert list(TABLE.read(tmp_path, lenient=True)) == list(TABLE.names)
    (tmp_path / TABLE.file).write_text("field,more\nnorth,x\n", encoding="utf-8")
    assert list(TABLE.read(tmp_path)) == ["field", "more"]
    [row] = TABLE.read(tmp_path, lenient=True).to_dict("records")
    assert (row["field"], row["more"], row["ripe"]) == ("north", "x", "")
    assert math.isnan(row["worth_musd"])


# ---- checking -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("worth_musd", "inf", "number"),
        ("worth_musd", "", "number"),
        ("most_musd", "many", "number"),
        ("trees", "2.5", "whole_year"),
        ("part_of_Ann", "half", "number"),
        ("field", "north", "no_duplicates"),
        ("most_musd", "", ""),
        ("most_musd", "-inf", ""),
        ("sown", "", ""),
    ],
)
def test_the_check_expects_what_is_declared(column: str, cell: str, rule: str, tmp_path: Path) -> None:
    frame = TABLE.frame([ROW, {**ROW, "field": "south", "sown": 2030}]).astype(object)
    frame.loc[1, column] = cell
    write_table(frame, tmp_path / TABLE.file)
    assert {failure.rule for failure in checked(tmp_path).failures} == ({rule} if rule else set())


# ---- describing ---------------------------------------------------------------------------------


def test_neighbours_with_one_meaning_share_a_line() -> None:
    assert described(TABLE).splitlines() == [
        "What grows.",
        "",
        "| column | unit | meaning |",
        "|---|---|---|",
        "| `field` | | where |",
        "| `sown` | year | when |",
        "| `trees` | | how many |",
        "| `worth_musd`, `least_musd` | MUSD | what it brings |",
        "| `most_musd` | MUSD | what it may bring |",
        "| `ripe` | yes/no | |",
        "| `shade` | fraction | |",
        "| `part_of_<owner>` | fraction | whose it is; one column an owner |",
    ]


def test_a_table_that_is_not_declared_cannot_be_described() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        page_with_tables("<!-- table nowhere -->\n<!-- end of table -->")
