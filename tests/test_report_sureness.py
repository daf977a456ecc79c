"""The report's section on how sure a plan is: what it says is what the tables say, no part stands without its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reeplan.csv_files import write_table
from reeplan.present.report import robustness_tables as sureness_tables
from reeplan.present.report import study_parts, trust, write_report
from reeplan.present.report.study_parts import robustness
from reeplan.present.run import Run
from reeplan.present.words import robustness as sureness_words
from reeplan.studies.alternatives import ALTERNATIVES
from reeplan.studies.sensitivity import SENSITIVITY
from reeplan.studies.uncertainty import UNCERTAINTY
from report_support import Page, with_figures_named
from test_figures_sureness import (
    CHOICE,
    FILES,
    MUST,
    NAN,
    run,
    write_alternatives,
    write_built,
    write_indices,
    write_knowing,
    write_near_optimal,
    write_regret,
    write_risk,
    write_screening,
    write_tornado,
)  # fmt: skip

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.present.report.grid import Grid

__all__ = ["run"]


@pytest.fixture(autouse=True)
def no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the independent check is made of is no matter of this section."""
    monkeypatch.setattr(trust, "rules_in_words", dict)

SHOWN = (*ALTERNATIVES.figures, *UNCERTAINTY.figures, *SENSITIVITY.figures)
"""The figures that the section shows."""


@pytest.fixture
def full(run: Path) -> Path:
    """A run with every table that a figure needs, and a picture of each figure."""
    write_every_table(run)
    with_figures_named(run, "cost-parts", *SHOWN)
    return run


def write_every_table(run: Path) -> None:
    """The tables of alternatives, sensitivity and futures, with what is rare in each: a check that fails, no plan."""
    write_near_optimal(run, {("plant", "mill"): MUST, ("venture", "mine"): CHOICE, ("venture", "mine/20%"): CHOICE})
    write_alternatives(run, [("cheapest", 0, 0, {"mill": (500, 2026)}), ("a1", 0.05, 0.02, {"smelter": (40, 2031)})])
    write_table(pd.DataFrame([{"check": "ranges grow", "holds": False, "detail": "<b>three</b> ranges"}]),
                run / "alternatives_checks.csv")  # fmt: skip
    write_tornado(run, {"demand": (900, 1000, 1300), "delay": (1000, 1000, NAN), "small": (1000, 1000, 1000.4)})
    write_screening(run, {"demand": (50, 5, 50, 4)})
    write_indices(run, {"demand": (0.8, 0.1, 0.9, 0.1)})
    write_built(run, {"mill": 8, "mine": 3}, 8, 2)
    write_knowing(run, (900, 1000, 1040, 1040), (950, 1100, NAN, NAN))
    write_regret(run, {"nothing happens": {"p01": (1000, 1.0), "p02": (1050, 1.0)},
                       "dear": {"p01": (1300, 0.4), "p02": (NAN, NAN)}}, {"dear": "other future"})  # fmt: skip
    write_risk(run, {0.9: [(1000, 0.8), (1100, 0.2)]})


def cells(grid: Grid) -> list[list[str]]:
    return [[cell.text.replace("\u00a0", " ") for cell in row] for row in grid.rows]


def said(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ")


def test_a_plain_run_has_no_part(run: Path) -> None:
    assert robustness(Run(run)) == []
    write_report(run)
    assert "sure-knowing" not in (run / "report.html").read_text(encoding="utf-8")


def test_the_page_shows_each_figure_once_and_escapes_all(full: Path) -> None:
    write_report(full)
    html = (full / "report.html").read_text(encoding="utf-8")
    assert Page(full)
    for name in SHOWN:
        assert html.count(f'data-figure="{name}"') == 1
    assert html.index('id="across"') < html.index('id="sure"') < html.index('data-figure="near-optimal"')
    assert "<b>three</b>" not in html
    assert "A check does not hold" in html


def test_every_part_has_its_tables(full: Path) -> None:
    made = robustness(Run(full))
    assert [part.name for part in made] == ["near-optimal", "knowing", "regret", "risk", "inputs", "futures"]
    names = [grid.name for part in made for grid in [*part.open, *part.folded]]
    assert len(names) == len(set(names))
    assert set(names) >= {"near-optimal", "alternatives", "alternatives-checks", "value-of-knowing", "least-regret",
                          "regret-of-plans", "risk-front", "tornado", "screening", "indices",
                          "built-in-futures"}  # fmt: skip


def test_a_study_without_words_of_its_own_shows_its_tables_as_declared(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(study_parts.OF_STUDIES, "uncertainty")
    [part] = [part for part in robustness(Run(full)) if part.name == "uncertainty"]
    there = [file for file in UNCERTAINTY.outputs if (full / file).exists()]
    assert [f"{grid.name}.csv" for grid in part.folded] == there
    assert set(part.figures) == set(UNCERTAINTY.figures)
    write_report(full)
    assert UNCERTAINTY.figures[0] in (full / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
def test_a_table_that_is_missing_spoils_nothing(full: Path, file: str) -> None:
    (full / f"{file}.csv").unlink()
    for part in robustness(Run(full)):
        assert not part.empty


def test_sentences_are_those_of_the_tables(full: Path) -> None:
    words = Run(full)
    near = said(sureness_words.of_near_optimal(words))
    assert "Every plan at most 5 % costlier than the cheapest has mill: must-haves, proven." in near
    assert "mine / 20%" not in near, "an option is named with its venture"
    assert "A check does not hold: ranges grow" in near
    inputs = said(sureness_words.of_inputs(words))
    assert "At an end of the range of delay there is no number" in inputs
    assert "One input changes it by no more than the plans' gaps leave open." in inputs
    assert "Two futures drawn have no plan that counts." in said(sureness_words.of_built(words))
    assert "Without any target, knowing would be worth at most, MUSD: 100" in said(sureness_words.of_knowing(words))


def test_tables_hold_what_the_files_hold(full: Path) -> None:
    rows = cells(sureness_tables.alternatives(Run(full)))
    assert rows[1][-1] == "added: smelter; left out: mill"
    assert rows[1][3] == "2.00 %"
    regret = cells(sureness_tables.regret(Run(full)))
    assert regret[-1][0] == "p02"
    assert regret[-1][-1] == "what it builds breaks a rule there"
    tornado = {row[1]: row for row in cells(sureness_tables.tornado(Run(full)))}
    assert tornado["delay"][4] == "cannot reach the target"
    assert tornado["small"][-1] == "no: within the gaps"
    assert cells(sureness_tables.built(Run(full)))[1][1:3] == ["3", "38 %"]


def test_nothing_is_a_must_have_where_nothing_is_proven(run: Path) -> None:
    write_near_optimal(run, {("plant", "mill"): CHOICE})
    near = said(sureness_words.of_near_optimal(Run(run)))
    assert near.startswith("Nothing is proven to be in every plan at most 5 % costlier than the cheapest.")
    assert "must-have" not in near


def test_one_plan_has_no_table_of_least_regret(run: Path) -> None:
    write_regret(run, {"nothing happens": {"p01": (1000, 1.0)}})
    assert sureness_tables.least_regret(Run(run)).rows == []
    assert sureness_tables.regret(Run(run)).rows
