"""Why no plan exists: what is named is the reason, where it stands, and what is proposed works.

Every case is small enough to derive the reason on paper. What is said is taken from ``infeasible.md``
alone, as a reader would: the rules that conflict with their places in the files, the changes with the
cells that they are made in. The changes are then made in the files and solved.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from random_cases import write_random_case
from reeplan.explain import changes, explanation
from reeplan.explain.arithmetic import highest_by_arithmetic, shortfalls
from reeplan.explain.explanation import explain
from reeplan.explain.rules import Rule, RuleBook, lifted
from reeplan.interrupt import Interrupt
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.model.network import Network
from reeplan.solve.engine import Controls
from reeplan.solve.planner import Planner
from solved import add_rows, planner_of, rows_of, write_rows
from solved import run_without_figures as run_command
from support import ONE_TOWN, PURE_ORE, WORST_CASE, optimum, read, write_case, years

SELLER = """
    regions
    region  country
    town    A
    quay    X

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    seller    Nd        2030  quay    1000             100

    transport
    from_region  to_region  kind  usd_per_t
    quay         town       all   0

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         50000
    """
"""100 t of Nd are needed a year, and a seller abroad sells just as much."""


def cut(availability: float, start: int = 2030, kind: str = "supplier", target: str = "seller") -> str:
    """A year in which only a part is left."""
    return f"""
    scenarios
    scenario  starts  years  probability
    cut       {start}    1      0.1

    disruptions
    scenario  kind    target    availability
    cut       {kind}  {target}  {availability}
    """


def works(columns: str = "", cells: str = "") -> str:
    """Works in the town that turn ore into Nd."""
    return f"""
    plants
    plant  region  process  deposit  {columns}
    works  town    refine   pit      {cells}
    """


MODULES = ("module_t_per_year  max_modules  module_musd", "10                 10           1")
"""Works that can have ten modules of 10 t/yr for 1 MUSD each."""

B_HAS_MONEY_TOO = """
    partners
    partner  wacc
    A        0
    B        0

    regions
    region  country
    town    A
    port    B
    quay    X
    """
"""To be stated after the seller, whose regions lack B's port."""


@dataclass(frozen=True)
class OutOfReach:
    """A case, the target that it cannot keep, and what is known about it from paper.

    ``rules`` are the parts of the rules that conflict with the target, ``changes`` those of the changes that
    suffice; ``reachable`` is the highest target that whole modules keep.
    """

    texts: tuple[str, ...]
    target: float
    reachable: float
    rules: tuple[str, ...]
    changes: tuple[str, ...]
    steps: tuple[str, ...] = field(default=())


def a_seller_cut() -> OutOfReach:
    """20 t of 100 t are left. Half of 100 t needs 50 t: 50 % left, or a fifth of 250 t."""
    return OutOfReach(
        (ONE_TOWN, years(2030, 2030), SELLER, cut(0.2)), 0.5, 0.2,
        ("seller sells at most 100 t of Nd a year", "cut: 20% left from supplier seller"),
        ("seller: 2.5 times as much Nd (up to 250 t a year instead of 100)",
         "cut: 50% left from supplier seller instead of 20%"),
    )  # fmt: skip


def a_stockpile_too_small() -> OutOfReach:
    """Nothing is left in 2031, the store holds 30 t: 80 t need room for 80 t, or 50 t of 100 t still sold."""
    store = """
    stockpiles
    region  material  initial_t  capacity_t  max_capacity_t
    town    Nd        0          10          30
    """
    plenty = SELLER.replace("1000             100", "1000             200")
    return OutOfReach(
        (ONE_TOWN, years(2030, 2031), plenty, cut(0, 2031), store), 0.8, 0.3,
        ("stockpile of Nd in town: at most 30 t", "cut: 0% left from supplier seller"),
        ("stockpile of Nd in town: room for 80 t instead of 30", "cut: 25% left from supplier seller instead of 0%"),
    )  # fmt: skip


def a_stockpile_that_starts_empty() -> OutOfReach:
    """The cut comes in the first year: what is in store then is all there is, and 40 t fit in."""
    store = """
    stockpiles
    region  material  initial_t  capacity_t
    town    Nd        10         40
    """
    return OutOfReach(
        (ONE_TOWN, years(2030, 2030), SELLER, cut(0), store), 0.35, 0.1,
        ("stockpile of Nd in town: 10 t at the start", "cut: 0% left from supplier seller"),
        ("stockpile of Nd in town: 35 t at the start instead of 10",
         "cut: 25% left from supplier seller instead of 0%"),
    )  # fmt: skip


def works_a_year_late_by_lead() -> OutOfReach:
    """Works decided in 2030 run from 2032; the cut is in 2031. All 100 t, or 90 of 100 t sold, keep 0.9."""
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2032), SELLER, cut(0, 2031),
         works("module_t_per_year  max_modules  lead_years", "100  1  2")), 0.9, 0,
        ("works: not before 2032", "cut: 0% left from supplier seller"),
        ("works from 2031 instead of 2032", "cut: 90% left from supplier seller instead of 0%"),
        ("works from",),
    )  # fmt: skip


def works_a_year_late_by_permit() -> OutOfReach:
    """The same with works that may not run before 2032 although they are built in a year."""
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2032), SELLER, cut(0, 2031),
         works("module_t_per_year  max_modules  lead_years  earliest_year", "100  1  1  2032")), 0.9, 0,
        ("works: not before 2032", "cut: 0% left from supplier seller"),
        ("works from 2031 instead of 2032", "cut: 90% left from supplier seller instead of 0%"),
        ("works from",),
    )  # fmt: skip


def works_late_for_two_reasons() -> OutOfReach:
    """Lead and permit both say 2032: both cells are named, and both have to change."""
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2032), SELLER, cut(0, 2031),
         works("module_t_per_year  max_modules  lead_years  earliest_year", "100  1  2  2032")), 0.9, 0,
        ("works: not before 2032", "cut: 0% left from supplier seller"),
        ("works from 2031 instead of 2032", "cut: 90% left from supplier seller instead of 0%"),
        ("works from",),
    )  # fmt: skip


def thorium() -> OutOfReach:
    """A tenth of the ore is thorium and 4 t may be released: 40 t of Nd. 70 t release 7 t."""
    ore = """
    deposits
    deposit  region  ore   resource_t  thorium_t_per_t
    pit      town    rock  1000000     0.1

    processes
    process  takes  makes   releases_thorium
    refine   ore    oxides  yes
    """
    limit = SELLER.replace("region  country\n", "region  country  thorium_max_t_per_year\n")
    limit = limit.replace("town    A\n", "town    A  4\n").replace("quay    X\n", "quay    X  -\n")
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, ore, years(2030, 2030), limit, cut(0), works("capacity_t_per_year", "100")), 0.7, 0.4,
        ("town: at most 4 t ThO2 released a year", "cut: 0% left from supplier seller"),
        ("town: 7 t ThO2 a year instead of 4", "cut: 30% left from supplier seller instead of 0%"),
    )  # fmt: skip


def a_budget() -> OutOfReach:
    """3 MUSD buy three modules of 10 t; 80 t take 8 MUSD, or 50 t that are still sold."""
    money = """
    budgets
    partner  first_year  last_year  musd
    A        2030        2030       3
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0), works(*MODULES), money), 0.8, 0.3,
        ("A decides at most 3 MUSD in 2030-2030", "cut: 0% left from supplier seller"),
        ("A: 8 MUSD in 2030-2030 instead of 3", "cut: 50% left from supplier seller instead of 0%"),
    )  # fmt: skip


def a_foreign_ceiling() -> OutOfReach:
    """A pays 1 MUSD and B at most 20 % of the rest: one module. Five need B's 80 %, or 4 MUSD of A's at B's 20 %.

    With divisible modules it would be a module and a quarter, and 37.5 t that are still sold would do; it takes 40 t.
    """
    money = """
    budgets
    partner  first_year  last_year  musd
    A        2030        2030       1
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, B_HAS_MONEY_TOO, cut(0), money,
         works(MODULES[0] + "  foreign_share_max", MODULES[1] + "  0.2")), 0.5, 0.1,
        ("works: foreign partners own at most 20%", "A decides at most 1 MUSD in 2030-2030",
         "cut: 0% left from supplier seller"),
        ("works: foreign share up to 80% instead of 20%", "A: 4 MUSD in 2030-2030 instead of 1",
         "cut: 40% left from supplier seller instead of 0%"),
    )  # fmt: skip


def a_technology_partner() -> OutOfReach:
    """B must own half and has 1 MUSD: two modules. Five need B's part at 20 %, or 2.5 MUSD of B."""
    money = """
    budgets
    partner  first_year  last_year  musd
    B        2030        2030       1
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, B_HAS_MONEY_TOO, cut(0), money,
         works(MODULES[0] + "  technology_partner  technology_share_min", MODULES[1] + "  B  0.5")), 0.5, 0.2,
        ("works: B owns at least 50%", "B decides at most 1 MUSD in 2030-2030", "cut: 0% left from supplier seller"),
        ("works: share of B at least 20% instead of 50%", "B: 2.5 MUSD in 2030-2030 instead of 1",
         "cut: 30% left from supplier seller instead of 0%"),
    )  # fmt: skip


def an_offtake_limit() -> OutOfReach:
    """A makes 100 t and may ship B 20 t of the 100 t that B needs; 60 t are asked for."""
    two = """
    transport
    from_region  to_region  kind  usd_per_t
    quay         port       all   0
    town         port       all   0

    offtakes
    from_country  to_country  year  free_t_per_year
    A             B           2030  20

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    port    Nd        2030  100         50000
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, B_HAS_MONEY_TOO, two, cut(0),
         works("capacity_t_per_year", "100")), 0.6, 0.2,
        ("A ships B at most 20 t REO a year", "cut: 0% left from supplier seller"),
        ("A to B: 60 t REO a year without finance instead of 20", "cut: 40% left from supplier seller instead of 0%"),
    )  # fmt: skip


def a_dependence_cap() -> OutOfReach:
    """30 % of 100 t may come from X in 2030, all of it for the store: 30 t in 2031.

    50 t need 50 %, or 20 t that were in store before, or 20 t that are still sold.
    """
    store = """
    stockpiles
    region  material  initial_t  capacity_t
    town    Nd        0          100

    dependence
    partner  from_country  material  year  max_share
    A        X             all       2030  0.3
    """
    return OutOfReach(
        (ONE_TOWN, years(2030, 2031), SELLER, cut(0, 2031), store), 0.5, 0.3,
        ("stockpile of Nd in town: 0 t at the start", "A takes at most 30% of each material from X",
         "cut: 0% left from supplier seller"),
        ("stockpile of Nd in town: 20 t at the start instead of 0",
         "A may take up to 50% of each material from X instead of 30%",
         "cut: 20% left from supplier seller instead of 0%"),
    )  # fmt: skip


def ore_that_runs_out() -> OutOfReach:
    """The pit holds 40 t, 70 t are asked for."""
    pit = """
    deposits
    deposit  region  ore   resource_t
    pit      town    rock  40
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, pit, years(2030, 2030), SELLER, cut(0), works("capacity_t_per_year", "100")), 0.7, 0.4,
        ("pit: 40 t REO of ore", "cut: 0% left from supplier seller"),
        ("pit: 70 t REO of ore instead of 40", "cut: 30% left from supplier seller instead of 0%"),
    )  # fmt: skip


def too_few_modules() -> OutOfReach:
    """Three modules of 10 t; 75 t take eight, or 45 t that are still sold."""
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0), works(*MODULES).replace("10           1", "3  1")),
        0.75, 0.3,
        ("works: at most 3 modules of 10 t/yr", "cut: 0% left from supplier seller"),
        ("works: 8 modules instead of 3", "cut: 45% left from supplier seller instead of 0%"),
        ("works:",),
    )  # fmt: skip


def existing_works() -> OutOfReach:
    """Works of 40 t/yr that cannot grow; 70 t are asked for."""
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0), works("capacity_t_per_year", "40")), 0.7, 0.4,
        ("works: existing capacity 40 t/yr", "cut: 0% left from supplier seller"),
        ("works: 70 t/yr instead of 40", "cut: 30% left from supplier seller instead of 0%"),
    )  # fmt: skip


def works_that_fail() -> OutOfReach:
    """Works of 100 t/yr serve everything, but in the window a quarter of them runs; 60 t are asked for."""
    alone = SELLER.replace("1000             100", "1000             10")
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), alone, works("capacity_t_per_year", "100"),
         cut(0.25, kind="plant", target="works")), 0.6, 0.35,
        ("works: existing capacity 100 t/yr", "seller sells at most 10 t of Nd a year",
         "cut: 25% left from plant works"),
        ("works: 200 t/yr instead of 100", "seller: 3.5 times as much Nd (up to 35 t a year instead of 10)",
         "cut: 50% left from plant works instead of 25%"),
    )  # fmt: skip


def a_closed_route() -> OutOfReach:
    """Nobody stops selling, but no ship comes in; half of the 100 t that are sold must."""
    return OutOfReach(
        (ONE_TOWN, years(2030, 2030), SELLER, cut(0, kind="route", target="X>A")), 0.5, 0,
        ("cut: 0% left from route X>A",), ("cut: 50% left from route X>A instead of 0%",),
    )  # fmt: skip


def a_purchase_that_follows_the_base_path() -> OutOfReach:
    """A fifth of what was bought before can be bought: 20 t of 100 t. 50 t need half, or 250 t bought before."""
    follows = cut(0.2).replace("availability\n", "availability  basis\n").replace("  0.2\n", "  0.2  flow\n")
    return OutOfReach(
        (ONE_TOWN, years(2030, 2030), SELLER, follows), 0.5, 0.2,
        ("seller sells at most 100 t of Nd a year", "cut: 20% left from supplier seller"),
        ("seller: 2.5 times as much Nd (up to 250 t a year instead of 100)",
         "cut: 50% left from supplier seller instead of 20%"),
    )  # fmt: skip


def one_option_of_a_venture() -> OutOfReach:
    """A tenth or three tenths of a mine of 100 t/yr: 30 t at most. 35 t need both, or 5 t that are still sold."""
    venture = """
    ventures
    venture  option  region  process  deposit  plant_t_per_year  plant_musd  equity_share  offtake_share
    hill     small   town    refine   pit      100               10          0.1           0.1
    hill     large   town    refine   pit      100               10          0.3           0.3
    """
    return OutOfReach(
        (ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0), venture), 0.35, 0.3,
        ("hill: at most one option is taken, once", "cut: 0% left from supplier seller"),
        ("cut: 5% left from supplier seller instead of 0%",
         "without this rule: hill: at most one option is taken, once"),
    )  # fmt: skip


CASES = (
    a_seller_cut, a_stockpile_too_small, a_stockpile_that_starts_empty, works_a_year_late_by_lead,
    works_a_year_late_by_permit, works_late_for_two_reasons, thorium, a_budget, a_foreign_ceiling,
    a_technology_partner, an_offtake_limit, a_dependence_cap, ore_that_runs_out, too_few_modules, existing_works,
    works_that_fail, a_closed_route, a_purchase_that_follows_the_base_path, one_option_of_a_venture,
)  # fmt: skip

SEEDS = (6, 8)
"""Random cases with a target out of reach, explained and checked by brute force."""


# ---- reading what is said ------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """A rule or a change as the page says it, with the cell that it names."""

    says: str
    file: str
    line: int
    columns: tuple[str, ...]
    tail: str = ""

    @property
    def path(self) -> Path:
        return Path(self.file)


PLACE = r"(?P<file>[^|\s()]+?\.csv):(?P<line>\d+), (?P<columns>\w+(?: and \w+)*)(?: \(and the rows like it\))?"
RULE = re.compile(rf"^\| \d+ \| (?P<says>.+?) \| {PLACE} \|$", re.MULTILINE)
CHANGE = re.compile(rf"^- (?P<says>.+?) \({PLACE}\)(?P<tail>.*)$", re.MULTILINE)


def named(pattern: re.Pattern[str], page: str) -> list[Named]:
    return [
        Named(
            found["says"], found["file"], int(found["line"]), tuple(found["columns"].split(" and ")),
            found.groupdict().get("tail") or "",
        )
        for found in pattern.finditer(page)
    ]  # fmt: skip


def explained(case: Path, target: float, *options: object) -> str:
    """``infeasible.md`` of a target out of reach."""
    place = case.parent / f"{case.name}-run"
    result = run_command("solve", case, "--target", target, "--out", place, *options)
    assert result.exit_code == 3, result.output
    assert result.stdout == ""
    page = (place / "infeasible.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("- ") and "can be supplied" not in line:
            assert f"→ {line[2:]}" in result.stderr, "the terminal says what the page says"
    return page


def section(page: str, number: int) -> str:
    return page.split("\n## ")[number]


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def cell(place: Named, column: str) -> str | None:
    """What stands in the cell; None where the file does not have the column (its default holds)."""
    table = rows(place.path)
    return table[place.line - 1][table[0].index(column)] if column in table[0] else None


def put(place: Named, column: str, value: float | str) -> None:
    """Write a cell."""
    table = rows(place.path)
    if column not in table[0]:
        table = [[*table[0], column], *([*row, ""] for row in table[1:])]
    table[place.line - 1][table[0].index(column)] = value if isinstance(value, str) else f"{value:.15g}"
    with place.path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


NUMBER = re.compile(r"(?<![\w.])([\d,]*\.?\d+)(%?)(?![\w>])")


TOGETHER = re.compile(rf"(?:left out: |; )(?P<says>[^;]+?) \({PLACE}\)")


def together(line: str) -> list[Named]:
    """The changes of a line that must be made together."""
    return named(TOGETHER, line)


def assert_smallest_together(case: Path, proposed: list[Named], target: float) -> None:
    """All of them are enough; with any one of them left out, or smaller by one per cent, they are not."""

    def made(name: str, parts: list[float]) -> bool:
        copy = case.parent / f"together-{name}"
        shutil.copytree(case, copy)
        for change, part in zip(proposed, parts, strict=True):
            before, after = old_and_new(change)
            make(Named(change.says, str(copy / change.path.name), change.line, change.columns),
                 before + part * (after - before))  # fmt: skip
        return optimum(copy, target=target).feasible

    assert made("all", [1.0] * len(proposed))
    for number in range(len(proposed)):
        for part in (0.0, 0.99):
            assert not made(f"{number}-{part}", [part if other == number else 1.0 for other in range(len(proposed))])


def first_number(text: str) -> float:
    found = NUMBER.search(text)
    assert found is not None, text
    return float(found[1].replace(",", "")) / (100 if found[2] else 1)


def old_and_new(change: Named) -> tuple[float, float]:
    """The number that a change replaces and the one it puts there."""
    after, _, before = change.says.partition(" instead of ")
    if " (up to " in after:  # so many times as much, up to so much
        after = after.split(" (up to ")[1]
    return first_number(before), first_number(after)


def make(change: Named, value: float, first_year: int = 2030) -> None:
    """Make a change in the files."""
    for column in change.columns:
        put(change, column, value - first_year if column == "lead_years" else value)


def copied(case: Path, name: str, place: Named) -> tuple[Path, Named]:
    """A copy of the case, and the same cell in it."""
    copy = case.parent / name
    shutil.copytree(case, copy)
    return copy, Named(place.says, str(copy / place.path.name), place.line, place.columns)


def written(folder: Path, make_case: OutOfReach) -> Path:
    return write_case(folder / "case", *make_case.texts)


# ---- the reason, the places, the changes ---------------------------------------------------------


@pytest.mark.parametrize("build", CASES, ids=lambda build: build.__name__)
def test_as_on_paper(build: type[OutOfReach], tmp_path: Path) -> None:
    """The rules that conflict, the changes that suffice and the highest target are those derived on paper.

    Every rule names a cell that holds what the rule says; and without any one rule the target can be kept.
    Every change, made in the files, makes the target possible; one per cent less (one step less) does not.
    """
    expected = build()
    case = written(tmp_path, expected)
    page = explained(case, expected.target)
    rules = named(RULE, page)
    assert [rule.says for rule in rules] == [
        rule.says for wanted in expected.rules for rule in rules if rule.says.startswith(wanted)
    ]
    assert len(rules) == len(expected.rules)
    proposed = named(CHANGE, page)
    assert sorted(change.says for change in proposed) == sorted(expected.changes)
    assert f"\n- --target {expected.reachable:g}\n" in section(page, 3)
    for number, rule in enumerate(rules):
        assert_the_cell_holds_what_is_said(rule)
        assert_possible_without(case, rule, expected.target, f"without-{number}")
    for number, change in enumerate(proposed):
        if not change.says.startswith("without this rule"):
            assert_smallest(case, change, expected, number)


def assert_the_cell_holds_what_is_said(rule: Named) -> None:
    for column in rule.columns:
        stands = cell(rule, column)
        if column == "option":
            continue
        said = first_number(rule.says)
        assert stands is not None
        assert float(stands) == (said - 2030 if column == "lead_years" else said), rule


LOOSE = {
    "max_t_per_year": 1e6, "availability": 1, "max_capacity_t": 1e6, "earliest_year": 2030, "lead_years": 0,
    "thorium_max_t_per_year": 1e6, "musd": 1e6, "foreign_share_max": 1, "technology_share_min": 0,
    "free_t_per_year": 1e6, "max_share": 1, "resource_t": 1e6, "max_modules": 100, "capacity_t_per_year": 1e6,
}  # fmt: skip


def assert_possible_without(case: Path, rule: Named, target: float, name: str) -> None:
    """None of the rules can be left out: with any one of them loose, the target can be kept."""
    copy, place = copied(case, name, rule)
    for column in rule.columns:
        if column == "option":
            put(place, "venture", "another hill")  # two ventures, an option of each
        elif column == "initial_t":
            put(place, column, cell(place, "capacity_t") or "0")
        else:
            put(place, column, LOOSE[column])
    assert optimum(copy, target=target).feasible, rule


def assert_smallest(case: Path, change: Named, expected: OutOfReach, number: int) -> None:
    """The change is enough and a little less is not."""
    before, after = old_and_new(change)
    in_steps = change.says.startswith(expected.steps) if expected.steps else False
    sign = 1 if after > before else -1
    less = after - sign if in_steps else before + (after - before) * 0.99
    copy, place = copied(case, f"changed-{number}", change)
    assert change.tail == ""
    make(place, after)
    assert optimum(copy, target=expected.target).feasible, change
    make(place, less)
    assert not optimum(copy, target=expected.target).feasible, f"{less:g} would be enough: {change}"


def test_sharing_in_a_crisis_is_named_where_its_lack_is_the_reason(tmp_path: Path) -> None:
    """B's seller stops, and A's store of 100 t, which is never drawn on undisturbed, may not be sent: B has nothing."""
    case = write_case(tmp_path / "case", """
        settings
        name            value
        first_year      2030
        last_year       2030
        discount_rate   0
        crisis_sharing  no

        partners
        partner  wacc
        A        0
        B        0

        regions
        region  country
        town    A
        port    B
        quay    X

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000

        stockpiles
        region  material  initial_t  capacity_t
        town    Nd        100        100

        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  quay    1000             100

        transport
        from_region  to_region  kind  usd_per_t
        quay         port       all   0
        town         port       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        port    Nd        2030  100         10000

        scenarios
        scenario  starts  years  probability
        cut       2030    1      0.1

        disruptions
        scenario  kind      target  availability
        cut       supplier  seller  0
        """)
    page = explained(case, 0.5)
    sharing, cutoff = named(RULE, page)
    assert sharing.says == "in a window no partner's country ships another more of a material than undisturbed"
    assert (cell(sharing, "name"), cell(sharing, "value")) == ("crisis_sharing", "no")
    assert cutoff.says == "cut: 0% left from supplier seller"
    assert {change.says for change in named(CHANGE, page)} == {
        "crisis_sharing: yes instead of no", "cut: 50% left from supplier seller instead of 0%",
    }  # fmt: skip
    put(sharing, "value", "yes")
    assert optimum(case, target=0.5).feasible


def test_the_loss_of_one_thing_more_is_named_where_it_is_the_reason(tmp_path: Path) -> None:
    """Two sellers of 60 t each for 100 t: whichever is lost, the other serves 60 %, and 70 % are asked for."""
    case = write_case(tmp_path / "case", ONE_TOWN.replace("town    A", "town    A\nquay    X"), years(2030, 2030), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        one       Nd        2030  quay    1000             60
        other     Nd        2030  quay    1000             60

        transport
        from_region  to_region  kind  usd_per_t
        quay         town       all   0

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  100         10000

        scenarios
        scenario  starts  months  probability  with_loss_of
        calm      2030    3       0.1          supplier

        disruptions
        scenario  kind   target  availability
        calm      route  X>A     1
        """)
    page = explained(case, 0.7)
    seller, loss = named(RULE, page)
    assert seller.says in ("one sells at most 60 t of Nd a year", "other sells at most 60 t of Nd a year")
    assert loss.says == "calm: any one supplier is lost too"
    assert cell(loss, "with_loss_of") == "supplier"
    assert f"without this rule: {loss.says}" in {change.says for change in named(CHANGE, page)}
    # In a quarter of the year 25 t are needed, and whoever is left sells 15.
    assert "Nd, calm@2030+one (3 months of 2030): at most 15 t can be supplied, 25 t are needed" in page
    put(loss, "with_loss_of", "")
    assert optimum(case, target=0.7).feasible


def test_what_is_not_shown_with_whole_modules_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No time for whole modules: 37.5 t still sold are enough with divisible ones, and more is not claimed."""
    monkeypatch.setattr(changes, "WHOLE_S", 0.0)
    case = written(tmp_path, a_foreign_ceiling())
    [cut_change] = [change for change in named(CHANGE, explained(case, 0.5)) if change.says.startswith("cut")]
    assert cut_change.says == "cut: 37.5% left from supplier seller instead of 0%"
    assert cut_change.tail == "; enough with divisible modules, with whole ones not shown"
    make(cut_change, 0.375)
    assert not optimum(case, target=0.5).feasible


@pytest.mark.parametrize("measure", ["worst_case", "weakest_link", "expected", "cvar"])
def test_each_measure(measure: str, tmp_path: Path) -> None:
    """With one good, one partner and one window every measure is the share that is served."""
    expected = a_seller_cut()
    page = explained(written(tmp_path, expected), expected.target, "--measure", measure)
    assert tuple(rule.says for rule in named(RULE, page)) == expected.rules
    assert {change.says for change in named(CHANGE, page)} == set(expected.changes)


def test_a_measure_that_weighs_windows(tmp_path: Path) -> None:
    """Two windows as likely as each other, 20 t left in one and 60 t in the other: 0.4 in the mean, 0.7 is asked for.

    It takes 60 t more in one of them: 80 t of 100 t left in the first (or 100 t in the second, and 40 t in the
    first, which no single change does). 175 t sold would serve 35 t and all of 100 t; 200 t serve 40 t and 100 t.
    """
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2031),
        SELLER,
        """
        scenarios
        scenario  starts  years  probability
        harsh     2030    1      0.1
        mild      2031    1      0.1

        disruptions
        scenario  kind      target  availability
        harsh     supplier  seller  0.2
        mild      supplier  seller  0.6
        """,
    )
    page = explained(case, 0.7, "--measure", "expected")
    assert {rule.says for rule in named(RULE, page)} == {
        "seller sells at most 100 t of Nd a year",
        "harsh: 20% left from supplier seller",
    }
    assert {change.says for change in named(CHANGE, page)} == {
        "harsh: 80% left from supplier seller instead of 20%",
        "seller: 2 times as much Nd (up to 200 t a year instead of 100)",
    }


def test_one_change_is_not_always_enough(tmp_path: Path) -> None:
    """Two sellers of 60 t, each cut off in a window of its own: 60 t in both, 90 t are asked for.

    More of either seller helps in the other's window only, and a milder cut in its own window only: both sellers
    must sell half as much again. In one window no rule that is named can be left out.
    """
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2030),
        SELLER,
        """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        one       Nd        2030  quay    1000             60
        other     Nd        2030  quay    1000             60

        scenarios
        scenario  starts  years  probability
        first     2030    1      0
        second    2030    1      0

        disruptions
        scenario  kind      target  availability
        first     supplier  one     0
        second    supplier  other   0
        """,
    )
    page = explained(case, 0.9)
    assert "single change is enough: lifting any one of the limits" in section(page, 3)
    [line] = [line for line in section(page, 3).splitlines() if line.startswith("- together")]
    assert sorted(change.says for change in together(line)) == [
        f"{name}: 1.5 times as much Nd (up to 90 t a year instead of 60)" for name in ("one", "other")
    ]
    assert_smallest_together(case, together(line), 0.9)
    assert "\n- --target 0.6\n" in section(page, 3)
    rules = named(RULE, page)
    scenario = "first" if any(rule.says.startswith("first") for rule in rules) else "second"
    left = "other" if scenario == "first" else "one"
    assert {rule.says.split(" ")[0].rstrip(":") for rule in rules} == {scenario, left}
    dropped = "second" if scenario == "first" else "first"
    for table in ("scenarios", "disruptions"):
        write_rows(case, table, [row for row in rows_of(case, table) if row["scenario"] != dropped])
    assert not optimum(case, target=0.9).feasible
    for rule in rules:
        line = rule.line if rule.path.name == "suppliers.csv" else 2
        moved = Named(rule.says, rule.file, line, rule.columns)
        assert_possible_without(case, moved, 0.9, f"without-{rule.path.stem}")


def test_only_the_whole_numbers_conflict(tmp_path: Path) -> None:
    """3 MUSD pay one and a half modules of 40 t: 60 t if they could be divided, 40 t whole; 50 t are asked for.

    It takes a fourth MUSD, or 10 t that are still sold.
    """
    case = write_case(tmp_path / "case", ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0),
        works("module_t_per_year  max_modules  module_musd", "40  3  2"), """
        budgets
        partner  first_year  last_year  musd
        A        2030        2030       3
        """)  # fmt: skip
    page = explained(case, 0.5)
    assert "Only the whole numbers conflict" in section(page, 2)
    assert "With divisible modules the highest is 0.6000; a plan with whole modules was found for 0.4." in page
    rules = named(RULE, page)
    assert [rule.says for rule in rules] == [
        "A decides at most 3 MUSD in 2030-2030", "cut: 0% left from supplier seller",
    ]  # fmt: skip
    for number, rule in enumerate(rules):
        assert_possible_without(case, rule, 0.5, f"without-{number}")
    proposed = named(CHANGE, page)
    assert sorted(change.says for change in proposed) == [
        "A: 4 MUSD in 2030-2030 instead of 3", "cut: 10% left from supplier seller instead of 0%",
    ]  # fmt: skip
    for number, change in enumerate(proposed):
        assert_smallest(case, change, OutOfReach((), 0.5, 0.4, (), ()), number)
    assert "\n- --target 0.4\n" in section(page, 3)
    folder = sorted(path.name for path in (tmp_path / "case-run").iterdir())
    assert folder == ["SHA256SUMS", "infeasible.md", "inputs", "manifest.json"], "no half run beside the reason"


def test_nothing_to_blame_is_said(tmp_path: Path) -> None:
    """Dy is asked for and nothing makes, sells or brings it: no limit in the tables holds it back."""
    case = write_case(tmp_path / "case", ONE_TOWN + "Dy       heavy    1000\n", years(2030, 2030), SELLER, cut(1))
    add_rows(case, "demand", {"region": "town", "material": "Dy", "year": 2030, "t_per_year": 1,
                              "shortage_usd_per_t": 5_000_000})  # fmt: skip
    page = explained(case, 0.9)
    assert named(RULE, page) == []
    assert "missing altogether" in section(page, 3)
    assert "Nothing makes, sells or brings Dy to town." in section(page, 2)
    assert "\n- --target 0.5\n" in section(page, 3), "Nd is half of the value"


def test_the_years_of_a_seller_are_told(tmp_path: Path) -> None:
    """100 t in 2030, 80 t in 2032: the row that holds the largest number is named, and that there are others."""
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2032),
        SELLER,
        cut(0.2, 2031),
        """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  quay    1000             80
        seller    Nd        2032  quay    1000             100
        """,
    )
    page = explained(case, 0.5)
    [seller] = [rule for rule in named(RULE, page) if rule.says.startswith("seller")]
    assert cell(seller, "max_t_per_year") == "100"
    assert "(and the rows like it)" in page
    [change] = [change for change in named(CHANGE, page) if change.says.startswith("seller")]
    assert change.says.startswith("seller: 2.778 times"), "90 t in 2031, a fifth left: 50 / 18, rounded up"


def test_the_reason_in_an_overlay_is_told_where_it_stands(tmp_path: Path) -> None:
    """The place of a rule is the file that was read last, in the overlay."""
    expected = a_seller_cut()
    case = written(tmp_path, expected)
    overlay = tmp_path / "less"
    overlay.mkdir()
    (overlay / "disruptions.csv").write_text("scenario,kind,target,availability\ncut,supplier,seller,0.1\n")
    page = explained(case, 0.5, "--with", overlay)
    [row] = [rule for rule in named(RULE, page) if rule.says.startswith("cut")]
    assert (row.path.parent.name, row.line, cell(row, "availability")) == ("less", 2, "0.1")


def test_as_json(tmp_path: Path) -> None:
    expected = a_seller_cut()
    case = written(tmp_path, expected)
    result = run_command("solve", case, "--target", 0.5, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert answer["status"] == "infeasible"
    assert tuple(answer["rules"]) == expected.rules
    assert len(answer["changes"]) == 1 + len(expected.changes)


# ---- what is close, what is several, what is proven ---------------------------------------------------------


SOLVER = 1e-9
"""The tolerance of the solver, as a share of demand."""


def near(t: float) -> tuple[str, ...]:
    """100 t are needed, one of two sellers stops and the other has nearly as much."""
    return ONE_TOWN, years(2030, 2032), f"""
    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    one       Nd        2030  town    10               100
    other     Nd        2030  town    10               {t:.12g}

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         100000
    """, cut(0, 2031, target="one")  # fmt: skip


@pytest.mark.parametrize("t", [90, 99.99, 99.999999])
def test_a_small_change_is_as_exact_as_a_large_one(t: float, tmp_path: Path) -> None:
    """All of 100 t are asked for: it takes so much more of the other seller, or so much that is left of the one."""
    case = write_case(tmp_path / "case", *near(t))
    page = explained(case, 1)
    proposed = named(CHANGE, page)
    assert [change.says.split(":")[0] for change in proposed] == ["other", "cut"]
    for number, change in enumerate(proposed):
        before, after = old_and_new(change)
        whole = 100 if change.says.startswith("other") else 1
        needed = whole * (1 - t / 100)
        assert after - before == pytest.approx(needed, rel=1.1e-3, abs=2 * SOLVER * whole)
        assert_smallest(case, change, OutOfReach((), 1, 0, (), ()), number)
    [kept] = re.findall(r"- --target ([\d.]+)\n", page)
    assert t / 100 - 1.1e-6 <= float(kept) <= t / 100 + SOLVER
    assert optimum(case, target=float(kept)).feasible
    highest = re.search(r"the highest is ([\d.]+);", page)
    assert highest is not None
    assert float(highest[1]) == pytest.approx(t / 100, abs=5e-5)
    assert float(highest[1]) < 1


@pytest.mark.parametrize(
    ("t", "above"), [(90, -1e-7), (90, 0), (100 / 3, 1e-12), (90, 1e-10), (100 / 3, 1e-8), (99.9999999, 1e-9)]
)
def test_close_to_the_highest_one_tolerance_decides(t: float, above: float, tmp_path: Path) -> None:
    """Either there is a plan, or what is said of there being none agrees with itself and works."""
    case = write_case(tmp_path / "case", *near(t))
    target = min(1.0, t / 100 + above)
    found = optimum(case, target=target).feasible
    assert found or above > 0
    assert not found or above < 1e-7
    if found:
        return
    page = explained(case, target)
    assert "whole numbers" not in page, "there are none in the case"
    assert f"resilience of at least {target:.14g} |" in page.replace(",", ""), "the target is said as it was given"
    [kept] = re.findall(r"- --target ([\d.]+)\n", page)
    assert target - above - 1.1e-6 <= float(kept) < target
    assert optimum(case, target=float(kept)).feasible
    for number, change in enumerate(named(CHANGE, page) if above >= SOLVER else []):
        copy, place = copied(case, f"changed-{number}", change)
        make(place, old_and_new(change)[1])
        assert optimum(copy, target=target).feasible, change


def test_a_target_of_the_settings_just_out_of_reach_is_said_as_it_is(tmp_path: Path) -> None:
    """0.9999 can be kept and 0.99995 is asked for along a front: neither number is rounded to the other."""
    case = write_case(tmp_path / "case", *near(99.99))
    add_rows(case, "settings", {"name": "resilience_target", "value": 0.99995})
    result = run_command("solve", case, "--points", 2, "--out", tmp_path / "run")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "The resilience_target 0.99995 of the settings is out of reach: no plan serves more than 0.9999." in said


IN_SERIES = """
    products
    product  kind     reference_usd_per_t  reo_t_per_t
    magnet   product  40000                1

    processes
    process  takes   makes
    press    recipe  recipe

    recipes
    process  material  t_per_t
    press    Nd        -1
    press    magnet    1

    plants
    plant  region  process  capacity_t_per_year
    works  town    press    10

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    seller    Nd        2030  town    1000             20

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    magnet    2030  100         50000

    scenarios
    scenario  starts  years  probability
    cut       2031    1      0.1
    """
"""A plant of 10 t/yr after a seller of 20 t a year; 100 t are needed."""


def test_two_limits_one_after_the_other(tmp_path: Path) -> None:
    """80 t are asked for: at 10 t only the plant is tight, and both must grow to 80 t. Nothing is missing."""
    case = write_case(tmp_path / "case", ONE_TOWN, years(2030, 2031), IN_SERIES)
    page = explained(case, 0.8)
    assert "missing" not in page
    [rule] = named(RULE, page)
    assert rule.says in ("works: existing capacity 10 t/yr", "seller sells at most 20 t of Nd a year")
    assert "single change is enough: lifting any one of the limits" in section(page, 3)
    [line] = [line for line in section(page, 3).splitlines() if line.startswith("- together")]
    assert sorted(change.says for change in together(line)) == [
        "seller: 4 times as much Nd (up to 80 t a year instead of 20)", "works: 80 t/yr instead of 10",
    ]  # fmt: skip
    assert_smallest_together(case, together(line), 0.8)


def test_a_plant_that_stops_and_a_seller_that_comes_late(tmp_path: Path) -> None:
    """The plant stands until 2030, the cut is in 2031; a seller that sells nothing in 2030 has no multiple of it."""
    works_that_stop = IN_SERIES.replace("capacity_t_per_year\n", "capacity_t_per_year  retires\n")
    works_that_stop = works_that_stop.replace("press    10\n", "press    100  2030\n").replace("  20\n", "  200\n")
    stopped = write_case(tmp_path / "stopped", ONE_TOWN, years(2030, 2031), works_that_stop)
    [change] = named(CHANGE, explained(stopped, 0.8))
    assert change.says == "works: stands until 2031 instead of 2030"
    assert change.columns == ("retires",)

    late = write_case(tmp_path / "late", ONE_TOWN, years(2030, 2031), SELLER, cut(1), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year
        seller    Nd        2030  quay    1000             0
        seller    Nd        2031  quay    1000             100
        """)  # fmt: skip
    [change] = named(CHANGE, explained(late, 0.6))
    assert change.says == "seller: at least 60 t of Nd in every year instead of 0"


def test_many_modules_are_counted(tmp_path: Path) -> None:
    """80 t in modules of half a tonne are 160 of them, of which 3 are allowed."""
    case = write_case(tmp_path / "case", ONE_TOWN, PURE_ORE, years(2030, 2030), SELLER, cut(0),
                      works("module_t_per_year  max_modules  module_musd", "0.5  3  1"))  # fmt: skip
    [modules] = [change for change in named(CHANGE, explained(case, 0.8)) if change.says.startswith("works")]
    assert modules.says == "works: 160 modules instead of 3"


def test_without_a_target_the_contradiction_is_named(tmp_path: Path) -> None:
    """60 t must be bought every year, but 30 t can be for good; in the window half of what was bought can be.

    In the window 0.5 x 60 t must be bought, and no more than half of the 30 t before: 30 t at most can be promised,
    or all of 60 t must be to be had before.
    """
    case = write_case(
        tmp_path / "case",
        ONE_TOWN,
        years(2030, 2030),
        SELLER,
        """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
        seller    Nd        2030  quay    1000             100             60

        scenarios
        scenario  starts  years  probability
        cut       2030    1      0.1

        disruptions
        scenario  kind      target  availability  basis    first  last
        base      supplier  seller  0.3           ceiling  2030   2030
        cut       supplier  seller  0.5           flow     -      -
        """,
    )
    assert not optimum(case).feasible
    for options in ((), ("--target", 0.5)):
        place = tmp_path / f"run{len(options)}"
        assert run_command("solve", case, *options, "--out", place).exit_code == 3
        page = (place / "infeasible.md").read_text(encoding="utf-8")
        assert "Even without a resilience target" in page
        assert "--target" not in page
        assert "seller: at least 60 t of Nd a year must be bought" in [rule.says for rule in named(RULE, page)]
        proposed = [change for change in named(CHANGE, page) if not change.says.startswith("without")]
        assert proposed
        for number, change in enumerate(proposed):
            copy, where = copied(case, f"{len(options)}-{number}", change)
            make(where, old_and_new(change)[1])
            assert optimum(copy).feasible, change


def test_what_was_not_tried_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time nothing is claimed: no rule, no change, nothing that is missing."""
    monkeypatch.setattr(explanation, "LIMIT_S", -1.0)
    case = written(tmp_path, a_seller_cut())
    page = explained(case, 0.5)
    assert "Which rules conflict was not found." in section(page, 2)
    assert "Not tried: the highest target that can be kept; which rules conflict; changes of limits." in page
    assert named(RULE, page) == named(CHANGE, page) == []
    assert "missing" not in page
    assert "single" not in page


class StopsAfter(Interrupt):
    """Ctrl-C after so many looks at it."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.left = looks

    @property
    def asked(self) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("looks", [3, 10, 20, 30])
def test_whenever_it_is_stopped_what_is_said_is_true(looks: int, tmp_path: Path) -> None:
    """What was found by then is a part of the whole explanation, and the rest is listed as not tried."""
    case = written(tmp_path, a_stockpile_too_small())
    tables = read(case)
    planner = Planner(case_from_tables(tables), WORST_CASE)
    whole = explain(planner, tables, 0.8, "", Interrupt(), lambda _: None)
    part = explain(planner, tables, 0.8, "", StopsAfter(looks), lambda _: None)
    assert whole.untried == []
    assert part.untried
    assert set(part.change_lines()[1:]) <= set(whole.change_lines()) | {"no other single change was shown to be enough"}
    if part.conflict is not None:
        assert [rule.says for rule in part.conflict] == [rule.says for rule in whole.conflict or []]


# ---- random cases -------------------------------------------------------------------------------------------


def out_of_reach_at_random(seed: int, folder: Path) -> tuple[Path, float] | None:
    """A random case and a target half way between what it can keep and everything; None if it can keep everything."""
    case = folder / "case"
    write_random_case(case, seed)
    planner = planner_of(case)
    if not planner.case.windows:
        return None
    top = planner.most_resilient(Controls()).objective
    return None if top > 0.999 else (case, round((1 + top) / 2, 4))


def edited(case: Path, change: Named, value: float, name: str) -> Path:
    """A copy of the case with a change of a seller, a share or a number made in every row that it is about."""
    copy, place = copied(case, name, change)
    table = place.path.stem
    listed = rows_of(copy, table)
    row = listed[place.line - 2]
    keys = {"suppliers": ("supplier", "material"), "offtakes": ("from_country", "to_country"), "ventures": ("venture",),
            "dependence": ("partner", "from_country")}.get(table, ())  # fmt: skip
    alike = [other for other in listed if keys and all(other[key] == row[key] for key in keys)] or [row]
    [column] = change.columns[:1]
    for other in alike:
        if " times as much " in change.says:
            before, _ = old_and_new(change)
            other[column] = repr(float(other[column]) * value / before)
        elif table in ("suppliers", "offtakes", "dependence"):
            other[column] = repr(max(float(other[column]), value))
        elif column in ("earliest_year", "lead_years"):
            first = int(read(copy).settings["first_year"])
            other["earliest_year"] = str(min(int(other.get("earliest_year") or value), int(value)))
            other["lead_years"] = str(min(int(other.get("lead_years") or 1), int(value) - first))
        else:
            other[column] = str(int(value)) if column in ("max_modules", "retires") else repr(value)
    write_rows(copy, table, listed)
    return copy


def assert_the_explanation_is_a_proof(case: Path, target: float) -> None:
    """The rules conflict and each is needed; every change works and one per cent less does not; no single is missed."""
    tables = read(case)
    planner = planner_of(case)
    found = explain(planner, tables, target, "", Interrupt(), lambda _: None)
    rules = RuleBook(planner.case, tables).all()
    conflict = found.conflict
    assert conflict is not None
    assert found.untried == []

    def possible(lifts: list[Rule], whole: bool = found.only_integers) -> bool:
        changed = Planner(lifted(planner.case, lifts), WORST_CASE)
        return (changed.cheapest(target, Controls()) if whole else changed.cheapest_relaxed(target)).found

    named_keys = {rule.key for rule in conflict}
    others = [rule for rule in rules if rule.key not in named_keys]
    assert not possible(others)
    for rule in conflict:
        assert possible([*others, rule]), rule.says
    alone = [rule for rule in rules if possible([rule])]
    said = {change.place for remedy in found.singles for change in remedy.changes}
    assert {rule.place for rule in alone if possible([rule], whole=True)} <= said, "no single change is missed"
    assert said <= {rule.place for rule in alone}, "and none is made up"
    assert found.no_single == (not alone)

    page = "".join(f"- {line}\n" for line in found.change_lines())
    for number, change in enumerate(named(CHANGE, page)):
        if change.says.startswith(("without", "together")) or change.tail:
            continue
        before, after = old_and_new(change)
        assert optimum(edited(case, change, after, f"done-{number}"), target=target).feasible, change
        if change.columns[0] in ("max_modules", "retires"):
            less = after - 1
        elif change.columns[0] in ("earliest_year", "lead_years"):
            less = after + 1
        elif change.says.startswith("base: 100% left from route"):  # for good it is closed or open: half is an error
            continue
        else:
            less = before + 0.99 * (after - before)
        assert not optimum(edited(case, change, less, f"less-{number}"), target=target).feasible, change
    [kept] = re.findall(r"- --target ([\d.]+)\n", page)
    top = planner.most_resilient(Controls()).objective
    assert top - 3e-6 <= float(kept) <= top + 1e-7
    assert optimum(case, target=float(kept)).feasible


@pytest.mark.parametrize("seed", SEEDS)
def test_at_random_what_is_said_is_so(seed: int, tmp_path: Path) -> None:
    drawn = out_of_reach_at_random(seed, tmp_path)
    assert drawn is not None
    assert_the_explanation_is_a_proof(*drawn)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_at_random_what_is_said_is_so_in_many_cases(seed: int, tmp_path: Path) -> None:
    drawn = out_of_reach_at_random(seed, tmp_path)
    if drawn is not None:
        assert_the_explanation_is_a_proof(*drawn)


# ---- arithmetic ----------------------------------------------------------------------------------


ARITHMETIC = """
    stockpiles
    region  material  initial_t  capacity_t  max_capacity_t
    town    Nd        4          6           10
    """


@pytest.mark.parametrize(
    ("start", "most", "years_said"),
    [
        (2030, 20 + 0 + 4, "2030"),  # a fifth of 100 t; no module runs yet; what is in store at the start
        (2031, 20 + 30 + 10, "2031"),  # two modules of 15 t; the store can be full
    ],
)
def test_at_most_so_much_can_be_supplied(start: int, most: float, years_said: str, tmp_path: Path) -> None:
    """Sellers that are left, every module that can run by then, what can be in store; 100 t are needed."""
    case = write_case(tmp_path / "case", ONE_TOWN, PURE_ORE, years(2030, 2031), SELLER, cut(0.2, start), ARITHMETIC,
                      works("module_t_per_year  max_modules  lead_years", "15  2  1"))  # fmt: skip
    network = Network(case_from_tables(read(case)))
    [short] = shortfalls(network)
    assert (short.at_most_t, short.needed_t, short.years) == (most, 100, years_said)
    assert highest_by_arithmetic(network, Measure("worst_case", 0.9)) == pytest.approx(most / 100)
    assert highest_by_arithmetic(network, Measure("weakest_link", 0.9)) == pytest.approx(most / 100)
    page = section(explained(case, 0.95), 1)
    assert (
        f"- Nd, cut@{start} ({years_said}): at most {most} t can be supplied, 100 t are needed; "
        f"{100 - most}% goes short in any plan."
    ) in page
    assert f"This alone keeps resilience at {most / 100:.4f} or below." in page


def test_the_arithmetic_counts_the_years_of_a_window_together(tmp_path: Path) -> None:
    """Two years: 2 x 20 t sold, 2 x 30 t made, 10 t in store once; 200 t are needed."""
    case = write_case(tmp_path / "case", ONE_TOWN, PURE_ORE, years(2030, 2032), SELLER, cut(0.2, 2031), ARITHMETIC,
                      works("module_t_per_year  max_modules  lead_years", "15  2  1"))  # fmt: skip
    two = rows_of(case, "scenarios")
    two[0]["years"] = "2"
    write_rows(case, "scenarios", two)
    [short] = shortfalls(Network(case_from_tables(read(case))))
    assert (short.at_most_t, short.needed_t, short.years) == (110, 200, "2031-2032")


def test_the_arithmetic_weighs_a_material_by_its_value(tmp_path: Path) -> None:
    """80 of 100 t of Nd at 50,000 are missing, 1 t of Dy at 5,000,000 is not: 4 of 10 million lost, 0.6 is left."""
    case = write_case(tmp_path / "case", ONE_TOWN + "Dy       heavy    1000\n", years(2030, 2030), SELLER, cut(0.2))
    add_rows(case, "suppliers", {"supplier": "other", "material": "Dy", "year": 2030, "region": "quay",
                                 "price_usd_per_t": 1, "max_t_per_year": 1})  # fmt: skip
    add_rows(case, "demand", {"region": "town", "material": "Dy", "year": 2030, "t_per_year": 1,
                              "shortage_usd_per_t": 5_000_000})  # fmt: skip
    network = Network(case_from_tables(read(case)))
    assert highest_by_arithmetic(network, Measure("worst_case", 0.9)) == pytest.approx(0.6)
    assert highest_by_arithmetic(network, Measure("weakest_link", 0.9)) == pytest.approx(0.2)
    assert highest_by_arithmetic(network, Measure("expected", 0.9)) == 1.0


# ---- hostile names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["a|b", "<script>alert(1)</script>", "![x](http://y)", "`code`", "*", "a\\|b", "&lt;b&gt;", "# head"]
)
def test_names_cannot_break_the_page(name: str, tmp_path: Path) -> None:
    """Whatever a seller is called, the table keeps its three columns and nothing becomes a tag, a link or code."""
    texts = [text.replace("seller    ", f"{name}  ") for text in (SELLER, cut(0.2, target=name))]
    case = write_case(tmp_path / "case", ONE_TOWN, years(2030, 2030), *texts)
    page = explained_whatever_it_says(case, 0.5)
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 3
    assert {line.count("|") for line in table} == {4}
    assert "<script" not in page
    assert "](" not in page
    assert "`" not in page


def explained_whatever_it_says(case: Path, target: float) -> str:
    place = case.parent / "run"
    assert run_command("solve", case, "--target", target, "--out", place).exit_code == 3
    return (place / "infeasible.md").read_text(encoding="utf-8")
