"""Whole alternatives: plans as different as they can be, and in what they differ from the cheapest."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reeplan.studies.alternatives.found import FoundPlan
    from reeplan.studies.alternatives.reprice import Build

CHEAPEST = "cheapest"


@dataclass(frozen=True)
class Alternative:
    """A whole plan within a slack (its position among the slacks; the cheapest plan has none).

    ``difference`` is that from the nearest plan before it, ``difference_bound`` what no plan exceeds. ``repriced`` is
    the plan as a plain solve prices it, None where that was not done.
    """

    name: str
    slack: int | None
    plan: FoundPlan
    difference: float
    difference_bound: float
    repriced: FoundPlan | None = None
    builds: tuple[Build, ...] = ()


@dataclass(frozen=True)
class AssetDifference:
    """How an alternative differs from the cheapest plan in one asset: amounts in t a year (t of room for a stockpile).

    ``first_decided`` are the first years in which each decides something there; None where it does not.
    """

    asset: str
    change: str
    cheapest: float
    alternative: float
    cheapest_decided: int | None
    alternative_decided: int | None


def changes(cheapest: Iterable[Build], alternative: Iterable[Build]) -> list[AssetDifference]:
    """In what an alternative differs from the cheapest plan, the largest differences of each kind first."""
    before, after = _totals(cheapest), _totals(alternative)
    found = list(_changes(before, after))
    order = ("added", "left out", "larger", "smaller", "earlier", "later")
    return sorted(found, key=lambda c: (order.index(c.change), -abs(c.alternative - c.cheapest), c.asset))


def _changes(before: dict[str, tuple[float, int]], after: dict[str, tuple[float, int]]) -> Iterator[AssetDifference]:
    for asset in before | after:
        was, first = before.get(asset, (0.0, None))
        now, then = after.get(asset, (0.0, None))
        if first is None:
            change = "added"
        elif then is None:
            change = "left out"
        elif abs(now - was) > SLIGHT * max(1.0, abs(was)):
            change = "larger" if now > was else "smaller"
        elif then != first:
            change = "earlier" if then < first else "later"
        else:
            continue
        yield AssetDifference(asset, change, was, now, first, then)


def _totals(builds: Iterable[Build]) -> dict[str, tuple[float, int]]:
    """The amount and the first year of decision of every asset that a plan builds something of."""
    amounts: dict[str, float] = defaultdict(float)
    first: dict[str, int] = {}
    for build in builds:
        if build.what == "site":
            continue
        amounts[build.asset] += build.t_per_year
        first[build.asset] = min(build.decided, first.get(build.asset, build.decided))
    return {asset: (amount, first[asset]) for asset, amount in amounts.items() if amount > SLIGHT}
