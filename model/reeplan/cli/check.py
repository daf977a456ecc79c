"""``reeplan check``, and how problems in the input are shown."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.exit_codes import BAD_INPUT, DONE
from reeplan.cli.screen import lines, say, width
from reeplan.inputs.load import load_tables
from reeplan.inputs.names import counted
from reeplan.inputs.notes import notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.inputs.rows import Loaded, Problem


def run_check(case: Path, overlays: Sequence[Path], strict: bool, as_json: bool) -> int:
    """Check a case, print what was found, and return the exit code."""
    began = time.perf_counter()
    loaded = load_tables(case, overlays)
    bad = loaded.is_bad(strict)
    remarks = notes(loaded.tables) if loaded.tables is not None else []
    if as_json:
        found = {"errors": as_objects(loaded.errors), "warnings": as_objects(loaded.warnings), "notes": remarks}
        click.echo(json.dumps(found, ensure_ascii=False))
        return BAD_INPUT if bad else DONE
    say(
        f"Checked {counted(loaded.files, 'file')}, {counted(loaded.row_count, 'row')} in "
        f"{time.perf_counter() - began:.1f} s: {counted(len(loaded.errors), 'error')}, "
        f"{counted(len(loaded.warnings), 'warning')}"
    )
    if remarks:
        say(" ".join(remarks))
    show_problems(loaded, strict)
    if bad:
        click.echo(err=True)
        text = "Nothing was solved. What each column means: README.md beside the case, or 'reeplan init FOLDER'."
        say(text, err=True)
    return BAD_INPUT if bad else DONE


def show_problems(loaded: Loaded, strict: bool) -> None:
    """All errors, then all warnings, on standard error."""
    if loaded.errors or loaded.warnings:
        click.echo("", err=True)
    for problem in loaded.errors:
        _show("error", problem)
    for problem in loaded.warnings:
        _show("error" if strict else "warning", problem)


def _show(word: str, problem: Problem) -> None:
    place = problem.file + (f":{problem.line}" if problem.line else "")
    colour = "red" if word == "error" else "yellow"
    head = "\n".join(lines(f"{word:<7} {place}  {problem.column}".rstrip(), width(sys.stderr), rest=" " * 8))
    click.echo(click.style(head[:7], fg=colour) + head[7:], err=True)
    for text, lead in ((problem.message, "        "), (problem.hint, "        → ")):
        if text:
            say(text, err=True, first=lead, rest=" " * len(lead))


def as_objects(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems for ``--json``."""
    return [problem.as_object() for problem in problems]
