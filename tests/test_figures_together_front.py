"""Where the figure of together against alone says how far all get alone: beside the line, and on no plan's mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cooperation_support import cooperate_run
from figure_support import assert_readable, draw
from reeplan.present.charts.style import drawing_style
from reeplan.present.figures.cooperation import together_front
from reeplan.present.run import Run
from test_figures_cooperation import PAIR, two

if TYPE_CHECKING:
    from pathlib import Path

CHEAP, DEAR = 1000.0, 1400.0
MARK = 3.0
"""Points: half of a mark."""


@pytest.mark.parametrize(
    ("together_at_the_end", "alone_at_the_end"),
    [
        (CHEAP, DEAR),  # marks of that level at both ends of the line
        (CHEAP, 1020.0),  # both at its left end
        (1380.0, DEAR),  # both at its right end
    ],
)
def test_how_far_all_get_alone_covers_no_mark(
    tutorial_run: Path, tmp_path: Path, together_at_the_end: float, alone_at_the_end: float
) -> None:
    """India gets to 30 %, a level that is asked for: marks lie on the line itself."""
    half = alone_at_the_end / 2
    games = {
        0.0: two(CHEAP / 2, CHEAP / 2 + 5, CHEAP, 0),
        0.3: two(half, half, together_at_the_end, 0),
        0.6: two(None, 700, DEAR, 0),
    }
    run = cooperate_run(tutorial_run, tmp_path / "run", PAIR, games, 0.3, highest={"India": 0.3})
    [view] = together_front.FIGURE.views(Run(run))
    figure = draw(together_front.FIGURE, view)
    assert_readable(figure)
    [text] = figure.findobj(lambda part: part.get_gid() == "alone no further")
    marks: list[Any] = figure.findobj(lambda part: part.get_gid() in ("together", "alone"))
    assert len(marks) == 5
    with drawing_style():
        box = text.get_window_extent().padded(MARK / 72 * figure.dpi)
    [axes] = [axes for axes in figure.axes if axes.get_xlabel()]
    covered = [
        mark for mark in marks if box.contains(*axes.transData.transform((mark.get_xdata()[0], mark.get_ydata()[0])))
    ]
    assert covered == []
    middle = (box.y0 + box.y1) / 2
    line = axes.transData.transform((CHEAP, 30))[1]
    assert abs(middle - line) < 1.2 * box.height, "it is written beside its line"
