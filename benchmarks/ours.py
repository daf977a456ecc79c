"""Our front as the benchmark asks for it: as ``reeplan solve`` makes it, without the run folder."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.api.workers import SMALL
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor, LocalProcesses
from reeplan.solve.front import solve_front
from reeplan.solve.planner import Planner
from reeplan.solve.search_options import SearchOptions

if TYPE_CHECKING:
    from pathlib import Path

SAME_LEVEL = 1e-9
"""Two resiliences that differ by less are one."""

Point = tuple[float, float, float, float]
"""Cost (MUSD), resilience, proven bound (MUSD), seconds of the solve that gave it."""


@dataclass(frozen=True)
class OurFront:
    """Our front and the seconds that all of it took.

    ``levels``: the resiliences asked for, None the cheapest plan whatever its resilience.
    ``complete``: every level is answered within ``gap_musd``.
    """

    seconds: float
    complete: bool
    gap_musd: float
    points: list[Point]
    levels: list[float | None]
    rows: int
    columns: int
    integers: int

    def at(self, level: float | None) -> Point:
        """The cheapest point that is as resilient."""
        return min(point for point in self.points if point[1] >= (level or 0.0) - SAME_LEVEL)


def our_front(folder: Path, points: int, limit_s: float, workers: int) -> OurFront:
    """The front of the case in the folder, from reading the tables to the last point.

    ``limit_s`` is the time limit of one point. Small programs are solved in one process, as by the command.
    """
    began = time.perf_counter()
    tables = load_tables(folder).tables
    assert tables is not None, f"{folder} is no case"
    search = SearchOptions.of(tables.settings)
    planner = Planner(case_from_tables(tables), search.measure)
    integers = int(planner.engine.integer.sum())
    with ExitStack() as stack:
        many = integers >= SMALL and workers > 1
        executor = Executor(stack.enter_context(LocalProcesses(workers)) if many else None, planner=planner)
        controls = Controls(time_limit_s=limit_s)
        front = solve_front(planner, executor, controls, search.gap, points)
    seconds = time.perf_counter() - began
    plans = [point.plan for point in front.points]
    return OurFront(
        seconds=seconds,
        complete=front.complete and all(point.solved for point in front.points),
        gap_musd=min(point.gap_target_musd for point in front.points),
        points=[(plan.cost_musd, plan.resilience, plan.bound_musd, plan.seconds) for plan in plans],
        levels=[level or None for level in front.levels],
        rows=len(planner.engine.rows),
        columns=len(planner.engine.columns),
        integers=integers,
    )
