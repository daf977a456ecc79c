"""The rows about coalitions, read: each with its partners as a binary number, level by level."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.verify.core.tolerances import DIGITS
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.cooperation.fair_shares import groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger

NAMED = Rule("coalition_named", "a coalition is named by its partners, in the order of partners.csv, and counts them")


@dataclass(frozen=True)
class Coalitions:
    """The rows about coalitions whose names are right, each with its ``group``: its partners as a binary number."""

    table: pd.DataFrame
    case: Checked

    @classmethod
    def of(cls, table: pd.DataFrame, case: Checked, ledger: Ledger) -> Coalitions:
        """Find the coalitions by their names; a row with another name is reported and left out."""
        partners = list(case.inputs.wacc)
        known = {name_of(group, partners): group for group in groups(len(partners))}
        group = table["coalition"].map(known)
        size = table["coalition"].str.split(" + ", regex=False).map(len)
        right = group.notna() & (table["partners"] == size)
        ledger.on(COALITIONS, "partners").true(NAMED, table, right, "coalition")
        return cls(table.assign(group=group.fillna(0).astype(int))[group.notna()].reset_index(drop=True), case)

    @property
    def partners(self) -> list[str]:
        """All partners, in the order of partners.csv."""
        return list(self.case.inputs.wacc)

    @property
    def number(self) -> int:
        """How many partners there are."""
        return len(self.partners)

    @property
    def everyone(self) -> int:
        """The coalition of all."""
        return (1 << self.number) - 1

    @cached_property
    def levels(self) -> list[float]:
        """The levels of resilience."""
        return sorted(float(level) for level in self.table["target"].unique())

    def level_near(self, target: float) -> float | None:
        """The level that is a number written in full."""
        near = (level for level in self.levels if abs(level - target) <= DIGITS.share * abs(target) + DIGITS.floor)
        return next(near, None)

    def at(self, level: float) -> pd.DataFrame:
        """The rows at a level, by group."""
        return self.table[self.table["target"] == level].set_index("group")

    def numbers(self, level: float, column: str) -> dict[int, float]:
        """A column at a level, by group; only of coalitions that have a plan."""
        rows = self.at(level)
        return {int(str(group)): float(value) for group, value in rows.loc[rows["cost_musd"].notna(), column].items()}

    def name(self, group: int) -> str:
        """A coalition in words."""
        return name_of(group, self.partners)


def name_of(group: int, partners: list[str]) -> str:
    """The partners of a group, in their order."""
    return " + ".join(partner for k, partner in enumerate(partners) if group >> k & 1)


@dataclass(frozen=True)
class Shares:
    """What allocation.csv states, and what may be said of the core: one of several things where it is close."""

    stated: Mapping[str, dict[str, float]] = field(default_factory=dict)
    side_payments: dict[str, float] = field(default_factory=dict)
    a_year: dict[str, float] = field(default_factory=dict)
    core: Mapping[str, Sequence[bool | None]] = field(default_factory=dict)
