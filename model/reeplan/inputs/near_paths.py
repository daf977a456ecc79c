"""The nearest folder that is there, for one that is not: any part of its path may be misspelt, or left out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, nearest, quoted, shown
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OVERLAYS = "overlays"
"""What folders of overlays are called, beside a case."""

MOST = 2
"""So many folders are suggested."""


def did_you_mean_folder(folder: Path, case: Path | None = None) -> str:
    """A hint with the whole path of the nearest folders, or nothing; ``case`` is the one that an overlay is for."""
    try:
        found = _near(folder)
        if case is not None:
            places = [place for place in _folders(case.parent) if OVERLAYS in place.name]
            found = _with_tables(_named_like(folder.name, _inside(places))) or found
        found = _with_tables(found) or found or _with_tables(_elsewhere(folder))
    except OSError:  # a path that cannot be
        return ""
    return _did_you_mean(found)


def did_you_mean_one_of(place: Path, inside: Callable[[Path], list[Path]]) -> str:
    """The same for a place that must be among those which a function finds in a folder."""
    try:
        found = _named_like(place.name, _among(_near(place.parent), inside))
        found = found or _named_like(place.name, _among(_folders(Path(place.anchor)), inside))
    except OSError:
        return ""
    return _did_you_mean(found)


def cases_inside(folder: Path) -> str:
    """A hint that names the cases in a folder that is none itself, or nothing."""
    cases = [path for path in _folders(folder) if "settings" in tables_in(path)]
    return f"name one of the cases in it: {listing(map(_shown, cases))}." if cases else ""


def its_folder(file: Path) -> str:
    """A hint that names the folder of a file, or nothing where that holds no tables."""
    place = next((parent for parent in file.parents if parent.is_dir()), None)
    return f"did you mean its folder, {_shown(place)}?" if place is not None and tables_in(place) else ""


def tables_in(folder: Path) -> set[str]:
    """The tables of a case that are files of a folder."""
    try:
        return {path.stem for path in folder.iterdir() if path.suffix == ".csv" and path.stem in TABLES}
    except (OSError, ValueError):
        return set()


def _near(folder: Path) -> list[Path]:
    """Folders whose path is like this one part by part, the likest first."""
    found = [Path(folder.anchor)]
    for part in folder.parts[1 if folder.anchor else 0 :]:
        there = [place / part for place in found if (place / part).is_dir()]
        found = there or [path for place in found for path in _named_like(part, _folders(place))]
    return found


def _elsewhere(folder: Path) -> list[Path]:
    """Folders of the same name within those that stand where the path begins."""
    return _named_like(folder.name, _inside(_folders(Path(folder.anchor))))


def _inside(places: Iterable[Path]) -> list[Path]:
    return _among(places, _folders)


def _among(places: Iterable[Path], inside: Callable[[Path], list[Path]]) -> list[Path]:
    return [inner for place in places for inner in inside(place)]


def _with_tables(folders: Iterable[Path]) -> list[Path]:
    return [folder for folder in folders if tables_in(folder)]


def _named_like(name: str, folders: Iterable[Path]) -> list[Path]:
    there = list(folders)
    return [path for near in nearest(name, {path.name for path in there}) for path in there if path.name == near]


def _folders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith("."))
    except (OSError, ValueError):
        return []


def _did_you_mean(found: list[Path]) -> str:
    return f"did you mean {' or '.join(_shown(path) for path in found[:MOST])}?" if found else ""


def _shown(path: Path) -> str:
    return quoted(shown(path.as_posix()), length=1000)
