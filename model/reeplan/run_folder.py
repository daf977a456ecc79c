"""The run folder: written beside its place and moved there when whole.

An interrupted or failed run leaves no half folder that looks finished.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.csv_files import write_table
from reeplan.results.iamc import iamc
from reeplan.results.metrics import headline, metrics
from reeplan.results.plan_tables import cost_parts, plan_tables
from reeplan.tables.spec import SOURCE_AND_NOTE, TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reeplan.case import Settings
    from reeplan.front import Point
    from reeplan.plan import Planner
    from reeplan.tables.rows import Tables

MANIFEST, JOURNAL, INPUTS = "manifest.json", "journal", "inputs"


class FolderTakenError(OSError):
    """The run folder that was asked for exists already."""


def unfinished_place(place: Path) -> Path:
    """Where a run is written before it is whole: beside its place, hidden, and never mistaken for it."""
    return place.parent / f".{place.name}.unfinished"


def finished_place(place: Path) -> Path:
    """Where a run will stand when it is whole, whichever of its two places is named."""
    name = place.name
    if name.startswith(".") and name.endswith(".unfinished"):
        return place.with_name(name.removeprefix(".").removesuffix(".unfinished"))
    return place


@contextmanager
def written_whole(
    place: Path, *, keep_if: Callable[[Path], bool] = lambda _: False, replaces: bool = False
) -> Iterator[Path]:
    """A folder to write into, moved to ``place`` at the end.

    If anything goes wrong it is removed, unless ``keep_if`` says that it holds something worth keeping.
    An unfinished folder that is there already is gone on with. With ``replaces`` a run at ``place`` is
    replaced when the new one is whole; without it nothing that has appeared there meanwhile is touched.
    """
    draft = unfinished_place(place)
    draft.mkdir(parents=True, exist_ok=True)
    try:
        yield draft
        _swap_in(draft, place, replaces)
    except BaseException:
        if not keep_if(draft):
            shutil.rmtree(draft, ignore_errors=True)
        raise


def _swap_in(draft: Path, place: Path, replaces: bool) -> None:
    if place.exists() and not replaces:
        raise FolderTakenError(f"{place} has appeared meanwhile")
    old = place.parent / f".{place.name}.replaced"
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)  # left by a run that was killed at this very point
        os.rename(place, old)
    os.rename(draft, place)
    shutil.rmtree(old, ignore_errors=True)


def write_inputs(tables: Tables, settings: Settings, folder: Path) -> None:
    """The merged tables as they were solved: solving this folder gives the run again."""
    for name, table in TABLES.items():
        rows = tables[name]
        if table.optional and not rows:
            continue
        wide = [row["element"] for row in tables["elements"]] if table.wide else []
        columns = [column.name for column in table.columns] + wide + [column.name for column in SOURCE_AND_NOTE]
        cells = [[_cell(row.get(column)) for column in columns] for row in rows]
        if name == "settings":
            cells = _settings_cells(cells, columns, settings)
        write_table(pd.DataFrame(cells, columns=columns, dtype=object), folder / f"{name}.csv")


def _settings_cells(cells: list[list[str]], columns: Sequence[str], settings: Settings) -> list[list[str]]:
    """The settings with what the command line asked for instead."""
    asked = {name: _cell(getattr(settings, name)) for name in settings.__dataclass_fields__}
    stated = {row[0] for row in cells}
    kept = [[row[0], asked.get(row[0], row[1]), *row[2:]] for row in cells]
    empty = [""] * (len(columns) - 3)
    return kept + [
        [name, value, "default or command line", *empty]
        for name, value in asked.items()
        if name not in stated and value != ""
    ]


def _cell(value: Any) -> str:
    """A value as the case folder writes it."""
    if value is None or (isinstance(value, float) and math.isinf(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return " ".join(str(item) for item in value)
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def write_plan(planner: Planner, point: Point, folder: Path) -> dict[str, Any]:
    """A plan's tables; returns its row of the front."""
    tables = plan_tables(planner, point.plan)
    tables["metrics"] = metrics(planner, point.plan, tables)
    case = planner.case
    region_of = {asset.name: asset.region for asset in case.assets.values()}
    region_of |= {store.name: store.region for store in case.stores}
    tables["iamc"] = iamc(tables, point.name, region_of, case.years, case.settings.currency_year)
    for name, frame in tables.items():
        write_table(frame, folder / "plans" / point.name / f"{name}.csv")
    return front_row(planner, point, tables)


def front_row(planner: Planner, point: Point, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """One row of ``front.csv``."""
    plan = point.plan
    return {
        "point": point.name,
        "cost_musd": plan.cost_musd,
        "resilience": plan.resilience,
        "bound_musd": plan.bound_musd,
        "gap": plan.gap_musd / abs(plan.cost_musd) if plan.cost_musd else 0.0,
        "status": point.status,
        "knee": "yes" if point.knee else "no",
        "not_distinguished_from_previous": "yes" if point.indistinct else "no",
        "gap_musd": plan.gap_musd,
        "gap_target_musd": point.gap_target_musd,
        "target": plan.target,
        "seconds": round(plan.seconds, 2),
        "largest_violation": plan.violation,
        **cost_parts(tables["costs"]),
        **headline(planner, plan, tables),
    }


def sha256_of_inputs(folders: Sequence[Path]) -> dict[str, str]:
    """The fingerprint of every table file that was read."""
    return {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.glob("*.csv"))
        if path.stem in TABLES
    }


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """What was solved, with what, how it went."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str)
    draft = folder / f".{MANIFEST}.tmp"
    draft.write_text(text + "\n", encoding="utf-8")
    os.replace(draft, folder / MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a run's manifest says; empty if it cannot be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def sha256_of_tables(folder: Path) -> dict[str, str]:
    """The fingerprint of every table that a run has written."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for part in ("*.csv", "inputs/*.csv", "plans/*/*.csv")
        for path in sorted(folder.glob(part))
    }


def join_logs(folder: Path) -> None:
    """Worker processes write logs of their own: one file after the other in ``solver.log``."""
    parts = sorted(folder.glob("solver-*.log"))
    with (folder / "solver.log").open("a", encoding="utf-8") as whole:
        for part in parts:
            whole.write(f"\n===== worker {part.stem.removeprefix('solver-')} =====\n")
            whole.write(part.read_text(encoding="utf-8", errors="replace"))
            part.unlink()
