"""How to share a joint cost: gains, Shapley value, nucleolus, Nash bargaining. Pure mathematics.

A game is the least cost of every coalition, ``{frozenset of players: cost}``, the empty one left out. Shares are
what each player bears, in the unit of the costs; they sum to the cost of all together.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog

from reeplan.tolerances import FEASIBILITY, ROUNDING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    Player = Hashable
    Coalition = frozenset[Any]
    Game = Mapping[Coalition, float]
    Shares = dict[Any, float]


def coalitions(players: Sequence[Any]) -> list[Coalition]:
    """Every coalition, the small ones first, in the order of the players.

    >>> [sorted(coalition) for coalition in coalitions(["a", "b"])]
    [['a'], ['b'], ['a', 'b']]
    """
    return [frozenset(some) for size in range(1, len(players) + 1) for some in combinations(players, size)]


def players_of(game: Game) -> list[Any]:
    """The players in the order in which they first stand alone.

    Raises ValueError if a coalition is missing, or its cost is no finite number.
    """
    players = [next(iter(coalition)) for coalition in game if len(coalition) == 1]
    missing = [coalition for coalition in coalitions(players) if coalition not in game]
    if missing or len(game) != 2 ** len(players) - 1:
        raise ValueError("the cost of every coalition must be given, and of no other")
    if not np.isfinite([float(cost) for cost in game.values()]).all():
        raise ValueError("the cost of every coalition must be a finite number")
    return players


def gain(game: Game, coalition: Coalition) -> float:
    """What a coalition saves against all its members alone.

    >>> gain({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0}, frozenset("ab"))
    2.0
    """
    return sum(game[frozenset([player])] for player in coalition) - game[coalition]


def weights_of_shapley(players: Sequence[Any], player: Any) -> dict[Coalition, float]:
    """The weight of each coalition's cost in a player's Shapley value: positive with it, negative without it."""
    n = len(players)
    weights = {}
    for coalition in coalitions(players):
        size = len(coalition) - (player in coalition)  # of the others
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        weights[coalition] = weight if player in coalition else -weight
    return weights


def shapley(game: Game) -> Shares:
    """What a player adds to the cost, averaged over all orders in which the players may join.

    >>> shapley({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0})
    {'a': 4.0, 'b': 3.0}
    """
    players = players_of(game)
    return {
        player: sum(weight * game[c] for c, weight in weights_of_shapley(players, player).items()) for player in players
    }


def nash(game: Game) -> Shares:
    """Nash bargaining with what each would pay alone to fall back on: money moves, so the gain is split evenly.

    >>> nash({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0})
    {'a': 4.0, 'b': 3.0}
    """
    players = players_of(game)
    each = gain(game, frozenset(players)) / len(players)
    return {player: game[frozenset([player])] - each for player in players}


# ---- the nucleolus --------------------------------------------------------------------------------


def nucleolus(game: Game) -> Shares:
    """The sharing whose worst-treated coalition is treated best, then the second worst, and so on.

    A coalition is treated the worse the less it saves against going alone. Shares are sought among those that cost
    no player more than alone; where there are none (cooperation costs) among all. Solved as linear programs, one for
    each rank of the coalitions that are settled (at most one less than there are players); exact but for the
    programs' rounding (about 1e-9 of the largest gain), as the last step solves the settled coalitions' equations.

    Two players split the gain:

    >>> nucleolus({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0})
    {'a': 4.0, 'b': 3.0}
    """
    players = players_of(game)
    n = len(players)
    everyone = frozenset(players)
    if n == 1:
        return {players[0]: game[everyone]}
    gains = {coalition: gain(game, coalition) for coalition in coalitions(players)}
    unit = max(abs(value) for value in gains.values()) or 1.0
    savings = {coalition: value / unit for coalition, value in gains.items()}
    shares = _nucleolus_of_savings(players, savings, at_least_nothing=savings[everyone] >= 0)
    return {player: game[frozenset([player])] - unit * float(shares[i]) for i, player in enumerate(players)}


def _nucleolus_of_savings(players: Sequence[Any], savings: Game, *, at_least_nothing: bool) -> Any:
    """What each player saves, in the order of the players, when the savings of all are shared by the nucleolus.

    In each round the least ``x(S) - savings(S)`` of the coalitions still open is made as large as it can be; those
    with a positive dual cannot do better in any best sharing and are settled there. What the settled ones determine
    (in the span of their rows) is left out of the next round.
    """
    n, everyone = len(players), frozenset(players)
    proper = [coalition for coalition in savings if coalition != everyone]
    rows = {coalition: np.array([float(player in coalition) for player in players]) for coalition in savings}
    settled, values = [rows[everyone]], [savings[everyone]]
    while len(settled) < n:
        span = np.array(settled)
        still_open = [coalition for coalition in proper if not _in_span(rows[coalition], span)]
        level, duals = _raise_least(
            np.array([rows[coalition] for coalition in still_open]),
            np.array([savings[coalition] for coalition in still_open]),
            span,
            np.array(values),
            at_least_nothing=at_least_nothing,
        )
        order = sorted(range(len(still_open)), key=lambda i: -duals[i])
        for i in order:
            row = rows[still_open[i]]
            if duals[i] > FEASIBILITY and not _in_span(row, np.array(settled)):
                settled.append(row)
                values.append(savings[still_open[i]] + level)
    return np.linalg.solve(np.array(settled), np.array(values))


def _raise_least(open_rows: Any, open_savings: Any, span: Any, values: Any, *, at_least_nothing: bool) -> Any:
    """The largest ``t`` with ``x(S) - savings(S) >= t`` for all open coalitions, and the duals of these."""
    n = span.shape[1]
    found = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.hstack([-open_rows, np.ones((len(open_rows), 1))]),
        b_ub=-open_savings,
        A_eq=np.hstack([span, np.zeros((len(span), 1))]),
        b_eq=values,
        # A tiny allowance: in a later round the settled values carry the rounding of the rounds before.
        bounds=[(-ROUNDING if at_least_nothing else None, None)] * n + [(None, None)],
        method="highs-ds",
    )
    if found.status != 0:
        raise ArithmeticError(f"the nucleolus could not be found: {found.message}")
    return float(found.x[-1]), -found.ineqlin.marginals


def _in_span(row: Any, span: Any) -> bool:
    """Whether a coalition's row is a combination of the settled ones, so that its saving is determined."""
    return bool(np.linalg.matrix_rank(np.vstack([span, row])) == np.linalg.matrix_rank(span))
