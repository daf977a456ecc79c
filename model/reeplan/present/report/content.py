"""A run as the report reads it: its tables, verdict and plans, gathered once for all sections."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reeplan.outputs.fingerprints import sha256_of_results, tables_that_changed
from reeplan.present.figures.front.data import FrontData, read_front
from reeplan.present.report.pictures import Figure, NotDrawn, figures_by_plan, not_drawn
from reeplan.present.run import Run
from reeplan.present.words.measures import served_where
from reeplan.tolerances import SLIGHT
from reeplan.words import display_name, join_and

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class Report:
    """A finished run with its words: what every section of the page is made from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = Run(folder)

    @property
    def manifest(self) -> dict[str, Any]:
        """``manifest.json``."""
        return self.run.manifest

    @cached_property
    def verdict(self) -> dict[str, Any] | None:
        """``verify.json``; None where the run was never checked."""
        file = self.folder / "verify.json"
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None

    @cached_property
    def changed(self) -> list[str]:
        """Tables that are not the ones which the run wrote."""
        return tables_that_changed(self.folder, self.manifest)

    @cached_property
    def digest(self) -> str:
        """The digest of the results that the page is made from."""
        return sha256_of_results(self.folder)

    @cached_property
    def title(self) -> str:
        """What the case is called."""
        return display_name(str(self.manifest.get("title") or self.run.settings["title"] or self.run.name))

    @cached_property
    def front(self) -> FrontData:
        """The front as the figure shows it: letters, knees, and what each plan builds."""
        return read_front(self.run)

    @property
    def points(self) -> pd.DataFrame:
        """The plans, cheapest first; see ``FrontData.points``."""
        return self.front.points

    @cached_property
    def partners(self) -> str:
        """The partners in one phrase."""
        return join_and([display_name(name) for name in self.run.partners])

    @cached_property
    def shown_first(self) -> str:
        """The plan that the page opens with.

        The cheapest that keeps the target of the settings; else the knee that stands out most; else the most resilient.
        """
        target = self.run.settings["resilience_target"]
        if target is not None:
            enough = self.points[self.points["resilience_percent"] >= 100 * target - SLIGHT]
            if not enough.empty:
                return str(enough["point"].iloc[0])
        knees = self.points[self.points["knee"]]
        return str((knees.sort_values("rise") if not knees.empty else self.points)["point"].iloc[-1])

    @cached_property
    def figures(self) -> dict[str, list[Figure]]:
        """The figures of every plan, those of the run as a whole under the empty name."""
        return figures_by_plan(self.folder, self.run.points, self.shown_first)

    @cached_property
    def not_drawn(self) -> list[NotDrawn]:
        """Figures that could not be drawn although there is something to show."""
        return not_drawn(self.folder)

    @property
    def disrupted(self) -> bool:
        """Whether the case names any disruption; without one a plan's resilience says nothing."""
        return not self.run.inputs("scenarios").empty

    @property
    def served_where(self) -> str:
        """In which disruption the resilience is measured, to end a clause."""
        return served_where(self.run) if self.disrupted else "(the case names no disruption)"
