"""The smallest single changes that would make a target possible, each verified by solving.

With divisible modules the highest resilience is a concave function of any limit of a table, so that
chords find the smallest sufficient value in a few linear programs. Every change is then solved with
whole modules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.explain.conflict import REACHED, highest_resilience
from reeplan.plan import Planner
from reeplan.solver import Controls, Interrupt, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.case import Case
    from reeplan.explain.rules import Rule

VERIFY_S = 60.0
"""Time limit for solving a change with whole modules."""

ROUNDS = 6
"""Chords tried for each change."""


@dataclass(frozen=True)
class Change:
    """A change in words, and whether a plan with whole modules was found under it."""

    says: str
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
        value = _smallest_value(case, measure, target, rule, before)
        if value is not None and rule.changed is not None:
            changes.append(Change(rule.put(value), _keeps(rule.changed(case, value), measure, target, interrupt)))
    return changes


def _smallest_value(case: Case, measure: str, target: float, rule: Rule, before: float) -> float | None:
    if rule.changed is None or highest_resilience(rule.loosened(case), measure) < target - REACHED:
        return None
    if rule.step:
        return _smallest_step(case, measure, target, rule)
    return _smallest_number(case, measure, target, rule, before)


def _smallest_step(case: Case, measure: str, target: float, rule: Rule) -> float | None:
    """Whole numbers: one step after the other."""
    assert rule.changed is not None
    value = rule.value
    for _ in range(30):
        value += rule.step
        if (rule.step > 0 and value > rule.most) or (rule.step < 0 and value < rule.most):
            return None
        if highest_resilience(rule.changed(case, value), measure) >= target - REACHED:
            return value
    return None


def _smallest_number(case: Case, measure: str, target: float, rule: Rule, before: float) -> float | None:
    """Any number: chords from what stands there, whose resilience is known, to a value that suffices."""
    assert rule.changed is not None
    enough = _first_that_suffices(case, measure, target, rule)
    if enough is None:
        return None
    value, reached = enough
    low, below = rule.value, before
    for _ in range(ROUNDS):
        guess = low + (value - low) * (target - below) / (reached - below)
        if not low < guess < value or value - guess < 0.002 * (value - rule.value):
            break
        at_guess = highest_resilience(rule.changed(case, guess), measure)
        if at_guess >= target - REACHED:
            value, reached = guess, max(at_guess, target)
        else:
            low, below = guess, at_guess
    return _rounded_away(value, rule.value)


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


def _rounded_away(value: float, start: float) -> float:
    """Three significant digits of the change, rounded so that it still suffices."""
    change = value - start
    if change <= 0:
        return value
    digits = 2 - math.floor(math.log10(change))
    return start + math.ceil(change * 10.0**digits - 1e-9) / 10.0**digits


def _keeps(case: Case, measure: str, target: float, interrupt: Interrupt) -> bool:
    """Whether a plan with whole modules keeps the target."""
    found = Planner(case, measure, interrupt=interrupt).cheapest(
        target - 1e-6, Controls(absolute_gap=math.inf, time_limit_s=VERIFY_S)
    )
    return found.found
