"""``reeplan report`` draws figures and page again from the files of a run, and changes nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reeplan.api import Extras
from report_support import with_pictures
from solved import run_command

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def copy(tutorial_run: Path, tmp_path: Path) -> Path:
    return with_pictures(tutorial_run, tmp_path / "run")


def test_drawing_again_changes_no_table(tutorial_run: Path, tmp_path: Path) -> None:
    """Nor anything else but the figures and the page, whose fingerprints are listed anew."""
    copy = Path(shutil.copytree(tutorial_run, tmp_path / "run"))
    before = {file: file.read_bytes() for file in copy.rglob("*") if file.is_file()}
    del before[copy / "report.html"], before[copy / "SHA256SUMS"]
    (copy / "report.html").unlink()
    result = run_command("report", copy, extras=Extras(figures=["front"]))
    assert result.exit_code == 0, result.output
    after = {file: file.read_bytes() for file in copy.rglob("*") if file.is_file()}
    del after[copy / "report.html"], after[copy / "SHA256SUMS"]
    assert {file.name for file in after if file not in before} == {"front.png", "front.svg", "front.csv", "index.json"}
    assert {file: after[file] for file in before} == before
    assert run_command("verify", copy).exit_code == 0


def test_a_figure_that_fails_is_said_and_costs_no_page(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Path, **_: object) -> None:
        raise ValueError("timeline p01: a strange number")

    monkeypatch.setattr("reeplan.api.reporting.draw_figures", fail)
    (copy / "report.html").unlink()
    result = run_command("report", copy)
    assert result.exit_code == 0
    assert "timeline p01: a strange number" in result.output
    assert (copy / "report.html").exists()


def nowhere(place: Path) -> Path:
    return place / "nowhere"


def an_empty_folder(place: Path) -> Path:
    (place / "empty").mkdir()
    return place / "empty"


def no_plan(place: Path) -> Path:
    (place / "none").mkdir()
    (place / "none" / "manifest.json").write_text('{"status": "infeasible"}', encoding="utf-8")
    return place / "none"


def unfinished(place: Path) -> Path:
    (place / ".run.unfinished").mkdir()
    (place / ".run.unfinished" / "manifest.json").write_text('{"status": "unfinished"}', encoding="utf-8")
    return place / ".run.unfinished"


def no_json(place: Path) -> Path:
    (place / "torn").mkdir()
    for name in ("inputs", "plans"):
        (place / "torn" / name).mkdir()
    for name in ("manifest.json", "front.csv"):
        (place / "torn" / name).write_text("{", encoding="utf-8")
    return place / "torn"


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        (nowhere, "there is no run folder"),
        (an_empty_folder, "is no run folder: it has no manifest.json"),
        (no_plan, "found no plan"),
        (unfinished, "is not finished"),
        (no_json, "its manifest.json cannot be read"),
    ],
)
def test_what_is_no_run_is_told_in_a_line(folder: Callable[[Path], Path], says: str, tmp_path: Path) -> None:
    place = folder(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = run_command("report", place)
    assert result.exit_code == 2
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before
