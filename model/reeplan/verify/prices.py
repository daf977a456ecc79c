"""Prices: they are finite and not negative, and agree with the plan wherever theory leaves no choice.

A price is what one tonne more would cost. So where there is surplus it is nothing; and where goods
move freely on a lane, the two ends' prices differ by the freight. Elsewhere prices are not unique.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.verify.tolerances import COPY
from reeplan.verify.verdict import Rule

if TYPE_CHECKING:
    from reeplan.verify.plan import Plan
    from reeplan.verify.verdict import Ledger

TABLE = "prices.csv"
NOT_NEGATIVE = Rule("price_not_negative", "a price that is listed is more than nothing")


def check_prices(plan: Plan, ledger: Ledger) -> None:
    """Range of prices."""
    prices = plan["prices"]
    where = prices[["window", "year", "region", "material"]]
    ledger.true(NOT_NEGATIVE, TABLE, where, prices["usd_per_t"] > 0)
