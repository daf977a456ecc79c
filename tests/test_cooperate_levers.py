"""What one clause is worth: on paper, against cases edited by hand, bands and chains; and what a little of it is worth.

The cases on paper are variations of one (``TWO`` of the tests of coalitions): A has a mine that gives 100 t at 1000 USD
a tonne, needs 60 t, and ships at 1000; B needs 140 t, of which a seller sends 100 t to the partners together at 11000
landed, and 70 t to B alone; a tonne that is missing costs 100000 USD. With free trade A costs 0.06 MUSD alone, B 7.77
(0.77 and 70 t missing), both together 1.24. A tonne more from A saves B 98000 USD.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from reeplan.endings import Outcome, Status
from reeplan.model.build_case import case_from_tables
from reeplan.outputs.spec.cooperation import LEVERS, MARGINAL_PRICES
from reeplan.solve.engine import Controls
from reeplan.solve.executor import solve_here
from reeplan.solve.planner import Plan, Planner
from reeplan.studies.cooperation import clauses
from reeplan.studies.cooperation.allocation import coalitions, shapley
from reeplan.studies.cooperation.clauses import Variant, variants_of
from reeplan.studies.cooperation.coalition import coalition_case
from reeplan.studies.cooperation.levers import (
    COSTS,
    NOT_CERTAIN,
    NOTHING,
    OUT_AFTER,
    OUT_BEFORE,
    OUT_BEFORE_AND_AFTER,
    SAVES,
    TOGETHER,
    Levers,
    value_levers,
)
from reeplan.studies.cooperation.marginal_prices import MarginalPrice, marginal_prices
from reeplan.studies.cooperation.question import CoalitionAnswer
from solved import GAP as SMALL_GAP
from solved import cheapest, random_case, rows_of, write_rows
from support import WORST_CASE, read, write_case, years
from test_cooperate_coalition import TWO

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reeplan.model.case import Case
    from reeplan.solve.executor import Task


def case_in(folder: Path) -> Case:
    return case_from_tables(read(folder))


def two(folder: Path, *texts: str) -> Case:
    return case_in(write_case(folder, years(2030, 2030), TWO, *texts))


def levers(case: Case, target: float = 0.0) -> Levers:
    return value_levers(case, WORST_CASE, target, SMALL_GAP, Controls(), solve_here)


def rows(found: Levers, clause: str, change: str) -> dict[str, dict[str, Any]]:
    """The rows of one variant by partner; ``change`` is its first word or words."""
    hits = [row for row in found.rows() if row["clause"] == clause and row["change"].startswith(change)]
    assert len(hits) == 1 + len(found.case.partners)
    return {row["partner"]: row for row in hits}


def worths(found: Levers, clause: str, change: str) -> dict[str, float]:
    return {partner: row["worth_musd"] for partner, row in rows(found, clause, change).items()}


def alone(found: Levers, clause: str, change: str) -> dict[str, float]:
    hits = rows(found, clause, change).items()
    return {partner: row["alone_worth_musd"] for partner, row in hits if partner != TOGETHER}


def approx(expected: object) -> object:
    return pytest.approx(expected, rel=1e-6, abs=1e-7)


# ---- on paper: the value of a clause ----------------------------------------------------------------

FREE_20 = """
offtakes
from_country  to_country  year  free_t_per_year
A             B           2030  20
"""


def test_an_export_limit_on_paper(tmp_path: Path) -> None:
    """With 20 t free B lacks 20: 0.08 mined, 0.02 shipped, 1.1 bought, 2 missing: 3.2 together.

    Without limit, or with 40 t free, 1.24: 1.96 less, split evenly, as neither can use it alone. Halted: A mines 60
    (0.06), B buys (1.1) and lacks 40 (4): 5.16, which is 1.96 more.
    """
    found = levers(two(tmp_path, FREE_20))
    for change, worth in (("lifted", 1.96), ("doubled", 1.96), ("halted", -1.96)):
        assert worths(found, clauses.EXPORT, change) == approx({TOGETHER: worth, "A": worth / 2, "B": worth / 2})
        assert alone(found, clauses.EXPORT, change) == approx({"A": 0, "B": 0})
        by_partner = rows(found, clauses.EXPORT, change)
        assert {row["sign"] for row in by_partner.values()} == {SAVES if worth > 0 else COSTS}
        assert by_partner[TOGETHER]["now_musd"] == approx(3.2)
        assert by_partner[TOGETHER]["then_musd"] == approx(3.2 - worth)
        assert by_partner["B"]["alone_now_musd"] == approx(7.77)
        assert by_partner["B"]["now_musd"] == approx(7.77 - (7.83 - 3.2) / 2)
        assert {row["status"] for row in by_partner.values()} == {Status.OPTIMAL}


def test_three_partners_on_paper(tmp_path: Path) -> None:
    """A third partner C loses when the limit between the two others is lifted: it is needed less.

    A mines 100 t at 1000 USD, all need 40 t, freight is nothing; 10 t may go from A to B. Costs in MUSD: A 0.04, B 4,
    C 4; A and B mine 50 and lack 30: 3.05; A and C 0.08; B and C 8; all mine 90 and lack 30: 3.09. Lifted: A and B
    0.08, which is 2.97 less; all mine 100 and lack 20: 2.1, which is 0.99 less. Shapley: A and B save 2.97 / 6 + 0.99 /
    3 = 0.825 each, C 0.99 / 3 - 2.97 / 3 = -0.66.
    """
    case = two(
        tmp_path,
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

        offtakes
        from_country  to_country  year  free_t_per_year
        A             B           2030  10
        """,
    )
    found = levers(case)
    by_partner = worths(found, clauses.EXPORT, "lifted")
    assert by_partner == approx({TOGETHER: 0.99, "A": 0.825, "B": 0.825, "C": -0.66})
    signs = {partner: row["sign"] for partner, row in rows(found, clauses.EXPORT, "lifted").items()}
    assert signs == {TOGETHER: SAVES, "A": SAVES, "B": SAVES, "C": COSTS}
    assert rows(found, clauses.EXPORT, "lifted")[TOGETHER]["now_musd"] == approx(3.09)


FINANCE = """
plants
plant  region  process  deposit  capacity_t_per_year  module_t_per_year  max_modules  module_musd  life_years  foreign_share_max  technology_partner  technology_share_min  offtake_right
works  mine    refine   pit      60                   0                  0            0            1           1                  -                   0                     0
new    mine    refine   pit      0                    40                 1            1            1           0.5                B                   0.1                   1

offtakes
from_country  to_country  year  free_t_per_year
A             B           2030  0

budgets
partner  first_year  last_year  musd
B        2030        2030       0.6
"""  # noqa: E501
"""A's mine serves A alone; 40 t more cost 1 MUSD, need B's technology, and half of it may be B's: 20 t for B."""


@pytest.fixture(scope="module")
def financed(tmp_path_factory: pytest.TempPathFactory) -> Levers:
    return levers(two(tmp_path_factory.mktemp("finance"), FINANCE))


@pytest.mark.parametrize(
    ("clause", "change", "worth"),
    [
        (clauses.OFFTAKE, "removed", -0.96),
        (clauses.OFFTAKE, "doubled", 1.96),
        (clauses.CEILING, "closed", -0.96),
        (clauses.CEILING, "doubled", 0.392),
        (clauses.CEILING, "lifted", 0.392),
        (clauses.EXPORT, "lifted", 1.96),
        (clauses.TECHNOLOGY, "withdrawn", -0.96),
        (clauses.TECHNOLOGY, "given freely", 0.0),
        (clauses.BUDGET, "halved", -0.784),
        (clauses.BUDGET, "doubled", 0.0),
        (clauses.BUDGET, "lifted", 0.0),
    ],
)
def test_finance_for_goods_on_paper(financed: Levers, clause: str, change: str, worth: float) -> None:
    """Now: 80 t mined (0.08), 20 shipped (0.02), 1 of capital, 1.1 bought, 20 t missing (2): 4.2.

    Without the plant (no right, no foreign share, no technology) 0.06 + 1.1 + 4 = 5.16: 0.96 more. With the 40 t that B
    lacks (twice the right, no limit) 0.1 + 0.04 + 1 + 1.1 = 2.24: 1.96 less. If it may own all of the plant, its budget
    buys 0.6 of it and 4 t more: 0.392 less. With half the budget B gets 12 t: 0.072 + 0.012 + 1 + 1.1 + 2.8 = 4.984.
    All of it is split evenly: it needs both.
    """
    found = rows(financed, clause, change)
    assert found[TOGETHER]["now_musd"] == approx(4.2)
    assert worths(financed, clause, change) == approx({TOGETHER: worth, "A": worth / 2, "B": worth / 2})
    assert alone(financed, clause, change) == approx({"A": 0, "B": 0})
    assert found[TOGETHER]["sign"] == (SAVES if worth > 0 else COSTS if worth < 0 else NOTHING)


def test_what_falls_to_each_in_the_joint_plans(financed: Levers) -> None:
    """What both pay is what the plan costs, before and after; here A mines and B pays the rest but A's capital."""
    for change in ("removed", "doubled"):
        hits = rows(financed, clauses.OFFTAKE, change)
        for when in ("now", "then"):
            paid = sum(hits[k][f"paid_{when}_musd"] for k in "AB")
            assert paid == approx(hits[TOGETHER][f"{when}_musd"])
        for k in "AB":
            assert hits[k]["paid_worth_musd"] == approx(hits[k]["paid_now_musd"] - hits[k]["paid_then_musd"])
    removed = rows(financed, clauses.OFFTAKE, "removed")
    assert removed["A"]["paid_then_musd"] == approx(0.06)
    assert removed["B"]["paid_then_musd"] == approx(5.1)


def test_clauses_that_change_nothing_are_left_out(financed: Levers) -> None:
    """Nothing is free already, so there is no halt and no doubling; no thorium, no ventures, no dependence."""
    found = [(v.clause, v.about, v.change.split(":")[0]) for v in financed.variants]
    assert [row for row in found if row[0] == clauses.EXPORT] == [(clauses.EXPORT, "A to B", "lifted")]
    assert {clause for clause, _, _ in found}.isdisjoint({clauses.THORIUM, clauses.VENTURE, clauses.DEPENDENCE})


VENTURE = """
deposits
deposit  region  ore   resource_t
pit      mine    rock  1000000
far      port    rock  1000000

baskets
deposit  Nd
pit      1
far      1

ventures
venture  option  region  process  deposit  claimant  plant_t_per_year  plant_musd  equity_share  offtake_share  life_years
dig      part    port    refine   far      B         100               2.5         0.4           0.4            1

offtakes
from_country  to_country  year  free_t_per_year
A             B           2030  0
"""  # noqa: E501


def test_a_venture_on_paper(tmp_path: Path) -> None:
    """40 t for 1 MUSD, mined and landed at 2000 USD a tonne: 1.08, and only B may have it; nothing comes from A.

    B alone: 0.77 + 1.08 + 3 for 30 t missing, 4.85; without it 7.77. Together: 0.06 + 1.1 + 1.08 = 2.24; without it
    5.16. So it is worth 2.92, all of it B's. If 80 t could be had for 2 MUSD, B alone would land 80 (2.16) and buy 60
    (0.66): 2.82, which is 2.03 less. Together that would cost 0.06 + 2.16 + 0.66 = 2.88, more than with 40 t, which are
    still on offer: nothing is gained, but A's help is worth less. Shapley: B saves 2.03 / 2, and A pays it.
    """
    found = levers(two(tmp_path, VENTURE))
    assert worths(found, clauses.VENTURE, "without") == approx({TOGETHER: -2.92, "A": 0, "B": -2.92})
    assert alone(found, clauses.VENTURE, "without") == approx({"A": 0, "B": -2.92})
    assert worths(found, clauses.VENTURE, "doubled") == approx({TOGETHER: 0, "A": -1.015, "B": 1.015})
    assert alone(found, clauses.VENTURE, "doubled") == approx({"A": 0, "B": 2.03})


THORIUM = """
regions
region  country  thorium_max_t_per_year
mine    A        8
town    B        -
port    X        -

deposits
deposit  region  ore   resource_t  thorium_t_per_t
pit      mine    rock  1000000     0.1

processes
process  takes  makes   opex_usd_per_t  releases_thorium
refine   ore    oxides  1000            yes
"""


def test_a_thorium_limit_on_paper(tmp_path: Path) -> None:
    """8 t of thorium are 80 t of ore: 20 t for B, 3.2 together as with the export limit; with 16 t or no limit 1.24."""
    found = levers(two(tmp_path, THORIUM))
    for change in ("doubled", "lifted"):
        assert worths(found, clauses.THORIUM, change) == approx({TOGETHER: 1.96, "A": 0.98, "B": 0.98})


DEPENDENCE = """
dependence
partner  from_country  material  year  max_share
B        X             Nd        2030  0.5
"""


def test_a_dependence_limit_on_paper(tmp_path: Path) -> None:
    """B may take 70 of 140 t from X; 30 t go round by A's mine, for 1000 USD a tonne more: 1.27 instead of 1.24.

    B alone could take 98 t so, but has a right to 70 t of the seller's: nothing changes for it.
    """
    found = levers(two(tmp_path, DEPENDENCE))
    for change in ("doubled", "lifted"):
        assert worths(found, clauses.DEPENDENCE, change) == approx({TOGETHER: 0.03, "A": 0.015, "B": 0.015})


# ---- where the target is out of reach ------------------------------------------------------------------


def test_a_change_can_bring_a_target_into_reach_or_out_of_it(tmp_path: Path) -> None:
    """When X sells nothing 80 t of thorium-bound ore serve 40 % of 200 t; B alone nothing, A alone all of its 60.

    At 45 % the 90 t needed come with twice the thorium. At 40 % they are there, and not when exports are halted.
    """
    found = levers(two(tmp_path / "more", THORIUM), target=0.45)
    hits = rows(found, clauses.THORIUM, "doubled")
    assert hits[TOGETHER]["status"] == OUT_BEFORE
    assert math.isnan(hits[TOGETHER]["worth_musd"])
    assert hits[TOGETHER]["sign"] == ""
    assert hits[TOGETHER]["then_musd"] == approx(1.24)
    assert hits["B"]["status"] == "no shares: B and A + B cannot reach the target as things are"
    assert hits["B"]["alone_status"] == OUT_BEFORE_AND_AFTER
    assert hits["B"]["alone_highest_resilience"] == approx(0)
    said = [hits["A"][name] for name in ("alone_status", "alone_worth_musd", "alone_sign")]
    assert said == [Status.OPTIMAL, 0, NOTHING]

    found = levers(two(tmp_path / "halt", FREE_20), target=0.1)
    hits = rows(found, clauses.EXPORT, "halted")
    assert hits[TOGETHER]["status"] == OUT_AFTER
    assert hits[TOGETHER]["now_musd"] == approx(3.2)
    assert math.isnan(hits[TOGETHER]["then_musd"])
    assert hits[TOGETHER]["highest_resilience"] == approx(0)
    assert hits["A"]["status"] == "no shares: A + B cannot reach the target any more"


# ---- bands, and what is known from other solves ----------------------------------------------------------


class Answers:
    """Answers with the costs and bounds that are put in, by coalition and change."""

    def __init__(self, **known: tuple[float, float]) -> None:
        self.known, self.asked = known, list[str]()

    def __call__(self, tasks: Sequence[Task]) -> list[CoalitionAnswer | None]:
        self.asked = ["".join(c for c in self.key(task) if c.isalpha()) for task in tasks]
        return [self.answer(name) for name in self.asked]

    @staticmethod
    def key(task: Task) -> str:
        partners, _, change = task.what.partition(":")
        return f"{partners}{change.rpartition(',')[2]}"

    def answer(self, name: str) -> CoalitionAnswer | None:
        if name not in self.known:
            return None
        cost, bound = self.known[name]
        return CoalitionAnswer(Outcome.OPTIMAL, objective=cost, bound=bound, resilience=1.0, solved=bound > 0.9 * cost)


def test_bands_on_paper(tmp_path: Path) -> None:
    """A's thorium limit does not concern B alone, which is asked once. Costs and bounds as found, MUSD:

    A 5 and 4, doubled the same, lifted 4.8 and 3; B 4 and 3; both 7 and 6, doubled 6.5 and 5.5, lifted 6.6 and 5. The
    plan of 6.5 is one without limit too. Lifting saves both 7 - 6.5 = 0.5, at least 0 (never less, though 6 - 6.5 < 0)
    and at most 7 - 5 = 2; A alone 0.2, between 0 and 5 - 3 = 2; B alone exactly nothing. Shapley: A (0.2 + 0.5) / 2,
    between 0 and (2 + 2) / 2; B (0.5 - 0.2) / 2, between -2 / 2 and 2 / 2.
    """
    ask = Answers(
        A=(5, 4), Adoubled=(5, 4), Alifted=(4.8, 3), B=(4, 3), AB=(7, 6), ABdoubled=(6.5, 5.5), ABlifted=(6.6, 5)
    )
    found = value_levers(two(tmp_path, THORIUM), WORST_CASE, 0.0, 0.5, Controls(), ask)
    assert sorted(ask.asked) == sorted(ask.known)
    hits = rows(found, clauses.THORIUM, "lifted")
    band = ("worth_musd", "worth_least_musd", "worth_greatest_musd")
    assert [hits[TOGETHER][name] for name in band] == approx([0.5, 0, 2])
    assert [hits["A"][name] for name in band] == approx([0.35, 0, 2])
    assert [hits["B"][name] for name in band] == approx([0.15, -1, 1])
    assert [hits["A"][f"alone_{name}"] for name in band] == approx([0.2, 0, 2])
    assert [hits["B"][f"alone_{name}"] for name in band] == [0, 0, 0]
    assert {row["sign"] for row in hits.values()} == {NOT_CERTAIN}
    assert {row["status"] for row in hits.values()} == {Status.GAP}


def test_what_one_solve_proves_holds_for_the_others(tmp_path: Path) -> None:
    """No plan without limit costs less than 6.8, so none within it does; a plan within half of it would do as well.

    So the limit is worth at most 7 - 6.8, although its own solve left 7 - 2 open.
    """
    ask = Answers(A=(5, 5), Adoubled=(5, 5), Alifted=(5, 5), B=(4, 4), AB=(7, 2), ABdoubled=(9, 1), ABlifted=(7.1, 6.8))
    found = value_levers(two(tmp_path, THORIUM), WORST_CASE, 0.0, 0.5, Controls(), ask)
    for change in ("doubled", "lifted"):
        hit = rows(found, clauses.THORIUM, change)[TOGETHER]
        assert [hit[f"worth_{name}musd"] for name in ("", "least_", "greatest_")] == approx([0, 0, 0.2])
        assert hit["now_musd"] == 7


def test_work_that_was_stopped_is_said(tmp_path: Path) -> None:
    ask = Answers(A=(5, 5), AB=(7, 7), Alifted=(4, 4))
    found = value_levers(two(tmp_path, THORIUM), WORST_CASE, 0.0, 0.5, Controls(), ask)
    hits = rows(found, clauses.THORIUM, "lifted")
    assert not found.complete
    assert hits[TOGETHER]["status"] == hits["B"]["status"] == "not solved"
    assert hits["A"]["alone_worth_musd"] == 1
    assert list(hits["A"]) == list(LEVERS.names)


def test_answers_that_are_there_are_not_asked_for(tmp_path: Path) -> None:
    case = two(tmp_path, THORIUM)
    seven = CoalitionAnswer(Outcome.OPTIMAL, objective=7, bound=7, resilience=1.0, solved=True)
    known = dict.fromkeys(coalitions(case.partners), seven)
    ask = Answers(Adoubled=(5, 5), Alifted=(5, 5), ABdoubled=(6, 6), ABlifted=(6, 6))
    found = value_levers(case, WORST_CASE, 0.0, 0.5, Controls(), ask, known)
    assert sorted(ask.asked) == sorted(ask.known)
    assert found.complete
    assert worths(found, clauses.THORIUM, "lifted")[TOGETHER] == 1


# ---- random cases, edited by hand ------------------------------------------------------------------------

SEEDS, MORE_SEEDS = (16,), (3, 6, 10, 11, 13, 14, 17, 19, 20, 22, 24, 26)
"""Random cases with several partners that are solved quickly; together they have every clause."""


def edit(folder: Path, variant: Variant) -> None:
    """The variant as an analyst would make it, in the tables."""
    clause, about, change = variant.clause, variant.about, variant.change.split(":")[0]
    country_of = {row["region"]: row["country"] for row in rows_of(folder, "regions")}

    def over(table: str, hit: Callable[[dict[str, str]], bool], does: Callable[[dict[str, str]], Any]) -> None:
        """``does`` changes a row; what gives False is left out."""
        kept = [row for row in rows_of(folder, table) if not hit(row) or does(row) is not False]
        write_rows(folder, table, kept)

    def put(column: str, value: Callable[[float], object], empty: float) -> Callable[[dict[str, str]], None]:
        return lambda row: row.update({column: str(value(float(row.get(column) or empty)))})

    if clause == clauses.OFFTAKE:
        factor = {"removed": 0, "doubled": 2}[change]
        over("plants", lambda r: f"plants in {country_of[r['region']]}" == about,
             put("offtake_right", lambda x: factor * x, 0))  # fmt: skip
    elif clause == clauses.EXPORT:
        factor = {"halted": 0, "doubled": 2, "lifted": None}[change]
        does = (lambda r: False) if factor is None else put("free_t_per_year", lambda x: factor * x, 0)
        over("offtakes", lambda r: f"{r['from_country']} to {r['to_country']}" == about, does)
    elif clause == clauses.CEILING:
        share = {"closed": lambda x: 0, "doubled": lambda x: min(1, 2 * x), "lifted": lambda x: 1}[change]
        over("plants", lambda r: f"plants in {country_of[r['region']]}" == about, put("foreign_share_max", share, 1))
    elif clause == clauses.TECHNOLOGY:
        new = {
            "withdrawn": {"max_modules": "0"},
            "given freely": {"technology_partner": "", "technology_share_min": ""},
        }
        over("plants", lambda r: r.get("technology_partner") == about, lambda r: r.update(new[change]))
    elif clause == clauses.BUDGET:
        factor = {"halved": 0.5, "doubled": 2, "lifted": None}[change]
        does = (lambda r: False) if factor is None else put("musd", lambda x: factor * x, 0)
        over("budgets", lambda r: r["partner"] == about, does)
    elif clause == clauses.VENTURE:
        own = [row for row in rows_of(folder, "ventures") if row["venture"] == about]
        if change == "without it":
            over("ventures", lambda r: r["venture"] == about, lambda r: False)
            over("disruptions", lambda r: r["target"] == about, lambda r: False)
        else:
            twice = put("plant_t_per_year", lambda x: 2 * x, 0), put("plant_musd", lambda x: 2 * x, 0)
            for row in own:
                row["option"] += " (larger)"
                for does in twice:
                    does(row)
            write_rows(folder, "ventures", rows_of(folder, "ventures") + own)
    elif clause == clauses.THORIUM:
        limit = (lambda x: 2 * x) if change == "doubled" else (lambda x: "")
        over("regions", lambda r: r["region"] == about, put("thorium_max_t_per_year", limit, 0))
    else:
        assert clause == clauses.DEPENDENCE
        does = put("max_share", lambda x: min(1, 2 * x), 0) if change == "doubled" else (lambda r: False)
        over("dependence", lambda r: f"{r['partner']} on {r['from_country']}" == about, does)


def copy_of(folder: Path, to: Path) -> Path:
    to.mkdir(parents=True)
    for path in folder.glob("*.csv"):
        (to / path.name).write_bytes(path.read_bytes())
    return to


def check_random_case(seed: int, scratch: Path, target: float) -> set[str]:
    with random_case(seed) as folder:
        case = case_in(folder)
        found = levers(case, target)
        now = {group: cost(case, group, target) for group in coalitions(case.partners)}
        assert variants_of(case)
        for number, variant in enumerate(found.variants):
            edited = copy_of(folder, scratch / f"{seed}-{number}")
            edit(edited, variant)
            where = f"seed {seed}: {variant.clause}, {variant.about}, {variant.change}"
            changed = case_in(edited)
            then = {group: cost(changed, group, target) for group in coalitions(case.partners)}
            check_against(found, variant, now, then, where)
    return {variant.clause for variant in found.variants}


def cost(case: Case, group: frozenset[str], target: float) -> float:
    plan = cheapest(Planner(coalition_case(case, group), WORST_CASE), target)
    return math.inf if plan is None else plan.cost_musd


def check_against(
    found: Levers,
    variant: Variant,
    now: dict[frozenset[str], float],
    then: dict[frozenset[str], float],
    where: str,
) -> None:
    """Worths are differences of plain solves, within their bands; those of the partners sum to that of all."""
    close = {"rel": 1e-6, "abs": 1e-6 * max(1.0, *(abs(c) for c in now.values() if c < math.inf))}
    for group in now:
        worth = found.worth(variant, group)
        assert (worth is None) == (math.inf in (now[group], then[group])), where
        if worth is not None:
            assert worth.found == pytest.approx(now[group] - then[group], **close), where
            assert worth.low <= worth.found <= worth.high, where
            assert worth.found * variant.ease >= 0, where
    shared = math.inf not in (*now.values(), *then.values())
    shares = {k: found.worth_to(variant, k) for k in found.case.partners}
    assert (None not in shares.values()) == shared, where
    if shared:
        before, after = shapley(now), shapley(then)
        for k, worth in shares.items():
            assert worth is not None
            assert worth.found == pytest.approx(before[k] - after[k], **close), where
            assert worth.low <= worth.found + 1e-12 <= worth.high + 2e-12, where
        joint = found.worth(variant, found.everyone)
        assert joint is not None
        assert sum(worth.found for worth in shares.values() if worth) == pytest.approx(joint.found, abs=1e-9), where


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worth_is_the_difference_of_two_plain_solves_of_cases_edited_by_hand(seed: int, tmp_path: Path) -> None:
    check_random_case(seed, tmp_path, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_the_same_in_more_cases_under_a_target(seed: int, tmp_path: Path) -> None:
    check_random_case(seed, tmp_path, 0.2)


# ---- marginal prices ---------------------------------------------------------------------------------------


def priced(case: Case, target: float = 0.0) -> tuple[Planner, Plan, tuple[MarginalPrice, ...]]:
    planner = Planner(case, WORST_CASE)
    plan = cheapest(planner, target)
    assert plan is not None
    return planner, plan, marginal_prices(planner, plan)


def wholes(prices: Sequence[MarginalPrice]) -> dict[tuple[str, str], float]:
    return {(p.clause, p.about): p.price for p in prices if not (p.item or p.year or p.window)}


def test_prices_where_finance_gives_goods_on_paper(tmp_path: Path) -> None:
    """A tonne more for B saves 98000 USD. A percentage point more of the plant is 0.4 t, of the right 0.2 t of the 20.

    B has money left and holds more than it must: neither has a price. With a budget of 0.3 that is spent on 0.3 of the
    plant, each MUSD more buys a plant, 40 t, and the ceiling has no price.
    """
    prices = priced(two(tmp_path / "one", FINANCE))[2]
    assert wholes(prices) == approx(
        {
            (clauses.EXPORT, "A to B"): 0.098,
            (clauses.OFFTAKE, "plants in A"): 0.2 * 0.098,
            (clauses.CEILING, "plants in A"): 0.4 * 0.098,
            (clauses.TECHNOLOGY, "B"): 0.0,
            (clauses.BUDGET, "B"): 0.0,
        }
    )
    [part] = [p for p in prices if p.clause == clauses.EXPORT and p.year]
    assert (part.year, part.window, part.unit) == (2030, "base", "USD per t of more free export")
    assert part.price == approx(98000)
    [part] = [p for p in prices if p.clause == clauses.CEILING and p.year]
    assert (part.item, part.year, part.window) == ("new", 2030, "")

    short = wholes(priced(two(tmp_path / "short", FINANCE.replace("0.6\n", "0.3\n")))[2])
    assert short[clauses.BUDGET, "B"] == approx(40 * 0.098)
    assert short[clauses.CEILING, "plants in A"] == approx(0)


def test_the_price_of_a_technology_share_on_paper(tmp_path: Path) -> None:
    """Where B must hold half of a plant and its money is costlier, each point less of it saves the difference.

    A's mine gives 20 t of the 60 it needs, the new plant the rest. B's annuity at 10 % for one year is 1.1 MUSD, A's
    1.0: 0.001 less for each point of the plant that is B's.
    """
    case = two(tmp_path, FINANCE.replace("works  mine    refine   pit      60", "works  mine    refine   pit      20"))
    new = replace(case.assets["new"], technology_share_min=0.5)
    case = replace(case, wacc={"A": 0.0, "B": 0.1}, assets={**case.assets, "new": new})
    assert wholes(priced(case)[2])[clauses.TECHNOLOGY, "B"] == approx(0.001)


def test_prices_of_thorium_and_of_dependence_on_paper(tmp_path: Path) -> None:
    """A tonne of thorium is 10 t: 0.98 MUSD. A point of B's 140 t is 1.4 t, each bought 1000 USD cheaper."""
    prices = priced(two(tmp_path / "thorium", THORIUM))[2]
    assert wholes(prices) == approx({(clauses.THORIUM, "mine"): 0.98})
    assert [p.price for p in prices if p.year] == approx([980000])
    prices = priced(two(tmp_path / "dependence", DEPENDENCE))[2]
    assert wholes(prices) == approx({(clauses.DEPENDENCE, "B on X"): 0.0014})
    [part] = [p for p in prices if p.year]
    assert (part.item, part.year, part.window) == ("Nd", 2030, "base")


def test_whole_ventures_have_no_price(tmp_path: Path) -> None:
    assert {p.clause for p in priced(two(tmp_path, VENTURE))[2]} == {clauses.EXPORT}


@pytest.mark.parametrize("target", [0.0, 0.3])
def test_prices_of_years_and_windows_are_discounted_parts_of_the_whole(tmp_path: Path, target: float) -> None:
    """Two years at 10 %, a cutoff of probability 0.2 in the second, in which A's goods are all that B has.

    Each year a tonne more for B is worth 98000 USD on the undisrupted path, with the weights 1 and 0.8, and 0.2 x
    98000 in the window: 0.098 x (1 + 1 / 1.1) MUSD. The 80 t that are free serve 40 % of B, so that the target costs
    nothing.
    """
    texts = (
        FREE_20.replace("2030  20", "2030  80"),
        """
        demand
        region  material  year  t_per_year  shortage_usd_per_t
        mine    Nd        2030  60          100000
        town    Nd        2030  200         100000

        plants
        plant  region  process  deposit  capacity_t_per_year
        works  mine    refine   pit      200

        scenarios
        scenario  starts  years  probability
        cutoff    2031    1      0.2
        """,
    )
    case = case_in(write_case(tmp_path, years(2030, 2031, 0.1), TWO, *texts))
    prices = priced(case, target)[2]
    [whole] = wholes(prices).values()
    assert whole == approx(0.098 * (1 + 1 / 1.1))
    parts = {(p.year, p.window): p.price for p in prices if p.year}
    expected = {(2030, "base"): 98000, (2031, "base"): 0.8 * 98000, (2031, "cutoff@2031"): 0.2 * 98000}
    assert parts == approx(expected)
    assert sum(price * case.discount(year) for (year, _), price in parts.items() if year) / 1e6 == approx(whole)


# ---- prices by moving the limit -----------------------------------------------------------------------------


def eased(case: Case, clause: str, about: str, by: float) -> Case:
    """The case with one clause eased by so many units (t, percentage points, MUSD) wherever it has a rule."""
    share = 0.01 * by

    def assets(hit: Callable[[Any], bool], column: str, change: float) -> Case:
        return replace(
            case,
            assets={
                name: replace(a, **{column: getattr(a, column) + change}) if hit(a) else a
                for name, a in case.assets.items()
            },
        )

    if clause == clauses.EXPORT:
        free = {
            pair: {year: t + by for year, t in ts.items()} if clauses.exports(*pair) == about else ts
            for pair, ts in case.free_offtake.items()
        }
        return replace(case, free_offtake=free)
    if clause == clauses.OFFTAKE:
        return assets(lambda a: clauses.plants_in(a.country) == about and a.offtake_right > 0, "offtake_right", share)
    if clause == clauses.CEILING:
        return assets(
            lambda a: clauses.plants_in(a.country) == about and a.foreign_share_max < 1 and a.max_modules > 0,
            "foreign_share_max",
            share,
        )
    if clause == clauses.TECHNOLOGY:
        return assets(
            lambda a: a.technology_partner == about and a.technology_share_min > 0, "technology_share_min", -share
        )
    if clause == clauses.BUDGET:
        return replace(case, budgets=[replace(b, musd=b.musd + by) if b.partner == about else b for b in case.budgets])
    if clause == clauses.THORIUM:
        region = case.regions[about]
        limit = region.thorium_max_t_per_year + by
        return replace(case, regions={**case.regions, about: replace(region, thorium_max_t_per_year=limit)})
    assert clause == clauses.DEPENDENCE
    caps = {
        key: {m: {year: x + share for year, x in cap.items()} for m, cap in of.items()}
        if clauses.reliance(*key) == about
        else of
        for key, of in case.dependence.items()
    }
    return replace(case, dependence=caps)


def cost_with(planner: Planner, plan: Plan, case: Case) -> float:
    """The least cost of another case with the same modules and sites, found by their names; infinite where none is."""
    other = Planner(case, WORST_CASE)
    fixed = {}
    for name in ("built", "open"):
        values = planner.by_index(name, plan.values)
        fixed |= {column: round(values[index]) for index, column in other.columns(name).items()}
    column = other.engine.column(other.model.resilience)
    kept = {} if column is None or plan.kept <= 0 else {column: plan.kept}
    found = other.engine.solve("cost", fixed=fixed, at_least=kept, relax=True)
    return found.objective if found.outcome is Outcome.OPTIMAL else math.inf


BILINEAR = {clauses.OFFTAKE, clauses.DEPENDENCE}
"""Clauses whose unit multiplies a decision: the cost is no convex function of these, only smooth pieces."""


def check_prices(case: Case, target: float) -> dict[str, float]:
    """Each price lies between what a little more saves and what a little less costs; the largest price by clause.

    The least cost of a linear program is convex in its right sides, so that holds for a step of any size; where a unit
    multiplies a decision it is checked for a small one, and only where both sides agree.
    """
    planner = Planner(case, WORST_CASE)
    plan = cheapest(planner, target)
    if plan is None:
        return {}
    prices = marginal_prices(planner, plan)
    now = cost_with(planner, plan, case)
    assert now == pytest.approx(plan.cost_musd, rel=1e-7, abs=1e-7)
    largest: dict[str, float] = {}
    for (clause, about), price in wholes(prices).items():
        step = 1e-3 if clause in BILINEAR else 0.05
        more = (now - cost_with(planner, plan, eased(case, clause, about, step))) / step
        less = (cost_with(planner, plan, eased(case, clause, about, -step)) - now) / step
        noise = 1e-8 * max(1.0, abs(now)) / step
        where = f"{clause}, {about}: {more} <= {price} <= {less}"
        if clause not in BILINEAR:
            assert more - noise <= price <= less + noise, where
        elif abs(more - less) <= 1e-3 * max(abs(more), abs(less)):
            assert price == pytest.approx((more + less) / 2, rel=2e-3, abs=noise), where
        largest[clause] = max(price, largest.get(clause, 0.0))
    for p in prices:
        assert p.price >= 0
    check_parts(case, prices)
    return largest


def check_parts(case: Case, prices: Sequence[MarginalPrice]) -> None:
    """The discounted parts of a clause sum to the whole."""
    for (clause, about), whole in wholes(prices).items():
        parts = [p for p in prices if (p.clause, p.about) == (clause, about) and (p.item or p.year or p.window)]
        unit = 1e6 if clause in (clauses.EXPORT, clauses.THORIUM) else 1.0
        total = sum(p.price / unit * (case.discount(p.year) if p.year else 1.0) for p in parts)
        assert total == pytest.approx(whole, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("target", [0.0, 0.2])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_is_what_moving_the_limit_a_little_changes(seed: int, target: float) -> None:
    with random_case(seed) as folder:
        check_prices(case_in(folder), target)


@pytest.mark.parametrize("text", [FINANCE, FREE_20, THORIUM, DEPENDENCE])
def test_prices_on_paper_by_moving_the_limit(text: str, tmp_path: Path) -> None:
    assert max(check_prices(two(tmp_path, text), 0.0).values()) > 0


@pytest.mark.slow
def test_prices_in_more_cases() -> None:
    """And every clause but the thorium limit has a price somewhere."""
    largest: dict[str, float] = {}
    for seed in (*SEEDS, *MORE_SEEDS):
        with random_case(seed) as folder:
            for clause, price in check_prices(case_in(folder), 0.2).items():
                largest[clause] = max(price, largest.get(clause, 0.0))
    expected = {
        clauses.OFFTAKE,
        clauses.EXPORT,
        clauses.CEILING,
        clauses.TECHNOLOGY,
        clauses.BUDGET,
        clauses.DEPENDENCE,
    }
    assert {clause for clause, price in largest.items() if price > 1e-6} - {clauses.THORIUM} == expected


def test_rows_of_prices_have_their_columns(tmp_path: Path) -> None:
    prices = priced(two(tmp_path, FINANCE))[2]
    assert prices
    assert list(MARGINAL_PRICES.frame(map(vars, prices))["price"]) == [one.price for one in prices]
