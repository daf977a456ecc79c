"""Type, the measuring of text, and the writing of files: what figures share. Colours are in ``palette``."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reeplan.inputs.names import cut_apart, shortened
from reeplan.present.charts.fonts import families, unwritten
from reeplan.present.charts.palette import BLUE as BLUE
from reeplan.present.charts.palette import FAINT as FAINT
from reeplan.present.charts.palette import GREY as GREY
from reeplan.present.charts.palette import INK as INK
from reeplan.present.charts.palette import LINE as LINE
from reeplan.present.charts.palette import OTHER as OTHER
from reeplan.present.charts.palette import STAGE_COLOURS as STAGE_COLOURS
from reeplan.present.charts.palette import VERMILION as VERMILION
from reeplan.present.charts.palette import paler as paler
from reeplan.present.charts.palette import text_on as text_on
from reeplan.present.charts.svg import slim

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH, EDGE = 8.8, 0.15
"""Width of a figure and its margin, inches."""

TITLE, BODY, SMALL, TINY = 13.0, 8.6, 7.6, 6.8
"""Type sizes, points."""

DPI = 200
LINE_HEIGHT = 1.34


@contextmanager
def drawing_style(signs: Iterable[str] = ()) -> Iterator[None]:
    """Draw the same everywhere, whatever the user's own settings; put these back at the end.

    Names are never read as formulas. ``signs`` are those of the names to be written; what no font has is a box in the
    PNG, of which ``fonts.remark_on`` tells once for all figures.
    """
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.family": families(signs),
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


class TextMeasurer:
    """Measures text in inches, and breaks or shortens it to a width."""

    def __init__(self) -> None:
        self._renderer = FigureCanvasAgg(Figure(dpi=DPI)).get_renderer()
        self._cut: dict[str, str] = {}
        """What has been shortened with this ruler, by what is shown: no two texts of a figure are shown alike."""

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """How wide a line of text is."""
        font = FontProperties(family=matplotlib.rcParams["font.family"], size=size, weight=weight)
        return float(self._renderer.get_text_width_height_descent(text, font, ismath=False)[0]) / DPI if text else 0.0

    def cut(self, text: str, width: float, size: float, weight: str = "normal") -> str:
        """The text, with an ellipsis for its middle if it is wider than that, and unlike any other cut before."""
        if self.width(text, size, weight) <= width:
            return text
        return cut_apart(text, self._cut, lambda text, ahead: self._fitted(text, width, size, weight, ahead))

    def _fitted(self, text: str, width: float, size: float, weight: str, ahead: float) -> str:
        """As much of the text as the width holds."""
        short, long = 1, len(text) + 1
        while long - short > 1:
            middle = (short + long) // 2
            if self.width(shortened(text, middle, ahead), size, weight) <= width:
                short = middle
            else:
                long = middle
        return shortened(text, short, ahead)

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
                part = self._fitted(word, width, size, weight, 1.0).removesuffix("…") or word[0]
                lines.append(part)
                word = word.removeprefix(part)
            line = word
        lines += [line] if line else []
        if len(lines) > most:
            lines = [*lines[: most - 1], self._fitted(lines[most - 1] + " …", width, size, weight, 1.0)]
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


def line(size: float) -> float:
    """The height of a line of text, inches."""
    return LINE_HEIGHT * size / 72


def save(figure: Figure, stem: Path, title: str, alt: str = "") -> None:
    """Write PNG and SVG, the same bytes for the same run.

    The SVG holds text as outlines, so that it looks the same everywhere; only if a name has signs
    that no font here can write is it kept as text, so that the reader's own fonts can write it.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    _save_png(figure, f"{stem}.png", title)
    matplotlib.rcParams["svg.fonttype"] = "path" if _all_written(figure) else "none"
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    Path(f"{stem}.svg").write_text(slim(buffer.getvalue(), title, alt), encoding="utf-8", newline="\n")


def _save_png(figure: Figure, file: str, title: str) -> None:
    """A PNG of 256 colours: a quarter of the bytes, and no difference to the eye."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    info = PngInfo()
    info.add_itxt("Title", title)
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, dpi=(DPI, DPI), pnginfo=info)


def _all_written(figure: Figure) -> bool:
    """Whether the fonts at hand have every sign of the figure."""
    signs = {sign for text in figure.findobj(Text) for sign in text.get_text()}
    return not unwritten(signs, matplotlib.rcParams["font.family"])
