"""What must hold across rows and tables: each rule broken once, in the small case."""

from __future__ import annotations

from pathlib import Path

import pytest

from reeplan.inputs.load import load_tables
from test_tables_case import add_row, case, change_cell, lines_of, only_error, says, write_lines

__all__ = ["case"]


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "told_at", "message"),
    [
        ("settings", 4, "value", "2029", "value", "the last year 2029 is before the first year 2030"),
        ("baskets", 2, "Nd", "0.3", "deposit", "the shares of 'sands' sum to 1.02, not to 1"),
        ("baskets", 3, "Ce", "0.7449", "deposit", "sum to 0.9949"),
        ("processes", 7, "makes", "oxides", "makes", "takes recipe but makes oxides"),
        ("processes", 2, "makes", "recipe", "makes", "takes ore but makes recipe"),
        ("processes", 3, "makes", "concentrate", "makes", "no process makes concentrate from concentrate"),
        ("processes", 4, "makes", "mixed", "makes", "no process makes mixed from mixed"),
        ("processes", 4, "makes", "concentrate", "makes", "no process makes concentrate from mixed"),
        (
            "processes",
            5,
            "makes",
            "light_and_heavy_mix",
            "makes",
            "no process makes light_and_heavy_mix from heavy_mix",
        ),
        ("plants", 2, "deposit", "", "deposit", "'dig' takes ore, but no deposit is named"),
        ("plants", 2, "region", "island", "region", "ore of 'sands' is taken in 'coast', not in 'island'"),
        ("plants", 3, "deposit", "hill", "deposit", "'crack' treats monazite, but the ore of 'hill' is hard_rock"),
        ("plants", 6, "deposit", "sands", "deposit", "'press' works by recipe and treats no deposit's ore"),
        ("plants", 3, "module_t_per_year", "", "module_t_per_year", "may build 2 modules of 0 t/yr"),
        ("plants", 3, "technology_share_min", "0.1", "technology_partner", "needs a technology partner"),
        ("ventures", 2, "deposit", "", "deposit", "takes ore, but no deposit is named"),
        ("ventures", 2, "region", "plain", "region", "is taken in 'far', not in 'plain'"),
        ("suppliers", 2, "min_t_per_year", "2001", "min_t_per_year", "the minimum 2001 is above the maximum 2000"),
        ("suppliers", 3, "region", "far", "region", "is handed over in 'plain' on line 2, here in 'far'"),
        ("suppliers", 3, "buyer", "Aland", "buyer", "is with nobody on line 2, here with 'Aland'"),
        ("stockpiles", 2, "initial_t", "101", "initial_t", "101 t lie in a room of 100 t"),
        ("stockpiles", 2, "max_capacity_t", "99", "max_capacity_t", "the most room, 99 t, is below what exists, 100 t"),
        ("stockpiles", 3, "region", "plain", "region", "'plain' lies in 'Cland', which is no partner"),
        ("demand", 2, "region", "plain", "region", "'plain' lies in 'Cland', which is no partner"),
        ("partners", 3, "partner", "Eland", "partner", "no region of regions.csv lies in 'Eland'"),
        ("budgets", 2, "last_year", "2029", "last_year", "the span ends in 2029, before it begins in 2030"),
        ("offtakes", 2, "to_country", "Aland", "to_country", "'Aland' ships to itself"),
        ("dependence", 2, "from_country", "Bland", "from_country", "'Bland' would depend on itself"),
        (
            "scenarios",
            2,
            "starts",
            "2031 2034",
            "starts",
            "the window 2034 to 2035 is outside the horizon 2030 to 2034",
        ),
        ("scenarios", 3, "starts", "2029", "starts", "the window 2029 is outside the horizon 2030 to 2034"),
        ("scenarios", 3, "probability", "0.95", "probability", "cover 2032 sum to 1.05, above 1"),
        ("scenarios", 2, "starts", "any 2031", "starts", "has 'any' beside other starts"),
        ("scenarios", 2, "starts", "2031-2030", "starts", "the span '2031-2030' ends before it begins"),
        ("scenarios", 2, "starts", "2031 2030-2032", "starts", "repeats 2031"),
        ("scenarios", 2, "starts", "2031--2032", "starts", "is not a list of years"),
        ("scenarios", 2, "starts", "2031-2036", "starts", "windows that start in 2034 to 2036 are outside the horizon"),
        ("scenarios", 2, "starts", "2028-2031", "starts", "windows that start in 2028 to 2029 are outside the horizon"),
        ("scenarios", 2, "years", "", "years", "neither 'years' nor 'months' is filled"),
        ("scenarios", 2, "probability", "", "probability", "neither 'probability' nor 'probability_per_year' is"),
        ("disruptions", 2, "availability", "", "availability", "this cell is empty"),
        ("disruptions", 3, "first", "3", "last", "ends in year 2, before it begins in year 3"),
        ("disruptions", 3, "last", "3", "last", "year 3 is beyond the end of 'cutoff' (length: 2)"),
        ("disruptions", 5, "first", "2", "first", "year 2 is beyond the end of 'flood' (length: 1)"),
        ("disruptions", 6, "first", "2035", "first", "2035 is outside the horizon 2030 to 2034"),
        ("disruptions", 6, "first", "3", "first", "3 is no calendar year"),
        ("disruptions", 6, "basis", "flow", "basis", "it cannot act on the undisrupted path"),
        ("disruptions", 5, "scenario", "base", "availability", "on the undisrupted path itself it is open or closed"),
        ("disruptions", 4, "basis", "flow", "basis", "flow limits purchases; a plant has none"),
        ("disruptions", 5, "basis", "flow", "basis", "flow limits purchases; a route has none"),
        ("disruptions", 4, "material", "Nd", "material", "a plant is hit as a whole, not for 'Nd' alone"),
    ],
)
def test_a_rule_that_is_broken_is_told_where_it_is(
    case: Path, table: str, line: int, column: str, cell: str, told_at: str, message: str
) -> None:
    change_cell(case, table, line, column, cell)
    errors = load_tables(case).errors
    told = [error for error in errors if Path(error.file).stem == table and error.line == line]
    assert told, says(errors)
    assert (told[0].column, message in told[0].message) == (told_at, True), says(errors)
    assert told[0].hint


@pytest.mark.parametrize(
    ("table", "line", "column", "cell"),
    [
        ("baskets", 2, "Nd", "0.285"),
        ("scenarios", 3, "probability", "0.8"),
        ("scenarios", 2, "starts", "2030 2033"),
        ("plants", 3, "lead_years", "20"),
        ("plants", 3, "retires", "2031"),
        ("stockpiles", 2, "initial_t", "100"),
        ("suppliers", 2, "min_t_per_year", "2000"),
        ("disruptions", 6, "first", ""),
    ],
)
def test_the_edge_of_a_rule_is_allowed(case: Path, table: str, line: int, column: str, cell: str) -> None:
    change_cell(case, table, line, column, cell)
    assert not load_tables(case).errors, says(load_tables(case).errors)


def test_a_deposit_without_a_basket(case: Path) -> None:
    write_lines(case, "baskets", lines_of("baskets")[:2])
    error = only_error(load_tables(case))
    assert error.file.endswith("deposits.csv")
    assert "'hill' has no basket" in error.message


def test_a_recipe_without_rows_and_rows_without_a_recipe(case: Path) -> None:
    lines = lines_of("recipes")
    write_lines(case, "recipes", [row for row in lines if row[0] != "recycle"])
    error = only_error(load_tables(case))
    assert (Path(error.file).name, error.line) == ("processes.csv", 8)
    assert "'recycle' has no rows in recipes.csv" in error.message
    write_lines(case, "recipes", [*lines, ["dig", "Nd", "1", "a test"]])
    error = only_error(load_tables(case))
    assert (Path(error.file).name, error.line) == ("recipes.csv", 7)
    assert "'dig' has no recipe" in error.message


@pytest.mark.parametrize("measure", ["expected", "cvar"])
def test_a_measure_by_probability_needs_a_probability(case: Path, measure: str) -> None:
    add_row(case, "settings", name="resilience_measure", value=measure)
    assert not load_tables(case).errors
    lines = lines_of("scenarios")
    write_lines(case, "scenarios", [lines[0], *([*row[:4], "0", *row[5:]] for row in lines[1:])])
    error = only_error(load_tables(case))
    assert (Path(error.file).name, error.line) == ("settings.csv", 8)
    assert "none has one above 0" in error.message


@pytest.mark.parametrize("table", ["partners", "regions", "elements", "demand"])
def test_a_table_without_which_there_is_nothing_to_plan_has_rows(case: Path, table: str) -> None:
    write_lines(case, table, lines_of(table)[:1])
    told = [error for error in load_tables(case).errors if "has no rows" in error.message]
    assert [Path(error.file).stem for error in told] == [table]


@pytest.mark.parametrize("table", ["suppliers", "transport", "baskets"])
def test_other_tables_may_have_a_header_only(case: Path, table: str) -> None:
    write_lines(case, table, lines_of(table)[:1])
    told = [error for error in load_tables(case).errors if Path(error.file).stem == table]
    assert not told, says(told)


def test_a_horizon_the_wrong_way_round_is_told_alone(case: Path) -> None:
    change_cell(case, "settings", 4, "value", "2020")
    assert "before the first year" in only_error(load_tables(case)).message


def write_texts(case: Path, table: str, *lines: str) -> None:
    write_lines(case, table, [line.split(",") for line in lines])


@pytest.mark.parametrize(
    ("scenario", "column", "message"),
    [
        ("2031,1,3,0.1,,,", "months", "'years' and 'months' are both filled"),
        ("2031,,12,0.1,,,", "months", "12 is above 11 months"),
        ("2031,,0,0.1,,,", "months", "0 is below 1 months"),
        ("2031,1,,0.1,0.1,,", "probability_per_year", "'probability' and 'probability_per_year' are both filled"),
        ("any,6,,0.1,,,", "starts", "'any' stands for no year: 6 years do not fit into 2030 to 2034"),
        ("2031,1,,0.1,,maybe,", "in_target", "is neither yes nor no"),
        ("2031,1,,0.1,,,ventures", "with_loss_of", "'ventures' is not one of 'venture', 'plant' and 'supplier'"),
        # Two windows cover each year but the first and the last; each year by itself may have its chance.
        ("any,2,,,0.6,,", "probability_per_year", "cover 2031 sum to 1.2, above 1"),
        # One that lasts months counts in full in its year, beside what others have there.
        ("2031,,1,0.85,,,", "probability", "cover 2031 sum to 1.05, above 1"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(case: Path, scenario: str, column: str, message: str) -> None:
    other = [] if "sum to 1.2" in message else ["other,2031,1,,0.2,,,"]
    head = "scenario,starts,years,months,probability,probability_per_year,in_target,with_loss_of"
    write_texts(case, "scenarios", head, *other, f"cutoff,{scenario}")
    write_texts(case, "disruptions", "scenario,kind,target,availability", "cutoff,country,Cland,0")
    error = only_error(load_tables(case))
    assert (Path(error.file).stem, error.column) == ("scenarios", column)
    assert message in error.message


def test_chances_of_different_years_may_sum_above_1(case: Path) -> None:
    head = "scenario,starts,years,months,probability_per_year"
    write_texts(case, "scenarios", head, "cutoff,any,1,,0.5", "flood,2030-2034,,3,0.5")
    write_texts(case, "disruptions", "scenario,kind,target,availability", "cutoff,country,Cland,0")
    assert load_tables(case).errors == []


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("cutoff,plant,cracker,,,,0.5,2", "price_factor", "a price is a seller's or a country's; a plant has none"),
        ("cutoff,route,Cland>Aland,,,,0.5,2", "price_factor", "a route has none"),
        ("cutoff,deposit,sands,,,,0.5,2", "price_factor", "a deposit has none"),
        ("cutoff,country,Cland,,,,,-1", "price_factor", "-1 is below 0"),
        ("cutoff,deposit,sand,,,,0.5,", "target", "'sand' is no deposit of deposits.csv"),
        ("cutoff,deposit,sands,Nd,,,0.5,", "material", "a deposit is hit as a whole, not for 'Nd' alone"),
        ("cutoff,deposit,sands,,,,,", "availability", "this cell is empty"),
        ("cutoff,country,Cland,,2,,0,", "first", "year 2 is beyond the end of 'cutoff' (length: 3 months)"),
        ("cutoff,country,Cland,,,2,0,", "last", "year 2 is beyond the end of 'cutoff' (length: 3 months)"),
    ],
)
def test_a_disruption_that_cannot_be_is_refused(case: Path, row: str, column: str, message: str) -> None:
    write_texts(case, "scenarios", "scenario,starts,months,probability", "cutoff,2031,3,0.2")
    write_texts(case, "disruptions", "scenario,kind,target,material,first,last,availability,price_factor", row)
    error = only_error(load_tables(case))
    assert (Path(error.file).stem, error.column) == ("disruptions", column)
    assert message in error.message


@pytest.mark.parametrize(
    "row", ["cutoff,country,Cland,Nd,1,1,,3", "cutoff,deposit,sands,,,,0,", "base,country,Cland,,,,,0"]
)
def test_a_disruption_of_a_price_or_a_deposit_is_taken(case: Path, row: str) -> None:
    write_texts(case, "scenarios", "scenario,starts,months,probability", "cutoff,2031,3,0.2")
    write_texts(case, "disruptions", "scenario,kind,target,material,first,last,availability,price_factor", row)
    assert load_tables(case).errors == []
