"""The tutorial is true: its changes, made as its page says them, have the effects that the page states."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reeplan.inputs.spec import TABLES
from reeplan.present.figures.catalogue import FIGURES
from solved import rows_of, write_rows
from support import front, optimum

ROOT = Path(__file__).parents[1]
TUTORIAL = ROOT / "inputs" / "tutorial"
PAGE = (ROOT / "docs" / "TUTORIAL.md").read_text(encoding="utf-8")

NONE, COSTLIER, MORE = "none", "China's neodymium gets costlier", "India lets more go"
EARLIER = "the cutoff comes a year earlier"
MUSD, POINTS = 0.05 + 1e-6, 0.0005 + 1e-6
"""Half of the last digit that the page shows, of costs and of shares."""


def effects() -> dict[str, list[str]]:
    """The rows of the page's table of changes: table, row, column, from, to, and the three effects."""
    text = PAGE[PAGE.index("| change | table |") :].split("\n\n", 1)[0]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {row[0]: row[1:] for row in rows}


def fronts_shown() -> list[list[tuple[float, float]]]:
    """The fronts that the page prints, as costs and shares served."""
    line = re.compile(r"^p\d\d +(\d,\d{3}\.\d) +[\d.]+ +([\d.]+)%", re.MULTILINE)
    found = [[(float(cost.replace(",", "")), float(share) / 100) for cost, share in line.findall(block)]
             for block in re.findall(r"^```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]  # fmt: skip
    return [points for points in found if points]


def edited(folder: Path, table: str, row: str, column: str, before: str, after: str) -> Path:
    """The tutorial with one cell changed; the cell must hold what the page says it holds."""
    shutil.copytree(TUTORIAL, folder)
    rows = rows_of(folder, table)
    [chosen] = [one for one in rows if row in one.values()]
    assert chosen[column] == before
    chosen[column] = after
    write_rows(folder, table, rows)
    return folder


@pytest.fixture
def changed(tmp_path: Path) -> dict[str, Path]:
    """The four cases of the page's table."""
    return {
        change: TUTORIAL if change == NONE else edited(tmp_path / str(number), *cells[:5])
        for number, (change, cells) in enumerate(effects().items())
    }


def number(text: str) -> float:
    return float(text.rstrip("%").replace(",", "")) / (100 if text.endswith("%") else 1)


def test_the_page_makes_three_changes() -> None:
    assert list(effects()) == [NONE, COSTLIER, MORE, EARLIER]


@pytest.mark.parametrize("change", [NONE, COSTLIER, MORE, EARLIER])
def test_each_change_has_the_effects_that_the_page_states(changed: dict[str, Path], change: str) -> None:
    cheapest, at_62, most = map(number, effects()[change][5:])
    ends = front(changed[change], 2)
    assert ends[0][0] == pytest.approx(cheapest, abs=MUSD)
    assert ends[-1][1] == pytest.approx(most, abs=POINTS)
    assert optimum(changed[change], target=0.62).cost_musd == pytest.approx(at_62, abs=MUSD)


def test_the_front_that_the_page_prints_is_the_front() -> None:
    shown = fronts_shown()[0]
    found = front(TUTORIAL, 6)
    assert [cost for cost, _ in found] == pytest.approx([cost for cost, _ in shown], abs=MUSD)
    assert [share for _, share in found] == pytest.approx([share for _, share in shown], abs=POINTS)


def test_the_front_with_dear_neodymium_has_the_plans_that_the_page_prints(changed: dict[str, Path]) -> None:
    found = front(changed[COSTLIER], 6)
    for cost, share in fronts_shown()[1]:
        assert any(abs(cost - a) <= MUSD and abs(share - b) <= POINTS for a, b in found), (cost, share)
    flat = [cost for cost, share in found if share < 0.64]
    assert 0.001 < max(flat) - min(flat) < 0.0051  # the 5,000 USD of the page


def test_dear_neodymium_pays_for_mines_in_peace(changed: dict[str, Path]) -> None:
    built = {asset: count for (asset, _), count in optimum(changed[COSTLIER]).modules.items()}
    assert built == pytest.approx({"sand_mine": 2, "cracking_plant": 2, "light_plant": 2, "desert_mine/20%": 1})


def test_with_more_free_exports_the_cheapest_plan_builds_nothing(changed: dict[str, Path]) -> None:
    assert optimum(TUTORIAL).modules == pytest.approx({("light_plant", 2026): 1})
    assert optimum(changed[MORE]).modules == {}


def test_with_more_free_exports_the_same_is_built_for_62_percent_but_the_light_plant_a_year_later(
    changed: dict[str, Path],
) -> None:
    before, after = (dict(optimum(changed[change], target=0.62).modules) for change in (NONE, MORE))
    assert before.pop(("light_plant", 2026)) == after.pop(("light_plant", 2027)) == 1
    assert before == pytest.approx(after)


def test_what_takes_two_years_is_not_ready_for_an_earlier_cutoff(changed: dict[str, Path]) -> None:
    cost, share = front(changed[EARLIER], 2)[-1]
    assert "from 99.5% to 64.9%, at 1,417.7 MUSD" in PAGE
    assert cost == pytest.approx(1417.7, abs=MUSD)
    ready = {asset for asset, year in optimum(changed[EARLIER], target=share - 1e-6).modules if year < 2027}
    assert ready == {"sand_mine", "cracking_plant", "light_plant"}


def test_what_the_page_says_of_knowing_the_year_and_of_a_late_mine(tmp_path: Path) -> None:
    four = edited(tmp_path / "four", "scenarios", "cutoff", "starts", "2028 2030", "2028 2029 2030 2031")
    assert optimum(four, target=0.61).cost_musd == pytest.approx(1413.1, abs=MUSD)
    assert front(four, 2)[-1][1] == pytest.approx(0.980, abs=POINTS)
    late = shutil.copytree(TUTORIAL, tmp_path / "late")
    ventures = [{**row, "lead_years": "3"} for row in rows_of(late, "ventures")]
    write_rows(late, "ventures", ventures)
    assert front(late, 2)[-1][1] == pytest.approx(0.624, abs=POINTS)
    for said in ("61% served then costs 1,413.1", "98.0%", "falls to 62.4%"):
        assert said in PAGE


# ---- the other pages for the analyst ------------------------------------------------------------


def test_every_figure_has_its_section_in_the_order_of_the_report() -> None:
    page = (ROOT / "docs" / "FIGURES.md").read_text(encoding="utf-8")
    assert re.findall(r"^## `([^`]+)`$", page, re.MULTILINE) == [spec.name for spec in FIGURES]


def test_every_term_of_the_glossary_is_explained_once() -> None:
    page = (ROOT / "docs" / "GLOSSARY.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ") and "| meaning" not in line]
    rows = [line.strip("|").split("|") for line in lines]
    terms = [row[0].strip() for row in rows]
    assert len(terms) == len(set(terms)) > 40
    assert [row for row in rows if len(row) != 2 or not row[1].strip()] == []


def test_the_tables_named_as_driving_the_answer_exist() -> None:
    page = (ROOT / "docs" / "METHOD.md").read_text(encoding="utf-8")
    named = {name for line in page.splitlines() if line.count("|") == 4 for name in re.findall(r"`(\w+)`", line)}
    assert len(named) > 5
    assert named <= set(TABLES)
