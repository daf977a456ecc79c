"""Imports run in one direction, from the bottom of the house to its top, and never in a circle."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import reeplan

ROOT = Path(reeplan.__file__).parent
ORDER = (
    "tolerances", "csv_files", "endings", "interrupt", "interval", "standard_output", "child_processes", "inputs",
    "words", "model", "solve", "outputs", "explain", "studies", "verify", "present", "api", "cli", "__main__",
)  # fmt: skip
"""Rooms from the bottom to the top: each may import what stands before it."""

WHAT_A_COLUMN_IS = ("reeplan.inputs.spec", "reeplan.outputs.spec")


def name_of(path: Path) -> str:
    """The dotted name of a module's file."""
    parts = ("reeplan", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """What every module imports of the house, also for types alone, also within a function."""
    modules = {name_of(path): path for path in ROOT.rglob("*.py")}
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        used = found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "reeplan":
                whole = [f"{node.module}.{one.name}" for one in node.names]
                used.update(one if one in modules else str(node.module) for one in whole)
            elif isinstance(node, ast.Import):
                used.update(one.name for one in node.names if one.name in modules)
    return found


def room(module: str) -> str:
    """The folder, or the module, directly below the package."""
    return [*module.split("."), ""][1]


def across(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Imports from one room in another."""
    return [(one, other) for one in imports for other in imports[one] if room(other) and room(one) != room(other)]


def test_no_circle(imports: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as circle:
        pytest.fail(f"a circle: {' imports '.join(reversed(circle.args[1]))}")


def test_no_import_upward(imports: dict[str, set[str]]) -> None:
    assert {room(module) for module in imports} == {"", "stochastic", *ORDER}, "every room has its place in the order"
    placed = [(one, other) for one, other in across(imports) if room(one) in ORDER]
    upward = [pair for pair in placed if room(pair[1]) not in ORDER or not below(*pair)]
    assert upward == []


def below(module: str, other: str) -> bool:
    """Whether the other's room is nearer to the bottom."""
    return ORDER.index(room(other)) < ORDER.index(room(module))


def test_the_check_stands_beside(imports: dict[str, set[str]]) -> None:
    """It shares with the rest what a column is, and nothing of how a value is computed."""
    used = {other for module, other in across(imports) if room(module) == "verify"}
    assert [other for other in used if not other.startswith(WHAT_A_COLUMN_IS)] == []


def test_what_a_column_is_rests_on_nothing_else(imports: dict[str, set[str]]) -> None:
    spec = [module for module in imports if module.startswith(WHAT_A_COLUMN_IS)]
    used = {other for module in spec for other in imports[module]} - {"reeplan.csv_files"}
    assert [other for other in used if not other.startswith(WHAT_A_COLUMN_IS)] == []
