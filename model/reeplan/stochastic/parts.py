"""The program in parts: the undisrupted path with all investment, and bundles of windows.

A window sees of the rest only some shared variables: capacity, and on the undisrupted path levels, ore
mined, and the purchases and shipments that a disruption leaves a part of. With these agreed among
the parts, every part can be solved alone. The cost of a part is

``sum of (cost of what is agreed) + (cost of the part's own variables) / weight of the part``

so that the costs of all parts, weighted by weights that sum to 1, are the cost of the whole
program less its constant. A window of probability 0 costs nothing and still has to be survived.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.core.expr.visitor import identify_variables

from reeplan.inputs.spec import BASE
from reeplan.model.case import Case, Window
from reeplan.model.measures import BY_WINDOW, Measure
from reeplan.model.program import build_program, cost
from reeplan.model.program.stockpiles import restocked_to
from reeplan.solve.planner import INVESTMENT, OPERATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Model = Any

BASE_PATH = "BasePath"
"""The part that holds all investment and the undisrupted path."""


class Shared(NamedTuple):
    """A variable that the parts have to agree on: its name in the program and its index."""

    variable: str
    index: Any


Decided = dict[Shared, float]
"""The whole decisions of a plan: modules decided up to and including a year, and sites opened in it."""


class CoupledWindowsError(ValueError):
    """The measure weighs windows against each other, so that no window can be solved alone."""


@dataclass(frozen=True)
class _PartOfCase(Case):
    """A case that looks at some of its windows, and weighs the undisrupted path as if it looked at all."""

    base_weights: tuple[tuple[int, float], ...] = ()

    def base_weight(self, year: int) -> float:
        """The probability that no window of the whole case covers ``year``."""
        return dict(self.base_weights)[year]


class Parts:
    """A case in parts: the names of the parts, and the program of each."""

    def __init__(self, case: Case, measure: Measure, target: float = 0.0, bundle: int = 1) -> None:
        """Cut the case into bundles of ``bundle`` windows that each keep ``target`` (a share)."""
        if target > 0 and not measure.by_window:
            raise CoupledWindowsError(
                f"a target by '{measure.name}' weighs windows against each other; in parts only "
                f"{' and '.join(BY_WINDOW)} can be kept, which hold window by window"
            )
        self.case, self.measure, self.target = case, measure, target
        self._bundles = {
            f"Windows{number}": case.windows[first : first + bundle]
            for number, first in enumerate(range(0, len(case.windows), bundle))
        }

    @property
    def names(self) -> list[str]:
        """Every part; the undisrupted path is the last."""
        return [*self._bundles, BASE_PATH]

    @property
    def weight(self) -> float:
        """The weight of each part: all weigh the same, whatever the probability of their windows."""
        return 1.0 / len(self.names)

    def windows(self, name: str) -> list[Window]:
        """The windows of a part; none for the undisrupted path."""
        return self._bundles.get(name, [])

    def seen(self, names: Iterable[str]) -> set[Shared]:
        """What the windows of these parts see of investment and undisrupted path."""
        return set().union(*(_shared_in_rules(self._windows_alone(name)) for name in names if name != BASE_PATH))

    def program(
        self, name: str, shared: Sequence[Shared], *, relax: bool = False, decided: Decided | None = None
    ) -> Model:
        """The program of a part, its cost being ``part_cost`` (MUSD), its agreed variables ``agreed`` in order.

        ``shared`` must hold what the windows of all parts see. ``relax``: modules are divisible;
        ``decided``: the whole decisions are these.
        """
        m = self._with_windows([]) if name == BASE_PATH else self._windows_alone(name)
        if relax or decided is not None:
            _divide_modules(m)
        if name == BASE_PATH:
            for (variable, index), value in (decided or {}).items():
                getattr(m, variable)[index].fix(value)
        m.agreed = [getattr(m, variable)[index] for variable, index in shared]
        self._state_cost(m, own_base_path=name == BASE_PATH)
        _forget_unused(m)
        return m

    def constant_musd(self) -> float:
        """What costs the same whatever is decided, and is in no part (MUSD).

        The fixed cost of what exists, and restocking to what lay in store before the first year.
        """
        m = self._with_windows([])
        constant = sum(cost.weight(m, term) * term.musd for term in cost.terms(m) if term.variable is None)
        return constant + sum(weight * price * initial for weight, price, _, initial in self._restocked_to(m))

    @cached_property
    def _rules_of_base_path(self) -> set[tuple[str, Any]]:
        rules = self._with_windows([]).component_data_objects(pyo.Constraint)
        return {(row.parent_component().local_name, row.index()) for row in rules}

    def _with_windows(self, windows: list[Window]) -> Model:
        whole = {field.name: getattr(self.case, field.name) for field in fields(Case)}
        weights = tuple((year, self.case.base_weight(year)) for year in self.case.years)
        m = build_program(_PartOfCase(**{**whole, "windows": windows}, base_weights=weights), self.measure)
        for objective in (m.cost, m.most_resilient, m.windows_cost):
            m.del_component(objective)
        m.resilience.setlb(self.target if windows else 0.0)
        return m

    def _windows_alone(self, name: str) -> Model:
        """The rules of a part's windows, without those of the undisrupted path."""
        m = self._with_windows(self.windows(name))
        for rule in m.component_objects(pyo.Constraint):
            for index in list(rule):
                if (rule.local_name, index) in self._rules_of_base_path:
                    del rule[index]
        return m

    def _state_cost(self, m: Model, *, own_base_path: bool) -> None:
        """The cost of a part: what is agreed at its whole cost, what is the part's own by the part's weight."""
        agreed = {id(variable) for variable in m.agreed}
        coefficients: dict[int, float] = defaultdict(float)
        variables: dict[int, Any] = {}
        for musd, variable in self._priced(m):
            own = own_base_path or not _is_shared(variable)
            if id(variable) in agreed or own:
                factor = 1.0 if id(variable) in agreed else 1.0 / self.weight
                coefficients[id(variable)] += factor * musd
                variables[id(variable)] = variable
        expression = LinearExpression(
            constant=0.0, linear_coefs=list(coefficients.values()), linear_vars=list(variables.values())
        )
        m.part_cost = pyo.Objective(expr=expression, sense=pyo.minimize)

    def _priced(self, m: Model) -> Iterable[tuple[float, Any]]:
        """What each variable of the model adds to the expected cost of the whole case (MUSD a unit)."""
        for term in cost.terms(m):
            if term.variable is not None and not (term.part == cost.RESTOCK and _is_shared(term.variable)):
                yield cost.weight(m, term) * term.musd, term.variable
        for weight, price, levels, _ in self._restocked_to(m):
            yield from ((weight * price, level) for level in levels)

    def _restocked_to(self, m: Model) -> Iterable[tuple[float, float, list[Any], float]]:
        """The level of the undisrupted path that every window, of this part or another, has to be restocked to.

        Weight, price (MUSD/t), the level's variables and what it is beside them (t).
        """
        for (region, material), store in m.store_at.items():
            price = self.case.goods[store.material].reference_usd_per_t / 1e6
            for window in self.case.windows:
                weight = self.case.discount(window.end) * window.probability
                due, initial = restocked_to(m, region, material, window, window.end)
                yield weight, price, [level for _, level in due], initial


def whole_decisions(m: Model) -> Decided:
    """The whole decisions in the solved program of the undisrupted path, rounded to whole numbers."""
    return {
        Shared(variable.parent_component().local_name, variable.index()): float(round(variable.value))
        for variable in chain(m.built.values(), m.open.values())
    }


def in_order(shared: Iterable[Shared]) -> list[Shared]:
    """What is shared, in the same order in every process."""
    return sorted(shared, key=lambda one: (one.variable, tuple(map(str, _as_tuple(one.index)))))


def _as_tuple(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _is_shared(variable: Any) -> bool:
    """Whether a variable is investment or operation on the undisrupted path."""
    name = variable.parent_component().local_name
    return name in INVESTMENT or (name in OPERATION and variable.index()[-1] == BASE)


def _divide_modules(m: Model) -> None:
    for variable in chain(m.built.values(), m.open.values()):
        least, most = variable.bounds
        variable.domain = pyo.Reals
        variable.setlb(least)
        variable.setub(most)


def _shared_in_rules(m: Model) -> set[Shared]:
    """The shared variables that the rules of a model speak of."""
    return {
        Shared(variable.parent_component().local_name, variable.index())
        for row in m.component_data_objects(pyo.Constraint, active=True)
        for variable in identify_variables(row.body)
        if _is_shared(variable)
    }


def _forget_unused(m: Model) -> None:
    """Free what a part does not need: variables in no rule and no cost."""
    used = {id(variable) for variable in m.agreed}
    used |= {id(variable) for variable in identify_variables(m.part_cost.expr)}
    for row in m.component_data_objects(pyo.Constraint, active=True):
        used |= {id(variable) for variable in identify_variables(row.body)}
    for component in m.component_objects(pyo.Var):
        for index, variable in list(component.items()):
            if component.is_indexed() and id(variable) not in used:
                del component[index]
