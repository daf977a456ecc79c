"""The run folder: written beside its place and moved there when whole, by one process alone.

An interrupted or failed run leaves no half folder that looks finished.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.csv_files import write_table
from reeplan.endings import Status
from reeplan.inputs.spec import SOURCE_AND_NOTE, TABLES
from reeplan.outputs.fingerprints import sha256, sha256_of_tables
from reeplan.outputs.iamc import iamc
from reeplan.outputs.metrics import headline, metrics
from reeplan.outputs.place_lock import PlaceTakenError, worker_at
from reeplan.outputs.places import only_here, replaced_place, unfinished_place
from reeplan.outputs.plan_tables import cost_parts, plan_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reeplan.inputs.rows import Tables
    from reeplan.solve.front import Point
    from reeplan.solve.planner import Planner
    from reeplan.solve.sharing import WithoutSharing

MANIFEST, JOURNAL, INPUTS, PLANS, FIGURES = "manifest.json", "journal", "inputs", "plans", "figures"

ASKED_ELSEWHERE = "default or command line"
"""The source of a setting that the settings of a case do not state."""


def dated_place(name: str) -> Path:
    """Where a run goes for which no place was asked; ``new_place`` numbers those of the same second."""
    return Path("runs") / f"{name}-{datetime.now():%Y-%m-%d-%H%M%S}"


def refuse_if_taken(place: Path) -> None:
    """Raises PlaceTakenError, with what would help, where a run is, is being written, or was left unfinished."""
    kept = unfinished_place(place)
    was_kept = kept.exists()  # looked at first: it is nobody's only if nobody works here afterwards
    if who := worker_at(place):
        raise PlaceTakenError(who, "choose another folder with --out, or wait until it has ended")
    if place.exists() or place.is_symlink():
        raise PlaceTakenError(f"the run folder {place} exists already", "choose another with --out")
    if not (was_kept and kept.exists()):
        return
    facts = read_manifest(kept)
    resume = f"resume it: reeplan {facts.get('command', 'solve')} --resume {place}; or " if facts else ""
    raise PlaceTakenError(
        f"an unfinished run is kept for {place}", f"{resume}remove {kept}, or choose another with --out"
    )


@contextmanager
def new_place(
    wanted: Path, *, numbered: bool = False, warn: Callable[[str], None] = lambda text: None
) -> Iterator[Path]:
    """A place of one's own where nothing is yet, with its unfinished folder, which goes if nothing is put into it.

    ``numbered``: the first name that is free (with -2, -3 at its end) where the one that is wanted is taken. Without
    it raises PlaceTakenError; ``warn`` hears if nobody can be kept away.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        with ExitStack() as held:
            try:
                refuse_if_taken(place)  # most names can be passed over without a lock
                held.enter_context(only_here(place, warn))
                draft = _new_draft(place)
            except PlaceTakenError:
                if numbered:
                    continue
                raise
            try:
                yield place
            finally:
                with suppress(OSError):
                    draft.rmdir()
            return


def _new_draft(place: Path) -> Path:
    """The unfinished folder of a place, made here and by nobody else."""
    refuse_if_taken(place)
    draft = unfinished_place(place)
    try:
        draft.mkdir()
    except FileExistsError as exists:  # only where there are no locks
        raise PlaceTakenError(f"another process is working at {place}", "choose another with --out") from exists
    return draft


@contextmanager
def written_whole(
    place: Path, *, keep_if: Callable[[Path], bool] = lambda _: False, replaces: bool = False
) -> Iterator[Path]:
    """A folder to write into, moved to ``place`` at the end.

    If anything goes wrong it is removed, unless ``keep_if`` says that it holds something worth keeping.
    An unfinished folder that is there already is resumed. With ``replaces`` a run at ``place`` is
    replaced when the new one is whole; without it nothing that has appeared there meanwhile is touched.
    Whoever calls this has the place alone: ``new_place``, ``only_here``.
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
        raise PlaceTakenError(f"{place} has appeared meanwhile")
    old = replaced_place(place)
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)  # left by a run that was killed at this very point
        os.rename(place, old)
    try:
        os.rename(draft, place)
    except BaseException:
        if old.exists() and not place.exists():
            os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_inputs(tables: Tables, settings: Mapping[str, Any], folder: Path) -> None:
    """The merged tables with the settings as they were solved: solving this folder gives the run again."""
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


def _settings_cells(cells: list[list[str]], columns: Sequence[str], settings: Mapping[str, Any]) -> list[list[str]]:
    """The settings with what the command line asked for instead."""
    asked = {name: _cell(value) for name, value in settings.items()}
    stated = {row[0] for row in cells}
    kept = [[row[0], asked.get(row[0], row[1]), *row[2:]] for row in cells]
    empty = [""] * (len(columns) - 3)
    return kept + [
        [name, value, ASKED_ELSEWHERE, *empty] for name, value in asked.items() if name not in stated and value != ""
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


def write_plan(planner: Planner, point: Point, folder: Path, alone: WithoutSharing) -> dict[str, Any]:
    """A plan's tables; returns its row of the front."""
    tables = plan_tables(planner, point.plan)
    tables["metrics"] = metrics(planner, point.plan, tables)
    case = planner.case
    region_of = {asset.name: asset.region for asset in case.assets.values()}
    region_of |= {store.name: store.region for store in case.stores}
    tables["iamc"] = iamc(tables, point.name, region_of, case.years, case.settings.currency_year)
    for name, frame in tables.items():
        write_table(frame, folder / PLANS / point.name / f"{name}.csv")
    row = front_row(planner, point, tables)
    shared = alone.resilience(point.plan)
    return row if shared is None else {**row, "resilience_without_sharing": shared}


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


OVER_FIRST = {
    "capital": ("annuities",),
    "running": ("fixed", "process", "transport", "holding", "restock"),
    "purchases": ("purchases", "sales"),
    "losses": ("shortage",),
}
"""Which cost parts are put together where plans are compared with the first."""


def over_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the front, cheapest first, with what each costs more than the first: in all, and what for."""
    return [
        {
            **row,
            "net_over_first_musd": row["cost_musd"] - rows[0]["cost_musd"],
            **{
                f"{what}_over_first_musd": sum(row[f"{part}_musd"] - rows[0][f"{part}_musd"] for part in parts)
                for what, parts in OVER_FIRST.items()
            },
        }
        for row in rows
    ]


def exchangeable_rows(planner: Planner, points: Sequence[Point]) -> list[dict[str, Any]]:
    """Rows of ``exchangeable.csv``."""
    return [
        {
            "point": point.name,
            "asset": one.asset,
            "modules": one.modules,
            "fewest": one.fewest,
            "most": one.most,
            "capital_musd": (one.most - one.fewest) * planner.case.assets[one.asset].module_musd,
        }
        for point in points
        for one in point.exchangeable
    ]


def sha256_of_inputs(folders: Sequence[Path]) -> dict[str, str]:
    """The fingerprint of every table file that was read."""
    return {
        path.as_posix(): sha256(path)
        for folder in folders
        for path in sorted(folder.glob("*.csv"))
        if path.stem in TABLES
    }


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """What was solved, with what, how it went; when that is known, with the fingerprint of every table."""
    if content.get("status") != Status.UNFINISHED:
        content = {**content, "tables_sha256": sha256_of_tables(folder)}
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str)
    draft = folder / f".{MANIFEST}.tmp"
    draft.write_text(text + "\n", encoding="utf-8")
    os.replace(draft, folder / MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a run's manifest says; empty if it cannot be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def join_logs(folder: Path) -> None:
    """Worker processes write logs of their own: one file after the other in ``solver.log``."""
    parts = sorted(folder.glob("solver-*.log"))
    with (folder / "solver.log").open("a", encoding="utf-8") as whole:
        for part in parts:
            whole.write(f"\n===== worker {part.stem.removeprefix('solver-')} =====\n")
            whole.write(part.read_text(encoding="utf-8", errors="replace"))
            part.unlink()
