"""How sure a sharing is when each coalition's least cost is known only to lie between a bound and a plan's cost."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from reeplan.studies.cooperation.allocation import nucleolus, players_of, weights_of_shapley
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.studies.cooperation.allocation import Coalition, Game

MOST_CORNERS = 128
"""Corners of the box of costs at which the nucleolus is found: all of them up to three players."""


class Band(NamedTuple):
    """The least and the greatest value possible."""

    least: float
    greatest: float


def gain_band(costs: Game, bounds: Game, coalition: Coalition) -> Band:
    """The gain of a coalition against its members alone, for any costs between bounds and costs.

    >>> a, b, pair = frozenset("a"), frozenset("b"), frozenset("ab")
    >>> gain_band({a: 5, b: 4, pair: 7}, {a: 5, b: 3, pair: 6}, pair)
    Band(least=1, greatest=3)
    """
    alone = [frozenset([player]) for player in coalition]
    if len(coalition) == 1:
        return Band(0.0, 0.0)  # the same number, however far it is known
    return Band(
        sum(bounds[one] for one in alone) - costs[coalition], sum(costs[one] for one in alone) - bounds[coalition]
    )


def shapley_band(costs: Game, bounds: Game) -> dict[Any, Band]:
    """Each player's Shapley value for any costs between bounds and costs: exact, as it is linear in them."""
    players = players_of(costs)
    bands = {}
    for player in players:
        weights = weights_of_shapley(players, player).items()
        bands[player] = Band(
            sum(weight * (bounds if weight > 0 else costs)[c] for c, weight in weights),
            sum(weight * (costs if weight > 0 else bounds)[c] for c, weight in weights),
        )
    return bands


def nucleolus_band(costs: Game, bounds: Game) -> dict[Any, Band]:
    """The range of each player's nucleolus over corners of the box of costs.

    All corners up to three players; beyond, so many drawn at random, always the same. It is no linear function of the
    costs, so a value between corners could lie outside; for two players it is one, and the range is exact.
    """
    players = players_of(costs)
    found = [nucleolus(game) for game in _corners(costs, bounds)]
    return {
        player: Band(min(shares[player] for shares in found), max(shares[player] for shares in found))
        for player in players
    }


def _corners(costs: Game, bounds: Game) -> Iterable[Game]:
    """Games whose every cost is the cost or the bound; equal ones are listed once."""
    loose = [coalition for coalition, cost in costs.items() if bounds[coalition] < cost]
    if 2 ** len(loose) <= MOST_CORNERS:
        choices: Iterable[Any] = product((False, True), repeat=len(loose))
    else:
        drawn = np.random.default_rng(0).integers(0, 2, (MOST_CORNERS, len(loose))).astype(bool)
        choices = [[False] * len(loose), [True] * len(loose), *drawn]
    for choice in choices:
        lowered = {coalition for coalition, low in zip(loose, choice, strict=True) if low}
        yield {coalition: bounds[coalition] if coalition in lowered else cost for coalition, cost in costs.items()}


def core_is_certain(costs: Game, bounds: Game, shares: Mapping[Any, float]) -> bool:
    """Whether no coalition could pay less on its own even if its bound were its cost.

    Shares sum to the joint plan in hand; a cheaper joint plan would only leave more to share.
    """
    noise = ROUNDING * max(abs(cost) for cost in costs.values())
    size = max(len(coalition) for coalition in costs)
    return all(
        sum(shares[player] for player in coalition) <= bound + noise
        for coalition, bound in bounds.items()
        if len(coalition) < size
    )
