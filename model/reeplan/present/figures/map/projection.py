"""Where a place lies on the map, in inches: longitudes about a centre that the places choose, near ones apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_STRETCH = 1.7
"""How much wider than high a degree may be drawn: the map is schematic."""
LEAST_SPAN = 24.0
"""Degrees that a map shows at least, so that one place is not a world of its own."""
MARGIN_DEGREES = 7.0


class Projection(NamedTuple):
    """Degrees to inches: longitudes from ``west`` eastwards, latitudes from ``south`` northwards."""

    west: float
    south: float
    wide: float
    high: float
    inches_x: float
    inches_y: float
    left: float
    bottom: float

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        """The place on the map, inches."""
        return (
            self.left + self.inches_x * ((longitude - self.west) % 360.0),
            self.bottom + self.inches_y * (latitude - self.south),
        )


def eastwards(longitudes: Sequence[float]) -> tuple[float, float]:
    """The western end and the extent, in degrees, of the shortest arc that holds all longitudes.

    >>> eastwards([140.0, -120.0, 170.0])
    (140.0, 100.0)
    >>> eastwards([-46.0, 140.0, 15.0])
    (-46.0, 186.0)
    """
    ordered = sorted({(longitude + 180.0) % 360.0 - 180.0 for longitude in longitudes})
    if len(ordered) == 1:
        return ordered[0], 0.0
    gaps = [
        ((after - before) % 360.0, after) for before, after in zip(ordered, [*ordered[1:], ordered[0]], strict=True)
    ]
    gap, west = max(gaps, key=lambda pair: pair[0])
    return west, 360.0 - gap


def projection(longitudes: Sequence[float], latitudes: Sequence[float], width: float, height: float) -> Projection:
    """The projection that fits the places into an area of inches, with a margin around them."""
    west, wide = eastwards(longitudes)
    south, high = min(latitudes), max(latitudes) - min(latitudes)
    more_x, more_y = (max(MARGIN_DEGREES, (LEAST_SPAN - span) / 2) for span in (wide, high))
    west, wide, south, high = west - more_x, wide + 2 * more_x, south - more_y, high + 2 * more_y
    inches_y = min(height / high, MOST_STRETCH * width / wide)
    inches_x = min(width / wide, MOST_STRETCH * inches_y)
    left, bottom = (width - inches_x * wide) / 2, (height - inches_y * high) / 2
    return Projection(west, south, wide, high, inches_x, inches_y, left, bottom)


def pushed_apart(
    places: Sequence[tuple[float, float]], least: float, width: float, height: float
) -> list[tuple[float, float]]:
    """The places, those nearer than ``least`` inches moved as little as a few rounds of pushing need."""
    moved = [list(place) for place in places]
    for _ in range(60):
        pushed = False
        for one in range(len(moved)):
            for other in range(one + 1, len(moved)):
                dx, dy = moved[other][0] - moved[one][0], moved[other][1] - moved[one][1]
                distance = (dx * dx + dy * dy) ** 0.5
                if distance >= least - SLIGHT:
                    continue
                # Two places at one spot part sideways, in the order of the table.
                ux, uy = (dx / distance, dy / distance) if distance > SLIGHT else (1.0, 0.0)
                step = (least - distance) / 2
                for point, sign in ((moved[one], -1.0), (moved[other], 1.0)):
                    point[0] = min(max(point[0] + sign * ux * step, 0.15), width - 0.15)
                    point[1] = min(max(point[1] + sign * uy * step, 0.15), height - 0.15)
                pushed = True
        if not pushed:
            break
    return [(x, y) for x, y in moved]
