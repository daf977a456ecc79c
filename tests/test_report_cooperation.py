"""The report's section on cooperation: what it says is what the tables say, and no part stands without its table."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from cooperation_support import FOUR_NAMES, cooperate_run, four_costs, write_burdens, write_levers, write_regret
from reeplan.csv_files import write_table
from reeplan.present.figures.cooperation.data import deal_level
from reeplan.present.report import cooperation_tables as together_tables
from reeplan.present.report import sections, trust, write_report
from reeplan.present.report.study_parts import cooperation
from reeplan.present.run import Run
from reeplan.present.words import cooperation as together_words
from reeplan.studies.cooperation import COOPERATION
from report_support import Page, with_figures_named
from test_figures_cooperation import HALT, IDLE, LEVELS, PAIR, two

if TYPE_CHECKING:
    from cooperation_support import Costs
    from reeplan.present.report.grid import Grid


def _price(clause: str, about: str, item: str, year: int | str, window: str, price: float) -> dict[str, Any]:
    row = {"clause": clause, "about": about, "item": item, "year": year, "window": window, "price": price}
    return {**row, "unit": "USD"}


PRICES = [
    _price("budget", "Japan", "", "", "", 0.25),
    _price("budget", "Japan", "2026 to 2031", "", "", 0.25),
    _price("export limit", "India to Japan", "", 2030, "base", 9.0),
]


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the independent check is made of is no matter of this section."""
    monkeypatch.setattr(trust, "rules_in_words", dict)


@pytest.fixture
def run(tutorial_run: Path, tmp_path: Path) -> Path:
    """A run with every table there is, and a picture of each figure."""
    place = run_with_every_table(tutorial_run, tmp_path / "run")
    with_figures_named(place, "cost-parts", *COOPERATION.figures)
    return place


def run_with_every_table(solved: Path, place: Path) -> Path:
    """A copy of a solved run with the tables of cooperate."""
    cooperate_run(solved, place, PAIR, LEVELS, 0.6, {"India": 7000.0, "Japan": 11853.0}, {"India": 0.76})
    write_burdens(place, PAIR)
    write_levers(place, HALT, IDLE)
    write_regret(place, ("India", "Japan", 2029, "turns round", (1200.0, 1190.0, 0.5, 1000.0, 0.66)))
    write_table(pd.DataFrame(PRICES), place / "marginal_prices.csv")
    write_table(pd.DataFrame([{"coalition": "India", "supplier": "trader", "material": "Nd", "year": 2030,
                               "window": "base", "limit_t": 12.0, "worth_usd_per_t": 450.0}]),
                place / "ceilings.csv")  # fmt: skip
    arrived = {"partner": "Japan", "from_country": "India", "material": "Nd"}
    write_table(pd.DataFrame([{**arrived, "window": "base", "t": 7.0}, {**arrived, "window": "x", "t": 1.0}]),
                place / "gets.csv")  # fmt: skip
    return place


def page_of(run: Path) -> Page:
    write_report(run)
    return Page(run)


def column(grid: Grid, place: int) -> list[Any]:
    return [row[place].value if row[place].value is not None else row[place].text for row in grid.rows]


def words(run: Path) -> str:
    loaded = Run(run)
    level = deal_level(loaded)
    assert level is not None
    return " ".join(together_words.what_it_is_worth(loaded, level)).replace("\u00a0", " ")


# ---- what is there ----------------------------------------------------------------------------------


def test_a_plain_run_has_no_such_section(tutorial_run: Path, tmp_path: Path) -> None:
    page = page_of(Path(shutil.copytree(tutorial_run, tmp_path / "plain")))
    assert page.text_of("section", id="together") == []
    assert "#together" not in page.attributes("href")


def test_the_section_stands_between_the_choice_and_the_plan(run: Path) -> None:
    page = page_of(run)
    order = [found["id"] for tag, found in page.elements if tag == "section"]
    assert order[:3] == ["choose", "together", "plan"]
    assert [section.name for section in sections.SECTIONS if section.name == "together"] == ["together"]


def test_its_figures_are_shown_there_and_nowhere_else(run: Path) -> None:
    page = page_of(run)
    for name in COOPERATION.figures:
        assert page.attributes("data-figure").count(name) == 1
        assert f"Title of {name}" in [found.get("alt") for tag, found in page.elements if tag == "img"]
        [shown] = [text for text in page.text_of("section", id="together") if f"Words of {name}" in text]
        assert "Words of cost-parts" not in shown
    assert ["Words of cost-parts" in text for text in page.text_of("section", id="across")] == [True]


@pytest.mark.parametrize(
    ("file", "gone"),
    [
        ("allocation", {"sharing"}), ("pays", {"pays"}), ("owns", {"owns"}), ("risks", {"risks"}), ("gets", {"gets"}),
        ("levers", {"levers"}), ("marginal_prices", {"prices"}), ("regret", {"regret"}), ("ceilings", {"ceilings"}),
    ],
)  # fmt: skip
def test_a_table_that_is_missing_is_left_out_alone(run: Path, file: str, gone: set[str]) -> None:
    (run / f"{file}.csv").unlink()
    names = {grid.name for part in cooperation(Run(run)) for grid in [*part.open, *part.folded]}
    everything = {"coalitions", "by-level", "sharing", "ceilings", "pays", "owns", "risks", "gets", "levers", "prices",
                  "regret"}  # fmt: skip
    assert everything - names == gone


def test_with_coalitions_alone_there_is_one_part(run: Path) -> None:
    shutil.rmtree(run / "figures")
    for file in ("allocation", "pays", "owns", "risks", "gets", "levers", "marginal_prices", "regret", "ceilings"):
        (run / f"{file}.csv").unlink()
    [part] = cooperation(Run(run))
    assert part.name == "worth"
    page_of(run)


def test_a_table_of_coalitions_without_rows_gives_no_section(run: Path) -> None:
    (run / "coalitions.csv").write_text("coalition,target\n", encoding="utf-8")
    assert cooperation(Run(run)) == []
    page_of(run)


# ---- what it says -----------------------------------------------------------------------------------


def test_the_worth_its_band_the_shares_and_the_payments(run: Path) -> None:
    """561, certainly 517 to 574; India bears 9450 - 280.5, pays 7000 in the plan, so 2169.5, a fifth of it a year."""
    said = words(run)
    assert "Together the partners save 561 MUSD." in said
    assert "at least 60 % served in the worst disruption" in said
    assert "certain to be between 517 and 574 MUSD" in said
    assert "280 each" in said
    assert "in every year of the plan, India pays 434 and Japan receives 434." in said
    assert "Nobody would pay less in a smaller group: that is certain." in said


def test_what_is_not_certain_is_not_claimed(tutorial_run: Path, tmp_path: Path) -> None:
    run = cooperate_run(tutorial_run, tmp_path / "run", PAIR, {0.6: two(9450, 9500, 18933, 50)}, 0.6,
                        {"India": 9450.0, "Japan": 9483.0})  # fmt: skip
    said = words(run)
    assert "not known" in said
    assert "As found, together costs 17 MUSD less" in said
    assert "8.5 each" not in said
    assert "their gaps leave some doubt" in said


def test_who_cannot_alone_is_named_with_how_far_it_gets(tutorial_run: Path, tmp_path: Path) -> None:
    run = cooperate_run(tutorial_run, tmp_path / "run", PAIR, {0.9: two(None, 9500, 18933)}, 0.9,
                        {"India": 9450.0, "Japan": 9483.0}, {"India": 0.712})  # fmt: skip
    said = words(run)
    assert "India cannot reach the target alone: joining makes it possible." in said
    assert "India alone reaches 71.2 % at most." in said
    assert "save" not in said
    assert together_tables.sharing(Run(run)).rows == []
    page_of(run)


def test_groups_that_would_rather_stay_alone_are_told(tutorial_run: Path, tmp_path: Path) -> None:
    """A pair saves 6, all three no more: whoever is left out of a pair offers more, so no sharing is stable."""
    names = ("India", "Japan", "Australia")
    pairs: Costs = {f"{a} + {b}": (14.0, 14.0) for a, b in (names[:2], (names[0], names[2]), names[1:])}
    costs: Costs = {**dict.fromkeys(names, (10.0, 10.0)), **pairs, " + ".join(names): (24.0, 24.0)}
    run = cooperate_run(tutorial_run, tmp_path / "run", names, {0.6: costs}, 0.6, dict.fromkeys(names, 8.0))
    assert "However the cost is shared, some group would pay less on its own." in words(run)
    assert "receives" not in words(run), "each pays in the plan what it is to bear"


def test_a_mean_that_is_stable_only_by_the_nucleolus(tutorial_run: Path, tmp_path: Path) -> None:
    """The glove game: India's left glove with either right one saves 6; Shapley gives it 4, a stable share all 6."""
    names = ("India", "Japan", "Australia")
    costs: Costs = {**dict.fromkeys(names, (10.0, 10.0)),
                    "India + Japan": (14.0, 14.0), "India + Australia": (14.0, 14.0),
             "Japan + Australia": (20.0, 20.0), " + ".join(names): (24.0, 24.0)}  # fmt: skip
    run = cooperate_run(tutorial_run, tmp_path / "run", names, {0.6: costs}, 0.6, dict.fromkeys(names, 8.0))
    assert "By the Shapley value some group would pay less on its own; by the nucleolus none would." in words(run)


# ---- tables -----------------------------------------------------------------------------------------


def test_tables_hold_the_numbers_of_the_files(run: Path) -> None:
    loaded = Run(run)
    level = deal_level(loaded)
    assert level is not None
    assert column(together_tables.coalitions(loaded, level), 1) == [9450.0, 9964.0, 18853.0]
    sharing = together_tables.sharing(loaded)
    assert sum(column(sharing, 2)) == pytest.approx(18853)
    assert sum(column(sharing, len(sharing.columns) - 2)) == pytest.approx(0, abs=1e-9)
    pays = together_tables.pays(loaded)
    table = pd.read_csv(run / "pays.csv", encoding="utf-8-sig")
    assert column(pays, 3)[-1] == pytest.approx(table["musd"].sum())
    assert column(pays, 1)[-1] == pytest.approx(sum(column(pays, 1)[:-1]))
    owns = together_tables.owns(loaded)
    held = [cell.value for row in owns.rows for cell in row[1:] if cell.value is not None]
    assert sum(held) == pytest.approx(100 + 140 + 110 + 150)
    assert column(together_tables.gets(loaded), 3) == [7.0], "as expected only"
    assert column(together_tables.levers(loaded), 3) == [-120.0, 0.0]
    assert column(together_tables.levers(loaded), 8) == ["costs", "nothing"]
    assert column(together_tables.prices(loaded), 2) == [0.25]
    assert "2 more by plant, year and disruption" in together_tables.prices(loaded).note
    assert column(together_tables.regret(loaded), 6) == [200.0]
    assert column(together_tables.ceilings(loaded), 6) == [450.0]
    assert [cell.text for cell in together_tables.by_level(loaded).rows[-1]][-1] == "out of reach even together"


def test_names_are_text_and_four_partners_have_their_columns(tutorial_run: Path, tmp_path: Path) -> None:
    paid = dict.fromkeys(FOUR_NAMES, 8559.75)
    run = cooperate_run(tutorial_run, tmp_path / "run", FOUR_NAMES, {0.6: four_costs()}, 0.6, paid)
    write_burdens(run, FOUR_NAMES)
    write_levers(run, ("venture", "<script>alert(1)</script>", "without it", (1.0, 0.5, 2.0), {}))
    page = page_of(run)
    [said] = page.text_of("section", id="together")
    assert "<script>alert(1)</script>" in said
    assert "alert(1)" not in "".join(page.text_of("script"))
    assert "all but India" in said
