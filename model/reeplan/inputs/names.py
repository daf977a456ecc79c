"""The nearest valid name for one that is not: what turns 'unknown' into 'did you mean'."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def nearest(name: str, valid: Iterable[str], count: int = 2) -> list[str]:
    """The valid names that someone who wrote ``name`` most likely meant, best first.

    A name that differs only in case or blanks is certain; otherwise likeness decides.
    """
    options = sorted(set(valid))
    if len(options) > MOST_COMPARED:
        start = _plain(name)[:2]
        options = [option for option in options if _plain(option)[:2] == start][:MOST_COMPARED]
    same = [option for option in options if _plain(option) == _plain(name)]
    if same:
        return same[:count]
    by_plain = {_plain(option): option for option in options}
    # A long cell costs quadratic time and is no misspelt name.
    plain = _plain(name)[:80]
    found = difflib.get_close_matches(plain, by_plain, n=count, cutoff=0.5)
    likeness = [difflib.SequenceMatcher(None, other, plain).ratio() for other in found]
    found = [other for other, ratio in zip(found, likeness, strict=True) if ratio > likeness[0] - 0.1]
    return [by_plain[other] for other in found]


MOST_COMPARED = 2000
"""Of more names than these, only those that begin alike are compared letter by letter."""


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """A hint such as "did you mean 'Nd' or 'Tb'?", or nothing when no valid name is near."""
    options = nearest(name, valid)
    return f"did you mean {' or '.join(quoted(option) for option in options)}?" if options else ""


AHEAD = 0.6
"""Of the letters that a shortened text keeps, so many stand before its ellipsis."""

JOINERS = "\u200c\u200d"
"""Letters without a shape of their own that some scripts cannot be written without."""

_FILLERS = "\u115f\u1160\u3164\uffa0"
"""Letters that show as nothing."""


def plain_name(name: str) -> str:
    """The name in the one way that it is kept: composed letters, and every blank the same.

    Two cells that look the same are then the same, whichever program wrote them.
    """
    if name.isascii():
        return name
    composed = unicodedata.normalize("NFC", name)
    return "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in composed)


def invisible(name: str) -> str:
    """The first letter of a name that cannot be seen, or nothing."""
    if name.isascii() and name.isprintable():
        return ""
    return next((x for x in name if x in _FILLERS or not (x.isprintable() or x in JOINERS)), "")


def looks_like(name: str) -> str:
    """What a reader may take the name for: the same for names that differ in case, width or blanks only."""
    if name.isascii():
        return " ".join(name.casefold().split())
    seen = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(letter for letter in seen if letter not in JOINERS).split())


def shown(text: object) -> str:
    """A path, or the name of a column, as it can be written to any terminal: what has no shape as its code."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(text))


def shortened(text: str, length: int, ahead: float = AHEAD) -> str:
    """The text with an ellipsis for its middle if it is longer: long names often differ at their ends.

    ``ahead`` is the share of the letters kept that stand before it.

    >>> shortened("separation of heavies, first line", 20)
    'separation…rst line'
    """
    if len(text) <= length:
        return text
    first = round(ahead * max(length - 1, 0))
    last = max(length - 1, 0) - first
    return f"{text[:first].rstrip()}…{text[len(text) - last :].lstrip()}"


def cut_apart(text: str, taken: dict[str, str], cut: Callable[[str, float], str]) -> str:
    """The text as ``cut`` (text, share kept ahead) shortens it, and unlike every other text in ``taken`` as cut before.

    ``taken`` holds what each shortened text stands for, and grows.
    """
    for ahead in (AHEAD, 1.0, 0.0, 0.3):
        short = cut(text, ahead)
        if taken.setdefault(short, text) == text:
            return short
    # They are alike at both ends: what is shown begins where this one differs from the one like it.
    other = taken[cut(text, AHEAD)]
    differs = next((at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), 0)
    short = cut(f"…{text[differs:]}", 1.0)
    taken.setdefault(short, text)
    return short


def quoted(text: str, length: int = 40) -> str:
    """The text in quotes on one line, shortened: a cell may hold a page or control characters."""
    shown = "".join(letter if letter.isprintable() or letter in JOINERS else " " for letter in text)
    return f"'{shortened(shown, length)}'"


def listing(words: Iterable[str], most: int | None = 6) -> str:
    """'a, b and c', or the first few and how many more (all with ``most`` None)."""
    items = list(words)
    if most is not None and len(items) > most:
        return f"{', '.join(items[: most - 1])} and {len(items) - most + 1} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things in digits; the several are the one with an s where nothing else is said.

    >>> counted(1, "plan"), counted(0, "row"), counted(12345, "country", "countries")
    ('1 plan', '0 rows', '12,345 countries')
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def also_on(lines: list[int]) -> str:
    """' (also on lines 7 and 9)' for a name that is wrong more than once."""
    if len(lines) < 2:
        return ""
    return f" (also on line{'s' * (len(lines) > 2)} {listing(map(str, lines[1:]), 5)})"


def _plain(text: str) -> str:
    return "".join(text.casefold().replace("_", " ").split())
