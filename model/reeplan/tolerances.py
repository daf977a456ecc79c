"""How near counts as equal, how little as nothing, how close as proven: stated here and nowhere else.

``verify``, which judges what the rest has found, has its own in ``verify/core/tolerances.py``. Three things say how
fine they can be:

- sums of floating-point numbers are good to about 1e-15 of their largest term;
- a linear program keeps its rules to about 1e-9, a search over whole numbers to about 1e-7 of the (scaled) terms;
- amounts up to 1e-7 are therefore noise and not written, and what is told of a plan begins at ten times that.

Nothing that is planned is that small. "Relative" is a part of what is compared, "of shares" a share of one.
"""

from __future__ import annotations

# ---- arithmetic ------------------------------------------------------------------------------------

NOT_ZERO = 1e-30
"""Any unit: the least that is divided by where there may be nothing."""

LAST_DIGITS = 1e-12
"""Relative, or of shares and weights: the last digits of a sum."""

ROUNDING = 1e-9
"""Relative (costs), or of shares and modules: two numbers that were worked out in two ways and differ by less are one.

It is what linear programs keep: a difference between the answers of two of them means nothing below it.
"""

# ---- the solver: what it is asked to keep, and what its answers may be off by ------------------------

FEASIBILITY = 1e-7
"""Scaled: by how much a search over whole numbers may break a row, and how far from nothing a dual may lie that is
nothing. The solver's own default."""

FINE_FEASIBILITY = 1e-9
"""Scaled: the same in linear programs, and in a search that is made again with more care."""

SMALLEST_COEFFICIENT = 1e-9
"""Scaled: the solver leaves out what is no larger. Its own default."""

FINE_SMALLEST_COEFFICIENT = 1e-12
"""Scaled: the same in a search that is made again with more care; it takes no less."""

FAINT = 1e-6
"""Relative to the largest (scaled) coefficient of a cut: a smaller one is replaced by the least that it can come to, as
the solver might leave it out."""

FIXED_ROOM = 1e-6
"""t: room given to rows whose fixed part is itself an answer of the solver."""

REACHED_ROOM = 1e-9
"""Relative (costs), or of shares: room left to what a linear program has just reached, so that the next one, which
must keep it, is not infeasible by its rounding."""

KEPT_ROOM = 3e-9
"""Of shares: by how much a plan that was made to keep a resilience may miss it, as each of the linear programs that
make it may miss it by 1e-9; it counts as one that keeps it, and what was proven there holds for it."""

HELD_ROOM = (0.0, 1e-11, 1e-9, 1e-7)
"""Relative: room given to what is held fixed, one after the other, until the rest can be solved again."""

LIMIT_ROOM = 1e-8
"""Relative (costs), or of modules: by how much what was made to keep a limit may miss it, as sums of the solver's
values are no closer. Ten times what linear programs keep."""

INEXACT = 1e-6
"""Relative to the size of the terms: an answer that breaks a rule or contradicts another by more is not relied on.

Ten times what a search over whole numbers keeps.
"""

# ---- gaps ------------------------------------------------------------------------------------------

SMALLEST_GAP = 1e-7
"""Relative to the cost, or to the size of its terms: no smaller gap is asked for, and a smaller difference of costs is
none. Floating point is hardly finer."""

RESILIENCE_GAP = 1e-6
"""Of shares: the accuracy to which the highest resilience is proven. Nearer to it the solver's tolerances decide
whether a target is in reach."""

# ---- resilience, and what is asked for -----------------------------------------------------------------

NEAREST_S = 4.0
"""s: how long each of two searches for the plan nearest to another may take. Nothing is proven by them, so they are
never worth more."""

NEAREST_GAP = 1e-2
"""Relative to the distance of two plans: a plan that is nearer by less is not looked for."""

RESILIENCE_SLACK = 1e-7
"""Of shares: how far below the resilience it was made for, such as the highest, a plan may stay while its cost is
minimised. It keeps that resilience all the same."""

SAME_RESILIENCE = 2 * RESILIENCE_SLACK
"""Of shares: two resiliences that differ by less are one, as each may stay below what it was made for."""

NEAR_RESILIENCE = 1e-3
"""Of shares, or of a range of costs: nearer than this counts as one where plans of several runs are compared, as fronts
rarely have plans at the very same level. A tenth of a point."""

MISSED = 1e-6
"""Relative: what is asked for (a demand, a target, a limit, a gap) and missed by no larger a part is kept."""

# ---- amounts -----------------------------------------------------------------------------------------

NOISE = 1e-7
"""t, modules, MUSD, USD/t: amounts up to this are the solver's noise and are not written."""

SLIGHT = 1e-6
"""t, modules, MUSD, USD/t, inches, %; relative where it is more than one: amounts up to this are neither told nor
drawn, and two that differ by no more are one. Ten amounts that were left out as noise reach it together."""

SLIGHT_DIVISIBLE = 1e-4
"""t, MUSD: up to this a plan does without what can be divided, where the question is whether it must.

Least amounts are proven far less closely than a plan's amounts are kept.
"""

FINEST_STEP = 1e-4
"""Relative to the largest term: an amount in steps that are smaller counts as divisible."""

STEP_ROUNDING = 1e-5
"""Of a step: a bound that misses a whole number of steps by less means that number."""

ASSAY_ROUNDING = 0.005
"""Of shares: how far those of a basket may be from 1 together; published baskets are rounded."""

# ---- words, figures, explanations ----------------------------------------------------------------------

SHOWN_SHARE = 5e-4
"""Of shares: less would read as 0.0 %."""

SHOWN_MUSD = 0.05
"""MUSD: less would read as 0.0."""

LEAST_EXTENT = 1e-4
"""Relative (costs), or of shares: no axis is shorter, so that a difference that means nothing does not fill it."""

CHANGE_ACCURACY = 1e-3
"""Relative, or of a last digit: how closely the least change that makes a plan possible is found."""
