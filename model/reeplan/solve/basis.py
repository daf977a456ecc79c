"""Where a linear program ended, so that a similar one can begin there.

A future of a case has nearly the same variables and rules as the case itself, under nearly the same numbers. Its best
plan is then a few steps from the case's, and ten thousand from nothing. As the two programs need not have the same
variables in the same places, those of the one are found in the other by name.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from highspy import HighsBasis, HighsBasisStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOWER, BASIC, UPPER = HighsBasisStatus.kLower, HighsBasisStatus.kBasic, HighsBasisStatus.kUpper

_KINDS = (("columns", BASIC), ("columns", UPPER), ("rows", LOWER), ("rows", UPPER))
"""What is written down; every other column stands at its lower limit, and every other row has room left."""


@dataclass(frozen=True)
class Basis:
    """The columns and rows of a solved linear program by the part that they play, packed (some 50 kB)."""

    packed: bytes = field(repr=False)

    @classmethod
    def of(cls, basis: HighsBasis, columns: Sequence[str], rows: Sequence[str]) -> Basis:
        """The end of a linear program whose columns and first rows have these names."""
        stands = {
            "columns": list(zip(columns, basis.col_status, strict=True)),
            "rows": list(zip(rows, basis.row_status, strict=False)),  # a limit added for one solve has no name
        }
        parts = ("\n".join(name for name, status in stands[kind] if status == wanted) for kind, wanted in _KINDS)
        return cls(zlib.compress("\n\n".join(parts).encode(), 1))

    def as_start(self, columns: Sequence[str], rows: Sequence[str], more_rows: int = 0) -> HighsBasis:
        """The same in a program of these columns and rows, as far as it has them, and some rows without a name.

        What it lacks stands at its lower limit or has room left; the solver makes a whole of it.
        """
        parts = zlib.decompress(self.packed).decode().split("\n\n")
        names = [part.split("\n") for part in parts]
        start = HighsBasis()
        start.col_status = _stand(columns, LOWER, ((names[0], BASIC), (names[1], UPPER)))
        start.row_status = [*_stand(rows, BASIC, ((names[2], LOWER), (names[3], UPPER))), *[BASIC] * more_rows]
        start.valid = start.alien = True
        return start


def _stand(
    names: Sequence[str], else_: HighsBasisStatus, known: Iterable[tuple[list[str], HighsBasisStatus]]
) -> list[HighsBasisStatus]:
    """The part each plays; ``else_`` where nothing is known of it."""
    stands = {name: status for some, status in known for name in some}
    return [stands.get(name, else_) for name in names]
