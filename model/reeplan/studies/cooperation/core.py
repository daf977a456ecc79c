"""The core: sharings that no coalition can better by going alone; how wide it is, and how far off if it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import linprog

from reeplan.studies.cooperation.allocation import players_of
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.studies.cooperation.allocation import Coalition, Game


class Extent(NamedTuple):
    """The least and the most that a player can bear in the core."""

    least: float
    most: float


def objectors(game: Game, shares: Mapping[Any, float]) -> dict[Coalition, float]:
    """The coalitions that would pay less on their own, and how much less.

    >>> objectors({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0}, {"a": 6.0, "b": 1.0})
    {frozenset({'a'}): 1.0}
    """
    everyone = frozenset(players_of(game))
    noise = ROUNDING * _size(game)
    excess = {
        coalition: sum(shares[player] for player in coalition) - cost
        for coalition, cost in game.items()
        if coalition != everyone
    }
    return {coalition: more for coalition, more in excess.items() if more > noise}


def in_core(game: Game, shares: Mapping[Any, float]) -> bool:
    """Whether the shares sum to the joint cost and no coalition would pay less on its own."""
    everyone = frozenset(players_of(game))
    whole = abs(sum(shares.values()) - game[everyone]) <= ROUNDING * _size(game)
    return whole and not objectors(game, shares)


def least_core_excess(game: Game) -> float:
    """The smallest charge on leaving that makes some sharing stable; negative: how much every coalition can still save.

    Each proper coalition then pays at most its own cost plus this. The core is empty if it is positive.

    >>> round(least_core_excess({frozenset("a"): 5.0, frozenset("b"): 4.0, frozenset("ab"): 7.0}), 9)
    -1.0
    """
    players, rows, costs, unit = _rows(game)
    if len(players) == 1:
        return 0.0
    found = _solve(
        np.append(np.zeros(len(players)), 1.0),
        np.hstack([rows, -np.ones((len(rows), 1))]),
        costs,
        np.append(np.ones(len(players)), 0.0),
        game[frozenset(players)] / unit,
    )
    return float(found.fun) * unit


def core_extent(game: Game) -> dict[Any, Extent] | None:
    """The least and the most that each player can bear in the core; None if the core is empty."""
    players, rows, costs, unit = _rows(game)
    excess = least_core_excess(game) / unit if len(players) > 1 else 0.0
    if excess > ROUNDING:
        return None
    total = game[frozenset(players)] / unit
    allowed = costs + max(0.0, excess)  # a core of one point must not be lost to rounding
    extent = {}
    for i, player in enumerate(players):
        axis = np.eye(len(players))[i]
        ends = [_solve(sign * axis, rows, allowed, np.ones(len(players)), total) for sign in (1.0, -1.0)]
        extent[player] = Extent(float(ends[0].fun) * unit, -float(ends[1].fun) * unit)
    return extent


def _size(game: Game) -> float:
    return max(abs(cost) for cost in game.values()) or 1.0


def _rows(game: Game) -> tuple[list[Any], Any, Any, float]:
    """The players, who is in each proper coalition, its cost in units of the largest cost, and that unit."""
    players, unit = players_of(game), _size(game)
    proper = [coalition for coalition in game if len(coalition) < len(players)]
    rows = np.array([[float(player in coalition) for player in players] for coalition in proper])
    return players, rows.reshape(len(proper), len(players)), np.array([game[c] / unit for c in proper]), unit


def _solve(objective: Any, rows: Any, most: Any, all_row: Any, total: float) -> Any:
    found = linprog(
        objective, A_ub=rows if len(rows) else None, b_ub=most if len(rows) else None,
        A_eq=all_row[None, :], b_eq=[total], bounds=(None, None), method="highs-ds",
    )  # fmt: skip
    if found.status != 0:
        raise ArithmeticError(f"the core could not be measured: {found.message}")
    return found
