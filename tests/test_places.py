"""A run has its place alone: nobody else writes there as long as its process lives, and no longer.

Who is refused is told who works there, and nothing is written over, lost, or mixed.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reeplan.outputs import place_lock, run_folder
from reeplan.outputs.place_lock import PlaceTakenError, alone_at, lock_file, worker_at
from reeplan.outputs.places import replaced_place, unfinished_place
from reeplan.outputs.run_folder import new_place, written_whole
from solved import run_for_tables as run_command
from support import in_a_group, members

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLDING = """
import os, subprocess, sys, time
from pathlib import Path
from reeplan.outputs.place_lock import alone_at
with alone_at(Path(sys.argv[1])):
    if "children" in sys.argv:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], close_fds=False)
        if os.fork() == 0:
            time.sleep(600)
    print("held", flush=True)
    sys.stdin.read()
"""
"""Works at a place until its standard input ends, with two children if asked for."""


@pytest.fixture(scope="module")
def plain_run(small_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the small case without figures; not to be changed."""
    place = tmp_path_factory.mktemp("runs") / "plain"
    assert run_command("solve", small_case, "--points", 2, "--out", place, "--workers", 1).exit_code == 0
    return place


@contextmanager
def held(place: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process works at the place; its whole group is killed at the end."""
    command = [sys.executable, "-c", HOLDING, str(place), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- who works there -----------------------------------------------------------------------------


@pytest.fixture
def stopped(plain_run: Path, tmp_path: Path) -> Path:
    """A run that can be resumed, beside its unfinished folder."""
    place = tmp_path / "run"
    shutil.copytree(plain_run, place)
    manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
    (place / "manifest.json").write_text(json.dumps(manifest | {"status": "stopped at a limit"}), encoding="utf-8")
    (place / "journal").mkdir()
    return place


@pytest.mark.parametrize(
    "command",
    [
        ("solve", "CASE", "--out", "PLACE"),
        ("solve", "CASE", "--out", "PLACE", "--json"),
        ("alternatives", "CASE", "--target", "none", "--out", "PLACE"),
        ("solve", "--resume", "PLACE"),
        ("solve", "--resume", "UNFINISHED", "--json"),
        ("cooperate", "--resume", "PLACE"),
        ("report", "PLACE"),
        ("verify", "PLACE"),
        ("verify", "UNFINISHED"),
        ("verify", "PLACE", "--json"),
        ("compare", "PLACE", "RUN"),
        ("compare", "RUN", "RUN2", "--out", "PLACE"),
        ("compare", "RUN", "RUN2", "--out", "PLACE", "--json"),
        ("init", "PLACE"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("there", ["nothing", "a run"])
def test_who_works_there_is_told(
    there: str, command: tuple[str, ...], small_case: Path, plain_run: Path, stopped: Path, tmp_path: Path
) -> None:
    """Exit code 2, the process and since when; nothing is written or changed, whatever was there."""
    place = stopped if there == "a run" else tmp_path / "new"
    meant = {"PLACE": place, "UNFINISHED": unfinished_place(place), "CASE": small_case, "RUN": plain_run,
             "RUN2": tmp_path / "other"}  # fmt: skip
    if "RUN2" in command:
        shutil.copytree(plain_run, tmp_path / "other")
    with held(place) as worker:
        before = snapshot(tmp_path)
        result = run_command(*(meant.get(word, word) for word in command))
        assert snapshot(tmp_path) == before
    assert result.exit_code == 2, result.output
    assert re.search(rf"process {worker.pid} has been working at \S+ since 20\d\d-\d\d-\d\d \d\d:\d\d", result.stderr)
    if "--json" in command:
        assert isinstance(json.loads(result.stdout), dict)


def test_a_place_is_one_by_whatever_way_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    with held(tmp_path / "run"):
        for name in ("run", "./run", "link/run", f"../{tmp_path.name}/run"):
            assert worker_at(Path(name)), name
        assert not worker_at(Path("run2"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize("ends", ["killed", "by itself"])
def test_a_lock_ends_with_its_process_and_children_do_not_keep_it(ends: str, tmp_path: Path) -> None:
    """kill -9: the next one begins at once, though children live on, forked and started with all that is open."""
    place = tmp_path / "run"
    with held(place, "children") as process:
        if ends == "killed":
            process.kill()
        else:
            process.stdin.close()  # type: ignore[union-attr]
        process.wait()
        assert len(members(process.pid)) == 2
        assert worker_at(place) == ""
        with alone_at(place):
            assert lock_file(place).exists()
        assert not lock_file(place).exists(), "nothing is left lying about"


def test_one_process_is_not_let_in_twice(tmp_path: Path) -> None:
    with alone_at(tmp_path / "run"):
        with pytest.raises(PlaceTakenError, match="this process"), alone_at(tmp_path / "run"):
            pass
        with held(tmp_path / "other"):
            pass
    with alone_at(tmp_path / "run"):
        pass


def test_whoever_looks_keeps_nobody_out(tmp_path: Path) -> None:
    """Looks for a writer go on all the time while writers take turns: each gets in."""
    place = tmp_path / "run"
    look = "from reeplan.outputs.place_lock import worker_at\nfrom pathlib import Path\nimport sys\n" \
        "print(flush=True)\nwhile True: worker_at(Path(sys.argv[1]))"  # fmt: skip
    with in_a_group(sys.executable, "-c", look, place) as looking:
        assert looking.stdout is not None
        looking.stdout.readline()
        for _ in range(200):
            with alone_at(place):
                pass


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can be kept away, which is said; that two begin at one place is seen all the same."""

    def has_none(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(place_lock, "_lock", has_none)
    said: list[str] = []
    with new_place(tmp_path / "run", warn=said.append) as place:
        assert "has no locks" in said[0]
        assert lock_file(place).exists() is False
        with pytest.raises(PlaceTakenError), new_place(tmp_path / "run"):
            pass
        with new_place(tmp_path / "run", numbered=True) as second:
            assert second == tmp_path / "run-2"
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_folder_is_made_by_one_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It appears between the look and the making, by somebody who has no lock."""
    looked: list[Path] = []

    def look_and_be_late(place: Path) -> None:
        looked.append(place)
        if len(looked) == 2:
            unfinished_place(place).mkdir()

    monkeypatch.setattr(run_folder, "refuse_if_taken", look_and_be_late)
    with pytest.raises(PlaceTakenError, match="another process"), new_place(tmp_path / "run"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [".run.unfinished"], "it is not ours to remove"


# ---- names that do not meet ----------------------------------------------------------------------


def test_names_that_are_taken_are_numbered(tmp_path: Path) -> None:
    wanted = tmp_path / "runs" / "one"
    with new_place(wanted, numbered=True) as first, new_place(wanted, numbered=True) as second:
        with held(tmp_path / "runs" / "one-3"), new_place(wanted, numbered=True) as fourth:
            assert [first.name, second.name, fourth.name] == ["one", "one-2", "one-4"]
        with written_whole(second) as folder:
            (folder / "front.csv").write_text("whole")
    assert [path.name for path in wanted.parent.iterdir() if path.is_dir()] == ["one-2"]


def test_a_default_name_says_the_target(small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for target in ("0.6", "none"):
        assert run_command("solve", small_case, "--target", target).exit_code == 0
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    dated = r"-20\d\d-\d\d-\d\d-\d{6}$"
    assert [re.sub(dated, "", name) for name in names] == ["small-target-0.6", "small-target-none"]


def test_nothing_is_written_where_a_study_is_refused(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_command("cooperate", small_case, "--regret", "--leaves", 1999)
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


# ---- a run that is replaced ----------------------------------------------------------------------


def test_a_run_that_was_being_replaced_is_not_lost(small_case: Path, plain_run: Path, tmp_path: Path) -> None:
    """Killed between the two moves of which a replacement consists: every command says so or puts it back."""
    place = tmp_path / "run"
    aside = replaced_place(place)

    def as_killed() -> None:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(plain_run, aside)

    as_killed()
    for command in (["verify", place], ["compare", place, plain_run]):
        result = run_command(*command)
        assert result.exit_code == 2
        assert f"{aside}; reeplan report {place} puts it back" in result.stderr
    assert run_command("report", place).exit_code == 0
    assert not aside.exists()
    assert (place / "front.csv").read_bytes() == (plain_run / "front.csv").read_bytes()
    for command in (["solve", small_case, "--out", place], ["solve", "--resume", place]):
        as_killed()
        result = run_command(*command)
        assert result.exit_code == 2
        assert "exists already" in result.stderr or "is done" in result.stderr
        assert snapshot(place) == snapshot(plain_run)


def test_a_move_that_fails_leaves_the_old_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "run"
    place.mkdir()
    (place / "front.csv").write_text("old")
    rename = os.rename

    def fails(source: Path, target: Path) -> None:
        if source == unfinished_place(place):
            raise OSError(errno.EIO, "broken")
        rename(source, target)

    monkeypatch.setattr(run_folder.os, "rename", fails)

    def replace() -> None:
        with written_whole(place, replaces=True) as folder:
            (folder / "front.csv").write_text("new")

    with pytest.raises(OSError, match="broken"):
        replace()
    assert (place / "front.csv").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


# ---- many at once --------------------------------------------------------------------------------

MANY = """
import json, os, sys, time
import matplotlib.pyplot, reeplan.present.compare.folder
import reeplan.cli.commands, reeplan.cli.compare, reeplan.cli.report, reeplan.cli.run
from reeplan.api import Extras
extras = Extras(figures=False, report=False, verify=False)
def in_child(number, command, begin):
    for stream, name in ((1, "out"), (2, "said")):
        os.dup2(os.open(f"{number}.{name}", os.O_WRONLY | os.O_CREAT), stream)
    time.sleep(max(0, begin - time.time()))
    code = 99
    try:
        reeplan.cli.commands.reeplan(command, prog_name="reeplan", obj=extras)
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
for folder, commands in json.load(sys.stdin).items():
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    begin, children = time.time() + 0.02 * len(commands), []
    for number, command in enumerate(commands):
        child = os.fork()
        if child == 0:
            in_child(number, command, begin)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    json.dump(codes, open("codes", "w"))
"""
"""Commands by the folder that they begin in, those of a folder at the same moment, each in a process of its own."""

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks, so that many can begin at once")

End = tuple[int, str, str]
"""Exit code, standard output and standard error."""


def at_once(commands: dict[Path, list[list[object]]]) -> dict[str, list[End]]:
    """How the commands ended that began at the same moment in each folder, by the folder's name."""
    asked = {str(folder): [[str(word) for word in command] for command in all_] for folder, all_ in commands.items()}
    subprocess.run([sys.executable, "-c", MANY], input=json.dumps(asked), text=True, check=True, timeout=600)
    return {
        folder.name: [
            (code, (folder / f"{number}.out").read_text(), (folder / f"{number}.said").read_text())
            for number, code in enumerate(json.loads((folder / "codes").read_text()))
        ]
        for folder in commands
    }


def variants(case: Path, folder: Path, number: int) -> list[Path]:
    """Cases of one name that differ in what is short of supply: each has another cost."""
    found = []
    for n in range(number):
        shutil.copytree(case, folder / str(n) / "case")
        settings = folder / str(n) / "case" / "settings.csv"
        text = settings.read_text(encoding="utf-8")
        assert "discount_rate,0.05" in text
        settings.write_text(text.replace("discount_rate,0.05", f"discount_rate,{0.01 * (n + 1):g}"), encoding="utf-8")
        found.append(folder / str(n) / "case")
    return found


def assert_own(run: Path, case: Path, said: str) -> None:
    """The run is whole, of this case and no other, and what was said of it is what it holds."""
    answer = json.loads(said)
    assert answer["status"] == "done"
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "done"
    assert manifest["case"] == case.as_posix()
    assert manifest["tables_sha256"] == run_folder.sha256_of_tables(run)
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig")
    assert list(front["cost_musd"]) == pytest.approx([point["cost_musd"] for point in answer["points"]])
    [rate] = re.findall("discount_rate,([0-9.]+)", (run / "inputs" / "settings.csv").read_text(encoding="utf-8-sig"))
    assert f"discount_rate,{rate}" in (case / "settings.csv").read_text(encoding="utf-8")


def folders_in(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.is_dir())


def start_many(case: Path, finished: Path, place: Path, number: int) -> None:
    """At the same default name, at a shared place, resuming one run, comparing to one place, one new case."""
    cases = variants(case, place, number)
    shutil.copytree(finished, unfinished_place(place / "resume" / "run"))
    shutil.copytree(finished, place / "other")
    two = [finished, place / "other"]
    ends = at_once(
        {
            place / "default": [["solve", case, "--target", "none", "--json"] for case in cases],
            place / "shared": [["solve", case, "--target", "none", "--out", "run", "--json"] for case in cases],
            place / "resume": [["solve", "--resume", "run", "--json"]] * number,
            place / "compare": [["compare", *two]] * number,
            place / "compare-out": [["compare", *two, "--out", "one"]] * number,
            place / "init": [["init", "new"]] * number,
        }
    )
    for (code, out, said), case in zip(ends["default"], cases, strict=True):
        assert code == 0, said
        assert_own(place / "default" / json.loads(out)["run"], case, out)
    assert len(list((place / "default" / "runs").iterdir())) == number, "each has its own, and nothing hidden is left"

    winner = only_one_of(ends["shared"], "working at run", "exists already")
    assert_own(place / "shared" / "run", cases[winner], ends["shared"][winner][1])
    assert folders_in(place / "shared") == ["run"]

    only_one_of(ends["resume"], "working at run", "is done")
    assert (place / "resume" / "run" / "front.csv").read_bytes()
    assert folders_in(place / "resume") == ["run"]

    assert [code for code, _, _ in ends["compare"]] == [0] * number
    compared = list((place / "compare" / "runs").iterdir())
    assert len(compared) == number
    assert all((run / "compare.html").exists() for run in compared)
    only_one_of(ends["compare-out"], "working at one", "exists already")
    assert folders_in(place / "compare-out") == ["one"]

    only_one_of(ends["init"], "working at new", "exists and is not empty")


def only_one_of(ends: list[tuple[int, str, str]], *why: str) -> int:
    """Which one of them went through; all others were told why they may not."""
    [winner] = [number for number, (code, _, _) in enumerate(ends) if code == 0]
    for code, _, said in ends[:winner] + ends[winner + 1 :]:
        assert code == 2, said
        assert any(words in said for words in why), said
    return winner


@needs_fork
def test_three_at_once(small_case: Path, plain_run: Path, tmp_path: Path) -> None:
    start_many(small_case, plain_run, tmp_path, 3)


@pytest.mark.slow
@needs_fork
@pytest.mark.parametrize("number", [8, 24])
def test_many_at_once(number: int, small_case: Path, plain_run: Path, tmp_path: Path) -> None:
    start_many(small_case, plain_run, tmp_path, number)


# ---- a place where no run is ------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["verify"], ["report"], ["compare"], ["solve", "--resume"]])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("runs/tutrial-2026", "runs/tutorial-2026"),
        ("run/tutorial-2026", "runs/tutorial-2026"),
        ("tutorial-2026", "runs/tutorial-2026"),
        ("runs/stoped", "runs/stopped"),
    ],
)
def test_a_misspelt_run_is_told_with_the_nearest_one(
    command: list[str], typed: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finished runs and stopped ones; any part of the path may be wrong, or left out."""
    monkeypatch.chdir(tmp_path)
    for name in ("runs/tutorial-2026", "runs/.stopped.unfinished", "runs/other"):
        Path(name).mkdir(parents=True)
        Path(name, "manifest.json").write_text("{}", encoding="utf-8")
    Path("runs/tutrial").mkdir()
    result = run_command(*command, typed)
    assert result.exit_code == 2
    assert "there is no run" in result.stderr
    assert f"id you mean '{meant}'?" in result.stderr
    assert "id you mean" not in run_command(*command, "runs/quite-unlike").stderr
