"""What a manifest repeats of the tables of a study: each number stands in the table too, as it stands there.

``manifest.json`` holds a study once more as objects, for programs; people read the tables, which are recomputed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.verify.core.files import UnreadableError, read_cells
from reeplan.verify.core.tolerances import DIGITS
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import near, study_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reeplan.verify.core.verdict import Ledger

REPEATED = Rule("study_repeated", "what the manifest repeats of a table must stand there")
YES_NO = {True: "yes", False: "no"}


def check_repeated(run: Path, manifest: Mapping[str, Any] | None, command: str, ledger: Ledger) -> None:
    """Every list of objects in the manifest's study, against the table of the run that has its name."""
    study = study_of(manifest, command)
    for name, objects in study.items():
        if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
            continue
        if table := next((f"{stem}.csv" for stem in (name, f"{command}_{name}") if (run / f"{stem}.csv").exists()), ""):
            _check_table(run / table, f"manifest.json, {command}.{name}", objects, ledger)


def _check_table(path: Path, where: str, objects: list[dict[str, Any]], ledger: Ledger) -> None:
    """Each object is a row of the table, in the columns that both have."""
    try:
        table = read_cells(path, path.name, ledger)
    except UnreadableError:
        return
    for number, one in enumerate(objects, start=1):
        on = ledger.on(f"{where}, entry {number}")
        cells = {name: value for name, value in one.items() if name in table and not isinstance(value, (list, dict))}
        texts = {name: YES_NO[value] for name, value in cells.items() if isinstance(value, bool)}
        texts |= {name: value for name, value in cells.items() if isinstance(value, str)}
        rows = table
        for name, value in texts.items():
            rows = rows[rows[name] == value]
        numbers = {name: np.nan if cells[name] is None else float(cells[name]) for name in cells if name not in texts}
        given = {name: pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=float) for name in numbers}
        same = {name: near(found, numbers[name], DIGITS) for name, found in given.items()}
        right = np.logical_and.reduce([np.ones(len(rows), dtype=bool), *same.values()])
        if right.any():
            on.held(REPEATED, len(cells))
            continue
        nearest = int(np.argmax(sum(np.asarray(one, dtype=int) for one in same.values()))) if len(rows) and same else -1
        wrong = [name for name, held in same.items() if nearest >= 0 and not held[nearest]]
        if wrong:
            due, found = float(given[wrong[0]][nearest]), float(numbers[wrong[0]])
            on.broken(REPEATED, f"{wrong[0]}, as in {path.name}", due, found)
        else:
            on.broken(REPEATED, f"a row of {path.name}", found=", ".join(map(str, texts.values())))
