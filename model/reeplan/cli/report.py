"""``reeplan report``: a run's figures and page, drawn again from the files of its folder."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from reeplan.cli.display import TerminalDisplay
from reeplan.cli.exit_codes import BAD_INPUT, DONE, INTERRUPTED
from reeplan.cli.screen import say, say_warning
from reeplan.inputs.names import counted
from reeplan.interrupt import Interrupt
from reeplan.outputs.fingerprints import DRAWN, tables_that_changed, write_sums
from reeplan.outputs.place_lock import PlaceTakenError
from reeplan.outputs.places import finished_place, only_here, why_unreadable
from reeplan.outputs.run_folder import read_manifest
from reeplan.present.figures import Drawing, DrawingError, draw_figures
from reeplan.present.report import write_report

if TYPE_CHECKING:
    from pathlib import Path


STOPPING = "Stopping: figures that are drawn stay; Ctrl-C again stops at once."


def run_report(run: Path) -> int:
    """Draw figures and page of a run folder again and return the exit code; its tables stay as they are."""
    try:
        with only_here(run, say_warning):
            return _draw_again(run)
    except PlaceTakenError as taken:
        click.echo(f"error   {taken.message}: {taken.hint}.", err=True)
        return BAD_INPUT


def _draw_again(run: Path) -> int:
    trouble = what_is_missing(run)
    if trouble:
        click.echo(f"error   {trouble}", err=True)
        return BAD_INPUT
    left_out, drawing = "", Drawing()
    try:
        drawing = _drawn_again(run)
    except DrawingError as failure:
        left_out = str(failure)
    except Exception as failure:  # whatever is wrong with the drawing must not keep the page from being written
        left_out = f"no figure could be drawn: {failure}"
    if drawing.not_drawn:
        stay = f"{counted(drawing.not_drawn, 'figure')} and report.html stay as they were"
        say(f"Stopped: {stay}. To draw all: reeplan report {run}", err=True, whole=True)
        return INTERRUPTED
    try:
        write_report(run)
    except (OSError, ValueError, KeyError) as failure:
        click.echo(f"error   the report of {run} could not be written: {_in_words(failure)}.", err=True)
        return BAD_INPUT
    finally:
        write_sums(run, only=DRAWN)
    if left_out:
        click.echo(f"warning {left_out}", err=True)
    if drawing.remark:
        click.echo(f"warning {drawing.remark}", err=True)
    if changed := tables_that_changed(run, read_manifest(run)):
        those = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        click.echo(f"warning the tables are not those that the run wrote, and the page says so: {those}.", err=True)
    what = "the other figures" if left_out else "the figures"
    say(f"{run / 'report.html'} and {what} were drawn again from the tables of {run}.", whole=True)
    return DONE


def _drawn_again(run: Path) -> Drawing:
    """Draw the figures until somebody asks to stop."""
    with TerminalDisplay() as display, Interrupt(answer=partial(display.stop, STOPPING)) as interrupt:

        def goes_on(done: int, of: int) -> bool:
            display.doing("drawing figure", done, of)
            return not interrupt.asked

        return draw_figures(run, goes_on=goes_on)


def what_is_missing(run: Path) -> str:
    """Why this folder is no finished run; empty if it is one."""
    if trouble := why_unreadable(run):
        return trouble
    manifest = read_manifest(run)
    if manifest.get("status") == "infeasible":
        return f"the run {run} found no plan: there is nothing to draw; {run / 'infeasible.md'} says why."
    if finished_place(run) != run or manifest.get("status") == "unfinished":
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
