"""What an analyst chooses: how much costlier plans may be, how many whole plans to look for, and how hard to search."""

from __future__ import annotations

from dataclasses import dataclass

CLASSES, RANGES, BOUNDS = "classes", "ranges", "bounds"
"""How far to search: until every class is decided, until every least and most is proven, or not at all."""


@dataclass(frozen=True)
class Slack:
    """How much more than the cheapest plan a plan may cost: a share of its cost, or an amount in MUSD.

    Most of the cost is purchases that no plan changes, so a small share of it can be much of what plans decide: then
    an amount says more.
    """

    share: float | None = None
    musd: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.share, self.musd) if value is not None]
        if len(given) != 1 or not 0 <= given[0] < float("inf"):
            raise ValueError("a slack is either a share of the cost or an amount in MUSD, and not negative")

    def of(self, cost_musd: float) -> float:
        """The slack in MUSD."""
        return self.musd if self.musd is not None else (self.share or 0.0) * abs(cost_musd)

    def __str__(self) -> str:
        return f"{self.musd:,g} MUSD" if self.musd is not None else f"{100 * (self.share or 0.0):g} %"


@dataclass(frozen=True)
class AlternativesOptions:
    """The slacks, how many whole alternatives to find at each, and how far to search.

    ``search``: ``classes`` seeks whole plans only where the relaxation leaves open whether something must be built,
    ``ranges`` until every least and most is proven, ``bounds`` not at all. ``gap`` is for the cheapest plan (relative
    to its cost); every search takes at most ``time_limit_s``.
    """

    slacks: tuple[Slack, ...] = (Slack(share=0.01), Slack(share=0.03), Slack(share=0.05))
    whole_plans: int = 4
    search: str = CLASSES
    gap: float = 0.001
    time_limit_s: float = 600.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.slacks:
            raise ValueError("at least one slack is needed")
        if self.search not in (CLASSES, RANGES, BOUNDS):
            raise ValueError(f"search is {CLASSES}, {RANGES} or {BOUNDS}, not {self.search}")
