"""Money over time: the examples in the code hold, and so do the identities that define an annuity."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reeplan
from reeplan.model.finance import (
    annuity,
    capital_recovery_factor,
    discount_factor,
    interest_while_building,
    interpolate,
    ramp,
)

rates = st.floats(0.0, 0.5)
lives = st.integers(1, 60)
few = settings(derandomize=True, deadline=None, database=None)


MODULES = sorted(module.name for module in pkgutil.walk_packages(reeplan.__path__, "reeplan."))


ELSEWHERE = ("reeplan.solve.executor.dask_cluster", "reeplan.solve.executor.mpi_ranks", "reeplan.stochastic.bounds")
"""Modules that need packages of an extra, or start MPI: tested where they work, in processes of their own."""


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(("__main__", *ELSEWHERE))])
def test_examples_in_the_code(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_finance_has_examples() -> None:
    assert doctest.testmod(importlib.import_module("reeplan.model.finance")).attempted >= 10


@few
@given(rate=rates, life=lives)
def test_the_annuities_of_a_life_are_worth_the_capital(rate: float, life: int) -> None:
    """Paid at the end of each year and discounted at the rate of the money, they repay it exactly."""
    paid = capital_recovery_factor(rate, life)
    worth = sum(paid * discount_factor(rate, year, 0) for year in range(1, life + 1))
    assert worth == pytest.approx(1.0, rel=1e-9)


@few
@given(rate=rates, life=lives)
def test_the_money_of_a_year_falls_at_its_end(rate: float, life: int) -> None:
    """What runs from the first year on costs its capital at the beginning of it, seen from the end of that year."""
    paid = capital_recovery_factor(rate, life)
    cost = sum(paid * discount_factor(rate, year, 2030) for year in range(2030, 2030 + life))
    assert discount_factor(rate, 2030, 2030) == 1.0
    assert cost == pytest.approx(1.0 + rate, rel=1e-9)


@pytest.mark.parametrize("life", [1, 2, 10, 25, 60])
def test_continuous_at_rate_zero(life: int) -> None:
    """A tiny rate gives the even spread and not noise; to first order the factor grows by (life + 1) / (2 life)."""
    assert capital_recovery_factor(0.0, life) == 1 / life
    for rate in (1e-15, 1e-12, 1e-9, 1e-6, 1e-4):
        assert capital_recovery_factor(rate, life) - 1 / life == pytest.approx(
            rate * (life + 1) / (2 * life), rel=0.01, abs=1e-15
        )


@few
@given(rate=rates, life=lives)
def test_costlier_money_and_shorter_lives_cost_more_a_year(rate: float, life: int) -> None:
    assert capital_recovery_factor(rate + 0.01, life) > capital_recovery_factor(rate, life)
    assert capital_recovery_factor(rate, life) > capital_recovery_factor(rate, life + 1)
    assert capital_recovery_factor(rate, life) >= max(rate, 1 / life) * (1 - 1e-12)


@pytest.mark.parametrize("life", [0, -1])
def test_a_life_of_nothing_repays_nothing(life: int) -> None:
    with pytest.raises(ValueError, match="cannot repay"):
        capital_recovery_factor(0.05, life)


@few
@given(rate=rates, lead=st.integers(0, 20))
def test_interest_while_building_is_half_of_the_lead(rate: float, lead: int) -> None:
    """Twice the time is the square, no time is nothing, and money that costs nothing bears no interest."""
    assert interest_while_building(rate, 2 * lead) == pytest.approx(interest_while_building(rate, lead) ** 2, rel=1e-12)
    assert interest_while_building(rate, 0) == 1.0
    assert interest_while_building(0.0, lead) == 1.0


@few
@given(capital=st.floats(0, 1e4), rate=rates, lead=st.integers(0, 10), life=lives)
def test_annuity_in_parts(capital: float, rate: float, lead: int, life: int) -> None:
    """It is proportional to the capital, and what the parts of it pay adds up."""
    whole = annuity(capital, rate, lead, life)
    assert whole == pytest.approx(capital * annuity(1.0, rate, lead, life), rel=1e-12, abs=1e-300)
    parts = annuity(0.3 * capital, rate, lead, life) + annuity(0.7 * capital, rate, lead, life)
    assert parts == pytest.approx(whole, rel=1e-12, abs=1e-300)


@few
@given(capital=st.floats(1, 1e3), rate=rates, discount=st.floats(0, 0.2), lead=st.integers(0, 5), life=lives)
def test_a_year_later_is_a_year_of_discounting(
    capital: float, rate: float, discount: float, lead: int, life: int
) -> None:
    """Over a whole life, all that is paid for what is built a year later is worth one discount factor less."""

    def worth(decided: int) -> float:
        first = decided + lead
        paid = annuity(capital, rate, lead, life)
        return sum(paid * discount_factor(discount, year, 2030) for year in range(first, first + life))

    assert worth(2031) == pytest.approx(worth(2030) / (1 + discount), rel=1e-9)


@pytest.mark.parametrize("years", [0, 1, 2, 5])
def test_ramp_grows_evenly_to_one(years: int) -> None:
    steps = [ramp(i, years) for i in range(years + 4)]
    assert steps == pytest.approx([min(1.0, (i + 1) / (years + 1)) for i in range(years + 4)])
    assert steps[years:] == [1.0] * 4
    assert steps[0] > 0


@few
@given(st.dictionaries(st.integers(2020, 2060), st.floats(-1e6, 1e6), min_size=1, max_size=6), st.integers(2010, 2070))
def test_interpolation_stays_between_its_neighbours(listed: dict[int, float], year: int) -> None:
    value = interpolate(listed, year)
    before = [y for y in listed if y <= year] or [min(listed)]
    after = [y for y in listed if y >= year] or [max(listed)]
    ends = listed[max(before)], listed[min(after)]
    assert min(ends) - 1e-6 <= value <= max(ends) + 1e-6
    if year in listed:
        assert value == listed[year]
