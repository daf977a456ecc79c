"""What is said fits where it is said: any terminal, or none; and standard output holds the answer alone."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import textwrap
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from rich.console import Console

from reeplan.cli import display as display_module
from reeplan.cli.display import TerminalDisplay
from reeplan.cli.screen import PrintedColumn, explained, lines, table, width
from reeplan.solve.engine import Progress
from solved import run_command

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.solve.front import Point

WIDTHS = (40, 60, 80, 120)

FRONT = [
    PrintedColumn("plan", ["p01", "p02"], 6, left=True),
    PrintedColumn("cost, MUSD", ["18,852.9", "19,300.0"], 13),
    PrintedColumn("over cheapest", ["0.0", "447.1"], 15),
    PrintedColumn("served in disruption", ["60.2%", "97.0%"], 22),
    PrintedColumn("proven within", ["0.021%", "4.000%"], 15),
    PrintedColumn("time", ["90s", "1200s"], 8),
]
NOTES = ["knee", "interrupted, ="]


# ---- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", WIDTHS)
def test_words_numbers_and_commands_stay_in_one_piece(columns: int) -> None:
    text = (
        "Spending 1,116.9 MUSD more in 20 s raises the worse-off partner's share by 54 %; resume with: reeplan solve "
        "--resume runs/base-2026; the page is /data/runs/a-rather-long-name-of-a-run/that-needs/more/room/report.html"
    )
    said = lines(text, columns, rest="    ")
    assert " ".join(" ".join(said).split()) == text
    whole = ["1,116.9 MUSD", "20 s", "54 %", "worse-off", "reeplan solve --resume runs/base-2026", text.split()[-1]]
    for words in whole:
        assert any(words in line for line in said), words
    assert all(len(line) <= columns or len(line.split()) <= 4 for line in said)


def test_a_pipe_is_a_hundred_columns_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert width(io.StringIO()) == 100


@pytest.mark.parametrize(("columns", "used"), [(40, 40), (99, 99), (120, 100), (5, 24), (0, 100)])
def test_a_terminal_is_as_wide_as_it_is_and_no_wider_than_can_be_read(
    columns: int, used: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    ours, theirs = pty.openpty()
    resize(ours, columns)
    with os.fdopen(theirs, "w") as stream:
        assert width(stream) == used
    os.close(ours)


def resize(terminal: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))


# ---- tables ---------------------------------------------------------------------------------------


def test_a_table_with_room_is_set_wide() -> None:
    assert table(FRONT, NOTES, room=100) == [
        "plan     cost, MUSD  over cheapest  served in disruption  proven within    time",
        "p01        18,852.9            0.0                 60.2%         0.021%     90s  knee",
        "p02        19,300.0          447.1                 97.0%         4.000%   1200s  interrupted, =",
    ]


@pytest.mark.parametrize("room", [52, 60, 80])
def test_a_table_with_less_room_is_set_closer(room: int) -> None:
    said = table(FRONT, NOTES, room=room)
    assert max(map(len, said)) <= room
    rows = [line for line in said if line.startswith("p0")]
    assert [row.split("  ")[0] for row in rows] == ["p01", "p02"]
    assert "97.0%" in rows[1]
    assert all(before.isspace() for before in re.findall(r"(\s)\d+s", "\n".join(said)))
    assert any("interrupted, =" in line for line in said), "a note that does not fit beside goes under its row"


def test_a_table_without_room_becomes_lines() -> None:
    said = table(FRONT, NOTES, room=34)
    assert max(map(len, said)) <= 34
    assert said[:3] == ["p01", "  cost, MUSD            18,852.9", "  over cheapest              0.0"]
    text = "\n".join(said)
    assert all(cell in text for column in FRONT for cell in column.cells)
    assert all(column.heading in text for column in FRONT[1:])
    assert "  interrupted, =" in said


def test_headings_never_run_together() -> None:
    columns = [
        PrintedColumn("", ["served"], 6, left=True),
        PrintedColumn("A a run of long name", ["1"], 5),
        PrintedColumn("B other", ["2"], 4),
    ]
    for room in WIDTHS:
        said = "\n".join(table(columns, [""], room=room))
        assert not re.search(r"nameB|namename|longB", said.replace("\n", " ")), said


def test_what_files_hold_goes_beside_them_or_under_them() -> None:
    files = {"report.html": "open this first", "plans/": "what each plan builds, runs, buys, stores and costs"}
    assert explained(files, 80)[0] == "  report.html  open this first"
    narrow = explained(files, 40)
    assert narrow[:2] == ["  report.html", "    open this first"]
    assert max(map(len, narrow)) <= 40


# ---- live lines -----------------------------------------------------------------------------------


def live(columns: int) -> tuple[TerminalDisplay, io.StringIO]:
    said = io.StringIO()
    return TerminalDisplay(Console(file=said, force_terminal=True, width=columns, color_system=None)), said


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_live_line_is_one_line(columns: int) -> None:
    """One that wraps would leave its other half behind."""
    display, said = live(columns)
    display.limit_s = 600.0
    with display:
        display.plan_of_work(12, 3)
        display.started("the cheapest plan, made resilient")
        display.progress("the cheapest plan, made resilient", Progress(20.0, 18_900.0, 18_870.0, 7))
        display.doing("drawing figure", 11, 74)
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.getvalue()).replace("\r", "\n").splitlines()
    assert max(map(len, shown)) < columns
    assert any("the cheapest plan" in line and "gap 30.0" in line for line in shown) == (columns > 40)
    assert any("drawing figure 12 of 74" in line for line in shown)


def test_what_is_done_now_is_said_at_first_and_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(at=100.0)
    monkeypatch.setattr(display_module, "time", SimpleNamespace(monotonic=lambda: now.at))
    said = io.StringIO()
    display = TerminalDisplay(Console(file=said, width=100))
    for done in range(74):
        display.doing("drawing figure", done, 74)
        now.at += 1
    display.doing("checking what was written")
    told = [line.strip() for line in said.getvalue().splitlines()]
    assert told[0] == "drawing figure 1 of 74"
    assert 4 <= sum("drawing" in line for line in told) <= 6
    assert told[-1] == "checking what was written"


def test_nothing_of_the_search_is_shown_when_results_are_written() -> None:
    display, said = live(100)
    display.limit_s = 60.0
    with display:
        display.plan_of_work(8, 3)
        display.started("resilience 0.8")
        display.stage("4/4 Results")
        before = len(said.getvalue())
        display.doing("drawing figure", 0, 74)
        display._progress.refresh()
    after = said.getvalue()[before:]
    assert "levels done" not in after
    assert "resilience 0.8" not in after
    assert "drawing figure 1 of 74" in after


def test_after_a_request_to_stop_nothing_is_said_of_time_left() -> None:
    display, said = live(100)
    display.limit_s = 600.0
    with display:
        display.plan_of_work(8, 3)
        display.started("resilience 0.8")
        display.stop("Stopping.")
        before = len(said.getvalue())
        display._progress.refresh()
    assert "left" not in said.getvalue()[before:]
    assert "3 of 8 levels done, stopping" in said.getvalue()[before:]


@pytest.mark.parametrize(
    ("cost", "bound", "words"),
    [(1427.9, 1427.9 - 1.4e-6, "proven cheapest"), (18_900.0, 18_870.0, "proven within 30.0 MUSD"),
     (5.0, 4.9979, "proven within 0.0021 MUSD")],
)  # fmt: skip
def test_a_gap_is_a_number_that_somebody_can_use(cost: float, bound: float, words: str) -> None:
    said = io.StringIO()
    plan = SimpleNamespace(cost_musd=cost, resilience=0.5, bound_musd=bound)
    TerminalDisplay(Console(file=said, width=100)).found(cast("Point", SimpleNamespace(plan=plan)), 1)
    assert words in " ".join(said.getvalue().split())
    assert "e-" not in said.getvalue()


def test_no_bound_is_said_in_words() -> None:
    said = io.StringIO()
    display = TerminalDisplay(Console(file=said, width=100))
    display.started("the cheapest plan")
    display._said["the cheapest plan"] -= 60
    display.progress("the cheapest plan", Progress(2.0, 122_728.2, float("-inf"), 0))
    assert "best 122,728.2, no bound yet" in said.getvalue()
    assert "inf" not in said.getvalue()


# ---- a whole command in a terminal ----------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80])
def test_a_refusal_in_a_terminal(columns: int, tmp_path: Path) -> None:
    """Standard output and standard error are the same terminal here; no line is longer than it."""
    (tmp_path / "case").mkdir()
    (tmp_path / "case/demand.csv").write_text("region,material\ntown,Nd\n")
    shown = in_a_terminal(columns, "check", "case", cwd=tmp_path)
    assert "this table is missing" in " ".join(shown.split())
    assert max(len(line) for line in shown.splitlines()) <= columns


@pytest.mark.slow
@pytest.mark.parametrize("columns", WIDTHS)
def test_a_run_in_a_terminal(columns: int, small_case: Path, tmp_path: Path) -> None:
    shown = in_a_terminal(columns, "solve", small_case, "--points", 3, "--out", "run", "--workers", 2, cwd=tmp_path)
    assert "done ·" in shown
    breakable = [line for line in shown.splitlines() if "/" not in line and len(line.split()) > 1]  # a digest is not
    assert max(map(len, breakable)) <= min(columns, 100)


def in_a_terminal(columns: int, *arguments: object, cwd: Path) -> str:
    """What a command shows in a terminal of so many columns, without its control sequences."""
    ours, theirs = pty.openpty()
    resize(ours, columns)
    command = [sys.executable, "-m", "reeplan", *map(str, arguments)]
    surroundings = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    shown: list[bytes] = []

    def read() -> None:
        try:
            while part := os.read(ours, 4096):
                shown.append(part)
        except OSError:  # the other end is closed
            return

    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=surroundings) as process:
        os.close(theirs)
        reader = threading.Thread(target=read)
        reader.start()
        process.wait(300)
        reader.join()
    os.close(ours)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", b"".join(shown).decode()).replace("\r", "\n")


# ---- standard output ------------------------------------------------------------------------------

TALKATIVE = """
import os
import highspy, scipy.optimize
from reeplan.solve import engine as solver
from reeplan.studies.cooperation import allocation, core

def talkative(function):
    def talks(*arguments, **named):
        os.write(1, b"Running a library, past Python, whatever its options say\\n")
        return function(*arguments, **named)
    return talks

highspy.Highs.run = talkative(highspy.Highs.run)
for module in (solver, allocation, core):
    module.linprog = talkative(module.linprog)

if __name__ == "__main__":
    from reeplan.__main__ import main
    from reeplan.api import Extras
    main(Extras(figures=False, report=False))
"""
"""The command with libraries that write to the descriptor of standard output; its worker processes read it too."""


@pytest.mark.parametrize("command", [["cooperate", "--target", "0.5", "--workers", "2"]])
def test_libraries_that_talk_do_not_touch_the_answer(command: list[str], small_case: Path, tmp_path: Path) -> None:
    program = tmp_path / "talkative.py"
    program.write_text(textwrap.dedent(TALKATIVE))
    words = [command[0], str(small_case), *command[1:], "--json", "--out", str(tmp_path / "run")]
    done = subprocess.run([sys.executable, str(program), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "done"
    assert "Running a library" in done.stderr, "the test would show nothing"


def test_what_is_written_past_python_goes_to_standard_error() -> None:
    script = """
        import os
        from reeplan.standard_output import keep_for_the_answer, sent_to, silent
        os.write(1, b"before\\n")
        with silent():
            os.write(1, b"silent\\n")
        with sent_to(2):
            print("elsewhere")
        print("between")
        keep_for_the_answer()
        os.write(1, b"library\\n")
        os.system("echo child")
        print("answer")
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["before", "between", "answer"]
    assert done.stderr.split() == ["elsewhere", "library", "child"]


def test_a_closed_standard_output_is_no_trouble(small_case: Path) -> None:
    command = f"exec {sys.executable} -m reeplan check {small_case} >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


# ---- typing errors --------------------------------------------------------------------------------


@pytest.fixture
def there(tmp_path: Path, small_case: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as of the project: cases and overlays."""
    for name in ("inputs/tutorial", "inputs/base"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(small_case)
    for name in ("inputs/overlays/no-ventures", "inputs/overlays/quad", "inputs/base-overlays/late"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "demand.csv").write_text("region,material,year,t_per_year,shortage_usd_per_t\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("inputs/tutoril", "inputs/tutorial"), ("input/tutorial", "inputs/tutorial"), ("inpts/tutoral", "inputs/tutorial"),
     ("Inputs/Tutorial", "inputs/tutorial"), ("tutorial", "inputs/tutorial"), ("tutoril", "inputs/tutorial"),
     ("./input/base", "inputs/base"), ("inputs/base/plants.csv", "inputs/base"),
     ("inputs/base/plants.csv/more", "inputs/base")],
)  # fmt: skip
def test_a_misspelt_path_gets_the_nearest_whole_one(typed: str, meant: str, there: Path) -> None:
    result = run_command("check", typed, "--json")
    assert result.exit_code == 2
    [error] = json.loads(result.stdout)["errors"]
    assert f"'{meant}'" in error["hint"]


def test_an_absolute_path_too(there: Path) -> None:
    result = run_command("check", there.parent / f"{there.name[:-1]}x" / "input" / "tutorial", "--json")
    [error] = json.loads(result.stdout)["errors"]
    assert f"'{(there / 'inputs/tutorial').as_posix()}'" in error["hint"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("no-ventures", "inputs/overlays/no-ventures"), ("no_venture", "inputs/overlays/no-ventures"),
     ("overlays/quad", "inputs/overlays/quad"), ("inputs/overlay/quad", "inputs/overlays/quad"),
     ("late", "inputs/base-overlays/late")],
)  # fmt: skip
def test_an_overlay_is_looked_for_beside_the_case(typed: str, meant: str, there: Path) -> None:
    result = run_command("check", "inputs/base", "--with", typed, "--json")
    assert result.exit_code == 2
    [error] = json.loads(result.stdout)["errors"]
    assert error["message"] == "there is no such folder."
    assert error["hint"] == f"did you mean '{meant}'?"


def test_what_is_like_nothing_gets_no_suggestion(there: Path) -> None:
    for typed in ("zzzz", "qq/zzzz", "a" * 300, "inputs/" + "a" * 300):
        [error] = json.loads(run_command("check", typed, "--json").stdout)["errors"]
        assert error["hint"] is None


def test_the_folder_of_cases_lists_them(there: Path) -> None:
    [error] = json.loads(run_command("check", "inputs", "--json").stdout)["errors"]
    assert "base" in error["hint"]
    assert "tutorial" in error["hint"]
    assert "overlays" not in error["hint"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90%", "0.9"),
        ("90 %", "0.9"),
        ("99.5%", "0.995"),
        ("0,9", "0.9"),
        ("90,5%", "0.905"),
        ("100%", "1"),
        ("90", "0.9"),
    ],
)
def test_a_target_as_a_percentage_gets_its_share(typed: str, meant: str, small_case: Path) -> None:
    result = run_command("solve", small_case, "--target", typed)
    assert result.exit_code == 2
    assert f"Did you mean {meant}?" in result.stderr


@pytest.mark.parametrize("typed", ["150%", "-5%", "%", "nan%", "lots", "1e9"])
def test_a_target_that_means_nothing_gets_no_share(typed: str, small_case: Path) -> None:
    result = run_command("solve", small_case, f"--target={typed}")
    assert result.exit_code == 2
    assert "Did you mean" not in result.stderr


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_the_list_of_commands_is_whole_however_narrow(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reeplan.cli.commands.width", lambda: columns)
    said = run_command("--help").stdout
    assert "..." not in said.split("Commands:")[1]
    assert "the front of cost against resilience, tables and figures in a run folder." in " ".join(said.split())


def test_help_is_a_command_too() -> None:
    assert run_command("help").stdout == run_command("--help").stdout
    for command in ("solve", "check", "compare"):
        assert run_command("help", command).stdout == run_command(command, "--help").stdout
    wrong: Any = run_command("help", "slove")
    assert wrong.exit_code == 2
    assert "solve" in wrong.stderr
