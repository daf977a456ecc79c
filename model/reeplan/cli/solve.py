"""``reeplan solve``: check, solve, write the run folder, draw, and say what came out.

A study (``cli/study.py``) is the same with questions of its own: whatever it finds lies beside the plans.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.asked import QUESTIONS, keep_record
from reeplan.cli.backends import machines_of
from reeplan.cli.check import show_problems
from reeplan.cli.display import INDENT, TerminalDisplay
from reeplan.cli.exit_codes import BAD_INPUT, DOES_NOT_HOLD, DONE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.cli.live import LiveFront
from reeplan.cli.no_plan import NoPlanError, say_no_plan
from reeplan.cli.options import Request, Session, UserInputError, not_written, open_session, take_up
from reeplan.cli.outcome import PAGE, how_to_go_on, print_results, say_digests, status_of
from reeplan.cli.refusal import refuse
from reeplan.cli.screen import say
from reeplan.cli.study import StudyContext
from reeplan.cli.verify import as_object, in_one_line
from reeplan.cli.workers import crew_of, plan_of_work, size_in_words, workplace_of
from reeplan.csv_files import write_table
from reeplan.endings import Outcome
from reeplan.inputs.names import counted
from reeplan.inputs.notes import notes
from reeplan.interrupt import Interrupt
from reeplan.outputs.fingerprints import write_sums
from reeplan.outputs.places import unfinished_place
from reeplan.outputs.run_folder import (
    FIGURES,
    INPUTS,
    JOURNAL,
    PLANS,
    join_logs,
    read_manifest,
    write_inputs,
    write_manifest,
    write_plan,
    written_whole,
)
from reeplan.outputs.spec.plans import FRONT
from reeplan.present.figures import DrawingError, draw_figures
from reeplan.present.figures.index import bind_figures, say_none_drawn
from reeplan.present.report import write_report
from reeplan.solve.engine import Controls
from reeplan.solve.executor import AnswerStore, Executor, WorkerLostError
from reeplan.solve.executor.checkpoint import Checkpoint, ResumablePool, holds_a_plan
from reeplan.solve.front import Front, solve_front, solve_single
from reeplan.solve.planner import Planner
from reeplan.verify import Failure, Verdict, verify_run

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.cli.study import Study, StudyResult
    from reeplan.outputs.fingerprints import Digests
    from reeplan.solve.executor import Backend, Pool
    from reeplan.solve.front import Point

ROUNDING = 1e-9
"""Two costs (relative) or shares that differ by less are one."""

STOPPING = "Stopping: keeping what was found; Ctrl-C again stops at once."

VERDICT = "verify.json"


class StoppedEarlierError(Exception):
    """A resumed run was stopped before it had every plan that it had before."""


@dataclass(frozen=True)
class _Results:
    """What came out: the front with its rows, what a study found, and the verdict of the check."""

    front: Front
    rows: list[dict[str, Any]]
    finding: StudyResult | None
    verdict: Verdict | None
    """None where the run was stopped before all was drawn, checked and reported."""
    digests: Digests

    @property
    def status(self) -> str:
        """How it ended."""
        return _status(self.front, self.finding) if self.verdict is not None else "interrupted"


def _status(front: Front, finding: StudyResult | None) -> str:
    """Done, interrupted, or stopped at a limit: the front's, or the study's where the front is done."""
    status = status_of(front)
    return status if status != "done" or finding is None else finding.status


def run_solve(request: Request, study: Study | None = None) -> int:
    """Do what was asked and return the exit code."""
    began = time.perf_counter()
    try:
        asked = (study.command, study.single, study.check) if study else ()
        with machines_of(request) as machines, open_session(request, *asked) as session:
            take_up(session)
            return _run(request, session, study, machines, began)
    except UserInputError as refusal:
        return refuse(request, refusal, study.results if study else "points")


def _run(request: Request, session: Session, study: Study | None, machines: Backend | None, began: float) -> int:
    show_problems(session.loaded, request.strict)
    try:
        with (
            TerminalDisplay() as display,
            Interrupt(answer=partial(display.stop, STOPPING)) as interrupt,
            written_whole(session.place, keep_if=_worth_keeping, replaces=session.resumed) as folder,
        ):
            results = _solve_into(folder, session, study, machines, display, interrupt, began)
        if results.status == "done":
            shutil.rmtree(session.place / JOURNAL, ignore_errors=True)  # last: all before it can be gone on from
    except NoPlanError as nothing:
        return say_no_plan(nothing, session, request.as_json)
    except (KeyboardInterrupt, StoppedEarlierError) as stop:
        return _say_stopped(request, session, stop)
    except (OSError, WorkerLostError) as trouble:
        return _say_trouble(request, session, trouble)
    _say_results(request, session, results, time.perf_counter() - began)
    if results.verdict is not None and not results.verdict.holds:
        return DOES_NOT_HOLD
    return {"done": DONE, "interrupted": INTERRUPTED}.get(results.status, STOPPED_AT_LIMIT)


def _say_results(request: Request, session: Session, results: _Results, seconds: float) -> None:
    finding = results.finding
    if finding is None:
        front, rows, status, digests = results.front, results.rows, results.status, results.digests
        print_results(session, front, rows, status, digests, seconds, as_json=request.as_json)
        return
    if request.as_json:
        said = {"run": session.place.as_posix(), "status": results.status, **finding.as_object()}
        said["sha256"] = asdict(results.digests)
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    finding.say(session.place)
    say_digests(results.digests)
    if results.status != "done":
        points = {row["status"] for row in results.rows}
        click.echo("\n".join(["", *how_to_go_on(session, results.status, points)]))
    click.echo(f"\n{results.status} · {seconds // 60:.0f} min {seconds % 60:.0f} s")


def _solve_into(
    folder: Path,
    session: Session,
    study: Study | None,
    machines: Backend | None,
    display: TerminalDisplay,
    interrupt: Interrupt,
    began: float,
) -> _Results:
    """Solve and write everything into the folder, and check it from there."""
    loaded, case = session.loaded, session.case
    display.say(
        f"1/4 Inputs    {session.name} · {counted(loaded.files, 'file')} · {counted(loaded.row_count, 'row')} · "
        f"no errors, {_warnings(session)}"
    )
    assert loaded.tables is not None
    if said := notes(loaded.tables):
        display.say(" " * INDENT + " ".join(said))
    write_inputs(loaded.tables, case.settings, folder / INPUTS)
    write_manifest(folder, {**session.facts, "status": "unfinished", "workers": session.workers})
    keep_record(folder / JOURNAL, session.asked, loaded.tables)
    planner = Planner(case, log_file=folder / "solver.log", interrupt=interrupt)
    display.say(f"2/4 Model     {size_in_words(planner)}")
    with workplace_of(session, machines, planner, folder, study is not None) as workplace:
        if workplace is not None:
            interrupt.share(workplace.stop)
            workplace.say = display.say
        place = _Place(session, planner, workplace, folder, interrupt, display)
        wanted = [] if study is None else list(study.prepare(place.setting(Front())))
        front = _find_front(place, wanted)
        finding = None if study is None else _study(study, place, front)
    if workplace is not None and workplace.other_versions:
        session.facts["versions_elsewhere"] = sorted(workplace.other_versions)
    display.stage(f"4/4 Results   {_plans(front)}: tables, figures, an independent check, report")
    _clear_results(folder)
    rows = [write_plan(planner, point, folder) for point in front.points]
    write_table(FRONT.frame(rows), folder / FRONT.file)
    if finding is not None:
        _write_finding(finding, folder)
    join_logs(folder)
    seconds = time.perf_counter() - began
    write_manifest(folder, _manifest(session, front, rows, finding, seconds))
    verdict = _finished(folder, display, interrupt)
    if verdict is None:
        write_manifest(folder, {**read_manifest(folder), "status": "interrupted"})
        bind_figures(folder)  # the same tables, of a run that ended otherwise
    goes = (f"{JOURNAL}/",) if verdict is not None and _status(front, finding) == "done" else ()
    return _Results(front, rows, finding, verdict, write_sums(folder, without=goes))


def _clear_results(folder: Path) -> None:
    """Remove what an earlier try has written that was killed at this stage: it may have had more plans and tables."""
    for part in (PLANS, FIGURES):
        shutil.rmtree(folder / part, ignore_errors=True)
    for table in folder.glob("*.csv"):
        table.unlink()


def _plans(front: Front) -> str:
    return counted(len(front.points), "plan")


def _finished(folder: Path, display: TerminalDisplay, interrupt: Interrupt) -> Verdict | None:
    """Draw, check and write the page; None, and no page, where somebody asked to stop before all of it was done."""
    for name in (VERDICT, PAGE):  # of an earlier try
        (folder / name).unlink(missing_ok=True)
    if interrupt.asked:
        return None
    _draw(folder, display, interrupt)
    verdict = None
    try:
        with Interrupt(at_once=True):
            display.doing("checking what was written")
            verdict = _verified(folder, display)
            display.doing("writing the report")
            _write_page(folder, display)
    except KeyboardInterrupt:
        if verdict is None:
            (folder / VERDICT).unlink(missing_ok=True)
        return None
    finally:
        display.did()
    return verdict


@dataclass(frozen=True)
class _Place:
    """Where and by whom a run is solved."""

    session: Session
    planner: Planner
    workplace: Backend | None
    folder: Path
    interrupt: Interrupt
    display: TerminalDisplay

    def setting(self, front: Front) -> StudyContext:
        """What a study works with."""
        return StudyContext(self.session, self.planner, front, self.desk, self.display.say)

    @cached_property
    def desk(self) -> Executor:
        """Where questions are handed in: one desk for the run, so that nothing is asked twice."""
        session = self.session
        questions = self.folder / JOURNAL / QUESTIONS
        notebook = AnswerStore(questions, session.fingerprint, retry_limits=session.retry_limits)
        return Executor(self.workplace, self.display, notebook, self.interrupt, self._write_log)

    def _write_log(self, text: str) -> None:
        with (self.folder / "solver-elsewhere.log").open("a", encoding="utf-8") as file:
            file.write(text)


def _find_front(place: _Place, wanted: list[float]) -> Front:
    """The plans: found, or taken from the journal of an earlier try."""
    session, planner, folder, display = place.session, place.planner, place.folder, place.display
    crew = crew_of(place.workplace, planner, folder, display)
    journal = Checkpoint(folder / JOURNAL, len(planner.engine.columns), session.fingerprint)
    display.say(f"3/4 Solve     {plan_of_work(session, crew.size, place.workplace)}")
    if len(journal):
        display.say(f"              resumed after {counted(len(journal), 'solve')} done before")
    recorded = ResumablePool(crew, journal, retry_limits=session.retry_limits)
    display.limit_s, display.at_a_time = session.case.settings.time_limit_s, crew.size
    display.unit, display.tells_each, display.disrupted = "levels", True, bool(session.case.windows)
    live = LiveFront(folder, display, f"MUSD of {session.case.settings.currency_year}")
    display.on_news = live.redraw
    front = _solve(planner, recorded, session, live, wanted)
    display.on_news = None
    if not front.points:
        raise NoPlanError(front, planner)
    if status_of(front) == "interrupted" and _lacks_a_point(front, session.place):
        raise StoppedEarlierError
    live.remove()
    return front


def _study(study: Study, place: _Place, front: Front) -> StudyResult:
    display = place.display
    display.unit, display.tells_each = study.unit, False
    return study.work(place.setting(front))


def _write_finding(finding: StudyResult, folder: Path) -> None:
    for name, table in finding.tables().items():
        write_table(table, folder / f"{name}.csv")


def _lacks_a_point(front: Front, place: Path) -> bool:
    """Whether a finished run at this place has a point that the front has not found yet, or not as well."""
    found = [(point.plan.cost_musd, point.plan.resilience) for point in front.points]
    try:
        before = [(point["cost_musd"] * 1.0, point["resilience"] * 1.0) for point in read_manifest(place)["points"]]
    except (KeyError, TypeError):
        return place.exists()  # which points it has cannot be read: then it stays
    return any(
        not any(cost <= least + ROUNDING * abs(least) and share >= most - ROUNDING for cost, share in found)
        for least, most in before
    )


def _draw(folder: Path, display: TerminalDisplay, interrupt: Interrupt) -> None:
    """Draw; a figure that fails must not cost the run its tables."""

    def goes_on(done: int, of: int) -> bool:
        display.doing("drawing figure", done, of)
        return not interrupt.asked

    try:
        drawing = draw_figures(folder, goes_on=goes_on)
    except DrawingError as trouble:
        display.say(f"    {trouble}; the tables are whole")
    except Exception as trouble:
        display.say(f"    no figure could be drawn ({trouble}); the tables are whole")
        say_none_drawn(folder, f"{type(trouble).__name__}: {trouble}")
    else:
        if drawing.remark:
            display.say(f"    {drawing.remark}")


def _write_page(folder: Path, display: TerminalDisplay) -> None:
    """The page; like a figure, it must not cost the run its tables."""
    try:
        write_report(folder)
    except Exception as trouble:
        display.say(f"    the report could not be written ({trouble}); the tables are whole")


def _verified(folder: Path, display: TerminalDisplay) -> Verdict:
    """The independent check of what was written; its verdict stays with the run."""
    try:
        verdict = verify_run(folder)
    except Exception as trouble:
        # A check that breaks off has shown nothing: the run is kept, and does not count as checked.
        message = f"verification failed to run: {type(trouble).__name__}: {trouble}"
        verdict = Verdict([Failure("", "the whole check", "", "", None, None, None, "", message)])
    text = json.dumps(as_object(verdict), indent=1, ensure_ascii=False, default=str)
    (folder / VERDICT).write_text(text + "\n", encoding="utf-8")
    display.say(f"              {in_one_line(verdict)}")
    return verdict


# ---- how it is solved ---------------------------------------------------------------------------


def _solve(planner: Planner, crew: Pool, session: Session, live: LiveFront, wanted: list[float]) -> Front:
    settings = session.case.settings
    controls = Controls(time_limit_s=settings.time_limit_s, seed=session.seed)
    if session.single:
        return solve_single(planner, crew, controls, settings.mip_gap, settings.resilience_target or 0.0)
    if settings.resilience_target is not None:
        wanted = [*wanted, settings.resilience_target]
    front = solve_front(
        planner,
        crew,
        controls,
        settings.mip_gap,
        settings.front_points,
        wanted,
        on_points=live.heard,
        on_plan_of_work=live.plan_of_work,
    )
    if planner.engine.interrupted:  # asked between two solves, so that no solve says so
        front.outcome = Outcome.INTERRUPTED
    return front


# ---- what is said and written -------------------------------------------------------------------


def _warnings(session: Session) -> str:
    number = len(session.loaded.warnings)
    return counted(number, "warning") if number else "no warnings"


def _manifest(
    session: Session,
    front: Front,
    rows: list[dict[str, Any]],
    finding: StudyResult | None,
    seconds: float,
) -> dict[str, Any]:
    named = (
        "point", "cost_musd", "resilience", "bound_musd", "gap", "gap_musd", "gap_target_musd", "status", "target",
        "seconds",
    )  # fmt: skip
    return {
        **session.facts,
        "workers": session.workers,
        "written": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
        "status": _status(front, finding),
        "highest_resilience_bound": front.highest_resilience_bound,
        "targets_out_of_reach": front.unreached,
        "points": [
            {name: row[name] for name in named} | _unpriced(point)
            for row, point in zip(rows, front.points, strict=True)
        ],
        "levels": [_level(front, level) for level in front.levels],
        **({} if finding is None else {session.command: {"status": finding.status, **finding.as_object()}}),
        "wall_time_s": round(seconds, 1),
    }


def _unpriced(point: Point) -> dict[str, Any]:
    """The windows of a plan that could not be solved again; nothing where there are none."""
    windows = point.plan.not_rerun
    return {"prices_not_known": list(windows)} if windows else {}


def _level(front: Front, level: float) -> dict[str, Any]:
    """A resilience at which the least cost was asked for: what is proven of it, and the plan that answers."""
    point, bound = front.at(level), front.bound_at(level)
    return {
        "resilience": level,
        "bound_musd": bound if math.isfinite(bound) else None,
        "point": None if point is None else point.name,
    }


def _worth_keeping(folder: Path) -> bool:
    """Whether an unfinished run holds solves that can be gone on from."""
    return holds_a_plan(folder / JOURNAL)


def _say_stopped(request: Request, session: Session, stop: BaseException) -> int:
    """Stopped at once, or before a resumed run has all that it had: say what is kept."""
    place = session.place
    if isinstance(stop, StoppedEarlierError):
        message = f"Stopped before every plan of {place} was found again: it stays as it is."
    elif place.exists() and not session.unfinished.exists():
        message = f"Stopped at once; {place} is whole."
    else:
        message = "Stopped at once; no run was written."
    if _worth_keeping(unfinished_place(place)):
        message += f" What was solved is kept; resume with: reeplan {session.command} --resume {place}"
    say(message, err=True, whole=True)
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": "interrupted", "points": [], "message": message}))
    return INTERRUPTED


def _say_trouble(request: Request, session: Session, trouble: Exception) -> int:
    """The disk is full, the folder cannot be written, workers died: say what happened and what is kept."""
    kept = unfinished_place(session.place)
    message = str(trouble) if isinstance(trouble, WorkerLostError) else not_written(session.place, trouble)
    code = BAD_INPUT
    if _worth_keeping(kept):
        code = STOPPED_AT_LIMIT
        message += f" What was solved is kept; resume with: reeplan {session.command} --resume {session.place}"
    say(f"error   {message}", err=True, rest="        ", whole=True)
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": "stopped", "points": [], "message": message}))
    return code
