"""What a coalition has: on paper, against a case reduced by hand, by a second opinion; and joining never costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import second_opinion
from reeplan.model.build_case import case_from_tables
from reeplan.solve.planner import Plan, Planner
from reeplan.studies.cooperation.allocation import coalitions, nucleolus, shapley
from reeplan.studies.cooperation.attribution import bill_of
from reeplan.studies.cooperation.coalition import coalition_case
from reeplan.studies.cooperation.sharing import Parts
from solved import add_rows, cheapest, cost_of, random_case, rows_of, write_rows
from support import WORST_CASE, read, write_case, years

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure

INFEASIBLE = float("inf")
SEEDS, MORE_SEEDS = (0, 3, 8), (1, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 16, 17, 19, 20, 21, 22, 24, 26, 27, 28, 29)
"""Random cases with several partners; under a plainer rule joining would cost in 0, 3, 8, 10, 11, 19, 22, 24 and 26."""


def plan_of(case: Case, target: float | None = None, measure: Measure = WORST_CASE) -> tuple[Planner, Plan | None]:
    planner = Planner(case, measure)
    return planner, cheapest(planner, target)


def cost(case: Case, members: Iterable[str], target: float | None = None, measure: Measure = WORST_CASE) -> float:
    """The least cost of a coalition, infinite where no plan exists."""
    plan = plan_of(coalition_case(case, members), target, measure)[1]
    return INFEASIBLE if plan is None else plan.cost_musd


def costs(case: Case, target: float | None = None, measure: Measure = WORST_CASE) -> dict[frozenset[str], float]:
    return {members: cost(case, members, target, measure) for members in coalitions(case.partners)}


def case_in(folder: Path, overlays: Sequence[Path] = ()) -> Case:
    return case_from_tables(read(folder, overlays))


# ---- on paper ---------------------------------------------------------------------------------------

TWO = """
partners
partner  wacc
A        0
B        0

regions
region  country
mine    A
town    B
port    X

elements
element  circuit  reference_usd_per_t
Nd       light    40000

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
plant  region  process  deposit  capacity_t_per_year
works  mine    refine   pit      100

suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year
X         Nd        2030  port    10000            100

transport
from_region  to_region  kind  usd_per_t
port         town       all   1000
port         mine       all   1000
mine         town       all   1000

demand
region  material  year  t_per_year  shortage_usd_per_t
mine    Nd        2030  60          100000
town    Nd        2030  140         100000

scenarios
scenario  starts  years  probability
cutoff    2030    1      0

disruptions
scenario  kind     target  availability
cutoff    country  X       0
"""
"""A has a mine of 100 t, B has none; both may buy from X, of whose 100 t A uses 60 / 200 and B 140 / 200."""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return write_case(tmp_path / "two", years(2030, 2030), TWO)


def test_two_partners_on_paper(two: Path) -> None:
    """A alone mines its 60 t: 0.06 MUSD. B alone buys 70 % of 100 t at 11000 landed, 0.77, and lacks 70 t: 7.77.

    Together A mines 100 t (0.1), sends 40 (0.04 of freight), B buys 100 t (1.0 and 0.1 of freight): 1.24.
    The gain of 6.59 is split evenly by every rule: A bears 0.06 - 3.295, B 7.77 - 3.295.
    """
    game = costs(case_in(two))
    expected = {frozenset("A"): 0.06, frozenset("B"): 7.77, frozenset("AB"): 1.24}
    assert game == pytest.approx(expected, rel=1e-6)
    assert shapley(game) == pytest.approx({"A": -3.235, "B": 4.475}, rel=1e-6)
    assert nucleolus(game) == pytest.approx(shapley(game))


def test_who_pays_what_in_the_joint_plan_on_paper(two: Path) -> None:
    """A runs its mine: 0.1. B, who receives, pays 0.14 of freight and 1.0 for what it buys."""
    planner, plan = plan_of(case_in(two))
    assert plan is not None
    bill = bill_of(planner, plan)
    expected = {("A", "process"): 0.1, ("B", "purchases"): 1.0, ("B", "transport"): 0.14}
    assert bill.paid == pytest.approx(expected, rel=1e-6)
    assert bill.total("A") + bill.total("B") == plan.cost_musd


def test_a_target_out_of_reach_alone(two: Path) -> None:
    """When X sells nothing, A serves itself and B nobody; together 100 t of 200 t: 30 % or 70 t each, at most half."""
    case = case_in(two)
    game = costs(case, target=0.4)
    assert game[frozenset("B")] == INFEASIBLE
    assert game[frozenset("A")] == pytest.approx(0.06)
    assert game[frozenset("AB")] == pytest.approx(1.24, rel=1e-6)
    assert cost(case, "AB", target=0.51) == INFEASIBLE


def test_three_partners_on_paper(tmp_path: Path) -> None:
    """One has a mine of 100 t at 1000 USD/t; all three need 40 t, and a tonne that is missing costs 100000 USD.

    Alone 0.04, 4 and 4. With one other 0.08; the others without the mine 8; all 0.1 and 20 t missing: 2.1. Gains: 3.96
    for each pair with the mine, 5.94 for all. Shapley: (3.96 + 3.96) / 6 + 5.94 / 3 = 3.3 to the mine, 1.32 to each
    other. Nucleolus: a gain of b for each other leaves a pair with the mine 1.98 - b beyond its own and the other
    b, so b = 0.99 and the mine gains 3.96.
    """
    folder = write_case(
        tmp_path / "three",
        years(2030, 2030),
        TWO,
        """
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

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        X         Nd        2030  port    10000            0

        transport
        from_region  to_region  kind  usd_per_t
        mine         town       all   0
        mine         city       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        mine    Nd        2030  40          100000
        town    Nd        2030  40          100000
        city    Nd        2030  40          100000
        """,
    )
    game = costs(case_in(folder))
    expected = {"A": 0.04, "B": 4, "C": 4, "AB": 0.08, "AC": 0.08, "BC": 8, "ABC": 2.1}
    assert game == pytest.approx({frozenset(name): musd for name, musd in expected.items()}, rel=1e-6)
    assert shapley(game) == pytest.approx({"A": 0.04 - 3.3, "B": 2.68, "C": 2.68}, rel=1e-6)
    assert nucleolus(game) == pytest.approx({"A": 0.04 - 3.96, "B": 3.01, "C": 3.01}, rel=1e-6)


# ---- the rule, clause by clause -------------------------------------------------------------------------


def test_all_partners_have_the_case_itself(two: Path) -> None:
    case = case_in(two)
    assert coalition_case(case, ["B", "A"]) is case


@pytest.mark.parametrize("members", [[], ["A", "X"], ["Atlantis"]])
def test_a_coalition_is_of_partners(two: Path, members: list[str]) -> None:
    with pytest.raises(ValueError, match="a coalition is of partners"):
        coalition_case(case_in(two), members)


def test_use_counts_what_recipes_take_through_all_stages(tmp_path: Path) -> None:
    """10 t of motors of A take 10 x 2 t of magnets, which take 20 x 0.3 = 6 t Nd; B needs 2 t Nd: A uses 3/4 of it.

    Swarf is used by nobody: the parts are those of value, 10 x 300 to 2 x 500: 3/4 as well, and of magnets all is A's.
    """
    folder = write_case(
        tmp_path / "stages",
        years(2030, 2030),
        TWO,
        """
        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  1                    0.3
        motor    product  1                    0.6
        swarf    scrap    1                    0.3

        processes
        process  takes   makes
        refine   ore     oxides
        magnets  recipe  recipe
        motors   recipe  recipe

        recipes
        process  material  t_per_t
        magnets  Nd        -0.3
        magnets  magnet    1
        magnets  swarf     0.1
        motors   magnet    -4
        motors   motor     2

        plants
        plant    region  process  capacity_t_per_year
        factory  mine    magnets  10
        line     mine    motors   10

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        mine    motor     2030  10          300
        town    Nd        2030  2           500
        """,
    )
    parts = Parts(case_in(folder))
    assert parts.of_use(["A"], "Nd", 2030) == pytest.approx(6 / 8)
    assert parts.of_use(["A"], "magnet", 2030) == 1
    assert parts.of_use(["B"], "swarf", 2030) == pytest.approx(1000 / 4000)


def test_a_contract_a_venture_and_a_technology_go_with_their_partner(two: Path) -> None:
    add_rows(two, "suppliers", {"supplier": "deal", "material": "Nd", "year": 2030, "region": "port",
             "price_usd_per_t": 1, "max_t_per_year": 7, "buyer": "B"})  # fmt: skip
    plant = {"plant": "new", "region": "mine", "process": "refine", "deposit": "pit", "module_t_per_year": 10,
             "max_modules": 2, "module_musd": 1, "technology_partner": "B", "technology_share_min": 0.1}  # fmt: skip
    add_rows(two, "plants", plant)
    case = case_in(two)
    alone, other = coalition_case(case, "A"), coalition_case(case, "B")
    assert [supply.supplier for supply in alone.supplies] == ["X"]
    assert {supply.supplier: supply.max_t[2030] for supply in other.supplies} == {"X": 70, "deal": 7}
    assert alone.assets["new"].max_modules == 0
    assert list(other.assets) == []


# ---- a case reduced by hand -----------------------------------------------------------------------------


def tutorial_without_japan(tutorial: Path, folder: Path) -> Path:
    """India alone, as an analyst would write it: rows left out, and China's limits times India's part of the use.

    Demand: 2000 of 5000 t Ce; magnets 1000 t in 2026 and 200 t more each year, against 3000 t; a magnet takes 0.33 t Nd
    and 0.03 t Dy, and Japan needs 300 t Nd more.
    """
    folder.mkdir()
    for path in tutorial.glob("*.csv"):
        if path.stem != "ranges":  # what is uncertain of Japan would be of nothing
            (folder / path.name).write_bytes(path.read_bytes())

    def keep(table: str, column: str, gone: str) -> None:
        write_rows(folder, table, [row for row in rows_of(folder, table) if row[column] != gone])

    for table, column, gone in (
        ("partners", "partner", "Japan"), ("demand", "region", "japan"), ("plants", "region", "japan"),
        ("stockpiles", "region", "japan"), ("budgets", "partner", "Japan"), ("ventures", "claimant", "Japan"),
        ("offtakes", "to_country", "Japan"), ("transport", "to_region", "japan"),
    ):  # fmt: skip
        keep(table, column, gone)
    plants = rows_of(folder, "plants")
    for plant in plants:
        if plant["technology_partner"] == "Japan":
            plant |= {"technology_partner": "", "technology_share_min": "", "max_modules": "0"}
    write_rows(folder, "plants", plants)
    sold: list[dict[str, str]] = []
    for row in rows_of(folder, "suppliers"):
        for year in range(2026, 2032):
            magnets = 1000 + 200 * (year - 2026)
            part = {"Ce": 2000 / 5000, "Nd": 0.33 * magnets / (0.33 * (magnets + 3000) + 300)}.get(
                row["material"], magnets / (magnets + 3000)
            )
            sold.append({**row, "year": str(year), "max_t_per_year": repr(float(row["max_t_per_year"]) * part)})
    write_rows(folder, "suppliers", sold)
    return folder


@pytest.mark.parametrize("target", [None, 0.05])
def test_a_coalition_costs_what_the_case_reduced_by_hand_costs(tmp_path: Path, target: float | None) -> None:
    tutorial = Path(__file__).parents[1] / "inputs" / "tutorial"
    by_hand = cost_of(tutorial_without_japan(tutorial, tmp_path / "india"), target)
    assert cost(case_in(tutorial), ["India"], target) == pytest.approx(by_hand, rel=1e-7)


# ---- a second opinion ----------------------------------------------------------------------------------


class CoalitionOfSecondOpinion(second_opinion.Case):
    """The independent implementation, with what it leaves whole to every coalition: ore, thorium room and modules
    outside partner countries are shared by the value of all demand."""

    def _split_what_is_shared(self) -> None:
        super()._split_what_is_shared()
        worth = {"in": 0.0, "out": 0.0}
        for (region, _), row in self.tables.by_year("demand", self.years).items():
            side = "in" if self.country[region] in self.partners else "out"
            worth[side] += sum(row["t_per_year"][t] * row["shortage_usd_per_t"][t] for t in self.years)
        self.part = worth["in"] / (worth["in"] + worth["out"])
        for table, column in ((self.regions, "thorium_max_t_per_year"), (self.deposits, "resource_t")):
            for row in table.values():
                if self.country[row["region"]] not in self.wacc and row[column] < INFEASIBLE:
                    row[column] *= self.part

    def _plants(self) -> list[second_opinion.Asset]:
        plants = super()._plants()
        if not self.outsiders:
            return plants
        return [
            plant if self.country[plant.region] in self.wacc
            else replace(plant, max_modules=int(self.part * plant.max_modules + 1e-9))
            for plant in plants
        ]  # fmt: skip


class ModelOfSecondOpinion(second_opinion.Model):
    """And what passes through the country of a partner outside keeps that country's rules."""

    def offtake(self, s: second_opinion.Window, t: int) -> None:
        super().offtake(s, t)
        case = self.case
        for (sender, receiver), row in case.offtakes.items():
            if sender in case.partners and receiver in case.partners:
                continue
            free = row["free_t_per_year"][t] if receiver in case.partners else 0.0
            self.program.at_most("offtake", {key: case.reo[m] for key, m in self.shipped(sender, receiver, t, s)}, free)

    def dependence(self) -> None:
        inside, self.case.partners = self.case.partners, list(self.case.wacc)
        super().dependence()
        self.case.partners = inside


@pytest.fixture
def full_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "Case", CoalitionOfSecondOpinion)
    monkeypatch.setattr(second_opinion, "Model", ModelOfSecondOpinion)


def check_coalitions(seed: int) -> None:
    """Both agree on every coalition; and no two coalitions would pay less apart than together."""
    with random_case(seed) as folder:
        case = case_in(folder)
        for target in (None, 0.5):
            game = costs(case, target)
            for members, ours in game.items():
                theirs = second_opinion.solve(folder, target=target, partners=sorted(members))
                where = f"seed {seed}, target {target}, {sorted(members)}"
                assert (ours == INFEASIBLE) == (theirs.status == "infeasible"), where
                if ours < INFEASIBLE:
                    assert ours == pytest.approx(theirs.cost_musd, rel=1e-6, abs=1e-6), where
            assert_joining_never_costs(game, f"seed {seed}, target {target}")


def assert_joining_never_costs(game: dict[frozenset[str], float], where: str) -> None:
    for one in game:
        for other in game:
            if not one & other and game[one] + game[other] < INFEASIBLE:
                apart, together = game[one] + game[other], game[one | other]
                assert together <= apart + 1e-6 * max(1.0, abs(apart)), f"{where}: {sorted(one)} and {sorted(other)}"


@pytest.mark.usefixtures("full_second_opinion")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_opinion_agrees_and_joining_never_costs(seed: int) -> None:
    check_coalitions(seed)


@pytest.mark.slow
@pytest.mark.usefixtures("full_second_opinion")
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_a_second_opinion_agrees_and_joining_never_costs_in_more_cases(seed: int) -> None:
    check_coalitions(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_partners_pay_is_the_cost_to_the_last_digit(seed: int) -> None:
    with random_case(seed) as folder:
        case = case_in(folder)
        planner, plan = plan_of(case)
        assert plan is not None
        bill = bill_of(planner, plan)
        assert sum(bill.total(k) for k in case.partners) == pytest.approx(plan.cost_musd, rel=1e-14)
        assert {k for k, _ in bill.paid} <= set(case.partners)


# ---- where joining may cost ------------------------------------------------------------------------------


def test_a_mean_of_the_worst_partner_can_make_joining_cost(tmp_path: Path) -> None:
    """The mean over windows takes the worse-off partner of each: partners hit in different windows spoil it together.

    One seller fails A in one window, another fails B in the other, each with probability 0.1. Alone each is served in
    one of two: 0.5, for nothing. Together somebody is served nothing in either, and no lane joins them: 0.5 is out of
    reach.
    """
    folder = write_case(
        tmp_path / "mean",
        years(2030, 2030),
        TWO,
        """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  mine    refine   pit      0

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        SA        Nd        2030  mine    1000             60
        SB        Nd        2030  town    1000             140

        transport
        from_region  to_region  kind  usd_per_t
        port         town       all   1000

        settings
        name           value
        first_year     2030
        last_year      2030
        discount_rate  0

        scenarios
        scenario  starts  years  probability
        first     2030    1      0.1
        second    2030    1      0.1

        disruptions
        scenario  kind      target  availability
        first     supplier  SA      0
        second    supplier  SB      0
        """,
    )
    game = costs(case_in(folder), target=0.5, measure=replace(WORST_CASE, name="expected"))
    assert game[frozenset("A")] < INFEASIBLE
    assert game[frozenset("B")] < INFEASIBLE
    assert game[frozenset("AB")] == INFEASIBLE


def test_ore_that_two_could_mine_is_not_counted_twice(tmp_path: Path) -> None:
    """The smallest case in which coalitions that each had all of what lies abroad would seem better off apart.

    100 t of ore lie in X, and a plant there could mine 200 t. Each of two equal partners needs 100 t and has half of
    both: it mines 50 t and lacks 50 t, at 50 x 0.001 + 50 x 0.1 = 5.05 MUSD. Together they mine 100 t and lack 100 t,
    10.1 MUSD. With all of the ore each would pay 0.1 alone, and joining would seem to cost 9.9.
    """
    folder = write_case(
        tmp_path / "ore",
        years(2030, 2030),
        TWO,
        """
        deposits
        deposit  region  ore   resource_t
        pit      port    rock  100

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  port    refine   pit      200

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        X         Nd        2030  port    10000            0

        transport
        from_region  to_region  kind  usd_per_t
        port         town       all   0
        port         mine       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        mine    Nd        2030  100         100000
        town    Nd        2030  100         100000

        disruptions
        scenario  kind     target  availability
        cutoff    country  A       0
        """,
    )
    game = costs(case_in(folder))
    assert game == pytest.approx({frozenset("A"): 5.05, frozenset("B"): 5.05, frozenset("AB"): 10.1}, rel=1e-6)
