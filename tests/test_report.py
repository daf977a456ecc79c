"""The report says what the run says, needs no network, and shows every name as text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from reeplan.cli import reeplan
from reeplan.report import write_report
from support import ONE_TOWN, write_case, years

HAND_CASES = Path(__file__).parent / "hand_cases"


def solved(case: Path, place: Path, *options: str) -> Path:
    result = CliRunner().invoke(reeplan, ["solve", str(case), "--out", str(place), *options])
    assert result.exit_code == 0, result.output
    return place


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return solved(HAND_CASES / "14_front", tmp_path_factory.mktemp("report") / "run", "--gap", "1e-9")


def test_every_plan_of_the_front_is_a_row(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig")
    for row in front.to_dict("records"):
        cells = f"<td>{row['point']}</td><td>{row['cost_musd']:,.1f}</td>"
        assert cells in page


def test_the_verdict_is_shown(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    statements = sum(json.loads((run / "verify.json").read_text(encoding="utf-8"))["checked"].values())
    assert f"All {statements:,} statements hold" in page


def test_a_verdict_that_does_not_hold_is_said_first_of_all(run: Path, tmp_path: Path) -> None:
    for name in ("front.csv", "manifest.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    broken = {"holds": False, "failures": [{"message": "one <b>row</b> fails"}], "checked": {"balance": 3}}
    (tmp_path / "verify.json").write_text(json.dumps(broken), encoding="utf-8")
    write_report(tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "1 of 3 recomputed statements do not hold" in page
    assert "one &lt;b&gt;row&lt;/b&gt; fails" in page
    assert "The figure could not be drawn" in page


def test_no_network_and_no_script_is_needed(run: Path) -> None:
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:)", page) == []


def test_a_title_stays_text(tmp_path: Path) -> None:
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2030).rstrip() + "\n        title          <script>alert(1)</script> & 日本\n",
        """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """,
    )
    page = (solved(case, tmp_path / "run") / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 日本" in page


def test_a_check_that_breaks_off_is_no_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(folder: Path) -> None:
        raise ZeroDivisionError("a row that nobody thought of")

    monkeypatch.setattr("reeplan.cli.solve.verify_run", breaks_off)
    place = tmp_path / "run"
    result = CliRunner().invoke(reeplan, ["solve", str(HAND_CASES / "14_front"), "--points", "1", "--out", str(place)])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "the check itself broke off" in (place / "report.html").read_text(encoding="utf-8")
