"""``reeplan report``: a run's figures and page, drawn again from the files of its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reeplan.api.reporting import report
from reeplan.cli.console import RunConsole
from reeplan.cli.exit_codes import BAD_INPUT, DONE, INTERRUPTED
from reeplan.cli.screen import say
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.names import counted

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.api.request import Extras

STOPPING = "Stopping: figures that are drawn stay; Ctrl-C again stops at once."


def run_report(run: Path, extras: Extras) -> int:
    """Draw figures and page of a run folder again, say so, and return the exit code."""
    try:
        drawn = report(run, RunConsole(STOPPING), extras)
    except UserInputError as trouble:
        click.echo(f"error   {trouble}", err=True)
        return BAD_INPUT
    if drawn.drawing.not_drawn:
        stay = f"{counted(drawn.drawing.not_drawn, 'figure')} and report.html stay as they were"
        say(f"Stopped: {stay}. To draw all: reeplan report {run}", err=True, whole=True)
        return INTERRUPTED
    if drawn.left_out:
        click.echo(f"warning {drawn.left_out}", err=True)
    if drawn.drawing.remark:
        click.echo(f"warning {drawn.drawing.remark}", err=True)
    if changed := drawn.changed:
        those = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        click.echo(f"warning the tables are not those that the run wrote, and the page says so: {those}.", err=True)
    what = "the other figures" if drawn.left_out else "the figures"
    say(f"{run / 'report.html'} and {what} were drawn again from the tables of {run}.", whole=True)
    return DONE
