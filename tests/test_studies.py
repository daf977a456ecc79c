"""Studies from the command line: each is a whole run with tables of its own, checked, described and gone on from."""

from __future__ import annotations

import csv
import json
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from reeplan.outputs.run_folder import read_manifest
from reeplan.outputs.spec import OUTPUTS
from reeplan.outputs.spec.plans import FRONT, SO_FAR
from reeplan.present.figures import catalogue
from reeplan.present.report import study_parts
from reeplan.solve.executor import Executor
from reeplan.solve.questions import PlanQuestion
from reeplan.studies import registry
from reeplan.verify.run import STUDIES as CHECKS
from solved import TABLES, run_command, run_without_figures
from studies_support import STUDIES, StudyRuns, run_study
from support import until, write_overlay

PAGE = (Path(__file__).parents[1] / "docs" / "STUDIES.md").read_text(encoding="utf-8")
DESCRIBED = re.findall(r"^### `(\w+\.csv)`$", PAGE, re.MULTILINE)
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def own_tables(run: Path) -> set[str]:
    return {path.name for path in run.glob("*.csv")} - {"front.csv"}


def header(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return next(csv.reader(file))


def test_every_part_of_the_program_knows_every_study() -> None:
    """Those that keep what belongs to a study beside their own have no other in it, and each where it needs one."""
    studies = registry.STUDIES.values()
    assert set(STUDIES) == set(registry.STUDIES)
    assert {study.name: study.figures for study in studies if study.figures} == {
        name: tuple(figure.name for figure in figures) for name, figures in catalogue.OF_STUDIES.items()
    }
    assert set(CHECKS) == set(registry.STUDIES)
    assert all(check.table.file in registry.STUDIES[command].outputs for command, check in CHECKS.items())
    assert set(study_parts.OF_STUDIES) <= {study.name for study in studies}
    assert {name for study in studies for name in study.outputs} <= set(DESCRIBED)


@pytest.mark.parametrize("command", STUDIES)
def test_a_study_is_a_run_like_any_other(small_studies: StudyRuns, command: str) -> None:
    run, said = small_studies[command]
    assert (said["status"], said["run"]) == ("done", run.as_posix())
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["status"], manifest["command"]) == ("done", command)
    assert manifest[command]["status"] == "done"
    assert own_tables(run) <= set(manifest["tables_sha256"])
    assert json.loads((run / "verify.json").read_text(encoding="utf-8"))["holds"] is True
    assert (run / "report.html").exists()
    assert not (run / "journal").exists()


@pytest.mark.parametrize("command", STUDIES)
def test_a_study_writes_the_tables_of_the_spec_with_their_columns(small_studies: StudyRuns, command: str) -> None:
    run, _ = small_studies[command]
    for file in own_tables(run):
        assert header(run / file) == list(OUTPUTS[file.removesuffix(".csv")].names), file


def test_no_table_is_declared_that_no_study_writes(small_studies: StudyRuns) -> None:
    written = {name for run, _ in small_studies.values() for name in own_tables(run)}
    assert {table.file for table in OUTPUTS.values() if not table.place} - {FRONT.file, SO_FAR.file} == written


@pytest.mark.parametrize("code", CODE[1:])
def test_the_lines_of_python_on_the_page_run(code: str, small_studies: StudyRuns) -> None:
    files = re.findall(r'"(\w+\.csv)"', code)
    [run] = {run for run, _ in small_studies.values() if any((run / file).exists() for file in files)}
    exec(CODE[0].replace("runs/my-run", run.as_posix()) + code, {})


@pytest.mark.parametrize("command", STUDIES)
def test_a_study_says_it_in_words(small_case: Path, tmp_path: Path, command: str) -> None:
    result = run_study(small_case, command, tmp_path / "run", extras=TABLES)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[-1].startswith("done · ")
    assert not re.search(r"nan|None|\binf\b|_musd", result.stdout)


@pytest.mark.parametrize("command", STUDIES)
def test_a_study_that_is_stopped_is_kept_and_gone_on_from(small_case: Path, tmp_path: Path, command: str) -> None:
    """Stopped after half of its answers: nothing is asked twice, and in the end as much as if it had not been."""
    asked: list[tuple[str, str]] = []
    answer, stop_after = Executor._answer_here, 0

    def counted(executor: Executor, tasks: Any, keep: Any) -> None:
        def count(position: int, given: Any, *, foreign: bool) -> Any:
            asked.append((tasks[position].what, repr(tasks[position].question)))
            if len(asked) == stop_after:
                signal.raise_signal(signal.SIGINT)
                assert until(lambda: executor.interrupted)
            return keep(position, given, foreign=foreign)

        answer(executor, tasks, keep if isinstance(tasks[0].question, PlanQuestion) else count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "_answer_here", counted)
        assert run_study(small_case, command, tmp_path / "whole", extras=TABLES).exit_code == 0
        of, stop_after = len(asked), (len(asked) + 1) // 2
        asked.clear()
        first = run_study(small_case, command, tmp_path / "run")
        assert first.exit_code == 130, first.output
        assert read_manifest(tmp_path / "run")["status"] == "interrupted"
        assert len(asked) == stop_after
        second = run_without_figures(command, "--resume", tmp_path / "run")
    assert second.exit_code == 0, second.output
    assert len(set(asked)) == len(asked) == of


def test_a_future_that_does_not_fit_is_refused(small_case: Path, tmp_path: Path) -> None:
    overlay = write_overlay(
        tmp_path / "odd",
        """
        plants
        plant    capacity_t_per_year
        nowhere  5
        """,
    )
    result = run_command("futures", small_case, "--future", overlay, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 2
    assert not (tmp_path / "run").exists()
    assert json.loads(result.stdout)["errors"]


def test_plans_are_held_against_a_future_that_is_named(small_case: Path, tmp_path: Path) -> None:
    settings = write_overlay(
        tmp_path / "patient",
        """
        settings
        name           value
        discount_rate  0.01
        """,
    )
    place = tmp_path / "run"
    result = run_study(small_case, "futures", place, "--future", settings, "--json")
    assert result.exit_code == 0, result.output
    with (place / "regret_of_plans.csv").open(newline="", encoding="utf-8-sig") as file:
        assert "patient" in {row["future"] for row in csv.DictReader(file)}
