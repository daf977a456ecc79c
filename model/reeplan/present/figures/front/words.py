"""The sentences of the front's figure in plain English, computed from its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import counted
from reeplan.present.charts.page import versions, years_and_money
from reeplan.present.words.measures import served_where
from reeplan.present.words.steps import bill
from reeplan.tolerances import SLIGHT
from reeplan.words import NBSP, clipped, clipped_apart, display_name, join_and, musd, percent, short, tonnes

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from reeplan.present.figures.front.data import FrontData, Strip


# ---- title, subtitle, footer --------------------------------------------------------------------


def title(data: FrontData) -> str:
    """What the figure says, in one sentence."""
    points = data.points
    first, last = points.iloc[0], points.iloc[-1]
    if data.run.inputs("scenarios").empty:
        return f"The cheapest plan costs {musd(first.cost_musd)} MUSD; the case names no disruption"
    if len(points) == 1:
        return (
            f"For {musd(first.cost_musd)} MUSD, {percent(first.resilience_percent)} is served {served_where(data.run)}"
        )
    knees = points[points["knee"]]
    chosen = last if knees.empty else knees.sort_values("rise").iloc[-1]
    digits = 0 if chosen.resilience_percent - first.resilience_percent >= 1 else 2
    money = f"{musd(chosen.extra_cost_musd)} MUSD"
    spent = f"Spending {money} more raises" if knees.empty else f"The first {money} raise"
    return (
        f"{spent} what is served {served_where(data.run)} from {percent(first.resilience_percent, digits)} "
        f"to {percent(chosen.resilience_percent, digits)}"
    )


def subtitle(data: FrontData) -> str:
    """Which case, years, discount rate and money."""
    name, costs = display_name(str(data.settings["title"] or "")), years_and_money(data.run)
    return f"{name} · {costs}" if name else costs


def alt(data: FrontData) -> str:
    """The figure in words: its ends, and how many plans lie between."""
    points = data.points
    first, last = points.iloc[0], points.iloc[-1]
    if len(points) == 1:
        return f"{title(data)}. {story(data, 0)}"
    return (
        f"{len(points)} plans from {musd(first.cost_musd)} MUSD with {percent(first.resilience_percent)} served to "
        f"{musd(last.cost_musd)} MUSD with {percent(last.resilience_percent)} served, over what each plan builds. "
        f"{title(data)}."
    )


def money_axis(data: FrontData, what: str) -> str:
    """An axis of money with its unit."""
    return f"{what} (MUSD of {data.settings['currency_year']:.0f})"


def footer(data: FrontData) -> str:
    """Where the figure comes from and how exact it is."""
    return f"{versions(data.run)} · {gap_statement(data)}"


def gap_statement(data: FrontData) -> str:
    """How far each cost may be from the least."""
    points = data.points
    gaps = 100 * ((points["cost_musd"] - points["bound_musd"]) / points["cost_musd"].abs()).where(
        points["cost_musd"] != 0, 0.0
    )
    if gaps.isna().any():
        return "no lower bound of the cost was proven for some plans"
    if gaps.max() < 100 * SLIGHT:
        return "every cost is proven to be the least"
    low, high = f"{max(gaps.min(), 0):.2g}{NBSP}%", f"{gaps.max():.2g}{NBSP}%"
    within = high if low == high or gaps.min() < 100 * SLIGHT else f"{low} to {high}"
    plans = "the cost is" if len(points) == 1 else "every cost is"
    return f"{plans} proven to within {within} of the least"


def caption(data: FrontData, intervals: bool, target: bool) -> str:
    """How to read the marks, of those that are there."""
    points = data.points
    hollow, unsure = int((~points["gap_reached"]).sum()), int(points["not_distinguished"].sum())
    notes = ["Line: the most resilience found for that money."] if len(points) > 1 else []
    if hollow:
        which = "Hollow point" if hollow == 1 else f"Hollow points ({hollow} of {len(points)})"
        notes.append(f"{which}: the search stopped before the gap asked for was reached, so a cheaper plan may exist.")
    if intervals:
        notes.append("Bar left of a point: the range in which the least cost for that resilience is proven to lie.")
    if target:
        notes.append("Dotted line across: the resilience target.")
    if not data.exchangeable.empty:
        notes.append("Dashed number: other plans within the gap decide another one, so it could be exchanged.")
    if unsure:
        plans = counted(unsure, "plan")
        notes.append(f"{plans} may cost no more than the plan before: the proven ranges overlap.")
    return " ".join(notes)


# ---- what plans build ---------------------------------------------------------------------------


def row_label(data: FrontData, asset: str) -> tuple[str, str]:
    """A row's name, and its size in smaller type."""
    built = data.builds[data.builds["asset"] == asset]
    stage = built["stage"].iloc[0]
    if stage == "stockpile":
        return display_name(f"in {built['place'].iloc[0]}"), "tonnes of room"
    if stage == "venture":
        sizes = sorted(set(built["t"].round(6)))
        text = tonnes(sizes[0]) if len(sizes) == 1 else f"{tonnes(sizes[0])}–{tonnes(sizes[-1])}"
        return display_name(asset), f"{text} t/yr"
    return display_name(asset), f"{tonnes(built['module_t'].iloc[0])} t/yr each"


def mark(row: pd.Series, fits: int = 5) -> str:
    """What stands in a mark of the strip: modules, a venture's option, or tonnes of room."""
    if row["stage"] == "venture":
        option = display_name(row["option"])
        return option if 0 < len(option) <= fits else short(row["t"])
    return short(row["t"]) if row["stage"] == "stockpile" else f"{row['modules']:.3g}"


def built_in_words(row: pd.Series, with_size: bool = True) -> str:
    """One asset as a plan builds it."""
    name, size = clipped(display_name(row["asset"])), f" ({tonnes(row['t'])}{NBSP}t/yr)" if with_size else ""
    if row["stage"] == "stockpile":
        return f"{tonnes(row['t'])} t of stockpile room in {display_name(row['place'])}"
    if row["stage"] == "venture":
        return f"{name} at {clipped(display_name(row['option']))}{size}"
    modules = f"{row['modules']:.3g}{NBSP}×{NBSP}" if row["modules"] > 1 + SLIGHT else ""
    return f"{modules}{name}{size}"


def marks_say(data: FrontData, strip: Strip, columns: int) -> str:
    """What stands in the strip's marks, of those that are there."""
    stages = set(data.builds[data.builds["asset"].isin(strip.rows)]["stage"])
    kinds = [
        text
        for text, there in (
            ("modules", bool(stages - {"venture", "stockpile"})),
            ("a venture's option", "venture" in stages),
            (f"tonnes (k:{NBSP}thousand)", "stockpile" in stages),
        )
        if there
    ]
    some = f"{columns} of {len(data.points)} plans. " if columns < len(data.points) else ""
    return f"{some}Numbers: {', '.join(kinds)}." if kinds else some


def every_plan_builds(data: FrontData, strip: Strip) -> str:
    """The line under the strip."""
    if not strip.everywhere:
        return ""
    first = data.builds[data.builds["point"] == data.points["point"].iloc[0]].set_index("asset", drop=False)
    return f"Every plan builds: {join_and([built_in_words(first.loc[asset]) for asset in strip.everywhere])}."


def and_more(strip: Strip) -> str:
    """The line that counts what has no row."""
    return f"and {len(strip.more)} more that differ by less" if strip.more else ""


def heading(data: FrontData, number: int) -> str:
    """What a lettered plan is called; ``number`` counts from 0."""
    lettered = data.points[data.points["letter"] != ""]
    if len(data.points) == 1:
        return "The plan"
    if number == 0:
        return "Cheapest"
    if number == len(lettered) - 1:
        return "Most resilient"
    return "Knee: costlier beyond" if lettered["knee"].sum() == 1 else "Knee"


def figures_of(data: FrontData, number: int) -> str:
    """Cost and resilience of a lettered plan."""
    point = data.points[data.points["letter"] != ""].iloc[number]
    money = f"{musd(point.cost_musd)} MUSD" if number == 0 else f"+{musd(point.extra_cost_musd)} MUSD"
    return f"{money} · {percent(point.resilience_percent)} served"


def bill_of(data: FrontData, number: int) -> str:
    """What a lettered plan's extra cost is the net of; empty of the first."""
    point = data.points[data.points["letter"] != ""].iloc[number]
    parts = bill(point.to_dict())
    return f"Net of {', '.join(parts)}." if number and len(parts) > 1 else ""


def story_that_fits(data: FrontData, number: int, fits: Callable[[str], bool]) -> str:
    """As much of the story as fits, in whole items."""
    stories = [story(data, number, most) for most in (6, 5, 4, 3, 2, 1)]
    return next(filter(fits, stories), stories[-1])


def story(data: FrontData, number: int, most: int = 4) -> str:
    """What a lettered plan builds: the cheapest in sum, every other beside the one before."""
    lettered = data.points[data.points["letter"] != ""].reset_index(drop=True)
    here = _of(data, lettered["point"].iloc[number])
    if number == 0:
        return _sum(here, most)
    before = _of(data, lettered["point"].iloc[number - 1])
    letter = lettered["letter"].iloc[number - 1]
    added, dropped = changes(before, here)
    room = here[here["stage"] == "stockpile"]["t"].sum() - before[before["stage"] == "stockpile"]["t"].sum()
    parts = []
    if added:
        parts.append(f"{letter} plus {_some(added, most)}")
    if dropped:
        parts.append(f"{'' if added else letter + ' '}minus {_some(dropped, max(1, most // 2))}")
    if abs(room) >= max(SLIGHT, 0.005 * here[here["stage"] == "stockpile"]["t"].sum()):
        parts.append(
            f"{'' if parts else letter + ' with '}{tonnes(abs(room))} t {'more' if room > 0 else 'less'} stockpile room"
        )
    return "; ".join(parts) + "." if parts else f"Builds the same as {letter}, partly in other years."


def _sum(here: pd.DataFrame, most: int) -> str:
    assets = here[here["stage"] != "stockpile"].sort_values(["capex_musd", "asset"], ascending=[False, True])
    room, capital = here[here["stage"] == "stockpile"]["t"].sum(), here["capex_musd"].sum()
    if here.empty:
        return "Builds nothing."
    items = [built_in_words(row) for _, row in assets.iterrows()]
    parts = [_some(items, most)] if items else []
    if room > 0:
        parts.append(f"{tonnes(room)} t of stockpile room")
    return f"Builds {'; '.join(parts)}: {musd(capital)} MUSD of capital."


def changes(before: pd.DataFrame, here: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Assets with more and with less capacity than before, the dearest change first."""
    old, new = before.set_index("asset", drop=False), here.set_index("asset", drop=False)
    changes = []
    for asset in sorted({*old.index, *new.index}):
        row = (new if asset in new.index else old).loc[asset].copy()
        if row["stage"] == "stockpile":
            continue
        gone, made = asset not in new.index, asset not in old.index
        for column, sign in (("modules", 1), ("t", 1), ("capex_musd", 1)):
            row[column] = (0 if gone else sign * new.loc[asset, column]) - (0 if made else old.loc[asset, column])
        if abs(row["t"]) <= SLIGHT * max(1.0, abs(row["capex_musd"])):
            continue
        rise = row["t"] > 0
        row[["modules", "t"]] = abs(row["modules"]), abs(row["t"])
        if row["stage"] == "venture" and not gone and not made:
            now, then = clipped_apart([display_name(row["option"]), display_name(old.loc[asset, "option"])])
            text = f"{clipped(display_name(asset))} at {now} instead of {then}"
            rise = True
        else:
            text = built_in_words(row)
        changes.append((-abs(row["capex_musd"]), text, rise))
    changes.sort()
    return [text for _, text, rise in changes if rise], [text for _, text, rise in changes if not rise]


def _some(items: list[str], most: int) -> str:
    return join_and(items) if len(items) <= most else f"{', '.join(items[:most])} and {len(items) - most} more"


def _of(data: FrontData, point: str) -> pd.DataFrame:
    return data.builds[data.builds["point"] == point]
