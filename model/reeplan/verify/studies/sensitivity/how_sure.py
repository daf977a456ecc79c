"""Between which values an output of the best plan lies: proven for costs of whole modules, measured for parted ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from reeplan.verify.studies.sensitivity.future_draws import (
    AT_TARGET_BOUND,
    CHEAPEST,
    CHEAPEST_BOUND,
    CHECKS,
    PRICE,
    Draws,
)

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.core.verdict import Array


@dataclass(frozen=True)
class Bands:
    """The bands of every output in every future; not a number where nothing is known."""

    draws: Draws

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """Futures that were solved with whole and with divisible modules, where both have an answer."""
        listed = list(self.draws.stage(CHECKS))
        both = zip(listed[0::2], listed[1::2], strict=False)
        return [(one, other) for one, other in both if self.draws.answered[[one, other]].all()]

    def proven(self, output: str) -> tuple[pd.Series[float], pd.Series[float]] | None:
        """What is proven of an output of whole modules; None where nothing can be."""
        draws = self.draws
        if output not in draws.proven:
            return None
        if output == PRICE:
            at, cheapest = draws.outputs[draws.cost_name], draws.outputs[CHEAPEST]
            low = (draws.bounds[AT_TARGET_BOUND] - cheapest).clip(lower=0.0)
            return low, (at - draws.bounds[CHEAPEST_BOUND]).clip(lower=0.0)
        bound = CHEAPEST_BOUND if output == CHEAPEST else AT_TARGET_BOUND
        return draws.bounds[bound], draws.outputs[output]

    def scale(self, output: str, futures: pd.Index) -> float:
        """The largest of the numbers that bands are worked out from: their digits are what the table tells.

        What a target costs is a difference itself, so that twice as many rounded numbers come together.
        """
        names = [self.draws.cost_name, CHEAPEST] if output == PRICE else [output]
        every = futures.union(self.draws.stage(CHECKS))
        values = np.abs(self.draws.outputs.loc[every, names].to_numpy(dtype=float))
        return len(names) * float(np.nanmax(values)) if np.isfinite(values).any() else 0.0

    def added(self, output: str) -> tuple[float, float] | None:
        """The least and the most that whole modules add to divisible ones, in the futures solved both ways."""
        value = self.draws.outputs[output]
        low, high = self.proven(output) or (value, value)
        known = [
            (float(low[whole] - value[parted]), float(high[whole] - value[parted]))
            for whole, parted in self.pairs
            if np.isfinite(high[whole] - value[parted])
        ]
        return (min(least for least, _ in known), max(most for _, most in known)) if known else None

    def of(self, output: str, futures: pd.Index) -> tuple[Array, Array]:
        """Between which values the best plan's output lies in some futures."""
        value = self.draws.vector(output, futures)
        nothing = np.full(len(futures), np.nan)
        proven, added = self.proven(output), self.added(output)
        low, high = (side.loc[futures].to_numpy(dtype=float) for side in proven) if proven else (nothing, nothing)
        apart = self.draws.heads.loc[futures, "divisible"].to_numpy(dtype=bool)
        measured = (value + added[0], value + added[1]) if added else (nothing, nothing)
        low, high = np.where(apart, measured[0], low), np.where(apart, measured[1], high)
        missing = ~np.isfinite(value)
        return np.where(missing, np.nan, low), np.where(missing, np.nan, high)
