"""Any two-stage program stated in Pyomo, outside the model of this package: a textbook's, to check against."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from reeplan.solve.engine import Controls, Engine
from reeplan.studies.uncertainty.program import FixedDecisions, least_cost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reeplan.studies.uncertainty.two_stage import FirstStage, Request, TwoStageAnswer

Model = Any
"""A Pyomo model: Pyomo carries no types."""


class StatedProgram:
    """A Pyomo model with the objective ``cost``, the expressions ``scenario_cost`` and its first decisions by name."""

    def __init__(self, model: Model, first: Sequence[str]) -> None:
        self.model = model
        self.engine = Engine(model)
        self._first = {
            variable.name: column
            for name in first
            for variable in getattr(model, name).values()
            if (column := self.engine.column(variable)) is not None
        }

    def first_stage(self, values: Any) -> FirstStage:
        """What a solution decides first, by the names of the variables."""
        return {name: float(values[column]) for name, column in self._first.items()}

    def hold(self, decided: FirstStage) -> FixedDecisions:
        """The same as bounds."""
        lacks = tuple(name for name in decided if name not in self._first)
        fixed = {self._first[name]: value for name, value in decided.items() if name in self._first}
        return FixedDecisions(fixed, lacks=lacks)

    def settle(self, values: Any, floor: Mapping[int, float]) -> Any:
        """Nothing is left undecided: scenarios without a weight are not stated."""
        return values

    def by_scenario(self, values: Any) -> dict[str, float]:
        """What each scenario costs with a solution."""
        for variable, value in zip(self.engine.columns, values, strict=True):
            variable.set_value(float(value), skip_validation=True)
        return {name: float(pyo.value(cost)) for name, cost in self.model.scenario_cost.items()}

    def served(self, values: Any) -> dict[str, float]:
        """A textbook's program knows of no share served."""
        return {}

    def resilience(self, values: Any) -> float:
        """Nor of resilience."""
        return math.nan


@dataclass(frozen=True)
class StatedProblem:
    """A two-stage problem: ``state`` gives its Pyomo model for some scenarios by their weights, the mean one included.

    The model minimises ``cost``, which is the weighted sum of ``scenario_cost``; ``first`` names the variables that are
    decided before the scenario is known.
    """

    probabilities: Mapping[str, float]
    state: Callable[[Mapping[str, float]], Model]
    first: Sequence[str]
    gap: float = 0.0
    controls: Controls = field(default_factory=Controls)

    def solve(self, requests: Sequence[Request]) -> list[TwoStageAnswer | None]:
        """The answers, in the order of the requests."""
        return [
            least_cost(StatedProgram(self.state(request.weights), self.first), self.gap, self.controls, request.given)
            for request in requests
        ]
