"""What users and their scripts rely on stays as it is: commands, options, exit codes, files, columns, numbers.

Where a change is meant, ``python tests/golden_pages.py`` writes the pages anew; the commit says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from golden_pages import (
    OF_NUMBERS,
    RUNS,
    calls_page,
    differences,
    files_page,
    help_page,
    kept_page,
    kept_tables,
    made_with,
    named,
    tables_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    SolvedTutorial = Callable[[str], Path]


def test_every_command_and_option() -> None:
    assert help_page().splitlines() == kept_page("help").splitlines()


def test_how_calls_end(tutorial_run: Path) -> None:
    assert calls_page(tutorial_run).splitlines() == kept_page("calls").splitlines()


@pytest.mark.parametrize("command", RUNS)
def test_every_number_of_the_tutorial(command: str, solved_tutorial: SolvedTutorial) -> None:
    """To the last digit, with the versions that the page was made with: others may find another plan of the cost."""
    kept = kept_tables("tables", command)
    if kept.made_with != made_with(OF_NUMBERS):
        pytest.skip(f"made with {kept.made_with}")
    changed = differences(kept.tables, named(command, tables_of(solved_tutorial(command))))
    assert not changed, changed


def test_every_file_and_column(solved_tutorial: SolvedTutorial) -> None:
    places = {command: solved_tutorial(command) for command in RUNS}
    assert files_page(places).splitlines() == kept_page("files").splitlines()


@pytest.mark.parametrize("command", RUNS)
def test_pages_were_made_with_the_versions_that_are_pinned(command: str) -> None:
    """With other versions nothing is compared: whoever pins others writes the pages anew."""
    pinned = (Path(__file__).parents[1] / "constraints.txt").read_text(encoding="utf-8").lower().splitlines()
    pins = {line.split(" ;")[0].replace("==", " ") for line in pinned}
    _, *versions = kept_tables("figures", command).made_with.lower().split(", ")
    assert set(versions) <= pins
    assert kept_tables("tables", command).made_with.lower().split(", ")[1:] == versions[: len(OF_NUMBERS)]


def test_a_difference_is_told_by_file_row_and_column() -> None:
    kept = {"front.csv": [["point", "cost_musd"], ["p01", "1.5"], ["p02", "2.5"]], "gone.csv": [["a"]]}
    found = {"front.csv": [["point", "cost_musd"], ["p01", "1.5"], ["p02", "2.75"]], "more.csv": [["a"]]}
    assert differences(kept, found).splitlines() == [
        "gone.csv: is not there any more",
        "more.csv: is new",
        "front.csv: row 2 (p02), cost_musd: was 2.5, is 2.75",
    ]
    fewer, other = [["point", "cost_musd"], ["p01", "1.5"]], [["point", "cost_usd"], ["p01", "1.5"]]
    assert differences({"front.csv": kept["front.csv"]}, {"front.csv": fewer}).splitlines() == [
        "front.csv: had 2 rows, has 1",
        "front.csv: row lost: p02,2.5",
    ]
    assert differences({"front.csv": fewer}, {"front.csv": other}).splitlines() == [
        "front.csv: column cost_musd: is not there any more",
        "front.csv: column cost_usd: is new",
    ]
    assert differences(kept, kept) == ""
