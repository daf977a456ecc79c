"""``compare.html``: the comparison on one self-contained page, in the style of the report and with its templates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from reeplan.present.charts.page import versions
from reeplan.present.compare import figure, tables, words
from reeplan.present.compare.comparable import warnings
from reeplan.present.compare.inputs import CELL, ROW, SEARCH, SOURCE
from reeplan.present.report.page import TEMPLATES as REPORT
from reeplan.present.report.pictures import PLAIN_IN_ADDRESS

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.compare.inputs import Difference
    from reeplan.present.compare.runs import Comparison

TEMPLATES = Path(__file__).with_name("templates")

MOST_ROWS = 500
"""Differences of inputs that the page shows; the CSV has all."""


def page(comparison: Comparison, found: list[Difference], results: pd.DataFrame, builds: pd.DataFrame, svg: str) -> str:
    """The page as text; every word from a run is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES, REPORT]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = (round(float(side)) for side in size.groups()) if size else (634, 400)
    asked = [one for one in found if one.kind in (CELL, ROW)]
    # A curve read off levels that do not mean the same in all runs would mislead.
    comparable = comparison.same_measure and comparison.same_money
    levels = [tables.at_equal_resilience(comparison, results), tables.at_equal_cost(comparison, results)]
    return environment.get_template("compare.html.j2").render(
        heading=words.heading(comparison),
        style=Markup((REPORT / "report.css").read_text(encoding="utf-8")),
        answer=words.answer(comparison, found),
        warnings=warnings(comparison),
        runs=tables.runs(comparison),
        picture=f"data:image/svg+xml,{quote(svg, safe=PLAIN_IN_ADDRESS)}",
        title=figure.title(comparison),
        alt=figure.alt(comparison),
        width=width,
        height=height,
        cells=tables.inputs(comparison, asked[:MOST_ROWS], (CELL, ROW), "Values and rows"),
        cells_left=max(0, len(asked) - MOST_ROWS),
        search=tables.inputs(comparison, found, (SEARCH,), "How the plans were searched for"),
        origins=tables.inputs(comparison, found[: MOST_ROWS + len(asked)], (SOURCE,), "Sources and notes"),
        levels=levels if comparable else [],
        figures=tables.chosen_plans(comparison, results),
        matched=words.matched(comparison),
        different=tables.builds(comparison, builds, only_different=True),
        alike=tables.builds(comparison, builds, only_different=False),
        origin=[
            f"{given.heading}: {versions(given.run)}, solved {given.run.manifest.get('written', 'at an unknown time')}."
            for given in comparison.runs
        ],
    )
