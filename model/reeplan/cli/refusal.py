"""What is said where nothing was solved because it cannot be done as asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reeplan.cli.check import as_objects, show_problems
from reeplan.cli.exit_codes import BAD_INPUT
from reeplan.cli.screen import say

if TYPE_CHECKING:
    from reeplan.inputs.errors import UserInputError


def refuse(refusal: UserInputError, results: str, *, strict: bool, as_json: bool) -> int:
    """Say what is wrong and return the exit code; ``results`` is what the JSON object calls its empty list of them."""
    if refusal.loaded is not None:
        errors, warnings = refusal.loaded.errors, refusal.loaded.warnings
        show_problems(refusal.loaded, strict)
        click.echo(err=True)
        say("Nothing was solved and nothing was written. 'reeplan check' shows this list alone.", err=True)
    else:
        errors, warnings = [], []
        say(f"error   {refusal.message}", err=True, rest="        ", whole=True)
        if refusal.hint:
            say(f"        → {refusal.hint}", err=True, rest="        ", whole=True)
    if as_json:
        said = as_objects(errors) or [
            {"file": None, "line": None, "column": None, "message": refusal.message, "hint": refusal.hint}
        ]
        answer = {"run": None, "status": "bad input", results: [], "errors": said, "warnings": as_objects(warnings)}
        click.echo(json.dumps(answer))
    return BAD_INPUT
