"""The run's figures for the page: as addresses that hold the picture, whole or packed for the script to unpack."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reeplan.present.figures.index import read_index

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WHOLE_BYTES = 4_000_000
"""The plans' figures are images as long as they need no more than this; the rest is packed to a quarter of it."""

PLAIN_IN_ADDRESS = " !$&'()*+,-./:;=?@_~|"
_SIZE = re.compile(r'<svg\b[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Picture:
    """One figure or one of its variants. Either ``address`` or ``packed`` (zlib, base64) holds it."""

    variant: str
    label: str
    title: str
    alt: str
    width: int
    height: int
    files: str
    address: str = ""
    packed: str = ""


@dataclass
class Figure:
    """A figure with its variants."""

    name: str
    heading: str
    pictures: list[Picture] = field(default_factory=list)


@dataclass(frozen=True)
class NotDrawn:
    """A figure that is missing although there was something to show; ``point`` is empty for one of the whole run."""

    name: str
    heading: str
    point: str
    why: str


def not_drawn(folder: Path) -> list[NotDrawn]:
    """What could not be drawn, by the index of the figures."""
    return [
        NotDrawn(entry["name"], f"{entry.get('heading') or entry['name']}{_of(entry)}", entry["point"], entry["why"])
        for entry in read_index(folder)["left_out"]
        if entry["failed"]
    ]


def _of(entry: dict[str, Any]) -> str:
    return f" ({entry['variant']})" if entry["variant"] else ""


def figures_by_plan(folder: Path, points: Sequence[str], first: str) -> dict[str, list[Figure]]:
    """The figures of every plan, in the order of the report; those of the run as a whole under the empty name.

    Figures of the run and of the plan shown first are always whole; ``points`` are the names of all plans.
    """
    entries = read_index(folder)["figures"]
    figures: dict[str, list[Figure]] = {}
    spent = 0
    for point in ["", first, *(point for point in points if point != first)]:
        here = [(entry, _svg(folder, entry)) for entry in entries if entry["point"] == point]
        needed = sum(len(svg) for _, svg in here)
        whole = point in ("", first) or spent + needed <= WHOLE_BYTES
        spent += needed if whole else 0
        figures[point] = _gathered([(entry, svg) for entry, svg in here if svg], whole)
    return figures


def _svg(folder: Path, entry: dict[str, Any]) -> str:
    file = folder / "figures" / entry["files"]["svg"]
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _gathered(entries: list[tuple[dict[str, Any], str]], whole: bool) -> list[Figure]:
    figures: dict[str, Figure] = {}
    for entry, svg in entries:
        figure = figures.setdefault(entry["name"], Figure(entry["name"], entry["heading"]))
        size = _SIZE.search(svg)
        width, height = (round(float(side)) for side in size.groups()) if size else (634, 400)
        figure.pictures.append(
            Picture(
                variant=entry["variant"],
                label=entry["variant_label"],
                title=entry["title"],
                alt=entry["alt"],
                width=width,
                height=height,
                files=f"figures/{entry['files']['png'].removesuffix('.png')}",
                address=f"data:image/svg+xml,{quote(svg, safe=PLAIN_IN_ADDRESS)}" if whole else "",
                packed="" if whole else base64.b64encode(zlib.compress(svg.encode(), 9)).decode("ascii"),
            )
        )
    return list(figures.values())
