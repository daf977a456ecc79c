"""Numbers and names in plain English, for all that is read: console, tables, figures, report."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from reeplan.inputs.names import cut_apart, shortened
from reeplan.tolerances import LAST_DIGITS, MISSED, ROUNDING, SHOWN_MUSD, SLIGHT

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

MEASURES = {
    "worst_case": "share of demand served, by value, in the worst window of the worse-off partner",
    "weakest_link": "share of demand served, in tonnes, of the worst-served material in any window",
    "expected": "expected share of demand served, by value, to the worse-off partner if a disruption happens",
    "cvar": "share of demand served, by value, to the worse-off partner in the worst part of all disruptions",
}
"""What the resilience of a plan says, by measure."""


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


def significant(value: float, digits: int = 3) -> str:
    """A number with so many digits that matter, thousands separated, with a true minus sign.

    >>> significant(1420.77), significant(-0.02468), significant(0.0), significant(3000.0), significant(float("nan"))
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


def served(share: float) -> str:
    """A share as a percentage with one decimal, or so many more that what is below 100 % is not called so.

    What lacks less than a millionth lacks nothing that the solver could tell from it.

    >>> served(0.9), served(0.9999), served(1 - 1e-7), served(1.0)
    ('90.0%', '99.99%', '100.0%', '100.0%')
    """
    texts = (f"{share:.{digits}%}" for digits in range(1, 6))
    return next((text for text in texts if share < 1 - MISSED and not text.startswith("100")), f"{share:.1%}")


def amount(cost: float) -> str:
    """An amount with one decimal, or two digits that count where it is smaller.

    >>> amount(1410.66), amount(0.0054), amount(0.0)
    ('1,410.7', '0.0054', '0.0')
    """
    return f"{cost:,.2g}" if 1e-4 <= abs(cost) < SHOWN_MUSD else f"{round(cost, 1) + 0.0:,.1f}"


# ---- with every digit that one would type, or that a comparison rests on ------------------------------


def exact(value: float) -> str:
    """A number with every digit that counts, so that a change can be typed in as it is said.

    >>> exact(1234.5), exact(0.30000000000000004), exact(20.0), exact(0.99999999), exact(1.2e-7)
    ('1,234.5', '0.3', '20', '0.99999999', '0.00000012')
    """
    return f"{Decimal(f'{value:.14g}'):,f}" if 1e-15 < abs(value) < 1e18 else f"{value:g}"


def exact_percent(share: float) -> str:
    """A share as a percentage with every digit that counts.

    >>> exact_percent(0.125), exact_percent(0.07)
    ('12.5%', '7%')
    """
    return f"{exact(100 * share)}%"


def beside(value: float, other: float, *, up: bool = False) -> str:
    """A share with four decimals, or so many more that it is on the right side of another; ``up``: never too small.

    >>> beside(0.6, 0.5), beside(0.999999, 1.0), beside(0.90001, 0.9001, up=True)
    ('0.6000', '0.999999', '0.90001')
    """
    for places in range(4, 16):
        shown = _rounded(value, places, ROUND_CEILING if up else ROUND_HALF_EVEN)
        if (float(shown) > other) == (value > other) and (float(shown) < other) == (value < other):
            return str(shown)
    return exact(value)


def apart(low: float, high: float) -> tuple[str, str]:
    """Two amounts with as few decimals as show that one is below the other; the low one rounded up, the high one down.

    >>> apart(24.3, 1100.0), apart(99.99, 100.0)
    (('25', '1,100'), ('99.99', '100.00'))
    """
    for places in range(15):
        below, above = _rounded(low, places, ROUND_CEILING), _rounded(high, places, ROUND_FLOOR)
        if below < above:
            return f"{below:,}", f"{above:,}"
    return exact(low), exact(high)


def _rounded(value: float, places: int, how: str) -> Decimal:
    return Decimal(f"{value:.14g}").quantize(Decimal(1).scaleb(-places), how)


# ---- names ------------------------------------------------------------------------------------------


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


def measure_in_words(measure: str, cvar_level: float) -> str:
    """What the resilience of a plan says.

    >>> measure_in_words("cvar", 0.9)[-16:]
    '(the worst 10 %)'
    """
    return MEASURES[measure] + (f" (the worst {100 * (1 - cvar_level):.4g} %)" if measure == "cvar" else "")
