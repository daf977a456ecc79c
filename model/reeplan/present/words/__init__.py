"""Numbers and names in plain English."""

from __future__ import annotations

import math

from reeplan.inputs.names import cut_apart, shortened
from reeplan.tolerances import LAST_DIGITS, ROUNDING, SLIGHT

MOST_SIGNS = 36
"""Of a name within a sentence."""

NBSP = "\u00a0"
STAGE_WORDS = {
    "mine": "Mines",
    "cracking": "Cracking",
    "separation": "Separation",
    "products": "Magnets and products",
    "recycling": "Recycling",
    "venture": "Ventures abroad",
    "stockpile": "Stockpile room",
}


# ---- numbers ------------------------------------------------------------------------------------


def musd(amount: float) -> str:
    """Money with as many digits as matter.

    >>> musd(18852.8), musd(42.6), musd(4.06), musd(0.0)
    ('18,853', '43', '4.1', '0')
    """
    if abs(amount) < SLIGHT:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(amount)) + LAST_DIGITS)) if abs(amount) < 9.95 else 0
    return f"{amount:,.{digits}f}"


def money(amount: float) -> str:
    """MUSD with a true minus sign; 'unknown' where it is not a finite number.

    >>> money(-12.34), money(0.0), money(float("inf"))
    ('−12', '0', 'unknown')
    """
    return musd(amount).replace("-", "−") if math.isfinite(amount) else "unknown"


def signed(amount: float) -> str:
    """MUSD with its sign; nothing has none.

    >>> signed(560.7), signed(-3.21), signed(0.0)
    ('+561', '−3.2', '0')
    """
    said = money(amount)
    return f"+{said}" if amount > 0 and said not in ("0", "unknown") else said


def percent(value: float, digits: int = 0) -> str:
    """A percentage that says 100 only for all of it and 0 only for nothing.

    >>> percent(85.2), percent(99.97), percent(100.0), percent(0.3)
    ('85\\xa0%', '99.9\\xa0%', '100\\xa0%', '<1\\xa0%')
    """
    if SLIGHT < value < 10.0**-digits / 2:
        return f"<{10.0**-digits:g}{NBSP}%"
    if 100 - 10.0**-digits / 2 <= value < 100 - SLIGHT:
        return f"{min(99.9, math.floor(value * 10) / 10):.1f}{NBSP}%"
    return f"{abs(value) if abs(value) < ROUNDING else value:.{digits}f}{NBSP}%"


def tonnes(amount: float) -> str:
    """Tonnes without a comma's worth of false precision.

    >>> tonnes(9450.0), tonnes(5433.6), tonnes(12.34)
    ('9,450', '5,434', '12')
    """
    return f"{amount:,.0f}" if amount >= 9.95 else f"{amount:,.2g}"


def short(amount: float) -> str:
    """A number for a small mark, thousands as k.

    >>> short(8400), short(950), short(37.5), short(123456)
    ('8.4k', '950', '38', '123k')
    """
    if amount >= 999.5:
        return f"{amount / 1000:.1f}k" if amount < 9950 else f"{amount / 1000:.0f}k"
    return f"{amount:.0f}" if amount >= 9.5 else f"{amount:.2g}" if amount >= 1 else f"{amount:.1g}"


def display_name(name: str) -> str:
    """A name as it is read: one line, no invisible characters, underscores as spaces."""
    seen = "".join(sign if sign.isprintable() or sign in "\u200c\u200d" else " " for sign in name.replace("_", " "))
    return " ".join(seen.split())


def capitalised(text: str) -> str:
    """The same as the beginning of a sentence: the rest keeps its capitals, which ``str.capitalize`` would lower."""
    return f"{text[:1].upper()}{text[1:]}"


def clipped(name: str, most: int = MOST_SIGNS) -> str:
    """A name of at most so many signs, its ends kept."""
    return shortened(name, most)


def clipped_apart(names: list[str], most: int = MOST_SIGNS) -> list[str]:
    """Names of at most so many signs, of which no two that differ look alike."""
    taken: dict[str, str] = {}
    return [cut_apart(name, taken, lambda name, ahead: shortened(name, most, ahead)) for name in names]


def join_and(items: list[str]) -> str:
    """Items with commas and an 'and'.

    >>> join_and(["a", "b", "c"])
    'a, b and c'
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def span(first: float, last: float) -> str:
    """Years from one to another.

    >>> span(2030, 2031), span(2030, 2030)
    ('2030–2031', '2030')
    """
    return f"{first:.0f}" if first == last else f"{first:.0f}–{last:.0f}"


def number(amount: int) -> str:
    """A small number as a word.

    >>> number(4), number(12)
    ('four', '12')
    """
    small = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return small[amount] if 0 <= amount < len(small) else str(amount)


def count(amount: int, one: str, several: str = "") -> str:
    """A number of things, small ones as words.

    >>> count(1, "plant"), count(4, "plant"), count(12, "country", "countries")
    ('one plant', 'four plants', '12 countries')
    """
    return f"{number(amount)} {one if amount == 1 else several or one + 's'}"
