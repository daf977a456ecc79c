"""The program of a case as a two-stage program: what its plans decide first, and the same decisions in another case."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reeplan.inputs.spec import BASE
from reeplan.model.program import cost
from reeplan.solve.planner import INVESTMENT, OPERATION
from reeplan.studies.uncertainty.decisions import Decision, Kind, read_decisions, written
from reeplan.studies.uncertainty.program import FixedDecisions
from reeplan.studies.uncertainty.scenarios import costs_by_scenario, served_by_scenario
from reeplan.tolerances import LIMIT_ROOM, NOISE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.solve.engine import Engine
    from reeplan.solve.planner import Planner
    from reeplan.studies.uncertainty.two_stage import FirstStage


class CaseProgram:
    """A case's program, its first stage being investment: modules, sites and room, when and by whom."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner

    @property
    def engine(self) -> Engine:
        """The program in the solver's hands."""
        return self.planner.engine

    # ---- what is decided first ------------------------------------------------------------------------

    def first_stage(self, values: Any) -> FirstStage:
        """What is decided, as parts of modules and of sites by partner, asset and year, and as tonnes of room."""
        return {
            written(kind, index): float(values[column])
            for kind in Kind
            for index, column in self.planner.columns(kind.variable).items()
            if abs(values[column]) > NOISE
        }

    def hold(self, decided: FirstStage) -> FixedDecisions:
        """The same investment in this case, and in words what of it cannot be decided here, or only later.

        Nothing else is built. What can be decided here only in a later year is decided in the first such year.
        """
        decisions = read_decisions(decided)
        placed = [(one, self._placed(one)) for one in decisions]
        lacks = [f"{one} is not possible there" for one, here in placed if here is None and not self._is_free(one)]
        here = [one for _, one in placed if one is not None]
        fixed = self._built(here) | self._opened(here) | self._room(here)
        parts = dict.fromkeys((*self._columns(Kind.MODULES), *self._columns(Kind.SITE)), 0.0)
        for one in here:
            if one.kind is not Kind.ROOM:
                parts[self.planner.columns(one.kind.variable)[one.index]] += one.amount
        return FixedDecisions(
            fixed,
            {column: max(0.0, part - LIMIT_ROOM) for column, part in parts.items()},
            tuple(dict.fromkeys([*lacks, *self._beyond_limits(fixed)])),
            tuple(dict.fromkeys(delay for old, new in placed for delay in _delay(old, new))),
        )

    def _columns(self, kind: Kind) -> Iterable[int]:
        return self.planner.columns(kind.variable).values()

    def _placed(self, decision: Decision) -> Decision | None:
        """The decision in this case: in its own year, or in the first later one in which it can be taken."""
        known = self.planner.columns(decision.kind.variable)
        years = [year for year in self.planner.case.years if year >= decision.year and decision.at(year).index in known]
        return decision.at(years[0]) if years else None

    def _is_free(self, decision: Decision) -> bool:
        """Whether it is a site of an asset that can be decided here and needs none."""
        return decision.kind is Kind.SITE and bool(self.planner.model.decision_years.get(decision.what))

    def _built(self, decisions: Iterable[Decision]) -> dict[int, float]:
        """Modules decided up to each year: whole, though their parts are not."""
        decided: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for one in decisions:
            if one.kind is Kind.MODULES:
                decided[one.what].append((one.year, one.amount))
        return {
            column: float(round(sum(part for u, part in decided[asset] if u <= year)))
            for (asset, year), column in self.planner.columns("built").items()
        }

    def _opened(self, decisions: Iterable[Decision]) -> dict[int, float]:
        """Sites by year."""
        decided: dict[tuple[str, int], float] = defaultdict(float)
        for one in decisions:
            if one.kind is Kind.SITE:
                decided[one.what, one.year] += one.amount
        return {
            column: float(round(decided[asset, year])) for (asset, year), column in self.planner.columns("open").items()
        }

    def _room(self, decisions: Iterable[Decision]) -> dict[int, float]:
        """Tonnes of room by stockpile and year."""
        room = dict.fromkeys(self._columns(Kind.ROOM), 0.0)
        for one in decisions:
            if one.kind is Kind.ROOM:
                room[self.planner.columns("space")[one.index]] += one.amount
        return room

    def _beyond_limits(self, fixed: Mapping[int, float]) -> Iterable[str]:
        """What is more than the case allows: the solver would not look at the limit of what is fixed."""
        for column, value in fixed.items():
            variable = self.engine.columns[column]
            if variable.ub is not None and value > variable.ub + NOISE:
                *what, year = variable.index()
                yield f"{'/'.join(what)} is {value:g} by {year}, and can be at most {variable.ub:g} there"

    # ---- what a plan costs and serves -----------------------------------------------------------------

    def settle(self, values: Any, floor: Mapping[int, float]) -> Any:
        """The same plan with its windows at their own least cost, where the cost does not see some of them.

        None where that cannot be solved.
        """
        if all(window.probability > 0 for window in self.planner.case.windows):
            return values
        columns = self.planner.columns
        # What may happen is at its least cost already, and what it serves may count for the resilience.
        seen = {BASE} | {window.label for window in self.planner.case.windows if window.probability > 0}
        held = [column for name in INVESTMENT for column in columns(name).values()]
        held += [column for name in OPERATION for index, column in columns(name).items() if index[-1] in seen]
        rerun = self.planner.windows_again(values, held, floor)
        return None if rerun is None else rerun.values

    def by_scenario(self, values: Any) -> dict[str, float]:
        """What each scenario costs with a plan, MUSD."""
        amounts = []
        for term in cost.terms(self.planner.model):
            column = None if term.variable is None else self.engine.column(term.variable)
            if term.variable is None or column is not None:
                amount = 1.0 if column is None else float(values[column])
                amounts.append((term.part, term.year, term.window, term.musd * amount))
        return costs_by_scenario(self.planner.case, amounts)

    def served(self, values: Any) -> dict[str, float]:
        """What share of demand the worse-off partner is served in each scenario."""
        return served_by_scenario(self.planner.case, self.planner.unmet(values))

    def resilience(self, values: Any) -> float:
        """The resilience of a plan by the measure asked for; not a number where that needs odds and there are none."""
        if self.planner.measure.lacks_odds(self.planner.case):
            return math.nan
        return self.planner.resilience_of(values)


def _delay(old: Decision, new: Decision | None) -> Iterable[str]:
    if new is not None and new.year > old.year:
        yield f"{old.what} of {old.year} only in {new.year}"
