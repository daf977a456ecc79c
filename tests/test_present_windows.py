"""What a window is called where it is shown: its months, what is lost besides, and whether resilience is about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from figure_support import assert_readable, draw
from flows_by_hand import by_hand
from reeplan.present.figures.flows.movements import worst_window
from reeplan.present.figures.plan.stock_levels import FIGURE as STOCK_LEVELS
from reeplan.present.figures.spec import View
from reeplan.present.figures.supply.source_mix import FIGURE as SOURCE_MIX
from reeplan.present.run import Run
from solved import rows_of, write_rows

if TYPE_CHECKING:
    from pathlib import Path

WINDOW = "cutoff@2030"


def run_with(folder: Path, **cells: str) -> Run:
    """The town, the port and the quay, with other cells in the row of the one scenario."""
    by_hand(folder)
    [row] = rows_of(folder / "inputs", "scenarios")
    write_rows(folder / "inputs", "scenarios", [row | cells])
    return Run(folder)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({}, "X sells nothing for a year (2030)"),
        ({"years": "", "months": "3"}, "X sells nothing for a year (three months of 2030)"),
        ({"years": "", "months": "1"}, "X sells nothing for a year (one month of 2030)"),
        ({"in_target": "no"}, "X sells nothing for a year (2030, outside the target)"),
        (
            {"starts": "any", "years": "", "months": "11", "in_target": "no"},
            "X sells nothing for a year (11 months of 2030, outside the target)",
        ),
    ],
)
def test_when_a_window_is(tmp_path: Path, cells: dict[str, str], words: str) -> None:
    run = run_with(tmp_path, **cells)
    assert run.windows[0] == WINDOW
    assert run.window_in_words(WINDOW) == words


def test_every_start_is_a_window(tmp_path: Path) -> None:
    run = run_with(tmp_path, starts="2029 2031-2033 2027", years="2")
    assert run.window_years == {f"cutoff@{year}": [year, year + 1] for year in (2029, 2031, 2032, 2033, 2027)}


def test_what_is_lost_besides_is_told_by_the_plans(tmp_path: Path) -> None:
    """The names of plants may hold a + or an @ of their own."""
    lost = (f"{WINDOW}+press", f"{WINDOW}+a+b@2030")
    run = run_with(tmp_path, with_loss_of="plant")
    metrics = rows_of(tmp_path / "plans" / "p01", "metrics")
    write_rows(
        tmp_path / "plans" / "p01",
        "metrics",
        [*metrics, *({**metrics[0], "metric": "served share by value", "window": label} for label in lost)],
    )
    assert run.windows == [WINDOW, *lost]
    assert run.window_facts[lost[1]].lost == "a+b@2030"
    assert run.window_years[lost[0]] == [2030]
    assert run.window_in_words(lost[0]) == "X sells nothing for a year and loss of press (2030)"


def test_the_worst_window_is_one_of_the_target(tmp_path: Path) -> None:
    run = run_with(tmp_path)
    [row] = rows_of(tmp_path / "inputs", "scenarios")
    calm = row | {"scenario": "calm", "label": "calm"}
    for outside, worst in (("no", "calm@2030"), ("yes", WINDOW)):
        write_rows(tmp_path / "inputs", "scenarios", [row | {"in_target": outside}, calm | {"in_target": "yes"}])
        run = Run(tmp_path)
        assert worst_window(run, "p01") == worst


def test_bars_of_three_months_are_rates(tmp_path: Path) -> None:
    """What came, and was needed, in a quarter of the year is four times as much a year."""
    year, months = (
        SOURCE_MIX.table(View(run, "p01", SOURCE_MIX.variants(run, "p01")[1]))
        for run in (run_with(tmp_path / "year"), run_with(tmp_path / "months", years="", months="3"))
    )
    assert set(months["window"]) == {WINDOW}
    for column in ("t_per_year", "needed_t_per_year"):
        assert list(months[column]) == pytest.approx([4 * t for t in year[column]])


def test_the_line_of_three_months_is_a_quarter_of_a_year_long(tmp_path: Path) -> None:
    figure = draw(STOCK_LEVELS, View(run_with(tmp_path, years="", months="3"), "p01"))
    [line] = [line for axes in figure.axes for line in axes.lines if line.get_gid() == WINDOW]
    assert list(line.get_xdata()) == [2029, 2029.25]
    assert_readable(figure)
