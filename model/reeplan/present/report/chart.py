"""The front as the plan picker shows it: where plans, ticks and proven ranges lie, in percent of the plot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from reeplan.present.charts.scale import tick_label, ticks_between
from reeplan.present.figures.front.page import resilience_scale
from reeplan.present.figures.front.words import money_axis
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.present.report.content import Report

MARGIN = 0.06


@dataclass(frozen=True)
class Dot:
    """A plan on the plot; ``range_from``: where its proven range begins; ``open``: its gap was not reached."""

    point: str
    x: float
    y: float
    range_from: float
    letter: str
    open: bool

    @property
    def ranged(self) -> bool:
        """Whether the range is wide enough to be seen."""
        return self.x - self.range_from > 0.5


@dataclass(frozen=True)
class Chart:
    """All that is drawn. Places are percent of the plot's width and height, from the lower left."""

    dots: list[Dot]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    money: str
    served: str

    @property
    def ranged(self) -> bool:
        """Whether any proven range is seen."""
        return any(dot.ranged for dot in self.dots)

    @property
    def line(self) -> str:
        """The most resilience found for any money, as corners of a line; heights from above."""
        corners = [f"{dot.x:g},{100 - dot.y:g}" for dot in self.dots]
        steps = [f"{after.x:g},{100 - before.y:g}" for before, after in pairwise(self.dots)]
        return " ".join(corner for pair in zip(corners, [*steps, ""], strict=True) for corner in pair).strip()


def chart(report: Report) -> Chart:
    """The front of a run."""
    points = report.points
    extent = float(points["extra_cost_musd"].max()) or max(0.01 * abs(float(points["cost_musd"].iloc[0])), SLIGHT)
    low, high = -MARGIN * extent, (1 + MARGIN) * extent
    floor, ceiling = (scale := resilience_scale(report.front)).low, scale.high
    cheapest = float(points["cost_musd"].min())

    def across(extra: float) -> float:
        return round(100 * (extra - low) / (high - low), 2)

    def up(served: float) -> float:
        return round(100 * (served - floor) / (ceiling - floor), 2)

    money, served = ticks_between(0.0, high, 5), ticks_between(max(floor, 0.0), min(ceiling, 100.0), 6)
    return Chart(
        dots=[
            Dot(
                point=str(row["point"]),
                x=across(row["extra_cost_musd"]),
                y=up(row["resilience_percent"]),
                range_from=0.0 if math.isnan(row["bound_musd"]) else max(0.0, across(row["bound_musd"] - cheapest)),
                letter=str(row["letter"]),
                open=not row["gap_reached"],
            )
            for row in points.to_dict("records")
        ],
        across=[(across(tick), tick_label(tick, money, plus=True)) for tick in money],
        up=[(up(tick), f"{tick_label(tick, served)}\u00a0%") for tick in served],
        money=money_axis(report.front, "Cost over the cheapest plan"),
        served=f"Demand served {report.served_where}",
    )
