"""What a run was asked for: its case, settings, options and the versions that answer, so that a run is resumed as
what it was started as or not at all.

Notes, sources, what things are called on figures, the order of rows and the time limit are no part of it.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from reeplan.inputs.rows import Tables
from reeplan.inputs.spec import SOURCE_AND_NOTE, TABLES
from reeplan.outputs.run_folder import ASKED_ELSEWHERE, INPUTS, JOURNAL, MANIFEST
from reeplan.solve.executor import answers
from reeplan.solve.executor.worker import ANSWERED_BY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Asked = dict[str, Any]
"""What a run was asked for, as JSON has it."""

FINGERPRINT = "asked_sha256"
"""What the manifest calls the fingerprint of what the run was asked for."""

RECORD = "asked-for.record"
"""The file within the journal that holds what the run was asked for, to name what differs."""

WORDS_RECORD = "words.record"
"""The file beside it that holds fingerprints of the columns that no question depends on."""

WORDS = {
    "settings": ("title", "time_limit_s"),
    "regions": ("latitude", "longitude"),
    "elements": ("name",),
    "scenarios": ("label",),
}
"""Columns and settings that no question depends on."""

RANGED = "sensitivity"
"""The command whose questions the table of ranges says."""

FROM_THE_MANIFEST = ("command", "single", "seed")
MOST_NAMED = 5
"""So many differences are named one by one."""


def asked_for(facts: Mapping[str, Any], settings: Mapping[str, Any], tables: Tables) -> Asked:
    """What is asked by these tables with these settings, and by what the manifest says (``facts``)."""
    left_out = ("settings",) if facts.get("command") == RANGED else ("settings", "ranges")
    asked = {
        **{name: facts.get(name) for name in FROM_THE_MANIFEST},
        "options": facts.get("options") or {},
        "versions": answering(facts),
        "settings": {name: value for name, value in settings.items() if name not in WORDS["settings"]},
        "tables": {name: [_cells(name, row) for row in tables[name]] for name in TABLES if name not in left_out},
    }
    return dict(json.loads(json.dumps(asked, default=str)))  # as it is read back


def answering(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The versions that a manifest names, of what an answer comes from."""
    versions = facts.get("versions")
    return {name: versions.get(name) for name in ANSWERED_BY} if isinstance(versions, dict) else {}


def _cells(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    left_out = {*(column.name for column in SOURCE_AND_NOTE), *WORDS.get(table, ())}
    return {name: cell for name, cell in row.items() if name not in left_out}


def fingerprint(asked: Any) -> str:
    """The same for what is asked alike, in every process and on every day."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def keep_record(journal: Path, asked: Asked, tables: Tables) -> None:
    """Keep what the run is asked for beside its answers, and which words its tables had."""
    journal.mkdir(parents=True, exist_ok=True)
    answers.write(journal / RECORD, fingerprint(asked), "what the run was asked for", asked)
    answers.write(journal / WORDS_RECORD, fingerprint(asked), "the words of its tables", _words_of(asked, tables))


def words_that_changed(run: Path, asked: Asked, tables: Tables) -> list[str]:
    """Files with their columns that say something else than at the start, and that no question depends on."""
    found = answers.read(run / JOURNAL / WORDS_RECORD, None, dict[str, dict[str, str]])
    if found is None:
        return []
    changed = {
        name: [column for column, now in columns.items() if found[1].get(name, {}).get(column) != now]
        for name, columns in _words_of(asked, tables).items()
    }
    return [f"{INPUTS}/{name}.csv: {' and '.join(columns)}" for name, columns in changed.items() if columns]


def _words_of(asked: Asked, tables: Tables) -> dict[str, dict[str, str]]:
    """A fingerprint of each such column of each table that is asked of, whatever the order of rows."""
    rows_of = {name: tables[name] for name in asked["tables"]}
    rows_of["settings"] = [
        row
        for row in tables["settings"]
        if row["name"] not in WORDS["settings"] and row.get("source") != ASKED_ELSEWHERE  # which the run itself wrote
    ]
    words = {}
    for name, rows in rows_of.items():
        own = () if name == "settings" else WORDS.get(name, ())
        words[name] = {
            column: fingerprint(sorted(f"{_key(name, row)}: {row.get(column) or ''}" for row in rows))
            for column in (*own, *(column.name for column in SOURCE_AND_NOTE))
        }
    return words


def read_record(run: Path, versions: Asked) -> Asked | None:
    """What the run was asked for when it was started; None where that cannot be read, or other versions wrote it."""
    found = answers.read(run / JOURNAL / RECORD, None, dict[str, Any])
    return found[1] if found is not None and found[1].get("versions") == versions else None


def in_the_order_of(asked: Asked, tables: Tables) -> Tables:
    """The tables with their rows in the order in which they were solved; rows that are new come last."""
    rows = {}
    for name, now in tables.rows.items():
        place = {_text(row): number for number, row in enumerate(asked["tables"].get(name, []))}
        rows[name] = sorted(now, key=lambda row: place.get(_text(_cells(name, row)), len(place)))
    return Tables(tables.settings, rows)


def in_any_order(asked: Asked) -> Asked:
    """The same, with its rows in one order whatever order they had."""
    return {**asked, "tables": {name: sorted(rows, key=_text) for name, rows in asked["tables"].items()}}


def _text(cells: Mapping[str, Any]) -> str:
    return json.dumps(cells, sort_keys=True, default=str)


def differences(then: Asked, now: Asked) -> list[str]:
    """What is asked otherwise, in words: the file and its row, the setting, the option, the version."""
    found = [
        *_changed(MANIFEST, "", then, now, (*FROM_THE_MANIFEST, "options")),
        *_changed("", "", then["versions"], now["versions"]),
        *_changed(f"{INPUTS}/settings.csv", "", then["settings"], now["settings"]),
    ]
    for name in TABLES:
        before, after = then["tables"].get(name, []), now["tables"].get(name, [])
        if before != after:
            found += _changed_rows(name, before, after)
    if len(found) > MOST_NAMED:
        found[MOST_NAMED:] = [f"and {len(found) - MOST_NAMED} more"]
    return found


def _changed_rows(table: str, before: list[Asked], after: list[Asked]) -> Iterator[str]:
    file, (then, now) = f"{INPUTS}/{table}.csv", ({_key(table, row): row for row in rows} for rows in (before, after))
    for key in dict.fromkeys([*then, *now]):
        if key not in now or key not in then:
            yield f"{file}, {key}: this row {'is missing' if key in then else 'is new'}"
        else:
            yield from _changed(file, key, then[key], now[key])


def _key(table: str, row: Mapping[str, Any]) -> str:
    return " / ".join(str(row[column]) for column in TABLES[table].key)


def _changed(file: str, row: str, then: Asked, now: Asked, names: Any = ()) -> Iterator[str]:
    for name in names or dict.fromkeys([*then, *now]):
        before, after = then.get(name), now.get(name)
        if before != after:
            where = ", ".join(filter(None, (file, row)))
            yield f"{where}{': ' if where else ''}{name} was {_shown(before)} and is {_shown(after)}"


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "empty"
    if isinstance(value, float):
        return "no limit" if math.isinf(value) else repr(value).removesuffix(".0")
    return str(value)


def as_options(asked: Mapping[str, Any]) -> list[str]:
    """The options, as words, that ask the same of a run's inputs where everything is as it was."""
    options = asked.get("options")
    given: dict[str, Any] = dict(options) if isinstance(options, dict) else {}
    if asked.get("single"):
        target = asked["settings"].get("resilience_target")
        given["target"] = "none" if target is None else target
    given["seed"] = asked.get("seed") or None
    every = [(name, one) for name, value in given.items() for one in (value if isinstance(value, list) else [value])]
    return [
        word
        for name, one in every
        if one is not None and one is not False
        for word in (f"--{name.replace('_', '-')}", *(() if one is True else (str(one),)))
    ]
