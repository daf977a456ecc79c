"""The folder as a whole: every file is the one that was written, and page and figures were made from these results.

A run is written in this order: tables; ``manifest.json`` with their fingerprints; figures; ``verify.json``;
``report.html``; ``SHA256SUMS`` with the fingerprint of every file. ``reeplan report`` writes figures and page again,
and their fingerprints.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from reeplan.verify.core.manifest import LISTED, check_file, fingerprint
from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.verdict import Ledger, TableLedger

SUMS, MANIFEST, VERDICT, PAGE, INDEX = "SHA256SUMS", "manifest.json", "verify.json", "report.html", "figures/index.json"
JOURNAL = "journal"
CLUTTER = ("Thumbs.db", "desktop.ini")
STATED = re.compile(r'<meta name="reeplan-results-sha256" content="([^"]*)">|<code class="digest">([^<]*)</code>')
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")

SUMS_THERE = Rule("sums_there", "every file of a run must be listed with its fingerprint")
SUMS_READABLE = Rule("sums_readable", "a line is a fingerprint, two blanks, and a file that no other line names")
MADE_FROM = Rule("made_from", "the page and the figures must state the digest of the results that they were made from")
FIGURES = Rule("figures_there", "the figures that the index names are there, and no others")
VERDICT_SAME = Rule("verdict_same", "the verdict that is kept with the run must be that of this check")


def check_folder(run: Path, ledger: Ledger) -> None:
    """Every file against its fingerprint, and what was made from the results against them."""
    holds = ledger.verdict.holds
    found = {name: run / name for name in _files(run)}
    results = fingerprint(run / MANIFEST) or ""
    ledger.verdict.sha256["folder"] = fingerprint(run / SUMS) or ""
    _check_sums(run, found, ledger.on(SUMS))
    if PAGE in found:
        stated = [first or second for first, second in STATED.findall(_text(found[PAGE]))]
        _check_made_from(stated or [""], results, ledger.on(PAGE))
    _check_figures(run, found, results, ledger)
    if "front.csv" in found:
        _check_verdict(run, holds, ledger.on(VERDICT))


def _files(run: Path) -> list[str]:
    """The files of the run by name, but hidden ones, and those that a desktop leaves behind."""
    names = [path.relative_to(run) for path in sorted(run.rglob("*")) if path.is_file()]
    return [
        name.as_posix()
        for name in names
        if not any(part.startswith(".") for part in name.parts) and name.name not in CLUTTER and str(name) != SUMS
    ]


def _check_sums(run: Path, found: dict[str, Path], on: TableLedger) -> None:
    if not (run / SUMS).is_file():
        on.broken(SUMS_THERE, found="no such file")
        return
    on.held(SUMS_THERE)
    listed: dict[str, str] = {}
    for number, line in enumerate(_text(run / SUMS).splitlines(), start=1):
        right = LINE.fullmatch(line)
        if right is None or right[2] in listed:
            on.broken(SUMS_READABLE, f"line {number}", found=line[:100])
            continue
        on.held(SUMS_READABLE)
        listed[right[2]] = right[1]
    for name, expected in listed.items():
        check_file(run, name, expected, on.ledger)
    done = _object(run / MANIFEST).get("status") == "done"
    for name in found:
        if name in listed:
            continue
        if done and name.startswith(f"{JOURNAL}/"):
            continue  # it goes when a run is done, and nothing is read from it
        on.ledger.on(name).broken(LISTED, expected="a fingerprint", found="none")


def _check_made_from(stated: list[str], results: str, on: TableLedger) -> None:
    for digest in stated:
        on.holds(MADE_FROM, digest == results, expected=results, found=digest or "none")


def _check_figures(run: Path, found: dict[str, Path], results: str, ledger: Ledger) -> None:
    """What the index of the figures says, where there are any."""
    there = {name.removeprefix("figures/") for name in found if name.startswith("figures/")}
    if not there:
        return
    index = _object(run / INDEX)
    _check_made_from([str(index.get("results_sha256") or "")], results, ledger.on(INDEX))
    entries = index.get("figures")
    files = [entry.get("files") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    named = {str(name) for one in files if isinstance(one, dict) for name in one.values()} | {"index.json"}
    for name in sorted(there ^ named):
        ledger.on(f"figures/{name}").broken(FIGURES, found="not in the index" if name in there else "no such file")
    ledger.on(INDEX).held(FIGURES, len(named & there))


def _check_verdict(run: Path, holds: bool, on: TableLedger) -> None:
    """The verdict on the results that the run was written with."""
    stored = _object(run / VERDICT).get("holds")
    words = {"True": "it holds", "False": "it does not hold"}
    on.holds(VERDICT_SAME, stored is holds, "", words[str(holds)], words.get(str(stored), "nothing"))


def _object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none."""
    try:
        found = json.loads(_text(path))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
