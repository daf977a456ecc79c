"""For the most valuable elements: what a tonne costs from each source, cheapest first, against what is needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from reeplan import words
from reeplan.present.charts.key import squares
from reeplan.present.charts.panels import Panel, Sizes, panel_chart
from reeplan.present.charts.scale import Scale, tick_label, ticks_between
from reeplan.present.charts.style import INK, TINY, TextMeasurer, text_on
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.figures.supply.supply_curve.steps import BOUGHT, table
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

SIZES = Sizes(tall=1.62, foot=0.5, side=0.55, across=3)
BEYOND = 1.45
"""How far an axis reaches, as a multiple of what is needed; more of a source is written beside it."""


# ---- words ------------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """How much of the most valuable element own production covers, and what a tonne more costs."""
    element = str(table["element"].iloc[0])
    first = table.iloc[0]
    own = _own_percent(table, element)
    name = _short_name(view, element)
    part = f"cover {words.percent(own)} of" if own > 0.05 else "supply no"
    said = f"Own mines and recycling {part} {name} in {int(first['year'])}"
    price = float(first["price_usd_per_t"])
    if math.isnan(price):
        return f"{said}; what a tonne more costs is not known"
    return f"{said}; a tonne more costs {f'{price:,.0f} USD' if price > 0 else 'nothing'}"


def _own_percent(table: pd.DataFrame, element: str) -> float:
    rows = table[(table["element"] == element) & (table["kind"] != BOUGHT)]
    mine = table[table["element"] == element]["needed_t_per_year"].iloc[0]
    return min(100.0, 100 * float(rows["taken_t_per_year"].sum()) / float(mine))


def alt(view: View, table: pd.DataFrame) -> str:
    """The title, and each element's own share and price."""
    said = [
        f"{_short_name(view, str(element))} {words.percent(_own_percent(table, str(element)))}"
        for element in table["element"].unique()
    ]
    return f"{title(view, table)}. Own production as a share of what is needed: {words.join_and(said)}."


def _short_name(view: View, element: str) -> str:
    """An element's full name up to any explanation."""
    full = view.run.inputs("elements").set_index("element")["name"].get(element, "")
    return words.display_name(str(full or element)).split(":")[0]


# ---- drawing ----------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A panel an element: steps coloured by country, a line at what is needed, a diamond at what a tonne more costs."""
    run = view.run
    subtitle = f"{run.plan_in_words(view.point)} · {int(table['year'].iloc[0])}, with nothing disrupted"
    shown = set(table["country"])
    keys = squares((run.in_words(name), run.country_colour(name)) for name in run.countries if name in shown)

    def panel(element: str, rows: pd.DataFrame) -> Panel:
        needed, price = (float(rows[name].iloc[0]) for name in ("needed_t_per_year", "price_usd_per_t"))
        said = f"needed {words.tonnes(needed)} t" + (f" · a tonne more {price:,.0f} USD" if price > 0 else "")
        return Panel(run.material_in_words(element), lambda axes, wide: _draw_panel(axes, run, rows, wide), said)

    panels = [panel(str(name), rows) for name, rows in table.groupby("element", sort=False)]
    return panel_chart(view, title(view, table), subtitle, _notes(), panels, keys, SIZES).figure


def _notes() -> list[str]:
    return [
        "Each block is a source: as wide as what can be had of it in the year, as high as what a tonne costs. Plain: a "
        "purchase at its price with freight. Hatched: own production (what the plan makes) at the running cost of its "
        "chain, shared among all elements of the ore or scrap by their value; capital and fixed cost, already spent, "
        "are left out. Dark strip: what the plan takes, also to store. Dashed: what is needed. Diamond: what a tonne "
        "more would cost."
    ]


def _draw_panel(axes: Any, run: Run, rows: pd.DataFrame, width: float) -> None:
    needed, price = float(rows["needed_t_per_year"].iloc[0]), float(rows["price_usd_per_t"].iloc[0])
    reach = float(rows["to_t_per_year"].max())
    end = min(max(reach, needed * 1.08), needed * BEYOND)
    seen = rows[rows["from_t_per_year"] < end]
    high = 1.22 * max(float(seen["cost_usd_per_t"].max()), price, SLIGHT)
    Scale(0, end, "t a year, cheapest first").dress(axes, most=4, grid=False)
    ticks = ticks_between(0, high, 5)
    labels = [tick_label(tick / 1000, [value / 1000 for value in ticks]) for tick in ticks]
    Scale(0, high, "thousand USD/t", ticks=(tuple(ticks), tuple(labels))).dress(axes, "y")
    ruler = TextMeasurer()
    for _, row in seen.iterrows():
        _draw_step(axes, run, row, end, (width / end, SIZES.tall / high), ruler)
    axes.plot([needed, needed], [0, high], ls=(0, (4, 2)), color=INK, lw=1.2, zorder=6, gid="needed")
    if price > 0:
        axes.plot([needed], [price], "D", ms=5.5, mfc="white", mec=INK, mew=1.2, zorder=7, gid="price")


def _draw_step(
    axes: Any, run: Run, row: pd.Series[Any], end: float, scale: tuple[float, float], ruler: TextMeasurer
) -> None:
    """A block with its name where it fits; a purchase that reaches beyond the axis says how far."""
    start, stop, cost = (float(row[name]) for name in ("from_t_per_year", "to_t_per_year", "cost_usd_per_t"))
    colour = run.country_colour(str(row["country"]))
    wide = min(stop, end) - start
    own = row["kind"] != BOUGHT
    axes.add_patch(
        Rectangle(
            (start, 0), wide, cost, facecolor=colour, edgecolor="white", lw=0.8, hatch="////" if own else None,
            hatch_linewidth=0.5, zorder=2, gid="step",
        )
    )  # fmt: skip
    taken = min(float(row["taken_t_per_year"]), wide)
    if taken > 0:
        axes.plot([start, start + taken], [0, 0], color=INK, lw=3.4, solid_capstyle="butt", zorder=5, gid="taken")
    name = run.in_words(str(row["source"]))
    if stop > end * 1.0001:
        name += f" (to {words.tonnes(stop - start)} t)"
    left, right = _clear(start, start + wide, float(row["needed_t_per_year"]))
    _write_in(axes, name, ((left + right) / 2, cost), ((right - left) * scale[0], cost * scale[1]), colour, ruler)


def _clear(start: float, stop: float, line: float) -> tuple[float, float]:
    """The longer part of a block beside the line through it."""
    if not start < line < stop:
        return start, stop
    return (start, line) if line - start > stop - line else (line, stop)


def _write_in(
    axes: Any, name: str, at: tuple[float, float], room: tuple[float, float], colour: str, ruler: TextMeasurer
) -> None:
    """A name within a block, across or upwards, or not at all."""
    long = ruler.width(name, TINY)
    across = long < room[0] - 0.08 and room[1] > 0.28
    if not across and not (long < room[1] - 0.16 and room[0] > 0.15):
        return
    box = {"facecolor": colour, "edgecolor": "none", "pad": 0.6}
    axes.text(
        at[0], at[1] / 2, name, size=TINY, color=text_on(colour), ha="center", va="center", zorder=4,
        rotation=0 if across else 90, bbox=box,
    )  # fmt: skip


FIGURE = FigureSpec(
    name="supply-curve",
    heading="What a tonne costs from each source",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
)
