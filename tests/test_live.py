"""While a run is being solved: what the terminal says, and the front as it is found."""

from __future__ import annotations

import io
import math
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from rich.console import Console

from figure_support import assert_readable, words_of
from reeplan.api import live as live_module
from reeplan.api.live import LiveFront
from reeplan.cli import display as display_module
from reeplan.cli.display import TerminalDisplay, in_time
from reeplan.endings import Outcome
from reeplan.present.charts.style import drawing_style
from reeplan.present.figures.front.so_far import so_far_figure
from reeplan.solve.engine import Progress, Solution
from solved import run_without_figures as run_command

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.solve.front import Point


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(display_module, "time", SimpleNamespace(monotonic=clock))
    return clock


def terminal(*, live: bool = False) -> tuple[TerminalDisplay, io.StringIO]:
    said = io.StringIO()
    return TerminalDisplay(Console(file=said, force_terminal=live, width=160, color_system=None)), said


def point(name: str, cost: float, resilience: float, bound: float, status: str = "optimal") -> Point:
    plan = SimpleNamespace(cost_musd=cost, resilience=resilience, bound_musd=bound)
    return cast("Point", SimpleNamespace(name=name, plan=plan, status=status, gap_target_musd=5.0))


CHEAP, MIDDLE, DEAR = (
    point("p01", 18_850.0, 0.5, 18_846.0),
    point("p02", 18_900.0, 0.85, 18_870.0, "gap not reached"),
    point("p03", 19_300.0, 0.97, 19_290.0),
)


# ---- the terminal ---------------------------------------------------------------------------------


def test_the_rest_takes_at_most_the_limit_of_every_level_that_is_left(clock: Clock) -> None:
    """Two of 12 levels run (90 s each, begun 30 s ago), 3 are done: 7 wait, in four waves of two."""
    display, _ = terminal()
    display.limit_s, display.at_a_time = 90.0, 2
    display.plan_of_work(12, 3)
    display.started("resilience 0.5")
    display.started("resilience 0.6")
    clock.now += 30
    assert display.most_seconds_left() == pytest.approx(60 + 4 * 90)
    assert display.work_in_words() == "3 of 12 levels done, at most 7 min left"


def test_the_rest_takes_nothing_when_all_is_done(clock: Clock) -> None:
    display, _ = terminal()
    display.limit_s = 90.0
    display.plan_of_work(12, 12)
    assert display.work_in_words() == "12 of 12 levels done"


def test_a_point_with_a_limit_of_its_own_is_counted_with_it(clock: Clock) -> None:
    display, _ = terminal()
    display.limit_s = 90.0
    display.plan_of_work(2, 0)
    display.started("the cheapest plan", 30.0)
    clock.now += 10
    assert display.most_seconds_left() == pytest.approx(20 + 90)


def test_nothing_is_guessed_where_nothing_is_known() -> None:
    display, _ = terminal()
    assert display.work_in_words() == ""
    display.plan_of_work(12, 3)
    assert display.most_seconds_left() is None
    assert display.work_in_words() == "3 of 12 levels done"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "at most 1 min left"), (61, "at most 2 min left"), (5399, "at most 90 min left"),
     (7201, "at most 2.1 h left")],
)
def test_a_longest_time_is_never_rounded_down_to_less(seconds: float, text: str) -> None:
    assert in_time(seconds) == text


def test_a_running_point_says_incumbent_bound_gap_and_time_left(clock: Clock) -> None:
    display, said = terminal()
    display.limit_s = 90.0
    display.started("resilience 0.8500")
    clock.now += 20
    display.progress("resilience 0.8500", Progress(20.0, 18_900.0, 18_870.0, 7))
    line = " ".join(said.getvalue().split())
    assert line == "resilience 0.8500: best 18,900.0, bound 18,870.0, gap 30.0 (0.16%), 20 s, at most 70 s left"


def test_a_live_terminal_says_the_same_and_what_is_left() -> None:
    display, said = terminal(live=True)
    display.limit_s = 90.0
    with display:
        display.plan_of_work(12, 3)
        display.started("resilience 0.8500")
        display.progress("resilience 0.8500", Progress(20.0, 18_900.0, 18_870.0, 7))
    shown = said.getvalue()
    assert "gap 30.0 (0.16%)" in shown
    assert "at most 90 s left" in shown
    assert "3 of 12 levels done, at most 14 min left" in shown  # 90 s running and eight of 90 s waiting: 13.5 min


def test_a_plan_that_is_found_is_said_with_cost_resilience_and_gap() -> None:
    display, said = terminal()
    display.limit_s = 60.0
    display.plan_of_work(6, 4)
    display.found(MIDDLE, 2)
    assert " ".join(said.getvalue().split()) == (
        "front so far: 2 plans; new: 18,900.0 MUSD, 85.0% served in disruption, proven within 30.0 MUSD; "
        "4 of 6 levels done, at most 2 min left"
    )


def test_a_plan_of_which_nothing_is_proven_says_so() -> None:
    display, said = terminal()
    display.found(point("p01", 10.0, 1.0, -math.inf), 1)
    assert "nothing proven yet" in said.getvalue()


def test_a_finished_point_no_longer_counts_as_running(clock: Clock) -> None:
    display, _ = terminal()
    display.limit_s = 90.0
    display.plan_of_work(2, 0)
    display.started("one")
    display.finished("one", Solution(Outcome.OPTIMAL, cast("Any", [0.0]), 1.0, 1.0, 1.0))
    display.plan_of_work(2, 1)
    assert display.most_seconds_left() == pytest.approx(90)


# ---- table and picture ----------------------------------------------------------------------------


def live_front(folder: Path, clock: Clock) -> tuple[LiveFront, io.StringIO]:
    display, said = terminal()
    return LiveFront(folder, display, "MUSD of 2025", clock), said


def test_a_short_run_draws_nothing(tmp_path: Path, clock: Clock) -> None:
    live, _ = live_front(tmp_path, clock)
    clock.now += 9
    live.heard([CHEAP])
    live.remove()
    assert list(tmp_path.iterdir()) == []


def test_table_and_picture_hold_the_points_found(tmp_path: Path, clock: Clock) -> None:
    live, said = live_front(tmp_path, clock)
    clock.now += 11
    live.heard([CHEAP, MIDDLE])
    table = pd.read_csv(tmp_path / "front-so-far.csv", encoding="utf-8-sig")
    assert list(table["cost_musd"]) == [18_850.0, 18_900.0]
    assert list(table["resilience"]) == [0.5, 0.85]
    assert list(table["bound_musd"]) == [18_846.0, 18_870.0]
    assert list(table["status"]) == ["optimal", "gap not reached"]
    assert (tmp_path / "figures/front-so-far.png").read_bytes().startswith(b"\x89PNG")
    assert said.getvalue().count("front-so-far.png") == 1


def test_it_is_drawn_every_ten_seconds_at_most_and_named_once(tmp_path: Path, clock: Clock) -> None:
    live, said = live_front(tmp_path, clock)
    clock.now += 11
    live.heard([CHEAP])
    clock.now += 5
    live.heard([CHEAP, DEAR])
    assert len(pd.read_csv(tmp_path / "front-so-far.csv")) == 1
    clock.now += 6
    live.redraw()  # as the terminal does whenever there is news
    assert len(pd.read_csv(tmp_path / "front-so-far.csv")) == 2
    assert said.getvalue().count("front-so-far.png") == 1
    assert said.getvalue().count("front so far:") == 2


def test_nothing_is_drawn_again_that_has_not_changed(tmp_path: Path, clock: Clock) -> None:
    live, _ = live_front(tmp_path, clock)
    clock.now += 11
    live.heard([CHEAP])
    (tmp_path / "front-so-far.csv").unlink()
    clock.now += 60
    live.redraw()
    assert not (tmp_path / "front-so-far.csv").exists()


def test_slow_drawing_is_done_more_seldom(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three seconds a picture: not more often than every 150 s."""
    drawn = []

    def slow(*_: Any) -> None:
        drawn.append(clock.now)
        clock.now += 3

    monkeypatch.setattr("reeplan.present.figures.front.so_far.draw_so_far", slow)
    live, _ = live_front(tmp_path, clock)
    for number in range(100):
        clock.now += 5
        live.heard([CHEAP, point("p02", 18_900.0 + number, 0.9, 18_890.0)])
    assert len(drawn) >= 3
    assert min(later - earlier for earlier, later in pairwise(drawn)) >= 150


def test_what_fails_is_let_go(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reeplan.present.figures.front.so_far.draw_so_far", fails)
    live, said = live_front(tmp_path, clock)
    clock.now += 11
    live.heard([CHEAP])
    live.remove()
    assert "front-so-far" not in said.getvalue()
    assert list(tmp_path.iterdir()) == []


def test_a_whole_run_keeps_only_its_own_figures(tmp_path: Path, clock: Clock) -> None:
    live, _ = live_front(tmp_path, clock)
    clock.now += 11
    live.heard([CHEAP])
    (tmp_path / "figures/front.png").write_bytes(b"whole")
    live.remove()
    assert [file.name for file in tmp_path.rglob("*")] == ["figures", "front.png"]


@pytest.mark.parametrize("points", [[CHEAP], [CHEAP, MIDDLE, DEAR]])
def test_the_picture_shows_plans_and_what_is_proven(points: list[Any]) -> None:
    table = pd.DataFrame([{**vars(found.plan), "status": found.status} for found in points])
    with drawing_style():
        figure = so_far_figure(table, "The front so far: plans after 3 min", "3 of 12 levels done", "MUSD of 2025")
        FigureCanvasAgg(figure).draw()
    [axes] = figure.axes
    shown = sorted((x, y) for line in axes.lines[1:] for x, y in zip(*line.get_data(), strict=True))
    assert shown == [pytest.approx((found.plan.cost_musd, 100 * found.plan.resilience)) for found in points]
    [bars] = axes.collections
    assert [segment[1][0] for segment in bars.get_segments()] == [found.plan.cost_musd for found in points]
    assert axes.get_xlabel() == "Total cost (MUSD of 2025)"
    assert "%" in axes.get_ylabel()
    assert "The front so far" in words_of(figure)
    assert "3 of 12 levels done" in words_of(figure)
    assert_readable(figure)
    assert live_module.EVERY_S >= 10


# ---- a whole run ----------------------------------------------------------------------------------


def test_a_run_shows_its_front_while_it_is_found_and_leaves_only_its_own_files(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def looks(points: pd.DataFrame, file: Path, *_: Any) -> None:
        assert file.parent.parent.name == ".run.unfinished"
        seen.append(len(points))
        file.write_bytes(b"a picture")

    monkeypatch.setattr(live_module, "EVERY_S", 0.0)
    monkeypatch.setattr("reeplan.present.figures.front.so_far.draw_so_far", looks)
    result = run_command("solve", small_case, "--out", tmp_path / "run", "--workers", 1)
    assert result.exit_code == 0, result.output
    front = pd.read_csv(tmp_path / "run/front.csv", encoding="utf-8-sig")
    assert 0 < seen[0] <= len(front)
    said = " ".join(result.stderr.split())
    assert said.count("front so far:") >= len(front)
    assert "of 4 levels done" in said
    assert said.count("the front as it is found:") == 1
    assert list((tmp_path / "run").rglob("*so-far*")) == []


def test_a_picture_that_cannot_be_drawn_does_not_touch_the_run(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(live_module, "EVERY_S", 0.0)
    monkeypatch.setattr("reeplan.present.figures.front.so_far.draw_so_far", fails)
    result = run_command("solve", small_case, "--out", tmp_path / "run", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert list((tmp_path / "run").rglob("*so-far*")) == []


def test_a_running_point_says_how_many_windows_are_in_the_program(clock: Clock) -> None:
    display, said = terminal()
    display.started("resilience 0.8500")
    clock.now += 20
    display.progress("resilience 0.8500", Progress(20.0, 18_900.0, 18_870.0, 7, 58, 22, 0))
    line = " ".join(said.getvalue().split())
    assert "58 windows, 22 in the program, 0 violated; best 18,900.0, bound 18,870.0" in line
