"""The runs that are compared: how they are called, which plan of each stands for it, and what they cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reeplan.present.report.content import Report
from reeplan.words import display_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.present.run import Run

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs: a letter, a name that no other has, and its report's view of it."""

    letter: str
    name: str
    report: Report

    @property
    def run(self) -> Run:
        """The run's files."""
        return self.report.run

    @property
    def front(self) -> pd.DataFrame:
        """Its plans, cheapest first."""
        return self.report.run.front

    @property
    def heading(self) -> str:
        """Letter and name."""
        return f"{self.letter} {display_name(self.name)}"


class Comparison:
    """Runs in the order in which they were named; the first is what the others are compared with."""

    def __init__(self, folders: Sequence[Path]) -> None:
        names = unique_names(folders)
        self.runs = [
            ComparedRun(LETTERS[number], name, Report(folder))
            for number, (folder, name) in enumerate(zip(folders, names, strict=True))
        ]

    @property
    def first(self) -> ComparedRun:
        """The run that the others are compared with."""
        return self.runs[0]

    @cached_property
    def same_measure(self) -> bool:
        """Whether resilience means the same in all runs."""
        return len({_measure(given) for given in self.runs}) == 1

    @cached_property
    def same_money(self) -> bool:
        """Whether costs are counted alike in all runs: same currency year, years and discount rate."""
        names = ("currency_year", "first_year", "last_year", "discount_rate")
        return len({tuple(given.run.settings[name] for name in names) for given in self.runs}) == 1

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The plan that stands for each run, by its letter.

        That of the first run is the plan its report opens with (the cheapest that keeps the target; else the knee
        that stands out most; else the most resilient); that of another is the nearest in resilience. Where
        resilience does not mean the same, each run's is the plan that its own report opens with.
        """
        first = self.first.report.shown_first
        level = float(self.first.run.row(first)["resilience"])
        return {
            given.letter: given.report.shown_first
            if given is self.first or not self.same_measure
            else _nearest(given.front, level)
            for given in self.runs
        }


def unique_names(folders: Sequence[Path]) -> list[str]:
    """The folders' names, with as many folders above them as it takes to tell them apart.

    >>> from pathlib import Path
    >>> unique_names([Path("/a/x/run"), Path("/a/y/run"), Path("/b/other")])
    ['x/run', 'y/run', 'other']
    """
    parts = [folder.resolve().parts for folder in folders]
    depth = [1] * len(parts)
    names = ["/".join(part[-1:]) for part in parts]
    while len(set(names)) < len(names) and any(len(part) > n for part, n in zip(parts, depth, strict=True)):
        depth = [n + (names.count(name) > 1) for n, name in zip(depth, names, strict=True)]
        names = ["/".join(part[-n:]) for part, n in zip(parts, depth, strict=True)]
    return names


def _measure(given: ComparedRun) -> tuple[object, ...]:
    settings = given.run.settings
    measure = settings["resilience_measure"]
    return (measure, settings["cvar_level"]) if measure == "cvar" else (measure,)


def _nearest(front: pd.DataFrame, level: float) -> str:
    """The plan nearest in resilience; of two that are equally near, the cheaper."""
    away = (front["resilience"] - level).abs().round(9)
    return str(front["point"].iloc[int(away.to_numpy().argmin())])
