"""What a study says on standard output: its sentences or tables, and where its files are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reeplan.api.solved_run import PAGE
from reeplan.cli.deal import print_deal
from reeplan.cli.screen import explained, say
from reeplan.studies.cooperation.result import Cooperation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reeplan.studies.base import Study, StudyResult


def print_study(result: StudyResult, study: Study, place: Path) -> None:
    """What was found, then the files that are there."""
    if isinstance(result.found, Cooperation):
        print_deal(result.found)
    for sentence in result.sentences:
        click.echo()
        say(sentence)
    click.echo("\n".join(["", *files_there(place, {PAGE: "open this first", **study.outputs})]))


def files_there(place: Path, files: Mapping[str, str]) -> list[str]:
    """A run folder, and the files that are there with what each holds."""
    return [str(place), *explained({name: what for name, what in files.items() if (place / name).exists()})]
