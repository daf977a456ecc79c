"""What the check does not recompute, described for people: ``python -m reeplan.verify.describe docs/TRUST.md``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from reeplan.verify.not_recomputed import KINDS

_ROWS = re.compile(r"(?<=\| kind \| where \| why \|\n\|---\|---\|---\|\n)(\|.*\n)*")


def page_with_kinds(page: str) -> str:
    """A page with a row for each kind, as it is declared now."""
    return _ROWS.sub(lambda _: "".join(f"{kind.row()}\n" for kind in KINDS), page)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.write_text(page_with_kinds(where.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
