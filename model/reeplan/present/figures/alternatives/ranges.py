"""What all plans near the cheapest have in common: the least and the most of every thing, by how dear a plan may be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.alternatives import NEAR_OPTIMAL
from reeplan.present.charts.key import bar, upright
from reeplan.present.charts.page import years_and_money
from reeplan.present.charts.palette import BLUE, GREEN, ORANGE
from reeplan.present.charts.rows import ORDINARY, SMALLER, Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import FAINT, GREY, INK, paler
from reeplan.present.figures.spec import FigureSpec, Variant, View
from reeplan.present.figures.study_tables import asset_in_words, slack_in_words, unit_in_words
from reeplan.tolerances import SLIGHT_DIVISIBLE
from reeplan.words import clipped_apart, count, display_name, join_and, significant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

    Rows = pd.DataFrame

MUST_HAVE, MUST_AVOID, CHOICE, OPEN = "must-have", "must-avoid", "real choice", "open"
SOMETIMES = "must-have of narrower slacks"
"""A must-have where plans may be a little costlier only, not at the widest slack."""

GROUPS = (MUST_HAVE, SOMETIMES, OPEN, CHOICE, MUST_AVOID)
COLOURS = {MUST_HAVE: BLUE, SOMETIMES: GREEN, OPEN: GREY, CHOICE: ORANGE, MUST_AVOID: FAINT}

KINDS = {
    "plant": "Plant", "venture": "Venture", "stockpile": "Stockpile", "country": "Capital in", "route": "Route",
    "partner": "Capital of",
}  # fmt: skip
THINGS, WHERE = "things", "where"
PARTS = {
    THINGS: ("Plants, ventures and stockpiles", ("plant", "venture", "stockpile")),
    WHERE: ("Routes, countries and partners", ("route", "country", "partner")),
}
COLUMNS = (
    "kind", "name", "unit", "slack_share", "slack_musd", "least", "least_bound", "most", "most_bound", "in_cheapest",
    "class", "status",
)  # fmt: skip

NAMES, SAYS = 2.45, 2.2
"""Width of the names to the left and of what is said to the right, inches."""
LANE = 0.1
QUARTERS = ((0.0, 0.25, 0.5, 0.75, 1.0), ("0", "¼", "½", "¾", "most"))
MOST_LANES, MOST_NAMED = 84, 3


# ---- the table ----------------------------------------------------------------------------------


def variants(run: Run, point: str) -> list[Variant]:
    """What is built, and where and by whom."""
    there = set(run.table(NEAR_OPTIMAL)["kind"])
    return [Variant(slug, label) for slug, (label, kinds) in PARTS.items() if there & set(kinds)]


def ranges(run: Run) -> Rows:
    """``near_optimal.csv``, a row a thing and slack, and to which group a thing belongs: the surest things first."""
    rows = run.table(NEAR_OPTIMAL)[list(COLUMNS)]
    rows = rows[rows["kind"].isin(KINDS)].sort_values("slack_musd", kind="stable", ignore_index=True)
    of = {key: _group(list(part["class"])) for key, part in rows.groupby(["kind", "name"], sort=False)}
    rows["group"] = [of[key] for key in zip(rows["kind"], rows["name"], strict=True)]
    order = {name: place for place, name in enumerate(GROUPS)}
    kinds = list(KINDS)
    place = [order[row["group"]] * len(kinds) + kinds.index(row["kind"]) for row in rows.to_dict("records")]
    rows = rows.assign(place=place).sort_values("place", kind="stable", ignore_index=True).drop(columns="place")
    first = rows.groupby(["kind", "name"], sort=False).ngroup()
    return rows.assign(first=first).sort_values(["first", "slack_musd"], ignore_index=True).drop(columns="first")


def _group(classes: list[str]) -> str:
    """The class at the widest slack; what is must-have at a narrower one stands by itself."""
    widest = classes[-1]
    if widest not in (MUST_HAVE, MUST_AVOID) and MUST_HAVE in classes:
        return SOMETIMES
    return widest if widest in GROUPS else OPEN


def table(view: View) -> pd.DataFrame:
    """The rows of the kinds that this variant shows."""
    rows = ranges(view.run)
    slug = view.variant.slug if view.variant else THINGS
    return rows[rows["kind"].isin(PARTS[slug][1])].reset_index(drop=True)


def of_group(rows: pd.DataFrame, group: str) -> list[str]:
    """The things of a group in words; a venture with its options is named once."""
    pairs = list(dict.fromkeys(zip(*(rows[rows["group"] == group][name] for name in ("kind", "name")), strict=True)))
    ventures = {name for kind, name in pairs if kind == "venture"}
    return [
        thing_in_words(kind, name)
        for kind, name in pairs
        if not (kind == "venture" and name.rpartition("/")[0] in ventures)
    ]


def thing_in_words(kind: str, name: str) -> str:
    """A thing as it is read within a sentence."""
    if kind == "stockpile":
        return asset_in_words(f"stockpile {name}", within=True)
    if kind in ("country", "partner"):
        return f"{KINDS[kind].lower()} {display_name(name)}"
    return f"route {display_name(name)}" if kind == "route" else asset_in_words(name)


def slacks(rows: pd.DataFrame) -> list[str]:
    """The slacks in words, the narrowest first."""
    pairs = dict.fromkeys(zip(rows["slack_share"], rows["slack_musd"], strict=True))
    return list(dict.fromkeys(slack_in_words(share, musd) for share, musd in sorted(pairs, key=lambda pair: pair[1])))


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What no plan within the widest slack does without; else what is left to choose."""
    widest = slacks(table)[-1]
    must, sometimes, avoid, choices, unknown = (
        of_group(table, group) for group in (MUST_HAVE, SOMETIMES, MUST_AVOID, CHOICE, OPEN)
    )
    if must:
        everything = not (sometimes or avoid or choices or unknown)
        named = f"all {len(must)} that can be had" if everything and len(must) > MOST_NAMED else _named(must)
        return f"Every plan at most {widest} costlier than the cheapest has {named}"
    if not (sometimes or choices or unknown):
        return f"No plan at most {widest} costlier than the cheapest has any of these"
    if sometimes:
        tight = _last_must(table)
        proven = not unknown and _all_are_choices(table)
        return (
            f"Nothing is {'' if proven else 'proven to be '}in every plan at most {widest} costlier than the cheapest; "
            f"within {tight}, {_named(sometimes)} " + ("is" if len(sometimes) == 1 else "are")
        )
    if unknown and not choices:
        return f"Whether plans at most {widest} costlier than the cheapest must have any of these is not known"
    if unknown:
        left = count(len(unknown), "is", "are")
        return f"Nothing is proven to be in every plan at most {widest} costlier than the cheapest; {left} open"
    return f"Nothing is in every plan at most {widest} costlier than the cheapest: there is always another way"


def _all_are_choices(table: pd.DataFrame) -> bool:
    """Whether of all must-haves of narrower slacks it is known that some plan at the widest does without."""
    widest = table[table["group"] == SOMETIMES].groupby(["kind", "name"], sort=False).tail(1)
    return bool((widest["class"] == CHOICE).all())


def _last_must(table: pd.DataFrame) -> str:
    rows = table[(table["group"] == SOMETIMES) & (table["class"] == MUST_HAVE)]
    return slacks(rows)[0]


def _named(names: list[str]) -> str:
    names = clipped_apart(names)
    if len(names) <= MOST_NAMED:
        return join_and(names)
    return f"{', '.join(names[: MOST_NAMED - 1])} and {count(len(names) - MOST_NAMED + 1, 'more', 'more')}"


def alt(view: View, table: pd.DataFrame) -> str:
    """The groups with their things, and how much of the first few."""
    widest = slacks(table)[-1]
    said = [f"{title(view, table)}."]
    for group in GROUPS:
        if names := of_group(table, group):
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""
            said.append(f"{_heading(group, widest)}: {', '.join(names[:6])}{more}.")
    return " ".join(said)


def _heading(group: str, widest: str) -> str:
    return {
        MUST_HAVE: f"Must-have: every plan at most {widest} costlier has it",
        SOMETIMES: f"Must-have of plans closer to the cheapest than {widest}",
        OPEN: "Open: whether plans must or can have it is not known",
        CHOICE: f"Real choice: some plans at most {widest} costlier have it, some do not",
        MUST_AVOID: f"Must-avoid: no plan at most {widest} costlier has it",
    }[group]


def _says(rows: list[dict[Any, Any]]) -> tuple[str, str]:
    """The range at the widest slack, and what the class is at the others where it differs."""
    last = rows[-1]
    unit = unit_in_words(last["unit"])
    if last["class"] == MUST_AVOID:
        there = (
            f" (in the cheapest {significant(last['in_cheapest'])})" if last["in_cheapest"] > SLIGHT_DIVISIBLE else ""
        )
        first = f"none{there}"
    else:
        first = f"{_span(last['least'], last['most'])} {unit}; cheapest {significant(last['in_cheapest'])}"
    if last["group"] == SOMETIMES:
        until = [slack_in_words(row["slack_share"], row["slack_musd"]) for row in rows if row["class"] == MUST_HAVE]
        return first, f"must-have up to {until[-1]}, then {'a ' if last['class'] == CHOICE else ''}{last['class']}"
    if not _is_proven(last) and last["class"] != MUST_AVOID:
        return first, f"proven: {_span(last['least_bound'], last['most_bound'])}"
    return first, ""


def _span(low: float, high: float) -> str:
    low_text, high_text = significant(low), significant(high) if math.isfinite(high) else "no limit known"
    return low_text if low_text == high_text else f"{low_text} to {high_text}"


def _is_proven(row: dict[Any, Any]) -> bool:
    return str(row["status"]) == "proven"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a thing, a lane in it for each slack; each row has its own scale, from nothing to the most there can be."""
    things = [part.to_dict("records") for _, part in table.groupby(["kind", "name"], sort=False)]
    lanes = max(len(rows) for rows in things)
    shown = things[: max(6, MOST_LANES // (lanes + 1))]
    slack = slacks(table)
    groups = [rows[-1]["group"] for rows in shown]
    headings = {groups.index(group): (_heading(group, slack[-1]), COLOURS[group]) for group in groups}
    scale = Scale(0, 1.03, "Part of the most that any plan shown could have of it", ticks=QUARTERS)
    keys = [bar("in plans found", color=GREY), bar("not ruled out", color=paler(GREY, 0.68)),
            upright("the cheapest plan", color=INK, lw=1.6)]  # fmt: skip
    layout = Layout(scale, NAMES, SAYS, max(lanes * LANE, 0.2) + 0.13, ORDINARY, SMALLER)
    chart = RowChart(
        [_line(rows) for rows in shown], layout, lambda axes, number, y: _draw(axes, shown[number], y), keys, headings
    )
    notes = _notes(things, shown, slack)
    return row_chart(view, title(view, table), years_and_money(view.run), notes, chart)[0].figure


def _line(rows: list[dict[Any, Any]]) -> Line:
    kind, name = rows[-1]["kind"], rows[-1]["name"]
    if kind in ("country", "partner"):
        return Line(f"{KINDS[kind]} {display_name(name)}", "", *_says(rows))
    shown = display_name(name).replace("/", ", ") if kind == "stockpile" else asset_in_words(name)
    return Line(shown, KINDS[kind], *_says(rows))


def _draw(axes: Any, rows: list[dict[Any, Any]], middle: float) -> None:
    colour, cheapest = COLOURS[rows[-1]["group"]], rows[-1]["in_cheapest"]
    ends = [end for one in rows for end in (one["most_bound"], one["most"], one["in_cheapest"]) if math.isfinite(end)]
    whole = max(ends, default=0.0) or 1.0
    y = middle + (len(rows) - 1) * LANE / 2
    for one in rows:
        outer = (_finite(one["least_bound"], 0.0) / whole, _finite(one["most_bound"], whole) / whole)
        _bar(axes, *outer, y, paler(colour, 0.68), "bound")
        _bar(axes, one["least"] / whole, one["most"] / whole, y, colour, "found")
        y -= LANE
    if math.isfinite(cheapest):
        half = len(rows) * LANE / 2 + 0.03
        axes.plot([cheapest / whole] * 2, [middle - half, middle + half], color=INK, lw=1.6, solid_capstyle="butt",
                  zorder=5, clip_on=False, gid="cheapest")  # fmt: skip


def _bar(axes: Any, low: float, high: float, y: float, colour: str, gid: str) -> None:
    """A bar; where both ends are one it is a short stroke, so that it is seen."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return
    wide = max(high - low, 0.008)
    axes.barh([y], [wide], LANE * 0.78, left=[(low + high - wide) / 2], color=colour, linewidth=0,
              zorder=2 if gid == "bound" else 3, gid=gid)  # fmt: skip


def _finite(value: float, otherwise: float) -> float:
    return value if math.isfinite(value) else otherwise


def _notes(things: list[Any], shown: list[Any], slack: list[str]) -> list[str]:
    lanes = (
        f"Bars of a row from top to bottom: plans at most {join_and(slack)} costlier than the cheapest plan."
        if len(slack) > 1
        else f"Plans at most {slack[0]} costlier than the cheapest plan."
    )
    said = [
        f"{lanes} Each row has its own scale. Text to the right: from the least to the most"
        + (f" within {slack[-1]}" if len(slack) > 1 else "")
        + ", over all years; what exists already does not count."
    ]
    if len(shown) < len(things):
        said.append(f"{len(things) - len(shown)} more are in the CSV of this figure.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="near-optimal",
    heading="What every plan near the cheapest has, and what is a choice",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
    needs=NEAR_OPTIMAL.file,
)
