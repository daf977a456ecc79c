"""The plan in the format of the Integrated Assessment Modeling Consortium: its rules, and the plan's own numbers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reeplan.outputs.iamc import TOPICS, Topic, iamc
from reeplan.outputs.spec.plans import IAMC
from reeplan.verify import verify_run
from support import write_overlay

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
    builds
    asset             partner  decided  running  modules  t_per_year  capex_musd  what
    works             A        2030     2032     0.6      60          12          module
    works             A        2030     2032     0        0           3           site
    works             B        2030     2032     0.4      40          8           module
    stockpile port/Nd  B       2031     2031     0        50          0.5         room

    capacity
    asset  year  existing_t_per_year  modules_running  t_per_year
    works  2030  20                   0                20
    works  2032  20                   1                70

    operation
    window    year  asset  deposit  t
    base      2030  works  pit      15
    base      2030  kiln   -        7
    cut@2031  2031  works  pit      20

    flows
    window  year  from_region  to_region  material  t
    base    2030  town         port       Nd        9
    base    2030  port         town       Nd        1

    supply
    window  year  supplier  region  material  t   price_usd_per_t
    base    2031  trader    quay    Nd        40  50000

    sales
    window  year  region  material  t  price_usd_per_t
    base    2032  port    Nd        3  1000

    shortage
    window    year  region  partner  material  demand_t  unmet_t  lost_musd
    base      2030  port    B        Nd        60        0        0
    cut@2031  2031  port    B        Nd        62        12       1.8

    surplus
    window  year  region  material  t
    base    2030  town    Ce        5

    stock
    window  year  region  material  level_t  filled_t  drawn_t  room_t
    base    2030  port    Nd        4        2         0        50

    costs
    part       item    partner  year  window    musd  weight  expected_musd
    purchases  trader  -        2031  base      2     0.9     1.8
    purchases  other   -        2031  base      1.5   0.9     1.35
    purchases  trader  -        2031  cut@2031  0.25  0.1     0.025

    prices
    window  year  region  material  usd_per_t
    base    2031  port    Nd        50150
    """


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, pd.DataFrame]:
    """The tables of the hand-written plan."""
    write_overlay(tmp_path, TABLES)
    return {
        path.stem: pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False) for path in tmp_path.glob("*.csv")
    }


def by_hand(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    regions = {"works": "town", "kiln": "port", "stockpile port/Nd": "port"}
    return iamc(tables, "p01", regions, [2030, 2031, 2032], 2025)


def test_every_number_of_a_small_plan_has_its_row(tables: dict[str, pd.DataFrame]) -> None:
    wide = by_hand(tables)
    assert list(wide.columns) == ["Model", "Scenario", "Region", "Variable", "Unit", "2030", "2031", "2032"]
    long = wide.melt(list(IAMC.names), var_name="year").dropna()
    found = {(*row[1:5], int(row[5])): row[6] for row in long.itertuples(index=False, name=None)}
    money = "million USD_2025/yr"
    assert found == {
        ("p01", "town", "Capacity|works", "t/yr", 2030): 20,
        ("p01", "town", "Capacity|works", "t/yr", 2032): 70,
        ("p01", "town", "Production|works|pit", "t/yr", 2030): 15,
        ("p01", "port", "Production|kiln", "t/yr", 2030): 7,
        ("p01 cut@2031", "town", "Production|works|pit", "t/yr", 2031): 20,
        ("p01", "town>port", "Trade|Nd", "t/yr", 2030): 9,
        ("p01", "port>town", "Trade|Nd", "t/yr", 2030): 1,
        ("p01", "quay", "Purchases|Nd|trader", "t/yr", 2031): 40,
        ("p01", "port", "Sales|Nd", "t/yr", 2032): 3,
        ("p01", "port", "Demand|Nd", "t/yr", 2030): 60,
        ("p01", "port", "Unmet Demand|Nd", "t/yr", 2030): 0,
        ("p01 cut@2031", "port", "Demand|Nd", "t/yr", 2031): 62,
        ("p01 cut@2031", "port", "Unmet Demand|Nd", "t/yr", 2031): 12,
        ("p01", "town", "Surplus|Ce", "t/yr", 2030): 5,
        ("p01", "port", "Stock|Nd", "t", 2030): 4,
        ("p01", "town", "Investment|works|A", money, 2030): 15,
        ("p01", "town", "Investment|works|B", money, 2030): 8,
        ("p01", "port", "Investment|stockpile port/Nd|B", money, 2031): 0.5,
        ("p01", "World", "Cost|purchases", money, 2031): 3.5,
        ("p01 cut@2031", "World", "Cost|purchases", money, 2031): 0.25,
        ("p01", "port", "Price|Nd", "USD_2025/t", 2031): 50150,
    }


def test_a_bar_in_a_name_does_not_part_a_variable(tables: dict[str, pd.DataFrame]) -> None:
    tables["flows"]["material"] = "Nd|Pr"
    variables = set(by_hand(tables)["Variable"])
    assert "Trade|Nd/Pr" in variables
    assert "Trade|Nd|Pr" not in variables


def test_an_asset_without_a_region_is_an_error(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(KeyError, match="works"):
        iamc(tables, "p01", {}, [2030, 2031, 2032], 2025)


# ---- of a real run ----------------------------------------------------------------------------------


def read(run: Path, table: str, point: str) -> pd.DataFrame:
    return pd.read_csv(run / "plans" / point / f"{table}.csv", encoding="utf-8-sig", keep_default_na=False)


def points(run: Path) -> list[str]:
    return sorted(path.name for path in (run / "plans").iterdir())


def test_the_format_is_kept(small_run: Path) -> None:
    for point in points(small_run):
        wide = read(small_run, "iamc", point)
        assert tuple(wide.columns[:5]) == IAMC.names
        assert [int(year) for year in wide.columns[5:]] == [2030, 2031, 2032]
        assert not wide.duplicated(list(IAMC.names)).any()
        for column in IAMC.names:
            assert (wide[column] == wide[column].str.strip()).all()
            assert (wide[column] != "").all()
        numbers = wide.iloc[:, 5:].apply(pd.to_numeric)
        assert numbers.notna().any(axis=1).all(), "no series is empty"
        assert wide.groupby("Variable")["Unit"].nunique().max() == 1
        parents = {variable.rpartition("|")[0] for variable in wide["Variable"]}
        assert not parents & set(wide["Variable"]), "no row is the sum of others"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.variable)
def test_its_numbers_add_up_to_the_tables(small_run: Path, topic: Topic) -> None:
    for point in points(small_run):
        wide = read(small_run, "iamc", point)
        table = read(small_run, topic.table, point)
        mine = wide[wide["Variable"].str.partition("|")[0] == topic.variable]
        for year in (2030, 2031, 2032):
            total = pd.to_numeric(mine[str(year)]).sum()
            rows = table[table[topic.year] == year]
            assert total == pytest.approx(rows[topic.value].sum(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("damage", ["changed", "lost", "added", "twice", "no number", "gone"])
def test_verify_tells_a_number_that_is_not_the_tables(small_run: Path, tmp_path: Path, damage: str) -> None:
    run = tmp_path / "run"
    shutil.copytree(small_run, run)
    point = points(run)[-1]
    file = run / "plans" / point / "iamc.csv"
    wide = pd.read_csv(file, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    row = int(wide.index[wide["Variable"].str.startswith("Trade|") & (wide["2032"] != "")][0])
    if damage == "changed":
        wide.loc[row, "2032"] = repr(float(wide.loc[row, "2032"]) * 1.01)
    elif damage == "lost":
        wide = wide.drop(index=row)
    elif damage == "added":
        wide = pd.concat([wide, wide.loc[[row]].assign(Region="nowhere>town")])
    elif damage == "twice":
        wide = pd.concat([wide, wide.loc[[row]]])
    elif damage == "no number":
        wide.loc[row, "2032"] = "much"
    wide.to_csv(file, index=False, encoding="utf-8-sig")
    if damage == "gone":
        file.unlink()
    failures = [failure for failure in verify_run(run).failures if failure.table == "iamc.csv"]
    assert failures
    assert {failure.point for failure in failures} == {point}


def test_verify_finds_nothing_wrong_with_a_sound_one(small_run: Path) -> None:
    verdict = verify_run(small_run)
    assert [failure.message for failure in verdict.failures] == []
    assert verdict.checked["exchange_format"] > 100
