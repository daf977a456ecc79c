"""Small cases derived on paper: what happens in the windows of a disruption, and what resilience means.

Each docstring derives the optimum from the equations; MUSD are million USD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import ONE_TOWN, PURE_ORE, assert_optimum, optimum, write_case, years

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.covers("shipments_follow_base", "purchase_limits", "cost")
def test_a_route_is_halved_or_closed(tmp_path: Path) -> None:
    """100 t a year; X sells 100 t at 1010 USD landed, Y 30 t at 3010; lost supply 10,000 USD/t.

    Undisrupted path: all from X, 0.101 MUSD. `strait` (p 0.2) halves what the undisrupted path ships from X: 50 x 1010
    + 30 x 3010 + 20 lost = 0.3408. `blockade` (p 0.1) closes it: 30 x 3010 + 70 lost = 0.7903. 0.7 x 0.101 + 0.2 x
    0.3408 + 0.1 x 0.7903 = 0.21789.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("town    A", "town    A\nx1      X\ny1      Y"), years(2030, 2030), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        near      Nd        2030  x1      1000             100
        far       Nd        2030  y1      3000             30

        transport
        from_region  to_region  kind   usd_per_t
        x1           town       oxide  10
        y1           town       oxide  10

        scenarios
        scenario  starts  years  probability
        strait    2030    1      0.2
        blockade  2030    1      0.1

        disruptions
        scenario  kind   target  availability
        strait    route  X>A     0.5
        blockade  route  X>A     0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         10000
        """)
    assert_optimum(case, cost_musd=0.21789, resilience=0.3, windows={"strait@2030": 0.3408, "blockade@2030": 0.7903})


@pytest.mark.covers("purchase_limits", "capacity")
def test_what_a_country_a_material_and_a_plant_take_with_them(tmp_path: Path) -> None:
    """60 t a year: X's works give 40 t at 100 USD, X's seller has 40 t at 1000; lost supply 10,000 USD/t.

    Each scenario has p 0.25. Undisrupted path: 40 made, 20 bought: 0.024. `half` halves X, works and seller: 20 + 20,
    20 lost: 0.222. `goods` halves X's Nd only, so the works run: 40 + 20: 0.024. `fire` takes the works: 40
    bought, 20 lost: 0.24. A quarter of the sum: 0.1275.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("town    A", "town    A\nx1      X"), years(2030, 2030), """
        deposits
        deposit  region  ore   resource_t
        pit      x1      rock  1000000

        baskets
        deposit  Nd
        pit      1

        processes
        process  takes  makes   opex_usd_per_t
        refine   ore    oxides  100

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  x1      refine   pit      40

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  x1      1000             40

        transport
        from_region  to_region  kind   usd_per_t
        x1           town       oxide  0

        scenarios
        scenario  starts  years  probability
        half      2030    1      0.25
        goods     2030    1      0.25
        fire      2030    1      0.25

        disruptions
        scenario  kind     target  material  availability
        half      country  X       -         0.5
        goods     country  X       Nd        0.5
        fire      plant    works   -         0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  60          10000
        """)
    assert_optimum(case, cost_musd=0.1275, resilience=2 / 3,
                   windows={"half@2030": 0.222, "goods@2030": 0.024, "fire@2030": 0.24})


def test_a_row_with_a_material_spares_the_others(tmp_path: Path) -> None:
    """X sells 10 t Nd, 5 t Dy and 20 t of magnets, all at 1000 USD/t; lost supply 10,000; each scenario has p 0.1.

    Undisrupted path 0.035. `one_oxide` stops Nd: 0.1 + 0.025 = 0.125. `all_products` stops magnets: 0.2 + 0.015 =
    0.215. `no_oxide_ships` stops Nd and Dy on the way: 0.15 + 0.02 = 0.17. 0.7 x 0.035 + 0.1 x 0.51 = 0.0755.
    The worst loses 20 of 35.
    """
    case = write_case(tmp_path, years(2030, 2030), """
        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A
        x1      X

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Dy       heavy    400000

        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  60000                0.3

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  x1      1000             100
        seller    Dy        2030  x1      1000             100
        seller    magnet    2030  x1      1000             100

        transport
        from_region  to_region  kind  usd_per_t
        x1           town       all   0

        scenarios
        scenario        starts  years  probability
        one_oxide       2030    1      0.1
        all_products    2030    1      0.1
        no_oxide_ships  2030    1      0.1

        disruptions
        scenario        kind     target  material  availability
        one_oxide       country  X       Nd        0
        all_products    country  X       product   0
        no_oxide_ships  route    X>A     oxide     0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          10000
        town    Dy        2030  5           10000
        town    magnet    2030  20          10000
        """)
    assert_optimum(case, cost_musd=0.0755, resilience=15 / 35, windows={
        "one_oxide@2030": 0.125, "all_products@2030": 0.215, "no_oxide_ships@2030": 0.17})


@pytest.mark.covers("thorium", "offtake")
@pytest.mark.parametrize(
    ("limit", "cost_musd", "resilience"), [("thorium", 0.015 + 0.55, 2 / 3), ("offtake", 0.015 + 1.025, 1 / 3)]
)
def test_limits_hold_in_a_crisis_too(tmp_path: Path, limit: str, cost_musd: float, resilience: float) -> None:
    """B buys 30 t from X at 1000 USD/t, until X is cut (p 0.5); A's works make Nd at 5000; lost supply 100,000.

    Undisrupted path 0.03, weight 0.5. With thorium 0.05 t/t and a cap of 1 t a year A makes 20 t: 0.1 + 1 = 1.1 MUSD;
    with a free export of 10 t it sends 10: 0.05 + 2 = 2.05.
    """
    cap, free = (1, 1000) if limit == "thorium" else (1000, 10)
    case = write_case(tmp_path, years(2030, 2030), f"""
        partners
        partner  wacc
        A        0
        B        0

        regions
        region  country  thorium_max_t_per_year
        a1      A        {cap}
        b1      B        -
        x1      X        -

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        deposits
        deposit  region  ore       resource_t  thorium_t_per_t
        pit      a1      monazite  1000000     0.05

        baskets
        deposit  Nd
        pit      1

        processes
        process  takes  makes   opex_usd_per_t  releases_thorium
        refine   ore    oxides  5000            yes

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  a1      refine   pit      1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  x1      1000             100

        transport
        from_region  to_region  kind   usd_per_t
        a1           b1         oxide  0
        x1           b1         oxide  0

        offtakes
        from_country  to_country  year  free_t_per_year
        A             B           2030  {free}

        scenarios
        scenario  starts  years  probability
        cut       2030    1      0.5

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        b1      Nd        2030  30          100000
        """)
    assert_optimum(case, cost_musd=cost_musd, resilience=resilience)


@pytest.mark.covers("purchase_limits", "purchases_follow_base", "cost")
def test_half_of_the_limit_is_not_half_of_the_flow(tmp_path: Path) -> None:
    """The seller has 100 t, 60 t are bought; 1000 USD/t, lost supply 10,000.

    `ceiling` leaves 50 t: 0.05 + 10 lost = 0.15. `flow` leaves half of the 60 t: 0.03 + 30 lost = 0.33. (Buying
    more on the undisrupted path to be left more costs 0.8 x 1000 and saves 0.1 x 0.5 x 9000.) 0.8 x 0.06 + 0.1 x 0.15
    + 0.1 x 0.33 = 0.096.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2030), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        scenarios
        scenario  starts  years  probability
        quota     2030    1      0.1
        licence   2030    1      0.1

        disruptions
        scenario  kind      target  availability  basis
        quota     supplier  seller  0.5           ceiling
        licence   supplier  seller  0.5           flow

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  60          10000
        """)
    assert_optimum(case, cost_musd=0.096, resilience=0.5, windows={"quota@2030": 0.15, "licence@2030": 0.33})


@pytest.mark.covers("purchase_limits")
def test_take_or_pay_shrinks_with_the_seller(tmp_path: Path) -> None:
    """The contract takes 30 t at 2000 USD though the works could serve all 50 t at 500.

    Undisrupted path: 30 x 2000 + 20 x 500 = 0.07. In `half` (p 0.4) the minimum is 15: 15 x 2000 + 35 x 500 = 0.0475.
    0.6 x 0.07 + 0.4 x 0.0475 = 0.061.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE.replace("makes\nrefine   ore    oxides", """makes   opex_usd_per_t
        refine   ore    oxides  500"""), years(2030, 2030), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
        seller    Nd        2030  town    2000             100             30

        scenarios
        scenario  starts  years  probability
        half      2030    1      0.4

        disruptions
        scenario  kind      target  availability
        half      supplier  seller  0.5

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  50          1000000
        """)
    assert_optimum(case, cost_musd=0.061, resilience=1, windows={"half@2030": 0.0475})


@pytest.mark.covers("resource")
def test_ore_is_saved_for_the_window(tmp_path: Path) -> None:
    """90 t of free ore, 60 t a year, the rest bought at 1000 USD; the seller is cut in 2031 with p 0.5.

    To make all 60 t in the window, the undisrupted path may mine 30 t in 2030 and buys 30: 0.03 MUSD. In 2031 it mines
    the other 60. Without regard to the window it would mine 60 first and buy 30 in 2031, at weight 0.5: 0.015,
    but 30 t would be lost, at 100,000 USD/t.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE.replace("1000000", "90"), years(2030, 2031), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      80

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        scenarios
        scenario  starts  years  probability
        cut       2031    1      0.5

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  60          100000
        """)
    assert_optimum(case, cost_musd=0.03, resilience=1, windows={"cut@2031": 0})


@pytest.mark.covers("balance", "no_stocking_in_a_crisis", "cost")
def test_a_stock_for_two_years_of_cutoff(tmp_path: Path) -> None:
    """10 t a year at 1000 USD; cut in 2031 and 2032 with p 0.5; a store with free room, empty at the start.

    Holding costs 100 USD/t at year's end. The window needs 20 t at the end of 2030 and holds 10 at the end of
    2031, so the undisrupted path holds as much there: it draws 10 in 2031 and 10 in 2032 and buys nothing more.
    Purchases 30 x 1000 in 2030; holding 20 x 100, then 10 x 100 at weight 0.5 on the undisrupted path and 0.5 in the
    window; both end empty, so nothing is restocked: 33,000 USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2032), """
        stockpiles
        region  material  capacity_t  holding_usd_per_t_year
        town    Nd        100         100

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        scenarios
        scenario  starts  years  probability
        cut       2031    2      0.5

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """)
    assert_optimum(case, cost_musd=0.033, resilience=1, windows={"cut@2031": 0.001})


@pytest.mark.covers("cost", "level_limits")
def test_what_a_window_drew_is_bought_back_in_its_last_year(tmp_path: Path) -> None:
    """A stock of 10 t must be there at the end; the cutoff of 2031 (p 0.5) draws it.

    Reference price 40,000 USD/t, discount rate 10 %. 2030: 10 x 1000 USD. 2031: half of 10 x 1000 on the undisrupted
    path, half of 10 x 40,000 of restocking, both over 1.1.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2031, 0.1), """
        stockpiles
        region  material  initial_t  capacity_t
        town    Nd        10         10

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        scenarios
        scenario  starts  years  probability
        cut       2031    1      0.5

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.01 + 0.5 * (0.01 + 0.4) / 1.1, resilience=1, windows={"cut@2031": 0.4 / 1.1})


@pytest.mark.covers("worst_case", "weakest_link", "served_by_all", "expected", "tail_below_value_at_risk", "cvar")
@pytest.mark.parametrize(
    ("measure", "nd_modules", "dy_modules", "resilience"),
    [("worst_case", 2, 2, 0.75), ("weakest_link", 3, 3, 0.75), ("expected", 0, 3, 0.78125), ("cvar", 0, 4, 0.75)],
)
def test_each_measure_buys_another_insurance(
    tmp_path: Path, measure: str, nd_modules: int, dy_modules: int, resilience: float
) -> None:
    """100 t Nd and 10 t Dy are worth 1 MUSD each; a scenario cuts each seller (p 0.1 and 0.3); the target is 0.7.

    A module (a of Nd, b of Dy) gives a quarter of a demand: by value the window of Nd is served 1/2 + a/8, that
    of Dy 1/2 + b/8.

    - worst_case: both >= 0.7: a = b = 2 (0.75).
    - weakest_link: a/4 and b/4 >= 0.7: a = b = 3 (0.75).
    - expected: (0.1 (1/2 + a/8) + 0.3 (1/2 + b/8)) / 0.4 = 1/2 + a/32 + 3b/32 >= 0.7, so a + 3b >= 6.4: three
      modules, best all of Dy (0.78125).
    - cvar at 0.5: Dy's window is 3/4 of the probability. If it is the worse one, it is all of the worst half;
      if not, the mean of both: three modules reach 0.6875 at most, four reach 0.75, best all of Dy.

    Cost without modules: 0.6 x 0.11 + 0.1 x (0.01 + 1) + 0.3 x (0.1 + 1) = 0.497. A module costs 1 and saves,
    when its window comes, 0.1 x 25 x (10,000 - 2000) USD = 0.02 (Nd) or 0.3 x 2.5 x (100,000 - 2000) = 0.0735
    (Dy).
    """
    case = write_case(tmp_path, """
        settings
        name           value
        first_year     2030
        last_year      2030
        discount_rate  0
        cvar_level     0.5

        partners
        partner  wacc
        A        0

        regions
        region  country
        town    A

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Dy       heavy    400000

        deposits
        deposit  region  ore   resource_t
        pit      town    rock  1000000
        clay     town    clay  1000000

        baskets
        deposit  Nd  Dy
        pit      1   0
        clay     0   1

        processes
        process  takes  makes   opex_usd_per_t
        refine   ore    oxides  2000

        plants
        plant    region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        ndworks  town    refine   pit      25                 4            1            1
        dyworks  town    refine   clay     2.5                4            1            1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        ndseller  Nd        2030  town    1000             100
        dyseller  Dy        2030  town    1000             10

        scenarios
        scenario  starts  years  probability
        no_nd     2030    1      0.1
        no_dy     2030    1      0.3

        disruptions
        scenario  kind      target    availability
        no_nd     supplier  ndseller  0
        no_dy     supplier  dyseller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         10000
        town    Dy        2030  10          100000
        """)
    decided = {("ndworks", 2030): nd_modules, ("dyworks", 2030): dy_modules}
    assert_optimum(
        case,
        measure=measure,
        target=0.7,
        cost_musd=0.497 + nd_modules * (1 - 0.02) + dy_modules * (1 - 0.0735),
        resilience=resilience,
        modules={asset: modules for asset, modules in decided.items() if modules},
    )


@pytest.mark.covers("worst_case", "windows_cost")
def test_a_stress_test_without_probability_still_binds(tmp_path: Path) -> None:
    """The window has probability 0, so its cost does not count, but half must be served there.

    Undisrupted path 100 x 1000 USD and a module for 1 MUSD: 1.1. In the window, at its own least cost, the works make
    no more than the 50 t demanded by the target, at 20,000 USD, costlier than the 10,000 of lost supply: 1.0 +
    0.5 = 1.5 MUSD, resilience 0.5. A target of 0.5 cannot be met without the module, one of 1 can (2.0 in the
    window).
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE.replace("makes\nrefine   ore    oxides", """makes   opex_usd_per_t
        refine   ore    oxides  20000"""), years(2030, 2030), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      100                1            1            1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             100

        scenarios
        scenario  starts  years  probability
        stress    2030    1      0

        disruptions
        scenario  kind      target  availability
        stress    supplier  seller  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         10000
        """)
    assert_optimum(case, target=0.5, cost_musd=1.1, resilience=0.5, windows={"stress@2030": 1.5},
                   modules={("works", 2030): 1})
    assert_optimum(case, target=1, cost_musd=1.1, resilience=1, windows={"stress@2030": 2.0})
    assert optimum(case).modules == {}
