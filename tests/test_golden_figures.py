"""What figures show and how they look stays as it is, to the last byte.

Where a change is meant, ``python tests/golden_pages.py`` writes the pages anew; the commit says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from golden_pages import OF_FIGURES, RUN, RUNS, differences, draw, figures_of, kept_tables, made_with, named

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from golden_pages import Tables


@pytest.mark.parametrize("command", RUNS)
def test_every_figure_of_the_tutorial(command: str, solved_tutorial: Callable[[str], Path], tmp_path: Path) -> None:
    """The pictures and their data, with the versions that the page was made with."""
    kept = kept_tables("figures", command)
    if kept.made_with != made_with(OF_FIGURES):
        pytest.skip(f"made with {kept.made_with}")
    found: Tables = figures_of(draw(solved_tutorial(command) / RUN, command, tmp_path))
    changed = differences(kept.tables, named(command, found))
    assert not changed, changed
