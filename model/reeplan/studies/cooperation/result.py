"""What cooperation is worth at a target and at every level of the front, as tables and as one object."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status, status_of_run
from reeplan.outputs.spec import cooperation as spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from reeplan.studies.cooperation.deal import Deal


@dataclass(frozen=True)
class Cooperation:
    """The deal at a target, and at every level of the front."""

    deal: Deal
    by_level: Mapping[float, Deal]
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Further tables."""
    interrupted: bool = False

    @property
    def status(self) -> str:
        """How the search for all of it ended."""
        statuses = {status_of(deal) for deal in self.by_level.values()}
        if self.interrupted:
            return Status.INTERRUPTED
        return next((s for s in (Status.INTERRUPTED, Status.AT_LIMIT, Status.NOT_PROVEN) if s in statuses), Status.DONE)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every coalition at every level, and what follows at the target."""
        rows = [row for level in sorted(self.by_level) for row in self.by_level[level].coalition_rows()]
        return {
            "coalitions": spec.COALITIONS.frame(rows),
            "allocation": spec.ALLOCATION.frame(self.deal.allocation_rows()),
            **{output.name: output.frame(rows) for output, rows in self.deal.bill_rows().items() if rows},
            "ceilings": spec.CEILINGS.frame(self.deal.ceiling_rows()),
            **self.more,
        }

    def as_object(self) -> dict[str, Any]:
        """The deal at the target, with a status of its own."""
        return {**_as_object(self.deal), "levels": sorted(self.by_level)}


def status_of(deal: Deal) -> str:
    """Infeasible (all together cannot reach the target), or as the searches ended (``endings.status_of_run``)."""
    statuses = {coalition: deal.status(coalition) for coalition in deal.answers}
    if statuses.get(deal.everyone) == Status.OUT_OF_REACH:
        return Status.INFEASIBLE
    left = set(statuses.values()) - {Status.OPTIMAL, Status.OUT_OF_REACH}
    return status_of_run(Status.INTERRUPTED if status == Status.NOT_SOLVED else status for status in left)


def _as_object(deal: Deal) -> dict[str, Any]:
    """The deal for ``--json`` and the manifest. ``core``: whether the Shapley value is in the core."""
    coalitions = [
        {
            "partners": row["coalition"].split(" + "),
            **{
                name: _number_or_none(row[name])
                for name in ("cost_musd", "bound_musd", "resilience", "highest_resilience", "gain_musd")
            },
            "status": row["status"],
        }
        for row in deal.coalition_rows()
    ]
    gained = deal.gain(deal.everyone)
    return {
        "status": status_of(deal),
        "target": deal.target,
        "coalitions": coalitions,
        "gain_musd": None if gained is None else gained[0],
        "gain_between_musd": None if gained is None else list(gained[1]),
        **{rule: deal.shares.get(rule) for rule in ("shapley", "nucleolus", "nash")},
        "core": deal.in_core("shapley"),
        "core_is_certain": deal.surely_in_core("shapley"),
        "core_exists": deal.core_exists,
        "side_payments_musd": {k: _number_or_none(deal.side_payment("shapley", k)) for k in deal.partners},
    }


def _number_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
