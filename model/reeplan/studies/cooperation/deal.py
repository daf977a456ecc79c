"""What cooperation is worth and who should pay whom: the answers about all coalitions, put together as tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status, status_of
from reeplan.outputs.spec.cooperation import GETS, OWNS, PAYS, RISKS
from reeplan.studies.cooperation.allocation import coalitions, nash, nucleolus, shapley
from reeplan.studies.cooperation.bands import Band, core_is_certain, gain_band, nucleolus_band, shapley_band
from reeplan.studies.cooperation.coalition import named
from reeplan.studies.cooperation.core import core_extent, in_core

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.model.case import Case
    from reeplan.outputs.spec import Output
    from reeplan.studies.cooperation.allocation import Coalition
    from reeplan.studies.cooperation.question import CoalitionAnswer

MOST_PLAYERS_WITH_NUCLEOLUS_BAND = 4
"""Beyond, the nucleolus at so many corners would take minutes."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Deal:
    """The answers by coalition (None where the work was stopped before), for the partners of a case at a target."""

    case: Case
    target: float
    answers: Mapping[Coalition, CoalitionAnswer | None]

    @property
    def partners(self) -> list[str]:
        """All partners."""
        return self.case.partners

    @property
    def everyone(self) -> Coalition:
        """The coalition of all partners."""
        return frozenset(self.partners)

    def name(self, coalition: Coalition) -> str:
        """A coalition in words, its partners in the order of the case."""
        return named(self.partners, coalition)

    def status(self, coalition: Coalition) -> str:
        """How the search for a coalition's plan ended."""
        answer = self.answers.get(coalition)
        if answer is None:
            return Status.NOT_SOLVED
        if answer.out_of_reach:
            return Status.OUT_OF_REACH
        return Status.OPTIMAL if answer.solved else status_of(answer.outcome, found=answer.found)

    # ---- what cooperation gains -----------------------------------------------------------------

    @cached_property
    def costs(self) -> dict[Coalition, float]:
        """The cost of every coalition that has a plan, MUSD."""
        return {c: a.cost_musd for c in coalitions(self.partners) if (a := self.answers.get(c)) and a.found}

    @cached_property
    def bounds(self) -> dict[Coalition, float]:
        """A cost that no plan of the coalition can undercut, MUSD."""
        return {c: a.bound_musd for c in coalitions(self.partners) if (a := self.answers.get(c)) and a.found}

    def gain(self, coalition: Coalition) -> tuple[float, Band] | None:
        """What a coalition saves against its members alone, and between which values that is certain (MUSD).

        None where it or one of its members has no plan.
        """
        if any(group not in self.costs for group in [coalition, *(frozenset([one]) for one in coalition)]):
            return None
        alone = sum(self.costs[frozenset([one])] for one in coalition)
        return alone - self.costs[coalition], gain_band(self.costs, self.bounds, coalition)

    @property
    def can_be_shared(self) -> bool:
        """Whether every coalition has a cost: only then do the rules of sharing say anything."""
        return all(coalition in self.costs for coalition in coalitions(self.partners))

    @cached_property
    def shares(self) -> dict[str, dict[str, float]]:
        """What each partner bears of the joint cost by each rule, MUSD: shapley, nucleolus, nash."""
        if not self.can_be_shared:
            return {}
        return {"shapley": shapley(self.costs), "nucleolus": nucleolus(self.costs), "nash": nash(self.costs)}

    def in_core(self, rule: str) -> bool | None:
        """Whether no coalition would pay less on its own than by this rule, going by the costs of the plans found."""
        return in_core(self.costs, self.shares[rule]) if self.shares else None

    def surely_in_core(self, rule: str) -> bool | None:
        """Whether that holds even if every coalition's bound were its cost."""
        return core_is_certain(self.costs, self.bounds, self.shares[rule]) if self.shares else None

    @cached_property
    def core_exists(self) -> bool | None:
        """Whether any sharing keeps every coalition from going alone."""
        return core_extent(self.costs) is not None if self.shares else None

    # ---- who pays whom --------------------------------------------------------------------------

    def pays_in_plan(self, partner: str) -> float:
        """What falls to a partner in the joint plan before side payments, MUSD; not a number without a joint plan."""
        answer = self.answers.get(self.everyone)
        return math.nan if answer is None or answer.bill is None else answer.bill.total(partner)

    def side_payment(self, rule: str, partner: str) -> float:
        """What a partner pays to the others (negative: receives) so that it bears what the rule says, MUSD."""
        if not self.shares:
            return math.nan
        return self.shares[rule][partner] - self.pays_in_plan(partner)

    def a_year(self, musd: float) -> float:
        """The level payment in every year of the plan that has this present value, MUSD a year."""
        return musd / sum(self.case.discount(year) for year in self.case.years)

    # ---- tables ---------------------------------------------------------------------------------

    def coalition_rows(self) -> list[Row]:
        """One row a coalition."""
        return [self._coalition_row(coalition) for coalition in coalitions(self.partners)]

    def _coalition_row(self, coalition: Coalition) -> Row:
        answer, gained = self.answers.get(coalition), self.gain(coalition)
        found = answer if answer is not None and answer.found else None
        return {
            "coalition": self.name(coalition),
            "partners": len(coalition),
            "status": self.status(coalition),
            "target": self.target,
            "cost_musd": math.nan if found is None else found.cost_musd,
            "bound_musd": math.nan if found is None else found.bound_musd,
            "resilience": math.nan if found is None else found.resilience,
            "highest_resilience": math.nan if answer is None else answer.highest_resilience,
            "gain_musd": math.nan if gained is None else gained[0],
            "gain_least_musd": math.nan if gained is None else gained[1].least,
            "gain_greatest_musd": math.nan if gained is None else gained[1].greatest,
            "seconds": math.nan if answer is None else round(answer.seconds, 2),
        }

    def allocation_rows(self) -> list[Row]:
        """One row a partner: alone, in the plan, by each rule with its band, its range in the core, side payments."""
        bands = shapley_band(self.costs, self.bounds) if self.shares else {}
        few = len(self.partners) <= MOST_PLAYERS_WITH_NUCLEOLUS_BAND
        around = nucleolus_band(self.costs, self.bounds) if self.shares and few else {}
        extent = (core_extent(self.costs) if self.shares else None) or {}
        nothing = (math.nan, math.nan)
        rows = []
        for k in self.partners:
            row: Row = {
                "partner": k,
                "alone_musd": self.costs.get(frozenset([k]), math.nan),
                "pays_in_plan_musd": self.pays_in_plan(k),
            }
            for rule, band in (("shapley", bands.get(k, nothing)), ("nucleolus", around.get(k, nothing))):
                row[f"{rule}_musd"] = self.shares[rule][k] if self.shares else math.nan
                row[f"{rule}_least_musd"], row[f"{rule}_greatest_musd"] = band
            row["nash_musd"] = self.shares["nash"][k] if self.shares else math.nan
            row["core_least_musd"], row["core_most_musd"] = extent.get(k, nothing)
            for rule in ("shapley", "nucleolus", "nash"):
                row[f"{rule}_side_payment_musd"] = self.side_payment(rule, k)
                row[f"{rule}_side_payment_musd_per_year"] = self.a_year(self.side_payment(rule, k))
            rows.append(row)
        return rows

    def bill_rows(self) -> dict[Output, list[Row]]:
        """What each partner pays, owns and risks in the joint plan, by table; nothing without a joint plan."""
        answer = self.answers.get(self.everyone)
        if answer is None or answer.bill is None:
            return {}
        bill = answer.bill
        return {
            PAYS: [{"partner": k, "part": part, "musd": musd} for (k, part), musd in sorted(bill.paid.items())],
            OWNS: [{"asset": a, "partner": k, "capex_musd": musd} for (a, k), musd in sorted(bill.owned.items())],
            GETS: [
                {"partner": k, "from_country": origin, "material": material, "window": window, "t": t}
                for (k, origin, material, window), t in bill.arrived.items()
            ],
            RISKS: [
                {"partner": k, "window": w, "served_share": share, "lost_musd": bill.lost[k, w]}
                for (k, w), share in bill.served.items()
            ],
        }

    def ceiling_rows(self) -> list[Row]:
        """Where a coalition's part of a shared seller binds, and what one tonne more would be worth to it."""
        return [
            {"coalition": self.name(coalition), **vars(ceiling)}
            for coalition in coalitions(self.partners)
            if (answer := self.answers.get(coalition)) is not None
            for ceiling in answer.ceilings
        ]
