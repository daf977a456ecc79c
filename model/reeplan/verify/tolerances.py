"""How far a number may be off before a rule counts as broken, and why; stated here and nowhere else.

Three things separate a sound plan's tables from exact arithmetic:

- the tables hold twelve significant digits (a relative error of 5e-13 a number);
- amounts below 1e-7 are left out of the tables;
- a linear program's rules hold to about 1e-9 of the size of their (scaled) terms.

Nothing a planner decides is that small. An allowance is ``share × size of the terms + floor``, where the
size is the sum of the absolute terms of the row, so that a large sum of cancelling terms is not held
to more than its digits allow.
"""

from __future__ import annotations

RULE = 1e-6
"""Share of the row's terms by which a rule that the solver keeps may be missed."""

BALANCE = 1e-8
"""The same for balances: they bind nearly everywhere, and 1 % of a small flow must not hide in a large one."""

COPY = 1e-9
"""Share for a number that follows from other written numbers: only digits are lost."""

OMITTED = 1e-7
"""Amounts up to this (t, modules, MUSD) are not written."""

TONNES = 1e-6
"""Floor of rules in tonnes: ten omitted amounts."""

MUSD = 1e-6
"""Floor of cost rows: what omitted tonnes of the dearest oxide cost stays below one USD."""

SHARE = 1e-9
"""Floor of rules between shares."""

SURPLUS_WRITTEN = 1e-6
"""Surplus is listed above this many tonnes."""

WHOLE = 1e-6
"""Modules and sites are whole to this."""

RESILIENCE = 2e-7
"""Plans whose resilience differs by less count as equally resilient."""
