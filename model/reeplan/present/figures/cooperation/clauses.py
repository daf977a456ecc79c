"""What every single change of the deal would be worth to all together, and to whom: a tornado."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.cooperation import LEVERS
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, LINE, SMALL, TINY, paler
from reeplan.present.charts.ticks import tick_label, ticks_between
from reeplan.present.figures.cooperation.clause_table import OUT_BOTH, Lever, is_unsolved, levers_of, table_of
from reeplan.present.figures.cooperation.data import Amount, deal_level, partner_colours
from reeplan.present.figures.cooperation.wording import level_subtitle, ranged, signed
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words import capitalised, count, display_name, join_and

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NAMES, SAYS = 2.3, 2.0
"""Width of the names to the left and of what is said to the right, inches."""
ROW, BAR, PARTS = 0.42, 0.15, 0.075
HEAD, FOOT = 0.3, 0.5
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


def _notes(levers: list[Lever], shown: list[Lever], cut: bool) -> list[str]:
    said = ["Bar: what all together save (right) or pay more (left) if that alone is changed and all is solved again."]
    if any(lever.together.known and not lever.sign(lever.together) for lever in shown):
        said.append("Hollow: whether it saves or costs is not certain.")
    if any(lever.together.greatest - lever.together.least > lever.noise for lever in shown if lever.together.known):
        said.append(
            "Line with ends: where the worth lies for certain" + ("; an arrow: further than drawn." if cut else ".")
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
    low, high, cut = _limits(shown)
    level = deal_level(run)
    subtitle = level_subtitle(run, level) if level is not None else years_and_money(run)
    body = HEAD + ROW * len(shown) + FOOT if shown else 0.1
    page = Page.of(view, title(view, table), subtitle, body, _notes(levers, shown, cut))
    if not shown:
        return page.figure
    bottom, left = page.floor + FOOT, EDGE + NAMES
    axes = page.axes(left, bottom, page.right - SAYS - left, ROW * len(shown))
    axes.set(xlim=(low, high), ylim=(bottom, bottom + ROW * len(shown)))
    ticks = ticks_between(low, high, 6)
    axes.set_xticks(ticks, [tick_label(tick, ticks, plus=True) for tick in ticks], size=SMALL)
    axes.set_xlabel(f"Saved by the change (MUSD of {run.currency_year})", size=BODY)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=LINE, lw=0.8)
    axes.axvline(0, color=INK, lw=0.9, zorder=3)
    colours = partner_colours(run)
    split = [name for name in run.partners if any(lever.partners.get(name) is not None for lever in shown)]
    if split:
        page.legend(left, page.ceiling, [(display_name(name), colours[name]) for name in split], page.right - left)
    for number, lever in enumerate(shown):
        top = page.ceiling - HEAD - ROW * number
        if number:
            page.layer.plot([EDGE, page.right], [top] * 2, color=LINE, lw=0.7, zorder=0)
        _name(page, lever, top)
        _draw_lever(axes, lever, top, colours)
        _say(page, lever, top, split)
    return page.figure


def _name(page: Page, lever: Lever, top: float) -> None:
    clause = display_name(lever.clause)
    first = f"{capitalised(clause)}: {lever.short}"
    page.write(
        EDGE, top - 0.14, page.ruler.cut(first, NAMES - 0.1, SMALL, "bold"), SMALL, weight="bold", va="center_baseline"
    )
    page.write(
        EDGE,
        top - 0.29,
        page.ruler.cut(display_name(lever.about), NAMES - 0.1, SMALL),
        SMALL,
        color=GREY,
        va="center_baseline",
    )


def _draw_lever(axes: Any, lever: Lever, top: float, colours: dict[str, str]) -> None:
    y = top - 0.05 - BAR / 2 - 0.03
    worth, sign = lever.together, lever.sign(lever.together)
    if worth.known:
        axes.barh(
            [y],
            [worth.found],
            BAR,
            color=GREY if sign else "none",
            edgecolor=GREY,
            linewidth=1.2,
            zorder=2,
            gid="all together",
        )
        _whisker(axes, worth, y, lever)
    above = below = 0.0
    at = y - BAR / 2 - 0.03 - PARTS / 2
    for name, amount in lever.partners.items():
        if not amount.known or amount.found == 0:
            continue
        base = above if amount.found >= 0 else below
        colour = colours[name]
        axes.barh(
            [at], [amount.found], PARTS, left=[base], color=colour if lever.sign(amount) else paler(colour, 0.55),
            edgecolor="white", linewidth=0.4, zorder=2, gid=f"part {name}",
        )  # fmt: skip
        above, below = above + max(amount.found, 0.0), below + min(amount.found, 0.0)


def _whisker(axes: Any, worth: Amount, y: float, lever: Lever) -> None:
    """The certain range, set off from a full bar; an arrow where it goes beyond the frame."""
    if worth.greatest - worth.least <= lever.noise:
        return
    low, high = axes.get_xlim()
    ends = [min(max(end, low), high) for end in (worth.least, worth.greatest)]
    if lever.sign(worth):
        axes.plot(ends, [y, y], color="white", lw=2.4, zorder=3)
    axes.plot(ends, [y, y], color=INK, lw=1.0, zorder=4, gid="band")
    for end, shown, mark in ((worth.least, ends[0], "<"), (worth.greatest, ends[1], ">")):
        axes.plot(
            [shown],
            [y],
            "|" if end == shown else mark,
            color=INK,
            ms=6 if end == shown else 4,
            mew=1.1,
            zorder=4,
            clip_on=False,
        )


def _say(page: Page, lever: Lever, top: float, split: list[str]) -> None:
    x, room = page.right - SAYS + 0.14, SAYS - 0.14
    known = lever.together.known
    page.write(x, top - 0.14, page.ruler.cut(_says(lever), room, SMALL, "bold" if known else "normal"), SMALL,
               weight="bold" if known and lever.sign(lever.together) else "normal", va="center_baseline")  # fmt: skip
    if 0 < len(split) <= MOST_SAID:
        parts = [
            f"{display_name(name)} {signed(lever.partners[name].found)}"
            for name in split
            if name in lever.partners and lever.partners[name].known
        ]
        page.write(x, top - 0.29, page.ruler.cut(", ".join(parts), room, TINY), TINY, color=GREY, va="center_baseline")


def _limits(shown: list[Lever]) -> tuple[float, float, bool]:
    """All worths and parts; bands as far as they are not much longer than these. Whether any is cut."""
    marks, ends = [0.0], []
    for lever in shown:
        parts = [amount.found for amount in lever.partners.values() if amount.known]
        marks += [sum(part for part in parts if part > 0), sum(part for part in parts if part < 0)]
        if lever.together.known:
            marks.append(lever.together.found)
            ends += [lever.together.least, lever.together.greatest]
    extent = max(max(marks) - min(marks), 1e-9)
    finite = [end for end in ends if math.isfinite(end)]
    low = max(min([*marks, *finite]), min(marks) - 1.2 * extent)
    high = min(max([*marks, *finite]), max(marks) + 1.2 * extent)
    cut = any(not low <= end <= high for end in ends)
    margin = 0.05 * (high - low)
    return low - margin, high + margin, cut


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
