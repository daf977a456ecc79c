"""What each partner bears by each rule, worked out again from the costs of all coalitions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.cooperation import ALLOCATION
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import COPIED, EXACT, ON_THE_EDGE, PART_SUMS, SUMMED, Allowance
from reeplan.verify.core.verdict import How, Rule
from reeplan.verify.studies.cooperation import fair_shares
from reeplan.verify.studies.cooperation.coalitions import Shares

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from reeplan.verify.core.verdict import Ledger, Numbers, TableLedger
    from reeplan.verify.studies.cooperation.coalitions import Coalitions
    from reeplan.verify.studies.cooperation.deal import StatedDeal

RULES = ("shapley", "nucleolus", "nash")
_BANDS = [f"{rule}_{end}_musd" for rule in ("shapley", "nucleolus") for end in ("least", "greatest")]
MOST_PARTNERS_WITH_NUCLEOLUS_BAND = 4

LISTED = Rule("allocation_listed", "every partner, and nobody else, has a row")
STATED = Rule("allocation_stated", "a share is stated if and only if every coalition has a cost")
ALONE = Rule("alone", "what a partner pays alone is the cost of its coalition at the target of the deal")
PAYS = Rule("pays_in_plan", "what a partner pays in the plan is the sum of its rows in pays.csv")
SHARED = Rule("shares_sum", "the partners' shares must sum to what all together cost")
SHAPLEY = Rule("shapley", "the Shapley value is what the partner adds to the cost, averaged over all orders of joining")
SHAPLEY_BAND = Rule("shapley_band", "the band of the Shapley value takes each cost or bound at the end that counts")
NUCLEOLUS = Rule("nucleolus", "the nucleolus treats the group that saves least as well as can be, then the next")
NUCLEOLUS_BAND = Rule("nucleolus_band", "the band of the nucleolus is that of the costs and bounds of all coalitions")
NASH = Rule("nash", "by Nash bargaining every partner saves the same part of the gain")
TWO_AGREE = Rule("two_partners_agree", "for two partners all rules split the gain evenly")
WITHIN = Rule("share_within_band", "a share lies between its least and its greatest value")
CORE_STATED = Rule("core_stated", "a range in the core is stated if and only if there is a core")
CORE = Rule("core_range", "the range is what the partner can bear while no group would pay less on its own")
SIDE = Rule("side_payment", "a side payment is what the partner bears less what it pays in the plan")
SIDES_CLOSE = Rule("side_payments_sum", "the side payments of all partners sum to nothing")
A_YEAR = Rule(
    "side_payment_a_year", "a year's payment is the same in all years and has the side payment's present value"
)


def check_allocation(
    run: Path, game: Coalitions, deal: StatedDeal, pays: Mapping[str, float], ledger: Ledger
) -> Shares:  # fmt: skip
    """Every number of the table."""
    on, table = ledger.on(ALLOCATION), read_table(run, ALLOCATION, ledger)
    listed = list(table["partner"])
    if sorted(listed) != sorted(game.partners):
        on.broken(LISTED, expected=", ".join(game.partners), found=", ".join(map(str, listed)))
        return Shares()
    on.held(LISTED, len(listed))
    table = table.set_index("partner").loc[game.partners].reset_index()
    return _Allocation(table, game, deal, pays, on).checked()


@dataclass(frozen=True)
class _Allocation:
    """The table in the order of the partners, beside what it follows from."""

    table: pd.DataFrame
    game: Coalitions
    deal: StatedDeal
    pays: Mapping[str, float]
    on: TableLedger

    def checked(self) -> Shares:
        costs = self.game.numbers(self.deal.target, "cost_musd")
        bounds = self.game.numbers(self.deal.target, "bound_musd")
        size = max([1.0, *(abs(cost) for cost in costs.values())])
        equal = partial(self._equal, size=size)
        alone = [costs.get(1 << k, np.nan) for k in range(self.game.number)]
        equal(ALONE, "alone_musd", alone, allow=COPIED)
        paid = [self.pays.get(partner, np.nan) for partner in self.game.partners]
        equal(PAYS, "pays_in_plan_musd", paid, allow=PART_SUMS)
        shared = len(costs) == self.game.everyone
        numbers = self.table[[f"{rule}_musd" for rule in RULES]].notna()
        self.on.true(STATED, self.table, numbers.all(axis=1) if shared else ~numbers.any(axis=1))
        core: dict[str, Sequence[bool | None]] = dict.fromkeys(("core", "core_is_certain", "core_exists"), (None,))
        if shared:
            self._check_rules(_exact(costs), _exact(bounds), equal)
            core = self._check_core(_exact(costs), bounds, size)
        else:
            for column in (*_BANDS, "core_least_musd", "core_most_musd"):
                equal(STATED, column, np.nan, allow=COPIED)
        self._check_side_payments(size)
        return Shares(
            {rule: self._column(f"{rule}_musd") for rule in RULES} if shared else {},
            self._column("shapley_side_payment_musd"),
            self._column("shapley_side_payment_musd_per_year"),
            core,
        )

    def _check_rules(
        self, costs: Mapping[int, Fraction], bounds: Mapping[int, Fraction], equal: Callable[..., None]
    ) -> None:
        number, everyone = self.game.number, self.game.everyone
        equal(SHAPLEY, "shapley_musd", fair_shares.shapley(costs, number), allow=PART_SUMS)
        self._check_band("shapley", SHAPLEY_BAND, fair_shares.shapley_ends(bounds, costs, number), PART_SUMS, equal)
        gain = sum(costs[1 << k] for k in range(number)) - costs[everyone]
        equal(NASH, "nash_musd", [costs[1 << k] - gain / number for k in range(number)], allow=PART_SUMS)
        if number == 2:
            for rule in RULES:
                equal(TWO_AGREE, f"{rule}_musd", "shapley_musd", allow=EXACT)
        for rule in RULES:
            found, due = self.table[f"{rule}_musd"], float(costs[everyone])
            how = How(allow=PART_SUMS, size=found.abs().sum(), unit="MUSD")
            self.on.equal(SHARED, {"rule": rule}, due, found.sum(), **how)
        # Where cooperation neither gains nor costs, its last digit decides among which shares the nucleolus is sought.
        if number == 2 or abs(gain) > ON_THE_EDGE * max(abs(cost) for cost in costs.values()):
            equal(NUCLEOLUS, "nucleolus_musd", fair_shares.nucleolus(costs, number), allow=EXACT)
        ends = None
        if number <= MOST_PARTNERS_WITH_NUCLEOLUS_BAND:
            ends = fair_shares.nucleolus_ends(bounds, costs, number, self._loose(costs, bounds))
        self._check_band("nucleolus", NUCLEOLUS_BAND, ends, EXACT, equal)

    def _check_band(
        self, of: str, rule: Rule, ends: Sequence[tuple[Fraction, Fraction]] | None, allow: Allowance,
        equal: Callable[..., None],
    ) -> None:  # fmt: skip
        columns = (f"{of}_least_musd", f"{of}_greatest_musd")
        for end, column in enumerate(columns):
            equal(rule, column, np.nan if ends is None else [pair[end] for pair in ends], allow=allow)
        if ends is not None:
            share = f"{of}_musd"
            self.on.between(WITHIN, self.table, *columns, share, allow=COPIED, size=share)

    def _loose(self, costs: Mapping[int, Fraction], bounds: Mapping[int, Fraction]) -> list[int]:
        """The coalitions whose bound lies below their cost: by all digits, as the corners that are drawn hang on it."""
        exact, proven = self.deal.exactly("cost_musd", self.game), self.deal.exactly("bound_musd", self.game)
        if len(exact) < len(costs) or len(proven) < len(costs):
            exact, proven = ({g: float(value) for g, value in known.items()} for known in (costs, bounds))
        return [group for group in fair_shares.groups(self.game.number) if proven[group] < exact[group]]

    def _check_core(
        self, costs: Mapping[int, Fraction], bounds: Mapping[int, float], size: float
    ) -> dict[str, Sequence[bool | None]]:
        """The range in the core; and whether the Shapley value is in it, surely or by the costs found."""
        number, edge = self.game.number, ON_THE_EDGE * size
        room = float(fair_shares.room_in_core(costs, number))
        exists = _either(room, edge)
        stated = self.table[["core_least_musd", "core_most_musd"]].notna()
        right = stated.all(axis=1) if exists == (True,) else ~stated.any(axis=1)
        if len(exists) == 1:
            self.on.true(CORE_STATED, self.table, right)
        if room >= 0 and stated.to_numpy().all():
            ends = fair_shares.core_range(costs, number) or []
            for column, end in (("core_least_musd", 0), ("core_most_musd", 1)):
                self._equal(CORE, column, [pair[end] for pair in ends], allow=EXACT, size=size)
        shapley = fair_shares.shapley(costs, number)
        groups = [group for group in costs if group != self.game.everyone]
        bears = {group: float(sum(shapley[k] for k in range(number) if group >> k & 1)) for group in groups}
        return {
            "core": _either(min(float(costs[group]) - bears[group] for group in groups), edge),
            "core_is_certain": _either(min(bounds[group] - bears[group] for group in groups), edge),
            "core_exists": exists,
        }

    def _check_side_payments(self, size: float) -> None:
        years = self.game.case.inputs.year_frame["discount"]
        for rule in RULES:
            column = f"{rule}_side_payment_musd"
            due = self.table[f"{rule}_musd"] - self.table["pays_in_plan_musd"]
            self._equal(SIDE, column, due, allow=PART_SUMS, size=size)
            side, yearly = self.table[column], self.table[f"{column}_per_year"]
            # A payment of x in every year is worth the sum of x times each year's discount factor.
            worth = [float((value * years).sum()) if pd.notna(value) else np.nan for value in yearly]
            self._equal(A_YEAR, column, worth, allow=COPIED, size=side.abs().fillna(0.0).to_numpy())
            if side.notna().all():
                how = How(allow=SUMMED, size=size, unit="MUSD")
                self.on.equal(SIDES_CLOSE, {"rule": rule}, 0.0, side.sum(), **how)

    def _column(self, name: str) -> dict[str, float]:
        return dict(zip(self.table["partner"], self.table[name].astype(float), strict=True))

    def _equal(self, rule: Rule, column: str, due: Numbers, *, allow: Allowance, size: Numbers) -> None:
        """Numbers where numbers are due, and none where there are none."""
        self.on.stated(rule, self.table, due, column, allow=allow, size=size)


def _exact(numbers: Mapping[int, float]) -> dict[int, Fraction]:
    return {group: Fraction(value) for group, value in numbers.items()}


def _either(margin: float, edge: float) -> Sequence[bool | None]:
    """Whether there is a margin; where it is as slight as rounding both may be said."""
    return (True, False) if abs(margin) <= edge else (margin > 0,)
