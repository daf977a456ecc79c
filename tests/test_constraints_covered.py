"""Every rule of the program is held by a case solved on paper, and would be missed if it were gone.

A test names the rules it holds with ``@pytest.mark.covers``. Here the marks are held against the
program itself: each rule must be named, and with the rule taken out of the program every test that
names it must fail (of a test with parameters, for one of them at least).
"""

from __future__ import annotations

import importlib
import itertools
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyomo.environ import Constraint

import reeplan.solve.planner
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.model.program import build_program, contents, resilience
from solved import random_case
from support import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TESTS = Path(__file__).parent

IMPLIED = {
    "builds_never_shrink": "the parts that partners fund are not negative and add up to what is decided",
    "most_space": "storage_space limits all room that stands, so that of one year too",
}
"""Rules that only help the solver: others say the same, so that no optimum moves without them."""

NOT_RULES = {"cost", "windows_cost", "most_resilient"}
"""Objectives, which tests name beside the rules."""


def source_of(module: Any) -> str:
    return Path(module.__file__).read_text(encoding="utf-8")


@cache
def rules() -> set[str]:
    """The constraints, and the rules that give variables their bounds, as the program's source names them."""
    text = source_of(contents) + source_of(resilience)
    constraints = set(re.findall(r"\bm\.(\w+) = pyo\.Constraint\(", text))
    return constraints | set(bounded())


@cache
def bounded() -> dict[str, str]:
    """Rule that gives bounds -> the variable it bounds."""
    declarations = re.findall(r"\bm\.(\w+) = pyo\.Var\([^\n]*bounds=\w+\.(\w+)\)", source_of(contents))
    return {rule: variable for variable, rule in declarations}


Claim = tuple[str, "Callable[..., None]", dict[str, Any]]


@cache
def claims() -> dict[str, list[Claim]]:
    """Rule -> the tests that name it, with each of their parameters."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for path in sorted(TESTS.glob("test_*.py")):
        if "mark.covers(" not in path.read_text(encoding="utf-8") or path == Path(__file__):
            continue
        for name, function in vars(importlib.import_module(path.stem)).items():
            if not name.startswith("test_"):
                continue
            marks = getattr(function, "pytestmark", [])
            for rule in {rule for mark in marks if mark.name == "covers" for rule in mark.args}:
                found[rule] += [(f"{path.stem}::{name}", function, values) for values in parameters(marks)]
    return dict(found)


def parameters(marks: list[Any]) -> Iterator[dict[str, Any]]:
    """The values that a test is called with, of all its parametrisations together."""
    choices = []
    for mark in marks:
        if mark.name == "parametrize":
            names, values = mark.args[0], mark.args[1]
            names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
            choices.append([dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in values])
    for chosen in itertools.product(*choices):
        yield {name: value for part in chosen for name, value in part.items()}


def test_the_rules_are_found() -> None:
    """The list read from the source is that of the programs built: nothing is stated past it."""
    stated = set()
    with random_case(1) as folder:
        case = case_from_tables(read(folder))
        for name in ("worst_case", "weakest_link", "expected", "cvar"):
            program = build_program(case, Measure(name, 0.9))
            stated |= {part.local_name for part in program.component_objects(Constraint)}
    assert stated == rules() - set(bounded())
    assert {"purchase_limits", "sale_limits", "level_limits", "unmet_limits", "most_space", "most_ever_built"} == set(
        bounded()
    )


def test_every_rule_is_named_by_a_test() -> None:
    assert rules() - set(claims()) - set(IMPLIED) == set()


def test_only_rules_are_named() -> None:
    assert set(claims()) - rules() - NOT_RULES == set()


def test_what_is_implied_is_a_rule() -> None:
    assert set(IMPLIED) <= rules()


@pytest.mark.parametrize("rule", sorted(rules() - set(IMPLIED)))
def test_without_the_rule_the_tests_that_name_it_fail(
    rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reeplan.solve.planner, "build_program", lambda *asked: without(build_program(*asked), rule))
    caught: dict[str, bool] = defaultdict(bool)
    for number, (name, function, values) in enumerate(claims().get(rule, [])):
        own = {"tmp_path": tmp_path / str(number)} if "tmp_path" in function.__code__.co_varnames else {}
        caught[name] |= fails(function, **own, **values)
    assert caught, "no test names it"
    assert [name for name, failed in caught.items() if not failed] == [], "these tests name it and do not miss it"


def fails(test: Callable[..., None], **arguments: Any) -> bool:
    try:
        test(**arguments)
    except AssertionError:
        return True
    return False


def without(model: Any, rule: str) -> Any:
    """The program without one of its rules."""
    if rule in bounded():
        for variable in getattr(model, bounded()[rule]).values():
            variable.setlb(0)
            variable.setub(None)
    elif hasattr(model, rule):
        getattr(model, rule).deactivate()
    return model
