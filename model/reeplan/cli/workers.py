"""Who solves a run, and the sentences that say so."""

from __future__ import annotations

from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from reeplan.cli.options import SOLVE
from reeplan.inputs.names import counted
from reeplan.outputs.summary import measure_in_words
from reeplan.solve.executor import LocalProcesses, processors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.cli.options import Session
    from reeplan.solve.executor import Backend
    from reeplan.solve.planner import Planner

SMALL = 100
"""A program with fewer whole-number decisions is solved in one process: starting more would take longer."""


@contextmanager
def backend_of(
    session: Session, machines: Backend | None, planner: Planner, folder: Path, has_study: bool
) -> Iterator[Backend | None]:
    """The machines asked for, or as many processes as asked for (a large program: as there are processors).

    None where this process does all by itself.
    """
    if machines is not None:
        yield machines
        return
    single = session.one_plan and not has_study
    size = 1 if single else session.workers or _workers_for(session, planner, has_study)
    if size == 1:
        yield None
        return
    with LocalProcesses(size, folder) as processes:
        yield processes


def _workers_for(session: Session, planner: Planner, has_study: bool) -> int:
    if int(planner.engine.integer.sum()) < SMALL:
        return 1
    return processors() if has_study else min(processors(), session.case.settings.front_points)


def size_in_words(planner: Planner) -> str:
    """How large the program is."""
    case, engine = planner.case, planner.engine
    return (
        f"{counted(len(case.assets), 'plant or option', 'plants and options')} · "
        f"{counted(len(case.elements), 'element')} · {counted(len(case.years), 'year')} · "
        f"{counted(len(case.windows), 'disruption window')} · {counted(len(engine.columns), 'variable')}, "
        f"{int(engine.integer.sum())} whole · {counted(len(engine.rows), 'rule')}"
    )


def plan_of_work(session: Session, at_a_time: int, backend: Backend | None) -> str:
    """What is solved, where, and for how long at most."""
    settings = session.case.settings
    what, each = (f"{counted(settings.front_points, 'level')}, {at_a_time} at a time", " a level")
    if session.one_plan:
        after = at_a_time > 1 and session.command != SOLVE
        what, each = f"one plan{f', then {at_a_time} questions at a time' if after else ''}", ""
    elsewhere = backend is not None and not isinstance(backend, LocalProcesses)
    where = f" through {backend.name}" if elsewhere and backend is not None else ""
    return (
        f"{what}{where}, HiGHS {version('highspy')}, at most {settings.time_limit_s:g} s{each}; "
        f"{f'resilience: {measure_in_words(settings)}' if session.case.windows else 'no disruption in this case'}"
    )
