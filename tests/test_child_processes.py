"""No process outlives the one that started it, however that one ends, and none holds its standard output."""

from __future__ import annotations

import re
import signal
import sys
import time
from pathlib import Path

import pytest

from support import in_a_group, members, until

ROOT = Path(__file__).parents[1]

STARTERS = re.compile(
    r"ProcessPoolExecutor|subprocess\.(Popen|run|call|check_\w+)|multiprocessing\.(Process|Pool|get_context)"
    r"|os\.(fork\w*|system|popen|spawn\w+|posix_spawn\w*)|from (subprocess|multiprocessing|os) import"
)
"""What starts a process."""

WORKING = """
import os, sys, time
from reeplan.child_processes import ChildProcesses
def loudly(seconds):
    os.write(1, b"noise")
    print("noise", flush=True)
    time.sleep(seconds)
    return os.getpid()
if __name__ == "__main__":
    with ChildProcesses(3) as pool:
        pids = {pool.submit(loudly, 0.5) for _ in range(3)}
        pids = {one.result() for one in pids}
        working = [pool.submit(loudly, 600), pool.submit(loudly, 600)]  # the third waits for work
        print(*pids, flush=True)
        time.sleep(600)
"""

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_with_a_killed_parent(number: signal.Signals, tmp_path: Path) -> None:
    """Working or waiting for work: all end, the resource tracker too, and whoever waits for the output sees its end."""
    program = tmp_path / "program.py"
    program.write_text(WORKING)
    with in_a_group(sys.executable, program) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert len(set(said.split())) == 3
        assert len(members(process.pid)) > 3
        process.send_signal(number)
        rest, warned = process.communicate(timeout=60)
        assert until(lambda: not members(process.pid), 20)
    assert "leaked" not in warned, "what is cleared away is no news"
    assert "noise" not in said + rest, "standard output is for the answer alone"


@needs_proc
def test_children_end_at_once_with_an_exception(tmp_path: Path) -> None:
    """A second Ctrl-C, say: nobody waits for what they are at."""
    program = tmp_path / "program.py"
    program.write_text(WORKING.replace("        time.sleep(600)\n", "        raise KeyboardInterrupt\n"))
    with in_a_group(sys.executable, program) as process:
        _, said = process.communicate(timeout=60)
        assert said.count("Traceback") == 1, said
        assert until(lambda: not members(process.pid), 20)


STARTED = """
import os, sys, time
from reeplan.child_processes import end_with_starter, start
if sys.argv[1:] == ["started"]:
    end_with_starter()
    if os.fork() == 0:
        time.sleep(600)
    print("ready", flush=True)
    time.sleep(600)
with start([sys.executable, __file__, "started"], start_new_session=True) as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""


@needs_proc
def test_a_program_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """A program in a group of its own, with a child that it forked, when its starter is killed."""
    program = tmp_path / "program.py"
    program.write_text(STARTED)
    with in_a_group(sys.executable, program) as process:
        assert process.stdout is not None
        started = int(process.stdout.readline())
        assert process.stdout.readline() == "ready\n"
        assert len(members(started)) == 2
        process.kill()
        process.communicate(timeout=60)
        assert until(lambda: not members(started), 20)


def test_every_process_is_started_by_the_one_way() -> None:
    files = [*ROOT.glob("model/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]
    assert len(files) > 100
    starting = [path.stem for path in files if STARTERS.search(path.read_text(encoding="utf-8"))]
    assert starting == ["child_processes"]


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("after", range(4))
def test_a_run_killed_while_it_draws_leaves_nobody(after: int, tmp_path: Path) -> None:
    """kill -9 when two processes draw: as they start, and later."""
    command = [sys.executable, "-m", "reeplan", "solve", ROOT / "inputs" / "tutorial", "--points", 10]
    with in_a_group(*command, "--out", tmp_path / "run") as process:
        assert process.stderr is not None
        assert any("4/4" in line for line in process.stderr)
        assert until(lambda: len(members(process.pid)) > 2 or process.poll() is not None)
        time.sleep(after)
        process.kill()
        process.communicate(timeout=60)
        assert until(lambda: not members(process.pid), 20)
