"""What a study says on standard output: its sentences, and where its tables are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

from reeplan.cli.screen import explained, say
from reeplan.cli.study import DONE, INTERRUPTED, LIMIT
from reeplan.endings import NOT_PROVEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd


class Told(Protocol):
    """What a study found."""

    @property
    def status(self) -> str:
        """Done, stopped at a limit, or interrupted."""

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables."""

    def as_object(self) -> dict[str, Any]:
        """What ``--json`` says."""


@dataclass(frozen=True)
class ConsoleSummary:
    """A finding that is told in sentences, a paragraph each; ``files`` says what each of its files holds."""

    found: Told
    sentences: Sequence[str]
    files: Mapping[str, str]

    @property
    def status(self) -> str:
        """How it ended: done, interrupted, not proven, or at a limit."""
        return self.found.status if self.found.status in (DONE, INTERRUPTED, NOT_PROVEN) else LIMIT

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables."""
        return self.found.tables()

    def as_object(self) -> dict[str, Any]:
        """What ``--json`` says, but for the status, which is the run's."""
        return {name: part for name, part in self.found.as_object().items() if name != "status"}

    def say(self, place: Path) -> None:
        """Paragraphs, then the files that are there."""
        for sentence in self.sentences:
            click.echo()
            say(sentence)
        click.echo("\n".join(["", *files_there(place, {"report.html": "open this first", **self.files})]))


def files_there(place: Path, files: Mapping[str, str]) -> list[str]:
    """A run folder, and the files that are there with what each holds."""
    return [str(place), *explained({name: what for name, what in files.items() if (place / name).exists()})]
