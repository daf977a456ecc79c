"""Small cases written as aligned text, and their optimum by the package under test.

A case in a test reads like the tables an analyst edits::

    case = write_case(tmp_path, '''
        settings
        name          value
        first_year    2030
        ...

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  80          100000
    ''')

Blocks are separated by empty lines; the first line of a block names the table, the second its
columns; cells are separated by two or more spaces (so a name may contain one space) and ``-`` is
an empty cell. Tables that a case needs but the text leaves out (transport, plants, ...) are
written with their required columns and no rows. What every case must state although no equation
reads it (a title, the year of the money, coordinates, an element's long name) is filled in where
the text leaves it out.
"""

from __future__ import annotations

import contextlib
import csv
import os
import re
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reeplan.endings import Outcome
from reeplan.inputs.load import load_tables
from reeplan.inputs.spec import TABLES
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.outputs import plan_tables
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Executor
from reeplan.solve.front import solve_front, solve_single
from reeplan.solve.planner import Plan, Planner
from reeplan.solve.search_options import SearchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reeplan.inputs.rows import Tables

ONE_TOWN = """
partners
partner  wacc
A        0

regions
region  country
town    A

elements
element  circuit  reference_usd_per_t
Nd       light    40000
"""
"""One partner with one region, whose money costs nothing."""

PURE_ORE = """
deposits
deposit  region  ore   resource_t
pit      town    rock  1000000

baskets
deposit  Nd
pit      1

processes
process  takes  makes
refine   ore    oxides
"""
"""Ore of nothing but Nd, and a process that turns all of it into oxide for nothing."""

WORST_CASE = Measure("worst_case", 0.9)
"""What a case is measured by that does not say otherwise."""

REQUIRED_SETTINGS: Mapping[str, str] = {"title": "a case from a test", "currency_year": "2025"}

FILLED_IN: Mapping[str, Mapping[str, str]] = {
    "regions": {"latitude": "0", "longitude": "0"},
    "elements": {"name": "an element"},
}
"""Columns that a table must have and no equation reads."""


@dataclass(frozen=True)
class Block:
    """One table of the text: its columns, and its rows in the order of the columns."""

    table: str
    columns: list[str]
    rows: list[list[str]]

    def with_constant(self, column: str, cell: str) -> Block:
        """The block with a further column of which every cell is the same, unless it has the column."""
        if column in self.columns:
            return self
        return Block(self.table, [*self.columns, column], [[*row, cell] for row in self.rows])


@dataclass(frozen=True)
class Optimum:
    """The cheapest plan of a case, under a target where one is given.

    ``windows`` holds the discounted cost of each window as it happens (operation and restocking,
    not multiplied by its probability), by the name ``scenario@first year``. ``modules`` counts
    the modules decided, by asset (a venture is ``venture/option``) and year; nothing is
    listed where nothing is decided. If no plan exists, only ``feasible`` has a meaning.
    """

    feasible: bool
    cost_musd: float = float("nan")
    resilience: float = float("nan")
    windows: dict[str, float] = field(default_factory=dict)
    modules: dict[tuple[str, int], float] = field(default_factory=dict)


def years(first: int, last: int, discount_rate: float = 0.0) -> str:
    """The settings of a case as text."""
    return f"""
        settings
        name           value
        first_year     {first}
        last_year      {last}
        discount_rate  {discount_rate}
        """


def crf(rate: float, years: int) -> float:
    """The capital recovery factor, stated here again so that tests do not lean on the package's own."""
    return 1 / years if rate == 0 else rate / (1 - (1 + rate) ** -years)


def write_case(folder: Path, *texts: str) -> Path:
    """Write the tables of the texts as a case folder and return the folder."""
    blocks = {block.table: block for block in map(_read_block, _split_blocks("\n\n".join(texts)))}
    for name, table in TABLES.items():
        if name not in blocks and not table.optional:
            blocks[name] = Block(name, [column.name for column in table.columns if column.required], [])
    for name, constants in FILLED_IN.items():
        for column, cell in constants.items():
            blocks[name] = blocks[name].with_constant(column, cell)
    blocks["settings"] = _with_required_settings(blocks["settings"])
    folder.mkdir(parents=True, exist_ok=True)
    for block in blocks.values():
        _write_table(folder / f"{block.table}.csv", block)
    return folder


def write_overlay(folder: Path, text: str) -> Path:
    """Write only the tables of the text, as they stand."""
    folder.mkdir(parents=True, exist_ok=True)
    for block in map(_read_block, _split_blocks(text)):
        _write_table(folder / f"{block.table}.csv", block)
    return folder


def optimum(
    folder: Path, *, target: float | None = None, measure: str | None = None, overlays: Sequence[Path] = ()
) -> Optimum:
    """The cheapest plan of the case in the folder, solved to a relative gap of 1e-9."""
    tables = read(folder, overlays)
    planner = Planner(case_from_tables(tables), measure_of(tables, measure))
    found = solve_single(planner, Executor(planner=planner), Controls(), 1e-9, target or 0.0)
    if not found.points:
        assert found.outcome is Outcome.INFEASIBLE
        return Optimum(feasible=False)
    plan = found.points[0].plan
    return Optimum(True, plan.cost_musd, plan.resilience, window_costs(planner, plan), modules(planner, plan))


def front(folder: Path, points: int) -> list[tuple[float, float]]:
    """The front of the case in the folder as pairs of cost and resilience, the cheapest first."""
    tables = read(folder)
    planner = Planner(case_from_tables(tables), measure_of(tables))
    found = solve_front(planner, Executor(planner=planner), Controls(), 1e-9, points)
    return [(point.plan.cost_musd, point.plan.resilience) for point in found.points]


def measure_of(tables: Tables, name: str | None = None) -> Measure:
    """The measure that the settings ask for, or another one at the same level."""
    stated = SearchOptions.of(tables.settings).measure
    return stated if name is None else replace(stated, name=name)


def read(folder: Path, overlays: Sequence[Path] = ()) -> Tables:
    """The tables of a case that must be right."""
    loaded = load_tables(folder, overlays)
    assert loaded.errors == []
    assert loaded.tables is not None
    return loaded.tables


def window_costs(planner: Planner, plan: Plan) -> dict[str, float]:
    """The discounted cost of each window as it happens, by its name."""
    costs = plan_tables.costs(planner, plan)
    discounted = costs["musd"] * [planner.case.discount(year) for year in costs["year"]]
    by_window = discounted.groupby(costs["window"]).sum()
    return {window.label: float(by_window.get(window.label, 0.0)) for window in planner.case.windows}


def modules(planner: Planner, plan: Plan) -> dict[tuple[str, int], float]:
    """The modules decided, by asset and year."""
    builds = plan_tables.builds(planner, plan)
    sums = builds[builds["modules"] > 0].groupby(["asset", "decided"])["modules"].sum()
    return {(asset, year): float(number) for (asset, year), number in sums.items()}


def assert_optimum(
    case: Path,
    *,
    cost_musd: float,
    resilience: float | None = None,
    windows: Mapping[str, float] | None = None,
    modules: Mapping[tuple[str, int], float] | None = None,
    target: float | None = None,
    measure: str | None = None,
    overlays: Sequence[Path] = (),
) -> None:
    """The optimum of the case is as derived on paper, in everything that the test states."""
    found = optimum(case, target=target, measure=measure, overlays=overlays)
    assert found.feasible
    assert found.cost_musd == close(cost_musd)
    if resilience is not None:
        assert found.resilience == close(resilience)
    for window, cost in (windows or {}).items():
        assert found.windows[window] == close(cost)
    if modules is not None:
        assert found.modules == close(dict(modules))


def close(expected: object) -> object:
    """Equal to a millionth, or to 1e-9 MUSD where nothing is expected."""
    return pytest.approx(expected, rel=1e-6, abs=1e-9)


def _split_blocks(text: str) -> list[list[str]]:
    """The lines of each block, without those that are empty."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return [[line.strip() for line in paragraph.splitlines()] for paragraph in paragraphs]


def _read_block(lines: list[str]) -> Block:
    """One block; a line with too many or too few cells is a slip in the test and is named."""
    table, *rest = lines
    columns, *rows = [["" if cell == "-" else cell for cell in re.split(r" {2,}", line)] for line in rest]
    for row, line in zip(rows, rest[1:], strict=True):
        if len(row) != len(columns):
            raise ValueError(f"{table}: {len(columns)} columns, but {len(row)} cells in {line!r}")
    return Block(table, columns, rows)


def _with_required_settings(settings: Block) -> Block:
    stated = {row[0] for row in settings.rows}
    missing = [[name, value] for name, value in REQUIRED_SETTINGS.items() if name not in stated]
    return Block(settings.table, settings.columns, [*settings.rows, *missing])


def _write_table(path: Path, block: Block) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(block.columns)
        writer.writerows(block.rows)


def until(holds: Callable[[], object], seconds: float = 120.0) -> bool:
    """Wait until something holds; False if it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.005)
    return False


@contextmanager
def in_a_group(*command: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process in a group of its own that is killed at the end if it still runs, and must leave nobody behind.

    When a test fails the whole group is killed: whoever is left would hold the pipes, and they be waited for for ever.
    """
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )
    try:
        yield process
        if process.poll() is None:
            process.kill()
        process.wait()
        assert until(lambda: not members(process.pid), 30), "processes outlive the one that started them"
    except BaseException:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        process.communicate(timeout=60)


def members(group: int) -> list[int]:
    """The processes of a group that still do anything (a dead one that nobody collected does not)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, _, process_group, *_ = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(process_group) == group and state not in "ZX":
            found.append(int(entry.name))
    return found
