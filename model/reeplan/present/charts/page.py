"""A page that a figure is drawn on, placed in inches from its lower left corner so that what needs room gets it.

Title and subtitle stand at the top, how to read it and where it comes from at the bottom; the body
between them is the figure's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reeplan import words
from reeplan.present.charts.key import Key, lines_of_keys, step
from reeplan.present.charts.style import BODY, DPI, EDGE, GREY, INK, SMALL, TITLE, WIDTH, TextMeasurer, line
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.present.figures.spec import View
    from reeplan.present.run import Run

ABOVE_BODY, BELOW_BODY = 0.12, 0.1


class Page:
    """A page in inches: what is written on it, the axes placed on it, and the bounds of its body."""

    def __init__(self, height: float, ruler: TextMeasurer) -> None:
        self.height, self.ruler = height, ruler
        self.figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        self.layer: Any = self.figure.add_axes((0, 0, 1, 1), zorder=1)
        self.layer.set(xlim=(0, WIDTH), ylim=(0, height))
        self.layer.set_axis_off()
        self.layer.patch.set_visible(False)
        self.left, self.right, self.floor, self.ceiling = EDGE, WIDTH - EDGE, EDGE, height - EDGE

    @classmethod
    def of(cls, view: View, title: str, subtitle: str = "", body: float = 4.0, notes: Sequence[str] = ()) -> Page:
        """A page with title, subtitle, notes on how to read it, and its origin; ``body``: the height left between."""
        return cls.framed(title, subtitle, body, notes, footer(view))

    @classmethod
    def framed(cls, title: str, subtitle: str, body: float, notes: Sequence[str], origin: str) -> Page:
        """The same with its origin as it is given."""
        ruler, full = TextMeasurer(), WIDTH - 2 * EDGE
        size = title_size(ruler, title)
        head = ruler.wrap(title, full, size, "bold", most=2)
        under_head = ruler.wrap(subtitle, full, BODY, most=2) if subtitle else []
        foot = [lines for note in notes if note for lines in ruler.wrap(note, full, SMALL, most=4)]
        last = ruler.wrap(origin, full, SMALL, most=3)
        top = 0.14 + len(head) * line(TITLE) + len(under_head) * line(BODY) + ABOVE_BODY
        bottom = (len(foot) + len(last)) * line(SMALL) + 0.05 * bool(foot) + 0.12 + BELOW_BODY
        page = cls(top + body + bottom, ruler)
        page.floor, page.ceiling = bottom, bottom + body
        y = page.paragraph(EDGE, page.height - 0.14, head, size, weight="bold")
        page.paragraph(EDGE, y, under_head, BODY, color=GREY)
        y = page.paragraph(EDGE, bottom - BELOW_BODY, foot, SMALL, color=GREY) - 0.05 * bool(foot)
        page.paragraph(EDGE, y, last, SMALL, color=GREY)
        return page

    def axes(self, left: float, bottom: float, width: float, height: float, **style: Any) -> Any:
        """Axes at a place of the page, above its writing layer, with only the lower and left frame line."""
        place = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        axes: Any = self.figure.add_axes(place, **{"zorder": 2, **style})
        axes.patch.set_visible(False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        axes.tick_params(length=3, labelsize=BODY)
        return axes

    def write(self, x: float, y: float, text: str, size: float = BODY, **style: Any) -> None:
        """Write at a place, from its lower left unless told otherwise."""
        if text:
            self.layer.text(x, y, text, size=size, **{"va": "baseline", "ha": "left", "linespacing": 1.15, **style})

    def paragraph(self, x: float, top: float, lines: Sequence[str], size: float, **style: Any) -> float:
        """Lines below each other from the top; returns where they end."""
        for text in lines:
            top -= line(size)
            self.write(x, top + 0.25 * size / 72, text, size, **style)
        return top

    def box(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """A rectangle from its lower left corner."""
        self.layer.add_patch(Rectangle((x, y), width, height, **{"linewidth": 0, **style}))

    def fit(self, x: float, y: float, text: str, room: float, size: float = SMALL, **style: Any) -> None:
        """Write around a height, no wider than the room: what is longer loses its middle."""
        text = self.ruler.cut(text, room, size, style.get("weight", "normal"))
        self.write(x, y, text, size, **{"va": "center_baseline", **style})

    def legend(self, x: float, top: float, keys: Iterable[Key], width: float, size: float = SMALL) -> float:
        """What marks mean, in as many lines as that takes; returns where they end."""
        lines = lines_of_keys(self.ruler, keys, width, size)
        for number, placed in enumerate(lines):
            middle = top - number * step(size) - line(size) + 0.025
            for at, key in placed:
                key.draw(self.layer, x + at, middle)
                self.write(x + at + key.wide, middle, key.label, size, va="center_baseline", color=INK)
        return top - 0.02 - step(size) * max(1, len(lines))


def title_size(ruler: TextMeasurer, title: str) -> float:
    """The largest type in which a title fits one line; the normal one if none does."""
    full = WIDTH - 2 * EDGE
    return next((size for size in (TITLE, 12.0, 11.2) if ruler.width(title, size, "bold") <= full), TITLE)


def years_and_money(run: Run) -> str:
    """Which years, discount rate and money costs are in."""
    settings = run.settings
    first, last = int(settings["first_year"]), int(settings["last_year"])
    rate = f"{100 * settings['discount_rate']:g}{words.NBSP}%"
    return f"Costs of {words.span(first, last)}, discounted at {rate} a year to {first}, in million USD of " + str(
        run.currency_year
    )


def versions(run: Run) -> str:
    """The run and what made it."""
    known = run.manifest.get("versions", {})
    names = (("reeplan", "reeplan"), ("highspy", "HiGHS"), ("pyomo", "Pyomo"))
    tools = [f"{label} {known[name]}" for name, label in names if name in known]
    return " · ".join([f"Run {words.display_name(run.name)}", *([", ".join(tools)] if tools else [])])


def footer(view: View) -> str:
    """Where a figure comes from: case, run, versions, and how exact the plan is that it shows."""
    title = words.display_name(str(view.run.settings["title"] or ""))
    said = [*([title] if title else []), versions(view.run)]
    if view.point:
        said.append(exactness(view))
    return " · ".join(said)


def exactness(view: View) -> str:
    """How far the plan's cost may be from the least."""
    row = view.run.row(view.point)
    cost, bound = float(row["cost_musd"]), float(row["bound_musd"])
    if bound != bound:
        return "no lower bound of this plan's cost was proven"
    gap = 100 * (cost - bound) / abs(cost) if cost else 0.0
    if gap < 100 * SLIGHT:
        return "this plan's cost is proven to be the least"
    return f"this plan's cost is proven to within {gap:.2g}{words.NBSP}% of the least"
