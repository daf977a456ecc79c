"""``reeplan solve``: check, solve, write the run folder, draw, and say what came out."""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reeplan import __version__
from reeplan.case import Case, case_from_tables
from reeplan.cli.check import as_objects, is_bad, show_problems
from reeplan.cli.display import TerminalDisplay
from reeplan.cli.exits import BAD_INPUT, DONE, INFEASIBLE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.figures import draw_figures
from reeplan.front import Front, solve_front, solve_single
from reeplan.plan import Planner
from reeplan.results.summary import front_table, measure_in_words, sentence, why_not
from reeplan.run_folder import (
    FolderTakenError,
    join_logs,
    sha256_of_inputs,
    write_inputs,
    write_manifest,
    write_plan,
    write_table,
    written_whole,
)
from reeplan.solver import Controls, Interrupt, Outcome
from reeplan.tables import load_tables
from reeplan.workers import Alone, Team

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reeplan.tables.rows import Loaded
    from reeplan.workers import Crew

SMALL = 100
"""A program with fewer whole-number decisions is solved in one process: starting more would take longer."""


@dataclass(frozen=True)
class Request:
    """What was asked on the command line; None where the case's settings hold."""

    case: Path
    overlays: tuple[Path, ...]
    target: float | str | None
    points: int | None
    measure: str | None
    out: Path | None
    workers: int | None
    gap: float | None
    time_limit: float | None
    seed: int
    strict: bool
    as_json: bool

    @property
    def single(self) -> bool:
        """Whether one plan is asked for and not a front."""
        return self.target is not None


class NoPlanError(Exception):
    """No plan was found, or none exists."""

    def __init__(self, front: Front, reasons: list[str]) -> None:
        super().__init__(front.outcome.value)
        self.front, self.reasons = front, reasons


def run_solve(request: Request) -> int:
    """Do what was asked and return the exit code."""
    began = time.perf_counter()
    place = request.out or _default_place(request)
    if place.exists():
        return _refuse(request, f"the run folder {place} exists already.", "choose another with --out.")
    loaded = load_tables(request.case, request.overlays)
    show_problems(loaded, request.strict)
    if is_bad(loaded, request.strict) or loaded.tables is None:
        return _bad_input(request, loaded)
    case = _with_options(case_from_tables(loaded.tables), request)
    if problem := _measure_problem(case):
        return _refuse(request, problem, "choose worst_case or weakest_link, or give a scenario a probability.")
    try:
        with TerminalDisplay() as display, Interrupt() as interrupt, written_whole(place) as folder:
            front, rows = _solve_into(folder, request, loaded, case, display, interrupt, began)
    except NoPlanError as nothing:
        return _say_no_plan(request, nothing)
    except (FolderTakenError, PermissionError, FileNotFoundError, NotADirectoryError) as error:
        return _refuse(request, f"the run folder {place} cannot be written: {error}.", "choose another with --out.")
    _print_results(request, case, front, rows, place, time.perf_counter() - began)
    return _exit_code(front)


def _solve_into(
    folder: Path,
    request: Request,
    loaded: Loaded,
    case: Case,
    display: TerminalDisplay,
    interrupt: Interrupt,
    began: float,
) -> tuple[Front, list[dict[str, Any]]]:
    """Solve and write everything into the folder."""
    display.say(
        f"1/4 Inputs    {request.case} · {loaded.files} files · {loaded.row_count} rows · "
        f"no errors, {_warnings(loaded)}"
    )
    planner = Planner(case, log_file=folder / "solver.log", interrupt=interrupt)
    display.say(f"2/4 Model     {_size(planner)}")
    with _crew(request, planner, folder, interrupt, display) as crew:
        display.say(f"3/4 Solve     {_plan_of_work(case, request, crew)}")
        front = _solve(planner, crew, case, request)
    if not front.points:
        raise NoPlanError(front, why_not(planner, case.settings.resilience_target if request.single else None))
    display.say("4/4 Results")
    rows = [write_plan(planner, point, folder) for point in front.points]
    _write_run(request, loaded, case, front, rows, folder, time.perf_counter() - began)
    draw_figures(folder)
    join_logs(folder)
    return front, rows


# ---- before solving -----------------------------------------------------------------------------


def _default_place(request: Request) -> Path:
    name = request.case.resolve().name or "case"
    return Path("runs") / f"{name}-{datetime.now():%Y-%m-%d-%H%M%S}"


def _with_options(case: Case, request: Request) -> Case:
    """The case with what the command line asks for instead of its settings."""
    asked: dict[str, Any] = {
        "front_points": request.points,
        "resilience_measure": request.measure,
        "mip_gap": request.gap,
        "time_limit_s": request.time_limit,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    if request.single:
        changes["resilience_target"] = None if request.target == "none" else request.target
    return replace(case, settings=replace(case.settings, **changes))


def _measure_problem(case: Case) -> str:
    measure = case.settings.resilience_measure
    if measure in ("expected", "cvar") and not any(window.probability > 0 for window in case.windows):
        return f"the measure '{measure}' weighs windows by probability, and no scenario of this case has any."
    return ""


@contextmanager
def _crew(
    request: Request, planner: Planner, folder: Path, interrupt: Interrupt, display: TerminalDisplay
) -> Iterator[Crew]:
    """One process, or as many as asked for (or as there are processors, for a large program)."""
    size = request.workers
    if size is None:
        large = int(planner.engine.integer.sum()) >= SMALL and not request.single
        size = (
            min(
                len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
                planner.case.settings.front_points,
            )
            if large
            else 1
        )
    if size == 1:
        yield Alone(planner, display)
        return
    with Team(size, planner.case, planner.measure, folder, display) as team:
        interrupt.share(team.stop)
        yield team


def _solve(planner: Planner, crew: Crew, case: Case, request: Request) -> Front:
    settings = case.settings
    controls = Controls(time_limit_s=settings.time_limit_s, threads=1 if crew.size > 1 else 0, seed=request.seed)
    if request.single:
        return solve_single(planner, crew, controls, settings.mip_gap, settings.resilience_target or 0.0)
    wanted = [] if settings.resilience_target is None else [settings.resilience_target]
    return solve_front(planner, crew, controls, settings.mip_gap, settings.front_points, wanted)


def _size(planner: Planner) -> str:
    case, engine = planner.case, planner.engine
    return (
        f"{len(case.assets)} plants and options · {len(case.elements)} elements · {len(case.years)} years · "
        f"{len(case.windows)} disruption windows · {len(engine.columns)} variables, "
        f"{int(engine.integer.sum())} whole · {len(engine.rows)} rules"
    )


def _plan_of_work(case: Case, request: Request, crew: Crew) -> str:
    what = "one plan" if request.single else f"{case.settings.front_points} levels"
    return (
        f"{what}, {crew.size} at a time, HiGHS {version('highspy')}, at most {case.settings.time_limit_s:g} s "
        f"a level; resilience: {measure_in_words(case.settings)}"
    )


def _warnings(loaded: Loaded) -> str:
    number = len(loaded.warnings)
    return f"{number or 'no'} warning{'' if number == 1 else 's'}"


# ---- after solving ------------------------------------------------------------------------------


def _write_run(
    request: Request, loaded: Loaded, case: Case, front: Front, rows: list[dict[str, Any]], folder: Path, seconds: float
) -> None:
    assert loaded.tables is not None
    write_inputs(loaded.tables, case.settings, folder / "inputs")
    write_table(front_table(rows), folder / "front.csv")
    options = {name: value for name, value in asdict(request).items() if name not in ("case", "overlays", "as_json")}
    write_manifest(
        folder,
        {
            "case": request.case.as_posix(),
            "overlays": [overlay.as_posix() for overlay in request.overlays],
            "title": case.settings.title,
            "written": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
            "inputs_sha256": sha256_of_inputs([request.case, *request.overlays]),
            "options": options,
            "settings": asdict(case.settings),
            "versions": {
                "reeplan": __version__,
                "python": platform.python_version(),
                **{name: version(name) for name in ("pyomo", "highspy", "numpy", "scipy", "pandas")},
            },
            "status": _status(front),
            "highest_resilience_bound": front.highest_resilience_bound,
            "targets_out_of_reach": front.unreached,
            "points": [
                {
                    name: row[name]
                    for name in (
                        "point",
                        "cost_musd",
                        "resilience",
                        "bound_musd",
                        "gap",
                        "gap_musd",
                        "gap_target_musd",
                        "status",
                        "target",
                        "seconds",
                    )
                }
                for row in rows
            ],
            "warnings": as_objects(loaded.warnings),
            "wall_time_s": round(seconds, 1),
        },
    )


def _status(front: Front) -> str:
    if front.outcome is Outcome.INTERRUPTED:
        return "interrupted"
    return "done" if all(point.solved for point in front.points) and front.complete else "stopped at a limit"


def _exit_code(front: Front) -> int:
    return {"done": DONE, "interrupted": INTERRUPTED}.get(_status(front), STOPPED_AT_LIMIT)


def _print_results(
    request: Request, case: Case, front: Front, rows: list[dict[str, Any]], place: Path, seconds: float
) -> None:
    if request.as_json:
        names = ("point", "cost_musd", "resilience", "bound_musd", "gap", "status")
        points = [{name: row[name] for name in names} for row in rows]
        click.echo(json.dumps({"run": place.as_posix(), "status": _status(front), "points": points}))
        return
    _print_table(front_table(rows))
    click.echo(f"\n{sentence(front, case)}\n")
    click.echo(
        f"{place}\n  figures/front.png   open this first\n  front.csv           one row a plan\n"
        f"  plans/              what each plan builds, runs, buys, stores and costs"
    )
    for target in front.unreached:
        click.echo(
            f"\nThe resilience_target {target:g} of the settings is out of reach: no plan serves more than "
            f"{front.highest_resilience_bound:.4f}."
        )
    if _status(front) != "done":
        click.echo(
            "\nNot every point reached its gap; 'proven within' says how far each may be from the best. "
            "Give more time with --time-limit."
        )
    click.echo(f"\n{_status(front)} · {seconds / 60:.0f} min {seconds % 60:.0f} s")


def _print_table(table: pd.DataFrame) -> None:
    """The front as a short table; '=' marks what the gaps cannot tell from the line above."""
    click.echo(
        f"\n{'plan':<6}{'cost, MUSD':>13}{'over cheapest':>15}{'served in disruption':>22}{'proven within':>15}"
        f"{'time':>8}"
    )
    cheapest = table["cost_musd"].iloc[0]
    for row in table.to_dict("records"):
        marks = {
            "knee": row["knee"] == "yes",
            "gap not reached": row["status"] != "optimal",
            "=": row["not_distinguished_from_previous"] == "yes",
        }
        figures = (
            f"{row['point']:<6}{row['cost_musd']:>13,.1f}{row['cost_musd'] - cheapest:>15,.1f}"
            f"{row['resilience']:>21.1%} {row['gap']:>14.3%} {row['seconds']:>6.0f}s"
        ).replace(",", " ")
        click.echo(f"{figures}  {', '.join(mark for mark, holds in marks.items() if holds)}".rstrip())
    if "yes" in set(table["not_distinguished_from_previous"]):
        click.echo("=: not distinguished from the plan above; the difference in cost is within the gap.")


def _say_no_plan(request: Request, nothing: NoPlanError) -> int:
    infeasible = nothing.front.outcome is Outcome.INFEASIBLE
    interrupted = nothing.front.outcome is Outcome.INTERRUPTED
    status = "infeasible" if infeasible else "interrupted" if interrupted else "stopped at a limit"
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": status, "points": [], "reasons": nothing.reasons}))
    headline = {
        "infeasible": "No plan can satisfy these inputs.",
        "interrupted": "Stopped before any plan was found.",
    }.get(status, "No plan was found within the time limit; it may still exist. Give more time with --time-limit.")
    click.echo(f"\n{headline}", err=True)
    for reason in nothing.reasons if infeasible else ():
        click.echo(f"  → {reason}", err=True)
    click.echo("Nothing was written.", err=True)
    return INFEASIBLE if infeasible else INTERRUPTED if interrupted else STOPPED_AT_LIMIT


def _bad_input(request: Request, loaded: Loaded) -> int:
    if request.as_json:
        click.echo(
            json.dumps(
                {
                    "run": None,
                    "status": "bad input",
                    "points": [],
                    "errors": as_objects(loaded.errors),
                    "warnings": as_objects(loaded.warnings),
                }
            )
        )
    click.echo("\nNothing was solved and nothing was written. 'reeplan check' shows this list alone.", err=True)
    return BAD_INPUT


def _refuse(request: Request, message: str, hint: str) -> int:
    if request.as_json:
        click.echo(
            json.dumps(
                {
                    "run": None,
                    "status": "bad input",
                    "points": [],
                    "errors": [{"file": None, "line": None, "column": None, "message": message, "hint": hint}],
                }
            )
        )
    click.echo(f"error   {message}\n        → {hint}", err=True)
    return BAD_INPUT
