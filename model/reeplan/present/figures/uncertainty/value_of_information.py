"""What it is worth to know what comes, and to plan for it: expected costs as rungs, values as steps between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan.interval import UNKNOWN, Interval
from reeplan.outputs.spec.uncertainty import VALUE_OF_KNOWING
from reeplan.present.charts.key import interval, symbol, upright
from reeplan.present.charts.marks import whisker
from reeplan.present.charts.page import years_and_money
from reeplan.present.charts.palette import BLUE, GREEN, ORANGE, VERMILION
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, INK
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import ranged
from reeplan.studies.uncertainty.measures_of_knowing import (
    EEV_MEAN,
    EEV_NOTHING,
    EVPI,
    KEEPING,
    PREMIUM,
    RP,
    VSS_MEAN,
    VSS_NOTHING,
    WS,
)
from reeplan.tolerances import SMALLEST_GAP
from reeplan.words import money

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

COLUMNS = ("measure", "musd", "least_musd", "greatest_musd", "meaning")
CANNOT = "cannot be carried out"

RUNGS = (
    (WS, "Had everybody known what comes", "o", GREEN),
    (RP, "The plan with every disruption in view", "s", BLUE),
    (EEV_MEAN, "Investing for the average instead", "D", ORANGE),
    (EEV_NOTHING, "Investing as if nothing happened", "^", VERMILION),
)
"""Each cost with its words, mark and colour: the cheaper one knows, the costlier one ignores."""

STEPS = {
    WS: (EVPI, "knowing saves"),
    EEV_MEAN: (VSS_MEAN, "costs more by"),
    EEV_NOTHING: (VSS_NOTHING, "costs more by"),
}


@dataclass(frozen=True)
class Rung:
    """A cost on the ladder: what it is, how it is drawn, and its distance from the plan's."""

    name: str
    words: str
    mark: str
    colour: str
    cost: Interval
    step: Interval
    step_words: str
    meaning: str

    @property
    def cannot(self) -> bool:
        """Whether there is no number because it cannot be done."""
        return CANNOT in self.meaning


def table(view: View) -> pd.DataFrame:
    """``value_of_knowing.csv``; empty where the cost of the plan is not known."""
    rows = view.run.table(VALUE_OF_KNOWING)[list(COLUMNS)]
    plans = rows[rows["measure"].isin([RP, RP + KEEPING])]
    return rows if plans["musd"].notna().any() else rows.iloc[:0]


def amounts(table: pd.DataFrame) -> dict[str, Interval]:
    """Every number by its name; ends that are not stated are open."""
    return {
        row["measure"]: Interval.stated(row["least_musd"], row["musd"], row["greatest_musd"])
        for row in table.to_dict("records")
    }


def rungs(table: pd.DataFrame, keeping: bool) -> list[Rung]:
    """The ladder with the target kept, or without one; none where the plan's cost is not known."""
    known, end = amounts(table), KEEPING if keeping else ""
    meanings = dict(zip(table["measure"], table["meaning"], strict=True))
    if not known.get(RP + end, UNKNOWN).known:
        return []
    found = []
    for name, words, mark, colour in RUNGS:
        if name + end in known:
            step, said = STEPS.get(name, ("", ""))
            found.append(
                Rung(name, words, mark, colour, known[name + end], known.get(step + end, UNKNOWN), said,
                     str(meanings[name + end]))
            )  # fmt: skip
    return found


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """What knowing is worth at most, and what planning for disruptions saves."""
    known = amounts(table)
    keeping = bool(rungs(table, keeping=True)) and known.get(EVPI + KEEPING, UNKNOWN).known
    end = KEEPING if keeping else ""
    value, plan = known.get(EVPI + end, UNKNOWN), known.get(RP + end, UNKNOWN)
    with_target = " at this target" if keeping else ""
    if not value.known:
        if len([row for row in table["measure"] if row.startswith(EVPI)]) == 0 or not plan.known:
            return "What it is worth to know what comes was not computed"
        return f"What it is worth to know what comes is not known: {money(plan.found)} MUSD are expected without"
    small = SMALLEST_GAP * max(1.0, abs(plan.found))
    if value.high <= small:
        lead = f"To know what comes would be worth nothing{with_target}"
    elif value.low <= small:
        most = f"{money(value.high)} MUSD at most"
        lead = f"Whether it is worth anything to know what comes is not certain{with_target}: {most}"
    else:
        most = f"at most {money(value.high)} of {money(plan.found)} MUSD"
        lead = f"To know what comes would be worth {most}{with_target}"
    return f"{lead}; {_planning(table, keeping, small)}"


def _planning(table: pd.DataFrame, keeping: bool, small: float) -> str:
    """What it saves to plan for disruptions rather than for the average."""
    ladder = {rung.name: rung for rung in rungs(table, keeping)}
    for name, words in ((EEV_MEAN, "the average"), (EEV_NOTHING, "no disruption")):
        rung = ladder.get(name)
        if rung is None:
            continue
        if rung.cannot:
            return f"a plan for {words} cannot be carried out"
        if rung.step.known:
            if rung.step.high <= small:
                return f"a plan for {words} would cost the same"
            if rung.step.low <= small:
                return f"a plan for {words} may cost the same"
            return f"planning for {words} would cost {money(rung.step.found)} more"
    return "what planning for disruptions saves is not known"


def alt(view: View, table: pd.DataFrame) -> str:
    """Every number with its band."""
    said = [
        f"{row['measure']} {with_band(amount)}"
        for row in table.to_dict("records")
        if (amount := amounts(table)[row["measure"]]).known
    ]
    return f"{title(view, table)}. MUSD: {'; '.join(said)}."


def _line(rung: Rung) -> Line:
    if not rung.cost.known:
        return Line(rung.words, "", CANNOT if rung.cannot else "not known", "")
    step = ""
    if rung.step.known:
        sure = "" if _exact(rung.step) else f" ({ranged(rung.step)})"
        step = f"{rung.step_words} {money(rung.step.found)}{sure}"
    band = "" if _exact(rung.cost) else f" ({ranged(rung.cost)})"
    return Line(rung.words, "", f"{_money(rung.cost.found)}{band}", step, bold=rung.name == RP)


def with_band(amount: Interval) -> str:
    """An amount, and where it lies for certain if that is wider."""
    return money(amount.found) if _exact(amount) else f"{money(amount.found)} ({ranged(amount)})"


def _exact(amount: Interval) -> bool:
    """Whether the band is no wider than what is written."""
    return _money(amount.low) == _money(amount.high) or ranged(amount) == "exactly"


def _money(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−") if math.isfinite(value) else "unknown"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A ladder without a target, and one with the target kept; a dotted line down from what the plan costs."""
    ladders = [ladder for ladder in (rungs(table, keeping=False), rungs(table, keeping=True)) if ladder]
    shown = [rung for ladder in ladders for rung in ladder]
    costs = [rung.cost for rung in shown if rung.cost.known]
    scale = Scale.covering(
        [cost.found for cost in costs], [end for cost in costs for end in (cost.low, cost.high)], margin=0.09,
        label=f"Expected cost (MUSD of {view.run.currency_year})",
    )  # fmt: skip
    layout = Layout(scale, names=2.55, says=2.35, row=0.42)
    centre = {id(rung): next((one.cost.found for one in ladder if one.name == RP), math.nan)
              for ladder in ladders for rung in ladder}  # fmt: skip

    def draw_row(axes: Any, number: int, y: float) -> None:
        rung = shown[number]
        plan = centre[id(rung)]
        axes.plot([plan, plan], [y - layout.row / 2, y + layout.row / 2], color=BLUE, lw=1.0, ls=(0, (2, 2)), zorder=1)
        if not rung.cost.known:
            return
        if rung.name != RP:
            axes.plot([plan, rung.cost.found], [y, y], color=rung.colour, lw=3.2, solid_capstyle="butt", zorder=2,
                      gid=f"step {rung.name}")  # fmt: skip
        if not _exact(rung.cost):
            whisker(axes, rung.cost.low, rung.cost.high, y - 0.11, "band")
        axes.plot([rung.cost.found], [y], rung.mark, color=rung.colour, ms=8, mec="white", mew=0.8, zorder=6,
                  gid=rung.name)  # fmt: skip

    headings, start = {}, 0
    for ladder, keeping in zip(ladders, _which(table), strict=True):
        headings[start] = (_heading(table, keeping), "")
        start += len(ladder)
    keys = [
        symbol("expected cost", "o", color=GREY, ms=7),
        *([] if all(map(_exact, costs)) else [interval("where it lies for certain")]),
        upright("the plan", color=BLUE, lw=1.0, ls=(0, (2, 2))),
    ]
    page, axes = row_chart(
        view, title(view, table), years_and_money(view.run), _notes(table, shown),
        RowChart([_line(rung) for rung in shown], layout, draw_row, keys, headings),
    )  # fmt: skip
    axes.tick_params(axis="x", colors=INK)
    return page.figure


def _which(table: pd.DataFrame) -> list[bool]:
    return [keeping for keeping in (False, True) if rungs(table, keeping)]


def _heading(table: pd.DataFrame, keeping: bool) -> str:
    if not keeping:
        return "Without any target"
    cost = amounts(table).get(PREMIUM, UNKNOWN)
    more = f": {money(cost.found)} MUSD more than without, an insurance" if cost.known else ""
    return f"Keeping the target{more}"


def _notes(table: pd.DataFrame, shown: list[Rung]) -> list[str]:
    said = [
        "Knowing: the mean of the least costs had everybody known from the start which disruption comes, if any; no "
        "forecast is worth more. Investing for the average, or as if nothing happened: what that investment costs as "
        "things are, all else decided anew."
    ]
    if any(rung.cannot for rung in shown):
        said.append("What cannot be carried out breaks a rule or misses the target in some disruption.")
    free, kept = (amounts(table).get(EVPI + end, UNKNOWN) for end in ("", KEEPING))
    if kept.low > free.high:
        said.append("With a target, knowing saves more: one need not insure against disruptions that do not come.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="value-of-knowing",
    heading="What it is worth to know what comes, and to plan for it",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=VALUE_OF_KNOWING.file,
)
