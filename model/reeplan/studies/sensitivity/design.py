"""Where to look: points in the unit cube, a column an input, drawn by SALib. The same seed gives the same points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from SALib.sample import latin, morris, sobol

if TYPE_CHECKING:
    from collections.abc import Sequence

Points = Any
"""A numpy array: a row for each future, a column for each input, between 0 (low) and 1 (high)."""


def problem(names: Sequence[str]) -> dict[str, Any]:
    """The inputs as SALib wants to hear of them; ranges are applied to positions, not here."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def screening_points(names: Sequence[str], trajectories: int, levels: int, seed: int) -> Points:
    """Morris's trajectories: from a random point one input after the other makes one step.

    A trajectory has one point more than there are inputs.
    """
    return np.asarray(morris.sample(problem(names), trajectories, num_levels=levels, seed=seed))


def index_points(names: Sequence[str], samples: int, seed: int) -> Points:
    """Saltelli's blocks for first and total indices: each of the samples gives (inputs + 2) points."""
    return np.asarray(sobol.sample(problem(names), samples, calc_second_order=False, seed=seed))


def spread_points(names: Sequence[str], count: int, seed: int) -> Points:
    """A Latin hypercube: each input takes each of ``count`` equally likely parts of its range once."""
    return np.asarray(latin.sample(problem(names), count, seed=seed))
