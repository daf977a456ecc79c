"""How near counts as equal and how little as nothing is said in two files, and nowhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import reeplan

pytestmark = pytest.mark.unit

ROOT = Path(reeplan.__file__).parent
PLACES = ("tolerances.py", "verify/core/tolerances.py")
SMALL = 1e-3
"""What is smaller may be a tolerance; thicknesses, shares and prices of the program are not."""

NO_TOLERANCE = {
    ("inputs/cells.py", "1e-12"): "the smallest number that may stand in a table",
    ("inputs/warnings/numbers.py", "1e-6"): "amounts and costs that are most likely slips of a unit",
    ("inputs/warnings/numbers.py", "1e-9"): "shares that are most likely slips of a unit",
    ("words.py", "1e-15"): "numbers that are written with a power of ten",
    ("words.py", "1e-4"): "amounts that two digits would write with a power of ten",
    ("stochastic/bounds.py", "1e-4"): "how good an answer is asked for, which the command line can change",
}


def literals(path: Path) -> list[tuple[int, str]]:
    """Line and text of every small number that is written with a power of ten, or stands alone under a name."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    named = {
        id(part)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for part in (node.value.elts if isinstance(node.value, ast.Tuple) else [node.value])
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < SMALL:
            text = str(ast.get_source_segment(source, node))
            if "e" in text.lower() or id(node) in named:
                found.append((node.lineno, text))
    return found


FOUND = {
    (path.relative_to(ROOT).as_posix(), text): line
    for path in sorted(ROOT.rglob("*.py"))
    if path.relative_to(ROOT).as_posix() not in PLACES
    for line, text in literals(path)
}


def test_no_tolerance_is_typed_in_place() -> None:
    assert [f"{name}:{line}: {text}" for (name, text), line in FOUND.items() if (name, text) not in NO_TOLERANCE] == []


def test_what_is_no_tolerance_is_still_there() -> None:
    assert NO_TOLERANCE.keys() - FOUND.keys() == set()


@pytest.mark.parametrize("place", PLACES)
def test_each_tolerance_has_its_reason_and_a_user(place: str) -> None:
    tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
    room = ROOT / "verify" if place.startswith("verify") else ROOT
    code = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py"))
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.Assign):
            [name] = [target.id for target in node.targets if isinstance(target, ast.Name)]
            assert isinstance(after, ast.Expr), f"{name} has no reason"
            assert len(re.findall(rf"\b{name}\b", code)) > 1, f"nothing uses {name}"
