"""Figures of how sure a plan is: what they say for every outcome, that they draw what the tables hold, can be read."""

# ruff: noqa: E501 - titles are compared as they are written

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from figure_support import assert_readable, draw, words_of
from reeplan.csv_files import write_table
from reeplan.outputs.spec import OUTPUTS
from reeplan.present.figures.alternatives import plans as alternatives
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.catalogue import FIGURES
from reeplan.present.figures.sensitivity import built_in_futures, indices, screening, tornado
from reeplan.present.figures.uncertainty import plan_regret, risk_front
from reeplan.present.figures.uncertainty import value_of_information as knowing
from reeplan.present.run import Run
from reeplan.studies.alternatives import ranges as alternatives_ranges
from reeplan.studies.uncertainty import measures_of_knowing as of_knowing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from reeplan.present.figures.spec import FigureSpec

NAN = math.nan
LONG = "a separation plant with a very long name beside a port nobody has heard of"
MODULES = (
    near_optimal, alternatives, knowing, plan_regret, risk_front, tornado, screening, indices, built_in_futures,
)  # fmt: skip
FILES = (
    "near_optimal", "alternatives", "alternatives_differences", "value_of_knowing", "regret_of_plans", "least_regret",
    "risk_front", "tornado", "screening", "indices", "built_in_futures",
)  # fmt: skip


@pytest.fixture
def run(tutorial_run: Path, tmp_path: Path) -> Path:
    """A solved run without any table of a study."""
    place = tmp_path / "run"
    shutil.copytree(tutorial_run, place, ignore=shutil.ignore_patterns("figures", "report.html"))
    return place


def write(run: Path, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """A table by hand: not all of its columns perhaps, but no others."""
    table = pd.DataFrame(list(rows))
    assert set(table) <= set(OUTPUTS[name].names)
    write_table(table, run / f"{name}.csv")


def title(spec: FigureSpec, run: Path, place: int = 0) -> str:
    view = spec.views(Run(run))[place]
    return spec.title(view, spec.table(view)).replace("\u00a0", " ")


def drawn(spec: FigureSpec, run: Path, place: int = 0) -> Figure:
    view = spec.views(Run(run))[place]
    assert spec.alt(view, spec.table(view))
    figure = draw(spec, view)
    assert_readable(figure)
    return figure


def parts(figure: Figure, gid: str) -> list[Any]:
    return figure.findobj(lambda part: part.get_gid() == gid)


def spans(figure: Figure, gid: str) -> list[tuple[float, float]]:
    """Bars as their ends along the axis."""
    return [(round(bar.get_x(), 6), round(bar.get_x() + bar.get_width(), 6)) for bar in parts(figure, gid)]


# ---- tables by hand -----------------------------------------------------------------------------

Range = tuple[float, float, float, float]
"""What is proven at least, the least and the most found, and what is proven at most."""


def write_near_optimal(
    run: Path, things: Mapping[tuple[str, str], tuple[float, Sequence[Range]]], shares: Sequence[float] = (0.01, 0.03, 0.05)
) -> None:
    """``near_optimal.csv``; classes as the program gives them."""
    rows = []
    for place, share in enumerate(shares):
        for (kind, name), (cheapest, ranges) in things.items():
            low_bound, low, high, high_bound = ranges[place]
            rows.append({
                "slack_share": share, "slack_musd": 1000 * share, "kind": kind, "name": name,
                "unit": "musd" if kind in ("country", "partner") else "t_per_year", "least": low,
                "least_bound": low_bound, "most": high, "most_bound": high_bound, "in_cheapest": cheapest,
                "class": class_of(ranges[place]),
                "status": "proven" if (low, high) == (low_bound, high_bound) else "less and more may be possible",
            })  # fmt: skip
    write(run, "near_optimal", rows)


def class_of(one: Range) -> str:
    """The rule of docs/FORMULATION.md."""
    low_bound, low, high, high_bound = one
    if low_bound > 1e-4:
        return "must-have"
    if high_bound <= 1e-4:
        return "must-avoid"
    return "real choice" if low <= 1e-4 < high else "open"


MUST: tuple[float, list[Range]] = (500, [(500, 500, 1000, 1000)] * 3)
CHOICE: tuple[float, list[Range]] = (500, [(0, 0, 1000, 1000)] * 3)
AVOID: tuple[float, list[Range]] = (0, [(0, 0, 0, 0)] * 3)
SOMETIMES: tuple[float, list[Range]] = (500, [(500, 500, 1000, 1000), (0, 0, 1000, 2000), (0, 0, 2000, 2000)])
OPEN: tuple[float, list[Range]] = (500, [(0, 500, 500, 1000)] * 3)

Plan = tuple[str, float, float, dict[str, tuple[float, int]]]
"""A plan's name, its slack, what it costs more (shares), and its assets with size and first year."""


def write_alternatives(run: Path, plans: Sequence[Plan]) -> None:
    """``alternatives.csv`` and ``alternatives_differences.csv`` against the first plan."""
    rows, changes, start = [], [], plans[0][3]
    for name, slack, over, assets in plans:
        head = {"slack_share": slack, "alternative": name, "cost_musd": 1000 * (1 + over), "over_cheapest_share": over,
                "over_bound_share": over, "resilience": 0.7, "difference": 0.4 * (slack > 0), "difference_bound": 0.4}  # fmt: skip
        rows += [{**head, "asset": asset, "partner": "India", "decided": year, "running": year + 1, "what": "module",
                  "modules": 1, "t_per_year": size, "capex_musd": 1} for asset, (size, year) in assets.items()]  # fmt: skip
        if not assets:
            rows.append(head)
        for asset in dict.fromkeys([*start, *assets]) if name != "cheapest" else ():
            (had, began), (has, begins) = (some.get(asset, (0, 0)) for some in (start, assets))
            change = ("added" if not had else "left out" if not has else "larger" if has > had else
                      "smaller" if has < had else "later" if begins > began else "earlier" if begins < began else "")  # fmt: skip
            if change:
                changes.append({"slack_share": slack, "alternative": name, "asset": asset, "change": change,
                                "in_cheapest_t_per_year": had, "in_alternative_t_per_year": has,
                                "decided_in_cheapest": began or None, "decided_in_alternative": begins or None})  # fmt: skip
    write(run, "alternatives", rows)
    if changes:
        write(run, "alternatives_differences", changes)


Ends = tuple[float, float, float]
"""An output at low, as stated and at high."""


def write_tornado(run: Path, effects: Mapping[str, Ends], gap: float = 1.0, output: str = "cost at a resilience of 0.7",
                  unit: str = "MUSD", more: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:  # fmt: skip
    """``tornado.csv``: each plan's bound lies ``gap`` below it; NaN where nothing is proven."""
    rows = []
    for name, (low, base, high) in effects.items():
        known = [value for value in (low, base, high) if not math.isnan(value)]
        span = max(known) - min(known) if len(known) > 1 else NAN
        distinct = math.isnan(gap) or len(known) < 3
        rows.append({
            "input": name, "low": 0.8, "high": 1.3, "unit_of_input": "factor", "output": output, "unit": unit,
            "at_low": low, "at_base": base, "at_high": high, "swing": high - low, "swing_least": high - low - gap,
            "swing_most": high - low + gap, "span": span, "within_gap": None if distinct else span <= gap,
            "divisible": False, "status_at_low": "cannot reach the target" if math.isnan(low) else "optimal",
            "status_at_high": "cannot reach the target" if math.isnan(high) else "optimal",
        })  # fmt: skip
    rows.sort(key=lambda row: -row["span"] if not math.isnan(row["span"]) else math.inf)
    write(run, "tornado", [*rows, *more])
    return rows


def write_screening(run: Path, effects: Mapping[str, tuple[float, float, float, float]], gap: float = 1.0,
                    used: int = 6, lost: int = 0) -> None:  # fmt: skip
    """``screening.csv``: mu star, its interval, mu, sigma."""
    rows = [{"input": name, "output": "cost", "unit": "MUSD", "mu_star": star, "mu_star_confidence": around, "mu": mean,
             "sigma": sigma, "gap_effect": gap, "within_gap": None if math.isnan(gap) else star <= gap,
             "trajectories": used, "trajectories_without_plan": lost, "divisible": True, "rank": rank}
            for rank, (name, (star, around, mean, sigma)) in enumerate(effects.items(), 1)]  # fmt: skip
    write(run, "screening", rows)


def write_indices(run: Path, shares: Mapping[str, tuple[float, float, float, float]], noise: float = 0.01) -> None:
    """``indices.csv``: first, its interval, total, its interval."""
    rows = [{"input": name, "output": "cost", "unit": "MUSD", "first": first, "first_confidence": a, "total": total,
             "total_confidence": b, "standard_deviation": 120.0, "gap_share": noise,
             "within_gap": None if math.isnan(noise) else total <= noise, "samples": 32, "samples_without_plan": 2,
             "divisible": False} for name, (first, a, total, b) in shares.items()]  # fmt: skip
    write(run, "indices", rows)


def write_built(run: Path, assets: Mapping[str, int], futures: int, without: int = 0) -> None:
    """``built_in_futures.csv``: in how many futures each asset is built."""
    rows = [{"asset": name, "what": "stockpile room" if name.startswith("stockpile") else "plant", "futures": futures,
             "built_in": times, "share": times / futures if futures else NAN,
             "mean_t_per_year_if_built": 750 if times else NAN, "least_t_per_year_if_built": 500 if times else NAN,
             "most_t_per_year_if_built": 1000 if times else NAN, "first_decided_earliest": 2026 if times else NAN,
             "first_decided_median": 2027 if times else NAN, "first_decided_latest": 2029 if times else NAN,
             "as_stated_t_per_year": 500 * (times > 1), "as_stated_first_decided": 2026 if times > 1 else NAN,
             "futures_without_plan": without, "divisible": False} for name, times in assets.items()]  # fmt: skip
    write(run, "built_in_futures", rows)


def write_knowing(run: Path, free: Sequence[float], kept: Sequence[float] = (), gap: float = 0.0,
                  why: str = "; no number: it cannot be carried out") -> None:  # fmt: skip
    """``value_of_knowing.csv``: WS, RP and the two EEV; the values follow from them, with a plan's gap below RP."""
    rows = []
    for costs, end in ((free, ""), (kept, of_knowing.KEEPING)):
        if not costs:
            continue
        known, plan, mean, nothing = costs
        amounts = {
            of_knowing.RP: (plan, plan - gap, plan), of_knowing.WS: (known, known, known),
            of_knowing.EVPI: (plan - known, max(0.0, plan - gap - known), plan - known),
            of_knowing.EEV_MEAN: (mean, mean, mean), of_knowing.VSS_MEAN: (mean - plan, mean - plan, mean - plan + gap),
            of_knowing.EEV_NOTHING: (nothing, nothing, nothing),
            of_knowing.VSS_NOTHING: (nothing - plan, nothing - plan, nothing - plan + gap),
        }  # fmt: skip
        rows += [{"measure": name + end, "musd": amount, "least_musd": least, "greatest_musd": greatest,
                  "meaning": "what it is" + (why if name in (of_knowing.EEV_MEAN, of_knowing.EEV_NOTHING)
                                             and math.isnan(amount) else "")}
                 for name, (amount, least, greatest) in amounts.items()]  # fmt: skip
    write(run, "value_of_knowing", rows)


def write_regret(run: Path, costs: Mapping[str, Mapping[str, tuple[float, float]]], kinds: Mapping[str, str] | None = None,
                 best: Mapping[str, float] | None = None) -> None:  # fmt: skip
    """``regret_of_plans.csv`` and ``least_regret.csv``: cost and served share by future and plan, NaN: cannot be."""
    rows, kinds, best = [], kinds or {}, best or {}
    for future, plans in costs.items():
        least = min((cost for cost, _ in plans.values() if not math.isnan(cost)), default=NAN)
        served = max((share for cost, share in plans.values() if not math.isnan(cost)), default=NAN)
        for point, (cost, share) in plans.items():
            rows.append({"point": point, "future": future, "kind": kinds.get(future, "window"),
                         "probability": 0.1 if future not in kinds else NAN,
                         "possible": "no" if math.isnan(cost) else "yes", "cost_musd": cost, "served_share": share,
                         "keeps_its_level": "yes", "lost_musd": 0, "regret_musd": cost - least,
                         "regret_share": served - share, "best_musd": best.get(future, NAN), "best_bound_musd": NAN,
                         "above_best_musd": cost - best.get(future, NAN),
                         "why": "what it builds breaks a rule there" if math.isnan(cost) else ""})  # fmt: skip
    write(run, "regret_of_plans", rows)
    frame, chosen = pd.DataFrame(rows), []
    frame["against"] = ["other futures" if kind == "other future" else "what may happen" for kind in frame["kind"]]
    for against, there in frame.groupby("against"):
        for by, column in (("cost", "regret_musd"), ("lost supply", "regret_share")):
            most = there.groupby("point")[column].apply(lambda of: of.fillna(math.inf).max()).to_dict()
            least = min(most.values())
            chosen += [{"point": point, "against": against, "by": by, "greatest_regret_musd": value if by == "cost" else NAN,
                        "greatest_regret_share": NAN if by == "cost" else value, "in_future": "",
                        "least_regret": "yes" if value <= least + 1e-6 and math.isfinite(least) else "no"}
                       for point, value in most.items()]  # fmt: skip
    write(run, "least_regret", chosen)


def write_risk(run: Path, fronts: Mapping[float, Sequence[tuple[float, float]]], gap: float = 0.0,
               status: str = "optimal") -> None:  # fmt: skip
    """``risk_front.csv``: cost and lost share of each plan, by depth."""
    rows = [{"cvar_level": depth, "point": f"r{place:02d}", "cost_musd": cost, "cvar_lost_share": lost,
             "expected_lost_share": lost / 2, "worst_lost_share": lost, "bound_musd": cost - gap, "gap_musd": gap,
             "gap": gap / cost, "status": status}
            for depth, plans in fronts.items() for place, (cost, lost) in enumerate(plans, 1)]  # fmt: skip
    write(run, "risk_front", rows)


# ---- where there is nothing to show -------------------------------------------------------------


def test_a_plain_run_has_none_of_these_figures(run: Path) -> None:
    for module in MODULES:
        assert module.FIGURE in FIGURES
        assert module.FIGURE.needs
        assert module.FIGURE.views(Run(run)) == []


@pytest.mark.parametrize("module", MODULES)
def test_tables_with_a_header_only_give_no_figure(run: Path, module: Any) -> None:
    for file in FILES:
        (run / f"{file}.csv").write_text("kind,name,point,future,input,output,asset,alternative,measure\n", encoding="utf-8")
    views = module.FIGURE.views(Run(run))
    assert all(module.FIGURE.table(view).empty for view in views)


# ---- what the program calls things --------------------------------------------------------------


def test_classes_are_called_what_the_program_calls_them() -> None:
    names = {alternatives_ranges.MUST_HAVE, alternatives_ranges.MUST_AVOID, alternatives_ranges.CHOICE,
             alternatives_ranges.OPEN}  # fmt: skip
    assert names == {near_optimal.MUST_HAVE, near_optimal.MUST_AVOID, near_optimal.CHOICE, near_optimal.OPEN}


# ---- near the cheapest --------------------------------------------------------------------------

PLANT, OTHER, THIRD = ("plant", "mill"), ("plant", "smelter"), ("venture", "mine")


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ({PLANT: MUST, OTHER: CHOICE}, "Every plan at most 5 % costlier than the cheapest has mill"),
        ({PLANT: MUST, OTHER: MUST}, "Every plan at most 5 % costlier than the cheapest has mill and smelter"),
        ({PLANT: CHOICE, OTHER: AVOID}, "Nothing is in every plan at most 5 % costlier than the cheapest: there is always another way"),
        ({PLANT: AVOID}, "No plan at most 5 % costlier than the cheapest has any of these"),
        ({PLANT: SOMETIMES, OTHER: CHOICE}, "Nothing is in every plan at most 5 % costlier than the cheapest; within 1 %, mill is"),
        ({PLANT: OPEN}, "Whether plans at most 5 % costlier than the cheapest must have any of these is not known"),
        ({PLANT: OPEN, OTHER: CHOICE},
         "Nothing is proven to be in every plan at most 5 % costlier than the cheapest; one is open"),
    ],
)  # fmt: skip
def test_the_title_says_what_is_needed_and_nothing_more(run: Path, things: Any, said: str) -> None:
    write_near_optimal(run, things)
    assert title(near_optimal.FIGURE, run) == said
    drawn(near_optimal.FIGURE, run)


def test_bars_go_from_least_to_most_and_bounds_further(run: Path) -> None:
    """Scaled by the most that is not ruled out, 2000: 500 to 1000 within 1 %, up to 1000 of 2000 within 3 %, all within 5 %."""
    write_near_optimal(run, {PLANT: SOMETIMES})
    figure = drawn(near_optimal.FIGURE, run)
    assert spans(figure, "found") == [(0.25, 0.5), (0.0, 0.5), (0.0, 1.0)]
    assert spans(figure, "bound") == [(0.25, 0.5), (0.0, 1.0), (0.0, 1.0)]
    assert {float(x) for mark in parts(figure, "cheapest") for x in mark.get_xdata()} == {0.25}
    assert "must-have up to 1 %, then a real choice" in words_of(figure)


def test_groups_are_written_and_not_only_coloured(run: Path) -> None:
    write_near_optimal(run, {PLANT: MUST, OTHER: CHOICE, THIRD: AVOID, ("stockpile", "port/Dy"): OPEN})
    said = words_of(drawn(near_optimal.FIGURE, run))
    assert all(word in said for word in ("Must-have:", "Real choice:", "Must-avoid:", "Open:"))


def test_sixty_things_with_long_names_at_one_slack_or_three(run: Path) -> None:
    kinds = [MUST, CHOICE, AVOID, SOMETIMES, OPEN, (NAN, [(0, 0, 5, math.inf)] * 3), (1e-5, [(0, 1e-6, 1e8, 1e8)] * 3)]
    things: Any = {("plant", f"{LONG} {i}" if i % 5 == 0 else f"thing {i}"): kinds[i % 7] for i in range(60)}
    write_near_optimal(run, things)
    assert "more are in the CSV" in words_of(drawn(near_optimal.FIGURE, run))
    write_near_optimal(run, {key: (one, ranges[:1]) for key, (one, ranges) in things.items()}, [0.0123])
    assert "Plans at most 1.23 % costlier" in words_of(drawn(near_optimal.FIGURE, run))


CHEAP: Plan = ("cheapest", 0.0, 0.0, {"mill": (500, 2026), "mine": (900, 2027)})


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], "No plan that builds anything else was found near the cheapest"),
        ([("a1", 0.05, 0.021, {"mill": (500, 2026)})], "One other plan costs at most 2.1 % more; like the cheapest it builds mill"),
        ([("a1", 0.05, 0.021, {"mill": (500, 2026)}), ("a2", 0.05, 0.03, {"mill": (900, 2026), "smelter": (1, 2030)})],
         "Two other plans cost at most 3.0 % more; both, like the cheapest, build mill"),
        ([(f"a{i}", 0.05, 0.01 * i, {"mill": (500, 2026), "smelter": (i, 2030)}) for i in (1, 2, 3)],
         "Three other plans cost at most 3.0 % more; all, like the cheapest, build mill"),
        ([("a1", 0.05, 0.021, {"smelter": (500, 2026)})], "One other plan costs at most 2.1 % more; unlike the cheapest it builds smelter"),
        ([("a1", 0.05, 0.021, {"smelter": (1, 2026)}), ("a2", 0.05, 0.03, {"smelter": (9, 2026), "mill": (1, 2030)})],
         "Two other plans cost at most 3.0 % more; both, unlike the cheapest, build smelter"),
        ([("a1", 0.05, 0.021, {"smelter": (1, 2026)}), ("a2", 0.05, 0.03, {"mine": (9, 2026)})],
         "Two other plans cost at most 3.0 % more, and nothing is built in all of them"),
        ([("a1", 0.05, 0.021, {})], "One other plan costs at most 2.1 % more and builds nothing"),
        ([("a1", 0.05, 0.0, CHEAP[3])], "One other plan costs at most nothing more and builds the same, paid for by others"),
    ],
)  # fmt: skip
def test_the_title_of_alternatives(run: Path, others: list[Plan], said: str) -> None:
    write_alternatives(run, [CHEAP, *others])
    assert title(alternatives.FIGURE, run) == said
    drawn(alternatives.FIGURE, run)


def test_cells_say_how_an_alternative_differs(run: Path) -> None:
    write_alternatives(run, [CHEAP, ("a1", 0.05, 0.02, {"mill": (900, 2026), "smelter": (40, 2031)}),
                             ("a2", 0.05, 0.03, {"mill": (500, 2029), "mine": (100, 2025)})])  # fmt: skip
    figure = drawn(alternatives.FIGURE, run)
    counts = {change: len(parts(figure, change)) for change in (*alternatives.MARKS, "same")}
    assert counts == {"added": 1, "left out": 1, "larger": 1, "smaller": 1, "earlier": 0, "later": 1, "same": 4}
    said = words_of(figure)
    assert "▲ 900" in said
    assert "Against the cheapest: + added, − left out, ▲ larger, ▼ smaller, ▶ later." in said


def test_a_plan_that_a_wider_slack_gave_again_is_counted_once(run: Path) -> None:
    """a3 is a1; a2 costs as much but begins later."""
    write_alternatives(run, [CHEAP, ("a1", 0.03, 0.02, {"smelter": (40, 2031)}),
                             ("a2", 0.03, 0.02, {"smelter": (40, 2032)}), ("a3", 0.05, 0.02, {"smelter": (40, 2031)})])  # fmt: skip
    assert title(alternatives.FIGURE, run).startswith("Two other plans cost at most 2.0 % more")
    said = words_of(drawn(alternatives.FIGURE, run))
    assert "a3 is a1 again." in said
    assert "a2 is" not in said


def test_plans_that_build_nothing_at_all_have_no_matrix(run: Path) -> None:
    write_alternatives(run, [("cheapest", 0.0, 0.0, {}), ("a1", 0.05, 0.01, {})])
    [view] = alternatives.FIGURE.views(Run(run))
    assert alternatives.FIGURE.table(view).empty


def test_many_alternatives_of_many_assets(run: Path) -> None:
    assets = [f"asset {i}" if i % 9 else f"{LONG} {i}" for i in range(60)]
    plans: list[Plan] = [("cheapest", 0, 0, dict.fromkeys(assets[:40], (123456.0, 2026)))]
    plans += [(f"a{j}", 0.05, 0.004 * j, dict.fromkeys(assets[j * 3 :], (0.37, 2030))) for j in range(1, 13)]
    write_alternatives(run, plans)
    assert "more assets are in the CSV" in words_of(drawn(alternatives.FIGURE, run))


# ---- uncertain inputs ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effects", "gap", "said"),
    [
        ({"demand": (900, 1000, 1300), "prices": (990, 1000, 1010)}, 1.0,
         "The cost at a resilience of 0.7 moves most with demand: 900 MUSD at its low, 1,300 MUSD at its high"),
        ({"demand": (999.8, 1000, 1000.3)}, 5.0,
         "No range by itself moves the cost at a resilience of 0.7 by more than the plans' gaps leave open"),
        ({"demand": (900, 1000, 1300), "prices": (1000, 1000, 1400), "small": (1000, 1000, 1001)}, 1.0,
         "The cost at a resilience of 0.7 moves most with demand and prices: by 400 MUSD each"),
        ({"demand": (1000, 1000, 1000)}, 5.0, "The cost at a resilience of 0.7 is the same at both ends of every range"),
        ({"delay": (1000, 1000, NAN)}, 5.0,
         "The cost at a resilience of 0.7 is not known at the ends of one range, and no other range moves it"),
        ({"delay": (800, 1000, NAN)}, NAN, "The cost at a resilience of 0.7 moves most with delay: 800 MUSD at its low"),
    ],
)  # fmt: skip
def test_the_title_names_an_input_only_where_it_moves_more_than_the_gaps(
    run: Path, effects: Any, gap: float, said: str
) -> None:
    write_tornado(run, effects, gap)
    assert title(tornado.FIGURE, run) == said
    drawn(tornado.FIGURE, run)


def test_bars_start_at_the_case_as_stated_and_are_hollow_within_the_gap(run: Path) -> None:
    """A gap of 20 below each of two plans makes the swing's band 40 wide; whose gap it is the table does not say, so
    that one plan alone may seem 40 off."""
    write_tornado(run, {"demand": (900, 1000, 1300), "prices": (990, 1000, 1004)}, 20.0)
    figure = drawn(tornado.FIGURE, run)
    ends = {gid: [(bar.get_x(), bar.get_width()) for bar in parts(figure, gid)] for gid in ("at_low bar", "at_high bar")}
    assert ends == {"at_low bar": [(1000, -100), (1000, -10)], "at_high bar": [(1000, 300), (1000, 4)]}
    assert [bar.get_facecolor()[:3] == (1, 1, 1) for bar in parts(figure, "at_high bar")] == [False, True]
    [band] = parts(figure, "gap")
    assert (band.get_x(), band.get_width()) == (960, 80)


def test_ends_without_a_plan_come_first_and_are_marked(run: Path) -> None:
    write_tornado(run, {"demand": (900, 1000, 1300), "delay": (1000, 1000, NAN), "both": (NAN, 1000, NAN)})
    figure = drawn(tornado.FIGURE, run)
    assert len(parts(figure, "no plan")) == 3
    said = words_of(figure)
    assert said.index("delay") < said.index("demand 0") if "demand 0" in said else "no plan / no plan" in said
    assert "At an end of two ranges there is no number." in said


def test_decisions_that_move_most_have_a_picture_each(run: Path) -> None:
    more: list[dict[str, Any]] = []
    for i in range(9):
        more += [{"input": name, "output": f"built: plant {i}", "unit": "t/yr", "at_low": 0, "at_base": 500,
                  "at_high": 500, "span": 500 if number <= i else 0, "swing": 500, "unit_of_input": "factor", "low": 0,
                  "high": 1, "status_at_low": "optimal", "status_at_high": "optimal", "within_gap": "", "divisible": False}
                 for number, name in enumerate("abcdefghi")]  # fmt: skip
    write_tornado(run, {"demand": (900, 1000, 1300)}, more=more)
    labels = [view.variant.label for view in tornado.FIGURE.views(Run(run)) if view.variant]
    assert labels == ["cost at a resilience of 0.7", *(f"new capacity of plant {i}" for i in range(5, 9))]
    said = words_of(drawn(tornado.FIGURE, run, -1))
    assert "others within the gap may differ" in said


def test_shares_and_yes_or_no_are_read_as_such(run: Path) -> None:
    write_tornado(run, {"delay": (1.0, 1.0, 0.0)}, NAN, "target within reach", "1 or 0")
    assert title(tornado.FIGURE, run) == "Delay decides on the target within reach: yes at its low, no at its high"
    drawn(tornado.FIGURE, run)
    write_tornado(run, {"delay": (0.5, 0.6, 0.75)}, NAN, "resilience of the cheapest plan", "share")
    assert title(tornado.FIGURE, run).endswith("50 % at its low, 75 % at its high")
    drawn(tornado.FIGURE, run)


@pytest.mark.parametrize(
    ("output", "unit", "said"),
    [
        ("cost at a resilience of 0.7", "MUSD", "discounted at 5 % a year to 2026"),
        ("capital", "MUSD", "Money of the years of decision, undiscounted, in million USD of 2025"),
        ("capital of Japan", "MUSD", "undiscounted"),
        ("new capacity", "t_per_year", ""),
        ("resilience of the cheapest plan", "share", ""),
    ],
)
def test_the_subtitle_says_what_money_it_is_and_nothing_of_money_where_there_is_none(
    run: Path, output: str, unit: str, said: str
) -> None:
    """What is built is paid for undiscounted; capacity and shares are not money."""
    write_tornado(run, {"demand": (0.2, 0.4, 0.9)}, output=output, unit=unit)
    write_screening(run, {"demand": (0.5, 0.1, 0.5, 0.1)})
    rows = pd.read_csv(run / "screening.csv", encoding="utf-8-sig").assign(output=output, unit=unit)
    write(run, "screening", rows.to_dict("records"))
    for spec in (tornado.FIGURE, screening.FIGURE):
        words = words_of(drawn(spec, run))
        assert said in words
        assert ("discounted" in words) == bool(said)


def test_sixty_inputs(run: Path) -> None:
    effects = {(f"{LONG} {i}" if i % 6 == 0 else f"input {i}"): (1000 - 500 / (i + 1), 1000.0, 1000 + 700 / (i + 1))
               for i in range(60)}  # fmt: skip
    write_tornado(run, effects, 15.0)
    assert "36 smaller effects not shown." in words_of(drawn(tornado.FIGURE, run))
    write_screening(run, {name: (high - 1000, 3.0, 2.0, NAN) for name, (_, _, high) in effects.items()}, 15.0)
    assert "34 smaller effects not shown." in words_of(drawn(screening.FIGURE, run))


@pytest.mark.parametrize(
    ("effects", "gap", "said"),
    [
        ({"a": (50, 5, 50, 4), "b": (10, 5, -3, 20)}, 1.0, "Over all ranges, a moves the cost most: by 50 MUSD on average"),
        ({"a": (5, NAN, 5, NAN)}, 9.0, "No input moves the cost by more than the plans' gaps could"),
        ({"a": (0, 0, 0, 0)}, NAN, "No input moves the cost"),
    ],
)  # fmt: skip
def test_screening_says_what_moves_most(run: Path, effects: Any, gap: float, said: str) -> None:
    write_screening(run, effects, gap, used=1 if math.isnan(effects["a"][1]) else 6, lost=2)
    assert title(screening.FIGURE, run) == said
    figure = drawn(screening.FIGURE, run)
    assert [bar.get_width() for bar in parts(figure, "effect")] == [star for star, *_ in effects.values()]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ({"a": (0.8, 0.1, 0.9, 0.1), "b": (0.05, 0.05, 0.1, 0.05)}, "The cost depends most on a: 90 % of the variance from these two inputs"),
        ({"a": (0.4, 0.2, 0.6, 0.2), "b": (0.3, 0.2, 0.5, 0.2)},
         "The cost depends most on a, though another input may matter as much"),
        ({"a": (0.4, 0.6, 0.6, 0.7)}, "The samples are too few to tell what the cost depends on"),
        ({"a": (2.5, 0.4, 2.2, 0.1)}, "The samples are too few to tell what the cost depends on"),
        ({"a": (-0.3, NAN, 0.005, NAN)}, "All that varies in the cost may come from the plans' gaps"),
    ],
)  # fmt: skip
def test_indices_are_believed_as_far_as_their_intervals_go(run: Path, shares: Any, said: str) -> None:
    write_indices(run, shares)
    assert title(indices.FIGURE, run) == said
    figure = drawn(indices.FIGURE, run)
    assert [bar.get_width() for bar in parts(figure, "total")] == [total for _, _, total, _ in shares.values()]


@pytest.mark.parametrize(
    ("assets", "futures", "without", "said"),
    [
        ({"mill": 32, "mine": 4, "x": 0}, 32, 0, "Mill is built in every one of 32 futures; one other in some"),
        ({"mill": 8, "mine": 8}, 8, 3, "Mill and mine are built in every one of the 8 futures with a plan"),
        ({"mill": 7}, 8, 0, "Nothing is built in every future; most often mill: 7 of 8"),
        ({"mill": 7, "mine": 7, "shop": 2}, 8, 1,
         "Nothing is built in every future; most often mill and mine: each in 7 of 8 with a plan"),
        ({"mill": 0}, 8, 0, "Nothing is built in any of 8 futures"),
        ({"mill": 1}, 1, 0, "Mill is built in the one future"),
    ],
)
def test_what_is_built_in_futures(run: Path, assets: Any, futures: int, without: int, said: str) -> None:
    write_built(run, assets, futures, without)
    assert title(built_in_futures.FIGURE, run) == said
    figure = drawn(built_in_futures.FIGURE, run)
    assert [bar.get_width() for bar in parts(figure, "share")] == [times / futures for times in assets.values()]


def test_futures_without_any_plan_give_no_figure(run: Path) -> None:
    write_built(run, {"mill": 0}, 0, 8)
    [view] = built_in_futures.FIGURE.views(Run(run))
    assert built_in_futures.FIGURE.table(view).empty


# ---- knowing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "kept", "gap", "said"),
    [
        ((900, 1000, 1040, 1040), (), 0, "To know what comes would be worth at most 100 of 1,000 MUSD; planning for the average "
                                         "would cost 40 more"),
        ((900, 1000, 1040, 1040), (950, 1100, NAN, NAN), 0, "To know what comes would be worth at most 150 of 1,100 MUSD at this "
                                                            "target; a plan for the average cannot be carried out"),
        ((1000, 1000, 1000, 1000), (), 0, "To know what comes would be worth nothing; a plan for the average would cost the same"),
        ((995, 1000, 1000, 1000), (), 10, "Whether it is worth anything to know what comes is not certain: 5.0 MUSD at most; a "
                                          "plan for the average may cost the same"),
        ((NAN, 1000, NAN, NAN), (), 0, "What it is worth to know what comes is not known: 1,000 MUSD are expected without"),
    ],
)  # fmt: skip
def test_the_title_of_knowing(run: Path, free: Any, kept: Any, gap: float, said: str) -> None:
    write_knowing(run, free, kept, gap)
    assert title(knowing.FIGURE, run) == said
    drawn(knowing.FIGURE, run)


def test_steps_of_the_ladder_are_the_values(run: Path) -> None:
    write_knowing(run, (900, 1000, 1040, 1100), gap=30)
    figure = drawn(knowing.FIGURE, run)
    lengths = {str(part.get_gid()).removeprefix("step "): float(part.get_xdata()[1] - part.get_xdata()[0])
               for part in figure.findobj(lambda part: str(part.get_gid()).startswith("step "))}  # fmt: skip
    assert lengths == {of_knowing.WS: -100, of_knowing.EEV_MEAN: 40, of_knowing.EEV_NOTHING: 100}
    [band] = parts(figure, "band")
    assert [float(x) for x in band.get_xdata()] == [970, 1000]
    assert "costs more by 40 (40 to 70)" in words_of(figure)


def test_without_a_plan_there_is_no_ladder(run: Path) -> None:
    write_knowing(run, (NAN, NAN, NAN, NAN))
    [view] = knowing.FIGURE.views(Run(run))
    assert knowing.FIGURE.table(view).empty


# ---- regret and risk ----------------------------------------------------------------------------

TWO = {"nothing happens": {"p01": (1000, 1.0), "p02": (1050, 1.0)}, "cutoff@2028": {"p01": (1300, 0.4), "p02": (1100, 0.9)}}


def test_the_plan_of_least_regret_is_named_and_framed(run: Path) -> None:
    """p01 is at most 200 behind (in the cutoff), p02 at most 50 (if nothing happens); p02 never serves less."""
    write_regret(run, TWO)
    assert title(plan_regret.FIGURE, run) == "Plan p02 has the least regret in cost whatever happens: 50 MUSD at most"
    assert title(plan_regret.FIGURE, run, 1) == (
        "Plan p02 has no regret in lost supply whatever happens: no other plan serves more"
    )
    figure = drawn(plan_regret.FIGURE, run)
    assert len(parts(figure, "least regret")) == 1
    assert len(parts(figure, "cell")) == 4
    drawn(plan_regret.FIGURE, run, 1)


@pytest.mark.parametrize(
    ("costs", "kinds", "said"),
    [
        ({"a": {"p01": (1000, 1.0), "p02": (1000, 1.0)}}, {}, "No plan is regretted in cost whatever happens: all are equal there"),
        ({"a": {"p01": (1000, 1.0), "p02": (1100, 1.0)}, "b": {"p01": (1100, 1.0), "p02": (1000, 1.0)}}, {},
         "All plans have the same greatest regret in cost whatever happens: 100 MUSD"),
        ({"a": {"p01": (NAN, NAN), "p02": (1000, 1.0)}, "b": {"p01": (1100, 1.0), "p02": (NAN, NAN)}},
         {"a": "other future", "b": "other future"},
         "Every plan meets a future in which it cannot be carried out: none has the least regret in cost"),
        ({"a": {"p01": (NAN, NAN), "p02": (1000, 1.0)}, "b": {"p01": (900, 1.0), "p02": (1000, 1.0)}},
         {"a": "other future", "b": "other future"},
         "Plan p02 has the least regret in cost in any of the futures: 100 MUSD at most"),
    ],
)  # fmt: skip
def test_the_title_of_regret(run: Path, costs: Any, kinds: Any, said: str) -> None:
    write_regret(run, costs, kinds)
    assert title(plan_regret.FIGURE, run) == said
    drawn(plan_regret.FIGURE, run)


def test_the_name_of_a_future_is_written_on_two_lines_before_it_is_shortened(run: Path) -> None:
    """As drawn: seven columns leave the name two inches."""
    write_regret(run, {"cutoff@2028": {f"p{i:02d}": (1000 + i, 0.9) for i in range(1, 8)},
                       LONG * 2: {f"p{i:02d}": (1000 + i, 0.9) for i in range(1, 8)}}, {LONG * 2: "other future"})  # fmt: skip
    said = words_of(drawn(plan_regret.FIGURE, run))
    assert "sells nothing for a year (2028)" in said
    assert f"{LONG[:20]}" in said
    assert "…" in said


def test_one_plan_is_held_against_the_plan_made_for_each_future(run: Path) -> None:
    write_regret(run, {"nothing happens": {"p01": (1000, 1.0)}, "dear": {"p01": (1300, 1.0)}}, {"dear": "other future"},
                 {"nothing happens": 990, "dear": 1100})  # fmt: skip
    [view] = plan_regret.FIGURE.views(Run(run))
    assert view.variant is not None
    assert title(plan_regret.FIGURE, run) == "Plan p01 costs up to 200 MUSD more than a plan made for one future alone: dear"
    drawn(plan_regret.FIGURE, run)


def test_one_plan_and_nothing_to_compare_with_has_no_figure(run: Path) -> None:
    write_regret(run, {"nothing happens": {"p01": (1000, 1.0)}})
    assert plan_regret.FIGURE.views(Run(run)) == []


def test_many_plans_in_many_futures(run: Path) -> None:
    points = [f"p{i:02d}" for i in range(1, 21)]
    costs: Any = {f"future {i} {LONG if i % 8 == 0 else ''}": {
        point: (1000 + (7 * i * k) % 300, 0.5 + 0.02 * k) for k, point in enumerate(points)} for i in range(50)}  # fmt: skip
    costs["bad"] = {point: (NAN, NAN) if k % 3 else (1200 + k, 0.6) for k, point in enumerate(points)}
    costs["worse"] = dict.fromkeys(points, (NAN, NAN))
    write_regret(run, costs, {"bad": "other future", "worse": "other future"})
    said = words_of(drawn(plan_regret.FIGURE, run))
    assert "it cannot be carried out there (what it builds breaks a rule there)" in said
    assert "futures in which plans are less far apart" in said


@pytest.mark.parametrize(
    ("fronts", "said"),
    [
        ({0.0: [(1000, 0.5)], 0.9: [(1000, 0.8), (1100, 0.2)]},
         "To leave 20.0 % instead of 80.0 % of the worse-off partner's demand unserved in the worst 10 % of disruptions costs 100 MUSD"),
        ({0.9: [(1000, 0.8), (1100, 0.0)]}, "To leave nothing instead of 80.0 % of the worse-off partner's demand unserved in the worst 10 % of disruptions costs 100 MUSD"),
        ({0.9: [(1000, 0.8)]}, "In the worst 10 % of disruptions the worse-off partner lacks 80.0 % of its demand, and in no plan found less"),
        ({0.0: [(1000, 0.0)]}, "Even with the cheapest plan nobody lacks anything on average over disruptions"),
    ],
)  # fmt: skip
def test_the_title_of_the_risk_front(run: Path, fronts: Any, said: str) -> None:
    write_risk(run, fronts, gap=20, status="gap not reached")
    assert title(risk_front.FIGURE, run) == said
    figure = drawn(risk_front.FIGURE, run)
    assert len(parts(figure, "plan")) == sum(map(len, fronts.values()))
    assert all(float(stroke.get_ydata()[1] - stroke.get_ydata()[0]) == 20 for stroke in parts(figure, "gap"))


def test_depths_with_the_same_plans_share_a_curve(run: Path) -> None:
    write_risk(run, {0.0: [(1000, 0.7)], 0.5: [(1000, 0.8), (1100, 0.2)], 0.9: [(1000, 0.8), (1100, 0.2)]})
    figure = drawn(risk_front.FIGURE, run)
    assert len(parts(figure, "plan")) == 3
    assert "Worst 50 % and worst 10 %" in words_of(figure)


def test_seven_depths(run: Path) -> None:
    depths = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
    write_risk(run, {depth: [(1000, 0.8 + depth / 10), (1100 + depth, 0.2)] for depth in depths})
    drawn(risk_front.FIGURE, run)
