"""``reeplan solve`` and the studies: what came out in words or as one JSON object, and the exit code."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reeplan import endings
from reeplan.api.endings import BrokenOffError, NoPlanError, StoppedError
from reeplan.api.opening import not_written
from reeplan.api.solving import solve
from reeplan.cli.console import RunConsole
from reeplan.cli.exit_codes import BAD_INPUT, DOES_NOT_HOLD, DONE, INFEASIBLE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.cli.outcome import print_results, say_digests
from reeplan.cli.refusal import refuse
from reeplan.cli.screen import say
from reeplan.endings import Outcome, Status
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.warnings.numbers import furthest_apart
from reeplan.solve.executor import WorkerLostError
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from reeplan.api.endings import EndedError
    from reeplan.api.no_plan import Infeasible
    from reeplan.api.request import Request
    from reeplan.api.session import Session
    from reeplan.api.solved_run import SolvedRun


def run_solve(request: Request, *, as_json: bool) -> int:
    """Do what was asked, say what came out, and return the exit code."""
    began = time.perf_counter()
    try:
        run = solve(request, RunConsole())
    except UserInputError as refusal:
        study = STUDIES.get(request.command)
        return refuse(refusal, study.results if study else "points", strict=request.strict, as_json=as_json)
    except NoPlanError as nothing:
        return _say_no_plan(nothing, as_json)
    except StoppedError as stop:
        return _say_stopped(stop, as_json)
    except BrokenOffError as ended:
        return _say_trouble(ended, as_json)
    print_results(run, began, as_json=as_json)
    return _exit_code(run)


def _exit_code(run: SolvedRun) -> int:
    if not run.holds:
        return DOES_NOT_HOLD
    codes: dict[str, int] = {Status.DONE: DONE, Status.INTERRUPTED: INTERRUPTED}
    return codes.get(run.status, STOPPED_AT_LIMIT)


def _resume(ended: EndedError) -> str:
    session = ended.session
    return f"What was solved is kept; resume with: reeplan {session.command} --resume {session.place}"


def _say_stopped(stop: StoppedError, as_json: bool) -> int:
    """Stopped at once, or before a resumed run has all that it had: say what is kept."""
    place = stop.session.place
    if stop.lacking:
        message = f"Stopped before every plan of {place} was found again: it stays as it is."
    elif stop.whole:
        message = f"Stopped at once; {place} is whole."
    else:
        message = "Stopped at once; no run was written."
    if stop.kept:
        message += f" {_resume(stop)}"
    say(message, err=True, whole=True)
    if as_json:
        _print({"run": None, "status": Status.INTERRUPTED, "points": [], "message": message})
    return INTERRUPTED


def _say_trouble(ended: BrokenOffError, as_json: bool) -> int:
    """The disk is full, the folder cannot be written, workers died: say what happened and what is kept."""
    trouble, code = ended.trouble, BAD_INPUT
    message = str(trouble) if isinstance(trouble, WorkerLostError) else not_written(ended.session.place, trouble)
    if ended.kept:
        code = STOPPED_AT_LIMIT
        message += f" {_resume(ended)}"
    say(f"error   {message}", err=True, rest="        ", whole=True)
    if as_json:
        _print({"run": None, "status": "stopped", "points": [], "message": message})
    return code


def _say_no_plan(nothing: NoPlanError, as_json: bool) -> int:
    """Say why there is no plan, or how else a search ended without one."""
    if nothing.infeasible is not None:
        return _say_why(nothing.infeasible, nothing.session, as_json)
    outcome, tables = nothing.outcome, nothing.session.loaded.tables
    kept = _resume(nothing) if nothing.kept else "Nothing was written."
    if outcome is Outcome.INTERRUPTED:
        return _ended(Status.INTERRUPTED, f"{endings.without_a_plan(outcome)} {kept}", INTERRUPTED, as_json)
    status = endings.status_of_run([endings.status_of(outcome, found=False)])
    apart = "" if outcome is not Outcome.FAILED or tables is None else f" {furthest_apart(tables)}"
    return _ended(status, f"{endings.without_a_plan(outcome)}{apart} {kept}", STOPPED_AT_LIMIT, as_json)


def _ended(status: str, message: str, code: int, as_json: bool) -> int:
    if as_json:
        _print({"run": None, "status": status, "points": []})
    say(message, err=True, whole=True)
    return code


def _say_why(infeasible: Infeasible, session: Session, as_json: bool) -> int:
    found, place, digests = infeasible.explanation, session.place, infeasible.digests
    if as_json:
        reasons = {
            "rules": [rule.says for rule in found.conflict or []],
            "changes": found.change_lines(),
            "not_tried": found.untried,
        }
        said = {"run": place.as_posix(), "status": Status.INFEASIBLE, "points": [], "sha256": asdict(digests)}
        said |= reasons
        _print(said)
    for line in found.lines():
        set_in = len(line) - len(line.lstrip())
        say(line, err=True, rest=" " * (set_in + 2 if set_in else 0), whole=True)
    click.echo(f"\nDetails: {place / 'infeasible.md'}", err=True)
    say_digests(digests, err=True)
    return INTERRUPTED if infeasible.stopped else INFEASIBLE


def _print(said: dict[str, Any]) -> None:
    click.echo(json.dumps(said))
