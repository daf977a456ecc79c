"""What a cell that is no plain number may mean: how people, spreadsheets and reports write numbers.

Nothing here is read as a number: a footnote's mark may be a power, a range is not one number. Each
notation has words that say what stands there and what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from reeplan.inputs.spec import Column

DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?", re.ASCII)
DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
THREES = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)
"""What may be a whole number with thousands separators as well as one with three decimals."""


class Slip(NamedTuple):
    """What is wrong with a cell, to follow the cell in quotes, and what to write instead."""

    what: str
    hint: str


_SAME = {
    **dict.fromkeys("−‐‑‒–﹣－", "-"),
    **dict.fromkeys("＋﹢", "+"),
    **dict.fromkeys("，﹐٬", ","),
    **dict.fromkeys("．﹒٫", "."),
    **dict.fromkeys("％﹪٪", "%"),
    **dict.fromkeys("’‘ʼ′＇", "'"),
}
"""Signs that stand for one on every keyboard."""

_GROUPED = tuple(
    re.compile(rf"(?P<whole>[+-]?[1-9]\d{{0,2}}{groups})(?:{point}(?P<decimals>\d*))?", re.ASCII)
    for groups, point in (
        (r"(?:\.\d{3})+", ","),
        (r"(?:,\d{2,3})*,\d{3}", r"\."),
        (r"(?P<mark>[ '_])(?:\d{2,3}(?P=mark))*\d{3}", "[.,]"),
    )
)
"""Thousands separators: by threes, or by twos before the last three."""

_VALUE = r"[+-]?[\d.,' _]*\d(?:[eE][+-]?\d+)?"
_PERCENT = re.compile(rf"(?P<after>{_VALUE})\s*(?:%|percent|per cent|pct\.?)|%\s*(?P<before>{_VALUE})", re.IGNORECASE)
_PER_MILLE = re.compile(rf"({_VALUE})\s*‰")
_RANGE = re.compile(rf"({_VALUE})\s*(?:-|to|\.\.+|…|±|\+/-|/)\s*({_VALUE})", re.IGNORECASE)
_FRACTION = re.compile(r"(?:(\d+)\s+)?(\d\d?)/([1-9]\d?)", re.ASCII)
_ABOUT = re.compile(
    r"(?:[~≈∼～±<>≤≥]=?|ca\.?|c\.|circa|about|around|approx\.?|est\.?|up to|at least|at most|min\.?|max\.?)\s*"
    rf"({_VALUE})|({_VALUE})\s*[+?]",
    re.IGNORECASE,
)
_BRACKETS = re.compile(rf"\(\s*({_VALUE})\s*\)|({_VALUE})\s*-")
_REMARK = re.compile(rf"({_VALUE})\s*(?:\(.*\)|\[.*\]|\{{.*\}}|\w?\))|(?:\(.*\)|\[.*\])\s*({_VALUE})", re.DOTALL)
_POWER_OF_TEN = re.compile(rf"({_VALUE})\s*[x×*·]\s*10\s*(?:\^|\*\*)?\s*([+-]?\d+)", re.IGNORECASE)
_POWER = re.compile(rf"({_VALUE})\s*(?:\^|\*\*)\s*([+-]?\d+)")
_APOSTROPHE = re.compile(rf"['\"`´]({_VALUE})['\"`´]?")
_WITH_UNIT = re.compile(
    rf"{_VALUE}\s*(?:[^\W\d_]\D{{0,24}}\d?|[°$€£¥₹]\w*)|(?:[^\W\d_]{{2,4}}\.?|[^\W\d_]{{0,3}}[$€£¥₹])\s*{_VALUE}"
)
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?|\d{1,2}[- ][A-Za-z]{3}([- ]\d{2,4})?|[A-Za-z]{3}-\d{2,4}")
_NOTHING = {"nan", "na", "n/a", "null", "none", "nil", "inf", "+inf", "-inf", "infinity", "tbd", "--", *"-—…?"}
_GROUPS = re.compile(r"[+-]?\d+(?:[.,' _]+\d+)+", re.ASCII)
_LONGEST = 400
_FOOTNOTE = "*†‡§¶#"


def slip_of(cell: str, column: Column, expected: str) -> Slip:
    """What a cell of a column of numbers is instead, the commonest slips first. ``expected``: what belongs there."""
    text = plainly(cell[:_LONGEST])
    return (
        _percentage(text, column)
        or _one_number(cell, text)
        or _with_marks(text)
        or _several_numbers(text, column)
        or _nothing(text, column, expected)
        or _words_about(text, column)
        or _ill_grouped(text)
        or Slip("is text where a number belongs.", expected)
    )


def plainly(text: str) -> str:
    """Digits, signs and blanks of any script as every keyboard has them; what is raised, or a fraction, stays."""
    if text.isascii():
        return text
    return "".join(_plain(letter) for letter in text)


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(letter) == "Zs":
        return " "
    wide = unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>", "<small>"))
    return _SAME.get(letter) or (unicodedata.normalize("NFKC", letter) if wide else letter)


def number_in(text: str) -> str:
    """The plain number that this is but for its thousands separators or its decimal comma; else nothing."""
    text = text.strip()
    if NUMBER.fullmatch(text):
        return text
    return _ungrouped(text) or (text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else "")


def _ungrouped(text: str) -> str:
    """The number without its thousands separators; nothing where it has none."""
    found = next(filter(None, (pattern.fullmatch(text) for pattern in _GROUPED)), None)
    if found is None:
        return ""
    return re.sub("[., '_]", "", found["whole"]) + (f".{found['decimals']}" if found["decimals"] else "")


def _percentage(text: str, column: Column) -> Slip | None:
    for pattern, parts, name in ((_PERCENT, 100, "a percentage"), (_PER_MILLE, 1000, "in parts of a thousand")):
        found = pattern.fullmatch(text)
        written = next(filter(None, found.groups())).strip() if found else ""
        if number := number_in(written):
            share = "0.17 for 17 %" if THREES.fullmatch(written) else f"{float(number) / parts:.10g}"
            if column.unit.startswith("fraction") or not column.unit:
                return Slip(f"is {name}.", f"write it as a share: {share}")
            return Slip(f"is {name}.", f"write the number itself, in {column.unit}; a share is written so: {share}")
    return None


def _one_number(cell: str, text: str) -> Slip | None:
    """One number, only written otherwise."""
    number = number_in(text)
    if number and not NUMBER.fullmatch(text):
        return Slip(f"has {'thousands separators' if _ungrouped(text) else 'a decimal comma'}.", f"write {number}")
    if number and text != cell:
        return Slip("is not written in plain digits.", f"write {number}")
    found = _APOSTROPHE.fullmatch(text)
    if found and (number := number_in(found[1])):
        return Slip("has a quotation mark before it.", f"write {number}")
    return None


def _with_marks(text: str) -> Slip | None:
    """A number and a sign that is none of its digits: a footnote's mark, a power, a fraction."""
    bare = _lowered(text)
    if (found := _POWER_OF_TEN.fullmatch(bare)) and (number := number_in(found[1])):
        return Slip("is a number times a power of ten.", f"write {number}e{int(found[2])}")
    if (found := _POWER.fullmatch(text)) and (number := number_in(found[1])):
        return Slip("is a power.", f"write it out: {_power(number, found[2])}".rstrip(": "))
    head = text.rstrip("".join({letter for letter in text if _is_mark(letter)}) + ", ")
    number, marks = number_in(head), text[len(head) :].strip(", ")
    if number and marks and _raised(marks):
        power = _power(number, _raised(marks))
        meant = f"; if a power is meant, write {power}" if power else ""
        return Slip(
            f"has a raised {_raised(marks)}, a footnote's mark or a power.",
            f"write {number} and move the footnote to 'note'{meant}.",
        )
    if number and marks:
        return Slip("has a footnote's mark.", f"write {number} and move the footnote to 'note'.")
    whole, last = text[:-1].strip(), text[-1:]
    if unicodedata.decomposition(last).startswith("<fraction>") and (not whole or whole.isdigit()):
        return Slip("is a fraction.", f"write {int(whole or 0) + unicodedata.numeric(last):.10g}")
    return None


def _is_mark(letter: str) -> bool:
    return letter in _FOOTNOTE or unicodedata.decomposition(letter).startswith(("<super>", "<sub>", "<circle>"))


def _raised(marks: str) -> str:
    """The whole number that is raised, on the line; nothing where the marks are no such number."""
    number = _lowered(marks)
    raised = all(unicodedata.decomposition(letter).startswith("<super>") for letter in marks)
    return number if raised and number.lstrip("+-").isdigit() else ""


def _lowered(text: str) -> str:
    """With what is raised or lowered on the line."""
    return "".join(plainly(unicodedata.normalize("NFKC", letter)) if _is_mark(letter) else letter for letter in text)


def _power(number: str, exponent: str) -> str:
    """A number to a power; nothing where that is the number itself or too large for any plan."""
    try:
        value = float(number) ** int(exponent)
    except ArithmeticError:
        return ""
    return f"{value:.15g}" if abs(value) < 1e15 and value != float(number) else ""


def _several_numbers(text: str, column: Column) -> Slip | None:
    """A number that is not certain, or several of them."""
    found = _FRACTION.fullmatch(text)
    if found and column.unit != "year":
        return Slip("is a fraction.", f"write {int(found[1] or 0) + int(found[2]) / int(found[3]):.10g}")
    found = _RANGE.fullmatch(text)
    if found and not _DATE.fullmatch(text) and all(map(number_in, found.groups())):
        one = (
            "write one year." if column.unit == "year" else "write one number; ranges.csv can say how uncertain it is."
        )
        return Slip("is a range, not one number.", one)
    found = _ABOUT.fullmatch(text)
    if found and (number := number_in(found[1] or found[2])):
        return Slip(
            "is not one certain number.",
            f"write {number} and say in 'note' what it is, or in ranges.csv how uncertain.",
        )
    found = _BRACKETS.fullmatch(text)
    if found and (number := number_in(found[1] or found[2])):
        what = "has brackets or a sign behind it, as accounts write what is negative."
        return Slip(what, f"write -{number.lstrip('+-')}")
    found = _REMARK.fullmatch(text)
    if found and (number := number_in(found[1] or found[2])):
        return Slip("has a remark in it.", f"write {number} and move the remark to 'note'.")
    return None


def _nothing(text: str, column: Column, expected: str) -> Slip | None:
    """Words for what is not known."""
    if text.casefold() not in _NOTHING:
        return None
    return Slip("is not a number.", expected if column.required else "leave the cell empty for the default.")


def _words_about(text: str, column: Column) -> Slip | None:
    """A date, or a number with its unit."""
    if _DATE.fullmatch(text):
        hint = "write the year alone." if column.unit == "year" else "the spreadsheet may have turned a number into it."
        return Slip("is a date where a number belongs.", hint)
    if _WITH_UNIT.fullmatch(text) and any(letter.isdigit() for letter in text):
        unit = f", in {column.unit}" if column.unit else ""
        return Slip(
            "has a unit or a currency in it, or a remark.", f"write the number alone{unit}; a remark goes into 'note'."
        )
    return None


def _ill_grouped(text: str) -> Slip | None:
    """Groups of digits that are neither thousands nor decimals: one number set wrongly, or several."""
    if not _GROUPS.fullmatch(text):
        return None
    digits = re.sub("[., '_]", "", text)
    return Slip(
        "has groups of digits that are no thousands.",
        f"write one number without separators, with a point before its decimals: {digits}, if that is meant.",
    )
