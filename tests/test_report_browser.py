"""The report in a real browser: picking plans, sorting, keys, phone, print, and no scripts at all.

Needs Chromium and the Python package playwright (the extra ``browser``); skipped where one is absent.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from reeplan.figures.run import Run
from reeplan.report.content import Report
from report_support import CONTRAST, with_pictures

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
        patch.setattr("reeplan.report.pictures.WHOLE_BYTES", 0)
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
