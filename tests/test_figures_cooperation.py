"""Figures of cooperation: what they say for every outcome, that they draw what the tables hold, and can be read."""

from __future__ import annotations

import math
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from cooperation_support import (
    FOUR_NAMES,
    TWO,
    coalition_rows,
    cooperate_run,
    four_costs,
    with_partners,
    write_burdens,
    write_levers,
    write_regret,
)  # fmt: skip
from figure_support import assert_readable, draw, words_of
from reeplan.csv_files import write_table
from reeplan.interval import UNKNOWN, Interval
from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.present.charts import palette
from reeplan.present.figures.catalogue import FIGURES
from reeplan.present.figures.cooperation import (
    burdens,
    data,
    regret,
    together_front,
    who_gains,
)
from reeplan.present.figures.cooperation import (
    clause_table as lever_table,
)
from reeplan.present.figures.cooperation import (
    clauses as levers,
)
from reeplan.present.figures.cooperation.data import Group, Level
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.run import Run
from reeplan.studies.cooperation import COOPERATION, deal
from reeplan.studies.cooperation import levers as cooperate_levers
from reeplan.studies.cooperation.allocation import coalitions, shapley

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from cooperation_support import Costs

PAIR = ("India", "Japan")
NAN, INF = math.nan, math.inf
OURS = (who_gains.FIGURE, together_front.FIGURE, burdens.FIGURE, levers.FIGURE, regret.FIGURE)
EIGHT = (*FOUR_NAMES, "South Korea", "France", "United Kingdom of Great Britain", "Viet Nam")


def two(a: float | None, b: float | None, ab: float | None, gap: float = 10.0) -> Costs:
    """Costs of two partners, each known to within a gap."""
    costs = zip(("India", "Japan", "India + Japan"), (a, b, ab), strict=True)
    return {name: None if cost is None else (cost, cost - gap) for name, cost in costs}


@pytest.fixture
def make(tutorial_run: Path, tmp_path: Path) -> Any:
    """Makes a run of two partners with coalitions at one or more targets."""

    def made(games: dict[float, Costs] | Costs, target: float = 0.6, **more: Any) -> Path:
        by_target = games if all(isinstance(key, float) for key in games) else {target: games}
        pays = more.pop("pays", {"India": 7000.0, "Japan": 11853.0})
        return cooperate_run(tutorial_run, tmp_path / "run", PAIR, by_target, target, pays, **more)  # type: ignore[arg-type]

    return made


@pytest.fixture
def four(tutorial_run: Path, tmp_path: Path) -> Path:
    costs = four_costs()
    pays = {"India": 9900.0, "Japan": 9500.0, "Australia": 500.0, "United States": 14339.0}
    return cooperate_run(tutorial_run, tmp_path / "four", FOUR_NAMES, {0.6: costs}, 0.6, pays)


def title(spec: FigureSpec, run: Path) -> str:
    view = View(Run(run))
    return spec.title(view, spec.table(view)).replace("\u00a0", " ")


def alt(spec: FigureSpec, run: Path) -> str:
    view = View(Run(run))
    return spec.alt(view, spec.table(view)).replace("\u00a0", " ")


def drawn(spec: FigureSpec, run: Path) -> Figure:
    figure = draw(spec, View(Run(run)))
    assert_readable(figure)
    return figure


def marks(figure: Figure, gid: str) -> list[tuple[float, ...]]:
    """Where marks, lines or bars of that name lie: the ends along the horizontal axis."""
    found = []
    for part in figure.findobj(lambda part: part.get_gid() == gid):
        if hasattr(part, "get_xdata"):
            found.append(tuple(float(x) for x in part.get_xdata()))
        else:
            found.append((part.get_x(), part.get_x() + part.get_width()))
    return found


# ---- where there is nothing to show ---------------------------------------------------------------


def test_a_plain_run_has_no_figure_of_cooperation(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    of_cooperation = [spec for spec in FIGURES if spec.needs]
    assert {spec.name for spec in of_cooperation} >= set(COOPERATION.figures)
    assert [spec.views(run) for spec in of_cooperation] == [[]] * len(of_cooperation)


def test_every_file_that_a_figure_needs_brings_it(make: Any) -> None:
    run = make(TWO)
    assert [spec.name for spec in FIGURES if spec.needs and spec.views(Run(run))] == ["who-gains", "together-front"]


@pytest.mark.parametrize("spec", OURS, ids=lambda spec: spec.name)
def test_tables_with_a_header_only_give_no_figure(make: Any, spec: FigureSpec) -> None:
    run = make(TWO)
    for file in ("coalitions", "allocation", "levers", "regret", "pays", "owns", "risks"):
        (run / f"{file}.csv").write_text("coalition,partner,target,clause,stays\n", encoding="utf-8")
    assert spec.table(View(Run(run))).empty


# ---- what the program calls things ---------------------------------------------------------------


def test_words_are_those_that_the_program_writes() -> None:
    assert data.ALL_TOGETHER == cooperate_levers.TOGETHER
    assert (lever_table.OUT_BEFORE, lever_table.OUT_AFTER, lever_table.OUT_BOTH) == (
        cooperate_levers.OUT_BEFORE, cooperate_levers.OUT_AFTER, cooperate_levers.OUT_BEFORE_AND_AFTER
    )  # fmt: skip


def test_a_coalition_is_told_by_its_whole_name() -> None:
    who = data.coalitions_by_name(["A", "A + B", "B"])
    assert len(who) == 6, "seven coalitions, two of which have one name"
    assert who["A + A + B"] == {"A", "A + B"}
    assert data.coalitions_by_name(["A", "B", "C"])["A + C"] == {"A", "C"}


# ---- how sure a partner's gain is -----------------------------------------------------------------


def level_of(costs: dict[str, tuple[float, float]], players: str) -> Level:
    groups = {
        frozenset(name): Group(name, "optimal", Interval(bound, cost, cost), NAN, UNKNOWN)
        for name, (cost, bound) in costs.items()
    }
    return Level(0.5, list(players), groups)


def test_two_partners_gain_half_each_with_half_of_the_band(make: Any) -> None:
    """561 together, certainly 517 to 574: half of that each."""
    level = data.deal_level(Run(make(TWO)))
    assert level is not None
    for partner in PAIR:
        gain = level.gain_of(partner)
        assert (gain.found, gain.low, gain.high) == pytest.approx((280.5, 258.5, 287.0))


def test_the_band_of_a_gain_is_that_over_all_corners_of_the_costs() -> None:
    """Seven coalitions, each at its cost or its bound: 128 games, whose gains a linear function has its ends at."""
    costs = {"a": (10.0, 9.0), "b": (14.0, 13.5), "c": (9.0, 8.0), "ab": (20.0, 18.0), "ac": (17.0, 16.5),
             "bc": (21.0, 20.0), "abc": (27.0, 25.0)}  # fmt: skip
    level = level_of(costs, "abc")
    games = [
        {frozenset(name): pair[end] for (name, pair), end in zip(costs.items(), ends, strict=True)}
        for ends in product((0, 1), repeat=7)
    ]
    for player in "abc":
        gains = [game[frozenset(player)] - shapley(game)[player] for game in games]
        gain = level.gain_of(player)
        assert (gain.low, gain.high) == pytest.approx((min(gains), max(gains)))
        assert gain.found == pytest.approx(gains[0])


def test_gains_sum_to_the_gain_of_all(four: Path) -> None:
    level = data.deal_level(Run(four))
    assert level is not None
    assert sum(level.gain_of(partner).found for partner in FOUR_NAMES) == pytest.approx(level.gain.found)
    assert level.gain.found == pytest.approx(6 * 30 + 25)


def test_an_unknown_bound_leaves_a_gain_open() -> None:
    level = level_of({"a": (10.0, -INF), "b": (14.0, 13.0), "ab": (20.0, 19.0)}, "ab")
    gain = level.gain_of("a")
    assert (gain.found, gain.low, gain.high) == (2.0, -INF, pytest.approx((24 - 19) / 2))


# ---- who gains and who pays -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (TWO, "Together the partners save 561 MUSD: 280 each"),
        (two(9450, 9000, 18853), "Together the partners pay 403 MUSD more than alone"),
        (two(9450, 9500, 18933, 50), "Whether cooperation saves money is not known: between −83 and 67 MUSD"),
        (two(9450, 9500, 18950, 0), "Together the partners pay as much as alone: cooperation saves nothing"),
        (two(None, 9500, 18950), "India cannot reach the target alone: joining makes it possible"),
        (two(None, None, 18950), "India and Japan cannot reach the target alone: joining makes it possible"),
        (two(9000, 9500, None), "Even together the partners cannot reach the target"),
    ],
)
def test_the_title_says_what_joining_does(make: Any, costs: Costs, said: str) -> None:
    run = make(costs)
    assert title(who_gains.FIGURE, run) == said
    assert alt(who_gains.FIGURE, run).startswith(said)
    drawn(who_gains.FIGURE, run)


def test_an_open_bound_is_said_to_be_open(make: Any) -> None:
    costs = {"India": (9450.0, -INF), "Japan": (9500.0, 9490.0), "India + Japan": (18900.0, 18890.0)}
    run = make(costs)
    said = "Whether cooperation saves money is not known: +50 MUSD as found, at most 60"
    assert title(who_gains.FIGURE, run) == said
    drawn(who_gains.FIGURE, run)


def test_what_was_not_solved_is_not_called_impossible(make: Any) -> None:
    run = make(two(None, 9500, 18950))
    table = pd.read_csv(run / "coalitions.csv", encoding="utf-8-sig")
    table.loc[0, "status"] = "not solved"
    write_table(table, run / "coalitions.csv")
    assert title(who_gains.FIGURE, run) == "Not every partner has a plan alone, so no gain can be stated"
    assert title(together_front.FIGURE, run) == "No level can be compared with going alone"


def test_marks_lie_where_each_is_better_off_than_alone(make: Any) -> None:
    """India: alone 9450, in the plan 7000, by Shapley 9450 - 280.5: 2450 before and 280.5 after; Japan 9964 - 11853."""
    figure = drawn(who_gains.FIGURE, make(TWO))
    assert marks(figure, "before") == [(pytest.approx(2450.0),), (pytest.approx(9964 - 11853),)]
    assert marks(figure, "shapley") == [(pytest.approx(280.5),), (pytest.approx(280.5),)]
    assert marks(figure, "nucleolus") == [], "two partners: the same"
    said = words_of(figure)
    assert "pays 2,170 (434 a year)" in said
    assert "receives 2,170 (434 a year)" in said
    assert "certainly between 258 and 287" in said


def test_the_nucleolus_is_drawn_where_it_differs(tutorial_run: Path, tmp_path: Path) -> None:
    """A and B save 6 as a pair, C brings nothing: Shapley gives it 0 too, so all agree; with 6 also for all three and
    pairs with C saving 3, Shapley gives A 2.5 and the nucleolus more."""
    names = ("India", "Japan", "Australia")
    costs: Costs = {"India": (10, 10), "Japan": (10, 10), "Australia": (10, 10), "India + Japan": (14, 14),
                    "India + Australia": (17, 17), "Japan + Australia": (20, 20),
                    "India + Japan + Australia": (23, 23)}  # fmt: skip
    run = cooperate_run(tutorial_run, tmp_path / "three", names, {0.6: costs}, 0.6, dict.fromkeys(names, 23 / 3))
    table = pd.read_csv(run / "allocation.csv", encoding="utf-8-sig")
    figure = drawn(who_gains.FIGURE, run)
    assert [x for (x,) in marks(figure, "nucleolus")] == pytest.approx(list(10 - table["nucleolus_musd"]))
    assert (table["nucleolus_musd"] - table["shapley_musd"]).abs().max() > 0.1


def test_bars_of_cost_where_nothing_can_be_shared(make: Any) -> None:
    run = make(two(None, 9964, 18853), highest={"India": 0.712})
    said = words_of(drawn(who_gains.FIGURE, run))
    assert "cannot reach the target alone" in said
    assert "India alone reaches 71.2 % at most." in said
    assert "7,000 in the plan" in said
    assert "9,964 alone" in said


def test_four_partners(four: Path) -> None:
    assert title(who_gains.FIGURE, four) == "Together the partners save 205 MUSD: 51 each"
    drawn(who_gains.FIGURE, four)
    drawn(together_front.FIGURE, four)


# ---- together against alone -------------------------------------------------------------------------

LEVELS = {0.5: two(9400, 9900, 18800), 0.6: TWO, 0.8: two(None, 10400, 19250), 0.9: two(None, 10900, 19800),
          0.97: two(None, None, None)}  # fmt: skip


def test_the_fronts_lie_at_their_costs_and_end_where_alone_ends(make: Any) -> None:
    run = make(LEVELS, highest={"India": 0.76, "Japan": 0.95})
    figure = drawn(together_front.FIGURE, run)
    assert sorted(marks(figure, "together")) == [(18800,), (18853,), (19250,), (19800,)]
    assert sorted(marks(figure, "alone")) == [(19300,), (19414,)]
    assert sorted(marks(figure, "gain")) == [(18800, 19300), (18853, 19414)]
    [line] = figure.findobj(lambda part: part.get_gid() == "end alone")
    assert line.get_ydata()[0] == pytest.approx(76)
    assert title(together_front.FIGURE, run) == (
        "Together, the same resilience costs 500 to 561 MUSD less than alone; beyond 60 % served only together"
    )
    said = words_of(figure)
    assert "97 %: out of reach even together" in said
    assert "80 %: India cannot alone" in said
    assert "60 %: saves 561 (517 to 574)" in said


@pytest.mark.parametrize(
    ("games", "said"),
    [
        ({0.6: TWO}, "Together, 60 % served costs 561 MUSD less than alone"),
        ({0.0: TWO}, "Together, the cheapest plan costs 561 MUSD less than alone"),
        ({0.5: two(9000, 9900, 18950, 0)}, "Together, 50 % served costs 50 MUSD more than alone"),
        ({0.5: two(9000, 9900, 18900, 0), 0.6: two(9100, 9900, 19000, 0)},
         "Together, the same resilience costs as much as alone"),
        ({0.5: two(9000, 9900, 18890), 0.6: two(9100, 9900, 19005)},
         "Whether the same resilience costs less together than alone is not known"),
        ({0.5: two(9000, 9900, 18800), 0.6: two(9100, 9900, 19005)},
         "Together is cheaper for certain at 1 of 2 levels, by up to 100 MUSD"),
        ({0.5: two(9000, 9900, 18800, 0), 0.6: two(9100, 9900, 19050, 0)},
         "Together is cheaper for certain at 1 of 2 levels, by up to 100 MUSD, and costlier at 60 %"),
        ({0.5: two(None, 9900, 18800), 0.6: two(None, 9900, None)}, "Only together can the partners reach 50 % served"),
        ({0.5: two(9000, None, None)}, "No level is within reach, together or alone"),
    ],
)  # fmt: skip
def test_the_title_compares_only_what_can_be_compared(make: Any, games: dict[float, Costs], said: str) -> None:
    run = make(games, target=next(iter(games)))
    assert title(together_front.FIGURE, run) == said
    drawn(together_front.FIGURE, run)


def test_many_levels_are_named_as_far_as_there_is_room(make: Any) -> None:
    games = {0.4 + 0.005 * i: two(9400 + 30 * i, 9900 + 20 * i, 19290 + 49 * i, 60) for i in range(40)}
    figure = drawn(together_front.FIGURE, make(games, target=0.4))
    assert len(marks(figure, "together")) == 40


# ---- levers ---------------------------------------------------------------------------------------

HALT = ("export limit", "India to Japan", "halted: nothing is free", (-120.0, -150.0, -100.0),
        {"India": (-30.0, -50.0, -10.0), "Japan": (-90.0, -110.0, -70.0)})  # fmt: skip
LIFT = ("export limit", "India to Japan", "lifted: without limit", (80.0, 60.0, 95.0),
        {"India": (95.0, 70.0, 110.0), "Japan": (-15.0, -30.0, 5.0)})  # fmt: skip
UNSURE = ("venture", "a far away mine with a name that is longer than any column", "without it", (-10.0, -25.0, 5.0),
          {"India": (-5.0, -12.0, 2.0), "Japan": (-5.0, -13.0, 3.0)})  # fmt: skip
OPEN = ("budget", "India", "lifted: no limit", (3.0, -INF, INF),
        {"India": (1.5, -2.0, 20.0), "Japan": (1.5, -3.0, 20.0)})  # fmt: skip
IDLE = ("budget", "Japan", "doubled", (0.0, 0.0, 0.0), {"India": (0.0, 0.0, 0.0), "Japan": (0.0, 0.0, 0.0)})
BREAKS = ("technology transfer", "Japan", "withdrawn: no plants", "cannot reach the target any more",
          {"India": (NAN, NAN, NAN)})  # fmt: skip
UNSOLVED = ("thorium limit", "Kerala", "lifted: no limit", "not solved", {})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((HALT, LIFT, IDLE), "Most gained: export limit (India to Japan) lifted (+80 MUSD); most lost: export limit "
                             "(India to Japan) halted (−120 MUSD)"),
        ((HALT, BREAKS), "Most lost: technology transfer (Japan) withdrawn (target out of reach)"),
        ((UNSURE, OPEN, UNSOLVED), "No single change of the deal is certain to save or cost all together anything"),
        ((IDLE,), "No single change of the deal is worth anything to anybody"),
    ],
)  # fmt: skip
def test_the_title_names_what_is_certain_to_matter_most(make: Any, rows: Any, said: str) -> None:
    run = make(TWO)
    write_levers(run, *rows)
    assert title(levers.FIGURE, run) == said
    drawn(levers.FIGURE, run)


def test_bars_are_what_changes_are_worth_and_hollow_where_that_is_not_certain(make: Any) -> None:
    run = make(TWO)
    write_levers(run, UNSURE, HALT, IDLE, LIFT, BREAKS, UNSOLVED)
    figure = drawn(levers.FIGURE, run)
    bars = figure.findobj(lambda part: part.get_gid() == "all together")
    assert [bar.get_width() for bar in bars] == [-120.0, 80.0, -10.0], "the most important first"
    assert [bar.get_facecolor()[3] for bar in bars] == [1.0, 1.0, 0.0]
    assert marks(figure, "band") == [(-150, -100), (60, 95), (-25, 5)]
    parts = {name: marks(figure, f"part {name}") for name in PAIR}
    assert sum(right - left for of in parts.values() for left, right in of) == pytest.approx(-120 + 80 - 10)
    said = words_of(figure)
    assert "target out of reach" in said
    assert "Worth nothing to anybody: budget (Japan) doubled. One change not solved." in said


def test_forty_changes_of_four_partners(four: Path) -> None:
    rows = []
    for i in range(40):
        parts = {name: ((-1) ** (i + j) * (40.0 - i + 7 * j), -INF, INF) for j, name in enumerate(FOUR_NAMES)}
        whole = sum(part[0] for part in parts.values())
        worth = (whole, whole - 5, whole + 3 * i)
        rows.append(("foreign ceiling", f"plants in place {i}", "doubled: more", worth, parts))
    write_levers(four, *rows)
    assert "22 smaller changes not shown." in words_of(drawn(levers.FIGURE, four))


def test_a_change_that_only_shifts_between_partners_is_shown(make: Any) -> None:
    run = make(TWO)
    write_levers(run, ("venture", "mine", "without it", (0.0, 0.0, 0.0), {"India": (9.0, 8.0, 10.0),
                                                                          "Japan": (-9.0, -10.0, -8.0)}))  # fmt: skip
    [lever] = lever_table.levers_of(Run(run), lever_table.table_of(Run(run)))
    assert not lever.idle
    assert marks(drawn(levers.FIGURE, run), "part India") == [(0.0, 9.0)]


# ---- walking away -----------------------------------------------------------------------------------

GO, TURN = "goes on as planned", "turns round"


def test_the_title_takes_the_better_conduct(make: Any) -> None:
    """Going on costs 200 more than alone, turning round 50: the break costs 50."""
    run = make(TWO)
    write_regret(run, ("India", "Japan", 2029, GO, (1200.0, 1190.0, 0.5, 1000.0, 0.66)),
                 ("India", "Japan", 2029, TURN, (1050.0, 1040.0, 0.62, 1000.0, 0.66)))  # fmt: skip
    assert title(regret.FIGURE, run) == (
        "If Japan leaves in 2029, India pays 50 MUSD more than planning alone, whatever it then does"
    )
    said = words_of(drawn(regret.FIGURE, run))
    assert "+200" in said
    assert "62 % vs 66 %" in said
    assert "bold: below the target" in said, "50 % of 60 %"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ((900.0, 890.0, 0.5, 1000.0, 0.66),
         "Whoever leaves, and whenever: those who stay need pay no more than had they planned alone, though some are "
         "served less"),
        ((900.0, 890.0, 0.66, 1000.0, 0.66),
         "Whoever leaves, and whenever: those who stay need pay no more than had they planned alone"),
        ((1004.0, 990.0, 0.5, 1000.0, 0.66), "No break is certain to cost those who stay more than planning alone"),
        ((1004.0, 990.0, 0.5, NAN, 0.4),
         "What a break costs is not known: those who stay have no plan alone to compare with"),
    ],
)  # fmt: skip
def test_the_title_says_only_what_is_certain(make: Any, outcome: Any, said: str) -> None:
    run = make(TWO)
    write_regret(run, ("India", "Japan", 2029, GO, outcome))
    assert title(regret.FIGURE, run) == said
    drawn(regret.FIGURE, run)


def test_whatever_they_do_is_said_only_where_both_conducts_are_known_to_be_costlier(make: Any) -> None:
    """Turning round is the cheaper as found, but going on might be no costlier than alone: 1060 found, 990 proven."""
    run = make(TWO)
    sure = ("India", "Japan", 2029, TURN, (1050.0, 1040.0, 0.62, 1000.0, 0.66))
    for other in ((1060.0, 990.0, 0.62, 1000.0, 0.66), "not solved"):
        write_regret(run, ("India", "Japan", 2029, GO, other), sure)
        assert title(regret.FIGURE, run) == "No break is certain to cost those who stay more than planning alone"
    write_regret(run, ("India", "Japan", 2028, GO, "not solved"),
                 ("India", "Japan", 2029, GO, (900.0, 890.0, 0.5, 1000.0, 0.66)))  # fmt: skip
    assert not title(regret.FIGURE, run).startswith("Whoever leaves"), "2028 is not known"


def test_cells_are_coloured_only_where_the_sign_is_certain(make: Any) -> None:
    run = make(TWO)
    write_regret(run, ("India", "Japan", 2028, GO, (1200.0, 1190.0, 0.5, 1000.0, 0.66)),
                 ("India", "Japan", 2029, GO, (1004.0, 990.0, 0.5, 1000.0, 0.66)),
                 ("India", "Japan", 2030, GO, (900.0, 890.0, 0.5, 1000.0, 0.66)),
                 ("India", "Japan", 2031, GO, "not solved"))  # fmt: skip
    figure = drawn(regret.FIGURE, run)
    colours = [part.get_facecolor()[:3] for part in figure.findobj(lambda part: part.get_gid() == "cell")]
    red, white, blue, grey = colours
    assert red[0] > red[2]
    assert blue[2] > blue[0]
    assert white == (1.0, 1.0, 1.0)
    assert grey[0] == grey[1] == grey[2] < 1
    assert "not solved" in words_of(figure)


def test_many_breaks_of_many_partners(four: Path) -> None:
    rows = []
    for i, name in enumerate(FOUR_NAMES):
        rest = " + ".join(other for other in FOUR_NAMES if other != name)
        for (stays, leaves), year, conduct in product(((name, rest), (rest, name)), range(2027, 2033), (GO, TURN)):
            alone = NAN if i == 2 else 9560.0
            rows.append((stays, leaves, year, conduct, (9500.0 + 200 * i + year, 9400.0, 0.1 * i, alone, 0.66)))
    write_regret(four, *rows)
    said = words_of(drawn(regret.FIGURE, four))
    assert "All but India stay" in said
    assert "all others leave" in said


# ---- who pays, owns and risks what ------------------------------------------------------------------


def test_bars_sum_to_what_each_pays_and_owns(make: Any) -> None:
    run = make(TWO)
    write_burdens(run, PAIR)
    figure = drawn(burdens.FIGURE, run)
    pays = pd.read_csv(run / "pays.csv", encoding="utf-8-sig")
    for partner in PAIR:
        bars = figure.findobj(lambda part, k=partner: str(part.get_gid()).startswith(f"pays {k} "))
        assert sum(bar.get_width() for bar in bars) == pytest.approx(pays["musd"][pays["partner"] == partner].sum())
    assert title(burdens.FIGURE, run) == (
        "Japan pays 2,295 of 3,825 MUSD, owns 52 % of the new capital and is left with 76 % served in its worst "
        "disruption"
    )


def test_burdens_without_capital_or_risks(make: Any) -> None:
    run = make(TWO)
    write_burdens(run, PAIR)
    (run / "owns.csv").unlink()
    (run / "risks.csv").unlink()
    assert title(burdens.FIGURE, run) == "Japan pays 2,295 of 3,825 MUSD"
    drawn(burdens.FIGURE, run)


def test_a_plan_that_serves_all(make: Any) -> None:
    run = make(TWO)
    write_burdens(run, PAIR)
    risks = pd.read_csv(run / "risks.csv", encoding="utf-8-sig").assign(served_share=1.0)
    write_table(risks, run / "risks.csv")
    assert title(burdens.FIGURE, run).endswith("; nobody goes short in any disruption")


# ---- two to eight partners --------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 3, 8])
def test_every_figure_can_be_read_for_any_number_of_partners(tutorial_run: Path, tmp_path: Path, number: int) -> None:
    names = EIGHT[:number]
    costs: Costs = {}
    for size in range(1, number + 1):
        for some in combinations(names, size):
            cost = sum(1000.0 * (EIGHT.index(name) + 1) for name in some) - 10.0 * size * (size - 1)
            costs[" + ".join(some)] = (cost, cost - 3.0)
    run = cooperate_run(tutorial_run, tmp_path / "run", names, {0.5: costs, 0.6: costs}, 0.6,
                        {name: 900.0 * (i + 1) for i, name in enumerate(names)})  # fmt: skip
    write_burdens(run, names)
    parts = {name: (4.0 * (i - 1), 4.0 * (i - 1) - 3, 4.0 * (i - 1) + 3) for i, name in enumerate(names)}
    write_levers(run, ("budget", names[-1], "doubled", (sum(p[0] for p in parts.values()), -5.0, 300.0), parts))
    rest = " + ".join(names[1:])
    write_regret(run, *((names[0], rest, year, GO, (1200.0, 1190.0, 0.5, 1000.0, 0.66)) for year in (2028, 2029)))
    for spec in OURS:
        drawn(spec, run)
        assert alt(spec, run)
    colours = data.partner_colours(Run(run))
    assert len(set(colours.values())) == number
    assert palette.OTHER not in colours.values()


def test_support_agrees_with_the_deal_itself() -> None:
    """The tables written by hand have the columns of those that the program writes."""
    from types import SimpleNamespace

    case: Any = SimpleNamespace(partners=list(PAIR), years=[2030], discount=lambda year: 1.0)
    written = deal.Deal(case, 0.6, dict.fromkeys(coalitions(list(PAIR)))).coalition_rows()
    assert [row["coalition"] for row in written] == list(TWO)
    by_hand = COALITIONS.frame(coalition_rows(0.6, TWO, {}))
    assert list(COALITIONS.frame(written)) == list(by_hand) == list(COALITIONS.names)


def test_other_partners_than_in_the_tables_do_no_harm(make: Any) -> None:
    run = make(TWO)
    with_partners(run, ("India", "Japan", "Korea"))
    assert together_front.table(View(Run(run))).empty, "no coalition of all three is listed"
