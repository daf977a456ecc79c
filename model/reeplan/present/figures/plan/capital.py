"""Who pays a plan's capital, against whose budget, and in which countries it is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.inputs.names import counted
from reeplan.present import words
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, INK, LINE, SMALL, TINY, text_on
from reeplan.present.charts.ticks import tick_label, ticks_between
from reeplan.present.figures.spec import FigureSpec, View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

ROW, BAR, LOW_ROW = 0.34, 0.2, 0.27
CHART = 1.72
SAYS = 1.62
"""Where bars begin, and the width of what is written behind them, inches."""
USED_UP = 0.995
"""The part of a budget from which on it counts as used up."""
MOST_COUNTRIES = 12
HEADING = 0.32

COLUMNS = ("partner", "country", "first_year", "last_year", "capital_musd", "budget_musd")


def table(view: View) -> pd.DataFrame:
    """Capital by partner, span of its budget and country; no budget (empty) where none holds in the year of decision.

    A span without any decision has a row with no country, so that its budget is there.
    """
    run = view.run
    builds = run.plan(view.point, "builds")
    builds = builds.assign(country=builds["asset"].map(run.assets["country"]).fillna(""))
    rows: list[dict[str, Any]] = []
    for partner in run.partners:
        paid = builds[builds["partner"] == partner]
        spans = run.inputs("budgets")
        spans = spans[spans["partner"] == partner].sort_values(["first_year", "last_year"])
        free = pd.Series(True, index=paid.index)
        for span in spans.to_dict("records"):
            within = paid["decided"].between(span["first_year"], span["last_year"])
            free &= ~within
            rows += _by_country(partner, paid[within], span["first_year"], span["last_year"], span["musd"])
        if free.any() or (spans.empty and not paid.empty):
            rows += _by_country(partner, paid[free], float("nan"), float("nan"), float("nan"))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table if (table["capital_musd"] > 0).any() else table.iloc[:0]


def _by_country(partner: str, paid: pd.DataFrame, first: float, last: float, budget: float) -> list[dict[str, Any]]:
    fixed = {"partner": partner, "first_year": first, "last_year": last, "budget_musd": budget}
    spent = paid.groupby("country", sort=False)["capex_musd"].sum().sort_values(ascending=False)
    if spent.empty:
        return [{**fixed, "country": "", "capital_musd": 0.0}]
    return [{**fixed, "country": country, "capital_musd": musd} for country, musd in spent.items()]


def spent_by_country(view: View) -> pd.DataFrame:
    """Capital with a row a country and a column a partner, dearest country first: every decision once.

    Not from ``table``: spans of budgets may overlap there.
    """
    run = view.run
    builds = run.plan(view.point, "builds")
    country = builds["asset"].map(run.assets["country"]).fillna("")
    spent = builds.groupby([country.rename("country"), "partner"])["capex_musd"].sum().unstack().fillna(0.0)
    spent = spent.reindex(columns=[name for name in run.partners if name in spent.columns])
    return spent.loc[spent.sum(axis=1).sort_values(ascending=False).index]


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """Who pays most, where most is spent, and which budget is used up."""
    spent = spent_by_country(view)
    total = float(spent.to_numpy().sum())
    payers = spent.sum().sort_values(ascending=False)
    where = spent.sum(axis=1)
    money = f"{words.musd(total)} MUSD"
    payer, country = words.display_name(str(payers.index[0])), words.display_name(str(where.index[0]))
    who = f"{payer} pays all {money}" if len(payers) == 1 else f"{payer} pays {words.musd(payers.iloc[0])} of {money}"
    part = "all" if len(where) == 1 else words.percent(100 * where.iloc[0] / total)
    text = f"{who}; {part} is spent in {country}"
    used = [
        f"{words.display_name(partner)}'s budget of {words.span(first, last)}"
        for partner, first, last, musd, budget in _budgets(table)
        if musd >= USED_UP * budget > 0
    ]
    return f"{text}; {words.join_and(used)} {'is' if len(used) == 1 else 'are'} used up" if used else text


def alt(view: View, table: pd.DataFrame) -> str:
    """Every budget and what of it is used."""
    said = [
        f"{words.display_name(partner)} {words.span(first, last)}: {words.musd(musd)} of {words.musd(budget)} MUSD"
        for partner, first, last, musd, budget in _budgets(table)
    ]
    return f"{title(view, table)}." + (f" Capital against budgets: {'; '.join(said)}." if said else "")


def _budgets(table: pd.DataFrame) -> list[tuple[str, float, float, float, float]]:
    """Partner, years, capital decided and budget, a tuple a budget."""
    limited = table[table["budget_musd"].notna()]
    keys = ["partner", "first_year", "last_year", "budget_musd"]
    sums = limited.groupby(keys, sort=False)["capital_musd"].sum().reset_index()
    return [
        (str(row["partner"]), row["first_year"], row["last_year"], row["capital_musd"], row["budget_musd"])
        for row in sums.to_dict("records")
    ]


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Above, who pays, in a frame as long as the budget; below, where it is spent."""
    run = view.run
    payers = [
        (str(key[0]), part)
        for key, part in table.groupby(["partner", "first_year", "last_year"], sort=False, dropna=False)
    ]
    spent = spent_by_country(view)
    rest = spent.iloc[MOST_COUNTRIES - 1 :] if len(spent) > MOST_COUNTRIES else spent.iloc[:0]
    spent = spent.iloc[: len(spent) - len(rest)]
    if len(rest):
        spent.loc[counted(len(rest), "other")] = rest.sum()
    body = ROW * len(payers) + LOW_ROW * len(spent) + 2 * HEADING + 0.5
    page = Page.of(
        view,
        title(view, table),
        f"{run.plan_in_words(view.point)}: capital decided over the whole horizon, undiscounted",
        body,
        ["Capital counts in the year of its decision. A grey frame is a budget: what may be decided in these years."],
    )
    most = max(
        [*table["budget_musd"].dropna(), *(part["capital_musd"].sum() for _, part in payers), *spent.sum(axis=1)]
    )
    floor = page.floor + 0.46
    axes = page.axes(CHART, floor, page.right - SAYS - CHART, page.ceiling - floor)
    axes.set_ylim(floor, page.ceiling)
    axes.set_xlim(0, 1.02 * most)
    _dress(axes, run, most)
    y = _heading(page, axes, page.ceiling, "Who pays", "coloured by the country where it is spent: see below")
    for partner, part in payers:
        y -= ROW
        _draw_payer(run, page, axes, partner, part, y + ROW / 2)
    y = _heading(page, axes, y, "Where it is spent", "coloured by who pays")
    total = float(spent.to_numpy().sum())
    for country, row in spent.iterrows():
        y -= LOW_ROW
        parts = [(str(name), float(musd), run.partner_colour(str(name))) for name, musd in row.items() if musd > 0]
        middle = y + LOW_ROW / 2
        _draw_bar(run, page, axes, parts, middle)
        money = float(row.sum())
        page.box(EDGE, middle - 0.06, 0.12, 0.12, facecolor=run.country_colour(str(country)))
        _label(page, words.display_name(str(country)), "", middle, EDGE + 0.18)
        _say(page, f"{words.musd(money)} MUSD ({words.percent(100 * money / total)})", middle)
    return page.figure


def _dress(axes: Any, run: Run, most: float) -> None:
    ticks = ticks_between(0.0, most * 1.02, 7)
    axes.set_xticks(ticks, [tick_label(tick, ticks) for tick in ticks], size=SMALL)
    axes.set_xlabel(f"Capital (MUSD of {run.currency_year})", size=BODY)
    axes.set_yticks([])
    axes.spines["left"].set_color(FAINT)
    axes.grid(axis="x", color=LINE, lw=0.8)


def _heading(page: Page, axes: Any, y: float, text: str, note: str) -> float:
    y -= HEADING
    page.write(EDGE, y + 0.1, text, BODY, weight="bold")
    mask = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
    axes.text(0.06 * axes.get_xlim()[1] / 5, y + 0.1, note, size=TINY, color=GREY, bbox=mask)
    return y


def _draw_payer(run: Run, page: Page, axes: Any, partner: str, part: pd.DataFrame, y: float) -> None:
    budget, first, last = (part[name].iloc[0] for name in ("budget_musd", "first_year", "last_year"))
    spent = [
        (country, musd, run.country_colour(country))
        for country, musd in zip(part["country"], part["capital_musd"], strict=True)
        if musd > 0
    ]
    _draw_bar(run, page, axes, spent, y)
    money = float(part["capital_musd"].sum())
    if budget != budget:
        _label(page, words.display_name(partner), "without a budget", y)
        _say(page, f"{words.musd(money)} MUSD", y)
        return
    axes.barh([y], [budget], BAR + 0.07, facecolor="none", edgecolor=GREY, linewidth=1.0, zorder=4)
    _label(page, words.display_name(partner), words.span(first, last), y)
    used = f" ({words.percent(100 * money / budget)})" if budget > 0 else ""
    _say(page, f"{words.musd(money)} of {words.musd(budget)} MUSD{used}", y)


def _draw_bar(run: Run, page: Page, axes: Any, parts: list[tuple[str, float, str]], y: float) -> None:
    """Parts side by side, each with its name if that fits."""
    left = 0.0
    per_musd = (page.right - SAYS - CHART) / axes.get_xlim()[1]
    for name, musd, colour in parts:
        axes.barh([y], [musd], BAR, left=[left], color=colour, edgecolor="white", linewidth=0.5, zorder=3)
        text = words.display_name(name)
        if page.ruler.width(text, TINY, "bold") + 0.08 <= musd * per_musd:
            axes.text(
                left + musd / 2, y, text, size=TINY, ha="center", va="center_baseline", weight="bold", zorder=5,
                color=text_on(colour),
            )  # fmt: skip
        left += musd


def _label(page: Page, name: str, years: str, y: float, left: float = EDGE) -> None:
    room = CHART - left - 0.1
    years = f"  {years}" if years else ""
    name = page.ruler.cut(name, room - page.ruler.width(years, TINY), BODY)
    page.write(left, y, name, BODY, va="center_baseline")
    page.write(left + page.ruler.width(name, BODY), y, years, TINY, va="center_baseline", color=GREY)


def _say(page: Page, text: str, y: float) -> None:
    size = next((size for size in (SMALL, TINY, 6.4) if page.ruler.width(text, size) <= SAYS - 0.08), 6.4)
    page.write(
        page.right - SAYS + 0.08, y, page.ruler.cut(text, SAYS - 0.08, size), size, va="center_baseline", color=INK
    )


FIGURE = FigureSpec(
    name="capital",
    heading="Who pays, and where it is spent",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
)
