"""Who solves a run."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reeplan.solve.executor import LocalProcesses, processors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.api.session import Session
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
    return processors() if has_study else min(processors(), session.search.points)
