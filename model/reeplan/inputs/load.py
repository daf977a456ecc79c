"""Read a case folder and its overlays: every problem at once, or tables that hold together."""

from __future__ import annotations

import gc
import math
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reeplan.inputs.cells import CellError
from reeplan.inputs.checks import check
from reeplan.inputs.columns import Part, RawRow, WideNames, read_part, type_setting
from reeplan.inputs.misfit import fold_misfits
from reeplan.inputs.names import listing, nearest, quoted, shown
from reeplan.inputs.near_paths import cases_inside, did_you_mean_folder, its_folder
from reeplan.inputs.other_forms import Other, is_csv, is_hidden, others, tables_in, unread_holders, unread_tables
from reeplan.inputs.overlays import merge
from reeplan.inputs.partial_case import PartialCase, default_settings, draft_table
from reeplan.inputs.reader import NumberStyle, Sheet, read_sheet
from reeplan.inputs.rows import Loaded, Problem, Row, Tables
from reeplan.inputs.spec import SETTINGS, TABLES, Table
from reeplan.inputs.warnings import advise
from reeplan.tolerances import LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

MOST_TOLD = 100
"""So many problems are told of in one column of a file: a list of thousands is read by nobody."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for garbage meanwhile: with a million rows, none of which is any, it takes two fifths of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def load_tables(folder: Path, overlays: Sequence[Path] = ()) -> Loaded:
    """Read, merge and check a case. ``tables`` of the answer is None when there are errors."""
    loaded = Loaded(None)
    folders = [Path(folder), *map(Path, overlays)]
    sheets = [_read_folder(place, folders, loaded) for place in folders]
    if not sheets[0]:
        return _finish(loaded)
    draft = _draft(folders[0], sheets, loaded)
    check(draft)
    fold_misfits(draft, folders[0], folders[1:])
    if not loaded.errors:
        rows = {name: draft.rows[name] for name in TABLES}
        rows["baskets"] = [_normalised(row, draft.names["elements"]) for row in rows["baskets"]]
        loaded.tables = Tables(draft.settings, rows)
        loaded.warnings += advise(loaded.tables)
    return _finish(loaded)


def _normalised(basket: Row, elements: set[str]) -> Row:
    """The basket with shares that sum to 1: published ones are rounded. The sum is exact, whatever the order.

    Shares that sum to 1 to the last digits stay: a run's inputs, read again, are what was solved.
    """
    total = math.fsum(basket[name] for name in elements)
    if abs(total - 1) < LAST_DIGITS:
        return basket
    shares = {name: basket[name] / total for name in sorted(elements)}
    return Row({**basket, **shares}, basket.file, basket.line, basket.given)


def _finish(loaded: Loaded) -> Loaded:
    loaded.errors = _folded(loaded.errors)
    loaded.warnings = _folded(_together(loaded.warnings))
    return loaded


def _together(problems: list[Problem]) -> list[Problem]:
    """Those that say the same of several whole files of a folder as one that names the files."""
    files: dict[tuple[Path, int, str, str], list[str]] = {}
    for problem in dict.fromkeys(problems):
        if not problem.column:
            files.setdefault((Path(problem.file).parent, problem.line, problem.message, problem.hint), []).append(
                problem.file
            )
    told = [problem for problem in problems if problem.column]
    for (folder, line, message, hint), named in files.items():
        if len(named) > 1:
            which = listing([Path(name).name for name in named], 8)
            told.append(Problem(str(folder), 0, "", f"{len(named)} files ({which}): {message}", hint))
        else:
            told.append(Problem(named[0], line, "", message, hint))
    return told


def _folded(problems: list[Problem]) -> list[Problem]:
    """The problems in order, each once; of those in one column of a file the first ones and how many more there are."""
    kept: list[Problem] = []
    ordered = sorted(set(problems))
    counts = Counter((problem.file, problem.column) for problem in ordered)
    seen: Counter[tuple[str, str]] = Counter()
    for problem in ordered:
        place = problem.file, problem.column
        seen[place] += 1
        if seen[place] <= MOST_TOLD:
            kept.append(problem)
        elif seen[place] == MOST_TOLD + 1:
            message = f"{counts[place] - MOST_TOLD} more of the kind of those above, from this line on."
            kept.append(replace(problem, message=message, hint="fix those above first."))
    return kept


def _read_folder(folder: Path, folders: list[Path], loaded: Loaded) -> dict[str, Sheet]:
    """Every table file of the folder. A file that is no table is an error: its name is misspelt."""
    overlay = folder is not folders[0]
    try:
        files = sorted(folder.iterdir())
    except (OSError, ValueError) as error:
        near = partial(did_you_mean_folder, case=folders[0] if overlay else None)
        hint = (its_folder if isinstance(error, NotADirectoryError) else near)(folder)
        loaded.errors.append(Problem(shown(folder), 0, "", _no_folder(error), hint))
        return {}
    sheets: dict[str, Sheet] = {}
    misnamed: set[str] = set()
    for path in files:
        if not is_csv(path) or is_hidden(path):
            continue
        if path.suffix == ".csv" and path.stem in TABLES:
            sheet = read_sheet(path, shown(path))
            sheets[path.stem] = sheet
            loaded.errors += sheet.errors
            loaded.warnings += sheet.warnings
            loaded.files += 1
            loaded.row_count += len(sheet.rows)
        else:
            meant = nearest(path.stem, TABLES, 1)
            misnamed.update(meant)
            loaded.errors.append(
                Problem(
                    shown(path),
                    0,
                    "",
                    f"{quoted(shown(path.name))} is no table of a case.",
                    _instead(meant, {other.name for other in files}),
                )
            )
    beside = others(files)
    lacking = {name for name, table in TABLES.items() if name not in sheets and (overlay or table.optional)}
    loaded.errors += unread_tables(beside, lacking)
    # A table whose file is misnamed is neither missing nor empty: it is there, and not read.
    misnamed |= {other.table for other in beside if other.table in lacking and other.may_hold_it}
    sheets |= {name: Sheet(shown(folder), whole=False) for name in misnamed - set(sheets)}
    if not sheets:
        loaded.errors.append(_no_tables(folder, overlay, beside))
        return sheets
    loaded.warnings += unread_holders(beside, lacking, {place.resolve() for place in folders})
    if not overlay:
        _require_tables(folder, sheets, beside, loaded)
    return sheets


def _instead(meant: list[str], there: Collection[str]) -> str:
    """What to do with a file that is no table, but may be meant for one."""
    if not meant:
        return "move it out of the folder."
    name = f"{meant[0]}.csv"
    if name in there:
        return f"'{name}' is there already: move this one out of the folder."
    return f"did you mean '{name}'?"


def _no_tables(folder: Path, overlay: bool, beside: list[Other]) -> Problem:
    """A folder without any table: where else they may be."""
    inside = [quoted(shown(other.path.name)) for other in beside if other.is_folder and tables_in(other.path, TABLES)]
    books = [quoted(shown(other.path.name)) for other in beside if other.may_hold_many]
    if not overlay and (cases := cases_inside(folder)):
        hint = cases
    elif inside:
        hint = f"there are some in its folder{'s' * (len(inside) > 1)} {listing(inside)}: name one of them."
    elif books:
        hint = f"save the sheets of {listing(books)} as CSV files, one for each table."
    elif overlay:
        hint = "an overlay is a folder with some of a case's tables."
    else:
        hint = "a case is a folder of CSV files such as settings.csv."
    what = "this overlay has no tables." if overlay else "there are no tables in this folder."
    return Problem(shown(folder), 0, "", what, hint)


def _require_tables(folder: Path, sheets: dict[str, Sheet], beside: list[Other], loaded: Loaded) -> None:
    for table in TABLES.values():
        if table.optional or table.name in sheets:
            continue
        book = next((other.path.name for other in beside if other.table == table.name and other.may_hold_it), "")
        hint = f"save {shown(book)} as CSV (UTF-8)." if book else table.meaning
        if book.startswith("."):
            hint = f"it is hidden: rename {shown(book)} to {table.name}.csv."
        loaded.errors.append(Problem(shown(folder / f"{table.name}.csv"), 0, "", "this table is missing.", hint))


def _no_folder(error: Exception) -> str:
    """Why the folder cannot be listed."""
    if isinstance(error, NotADirectoryError):
        return "this is a file, not a folder of tables."
    if isinstance(error, PermissionError):
        return "this folder may not be read: permission denied."
    return "there is no such folder."


def _wide_names(table: Table, merged: dict[str, list[RawRow]], parts: dict[str, list[Part]]) -> WideNames:
    """The columns that a wide table may have beside its own. The table they refer to is read before it."""
    if not table.wide:
        return WideNames()
    key = TABLES[table.wide].key[0]
    held = frozenset(row.cells[key] for row in merged[table.wide] if key in row.cells)
    everything = [row for part in parts[table.wide] for row in part.rows]
    return WideNames(
        held,
        frozenset(row.cells[key] for row in everything if key in row.cells) - held,
        certain=bool(parts[table.wide])
        and all(part.whole for part in parts[table.wide])
        and not any(key in row.bad for row in everything),
    )


def _draft(folder: Path, sheets: list[dict[str, Sheet]], loaded: Loaded) -> PartialCase:
    """Type and merge every table; settings and elements come first, for other tables need them."""
    merged: dict[str, list[RawRow]] = {}
    parts: dict[str, list[Part]] = {}
    for table in TABLES.values():
        wide = _wide_names(table, merged, parts)
        parts[table.name] = [
            read_part(table, place[table.name], place is not sheets[0], wide, loaded.errors)
            for place in sheets
            if table.name in place
        ]
        merged[table.name] = merge(table, parts[table.name], loaded.errors, loaded.warnings)
    styles = {sheet.file: sheet.style for place in sheets for sheet in place.values()}
    settings = _settings(folder, merged["settings"], parts["settings"], styles, loaded.errors)
    draft = PartialCase(settings, errors=loaded.errors)
    for table in TABLES.values():
        draft.files[table.name] = shown(folder / f"{table.name}.csv")
        draft_table(draft, table, merged[table.name], parts[table.name])
        if any(row.drop for part in parts[table.name] for row in part.rows):
            draft.thinned.add(table.name)
        if not table.optional and table.name not in sheets[0]:
            draft.doubtful.add(table.name)
    return draft


def _settings(
    folder: Path, rows: list[RawRow], parts: list[Part], styles: dict[str, NumberStyle], errors: list[Problem]
) -> dict[str, Any]:
    """The settings typed, with defaults. One that is wrong is left out: no check that needs it is made."""
    given: dict[str, Any] = {}
    mentioned = {row.cells.get("name") for row in rows}
    for setting in SETTINGS:
        for row in rows:
            if row.cells.get("name") != setting.name or "value" not in row.cells or "value" in row.bad:
                continue
            try:
                given[setting.name] = type_setting(setting, row, styles[row.file])
            except CellError as problem:
                errors.append(Problem(row.file, row.line, "value", problem.message, problem.hint))
        if setting.required and setting.name not in mentioned and parts and _trusted(parts, rows):
            errors.append(
                Problem(
                    shown(folder / "settings.csv"),
                    0,
                    setting.name,
                    f"the setting {quoted(setting.name)} is missing.",
                    f"add a line: {setting.name},… ({setting.meaning}).",
                )
            )
    settings = default_settings(given)
    if not settings.get("title"):
        settings["title"] = folder.resolve().name
    return settings


def _trusted(parts: list[Part], rows: list[RawRow]) -> bool:
    """Whether what is missing is missing, and not on a line or under a name that could not be read."""
    return all(part.whole for part in parts) and not any("name" in row.bad for row in rows)
