"""The places of a run: where it stands when it is whole, and where until then; and who may go to work there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reeplan.inputs.near_paths import did_you_mean_one_of
from reeplan.outputs.place_lock import alone_at, worker_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def unfinished_place(place: Path) -> Path:
    """Where a run is written before it is whole: beside its place, hidden, and never mistaken for it."""
    return place.parent / f".{place.name}.unfinished"


def finished_place(place: Path) -> Path:
    """Where a run will stand when it is whole, whichever of its two places is named."""
    name = place.name
    if name.startswith(".") and name.endswith(".unfinished"):
        return place.with_name(name.removeprefix(".").removesuffix(".unfinished"))
    return place


def replaced_place(place: Path) -> Path:
    """Where a run stands for the moment in which a newer one takes its place."""
    return place.parent / f".{place.name}.replaced"


def why_unreadable(run: Path) -> str:
    """Why a run cannot be read: somebody is writing it, or there is none; empty if it can."""
    if who := worker_at(finished_place(run)):
        return f"{who}: wait until it has ended."
    try:
        if run.is_dir():
            return ""
    except OSError as trouble:  # a name that cannot be one
        return f"there is no run folder {run}: {trouble.strerror}."
    said = f"there is no run folder {run}."
    if (kept := unfinished_place(run)).exists():
        said += f" An unfinished run is kept in {kept}."
    if (kept := replaced_place(run)).exists():
        said += f" A run that was being replaced is kept in {kept}; reeplan report {run} puts it back."
    if not kept.exists() and not unfinished_place(run).exists() and (near := did_you_mean_run(run)):
        said += f" {near[0].upper()}{near[1:]}"
    return said


def did_you_mean_run(run: Path) -> str:
    """A hint with the nearest places of runs, whole or kept unfinished, for one where none is; or nothing."""
    return did_you_mean_one_of(finished_place(run), _runs_in)


def _runs_in(folder: Path) -> list[Path]:
    try:
        found = {finished_place(path) for path in folder.iterdir() if _holds_a_run(path)}
    except (OSError, ValueError):
        return []
    return sorted(found)


def _holds_a_run(path: Path) -> bool:
    return any((path / name).is_file() for name in ("manifest.json", "run.zip"))


@contextmanager
def only_here(place: Path, warn: Callable[[str], None] = lambda text: None) -> Iterator[None]:
    """Nobody else works at a place meanwhile; a run that was killed while it was being replaced is put back there.

    Raises PlaceTakenError, which says who works there; ``warn`` hears if nobody can be kept away.
    """
    place = finished_place(place)
    with alone_at(place, warn):
        if not place.exists() and replaced_place(place).exists():
            os.rename(replaced_place(place), place)
        yield
