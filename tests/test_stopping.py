"""Ctrl-C (or a termination) at every stage: answered at once, what was found is kept, and the end comes soon."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pandas as pd
import pytest

from golden_pages import RUN, RUNS, TUTORIAL
from reeplan.api import solving
from reeplan.endings import Outcome
from reeplan.explain import explain
from reeplan.interrupt import SAME_REQUEST_S, Interrupt
from reeplan.outputs.run_folder import read_manifest, unfinished_place
from reeplan.present.figures import catalogue
from reeplan.solve.engine import Controls
from reeplan.solve.front import Front, Point, _Search
from reeplan.solve.planner import Plan, Planner
from reeplan.solve.questions import PlanQuestion
from reeplan.studies.registry import STUDIES
from solved import planner_of, rows_of, write_rows
from solved import run_command as run_with_figures
from solved import run_without_figures as run_command
from support import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

INPUTS = Path(__file__).parent.parent / "inputs"

ANSWERED_S = 2.0
"""Twice what is promised: the machine may be doing other things."""


@pytest.fixture(scope="module")
def plain_run(small_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case without figures; not to be changed."""
    place = tmp_path_factory.mktemp("runs") / "plain"
    result = run_command("solve", small_case, "--points", 3, "--out", place, "--workers", 1)
    assert result.exit_code == 0, result.output
    return place


in_main_thread = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals are heard by the main thread alone"
)


def ask(number: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


class Asked:
    """Calls of a function of which one, the ``when``-th, begins with somebody asking to stop."""

    def __init__(self, function: Callable[..., Any], when: int = 1, number: signal.Signals = signal.SIGINT) -> None:
        self.function, self.when, self.number = function, when, number
        self.calls = 0
        self.asked_at = float("nan")

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.calls += 1
        if self.calls == self.when:
            self.asked_at = time.monotonic()
            ask(self.number)
            time.sleep(0.3)  # the request is heard by a thread of its own
        return self.function(*arguments, **named)


def busy(*_: object, **__: object) -> None:
    """Work that looks at nothing."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        sum(range(1000))
    raise AssertionError("nobody has stopped it")


def assert_answered(result: Result) -> None:
    assert result.exit_code == 130, result.output
    assert "Stopping" in result.stderr
    assert "Traceback" not in result.output


# ---- where nothing is to be kept ------------------------------------------------------------------


@in_main_thread
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_check_is_stopped_at_once(
    number: signal.Signals, as_json: bool, small_case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reeplan.cli.check.load_tables", asked := Asked(busy, number=number))
    result = run_command("check", small_case, *(["--json"] if as_json else []))
    assert time.monotonic() - asked.asked_at < ANSWERED_S
    assert_answered(result)
    assert "'reeplan check' was stopped before it was done" in result.stderr
    if as_json:
        assert json.loads(result.stdout)["status"] == "interrupted"
    else:
        assert result.stdout == ""


@in_main_thread
@pytest.mark.parametrize(
    ("command", "work"),
    [("verify", "reeplan.api.verifying.verify_folder"), ("report", "reeplan.api.reporting.write_report"),
     ("compare", "reeplan.present.compare.folder.compare"), ("compare", "reeplan.present.compare.folder.write"),
     ("solve", "reeplan.api.opening.load_tables"), ("init", "reeplan.inputs.describe.write_templates")],
)  # fmt: skip
def test_what_keeps_nothing_is_stopped_at_once(
    command: str, work: str, plain_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(plain_run)
    monkeypatch.setattr(work, asked := Asked(busy))
    arguments: dict[str, list[object]] = {
        "verify": [plain_run], "report": [plain_run], "init": [tmp_path / "new"],
        "compare": [plain_run, copied(plain_run, tmp_path), "--out", tmp_path / "compared"],
        "solve": [plain_run / "inputs", "--out", tmp_path / "run"],
    }  # fmt: skip
    result = run_command(command, *arguments[command])
    assert time.monotonic() - asked.asked_at < ANSWERED_S
    assert_answered(result)
    assert result.stdout == ""
    assert snapshot(plain_run) == before
    assert not [path.name for path in tmp_path.iterdir() if path.name != "other"]


def copied(run: Path, place: Path) -> Path:
    """A second run folder, as far as a comparison looks before it begins."""
    other = place / "other"
    other.mkdir()
    for path in run.iterdir():
        (other / path.name).symlink_to(path)
    return other


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@in_main_thread
def test_a_reason_that_is_looked_for_is_given_up(
    own_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That there is no plan is known, and said; so is what was not tried."""
    rows = rows_of(own_case, "plants")
    rows[0]["max_modules"] = "1"
    write_rows(own_case, "plants", rows)
    monkeypatch.setattr("reeplan.api.no_plan.explain", asked := Asked(explain))
    result = run_command("solve", own_case, "--target", 0.99, "--out", tmp_path / "run", "--json")
    assert time.monotonic() - asked.asked_at < ANSWERED_S
    assert_answered(result)
    assert json.loads(result.stdout)["status"] == "infeasible"
    assert "No plan can satisfy these inputs" in result.stderr
    assert "Not tried" in result.stderr
    assert (tmp_path / "run" / "infeasible.md").exists()


@in_main_thread
@pytest.mark.parametrize("where", ["api.no_plan.explain", "explain.explanation.smallest_conflict"])
@pytest.mark.parametrize("target", [["--target", 0.99], []])
def test_however_soon_it_is_stopped_that_there_is_no_plan_is_kept(
    where: str, target: list[object], own_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second Ctrl-C ends the search for the reason at once; the run folder says what is known."""
    rows = rows_of(own_case, "plants")
    rows[0]["max_modules"] = "1"
    write_rows(own_case, "plants", rows)
    if not target:
        monkeypatch.setattr("reeplan.api.solving.solve_front", lambda *_, **__: Front(outcome=Outcome.INFEASIBLE))
    monkeypatch.setattr("reeplan.interrupt.SAME_REQUEST_S", 0.4)

    def asked_twice(*_: object, **__: object) -> None:
        ask()
        time.sleep(0.6)
        ask()
        busy()

    monkeypatch.setattr(f"reeplan.{where}", asked_twice)
    result = run_command("solve", own_case, *target, "--out", tmp_path / "run", "--json")
    assert_answered(result)
    answer = json.loads(result.stdout)
    assert (answer["run"], answer["status"]) == ((tmp_path / "run").as_posix(), "infeasible")
    assert "which rules conflict" in answer["not_tried"]
    assert read_manifest(tmp_path / "run")["status"] == "infeasible"
    page = (tmp_path / "run" / "infeasible.md").read_text(encoding="utf-8")
    assert page.startswith("# No plan can satisfy")
    assert "nan" not in page
    assert "Not tried: " in page
    assert run_command("verify", tmp_path / "run").exit_code == 0


# ---- while a run is solved ------------------------------------------------------------------------


SEARCH: list[tuple[Any, str, int]] = [
    (Planner, "cheapest_relaxed", 1),
    (Planner, "most_resilient_relaxed", 1),
    (PlanQuestion, "__call__", 1),
]
KEEPING: list[tuple[Any, str, int]] = [
    (Planner, "polish", 2),
    (Planner, "complete", 1),
    (solving, "write_plan", 1),
    (solving, "verify_run", 1),
    (solving, "write_report", 1),
]  # fmt: skip


def solved_and_asked(
    case: Path, place: Path, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, when: int, *options: object
) -> Result:
    with monkeypatch.context() as patch:
        asked = Asked(getattr(where, name), when)
        patch.setattr(where, name, asked if where is solving else lambda *a, **k: asked(*a, **k))
        run = run_with_figures if where is catalogue else run_command
        result = run("solve", case, "--points", 3, "--workers", 1, "--out", place, *options)
    assert asked.calls >= when, "the stage was never reached"
    return result


@in_main_thread
@pytest.mark.parametrize(("where", "name", "when"), SEARCH)
def test_stopped_before_there_is_a_plan(
    where: Any,
    name: str,
    when: int,
    small_case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = solved_and_asked(small_case, tmp_path / "run", monkeypatch, where, name, when)
    assert_answered(result)
    assert "keeping what was found; Ctrl-C again stops at once" in result.stderr
    assert "Stopped before any plan was found" in result.stderr
    assert list(tmp_path.iterdir()) == []


@in_main_thread
@pytest.mark.parametrize(("where", "name", "when"), KEEPING)
def test_what_was_found_is_kept_whenever_it_is_stopped(
    where: Any,
    name: str,
    when: int,
    small_case: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path / "run"
    result = solved_and_asked(small_case, place, monkeypatch, where, name, when, "--json")
    assert_answered(result)
    answer = json.loads(result.stdout)
    assert answer["status"] == "interrupted"
    assert answer["points"]
    assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    front = pd.read_csv(place / "front.csv", encoding="utf-8-sig")
    assert list(front["point"]) == [point["point"] for point in answer["points"]]
    assert "gap not reached" not in set(front["status"]), "what Ctrl-C has cut short is called so"
    assert not (place / "report.html").exists()
    assert (place / "verify.json").exists() == (name == "write_report"), "no verdict is left half"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_nothing_of_a_try_that_was_killed_while_it_wrote_stays(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had a plan, a table and a figure more than the one that ends."""
    place = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(solving, "join_logs", Mock(side_effect=OSError("killed")))
        run_command("solve", small_case, "--points", 3, "--workers", 1, "--out", place)
    folder = unfinished_place(place)
    shutil.copytree(folder / "plans/p01", folder / "plans/p99")
    shutil.copy(folder / "front.csv", folder / "levers.csv")
    (folder / "figures").mkdir()
    (folder / "figures/front.p99.svg").write_text("<svg/>", encoding="utf-8")
    result = run_command("solve", "--resume", place)
    assert result.exit_code == 0, result.output
    names = {path.name for path in (place / "plans").iterdir()}
    assert names == set(pd.read_csv(place / "front.csv", encoding="utf-8-sig")["point"])
    assert not (place / "levers.csv").exists()
    assert not (place / "figures/front.p99.svg").exists()


@in_main_thread
def test_drawing_stops_between_two_figures_and_goes_on_when_asked(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two figures are there, the others are said to be left out; going on solves nothing and draws them all."""
    place = tmp_path / "run"
    monkeypatch.setattr(catalogue, "MANY", 10**6)
    monkeypatch.setattr(catalogue, "FIGURES", catalogue.FIGURES[2:4])
    result = solved_and_asked(small_case, place, monkeypatch, catalogue, "_draw", 2)
    assert_answered(result)
    assert "interrupted" in result.stdout
    assert f"To go on: reeplan solve --resume {place}\n" in result.stdout, "and no more time is needed"
    assert f"To draw what there is: reeplan report {place}\n" in result.stdout
    assert "report.html " not in result.stdout, "only what is there is named"
    index = json.loads((place / "figures/index.json").read_text(encoding="utf-8"))
    assert len(index["figures"]) == 2
    assert {entry["why"] for entry in index["left_out"]} == {catalogue.STOPPED}
    monkeypatch.setattr(PlanQuestion, "__call__", busy)
    on = run_with_figures("solve", "--resume", place)
    assert on.exit_code == 0, on.output
    index = json.loads((place / "figures/index.json").read_text(encoding="utf-8"))
    assert len(index["figures"]) > 2
    assert catalogue.STOPPED not in {entry["why"] for entry in index["left_out"]}
    assert (place / "report.html").exists()


@in_main_thread
def test_figures_that_are_drawn_again_stay_as_they_were_where_it_is_stopped(
    plain_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copied(plain_run, tmp_path)
    monkeypatch.setattr(catalogue, "MANY", 10**6)
    monkeypatch.setattr(catalogue, "FIGURES", catalogue.FIGURES[2:4])
    assert catalogue.draw_all(run).not_drawn == 0
    before = snapshot(run / "figures")
    page = (run / "report.html").read_bytes()
    monkeypatch.setattr(catalogue, "_draw", Asked(catalogue._draw, 2))
    result = run_with_figures("report", run)
    assert_answered(result)
    assert f"reeplan report {run}\n" in result.stderr
    after = snapshot(run / "figures")
    assert after["index.json"] == before["index.json"]
    assert after.keys() == before.keys()
    assert (run / "report.html").read_bytes() == page


@pytest.mark.slow
def test_processes_that_draw_begin_no_more_figures(tmp_path: Path, plain_run: Path) -> None:
    run = copied(plain_run, tmp_path)
    seen: list[tuple[int, int]] = []

    def goes_on(done: int, of: int) -> bool:
        seen.append((done, of))
        return done < 1

    left = catalogue.draw_all(run, ["cost-parts", "build-timeline", "capital"], 2, goes_on).not_drawn
    of = seen[0][1]
    assert 0 < left < of
    index = json.loads((run / "figures/index.json").read_text(encoding="utf-8"))
    assert len(index["figures"]) + len(index["left_out"]) == of
    assert [entry["why"] for entry in index["left_out"]].count(catalogue.STOPPED) == left


# ---- inside the solver ----------------------------------------------------------------------------


@pytest.fixture
def asked_before(small_case: Path) -> Planner:
    planner = planner_of(small_case)
    planner.engine._interrupt._ask()
    return planner


def test_no_solve_begins_after_a_request(asked_before: Planner) -> None:
    for answer in (
        asked_before.cheapest_relaxed(0.5), asked_before.most_resilient_relaxed(),
        asked_before.cheapest(0.5, Controls()), asked_before.most_resilient(Controls()),
    ):  # fmt: skip
        assert answer.outcome is Outcome.INTERRUPTED
        assert not answer.found


def test_what_makes_a_plan_of_what_was_found_is_finished(small_case: Path) -> None:
    planner = planner_of(small_case)
    found = planner.cheapest(0.5, Controls())
    calm = planner.report(found, 0.5, found.bound)
    planner.engine._interrupt._ask()
    assert planner.report(found, 0.5, found.bound).cost_musd == calm.cost_musd
    assert planner.report(found, 0.5, found.bound).prices == calm.prices


@pytest.mark.slow
def test_a_linear_program_is_stopped_from_inside() -> None:
    """The relaxation of the real case takes seconds; what it stands at when it is stopped is no bound."""
    planner = planner_of(INPUTS / "base")
    whole = planner.cheapest_relaxed(0.0)
    threading.Timer(0.3 * whole.seconds, planner.engine._interrupt._ask).start()
    stopped = planner.cheapest_relaxed(0.9)
    assert stopped.outcome is Outcome.INTERRUPTED
    assert not stopped.found
    assert stopped.seconds < 0.8 * whole.seconds


def point(cost: float, bound: float, outcome: Outcome) -> Point:
    plan = Plan(None, 0.5, 0.5, cost, bound, 0.5, outcome, 1.0, {})
    return Point("p01", plan, 1.0)


@pytest.mark.parametrize(
    ("bound", "outcome", "status"),
    [(99.5, Outcome.OPTIMAL, "optimal"), (90.0, Outcome.OPTIMAL, "interrupted"),
     (90.0, Outcome.LIMIT, "gap not reached"), (90.0, Outcome.INTERRUPTED, "interrupted")],
)  # fmt: skip
def test_what_ctrl_c_has_cut_short_is_called_interrupted(bound: float, outcome: Outcome, status: str) -> None:
    """A point whose own search was done, but whose gap another search was still to close, waits for that one."""
    planner = SimpleNamespace(engine=SimpleNamespace(interrupted=True))
    search: Any = SimpleNamespace(planner=planner, ended={})
    cut_short = point(100.0, bound, outcome)
    if not cut_short.solved:
        cut_short = replace(cut_short, plan=_Search._as_it_ended(search, cut_short.plan))
    assert cut_short.status == status


# ---- one request, two requests --------------------------------------------------------------------


@in_main_thread
def test_a_request_is_answered_while_python_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """As inside the solver: the main thread comes back seconds later."""
    import hashlib

    answered: list[float] = []
    with Interrupt(answer=lambda: answered.append(time.monotonic())) as interrupt:
        threading.Timer(0.1, ask).start()
        began = time.monotonic()
        hashlib.pbkdf2_hmac("sha256", b"slow", b"slow", 1_000_000)  # one call, without a look at signals
        ended = time.monotonic()
        assert interrupt.asked
    assert answered[0] < began + (ended - began) / 2


@in_main_thread
def test_two_signals_at_once_are_one_request_and_a_later_one_ends_at_once() -> None:
    answers: list[int] = []

    def work() -> None:
        with Interrupt(answer=lambda: answers.append(1)) as interrupt:
            ask()
            ask(signal.SIGTERM)
            assert until(lambda: interrupt.asked, 5)
            time.sleep(0.2)
            assert answers == [1]
            threading.Timer(SAME_REQUEST_S + 0.1, ask).start()
            busy()

    with pytest.raises(KeyboardInterrupt):
        work()


@in_main_thread
def test_an_outer_request_is_heard_inside_and_the_inner_one_says_how() -> None:
    with Interrupt(at_once=True) as outer, Interrupt() as inner:
        ask()
        assert until(lambda: outer.asked and inner.asked, 5)
        time.sleep(0.1)  # nothing is raised
        with pytest.raises(KeyboardInterrupt), Interrupt(at_once=True):
            pytest.fail("begun although somebody had asked to stop")


@in_main_thread
def test_signals_are_left_as_they_were() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    threads = threading.active_count()
    with Interrupt(), Interrupt():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert threading.active_count() == threads
    wakeup = signal.set_wakeup_fd(-1)
    assert wakeup == -1


# ---- in a process of its own ----------------------------------------------------------------------


@contextlib.contextmanager
def started(*arguments: object) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reeplan", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    running = Running(process)
    try:
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        running.reader.join()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


class Running:
    """A command, and what it has said so far on standard error with the time of each line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[tuple[float, str]] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append((time.monotonic(), line))

    def when(self, words: str) -> float | None:
        """When it said these words first."""
        return next((at for at, line in list(self.said) if words in line), None)

    def asked_when_it_says(self, words: str, after_s: float = 0.0) -> float:
        """Seconds to the answer if it is asked to stop, as by a terminal, when (or a while after) it says this."""
        assert until(lambda: self.when(words) is not None or self.process.poll() is not None, 300), self.said
        time.sleep(after_s)
        asked = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        assert until(lambda: self.when("Stopping") is not None or self.process.poll() is not None, 30), self.said
        answered = self.when("Stopping")
        assert answered is not None, self.said
        return answered - asked


def test_a_real_run_is_answered_and_ends(small_case: Path, tmp_path: Path) -> None:
    """Ctrl-C in a terminal, while two processes draw: answered at once, ended soon, and all tables are there."""
    place = tmp_path / "run"
    with started("solve", small_case, "--points", 6, "--workers", 1, "--out", place) as run:
        assert run.asked_when_it_says("drawing figure") < ANSWERED_S
        run.process.wait(60)
        run.reader.join()
    assert run.process.returncode == 130, run.said
    assert "Traceback" not in "".join(line for _, line in run.said)
    assert (place / "front.csv").exists()
    assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    assert not unfinished_place(place).exists()


STAGES = [("2/4 Model", 0.0), ("3/4 Solve", 0.0), ("3/4 Solve", 1.0), ("the highest resilience:", 0.0),
          ("4/4 Results", 0.0), ("drawing figure", 2.0), ("checking what was written", 1.0),
          ("writing the report", 0.0)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("words", "after_s"), STAGES)
def test_the_real_case_is_answered_within_a_second_at_every_stage(
    words: str, after_s: float, workers: int, tmp_path: Path
) -> None:
    """Wherever it is; a run in which plans were found stands at its place with status 'interrupted'."""
    place = tmp_path / "run"
    command = ["solve", INPUTS / "base", "--points", 2, "--time-limit", 20, "--workers", workers, "--out", place]
    with started(*command) as run:
        assert run.asked_when_it_says(words, after_s) < ANSWERED_S
        run.process.wait(120)
        run.reader.join()
    assert run.process.returncode == 130, run.said
    assert "Traceback" not in "".join(line for _, line in run.said)
    if words[0] not in "23":
        assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"


@pytest.mark.slow
@pytest.mark.parametrize("command", STUDIES)
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_studies_are_answered_and_end(
    command: str, share: float, solved_tutorial: Callable[[str], Path], tmp_path: Path
) -> None:
    """Asked to stop after a share of what it takes undisturbed, with one worker and without figures."""
    place = tmp_path / "run"
    undisturbed_s = read_manifest(solved_tutorial(command) / RUN)["wall_time_s"]
    with started(command, TUTORIAL, *RUNS[command], "--workers", 2, "--out", place) as run:
        assert run.asked_when_it_says("3/4 Solve", share * undisturbed_s) < ANSWERED_S
        run.process.wait(120)
        run.reader.join()
    assert run.process.returncode == 130, run.said
    assert "Traceback" not in "".join(line for _, line in run.said)
    if place.exists():
        assert json.loads((place / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"
