"""What a plan costs more than the first, in all and what for; and what could be exchanged within its gap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.tolerances import SHOWN_MUSD, SHOWN_SHARE, SLIGHT
from reeplan.words import display_name, join_and, musd, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

PARTS = {
    "capital_over_first_musd": ("more capital", "less capital"),
    "running_over_first_musd": ("more to run, ship and store", "less to run, ship and store"),
    "purchases_over_first_musd": ("more for purchases", "less for purchases"),
    "losses_over_first_musd": ("more of expected loss", "of expected loss avoided"),
}
"""What is said of each part of what a plan costs more, and of what it costs less."""


def bill(row: Mapping[Any, Any]) -> list[str]:
    """The parts of what a plan costs more than the first (columns of ``front.csv``), in words; those that matter.

    >>> bill({"capital_over_first_musd": 973.2, "losses_over_first_musd": -286.0})
    ['973 more capital', '286 of expected loss avoided']
    """
    amounts = {column: float(row.get(column, 0.0)) for column in PARTS}
    return [
        f"{musd(abs(amount))} {PARTS[column][0 if amount > 0 else 1]}"
        for column, amount in amounts.items()
        if abs(amount) > SHOWN_MUSD
    ]


def bill_in_a_sentence(row: Mapping[Any, Any]) -> str:
    """What the net of a plan's extra cost hides; empty where nothing is set off against anything."""
    parts = bill(row)
    if all(float(row.get(column, 0.0)) > -SHOWN_MUSD for column in PARTS):
        return ""
    return f"These {musd(float(row['extra_cost_musd']))} MUSD are net: {join_and(parts)}."


def sharing_in_words(row: Mapping[Any, Any]) -> str:
    """What sharing in a crisis adds to a plan (a row of ``front.csv``); empty where that is nothing, or not known."""
    alone, shared = float(row.get("resilience_without_sharing", math.nan)), float(row["resilience"])
    if not shared - alone > SHOWN_SHARE:
        return ""
    return (
        f"Of the {percent(100 * shared)} that plan {row['point']} serves, {percent(100 * (shared - alone))} rest on "
        "what partners send each other in the crisis beyond what they send without one."
    )


def exchangeable_in_words(table: pd.DataFrame, point: str) -> str:
    """Which assets of a plan could be exchanged within its gap, and by how much; empty where none was found."""
    rows = table[table["point"] == point].sort_values("capital_musd", ascending=False, kind="stable")
    said = [
        f"{display_name(row['asset'])} ({_modules(row['fewest'])} to {_modules(row['most'])} instead of "
        f"{_modules(row['modules'])})"
        for row in rows.to_dict("records")
    ]
    return f"Plan {point}: {join_and(said)}." if said else ""


def _modules(number: float) -> str:
    return f"{number:.3g}" if abs(number - round(number)) > SLIGHT else f"{round(number)}"
