"""What is free, void or without a limit because a cell, a row or a table is missing: one warning for each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from reeplan.cli.check import run_check
from reeplan.inputs.load import load_tables
from support import ONE_TOWN, PURE_ORE, write_case, years
from test_tables_case import add_row, case, change_cell, lines_of, says, write_lines

__all__ = ["case"]


def told(folder: Path) -> list[str]:
    """Every warning as 'file:line column: message'."""
    loaded = load_tables(folder)
    assert not loaded.errors, says(loaded.errors)
    return [
        f"{Path(warning.file).name}:{warning.line} {warning.column}: {warning.message}" for warning in loaded.warnings
    ]


@pytest.mark.parametrize(
    ("table", "line", "column", "cell", "expected"),
    [
        ("regions", 5, "power_usd_per_mwh", "", "regions.csv:5 power_usd_per_mwh: 'far': energy costs nothing there"),
        ("plants", 3, "module_musd", "", "plants.csv:3 module_musd: 'cracker': a module costs no capital"),
        ("plants", 3, "module_musd", "0", "plants.csv:3 module_musd: 'cracker': a module costs no capital"),
        ("plants", 3, "max_modules", "", "plants.csv:3 max_modules: 'cracker': modules are described, but none can be"),
        ("plants", 6, "opex_factor", "0", "plants.csv:6 opex_factor: 'press A': opex_factor is 0"),
        ("ventures", 2, "equity_share", "0", "ventures.csv:2 equity_share: 'hilltop/30%': the option costs no capital"),
        ("ventures", 2, "plant_musd", "0", "ventures.csv:2 equity_share: 'hilltop/30%': the option costs no capital"),
        ("ventures", 2, "offtake_share", "0", "ventures.csv:2 offtake_share: 'hilltop/30%': the option gives nothing"),
        ("processes", 7, "recovery", "0.01", "processes.csv:7 recovery: 'press': less than a tenth"),
        ("deposits", 2, "resource_t", "0", "deposits.csv:2 resource_t: 'sands': nothing can be won there"),
        (
            "stockpiles",
            2,
            "capacity_usd_per_t",
            "",
            "stockpiles.csv:2 capacity_usd_per_t: 'Nd in island': room that is",
        ),
        ("demand", 2, "t_per_year", "0", "demand.csv:2 t_per_year: 'Ce in coast': demand is 0 in every year"),
        ("suppliers", 4, "max_t_per_year", "0", "suppliers.csv:4 max_t_per_year: 'Mills Dy': the seller sells nothing"),
        ("markets", 2, "max_t_per_year", "0", "markets.csv:2 max_t_per_year: 'Ce in coast': the market takes nothing"),
        ("transport", 2, "to_region", "plain", "transport.csv:2 to_region: 'plain>plain>oxide': the lane leads from"),
        ("disruptions", 2, "availability", "1", "disruptions.csv:2 availability: 'cutoff country Cland all': the"),
        (
            "elements",
            3,
            "reference_usd_per_t",
            "0",
            "elements.csv:3 reference_usd_per_t: 'Nd': the reference price is 0",
        ),
        ("suppliers", 4, "price_usd_per_t", "300", "'Mills Dy': the price is a hundredth of the reference price, or"),
        ("suppliers", 4, "price_usd_per_t", "0", "beyond (0 against 300,000 USD/t)"),
        ("suppliers", 5, "price_usd_per_t", "900000", "'Mills Ce': the price is a hundred times the reference price"),
        ("markets", 2, "price_usd_per_t", "0.6", "markets.csv:2 price_usd_per_t: 'Ce in coast': the price is a"),
        (
            "elements",
            3,
            "reference_usd_per_t",
            "60",
            "suppliers.csv:2 price_usd_per_t: 'Mills Nd': the price is a hundred",
        ),
        (
            "demand",
            6,
            "shortage_usd_per_t",
            "0",
            "demand.csv:6 shortage_usd_per_t: 'Nd in island': a shortage is valued at 0",
        ),
        ("demand", 6, "shortage_usd_per_t", "60100", "valued below the price, so plans go short of it where no target"),
        ("demand", 3, "shortage_usd_per_t", "20000", "(20,000 against 52,300 USD/t)"),
        ("recipes", 2, "t_per_t", "-0.0035", "recipes.csv:2 t_per_t: 'press' takes 0.0135 t of oxide and makes 0.37 t"),
        ("recipes", 6, "t_per_t", "0.003", "recipes.csv:5 t_per_t: 'recycle' takes 0.37 t of oxide and makes 0.003 t"),
        ("recipes", 6, "t_per_t", "30", "recipes.csv:5 t_per_t: 'recycle' takes 0.37 t of oxide and makes 30 t"),
    ],
)
def test_what_is_free_or_void_is_told_where_it_is(
    case: Path, table: str, line: int, column: str, cell: str, expected: str
) -> None:
    change_cell(case, table, line, column, cell)
    assert sum(expected in warning for warning in told(case)) == 1, told(case)


def test_just_within_the_usual_nothing_is_told(case: Path) -> None:
    """A price of twice a hundredth of the reference, a shortage at the price, and a recipe that thrifts by half."""
    lines = lines_of("suppliers")
    lines[3][lines[0].index("price_usd_per_t")] = "6000"
    write_lines(case, "suppliers", lines)
    change_cell(case, "demand", 6, "shortage_usd_per_t", "60200")
    change_cell(case, "recipes", 2, "t_per_t", "-0.16")
    assert told(case) == []


def test_a_process_that_alone_costs_nothing(case: Path) -> None:
    lines = lines_of("processes")
    opex, energy = lines[0].index("opex_usd_per_t"), lines[0].index("energy_mwh_per_t")
    lines[3][opex] = lines[3][energy] = ""
    write_lines(case, "processes", lines)
    (entry,) = told(case)
    assert entry.startswith("processes.csv:4 opex_usd_per_t: 'split': running it costs nothing")


def test_a_region_that_nothing_is_in(case: Path) -> None:
    add_row(case, "regions", region="plane", country="Cland", latitude="0", longitude="0")
    assert told(case) == ["regions.csv:6 region: 'plane': nothing is in this region and no lane leads to it."]


def test_rows_that_share_a_reason_are_told_in_one_warning(case: Path) -> None:
    lines = lines_of("plants")
    index = lines[0].index("module_musd")
    write_lines(case, "plants", [lines[0], *([*row[:index], "", *row[index + 1 :]] for row in lines[1:])])
    free = [entry for entry in told(case) if "costs no capital" in entry]
    assert len(free) == 1
    assert "'cracker', 'splitter', 'heavies' and 'press A'" in free[0]


def test_a_plant_that_is_neither_there_nor_can_be_built(case: Path) -> None:
    add_row(case, "plants", plant="idea", region="coast", process="press", module_t_per_year="5", module_musd="3")
    assert told(case) == [
        "plants.csv:9 max_modules: 'idea': nothing stands there and nothing can be built: capacity_t_per_year and "
        "max_modules are empty or 0."
    ]


def test_a_plant_of_one_module_may_have_all_its_capital_in_the_site(case: Path) -> None:
    lines = lines_of("plants")
    header = [*lines[0], "site_musd"]
    rows = [[*row, ""] for row in lines[1:]]
    rows[1][header.index("module_musd")], rows[1][header.index("max_modules")], rows[1][-1] = "", "1", "12"
    write_lines(case, "plants", [header, *rows])
    assert told(case) == []


def test_the_smallest_case_with_a_free_module_says_so(tmp_path: Path) -> None:
    folder = write_case(
        tmp_path / "town",
        years(2030, 2034),
        ONE_TOWN,
        PURE_ORE,
        """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules
        works  town    refine   pit      100                3

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         100000
        """,
    )
    assert any("'works': a module costs no capital" in entry for entry in told(folder))


# ---- partners that lack what others have ------------------------------------------------------------


def with_a_third_partner(case: Path, *, demand: bool = True) -> Path:
    add_row(case, "partners", partner="Eland", wacc="0.06")
    add_row(case, "regions", region="hills", country="Eland", latitude="1", longitude="1")
    write_lines(
        case,
        "transport",
        [*lines_of("transport"), ["plain", "hills", "all", "9", "t"], ["coast", "hills", "product", "9", "t"]],
    )
    if demand:
        add_row(
            case, "demand", region="hills", material="magnet", year="2030", t_per_year="9", shortage_usd_per_t="2e5"
        )
    return case


def test_a_new_partner_without_limits_is_told_of_each(case: Path) -> None:
    entries = told(with_a_third_partner(case))
    assert entries == [
        "offtakes.csv:2 to_country: shipments from 'Aland' to 'Eland' are not limited, though those from 'Aland' to "
        "'Bland' are.",
        "partners.csv:4 partner: 'Eland': no budget, while other partners have one: capital is not limited.",
        "partners.csv:4 partner: 'Eland': no stockpile, while other partners have some: nothing is stored there.",
    ]


def test_a_partner_with_the_limits_of_the_others_is_not_told_of(case: Path) -> None:
    with_a_third_partner(case)
    add_row(case, "budgets", partner="Eland", first_year="2030", last_year="2034", musd="5")
    add_row(case, "offtakes", from_country="Aland", to_country="Eland", year="2030", free_t_per_year="0")
    add_row(case, "stockpiles", region="hills", material="Nd", capacity_t="5")
    assert told(case) == []


def test_a_partner_without_demand_is_told(case: Path) -> None:
    entries = told(with_a_third_partner(case, demand=False))
    assert sum("'Eland': no demand: the partner only pays" in entry for entry in entries) == 1


# ---- what is not in the case ------------------------------------------------------------------------


def test_what_the_absence_of_tables_means_is_said_in_one_line(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case / "budgets.csv").unlink()
    write_lines(case, "markets", lines_of("markets")[:1])
    assert run_check(case, (), strict=True, as_json=False) == 0, "it is no warning"
    said = " ".join(capsys.readouterr().out.split())
    assert "Not in this case: markets (surplus is given away) and budgets (capital is not limited)." in said
    assert "resilience" not in said


def test_of_three_partners_it_is_said_whose_resilience_counts(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_check(with_a_third_partner(case), (), strict=False, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "A plan's resilience is that of the worst-off of Aland, Bland and Eland." in said


def test_a_case_with_every_table_says_nothing_of_absence(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_check(case, (), strict=False, as_json=False)
    assert "Not in this case" not in capsys.readouterr().out


def test_what_changes_no_plan_or_follows_from_another_absence_is_not_said(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ranges", "scenarios", "disruptions"):
        (case / f"{name}.csv").unlink()
    change_cell(case, "settings", 7, "value", "")
    run_check(case, (), strict=False, as_json=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "Not in this case: scenarios (nothing is disrupted for a time, and every plan's resilience is 1)." in said
    assert "disruptions (" not in said
    assert "ranges (" not in said


def test_a_target_that_every_plan_has_is_told(case: Path) -> None:
    for name in ("scenarios", "disruptions"):
        (case / f"{name}.csv").unlink()
    assert told(case) == ["settings.csv:7 value: without scenarios every plan keeps any target."]
