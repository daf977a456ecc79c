"""A curved band from place to place, parted lengthwise by where the material comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.patches import Polygon

from reeplan.present.charts.style import INK
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BEND = 0.16
"""How far a band bows out to its left, as a share of its length: both directions then show."""
ROOM = 0.08
"""Inches between a band and the edge of the map."""
SAMPLES = 48
HEAD_AT = 0.62
"""Where on the way the arrow head stands, as a share."""


class CurvedBand(NamedTuple):
    """A band's middle line, its normals (both: samples × 2, inches) and its width."""

    middle: NDArray[np.float64]
    normal: NDArray[np.float64]
    width: float

    def at(self, share: float) -> tuple[float, float]:
        """The place on the middle line after a share of the way."""
        x, y = self.middle[round(share * (len(self.middle) - 1))]
        return float(x), float(y)

    def points(self) -> list[tuple[float, float]]:
        """Points all over the band, for whoever must not cover it."""
        edges = (self.middle, self.middle + self.width / 2 * self.normal, self.middle - self.width / 2 * self.normal)
        lines = edges if self.width > 0.05 else edges[:1]
        return [(float(x), float(y)) for line in lines for x, y in line[::2]]


def band(
    start: tuple[float, float], end: tuple[float, float], width: float, clear: float, area: tuple[float, float]
) -> CurvedBand:
    """A band between two places that begins and ends ``clear`` inches beside them and stays in the area."""
    a, b = np.array(start), np.array(end)
    along = b - a
    side = np.array([-along[1], along[0]])
    middle = (a + b) / 2
    room = width / 2 + ROOM
    # The curve's own middle lies half-way between the places' middle and its control point.
    control = 2 * np.clip(middle + BEND / 2 * side, room, np.maximum(np.array(area) - room, room)) - middle
    t = np.linspace(0.0, 1.0, 4 * SAMPLES)[:, None]
    curve = (1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b
    far = (np.hypot(*(curve - a).T) >= clear) & (np.hypot(*(curve - b).T) >= clear)
    curve = curve[far] if far.sum() > 3 else curve
    curve = curve[np.linspace(0, len(curve) - 1, SAMPLES).round().astype(int)]
    tangent = np.gradient(curve, axis=0)
    tangent /= np.maximum(np.hypot(*tangent.T), SLIGHT)[:, None]
    return CurvedBand(curve, np.column_stack([-tangent[:, 1], tangent[:, 0]]), width)


def draw_band(axes: Any, line: CurvedBand, shares: Sequence[tuple[str, float]], name: str) -> None:
    """The band's strands, each (colour, share of the width), and an arrow head on it; ``name`` marks the strands."""
    low = -line.width / 2
    for colour, share in shares:
        high = low + line.width * share
        outline = np.vstack([line.middle + low * line.normal, (line.middle + high * line.normal)[::-1]])
        axes.add_patch(
            Polygon(outline, closed=True, facecolor=colour, edgecolor="none", alpha=0.85, zorder=2, gid=name)
        )
        low = high
    _draw_head(axes, line)


def _draw_head(axes: Any, line: CurvedBand) -> None:
    """Which way it flows."""
    size = max(0.07, 0.55 * line.width)
    place = round(HEAD_AT * (SAMPLES - 1))
    tip, normal = line.middle[place], line.normal[place]
    forward = np.array([normal[1], -normal[0]])
    back = tip - 0.4 * size * forward
    corners = [tip + 0.6 * size * forward, back + size / 2 * normal, back - size / 2 * normal]
    axes.add_patch(Polygon(corners, closed=True, facecolor=INK, edgecolor="white", lw=0.5, zorder=3))
