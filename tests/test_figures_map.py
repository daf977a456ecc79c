"""The map: places lie where they are, bands are as wide as their tonnes, nothing that is written covers anything."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from figure_plan import view_of
from figure_support import assert_readable, draw, words_of
from reeplan.present.figures.map import FIGURE
from reeplan.present.figures.map.cards import place_cards
from reeplan.present.figures.map.projection import eastwards, projection, pushed_apart
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from reeplan.present.figures.spec import View


def views(folder: Path) -> tuple[View, View]:
    """As expected, and in the worst disruption."""
    run = view_of(folder).run
    expected, worst = FIGURE.views(run)
    return expected, worst


def bands(figure: Figure) -> dict[str, list[Polygon]]:
    """The strands of every flow, by ``from>to``."""
    found: dict[str, list[Polygon]] = {}
    for patch in figure.findobj(Polygon):
        if str(patch.get_gid()).startswith("flow "):
            found.setdefault(str(patch.get_gid()).removeprefix("flow "), []).append(patch)
    return found


def width(strand: Polygon) -> float:
    """How wide a strand is where it begins, inches."""
    corners = strand.get_xy()
    return float(np.hypot(*(corners[0] - corners[-2])))


def marks(figure: Figure, what: str) -> dict[str, Line2D]:
    return {
        str(line.get_gid()).removeprefix(what + " "): line
        for line in figure.findobj(Line2D)
        if str(line.get_gid()).startswith(what + " ")
    }


def test_the_table_is_what_the_plan_ships_builds_and_serves(tmp_path: Path) -> None:
    expected, worst = views(tmp_path)
    table = FIGURE.table(expected)
    flows = table[table["part"] == "flow"]
    assert flows[["region", "to_region", "origin", "t_reo_per_year"]].values.tolist() == [
        ["quay", "port", "X", pytest.approx(50)],
        ["town", "port", "A", pytest.approx(16)],
    ]
    built = table[table["part"] == "built"]
    assert built[["region", "stage", "t_per_year"]].values.tolist() == [
        ["port", "stockpile", 20],
        ["town", "mine", 80],
    ], "what runs by the year, of both partners; not what is decided later"
    assert set(table["year"]) == {2031}
    disrupted = FIGURE.table(worst)
    places = disrupted[disrupted["part"] == "place"].set_index("region")
    lost = 50 * 0.15 / (60 * 0.15 + 6 * 0.6)
    assert places["served_percent"]["port"] == pytest.approx(100 * (1 - lost))
    assert places["served_percent"]["town"] == 100
    assert math.isnan(places["served_percent"]["quay"]), "nothing is demanded there"
    assert set(disrupted[disrupted["part"] == "flow"]["region"]) == {"town"}


def test_bands_are_as_wide_as_their_tonnes_and_coloured_by_origin(tmp_path: Path) -> None:
    expected, _ = views(tmp_path)
    figure = draw(FIGURE, expected)
    found = bands(figure)
    assert set(found) == {"quay>port", "town>port"}
    assert width(found["town>port"][0]) / width(found["quay>port"][0]) == pytest.approx(16 / 50, rel=1e-6)
    for name, country in (("quay>port", "X"), ("town>port", "A")):
        colour = found[name][0].get_facecolor()[:3]
        assert "#" + "".join(f"{round(255 * part):02X}" for part in colour) == expected.run.country_colour(country)
    assert "50 t" in words_of(figure)
    assert "16 t" in words_of(figure)


def test_bands_of_several_origins_are_parted_in_proportion(tmp_path: Path) -> None:
    """The port sends on a tenth of its Nd, of which 50 t of 60 came from X."""
    flows = """
    window  year  from_region  to_region  material  t
    base    2031  town         port       Nd        10
    base    2031  quay         port       Nd        50
    base    2031  port         town       Nd        6
    """
    view = view_of(tmp_path, flows=flows)
    view = FIGURE.views(view.run)[0]
    table = FIGURE.table(view)
    back = table[(table["part"] == "flow") & (table["region"] == "port")].set_index("origin")["t_reo_per_year"]
    assert back.sum() == pytest.approx(6)
    assert back["X"] > 4.9
    one, other = bands(draw(FIGURE, view))["port>town"]
    shares = sorted(width(strand) / (width(one) + width(other)) for strand in (one, other))
    assert shares == pytest.approx(sorted(back / 6), rel=1e-6)


def test_symbols_have_areas_as_what_is_built(tmp_path: Path) -> None:
    expected, _ = views(tmp_path)
    built = marks(draw(FIGURE, expected), "built")
    assert set(built) == {"town mine", "port stockpile"}
    areas = {name: line.get_markersize() ** 2 for name, line in built.items()}
    assert areas["town mine"] / areas["port stockpile"] == pytest.approx(80 / 20)


def test_titles_say_where_imports_come_from_and_how_far_they_fall(tmp_path: Path) -> None:
    expected, worst = views(tmp_path)
    said = [FIGURE.title(view, FIGURE.table(view)).replace("\u00a0", " ") for view in (expected, worst)]
    assert said == [
        "What A and B import in 2031 comes to 100 % from X",
        "X sells nothing (2031): what A and B import in 2031 falls by 100 %",
    ]
    assert "quay to port 50 t" in FIGURE.alt(expected, FIGURE.table(expected))


def test_what_is_served_stands_where_not_all_is(tmp_path: Path) -> None:
    expected, worst = views(tmp_path)
    assert "% served" not in words_of(draw(FIGURE, expected)).replace("40 % served)", "")
    said = words_of(draw(FIGURE, worst))
    assert "port" in said
    assert said.replace("40 % served)", "").count("% served") == 1


def test_all_can_be_read(tmp_path: Path, tutorial_run: Path) -> None:
    for view in (*views(tmp_path), *FIGURE.views(Run(tutorial_run))):
        figure = draw(FIGURE, view)
        assert_readable(figure)
        assert "°E" in words_of(figure), "the axes are longitude and latitude"


def test_a_plan_that_ships_and_builds_nothing_has_no_map(tmp_path: Path) -> None:
    nothing = {
        "flows": "    window  year  from_region  to_region  material  t",
        "builds": "    asset  partner  decided  running  modules  t_per_year  capex_musd  what",
    }
    view = FIGURE.views(view_of(tmp_path, **nothing).run)[0]
    assert FIGURE.table(view).empty


# ---- where places lie -------------------------------------------------------------------------------


def test_the_map_is_cut_where_the_largest_gap_is() -> None:
    assert eastwards([140, -120, 170]) == (140, 100), "across the Pacific"
    assert eastwards([-46, 15, 140]) == (-46, 186), "across Africa"
    assert eastwards([10]) == (10, 0)


def test_east_is_right_and_north_is_up_also_across_the_date_line(tmp_path: Path) -> None:
    onto = projection([75, 140, 110, -120], [20, 36, 40, -20], 8.5, 4.0)
    town, port, beach = onto.at(75, 20), onto.at(140, 36), onto.at(-120, -20)
    assert town[0] < port[0] < beach[0]
    assert beach[1] < town[1] < port[1]
    assert all(0 <= x <= 8.5 and 0 <= y <= 4.0 for x, y in (town, port, beach))
    spots = marks(draw(FIGURE, views(tmp_path)[0]), "place")
    places = {name: float(np.asarray(line.get_xdata())[0]) for name, line in spots.items()}
    assert places["town"] < places["quay"] < places["port"] < places["beach"]


def test_one_place_alone_has_a_map() -> None:
    onto = projection([10], [50], 8.0, 4.0)
    x, y = onto.at(10, 50)
    assert (x, y) == pytest.approx((4.0, 2.0))


def test_near_places_are_pushed_apart_and_far_ones_stay() -> None:
    moved = pushed_apart([(2.0, 2.0), (2.1, 2.0), (2.0, 2.0), (6.0, 3.0)], 0.36, 8.0, 4.0)
    assert moved[3] == (6.0, 3.0)
    for number, one in enumerate(moved):
        for other in moved[number + 1 :]:
            assert math.dist(one, other) > 0.35


def test_names_of_a_crowd_cover_neither_each_other_nor_a_place() -> None:
    rng = random.Random(1)
    anchors = pushed_apart([(3 + 2.5 * rng.random(), 1 + 2.0 * rng.random()) for _ in range(14)], 0.36, 8.5, 4.0)
    sizes = [(0.5 + rng.random(), 0.15 + 0.3 * rng.random()) for _ in anchors]
    cards = place_cards(anchors, sizes, [], (8.5, 4.0))
    for number, card in enumerate(cards):
        assert (card.width, card.height) == sizes[number]
        assert all(card.overlap(other) == 0 for other in cards[number + 1 :])
        assert not any(card.holds(anchor) for anchor in anchors)
        assert card.x >= 0
        assert card.y >= 0
        assert card.x + card.width <= 8.5
        assert card.y + card.height <= 4.0
