"""What the check does not recompute: numbers that no other number of the run implies.

One declaration. ``reeplan verify`` lists the kinds that a run has, ``docs/TRUST.md`` lists all, and a test falsifies
every numeric cell of runs of every command to see that nothing else passes. Only fingerprints hold these numbers, which
show an accident or a careless edit; whoever wants to deceive can compute fingerprints again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

METRICS = "plans/*/metrics.csv"


@dataclass(frozen=True)
class Cells:
    """Columns of a file of the run; ``only`` the rows in which a column has this value."""

    file: str
    columns: tuple[str, ...]
    only: tuple[str, str] | None = None

    def __str__(self) -> str:
        rows = f" where {self.only[0]} is '{self.only[1]}'" if self.only else ""
        return f"{self.file} {', '.join(self.columns)}{rows}".strip()

    def in_markdown(self) -> str:
        """The same with names as code."""
        rows = f" where `{self.only[0]}` is *{self.only[1]}*" if self.only else ""
        return f"`{self.file}` {', '.join(f'`{column}`' for column in self.columns)}".strip() + rows

    def include(self, file: str, column: str, row: Mapping[str, str]) -> bool:
        """Whether a cell is one of these."""
        named = PurePosixPath(file).match(self.file) and (not self.columns or column in self.columns)
        return named and (self.only is None or row.get(self.only[0]) == self.only[1])


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


KINDS: tuple[Kind, ...] = (
    Kind(
        "what is proven, by the solver",
        "only solving again would show it; that it contradicts no plan, gap, level or status is checked",
        (
            _cells("front.csv", "bound_musd gap gap_musd gap_target_musd target"),
            _cells("manifest.json", "levels highest_resilience_bound"),
            _cells("coalitions.csv", "bound_musd highest_resilience gain_least_musd gain_greatest_musd"),
            _cells(
                "levers.csv",
                "worth_least_musd worth_greatest_musd highest_resilience alone_worth_least_musd "
                "alone_worth_greatest_musd alone_highest_resilience",
            ),
            _cells("regret.csv", "bound_musd alone_bound_musd regret_least_musd regret_greatest_musd"),
            _cells("near_optimal.csv", "least_bound most_bound"),
            _cells("near_optimal_plans.csv", "least_cost_musd"),
            _cells("alternatives.csv", "over_bound_share difference_bound"),
            _cells("futures.csv", "value", ("what", "bound")),
            _cells("value_of_knowing.csv", "least_musd greatest_musd"),
            _cells("knowing_by_scenario.csv", "known_bound_musd"),
            _cells("regret_of_plans.csv", "best_bound_musd above_best_musd"),
            _cells("risk_front.csv", "bound_musd gap gap_musd"),
        ),
    ),
    Kind(
        "plans that are not in the run",
        "only their numbers are written; how these hang together is checked",
        (
            _cells("coalitions.csv", "cost_musd resilience"),
            _cells("ceilings.csv", "year limit_t worth_usd_per_t"),
            _cells("levers.csv", "then_musd worth_musd"),
            _cells("regret.csv", "cost_musd served_share lost_musd alone_cost_musd alone_served_share"),
            _cells("near_optimal_plans.csv", "resilience"),
            _cells("near_optimal_plans.csv", "amount", ("kind", "stockpile")),
            _cells("near_optimal_plans.csv", "amount", ("kind", "country")),
            _cells("near_optimal_plans.csv", "amount", ("kind", "partner")),
            _cells("futures.csv", "value", ("what", "output")),
            _cells(
                "built_in_futures.csv",
                "first_decided_earliest first_decided_median first_decided_latest as_stated_first_decided",
            ),
            _cells(
                "knowing_by_scenario.csv",
                "plan_served_share known_musd known_served_share average_plan_served_share "
                "undisturbed_plan_served_share",
            ),
            _cells("regret_of_plans.csv", "cost_musd served_share best_musd", ("kind", "other future")),
            _cells("risk_front.csv", "cost_musd cvar_lost_share expected_lost_share worst_lost_share"),
        ),
    ),
    Kind(
        "what is lost when a country or a plant falls away",
        "it is the optimum of another small program; that it is there and between 0 and 1 is checked",
        (_cells(METRICS, "value", ("metric", "loss without")),),
    ),
    Kind(
        "what a tonne more is worth",
        "a price is the solver's; it is checked where something done freely ties it to a cost",
        (
            _cells("plans/*/prices.csv", "usd_per_t"),
            _cells("marginal_prices.csv", "price"),
        ),
    ),
    Kind(
        "how sure an index is",
        "its interval comes from random resamples; that it has a width is checked",
        (_cells("indices.csv", "first_confidence total_confidence"),),
    ),
    Kind(
        "how the run was made",
        "no number follows from it",
        (
            _cells("front.csv", "seconds largest_violation"),
            _cells("coalitions.csv", "seconds"),
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
