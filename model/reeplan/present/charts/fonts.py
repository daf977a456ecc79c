"""Which fonts write the names of a run, and which scripts no font of this machine writes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from matplotlib import font_manager

from reeplan.inputs.reader import FREE_TEXT
from reeplan.inputs.spec import TABLES
from reeplan.words import display_name, join_and

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.present.run import Run

PREFERRED = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "IPAexGothic",
    "Noto Sans Devanagari",
    "Nirmala UI",
    "Kohinoor Devanagari",
    "Mangal",
    "Lohit Devanagari",
    "Arial Unicode MS",
    "Noto Sans",
)
"""The first is always there (it comes with matplotlib); the others write what it lacks, where they are installed."""

_BOXES = "Last Resort"
"""Begins the name of a font that writes every sign, as a box."""

_WITH_HAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


def families(signs: Iterable[str] = ()) -> list[str]:
    """The fonts to draw with: the preferred ones that this machine has, and others for signs that these lack."""
    have = set(font_manager.fontManager.get_font_names())
    chosen = [name for name in PREFERRED if name in have] or ["sans-serif"]
    lacking = unwritten(signs, chosen)
    if not lacking:
        return chosen
    _find_new()
    upright = [entry for entry in font_manager.fontManager.ttflist if (entry.style, entry.weight) == ("normal", 400)]
    for entry in sorted(upright, key=lambda entry: str(entry.name)):
        if lacking and not entry.name.startswith(_BOXES) and (rest := lacking - _letters(entry.fname)) != lacking:
            chosen.append(entry.name)
            lacking = rest
    return chosen


def unwritten(signs: Iterable[str], names: Iterable[str]) -> set[str]:
    """The signs that none of these fonts has."""
    left = {sign for sign in signs if not sign.isspace()}
    for name in names:
        if left:
            left -= _letters(font_manager.findfont(name))
    return left


def _letters(file: str) -> set[str]:
    font: Any = font_manager.get_font(file)
    return set(map(chr, font.get_charmap()))


def _find_new() -> None:
    """Fonts that were installed since matplotlib last made its list."""
    listed_already = {entry.fname for entry in font_manager.fontManager.ttflist}
    for file in font_manager.findSystemFonts():
        if file not in listed_already:
            try:
                font_manager.fontManager.addfont(file)
            except (OSError, RuntimeError):
                continue  # a broken file, or no font of a kind that can be drawn


def signs_of(run: Run) -> set[str]:
    """Every sign beyond ASCII in the names of a run's case."""
    signs: set[str] = set()
    for name in TABLES:
        table = run.inputs(name)
        for column in table.columns.difference(list(FREE_TEXT)):
            if table[column].dtype.kind != "f":
                signs.update(*(display_name(str(cell)) for cell in table[column].unique()), "")
    return {sign for sign in signs if not sign.isascii()}


def remark_on(signs: Iterable[str]) -> str:
    """What becomes of signs that no font here has, and what to install; nothing where there are none."""
    scripts = sorted({_script(sign) for sign in signs})
    if not scripts:
        return ""
    fonts = sorted({"Noto Sans CJK" if name in _WITH_HAN else f"Noto Sans {name.capitalize()}" for name in scripts})
    named = join_and(["Han" if name == "CJK" else name.capitalize() for name in scripts])
    return (
        f"names in {named} letters are boxes in the PNG figures, for no font of this machine has them (SVG and report "
        f"use the reader's): install {join_and(fonts)}, then draw again with reeplan report"
    )


def _script(sign: str) -> str:
    """The script of a letter by its name; signs that are no letters are symbols."""
    letter = unicodedata.category(sign)[0] in "LMN"
    return unicodedata.name(sign, "SYMBOLS").split(" ")[0].split("-")[0] if letter else "SYMBOLS"
