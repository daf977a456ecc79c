"""The front's figure: what it shows is what the run folder says, and all of it can be read.

The runs are written by hand, so that every number in the figure can be checked against the text here.
"""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import matplotlib
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from figure_support import assert_readable, texts
from reeplan.present.charts.style import apart, drawing_style
from reeplan.present.figures import draw_figures
from reeplan.present.figures.front import front_figure, words
from reeplan.present.figures.front.data import MOST_ROWS, read_front, strip_of, table_of
from reeplan.present.figures.front.page import MOST_COLUMNS
from reeplan.present.run import Run as RunFolder
from reeplan.words import NBSP, percent

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from reeplan.present.figures.front.data import FrontData



def read_run_folder(folder: Path) -> FrontData:
    return read_front(RunFolder(folder))


PROCESSES = {
    "dig": ("ore", "concentrate"), "dig_and_crack": ("ore", "mixed"), "crack": ("concentrate", "mixed"),
    "light": ("mixed", "light_and_heavy_mix"), "heavy": ("heavy_mix", "oxides"),
    "make": ("recipe", "recipe"), "recycle": ("recipe", "recipe"),
}
STAGE = {"dig": "mine", "dig_and_crack": "mine", "crack": "cracking", "light": "separation", "heavy": "separation",
         "make": "products", "recycle": "recycling"}


@dataclass
class Plan:
    """A plan of a run: cost, resilience, and rows of builds (asset, partner, modules, t, MUSD, what)."""

    cost: float
    resilience: float
    builds: list[tuple[str, str, float, float, float, str]] = field(default_factory=list)
    bound: float | None = None
    status: str = "optimal"
    knee: bool = False


@dataclass
class Run:
    """A run folder in the making."""

    plans: list[Plan]
    plants: dict[str, str]
    ventures: list[tuple[str, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    partners: tuple[str, ...] = ("A", "B")

    def write(self, folder: Path) -> Path:
        settings = {"title": "A case", "first_year": 2026, "last_year": 2040, "currency_year": 2025,
                    "discount_rate": 0.05, **self.settings}
        _write(folder / "inputs/settings.csv", "name value", list(settings.items()))
        _write(folder / "inputs/partners.csv", "partner wacc", [(name, 0.05) for name in self.partners])
        _write(folder / "inputs/regions.csv", "region country", [("here", "A"), ("there", "B"), ("far", "C")])
        _write(folder / "inputs/scenarios.csv", "scenario starts", [("cut", 2030)])
        _write(folder / "inputs/products.csv", "product kind", [("magnet", "product"), ("swarf", "scrap")])
        _write(folder / "inputs/recipes.csv", "process material t_per_t",
               [("make", "Nd", -0.3), ("make", "magnet", 1), ("make", "swarf", 0.1),
                ("recycle", "swarf", -1), ("recycle", "Nd", 0.3)])
        _write(folder / "inputs/processes.csv", "process takes makes",
               [(name, *io) for name, io in PROCESSES.items()])
        _write(folder / "inputs/plants.csv", "plant process region module_t_per_year",
               [(name, process, "here", 1000) for name, process in self.plants.items()])
        _write(folder / "inputs/ventures.csv", "venture option region",
               [(venture, option, "far") for venture, option in self.ventures])
        _write(folder / "inputs/stockpiles.csv", "region material",
               [("here", "Nd"), ("here", "magnet"), ("there", "Nd")])
        rows = []
        for number, plan in enumerate(self.plans, 1):
            name = f"p{number:02d}"
            bound = plan.cost if plan.bound is None else plan.bound
            rows.append((name, plan.cost, plan.resilience, bound, (plan.cost - bound) / plan.cost, plan.status,
                         "yes" if plan.knee else "no", "no"))
            _write(folder / f"plans/{name}/builds.csv",
                   "asset partner decided running modules t_per_year capex_musd what",
                   [(asset, partner, 2026, 2028, modules, t, capex, what)
                    for asset, partner, modules, t, capex, what in plan.builds])
        _write(folder / "front.csv", "point cost_musd resilience bound_musd gap status knee "
               "not_distinguished_from_previous", rows)
        manifest = {"versions": {"reeplan": "0.1.0", "highspy": "1.15.1", "pyomo": "6.10.1"}, "status": "done"}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return folder


def _write(path: Path, columns: str, rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([columns.split(), *rows])


def module(asset: str, count: float, partner: str = "A") -> tuple[str, str, float, float, float, str]:
    return (asset, partner, count, 1000 * count, 40 * count, "module")


def option(venture: str, name: str, t: float) -> tuple[str, str, float, float, float, str]:
    return (f"{venture}/{name}", "A", 1, t, t / 50, "module")


def room(place: str, t: float) -> tuple[str, str, float, float, float, str]:
    return (f"stockpile {place}", "A", 0, t, t / 2000, "room")


PLANTS = {"pit": "dig", "mud": "dig_and_crack", "cracker": "crack", "mill": "light", "tower": "heavy",
          "forge": "make", "urban": "recycle"}


def small_run() -> Run:
    """Three plans: cheapest, knee with a gap not reached, most resilient."""
    return Run(
        [
            Plan(1000, 0.5, [module("pit", 1), room("here/Nd", 30)]),
            Plan(1040, 0.85, [module("pit", 1), module("mill", 0.6), module("mill", 1.4, "B"),
                              option("island", "20%", 2000), room("here/Nd", 30), room("here/magnet", 20)],
                 bound=1010, status="gap not reached", knee=True),
            Plan(1400, 0.97, [module("pit", 1), module("mill", 2), module("urban", 3), option("island", "40%", 4000),
                              room("here/Nd", 10), room("there/Nd", 5)]),
        ],
        PLANTS, [("island", "20%"), ("island", "40%")],
    )


def crowded_run(plans: int = 12) -> Run:
    """Most plans within a tenth of the cost range, twenty plants that differ, five ventures."""
    plants = {f"plant_{process}_{number}": process for process in PROCESSES for number in range(3)}
    found = []
    for i in range(plans):
        builds = [module(name, 1 + (i + j) % 3) for j, name in enumerate(plants) if j <= 2 * i + 1]
        builds += [option("island", "20%" if i < 6 else "a stake of forty in a hundred", 2000.0 + 100 * i)]
        builds += [room("here/Nd", 50.0 + i), room("there/Nd", 4000.0 + 900 * i)]
        cost = 18000 + (4.3 * i if i < plans * 2 / 3 else 40 * i + 80 * (i - plans * 2 / 3) ** 2)
        found.append(Plan(cost, 0.4 + 0.58 * (1 - (1 - i / plans) ** 2), builds, bound=cost - 30,
                          status="gap not reached" if i % 2 else "optimal", knee=i in (2, 4, 7, 8)))
    return Run(found, plants, [("island", "20%"), ("island", "a stake of forty in a hundred")],
               {"resilience_target": 0.9})


def hostile_run() -> Run:
    """Names that would break a careless figure."""
    names = ["<script>alert(1)</script>", r"$\frac$", r"$\frac{1}{2}$ & $x^", "a" * 200,
             "日本語の工場名がとても長い場合", "हिन्दी संयंत्र",
             "two\nlines\tand a tab", "-->", "=1+1", "%s {0} \\n", "\u202eevil", "NA", "point", "x / y"]
    plants = dict(zip(names, [*PROCESSES, *PROCESSES], strict=True))
    return Run(
        [Plan(100 + 30 * i, 0.3 + 0.2 * i, [module(name, 1 + i) for name in names[:3 + 5 * i]]
              + [option("$\\sum$ ventures & <b>sons</b>", "the _long_ $option$ of many words", 1000)] * (i > 0))
         for i in range(3)],
        plants, [("$\\sum$ ventures & <b>sons</b>", "the _long_ $option$ of many words")],
        {"title": r"<b>Très</b> $\alpha$ 東京 " + "long " * 60, "resilience_measure": "weakest_link"},
    )


def alone_run() -> Run:
    """One plan, as with a target."""
    plan = small_run().plans[1]
    return Run([plan], PLANTS, [("island", "20%")], {"resilience_target": 0.85}, ("A",))


def two_run() -> Run:
    plans = small_run().plans
    return Run([plans[0], plans[2]], PLANTS, [("island", "40%")],
               {"resilience_measure": "cvar", "cvar_level": 0.9})


def idle_run() -> Run:
    """Nothing is built, all is served, nothing is proven."""
    return Run([Plan(5.0, 1.0, [], bound=float("-inf"), status="interrupted")], PLANTS, [],
               {"resilience_measure": "expected"})


RUNS = {"small": small_run, "crowded": crowded_run, "forty plans": lambda: crowded_run(40), "hostile": hostile_run,
        "alone": alone_run, "two": two_run, "idle": idle_run}


@pytest.fixture(params=RUNS, scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return RUNS[request.param]().write(tmp_path_factory.mktemp("figures") / "run")


@pytest.fixture(scope="module")
def figure(run: Path) -> Figure:
    return drawn(run)


@pytest.fixture
def small(tmp_path: Path) -> FrontData:
    return read_run_folder(small_run().write(tmp_path / "run"))


# ---- what is shown is what the run says ----------------------------------------------------------


def test_the_points_are_those_of_the_front(small: FrontData) -> None:
    points = small.points
    assert list(points["point"]) == ["p01", "p02", "p03"]
    assert list(points["extra_cost_musd"]) == [0, 40, 400]
    assert list(points["resilience_percent"]) == pytest.approx([50, 85, 97])
    assert list(points["letter"]) == ["A", "B", "C"]
    assert list(points["gap_reached"]) == [True, False, True]


def test_partners_parts_and_options_add_up(small: FrontData) -> None:
    built = small.builds.set_index(["point", "asset"])
    assert built.loc[("p02", "mill"), "modules"] == pytest.approx(2)
    assert built.loc[("p02", "mill"), "t"] == pytest.approx(2000)
    assert built.loc[("p03", "island"), "option"] == "40%"
    assert built.loc[("p02", "stockpiles in A"), "t"] == pytest.approx(50)
    assert ("p01", "stockpiles in B") not in built.index


def test_stages_follow_from_what_goes_in_and_out(tmp_path: Path) -> None:
    builds = [module(name, 1) for name in PLANTS]
    data = read_run_folder(Run([Plan(1, 1, builds)], PLANTS).write(tmp_path))
    assert dict(zip(data.builds["asset"], data.builds["stage"], strict=True)) == {
        name: STAGE[process] for name, process in PLANTS.items()}


def test_the_strip_shows_differences_and_names_the_rest(small: FrontData) -> None:
    strip = strip_of(small)
    assert strip.everywhere == ["pit"]
    assert strip.rows == ["mill", "urban", "island", "stockpiles in A", "stockpiles in B"]
    assert strip.more == []
    assert words.every_plan_builds(small, strip).replace(NBSP, " ") == "Every plan builds: pit (1,000 t/yr)."


def test_too_many_rows_are_counted(tmp_path: Path) -> None:
    data = read_run_folder(crowded_run().write(tmp_path))
    strip = strip_of(data)
    assert len(strip.rows) == MOST_ROWS
    assert len(strip.rows) + len(strip.more) + len(strip.everywhere) == data.builds["asset"].nunique()
    assert f"and {len(strip.more)} more" in words.and_more(strip)


def test_the_table_beside_the_figure_is_the_front_and_the_builds(tmp_path: Path) -> None:
    run = small_run().write(tmp_path / "run")
    draw_figures(run, ["front"])
    table = pd.read_csv(run / "figures/front.csv", encoding="utf-8-sig", keep_default_na=False)
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig")
    for column in ("point", "cost_musd", "bound_musd", "knee"):
        assert list(table[column]) == list(front[column])
    assert list(table["resilience_percent"]) == pytest.approx(list(100 * front["resilience"]))
    assert list(table["gap_reached"]) == ["yes", "no", "yes"]
    assert list(table["mill: modules"]) == [0, 2, 2]
    assert list(table["urban: t/yr"]) == [0, 0, 3000]
    assert list(table["island: option"]) == ["", "20%", "40%"]
    assert list(table["stockpiles in A: room added, t"]) == [30, 50, 10]


def test_the_title_says_what_the_first_money_buys(small: FrontData) -> None:
    assert words.title(small).replace(NBSP, " ") == (
        "The first 40 MUSD raise what is served in the worst disruption from 50 % to 85 %")


def test_lettered_plans_are_told_apart_in_words(small: FrontData) -> None:
    stories = [words.story(small, number).replace(NBSP, " ") for number in range(3)]
    assert stories == [
        "Builds pit (1,000 t/yr); 30 t of stockpile room: 40 MUSD of capital.",
        "A plus 2 × mill (2,000 t/yr) and island at 20% (2,000 t/yr); 20 t more stockpile room.",
        "B plus 3 × urban (3,000 t/yr) and island at 40% instead of 20%; 35 t less stockpile room.",
    ]


def test_the_gap_is_stated(small: FrontData) -> None:
    assert "proven to within 2.9 % of the least" in words.footer(small).replace(NBSP, " ")
    assert "Hollow point:" in words.caption(small, intervals=True, target=False)


def test_a_run_still_being_written_is_called_by_its_final_name(tmp_path: Path) -> None:
    folder = small_run().write(tmp_path / ".my run.unfinished")
    assert read_run_folder(folder).run.name == "my run"


@pytest.mark.parametrize(("value", "text"), [(0.0, "0 %"), (99.4, "99 %"), (99.97, "99.9 %"), (100.0, "100 %")])
def test_only_all_is_a_hundred_percent(value: float, text: str) -> None:
    assert percent(value).replace(NBSP, " ") == text


def test_columns_move_only_as_far_as_they_must() -> None:
    assert apart([1.0, 3.0, 5.0], 0.5, 0, 6) == [1.0, 3.0, 5.0]
    crowded = apart([1.0, 1.0, 1.0, 5.0], 0.5, 0, 6)
    assert crowded == pytest.approx([0.5, 1.0, 1.5, 5.0])
    assert apart([0.0] * 5, 9.0, 0, 4) == pytest.approx([0, 1, 2, 3, 4])


# ---- it can be read ------------------------------------------------------------------------------


def drawn(run: Path) -> Figure:
    with drawing_style():
        figure = front_figure(read_run_folder(run))
        FigureCanvasAgg(figure).draw()
    return figure


def test_all_text_is_inside_and_hardly_overlaps(figure: Figure) -> None:
    assert_readable(figure)


def test_axes_are_labelled_with_units(run: Path, figure: Figure) -> None:
    labels = " ".join(axes.get_xlabel() + " " + axes.get_ylabel() for axes in figure.axes)
    several = "p02" in {path.name for path in (run / "plans").iterdir()}
    assert ("Extra cost over the cheapest plan (MUSD of 2025)" in labels) == several
    assert "Total cost (MUSD of 2025)" in labels
    assert "(%" in labels


@pytest.mark.parametrize("name", ["small", "hostile", "idle"])
def test_files_are_written_whole_and_the_same_each_time(name: str, tmp_path: Path) -> None:
    run = RUNS[name]().write(tmp_path / "run")
    before = dict(matplotlib.rcParams)
    draw_figures(run, ["front"])
    files = {path.name: path.read_bytes() for path in (run / "figures").iterdir()}
    assert sorted(files) == ["front.csv", "front.png", "front.svg", "index.json"]
    ET.fromstring(files["front.svg"])
    draw_figures(run, ["front"])
    assert {path.name: path.read_bytes() for path in (run / "figures").iterdir()} == files
    assert dict(matplotlib.rcParams) == before


def test_the_strip_keeps_to_what_fits(tmp_path: Path) -> None:
    run = crowded_run(40).write(tmp_path)
    shown = [text.get_text() for text in texts(drawn(run))]
    assert any(f"{MOST_COLUMNS} of 40 plans" in text for text in shown)
    assert sum(text in "ABCDE" for text in shown) == 3 * 5  # on the front, in the strip, beside them
    assert len(table_of(read_run_folder(run))) == 40


def test_names_are_never_formulas_or_markup(tmp_path: Path) -> None:
    run = hostile_run().write(tmp_path)
    figure = drawn(run)
    assert r"$\frac$" in " ".join(text.get_text() for text in texts(figure))
    assert not any(text.get_parse_math() for text in texts(figure))
    draw_figures(run, ["front"])
    svg = (run / "figures/front.svg").read_text(encoding="utf-8")
    assert "<script" not in svg
    assert "\u202e" not in svg


def test_no_window_system_or_global_figure_is_touched(tmp_path: Path) -> None:
    from matplotlib._pylab_helpers import Gcf

    draw_figures(small_run().write(tmp_path), ["front"])
    assert Gcf.get_all_fig_managers() == []
