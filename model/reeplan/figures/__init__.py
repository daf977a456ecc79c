"""Figures of a run, drawn from the files of its folder alone, so that they can be drawn again later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def draw_figures(run: Path) -> None:
    """Draw every figure of a run into its ``figures`` folder.

    The drawing library is loaded only here: commands that draw nothing start faster.
    """
    from reeplan.figures.front import draw_front

    draw_front(run, run / "figures")
