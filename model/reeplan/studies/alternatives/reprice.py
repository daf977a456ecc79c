"""A plan found is re-solved by a plain solve of its whole numbers, and what it builds is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.outputs import plan_tables
from reeplan.solve.questions import Question
from reeplan.studies.alternatives.found import Whole, as_columns, found_plan
from reeplan.studies.alternatives.questions import PlansAnswer

if TYPE_CHECKING:
    from reeplan.solve.engine import Watch
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class Build:
    """What one partner has in what is decided of an asset in a year."""

    asset: str
    partner: str
    decided: int
    running: int
    modules: float
    t_per_year: float
    capex_musd: float
    what: str


@dataclass(frozen=True)
class RepricedAnswer(PlansAnswer):
    """A plan re-solved (in ``plans``), and what it builds."""

    builds: tuple[Build, ...] = ()


@dataclass(frozen=True)
class Reprice(Question):
    """The exact cost and resilience of given whole numbers, by a plain linear program that knows of no limit."""

    whole: Whole
    target: float
    answer_type: ClassVar[type[Any]] = RepricedAnswer

    def __call__(self, planner: Planner, watch: Watch) -> RepricedAnswer:
        """Ask it of a case's program."""
        solution = planner.cheapest_with(as_columns(planner, self.whole), self.target)
        if not solution.found:
            return RepricedAnswer(solution.outcome)
        plan = planner.polish(solution, self.target, -float("inf"))
        builds = tuple(
            Build(
                str(row["asset"]),
                str(row["partner"]),
                int(row["decided"]),
                int(row["running"]),
                float(row["modules"]),
                float(row["t_per_year"]),
                float(row["capex_musd"]),
                str(row["what"]),
            )
            for row in plan_tables.builds(planner, plan).to_dict("records")
        )
        return RepricedAnswer(Outcome.OPTIMAL, plans=(found_plan(planner, plan.values, plan.cost_musd),), builds=builds)
