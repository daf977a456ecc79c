"""The check of the tables of ``reeplan cooperate``: sound runs hold, and no number of them can be 1 % off.

What 1 % cannot show, as the plans of smaller coalitions, of changed clauses and of the years after a break are not in
the run (``unknowable`` below says in which cells, and the tests hold every other one to be caught):

- ``seconds``: how long a search took.
- ``coalitions.csv``: how resilient the plan of a smaller coalition is, above the level asked for and below what it can
  reach at most. Its cost and bound are held by gains and gaps.
- ``ceilings.csv``: what a tonne more is worth to a smaller coalition, whose prices are not written, and in which of
  several years of the same limit.
- ``levers.csv``: how far a band reaches within the gap asked for; the highest resilience under a change.
- ``regret.csv``: what is served and lost in windows that begin after the break, within what the joint plan and the
  value of demand allow; and what planning alone beyond reach serves at most.
- numbers below 1e-4: 1 % of them is less than what the tables leave out.

For these the fingerprints in ``manifest.json`` remain, which any change breaks; the tests leave them out.
"""

from __future__ import annotations

import contextlib
import json
import math
import random
import shutil
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls

from conftest import TOWN_AND_PORT
from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.outputs.spec.plans import FRONT
from reeplan.studies.cooperation import allocation, bands, core
from reeplan.verify import Verdict, verify_run
from reeplan.verify.core.case import Checked
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.inputs import read_inputs
from reeplan.verify.core.manifest import read_manifest
from reeplan.verify.core.verdict import Ledger
from reeplan.verify.core.vocabulary import SERVED
from reeplan.verify.studies.cooperation import fair_shares
from reeplan.verify.studies.cooperation.allocation import Shares, check_allocation
from reeplan.verify.studies.cooperation.clauses import check_levers, check_marginal_prices
from reeplan.verify.studies.cooperation.coalitions import Coalitions
from reeplan.verify.studies.cooperation.cooperation import _joint_plan, check_cooperation
from reeplan.verify.studies.cooperation.deal import StatedDeal, stated_deal
from reeplan.verify.studies.cooperation.joint_plan import check_joint_plan, joint_point
from reeplan.verify.studies.cooperation.leaving import check_leaving
from solved import run_for_tables
from support import write_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reeplan.verify.studies.cooperation.bills import JointPlan

SHORT_OF_GOODS = TOWN_AND_PORT.replace("50000            500", "50000            60")
assert SHORT_OF_GOODS != TOWN_AND_PORT
CLAUSES = """
    offtakes
    from_country  to_country  year  free_t_per_year
    A             B           2030  5

    budgets
    partner  first_year  last_year  musd
    B        2030        2032       30
    """
THIRD_PARTNER = """
    partners
    partner  wacc
    A        0.04
    B        0.08
    C        0.06

    regions
    region  country
    town    A
    port    B
    bay     C
    quay    X

    transport
    from_region  to_region  kind  usd_per_t
    quay         town       all   100
    quay         port       all   150
    quay         bay        all   200
    town         port       all   50
    town         bay        all   80
    port         town       all   50

    stockpiles
    region  material  capacity_t  initial_t  max_capacity_t  capacity_usd_per_t  holding_usd_per_t_year
    port    Nd        5           2          60              1000                500
    bay     Nd        5           1          20              2000                500

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  40          150000
    port    Nd        2030  60          150000
    port    Dy        2030  6           600000
    bay     Nd        2030  35          170000
    """


# ---- runs ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cooperated:
    """A run of ``reeplan cooperate``, read once, of which tables are damaged."""

    run: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return read_manifest(self.run, Ledger(Verdict()))

    @cached_property
    def case(self) -> Checked:
        return Checked(read_inputs(self.run / "inputs", Ledger(Verdict())))

    @cached_property
    def front(self) -> pd.DataFrame:
        served = [f"{SERVED}{partner}" for partner in self.case.inputs.wacc]
        return read_table(self.run, FRONT, Ledger(Verdict()), served)

    @property
    def target(self) -> float:
        return float(self.manifest["cooperate"]["target"])

    def table(self, name: str) -> Any:
        """The cells as they are written."""
        return pd.read_csv(self.run / f"{name}.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)

    def judged(
        self, place: Path, damaged: dict[str, pd.DataFrame | None], manifest: dict[str, Any] | None = None
    ) -> Verdict:
        """The verdict on the tables about cooperation with some in another state, or gone."""
        place.mkdir(exist_ok=True)
        for path in self.run.glob("*.csv"):
            table = damaged.get(path.stem)
            if table is not None:
                table.to_csv(place / path.name, index=False, encoding="utf-8-sig")
            elif path.stem not in damaged:
                shutil.copy(path, place / path.name)
        verdict = Verdict()
        with contextlib.suppress(UnreadableError):
            check_cooperation(place, manifest or self.manifest, self.front, self.case, Ledger(verdict))
        return verdict

    def judged_by_itself(self, place: Path, name: str, table: pd.DataFrame) -> Verdict:
        """The verdict of the checks of one table that no other depends on, which is faster; of others that of all."""
        if name not in ("levers", "marginal_prices", "regret"):
            return self.judged(place, {name: table})
        table.to_csv(place / f"{name}.csv", index=False, encoding="utf-8-sig")
        verdict = Verdict()
        with contextlib.suppress(UnreadableError):
            self._check_one(name, place, Ledger(verdict))
        return verdict

    def _check_one(self, name: str, place: Path, ledger: Ledger) -> None:
        if name == "levers":
            check_levers(place, self._game, self._deal.target, self._pays, ledger)
        elif name == "marginal_prices":
            check_marginal_prices(place, self.case, ledger)
        else:
            check_leaving(place, self._game, self._deal.target, self._joint, self._shares, ledger)

    @cached_property
    def _game(self) -> Coalitions:
        silent = Ledger(Verdict())
        return Coalitions.of(read_table(self.run, COALITIONS, silent), self.case, silent)

    @cached_property
    def _deal(self) -> StatedDeal:
        deal = stated_deal(self.manifest, self._game, Ledger(Verdict()))
        assert deal is not None
        return deal

    @cached_property
    def _joint(self) -> JointPlan | None:
        return _joint_plan(self.run, self.front, self._game, self._deal.target, self.case)

    @cached_property
    def _pays(self) -> dict[str, float]:
        point = joint_point(self.front, self._deal.target)
        return check_joint_plan(self.run, self._joint, point, self._game, self._deal.target, Ledger(Verdict()))

    @cached_property
    def _shares(self) -> Shares:
        return check_allocation(self.run, self._game, self._deal, self._pays, Ledger(Verdict()))


@pytest.fixture(scope="module")
def once() -> Iterator[None]:
    """The plan of a run is read once, however often its tables are judged."""
    known: dict[tuple[Path, float], JointPlan | None] = {}

    def joint(run: Path, front: pd.DataFrame, game: Coalitions, target: float, case: Checked) -> JointPlan | None:
        place = PLANS.get(id(case), run)
        if (place, target) not in known:
            known[place, target] = _joint_plan(place, front, game, target, case)
        return known[place, target]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reeplan.verify.studies.cooperation.cooperation._joint_plan", joint)
        yield


PLANS: dict[int, Path] = {}
"""Where the plans of a case are, by the case's identity."""


def solved(folder: Path, place: Path, *options: object) -> Cooperated:
    result = run_for_tables("cooperate", folder, "--out", place, "--workers", 1, *options)
    assert result.exit_code == 0, result.output
    found = Cooperated(place)
    PLANS[id(found.case)] = place
    return found


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Cooperated:
    """Two partners, along a front, with clauses and with partners who leave."""
    folder = tmp_path_factory.mktemp("two")
    case = write_case(folder / "case", SHORT_OF_GOODS, CLAUSES)
    return solved(case, folder / "run", "--points", 6, "--levers", "--regret")


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Cooperated:
    """Three partners, one plan without a target, and partners who leave."""
    folder = tmp_path_factory.mktemp("three")
    case = write_case(folder / "case", SHORT_OF_GOODS, THIRD_PARTNER)
    return solved(case, folder / "run", "--target", "none", "--regret")


def test_sound_runs_hold(two: Cooperated, three: Cooperated) -> None:
    """And each rule was there to be broken."""
    checked: set[str] = set()
    for run in (two, three):
        verdict = verify_run(run.run)
        assert verdict.holds, "\n".join(failure.message for failure in verdict.failures)
        assert max(verdict.worst.values()) < 1e-8
        checked |= {rule for rule, rows in verdict.checked.items() if rows}
    assert {"joint_cost", "joining_never_costs", "gain", "coalition_cost_rises", "shapley", "nucleolus", "core_range",
            "side_payment_a_year", "pays", "owns", "gets", "risks_lost", "ceiling_limit", "lever_worth",
            "lever_worth_shared", "lever_of_two", "clause_price_sum", "regret", "regret_paid", "regret_to_pay",
            "deal_coalitions", "deal_shares", "deal_core"} <= checked  # fmt: skip


def test_without_these_tables_nothing_is_asked(small_run: Path) -> None:
    assert not {rule for rule in verify_run(small_run).checked if rule.startswith(("coalition", "deal", "regret"))}


# ---- one per cent ----------------------------------------------------------------------------------------

WHOLE = ("partners", "year")
TABLES = (
    "coalitions",
    "allocation",
    "pays",
    "owns",
    "gets",
    "risks",
    "ceilings",
    "levers",
    "marginal_prices",
    "regret",
)


def unknowable(run: Cooperated, name: str, row: Any, column: str) -> bool:
    """Whether only the fingerprint can tell that a number is another (the docstring of this file says why)."""
    partners = list(run.case.inputs.wacc)
    everyone, value = " + ".join(partners), float(row[column])
    if column == "seconds" or abs(value) < 1e-4:
        return True
    if name == "coalitions":
        return column == "resilience" and row["coalition"] != everyone
    if name == "ceilings":
        return column in ("worth_usd_per_t", "year") and row["coalition"] != everyone
    if name == "levers":
        return column.endswith(("highest_resilience", "least_musd", "greatest_musd"))
    if name == "regret":
        return column in ("served_share", "lost_musd") or (
            column == "alone_served_share" and row["alone_status"] == "cannot reach the target"
        )
    return False


def numbers_of(run: Cooperated, name: str) -> dict[str, list[int]]:
    """The rows in which a column has a number other than nothing that can be known, by column."""
    found: dict[str, list[int]] = {}
    table = run.table(name)
    for column in map(str, table):
        values = pd.to_numeric(table[column], errors="coerce")
        if column in ("coalition", "partner") or values.notna().sum() == 0:
            continue
        rows = [i for i in table.index if values[i] and math.isfinite(values[i])]
        rows = [i for i in rows if not unknowable(run, name, table.loc[i], column)]
        if rows:
            found[column] = rows
    return found


def changed(table: Any, at: int, column: str, share: float) -> Any:
    table = table.copy()
    old = float(table.loc[at, column])
    table.loc[at, column] = f"{old + 1:.0f}" if column in WHOLE else f"{old * (1 + share):.12g}"
    return table


def assert_caught(run: Cooperated, name: str, place: Path, some: int | None) -> None:
    table, rng, missed = run.table(name), random.Random(name), []
    columns = numbers_of(run, name)
    assert columns, "there are numbers to change"
    assert run.judged_by_itself(place, name, table).holds
    for column, rows in columns.items():
        for at in rows if some is None else rng.sample(rows, min(some, len(rows))):
            for share in (0.01, -0.01) if some is None else (rng.choice((0.01, -0.01)),):
                verdict = run.judged_by_itself(place, name, changed(table, at, column, share))
                if verdict.holds:
                    missed.append((column, share, *table.loc[at]))
                assert all(failure.message.endswith(".") for failure in verdict.failures)
    assert missed == []


@pytest.mark.parametrize("name", [name for name in TABLES if name != "allocation"])
def test_one_percent_is_caught(two: Cooperated, once: None, name: str, tmp_path: Path) -> None:
    assert_caught(two, name, tmp_path, some=1)


@pytest.mark.parametrize("name", ["coalitions"])
def test_one_percent_among_three_partners_is_caught(
    three: Cooperated, once: None, name: str, tmp_path: Path
) -> None:  # fmt: skip
    assert_caught(three, name, tmp_path, some=1)


def test_one_percent_of_a_share_is_caught(two: Cooperated, once: None, tmp_path: Path) -> None:
    """One of the many columns of the allocation; all of them in the slow set."""
    table = two.table("allocation")
    assert not two.judged_by_itself(tmp_path, "allocation", changed(table, 0, "shapley_musd", 0.01)).holds


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_one_percent_of_every_number_is_caught(two: Cooperated, once: None, name: str, tmp_path: Path) -> None:
    assert_caught(two, name, tmp_path, some=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["coalitions", "allocation", "pays", "regret"])
def test_one_percent_of_every_number_among_three_partners_is_caught(
    three: Cooperated, once: None, name: str, tmp_path: Path
) -> None:
    assert_caught(three, name, tmp_path, some=None)


@pytest.mark.slow
def test_one_percent_of_what_the_manifest_says_is_caught(two: Cooperated, once: None, tmp_path: Path) -> None:
    """Every number of the deal, also those in lists."""
    missed = []
    for path in list(numbers_in(two.manifest["cooperate"])):
        manifest = json.loads(json.dumps(two.manifest))
        *way, last = path
        place: Any = manifest["cooperate"]
        for step in way:
            place = place[step]
        place[last] *= 1.01
        if abs(place[last]) > 1e-4 and two.judged(tmp_path, {}, manifest).holds:
            missed.append(path)
    assert missed == []


def numbers_in(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all numbers."""
    if isinstance(value, (dict, list)):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers_in(item, (*way, step))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield way


@pytest.mark.parametrize("word", ["core", "core_exists", "core_is_certain"])
def test_a_false_word_about_the_core_is_caught(two: Cooperated, once: None, word: str, tmp_path: Path) -> None:
    manifest = json.loads(json.dumps(two.manifest))
    manifest["cooperate"][word] = not manifest["cooperate"][word]
    assert rules(two.judged(tmp_path, {}, manifest)) == {"deal_core"}


def rules(verdict: Verdict) -> set[str]:
    return {failure.rule for failure in verdict.failures}


# ---- rows, words and files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in TABLES if name != "ceilings"])
def test_a_deleted_row_is_caught(two: Cooperated, once: None, name: str, tmp_path: Path) -> None:
    table = two.table(name)
    if name == "marginal_prices":  # that a clause has no price at all cannot be known
        table = table[table["price"].astype(float) > 1e-3].reset_index(drop=True)
    at = len(table) // 2
    assert not two.judged(tmp_path, {name: table.drop(index=at)}).holds


@pytest.mark.parametrize("name", TABLES)
def test_a_doubled_row_is_caught(two: Cooperated, once: None, name: str, tmp_path: Path) -> None:
    table = two.table(name)
    assert "no_duplicates" in rules(two.judged(tmp_path, {name: pd.concat([table, table.head(1)])}))


@pytest.mark.parametrize(
    ("name", "column"),
    [("pays", "partner"), ("owns", "partner"), ("gets", "material"), ("risks", "window"), ("allocation", "partner"),
     ("coalitions", "coalition"), ("regret", "conduct"), ("levers", "partner"), ("ceilings", "coalition")],
)  # fmt: skip
def test_two_swapped_names_are_caught(
    two: Cooperated, once: None, name: str, column: str, tmp_path: Path
) -> None:  # fmt: skip
    """Of two rows whose numbers differ."""
    table = two.table(name)
    numbers = [c for c in table if pd.to_numeric(table[c], errors="coerce").abs().sum() and c != "seconds"]
    for first, other in combinations(table.index, 2):
        if table.loc[first, column] != table.loc[other, column]:
            texts = [c for c in table if c not in (*numbers, column)]
            if any(table.loc[first, numbers] != table.loc[other, numbers]) and all(
                table.loc[first, texts] == table.loc[other, texts]
            ):
                break
    else:
        pytest.skip("no two rows differ in this column and in numbers alone")
    swapped = table.copy()
    swapped.loc[[first, other], column] = table.loc[[other, first], column].to_numpy()
    assert not two.judged(tmp_path, {name: swapped}).holds


@pytest.mark.parametrize(("name", "column"), [("coalitions", "status"), ("levers", "sign"), ("levers", "status"),
                                              ("levers", "alone_status"), ("regret", "status"),
                                              ("regret", "alone_status")])  # fmt: skip
def test_a_word_that_is_none_is_caught(
    two: Cooperated, once: None, name: str, column: str, tmp_path: Path
) -> None:  # fmt: skip
    table = two.table(name)
    table.loc[table.index[-1], column] = "fine"
    assert not two.judged(tmp_path, {name: table}).holds


@pytest.mark.parametrize(("old", "new"), [("optimal", "cannot reach the target"), ("optimal", "not solved"),
                                          ("cannot reach the target", "optimal")])  # fmt: skip
def test_a_status_that_its_numbers_belie_is_caught(
    two: Cooperated, once: None, old: str, new: str, tmp_path: Path
) -> None:  # fmt: skip
    table = two.table("coalitions")
    at = table.index[table["status"] == old][0]
    table.loc[at, "status"] = new
    assert "coalition_numbers" in rules(two.judged(tmp_path, {"coalitions": table}))


@pytest.mark.parametrize("name", TABLES[:7])
def test_a_missing_table_is_caught(two: Cooperated, once: None, tmp_path: Path, name: str) -> None:
    """Tables that are not in every run are held by fingerprints."""
    verdict = two.judged(tmp_path, {name: None})
    assert f"{name}.csv" in {failure.table for failure in verdict.failures}


def test_a_run_whose_coalitions_are_gone_is_caught(two: Cooperated, tmp_path: Path) -> None:
    """The manifest speaks of cooperation: so its tables must be there."""
    place = tmp_path / "run"
    shutil.copytree(two.run, place, ignore=shutil.ignore_patterns("figures", "*.html", "*.log"))
    (place / "coalitions.csv").unlink()
    assert (
        "coalitions.csv: the file must be there and be a CSV table in UTF-8; expected nothing, found no such file."
        in {failure.message for failure in verify_run(place).failures}
    )


# ---- what no single number shows -------------------------------------------------------------------------


def with_numbers(table: Any, at: Any, **numbers: float) -> Any:
    table = table.copy()
    for column, value in numbers.items():
        table.loc[at, column] = f"{value:.12g}"
    return table


def test_joining_that_seems_to_cost_is_caught(three: Cooperated, once: None, tmp_path: Path) -> None:
    """All together are said to cost, and to be proven to cost, more than all alone; gains are put right."""
    table = three.table("coalitions")
    costs = {name: float(cost) for name, cost in zip(table["coalition"], table["cost_musd"], strict=True)}
    at = table.index[table["coalition"] == "A + B"][0]
    dear = 1.01 * (costs["A"] + costs["B"])
    gain = costs["A"] + costs["B"] - dear
    worse = with_numbers(table, at, cost_musd=dear, bound_musd=dear, gain_musd=gain)
    assert "joining_never_costs" in rules(three.judged(tmp_path, {"coalitions": worse}))


def test_a_front_that_falls_is_caught(two: Cooperated, once: None, tmp_path: Path) -> None:
    """A partner alone is said to pay less for more: cost and bound alike."""
    table = two.table("coalitions")
    rows = table[(table["coalition"] == "B") & (table["cost_musd"] != "")]
    assert len(rows) >= 2
    first, last = rows.index[0], rows.index[-1]
    less = 0.9 * float(table.loc[first, "cost_musd"])
    found = rules(two.judged(tmp_path, {"coalitions": with_numbers(table, last, cost_musd=less, bound_musd=less)}))
    assert {"coalition_cost_rises", "coalition_bound_rises"} <= found


@pytest.mark.parametrize("rule", ["shapley", "nucleolus", "nash"])
def test_money_moved_from_one_partner_to_another_is_caught(
    three: Cooperated, once: None, rule: str, tmp_path: Path
) -> None:
    """The sums stay right, of shares and of side payments."""
    table = three.table("allocation")
    years = three.case.inputs.year_frame["discount"].sum()
    for at, more in ((0, 0.01), (1, -0.01)):
        side = float(table.loc[at, f"{rule}_side_payment_musd"]) + more
        table = with_numbers(
            table, at,
            **{f"{rule}_musd": float(table.loc[at, f"{rule}_musd"]) + more, f"{rule}_side_payment_musd": side,
               f"{rule}_side_payment_musd_per_year": side / years},
        )  # fmt: skip
    found = rules(three.judged(tmp_path, {"allocation": table}))
    assert rule in found
    assert not found & {"shares_sum", "side_payment", "side_payments_sum", "side_payment_a_year"}


def test_a_cost_moved_from_one_partner_to_another_is_caught(two: Cooperated, once: None, tmp_path: Path) -> None:
    """Of purchases, whose sum over the partners stays right."""
    table = two.table("pays")
    rows = table.index[table["part"] == "purchases"]
    assert len(rows) == 2
    for at, more in zip(rows, (0.01, -0.01), strict=True):
        table = with_numbers(table, at, musd=float(table.loc[at, "musd"]) + more)
    found = rules(two.judged(tmp_path, {"pays": table}))
    assert "pays" in found
    assert not found & {"pays_part", "pays_sum"}


# ---- the arithmetic, against other ways of doing it --------------------------------------------------------

GAMES = [(number, seed) for number in (2, 3, 4, 5) for seed in range(6)]


def game_of(number: int, seed: int) -> tuple[dict[int, float], dict[int, float]]:
    """Costs, where joining gains, costs or both in turn, and bounds a little below."""
    rng = random.Random(100 * number + seed)
    alone = [rng.uniform(10, 1000) for _ in range(number)]
    costs = {}
    for group in fair_shares.groups(number):
        members = [alone[k] for k in range(number) if group >> k & 1]
        least = -50 if seed % 3 == 2 else 0
        costs[group] = sum(members) - (len(members) > 1) * rng.uniform(least, 50) * (len(members) - 1) ** (seed % 3)
    bounds = {group: cost - rng.choice((0.0, rng.uniform(0, 2))) for group, cost in costs.items()}
    return costs, bounds


def named(game: dict[int, float], number: int) -> dict[frozenset[int], float]:
    return {frozenset(k for k in range(number) if group >> k & 1): cost for group, cost in game.items()}


def exact(game: dict[int, float]) -> dict[int, Fraction]:
    return {group: Fraction(cost) for group, cost in game.items()}


@pytest.mark.parametrize(("number", "seed"), GAMES)
def test_shares_are_those_of_another_way(number: int, seed: int) -> None:
    """The package solves linear programs and weighs marginal costs by a formula."""
    costs, bounds = game_of(number, seed)
    game, low = named(costs, number), named(bounds, number)
    players = range(number)
    close: dict[str, Any] = {"rel": 1e-9, "abs": 1e-6}
    shapley = allocation.shapley(game)
    assert list(map(float, fair_shares.shapley(exact(costs), number))) == pytest.approx(
        [shapley[k] for k in players], **close
    )
    nucleolus = allocation.nucleolus(game)
    assert list(map(float, fair_shares.nucleolus(exact(costs), number))) == pytest.approx(
        [nucleolus[k] for k in players], **close
    )
    band = bands.shapley_band(game, low)
    ends = fair_shares.shapley_ends(exact(bounds), exact(costs), number)
    for k in players:
        assert [float(end) for end in ends[k]] == pytest.approx(list(band[k]), **close)
    extent = core.core_extent(game)
    found = fair_shares.core_range(exact(costs), number)
    assert float(fair_shares.room_in_core(exact(costs), number)) == pytest.approx(
        -core.least_core_excess(game), **close
    )
    assert (extent is None) == (found is None)
    if extent is not None and found is not None:
        for k in players:
            assert [float(end) for end in found[k]] == pytest.approx(list(extent[k]), **close)


@pytest.mark.parametrize(("number", "seed"), GAMES)
def test_the_nucleolus_keeps_what_defines_it(number: int, seed: int) -> None:
    """Kohlberg's criterion (1971): at every level of saving the groups that save no more are balanced.

    Balanced: weights above 0 on them, and weights not below 0 on partners who pay as much as alone, count every partner
    as often. Without the mean of its rows, such a sum is 0; weights of at least 1 are found as non-negative least
    squares.
    """
    costs, _ = game_of(number, seed)
    shares = fair_shares.nucleolus(exact(costs), number)
    everyone = 2**number - 1
    assert sum(shares) == Fraction(costs[everyone])
    rows = {g: np.array([float(g >> k & 1) for k in range(number)]) for g in costs}
    saved = {
        g: Fraction(costs[g]) - sum(shares[k] for k in range(number) if g >> k & 1) for g in costs if g != everyone
    }
    may_pay_more = sum(costs[1 << k] for k in range(number)) < costs[everyone]
    capped = [] if may_pay_more else [1 << k for k in range(number) if saved[1 << k] == 0]
    for level in sorted(set(saved.values())):
        least = [g for g, value in saved.items() if value <= level]
        assert balanced([rows[g] for g in least], [rows[g] for g in capped])


def balanced(groups: Sequence[Any], capped: Sequence[Any]) -> bool:
    columns = np.array([row - row.mean() for row in (*groups, *capped)]).T
    wanted = -sum(row - row.mean() for row in groups)
    return bool(nnls(columns, wanted)[1] < 1e-9)


def test_the_nucleolus_of_a_published_game() -> None:
    """Maschler's bankruptcy of the Talmud as a game of costs: three claims of 100, 200, 300 on 200: 50, 75, 75.

    The estate leaves a group what the others' claims leave of it; a cost is what a group gets, below 0. (Aumann and
    Maschler 1985.)
    """
    claims, estate = (100, 200, 300), 200
    worth = {
        group: max(0, estate - sum(claim for k, claim in enumerate(claims) if not group >> k & 1))
        for group in fair_shares.groups(3)
    }
    shares = fair_shares.nucleolus({group: Fraction(-value) for group, value in worth.items()}, 3)
    assert [-share for share in shares] == [50, 75, 75]


@pytest.mark.parametrize("seed", range(3))
def test_the_band_of_the_nucleolus_is_that_of_all_corners(seed: int) -> None:
    costs, bounds = game_of(3, seed)
    loose = [group for group in costs if bounds[group] < costs[group]]
    ends = fair_shares.nucleolus_ends(exact(bounds), exact(costs), 3, loose)
    band = bands.nucleolus_band(named(costs, 3), named(bounds, 3))
    for k in range(3):
        assert [float(end) for end in ends[k]] == pytest.approx(list(band[k]), rel=1e-9, abs=1e-6)


def test_the_core_of_three_on_paper() -> None:
    """Alone 6 each, two together 10, all 12: each pair leaves the third at least 2, and nobody pays more than 6."""
    game = {group: Fraction({1: 6, 2: 10, 3: 12}[group.bit_count()]) for group in fair_shares.groups(3)}
    assert fair_shares.core_range(game, 3) == [(Fraction(2), Fraction(6))] * 3
    assert fair_shares.room_in_core(game, 3) == 2
    empty = {**game, 7: Fraction(16)}
    assert fair_shares.core_range(empty, 3) is None
    assert fair_shares.room_in_core(empty, 3) == Fraction(-2, 3)
