"""Textbook problems stated in the model's tables come out at their published optima.

The folders in ``published`` name the sources and explain how each problem is put.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from support import assert_optimum, optimum

PUBLISHED = Path(__file__).parent / "published"


@pytest.mark.covers("cost", "balance")
def test_transportation_problem() -> None:
    """Dantzig 1963: 153.675 thousand USD."""
    assert_optimum(PUBLISHED / "dantzig_transportation", cost_musd=0.153675)


@pytest.mark.covers("capacity", "balance", "cost")
def test_distribution_through_depots() -> None:
    """Williams, Distribution 1: 198,500 pounds a month."""
    assert_optimum(PUBLISHED / "williams_distribution", cost_musd=0.1985)


@pytest.mark.covers("capacity", "capacity_running", "balance", "cost")
def test_lot_sizes() -> None:
    """Wagner and Whitin 1958: 864, with set-ups in months 1, 3, 5, 8, 10 and 11."""
    set_ups = {(f"set-up of month {month}", 2000 + month): 1 for month in (1, 3, 5, 8, 10, 11)}
    assert_optimum(PUBLISHED / "wagner_whitin_lot_sizes", cost_musd=0.864, modules=set_ups)


@pytest.mark.covers("balance")
def test_diet_of_least_cost() -> None:
    """Stigler's data solved exactly: 39.66 USD a year (published to the cent; Stigler himself came within 27 cents)."""
    assert optimum(PUBLISHED / "stigler_diet").cost_musd == pytest.approx(39.6617, abs=5e-5)
