"""The command line: exit codes, what is printed and where, and what bad usage is told."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reeplan.studies.registry import STUDIES
from solved import add_rows, random_case, rows_of, write_rows
from solved import run_without_figures as run_command
from support import in_a_group, write_overlay

BASE_CASE = Path(__file__).parent.parent / "inputs" / "base"

COMMANDS = ("check", "solve", "init")


def in_a_shell(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without a terminal."""
    command = [sys.executable, "-m", "reeplan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)


def nothing_but(folder: Path, *names: str) -> bool:
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


# ---- what comes out ---------------------------------------------------------------------------------


def test_a_plan_as_text(small_case: Path, tmp_path: Path) -> None:
    result = run_command("solve", small_case, "--target", "0.5", "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert "p01" in result.stdout
    assert str(tmp_path / "run") in result.stdout
    assert "done" in result.stdout
    assert "warning" in result.stderr, "warnings and progress go to standard error"
    assert "warning" not in result.stdout


def test_solve_as_json(small_case: Path, tmp_path: Path) -> None:
    place = tmp_path / "run"
    result = run_command("solve", small_case, "--points", 3, "--out", place, "--json", "--workers", 1)
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert set(answer) == {"run", "status", "points", "sha256"}
    assert answer["run"] == place.as_posix()
    assert answer["status"] == "done"
    assert len(answer["points"]) >= 2
    assert set(answer["sha256"]) == {"results", "folder"}
    for point in answer["points"]:
        assert set(point) == {"point", "cost_musd", "resilience", "bound_musd", "gap", "status"}
        assert point["bound_musd"] <= point["cost_musd"]
        assert point["gap"] == pytest.approx((point["cost_musd"] - point["bound_musd"]) / point["cost_musd"])


def test_check_as_json(small_case: Path, own_case: Path) -> None:
    good = run_command("check", small_case, "--json")
    assert good.exit_code == 0
    assert set(json.loads(good.stdout)) == {"errors", "warnings", "notes"}
    assert json.loads(good.stdout)["errors"] == []
    [absent] = json.loads(good.stdout)["notes"]
    assert absent.startswith("Not in this case: ")
    assert " ".join(absent.split()) in " ".join(run_command("check", small_case).stdout.split()), "as the text says it"
    add_rows(
        own_case, "demand", {"region": "twon", "material": "Nd", "year": 2030, "t_per_year": 1, "shortage_usd_per_t": 1}
    )
    bad = run_command("check", own_case, "--json")
    assert bad.exit_code == 2
    [error] = json.loads(bad.stdout)["errors"]
    assert set(error) == {"file", "line", "column", "message", "hint"}
    assert Path(error["file"]).name == "demand.csv"
    assert error["line"] == 5
    assert error["column"] == "region"
    assert "town" in f"{error['message']} {error['hint']}", "the nearest name is suggested"


def test_a_front_and_a_single_plan_agree(small_run: Path, small_case: Path, tmp_path: Path) -> None:
    """The cheapest point of the front is the plan without a target."""
    result = run_command("solve", small_case, "--target", "none", "--json", "--out", tmp_path / "run")
    [single] = json.loads(result.stdout)["points"]
    front = pd.read_csv(small_run / "front.csv", encoding="utf-8-sig")
    assert single["cost_musd"] == pytest.approx(front["cost_musd"].min(), rel=1e-6)


def test_init_writes_a_case_to_edit_and_nothing_else(tmp_path: Path) -> None:
    result = run_command("init", tmp_path / "new")
    assert result.exit_code == 0
    assert (tmp_path / "new" / "settings.csv").exists()
    again = run_command("init", tmp_path / "new")
    assert again.exit_code == 2
    assert "not empty" in again.stderr


# ---- exit code 2: bad input and usage ----------------------------------------------------------------


def spoil_text(case: Path) -> None:
    (case / "demand.csv").write_text("region,material\ntown,Nd\n")


def spoil_bytes(case: Path) -> None:
    (case / "plants.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe")


def spoil_nothing_in_it(case: Path) -> None:
    (case / "regions.csv").write_bytes(b"")


def spoil_number(case: Path) -> None:
    rows = rows_of(case, "plants")
    rows[0]["module_musd"] = "nine"
    write_rows(case, "plants", rows)


def spoil_sign(case: Path) -> None:
    rows = rows_of(case, "plants")
    rows[0]["module_t_per_year"] = "-40"
    write_rows(case, "plants", rows)


def spoil_settings(case: Path) -> None:
    add_rows(case, "settings", {"name": "resilience_measure", "value": "best_case"})


def spoil_quotes(case: Path) -> None:
    (case / "suppliers.csv").write_text('supplier,material,year\n"trader,Nd,2030\n')


def spoil_window(case: Path) -> None:
    rows = rows_of(case, "scenarios")
    rows[0]["starts"] = "2050"
    write_rows(case, "scenarios", rows)


def spoil_by_removing(case: Path) -> None:
    (case / "baskets.csv").unlink()


def spoil_with_a_folder(case: Path) -> None:
    (case / "baskets.csv").unlink()
    (case / "baskets.csv").mkdir()


SPOILERS = [spoil_text, spoil_bytes, spoil_nothing_in_it, spoil_number, spoil_sign, spoil_settings, spoil_quotes,
            spoil_window, spoil_by_removing, spoil_with_a_folder]  # fmt: skip


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("spoil", SPOILERS)
def test_bad_input_is_told_and_nothing_is_written(own_case: Path, tmp_path: Path, spoil: Any, as_json: bool) -> None:
    spoil(own_case)
    options = ["--json"] if as_json else []
    for command in (["solve", own_case, "--out", tmp_path / "run"], ["check", own_case]):
        result = run_command(*command, *options)
        assert_refused(result)
        assert nothing_but(tmp_path, "own")
        if as_json:
            answer = json.loads(result.stdout)
            assert answer["errors"]
            assert all(set(error) == {"file", "line", "column", "message", "hint"} for error in answer["errors"])


def assert_refused(result: Any) -> None:
    """Exit code 2, an explanation, and no stack of calls."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.output.strip()


@pytest.mark.parametrize("command", [["check"], ["solve"], ["solve", "--target", "0.9"]])
def test_a_case_that_is_not_there(tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("nowhere", "empty", "file.csv"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        (tmp_path / "file.csv").write_text("a,b\n1,2\n")
        assert_refused(run_command(command[0], place, *command[1:]))
    assert nothing_but(tmp_path, "empty", "file.csv")


def test_an_overlay_that_is_not_there(small_case: Path, tmp_path: Path) -> None:
    result = run_command("solve", small_case, "--with", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert_refused(result)
    assert nothing_but(tmp_path)


def test_a_place_that_cannot_be_written(small_case: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert_refused(run_command("solve", small_case, "--target", "none", "--out", tmp_path / "file" / "run"))
    assert nothing_but(tmp_path, "file")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "95%"], "0.95"),
        (["--target", "1.5"], "between 0 and 1"),
        (["--target", "95"], "0.95"),
        (["--target", "-0.1"], "between 0 and 1"),
        (["--target", "nan"], "between 0 and 1"),
        (["--target", "high"], "not a share"),
        (["--target", "0.9", "--points", "5"], "give one of them"),
        (["--targt", "0.9"], "--target"),
        (["--points", "0"], "--points"),
        (["--points", "many"], "--points"),
        (["--gap", "2"], "--gap"),
        (["--gap", "nan"], "--gap"),
        (["--time-limit", "0"], "--time-limit"),
        (["--time-limit", "nan"], "--time-limit"),
        (["--workers", "0"], "--workers"),
        (["--measure", "best_case"], "worst_case"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_usage(small_case: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run_command("solve", small_case, "--out", tmp_path / "run", *arguments)
    assert_refused(result)
    assert said in result.stderr
    assert nothing_but(tmp_path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["solve", "case", "--targt", "0.9"], "--targt"),
        (["solve"], "name the CASE"),
        (["solve", "case", "--points", "0"], "--points"),
        (["solve", "case", "--target", "0.9", "--points", "5"], "give one of them"),
        (["sove", "case"], "Did you mean 'solve'?"),
        (["verify"], "Missing argument 'RUN'"),
        (["check", "case", "more"], "extra argument"),
        (["report", "run"], "--json"),
        ([], "--json"),
    ],
)
def test_a_usage_error_is_one_json_object_too(words: list[str], said: str) -> None:
    result = run_command(*words, "--json")
    assert_refused(result)
    answer = json.loads(result.stdout)
    assert (answer["run"], answer["status"], answer["warnings"]) == (None, "bad input", [])
    assert said in answer["errors"][0]["message"]
    assert said in result.stderr


def test_a_usage_error_without_json_leaves_standard_output_empty() -> None:
    assert run_command("solve").stdout == ""


def test_a_measure_by_probability_needs_one(own_case: Path, tmp_path: Path) -> None:
    rows = rows_of(own_case, "scenarios")
    for row in rows:
        row["probability"] = "0"
    write_rows(own_case, "scenarios", rows)
    for as_json in ([], ["--json"]):
        result = run_command("solve", own_case, "--measure", "expected", "--out", tmp_path / "run", *as_json)
        assert_refused(result)
        assert "probability" in result.stderr
    assert nothing_but(tmp_path, "own")


def test_strict_makes_warnings_errors(small_case: Path, tmp_path: Path) -> None:
    assert run_command("check", small_case).exit_code == 0
    assert run_command("check", small_case, "--strict").exit_code == 2
    assert_refused(run_command("solve", small_case, "--strict", "--out", tmp_path / "run"))
    assert nothing_but(tmp_path)


# ---- exit code 3: no plan can satisfy the input ---------------------------------------------------------


@pytest.fixture
def out_of_reach(own_case: Path) -> Path:
    """The case with a single module: it serves a part of demand when the seller stops, and no more."""
    rows = rows_of(own_case, "plants")
    rows[0]["max_modules"] = "1"
    write_rows(own_case, "plants", rows)
    return own_case


def test_out_of_reach(out_of_reach: Path, tmp_path: Path) -> None:
    """The reason is said and written; nothing in the folder looks like a plan."""
    place = tmp_path / "run"
    result = run_command("solve", out_of_reach, "--target", "0.99", "--out", place)
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "0.99" in result.stderr
    assert str(place / "infeasible.md") in result.stderr
    assert {path.name for path in place.iterdir()} >= {"infeasible.md", "inputs"}
    assert not (place / "front.csv").exists()
    assert not (place / "plans").exists()
    assert "0.99" in (place / "infeasible.md").read_text(encoding="utf-8")


def test_out_of_reach_as_json(out_of_reach: Path, tmp_path: Path) -> None:
    result = run_command("solve", out_of_reach, "--target", "0.99", "--out", tmp_path / "run", "--json")
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert answer["status"] == "infeasible"
    assert answer["run"] == (tmp_path / "run").as_posix()
    assert answer["points"] == []


# ---- options ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one_plan", [["--target", 0.5], ["--points", 1], ["setting"], ["no scenarios"]])
def test_workers_for_one_plan_are_warned_of_and_not_promised(
    one_plan: list[object], own_case: Path, tmp_path: Path
) -> None:
    if one_plan == ["setting"]:
        rows = [row for row in rows_of(own_case, "settings") if row["name"] != "front_points"]
        write_rows(own_case, "settings", [*rows, rows[0] | {"name": "front_points", "value": "1"}])
    elif one_plan == ["no scenarios"]:
        for name in ("scenarios", "disruptions"):
            (own_case / f"{name}.csv").unlink(missing_ok=True)
    options = one_plan if isinstance(one_plan[-1], int | float) else []
    said = run_command("solve", own_case, *options, "--workers", 2, "--out", tmp_path / "run").stderr
    assert "one plan is solved by one worker" in said
    assert "one plan, HiGHS" in said
    assert "at a time" not in said
    assert "1 plan: tables" in said
    assert not re.search(r"\b1 (plants and|elements|years|windows|rules|plans|rows|files|warnings|levels)\b", said), (
        said
    )
    said = run_command("solve", own_case, *options, "--out", tmp_path / "more").stderr
    assert "one plan, HiGHS" in said
    assert "--workers" not in said


def test_without_disruptions_no_share_served_in_them_is_claimed(own_case: Path, tmp_path: Path) -> None:
    for name in ("scenarios", "disruptions"):
        (own_case / f"{name}.csv").unlink(missing_ok=True)
    result = run_command("solve", own_case, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert "The case names no disruption to prepare for." in result.stdout
    assert "no disruption in this case" in result.stderr
    assert "100.0%" not in result.output
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "served in its worst disruption" not in page
    assert "in the worst disruption" not in page
    assert "the case names no disruption" in page


def test_overlays_apply_in_the_order_given(small_case: Path, tmp_path: Path) -> None:
    price = """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  quay    {}               500
        """
    cheap = write_overlay(tmp_path / "cheap", price.format("10000"))
    dear = write_overlay(tmp_path / "dear", price.format("90000"))

    def cost(*overlays: Path) -> float:
        options = [option for overlay in overlays for option in ("--with", overlay)]
        place = tmp_path / "runs" / "-".join(overlay.name for overlay in overlays)
        result = run_command("solve", small_case, *options, "--target", "none", "--json", "--out", place)
        assert result.exit_code == 0, result.output
        return float(json.loads(result.stdout)["points"][0]["cost_musd"])

    cost_if_cheap, cost_if_dear = cost(cheap), cost(dear)
    assert cost_if_cheap < cost_if_dear
    assert cost(dear, cheap) == pytest.approx(cost_if_cheap, rel=1e-9)
    assert cost(cheap, dear) == pytest.approx(cost_if_dear, rel=1e-9)


def test_the_measure_can_be_chosen(small_case: Path, tmp_path: Path) -> None:
    costs = {}
    for measure in ("worst_case", "weakest_link", "expected", "cvar"):
        place = tmp_path / measure
        result = run_command("solve", small_case, "--measure", measure, "--target", 0.9, "--json", "--out", place)
        assert result.exit_code == 0
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["settings"]["resilience_measure"] == measure
        [point] = json.loads(result.stdout)["points"]
        assert point["resilience"] >= 0.9 - 1e-9
        costs[measure] = point["cost_musd"]
    assert costs["expected"] <= costs["worst_case"] + 1e-6, "the mean is never below the worst"
    assert costs["cvar"] <= costs["worst_case"] + 1e-6
    assert costs["weakest_link"] >= costs["worst_case"] - 1e-6, "the worst good is never better off than all together"


@pytest.mark.parametrize("seed", [13, 17, 42])
def test_no_gap_at_all_can_be_asked_for(seed: int, tmp_path: Path) -> None:
    """The last digit of a proven optimum is rounding: a difference of 1e-16 is no gap that more time would close."""
    with random_case(seed) as folder:
        result = run_command("solve", folder, "--gap", 0, "--target", 0.5, "--json", "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert [point["status"] for point in json.loads(result.stdout)["points"]] == ["optimal"]


def test_a_target_in_the_settings_is_a_point_of_the_front(own_case: Path, tmp_path: Path) -> None:
    add_rows(own_case, "settings", {"name": "resilience_target", "value": 0.7})
    assert run_command("solve", own_case, "--points", 2, "--out", tmp_path / "run", "--workers", 1).exit_code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert any(point["target"] == 0.7 and point["resilience"] >= 0.7 - 1e-9 for point in manifest["points"])


def test_a_run_without_a_place_goes_to_runs(small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command("solve", small_case, "--target", "none").exit_code == 0
    [run] = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"small-target-none-20\d\d-\d\d-\d\d-\d{6}", run.name)


# ---- in a shell ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)])
def test_help_is_plain_and_fits(command: list[str]) -> None:
    result = run_command(*command, "--help")
    assert result.exit_code == 0
    assert max(len(line) for line in result.output.splitlines()) <= 100
    assert "\x1b" not in result.output


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from reeplan.cli import reeplan\n"
        "for words in (['--help'], ['solve', '--help'], ['check', '--help']):\n"
        "    reeplan(words, standalone_mode=False)\n"
        "heavy = {'pandas', 'pyomo', 'highspy', 'matplotlib', 'numpy', 'scipy'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))\n"
        "print('own:', *sorted(name for name in sys.modules if name.split('.')[0] == 'reeplan'))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "heavy: []" in done.stdout
    [own] = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("own:")]
    own = [name for name in own if name not in {f"reeplan.studies.{study.name}" for study in STUDIES.values()}]
    assert len(own) <= 15, f"the names of commands and options are enough for help, not {own}"


def test_no_colours_where_nobody_sees_them(small_case: Path, own_case: Path, tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR")}
    solved = in_a_shell("solve", small_case, "--target", "0.5", "--out", tmp_path / "run", env=surroundings)
    assert solved.returncode == 0
    assert "\x1b" not in solved.stdout + solved.stderr
    spoil_number(own_case)
    refused = in_a_shell("check", own_case, env=surroundings)
    assert refused.returncode == 2
    assert "\x1b" not in refused.stdout + refused.stderr


def test_nothing_but_json_on_standard_output(small_case: Path, tmp_path: Path) -> None:
    done = in_a_shell("solve", small_case, "--target", "none", "--json", "--out", tmp_path / "run")
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "done"


@pytest.mark.slow
def test_a_time_limit_keeps_what_was_found(tmp_path: Path) -> None:
    """Too little time for the real case: exit code 4, a plan with its bound, and a word about it."""
    done = in_a_shell("solve", BASE_CASE, "--target", "0.9", "--time-limit", "3", "--json", "--out", tmp_path / "run")
    assert done.returncode == 4
    answer = json.loads(done.stdout)
    assert answer["status"] == "stopped at a limit"
    for point in answer["points"]:
        assert point["bound_musd"] <= point["cost_musd"]
        assert point["status"] == "gap not reached"


@pytest.mark.slow
def test_an_interruption_keeps_what_was_found(tmp_path: Path) -> None:
    """Ctrl-C after the first plan of the front: exit code 130, and the run folder holds what there is."""
    command = [sys.executable, "-m", "reeplan", "solve", str(BASE_CASE), "--json", "--workers", "1", "--gap", "0.05",
               "--out", str(tmp_path / "run")]  # fmt: skip
    with in_a_group(*command) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "the cheapest plan: best" in line:
                break
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)
    assert process.returncode == 130
    answer = json.loads(out)
    assert answer["status"] == "interrupted"
    assert answer["points"]
    assert (tmp_path / "run" / "front.csv").exists()
    assert nothing_but(tmp_path, "run")
