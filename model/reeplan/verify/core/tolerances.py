"""How far a number may be off before a rule counts as broken, and why; stated here and nowhere else.

Three things separate a sound plan's tables from exact arithmetic:

- the tables hold twelve significant digits (a relative error of 5e-13 a number);
- amounts below 1e-7 are left out of the tables;
- a linear program keeps its rules to about 1e-9 of the size of their (scaled) terms.

Nothing that is planned is that small. An allowance is ``share × size of the terms + floor``, where the size
is the sum of the absolute terms of the row, so that a large sum of cancelling terms is not held to more
than its digits allow. Sound runs have stayed below 1e-10 of the size.
"""

from __future__ import annotations

from typing import NamedTuple


class Allowance(NamedTuple):
    """A part of the size of a row's terms, and an amount that is always allowed (in the row's unit)."""

    share: float
    floor: float


KEPT = Allowance(1e-6, 1e-6)
"""A limit in tonnes (or MUSD) that the solver keeps; the floor is that of ten omitted amounts."""

BALANCED = Allowance(1e-8, 1e-6)
"""Balances bind nearly everywhere: 1 % of a small flow must not hide in a large one."""

COPIED = Allowance(1e-9, 0.0)
"""A number that follows from numbers in the same row: only digits are lost."""

DIGITS = Allowance(1e-11, 1e-15)
"""The same number written twice, in full and in twelve digits."""

SUMMED = Allowance(1e-9, 1e-6)
"""A number that follows from other rows, in tonnes, MUSD or modules: omitted amounts are missing from it."""

FIGURE = Allowance(1e-9, 1e-8)
"""A share, or another figure that follows from amounts."""

SOURCES = Allowance(1e-9, 1e-6)
"""A share of one source in all, where slight sources may be missing."""

PART_SUMS = Allowance(1e-11, 1e-7)
"""Cost parts and gaps, which are sums of twelve digits."""

SAME_ROWS = Allowance(1e-9, 1e-12)
"""A sum of rows that were written as they were summed."""

REACHED = Allowance(1e-9, 2e-7)
"""A target of resilience; plans that differ by less count as equally resilient."""

LEVEL = 2e-9
"""Two levels of resilience that differ by less are one."""

SETTLED = Allowance(1e-5, 0.0)
"""A gap against the one asked for: plans are re-run after the search, which moves their costs in the last digits."""

PROVEN_HIGHEST = 3e-6
"""How far the highest resilience that is proven may lie above the most resilient plan of a front that is done."""

SAME_COST = 1e-9
"""Plans whose cost differs by less (relative) count as equally dear."""

OMITTED = 1e-7
"""Amounts up to this (t, modules, MUSD) are not written."""

SURPLUS_WRITTEN = 1e-6
"""Surplus is listed above this many tonnes."""

PRICED = Allowance(1e-6, 1e-5)
"""A price of prices.csv, which lists those above 1e-6 USD/t, against what it should be."""

OPTIMAL = 1e-8
"""Part of the cost by which a reported plan may miss the optimum that its prices belong to: each linear program
is given 1e-9 of room to keep what the one before has reached."""
