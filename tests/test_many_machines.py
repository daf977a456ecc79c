"""The same front wherever it is solved: worker processes, a Dask cluster, MPI ranks; whoever dies on the way.

The cluster is a real one: a scheduler and workers as processes of their own. A file holds its workers in the
middle of what they were asked, so that the one that is killed is known to have been at work.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.outputs.places import unfinished_place
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Backend, Executor, LocalProcesses, Task, WorkerLostError
from reeplan.solve.executor.worker import differences
from reeplan.solve.front import solve_front
from reeplan.solve.planner import Planner
from reeplan.solve.questions import Question
from solved import cheapest, planner_of
from solved import run_for_tables as run_command
from support import WORST_CASE, in_a_group, until

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from click.testing import Result

    from reeplan.model.case import Case
    from reeplan.solve.engine import Watch

TUTORIAL = Path(__file__).parent.parent / "inputs" / "tutorial"
POINTS = 5
ONE = Controls(threads=1)

WATCHED = """
import os, time
from pathlib import Path
from reeplan.solve.questions import PlanQuestion
ask, signs = getattr(PlanQuestion, "unwatched", PlanQuestion.__call__), Path(os.environ["SIGNS"])
def watched(question, planner, watch):
    (signs / f"{os.getpid()} {type(question).__name__} {getattr(question, 'target', '')}").touch()
    while (signs / "hold").exists():
        time.sleep(0.02)
    return ask(question, planner, watch)
PlanQuestion.unwatched, PlanQuestion.__call__ = ask, watched
"""
"""Read by every worker: it leaves a sign of each solve that it begins, and waits in it as long as it is held."""

QUICKLY = """
from reeplan.__main__ import main
from reeplan.api import Extras
if __name__ == "__main__":
    main(Extras(figures=False, report=False, verify=False))
"""
"""The command without figures, report and checks of what is written."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- a cluster of processes ----------------------------------------------------------------------


@dataclass
class Cluster:
    """A Dask scheduler and its workers, each a process."""

    folder: Path
    address: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def signs(self) -> Path:
        return self.folder / "signs"

    def begun(self) -> dict[int, list[str]]:
        """Which process has begun which solves."""
        found: dict[int, list[str]] = {}
        for sign in self.signs.iterdir():
            pid, _, what = sign.name.partition(" ")
            if what:
                found.setdefault(int(pid), []).append(what)
        return found

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words], cwd=self.folder, stdout=log, stderr=log,
                env=os.environ | {"SIGNS": str(self.signs)},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "60",
            "--preload", str(self.folder / "watched.py"), "--local-directory", str(self.folder),
        )  # fmt: skip

    def said(self) -> str:
        return "".join(log.read_text(errors="replace") for log in sorted(self.folder.glob("*.log")))


@contextmanager
def cluster_of(workers: int, folder: Path) -> Iterator[Cluster]:
    """A cluster that leaves no process behind."""
    port = free_port()
    cluster = Cluster(folder, f"tcp://127.0.0.1:{port}")
    cluster.signs.mkdir()
    (folder / "watched.py").write_text(WATCHED)
    try:
        cluster.start(
            "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--idle-timeout", "300s"
        )
        for _ in range(workers):
            cluster.start_worker()
        assert until(lambda: cluster.said().count("Register worker") == workers), cluster.said()
        yield cluster
    finally:
        for process in cluster.processes:
            process.kill()
        for process in cluster.processes:
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers."""
    with cluster_of(2, tmp_path_factory.mktemp("cluster")) as two:
        yield two


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's front, solved by this process to the last digit."""
    place = tmp_path_factory.mktemp("alone") / "run"
    result = run_command(*solving(place), "--workers", 1)
    assert result.exit_code == 0, result.output
    return place


def solving(place: Path) -> list[object]:
    return ["solve", TUTORIAL, "--points", POINTS, "--gap", 0, "--out", place]


def assert_same_front(run: Path, other: Path) -> None:
    """Both fronts have the same ends, and every plan between costs what this process finds at its level.

    Which levels are asked depends on who ends first. All is proven to a ten-millionth, and that is all by which costs
    may differ.
    """
    found, wanted = pd.read_csv(run / "front.csv"), pd.read_csv(other / "front.csv")
    for end in (0, -1):
        assert found["resilience"].iloc[end] == pytest.approx(wanted["resilience"].iloc[end], abs=1e-6)
        for column in (name for name in wanted.columns if name.endswith("_musd") and "gap" not in name):
            allowed = 1e-9 * wanted["cost_musd"].iloc[end] + wanted["gap_musd"].iloc[end] + found["gap_musd"].iloc[end]
            assert found[column].iloc[end] == pytest.approx(wanted[column].iloc[end], abs=2 * allowed), column
    planner = planner_of(TUTORIAL)
    for row in found.itertuples():
        plan = cheapest(planner, row.resilience - 1e-9)
        assert plan is not None
        assert row.cost_musd == pytest.approx(plan.cost_musd, rel=3e-7)
    assert abs(len(found) - len(wanted)) <= 1
    assert set(found["status"]) == {"optimal"}


def assert_refused(result: Result, *words: str, place: Path) -> None:
    """One error in plain words, exit code 2, nothing written."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert result.output.count("rror") == 1
    for word in words:
        assert word in result.output
    assert not place.exists()
    assert not unfinished_place(place).exists()


# ---- Dask ----------------------------------------------------------------------------------------


def test_a_dask_cluster_finds_the_same_front(cluster: Cluster, alone: Path, tmp_path: Path) -> None:
    place = tmp_path / "run"
    before = cluster.begun()
    result = run_command(*solving(place), "--dask", cluster.address)
    assert result.exit_code == 0, result.output
    assert "2 at a time" in result.output
    assert_same_front(place, alone)
    assert len(cluster.begun().keys() - before.keys()) == 2, "both workers solved"
    assert "HiGHS" in (place / "solver.log").read_text(), "the solver's account came along"


COOPERATION = ["cooperate", TUTORIAL, "--target", 0.05, "--gap", 0]


@pytest.fixture(scope="module")
def coalitions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """What each coalition of the tutorial's partners costs, solved by this process."""
    place = tmp_path_factory.mktemp("coalitions") / "run"
    result = run_command(*COOPERATION, "--out", place, "--workers", 1)
    assert result.exit_code == 0, result.output
    return costs_of(place)


def costs_of(run: Path) -> dict[str, float]:
    table = pd.read_csv(run / "coalitions.csv", encoding="utf-8-sig").set_index("coalition")
    assert len(table) == 3
    return dict(table["cost_musd"])


def test_a_dask_cluster_finds_the_same_coalitions(
    cluster: Cluster, coalitions: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_here(*_: object) -> None:
        raise AssertionError("the cluster is to solve, not this process")

    monkeypatch.setattr(Executor, "_answer_here", not_here)
    place = tmp_path / "run"
    result = run_command(*COOPERATION, "--out", place, "--dask", cluster.address)
    assert result.exit_code == 0, result.output
    assert costs_of(place) == pytest.approx(coalitions, rel=1e-7)


def test_a_killed_dask_worker_loses_nothing(alone: Path, tmp_path: Path) -> None:
    """kill -9 in the middle of a solve: another worker, who came late and knew nothing of the case, does it."""
    with cluster_of(2, tmp_path) as cluster, ThreadPoolExecutor(1) as beside:
        (cluster.signs / "hold").touch()
        victim = cluster.processes[1]

        def kill_while_it_solves() -> list[str]:
            assert until(lambda: len(cluster.begun()) == 2), "both workers are in a solve"
            held = cluster.begun()[victim.pid]
            victim.kill()
            victim.wait()
            cluster.start_worker()
            (cluster.signs / "hold").unlink()
            return held

        killing = beside.submit(kill_while_it_solves)
        result = run_command(*solving(tmp_path / "run"), "--dask", cluster.address)
        [lost] = killing.result()
        begun = cluster.begun()
    assert result.exit_code == 0, result.output
    assert [what for pid, all_begun in begun.items() if pid != victim.pid for what in all_begun].count(lost) == 1
    assert_same_front(tmp_path / "run", alone)


@pytest.mark.slow
def test_ctrl_c_stops_a_dask_cluster_and_keeps_what_was_found(cluster: Cluster, tmp_path: Path) -> None:
    """What is being solved ends with what it has; the run goes on later, on this machine if need be."""
    place = tmp_path / "run"
    program = tmp_path / "quickly.py"
    program.write_text(QUICKLY)
    words = [sys.executable, str(program), *map(str, solving(place)), "--dask", cluster.address, "--json"]
    for sign in cluster.signs.iterdir():
        sign.unlink()
    with in_a_group(*words) as process:
        journal = unfinished_place(place) / "journal"
        assert until(lambda: len(list(journal.glob("*.answer"))) >= 2 or process.poll() is not None)
        (cluster.signs / "hold").touch()
        process.send_signal(signal.SIGINT)
        time.sleep(2.0)
        (cluster.signs / "hold").unlink()
        out, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert json.loads(out)["status"] == "interrupted"
    assert run_command("solve", "--resume", place, "--workers", 1).exit_code == 0


def test_a_scheduler_that_does_not_answer(tmp_path: Path) -> None:
    began = time.monotonic()
    address = f"tcp://127.0.0.1:{free_port()}"
    result = run_command(*solving(tmp_path / "run"), "--dask", address)
    assert_refused(result, f"no Dask scheduler answers at {address}", "dask scheduler", place=tmp_path / "run")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("address", ["nonsense://x:1", "127.0.0.1:notaport"])
def test_an_address_that_is_none(address: str, tmp_path: Path) -> None:
    result = run_command(*solving(tmp_path / "run"), "--dask", address)
    assert_refused(result, "no Dask scheduler answers", place=tmp_path / "run")


def test_a_cluster_without_workers(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster_of(0, folder) as cluster:
        assert until(lambda: "Scheduler at" in cluster.said())
        result = run_command(*solving(tmp_path / "run"), "--dask", cluster.address)
    assert_refused(result, "no worker is connected", f"dask worker {cluster.address}", place=tmp_path / "run")


@pytest.mark.parametrize(
    "words", [["--dask", "tcp://x:1", "--workers", "2"], ["--mpi", "--workers", "2"], ["--mpi", "--dask", "tcp://x:1"]]
)
def test_one_place_to_solve(words: list[str], tmp_path: Path) -> None:
    result = run_command(*solving(tmp_path / "run"), *words)
    assert_refused(result, "give one of them", place=tmp_path / "run")


@pytest.mark.parametrize(
    ("words", "package", "extra"), [(["--dask", "tcp://x:1"], "distributed", "dask"), (["--mpi"], "mpi4py", "mpi")]
)
def test_a_package_that_is_missing(
    words: list[str], package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = ("reeplan.solve.executor.dask", "reeplan.solve.executor.mpi")
    for name in [name for name in sys.modules if name.startswith(loaded)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    result = run_command(*solving(tmp_path / "run"), *words)
    assert_refused(result, package, f"reeplan[{extra}]", place=tmp_path / "run")


def test_other_versions_are_told() -> None:
    here = {"python": "3.12.1", "reeplan": "0.1.0", "highspy": "1.15.1"}
    assert differences(here, here) == ""
    there = here | {"highspy": "1.14.0", "reeplan": None}
    assert differences(there, here) == "reeplan missing there, 0.1.0 here; highspy 1.14.0 there, 1.15.1 here"


# ---- MPI -----------------------------------------------------------------------------------------

MPIEXEC = shutil.which("mpiexec", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
needs_mpiexec = pytest.mark.skipif(MPIEXEC is None, reason="there is no mpiexec on this machine")


def ranks(number: int, folder: Path, *words: object, **env: str) -> AbstractContextManager[subprocess.Popen[str]]:
    """The command on so many MPI ranks."""
    assert MPIEXEC is not None
    program = folder / "quickly.py"
    program.write_text((WATCHED if env else "") + QUICKLY)
    command = [MPIEXEC, "-n", number, sys.executable, "-m", "mpi4py.futures", program]
    return in_a_group(*command, *words, "--mpi", env=os.environ | env)


@needs_mpiexec
def test_mpi_ranks_find_the_same_front(alone: Path, tmp_path: Path) -> None:
    place = tmp_path / "run"
    with ranks(3, tmp_path, *solving(place)) as process:
        _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert "2 at a time" in said
    assert_same_front(place, alone)
    assert "HiGHS" in (place / "solver.log").read_text(), "the solver's account came along"


@pytest.mark.slow
@needs_mpiexec
def test_mpi_ranks_find_the_same_coalitions(coalitions: dict[str, float], tmp_path: Path) -> None:
    place = tmp_path / "run"
    with ranks(3, tmp_path, *COOPERATION, "--out", place) as process:
        _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    assert costs_of(place) == pytest.approx(coalitions, rel=1e-7)


@pytest.mark.slow
@needs_mpiexec
def test_a_killed_mpi_rank_ends_the_run_which_goes_on(alone: Path, tmp_path: Path) -> None:
    """MPI cannot do without a rank; what was solved is in the journal, and the rest is solved later."""
    place, signs = tmp_path / "run", tmp_path / "signs"
    signs.mkdir()
    journal = unfinished_place(place) / "journal"
    with ranks(3, tmp_path, *solving(place), SIGNS=str(signs)) as process:
        assert until(lambda: len(list(journal.glob("*.answer"))) >= 2 or process.poll() is not None)
        (signs / "hold").touch()
        for sign in signs.glob("* *"):
            sign.unlink()
        assert until(lambda: list(signs.glob("* *")))
        os.kill(int(next(signs.glob("* *")).name.partition(" ")[0]), signal.SIGKILL)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert not place.exists()
    result = run_command("solve", "--resume", place, "--workers", 1)
    assert result.exit_code == 0, result.output
    assert "resumed after" in result.output
    assert_same_front(place, alone)


@needs_mpiexec
def test_one_mpi_rank_is_too_few(tmp_path: Path) -> None:
    with ranks(1, tmp_path, *solving(tmp_path / "run")) as process:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "at least two ranks" in said
    assert "Traceback" not in said
    assert not (tmp_path / "run").exists()


# ---- any backend ---------------------------------------------------------------------


def case_of(folder: Path) -> Case:
    loaded = load_tables(folder)
    assert loaded.tables is not None
    return case_from_tables(loaded.tables)


@dataclass(frozen=True)
class Cheapest(Question):
    """A question about a case: what its cheapest plan costs; each number makes another question of it."""

    number: int

    def __call__(self, planner: Planner, watch: Watch) -> float:
        return planner.cheapest(0.0, ONE).objective


class InThreads(Backend):
    """An executor of the standard library that is none of ours, and counts what travels."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.executor = self.pool = ThreadPoolExecutor(size)
        self.channels = _Threads(self.stop)
        self.cases_sent = self.cases_asked_for = 0
        request_of = self.requests.of

        def counting(*args: Any, with_case: bool) -> Any:
            made = request_of(*args, with_case=with_case)
            self.cases_sent += made.case is not None
            self.cases_asked_for += with_case
            return made

        self.requests.of = counting  # type: ignore[method-assign]

    def close(self) -> None:
        self.pool.shutdown()


@dataclass(frozen=True)
class _Threads:
    stop: threading.Event

    def open(self) -> _Threads:
        return self

    def tell(self, what: str, progress: Any) -> None: ...

    def is_set(self) -> bool:
        return self.stop.is_set()


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_are_in_the_order_of_the_tasks_and_each_case_travels_once_per_worker(
    small_case: Path, workers: int
) -> None:
    """Two cases in turn, twenty times: the costs are each case's own.

    A worker that is quick may be given what was meant for another, who then asks for the case; nobody else is sent it.
    """
    cases = [case_of(small_case), case_of(TUTORIAL)]
    known = [Planner(case, WORST_CASE).cheapest(0.0, ONE).objective for case in cases]
    assert known[0] != pytest.approx(known[1])
    with InThreads(workers) as threads:
        found = Executor(threads)([Task(str(i), cases[i % 2], WORST_CASE, Cheapest(i)) for i in range(20)])
    assert found == pytest.approx(known * 10)
    assert threads.cases_sent == 2 * workers + threads.cases_asked_for
    assert workers > 1 or threads.cases_asked_for == 0


def test_work_that_is_stopped_keeps_what_it_has(small_case: Path) -> None:
    case = case_of(small_case)
    with InThreads(1) as threads:
        tasks = [Task(str(i), case, WORST_CASE, Cheapest(i)) for i in range(5)]
        found = Executor(threads).ask(tasks, lambda position, _: [threads.stop.set()][1:] if position == 1 else [])
    assert [answer is not None for answer in found] == [True, True, False, False, False]


@dataclass(frozen=True)
class Dies(Question):
    def __call__(self, planner: Planner, watch: Watch) -> float:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0.0


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as POSIX does")
def test_a_task_that_kills_its_workers_is_given_up(small_case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.solve.executor.backend.ATTEMPTS", 2)
    with LocalProcesses(1) as here, pytest.raises(WorkerLostError, match="again and again"):
        Executor(here)([Task("deadly", case_of(small_case), WORST_CASE, Dies())])


@dataclass(frozen=True)
class Fails(Question):
    message: str

    def __call__(self, planner: Planner, watch: Watch) -> float:
        raise ValueError(self.message)


def test_what_a_question_raises_is_heard(small_case: Path) -> None:
    with InThreads(2) as threads, pytest.raises(ValueError, match="no such thing"):
        Executor(threads)([Task("wrong", case_of(small_case), WORST_CASE, Fails("no such thing"))])


def test_a_plan_that_nobody_was_left_to_find_counts_as_interrupted(small_case: Path) -> None:
    planner = Planner(case_of(small_case), WORST_CASE)
    with InThreads(1) as threads:
        threads.stop.set()
        front = solve_front(planner, Executor(threads), ONE, 1e-3, 2)
    assert front.outcome is Outcome.INTERRUPTED
    assert front.points == []
