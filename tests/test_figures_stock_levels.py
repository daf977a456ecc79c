"""Stock levels: lines read back from the figure, and which windows and stockpiles are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from figure_support import assert_readable, draw, words_of
from flows_by_hand import by_hand
from reeplan.present.figures.plan.stock_levels import FIGURE
from reeplan.present.figures.spec import View
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path


def test_a_window_starts_at_the_level_before_it(tmp_path: Path) -> None:
    table = FIGURE.table(View(Run(by_hand(tmp_path)), "p01"))
    levels = {(row.window, row.year): row.level_t for row in table.itertuples()}
    assert levels == {("base", 2029): 5, ("base", 2030): 5, ("cutoff@2030", 2029): 5, ("cutoff@2030", 2030): 0}
    cover = table.loc[(table["window"] == "base") & (table["year"] == 2030), "cover_days"]
    assert list(cover) == [22.8]


def test_levels_follow_from_what_was_filled_and_drawn(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    for point in run.points:
        table, stock = FIGURE.table(View(run, point)), run.plan(point, "stock")
        for (region, material, window), rows in table.groupby(["region", "material", "window"]):
            own = stock[(stock["region"] == region) & (stock["material"] == material) & (stock["window"] == window)]
            change = (own["filled_t"] - own["drawn_t"]).cumsum()
            assert list(rows["level_t"])[1:] == pytest.approx(list(rows["level_t"].iloc[0] + change), abs=1e-6)
            assert (rows["level_t"] <= rows["room_t"] + 1e-6).all()


def test_lines_are_the_table(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    view = View(run, run.points[-1])
    table, figure = FIGURE.table(view), draw(FIGURE, view)
    panels = [axes for axes in figure.axes if axes.get_ylabel() == "t"]
    assert len(panels) == table["panel"].max() > 0
    for number, axes in enumerate(panels, start=1):
        rows = table[table["panel"] == number]
        lines = {line.get_gid(): line for line in axes.lines if line.get_gid()}
        assert lines.keys() == {"room", *rows["window"]}
        for window, own in rows.groupby("window"):
            assert list(lines[window].get_xdata()) == list(own["year"])
            assert list(lines[window].get_ydata()) == pytest.approx(list(own["level_t"]))
        base = rows[rows["window"] == "base"]
        assert list(lines["room"].get_ydata()) == pytest.approx(list(base["room_t"]))


def test_the_title_says_what_a_disruption_takes(tmp_path: Path) -> None:
    view = View(Run(by_hand(tmp_path)), "p01")
    assert FIGURE.title(view, FIGURE.table(view)) == "B’s Nd stock gives 5 t when X sells nothing for a year (2030)"


def test_everything_can_be_read(tutorial_run: Path, tmp_path: Path) -> None:
    for run in (Run(tutorial_run), Run(by_hand(tmp_path))):
        figure = draw(FIGURE, View(run, run.points[-1]))
        assert_readable(figure)
        assert "t in stock at the end of each year" in words_of(figure)
        assert "days of use" in words_of(figure)


def test_without_stockpiles_there_is_no_such_figure(tmp_path: Path) -> None:
    assert FIGURE.table(View(Run(by_hand(tmp_path, nothing=True)), "p01")).empty
