"""Words of a run folder that several checks know: its paths, parts of the cost, names and how a search may end."""

from __future__ import annotations

from reeplan.outputs.spec.plans import IAMC

BASE = "base"
NO = "no"
PARTS = ("annuities", "fixed", "process", "purchases", "transport", "sales", "holding", "shortage", "restock")

MINED = "ore"
"""What a process takes that digs."""

EXCHANGE = IAMC.name
"""A plan's table in exchange format, whose columns are years: by file name."""

FAILED, UNBOUNDED, UNPROVEN = "the solver failed", "cost without limit", "bound not proven"
"""How a search may end, whatever is sought: with no plan in the first two, and a plan without a proof in the third."""

SERVED = "worst_window_served_"
"""Begins the name of each partner's column of ``front.csv``."""
