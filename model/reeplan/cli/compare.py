"""``reeplan compare``: two or more runs beside each other."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from reeplan.api.comparing import ComparisonError, compare
from reeplan.cli.console import RunConsole
from reeplan.cli.exit_codes import BAD_INPUT, DONE
from reeplan.cli.screen import explained, say
from reeplan.cli.summary import print_grid
from reeplan.inputs.names import counted
from reeplan.present.compare.comparable import warnings
from reeplan.present.compare.inputs import CELL, ROW, SEARCH
from reeplan.present.compare.results import SERVED
from reeplan.present.compare.tables import at_equal_resilience, builds
from reeplan.present.compare.words import answer, inputs_in_words
from reeplan.words import amount, served

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.present.compare.folder import Compared

SHOWN = 12
"""Differences of inputs, and assets built differently, that are printed one by one."""


def run_compare(runs: Sequence[Path], out: Path | None, as_json: bool) -> int:
    """Compare run folders, write the comparison, say what differs, and return the exit code."""
    try:
        found = compare(runs, out, RunConsole())
    except ComparisonError as wrong:
        return _refuse(wrong.troubles, as_json)
    compared, place = found.compared, found.place
    if as_json:
        click.echo(json.dumps(_as_object(compared, place), ensure_ascii=False))
    else:
        _show(compared, place)
    return DONE


def _refuse(troubles: Sequence[str], as_json: bool) -> int:
    for trouble in troubles:
        click.echo(f"error   {trouble}", err=True)
    if as_json:
        click.echo(json.dumps({"errors": list(troubles)}, ensure_ascii=False))
    return BAD_INPUT


# ---- what is printed ----------------------------------------------------------------------------


def _show(compared: Compared, place: Path) -> None:
    comparison = compared.comparison
    for given in comparison.runs:
        first, last = given.front.iloc[0], given.front.iloc[-1]
        plans = counted(len(given.front), "plan")
        low, high = (amount(row["cost_musd"]) for row in (first, last))
        between = f"{served(first['resilience'])} to {served(last['resilience'])} served"
        say(f"{given.heading}: {plans}, {low} to {high} MUSD, {between}", whole=True)
    for sentence in warnings(comparison):
        say(f"warning {sentence}", err=True, rest="        ", whole=True)
    _show_inputs(compared)
    if comparison.same_money and comparison.same_measure:
        click.echo()
        say("Cheapest plan found that serves at least as much, MUSD")
        print_grid(at_equal_resilience(comparison, compared.results))
        click.echo()
        for sentence in answer(comparison, compared.inputs)[1:]:
            say(sentence, whole=True)
    different = builds(comparison, compared.builds, only_different=True)
    if different.rows:
        plans = ", ".join(f"{comparison.chosen[given.letter]} of {given.letter}" for given in comparison.runs)
        click.echo()
        say(f"Built differently (plans {plans}; beside it, in how many plans of the front)", whole=True)
        more = len(different.rows) - SHOWN
        different.rows = different.rows[:SHOWN]
        print_grid(different)
        if more > 0:
            click.echo(f"and {more} more in builds.csv.")
    else:
        click.echo("\nNothing is built differently.")
    files = {
        "compare.html": "open this first",
        "fronts.png": "the fronts in one figure",
        "inputs_differences.csv": "every cell that differs",
        "results.csv, fronts.csv, builds.csv": "the numbers",
    }
    click.echo("\n".join([f"\n{place}", *explained(files)]))


def _show_inputs(compared: Compared) -> None:
    found = [one for one in compared.inputs if one.kind in (CELL, ROW, SEARCH)]
    click.echo()
    say(inputs_in_words(compared.inputs), whole=True)
    for one in found[:SHOWN]:
        values = " | ".join(f"{given.letter} {value or '(empty)'}"
                            for given, value in zip(compared.comparison.runs, one.values, strict=True))  # fmt: skip
        column = f", {one.column}" if one.column and one.table != "settings" else ""
        say(f"  {one.table}.csv, {one.key}{column}: {values}", rest="    ", whole=True)
    if len(found) > SHOWN:
        click.echo(f"  and {len(found) - SHOWN} more in inputs_differences.csv.")


# ---- one object ---------------------------------------------------------------------------------


def _as_object(compared: Compared, place: Path) -> dict[str, Any]:
    comparison = compared.comparison
    names = {given.heading: given.run.folder.as_posix() for given in comparison.runs}
    served = compared.results[compared.results["what"] == SERVED]
    return {
        "folder": place.as_posix(),
        "runs": [
            {"name": given.heading, "run": names[given.heading], "plan": comparison.chosen[given.letter],
             "plans": len(given.front)}
            for given in comparison.runs
        ],
        "warnings": warnings(comparison),
        "inputs": [
            {"file": f"{one.table}.csv", "row": one.key, "column": one.column, "what": one.kind,
             "values": dict(zip(names, one.values, strict=True))}
            for one in compared.inputs
        ],
        "cost_at_equal_resilience": [
            {
                "resilience": level,
                "cost_musd": {row["run"]: _or_none(row["value"]) for row in rows.to_dict("records")},
            }
            for level, rows in served.groupby("level")
        ],
    }  # fmt: skip


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
