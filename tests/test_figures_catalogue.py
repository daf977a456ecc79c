"""All figures of a run: what is written, what the index says of it, colours, and the run folder as figures read it."""

from __future__ import annotations

import itertools
import json
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from PIL import Image

from reeplan import words
from reeplan.inputs.names import quoted
from reeplan.present.charts import fonts, palette
from reeplan.present.charts.style import BODY, DPI, WIDTH, TextMeasurer, drawing_style
from reeplan.present.charts.svg import slim
from reeplan.present.figures import Drawing, catalogue, draw_figures
from reeplan.present.figures.index import read_index
from reeplan.present.figures.plan import build_timeline, cost_parts
from reeplan.present.report import write_report
from reeplan.present.run import Run
from report_support import Page
from solved import run_command

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.present.figures.spec import View


@pytest.fixture
def run(tutorial_run: Path, tmp_path: Path) -> Path:
    """A run of its own, to be drawn into."""
    return shutil.copytree(tutorial_run, tmp_path / "run", ignore=shutil.ignore_patterns("figures"))


def index_of(run: Path) -> Any:
    return json.loads((run / "figures" / "index.json").read_text(encoding="utf-8"))


def only(monkeypatch: pytest.MonkeyPatch, *figures: Any) -> None:
    monkeypatch.setattr(catalogue, "FIGURES", figures)


# ---- what is written ------------------------------------------------------------------------------


def test_the_index_lists_every_figure_with_its_files_and_words(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE, build_timeline.FIGURE)
    draw_figures(run)
    entries = index_of(run)["figures"]
    points = Run(run).points
    assert [(entry["name"], entry["point"]) for entry in entries] == [
        ("cost-parts", ""),
        *(("build-timeline", point) for point in points),
    ]
    for entry in entries:
        assert entry["title"]
        assert entry["alt"]
        for kind in ("png", "svg", "csv"):
            assert (run / "figures" / entry["files"][kind]).stat().st_size > 0
    assert entries[0]["files"]["svg"] == "cost-parts.svg"
    assert entries[1]["files"]["svg"] == f"{points[0]}/build-timeline.svg"


def test_the_table_beside_a_figure_is_what_is_drawn(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE)
    draw_figures(run)
    table = pd.read_csv(run / "figures/cost-parts.csv", encoding="utf-8-sig", keep_default_na=False)
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig")
    assert table.groupby("point")["musd"].sum().to_list() == pytest.approx(front["cost_musd"].to_list(), rel=1e-9)


def test_an_svg_says_in_words_what_it_shows(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE)
    draw_figures(run)
    [entry] = index_of(run)["figures"]
    root = ET.parse(run / "figures/cost-parts.svg").getroot()
    assert root.get("role") == "img"
    assert root.get("aria-label") == entry["title"]
    assert [child.text for child in root[:2]] == [entry["title"], entry["alt"]]


def test_a_png_is_as_wide_as_a_figure(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE)
    draw_figures(run)
    with Image.open(run / "figures/cost-parts.png") as picture:
        assert picture.width == round(WIDTH * DPI)
        assert picture.info["dpi"] == pytest.approx((DPI, DPI), rel=1e-3)


def test_a_figure_that_fails_leaves_the_others(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(view: View, table: pd.DataFrame) -> Any:
        raise ZeroDivisionError("nobody thought of this")

    only(monkeypatch, replace(cost_parts.FIGURE, name="broken", draw=fails), cost_parts.FIGURE)
    with pytest.raises(catalogue.DrawingError, match="broken: ZeroDivisionError: nobody thought of this"):
        draw_figures(run)
    index = index_of(run)
    assert [entry["name"] for entry in index["figures"]] == ["cost-parts"]
    assert [(entry["name"], entry["failed"]) for entry in index["left_out"]] == [("broken", True)]
    assert {path.name for path in (run / "figures").iterdir()} == {
        "index.json", "cost-parts.png", "cost-parts.svg", "cost-parts.csv"
    }, "nothing is left of the one that failed"  # fmt: skip


def test_the_report_says_which_figures_are_missing_and_why(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(view: View, table: pd.DataFrame) -> Any:
        raise KeyError("nobody thought of <this>")

    first = Run(run).points[0]
    only(monkeypatch, replace(build_timeline.FIGURE, draw=fails), cost_parts.FIGURE)
    with pytest.raises(catalogue.DrawingError, match=f"{len(Run(run).points)} figures could not be drawn"):
        draw_figures(run)
    write_report(run)
    page = Page(run)
    count = words.count(len(Run(run).points), "figure").capitalize()
    assert f"✗ {count} could not be drawn" in page.text_of("li", class_="bad")
    [said] = [text for text in page.text_of("article", id=first) if "could not be drawn" in text]
    assert f"{build_timeline.FIGURE.heading}: this figure could not be drawn" in said
    assert "nobody thought of <this>" in said
    assert any("Figures that could not be drawn" in text for text in page.text_of("section", id="checked"))


def test_a_run_says_in_the_terminal_and_the_index_what_could_not_be_drawn(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(view: View) -> Any:
        raise ValueError("a strange number")

    only(monkeypatch, replace(cost_parts.FIGURE, table=fails))
    result = run_command("solve", small_case, "--target", 0, "--workers", 1, "--out", tmp_path / "run")
    assert result.exit_code == 0, "the tables are whole, and the check holds"
    assert "1 figure could not be drawn: cost-parts: ValueError: a strange number" in " ".join(result.output.split())
    [entry] = [entry for entry in read_index(tmp_path / "run")["left_out"] if entry["failed"]]
    assert (entry["name"], entry["why"]) == ("cost-parts", "ValueError: a strange number")
    assert "could not be drawn" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert run_command("verify", tmp_path / "run").exit_code == 0


def test_a_drawing_that_breaks_off_whole_is_said_in_the_report(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(run: Path, **_: object) -> Drawing:
        raise MemoryError("no room")

    monkeypatch.setattr("reeplan.api.solving.draw_figures", breaks)
    result = run_command("solve", small_case, "--target", 0, "--workers", 1, "--out", tmp_path / "run")
    assert result.exit_code == 0
    page = Page(tmp_path / "run")
    assert "✗ One figure could not be drawn" not in page.text_of("li", class_="bad")
    assert "✗ No figure could be drawn" in page.text_of("li", class_="bad")
    assert any("MemoryError: no room" in text for text in page.text_of("section", id="checked"))


def test_a_figure_without_anything_to_show_is_left_out(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, replace(cost_parts.FIGURE, name="empty", table=lambda view: pd.DataFrame()))
    draw_figures(run)
    [entry] = index_of(run)["left_out"]
    assert (entry["name"], entry["failed"]) == ("empty", False)
    assert sorted(path.name for path in (run / "figures").iterdir()) == ["index.json"]


def test_one_figure_drawn_again_leaves_the_others(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE, replace(cost_parts.FIGURE, name="second"))
    draw_figures(run)
    first = (run / "figures/cost-parts.png").stat().st_mtime_ns
    draw_figures(run, ["second"])
    assert [entry["name"] for entry in index_of(run)["figures"]] == ["cost-parts", "second"]
    assert (run / "figures/cost-parts.png").stat().st_mtime_ns == first


def test_a_figure_that_is_no_longer_drawn_goes(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, cost_parts.FIGURE)
    draw_figures(run)
    only(monkeypatch)
    draw_figures(run)
    assert sorted(path.name for path in (run / "figures").iterdir()) == ["index.json"]


def test_every_figure_has_a_name_of_its_own() -> None:
    names = [spec.name for spec in catalogue.FIGURES]
    assert len(set(names)) == len(names)
    assert all(spec.heading and spec.per in ("run", "plan") for spec in catalogue.FIGURES)


@pytest.mark.slow
def test_two_processes_draw_the_same_as_one(run: Path) -> None:
    catalogue.draw_all(run, ["cost-parts", "build-timeline"], processes=1)
    one = {path: path.read_bytes() for path in (run / "figures").rglob("*") if path.is_file()}
    catalogue.draw_all(run, ["cost-parts", "build-timeline"], processes=2)
    assert {path: path.read_bytes() for path in (run / "figures").rglob("*") if path.is_file()} == one


# ---- SVG ------------------------------------------------------------------------------------------


# ---- names ----------------------------------------------------------------------------------------

LONG = [
    f"{begins} of a very long name that no place has room for, {ends}" for begins in "AB" for ends in ("one", "two")
]
ALIKE = [f"a plant of a very long name, number {number}, of which every letter but one is the same" for number in "123"]


@pytest.mark.parametrize("names", [LONG, ALIKE, ["x" * 50, "x" * 51, "x" * 52 + "y"]])
def test_names_cut_short_are_never_alike(names: list[str]) -> None:
    with drawing_style():
        ruler = TextMeasurer()
        shown = [ruler.cut(name, 1.5, BODY) for name in names]
        assert shown == [ruler.cut(name, 1.5, BODY) for name in names], "the same each time"
        assert all(ruler.width(name, BODY) <= 1.5 for name in shown)
    for one in (shown, words.clipped_apart(names), words.clipped_apart(names, 12)):
        assert len(set(one)) == len(names)
        assert all("…" in name for name in one)


def test_a_name_is_cut_in_its_middle() -> None:
    assert words.clipped("Er (erbium group: Eu, Ho, Er, Tm, Yb, Lu)", 24) == "Er (erbium gro…, Yb, Lu)"
    assert words.clipped("Er", 24) == "Er"
    assert quoted("Er (erbium group: Eu, Ho, Er, Tm, Yb, Lu)", 24) == "'Er (erbium gro…, Yb, Lu)'"
    with drawing_style():
        ruler = TextMeasurer()
        assert ruler.wrap("one two three four five six", 0.8, BODY, most=2)[-1].endswith(" …"), (
            "running text at its end"
        )


def test_a_font_that_has_a_letter_is_found_among_all_that_are_installed() -> None:
    """A letter that no preferred font has and another does: one of the mathematical fonts beside matplotlib."""
    preferred = fonts.families()
    other = font_manager.get_font(font_manager.findfont("STIXNonUnicode"))
    letter = next(sign for sign in map(chr, sorted(other.get_charmap())) if fonts.unwritten(sign, preferred))
    found = fonts.families([letter, "a"])
    assert found[: len(preferred)] == preferred
    assert len(found) == len(preferred) + 1
    assert not fonts.unwritten(letter, found)
    assert not any(name.startswith("Last Resort") for name in found), "which has a box for every letter"


def test_letters_that_no_font_has_are_said_once_with_what_to_install(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, cost_parts.FIGURE)
    assert draw_figures(run) == Drawing()
    regions = run / "inputs" / "regions.csv"
    regions.write_text(
        regions.read_text(encoding="utf-8-sig").replace("India", "\U00012000 \u9435\u9435"), encoding="utf-8"
    )
    monkeypatch.setattr(fonts, "PREFERRED", ("DejaVu Sans",))
    ours = [entry for entry in font_manager.fontManager.ttflist if entry.name == "DejaVu Sans"]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", ours)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    said = draw_figures(run).remark
    assert said.startswith("names in Han and Cuneiform letters are boxes in the PNG figures")
    assert "install Noto Sans CJK and Noto Sans Cuneiform, then draw again with reeplan report" in said


def test_an_svg_becomes_smaller_and_stays_the_same_picture() -> None:
    text = (
        '<?xml version="1.0"?><svg xmlns:xlink="x" width="10pt"><!-- <b> --><metadata>m</metadata>'
        '<g id="axes_1"><path id="glyph" d="M 1.23456 2 \nL 3.999 4.0001 z"/>\n <use xlink:href="#glyph" '
        'transform="translate(12.345678 0)"/></g></svg>'
    )
    assert slim(text, "A & B", "more <than>") == (
        '<?xml version="1.0"?><svg xmlns:xlink="x" width="10pt" role="img" aria-label="A &amp; B">'
        "<title>A &amp; B</title><desc>more &lt;than&gt;</desc>"
        '<g><path id="glyph" d="M1.23 2L4 4z"/><use xlink:href="#glyph" x="12"/></g></svg>'
    )


# ---- colours --------------------------------------------------------------------------------------

# Machado, Oliveira, Fernandes (2009), severity 1: how linear RGB is seen without one kind of cone.
BLIND = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def lab(colour: str, blindness: str) -> np.ndarray[Any, Any]:
    """CIE L*a*b* of a colour as it is seen."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(BLIND[blindness] @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.array([v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz / [0.9505, 1, 1.089]])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("blindness", BLIND)
@pytest.mark.parametrize("colours", [palette.ORDER, palette.PARTNERS, tuple(palette.STAGE_COLOURS.values())])
def test_colours_are_told_apart_by_the_colour_blind(colours: tuple[str, ...], blindness: str) -> None:
    """Far above the difference of about 2 that is just seen; pink and green would be at 6."""
    apart = {
        (one, other): float(np.linalg.norm(lab(one, blindness) - lab(other, blindness)))
        for one, other in itertools.combinations(colours, 2)
    }
    assert min(apart.values()) > 12, min(apart, key=lambda pair: apart[pair])


def test_the_pink_of_the_palette_is_missing_for_a_reason() -> None:
    assert np.linalg.norm(lab("#CC79A7", "deutan") - lab("#8C8C8C", "deutan")) < 12


def test_partners_and_their_sellers_keep_their_colours() -> None:
    colours = palette.for_countries(["A", "B"], [f"seller {n}" for n in range(20)])
    assert (colours["A"], colours["B"]) == palette.PARTNERS[:2]
    assert len(set(colours.values())) == len(colours)
    assert colours == palette.for_countries(["A", "B"], [f"seller {n}" for n in range(30)])


# ---- the run folder -------------------------------------------------------------------------------


def test_a_run_is_read_with_its_types(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    assert run.years == [2026, 2027, 2028, 2029, 2030, 2031]
    assert run.partners == ["India", "Japan"]
    assert run.countries[:2] == run.partners
    assert list(run.front["cost_musd"]) == sorted(run.front["cost_musd"])
    builds = run.plan(run.points[-1], "builds")
    assert builds["capex_musd"].sum() == pytest.approx(run.row(run.points[-1])["capital_musd"])
    assert set(builds["asset"]) <= set(run.assets.index)
    assert run.assets.loc["sand_mine", ["stage", "country"]].to_list() == ["mine", "India"]
    assert (run.inputs("markets").columns[:3] == ["region", "material", "year"]).all(), "absent, and empty with columns"


def test_windows_are_said_in_words(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    assert run.windows
    for window in run.windows:
        said = run.window_in_words(window)
        assert str(run.window_years[window][0]) in said
        assert "@" not in said
    assert run.window_in_words("base") == "as expected, no disruption"


def test_a_table_that_must_be_there_is_missed(tutorial_run: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Run(tutorial_run).plan("p99", "builds")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0 %"), (0.3, "<1 %"), (0.6, "1 %"), (99.97, "99.9 %"), (100.0, "100 %")]
)
def test_only_nothing_is_no_percent_and_only_all_is_a_hundred(value: float, text: str) -> None:
    assert words.percent(value).replace(words.NBSP, " ") == text
