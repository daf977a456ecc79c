"""Falsifying a run as somebody would who wants it to pass: with every digest computed again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from reeplan.outputs.fingerprints import sha256_of_results, sha256_of_tables, write_sums

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def manifest_of(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "manifest.json").read_text(encoding="utf-8")))


def with_manifest(run: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit the manifest in place."""
    manifest = manifest_of(run)
    edit(manifest)
    (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def forge(run: Path) -> None:
    """Compute every fingerprint again, and every digest that is stated somewhere: there is no secret in them."""

    def all_tables(manifest: dict[str, Any]) -> None:
        manifest["tables_sha256"] = sha256_of_tables(run)

    with_manifest(run, all_tables)
    before, after = r'(sha256" content="|"digest">|"results_sha256": ")[0-9a-f]{64}', rf"\g<1>{sha256_of_results(run)}"
    for path in (run / "report.html", run / "figures" / "index.json"):
        if path.exists():
            path.write_text(re.sub(before, after, path.read_text(encoding="utf-8")), encoding="utf-8")
    write_sums(run, without=("journal/",))
