"""Where a plan builds and what flows from where: places by longitude and latitude, without borders or coasts.

No border is drawn: where borders are disputed, drawing one is a statement that a plan need not make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.present.charts.page import Page
from reeplan.present.figures.map.data import BUILT, FLOW, flows_of, imports, period, table, variants
from reeplan.present.figures.map.drawing import ALL_SERVED, draw_legend, draw_map
from reeplan.present.figures.spec import FigureSpec, View

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

HEIGHT = 4.3


def title(view: View, table: pd.DataFrame) -> str:
    """As expected: whom the partners import from. In a disruption: how far their imports fall."""
    run, (window, year) = view.run, period(view)
    found = imports(run, table[table["part"] == FLOW])
    total = float(found.sum())
    if window == BASE:
        if not total:
            return f"In {year} nothing is imported from outside {_who(view)}"
        parts = [
            f"{words.percent(100 * t / total)} from {run.in_words(str(name))}" for name, t in list(found.items())[:2]
        ]
        return f"What {_who(view)} import in {year} comes to {words.join_and(parts)}"
    before = float(imports(run, flows_of(view, BASE, year)).sum())
    if not before:
        return f"{run.window_in_words(window)}: nothing is imported in {year} in any case"
    change = 100 * (total / before - 1)
    verb = "falls" if change < 0 else "rises"
    said = f"what {_who(view)} import in {year} {verb} by {words.percent(abs(change))}"
    return (
        f"{run.window_in_words(window)}: {said}"
        if abs(change) >= 0.5
        else f"{run.window_in_words(window)}: " + (f"what {_who(view)} import in {year} stays the same")
    )


def _who(view: View) -> str:
    names = [view.run.in_words(name) for name in view.run.partners]
    return words.join_and(names) if len(names) <= 3 else "the partners"


def alt(view: View, table: pd.DataFrame) -> str:
    """The title, the largest flows, and how much is built where."""
    run, flows, built = view.run, table[table["part"] == FLOW], table[table["part"] == BUILT]
    said = [title(view, table) + "."]
    if len(flows):
        totals = flows.groupby(["region", "to_region"])["t_reo_per_year"].sum().sort_values(ascending=False)
        parts = [
            f"{run.in_words(origin)} to {run.in_words(to)} {words.tonnes(float(t))} t"
            for (origin, to), t in zip(list(totals.index[:4]), totals.iloc[:4], strict=True)
        ]
        said.append(f"Largest flows, t of rare-earth oxide a year: {words.join_and(parts)}.")
    if len(built):
        places = [run.in_words(str(name)) for name in built["region"].unique()]
        said.append(f"The plan has built in {words.join_and(places)}.")
    return " ".join(said)


def _short(table: pd.DataFrame) -> bool:
    return bool((table["served_percent"] < ALL_SERVED).any())


def draw(view: View, table: pd.DataFrame) -> Figure:
    """The map under its legend."""
    run, (window, year) = view.run, period(view)
    when = f"{year}, " + ("with nothing disrupted" if window == BASE else "in the worst disruption")
    notes = [
        "Band: rare-earth oxide within all that is shipped in the year, as wide as its tonnes, coloured by the country "
        "that the oxide comes from (what mixes at a place leaves it mixed). Symbol: what the plan has built that runs "
        "by then, its area and number the t a year (stockpiles: t; k: thousand). "
        + ("Served: by value, of what is demanded there in the year. " if _short(table) else "")
        + "Places lie by longitude and latitude, near ones pushed apart; grey rings are not used. No borders or coasts "
        "are drawn."
    ]
    page = Page.of(view, title(view, table), f"{run.plan_in_words(view.point)} · {when}", HEIGHT + 0.5, notes)
    top = draw_legend(page, run, table, page.ceiling)
    draw_map(page, run, table, page.floor, top - page.floor - 0.05)
    return page.figure


FIGURE = FigureSpec(
    name="map",
    heading="Where it is built and what flows",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
)
