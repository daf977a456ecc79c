"""Who pays a plan's capital, against whose budget, and in which countries it is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan import words
from reeplan.inputs.names import counted
from reeplan.present.charts.marks import stacked
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import EDGE, GREY, TINY, WIDTH, TextMeasurer, text_on
from reeplan.present.figures.spec import FigureSpec, View

if TYPE_CHECKING:
    from matplotlib.figure import Figure


ROW, BAR = 0.35, 0.2
"""Heights of a row and its bar, inches."""
USED_UP = 0.995
"""The part of a budget from which on it counts as used up."""
MOST_COUNTRIES = 12

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
    run, keys = view.run, ["partner", "first_year", "last_year"]
    payers = [part for _, part in table.groupby(keys, sort=False, dropna=False)]
    spent = spent_by_country(view)
    rest = spent.iloc[MOST_COUNTRIES - 1 :] if len(spent) > MOST_COUNTRIES else spent.iloc[:0]
    spent = spent.iloc[: len(spent) - len(rest)]
    if len(rest):
        spent.loc[counted(len(rest), "other")] = rest.sum()
    total = float(spent.to_numpy().sum())
    most = max([*table["budget_musd"].dropna(), *(part["capital_musd"].sum() for part in payers), *spent.sum(axis=1)])
    layout = Layout(Scale(0.0, 1.02 * most, f"Capital (MUSD of {run.currency_year})"), 1.57, 1.76, ROW)
    parts = [
        *([(run.country_colour(str(name)), str(name), float(musd)) for name, musd in
           zip(part["country"], part["capital_musd"], strict=True)] for part in payers),
        *([(run.partner_colour(str(name)), str(name), float(musd)) for name, musd in row.items()]
          for _, row in spent.iterrows()),
    ]  # fmt: skip
    per_musd = (WIDTH - 2 * EDGE - layout.names - layout.says) / layout.scale.high
    ruler = TextMeasurer()

    def draw_row(axes: Any, number: int, middle: float) -> None:
        stacked(axes, middle, [(musd, colour, "") for colour, _, musd in parts[number]], BAR, linewidth=0.5, zorder=3)
        left = 0.0
        for colour, name, musd in parts[number]:
            text = words.display_name(name)
            if musd > 0 and ruler.width(text, TINY, "bold") + 0.08 <= musd * per_musd:
                axes.text(left + musd / 2, middle, text, size=TINY, ha="center", va="center_baseline", weight="bold",
                          zorder=5, color=text_on(colour))  # fmt: skip
            left += musd
        budget = payers[number]["budget_musd"].iloc[0] if number < len(payers) else float("nan")
        if budget == budget:
            axes.barh([middle], [budget], BAR + 0.07, facecolor="none", edgecolor=GREY, linewidth=1.0, zorder=4)

    lines = [_payer(part) for part in payers] + [
        Line(words.display_name(str(name)), colour=run.country_colour(str(name)),
             says=f"{words.musd(row.sum())} MUSD ({words.percent(100 * row.sum() / total)})")
        for name, row in spent.iterrows()
    ]  # fmt: skip
    headings = {0: ("Who pays: coloured by the country where it is spent", ""),
                len(payers): ("Where it is spent: coloured by who pays", "")}  # fmt: skip
    page, _ = row_chart(
        view,
        title(view, table),
        f"{run.plan_in_words(view.point)}: capital decided over the whole horizon, undiscounted",
        ["Capital counts in the year of its decision. A grey frame is a budget: what may be decided in these years."],
        RowChart(lines, layout, draw_row, headings=headings),
    )
    return page.figure


def _payer(part: pd.DataFrame) -> Line:
    """A partner with the years of its budget, and how much of that is used."""
    given = part.iloc[0]
    spent, budget = float(part["capital_musd"].sum()), given["budget_musd"]
    name = words.display_name(str(given["partner"]))
    if budget != budget:
        return Line(name, "without a budget", f"{words.musd(spent)} MUSD")
    used = f" ({words.percent(100 * spent / budget)})" if budget > 0 else ""
    years = words.span(given["first_year"], given["last_year"])
    return Line(name, years, f"{words.musd(spent)} of {words.musd(budget)} MUSD{used}")


FIGURE = FigureSpec(
    name="capital", heading="Who pays, and where it is spent", per="plan", table=table, title=title, alt=alt, draw=draw
)
