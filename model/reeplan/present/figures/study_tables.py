"""Tables of studies at the top of a run folder, read with the types of their columns; without drawing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.outputs.reading import numbers, read
from reeplan.present.words import NBSP, display_name

if TYPE_CHECKING:
    from reeplan.present.run import Run

NEAR_OPTIMAL, ALTERNATIVES, DIFFERENCES, CHECKS = (
    f"{name}.csv" for name in ("near_optimal", "alternatives", "alternatives_differences", "alternatives_checks")
)
KNOWING, BY_SCENARIO, REGRET, LEAST_REGRET, RISK = (
    f"{name}.csv"
    for name in ("value_of_knowing", "knowing_by_scenario", "regret_of_plans", "least_regret", "risk_front")
)
TORNADO, SCREENING, INDICES, BUILT, VARIED, SPREAD = (
    f"{name}.csv"
    for name in ("tornado", "screening", "indices", "built_in_futures", "ranges_varied", "outputs_in_futures")
)

TEXT = {
    "kind", "name", "unit", "class", "status", "alternative", "asset", "partner", "what", "change", "check", "holds",
    "detail", "measure", "meaning", "scenario", "point", "future", "possible", "keeps_its_level", "why", "against",
    "by", "in_future", "least_regret", "input", "output", "unit_of_input", "within_gap", "divisible", "status_at_low",
    "status_at_high", "table", "key", "column", "distribution", "source",
}  # fmt: skip
"""Columns that hold text; all others are numbers, empty cells not a number."""

UNITS = {"t_per_year": "t/yr", "t": "t", "musd": "MUSD"}


def read_table(run: Run, file: str, *columns: str) -> pd.DataFrame:
    """A table with these columns and whatever else it has; without rows where it is not there."""
    path = run.folder / file
    frame = read(path) if path.exists() else pd.DataFrame()
    for name in columns:
        if name not in frame:
            frame[name] = pd.Series("", index=frame.index, dtype=str)
    for column in frame:
        if column not in TEXT:
            frame[column] = numbers(frame[column])
    return frame


def is_true(cell: Any) -> bool:
    """Whether a cell says yes; early runs have True instead."""
    return str(cell).strip().lower() in ("yes", "true")


def same(one: float, other: float) -> bool:
    """Whether two numbers are one but for the last digits of arithmetic."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def figures_of(value: float, digits: int = 3) -> str:
    """A number with so many digits that matter, thousands separated, with a true minus sign.

    >>> figures_of(1420.77), figures_of(-0.02468), figures_of(0.0), figures_of(3000.0), figures_of(float("nan"))
    ('1,421', '−0.0247', '0', '3,000', '–')
    """
    if not math.isfinite(value):
        return "–"
    if abs(value) < 1e-9:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)) + 1e-12))
    text = f"{value:,.{min(places, 9)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def slack_in_words(share: float, musd: float) -> str:
    """How much costlier than the cheapest plan: a percentage, or MUSD where there is none or no round one.

    >>> slack_in_words(0.03, 42.6).replace(chr(160), " "), slack_in_words(0.0351928, 50.0)
    ('3 %', '50 MUSD')
    """
    if math.isfinite(share) and abs(10000 * share - round(10000 * share)) < 1e-6:
        return f"{100 * share:.4g}{NBSP}%"
    if math.isfinite(musd):
        return f"{figures_of(musd, 4)} MUSD"
    return f"{100 * share:.2g}{NBSP}%" if math.isfinite(share) else "an unknown slack"


def asset_in_words(asset: str, within: bool = False) -> str:
    """An asset as it is read by itself or ``within`` a sentence: a stockpile with its place, a venture with its option.

    >>> asset_in_words("mine/20%"), asset_in_words("stockpile port/Nd"), asset_in_words("stockpile port/Nd", True)
    ('mine / 20%', 'Stockpile port, Nd', 'stockpile port, Nd')
    """
    name = display_name(asset)
    if name.startswith("stockpile "):
        return f"{'s' if within else 'S'}tockpile {name.removeprefix('stockpile ').replace('/', ', ')}"
    return name.replace("/", " / ")
