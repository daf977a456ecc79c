"""One two-stage program in the solver's hands: its least cost, with its first decisions free or given."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from reeplan.endings import Outcome
from reeplan.solve.planner import polished, refuted, within_gap
from reeplan.studies.uncertainty.two_stage import FirstStage, TwoStageAnswer
from reeplan.tolerances import SMALLEST_GAP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.solve.engine import Controls, Engine, Solution


@dataclass(frozen=True)
class FixedDecisions:
    """First decisions as bounds on the solver's columns; in words, those that the program has no place for, or later.

    ``at_least`` holds decisions whose sum is fixed elsewhere: so that they add up although each is known only to the
    solver's last digits.
    """

    fixed: dict[int, float] = field(default_factory=dict)
    at_least: dict[int, float] = field(default_factory=dict)
    lacks: tuple[str, ...] = ()
    delays: tuple[str, ...] = ()


class Program(Protocol):
    """A program whose objective ``cost`` is the weighted sum of what its scenarios cost."""

    @property
    def engine(self) -> Engine:
        """The program in the solver's hands."""

    def first_stage(self, values: Any) -> FirstStage:
        """What a solution decides first."""

    def hold(self, decided: FirstStage) -> FixedDecisions:
        """The same as bounds."""

    def settle(self, values: Any, floor: Mapping[int, float]) -> Any:
        """The same solution with what no cost decides decided sensibly, still above ``floor``; None if that fails."""

    def by_scenario(self, values: Any) -> dict[str, float]:
        """What each scenario costs with a solution."""

    def served(self, values: Any) -> dict[str, float]:
        """What share of demand each scenario serves with a solution, where the program knows of any."""

    def resilience(self, values: Any) -> float:
        """The resilience of a solution; not a number where the program knows of none."""


def least_cost(
    program: Program,
    gap: float,
    controls: Controls,
    given: FirstStage | None = None,
    floor: Mapping[int, float] | None = None,
) -> TwoStageAnswer:
    """The cheapest solution, to a ``gap`` relative to its cost; ``floor`` raises lower bounds of columns.

    With all whole numbers given, what is left is a linear program: its cost is exact.
    """
    held = FixedDecisions() if given is None else program.hold(given)
    if held.lacks:
        return TwoStageAnswer(Outcome.INFEASIBLE, lacks=held.lacks)
    bounds: dict[str, Any] = {"fixed": held.fixed, "at_least": _higher(held.at_least, floor or {})}
    relaxed = program.engine.solve("cost", relax=True, **bounds)
    if relaxed.found and all(int(column) in held.fixed for column in np.flatnonzero(program.engine.integer)):
        return replace(_found(program, relaxed, floor or {}, relaxed.bound, 0.0), delays=held.delays)
    solution, allowed = within_gap(relaxed, gap, controls, lambda tight: program.engine.solve("cost", tight, **bounds))
    if not solution.found:
        return TwoStageAnswer(solution.outcome, solution.seconds, bound=solution.bound if relaxed.found else math.nan)
    best = replace(solution, values=polished(program.engine, solution, **bounds))
    bound = relaxed.bound if refuted(solution.bound, program.engine.value("cost", best.values)) else solution.bound
    if gap > 0:
        allowed = max(allowed, SMALLEST_GAP * abs(relaxed.objective))
    return _found(program, best, floor or {}, bound, allowed)


def _higher(some: Mapping[int, float], others: Mapping[int, float]) -> dict[int, float]:
    return {**some, **{column: max(value, some.get(column, -math.inf)) for column, value in others.items()}}


def _found(
    program: Program, solution: Solution, floor: Mapping[int, float], bound: float, allowed: float
) -> TwoStageAnswer:
    """A solution as an answer; its bound is never above its own cost.

    Where what no cost decides could not be decided sensibly, the answer says that it is not to be relied on.
    """
    settled = program.settle(solution.values, floor)
    values = solution.values if settled is None else settled
    cost = program.engine.value("cost", values)
    return TwoStageAnswer(
        outcome=solution.outcome if settled is not None else Outcome.UNPROVEN,
        objective=cost,
        bound=min(bound, cost),
        allowed_gap=allowed,
        first_stage=program.first_stage(values),
        by_scenario=program.by_scenario(values),
        served=program.served(values),
        resilience=program.resilience(values),
        seconds=solution.seconds,
        violation=program.engine.violation(values) if settled is not None else math.inf,
    )
