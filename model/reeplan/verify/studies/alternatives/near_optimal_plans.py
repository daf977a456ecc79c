"""The ranges and near-optimal plans of a run, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.verify.core.tolerances import WITHIN

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class NearOptimal:
    """The ranges and the plans found: ``has`` is a plan a row and a thing a column, ``heads`` a plan a row."""

    ranges: pd.DataFrame
    heads: pd.DataFrame
    has: pd.DataFrame
    kinds: pd.DataFrame
    front: pd.Series[Any]
    target: float
    ventures: frozenset[str] = frozenset()

    @property
    def cost(self) -> float:
        """The cost that slacks are measured from."""
        return float(self.front["cost_musd"])

    def within(self, slack_musd: float, rounding: float = WITHIN) -> pd.DataFrame:
        """What the plans have that cost no more than a slack allows."""
        limit = self.cost + slack_musd
        return self.has[self.heads["cost_musd"] <= limit + rounding * max(1.0, abs(limit))]
