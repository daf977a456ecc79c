"""What the points say: Morris's effects and Sobol's indices of one output.

Indices are SALib's. Effects are computed here, since SALib wants every point of a walk: where a target is often out of
reach, nearly every walk of many inputs passes through such a future, and all would be lost with it.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from SALib.analyze import sobol

from reeplan.studies.sensitivity.design import Points, problem
from reeplan.tolerances import LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RESAMPLES = 1000
"""Resamples behind the interval of each index: they cost nothing beside solving."""

CONFIDENCE = 0.95
_NORMAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Effect:
    """Morris: what an input does to an output over its whole range, in the output's unit.

    ``mu_star`` is the mean size of its effect (± ``confidence``), ``mu`` its mean with sign, ``sigma`` how much it
    differs from place to place (not linear, or together with others). They come from ``steps`` steps of the input;
    ``lost`` more lack the output at an end.
    """

    mu_star: float
    confidence: float
    mu: float
    sigma: float
    steps: int
    lost: int


@dataclass(frozen=True)
class Index:
    """Sobol: the part of an output's variance that an input explains by itself, and with all it takes part in."""

    first: float
    first_confidence: float
    total: float
    total_confidence: float


@dataclass(frozen=True)
class Indices:
    """Indices by input, how many samples they come from, how many lack the output somewhere, and its variance."""

    by_input: dict[str, Index]
    used: int
    dropped: int
    variance: float


def steps(points: Points, size: int) -> Iterator[tuple[int, int, int, float]]:
    """Every step of every walk: from which point, to which, in which column, and how far.

    A walk has ``size`` points; from one to the next, one column changes.
    """
    for start in range(0, len(points), size):
        for i in range(start, start + size - 1):
            change = points[i + 1] - points[i]
            column = int(np.argmax(np.abs(change)))
            yield i, i + 1, column, float(change[column])


def effects(names: Sequence[str], points: Points, output: Any) -> dict[str, Effect]:
    """Morris's measures of one output (a vector, not a number where it is missing), by input.

    An input all of whose steps lack an end has none.
    """
    values = np.asarray(output, dtype=float)
    found: dict[int, list[float]] = {column: [] for column in range(len(names))}
    for before, after, column, length in steps(points, len(names) + 1):
        found[column].append(float(values[after] - values[before]) / length)
    return {
        name: _effect(known, len(found[column]) - len(known))
        for column, name in enumerate(names)
        if len(known := np.array([one for one in found[column] if math.isfinite(one)]))
    }


def _effect(known: Any, lost: int) -> Effect:
    """The measures of one input; a single step has no spread.

    The interval is what resampling (as in SALib) comes to with ever more resamples: the spread of a resampled mean.
    """
    sizes, few = np.abs(known), len(known) < 2
    return Effect(
        mu_star=float(sizes.mean()),
        confidence=math.nan if few else _NORMAL * float(sizes.std()) / math.sqrt(len(sizes)),
        mu=float(known.mean()),
        sigma=math.nan if few else float(known.std(ddof=1)),
        steps=len(known),
        lost=lost,
    )


def indices(names: Sequence[str], output: Any, seed: int) -> Indices:
    """Sobol's first and total indices of one output at the points of ``index_points``, in their order.

    An output that does not vary has none.
    """
    kept, used, dropped = _whole_blocks(output, len(names) + 2)
    values = np.asarray(output, dtype=float)[kept]
    spread = float(np.ptp(values)) if used else 0.0
    if used < 2 or spread <= LAST_DIGITS * max(1.0, float(np.abs(values).max())):
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
