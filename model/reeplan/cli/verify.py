"""``reeplan verify``: the independent check of a run, and what it says."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.exits import BAD_INPUT, DOES_NOT_HOLD, DONE
from reeplan.cli.screen import say
from reeplan.places import why_unreadable
from reeplan.verify import verify_run

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify import Verdict

SHOWN = 30
"""Failures that are shown one by one."""


def run_verify(run: Path, as_json: bool) -> int:
    """Check a run folder, print the verdict and return the exit code."""
    began = time.perf_counter()
    if trouble := why_unreadable(run):
        return _refuse(trouble, as_json)
    verdict = verify_run(run)
    if not verdict.holds and (trouble := why_unreadable(run)):  # somebody has begun to write it meanwhile
        return _refuse(trouble, as_json)
    if as_json:
        click.echo(json.dumps(as_object(verdict), ensure_ascii=False, default=str))
    else:
        _show(verdict, run, time.perf_counter() - began)
    return DONE if verdict.holds else DOES_NOT_HOLD


def _refuse(trouble: str, as_json: bool) -> int:
    click.echo(f"error   {trouble}", err=True)
    if as_json:
        click.echo(json.dumps({"holds": False, "failures": []}))
    return BAD_INPUT


def as_object(verdict: Verdict) -> dict[str, Any]:
    """The verdict for ``--json`` and for the run's own ``verify.json``."""
    return {
        "holds": verdict.holds,
        "failures": [asdict(failure) for failure in verdict.failures],
        "notes": verdict.notes,
        "checked": dict(verdict.checked),
    }


def in_one_line(verdict: Verdict) -> str:
    """What the check found, in one line."""
    rows = f"{sum(verdict.checked.values()):,}".replace(",", " ")
    if verdict.holds:
        worst = max(verdict.worst.values(), default=0.0)
        return f"checked independently from its files: {rows} statements hold (largest deviation {worst:.0e})"
    return f"CHECKED INDEPENDENTLY FROM ITS FILES: {len(verdict.failures)} OF {rows} STATEMENTS DO NOT HOLD"


def _show(verdict: Verdict, run: Path, seconds: float) -> None:
    say(f"{run}: {in_one_line(verdict)}, in {seconds:.0f} s", whole=True)
    for failure in verdict.failures[:SHOWN]:
        say(f"  {failure.message}", err=True, rest="    ", whole=True)
    if len(verdict.failures) > SHOWN:
        click.echo(f"  and {len(verdict.failures) - SHOWN} more (--json lists all).", err=True)
    for note in verdict.notes:
        say(f"  note: {note}", rest="    ", whole=True)
