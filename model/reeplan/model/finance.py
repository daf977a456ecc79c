"""Money over time: discounting, annuities, interest while building.

Pure functions of numbers. All rates are real and per year, as fractions; all years are whole.
"""

from __future__ import annotations


def discount_factor(rate: float, year: int, base_year: int) -> float:
    """What one unit of money in ``year`` is worth in ``base_year``.

    >>> discount_factor(0.05, 2026, 2026)
    1.0
    >>> round(discount_factor(0.1, 2032, 2030), 9)
    0.826446281
    """
    return float((1.0 + rate) ** -(year - base_year))


def capital_recovery_factor(rate: float, life_years: int) -> float:
    """The yearly payment that repays one unit of capital over its life, at the end of each year.

    ``rate / (1 - (1 + rate)**-life)``; at rate 0 the capital is simply spread evenly.
    Written with ``expm1`` and ``log1p`` so that a tiny rate gives the limit and not noise.

    >>> capital_recovery_factor(0.0, 25)
    0.04
    >>> round(capital_recovery_factor(0.08, 3), 9)
    0.388033514
    >>> round(capital_recovery_factor(1e-12, 25), 9)
    0.04
    >>> capital_recovery_factor(0.05, 0)
    Traceback (most recent call last):
        ...
    ValueError: a life of 0 years cannot repay anything
    """
    if life_years < 1:
        raise ValueError(f"a life of {life_years} years cannot repay anything")
    if rate == 0.0:
        return 1.0 / life_years
    from math import expm1, log1p

    return rate / -expm1(-life_years * log1p(rate))


def interest_while_building(rate: float, lead_years: int) -> float:
    """What overnight capital has grown to on the day a plant starts, when it is spent evenly.

    Spent evenly over the lead time, a unit is bound for half of it on average:
    ``(1 + rate)**(lead / 2)``.

    >>> interest_while_building(0.08, 2)
    1.08
    >>> interest_while_building(0.08, 0)
    1.0
    """
    return float((1.0 + rate) ** (lead_years / 2))


def annuity(capital: float, rate: float, lead_years: int, life_years: int) -> float:
    """The yearly cost of ``capital`` (overnight, any unit of money) in each year that it runs.

    >>> round(annuity(15.0, 0.08, 2, 3), 9)
    6.286142928
    """
    return capital * interest_while_building(rate, lead_years) * capital_recovery_factor(rate, life_years)


def ramp(years_running: int, ramp_years: int) -> float:
    """The part of its size that a module gives in the ``years_running``-th year (0, 1, ...).

    >>> [ramp(i, 2) for i in range(4)] == [1/3, 2/3, 1.0, 1.0]
    True
    >>> ramp(0, 0)
    1.0
    """
    return min(1.0, (years_running + 1) / (ramp_years + 1))


def interpolate(points: dict[int, float], year: int) -> float:
    """The value in ``year``: linear between the listed years, the nearest listed one outside them.

    >>> listed = {2030: 10.0, 2034: 50.0}
    >>> [interpolate(listed, year) for year in (2026, 2030, 2031, 2034, 2040)]
    [10.0, 10.0, 20.0, 50.0, 50.0]
    >>> interpolate({}, 2030)
    Traceback (most recent call last):
        ...
    ValueError: no year is listed
    """
    if not points:
        raise ValueError("no year is listed")
    before = [listed for listed in points if listed <= year]
    after = [listed for listed in points if listed >= year]
    if not before:
        return points[min(after)]
    if not after:
        return points[max(before)]
    start, end = max(before), min(after)
    if start == end:
        return points[start]
    return points[start] + (points[end] - points[start]) * (year - start) / (end - start)
