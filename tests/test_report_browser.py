"""The report in a real browser: picking plans, sorting, keys, phone, print, and no scripts at all.

Needs Chromium and the Python package playwright (the extra ``browser``); skipped where one is absent.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pandas as pd
import pytest

from reeplan.csv_files import write_table
from reeplan.present.figures.catalogue import draw_all
from reeplan.present.report import write_report
from reeplan.present.report.content import Report
from reeplan.present.report.study_parts import cooperation, robustness
from reeplan.present.run import Run
from reeplan.studies.registry import STUDIES
from report_support import CONTRAST, with_pictures
from test_figures_sureness import NAN, write_regret
from test_report_cooperation import run_with_every_table
from test_report_sureness import write_every_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install .[browser]")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt-get install chromium")


@pytest.fixture(scope="module")
def run(tutorial_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose other plans' pictures are packed, as those of a large case are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reeplan.present.report.pictures.WHOLE_BYTES", 0)
        return with_pictures(tutorial_run, tmp_path_factory.mktemp("browser") / "run")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


class Opened:
    """The report in a tab, with all that it asked of the network and all that it complained of."""

    def __init__(self, browser: Browser, run: Path, address: str = "", **options: object) -> None:
        self.context = browser.new_context(**{"viewport": DESK, **options})  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto((run / "report.html").as_uri() + address)

    def plan(self) -> str:
        """The one plan that is shown."""
        shown = [part.get_attribute("data-plan") for part in self.page.locator("article.plan:visible").all()]
        assert len(shown) == 1
        assert self.page.locator(".brief:visible").get_attribute("data-plan") == shown[0]
        assert self.page.locator(".dot.chosen").get_attribute("data-choose") == shown[0]
        assert self.page.locator(".card[aria-current]").get_attribute("data-choose") == shown[0]
        return str(shown[0])

    def first_column(self, table: str) -> list[str]:
        """The names of a shown table's rows, in their order."""
        return self.page.locator(f"table[data-table={table}]:visible tbody th").all_inner_texts()


@pytest.fixture
def opened(browser: Browser, run: Path) -> Iterator[Opened]:
    report = Opened(browser, run)
    yield report
    complaints, requests = report.complaints, report.requests
    report.context.close()
    assert complaints == []
    assert [address for address in requests if not address.startswith(("file:", "data:"))] == []
    assert sum(address.startswith("file:") for address in requests) == 1


@pytest.fixture(scope="module")
def points(run: Path) -> list[str]:
    return Run(run).points


# ---- the plan picker ------------------------------------------------------------------------------


def test_it_opens_with_the_plan_of_the_answer(opened: Opened, run: Path) -> None:
    assert opened.plan() == Report(run).shown_first


def test_a_point_a_card_a_row_and_the_slider_choose(opened: Opened, points: list[str]) -> None:
    page = opened.page
    for number, point in enumerate(points):
        page.locator(f".card[data-choose={points[number - 1]}]").click()
        assert opened.plan() == points[number - 1]
        page.locator(f".dot[data-choose={point}]").click()
        assert opened.plan() == point
    page.locator("table[data-table=front] a").first.click()
    assert opened.plan() == points[0]
    page.locator("#slider").fill(str(len(points) - 1))
    assert opened.plan() == points[-1]
    assert points[-1] in str(page.locator("#slider").get_attribute("aria-valuetext"))


def test_a_click_beside_the_points_takes_the_nearest(opened: Opened, points: list[str]) -> None:
    box = opened.page.locator(".plot").bounding_box()
    assert box is not None
    opened.page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 3)
    assert opened.plan() == points[-1]
    opened.page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)
    assert opened.plan() == points[0]


def test_figures_and_tables_follow_the_plan(opened: Opened, run: Path, points: list[str]) -> None:
    page, report = opened.page, Report(run)
    for point in points:
        page.locator(f".card[data-choose={point}]").click()
        picture = page.locator("article:visible [data-figure=timeline] img")
        picture.wait_for()
        assert picture.get_attribute("alt") == f"Title of timeline {point}"
        assert f">timeline {point}<" in unquote(str(picture.get_attribute("src")))
        assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") > 0
        cost = page.locator("article:visible table[data-table=costs] tbody tr").last.inner_text()
        assert f"{report.run.row(point)['cost_musd']:,.1f}" in cost


def test_the_plan_is_in_the_address(browser: Browser, run: Path, opened: Opened, points: list[str]) -> None:
    opened.page.locator(f".card[data-choose={points[0]}]").click()
    assert opened.page.url.endswith(f"#{points[0]}")
    opened.page.evaluate(f"location.hash = '{points[-1]}'")
    opened.page.wait_for_function(f"document.querySelector('.plan.chosen').dataset.plan === '{points[-1]}'")
    again = Opened(browser, run, f"#{points[0]}")
    assert again.plan() == points[0]
    again.context.close()
    strange = Opened(browser, run, "#<img src=x onerror=alert(1)>%")
    assert strange.plan() == Report(run).shown_first
    assert strange.complaints == []
    strange.context.close()


def test_a_variant_is_chosen_once_for_all_plans(opened: Opened, points: list[str]) -> None:
    page = opened.page
    page.locator(f".card[data-choose={points[0]}]").click()
    figure = page.locator("article:visible [data-figure=flows]")
    assert figure.locator(".variant:visible").count() == 1
    figure.get_by_label("Show").select_option("y2035")
    assert figure.locator(".variant:visible").get_attribute("data-variant") == "y2035"
    page.locator(f".card[data-choose={points[1]}]").click()
    assert page.locator("article:visible [data-figure=flows] .variant:visible").get_attribute("data-variant") == "y2035"
    assert page.locator("article:visible [data-figure=flows] select").input_value() == "y2035"


# ---- keys -----------------------------------------------------------------------------------------


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))


def test_all_can_be_done_with_keys(opened: Opened, points: list[str]) -> None:
    page = opened.page
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("#slider").focus()
    page.keyboard.press("Home")
    assert opened.plan() == points[0]
    page.keyboard.press("ArrowRight")
    assert opened.plan() == points[1]
    page.locator(".card").first.focus()
    page.keyboard.press("End")
    assert opened.plan() == points[-1]
    page.keyboard.press("ArrowLeft")
    assert opened.plan() == points[-2]
    page.locator(".card").first.focus()
    page.keyboard.press("Enter")
    assert opened.plan() == points[0]


def test_what_has_the_focus_is_seen(opened: Opened) -> None:
    for _ in range(30):
        opened.page.keyboard.press("Tab")
        outline = opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", focused(opened.page)


def test_wide_tables_and_pictures_can_be_scrolled_with_keys(opened: Opened) -> None:
    assert opened.page.evaluate(
        "[...document.querySelectorAll('.wide, .picture')].every((part) => part.tabIndex === 0)"
    )


# ---- tables and inputs ----------------------------------------------------------------------------


def test_tables_sort_by_number_and_by_name(opened: Opened, run: Path, points: list[str]) -> None:
    page = opened.page
    page.get_by_role("button", name="Served in disruption").click()
    heading = page.locator("table[data-table=front] th", has_text="Served in disruption")
    assert heading.get_attribute("aria-sort") == "ascending"
    front = Run(run).front
    assert opened.first_column("front") == list(front.sort_values("resilience")["point"])
    page.get_by_role("button", name="Served in disruption").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert opened.first_column("front") == list(front.sort_values("resilience", ascending=False)["point"])

    page.locator(f".card[data-choose={points[-1]}]").click()
    page.locator("article:visible table[data-table=builds]").get_by_role("button", name="Capital, MUSD").click()
    column = page.locator("article:visible table[data-table=builds] tbody td:last-child").all_inner_texts()
    capital = [float(text.replace(",", "")) for text in column]
    assert len(capital) > 1
    assert capital == sorted(capital)


def test_the_inputs_can_be_searched(opened: Opened, run: Path) -> None:
    page = opened.page
    wanted = str(Run(run).inputs("plants")["plant"].iloc[0])
    page.locator("#search").fill(wanted.replace("_", " "))
    page.wait_for_function("/row/.test(document.querySelector('.found').textContent)")
    rows = page.locator("details.inputs tbody tr:visible")
    assert rows.count() == int(page.locator(".found").inner_text().split()[0]) > 0
    assert all(wanted.replace("_", " ") in text.replace("_", " ") for text in rows.all_inner_texts())
    page.locator("#search").fill("")
    assert page.locator("details.inputs[open]").count() == 0


# ---- phone, print, no scripts, contrast -----------------------------------------------------------


def test_a_phone_needs_no_scrolling_sideways(browser: Browser, run: Path, points: list[str]) -> None:
    phone = Opened(browser, run, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for point in points:
        phone.page.evaluate(f"location.hash = '{point}'")
        phone.page.wait_for_function(f"document.querySelector('.plan.chosen').dataset.plan === '{point}'")
        assert phone.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    phone.page.locator(".stepper button").first.tap()
    assert phone.plan() == points[-2]
    small = phone.page.evaluate(
        "[...document.querySelectorAll('.stepper button, .card, #slider')].filter((part) => "
        "part.getBoundingClientRect().height < 38).map((part) => part.outerHTML)"
    )
    assert small == []
    phone.context.close()


def test_it_prints_with_all_sections_open(opened: Opened, run: Path) -> None:
    document = opened.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", document)) >= 4
    opened.page.emulate_media(media="print")
    assert opened.plan() == Report(run).shown_first
    assert opened.page.locator(".bar").is_hidden()
    closed = opened.page.locator("details.inputs:not([open]) tbody tr").first
    assert closed.is_visible()


def test_without_scripts_every_plan_is_there(browser: Browser, run: Path, points: list[str]) -> None:
    plain = Opened(browser, run, java_script_enabled=False)
    assert plain.page.locator("article.plan:visible").count() == len(points)
    assert plain.page.locator("table[data-table=builds]:visible").count() == len(points)
    assert plain.page.locator(".plot .dot:visible").count() == len(points)
    first = Report(run).shown_first
    assert plain.page.locator(f"article#{first} img:visible").count() == 3
    assert plain.page.locator("#slider").is_hidden()
    assert plain.page.locator(".stepper").is_hidden()
    plain.page.locator(f".card[data-choose={points[-1]}]").click()
    assert plain.page.url.endswith(f"#{points[-1]}")
    plain.context.close()


def test_text_stands_out_from_its_ground(opened: Opened) -> None:
    opened.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert opened.page.evaluate(CONTRAST) == []


def test_landmarks_and_names_for_screen_readers(opened: Opened) -> None:
    page = opened.page
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1
    assert page.get_by_role("navigation", name="Sections").count() == 1
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, select, input, [role=region]')].filter((part) =>"
        " !(part.textContent.trim() || part.getAttribute('aria-label') || part.labels?.length))"
        ".map((part) => part.outerHTML)"
    )
    assert nameless == []


# ---- the sections of studies: whether to join, and how sure all this is -----------------------------

PHONE_390 = {"width": 390, "height": 844}
NEWER = tuple(name for study in STUDIES.values() for name in study.figures)
LONG = "a range with a name that somebody wrote without thinking of the width of a page"


@pytest.fixture(scope="module")
def studied(tutorial_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with the tables of cooperate, alternatives, sensitivity and futures, and with its real figures of these."""
    place = run_with_every_table(tutorial_run, tmp_path_factory.mktemp("browser") / "studied")
    write_every_table(place)
    write_regret(place, {"nothing happens": {"p01": (1000, 1.0), "p02": (1050, 1.0)},
                         "cutoff@2028": {"p01": (1300, 0.4), "p02": (NAN, NAN)},
                         LONG: {"p01": (1200, 0.9), "p02": (1250, 0.9)}}, {LONG: "other future"})  # fmt: skip
    write_table(pd.DataFrame([{"input": LONG, "table": "demand", "key": "* / magnet", "column": "t_per_year",
                               "change": "times", "low": 0.8, "high": 1.3, "unit": "factor", "cells": 12,
                               "source": LONG}]), place / "ranges_varied.csv")  # fmt: skip
    write_table(pd.DataFrame([{"target": 0.0, "scenario": scenario, "probability": 0.5, "plan_musd": cost,
                               "plan_served_share": 0.5, "known_musd": 990.0, "known_served_share": 1.0,
                               "worth_of_knowing_musd": cost - 990} for scenario, cost in
                              (("nothing happens", 1000.0), ("cutoff@2028", 1010.5))]),
                place / "knowing_by_scenario.csv")  # fmt: skip
    write_table(pd.DataFrame([{"output": "cost", "unit": "MUSD", "as_stated": 1000.0, "least": 900.0, "tenth": 910.0,
                               "median": 1000.0, "nine_tenths": 1200.0, "most": 1300.0, "mean": 1010.0, "futures": 8,
                               "futures_without": 2, "divisible": False}]),
                place / "outputs_in_futures.csv")  # fmt: skip
    draw_all(place, only=["cost-parts", *NEWER])
    write_report(place)
    return place


@pytest.fixture(params=[DESK, PHONE_390], ids=["desk", "phone"])
def sections(request: pytest.FixtureRequest, browser: Browser, studied: Path) -> Iterator[Page]:
    """The page at both widths, everything that folds opened; it must have nothing to complain of."""
    phone = request.param is PHONE_390
    report = Opened(browser, studied, viewport=request.param, has_touch=phone, is_mobile=phone)
    report.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    yield report.page
    report.context.close()
    assert report.complaints == []


def test_studies_have_all_their_parts_and_tables(sections: Page, studied: Path) -> None:
    made = Run(studied)
    for section, parts in (("together", cooperation(made)), ("sure", robustness(made))):
        assert sections.locator(f"#{section} .part:visible").count() == len(parts)
        tables = [table for part in parts for table in [*part.open, *part.folded]]
        assert tables
        for table in tables:
            assert sections.locator(f"#{section} table[data-table={table.name}]:visible").count() == 1, table.name
    for name in NEWER:
        assert sections.locator(f"[data-figure={name}]:visible").count() == 1, name


def test_sections_of_studies_need_no_scrolling_sideways(sections: Page) -> None:
    """Tables and pictures that are wider scroll within their own frame; nothing else is wider."""
    width = sections.viewport_size
    assert width is not None
    assert sections.evaluate("document.documentElement.scrollWidth") == width["width"]
    outside = sections.evaluate(
        """(width) => [...document.querySelectorAll('#together *, #sure *')].filter((part) =>
          part.checkVisibility() && !part.closest('.wide > *, .picture > *, svg, caption')
          && part.getBoundingClientRect().right > width + 0.5).map((part) => part.outerHTML.slice(0, 120))""",
        width["width"],
    )
    assert outside == []


def test_words_in_tables_of_studies_are_not_stacked_one_a_line(sections: Page) -> None:
    """No cell is taller than six lines: a column that is too narrow breaks its text at every word."""
    tall = sections.evaluate(
        """() => [...document.querySelectorAll('.part tbody :is(td, th)')].filter((cell) => cell.checkVisibility()
          && cell.clientHeight > 6 * parseFloat(getComputedStyle(cell).lineHeight))
          .map((cell) => cell.textContent.trim())"""
    )
    assert tall == []


def test_figures_of_studies_are_named_and_fit(sections: Page) -> None:
    pictures = sections.locator("#together img:visible, #sure img:visible")
    assert pictures.count() == len(NEWER)
    for picture in pictures.all():
        alt = str(picture.get_attribute("alt"))
        assert len(alt.split()) > 3
        assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") > 0
        frame = picture.locator("xpath=..").bounding_box()
        size = sections.viewport_size
        assert frame is not None
        assert size is not None
        assert frame["x"] >= 0, alt
        assert frame["x"] + frame["width"] <= size["width"], alt
        if size == DESK:
            assert picture.evaluate("({ parentElement: box }) => box.scrollWidth <= box.clientWidth"), alt


def test_every_section_can_be_reached_and_no_link_is_cut(browser: Browser, studied: Path) -> None:
    report = Opened(browser, studied)
    page = report.page
    links = page.locator("nav[aria-label=Sections] a")
    assert links.all_inner_texts().count("Together or alone") == 1
    assert page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"
                         "(document.querySelector('.bar > nav'))")  # fmt: skip
    for link in links.all():
        name = str(link.get_attribute("href")).removeprefix("#")
        link.click()
        bar, heading = page.locator(".bar").bounding_box(), page.locator(f"#{name}-heading").bounding_box()
        assert bar is not None
        assert heading is not None
        assert page.evaluate("document.activeElement.id") == name
        assert bar["y"] + bar["height"] <= heading["y"] < DESK["height"], f"{name} is in sight and not under the bar"
    assert report.complaints == []
    report.context.close()


def test_tables_of_studies_sort_by_numbers(sections: Page) -> None:
    """Every column of every table, both ways: numbers in order, what is no number last."""
    wrong = sections.evaluate(
        """() => {
          const wrong = [];
          for (const table of document.querySelectorAll('.part table[data-table]')) {
            const headings = [...table.querySelectorAll('tr.sorts th')];
            if (!headings.length) wrong.push(`${table.dataset.table}: does not sort`);
            headings.forEach((heading, column) => {
              for (const way of ['ascending', 'descending']) {
                heading.querySelector('button').click();
                const cells = [...table.tBodies[0].rows].map((row) => row.cells[column].dataset.value);
                const numbers = cells.filter((value) => value !== undefined).map(Number);
                const sorted = [...numbers].sort((one, other) => (way === 'ascending' ? one - other : other - one));
                const last = cells.slice(0, numbers.length).every((value) => value !== undefined);
                if (heading.getAttribute('aria-sort') !== way || !last || String(numbers) !== String(sorted))
                  wrong.push(`${table.dataset.table}, ${heading.textContent}, ${way}: ${cells}`);
              }
            });
          }
          return wrong;
        }"""
    )
    assert wrong == []
    assert sections.locator("table[data-table=tornado] tbody tr").count() == 3


def test_dark_and_print_hide_no_text_of_studies(browser: Browser, studied: Path) -> None:
    """Dark: the page stays light, with enough contrast. Print: what folds is open, all words and pictures are there."""
    report = Opened(browser, studied, color_scheme="dark")
    page = report.page
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate(CONTRAST) == []
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = false")
    page.emulate_media(media="print")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.part :is(h3, h4, p, td, th, figcaption)')].filter((part) =>
          part.textContent.trim() && !part.closest('.variant:not(.shown), .variants')
          && !(part.checkVisibility({ contentVisibilityAuto: true }) && part.getBoundingClientRect().height > 0))
          .map((part) => part.textContent.trim())"""
    )
    assert hidden == []
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.part img')].filter((image) => image.checkVisibility()
          && image.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).length"""
    )
    assert wide == 0
    assert report.complaints == []
    report.context.close()
