"""How much of an output's variance each uncertain input explains: by itself, and with all that it takes part in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.sensitivity import INDICES
from reeplan.present.charts.key import bar, interval
from reeplan.present.charts.marks import whisker
from reeplan.present.charts.palette import BLUE
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, INK, paler
from reeplan.present.figures.sensitivity.outputs import (
    HIDDEN,
    certainty,
    of_variant,
    output_variants,
    the_output,
)
from reeplan.present.figures.spec import FigureSpec, Variant, View
from reeplan.present.figures.study_tables import is_true, unit_in_words
from reeplan.words import NBSP, capitalised, clipped, count, display_name, significant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "input", "output", "unit", "first", "first_confidence", "total", "total_confidence", "standard_deviation",
    "gap_share", "within_gap", "samples", "samples_without_plan", "divisible",
)  # fmt: skip
BAR, WIDEST, SEEN = 0.12, 1.5, 0.005
WIDE = 0.2
"""An interval wider than this on either side makes a share rough."""


def variants(run: Run, point: str) -> list[Variant]:
    """An output each."""
    return output_variants(run, INDICES, "total")


def table(view: View) -> pd.DataFrame:
    """The rows of one output, the largest total first."""
    rows = of_variant(view.run.table(INDICES)[list(COLUMNS)], view.variant)
    return rows[rows["total"].notna()].reset_index(drop=True)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """Which input explains most; that nothing can be told where intervals are wider than that."""
    output = the_output(table["output"].iloc[0])
    rows = [dict(row) for row in table.to_dict("records")]
    sure = [row for row in rows if certainty(row["within_gap"]) != HIDDEN]
    if not sure:
        return f"All that varies in {output} may come from the plans' gaps"
    first = sure[0]
    around = first["total_confidence"]
    if not math.isfinite(around) or around >= first["total"] or first["total"] - around > 1:
        return f"The samples are too few to tell what {output} depends on"
    others = [row for row in sure[1:] if row["total"] + _known(row["total_confidence"]) >= first["total"] - around]
    lead = f"{capitalised(output)} depends most on {clipped(display_name(first['input']))}"
    if others:
        return f"{lead}, though {_number(len(others))} may matter as much"
    return f"{lead}: {_percent(first['total'])} of the variance from {_number_of(len(rows))}"


def _number_of(inputs: int) -> str:
    return "this input" if inputs == 1 else f"these {count(inputs, 'input')}"


def _number(others: int) -> str:
    return "another input" if others == 1 else count(others, "other", "others")


def _known(value: float) -> float:
    return value if math.isfinite(value) else math.inf


def _percent(value: float) -> str:
    return f"{100 * value:.0f}{NBSP}%".replace("-", "−") if math.isfinite(value) else "–"


def alt(view: View, table: pd.DataFrame) -> str:
    """First and total indices with their intervals."""
    said = [
        f"{display_name(row['input'])} {_percent(row['first'])} by itself, {_percent(row['total'])} with others"
        f" (± {_percent(row['total_confidence'])})"
        for row in table.head(6).to_dict("records")
    ]
    return f"{title(view, table)}. {'; '.join(said)}."


def _line(row: dict[Any, Any]) -> Line:
    under = "may come from the gaps" if certainty(row["within_gap"]) == HIDDEN else ""
    return Line(
        display_name(row["input"]), "", f"{_percent(row['first'])} alone, {_percent(row['total'])} in all",
        under or f"± {_percent(row['first_confidence'])} and ± {_percent(row['total_confidence'])}",
    )  # fmt: skip


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row an input: dark by itself, pale with all that it takes part in, each with its interval."""
    rows = [dict(row) for row in table.to_dict("records")]
    ends = [row[name] + sign * _zero(row[f"{name}_confidence"]) for row in rows for name in ("first", "total")
            for sign in (-1, 1)]  # fmt: skip
    known = [end for end in ends if math.isfinite(end)]
    high = min(WIDEST, max([1.0, *known])) + 0.03
    low = max(1 - WIDEST, min([0.0, *known])) - 0.03
    layout = Layout(Scale(low, high, "Part of the variance", ticks=_ticks(low, high)), row=0.38)

    def draw_row(axes: Any, number: int, y: float) -> None:
        row = rows[number]
        hidden = certainty(row["within_gap"]) == HIDDEN
        for name, colour, up in (("first", BLUE, 0.08), ("total", paler(BLUE, 0.6), -0.08)):
            if math.isnan(row[name]):
                continue
            axes.barh([y + up], [row[name]], BAR, facecolor="white" if hidden else colour, edgecolor=colour,
                      linewidth=1.0 if hidden else 0, zorder=2, gid=name)  # fmt: skip
            around = row[f"{name}_confidence"]
            if math.isfinite(around):
                whisker(axes, row[name] - around, row[name] + around, y + up, f"{name} interval", lw=0.9)

    spread = float(rows[0]["standard_deviation"])
    output, unit = the_output(rows[0]["output"]), unit_in_words(rows[0]["unit"])
    subtitle = f"Indices after Sobol of {output}"
    if math.isfinite(spread):
        subtitle += f"; standard deviation {significant(spread)} {unit}"
    keys = [
        bar("by itself", color=BLUE),
        bar("with all it takes part in", color=paler(BLUE, 0.6)),
        interval("95\u00a0% interval"),
    ]
    page, axes = row_chart(
        view, title(view, table), subtitle, _notes(rows),
        RowChart([_line(row) for row in rows], layout, draw_row, keys),
    )  # fmt: skip
    axes.axvline(0, color=INK, lw=0.9, zorder=4)
    noise = float(rows[0]["gap_share"])
    if noise >= SEEN:
        axes.axvspan(0, min(noise, high), color=paler(GREY, 0.7), zorder=0.5, lw=0, gid="gap")
    return page.figure


def _zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _ticks(low: float, high: float) -> tuple[tuple[float, ...], tuple[str, ...]]:
    places = tuple(place / 4 for place in range(-4, 8) if low <= place / 4 <= high)
    return places, tuple(_percent(place) for place in places)


def _notes(rows: list[dict[Any, Any]]) -> list[str]:
    used, lost = rows[0]["samples"], rows[0]["samples_without_plan"]
    said = ["The difference of the two bars: effects that come only together with other inputs."]
    if math.isfinite(used):
        said.append(
            f"From {count(int(used), 'sample')}"
            + (f"; {int(lost)} more had a future without a plan." if lost > 0 else ".")
        )
    if any(not row["total_confidence"] <= WIDE for row in rows):
        said.append(
            "Intervals are wide: these shares are rough; a share below nothing or above all is an error of sampling."
        )
    noise = rows[0]["gap_share"]
    if noise >= SEEN:
        said.append(f"Grey: {_percent(noise)} of the variance at most may come from the plans' gaps.")
    if is_true(rows[0]["divisible"]):
        said.append("Modules were divisible.")
    said.append("Only inputs that screening left were varied.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="indices",
    heading="How much of the variance each input explains",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
    needs=INDICES.file,
)
