"""Cases to compare with one another: random ones, their tables as rows to edit, plans, and runs of the command."""

from __future__ import annotations

import csv
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner, Result

from random_cases import write_random_case
from reeplan.api import Extras
from reeplan.cli.commands import reeplan
from reeplan.endings import Outcome
from reeplan.model.build_case import case_from_tables
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor
from reeplan.solve.front import solve_single
from reeplan.solve.planner import Plan, Planner
from support import measure_of, read

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = list[dict[str, str]]

GAP = 1e-9
"""Relative gap to which plans are solved that are compared with others."""


@contextmanager
def random_case(seed: int, unknown_years: bool = False) -> Iterator[Path]:
    """A random case in a folder of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "case"
        write_random_case(folder, seed, unknown_years)
        yield folder


def planner_of(folder: Path, measure: str | None = None) -> Planner:
    tables = read(folder)
    return Planner(case_from_tables(tables), measure_of(tables, measure))


def cheapest(planner: Planner, target: float | None = None) -> Plan | None:
    """The cheapest plan, or None where none exists."""
    found = solve_single(planner, Executor(planner=planner), Controls(threads=1), GAP, target or 0.0)
    if not found.points:
        assert found.outcome is Outcome.INFEASIBLE
        return None
    return found.points[0].plan


def cost_of(folder: Path, target: float | None = None) -> float:
    """The cost of the cheapest plan, infinite where none exists."""
    plan = cheapest(planner_of(folder), target)
    return float("inf") if plan is None else plan.cost_musd


def rows_of(folder: Path, table: str) -> Rows:
    """The rows of a table as they are written; none where there is no such table."""
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write_rows(folder: Path, table: str, rows: Rows) -> None:
    """Write a table anew; an empty table is removed."""
    path = folder / f"{table}.csv"
    if not rows:
        path.unlink(missing_ok=True)
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def add_rows(folder: Path, table: str, *rows: dict[str, object]) -> None:
    """Append rows to a table."""
    new = [{column: str(cell) for column, cell in row.items()} for row in rows]
    write_rows(folder, table, rows_of(folder, table) + new)


NO_FIGURES = Extras(figures=False)
"""For runs of whose figures a test asks nothing: half the time."""

TABLES = Extras(figures=False, report=False, verify=False)
"""Runs are neither drawn, reported nor checked from their files, which takes longer than all else."""


def run_command(*arguments: object, extras: Extras | None = None) -> Result:
    """Run the command in this process, as a shell would; ``extras`` are what it makes beside tables."""
    return CliRunner().invoke(reeplan, [str(argument) for argument in arguments], obj=extras)


def run_without_figures(*arguments: object) -> Result:
    """Run the command; nothing is drawn."""
    return run_command(*arguments, extras=NO_FIGURES)


def run_for_tables(*arguments: object) -> Result:
    """Run the command for its tables alone."""
    return run_command(*arguments, extras=TABLES)
