"""``report.html``: the answer, the front, and what was checked, on one self-contained page.

Everything shown comes from the run folder; every text is escaped by the template engine, so that a
name in a table stays text.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import pandas as pd

from reeplan.results.summary import MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATE = Path(__file__).with_name("report.html.j2")

COLUMNS = (
    ("point", "plan", "{}"),
    ("cost_musd", "cost, MUSD", "{:,.1f}"),
    ("over_musd", "over the cheapest, MUSD", "{:,.1f}"),
    ("resilience", "served in disruption", "{:.1%}"),
    ("gap_musd", "may be cheaper by up to, MUSD", "{:,.1f}"),
    ("capital_musd", "capital, MUSD", "{:,.0f}"),
    ("status", "status", "{}"),
)
"""Columns of the front's table: name in ``front.csv``, heading, form."""


def write_report(run: Path) -> None:
    """Write the report of a run into its folder."""
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    verdict = json.loads((run / "verify.json").read_text(encoding="utf-8"))
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig", keep_default_na=False)
    front["over_musd"] = front["cost_musd"] - front["cost_musd"].min()
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        run=manifest,
        settings=manifest["settings"],
        measure=MEASURES[manifest["settings"]["resilience_measure"]],
        answer=_answer(front),
        headings=[heading for _, heading, _ in COLUMNS],
        rows=[_cells(row) for row in front.to_dict("records")],
        hidden=int((front["not_distinguished_from_previous"] == "yes").sum()),
        open_points=int((front["status"] != "optimal").sum()),
        figure=_as_data(run / "figures" / "front.svg"),
        verdict=verdict,
        statements=sum(verdict["checked"].values()),
    )
    (run / "report.html").write_text(page, encoding="utf-8")


def _answer(front: pd.DataFrame) -> list[str]:
    """The answer in up to three sentences."""
    rows = front.to_dict("records")
    first, last = rows[0], rows[-1]
    sentences = [
        f"The cheapest plan found costs {first['cost_musd']:,.0f} MUSD "
        f"and serves {first['resilience']:.1%} in disruption."
    ]
    knees = [row for row in rows if row["knee"] == "yes"]
    if knees:
        chosen = knees[-1]
        sentences.append(
            f"{chosen['over_musd']:,.0f} MUSD more raise that to {chosen['resilience']:.1%} (plan {chosen['point']}); "
            "beyond, each further percent is markedly dearer."
        )
    if last is not first:
        sentences.append(
            f"The most resilient plan found serves {last['resilience']:.1%} for {last['over_musd']:,.0f} MUSD more "
            "than the cheapest."
        )
    return sentences


def _cells(row: Mapping[Any, Any]) -> list[str]:
    return [form.format(row[name]) for name, _, form in COLUMNS]


def _as_data(figure: Path) -> str:
    """A figure as an address that holds the figure itself; empty if it was not drawn."""
    if not figure.exists():
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(figure.read_bytes()).decode("ascii")
