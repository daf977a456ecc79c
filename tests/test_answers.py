"""Stored answers are answers to what was asked of what by which version: no run is resumed as another one.

Whatever is edited in a stopped run (inputs, settings, the manifest) or around it (versions, overlays), the run is
refused, untouched, and told what differs; what changes no answer (words, order, encodings, more time) is no edit.
"""

from __future__ import annotations

import csv
import json
import random
import shlex
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from conftest import TOWN_AND_PORT
from fuzz_answers import FRONT, STUDY, Stopped, all_stopped, fuzz, outcome_of
from random_cases import write_random_case
from reeplan.api import Display, Request, UserInputError
from reeplan.api.opening import open_session
from reeplan.cli.commands import ACT_ON_RESUME, reeplan
from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.outputs.asked import (
    FINGERPRINT,
    RECORD,
    as_options,
    asked_for,
    fingerprint,
    in_the_order_of,
    keep_record,
    words_that_changed,
)
from reeplan.outputs.run_folder import INPUTS, JOURNAL, MANIFEST, read_manifest, unfinished_place, write_inputs
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, Executor, Task, answers
from reeplan.solve.executor.content_key import ContentKeys
from reeplan.solve.questions import Answer, CheapestAt, PlanAnswer, PlanQuestion
from reeplan.solve.search_options import SearchOptions
from solved import rows_of, write_rows
from solved import run_for_tables as run_command
from support import WORST_CASE, write_case, write_overlay
from test_faults import assert_told, front_of, loose_bound, short_of_time, snapshot, solving
from test_many_machines import InThreads, case_of
from test_study import HowMuch

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case
    from reeplan.solve.executor.worker import Response

HAND_CASES = sorted(path for path in (Path(__file__).parent / "hand_cases").iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Stopped]:
    """A front, a study and another case's front, broken off; not to be changed."""
    return all_stopped(tmp_path_factory.mktemp("stopped"))


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run whose levels ended at their time limit; not to be changed."""
    place = tmp_path_factory.mktemp("limited") / "run"
    case = write_case(place.parent / "case", TOWN_AND_PORT)
    with pytest.MonkeyPatch.context() as patch, short_of_time(patch, loose_bound):
        assert run_command(*solving(case, place)).exit_code == 4
    return place


def copy_of(run: Stopped, place: Path) -> Path:
    """The stopped run at another place; its unfinished folder."""
    shutil.copytree(unfinished_place(run.place), unfinished_place(place))
    return unfinished_place(place)


def resume(place: Path, *options: object, command: str = FRONT) -> Any:
    return run_command(command, "--resume", place, *options)


# ---- what is edited -------------------------------------------------------------------------------


def cell(table: str, column: str, value: str) -> Callable[[Path], None]:
    """Another value in the first row of a table."""

    def edit(folder: Path) -> None:
        first, *rest = rows_of(folder / INPUTS, table)
        assert first[column] != value
        write_rows(folder / INPUTS, table, [first | {column: value}, *rest])

    return edit


def setting(name: str, value: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        rows = [row for row in rows_of(folder / INPUTS, "settings") if row["name"] != name]
        write_rows(folder / INPUTS, "settings", [*rows, {"name": name, "value": value}])

    return edit


def no_rows(table: str) -> Callable[[Path], None]:
    return lambda folder: write_rows(folder / INPUTS, table, [])


def one_row_less(table: str) -> Callable[[Path], None]:
    return lambda folder: write_rows(folder / INPUTS, table, rows_of(folder / INPUTS, table)[:-1])


def one_row_more(table: str, **cells: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        rows = rows_of(folder / INPUTS, table)
        write_rows(folder / INPUTS, table, [*rows, rows[-1] | cells])

    return edit


def fact(*names: str, value: Any) -> Callable[[Path], None]:
    """Another entry in the manifest; None takes it away."""

    def edit(folder: Path) -> None:
        manifest = read_manifest(folder)
        part = manifest
        for name in names[:-1]:
            part = part[name]
        part[names[-1]] = value
        if value is None:
            del part[names[-1]]
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return edit


EDITS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a price": (cell("suppliers", "price_usd_per_t", "15000"), "suppliers.csv, trader / Nd / 2030: price_usd_per_t "),
    "the last digit of a price": (cell("suppliers", "price_usd_per_t", "50000.00000000001"), "is 50000.00000000001"),
    "a limit": (cell("regions", "thorium_max_t_per_year", "5"), "thorium_max_t_per_year was no limit and is 5"),
    "a default that was filled in": (cell("plants", "life_years", "24"), "works: life_years was 25 and is 24"),
    "an optional table": (no_rows("stockpiles"), "stockpiles.csv, port / Nd: this row is missing"),
    "a row less": (one_row_less("demand"), "demand.csv, port / Dy / 2030: this row is missing"),
    "a row more": (one_row_more("demand", year="2032"), "demand.csv, port / Dy / 2032: this row is new"),
    "a share of a basket": (cell("baskets", "Nd", "0.8001"), "baskets.csv, pit: Nd was 0.8 and is"),
    "how likely a disruption is": (cell("scenarios", "probability", "0.05"), "scenarios.csv, cutoff: probability was"),
    "the number of levels": (setting("front_points", "4"), "settings.csv: front_points was 5 and is 4"),
    "the gap": (setting("mip_gap", "0.5"), "settings.csv: mip_gap was 0.001 and is 0.5"),
    "the measure": (setting("resilience_measure", "expected"), "resilience_measure was worst_case and is expected"),
    "a target": (setting("resilience_target", "0.5"), "settings.csv: resilience_target was empty and is 0.5"),
    "the years": (setting("last_year", "2034"), "settings.csv: last_year was"),
    "the seed": (fact("seed", value=7), "manifest.json: seed was 0 and is 7"),
    "one plan or a front": (fact("single", value=True), "manifest.json: single was False and is True"),
    "options": (fact("options", value={"regret": True}), "manifest.json: options was empty and is {'regret': True}"),
    "options that are none": (fact("options", value="all"), "manifest.json: options was empty and is all"),
    "another reeplan": (fact("versions", "reeplan", value="0.0.9"), "reeplan was 0.0.9 and is"),
    "another HiGHS": (fact("versions", "highspy", value="1.0"), "highspy was 1.0 and is"),
    "another Pyomo": (fact("versions", "pyomo", value="6.0"), "pyomo was 6.0 and is"),
    "no versions": (fact("versions", value=None), "reeplan was empty and is"),
    "no fingerprint": (fact(FINGERPRINT, value=None), "did not write down what its answers answer"),
    "another fingerprint": (fact(FINGERPRINT, value="0" * 64), "its manifest.json is of another run than its journal"),
    "a fingerprint that is none": (fact(FINGERPRINT, value=[1]), "its manifest.json is of another run"),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_run_is_refused_and_told_what_differs(edit: str, runs: list[Stopped], tmp_path: Path) -> None:
    folder = copy_of(runs[0], tmp_path / "run")
    change, said = EDITS[edit]
    change(folder)
    before = snapshot(tmp_path)
    result = resume(tmp_path / "run", "--json")
    assert_told(result, 2, said, f"solve its inputs as a new run: reeplan solve {folder / INPUTS} --out {tmp_path}")
    assert said in json.loads(result.stdout)["errors"][0]["message"]
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("edit", ["a price", "the number of levels", "the seed", "another HiGHS", "no fingerprint"])
def test_so_is_a_finished_one_that_stopped_early(edit: str, limited: Path, tmp_path: Path) -> None:
    shutil.copytree(limited, tmp_path / "run")
    change, said = EDITS[edit]
    change(tmp_path / "run")
    before = snapshot(tmp_path)
    assert_told(resume(tmp_path / "run", "--time-limit", 60), 2, said, f"reeplan solve {tmp_path / 'run' / INPUTS}")
    assert snapshot(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_many_differences_are_told_briefly(runs: list[Stopped], tmp_path: Path) -> None:
    folder = copy_of(runs[0], tmp_path / "run")
    for name, value in (("discount_rate", "0.01"), ("mip_gap", "0.5"), ("front_points", "3"), ("cvar_level", "0.5")):
        setting(name, value)(folder)
    for table in ("suppliers", "stockpiles"):
        write_rows(folder / INPUTS, table, [row | {"region": "town"} for row in rows_of(folder / INPUTS, table)])
    result = resume(tmp_path / "run")
    assert_told(result, 2, "; and ")
    assert len(result.stderr) < 1200


def test_another_version_installed_is_refused(
    runs: list[Stopped], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of(runs[0], tmp_path / "run")
    monkeypatch.setattr("reeplan.api.opening.__version__", "9.9")
    assert_told(resume(tmp_path / "run"), 2, "reeplan was ", "and is 9.9")


def test_the_manifest_of_another_run_is_refused(runs: list[Stopped], small_case: Path, tmp_path: Path) -> None:
    """Of another case, and of the same case with another seed: whole in itself, and not of this journal."""
    folder, other = copy_of(runs[0], tmp_path / "run"), tmp_path / "other"
    shutil.copy(unfinished_place(runs[2].place) / MANIFEST, folder / MANIFEST)
    assert_told(resume(tmp_path / "run"), 2, "its manifest.json is of another run than its journal")
    assert run_command(*solving(small_case, other), "--seed", 7).exit_code == 0
    shutil.copy(other / MANIFEST, folder / MANIFEST)
    assert_told(resume(tmp_path / "run"), 2, "its manifest.json is of another run than its journal")
    (folder / JOURNAL / RECORD).unlink()
    result = resume(tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert "warning 5 stored answers could not be read and are solved again." in result.stderr
    assert front_of(tmp_path / "run") == front_of(other), "the seed is the manifest's, and so is every answer"


def test_a_damaged_manifest_is_refused_or_harmless(runs: list[Stopped], tmp_path: Path) -> None:
    """Whichever bit of it is flipped, what is resumed is the run that was started."""
    folder, pick = copy_of(runs[1], tmp_path / "run"), random.Random(1)
    whole, resumed = (folder / MANIFEST).read_bytes(), 0
    for _ in range(150):
        data = bytearray(whole)
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
        (folder / MANIFEST).write_bytes(data)
        try:
            with open_session(Request(command=STUDY, resume=tmp_path / "run"), Display()) as session:
                resumed += 1
                assert (session.fingerprint, session.single, session.search.seed) == (runs[1].run, True, 0)
                assert session.facts["options"] == {"slack": [0.02], "slack_musd": [], "plans": 1, "search": None}
                assert session.search.target == 0.6
        except UserInputError:
            continue
    assert 30 < resumed < 150
    (folder / MANIFEST).write_text("[" * 100_000)
    assert_told(resume(tmp_path / "run", command=STUDY), 2, "does not hold enough to go on")


def test_the_way_on_leads_there(runs: list[Stopped], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that the refusal names solves the edited inputs, as solving them at once does."""
    folder = copy_of(runs[0], tmp_path / "run")
    EDITS["a price"][0](folder)
    said = resume(tmp_path / "run").stderr
    command = said[said.index("reeplan solve") :].partition(";")[0]
    assert run_command(*shlex.split(command)[1:], "--workers", 1).exit_code == 0
    edited = write_case(tmp_path / "edited", TOWN_AND_PORT)
    rows = rows_of(edited, "suppliers")
    write_rows(edited, "suppliers", [rows[0] | {"price_usd_per_t": "15000"}, *rows[1:]])
    assert run_command(*solving(edited, tmp_path / "direct")).exit_code == 0
    in_peace = runs[0].place.with_name("front-in-peace")
    assert front_of(tmp_path / "run-2") == front_of(tmp_path / "direct") != front_of(in_peace)


def test_the_way_on_has_the_options_of_a_study() -> None:
    asked = {
        "single": True,
        "seed": 3,
        "settings": {"resilience_target": None},
        "options": {"levers": True, "regret": False, "leaves": [2030, 2031], "plans": None, "future": ["a b"]},
    }
    words = "--levers --leaves 2030 --leaves 2031 --future 'a b' --target none --seed 3"
    assert as_options(asked) == shlex.split(words)


# ---- what is no edit ------------------------------------------------------------------------------


def words(folder: Path) -> None:
    for table in ("suppliers", "demand"):
        rows = rows_of(folder / INPUTS, table)
        write_rows(folder / INPUTS, table, [row | {"source": "a book", "note": "another word"} for row in rows])
    setting("title", "another title")(folder)
    cell("regions", "latitude", "12.5")(folder)


def other_order(folder: Path) -> None:
    """Rows upside down and columns from right to left, in every table."""
    for path in (folder / INPUTS).glob("*.csv"):
        if rows := rows_of(folder / INPUTS, path.stem):
            write_rows(folder / INPUTS, path.stem, [dict(reversed(row.items())) for row in reversed(rows)])


def saved_by_a_spreadsheet(folder: Path) -> None:
    """Semicolons, no byte-order mark, CRLF, and numbers as it likes them."""
    for path in (folder / INPUTS).glob("*.csv"):
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
        with path.open("w", newline="", encoding="cp1252") as file:
            csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(lines)


RANGE = {"input": "price", "table": "suppliers", "key": "trader / Nd", "column": "price_usd_per_t"}
RANGE |= {"low": "0.8", "high": "1.5", "change": "times"}

NO_EDITS: dict[str, Callable[[Path], None]] = {
    "words": words,
    "order": other_order,
    "a spreadsheet": saved_by_a_spreadsheet,
    "ranges": lambda folder: write_rows(folder / INPUTS, "ranges", [RANGE]),
    "more time": setting("time_limit_s", "1234"),
    "another numpy": fact("versions", "numpy", value="1.0"),
    "other workers": fact("workers", value=None),
}


@pytest.mark.parametrize("edit", NO_EDITS)
def test_what_changes_no_answer_is_no_edit(
    edit: str, runs: list[Stopped], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is solved again, and the front is that of the run that nobody touched, to the last digit."""
    NO_EDITS[edit](copy_of(runs[0], tmp_path / "run"))
    found: list[str] = []
    find = AnswerStore.find

    def finding(store: AnswerStore, fingerprint: str, question: Any) -> Any:
        answer = find(store, fingerprint, question)
        found.extend([fingerprint] if answer is not None else [])
        return answer

    monkeypatch.setattr(AnswerStore, "find", finding)
    result = resume(tmp_path / "run", "--workers", 1)
    assert result.exit_code == 0, result.output
    assert outcome_of(tmp_path / "run", FRONT) == runs[0].calm
    assert set(found) == set(runs[0].kept)
    manifest = read_manifest(tmp_path / "run")
    assert manifest["settings"]["time_limit_s"] == (1234 if edit == "more time" else 600)
    assert manifest["title"] == ("another title" if edit == "words" else "a case from a test")
    assert manifest[FINGERPRINT] == runs[0].run
    assert result.stderr.count("note    ") == (edit == "words"), result.stderr
    assert ("inputs/regions.csv: latitude" in result.stderr) == (edit == "words")


def test_a_source_that_was_edited_is_named_once(runs: list[Stopped], tmp_path: Path) -> None:
    cell("suppliers", "source", "a book")(copy_of(runs[0], tmp_path / "run"))
    result = resume(tmp_path / "run", "--workers", 1)
    assert result.exit_code == 0, result.output
    said = "note    inputs/suppliers.csv: source changed since the run was started; no answer depends on it."
    assert result.stderr.count(said) == result.stderr.count("note    ") == 1


def settings_of(tables: Tables) -> dict[str, Any]:
    """What a run of these tables keeps as its settings."""
    return {**vars(case_from_tables(tables).settings), **SearchOptions.of(tables.settings).as_settings}


@pytest.mark.parametrize("source", [*HAND_CASES, *range(25)], ids=str)
def test_inputs_that_are_read_again_ask_the_same(source: Path | int, tmp_path: Path) -> None:
    """A run's inputs are what was solved, to the last digit: baskets, defaults, limits and all."""
    folder = source if isinstance(source, Path) else tmp_path / "case"
    if isinstance(source, int):
        write_random_case(folder, source)
    tables = load_tables(folder).tables
    assert tables is not None
    case, asked = case_from_tables(tables), asked_for({}, settings_of(tables), tables)
    write_inputs(tables, settings_of(tables), tmp_path / INPUTS)
    other_order(tmp_path)
    again = load_tables(tmp_path / INPUTS).tables
    assert again is not None
    again = in_the_order_of(asked, again)
    assert fingerprint(asked_for({}, settings_of(again), again)) == fingerprint(asked)
    keep_record(tmp_path / JOURNAL, asked, tables)
    assert words_that_changed(tmp_path, asked, again) == []
    assert case_from_tables(again) == case
    assert list(case_from_tables(again).assets) == list(case.assets)


# ---- studies --------------------------------------------------------------------------------------


def test_a_study_is_refused_with_other_options_or_inputs(runs: list[Stopped], tmp_path: Path) -> None:
    study = runs[1]
    for number, (edit, said) in enumerate([
        (fact("options", "plans", value=2), "manifest.json: options was"),
        (fact("options", "slack", value=[0.5]), "manifest.json: options was"),
        (EDITS["a price"][0], EDITS["a price"][1]),
        (setting("resilience_target", "0.5"), "settings.csv: resilience_target was 0.6 and is 0.5"),
    ]):  # fmt: skip
        place = tmp_path / f"run{number}"
        edit(copy_of(study, place))
        before = snapshot(tmp_path)
        result = resume(place, command=STUDY)
        again = f"reeplan alternatives {unfinished_place(place) / INPUTS}"
        assert_told(result, 2, said, again, "--slack 0.02 --plans 1")
        assert snapshot(tmp_path) == before


def plans_alone(executor: Executor, tasks: Any, keep: Any) -> None:
    """Nobody answers a study's questions; the front's are answered."""
    if isinstance(tasks[0].question, PlanQuestion):
        ANSWER_HERE(executor, tasks, keep)


ANSWER_HERE = Executor._answer_here


def test_a_future_that_was_edited_is_refused(small_case: Path, tmp_path: Path) -> None:
    """Its overlay lies outside of the run; a word in it changes nothing."""
    head = "suppliers\nsupplier  material  year  region  price_usd_per_t  max_t_per_year  note\n"
    text = head + "trader    Nd        2030  quay    {}            500             {}"
    overlay = write_overlay(tmp_path / "costly", text.format(50000, "once"))
    place = tmp_path / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "_answer_here", plans_alone)
        options = ["--points", 2, "--risk-points", 2, "--future", overlay]
        first = run_command("futures", small_case, *options, "--out", place)
        assert first.exit_code == 130, first.output
    write_overlay(overlay, text.format(50001, "once"))
    before = snapshot(tmp_path)
    assert_told(resume(place, command="futures"), 2, "the future costly is not what it was at its start")
    assert snapshot(tmp_path) == before
    shutil.rmtree(overlay)
    assert_told(resume(place, command="futures"), 2, "costly")
    write_overlay(overlay, text.format(50000, "twice"))
    other_order(place)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "_answer_here", plans_alone)
        assert resume(place, command="futures").exit_code == 130


def test_a_question_holds_the_order_of_the_case_and_the_versions(
    small_case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of a case is that of a plan's values; what it is called is no part of it."""
    case = case_of(small_case)
    upside_down = replace(case, regions=dict(reversed(case.regions.items())))
    named = replace(case, settings=replace(case.settings, title="another"))
    tasks = [Task("", each, WORST_CASE, HowMuch(0.5)) for each in (case, upside_down, named)]
    one, other, same = map(ContentKeys().of, tasks)
    assert one == same != other
    monkeypatch.setattr("reeplan.solve.executor.content_key.answered_by", lambda: {"reeplan": "9.9"})
    assert ContentKeys().of(Task("", case, WORST_CASE, HowMuch(0.5))) != one


# ---- workers with other versions ------------------------------------------------------------------


@pytest.mark.parametrize("by", [None, {"reeplan": "0.0.1", "highspy": "1", "pyomo": "6"}])
def test_answers_of_another_version_are_used_and_not_kept(
    by: dict[str, str] | None, small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not say which it is has another."""
    case, said = case_of(small_case), []
    monkeypatch.setattr("reeplan.solve.executor.backend.answer", lambda request: replace(_answer(request), by=by))
    with InThreads(1) as threads:
        threads.say = said.append
        plan, answer = Executor(threads, store=AnswerStore(tmp_path))(plan_and_cost(case))
    assert plan.found
    assert answer.musd == pytest.approx(plan.objective)
    assert len(AnswerStore(tmp_path)) == 0
    assert len(said) == len(threads.other_versions) == 1
    assert "not kept for --resume" in said[0]


def test_answers_of_this_version_are_kept(small_case: Path, tmp_path: Path) -> None:
    case = case_of(small_case)
    with InThreads(1) as threads:
        Executor(threads, store=AnswerStore(tmp_path))(plan_and_cost(case))
    assert len(AnswerStore(tmp_path)) == 2
    assert not threads.other_versions


def plan_and_cost(case: Case) -> list[Task]:
    """A question of a front and one of a study."""
    questions = {"a plan": CheapestAt(0.0, controls=Controls()), "its cost": HowMuch(0.0)}
    return [Task(what, case, WORST_CASE, question) for what, question in questions.items()]


def _answer(request: Any) -> Response:
    from reeplan.solve.executor.worker import answer

    return answer(request)


# ---- the store ------------------------------------------------------------------------------------


def test_an_answer_is_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / f"0000{answers.ENDING}").symlink_to("precious")
    answers.write(tmp_path / f"0000{answers.ENDING}", "run", "question", [1.5])
    assert (tmp_path / "precious").read_text() == "mine"
    assert answers.read(tmp_path / f"0000{answers.ENDING}", "run", list[float]) == ("question", [1.5])


def test_an_answer_is_none_to_another_run_or_kind(tmp_path: Path) -> None:
    file = tmp_path / f"0000{answers.ENDING}"
    answers.write(file, "run", "question", [1.5])
    assert answers.read(file, None, list[float]) == ("question", [1.5])
    assert answers.read(file, "another", list[float]) is None
    assert answers.read(file, "run", dict[str, str]) is None


def test_every_bit_counts(tmp_path: Path) -> None:
    """Whichever bit of an answer is flipped, it is not read any more."""
    question = CheapestAt(0.5, controls=Controls())
    AnswerStore(tmp_path, "run").keep("name", PlanAnswer(Outcome.OPTIMAL, 0.1, 12.5, 12.25))
    file = tmp_path / f"name{answers.ENDING}"
    whole = file.read_bytes()
    for position in range(8 * len(whole)):
        data = bytearray(whole)
        data[position // 8] ^= 1 << position % 8
        file.write_bytes(data)
        assert AnswerStore(tmp_path, "run").find("name", question) is None
    file.write_bytes(whole)
    assert AnswerStore(tmp_path, "run").find("name", question) is not None


def test_an_answer_of_another_kind_is_none(tmp_path: Path) -> None:
    """Although it could be read as one: the file says of what kind it is."""
    AnswerStore(tmp_path).keep("name", Answer(Outcome.OPTIMAL, 0.1, 12.5, 12.25))
    assert AnswerStore(tmp_path).find("name", CheapestAt(0.5, controls=Controls())) is None
    assert list(AnswerStore(tmp_path).every(PlanAnswer)) == []


@pytest.mark.parametrize("seed", range(2))
def test_no_damaged_answer_is_misread(runs: list[Stopped], seed: int) -> None:
    tally = fuzz(runs, 160, seed, whole_every=80)
    assert tally.findings == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_no_damaged_answer_of_very_many_is_misread(runs: list[Stopped], seed: int) -> None:
    tally = fuzz(runs, 2000, seed, whole_every=200)
    assert tally.findings == []


# ---- options without effect -----------------------------------------------------------------------


def _value(option: click.Option) -> list[str]:
    """Something that the option takes: what it is without being given, where it has such a value."""
    if option.is_flag:
        return []
    if isinstance(option.type, click.Choice):
        return [str(option.type.choices[0])]
    if isinstance(option.type, (click.IntRange, click.FloatRange)) and option.type.min and not option.type.min_open:
        return [str(option.type.min)]
    return [str(option.default) if isinstance(option.default, int) else "0.5" if "level" in option.opts[0] else "1"]


OPTIONS = [
    (command.name, option)
    for command in reeplan.commands.values()
    if any("--resume" in parameter.opts for parameter in command.params)
    for option in command.params
    if isinstance(option, click.Option)
]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=lambda one: one if isinstance(one, str) else one.opts[0])
def test_an_option_does_something_for_a_resumed_run_or_is_refused_by_name(
    command: str, option: click.Option, tmp_path: Path
) -> None:
    """Every option of every command, also with the value that it has anyway."""
    name = option.opts[0]
    if name in ("--resume", "--dask", "--mpi"):
        return
    result = run_command(command, "--resume", tmp_path / "nowhere", name, *_value(option))
    assert result.exit_code == 2
    if name in ACT_ON_RESUME:
        assert "there is no run" in result.stderr
    else:
        assert f"{name} has no effect when resuming" in result.stderr or "give it with" in result.stderr


def test_all_options_without_effect_are_named_at_once(tmp_path: Path) -> None:
    result = run_command("solve", "--resume", tmp_path, "--seed", 0, "--strict", "--with", "x", "--json")
    assert "--with and --seed and --strict have no effect when resuming" in result.stderr


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("sensitivity", ["--relaxed", "--all-relaxed"], "--relaxed has no effect with --all-relaxed"),
        ("sensitivity", ["--relaxed", "--trajectories", 0, "--samples", 0], "--relaxed has no effect without"),
        ("sensitivity", ["--leading", 2, "--samples", 0], "--leading has no effect with --samples 0"),
        ("sensitivity", ["--leading", 0, "--samples", 8], "--samples has no effect with --leading 0"),
        ("solve", ["--target", "none", "--workers", 2, "--strict"], "--workers"),
        ("solve", ["--points", 1, "--workers", 2, "--strict"], "--workers"),
    ],
)
def test_options_that_undo_one_another_are_refused(
    command: str, options: list[object], said: str, small_case: Path, tmp_path: Path
) -> None:
    assert_told(run_command(command, small_case, *options, "--out", tmp_path / "run"), 2, said, "has no effect")
    assert list(tmp_path.iterdir()) == []


def test_options_that_the_case_has_no_use_for_are_named(own_case: Path, tmp_path: Path) -> None:
    """Odds where nothing has any; levels of resilience where nothing can be disrupted; screening of one input."""
    write_rows(own_case, "scenarios", [row | {"probability": "0"} for row in rows_of(own_case, "scenarios")])
    result = run_command("futures", own_case, "--risk-points", 3, "--out", tmp_path / "run")
    assert_told(result, 2, "--risk-points has no effect: no window of disruption has a probability")
    one = "ranges\ninput  table      key          column           low  high  change\n"
    one += "price  suppliers  trader / Nd  price_usd_per_t  0.8  1.5   times"
    overlay = write_overlay(tmp_path / "one", one)
    result = run_command("sensitivity", own_case, "--with", overlay, "--trajectories", 2, "--out", tmp_path / "run")
    assert_told(result, 2, "--trajectories has no effect: ranges.csv has one range")
    write_rows(own_case, "scenarios", [])
    write_rows(own_case, "disruptions", [])
    result = run_command("solve", own_case, "--points", 3, "--strict", "--out", tmp_path / "run")
    assert_told(result, 2, "--points", "has no effect: the case has no disruptions")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["--out", "--gap"])
def test_a_bound_with_divisible_modules_decides_nothing(option: str, small_case: Path, tmp_path: Path) -> None:
    from reeplan.stochastic.__main__ import main

    result = CliRunner().invoke(main, [str(small_case), "--relax", option, "0.5"])
    assert_told(result, 2, f"{option} has no effect with --relax")
