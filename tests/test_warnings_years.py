"""Years: rows that cannot act within the horizon, and years of the horizon that nothing is said about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reeplan.inputs.load import load_tables
from test_tables_case import case, change_cell, lines_of, says, write_lines
from test_warnings_omissions import told

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["case"]


def until(case: Path, last: int) -> Path:
    """The case with another last year; its ranges, demand and supply stay as they are."""
    change_cell(case, "settings", 4, "value", str(last))
    return case


# ---- rows that cannot act ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "expected"),
    [
        (
            "demand",
            2,
            "year",
            "2130",
            "demand.csv:2 year: 'Ce in coast': the first year listed is 2130, and its values hold",
        ),
        (
            "demand",
            3,
            "year",
            "2062",
            "demand.csv:4 year: 'magnet in coast': the first year listed is 2034, and its values",
        ),
        (
            "demand",
            3,
            "year",
            "2062",
            "demand.csv:3 year: 'magnet in coast': the rows of 2062 lie outside the horizon 2030",
        ),
        (
            "demand",
            4,
            "year",
            "2062",
            "demand.csv:4 year: 'magnet in coast': the rows of 2062 lie far outside the horizon",
        ),
        (
            "demand",
            3,
            "year",
            "2010",
            "demand.csv:3 year: 'magnet in coast': the rows of 2010 lie far outside the horizon",
        ),
        ("suppliers", 4, "year", "2033", "suppliers.csv:4 year: 'Mills Dy': the first year listed is 2033"),
        (
            "suppliers",
            3,
            "year",
            "2025",
            "suppliers.csv:3 year: 'Mills Nd': the rows of 2025 lie outside the horizon 2030 to",
        ),
        ("markets", 2, "year", "2031", "markets.csv:2 year: 'Ce in coast': the first year listed is 2031"),
        ("offtakes", 2, "year", "2031", "offtakes.csv:2 year: 'Aland>Bland': the first year listed is 2031"),
        ("dependence", 2, "year", "2031", "dependence.csv:2 year: 'Bland Cland Nd': the first year listed is 2031"),
        (
            "plants",
            3,
            "lead_years",
            "20",
            "plants.csv:3 lead_years: 'cracker': can never be built, because it could not run",
        ),
        ("plants", 3, "lead_years", "5", "plants.csv:3 lead_years: 'cracker': can never be built"),
        ("plants", 3, "earliest_year", "2050", "plants.csv:3 earliest_year: 'cracker': can never be built"),
        ("plants", 3, "ramp_years", "5", "plants.csv:3 ramp_years: 'cracker': never gets to its full size"),
        (
            "plants",
            3,
            "retires",
            "2026",
            "plants.csv:3 retires: 'cracker': the existing capacity retires before the first",
        ),
        ("ventures", 2, "lead_years", "20", "ventures.csv:2 lead_years: 'hilltop/30%': can never be built"),
        ("ventures", 3, "earliest_year", "2062", "ventures.csv:3 earliest_year: 'hilltop/60%': can never be built"),
    ],
)
def test_a_row_that_cannot_act_is_told(
    case: Path, table: str, line: int, column: str, cell: str, expected: str
) -> None:
    change_cell(case, table, line, column, cell)
    assert sum(entry.startswith(expected) for entry in told(case)) == 1, told(case)


@pytest.mark.parametrize(
    ("table", "line", "column", "cell"),
    [
        ("demand", 3, "year", "2026"),
        ("demand", 4, "year", "2038"),
        ("suppliers", 5, "year", "2024"),
        ("plants", 3, "lead_years", "4"),
        ("plants", 3, "earliest_year", "2034"),
        ("plants", 3, "retires", "2030"),
        ("plants", 3, "ramp_years", "4"),
    ],
)
def test_a_row_that_still_acts_is_not_told(case: Path, table: str, line: int, column: str, cell: str) -> None:
    """Years beside the horizon bound the interpolation, a constant may be of any year before, the last year counts."""
    change_cell(case, table, line, column, cell)
    assert told(case) == []


def test_rows_that_share_a_year_are_told_in_one_warning_a_table(case: Path) -> None:
    lines = lines_of("suppliers")
    year = lines[0].index("year")
    write_lines(case, "suppliers", [lines[0], *([*row[:year], "2036", *row[year + 1 :]] for row in lines[2:])])
    entries = told(case)
    assert len(entries) == 1
    assert "'Mills Nd', 'Mills Dy', 'Mills Ce', 'Mills magnet' and 'town old magnets': the first year" in entries[0]
    (warning,) = load_tables(case).warnings
    assert "with 0 t/yr if nothing is sold yet" in warning.hint, says([warning])


# ---- budgets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ("Aland 2030 2034, Bland 2030 2034", ""),
        ("Aland 2030 2040, Bland 2020 2034", ""),
        (
            "Aland 2030 2032, Bland 2030 2032",
            "budgets of Aland and Bland end in 2032; from 2033 on their capital is not limited.",
        ),
        (
            "Aland 2030 2032, Bland 2030 2034",
            "budgets of Aland end in 2032; from 2033 on its capital is not limited.",
        ),
        (
            "Aland 2031 2034, Bland 2030 2034",
            "budgets of Aland begin in 2031; before that its capital is not limited.",
        ),
        (
            "Aland 2030 2030, Aland 2033 2034, Bland 2030 2034",
            "budgets of Aland leave out 2031 to 2032: its capital is not limited then.",
        ),
        (
            "Aland 2020 2025, Bland 2030 2034",
            "all budgets of Aland lie outside the horizon 2030 to 2034: its capital is not limited.",
        ),
        (
            "Aland 2020 2025, Aland 2030 2034, Bland 2030 2034",
            "'Aland 2020 to 2025': a budget outside the horizon 2030 to 2034 limits nothing.",
        ),
        (
            "Aland 2030 2034, Bland 2062 2066, Bland 2030 2034",
            "'Bland 2062 to 2066': a budget outside the horizon 2030 to 2034 limits nothing.",
        ),
    ],
)
def test_years_without_a_budget_and_budgets_without_a_year(case: Path, budgets: str, expected: str) -> None:
    write_lines(case, "budgets", [lines_of("budgets")[0], *([*row.split(), "9", "t"] for row in budgets.split(", "))])
    assert [warning.message for warning in load_tables(case).warnings] == [expected] * bool(expected)


# ---- a horizon that was extended --------------------------------------------------------------------


def test_an_extended_horizon_is_told_of_all_that_it_leaves_open(case: Path) -> None:
    entries = told(until(case, 2044))
    assert entries == [
        "budgets.csv:2 last_year: budgets of Aland and Bland end in 2034; from 2035 on their capital is not limited.",
        "demand.csv:4 year: 'magnet in coast': demand is held flat after 2034, to 2044.",
        "scenarios.csv:2 starts: no scenario disrupts 2035 to 2044: resilience says nothing about these years.",
        "suppliers.csv:3 year: 'Mills Nd': prices and limits are held flat after 2034, to 2044.",
    ]


def test_a_supplier_whose_rows_end_before_those_of_others_is_not_told(case: Path) -> None:
    """Steps that end early are meant; only where no row of the case goes further is the end one of the data."""
    change_cell(case, "demand", 4, "year", "2044")
    assert not any("prices and limits" in entry for entry in told(until(case, 2044)))


def test_demand_that_no_longer_changed_is_not_told(case: Path) -> None:
    change_cell(case, "demand", 4, "t_per_year", "600")
    assert not any("demand is held flat" in entry for entry in told(until(case, 2044)))


@pytest.mark.parametrize(
    ("starts", "calm"), [("2031 2033", ""), ("2031", ""), ("2030", "2032 to 2034"), ("2031 2040", "")]
)
def test_a_calm_end_is_one_longer_than_two_years_and_than_any_calm_before(case: Path, starts: str, calm: str) -> None:
    lines = [row for row in lines_of("scenarios") if row[0] != "flood"]
    lines[1][lines[0].index("starts")] = starts
    write_lines(case, "scenarios", lines)
    write_lines(case, "disruptions", [row for row in lines_of("disruptions") if row[0] != "flood"])
    if "2040" in starts:
        until(case, 2047)
    entries = [entry for entry in told(case) if "no scenario disrupts" in entry]
    assert len(entries) == bool(calm), entries
    assert all(calm in entry for entry in entries)
