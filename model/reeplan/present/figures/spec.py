"""What a figure is: its table, title, words and drawing, each computed from a run folder.

One module draws one figure and ends with its ``FigureSpec``; ``catalogue`` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run


@dataclass(frozen=True)
class Variant:
    """One of several figures of the same kind, such as a year or a window; ``slug`` is part of the file's name."""

    slug: str
    label: str


@dataclass(frozen=True)
class View:
    """What a figure shows: a run, one of its plans (empty: all of them), and which variant."""

    run: Run
    point: str = ""
    variant: Variant | None = None


@dataclass(frozen=True)
class FigureSpec:
    """A figure.

    ``name``: its files' name. ``heading``: what it is about, for a list of figures. ``table``: exactly
    what is drawn, with units in the columns' names; an empty table means that there is nothing to
    show. ``title``: what it says, in a sentence. ``alt``: the same for somebody who cannot see it.
    ``draw`` is called with fonts and colours set (``drawing_style``). ``needs``: the file at the top of
    the run folder without which there is no such figure; empty where every run has what it takes.
    """

    name: str
    heading: str
    per: Literal["run", "plan"]
    table: Callable[[View], pd.DataFrame]
    title: Callable[[View, pd.DataFrame], str]
    alt: Callable[[View, pd.DataFrame], str]
    draw: Callable[[View, pd.DataFrame], Figure]
    variants: Callable[[Run, str], list[Variant]] | None = None
    needs: str = ""

    def views(self, run: Run) -> list[View]:
        """All that is to be drawn of a run."""
        if self.needs and not (run.folder / self.needs).exists():
            return []
        points = run.points if self.per == "plan" else [""]
        return [
            View(run, point, variant)
            for point in points
            for variant in (self.variants(run, point) if self.variants else [None])
        ]

    def stem(self, view: View) -> str:
        """Where its files go within the folder of figures, without their ending."""
        name = f"{self.name}-{view.variant.slug}" if view.variant else self.name
        return f"{view.point}/{name}" if view.point else name
