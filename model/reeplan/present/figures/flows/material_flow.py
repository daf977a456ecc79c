"""How rare earths flow through a year, the colour of origin kept from the deposit or the seller to the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.patches import PathPatch

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import INK, SMALL, TINY, line
from reeplan.present.figures.flows.flow_table import (
    LOST,
    NOT_MET,
    ORIGIN,
    RECYCLING,
    SMALLEST_T,
    STAGES,
    rank_of,
    table,
    when,
)
from reeplan.present.figures.flows.movements import middle_year, worst_window, worst_year
from reeplan.present.figures.flows.origins import FROM_STOCK, RECYCLED
from reeplan.present.figures.flows.ribbons import Layout, Link, Node, lay_out, ribbon, tops
from reeplan.present.figures.spec import FigureSpec, Variant, View

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

SPECIAL = {RECYCLED: "#8A8A8A", FROM_STOCK: "#555555"}

BODY_HEIGHT, BAR, FIRST, LAST, LABEL, GAP = 4.3, 0.08, 1.28, 1.38, 0.17, 0.07
"""Inches: the diagram's height, a bar's width, the names at either side, room for a name, and between bars."""


def variants(run: Run, point: str) -> list[Variant]:
    """The middle year as expected, and the worst year of the window in which the plan serves least."""
    middle = middle_year(run)
    found = [Variant("expected", f"{middle}, as expected")]
    worst = worst_window(run, point)
    if worst:
        found.append(Variant("worst", f"{worst_year(run, point, worst)}: {run.window_in_words(worst)}"))
    return found


# ---- words --------------------------------------------------------------------------------------


def _served(table: pd.DataFrame) -> pd.Series[float]:
    reached = table[table["to_place"].str.startswith("demand in") & (table["origin"] != NOT_MET)]
    return reached.groupby("origin")["t_reo"].sum().sort_values(ascending=False, kind="stable")


def title(view: View, table: pd.DataFrame) -> str:
    """The two largest origins of what reaches the users."""
    window, year = when(view)
    served = _served(table)
    if served.sum() <= 0:
        return f"No rare earths reach any user in {year}"
    said = [f"{words.percent(100 * t / served.sum())} {_source(str(name))}" for name, t in served.head(2).items()]
    if window == BASE:
        return f"In {year} users’ rare earths come {words.join_and(said)}"
    happens = view.run.window_in_words(window)
    return f"{happens.rpartition(' (')[0] or happens}: in {year} rare earths come {words.join_and(said)}"


def _source(origin: str) -> str:
    if origin == RECYCLED:
        return "from recycling"
    return "from stockpiles" if origin == FROM_STOCK else f"from {words.display_name(origin)}"


def alt(view: View, table: pd.DataFrame) -> str:
    """What is drawn, the title's sentence, and what goes unmet."""
    window, year = when(view)
    missing = table.loc[table["origin"] == NOT_MET, "t_reo"].sum()
    lacking = f" {words.tonnes(missing)} t of demand are not met." if missing > SMALLEST_T else ""
    return (
        f"Flow of rare earths from where they are dug, bought or collected to their users in {year}, "
        f"{view.run.window_in_words(window)}. {title(view, table)}.{lacking}"
    )


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Bars are places at a stage, ribbons what flows between them; widths are t of oxide."""
    run, (window, _) = view.run, when(view)
    layout, headings, missing = _laid_out(run, table)
    subtitle = f"{run.plan_in_words(view.point)}, {run.window_in_words(window)}: t of rare-earth oxide a year"
    page = Page.of(view, title(view, table), subtitle, BODY_HEIGHT + 0.42, notes=[_note(table)])
    left, right = page.left + FIRST, page.right - LAST - BAR
    many = len(headings)
    places = [left + number * (right - left) / max(many - 1, 1) for number in range(many)]
    _draw_headings(page, headings, places)
    _draw_ribbons(page, run, layout, places)
    _draw_bars(page, run, layout, places, missing)
    return page.figure


def _laid_out(run: Run, table: pd.DataFrame) -> tuple[Layout, list[str], dict[Node, float]]:
    drawn = table[(table["to_stage"] != LOST) & (table["origin"] != NOT_MET) & (table["t_reo"] > 0)]
    links = [
        Link((row["from_stage"], row["from_place"]), (row["to_stage"], row["to_place"]), row["origin"], row["t_reo"])
        for row in drawn.to_dict("records")
    ]
    lacking = table[table["origin"] == NOT_MET]
    missing = {
        (row["to_stage"], row["to_place"]): row["t_reo"] for row in lacking.to_dict("records") if row["t_reo"] > 0
    }
    ends = [*(node for link in links for node in (link.start, link.end)), *missing]
    there = {ORIGIN, *("separation" if node[0] == RECYCLING else node[0] for node in ends)}
    stages = [(name, heading) for name, heading in STAGES if name in there]
    number = {name: place for place, (name, _) in enumerate(stages)}
    number[RECYCLING] = number.get("separation", 0)
    column_of = {node: number[node[0]] for node in ends}
    rank = rank_of(run)
    first = sorted((node for node in column_of if node[0] == ORIGIN), key=lambda node: rank.get(node[1], 99))
    layout = lay_out(links, column_of, first, BODY_HEIGHT, LABEL, GAP, missing)
    return layout, [heading for _, heading in stages], missing


def _draw_headings(page: Page, headings: list[str], places: list[float]) -> None:
    step = places[1] - places[0] if len(places) > 1 else 2.0
    for number, (heading, x) in enumerate(zip(headings, places, strict=True)):
        first, last = number == 0, number == len(headings) - 1
        wide = FIRST + BAR if first else LAST + BAR if last else step - 0.1
        lines = page.ruler.wrap(heading, wide, SMALL, "bold", most=2)
        style = {"ha": "right" if first else "left", "weight": "bold"}
        top = page.ceiling - 0.02 - (2 - len(lines)) * line(SMALL)
        page.paragraph(x + (BAR if first else 0.0), top, lines, SMALL, **style)


def _draw_ribbons(page: Page, run: Run, layout: Layout, places: list[float]) -> None:
    leaving, entering = tops(layout, rank_of(run))
    order = sorted(range(len(layout.links)), key=lambda number: -layout.links[number].t)
    for number in order:
        link = layout.links[number]
        stops = []
        for at, stop in enumerate(link.stops):
            x = places[stop[2]]
            into = entering[number, at] if at else leaving[number, at]
            out = leaving[number, at] if at < len(link.stops) - 1 else into
            stops.append((x, page.floor + into, x + BAR, page.floor + out))
        colour = _colour(run, link.origin)
        shape = ribbon(stops, link.t * layout.inches_per_t)
        gid = f"{'/'.join(link.start)}>{'/'.join(link.end)}|{link.origin}"
        page.layer.add_patch(
            PathPatch(shape, facecolor=colour, alpha=0.62, edgecolor=colour, linewidth=0.35, gid=gid, zorder=1)
        )


def _draw_bars(page: Page, run: Run, layout: Layout, places: list[float], missing: Mapping[Node, float]) -> None:
    last = len(places) - 1
    bars = {link.stops[at] for link in layout.links for at in (0, -1)} | {(*node, last) for node in missing}
    for slot in sorted(bars):
        node, column = slot[:2], slot[2]
        x, tall = places[column], layout.height(slot)
        middle = page.floor + layout.middle[slot]
        short = missing.get(node, 0.0) * layout.inches_per_t
        colour = _colour(run, node[1]) if node[0] == ORIGIN else INK
        page.box(x, middle - tall / 2 + short, BAR, max(tall - short, 0.006), facecolor=colour, zorder=3, gid="bar")
        if short:
            style = {"facecolor": "white", "edgecolor": INK, "hatch": "xxxxxx", "linewidth": 0.5}
            page.box(x, middle - tall / 2, BAR, short, zorder=3, gid=NOT_MET, **style)
        t = layout.amount[slot] - missing.get(node, 0.0)
        label = _label(node, t, missing.get(node, 0.0))
        if column == 0:
            one = f"{page.ruler.cut(label[0], 0.72, SMALL)}  {label[1]}"
            page.write(x - 0.06, middle, one, SMALL, ha="right", va="center_baseline")
        elif column == last:
            _label_at_end(page, x + BAR + 0.06, middle, label, max(tall, LABEL))
        else:
            text = "\n".join(label)
            box = {"facecolor": "white", "alpha": 0.72, "linewidth": 0, "pad": 1.0}
            page.write(x + BAR + 0.05, middle, text, TINY, va="center", zorder=4, bbox=box)


def _label_at_end(page: Page, x: float, middle: float, label: list[str], room: float) -> None:
    one = "  ".join(label)
    if page.ruler.width(one, SMALL) <= LAST - 0.06 or room < 2 * line(SMALL):
        page.write(x, middle, page.ruler.cut(one, LAST - 0.06, SMALL), SMALL, va="center_baseline")
        return
    lines = [part for text in label for part in page.ruler.wrap(text, LAST - 0.06, SMALL)]
    page.paragraph(x, middle + len(lines) * line(SMALL) / 2, lines, SMALL)


def _label(node: Node, t: float, missing: float) -> list[str]:
    name = words.display_name(node[1] if node[0] != RECYCLING else f"recycling, {node[1]}")
    label = [name, f"{words.tonnes(t)} t"]
    return [*label, f"{words.tonnes(missing)} t not met"] if missing else label


def _colour(run: Run, origin: str) -> str:
    return SPECIAL.get(origin) or run.country_colour(origin)


def _note(table: pd.DataFrame) -> str:
    lost = table.loc[(table["to_stage"] == LOST), "t_reo"].sum()
    text = (
        "Colours: where rare earths were dug, bought or collected. Where several origins meet, each part of what "
        "leaves holds the same shares of them. Products count by the rare-earth oxide in them."
    )
    if lost > 0.5:
        text += f" Bars taller than what leaves them: lost in processing, {words.tonnes(lost)} t in all."
    if (table["origin"] == NOT_MET).any():
        text += " Hatched: demand not met."
    return text


FIGURE = FigureSpec(
    name="material-flow",
    heading="How rare earths flow",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
)
