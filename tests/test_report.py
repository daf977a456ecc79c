"""The report says what the run says, needs no network, and shows every name as text."""

from __future__ import annotations

import base64
import json
import re
import shutil
import zlib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pandas as pd
import pytest

from reeplan.present.report import metric_tables, plan_tables, sections, write_report
from reeplan.present.report.content import Report
from reeplan.present.report.sources import input_tables, tally
from reeplan.present.report.trust import rules_in_words
from report_support import Page, with_pictures
from solved import run_without_figures
from support import ONE_TOWN, write_case, years

if TYPE_CHECKING:
    from reeplan.present.report.grid import Grid

HAND_CASES = Path(__file__).parent / "hand_cases"


@pytest.fixture(scope="module")
def run(tutorial_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_pictures(tutorial_run, tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def page(run: Path) -> Page:
    return Page(run)


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "run"))


def front_of(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "front.csv", encoding="utf-8-sig")


def table_of(run: Path, point: str, name: str) -> pd.DataFrame:
    return pd.read_csv(run / "plans" / point / f"{name}.csv", encoding="utf-8-sig", keep_default_na=False)


def column(grid: Grid, heading: str) -> list[float]:
    place = [column.heading for column in grid.columns].index(heading)
    return [row[place].value or 0.0 for row in grid.rows]


# ---- what it says ---------------------------------------------------------------------------------


def test_the_answer_is_that_of_the_front(run: Path, page: Page) -> None:
    front = front_of(run)
    cheapest, best = front.iloc[0], front.iloc[-1]
    answer = page.text_of("p", class_="answer")[0].replace("\u00a0", " ")
    assert f"costs {cheapest.cost_musd:,.0f} MUSD" in answer
    assert f"serves {best.resilience:.0%} for".replace("%", " %") in answer
    assert f"for {best.cost_musd - cheapest.cost_musd:,.0f} MUSD more" in answer
    assert 1 <= answer.count(". ") + 1 <= 4
    bill = sections._bill(Report(run))
    assert bill is not None
    net = column(bill, "Net of all")
    assert net == pytest.approx(list(front["cost_musd"].iloc[1:] - cheapest.cost_musd))
    assert re.search(r"These [\d.]+ MUSD are net: .* more capital, ", answer)


def test_every_plan_of_the_front_is_a_row_a_card_a_point_and_an_article(run: Path, page: Page) -> None:
    points = list(front_of(run)["point"])
    for point in points:
        assert page.attributes("data-choose").count(point) >= 3
    assert [attributes["id"] for tag, attributes in page.elements if tag == "article"] == points


def test_what_is_built_is_shown_to_the_last_million(run: Path) -> None:
    report = Report(run)
    for point in report.run.points:
        builds = table_of(run, point, "builds")
        assert len(plan_tables.builds(report, point).rows) == len(builds)
        assert sum(column(plan_tables.builds(report, point), "Capital, MUSD")) == pytest.approx(builds.capex_musd.sum())
        assert sum(column(plan_tables.who_pays(report, point), "Capital, MUSD")) == pytest.approx(
            builds.capex_musd.sum(), abs=1e-6
        )


def test_the_parts_of_the_cost_sum_to_it(run: Path) -> None:
    report = Report(run)
    for row in front_of(run).to_dict("records"):
        *parts, total = column(plan_tables.costs(report, row["point"]), "MUSD")
        assert total == pytest.approx(row["cost_musd"])
        assert sum(parts) == pytest.approx(total, abs=1e-6)


def test_the_worst_disruption_of_the_tables_is_the_resilience_of_the_front(run: Path) -> None:
    report = Report(run)
    for row in front_of(run).to_dict("records"):
        shares = column(plan_tables.served(report, row["point"]), "Served, by value")
        assert len(shares) == len(report.run.windows)
        least = min(
            min(cell.value for cell in cells[1::2] if cell.value is not None)
            for cells in plan_tables.served(report, row["point"]).rows
        )
        assert least == pytest.approx(row["resilience"], abs=1e-9)


def test_the_least_share_of_a_material_is_that_of_its_worst_disruption(run: Path) -> None:
    report = Report(run)
    point, partner = report.shown_first, report.run.partners[0]
    metrics = table_of(run, point, "metrics").query("metric == 'served share by tonnes' and partner == @partner")
    grid = metric_tables.materials(report, point, partner)
    assert len(grid.rows) == metrics.material.nunique()
    for row in grid.rows:
        name = row[0].text.split(" (")[0]
        assert row[1].value == pytest.approx(float(metrics[metrics.material == name]["value"].astype(float).min()))


def test_every_row_of_the_inputs_is_there_with_its_source(run: Path) -> None:
    shown = input_tables(Report(run).run)
    assert len(shown) == len(list((run / "inputs").glob("*.csv")))
    for table in shown:
        rows = pd.read_csv(run / "inputs" / f"{table.name}.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
        assert [row.source for row in table.rows] == list(rows["source"])
        for row, cells in zip(table.rows, rows.to_dict("records"), strict=True):
            assert {value for _, value in row.values} <= set(cells.values())
        assert table.left == 0


def test_a_long_table_of_inputs_says_how_much_is_left_out(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.present.report.sources.MOST_ROWS", 2)
    table = next(table for table in input_tables(Report(copy).run) if table.name == "demand")
    rows = len(pd.read_csv(copy / "inputs" / "demand.csv", encoding="utf-8-sig"))
    assert (len(table.rows), table.left) == (2, rows - 2)


def test_assumptions_are_counted_from_their_sources(copy: Path) -> None:
    file = copy / "inputs" / "partners.csv"
    rows = pd.read_csv(file, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    rows["source"] = ["assumption: a guess", "Yearbook / Ministry / 2025", *[""] * (len(rows) - 2)]
    rows.to_csv(file, index=False, encoding="utf-8-sig")
    counted = next(row for row in tally(Report(copy).run) if row.table == "partners")
    assert (counted.judged, counted.sourced, counted.unsourced) == (1, 1, len(rows) - 2)


# ---- what was checked -----------------------------------------------------------------------------


def verdict_in(run: Path, **verdict: object) -> str:
    (run / "verify.json").write_text(json.dumps(verdict), encoding="utf-8")
    write_report(run)
    return (run / "report.html").read_text(encoding="utf-8")


def test_the_verdict_is_shown_first_of_all(copy: Path) -> None:
    text = verdict_in(copy, holds=True, failures=[], notes=[], checked={"balance": 1200, "capacity": 34})
    assert text.index("all 1,234 statements hold") < text.index("<main")
    assert "All 1,234 statements hold" in text


def test_a_verdict_that_does_not_hold_is_said_first_of_all(copy: Path) -> None:
    text = verdict_in(
        copy, holds=False, failures=[{"message": "one <b>row</b> fails"}], notes=[], checked={"balance": 3}
    )
    assert text.index("Does not hold: 1 of 3 statements") < text.index("<main")
    assert "1 of 3 recomputed statements do not hold" in text
    assert "one &lt;b&gt;row&lt;/b&gt; fails" in text


def test_a_run_that_was_not_checked_says_so(copy: Path) -> None:
    (copy / "verify.json").unlink()
    write_report(copy)
    text = (copy / "report.html").read_text(encoding="utf-8")
    assert text.index("Not checked") < text.index("<main")
    assert "was never checked" in text


def test_a_table_that_changed_since_the_run_was_written_is_named(copy: Path) -> None:
    file = copy / "plans" / "p01" / "builds.csv"
    file.write_bytes(file.read_bytes() + b" ")
    write_report(copy)
    text = (copy / "report.html").read_text(encoding="utf-8")
    assert text.index("One table changed since the run was written") < text.index("<main")
    assert "plans/p01/builds.csv" in text


def test_every_rule_that_was_checked_is_told_in_words(run: Path, page: Page) -> None:
    checked = json.loads((run / "verify.json").read_text(encoding="utf-8"))["checked"]
    rules = page.text_of("table", data_table="rules")[0]
    assert sum(checked.values()) > 0
    assert set(checked) <= set(rules_in_words())
    assert "_" not in rules
    assert f"{max(checked.values()):,}" in rules


def test_a_check_that_breaks_off_is_no_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(folder: Path) -> None:
        raise ZeroDivisionError("a row that nobody thought of")

    monkeypatch.setattr("reeplan.api.solving.verify_run", breaks_off)
    place = tmp_path / "run"
    result = run_without_figures("solve", HAND_CASES / "14_front", "--points", 1, "--out", place)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "verification failed to run" in (place / "report.html").read_text(encoding="utf-8")


# ---- what it is made of ---------------------------------------------------------------------------


def test_no_network_is_needed_and_none_is_allowed(page: Page) -> None:
    policy = next(attributes for tag, attributes in page.elements if attributes.get("http-equiv"))["content"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    for address in [*page.attributes("src"), *page.attributes("href")]:
        assert re.match(r"#[\w-]+$|data:image/svg\+xml,", address)
    assert not [tag for tag, _ in page.elements if tag in ("link", "iframe", "object", "embed", "base", "form")]
    style = page.text_of("style")[0]
    assert "@import" not in style
    assert "url(" not in style


def test_pictures_are_in_the_page_as_they_are_in_the_run(run: Path, page: Page) -> None:
    held = {unquote(address.removeprefix("data:image/svg+xml,")) for address in page.attributes("src")}
    assert held == {file.read_text(encoding="utf-8") for file in (run / "figures").rglob("*.svg")}
    assert all(attributes.get("alt") for tag, attributes in page.elements if tag == "img")


def test_what_makes_the_page_too_large_is_packed(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.present.report.pictures.WHOLE_BYTES", 0)
    write_report(copy)
    packed = Page(copy)
    held = {zlib.decompress(base64.b64decode(text)).decode() for text in packed.attributes("data-packed")}
    whole = {unquote(address.removeprefix("data:image/svg+xml,")) for address in packed.attributes("src")}
    first = Report(copy).shown_first
    folder = copy / "figures"
    assert whole == {
        file.read_text(encoding="utf-8") for file in [*folder.glob("*.svg"), *(folder / first).glob("*.svg")]
    }
    assert held | whole == {file.read_text(encoding="utf-8") for file in folder.rglob("*.svg")}
    assert not held & whole


def test_names_of_headings_and_parts_are_in_order(page: Page) -> None:
    identities = page.attributes("id")
    assert len(identities) == len(set(identities))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for target in [address[1:] for address in page.attributes("href") if address.startswith("#")]:
        assert target in identities


def test_titles_and_names_stay_text(tmp_path: Path) -> None:
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2030).rstrip() + "\n        title          <script>alert(1)</script> & 日本\n",
        """
        suppliers
        supplier            material  year  region  price_usd_per_t  max_t_per_year  source
        "><img/onerror=x>  Nd        2030  town    1000             100             </script><b>हिन्दी

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """,
    )
    result = run_without_figures("solve", case, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    page = Page(tmp_path / "run")
    assert page.text_of("h1") == ["<script>alert(1)</script> & 日本"]
    assert sum(1 for tag, _ in page.elements if tag == "script") == 2
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert "</script><b>हिन्दी" in page.text_of("td")
    assert any('"><img/onerror=x>' in text for text in page.text_of("th"))


def test_the_package_names_no_country_and_no_element() -> None:
    import reeplan.present.report

    for file in Path(reeplan.present.report.__file__).parent.rglob("*.*"):
        if file.suffix in (".py", ".j2", ".js", ".css"):
            assert not re.search(r"\b(India|Japan|China|Nd|Dy)\b", file.read_text(encoding="utf-8")), file
