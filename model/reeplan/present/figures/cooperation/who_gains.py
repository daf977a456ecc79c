"""Who gains from joining and who pays whom: every partner before and after side payments, measured from going alone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.interval import Interval
from reeplan.outputs.spec.cooperation import ALLOCATION
from reeplan.present.charts.marks import write_behind
from reeplan.present.charts.rows import BIG, Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import EDGE, FAINT, GREY, INK, SMALL, paler
from reeplan.present.figures.cooperation.data import (
    Level,
    deal_level,
    partner_colours,
)
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import between, level_subtitle, what_joining_does, who_cannot, who_gains
from reeplan.words import display_name, money

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

NAMES, SAYS = 1.63, 2.32
"""Width of the names to the left and of what is said to the right, inches."""
LANE, ROW, HEAD = 0.23, 0.7, 0.24
SEEN = 0.004
"""A band is drawn from this part of the frame on."""
MOST_OF_BAND = 6.0
"""A band longer than so many times the span of all marks is cut."""

COLUMNS = (
    "alone_musd", "pays_in_plan_musd", "shapley_musd", "shapley_least_musd",
    "shapley_greatest_musd", "nucleolus_musd", "nucleolus_least_musd", "nucleolus_greatest_musd",
    "gain_musd", "gain_least_musd", "gain_greatest_musd", "side_payment_musd", "side_payment_musd_per_year",
)  # fmt: skip


def table(view: View) -> pd.DataFrame:
    """One row a partner: alone, in the plan, by each rule with its band, its gain with its band, its side payment."""
    level = deal_level(view.run)
    stated = view.run.table(ALLOCATION)
    stated = stated.rename(columns=lambda name: name.replace("shapley_side", "side"))
    if level is None or stated.empty:
        return pd.DataFrame(columns=["partner", *COLUMNS])
    gains = {partner: level.gain_of(partner) for partner in level.partners}
    for name, end in (("gain_musd", "found"), ("gain_least_musd", "low"), ("gain_greatest_musd", "high")):
        stated[name] = [getattr(gains[partner], end) if partner in gains else math.nan for partner in stated["partner"]]
    shown = stated[["partner", *COLUMNS]]
    anything = shown[["alone_musd", "pays_in_plan_musd"]].notna().any(axis=None)
    return shown if anything else shown.iloc[:0]


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What all gain, and who how much of it."""
    level = _level(view)
    parts = [what_joining_does(level), *([who_gains(level)] if who_gains(level) else [])]
    return ": ".join(parts)


def alt(view: View, table: pd.DataFrame) -> str:
    """Every partner's gain and side payment."""
    said = [title(view, table) + ".", *who_cannot(_level(view))]
    for row in table.to_dict("records"):
        name = display_name(row["partner"])
        parts = [
            f"alone {money(row['alone_musd'])}" if row["alone_musd"] == row["alone_musd"] else "no plan alone",
            f"pays {money(row['pays_in_plan_musd'])} in the plan",
        ]
        if row["side_payment_musd"] == row["side_payment_musd"]:
            parts.append(f"then {_side(row)}")
        if row["gain_musd"] == row["gain_musd"]:
            parts.append(f"so {_gains(row['gain_musd'])}; the gain is certainly {between(_gain(row))}")
        said.append(f"{name} (MUSD): {', '.join(parts)}.")
    return " ".join(said)


def _level(view: View) -> Level:
    level = deal_level(view.run)
    assert level is not None, "a figure is drawn only where coalitions are listed"
    return level


def _gains(musd: float) -> str:
    return f"gains {money(musd)}" if musd >= 0 else f"loses {money(-musd)}"


def _gain(row: dict[Any, Any]) -> Interval:
    return Interval(row["gain_least_musd"], row["gain_musd"], row["gain_greatest_musd"])


def _side(row: dict[Any, Any]) -> str:
    musd = row["side_payment_musd"]
    said = money(abs(musd))
    if said == "0":
        return "pays and receives nothing"
    return f"{'pays' if musd > 0 else 'receives'} {said}"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a partner; to the right is better off than alone. Without shares, plain bars of cost."""
    if table["shapley_musd"].notna().all() and table["alone_musd"].notna().all():
        return _shared(view, table)
    return _not_shared(view, table)


def _shared(view: View, table: pd.DataFrame) -> Figure:
    level, rows = _level(view), table.to_dict("records")
    two = not _same_by_both_rules(table, level.noise)
    scale, colours = _scale(view.run, table), partner_colours(view.run)
    lines = [
        Line(display_name(row["partner"]), f"alone {money(row['alone_musd'])} MUSD", f"{_gains(row['gain_musd'])} MUSD",
             f"certainly {between(_gain(row))}", _side_by_year(row), bold=True)
        for row in rows
    ]  # fmt: skip

    def draw_row(axes: Any, number: int, middle: float) -> None:
        row = rows[number]
        _draw_partner(axes, row, middle + LANE / 2 * two, colours[row["partner"]])
        if two:
            axes.plot([row["alone_musd"] - row["nucleolus_musd"]], [middle - LANE / 2], "D", ms=6, mfc="white",
                      mec=colours[row["partner"]], mew=1.5, zorder=6, clip_on=False, gid="nucleolus")  # fmt: skip

    layout = Layout(scale, NAMES, SAYS, ROW + 0.1 * two, BIG, BIG)
    page, axes = row_chart(view, title(view, table), level_subtitle(view.run, level), _notes(table, scale, two),
                           RowChart(lines, layout, draw_row, head=HEAD))  # fmt: skip
    axes.axvline(0, color=INK, lw=1.0, zorder=2)
    at = EDGE + NAMES + (page.right - SAYS - EDGE - NAMES) * scale.share(0)
    page.write(at, page.ceiling - HEAD + 0.06, "as alone", SMALL, ha="center")
    return page.figure


def _draw_partner(axes: Any, row: dict[Any, Any], y: float, colour: str) -> None:
    """Before and after side payments, on the range that is certain."""
    alone = row["alone_musd"]
    before, after = alone - row["pays_in_plan_musd"], alone - row["shapley_musd"]
    low, high = axes.get_xlim()
    _band(axes, _gain(row), y, colour)
    if before == before:
        if abs(after - before) > 0.02 * (high - low):
            axes.annotate(
                "", (after, y), (before, y), zorder=4,
                arrowprops={"arrowstyle": "-|>,head_length=0.5,head_width=0.25", "color": colour, "lw": 1.6,
                            "shrinkA": 4, "shrinkB": 5},
            )  # fmt: skip
        axes.plot([before], [y], "s", ms=7, mfc="white", mec=colour, mew=1.6, zorder=5, clip_on=False, gid="before")
    axes.plot([after], [y], "o", ms=8, mfc=colour, mec=colour, zorder=6, clip_on=False, gid="shapley")


def _band(axes: Any, gain: Interval, y: float, colour: str) -> None:
    """Where the gain may lie; without an end where nothing bounds it or the frame is too narrow."""
    low, high = axes.get_xlim()
    if not gain.known or gain.high - gain.low < SEEN * (high - low):
        return
    shown = [min(max(end, low), high) for end in (gain.low, gain.high)]
    axes.plot(shown, [y, y], color=paler(colour, 0.6), lw=7, solid_capstyle="butt", zorder=2, gid="band")
    inside = [end for end in (gain.low, gain.high) if low <= end <= high]
    axes.plot(inside, [y] * len(inside), "|", color=colour, ms=10, mew=1.3, zorder=3)


def _side_by_year(row: dict[Any, Any]) -> str:
    musd, yearly = row["side_payment_musd"], row["side_payment_musd_per_year"]
    if musd != musd:
        return ""
    said = _side(row)
    return said if money(abs(musd)) == "0" or yearly != yearly else f"{said} ({money(abs(yearly))} a year)"


def _same_by_both_rules(table: pd.DataFrame, noise: float) -> bool:
    apart = (table["shapley_musd"] - table["nucleolus_musd"]).abs()
    return not bool((apart > 10 * noise).any())


def _scale(run: Run, table: pd.DataFrame) -> Scale:
    """All marks, and bands as far as they are not many times longer than what the marks span."""
    marks = [0.0]
    for name in ("pays_in_plan_musd", "shapley_musd", "nucleolus_musd"):
        marks += list(table["alone_musd"] - table[name])
    label = f"Better off than alone by (MUSD of {run.currency_year})"
    ends = [*table["gain_least_musd"], *table["gain_greatest_musd"]]
    return Scale.covering(marks, ends, MOST_OF_BAND, 0.06, label, plus=True)


def _notes(table: pd.DataFrame, scale: Scale, two: bool) -> list[str]:
    said = (
        "Square: in the joint plan, before any side payment. Disc: after it, bearing the Shapley value; "
        "the arrow is the side payment."
    )
    if two:
        said += " Diamond: bearing the nucleolus instead."
    else:
        said += " The nucleolus gives the same."
    if (table["gain_greatest_musd"] - table["gain_least_musd"] > SEEN * (scale.high - scale.low)).any():
        said += " Pale bar: where the gain may lie, as least costs are only known between a bound and the cost found."
    return [said]


# ---- without shares -----------------------------------------------------------------------------


def _not_shared(view: View, table: pd.DataFrame) -> Figure:
    """Bars of what each pays in the plan and of what it would cost alone, as far as there are such plans."""
    level, rows, colours = _level(view), table.to_dict("records"), partner_colours(view.run)
    notes = [
        " ".join(who_cannot(level)),
        "Grey: alone. Colour: in the joint plan, before any side payment. How to share the cost is not said: "
        "that takes a cost of every coalition.",
    ]
    costs = [0.0, *table["alone_musd"], *table["pays_in_plan_musd"]]
    scale = Scale.covering(costs, margin=0.02, label=f"Cost (MUSD of {view.run.currency_year})")
    scale = replace(scale, low=min(0.0, *(cost for cost in costs if math.isfinite(cost))))

    def draw_row(axes: Any, number: int, middle: float) -> None:
        partner = rows[number]["partner"]
        alone = level.alone(partner)
        why = "cannot reach the target alone" if alone.cannot else f"alone: {alone.status}"
        for musd, up, colour, where, without in (
            (rows[number]["alone_musd"], LANE / 2, FAINT, "alone", why),
            (rows[number]["pays_in_plan_musd"], -LANE / 2, colours[partner], "in the plan", "no joint plan"),
        ):
            known = math.isfinite(musd)
            if known:
                axes.barh([middle + up], [musd], 0.8 * LANE, color=colour, zorder=2)
            write_behind(axes, max(musd, 0.0) if known else 0.0, middle + up,
                         f"{money(musd)} {where}" if known else without, color=INK if known else GREY)  # fmt: skip

    lines = [Line(display_name(row["partner"]), bold=True) for row in rows]
    chart = RowChart(lines, Layout(scale, NAMES, 1.5, 2 * LANE + 0.17, BIG), draw_row)
    page, axes = row_chart(view, title(view, table), level_subtitle(view.run, level), notes, chart)
    axes.axvline(0, color=FAINT, lw=0.9)
    return page.figure


FIGURE = FigureSpec(
    name="who-gains",
    heading="Who gains, and who pays",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=ALLOCATION.file,
)
