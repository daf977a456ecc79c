"""Dependence on one country: bars, rings, diamonds and limits are the plan's metrics, and all can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from figure_plan import FRONT, INPUTS, PLAN
from figure_support import assert_readable, draw, hand_run, words_of
from reeplan.present.figures.spec import View
from reeplan.present.figures.supply.dependence import FIGURE
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

METRICS = """
    metrics
    metric                          partner  window  year  material  subject    value  unit
    largest foreign source          A        base    2030  Nd        X          0.9    fraction
    concentration of sources (HHI)  A        base    2030  Nd        -          0.82   0 to 1
    largest foreign source          A        base    2031  Nd        X          0.8    fraction
    concentration of sources (HHI)  A        base    2031  Nd        -          0.7    0 to 1
    largest foreign source          A        base    2032  Nd        B          0.4    fraction
    concentration of sources (HHI)  A        base    2032  Nd        -          0.5    0 to 1
    largest foreign source          A        base    2032  Dy        -          0      fraction
    concentration of sources (HHI)  A        base    2032  Dy        -          1      0 to 1
    largest foreign source          B        base    2032  Nd        X          0.7    fraction
    concentration of sources (HHI)  B        base    2032  Nd        -          0.58   0 to 1
"""
LOSSES = """\
    loss without                    -        base    2032  -         country X  0.25   fraction
    loss without                    -        base    2032  -         plant works  0.05  fraction
    loss without                    -        base    2032  -         country Y  0      fraction
"""
LIMITS = """

    dependence
    partner  from_country  material  year  max_share
    A        B             all       2030  0.9
    A        B             Nd        2030  0.7
    A        B             Nd        2034  0.5
    B        X             all       2030  0.75
"""


def view_of(folder: Path, metrics: str = METRICS + LOSSES, more: str = "") -> View:
    plan = PLAN[: PLAN.index("    metrics")] + metrics
    return View(Run(hand_run(folder, INPUTS + more, FRONT, {"p01": plan})), "p01")


def bars(axes: Axes) -> list[float]:
    return [patch.get_width() for patch in axes.patches if isinstance(patch, Rectangle)]


def marks(axes: Axes, name: str) -> list[tuple[float, float]]:
    """Where marks of a kind are: along the axis, and the row."""
    found = [line for line in axes.get_lines() if isinstance(line, Line2D) and line.get_gid() == name]
    return [(float(np.asarray(line.get_xdata())[0]), float(np.mean(np.asarray(line.get_ydata())))) for line in found]


def test_the_table_has_the_first_and_the_last_year_and_every_loss(tmp_path: Path) -> None:
    table = FIGURE.table(view_of(tmp_path, more=LIMITS))
    columns = ["partner", "material", "year", "largest_source", "largest_share_percent", "concentration_0_to_1"]
    sources = table[table["part"] == "sources"]
    assert sources[columns].values.tolist() == [
        ["A", "Nd", 2030, "X", 90, 0.82],
        ["A", "Nd", 2032, "B", 40, 0.5],
        ["A", "Dy", 2032, "", 0, 1],
        ["B", "Nd", 2032, "X", 70, 0.58],
    ]
    limits = sources.set_index(["partner", "material", "year"])["most_allowed_percent"].dropna().to_dict()
    assert limits == {("A", "Nd", 2032): pytest.approx(60), ("B", "Nd", 2032): 75}, "an exact row wins, years between"
    losses = table[table["part"] == "loss"]
    assert losses[["falls_away", "country", "lost_percent"]].values.tolist() == [
        ["country X", "X", 25],
        ["plant works", "A", 5],
        ["country Y", "Y", 0],
    ]


def test_bars_rings_diamonds_and_limits_are_the_table(tmp_path: Path) -> None:
    figure = draw(FIGURE, view_of(tmp_path, more=LIMITS))
    a, b, lost = (axes for axes in figure.axes if axes.get_xlabel())
    assert bars(a) == [40, 0]
    assert bars(b) == [70]
    assert marks(a, "concentration") == [(50, 0), (100, 1)]
    assert marks(b, "concentration") == [(pytest.approx(58), 0)]
    assert marks(a, "ring") == [(90, 0)]
    assert marks(a, "limit") == [(pytest.approx(60), 0)]
    assert marks(b, "limit") == [(75, 0)]
    assert bars(lost) == [25, 5]
    assert "% of use" in a.get_xlabel()
    assert lost.get_xlabel() == "demand that could not be served, % of its value"


def test_words(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    table = FIGURE.table(view)
    title = FIGURE.title(view, table).replace("\u00a0", " ")
    assert title == "Without X, 25 % of demand would go unserved in 2032; without plant works, 5 %"
    assert "In 2032 A takes 0 of 2 materials and B takes 1 of 1 material" in FIGURE.alt(view, table)
    said = words_of(draw(FIGURE, view))
    assert "not used" in said, "dysprosium by B"
    assert "none from abroad" in said
    assert "Without any other one nothing is lost: Y." in said
    assert "Black line" not in said, "there are no limits"


def test_a_plan_that_misses_nobody_says_so(tmp_path: Path) -> None:
    view = view_of(tmp_path, METRICS + LOSSES.replace("0.25", "0   ").replace("0.05", "0   "))
    assert FIGURE.title(view, FIGURE.table(view)) == (
        "Whichever one country or plant falls away in 2032, all demand can still be served"
    )
    assert_readable(draw(FIGURE, view))


def test_without_losses_the_title_is_of_sources(tmp_path: Path) -> None:
    view = view_of(tmp_path, METRICS)
    assert FIGURE.title(view, FIGURE.table(view)).startswith("In 2032 A takes 0 of 2 materials")
    assert_readable(draw(FIGURE, view))


def test_all_can_be_read(tmp_path: Path, tutorial_run: Path) -> None:
    views = (view_of(tmp_path / "plain"), view_of(tmp_path / "limits", more=LIMITS), *FIGURE.views(Run(tutorial_run)))
    for view in views:
        assert_readable(draw(FIGURE, view))


def test_a_plan_without_metrics_has_no_such_figure(tmp_path: Path) -> None:
    metrics = "    metrics\n    metric  partner  window  year  material  subject  value  unit\n"
    assert FIGURE.table(view_of(tmp_path, metrics)).empty
