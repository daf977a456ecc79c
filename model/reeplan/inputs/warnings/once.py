"""One warning for all rows that share a reason, and how it names rows, series and years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, quoted
from reeplan.inputs.reach import series_key
from reeplan.inputs.rows import Problem, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def told_once(rows: list[Row], column: str, message: str, hint: str, names: Iterable[str]) -> Iterator[Problem]:
    """One warning for all rows of a table that share a reason; ``{names}`` lists which, each once."""
    if rows:
        listed = listing(map(quoted, dict.fromkeys(names)))
        yield Problem(rows[0].file, rows[0].line, column, message.replace("{names}", listed), hint)


def called(table: str, row: Row) -> str:
    """What a row, or the series of years that it belongs to, is called in a warning."""
    key = series_key(table)
    if key == ("region", "material"):
        return f"{row['material']} in {row['region']}"
    joint = {"ventures": "/", "transport": ">", "offtakes": ">"}.get(table, " ")
    return joint.join(str(row[name]) for name in key if row[name] is not None)


def span(years: Sequence[int]) -> str:
    """Ordered years in words: '2030', '2030 to 2034', or each of them where some are missing."""
    if len(years) == 1:
        return str(years[0])
    whole = years[-1] - years[0] == len(years) - 1
    return f"{years[0]} to {years[-1]}" if whole else listing(map(str, years), 5)


def spans(years: Iterable[int]) -> list[list[int]]:
    """Ordered years cut where one is missing."""
    found: list[list[int]] = []
    for year in sorted(years):
        if found and found[-1][-1] == year - 1:
            found[-1].append(year)
        else:
            found.append([year])
    return found
