"""``reeplan compare``: what differs between runs is listed, all of it and nothing else, and costs are read stepwise."""

from __future__ import annotations

import json
import math
import re
import shutil
from html import unescape
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from figure_support import assert_readable, hand_run, words_of
from reeplan.outputs.fingerprints import sha256_of_tables
from reeplan.outputs.spec.comparison import TABLES
from reeplan.present.charts.style import drawing_style
from reeplan.present.compare import figure
from reeplan.present.compare.builds import builds
from reeplan.present.compare.comparable import warnings
from reeplan.present.compare.inputs import CELL, ROW, SOURCE, differences
from reeplan.present.compare.results import SERVED, cost_at, levels, resilience_at, results
from reeplan.present.compare.runs import Comparison, unique_names
from reeplan.present.compare.tables import at_equal_resilience
from reeplan.present.compare.words import answer
from solved import rows_of, run_command, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

CASE = """
    settings
    name           value
    first_year     2030
    last_year      2033
    discount_rate  0.05

    partners
    partner  wacc
    A        0.04

    regions
    region  country
    town    A
    quay    X

    elements
    element  circuit  reference_usd_per_t
    Nd       light    60000

    deposits
    deposit  region  ore   resource_t
    pit      town    rock  5000

    baskets
    deposit  Nd
    pit      1

    processes
    process  takes  makes
    refine   ore    oxides

    plants
    plant  region  process  deposit  module_t_per_year  max_modules  module_musd
    works  town    refine   pit      40                 4            9

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    trader    Nd        2030  quay    50000            500

    scenarios
    scenario  starts  years  probability
    cutoff    2031    1      0.04

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  40          150000
    """

FRONT = (
    "front\npoint  cost_musd  resilience  bound_musd  gap_musd  gap_target_musd  status  knee  capital_musd"
    "  modules_decided  worst_window_served_A\n"
)
BUILDS = """
    builds
    asset  partner  decided  running  modules  t_per_year  capex_musd  what
    """


def by_hand(folder: Path, plans: str, inputs: str = CASE, works: str = "", **manifest: Any) -> Path:
    """A run with a front of plans 'cost resilience bound', one a line; each builds the same modules of the works."""
    rows, points = [], {}
    for number, line in enumerate(plans.strip().splitlines(), 1):
        cost, share, bound = (float(cell) for cell in line.split())
        solved = "optimal" if cost - bound < 0.1 else "gap not reached"
        knee = "yes" if number == 2 else "no"
        rows.append(f"p{number:02}  {cost}  {share}  {bound}  {cost - bound}  0.1  {solved}  {knee}  9  1  {share}")
        points[f"p{number:02}"] = BUILDS + works
    run = hand_run(folder, inputs, FRONT + "\n".join(rows), points)
    facts = {"status": "done", "single": False, "highest_resilience_bound": 1.0, "versions": {"reeplan": "0.1.0"},
             "case": "by hand", "overlays": [], "tables_sha256": sha256_of_tables(run), **manifest}
    (run / "manifest.json").write_text(json.dumps(facts), encoding="utf-8")
    (run / "verify.json").write_text(json.dumps({"holds": True, "checked": {}}), encoding="utf-8")
    return run


@pytest.fixture
def pair(tmp_path: Path) -> Callable[..., Comparison]:
    """Two runs by hand, from their plans."""
    def make(one: str, other: str, **changed: Any) -> Comparison:
        return Comparison([by_hand(tmp_path / "one", one), by_hand(tmp_path / "other", other, **changed)])

    return make


def with_setting(name: str, value: str) -> str:
    return CASE.replace("discount_rate  0.05", f"discount_rate  0.05\n    {name}  {value}")


def edited(run: Path, place: Path, table: str, edit: Callable[[list[dict[str, str]]], None]) -> Path:
    """A copy of a run whose inputs are edited."""
    shutil.copytree(run, place)
    rows = rows_of(place / "inputs", table)
    edit(rows)
    write_rows(place / "inputs", table, rows)
    return place


def compared(out: Path, *runs: Path) -> Result:
    result = run_command("compare", *runs, "--out", out)
    assert result.exit_code == 0, result.output
    return result


def csv_of(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


# ---- inputs -------------------------------------------------------------------------------------


def costlier(rows: list[dict[str, str]]) -> None:
    next(row for row in rows if row["material"] == "Nd")["price_usd_per_t"] = "90000"


def test_of_one_changed_price_exactly_that_cell_is_listed(tutorial_run: Path, tmp_path: Path) -> None:
    other = edited(tutorial_run, tmp_path / "costlier", "suppliers", costlier)
    said = compared(tmp_path / "out", tutorial_run, other).output
    [row] = csv_of(tmp_path / "out", "inputs_differences").astype(str).to_numpy().tolist()
    cell = ["suppliers.csv", "supplier China, material Nd, year 2026", "price_usd_per_t"]
    assert row == [*cell, "value", "70000", "90000"]
    assert "One value differs in the inputs." in said
    assert "A 70000 | B 90000" in said


def test_identical_runs_differ_in_nothing(tutorial_run: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    shutil.copytree(tutorial_run, twin)
    said = compared(tmp_path / "out", tutorial_run, twin).output
    assert csv_of(tmp_path / "out", "inputs_differences").empty
    served = csv_of(tmp_path / "out", "results").query("what == @SERVED and run == 'B twin'")
    assert len(served) == len(pd.read_csv(tutorial_run / "front.csv"))
    assert (served["less_first_run"].astype(float) == 0).all()
    assert "The inputs are the same, cell by cell." in said
    assert "Nothing is built differently." in said
    assert "costs the same" in said


@pytest.mark.parametrize(("cell", "means"), [("70000.0", []), ("7e4", []), (" 70000 ", []), ("70000.5", [CELL])])
def test_a_number_written_otherwise_is_no_difference(
    tutorial_run: Path, tmp_path: Path, cell: str, means: list[str]
) -> None:
    def rewrite(rows: list[dict[str, str]]) -> None:
        rows[1]["price_usd_per_t"] = cell

    other = edited(tutorial_run, tmp_path / "other", "suppliers", rewrite)
    assert [one.kind for one in differences(Comparison([tutorial_run, other]))] == means


def test_a_row_that_one_run_lacks_is_one_difference_with_what_it_says(tutorial_run: Path, tmp_path: Path) -> None:
    other = edited(tutorial_run, tmp_path / "other", "offtakes", lambda rows: rows.clear())
    [one] = differences(Comparison([tutorial_run, other]))
    assert (one.table, one.kind, one.column) == ("offtakes", ROW, "")
    assert one.key == "from_country India, to_country Japan, year 2026"
    assert one.values == ("free_t_per_year 200", "no such row")


def test_the_order_of_rows_is_no_difference_and_a_source_is_not_a_value(tutorial_run: Path, tmp_path: Path) -> None:
    def resort(rows: list[dict[str, str]]) -> None:
        rows.reverse()
        rows[0]["source"] = "a letter"

    other = edited(tutorial_run, tmp_path / "other", "demand", resort)
    assert [(one.column, one.kind) for one in differences(Comparison([tutorial_run, other]))] == [("source", SOURCE)]


def test_a_setting_left_at_its_default_equals_the_default_stated(tmp_path: Path) -> None:
    cases = {"silent": CASE, "stated": with_setting("cvar_level", "0.90"), "other": with_setting("cvar_level", "0.8")}
    runs = [by_hand(tmp_path / name, "10 0.5 10", inputs) for name, inputs in cases.items()]
    assert differences(Comparison(runs[:2])) == []
    [one] = differences(Comparison(runs))
    assert one.values == ("0.9", "0.9", "0.8")


def test_every_differing_cell_of_three_runs_shows_every_value(tutorial_run: Path, tmp_path: Path) -> None:
    other = edited(tutorial_run, tmp_path / "other", "suppliers", costlier)
    twin = tmp_path / "twin"
    shutil.copytree(tutorial_run, twin)
    [one] = differences(Comparison([tutorial_run, other, twin]))
    assert one.values == ("70000", "90000", "70000")


# ---- results ------------------------------------------------------------------------------------

ONE = "100 0.2 100\n110 0.5 110\n150 0.9 150"
OTHER = "105 0.4 105\n120 0.9 120"


def test_the_cost_at_a_resilience_is_that_of_the_cheapest_plan_that_serves_as_much(
    pair: Callable[..., Comparison],
) -> None:
    one, other = pair(ONE, OTHER).runs
    # Nothing is interpolated: at 0.45 the plan of 0.5 counts, and no such plan costs less than the bound below.
    assert cost_at(one, 0.45) == ("p02", 110, 100, 110)
    assert cost_at(one, 0.5) == ("p02", 110, 110, 110)
    assert cost_at(other, 0.5) == ("p02", 120, 105, 120)


def test_the_resilience_for_a_cost_is_that_of_the_best_plan_that_costs_no_more(pair: Callable[..., Comparison]) -> None:
    one, other = pair(ONE, OTHER).runs
    assert resilience_at(one, 149) == ("p02", 0.5, 0.5, 0.9)
    assert resilience_at(one, 150) == ("p03", 0.9, 0.9, 1.0)
    point, found, *_ = resilience_at(other, 104)
    assert (point, math.isnan(found)) == ("", True)


def test_a_difference_between_levels_is_a_range_that_holds_the_truth(pair: Callable[..., Comparison]) -> None:
    comparison = pair(ONE, OTHER)
    table = results(comparison)
    at = table[(table["what"] == SERVED) & (table["run"] == "B other")].set_index("level")
    half, most = at.loc[0.5], at.loc[0.9]
    assert (half["less_first_run_at_least"], half["less_first_run_at_most"]) == (105 - 110, 120 - 110)
    assert half["told_apart_from_first_run"] == "no"
    assert (most["less_first_run_at_least"], most["less_first_run_at_most"]) == (-30, -30)
    assert most["told_apart_from_first_run"] == "yes"


def test_a_gap_that_hides_the_difference_leaves_it_open(pair: Callable[..., Comparison]) -> None:
    comparison = pair("100 0.2 100\n110 0.5 104", "100 0.2 100\n108 0.5 102")
    [_, sentence] = answer(comparison, [])
    assert sentence.replace("\u00a0", " ") == (
        "Whether serving at least 50.0 % costs more in B other than in A one is open: "
        "from 8.0 MUSD less to 4.0 MUSD more."
    )
    cells = [cell.text for cell in at_equal_resilience(comparison, results(comparison)).rows[-1]]
    assert "−8.0 to +4.0" in [cell.replace("\u00a0", " ") for cell in cells]


def test_levels_a_hair_apart_are_one_so_that_plans_are_not_compared_with_the_next_one_up(
    pair: Callable[..., Comparison],
) -> None:
    comparison = pair("100 0.2 100\n110 0.5002 110\n150 0.9 150", "90 0.2 90\n105 0.5 105\n140 0.9003 140")
    assert levels(comparison, SERVED) == [0.2, 0.5, 0.9]
    table = results(comparison)
    at = table[(table["what"] == SERVED) & (table["run"] == "B other")]
    assert list(at["less_first_run"]) == [-10, -5, -10]
    assert set(at["told_apart_from_first_run"]) == {"yes"}


def test_what_no_plan_can_reach_is_called_impossible_and_what_none_found_is_not(
    pair: Callable[..., Comparison],
) -> None:
    proven = pair("100 0.2 100\n110 0.9 110", "100 0.2 100\n110 0.5 110", highest_resilience_bound=0.6)
    assert "impossible" in answer(proven, [])[1]
    assert cost_at(proven.runs[1], 0.9)[2] == math.inf
    found = Comparison([given.run.folder for given in proven.runs])
    found.runs[1].run.manifest["highest_resilience_bound"] = 1.0
    assert "was not found possible" in answer(found, [])[1]


def test_the_plan_compared_is_the_nearest_in_resilience(pair: Callable[..., Comparison]) -> None:
    assert pair(ONE, OTHER).chosen == {"A": "p02", "B": "p01"}


# ---- what is built ------------------------------------------------------------------------------


def test_what_is_built_adds_partners_and_counts_plans(tmp_path: Path) -> None:
    shared = "works  A  2030  2030  1  40  6  module\n    works  B  2031  2031  1  40  3  module"
    one = by_hand(tmp_path / "one", ONE, works=shared)
    other = by_hand(tmp_path / "other", OTHER)
    table = builds(Comparison([one, other])).set_index("run")
    mine, theirs = table.loc["A one"], table.loc["B other"]
    assert (mine["modules"], mine["t_per_year"], mine["capital_musd"], mine["first_decided"]) == (2, 80, 9, 2030)
    assert mine["paid_by"] == "A 6.0 MUSD and B 3.0 MUSD"
    assert (mine["plans_that_build_it"], mine["plans"]) == (3, 3)
    assert (theirs["modules"], theirs["plans_that_build_it"], theirs["plans"]) == (0, 0, 2)


# ---- what cannot be compared --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "warning"),
    [
        (with_setting("currency_year", "2020"), "money of different years: 2025 (A) and 2020 (B)"),
        (with_setting("resilience_measure", "expected"), "Resiliences are not comparable"),
        (CASE.replace("2033", "2034"), "different years: 2030–2033 (A) and 2030–2034 (B)"),
        (CASE.replace("rate  0.05", "rate  0.03"), "discounted differently: 5 % (A) and 3 % (B)"),
    ],
)
def test_costs_or_resiliences_that_mean_different_things_are_called_so_and_not_subtracted(
    tmp_path: Path, inputs: str, warning: str
) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER, inputs)]
    said = compared(tmp_path / "out", *runs).output
    assert warning in said
    page = unescape((tmp_path / "out" / "compare.html").read_text(encoding="utf-8"))
    assert warning in page
    assert "Cheapest plan found that serves at least as much" not in said + page


def test_different_disruptions_are_named(tmp_path: Path) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER, CASE.replace("2031    1", "2032    1"))]
    [warning] = warnings(Comparison(runs))
    assert "cutoff 2031 (A) and cutoff 2032 (B)" in warning


def test_a_run_whose_search_stopped_or_whose_check_fails_says_so(pair: Callable[..., Comparison]) -> None:
    comparison = pair("100 0.2 100", "100 0.2 90")
    (comparison.first.run.folder / "verify.json").write_text(json.dumps({"holds": False}), encoding="utf-8")
    first, second = warnings(comparison)
    assert first == "A one: its check does not hold. Do not use this run."
    assert second.startswith("B other: the search stopped before its plan reached the gap asked for")


# ---- the figure and the page --------------------------------------------------------------------


def drawn(comparison: Comparison) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with drawing_style():
        page = figure.draw(comparison)
        FigureCanvasAgg(page).draw()
    return page


def test_every_plan_of_every_run_is_drawn_at_its_cost_and_resilience(pair: Callable[..., Comparison]) -> None:
    comparison = pair(ONE, "105 0.4 95\n120 0.9 120")
    axes = drawn(comparison).axes[1]
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "|")]
    shown = {(float(line.get_xdata()[0]), round(float(line.get_ydata()[0]), 9)) for line in marks}
    assert shown == {(100, 20), (110, 50), (150, 90), (105, 40), (120, 90)}
    hollow = [float(line.get_xdata()[0]) for line in marks if line.get_markerfacecolor() == "white"]
    assert hollow == [105]
    assert axes.get_xlabel() == "Total cost (million USD of 2025)"


@pytest.mark.parametrize("number", [2, 3, 8])
def test_the_figure_is_readable_and_names_every_run(tmp_path: Path, number: int) -> None:
    runs = [by_hand(tmp_path / f"a_run_with_a_rather_long_name_{n}", f"{100 + n} 0.2 {100 + n}\n{150 + 3 * n} 0.9 "
                    f"{150 + 3 * n}") for n in range(number)]  # fmt: skip
    comparison = Comparison(runs)
    page = drawn(comparison)
    assert_readable(page)
    for n, given in enumerate(comparison.runs):
        seen = re.search(rf"{given.letter} a run with[\w …]*ame {n}", words_of(page))
        assert seen, "what tells it from the others stays"


def test_runs_with_the_same_front_and_a_single_plan_are_drawn(pair: Callable[..., Comparison]) -> None:
    page = drawn(pair("100 0.5 100", "100 0.5 100"))
    assert_readable(page)
    assert "starts as cheap and goes as far" in words_of(page)


def test_the_page_is_self_contained_and_takes_names_as_text(tmp_path: Path) -> None:
    named = CASE.replace("trader", "<script>x</script>")
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "two", OTHER, named)]
    compared(tmp_path / "out", *runs)
    page = (tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<script" not in page
    assert set(re.findall(r"(?:src|href)=\"([^\"#]{1,5})", page)) == {"data:"}
    assert "http" not in re.sub(r"src=\"data:[^\"]*\"|http-equiv", "", page)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "compare.html", "fronts.png", "fronts.svg", "fronts-figure.csv", "fronts.csv", "results.csv", "builds.csv",
        "inputs_differences.csv",
    }


def test_the_written_fronts_are_those_of_the_runs(tmp_path: Path) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER)]
    compared(tmp_path / "out", *runs)
    fronts = csv_of(tmp_path / "out", "fronts")
    assert list(zip(fronts["run"], fronts["cost_musd"], fronts["resilience"], strict=True)) == [
        ("A one", 100, 0.2), ("A one", 110, 0.5), ("A one", 150, 0.9), ("B other", 105, 0.4), ("B other", 120, 0.9),
    ]


def test_tables_have_the_columns_of_the_spec(tmp_path: Path) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER)]
    compared(tmp_path / "out", *runs)
    for table in TABLES:
        meant = dict.fromkeys(table.column(column).name for column in csv_of(tmp_path / "out", table.name))
        due = [column.name for column in table.columns if column.name in meant or not column.missing]
        assert list(meant) == due, table.name


# ---- the command --------------------------------------------------------------------------------


def test_everything_wrong_is_said_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    run = by_hand(tmp_path / "one", ONE)
    unfinished = by_hand(tmp_path / "two", ONE, status="unfinished")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.iterdir())
    runs = [run, run, tmp_path / "nowhere", tmp_path / "folder", unfinished]
    result = run_command("compare", *runs, "--out", tmp_path / "o")
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("error   ") for line in lines)
    for said in ("is named twice", "there is no run folder", "is no run folder: it has no", "is not finished"):
        assert said in result.output
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("given", [0, 1])
def test_one_run_alone_is_refused(tmp_path: Path, given: int) -> None:
    runs = [by_hand(tmp_path / "one", ONE)][:given]
    result = run_command("compare", *runs, "--out", tmp_path / "o")
    assert (result.exit_code, result.output) == (2, "error   name at least two runs to compare.\n")


def test_a_folder_that_is_there_is_not_written_into(tmp_path: Path) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER)]
    (tmp_path / "o").mkdir()
    result = run_command("compare", *runs, "--out", tmp_path / "o")
    assert result.exit_code == 2
    assert "exists already" in result.output
    assert list((tmp_path / "o").iterdir()) == []


def test_a_run_with_a_table_missing_or_broken_is_refused_in_words(tmp_path: Path) -> None:
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER)]
    (runs[1] / "plans" / "p02" / "builds.csv").unlink()
    result = run_command("compare", *runs, "--out", tmp_path / "o")
    assert result.exit_code == 2
    assert "builds.csv" in result.output
    assert not (tmp_path / "o").exists()


def test_json_is_one_object(tmp_path: Path) -> None:
    dear = CASE.replace("quay    50000", "quay    60000")
    runs = [by_hand(tmp_path / "one", ONE), by_hand(tmp_path / "other", OTHER, dear)]
    result = run_command("compare", *runs, "--out", tmp_path / "out", "--json")
    content = json.loads(result.output)
    assert [run["plan"] for run in content["runs"]] == ["p02", "p01"]
    [one] = content["inputs"]
    assert one["values"] == {"A one": "50000", "B other": "60000"}
    assert content["cost_at_equal_resilience"][0] == {"resilience": 0.2, "cost_musd": {"A one": 100, "B other": 105}}


def test_runs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert unique_names([tmp_path / "a" / "run", tmp_path / "b" / "run"]) == ["a/run", "b/run"]
