"""Small cases derived on paper, for rules that hardly ever bind alone.

Each docstring derives the optimum from the equations; MUSD are million USD.
"""

# ruff: noqa: E501 - the tables of a case are as wide as they are

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import ONE_TOWN, PURE_ORE, assert_optimum, write_case, years

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.covers("modules_at_once")
def test_what_was_not_built_earlier_is_no_right_to_more_later(tmp_path: Path) -> None:
    """20 t are needed in 2032 alone; modules of 10 t (1 MUSD, life 2), one at a time; lost supply 0.1 MUSD/t; money is free.

    In three years two modules may be decided in turn, but not two for the same year: one in 2032 (half of its
    annuities lie in the horizon) and 10 t lost: 1 / 2 + 10 x 0.1 = 1.5 MUSD.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2032), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      10                 1            1            2

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2031  0           100000
        town    Nd        2032  20          100000
        """)
    assert_optimum(case, cost_musd=1.5, modules={("works", 2032): 1})


@pytest.mark.covers("storage_space")
def test_no_new_room_is_added_while_the_old_still_stands(tmp_path: Path) -> None:
    """5 t are needed in 2031 and in 2033; the seller asks 1000 USD/t in the year before each, then 60,000 and 50,000.

    The store may grow to 5 t, at 10,000 USD/t; room lasts two years; money is free, but there is none in 2032. So
    the stock of 2032 needs room bought in 2031, when that of 2030 would still stand: together at most 5 t. A
    tonne of room saves 59,000 - 10,000 when bought in 2030 and 49,000 - 10,000 when bought in 2031, so all is
    bought in 2030: 5 x 10,000 + 5 x 1000 + 5 x 50,000 = 305,000 USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2033), """
        stockpiles
        region  material  max_capacity_t  capacity_usd_per_t  life_years
        town    Nd        5               10000               2

        budgets
        partner  first_year  last_year  musd
        A        2032        2032       0

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             1000
        seller    Nd        2031  town    60000            1000
        seller    Nd        2032  town    1000             1000
        seller    Nd        2033  town    50000            1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  0           1000000
        town    Nd        2031  5           1000000
        town    Nd        2032  0           1000000
        town    Nd        2033  5           1000000
        """)
    assert_optimum(case, cost_musd=0.305)


@pytest.mark.covers("unmet_limits", "purchase_limits")
def test_no_more_goes_short_than_is_demanded(tmp_path: Path) -> None:
    """A market pays 20,000 USD/t for up to 100 t, lost supply of 10 t is worth 10,000, a seller asks 15,000 for 30 t.

    It pays to sell all 30 t and to leave the 10 t unserved, but not to go short of what nobody demands:
    10 x 10,000 + 30 x (15,000 - 20,000) = -50,000 USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2030), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    15000            30

        markets
        region  material  year  price_usd_per_t  max_t_per_year
        town    Nd        2030  20000            100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          10000
        """)
    assert_optimum(case, cost_musd=-0.05)
