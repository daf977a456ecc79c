"""A smaller real case: the base case's first years and first windows.

Same chains, prices and plants as ``inputs/base``, so that what is slow there is slow here, in less time.
"""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

from benchmarks.harness import BASE_CASE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Rows = list[dict[str, str]]


def write_cut(folder: Path, last_year: int, scenarios: Sequence[str], windows_each: int = 1) -> Path:
    """Write the base case until ``last_year`` into ``folder``, with these scenarios and their first windows.

    Windows that do not end by ``last_year`` are left out. Returns the folder; it must not exist before.
    ``ValueError`` if no window is left.
    """
    shutil.copytree(BASE_CASE, folder, ignore=shutil.ignore_patterns("ranges.csv"))  # of what is cut off
    settings = _read(folder / "settings.csv")
    for row in settings:
        if row["name"] == "last_year":
            row["value"] = str(last_year)
    _write(folder / "settings.csv", settings)
    kept: Rows = []
    for row in _read(folder / "scenarios.csv"):
        starts = [start for start in row["starts"].split() if int(start) + int(row["years"]) - 1 <= last_year]
        if row["scenario"] in scenarios and starts:
            kept.append(row | {"starts": " ".join(starts[:windows_each])})
    if not kept:
        raise ValueError(f"no window of {', '.join(scenarios)} ends by {last_year}")
    _write(folder / "scenarios.csv", kept)
    names = {row["scenario"] for row in kept} | {"base"}
    _write(folder / "disruptions.csv", [r for r in _read(folder / "disruptions.csv") if r["scenario"] in names])
    return folder


def _read(path: Path) -> Rows:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: Rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
