"""Thirteen cases solved on paper, each a folder whose README derives its optimum.

``expected.json`` lists the runs of a case: the options of ``reeplan solve`` and what must come
out. Here the options are given to the model directly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from support import assert_optimum, close, front, optimum

HAND_CASES = Path(__file__).parent / "hand_cases"


@dataclass(frozen=True)
class Run:
    """One run of a case: its options, and what must come out."""

    case: Path
    options: dict[str, str]
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return " ".join([self.case.name, *(f"{option} {value}" for option, value in self.options.items())])

    @property
    def target(self) -> float | None:
        return float(self.options["--target"]) if "--target" in self.options else None

    @property
    def measure(self) -> str | None:
        return self.options.get("--measure")

    @property
    def overlays(self) -> list[Path]:
        return [Path(self.options["--with"].format(case=self.case))] if "--with" in self.options else []


def runs() -> list[Run]:
    return [
        Run(path.parent, dict(zip(run["args"][::2], run["args"][1::2], strict=True)), run)
        for path in sorted(HAND_CASES.glob("*/expected.json"))
        for run in json.loads(path.read_text(encoding="utf-8"))
    ]


def runs_that_expect(what: str) -> Any:
    chosen = [run for run in runs() if what in run.expected]
    return pytest.mark.parametrize("run", chosen, ids=[run.name for run in chosen])


def test_every_run_is_tested() -> None:
    outcomes = {"cost_musd", "infeasible", "front", "refused"}
    options = {"--target", "--measure", "--with", "--front"}
    assert len({run.case for run in runs()}) == 13
    for run in runs():
        assert len(outcomes & set(run.expected)) == 1
        assert set(run.options) <= options


@runs_that_expect("cost_musd")
def test_optimum_as_on_paper(run: Run) -> None:
    assert_optimum(
        run.case,
        cost_musd=run.expected["cost_musd"],
        resilience=run.expected.get("resilience"),
        windows=run.expected.get("windows"),
        target=run.target,
        measure=run.measure,
        overlays=run.overlays,
    )


@runs_that_expect("infeasible")
def test_out_of_reach_as_on_paper(run: Run) -> None:
    assert not optimum(run.case, target=run.target, measure=run.measure, overlays=run.overlays).feasible


@runs_that_expect("refused")
def test_refused_as_on_paper(run: Run) -> None:
    told = {Path(error.file).stem for error in load_tables(run.case, run.overlays).errors}
    assert told == {run.expected["refused"]}


@runs_that_expect("window_names")
def test_windows_as_on_paper(run: Run) -> None:
    tables = load_tables(run.case).tables
    assert tables is not None
    assert [window.label for window in case_from_tables(tables).windows] == run.expected["window_names"]


@runs_that_expect("front")
def test_front_as_on_paper(run: Run) -> None:
    found = front(run.case, int(run.options["--front"]))
    assert [tuple(map(close, point)) for point in run.expected["front"]] == found
