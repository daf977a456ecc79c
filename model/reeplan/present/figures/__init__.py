"""Figures of a run, drawn from the files of its folder alone, so that they can be drawn again later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.present.figures.drawing import Drawing, DrawingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["Drawing", "DrawingError", "draw_figures"]

def draw_figures(
    run: Path, only: Sequence[str] | None = None, goes_on: Callable[[int, int], bool] = lambda done, of: True
) -> Drawing:
    """Draw every figure of a run (or only those named) into its ``figures`` folder, with ``figures/index.json``.

    ``goes_on`` hears again and again how many of how many are drawn, and says whether to go on.

    The drawing library is loaded only here: commands that draw nothing start faster. Raises ``DrawingError``,
    when all others are drawn, if a figure could not be drawn.
    """
    from reeplan.present.figures.catalogue import draw_all

    return draw_all(run, only, goes_on=goes_on)
