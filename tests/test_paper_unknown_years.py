"""Small cases derived on paper: crises of which the year is not known, that last months, or that take one thing more.

Each docstring derives the optimum from the equations; MUSD are million USD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reeplan.model.build_case import case_from_tables
from support import ONE_TOWN, PURE_ORE, assert_optimum, optimum, read, write_case, years

if TYPE_CHECKING:
    from pathlib import Path

ABROAD = ONE_TOWN.replace("town    A", "town    A\nx1      X")

ONE_SELLER = """
suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year
seller    Nd        2030  x1      1000             10

transport
from_region  to_region  kind  usd_per_t
x1           town       all   0

demand
region  material  year  t_per_year  shortage_usd_per_t
town    Nd        2030  10          10000

disruptions
scenario  kind     target  availability
cut       country  X       0
"""
"""10 t a year from one seller in X for 0.01 MUSD; without them 0.1 MUSD is lost."""


@pytest.mark.covers("cost")
@pytest.mark.parametrize(
    ("starts", "odds", "cost"),
    [
        # Every year has its own chance, though the chances sum to 1.5: 3 x (0.5 x 0.01 + 0.5 x 0.1).
        ("any", "-      0.5", 0.165),
        # Two years, each with half of 0.4: 0.01 + 2 x (0.8 x 0.01 + 0.2 x 0.1).
        ("2031-2032", "0.4    -", 0.066),
        # A year and a span: a third of 0.6 each: 3 x (0.8 x 0.01 + 0.2 x 0.1).
        ("2032 2030-2031", "0.6    -", 0.084),
    ],
)
def test_the_year_is_not_known(tmp_path: Path, starts: str, odds: str, cost: float) -> None:
    case = write_case(tmp_path, ABROAD, ONE_SELLER, years(2030, 2032), f"""
        scenarios
        scenario  starts    years  probability  probability_per_year
        cut       {starts}  1      {odds}
        """)
    assert_optimum(case, cost_musd=cost, resilience=0)


def test_any_year_is_every_year_from_which_the_whole_window_fits(tmp_path: Path) -> None:
    """Of three years two can begin a window of two; one that lasts months can begin in each."""
    case = write_case(tmp_path, ABROAD, ONE_SELLER, years(2030, 2032), """
        scenarios
        scenario  starts  years  months  probability
        cut       any     2      -       0.2
        short     any     -      11      0.3
        """)
    windows = case_from_tables(read(case)).windows
    assert [window.label for window in windows] == [
        "cut@2030", "cut@2031", "short@2030", "short@2031", "short@2032",
    ]  # fmt: skip
    assert [window.probability for window in windows] == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.1])


@pytest.mark.covers("capacity", "purchase_limits", "cost")
def test_six_months_have_half_of_every_yearly_limit(tmp_path: Path) -> None:
    """60 t a year: works give 40 t at 100 USD/t, the seller 20 to 30 t at 1000; lost supply 10,000 USD/t.

    Undisturbed 40 made and the 20 bought that must be: 0.024. `flood` (p 0.4) halves the ore for six months: 30
    wanted, 10 made, 15 bought, 5 lost: 0.001 + 0.015 + 0.05 = 0.066. `boom` (p 0.2) doubles prices in X for six
    months: 20 made, the 10 bought that must be, at 2000: 0.022.
    Of the year the undisturbed path keeps 1 - 0.4 x 0.5 - 0.2 x 0.5 = 0.7: 0.0168 + 0.0264 + 0.0044 = 0.0476.
    """
    case = write_case(tmp_path, ABROAD, PURE_ORE.replace("takes  makes", "takes  makes   opex_usd_per_t").replace(
        "ore    oxides", "ore    oxides  100"
    ), years(2030, 2030), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      40

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
        seller    Nd        2030  x1      1000             30              20

        transport
        from_region  to_region  kind  usd_per_t
        x1           town       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  60          10000

        scenarios
        scenario  starts  months  probability
        flood     any     6       0.4
        boom      any     6       0.2

        disruptions
        scenario  kind     target  availability  price_factor
        flood     deposit  pit     0.5           -
        boom      country  X       -             2
        """)
    assert_optimum(
        case, cost_musd=0.0476, resilience=1 - 5 / 30, windows={"flood@2030": 0.066, "boom@2030": 0.022}
    )


@pytest.mark.covers("sale_limits", "cost")
def test_prices_of_a_country_act_on_what_is_bought_and_sold_there(tmp_path: Path) -> None:
    """Works give 30 t for nothing, and nothing is demanded of them but 10 t; X buys 12 t a year at 500 USD/t.

    Undisturbed: 12 sold: -0.006. `boom` (p 0.5, 3 months): the two rows on X multiply, 1500 USD/t, and X takes 3 t:
    -0.0045. `fall` (p 0.25, a year): a factor for goods of another kind leaves the price, one of 0.5 for oxides halves
    it: 12 x 250: -0.003. The seller in X is not needed.
    The undisturbed path keeps 1 - 0.5 / 4 - 0.25 = 0.625: -0.00375 - 0.00225 - 0.00075 = -0.00675.
    """
    case = write_case(tmp_path, ABROAD, PURE_ORE, ONE_SELLER, years(2030, 2030), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      30

        markets
        region  material  year  price_usd_per_t  max_t_per_year
        x1      Nd        2030  500              12

        transport
        from_region  to_region  kind  usd_per_t
        x1           town       all   0
        town         x1         all   0

        scenarios
        scenario  starts  years  months  probability
        boom      2030    -      3       0.5
        fall      2030    1      -       0.25

        disruptions
        scenario  kind     target  material  price_factor
        boom      country  X       -         2
        boom      country  X       Nd        1.5
        fall      country  X       product   7
        fall      country  X       oxide     0.5
        """)
    assert_optimum(
        case, cost_musd=-0.00675, resilience=1, windows={"boom@2030": -0.0045, "fall@2030": -0.003}
    )


@pytest.mark.covers("cost")
def test_a_price_of_the_reserved_scenario_holds_always_and_multiplies(tmp_path: Path) -> None:
    """10 t at 1000 USD/t; in 2031 three times that for everybody, and twice that again in the window (p 0.5).

    0.01 + 0.5 x 0.03 + 0.5 x 0.06 = 0.055.
    """
    case = write_case(tmp_path, ABROAD, ONE_SELLER, years(2030, 2031), """
        scenarios
        scenario  starts  years  probability
        cut       2031    1      0.5

        disruptions
        scenario  kind      target  first  last  price_factor
        base      supplier  seller  2031   -     3
        cut       country   X       -      -     2
        """)
    assert_optimum(case, cost_musd=0.055, resilience=1, windows={"cut@2031": 0.06})


@pytest.mark.covers("crisis_sharing")
@pytest.mark.parametrize(
    ("sharing", "target", "cost", "resilience"),
    [("yes", None, 0.06601, 1), ("no", None, 0.07499, 0), ("no", 0.5, 0.082995, 0.5)],
)
def test_without_sharing_a_crisis_finds_what_was_shipped_before_it(
    tmp_path: Path, sharing: str, target: float | None, cost: float, resilience: float
) -> None:
    """A digs 100 t at 1000 USD/t and wants 40; B wants 50, from X at 510 or from A at 1020 landed (lanes 10 and 20).

    Undisturbed: 0.04 + 0.0255 = 0.0655. `cut` (p 0.02) takes X away. With sharing A sends B 50 t: 0.04 + 0.051 =
    0.091; 0.98 x 0.0655 + 0.02 x 0.091 = 0.06601. Without, A sends no more than before, nothing: B loses 0.5: 0.54;
    0.06419 + 0.0108 = 0.07499 (a tonne sent beforehand costs 0.98 x 510 USD and saves 0.02 x 8980).
    To serve half of B, 25 t are sent always: 0.0655 + 25 x 0.00051 = 0.07825, and in the window 0.04 + 0.0255 + 0.25:
    0.98 x 0.07825 + 0.02 x 0.3155 = 0.082995. Both lanes count together: half goes by the coast when the road is cut.
    """
    case = write_case(tmp_path, f"""
        settings
        name            value
        first_year      2030
        last_year       2030
        discount_rate   0
        crisis_sharing  {sharing}

        partners
        partner  wacc
        A        0
        B        0

        regions
        region  country
        mine    A
        coast   A
        town    B
        x1      X

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        digger    Nd        2030  mine    1000             100
        seller    Nd        2030  x1      500              100

        transport
        from_region  to_region  kind  usd_per_t
        mine         town       all   20
        x1           town       all   10
        mine         coast      all   10
        coast        town       all   10

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        mine    Nd        2030  40          10000
        town    Nd        2030  50          10000

        scenarios
        scenario  starts  years  probability
        cut       2030    1      0.02

        disruptions
        scenario  kind     target  availability
        cut       country  X       0
        """)
    assert_optimum(case, cost_musd=cost, resilience=resilience, target=target)


@pytest.mark.parametrize("measure", ["worst_case", "weakest_link", "expected", "cvar"])
@pytest.mark.parametrize(("soon", "late", "resilience"), [("no", "yes", 0.5), ("yes", "no", 0.0), ("no", "no", 1.0)])
def test_a_window_out_of_the_target_costs_and_does_not_count(
    tmp_path: Path, measure: str, soon: str, late: str, resilience: float
) -> None:
    """`soon` (p 0.1) takes all 10 t, `late` (p 0.3) half: 0.9 x 0.01 + 0.1 x 0.1 + 0.7 x 0.01 + 0.3 x 0.055 = 0.0425.

    Each alone is the worst, the mean and the tail; of no window all is served.
    """
    case = write_case(tmp_path, ABROAD, ONE_SELLER, years(2030, 2031), f"""
        scenarios
        scenario  starts  years  probability  in_target
        soon      2030    1      0.1          {soon}
        late      2031    1      0.3          {late}

        disruptions
        scenario  kind     target  availability
        soon      country  X       0
        late      country  X       0.5
        """)
    assert_optimum(case, cost_musd=0.0425, resilience=resilience, measure=measure)
    assert optimum(case, measure=measure, target=0.7).feasible == (resilience == 1)


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        # near is cut by its country, gone by the undisturbed path already; half keeps La; new has nothing to sell yet.
        ("supplier", ["half", "new"]),
        # flooded has no ore; worn out and unbuilt plants count.
        ("plant", ["worn", "dream"]),
        # far lies in X; of split one option is left.
        ("venture", ["split"]),
    ],
)
def test_what_a_window_takes_already_is_not_lost_again(tmp_path: Path, kind: str, lost: list[str]) -> None:
    case = write_case(tmp_path, ABROAD.replace("Nd       light    40000", "Nd  light  40000\nLa  light  1000"), f"""
        settings
        name           value
        first_year     2030
        last_year      2031
        discount_rate  0

        deposits
        deposit  region  ore   resource_t
        pit      town    rock  1000
        hole     town    rock  1000
        xpit     x1      rock  1000

        baskets
        deposit  Nd   La
        pit      0.5  0.5
        hole     0.5  0.5
        xpit     0.5  0.5

        processes
        process  takes  makes
        refine   ore    oxides
        press    mixed  oxides

        plants
        plant    region  process  deposit  capacity_t_per_year  retires
        worn     town    refine   pit      5                    2029
        flooded  town    refine   hole     5                    -
        dream    town    refine   pit      0                    -

        ventures
        venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share
        far      only    x1      refine   xpit     5                 1           1             1
        split    here    town    refine   pit      5                 1           1             1
        split    there   x1      refine   xpit     5                 1           1             1

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        near      Nd        2030  x1      1000             10
        gone      Nd        2030  town    1000             10
        half      Nd        2030  town    1000             10
        half      La        2030  town    1000             10
        new       Nd        2030  town    1000             0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          10000

        scenarios
        scenario  starts  years  probability  in_target  with_loss_of
        cut       2030    2      0.5          no         {kind}

        disruptions
        scenario  kind      target  material  first  last  availability
        cut       country   X       -         -      -     0
        cut       supplier  half    Nd        -      -     0
        cut       supplier  new     -         2      -     0
        base      supplier  gone    -         2029   -     0
        cut       deposit   hole    -         1      2     0
        """)
    first, *others = case_from_tables(read(case)).windows
    assert [window.label for window in others] == [f"cut@2030+{name}" for name in lost]
    assert first.probability == 0.5
    assert not any(window.probability or window.in_target for window in others)


def test_a_venture_falls_with_all_its_options(tmp_path: Path) -> None:
    """10 t from the venture, of either size, or nothing: with it lost too nothing is served, whatever is taken."""
    case = write_case(tmp_path, ABROAD, PURE_ORE.replace("town", "x1"), years(2030, 2030), """
        ventures
        venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share
        v        small   x1      refine   pit      10                0.001       1             0.5
        v        large   x1      refine   pit      10                0.002       1             1

        transport
        from_region  to_region  kind  usd_per_t
        x1           town       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          10000

        scenarios
        scenario  starts  years  probability  with_loss_of
        calm      2030    1      0            venture

        disruptions
        scenario  kind   target  availability
        calm      route  X>A     1
        """)
    found = optimum(case)
    assert found.resilience == 0
    assert found.windows == pytest.approx({"calm@2030": 0.0, "calm@2030+v": 0.1})
