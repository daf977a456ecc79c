"""Names that are unknown, taken twice or misleading: each is told once, with the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from reeplan.inputs.load import load_tables
from test_tables_case import CASE, add_row, case, change_cell, lines_of, only_error, says, write_lines

__all__ = ["case"]


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "message", "hint"),
    [
        ("plants", 2, "region", "cost", "'cost' is not listed in regions.csv", "did you mean 'coast'?"),
        ("plants", 3, "process", "crak", "'crak' is not listed in processes.csv", "did you mean 'crack'?"),
        ("plants", 2, "deposit", "sand", "'sand' is not listed in deposits.csv", "did you mean 'sands'?"),
        ("plants", 5, "technology_partner", "Blnd", "not listed in partners.csv", "did you mean 'Bland'"),
        ("deposits", 2, "region", "Coast", "'Coast' is not listed", "did you mean 'coast'? Or add"),
        ("recipes", 2, "material", "Nb", "'Nb' is not listed in elements.csv or products.csv", "did you mean 'Nd'?"),
        ("suppliers", 5, "material", "Zr", "'Zr' is not listed in elements.csv or products.csv", "add 'Zr' to"),
        ("suppliers", 6, "buyer", "Blandia", "not listed in partners.csv", "did you mean 'Bland'"),
        ("markets", 2, "region", "coats", "not listed in regions.csv", "did you mean 'coast'?"),
        ("transport", 2, "to_region", "isle", "not listed in regions.csv", "add 'isle' to regions.csv"),
        ("demand", 2, "material", "Cer", "not listed in elements.csv or products.csv", "did you mean 'Ce'?"),
        ("stockpiles", 2, "material", "nd", "not listed in elements.csv or products.csv", "did you mean 'Nd'?"),
        ("budgets", 2, "partner", "Cland", "'Cland' is not listed in partners.csv", "did you mean"),
        ("offtakes", 2, "to_country", "Cland", "'Cland' is not listed in partners.csv", "add 'Cland'"),
        ("dependence", 2, "from_country", "Clund", "no region of regions.csv lies in 'Clund'", "did you mean 'Cland'"),
        ("dependence", 2, "material", "All", "'All' is not listed", "did you mean 'all'?"),
        ("ventures", 2, "claimant", "Dland", "not listed in partners.csv", "did you mean"),
        ("disruptions", 4, "scenario", "floods", "not listed in scenarios.csv", "did you mean 'flood'?"),
        ("disruptions", 2, "target", "Cland ltd", "'Cland ltd' is no country of regions.csv", "did you mean 'Cland'?"),
        ("disruptions", 3, "target", "Town", "'Town' is no supplier of suppliers.csv", "did you mean 'town'?"),
        ("disruptions", 4, "target", "spliter", "is no plant of plants.csv or venture of", "did you mean 'splitter'?"),
        ("disruptions", 4, "target", "hilltop/30%", "is no plant", "hits all options of a venture: write 'hilltop'"),
        ("disruptions", 5, "target", "Aland-Bland", "'Aland-Bland' is no route.", "A>B"),
        ("disruptions", 5, "target", "Aland > Bland", "is no country", "write it without blanks"),
        ("disruptions", 5, "target", "coast>Bland", "'coast' in 'coast>Bland' is no country", ""),
        ("disruptions", 5, "target", "Bland>Bland", "leads from a country to itself", ""),
        ("disruptions", 6, "material", "Dyy", "'Dyy' is not listed", "did you mean 'Dy'?"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_one(
    case: Path, table: str, line: int, column: str, cell: str, message: str, hint: str
) -> None:
    change_cell(case, table, line, column, cell)
    errors = [error for error in load_tables(case).errors if Path(error.file).stem == table]
    assert [(error.line, error.column) for error in errors[:1]] == [(line, column)], says(errors)
    assert message in errors[0].message
    assert hint in errors[0].hint


def test_a_name_that_is_wrong_on_many_lines_is_told_once(case: Path) -> None:
    lines = lines_of("suppliers")
    write_lines(case, "suppliers", [["Nb" if cell == "Nd" else cell for cell in row] for row in lines])
    error = only_error(load_tables(case))
    assert error.line == 2
    assert "(also on line 3)" in error.message


@pytest.mark.parametrize("table", ["regions", "elements", "processes", "partners", "deposits", "suppliers"])
def test_a_table_that_cannot_be_read_does_not_make_its_names_unknown(case: Path, table: str) -> None:
    (case / f"{table}.csv").write_bytes(b"PK\x03\x04 this is a workbook")
    assert "Excel workbook" in only_error(load_tables(case)).message


@pytest.mark.parametrize("table", ["regions", "elements", "processes", "partners", "deposits", "suppliers"])
def test_a_table_that_is_missing_is_told_once(case: Path, table: str) -> None:
    (case / f"{table}.csv").unlink()
    error = only_error(load_tables(case))
    assert error.file.endswith(f"{table}.csv")
    assert "missing" in error.message


def test_one_bad_cell_does_not_make_the_name_of_its_row_unknown(case: Path) -> None:
    change_cell(case, "regions", 2, "latitude", "north")
    assert only_error(load_tables(case)).column == "latitude"


def test_an_unreadable_first_year_is_the_only_thing_told(case: Path) -> None:
    change_cell(case, "settings", 3, "value", "soon")
    error = only_error(load_tables(case))
    assert (error.line, error.column) == (3, "value")
    assert "'soon' is text where a number belongs" in error.message


@pytest.mark.parametrize(
    ("table", "cells", "key"),
    [
        (
            "demand",
            {"region": "coast", "material": "Ce", "year": "2030", "t_per_year": "1", "shortage_usd_per_t": "1"},
            "region + material + year",
        ),
        ("regions", {"region": "coast", "country": "Aland", "latitude": "0", "longitude": "0"}, "region"),
        ("settings", {"name": "first_year", "value": "2031"}, "name"),
        (
            "disruptions",
            {"scenario": "cutoff", "kind": "country", "target": "Cland", "material": "all", "availability": "0.5"},
            "scenario + kind + target + material + first + last",
        ),
    ],
)
def test_a_key_that_is_there_twice_names_the_first_line(
    case: Path, table: str, cells: dict[str, str], key: str
) -> None:
    add_row(case, table, **cells)
    error = only_error(load_tables(case))
    assert error.column == key
    assert error.line == len(lines_of(table)) + 1
    assert "is already on line" in error.message


@pytest.mark.parametrize(
    ("table", "column", "old", "new", "message"),
    [
        ("plants", "plant", "press A", "press/A", "'/' in it"),
        ("plants", "plant", "press B", "press a", "differ only in case"),
        ("ventures", "option", "30%", "30/100", "'/' in it"),
        ("ventures", "venture", "hilltop", "recycler", "is taken by"),
        ("products", "product", "magnet", "nd", "is taken by"),
        ("products", "product", "old magnets", "scrap", "'scrap' is reserved: it is a kind of goods"),
        ("elements", "element", "Ce", "note", "'note' is reserved: it is a column of baskets.csv"),
        ("regions", "country", "Cland", "C>D", "'>' in it"),
        ("scenarios", "scenario", "flood", "base", "'base' is reserved"),
        ("scenarios", "scenario", "flood", "a/b", "'/' in it"),
        ("regions", "region", "far", "Coast", "differ only in case"),
        ("regions", "region", "far", "a\nb", "a line break in it"),
        ("regions", "region", "far", "a\x07b", "the control character '\\x07' in it"),
    ],
)
def test_a_misleading_name_is_refused(case: Path, table: str, column: str, old: str, new: str, message: str) -> None:
    lines = lines_of(table)
    place = lines[0].index(column)
    write_lines(
        case,
        table,
        [[new if index == place and cell == old else cell for index, cell in enumerate(row)] for row in lines],
    )
    errors = load_tables(case).errors
    assert any(message in error.message and error.column == column for error in errors), says(errors)


def test_names_that_differ_only_in_case_are_told_with_their_lines(case: Path) -> None:
    change_cell(case, "suppliers", 4, "supplier", "MILLS")
    error = only_error(load_tables(case))
    assert error.line == 4
    assert "'MILLS' and 'Mills' (line 2) differ only in case" in error.message


@pytest.mark.parametrize(
    ("file", "hint"),
    [
        ("demands.csv", "'demand.csv' is there already"),
        ("Demand.CSV", "'demand.csv' is there already"),
        ("xyz.csv", "move it out of the folder"),
    ],
)
def test_a_file_that_is_no_table_is_told(case: Path, file: str, hint: str) -> None:
    (case / file).write_text("a,b\n1,2\n", encoding="utf-8")
    error = only_error(load_tables(case))
    assert error.file == str(case / file)
    assert "is no table" in error.message
    assert hint in error.hint


@pytest.mark.parametrize("table", ["products", "regions", "recipes"])
def test_a_misnamed_table_is_told_and_nothing_else(case: Path, table: str) -> None:
    (case / f"{table}.csv").rename(case / f"{table.title()}.csv")
    assert only_error(load_tables(case)).hint == f"did you mean '{table}.csv'?"


def test_other_files_and_those_of_open_spreadsheets_are_left_alone(case: Path) -> None:
    for name in ("README.md", "datapackage.json", "~$demand.csv", "._demand.csv", ".~lock.demand.csv#"):
        (case / name).write_bytes(b"\0\1\2")
    assert not load_tables(case).errors


@pytest.mark.parametrize(
    ("header", "column", "message", "hint"),
    [
        (
            "region,material,year,tons,shortage_usd_per_t",
            "tons",
            "'tons' is no column of demand.csv",
            "its columns are",
        ),
        ("region,material,year,t_per_yaer,shortage_usd_per_t", "t_per_yaer", "no column", "did you mean 't_per_year'?"),
        ("Region,material,year,t_per_year,shortage_usd_per_t", "Region", "no column", "did you mean 'region'?"),
        ("region,material,year,t_per_year,t_per_year", "t_per_year", "is there twice", "delete one"),
        ("region,material,year,t_per_year,drop", "drop", "no column", "only an overlay"),
        ("region,material,year,t_per_year,note", "shortage_usd_per_t", "is missing", "value of lost supply"),
        ("coast,Nd,2030,5,7", "", "names none of this table's columns", "region,material,year"),
    ],
)
def test_columns_that_are_wrong_are_told_on_the_line_of_the_header(
    case: Path, header: str, column: str, message: str, hint: str
) -> None:
    (case / "demand.csv").write_text(f"{header}\ncoast,Ce,2030,10,1\n", encoding="utf-8")
    errors = [error for error in load_tables(case).errors if error.column == column and message in error.message]
    assert len(errors) == 1, says(load_tables(case).errors)
    assert errors[0].line == 1
    assert hint.lower() in errors[0].hint.lower()


def test_an_element_that_a_basket_has_and_the_case_lacks_is_told_once(case: Path) -> None:
    text = (case / "baskets.csv").read_text(encoding="utf-8")
    (case / "baskets.csv").write_text(text.replace("Nd", "Nb", 1), encoding="utf-8")
    error = only_error(load_tables(case))
    assert (error.line, error.column) == (1, "Nb")
    assert "did you mean 'Nd'?" in error.hint


def test_a_misspelt_note_column_of_baskets_is_no_row_of_errors(case: Path) -> None:
    lines = lines_of("baskets")
    write_lines(case, "baskets", [[*lines[0], "notes"], *([*row, "some text"] for row in lines[1:])])
    assert "did you mean 'note'?" in only_error(load_tables(case)).hint


def test_a_required_column_that_is_missing_is_told_once(case: Path) -> None:
    lines = lines_of("regions")
    write_lines(case, "regions", [row[:1] + row[2:] for row in lines])
    error = only_error(load_tables(case))
    assert (error.line, error.column) == (1, "country")


def test_everything_wrong_is_told_at_once(case: Path) -> None:
    change_cell(case, "demand", 2, "material", "Cer")
    change_cell(case, "plants", 2, "capacity_t_per_year", "-500")
    change_cell(case, "processes", 2, "recovery", "92%")
    (case / "settings.csv").write_bytes((case / "settings.csv").read_bytes().replace(b"0.05", b"0,05"))
    (case / "suplies.csv").write_text("x\n", encoding="utf-8")
    found = {Path(error.file).name for error in load_tables(case).errors}
    assert found == {"demand.csv", "plants.csv", "processes.csv", "settings.csv", "suplies.csv"}


def test_the_file_is_named_as_the_user_named_the_folder(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change_cell(case, "demand", 2, "t_per_year", "much")
    monkeypatch.chdir(case.parent)
    assert only_error(load_tables(Path("neighbours"))).file == str(Path("neighbours") / "demand.csv")


def test_a_folder_that_is_not_there_or_holds_nothing(case: Path) -> None:
    assert "no such folder" in only_error(load_tables(case.parent / "neighbors")).message
    assert only_error(load_tables(case.parent / "neighbors")).hint == f"did you mean '{case.as_posix()}'?"
    assert "a file, not a folder" in only_error(load_tables(case / "demand.csv")).message
    empty = case / "empty"
    empty.mkdir()
    assert "no tables in this folder" in only_error(load_tables(empty)).message


def test_a_missing_table_that_lies_there_as_a_workbook(case: Path) -> None:
    (case / "demand.csv").rename(case / "demand.xlsx")
    assert only_error(load_tables(case)).hint == "save demand.xlsx as CSV (UTF-8)."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("discount_rte", "0.1", "is not one of"),
        ("front_points", "2.5", "is not a whole number"),
        ("resilience_measure", "worst", "is not one of 'worst_case'"),
        ("resilience_target", "95", "95 is above 1"),
        ("mip_gap", "0.1%", "is a percentage"),
        ("time_limit_s", "0", "is not above 0 s"),
    ],
)
def test_settings_that_are_wrong(case: Path, name: str, value: str, message: str) -> None:
    lines = [row for row in lines_of("settings") if row[0] != name]
    write_lines(case, "settings", [*lines, [name, value, "a test"]])
    error = only_error(load_tables(case))
    assert error.line == len(lines) + 1
    assert message in error.message


def test_a_missing_setting(case: Path) -> None:
    write_lines(case, "settings", [row for row in lines_of("settings") if row[0] != "last_year"])
    error = only_error(load_tables(case))
    assert "'last_year' is missing" in error.message
    assert "last year of the plan" in error.hint


def test_every_table_is_in_these_tests() -> None:
    from reeplan.inputs.spec import TABLES

    assert set(CASE) == set(TABLES)
