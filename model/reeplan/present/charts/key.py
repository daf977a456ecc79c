"""What the marks of a figure mean: small pictures of them with their names, in as many lines as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.patches import Rectangle

from reeplan.present.charts.palette import GREY, INK
from reeplan.present.charts.style import SMALL, TextMeasurer, line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BETWEEN = 0.18
"""From the end of a name to the next mark, inches."""


class Key(NamedTuple):
    """A name, its mark as drawn on the page from a place to the right, and how far from there the name begins."""

    label: str
    draw: Callable[[Any, float, float], Any]
    wide: float = 0.28


class Placed(NamedTuple):
    """A key with its name as short as it must be, and where it begins, inches from the left."""

    at: float
    key: Key


def lines_of_keys(ruler: TextMeasurer, keys: Iterable[Key], width: float, size: float = SMALL) -> list[list[Placed]]:
    """Keys in lines no wider than that."""
    lines: list[list[Placed]] = []
    at = 0.0
    for key in keys:
        label = ruler.cut(key.label, width - key.wide, size)
        wide = key.wide + ruler.width(label, size)
        if not lines or at + wide > width:
            lines.append([])
            at = 0.0
        lines[-1].append(Placed(at, key._replace(label=label)))
        at += wide + BETWEEN
    return lines


def height_of_keys(ruler: TextMeasurer, keys: Sequence[Key], width: float, size: float = SMALL) -> float:
    """The room that keys take on a page."""
    return 0.02 + step(size) * max(1, len(lines_of_keys(ruler, keys, width, size)))


def step(size: float) -> float:
    """From one line of keys to the next."""
    return line(size) + 0.05


# ---- marks --------------------------------------------------------------------------------------


def square(label: str, colour: str, **style: Any) -> Key:
    """A square of a colour."""
    return Key(label, lambda layer, x, y: _bar(layer, x, y, 0.11, 0.11, facecolor=colour, **style), 0.16)


def squares(colours: Iterable[tuple[str, str]]) -> list[Key]:
    """Names with squares of their colours."""
    return [square(label, colour) for label, colour in colours]


def hatched(label: str, colour: str, hatch: str) -> Key:
    """A hatched square."""
    return square(label, colour, hatch=hatch, edgecolor=GREY, linewidth=0.5)


def bar(label: str, **style: Any) -> Key:
    """A bar."""
    return Key(label, lambda layer, x, y: _bar(layer, x, y, 0.22, 0.1, **style))


def symbol(label: str, sign: str, **style: Any) -> Key:
    """A mark."""
    return Key(label, lambda layer, x, y: layer.plot([x + 0.11], [y], sign, **style))


def stroke(label: str, **style: Any) -> Key:
    """A line."""
    return Key(label, lambda layer, x, y: layer.plot([x, x + 0.22], [y, y], solid_capstyle="butt", **style))


def interval(label: str) -> Key:
    """A line with ends."""
    return stroke(label, color=INK, lw=1.0, marker="|", ms=6)


def upright(label: str, **style: Any) -> Key:
    """A short upright line."""
    return Key(label, lambda layer, x, y: layer.plot([x + 0.11] * 2, [y - 0.09, y + 0.09], **style))


def _bar(layer: Any, x: float, y: float, wide: float, high: float, **style: Any) -> None:
    layer.add_patch(Rectangle((x, y - high / 2), wide, high, **{"linewidth": 0, **style}))
