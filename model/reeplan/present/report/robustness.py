"""How sure it is: what near-optimal plans share, what it is worth to know, regret, and what uncertain inputs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.present.report import robustness_tables as tables
from reeplan.present.report import robustness_words as words
from reeplan.present.report.cooperation import Part
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.present.report.content import Report
    from reeplan.present.report.pictures import Figure


def parts(report: Report) -> list[Part]:
    """The parts that the run has tables for."""
    made = [part for study in STUDIES.values() if study.name in OF_STUDIES for part in OF_STUDIES[study.name](report)]
    return [part for part in made if not part.empty]


def _drawn(report: Report, *names: str) -> list[Figure]:
    return [figure for figure in report.figures.get("", []) if figure.name in names]


def _of_alternatives(report: Report) -> list[Part]:
    run = report.run
    return [
        Part(
            "near-optimal",
            "What stays right if a plan may cost a little more",
            words.of_near_optimal(run),
            _drawn(report, "near-optimal", "alternatives"),
            folded=tables.with_rows(tables.ranges(run), tables.alternatives(run), tables.checks(run)),
        )
    ]


def _of_uncertainty(report: Report) -> list[Part]:
    run = report.run
    return [
        Part(
            "knowing",
            "What it is worth to know what comes",
            words.of_knowing(run),
            _drawn(report, "value-of-knowing"),
            folded=tables.with_rows(tables.knowing(run), tables.by_scenario(run)),
        ),
        Part(
            "regret",
            "Which plan has the least regret",
            words.of_regret(run),
            _drawn(report, "regret-of-plans"),
            folded=tables.with_rows(tables.least_regret(run), tables.regret(run)),
        ),
        Part(
            "risk",
            "What less risk costs",
            [],
            _drawn(report, "risk-front"),
            folded=tables.with_rows(tables.risk(run)),
        ),
    ]


def _of_sensitivity(report: Report) -> list[Part]:
    run = report.run
    return [
        Part(
            "inputs",
            "What uncertain inputs do",
            words.of_inputs(run),
            _drawn(report, "tornado", "screening", "indices"),
            folded=tables.with_rows(
                tables.varied(run), tables.tornado(run), tables.screening(run), tables.indices(run)
            ),
        ),
        Part(
            "futures",
            "What is built in many futures",
            words.of_built(run),
            _drawn(report, "built-in-futures"),
            folded=tables.with_rows(tables.built(run), tables.spread(run)),
        ),
    ]


OF_STUDIES: dict[str, Callable[[Report], list[Part]]] = {
    "alternatives": _of_alternatives,
    "uncertainty": _of_uncertainty,
    "sensitivity": _of_sensitivity,
}
"""The parts of a study by its name; cooperation has a section of its own."""
