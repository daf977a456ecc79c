"""A small case that uses every table, and the reading of it: types, defaults, what is left out.

The other ``test_tables_*`` and ``test_warnings`` files spoil this case in one place and look at what is said.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reeplan.inputs.load import load_tables
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from reeplan.inputs.rows import Loaded, Problem

CASE = {
    "settings": """
        name,value
        title,two neighbours
        first_year,2030
        last_year,2034
        currency_year,2025
        discount_rate,0.05
        resilience_target,0.9""",
    "partners": """
        partner,wacc
        Aland,0.08
        Bland,0.05""",
    "regions": """
        region,country,latitude,longitude,power_usd_per_mwh,thorium_max_t_per_year
        coast,Aland,10,70,80,100
        island,Bland,35,135,120,
        plain,Cland,40,110,70,
        far,Dland,-10,20,90,""",
    "elements": """
        element,name,circuit,reference_usd_per_t
        Ce,cerium,light,1000
        Nd,neodymium,light,60000
        Dy,dysprosium,heavy,300000""",
    "products": """
        product,kind,reference_usd_per_t,reo_t_per_t
        magnet,product,50000,0.37
        old magnets,scrap,15000,0.37""",
    "deposits": """
        deposit,region,ore,resource_t,thorium_t_per_t
        sands,coast,monazite,500000,0.16
        hill,far,hard_rock,200000,""",
    "baskets": """
        deposit,Ce,Nd,Dy
        sands,0.7,0.28,0.02
        hill,0.75,0.25,""",
    "processes": """
        process,takes,makes,ore,recovery,opex_usd_per_t,energy_mwh_per_t,releases_thorium
        dig,ore,concentrate,any,1,2000,6,no
        crack,concentrate,mixed,monazite,0.9,2500,9,yes
        split,mixed,light_and_heavy_mix,any,0.9,3000,8,
        refine,heavy_mix,oxides,any,0.85,9000,20,
        dig_and_crack,ore,mixed,hard_rock,0.8,5000,12,
        press,recipe,recipe,,,9000,5,
        recycle,recipe,recipe,,,2000,5,""",
    "recipes": """
        process,material,t_per_t
        press,Nd,-0.35
        press,Dy,-0.01
        press,magnet,1
        recycle,old magnets,-1
        recycle,Nd,0.3""",
    "plants": """
        plant,region,process,deposit,capacity_t_per_year,module_t_per_year,max_modules,module_musd,lead_years,life_years,foreign_share_max,technology_partner,technology_share_min
        sand pit,coast,dig,sands,3000,,,,,,,,
        cracker,coast,crack,,3000,1000,2,12,2,,0.49,,
        splitter,coast,split,,3000,1000,3,13,2,,,,
        heavies,island,refine,,100,100,2,5,1,,,Bland,0.2
        press A,coast,press,,500,500,4,20,1,20,,Bland,0.26
        press B,island,press,,2000,,,,,,,,
        recycler,island,recycle,,200,,,,,,,,""",
    "ventures": """
        venture,option,region,process,deposit,claimant,plant_t_per_year,plant_musd,equity_share,offtake_share
        hilltop,30%,far,dig_and_crack,hill,Bland,5000,200,0.3,0.3
        hilltop,60%,far,dig_and_crack,hill,,5000,200,0.6,0.6""",
    "suppliers": """
        supplier,material,year,region,price_usd_per_t,max_t_per_year,min_t_per_year,buyer
        Mills,Nd,2030,plain,60000,2000,,
        Mills,Nd,2034,plain,65000,2500,,
        Mills,Dy,2030,plain,300000,100,,
        Mills,Ce,2030,plain,900,5000,,
        Mills,magnet,2030,plain,52000,3000,10,Bland
        town,old magnets,2030,island,9000,200,,""",
    "markets": """
        region,material,year,price_usd_per_t,max_t_per_year
        coast,Ce,2030,600,2000""",
    "transport": """
        from_region,to_region,kind,usd_per_t
        plain,coast,oxide,250
        plain,island,all,200
        plain,coast,product,300
        coast,island,heavy_mix,150
        coast,island,product,150
        island,coast,product,150
        island,coast,oxide,150
        far,coast,mixed,400""",
    "demand": """
        region,material,year,t_per_year,shortage_usd_per_t
        coast,Ce,2030,800,20000
        coast,magnet,2030,600,200000
        coast,magnet,2034,1500,200000
        island,magnet,2030,1800,200000
        island,Nd,2030,100,300000""",
    "stockpiles": """
        region,material,initial_t,capacity_t,max_capacity_t,capacity_usd_per_t,holding_usd_per_t_year
        island,Nd,50,100,400,1000,500
        coast,Nd,10,20,,,""",
    "budgets": """
        partner,first_year,last_year,musd
        Aland,2030,2034,300
        Bland,2030,2034,800""",
    "offtakes": """
        from_country,to_country,year,free_t_per_year
        Aland,Bland,2030,500""",
    "dependence": """
        partner,from_country,material,year,max_share
        Bland,Cland,Nd,2030,0.9""",
    "scenarios": """
        scenario,label,starts,years,probability
        cutoff,Cland stops selling,2031 2033,2,0.2
        flood,,2032,1,0.1""",
    "disruptions": """
        scenario,kind,target,material,first,last,availability,basis
        cutoff,country,Cland,,,,0,
        cutoff,supplier,town,,2,2,0.5,flow
        flood,plant,splitter,,,,0.3,
        flood,route,Aland>Bland,product,1,,0.5,
        base,supplier,Mills,Dy,2033,2040,0.8,""",
    "ranges": """
        input,table,key,column,low,high,change,distribution
        ,settings,discount_rate,value,0.03,0.07,,triangular
        freight,transport,far / *,usd_per_t,0.5,2,times,log_uniform
        freight,transport,* / island,usd_per_t,0.5,2,times,log_uniform
        ,regions,coast,power_usd_per_mwh,0,40,plus,""",
}
"""Every table with at least one row; no warnings. Line 2 of a table is its first row."""


def lines_of(table: str) -> list[list[str]]:
    """The table's lines as lists of cells, each row with a source."""
    text = "\n".join(line.strip() for line in CASE[table].strip().splitlines())
    header, *rows = csv.reader(text.splitlines())
    return [[*header, "source"], *([*row, "made up for a test"] for row in rows)]


def write_lines(folder: Path, table: str, lines: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def change_cell(folder: Path, table: str, line: int, column: str, cell: str) -> None:
    """Write another value into one cell; line 1 is the header. A column that is not there is added."""
    lines = lines_of(table)
    if column not in lines[0]:
        lines = [[*lines[0], column], *([*row, ""] for row in lines[1:])]
    lines[line - 1][lines[0].index(column)] = cell
    write_lines(folder, table, lines)


def add_row(folder: Path, table: str, **cells: str) -> None:
    """One more row at the end, empty but for these cells."""
    lines = lines_of(table)
    write_lines(
        folder, table, [*lines, [cells.get(name, "written by a test" if name == "source" else "") for name in lines[0]]]
    )


def says(problems: list[Problem]) -> str:
    """All problems as a person would read them, for messages of failed tests."""
    return "\n".join(
        f"{Path(problem.file).name}:{problem.line} {problem.column}: {problem.message} -> {problem.hint}"
        for problem in problems
    )


def only_error(loaded: Loaded) -> Problem:
    """The one error there is: nothing else may be said because of it."""
    assert len(loaded.errors) == 1, says(loaded.errors) or "no error at all"
    assert loaded.tables is None
    return loaded.errors[0]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "neighbours"
    folder.mkdir()
    for table in CASE:
        write_lines(folder, table, lines_of(table))
    return folder


def test_the_case_of_these_tests_uses_every_table_and_is_right(case: Path) -> None:
    loaded = load_tables(case)
    assert not loaded.errors, says(loaded.errors)
    assert not loaded.warnings, says(loaded.warnings)
    assert loaded.files == len(TABLES)
    assert loaded.row_count == sum(len(lines_of(table)) - 1 for table in TABLES)


def test_cells_have_the_types_of_their_columns(case: Path) -> None:
    tables = load_tables(case).tables
    assert tables is not None
    assert tables.settings["first_year"] == 2030
    assert isinstance(tables.settings["first_year"], int)
    assert tables["scenarios"][0]["starts"] == (2031, 2033)
    assert tables["processes"][1]["releases_thorium"] is True
    assert tables["suppliers"][0]["price_usd_per_t"] == 60000.0
    assert isinstance(tables["suppliers"][0]["price_usd_per_t"], float)
    assert tables["plants"][1]["max_modules"] == 2


def test_an_empty_cell_and_an_absent_column_take_the_default(case: Path) -> None:
    tables = load_tables(case).tables
    assert tables is not None
    pit, coast, island = tables["plants"][0], tables["regions"][0], tables["regions"][1]
    assert pit["max_modules"] == 0
    assert pit["life_years"] == 25
    assert pit["opex_factor"] == 1.0, "the column is not in the file"
    assert pit["earliest_year"] == 2030, "the default is the first year"
    assert pit["retires"] is None
    assert pit["technology_partner"] is None
    assert coast["thorium_max_t_per_year"] == 100.0
    assert island["thorium_max_t_per_year"] == math.inf
    assert tables["stockpiles"][1]["max_capacity_t"] == 20.0, "the default is capacity_t"
    assert tables["scenarios"][1]["label"] == "flood", "the default is the scenario's name"
    assert tables["disruptions"][0]["material"] == "all"
    assert tables["disruptions"][0]["basis"] == "ceiling"
    assert tables.settings["resilience_measure"] == "worst_case"
    assert tables.settings["resilience_target"] == 0.9
    assert pit["note"] == ""


@pytest.mark.parametrize("table", [name for name, table in TABLES.items() if table.optional])
def test_an_optional_table_may_be_absent(case: Path, table: str) -> None:
    needed_by = {
        "products": ["recipes", "plants", "suppliers", "demand"],
        "recipes": ["plants", "processes"],
        "scenarios": ["disruptions"],
    }
    for name in [table, *needed_by.get(table, [])]:
        (case / f"{name}.csv").unlink()
        if name != table and not TABLES[name].optional:
            write_lines(case, name, lines_of(name)[:1])
    errors = [problem for problem in load_tables(case).errors if Path(problem.file).stem == table]
    assert not errors, says(errors)


def test_rounded_baskets_are_scaled_to_sum_to_one(case: Path) -> None:
    change_cell(case, "baskets", 2, "Ce", "0.704")
    tables = load_tables(case).tables
    assert tables is not None
    basket = tables["baskets"][0]
    assert basket["Ce"] == pytest.approx(0.704 / 1.004)
    assert basket["Ce"] + basket["Nd"] + basket["Dy"] == pytest.approx(1.0, abs=1e-12)
    assert tables["baskets"][1]["Dy"] == 0.0, "an empty share is 0"


def test_a_case_without_a_title_is_called_after_its_folder(case: Path) -> None:
    write_lines(case, "settings", [row for row in lines_of("settings") if row[0] != "title"])
    tables = load_tables(case).tables
    assert tables is not None
    assert tables.settings["title"] == "neighbours"


def test_names_may_be_in_any_script_and_blanks_around_them_do_not_count(case: Path) -> None:
    for table in CASE:
        text = (case / f"{table}.csv").read_text(encoding="utf-8")
        (case / f"{table}.csv").write_text(
            text.replace("island", " 北九州 ").replace("Aland", "भारत"), encoding="utf-8"
        )
    tables = load_tables(case).tables
    assert tables is not None
    assert tables["regions"][1]["region"] == "北九州"
    assert tables["partners"][0]["partner"] == "भारत"


def test_reading_needs_no_data_libraries() -> None:
    """``reeplan check`` must answer at once, so the input layer stays within the standard library."""
    import subprocess

    heavy = ("pandas", "numpy", "pyomo", "highspy")
    code = f"import sys, reeplan.inputs.load; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
