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


# ---- limits, balances, sums of amounts ------------------------------------------------------------------

KEPT = Allowance(1e-6, 1e-6)
"""A limit in tonnes, MUSD or modules that the solver keeps; the floor is that of ten omitted amounts."""

BALANCED = Allowance(1e-8, 1e-6)
"""Balances bind nearly everywhere: 1 % of a small flow must not hide in a large one."""

BINDS = 1e-6
"""Part of a limit within which it binds."""

SUMMED = Allowance(1e-9, 1e-6)
"""A number that follows from other rows, in tonnes, MUSD or modules: omitted amounts are missing from it."""

SUMMED_OVER_ALL = Allowance(1e-9, 1e-5)
"""The same of a sum over all years or places, of each of which an amount may be omitted."""

SOURCES = Allowance(1e-9, 1e-6)
"""A share of one source in all, where slight sources may be missing."""

OMITTED = 1e-7
"""Amounts up to this (t, modules, MUSD) are not written."""

UNUSED = 1e-5
"""Uses of fewer tonnes may or may not be listed: they border on nothing."""

SAME_AMOUNT = 1e-6
"""Amounts that differ by less (t, MUSD; relative where they are more than one) are one."""

SURPLUS_WRITTEN = 1e-6
"""Surplus is listed above this many tonnes."""

NOTHING_DIVISIBLE = 1e-4
"""Amounts of what can be divided (t, MUSD) below this are none."""

FINEST_STEP = 1e-4
"""Steps smaller than this part of the largest module tell nothing."""

PRICED = Allowance(1e-6, 1e-5)
"""A price of prices.csv, which lists those above 1e-6 USD/t, against what it should be."""

# ---- numbers that follow from numbers that were written ----------------------------------------------------

UNTOLD = 1e-12
"""Part of the largest value, or of one, that the tables do not tell."""

LAST_DIGITS = 1e-11
"""Part of the size that is the last digits of a sum in the tables."""

DIGITS = Allowance(1e-11, 1e-15)
"""The same number written twice, in full and in twelve digits."""

WORKED_OUT = Allowance(1e-11, 1e-11)
"""A number worked out from two or three others of twelve digits; the size is that of the largest of them."""

DIFFERENCE = Allowance(2e-11, 1e-11)
"""A difference of two numbers that were themselves worked out so."""

PART_SUMS = Allowance(1e-11, 1e-7)
"""Cost parts and gaps, which are sums of twelve digits."""

COPIED = Allowance(1e-9, 0.0)
"""A number that follows from numbers in the same row: only digits are lost."""

SAME_ROWS = Allowance(1e-9, 1e-12)
"""A sum of rows that were written as they were summed."""

ARITHMETIC = Allowance(1e-9, 1e-9)
"""A number worked out from several rows, of which each has twelve digits; the size is that of its terms."""

FIGURE = Allowance(1e-9, 1e-8)
"""A share, or another figure that follows from amounts."""

SAME = 1e-9
"""Numbers that differ by less (relative: costs, regrets, outputs) count as one."""

VARIED_TO = Allowance(1e-10, 0.0)
"""A number of the case moved to a position in its range, relative to the range's larger end."""

PLACE = 1e-9
"""Positions in a range (from 0 to 1) that differ by less are one."""

BLURRED = 1e-3
"""An index is checked where what the tables do not tell moves it by less (a share of the variance)."""

CERTAIN = 1e-9
"""A probability below this is rounding."""

EDGE = 1e-3
"""What comes so near to a tolerance (as a part of it) may fall on either side."""

# ---- resilience and shares of demand -----------------------------------------------------------------------

REACHED = Allowance(1e-9, 2e-7)
"""A target of resilience; plans that differ by less count as equally resilient."""

LEVEL = 2e-9
"""Two levels of resilience that differ by less are one."""

KEPT_LEVEL = 2 * LEVEL
"""A plan that was made to keep a level may serve less by this, as each linear program that made it misses by 1e-9."""

STEP = Allowance(0.0, 1e-6)
"""Steps of resilience on the front that are smaller are none: the highest resilience is proven no closer."""

SERVED_LEVEL = 3e-9
"""The same of a level and of what a plan serves when it is solved again."""

SHARES = Allowance(1e-6, 1e-6)
"""A share of demand that the solver keeps: a resilience that misses the level asked for by less is rounding."""

SAME_SHARE = 1e-7
"""Shares of demand of two plans that differ by less are one."""

MISSED = 1e-6
"""A shortage below this part of demand does not end survival."""

PROVEN_HIGHEST = 3e-6
"""How far the highest resilience that is proven may lie above the most resilient plan of a front that is done."""

HIGHEST = Allowance(1e-9, PROVEN_HIGHEST)
"""The highest resilience found by two searches, each proven to 1e-6."""

HIGHEST_DRAWN = Allowance(1e-6, PROVEN_HIGHEST)
"""The highest resilience of a future against the target out of its reach."""

PROMINENT = 1e-6
"""A bend of the front that comes so near to being a knee (a share of the front's range) may count as one or not."""

# ---- costs that were sought, bounds and gaps -----------------------------------------------------------------

SMALLEST_GAP = 1e-7
"""Part of the cost below which no gap is asked for, and neither a gap nor a step is distinguishable."""

GAP_REACHED = 1e-6
"""A gap that exceeds the one asked for by this part of it is reached."""

SETTLED = Allowance(1e-5, 0.0)
"""A gap against the one asked for: plans are re-run after the search, which moves their costs in the last digits."""

SOLVED = Allowance(SMALLEST_GAP, 1e-9)
"""Costs of two plans, one of which must be the cheaper, as each is found to the smallest gap at best."""

EXACT = Allowance(SMALLEST_GAP, 1e-7)
"""What is worked out from several such costs, as what partners gain together."""

EXACT_AFTER_A_BREAK = Allowance(SMALLEST_GAP, 1e-6)
"""Costs after a break of what is held together, from which omitted amounts are missing."""

PROVEN_COST = Allowance(1e-6, 1e-9)
"""A plan carried out again, against what was proven of plans as resilient."""

AMOUNT_PROVEN = 0.0101
"""Part of what is open between the bounds of an amount that can be divided, to which it is proven: a hundredth."""

WITHIN = 1e-8
"""Part of the cost by which a plan may exceed its limit: the last digits of the solver's sums."""

ON_THE_EDGE = 1e-8
"""Part of the largest cost within which a group counts as neither better nor worse off."""

OPTIMAL = 1e-8
"""Part of the cost by which a reported plan may miss the optimum that its prices belong to: each linear program
is given 1e-9 of room to keep what the one before has reached."""
