"""The numbers that the solver sees stay in a range that it can be trusted with."""

from __future__ import annotations

from pathlib import Path

import pytest

from reeplan.model.build_case import case_from_tables
from reeplan.solve.planner import Planner
from support import WORST_CASE, read

INPUTS = Path(__file__).parent.parent / "inputs"


@pytest.mark.parametrize("name", ["base", "tutorial"])
def test_coefficients_lie_between_a_thousandth_and_ten_thousand(name: str) -> None:
    smallest, largest = Planner(case_from_tables(read(INPUTS / name)), WORST_CASE).engine.coefficient_range()
    assert smallest >= 1e-3
    assert largest <= 1e4


def test_plans_keep_every_rule_to_a_millionth() -> None:
    planner = Planner(case_from_tables(read(INPUTS / "base")), WORST_CASE)
    plan = planner.report(planner.cheapest_relaxed(0.9), 0.9, 0.0)
    assert plan.violation < 1e-6
