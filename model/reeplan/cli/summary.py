"""What a study says on standard output: its sentences and tables, and where its files are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reeplan.api.solved_run import PAGE
from reeplan.cli.screen import PrintedColumn, explained, say, table
from reeplan.words import NBSP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reeplan.present.report.grid import Grid
    from reeplan.studies.base import Study, StudyResult


def print_study(result: StudyResult, study: Study, place: Path) -> None:
    """What was found as the page says it, its open tables, and the files that are there."""
    from reeplan.present.charts.page import years_and_money
    from reeplan.present.report.study_parts import of_run
    from reeplan.present.run import Run

    run = Run(place)
    click.echo()
    say(f"{years_and_money(run)} (MUSD).")
    for part in of_run(run):
        for sentence in part.says:
            click.echo()
            say(sentence)
        for grid in part.open:
            click.echo(f"\n{grid.caption}")
            print_grid(grid)
    for remark in result.remarks:
        click.echo()
        say(remark)
    click.echo("\n".join(["", *files_there(place, {PAGE: "open this first", **study.outputs})]))


def print_grid(grid: Grid) -> None:
    """A table of the page as text."""
    cells = [[row[number].text.replace(NBSP, " ") for row in grid.rows] for number in range(len(grid.columns))]
    columns = []
    for number, (column, texts) in enumerate(zip(grid.columns, cells, strict=True)):
        heading = f"{column.over} {column.heading}".strip()
        room = max(map(len, [*heading.split(), column.heading, *texts]))
        columns.append(PrintedColumn(heading, texts, room + 2 * (number > 0), left=not column.number))
    click.echo("\n".join(table(columns, [""] * len(grid.rows))))
    if grid.note:
        say(grid.note)


def files_there(place: Path, files: Mapping[str, str]) -> list[str]:
    """A run folder, and the files that are there with what each holds."""
    return [str(place), *explained({name: what for name, what in files.items() if (place / name).exists()})]
