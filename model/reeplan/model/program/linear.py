"""Sums as Pyomo keeps them, made in one step: adding term by term takes several times as long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyomo.core.expr.numeric_expr import LinearExpression

if TYPE_CHECKING:
    from collections.abc import Iterable

Terms = list[tuple[float, Any]]
"""Coefficients with their variables."""


def linear_sum(terms: Iterable[tuple[float, Any]], constant: float = 0.0) -> Any:
    """``constant + sum(coefficient * variable)``."""
    listed = list(terms)
    return LinearExpression(
        constant=constant,
        linear_coefs=[coefficient for coefficient, _ in listed],
        linear_vars=[variable for _, variable in listed],
    )
