"""All figures of a run, in the order of the report, and the drawing of them into the run's folder."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reeplan.child_processes import ChildProcesses
from reeplan.csv_files import write_table
from reeplan.present.charts.fonts import families, remark_on, signs_of, unwritten
from reeplan.present.charts.style import drawing_style, save
from reeplan.present.figures import front
from reeplan.present.figures import map as schematic_map
from reeplan.present.figures.alternatives import plans as alternatives
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.cooperation import burdens, regret, together_front, who_gains
from reeplan.present.figures.cooperation import clauses as levers
from reeplan.present.figures.drawing import Drawing, DrawingError
from reeplan.present.figures.flows import material_flow
from reeplan.present.figures.index import Index, read_index, write_index
from reeplan.present.figures.plan import build_timeline, capital, cost_parts, shortage, stock_levels
from reeplan.present.figures.sensitivity import built_in_futures, indices, screening, tornado
from reeplan.present.figures.supply import dependence, source_mix, supply_curve
from reeplan.present.figures.uncertainty import plan_regret, risk_front
from reeplan.present.figures.uncertainty import value_of_information as knowing
from reeplan.present.run import Run
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from reeplan.present.figures.spec import FigureSpec, View

OF_PLANS: tuple[FigureSpec, ...] = (
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
)
"""Figures of every run."""

OF_STUDIES: dict[str, tuple[FigureSpec, ...]] = {
    "cooperation": (who_gains.FIGURE, together_front.FIGURE, burdens.FIGURE, levers.FIGURE, regret.FIGURE),
    "alternatives": (near_optimal.FIGURE, alternatives.FIGURE),
    "uncertainty": (knowing.FIGURE, plan_regret.FIGURE, risk_front.FIGURE),
    "sensitivity": (tornado.FIGURE, screening.FIGURE, indices.FIGURE, built_in_futures.FIGURE),
}
"""Figures of the studies that have any, by their names."""

FIGURES = (*OF_PLANS, *(figure for study in STUDIES.values() for figure in OF_STUDIES.get(study.name, ())))
"""All figures, in the order of the report."""

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
    point: str
    variant: str
    why: str
    failed: bool = False
    heading: str = ""


LOOK_EVERY_S = 0.2
"""How often it is asked whether to go on while a figure is being drawn elsewhere."""

STOPPED = "the work was stopped before it was drawn"

Place = tuple[int, int]
"""A figure as its place in the catalogue and among the figure's views."""

GoesOn = Callable[[int, int], bool]
"""Hears again and again how many of how many figures are drawn, and says whether to go on."""


class _Artist:
    """Draws figures of one run, whose tables it reads once."""

    def __init__(self, run: Path) -> None:
        self._run, self._folder = Run(run), run / "figures"
        self._signs = signs_of(self._run)
        self._views: dict[int, Sequence[View]] = {}

    def views(self, number: int) -> Sequence[View]:
        """Everything that there is to draw of a figure."""
        if number not in self._views:
            self._views[number] = FIGURES[number].views(self._run)
        return self._views[number]

    def draw(self, place: Place) -> Drawn | LeftOut:
        """Draw one."""
        number, view = place
        with drawing_style(self._signs):
            return _draw(FIGURES[number], self.views(number)[view], self._folder)

    def remark(self) -> str:
        """Which of the run's names the fonts of this machine cannot write, in words."""
        return remark_on(unwritten(self._signs, families(self._signs)))

    def left_out(self, place: Place) -> LeftOut:
        """An entry for one that is not drawn."""
        number, view = place
        return _left_out(FIGURES[number], self.views(number)[view], STOPPED)


def draw_all(
    run: Path,
    only: Sequence[str] | None = None,
    processes: int | None = None,
    goes_on: GoesOn = lambda done, of: True,
) -> Drawing:
    """Draw the figures of a run (or only those named) into its ``figures`` folder, and an index of them.

    A figure that fails does not keep the others from being drawn. Raises ``DrawingError`` at the end if one failed.
    Once ``goes_on`` says no, nothing more is begun.
    """
    folder = run / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    artist = _Artist(run)
    places = [
        (number, place)
        for number, spec in enumerate(FIGURES)
        if only is None or spec.name in only
        for place in range(len(artist.views(number)))
    ]
    done = _draw_each(artist, run, places, processes or (2 if len(places) >= MANY else 1), goes_on)
    before = read_index(run)
    former = {_key(entry): entry for entries in before.values() for entry in entries}
    missing = {place: asdict(artist.left_out(place)) for place in places if place not in done}
    entries = [
        former.get(_key(missing[place]), missing[place]) if place in missing else asdict(done[place])
        for place in places
    ]
    _write_index(run, before, entries, only)
    failed = [
        " ".join(filter(None, [entry.name, entry.point, entry.variant])) + f": {entry.why}"
        for place in places
        if isinstance(entry := done.get(place), LeftOut) and entry.failed
    ]
    if failed:
        raise DrawingError(*failed)
    return Drawing(len(missing), artist.remark())


def _write_index(
    run: Path, before: Index, entries: list[dict[str, Any]], only: Sequence[str] | None
) -> None:
    """The index of what is there now: figures that were not asked for stay as they were, what is left out goes."""
    folder = run / "figures"
    index = {
        kind: [entry for entry in before[kind] if only is not None and entry["name"] not in only]
        + [entry for entry in entries if ("files" in entry) == (kind == "figures")]
        for kind in ("figures", "left_out")
    }
    order = {spec.name: number for number, spec in enumerate(FIGURES)}
    for listed in index.values():
        listed.sort(key=lambda entry: order.get(entry["name"], len(order)))
    there = {path for entry in index["figures"] for path in entry["files"].values()}
    for path in {path for entry in before["figures"] for path in entry["files"].values()} - there:
        (folder / path).unlink(missing_ok=True)
    write_index(run, index)


def _key(entry: dict[str, Any]) -> tuple[str, str, str]:
    return entry["name"], entry["point"], entry["variant"]


def _draw_each(
    artist: _Artist, run: Path, places: Sequence[Place], processes: int, goes_on: GoesOn
) -> dict[Place, Drawn | LeftOut]:
    """All of them, or those that were drawn before it was said to stop."""
    if processes < 2:
        done: dict[Place, Drawn | LeftOut] = {}
        for place in places:
            if not goes_on(len(done), len(places)):
                break
            done[place] = artist.draw(place)
        return done
    with ChildProcesses(processes, _begin, run) as pool:
        futures = {place: pool.submit(_draw_one, place) for place in places}
        try:
            _wait_for(futures.values(), goes_on)
        finally:
            pool.shutdown(cancel_futures=True)
    return {place: future.result() for place, future in futures.items() if not future.cancelled()}


def _wait_for(futures: Collection[Future[Any]], goes_on: GoesOn) -> None:
    """Wait until all are done, or it is said to stop."""
    waiting = set(futures)
    while waiting and goes_on(len(futures) - len(waiting), len(futures)):
        waiting = wait(waiting, LOOK_EVERY_S, FIRST_COMPLETED).not_done


_artist: _Artist | None = None
"""Who draws in a process that was started to draw."""


def _begin(run: Path) -> None:
    global _artist
    _artist = _Artist(run)


def _draw_one(place: Place) -> Drawn | LeftOut:
    assert _artist is not None
    return _artist.draw(place)


def _draw(spec: FigureSpec, view: View, folder: Path) -> Drawn | LeftOut:
    variant = (view.variant.slug, view.variant.label) if view.variant else ("", "")
    try:
        table = spec.table(view)
        if table.empty:
            return _left_out(spec, view, "there is nothing to show")
        title, alt, stem = spec.title(view, table), spec.alt(view, table), spec.stem(view)
        figure = spec.draw(view, table)
        write_table(table, folder / f"{stem}.csv")
        save(figure, folder / stem, title, alt)
    except Exception as trouble:  # whatever is wrong with one figure must not keep the others from being drawn
        return _left_out(spec, view, f"{type(trouble).__name__}: {trouble}", failed=True)
    files = {kind: f"{stem}.{kind}" for kind in ("png", "svg", "csv")}
    return Drawn(spec.name, spec.heading, spec.per, view.point, *variant, title, alt, files)


def _left_out(spec: FigureSpec, view: View, why: str, *, failed: bool = False) -> LeftOut:
    variant = view.variant.slug if view.variant else ""
    return LeftOut(spec.name, view.point, variant, why, failed, spec.heading)
