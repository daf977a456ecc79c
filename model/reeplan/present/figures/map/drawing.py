"""The map drawn: meridians and parallels, bands of material, places with their names and what is built there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib.patheffects as effects

from reeplan import words
from reeplan.outputs.run import STAGES
from reeplan.present.charts.key import squares, symbol
from reeplan.present.charts.style import FAINT, GREY, INK, LINE, OTHER, SMALL, STAGE_COLOURS, TINY, line
from reeplan.present.figures.flows.origins import FROM_STOCK, RECYCLED
from reeplan.present.figures.map.bands import CurvedBand, band, draw_band
from reeplan.present.figures.map.cards import Card, place_cards
from reeplan.present.figures.map.data import BUILT, FLOW, PLACE, UNKNOWN
from reeplan.present.figures.map.projection import Projection, projection, pushed_apart

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.charts.page import Page
    from reeplan.present.run import Run

WIDEST, THINNEST = 0.3, 0.014
"""Width of the largest band and the least of any, inches."""
CLEAR = 0.09
NEAREST = 0.36
"""Places are at least this far apart, inches."""
SHAPES = {"mine": "^", "cracking": "D", "separation": "s", "products": "o", "recycling": "p", "venture": "*",
          "stockpile": "h"}  # fmt: skip
SMALLEST_SYMBOL, LARGEST_SYMBOL = 4.8, 12.0
"""Of what is built: diameter in points; the area is in proportion to tonnes."""
SYMBOL_STEP, SYMBOL, NUMBER = 0.3, 0.2, 0.11
"""From symbol to symbol, height of a symbol and of the tonnes under it, inches."""
NUMBER_SIZE = 6.5
STAR = 1.35
"""A star fills less of its square than the other shapes."""
FLOWS_NAMED = 10
ALL_SERVED = 99.95
"""Percent from which on nothing is said of what is served."""


def origin_colour(run: Run, origin: str) -> str:
    """The colour of a country, and of what has none."""
    return {RECYCLED: "#E2E2E2", FROM_STOCK: "#6E6E6E", UNKNOWN: OTHER}.get(origin) or run.country_colour(origin)


def draw_map(page: Page, run: Run, table: pd.DataFrame, bottom: float, height: float) -> None:
    """The map in the full width of the page."""
    width = page.right - page.left
    axes = page.axes(page.left, bottom, width, height)
    axes.set(xlim=(0, width), ylim=(0, height), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    places = table[table["part"] == PLACE].reset_index(drop=True)
    onto = projection(list(places["longitude"]), list(places["latitude"]), width, height)
    true = [onto.at(x, y) for x, y in zip(places["longitude"], places["latitude"], strict=True)]
    names = list(places["region"])
    busy = _busy(table)
    shown = pushed_apart(true, NEAREST, width, height)
    at = dict(zip(names, shown, strict=True))
    bands = _draw_bands(axes, run, table[table["part"] == FLOW], at)
    for name, real, spot in zip(names, true, shown, strict=True):
        moved = math.dist(real, spot) > 0.02
        if moved:
            axes.plot(*zip(real, spot, strict=True), color=GREY, lw=0.6, zorder=4)
            axes.plot([real[0]], [real[1]], ".", ms=2.5, color=GREY, zorder=4)
        inner = run.country_colour(run.country_of[name]) if name in busy else "white"
        size = 7.5 if name in busy else 3.5
        axes.plot([spot[0]], [spot[1]], "o", ms=size, mfc=inner, mec=INK if name in busy else FAINT, mew=0.9, zorder=6,
                  gid=f"place {name}")  # fmt: skip
    labels = _draw_cards(page, axes, run, table, {name: at[name] for name in names if name in busy}, bands, at)
    written = _write_flows(axes, table[table["part"] == FLOW], bands, labels, list(at.values()), page)
    _draw_graticule(axes, onto, (width, height), written)


def _busy(table: pd.DataFrame) -> list[str]:
    """Regions that have something to show."""
    found = {*table["region"][table["part"] != PLACE], *table["to_region"].dropna()}
    found |= set(table["region"][(table["part"] == PLACE) & table["served_percent"].notna()])
    return sorted(found)


def _draw_graticule(axes: Any, onto: Projection, area: tuple[float, float], written: list[Card]) -> None:
    """Every thirty (of a small map ten) degrees, faint; it says where on earth, without any border or coast."""
    step = 30 if onto.wide > 75 else 10
    right, top = area[0] - onto.left, area[1] - onto.bottom

    def label(x: float, y: float, text: str, across: str) -> None:
        """Unless a name stands there."""
        place = Card(x - (0.2 if across == "center" else 0.0), y, 0.42, 0.14)
        if not any(place.overlap(other) for other in written):
            axes.text(x, y, text, size=6.5, color=FAINT, ha=across, va="bottom", zorder=0)

    for degree in range(-180, 180, step):
        x, _ = onto.at(degree, onto.south)
        if onto.left + 0.2 <= x <= right - 0.2:
            axes.plot([x, x], [onto.bottom, top], color=LINE, lw=0.6, zorder=0)
            side = "" if degree in (0, -180) else "E" if degree > 0 else "W"
            label(x, onto.bottom + 0.03, f"{abs(degree)}°{side}", "center")
    for degree in range(-90, 91, step):
        _, y = onto.at(onto.west, degree)
        if onto.bottom + 0.2 <= y <= top - 0.1:
            axes.plot([onto.left, right], [y, y], color=LINE, lw=1.1 if degree == 0 else 0.6, zorder=0)
            text = "equator" if degree == 0 else f"{abs(degree)}°{'N' if degree > 0 else 'S'}"
            label(onto.left + 0.02, y + 0.02, text, "left")


def _draw_bands(
    axes: Any, run: Run, flows: pd.DataFrame, at: dict[str, tuple[float, float]]
) -> dict[tuple[str, str], CurvedBand]:
    """All bands, wide ones first; origins lie side by side in the order of countries."""
    totals = flows.groupby(["region", "to_region"])["t_reo_per_year"].sum().sort_values(ascending=False)
    order = {name: place for place, name in enumerate(run.countries)}
    bands: dict[tuple[str, str], CurvedBand] = {}
    for (origin, to), total in zip(list(totals.index), totals, strict=True):
        width = max(WIDEST * float(total) / float(totals.iloc[0]), THINNEST)
        bands[origin, to] = band(at[origin], at[to], width, CLEAR, (axes.get_xlim()[1], axes.get_ylim()[1]))
        mine = flows[(flows["region"] == origin) & (flows["to_region"] == to)]
        mine = mine.iloc[mine["origin"].map(lambda name: order.get(name, len(order))).argsort(kind="stable")]
        strands = [
            (origin_colour(run, name), float(t / total))
            for name, t in zip(mine["origin"], mine["t_reo_per_year"], strict=True)
        ]
        draw_band(axes, bands[origin, to], strands, f"flow {origin}>{to}")
    return bands


def symbol_size(t: float, largest: float) -> float:
    """Diameter in points, so that areas are as tonnes, within what can be seen."""
    return max(SMALLEST_SYMBOL, LARGEST_SYMBOL * math.sqrt(t / largest)) if largest > 0 else SMALLEST_SYMBOL


def _draw_cards(
    page: Page,
    axes: Any,
    run: Run,
    table: pd.DataFrame,
    anchors: dict[str, tuple[float, float]],
    bands: dict[tuple[str, str], CurvedBand],
    at: dict[str, tuple[float, float]],
) -> list[Card]:
    """Each place's name, the symbols of what is built there, and what is served where not all is."""
    built = table[table["part"] == BUILT]
    largest = float(built["t_per_year"].max()) if len(built) else 0.0
    served = table[table["part"] == PLACE].set_index("region")["served_percent"].to_dict()
    contents = []
    for name in anchors:
        mine = built[built["region"] == name]
        share = float(served.get(name, float("nan")))
        say = f"{words.percent(share)} served" if share == share and share < ALL_SERVED else ""
        contents.append((page.ruler.cut(run.in_words(name), 1.6, SMALL), say, mine))
    sizes = [_card_size(page, *content) for content in contents]
    samples = [point for each in bands.values() for point in each.points()]
    spots = list(anchors.values())
    others = [Card(x - 0.06, y - 0.06, 0.12, 0.12) for name, (x, y) in at.items() if name not in anchors]
    area = (axes.get_xlim()[1], axes.get_ylim()[1])
    cards = place_cards(spots, sizes, samples, area, others)
    for card, spot, (name, say, mine) in zip(cards, spots, contents, strict=True):
        near = card.nearest(spot)
        if math.dist(near, spot) > 0.2:
            end = (card.x + card.width / 2, card.y + card.height if card.y < spot[1] else card.y)
            axes.plot(*zip(spot, end, strict=True), color=GREY, lw=0.6, zorder=5)
        _draw_card(axes, card, name, say, mine, largest)
    return cards


def _card_size(page: Page, name: str, say: str, built: pd.DataFrame) -> tuple[float, float]:
    wide = max(
        page.ruler.width(name, SMALL, "bold"),
        page.ruler.width(say, TINY),
        SYMBOL_STEP * len(built),
    )
    high = line(SMALL) + (line(TINY) if say else 0.0) + (SYMBOL + NUMBER if len(built) else 0.0)
    return wide + 0.06, high + 0.02


def _draw_card(axes: Any, card: Card, name: str, say: str, built: pd.DataFrame, largest: float) -> None:
    halo = [effects.withStroke(linewidth=2.2, foreground="white")]
    middle, y = card.x + card.width / 2, card.y + card.height - line(SMALL)
    style = {"ha": "center", "va": "baseline", "zorder": 9, "path_effects": halo}
    axes.text(middle, y + 0.035, name, size=SMALL, weight="bold", color=INK, **style)
    if say:
        y -= line(TINY)
        axes.text(middle, y + 0.03, say, size=TINY, color=INK, **style)
    left = middle - SYMBOL_STEP * (len(built) - 1) / 2
    for number, row in enumerate(built.to_dict("records")):
        stage = str(row["stage"])
        at, t = left + SYMBOL_STEP * number, float(row["t_per_year"])
        size = symbol_size(t, largest) * (STAR if SHAPES[stage] == "*" else 1.0)
        axes.plot(
            [at], [y - SYMBOL / 2], SHAPES[stage], ms=size, mfc=STAGE_COLOURS[stage],
            mec="white", mew=0.7, zorder=8, gid=f"built {row['region']} {stage}",
        )  # fmt: skip
        axes.text(at, y - SYMBOL - NUMBER + 0.03, words.short(t), size=NUMBER_SIZE, color=GREY, **style)


def _write_flows(
    axes: Any,
    flows: pd.DataFrame,
    bands: dict[tuple[str, str], CurvedBand],
    cards: list[Card],
    places: list[tuple[float, float]],
    page: Page,
) -> list[Card]:
    """Tonnes on the largest bands, where they cover no name; returns all that is covered now."""
    totals = flows.groupby(["region", "to_region"])["t_reo_per_year"].sum().sort_values(ascending=False)
    taken = [*cards, *(Card(x - 0.08, y - 0.08, 0.16, 0.16) for x, y in places)]
    area = (axes.get_xlim()[1], axes.get_ylim()[1])
    for (origin, to), total in zip(list(totals.index[:FLOWS_NAMED]), totals.iloc[:FLOWS_NAMED], strict=True):
        text = f"{words.tonnes(float(total))} t"
        wide, high = page.ruler.width(text, TINY) + 0.04, line(TINY)
        others = [point for pair, each in bands.items() if pair != (origin, to) for point in each.points()]
        options: list[tuple[int, int, Card]] = []
        for share in (0.5, 0.4, 0.35, 0.45, 0.3, 0.7, 0.75, 0.25, 0.8, 0.2, 0.85, 0.15):
            x, y = bands[origin, to].at(share)
            card = Card(x - wide / 2, y - high / 2, wide, high)
            if not any(card.overlap(other) for other in taken) and 0 <= card.x <= area[0] - wide:
                options.append((sum(card.holds(point, 0.02) for point in others), len(options), card))
        if not options:
            continue
        card = min(options)[2]
        taken.append(card)
        axes.text(
            card.x + wide / 2, card.y + high / 2, text, size=TINY, color=INK, ha="center", va="center_baseline",
            zorder=10, path_effects=[effects.withStroke(linewidth=2.4, foreground="white")],
            gid=f"tonnes {origin}>{to}",
        )  # fmt: skip
    return taken


def draw_legend(page: Page, run: Run, table: pd.DataFrame, top: float) -> float:
    """Origins, symbols of stages and the width of a band; returns where it ends."""
    flows, built = table[table["part"] == FLOW], table[table["part"] == BUILT]
    shown = set(flows["origin"])
    names = [name for name in (*run.countries, RECYCLED, FROM_STOCK, UNKNOWN) if name in shown]
    left, width = page.left + 1.35, page.right - page.left - 1.35
    if names:
        _head(page, top - line(SMALL) + 0.025, "Bands, by origin")
        shared = [run.in_words(name) for name in names if origin_colour(run, name) == OTHER]
        items = [(run.in_words(name), origin_colour(run, name)) for name in names if origin_colour(run, name) != OTHER]
        items += [(words.join_and(shared), OTHER)] if shared else []
        top = page.legend(left, top, squares(items), width) - 0.02
    stages = [stage for stage in STAGES if (built["stage"] == stage).any()]
    if stages:
        _head(page, top - line(SMALL) + 0.025, "Built by the plan, t")
        looks = {stage: {"ms": 7, "mfc": STAGE_COLOURS[stage], "mec": "white", "mew": 0.5} for stage in stages}
        keys = [symbol(words.STAGE_WORDS[stage], SHAPES[stage], **look) for stage, look in looks.items()]
        top = page.legend(left, top, keys, width) - 0.03
    return top


def _head(page: Page, y: float, text: str) -> None:
    page.write(page.left, y, text, SMALL, va="center_baseline", color=GREY)
