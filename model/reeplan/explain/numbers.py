"""Numbers as they are meant: with every digit that one would type, or that a comparison rests on."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal


def number(value: float) -> str:
    """A number with every digit that counts, so that a change can be typed in as it is said.

    >>> number(1234.5), number(0.30000000000000004), number(20.0), number(0.99999999), number(1.2e-7)
    ('1,234.5', '0.3', '20', '0.99999999', '0.00000012')
    """
    return f"{Decimal(f'{value:.14g}'):,f}" if 1e-15 < abs(value) < 1e18 else f"{value:g}"


def percent(share: float) -> str:
    """A share as a percentage with every digit that counts.

    >>> percent(0.125), percent(0.07)
    ('12.5%', '7%')
    """
    return f"{number(100 * share)}%"


def beside(value: float, other: float, *, up: bool = False) -> str:
    """A share with four decimals, or so many more that it is on the right side of another; ``up``: never too small.

    >>> beside(0.6, 0.5), beside(0.999999, 1.0), beside(0.90001, 0.9001, up=True)
    ('0.6000', '0.999999', '0.90001')
    """
    for places in range(4, 16):
        shown = _rounded(value, places, ROUND_CEILING if up else ROUND_HALF_EVEN)
        if (float(shown) > other) == (value > other) and (float(shown) < other) == (value < other):
            return str(shown)
    return number(value)


def apart(low: float, high: float) -> tuple[str, str]:
    """Two amounts with as few decimals as show that one is below the other; the low one rounded up, the high one down.

    >>> apart(24.3, 1100.0), apart(99.99, 100.0)
    (('25', '1,100'), ('99.99', '100.00'))
    """
    for places in range(15):
        below, above = _rounded(low, places, ROUND_CEILING), _rounded(high, places, ROUND_FLOOR)
        if below < above:
            return f"{below:,}", f"{above:,}"
    return number(low), number(high)


def _rounded(value: float, places: int, how: str) -> Decimal:
    return Decimal(f"{value:.14g}").quantize(Decimal(1).scaleb(-places), how)
