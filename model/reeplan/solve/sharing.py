"""What sharing in a crisis adds: the resilience of a plan if partners then sent each other no more than undisturbed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reeplan.endings import Outcome
from reeplan.inputs.spec import BASE
from reeplan.solve.planner import INVESTMENT, OPERATION, Planner
from reeplan.tolerances import HELD_ROOM

if TYPE_CHECKING:
    from reeplan.solve.planner import Plan


class WithoutSharing:
    """The program of a case in which partners share nothing in a crisis, built once and asked about its plans.

    ``applies``: whether there is anything to share: several partners, windows, and sharing in the case.
    """

    def __init__(self, planner: Planner) -> None:
        case = planner.case
        self.planner = planner
        self.applies = case.settings.crisis_sharing and len(case.partners) > 1 and bool(case.windows)
        self._alone = (
            Planner(replace(case, settings=replace(case.settings, crisis_sharing=False)), planner.measure)
            if self.applies
            else None
        )

    def resilience(self, plan: Plan) -> float | None:
        """The highest resilience with a plan's investment and undisrupted path, never more than the plan's own.

        A linear program over all windows. What is held is only known to the solver's last digits, and is given a little
        room where it contradicts a rule by these. None where nothing can be shared, or the program could not be solved.
        """
        if self._alone is None:
            return None
        fixed = self._held(plan)
        for room in HELD_ROOM:
            found = self._alone.engine.solve("most_resilient", fixed=fixed, room=room, relax=True, maximise=True)
            if found.outcome is Outcome.OPTIMAL:
                return min(plan.resilience, self._alone.resilience_of(found.values))
        return None

    def _held(self, plan: Plan) -> dict[int, float]:
        """Investment and the undisrupted path, by the columns of the program without sharing."""
        assert self._alone is not None
        held = {}
        for name in (*INVESTMENT, *OPERATION):
            values = self.planner.by_index(name, plan.values)
            for index, column in self._alone.columns(name).items():
                if name in INVESTMENT or index[-1] == BASE:
                    held[column] = values.get(index, 0.0)
        return held
