"""Sharing a joint cost: published games, closed forms, axioms, and a second look at every nucleolus."""

from __future__ import annotations

import doctest
import random
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import linprog

from reeplan.studies.cooperation import allocation, bands, core
from reeplan.studies.cooperation.allocation import coalitions, gain, nash, nucleolus, shapley
from reeplan.studies.cooperation.bands import core_is_certain, gain_band, nucleolus_band, shapley_band
from reeplan.studies.cooperation.core import core_extent, in_core, least_core_excess, objectors

if TYPE_CHECKING:
    from collections.abc import Mapping

Game = dict[frozenset[Any], float]


def game(**costs: float) -> Game:
    """A game from its costs, a coalition as the letters of its players."""
    return {frozenset(name): float(cost) for name, cost in costs.items()}


TVA = game(n=163520, f=140826, p=250096, nf=301607, np=378821, fp=367370, nfp=412584)
"""The dams of the Tennessee Valley Authority: navigation, flood control, power (thousand USD of the 1930s).

Straffin and Heaney, 'Game theory and the Tennessee Valley Authority', International Journal of Game Theory 10 (1981).
"""


def random_game(seed: int, players: int, *, joining_pays: bool = True) -> Game:
    """A game on letters; with ``joining_pays`` no coalition costs more than two parts of it."""
    rng = random.Random(seed)
    names = "abcdefgh"[:players]
    costs: Game = {}
    for coalition in coalitions(list(names)):
        drawn = rng.uniform(5, 20) * len(coalition) ** 0.8
        parts = [
            costs[part] + costs[coalition - part] for part in costs if part < coalition and coalition - part in costs
        ]
        costs[coalition] = min([drawn, *parts]) if joining_pays else drawn
    return costs


# ---- published values and closed forms --------------------------------------------------------------


def test_the_tva_game() -> None:
    assert shapley(TVA) == pytest.approx({"n": 117829, "f": 100756.5, "p": 193998.5}, abs=1e-6)
    assert nucleolus(TVA) == pytest.approx({"n": 116234, "f": 93540, "p": 202810}, abs=1e-6)
    assert in_core(TVA, shapley(TVA))


def test_the_extent_of_the_core_of_the_tva_game() -> None:
    """Most is the cost alone and least what the others cannot do without: the game is convex, so both are reached.

    Navigation: least 412584 - 367370 = 45214, most 163520; flood control: 412584 - 378821 = 33763; power:
    412584 - 301607 = 110977.
    """
    extent = core_extent(TVA)
    assert extent is not None
    assert extent["n"] == pytest.approx((45214, 163520))
    assert extent["f"] == pytest.approx((33763, 140826))
    assert extent["p"] == pytest.approx((110977, 250096))


def airport(costs: list[float]) -> Game:
    """A runway costs what the largest aircraft in the coalition needs."""
    players = list(range(len(costs)))
    return {coalition: max(costs[i] for i in coalition) for coalition in coalitions(players)}


RUNWAYS = ([1.0, 2.0, 3.0], [4.0, 4.0, 9.0, 10.0], [1.0, 1.5, 5.0, 5.0, 12.0], [3.0, 8.0, 9.0, 10.0, 11.0, 30.0])


@pytest.mark.parametrize("costs", RUNWAYS)
def test_the_airport_game_by_shapley(costs: list[float]) -> None:
    """Each piece of runway is paid in equal parts by those who need it.

    Littlechild and Owen, 'A simple expression for the Shapley value in a special case', Management Science 20 (1973).
    """
    expected, paid = {}, 0.0
    for i, cost in enumerate(costs):
        paid += (cost - (costs[i - 1] if i else 0.0)) / (len(costs) - i)
        expected[i] = paid
    assert shapley(airport(costs)) == pytest.approx(expected)


@pytest.mark.parametrize("costs", RUNWAYS)
def test_the_airport_game_by_the_nucleolus(costs: list[float]) -> None:
    """Player i bears the least of (cost of k - borne before i) / (k - i + 2) over k from i to the last but one.

    Littlechild, 'A simple expression for the nucleolus in a special case', International Journal of Game Theory 3
    (1974); in the recursive form of Sönmez (1994). The last player bears the rest.
    """
    n, borne = len(costs), []
    for i in range(n - 1):
        before = sum(borne)
        borne.append(min((costs[k] - before) / (k - i + 2) for k in range(i, n - 1)))
    borne.append(costs[-1] - sum(borne))
    assert nucleolus(airport(costs)) == pytest.approx(dict(enumerate(borne)))


def test_three_of_whom_any_two_gain_all_there_is() -> None:
    """Any two gain what all three gain: no sharing keeps all pairs in, and each may only hope for a third."""
    majority = game(a=1, b=1, c=1, ab=1, ac=1, bc=1, abc=2)
    assert core_extent(majority) is None
    assert least_core_excess(majority) == pytest.approx(1 / 3)
    third = dict.fromkeys("abc", 2 / 3)
    assert shapley(majority) == pytest.approx(third)
    assert nucleolus(majority) == pytest.approx(third)
    assert nash(majority) == pytest.approx(third)
    assert sorted(map(sorted, objectors(majority, third))) == [["a", "b"], ["a", "c"], ["b", "c"]]


def test_a_core_of_one_point() -> None:
    """Each player can insist on its own marginal cost of 1: nothing is left to bargain about."""
    point = game(a=1, b=1, c=1, ab=2, ac=2, bc=2, abc=3)
    extent = core_extent(point)
    assert extent is not None
    assert extent["a"] == pytest.approx((1, 1))
    assert nucleolus(point) == pytest.approx(dict.fromkeys("abc", 1.0))


def test_where_joining_costs_the_nucleolus_still_shares_it() -> None:
    """Two who lose 2 by joining bear 1 each beyond what they pay alone."""
    assert nucleolus(game(a=5, b=4, ab=11)) == pytest.approx({"a": 6, "b": 5})


@pytest.mark.parametrize("seed", range(20))
def test_for_two_partners_all_rules_are_one(seed: int) -> None:
    two = random_game(seed, 2)
    assert nash(two) == pytest.approx(shapley(two))
    assert nucleolus(two) == pytest.approx(shapley(two))


# ---- axioms, on random games ------------------------------------------------------------------------

RULES = (shapley, nucleolus, nash)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("rule", RULES)
def test_the_whole_cost_is_shared_and_names_do_not_matter(rule: Any, seed: int) -> None:
    drawn = random_game(seed, 3 + seed % 2, joining_pays=seed % 3 > 0)
    shares = rule(drawn)
    everyone = max(drawn, key=len)
    assert sum(shares.values()) == pytest.approx(drawn[everyone])
    names = dict(zip(sorted(everyone), random.Random(seed).sample(sorted(everyone), len(everyone)), strict=True))
    renamed = {frozenset(names[one] for one in coalition): cost for coalition, cost in drawn.items()}
    assert rule(renamed) == pytest.approx({names[one]: share for one, share in shares.items()}, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rule", RULES)
def test_own_money_and_another_unit_change_nothing_else(rule: Any, seed: int) -> None:
    """Costs in another unit, and a cost that a player has in every coalition, pass through."""
    drawn = random_game(seed, 4)
    other = {coalition: 3.0 * cost + 7.0 * ("b" in coalition) for coalition, cost in drawn.items()}
    expected = {one: 3.0 * share + 7.0 * (one == "b") for one, share in rule(drawn).items()}
    assert rule(other) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rule", [shapley, nucleolus])
def test_who_changes_nothing_bears_its_own_cost(rule: Any, seed: int) -> None:
    drawn = random_game(seed, 3)
    with_dummy = {
        coalition: (drawn[coalition - {"z"}] if coalition - {"z"} else 0.0) + 6.0 * ("z" in coalition)
        for coalition in coalitions([*"abc", "z"])
    }
    assert rule(with_dummy) == pytest.approx({**rule(drawn), "z": 6.0}, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_the_shapley_value_of_a_sum_is_the_sum_and_the_mean_over_all_orders(seed: int) -> None:
    one, other = random_game(seed, 4, joining_pays=False), random_game(seed + 100, 4, joining_pays=False)
    both = {coalition: one[coalition] + other[coalition] for coalition in one}
    first, second = shapley(one), shapley(other)
    assert shapley(both) == pytest.approx({k: first[k] + second[k] for k in first})
    orders = list(permutations("abcd"))
    added = dict.fromkeys("abcd", 0.0)
    for order in orders:
        for i, player in enumerate(order):
            before = one[frozenset(order[:i])] if i else 0.0
            added[player] += (one[frozenset(order[: i + 1])] - before) / len(orders)
    assert first == pytest.approx(added)


# ---- a second look at the nucleolus -------------------------------------------------------------------


def excesses(drawn: Game, shares: Mapping[Any, float]) -> dict[frozenset[Any], float]:
    """What each proper coalition bears beyond its own cost."""
    size = max(map(len, drawn))
    return {c: sum(shares[one] for one in c) - cost for c, cost in drawn.items() if len(c) < size}


def is_balanced(groups: list[frozenset[Any]], helpers: list[frozenset[Any]], players: list[Any]) -> bool:
    """Whether every player's membership adds up to the same with positive weights (of helpers: not negative)."""
    columns = np.array([[float(player in group) for group in [*groups, *helpers]] for player in players])
    some = len(groups)
    most = linprog(  # the largest least weight of the groups
        [*np.zeros(columns.shape[1]), -1.0],
        A_eq=np.hstack([columns, np.zeros((len(players), 1))]),
        b_eq=np.ones(len(players)),
        A_ub=np.hstack([-np.eye(some, columns.shape[1]), np.ones((some, 1))]),
        b_ub=np.zeros(some),
        bounds=[(0, None)] * columns.shape[1] + [(None, 1)],
    )
    return bool(most.status == 0 and most.x[-1] > 1e-9)


@pytest.mark.parametrize("seed", range(24))
def test_every_level_of_complaint_is_balanced(seed: int) -> None:
    """Kohlberg (1971): a sharing is the nucleolus if and only if the coalitions that are treated at least as badly as
    some level, helped by players at their limit of what they pay alone, are balanced, for every level."""
    drawn = random_game(seed, 3 + seed % 3, joining_pays=seed % 4 > 0)
    everyone = max(drawn, key=len)
    shares = nucleolus(drawn)
    excess = excesses(drawn, shares)
    limited = gain(drawn, everyone) >= 0
    at_limit = [frozenset([k]) for k in everyone if limited and abs(shares[k] - drawn[frozenset([k])]) < 1e-7]
    for level in sorted(set(excess.values()), reverse=True):
        worst = [coalition for coalition, more in excess.items() if more >= level - 1e-7]
        assert is_balanced(worst, at_limit, sorted(everyone)), level


@pytest.mark.parametrize("seed", range(8))
def test_no_other_sharing_treats_the_worst_off_better(seed: int) -> None:
    """The sorted complaints of the nucleolus come before those of thousands of other sharings, near and far."""
    drawn = random_game(seed, 4)
    shares = nucleolus(drawn)
    best = sorted(excesses(drawn, shares).values(), reverse=True)
    rng = random.Random(seed)
    alone = {one: drawn[frozenset([one])] for one in shares}
    tried = 0
    for attempt in range(2000):
        moves = [rng.gauss(0, 10 ** -(attempt % 4)) for _ in shares]
        mean = sum(moves) / len(moves)
        other = {one: share + move - mean for (one, share), move in zip(shares.items(), moves, strict=True)}
        if any(other[one] > alone[one] + 1e-12 for one in other):
            continue
        tried += 1
        theirs = sorted(excesses(drawn, other).values(), reverse=True)
        first = next(((a, b) for a, b in zip(best, theirs, strict=True) if abs(a - b) > 1e-7), (0.0, 0.0))
        assert first[0] <= first[1]
    assert tried > 100


@pytest.mark.parametrize("seed", range(8))
def test_the_nucleolus_is_in_the_core_wherever_there_is_one(seed: int) -> None:
    drawn = random_game(seed, 4)
    extent = core_extent(drawn)
    shares = nucleolus(drawn)
    assert in_core(drawn, shares) == (extent is not None) == (least_core_excess(drawn) <= 1e-9)
    if extent is not None:
        assert all(extent[k].least - 1e-6 <= share <= extent[k].most + 1e-6 for k, share in shares.items())


# ---- costs that are known only within their gaps ------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_bands_hold_every_game_between_bounds_and_costs_and_are_reached(seed: int) -> None:
    costs = random_game(seed, 3)
    rng = random.Random(seed)
    bounds = {coalition: cost * (1 - rng.uniform(0, 0.05)) for coalition, cost in costs.items()}
    shapleys = shapley_band(costs, bounds)
    everyone = frozenset("abc")
    gains = gain_band(costs, bounds, everyone)
    for _ in range(200):
        between = {c: rng.choice([costs[c], bounds[c], rng.uniform(bounds[c], costs[c])]) for c in costs}
        assert gains.least - 1e-9 <= gain(between, everyone) <= gains.greatest + 1e-9
        for player, share in shapley(between).items():
            assert shapleys[player].least - 1e-9 <= share <= shapleys[player].greatest + 1e-9
    dearest = {c: costs[c] if "a" in c else bounds[c] for c in costs}
    assert shapley(dearest)["a"] == pytest.approx(shapleys["a"].greatest)
    around = nucleolus_band(costs, bounds)
    for player, share in nucleolus(costs).items():
        assert around[player].least - 1e-9 <= share <= around[player].greatest + 1e-9


def test_core_membership_is_certain_only_beyond_the_gaps() -> None:
    """Alone each pays 10, together 16: bearing 8 each is safe if alone could be 9, and in doubt if it could be 7."""
    costs = game(a=10, b=10, ab=16)
    half = {"a": 8.0, "b": 8.0}
    assert in_core(costs, half)
    assert core_is_certain(costs, game(a=9, b=9, ab=15), half)
    assert not core_is_certain(costs, game(a=7, b=9, ab=15), half)


@pytest.mark.parametrize(
    "broken", [game(a=1, b=1), game(a=1, ab=2), game(a=1, b=float("inf"), ab=2), game(a=1, b=float("nan"), ab=2)]
)
def test_a_game_that_is_not_whole_is_refused(broken: Game) -> None:
    with pytest.raises(ValueError, match="cost of every coalition"):
        shapley(broken)


@pytest.mark.parametrize("module", [allocation, bands, core])
def test_the_examples_in_the_text_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
