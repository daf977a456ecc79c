"""What each change of the deal is worth, as figure and report show it: to all together and to each partner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.interval import UNKNOWN, Interval
from reeplan.outputs.spec.cooperation import LEVERS
from reeplan.present.figures.cooperation.data import ALL_TOGETHER, deal_level
from reeplan.tolerances import SMALLEST_GAP
from reeplan.words import display_name

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.run import Run

OUT_BEFORE = "reaches the target only with the change"
OUT_AFTER = "cannot reach the target any more"
OUT_BOTH = "cannot reach the target, changed or not"
"""What ``status`` says of a change where there is no plan to compare."""

COLUMNS = (
    "clause", "about", "change", "partner", "worth_musd", "worth_least_musd", "worth_greatest_musd", "status",
)  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """One change of one clause: what it saves all together, and each partner of its Shapley value (MUSD)."""

    clause: str
    about: str
    change: str
    status: str
    together: Interval
    partners: dict[str, Interval]
    noise: float

    @property
    def short(self) -> str:
        """The change in a word or a few; what it means comes after its colon."""
        return display_name(self.change.partition(":")[0])

    @property
    def in_words(self) -> str:
        """Clause, whose, and the change."""
        return f"{display_name(self.clause)} ({display_name(self.about)}) {self.short}"

    @property
    def breaks(self) -> bool:
        """Whether all together cannot reach the target any more."""
        return self.status == OUT_AFTER

    @property
    def makes(self) -> bool:
        """Whether all together reach the target only with it."""
        return self.status == OUT_BEFORE

    @property
    def size(self) -> float:
        """The most that it is worth to anybody, either way, MUSD; 0 where that is not known."""
        known = [abs(amount.found) for amount in [self.together, *self.partners.values()] if amount.known]
        return max(known, default=0.0)

    def sign(self, amount: Interval) -> int:
        """1 where it saves for certain, -1 where it costs for certain, else 0."""
        if amount.low > self.noise:
            return 1
        return -1 if amount.high < -self.noise else 0

    def is_nothing(self, amount: Interval) -> bool:
        """Whether it is certain that it neither saves nor costs."""
        return max(abs(amount.low), abs(amount.high)) <= self.noise

    @property
    def idle(self) -> bool:
        """Whether it is certain that it matters to nobody."""
        amounts = [self.together, *(amount for amount in self.partners.values() if amount.known)]
        return self.together.known and all(self.is_nothing(amount) for amount in amounts)


def table_of(run: Run) -> pd.DataFrame:
    """``levers.csv`` with the columns that are shown, and whether the sign of each worth is certain."""
    table = run.table(LEVERS)[list(COLUMNS)]
    noise = _noise(run, table)
    table["sign"] = [_sign_in_words(row, noise) for row in table.to_dict("records")]
    return table


def levers_of(run: Run, table: pd.DataFrame) -> list[Lever]:
    """The changes: first those that decide whether the target is reached at all, then by what they are worth."""
    noise, found = _noise(run, table), []
    for (clause, about, change), rows in table.groupby(["clause", "about", "change"], sort=False):
        of = {row["partner"]: row for row in rows.to_dict("records")}
        every = of.pop(ALL_TOGETHER, None)
        found.append(
            Lever(
                str(clause),
                str(about),
                str(change),
                every["status"] if every else "",
                _amount(every) if every else UNKNOWN,
                {name: _amount(row) for name, row in of.items() if name in run.partners},
                noise,
            )
        )
    return sorted(found, key=lambda lever: (not (lever.breaks or lever.makes), -lever.size))


def _noise(run: Run, table: pd.DataFrame) -> float:
    level = deal_level(run)
    if level is not None:
        return level.noise
    largest = table["worth_musd"].abs().max()
    return SMALLEST_GAP * max(1.0, 0.0 if math.isnan(largest) else largest)


def _sign_in_words(row: dict[Any, Any], noise: float) -> str:
    amount = _amount(row)
    if not amount.known:
        return "unknown"
    if max(abs(amount.low), abs(amount.high)) <= noise:
        return "nothing"
    return "saves" if amount.low > noise else "costs" if amount.high < -noise else "not certain"


def _amount(row: dict[Any, Any]) -> Interval:
    amount = Interval.stated(*(row[f"worth{end}_musd"] for end in ("_least", "", "_greatest")))
    return amount if amount.known else UNKNOWN


def is_unsolved(lever: Lever) -> bool:
    """Whether nothing is known of it, because its plans were not found."""
    return not lever.together.known and lever.status not in (OUT_BEFORE, OUT_AFTER, OUT_BOTH, Status.OPTIMAL)
