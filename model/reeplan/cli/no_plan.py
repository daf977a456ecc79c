"""What is said and written when there is no plan: why, and what would make one possible."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import click

from reeplan import endings
from reeplan.cli.display import TerminalDisplay
from reeplan.cli.exit_codes import INFEASIBLE, INTERRUPTED, STOPPED_AT_LIMIT
from reeplan.cli.outcome import say_digests
from reeplan.cli.screen import say
from reeplan.endings import Outcome
from reeplan.explain import explain, not_explained
from reeplan.inputs.warnings.numbers import furthest_apart
from reeplan.interrupt import Interrupt
from reeplan.outputs.fingerprints import write_sums
from reeplan.outputs.places import unfinished_place
from reeplan.outputs.run_folder import INPUTS, write_inputs, write_manifest, written_whole
from reeplan.outputs.summary import measure_in_words

if TYPE_CHECKING:
    from reeplan.cli.options import Session
    from reeplan.explain import Explanation
    from reeplan.inputs.rows import Tables
    from reeplan.solve.front import Front
    from reeplan.solve.planner import Planner

STOPPING = "Stopping: what was not tried is said; Ctrl-C again stops at once."

EVERY_S = 5.0
"""Seconds between two lines about what is being tried."""


class NoPlanError(Exception):
    """No plan was found, or none exists."""

    def __init__(self, front: Front, planner: Planner) -> None:
        super().__init__(front.outcome.value)
        self.front, self.planner = front, planner


def say_no_plan(nothing: NoPlanError, session: Session, as_json: bool) -> int:
    """Explain an infeasible case and write ``infeasible.md``; say how else a search ended without a plan."""
    outcome, loaded, place = nothing.front.outcome, session.loaded, session.place
    if outcome is Outcome.INFEASIBLE:
        click.echo("\nNo plan can satisfy these inputs.", err=True)
        return _say_why(nothing.planner, session, as_json)
    kept = (
        f"What was solved is kept; resume with: reeplan {session.command} --resume {place}"
        if unfinished_place(place).exists()
        else "Nothing was written."
    )
    if outcome is Outcome.INTERRUPTED:
        return _ended(endings.INTERRUPTED, f"{endings.without_a_plan(outcome)} {kept}", INTERRUPTED, as_json)
    status = endings.status_of_run([endings.status_of(outcome, found=False)])
    apart = "" if outcome is not Outcome.FAILED or loaded.tables is None else f" {furthest_apart(loaded.tables)}"
    return _ended(status, f"{endings.without_a_plan(outcome)}{apart} {kept}", STOPPED_AT_LIMIT, as_json)


def _say_why(planner: Planner, session: Session, as_json: bool) -> int:
    """The reason, as far as it was found: that there is no plan is known however soon the rest is stopped."""
    loaded, place = session.loaded, session.place
    assert loaded.tables is not None
    # A front begins with the cheapest plan of all: where that does not exist, no target is to blame.
    target = planner.case.settings.resilience_target if session.single else None
    try:
        if planner.engine.interrupted:
            raise KeyboardInterrupt
        with Interrupt(at_once=True):
            found, stopped = _explained(planner, loaded.tables, target)
    except KeyboardInterrupt:
        found, stopped = not_explained(target, measure_in_words(planner.case.settings)), True
    with written_whole(place) as folder:
        (folder / "infeasible.md").write_text(found.markdown(session.name), encoding="utf-8")
        write_inputs(loaded.tables, planner.case.settings, folder / INPUTS)
        write_manifest(folder, {**session.facts, "status": "infeasible", "points": []})
        digests = write_sums(folder)
    if as_json:
        reasons = {
            "rules": [rule.says for rule in found.conflict or []],
            "changes": found.change_lines(),
            "not_tried": found.untried,
        }
        said = {"run": place.as_posix(), "status": "infeasible", "points": [], "sha256": asdict(digests), **reasons}
        click.echo(json.dumps(said))
    for line in found.lines():
        set_in = len(line) - len(line.lstrip())
        say(line, err=True, rest=" " * (set_in + 2 if set_in else 0), whole=True)
    click.echo(f"\nDetails: {place / 'infeasible.md'}", err=True)
    say_digests(digests, err=True)
    return INTERRUPTED if stopped else INFEASIBLE


def _ended(status: str, message: str, code: int, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps({"run": None, "status": status, "points": []}))
    say(message, err=True, whole=True)
    return code


def _explained(planner: Planner, tables: Tables, target: float | None) -> tuple[Explanation, bool]:
    """The explanation, and whether somebody asked to stop before all of it was tried."""
    last = time.monotonic()

    with TerminalDisplay() as display, Interrupt(answer=partial(display.stop, STOPPING)) as interrupt:

        def tried(what: str) -> None:
            nonlocal last
            if time.monotonic() - last > EVERY_S:
                last = time.monotonic()
                display.say(f"    looking for the reason: {what}")

        found = explain(planner, tables, target, measure_in_words(planner.case.settings), interrupt, tried)
    return found, interrupt.asked
