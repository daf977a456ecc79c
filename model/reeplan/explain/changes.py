"""The smallest changes that make a target possible, each verified by solving.

A value that is not enough and one that is enough are brought together until they are closer than the accuracy;
then the number with the fewest digits between them is typed into the case and solved as it stands. With divisible
modules that takes a few linear programs; where whole ones ask for more, they are asked themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.explain.asking import StoppedError
from reeplan.explain.conflict import smallest_repair, widest
from reeplan.explain.rules import lifted
from reeplan.tolerances import CHANGE_ACCURACY, LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.explain.asking import Asking
    from reeplan.explain.rules import Rule
    from reeplan.model.case import Case

    Kept = Callable[[Case], bool | None]
    Reach = Callable[[Case], tuple[bool | None, float]]
    Asked = Callable[[float], tuple[bool | None, float]]

CLOSE = 0.1
"""How close together a value that is enough and one that is not are brought, as a part of the accuracy.

The rest of it is room for a number with few digits.
"""

WHOLE_S = 120.0
"""So long is a change sought with whole modules where what is enough with divisible ones is not."""

DIGITS = 6
"""Decimals of the target that is proposed instead."""

STEPS = 30
"""So many whole numbers are tried one after the other; of more, halves are left out."""


@dataclass(frozen=True)
class Change:
    """A change in words, and the cell it is made in."""

    says: str
    place: str


@dataclass(frozen=True)
class Remedy:
    """Changes that together make the target possible; mostly it is one.

    ``whole``: a plan with whole modules was found under them; False if it is proven that none is found however far
    they go, None if neither is known. ``smallest``: with any of them smaller by more
    than the accuracy, the others as they are, it is proven that there is none. Not ``of_a_number``: a rule ends.
    """

    changes: tuple[Change, ...]
    whole: bool | None
    smallest: bool = True
    of_a_number: bool = True


@dataclass(frozen=True)
class _Value:
    """A value that is enough, and whether it is proven that less (by more than the accuracy) is not."""

    enough: float
    proven: bool


def highest_target(case: Case, asking: Asking) -> tuple[float | None, float]:
    """A target that a plan with whole modules was found for, and what no plan keeps more than.

    It has six decimals, or nine where the target asked for is so near that six would be far below it.
    """
    found = asking.highest(case)
    bound = found.bound if math.isfinite(found.bound) else 1.0
    if not found.found:
        return None, min(1.0, bound)
    near = asking.target is not None and asking.target - found.objective < 10 * 10.0**-DIGITS
    for digits in (DIGITS + 3, DIGITS) if near else (DIGITS,):
        unit = 10.0**-digits
        for less in range(3):  # the solver's tolerance may have lifted what was found
            target = max(0.0, round((math.floor(found.objective / unit + CHANGE_ACCURACY) - less) * unit, digits))
            if target == 0.0 or (target != asking.target and asking.to(target).whole(case)):
                return target, min(1.0, max(bound, found.objective))
    return None, min(1.0, max(bound, found.objective))


def single_remedy(case: Case, rule: Rule, asking: Asking, *, only_whole: bool) -> Remedy | None:
    """The smallest change of one rule that makes the target possible, or its end; None if neither is shown to.

    ``only_whole``: with divisible modules the target is possible as it is.
    """
    divisible = None if only_whole else asking.divisible
    if rule.changed is not None and (remedy := _joint(case, [rule], asking, divisible)) is not None:
        return remedy
    without = lifted(case, [rule])
    if (divisible or asking.whole)(without) is not True:
        return None
    ended = Change(f"without this rule: {rule.says}", rule.place)
    return Remedy((ended,), whole=asking.whole(without), of_a_number=False)


def joint_remedy(case: Case, rules: Sequence[Rule], asking: Asking, *, only_whole: bool) -> Remedy | None:
    """Several rules that must give way together, each as little as it can while the others stay as they are said.

    The rules named first are preferred. None if all of them together are not shown to be enough.
    """
    divisible = None if only_whole else asking.divisible
    needed = smallest_repair(case, rules, divisible or asking.whole)
    return None if needed is None else _joint(case, needed, asking, divisible)


def _joint(case: Case, rules: Sequence[Rule], asking: Asking, divisible: Kept | None) -> Remedy | None:
    """The rules' smallest values one after the other: the last as small as the widest values of the others allow."""
    guess, proven = None, True
    if divisible is not None:
        found = _values(case, rules, asking.with_resilience, asking.target)
        if found is None:
            return None
        guess, proven = found
        if asking.whole(_with(case, rules, guess)):
            return _remedy(rules, guess, whole=True, smallest=proven)
        if (at_most := asking.whole(widest(case, rules))) is not True:
            return _remedy(rules, guess, whole=at_most, smallest=proven)
    in_time = asking.within(WHOLE_S)
    try:
        found = _values(case, rules, lambda changed: (in_time.whole(changed), math.nan), asking.target, guess)
    except StoppedError:
        if asking.over or guess is None:
            raise
        return _remedy(rules, guess, whole=None, smallest=proven)
    return None if found is None else _remedy(rules, found[0], whole=True, smallest=found[1])


def _remedy(rules: Sequence[Rule], values: Sequence[float], *, whole: bool | None, smallest: bool) -> Remedy:
    said = tuple(Change(rule.put(value), rule.place) for rule, value in zip(rules, values, strict=True))
    return Remedy(said, whole, smallest)


def _with(case: Case, rules: Sequence[Rule], values: Sequence[float]) -> Case:
    for rule, value in zip(rules, values, strict=True):
        assert rule.changed is not None
        case = rule.changed(case, value)
    return case


def _values(
    case: Case, rules: Sequence[Rule], reach: Reach, target: float | None, guess: Sequence[float] | None = None
) -> tuple[list[float], bool] | None:
    """For every rule the smallest value while those before it are wide and those after it have theirs.

    Also whether it is proven of all of them that less is not enough. The search begins at a ``guess``.
    """
    values, proven = [rule.most for rule in rules], True
    for position in reversed(range(len(rules))):

        def asked(value: float, position: int = position) -> tuple[bool | None, float]:
            return reach(_with(case, rules, [*values[:position], value, *values[position + 1 :]]))

        rule, begin = rules[position], None if guess is None else guess[position]
        found = _smallest_step(rule, asked, begin) if rule.step else _smallest_number(rule, asked, target, begin)
        if found is None:
            return None
        values[position], proven = found.enough, proven and found.proven
    return values, proven


def _smallest_step(rule: Rule, asked: Asked, guess: float | None) -> _Value | None:
    """Whole numbers: one step after the other where there are few, or halving."""
    count, proven = round(abs(rule.most - rule.value)), True
    if count <= STEPS:
        for number in range(1, count + 1):
            answer, _ = asked(rule.value + rule.step * number)
            if answer:
                return _Value(rule.value + rule.step * number, proven)
            proven = proven and answer is False
        return None
    if not asked(rule.most)[0]:
        return None
    short, enough, reach = 0, count, 1
    number = 1 if guess is None else round(abs(guess - rule.value))
    while enough - short > 1:
        answer, _ = asked(rule.value + rule.step * number)
        if answer:
            enough, number = number, max((short + number) // 2, number - 1 - reach)
        else:
            short, proven = number, proven and answer is False
            number = number + reach if enough == count else (short + enough) // 2
        reach *= 3
        number = min(max(number, short + 1), max(enough - 1, short + 1))
    return _Value(rule.value + rule.step * enough, proven)


def _smallest_number(rule: Rule, asked: Asked, target: float | None, guess: float | None) -> _Value | None:
    """Any number: a bracket that is closed to within the accuracy, then the number with the fewest digits in it."""
    start, proven = rule.value, True
    short: list[tuple[float, float]] = [(start, math.nan)]
    enough = _first_that_suffices(rule, asked) if guess is None else None
    way = "part"
    if guess is not None:
        answer, _ = asked(guess)
        if answer:
            enough, way = guess, "just below"
        else:
            short, proven = [(guess, math.nan)], answer is False
            enough = _first_that_suffices(rule, asked, guess)
    if enough is None:
        return None
    nothing = LAST_DIGITS * max(abs(start), 1.0)
    while enough - short[-1][0] > CLOSE * CHANGE_ACCURACY * (enough - start) and enough - start > nothing:
        low = short[-1][0]
        # Resilience is straight in most limits piece by piece: a line through two values that fall short mostly meets
        # the smallest at once, and a value just below it shows so. Parts of the bracket are taken else.
        line = _line(short, target) if way == "line" else None
        if line is not None and low < line < enough:
            value = line
        elif way == "just below":
            value = max(enough - 0.9 * CLOSE * CHANGE_ACCURACY * (enough - start), (low + enough) / 2)
        else:
            value = low + (enough - low) / (8 if low == start else 2)
        answer, resilience = asked(value)
        if answer:
            way = "just below" if value == line else "part"
            enough = value
        else:
            way = "part" if way == "line" else "line"
            short.append((value, resilience))
            proven = proven and answer is False
    if enough - start <= nothing:  # as little as one likes is enough: what one would type is not the least
        some = min(start + CHANGE_ACCURACY * max(abs(start), 1.0), rule.most)
        return _Value(some if asked(some)[0] else enough, proven=False)
    return _typed(start, short[-1][0], enough, proven, asked)


def _first_that_suffices(rule: Rule, asked: Asked, above: float | None = None) -> float | None:
    """A value that suffices, growing from what stands there (or from a value ``above`` it) up to the most."""
    if not asked(rule.most)[0]:
        return None
    low = rule.value if above is None else above
    step = (
        (abs(rule.value) / 2 or min(1.0, (rule.most - rule.value) / 20)) if above is None else (low - rule.value) / 50
    )
    while low + step < rule.most:
        if asked(low + step)[0]:
            return low + step
        step *= 4
    return rule.most


def _line(short: Sequence[tuple[float, float]], target: float | None) -> float | None:
    """Where the line through the last two values that fall short reaches the target."""
    if len(short) < 2 or target is None:
        return None
    (first, below), (last, above) = short[-2:]
    slope = (above - below) / (last - first)
    return last + (target - above) / slope if slope > 0 else None


def _typed(start: float, short: float, enough: float, proven: bool, asked: Asked) -> _Value:
    """The number with the fewest digits that is enough and over what is not by no more than the accuracy."""
    high = max(enough, short + CHANGE_ACCURACY * (short - start))
    for _ in range(40):
        value = fewest_digits(short, high)
        answer, _ = asked(value)
        if answer:
            return _Value(value, proven)
        short, proven = value, proven and answer is False
        if short >= enough:
            break
    return _Value(enough, proven)


def fewest_digits(low: float, high: float) -> float:
    """The number above ``low`` and up to ``high`` with the fewest digits.

    >>> fewest_digits(79.93, 80.01), fewest_digits(1.11105, 1.11116), fewest_digits(-0.2004, -0.2), fewest_digits(0, 7)
    (80.0, 1.1111, -0.2, 1.0)
    """
    for places in range(-18, 18):
        unit = 10.0**-places
        value = round((math.floor(low / unit) + 1) * unit, max(places, 0))
        if low < value <= high:
            return float(value)
    return high
