"""What a run of ``reeplan cooperate`` found, read from the tables at the top of its folder; without drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.interval import UNKNOWN, Interval
from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.present.charts.palette import ORDER, OTHER
from reeplan.studies.cooperation.allocation import weights_of_shapley
from reeplan.tolerances import LAST_DIGITS, SMALLEST_GAP

if TYPE_CHECKING:
    from reeplan.present.run import Run

ALL_TOGETHER = "all together"
"""Who stands for all partners in the tables."""

# ---- coalitions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """One coalition at one target. ``cost``: the plan found, no plan costs less than its least."""

    name: str
    status: str
    cost: Interval
    highest_resilience: float
    gain: Interval

    @property
    def cannot(self) -> bool:
        """Whether it is proven that it has no plan."""
        return self.status == Status.OUT_OF_REACH


@dataclass(frozen=True)
class Level:
    """All coalitions at one target."""

    target: float
    partners: list[str]
    groups: dict[frozenset[str], Group]

    @cached_property
    def together(self) -> Group:
        """All partners together."""
        missing = Group(" + ".join(self.partners), Status.NOT_SOLVED, UNKNOWN, math.nan, UNKNOWN)
        return self.groups.get(frozenset(self.partners), missing)

    def alone(self, partner: str) -> Group:
        """One partner alone."""
        return self.groups.get(frozenset([partner]), Group(partner, Status.NOT_SOLVED, UNKNOWN, math.nan, UNKNOWN))

    @cached_property
    def alone_cost(self) -> Interval:
        """What all cost alone, added up; unknown where one has no plan."""
        costs = [self.alone(partner).cost for partner in self.partners]
        return Interval.weighted((1.0, cost) for cost in costs)

    @cached_property
    def unable(self) -> list[str]:
        """Partners that cannot reach the target alone."""
        return [partner for partner in self.partners if self.alone(partner).cannot]

    @cached_property
    def gain(self) -> Interval:
        """What all together save against all alone."""
        return self.together.gain

    @cached_property
    def noise(self) -> float:
        """Less than this is nothing, MUSD."""
        costs = [abs(group.cost.found) for group in self.groups.values() if group.cost.known]
        return SMALLEST_GAP * max([1.0, *costs])

    def gain_of(self, partner: str) -> Interval:
        """What a partner saves against alone if it bears its Shapley value, and between which values for certain.

        It is a sum of costs with weights, so each cost stands once at its bound and once at the cost found.
        """
        weights = {frozenset(c): -weight for c, weight in weights_of_shapley(self.partners, partner).items()}
        weights[frozenset([partner])] += 1.0
        if any(c not in self.groups or not self.groups[c].cost.known for c in weights):
            return UNKNOWN
        return Interval.weighted((w, self.groups[c].cost) for c, w in weights.items() if abs(w) > LAST_DIGITS)


def levels(run: Run) -> list[Level]:
    """Every target that was asked of the coalitions, the lowest first."""
    table = run.table(COALITIONS)
    who = coalitions_by_name(run.partners)
    return [
        Level(
            float(str(target)),
            run.partners,
            {who[row["coalition"]]: _group(row) for row in rows.to_dict("records") if row["coalition"] in who},
        )
        for target, rows in table.groupby("target", sort=True)
    ]


def coalitions_by_name(partners: list[str]) -> dict[str, frozenset[str]]:
    """Every coalition by the name that it has in the tables: names may hold any sign, so none is taken apart."""
    return {
        " + ".join(some): frozenset(some)
        for size in range(1, len(partners) + 1)
        for some in combinations(partners, size)
    }


def _group(row: dict[Any, Any]) -> Group:
    cost = Interval.stated(row["bound_musd"], row["cost_musd"], row["cost_musd"])
    return Group(
        row["coalition"],
        row["status"],
        UNKNOWN if math.isnan(cost.found) else cost,
        row["highest_resilience"],
        Interval(row["gain_least_musd"], row["gain_musd"], row["gain_greatest_musd"]),
    )


def deal_level(run: Run) -> Level | None:
    """The target at which the deal was made; None where no coalition is listed.

    It is in the manifest. A folder that names none: the highest target at which the gain is known, else the highest.
    """
    found = levels(run)
    if not found:
        return None
    stated = dict(run.manifest.get("cooperate") or {}).get("target", run.manifest.get("target"))
    if isinstance(stated, int | float):
        return min(found, key=lambda level: abs(level.target - stated))
    known = [level for level in found if level.gain.known]
    return (known or found)[-1]


# ---- names --------------------------------------------------------------------------------------


def members(run: Run, name: str) -> list[str]:
    """The partners of a coalition; a name that is none is its only member."""
    who = coalitions_by_name(run.partners).get(name, frozenset([name]))
    return [partner for partner in run.partners if partner in who] or [name]


# ---- colours ------------------------------------------------------------------------------------


def partner_colours(run: Run) -> dict[str, str]:
    """A colour of its own for each of up to eight partners: that of all figures as far as it has one there."""
    colours = {partner: run.partner_colour(partner) for partner in run.partners}
    left = [colour for colour in ORDER if colour not in colours.values()]
    for partner in [name for name, colour in colours.items() if colour == OTHER][: len(left)]:
        colours[partner] = left.pop(0)
    return colours
