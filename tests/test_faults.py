"""Nothing that was found is lost, and nothing half is taken for whole, whatever happens on the way.

Runs are killed, told to stop, starved of disk and of workers, and resumed from journals that are whole or
damaged. What must hold each time: a folder at the run's place is whole and its manifest says what it is; what
was solved is not solved again; and a resumed run ends with the front of one that nobody disturbed.
"""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from reeplan.api import Extras
from reeplan.api import solving as solve_module
from reeplan.endings import Outcome
from reeplan.interrupt import Interrupt
from reeplan.outputs import run_folder
from reeplan.outputs.places import unfinished_place
from reeplan.solve.executor import AnswerStore
from reeplan.solve.questions import CheapestAt, PlanAnswer, PlanQuestion
from solved import rows_of, write_rows
from solved import run_command as run_with
from solved import run_for_tables as run_command
from support import in_a_group, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INPUTS = Path(__file__).parent.parent / "inputs"
POINTS = 5
"""Levels of the small case's front here: enough that there are moments between them."""


SLOWLY = """
import os, sys, time
from reeplan.solve.questions import PlanQuestion
ask = PlanQuestion.__call__
def slowly(question, planner, watch):
    time.sleep(float(os.environ["SECONDS_A_SOLVE"]))
    return ask(question, planner, watch)
PlanQuestion.__call__ = slowly
if __name__ == "__main__":
    from reeplan.__main__ import main
    from reeplan.api import Extras
    main(Extras(figures=False, report=False, verify=False))
"""
"""The command without figures, report and checks of what is written, and with time between two solves."""


# ---- a run in a process of its own ---------------------------------------------------------------


@pytest.fixture(scope="module")
def slowly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command as a program that takes its time; its worker processes read it too."""
    program = tmp_path_factory.mktemp("program") / "slowly.py"
    program.write_text(SLOWLY)
    return program


@contextmanager
def started(
    program: Path | None, *arguments: object, seconds_a_solve: float = 0.25
) -> Iterator[subprocess.Popen[str]]:
    """The command as a process, in a group of its own; killed at the end if it still runs."""
    command = ["-m", "reeplan"] if program is None else [program]
    env = os.environ | {"SECONDS_A_SOLVE": str(seconds_a_solve)}
    with in_a_group(sys.executable, *command, *arguments, env=env) as process:
        yield process


def answers(place: Path) -> int:
    """How many solves an unfinished run has recorded."""
    return len(list((unfinished_place(place) / "journal").glob("*.answer")))


def children(pid: int) -> list[int]:
    """The worker processes of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid and b"spawn_main" in command:
            found.append(int(entry.name))
    return found


def lives(pid: int) -> bool:
    """Whether a process still does anything (a dead one that nobody collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


# ---- what must hold ------------------------------------------------------------------------------


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)


def front_of(run: Path) -> list[tuple[float, float]]:
    """Cost and resilience of every point, to the last digit that is written."""
    front = read(run / "front.csv")
    return list(zip(front["cost_musd"], front["resilience"], strict=True))


def assert_whole(run: Path) -> str:
    """The folder holds all that its manifest says, unchanged; returns the manifest's status."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] in ("done", "interrupted", "stopped at a limit")
    points = [point["point"] for point in manifest["points"]]
    assert points
    assert points == list(read(run / "front.csv")["point"])
    assert sorted(path.name for path in (run / "plans").iterdir()) == points
    assert manifest["tables_sha256"] == run_folder.sha256_of_tables(run)
    tables = {path.stem for path in (run / "plans" / points[0]).iterdir()}
    assert {"builds", "costs", "metrics", "prices", "shortage"} <= tables
    for point in points:
        assert {path.stem for path in (run / "plans" / point).iterdir()} == tables
    assert (run / "journal").is_dir() == (manifest["status"] != "done"), "what is not done can be resumed"
    return str(manifest["status"])


def assert_nothing_looks_finished(folder: Path) -> None:
    """Nothing stands at a run's place; what is kept beside it is hidden."""
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == []


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions put to the solver in this process."""
    asked: list[str] = []
    ask = PlanQuestion.__call__

    def counting(question: PlanQuestion, planner: Any, watch: Any) -> PlanAnswer:
        asked.append(repr(question))
        return ask(question, planner, watch)

    monkeypatch.setattr(PlanQuestion, "__call__", counting)
    return asked


@dataclass(frozen=True)
class Calm:
    """A run that nobody disturbed, and how many questions its search asks."""

    place: Path
    questions: int


def solve_calmly(case: Path, place: Path, points: int) -> Calm:
    asked: list[str] = []
    keep = AnswerStore.keep

    def counting(store: AnswerStore, fingerprint: str, answer: Any) -> None:
        asked.append(fingerprint)
        keep(store, fingerprint, answer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnswerStore, "keep", counting)
        result = run_command(*solving(case, place, points=points))
    assert result.exit_code == 0, result.output
    return Calm(place, len(asked))


@pytest.fixture(scope="module")
def calm(small_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Calm:
    """The small case's front as nobody disturbed it."""
    return solve_calmly(small_case, tmp_path_factory.mktemp("calm") / "run", POINTS)


@pytest.fixture(scope="module")
def calm_tutorial(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    """The tutorial's front as nobody disturbed it."""
    return solve_calmly(INPUTS / "tutorial", tmp_path_factory.mktemp("tutorial") / "run", 10)


@pytest.fixture(scope="module")
def seconds_undisturbed(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long the tutorial's front takes here and now as a process of its own, figures, report and checks included."""
    began = time.monotonic()
    with started(None, *solving(INPUTS / "tutorial", tmp_path_factory.mktemp("timed") / "run", 1, 10)) as process:
        process.communicate(timeout=1200)
    assert process.returncode == 0
    return time.monotonic() - began


def solving(case: Path, place: Path, workers: int = 1, points: int = POINTS) -> list[object]:
    return ["solve", case, "--points", points, "--out", place, "--workers", workers]


# ---- killed and told to stop ---------------------------------------------------------------------


@pytest.mark.parametrize("after", [1, 4])
def test_a_killed_run_goes_on(
    after: int, slowly: Path, small_case: Path, calm: Calm, tmp_path: Path, counted: list[str]
) -> None:
    """kill -9 after so many solves: nothing at its place; going on asks only what was not answered."""
    place = tmp_path / "run"
    with started(slowly, *solving(small_case, place)) as process:
        assert until(lambda: answers(place) >= after or process.poll() is not None)
        process.kill()
        process.wait()
    assert_nothing_looks_finished(tmp_path)
    known = answers(place)
    assert after <= known < calm.questions
    refused = run_command(*solving(small_case, place))
    assert_told(refused, 2, f"reeplan solve --resume {place}")
    assert answers(place) == known
    assert counted == []
    assert run_command("solve", "--resume", place).exit_code == 0
    assert assert_whole(place) == "done"
    assert front_of(place) == front_of(calm.place)
    assert len(counted) == calm.questions - known
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_told_to_stop_goes_on(
    number: signal.Signals, slowly: Path, small_case: Path, calm: Calm, tmp_path: Path
) -> None:
    """Ctrl-C or a termination after three solves: exit code 130, a whole folder with what was found, and on it goes."""
    place = tmp_path / "run"
    with started(slowly, *solving(small_case, place), "--json") as process:
        assert until(lambda: answers(place) >= 3 or process.poll() is not None)
        process.send_signal(number)
        out, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 130
    answer = json.loads(out)
    assert answer["status"] == "interrupted"
    assert assert_whole(place) == "interrupted"
    found, whole = front_of(place), front_of(calm.place)
    assert len(answer["points"]) == len(found) < len(whole)
    assert all(any(cost >= c - 1e-6 and share <= r + 1e-6 for c, r in whole) for cost, share in found)
    assert run_command("solve", "--resume", place).exit_code == 0
    assert assert_whole(place) == "done"
    assert front_of(place) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@needs_proc
def test_workers_end_with_a_killed_run_and_it_goes_on(
    slowly: Path, small_case: Path, calm: Calm, tmp_path: Path
) -> None:
    """kill -9 of the main process: its workers do not solve on for nobody, and the run goes on with two again."""
    place = tmp_path / "run"
    with started(slowly, *solving(small_case, place, 2)) as process:
        assert until(lambda: answers(place) >= 2 or process.poll() is not None)
        workers = children(process.pid)
        process.kill()
        process.wait()
    assert len(workers) == 2
    assert until(lambda: not any(lives(worker) for worker in workers), 20), "workers outlive their run"
    assert_nothing_looks_finished(tmp_path)
    with started(slowly, "solve", "--resume", place, seconds_a_solve=0) as process:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "resumed after" in said
    assert assert_whole(place) == "done"
    assert_same_front_within_gaps(place, calm.place)


@needs_proc
def test_a_killed_worker_does_not_stop_the_run(slowly: Path, small_case: Path, calm: Calm, tmp_path: Path) -> None:
    """A worker that is killed (out of memory, say) is replaced, and what it worked on is solved again."""
    place = tmp_path / "run"
    with started(slowly, *solving(small_case, place, 2)) as process:
        assert until(lambda: answers(place) >= 1 or process.poll() is not None)
        workers = children(process.pid)
        os.kill(workers[0], signal.SIGKILL)
        _, said = process.communicate(timeout=120)
    assert "Traceback" not in said
    assert process.returncode == 0, said
    assert assert_whole(place) == "done"
    assert_same_front_within_gaps(place, calm.place)
    assert until(lambda: not any(lives(worker) for worker in workers), 20)


@needs_proc
def test_ctrl_c_in_a_terminal_reaches_workers_too(slowly: Path, small_case: Path, tmp_path: Path) -> None:
    """A terminal sends Ctrl-C to every process of the command, from its first moment: one word about it, no noise."""
    place = tmp_path / "run"
    with started(slowly, *solving(small_case, place, 2)) as process:
        assert until(lambda: bool(children(process.pid)) or process.poll() is not None)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    if place.exists():
        assert assert_whole(place) == "interrupted"


def assert_same_front_within_gaps(run: Path, other: Path) -> None:
    """Two at a time may meet their levels in another order, but find the same points to within their gaps."""
    found, wanted = read(run / "front.csv"), read(other / "front.csv")
    assert len(found) == len(wanted)
    for one, two in zip(found.itertuples(), wanted.itertuples(), strict=True):
        gap = max(one.gap_musd, two.gap_musd) + 1e-6 * two.cost_musd
        assert abs(one.cost_musd - two.cost_musd) <= gap
        assert one.resilience == pytest.approx(two.resilience, abs=0.01)


def test_stopped_before_anything_is_found(small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop while the first plan is sought: exit code 130, a word about it, and nothing is left."""
    monkeypatch.setattr(Interrupt, "asked", property(lambda self: True))
    nothing = PlanAnswer(Outcome.INTERRUPTED, 0.1)
    monkeypatch.setattr(PlanQuestion, "__call__", lambda question, planner, watch: nothing)
    result = run_command("solve", small_case, "--out", tmp_path / "run", "--workers", 1, "--json")
    assert result.exit_code == 130
    assert json.loads(result.stdout)["status"] == "interrupted"
    assert "Nothing was written" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_request_to_stop_between_two_solves_is_no_end(
    small_case: Path, calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that no solve hears, because the last one has just ended, still ends the run as interrupted."""
    asked: list[bool] = []
    monkeypatch.setattr(Interrupt, "asked", property(lambda self: bool(asked)))
    learn = solve_module.solve_front.__globals__["_Search"]._learn_highest

    def learn_and_ask(search: Any, answer: PlanAnswer) -> None:
        learn(search, answer)
        asked.append(True)

    monkeypatch.setattr(solve_module.solve_front.__globals__["_Search"], "_learn_highest", learn_and_ask)
    result = run_command(*solving(small_case, tmp_path / "run"))
    assert result.exit_code == 130
    assert assert_whole(tmp_path / "run") == "interrupted"
    monkeypatch.undo()
    assert run_command("solve", "--resume", tmp_path / "run").exit_code == 0
    assert front_of(tmp_path / "run") == front_of(calm.place)


def test_a_second_ctrl_c_ends_at_once_and_keeps_what_is_solved(
    small_case: Path, calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "run"
    with broken_after(monkeypatch, 3, KeyboardInterrupt()):
        result = run_command(*solving(small_case, place), "--json")
    assert result.exit_code == 130
    assert json.loads(result.stdout)["status"] == "interrupted"
    assert f"--resume {place}" in result.stderr
    assert_nothing_looks_finished(tmp_path)
    assert run_command("solve", "--resume", place).exit_code == 0
    assert front_of(place) == front_of(calm.place)


@contextmanager
def broken_after(monkeypatch: pytest.MonkeyPatch, solves: int, trouble: BaseException) -> Iterator[None]:
    """After so many solves the next one ends in trouble."""
    done: list[PlanQuestion] = []
    ask = PlanQuestion.__call__

    def breaks(question: PlanQuestion, planner: Any, watch: Any) -> PlanAnswer:
        if len(done) == solves:
            raise trouble
        done.append(question)
        return ask(question, planner, watch)

    with monkeypatch.context() as patch:
        patch.setattr(PlanQuestion, "__call__", breaks)
        yield


# ---- the disk ------------------------------------------------------------------------------------


@contextmanager
def full_after(monkeypatch: pytest.MonkeyPatch, writes: int) -> Iterator[None]:
    """The disk is full after so many tables."""
    done: list[Path] = []
    write = run_folder.write_table

    def fails(frame: pd.DataFrame, path: Path) -> None:
        if len(done) >= writes:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        done.append(path)
        write(frame, path)

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "write_table", fails)
        patch.setattr(solve_module, "write_table", fails)
        yield


def assert_told(result: Any, code: int, *said: str) -> None:
    """An exit code and a message, not a stack of calls."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    for words in said:
        assert words in result.stderr


@pytest.mark.parametrize("writes", [0, 3])
def test_a_full_disk_before_anything_is_found(
    writes: int, small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_after(monkeypatch, writes):
        result = run_command(*solving(small_case, tmp_path / "run"))
    assert_told(result, 2, "disk is full")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("more", [0, 7, 30])
def test_a_full_disk_keeps_what_was_found(
    more: int, small_case: Path, calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[str]
) -> None:
    """Full after the inputs and so many tables of plans: all solves are kept, and no one is done again."""
    place = tmp_path / "run"
    inputs = len(list((calm.place / "inputs").iterdir()))
    with full_after(monkeypatch, inputs + more):
        result = run_command(*solving(small_case, place))
    assert_told(result, 4, "disk is full", f"reeplan solve --resume {place}")
    assert_nothing_looks_finished(tmp_path)
    before = len(counted)
    assert run_command("solve", "--resume", place).exit_code == 0
    assert len(counted) == before
    assert assert_whole(place) == "done"
    assert front_of(place) == front_of(calm.place)


@pytest.mark.parametrize("after", [0, 2])
def test_a_disk_that_is_full_for_the_journal(
    after: int, small_case: Path, calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Solves that cannot be recorded end the run; those recorded before are kept, if there is any."""
    place = tmp_path / "run"
    done: list[object] = []
    put_in_place = os.replace

    def fails(draft: Path, file: Path) -> None:
        if Path(file).suffix == ".answer":
            if len(done) >= after:
                raise OSError(errno.ENOSPC, "No space left on device")
            done.append(file)
        put_in_place(draft, file)

    with monkeypatch.context() as patch:
        patch.setattr("reeplan.solve.executor.answers.os.replace", fails)
        result = run_command(*solving(small_case, place))
    if after == 0:
        assert_told(result, 2, "disk is full")
        assert list(tmp_path.iterdir()) == []
        return
    assert_told(result, 4, "disk is full", "--resume")
    assert_nothing_looks_finished(tmp_path)
    assert run_command("solve", "--resume", place).exit_code == 0
    assert front_of(place) == front_of(calm.place)


def test_a_disk_that_is_really_full(small_case: Path, calm: Calm, tmp_path: Path) -> None:
    """The same on a file system of 100 kB, where one can be had; with more room the run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no file system of our own can be mounted here")
    try:
        result = run_command(*solving(small_case, disk / "run"))
        assert result.exit_code in (2, 4)
        assert "disk is full" in result.stderr
        assert_nothing_looks_finished(disk)
        subprocess.run(["mount", "-o", "remount,size=10m", disk], check=True)
        again = ["--resume", disk / "run"] if result.exit_code == 4 else solving(small_case, disk / "run")[1:]
        assert run_command("solve", *again).exit_code == 0
        assert front_of(disk / "run") == front_of(calm.place)
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_place_below_a_file(as_json: list[str], small_case: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = run_command("solve", small_case, "--out", tmp_path / "file" / "run", *as_json)
    assert_told(result, 2, "could not be written")
    assert (tmp_path / "file").read_text() == "not a folder"


def test_a_place_with_an_endless_name(small_case: Path, tmp_path: Path) -> None:
    assert_told(run_command("solve", small_case, "--out", tmp_path / ("x" * 300)), 2)
    assert_told(run_command("solve", "--resume", tmp_path / ("x" * 300)), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is closed to root")
def test_a_place_that_is_closed(small_case: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert_told(run_command("solve", small_case, "--out", closed / "run"), 2, "could not be written")
    assert list(closed.iterdir()) == []


@pytest.mark.parametrize("what", ["draw_figures", "write_report"])
@pytest.mark.parametrize("trouble", [RuntimeError("out of ink"), OSError(errno.ENOSPC, "No space left"), MemoryError()])
def test_figures_cost_no_run_its_tables(
    trouble: Exception, what: str, small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(solve_module, what, fails)
    extras = Extras(figures=what == "draw_figures", report=what == "write_report", verify=False)
    assert run_with("solve", small_case, "--target", "none", "--out", tmp_path / "run", extras=extras).exit_code == 0
    assert assert_whole(tmp_path / "run") == "done"


def test_a_run_killed_while_it_draws_solves_nothing_again(
    small_case: Path, calm: Calm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[str]
) -> None:
    """Drawing comes last and takes long: the journal is there until the run is at its place."""
    place = tmp_path / "run"

    class KilledError(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(solve_module, "draw_figures", killed)
        with pytest.raises(KilledError):
            run_with(*solving(small_case, place), extras=Extras(report=False, verify=False))
    assert_nothing_looks_finished(tmp_path)
    before = len(counted)
    assert run_command("solve", "--resume", place).exit_code == 0
    assert len(counted) == before
    assert front_of(place) == front_of(calm.place)


# ---- going on ------------------------------------------------------------------------------------


@pytest.fixture
def unfinished(small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of a run that broke off after four solves."""
    place = tmp_path / "run"
    with broken_after(monkeypatch, 4, OSError(errno.EIO, "broken")):
        result = run_command(*solving(small_case, place))
    assert_told(result, 4, "--resume")
    assert answers(place) == 4
    return place


def test_an_unfinished_run_is_gone_on_with_by_either_name(unfinished: Path, calm: Calm) -> None:
    """Whoever finds the hidden folder and names it means the run."""
    assert run_command("solve", "--resume", unfinished_place(unfinished)).exit_code == 0
    assert front_of(unfinished) == front_of(calm.place)


def test_a_run_that_is_done_is_left_alone(calm: Calm) -> None:
    before = snapshot(calm.place)
    assert_told(run_command("solve", "--resume", calm.place), 2, "is done")
    assert snapshot(calm.place) == before
    assert not unfinished_place(calm.place).exists()


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "file").write_text("text")
    for name in ("nowhere", "notes", "file"):
        assert_told(run_command("solve", "--resume", tmp_path / name), 2, "there is no run")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "notes"]


def test_what_has_no_plan_is_not_gone_on_with(small_case: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    case = tmp_path / "case"
    shutil.copytree(small_case, case)
    [works] = rows_of(case, "plants")
    write_rows(case, "plants", [works | {"max_modules": "1"}])
    assert run_command("solve", case, "--target", 0.99, "--out", run).exit_code == 3
    assert_told(run_command("solve", "--resume", run), 2, "infeasible.md")


GARBAGE = {
    "empty": b"",
    "text": b"what is this?",
    "another archive": b"PK\x03\x04" + b"\x00" * 40,
    "pickle": b"\x80\x04K\x01.",
}


@pytest.mark.parametrize(
    "damage",
    ["cut short", "one bit", "swapped", "renamed", "gone", "closed", "a folder", "a link to itself", "a pipe",
     *GARBAGE],
)  # fmt: skip
def test_a_damaged_answer_is_solved_again(
    damage: str, unfinished: Path, calm: Calm, counted: list[str]
) -> None:
    """One answer is damaged: it alone is asked for again, the front is the same, and it is said once."""
    other, path = sorted((unfinished_place(unfinished) / "journal").glob("*.answer"))[1:3]
    content = path.read_bytes()
    if damage == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "one bit":
        path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
    elif damage == "swapped":
        path.write_bytes(other.read_bytes())
    elif damage == "renamed":
        path.rename(path.with_name("0042.answer"))
    elif damage == "closed":
        if os.geteuid() == 0:
            pytest.skip("nothing is closed to root")
        path.chmod(0)
    elif damage in GARBAGE:
        path.write_bytes(GARBAGE[damage])
    else:
        path.unlink()
        put_there = {"gone": lambda: None, "a folder": path.mkdir, "a pipe": lambda: os.mkfifo(path)}
        put_there.get(damage, lambda: path.symlink_to(path.name))()
    result = run_command("solve", "--resume", unfinished)
    assert result.exit_code == 0, result.output
    assert front_of(unfinished) == front_of(calm.place)
    assert len(counted) == calm.questions - 3
    said = "warning 1 stored answer could not be read and is solved again."
    assert result.stderr.count(said) == result.stderr.count("could not be read") == (damage != "gone")


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[1, 2]", '"text"', "{}", '{"seed": "x", "single": false}', '{"seed": 1, "single": "maybe"}',
     '{"seed": 0, "single": false, "workers": "many"}', "\x00\x01"],
)  # fmt: skip
def test_a_damaged_manifest_is_told(manifest: str, unfinished: Path) -> None:
    kept = unfinished_place(unfinished)
    (kept / "manifest.json").write_text(manifest)
    before = snapshot(kept)
    assert_told(run_command("solve", "--resume", unfinished), 2, "does not hold enough to go on", "--out")
    assert snapshot(kept) == before


def test_a_manifest_that_is_not_text_is_told(unfinished: Path) -> None:
    (unfinished_place(unfinished) / "manifest.json").write_bytes(b"\xff\xfe\x00{")
    assert_told(run_command("solve", "--resume", unfinished), 2, "does not hold enough to go on")


def test_damaged_inputs_are_told(unfinished: Path) -> None:
    table = unfinished_place(unfinished) / "inputs" / "demand.csv"
    table.write_bytes(table.read_bytes()[:40])
    assert_told(run_command("solve", "--resume", unfinished), 2, "demand.csv")
    shutil.rmtree(table.parent)
    assert_told(run_command("solve", "--resume", unfinished), 2, "does not hold enough to go on")


# ---- points that ended at their time limit -------------------------------------------------------


@contextmanager
def short_of_time(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[PlanAnswer], PlanAnswer]) -> Iterator[None]:
    """Solves of levels end at their time limit with what ``spoil`` leaves of their answer."""
    ask = PlanQuestion.__call__

    def limited(question: PlanQuestion, planner: Any, watch: Any) -> PlanAnswer:
        answer = ask(question, planner, watch)
        return spoil(answer) if isinstance(question, CheapestAt) and question.target > 0 else answer

    with monkeypatch.context() as patch:
        patch.setattr(PlanQuestion, "__call__", limited)
        yield


def loose_bound(answer: PlanAnswer) -> PlanAnswer:
    return replace(answer, outcome=Outcome.LIMIT, bound=0.5 * answer.bound)


def nothing_found(answer: PlanAnswer) -> PlanAnswer:
    return PlanAnswer(Outcome.LIMIT, 1.0, bound=-float("inf"))


def looser_bound(answer: PlanAnswer) -> PlanAnswer:
    return replace(answer, outcome=Outcome.LIMIT, bound=0.25 * answer.bound)


def broke_down(answer: PlanAnswer) -> PlanAnswer:
    return PlanAnswer(Outcome.FAILED, 1.0)


@pytest.fixture
def limited(small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run whose levels all ended at their time limit: right plans, loose bounds."""
    place = tmp_path / "run"
    with short_of_time(monkeypatch, loose_bound):
        result = run_command(*solving(small_case, place))
    assert result.exit_code == 4, result.output
    assert assert_whole(place) == "stopped at a limit"
    assert "gap not reached" in set(read(place / "front.csv")["status"])
    return place


def test_more_time_closes_what_was_left_open(limited: Path, calm: Calm) -> None:
    before = read(limited / "front.csv")
    assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code == 0
    assert assert_whole(limited) == "done"
    after = read(limited / "front.csv")
    assert front_of(limited) == front_of(calm.place)
    assert len(after) == len(before)
    assert (after["cost_musd"] <= before["cost_musd"] + 1e-9).all()
    assert (after["bound_musd"] >= before["bound_musd"] - 1e-9).all()
    assert [path.name for path in limited.parent.iterdir()] == ["run"]


@pytest.mark.parametrize("spoil", [nothing_found, looser_bound, broke_down])
def test_another_try_is_never_worse(
    spoil: Callable[[PlanAnswer], PlanAnswer], limited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second try that finds no plan, or proves less, or breaks down, leaves plans and bounds as they were."""
    before = read(limited / "front.csv")
    with short_of_time(monkeypatch, spoil):
        result = run_command("solve", "--resume", limited, "--time-limit", 1)
    assert result.exit_code == 4, result.output
    assert assert_whole(limited) == "stopped at a limit"
    after = read(limited / "front.csv")
    columns = ["point", "cost_musd", "resilience", "bound_musd", "gap_musd", "status"]
    pd.testing.assert_frame_equal(after[columns], before[columns])


def test_without_more_time_nothing_is_solved_again(limited: Path, counted: list[str]) -> None:
    before = read(limited / "front.csv")
    counted.clear()
    assert run_command("solve", "--resume", limited).exit_code == 4
    assert counted == []
    pd.testing.assert_frame_equal(read(limited / "front.csv").drop(columns="seconds"), before.drop(columns="seconds"))


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), MemoryError()])
def test_the_old_run_stays_until_the_new_one_is_whole(
    trouble: BaseException, limited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(limited)

    def fails(*_: object) -> None:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(solve_module, "write_plan", fails)
        assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code != 0
    assert snapshot(limited) == before
    assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code == 0
    assert assert_whole(limited) == "done"
    assert [path.name for path in limited.parent.iterdir()] == ["run"]


def test_a_stop_before_all_is_found_again_leaves_the_old_run(
    limited: Path, calm: Calm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the first of the solves that are tried again: the old front, with more points, is not replaced."""
    before = snapshot(limited)
    asked: list[bool] = []

    def stops(answer: PlanAnswer) -> PlanAnswer:
        asked.append(True)
        return replace(answer, outcome=Outcome.INTERRUPTED)

    with monkeypatch.context() as patch:
        patch.setattr(Interrupt, "asked", property(lambda self: bool(asked)))
        with short_of_time(patch, stops):
            result = run_command("solve", "--resume", limited, "--time-limit", 60)
    assert_told(result, 130, "stays as it is", f"--resume {limited}")
    assert snapshot(limited) == before
    assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code == 0
    assert front_of(limited) == front_of(calm.place)
    assert [path.name for path in limited.parent.iterdir()] == ["run"]


def test_a_run_killed_while_it_takes_its_place(limited: Path, calm: Calm) -> None:
    """Killed between the two moves: neither the old run nor the new one is at its place; going on fixes it."""
    shutil.copytree(limited, unfinished_place(limited))
    limited.rename(limited.with_name(".run.replaced"))
    assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code == 0
    assert front_of(limited) == front_of(calm.place)
    assert [path.name for path in limited.parent.iterdir()] == ["run"]


def test_what_a_kill_left_of_a_replaced_run_is_in_nobodys_way(limited: Path, calm: Calm) -> None:
    leftover = limited.with_name(".run.replaced")
    leftover.mkdir()
    (leftover / "front.csv").write_text("old")
    (limited.parent / f"{unfinished_place(limited).name}.copy").mkdir()
    assert run_command("solve", "--resume", limited, "--time-limit", 60).exit_code == 0
    assert front_of(limited) == front_of(calm.place)
    assert [path.name for path in limited.parent.iterdir()] == ["run"]


# ---- the same again ------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_tables(small_case: Path, calm: Calm, tmp_path: Path) -> None:
    """Byte for byte, but for the seconds that the solves took."""
    place = tmp_path / "again"
    assert run_command(*solving(small_case, place)).exit_code == 0
    one, two = ({name: text for name, text in snapshot(run).items() if name.endswith(".csv")}
                for run in (calm.place, place))  # fmt: skip
    one = {name: text for name, text in one.items() if not name.startswith("figures/")}
    assert one.keys() == two.keys()
    for name in one.keys() - {"front.csv"}:
        assert one[name] == two[name], name
    pd.testing.assert_frame_equal(
        *(read(run / "front.csv").drop(columns="seconds") for run in (calm.place, place)), check_exact=True
    )


def test_a_run_gone_on_with_has_the_same_tables(unfinished: Path, calm: Calm) -> None:
    """Byte for byte the tables of the run that nobody disturbed."""
    assert run_command("solve", "--resume", unfinished).exit_code == 0
    for name, text in snapshot(calm.place / "plans").items():
        assert (unfinished / "plans" / name).read_bytes() == text, name


# ---- again and again, at random moments ----------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_at_random_moments(
    seed: int, workers: int, calm_tutorial: Calm, seconds_undisturbed: float, tmp_path: Path
) -> None:
    """Killed or told to stop at any moment, figures and all, until it is done: always whole, and the same front."""
    chance = random.Random(1000 * seed + workers)
    place = tmp_path / "run"
    command = solving(INPUTS / "tutorial", place, workers, 10)
    for attempt in range(40):
        with started(None, *command) as process:
            _stopped_after(process, chance.uniform(0.5, seconds_undisturbed * 1.1**attempt), chance)
            _, said = process.communicate(timeout=600)
        if "1/4" in said:  # before, the command was not even read
            assert "Traceback" not in said, said
            assert process.returncode in (0, 130, -signal.SIGKILL), said
        if place.exists() and assert_whole(place) == "done":
            break
        if not place.exists():
            assert_nothing_looks_finished(tmp_path)
        kept = unfinished_place(place)
        if place.exists() or ((kept / "manifest.json").exists() and (kept / "inputs").exists()):
            command = ["solve", "--resume", place]
        else:
            shutil.rmtree(kept, ignore_errors=True)
            command = solving(INPUTS / "tutorial", place, workers, 10)
    else:
        pytest.fail("never done")
    if workers == 1:
        assert front_of(place) == front_of(calm_tutorial.place)
    else:
        assert_same_front_within_gaps(place, calm_tutorial.place)


def _stopped_after(process: subprocess.Popen[str], seconds: float, chance: random.Random) -> None:
    """Killed, terminated or interrupted (alone or, as by a terminal, with its workers) after so long."""
    number = chance.choice([signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    with_workers = number == signal.SIGINT and chance.random() < 0.5
    if not until(lambda: process.poll() is not None, seconds):
        (os.killpg if with_workers else os.kill)(process.pid, number)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_real_case_is_gone_on_with(number: signal.Signals, tmp_path: Path) -> None:
    """Stopped or killed in the middle of a hard solve; with more time neither end of the front gets worse.

    A cheaper plan at the end moves the levels in between, so that these are other points.
    """
    place = tmp_path / "run"
    case = INPUTS / "base"
    with started(None, "solve", case, "--points", 4, "--time-limit", 8, "--out", place, "--workers", 2) as process:
        assert until(lambda: answers(place) >= 2 or process.poll() is not None, 300)
        time.sleep(4)
        workers = children(process.pid)
        process.send_signal(number)
        process.communicate(timeout=300)
    assert until(lambda: not any(lives(worker) for worker in workers), 20), "workers outlive their run"
    with started(None, "solve", "--resume", place) as process:
        process.communicate(timeout=600)
    assert process.returncode in (0, 4)
    assert_whole(place)
    before = read(place / "front.csv")
    with started(None, "solve", "--resume", place, "--time-limit", 12) as process:
        process.communicate(timeout=600)
    if process.returncode == 2:  # every point was within its gap already
        return
    assert process.returncode in (0, 4)
    assert_whole(place)
    after = read(place / "front.csv")
    assert after["cost_musd"].min() <= before["cost_musd"].min() + 1e-6
    assert after["resilience"].max() >= before["resilience"].max() - 1e-6
