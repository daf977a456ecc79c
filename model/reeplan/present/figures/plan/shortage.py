"""What goes short: the share of demand not met, by material, year and disruption."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import to_hex

from reeplan.inputs.spec import BASE
from reeplan.present import words
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, SMALL, TINY, WIDTH, TextMeasurer, line, text_on
from reeplan.present.figures.spec import FigureSpec, View

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = ["scenario", "window", "year", "material", "demand_t", "unmet_t", "unmet_percent", "lost_musd"]
COLOURS = colormaps["YlOrBr"]
"""From light to dark: the order is seen whatever colours one can tell apart, and in print."""

LABELS, CELL, WIDEST, ROW, GAP = 1.62, 0.36, 0.52, 0.235, 0.16
"""Inches: the column of names, a cell's least and greatest width, its height, and the gap between disruptions."""

HEADING = 1.1
"""Inches that a disruption's words need, however few its years."""

SMALLEST_T = 1e-6


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
    sums = sums[sums["demand_t"] > SMALLEST_T]
    short = sums[sums["unmet_t"] > SMALLEST_T]
    if not short.empty:
        sums = sums[sums["window"].isin(short["window"]) & sums["material"].isin(short["material"])]
    sums = sums.assign(
        scenario=[name if name == BASE else name.rpartition("@")[0] for name in sums["window"]],
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
    return bool((table["unmet_t"] > SMALLEST_T).any())


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
    others = table.loc[table["unmet_t"] > SMALLEST_T, "material"].nunique() - 1
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
    everyone = words.join_and([words.display_name(name) for name in run.partners])
    subtitle = f"{run.plan_in_words(view.point)}: percent of demand not met, {everyone} together"
    if not _is_short(table):
        return _nothing(view, table)
    ruler = TextMeasurer()
    bands, cell = _bands(table)
    there = set(table["material"])
    materials = [name for name in [*run.products, *run.elements] if name in there]
    heads = [max(len(_head(run, ruler, block, cell)) for block in band) for band in bands]
    heights = [lines * line(SMALL) + 0.24 + len(materials) * ROW + 0.16 for lines in heads]
    hidden = len(run.windows) - table["window"][table["window"] != BASE].nunique()
    notes = [
        "Each column is a year of a disruption, as if that disruption alone happened. A dot: all is met; empty: no "
        "demand. Of elements, what users take as oxide: what plants lack shows in their products."
        + (f" In {words.count(hidden, 'further disruption')} nothing goes short." if hidden else "")
        + ("" if BASE in set(table["window"]) else " As expected, nothing goes short.")
    ]
    page = Page.of(view, title(view, table), subtitle, sum(heights) + 0.26, notes)
    top = _scale(page)
    for band, lines, height in zip(bands, heads, heights, strict=True):
        _band(page, run, band, materials, lines, top, cell)
        top -= height
    return page.figure


def _bands(table: pd.DataFrame) -> tuple[list[list[pd.DataFrame]], float]:
    """Blocks of columns in as many bands as the page's width asks for, and the width of a cell.

    A block is a kind of disruption, parted where it is too wide.
    """
    room = WIDTH - 2 * EDGE - LABELS
    most = int((room + 1e-9) / CELL)
    blocks = []
    for _, rows in table.groupby("scenario", sort=False):
        columns = rows[["window", "year"]].drop_duplicates()
        parts = [columns.iloc[first : first + most] for first in range(0, len(columns), most)]
        blocks += [rows.merge(part, on=["window", "year"]) for part in parts]
    bands: list[list[pd.DataFrame]] = [[]]
    for block in blocks:
        if bands[-1] and _wide([*bands[-1], block], CELL) > room:
            bands.append([])
        bands[-1].append(block)
    cell = CELL
    while cell < WIDEST and all(_wide(band, cell + 0.01) <= room for band in bands):
        cell += 0.01
    return bands, cell


def _wide(band: list[pd.DataFrame], cell: float) -> float:
    return sum(_room(block, cell) + GAP for block in band) - GAP


def _room(block: pd.DataFrame, cell: float) -> float:
    return max(len(block[["window", "year"]].drop_duplicates()) * cell, HEADING)


def _head(run: Run, ruler: TextMeasurer, block: pd.DataFrame, cell: float) -> list[str]:
    label = _happens(run, str(block["window"].iloc[0]))
    return ruler.wrap(label, _room(block, cell) - 0.04, SMALL, "bold", most=4)


def _band(
    page: Page, run: Run, band: list[pd.DataFrame], materials: list[str], lines: int, top: float, cell: float
) -> None:
    floor = top - lines * line(SMALL) - 0.24
    for number, name in enumerate(materials):
        label = run.material_in_words(name)
        if page.ruler.width(label, BODY) > LABELS - 0.12:
            label = page.ruler.cut(words.display_name(name), LABELS - 0.12, BODY)
        page.write(
            page.left + LABELS - 0.08, floor - (number + 0.5) * ROW, label, BODY, ha="right", va="center_baseline"
        )
    x = page.left + LABELS
    for block in band:
        head = _head(run, page.ruler, block, cell)
        page.paragraph(x, floor + 0.24 + len(head) * line(SMALL), head, SMALL, weight="bold")
        _cells(page, block, materials, x, floor, cell)
        x += _room(block, cell) + GAP


def _cells(page: Page, block: pd.DataFrame, materials: list[str], x: float, floor: float, wide: float) -> None:
    columns = list(block[["window", "year"]].drop_duplicates().itertuples(index=False, name=None))
    shown = {(row["window"], row["year"], row["material"]): row for row in block.to_dict("records")}
    for place, (window, year) in enumerate(columns):
        left = x + place * wide
        page.write(left + wide / 2, floor + 0.07, str(year), TINY, ha="center", color=GREY)
        if place + 1 < len(columns) and columns[place + 1][0] == window:
            page.layer.plot([left + 0.05, left + 2 * wide - 0.05], [floor + 0.035] * 2, color=GREY, lw=0.8)
        for number, material in enumerate(materials):
            cell = shown.get((window, year, material))
            if cell is None:
                continue
            share = float(cell["unmet_percent"])
            colour = colour_of(share)
            page.box(
                left + 0.012,
                floor - (number + 1) * ROW + 0.012,
                wide - 0.024,
                ROW - 0.024,
                facecolor=colour,
                gid=f"{window}|{year}|{material}",
            )
            unmet = float(cell["unmet_t"]) > SMALLEST_T
            page.write(
                left + wide / 2,
                floor - (number + 0.5) * ROW,
                _number(share) if unmet else "·",
                SMALL,
                ha="center",
                va="center_baseline",
                color=text_on(colour) if unmet else GREY,
                weight="bold" if unmet else "normal",
            )


def colour_of(percent: float) -> str:
    """The colour of a share of demand not met: the palest for nothing, the darkest for all of it."""
    return "#F4F4F4" if percent <= 0 else str(to_hex(COLOURS(0.12 + 0.8 * percent / 100))).upper()


def _number(percent: float) -> str:
    if percent < 1:
        return "<1"
    return "100" if percent > 100 - 1e-6 else str(min(99, round(percent)))


def _scale(page: Page) -> float:
    """The colours from nothing to all; returns where it ends."""
    wide, right = 1.6, page.right
    bottom = page.ceiling - 0.12
    for step in range(50):
        page.box(right - wide + step * wide / 50, bottom, wide / 50 + 0.004, 0.1, facecolor=colour_of(2 * step + 1))
    for share in (0, 50, 100):
        page.write(
            right - wide + share / 100 * wide,
            bottom - 0.12,
            words.percent(share),
            TINY,
            ha="right" if share == 100 else "center",
            color=GREY,
        )
    page.write(right - wide - 0.22, bottom + 0.01, "percent of demand not met", TINY, ha="right", color=GREY)
    return page.ceiling - 0.28


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
