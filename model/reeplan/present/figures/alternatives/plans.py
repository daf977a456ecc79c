"""Whole plans that differ most and cost little more: what each builds, how large and when, against the cheapest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.inputs.names import counted
from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_DIFFERENCES
from reeplan.present.charts.cells import ColouredCell, Grid, Said, Widths, cell_chart, write_column
from reeplan.present.charts.palette import GREEN, ORANGE, SKY, VERMILION
from reeplan.present.charts.rows import write_name
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, SMALL, TINY, line, paler
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.figures.study_tables import (
    asset_in_words,
    slack_in_words,
)
from reeplan.tolerances import SLIGHT
from reeplan.words import clipped_apart, count, display_name, join_and, percent, short, significant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from reeplan.present.run import Run

CHEAPEST = "cheapest"
ADDED, LEFT_OUT, LARGER, SMALLER, EARLIER, LATER = "added", "left out", "larger", "smaller", "earlier", "later"
MARKS = {ADDED: "+", LEFT_OUT: "−", LARGER: "▲", SMALLER: "▼", EARLIER: "◀", LATER: "▶"}
COLOURS = {
    ADDED: paler(GREEN, 0.55), LEFT_OUT: paler(VERMILION, 0.6), LARGER: paler(SKY, 0.45), SMALLER: paler(ORANGE, 0.55),
    EARLIER: "#EAEAEA", LATER: "#EAEAEA",
}  # fmt: skip

TABLE_COLUMNS = (
    "alternative", "slack_share", "cost_musd", "over_cheapest_share", "difference", "asset", "t_per_year",
    "first_decided", "change",
)  # fmt: skip

WIDTHS, ROW = Widths(names=2.1, cell=0.62, widest=1.5), 0.34
MOST_ROWS, FEWEST_ROWS = 60, 15
"""Rows of the page in all, and of each band of columns at least."""


# ---- the table ----------------------------------------------------------------------------------


def table(view: View) -> pd.DataFrame:
    """A row a plan and asset that any of the plans builds; sizes of 0 are assets that this plan leaves out."""
    rows = view.run.table(ALTERNATIVES)
    plans = plans_of(rows)
    if len(plans) < 1 or not rows["asset"].astype(bool).any():
        return pd.DataFrame(columns=list(TABLE_COLUMNS))
    built = rows[rows["asset"] != ""].groupby(["alternative", "asset"], sort=False)
    sizes = built["t_per_year"].sum().to_dict()
    years = built["decided"].min().to_dict()
    changes = changes_of(view.run)
    return pd.DataFrame(
        [
            {**{name: plan[name] for name in TABLE_COLUMNS[:5]}, "asset": asset,
             "t_per_year": sizes.get((plan["alternative"], asset), 0.0),
             "first_decided": years.get((plan["alternative"], asset), math.nan),
             "change": changes.get((plan["alternative"], asset), "")}
            for plan in plans for asset in _in_order(plans, sizes)
        ]
    )  # fmt: skip


def plans_of(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """One row a plan: the cheapest, then the alternatives as they were found."""
    return [dict(row) for row in rows.drop_duplicates("alternative").to_dict("records")]


def changes_of(run: Run) -> dict[tuple[str, str], str]:
    """In what an alternative differs from the cheapest plan, by alternative and asset."""
    rows = run.table(ALTERNATIVES_DIFFERENCES).to_dict("records")
    return {(row["alternative"], row["asset"]): row["change"] for row in rows}


def _in_order(plans: Sequence[dict[Any, Any]], sizes: dict[Any, float]) -> list[str]:
    """Assets that most plans build first; of these in the order of the table."""
    names = list(dict.fromkeys(asset for _, asset in sizes))
    of = {name: sum(sizes.get((plan["alternative"], name), 0.0) > 0 for plan in plans) for name in names}
    return sorted(names, key=lambda name: -of[name])


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """How different plans are that cost little more, and what all of them build."""
    others = table[table["alternative"] != CHEAPEST]
    plans = others.drop_duplicates("alternative")
    if plans.empty:
        return "No plan that builds anything else was found near the cheapest"
    plans = plans[~plans["alternative"].isin(list(repeats(table)))]
    most = 100 * float(plans["over_cheapest_share"].max())
    lead = (
        f"{count(len(plans), 'other plan').capitalize()} {'costs' if len(plans) == 1 else 'cost'} at most {_more(most)}"
    )
    everywhere, likeness = common(table), "like"
    if not (table["change"] != "").any():
        return f"{lead} and {'builds' if len(plans) == 1 else 'build'} the same, paid for by others"
    if not everywhere:
        everywhere, likeness = common(others), "unlike"
    if not everywhere:
        return f"{lead} and builds nothing" if len(plans) == 1 else f"{lead}, and nothing is built in all of them"
    named = f"{count(len(everywhere), 'asset')} of {table['asset'].nunique()}"
    if len(everywhere) <= 2:
        named = join_and(clipped_apart([asset_in_words(name, within=True) for name in everywhere]))
    if len(plans) == 1:
        return f"{lead}; {likeness} the cheapest it builds {named}"
    return f"{lead}; {'both' if len(plans) == 2 else 'all'}, {likeness} the cheapest, build {named}"


def common(table: pd.DataFrame) -> list[str]:
    """What every one of these plans builds."""
    least = table.groupby("asset", sort=False)["t_per_year"].min()
    return [str(name) for name, size in least.items() if size > 0]


def repeats(table: pd.DataFrame) -> dict[str, str]:
    """Plans that a wider slack gave again, and which plan before it each is."""
    first: dict[tuple[Any, ...], str] = {}
    again: dict[str, str] = {}
    for name, rows in table[table["alternative"] != CHEAPEST].groupby("alternative", sort=False):
        built = zip(rows["t_per_year"].round(6), rows["first_decided"].fillna(0), strict=True)
        before = first.setdefault((f"{rows['cost_musd'].iloc[0]:.6g}", *built), str(name))
        if before != str(name):
            again[str(name)] = before
    return again


def _more(share: float) -> str:
    """A percentage more, or that there is none."""
    return f"{percent(share, 1 if share < 10 else 0)} more" if share > SLIGHT else "nothing more"


def alt(view: View, table: pd.DataFrame) -> str:
    """Each alternative with what it leaves out and adds."""
    said = []
    for name, rows in table[table["alternative"] != CHEAPEST].groupby("alternative", sort=False):
        parts = [f"{change} {join_and([asset_in_words(asset, within=True) for asset in there][:5])}"
                 for change in MARKS if len(there := rows["asset"][rows["change"] == change])]  # fmt: skip
        over = _more(100 * float(rows["over_cheapest_share"].iloc[0]))
        said.append(f"{display_name(str(name))} ({over}): {'; '.join(parts) or 'the same sizes and years'}.")
    return " ".join([f"{title(view, table)}.", *said[:8]])


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row an asset, a column a plan; where there are more plans than fit, they go on below."""
    plans = {str(plan["alternative"]): plan for plan in plans_of(table)}
    assets = list(dict.fromkeys(table["asset"]))
    start = [name for name in plans if name == CHEAPEST]
    bands, wide = WIDTHS.bands([("", [name for name in plans if name != CHEAPEST])], start)
    shown = assets[: max(FEWEST_ROWS, MOST_ROWS // len(bands))]
    cells = {(row["asset"], row["alternative"]): _cell(row, wide) for row in table.to_dict("records")}
    grid = Grid(
        WIDTHS, bands, wide, ROW, [("", shown)],
        cells,
        lambda page, asset, middle: write_name(page, EDGE, middle, asset_in_words(asset), WIDTHS.names - 0.1),
        lambda page, plan, middle, floor, room: write_column(
            page, display_name(plan), _under(plans[plan]), middle, floor, room
        ),
        head=line(BODY) + 3 * line(TINY) + 0.12, ruled=True,
    )  # fmt: skip
    years = (
        "Numbers: new capacity over all years (t a year; a stockpile's room in t), and the year of the first decision"
    )
    return cell_chart(view, title(view, table), years, _notes(table, len(assets) - len(shown)), grid).figure


def _under(plan: dict[Any, Any]) -> list[str]:
    """What a plan costs, or what it may and does cost more, and by how much it differs."""
    if plan["alternative"] == CHEAPEST:
        return [f"{significant(plan['cost_musd'], 4)}", "MUSD", ""]
    return [
        f"of {slack_in_words(plan['slack_share'], math.nan)}",
        f"+{percent(100 * max(plan['over_cheapest_share'], 0.0), 2 if plan['over_cheapest_share'] < 0.1 else 0)}",
        f"≠ {percent(100 * plan['difference'])}" if math.isfinite(plan["difference"]) else "",
    ]


def _cell(row: dict[Any, Any], wide: float) -> ColouredCell:
    size, change = float(row["t_per_year"]), str(row["change"])
    mark = f"{MARKS[change]} " if change in MARKS else ""
    there, gid = size > 0, change or "same"
    if not there:
        sign = Said(mark.strip(), BODY) if mark else Said("·", SMALL, colour=FAINT)
        return ColouredCell(COLOURS.get(change, "#FFFFFF"), [sign], gid=gid)
    colour = COLOURS.get(change, paler(GREY, 0.78) if row["alternative"] == CHEAPEST else "#FFFFFF")
    year = f"{row['first_decided']:.0f}" if math.isfinite(row["first_decided"]) else ""
    amount = f"{size:,.0f}" if size >= 9.95 and wide > 0.75 else short(size)
    said = [Said(f"{mark}{amount}", weight="bold" if mark else "normal"), Said(year, colour=GREY)]
    return ColouredCell(colour, said, 0.5 if colour == "#FFFFFF" else 0.0, FAINT, gid)


def _notes(table: pd.DataFrame, hidden: int) -> list[str]:
    there = [change for change in MARKS if (table["change"] == change).any()]
    said = []
    if there:
        said.append("Against the cheapest: " + ", ".join(f"{MARKS[change]} {change}" for change in there) + ".")
    others = table[table["alternative"] != CHEAPEST]
    if not others.empty:
        said.append("Under a plan's name: how much costlier it may be, how much costlier it is, and ≠ "
                    "how different it is "
                    "from the most similar of the cheapest and the plans before it that may be as dear (100\u00a0%: in "
                    "everything).")  # fmt: skip
    said += [f"{display_name(name)} is {display_name(before)} again." for name, before in repeats(table).items()]
    if hidden:
        said.append(f"{counted(hidden, 'more asset')} {'is' if hidden == 1 else 'are'} in the CSV of this figure.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="alternatives",
    heading="Whole plans that differ most and cost little more",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=ALTERNATIVES.file,
)
