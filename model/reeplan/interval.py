"""A value that is known to lie between two bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Interval(NamedTuple):
    """A value as it was found, and the least and the greatest that it can be; not a number where nothing is known."""

    low: float
    found: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is any value."""
        return not math.isnan(self.found)

    @classmethod
    def stated(cls, low: float, found: float, high: float) -> Interval:
        """The same from a table, in which an end that is not a number is open."""
        return cls(-math.inf if math.isnan(low) else low, found, math.inf if math.isnan(high) else high)

    @classmethod
    def weighted(
        cls, terms: Iterable[tuple[float, Interval]], add: Callable[[Iterable[float]], float] = sum
    ) -> Interval:
        """A sum with weights, for any values between the bounds: exact, as it is linear in them.

        >>> Interval.weighted([(1.0, Interval(2, 3, 5)), (-1.0, Interval(0, 1, 1))])
        Interval(low=1.0, found=2.0, high=5.0)
        """
        pairs = list(terms)
        return cls(
            add(weight * (one.low if weight > 0 else one.high) for weight, one in pairs),
            add(weight * one.found for weight, one in pairs),
            add(weight * (one.high if weight > 0 else one.low) for weight, one in pairs),
        )

    def above(self, other: Interval) -> Interval:
        """By how much this exceeds another, where theory says that it does: never less than nothing."""
        if not (self.known and other.known):
            return UNKNOWN
        low, high = max(0.0, self.low - other.high), max(0.0, self.high - other.low)
        return Interval(low, min(max(self.found - other.found, low), high), high)


UNKNOWN = Interval(math.nan, math.nan, math.nan)
