"""How the drawing of a run's figures ended."""

from __future__ import annotations

from typing import NamedTuple

from reeplan.inputs.names import counted

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
