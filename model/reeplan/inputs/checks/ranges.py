"""Ranges: every row moves cells that are there, within what their columns allow, and no cell is moved twice."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from reeplan.inputs.names import quoted
from reeplan.inputs.ranges import NoSuchRowError, Place, Range, RangeError, SaidOtherwiseError, check_ends, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.partial_case import PartialCase
    from reeplan.inputs.rows import Row


def ranges(draft: PartialCase) -> None:
    """Every row of ``ranges`` makes sense, and no two move the same cell."""
    taken: dict[Place, tuple[Row, str]] = {}
    for row, found in _resolved(draft):
        for cell in found.cells:
            other, change = taken.setdefault(cell.place, (row, found.change))
            if other is not row and not change == found.change != "to":
                draft.fail(
                    row,
                    "key",
                    f"{row['column']} of {quoted(cell.place.row, 80)} has a range already, on line {other.line}.",
                    "a number has one range; only several factors (times), or several additions (plus), go together.",
                )
                break


def _resolved(draft: PartialCase) -> Iterator[tuple[Row, Range]]:
    # A table with a mistake of its own is fixed first: the range may be right and the row it names misspelt.
    wrong = draft.doubtful | {PurePath(error.file).stem for error in draft.errors}
    for row in list(draft.rows["ranges"]):
        table = row["table"]
        if table in wrong:
            continue
        try:
            yield row, resolve(row, draft.rows[table], draft.settings)
        except NoSuchRowError as problem:
            if table in draft.thinned:  # what an overlay drops takes its ranges along
                draft.rows["ranges"].remove(row)
            else:
                _fail(draft, row, problem)
        except SaidOtherwiseError as problem:
            if len(draft.parts[table]) > 1:  # and so does what an overlay says by another column
                draft.rows["ranges"].remove(row)
            else:
                _fail(draft, row, problem)
        except RangeError as problem:
            _fail(draft, row, problem)


def _fail(draft: PartialCase, row: Row, problem: RangeError) -> None:
    """Tell the problem, and of the row's ends too where it is about something else: all that is wrong at once."""
    draft.fail(row, problem.column, problem.message, problem.hint)
    if problem.column in ("low", "high"):
        return
    try:
        check_ends(row)
    except RangeError as another:
        draft.fail(row, another.column, another.message, another.hint)
