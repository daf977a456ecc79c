"""The index of a run's figures: which are drawn, which are left out and why, and from which results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from reeplan.outputs.fingerprints import sha256_of_results

if TYPE_CHECKING:
    from pathlib import Path

Index = dict[str, list[dict[str, Any]]]
"""The figures that are there (``figures``), and those that are not (``left_out``)."""

KINDS = ("figures", "left_out")


def read_index(run: Path) -> Index:
    """The index of a run; empty lists where it has none."""
    file = _file(run)
    content = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {kind: list(content.get(kind, [])) for kind in KINDS}


def write_index(run: Path, index: Index) -> None:
    """Write the index, with the digest of the results that its figures were drawn from."""
    stated = {"results_sha256": sha256_of_results(run), **index}
    _file(run).write_text(json.dumps(stated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def bind_figures(run: Path) -> None:
    """State once more which results the figures were drawn from, where these are the same under another status."""
    if _file(run).exists():
        write_index(run, read_index(run))


def say_none_drawn(run: Path, why: str) -> None:
    """The index of a run none of whose figures could be drawn."""
    entry = {"name": "", "heading": "All figures", "point": "", "variant": "", "why": why, "failed": True}
    _file(run).parent.mkdir(exist_ok=True)
    write_index(run, {"figures": [], "left_out": [entry]})


def _file(run: Path) -> Path:
    return run / "figures" / "index.json"
