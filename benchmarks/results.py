"""results.json and RESULTS.md: what was measured, on what, and what was learned from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.harness import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_results(folder: Path, sections: Mapping[str, Mapping[str, Any]]) -> None:
    """Write both files. What was learned is LEARNED.md, written by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(sections, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    learned = (HERE / "LEARNED.md").read_text(encoding="utf-8")
    (folder / "RESULTS.md").write_text(_page(sections, learned), encoding="utf-8")


def _page(sections: Mapping[str, Mapping[str, Any]], learned: str) -> str:
    parts = [
        "# What was measured",
        "Made by `python -m benchmarks`; [README.md](README.md) says how and what each number means. "
        "Only ratios travel from one machine to another: the seconds are of this one.",
    ]
    for section in sections.values():
        parts += [f"## {section['title']}", section["text"].strip(), _measured_on(section)]
    return "\n\n".join([*parts, learned.strip()]) + "\n"


def _measured_on(section: Mapping[str, Any]) -> str:
    place, versions = section["machine"], section["versions"]
    quick = " **Smallest sizes only (`--quick`): shows that it runs, not how fast.**" if section["quick"] else ""
    busy = f"; {place['load']}" if place["load"] else ""
    return (
        f"*Measured {section['measured']} in {section['seconds']:,.0f} s on {place['processor']}, "
        f"{place['cores']} cores, {place['memory']}, {place['system']}{busy}. "
        f"{', '.join(f'{name} {number}' for name, number in versions.items())}.*{quick}"
    )
