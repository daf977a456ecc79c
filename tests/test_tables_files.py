"""Files as spreadsheets and editors leave them: read right, or told how to save them."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reeplan.inputs.cells import CellError, parse
from reeplan.inputs.load import load_tables
from reeplan.inputs.notations import NUMBER
from reeplan.inputs.reader import MOST_BYTES
from reeplan.inputs.spec import TABLES
from test_tables_case import CASE, add_row, case, change_cell, lines_of, only_error, says, write_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.inputs.rows import Loaded

__all__ = ["case"]

SAVE_AS = "CSV UTF-8 (Comma delimited)"


def text_of(case: Path, table: str) -> str:
    return (case / f"{table}.csv").read_bytes().decode("utf-8")


def rewrite(case: Path, table: str, content: str | bytes) -> Loaded:
    data = content.encode("utf-8") if isinstance(content, str) else content
    (case / f"{table}.csv").write_bytes(data)
    return load_tables(case)


def european(lines: list[list[str]], separator: str = ";") -> str:
    """The lines as a spreadsheet with decimal commas saves them."""
    return "\r\n".join(
        separator.join(cell.replace(".", ",") if index else cell for index, cell in enumerate(row)) for row in lines
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
        lambda text: (text + "\r\n\r\n,,,,\r\n").encode(),
        lambda text: text.rstrip().encode(),
        lambda text: text.replace("\r\n", ",,\r\n").encode(),
        lambda text: text.replace(",", " , ").encode(),
    ],
    ids=[
        "byte-order mark",
        "Unix line ends",
        "old Mac line ends",
        "empty rows at the end",
        "no line end at the end",
        "empty columns at the end",
        "blanks around cells",
    ],
)
@pytest.mark.parametrize("table", ["demand", "regions", "baskets"])
def test_what_spreadsheets_leave_behind_changes_nothing(case: Path, table: str, change: object) -> None:
    before = load_tables(case)
    after = rewrite(case, table, change(text_of(case, table)))  # type: ignore[operator]
    assert not after.errors, says(after.errors)
    assert not after.warnings, says(after.warnings)
    assert before.tables is not None
    assert after.tables is not None
    assert [dict(row) for row in after.tables[table]] == [dict(row) for row in before.tables[table]]


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("table", ["baskets", "partners", "settings", "disruptions"])
def test_semicolons_and_decimal_commas_are_read_with_a_warning(
    case: Path, table: str, separator: str, name: str
) -> None:
    before = load_tables(case).tables
    after = rewrite(case, table, european(lines_of(table), separator))
    assert not after.errors, says(after.errors)
    assert [(warning.line, name in warning.message) for warning in after.warnings] == [(1, True)]
    assert before is not None
    assert after.tables is not None
    assert [dict(row) for row in after.tables["partners"]] == [dict(row) for row in before["partners"]]
    assert after.tables.settings == before.settings
    assert [dict(row) for row in after.tables[table]] == [dict(row) for row in before[table]] or table == "settings"


def test_the_line_in_which_excel_names_its_separator_is_skipped(case: Path) -> None:
    change_cell(case, "partners", 3, "wacc", "five")
    error = only_error(rewrite(case, "partners", "sep=;\r\n" + text_of(case, "partners").replace(",", ";")))
    assert error.line == 4


def test_semicolons_with_decimal_points_are_read_too(case: Path) -> None:
    after = rewrite(case, "baskets", text_of(case, "baskets").replace(",", ";"))
    assert after.tables is not None, says(after.errors)
    assert after.tables["baskets"][0]["Nd"] == 0.28


@pytest.mark.parametrize(
    ("rows", "cell", "value"),
    [
        ("A;0,08|B;0,05", "17,683", 17.683),
        ("A;0.08|B;0.05", "17.683", 17.683),
        ("A;0|B;0", "17,683", None),
        ("A;0,08|B;0,05", "17.683", None),
        ("A;0.08|B;0,05", "17,683", None),
        ("A;0.08|B;0.05", "17,683", None),
    ],
)
def test_a_comma_that_may_mean_thousands_is_settled_by_the_rest_of_the_file(
    case: Path, rows: str, cell: str, value: float | None
) -> None:
    others = [row.split(";")[1] for row in rows.split("|")]
    content = (
        f"region;country;latitude;longitude;power_usd_per_mwh;source\ncoast;Aland;{cell};1;{others[0]};a\n"
        f"island;Bland;1;1;{others[1]};a\nplain;Cland;1;1;;a\nfar;Dland;1;1;;a\n"
    )
    loaded = rewrite(case, "regions", content)
    if value is None:
        error = only_error(loaded)
        assert (error.line, error.column) == (2, "latitude")
        assert "thousands" in error.message + error.hint
    else:
        assert loaded.tables is not None, says(loaded.errors)
        assert loaded.tables["regions"][0]["latitude"] == value


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_is_read_with_a_warning(case: Path, encoding: str) -> None:
    after = rewrite(case, "demand", text_of(case, "demand").replace(",", "\t").encode(encoding))
    assert not after.errors, says(after.errors)
    assert any("UTF-16" in warning.message for warning in after.warnings)


@pytest.mark.parametrize(
    ("encoding", "word", "likely"),
    [
        ("cp932", "北九州", "Shift-JIS"),
        ("cp932", "ﾆｯﾎﾟﾝ", "Shift-JIS"),
        ("euc_jp", "希土類の磁石", "EUC-JP"),
        ("gb18030", "中国内蒙古包头稀土", "GB18030"),
        ("gb18030", "氧化镨钕", "GB18030"),
        ("big5", "臺灣稀土", "Big5"),
        ("cp949", "희토류", "Korean"),
        ("cp1251", "Россия", "cp1251"),
        ("koi8-r", "Руда", "KOI8-R"),
        ("cp1252", "Nürnberg", "cp1252"),
        ("cp1252", "café à côté", "cp1252"),
        ("cp1250", "Łódź", "cp1250"),
        ("cp1253", "Ελλάδα", "cp1253"),
        ("cp1256", "السعودية", "cp1256"),
        ("mac_roman", "Nürnberg", "Mac Roman"),
        ("cp850", "Nürnberg", "cp850"),
    ],
)
def test_another_encoding_is_among_those_named_and_shown(case: Path, encoding: str, word: str, likely: str) -> None:
    text = text_of(case, "regions").replace("made up for a test", f"{'x' * 300} {word}", 1)
    error = only_error(rewrite(case, "regions", text.encode(encoding)))
    assert likely in error.message
    assert word in error.message, "the place is shown as it would read, however long the line is before it"
    assert SAVE_AS in error.hint


@pytest.mark.parametrize(
    ("encoding", "words", "first"),
    [
        ("cp1251", "Москва, Индия и Япония", "Windows Cyrillic (cp1251)"),
        ("gb18030", "中国内蒙古包头稀土", "Chinese GB18030"),
        ("cp932", "ﾆｯﾎﾟﾝ ﾚｱｱｰｽ", "Shift-JIS (cp932)"),
        ("cp1252", "Coût élevé – 5 €", "Windows Western (cp1252)"),
    ],
)
def test_the_likeliest_encoding_is_named_first(case: Path, encoding: str, words: str, first: str) -> None:
    text = text_of(case, "regions").replace("made up for a test", f'"{words}"')
    assert f"would read as {first}: " in only_error(rewrite(case, "regions", text.encode(encoding))).message


def test_two_encodings_at_most_are_shown(case: Path) -> None:
    text = text_of(case, "regions").replace("made up for a test", "Nürnberg")
    message = only_error(rewrite(case, "regions", text.encode("mac_roman"))).message
    assert message.count(": '") == 2, message


def test_a_file_cut_off_within_a_letter_is_told_so(case: Path) -> None:
    data = text_of(case, "regions").replace("made up for a test", "北九州").strip().encode()
    assert "is cut off" in only_error(rewrite(case, "regions", data[:-1])).message


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"partner,wacc\nA,0\n" + b"\0" * 300_000, 3, "zero bytes"),
        (b"\0" * 300_000, 1, "zero bytes"),
        (b"partner,wacc\n" + b"," * 3_000_000, 2, "this line has 3,000,000 characters"),
        (b"partner,wacc\nA,0\n" + bytes(range(128, 256)) * 20, 3, "not saved as UTF-8"),
        (b"", 0, "the file is empty"),
        (b"\n\n,,,\n", 0, "the file is empty"),
        (b"\xef\xbb\xbf", 0, "the file is empty"),
        (b"PK\x03\x04\x14\x00", 0, "Excel workbook"),
        (b"partner,wacc\nA\x00land,0.05\n", 2, "zero bytes"),
        (b'partner,wacc\nAland,0.05\n"Bland,0.05\nx,1\n', 3, "never closes"),
        (b'partner,wacc\n"Aland" or so,0.05\n', 2, "text after a closing quotation mark"),
        (b"partner,wacc\nAland,0.05,0.06\n", 2, "this line has 3 cells, the header 2 columns"),
        (b"partner,wacc,note\nAland,0.05\n", 2, "this line has 2 cells, the header 3 columns"),
        (b"partner,,wacc\nAland,7,0.05\n", 2, "column 2 has cells but no name"),
        (b"partner,wacc\n" + b"x" * 140_000 + b",0.05\n", 2, "longer than 131,000"),
    ],
)
def test_a_file_that_cannot_be_read_with_certainty(case: Path, content: bytes, line: int, message: str) -> None:
    error = only_error(rewrite(case, "partners", content))
    assert error.file == str(case / "partners.csv")
    assert error.line == line
    assert message in error.message


def test_a_file_too_large_for_a_table_is_refused_by_its_size_alone(case: Path) -> None:
    with (case / "demand.csv").open("r+b") as file:
        file.truncate(MOST_BYTES + 1)  # sparse: it takes no room on the disk
    began = time.process_time()
    error = only_error(load_tables(case))
    assert time.process_time() - began < 2
    assert "the file has 500 MB" in error.message
    assert "at most 500 MB and 2,000,000 lines" in error.hint


def test_a_sparse_file_is_refused_by_its_first_block(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (case / "demand.csv").open("r+b") as file:
        file.truncate(MOST_BYTES)
    monkeypatch.setattr("pathlib.Path.read_bytes", only_small(Path.read_bytes))
    assert "zero bytes" in only_error(load_tables(case)).message


def only_small(read_bytes: Callable[[Path], bytes]) -> Callable[[Path], bytes]:
    """Reading that fails for a file of more than a megabyte."""

    def read(path: Path) -> bytes:
        assert path.stat().st_size < 1_000_000, f"{path} is read whole"
        return read_bytes(path)

    return read


def test_more_lines_than_any_table_has_are_not_read(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.inputs.reader.MOST_LINES", 1000)
    assert "more than 1,000 lines" in only_error(rewrite(case, "partners", b"partner,wacc" + b"\n" * 5000)).message


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks(case: Path) -> None:
    lines = lines_of("partners")
    lines[1][-1] = 'a report, "second edition"\npage 3'
    lines[2][1] = "x"
    write_lines(case, "partners", lines)
    assert only_error(load_tables(case)).line == 4, "lines are counted as an editor counts them"


def test_empty_lines_between_rows_are_told(case: Path) -> None:
    after = rewrite(case, "partners", text_of(case, "partners").replace("Bland", "\r\n,,\r\nBland"))
    assert ["2 empty lines" in warning.message for warning in after.warnings] == [True], says(after.warnings)


@pytest.mark.parametrize(
    ("cell", "message", "hint"),
    [
        ("17%", "'17%' is a percentage", "0.17"),
        ("17,5 %", "is a percentage", "0.175"),
        ("1,000", "'1,000' has thousands separators", "write 1000"),
        ("1,234,567.8", "has thousands separators", "write 1234567.8"),
        ("1 000", "has thousands separators", "write 1000"),
        ("1\u00a0000", "has thousands separators", "write 1000"),
        ("1'000", "has thousands separators", "write 1000"),
        ("1.234.567", "has thousands separators", "write 1234567"),
        ("0,5", "'0,5' has a decimal comma", "write 0.5"),
        ("12,5", "has a decimal comma", "write 12.5"),
        ("-500", "-500 is below 0 t/yr", "it cannot be negative"),
        ("−5", "is not written in plain digits", "write -5"),
        ("１００", "is not written in plain digits", "write 100"),
        ("1,00,000", "has thousands separators", "write 100000"),
        ("7,00,00", "has groups of digits that are no thousands", "a point before its decimals: 70000, if"),
        ("1,2,3", "has groups of digits that are no thousands", "write one number without separators"),
        ("7 00 00", "has groups of digits that are no thousands", "70000, if that is meant."),
        ("1.000.00", "has groups of digits that are no thousands", "100000, if that is meant."),
        ("1,000,00", "has groups of digits that are no thousands", "100000, if that is meant."),
        ("12,34,567.5", "has thousands separators", "write 1234567.5"),
        ("1 00 000", "has thousands separators", "write 100000"),
        ("1.000,5", "has thousands separators", "write 1000.5"),
        ("1\u2009000,5", "has thousands separators", "write 1000.5"),
        ("２，０００", "has thousands separators", "write 2000"),
        ("1,5E+03", "has a decimal comma", "write 1.5E+03"),
        ("१२३", "is not written in plain digits", "write 123"),
        ("٣٫٥", "is not written in plain digits", "write 3.5"),
        (
            "2000¹",
            "'2000¹' has a raised 1, a footnote's mark or a power",
            "write 2000 and move the footnote to 'note'.",
        ),
        ("10³", "has a raised 3, a footnote's mark or a power", "if a power is meant, write 1000."),
        ("2⁻³", "has a raised -3", "if a power is meant, write 0.125."),
        ("2,000¹", "a footnote's mark", "write 2000 and"),
        ("2000₁", "has a footnote's mark", "write 2000 and"),
        ("2000①", "has a footnote's mark", "write 2000 and"),
        ("2000¹⁾", "has a footnote's mark", "write 2000 and"),
        ("2000*", "has a footnote's mark", "write 2000 and move the footnote"),
        ("2000 †", "has a footnote's mark", "write 2000 and move the footnote"),
        ("2000[1]", "has a remark in it", "write 2000 and"),
        ("2000 (est.)", "has a remark in it", "write 2000 and move the remark to 'note'."),
        ("1.5×10³", "is a number times a power of ten", "write 1.5e3"),
        ("1,5·10⁻³", "is a number times a power of ten", "write 1.5e-3"),
        ("10^3", "is a power", "1000"),
        ("~2000", "is not one certain number", "write 2000"),
        ("ca. 2,000", "is not one certain number", "write 2000"),
        ("<5", "is not one certain number", "write 5"),
        ("2000–3000", "is a range, not one number", "ranges.csv"),
        ("2000 to 3000", "is a range, not one number", "ranges.csv"),
        ("2000±50", "is a range, not one number", "ranges.csv"),
        ("½", "is a fraction", "write 0.5"),
        ("1½", "is a fraction", "write 1.5"),
        ("1/2", "is a fraction", "write 0.5"),
        ("(2,000)", "as accounts write what is negative", "write -2000"),
        ("2000-", "as accounts write what is negative", "write -2000"),
        ("'2000", "has a quotation mark before it", "write 2000"),
        ("17 ％", "is a percentage", "0.17"),
        ("%17", "is a percentage", "0.17"),
        ("17 percent", "is a percentage", "0.17"),
        ("17‰", "is in parts of a thousand", "0.017"),
        ("1e3t", "a unit or a currency", "t/yr"),
        ("₹1,00,000", "a unit or a currency", "t/yr"),
        ("2000円", "a unit or a currency", "t/yr"),
        ("five", "'five' is text where a number belongs", "demand"),
        ("nan", "'nan' is not a number", "demand"),
        ("inf", "'inf' is not a number", "demand"),
        ("-", "'-' is not a number", "demand"),
        ("1e999", "too large", ""),
        ("1e-300", "too small a number", "write 0, or 1e-12 or more"),
        ("0x10", "'0x10'", ""),
        ("1_000", "has thousands separators", "write 1000"),
        ("=B2*1.1", "is a formula", "paste its value"),
        ("#REF!", "is a spreadsheet's error", ""),
        ("#DIV/0!", "is a spreadsheet's error", ""),
        ("01-Feb", "is a date where a number belongs", "spreadsheet"),
        ("2030-01-01", "is a date", ""),
        ("$500", "a unit or a currency", "t/yr"),
        ("500 t", "a unit or a currency", "t/yr"),
        ("", "this cell is empty", "demand"),
    ],
)
def test_a_number_that_is_none_says_what_to_write(case: Path, cell: str, message: str, hint: str) -> None:
    change_cell(case, "demand", 2, "t_per_year", cell)
    error = only_error(load_tables(case))
    assert (error.file, error.line, error.column) == (str(case / "demand.csv"), 2, "t_per_year")
    assert message in error.message
    assert hint in error.hint


WRITTEN = ("{:,}", "{:_}", "{}¹", "{}*", "{}①", "{} [3]", "~{}", "{} (est.)", "'{}", "({})", "+{:,}", "<{:,}", "{:,}²⁾")


@pytest.mark.parametrize("value", [2000, 1234567.5, 1000.25, 12])
@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_proposed_instead_is_the_number_that_was_meant(written: str, value: float) -> None:
    cell = written.format(value)
    if NUMBER.fullmatch(cell):
        return
    with pytest.raises(CellError) as slip:
        parse(TABLES["demand"].column("t_per_year"), cell)
    proposed = re.match(r"write ([-+]?\d+(\.\d+)?)", slip.value.hint)
    assert proposed
    assert abs(float(proposed[1])) == value


@pytest.mark.parametrize("mark", "¹²³⁰⁴⁵⁹⁻ⁿ₀₁₉①⓪⑳½⅓ªº")
def test_what_is_raised_or_lowered_is_never_a_digit(mark: str) -> None:
    column = TABLES["demand"].column("t_per_year")
    with pytest.raises(CellError) as slip:
        parse(column, f"2000{mark}")
    assert not re.search(r"2000\d", slip.value.message + slip.value.hint)


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "message"),
    [
        ("demand", 2, "year", "2030.5", "'2030.5' is not a whole number"),
        ("demand", 2, "year", "2030¹", "a footnote's mark"),
        ("demand", 2, "year", "2029/30", "is a range, not one number"),
        ("scenarios", 2, "starts", "２０３１ 2033", "is not written in plain digits"),
        ("demand", 2, "year", "2030-01-01", "is a date"),
        ("demand", 2, "year", "30", "30 is below 1900"),
        ("plants", 3, "max_modules", "1.5", "is not a whole number"),
        ("plants", 3, "foreign_share_max", "49", "49 is above 1"),
        ("processes", 3, "recovery", "0", "0 is not above 0"),
        ("processes", 3, "recovery", "92", "92 is above 1"),
        ("processes", 3, "releases_thorium", "maybe", "is neither yes nor no"),
        ("elements", 2, "circuit", "Light", "'Light' is not one of 'light' and 'heavy'"),
        ("scenarios", 2, "starts", "2031, 2033", "is not a list of years"),
        ("scenarios", 2, "starts", "2031 2031", "repeats 2031"),
        ("scenarios", 2, "probability", "-0.1", "-0.1 is below 0"),
        ("scenarios", 2, "years", "0", "0 is below 1"),
        ("baskets", 2, "Nd", "28%", "is a percentage"),
        ("baskets", 2, "Nd", "28", "28 is above 1"),
        ("transport", 2, "kind", "oxides", "'oxides' is not one of"),
        ("regions", 2, "region", "=A1", "is a formula"),
        ("regions", 2, "latitude", "95", "95 is above 90 degrees"),
    ],
)
def test_cells_of_other_kinds(case: Path, table: str, line: int, column: str, cell: str, message: str) -> None:
    change_cell(case, table, line, column, cell)
    error = only_error(load_tables(case))
    assert (error.file, error.line, error.column) == (str(case / f"{table}.csv"), line, column)
    assert message in error.message


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "value"),
    [
        ("processes", 2, "releases_thorium", "TRUE", True),
        ("processes", 2, "releases_thorium", "Yes", True),
        ("processes", 2, "releases_thorium", "FALSE", False),
        ("demand", 2, "year", "2030.0", 2030),
        ("demand", 2, "t_per_year", "+8e2", 800.0),
        ("demand", 2, "t_per_year", ".5", 0.5),
        ("demand", 2, "note", "=see page 3, 17%", "=see page 3, 17%"),
        ("scenarios", 2, "starts", " 2031   2033 ", (2031, 2033)),
    ],
)
def test_cells_as_spreadsheets_write_them_are_read(
    case: Path, table: str, line: int, column: str, cell: str, value: object
) -> None:
    change_cell(case, table, line, column, cell)
    loaded = load_tables(case)
    assert loaded.tables is not None, says(loaded.errors)
    assert loaded.tables[table][line - 2][column] == value


def test_many_cells_of_a_column_with_the_same_slip_are_told_once(case: Path) -> None:
    header, row, *_ = lines_of("demand")
    at = header.index("t_per_year")
    year = header.index("year")
    rows = [[*row[:at], f"{1000 + number:,}", *row[at + 1 :]] for number in range(43)]
    rows = [[*row[:year], str(2000 + number), *row[year + 1 :]] for number, row in enumerate(rows)]
    write_lines(case, "demand", [header, *rows])
    error = only_error(load_tables(case))
    assert (error.line, error.column) == (2, "t_per_year")
    assert error.message == "'1,000' has thousands separators (also on lines 3, 4, 5, 6 and 38 more)."
    assert error.hint == "write 1000, and the others likewise."


def test_what_all_files_of_a_folder_share_is_warned_of_once(case: Path) -> None:
    for path in case.glob("*.csv"):
        path.write_bytes(path.read_text(encoding="utf-8-sig").replace(",", "\t").encode("utf-16"))
    warnings = load_tables(case).warnings
    assert sorted(warning.message.partition("): ")[2] for warning in warnings) == [
        "columns are separated by tabs; accepted.",
        "the file is saved as UTF-16 ('Unicode text'); accepted.",
    ]
    for warning in warnings:
        assert (warning.file, warning.line) == (str(case), 0)
        assert warning.message.startswith(f"{len(list(case.glob('*.csv')))} files (baskets.csv, ")


def test_a_row_of_which_several_cells_are_wrong_is_told_cell_by_cell(case: Path) -> None:
    add_row(case, "demand", region="nowhere", material="Nd", year="soon", t_per_year="1,000", shortage_usd_per_t="1")
    columns = {error.column for error in load_tables(case).errors}
    assert columns == {"region", "year", "t_per_year"}


ANY_BYTES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", errors="replace")),
    st.text(alphabet=',;"\n\r\tAN0123456789.-% d', max_size=200).map(str.encode),
)


@settings(max_examples=150, deadline=None)
@given(table=st.sampled_from(sorted(TABLES)), content=ANY_BYTES, keep_header=st.booleans())
def test_no_bytes_whatsoever_end_in_a_traceback(table: str, content: bytes, keep_header: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in CASE:
            write_lines(folder, name, lines_of(name))
        header = ",".join(lines_of(table)[0]).encode() + b"\n" if keep_header else b""
        (folder / f"{table}.csv").write_bytes(header + content)
        loaded = load_tables(folder)
    assert (loaded.tables is None) == bool(loaded.errors)


ODD_CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1e308",
            "nan",
            "2030",
            "yes",
            "all",
            "base",
            "A>B",
            "Nd",
            "Aland",
            "recipe",
            "oxides",
            "1900",
            "2200",
            "0.5",
            "drop",
            "hilltop",
            "9" * 400,
        ]
    ),
    st.text(max_size=8),
)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_cells_whatsoever_end_in_a_traceback(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in CASE:
            write_lines(folder, name, lines_of(name))
        for table in data.draw(st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=4, unique=True)):
            lines = lines_of(table)
            for _ in range(data.draw(st.integers(1, 4))):
                row = data.draw(st.sampled_from(lines))
                row[data.draw(st.integers(0, len(row) - 1))] = data.draw(ODD_CELLS)
            write_lines(folder, table, [[cell.encode(errors="replace").decode() for cell in row] for row in lines])
        loaded = load_tables(folder)
    assert (loaded.tables is None) == bool(loaded.errors)
    for problem in [*loaded.errors, *loaded.warnings]:
        assert problem.message
        assert "\n" not in problem.message
