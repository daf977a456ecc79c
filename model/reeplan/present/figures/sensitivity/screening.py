"""Which uncertain inputs matter over all ranges: the mean size of each one's effect, and how much that differs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.sensitivity import SCREENING
from reeplan.present.charts.key import bar, interval, symbol
from reeplan.present.charts.marks import whisker
from reeplan.present.charts.palette import BLUE, VERMILION
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, paler
from reeplan.present.figures.sensitivity.outputs import (
    HIDDEN,
    amount_in_words,
    certainty,
    money_in_words,
    of_variant,
    output_variants,
    the_output,
)
from reeplan.present.figures.spec import FigureSpec, Variant, View
from reeplan.present.figures.study_tables import YES_OR_NO, is_true, unit_in_words
from reeplan.words import clipped, count, display_name, significant

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "input", "output", "unit", "mu_star", "mu_star_confidence", "mu", "sigma", "gap_effect", "within_gap",
    "trajectories", "trajectories_without_plan", "divisible", "rank",
)  # fmt: skip
MOST_ROWS, BAR = 26, 0.16


def variants(run: Run, point: str) -> list[Variant]:
    """An output each."""
    return output_variants(run, SCREENING, "mu_star")


def table(view: View) -> pd.DataFrame:
    """The rows of one output, the largest effect first."""
    rows = of_variant(view.run.table(SCREENING)[list(COLUMNS)], view.variant)
    return rows[rows["mu_star"].notna()].reset_index(drop=True)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """The input that moves the output most over all ranges."""
    output = the_output(table["output"].iloc[0])
    sure = [row for row in table.to_dict("records") if row["mu_star"] > 0 and certainty(row["within_gap"]) != HIDDEN]
    if not sure:
        moved = (table["mu_star"] > 0).any()
        return f"No input moves {output} by more than the plans' gaps could" if moved else f"No input moves {output}"
    first = sure[0]
    much = first["mu_star"]
    if first["unit"] == YES_OR_NO:
        return f"Over all ranges, {clipped(display_name(first['input']))} decides most on {output}"
    by = amount_in_words(much, first["unit"])
    moves = f"{clipped(display_name(first['input']))} moves {output} most: by {by} on average"
    close = [row for row in sure[1:] if _upper(row) >= much - _around(first)]
    return f"Over all ranges, {moves}" + (f"; {_so_many(close)} may move it as much" if close else "")


def _around(row: dict[Any, Any]) -> float:
    """Half the interval of an effect; without one nothing is ruled out, and nothing is claimed."""
    return float(row["mu_star_confidence"]) if math.isfinite(row["mu_star_confidence"]) else 0.0


def _upper(row: dict[Any, Any]) -> float:
    return float(row["mu_star"]) + _around(row)


def _so_many(rows: list[dict[Any, Any]]) -> str:
    return clipped(display_name(rows[0]["input"])) if len(rows) == 1 else count(len(rows), "other", "others")


def alt(view: View, table: pd.DataFrame) -> str:
    """The largest effects, with sigma."""
    said = [
        f"{display_name(row['input'])} {significant(row['mu_star'])} (spread {significant(row['sigma'])})"
        for row in table.head(6).to_dict("records")
    ]
    return f"{title(view, table)}. Mean size of the effect, {unit_in_words(table['unit'].iloc[0])}: {'; '.join(said)}."


def _line(row: dict[Any, Any]) -> Line:
    under = "within the gaps" if certainty(row["within_gap"]) == HIDDEN else _direction(row)
    extra = f" ± {significant(row['mu_star_confidence'], 2)}" if math.isfinite(row["mu_star_confidence"]) else ""
    return Line(
        display_name(row["input"]),
        "",
        f"{significant(row['mu_star'])}{extra}" if row["mu_star"] > 0 else "nothing",
        under,
    )


def _direction(row: dict[Any, Any]) -> str:
    """Whether more of the input means more of the output, everywhere or not."""
    if not row["mu_star"] > 0 or math.isnan(row["mu"]):
        return ""
    if abs(row["mu"]) >= 0.999 * row["mu_star"]:
        return "more raises it, everywhere tried" if row["mu"] > 0 else "more lowers it, everywhere tried"
    return "raises it here, lowers it there"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row an input: bar and interval, a diamond for how much the effect differs, grey for what may be the gap's."""
    rows = [dict(row) for row in table.to_dict("records")]
    shown = [row for row in rows if row["mu_star"] > 0][:MOST_ROWS] or rows[:1]
    top = [row[name] for row in shown for name in ("mu_star", "sigma", "gap_effect")]
    top += [row["mu_star"] + row["mu_star_confidence"] for row in shown]
    unit = unit_in_words(rows[0]["unit"])
    scale = Scale(0.0, Scale.covering([*top, 0.0]).high, f"Mean size of the effect over the whole range ({unit})")
    gaps = any(row["gap_effect"] > 0 for row in shown)

    def draw_row(axes: Any, number: int, y: float) -> None:
        row = shown[number]
        if row["gap_effect"] > 0 and math.isfinite(row["gap_effect"]):
            axes.barh([y], [row["gap_effect"]], 2 * BAR, color=paler(GREY, 0.7), linewidth=0, zorder=1.5, gid="gap")
        hidden = certainty(row["within_gap"]) == HIDDEN
        axes.barh([y], [row["mu_star"]], BAR, facecolor="white" if hidden else BLUE, edgecolor=BLUE, linewidth=1.0,
                  zorder=2, gid="effect")  # fmt: skip
        around = row["mu_star_confidence"]
        if math.isfinite(around) and around > 0:
            whisker(axes, max(0.0, row["mu_star"] - around), row["mu_star"] + around, y, "confidence")
        if math.isfinite(row["sigma"]):
            axes.plot([row["sigma"]], [y], "D", ms=5, mfc=VERMILION, mec="white", mew=0.7, zorder=6, clip_on=False,
                      gid="sigma")  # fmt: skip

    keys = [
        bar("mean size (μ*)", color=BLUE),
        interval("its 95\u00a0% interval"),
        symbol("how much it differs (σ)", "D", ms=5, mfc=VERMILION, mec="white"),
        *([bar("what could be due to the optimality gap", color=paler(GREY, 0.7))] if gaps else []),
    ]
    money = money_in_words(view.run, rows[0]["output"], rows[0]["unit"])
    subtitle = f"Screening after Morris. {money}".rstrip(" .")
    page, _ = row_chart(
        view, title(view, table), subtitle, _notes(rows, shown),
        RowChart([_line(row) for row in shown], Layout(scale), draw_row, keys),
    )  # fmt: skip
    return page.figure


def _notes(rows: list[dict[Any, Any]], shown: list[dict[Any, Any]]) -> list[str]:
    said = [
        "A diamond far out beside its bar: it depends on where other inputs stand, or is not a straight line.",
        _steps([row["trajectories"] for row in shown], [row["trajectories_without_plan"] for row in shown]),
    ]
    if any(certainty(row["within_gap"]) == HIDDEN and row["mu_star"] > 0 for row in shown):
        said.append("Hollow: no more than could be due to the optimality gap.")
    if is_true(rows[0]["divisible"]):
        said.append("Modules were divisible.")
    still = len([row for row in rows if not row["mu_star"] > 0])
    if still and still < len(rows):
        said.append(f"{count(still, 'input').capitalize()} {'changes' if still == 1 else 'change'} nothing here.")
    if len(rows) - still > len(shown):
        said.append(f"{count(len(rows) - still - len(shown), 'smaller effect').capitalize()} not shown.")
    return [" ".join(part for part in said if part)]


def _steps(used: list[float], lost: list[float]) -> str:
    """How many steps each effect is the mean of, and that some had no plan at an end."""
    known = [int(one) for one in used if math.isfinite(one)]
    if not known:
        return ""
    least, most = min(known), max(known)
    number = count(most, "step") if least == most else f"{least} to {count(most, 'step')}"
    left_out = "; steps without a plan at an end are left out" if any(one > 0 for one in lost) else ""
    return f"Each from {number} of the input{left_out}."


FIGURE = FigureSpec(
    name="screening",
    heading="Which uncertain inputs matter over all ranges",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
    needs=SCREENING.file,
)
