"""What a finished search says on standard output."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

from reeplan.results.summary import front_table, sentence
from reeplan.solver import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.cli.session import Session
    from reeplan.front import Front


def status_of(front: Front) -> str:
    """Done, interrupted, or stopped at a limit."""
    if front.outcome is Outcome.INTERRUPTED:
        return "interrupted"
    return "done" if front.complete and all(point.solved for point in front.points) else "stopped at a limit"


def print_results(session: Session, front: Front, rows: list[dict[str, Any]], seconds: float, *, as_json: bool) -> None:
    """The front as a table and a sentence, or as one JSON object."""
    place = session.place
    if as_json:
        names = ("point", "cost_musd", "resilience", "bound_musd", "gap", "status")
        points = [{name: row[name] for name in names} for row in rows]
        click.echo(json.dumps({"run": place.as_posix(), "status": status_of(front), "points": points}))
        return
    _print_table(front_table(rows))
    click.echo(f"\n{textwrap.fill(sentence(front, session.case), 100)}")
    for target in front.unreached:
        click.echo(
            f"The resilience_target {target:g} of the settings is out of reach: no plan serves more than "
            f"{front.highest_resilience_bound:.4f}."
        )
    files = {
        "report.html": "open this first",
        "figures/front.png": "the front over what each plan builds",
        "front.csv": "one row a plan",
        "plans/": "what each plan builds, runs, buys, stores and costs",
    }
    click.echo("\n".join([f"\n{place}", *(f"  {name:<19} {what}" for name, what in files.items())]))
    if status_of(front) != "done":
        click.echo(
            "\nNot every point reached its gap; 'proven within' says how far each may be from the best.\n"
            f"To go on: reeplan solve --resume {place} --time-limit SECONDS"
        )
    click.echo(f"\n{status_of(front)} · {seconds // 60:.0f} min {seconds % 60:.0f} s")


def _print_table(table: pd.DataFrame) -> None:
    """The front as a short table; '=' marks what the gaps cannot tell from the line above."""
    click.echo(
        f"\n{'plan':<6}{'cost, MUSD':>13}{'over cheapest':>15}{'served in disruption':>22}{'proven within':>15}"
        f"{'time':>8}"
    )
    cheapest = table["cost_musd"].iloc[0]
    for row in table.to_dict("records"):
        marks = {
            "knee": row["knee"] == "yes",
            "gap not reached": row["status"] != "optimal",
            "=": row["not_distinguished_from_previous"] == "yes",
        }
        figures = (
            f"{row['point']:<6}{row['cost_musd']:>13,.1f}{row['cost_musd'] - cheapest:>15,.1f}"
            f"{row['resilience']:>21.1%} {row['gap']:>14.3%} {row['seconds']:>6.0f}s"
        ).replace(",", " ")
        click.echo(f"{figures}  {', '.join(mark for mark, holds in marks.items() if holds)}".rstrip())
    if "yes" in set(table["not_distinguished_from_previous"]):
        click.echo("=: not distinguished from the plan above; the difference in cost is within the gap.")
