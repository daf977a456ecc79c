"""Build timeline, cost parts and capital: what they show is what the run folder says, and all of it can be read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from figure_support import assert_readable, draw, hand_run, words_of
from reeplan.present.figures.plan import build_timeline, capital, cost_parts
from reeplan.present.figures.spec import View
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

INPUTS = """
    settings
    name           value
    title          A case
    first_year     2026
    last_year      2040
    discount_rate  0.05
    currency_year  2025

    partners
    partner  wacc
    A        0.05
    B        0.05

    regions
    region  country
    here    A
    there   B
    far     C

    elements
    element  circuit  reference_usd_per_t
    Nd       light    60000

    processes
    process  takes  makes
    dig      ore    concentrate
    light    mixed  light_and_heavy_mix

    plants
    plant  region  process  module_t_per_year  lead_years  life_years
    pit    here    dig      1000               2           5
    mill   there   light    1000               3           25

    ventures
    venture  option  region  process  plant_t_per_year  plant_musd  equity_share  offtake_share  lead_years
    island   20%     far     dig      10000             200         0.2           0.2            1

    stockpiles
    region  material  max_capacity_t
    here    Nd        100

    budgets
    partner  first_year  last_year  musd
    A        2026        2030       114.1
    B        2026        2028       100
    """

COSTS = {
    "annuities": (100, 300), "fixed": (50, 90), "process": (200, 350), "purchases": (600, 370), "transport": (0, 0),
    "sales": (0, -20), "holding": (0, 0), "shortage": (50, 10), "restock": (0, 0),
}  # fmt: skip
"""Parts of the cost of both plans, MUSD."""

FRONT = "\n".join(
    [
        "front",
        "  ".join(["point  cost_musd  resilience  bound_musd  status  knee", *(f"{part}_musd" for part in COSTS)]),
        "  ".join(["p01  1000  0.5  1000  optimal  no", *(str(first) for first, _ in COSTS.values())]),
        "  ".join(["p02  1100  0.9  1050  optimal  no", *(str(second) for _, second in COSTS.values())]),
    ]
)

BUILDS = """
    builds
    asset              partner  decided  running  modules  t_per_year  capex_musd  what
    pit                A        2026     2028     2        2000        80          module
    mill               A        2026     2029     0.6      600         24          module
    mill               B        2026     2029     0.4      400         16          module
    mill               A        2026     2029     0        0           10          site
    island/20%         B        2027     2028     1        2000        40          module
    stockpile here/Nd  A        2028     2028     0        30          0.015       room
    mill               B        2031     2034     1        1000        40          module

    capacity
    asset  year  existing_t_per_year  modules_running  t_per_year
    pit    2026  500                  0                500
    """

NOTHING = """
    builds
    asset  partner  decided  running  modules  t_per_year  capex_musd  what

    capacity
    asset  year  existing_t_per_year  modules_running  t_per_year
    """


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two plans: p01 builds nothing, p02 a mine, a mill in two steps, a venture and some stockpile room."""
    folder = tmp_path_factory.mktemp("figures") / "run"
    return Run(hand_run(folder, INPUTS, FRONT, {"p01": NOTHING, "p02": BUILDS}))


@pytest.fixture(scope="module")
def plan(run: Run) -> View:
    return View(run, "p02")


# ---- build timeline -------------------------------------------------------------------------------


def test_the_timeline_has_each_partners_part_of_each_step(plan: View) -> None:
    table = build_timeline.table(plan).set_index(["project", "decided", "partner"])
    assert table.loc[("mill", 2026, "A"), ["modules", "t_per_year", "capital_musd"]].tolist() == [0.6, 600, 34]
    assert table.loc[("mill", 2031, "B"), "first_year_running"] == 2034
    assert table.loc[("pit", 2026, "A"), ["standing_t_per_year", "last_year_running"]].tolist() == [500, 2032]
    assert table.loc[("stockpile room", 2028, "A"), ["t_per_year", "room_t"]].tolist() == [0, 30]
    assert table["capital_musd"].sum() == pytest.approx(210.015)


def test_the_chain_is_the_order_of_the_timeline(plan: View) -> None:
    assert list(dict.fromkeys(build_timeline.table(plan)["stage"])) == ["mine", "separation", "venture", "stockpile"]


def test_the_timelines_title_counts_what_is_decided_first(plan: View) -> None:
    """The mine (80) and the mill's first step (50) of three projects that cost 210."""
    assert build_timeline.title(plan, build_timeline.table(plan)) == (
        "Decide two of three projects in 2026, with 130 of 210 MUSD of capital"
    )


def test_bars_are_as_high_as_what_runs_and_as_long_as_it_runs(run: Run, plan: View) -> None:
    """Height × years, as parts of a full bar: the mine for 5 years; of the mill A's 600 of 2,000 t for 12 years, B's
    400 for 12 and 1,000 for 7; the venture for 13; the stockpile for 13."""
    drawn: dict[str, float] = defaultdict(float)
    for patch in _bars(draw(build_timeline.FIGURE, plan), "running"):
        drawn[to_hex(patch.get_facecolor()).upper()] += patch.get_width() * patch.get_height() / build_timeline.BAR
    assert drawn == {
        run.partner_colour("A"): pytest.approx(5 + 0.3 * 12 + 13),
        run.partner_colour("B"): pytest.approx(0.2 * 12 + 0.5 * 7 + 13),
    }


def test_hatched_bars_are_as_long_as_the_lead(plan: View) -> None:
    hatched = _bars(draw(build_timeline.FIGURE, plan), "built")
    spans = sorted({(patch.get_x(), patch.get_x() + patch.get_width()) for patch in hatched})
    assert spans == [(2026, 2028), (2026, 2029), (2027, 2028), (2031, 2034)]


def test_a_diamond_stands_where_something_is_decided(plan: View) -> None:
    [axes] = [axes for axes in draw(build_timeline.FIGURE, plan).axes if axes.get_xlim() == (2026, 2041)]
    years = sorted(float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "D")
    assert years == [2026, 2026, 2027, 2028, 2031]


def test_the_timeline_can_be_read(plan: View) -> None:
    figure = draw(build_timeline.FIGURE, plan)
    assert_readable(figure)
    said = words_of(figure)
    for part in ("2 × 1,000 (on 500)", "2,000", "30 t", "island at 20%", "decided", "being built", "paid by", "2026"):
        assert part in said


def test_a_plan_that_builds_nothing_has_no_timeline(run: Run) -> None:
    assert build_timeline.table(View(run, "p01")).empty


def _bars(figure: Figure, kind: str) -> list[Any]:
    return [patch for axes in figure.axes for patch in axes.patches if patch.get_gid() == kind]


# ---- cost parts -----------------------------------------------------------------------------------


def test_cost_parts_are_the_fronts_and_their_difference_to_the_cheapest(run: Run) -> None:
    table = cost_parts.table(View(run)).set_index(["point", "part"])
    assert table.loc[("p02", "purchases")].tolist() == [pytest.approx(90), 370, -230]
    assert table.loc[("p02", "sales"), "over_cheapest_musd"] == -20
    assert (table.loc["p01", "over_cheapest_musd"] == 0).all()


def test_bars_are_the_differences_between_plans(run: Run) -> None:
    figure = draw(cost_parts.FIGURE, View(run))
    [axes] = [axes for axes in figure.axes if axes.patches and axes.get_ylabel()]
    heights = {to_hex(patch.get_facecolor()).upper(): patch.get_height() for patch in axes.patches}
    expected = {"annuities": 200, "fixed": 40, "process": 150, "purchases": -230, "sales": -20, "shortage": -40}
    assert heights == {cost_parts.PARTS[part][1]: musd for part, musd in expected.items()}
    top = max(patch.get_y() + patch.get_height() for patch in axes.patches)
    assert top == 390
    assert min(patch.get_y() + patch.get_height() for patch in axes.patches) == -290
    sums = [float(line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "D"]
    assert sums == [0, 100]


def test_cost_parts_are_also_written(run: Run) -> None:
    figure = draw(cost_parts.FIGURE, View(run))
    said = words_of(figure)
    for number in ("600", "−230", "+200", "+40", "+150", "−20", "−40", "1,000", "+100", "50 %", "90 %"):
        assert number in said.split() or number in said
    assert "MUSD" in figure.axes[1].get_ylabel()
    assert "Freight" not in said, "nobody pays freight here"
    assert_readable(figure)


def test_the_title_of_cost_parts_names_the_largest_differences(run: Run) -> None:
    view = View(run)
    assert cost_parts.title(view, cost_parts.table(view)) == (
        "The most resilient plan costs 100 MUSD more: capital, as annuities +200, purchases −230"
    )


def test_one_plan_has_no_differences(tmp_path: Path) -> None:
    alone = "\n".join(line for line in FRONT.splitlines() if "p02" not in line)
    view = View(Run(hand_run(tmp_path, INPUTS, alone, {"p01": NOTHING})))
    assert cost_parts.title(view, cost_parts.table(view)).replace("\u00a0", " ") == (
        "Purchases: 60 % of the 1,000 MUSD that the plan costs"
    )
    assert_readable(draw(cost_parts.FIGURE, view))


def test_forty_plans_still_fit(tmp_path: Path) -> None:
    lines = FRONT.rstrip().splitlines()
    many = [lines[-1].replace("p02", f"p{n:02d}").replace("1100", str(1100 + n)) for n in range(2, 41)]
    view = View(Run(hand_run(tmp_path, INPUTS, "\n".join([*lines[:-1], *many]), {})))
    figure = draw(cost_parts.FIGURE, view)
    assert f"{cost_parts.MOST_COLUMNS} of 40 plans" in words_of(figure)
    assert_readable(figure)


# ---- capital --------------------------------------------------------------------------------------


def test_capital_is_counted_in_the_years_of_a_budget(plan: View) -> None:
    table = capital.table(plan)
    sums = table.groupby(["partner", "first_year"], dropna=False)["capital_musd"].sum()
    assert sums["A", 2026.0] == pytest.approx(114.015)
    assert sums["B", 2026.0] == pytest.approx(56)
    without = table[table["budget_musd"].isna()]
    assert without[["partner", "country", "capital_musd"]].to_numpy().tolist() == [["B", "B", 40]]


def test_capital_by_country_counts_each_decision_once(plan: View) -> None:
    spent = capital.spent_by_country(plan)
    assert list(spent.index) == ["B", "A", "C"]
    assert spent.loc["B"].to_dict() == {"A": 34, "B": 56}
    assert spent.to_numpy().sum() == pytest.approx(210.015)


def test_bars_of_capital_and_frames_of_budgets(run: Run, plan: View) -> None:
    figure = draw(capital.FIGURE, plan)
    [axes] = [axes for axes in figure.axes if axes.get_xlabel()]
    frames = sorted(patch.get_width() for patch in axes.patches if patch.get_facecolor()[3] == 0)
    assert frames == [100, 114.1]
    by_height: dict[float, float] = defaultdict(float)
    for patch in axes.patches:
        if patch.get_facecolor()[3] > 0:
            by_height[round(patch.get_y(), 6)] += patch.get_width()
    assert [by_height[y] for y in sorted(by_height, reverse=True)] == pytest.approx([114.015, 56, 40, 90, 80.015, 40])
    assert axes.get_xlabel() == "Capital (MUSD of 2025)"


def test_what_is_said_of_capital(plan: View) -> None:
    table = capital.table(plan)
    assert capital.title(plan, table).replace("\u00a0", " ") == (
        "A pays 114 of 210 MUSD; 43 % is spent in B; A's budget of 2026–2030 is used up"
    )
    figure = draw(capital.FIGURE, plan)
    said = words_of(figure)
    for part in ("114 of 114 MUSD (99.9 %)", "56 of 100 MUSD (56 %)", "without a budget", "90 MUSD (43 %)"):
        assert part in said
    assert_readable(figure)


def test_a_plan_that_spends_nothing_has_no_capital(run: Run) -> None:
    assert capital.table(View(run, "p01")).empty


# ---- a real run -----------------------------------------------------------------------------------


def test_a_real_runs_figures_agree_with_its_tables(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    front = run.front.set_index("point")
    parts = cost_parts.table(View(run)).groupby("point")["musd"].sum()
    assert parts.to_dict() == pytest.approx(front["cost_musd"].to_dict(), rel=1e-9)
    assert_readable(draw(cost_parts.FIGURE, View(run)))
    for point in run.points:
        view = View(run, point)
        total = front.loc[point, "capital_musd"]
        assert capital.spent_by_country(view).to_numpy().sum() == pytest.approx(total)
        assert build_timeline.table(view)["capital_musd"].sum() == pytest.approx(total)
        for row in capital.table(view).dropna().groupby(["partner", "first_year"]):
            assert row[1]["capital_musd"].sum() <= row[1]["budget_musd"].iloc[0] * (1 + 1e-6)
        assert_readable(draw(build_timeline.FIGURE, view))
        assert_readable(draw(capital.FIGURE, view))


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    strange = INPUTS.replace("pit ", r"$\f$").replace("island", "<b>" + "x" * 60)
    builds = BUILDS.replace("pit ", r"$\f$").replace("island", "<b>" + "x" * 60)
    view = View(Run(hand_run(tmp_path, strange, FRONT, {"p02": builds, "p01": NOTHING})), "p02")
    assert isinstance(build_timeline.table(view), pd.DataFrame)
    for figure in (build_timeline.FIGURE, capital.FIGURE):
        assert_readable(draw(figure, view))
