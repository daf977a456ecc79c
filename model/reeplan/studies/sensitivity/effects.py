"""Screening and indices as tables: each effect, how sure it is, and what could be due to the optimality gap alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.studies.sensitivity.indices import effects, indices, steps
from reeplan.studies.sensitivity.outputs import Correction, FutureOutput, Told, band_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.studies.sensitivity.design import Points


@dataclass(frozen=True)
class Design:
    """The points of a method, the inputs that are its columns, and what was told of each point, in order."""

    names: tuple[str, ...]
    points: Points
    told: tuple[Told, ...]
    seed: int

    def vector(self, output: FutureOutput) -> Any:
        """The output at every point; not a number where it is missing."""
        return np.array([math.nan if told.answer is None else output.value(told.answer) for told in self.told])

    def widths(self, output: FutureOutput, correction: Correction | None) -> Any:
        """How far the best plan's output may be from the one found, at every point; not a number if not known."""
        bands = [band_of(output, told, correction) for told in self.told]
        return np.array([math.nan if band is None else band[1] - band[0] for band in bands])

    @property
    def divisible(self) -> bool:
        """Whether modules were divisible."""
        return any(told.divisible for told in self.told)


def screening_rows(
    design: Design, outputs: Sequence[FutureOutput], correction: Correction | None
) -> list[dict[str, Any]]:
    """Morris's measures: a row for each input and output, the largest first within an output."""
    rows = []
    for output in outputs:
        vector = design.vector(output)
        found = effects(design.names, design.points, vector)
        if not any(one.mu_star > 0 for one in found.values()):
            continue
        due_to_gaps = _due_to_gaps(design, vector, design.widths(output, correction))
        block: list[dict[str, Any]] = [
            {
                "input": name,
                "output": output.name,
                "unit": output.unit,
                "mu_star": one.mu_star,
                "mu_star_confidence": one.confidence,
                "mu": one.mu,
                "sigma": one.sigma,
                "gap_effect": due_to_gaps[name],
                "within_gap": None if math.isnan(due_to_gaps[name]) else one.mu_star <= due_to_gaps[name],
                "trajectories": one.steps,
                "trajectories_without_plan": one.lost,
                "divisible": design.divisible,
            }
            for name, one in found.items()
        ]
        block.sort(key=lambda row: -float(row["mu_star"]))
        rows += [{**row, "rank": rank} for rank, row in enumerate(block, 1)]
    return rows


def _due_to_gaps(design: Design, vector: Any, widths: Any) -> dict[str, float]:
    """The largest mean effect of each input that gaps alone could make.

    At both ends of a step the best plan's output lies within its width of the one found; so the step is wrong by the
    wider of the two at most, and the effect over the whole range by that over the length of the step.
    """
    errors: dict[str, list[float]] = {name: [] for name in design.names}
    for before, after, column, length in steps(design.points, len(design.names) + 1):
        if math.isfinite(vector[before]) and math.isfinite(vector[after]):
            wider = float(np.maximum(widths[before], widths[after]))
            errors[design.names[column]].append(wider / abs(length))
    return {name: float(np.mean(found)) if found else math.nan for name, found in errors.items()}


def index_rows(design: Design, outputs: Sequence[FutureOutput], correction: Correction | None) -> list[dict[str, Any]]:
    """Sobol's indices: a row for each input and output that varies, the largest total first within an output."""
    rows = []
    for output in outputs:
        vector = design.vector(output)
        found = indices(design.names, vector, design.seed)
        if not found.by_input:
            continue
        noise = _shares_due_to_gaps(design, vector, design.widths(output, correction), found.variance)
        block: list[dict[str, Any]] = [
            {
                "input": name,
                "output": output.name,
                "unit": output.unit,
                "first": one.first,
                "first_confidence": one.first_confidence,
                "total": one.total,
                "total_confidence": one.total_confidence,
                "standard_deviation": math.sqrt(found.variance),
                "gap_share": noise[name],
                "within_gap": None if math.isnan(noise[name]) else one.total <= noise[name],
                "samples": found.used,
                "samples_without_plan": found.dropped,
                "divisible": design.divisible,
            }
            for name, one in found.by_input.items()
        ]
        rows += sorted(block, key=lambda row: -float(row["total"]))
    return rows


def _shares_due_to_gaps(design: Design, vector: Any, widths: Any, variance: float) -> dict[str, float]:
    """The largest total index of each input that gaps alone could make.

    The index is the mean square of what changing the input alone changes, over twice the variance. Where it truly
    changes nothing, both plans found lie within their width of the same best plan: they differ by the wider at most.
    """
    size = len(design.names) + 2
    blocks, values = widths.reshape(-1, size), vector.reshape(-1, size)
    blocks = blocks[np.isfinite(values).all(axis=1)]
    return {
        name: float(np.mean(np.maximum(blocks[:, 0], blocks[:, column + 1]) ** 2)) / 2 / variance
        for column, name in enumerate(design.names)
    }


def leading(design: Design, outputs: Sequence[FutureOutput], correction: Correction | None, count: int) -> list[str]:
    """The inputs that move any headline output most, each effect as a share of that output's largest.

    What could be due to the optimality gap alone counts for nothing.
    """
    scores = dict.fromkeys(design.names, 0.0)
    for output in outputs:
        if not output.headline:
            continue
        rows = [row for row in screening_rows(design, [output], correction) if not row["within_gap"]]
        most = max((row["mu_star"] for row in rows), default=0.0)
        for row in rows:
            scores[row["input"]] = max(scores[row["input"]], row["mu_star"] / most)
    order = sorted(design.names, key=lambda name: -scores[name])
    return [name for name in order[:count] if scores[name] > 0]
