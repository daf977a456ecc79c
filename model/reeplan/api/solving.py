"""Solving: check, solve, write the run folder, draw, and check what was written.

A study (``studies``) is the same with questions of its own: whatever it finds lies beside the plans.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reeplan.api.backends import machines_of
from reeplan.api.display import Display
from reeplan.api.endings import BrokenOffError, EndedError, NoPlanError, StoppedError
from reeplan.api.live import LiveFront
from reeplan.api.no_plan import write_reason
from reeplan.api.opening import open_session, take_up
from reeplan.api.solved_run import PAGE, SolvedRun, run_status, status_of
from reeplan.api.verifying import as_object
from reeplan.api.workers import backend_of
from reeplan.csv_files import write_table
from reeplan.endings import Outcome, Status
from reeplan.interrupt import Interrupt
from reeplan.outputs.asked import keep_record
from reeplan.outputs.fingerprints import write_sums
from reeplan.outputs.run_folder import (
    FIGURES,
    INPUTS,
    JOURNAL,
    PLANS,
    exchangeable_rows,
    join_logs,
    over_first,
    read_manifest,
    write_inputs,
    write_manifest,
    write_plan,
    written_whole,
)
from reeplan.outputs.spec.plans import EXCHANGEABLE, FRONT
from reeplan.present.figures import DrawingError, draw_figures
from reeplan.present.figures.index import bind_figures, say_none_drawn
from reeplan.present.report import write_report
from reeplan.solve.executor import AnswerStore, Executor, WorkerLostError
from reeplan.solve.front import Front, solve_front, solve_single
from reeplan.solve.planner import Planner
from reeplan.solve.questions import NearestAnswer, PlanAnswer
from reeplan.solve.sharing import WithoutSharing
from reeplan.studies.base import StudyContext
from reeplan.studies.registry import STUDIES
from reeplan.tolerances import RESILIENCE_GAP, ROUNDING
from reeplan.verify import Failure, Verdict, verify_run

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.api.request import Extras, Request
    from reeplan.api.session import Session
    from reeplan.solve.executor import Backend
    from reeplan.solve.front import Point
    from reeplan.studies.base import Study, StudyResult

VERDICT = "verify.json"


def solve(request: Request, display: Display | None = None) -> SolvedRun:
    """Do what is asked and write the run folder.

    Raises UserInputError where it cannot be done as asked, NoPlanError, StoppedError or BrokenOffError where it ends
    before there is anything to show.
    """
    display, began = display or Display(), time.perf_counter()
    with machines_of(request) as machines, open_session(request, display) as session:
        take_up(session, display)
        run = _run(request, session, machines, display, began)
    if isinstance(run, EndedError):
        raise run
    return run


class _FoundNoPlanError(Exception):
    """The search has found none."""

    def __init__(self, front: Front, planner: Planner) -> None:
        super().__init__(front.outcome.value)
        self.front, self.planner = front, planner


class _LackingError(Exception):
    """A resumed run was stopped before it had every plan that it had before."""


def _run(
    request: Request, session: Session, machines: Backend | None, display: Display, began: float
) -> SolvedRun | EndedError:
    """The run, or how it ended before it was whole; nothing is raised, so that others end their work in peace."""
    display.problems(session.loaded, request.strict)
    study, place = STUDIES.get(session.command), session.place
    try:
        with (
            display,
            Interrupt(answer=display.ask_to_stop) as interrupt,
            written_whole(place, keep_if=_worth_keeping, replaces=session.resumed) as folder,
        ):
            results = _solve_into(folder, session, study, machines, display, interrupt, request.extras, began)
        if results.status == Status.DONE:
            shutil.rmtree(place / JOURNAL, ignore_errors=True)  # last: all before it can be resumed
    except _FoundNoPlanError as nothing:
        infeasible = None
        if nothing.front.outcome is Outcome.INFEASIBLE:
            display.no_plan()
            infeasible = write_reason(nothing.planner, session, display.afresh())
        return NoPlanError(session, nothing.front, infeasible, kept=session.unfinished.exists())
    except (KeyboardInterrupt, _LackingError) as stop:
        return StoppedError(
            session,
            kept=_worth_keeping(session.unfinished),
            lacking=isinstance(stop, _LackingError),
            whole=place.exists() and not session.unfinished.exists(),
        )
    except (OSError, WorkerLostError) as trouble:
        return BrokenOffError(session, trouble, kept=_worth_keeping(session.unfinished))
    return results


def _solve_into(
    folder: Path,
    session: Session,
    study: Study | None,
    machines: Backend | None,
    display: Display,
    interrupt: Interrupt,
    extras: Extras,
    began: float,
) -> SolvedRun:
    """Solve and write everything into the folder, and check it from there."""
    loaded = session.loaded
    display.inputs(session)
    assert loaded.tables is not None
    write_inputs(loaded.tables, session.settings, folder / INPUTS)
    write_manifest(folder, {**session.facts, "status": Status.UNFINISHED, "workers": session.workers})
    keep_record(folder / JOURNAL, session.asked, loaded.tables)
    planner = Planner(session.case, session.search.measure, folder / "solver.log", interrupt)
    display.program(planner)
    with backend_of(session, machines, planner, folder, study is not None) as backend:
        if backend is not None:
            interrupt.share(backend.stop)
            backend.say = display.say
        place = _Place(session, planner, backend, folder, interrupt, display)
        wanted = [] if study is None else list(study.steps.prepare(place.context(Front())))
        front = _find_front(place, wanted)
        finding = None if study is None else _study(study, place, front)
    if backend is not None and backend.other_versions:
        session.facts["versions_elsewhere"] = sorted(backend.other_versions)
    display.results(front)
    _clear_results(folder)
    alone = WithoutSharing(planner)
    rows = over_first([write_plan(planner, point, folder, alone) for point in front.points])
    write_table(FRONT.frame(rows), folder / FRONT.file)
    write_table(EXCHANGEABLE.frame(exchangeable_rows(planner, front.points)), folder / EXCHANGEABLE.file)
    if finding is not None:
        _write_finding(finding, folder)
    join_logs(folder)
    seconds = time.perf_counter() - began
    write_manifest(folder, _manifest(session, front, rows, finding, seconds))
    finished, verdict = _finish(folder, extras, display, interrupt)
    if not finished:
        write_manifest(folder, {**read_manifest(folder), "status": Status.INTERRUPTED})
        bind_figures(folder)  # the same tables, of a run that ended otherwise
    goes = (f"{JOURNAL}/",) if finished and run_status(front, finding) == Status.DONE else ()
    return SolvedRun(session, front, rows, finding, finished, verdict, write_sums(folder, without=goes))


def _clear_results(folder: Path) -> None:
    """Remove what an earlier try has written that was killed at this stage: it may have had more plans and tables."""
    for part in (PLANS, FIGURES):
        shutil.rmtree(folder / part, ignore_errors=True)
    for table in folder.glob("*.csv"):
        table.unlink()


def _finish(folder: Path, extras: Extras, display: Display, interrupt: Interrupt) -> tuple[bool, Verdict | None]:
    """Draw, check and write the page, as far as asked for: whether all was done, and the verdict.

    There is no page where somebody asked to stop before.
    """
    for name in (VERDICT, PAGE):  # of an earlier try
        (folder / name).unlink(missing_ok=True)
    if interrupt.asked:
        return False, None
    if extras.figures:
        _draw(folder, extras, display, interrupt)
    verdict = None
    try:
        with Interrupt(at_once=True):
            if extras.verify:
                display.checking()
                verdict = _verified(folder, display)
            if extras.report:
                display.reporting()
                _write_page(folder, display)
    except KeyboardInterrupt:
        if verdict is None:
            (folder / VERDICT).unlink(missing_ok=True)
        return False, None
    finally:
        display.did()
    return True, verdict


@dataclass(frozen=True)
class _Place:
    """Where and by whom a run is solved."""

    session: Session
    planner: Planner
    backend: Backend | None
    folder: Path
    interrupt: Interrupt
    display: Display

    def context(self, front: Front) -> StudyContext:
        """What a study works with."""
        return StudyContext(self.session.study_inputs, self.planner, front, self.executor, self.display.detail)

    @cached_property
    def store(self) -> AnswerStore:
        """What the run was answered so far."""
        session = self.session
        return AnswerStore(self.folder / JOURNAL, session.fingerprint, retry_limits=session.retry_limits)

    @cached_property
    def executor(self) -> Executor:
        """Where all questions of the run are asked, so that nothing is asked twice."""
        return Executor(self.backend, self.display, self.store, self.interrupt, self._write_log, self.planner)

    def _write_log(self, text: str) -> None:
        with (self.folder / "solver-elsewhere.log").open("a", encoding="utf-8") as file:
            file.write(text)


def _find_front(place: _Place, wanted: list[float]) -> Front:
    """The plans: found, or taken from the answers of an earlier try."""
    session, planner, folder, display = place.session, place.planner, place.folder, place.display
    known = sum(1 for kind in (PlanAnswer, NearestAnswer) for _ in place.store.every(kind))
    display.search(session, place.executor.size, place.backend, known)
    live = LiveFront(folder, display, f"MUSD of {session.case.settings.currency_year}")
    display.on_news = live.redraw
    front = _solve(planner, place.executor, session, live, wanted)
    display.on_news = None
    if not front.points:
        raise _FoundNoPlanError(front, planner)
    if status_of(front) == Status.INTERRUPTED and _lacks_a_point(front, session.place):
        raise _LackingError
    live.remove()
    return front


def _study(study: Study, place: _Place, front: Front) -> StudyResult:
    place.display.study(study)
    return study.steps.work(place.context(front))


def _write_finding(finding: StudyResult, folder: Path) -> None:
    for name, table in finding.tables().items():
        write_table(table, folder / f"{name}.csv")


def _lacks_a_point(front: Front, place: Path) -> bool:
    """Whether a finished run at this place has a point that the front has not found yet, or not within its gap."""
    found = [(point.plan.cost_musd, point.plan.resilience) for point in front.points]
    try:
        before = [_within_gap_of(point) for point in read_manifest(place)["points"]]
    except (KeyError, TypeError):
        return place.exists()  # which points it has cannot be read: then it stays
    return any(
        not any(cost <= least and share >= most - RESILIENCE_GAP for cost, share in found) for least, most in before
    )


def _within_gap_of(point: dict[str, Any]) -> tuple[float, float]:
    """What a plan may cost, and must serve, to be as good as a point of a manifest by what is proven."""
    cost = point["cost_musd"]
    return cost + max(ROUNDING * abs(cost), point["gap_target_musd"]), point["resilience"]


def _draw(folder: Path, extras: Extras, display: Display, interrupt: Interrupt) -> None:
    """Draw; a figure that fails must not cost the run its tables."""

    def goes_on(done: int, of: int) -> bool:
        display.drawing(done, of)
        return not interrupt.asked

    try:
        drawing = draw_figures(folder, only=extras.only, goes_on=goes_on)
    except DrawingError as trouble:
        display.not_drawn(trouble)
    except Exception as trouble:
        display.not_drawn(trouble)
        say_none_drawn(folder, f"{type(trouble).__name__}: {trouble}")
    else:
        display.drew(drawing)


def _write_page(folder: Path, display: Display) -> None:
    """The page; like a figure, it must not cost the run its tables."""
    try:
        write_report(folder)
    except Exception as trouble:
        display.not_reported(trouble)


def _verified(folder: Path, display: Display) -> Verdict:
    """The independent check of what was written; its verdict stays with the run."""
    try:
        verdict = verify_run(folder)
    except Exception as trouble:
        # A check that breaks off has shown nothing: the run is kept, and does not count as checked.
        message = f"verification failed to run: {type(trouble).__name__}: {trouble}"
        verdict = Verdict([Failure("", "the whole check", "", "", None, None, None, "", message)])
    text = json.dumps(as_object(verdict), indent=1, ensure_ascii=False, default=str)
    (folder / VERDICT).write_text(text + "\n", encoding="utf-8")
    display.checked(verdict)
    return verdict


# ---- how it is solved ---------------------------------------------------------------------------


def _solve(planner: Planner, executor: Executor, session: Session, live: LiveFront, wanted: list[float]) -> Front:
    search = session.search
    if session.single:
        return solve_single(planner, executor, search.controls, search.gap, search.target or 0.0)
    if search.target is not None:
        wanted = [*wanted, search.target]
    front = solve_front(
        planner,
        executor,
        search.controls,
        search.gap,
        search.points,
        wanted,
        on_points=live.heard,
        on_plan_of_work=live.plan_of_work,
    )
    if planner.engine.interrupted:  # asked between two solves, so that no solve says so
        front.outcome = Outcome.INTERRUPTED
    return front


# ---- what is written ------------------------------------------------------------------------------


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
        "status": run_status(front, finding),
        "highest_resilience_bound": front.highest_resilience_bound,
        "targets_out_of_reach": front.unreached,
        "points": [
            {name: row[name] for name in named} | _unpriced(point)
            for row, point in zip(rows, front.points, strict=True)
        ],
        "levels": [_level(front, level) for level in front.levels],
        **({} if finding is None else {session.command: {"status": finding.status, **finding.found.as_object()}}),
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
    """Whether an unfinished run holds solves that can be resumed."""
    return any(answer.found for answer in AnswerStore(folder / JOURNAL, None).every(PlanAnswer))
