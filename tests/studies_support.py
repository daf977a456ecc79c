"""Runs of the studies of a small case, for the tests that look at what a study writes and says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.csv_files import write_table
from reeplan.present.report.study_parts import of_run
from reeplan.present.run import Run
from solved import NO_FIGURES, run_command
from support import write_overlay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click.testing import Result

    from reeplan.api import Extras
    from reeplan.studies.base import Found, StudyResult

RANGES = """
ranges
input  table      key          column           low  high  change
price  suppliers  trader / Nd  price_usd_per_t  0.8  1.5   times
need   demand     * / Nd       t_per_year       0.9  1.2   times
"""

PATIENT = """
settings
name           value
discount_rate  0.01
"""


class Overlay(NamedTuple):
    """An option's value that is a folder: tables that are written beside the run."""

    name: str
    text: str


Given = list[Any]
"""Options of a command."""


class Tried(NamedTuple):
    """Options under which a study takes seconds.

    ``small``: of the small case. ``tutorial``: of the tutorial, where others than those. ``verified``: of the small
    case, where it takes others to have each kind of row. ``bare``: of cases that are all but empty and have no ranges;
    None where it needs ranges.
    """

    small: Given
    tutorial: Given | None = None
    verified: Given | None = None
    bare: Sequence[Any] | None = ()


_VARIED = ["--with", Overlay("uncertain", RANGES), "--target", 0.6, "--trajectories", 2, "--relaxed"]

TRIED = {
    "cooperate": Tried(
        ["--points", 3, "--levers", "--regret"],
        tutorial=["--points", 2, "--levers", "--regret", "--leaves", 2027],
        bare=["--levers", "--regret"],
    ),
    "alternatives": Tried(
        ["--target", 0.6, "--plans", 2, "--slack", 0.02, "--slack", 0.1],
        tutorial=["--target", 0.7, "--plans", 2, "--slack", 0.02],
    ),
    "sensitivity": Tried(
        [*_VARIED, "--samples", 2, "--futures", 2],
        tutorial=["--target", 0.4, "--trajectories", 2, "--samples", 2, "--futures", 2, "--relaxed"],
        verified=[*_VARIED, "--samples", 4, "--futures", 3],
        bare=None,
    ),
    "futures": Tried(
        ["--points", 3, "--risk-points", 3],
        verified=["--points", 3, "--risk-points", 3, "--future", Overlay("patient", PATIENT)],
    ),
}
"""How tests run each study, by its command."""

STUDIES = {command: tried.small for command, tried in TRIED.items()}
"""The studies of the small case."""

TO_VERIFY = {
    **{command: (command, tried.verified or tried.small) for command, tried in TRIED.items() if command != "cooperate"},
    "insured": ("futures", ["--target", 0.6, "--risk-points", 2]),
}
"""By name a command and its options: runs of which every number is checked. Cooperation has cases of its own for it."""


class StudyRun(NamedTuple):
    """A run folder, and the JSON object that the command printed."""

    run: Path
    said: dict[str, Any]


StudyRuns = dict[str, StudyRun]


def run_study(
    case: Path,
    command: str,
    place: Path,
    *more: Any,
    options: Given | None = None,
    extras: Extras = NO_FIGURES,
) -> Result:
    """Run a study without its figures, with its options in ``STUDIES`` or others."""
    given = [
        write_overlay(place.parent / one.name, one.text) if isinstance(one, Overlay) else one
        for one in (*(options or STUDIES[command]), *more)
    ]
    return run_command(command, case, "--out", place, "--workers", 1, *given, extras=extras)


def all_said(result: StudyResult, folder: Path) -> str:
    """All that is said of what a study found, from its tables alone."""
    run = written_in(result, folder)
    return "\n".join([*(sentence for part in of_run(run) for sentence in part.says), *result.remarks])


def written_in(found: StudyResult | Found, folder: Path) -> Run:
    """A folder with the tables of a study alone."""
    for name, table in found.tables().items():
        write_table(table, folder / f"{name}.csv")
    return Run(folder)
