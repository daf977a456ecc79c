"""The page of the front's figure: where costs and resiliences lie on it, and which plans get a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.present.charts.marks import SEEN
from reeplan.present.charts.page import Page
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import BLUE, EDGE, SMALL, WIDTH, TextMeasurer, apart
from reeplan.present.words.measures import measure_axis
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.figures.front.data import FrontData, Strip

LEFT, MAIN = 1.12, 4.95
SIDE = LEFT + MAIN + 0.28
"""Where the right column begins: what lettered plans are, and the names of the strip's rows."""
SIDE_WIDTH = WIDTH - EDGE - SIDE
BAND, HEAD, ROW, GROUP_GAP = 0.98, 0.52, 0.25, 0.08
MOST_COLUMNS = 14
COLUMN_GAP = 0.46


class FrontPage(Page):
    """The page, with the front's data; ``front_floor`` and ``front_height``: where the front stands."""

    def __init__(
        self, data: FrontData, strip: Strip, ruler: TextMeasurer, height: float, front_floor: float, front_height: float
    ) -> None:
        super().__init__(height, ruler)
        self.data, self.strip = data, strip
        self.front_floor, self.front_height = front_floor, front_height
        self.columns = _columns(data)
        self.costs = cost_scale(data)
        places = [self.at(float(data.points["extra_cost_musd"].iloc[row])) for row in self.columns]
        self.column_at = apart(places, COLUMN_GAP, LEFT + 0.2, LEFT + MAIN - 0.2)

    def at(self, extra: float) -> float:
        """Where an extra cost lies."""
        return LEFT + MAIN * self.costs.share(extra)

    def up(self, share: float) -> float:
        """Where a resilience lies."""
        return self.front_floor + self.front_height * resilience_scale(self.data).share(share)

    def letter(self, x: float, y: float, letter: str, reached: bool, size: float) -> None:
        """A plan's letter on its disc, hollow where its gap was not reached."""
        face, ink = (BLUE, "white") if reached else ("white", BLUE)
        self.layer.plot([x], [y], "o", ms=size, mfc=face, mec=BLUE, mew=1.5, zorder=3)
        self.write(x, y, letter, SMALL, ha="center", va="center_baseline", weight="bold", color=ink, zorder=4)


def _columns(data: FrontData) -> list[int]:
    """The plans that get a column: all, or the lettered ones and some evenly between if there are too many."""
    count = len(data.points)
    if count <= MOST_COLUMNS:
        return list(range(count))
    lettered = [row for row in range(count) if data.points["letter"].iloc[row]]
    others = [row for row in range(count) if row not in lettered]
    room = MOST_COLUMNS - len(lettered)
    return sorted({*lettered, *(others[int((i + 0.5) * len(others) / room)] for i in range(room))})


def cost_scale(data: FrontData) -> Scale:
    """The axis of extra cost: all plans, and the proven range of the cheapest as far as it is short."""
    points = data.points
    below = float((points["cost_musd"].min() - points["bound_musd"]).max())
    extent = float(points["extra_cost_musd"].max())
    if extent <= 0:
        extent = below if below > 0 else max(0.01 * abs(float(points["cost_musd"].iloc[0])), SLIGHT)
        return Scale(-1.3 * extent, 1.3 * extent)
    return Scale(-0.05 * extent - min(max(below, 0.0), 0.04 * extent), 1.05 * extent, plus=True)


def visible_gaps(data: FrontData) -> pd.Series[bool]:
    """Which plans' proven range is wider than their mark."""
    scale = cost_scale(data)
    return ~((data.points["cost_musd"] - data.points["bound_musd"]) / (scale.high - scale.low) <= SEEN)


def resilience_scale(data: FrontData) -> Scale:
    """The resilience axis: all plans and the target, with a margin."""
    shown = [*data.points["resilience_percent"]]
    if data.settings["resilience_target"] is not None:
        shown.append(100 * data.settings["resilience_target"])
    low, high = min(shown), max(shown)
    margin = max(0.1 * (high - low), 0.2 if len(data.points) > 1 else 10.0)
    beyond = 0.08 * (high - low + 2 * margin)
    ends = max(low - margin, -beyond), min(high + margin, 100 + beyond)
    return Scale(*ends, measure_axis(data.run), limits=(0.0, 100.0))
