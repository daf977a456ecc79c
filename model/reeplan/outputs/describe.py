"""The tables of a run folder described for people: the tables of columns in the docs come from the spec alone.

A page marks where each stands; ``python -m reeplan.outputs.describe docs`` writes them anew.
"""

from __future__ import annotations

import re
import sys
import textwrap
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.outputs.spec import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.outputs.spec import Output, OutputColumn

_MARKED = re.compile(r"(<!-- table (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def page_with_tables(page: str) -> str:
    """A page with what the spec says now of every table that it marks; raises KeyError for one that there is not."""
    return _MARKED.sub(lambda found: f"{found[1]}{described(OUTPUTS[found[2]])}{found[3]}", page)


def described(output: Output) -> str:
    """What a row says, and the columns; neighbours with one meaning share a line."""
    head = ["| column | unit | meaning |", "|---|---|---|"]
    lines = [_line(columns) for columns in _together(output.columns)]
    return "\n".join([textwrap.fill(output.about, 120), "", *head, *lines]) + "\n"


def _together(columns: Iterable[OutputColumn]) -> list[list[OutputColumn]]:
    """Neighbours with the same meaning; one without a meaning stands alone."""
    return [list(group) for _, group in groupby(columns, lambda column: column.meaning or column.name)]


def _line(columns: list[OutputColumn]) -> str:
    names = ", ".join(f"`{column.name}`" for column in columns)
    units = ", ".join(dict.fromkeys(column.unit for column in columns if column.unit))
    return "|" + "".join(f" {cell} |".replace("  ", " ") for cell in (names, units, columns[0].meaning))


def main(folder: Path) -> None:
    """Write the tables of columns on all pages of a folder anew."""
    for path in sorted(folder.glob("*.md")):
        page = path.read_text(encoding="utf-8")
        if page != (anew := page_with_tables(page)):
            path.write_text(anew, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
