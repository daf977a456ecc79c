"""Tables of a run as the page shows them: headings, units, places and formats as the spec declares their columns."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.endings import Status
from reeplan.present.figures.sensitivity.outputs import amount_in_words, certainty, output_in_words
from reeplan.present.figures.study_tables import SHARE, is_true, unit_in_words
from reeplan.present.figures.uncertainty.plan_regret import future_in_words
from reeplan.present.report import grid
from reeplan.present.report.grid import NONE, Cell, Grid
from reeplan.present.words.cooperation import group_in_words
from reeplan.words import amount, capitalised, display_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reeplan.outputs.spec import Output, OutputColumn
    from reeplan.present.run import Run


def table(run: Run, name: str, caption: str, output: Output, columns: str, note: str = "") -> Grid:
    """Some columns of a table of the run, all its rows; none where the run does not have it."""
    return from_rows(run, name, caption, output.pick(columns), run.table(output), note)


def from_rows(
    run: Run,
    name: str,
    caption: str,
    columns: Sequence[OutputColumn],
    rows: pd.DataFrame | Iterable[Mapping[Any, Any]],
    note: str = "",
) -> Grid:
    """Rows with a cell a column; one that is a ``Cell`` already, or a text instead of a number, is shown as it is.

    A unit is read once: with the caption where all numbers are MUSD, else above all columns that stand under it.
    """
    listed = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else list(rows)
    numbers = [column for column in columns if column.is_number]
    of_money = len(numbers) > 1 and all(column.headed_unit == "MUSD" for column in numbers)
    made = Grid(name, f"{caption}, MUSD" if of_money else caption, _headings(columns, not of_money), note=note)
    for row in listed:
        made.add(*(_cell(run, column, row) for column in columns))
    return made


def each(names: Iterable[str], *columns: OutputColumn) -> tuple[OutputColumn, ...]:
    """Columns once for each name, as ``of_each`` calls them: a single one is headed by it, several stand under it."""
    made = [(display_name(name), replace(one, name=of_each(one.name, name))) for name in names for one in columns]
    return tuple(replace(one, title=who) if len(columns) == 1 else replace(one, over=who) for who, one in made)


def of_each(column: str, name: str) -> str:
    """The column of one partner, country or window."""
    return f"{column} of {name}"


def _headings(columns: Sequence[OutputColumn], units: bool) -> list[grid.Heading]:
    made = []
    for over, group in groupby(columns, lambda column: column.over):
        together = list(group)
        shared = over and len({column.headed_unit for column in together}) == 1
        for column in together:
            unit = f", {column.headed_unit}" if units and column.headed_unit else ""
            here, above = ("", unit) if shared else (unit, "")
            made.append(grid.Heading(f"{column.heading}{here}", f"{over}{above}", column.is_number))
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _cell(run: Run, column: OutputColumn, row: Mapping[Any, Any]) -> Cell | str:
    value = row[column.name]
    if isinstance(value, Cell):
        return value
    if not column.is_number:
        return READ[column.name](run, str(value)) if column.name in READ else display_name(str(value))
    if not _is_number(value):
        return Cell(value if isinstance(value, str) else NONE)
    if column.headed_unit == "MUSD":
        return Cell(amount(value).replace("-", "−"), value)
    if column.unit.startswith("see `"):
        return Cell(amount_in_words(value, str(row.get("unit", "")), with_unit=False), value)
    return FORMATS.get(column.unit, grid.amount)(value)


FORMATS: dict[str, Callable[[float], Cell]] = {
    "fraction": grid.share, "0 to 1": grid.share, "year": grid.year, "modules": grid.module,
}  # fmt: skip
"""How a number is written by its unit; a rounded amount where nothing else is said."""


def _status(_: Run, status: str) -> str:
    return "gap reached" if status == Status.OPTIMAL else display_name(status)


def _yes_no(_: Run, cell: str) -> str:
    return "yes" if is_true(cell) else "no"


def _clause(_: Run, clause: str) -> str:
    return capitalised(display_name(clause))


READ: dict[str, Callable[[Run, str], Cell | str]] = {
    "point": lambda run, point: Cell(display_name(point), link=point if point in run.points else ""),
    "status": _status,
    "holds": lambda run, holds: Cell(_yes_no(run, holds), alarm=not is_true(holds)),
    "least_regret": _yes_no,
    "within_gap": lambda _, cell: {"sure": "yes", "unknown": ""}.get(certainty(cell), "no: within the gaps"),
    "unit": lambda _, unit: "" if unit == SHARE else unit_in_words(unit),
    "output": lambda _, output: output_in_words(output),
    "clause": _clause,
    **dict.fromkeys(("coalition", "stays", "leaves"), group_in_words),
    **dict.fromkeys(("scenario", "future", "in_future"), future_in_words),
    "window": lambda run, window: run.window_in_words(window),
    "material": lambda run, material: run.material_in_words(material),
    "asset": lambda run, asset: run.asset_in_words(asset),
}
"""How the text of a column is read, by its name; any other as a name."""
