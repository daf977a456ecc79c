"""Cells of the tables of studies in words; without drawing."""

from __future__ import annotations

import math
from typing import Any

from reeplan.present.words import NBSP, display_name
from reeplan.tolerances import LAST_DIGITS, ROUNDING, SLIGHT

UNITS = {"t_per_year": "t/yr", "t": "t", "musd": "MUSD"}


def is_true(cell: Any) -> bool:
    """Whether a cell says yes; early runs have True instead."""
    return str(cell).strip().lower() in ("yes", "true")


def same(one: float, other: float) -> bool:
    """Whether two numbers are one but for the last digits of arithmetic."""
    return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=LAST_DIGITS)


def figures_of(value: float, digits: int = 3) -> str:
    """A number with so many digits that matter, thousands separated, with a true minus sign.

    >>> figures_of(1420.77), figures_of(-0.02468), figures_of(0.0), figures_of(3000.0), figures_of(float("nan"))
    ('1,421', '−0.0247', '0', '3,000', '–')
    """
    if not math.isfinite(value):
        return "–"
    if abs(value) < ROUNDING:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value)) + LAST_DIGITS))
    text = f"{value:,.{min(places, 9)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def slack_in_words(share: float, musd: float) -> str:
    """How much costlier than the cheapest plan: a percentage, or MUSD where there is none or no round one.

    >>> slack_in_words(0.03, 42.6).replace(chr(160), " "), slack_in_words(0.0351928, 50.0)
    ('3 %', '50 MUSD')
    """
    if math.isfinite(share) and abs(10000 * share - round(10000 * share)) < SLIGHT:
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
