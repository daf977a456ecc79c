"""Build and hand-over against the floor: the same matrices filled by numpy and passed to HiGHS at once."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import handover, memory
from benchmarks.grow import grow_case
from benchmarks.harness import BASE_CASE, TUTORIAL, Row, apart, interleaved, median_ratio, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

name = "floor"
title = "Build and hand-over against the floor"

REPETITIONS = 7
DOUBLED = {"elements": 2, "windows": 2, "years": 2}

FLOOR, OURS, LEAST = "floor", "ours", "least in Pyomo"
FILE, BY_PYOMO = "HiGHS reads an .mps file", "our program, Pyomo's own hand-over"
COLUMNS = "Pyomo's variables alone, no rules"
FROM_ARRAYS: dict[str, Callable[[handover.Arrays], object]] = {
    FLOOR: handover.filled,
    LEAST: handover.least_in_pyomo,
    COLUMNS: handover.columns_in_pyomo,
}
"""The ways that start from the finished arrays of the model; the others start from the case, or from a file."""
WAYS = (FLOOR, OURS, LEAST, COLUMNS, FILE, BY_PYOMO)


def run(quick: bool) -> list[Row]:
    """Seconds and memory of every way, at three sizes (quick: the smallest, once)."""
    with tempfile.TemporaryDirectory() as place:
        sizes = {"inputs/tutorial": TUTORIAL}
        if not quick:
            sizes["inputs/base"] = BASE_CASE
            sizes["inputs/base, years, elements and windows doubled"] = grow_case(
                BASE_CASE, Path(place) / "doubled", **DOUBLED
            )
        return [row for size, folder in sizes.items() for row in _at_one_size(size, folder, Path(place), quick)]


def _at_one_size(size: str, folder: Path, place: Path, quick: bool) -> list[Row]:
    """Time all ways in turn in one process, then take the memory of each in one of its own (quick: of two)."""
    files = {"arrays": str(place / "model.npz"), "mps": str(place / "model.mps")}
    found = apart("benchmarks.floor:time_all", folder=str(folder), repetitions=1 if quick else REPETITIONS, **files)
    timed = found["times"]
    rows: list[Row] = []
    for way in WAYS:
        source = files["mps"] if way == FILE else files["arrays"] if way in FROM_ARRAYS else str(folder)
        held = None if quick and way not in (FLOOR, OURS) else apart("benchmarks.floor:once", way=way, source=source)
        rows.append(
            {
                "size": size,
                "way": way,
                **found["size"],
                "milliseconds": 1000 * median(timed[way]),
                "ratio": median_ratio(timed[way], timed[FLOOR]),
                "to_least": median_ratio(timed[way], timed[LEAST]),
                "rise_mb": held["peak_mb"] - held["start_mb"] if held else None,
                "peak_mb": held["peak_mb"] if held else None,
            }
        )
    return rows


def render(rows: Sequence[Row]) -> str:
    """One table a size."""
    parts = [
        "From a case that is read until HiGHS holds the model. *Floor*: the same matrices filled by numpy from their "
        "finished entries and passed at once; it knows no case and looks nothing up. *Least in Pyomo*: the same model "
        "stated in Pyomo from the same finished arrays, compiled and passed: what Pyomo's objects alone cost. Medians "
        f"of {REPETITIONS} repetitions in turn; ratios are taken turn by turn. *Memory added* is the rise of the "
        "process's peak over what it held before (packages, the case or the arrays)."
    ]
    for size in dict.fromkeys(row["size"] for row in rows):
        own = [row for row in rows if row["size"] == size]
        parts.append(
            f"**{size}**: " + ", ".join(f"{own[0][each]:,} {each}" for each in ("rows", "columns", "nonzeros"))
        )
        parts.append(
            table(
                own,
                {
                    "way": "way",
                    "milliseconds": "ms",
                    "ratio": "× floor",
                    "to_least": "× least in Pyomo",
                    "rise_mb": "memory added, MB",
                    "peak_mb": "peak memory, MB",
                },
            )
        )
    return "\n\n".join(parts)


# ---- called in processes of their own -------------------------------------------------------------


def time_all(folder: str, arrays: str, mps: str, repetitions: int) -> dict[str, Any]:
    """Seconds of every way, in turn, and the model's size. Leaves the model as arrays and as an .mps file."""
    case = handover.read_case(folder)
    highs = handover.ours(case)
    entries = handover.Arrays.of(highs)
    entries.save(Path(arrays))
    highs.writeModel(mps)
    size = {"rows": highs.getNumRow(), "columns": highs.getNumCol(), "nonzeros": highs.getNumNz()}
    ways: dict[str, Callable[[], object]] = {
        **{way: partial(make, entries) for way, make in FROM_ARRAYS.items()},
        OURS: lambda: handover.ours(case),
        FILE: lambda: handover.read_from_file(mps),
        BY_PYOMO: lambda: handover.by_pyomo(case),
    }
    return {"times": interleaved(ways, repetitions), "size": size}


def once(way: str, source: str) -> dict[str, Any]:
    """One way alone. What it starts from is read before its memory counts."""
    if way == FILE:
        memory.mark()
        kept: object = handover.read_from_file(source)
    elif way in FROM_ARRAYS:
        entries = handover.Arrays.load(source)
        memory.mark()
        kept = FROM_ARRAYS[way](entries)
    else:
        case = handover.read_case(source)
        memory.mark()
        kept = handover.ours(case) if way == OURS else handover.by_pyomo(case)
    del kept
    return {}
