"""What is known of the least and the most of everything at each slack: from plans found, and from proven bounds.

A plan within a narrow slack is a plan within every wider one; a bound proven at a wide slack holds at every narrower.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.studies.alternatives.found import limit_with_rounding, without_repeats
from reeplan.studies.alternatives.quantities import same_questions, things_of
from reeplan.studies.alternatives.questions import GAP_OF_AMOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.model.case import Case
    from reeplan.studies.alternatives.found import FoundPlan
    from reeplan.studies.alternatives.quantities import Quantity

MUST_HAVE, MUST_AVOID, CHOICE, OPEN = "must-have", "must-avoid", "real choice", "open"
"""Every plan within the slack has it; none has it; some have it and some have not; not known."""


@dataclass(frozen=True)
class Range:
    """The least and the most of a thing in the plans found, and what no plan can go below or above."""

    thing: Quantity
    least: float
    least_bound: float
    most: float
    most_bound: float

    @property
    def kind(self) -> str:
        """Its class: must-have, must-avoid, real choice, or open."""
        if self.least_bound > self.thing.nothing:
            return MUST_HAVE
        if self.most_bound <= self.thing.nothing:
            return MUST_AVOID
        if self.least <= self.thing.nothing < self.most:
            return CHOICE
        return OPEN

    @property
    def least_is_proven(self) -> bool:
        """Whether no plan has less: to the module, or for divisible amounts to a hundredth of the range."""
        return self.least - self.least_bound <= self._rounding

    @property
    def most_is_proven(self) -> bool:
        """Whether no plan has more, likewise."""
        return self.most_bound - self.most <= self._rounding

    @property
    def _rounding(self) -> float:
        if self.thing.step is not None:
            return self.thing.step / 2
        widest = self.most_bound if math.isfinite(self.most_bound) else self.most
        return max(self.thing.nothing, 1.01 * GAP_OF_AMOUNTS * (widest - self.least_bound))

    @property
    def status(self) -> str:
        """Which ends are proven."""
        if self.least_is_proven and self.most_is_proven:
            return "proven"
        if self.least_is_proven:
            return "more may be possible"
        if self.most_is_proven:
            return "less may be possible"
        return "less and more may be possible"


class Knowledge:
    """Plans and bounds, as they come in; ``limits_musd`` rise with the slack."""

    def __init__(self, case: Case, limits_musd: Sequence[float]) -> None:
        self.things = things_of(case)
        self.limits_musd = tuple(limits_musd)
        self.plans: list[FoundPlan] = []
        self._asked_as = same_questions(self.things)
        self._least = {key: [0.0] * len(self.limits_musd) for key in self.things}
        self._most = {key: [math.inf] * len(self.limits_musd) for key in self.things}

    @property
    def questions(self) -> list[str]:
        """The things that must be asked about: others are multiples of these."""
        return [key for key, (asked, _) in self._asked_as.items() if key == asked]

    def learn_plans(self, plans: Iterable[FoundPlan]) -> None:
        """Keep plans that were found."""
        self.plans = without_repeats([*self.plans, *plans])

    def learn_bound(self, key: str, slack: int, bound: float, *, most: bool) -> None:
        """Keep a bound, also for the things that are multiples of this one."""
        if math.isnan(bound):
            return
        for other, (asked, factor) in self._asked_as.items():
            if asked != key:
                continue
            if most:
                self._most[other][slack] = min(self._most[other][slack], factor * bound)
            else:
                self._least[other][slack] = max(self._least[other][slack], factor * bound)

    def plans_within(self, slack: int) -> list[FoundPlan]:
        """The plans that cost no more than the limit of a slack."""
        return [plan for plan in self.plans if plan.cost_musd <= limit_with_rounding(self.limits_musd[slack])]

    def proven(self, key: str, slack: int) -> tuple[float, float]:
        """What is proven of the least and of the most at a slack, as it was proven."""
        return max(self._least[key][slack:]), min(self._most[key][slack:])

    def range(self, key: str, slack: int) -> Range:
        """What is known of a thing at a slack."""
        amounts = [plan.amounts[key] for plan in self.plans_within(slack)]
        least, most = min(amounts), max(amounts)
        lower, upper = self.proven(key, slack)
        return Range(self.things[key], least, min(lower, least), most, max(upper, most))
