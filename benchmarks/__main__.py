"""``python -m benchmarks``: run the sections, keep what was measured, write RESULTS.md.

Sections that are not run keep their rows, with the date and machine they were measured on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.harness import HERE
from benchmarks.machine import machine, versions
from benchmarks.results import write_results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.harness import Section

SECTIONS = {
    "floor": "benchmarks.floor",
    "growth": "benchmarks.growth",
    "front": "benchmarks.front",
    "pypsa": "benchmarks.pypsa_case",
    "reading": "benchmarks.reading",
}
"""The sections by the name that ``--only`` takes, in the order of RESULTS.md."""


def section(name: str) -> Section:
    """The section of this name. Imported when it is run: some need packages of the extra ``bench``."""
    return cast("Section", importlib.import_module(SECTIONS[name]))


def measured(name: str, quick: bool) -> dict[str, Any]:
    """Run one section; the rows with what was run, when and where."""
    part = section(name)
    began = time.perf_counter()
    rows = part.run(quick)
    return {
        "title": part.title,
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "seconds": round(time.perf_counter() - began, 1),
        "quick": quick,
        "machine": machine(),
        "versions": versions(),
        "rows": rows,
        "text": part.render(rows),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chosen sections and write the results; 1 if a section failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="run these sections")
    parser.add_argument("--quick", action="store_true", help="smallest sizes: shows that it runs, not how fast")
    parser.add_argument("--out", type=Path, default=HERE, help="folder of results.json and RESULTS.md")
    options = parser.parse_args(arguments)
    store = options.out / "results.json"
    kept: dict[str, Any] = json.loads(store.read_text(encoding="utf-8")) if store.exists() else {}
    failed = []
    for name in options.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            kept[name] = measured(name, options.quick)
        except Exception as error:  # one section that fails must not lose the minutes of the others
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            failed.append(name)
        else:
            print(kept[name]["text"], flush=True)
        write_results(options.out, {each: kept[each] for each in SECTIONS if each in kept})
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
