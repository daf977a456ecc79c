"""Names and symbols beside each place, put where they cover nothing: of many positions the best, one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]

DIRECTIONS = 16
DISTANCES = (0.12, 0.24, 0.4, 0.6, 0.85, 1.15, 1.5)
"""How far a card may stand from its place, inches; those beyond the third need a line to it."""
COVERS_CARD, COVERS_PLACE, COVERS_BAND, FAR = 1000.0, 60.0, 2.0, 6.0
"""What it costs to cover a square inch of a card, a place, a sample of a band, or to stand an inch away."""


class Card(NamedTuple):
    """A rectangle from its lower left corner, inches."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Card) -> float:
        """The area that both cover."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide * high if wide > 0 and high > 0 else 0.0

    def holds(self, point: Point, margin: float = 0.0) -> bool:
        """Whether a point lies in it, or within a margin of it."""
        return (
            self.x - margin < point[0] < self.x + self.width + margin
            and self.y - margin < point[1] < self.y + self.height + margin
        )

    def nearest(self, point: Point) -> Point:
        """The point of the card that is nearest to another."""
        return (
            min(max(point[0], self.x), self.x + self.width),
            min(max(point[1], self.y), self.y + self.height),
        )


def place_cards(
    anchors: Sequence[Point],
    sizes: Sequence[tuple[float, float]],
    bands: Sequence[Point],
    area: tuple[float, float],
    taken: Sequence[Card] = (),
) -> list[Card]:
    """A card for each place, of the size given, within the area; large ones choose first.

    ``bands`` are points that had better not be covered, ``taken`` rectangles that must not.
    """
    cards: dict[int, Card] = {}
    for number in sorted(range(len(anchors)), key=lambda n: -sizes[n][0] * sizes[n][1]):
        others = [*taken, *cards.values()]
        options = [card for card in _positions(anchors[number], sizes[number]) if _inside(card, area)]
        options = options or [_moved_inside(_positions(anchors[number], sizes[number])[0], area)]
        cards[number] = min(options, key=lambda card: _cost(card, anchors, number, others, bands))
    return [cards[number] for number in range(len(anchors))]


def _positions(anchor: Point, size: tuple[float, float]) -> list[Card]:
    """Cards around a place: the edge that faces it stands at each distance in each direction."""
    cards = []
    for distance in DISTANCES:
        for step in range(DIRECTIONS):
            angle = 2 * math.pi * step / DIRECTIONS
            dx, dy = math.cos(angle), math.sin(angle)
            middle_x = anchor[0] + dx * (distance + size[0] / 2 * abs(dx))
            middle_y = anchor[1] + dy * (distance + size[1] / 2 * abs(dy))
            cards.append(Card(middle_x - size[0] / 2, middle_y - size[1] / 2, *size))
    return cards


def _cost(card: Card, anchors: Sequence[Point], own: int, others: Sequence[Card], bands: Sequence[Point]) -> float:
    distance = math.dist(card.nearest(anchors[own]), anchors[own])
    return (
        COVERS_CARD * sum(card.overlap(other) for other in others)
        + COVERS_PLACE * sum(card.holds(point, 0.07) for point in anchors)
        + COVERS_BAND * sum(card.holds(point) for point in bands)
        + FAR * distance
    )


def _inside(card: Card, area: tuple[float, float]) -> bool:
    return card.x >= 0 and card.y >= 0 and card.x + card.width <= area[0] and card.y + card.height <= area[1]


def _moved_inside(card: Card, area: tuple[float, float]) -> Card:
    return card._replace(
        x=min(max(card.x, 0.0), max(area[0] - card.width, 0.0)),
        y=min(max(card.y, 0.0), max(area[1] - card.height, 0.0)),
    )
