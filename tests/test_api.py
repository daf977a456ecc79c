"""The library under the command line: results and errors as objects, and nothing said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reeplan.api import ComparisonError, Extras, NoPlanError, Request, UserInputError, compare, report, solve, verify
from solved import NO_FIGURES, TABLES, rows_of, write_rows

if TYPE_CHECKING:
    from pathlib import Path


def test_a_case_is_solved_verified_reported_and_compared(
    small_case: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one, two = (
        solve(Request(small_case, target=target, out=tmp_path / f"run-{target}", workers=1, extras=extras))
        for target, extras in ((0.0, TABLES), (0.4, Extras(figures=False, report=False)))
    )
    assert (one.status, one.verdict, one.holds) == ("done", None, True)
    assert [path.name for path in one.place.iterdir() if path.suffix == ".html" or path.name == "verify.json"] == []
    assert one.front.points[0].plan.cost_musd < two.front.points[0].plan.cost_musd
    assert verify(two.place).holds
    assert not report(two.place, extras=NO_FIGURES).left_out
    assert (two.place / "report.html").exists()
    assert compare([one.place, two.place], tmp_path / "compared").place == tmp_path / "compared"
    assert capfd.readouterr() == ("", "")


def test_a_study_is_asked_by_its_command(small_case: Path, tmp_path: Path) -> None:
    asked = Request(
        small_case, "alternatives", target=0.6, out=tmp_path / "run", workers=1,
        options={"slack": [0.02], "search": "bounds", "plans": 0}, extras=TABLES,
    )  # fmt: skip
    run = solve(asked)
    assert run.study is not None
    assert any("costlier than the cheapest" in sentence for sentence in run.sentences)
    assert not run.study.tables()["near_optimal"].empty
    assert run.session.facts["options"] == {"slack": [0.02], "slack_musd": [], "plans": 0, "search": "bounds"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"command": "cooperation"}, "there is no study 'cooperation'"),
        ({"command": "alternatives", "options": {"levers": True}}, "has no option levers"),
        ({"command": "sensitivity", "options": {"samples": 3}}, "--samples 3 is no power of 2"),
        ({"measure": "expected", "case": None}, "neither a case to solve nor a run to resume"),
    ],
)
def test_what_cannot_be_done_is_an_error(asked: dict[str, Any], said: str, small_case: Path, tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match=said):
        solve(Request(**{"case": small_case, "out": tmp_path / "run", **asked}))
    assert list(tmp_path.iterdir()) == []


def test_that_there_is_no_plan_is_an_error_that_says_why(own_case: Path, tmp_path: Path) -> None:
    rows = rows_of(own_case, "plants")
    rows[0]["max_modules"] = "1"
    write_rows(own_case, "plants", rows)
    with pytest.raises(NoPlanError) as told:
        solve(Request(own_case, target=0.99, out=tmp_path / "run", workers=1))
    assert told.value.infeasible is not None
    assert told.value.infeasible.explanation.conflict
    assert (tmp_path / "run" / "infeasible.md").exists()


def test_what_is_no_run_cannot_be_verified_reported_or_compared(tmp_path: Path) -> None:
    for work in (verify, report):
        with pytest.raises(UserInputError, match="there is no run folder"):
            work(tmp_path / "nowhere")
    with pytest.raises(ComparisonError) as told:
        compare([tmp_path / "nowhere"])
    assert len(told.value.troubles) == 2
