"""What a file that is not UTF-8 may be: encodings, the likeliest first, each with what the first odd place would say.

No program can be certain which it is, but whoever knows the words can: so the two likeliest readings are shown.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

MOST_SHOWN = 2
BEFORE, AFTER = 16, 24
"""Letters shown around the first byte that is no UTF-8."""

_LABELS = {
    "cp1252": "Windows Western (cp1252)",
    "cp932": "Shift-JIS (cp932)",
    "gb18030": "Chinese GB18030",
    "cp1251": "Windows Cyrillic (cp1251)",
    "cp949": "Korean (cp949)",
    "big5": "Chinese Big5",
    "cp1250": "Windows Central European (cp1250)",
    "koi8-r": "KOI8-R",
    "mac_roman": "Mac Roman",
    "cp1253": "Windows Greek (cp1253)",
    "cp1254": "Windows Turkish (cp1254)",
    "cp1255": "Windows Hebrew (cp1255)",
    "cp1256": "Windows Arabic (cp1256)",
    "cp874": "Thai (cp874)",
    "euc_jp": "EUC-JP",
    "cp850": "DOS Western (cp850)",
    "cp866": "DOS Cyrillic (cp866)",
}
"""Encodings that tables are met in; of two that read alike the earlier counts."""

_COMMON = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp932": ("euc_jp", 0xB0, 0xCF),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "big5": ("big5", 0xA4, 0xC6),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}
"""Where the common characters of an East Asian encoding are: a code, and its first and last leading byte."""

_MARKS = "–—‘’“”„«»°€£§·…×²³µ½±®©™、。「」・ー（），：；"
_LEAST = 0.5
_SAMPLE = 20_000


class Reading(NamedTuple):
    """An encoding by its name, and what the first odd place would say in it."""

    name: str
    text: str


def readings(data: bytes, position: int) -> list[Reading]:
    """The likeliest encodings of bytes that at ``position`` are no UTF-8; none where they look like no text."""
    start = max(data.rfind(b"\n", 0, position), data.rfind(b"\r", 0, position)) + 1
    end = min((at for mark in b"\r\n" if (at := data.find(mark, position)) >= 0), default=len(data))
    found: dict[str, tuple[float, str]] = {}
    for order, codec in enumerate(_LABELS):
        try:
            likely = _likelihood(data[start : start + _SAMPLE].decode(codec, "ignore"), codec)
            data.decode(codec)
        except UnicodeDecodeError:
            continue
        at = len(data[start:position].decode(codec, "replace"))
        line = data[start:end].decode(codec, "replace")
        shown = ("…" if at > BEFORE else "") + line[max(0, at - BEFORE) : at + AFTER].strip()
        shown += "…" if len(line) > at + AFTER else ""
        if likely >= _LEAST and shown not in found:
            found[shown] = (order / 200 - likely, _LABELS[codec])
    ranked = sorted((rank, name, shown) for shown, (rank, name) in found.items())
    return [Reading(name, shown) for _, name, shown in ranked[:MOST_SHOWN]]


def _likelihood(text: str, codec: str) -> float:
    """Which part of the letters beyond ASCII stands as such letters do in words."""
    fits = [
        _fits(text[at - 1 : at], letter, text[at + 1 : at + 2], codec)
        for at, letter in enumerate(text)
        if not letter.isascii()
    ]
    return sum(fits) / len(fits) if fits else 0.0


def _fits(before: str, letter: str, after: str, codec: str) -> float:
    if not letter.isalpha():
        within = before.isalpha() and after.isalpha() and letter not in "’·"
        mark = letter in _MARKS or unicodedata.category(letter)[0] == "M"
        return 0.1 if within or not mark else 0.9
    script = _script(letter)
    beside = [_script(other) for other in (before, after) if other.isalpha()]
    if script in ("CJK", "HANGUL"):
        return 0.3 if "ASCII" in beside else _common(letter, codec)
    if script in ("HIRAGANA", "KATAKANA"):
        return 1.0 if codec in ("cp932", "euc_jp") else 0.4
    if script == "HALFWIDTH":
        return 0.95 if set(beside) == {script} else 0.1
    if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
        return 0.1
    if script == "LATIN":
        return 0.2 if beside == [script, script] else 1.0
    return (0.7 if letter.isupper() and before.isupper() else 1.0) if set(beside) <= {script} else 0.1


def _script(letter: str) -> str:
    return "ASCII" if letter.isascii() else unicodedata.name(letter, "").split(" ")[0]


def _common(letter: str, codec: str) -> float:
    code, first, last = _COMMON.get(codec, ("ascii", 0, 0))
    try:
        return (1.0 if codec == "cp949" else 0.95) if first <= letter.encode(code)[0] <= last else 0.6
    except UnicodeEncodeError:
        return 0.2
