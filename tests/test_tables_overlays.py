"""Overlays: folders whose rows replace the case's, join them, or drop them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reeplan.inputs.load import load_tables
from test_tables_case import case, only_error, says

if TYPE_CHECKING:
    from reeplan.inputs.rows import Tables

__all__ = ["case"]


def overlay(case: Path, name: str, **tables: str) -> Path:
    """An overlay beside the case; every table is given as lines of cells."""
    folder = case.parent / name
    folder.mkdir()
    for table, text in tables.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def merged(case: Path, *overlays: Path) -> Tables:
    loaded = load_tables(case, overlays)
    assert loaded.tables is not None, says(loaded.errors)
    return loaded.tables


def test_a_row_of_the_same_key_is_replaced_whole_and_others_join(case: Path) -> None:
    budget = overlay(
        case,
        "budget",
        stockpiles="""
        region,material,capacity_t,source
        island,Nd,700,a test
        island,Dy,30,a test""",
    )
    stores = {(row["region"], row["material"]): row for row in merged(case, budget)["stockpiles"]}
    assert list(stores) == [("island", "Nd"), ("coast", "Nd"), ("island", "Dy")]
    assert stores["island", "Nd"]["capacity_t"] == 700
    assert stores["island", "Nd"]["initial_t"] == 0, "the default, not the 50 of the case"
    assert stores["island", "Nd"].file.endswith("stockpiles.csv")
    assert "budget" in stores["island", "Nd"].file


def test_a_column_that_the_overlay_lacks_is_warned_of(case: Path) -> None:
    cheap = overlay(case, "cheap", stockpiles="region,material,capacity_t,source\nisland,Nd,700,a test")
    warnings = load_tables(case, [cheap]).warnings
    told = [warning for warning in warnings if "replaced whole" in warning.message]
    assert [(Path(warning.file).parent.name, warning.line) for warning in told] == [("cheap", 2)], says(warnings)
    assert "'initial_t'" in told[0].message


def test_settings_are_replaced_one_by_one(case: Path) -> None:
    late = overlay(case, "late", settings="name,value,source\nlast_year,2040,a test")
    settings = merged(case, late).settings
    assert (settings["first_year"], settings["last_year"]) == (2030, 2040)


def test_a_row_is_dropped_by_its_key(case: Path) -> None:
    poor = overlay(case, "poor", suppliers="supplier,material,year,drop\nMills,Nd,2034,yes")
    rows = merged(case, poor)["suppliers"]
    assert len(rows) == 5
    assert not any(row["year"] == 2034 for row in rows)


@pytest.mark.parametrize("written", ["yes", "TRUE", "1"])
def test_part_of_a_key_drops_all_rows_that_match(case: Path, written: str) -> None:
    none = overlay(case, "none", ventures=f"venture,drop\nhilltop,{written}")
    assert merged(case, none)["ventures"] == []


def test_any_part_of_a_key_may_be_filled(case: Path) -> None:
    calm = overlay(case, "calm", disruptions="scenario,kind,drop\ncutoff,supplier,yes")
    assert [row["target"] for row in merged(case, calm)["disruptions"]] == ["Cland", "splitter", "Aland>Bland", "Mills"]


@pytest.mark.parametrize("written", ["no", "", "FALSE"])
def test_a_row_that_is_not_dropped_is_an_ordinary_row(case: Path, written: str) -> None:
    same = overlay(case, "same", partners=f"partner,wacc,drop,source\nAland,0.03,{written},a test")
    assert merged(case, same)["partners"][0]["wacc"] == 0.03


def test_what_an_overlay_drops_goes_before_what_it_gives(case: Path) -> None:
    new = overlay(
        case,
        "new",
        suppliers="""
        supplier,material,year,region,price_usd_per_t,max_t_per_year,drop,source
        Mills,Nd,2032,plain,50000,100,,a test
        Mills,Nd,,,,,yes,""",
    )
    rows = [row for row in merged(case, new)["suppliers"] if row["material"] == "Nd"]
    assert [(row["year"], row["max_t_per_year"]) for row in rows] == [(2032, 100.0)]


def test_overlays_apply_in_the_order_given(case: Path) -> None:
    first = overlay(case, "first", partners="partner,wacc,source\nAland,0.01,a test")
    second = overlay(case, "second", partners="partner,wacc,source\nAland,0.02,a test")
    assert merged(case, first, second)["partners"][0]["wacc"] == 0.02
    assert merged(case, second, first)["partners"][0]["wacc"] == 0.01


def test_an_optional_table_may_come_with_the_overlay_alone(case: Path) -> None:
    (case / "budgets.csv").unlink()
    rich = overlay(case, "rich", budgets="partner,first_year,last_year,musd,source\nBland,2030,2031,50,a test")
    assert [row["partner"] for row in merged(case, rich)["budgets"]] == ["Bland"]


def test_a_dropped_element_takes_its_basket_column_along(case: Path) -> None:
    coarse = overlay(
        case,
        "coarse",
        elements="element,drop\nDy,yes",
        recipes="process,material,drop\npress,Dy,yes",
        suppliers="supplier,material,drop\nMills,Dy,yes",
        disruptions="scenario,material,drop\nbase,Dy,yes",
        baskets="deposit,Ce,Nd,source\nsands,0.72,0.28,a test",
    )
    assert set(merged(case, coarse)["baskets"][0]) == {"deposit", "Ce", "Nd", "source", "note"}


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        (
            "venture,drop\nhilltip,yes",
            2,
            "venture",
            "no row 'hilltip' in ventures.csv to drop",
            "did you mean 'hilltop'?",
        ),
        ("venture,option,drop\nhilltop,90%,yes", 2, "venture + option", "no row 'hilltop, 90%'", ""),
        ("venture,drop\n,yes", 2, "drop", "nothing says which row to drop", "fill venture or option"),
        ("venture,drop\nhilltop,perhaps", 2, "drop", "neither yes nor no", "write yes or no"),
    ],
)
def test_a_drop_that_drops_nothing(case: Path, text: str, line: int, column: str, message: str, hint: str) -> None:
    error = only_error(load_tables(case, [overlay(case, "wrong", ventures=text)]))
    assert error.file == str(case.parent / "wrong" / "ventures.csv")
    assert (error.line, error.column) == (line, column)
    assert message in error.message
    assert hint in error.hint


def test_a_row_dropped_twice_is_gone_already(case: Path) -> None:
    once = overlay(case, "once", ventures="venture,drop\nhilltop,yes")
    again = overlay(case, "again", ventures="venture,drop\nhilltop,yes")
    assert "to drop" in only_error(load_tables(case, [once, again])).message


def test_what_an_overlay_leaves_dangling_is_told_where_it_dangles(case: Path) -> None:
    gone = overlay(case, "gone", scenarios="scenario,drop\nflood,yes")
    error = only_error(load_tables(case, [gone]))
    assert (error.file, error.line) == (str(case / "disruptions.csv"), 4)
    assert "'flood' is not listed in scenarios.csv (also on line 5)" in error.message


def test_a_key_twice_in_one_overlay_is_an_error(case: Path) -> None:
    twice = overlay(case, "twice", partners="partner,wacc,source\nAland,0.01,a test\nAland,0.02,a test")
    assert "'Aland' is already on line 2" in only_error(load_tables(case, [twice])).message


def test_an_overlay_that_is_not_there_or_has_no_tables(case: Path) -> None:
    assert "no such folder" in only_error(load_tables(case, [case.parent / "nowhere"])).message
    assert "no tables" in only_error(load_tables(case, [overlay(case, "empty")])).message


def test_errors_of_an_overlay_name_its_file(case: Path) -> None:
    wrong = overlay(case, "wrong", demand="region,material,year,t_per_year,shortage_usd_per_t\ncoast,Ce,2030,1,000,5")
    error = only_error(load_tables(case, [wrong]))
    assert (error.file, error.line) == (str(wrong / "demand.csv"), 2)
    assert "6 cells, the header 5 columns" in error.message


# ---- an overlay that was made for another case ------------------------------------------------------

STRANGE = """
    plant,region,process,deposit,capacity_t_per_year,source
    mill,harbour,dig,reef,5,a test
    works,harbour,melt,,5,a test
    press A,inland,press,,5,a test"""


def test_an_overlay_of_another_case_is_told_first_and_folded(case: Path) -> None:
    other = overlay(
        case, "other", plants=STRANGE, demand="region,material,year,t_per_year,shortage_usd_per_t\nharbour,Zr,2030,1,1"
    )
    told = load_tables(case, [other]).errors
    assert (told[0].file, told[0].line) == (str(other), 0), says(told)
    assert told[0].message == "nothing in this overlay fits the case: 4 of 4 rows name what is not there."
    assert told[0].hint == "it was made for another case."
    assert [Path(error.file).name for error in told[1:]] == ["demand.csv", "plants.csv"], says(told)
    assert told[2].message.startswith("'reef' is not listed in deposits.csv")
    assert told[2].hint.endswith("3 more in this file.")


def test_the_case_that_it_was_made_for_is_named(case: Path) -> None:
    beside = case.parent / "ports"
    beside.mkdir()
    (beside / "settings.csv").write_text("name,value\n")
    (beside / "regions.csv").write_text("region\nharbour\ninland\nreef\nmelt\n")
    told = load_tables(case, [overlay(case, "other", plants=STRANGE)]).errors
    assert told[0].hint == f"it was made for another case ({beside}?)."


def test_an_overlay_that_drops_what_is_not_there_is_one_of_another_case(case: Path) -> None:
    none = overlay(case, "none", ventures="venture,drop\nreef,yes\nridge,yes\nbay,yes")
    told = load_tables(case, [none]).errors
    assert [error.message for error in told] == [
        "nothing in this overlay fits the case: 3 of 3 rows name what is not there.",
        "there is no row 'reef' in ventures.csv to drop.",
    ]
    assert told[1].hint.endswith("2 more in this file.")


def test_of_an_overlay_of_which_most_fits_every_name_is_told(case: Path) -> None:
    most = overlay(
        case,
        "most",
        suppliers="""
        supplier,material,year,region,price_usd_per_t,max_t_per_year,source
        Mills,Nd,2030,plain,1,1,a test
        Mills,Dy,2030,plain,1,1,a test
        Mills,Zr,2030,plain,1,1,a test
        Mills,Hf,2030,plain,1,1,a test
        Mills,Ce,2030,plane,1,1,a test
        Mills,magnet,2030,plain,1,1,a test""",
    )
    assert sorted(error.line for error in load_tables(case, [most]).errors) == [4, 5, 6]


def test_two_slips_in_a_small_overlay_are_told_one_by_one(case: Path) -> None:
    slip = overlay(
        case, "slip", demand="region,material,year,t_per_year,shortage_usd_per_t,source\ncost,Nb,2030,1,1,a test"
    )
    assert [error.message for error in load_tables(case, [slip]).errors] == [
        "'Nb' is not listed in elements.csv or products.csv.",
        "'cost' is not listed in regions.csv.",
    ]
