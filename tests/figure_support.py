"""What tests of figures share: run folders written by hand, a real one, and whether a figure can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from reeplan.present.charts.style import drawing_style
from support import write_case, write_overlay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from reeplan.present.figures.spec import FigureSpec, View

SMALLEST = 6.4
"""Points: no text of a figure is smaller."""


def hand_run(folder: Path, inputs: str, front: str, plans: Mapping[str, str]) -> Path:
    """A run folder from aligned text: its inputs, the table ``front``, and the tables of each plan by its name."""
    write_case(folder / "inputs", inputs)
    write_overlay(folder, front)
    for point, tables in plans.items():
        write_overlay(folder / "plans" / point, tables)
    return folder


def draw(spec: FigureSpec, view: View) -> Figure:
    """The figure, drawn once so that its texts have places."""
    with drawing_style():
        figure = spec.draw(view, spec.table(view))
        FigureCanvasAgg(figure).draw()
    return figure


def texts(figure: Figure) -> list[Text]:
    """The texts that are seen."""
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words_of(figure: Figure) -> str:
    """All that is written, with plain spaces."""
    return " ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in texts(figure))


def assert_readable(figure: Figure) -> None:
    """All text lies inside, hardly any covers another, and none is too small."""
    with drawing_style():
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    frame = figure.bbox
    outside = [text for text, box in boxes if box.x0 < frame.x0 or box.y0 < frame.y0
               or box.x1 > frame.x1 or box.y1 > frame.y1]
    assert outside == []
    assert [pair for pair in overlapping(boxes) if not _letters(pair)] == []
    assert [text.get_text() for text in texts(figure) if text.get_fontsize() < SMALLEST] == []


def overlapping(boxes: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers more than an eighth of the other."""
    pairs = []
    for number, (one, a) in enumerate(boxes):
        for other, b in boxes[number + 1:]:
            wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > 0 and high > 0 and wide * high > min(a.width * a.height, b.width * b.height) / 8:
                pairs.append((one, other))
    return pairs


def _letters(pair: tuple[str, str]) -> bool:
    """Letters on a front's points may lie over each other: points can be as close as they like."""
    return any(len(text) == 1 and text.isalpha() for text in pair)
