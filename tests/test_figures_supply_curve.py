"""The supply curve: each step's cost can be worked out by hand, and what is drawn is the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from figure_plan import view_of
from figure_support import assert_readable, draw, words_of
from reeplan.present.figures.supply.supply_curve import BEYOND, FIGURE
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

RUNNING_COST = 50 * 4000
VALUE = 40 * 60000 + 10 * 250000
"""USD of the year's 50 t: what running costs, and what the elements are worth."""


def lines(figure: Figure, name: str) -> list[tuple[list[float], list[float]]]:
    """The points of all lines of a kind, in the order of panels."""
    found = [line for axes in figure.axes for line in axes.findobj(Line2D) if line.get_gid() == name]
    return [([*np.asarray(line.get_xdata())], [*np.asarray(line.get_ydata())]) for line in found]


def test_every_step_can_be_worked_out(tmp_path: Path) -> None:
    table = FIGURE.table(view_of(tmp_path))
    columns = ["element", "source", "kind", "country", "from_t_per_year", "to_t_per_year", "cost_usd_per_t",
               "taken_t_per_year"]
    share = RUNNING_COST / VALUE
    assert table[columns].values.tolist() == [
        ["Nd", "pit", "made", "A", 0, 40, pytest.approx(60000 * share), 40],
        ["Nd", "trader", "bought", "X", 40, 540, 50000 + 100, 50],
        ["Dy", "pit", "made", "A", 0, 10, pytest.approx(250000 * share + 50), 10],
        ["Dy", "trader", "bought", "X", 10, 110, 200000 + 150, 0],
    ], "freight to the nearest place that uses it: Nd the town, Dy the port"


def test_what_the_elements_bear_of_the_cost_is_the_cost(tmp_path: Path) -> None:
    table = FIGURE.table(view_of(tmp_path))
    own = table[table["kind"] == "made"].set_index("element")
    freight = {"Nd": 0.0, "Dy": 50.0}
    borne = sum((own["cost_usd_per_t"][name] - freight[name]) * own["to_t_per_year"][name] for name in freight)
    assert borne == pytest.approx(RUNNING_COST)


def test_what_is_needed_and_what_a_tonne_more_costs(tmp_path: Path) -> None:
    table = FIGURE.table(view_of(tmp_path)).drop_duplicates("element").set_index("element")
    assert table["needed_t_per_year"].to_dict() == {"Nd": 90, "Dy": 6}
    assert table["price_region"].to_dict() == {"Nd": "port", "Dy": "port"}, "where most of it is used"
    assert table["price_usd_per_t"].to_dict() == {"Nd": 50150, "Dy": 0}


def test_what_is_not_served_is_needed_too(tmp_path: Path) -> None:
    shortage = """
    window  year  region  partner  material  demand_t  unmet_t  lost_musd
    base    2031  port    B        Nd        60        25       3.75
    """
    table = FIGURE.table(view_of(tmp_path, shortage=shortage))
    assert set(table["element"]) == {"Nd"}
    assert set(table["needed_t_per_year"]) == {60}


def test_blocks_lines_and_diamonds_are_the_table(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    table, figure = FIGURE.table(view), draw(FIGURE, view)
    blocks = [patch for patch in figure.findobj(Rectangle) if patch.get_gid() == "step"]
    drawn = [(b.get_x(), b.get_width(), b.get_height(), bool(b.get_hatch())) for b in blocks]
    due = []
    for _, rows in table.groupby("element", sort=False):
        needed = rows["needed_t_per_year"].iloc[0]
        end = min(max(rows["to_t_per_year"].max(), needed * 1.08), needed * BEYOND)
        due += [
            (row.from_t_per_year, min(row.to_t_per_year, end) - row.from_t_per_year, row.cost_usd_per_t,
             row.kind != "bought")
            for row in rows.itertuples() if row.from_t_per_year < end
        ]
    assert drawn == [pytest.approx(row) for row in due]
    assert [x[0] for x, _ in lines(figure, "needed")] == [90, 6]
    assert lines(figure, "price") == [([90], [50150])], "dysprosium costs nothing more: there is some left over"
    assert lines(figure, "taken")[:2] == [([0, 40], [0, 0]), ([40, 90], [0, 0])]


def test_title_and_axes(tmp_path: Path) -> None:
    view = view_of(tmp_path)
    title = FIGURE.title(view, FIGURE.table(view)).replace("\u00a0", " ")
    assert title == "Own mines and recycling cover 44 % of neodymium in 2031; a tonne more costs 50,150 USD"
    said = words_of(draw(FIGURE, view))
    assert "thousand USD/t" in said
    assert "t a year, cheapest first" in said
    assert "trader (to 500 t)" in said


def test_all_can_be_read(tmp_path: Path, tutorial_run: Path) -> None:
    for view in (view_of(tmp_path), *FIGURE.views(Run(tutorial_run))):
        assert_readable(draw(FIGURE, view))


def test_a_plan_that_needs_no_element_has_no_supply_curve(tmp_path: Path) -> None:
    shortage = "    window  year  region  partner  material  demand_t  unmet_t  lost_musd"
    assert FIGURE.table(view_of(tmp_path, shortage=shortage)).empty
