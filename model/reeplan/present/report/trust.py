"""What was checked and how sure it is: the verdict, gaps, warnings, and what the inputs rest on."""

from __future__ import annotations

import importlib
import pkgutil
from itertools import pairwise
from typing import TYPE_CHECKING

import reeplan.verify
from reeplan.endings import PRICES_NOT_KNOWN, TOO_FAR_APART, Status
from reeplan.outputs.spec.plans import FRONT
from reeplan.present.report.from_spec import from_rows
from reeplan.present.report.grid import Cell, Grid, amount, number, share, text
from reeplan.present.report.sources import tally
from reeplan.verify.core.verdict import Rule
from reeplan.words import capitalised, display_name, musd

if TYPE_CHECKING:
    from reeplan.present.report.content import Report

_SHORT = {
    Status.GAP: "did not reach the gap asked for in the time given",
    Status.INTERRUPTED: "had not reached the gap asked for when the run was stopped",
    Status.UNPROVEN: f"have no bound that proves the gap asked for ({TOO_FAR_APART})",
}
"""Why a plan is not proven within its gap, by its status."""


def rules_in_words() -> dict[str, str]:
    """Every rule of the independent check as a clause, by its name."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(reeplan.verify.__path__, "reeplan.verify."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Rule):
                found[value.name] = value.says
    return found


def checked_rules(report: Report) -> Grid:
    """Each rule with the number of statements that were recomputed for it."""
    says = rules_in_words()
    grid = Grid("rules", "Rule by rule", [text("What must hold"), number("Statements checked")])
    checked: dict[str, int] = report.verdict["checked"] if report.verdict else {}
    for name, statements in sorted(checked.items(), key=lambda item: -item[1]):
        if statements:
            clause = says.get(name, display_name(name))
            grid.add(Cell(capitalised(clause)), amount(statements))
    return grid


def proofs(report: Report) -> Grid:
    """Each plan's cost with what is proven of it."""
    columns = FRONT.pick("point cost_musd bound_musd gap_musd gap_target_musd status")
    return from_rows(report.run, "proofs", "What is proven of each plan's cost", columns, report.run.front)


def rests_on(report: Report) -> Grid:
    """What the rows of every input table rest on."""
    grid = Grid(
        "rests-on",
        "What the inputs rest on",
        [text("Table"), number("Rows"), number("With a source"), number("Assumption or estimate"),
         number("Without a source"), number("Share of assumptions and estimates")],
        note="A row counts as an assumption or estimate if its source says so, be it for one number of the row alone.",
    )  # fmt: skip
    for row in tally(report.run):
        grid.add(display_name(row.table), amount(row.rows), amount(row.sourced), amount(row.judged),
                 amount(row.unsourced),
                 share(row.judged / row.rows, 0))  # fmt: skip
    return grid


def steps_not_told_apart(report: Report) -> list[str]:
    """The steps of the front whose price is not proven to be more than nothing, in a sentence each."""
    sentences = []
    for before, here in pairwise(report.points.to_dict("records")):
        if here["not_distinguished"]:
            step = musd(here["cost_musd"] - before["cost_musd"])
            sentences.append(
                f"Plan {here['point']} costs {step} MUSD more than plan {before['point']} as found, and the search "
                "ended before that was proven: it may cost no more."
            )
    return sentences


def search_in_words(report: Report) -> str:
    """How the search ended."""
    found = report.run.front["status"].value_counts().to_dict()
    every = sum(found.values())
    short = [f"{found[status]} of {every} plans {why}" for status, why in _SHORT.items() if status in found]
    said = []
    if set(found) == {Status.OPTIMAL}:
        said.append("Every plan is proven within the gap asked for.")
    if short:
        said.append(
            f"{'; '.join(short)}: each is a valid plan, and the table says by how much a cheaper one of the same "
            "resilience could still exist."
        )
    if inexact := found.get(Status.INEXACT):
        said.append(f"{inexact} of {every} plans are inexact: they break a rule by more than a millionth.")
    said += [
        f"{point['point']}, {', '.join(point['prices_not_known'])}: {PRICES_NOT_KNOWN}."
        for point in report.manifest.get("points", [])
        if point.get("prices_not_known")
    ]
    return " ".join(said)
