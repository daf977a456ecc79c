"""Which decisions hold: in how many futures drawn from all ranges each asset is built, how large and how early."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.inputs.names import counted
from reeplan.outputs.spec.sensitivity import BUILT_IN_FUTURES
from reeplan.present.charts.key import bar, symbol
from reeplan.present.charts.palette import BLUE, ORANGE
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, INK
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.figures.study_tables import asset_in_words, is_true
from reeplan.words import NBSP, capitalised, clipped_apart, count, join_and, significant, span

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "asset", "what", "futures", "built_in", "share", "mean_t_per_year_if_built", "least_t_per_year_if_built",
    "most_t_per_year_if_built", "first_decided_earliest", "first_decided_median", "first_decided_latest",
    "as_stated_t_per_year", "as_stated_first_decided", "futures_without_plan", "divisible",
)  # fmt: skip
MOST_ROWS, BAR, MOST_NAMED = 40, 0.16, 3
ALWAYS, SOME, NEVER = "always", "some", "never"


def table(view: View) -> pd.DataFrame:
    """All assets."""
    return rows_of(view.run)


def rows_of(run: Run) -> pd.DataFrame:
    """``built_in_futures.csv``, the surest first, with which group an asset is in; empty where no future has a plan."""
    rows = run.table(BUILT_IN_FUTURES)[list(COLUMNS)]
    rows = rows[rows["futures"] > 0].reset_index(drop=True)
    rows["group"] = [
        ALWAYS if row["built_in"] >= row["futures"] else SOME if row["built_in"] > 0 else NEVER
        for row in rows.to_dict("records")
    ]
    return rows.sort_values("built_in", ascending=False, kind="stable", ignore_index=True)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What is built in every future; else how far the surest goes."""
    futures = int(table["futures"].iloc[0])
    always, some = (list(table["asset"][table["group"] == group]) for group in (ALWAYS, SOME))
    lost = _known(table["futures_without_plan"].iloc[0]) > 0
    with_plan = " with a plan" if lost else ""
    every = (
        f"the one future{with_plan}"
        if futures == 1
        else f"every one of {'the ' if lost else ''}{futures} futures{with_plan}"
    )
    if always:
        rest = f"; {count(len(some), 'other')} in some" if some else ""
        named = _named(always)
        return f"{capitalised(named)} {'is' if len(always) == 1 else 'are'} built in {every}{rest}"
    if some:
        most = float(table["built_in"].max())
        often = list(table["asset"][table["built_in"] == most])
        times = f"{'each in ' * (len(often) > 1)}{most:.0f} of {futures}{with_plan}"
        return f"Nothing is built in every future; most often {_named(often)}: {times}"
    return f"Nothing is built in any of {futures} futures{with_plan}" if futures > 1 else f"Nothing is built in {every}"


def _named(assets: list[str]) -> str:
    names = clipped_apart([asset_in_words(name, within=True) for name in assets])
    return join_and(names) if len(names) <= MOST_NAMED else count(len(names), "asset")


def alt(view: View, table: pd.DataFrame) -> str:
    """The assets with how often each is built."""
    rows = table.head(10).to_dict("records")
    said = [f"{asset_in_words(row['asset'], within=True)} {row['built_in']:.0f}" for row in rows]
    futures = int(table["futures"].iloc[0])
    return f"{title(view, table)}. Built, of {futures}: {', '.join(said)}."


def _line(row: dict[Any, Any]) -> Line:
    unit = "t" if row["what"] == "stockpile room" else "t/yr"
    if not row["built_in"]:
        return Line(asset_in_words(row["asset"]), "", "never", "")
    low, high = significant(row["least_t_per_year_if_built"]), significant(row["most_t_per_year_if_built"])
    size = f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
    first, last = row["first_decided_earliest"], row["first_decided_latest"]
    years = f", decided {span(first, last)}" if math.isfinite(first) and math.isfinite(last) else ""
    return Line(asset_in_words(row["asset"]), "", f"{row['built_in']:.0f} of {row['futures']:.0f}", f"{size}{years}")


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row an asset: the share of futures that build it, and whether the case as stated does."""
    rows = [dict(row) for row in table.to_dict("records")]
    shown = [row for row in rows if row["group"] != NEVER][:MOST_ROWS] or rows[:MOST_ROWS]
    left = MOST_ROWS - len(shown)
    shown += [row for row in rows if row["group"] == NEVER and row not in shown][: max(left, 0)]
    words = {ALWAYS: "In every future", SOME: "In some futures", NEVER: "In no future"}
    headings = {}
    for number, row in enumerate(shown):
        if not number or shown[number - 1]["group"] != row["group"]:
            headings[number] = (words[row["group"]], "")
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    ticks = (shares, tuple(f"{100 * share:.0f}{NBSP}%" for share in shares))
    scale = Scale(-0.03, 1.03, "Part of the futures in which it is built", ticks=ticks)

    def draw_row(axes: Any, number: int, y: float) -> None:
        row = shown[number]
        share = row["built_in"] / row["futures"]
        axes.barh(
            [y], [share], BAR, color=BLUE if row["group"] == ALWAYS else ORANGE, linewidth=0, zorder=2, gid="share"
        )
        stated = row["as_stated_t_per_year"] > 0
        axes.plot([1.0 if stated else 0.0], [y], "D", ms=4.6, mew=1.1, mec=INK, mfc=INK if stated else "white",
                  zorder=4, clip_on=False, gid="stated")  # fmt: skip

    keys = [
        bar("futures that build it", color=GREY),
        symbol("built in the case as stated", "D", ms=4.6, mec=INK, mfc=INK),
        symbol("not built there", "D", ms=4.6, mec=INK, mfc="white", mew=1.1),
    ]
    futures, without = int(rows[0]["futures"]), int(_known(rows[0]["futures_without_plan"]))
    drawn = "One future" if futures == 1 else counted(futures, "future")
    subtitle = f"{drawn} with a plan, drawn from all ranges at once" + (
        f"; {without} more {'has' if without == 1 else 'have'} none" if without else ""
    )
    notes = [
        "Right: the least and the most that is built where it is built, and between which years it is first decided."
    ]
    if futures < 20:
        notes.append("So few futures say little of how likely anything is.")
    if without:
        notes.append("Futures without a plan that keeps the target build nothing and are left out.")
    if is_true(rows[0]["divisible"]):
        notes.append("Modules were divisible.")
    if len(shown) < len(rows):
        hidden = len(rows) - len(shown)
        notes.append(f"{counted(hidden, 'more asset')} {'is' if hidden == 1 else 'are'} in the CSV of this figure.")
    page, _ = row_chart(
        view, title(view, table), subtitle, [" ".join(notes)],
        RowChart([_line(row) for row in shown], Layout(scale, 2.4, 2.3, 0.31), draw_row, keys, headings),
    )  # fmt: skip
    return page.figure


def _known(value: float) -> float:
    return value if math.isfinite(value) else 0.0


FIGURE = FigureSpec(
    name="built-in-futures",
    heading="In how many futures each asset is built",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=BUILT_IN_FUTURES.file,
)
