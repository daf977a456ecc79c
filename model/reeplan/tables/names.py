"""The nearest valid name for one that is not: what turns 'unknown' into 'did you mean'."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, valid: Iterable[str], count: int = 2) -> list[str]:
    """The valid names that someone who wrote ``name`` most likely meant, best first.

    A name that differs only in case or blanks is certain; otherwise likeness decides.
    """
    options = sorted(set(valid))
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


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """A hint such as "did you mean 'Nd' or 'Tb'?", or nothing when no valid name is near."""
    options = nearest(name, valid)
    return f"did you mean {' or '.join(quoted(option) for option in options)}?" if options else ""


def quoted(text: str, length: int = 40) -> str:
    """The text in quotes on one line, shortened: a cell may hold a page or control characters."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"'{shown}'" if len(shown) <= length else f"'{shown[: length - 1]}…'"


def listing(words: Iterable[str], most: int = 6) -> str:
    """'a, b and c', or the first few and how many more."""
    items = list(words)
    if len(items) > most:
        return f"{', '.join(items[: most - 1])} and {len(items) - most + 1} more"
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def _plain(text: str) -> str:
    return "".join(text.casefold().replace("_", " ").split())
