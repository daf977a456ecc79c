"""The bars of the build timeline: hatched while a step is built, full while it runs, with the size on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from reeplan import words
from reeplan.present.charts.style import TINY, paler, text_on

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.charts.page import Page
    from reeplan.present.figures.spec import View

BAR = 0.2
"""Height of a bar at its project's full size, inches."""
NAMES, CHART, SIZES = 1.12, 3.08, 6.78
"""Where names, bars and sizes begin, inches from the left."""
CHART_WIDTH = SIZES - CHART - 0.12


@dataclass(frozen=True)
class Row:
    """A project and its part of the table."""

    project: str
    stage: str
    country: str
    rows: pd.DataFrame

    @property
    def unit(self) -> str:
        """The column of the table that is its size: t/yr, or t of room."""
        return "room_t" if self.stage == "stockpile" else "t_per_year"

    def running(self, years: list[int]) -> dict[int, float]:
        """What has been added and runs in each year, ramped up."""
        steps = list(
            zip(self.rows["first_year_running"], self.rows["last_year_running"], self.rows[self.unit], strict=True)
        )
        return {year: float(sum(size for first, last, size in steps if first <= year <= last)) for year in years}


def draw_steps(view: View, axes: Any, row: Row, bottom: float, per_t: float) -> None:
    """Each partner's part of each step lies on those that came before: a stair that grows."""
    run, height = view.run, dict.fromkeys(view.run.years, 0.0)
    order = row.rows.sort_values(["first_year_running", "decided"], kind="stable")
    for step in order.to_dict("records"):
        size, decided, first, last = (
            step[name] for name in (row.unit, "decided", "first_year_running", "last_year_running")
        )
        colour = run.partner_colour(str(step["partner"]))
        if size > 0 and first > decided:
            axes.add_patch(
                Rectangle(
                    (decided, bottom + height.get(first, 0.0) * per_t), first - decided, size * per_t, zorder=2,
                    gid="built", facecolor="white", edgecolor=paler(colour, 0.25), hatch="//////", linewidth=0.5,
                )
            )  # fmt: skip
        for base, years in groupby(range(first, last + 1), key=lambda year: height.get(year, 0.0)):
            span = list(years)
            axes.add_patch(
                Rectangle(
                    (span[0], bottom + base * per_t), len(span), size * per_t, facecolor=colour, linewidth=0, zorder=3,
                    gid="running", antialiased=False,
                )
            )  # fmt: skip
            for year in span:
                height[year] = base + size


def write_sizes(view: View, axes: Any, page: Page, row: Row, bottom: float, full: float) -> None:
    """The size from each step on, where there is room for it before the next."""
    years = view.run.years
    steps = sorted({int(year) for year in row.rows["first_year_running"] if year <= years[-1]})
    per_year = CHART_WIDTH / len(years)
    decided = {int(year) for year in row.rows["decided"]}
    running, shown = row.running(years), None
    for step, end in zip(steps, [*steps[1:], years[-1] + 1], strict=True):
        size = running[step]
        text = words.short(size)
        start = step + 0.45 if step in decided else step + 0.2
        stops = min([end, *[year - 0.35 for year in decided if step < year <= end]])
        fits = page.ruler.width(text, TINY) <= (stops - start) * per_year
        tall = size / full * BAR >= 0.115
        if not fits or not tall or text == shown:
            continue
        shown = text
        axes.text(
            start, bottom + size / full * BAR / 2, text, fontsize=TINY, va="center_baseline", zorder=6, weight="bold",
            color=text_on(_payer_colour(view, row)),
        )  # fmt: skip


def _payer_colour(view: View, row: Row) -> str:
    """The colour of who pays most of it."""
    return view.run.partner_colour(str(row.rows.groupby("partner")[row.unit].sum().idxmax()))
