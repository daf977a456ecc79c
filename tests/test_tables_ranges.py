"""The table of ranges: what a row stands for, what is refused, and what is warned of."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scipy import stats

from reeplan.inputs.load import load_tables
from reeplan.inputs.ranges import Range, resolve
from reeplan.inputs.spec import TABLES, VARIED_SETTINGS, VARIED_TABLES
from reeplan.studies.sensitivity.inputs import inputs_of
from test_tables_case import case, only_error, says

if TYPE_CHECKING:
    from reeplan.inputs.rows import Problem

__all__ = ["case"]

COLUMNS = ("input", "table", "key", "column", "low", "high", "change", "distribution")


def write_ranges(folder: Path, *rows: str) -> None:
    """Ranges as lines of table, key, column, low, high and perhaps change and distribution."""
    lines = [[*COLUMNS, "source"]]
    for row in rows:
        cells = next(csv.reader(io.StringIO(row), skipinitialspace=True))
        lines.append(["", *cells, *[""] * (len(COLUMNS) - 1 - len(cells)), "made up for a test"])
    with (folder / "ranges.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def read(folder: Path, *rows: str) -> list[Range]:
    write_ranges(folder, *rows)
    loaded = load_tables(folder)
    assert loaded.tables is not None, says(loaded.errors)
    tables = loaded.tables
    return [resolve(row, tables[row["table"]], tables.settings) for row in tables["ranges"]]


def moved(found: Range) -> list[str]:
    return [cell.place.row for cell in found.cells]


def error(folder: Path, *rows: str) -> Problem:
    write_ranges(folder, *rows)
    return only_error(load_tables(folder))


@pytest.mark.parametrize(
    ("key", "rows"),
    [
        ("", 6),
        ("*", 6),
        ("Mills", 5),
        ("Mills / Nd", 2),
        ("Mills/Nd", 2),
        ("* / Nd", 2),
        ("Mills / Nd / 2034", 1),
        ("* / * / 2034", 1),
        ("town / old magnets", 1),
    ],
)
def test_a_key_names_one_row_or_many(case: Path, key: str, rows: int) -> None:
    assert len(read(case, f"suppliers, {key}, price_usd_per_t, 0.5, 2, times")[0].cells) == rows


def test_an_option_of_a_venture_is_named_as_in_results(case: Path) -> None:
    [one, both] = read(case, "ventures, hilltop/30%, plant_musd, 100, 300", "ventures, hilltop, lead_years, 0, 2, plus")
    assert moved(one) == ["hilltop / 30%"]
    assert moved(both) == ["hilltop / 30%", "hilltop / 60%"]


def test_a_name_may_hold_the_stroke_that_parts_keys(case: Path) -> None:
    text = (case / "suppliers.csv").read_text(encoding="utf-8").replace("Mills", "Mills/Sons")
    (case / "suppliers.csv").write_text(text, encoding="utf-8")
    text = (case / "disruptions.csv").read_text(encoding="utf-8").replace("Mills", "Mills/Sons")
    (case / "disruptions.csv").write_text(text, encoding="utf-8")
    assert moved(read(case, "suppliers, Mills/Sons / Dy, price_usd_per_t, 0.5, 2, times")[0]) == [
        "Mills/Sons / Dy / 2030"
    ]


def test_all_tables_with_numbers_may_vary_but_baskets() -> None:
    assert set(TABLES) - set(VARIED_TABLES) == {"baskets", "ranges"}
    assert set(VARIED_SETTINGS) == {"discount_rate", "cvar_level"}


@pytest.mark.parametrize(
    ("row", "column", "message", "hint"),
    [
        ("plant, press A, module_musd, 10, 30", "table", "'plant' is not one of", "'plants'"),
        (
            "scenarios, cutoff, probability_per_year, 0.1, 0.3",
            "column",
            "'cutoff' of scenarios.csv has no probability_per_year: it is said by probability",
            "write probability",
        ),
        ("scenarios, cutoff, months, 1, 3", "column", "it is said by years", "write years"),
        ("baskets, sands, Nd, 0.2, 0.3", "table", "'baskets' is not one of", ""),
        (
            "plants, press C, module_musd, 10, 30",
            "key",
            "'press C' is no plant of plants.csv",
            "'press B' or 'press A'",
        ),
        ("suppliers, Mills / Md, price_usd_per_t, 1, 2", "key", "'Md' is no material of suppliers.csv", "'Nd'"),
        ("suppliers, town / Nd, price_usd_per_t, 1, 2", "key", "no row of suppliers.csv is 'town / Nd'", "*"),
        ("suppliers, a / b / c / d, price_usd_per_t, 1, 2", "key", "has 4 parts", "supplier / material / year"),
        ("plants, press A, modul_musd, 10, 30", "column", "'modul_musd' is no column of plants.csv", "'module_musd'"),
        ("plants, press A, region, 10, 30", "column", "'region' of plants.csv holds no numbers to vary", "module_musd"),
        ("suppliers, Mills, year, 10, 30", "column", "'year' is part of the key", "price_usd_per_t"),
        ("settings, discount_rate, rate, 0, 0.1", "column", "no column of settings.csv", "write value"),
        ("settings, discount rate, value, 0, 0.1", "key", "is no setting", "'discount_rate'"),
        ("settings, mip_gap, value, 0, 0.1", "key", "may have no range", "discount_rate and cvar_level"),
        ("plants, press A, module_musd, 30, 10", "low", "low 30 is above high 10", "swap"),
        ("plants, press A, module_musd, 30, 30", "low", "nothing varies", "two numbers"),
        ("plants, press A, life_years, 10.5, 20", "low", "is a whole number", "whole numbers"),
        ("plants, press A, module_musd, 0, 10, , log_uniform", "low", "ratios need numbers above 0", ""),
        ("plants, press A, module_musd, -1, 10, times", "low", "-1 is no factor", "plus"),
        ("plants, press A, earliest_year, 1, 1.1, times", "change", "a year is not multiplied", "plus"),
        ("plants, press A, retires, 0, 2, plus", "change", "has no retires to change", "write to"),
        ("regions, island, thorium_max_t_per_year, 0.5, 2, times", "change", "the cell is empty", "write to"),
        ("processes, crack, recovery, 0.5, 1.2, times", "high", "recovery would be 1.08 in 'crack'", "narrow"),
        ("processes, crack, recovery, 0, 1", "low", "recovery would be 0 in 'crack' of processes.csv, not above 0", ""),
        ("suppliers, Mills / Nd, price_usd_per_t, 1, 9e5, , triangular", "distribution", "different values", "times"),
    ],
)
def test_what_makes_no_sense_is_refused(case: Path, row: str, column: str, message: str, hint: str) -> None:
    found = error(case, row)
    assert (Path(found.file).name, found.line, found.column) == ("ranges.csv", 2, column)
    assert message in found.message
    assert hint in found.hint


def test_a_number_has_one_range_unless_factors_or_additions_meet(case: Path) -> None:
    found = error(
        case, "suppliers, Mills, price_usd_per_t, 0.5, 2, times", "suppliers, * / Dy, price_usd_per_t, 1, 2, plus"
    )
    assert (found.line, found.column) == (3, "key")
    assert "has a range already, on line 2" in found.message
    assert read(
        case, "suppliers, Mills, price_usd_per_t, 0.5, 2, times", "suppliers, * / Dy, price_usd_per_t, 1, 2, times"
    )


def test_the_same_row_twice_is_a_duplicate(case: Path) -> None:
    row = "plants, press A, module_musd, 10, 30"
    assert "already on line 2" in error(case, row, row).message


def test_ranges_of_a_table_with_a_mistake_wait_until_that_is_mended(case: Path) -> None:
    text = (case / "plants.csv").read_text(encoding="utf-8").replace("press A,coast", "press AA,coats")
    (case / "plants.csv").write_text(text, encoding="utf-8")
    assert Path(error(case, "plants, press A, module_musd, 10, 30").file).name == "plants.csv"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("plants, press A, module_musd, 30, 40", "the present value (20) of 'press A' is outside 30 to 40"),
        ("plants, press A, retires, 2031, 2033", "the present value (none)"),
        ("plants, press A, module_musd, 1.2, 2, times", "leaves out 1"),
        ("plants, press A, lead_years, 1, 3, plus", "leaves out 0"),
        (
            "plants, press A, module_musd, 30, 40, , triangular",
            "the present value (20) of 'press A' is outside 30 to 40",
        ),
        ("plants, press A, module_musd, 0.5, 2, times", ""),
        ("plants, press B, site_musd, 0.5, 2, times", "what it multiplies is 0"),
    ],
)
def test_a_case_outside_its_own_range_is_warned_of(case: Path, row: str, message: str) -> None:
    write_ranges(case, row)
    loaded = load_tables(case)
    assert not loaded.errors, says(loaded.errors)
    told = [warning.message for warning in loaded.warnings]
    assert len(told) == bool(message)
    assert all(message in one for one in told)


def test_ranges_change_no_plan_and_may_stand_in_an_overlay(case: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "other"
    overlay.mkdir()
    write_ranges(overlay, "plants, press A, module_musd, 10, 30")
    loaded = load_tables(case, [overlay])
    assert loaded.tables is not None, says(loaded.errors)
    assert len(loaded.tables["ranges"]) == 5
    stated = load_tables(case).tables
    assert stated is not None
    assert loaded.tables["plants"] == stated["plants"]


def test_what_an_overlay_drops_takes_its_ranges_along(case: Path, tmp_path: Path) -> None:
    write_ranges(case, "ventures, , plant_musd, 1, 1.5, times", "plants, press A, module_musd, 10, 30")
    overlay = tmp_path / "none"
    overlay.mkdir()
    (overlay / "ventures.csv").write_text("venture,drop\nhilltop,yes\n", encoding="utf-8")
    loaded = load_tables(case, [overlay])
    assert loaded.tables is not None, says(loaded.errors)
    assert [one.name for one in inputs_of(loaded.tables)] == ["module of press A"]


def test_what_an_overlay_says_by_another_column_takes_its_ranges_along(case: Path, tmp_path: Path) -> None:
    write_ranges(case, "scenarios, cutoff, probability, 0.1, 0.3", "scenarios, flood, probability, 0.1, 0.3")
    overlay = tmp_path / "yearly"
    overlay.mkdir()
    text = "scenario,starts,years,probability_per_year\ncutoff,any,2,0.1\n"
    (overlay / "scenarios.csv").write_text(text, encoding="utf-8")
    loaded = load_tables(case, [overlay])
    assert loaded.tables is not None, says(loaded.errors)
    assert [row["key"] for row in loaded.tables["ranges"]] == ["flood"]


def test_a_case_outside_a_triangle_is_taken_to_its_nearest_end(case: Path) -> None:
    """From 30 straight down to 40: half of it lies below 40 - 10 / sqrt 2."""
    [one] = read(case, "plants, press A, module_musd, 30, 40, , triangular")
    assert one.amount(0.5) == pytest.approx(40 - 10 / math.sqrt(2))


# ---- what lies between low and high -------------------------------------------------------------------


def test_the_ends_are_low_and_high_whatever_the_distribution(case: Path) -> None:
    for how in ("uniform", "triangular", "log_uniform"):
        [one] = read(case, f"plants, press A, module_musd, 0.5, 3, times, {how}")
        assert [one.amount(0), one.amount(1)] == [0.5, 3.0]
        assert list(one.values(1).values()) == [60.0]


def test_the_middle_of_the_probability(case: Path) -> None:
    """Half of a uniform range is its middle, half of a range of ratios the geometric mean; of a triangle from 0.5
    over 1 to 3, with (x - 1) / 2.5 of the probability... the left side holds 0.2, so the median m has
    (3 - m)^2 / (2.5 * 2) = 0.5."""
    [uniform] = read(case, "plants, press A, module_musd, 0.5, 3, times")
    [ratio] = read(case, "plants, press A, module_musd, 0.5, 3, times, log_uniform")
    [triangle] = read(case, "plants, press A, module_musd, 0.5, 3, times, triangular")
    assert uniform.amount(0.5) == pytest.approx(1.75)
    assert ratio.amount(0.5) == pytest.approx(math.sqrt(1.5))
    assert triangle.amount(0.5) == pytest.approx(3 - math.sqrt(2.5))
    assert triangle.amount(0.2) == pytest.approx(1.0)


def test_positions_are_shares_of_the_probability(case: Path) -> None:
    """Amounts at evenly spread positions have the distribution's own mean."""
    [triangle] = read(case, "plants, press A, module_musd, 10, 40, , triangular")
    mean = sum(triangle.amount((i + 0.5) / 1000) for i in range(1000)) / 1000
    assert mean == pytest.approx((10 + 20 + 40) / 3, rel=1e-3)
    assert mean == pytest.approx(stats.triang.mean(1 / 3, 10, 30), rel=1e-3)


def test_whole_numbers_are_equally_likely(case: Path) -> None:
    [one] = read(case, "plants, press A, lead_years, 0, 2, plus")
    assert [one.amount(i / 12) for i in range(13)] == [0] * 4 + [1] * 4 + [2] * 5
    values = [next(iter(one.values(i / 12).values())) for i in (0, 6, 12)]
    assert values == [1, 2, 3]
    assert all(isinstance(value, int) for value in values)


def test_a_factor_on_a_whole_number_is_rounded(case: Path) -> None:
    [one] = read(case, "plants, press A, max_modules, 0.5, 2, times")
    assert [next(iter(one.values(position).values())) for position in (0, 0.25, 1)] == [2, 4, 8]


def test_a_range_goes_with_the_row_that_an_overlay_drops(tmp_path: Path) -> None:
    """The tutorial's ventures have ranges: without ventures there is nothing to vary, and nothing to complain of."""
    tutorial = Path(__file__).parents[1] / "inputs" / "tutorial"
    overlay = tmp_path / "none"
    overlay.mkdir()
    (overlay / "ventures.csv").write_text("venture,drop\ndesert_mine,yes\n", encoding="utf-8")
    loaded = load_tables(tutorial, [overlay])
    assert loaded.errors == []
    assert loaded.tables is not None
    varied = [row["table"] for row in loaded.tables["ranges"]]
    assert "ventures" not in varied
    assert "suppliers" in varied


def test_two_mistakes_in_a_row_are_told_at_once(tmp_path: Path) -> None:
    tutorial = Path(__file__).parents[1] / "inputs" / "tutorial"
    overlay = tmp_path / "odd"
    overlay.mkdir()
    (overlay / "ranges.csv").write_text(
        "table,key,column,low,high\ndemand,* / magnets,t_per_year,5,4\n", encoding="utf-8"
    )
    loaded = load_tables(tutorial, [overlay])
    assert [(error.column, error.line) for error in loaded.errors] == [("key", 2), ("low", 2)]
