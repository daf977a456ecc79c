"""What is asked of the solver about one future: the cheapest plan at the target, and the cheapest plan of all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from reeplan.endings import Outcome
from reeplan.outputs.plan_tables import builds
from reeplan.solve.basis import Basis  # noqa: TC001  (read when answers are kept)
from reeplan.solve.front import Point
from reeplan.solve.questions import CostAnswer, Question
from reeplan.tolerances import RESILIENCE_GAP, SMALLEST_GAP

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.solve.engine import Controls, Solution, Watch
    from reeplan.solve.planner import Planner

WORTH_BUILDING = 0.01
"""Less than this part of a module, or of a store's most room, is not called built: divisible modules leave crumbs."""


@dataclass(frozen=True)
class Built:
    """What is decided of an asset over the years: t/yr (t of room for a stockpile), modules, and the first decision."""

    t_per_year: float
    modules: float
    first_decided: int


@dataclass(frozen=True)
class Summary(CostAnswer):
    """One plan in short; not a number where none was found."""

    resilience: float = math.nan
    built: dict[str, Built] = field(default_factory=dict)
    capital_musd: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class FutureAnswer:
    """What is known of a future. ``highest_resilience``: how far plans get where the target is out of reach.

    ``cut_short``: somebody asked to stop before that was known.
    """

    at_target: Summary
    cheapest: Summary
    highest_resilience: float = math.nan
    cut_short: bool = False

    @property
    def out_of_reach(self) -> bool:
        """Whether it is proven that no plan keeps the target."""
        return self.at_target.out_of_reach

    @property
    def final(self) -> bool:
        """Whether the answer is worth keeping: nobody stopped the work on it, and the solver did not fail."""
        return self.at_target.final and self.cheapest.final and not self.cut_short

    @property
    def settled(self) -> bool:
        """Whether more time would not better it."""
        return self.cheapest.solved and (self.at_target.solved or self.out_of_reach)

    @property
    def outcome(self) -> Outcome:
        """How the search for the plan at the target ended."""
        return self.at_target.outcome

    @property
    def found(self) -> bool:
        """Whether it has a plan."""
        return self.at_target.found


@dataclass(frozen=True)
class FutureQuestion(Question):
    """The cheapest plan that keeps ``target``, and the cheapest of all, each to a ``gap`` relative to its cost.

    ``divisible``: modules may be built in parts, which takes seconds and costs no more than whole ones. Then the search
    begins at the cheapest plan of the case as stated (``start``): that is shorter, and where several plans cost the
    same a future tends to keep to the one that the case has.
    """

    target: float
    gap: float
    controls: Controls
    divisible: bool = False
    start: Basis | None = None

    answer_type: ClassVar[type[Any]] = FutureAnswer

    def __call__(self, planner: Planner, watch: Watch) -> FutureAnswer:
        """Ask it of a future's program."""
        controls = replace(self.controls, watch=watch)
        cheapest, end = self._plan(planner, 0.0, controls, self.start)
        if self.target <= 0:
            return FutureAnswer(cheapest, cheapest)
        if cheapest.resilience >= self.target and cheapest.solved:
            # A plan that nobody undercuts keeps the target already.
            return FutureAnswer(cheapest, cheapest)
        at_target, _ = self._plan(planner, self.target, controls, end)
        if at_target.outcome is not Outcome.INFEASIBLE:
            return FutureAnswer(at_target, cheaper(cheapest, at_target))
        highest = self._highest(planner, controls)
        return FutureAnswer(
            at_target,
            cheapest,
            highest.objective if highest.found else math.nan,
            cut_short=highest.outcome is Outcome.INTERRUPTED,
        )

    def _plan(
        self, planner: Planner, target: float, controls: Controls, start: Basis | None
    ) -> tuple[Summary, Basis | None]:
        """The plan at a target in short, and where the search with divisible modules ended."""
        if self.divisible:
            solution = planner.cheapest_relaxed(target, start, keep_basis=True)
            return _summary(planner, solution, target, 0.0), solution.basis
        solution, allowed = planner.cheapest_within(target, self.gap, controls)
        return _summary(planner, solution, target, allowed), None

    def _highest(self, planner: Planner, controls: Controls) -> Solution:
        if self.divisible:
            return planner.most_resilient_relaxed()
        return planner.most_resilient(replace(controls, absolute_gap=RESILIENCE_GAP))


def cheaper(cheapest: Summary, other: Summary) -> Summary:
    """The cheapest plan of all, if another that was found within its gap does not cost less."""
    if not (cheapest.found and other.cost_musd < cheapest.cost_musd):
        return cheapest
    bound = min(cheapest.bound_musd, other.cost_musd)
    return replace(other, outcome=cheapest.outcome, bound=bound, seconds=cheapest.seconds, solved=cheapest.solved)


@dataclass(frozen=True)
class WarmStart(CostAnswer):
    """Where the search with divisible modules ends in the case as stated; its futures begin there."""

    basis: Basis | None = None


@dataclass(frozen=True)
class FindWarmStart(Question):
    """The cheapest plan of a case with divisible modules, at no target."""

    answer_type: ClassVar[type[Any]] = WarmStart

    def __call__(self, planner: Planner, watch: Watch) -> WarmStart:
        """Ask it of a case's program."""
        found = planner.cheapest_relaxed(0.0, keep_basis=True)
        return WarmStart(
            found.outcome, found.seconds, found.objective, found.objective, found.outcome.is_final, found.basis
        )


def _summary(planner: Planner, solution: Solution, target: float, gap_musd: float) -> Summary:
    if not solution.found:
        return Summary(solution.outcome, seconds=solution.seconds)
    # The cheapest plan of all is made as resilient as it can be at its cost, as at the start of a front.
    plan = planner.polish(solution, target, solution.bound, raise_resilience=target <= 0)
    allowed = max(gap_musd, SMALLEST_GAP * abs(plan.cost_musd))
    frame = builds(planner, plan)
    capital = dict.fromkeys(planner.case.partners, 0.0)
    capital |= {str(partner): float(musd) for partner, musd in frame.groupby("partner")["capex_musd"].sum().items()}
    return Summary(
        outcome=solution.outcome,
        objective=plan.cost_musd,
        bound=plan.bound_musd,
        resilience=plan.resilience,
        seconds=solution.seconds,
        solved=Point("p01", plan, allowed).solved,
        built=_built(planner, frame),
        capital_musd=capital,
    )


def _built(planner: Planner, frame: pd.DataFrame) -> dict[str, Built]:
    """What is built, by asset; crumbs are left out."""
    case, found = planner.case, {}
    room = {store.name: store.room_to_add_t for store in case.stores}
    for (asset,), rows in frame[frame["what"] != "site"].groupby(["asset"]):
        name, t, modules = str(asset), float(rows["t_per_year"].sum()), float(rows["modules"].sum())
        one = room.get(name) or case.assets[name].module_t_per_year
        if t >= WORTH_BUILDING * one:
            worth = rows[rows.groupby("decided")["t_per_year"].transform("sum") >= WORTH_BUILDING * one]
            first = rows if worth.empty else worth
            found[name] = Built(t, modules, int(first["decided"].min()))
    return found
