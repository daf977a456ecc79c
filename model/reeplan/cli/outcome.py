"""What a finished search says on standard output."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reeplan import endings
from reeplan.cli.screen import Column, lines, say, table, width
from reeplan.cli.summary import files_there
from reeplan.endings import Outcome
from reeplan.explain.numbers import beside, number
from reeplan.outputs.spec.plans import FRONT
from reeplan.outputs.summary import musd, sentence, served

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable

    import pandas as pd

    from reeplan.cli.options import Session
    from reeplan.outputs.fingerprints import Digests
    from reeplan.solve.front import Front

PAGE = "report.html"


def status_of(front: Front) -> str:
    """Done, interrupted, stopped at a limit, or not proven (``endings.status_of_run``)."""
    if front.outcome is Outcome.INTERRUPTED:
        return endings.INTERRUPTED
    if front.complete and all(point.solved for point in front.points):
        return endings.DONE
    left = {point.status for point in front.points if not point.solved}
    left |= set() if front.outcome is Outcome.OPTIMAL else {endings.status_of(front.outcome, found=False)}
    return endings.status_of_run(left) if left & {endings.UNPROVEN, endings.FAILED} else endings.AT_LIMIT


def print_results(
    session: Session,
    front: Front,
    rows: list[dict[str, Any]],
    status: str,
    digests: Digests,
    seconds: float,
    *,
    as_json: bool,
) -> None:
    """The front as a table and a sentence, or as one JSON object; ``status`` is how the run ended."""
    place = session.place
    if as_json:
        names = ("point", "cost_musd", "resilience", "bound_musd", "gap", "status")
        points = [{name: row[name] for name in names} for row in rows]
        said = {"run": place.as_posix(), "status": status, "points": points, "sha256": asdict(digests)}
        click.echo(json.dumps(said))
        return
    click.echo("\n".join(["", *_table_lines(FRONT.frame(rows), disrupted=bool(session.case.windows))]))
    click.echo()
    say(sentence(front, session.case))
    for target in front.unreached:
        say(_unreached(target, front.highest_resilience_bound))
    files = {
        "report.html": "open this first",
        "figures/front.png": "the front over what each plan builds",
        "front.csv": "one row a plan",
        "plans/": "what each plan builds, runs, buys, stores and costs",
    }
    click.echo("\n".join(["", *files_there(place, files)]))
    for row, point in zip(rows, front.points, strict=True):
        if point.plan.not_rerun:
            click.echo()
            say(f"{row['point']}, {', '.join(point.plan.not_rerun)}: {endings.PRICES_NOT_KNOWN}.")
    say_digests(digests)
    if status != endings.DONE:
        click.echo("\n".join(["", *how_to_go_on(session, status, {row["status"] for row in rows})]))
    click.echo(f"\n{status} · {seconds // 60:.0f} min {seconds % 60:.0f} s")


def how_to_go_on(session: Session, status: str, points: Collection[str]) -> list[str]:
    """What a run that is not done lacks, and the commands that bring it; ``points`` are the statuses of its points."""
    place = session.place
    not_proven = endings.NOT_PROVEN_BECAUSE if endings.UNPROVEN in points else endings.NOT_ALL_PROVEN
    if status == endings.NOT_PROVEN:
        return lines(not_proven, width())
    more_time = " --time-limit SECONDS" if status != endings.INTERRUPTED or endings.GAP in points else ""
    said = lines(not_proven, width()) if endings.UNPROVEN in points else []
    if status != endings.INTERRUPTED:
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
    return f"The resilience_target {number(target)} of the settings {verdict}."


def _table_lines(rows: pd.DataFrame, *, disrupted: bool = True) -> list[str]:
    """The front as a short table; '=' marks what the gaps cannot tell from the line above."""
    cheapest = rows["cost_musd"].iloc[0]
    shares = [served(share) if disrupted else "no disruption" for share in rows["resilience"]]
    said = table(
        [
            Column("plan", list(rows["point"]), 6, left=True),
            Column("cost, MUSD", [_number(cost) for cost in rows["cost_musd"]], 13),
            Column("over cheapest", [_number(cost - cheapest) for cost in rows["cost_musd"]], 15),
            Column("served in disruption", shares, 22),
            Column("proven within", [f"{gap:.3%}" for gap in rows["gap"]], 15),
            Column("time", [f"{seconds:.0f}s" for seconds in rows["seconds"]], 8),
        ],
        [_marks(row) for row in rows.to_dict("records")],
    )
    if "yes" in set(rows["not_distinguished_from_previous"]):
        said += lines("=: not distinguished from the plan above; the difference in cost is within the gap.", width())
    return said


def _marks(row: dict[Hashable, Any]) -> str:
    marks = {
        "knee": row["knee"] == "yes",
        row["status"]: row["status"] != endings.OPTIMAL,
        "=": row["not_distinguished_from_previous"] == "yes",
    }
    return ", ".join(str(mark) for mark, holds in marks.items() if holds)


def _number(value: float) -> str:
    return musd(value).replace(",", " ")
