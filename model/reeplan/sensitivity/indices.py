"""What the points say: Morris's effects and Sobol's indices, computed by SALib from positions and one output."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from SALib.analyze import morris, sobol

from reeplan.sensitivity.design import Points, problem

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 1000
"""Resamples behind each confidence interval: they cost nothing beside solving."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Effect:
    """Morris: what an input does to an output over its whole range, in the output's unit.

    ``mu_star`` is the mean size of its effect (± ``confidence``), ``mu`` its mean with sign, ``sigma`` how much it
    differs from place to place (not linear, or together with others).
    """

    mu_star: float
    confidence: float
    mu: float
    sigma: float


@dataclass(frozen=True)
class Index:
    """Sobol: the part of an output's variance that an input explains by itself, and with all it takes part in."""

    first: float
    first_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True)
class Effects:
    """Effects by input, and how many trajectories they come from; those with a missing output are left out."""

    by_input: dict[str, Effect]
    used: int
    dropped: int


@dataclass(frozen=True)
class Indices:
    """Indices by input, how many samples they come from, and the output's variance."""

    by_input: dict[str, Index]
    used: int
    dropped: int
    variance: float


def effects(names: Sequence[str], points: Points, output: Any, levels: int, seed: int) -> Effects:
    """Morris's measures of one output (a vector, not a number where it is missing)."""
    size = len(names) + 1
    kept, used, dropped = _whole_blocks(output, size)
    if used < 1:
        return Effects({}, 0, dropped)
    found = _quietly(
        morris.analyze, problem(names), points[kept], np.asarray(output, dtype=float)[kept], num_resamples=RESAMPLES,
        conf_level=CONFIDENCE, num_levels=levels, seed=seed,
    )  # fmt: skip
    by_input = {
        name: Effect(*(float(np.asarray(found[measure])[j]) for measure in ("mu_star", "mu_star_conf", "mu", "sigma")))
        for j, name in enumerate(names)
    }
    if used == 1:  # one trajectory has no spread
        by_input = {name: Effect(one.mu_star, math.nan, one.mu, math.nan) for name, one in by_input.items()}
    return Effects(by_input, used, dropped)


def indices(names: Sequence[str], output: Any, seed: int) -> Indices:
    """Sobol's first and total indices of one output at the points of ``index_points``, in their order.

    An output that does not vary has none.
    """
    kept, used, dropped = _whole_blocks(output, len(names) + 2)
    values = np.asarray(output, dtype=float)[kept]
    spread = float(np.ptp(values)) if used else 0.0
    if used < 2 or spread <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return Indices({}, used, dropped, 0.0)
    found = _quietly(
        sobol.analyze, problem(names), values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
        seed=seed,
    )  # fmt: skip
    by_input = {
        name: Index(*(float(found[measure][j]) for measure in ("S1", "S1_conf", "ST", "ST_conf")))
        for j, name in enumerate(names)
    }
    return Indices(by_input, used, dropped, float(values.var()))


def _whole_blocks(output: Any, size: int) -> tuple[Any, int, int]:
    """The points of the blocks without a missing output, how many these are, and how many were left out."""
    there = np.isfinite(np.asarray(output, dtype=float)).reshape(-1, size).all(axis=1)
    return np.repeat(there, size), int(there.sum()), int((~there).sum())


def _quietly(analyse: Any, *arguments: Any, **options: Any) -> Any:
    """SALib warns of resamples without variance; what comes of them is not a number, and is left blank in tables."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return analyse(*arguments, **options)
