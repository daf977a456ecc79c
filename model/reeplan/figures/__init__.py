"""Figures of a run, drawn from the files of its folder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def draw_figures(run: Path) -> None:
    """Draw every figure of a run into its ``figures`` folder."""
