"""Verifying: the independent check of a run folder, also of one that is packed."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.names import counted
from reeplan.outputs.place_lock import worker_at
from reeplan.outputs.places import finished_place, unfinished_place, why_unreadable
from reeplan.outputs.run_folder import read_manifest
from reeplan.verify import Verdict, not_recomputed, verify_folder
from reeplan.verify.core.verdict import Ledger, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKED = "run.zip"
"""A run folder packed into one file, beside what is to be read without unpacking."""

BESIDE = Rule("beside_the_same", f"a file beside {PACKED} must be the one that is packed")


def verify(run: Path) -> Verdict:
    """Recompute a run folder from its files alone. Raises UserInputError where there is no run to check."""
    with _unpacked(run) as folder:
        _must_be_a_run(folder, run)
        verdict = verify_folder(folder)
        if folder != run and run.is_dir():
            _check_beside(run, folder, verdict)
    if not verdict.holds:  # somebody may have begun to write it meanwhile
        _must_be_left_alone(run)
    return verdict


def as_object(verdict: Verdict) -> dict[str, Any]:
    """The verdict for ``--json`` and for the run's own ``verify.json``."""
    return {
        "holds": verdict.holds,
        "failures": [asdict(failure) for failure in verdict.failures],
        "notes": verdict.notes,
        "checked": dict(verdict.checked),
        "not_recomputed": [kind.as_object(verdict.files) for kind in not_recomputed(verdict.files)],
        "sha256": verdict.sha256,
    }


# ---- what is there to check -----------------------------------------------------------------------


@contextmanager
def _unpacked(run: Path) -> Iterator[Path]:
    """The run folder; one that is packed is unpacked for as long as it is checked."""
    packed = run if run.is_file() else run / PACKED
    if not packed.is_file() or (run / "plans").is_dir():
        yield run
        return
    with tempfile.TemporaryDirectory(prefix="reeplan-") as place:
        try:
            with zipfile.ZipFile(packed) as archive:
                archive.extractall(place)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as trouble:
            if run.is_dir() and read_manifest(run):
                yield run
                return
            raise UserInputError(f"{packed} cannot be unpacked: {str(trouble).splitlines()[0]}.") from None
        inside = [path for path in Path(place).iterdir() if not path.name.startswith((".", "__"))]
        yield inside[0] if len(inside) == 1 and inside[0].is_dir() else Path(place)


def _must_be_a_run(folder: Path, named: Path) -> None:
    """Refuse what is no run, or none yet, in one sentence that says what it is."""
    _must_be_left_alone(named)
    if not named.is_file() and (trouble := why_unreadable(named)):
        kept = unfinished_place(named)
        raise UserInputError(_not_finished(named, read_manifest(kept)) if kept.is_dir() else trouble)
    manifest = read_manifest(folder)
    if finished_place(folder) != folder or manifest.get("status") == Status.UNFINISHED:
        raise UserInputError(_not_finished(finished_place(named), manifest))
    if (folder / "manifest.json").exists() or ((folder / "front.csv").exists() and (folder / "plans").is_dir()):
        return
    if (folder / "compare.html").exists():
        raise UserInputError(f"{named} is a comparison: verify each of the runs that it compares.")
    if (folder / "settings.csv").exists():
        raise UserInputError(f"{named} is a case, not a run: 'reeplan check {named}' checks it.")
    raise UserInputError(f"{named} is no run folder: it has no manifest.json.")


def _must_be_left_alone(run: Path) -> None:
    if who := worker_at(finished_place(run)):
        raise UserInputError(f"{who}: wait until it has ended.")


def _not_finished(run: Path, manifest: dict[str, Any]) -> str:
    command = manifest.get("command", "solve")
    return f"the run {run} is not finished: there is nothing to check yet. Resume it: reeplan {command} --resume {run}"


def _check_beside(run: Path, folder: Path, verdict: Verdict) -> None:
    """Files that lie beside a packed run and are in it must be the same; others are none of the run."""
    ledger, others = Ledger(verdict), 0
    for path in sorted(run.rglob("*")):
        inside = folder / path.relative_to(run)
        if not path.is_file() or path == run / PACKED:
            continue
        if not inside.is_file():
            others += 1
        else:
            same, on = path.read_bytes() == inside.read_bytes(), ledger.on(path.relative_to(run).as_posix())
            on.holds(BESIDE, same, expected="the same bytes", found="others")
    beside = f"{counted(others, 'file')} beside it {'is' if others == 1 else 'are'} not part of it."
    verdict.notes.append(f"The run in {run / PACKED} was checked." + (f" {beside}" if others else ""))
