"""The fronts of several runs in one figure, each with its own colour and mark and its name beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.endings import Status
from reeplan.present.charts.marks import SEEN, proven_range
from reeplan.present.charts.page import Page, versions
from reeplan.present.charts.palette import BLUE, GREEN, GREY, INDIGO, INK, ORANGE, SKY, VERMILION
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import BODY, SMALL, apart, line
from reeplan.present.words.measures import measure_axis
from reeplan.tolerances import SHOWN_SHARE, SLIGHT
from reeplan.words import NBSP, display_name, join_and, musd, percent, span

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reeplan.present.compare.runs import ComparedRun, Comparison

HEIGHT, LEFT, MAIN = 4.1, 0.95, 5.45
SIDE = LEFT + MAIN + 0.42
COLOURS = (BLUE, VERMILION, INDIGO, ORANGE, SKY, GREEN)
INK_OF = {COLOURS.index(colour): INK for colour in (ORANGE, SKY)}
"""Letters in ink where the colour is too light for text."""
MARKS = ("o", "s", "D", "^", "v", "P", "X")
"""More of them than colours, so that runs of one colour have different marks."""


def table(comparison: Comparison) -> pd.DataFrame:
    """Exactly what is drawn."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "run": given.heading,
                    "point": given.front["point"],
                    "cost_musd": given.front["cost_musd"],
                    "bound_musd": given.front["bound_musd"],
                    "resilience_percent": 100 * given.front["resilience"],
                    "gap_reached": (given.front["status"] == Status.OPTIMAL).map({True: "yes", False: "no"}),
                }
            )
            for given in comparison.runs
        ],
        ignore_index=True,
    )


def title(comparison: Comparison) -> str:
    """What the figure says, in one sentence."""
    first, *others = comparison.runs
    if not (comparison.same_measure and comparison.same_money):
        what = (
            "costs" if comparison.same_measure else "resiliences" if comparison.same_money else "costs and resiliences"
        )
        return f"The fronts of {_several(comparison)}, whose {what} do not mean the same"
    if len(others) > 1:
        most = max(float(given.front["resilience"].max()) for given in comparison.runs)
        far = [given.letter for given in comparison.runs if float(given.front["resilience"].max()) > most - SHOWN_SHARE]
        go = f"{join_and(far)} {'goes' if len(far) == 1 else 'go'} furthest, to {percent(100 * most, 1)} served"
        return f"The fronts of {_several(comparison)}: {go}"
    cheaper = float(others[0].front["cost_musd"].min() - first.front["cost_musd"].min())
    further = 100 * float(others[0].front["resilience"].max() - first.front["resilience"].max())
    size = max(1.0, float(first.front["cost_musd"].abs().min()))
    money = (
        "starts as cheap" if abs(cheaper) < SLIGHT * size
        else f"starts {musd(abs(cheaper))}{NBSP}MUSD {'costlier' if cheaper > 0 else 'cheaper'}"
    )  # fmt: skip
    served = (
        "as far"
        if abs(further) < 100 * SHOWN_SHARE
        else f"{abs(further):.1f} points {'further' if further > 0 else 'less far'}"
    )
    return f"Against {first.heading}, {others[0].heading} {money} and goes {served}"


def alt(comparison: Comparison) -> str:
    """The fronts for somebody who cannot see them."""
    return " ".join(
        f"{given.heading}: from {musd(float(given.front['cost_musd'].min()))} MUSD at "
        f"{percent(100 * float(given.front['resilience'].min()))} served to "
        f"{musd(float(given.front['cost_musd'].max()))} MUSD at "
        f"{percent(100 * float(given.front['resilience'].max()))} served."
        for given in comparison.runs
    )


def draw(comparison: Comparison) -> Figure:
    """The figure, not yet written; to be called inside ``drawing_style``."""
    *notes, origin = _notes(comparison)
    page = Page.framed(title(comparison), "", HEIGHT + 0.5, notes, origin)
    axes = page.axes(LEFT, page.ceiling - HEIGHT, MAIN, HEIGHT)
    costs, served = _scales(comparison)
    costs.dress(axes, size=BODY, grid=False)
    served.dress(axes, "y", most=7, size=BODY)
    for number, given in enumerate(comparison.runs):
        _draw_front(axes, given, COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)])
    _draw_letters(axes, costs, comparison)
    _draw_names(page, comparison, page.ceiling - HEIGHT)
    return page.figure


def _draw_front(axes: Any, given: ComparedRun, colour: str, mark: str) -> None:
    front = given.front
    served = 100 * front["resilience"]
    axes.plot(front["cost_musd"], served, color=colour, lw=1.4, alpha=0.7, zorder=3, drawstyle="steps-post")
    for row in front.to_dict("records"):
        y, cost = 100 * row["resilience"], row["cost_musd"]
        proven_range(axes, row["bound_musd"], cost, y, colour)
        face = colour if row["status"] == Status.OPTIMAL else "white"
        axes.plot([cost], [y], mark, ms=6.5, mfc=face, mec=colour, mew=1.4, zorder=4, clip_on=False)


def _draw_letters(axes: Any, costs: Scale, comparison: Comparison) -> None:
    """Each run's letter above the most resilient plan of its front, side by side where fronts end at one place."""
    ends = sorted(
        (float(given.front["cost_musd"].iloc[-1]), 100 * float(given.front["resilience"].iloc[-1]), number)
        for number, given in enumerate(comparison.runs)
    )
    at = [LEFT + MAIN * costs.share(cost) for cost, _, _ in ends]
    for x, (_, share, number) in zip(apart(at, 0.16, LEFT, LEFT + MAIN), ends, strict=True):
        cost = costs.low + (x - LEFT) / MAIN * (costs.high - costs.low)
        axes.annotate(
            comparison.runs[number].letter, (cost, share), (0, 6), textcoords="offset points", size=BODY, weight="bold",
            ha="center", va="bottom", color=INK_OF.get(number % len(COLOURS), COLOURS[number % len(COLOURS)]), zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, annotation_clip=False,
        )  # fmt: skip


def _draw_names(page: Page, comparison: Comparison, floor: float) -> None:
    """The runs beside the axes, the one that goes furthest at the top."""
    order = sorted(
        range(len(comparison.runs)),
        key=lambda number: -float(comparison.runs[number].front["resilience"].iloc[-1]),
    )
    room, y = page.right - SIDE - 0.2, floor + HEIGHT - 0.3
    step = min(2.4 * line(SMALL) + line(BODY) + 0.1, (HEIGHT - 0.4) / len(order))
    for number in order:
        given, colour = comparison.runs[number], COLOURS[number % len(COLOURS)]
        first, last = given.front.iloc[0], given.front.iloc[-1]
        face = colour if last["status"] == Status.OPTIMAL else "white"
        page.layer.plot([SIDE + 0.06], [y], MARKS[number % len(MARKS)], ms=6.5, mfc=face, mec=colour, mew=1.4)
        page.fit(SIDE + 0.2, y, given.heading, room, BODY, weight="bold")
        ends = [
            f"{percent(100 * float(row['resilience']), 1)} for {musd(float(row['cost_musd']))}" for row in (first, last)
        ]
        lines = [f"{ends[0]} MUSD", f"to {ends[1]} MUSD"] if len(given.front) > 1 else [f"{ends[0]} MUSD"]
        if step > 2.4 * line(SMALL) + line(BODY) - 0.1:
            lines = [page.ruler.cut(said, room, SMALL) for said in lines]
            page.paragraph(SIDE + 0.2, y - 0.55 * line(BODY), lines, SMALL, color=GREY)
        y -= step


def _notes(comparison: Comparison) -> list[str]:
    settings, years = comparison.first.run.settings, comparison.first.run.years
    notes = ["Each mark is a plan. A line shows the most resilience found for any money: between two plans there is "
             "none, because capacity is built in whole modules."]  # fmt: skip
    drawn = table(comparison)
    hollow = "Hollow: the search stopped before the gap asked for. " if "no" in set(drawn["gap_reached"]) else ""
    costs, _ = _scales(comparison)
    wide = (drawn["cost_musd"] - drawn["bound_musd"] > SEEN * (costs.high - costs.low)).any()
    bar = "Bar left of a mark: the range in which the least cost of that resilience is proven to lie." if wide else ""
    if hollow or bar:
        notes.append(hollow + bar)
    if comparison.same_money:
        notes.append(f"Costs of {span(years[0], years[-1])}, discounted at {100 * settings['discount_rate']:g}{NBSP}% "
                     f"a year to {years[0]}.")  # fmt: skip
    made_by = {versions(given.run).partition(" · ")[2] for given in comparison.runs}
    one = len(made_by) == 1
    origin = [f"{given.letter}: {versions(given.run).partition(' · ' if one else '|')[0]}" for given in comparison.runs]
    notes.append(" · ".join([*origin, *(tools for tools in made_by if one and tools)]))
    return notes


def _scales(comparison: Comparison) -> tuple[Scale, Scale]:
    """Costs and percent served: all plans with a margin; proven ranges only as far as a part of that."""
    drawn = table(comparison)
    years = sorted({given.run.currency_year for given in comparison.runs})
    money = f"million USD of {years[0]}" if len(years) == 1 else "million USD, each run's own year's money"
    measure = measure_axis(comparison.first.run) if comparison.same_measure else (
        "Resilience (%), as each run measures it"
    )  # fmt: skip
    served = Scale.covering(drawn["resilience_percent"], margin=0.08, label=measure)
    return (
        Scale.covering(drawn["cost_musd"], drawn["bound_musd"], 0.05, label=f"Total cost ({money})"),
        replace(served, limits=(0.0, 100.0)),
    )


def _several(comparison: Comparison) -> str:
    names = [display_name(given.heading) for given in comparison.runs]
    return join_and(names) if len(names) < 4 else f"{len(names)} runs"
