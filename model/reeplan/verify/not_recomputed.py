"""What the check does not recompute: numbers that no other number of the run implies.

What it is of a study stands beside the study's tables in ``outputs/spec/``. ``reeplan verify`` lists the kinds that a
run has, ``docs/TRUST.md`` lists all, and a test falsifies every numeric cell of runs of every command to see that
nothing else passes. Only fingerprints hold these numbers, which show an accident or a careless edit; whoever wants to
deceive can compute fingerprints again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec import PAGES
from reeplan.outputs.spec.output import ELSEWHERE, MADE, PRICES, PROVEN, RESAMPLED, Cells
from reeplan.outputs.spec.plans import EXCHANGEABLE, FRONT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

METRICS = "plans/*/metrics.csv"


@dataclass(frozen=True)
class Kind:
    """A kind of numbers in plain words, why it cannot be recomputed, and where such numbers stand."""

    what: str
    why: str
    cells: tuple[Cells, ...]

    def there(self, files: Iterable[str]) -> list[Cells]:
        """Those of its columns that a run with these files has."""
        return [cells for cells in self.cells if any(PurePosixPath(file).match(cells.file) for file in files)]

    def where(self, files: Iterable[str]) -> str:
        """Files and columns in a line."""
        return "; ".join(map(str, self.there(files)))

    def row(self) -> str:
        """Its row in ``docs/TRUST.md``."""
        return f"| {self.what} | {'; '.join(one.in_markdown() for one in self.cells)} | {self.why} |"

    def as_object(self, files: Iterable[str]) -> dict[str, Any]:
        """The same for ``--json``."""
        cells = [
            {"file": one.file, "columns": list(one.columns), "rows": dict([one.only]) if one.only else {}}
            for one in self.there(files)
        ]
        return {"what": self.what, "why": self.why, "cells": cells}


def _cells(file: str, columns: str, only: tuple[str, str] | None = None) -> Cells:
    return Cells(file, tuple(columns.split()), only)


def _of_studies(kind: str) -> tuple[Cells, ...]:
    """What the pages of studies declare to be of this kind."""
    return tuple(cells for page in PAGES for cells in getattr(page, "NOT_RECOMPUTED", {}).get(kind, ()))


KINDS: tuple[Kind, ...] = (
    Kind(
        PROVEN,
        "only solving again would show it; that it contradicts no plan, gap, level or status is checked",
        (
            FRONT.cells("bound_musd gap gap_musd gap_target_musd target"),
            _cells("manifest.json", "levels highest_resilience_bound"),
            *_of_studies(PROVEN),
        ),
    ),
    Kind(
        ELSEWHERE,
        "only their numbers are written; how these hang together is checked",
        (EXCHANGEABLE.cells("fewest most"), *_of_studies(ELSEWHERE)),
    ),
    Kind(
        "what is lost when a country or a plant falls away",
        "it is the optimum of another small program; that it is there and between 0 and 1 is checked",
        (_cells(METRICS, "value", ("metric", "loss without")),),
    ),
    Kind(
        "what is served if nothing is shared in a crisis",
        "it is the optimum of another linear program; that it is no more than what is served is checked",
        (FRONT.cells("resilience_without_sharing"),),
    ),
    Kind(
        PRICES,
        "a price is the solver's; it is checked where something done freely ties it to a cost",
        (_cells("plans/*/prices.csv", "usd_per_t"), *_of_studies(PRICES)),
    ),
    Kind(RESAMPLED, "its interval comes from random resamples; that it has a width is checked", _of_studies(RESAMPLED)),
    Kind(
        MADE,
        "no number follows from it",
        (
            FRONT.cells("seconds largest_violation"),
            *_of_studies(MADE),
            _cells("manifest.json", "seed versions options workers started written wall_time_s warnings inputs_sha256"),
            _cells("manifest.json", "solved searches plans_found without_plan"),
            _cells("solver.log", ""),
            _cells("verify.json", "checked notes"),
        ),
    ),
    Kind(
        "the case",
        "it is what the plans are checked against; a number of it that no plan depends on can be another",
        (_cells("inputs/*.csv", ""),),
    ),
    Kind(
        "the page and the figures",
        "they are drawn from the tables and state their digest; reeplan report draws them again",
        (_cells("report.html", ""), _cells("figures/*", "")),
    ),
    Kind(
        "the reasons why there is no plan",
        "they are proven by solving changed cases",
        (_cells("infeasible.md", ""),),
    ),
)


def not_recomputed(files: Iterable[str]) -> list[Kind]:
    """The kinds of which a run with these files has any."""
    files = list(files)
    return [kind for kind in KINDS if kind.there(files)]


def files_of(run: Path) -> list[str]:
    """The files of a run by name, those of one plan for all plans."""
    found = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    return sorted({_of_any_plan(name) for name in found})


def _of_any_plan(name: str) -> str:
    parts = PurePosixPath(name).parts
    return "/".join(("plans", "*", *parts[2:])) if parts[0] == "plans" else name
