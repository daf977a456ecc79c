"""Stockpiles year by year: as expected, and as every disruption draws them down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.outputs.run import scenario_of
from reeplan.present.charts.key import stroke
from reeplan.present.charts.palette import BLUE, BROWN, GREEN, INDIGO, ORANGE, SKY, VERMILION
from reeplan.present.charts.panels import Panel, Sizes, dress_amounts, panel_chart
from reeplan.present.charts.style import FAINT, GREY, INK
from reeplan.present.figures.flows.movements import worth_of
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = ["region", "material", "panel", "window", "year", "level_t", "room_t", "cover_days"]
MOST = 12
"""Stockpiles drawn; the others are in the table alone."""

PANEL, ALONE, ACROSS = 1.0, 1.7, 4
LINE_COLOURS = (VERMILION, BLUE, SKY, GREEN, ORANGE, INDIGO, BROWN)
"""Those that a thin line shows in."""

DASHES = ("-", "--", ":", "-.")
"""Beside their colour, kinds of disruption differ in how their lines are drawn."""


def table(view: View) -> pd.DataFrame:
    """Level at the end of each year and the room there is, t, of every stockpile that is ever used.

    On the undisrupted path (window ``base``) with the days of use that it covers, from the year before the first
    on; of a window that draws from it the level before it and its own years. ``panel`` is the place in the
    figure from 1 on, 0 where a stockpile is not drawn.
    """
    run = view.run
    stock = run.plan(view.point, "stock").astype({"year": int})
    start = {(row["region"], row["material"]): row for row in run.inputs("stockpiles").to_dict("records")}
    parts = []
    for (region, material), rows in stock.groupby(["region", "material"], sort=False):
        given = start.get((region, material), {})
        before = pd.DataFrame(
            [
                {
                    "window": BASE,
                    "year": run.years[0] - 1,
                    "level_t": _number(given.get("initial_t")),
                    "room_t": _number(given.get("capacity_t")),
                }
            ]
        )
        base = pd.concat([before, rows[rows["window"] == BASE]], ignore_index=True)
        if max(rows["level_t"].max(), base["level_t"].max()) <= SLIGHT:
            continue
        base = base.sort_values("year")
        levels = base.set_index("year")["level_t"]
        shown = [base]
        for window in run.windows:
            own = rows[rows["window"] == window].sort_values("year")
            start_year = own["year"].min() - 1
            if own.empty or own["level_t"].min() >= levels.get(start_year, 0.0) - SLIGHT:
                continue
            shown += [base[base["year"] == start_year].assign(window=window), own]
        parts.append(pd.concat(shown).assign(region=str(region), material=str(material)))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    joined = pd.concat(parts, ignore_index=True)
    joined["cover_days"] = _cover(run, view.point, joined)
    places = _panels(run, joined)
    joined["panel"] = [places.get(site, 0) for site in zip(joined["region"], joined["material"], strict=True)]
    order = joined["panel"].replace(0, 10**6).sort_values(kind="stable").index
    return joined.loc[order, COLUMNS].reset_index(drop=True)


def _number(cell: Any) -> float:
    return 0.0 if cell is None or math.isnan(cell) else float(cell)


def _cover(run: Run, point: str, joined: pd.DataFrame) -> pd.Series[float]:
    """Days of use, on the undisrupted path, that what the owner's stockpiles hold would last."""
    metrics = run.plan(point, "metrics")
    cover = metrics[metrics["metric"] == "days of cover"]
    days = {
        (partner, material, int(year)): value
        for partner, material, year, value in zip(
            cover["partner"], cover["material"], cover["year"], cover["value"], strict=True
        )
    }
    return pd.Series(
        [
            days.get((run.country_of.get(region, region), material, year), math.nan) if window == BASE else math.nan
            for region, material, year, window in zip(
                joined["region"], joined["material"], joined["year"], joined["window"], strict=True
            )
        ],
        index=joined.index,
        dtype=float,
    )


def _panels(run: Run, joined: pd.DataFrame) -> dict[tuple[str, str], int]:
    """The most valuable stockpiles at their fullest."""
    worth = worth_of(run)
    fullest = joined.groupby(["region", "material"], sort=False)["level_t"].max()
    value = {
        (str(region), str(material)): t * worth.get(str(material), 0.0)
        for (region, material), t in zip(fullest.index, fullest, strict=True)
    }
    ranked = sorted(value, key=lambda site: -value[site])[:MOST]
    return {site: place for place, site in enumerate(ranked, start=1)}


# ---- words --------------------------------------------------------------------------------------


def _drawn_by(table: pd.DataFrame) -> tuple[pd.Series[Any], str, float] | None:
    """What the most valuable stockpile that is drawn on gives at most in a disruption: first row, window, t."""
    drawn = table[(table["panel"] > 0) & (table["window"] != BASE)]
    if drawn.empty:
        return None
    best: tuple[pd.Series[Any], str, float] | None = None
    for (_, window), rows in drawn.groupby(["panel", "window"], sort=True):
        first = rows.iloc[0]
        fall = float(first["level_t"] - rows["level_t"].min())
        if best is None or (first["panel"] == best[0]["panel"] and fall > best[2] + SLIGHT):
            best = (first, str(window), fall)
    return best


def title(view: View, table: pd.DataFrame) -> str:
    """How many stockpiles are used, and what the most valuable of them gives in a disruption."""
    run = view.run
    found = _drawn_by(table)
    many = len(table[["region", "material"]].drop_duplicates())
    sites = words.count(many, "stockpile")
    if found is None:
        return f"{sites[0].upper()}{sites[1:]} in use, and no disruption draws on {'it' if many == 1 else 'them'}"
    row, window, fall = found
    label = run.window_in_words(window)
    where = words.display_name(run.country_of.get(str(row["region"]), str(row["region"])))
    return f"{where}’s {words.display_name(str(row['material']))} stock gives {words.tonnes(fall)} t when {label}"


def alt(view: View, table: pd.DataFrame) -> str:
    """What is drawn, and the title's sentence."""
    sites = table[table["panel"] > 0][["region", "material"]].drop_duplicates()
    names = [f"{words.display_name(m)} in {words.display_name(r)}" for r, m in sites.itertuples(index=False, name=None)]
    return f"Lines of what stockpiles of {words.join_and(names)} hold at the end of each year. {title(view, table)}."


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """One panel a stockpile: the expected level, the levels in disruptions, and the room there is."""
    run = view.run
    drawn = table[table["panel"] > 0]
    sites = list(drawn[["region", "material"]].drop_duplicates().itertuples(index=False, name=None))
    looks = _looks(run, drawn)
    marks = [("as expected", INK, "-"), ("room there is", FAINT, "-"), *looks.values()]
    keys = [stroke(label, color=colour, ls=dash, lw=1.5) for label, colour, dash in marks]

    def panel(region: str, material: str) -> Panel:
        rows = drawn[(drawn["region"] == region) & (drawn["material"] == material)]
        name = f"{words.display_name(material)}, {words.display_name(region)}"
        return Panel(name, lambda axes, wide: _panel(axes, run, rows, looks, wide), _cover_in_words(rows))

    subtitle = f"{run.plan_in_words(view.point)}: t in stock at the end of each year"
    panels = [panel(region, material) for region, material in sites]
    sizes = Sizes(ALONE if len(sites) <= ACROSS else PANEL, across=ACROSS)
    return panel_chart(view, title(view, table), subtitle, [_note(table)], panels, keys, sizes).figure


def _looks(run: Run, drawn: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Of each kind of disruption that draws on a stockpile its words, colour and dashes."""
    names = list(run.inputs("scenarios")["scenario"])
    there = [name for name in names if drawn["window"].str.startswith(f"{name}@").any()]
    colours = dict(zip(there, LINE_COLOURS, strict=False))
    labels = {scenario: run.scenario_in_words(scenario) for scenario in there}
    return {
        name: (labels[name], colours.get(name, GREY), DASHES[place % len(DASHES)]) for place, name in enumerate(there)
    }


def _panel(axes: Any, run: Run, rows: pd.DataFrame, looks: dict[str, tuple[str, str, str]], wide: float) -> None:
    base = rows[rows["window"] == BASE].sort_values("year")
    axes.step(base["year"], base["room_t"], where="mid", color=FAINT, lw=1.1, gid="room")
    axes.plot(base["year"], base["level_t"], color=INK, lw=1.5, gid=BASE, zorder=3)
    for window, own in rows[rows["window"] != BASE].groupby("window", sort=False):
        _, colour, dash = looks[scenario_of(str(window))]
        # The level of a window of months is that at its end, so many months after the year before has ended.
        when = own["year"].iloc[0] + (own["year"] - own["year"].iloc[0]) * run.window_facts[str(window)].of_year
        axes.plot(when, own["level_t"], color=colour, ls=dash, lw=1.4, gid=window, zorder=4)
        axes.plot(when.iloc[1:], own["level_t"].iloc[1:], "o", color=colour, ms=2.6, zorder=4)
    top = max(float(rows["room_t"].max()), float(rows["level_t"].max()))
    axes.set(xlim=(run.years[0] - 1.3, run.years[-1] + 0.4), ylim=(-0.03 * top, 1.08 * top))
    dress_amounts(axes, 1.06 * top, "t", 3)
    step = max(1, (len(run.years) - 1) // (2 if wide < 3 else 7))
    axes.set_xticks(run.years[::step])


def _cover_in_words(rows: pd.DataFrame) -> str:
    """Days of use that the expected level covers at its fullest."""
    days = rows.set_index("year")["cover_days"].dropna()
    if days.empty:
        return "no use of it is expected"
    return f"at most {days.max():,.0f} days of use ({days.idxmax():.0f})"


def _note(table: pd.DataFrame) -> str:
    left = table[table["panel"] == 0][["region", "material"]].drop_duplicates()
    names = [f"{words.display_name(m)} ({words.display_name(r)})" for r, m in left.itertuples(index=False, name=None)]
    text = (
        "A disruption’s line starts at the level expected before it and shows its own years; afterwards stocks are "
        "bought back. Days of cover count all that the country holds of a material against a year’s use as expected."
    )
    return text + (f" Not drawn, being worth less: {words.join_and(names)}; they are in the table." if names else "")


FIGURE = FigureSpec(
    name="stock-levels",
    heading="Stock levels through a disruption",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
)
