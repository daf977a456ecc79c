"""``docs/TRUST.md`` names a test for every promise, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "TRUST.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/\w+\.py)::(\w+)`( \(slow\))?", PAGE)))
PROMISES = [
    line
    for line in PAGE.partition("## What the check does not recompute")[0].splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "|---"))
]


@cache
def known_tests(file: str) -> dict[str, bool]:
    """The tests in a file, and whether each is marked slow."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {
        item.name: any("mark.slow" in ast.unparse(mark) for mark in item.decorator_list)
        for item in tree.body
        if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")
    }


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise[2:50])
def test_every_promise_says_how_and_names_a_test(promise: str) -> None:
    cells = [cell.strip() for cell in promise.strip("|").split("|")]
    assert len(cells) == 3
    assert all(cells)
    assert re.search(r"`tests/\w+\.py::\w+`", cells[2])


@pytest.mark.parametrize(("file", "name", "slow"), NAMED)
def test_every_test_that_is_named_exists(file: str, name: str, slow: str) -> None:
    assert name in known_tests(file)
    assert known_tests(file)[name] == bool(slow), "the page says which tests are slow"


def test_there_is_a_list_of_what_is_not_promised() -> None:
    _, _, rest = PAGE.partition("## What is not promised")
    assert rest.count("\n- **") > 5
