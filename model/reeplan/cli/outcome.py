"""What a finished search says on standard output."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reeplan import endings
from reeplan.api.solved_run import PAGE
from reeplan.cli.screen import PrintedColumn, lines, say, table, width
from reeplan.cli.summary import files_there, print_study
from reeplan.endings import Status
from reeplan.outputs.spec.plans import FRONT
from reeplan.studies.registry import STUDIES
from reeplan.tolerances import MISSED
from reeplan.words import amount, beside, display_name, exact, served

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

    import pandas as pd

    from reeplan.api.session import Session
    from reeplan.api.solved_run import SolvedRun
    from reeplan.outputs.fingerprints import Digests


def print_results(run: SolvedRun, began: float, *, as_json: bool) -> None:
    """What came out as text, or as one JSON object."""
    if as_json:
        digests = {"sha256": asdict(run.digests)}
        said = {"run": run.place.as_posix(), "status": run.status}
        if run.study is None:
            click.echo(json.dumps({**said, "points": _points(run), **digests}))
        else:
            found = {**run.study.found.as_object(), "sentences": run.sentences}
            click.echo(json.dumps({**said, **found, **digests}, ensure_ascii=False))
        return
    if run.study is None:
        _print_front(run)
    else:
        print_study(run.study, STUDIES[run.session.command], run.place)
    say_digests(run.digests)
    if run.status != Status.DONE:
        statuses = {row["status"] for row in run.rows}
        click.echo("\n".join(["", *how_to_go_on(run.session, run.status, statuses)]))
    seconds = time.perf_counter() - began
    click.echo(f"\n{run.status} · {seconds // 60:.0f} min {seconds % 60:.0f} s")


def _points(run: SolvedRun) -> list[dict[str, Any]]:
    names = ("point", "cost_musd", "resilience", "bound_musd", "gap", "status")
    return [{name: row[name] for name in names} for row in run.rows]


def _print_front(run: SolvedRun) -> None:
    """The front as a table and a sentence, and where everything is."""
    case, front = run.session.case, run.front
    click.echo("\n".join(["", *_table_lines(FRONT.frame(run.rows), disrupted=bool(case.windows))]))
    click.echo()
    for sentence in run.sentences:
        say(sentence)
    for target in front.unreached:
        say(_unreached(target, front.highest_resilience_bound))
    files = {
        PAGE: "open this first",
        "figures/front.png": "the front over what each plan builds",
        "front.csv": "one row a plan",
        "plans/": "what each plan builds, runs, buys, stores and costs",
    }
    click.echo("\n".join(["", *files_there(run.place, files)]))
    for row, point in zip(run.rows, front.points, strict=True):
        if point.plan.not_rerun:
            click.echo()
            say(f"{row['point']}, {', '.join(point.plan.not_rerun)}: {endings.PRICES_NOT_KNOWN}.")


def how_to_go_on(session: Session, status: str, points: Collection[str]) -> list[str]:
    """What a run that is not done lacks, and the commands that bring it; ``points`` are the statuses of its points."""
    place = session.place
    not_proven = endings.NOT_PROVEN_BECAUSE if Status.UNPROVEN in points else endings.NOT_ALL_PROVEN
    if status == Status.NOT_PROVEN:
        return lines(not_proven, width())
    more_time = " --time-limit SECONDS" if status != Status.INTERRUPTED or Status.GAP in points else ""
    said = lines(not_proven, width()) if Status.UNPROVEN in points else []
    if status != Status.INTERRUPTED:
        text = "Not every point reached its gap; 'proven within' says how far each may be from the best."
        said += lines(text, width())
    elif not (place / PAGE).exists():
        said += lines(
            "Stopped: the tables are whole; figures, the check of what was written and the report are not.", width()
        )
    said.append(f"To go on: reeplan {session.command} --resume {place}{more_time}")
    if not (place / PAGE).exists():
        said.append(f"To draw what there is: reeplan report {place}")
    return said


def say_digests(digests: Digests, *, err: bool = False) -> None:
    """What the run can be quoted by: its digests, with the files whose SHA-256 they are."""
    click.echo(f"\nsha256 of the results (manifest.json):\n  {digests.results}", err=err)
    click.echo(f"sha256 of the whole folder (SHA256SUMS):\n  {digests.folder}", err=err)


def _unreached(target: float, bound: float) -> str:
    """What is said of a target that no plan found reaches: out of reach only if that is proven.

    >>> _unreached(0.99995, 0.99994)
    'The resilience_target 0.99995 of the settings is out of reach: no plan serves more than 0.99994.'
    """
    if bound < target:
        verdict = f"is out of reach: no plan serves more than {beside(bound, target, up=True)}"
    else:
        verdict = f"was not reached; it is proven only that no plan serves more than {beside(bound, target, up=True)}"
    return f"The resilience_target {exact(target)} of the settings {verdict}."


def _table_lines(rows: pd.DataFrame, *, disrupted: bool = True) -> list[str]:
    """The front as a short table; '=' marks what the gaps cannot tell from the line above."""
    cheapest = rows["cost_musd"].iloc[0]
    shares = [served(share) if disrupted else "no disruption" for share in rows["resilience"]]
    said = table(
        [
            PrintedColumn("plan", list(rows["point"]), 6, left=True),
            PrintedColumn("cost, MUSD", [amount(cost) for cost in rows["cost_musd"]], 13),
            PrintedColumn("over cheapest", [amount(cost - cheapest) for cost in rows["cost_musd"]], 15),
            PrintedColumn("served in disruption", shares, 22),
            PrintedColumn("to all", [f"{share:.0%}" for share in rows["total_served"]], 8),
            PrintedColumn("weakest", [_weakest(row) for row in rows.to_dict("records")], 14),
            PrintedColumn("proven within", [f"{gap:.3%}" for gap in rows["gap"]], 15),
        ],
        [_marks(row) for row in rows.to_dict("records")],
    )
    if "yes" in set(rows["not_distinguished_from_previous"]):
        said += lines("=: not distinguished from the plan above: the search ended before the gap was reached.", width())
    return said


def _weakest(row: dict[Hashable, Any]) -> str:
    """The weakest material and its share, where anything lacks."""
    if row["weakest_material"] == "" or row["weakest_material_served"] >= 1 - MISSED:
        return ""
    return f"{display_name(str(row['weakest_material']))} {row['weakest_material_served']:.0%}"


def _marks(row: dict[Hashable, Any]) -> str:
    marks = {
        "knee": row["knee"] == "yes",
        row["status"]: row["status"] != Status.OPTIMAL,
        "=": row["not_distinguished_from_previous"] == "yes",
    }
    return ", ".join(str(mark) for mark, holds in marks.items() if holds)
