"""Each plan in each future: what it costs more, or serves less, than the plan that is best there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.endings import Status
from reeplan.inputs.names import counted
from reeplan.outputs.spec.uncertainty import LEAST_REGRET, REGRET_OF_PLANS
from reeplan.present.charts.cells import ColouredCell, Grid, Said, Widths, cell_chart, write_column
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import VERMILION
from reeplan.present.charts.rows import write_name
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, SMALL, TINY, WIDTH, line, paler
from reeplan.present.figures.spec import FigureSpec, Variant, View
from reeplan.present.figures.study_tables import is_true
from reeplan.tolerances import SHOWN_MUSD, SHOWN_SHARE
from reeplan.words import NBSP, count, display_name, join_and, musd, percent, significant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "point", "future", "kind", "probability", "possible", "cost_musd", "served_share", "regret_musd", "regret_share",
    "above_best_musd", "why",
)  # fmt: skip

COST, LOST_SUPPLY, BEST = "cost", "lost-supply", "against-best"
MEASURES = {COST: "regret_musd", LOST_SUPPLY: "regret_share", BEST: "above_best_musd"}
LABELS = {
    COST: "Regret in cost",
    LOST_SUPPLY: "Regret in lost supply",
    BEST: "Against the plan made for each future",
}
OTHER = "other future"
SETS = {"what may happen": "What may happen in this case", "other futures": "Other futures, investment as planned"}
AGAINST = "against"

NAMES, WIDEST_NAMES, CELL, WIDEST, ROW = 2.1, 3.6, 0.48, 1.3, 0.29
MOST_FUTURES, FEWEST_FUTURES, MOST_NAMED = 60, 12, 2
PALEST, STRONGEST = 0.9, 0.3
NO_PLACE = "cannot"
GREATEST = "\0greatest"
"""In place of a future: the row of what is greatest over all."""


# ---- the table ----------------------------------------------------------------------------------


def variants(run: Run, point: str) -> list[Variant]:
    """Regret needs two plans; against the plan made for a future one is enough."""
    rows = run.table(REGRET_OF_PLANS)
    several = rows["point"].nunique() > 1
    known = {COST: several, LOST_SUPPLY: several, BEST: rows["above_best_musd"].notna().any()}
    return [Variant(slug, label) for slug, label in LABELS.items() if known[slug]]


def table(view: View) -> pd.DataFrame:
    """A row a plan and future: what it is behind, and why it cannot be carried out where it cannot."""
    slug = view.variant.slug if view.variant else COST
    rows = view.run.table(REGRET_OF_PLANS)[list(COLUMNS)]
    rows[AGAINST] = ["other futures" if kind == OTHER else "what may happen" for kind in rows["kind"]]
    rows["behind"] = rows[MEASURES[slug]]
    rows["least_regret"] = _least_regret(view.run, rows, slug)
    kept = [AGAINST, "future", "probability", "point", "possible", "behind", "least_regret", "why"]
    order = {name: place for place, name in enumerate(SETS)}
    rows = rows.assign(place=rows[AGAINST].map(order)).sort_values("place", kind="stable", ignore_index=True)[kept]
    unit = "behind_share" if slug == LOST_SUPPLY else "behind_musd"
    return rows.rename(columns={"behind": unit})


def _least_regret(run: Run, rows: pd.DataFrame, slug: str) -> list[str]:
    by = {COST: "cost", LOST_SUPPLY: "lost supply"}.get(slug)
    chosen = {
        (row["against"], row["point"])
        for row in run.table(LEAST_REGRET).to_dict("records")
        if row["by"] == by and is_true(row["least_regret"])
    }
    return ["yes" if key in chosen else "no" for key in zip(rows[AGAINST], rows["point"], strict=True)]


def _measure(table: pd.DataFrame) -> str:
    return "behind_share" if "behind_share" in table else "behind_musd"


def greatest(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The greatest by set and plan: infinite where a plan cannot be carried out and another can, else what is known."""
    name = _measure(table)
    found: dict[tuple[str, str], float] = {}
    open_to_some = set(table["future"][table["possible"].map(is_true)])
    for (against, point), rows in table.groupby([AGAINST, "point"], sort=False):
        key = str(against), str(point)
        counted = rows[rows["future"].isin(open_to_some)]
        out = ~counted["possible"].map(is_true)
        values = counted[name][~out]
        if out.any():
            found[key] = math.inf
        else:
            found[key] = math.nan if values.isna().any() or values.empty else float(values.max())
    return found


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """The plan of least regret and how far it may fall behind; that there is none where there is none."""
    plans = list(dict.fromkeys(table["point"]))
    if view.variant is not None and view.variant.slug == BEST:
        return _title_of_best(view, table, plans)
    what = "cost" if _measure(table) == "behind_musd" else "lost supply"
    against = table[AGAINST].iloc[0]
    where = "whatever happens" if against == "what may happen" else "in any of the futures"
    rows = table[table[AGAINST] == against]
    chosen = list(dict.fromkeys(rows["point"][rows["least_regret"] == "yes"]))
    most = {point: value for (which, point), value in greatest(table).items() if which == against}
    if not chosen:
        if most and all(math.isinf(value) for value in most.values()):
            return f"Every plan meets a future in which it cannot be carried out: none has the least regret in {what}"
        return f"Which plan has the least regret in {what} is not known"
    if len(chosen) == len(plans):
        if _nothing(most[chosen[0]], what):
            return f"No plan is regretted in {what} {where}: all are equal there"
        return f"All plans have the same greatest regret in {what} {where}: {_amount(most[chosen[0]], what)}"
    names = [display_name(point) for point in chosen]
    named = join_and(names) if len(chosen) <= MOST_NAMED else count(len(chosen), "plan")
    lead = f"{'Plan ' * (len(chosen) <= MOST_NAMED)}{named}".replace(
        "Plan ", "Plans " if len(chosen) > 1 else "Plan ", 1
    )
    verb = "have" if len(chosen) > 1 else "has"
    if _nothing(most[chosen[0]], what):
        better = "is cheaper" if what == "cost" else "serves more"
        return f"{lead} {verb} no regret in {what} {where}: no other plan {better}"
    return f"{lead} {verb} the least regret in {what} {where}: {_amount(most[chosen[0]], what)} at most"


def _title_of_best(view: View, table: pd.DataFrame, plans: list[str]) -> str:
    values = table["behind_musd"].dropna()
    if values.empty:
        return "What a plan made for each future would cost is not known"
    row: dict[Any, Any] = table.to_dict("records")[int(np.nanargmax(table["behind_musd"]))]
    one = f"Plan {display_name(row['point'])}"
    if _nothing(float(values.max()), "cost"):
        return "No plan costs more than the best one made for any future"
    return (
        f"{one} costs up to {musd(float(values.max()))} MUSD more than a plan made for one future alone: "
        f"{future_in_words(view.run, row['future'])}"
    )


def future_in_words(run: Run, name: str) -> str:
    """A window by what happens in it and when; any other future by its name."""
    return run.window_in_words(name) if name in run.window_years else display_name(name)


def _nothing(value: float, what: str) -> bool:
    return value <= (SHOWN_MUSD if what == "cost" else SHOWN_SHARE)


def _amount(value: float, what: str) -> str:
    if not math.isfinite(value):
        return "not known"
    return f"{musd(value)} MUSD" if what == "cost" else f"{percent(100 * value, 1)} of the worse-off partner's demand"


def alt(view: View, table: pd.DataFrame) -> str:
    """The greatest of every plan."""
    what = "cost" if _measure(table) == "behind_musd" else "lost supply"
    said = []
    for against in dict.fromkeys(table[AGAINST]):
        parts = [
            f"{display_name(point)} {'cannot be carried out somewhere' if math.isinf(value) else _amount(value, what)}"
            for (which, point), value in greatest(table).items()
            if which == against
        ]
        said.append(f"{SETS[against]}, greatest: {', '.join(parts[:12])}.")
    return f"{title(view, table)}. {' '.join(said)}"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a future, a column a plan, the redder the further behind; the greatest of each plan in the last row."""
    run, name = view.run, _measure(table)
    plans = list(dict.fromkeys(table["point"]))
    names = min(WIDEST_NAMES, max(NAMES, WIDTH - 2 * EDGE - WIDEST * len(plans)))
    widths = Widths(names, CELL, WIDEST)
    bands, wide = widths.bands([("", plans)])
    many = max(FEWEST_FUTURES, MOST_FUTURES // len(bands))
    sets = {against: _shown(table[table[AGAINST] == against], name, many) for against in dict.fromkeys(table[AGAINST])}
    most = max((value for value in table[name] if math.isfinite(value)), default=1.0) or 1.0
    rows, chance = table.to_dict("records"), dict(zip(table["future"], table["probability"], strict=True))
    least = {(row[AGAINST], row["point"]) for row in rows if row["least_regret"] == "yes"}
    cells = {((row[AGAINST], row["future"]), row["point"]): _cell(row, name, most) for row in rows}
    cells |= {((against, GREATEST), point): _greatest(value, (against, point) in least, name)
              for (against, point), value in greatest(table).items()}  # fmt: skip

    def write_row(page: Page, key: tuple[str, str], middle: float) -> None:
        if key[1] == GREATEST:
            page.write(EDGE, middle, "Greatest", SMALL, va="center_baseline", weight="bold")
        else:
            _name(page, future_in_words(run, key[1]), chance.get(key[1], math.nan), middle, names)

    sections = [
        (SETS[against], [(against, future) for future in [*futures, GREATEST]]) for against, futures in sets.items()
    ]
    grid = Grid(
        widths, bands, wide, ROW, sections, cells, write_row,
        lambda page, point, middle, floor, room: write_column(
            page, display_name(point), _under(run, point), middle, floor, room
        ),
        head=line(BODY) + 2 * line(TINY) + 0.1,
    )  # fmt: skip
    return cell_chart(view, title(view, table), _subtitle(view), _notes(view, table, sets), grid).figure


def _shown(rows: pd.DataFrame, name: str, most: int) -> list[str]:
    """The futures of a set; of many those that set plans furthest apart."""
    futures = list(dict.fromkeys(rows["future"]))
    if len(futures) <= most:
        return futures
    spread = rows.groupby("future")[name].max().fillna(math.inf).to_dict()
    chosen = set(sorted(futures, key=lambda future: -spread[future])[:most])
    return [future for future in futures if future in chosen]


def _subtitle(view: View) -> str:
    slug = view.variant.slug if view.variant else COST
    money = f"MUSD of {view.run.currency_year}"
    said = {
        COST: f"How much more a plan costs ({money}) than the cheapest of these plans in that future",
        LOST_SUPPLY: "How much more of the worse-off partner's demand (points) goes unserved than with the best plan",
        BEST: f"How much more a plan costs ({money}) than the best plan made for that future alone, without a target",
    }[slug]
    return said if slug == LOST_SUPPLY else f"{said}. {years_and_money(view.run)}"


def _under(run: Run, point: str) -> list[str]:
    if point not in run.points:
        return []
    row = run.row(point)
    return [f"{row['cost_musd']:,.0f}", percent(100 * float(row["resilience"]))]


def _name(page: Page, words: str, probability: float, middle: float, wide: float) -> None:
    """A future with its probability; what is too long for two lines is shortened before the years in brackets."""
    chance = f"{100 * probability:.3g}{NBSP}%" if math.isfinite(probability) else ""
    room = wide - 0.14 - page.ruler.width(chance, TINY)
    if page.ruler.wrap(words, room, TINY, most=2) != page.ruler.wrap(words, room, TINY) and words.endswith(")"):
        what, _, years = words.rpartition(" (")
        words = f"{page.ruler.cut(what, room - page.ruler.width(f' ({years}', SMALL), SMALL)} ({years}"
    write_name(page, EDGE, middle, words, room)
    page.write(EDGE + wide - 0.08, middle, chance, TINY, color=GREY, ha="right", va="center_baseline")


def _cell(row: dict[Any, Any], name: str, most: float) -> ColouredCell:
    value, possible = float(row[name]), is_true(row["possible"])
    what = "cost" if name == "behind_musd" else "lost supply"
    nothing = math.isfinite(value) and _nothing(value, what)
    colour = "#EDEDED" if not possible or math.isnan(value) else "#FFFFFF" if nothing else paler(
        VERMILION, PALEST - (PALEST - STRONGEST) * min(1.0, max(0.0, value) / most))  # fmt: skip
    text = (NO_PLACE if row["why"] != Status.NOT_SOLVED else "–") if not possible else _short(value, what)
    return ColouredCell(colour, [Said(text)], 0.7 if nothing else 0.0)


def _short(value: float, what: str) -> str:
    if not math.isfinite(value):
        return "–"
    if _nothing(value, what):
        return "0" if value >= -SHOWN_MUSD else significant(value, 2)
    return significant(value, 2 if value < 9.95 else 3) if what == "cost" else f"{100 * value:.1f}"


def _greatest(value: float, least: bool, name: str) -> ColouredCell:
    text = NO_PLACE if math.isinf(value) else _short(value, "cost" if name == "behind_musd" else "lost supply")
    if least:
        return ColouredCell("#FFFFFF", [Said(text, weight="bold")], 1.6, INK, "least regret")
    return ColouredCell("none", [Said(text)], gid="greatest")


def _notes(view: View, table: pd.DataFrame, sets: dict[str, list[str]]) -> list[str]:
    said = [
        "Under a plan: its expected cost (MUSD) and resilience. Beside a future: its probability, where it has one."
    ]
    if (table["least_regret"] == "yes").any():
        said.append("Framed: the plan whose greatest regret is the least.")
    outside = table[~table["possible"].map(is_true)]
    if not outside.empty:
        reasons = [why for why in dict.fromkeys(outside["why"]) if why]
        said.append(
            f"“{NO_PLACE}”: it cannot be carried out there"
            f"{f' ({display_name(reasons[0])})' if len(reasons) == 1 else ''}."
        )
    if "other futures" in sets:
        said.append("In other futures only the investment is kept, all else is decided anew.")
    hidden = table["future"].nunique() - sum(len(futures) for futures in sets.values())
    if hidden > 0:
        said.append(
            f"{counted(hidden, 'future')} in which plans are less far apart {'is' if hidden == 1 else 'are'} in the "
            "CSV of this figure."
        )
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="regret-of-plans",
    heading="Each plan in each future, against the best there",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
    needs=REGRET_OF_PLANS.file,
)
