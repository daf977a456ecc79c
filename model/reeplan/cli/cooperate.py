"""``reeplan cooperate``: solve every coalition at one target, share the gain, write a run folder and say it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd

from reeplan.cli.check import show_problems
from reeplan.cli.deal import as_object, print_deal, status_of
from reeplan.cli.display import TerminalDisplay
from reeplan.cli.exits import BAD_INPUT, DONE, INFEASIBLE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.cli.refusal import refuse
from reeplan.cli.session import RefusedError, Request, Session, open_session
from reeplan.cooperate.allocation import coalitions
from reeplan.cooperate.coalition import coalition_case
from reeplan.cooperate.deal import CEILING_COLUMNS, Deal
from reeplan.cooperate.question import Question
from reeplan.csv_files import write_table
from reeplan.interrupt import Interrupt
from reeplan.results.summary import measure_in_words
from reeplan.run_folder import INPUTS, join_logs, write_inputs, write_manifest, written_whole
from reeplan.solver import Controls
from reeplan.workers import LocalProcesses, Task, WorkerLostError, processors, sweep

if TYPE_CHECKING:
    from reeplan.cooperate.allocation import Coalition
    from reeplan.cooperate.question import Answer

MOST_PARTNERS = 8
"""Each partner more doubles the number of coalitions: 255 with so many."""


class NothingFoundError(Exception):
    """The work was stopped before any coalition was solved."""


def run_cooperate(request: Request) -> int:
    """Do what was asked and return the exit code."""
    began = time.perf_counter()
    try:
        session = open_session(_with_place(request))
        _check_partners(session)
    except RefusedError as refusal:
        return refuse(request, refusal, "coalitions")
    show_problems(session.loaded, request.strict)
    try:
        with (
            TerminalDisplay() as display,
            Interrupt() as interrupt,
            written_whole(session.place) as folder,
        ):
            deal = _solve(session, folder, display, interrupt)
            if not any(deal.answers.values()):
                raise NothingFoundError
            _write(deal, session, folder, time.perf_counter() - began)
    except (KeyboardInterrupt, NothingFoundError):
        return _say(request, "interrupted", "Stopped before any coalition was solved; no run was written.", INTERRUPTED)
    except (OSError, WorkerLostError) as trouble:
        return _say(request, "stopped", f"The run folder {session.place} was not written: {trouble}", BAD_INPUT)
    if request.as_json:
        click.echo(json.dumps({"run": session.place.as_posix(), **as_object(deal)}, ensure_ascii=False))
    else:
        print_deal(deal, session.place, measure_in_words(session.case.settings))
    return {"done": DONE, "infeasible": INFEASIBLE, "interrupted": INTERRUPTED}.get(status_of(deal), STOPPED_AT_LIMIT)


def _with_place(request: Request) -> Request:
    """The request with the folder that the run goes to."""
    if request.out is not None or request.case is None:
        return request
    name = request.case.resolve().name or "case"
    return replace(request, out=Path("runs") / f"cooperate-{name}-{datetime.now():%Y-%m-%d-%H%M%S}")


def _check_partners(session: Session) -> None:
    number = len(session.case.partners)
    if number < 2:
        raise RefusedError(
            "the case has one partner: there is nobody to cooperate with.", "name at least two in partners.csv."
        )
    if number > MOST_PARTNERS:
        raise RefusedError(
            f"the case has {number} partners, and so {2**number - 1} coalitions: more than can be solved.",
            f"keep at most {MOST_PARTNERS} in partners.csv.",
        )


# ---- solving --------------------------------------------------------------------------------------


def _solve(session: Session, folder: Path, display: TerminalDisplay, interrupt: Interrupt) -> Deal:
    case, settings = session.case, session.case.settings
    target = settings.resilience_target or 0.0
    deal = Deal(case, target, {})
    # All together first: it takes longest, and everything is measured against it.
    order = sorted(coalitions(case.partners), key=lambda c: (len(c) != len(case.partners), len(c)))
    controls = Controls(time_limit_s=settings.time_limit_s, threads=1, seed=session.seed)
    question = Question(target, settings.mip_gap, controls, tuple(case.partners))
    tasks = [Task(deal.name(c), coalition_case(case, c), question, limit_s=settings.time_limit_s) for c in order]
    size = session.workers or min(processors(), len(order))
    display.limit_s, display.at_a_time = settings.time_limit_s, size
    display.say(
        f"Solve         {len(order)} coalitions of {len(case.partners)} partners, {size} at a time, at most "
        f"{settings.time_limit_s:g} s each; resilience at least {target:.1%}: {measure_in_words(settings)}"
    )
    answers: dict[Coalition, Answer | None] = dict.fromkeys(order)

    def keep(position: int, answer: Answer) -> None:
        answers[order[position]] = answer
        done = sum(one is not None for one in answers.values())
        display.say(f"    {done} of {len(order)} coalitions done")

    with LocalProcesses(size, folder) as workers:
        interrupt.share(workers.stop)
        workers.say = display.say
        sweep(workers, tasks, display, keep)
    return Deal(case, target, answers)


# ---- what is written and said ---------------------------------------------------------------------


def _write(deal: Deal, session: Session, folder: Path, seconds: float) -> None:
    assert session.loaded.tables is not None
    for name, rows in {
        "coalitions": deal.coalition_rows(),
        "allocation": deal.allocation_rows(),
        **deal.bill_rows(),
    }.items():
        write_table(pd.DataFrame(rows), folder / f"{name}.csv")
    write_table(pd.DataFrame(deal.ceiling_rows(), columns=list(CEILING_COLUMNS)), folder / "ceilings.csv")
    write_inputs(session.loaded.tables, session.case.settings, folder / INPUTS)
    join_logs(folder)
    facts = {name: fact for name, fact in session.facts.items() if name != "single"}
    content: dict[str, Any] = {
        **facts,
        "command": "cooperate",
        "workers": session.workers,
        "written": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
        "wall_time_s": round(seconds, 1),
        **as_object(deal),
    }
    write_manifest(folder, content)


def _say(request: Request, status: str, message: str, code: int) -> int:
    click.echo(message, err=True)
    if request.as_json:
        click.echo(json.dumps({"run": None, "status": status, "coalitions": [], "message": message}))
    return code
