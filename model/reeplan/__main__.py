"""``reeplan`` and ``python -m reeplan``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reeplan.api import Extras


def main(extras: Extras | None = None) -> None:
    """Run the command line; ``extras`` are what a run holds beside its tables, where not all."""
    from reeplan.cli import reeplan
    from reeplan.standard_output import keep_for_the_answer

    keep_for_the_answer()
    reeplan(prog_name="reeplan", obj=extras)


if __name__ == "__main__":
    main()
