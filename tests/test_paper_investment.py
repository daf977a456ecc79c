"""Small cases derived on paper: what is built, when, with whose money, and what that costs.

Each docstring derives the optimum from the equations; MUSD are million USD.
"""

# ruff: noqa: E501 - the tables of a case are as wide as they are

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support import ONE_TOWN, PURE_ORE, assert_optimum, crf, optimum, write_case, years

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.covers("capacity_running", "cost")
def test_a_plant_whose_life_ends_is_built_again(tmp_path: Path) -> None:
    """Five years, life 2, one module at a time: it must be decided in 2030, 2032 and 2034.

    A year without it loses 10 t x 1 MUSD; a year with it costs 2 MUSD x crf(5 %, 2). The third
    module would run until 2035, but only 2034 lies in the horizon: five annuities in all.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("A        0", "A        0.05"), PURE_ORE, years(2030, 2034), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      10                 1            2            2

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=5 * 2 * crf(0.05, 2),
                   modules={("works", 2030): 1, ("works", 2032): 1, ("works", 2034): 1})


@pytest.mark.covers("most_ever_built", "capacity_running")
def test_no_more_modules_run_at_once_than_allowed(tmp_path: Path) -> None:
    """Demand 10, 30, 30 t; modules of 10 t (1 MUSD, life 3), two at most; lost supply 0.1 MUSD/t; money is free.

    One in 2030, a second in 2031, though a third would pay: 3/3 + 2/3 and 2 x 10 t lost: 3.667 MUSD.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2032), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      10                 2            1            3

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        town    Nd        2031  30          100000
        """)
    assert_optimum(case, cost_musd=5 / 3 + 2, modules={("works", 2030): 1, ("works", 2031): 1})


@pytest.mark.covers("site_before_modules", "cost")
def test_a_module_may_outlive_its_site(tmp_path: Path) -> None:
    """Demand 10, 20, 10 t; site (3 MUSD) and modules (10 t, 1 MUSD) live 2 years; money is free.

    Site 2030-2031, one module 2030-2031, one decided in 2031 while the site runs, 2031-2032: it
    serves 2032 without a site. Site 2 x 1.5 once for both modules, modules 2 x 2 x 0.5: 5 MUSD.
    If a running module needed a running site, 2032 would cost another 1.5.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2032), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  site_musd  module_musd  life_years
        works  town    refine   pit      10                 2            3          1            2

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        town    Nd        2031  20          1000000
        town    Nd        2032  10          1000000
        """)
    assert_optimum(case, cost_musd=5, modules={("works", 2030): 1, ("works", 2031): 1})


@pytest.mark.covers("one_site", "site_before_modules", "budget")
def test_no_second_site_while_one_runs(tmp_path: Path) -> None:
    """Demand 8 t in 2030 and 10 t in 2033; life 2; from 2032 on the budget pays for a module, not for a site.

    A module for 2033 is decided in 2032 (1 MUSD), under a site opened in 2031 at the latest (3 MUSD).
    A module for 2030 needs a site in 2030, which still runs in 2031: only one of the two is served.
    Serving 2033: site 2 x 1.5, module 2 x 0.5, lost 8 x 1: 12 MUSD. Serving 2030: 4 + 10 = 14.
    With two sites at once it would be 8.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2033), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  site_musd  module_musd  life_years
        works  town    refine   pit      10                 2            3          1            2

        budgets
        partner  first_year  last_year  musd
        A        2032        2033       1

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  8           1000000
        town    Nd        2031  0           1000000
        town    Nd        2032  0           1000000
        town    Nd        2033  10          1000000
        """)
    assert_optimum(case, cost_musd=12, modules={("works", 2032): 1})


@pytest.mark.covers("capacity_running", "cost")
def test_interest_while_building_at_the_risky_rate(tmp_path: Path) -> None:
    """Needed in 2032 only; lead 2, life 1; wacc 6 % + premium 4 % = 10 %; discounted at 5 %, not at 10 %.

    10 MUSD x 1.1^(2/2) x crf(10 %, 1) = 12.1 MUSD in 2032, worth 12.1 / 1.05^2 in 2030.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("A        0", "A        0.06"), PURE_ORE, years(2030, 2032, 0.05), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  lead_years  life_years  risk_premium
        works  town    refine   pit      100                1            10           2           1           0.04

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2031  0           1000000
        town    Nd        2032  100         1000000
        """)
    assert_optimum(case, cost_musd=12.1 / 1.05**2, modules={("works", 2030): 1})


@pytest.mark.covers("capacity_running")
@pytest.mark.parametrize(("earliest", "decided", "cost_musd"), [(2031, 2030, 1.6), (2032, 2031, 2.3)])
def test_the_earliest_year_is_one_of_running(tmp_path: Path, earliest: int, decided: int, cost_musd: float) -> None:
    """Lead 1: what may run from 2031 is decided in 2030. A year of the works costs 3 / 10 MUSD, of the trader 10 x
    0.1.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2032), f"""
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  lead_years  life_years  earliest_year
        works  town    refine   pit      10                 1            3            1           10          {earliest}

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  town    100000           1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=cost_musd, modules={("works", decided): 1})


@pytest.mark.covers("capacity_running", "cost", "capacity")
def test_a_new_module_grows_over_its_ramp(tmp_path: Path) -> None:
    """A module of 30 t with ramp 2 gives 10, 20, 30 t; the fixed cost is on 30 t from the start.

    Building in 2030: annuity 5 / 5 and fixed 30 x 1000 USD a year, trader 20 + 10 + 0 t at 100,000 USD:
    3 + 0.09 + 3 = 6.09 MUSD. Building in 2031: 2 + 0.06 + (30 + 20 + 10) x 0.1 = 8.06. Never: 9.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2032), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  fixed_usd_per_t  life_years  ramp_years
        works  town    refine   pit      30                 1            5            1000             5           2

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  town    100000           1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  30          1000000
        """)
    assert_optimum(case, cost_musd=6.09, modules={("works", 2030): 1})


@pytest.mark.covers("cost")
def test_existing_capacity_costs_each_year_until_it_retires(tmp_path: Path) -> None:
    """10 t that run until 2031 at a fixed 1000 USD/t, then the trader at 50,000 USD/t; discounted at 10 %.

    0.01 MUSD in 2030 and 2031 (each year, not each period; existing capacity too), 0.5 MUSD in 2032 and 2033.
    """
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2033, 0.1), """
        plants
        plant  region  process  deposit  capacity_t_per_year  retires  fixed_usd_per_t
        works  town    refine   pit      10                   2031     1000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  town    50000            1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=0.01 * (1 + 1 / 1.1) + 0.5 * (1 / 1.1**2 + 1 / 1.1**3), modules={})


@pytest.mark.covers("cost")
def test_annuities_end_with_the_horizon(tmp_path: Path) -> None:
    """Life 20 in a horizon of 3 years: three annuities at 7 %, discounted at 3 %, no residual value."""
    case = write_case(tmp_path, ONE_TOWN.replace("A        0", "A        0.07"), PURE_ORE, years(2030, 2032, 0.03), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years
        works  town    refine   pit      100                1            10           20

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         1000000
        """)
    assert_optimum(case, cost_musd=10 * crf(0.07, 20) * (1 + 1 / 1.03 + 1 / 1.03**2), modules={("works", 2030): 1})


@pytest.mark.covers("capacity_running", "cost")
def test_a_year_later_moves_the_cost_by_that_year(tmp_path: Path) -> None:
    """From 2030 on: each year costs 2 MUSD x crf(8 %, 10) and 10 x 1000 USD fixed.

    If the works cannot run before 2031, that first year is bought instead, 10 t x 50,000 USD = 0.5 MUSD; every
    later year is the same: a life of 10 reaches beyond the horizon either way.
    """
    def cost_if_it_runs_from(year: int) -> float:
        case = write_case(tmp_path / str(year), ONE_TOWN.replace("A        0", "A        0.08"), PURE_ORE,
                          years(2030, 2034, 0.04), f"""
            plants
            plant  region  process  deposit  module_t_per_year  max_modules  module_musd  fixed_usd_per_t  life_years  earliest_year
            works  town    refine   pit      10                 1            2            1000             10          {year}

            suppliers
            supplier  material  year  region  price_usd_per_t  max_t_per_year
            trader    Nd        2030  town    50000            1000

            demand
            region  material  year  t_per_year  shortage_usd_per_t
            town    Nd        2030  10          1000000
            """)
        return optimum(case).cost_musd

    a_year_of_the_works = 2 * crf(0.08, 10) + 0.01
    five_years = sum(a_year_of_the_works / 1.04**year for year in range(5))
    assert cost_if_it_runs_from(2030) == pytest.approx(five_years, rel=1e-6)
    assert cost_if_it_runs_from(2031) - cost_if_it_runs_from(2030) == pytest.approx(0.5 - a_year_of_the_works, rel=1e-6)


TWO_PARTNERS = """
partners
partner  wacc
A        {a}
B        {b}

regions
region  country
town    A
b1      B

elements
element  circuit  reference_usd_per_t
Nd       light    40000
"""


@pytest.mark.covers("technology_share", "site_technology_share", "funding", "site_funding")
def test_the_technology_partner_pays_its_part_though_its_money_is_costlier(tmp_path: Path) -> None:
    """A's money costs 2 %, B's 10 %, but B's technology comes with at least 30 % of works and site alike.

    12 MUSD in all: 12 x (0.7 x 1.02 + 0.3 x 1.10) = 12.528 MUSD.
    """
    case = write_case(tmp_path, TWO_PARTNERS.format(a=0.02, b=0.10), PURE_ORE, years(2030, 2030), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  site_musd  module_musd  life_years  technology_partner  technology_share_min
        works  town    refine   pit      100                1            2          10           1           B                   0.3

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         1000000
        """)
    assert_optimum(case, cost_musd=12.528)


@pytest.mark.covers("foreign_ceiling", "site_foreign_ceiling", "funding", "site_funding")
@pytest.mark.parametrize(("place", "cost_musd"), [("town", 16.02), ("x1", 15.3)])
def test_foreign_partners_together_stay_below_the_ceiling_in_a_partners_country(
    tmp_path: Path, place: str, cost_musd: float
) -> None:
    """A's money costs 10 %, B's 2 %, C's 3 %; foreigners may hold 40 % together.

    Works 10 MUSD, site 5. At home in A: B pays 0.4 of both, C nothing, A the rest: 6 x 1.02 + 9 x 1.10 = 16.02
    MUSD. In X, no partner's country, there is no ceiling: 15 x 1.02 = 15.3.
    """
    case = write_case(tmp_path, years(2030, 2030), f"""
        partners
        partner  wacc
        A        0.10
        B        0.02
        C        0.03

        regions
        region  country
        town    A
        b1      B
        c1      C
        x1      X

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        deposits
        deposit  region   ore   resource_t
        pit      {place}  rock  1000000

        baskets
        deposit  Nd
        pit      1

        processes
        process  takes  makes
        refine   ore    oxides

        plants
        plant  region   process  deposit  module_t_per_year  max_modules  site_musd  module_musd  life_years  foreign_share_max
        works  {place}  refine   pit      100                1            5          10           1           0.4

        transport
        from_region  to_region  kind   usd_per_t
        x1           town       oxide  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         1000000
        """)
    assert_optimum(case, cost_musd=cost_musd)


@pytest.mark.covers("budget", "cost", "funding", "site_funding")
def test_the_cheaper_partner_pays_until_its_budget_binds(tmp_path: Path) -> None:
    """A pays at 2 % but has 6 MUSD in 2030, B at 10 % without limit; works and site (10 + 2 MUSD) run in 2031.

    The budget counts in the year of the decision. Interest while building (1 + i)^(1/2), crf(i, 1) = 1 + i:
    6 x 1.02^1.5 + 6 x 1.10^1.5 MUSD.
    """
    case = write_case(tmp_path, TWO_PARTNERS.format(a=0.02, b=0.10), PURE_ORE, years(2030, 2031), """
        plants
        plant  region  process  deposit  module_t_per_year  max_modules  site_musd  module_musd  lead_years  life_years
        works  town    refine   pit      100                1            2          10           1           1

        budgets
        partner  first_year  last_year  musd
        A        2030        2030       6

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  0           1000000
        town    Nd        2031  100         1000000
        """)
    assert_optimum(case, cost_musd=6 * 1.02**1.5 + 6 * 1.10**1.5, modules={("works", 2030): 1})


@pytest.mark.covers("one_option", "capacity_running", "cost")
def test_a_venture_is_entered_once_and_by_one_option(tmp_path: Path) -> None:
    """A quarter of a venture of 4 MUSD gives half of its 20 t for one year; the trader asks 3 MUSD for 10 t.

    Entering twice, or by `now` in 2030 and by `late` in 2031, is not allowed, so one year is bought. Discounted
    at 10 %: entering in 2030 costs 1 + 3 / 1.1 = 3.727, in 2031 3 + 1 / 1.1 = 3.909.
    """
    case = write_case(tmp_path, ONE_TOWN.replace("town    A", "town    A\nx1      X"),
                      PURE_ORE.replace("town", "x1  "), years(2030, 2031, 0.1), """
        ventures
        venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share  life_years  earliest_year
        mtx      now     x1      refine   pit      20                4           0.25          0.5            1           2030
        mtx      late    x1      refine   pit      20                4           0.25          0.5            1           2031

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        trader    Nd        2030  town    300000           1000

        transport
        from_region  to_region  kind   usd_per_t
        x1           town       oxide  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          1000000
        """)
    assert_optimum(case, cost_musd=1 + 3 / 1.1, modules={("mtx/now", 2030): 1})


@pytest.mark.covers("capacity_running", "capacity", "funding")
def test_when_all_plan_together_a_claim_or_a_contract_of_one_serves_the_other(tmp_path: Path) -> None:
    """A has the claim on the venture and the contract for 20 t, B the demand of 120 t and the cheaper money.

    The venture costs 10 x 1.02 and gives 100 t, the contract 0.02 MUSD. In the fire (p 0.5) a quarter of the
    venture is left: 25 + 20 t arrive and 75 t are lost at 0.2 MUSD: 15.02. Together 10.2 + 0.02 + 7.5 = 17.72 MUSD;
    without the venture 20.02. Resilience 45 / 120.
    """
    case = write_case(tmp_path, TWO_PARTNERS.format(a=0.10, b=0.02).replace("b1      B", "b1      B\nx1      X"),
                      PURE_ORE.replace("town", "x1  "), years(2030, 2030), """
        ventures
        venture  option  region  process  deposit  claimant  plant_t_per_year  plant_musd  equity_share  offtake_share  life_years
        mtx      whole   x1      refine   pit      A         100               10          1             1              1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  buyer
        seller    Nd        2030  x1      1000             20              A

        transport
        from_region  to_region  kind   usd_per_t
        x1           b1         oxide  0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        b1      Nd        2030  120         200000

        scenarios
        scenario  starts  years  probability
        fire      2030    1      0.5

        disruptions
        scenario  kind   target  availability
        fire      plant  mtx     0.25
        """)
    assert_optimum(case, cost_musd=17.72, resilience=0.375, windows={"fire@2030": 15.02},
                   modules={("mtx/whole", 2030): 1})


@pytest.mark.covers("room", "balance", "cost")
def test_stockpile_space_wears_out_and_its_host_pays(tmp_path: Path) -> None:
    """10 t are needed in 2032; the seller asks 1000 USD/t in 2030 and 50,000 later.

    The store has room for 1 t and may grow to 6. Added room lasts one year, so 5 t of it are bought in 2030 and
    again in 2031, by A, whose store it is, at 10 %, though B's money is free: 2 x 5 x 10,000 x 1.1 = 110,000
    USD. Six tonnes at 1000, four at 50,000: 206,000. Together 0.316 MUSD (each further tonne: 23,000 instead of
    50,000).
    """
    case = write_case(tmp_path, TWO_PARTNERS.format(a=0.10, b=0), years(2030, 2032), """
        stockpiles
        region  material  capacity_t  max_capacity_t  capacity_usd_per_t  life_years
        town    Nd        1           6               10000               1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             1000
        seller    Nd        2031  town    50000            1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2031  0           1000000
        town    Nd        2032  10          1000000
        """)
    assert_optimum(case, cost_musd=0.316)


@pytest.mark.covers("budget", "room")
def test_stockpile_space_counts_in_the_budget(tmp_path: Path) -> None:
    """10 t are needed in 2031; the seller asks 1000 USD/t in 2030, 50,000 in 2031; room costs 10,000 USD/t (life 25).

    The budget of 2030 is 0.03 MUSD: 3 t of room, 3 x 400 USD in each of two years. 3 x 1000 + 7 x 50,000 + 2400
    USD.
    """
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2031), """
        stockpiles
        region  material  max_capacity_t  capacity_usd_per_t
        town    Nd        10              10000

        budgets
        partner  first_year  last_year  musd
        A        2030        2030       0.03

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  town    1000             1000
        seller    Nd        2031  town    50000            1000

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  0           1000000
        town    Nd        2031  10          1000000
        """)
    assert_optimum(case, cost_musd=0.3554)
