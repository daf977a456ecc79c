"""What uncertain inputs act on: which outputs figures show, how these are called, and what their plans' gaps hide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.present.charts.page import years_and_money
from reeplan.present.figures.spec import Variant
from reeplan.present.figures.study_tables import (
    SHARE,
    YES_OR_NO,
    asset_in_words,
    is_true,
    unit_in_words,
)  # fmt: skip
from reeplan.words import display_name, percent, significant

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.outputs.spec import Output
    from reeplan.present.run import Run

BUILT, CAPITAL = "built: ", "capital"
UNKNOWN, SURE, HIDDEN = "unknown", "sure", "within the gap"
"""Whether an effect is larger than what could be due to the optimality gaps of the plans."""


def output_variants(run: Run, output: Output, size: str, most_decisions: int = 0) -> list[Variant]:
    """Every output of money and resilience, and some decisions that move most; the first is there in any case.

    ``size``: the column that says how much an output moves. Decisions are ranked by how many inputs move them.
    """
    rows = run.table(output)
    names = list(dict.fromkeys(rows["output"]))
    moved = rows[rows[size] > 0].groupby("output", sort=False)[size].count().to_dict()
    kept = [name for number, name in enumerate(names) if not name.startswith(BUILT) and (moved.get(name) or not number)]
    decisions = [name for name in names if name.startswith(BUILT) and moved.get(name)]
    chosen = set(sorted(decisions, key=lambda name: -moved[name])[:most_decisions])
    return [
        Variant(f"{number:02d}", output_in_words(name))
        for number, name in enumerate(names, 1)
        if name in kept or name in chosen
    ]


def of_variant(rows: pd.DataFrame, variant: Variant | None) -> pd.DataFrame:
    """The rows of the output that a variant shows."""
    names = list(dict.fromkeys(rows["output"]))
    place = int(variant.slug) - 1 if variant else 0
    return rows[rows["output"] == names[place]].reset_index(drop=True) if place < len(names) else rows.iloc[:0]


def output_in_words(name: str) -> str:
    """An output as it is read."""
    if name.startswith(BUILT):
        return f"new capacity of {asset_in_words(name.removeprefix(BUILT), within=True)}"
    return display_name(name)


def the_output(name: str) -> str:
    """An output within a sentence.

    >>> the_output("capital"), the_output("what the target costs")
    ('the capital', 'what the target costs')
    """
    words = output_in_words(name)
    return words if words.startswith("what ") else f"the {words}"


def amount_in_words(value: float, unit: str, with_unit: bool = True) -> str:
    """A value of an output: a share as a percentage, yes or no where it is one of the two, else with its unit.

    >>> amount_in_words(0.7, "share").replace(chr(160), " "), amount_in_words(1.0, "1 or 0")
    ('70 %', 'yes')
    """
    if not math.isfinite(value):
        return "–"
    if unit == SHARE:
        return percent(100 * value, 0 if abs(100 * value) >= 10 or value == 0 else 1).replace("-", "−")
    if unit == YES_OR_NO and value in (0.0, 1.0):
        return "yes" if value else "no"
    return f"{significant(value)} {unit_in_words(unit)}" if with_unit and unit != YES_OR_NO else significant(value)


def money_in_words(run: Run, name: str, unit: str) -> str:
    """What money an output is in, as a sentence without its full stop; empty for what is not money."""
    if unit != "MUSD":
        return ""
    if name == CAPITAL or name.startswith(f"{CAPITAL} of "):
        return f"Money of the years of decision, undiscounted, in million USD of {run.currency_year}"
    return years_and_money(run)


def certainty(within_gap: str) -> str:
    """What ``within_gap`` says: nothing is known where it is empty."""
    if not within_gap.strip():
        return UNKNOWN
    return HIDDEN if is_true(within_gap) else SURE
