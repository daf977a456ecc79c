"""Files and folders that lie beside the tables of a case, look like a table of it, and are not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, quoted, shown
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

BOOKS = {"xlsx", "xlsm", "xlsb", "xls", "xltx", "xltm", "ods", "ots", "fods", "numbers"}
"""Endings of workbooks, which may hold any table, whatever they are called."""
PACKED = {"zip", "gz", "bz2", "xz", "zst", "7z", "rar", "tar", "tgz", "parquet", "feather"}
"""Endings of what may hold tables in a form that is not read."""
DATA = {"json", "jsonl", "ndjson", "xml", "yaml", "yml"}
"""Endings of data that tables are exported as."""
TEXTS = {"", "csv", "tsv", "tab", "txt", "dat", "psv", "bak", "old", "orig", "tmp", "csv~"}
"""Endings of text, or none, that a table may have got by mistake."""

NEAR = 0.85
"""How like the name of a table that of a file must be to be taken for it."""


@dataclass(frozen=True)
class Other:
    """Something that is no table: the one that its name means, if any, and what it may be."""

    path: Path
    table: str
    is_folder: bool
    may_hold_it: bool
    """Whether its ending is one that tables are saved with."""
    may_hold_many: bool
    """Whether it may hold tables whatever it is called."""


def is_hidden(path: Path) -> bool:
    """Whether a program keeps it for itself: a hidden file, or the lock file of a spreadsheet."""
    return path.name.startswith((".", "~"))


def _is_hidden_table(path: Path) -> bool:
    """Whether it is a table but for the point before its name: no program does that, whoever hid it may have."""
    return path.name.startswith(".") and is_csv(path) and path.stem[1:].casefold() in TABLES


def is_csv(path: Path) -> bool:
    """Whether its name ends like that of a CSV file, in any case."""
    return path.suffix.casefold() == ".csv"


def others(paths: Iterable[Path]) -> list[Other]:
    """All that is not hidden and has no name of a CSV file; and tables that are hidden."""
    return [_other(path) for path in paths if _is_hidden_table(path) or not (is_csv(path) or is_hidden(path))]


def _other(path: Path) -> Other:
    stem, _, rest = path.name.casefold().removeprefix(".").partition(".")
    endings, folder = rest.split("."), path.is_dir()
    many = not folder and endings[-1] in BOOKS | PACKED
    likely = not folder and (many or set(endings) <= TEXTS | BOOKS | PACKED | DATA)
    return Other(path, _meant(stem.strip(), likely), folder, likely, many)


def _meant(stem: str, likely: bool) -> str:
    """The table of this name; of a likely file also one whose name is in it ('budgets (1)') or near it ('budget')."""
    if stem in TABLES or not likely:
        return stem if stem in TABLES else ""
    named = [word for word in re.split(r"[^a-z]+", stem) if word in TABLES]
    return next(iter(named or get_close_matches(stem, TABLES, 1, NEAR)), "")


def unread_tables(found: list[Other], lacking: Collection[str]) -> list[Problem]:
    """An error for each file that must be one of the ``lacking`` tables: without a word the case would be another."""
    return [
        Problem(
            shown(other.path),
            0,
            "",
            f"this table is not read: it is {'hidden' if is_hidden(other.path) else 'no CSV file'}.",
            f"save it as '{other.table}.csv' (CSV UTF-8), or move it out of the folder{_without(other.table)}.",
        )
        for other in found
        if other.table in lacking and other.may_hold_it
    ]


def _without(table: str) -> str:
    return f"; without it {TABLES[table].if_absent}" if TABLES[table].optional else ""


def unread_holders(found: list[Other], lacking: Collection[str], overlays: Collection[Path]) -> list[Problem]:
    """Warnings of what may hold tables under another name, or is called like a table that is ``lacking``."""
    problems = []
    for other in found:
        if other.is_folder and other.path.resolve() not in overlays and (inside := tables_in(other.path, lacking)):
            what = f"what is in this folder is not read: {listing(f'{name}.csv' for name in inside)}."
            without = _without(inside[0]) if len(inside) == 1 else ""
            hint = f"move it up beside the other tables, or name the folder as an overlay: --with{without}."
            problems.append(Problem(shown(other.path), 0, "", what, hint))
        elif other.table in lacking and not other.may_hold_it:
            what = "a folder" if other.is_folder else "no CSV file"
            hint = f"a table is a file such as '{other.table}.csv'{_without(other.table)}."
            problems.append(Problem(shown(other.path), 0, "", f"this is not read as a table: it is {what}.", hint))
    books = [other.path for other in found if other.may_hold_many and not other.table]
    if books:
        names = listing(quoted(shown(path.name)) for path in books)
        what = f"only CSV files are tables of a case: {names} is not read."
        hint = "save each sheet as a CSV file with the name of its table, or move it out of the folder."
        problems.append(Problem(shown(books[0]), 0, "", what, hint))
    return problems


def tables_in(folder: Path, wanted: Collection[str]) -> list[str]:
    """Which of the tables a folder holds, in any form."""
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    stems = {path.stem.casefold() for path in inside if is_csv(path) and not is_hidden(path)}
    stems |= {other.table for other in others(inside) if other.may_hold_it}
    return [name for name in TABLES if name in wanted and name in stems]
