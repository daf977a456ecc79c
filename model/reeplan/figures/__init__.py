"""Figures of a run, drawn from the files of its folder alone, so that they can be drawn again later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reeplan.tables.names import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MOST_NAMED = 6
"""So many figures that could not be drawn are named in a message."""


class DrawingError(Exception):
    """Some figures could not be drawn; all others were. Its arguments name each, and why."""

    def __str__(self) -> str:
        many = len(self.args)
        some = "; ".join(map(str, self.args[:MOST_NAMED]))
        rest = f"; {many - MOST_NAMED} more in figures/index.json" if many > MOST_NAMED else ""
        return f"{counted(many, 'figure')} could not be drawn: {some}{rest}"


class Drawing(NamedTuple):
    """How the drawing of a run's figures ended."""

    not_drawn: int = 0
    """How many were not drawn because somebody asked to stop: what is there of them stays."""
    remark: str = ""
    """Which names the fonts of this machine cannot write, in words; nothing where they can write all."""


def draw_figures(
    run: Path, only: Sequence[str] | None = None, goes_on: Callable[[int, int], bool] = lambda done, of: True
) -> Drawing:
    """Draw every figure of a run (or only those named) into its ``figures`` folder, with ``figures/index.json``.

    ``goes_on`` hears again and again how many of how many are drawn, and says whether to go on.

    The drawing library is loaded only here: commands that draw nothing start faster. Raises ``DrawingError``,
    when all others are drawn, if a figure could not be drawn.
    """
    from reeplan.figures.catalogue import draw_all

    return draw_all(run, only, goes_on=goes_on)
