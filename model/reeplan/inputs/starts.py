"""When the windows of a scenario start, how long they are and how likely: worked out from its row, stated once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reeplan.inputs.spec import ANY_YEAR, MONTHS_OF_A_YEAR

Row = Mapping[str, Any]


def length(scenario: Row) -> int:
    """The years that a window touches: its length, or one where it lasts months."""
    years = scenario["years"]
    return 1 if years is None else int(years)


def part_of_year(scenario: Row) -> float:
    """The part of each of its years that a window takes: 1, or ``months / 12``."""
    months = scenario["months"]
    return 1.0 if months is None else float(months) / MONTHS_OF_A_YEAR


def start_years(scenario: Row, horizon: Sequence[int]) -> tuple[int, ...]:
    """The first year of each of its windows; ``any`` is every year from which the whole window fits.

    >>> start_years({"starts": ("any",), "years": 2}, range(2030, 2033))
    (2030, 2031)
    """
    starts: tuple[Any, ...] = scenario["starts"]
    if starts != (ANY_YEAR,):
        return starts
    return tuple(horizon[: max(0, len(horizon) - length(scenario) + 1)])


def probability_of_each(scenario: Row, starts: Sequence[int]) -> float:
    """The probability of each of its windows."""
    if scenario["probability"] is None:
        return float(scenario["probability_per_year"])
    return float(scenario["probability"]) / len(starts)
