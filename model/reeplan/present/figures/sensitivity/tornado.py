"""What one uncertain input at a time does: an output at its low and at its high, the largest effects first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.outputs.spec.sensitivity import TORNADO
from reeplan.present.charts.key import bar
from reeplan.present.charts.palette import BLUE, ORANGE
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, INK, SMALL, paler
from reeplan.present.figures.sensitivity.outputs import (
    HIDDEN,
    UNKNOWN,
    amount_in_words,
    certainty,
    money_in_words,
    of_variant,
    output_in_words,
    output_variants,
    the_output,
)
from reeplan.present.figures.spec import FigureSpec, Variant, View
from reeplan.present.figures.study_tables import SHARE, YES_OR_NO, is_true, same, unit_in_words
from reeplan.tolerances import LAST_DIGITS, ROUNDING
from reeplan.words import NBSP, capitalised, clipped, clipped_apart, count, display_name, join_and, significant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "input", "low", "high", "unit_of_input", "output", "unit", "at_low", "at_base", "at_high", "swing", "swing_least",
    "swing_most", "span", "within_gap", "divisible", "status_at_low", "status_at_high",
)  # fmt: skip
MOST_ROWS, MOST_DECISIONS, BAR = 24, 4, 0.17
LOW, HIGH = ORANGE, BLUE
ENDS = (("at_low", "low"), ("at_high", "high"))


def variants(run: Run, point: str) -> list[Variant]:
    """An output each."""
    return output_variants(run, TORNADO, "span", MOST_DECISIONS)


def table(view: View) -> pd.DataFrame:
    """The rows of one output, the largest effect first; what is not known comes first, as it may be the largest."""
    return of_variant(view.run.table(TORNADO)[list(COLUMNS)], view.variant)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """The input that moves the output most for certain."""
    output = the_output(table["output"].iloc[0])
    lead = capitalised(output)
    rows = _moving(table)
    lost = without_plan(table)
    if not rows:
        if lost:
            return f"{lead} is not known at the ends of {count(len(lost), 'range')}, and no other range moves it"
        return f"{lead} is the same at both ends of every range"
    sure = [row for row in rows if certainty(row["within_gap"]) != HIDDEN]
    if not sure:
        return f"No range by itself moves {output} by more than the plans' gaps leave open"
    first = sure[0]
    unit = first["unit"]
    alike = [row for row in sure if same(row["span"], first["span"])]
    if len(alike) > 1:
        names = clipped_apart([display_name(row["input"]) for row in alike])
        named = join_and(names) if len(names) == 2 else count(len(names), "input")
        if unit == YES_OR_NO:
            return f"{capitalised(named)} decide on {output}, each by itself"
        return f"{lead} moves most with {named}: by {amount_in_words(first['span'], unit)} each"
    ends = [f"{amount_in_words(first[end], unit)} at its {name}" for end, name in ENDS if math.isfinite(first[end])]
    if unit == YES_OR_NO:
        return f"{capitalised(clipped(display_name(first['input'])))} decides on {output}: {', '.join(ends)}"
    return f"{lead} moves most with {clipped(display_name(first['input']))}: {', '.join(ends)}"


def _moving(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return [dict(row) for row in table.to_dict("records") if row["span"] > 0]


def without_plan(table: pd.DataFrame) -> list[dict[Any, Any]]:
    """The rows where an end has no number."""
    return [dict(row) for row in table.to_dict("records") if _lost(row)]


def hidden(table: pd.DataFrame) -> int:
    """How many inputs move the output by no more than the gaps leave open."""
    return sum(row["span"] > 0 and certainty(row["within_gap"]) == HIDDEN for row in table.to_dict("records"))


def _lost(row: Any) -> bool:
    return math.isnan(row["at_low"]) or math.isnan(row["at_high"])


def alt(view: View, table: pd.DataFrame) -> str:
    """The largest effects."""
    base = table["at_base"].iloc[0]
    said = [
        f"{display_name(row['input'])}: {amount_in_words(row['at_low'], row['unit'])} at its low, "
        f"{amount_in_words(row['at_high'], row['unit'])} at its high"
        + (" (within the gaps)" if certainty(row["within_gap"]) == HIDDEN else "")
        for row in _moving(table)[:6]
    ]
    as_stated = f" As stated: {amount_in_words(base, table['unit'].iloc[0])}." if math.isfinite(base) else ""
    return f"{title(view, table)}.{as_stated}" + (f" {'; '.join(said)}." if said else "")


def _line(row: dict[Any, Any], base: float) -> Line:
    ends = range_in_words(row["low"], row["high"], row["unit_of_input"])
    parts = [
        _end(row["at_low"], base, row["status_at_low"], row["unit"]),
        _end(row["at_high"], base, row["status_at_high"], row["unit"]),
    ]
    kind = certainty(row["within_gap"])
    known = kind == HIDDEN and row["span"] > 0
    late = Status.GAP in (row["status_at_low"], row["status_at_high"])
    return Line(
        display_name(row["input"]), ends, " / ".join(parts),
        "indistinguishable from zero" if known else "gap not reached at an end" if late else "",
    )  # fmt: skip


def range_in_words(low: float, high: float, unit: str) -> str:
    """Between which values an input lies.

    >>> range_in_words(0.8, 1.3, "factor"), range_in_words(0.02, 0.06, "fraction a year").replace(chr(160), " ")
    ('times 0.8 to 1.3', '2 % to 6 % a year')
    """
    if unit == "factor":
        return f"times {significant(low)} to {significant(high)}"
    if unit.startswith("fraction"):
        per = f" {display_name(unit.removeprefix('fraction'))}".rstrip()
        return f"{significant(100 * low)}{NBSP}% to {significant(100 * high)}{NBSP}%{per}"
    return f"{significant(low)} to {significant(high)} {'' if unit == '1' else display_name(unit)}".rstrip()


def _end(value: float, base: float, status: str, unit: str) -> str:
    if math.isnan(value):
        return "no plan" if status == Status.OUT_OF_REACH else display_name(status) if status != Status.OPTIMAL else "–"
    if math.isnan(base) or unit in (SHARE, YES_OR_NO):
        return amount_in_words(value, unit, with_unit=False)
    return _signed(value - base, base)


def _signed(value: float, base: float) -> str:
    if abs(value) <= max(ROUNDING * abs(base), LAST_DIGITS):
        return "0"
    return f"+{significant(value)}" if value > 0 else significant(value)


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row an input: how far the output moves from what it is as stated, to its low and to its high."""
    rows = [dict(row) for row in table.to_dict("records")]
    moving = [row for row in rows if _lost(row) or row["span"] > 0]
    shown = sorted(moving, key=lambda row: not _lost(row))[:MOST_ROWS] or rows[:1]
    base, unit = float(rows[0]["at_base"]), str(rows[0]["unit"])
    gap = gap_of(table)
    known = [row[end] for row in shown for end in ("at_low", "at_high") if math.isfinite(row[end])]
    middle = base if math.isfinite(base) else (known[0] if known else 0.0)
    scale = Scale.covering(
        [middle, *known], [middle - 1.4 * gap, middle + 1.4 * gap], math.inf,
        label=f"{capitalised(output_in_words(rows[0]['output']))} ({unit_in_words(unit)})",
    )  # fmt: skip

    def draw_row(axes: Any, number: int, y: float) -> None:
        row = shown[number]
        hidden = certainty(row["within_gap"]) == HIDDEN
        for end, colour, up in (("at_low", LOW, 0.25), ("at_high", HIGH, -0.25)):
            value = row[end]
            if math.isnan(value):
                edge = scale.high if end == "at_high" else scale.low
                axes.plot([edge], [y + up * BAR], marker="x", color=INK, ms=5, mew=1.3, clip_on=False, gid="no plan")
                continue
            axes.barh([y + up * BAR], [value - middle], BAR / 2, left=[middle], zorder=3, gid=f"{end} bar",
                      facecolor="white" if hidden else colour, edgecolor=colour, linewidth=1.0)  # fmt: skip

    keys = [
        bar("at its low", color=LOW), bar("at its high", color=HIGH),
        *([bar("gaps of the plans", color=paler(GREY, 0.7))] if gap > 0 else []),
    ]  # fmt: skip
    said = output_in_words(rows[0]["output"])
    lost = len(without_plan(table))
    subtitle = (
        f"{capitalised(said)}, one input at a time. "
        + (f"At an end of {count(lost, 'range')} there is no number. " if lost else "")
        + money_in_words(view.run, rows[0]["output"], unit)
    ).rstrip(" .")
    page, axes = row_chart(
        view, title(view, table), subtitle, _notes(rows, shown, gap, unit),
        RowChart([_line(row, middle) for row in shown], Layout(scale), draw_row, keys),
    )  # fmt: skip
    axes.axvline(middle, color=INK, lw=0.9, zorder=4)
    if gap > 0:
        axes.axvspan(middle - gap, middle + gap, color=paler(GREY, 0.7), zorder=0.5, lw=0, gid="gap")
    if math.isfinite(base):
        text = f"as stated {amount_in_words(base, unit, with_unit=False)}"
        half = page.ruler.width(text, SMALL) / 2
        at = page.figure.get_size_inches()[0] * _place(axes, middle)
        keys_end = page.left + 2.3 + sum(0.46 + page.ruler.width(key.label, SMALL) for key in keys)
        if at - half > keys_end:
            page.write(at, page.ceiling - 0.22, text, SMALL, ha="center", color=GREY)
    return page.figure


def _place(axes: Any, value: float) -> float:
    """Where a value lies, as a share of the page's width."""
    box, (low, high) = axes.get_position(), axes.get_xlim()
    return float(box.x0 + box.width * (value - low) / (high - low))


def gap_of(table: pd.DataFrame) -> float:
    """How far apart two plans may seem by gaps alone: the widest band of a swing, the sum of those of its ends."""
    widths = table["swing_most"] - table["swing_least"]
    known = widths[widths.notna() & (widths < math.inf)]
    return float(known.max()) if len(known) else 0.0


def _notes(rows: list[dict[Any, Any]], shown: list[dict[Any, Any]], gap: float, unit: str) -> list[str]:
    base = rows[0]["at_base"]
    said = [
        "Right: at its low / at its high." if unit in (SHARE, YES_OR_NO) else "Right: change at its low / at its high."
    ]
    if math.isfinite(base):
        said.append(f"The line is the case as stated: {amount_in_words(base, unit)}.")
    else:
        said.append("The case as stated has no plan here.")
    if gap > 0:
        said.append(
            f"Within {significant(gap, 2)} {unit_in_words(unit)} (grey) differences may come from the plans' gaps."
        )
    if any(certainty(row["within_gap"]) == HIDDEN and row["span"] > 0 for row in shown):
        said.append("Hollow: the plans are indistinguishable.")
    if unit != YES_OR_NO and any(certainty(row["within_gap"]) == UNKNOWN and row["span"] > 0 for row in shown):
        said.append("Read from the best plans found: others within the gap may differ.")
    if any(map(_lost, shown)):
        said.append("×: no number at that end; such inputs come first.")
    if is_true(rows[0]["divisible"]):
        said.append("Modules were divisible.")
    still = len([row for row in rows if not (_lost(row) or row["span"] > 0)])
    if still and still < len(rows):
        said.append(f"{capitalised(count(still, 'input'))} {'changes' if still == 1 else 'change'} nothing here.")
    hidden = len(rows) - still - len(shown)
    if hidden > 0:
        said.append(f"{capitalised(count(hidden, 'smaller effect'))} not shown.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="tornado",
    heading="What each uncertain input does by itself",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
    needs=TORNADO.file,
)
