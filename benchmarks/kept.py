"""What a long benchmark has measured so far: written after every solve, so that a stopped one goes on.

The file lies among the runs, which are not committed, and goes when the section is done.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Record = dict[str, Any]


class Kept:
    """Measurements by key, in a file. A key names all that a measurement depends on."""

    def __init__(self, name: str, folder: Path = ROOT / "runs") -> None:
        self.path = folder / f"benchmark-{name}.json"
        self._records: dict[str, Record] = {}
        if self.path.exists():
            self._records = json.loads(self.path.read_text(encoding="utf-8"))
        self.found_before = len(self._records)

    def measured(self, key: str, measure: Callable[[], Any]) -> Record:
        """What is known under the key, as a dictionary; a dataclass is measured now, and kept, if nothing is."""
        if key not in self._records:
            self._records[key] = asdict(measure())
            self.path.parent.mkdir(parents=True, exist_ok=True)
            written = self.path.with_suffix(".new")
            written.write_text(json.dumps(self._records, indent=1), encoding="utf-8")
            written.replace(self.path)
        return self._records[key]

    def __contains__(self, key: str) -> bool:
        return key in self._records

    def forget(self) -> None:
        """The section is done: nothing to go on from."""
        self.path.unlink(missing_ok=True)
        self._records = {}
