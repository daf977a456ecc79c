"""Material flow: origins followed by hand, mass conserved, and the ribbons drawn from the table."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from matplotlib.patches import PathPatch

from figure_support import assert_readable, draw, words_of
from flows_by_hand import by_hand
from reeplan.present.figures.flows.flow_table import LOST, NOT_MET, ORIGIN, USE
from reeplan.present.figures.flows.material_flow import FIGURE
from reeplan.present.figures.flows.movements import movements, reo_of
from reeplan.present.figures.flows.origins import mixed
from reeplan.present.figures.spec import View
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

EXPECTED, WORST = 0, 1


def view(run: Run, point: str, variant: int) -> View:
    """The middle year as expected, or the worst year of the worst window."""
    return View(run, point, FIGURE.variants(run, point)[variant] if FIGURE.variants else None)


def flows(table: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    """From where, to where, of which origin: t of oxide."""
    return {
        (f"{row.from_stage} {row.from_place}".strip(), f"{row.to_stage} {row.to_place}".strip(), row.origin): row.t_reo
        for row in table.itertuples()
    }


def test_what_mixes_keeps_its_shares(tmp_path: Path) -> None:
    found = flows(FIGURE.table(view(Run(by_hand(tmp_path)), "p01", EXPECTED)))
    assert found == pytest.approx({
        ("origin A", "use demand in A", "A"): 10,
        ("origin A", "use demand in B", "A"): 7.5,
        ("origin A", "products B", "A"): 12.5,
        ("origin X", "use demand in B", "X"): 22.5,
        ("origin X", "products B", "X"): 37.5,
        ("products B", "use demand in B", "A"): 12.5,
        ("products B", "use demand in B", "X"): 37.5,
        (NOT_MET, "use demand in B", NOT_MET): 10,
    })


def test_in_the_cutoff_stock_and_ore_replace_the_seller(tmp_path: Path) -> None:
    found = flows(FIGURE.table(view(Run(by_hand(tmp_path)), "p01", WORST)))
    assert found == pytest.approx({
        ("origin A", "use demand in A", "A"): 10,
        ("origin A", "products B", "A"): 20,
        ("origin from stock", "products B", "from stock"): 5,
        ("products B", "use demand in B", "A"): 20,
        ("products B", "use demand in B", "from stock"): 5,
        (NOT_MET, "use demand in B", NOT_MET): 30 + 35,
    })


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_every_stage_passes_on_what_it_takes_of_each_origin(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    for point in run.points:
        table = FIGURE.table(view(run, point, variant))
        balance: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in table.itertuples():
            balance[row.from_stage, row.from_place, row.origin] -= row.t_reo
            balance[row.to_stage, row.to_place, row.origin] += row.t_reo
        inner = {key: t for key, t in balance.items() if key[0] not in (ORIGIN, USE, LOST, NOT_MET)}
        assert inner != {}
        assert inner == pytest.approx(dict.fromkeys(inner, 0.0), abs=0.1)  # rows below 0.01 t are left out


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_sources_and_uses_are_those_of_the_plan(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    point = run.points[-1]
    table, reo = FIGURE.table(view(run, point, variant)), reo_of(run)
    (window,), (year,) = set(table["window"]), set(table["year"])

    def oxide(name: str, column: str) -> float:
        rows = run.plan(point, name)
        rows = rows[(rows["window"] == window) & (rows["year"] == year)]
        return float((rows[column] * rows["material"].map(reo)).sum())

    demands = table[table["to_place"].str.startswith("demand in")]
    assert demands["t_reo"].sum() == pytest.approx(oxide("shortage", "demand_t"), abs=0.1)
    missing = table.loc[table["origin"] == NOT_MET, "t_reo"].sum()
    assert missing == pytest.approx(oxide("shortage", "unmet_t"), abs=0.1)
    bought = table.loc[(table["from_stage"] == ORIGIN) & (table["origin"] == "China"), "t_reo"].sum()
    assert bought == pytest.approx(oxide("supply", "t"), abs=0.1)


def test_what_is_bought_made_and_drawn_is_all_used_kept_or_left_over(tutorial_run: Path) -> None:
    run = Run(tutorial_run)
    moved = movements(run, run.points[0])
    signed = moved["t"].where(moved["kind"].isin(["bought", "made", "arriving", "drawn"]), -moved["t"])
    net = signed.groupby([moved[name] for name in ("window", "year", "region", "material")]).sum()
    assert net.abs().max() < 1e-4
    surplus = run.plan(run.points[0], "surplus")
    left = moved[moved["kind"] == "left over"].merge(surplus, on=["window", "year", "region", "material"])
    assert list(left["t_x"]) == pytest.approx(list(left["t_y"]), abs=1e-4)


def test_shipments_in_a_circle_mix_too() -> None:
    import pandas as pd

    moved = pd.DataFrame(
        [
            ("east", "Nd", "bought", "", 10.0, "first"),
            ("west", "Nd", "bought", "", 10.0, "second"),
            ("west", "Nd", "arriving", "east", 10.0, ""),
            ("east", "Nd", "arriving", "west", 10.0, ""),
        ],
        columns=["region", "material", "kind", "other", "t", "label"],
    )
    parts = mixed(moved, lambda row: {str(row["label"]): 1.0})
    # East's shares are e = (own + w) / 2 and west's w = (own + e) / 2, so two thirds are its own.
    assert parts["east", "Nd"] == pytest.approx({"first": 2 / 3, "second": 1 / 3})
    assert parts["west", "Nd"] == pytest.approx({"first": 1 / 3, "second": 2 / 3})


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_ribbons_are_as_wide_as_the_table_says(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    shown = view(run, run.points[-1], variant)
    table, figure = FIGURE.table(shown), draw(FIGURE, shown)
    ribbons = {patch.get_gid(): patch.get_path().vertices
               for patch in figure.findobj(PathPatch) if "|" in str(patch.get_gid())}
    drawn = table[(table["to_stage"] != LOST) & (table["origin"] != NOT_MET)]
    width = {f"{row.from_stage}/{row.from_place}>{row.to_stage}/{row.to_place}|{row.origin}": row.t_reo
             for row in drawn.itertuples()}
    assert ribbons.keys() == width.keys()
    inches = {name: float(points[0][1] - points[-2][1]) for name, points in ribbons.items()}
    scale = sum(inches.values()) / sum(width.values())
    assert inches == pytest.approx({name: t * scale for name, t in width.items()}, abs=1e-6)
    end = {name: max(x for x, _ in points) for name, points in ribbons.items()}
    start = {name: min(x for x, _ in points) for name, points in ribbons.items()}
    assert all(end[name] > start[name] for name in ribbons)


@pytest.mark.parametrize("variant", [EXPECTED, WORST])
def test_everything_can_be_read(tutorial_run: Path, variant: int) -> None:
    run = Run(tutorial_run)
    figure = draw(FIGURE, view(run, run.points[-1], variant))
    assert_readable(figure)
    assert "t of rare-earth oxide a year" in words_of(figure)


def test_a_plan_that_moves_nothing_has_no_such_figure(tmp_path: Path) -> None:
    run = Run(by_hand(tmp_path, nothing=True))
    assert FIGURE.table(view(run, "p01", EXPECTED)).empty
