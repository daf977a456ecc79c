"""What goes short: the share of demand not met, by material, year and disruption."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.outputs.run import scenario_of
from reeplan.present.charts.cells import ColouredCell, Grid, Said, Widths, cell_chart
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, SMALL, TINY, WIDTH, TextMeasurer, line, text_on
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = ["scenario", "window", "year", "material", "demand_t", "unmet_t", "unmet_percent", "lost_musd"]
COLOURS = colormaps["YlOrBr"]
"""From light to dark: the order is seen whatever colours one can tell apart, and in print."""

WIDTHS, ROW = Widths(names=1.62, cell=0.36, widest=0.52, gap=0.16, block=1.1), 0.235
"""A disruption's words need some width, however few its years."""


def table(view: View) -> pd.DataFrame:
    """The share of demand not met, percent, of each material that goes short somewhere in each year of each window.

    One row a material, window and year, all partners together; windows and materials of which nothing is
    unmet anywhere are left out. If nothing goes short at all, every window and material is there with 0.
    """
    run = view.run
    sums = (
        run.plan(view.point, "shortage")
        .groupby(["window", "year", "material"], as_index=False)[["demand_t", "unmet_t", "lost_musd"]]
        .sum()
    )
    sums = sums[sums["demand_t"] > SLIGHT]
    short = sums[sums["unmet_t"] > SLIGHT]
    if not short.empty:
        sums = sums[sums["window"].isin(short["window"]) & sums["material"].isin(short["material"])]
    sums = sums.assign(
        scenario=[name if name == BASE else scenario_of(name) for name in sums["window"]],
        unmet_percent=100 * (sums["unmet_t"] / sums["demand_t"]).clip(0, 1),
    )
    windows = {name: place for place, name in enumerate([BASE, *run.windows])}
    materials = {name: place for place, name in enumerate([*run.products, *run.elements])}
    keys = pd.DataFrame(
        {"window": sums["window"].map(windows), "year": sums["year"], "material": sums["material"].map(materials)}
    )
    order = keys.sort_values(["window", "year", "material"]).index
    return sums.loc[order].reindex(columns=COLUMNS).astype({"year": int}).reset_index(drop=True)


def _is_short(table: pd.DataFrame) -> bool:
    return bool((table["unmet_t"] > SLIGHT).any())


def title(view: View, table: pd.DataFrame) -> str:
    """What goes shortest, in which disruption; or that nothing does."""
    if not _is_short(table):
        many = table["window"][table["window"] != BASE].nunique()
        return "Nothing goes short, " + (
            f"as expected or in any of {words.count(many, 'disruption')}" if many > 1 else "as expected or disrupted"
        )
    worst = _worst(table)
    short = f"{_name(view.run, str(worst['material']))} falls {words.percent(worst['unmet_percent'])} short"
    if worst["window"] == BASE:
        return f"{short} in {worst['year']}, with no disruption at all"
    return f"{short} in {worst['year']}: {_happens(view.run, str(worst['window']))}"


def _worst(table: pd.DataFrame) -> pd.Series[Any]:
    """The cell of the largest share missing; of several the one of most value."""
    return table.sort_values(["unmet_percent", "lost_musd"], ascending=False, kind="stable").iloc[0]


def _name(run: Run, material: str) -> str:
    table = run.inputs("elements")
    full = str(dict(zip(table["element"], table["name"], strict=True)).get(material, "") or material)
    return words.capitalised(words.display_name(full if len(full) <= 20 else material))


def _happens(run: Run, window: str) -> str:
    return run.window_in_words(window).rpartition(" (")[0] or run.window_in_words(window)


def alt(view: View, table: pd.DataFrame) -> str:
    """What is drawn, how many materials and windows, and the worst cell."""
    if not _is_short(table):
        return title(view, table) + "."
    windows, materials = table["window"].nunique(), table["material"].nunique()
    others = table.loc[table["unmet_t"] > SLIGHT, "material"].nunique() - 1
    also = f" {words.count(others, 'other material goes', 'other materials go')} short too." if others else ""
    return (
        f"Table of coloured cells: {words.count(materials, 'material')} by year in "
        f"{words.count(windows, 'course of events', 'courses of events')}, percent of demand not met. "
        f"{title(view, table)}.{also[:2].upper()}{also[2:]}"
    )


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Rows are materials, columns the years of each window; darker is shorter."""
    run = view.run
    if not _is_short(table):
        return _nothing(view, table)
    everyone = words.join_and([words.display_name(name) for name in run.partners])
    subtitle = f"{run.plan_in_words(view.point)}: percent of demand not met, {everyone} together"
    of_scenario = [rows for _, rows in table.groupby("scenario", sort=False)]
    columns = [list(dict.fromkeys(zip(rows["window"], rows["year"], strict=True))) for rows in of_scenario]
    blocks = [(_happens(run, str(there[0][0])), there) for there in columns]
    there = set(table["material"])
    materials = [name for name in [*run.products, *run.elements] if name in there]
    cells = {(row["material"], (row["window"], row["year"])): _cell(row) for row in table.to_dict("records")}
    hidden = len(run.windows) - table["window"][table["window"] != BASE].nunique()
    notes = [
        "Each column is a year of a disruption, as if that disruption alone happened. A dot: all is met; empty: no "
        "demand. Of elements, what users take as oxide: what plants lack shows in their products."
        + (f" In {words.count(hidden, 'further disruption')} nothing goes short." if hidden else "")
        + ("" if BASE in set(table["window"]) else " As expected, nothing goes short.")
    ]
    grid = Grid(
        WIDTHS, *WIDTHS.bands(blocks), ROW, [("", materials)],
        cells,
        lambda page, material, middle: _write_material(page, run, material, middle),
        lambda page, column, middle, floor, wide: _write_year(page, run, column, middle, (floor, wide)),
        head=0.24,
    )  # fmt: skip
    page = cell_chart(view, title(view, table), subtitle, notes, grid, above=0.28)
    _draw_scale(page)
    return page.figure


def _write_material(page: Page, run: Run, name: str, middle: float) -> None:
    label, room = run.material_in_words(name), WIDTHS.names - 0.12
    shown = label if page.ruler.width(label, BODY) <= room else words.display_name(name)
    page.fit(page.left + WIDTHS.names - 0.08, middle, shown, room, BODY, ha="right")


def _write_year(page: Page, run: Run, column: tuple[str, int], middle: float, place: tuple[float, float]) -> None:
    """A year, and a line under those of one disruption."""
    (window, year), (floor, wide) = column, place
    page.write(middle, floor + 0.07, str(year), TINY, ha="center", color=GREY)
    years = run.window_years.get(window, [])
    if len(years) > 1:
        ends = [middle - wide / 2 + 0.05 * (year == years[0]), middle + wide / 2 - 0.05 * (year == years[-1])]
        page.layer.plot(ends, [floor + 0.035] * 2, color=GREY, lw=0.8)


def _cell(row: dict[Any, Any]) -> ColouredCell:
    share, gid = float(row["unmet_percent"]), f"{row['window']}|{row['year']}|{row['material']}"
    colour = colour_of(share)
    if not float(row["unmet_t"]) > SLIGHT:
        return ColouredCell(colour, [Said("·", SMALL, colour=GREY)], gid=gid)
    return ColouredCell(colour, [Said(_number(share), SMALL, "bold", text_on(colour))], gid=gid)


def colour_of(percent: float) -> str:
    """The colour of a share of demand not met: the palest for nothing, the darkest for all of it."""
    return "#F4F4F4" if percent <= 0 else str(to_hex(COLOURS(0.12 + 0.8 * percent / 100))).upper()


def _number(percent: float) -> str:
    if percent < 1:
        return "<1"
    return "100" if percent > 100 - SLIGHT else str(min(99, round(percent)))


def _draw_scale(page: Page) -> None:
    """The colours from nothing to all."""
    wide, right = 1.6, page.right
    bottom = page.ceiling - 0.12
    for step in range(50):
        page.box(right - wide + step * wide / 50, bottom, wide / 50 + 0.004, 0.1, facecolor=colour_of(2 * step + 1))
    for share, side in ((0, "center"), (50, "center"), (100, "right")):
        page.write(right - wide + share / 100 * wide, bottom - 0.12, words.percent(share), TINY, ha=side, color=GREY)
    page.write(right - wide - 0.22, bottom + 0.01, "percent of demand not met", TINY, ha="right", color=GREY)


def _nothing(view: View, table: pd.DataFrame) -> Figure:
    run = view.run
    subtitle = f"{run.plan_in_words(view.point)}: all demand is met in every year of"
    ruler = TextMeasurer()
    lines = [
        part
        for window in dict.fromkeys(table["window"])
        for part in ruler.wrap("·  " + run.window_in_words(str(window)), WIDTH - 2 * EDGE, BODY)
    ]
    page = Page.of(view, title(view, table), subtitle, len(lines) * line(BODY))
    page.paragraph(page.left, page.ceiling, lines, BODY, color=INK)
    return page.figure


FIGURE = FigureSpec(
    name="shortage", heading="What goes short", per="plan", table=table, title=title, alt=alt, draw=draw
)
