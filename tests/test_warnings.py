"""What is allowed and most likely not meant: each told once, with the first line and how many there are."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reeplan.inputs.load import load_tables
from reeplan.inputs.warnings.names import MISSING
from test_tables_case import add_row, case, change_cell, lines_of, says, write_lines

if TYPE_CHECKING:
    from reeplan.inputs.rows import Problem

__all__ = ["case"]


def only_warning(folder: Path) -> Problem:
    loaded = load_tables(folder)
    assert not loaded.errors, says(loaded.errors)
    assert len(loaded.warnings) == 1, says(loaded.warnings) or "no warning at all"
    return loaded.warnings[0]


def remove_rows(folder: Path, table: str, *numbers: int) -> None:
    write_lines(folder, table, [row for line, row in enumerate(lines_of(table), 1) if line not in numbers])


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "told_in", "message"),
    [
        ("markets", 2, "price_usd_per_t", "1100", "markets.csv:2", "pays more than the reference price"),
        ("suppliers", 5, "price_usd_per_t", "300", "markets.csv:2", "more than 'Mills' asks plus freight"),
        ("demand", 2, "shortage_usd_per_t", "500", "markets.csv:2", "more than a shortage of it costs"),
        (
            "plants",
            3,
            "life_years",
            "4",
            "plants.csv:3",
            "'cracker': life_years is shorter than the horizon of 5 years",
        ),
        ("ventures", 3, "life_years", "4", "ventures.csv:3", "'hilltop': life_years is shorter"),
        ("stockpiles", 2, "life_years", "4", "stockpiles.csv:2", "'Nd': life_years is shorter"),
        ("processes", 7, "recovery", "0.9", "processes.csv:7", "recovery is not used: 'press' works by recipe"),
        ("processes", 2, "ore", "monacite", "processes.csv:2", "no deposit has the ore 'monacite'"),
        ("recipes", 6, "t_per_t", "-0.3", "recipes.csv:5", "'recycle' makes nothing"),
        ("recipes", 5, "t_per_t", "1", "recipes.csv:5", "'recycle' makes something of nothing"),
        (
            "plants",
            6,
            "foreign_share_max",
            "0.2",
            "plants.csv:6",
            "'press A' can never be built: 'Bland' must own 0.26",
        ),
        ("disruptions", 3, "material", "Dy", "disruptions.csv:3", "'town' sells no 'Dy': this row does nothing"),
        ("partners", 2, "source", "", "partners.csv:2", "this row has no source"),
        ("demand", 5, "t_per_year", "99999", "demand.csv:3", "'magnet' falls short in 2030 to 2034: in 2030"),
        ("dependence", 2, "material", "all", "dependence.csv:2", "through 'Aland': plain > coast > island (product)"),
    ],
)
def test_a_warning_points_to_its_cause(
    case: Path, table: str, line: int, column: str, cell: str, told_in: str, message: str
) -> None:
    change_cell(case, table, line, column, cell)
    if (table, line, column) == ("processes", 2, "ore"):
        change_cell(case, "plants", 2, "process", "dig_and_crack")
        change_cell(case, "deposits", 2, "ore", "hard_rock")
    told = [f"{Path(warning.file).name}:{warning.line} {warning.message}" for warning in load_tables(case).warnings]
    assert any(entry.startswith(told_in + " ") and message in entry for entry in told), told


def test_demand_that_no_lane_reaches_names_where_the_goods_are(case: Path) -> None:
    remove_rows(case, "transport", 2)
    change_cell(case, "demand", 2, "material", "Dy")
    remove = [
        row
        for row in lines_of("transport")
        if row[:3] != ["plain", "coast", "oxide"] and row[:3] != ["island", "coast", "oxide"]
    ]
    write_lines(case, "transport", remove)
    told = [warning for warning in load_tables(case).warnings if "never served" in warning.message]
    assert [(Path(warning.file).name, warning.line, warning.column) for warning in told] == [
        ("demand.csv", 2, "material")
    ]
    assert "nothing can bring 'Dy' to 'coast'" in told[0].message
    assert "it is to be had in island and plain, but no lane" in told[0].hint


def test_demand_that_nothing_makes(case: Path) -> None:
    write_lines(case, "recipes", [row for row in lines_of("recipes") if row[:2] != ["press", "magnet"]])
    remove_rows(case, "suppliers", 6)
    told = [warning for warning in load_tables(case).warnings if "'magnet'" in warning.message]
    assert [warning.line for warning in told] == [3, 5], says(told)
    assert "no supplier sells it, and no process that can run makes it" in told[0].hint


def test_a_chain_is_followed_from_ore_to_magnet(case: Path) -> None:
    """Without any seller, magnets still come from the sands: dug, cracked, split, refined, pressed."""
    write_lines(case, "suppliers", lines_of("suppliers")[:1])
    remove_rows(case, "disruptions", 3, 6)
    add_row(case, "transport", from_region="coast", to_region="island", kind="oxide", usd_per_t="100")
    told = says([warning for warning in load_tables(case).warnings if "never served" in warning.message])
    assert told == ""
    write_lines(case, "plants", [row for row in lines_of("plants") if row[0] != "heavies"])
    told = says([warning for warning in load_tables(case).warnings if "never served" in warning.message])
    assert "nothing can bring 'magnet' to 'coast'" in told, "no dysprosium without a heavy separation"


@pytest.mark.parametrize(("earliest", "years"), [("2030", ""), ("2032", "2030 to 2031"), ("2034", "2030 to 2033")])
def test_a_year_in_which_all_that_could_be_supplied_falls_short(case: Path, earliest: str, years: str) -> None:
    """2,600 to 3,500 t of magnets are demanded; presses make 2,500 t, and 4,500 t when all modules run."""
    lines = lines_of("suppliers")
    lines[5][lines[0].index("max_t_per_year")] = lines[5][lines[0].index("min_t_per_year")] = "0"
    write_lines(case, "suppliers", lines)
    demand = lines_of("demand")
    demand[4][demand[0].index("t_per_year")] = "2000"
    write_lines(case, "demand", demand)
    plants = lines_of("plants")
    index = plants[0].index("lead_years")
    plants[5][index] = "0"
    header = [*plants[0], "earliest_year"]
    rows = [[*row, earliest if row[0] == "press A" else ""] for row in plants[1:]]
    write_lines(case, "plants", [header, *rows])
    told = [warning.message for warning in load_tables(case).warnings if "falls short" in warning.message]
    assert len(told) == bool(years), told
    assert all(years in message for message in told)


def test_materials_that_nobody_uses_are_told_in_one_line(case: Path) -> None:
    add_row(case, "elements", element="La", name="lanthanum", circuit="light", reference_usd_per_t="600")
    assert only_warning(case).message.startswith("nobody uses 'La'")
    assert only_warning(case).line == 5


def test_existing_plants_in_third_countries_are_told_in_one_line(case: Path) -> None:
    lines = lines_of("plants")
    rows = [[name, "plain", "press", "", "100", *[""] * 8, "a test"] for name in ("one", "two")]
    write_lines(case, "plants", [*lines, *rows])
    warning = only_warning(case)
    assert (Path(warning.file).name, warning.line, warning.column) == ("plants.csv", 9, "capacity_t_per_year")
    assert "'one' and 'two': existing capacity in a third country" in warning.message


def test_rows_without_a_source_are_counted_per_table(case: Path) -> None:
    write_lines(case, "demand", [row[:-1] for row in lines_of("demand")])
    change_cell(case, "plants", 4, "source", "")
    told = [(Path(warning.file).name, warning.line, warning.message) for warning in load_tables(case).warnings]
    assert told == [("demand.csv", 2, "5 rows have no source."), ("plants.csv", 4, "this row has no source.")]


def test_a_case_without_any_source_is_told_once(case: Path) -> None:
    for path in case.glob("*.csv"):
        write_lines(case, path.stem, [row[:-1] for row in lines_of(path.stem)])
    warning = only_warning(case)
    assert warning.file == str(case)
    assert "no row of this case says where its numbers come from" in warning.message


def test_a_lane_around_an_offtake_cap(case: Path) -> None:
    lanes = [["coast", "far", "oxide", "9", "a test"], ["far", "island", "all", "9", "a test"]]
    write_lines(case, "transport", [*lines_of("transport"), *lanes])
    told = [warning for warning in load_tables(case).warnings if "offtake cap" in warning.message]
    assert [(Path(warning.file).name, warning.line) for warning in told] == [("offtakes.csv", 2)]
    assert "through 'Dland': coast > far > island (oxide)" in told[0].message


def test_a_venture_in_a_partners_country(case: Path) -> None:
    change_cell(case, "regions", 5, "country", "Bland")
    told = [warning for warning in load_tables(case).warnings if "'hilltop'" in warning.message]
    assert [(Path(warning.file).name, warning.line) for warning in told] == [("ventures.csv", 2)]


def test_a_scenario_that_disrupts_nothing(case: Path) -> None:
    remove_rows(case, "disruptions", 4, 5, 6)
    assert only_warning(case).message == "nothing is disrupted in 'flood'."


def warned(folder: Path) -> list[tuple[str, str, str]]:
    loaded = load_tables(folder)
    assert not loaded.errors, says(loaded.errors)
    return [(Path(problem.file).stem, problem.column, problem.message) for problem in loaded.warnings]


def test_a_disruption_of_a_deposit_that_nobody_digs(case: Path) -> None:
    hit = ["cutoff", "deposit", "hill", "", "", "", "0", "", "made up"]
    write_lines(case, "disruptions", [*lines_of("disruptions"), hit])
    nobody = ("disruptions", "target", "no plant takes ore of 'hill': this row does nothing.")
    assert nobody not in warned(case)
    (case / "ventures.csv").unlink()
    assert nobody in warned(case)


def test_a_loss_of_what_is_not_there(case: Path) -> None:
    change_cell(case, "scenarios", 2, "with_loss_of", "venture")
    assert not any(column == "with_loss_of" for _, column, _ in warned(case))
    (case / "ventures.csv").unlink()
    assert (
        "scenarios", "with_loss_of", "'cutoff': ventures.csv has no rows, so there is no venture to lose.",
    ) in warned(case)  # fmt: skip


def test_scenarios_of_which_none_is_in_the_target(case: Path) -> None:
    header, *rows = lines_of("scenarios")
    for out in (1, 2):
        cells = ["no" if number < out else "yes" for number in range(len(rows))]
        rows_now = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
        write_lines(case, "scenarios", [[*header, "in_target"], *rows_now])
        told = any("no scenario is in the target: every plan has resilience 1" in words for _, _, words in warned(case))
        assert told == (out == len(rows))


def test_sharing_that_nobody_could_do_needs_no_forbidding(case: Path) -> None:
    write_lines(case, "settings", [*lines_of("settings"), ["crisis_sharing", "no", "made up"]])
    assert not any("sharing" in words for _, _, words in warned(case))
    (case / "scenarios.csv").unlink()
    write_lines(case, "disruptions", [lines_of("disruptions")[0]])
    assert ("settings", "value", "without scenarios there is no sharing in a crisis to forbid.") in warned(case)


def test_warnings_wait_until_there_are_no_errors(case: Path) -> None:
    change_cell(case, "partners", 2, "source", "")
    change_cell(case, "demand", 2, "t_per_year", "much")
    assert not load_tables(case).warnings


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "message"),
    [
        ("plants", 6, "module_musd", "3e8", "'press A': module_musd of 3e+08 is more than a trillion dollars."),
        ("plants", 6, "module_t_per_year", "1e-9", "'press A': module_t_per_year of 1e-09 is less than a gram."),
        ("recipes", 2, "t_per_t", "-1e9", ": t_per_t of 1e+09 is more than a million to one."),
        ("suppliers", 5, "price_usd_per_t", "1e-6", ": price_usd_per_t of 1e-06 is less than a dollar for a thousand"),
        ("suppliers", 5, "max_t_per_year", "9e14", ": max_t_per_year of 9e+14 is more than a million million tonnes."),
        ("demand", 2, "shortage_usd_per_t", "2e13", ": shortage_usd_per_t of 2e+13 is more than a billion dollars"),
        ("transport", 2, "usd_per_t", "3e14", ": usd_per_t of 3e+14 is more than a billion dollars a tonne."),
        ("budgets", 2, "musd", "1e9", ": musd of 1e+09 is more than a trillion dollars."),
    ],
)
def test_a_number_that_nothing_real_has_is_asked_about(
    case: Path, table: str, line: int, column: str, cell: str, message: str
) -> None:
    change_cell(case, table, line, column, cell)
    told = [warning for warning in load_tables(case).warnings if "is it a slip?" in warning.hint]
    assert [(Path(warning.file).name, warning.line, warning.column) for warning in told] == [
        (f"{table}.csv", line, column)
    ]
    assert message in told[0].message


@pytest.mark.parametrize("folder", ["tutorial", "base", "history-2010"])
def test_no_number_of_the_real_cases_is_asked_about(folder: str) -> None:
    loaded = load_tables(Path(__file__).parent.parent / "inputs" / folder)
    assert [warning.message for warning in loaded.warnings if "is it a slip?" in warning.hint] == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("NA", "'NA': read as missing by pandas and pyam"),
        ("nan", "'nan': read as missing by pandas and pyam"),
        ("null", "'null': read as missing by pandas and pyam"),
        ("None", "'None': read as missing by pandas and pyam"),
        ("n/a", "'n/a': read as missing by pandas and pyam"),
        ("inf", "'inf': read as a number by pandas and spreadsheets"),
        ("1e5", "'1e5': read as a number by pandas and spreadsheets"),
        ("007", "'007': read as a number by pandas and spreadsheets"),
        ("TRUE", "'TRUE': read as yes or no by pandas and spreadsheets"),
    ],
)
def test_names_that_programs_read_otherwise_are_warned_of(case: Path, name: str, message: str) -> None:
    for path in case.glob("*.csv"):
        table = path.stem
        write_lines(case, table, [[name if cell == "town" else cell for cell in row] for row in lines_of(table)])
    warning = only_warning(case)
    assert (Path(warning.file).name, warning.column) == ("suppliers.csv", "supplier")
    assert warning.message == f"{message}."


def test_names_that_pandas_reads_as_missing_are_all_known() -> None:
    """Each of its words, in a column of a table as it reads it unless told otherwise."""
    words = pd.DataFrame({"name": sorted(MISSING)})
    assert pd.read_csv(io.StringIO(words.to_csv(index=False)))["name"].isna().all()
    others = pd.DataFrame({"name": ["na", "none", "Null", "NAN ", "town", "-"]})
    assert not pd.read_csv(io.StringIO(others.to_csv(index=False)))["name"].isna().any()
    assert not MISSING & set(others["name"])
