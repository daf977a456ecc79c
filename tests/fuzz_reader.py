"""Spoil cases in thousands of ways and hold the reading of them to its word.

Each mutant of a real case comes with a promise, and a promise broken is a defect:

- what keeps the meaning (order, quoting, line ends, encodings that are read) keeps every value;
- what changes the meaning of a cell is reported, or changes that value and no other;
- what means nothing (an unknown name, a key that is there twice, a device in place of a file) is refused;
- nothing ends in a traceback, nothing hangs, and what is accepted can be built into a network.

``python tests/fuzz_reader.py --mutants 10000 --seed 1`` prints what was tried and what was found.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from random_cases import write_random_case
from reeplan.inputs.load import load_tables
from reeplan.inputs.rows import Loaded, Problem
from reeplan.inputs.spec import BASE, SETTINGS, TABLES, Column, FromColumn, FromSetting
from reeplan.model.build_case import case_from_tables
from reeplan.model.network import Network
from reeplan.model.program.contents import build_program
from reeplan.solve.search_options import SearchOptions

ROOT = Path(__file__).resolve().parent.parent
HANG_S = 10.0
"""No case of ordinary size takes longer to read."""
FREE_TEXT = ("source", "note")
MEMORY = 6_000_000_000
"""Bytes after which the tool gives up, so that a file without end does not take the machine with it."""
JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))

Lines = list[list[str]]
"""A table as text: the header, then the rows."""
Place = tuple[str, int, str]
"""A typed cell: table, position of the row, column."""
Canon = dict[str, list[dict[str, Any]]]
"""All typed values of a case; the typed settings are the only row of the table ``""``."""
Judge = Callable[["Source", Loaded], str]
"""Says what is wrong with the answer to a mutant, or nothing."""


# ---- cases to spoil -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """A case without errors: its files as text, and every value as it is read."""

    name: str
    folder: Path
    lines: Mapping[str, Lines]
    canon: Canon
    small: bool

    def data(self, table: str) -> bytes:
        """The table's file as it is."""
        return (self.folder / f"{table}.csv").read_bytes()

    def with_rows(self, pick: random.Random, least: int = 1) -> str:
        """A table with at least so many rows."""
        return pick.choice([name for name, lines in self.lines.items() if len(lines) > least])


def source_of(name: str, folder: Path) -> Source:
    """The case in the folder, which must be right."""
    loaded = load_tables(folder)
    assert loaded.tables is not None, (folder, loaded.errors)
    lines = {
        path.stem: list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
        for path in sorted(folder.glob("*.csv"))
    }
    return Source(name, folder, lines, canon_of(loaded), loaded.row_count < 200)


def all_sources(place: Path, random_cases: int = 8) -> list[Source]:
    """Copies of the project's own cases, and some random ones, to be spoilt in ``place``."""
    real = [ROOT / "inputs" / "base", ROOT / "inputs" / "tutorial"]
    hand = sorted(path for path in (ROOT / "tests" / "hand_cases").iterdir() if path.is_dir())
    sources = []
    for folder in real + hand:
        copy = place / folder.name
        copy.mkdir(parents=True)
        for path in folder.glob("*.csv"):
            shutil.copy(path, copy)
        sources.append(source_of(folder.name, copy))
    for seed in range(random_cases):
        write_random_case(place / f"random_{seed}", seed)
        sources.append(source_of(f"random_{seed}", place / f"random_{seed}"))
    return sources


def canon_of(loaded: Loaded) -> Canon:
    """All typed values of a case that was read."""
    assert loaded.tables is not None
    canon: Canon = {name: [dict(row) for row in loaded.tables[name]] for name in TABLES}
    canon[""] = [dict(loaded.tables.settings)]
    return canon


def text_of(lines: Lines, **style: Any) -> str:
    """Lines as a CSV file."""
    file = io.StringIO(newline="")
    csv.writer(file, **{"lineterminator": "\r\n", **style}).writerows(lines)
    return file.getvalue()


# ---- mutants --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """Files to write instead of a case's own, or of an overlay's; and what must come of it."""

    kind: str
    judge: Judge
    detail: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    overlay: Mapping[str, bytes] | None = None
    spoil: Callable[[Path], object] | None = None
    """What else is done to a copy of the folder, for mutants that are more than other content."""


Maker = Callable[[Source, random.Random], Mutant | None]
MAKERS: dict[str, Maker] = {}
"""Every kind of mutant by its name; a maker gives nothing where the case has no place for its kind."""


def maker(make: Maker) -> Maker:
    """Register a kind of mutant."""
    MAKERS[make.__name__] = make
    return make


def of_table(table: str, lines: Lines | str | bytes, judge: Judge, detail: str = "") -> Mutant:
    """A mutant with another content of one table."""
    text = text_of(lines) if isinstance(lines, list) else lines
    data = text.encode() if isinstance(text, str) else text
    return Mutant("", judge, f"{table}: {detail}" if detail else table, {table: data})


# ---- promises -------------------------------------------------------------------------------------


def anything(source: Source, loaded: Loaded) -> str:
    """Only that reading ends well."""
    return ""


def refused(source: Source, loaded: Loaded) -> str:
    """There is an error."""
    return "" if loaded.errors else "accepted what means nothing"


def refused_at(table: str, column: str) -> Judge:
    """There is an error in this column of this table."""

    def judge(source: Source, loaded: Loaded) -> str:
        found = any(Path(e.file).name == f"{table}.csv" and column in e.column for e in loaded.errors)
        return "" if found else f"no error in {table}.{column}, but {[e.message for e in loaded.errors[:3]]}"

    return judge


def unchanged(source: Source, loaded: Loaded) -> str:
    """Every value is as before."""
    if loaded.errors:
        return f"refused what means the same: {_told(loaded.errors[0])}"
    found = differences(source.canon, canon_of(loaded))
    return f"values changed: {_sample(found)}" if found else ""


def reordered(table: str) -> Judge:
    """Every value is as before; the rows of one table stand in another order."""

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return f"refused what means the same: {_told(loaded.errors[0])}"
        before, after = dict(source.canon), canon_of(loaded)
        ours, theirs = (sorted(map(_comparable, canon[table])) for canon in (before, after))
        before[table] = after[table] = []
        found = differences(before, after)
        return "rows changed" if ours != theirs else f"values changed: {_sample(found)}" if found else ""

    return judge


def only(*places: Place) -> Judge:
    """Refused, or no value changed but these and what follows from them."""

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return ""
        found = {place for place in differences(source.canon, canon_of(loaded)) if not _follows(place, places)}
        return f"other values changed: {_sample(found)}" if found else ""

    return judge


def becomes(place: Place, value: object) -> Judge:
    """Refused, or this cell has this value, and no other value changed."""

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return ""
        table, row, column = place
        found = canon_of(loaded)[table][row].get(column)
        wrong = found != value and not (table == "settings" and column == "value")
        return f"{place} is read as {found!r}, not {value!r}" if wrong else only(place)(source, loaded)

    return judge


def one_row(source: Source, loaded: Loaded) -> str:
    """Refused, or at most one cell changed, and what follows from it."""
    if loaded.errors:
        return ""
    found = sorted(differences(source.canon, canon_of(loaded)))
    if any(all(_follows(place, [origin]) for place in found) for origin in found) or not found:
        return ""
    return f"more than one value changed: {_sample(found)}"


def without(table: str, row: int) -> Judge:
    """Refused, or the case lacks this row, and nothing else changed but the settings it may be."""

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return ""
        before = {name: list(rows) for name, rows in source.canon.items()}
        del before[table][row]
        found = {place for place in differences(before, canon_of(loaded)) if table != "settings" or place[0]}
        found = {place for place in found if not (table == "settings" and place[2] in FROM_SETTINGS)}
        return f"other values changed: {_sample(found)}" if found else ""

    return judge


def cut_off(table: str) -> Judge:
    """Refused, or the first rows are as before, but for the last of them."""

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return ""
        after = canon_of(loaded)
        kept = max(0, len(after[table]) - 1)
        before = {**source.canon, table: source.canon[table][:kept]}
        after[table] = after[table][:kept]
        if table == "settings":
            return ""
        found = differences(before, after)
        return f"other values changed: {_sample(found)}" if found else ""

    return judge


def renamed(old: str, new: str) -> Judge:
    """Refused, or every value is as before but for the name, whose letters are composed and whose blanks are plain."""
    blanks = dict.fromkeys((0xA0, 0x2007, 0x202F, 0x3000), " ")
    new = unicodedata.normalize("NFC", new.strip(" \t\r\n\u00a0\u3000\u200b\ufeff").translate(blanks))

    def judge(source: Source, loaded: Loaded) -> str:
        if loaded.errors:
            return ""
        before = {
            table: [
                {_other_name(key, old, new): _other_name(value, old, new) for key, value in row.items()} for row in rows
            ]
            for table, rows in source.canon.items()
        }
        after = canon_of(loaded)
        before[""], after[""] = [], []
        found = {place for place in differences(before, after) if _kind(place[0], place[2]) != "choice"}
        found = {place for place in found if place[2] not in FREE_TEXT}
        return f"other values changed: {_sample(found)}" if found else ""

    return judge


FROM_SETTINGS = frozenset(
    column.name for table in TABLES.values() for column in table.columns if isinstance(column.default, FromSetting)
)


def differences(before: Canon, after: Canon) -> set[Place]:
    """The places whose values differ; a table with another number of rows is one at row -1."""
    found: set[Place] = set()
    for table, rows in before.items():
        if len(rows) != len(after[table]):
            found.add((table, -1, f"{len(rows)} rows became {len(after[table])}"))
            continue
        for index, (old, new) in enumerate(zip(rows, after[table], strict=True)):
            for column in old.keys() | new.keys():
                ours, theirs = old.get(column), new.get(column)
                if type(ours) is not type(theirs) or ours != theirs:
                    found.add((table, index, column))
    return found


def _follows(place: Place, origins: Iterable[Place]) -> bool:
    """Whether a change there follows from a change at one of the origins: by a default, or by the sum of a basket."""
    table, row, column = place
    for origin_table, origin_row, origin_column in origins:
        if place == (origin_table, origin_row, origin_column):
            return True
        if origin_table in ("settings", "") and (table in ("settings", "") or column in FROM_SETTINGS):
            return True
        if (table, row) == (origin_table, origin_row):
            if table == "baskets":
                return True
            default = next((c.default for c in TABLES[table].columns if c.name == column), None)
            if isinstance(default, FromColumn) and default.column == origin_column:
                return True
    return False


def _other_name(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str) and ">" in value:
        return ">".join(new if part == old else part for part in value.split(">"))
    return new if value == old else value


def _comparable(row: Mapping[str, Any]) -> str:
    return repr(sorted(row.items()))


def _sample(found: Iterable[Place]) -> str:
    places = sorted(found)
    return f"{places[:3]}{f' and {len(places) - 3} more' if len(places) > 3 else ''}"


def _told(problem: Problem) -> str:
    return f"{Path(problem.file).name}:{problem.line} {problem.column}: {problem.message}"


# ---- bytes ----------------------------------------------------------------------------------------


@maker
def random_bytes(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    return of_table(table, pick.randbytes(pick.choice([1, 3, 20, 400, 5000])), refused)


@maker
def byte_flipped(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    data = bytearray(source.data(table))
    at = pick.randrange(len(data))
    data[at] ^= 1 << pick.randrange(8)
    return of_table(table, bytes(data), one_row, f"byte {at} is {bytes(data[max(0, at - 20) : at + 20])!r}")


@maker
def byte_deleted(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    data = source.data(table)
    at = pick.randrange(len(data))
    return of_table(table, data[:at] + data[at + 1 :], one_row, f"{data[max(0, at - 20) : at + 20]!r}")


@maker
def mark_inserted(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    data = source.data(table)
    at, mark = pick.randrange(len(data)), pick.choice([b",", b'"', b"\n", b"\r", b";", b"\t", b".", b"\0", b"\xff"])
    return of_table(table, data[:at] + mark + data[at:], one_row, f"{mark!r} in {data[max(0, at - 20) : at + 20]!r}")


@maker
def truncated(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    data = source.data(table)
    at = pick.randrange(len(data))
    return of_table(table, data[:at], cut_off(table), f"after {at} of {len(data)} bytes")


@maker
def emptied(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    nothing = pick.choice([b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b",,,\n", b" ", b"\xff\xfe"])
    return of_table(table, nothing, refused)


@maker
def header_only(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    return of_table(table, source.lines[table][:1], cut_off(table))


@maker
def tail_of_garbage(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    return of_table(table, source.data(table) + pick.randbytes(50), refused)


# ---- what keeps the meaning -----------------------------------------------------------------------


@maker
def readable_encoding(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    encoding = pick.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be+bom", "utf-32"])
    text = source.data(table).decode("utf-8-sig")
    data = ("\ufeff" + text).encode("utf-16-be") if encoding == "utf-16-be+bom" else text.encode(encoding)
    return of_table(table, data, unchanged, encoding)


FOREIGN = (
    ("cp1252", "Coût élevé – 5 €"),
    ("latin-1", "Größe"),
    ("cp932", "磁石と希土類"),
    ("euc_jp", "磁石"),
    ("gbk", "稀土"),
    ("koi8-r", "Руда"),
    ("mac_roman", "é"),
)


@maker
def foreign_encoding(source: Source, pick: random.Random) -> Mutant:
    """A name or note with letters beyond ASCII, in an encoding that cannot be told from others for sure."""
    table = source.with_rows(pick)
    encoding, letters = pick.choice(FOREIGN)
    lines = [[*source.lines[table][0]], *([*row] for row in source.lines[table][1:])]
    if "note" not in lines[0]:
        lines[0].append("note")
        lines[1:] = [[*row, ""] for row in lines[1:]]
    lines[pick.randrange(1, len(lines))][lines[0].index("note")] = letters
    plain = text_of(lines).encode("ascii", errors="ignore").decode()
    data = "".join(c for c in text_of(lines) if c in plain or c in letters).encode(encoding, errors="ignore")
    return of_table(table, data, refused, encoding)


@maker
def line_ends(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    ends = pick.choice([["\r\n"], ["\r"], ["\n"], ["\r\r\n"], ["\n", "\r\n"], ["\r", "\n", "\r\n"]])
    text = "".join(text_of([line], lineterminator="") + pick.choice(ends) for line in source.lines[table])
    return of_table(table, text if pick.random() < 0.7 else text.rstrip("\r\n"), unchanged, repr(ends))


@maker
def dressed_otherwise(source: Source, pick: random.Random) -> Mutant:
    """Quotes, blanks, blank lines, empty columns, another separator: the same cells."""
    table = pick.choice(list(source.lines))
    lines = source.lines[table]
    ways = "quoted, blanks, no-break blanks, blank lines, empty columns, semicolons, tabs, sep, BOM twice"
    how = pick.choice(ways.split(", "))
    if how == "blanks":
        lines = [[f" {cell}  " for cell in row] for row in lines]
    elif how == "no-break blanks":
        lines = [[f"\u00a0{cell}\u00a0" if cell else cell for cell in row] for row in lines]
    elif how == "blank lines":
        lines = [
            line for row in lines for line in ([[""] * pick.randrange(6)] * pick.choice([0, 0, 1, 60]) + [list(row)])
        ]
    elif how == "empty columns":
        lines = [[*row, "", ""] for row in lines]
    marks = {"semicolons": ";", "tabs": "\t"}
    if how == "semicolons" and not _decided(lines):
        return of_table(table, lines, unchanged)
    text = text_of(
        lines, quoting=csv.QUOTE_ALL if how == "quoted" else csv.QUOTE_MINIMAL, delimiter=marks.get(how, ",")
    )
    text = {"sep": "sep=,\n", "BOM twice": "\ufeff\ufeff"}.get(how, "") + text
    return of_table(table, text, unchanged, how)


def _decided(lines: Lines) -> bool:
    """Whether no number in the lines may have two meanings once points and commas are both possible."""
    decimals = [cell.partition(".")[2] for row in lines for cell in row]
    return not any(part.isdigit() and len(part) == 3 for part in decimals)


@maker
def columns_reordered(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    order = list(range(len(source.lines[table][0])))
    pick.shuffle(order)
    return of_table(table, [[row[index] for index in order] for row in source.lines[table]], unchanged)


@maker
def rows_shuffled(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    rows = source.lines[table][1:]
    pick.shuffle(rows)
    return of_table(table, [source.lines[table][0], *rows], reordered(table))


@maker
def numbers_written_otherwise(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    header, *rows = source.lines[table]
    numeric = {index for index, name in enumerate(header) if _kind(table, name) in ("number", "integer")}
    write = pick.choice(
        [
            lambda value: repr(float(value)),
            lambda value: f"+{value}" if not value.startswith("-") else value,
            lambda value: f"{float(value):.17e}",
            lambda value: f"{float(value):.17E}",
            lambda value: f"{value}000" if "." in value and "e" not in value.lower() else value,
        ]
    )
    written = [[write(cell) if index in numeric and cell else cell for index, cell in enumerate(row)] for row in rows]
    return of_table(table, [header, *written], unchanged)


@maker
def empty_optional_column_added(source: Source, pick: random.Random) -> Mutant | None:
    table = pick.choice(list(source.lines))
    names = [c.name for c in TABLES[table].columns if not c.required and c.name not in source.lines[table][0]]
    if not names:
        return None
    header, *rows = source.lines[table]
    return of_table(table, [[*header, pick.choice(names)], *([*row, ""] for row in rows)], unchanged)


@maker
def overlay_of_the_same(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    header, *rows = source.lines[table]
    chosen = pick.sample(rows, pick.randint(1, len(rows)))
    return Mutant("", unchanged, table, overlay={table: text_of([header, *chosen]).encode()})


# ---- columns and rows -----------------------------------------------------------------------------


@maker
def column_dropped(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    header = source.lines[table][0]
    at = pick.randrange(len(header))
    lines = [row[:at] + row[at + 1 :] for row in source.lines[table]]
    required = any(c.name == header[at] and c.required for c in TABLES[table].columns) and len(lines) > 1
    places = [(table, row, header[at]) for row in range(len(lines) - 1)]
    return of_table(table, lines, refused if required else only(*places), header[at])


@maker
def column_doubled(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    at = pick.randrange(len(source.lines[table][0]))
    return of_table(table, [[*row, row[at]] for row in source.lines[table]], refused, source.lines[table][0][at])


@maker
def column_renamed(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    header, *rows = source.lines[table]
    at = pick.randrange(len(header))
    name = pick.choice([header[at] + "x", header[at].upper(), "drop", "", "\x1b[31m", "x" * 10_000, *NASTY_NAMES])
    if name in (header[at], *FREE_TEXT):
        name += "_"
    judge = refused if name.strip() or any(row[at] for row in rows) else anything
    return of_table(table, [[*header[:at], name, *header[at + 1 :]], *rows], judge, f"{header[at]} to {name[:30]!r}")


@maker
def headers_swapped(source: Source, pick: random.Random) -> Mutant | None:
    table = pick.choice(list(source.lines))
    header = list(source.lines[table][0])
    if len(header) < 2:
        return None
    one, other = pick.sample(range(len(header)), 2)
    places = [(table, row, header[at]) for row in range(len(source.lines[table]) - 1) for at in (one, other)]
    header[one], header[other] = header[other], header[one]
    return of_table(table, [header, *source.lines[table][1:]], only(*places))


@maker
def row_dropped(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    row = pick.randrange(len(source.lines[table]) - 1)
    lines = source.lines[table][: row + 1] + source.lines[table][row + 2 :]
    return of_table(table, lines, without(table, row), f"row {row}")


@maker
def row_doubled(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    lines = source.lines[table]
    return of_table(table, [*lines, pick.choice(lines[1:])], refused)


@maker
def row_ragged(source: Source, pick: random.Random) -> Mutant:
    """A comma too many or too few in one row."""
    table = source.with_rows(pick)
    lines = [list(row) for row in source.lines[table]]
    row = pick.randrange(1, len(lines))
    if pick.random() < 0.5:
        lines[row].insert(pick.randrange(len(lines[row]) + 1), pick.choice(["", "0", "1"]))
    else:
        del lines[row][pick.randrange(len(lines[row]))]
    return of_table(table, lines, refused if len(lines[0]) > 1 else anything, f"row {row}: {lines[row]}")


# ---- cells ----------------------------------------------------------------------------------------

NUMBERS: dict[str, float | None] = {
    "1e308": 1e308, "-1e308": -1e308, "1e-308": 1e-308, "4.9e-324": 5e-324, "1e400": None, "-1e400": None,
    "1e-400": 0.0, "-0": 0.0, "-0.0": 0.0, "00012": 12.0, "1_000": None, "0x10": None, "0b1": None, "1e5": 1e5,
    "١٢٣": None, "１２３": None, "1²": None, "Ⅷ": None, "½": None, "1,5": None, "1,000": None, "1.000,5": None,
    "1 000": None, "1\u00a0000": None, "1\u202f000": None, "1'000": None, "12%": None, "$5": None, "5 t": None,
    "1e": None, "e5": None,
    ".5": 0.5, "5.": 5.0, "+7": 7.0, "--7": None, "+-7": None, "1e+5": 1e5, "1d5": None, "1e5.0": None, "nan": None,
    "inf": None, "-inf": None, "Infinity": None, "NaN": None, "None": None, "null": None, "true": None, "TRUE": None,
    "=1+1": None, "=2030": None, "+1+1": None, "@1": None, "#REF!": None, "#N/A": None, "12:30": None,
    "2030-01-01": None, "01.02.2030": None, "Jan-30": None, "2030.0": 2030.0, "2030.5": 2030.5, "2e3": 2000.0,
    "999999999999999999999": 1e21, "9007199254740993": 9007199254740992.0, "0.1e1": 1.0, "−5": None, "1\u200b2": None,
    "\u202e21": None, "1;2": None, "1\t2": None, "1\n2": None, '1"2': None, "1e1_0": None, "(5)": None, "5-": None,
    "infinity": None, "1__0": None, "٠": None, "1" * 400: None, "0." + "0" * 400 + "1": 0.0, "1" * 10_000: None,
}  # fmt: skip
"""Ways to write a number, and what each of them is; None: no number that a table can mean."""

NASTY_NAMES = (
    "../../etc/passwd", "..", ".", "/", "/etc/passwd", "C:\\x", "con", "NUL", "aux.csv", "<script>alert(1)</script>",
    "</table><img src=x onerror=alert(1)>", "&amp;", "&lt;b&gt;", "a\nb", "a\r\nb", "a\rb",
    "a,b", 'a"b', '"', '""', "'", "a'b", "a;b", "a\tb",
    "🧲", "👩\u200d🔬", "\u202eabc", "abc\u200f", "a\u200bb", "\u200b", "\ufeffa", "a\u2060b", "a\u00adb",
    "a\u2028b", "a\u0085b",
    "a\x00b", "a\x1b[31mb", "a\x07b", "a\x7fb", "x" * 10_000, "é", "e\u0301", "Ａ", "ﬁ", "İ", "ß", "ı", "磁石",
    "ネオジム", "भारत",
    "=1+1", "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-cmd|' /C calc'!A0", "@SUM(1,2)", "+1", "-1", "-", "+",
    "@", "=",
    "#REF!", "#N/A", "%s%s%n", "{0}", "{names}", "{}", "${HOME}", "$(id)", "`id`", "$x$", "$\\frac{", "\\alpha",
    "a_b^c", "a|b", "a*b?",
    "all", "any", "base", "oxide", "product", "scrap", "concentrate", "source", "note", "drop", "mixed of pit",
    "total",
    "None", "nan", "null", "NA", "True", "0", "1.0", "2030", "1e5", "a>b", "a/b", "a@2030", "a\\b", "a\u00a0b",
    "a  b", "A B",
    "a" + "\u0301" * 500, "\U000e0001", "\ue000", "\u0378", "a\u180eb", "a\u3164b", "\u3164", "\u00a0", "\u3000",
    "a\u3000b",
)  # fmt: skip
"""Names that harm files, pages, figures, spreadsheets or terminals, or that look like other names."""


def _kind(table: str, column: str) -> str:
    """The kind of a column; "" where the table has it not."""
    known = {c.name: c.kind for c in TABLES[table].columns}
    return known.get(column, "number" if TABLES[table].wide and column not in FREE_TEXT else "")


def _cell(source: Source, pick: random.Random, kinds: Sequence[str]) -> tuple[str, int, int] | None:
    """A row of a table (counted from 0) and a column of one of these kinds."""
    for _ in range(20):
        table = source.with_rows(pick)
        columns = [at for at, name in enumerate(source.lines[table][0]) if _kind(table, name) in kinds]
        if columns:
            return table, pick.randrange(len(source.lines[table]) - 1), pick.choice(columns)
    return None


def _with_cell(source: Source, table: str, row: int, column: int, cell: str) -> Lines:
    lines = [list(line) for line in source.lines[table]]
    lines[row + 1][column] = cell
    return lines


@maker
def number_respelt(source: Source, pick: random.Random) -> Mutant | None:
    found = _cell(source, pick, ["number", "integer"])
    if not found:
        return None
    table, row, column = found
    name = source.lines[table][0][column]
    text, value = pick.choice(list(NUMBERS.items()))
    judge = refused_at(table, name) if value is None else becomes((table, row, name), value)
    if value is not None and table == "baskets":
        judge = only((table, row, name))
    if value is not None and _kind(table, name) == "integer" and value != int(value):
        judge = refused_at(table, name)
    return of_table(table, _with_cell(source, table, row, column, text), judge, f"{name} is {text[:40]!r}")


@maker
def setting_respelt(source: Source, pick: random.Random) -> Mutant:
    lines = [list(line) for line in source.lines["settings"]]
    row = pick.randrange(1, len(lines))
    name, value = lines[0].index("name"), lines[0].index("value")
    text, number = pick.choice([*NUMBERS.items(), *((name, None) for name in NASTY_NAMES)])
    lines[row][value] = text
    kind = next(s.kind for s in SETTINGS if s.name == lines[row][name])
    wrong = kind in ("number", "integer") and number is None and text.strip("\u200b\ufeff \u00a0\u3000")
    wrong = wrong and text not in ("+1", "-1", "0", "1.0", "2030", "1e5")
    if text in NUMBERS or not text.replace(".", "").replace("e", "").isdigit():
        judge = refused if wrong else only(("settings", row - 1, "value"))
    else:
        judge = only(("settings", row - 1, "value"))
    return of_table("settings", lines, judge, f"{lines[row][name]} is {text[:40]!r}")


@maker
def cell_gets_a_nasty_name(source: Source, pick: random.Random) -> Mutant | None:
    found = _cell(source, pick, ["text", "choice", "yes_no", "years"])
    if not found:
        return None
    table, row, column = found
    name, text = source.lines[table][0][column], pick.choice(NASTY_NAMES)
    return of_table(
        table, _with_cell(source, table, row, column, text), only((table, row, name)), f"{name} is {text[:30]!r}"
    )


@maker
def renamed_everywhere(source: Source, pick: random.Random) -> Mutant | None:
    """A thing gets another name in all tables: refused, or the same case."""
    declared = [(name, TABLES[name].key[0]) for name in DECLARING if name in source.lines]
    table, column = pick.choice([*declared, ("regions", "country")])
    lines = source.lines[table]
    if len(lines) < 2:
        return None
    old, new = pick.choice(lines[1:])[lines[0].index(column)], pick.choice(NASTY_NAMES)
    files = {}
    for other, content in source.lines.items():
        skip = {at for at, name in enumerate(content[0]) if _kind(other, name) not in ("text", "")}
        skip |= {at for at, name in enumerate(content[0]) if name in (*FREE_TEXT, "value")}
        header = [new if other == "baskets" and name == old else name for name in content[0]]
        rows = [
            [cell if at in skip else _other_name(cell, old, new) for at, cell in enumerate(row)] for row in content[1:]
        ]
        if [header, *rows] != content:
            files[other] = text_of([header, *rows]).encode()
    return Mutant("", renamed(old, new), f"{old} to {new[:30]!r}", files)


DECLARING = (
    "partners",
    "regions",
    "elements",
    "products",
    "deposits",
    "processes",
    "plants",
    "ventures",
    "suppliers",
    "scenarios",
)


@maker
def cell_emptied(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    header = source.lines[table][0]
    row, column = pick.randrange(len(source.lines[table]) - 1), pick.randrange(len(header))
    required = any(c.name == header[column] and c.required for c in TABLES[table].columns)
    judge = refused if required and table != "settings" else only((table, row, header[column]))
    return of_table(table, _with_cell(source, table, row, column, ""), judge, header[column])


@maker
def swapped_within_a_column(source: Source, pick: random.Random) -> Mutant | None:
    table = source.with_rows(pick)
    lines = [list(row) for row in source.lines[table]]
    if len(lines) < 3:
        return None
    (one, other), column = pick.sample(range(1, len(lines)), 2), pick.randrange(len(lines[0]))
    lines[one][column], lines[other][column] = lines[other][column], lines[one][column]
    places = [(table, row - 1, lines[0][column]) for row in (one, other)]
    return of_table(table, lines, only(*places), f"{lines[0][column]} of rows {one} and {other}")


@maker
def swapped_within_a_row(source: Source, pick: random.Random) -> Mutant | None:
    table = source.with_rows(pick)
    lines = [list(row) for row in source.lines[table]]
    if len(lines[0]) < 2:
        return None
    row, (one, other) = pick.randrange(1, len(lines)), pick.sample(range(len(lines[0])), 2)
    lines[row][one], lines[row][other] = lines[row][other], lines[row][one]
    places = [(table, row - 1, lines[0][column]) for column in (one, other)]
    return of_table(table, lines, only(*places), f"row {row}: {lines[0][one]} and {lines[0][other]}")


@maker
def swapped_between_tables(source: Source, pick: random.Random) -> Mutant:
    first, second = source.with_rows(pick), source.with_rows(pick)
    contents = {name: [list(row) for row in source.lines[name]] for name in (first, second)}
    rows = [pick.randrange(1, len(contents[name])) for name in (first, second)]
    columns = [pick.randrange(len(contents[name][0])) for name in (first, second)]
    a, b = contents[first][rows[0]], contents[second][rows[1]]
    a[columns[0]], b[columns[1]] = b[columns[1]], a[columns[0]]
    places = [
        (name, row - 1, contents[name][0][column])
        for name, row, column in zip((first, second), rows, columns, strict=True)
    ]
    return Mutant("", only(*places), str(places), {name: text_of(lines).encode() for name, lines in contents.items()})


# ---- names ----------------------------------------------------------------------------------------


def _references(source: Source) -> Iterator[tuple[str, Column]]:
    for name, lines in source.lines.items():
        for column in TABLES[name].columns:
            is_name = column.refers_to or (name, column.name) in (("disruptions", "target"), ("partners", "partner"))
            if is_name and len(lines) > 1:
                yield name, column


@maker
def unknown_name(source: Source, pick: random.Random) -> Mutant:
    """In any column that refers to something, also one that the file has not got; in the case or in an overlay."""
    table, column = pick.choice(list(_references(source)))
    lines = [list(row) for row in source.lines[table]]
    if column.name not in lines[0]:
        lines = [[*lines[0], column.name], *([*row, ""] for row in lines[1:])]
    row, at = pick.randrange(1, len(lines)), lines[0].index(column.name)
    old = lines[row][at]
    misspelt = [old.swapcase(), f"{old}x", f"x{old}", old[:-1], f"{old}\u00a0x", f"{old},", f"{old}\u200f"]
    strange = ["nowhere", "Nowhere 7", *misspelt, old.replace("a", "а"), old.replace(" ", "  "), *NASTY_NAMES]
    known = {cell for content in source.lines.values() for line in content for cell in line}
    known |= {"any", "all", BASE, "oxide", "product", "scrap", "concentrate", "mixed", "heavy_mix"}
    new = pick.choice([name for name in strange if name.strip() and "\0" not in name and name not in known])
    if not new.strip(" \u3000\u00a0\u200b\ufeff"):
        new = "nowhere"
    lines[row][at] = new
    detail, judge = f"{table}.{column.name} is {new[:30]!r}", refused_at(table, column.name)
    if pick.random() < 0.3 and table != "partners":
        return Mutant("", judge, f"overlay, {detail}", overlay={table: text_of([lines[0], lines[row]]).encode()})
    return of_table(table, lines, judge, detail)


@maker
def drop_that_matches_nothing(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    key = TABLES[table].key[0]
    overlay = text_of([[key, "drop"], ["nowhere", "yes"]])
    return Mutant("", refused, table, overlay={table: overlay.encode()})


@maker
def overlay_spoilt(source: Source, pick: random.Random) -> Mutant:
    table = source.with_rows(pick)
    header, *rows = source.lines[table]
    data = bytearray(text_of([header, *pick.sample(rows, pick.randint(1, len(rows)))]).encode())
    for _ in range(pick.randint(1, 5)):
        data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
    return Mutant("", anything, table, overlay={table: bytes(data)})


@maker
def several_at_once(source: Source, pick: random.Random) -> Mutant:
    """Two to five mutants of different tables together: they may mean anything, but must be borne."""
    files: dict[str, bytes] = {}
    kinds = []
    for _ in range(pick.randint(2, 5)):
        kind = pick.choice([name for name in MAKERS if name != "several_at_once"])
        made = MAKERS[kind](source, pick)
        if made and not made.spoil:
            files |= made.files
            kinds.append(kind)
    return Mutant("", anything, ", ".join(kinds), files)


# ---- folders --------------------------------------------------------------------------------------


def _odd(make: Callable[[Path], object], judge: Judge, detail: str) -> Mutant:
    return Mutant("", judge, detail, spoil=make)


def _instead(table: str, make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Put something else in the place of a table's file."""

    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        path.unlink()
        make(path)

    return spoil


def _beside(name: str | bytes, content: bytes = b"x") -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        with open(os.path.join(os.fsencode(folder), os.fsencode(name)), "wb") as file:
            file.write(content)

    return spoil


def _real_elsewhere(path: Path) -> None:
    """A link to a file outside of the folder that has the right content."""
    original = path.parent.parent / "original" / path.name
    path.symlink_to(original)


def _nest(folder: Path) -> None:
    deep = folder / "deep"
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "demand.csv").write_bytes(b"x")


@maker
def odd_folder(source: Source, pick: random.Random) -> Mutant:
    table = pick.choice(list(source.lines))
    odd: list[tuple[str, Callable[[Path], object], Judge]] = [
        ("a folder in its place", _instead(table, lambda path: path.mkdir()), refused),
        ("a FIFO in its place", _instead(table, lambda path: os.mkfifo(path)), refused),
        ("a link to nothing", _instead(table, lambda path: path.symlink_to("gone")), refused),
        ("a link to itself", _instead(table, lambda path: path.symlink_to(path.name)), refused),
        ("a link to a device without end", _instead(table, lambda path: path.symlink_to("/dev/zero")), refused),
        ("a link to an empty device", _instead(table, lambda path: path.symlink_to("/dev/null")), refused),
        ("a link to a real file", _instead(table, _real_elsewhere), unchanged),
        ("another FIFO", lambda folder: os.mkfifo(folder / "x.csv"), refused),
        ("upper-case name", lambda folder: (folder / f"{table}.csv").rename(folder / f"{table.upper()}.csv"), refused),
        ("upper-case ending", lambda folder: (folder / f"{table}.csv").rename(folder / f"{table}.CSV"), refused),
        ("hidden ending", lambda folder: (folder / f"{table}.csv").rename(folder / f"{table}.csv.txt"), refused),
        ("a workbook", lambda folder: (folder / f"{table}.csv").rename(folder / f"{table}.xlsx"), refused),
        ("a name that is no text", _beside(b"d\xe9mand.csv"), refused),
        ("a name with a line break", _beside("dem\nand.csv"), refused),
        ("a name with colours", _beside("\x1b[31mx.csv"), refused),
        ("a long name", _beside("x" * 250 + ".csv"), refused),
        ("hidden files", lambda folder: (_beside(".x.csv")(folder), _beside("~$x.csv")(folder)), unchanged),
        ("other files", lambda folder: (_beside("README.md")(folder), _beside("x.json")(folder)), unchanged),
        ("deep folders", _nest, unchanged),
        ("a pile of nothing", _beside("x.csv", b"\0" * 3_000_000), refused),
    ]
    detail, make, judge = pick.choice(odd)
    return _odd(make, judge, f"{table}: {detail}")


# ---- trying them ----------------------------------------------------------------------------------


class HungError(Exception):
    """Reading takes too long."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ``HungError`` in the main thread when the time is over, also in the midst of a system call."""

    def ring(number: int, frame: object) -> None:
        raise HungError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Finding:
    """A promise broken: by which mutant of which case."""

    kind: str
    source: str
    detail: str
    complaint: str


@dataclass
class Tally:
    """What was tried and what came of it."""

    tried: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: list[Finding] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    seconds: float = 0.0


def make_mutant(source: Source, pick: random.Random, kinds: Sequence[str]) -> Mutant:
    """A mutant of one of these kinds."""
    while True:
        kind = pick.choice(kinds)
        made = MAKERS[kind](source, pick)
        if made is not None:
            return replace(made, kind=kind)


def try_mutant(source: Source, mutant: Mutant, build: bool = False) -> tuple[str, str]:
    """The outcome (errors, warnings, accepted) and what is wrong with it, if anything."""
    with tempfile.TemporaryDirectory() as scratch, _spoilt(source, mutant, Path(scratch)) as (folder, overlays):
        try:
            with time_limit(HANG_S):
                loaded = load_tables(folder, overlays)
                if loaded.tables is not None:
                    case = case_from_tables(loaded.tables)
                    Network(case)
                    if build and len(case.years) <= 40:
                        build_program(case, SearchOptions.of(loaded.tables.settings).measure)
        except HungError:
            return "hung", f"hangs for more than {HANG_S:g} s"
        except Exception:
            return "traceback", traceback.format_exc(limit=-3)
    outcome = "error" if loaded.errors else "warning" if loaded.warnings else "silent"
    return outcome, _ill_told(loaded) or mutant.judge(source, loaded)


@contextmanager
def _spoilt(source: Source, mutant: Mutant, scratch: Path) -> Iterator[tuple[Path, list[Path]]]:
    """The mutant as folders. Only other content is written into the case's own folder, and taken back afterwards."""
    overlays = []
    if mutant.overlay is not None:
        overlays = [scratch / "overlay"]
        _write(overlays[0], mutant.overlay)
    if mutant.spoil is None:
        _write(source.folder, mutant.files)
        try:
            yield source.folder, overlays
        finally:
            for table in mutant.files:
                _write(source.folder, {table: _ORIGINALS[source.folder, table]})
        return
    for name in ("original", "case"):
        shutil.copytree(source.folder, scratch / name)
    mutant.spoil(scratch / "case")
    yield scratch / "case", overlays


_ORIGINALS: dict[tuple[Path, str], bytes] = {}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for table, data in files.items():
        path = folder / f"{table}.csv"
        if path.exists():
            _ORIGINALS.setdefault((folder, table), path.read_bytes())
        path.write_bytes(data)


def _ill_told(loaded: Loaded) -> str:
    """What is wrong with the messages themselves, or with the answer as such."""
    if (loaded.tables is None) != bool(loaded.errors):
        return "neither tables nor errors, or both"
    for problem in [*loaded.errors, *loaded.warnings]:
        for text in (problem.file, problem.column, problem.message, problem.hint):
            if not text.translate(JOINERS).isprintable() or len(text) > 1500:
                return f"a message that no terminal shows: {text[:80]!r}"
            text.encode()
        if not problem.message or not problem.file:
            return f"a message without a text or a file: {problem}"
    return ""


def fuzz(sources: Sequence[Source], mutants: int, seed: int, kinds: Sequence[str] = ()) -> Tally:
    """Try so many mutants; every kind gets its turn, and small cases more often than large ones."""
    pick, tally, began = random.Random(seed), Tally(), time.perf_counter()
    kinds = list(kinds or MAKERS)
    weights = [1.0 if source.small else 0.5 for source in sources]
    for number in range(mutants):
        source = pick.choices(sources, weights)[0]
        mutant = make_mutant(source, pick, [kinds[number % len(kinds)]])
        start = time.perf_counter()
        outcome, complaint = try_mutant(source, mutant, build=source.small and number % 4 == 0)
        tally.slowest = max(tally.slowest, (time.perf_counter() - start, f"{mutant.kind} of {source.name}"))
        tally.tried[mutant.kind] += 1
        tally.outcomes[mutant.kind][outcome] += 1
        if complaint:
            tally.findings.append(Finding(mutant.kind, source.name, mutant.detail, complaint))
    tally.seconds = time.perf_counter() - began
    return tally


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Spoil cases and see that none is misread.")
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", action="append", default=[], choices=sorted(MAKERS))
    parser.add_argument("--show", type=int, default=30, help="how many findings to print")
    options = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as place:
        tally = fuzz(all_sources(Path(place)), options.mutants, options.seed, options.kind)
    _print(tally, options.show)
    return 1 if tally.findings else 0


def _print(tally: Tally, show: int) -> None:
    columns = ("error", "warning", "silent", "traceback", "hung")
    found = Counter(finding.kind for finding in tally.findings)
    print(f"{'kind of mutant':30}{'tried':>8}" + "".join(f"{name:>10}" for name in columns) + f"{'findings':>10}")
    for kind, number in sorted(tally.tried.items()):
        cells = "".join(f"{tally.outcomes[kind][name]:>10}" for name in columns)
        print(f"{kind:30}{number:>8}{cells}{found[kind]:>10}")
    totals = "".join(f"{sum(counts[name] for counts in tally.outcomes.values()):>10}" for name in columns)
    print(f"{'all':30}{sum(tally.tried.values()):>8}{totals}{len(tally.findings):>10}")
    print(f"\n{tally.seconds:.0f} s; the slowest took {tally.slowest[0]:.2f} s: {tally.slowest[1]}")
    for finding in tally.findings[:show]:
        print(f"\n{finding.kind} of {finding.source}, {finding.detail}\n    {finding.complaint}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
