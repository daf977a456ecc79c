"""Where material comes from: origins followed by hand, and the figure drawn from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from figure_support import assert_readable, draw, words_of
from flows_by_hand import by_hand
from reeplan.present.figures.spec import View
from reeplan.present.figures.supply.source_mix import FIGURE
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED, WORST = 0, 1


def view(run: Run, point: str, variant: int) -> View:
    """The figure as expected, or in the window that serves least."""
    return View(run, point, FIGURE.variants(run, point)[variant] if FIGURE.variants else None)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The town, the port and the quay."""
    return Run(by_hand(tmp_path))


def test_oxide_counts_where_it_was_dug_and_a_product_where_it_was_made(run: Run) -> None:
    table = FIGURE.table(view(run, "p01", EXPECTED))
    found = {(row.material, row.source): row.t_per_year for row in table.itertuples()}
    assert found == pytest.approx(
        {("Nd", "A"): 30, ("Nd", "X"): 60, ("magnet", "B"): 100, ("magnet", "not met"): 20}, abs=1e-9
    )
    needed = {row.material: row.needed_t_per_year for row in table.itertuples()}
    assert needed == pytest.approx({"Nd": 10 + 30 + 50, "magnet": 120})


def test_in_the_worst_window_its_years_replace_those_of_the_base_path(run: Run) -> None:
    table = FIGURE.table(view(run, "p01", WORST))
    assert set(table["window"]) == {"cutoff@2030"}
    found = {(row.material, row.source): row.t_per_year for row in table.itertuples()}
    assert found == pytest.approx(
        {("Nd", "A"): 30, ("Nd", "from stock"): 5, ("Nd", "not met"): 30,
         ("magnet", "B"): 50, ("magnet", "not met"): 70}
    )


def test_sources_are_what_is_needed_and_what_is_kept_sold_or_left(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    for point in run.points:
        for variant in (EXPECTED, WORST):
            table = FIGURE.table(view(run, point, variant))
            stock, sales = run.plan(point, "stock"), run.plan(point, "sales")
            for (window, year, material), rows in table.groupby(["window", "year", "material"]):
                here = [t[(t["window"] == window) & (t["year"] == year) & (t["material"] == material)]
                        for t in (stock, sales)]
                kept = here[0]["filled_t"].sum() + here[1]["t"].sum()
                over = rows["t_per_year"].sum() - rows["needed_t_per_year"].iloc[0] - kept
                surplus = run.plan(point, "surplus")
                left = surplus[(surplus["window"] == window) & (surplus["year"] == year)
                               & (surplus["material"] == material)]["t"].sum()
                assert over == pytest.approx(left, abs=1e-4), (point, window, year, material)


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_bars_and_lines_are_the_table(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    shown = view(run, run.points[0], variant)
    table, figure = FIGURE.table(shown), draw(FIGURE, shown)
    panels = [axes for axes in figure.axes if axes.get_ylabel() == "t a year"]
    assert len(panels) == table["panel"].max()
    for number, axes in enumerate(panels, start=1):
        rows = table[table["panel"] == number]
        bars = {(round(bar.get_x() + bar.get_width() / 2), bar.get_gid()): bar.get_height()
                for bar in axes.patches if bar.get_gid() in set(rows["source"])}
        assert bars == pytest.approx({(row.year, row.source): row.t_per_year for row in rows.itertuples()})
        (line,) = [patch for patch in axes.patches if patch.get_gid() == "needed"]
        needed = rows.drop_duplicates("year").set_index("year")["needed_t_per_year"]
        assert list(line.get_data().values) == pytest.approx([needed.get(year, 0.0) for year in run.years])


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_everything_can_be_read(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    figure = draw(FIGURE, view(run, run.points[0], variant))
    assert_readable(figure)
    assert "t a year" in words_of(figure)
    assert "needed: demand and the partners’ plants" in words_of(figure)


def test_a_plan_without_any_material_has_no_such_figure(tmp_path: Path) -> None:
    run = Run(by_hand(tmp_path, nothing=True))
    assert FIGURE.table(view(run, "p01", EXPECTED)).empty
