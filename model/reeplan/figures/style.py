"""Colours, type and the measuring of text: what figures share.

Colours are those of Okabe and Ito without their pink, which turns the same grey as their green for
a common form of colour blindness. Colour never stands alone: what it says is also written.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INK, GREY, FAINT, LINE = "#222222", "#595959", "#B5B5B5", "#E4E4E4"
BLUE, VERMILION = "#0072B2", "#D55E00"
STAGE_COLOURS = {
    "mine": "#D55E00",
    "cracking": "#F0E442",
    "separation": "#0072B2",
    "products": "#E69F00",
    "recycling": "#009E73",
    "venture": "#56B4E9",
    "stockpile": "#8C8C8C",
}
WHITE_TEXT = {"mine", "separation", "recycling", "stockpile"}
"""Stages whose colour is dark enough for white text."""

DPI = 200
LINE_HEIGHT = 1.34

FONTS = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "IPAexGothic",
    "Noto Sans Devanagari",
    "Nirmala UI",
    "Kohinoor Devanagari",
    "Mangal",
    "Lohit Devanagari",
    "Arial Unicode MS",
    "Noto Sans",
)
"""The first is always there (it comes with matplotlib); the others write what it lacks, where they are installed."""


def fonts() -> list[str]:
    """Those of the fonts that this machine has."""
    have = set(font_manager.fontManager.get_font_names())
    return [name for name in FONTS if name in have] or ["sans-serif"]


@contextmanager
def drawing_style() -> Iterator[None]:
    """Draw the same everywhere, whatever the user's own settings; put these back at the end.

    Names are never read as formulas. A sign that no font can write shows as a box in the PNG,
    without a warning: the analyst cannot do anything about it.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": fonts(),
                "font.size": 9,
                "text.color": INK,
                "text.parse_math": False,
                "axes.edgecolor": FAINT,
                "axes.labelcolor": INK,
                "xtick.color": GREY,
                "ytick.color": GREY,
                "axes.unicode_minus": True,
                "svg.hashsalt": "reeplan",
                "savefig.facecolor": "white",
            }
        )
        warnings.filterwarnings("ignore", message=r"Glyph |Matplotlib currently does not support", category=UserWarning)
        yield


class Ruler:
    """Measures text in inches, and breaks or shortens it to a width."""

    def __init__(self) -> None:
        self._renderer = FigureCanvasAgg(Figure(dpi=DPI)).get_renderer()

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """How wide a line of text is."""
        font = FontProperties(family=matplotlib.rcParams["font.family"], size=size, weight=weight)
        return float(self._renderer.get_text_width_height_descent(text, font, ismath=False)[0]) / DPI if text else 0.0

    def cut(self, text: str, width: float, size: float, weight: str = "normal") -> str:
        """The text, shortened with an ellipsis if it is wider than that."""
        if self.width(text, size, weight) <= width:
            return text
        short, long = 0, len(text)
        while long - short > 1:
            middle = (short + long) // 2
            if self.width(text[:middle] + "…", size, weight) <= width:
                short = middle
            else:
                long = middle
        return text[:short].rstrip() + "…"

    def wrap(self, text: str, width: float, size: float, weight: str = "normal", most: int = 99) -> list[str]:
        """Lines no wider than that, at most so many; words that are wider are broken."""
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, size, weight) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while self.width(word, size, weight) > width:
                part = self.cut(word, width, size, weight).removesuffix("…") or word[0]
                lines.append(part)
                word = word.removeprefix(part)
            line = word
        lines += [line] if line else []
        if len(lines) > most:
            lines = [*lines[: most - 1], self.cut(lines[most - 1] + " …", width, size, weight)]
            lines[-1] = lines[-1].removesuffix(" …").rstrip(" ,;…") + " …"
        return lines


def apart(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places moved as little as possible (least squares) to lie ``gap`` apart between two ends.

    >>> apart([0.0, 0.1, 5.0], 1.0, 0.0, 10.0)
    [0.0, 1.0, 5.0]
    """
    gap = min(gap, (high - low) / max(1, len(places) - 1))
    blocks: list[tuple[float, int]] = []
    for number, place in enumerate(places):
        blocks.append((place - number * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (right, many), (left, few) = blocks.pop(), blocks.pop()
            blocks.append(((left * few + right * many) / (few + many), few + many))
    room = high - gap * (len(places) - 1)
    level = [min(max(mean, low), room) for mean, count in blocks for _ in range(count)]
    return [place + number * gap for number, place in enumerate(level)]


def save(figure: Figure, stem: Path, title: str) -> None:
    """Write PNG and SVG, the same bytes for the same run.

    The SVG holds text as outlines, so that it looks the same everywhere; only if a name has signs
    that no font here can write is it kept as text, so that the reader's own fonts can write it.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(stem.with_suffix(".png"), dpi=DPI, metadata={"Title": title, "Software": None})
    matplotlib.rcParams["svg.fonttype"] = "path" if _all_written(figure) else "none"
    figure.savefig(stem.with_suffix(".svg"), metadata={"Title": title, "Date": None, "Creator": None})


def _all_written(figure: Figure) -> bool:
    """Whether the fonts at hand have every sign of the figure."""
    signs: set[int] = {ord(sign) for text in figure.findobj(Text) for sign in text.get_text()} - {10}
    for name in matplotlib.rcParams["font.family"]:
        font: Any = font_manager.get_font(font_manager.findfont(name))
        signs -= set(font.get_charmap())
    return not signs
