"""A case as far as it could be read: what the checks look at before anything is known to hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reeplan.inputs.rows import Problem, Row
from reeplan.inputs.spec import MATERIAL, SETTINGS, SOURCE_AND_NOTE, TABLES, Column, FromColumn, FromSetting, Table

if TYPE_CHECKING:
    from reeplan.inputs.columns import Part, RawRow


@dataclass
class PartialCase:
    """Typed rows, and which tables' names can be relied on.

    ``rows`` holds only rows without a bad cell. ``names`` holds every name that a table declares,
    those of bad rows included, so that one bad cell does not make its row's name unknown
    elsewhere. Nothing is concluded from what a ``doubtful`` table lacks.
    """

    settings: dict[str, Any]
    rows: dict[str, list[Row]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    thinned: set[str] = field(default_factory=set)
    """Tables from which an overlay drops rows."""
    raw: dict[str, list[RawRow]] = field(default_factory=dict)
    """All rows, bad cells left out: for checks that look at one cell alone."""
    parts: dict[str, list[Part]] = field(default_factory=dict)
    """What the case and each overlay give to a table, before they are merged."""
    files: dict[str, str] = field(default_factory=dict)
    """The file of each table, as messages name it."""
    errors: list[Problem] = field(default_factory=list)

    def fail(self, row: Row, column: str, message: str, hint: str = "") -> None:
        """Note an error in one cell of a row."""
        self.errors.append(Problem(row.file, row.line, column, message, hint))

    def by_name(self, table: str) -> dict[str, Row]:
        """The rows of a table with a single key, by that key."""
        key = TABLES[table].key[0]
        return {row[key]: row for row in self.rows[table]}

    def known(self, table: str) -> bool:
        """Whether every name of this table is known: only then is a name unknown."""
        if table == MATERIAL:
            return self.known("elements") and self.known("products")
        return ("regions" if table == "countries" else table) not in self.doubtful

    def valid_names(self, table: str) -> set[str]:
        """The names that may stand where this table is referred to."""
        if table == MATERIAL:
            return self.names["elements"] | self.names["products"]
        return self.names[table]


def draft_table(draft: PartialCase, table: Table, raw: list[RawRow], parts: list[Part]) -> None:
    """Put a merged table into the draft: names, rows with defaults, and how far to trust it."""
    name, key = table.name, table.key[0]
    draft.names[name] = {row.cells[key] for row in raw if key in row.cells}
    if not all(part.whole for part in parts) or any(key in row.bad for row in raw):
        draft.doubtful.add(name)
    if name == "regions":
        draft.names["countries"] = {row.cells["country"] for row in raw if "country" in row.cells}
        if any("country" in row.bad for row in raw):
            draft.doubtful.add(name)
    draft.raw[name] = raw
    draft.parts[name] = parts
    wide = sorted(draft.names[table.wide]) if table.wide else []
    draft.rows[name] = _with_defaults(table, [row for row in raw if not row.bad], draft.settings, wide)


def _with_defaults(table: Table, rows: list[RawRow], settings: dict[str, Any], wide: list[str]) -> list[Row]:
    """The rows with every column of the table, in its order, empty cells with what they mean."""
    columns = (*table.columns, *SOURCE_AND_NOTE)
    constant = {column.name: _default(column, settings) for column in columns} | dict.fromkeys(wide, 0.0)
    copied = [(column.name, column.default.column) for column in columns if isinstance(column.default, FromColumn)]
    given: dict[tuple[str, ...], frozenset[str]] = {}
    filled = []
    for row in rows:
        values = {**constant, **row.cells}
        for name, other in copied:
            if name not in row.cells:
                values[name] = values[other]
        names = tuple(row.cells)
        if names not in given:
            given[names] = frozenset(names)
        filled.append(Row(values, row.file, row.line, given[names]))
    return filled


def _default(column: Column, settings: dict[str, Any]) -> Any:
    """What an empty cell means where it is the same in every row."""
    if isinstance(column.default, FromSetting):
        return settings.get(column.default.name)
    return None if column.required or isinstance(column.default, FromColumn) else column.default


def default_settings(given: dict[str, Any]) -> dict[str, Any]:
    """The settings given and the defaults of the rest, in the order of the spec."""
    settings: dict[str, Any] = {}
    for setting in SETTINGS:
        if setting.name in given:
            settings[setting.name] = given[setting.name]
        elif isinstance(setting.default, FromSetting):
            settings[setting.name] = given.get(setting.default.name)
        elif not setting.required:
            settings[setting.name] = setting.default
    return settings
