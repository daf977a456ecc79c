"""How much each partner depends on one country: largest source, concentration, and what the loss of one would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan import words
from reeplan.inputs.names import counted
from reeplan.present.charts.key import squares
from reeplan.present.charts.marks import write_behind
from reeplan.present.charts.page import Page
from reeplan.present.charts.rows import Layout, Line, RowChart, draw_rows, height_of
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import BODY, GREY, INK, LINE, OTHER, SMALL, TINY, line
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.figures.supply.dependence.data import LOSSES, SOURCES, table
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

MOST_ROWS, MOST_LOSSES = 20, 10
ROW, BAR = 0.21, 0.125
"""Heights of a row and its bar, inches."""
NAMES, GAP = 1.55, 0.34
LOSS_NAMES = 2.2


# ---- words ------------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What the loss of the worst country or plant would cost; without such figures, how many depend on one source."""
    losses = table[table["part"] == LOSSES]
    if losses.empty:
        return _mostly(view, table)
    year, missed = int(losses["year"].iloc[0]), losses[losses["lost_percent"] > SLIGHT]
    if missed.empty:
        return f"Whichever one country or plant falls away in {year}, all demand can still be served"
    worst = missed.iloc[0]
    said = f"Without {_name(view, worst)}, {words.percent(worst['lost_percent'])} of demand would go unserved in {year}"
    if len(missed) > 1:
        second = missed.iloc[1]
        return f"{said}; without {_name(view, second)}, {words.percent(second['lost_percent'])}"
    return f"{said}; no other loss would be felt" if len(losses) > 1 else said


def _mostly(view: View, table: pd.DataFrame) -> str:
    """How many materials each partner takes mostly from one foreign country, in the last year."""
    last = _of_year(table, int(table["year"].max()))
    counts = last[last["largest_share_percent"] > 50].groupby("partner").size()
    said = [
        f"{view.run.in_words(name)} takes {int(counts.get(name, 0))} of "
        f"{counted((last['partner'] == name).sum(), 'material')}"
        for name in view.run.partners
        if (last["partner"] == name).any()
    ]
    return f"In {int(table['year'].max())} {words.join_and(said)} mostly from one foreign country"


def alt(view: View, table: pd.DataFrame) -> str:
    """The title's figures, and how many materials come mostly from one foreign country."""
    sources = table[table["part"] == SOURCES]
    said = [title(view, table) + "."]
    if not sources.empty and (table["part"] == LOSSES).any():
        said.append(_mostly(view, sources) + ".")
    missed = table[(table["part"] == LOSSES) & (table["lost_percent"] > SLIGHT)]
    if len(missed) > 2:
        parts = [f"{_name(view, row)} {words.percent(row['lost_percent'])}" for _, row in missed.head(5).iterrows()]
        said.append(f"Largest losses: {words.join_and(parts)}.")
    return " ".join(said)


def _name(view: View, row: pd.Series[Any]) -> str:
    """Who falls away, in words."""
    kind, _, name = str(row["falls_away"]).partition(" ")
    name = view.run.in_words(name.replace("/", " at "))
    return name if kind == "country" else f"{kind} {name}"


def _of_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    return table[(table["part"] == SOURCES) & (table["year"] == year)]


# ---- drawing ----------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A panel a partner with a row a material, over bars of what is lost without a country or plant."""
    run, sources, losses = view.run, table[table["part"] == SOURCES], table[table["part"] == LOSSES]
    materials = _rows(sources, [*run.products, *run.elements, *run.scrap])
    missed = losses[losses["lost_percent"] > SLIGHT].head(MOST_LOSSES)
    upper = 0.95 + ROW * len(materials) if materials else 0.0
    chart = _losses_chart(view, missed)
    lower = line(BODY) + 0.12 + (height_of(chart) if len(missed) else ROW) + 0.3 * (len(losses) > len(missed))
    body = upper + lower * bool(len(losses))
    page = Page.of(view, title(view, table), _subtitle(view, sources), body=body, notes=_notes(sources))
    if materials:
        top = _draw_legend(page, view, table, page.ceiling)
        _draw_sources(page, view, sources, materials, top)
    if len(losses):
        _draw_losses(page, view, losses, chart, page.floor + lower)
    return page.figure


def _rows(sources: pd.DataFrame, order: list[str]) -> list[str]:
    """The materials, those that depend most if there are too many."""
    if sources.empty:
        return []
    most = sources.groupby("material")["largest_share_percent"].max()
    kept = set(most.sort_values(ascending=False, kind="stable").index[:MOST_ROWS])
    return [name for name in order if name in kept]


def _subtitle(view: View, sources: pd.DataFrame) -> str:
    if sources.empty:
        return view.run.plan_in_words(view.point)
    return f"{view.run.plan_in_words(view.point)} · what each partner uses, with nothing disrupted"


def _notes(sources: pd.DataFrame) -> list[str]:
    if sources.empty:
        return []
    said = (
        "Bar: share of what a partner uses that comes from its largest foreign source, coloured by that country; the "
        "source is the country it is shipped from. Diamond: concentration (sum of squared shares, home included; "
        "1 is all from one place)."
    )
    if sources["year"].nunique() > 1:
        said += f" Ring: the share in {int(sources['year'].min())}, in that year's largest source's colour."
    if sources["most_allowed_percent"].notna().any():
        said += " Black line: the most that is allowed."
    return [said]


def _draw_legend(page: Page, view: View, table: pd.DataFrame, top: float) -> float:
    run = view.run
    sources = table[table["part"] == SOURCES]
    shown = set(sources["largest_source"]) - {""}
    items = [(run.in_words(name), run.country_colour(name)) for name in run.countries if name in shown]
    return page.legend(page.left + NAMES, top, squares(items), page.right - page.left - NAMES) - 0.05


def _draw_sources(page: Page, view: View, sources: pd.DataFrame, materials: list[str], top: float) -> None:
    run, years = view.run, sorted(set(sources["year"]))
    partners = [name for name in run.partners if (sources["partner"] == name).any()]
    width = (page.right - page.left - NAMES - GAP * (len(partners) - 1)) / len(partners)
    height = ROW * len(materials)
    bottom = top - line(BODY) - 0.06 - height
    for place, material in enumerate(materials):
        at = bottom + height - ROW * (place + 0.5)
        page.fit(page.left + NAMES - 0.08, at, run.material_in_words(material), NAMES - 0.12, ha="right")
    for number, partner in enumerate(partners):
        left = page.left + NAMES + number * (width + GAP)
        axes = page.axes(left, bottom, width, height)
        axes.set(xlim=(0, 100), ylim=(len(materials) - 0.5, -0.5), yticks=[])
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.grid(axis="x", color=LINE, lw=0.7)
        axes.tick_params(labelsize=SMALL, length=0)
        axes.set_xlabel(f"largest foreign source in {years[-1]}, % of use\n(diamond: concentration × 100)", size=SMALL)
        page.write(left, top - line(BODY) + 0.02, run.in_words(partner), BODY, weight="bold")
        mine = sources[sources["partner"] == partner]
        for place, material in enumerate(materials):
            _draw_source(axes, run, mine[mine["material"] == material], place, years)


def _draw_source(axes: Any, run: Run, rows: pd.DataFrame, place: int, years: list[int]) -> None:
    """One partner's material: bar, ring, diamond and limit."""
    last = rows[rows["year"] == years[-1]]
    if last.empty:
        axes.text(1, place, "not used", size=TINY, color=GREY, va="center_baseline")
    for row in last.itertuples():
        share, cap = float(str(row.largest_share_percent)), float(str(row.most_allowed_percent))
        colour = run.country_colour(str(row.largest_source)) if row.largest_source else OTHER
        axes.barh(place, share, BAR / ROW, color=colour, zorder=2)
        if share < 0.05:
            axes.text(1, place, "none from abroad", size=TINY, color=GREY, va="center_baseline")
        axes.plot(
            [100 * float(str(row.concentration_0_to_1))], [place], "D", ms=4.2, mfc="white", mec=INK, mew=0.9, zorder=5,
            clip_on=False, gid="concentration",
        )  # fmt: skip
        if cap == cap:
            axes.plot([cap] * 2, [place - 0.42, place + 0.42], color=INK, lw=2, zorder=4, gid="limit")
    for row in rows[rows["year"] == years[0]].itertuples() if len(years) > 1 else ():
        if row.largest_source:
            colour = run.country_colour(str(row.largest_source))
            axes.plot(
                [float(str(row.largest_share_percent))], [place], "o", ms=6, mfc="none", mec=colour, mew=1.5, zorder=3,
                clip_on=False, gid="ring",
            )  # fmt: skip


def _losses_chart(view: View, missed: pd.DataFrame) -> RowChart:
    """A bar for each country or plant that would be missed."""
    rows = [row for _, row in missed.iterrows()]
    most = min(100.0, 1.06 * float(missed["lost_percent"].max())) if rows else 100.0

    def draw_row(axes: Any, number: int, middle: float) -> None:
        share = float(rows[number]["lost_percent"])
        axes.barh([middle], [share], BAR, color=view.run.country_colour(str(rows[number]["country"])), zorder=2)
        write_behind(axes, share, middle, words.percent(share, 1 if share < 9.95 else 0))

    scale = Scale(0.0, most, "demand that could not be served, % of its value")
    return RowChart([Line(_name(view, row)) for row in rows], Layout(scale, LOSS_NAMES, 0.4, ROW), draw_row)


def _draw_losses(page: Page, view: View, losses: pd.DataFrame, chart: RowChart, top: float) -> None:
    year, rest = int(losses["year"].iloc[0]), losses[losses["lost_percent"] <= SLIGHT]
    page.write(page.left, top - line(BODY) - 0.04, f"If one country or plant falls away in {year}", BODY, weight="bold")
    top -= line(BODY) + 0.12
    if chart.lines:
        draw_rows(page, top, chart)
    else:
        page.write(page.left, top - ROW + 0.05, "Whichever it is, all demand can still be served.", SMALL)
    if chart.lines and len(losses) > len(chart.lines):
        _write_rest(page, view, rest, len(losses) - len(chart.lines) - len(rest), page.floor + 0.02)


def _write_rest(page: Page, view: View, rest: pd.DataFrame, smaller: int, y: float) -> None:
    """Who would not be missed, in one line."""
    said = [f"{words.count(smaller, 'smaller loss', 'smaller losses')} not shown."] if smaller else []
    if not rest.empty:
        names = [_name(view, row) for _, row in rest.iterrows() if str(row["falls_away"]).startswith("country ")]
        plants = len(rest) - len(names)
        whom = [*names, *([words.count(plants, "plant")] if plants else [])]
        said.append(f"Without any other one nothing is lost: {words.join_and(whom)}.")
    page.fit(page.left, y, " ".join(said), page.right - page.left, va="baseline", color=GREY)


FIGURE = FigureSpec(
    name="dependence", heading="Dependence on one country", per="plan", table=table, title=title, alt=alt, draw=draw
)
