"""The check expands every window by itself: months, spans, losses, prices, deposits, sharing; and catches forgeries.

Each forgery sets what a program would write that did not know one of these words: the demand of a whole year in a
window of months, a price without its factor, a plant that runs although it is the one that is lost. Fingerprints are
left out, as everywhere where numbers are falsified in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from reeplan.verify import Verdict, verify_run
from reeplan.verify.core.case import Checked
from reeplan.verify.core.costs import expected_costs
from reeplan.verify.core.inputs import Inputs
from reeplan.verify.core.plan import Plan, read_plan
from reeplan.verify.core.shortage import resilience as of_plan
from reeplan.verify.core.shortage import tonne_shares, value_shares
from reeplan.verify.core.verdict import Ledger
from reeplan.verify.core.windows import Losable, expanded, starts_of
from reeplan.verify.run import check_plan
from solved import run_for_tables, run_without_figures
from support import write_case
from test_verify import Sound, assert_holds

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Once

CRISES = """
settings
name            value
first_year      2030
last_year       2034
discount_rate   0.05
crisis_sharing  no

partners
partner  wacc
A        0.05
B        0.08

regions
region  country
town    A
port    B
far     C
hills   D

elements
element  circuit  reference_usd_per_t
Nd       light    40000

deposits
deposit  region  ore   resource_t
pit      port    rock  100000
dig      hills   rock  100000

baskets
deposit  Nd
pit      1
dig      1

processes
process  takes  makes   opex_usd_per_t
refine   ore    oxides  14000

plants
plant  region  process  deposit  capacity_t_per_year
old    port    refine   pit      40

ventures
venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share  opex_factor
joint    half    hills   refine   dig      60                0.5         0.5           0.5            0.5

suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
seller    Nd        2030  far     10000            300             -
friend    Nd        2030  port    13000            30              12

markets
region  material  year  price_usd_per_t  max_t_per_year
port    Nd        2030  14500            8

transport
from_region  to_region  kind  usd_per_t
far          town       all   100
far          port       all   150
hills        town       all   50
hills        port       all   80
port         town       all   20
town         port       all   20

demand
region  material  year  t_per_year  shortage_usd_per_t
town    Nd        2030  60          200000
port    Nd        2030  40          300000

stockpiles
region  material  initial_t  capacity_t  holding_usd_per_t_year
town    Nd        20         40          100

scenarios
scenario  starts     years  months  probability  probability_per_year  in_target  with_loss_of
quarter   2031-2033  -      3       -            0.04                  -          plant
cut       any        2      -       0.2          -                     -          venture
dear      any        1      -       -            0.03                  no         supplier

disruptions
scenario  kind      target  first  last  availability  price_factor  basis
quarter   country   C       -      -     0             -             -
quarter   deposit   pit     -      -     0.5           -             -
cut       country   C       -      -     0.3           -             flow
dear      country   C       -      -     -             2             -
dear      supplier  friend  -      -     0.5           1.2           -
dear      country   B       -      -     -             1.5           -
base      supplier  friend  2032   -     -             1.1           -
"""
TARGET = 0.8


# ---- windows by themselves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "length", "due"),
    [
        ("2031", 1, [2031]),
        ("2030 2032-2034", 1, [2030, 2032, 2033, 2034]),
        ("2030-2030", 1, [2030]),
        ("any", 1, [2030, 2031, 2032, 2033, 2034]),
        ("any", 3, [2030, 2031, 2032]),
        ("any", 6, []),
    ],
)
def test_starts_are_read(cell: str, length: int, due: list[int]) -> None:
    assert starts_of(cell, length, range(2030, 2035)) == due


HIT = {"scenario": "s", "kind": "plant", "target": "", "material": "all", "first": None, "last": None,
       "availability": 0}  # fmt: skip


def windows_of(length: int, kind: str, *rows: dict[str, Any]) -> list[str]:
    """The windows of a scenario from 2031, beside plants p and q, a venture v of two options, sellers x and y."""
    nothing = float("nan")
    scenario = {"scenario": "s", "starts": "2031", "years": length, "months": nothing, "probability": 0.1,
                "probability_per_year": nothing, "in_target": "yes", "with_loss_of": kind}  # fmt: skip
    sellers = pd.DataFrame([("x", "Nd", "oxide", "C"), ("x", "wire", "product", "C"), ("y", "Nd", "oxide", "D")],
                           columns=["supplier", "material", "kind", "country"])  # fmt: skip
    assets = pd.DataFrame([("p", "", "A", "pit"), ("q", "", "A", ""), ("v/a", "v", "C", "far"), ("v/b", "v", "C", "")],
                          columns=["asset", "venture", "country", "ore"])  # fmt: skip
    disruptions = pd.DataFrame([{**HIT, **row} for row in rows], columns=list(HIT))
    found = expanded(pd.DataFrame([scenario]), [2030, 2031, 2032], Losable(disruptions, sellers, assets))
    assert list(found["probability"]) == [0.1] + [0.0] * (len(found) - 1)
    return [str(name).removeprefix("s@2031") for name in found["window"]]


@pytest.mark.parametrize(
    ("kind", "rows", "due"),
    [
        ("", [], [""]),
        ("plant", [], ["", "+p", "+q"]),
        ("venture", [], ["", "+v"]),
        ("supplier", [], ["", "+x", "+y"]),
        ("plant", [{"target": "p"}], ["", "+q"]),
        ("plant", [{"target": "p", "availability": 0.1}], ["", "+p", "+q"]),
        ("plant", [{"target": "p", "material": "Nd"}], ["", "+p", "+q"]),
        ("plant", [{"target": "p", "last": 1}], ["", "+p", "+q"]),
        ("plant", [{"target": "p", "last": 1}, {"target": "p", "first": 2}], ["", "+q"]),
        ("plant", [{"target": "p", "scenario": "base", "first": 2031}], ["", "+q"]),
        ("plant", [{"target": "p", "scenario": "base", "first": 2032}], ["", "+p", "+q"]),
        ("plant", [{"target": "p", "scenario": "other"}], ["", "+p", "+q"]),
        ("plant", [{"kind": "country", "target": "A"}], [""]),
        ("plant", [{"kind": "deposit", "target": "pit"}], ["", "+q"]),
        ("venture", [{"kind": "deposit", "target": "far"}], ["", "+v"]),
        ("venture", [{"target": "v"}], [""]),
        ("venture", [{"kind": "country", "target": "C"}], [""]),
        ("supplier", [{"kind": "country", "target": "C", "material": "oxide"}], ["", "+x", "+y"]),
        ("supplier", [{"kind": "country", "target": "C", "material": "oxide"},
                      {"kind": "supplier", "target": "x", "material": "wire"}], ["", "+y"]),
        ("supplier", [{"kind": "supplier", "target": "y"}], ["", "+x"]),
    ],
)  # fmt: skip
def test_what_is_taken_anyway_has_no_window(kind: str, rows: list[dict[str, Any]], due: list[str]) -> None:
    assert windows_of(2, kind, *rows) == due


# ---- a run with all of it ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def crises(made_once: Once) -> Sound:
    """A plan that is hit by months, losses, prices, a deposit, and partners who do not share."""

    def solve(place: Path) -> None:
        case = write_case(place / "case", CRISES)
        result = run_without_figures(
            "solve", case, "--out", place / "run", "--workers", 1, "--target", TARGET, "--gap", 1e-9
        )
        assert result.exit_code == 0, result.output

    return Sound(made_once("crises", solve) / "run", "p01")


def test_all_of_it_holds(crises: Sound) -> None:
    verdict = assert_holds(crises.run)
    for rule in ("crisis_sharing", "purchases_follow_base", "take_or_pay", "no_stocking_in_a_crisis", "supplier_price"):
        assert verdict.checked[rule] > 0, rule


def test_every_window_is_there(crises: Sound) -> None:
    windows = crises.case.inputs.windows
    assert set(crises.plan["shortage"]["window"]) == {"base", *windows["window"]}
    due = [name for year in (2031, 2032, 2033) for name in (f"quarter@{year}", f"quarter@{year}+old")]
    due += [name for year in (2030, 2031, 2032, 2033) for name in (f"cut@{year}", f"cut@{year}+joint")]
    due += [f"dear@{year}{lost}" for year in range(2030, 2035) for lost in ("", "+seller", "+friend")]
    assert list(windows["window"]) == due
    quarter = crises.plan["shortage"].query("window == 'quarter@2032' and region == 'town'")
    assert list(quarter["demand_t"]) == [pytest.approx(15.0)]


# ---- one number of each kind, as one would write it who does not know the word ------------------------------

Tables = dict[str, pd.DataFrame]
Edit = Callable[[Tables], None]


def rules_broken(sound: Sound, edit: Edit) -> set[str]:
    """The rules that the plan breaks once its tables have been edited."""
    verdict = Verdict()
    tables = {name: table.copy() for name, table in sound.plan.tables.items()}
    edit(tables)
    check_plan(Plan(sound.case, tables), sound.row, Ledger(verdict, sound.point))
    return {failure.rule for failure in verdict.failures}


def rows_with(table: pd.DataFrame, **cells: object) -> Any:
    """The rows with these cells."""
    right = pd.Series(True, index=table.index)
    for column, cell in cells.items():
        right &= table[column] == cell
    return table.index[right]


def states(name: str, column: str, value: float, **cells: object) -> Edit:
    """The table says this number in the one row with these cells, a new one where there was nothing."""

    def edit(tables: Tables) -> None:
        table = tables[name]
        rows = rows_with(table, **cells)
        assert len(rows) <= 1, f"several rows with {cells}"
        if len(rows) == 0:
            blank = {one: 0.0 if pd.api.types.is_numeric_dtype(table[one]) else "" for one in table.columns}
            rows = [len(table)]
            table.loc[len(table)] = {**blank, **cells}
        assert table.loc[rows[0], column] != pytest.approx(value), "the forgery changes nothing"
        table.loc[rows[0], column] = value

    return edit


QUARTER, LOST = ({"window": window, "year": 2032.0} for window in ("quarter@2032", "quarter@2032+old"))
DEAR = {"window": "dear@2032", "year": 2032.0}
NO_FRIEND = {"window": "dear@2032+friend", "year": 2032.0}
OLD = {"asset": "old", "deposit": "pit"}
FRIEND = {"supplier": "friend", "region": "port", "material": "Nd"}
TOWN, PORT = ({"region": region, "material": "Nd"} for region in ("town", "port"))
HOME = {"from_region": "port", "to_region": "town", "material": "Nd"}

FORGERIES = {
    "the demand of a whole year": ("demand", states("shortage", "demand_t", 60.0, **QUARTER, **TOWN)),
    "the capacity of a whole year": ("capacity", states("operation", "t", 19.9, **QUARTER, **OLD)),
    "ore that is not won": ("capacity", states("operation", "t", 9.9, **QUARTER, **OLD)),
    "the plant that is lost runs": ("capacity", states("operation", "t", 0.1, **LOST, **OLD)),
    "the seller that is lost sells": ("purchase_limit", states("supply", "t", 0.1, **NO_FRIEND, **FRIEND)),
    "the purchases of a whole year": ("purchase_limit", states("supply", "t", 7.6, **QUARTER, **FRIEND)),
    "less than a quarter of the contract": ("take_or_pay", states("supply", "t", 2.9, **QUARTER, **FRIEND)),
    "the sales of a whole year": ("market_limit", states("sales", "t", 2.1, **QUARTER, **PORT)),
    "a purchase without its factors": ("supplier_price", states("supply", "price_usd_per_t", 13000, **DEAR, **FRIEND)),
    "a purchase with one of two factors": (
        "supplier_price", states("supply", "price_usd_per_t", 13000 * 1.2, **DEAR, **FRIEND)
    ),
    "the base's factor where it does not act": (
        "supplier_price", states("supply", "price_usd_per_t", 13000 * 1.1, window="base", year=2031.0, **FRIEND)
    ),
    "a sale without its factor": ("market_price", states("sales", "price_usd_per_t", 14500, **DEAR, **PORT)),
    "more to the partner than ordinarily": (
        "crisis_sharing", states("flows", "t", 90.0, window="cut@2031", year=2031.0, **HOME)
    ),
    "more to the partner than in a quarter": ("crisis_sharing", states("flows", "t", 30.0, **QUARTER, **HOME)),
    "stock laid up in a quarter": ("no_stocking_in_a_crisis", states("stock", "level_t", 39.0, **QUARTER, **TOWN)),
    "the days of a whole year": (
        "metric", states("metrics", "value", 365.0, metric="time to survive", partner="A", window="quarter@2032")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(crises: Sound, name: str) -> None:
    rule, edit = FORGERIES[name]
    assert rule in rules_broken(crises, edit)


def test_a_weight_that_takes_months_for_years_is_refused(crises: Sound) -> None:
    """Of the undisrupted year 2032 there is left: less a quarter of 0.04, two cuts of 0.05, and 0.03."""
    cell = {"part": "purchases", "item": "seller", "window": "base", "year": 2032.0}
    discount = 1.05**-2
    row = crises.plan["costs"].loc[rows_with(crises.plan["costs"], **cell)].iloc[0]
    assert row["weight"] == pytest.approx(discount * (1 - 0.04 / 4 - 2 * 0.05 - 0.03))
    assert "cost_weight" in rules_broken(crises, states("costs", "weight", discount * (1 - 0.17), **cell))


def test_a_quarter_holds_for_a_quarter_and_is_restocked_to_where_it_began(crises: Sound) -> None:
    tables = {name: table.copy() for name, table in crises.plan.tables.items()}
    stock = tables["stock"]
    before = 11.0
    stock.loc[rows_with(stock, window="base", year=2031.0, **TOWN), "level_t"] = before
    stock.loc[rows_with(stock, window="base", year=2032.0, **TOWN), "level_t"] = 17.0
    stock.loc[rows_with(stock, **QUARTER, **TOWN), "level_t"] = 3.0
    due = expected_costs(Plan(crises.case, tables)).set_index(["part", "item", "window", "year"])["due"]
    assert due["holding", "stockpile town/Nd", "quarter@2032", 2032] == pytest.approx(3 * 100 / 4 / 1e6)
    assert due["restock", "stockpile town/Nd", "quarter@2032", 2032] == pytest.approx((before - 3) * 40000 / 1e6)


@pytest.mark.parametrize("measure", ["worst_case", "weakest_link", "expected", "cvar"])
def test_what_is_out_of_the_target_counts_in_no_measure(crises: Sound, measure: str) -> None:
    def resilience(window: str) -> float:
        """When nothing at all is served in a window."""
        shortage = crises.plan["shortage"].copy()
        rows = shortage["window"] == window
        shortage.loc[rows, "unmet_t"] = shortage.loc[rows, "demand_t"]
        plan = Plan(crises.case, {**crises.plan.tables, "shortage": shortage})
        inputs = replace(crises.case.inputs, settings={**crises.case.inputs.settings, "resilience_measure": measure})
        return of_plan(inputs, value_shares(plan), tonne_shares(plan))

    assert resilience("dear@2032") == resilience("dear@2032+friend") == resilience("")
    assert resilience("cut@2031") < resilience("") - 0.01


@pytest.mark.parametrize(
    ("table", "column", "row", "cell"),
    [
        ("scenarios", "starts", 0, "2031-2034"),
        ("scenarios", "starts", 1, "2030-2032"),
        ("scenarios", "months", 0, 4.0),
        ("scenarios", "probability_per_year", 0, 0.05),
        ("scenarios", "probability", 1, 0.3),
        ("scenarios", "in_target", 0, "no"),
        ("scenarios", "with_loss_of", 0, ""),
        ("scenarios", "with_loss_of", 1, "plant"),
        ("disruptions", "price_factor", 3, 2.1),
        ("disruptions", "price_factor", 5, 1.4),
        ("disruptions", "availability", 1, 0.4),
    ],
)
def test_other_words_in_the_case_make_another_plan(
    crises: Sound, table: str, column: str, row: int, cell: object
) -> None:
    inputs = crises.case.inputs
    changed = inputs[table].copy()
    assert changed.loc[row, column] != cell
    changed.loc[row, column] = cell
    case = Checked(Inputs({**inputs.tables, table: changed}, inputs.settings))
    verdict = Verdict()
    check_plan(read_plan(crises.run / "plans" / crises.point, case, Ledger(verdict)), crises.row, Ledger(verdict))
    assert not verdict.holds
    assert all(failure.rule != "checkable" for failure in verdict.failures)


# ---- studies of the same case ------------------------------------------------------------------------------

LIKELY = CRISES.replace("0.04  ", "0.5   ").replace("0.03  ", "0.25  ")
"""Yearly chances that sum to more than 1: several windows may come, one after the other."""


@pytest.mark.parametrize("text", [CRISES, LIKELY], ids=["one may come", "several may come"])
@pytest.mark.parametrize(
    ("command", "option", "value"), [("futures", "--points", 2), ("cooperate", "--target", TARGET)]
)
def test_studies_of_it_hold(text: str, command: str, option: str, value: float, tmp_path: Path) -> None:
    case, run = write_case(tmp_path / "case", text), tmp_path / "run"
    result = run_without_figures(command, case, "--out", run, "--workers", 1, option, value)
    assert result.exit_code == 0, result.output
    assert_holds(run)


def test_what_knowing_is_worth_where_several_may_come_is_refused(tmp_path: Path) -> None:
    case, run = write_case(tmp_path / "case", LIKELY), tmp_path / "run"
    result = run_for_tables("futures", case, "--out", run, "--workers", 1, "--points", 2)
    assert result.exit_code == 0, result.output
    assert verify_run(run).holds
    table = run / "value_of_knowing.csv"
    table.write_text(f"{table.read_text(encoding='utf-8')}value of perfect knowledge,1,1,1,\n", encoding="utf-8")
    failures = [failure for failure in verify_run(run).failures if failure.rule == "knowing_listed"]
    assert failures
