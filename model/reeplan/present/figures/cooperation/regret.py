"""If a partner walks away: what those who stay pay more than had they planned alone, and what they are served then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.interval import Interval
from reeplan.outputs.spec.cooperation import REGRET
from reeplan.present.charts.cells import ColouredCell, Grid, Said, Widths, cell_chart
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import BLUE, VERMILION
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, SMALL, TINY, line, paler
from reeplan.present.figures.cooperation.data import deal_level, members
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import group_in_words, level_subtitle, ranged, several
from reeplan.tolerances import MISSED, SLIGHT, SMALLEST_GAP
from reeplan.words import capitalised, count, display_name, money, number, percent, signed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

WIDTHS, ROW = Widths(names=2.0, cell=0.94, widest=1.6, gap=0.14), 0.62

PALEST, STRONGEST = 0.85, 0.35
"""Parts of white in the colours of the cells: ink is easy to read on all of them."""

COLUMNS = (
    "stays", "leaves", "year", "conduct", "status", "cost_musd", "bound_musd", "served_share", "alone_cost_musd",
    "alone_served_share", "regret_musd", "regret_least_musd", "regret_greatest_musd", "stranded_capital_musd",
)  # fmt: skip

WORSE, BETTER, UNSURE, SAME, UNKNOWN = "costlier", "cheaper", "not certain", "the same", "unknown"
"""What those who stay pay for certain against having planned alone."""


def table(view: View) -> pd.DataFrame:
    """``regret.csv`` as far as it is shown, and what is certain of each row; empty if no row has a cost."""
    rows = view.run.table(REGRET)[list(COLUMNS)]
    rows["against_alone"] = [certainty(row) for row in rows.to_dict("records")]
    return rows if rows["cost_musd"].notna().any() else rows.iloc[:0]


def certainty(row: dict[Any, Any]) -> str:
    """Whether it is certain that those who stay pay more or less than had they planned alone."""
    regret = amount_of(row)
    noise = SMALLEST_GAP * max(1.0, abs(row["cost_musd"]) if math.isfinite(row["cost_musd"]) else 0.0)
    if not regret.known:
        return UNKNOWN
    if regret.low > noise:
        return WORSE
    if regret.high < -noise:
        return BETTER
    return SAME if max(abs(regret.low), abs(regret.high)) <= noise else UNSURE


def amount_of(row: dict[Any, Any]) -> Interval:
    """The regret with its band; an end that is not stated is open."""
    return Interval.stated(*(row[f"regret{end}_musd"] for end in ("_least", "", "_greatest")))


# ---- words --------------------------------------------------------------------------------------


def at_best(table: pd.DataFrame) -> pd.DataFrame:
    """Of every break the conduct that costs least, of those whose regret is known."""
    known = table[table["regret_musd"].notna()]
    return known.loc[known.groupby(["stays", "leaves", "year"], sort=False)["regret_musd"].idxmin()]


def title(view: View, table: pd.DataFrame) -> str:
    """The break that costs those who stay most, whatever they then do."""
    best = at_best(table)
    if best.empty:
        return "What a break costs is not known: those who stay have no plan alone to compare with"
    keys = ["stays", "leaves", "year"]
    costlier = table["against_alone"].eq(WORSE).groupby([table[key] for key in keys]).all()
    sure = best[[bool(costlier[tuple(row)]) for row in best[keys].itertuples(index=False)]]
    if not sure.empty:
        row = sure.iloc[int(sure["regret_musd"].argmax())]
        stays, many = group_in_words(view.run, row["stays"]), several(view.run, row["stays"])
        return (
            f"If {_who_leaves(view.run, row)} in {row['year']:.0f}, {stays} {'pay' if many else 'pays'} "
            f"{money(row['regret_musd'])} MUSD more than planning alone, "
            f"whatever {'they then do' if many else 'it then does'}"
        )
    if len(best) == len(costlier) and best["against_alone"].isin([BETTER, SAME]).all():
        less = best["served_share"] < best["alone_served_share"] - MISSED
        return "Whoever leaves, and whenever: those who stay need pay no more than had they planned alone" + (
            ", though some are served less" if less.any() else ""
        )
    return "No break is certain to cost those who stay more than planning alone"


def _who_leaves(run: Run, row: Any) -> str:
    """Who leaves, with the verb."""
    gone, left = members(run, row["leaves"]), members(run, row["stays"])
    if len(gone) > 1 and len(gone) + len(left) == len(run.partners):
        return "all others leave"
    return f"{group_in_words(run, row['leaves'])} {'leave' if len(gone) > 1 else 'leaves'}"


def alt(view: View, table: pd.DataFrame) -> str:
    """Every break at best."""
    said = []
    for row in at_best(table).to_dict("records"):
        served = f", {percent(100 * row['served_share'])} served" if row["served_share"] == row["served_share"] else ""
        said.append(
            f"{group_in_words(view.run, row['stays'])} after {_who_leaves(view.run, row)} in {row['year']:.0f}: "
            f"{signed(row['regret_musd'])} MUSD ({ranged(amount_of(row))}){served}"
        )
    return f"{title(view, table)}." + (f" At best: {'; '.join(said[:8])}." if said else "")


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row for who stays, a column for year and conduct: the redder, the more is regretted; the bluer, the less."""
    run, level = view.run, deal_level(view.run)
    target = level.target if level is not None else math.nan
    subtitle = level_subtitle(run, level) if level is not None else years_and_money(run)
    of_conduct = [(str(name), sorted(set(rows["year"]))) for name, rows in table.groupby("conduct", sort=False)]
    blocks = [(capitalised(display_name(name)), [(name, year) for year in years]) for name, years in of_conduct]
    rows = list(table[["stays", "leaves"]].drop_duplicates().itertuples(index=False, name=None))
    most = float(table["regret_musd"].abs().max()) if table["regret_musd"].notna().any() else 1.0
    cells = {((row["stays"], row["leaves"]), (row["conduct"], row["year"])): _cell(row, most, target)
             for row in table.to_dict("records")}  # fmt: skip
    grid = Grid(
        WIDTHS, *WIDTHS.bands(blocks), ROW, [("", rows)],
        cells,
        lambda page, who, middle: _name(page, run, who, middle),
        lambda page, when, middle, floor, wide: page.write(
            middle, floor + 0.06, f"{when[1]:.0f}", SMALL, ha="center", color=GREY
        ),
        head=line(SMALL) + 0.08,
    )  # fmt: skip
    return cell_chart(view, title(view, table), subtitle, _notes(table, target), grid).figure


def _name(page: Page, run: Run, who: tuple[str, str], middle: float) -> None:
    stays, leaves = who
    first = f"{capitalised(group_in_words(run, stays))} {'stay' if several(run, stays) else 'stays'}"
    page.fit(EDGE, middle + 0.09, first, WIDTHS.names - 0.1, weight="bold")
    second = _who_leaves(run, {"stays": stays, "leaves": leaves})
    page.fit(EDGE, middle - 0.09, second, WIDTHS.names - 0.1, color=GREY)


def _cell(row: dict[Any, Any], most: float, target: float) -> ColouredCell:
    """Regret, its band, and what is served then and alone."""
    regret, kind = amount_of(row), row["against_alone"]
    colour = colour_of(regret.found, most) if kind in (WORSE, BETTER) else "#FFFFFF" if regret.known else "#EDEDED"
    said = [Said(signed(regret.found), BODY, "bold"), Said(ranged(regret))] if regret.known else [
        Said(_without(row), TINY, "bold")]  # fmt: skip
    if row["served_share"] == row["served_share"]:
        missed = row["served_share"] < target - MISSED
        served = f"{_share(row['served_share'])} vs {_share(row['alone_served_share'])}"
        said.append(Said(served, weight="bold" if missed else "normal"))
    return ColouredCell(colour, said, 0.9 if kind in (UNSURE, SAME) else 0.0, FAINT)


def _without(row: dict[Any, Any]) -> str:
    if row["cost_musd"] != row["cost_musd"]:
        return str(row["status"]) or Status.NOT_SOLVED
    return "no plan alone"


def _share(value: float) -> str:
    """Small shares with a decimal: whether a small target is missed is a matter of tenths."""
    return percent(100 * value, 1 if 0 < value < 0.0995 else 0) if value == value else "–"


def colour_of(regret: float, most: float) -> str:
    """Towards red for what is regretted, towards blue for what is not, the stronger the more."""
    return paler(
        VERMILION if regret > 0 else BLUE, PALEST - (PALEST - STRONGEST) * min(1.0, abs(regret) / max(most, SLIGHT))
    )


def _notes(table: pd.DataFrame, target: float) -> list[str]:
    said = [
        "Number: what those who stay pay more (+) or less (−) over all years than had they planned alone; below it "
        "the range that is certain. Last line: what they are served after the break vs planned alone"
        + ("; bold: below the target." if (table["served_share"] < target - MISSED).any() else ".")
    ]
    breaks = table.groupby(["stays", "leaves", "year"], sort=False)["served_share"]
    missed, of = int((breaks.max() < target - MISSED).sum()), breaks.ngroups
    if missed:
        which = "every break" if missed == of else f"{number(missed)} of {count(of, 'break')}"
        said.append(f"In {which} they are served less than the target, whatever they then do.")
    if (table["against_alone"].isin([UNSURE, SAME])).any():
        said.append("White: whether it is more or less is not certain, or it is the same.")
    if (table["against_alone"] == UNKNOWN).any():
        said.append("Grey: there is nothing to compare with.")
    stranded = table["stranded_capital_musd"].max()
    if stranded > 0:
        said.append(f"Up to {money(stranded)} MUSD of capital of those who stay stands with those who leave.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="regret",
    heading="What a break costs those who stay",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=REGRET.file,
)
