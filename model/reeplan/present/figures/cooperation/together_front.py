"""What a resilience costs together, and what when everybody plans alone, at every level that was asked for."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.interval import Interval
from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.present.charts.marks import SEEN, proven_range
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import BLUE, VERMILION
from reeplan.present.charts.scale import Scale, tick_label
from reeplan.present.charts.style import BODY, GREY, INK, LINE, SMALL, apart, line, paler
from reeplan.present.figures.cooperation.data import Level, levels
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import ranged
from reeplan.present.words.measures import measure_axis
from reeplan.tolerances import SLIGHT
from reeplan.words import display_name, join_and, money, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

LEFT, MAIN = 0.95, 5.1
SIDE = LEFT + MAIN + 0.3
FOOT, HEAD = 0.52, 0.3
ROW, SHORTEST, TALLEST = 0.42, 2.35, 4.2
"""Height of the axes for each level, and its ends, inches."""

MOST_NAMED = 3
SAVES, UNSURE, NOTHING, COSTS, ONLY_TOGETHER, NEITHER, UNKNOWN = (
    "saves", "not known", "nothing", "costs", "only together", "out of reach", "unknown",
)  # fmt: skip
"""What joining does at a level."""

COLUMNS = (
    "target_percent", "joining", "together_musd", "together_bound_musd", "alone_musd", "alone_bound_musd",
    "gain_musd", "gain_least_musd", "gain_greatest_musd", "cannot_alone", "alone_at_most_percent",
)  # fmt: skip


def table(view: View) -> pd.DataFrame:
    """One row a level of resilience: together, all alone added up, the gain with its band, and who cannot alone."""
    rows = [_row(level) for level in levels(view.run)]
    shown = [row for row in rows if row["joining"] != UNKNOWN or math.isfinite(row["together_musd"])]
    return pd.DataFrame(shown, columns=list(COLUMNS))


def _row(level: Level) -> dict[str, Any]:
    together, alone, gain = level.together.cost, level.alone_cost, level.gain
    return {
        "target_percent": 100 * level.target,
        "joining": joining(level),
        "together_musd": together.found,
        "together_bound_musd": together.low,
        "alone_musd": alone.found,
        "alone_bound_musd": alone.low,
        "gain_musd": gain.found,
        "gain_least_musd": gain.low,
        "gain_greatest_musd": gain.high,
        "cannot_alone": "; ".join(level.unable),
        "alone_at_most_percent": min(
            (100 * level.alone(one).highest_resilience for one in level.unable), default=math.nan
        ),
    }


def joining(level: Level) -> str:
    """What joining does at a level, as one word or two."""
    gain = level.gain
    if level.together.cannot:
        return NEITHER
    if not level.together.cost.known:
        return UNKNOWN
    if level.unable:
        return ONLY_TOGETHER
    if not gain.known:
        return UNKNOWN
    if gain.low > level.noise:
        return SAVES
    if gain.high < -level.noise:
        return COSTS
    return NOTHING if max(abs(gain.low), abs(gain.high)) <= level.noise else UNSURE


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """By how much together is cheaper where both ways are possible, and where only one is."""
    compared = table[table["joining"].isin([SAVES, UNSURE, NOTHING, COSTS])]
    beyond = table[table["joining"] == ONLY_TOGETHER]
    if compared.empty:
        if beyond.empty:
            out = (table["joining"] == NEITHER).all()
            return "No level is within reach, together or alone" if out else "No level can be compared with going alone"
        return f"Only together can the partners reach {_levels(beyond)} served"
    text = _compared(compared)
    if beyond.empty:
        return text
    above = bool(beyond["target_percent"].min() > compared["target_percent"].max())
    return f"{text}; " + (
        f"beyond {_percent(compared['target_percent'].max())} served only together"
        if above
        else f"{_levels(beyond)} served only together"
    )


def _compared(rows: pd.DataFrame) -> str:
    """What is said of the levels that can be reached both ways."""
    kinds = set(rows["joining"])
    what = "the same resilience" if len(rows) > 1 else f"{_percent(rows['target_percent'].iloc[0])} served"
    if len(rows) == 1 and rows["target_percent"].iloc[0] == 0:
        what = "the cheapest plan"
    if kinds == {SAVES}:
        low, high = money(rows["gain_musd"].min()), money(rows["gain_musd"].max())
        much = low if low == high else f"{low} to {high}"
        return f"Together, {what} costs {much} MUSD less than alone"
    if kinds <= {COSTS, NOTHING, UNSURE}:
        if kinds == {NOTHING}:
            return f"Together, {what} costs as much as alone"
        if kinds == {COSTS}:
            most = f"{'up to ' if len(rows) > 1 else ''}{money(-rows['gain_musd'].min())}"
            return f"Together, {what} costs {most} MUSD more than alone"
        proven = rows[rows["joining"] == COSTS]
        if proven.empty:
            return f"Whether {what} costs less together than alone is not known"
        return f"Together is cheaper for certain at no level, and costlier at {_levels(proven)} served"
    sure = rows[rows["joining"] == SAVES]
    costlier = rows[rows["joining"] == COSTS]
    text = (
        f"Together is cheaper for certain at {len(sure)} of {len(rows)} levels, by up to "
        f"{money(sure['gain_musd'].max())} MUSD"
    )
    return text if costlier.empty else f"{text}, and costlier at {_levels(costlier)}"


def _levels(rows: pd.DataFrame) -> str:
    """Levels by name, or from which to which."""
    targets = sorted(rows["target_percent"])
    if len(targets) <= MOST_NAMED:
        return join_and([_percent(target) for target in targets])
    return f"{_percent(targets[0])} to {_percent(targets[-1])}"


def _percent(value: float) -> str:
    return percent(value, 0 if abs(value - round(value)) < SLIGHT else 1)


def alt(view: View, table: pd.DataFrame) -> str:
    """The gain at each level."""
    said = [f"{_percent(row['target_percent'])}: {_says(row)}" for row in table.to_dict("records")]
    return f"{title(view, table)}. {'; '.join(said)}."


def _says(row: dict[Any, Any]) -> str:
    """What joining does at a level, in a few words."""
    gain = Interval(row["gain_least_musd"], row["gain_musd"], row["gain_greatest_musd"])
    kind = row["joining"]
    if kind == ONLY_TOGETHER:
        return f"{join_and([display_name(name) for name in row['cannot_alone'].split('; ')])} cannot alone"
    if kind == NEITHER:
        return "out of reach even together"
    if kind == UNKNOWN:
        return "no plan alone was found"
    if kind == NOTHING:
        return "costs the same"
    if kind == UNSURE:
        return f"unsure: {ranged(gain)}"
    word, sign = ("saves", 1) if kind == SAVES else ("costs", -1)
    certain = ranged(gain if sign > 0 else Interval(-gain.high, -gain.found, -gain.low))
    return f"{word} {money(sign * gain.found)}{' more' if sign < 0 else ''} ({certain})"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Cost to the right and resilience upwards, as in the front; between the two lines lies the gain."""
    height = min(TALLEST, max(SHORTEST, ROW * len(table)))
    page = Page.of(
        view,
        title(view, table),
        f"{years_and_money(view.run)}, in which every coalition keeps the same target",
        HEAD + height + FOOT,
        _notes(view.run, table),
    )
    bottom = page.floor + FOOT
    axes = page.axes(LEFT, bottom, MAIN, height)
    target = Scale.covering(
        table["target_percent"], margin=0.1,
        label=measure_axis(view.run).replace("Demand served", "Target: demand served"),
    )  # fmt: skip
    if len(table) == 1:
        only = float(table["target_percent"].iloc[0])
        target = replace(target, ticks=((only,), (tick_label(only, [only]),)))
    _cost_scale(view.run, table).dress(axes, size=BODY, grid=False)
    replace(target, limits=(0.0, 100.0)).dress(axes, "y", most=7)
    _draw_gain(axes, table)
    _draw_end_alone(page, axes, table)
    _draw_way(axes, table, "together", BLUE, "o")
    _draw_way(axes, table, "alone", VERMILION, "s")
    _legend(page, table)
    _say_levels(page, table, bottom, height, target)
    return page.figure


def _draw_gain(axes: Any, table: pd.DataFrame) -> None:
    """The distance between the two ways, shaded: between levels only to guide the eye."""
    both = table[table["together_musd"].notna() & table["alone_musd"].notna()]
    for _, run in both.groupby((both.index.to_series().diff() != 1).cumsum()):
        axes.fill_betweenx(
            run["target_percent"], run["together_musd"], run["alone_musd"], color=paler(BLUE, 0.85), lw=0, zorder=0
        )
    for row in both.to_dict("records"):
        axes.plot(
            [row["together_musd"], row["alone_musd"]], [row["target_percent"]] * 2, color=paler(BLUE, 0.55), lw=1.2,
            zorder=1, gid="gain",
        )  # fmt: skip


def _draw_end_alone(page: Page, axes: Any, table: pd.DataFrame) -> None:
    """How far all get alone, said where no plan lies."""
    beyond = table[(table["joining"] == ONLY_TOGETHER) & table["alone_at_most_percent"].notna()]
    if beyond.empty:
        return
    end = float(beyond["alone_at_most_percent"].min())
    low, high = axes.get_ylim()
    if not low < end < high:
        return
    axes.axhline(end, color=VERMILION, lw=1.1, ls=(0, (1, 2)), zorder=1, gid="end alone")
    text = f"alone no further than {_percent(end)}"
    side, above = _free_place(page, axes, table, end, text)
    axes.annotate(
        text, (side, end), (4 - 8 * side, 3 if above else -3), xycoords=axes.get_yaxis_transform(),
        textcoords="offset points", size=SMALL, color=VERMILION, zorder=2.5, gid="alone no further",
        ha={0.0: "left", 0.5: "center"}.get(side, "right"), va="baseline" if above else "top",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )  # fmt: skip


def _free_place(page: Page, axes: Any, table: pd.DataFrame, end: float, text: str) -> tuple[float, bool]:
    """At the left end (0), the right (1) or the middle of the line, above or below: the first that covers no mark."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    height = axes.get_position().height * page.figure.get_size_inches()[1]
    wide, tall, mark = page.ruler.width(text, SMALL) + 0.1, line(SMALL) + 0.04, 0.07
    marks = [
        (MAIN * (row[f"{way}_musd"] - left) / (right - left), height * (row["target_percent"] - end) / (high - low))
        for row in table.to_dict("records") for way in ("together", "alone") if math.isfinite(row[f"{way}_musd"])
    ]  # fmt: skip

    def covered(side: float, above: bool) -> int:
        start, floor = side * (MAIN - wide), 0.0 if above else -tall
        return sum(start - mark < x < start + wide + mark and floor - mark < y < floor + tall + mark for x, y in marks)

    places = [(side, above) for above in (True, False) for side in (0.0, 1.0, 0.5)]
    return min(places, key=lambda place: covered(*place))


def _draw_way(axes: Any, table: pd.DataFrame, way: str, colour: str, mark: str) -> None:
    there = table[table[f"{way}_musd"].notna()]
    axes.plot(there[f"{way}_musd"], there["target_percent"], color=colour, lw=1.2, alpha=0.6, zorder=3)
    for row in there.to_dict("records"):
        cost, bound, y = row[f"{way}_musd"], row[f"{way}_bound_musd"], row["target_percent"]
        proven_range(axes, bound, cost, y, colour)
        face = colour if way == "together" else "white"
        axes.plot([cost], [y], mark, ms=6.5, mfc=face, mec=colour, mew=1.5, zorder=4, clip_on=False, gid=way)


def _legend(page: Page, table: pd.DataFrame) -> None:
    y, x = page.ceiling - 0.14, LEFT
    for way, colour, mark, label in (
        ("together", BLUE, "o", "together"),
        ("alone", VERMILION, "s", "each alone, costs added up"),
    ):
        if table[f"{way}_musd"].isna().all():
            continue
        face = colour if way == "together" else "white"
        page.layer.plot([x + 0.05], [y], mark, ms=6.5, mfc=face, mec=colour, mew=1.5)
        page.write(x + 0.16, y, label, BODY, weight="bold", color=colour, va="center_baseline")
        x += 0.16 + page.ruler.width(label, BODY, "bold") + 0.3
    page.write(SIDE, y, "What joining does, MUSD", BODY, weight="bold", va="center_baseline")


def _say_levels(page: Page, table: pd.DataFrame, bottom: float, height: float, scale: Scale) -> None:
    """What joining does at each level, beside it; levels that lie too close are moved apart."""
    gap = 1.05 * line(SMALL)
    most = max(2, int(height / gap))
    rows = table if len(table) <= most else table.iloc[[round(i * (len(table) - 1) / (most - 1)) for i in range(most)]]
    at = [bottom + height * scale.share(target) for target in rows["target_percent"]]
    moved = apart(at, gap, bottom, bottom + height)
    for y, place, row in zip(at, moved, rows.to_dict("records"), strict=True):
        page.layer.plot([LEFT + MAIN, SIDE - 0.06], [y, place], color=LINE, lw=0.8, zorder=0)
        head = f"{_percent(row['target_percent'])}:"
        page.write(SIDE, place, head, SMALL, weight="bold", va="center_baseline")
        x = SIDE + page.ruler.width(head, SMALL, "bold") + 0.06
        page.fit(x, place, _says(row), page.right - x, color=INK if row["joining"] != UNKNOWN else GREY)


def _cost_scale(run: Run, table: pd.DataFrame) -> Scale:
    """All costs; bounds as far as they are not much lower than all costs."""
    costs, bounds = ([*table[f"together{of}_musd"], *table[f"alone{of}_musd"]] for of in ("", "_bound"))
    known = [cost for cost in costs if math.isfinite(cost)] or [0.0, 1.0]
    return Scale.covering(known, bounds, 0.25, 0.06, f"Total cost (MUSD of {run.currency_year})")


def _notes(run: Run, table: pd.DataFrame) -> list[str]:
    said = (
        "Each mark is the cheapest plan found that keeps the level; "
        "lines and shading between levels only guide the eye."
    )
    scale = _cost_scale(run, table)
    wide = any(
        (table[f"{way}_musd"] - table[f"{way}_bound_musd"] > SEEN * (scale.high - scale.low)).any()
        for way in ("together", "alone")
    )
    if wide:
        said += " Bar left of a mark: where the least cost may lie."
    if table["gain_musd"].notna().any():
        said += " In brackets: the range in which the gain lies for certain."
    return [said]


FIGURE = FigureSpec(
    name="together-front",
    heading="Together against alone",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=COALITIONS.file,
)
