"""The manifest: that it tells the same as the front, the inputs and, where it lists them, the fingerprints."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.outputs.spec.plans import FRONT
from reeplan.verify.core.files import UnreadableError
from reeplan.verify.core.tolerances import DIGITS, FIGURE
from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger

TABLE = "manifest.json"
READABLE = Rule("manifest_readable", "the manifest must be there and be JSON with the points of the run")
POINTS = Rule("manifest_points", "the manifest must list the points of the front, and no others")
SAME = Rule("manifest_same", "the manifest and front.csv must say the same")
HIGHEST = Rule("highest_resilience", "no plan can be more resilient than what is proven to be the most")
SETTINGS = Rule("manifest_settings", "the manifest must state the settings that were solved")
FINGERPRINT = Rule("fingerprint", "the file is not the one that was written")
LISTED = Rule("fingerprint_listed", "every file of a run must have its fingerprint")
WHOLE = Rule("manifest_whole", "the manifest must say how the run was made")
KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", dict: "an object",
         list: "a list", type(None): "null"}  # fmt: skip
STATED: dict[str, tuple[type, ...]] = {
    "command": (str,), "case": (str,), "overlays": (list,), "title": (str,), "started": (str,),
    "inputs_sha256": (dict,), "single": (bool,), "seed": (int,), "versions": (dict,), "warnings": (list,),
    "status": (str,),
}  # fmt: skip
NEVER_EMPTY = ("command", "case", "started", "inputs_sha256", "versions", "status")
NUMBERS = ("cost_musd", "resilience", "bound_musd", "gap", "gap_musd", "gap_target_musd", "target", "seconds")


def read_manifest(run: Path, ledger: Ledger) -> dict[str, Any]:
    """The manifest as a dictionary."""
    on = ledger.on(TABLE)
    try:
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        on.broken(READABLE, found=str(error) if not isinstance(error, FileNotFoundError) else "no such file")
        raise UnreadableError from None
    points = manifest.get("points") if isinstance(manifest, dict) else None
    if not isinstance(points, list) or not all(isinstance(point, dict) for point in points):
        on.broken(READABLE, expected="a list of points", found=type(points).__name__)
        raise UnreadableError
    on.held(READABLE)
    return dict(manifest)


def check_points(manifest: dict[str, Any], front: pd.DataFrame, ledger: Ledger) -> None:
    """Names and numbers of the points."""
    on = ledger.on(TABLE)
    names = [str(point.get("point")) for point in manifest["points"]]
    if names != list(front["point"]):
        on.broken(POINTS, expected=", ".join(front["point"]), found=", ".join(names))
        return
    on.held(POINTS)
    on_front, stated = ledger.on(FRONT), pd.DataFrame(manifest["points"])
    for column in NUMBERS:
        if column not in stated:
            on.broken(SAME, column, "a number", "nothing")
            continue
        theirs = pd.to_numeric(stated[column], errors="coerce").astype(float)
        on_front.equal(SAME, front, theirs, column, allow=DIGITS)
    status = stated["status"] if "status" in stated else pd.Series("", index=front.index)
    on_front.says(SAME, front, status, "status")
    highest = manifest.get("highest_resilience_bound")
    if isinstance(highest, (int, float)):
        on_front.at_most(HIGHEST, front, float(highest), "resilience", allow=FIGURE)


def check_whole(manifest: dict[str, Any], ledger: Ledger) -> None:
    """All is there that a manifest says of every run; what it was solved with can be checked for no more than that."""
    on = ledger.on(TABLE)
    for name, kinds in STATED.items():
        value = manifest.get(name, "nothing")
        right = type(value) in kinds and bool(value or name not in NEVER_EMPTY)
        on.holds(WHOLE, right, name, " or ".join(KINDS[kind] for kind in kinds), str(value)[:100])


def check_settings(manifest: dict[str, Any], inputs: Inputs, ledger: Ledger) -> None:
    """The settings of the manifest are those of the inputs."""
    on = ledger.on(TABLE)
    stated = manifest.get("settings")
    if not isinstance(stated, dict):
        on.broken(SETTINGS, expected="settings", found="none")
        return
    for name, value in inputs.settings.items():
        theirs = stated.get(name)
        same = theirs == value or str(theirs) == str(value)
        if isinstance(value, float) and isinstance(theirs, (int, float)):
            same = abs(float(theirs) - value) <= DIGITS.share * abs(value)
        on.holds(SETTINGS, same, name, str(value), str(theirs))


def check_fingerprints(manifest: dict[str, Any], run: Path, ledger: Ledger) -> None:
    """Every table has its fingerprint in the manifest, and is the file that it was taken of."""
    listed = manifest.get("tables_sha256")
    if not isinstance(listed, dict):
        ledger.on(TABLE).broken(LISTED, "tables_sha256", "the fingerprint of every table", "none")
        return
    for name, expected in listed.items():
        check_file(run, str(name), str(expected), ledger)
    tables = [*run.glob("*.csv"), *run.glob("inputs/*.csv"), *run.glob("plans/*/*.csv")]
    for path in sorted(tables):
        name = path.relative_to(run).as_posix()
        if name not in listed:
            ledger.on(name).broken(LISTED, expected="a fingerprint", found="none")


def check_file(run: Path, name: str, expected: str, ledger: Ledger) -> None:
    """A file is there and has its fingerprint."""
    place = PurePosixPath(name)
    inside = not place.is_absolute() and ".." not in place.parts
    found = fingerprint(run / place) if inside else "a file outside the run"
    ledger.on(name).holds(FINGERPRINT, found == expected, expected=expected, found=found or "no such file")


def notes_on_sources(manifest: dict[str, Any]) -> list[str]:
    """What has become of the case folder: a run stays as right as it was when its case is edited later."""
    sources = manifest.get("inputs_sha256")
    if not isinstance(sources, dict) or not sources:
        return ["The manifest does not say which files the run was read from."]
    found = {str(name): fingerprint(Path(str(name))) for name in sources}
    gone = sorted(name for name, fingerprint in found.items() if fingerprint is None)
    changed = sorted(name for name, print_ in found.items() if print_ is not None and print_ != sources[name])
    notes = []
    if gone:
        notes.append(
            f"{len(gone)} of {len(sources)} files that the run was read from are not here any more (first: {gone[0]})."
        )
    if changed:
        notes.append(f"Edited since the run was solved: {', '.join(changed)}.")
    return notes


def fingerprint(path: Path) -> str | None:
    """The SHA-256 of a file; None where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
