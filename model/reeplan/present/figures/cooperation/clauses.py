"""What every single change of the deal would be worth to all together, and to whom: a tornado."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.cooperation import LEVERS
from reeplan.present.charts.key import squares
from reeplan.present.charts.marks import stacked, whisker
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.rows import Layout, Line, RowChart, row_chart
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import GREY, INK, paler
from reeplan.present.figures.cooperation.clause_table import OUT_BOTH, Lever, is_unsolved, levers_of, table_of
from reeplan.present.figures.cooperation.data import deal_level, partner_colours
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import level_subtitle, ranged
from reeplan.words import capitalised, count, display_name, join_and, signed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

ROW, BAR, PARTS = 0.42, 0.15, 0.075
"""Heights of a row, of its bar and of the strip of partners, inches."""
MOST_ROWS, MOST_SAID = 18, 3


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """The change that saves all together most and the one that costs most, of those that are certain."""
    levers = levers_of(view.run, table)
    saves = [lever for lever in levers if lever.makes or lever.sign(lever.together) > 0]
    costs = [lever for lever in levers if lever.breaks or lever.sign(lever.together) < 0]
    if not saves and not costs:
        if all(lever.idle for lever in levers):
            return "No single change of the deal is worth anything to anybody"
        return "No single change of the deal is certain to save or cost all together anything"
    said = []
    if saves:
        best = next((lever for lever in saves if lever.makes), None) or max(saves, key=lambda one: one.together.found)
        much = "needed for the target" if best.makes else f"{signed(best.together.found)} MUSD"
        said.append(f"most gained: {best.in_words} ({much})")
    if costs:
        worst = next((lever for lever in costs if lever.breaks), None) or min(costs, key=lambda one: one.together.found)
        much = "target out of reach" if worst.breaks else f"{signed(worst.together.found)} MUSD"
        said.append(f"most lost: {worst.in_words} ({much})")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}"


def alt(view: View, table: pd.DataFrame) -> str:
    """The largest changes with their bands, and how many matter to nobody."""
    levers = levers_of(view.run, table)
    said = [f"{lever.in_words}: {_says(lever)}" for lever in levers[:5] if not lever.idle and not is_unsolved(lever)]
    idle = sum(lever.idle for lever in levers)
    return " ".join(
        [
            f"{title(view, table)}.",
            *([f"What changes are worth to all together, MUSD: {'; '.join(said)}."] if said else []),
            *(
                [f"{count(idle, 'change').capitalize()} of {len(levers)} would be worth nothing to anybody."]
                if idle
                else []
            ),
        ]
    )


def _says(lever: Lever) -> str:
    if lever.breaks:
        return "target out of reach"
    if lever.makes:
        return "target reached only with it"
    if lever.status == OUT_BOTH:
        return "target out of reach anyway"
    if not lever.together.known:
        return display_name(lever.status)
    return f"{signed(lever.together.found)} ({ranged(lever.together)})"


def _notes(levers: list[Lever], shown: list[Lever], scale: Scale | None) -> list[str]:
    said = ["Bar: what all together save (right) or pay more (left) if that alone is changed and all is solved again."]
    if any(lever.together.known and not lever.sign(lever.together) for lever in shown):
        said.append("Hollow: whether it saves or costs is not certain.")
    if any(lever.together.high - lever.together.low > lever.noise for lever in shown if lever.together.known):
        ends = [end for lever in shown for end in (lever.together.low, lever.together.high)]
        inside = scale is not None and all(scale.holds(end) for end in ends if not math.isnan(end))
        said.append(
            "Line with ends: where the worth lies for certain" + ("." if inside else "; an arrow: further than drawn.")
        )
    if any(amount.known for lever in shown for amount in lever.partners.values()):
        said.append(
            "Strip below: the same by partner, as the Shapley value changes; pale where its sign is not certain."
        )
    idle = [lever for lever in levers if lever.idle]
    left = [lever for lever in levers if lever not in shown and lever not in idle and not is_unsolved(lever)]
    unsolved = [lever for lever in levers if is_unsolved(lever)]
    rest = []
    if left:
        rest.append(f"{count(len(left), 'smaller change').capitalize()} not shown.")
    if idle:
        names = join_and([lever.in_words for lever in idle[:MOST_SAID]])
        rest.append(
            f"Worth nothing to anybody: {names}." if len(idle) <= MOST_SAID
            else f"{count(len(idle), 'change').capitalize()} would be worth nothing to anybody."
        )  # fmt: skip
    if unsolved:
        rest.append(f"{count(len(unsolved), 'change').capitalize()} not solved.")
    return [" ".join(said), " ".join(rest)]


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a change, the most important first."""
    run, levers = view.run, levers_of(view.run, table)
    shown = [lever for lever in levers if not lever.idle and not is_unsolved(lever)][:MOST_ROWS]
    level = deal_level(run)
    subtitle = level_subtitle(run, level) if level is not None else years_and_money(run)
    if not shown:
        return Page.of(view, title(view, table), subtitle, 0.1, _notes(levers, shown, None)).figure
    scale, colours = _scale(run, shown), partner_colours(run)
    split = [name for name in run.partners if any(lever.partners.get(name) is not None for lever in shown)]
    lines = [
        Line(f"{capitalised(display_name(lever.clause))}: {lever.short}", display_name(lever.about), _says(lever),
             _split_in_words(lever, split), bold=bool(lever.sign(lever.together)))
        for lever in shown
    ]  # fmt: skip

    def draw_row(axes: Any, number: int, middle: float) -> None:
        _draw_worth(axes, shown[number], middle + 0.05)
        stacked(axes, middle - 0.095, _parts(shown[number], colours), PARTS)

    keys = squares((display_name(name), colours[name]) for name in split)
    chart = RowChart(lines, Layout(scale, row=ROW), draw_row, keys)
    page, axes = row_chart(view, title(view, table), subtitle, _notes(levers, shown, scale), chart)
    axes.axvline(0, color=INK, lw=0.9, zorder=3)
    return page.figure


def _scale(run: Run, shown: list[Lever]) -> Scale:
    """All worths and parts; bands as far as they are not much longer than these."""
    marks, ends = [0.0], []
    for lever in shown:
        parts = [amount.found for amount in lever.partners.values() if amount.known]
        marks += [sum(part for part in parts if part > 0), sum(part for part in parts if part < 0)]
        if lever.together.known:
            marks.append(lever.together.found)
            ends += [lever.together.low, lever.together.high]
    return Scale.covering(marks, ends, label=f"Saved by the change (MUSD of {run.currency_year})", plus=True)


def _draw_worth(axes: Any, lever: Lever, y: float) -> None:
    """What it is worth to all together, hollow where the sign is not certain, with the range that is certain."""
    worth, sign = lever.together, lever.sign(lever.together)
    if not worth.known:
        return
    axes.barh([y], [worth.found], BAR, color=GREY if sign else "none", edgecolor=GREY, linewidth=1.2, zorder=2,
              gid="all together")  # fmt: skip
    if worth.high - worth.low > lever.noise:
        whisker(axes, worth.low, worth.high, y, "band", halo=bool(sign))


def _parts(lever: Lever, colours: dict[str, str]) -> list[tuple[float, str, str]]:
    """What it is worth to each partner, pale where its sign is not certain."""
    return [
        (amount.found, colours[name] if lever.sign(amount) else paler(colours[name], 0.55), f"part {name}")
        for name, amount in lever.partners.items()
        if amount.known
    ]


def _split_in_words(lever: Lever, split: list[str]) -> str:
    known = {name: lever.partners[name] for name in split if name in lever.partners and lever.partners[name].known}
    if len(split) > MOST_SAID:
        return ""
    return ", ".join(f"{display_name(name)} {signed(amount.found)}" for name, amount in known.items())


FIGURE = FigureSpec(
    name="levers",
    heading="Changes of the deal, the most important first",
    per="run",
    table=lambda view: table_of(view.run),
    title=title,
    alt=alt,
    draw=draw,
    needs=LEVERS.file,
)
