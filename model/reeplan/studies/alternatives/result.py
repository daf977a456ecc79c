"""What was found about near-optimal plans: how it ended, the tables, and one object for other programs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.endings import Outcome, Status, status_of, status_of_run
from reeplan.outputs.spec.alternatives import (
    ALTERNATIVES,
    ALTERNATIVES_CHECKS,
    ALTERNATIVES_DIFFERENCES,
    NEAR_OPTIMAL,
    NEAR_OPTIMAL_PLANS,
)
from reeplan.studies.alternatives.ranges import CHOICE, MUST_AVOID, MUST_HAVE, OPEN
from reeplan.studies.alternatives.whole import CHEAPEST, AssetDifference, changes

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.model.case import Case
    from reeplan.studies.alternatives.checks import Check
    from reeplan.studies.alternatives.options import AlternativesOptions
    from reeplan.studies.alternatives.questions import CheapestAnswer
    from reeplan.studies.alternatives.ranges import Knowledge, Range
    from reeplan.studies.alternatives.whole import Alternative

Row = dict[str, Any]


@dataclass(frozen=True)
class NearOptimalResult:
    """All that was found; without a plan only ``status`` and ``sentences`` say something."""

    case: Case
    target: float
    choice: AlternativesOptions
    outcomes: tuple[Outcome, ...]
    cheapest: CheapestAnswer | None = None
    knowledge: Knowledge | None = None
    alternatives: tuple[Alternative, ...] = ()
    checks: tuple[Check, ...] = ()
    searches: int = 0

    @classmethod
    def without_plan(
        cls, case: Case, target: float, choice: AlternativesOptions, outcome: Outcome
    ) -> NearOptimalResult:
        """Where there is no cheapest plan to begin with."""
        return cls(case, target, choice, (outcome,))

    @property
    def status(self) -> str:
        """As the searches ended (``endings.status_of_run``), or infeasible (no plan at all)."""
        if self.knowledge is None and self.outcomes == (Outcome.INFEASIBLE,):
            return Status.INFEASIBLE
        left = set(self.outcomes) - {Outcome.OPTIMAL, Outcome.INFEASIBLE}
        return status_of_run(status_of(outcome, found=self.knowledge is not None) for outcome in left)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)

    @property
    def slacks(self) -> range:
        """The positions of the slacks, from the narrowest to the widest."""
        return range(len(self.choice.slacks))

    @property
    def cost_musd(self) -> float:
        """The cost of the cheapest plan that the slacks are measured from."""
        assert self.cheapest is not None
        return self.cheapest.plans[0].cost_musd

    def ranges(self, slack: int) -> list[Range]:
        """What is known of everything at a slack."""
        assert self.knowledge is not None
        return [self.knowledge.range(key, slack) for key in self.knowledge.things]

    def changes(self, alternative: Alternative) -> list[AssetDifference]:
        """In what an alternative differs from the cheapest plan."""
        cheapest = next((one for one in self.alternatives if one.name == CHEAPEST), None)
        if cheapest is None or alternative.slack is None or alternative.repriced is None:
            return []
        return changes(cheapest.builds, alternative.builds)

    def slack_musd(self, slack: int) -> float:
        """How much more than the cheapest plan a plan may cost."""
        return self.choice.slacks[slack].of(self.cost_musd)

    def slack_share(self, slack: int | None) -> float:
        """The same as a share of the cost of the cheapest plan (none for that plan itself)."""
        if slack is None:
            return 0.0
        share = self.choice.slacks[slack].share
        return share if share is not None else self._part(self.slack_musd(slack))

    def over_cheapest(self, cost_musd: float) -> float:
        """By what share a cost is above that of the cheapest plan."""
        return self._part(cost_musd - self.cost_musd)

    def _part(self, musd: float) -> float:
        return musd / abs(self.cost_musd) if self.cost_musd else math.nan

    # ---- tables -----------------------------------------------------------------------------------

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by name; none where there is no plan."""
        if self.knowledge is None:
            return {}
        rows = {
            NEAR_OPTIMAL: self._range_rows(),
            ALTERNATIVES: self._alternative_rows(),
            ALTERNATIVES_DIFFERENCES: self._change_rows(),
            NEAR_OPTIMAL_PLANS: self._plan_rows(),
            ALTERNATIVES_CHECKS: [vars(check) for check in self.checks],
        }
        return {output.name: output.frame(found) for output, found in rows.items()}

    def _range_rows(self) -> list[Row]:
        assert self.cheapest is not None
        start = self.cheapest.plans[0]
        return [
            {
                "slack_share": self.slack_share(slack),
                "slack_musd": self.slack_musd(slack),
                "kind": known.thing.kind,
                "name": known.thing.name,
                "unit": known.thing.unit,
                "least": known.least,
                "least_bound": known.least_bound,
                "most": known.most,
                "most_bound": known.most_bound if math.isfinite(known.most_bound) else math.nan,
                "in_cheapest": start.amounts[known.thing.key],
                "class": known.kind,
                "status": known.status,
            }
            for slack in self.slacks
            for known in self.ranges(slack)
        ]

    def _alternative_rows(self) -> list[Row]:
        """What every alternative and the cheapest plan build; a plan that builds nothing has one empty row."""
        assert self.cheapest is not None
        rows = []
        for one in self.alternatives:
            plan = one.repriced or one.plan
            head = {
                "slack_share": self.slack_share(one.slack),
                "alternative": one.name,
                "cost_musd": plan.cost_musd,
                "over_cheapest_share": self.over_cheapest(plan.cost_musd),
                "over_bound_share": self._part(plan.cost_musd - self.cheapest.bound_musd),
                "resilience": plan.resilience,
                "difference": one.difference,
                "difference_bound": one.difference_bound,
            }
            rows += [{**head, **vars(build)} for build in one.builds] or [head]
        return rows

    def _change_rows(self) -> list[Row]:
        return [
            {
                "slack_share": self.slack_share(one.slack),
                "alternative": one.name,
                "asset": change.asset,
                "change": change.change,
                "in_cheapest_t_per_year": change.cheapest,
                "in_alternative_t_per_year": change.alternative,
                "decided_in_cheapest": change.cheapest_decided,
                "decided_in_alternative": change.alternative_decided,
            }
            for one in self.alternatives
            for change in self.changes(one)
        ]

    def _plan_rows(self) -> list[Row]:
        """What every plan found has; one that has nothing has one row without a name."""
        assert self.knowledge is not None
        rows = []
        width = len(str(len(self.knowledge.plans)))
        for number, plan in enumerate(self.knowledge.plans, start=1):
            head = {
                "plan": f"n{number:0{width}d}",
                "cost_musd": plan.cost_musd,
                "over_cheapest_share": self.over_cheapest(plan.cost_musd),
                "least_cost_musd": plan.least_cost_musd,
                "resilience": plan.resilience,
            }
            has = [
                {"kind": thing.kind, "name": thing.name, "unit": thing.unit, "amount": plan.amounts[key]}
                for key, thing in self.knowledge.things.items()
                if plan.amounts[key] > thing.nothing
            ]
            rows += [{**head, **amount} for amount in has] or [head]
        return rows

    # ---- one object -------------------------------------------------------------------------------

    def as_object(self) -> dict[str, Any]:
        """What was found for ``--json`` and the manifest."""
        if self.knowledge is None or self.cheapest is None:
            return {"target": self.target, "slacks": [], "alternatives": [], "checks": []}
        return {
            "target": self.target,
            "cost_musd": self.cost_musd,
            "bound_musd": _number(self.cheapest.bound_musd),
            "slacks": [self._slack_object(slack) for slack in self.slacks],
            "alternatives": [self._alternative_object(one) for one in self.alternatives if one.slack is not None],
            "plans_found": len(self.knowledge.plans),
            "searches": self.searches,
            "checks": [vars(check) for check in self.checks],
        }

    def _slack_object(self, slack: int) -> dict[str, Any]:
        classes: dict[str, list[dict[str, str]]] = {name: [] for name in (MUST_HAVE, CHOICE, MUST_AVOID, OPEN)}
        for known in self.ranges(slack):
            classes[known.kind].append({"kind": known.thing.kind, "name": known.thing.name})
        words = {name.replace("-", "_").replace(" ", "_"): things for name, things in classes.items()}
        return {"slack_share": _number(self.slack_share(slack)), "slack_musd": self.slack_musd(slack), **words}

    def _alternative_object(self, one: Alternative) -> dict[str, Any]:
        plan = one.repriced or one.plan
        return {
            "alternative": one.name,
            "slack_share": _number(self.slack_share(one.slack)),
            "cost_musd": plan.cost_musd,
            "over_cheapest_share": _number(self.over_cheapest(plan.cost_musd)),
            "resilience": plan.resilience,
            "difference": one.difference,
            "difference_bound": one.difference_bound,
            "differs": [vars(change) for change in self.changes(one)],
        }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
