"""``reeplan`` and ``python -m reeplan``."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from reeplan.cli import reeplan
    from reeplan.standard_output import keep_for_the_answer

    keep_for_the_answer()
    reeplan(prog_name="reeplan")


if __name__ == "__main__":
    main()
