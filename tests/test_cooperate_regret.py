"""Regret when others walk away: on paper, against a case reduced by hand, and by what must hold for any numbers."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reeplan.endings import Outcome
from reeplan.model.build_case import case_from_tables
from reeplan.outputs import plan_tables
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Task, solve_here
from reeplan.solve.planner import Plan, Planner
from reeplan.studies.cooperation.after_a_break import ContinueAfterBreak, OutcomeAfterBreak, Reoptimise
from reeplan.studies.cooperation.attribution import bill_of
from reeplan.studies.cooperation.coalition import coalition_case
from reeplan.studies.cooperation.held_assets import Break
from reeplan.studies.cooperation.joint_investment import JointInvestment, investment_of, stakes
from reeplan.studies.cooperation.question import CoalitionAnswer, CoalitionQuestion
from reeplan.studies.cooperation.walking_away import AS_PLANNED, TURNS_ROUND, Row, default_years, regret, who_may_stay
from solved import cheapest, cost_of, random_case, rows_of, write_rows
from support import WORST_CASE, crf, read, write_case, years
from test_cooperate_coalition import tutorial_without_japan

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure

TUTORIAL = Path(__file__).parents[1] / "inputs" / "tutorial"
GAP = 1e-9


def case_in(folder: Path) -> Case:
    return case_from_tables(read(folder))


def joint_plan(case: Case, target: float | None = None, measure: Measure = WORST_CASE) -> tuple[Planner, Plan]:
    planner = Planner(case, measure)
    plan = cheapest(planner, target)
    assert plan is not None
    return planner, plan


def rows(
    case: Case, years: Sequence[int], target: float = 0.0, measure: Measure = WORST_CASE, **more: Any
) -> dict[tuple[str, int, str], Row]:
    """Regret by who stays, year and conduct, with the joint plan and the plans alone solved here."""
    joint = investment_of(*joint_plan(case, target, measure))
    question = CoalitionQuestion(target, GAP, Controls(), tuple(case.partners))
    stays = who_may_stay(case)
    tasks = [Task("alone", coalition_case(case, stay), measure, question) for stay in stays]
    alone = dict(zip(stays, solve_here(tasks), strict=True))
    found = regret(case, measure, target, joint, alone, years, GAP, Controls(), solve_here, **more)
    return {(row.stays, row.year, row.conduct): row for row in found.rows}


# ---- on paper ---------------------------------------------------------------------------------------

MINE_AND_TOWN = """
partners
partner  wacc
A        0.1
B        0

regions
region  country
mine    A
town    B
port    X

elements
element  circuit  reference_usd_per_t
Nd       light    20000

deposits
deposit  region  ore   resource_t
pit      mine    rock  1000000

baskets
deposit  Nd
pit      1

processes
process  takes  makes   opex_usd_per_t
refine   ore    oxides  1000

plants
plant  region  process  deposit  module_t_per_year  max_modules  module_musd  life_years  foreign_share_max
works  mine    refine   pit      50                 3            2            4           0.5

suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year
X         Nd        2030  port    20000            1000

transport
from_region  to_region  kind  usd_per_t
port         town       all   1000
port         mine       all   1000
mine         town       all   1000

demand
region  material  year  t_per_year  shortage_usd_per_t
mine    Nd        2030  50          100000
town    Nd        2030  100         100000

scenarios
scenario  starts     years  probability
cutoff    2030 2033  1      0

disruptions
scenario  kind     target  availability
cutoff    country  X       0
"""
"""A has ore, B most of the demand and the cheaper money; both may buy from X at 21000 USD/t landed.

A module gives 50 t a year for 2 MUSD over 4 years: 0.5 a year with B's money, y = 2 crf(10 %, 4) = 0.631 with A's. Its
oxide costs 1000 USD/t at A's and 2000 at B's, so each of three modules saves 1 or 0.95 a year: together they build
three in 2030. B pays as much of them as it may, half. Each owns half of what runs, 150 t at 1000 USD, and B
pays its freight:

- A pays 1.5 y + 0.075 a year, B 0.75 + 0.075 + 0.1 = 0.925.
- Alone A builds one module: y + 0.05 a year. B buys all: 2.1 a year, 8.4 in four years.
"""
Y = 2 * crf(0.1, 4)


@pytest.fixture
def pair(tmp_path: Path) -> Case:
    return case_in(write_case(tmp_path / "pair", years(2030, 2033), MINE_AND_TOWN))


@pytest.mark.parametrize("conduct", [AS_PLANNED, TURNS_ROUND])
def test_the_mine_keeps_works_too_large_for_it_on_paper(pair: Case, conduct: str) -> None:
    """B leaves in 2032. A has paid two years, pays 1.5 y on for two more, and mines 50 t for itself: 0.05 a year.

    It has all three modules: half of them, 3 MUSD of capital, B has left behind. No window touches it.
    """
    row = rows(pair, [2032])["A", 2032, conduct]
    assert row.paid_before_musd == pytest.approx(2 * (1.5 * Y + 0.075))
    assert row.still_to_pay_musd == pytest.approx(3 * Y)
    assert row.cost_musd == pytest.approx(6 * Y + 0.25)
    assert row.alone_cost_musd == pytest.approx(4 * Y + 0.2)
    assert row.regret_musd == pytest.approx(2 * Y + 0.05)
    assert (row.stranded_capital_musd, row.capital_left_behind_musd) == pytest.approx((0, 3))
    assert (row.served_share, row.lost_musd, row.leaves, row.status) == (1, 0, "B", "optimal")


@pytest.mark.parametrize(("year", "expected"), [(2031, 0.925 + 3 * 0.75 + 3 * 2.1), (2032, 1.85 + 2 * 0.75 + 2 * 2.1)])
@pytest.mark.parametrize("conduct", [AS_PLANNED, TURNS_ROUND])
def test_the_town_pays_on_for_works_it_has_lost_on_paper(pair: Case, conduct: str, year: int, expected: float) -> None:
    """From then on B buys its 100 t at 21000, and pays 0.75 a year for 1.5 modules, 3 MUSD, that A keeps.

    After one year it would rather have gone alone, after two it has gained more than it loses. In a cutoff of 2033 it
    has nothing: 100 t at 100000 USD are lost. In one of 2030 they were still together.
    """
    row = rows(pair, [year])["B", year, conduct]
    assert row.cost_musd == pytest.approx(expected)
    assert row.bound_musd == pytest.approx(expected)
    assert row.alone_cost_musd == pytest.approx(8.4)
    assert row.regret_musd == pytest.approx(expected - 8.4)
    assert row.regret_least_musd <= row.regret_musd <= row.regret_greatest_musd
    assert (row.stranded_capital_musd, row.capital_left_behind_musd) == pytest.approx((3, 0))
    assert (row.served_share, row.window, row.lost_musd) == (pytest.approx(0), "cutoff@2033", pytest.approx(10))


def test_side_payments_are_paid_until_the_break(pair: Case) -> None:
    """B has paid 0.3 in each of two years, A has received it."""
    found = rows(pair, [2032], side_payments={"A": -0.3, "B": 0.3})
    assert found["B", 2032, AS_PLANNED].cost_musd == pytest.approx(7.55 + 0.6)
    assert found["A", 2032, AS_PLANNED].regret_musd == pytest.approx(2 * Y + 0.05 - 0.6)


def test_a_target_out_of_reach_after_the_break(pair: Case) -> None:
    """Together the mine serves all in a cutoff; B alone is served nothing in one, whatever it does: cost as without.

    Had it planned alone it could have done no better: 8.4.
    """
    row = rows(pair, [2032], target=0.9)["B", 2032, TURNS_ROUND]
    assert row.status == "cannot reach the target"
    assert row.cost_musd == pytest.approx(7.55)
    assert row.served_share == pytest.approx(0, abs=1e-5)
    assert row.alone_status == "cannot reach the target"
    assert row.alone_served_share == pytest.approx(0, abs=1e-5)
    assert row.alone_cost_musd == pytest.approx(8.4)
    assert row.regret_musd == pytest.approx(7.55 - 8.4)


def test_a_break_in_the_first_year_leaves_those_who_turn_round_where_they_would_have_been(pair: Case) -> None:
    """Nothing was decided yet. Going on as planned, A builds what it was to pay for, 1.5 modules, and B nothing."""
    found = rows(pair, [2030])
    for partner in "AB":
        assert found[partner, 2030, TURNS_ROUND].regret_musd == pytest.approx(0, abs=1e-7)
    assert found["A", 2030, AS_PLANNED].cost_musd == pytest.approx(4 * (1.5 * Y + 0.05))
    assert found["B", 2030, AS_PLANNED].cost_musd == pytest.approx(8.4)


def test_a_window_under_way_is_met_together_and_counted_once(tmp_path: Path) -> None:
    """B buys its 100 t from a seller of its own at 10000 USD/t: 1 a year. With probability 0.2 the seller fails in 2031
    and 2032, and 10 a year are lost. It expects 1 + 0.8 + 0.8 + 1 + 0.2 x 20 = 7.6, with or without A.

    When A leaves in 2032, 1 + 0.8 + 4 are behind it, the window included that may be under way, and 0.8 + 1 to come.
    """
    folder = write_case(
        tmp_path / "under_way", years(2030, 2033), MINE_AND_TOWN,
        """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        own       Nd        2030  town    10000            1000

        scenarios
        scenario  starts  years  probability
        failure   2031    2      0.2

        disruptions
        scenario  kind      target  availability
        failure   supplier  own     0
        """,
    )  # fmt: skip
    found = rows(apart(case_in(folder)), [2032])
    for conduct in (AS_PLANNED, TURNS_ROUND):
        row = found["B", 2032, conduct]
        assert row.paid_before_musd == pytest.approx(5.8)
        assert row.cost_musd == pytest.approx(7.6)
        assert row.regret_musd == pytest.approx(0, abs=1e-7)
        assert (row.window, row.lost_musd, row.served_share) == ("failure@2031", pytest.approx(20), pytest.approx(0))


# ---- what is held -------------------------------------------------------------------------------------


def held(case: Case, stay: str, year: int, *, goes_on: bool = False, **joint: Any) -> Break:
    nothing: dict[str, Any] = {spec.name: {} for spec in fields(JointInvestment)}
    return Break(case, JointInvestment(**{**nothing, **joint}), frozenset(stay), year, goes_on)


def test_modules_held_start_up_and_expire(tmp_path: Path) -> None:
    """Decided in 2030, two modules of 30 t run from 2031 for four years: a third, two thirds, all, all; 5 t stood.

    They take two of three places, and the site serves decisions up to 2033, of which the last is in 2034: it is not
    enough. Fixed costs of what is still starting up, 100 USD/t, are 40 + 20 t short in 2031 and 2032.
    """
    case = replace_plant(
        case_in(write_case(tmp_path / "long", years(2030, 2035), MINE_AND_TOWN)), capacity_t_per_year=5.0, retires=2032,
        module_t_per_year=30.0, lead_years=1, ramp_years=2, site_musd=1.0, fixed_usd_per_t=100.0,
    )  # fmt: skip
    one = held(case, "A", 2031, fund={("B", "works", 2030): 2.0}, sitefund={("A", "works", 2030): 1.0})
    works = one.case().assets["works"]
    expected = {2031: 25, 2032: 45, 2033: 60, 2034: 60, 2035: 0}
    assert {year: works.existing(year) for year in range(2031, 2036)} == pytest.approx(expected)
    assert (works.max_modules, works.site_musd) == (1, 1.0)
    longer = replace(one, whole=replace_plant(case, life_years=5))
    assert longer.case().assets["works"].site_musd == 0


def replace_plant(case: Case, **changed: Any) -> Case:
    return replace(case, assets={name: replace(asset, **changed) for name, asset in case.assets.items()})


def test_abroad_each_holds_what_it_paid_for_and_shares_what_is_left(tmp_path: Path) -> None:
    """Three modules of six in X are decided, A has paid for 1.5; A has a third of the demand's value.

    A holds 75 t, and of three places left a third: one. Of 300 t of ore 90 t are mined; of what is left, 210, a third.
    In the other's country nothing is left, in one's own everything.
    """
    folder = write_case(
        tmp_path / "abroad", years(2030, 2033), MINE_AND_TOWN,
        """
        deposits
        deposit  region  ore   resource_t
        pit      port    rock  300

        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd
        works  port    refine   pit      50                 6            2
        """,
    )  # fmt: skip
    parts = {("A", "works", 2030): 1.5, ("B", "works", 2030): 1.5}
    case = case_in(folder)
    remaining = held(case, "A", 2031, fund=parts, mined={("pit", 2030): 90.0, ("pit", 2031): 50.0}).case()
    assert remaining.assets["works"].existing(2031) == pytest.approx(75)
    assert remaining.assets["works"].max_modules == 1
    assert remaining.deposits["pit"].resource_t == pytest.approx(70)
    at_home = replace(case, regions={**case.regions, "port": replace(case.regions["port"], country="A")})
    at_home = replace_plant(at_home, country="A")
    assert held(at_home, "A", 2031, fund=parts).case().assets["works"].existing(2033) == pytest.approx(150)
    assert held(at_home, "A", 2031, fund=parts).case().assets["works"].max_modules == 3
    assert "works" not in held(at_home, "B", 2031, fund=parts).case().assets


def test_an_option_taken_is_held_in_part_and_not_offered_again(tmp_path: Path) -> None:
    """B claims the project, and half of its 40 % option is A's money: each holds half, nobody has any other option."""
    folder = write_case(
        tmp_path / "venture", years(2030, 2033), MINE_AND_TOWN,
        """
        ventures
        venture  option  region  process  deposit  claimant  plant_t_per_year  plant_musd  equity_share  offtake_share
        dig      20      port    refine   rock     B         1000              10          0.2           0.2
        dig      40      port    refine   rock     B         1000              10          0.4           0.4

        deposits
        deposit  region  ore   resource_t
        pit      mine    rock  1000000
        rock     port    rock  1000000

        baskets
        deposit  Nd
        pit      1
        rock     1
        """,
    )  # fmt: skip
    case = case_in(folder)
    parts = {("A", "dig/40", 2030): 0.5, ("B", "dig/40", 2030): 0.5}
    mine, town = (held(case, stay, 2031, fund=parts).case().assets for stay in "AB")
    assert mine["dig/40"].existing(2031) == town["dig/40"].existing(2031) == pytest.approx(200)
    assert mine["dig/40"].max_modules == town["dig/40"].max_modules == town["dig/20"].max_modules == 0
    assert "dig/20" not in mine
    assert held(case, "B", 2030, fund=parts).case().assets["dig/20"].max_modules == 1
    going_on = held(case, "A", 2030, goes_on=True, fund=parts).case().assets
    assert "dig/40" not in going_on, "an option that is not yet taken is its claimant's"


def test_what_is_stored_is_kept_and_may_be_used_up(tmp_path: Path) -> None:
    """B has bought 60 t of room and stored 50 t where it began with 20: from 2032 it may use up 30 t, and pays no more.

    It lacks 30 t less: of 100 t it buys 70 at 21000 in one year: 1.47 and 2.1.
    """
    folder = write_case(
        tmp_path / "stock", years(2030, 2033), MINE_AND_TOWN,
        """
        stockpiles
        region  material  initial_t  capacity_t  max_capacity_t  capacity_usd_per_t
        town    Nd        20         20          100             1000
        """,
    )  # fmt: skip
    stored = {("town", "Nd", year): 50.0 for year in (2030, 2031)}
    one = held(case_in(folder), "B", 2032, space={("town", "Nd", 2030): 60.0, ("town", "Nd", 2032): 10.0}, level=stored)
    [store] = one.case().stores
    assert (store.initial_t, store.capacity_t, store.max_capacity_t) == (20, 80, 100)
    assert turn_round(one).cost_musd == pytest.approx(1.47 + 2.1)
    assert one.stock_owed_musd() == 0
    going_on = replace(one, goes_on=True)
    # 10 t more room for 1000 USD/t over 25 years, two of which count
    assert go_on(going_on).cost_musd == pytest.approx(1.47 + 2.1 + 2 * 10 * 1000 / 25 / 1e6)
    drawn = replace(one, joint=replace(one.joint, level={("town", "Nd", 2031): 5.0}))
    assert turn_round(drawn).cost_musd == pytest.approx(4.2)
    assert drawn.stock_owed_musd() == pytest.approx(15 * 20000 / 1e6)


def test_budgets_keep_what_is_left_of_them(pair: Case, tmp_path: Path) -> None:
    folder = write_case(
        tmp_path / "budget", years(2030, 2033), MINE_AND_TOWN,
        """
        budgets
        partner  first_year  last_year  musd
        A        2030        2033       10
        A        2031        2033       4
        """,
    )  # fmt: skip
    parts = {("A", "works", 2030): 1.5, ("B", "works", 2030): 1.5, ("A", "works", 2032): 1.0}
    budgets = held(case_in(folder), "A", 2032, fund=parts).case().budgets
    assert [budget.musd for budget in budgets] == pytest.approx([7, 4])


def test_what_a_leaver_still_took_home_is_no_longer_anybodys(tmp_path: Path) -> None:
    """Of three, C leaves: B may still take home from A what its own modules there give, and nothing for C's."""
    case = three(tmp_path / "three")
    parts = {("B", "works", 2030): 1.0, ("C", "works", 2030): 1.0}
    free = held(case, "AB", 2031, fund=parts).case().free_offtake
    assert free == {("A", "B"): pytest.approx(dict.fromkeys((2031, 2032, 2033), 10 + 0.5 * 50))}


def three(folder: Path) -> Case:
    text = """
        partners
        partner  wacc
        A        0
        B        0
        C        0

        regions
        region  country
        mine    A
        town    B
        city    C
        port    X

        plants
        plant  region  process  deposit  module_t_per_year  max_modules  module_musd  offtake_right
        works  mine    refine   pit      50                 3            2            0.5

        offtakes
        from_country  to_country  year  free_t_per_year
        A             B           2030  10
        A             C           2030  10
        """
    return case_in(write_case(folder, years(2030, 2033), MINE_AND_TOWN, text))


def turn_round(one: Break, target: float = 0.0) -> OutcomeAfterBreak:
    return answer_to(one, Reoptimise(target, GAP, Controls()))


def go_on(one: Break) -> OutcomeAfterBreak:
    return answer_to(one, ContinueAfterBreak(one.space_after()))


def answer_to(one: Break, question: Reoptimise | ContinueAfterBreak) -> OutcomeAfterBreak:
    [answer] = solve_here([Task("", one.case(), WORST_CASE, question)])
    assert isinstance(answer, OutcomeAfterBreak)
    assert answer.solved
    return answer


# ---- a case reduced by hand -----------------------------------------------------------------------------


def set_settings(folder: Path, **changed: str) -> None:
    rows = rows_of(folder, "settings")
    write_rows(folder, "settings", [{**row, "value": changed.get(row["name"], row["value"])} for row in rows])


def drop(folder: Path, table: str, column: str, gone: str) -> None:
    write_rows(folder, table, [row for row in rows_of(folder, table) if row[column] != gone])


def only_the_later_window(folder: Path) -> None:
    """Of the two windows of a year each the one of 2030 is left."""
    write_rows(folder, "ranges", [])  # about plants and ventures that are no longer in the tables
    set_settings(folder, first_year="2029")
    write_rows(
        folder, "scenarios", [{**r, "starts": "2030", "probability": "0.01"} for r in rows_of(folder, "scenarios")]
    )


def india_from_2029(folder: Path, planner: Planner, plan: Plan) -> None:
    """India alone from 2029 on, as an analyst would write it: what the plan's tables say was built is written as
    existing capacity, and takes up room for modules; what was mined is gone."""
    tutorial_without_japan(TUTORIAL, folder)
    only_the_later_window(folder)
    built = plan_tables.builds(planner, plan)
    built = built[(built["decided"] < 2029) & (built["modules"] > 0)]
    plants = rows_of(folder, "plants")
    for plant in plants:
        modules = float(built.loc[built["asset"] == plant["plant"], "modules"].sum())
        size = float(plant["module_t_per_year"] or 0)
        plant["capacity_t_per_year"] = repr(float(plant["capacity_t_per_year"] or 0) + modules * size)
        plant["max_modules"] = str(max(0, int(plant["max_modules"]) - round(modules)))
    write_rows(folder, "plants", plants)
    operation = plan_tables.operation(planner, plan)
    early = operation[
        (operation["window"] == "base") & (operation["year"] < 2029) & (operation["asset"] == "sand_mine")
    ]
    deposits = rows_of(folder, "deposits")
    for deposit in deposits:
        if deposit["deposit"] == "beach_sand":
            deposit["resource_t"] = repr(float(deposit["resource_t"]) - float(early["t"].sum()))
    write_rows(folder, "deposits", deposits)


def japan_from_2029(folder: Path, planner: Planner, plan: Plan) -> None:
    """Japan likewise: its fifth of the mine abroad is a plant whose running cost holds the royalty of 1000 USD/t, its
    stockpile has the room that was bought and the level of the end of 2028, and China sells it its part of the use."""
    for path in TUTORIAL.glob("*.csv"):
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_bytes(path.read_bytes())
    for table, column, gone in (
        ("partners", "partner", "India"), ("demand", "region", "india"), ("plants", "region", "india"),
        ("budgets", "partner", "India"), ("offtakes", "from_country", "India"), ("ventures", "venture", "desert_mine"),
    ):  # fmt: skip
        drop(folder, table, column, gone)
    only_the_later_window(folder)
    built = plan_tables.builds(planner, plan).set_index("asset")
    assert built.loc["desert_mine/20%", "running"] == 2028
    mine = {"plant": "desert_mine", "region": "australia", "process": "mine_to_oxides", "deposit": "desert_rock",
            "capacity_t_per_year": "2000", "fixed_usd_per_t": "1000"}  # fmt: skip
    write_rows(folder, "plants", [*rows_of(folder, "plants"), mine])
    processes = rows_of(folder, "processes")
    for process in processes:
        process["opex_usd_per_t"] = {"mine_to_oxides": "13000"}.get(process["process"], process["opex_usd_per_t"])
    write_rows(folder, "processes", processes)
    stock = plan_tables.stock(planner, plan).set_index(["window", "year"])
    room = 10 + float(built.loc["stockpile japan/Dy", "t_per_year"])
    level = float(stock.loc[("base", 2028), "level_t"])
    [store] = rows_of(folder, "stockpiles")
    write_rows(folder, "stockpiles", [{**store, "initial_t": repr(level), "capacity_t": repr(room)}])
    sold: list[dict[str, str]] = []
    for row in rows_of(folder, "suppliers"):
        for year in range(2029, 2032):
            magnets = 1000 + 200 * (year - 2026)
            part = {"Ce": 3000 / 5000, "Nd": (0.33 * 3000 + 300) / (0.33 * (magnets + 3000) + 300)}.get(
                row["material"], 3000 / (magnets + 3000)
            )
            sold.append({**row, "year": str(year), "max_t_per_year": repr(float(row["max_t_per_year"]) * part)})
    write_rows(folder, "suppliers", sold)


@pytest.mark.parametrize(("stays", "target"), [("India", None), ("India", 0.09), ("Japan", None), ("Japan", 0.4)])
def test_who_stays_costs_what_the_case_reduced_by_hand_costs(tmp_path: Path, stays: str, target: float | None) -> None:
    """From 2029 on, after a joint plan that has built in India, in Australia and in the stockpile by then.

    Money of 2029 is worth 1.05^-3 in 2026. Of 10 t that Japan's stockpile began with and must end with nothing is
    there: 3 MUSD at 300000 USD/t are owed in 2031, beside the years' own cost.
    """
    case = case_in(TUTORIAL)
    planner, plan = joint_plan(case, 0.6)
    one = Break(case, investment_of(planner, plan), frozenset([stays]), 2029)
    assert any(one.held_modules(asset) for asset in case.assets.values())
    folder = tmp_path / "reduced"
    (india_from_2029 if stays == "India" else japan_from_2029)(folder, planner, plan)
    by_hand = cost_of(folder, target)
    assert by_hand < math.inf
    assert turn_round(one, target or 0.0).cost_musd == pytest.approx(by_hand / 1.05**3, rel=1e-7)
    assert one.stock_owed_musd() == pytest.approx(3 / 1.05**5 if stays == "Japan" else 0)


# ---- what must hold whatever the numbers -------------------------------------------------------------------

SEEDS, MORE_SEEDS = (0, 3, 8), (1, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 16, 17, 19, 20, 21, 22, 24, 26, 27, 28, 29)


def long_lived(case: Case) -> Case:
    """What is built stands to the end, so that what it leaves free does not differ by year; no stock is owed at the
    end, and no budget binds."""
    return replace(
        replace_plant(case, life_years=20),
        stores=[replace(store, life_years=20, initial_t=0.0) for store in case.stores],
        budgets=[],
    )


def apart(case: Case) -> Case:
    """The same partners with nothing between them: no lane across a border, and nobody in another's country."""
    country = case.country
    return replace(
        case,
        assets={
            name: replace(asset, foreign_share_max=0.0, technology_partner=None)
            for name, asset in case.assets.items()
            if asset.venture is None and asset.country in case.wacc
        },
        supplies=[supply for supply in case.supplies if supply.country in case.wacc],
        markets=[market for market in case.markets if country(market.region) in case.wacc],
        lanes={lane: freight for lane, freight in case.lanes.items() if country(lane[0]) == country(lane[1])},
    )


def years_between_windows(case: Case) -> list[int]:
    """Years at whose beginning no window is under way."""
    return [t for t in case.years if not any(window.start < t <= window.end for window in case.windows)]


def check_no_regret(seed: int) -> None:
    """Who has nothing from cooperation loses nothing when it ends: the two ways to the cost share no step before the
    break, and stocks, ore, sites and modules must carry over exactly."""
    with random_case(seed) as folder:
        case = apart(long_lived(case_in(folder)))
    whole = years_between_windows(case)
    for key, row in rows(case, case.years).items():
        noise = 1e-6 * max(1.0, abs(row.alone_cost_musd))
        if row.year in whole:
            assert row.regret_musd == pytest.approx(0, abs=noise), (seed, key)
        if row.conduct == TURNS_ROUND:  # a window under way no longer needs what is decided after the break
            assert row.regret_musd <= noise, (seed, key)
        assert row.stranded_capital_musd == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_partner_that_gains_nothing_has_no_regret(seed: int) -> None:
    check_no_regret(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_a_partner_that_gains_nothing_has_no_regret_in_more_cases(seed: int) -> None:
    check_no_regret(seed)


def breaks(case: Case, years: Iterable[int], target: float | None = None) -> list[Break]:
    joint = investment_of(*joint_plan(case, target))
    return [Break(case, joint, stay, year) for stay in who_may_stay(case) for year in years]


def fixed_costs_held(one: Break) -> float:
    return sum(
        one.whole.discount(year) * asset.fixed_usd_per_t / 1e6 * one.held_capacity(asset, year)
        for asset in one.whole.assets.values()
        for year in one.years
    )


def check_holding_never_hurts(seed: int) -> None:
    """Beyond its fixed costs, what stands in one's own country never makes the years left costlier."""
    with random_case(seed) as folder:
        case = long_lived(case_in(folder))
    for one in breaks(case, list(case.years)[1:]):
        abroad = {key: n for key, n in one.joint.fund.items() if case.assets[key[1]].country not in case.wacc}
        sites = {key: n for key, n in one.joint.sitefund.items() if case.assets[key[1]].country not in case.wacc}
        bare = replace(one, joint=replace(one.joint, fund=abroad, sitefund=sites))
        with_it, without = turn_round(one).cost_musd, turn_round(bare).cost_musd
        fixed = fixed_costs_held(one) - fixed_costs_held(bare)
        assert with_it <= without + fixed + 1e-6 * max(1.0, abs(without)), (seed, sorted(one.stay), one.year)


@pytest.mark.parametrize("seed", SEEDS)
def test_holding_more_never_costs_more_than_keeping_it(seed: int) -> None:
    check_holding_never_hurts(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_holding_more_never_costs_more_than_keeping_it_in_more_cases(seed: int) -> None:
    check_holding_never_hurts(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_the_last_decision_the_conducts_are_one(seed: int) -> None:
    """With two years of lead and no room to buy, nothing is left to decide in the last year."""
    with random_case(seed) as folder:
        case = case_in(folder)
    case = replace(
        replace_plant(case, lead_years=2), stores=[replace(s, max_capacity_t=s.capacity_t) for s in case.stores]
    )
    last = case.settings.last_year
    found = rows(case, [last])
    for stays in {row.stays for row in found.values()}:
        on, round_ = found[stays, last, AS_PLANNED], found[stays, last, TURNS_ROUND]
        assert on.cost_musd == pytest.approx(round_.cost_musd, rel=1e-7), (seed, stays)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_paid_by_year_is_what_each_partner_pays_in_the_plan(seed: int) -> None:
    with random_case(seed) as folder:
        case = case_in(folder)
    planner, plan = joint_plan(case)
    joint, bill = investment_of(planner, plan), bill_of(planner, plan)
    for partner in case.partners:
        paid = sum(musd for (payer, _, _), musd in joint.paid.items() if payer == partner)
        paid += sum(
            stake.yearly_musd * case.discount(year)
            for stake in stakes(case, joint)
            if stake.partner == partner
            for year in stake.years
        )
        assert paid == pytest.approx(bill.total(partner), rel=1e-6, abs=1e-6)


# ---- the table ------------------------------------------------------------------------------------------


def test_who_may_stay_and_when(pair: Case, tmp_path: Path) -> None:
    assert who_may_stay(pair) == [frozenset("A"), frozenset("B")]
    assert who_may_stay(three(tmp_path / "three")) == [frozenset(group) for group in ("A", "B", "C", "BC", "AC", "AB")]
    assert default_years(pair) == [2031, 2032, 2033]
    assert default_years(replace(pair, settings=replace(pair.settings, last_year=2030))) == []
    assert default_years(replace(pair, settings=replace(pair.settings, last_year=2044))) == [2034, 2038, 2042]


def test_a_row_says_what_is_not_known(pair: Case) -> None:
    """Stopped before anything was answered."""
    joint = investment_of(*joint_plan(pair))
    found = regret(pair, WORST_CASE, 0.0, joint, {}, None, GAP, Controls(), lambda tasks: [None] * len(tasks))
    assert len(found.table_rows()) == 2 * 3 * 2
    for row in found.table_rows():
        assert row["status"] == row["alone_status"] == "not solved"
        assert math.isnan(row["cost_musd"])
        assert math.isnan(row["alone_cost_musd"])


def test_a_year_outside_the_plan_is_refused(pair: Case) -> None:
    with pytest.raises(ValueError, match="2040"):
        regret(pair, WORST_CASE, 0.0, held(pair, "A", 2031).joint, {}, [2040], GAP, Controls(), solve_here)


def test_bands_come_from_the_gaps_of_both_plans(pair: Case) -> None:
    """Now between 6 and 7, alone between 8 and 8.4, and 1.85 + 1.5 paid for what is gone."""
    joint = investment_of(*joint_plan(pair))
    alone = {frozenset("B"): CoalitionAnswer(Outcome.LIMIT, objective=8.4, bound=8.0, resilience=0.3)}
    loose = OutcomeAfterBreak(Outcome.LIMIT, objective=7.0, bound=6.0)
    found = regret(pair, WORST_CASE, 0.0, joint, alone, [2032], GAP, Controls(), lambda tasks: [loose] * len(tasks))
    row = next(row for row in found.rows if row.stays == "B")
    assert row.status == "gap not reached"
    known = 1.85 + 1.5
    assert (row.regret_least_musd, row.regret_musd, row.regret_greatest_musd) == pytest.approx(
        (known + 6 - 8.4, known + 7 - 8.4, known + 7 - 8.0)
    )
    assert row.alone_served_share == 0.3


def test_answers_can_be_kept(pair: Case) -> None:
    unmet = {("town", "Nd", 2033, "cutoff@2033"): 100.0}
    answer = OutcomeAfterBreak(Outcome.OPTIMAL, 0.1, 1.0, 0.5, True, unmet, False)
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=Reoptimise.answer_type)
    assert kept == answer
    joint = investment_of(*joint_plan(pair))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(joint), type=JointInvestment) == joint


@pytest.mark.parametrize("measure", ["expected", "cvar", "weakest_link"])
def test_every_measure_has_an_answer_also_when_no_window_is_left_that_it_counts(pair: Case, measure: str) -> None:
    """The cutoff of 2030 is likely, that of 2033 is not: in 2031 nothing is left that a mean would count."""
    windows = [replace(w, probability=0.1 if w.start == 2030 else 0.0) for w in pair.windows]
    case, asked = replace(pair, windows=windows), replace(WORST_CASE, name=measure)
    row = rows(case, [2031], 0.5, asked)["B", 2031, TURNS_ROUND]
    assert row.served_share == pytest.approx(0 if measure == "weakest_link" else 1, abs=1e-6)
    assert row.status == ("cannot reach the target" if measure == "weakest_link" else "optimal")
