"""Reporting: a run's figures and page, drawn again from the files of its folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.api.display import Display
from reeplan.api.request import Extras
from reeplan.endings import Status
from reeplan.inputs.errors import UserInputError
from reeplan.interrupt import Interrupt
from reeplan.outputs.fingerprints import DRAWN, tables_that_changed, write_sums
from reeplan.outputs.place_lock import PlaceTakenError
from reeplan.outputs.places import finished_place, only_here, why_unreadable
from reeplan.outputs.run_folder import read_manifest
from reeplan.present.figures import Drawing, DrawingError, draw_figures
from reeplan.present.report import write_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Redrawn:
    """What was drawn again. ``left_out``: why figures are missing; ``changed``: tables that are not the run's own.

    Where ``drawing`` has figures that were not drawn, somebody asked to stop, and the page is as it was.
    """

    drawing: Drawing
    left_out: str = ""
    changed: Sequence[str] = ()


def report(run: Path, display: Display | None = None, extras: Extras | None = None) -> Redrawn:
    """Draw figures and page of a run folder again; its tables stay as they are.

    Raises UserInputError where it is no finished run, or the page cannot be written.
    """
    display, extras = display or Display(), extras or Extras()
    try:
        with only_here(run, display.warn):
            return _draw_again(run, display, extras)
    except PlaceTakenError as taken:
        raise UserInputError(f"{taken.message}: {taken.hint}.") from taken


def _draw_again(run: Path, display: Display, extras: Extras) -> Redrawn:
    if trouble := what_is_missing(run):
        raise UserInputError(trouble)
    left_out, drawing = "", Drawing()
    try:
        if extras.figures:
            drawing = _drawn_again(run, display, extras.only)
    except DrawingError as failure:
        left_out = str(failure)
    except Exception as failure:  # whatever is wrong with the drawing must not keep the page from being written
        left_out = f"no figure could be drawn: {failure}"
    if drawing.not_drawn:
        return Redrawn(drawing)
    try:
        if extras.report:
            write_report(run)
    except (OSError, ValueError, KeyError) as failure:
        raise UserInputError(f"the report of {run} could not be written: {_in_words(failure)}.") from failure
    finally:
        write_sums(run, only=DRAWN)
    return Redrawn(drawing, left_out, tables_that_changed(run, read_manifest(run)))


def _drawn_again(run: Path, display: Display, only: Sequence[str] | None) -> Drawing:
    """Draw the figures until somebody asks to stop."""
    with display as shown, Interrupt(answer=shown.ask_to_stop) as interrupt:

        def goes_on(done: int, of: int) -> bool:
            shown.drawing(done, of)
            return not interrupt.asked

        return draw_figures(run, only=only, goes_on=goes_on)


def what_is_missing(run: Path) -> str:
    """Why this folder is no finished run; empty if it is one."""
    if trouble := why_unreadable(run):
        return trouble
    manifest = read_manifest(run)
    if manifest.get("status") == Status.INFEASIBLE:
        return f"the run {run} found no plan: there is nothing to draw; {run / 'infeasible.md'} says why."
    if finished_place(run) != run or manifest.get("status") == Status.UNFINISHED:
        command = manifest.get("command", "solve")
        return f"the run {run} is not finished; resume it: reeplan {command} --resume {finished_place(run)}"
    missing = [name for name in ("manifest.json", "front.csv", "inputs", "plans") if not (run / name).exists()]
    if missing or not manifest:
        what = f"it has no {missing[0]}" if missing else "its manifest.json cannot be read"
        return f"{run} is no run folder: {what}."
    return ""


def _in_words(failure: Exception) -> str:
    if isinstance(failure, FileNotFoundError):
        return f"{failure.filename} is missing"
    return f"nothing named {failure} is there" if isinstance(failure, KeyError) else str(failure).splitlines()[0]
