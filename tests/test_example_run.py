"""The run that comes with the project: it is whole, it holds, and it is what the documents show."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from reeplan.verify import verify_folder, verify_run
from solved import run_command

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "runs" / "example"
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("example") / "run"
    with zipfile.ZipFile(EXAMPLE / "run.zip") as packed:
        packed.extractall(place)
    return place


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file()) <= MOST_BYTES


def test_every_statement_about_it_holds(run: Path) -> None:
    verdict = verify_run(run)
    assert verdict.holds, verdict.failures[:3]
    assert f"{sum(verdict.checked.values()):,}" in (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_what_lies_beside_it_is_the_same(run: Path) -> None:
    for name in ("front.csv", "manifest.json", "verify.json"):
        assert (EXAMPLE / name).read_bytes() == (run / name).read_bytes(), name


def test_every_file_of_it_is_the_one_that_was_written(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.verify.run._check_plan", lambda *_: None)  # checked above
    assert verify_folder(run).failures == []


def test_it_is_checked_as_it_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.verify.run._check_plan", lambda *_: None)
    result = run_command("verify", EXAMPLE)
    assert result.exit_code == 0, result.output
    assert "The run in" in result.output


def test_every_point_is_proven_to_its_gap(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "done"
    assert all(point["gap_musd"] <= point["gap_target_musd"] * (1 + 1e-6) for point in manifest["points"])


def test_the_readme_shows_its_front() -> None:
    shown, drawn = (hashlib.sha256(path.read_bytes()).digest() for path in (
        ROOT / "docs" / "front.png", EXAMPLE / "figures" / "front.png"))  # fmt: skip
    assert shown == drawn
