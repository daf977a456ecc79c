"""If a partner walks away: what those who stay pay more than had they planned alone, and what they are served then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.cooperation import REGRET
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import BLUE, VERMILION
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, INK, SMALL, TINY, WIDTH, line, paler
from reeplan.present.figures.cooperation.data import NOISE, Amount, deal_level, members
from reeplan.present.figures.cooperation.wording import group_in_words, level_subtitle, money, ranged, several, signed
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words import capitalised, count, display_name, number, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

NAMES, CELL, WIDEST, ROW, GAP = 2.0, 0.94, 1.6, 0.62, 0.14
"""Width of the names and of a cell, height of a row, and the gap between conducts, inches."""

SLACK = 1e-6
"""A target missed by less is kept."""
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
    noise = NOISE * max(1.0, abs(row["cost_musd"]) if math.isfinite(row["cost_musd"]) else 0.0)
    if not regret.known:
        return UNKNOWN
    if regret.least > noise:
        return WORSE
    if regret.greatest < -noise:
        return BETTER
    return SAME if max(abs(regret.least), abs(regret.greatest)) <= noise else UNSURE


def amount_of(row: dict[Any, Any]) -> Amount:
    """The regret with its band; an end that is not stated is open."""
    found, least, greatest = (row[f"regret{end}_musd"] for end in ("", "_least", "_greatest"))
    return Amount(found, -math.inf if math.isnan(least) else least, math.inf if math.isnan(greatest) else greatest)


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
        less = best["served_share"] < best["alone_served_share"] - SLACK
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
    conducts = list(dict.fromkeys(table["conduct"]))
    rows = list(table[["stays", "leaves"]].drop_duplicates().itertuples(index=False, name=None))
    bands, cell = _bands(table, conducts)
    head = line(BODY) + line(SMALL) + 0.08
    height = head + ROW * len(rows) + 0.16
    level = deal_level(view.run)
    target = level.target if level is not None else math.nan
    subtitle = level_subtitle(view.run, level) if level is not None else years_and_money(view.run)
    page = Page.of(view, title(view, table), subtitle, height * len(bands), _notes(table, target))
    cells = {(r["stays"], r["leaves"], r["conduct"], r["year"]): r for r in table.to_dict("records")}
    most = float(table["regret_musd"].abs().max()) if table["regret_musd"].notna().any() else 1.0
    for place_of_band, band in enumerate(bands):
        top = page.ceiling - place_of_band * height
        for place, (stays, leaves) in enumerate(rows):
            _name(page, view.run, stays, leaves, top - head - ROW * place)
        x = EDGE + NAMES
        for conduct, years in band:
            title_of = page.ruler.cut(capitalised(display_name(conduct)), len(years) * cell, BODY, "bold")
            page.write(x + 0.03, top - line(BODY) + 0.03, title_of, BODY, weight="bold")
            for year in years:
                page.write(x + cell / 2, top - head + 0.06, f"{year:.0f}", SMALL, ha="center", color=GREY)
                for place, (stays, leaves) in enumerate(rows):
                    row = cells.get((stays, leaves, conduct, year))
                    if row is not None:
                        _cell(page, row, x, top - head - ROW * place, cell, most, target)
                x += cell
            x += GAP
    return page.figure


def _bands(table: pd.DataFrame, conducts: list[str]) -> tuple[list[list[tuple[str, list[float]]]], float]:
    """Conducts with their years side by side, below each other where they are too wide; and the width of a cell."""
    room = WIDTH - 2 * EDGE - NAMES
    most = int(room / CELL)
    bands: list[list[tuple[str, list[float]]]] = [[]]
    for conduct in conducts:
        years = sorted(set(table["year"][table["conduct"] == conduct]))
        for part in [years[first : first + most] for first in range(0, len(years), most)]:
            held = sum(len(there) for _, there in bands[-1])
            if bands[-1] and (held + len(part)) * CELL + GAP * len(bands[-1]) > room:
                bands.append([])
            bands[-1].append((conduct, part))
    widest = max(sum(len(years) for _, years in band) for band in bands)
    gaps = GAP * (max(len(band) for band in bands) - 1)
    return bands, min(WIDEST, (room - gaps) / widest)


def _name(page: Page, run: Run, stays: str, leaves: str, top: float) -> None:
    room = NAMES - 0.1
    who = group_in_words(run, stays)
    first = f"{capitalised(who)} {'stay' if several(run, stays) else 'stays'}"
    for text, y, weight, colour in (
        (first, 0.09, "bold", INK),
        (_who_leaves(run, {"stays": stays, "leaves": leaves}), -0.09, "normal", GREY),
    ):
        page.write(
            EDGE, top - ROW / 2 + y, page.ruler.cut(text, room, SMALL, weight), SMALL, weight=weight, color=colour,
            va="center_baseline",
        )  # fmt: skip


def _cell(page: Page, row: dict[Any, Any], x: float, top: float, wide: float, most: float, target: float) -> None:
    """Regret, its band, and what is served then and alone."""
    regret, kind = amount_of(row), row["against_alone"]
    colour = colour_of(regret.found, most) if kind in (WORSE, BETTER) else "#FFFFFF" if regret.known else "#EDEDED"
    page.box(
        x + 0.015, top - ROW + 0.015, wide - 0.03, ROW - 0.03, facecolor=colour, gid="cell",
        edgecolor=FAINT, linewidth=0.9 if kind in (UNSURE, SAME) else 0,
    )  # fmt: skip
    middle = x + wide / 2
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline"}
    head = signed(regret.found) if regret.known else _without(row)
    size = BODY if regret.known else TINY
    page.write(
        middle, top - 0.15, page.ruler.cut(head, wide - 0.06, size, "bold"), size, weight="bold", color=INK, **style
    )
    if regret.known:
        band = page.ruler.cut(ranged(regret), wide - 0.06, TINY)
        page.write(middle, top - 0.31, band, TINY, color=INK, **style)
    if row["served_share"] != row["served_share"]:
        return
    missed = row["served_share"] < target - SLACK
    served = f"{_share(row['served_share'])} vs {_share(row['alone_served_share'])}"
    weight = "bold" if missed else "normal"
    page.write(
        middle, top - 0.47, page.ruler.cut(served, wide - 0.04, TINY, weight), TINY, color=INK, weight=weight, **style
    )


def _without(row: dict[Any, Any]) -> str:
    if row["cost_musd"] != row["cost_musd"]:
        return str(row["status"]) or "not solved"
    return "no plan alone"


def _share(value: float) -> str:
    """Small shares with a decimal: whether a small target is missed is a matter of tenths."""
    return percent(100 * value, 1 if 0 < value < 0.0995 else 0) if value == value else "–"


def colour_of(regret: float, most: float) -> str:
    """Towards red for what is regretted, towards blue for what is not, the stronger the more."""
    return paler(
        VERMILION if regret > 0 else BLUE, PALEST - (PALEST - STRONGEST) * min(1.0, abs(regret) / max(most, 1e-9))
    )


def _notes(table: pd.DataFrame, target: float) -> list[str]:
    said = [
        "Number: what those who stay pay more (+) or less (−) over all years than had they planned alone; below it "
        "the range that is certain. Last line: what they are served after the break vs planned alone"
        + ("; bold: below the target." if (table["served_share"] < target - SLACK).any() else ".")
    ]
    breaks = table.groupby(["stays", "leaves", "year"], sort=False)["served_share"]
    missed, of = int((breaks.max() < target - SLACK).sum()), breaks.ngroups
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
