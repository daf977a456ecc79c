"""A case with other numbers in some cells: the same defaults and the same checks as if the files had been edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.inputs.checks import check
from reeplan.inputs.columns import Part, RawRow
from reeplan.inputs.partial_case import PartialCase, draft_table
from reeplan.inputs.rows import Loaded, Row, Tables
from reeplan.inputs.spec import TABLES, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.inputs.ranges import Place


def revised(tables: Tables, values: Mapping[Place, Any]) -> Loaded:
    """The tables of a case with these values in these cells, or what is then wrong with them.

    A number must be valid in its own column; what holds across cells is checked here. Warnings are not repeated.
    """
    settings = {**tables.settings, **{place.key[0]: value for place, value in values.items() if _is_setting(place)}}
    draft = PartialCase(settings)
    for name, table in TABLES.items():
        changed = {(place.key, place.column): value for place, value in values.items() if place.table == name}
        raw = [_edited(table, row, changed) for row in tables[name]]
        draft.files[name] = tables[name][0].file if tables[name] else f"{name}.csv"
        draft_table(draft, table, raw, [Part(draft.files[name])])
    # Shares were scaled to sum to 1 when they were read, and are never changed.
    draft.rows["baskets"] = tables["baskets"]
    # What is uncertain is a statement about the case as it was.
    draft.rows["ranges"], draft.raw["ranges"] = [], []
    check(draft)
    if draft.errors:
        return Loaded(None, sorted(set(draft.errors)))
    return Loaded(Tables(settings, {**draft.rows, "ranges": tables["ranges"]}))


def _is_setting(place: Place) -> bool:
    return place.table == "settings"


def _edited(table: Table, row: Row, changed: Mapping[tuple[Any, str], Any]) -> RawRow:
    """The row as it was read, with the cells that change."""
    given = {name: row.cells[name] for name in row.given if name in row.cells}
    key = tuple(row[name] for name in table.key)
    for (where, column), value in changed.items():
        if where == key:
            # A setting's value is kept as it is written; what it means is among the settings.
            given[column] = repr(value) if table.name == "settings" else value
    return RawRow(row.file, row.line, given)
