"""Decisions to invest, written down so that they can be read in another case: who pays for what, when, and how much."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reeplan.studies.uncertainty.two_stage import FirstStage


class Kind(Enum):
    """Modules and sites by partner, asset and year (parts of them), or tonnes of room by region, material and year."""

    MODULES = "modules"
    SITE = "site"
    ROOM = "room"

    @property
    def variable(self) -> str:
        """The program's variable that says how much."""
        return {Kind.MODULES: "fund", Kind.SITE: "sitefund", Kind.ROOM: "space"}[self]


@dataclass(frozen=True)
class Decision:
    """One decision: ``whose`` is the partner that pays (of room the region), ``what`` the asset (the material)."""

    kind: Kind
    whose: str
    what: str
    year: int
    amount: float

    @property
    def index(self) -> tuple[str, str, int]:
        """Its index in the program's variable."""
        return self.whose, self.what, self.year

    def at(self, year: int) -> Decision:
        """The same in another year."""
        return replace(self, year=year)

    def __str__(self) -> str:
        if self.kind is Kind.ROOM:
            return f"room for {self.what} in {self.whose} of {self.year}"
        thing = "the site of " if self.kind is Kind.SITE else ""
        return f"{thing}{self.what} of {self.year}, paid by {self.whose},"


def written(kind: Kind, index: Any) -> str:
    """The name of a decision.

    >>> written(Kind.MODULES, ("A", "works", 2030))
    '["modules", "A", "works", 2030]'
    """
    return json.dumps([kind.value, *index], ensure_ascii=False)


def read_decisions(decided: FirstStage) -> list[Decision]:
    """The decisions behind their names.

    >>> read_decisions({'["room", "town", "Nd", 2030]': 12.0})[0].index
    ('town', 'Nd', 2030)
    """
    decisions = []
    for name, amount in decided.items():
        kind, whose, what, year = json.loads(name)
        decisions.append(Decision(Kind(kind), whose, what, year, amount))
    return decisions
