"""How a joint cost may be shared, once more: by counting orders of joining, and in exact fractions.

A group of partners is a whole number whose k-th binary digit says whether partner k is in it; a game is the cost of
every group but the empty one. Nothing is rounded and no solver is called: what is to be least or greatest is found by
the simplex method on fractions, of which there are as many rows as partners.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations, permutations, product
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_CORNERS = 128
"""Corners of the costs' intervals at which the nucleolus is found; where there are more, so many drawn by chance."""
STEEPEST = 200
"""Steps of the simplex method by the steepest price; after so many by the first, which never goes in circles."""


def groups(number: int) -> list[int]:
    """All groups of so many partners, the small ones first, each size in the order of the partners.

    >>> groups(2)
    [1, 2, 3]
    """
    by_size = (combinations(range(number), size) for size in range(1, number + 1))
    return [sum(1 << k for k in members) for of_size in by_size for members in of_size]


# ---- the Shapley value: every order of joining -----------------------------------------------------------


@cache
def orders_of_joining(number: int) -> tuple[dict[int, Fraction], ...]:
    """For each partner how much the cost of each group counts in what the partner adds, over all orders of joining."""
    counts: list[dict[int, int]] = [dict.fromkeys(groups(number), 0) for _ in range(number)]
    for order in permutations(range(number)):
        before = 0
        for k in order:
            after = before | 1 << k
            counts[k][after] += 1
            if before:
                counts[k][before] -= 1
            before = after
    return tuple({group: Fraction(n, factorial(number)) for group, n in of_one.items()} for of_one in counts)


def shapley(game: Mapping[int, Fraction], number: int) -> list[Fraction]:
    """What each partner adds to the cost, averaged over all orders of joining.

    >>> [str(share) for share in shapley({1: Fraction(5), 2: Fraction(4), 3: Fraction(7)}, 2)]
    ['4', '3']
    """
    return [sum((n * game[group] for group, n in one.items()), Fraction(0)) for one in orders_of_joining(number)]


def shapley_ends(
    bounds: Mapping[int, Fraction], costs: Mapping[int, Fraction], number: int
) -> list[tuple[Fraction, Fraction]]:
    """The least and the greatest Shapley value of each partner, where each cost may lie anywhere between two."""
    ends = []
    for of_one in orders_of_joining(number):
        least = sum((n * (bounds if n > 0 else costs)[group] for group, n in of_one.items()), Fraction(0))
        most = sum((n * (costs if n > 0 else bounds)[group] for group, n in of_one.items()), Fraction(0))
        ends.append((least, most))
    return ends


# ---- the core ----------------------------------------------------------------------------------------------


def room_in_core(game: Mapping[int, Fraction], number: int) -> Fraction:
    """How much less than alone every group can be made to pay at once; below 0 the core is empty."""
    everyone = (1 << number) - 1
    proper = [group for group in groups(number) if group != everyone]
    columns = [(*_members(group, number), 1) for group in proper]
    columns += [(*_members(everyone, number), 0), (*(-m for m in _members(everyone, number)), 0)]
    prices = [*(game[group] for group in proper), game[everyone], -game[everyone]]
    found = cheapest_mix(columns, prices, [0] * number + [1], [*range(number), len(proper) + 1])
    assert found is not None  # the groups of one alone give a value that no mix undercuts
    return found[0]


def core_range(game: Mapping[int, Fraction], number: int) -> list[tuple[Fraction, Fraction]] | None:
    """The least and the most that each partner bears in the core; None where it is empty.

    The most that some partners can bear together is what it costs at least to cover each of them once by groups, if
    the cost of all may be taken off as often as all are covered.
    """
    everyone = (1 << number) - 1
    proper = [group for group in groups(number) if group != everyone]
    columns = [_members(group, number) for group in proper]
    columns += [_members(everyone, number), tuple(-m for m in _members(everyone, number))]
    prices = [*(game[group] for group in proper), game[everyone], -game[everyone]]
    ends = []
    for k in range(number):
        most = cheapest_mix(columns, prices, _members(1 << k, number), range(number))
        others = cheapest_mix(columns, prices, _members(everyone ^ 1 << k, number), range(number))
        if most is None or others is None:
            return None
        ends.append((game[everyone] - others[0], most[0]))
    return ends


# ---- the nucleolus -----------------------------------------------------------------------------------------


def nucleolus(game: Mapping[int, Fraction], number: int) -> list[Fraction]:
    """The shares by which the group that saves least saves as much as can be, then the next, and so on.

    Among those that ask nobody for more than it pays alone; where there are none, among all.
    """
    everyone = (1 << number) - 1
    alone = [game[1 << k] for k in range(number)]
    beyond = Fraction(0) if sum(alone) >= game[everyone] else 8 * sum(abs(cost) for cost in game.values())
    settled, shares = [everyone], {everyone: game[everyone]}
    while len(settled) < number:
        unsettled = [g for g in groups(number) if not _follows(g, settled, number)]
        columns = [(*_members(group, number), 1) for group in unsettled]
        prices = [game[group] for group in unsettled]
        caps = len(columns)
        columns += [(*_members(1 << k, number), 0) for k in range(number)]
        prices += [cost + beyond for cost in alone]
        for group in settled:
            for sign in (-1, 1):
                columns.append((*(sign * m for m in _members(group, number)), 0))
                prices.append(sign * shares[group])
        inside = [k for k in range(number) if unsettled[0] >> k & 1]
        outside = [k for k in range(number) if k not in inside]
        start = [0, caps + number, *(caps + k for k in outside), *(caps + k for k in inside[1:])]
        found = cheapest_mix(columns, prices, [0] * number + [1], start)
        assert found is not None  # shares that ask nobody for too much exist
        saves, used = found
        for position, group in enumerate(unsettled):
            if position in used and not _follows(group, settled, number):
                settled.append(group)
                shares[group] = game[group] - saves
    return _solved([_members(group, number) for group in settled], [shares[group] for group in settled])


def nucleolus_ends(
    bounds: Mapping[int, Fraction], costs: Mapping[int, Fraction], number: int, loose: Sequence[int]
) -> list[tuple[Fraction, Fraction]]:
    """The least and the greatest share of each partner over the corners of the costs of the ``loose`` groups."""
    found = []
    for choice in _corners(len(loose)):
        low = {group for group, is_low in zip(loose, choice, strict=True) if is_low}
        found.append(nucleolus({group: (bounds if group in low else costs)[group] for group in costs}, number))
    return [(min(shares), max(shares)) for shares in zip(*found, strict=True)]


def _corners(number: int) -> Iterator[Sequence[bool]]:
    if 2**number <= MOST_CORNERS:
        yield from product((False, True), repeat=number)
        return
    yield [False] * number
    yield [True] * number
    yield from np.random.default_rng(0).integers(0, 2, (MOST_CORNERS, number)).astype(bool).tolist()


# ---- exact arithmetic ----------------------------------------------------------------------------------------


def cheapest_mix(
    columns: Sequence[Sequence[int]], prices: Sequence[Fraction], wanted: Sequence[int], start: Sequence[int]
) -> tuple[Fraction, dict[int, Fraction]] | None:
    """The least cost of amounts of columns, none below 0, that add up to what is wanted, and the amounts above 0.

    ``start`` are as many columns as rows that alone can add up to it. None where the cost has no end.

    >>> cheapest_mix([(1, 0), (0, 1), (1, 1)], [Fraction(5), Fraction(4), Fraction(7)], [1, 1], [0, 1])
    (Fraction(7, 1), {2: Fraction(1, 1)})
    """
    rows = [[*(Fraction(column[i]) for column in columns), Fraction(amount)] for i, amount in enumerate(wanted)]
    last = [*prices, Fraction(0)]
    basis: list[int] = []
    for column in start:
        at = next(i for i in range(len(basis), len(rows)) if rows[i][column])
        rows[len(basis)], rows[at] = rows[at], rows[len(basis)]
        _pivot(rows, last, len(basis), column)
        basis.append(column)
    steps = 0
    while True:
        falling = [j for j in range(len(columns)) if last[j] < 0]
        if not falling:
            return -last[-1], {j: rows[i][-1] for i, j in enumerate(basis) if rows[i][-1]}
        entering = falling[0] if steps > STEEPEST else min(falling, key=lambda j: last[j])
        steps += 1
        limits = [(row[-1] / row[entering], basis[i], i) for i, row in enumerate(rows) if row[entering] > 0]
        if not limits:
            return None
        leaving = min(limits)[2]
        _pivot(rows, last, leaving, entering)
        basis[leaving] = entering


def _pivot(rows: list[list[Fraction]], last: list[Fraction], at: int, column: int) -> None:
    unit = rows[at][column]
    rows[at] = own = [value / unit if value else value for value in rows[at]]
    filled = [j for j, value in enumerate(own) if value]
    for other in (*(row for i, row in enumerate(rows) if i != at), last):
        if factor := other[column]:
            for j in filled:
                other[j] -= factor * own[j]


def _members(group: int, number: int) -> tuple[int, ...]:
    return tuple(group >> k & 1 for k in range(number))


def _follows(group: int, settled: Sequence[int], number: int) -> bool:
    """Whether the share of a group follows from those of others (rows of 0 and 1, so few digits are enough)."""
    known = np.array([_members(one, number) for one in settled], dtype=float)
    more = np.vstack([known, np.array(_members(group, number), dtype=float)])
    return bool(np.linalg.matrix_rank(more) == np.linalg.matrix_rank(known))


def _solved(rows: Sequence[Sequence[int]], values: Sequence[Fraction]) -> list[Fraction]:
    """The one solution of as many equations as unknowns."""
    table = [[*(Fraction(cell) for cell in row), value] for row, value in zip(rows, values, strict=True)]
    rest = [Fraction(0)] * (len(rows) + 1)
    for k in range(len(rows)):
        at = next(i for i in range(k, len(rows)) if table[i][k])
        table[k], table[at] = table[at], table[k]
        _pivot(table, rest, k, k)
    return [row[-1] for row in table]
