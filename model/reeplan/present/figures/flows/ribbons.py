"""Where the bars and ribbons of a flow diagram lie: columns of nodes, and links that keep clear of them.

Lengths are inches. A link over several columns passes through an empty slot in each of them, one
for all that leave the same node, so that no ribbon runs behind a bar. Nodes are ordered by the
middle of what they are linked with (Sugiyama's barycentres), and the best of several rounds is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.path import Path

from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Node = tuple[str, str]
Slot = tuple[str, str, int]
"""A node and a column: its bar where the column is its own, else room for what passes."""

ROUNDS = 24


@dataclass
class Link:
    """What flows from one node to another of one origin, and the slots it passes."""

    start: Node
    end: Node
    origin: str
    t: float
    stops: list[Slot] = field(default_factory=list)


@dataclass
class Layout:
    """The links, the scale, and the middle of every slot."""

    links: list[Link]
    inches_per_t: float
    columns: list[list[Slot]]
    middle: dict[Slot, float]
    amount: dict[Slot, float]

    def height(self, slot: Slot) -> float:
        """The height of a bar, or of what passes."""
        return self.amount[slot] * self.inches_per_t

    def unrest(self) -> float:
        """How far ribbons climb and fall, weighted by their width."""
        return sum(
            link.t * abs(self.middle[a] - self.middle[b]) for link in self.links for a, b in pairwise(link.stops)
        )


def lay_out(
    links: Sequence[Link],
    column_of: Mapping[Node, int],
    first: Sequence[Node],
    tall: float,
    least: float,
    gap: float,
    extra: Mapping[Node, float],
) -> Layout:
    """Places between 0 and ``tall``. ``least``: room for a node's label; ``extra``: t of a bar beyond links, if any.

    ``first``: the order of the first column to begin with, from the top.
    """
    own = [_routed(link, column_of) for link in links]
    columns = _columns(own, first, max(column_of.values()) + 1)
    alone = [slot for node in extra if (slot := (*node, column_of[node])) not in columns[slot[2]]]
    for slot in alone:
        columns[slot[2]].append(slot)
    amount = _amounts(own, extra) | {slot: extra[slot[:2]] for slot in alone}
    room = dict.fromkeys(amount, gap)
    scale = _scale(columns, amount, column_of, tall, least, gap)
    layout = Layout(own, scale, columns, {}, amount)
    sizes = {
        slot: max(layout.height(slot), least if column_of[slot[:2]] == slot[2] else 0.0) + room[slot] for slot in amount
    }
    _stack(layout, sizes, tall)
    best = (layout.unrest(), [list(column) for column in columns], dict(layout.middle))
    for turn in range(ROUNDS):
        order = range(1, len(columns)) if turn % 2 == 0 else range(len(columns) - 2, -1, -1)
        for number in order:
            wanted = _wanted(layout, number, before=turn % 2 == 0)
            columns[number].sort(key=wanted.__getitem__, reverse=True)
            _settle(layout, number, wanted, sizes, tall)
        if (unrest := layout.unrest()) < best[0]:
            best = (unrest, [list(column) for column in columns], dict(layout.middle))
    layout.columns, layout.middle = best[1], best[2]
    return layout


def _routed(link: Link, column_of: Mapping[Node, int]) -> Link:
    a, b = column_of[link.start], column_of[link.end]
    stops = [(*link.start, a), *((*link.start, column) for column in range(a + 1, b)), (*link.end, b)]
    return Link(link.start, link.end, link.origin, link.t, stops)


def _columns(links: Sequence[Link], first: Sequence[Node], many: int) -> list[list[Slot]]:
    columns: list[list[Slot]] = [[] for _ in range(many)]
    rank = {node: place for place, node in enumerate(first)}
    for link in sorted(links, key=lambda link: (rank.get(link.start, len(rank)), link.start, link.end)):
        for stop in link.stops:
            if stop not in columns[stop[2]]:
                columns[stop[2]].append(stop)
    return columns


def _amounts(links: Sequence[Link], extra: Mapping[Node, float]) -> dict[Slot, float]:
    into: dict[Slot, float] = defaultdict(float)
    out: dict[Slot, float] = defaultdict(float)
    for link in links:
        for stop in link.stops[1:]:
            into[stop] += link.t
        for stop in link.stops[:-1]:
            out[stop] += link.t
    return {slot: max(into[slot] + extra.get(slot[:2], 0.0), out[slot]) for slot in dict.fromkeys([*into, *out])}


def _scale(
    columns: Sequence[Sequence[Slot]],
    amount: Mapping[Slot, float],
    column_of: Mapping[Node, int],
    tall: float,
    least: float,
    gap: float,
) -> float:
    """The largest scale at which every column fits, found by halving: small bars keep room for their labels."""

    def need(column: Sequence[Slot], scale: float) -> float:
        return sum(max(amount[slot] * scale, least if column_of[slot[:2]] == slot[2] else 0.0) + gap for slot in column)

    low, high = 0.0, tall / max(max(sum(amount[slot] for slot in column) for column in columns), SLIGHT)
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if all(need(column, middle) <= tall for column in columns) else (low, middle)
    return low


def _stack(layout: Layout, sizes: Mapping[Slot, float], tall: float) -> None:
    for column in layout.columns:
        top = (tall + sum(sizes[slot] for slot in column)) / 2
        for slot in column:
            layout.middle[slot] = top - sizes[slot] / 2
            top -= sizes[slot]


def _wanted(layout: Layout, column: int, before: bool) -> dict[Slot, float]:
    """The mean height of what each slot is linked with in the column before, or after."""
    total: dict[Slot, float] = defaultdict(float)
    weight: dict[Slot, float] = defaultdict(float)
    for link in layout.links:
        for a, b in pairwise(link.stops):
            here, there = (b, a) if before else (a, b)
            if here[2] == column:
                total[here] += link.t * layout.middle[there]
                weight[here] += link.t
    return {
        slot: total[slot] / weight[slot] if weight[slot] else layout.middle[slot] for slot in layout.columns[column]
    }


def _settle(
    layout: Layout, column: int, wanted: Mapping[Slot, float], sizes: Mapping[Slot, float], tall: float
) -> None:
    """As near to where they want to be as they can, in their order and without overlap (least squares)."""
    slots = layout.columns[column]
    blocks: list[tuple[float, float, int]] = []
    offset, offsets = 0.0, []
    for slot in slots:
        offset += sizes[slot] / 2
        offsets.append(offset)
        blocks.append((tall - wanted[slot] - offset, max(layout.amount[slot], SLIGHT), 1))
        offset += sizes[slot] / 2
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (right, heavy, many), (left, light, few) = blocks.pop(), blocks.pop()
            blocks.append(((left * light + right * heavy) / (light + heavy), light + heavy, few + many))
    free = max(tall - offset, 0.0)
    places = [min(max(mean, 0.0), free) for mean, _, count in blocks for _ in range(count)]
    for slot, place, own in zip(slots, places, offsets, strict=True):
        layout.middle[slot] = tall - place - own


# ---- ribbons ------------------------------------------------------------------------------------


def tops(layout: Layout, rank: Mapping[str, int]) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], float]]:
    """Where each link's upper edge leaves and enters each of its stops: by the link's number and the stop's."""
    leaving: dict[Slot, list[tuple[tuple[float, ...], int, int]]] = defaultdict(list)
    entering: dict[Slot, list[tuple[tuple[float, ...], int, int]]] = defaultdict(list)
    for number, link in enumerate(layout.links):
        heights = [layout.middle[stop] for stop in link.stops]
        last = len(heights) - 1
        for at, stop in enumerate(link.stops):
            ahead = (*(-height for height in heights[at + 1 :]), rank.get(link.origin, 99))
            behind = (*(-height for height in reversed(heights[:at])), rank.get(link.origin, 99))
            if at < last:
                leaving[stop].append((ahead, number, at))
            if at > 0:
                entering[stop].append((behind if at == last else ahead, number, at))
    return _filled(layout, leaving), _filled(layout, entering)


def _filled(
    layout: Layout, sides: Mapping[Slot, list[tuple[tuple[float, ...], int, int]]]
) -> dict[tuple[int, int], float]:
    result = {}
    for slot, waiting in sides.items():
        y = layout.middle[slot] + layout.height(slot) / 2
        for _, number, at in sorted(waiting):
            result[number, at] = y
            y -= layout.links[number].t * layout.inches_per_t
    return result


def ribbon(stops: Sequence[tuple[float, float, float, float]], width: float) -> Path:
    """The outline of a ribbon through stops of left and right end and upper edge there (x, y, x, y).

    It lies level where it meets a bar.
    """
    upper = [point for x0, y0, x1, y1 in stops for point in ((x0, y0), (x1, y1))][1:-1]
    lower = [(x, y - width) for x, y in reversed(upper)]
    points, codes = [upper[0]], [Path.MOVETO]
    for side in (upper, lower):
        if side is lower:
            points.append(lower[0])
            codes.append(Path.LINETO)
        for number, ((x0, y0), (x1, y1)) in enumerate(pairwise(side)):
            if number % 2:
                points.append((x1, y1))
                codes.append(Path.LINETO)
            else:
                middle = (x0 + x1) / 2
                points += [(middle, y0), (middle, y1), (x1, y1)]
                codes += [Path.CURVE4] * 3
    return Path([*points, points[0]], [*codes, Path.CLOSEPOLY])
