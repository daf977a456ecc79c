"""Small charts of one kind side by side, each under its name, with one key for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan import words
from reeplan.present.charts.key import height_of_keys
from reeplan.present.charts.page import Page
from reeplan.present.charts.palette import GREY, LINE
from reeplan.present.charts.scale import ticks_between
from reeplan.present.charts.style import BODY, EDGE, SMALL, TINY, WIDTH, TextMeasurer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.present.charts.key import Key
    from reeplan.present.figures.spec import View


class Panel(NamedTuple):
    """A small chart: its name, a line below that, and what draws it in axes so many inches wide."""

    name: str
    draw: Callable[[Any, float], Any]
    under: str = ""


class Sizes(NamedTuple):
    """Inches: of a panel's height, of what its axes need below and to the left; how many stand side by side at most."""

    tall: float
    foot: float = 0.31
    side: float = 0.42
    across: int = 4
    gap: float = 0.12


def panel_chart(
    view: View, title: str, subtitle: str, notes: Sequence[str], panels: Sequence[Panel], keys: Sequence[Key],
    sizes: Sizes,
) -> Page:  # fmt: skip
    """A page of panels."""
    across = min(len(panels), sizes.across) if len(panels) not in (5, 6) else 3
    head = 0.34 if any(panel.under for panel in panels) else 0.21
    step = head + sizes.tall + sizes.foot
    full = WIDTH - 2 * EDGE
    keyed = height_of_keys(TextMeasurer(), keys, full) + 0.09
    page = Page.of(view, title, subtitle, keyed + step * -(-len(panels) // across), notes)
    page.legend(EDGE, page.ceiling, keys, full)
    wide = (full - across * sizes.side - (across - 1) * sizes.gap) / across
    for number, panel in enumerate(panels):
        row, column = divmod(number, across)
        left = EDGE + sizes.side + column * (wide + sizes.side + sizes.gap)
        bottom = page.ceiling - keyed - row * step - head - sizes.tall
        panel.draw(page.axes(left, bottom, wide, sizes.tall), wide)
        start, room = left - sizes.side + 0.03, wide + sizes.side - 0.02
        top = bottom + sizes.tall + 0.08
        page.fit(start, top + 0.13 * bool(panel.under), panel.name, room, BODY, va="baseline", weight="bold")
        page.fit(start, top, panel.under, room, TINY, va="baseline", color=GREY)
    return page


def dress_amounts(axes: Any, high: float, unit: str, most: int) -> None:
    """Amounts from nothing upwards, at most so many ticks, written short."""
    ticks = ticks_between(0.0, high, most)
    axes.set_yticks(ticks, [words.short(tick) if tick else "0" for tick in ticks])
    axes.set_ylabel(unit, size=SMALL, color=GREY, labelpad=1)
    axes.grid(axis="y", color=LINE, lw=0.6)
    axes.tick_params(labelsize=SMALL)
