"""How sure it is: what near-optimal plans share, what it is worth to know, regret, and what uncertain inputs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.present.report import robustness_tables as tables
from reeplan.present.report import robustness_words as words
from reeplan.present.report.cooperation import Part

if TYPE_CHECKING:
    from reeplan.present.report.content import Report
    from reeplan.present.report.pictures import Figure

SHOWN_HERE = (
    "near-optimal", "alternatives", "value-of-knowing", "regret-of-plans", "risk-front", "tornado", "screening",
    "indices", "built-in-futures",
)  # fmt: skip
"""Figures of the run that this section shows, and no other."""


def parts(report: Report) -> list[Part]:
    """The parts that the run has tables for."""
    run = report.run

    def drawn(*names: str) -> list[Figure]:
        return [figure for figure in report.figures.get("", []) if figure.name in names]

    made = [
        Part(
            "near-optimal",
            "What stays right if a plan may cost a little more",
            words.of_near_optimal(run),
            drawn("near-optimal", "alternatives"),
            folded=tables.with_rows(tables.ranges(run), tables.alternatives(run), tables.checks(run)),
        ),
        Part(
            "knowing",
            "What it is worth to know what comes",
            words.of_knowing(run),
            drawn("value-of-knowing"),
            folded=tables.with_rows(tables.knowing(run), tables.by_scenario(run)),
        ),
        Part(
            "regret",
            "Which plan has the least regret",
            words.of_regret(run),
            drawn("regret-of-plans"),
            folded=tables.with_rows(tables.least_regret(run), tables.regret(run)),
        ),
        Part(
            "risk",
            "What less risk costs",
            [],
            drawn("risk-front"),
            folded=tables.with_rows(tables.risk(run)),
        ),
        Part(
            "inputs",
            "What uncertain inputs do",
            words.of_inputs(run),
            drawn("tornado", "screening", "indices"),
            folded=tables.with_rows(
                tables.varied(run), tables.tornado(run), tables.screening(run), tables.indices(run)
            ),
        ),
        Part(
            "futures",
            "What is built in many futures",
            words.of_built(run),
            drawn("built-in-futures"),
            folded=tables.with_rows(tables.built(run), tables.spread(run)),
        ),
    ]
    return [part for part in made if not part.empty]
