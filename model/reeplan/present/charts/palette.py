"""Colours that people with any common form of colour blindness can tell apart, and who gets which.

Colours are those of Okabe and Ito without their pink, which turns the same grey as their green for
a common form of colour blindness. Where these are used up, darker ones follow. Colour never stands
alone: what it says is also written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

INK, GREY, FAINT, LINE = "#222222", "#595959", "#B5B5B5", "#E4E4E4"
BLUE, VERMILION, GREEN, ORANGE, SKY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#F0E442"
INDIGO, PINE, BROWN = "#332288", "#224411", "#6B2E00"
"""Darker ones; pine and brown are not for the same figure, some see them alike."""
OTHER = "#A9A9A9"
"""Whatever has no colour of its own."""

STAGE_COLOURS = {
    "mine": VERMILION,
    "cracking": YELLOW,
    "separation": BLUE,
    "products": ORANGE,
    "recycling": GREEN,
    "venture": SKY,
    "stockpile": "#666666",
}

PARTNERS = (BLUE, GREEN, ORANGE, INDIGO)
ORDER = (VERMILION, SKY, YELLOW, BLUE, GREEN, ORANGE, INDIGO, PINE)


def for_countries(partners: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """A colour for each partner and, as far as there are any left, for each other country."""
    colours = dict(zip(partners, PARTNERS, strict=False))
    left = [colour for colour in ORDER if colour not in colours.values()]
    return {**colours, **dict(zip(others, left, strict=False))}


def text_on(colour: str) -> str:
    """White where it reads well on a colour in bold type (WCAG contrast of 3), ink elsewhere.

    >>> text_on(BLUE), text_on(VERMILION), text_on(YELLOW)
    ('white', 'white', '#222222')
    """
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return "white" if 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 3 else INK


def paler(colour: str, share: float = 0.55) -> str:
    """A colour mixed with white; ``share`` is the part of white.

    >>> paler("#000000", 0.5)
    '#808080'
    """
    channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(c + (255 - c) * share):02X}" for c in channels)
