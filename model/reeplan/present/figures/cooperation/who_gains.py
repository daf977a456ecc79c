"""Who gains from joining and who pays whom: every partner before and after side payments, measured from going alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.outputs.spec.cooperation import ALLOCATION
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import BODY, EDGE, FAINT, GREY, INK, LINE, SMALL, paler
from reeplan.present.charts.ticks import tick_label, ticks_between
from reeplan.present.figures.cooperation.data import Amount, Level, deal_level, partner_colours
from reeplan.present.figures.cooperation.wording import (
    between,
    level_subtitle,
    money,
    what_joining_does,
    who_cannot,
    who_gains,
)
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words import display_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHART, SAYS = 1.78, 2.32
"""Where the chart begins, and the width of what is written behind it, inches."""
LANE, PAD = 0.23, 0.17
ROW = 0.7
HEAD, FOOT = 0.24, 0.5
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
    for name, end in (("gain_musd", "found"), ("gain_least_musd", "least"), ("gain_greatest_musd", "greatest")):
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


def _gain(row: dict[Any, Any]) -> Amount:
    return Amount(row["gain_musd"], row["gain_least_musd"], row["gain_greatest_musd"])


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
    level = _level(view)
    two = not _same_by_both_rules(table, level.noise)
    row = ROW + (0.1 if two else 0.0)
    page = Page.of(
        view,
        title(view, table),
        level_subtitle(view.run, level),
        HEAD + row * len(table) + FOOT,
        _notes(table, two),
    )
    low, high = _limits(table)
    bottom, width = page.floor + FOOT, page.right - SAYS - CHART
    axes = page.axes(CHART, bottom, width, row * len(table))
    axes.set(xlim=(low, high), ylim=(bottom, bottom + row * len(table)))
    _dress(axes, low, high, f"Better off than alone by (MUSD of {view.run.currency_year})")
    axes.axvline(0, color=INK, lw=1.0, zorder=2)
    page.write(
        CHART + width * (0 - low) / (high - low), page.ceiling - HEAD + 0.06, "as alone", SMALL, ha="center", color=INK
    )
    colours = partner_colours(view.run)
    for number, record in enumerate(table.to_dict("records")):
        top = page.ceiling - HEAD - number * row
        if number:
            page.layer.plot([EDGE, page.right], [top] * 2, color=LINE, lw=0.9, zorder=0)
        _draw_partner(page, axes, record, top - PAD / 2, colours[record["partner"]], two)
        _say_partner(page, record, top - PAD / 2)
    return page.figure


def _draw_partner(page: Page, axes: Any, row: dict[Any, Any], top: float, colour: str, two: bool) -> None:
    """Before and after side payments; where the rules differ, what the other rule gives below."""
    y, alone = top - LANE, row["alone_musd"]
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
    if two:
        other = alone - row["nucleolus_musd"]
        axes.plot(
            [other], [y - LANE], "D", ms=6, mfc="white", mec=colour, mew=1.5, zorder=6, clip_on=False, gid="nucleolus"
        )


def _band(axes: Any, gain: Amount, y: float, colour: str) -> None:
    """Where the gain may lie; without an end where nothing bounds it or the frame is too narrow."""
    low, high = axes.get_xlim()
    if not gain.known or gain.greatest - gain.least < 0.004 * (high - low):
        return
    shown = [min(max(end, low), high) for end in (gain.least, gain.greatest)]
    axes.plot(shown, [y, y], color=paler(colour, 0.6), lw=7, solid_capstyle="butt", zorder=2, gid="band")
    inside = [end for end in (gain.least, gain.greatest) if low <= end <= high]
    axes.plot(inside, [y] * len(inside), "|", color=colour, ms=10, mew=1.3, zorder=3)


def _say_partner(page: Page, row: dict[Any, Any], top: float) -> None:
    """The name and cost alone to the left; the gain and the side payment to the right."""
    room = CHART - EDGE - 0.12
    y = top - LANE
    page.write(
        EDGE, y, page.ruler.cut(display_name(row["partner"]), room, BODY, "bold"), BODY,
        weight="bold", va="center_baseline",
    )
    page.write(EDGE, y - LANE * 0.78, page.ruler.cut(f"alone {money(row['alone_musd'])} MUSD", room, SMALL), SMALL,
               va="center_baseline", color=GREY)  # fmt: skip
    left, room = page.right - SAYS + 0.14, SAYS - 0.14
    gain = _gain(row)
    said = [
        (f"{_gains(gain.found)} MUSD", BODY, "bold", INK),
        (f"certainly {between(gain)}", SMALL, "normal", GREY),
        (_side_by_year(row), SMALL, "normal", INK),
    ]
    at = top - 0.09
    for text, size, weight, colour in said:
        page.write(
            left, at, page.ruler.cut(text, room, size, weight), size, weight=weight, color=colour, va="center_baseline"
        )
        at -= 0.17


def _side_by_year(row: dict[Any, Any]) -> str:
    musd, yearly = row["side_payment_musd"], row["side_payment_musd_per_year"]
    if musd != musd:
        return ""
    said = _side(row)
    return said if money(abs(musd)) == "0" or yearly != yearly else f"{said} ({money(abs(yearly))} a year)"


def _same_by_both_rules(table: pd.DataFrame, noise: float) -> bool:
    apart = (table["shapley_musd"] - table["nucleolus_musd"]).abs()
    return not bool((apart > 10 * noise).any())


def _limits(table: pd.DataFrame) -> tuple[float, float]:
    """All marks, and bands as far as they are not many times longer than what the marks span."""
    alone = table["alone_musd"]
    marks = [0.0]
    for name in ("pays_in_plan_musd", "shapley_musd", "nucleolus_musd"):
        marks += list((alone - table[name]).dropna())
    extent = max(max(marks) - min(marks), 1e-6 * float(alone.abs().max()), 1e-9)
    ends = [end for end in [*table["gain_least_musd"], *table["gain_greatest_musd"]] if math.isfinite(end)]
    low = max(min([*marks, *ends]), min(marks) - MOST_OF_BAND * extent)
    high = min(max([*marks, *ends]), max(marks) + MOST_OF_BAND * extent)
    return low - 0.06 * (high - low), high + 0.06 * (high - low)


def _notes(table: pd.DataFrame, two: bool) -> list[str]:
    said = (
        "Square: in the joint plan, before any side payment. Disc: after it, bearing the Shapley value; "
        "the arrow is the side payment."
    )
    if two:
        said += " Diamond: bearing the nucleolus instead."
    else:
        said += " The nucleolus gives the same."
    limits = _limits(table)
    if (table["gain_greatest_musd"] - table["gain_least_musd"] > 0.004 * (limits[1] - limits[0])).any():
        said += " Pale bar: where the gain may lie, as least costs are only known between a bound and the cost found."
    return [said]


def _dress(axes: Any, low: float, high: float, label: str) -> None:
    ticks = ticks_between(low, high, 7)
    axes.set_xticks(ticks, [tick_label(tick, ticks, plus=True) for tick in ticks], size=SMALL)
    axes.set_xlabel(label, size=BODY)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=LINE, lw=0.8)


# ---- without shares -----------------------------------------------------------------------------


def _not_shared(view: View, table: pd.DataFrame) -> Figure:
    """Bars of what each pays in the plan and of what it would cost alone, as far as there are such plans."""
    level = _level(view)
    row = 2 * LANE + PAD
    notes = [
        " ".join(who_cannot(level)),
        "Grey: alone. Colour: in the joint plan, before any side payment. How to share the cost is not said: "
        "that takes a cost of every coalition.",
    ]
    page = Page.of(view, title(view, table), level_subtitle(view.run, level), row * len(table) + FOOT, notes)
    both = [*table["alone_musd"], *table["pays_in_plan_musd"]]
    costs = [0.0, *(cost for cost in both if math.isfinite(cost))]
    extent = max(max(costs) - min(costs), 1e-9)
    low, high = min(costs) - (0.02 * extent if min(costs) < 0 else 0.0), max(costs) + 0.02 * extent
    bottom, width = page.floor + FOOT, page.right - 1.5 - CHART
    axes = page.axes(CHART, bottom, width, row * len(table))
    axes.set(xlim=(low, high), ylim=(bottom, bottom + row * len(table)))
    ticks = ticks_between(low, high, 7)
    axes.set_xticks(ticks, [tick_label(tick, ticks) for tick in ticks], size=SMALL)
    axes.set_xlabel(f"Cost (MUSD of {view.run.currency_year})", size=BODY)
    axes.set_yticks([])
    axes.axvline(0, color=FAINT, lw=0.9)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=LINE, lw=0.8)
    colours = partner_colours(view.run)
    for number, record in enumerate(table.to_dict("records")):
        top = page.ceiling - number * row - PAD / 2
        partner = record["partner"]
        name = page.ruler.cut(display_name(partner), CHART - EDGE - 0.12, BODY, "bold")
        page.write(EDGE, top - LANE, name, BODY, weight="bold", va="center_baseline")
        alone = level.alone(partner)
        why = "cannot reach the target alone" if alone.cannot else f"alone: {alone.status}"
        for lane, (musd, colour, without) in enumerate(
            ((record["alone_musd"], FAINT, why), (record["pays_in_plan_musd"], colours[partner], "no joint plan"))
        ):
            y = top - (lane + 0.5) * LANE
            if math.isfinite(musd):
                axes.barh([y], [musd], 0.8 * LANE, color=colour, zorder=2)
            said = f"{money(musd)} {('alone', 'in the plan')[lane]}" if math.isfinite(musd) else without
            end = max(musd, 0.0) if math.isfinite(musd) else 0.0
            axes.annotate(
                said, (end, y), (4, 0), textcoords="offset points", size=SMALL, va="center_baseline",
                color=INK if math.isfinite(musd) else GREY, annotation_clip=False,
            )  # fmt: skip
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
