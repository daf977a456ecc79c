"""Fingerprints (SHA-256) of a run's files: what shows that none of them was changed after it was written.

A run has two digests. That of its *results* is the fingerprint of ``manifest.json``, which holds the fingerprint of
every table; the report and the figures state it. That of the *folder* is the fingerprint of ``SHA256SUMS``, which lists
every file, the report and the figures among them. Neither is a signature: who changes a file can compute them again.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUMS = "SHA256SUMS"
"""Lists every file of a run with its fingerprint, in the form that ``sha256sum --check`` reads."""

DRAWN = ("figures/", "report.html")
"""What ``reeplan report`` draws again: how the names of these files begin."""

CLUTTER = ("Thumbs.db", "desktop.ini")
"""Files that a desktop leaves in a folder that it shows, beside hidden ones."""


@dataclass(frozen=True)
class Digests:
    """What a run can be distinguished from another by: the digest of its results, and that of its whole folder."""

    results: str
    folder: str


def sha256(path: Path) -> str:
    """The fingerprint of a file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def sha256_of_tables(run: Path) -> dict[str, str]:
    """The fingerprint of every table that a run has written."""
    return {
        path.relative_to(run).as_posix(): sha256(path)
        for part in ("*.csv", "inputs/*.csv", "plans/*/*.csv")
        for path in sorted(run.glob(part))
    }


def tables_that_changed(run: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Tables that are not the ones which the run wrote, by the fingerprints of its manifest: other, more, or gone."""
    stated, found = manifest.get("tables_sha256") or {}, sha256_of_tables(run)
    return sorted(name for name in stated.keys() | found.keys() if stated.get(name) != found.get(name))


def sha256_of_results(run: Path) -> str:
    """The digest of a run's results: that of its manifest, which holds the fingerprint of every table."""
    return sha256(run / "manifest.json")


def write_sums(run: Path, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Digests:
    """Write ``SHA256SUMS`` and return the run's digests; hidden files are left out.

    ``only``: take the fingerprints of files whose names begin so, and keep all others as they were listed before: who
    draws a run again vouches for nothing else. ``without``: leave out files whose names begin so.
    """
    names = [path.relative_to(run) for path in sorted(run.rglob("*")) if path.is_file()]
    found = {
        name.as_posix(): sha256(run / name)
        for name in names
        if not any(part.startswith(".") for part in name.parts)
        and name.name not in CLUTTER
        and name.as_posix() != SUMS
        and not name.as_posix().startswith(without)
        and (not only or name.as_posix().startswith(only))
    }
    kept = {name: print_ for name, print_ in _listed(run).items() if only and not name.startswith(only)}
    text = "".join(f"{print_}  {name}\n" for name, print_ in sorted((kept | found).items()))
    draft = run / f".{SUMS}.tmp"
    draft.write_text(text, encoding="utf-8", newline="\n")
    os.replace(draft, run / SUMS)
    return Digests(sha256_of_results(run), sha256(run / SUMS))


def _listed(run: Path) -> dict[str, str]:
    """The fingerprints that a run lists, by file; none where it has no list."""
    if not (run / SUMS).exists():
        return {}
    lines = (line.partition("  ") for line in (run / SUMS).read_text(encoding="utf-8", errors="replace").splitlines())
    return {name: print_ for print_, _, name in lines if name}
