"""More tables of a plan: shares of every material, where it comes from, who depends on whom, footprint."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.present.report.grid import NONE, Cell, Grid, Heading, amount, number, share, text
from reeplan.tolerances import SHOWN_SHARE
from reeplan.words import display_name

if TYPE_CHECKING:
    from reeplan.present.report.content import Report

MOST_WINDOWS = 24
"""Disruptions that get a column; of more, those that serve least."""


def materials(report: Report, point: str, partner: str) -> Grid:
    """Which share of every material's demand a partner is served, disruption by disruption."""
    run = report.run
    rows = run.plan(point, "metrics").query("metric == 'served share by tonnes' and partner == @partner")
    shares = {(row["material"], row["window"]): float(row["value"]) for row in rows.to_dict("records")}
    there = [window for window in run.windows if window in set(rows["window"])]
    least = rows.groupby("window")["value"].min().sort_values(kind="stable")
    shown = set(least.index[:MOST_WINDOWS])
    windows = [window for window in there if window in shown]
    left = len(there) - len(windows)
    grid = Grid(
        f"materials-{run.partners.index(partner)}",
        f"{display_name(partner)}: share of each demand served, by tonnes",
        [text("Material"), number("Least"), *(_heading(report, window) for window in windows)],
        note=f"The {len(windows)} disruptions that serve least; {left} more are in metrics.csv." if left else "",
    )
    for material in [*run.products, *run.scrap, *run.elements]:
        cells = [shares.get((material, window), math.nan) for window in there]
        if any(not math.isnan(cell) for cell in cells):
            worst = min(cell for cell in cells if not math.isnan(cell))
            of_shown = [shares.get((material, window), math.nan) for window in windows]
            grid.add(
                run.material_in_words(material),
                *(share(value, 0, alarm_below=0.5) for value in [worst, *of_shown]),
            )
    return grid


def _heading(report: Report, window: str) -> Heading:
    """A disruption's years, under its name."""
    return _window_column(report.run.window_in_words(window))


def _window_column(words: str) -> Heading:
    name, _, years = words.rpartition(" (")
    return number(years.rstrip(")"), name) if name else number(words)


def sources(report: Report, point: str) -> Grid:
    """How far a partner depends on one country, at the beginning and at the end."""
    run = report.run
    figures = run.plan(point, "metrics").query("window == 'base'")
    first, last = run.years[0], run.years[-1]
    grid = Grid(
        "sources",
        "Where material comes from, without a disruption",
        [text("Partner"), text("Material"), text("Largest foreign source", str(first)), number("Its share", str(first)),
         text("Largest foreign source", str(last)), number("Its share", str(last)),
         number("Own supply", str(last)), number("Concentration (HHI)", str(last)),
         number("Days of cover, least")],
        note="Own supply: the share of use that does not come from abroad. HHI: 0 is spread over many sources, 1 is a "
        "single one. Days of cover: level of the stockpiles at year's end over a day's use, the least over all years.",
    )  # fmt: skip
    cells = {
        (row["metric"], row["partner"], row["material"], int(row["year"])): (
            display_name(row["subject"]), float(row["value"])
        )
        for row in figures[figures["metric"].isin(SOURCE_METRICS)].to_dict("records")
    }
    cover = figures[figures["metric"] == "days of cover"].groupby(["partner", "material"])["value"].min()
    for partner in run.partners:
        for material in [*run.products, *run.scrap, *run.elements]:
            ends = [cells.get(("largest foreign source", partner, material, when)) for when in (first, last)]
            if any(ends):
                own, concentration = (
                    cells.get((metric, partner, material, last), ("", math.nan))[1] for metric in SOURCE_METRICS[1:]
                )
                grid.add(
                    display_name(partner),
                    run.material_in_words(material),
                    *(cell for end in ends for cell in _source(end)),
                    share(own, 0),
                    amount(concentration, 2),
                    amount(float(cover.get((partner, material), math.nan))),
                )
    return grid


SOURCE_METRICS = ("largest foreign source", "self-sufficiency", "concentration of sources (HHI)")


def _source(end: tuple[str, float] | None) -> tuple[Cell, Cell]:
    if end is None:
        return Cell(NONE), Cell(NONE)
    return Cell(end[0] or "nothing from abroad"), share(end[1], 0) if end[0] else Cell(NONE)


def losses(report: Report, point: str) -> Grid:
    """What goes unserved in the last year if one country or one plant falls away."""
    run = report.run
    rows = run.plan(point, "metrics").query("metric == 'loss without'").sort_values("value", ascending=False)
    grid = Grid(
        "losses",
        f"What depends on one country or plant in {run.years[-1]}",
        [text("Falls away"), text("Kind"), number("Demand unserved, by value")],
        note="Everything else of that year is decided anew, stocks may be emptied.",
    )
    needless = []
    for row in rows.to_dict("records"):
        kind, _, name = str(row["subject"]).partition(" ")
        words = run.asset_in_words(name) if kind == "plant" else display_name(name)
        if row["value"] > SHOWN_SHARE:
            grid.add(words, kind, share(float(row["value"])))
        else:
            needless.append(words)
    if needless:
        grid.note += f" Nothing goes unserved without any one of these: {', '.join(needless)}."
    return grid


def footprint(report: Report, point: str) -> Grid:
    """Thorium, carbon and energy of each country over the years of the plan."""
    run = report.run
    figures = run.plan(point, "metrics")
    grid = Grid(
        "footprint",
        f"Thorium, carbon and energy, {run.years[0]}–{run.years[-1]}",
        [text("Country"), number("Thorium released, t ThO2"), number("Carbon, t CO2"), number("Energy, GWh")],
        note="Sums over the years of the plan, without a disruption, of all plants and ventures counted.",
    )
    sums = figures.groupby(["metric", "subject"])["value"].sum()
    for country in run.countries:
        values = [float(sums.get((metric, country), 0.0)) for metric in ("thorium released", "carbon", "energy")]
        if any(values):
            grid.add(display_name(country), amount(values[0]), amount(values[1]), amount(values[2] / 1000, 1))
    return grid


def tables(report: Report, point: str) -> list[Grid]:
    """All tables of this page that have rows."""
    grids = [*(materials(report, point, partner) for partner in report.run.partners)]
    grids += [sources(report, point), losses(report, point), footprint(report, point)]
    return [grid for grid in grids if grid.rows]
