"""``reeplan solve``: check, solve, write the run folder, draw, and say what came out."""

from __future__ import annotations

import errno
import json
import shutil
import time
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.check import show_problems
from reeplan.cli.display import TerminalDisplay
from reeplan.cli.exits import BAD_INPUT, DOES_NOT_HOLD, DONE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.cli.live import LiveFront
from reeplan.cli.machines import machines_of
from reeplan.cli.no_plan import NoPlanError, say_no_plan
from reeplan.cli.outcome import print_results, status_of
from reeplan.cli.refusal import refuse
from reeplan.cli.session import RefusedError, Request, Session, open_session
from reeplan.cli.verify import as_object, in_one_line
from reeplan.csv_files import write_table
from reeplan.figures import draw_figures
from reeplan.front import Front, solve_front, solve_single
from reeplan.interrupt import Interrupt
from reeplan.journal import Journal, Recorded
from reeplan.plan import Planner
from reeplan.report import write_report
from reeplan.results.summary import front_table, measure_in_words
from reeplan.run_folder import (
    INPUTS,
    JOURNAL,
    join_logs,
    read_manifest,
    sha256_of_tables,
    unfinished_place,
    write_inputs,
    write_manifest,
    write_plan,
    written_whole,
)
from reeplan.solver import Controls, Outcome
from reeplan.verify import Failure, Verdict, verify_run
from reeplan.workers import Alone, Team, WorkerLostError, Workforce, processors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.workers import Crew, Workplace

ROUNDING = 1e-9
"""Two costs (relative) or shares that differ by less are one."""

SMALL = 100
"""A program with fewer whole-number decisions is solved in one process: starting more would take longer."""


class StoppedEarlierError(Exception):
    """A run that is gone on with was stopped before it had every plan that it had before."""


def run_solve(request: Request) -> int:
    """Do what was asked and return the exit code."""
    began = time.perf_counter()
    try:
        with machines_of(request) as machines:
            return _run(request, open_session(request), machines, began)
    except RefusedError as refusal:
        return refuse(request, refusal, "points")


def _run(request: Request, session: Session, machines: Workplace | None, began: float) -> int:
    show_problems(session.loaded, request.strict)
    try:
        with (
            TerminalDisplay() as display,
            Interrupt() as interrupt,
            written_whole(session.place, keep_if=_worth_keeping, replaces=session.resumed) as folder,
        ):
            front, rows, verdict = _solve_into(folder, session, machines, display, interrupt, began)
        _forget_journal(session.place, front)
    except NoPlanError as nothing:
        return say_no_plan(nothing, session, request.as_json)
    except (KeyboardInterrupt, StoppedEarlierError) as stop:
        return _say_stopped(request, session, stop)
    except (OSError, WorkerLostError) as trouble:
        return _say_trouble(request, session, trouble)
    print_results(session, front, rows, time.perf_counter() - began, as_json=request.as_json)
    if not verdict.holds:
        return DOES_NOT_HOLD
    return {"done": DONE, "interrupted": INTERRUPTED}.get(status_of(front), STOPPED_AT_LIMIT)


def _solve_into(
    folder: Path,
    session: Session,
    machines: Workplace | None,
    display: TerminalDisplay,
    interrupt: Interrupt,
    began: float,
) -> tuple[Front, list[dict[str, Any]], Verdict]:
    """Solve and write everything into the folder, and check it from there."""
    loaded, case = session.loaded, session.case
    display.say(
        f"1/4 Inputs    {session.name} · {loaded.files} files · {loaded.row_count} rows · no errors, "
        f"{_warnings(session)}"
    )
    assert loaded.tables is not None
    write_inputs(loaded.tables, case.settings, folder / INPUTS)
    write_manifest(folder, {**session.facts, "status": "unfinished", "workers": session.workers})
    planner = Planner(case, log_file=folder / "solver.log", interrupt=interrupt)
    display.say(f"2/4 Model     {_size(planner)}")
    journal = Journal(folder / JOURNAL, len(planner.engine.columns))
    with _crew(session, machines, planner, folder, interrupt, display) as crew:
        display.say(f"3/4 Solve     {_plan_of_work(session, crew, machines)}")
        if len(journal):
            display.say(f"              going on after {len(journal)} solves that were done before")
        recorded = Recorded(crew, journal, retry_limits=session.retry_limits)
        display.limit_s, display.at_a_time = case.settings.time_limit_s, crew.size
        live = LiveFront(folder, display, f"MUSD of {case.settings.currency_year}")
        display.on_news = live.redraw
        front = _solve(planner, recorded, session, live)
    if not front.points:
        raise NoPlanError(front, planner)
    if status_of(front) == "interrupted" and _lacks_a_point(front, session.place):
        raise StoppedEarlierError
    display.say("4/4 Results")
    live.remove()
    rows = [write_plan(planner, point, folder) for point in front.points]
    write_table(front_table(rows), folder / "front.csv")
    join_logs(folder)
    write_manifest(folder, _manifest(session, front, rows, folder, time.perf_counter() - began))
    _draw(folder, display)
    verdict = _verified(folder, display)
    _write_page(folder, display)
    return front, rows, verdict


def _lacks_a_point(front: Front, place: Path) -> bool:
    """Whether a finished run at this place has a point that the front has not found yet, or not as well."""
    found = [(point.plan.cost_musd, point.plan.resilience) for point in front.points]
    return any(
        not any(
            cost <= before["cost_musd"] + ROUNDING * abs(before["cost_musd"])
            and resilience >= before["resilience"] - ROUNDING
            for cost, resilience in found
        )
        for before in read_manifest(place).get("points", [])
    )


def _forget_journal(place: Path, front: Front) -> None:
    """A run that is done needs no journal; it goes last, so that whatever comes before can be gone on from."""
    if status_of(front) == "done":
        shutil.rmtree(place / JOURNAL, ignore_errors=True)


def _draw(folder: Path, display: TerminalDisplay) -> None:
    """Draw; a figure that fails must not cost the run its tables."""
    try:
        draw_figures(folder)
    except Exception as trouble:
        display.say(f"    the figures could not be drawn ({trouble}); the tables are whole")


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
        message = f"the check itself broke off: {type(trouble).__name__}: {trouble}"
        verdict = Verdict([Failure("", "the whole check", "", "", None, None, None, "", message)])
    text = json.dumps(as_object(verdict), indent=1, ensure_ascii=False, default=str)
    (folder / "verify.json").write_text(text + "\n", encoding="utf-8")
    display.say(f"              {in_one_line(verdict)}")
    return verdict


# ---- how it is solved ---------------------------------------------------------------------------


@contextmanager
def _crew(
    session: Session,
    machines: Workplace | None,
    planner: Planner,
    folder: Path,
    interrupt: Interrupt,
    display: TerminalDisplay,
) -> Iterator[Crew]:
    """The machines asked for, or one process, or as many as asked for (a large program: as there are processors)."""
    if machines is not None:
        machines.say = display.say
        interrupt.share(machines.stop)
        yield Workforce(machines, planner.case, planner.measure, display, folder / "solver-elsewhere.log")
        return
    size = session.workers or _workers_for(session, planner)
    if size == 1:
        yield Alone(planner, display)
        return
    with Team(size, planner.case, planner.measure, folder, display) as team:
        interrupt.share(team.stop)
        yield team


def _workers_for(session: Session, planner: Planner) -> int:
    if session.single or int(planner.engine.integer.sum()) < SMALL:
        return 1
    return min(processors(), session.case.settings.front_points)


def _solve(planner: Planner, crew: Crew, session: Session, live: LiveFront) -> Front:
    settings = session.case.settings
    controls = Controls(time_limit_s=settings.time_limit_s, seed=session.seed)
    if session.single:
        return solve_single(planner, crew, controls, settings.mip_gap, settings.resilience_target or 0.0)
    wanted = [] if settings.resilience_target is None else [settings.resilience_target]
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


def _size(planner: Planner) -> str:
    case, engine = planner.case, planner.engine
    return (
        f"{len(case.assets)} plants and options · {len(case.elements)} elements · {len(case.years)} years · "
        f"{len(case.windows)} disruption windows · {len(engine.columns)} variables, "
        f"{int(engine.integer.sum())} whole · {len(engine.rows)} rules"
    )


def _plan_of_work(session: Session, crew: Crew, machines: Workplace | None) -> str:
    settings = session.case.settings
    what = "one plan" if session.single else f"{settings.front_points} levels"
    where = "" if machines is None else f" through {machines.name}"
    return (
        f"{what}, {crew.size} at a time{where}, HiGHS {version('highspy')}, at most {settings.time_limit_s:g} s "
        f"a level; resilience: {measure_in_words(settings)}"
    )


def _warnings(session: Session) -> str:
    number = len(session.loaded.warnings)
    return f"{number or 'no'} warning{'' if number == 1 else 's'}"


def _manifest(
    session: Session, front: Front, rows: list[dict[str, Any]], folder: Path, seconds: float
) -> dict[str, Any]:
    named = (
        "point", "cost_musd", "resilience", "bound_musd", "gap", "gap_musd", "gap_target_musd", "status", "target",
        "seconds",
    )  # fmt: skip
    return {
        **session.facts,
        "workers": session.workers,
        "written": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
        "status": status_of(front),
        "highest_resilience_bound": front.highest_resilience_bound,
        "targets_out_of_reach": front.unreached,
        "points": [{name: row[name] for name in named} for row in rows],
        "tables_sha256": sha256_of_tables(folder),
        "wall_time_s": round(seconds, 1),
    }


def _worth_keeping(folder: Path) -> bool:
    """Whether an unfinished run holds solves that can be gone on from."""
    return (folder / JOURNAL).is_dir() and Journal(folder / JOURNAL).holds_a_plan()


def _say_stopped(request: Request, session: Session, stop: BaseException) -> int:
    """Stopped at once, or before a run that is gone on with has all that it had: say what is kept."""
    place = session.place
    if isinstance(stop, StoppedEarlierError):
        message = f"Stopped before every plan of {place} was found again: it stays as it is."
    else:
        message = "Stopped at once; no run was written."
    if _worth_keeping(unfinished_place(place)):
        message += f" What was solved is kept; go on with: reeplan solve --resume {place}"
    click.echo(message, err=True)
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": "interrupted", "points": [], "message": message}))
    return INTERRUPTED


def _say_trouble(request: Request, session: Session, trouble: Exception) -> int:
    """The disk is full, the folder cannot be written, workers died: say what happened and what is kept."""
    kept = unfinished_place(session.place)
    if isinstance(trouble, WorkerLostError):
        message = str(trouble)
    elif isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        message = f"the disk is full: {session.place} could not be written."
    else:
        message = f"the run folder {session.place} could not be written: {trouble}."
    code = BAD_INPUT
    if _worth_keeping(kept):
        code = STOPPED_AT_LIMIT
        message += f" What was solved is kept; go on with: reeplan solve --resume {session.place}"
    click.echo(f"error   {message}", err=True)
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": "stopped", "points": [], "message": message}))
    return code
