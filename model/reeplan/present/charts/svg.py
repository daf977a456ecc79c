"""An SVG as matplotlib writes it, made small and given words for those who cannot see it."""

from __future__ import annotations

import re
from html import escape

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_METADATA = re.compile(r"<metadata>.*?</metadata>|<title>.*?</title>", re.DOTALL)
_BETWEEN = re.compile(r">\s+<")
_PATH = re.compile(r'(?<= d=")[^"]*')
_AROUND_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_PLACE = re.compile(r'(?<=transform="translate\()[^)]*|(?<= )(?:x|y|width|height)="[-\d.]+"')
_GLYPH = re.compile(r'(<use xlink:href="#[^"]*") transform="translate\(([-\d.]+) 0\)"/>')
_NUMBER = re.compile(r"-?\d+\.\d+")
_ID = re.compile(r' id="([^"]*)"')
_ROOT = re.compile(r"<svg\b[^>]*>")


def slim(text: str, title: str, alt: str = "") -> str:
    """The same picture in half the bytes, with a title and a description for screen readers.

    Coordinates keep hundredths of a point. Names that nothing refers to go, so that several figures
    can stand on one page; comments go, because they repeat names from the case as they are.
    """
    text = _METADATA.sub("", _COMMENT.sub("", text))
    text = _BETWEEN.sub("><", text)
    text = _PATH.sub(_short_path, text)
    text = _PLACE.sub(_rounded, text)
    text = _GLYPH.sub(_placed_glyph, text)
    used = set(re.findall(r'(?:href="|url\()#([^")]*)', text))
    text = _ID.sub(lambda match: match.group(0) if match.group(1) in used else "", text)
    root = _ROOT.search(text)
    if root is None:
        return text
    opened = f'{root.group(0)[:-1]} role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
    return text[: root.start()] + opened + (f"<desc>{escape(alt)}</desc>" if alt else "") + text[root.end() :]


def _short_path(match: re.Match[str]) -> str:
    return _AROUND_COMMAND.sub(r"\1", _rounded(match))


def _placed_glyph(match: re.Match[str]) -> str:
    """A letter in its line: its place is in hundredths of the type's size."""
    return f'{match.group(1)} x="{float(match.group(2)):.0f}"/>'


def _rounded(match: re.Match[str]) -> str:
    return _NUMBER.sub(lambda number: f"{float(number.group(0)):.2f}".rstrip("0").rstrip("."), match.group(0))
