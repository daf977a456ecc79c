"""The shortage heat map: shares recomputed from demand, cells read back, and what it says where nothing is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from figure_support import assert_readable, draw, words_of
from flows_by_hand import by_hand
from reeplan.present.figures.plan.shortage import FIGURE, colour_of
from reeplan.present.figures.spec import View
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path


def test_cells_are_what_is_unmet_of_demand(tmp_path: Path) -> None:
    table = FIGURE.table(View(Run(by_hand(tmp_path)), "p01"))
    found = {(row.window, row.material): row.unmet_percent for row in table.itertuples()}
    assert found == pytest.approx({
        ("base", "Nd"): 0,
        ("base", "magnet"): 100 * 20 / 120,
        ("cutoff@2030", "Nd"): 100 * 30 / 40,
        ("cutoff@2030", "magnet"): 100 * 70 / 120,
    })


def test_only_what_goes_short_is_listed(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    for point in run.points:
        table, shortage = FIGURE.table(View(run, point)), run.plan(point, "shortage")
        short = shortage[shortage["unmet_t"] > 1e-6]
        assert set(table["window"]) == set(short["window"])
        assert set(table["material"]) == set(short["material"])
        assert table["unmet_t"].sum() == pytest.approx(short["unmet_t"].sum())


def test_every_cell_has_the_colour_and_the_number_of_its_share(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    view = View(run, run.points[0])
    table, figure = FIGURE.table(view), draw(FIGURE, view)
    cells = {box.get_gid(): box for box in figure.findobj(Rectangle) if "|" in str(box.get_gid())}
    written = [(text.get_position(), text.get_text()) for axes in figure.axes for text in axes.texts]
    assert len(cells) == len(table)
    for row in table.itertuples():
        box = cells[f"{row.window}|{row.year}|{row.material}"]
        assert to_hex(box.get_facecolor()).upper() == colour_of(row.unmet_percent)
        inside = [text for (x, y), text in written
                  if 0 < x - box.get_x() < box.get_width() and 0 < y - box.get_y() < box.get_height()]
        assert len(inside) == 1
        if inside[0] not in ("·", "<1"):
            assert float(inside[0]) == pytest.approx(row.unmet_percent, abs=0.5)
        else:
            assert row.unmet_percent < 1


def test_colours_grow_darker() -> None:
    def light(percent: float) -> float:
        colour = colour_of(percent)
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    steps = [light(percent) for percent in range(1, 101)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] - steps[-1] > 100


def test_the_title_names_what_is_shortest(tmp_path: Path) -> None:
    view = View(Run(by_hand(tmp_path)), "p01")
    title = FIGURE.title(view, FIGURE.table(view)).replace("\u00a0", " ")
    assert title == "An element falls 75 % short in 2030: X sells nothing for a year"


def test_everything_can_be_read(tutorial_run: Path, tmp_path: Path) -> None:
    run = Run(tutorial_run)
    for view in (View(run, run.points[0]), View(run, run.points[-1]), View(Run(by_hand(tmp_path)), "p01")):
        figure = draw(FIGURE, view)
        assert_readable(figure)
        assert "percent of demand not met" in words_of(figure)


def test_a_plan_that_serves_all_says_so(tmp_path: Path) -> None:
    nothing = "0        0"
    run = Run(by_hand(tmp_path, **{"20       4": nothing, "30       4.5": nothing, "70       14": nothing}))
    view = View(run, "p01")
    table, figure = FIGURE.table(view), draw(FIGURE, view)
    assert FIGURE.title(view, table).startswith("Nothing goes short")
    assert "X sells nothing for a year (2030)" in words_of(figure)
    assert_readable(figure)


def test_without_demand_there_is_no_such_figure(tmp_path: Path) -> None:
    assert FIGURE.table(View(Run(by_hand(tmp_path, nothing=True)), "p01")).empty
