"""Small cases derived on paper: how materials are won, treated, bought, carried, stored and sold on the undisrupted path.

Each docstring derives the optimum from the equations; MUSD are million USD.
"""

# ruff: noqa: E501 - the tables of a case are as wide as they are

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import ONE_TOWN, PURE_ORE, assert_optimum, write_case, years

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.covers("cost")
def test_what_a_tonne_of_activity_costs(tmp_path: Path) -> None:
    """Half of a venture (200 t, 1 MUSD, life 1) gives 100 t; per tonne of activity, in USD:

    opex 1000 x 1.2 = 1200, royalty 150, energy 3 x 80 = 240, carbon (2 + 3 x 0.6) x 50 = 190, thorium 0.04 x
    200 = 8, freight 12: 1800. So 0.18 MUSD, capital 0.5, fixed 100 USD x 100 t (of the half) = 0.01: 0.69 MUSD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country  power_usd_per_mwh  grid_tco2_per_mwh  carbon_usd_per_t  thorium_usd_per_t
        town    A        -                  -                  -                 -
        x1      X        80                 0.6                50                200

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        deposits
        deposit  region  ore       resource_t  thorium_t_per_t
        pit      x1      monazite  1000000     0.04

        baskets
        deposit  Nd
        pit      1

        processes
        process  takes  makes   opex_usd_per_t  energy_mwh_per_t  co2_t_per_t  releases_thorium
        refine   ore    oxides  1000            3                 2            yes

        ventures
        venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share  royalty_usd_per_t  fixed_usd_per_t  opex_factor  life_years
        mtx      half    x1      refine   pit      200               1           0.5           0.5            150                100              1.2          1

        transport
        from_region  to_region  kind   usd_per_t
        x1           town       oxide  12

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         1000000
        """)
    assert_optimum(case, cost_musd=0.69, modules={("mtx/half", 2030): 1})


@pytest.mark.covers("thorium", "cost")
def test_two_ores_share_a_regions_thorium_cap(tmp_path: Path) -> None:
    """The pit costs 1000 USD/t and brings 0.05 t thorium, the hill 3000 and 0.02; the region takes 2 t thorium a year.

    60 t: 0.05 p + 0.02 (60 - p) = 2 gives p = 80/3 and 100/3 from the hill (buying at 50,000 to spare the
    hill's thorium for the pit does not pay). 80/3 x 1000 + 100/3 x 3000 + 2 t thorium x 1000 USD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country  thorium_usd_per_t  thorium_max_t_per_year
        town    A        1000               2

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        deposits
        deposit  region  ore       resource_t  thorium_t_per_t
        pit      town    monazite  1000000     0.05
        hill     town    monazite  1000000     0.02

        baskets
        deposit  Nd
        pit      1
        hill     1

        processes
        process  takes  makes   opex_usd_per_t  releases_thorium
        refine   ore    oxides  1000            yes

        plants
        plant  region  process  deposit  capacity_t_per_year  opex_factor
        one    town    refine   pit      100                  1
        two    town    refine   hill     100                  3

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  town    50000            1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  60          1000000
        """)
    assert_optimum(case, cost_musd=(80 / 3 * 1000 + 100 / 3 * 3000 + 2 * 1000) / 1e6)


@pytest.mark.covers("capacity", "balance", "cost")
def test_deposits_share_a_plant_unless_it_is_tied_to_one(tmp_path: Path) -> None:
    """The rich ore (0.5 Nd, at most 40 t, 3000 USD/t) may go to `own`, the lean (0.25 Nd, 1000 USD/t) only to `works`.

    Recovery 0.9. All 40 t of rich ore in `own` leaves the 100 t of `works` to the lean one; the other 20 t of
    `own` stay idle. Nd: 40 x 0.45 + 100 x 0.225 = 40.5 of 50 t; 9.5 t lost at 0.1 MUSD. Mining 40 x 3000 + 100
    x 1000, separation 140 x 500: 0.22 + 0.07 + 0.95 = 1.24 MUSD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Ce       light    1000

        deposits
        deposit  region  ore   resource_t
        rich     town    rock  1000000
        lean     town    rock  1000000

        baskets
        deposit  Nd    Ce
        rich     0.5   0.5
        lean     0.25  0.75

        processes
        process   takes  makes   recovery  opex_usd_per_t
        dig       ore    mixed   1         1000
        separate  mixed  oxides  0.9       500

        plants
        plant     region  process   deposit  capacity_t_per_year  opex_factor
        richmine  town    dig       rich     40                   3
        leanmine  town    dig       lean     1000                 1
        works     town    separate  -        100                  1
        own       town    separate  rich     60                   1

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  50          100000
        """)
    assert_optimum(case, cost_musd=1.24)


@pytest.mark.covers("balance")
def test_a_process_for_one_ore_leaves_the_others(tmp_path: Path) -> None:
    """The works treat monazite only: the rock, richer in Nd, cannot be used. The basket's shares sum to 0.996.

    Normalised, the sand holds 0.2 / 0.996 of Nd: 20 t take 99.6 t of ore at 1000 USD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Ce       light    1000

        deposits
        deposit  region  ore       resource_t
        sand     town    monazite  1000000
        rock     town    rock      1000000

        baskets
        deposit  Nd   Ce
        sand     0.2  0.796
        rock     0.5  0.5

        processes
        process   takes  makes   ore       opex_usd_per_t
        dig       ore    mixed   any       1000
        separate  mixed  oxides  monazite  0

        plants
        plant     region  process   deposit  capacity_t_per_year
        sandmine  town    dig       sand     1000
        rockmine  town    dig       rock     1000
        works     town    separate  -        1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  20          1000000
        """)
    assert_optimum(case, cost_musd=0.0996)


@pytest.mark.covers("resource", "cost")
def test_ore_runs_out_once(tmp_path: Path) -> None:
    """100 t of free ore for 40 t a year over three years: 20 t are bought at 1000 USD, last, as money is discounted at
    10 %.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE.replace("1000000", "100"), years(2030, 2032, 0.1), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  40          1000000
        """)
    assert_optimum(case, cost_musd=0.02 / 1.1**2)


@pytest.mark.covers("balance")
def test_scrap_goes_round(tmp_path: Path) -> None:
    """100 t of magnets take 30 t Nd and leave 10 t of scrap; a tonne of scrap gives 0.3 t Nd for 3000 USD.

    Scrap at 2000 USD/t makes Nd at 16,667, below the 40,000 of the seller: all 50 t on offer and the 10 t of
    the magnet plant's own are treated, 18 t Nd; 12 t are bought.
    100 x 1000 + 60 x 3000 + 50 x 2000 + 12 x 40,000 = 0.86 MUSD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2030), """
        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  60000                0.3
        swarf    scrap    2000                 0.3

        processes
        process  takes   makes   opex_usd_per_t
        press    recipe  recipe  1000
        recycle  recipe  recipe  3000

        recipes
        process  material  t_per_t
        press    Nd        -0.3
        press    magnet    1
        press    swarf     0.1
        recycle  swarf     -1
        recycle  Nd        0.3

        plants
        plant      region  process  capacity_t_per_year
        pressing   town    press    1000
        recycling  town    recycle  1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    40000            1000
        dealer    swarf     2030  town    2000             50

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    magnet    2030  100         1000000
        """)
    assert_optimum(case, cost_musd=0.86)


@pytest.mark.covers("cost")
def test_a_lane_of_its_own_kind_wins_over_all(tmp_path: Path) -> None:
    """Oxide travels at its own 100 USD/t though `all` costs 10; magnets at 10; from the harbour leads no lane.

    10 x (1000 + 100) + 10 x (1000 + 10) = 21,100 USD.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("town    A", "town     A\nport     X\nharbour  X"),
                      years(2030, 2030), """
        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  60000                0.3

        suppliers
        supplier  material  year  region   price_usd_per_t  max_t_per_year
        seller    Nd        2030  port     1000             1000
        seller    magnet    2030  port     1000             1000
        cheap     Nd        2030  harbour  1                1000

        transport
        from_region  to_region  kind   usd_per_t
        port         town       all    10
        port         town       oxide  100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        town    magnet    2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.0211)


@pytest.mark.covers("sale_limits", "cost", "balance")
def test_surplus_is_sold_where_it_pays(tmp_path: Path) -> None:
    """20 t Nd bring 80 t Ce along: 100 t of ore at 1000 USD.

    Ce: 40 t abroad at 700 - 100 freight, 30 t at home at 500, none where freight (400) eats the price (300),
    the last 10 t are dumped. 100,000 - 24,000 - 15,000 = 61,000 USD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A
        x1      X
        y1      Y

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Ce       light    1000

        deposits
        deposit  region  ore   resource_t
        pit      town    rock  1000000

        baskets
        deposit  Nd   Ce
        pit      0.2  0.8

        processes
        process  takes  makes   opex_usd_per_t
        refine   ore    oxides  1000

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      1000

        markets
        region  material  year  price_usd_per_t  max_t_per_year
        town    Ce        2030  500              30
        x1      Ce        2030  700              40
        y1      Ce        2030  300              1000

        transport
        from_region  to_region  kind   usd_per_t
        town         x1         oxide  100
        town         y1         oxide  400

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  20          1000000
        """)
    assert_optimum(case, cost_musd=0.061)


def test_values_between_listed_years_are_interpolated(tmp_path: Path) -> None:
    """Demand 10 in 2030 and 30 in 2034: 10, 15, 20, 25, 30, 30.

    Price 1000 in 2032 and 3000 in 2034: 1, 1, 1, 2, 3, 3 thousand. 10 + 15 + 20 + 50 + 90 + 90 = 275 thousand USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2035), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2032  town    1000             1000
        seller    Nd        2034  town    3000             1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        town    Nd        2034  30          1000000
        """)
    assert_optimum(case, cost_musd=0.275)


@pytest.mark.covers("balance", "level_limits", "cost")
def test_the_base_path_ends_with_the_stock_it_began_with(tmp_path: Path) -> None:
    """8 t at the start, room for 14; the price triples after a year; holding 100 USD/t at year's end; 10 t a year.

    2030: the store is filled (buys 16, level 14). 2031: it may only fall back to 8 (buys 4).
    16 x 1000 + 4 x 3000 + (14 + 8) x 100 = 30,200 USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2031), """
        stockpiles
        region  material  initial_t  capacity_t  holding_usd_per_t_year
        town    Nd        8          14          100

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             1000
        seller    Nd        2031  town    3000             1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.0302)


@pytest.mark.covers("offtake")
def test_offtake_counts_products_by_their_oxide(tmp_path: Path) -> None:
    """A may send B 20 t of oxide; B wants 100 t of magnets (0.3 t oxide each) and 10 t Nd.

    Lost supply is worth 50,000 and 100,000 USD. A tonne of oxide saves (50,000 - 1000) / 0.3 as magnets, 99,000
    as Nd: 20 / 0.3 = 66.67 magnets and no Nd. 200/3 x 1000 + 100/3 x 50,000 + 10 x 100,000 USD = 2.7333 MUSD.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0
        B        0

        regions
        region  country
        a1      A
        b1      B

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  60000                0.3

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  a1      1000             1000
        seller    magnet    2030  a1      1000             1000

        transport
        from_region  to_region  kind  usd_per_t
        a1           b1         all   0

        offtakes
        from_country  to_country  year  free_t_per_year
        A             B           2030  20

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        b1      magnet    2030  100         50000
        b1      Nd        2030  10          100000
        """)
    assert_optimum(case, cost_musd=(200 / 3 * 1000 + 100 / 3 * 50000 + 10 * 100000) / 1e6)


@pytest.mark.covers("offtake", "funding")
def test_the_right_to_take_home_grows_with_the_ramp(tmp_path: Path) -> None:
    """B may take 0.5 t for each tonne of capacity that it pays; a module of 100 t gives 50 t in its first year.

    B pays it all (10 MUSD at no interest over 2 years) and receives 25 and 50 of 100 t: 75 + 50 t lost at 0.2 MUSD.
    10 + 25 = 35 MUSD; without the works 40.
    """
    case = write_case(tmp_path, years(2030, 2031), """
        partners
        partner  wacc
        A        0.05
        B        0

        regions
        region  country
        town    A
        b1      B

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        """, PURE_ORE, """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years  ramp_years  offtake_right
        works  town    refine   pit      100                1            10           2           1           0.5

        transport
        from_region  to_region  kind   usd_per_t
        town         b1         oxide  0

        offtakes
        from_country  to_country  year  free_t_per_year
        A             B           2030  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        b1      Nd        2030  100         200000
        """)
    assert_optimum(case, cost_musd=35, modules={("works", 2030): 1})


TWO_SELLERS = """
partners
partner  wacc
A        0

regions
region  country
town    A
x1      X
y1      Y

elements
element  circuit  reference_usd_per_t
Nd       light    40000

transport
from_region  to_region  kind  usd_per_t
x1           town       all   0
y1           town       all   0
"""


@pytest.mark.covers("dependence", "balance")
def test_dependence_is_a_share_of_use_and_plants_use_too(tmp_path: Path) -> None:
    """Half of the Nd used may come from X (the row for Nd wins over the one for `all`).

    Use is the demand of 4 t and the 3 t that 10 t of magnets take: 3.5 t at 40,000 from X, 3.5 t at 60,000 from
    Y, pressing 10 x 1000: 0.14 + 0.21 + 0.01 = 0.36 MUSD.
    """
    case = write_case(tmp_path, TWO_SELLERS, years(2030, 2030), """
        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  60000                0.3

        processes
        process  takes   makes   opex_usd_per_t
        press    recipe  recipe  1000

        recipes
        process  material  t_per_t
        press    Nd        -0.3
        press    magnet    1

        plants
        plant     region  process  capacity_t_per_year
        pressing  town    press    1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        near      Nd        2030  x1      40000            1000
        far       Nd        2030  y1      60000            1000

        dependence
        partner  from_country  material  year  max_share
        A        X             all       2030  0.1
        A        X             Nd        2030  0.5

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  4           1000000
        town    magnet    2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.36)


@pytest.mark.covers("dependence")
def test_a_phase_out_is_a_falling_dependence(tmp_path: Path) -> None:
    """From all in 2030 to none in 2032, so half in 2031: 10 x 1 + (5 x 1 + 5 x 3) + 10 x 3 = 60 thousand USD."""
    case = write_case(tmp_path, TWO_SELLERS, years(2030, 2032), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        near      Nd        2030  x1      1000             1000
        far       Nd        2030  y1      3000             1000

        dependence
        partner  from_country  material  year  max_share
        A        X             Nd        2030  1
        A        X             Nd        2032  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.06)


@pytest.mark.covers("purchase_limits", "cost")
def test_a_cutoff_for_good_acts_on_the_base_path_and_in_every_window(tmp_path: Path) -> None:
    """X stops for good in 2032 (no last year); Y sells 15 t a year, half of it in 2033.

    These are calendar years, not years of a window. 2030 and 2031: 10 t at 1000 USD. 2032: 10 t at 5000. 2033:
    7.5 t at 5000 and 2.5 t lost at 100,000: 0.2875 MUSD. The storm of 2033 leaves Y 0.8, but the least
    availability holds: its window is like the undisrupted path. 0.02 + 0.05 + 0.2875 = 0.3575.
    """
    case = write_case(tmp_path, TWO_SELLERS, years(2030, 2033), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        near      Nd        2030  x1      1000             1000
        far       Nd        2030  y1      5000             15

        scenarios
        scenario  starts  years  probability
        storm     2033    1      0.5

        disruptions
        scenario  kind      target  first  last  availability
        base      country   X       2032   -     0
        base      supplier  far     2033   2033  0.5
        storm     supplier  far     -      -     0.8

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """)
    assert_optimum(case, cost_musd=0.3575, resilience=0.75, windows={"storm@2033": 0.2875})
