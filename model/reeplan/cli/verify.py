"""``reeplan verify``: the independent check of a run, and what it says."""

from __future__ import annotations

import json
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.exit_codes import BAD_INPUT, DOES_NOT_HOLD, DONE
from reeplan.cli.screen import say
from reeplan.inputs.names import counted
from reeplan.outputs.place_lock import worker_at
from reeplan.outputs.places import finished_place, unfinished_place, why_unreadable
from reeplan.outputs.run_folder import read_manifest
from reeplan.verify import Verdict, not_recomputed, verify_folder
from reeplan.verify.core.verdict import Ledger, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 30
"""Failures that are shown one by one."""

PACKED = "run.zip"
"""A run folder packed into one file, beside what is to be read without unpacking."""

BESIDE = Rule("beside_the_same", f"a file beside {PACKED} must be the one that is packed")


class NoRunError(Exception):
    """There is no run to check, and why."""


def run_verify(run: Path, as_json: bool) -> int:
    """Check a run folder, print the verdict and return the exit code."""
    began = time.perf_counter()
    try:
        with _unpacked(run) as folder:
            _must_be_a_run(folder, run)
            verdict = verify_folder(folder)
            if folder != run and run.is_dir():
                _check_beside(run, folder, verdict)
        if not verdict.holds:  # somebody may have begun to write it meanwhile
            _must_be_left_alone(run)
    except NoRunError as trouble:
        click.echo(f"error   {trouble}", err=True)
        if as_json:
            click.echo(json.dumps({"holds": False, "failures": [], "message": str(trouble)}, ensure_ascii=False))
        return BAD_INPUT
    if as_json:
        click.echo(json.dumps(as_object(verdict), ensure_ascii=False, default=str))
    else:
        _show(verdict, run, time.perf_counter() - began)
    return DONE if verdict.holds else DOES_NOT_HOLD


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


def in_one_line(verdict: Verdict) -> str:
    """What the check found, in one line."""
    number = sum(verdict.checked.values())
    rows = counted(number, "statement")
    if verdict.holds:
        worst = max(verdict.worst.values(), default=0.0)
        verb = "holds" if number == 1 else "hold"
        return f"checked independently from its files: {rows} {verb} (largest deviation {worst:.0e})"
    verb = "DOES" if len(verdict.failures) == 1 else "DO"
    return f"CHECKED INDEPENDENTLY FROM ITS FILES: {len(verdict.failures)} OF {rows.upper()} {verb} NOT HOLD"


def _show(verdict: Verdict, run: Path, seconds: float) -> None:
    say(f"{run}: {in_one_line(verdict)}, in {seconds:.0f} s", whole=True)
    for failure in verdict.failures[:SHOWN]:
        say(f"  {failure.message}", err=True, rest="    ", whole=True)
    if len(verdict.failures) > SHOWN:
        click.echo(f"  and {len(verdict.failures) - SHOWN} more (--json lists all).", err=True)
    for note in verdict.notes:
        say(f"  note: {note}", rest="    ", whole=True)
    kinds = not_recomputed(verdict.files)
    rest = "is not recomputed, and rests" if len(kinds) == 1 else "are not recomputed, and rest"
    say(f"{counted(len(kinds), 'kind')} of numbers {rest} on fingerprints alone:")
    for kind in kinds:
        say(f"{kind.what}: {kind.where(verdict.files)}", first="  ", rest="    ")
    for what, name in (("results", "manifest.json"), ("whole folder", "SHA256SUMS")):
        click.echo(f"sha256 of the {what} ({name}): {verdict.sha256.get(what.split()[-1], '')}")


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
            raise NoRunError(f"{packed} cannot be unpacked: {str(trouble).splitlines()[0]}.") from None
        inside = [path for path in Path(place).iterdir() if not path.name.startswith((".", "__"))]
        yield inside[0] if len(inside) == 1 and inside[0].is_dir() else Path(place)


def _must_be_a_run(folder: Path, named: Path) -> None:
    """Refuse what is no run, or none yet, in one sentence that says what it is."""
    _must_be_left_alone(named)
    if not named.is_file() and (trouble := why_unreadable(named)):
        kept = unfinished_place(named)
        raise NoRunError(_not_finished(named, read_manifest(kept)) if kept.is_dir() else trouble)
    manifest = read_manifest(folder)
    if finished_place(folder) != folder or manifest.get("status") == "unfinished":
        raise NoRunError(_not_finished(finished_place(named), manifest))
    if (folder / "manifest.json").exists() or ((folder / "front.csv").exists() and (folder / "plans").is_dir()):
        return
    if (folder / "compare.html").exists():
        raise NoRunError(f"{named} is a comparison: verify each of the runs that it compares.")
    if (folder / "settings.csv").exists():
        raise NoRunError(f"{named} is a case, not a run: 'reeplan check {named}' checks it.")
    raise NoRunError(f"{named} is no run folder: it has no manifest.json.")


def _must_be_left_alone(run: Path) -> None:
    if who := worker_at(finished_place(run)):
        raise NoRunError(f"{who}: wait until it has ended.")


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
        elif path.read_bytes() == inside.read_bytes():
            ledger.held(BESIDE)
        else:
            ledger.broken(BESIDE, path.relative_to(run).as_posix(), expected="the same bytes", found="others")
    beside = f"{counted(others, 'file')} beside it {'is' if others == 1 else 'are'} not part of it."
    verdict.notes.append(f"The run in {run / PACKED} was checked." + (f" {beside}" if others else ""))
