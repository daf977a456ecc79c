"""Tables that are there in another form, under another name or in another place: none vanishes without a word."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from reeplan.inputs.load import load_tables
from test_tables_case import case, only_error, says

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["case"]


@pytest.mark.parametrize(
    "name",
    [
        "budgets.xlsx",
        "Budgets.xlsx",
        "BUDGETS.XLSX",
        "budgets.xlsm",
        "budgets.xls",
        "budgets.ods",
        "budgets.numbers",
        "budgets.tsv",
        "Budgets.txt",
        "budgets.TXT",
        "budgets.csv.txt",
        "budgets.csv.gz",
        "budgets.zip",
        "budgets.csv.bak",
        "budgets.csv~",
        "budgets",
        "budgets (1).xlsx",
        "budgets - Copy.xlsx",
        "Copy of Budgets.xlsx",
        "budgets_2030.xlsm",
        "budget.xlsx",
        "budgets .xlsx",
        "budgets.json",
        "budget.json",
        "Budgets.yaml",
    ],
)
def test_an_optional_table_in_another_form_is_refused_and_said_to_matter(case: Path, name: str) -> None:
    (case / "budgets.csv").rename(case / name)
    error = only_error(load_tables(case))
    assert (error.file, error.message) == (str(case / name), "this table is not read: it is no CSV file.")
    assert error.hint.startswith("save it as 'budgets.csv' (CSV UTF-8), or move it out of the folder")
    assert error.hint.endswith("without it capital is not limited.")


@pytest.mark.parametrize("name", ["Budgets.csv", "budgets.CSV", "budgets.csv.csv", "budgets (1).csv", "budgets .csv"])
def test_an_optional_table_under_a_misspelt_name_is_refused(case: Path, name: str) -> None:
    (case / "budgets.csv").rename(case / name)
    error = only_error(load_tables(case))
    assert (error.file, error.hint) == (str(case / name), "did you mean 'budgets.csv'?")


def test_what_refers_to_a_table_in_another_form_is_not_called_unknown(case: Path) -> None:
    (case / "scenarios.csv").rename(case / "Scenarios.xlsx")
    assert only_error(load_tables(case)).file == str(case / "Scenarios.xlsx")


def test_a_needed_table_in_another_form_is_named(case: Path) -> None:
    (case / "demand.csv").rename(case / "Demand (1).XLSX")
    error = only_error(load_tables(case))
    assert (error.message, error.hint) == ("this table is missing.", "save Demand (1).XLSX as CSV (UTF-8).")


@pytest.mark.parametrize("name", [".budgets.csv", ".Budgets.csv"])
def test_a_hidden_table_is_refused_as_one_in_another_form(case: Path, name: str) -> None:
    (case / "budgets.csv").rename(case / name)
    error = only_error(load_tables(case))
    assert (error.file, error.message) == (str(case / name), "this table is not read: it is hidden.")
    (case / name).rename(case / "budgets.csv")
    (case / "demand.csv").rename(case / ".demand.csv")
    error = only_error(load_tables(case))
    assert error.hint == "it is hidden: rename .demand.csv to demand.csv."


@pytest.mark.parametrize("name", ["._budgets.csv", ".~lock.budgets.csv#", "~$budgets.xlsx", ".budgets.csv.swp"])
def test_what_programs_hide_is_passed_over(case: Path, name: str) -> None:
    (case / "budgets.csv").rename(case / name)
    loaded = load_tables(case)
    assert loaded.errors + loaded.warnings == [], says(loaded.errors + loaded.warnings)


def test_in_an_overlay_every_table_in_another_form_is_refused(case: Path) -> None:
    late = case.parent / "late"
    late.mkdir()
    (late / "Demand.xlsx").write_bytes(b"PK")
    error = only_error(load_tables(case, [late]))
    assert (error.file, error.message) == (str(late / "Demand.xlsx"), "this table is not read: it is no CSV file.")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("case.xlsx", "only CSV files are tables of a case: 'case.xlsx' is not read."),
        ("tables.zip", "only CSV files are tables of a case: 'tables.zip' is not read."),
        ("budgets.pdf", "this is not read as a table: it is no CSV file."),
    ],
)
def test_what_may_hold_a_table_is_warned_of(case: Path, name: str, message: str) -> None:
    (case / "budgets.csv").rename(case / name)
    (warning,) = load_tables(case).warnings
    assert (warning.file, warning.message) == (str(case / name), message)


@pytest.mark.parametrize(
    ("folder", "name"), [("budgets", "budgets.csv"), ("tables", "budgets.csv"), ("more", "Budgets.xlsx")]
)
def test_a_table_in_a_folder_within_is_warned_of(case: Path, folder: str, name: str) -> None:
    (case / folder).mkdir()
    (case / "budgets.csv").rename(case / folder / name)
    (warning,) = load_tables(case).warnings
    assert (warning.file, warning.message) == (
        str(case / folder),
        "what is in this folder is not read: budgets.csv.",
    )
    assert warning.hint.endswith("without it capital is not limited.")


def test_an_empty_folder_called_like_a_table(case: Path) -> None:
    (case / "budgets.csv").unlink()
    (case / "budgets").mkdir()
    (warning,) = load_tables(case).warnings
    assert warning.message == "this is not read as a table: it is a folder."


def test_what_lies_beside_whole_tables_is_not_told_of(case: Path) -> None:
    """Workbooks that tables were saved from, copies of the whole case, lock files and notes."""
    for name in ("budgets.xlsx", "~$budgets.xlsx", ".~lock.budgets.csv#", ".budgets.csv", "notes.txt", "README.md"):
        (case / name).write_text("x")
    shutil.copytree(case, case.parent / "copy")
    shutil.move(case.parent / "copy", case / "copy")
    loaded = load_tables(case)
    assert loaded.errors + loaded.warnings == [], says(loaded.errors + loaded.warnings)


def test_an_overlay_within_the_case_is_not_told_of(case: Path) -> None:
    (case / "calm").mkdir()
    (case / "markets.csv").rename(case / "calm" / "markets.csv")
    assert len(load_tables(case).warnings) == 1
    assert load_tables(case, [case / "calm"]).warnings == []


def test_lock_files_are_no_tables(case: Path) -> None:
    (case / "budgets.csv").rename(case / "~$budgets.xlsx")
    loaded = load_tables(case)
    assert loaded.errors + loaded.warnings == []


def test_a_folder_without_tables_says_where_there_are_some(case: Path) -> None:
    error = only_error(load_tables(case.parent))
    assert (error.message, error.hint) == (
        "there are no tables in this folder.",
        f"name one of the cases in it: '{case.as_posix()}'.",
    )
    bare = case.parent / "bare"
    bare.mkdir()
    (bare / "case.xlsx").write_bytes(b"PK")
    assert only_error(load_tables(bare)).hint == "save the sheets of 'case.xlsx' as CSV files, one for each table."


def test_a_copy_beside_its_table_is_to_be_moved_away(case: Path) -> None:
    """Renamed as the table, it would overwrite it."""
    shutil.copy(case / "demand.csv", case / "demand (1).csv")
    assert only_error(load_tables(case)).hint == "'demand.csv' is there already: move this one out of the folder."
