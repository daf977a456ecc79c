"""The report of a run: one page without network, made from the files of its folder alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_report(run: Path) -> None:
    """Write ``report.html`` of a run into its folder, from its tables, its figures and its verdict.

    The template engine and the figures' code are loaded only here: commands that write no page start faster.
    Raises ``OSError`` or ``ValueError`` where a file of the run is missing or cannot be read.
    """
    from reeplan.present.report.page import write_page

    write_page(run)
