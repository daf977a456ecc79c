"""``reeplan verify``: the independent check of a run, and what it says."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from reeplan.api.verifying import as_object, verify
from reeplan.cli.exit_codes import BAD_INPUT, DOES_NOT_HOLD, DONE
from reeplan.cli.screen import say
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.names import counted
from reeplan.verify import Verdict, not_recomputed

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 30
"""Failures that are shown one by one."""


def run_verify(run: Path, as_json: bool) -> int:
    """Check a run folder, print the verdict and return the exit code."""
    began = time.perf_counter()
    try:
        verdict = verify(run)
    except UserInputError as trouble:
        click.echo(f"error   {trouble}", err=True)
        if as_json:
            click.echo(json.dumps({"holds": False, "failures": [], "message": str(trouble)}, ensure_ascii=False))
        return BAD_INPUT
    if as_json:
        click.echo(json.dumps(as_object(verdict), ensure_ascii=False, default=str))
    else:
        _show(verdict, run, time.perf_counter() - began)
    return DONE if verdict.holds else DOES_NOT_HOLD


def in_one_line(verdict: Verdict) -> str:
    """What the check found, in one line."""
    number = sum(verdict.checked.values())
    rows = counted(number, "statement")
    if verdict.holds:
        worst = max(verdict.worst.values(), default=0.0)
        verb = "holds" if number == 1 else "hold"
        return f"checked independently from its files: {rows} {verb} (largest deviation {worst:.0e})"
    verb = "DOES" if len(verdict.failures) == 1 else "DO"
    return f"CHECKED INDEPENDENTLY FROM ITS FILES: {len(verdict.failures)} OF {rows.upper()} {verb} NOT HOLD"


def _show(verdict: Verdict, run: Path, seconds: float) -> None:
    say(f"{run}: {in_one_line(verdict)}, in {seconds:.0f} s", whole=True)
    for failure in verdict.failures[:SHOWN]:
        say(f"  {failure.message}", err=True, rest="    ", whole=True)
    if len(verdict.failures) > SHOWN:
        click.echo(f"  and {len(verdict.failures) - SHOWN} more (--json lists all).", err=True)
    for note in verdict.notes:
        say(f"  note: {note}", rest="    ", whole=True)
    kinds = not_recomputed(verdict.files)
    rest = "is not recomputed, and rests" if len(kinds) == 1 else "are not recomputed, and rest"
    say(f"{counted(len(kinds), 'kind')} of numbers {rest} on fingerprints alone:")
    for kind in kinds:
        say(f"{kind.what}: {kind.where(verdict.files)}", first="  ", rest="    ")
    for what, name in (("results", "manifest.json"), ("whole folder", "SHA256SUMS")):
        click.echo(f"sha256 of the {what} ({name}): {verdict.sha256.get(what.split()[-1], '')}")
