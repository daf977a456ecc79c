"""The smallest single changes that would make a target possible, each verified by solving.

The smallest sufficient value is found with divisible modules, in a few linear programs. Every change is then
solved with whole modules, as it is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reeplan.explain.conflict import REACHED, highest_resilience
from reeplan.plan import Planner
from reeplan.solver import Controls, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.case import Case
    from reeplan.explain.rules import Rule
    from reeplan.interrupt import Interrupt

VERIFY_S = 60.0
"""Time limit for solving a change with whole modules."""

ROUNDS = 10
"""Values tried for each change, after one that suffices is known."""

ACCURACY = 0.002
"""Accuracy of a change that no line meets exactly, as a part of the change."""

NOISE = 1e-7
"""Differences of resilience below this are the arithmetic's noise."""


@dataclass(frozen=True)
class Change:
    """A change in words, the cell it is made in, and whether a plan with whole modules was found under it."""

    says: str
    place: str
    verified: bool


def highest_target(case: Case, measure: str, interrupt: Interrupt) -> tuple[float, bool]:
    """The highest target that a plan keeps, rounded down to a thousandth, and whether it is proven the highest."""
    planner = Planner(case, measure, interrupt=interrupt)
    found = planner.most_resilient(Controls(absolute_gap=1e-4, time_limit_s=VERIFY_S))
    return (math.floor(found.objective * 1000 + 1e-6) / 1000 if found.found else 0.0), found.outcome is Outcome.OPTIMAL


def smallest_changes(
    case: Case, measure: str, target: float, rules: Sequence[Rule], interrupt: Interrupt, tried: Callable[[str], None]
) -> list[Change]:
    """For each rule alone the smallest change of it that makes the target possible, if any does."""
    changes = []
    before = highest_resilience(case, measure)
    for rule in rules:
        if interrupt.asked:
            break
        tried(f"smallest change of: {rule.says}")
        needed = _smallest_value(case, measure, target, rule, before)
        if needed is not None:
            changes.append(_tried_whole(case, measure, target, rule, needed, interrupt))
    return changes


def _tried_whole(case: Case, measure: str, target: float, rule: Rule, needed: _Needed, interrupt: Interrupt) -> Change:
    """The change, rounded to what one would type, and solved with whole modules."""
    assert rule.changed is not None
    typed = [needed.enough] if rule.step else [min(item, rule.most) for item in _round_numbers(needed, rule.value)]
    for value in typed:
        if _keeps(rule.changed(case, value), measure, target, interrupt):
            return Change(rule.put(value), rule.place, verified=True)
    return Change(rule.put(typed[-1]), rule.place, verified=False)


class _Needed(NamedTuple):
    """With divisible modules ``enough`` suffices and ``short`` does not; they lie close together."""

    short: float
    enough: float


def _smallest_value(case: Case, measure: str, target: float, rule: Rule, before: float) -> _Needed | None:
    if rule.changed is None or highest_resilience(rule.loosened(case), measure) < target - REACHED:
        return None
    if rule.step:
        return _smallest_step(case, measure, target, rule)
    return _smallest_number(case, measure, target, rule, before)


def _smallest_step(case: Case, measure: str, target: float, rule: Rule) -> _Needed | None:
    """Whole numbers: one step after the other."""
    assert rule.changed is not None
    value = rule.value
    for _ in range(30):
        value += rule.step
        if (rule.step > 0 and value > rule.most) or (rule.step < 0 and value < rule.most):
            return None
        if highest_resilience(rule.changed(case, value), measure) >= target - REACHED:
            return _Needed(value - rule.step, value)
    return None


def _smallest_number(case: Case, measure: str, target: float, rule: Rule, before: float) -> _Needed | None:
    """Any number: between what stands there, whose resilience is known, and a value that suffices.

    Most limits stand on the right side of the program, and resilience is straight in them piece by piece:
    a line mostly meets the smallest value at once, and a value just below it shows so. Halving helps else.
    """
    assert rule.changed is not None
    enough = _first_that_suffices(case, measure, target, rule)
    if enough is None:
        return None
    short = [(rule.value, before)]
    way = "line"
    for _ in range(ROUNDS):
        (low, _), (high, _) = short[-1], enough
        close = ACCURACY * (high - rule.value)
        if high - low <= 1.01 * close:
            break
        line = _line(short, enough, target)
        value = high - close if way == "just below" else (low + high) / 2 if way == "half" or line is None else line
        reached = highest_resilience(rule.changed(case, value), measure)
        if reached < target - NOISE:
            short.append((value, reached))
            way = "half" if way == "line" else "line"
        else:
            enough = value, reached
            way = {"line": "just below", "just below": "half", "half": "line"}[way]
    return _Needed(short[-1][0], enough[0])


def _line(short: Sequence[tuple[float, float]], enough: tuple[float, float], target: float) -> float | None:
    """Where the line through the last two values that fall short, or else the chord to one that suffices, says."""
    (low, below), (high, above) = short[-1], enough
    if len(short) > 1:
        slope = (below - short[-2][1]) / (low - short[-2][0])
    else:
        slope = (above - below) / (high - low)
    value = low + (target - below) / slope if slope > 0 else high
    return value if low < value < high else None


def _first_that_suffices(case: Case, measure: str, target: float, rule: Rule) -> tuple[float, float] | None:
    """A value that suffices, growing from what stands there."""
    assert rule.changed is not None
    step = max(abs(rule.value) * 0.5, (rule.most - rule.value) * 0.05 if rule.most < 100 else 10.0)
    for _ in range(25):
        value = min(rule.most, rule.value + step)
        reached = highest_resilience(rule.changed(case, value), measure)
        if reached >= target - REACHED:
            return value, max(reached, target)
        if value >= rule.most:
            return None
        step *= 3
    return None


def _round_numbers(needed: _Needed, start: float) -> list[float]:
    """Changes of one to three significant digits that may be enough, the roundest first; the last one surely is.

    >>> _round_numbers(_Needed(79.93, 80.0000003), 30.0), _round_numbers(_Needed(1.2341, 1.23456), 1.0)
    ([80.0, 80.1], [1.235])
    """
    short, enough = needed.short - start, needed.enough - start
    found = []
    for digits in (1, 2, 3):
        unit = 10.0 ** (math.floor(math.log10(enough)) - digits + 1)
        change = math.ceil(short / unit + 1e-9) * unit
        if change <= enough * (1 + 1e-5):
            found.append(change)
    found.append(math.ceil(enough / unit) * unit)
    return list(dict.fromkeys(round(start + change, 12) for change in found))


def _keeps(case: Case, measure: str, target: float, interrupt: Interrupt) -> bool:
    """Whether a plan with whole modules keeps the target."""
    found = Planner(case, measure, interrupt=interrupt).cheapest(
        target, Controls(absolute_gap=math.inf, time_limit_s=VERIFY_S)
    )
    return found.found
