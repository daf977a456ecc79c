"""All figures of a run, in the order of the report, and the drawing of them into the run's folder."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from reeplan.csv_files import write_table
from reeplan.figures import (
    DrawingError,
    build_timeline,
    capital,
    cost_parts,
    dependence,
    front,
    material_flow,
    schematic_map,
    shortage,
    source_mix,
    stock_levels,
    supply_curve,
)
from reeplan.figures.cooperation import burdens, levers, regret, together_front, who_gains
from reeplan.figures.fonts import families, remark_on, signs_of, unwritten
from reeplan.figures.run import Run
from reeplan.figures.style import drawing_style, save
from reeplan.figures.sureness import (
    alternatives,
    built_in_futures,
    indices,
    knowing,
    near_optimal,
    plan_regret,
    risk_front,
    screening,
    tornado,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.figures.spec import FigureSpec, View

FIGURES: tuple[FigureSpec, ...] = (
    front.FIGURE,
    build_timeline.FIGURE,
    cost_parts.FIGURE,
    capital.FIGURE,
    source_mix.FIGURE,
    material_flow.FIGURE,
    shortage.FIGURE,
    stock_levels.FIGURE,
    schematic_map.FIGURE,
    supply_curve.FIGURE,
    dependence.FIGURE,
    who_gains.FIGURE,
    together_front.FIGURE,
    burdens.FIGURE,
    levers.FIGURE,
    regret.FIGURE,
    near_optimal.FIGURE,
    alternatives.FIGURE,
    knowing.FIGURE,
    plan_regret.FIGURE,
    risk_front.FIGURE,
    tornado.FIGURE,
    screening.FIGURE,
    indices.FIGURE,
    built_in_futures.FIGURE,
)  # fmt: skip

INDEX = "index.json"

MANY = 40
"""From so many pictures on, two processes draw them: starting one costs as much as a few pictures."""


@dataclass(frozen=True)
class Drawn:
    """An entry of the index: a figure that was drawn, with its words and its files within the folder of figures."""

    name: str
    heading: str
    per: str
    point: str
    variant: str
    variant_label: str
    title: str
    alt: str
    files: dict[str, str]


@dataclass(frozen=True)
class LeftOut:
    """An entry of the index: a figure that was not drawn, and why. ``failed``: there was something to show."""

    name: str
    heading: str
    point: str
    variant: str
    why: str
    failed: bool = False


@dataclass
class _Task:
    """What one process draws: the same run for all, so that its tables are read once."""

    run: Path
    folder: Path
    places: list[tuple[int, int]] = field(default_factory=list)
    """Each figure as its place in the catalogue and among the figure's views."""


def draw_all(run: Path, only: Sequence[str] | None = None, processes: int | None = None) -> str:
    """Draw the figures of a run (or only those named) into its ``figures`` folder, and an index of them.

    Returns what the fonts of this machine cannot write of its names, in words, and nothing where they can write all.
    A figure that fails does not keep the others from being drawn. Raises ``DrawingError`` at the end if one failed.
    """
    folder = run / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    places = [
        (number, place)
        for number, spec in enumerate(FIGURES)
        if only is None or spec.name in only
        for place in range(len(spec.views(Run(run))))
    ]
    done = _draw_tasks(_split(_Task(run, folder, places), processes or (2 if len(places) >= MANY else 1)))
    drawn = [entry for place in places if isinstance(entry := done[place], Drawn)]
    left_out = [entry for place in places if isinstance(entry := done[place], LeftOut)]
    _write_index(folder, drawn, left_out, only)
    failed = [
        " ".join(filter(None, [entry.name, entry.point, entry.variant])) + f": {entry.why}"
        for entry in left_out
        if entry.failed
    ]
    if failed:
        raise DrawingError(*failed)
    signs = signs_of(Run(run))
    return remark_on(unwritten(signs, families(signs)))


def _write_index(folder: Path, drawn: list[Drawn], left_out: list[LeftOut], only: Sequence[str] | None) -> None:
    """The index of what is there now: figures that were not asked for stay as they were, what is left out goes."""
    file = folder / INDEX
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"figures": [], "left_out": []}
    kept = {
        kind: [entry for entry in before[kind] if only is not None and entry["name"] not in only] for kind in before
    }
    index = {
        "figures": [*kept["figures"], *map(asdict, drawn)],
        "left_out": [*kept["left_out"], *map(asdict, left_out)],
    }
    order = {spec.name: number for number, spec in enumerate(FIGURES)}
    for entries in index.values():
        entries.sort(key=lambda entry: order.get(entry["name"], len(order)))
    there = {path for entry in index["figures"] for path in entry["files"].values()}
    for path in {path for entry in before["figures"] for path in entry["files"].values()} - there:
        (folder / path).unlink(missing_ok=True)
    file.write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _split(task: _Task, parts: int) -> list[_Task]:
    """Tasks of the same size; those of a plan stay together as far as they can."""
    size = -(-len(task.places) // max(parts, 1)) or 1
    return [
        _Task(task.run, task.folder, task.places[first : first + size]) for first in range(0, len(task.places), size)
    ]


def _draw_tasks(tasks: Sequence[_Task]) -> dict[tuple[int, int], Drawn | LeftOut]:
    if len(tasks) < 2:
        return {place: entry for task in tasks for place, entry in _draw_task(task).items()}
    with ProcessPoolExecutor(len(tasks), mp_context=get_context("spawn")) as pool:
        return {place: entry for part in pool.map(_draw_task, tasks) for place, entry in part.items()}


def _draw_task(task: _Task) -> dict[tuple[int, int], Drawn | LeftOut]:
    run = Run(task.run)
    views = {number: FIGURES[number].views(run) for number in {number for number, _ in task.places}}
    with drawing_style(signs_of(run)):
        return {
            (number, place): _draw(FIGURES[number], views[number][place], task.folder) for number, place in task.places
        }


def _draw(spec: FigureSpec, view: View, folder: Path) -> Drawn | LeftOut:
    variant = (view.variant.slug, view.variant.label) if view.variant else ("", "")
    try:
        table = spec.table(view)
        if table.empty:
            return LeftOut(spec.name, spec.heading, view.point, variant[0], "there is nothing to show")
        title, alt, stem = spec.title(view, table), spec.alt(view, table), spec.stem(view)
        figure = spec.draw(view, table)
        write_table(table, folder / f"{stem}.csv")
        save(figure, folder / stem, title, alt)
    except Exception as trouble:  # whatever is wrong with one figure must not keep the others from being drawn
        why = f"{type(trouble).__name__}: {trouble}"
        return LeftOut(spec.name, spec.heading, view.point, variant[0], why, failed=True)
    files = {kind: f"{stem}.{kind}" for kind in ("png", "svg", "csv")}
    return Drawn(spec.name, spec.heading, spec.per, view.point, *variant, title, alt, files)
