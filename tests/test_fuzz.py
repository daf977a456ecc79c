"""Thousands of spoilt cases, and every defect that they have brought to light, each with a test of its own."""

from __future__ import annotations

import csv
import json
import os
import time
import unicodedata
import xml.dom.minidom
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fuzz_reader
from conftest import TOWN_AND_PORT
from fuzz_reader import NASTY_NAMES, NUMBERS, Mutant, all_sources, fuzz, time_limit, try_mutant
from reeplan.inputs.cells import FORMULA_MARKS
from reeplan.inputs.load import MOST_TOLD, load_tables
from solved import run_command
from support import write_case
from test_tables_case import case, change_cell, lines_of, says, write_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fuzz_reader import Source
    from reeplan.inputs.rows import Loaded, Tables

__all__ = ["case"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    return all_sources(tmp_path_factory.mktemp("fuzz"))


def accepted(folder: Path, overlays: Sequence[Path] = ()) -> Tables:
    loaded = load_tables(folder, overlays)
    assert loaded.tables is not None, says(loaded.errors)
    return loaded.tables


def refused(folder: Path, words: str) -> Loaded:
    """The case is refused, and one of the errors says so in these words."""
    loaded = load_tables(folder)
    assert any(words in f"{error.message} {error.hint}" for error in loaded.errors), says(loaded.errors)
    return loaded


def renamed(folder: Path, old: str, new: str) -> Path:
    """The case with another name in every cell that holds it, headers included."""
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        write_lines(folder, path.stem, [[new if cell == old else cell for cell in row] for row in rows])
    return folder


# ---- mutants --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_no_mutant_is_misread(sources: list[Source], seed: int) -> None:
    tally = fuzz(sources, 420, seed)
    assert tally.findings == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_no_mutant_of_very_many_is_misread(sources: list[Source], seed: int) -> None:
    tally = fuzz(sources, 1200, seed)
    assert tally.findings == []


CELLS = st.one_of(
    st.sampled_from([*NASTY_NAMES, *NUMBERS, "", "yes", "2030", "Nd", "town", "A", "all", "ore", "oxides"]),
    st.text(max_size=6),
)
THOROUGH = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@THOROUGH
@given(table=st.integers(0, 11), content=st.binary(max_size=300))
def test_any_bytes_are_borne(sources: list[Source], table: int, content: bytes) -> None:
    source = sources[1]
    name = sorted(source.lines)[table]
    _, complaint = try_mutant(source, Mutant("bytes", fuzz_reader.anything, files={name: content}))
    assert complaint == ""


@THOROUGH
@given(data=st.data())
def test_any_cells_are_borne(sources: list[Source], data: st.DataObject) -> None:
    source = sources[1]
    name = data.draw(st.sampled_from(sorted(source.lines)))
    lines = [list(row) for row in source.lines[name]]
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(1, len(lines) - 1))
        lines[row][data.draw(st.integers(0, len(lines[0]) - 1))] = data.draw(CELLS.filter(_can_be_written))
    _, complaint = try_mutant(
        source, Mutant("cells", fuzz_reader.anything, files={name: fuzz_reader.text_of(lines).encode()}), build=True
    )
    assert complaint == ""


def _can_be_written(cell: str) -> bool:
    return all(unicodedata.category(letter) != "Cs" for letter in cell)


# ---- files that are no files ----------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_in_place_of_a_table_does_not_hang(case: Path) -> None:
    (case / "demand.csv").unlink()
    os.mkfifo(case / "demand.csv")
    with time_limit(5):
        refused(case, "a pipe or a device")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices on this system")
def test_a_device_without_end_is_not_read(case: Path) -> None:
    (case / "demand.csv").unlink()
    (case / "demand.csv").symlink_to("/dev/zero")
    refused(case, "a pipe or a device")


def test_a_file_that_vanishes_is_told_of(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(path: Path) -> bytes:
        raise FileNotFoundError(2, "No such file or directory", str(path))

    monkeypatch.setattr(Path, "read_bytes", gone)
    refused(case, "cannot be read")


def test_a_folder_that_may_not_be_listed_is_told_of(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", forbidden)
    refused(case, "permission denied")


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "a" + "/a" * 5000], ids=["long", "zero byte", "deep"])
def test_a_folder_name_that_cannot_be_is_told_of(tmp_path: Path, name: str) -> None:
    refused(tmp_path / name, "no such folder")


def test_a_file_name_that_is_no_text_can_be_printed(case: Path) -> None:
    with open(os.path.join(os.fsencode(case), b"d\xe9mand.csv"), "wb"):
        pass
    result = run_command("check", case, "--json")
    assert result.exit_code == 2
    assert "is no table of a case" in json.loads(result.stdout)["errors"][0]["message"]


@pytest.mark.parametrize("name", ["budgets.xlsx", "budgets.csv.txt", "budgets.TXT"])
def test_an_optional_table_in_another_format_is_not_passed_over(case: Path, name: str) -> None:
    (case / "budgets.csv").rename(case / name)
    refused(case, "this table is not read")


def test_a_workbook_beside_its_table_is_left_alone(case: Path) -> None:
    (case / "budgets.xlsx").write_bytes(b"PK")
    accepted(case)


# ---- rows and cells -------------------------------------------------------------------------------


def test_thousands_that_split_into_empty_cells_are_refused(case: Path) -> None:
    """'1,000' without quotes in a row whose last cells are empty fits the header by chance."""
    (case / "budgets.csv").write_text("partner,first_year,last_year,musd,source\nAland,2030,2034,1,000,\n")
    refused(case, "6 cells, the header 5 columns")


def test_a_whole_number_with_points_among_semicolons_is_not_a_fraction(case: Path) -> None:
    (case / "budgets.csv").write_text("partner;first_year;last_year;musd\nAland;2030;2034;1.250\n")
    refused(case, "two different numbers")
    (case / "budgets.csv").write_text("partner;first_year;last_year;musd\nAland;2030;2034;1.250\nBland;2030;2034;0.5\n")
    assert accepted(case)["budgets"][0]["musd"] == 1.25


def test_marks_in_notes_do_not_decide_the_separator_of_an_old_mac_file(case: Path) -> None:
    lines = [[*lines_of("budgets")[0], "note"], *([*row, "a;" * 50] for row in lines_of("budgets")[1:])]
    (case / "budgets.csv").write_bytes("\r".join(",".join(row) for row in lines).encode())
    assert accepted(case)["budgets"][0]["musd"] == 300


def test_numbers_that_no_plan_can_hold_are_refused(case: Path) -> None:
    for cell in ("1e15", "1e308", "999999999999999999999"):
        change_cell(case, "demand", 2, "t_per_year", cell)
        refused(case, "too large")
    change_cell(case, "plants", 2, "life_years", "1e300")
    refused(case, "too large")


def test_there_is_no_negative_zero(case: Path) -> None:
    change_cell(case, "demand", 2, "t_per_year", "-0.0")
    assert str(accepted(case)["demand"][0]["t_per_year"]) == "0.0"


@pytest.mark.parametrize("column", ["plant_t_per_year", "offtake_share"])
def test_an_option_of_no_size_is_still_an_option(case: Path, column: str) -> None:
    """It was taken for a plant, and asked when it retires."""
    change_cell(case, "ventures", 2, column, "0")
    assert accepted(case)["ventures"][0][column] == 0


def test_a_cell_full_of_years_takes_no_time(case: Path) -> None:
    change_cell(case, "scenarios", 2, "starts", " ".join(str(1000 + n % 9000) for n in range(26_000)))
    began = time.perf_counter()
    refused(case, "repeats")
    assert time.perf_counter() - began < 2


def test_a_header_in_decomposed_letters_is_the_same_element(case: Path) -> None:
    renamed(case, "Ce", "Cé")
    before = accepted(case)
    header, *rows = lines_of("baskets")
    write_lines(case, "baskets", [["Ce\u0301" if name == "Ce" else name for name in header], *rows])
    assert [dict(row) for row in accepted(case)["baskets"]] == [dict(row) for row in before["baskets"]]


def test_the_sum_of_a_basket_does_not_depend_on_names(case: Path) -> None:
    shares = ["0.7", "0.2799999", "0.0199"]
    lines = lines_of("baskets")
    lines[1][1:4] = shares
    write_lines(case, "baskets", lines)
    before = accepted(case)["baskets"][0]
    for old, new in (("Ce", "zz"), ("Nd", "aa")):
        renamed(case, old, new)
    after = accepted(case)["baskets"][0]
    assert (after["zz"], after["aa"], after["Dy"]) == (before["Ce"], before["Nd"], before["Dy"])


def test_a_column_name_with_terminal_codes_cannot_reach_the_terminal(case: Path) -> None:
    lines = lines_of("demand")
    write_lines(case, "demand", [[*lines[0], "\x1b[31mred"], *([*row, "x"] for row in lines[1:])])
    errors = load_tables(case).errors
    assert errors
    assert all(error.column.isprintable() for error in errors)


# ---- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ["\u200f", "\u202e", "\u2060", "\u00ad", "\u3164", "\U000e0041", "\u2028", "\u200b"])
def test_hidden_letters_in_names_are_refused(case: Path, hidden: str) -> None:
    refused(renamed(case, "hill", f"hi{hidden}ll"), "a line break" if hidden == "\u2028" else "hidden character")


def test_joiners_that_scripts_need_are_kept(case: Path) -> None:
    name = unicodedata.normalize("NFC", "पहाड़\u200d")
    assert accepted(renamed(case, "hill", name))["deposits"][1]["deposit"] == name


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u3000"])
def test_every_blank_in_a_name_is_the_same(case: Path, blank: str) -> None:
    before = accepted(case)["suppliers"]
    change_cell(case, "suppliers", 7, "material", f"old{blank}magnets")
    assert [dict(row) for row in accepted(case)["suppliers"]] == [dict(row) for row in before]


@pytest.mark.parametrize(("one", "other"), [("far", "ｆａｒ"), ("fit", "ﬁt"), ("a b", "a  b"), ("straße", "STRASSE")])
def test_names_that_look_alike_are_refused(case: Path, one: str, other: str) -> None:
    renamed(case, "far", one)
    lines = list(csv.reader((case / "regions.csv").read_text(encoding="utf-8").splitlines()))
    write_lines(case, "regions", [*lines, [other, *lines[-1][1:]]])
    refused(case, "differ only in")


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-1", "@SUM(1)", "＝1"])
@pytest.mark.parametrize("old", ["hill", "Aland", "Nd", "cutoff", "press A", "hilltop", "town", "Cland stops selling"])
def test_a_name_that_a_spreadsheet_would_run_is_refused(case: Path, old: str, name: str) -> None:
    refused(renamed(case, old, name), "formula")


def test_a_note_that_a_spreadsheet_would_run_is_refused(case: Path) -> None:
    for text in ('=HYPERLINK("http://x"&A1)', "+cmd|' /C calc'!A0", "@SUM(1,2)", "-IMPORTXML(A1)"):
        change_cell(case, "demand", 2, "note", text)
        refused(case, "is a formula to a spreadsheet")
    for text in ("-10% by 2030 (assumption)", "+ as above", "=see page 3", "@ the port"):
        change_cell(case, "demand", 2, "note", text)
        assert accepted(case)["demand"][0]["note"] == text


def test_line_breaks_in_a_note_are_all_the_same(case: Path) -> None:
    """A lone carriage return would break the row when the merged tables are written and read again."""
    change_cell(case, "demand", 2, "note", "one\rtwo\r\nthree")
    assert accepted(case)["demand"][0]["note"] == "one\ntwo\nthree"


def test_a_name_of_a_page_is_refused(case: Path) -> None:
    refused(renamed(case, "hill", "x" * 201), "201 characters")
    accepted(renamed(case, "x" * 201, "x" * 200))


@pytest.mark.parametrize("stage", ["concentrate", "mixed", "heavy_mix"])
@pytest.mark.parametrize("old", ["magnet", "Nd"])
def test_a_material_with_the_name_of_a_deposits_stage_is_refused(case: Path, stage: str, old: str) -> None:
    """Both would be the same goods in every balance."""
    refused(renamed(case, old, f"{stage} of hill"), "is reserved")


@pytest.mark.parametrize("name", ["note", "source", "deposit", "drop"])
def test_an_element_with_the_name_of_a_column_is_no_traceback(case: Path, name: str) -> None:
    refused(renamed(case, "Dy", name), "is reserved")


# ---- very large files -----------------------------------------------------------------------------


def test_very_many_unknown_names_are_told_quickly_and_briefly(case: Path) -> None:
    lines = lines_of("demand")
    write_lines(case, "demand", [*lines, *([f"r{n}", f"m{n}", "2030", "1", "1", "x"] for n in range(5000))])
    began = time.perf_counter()
    loaded = refused(case, "more names in this column are unknown")
    assert time.perf_counter() - began < 5
    assert len(loaded.errors) < 150


@pytest.mark.parametrize(
    "row", [["coast", "Ce", "2030", "abc", "1", "x"], ["coast", "Ce"], ["coast", "Ce", "2030", "1", "1", "x"]]
)
def test_very_many_bad_rows_are_told_briefly(case: Path, row: list[str]) -> None:
    write_lines(case, "demand", [*lines_of("demand"), *([row] * 5000)])
    loaded = load_tables(case)
    assert loaded.errors
    assert len(loaded.errors) <= 2 * (MOST_TOLD + 1) + 1


@pytest.mark.slow
def test_a_million_rows_are_read_in_two_minutes(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "large", TOWN_AND_PORT)
    regions, products = [f"r{n}" for n in range(60)], [f"m{n}" for n in range(60)]
    with (folder / "regions.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{name},A,0,0\n" for name in regions)
    with (folder / "products.csv").open("w", encoding="utf-8") as file:
        file.write("product,kind,reference_usd_per_t,reo_t_per_t\n")
        file.writelines(f"{name},product,1000,0.3\n" for name in products)
    with (folder / "demand.csv").open("w", encoding="utf-8") as file:
        file.write("region,material,year,t_per_year,shortage_usd_per_t\n")
        for year in range(1900, 2178):
            file.writelines(f"{r},{m},{year},1,1000\n" for r in regions for m in products)
    began = time.perf_counter()
    assert len(accepted(folder)["demand"]) > 1_000_000
    assert time.perf_counter() - began < 120


# ---- what is written from such names --------------------------------------------------------------

HARMFUL = {
    "A": "<script alert(1)",
    "B": '"quoted", & $x$',
    "X": "..",
    "town": "<img src=x onerror=alert(1)",
    "port": "a'b;c,d",
    "quay": "$frac{",
    "pit": "../../etc/passwd",
    "works": "<b>{0}%s<b",
    "trader": "${HOME} `id` ../..",
    "cutoff": "<script>alert(2)<",
    "Nd": "_Nd^{2",
    "Dy": "磁石",
}
"""Names that are allowed, for nothing that is written from them can do harm."""


def test_names_cannot_harm_the_run_folder(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", TOWN_AND_PORT)
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        write_lines(folder, path.stem, [[HARMFUL.get(cell, cell) for cell in row] for row in rows])
    run = tmp_path / "runs" / "run"
    result = run_command("solve", folder, "--out", run, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert {path.name for path in tmp_path.iterdir()} == {"case", "runs"}
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["run"]
    for path in (path for path in run.rglob("*") if path.is_file()):
        assert path.resolve().is_relative_to(run.resolve())
        assert all(letter.isalnum() or letter in "-_." for letter in path.name)
        if path.suffix == ".csv":
            _assert_no_formula(path)
        if path.suffix == ".svg":
            xml.dom.minidom.parseString(path.read_bytes())
    json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert HARMFUL["town"] in (run / "inputs" / "regions.csv").read_text(encoding="utf-8-sig")
    accepted(run / "inputs")


def _assert_no_formula(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                assert cell[:1] not in FORMULA_MARKS or not cell or _is_number(cell), (path.name, cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
