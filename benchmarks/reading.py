"""Reading and checking a case as one of its tables grows, and refusing files that are no tables.

The tutorial with more and more suppliers: rows of eight cells, of which three say something new.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import memory
from benchmarks.harness import TUTORIAL, apart, slope, table
from reeplan.inputs.load import load_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness import Row

name = "reading"
title = "Reading and checking tables"

SIZES = (10_000, 100_000, 1_000_000)
SPARSE_GB = 1


def run(quick: bool) -> list[Row]:
    """Seconds and memory of each size in a process of its own, then of a file of zeros that takes no room on disk."""
    sizes = (200, 2_000) if quick else SIZES
    return [
        *({"what": f"{size:,} rows of suppliers", "rows": size, **_measured(size, 0)} for size in sizes),
        {"what": f"{SPARSE_GB} GB of zeros in place of a table", "rows": None, **_measured(0, SPARSE_GB)},
    ]


def _measured(rows: int, sparse_gb: int) -> Row:
    with tempfile.TemporaryDirectory() as temporary:
        found = apart("benchmarks.reading:read_grown", folder=temporary, rows=rows, sparse_gb=sparse_gb)
    return {"seconds": found["seconds"], "peak_mb": found["peak_mb"], "errors": found["errors"]}


def read_grown(folder: str, rows: int, sparse_gb: int) -> dict[str, Any]:
    """Write the case, then read and check it: called in a process of its own."""
    case = Path(folder) / "case"
    shutil.copytree(TUTORIAL, case)
    file = case / "suppliers.csv"
    if sparse_gb:
        with file.open("r+b") as sparse:
            sparse.truncate(sparse_gb * 10**9)
    else:
        _grow(file, rows)
    memory.mark()
    return {"errors": len(load_tables(case).errors)}


def _grow(file: Path, rows: int) -> None:
    """Add sellers of what the first one sells, each at six prices."""
    with file.open(encoding="utf-8-sig", newline="") as source:
        columns, *stated = list(csv.reader(source))
    pattern = dict(zip(columns, stated[0], strict=True))
    first = int(pattern["year"])
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerows([columns, *stated])
        for number in range(rows - len(stated)):
            seller = {"supplier": f"{pattern['supplier']} {number // 6}", "year": str(first + number % 6)}
            cells = {**pattern, **seller, "price_usd_per_t": str(1000 + 1.5 * (number % 977))}
            writer.writerow([cells[column] for column in columns])


def render(rows: Sequence[Row]) -> str:
    """The table, and how seconds grow with rows."""
    grown = [row for row in rows if row["rows"]]
    exponent = slope([float(str(row["rows"])) for row in grown], [float(str(row["seconds"])) for row in grown])
    return (
        "`reeplan check` without its start: every file read, every cell typed, every rule and warning of the tables "
        f"looked at. Seconds grow with the rows to the power of {exponent:.2f}.\n\n"
        + table(rows, {"what": "table", "seconds": "s", "peak_mb": "peak memory, MB", "errors": "errors"})
    )
