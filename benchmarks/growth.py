"""How build and hand-over grow with the case: each dimension alone, twice, four and eight times."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import handover, memory
from benchmarks.grow import grow_case
from benchmarks.harness import BASE_CASE, TUTORIAL, Row, apart, slope, table
from reeplan.endings import Outcome
from reeplan.model.program import build_program
from reeplan.solve.engine import Controls, Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.model.case import Case

name = "growth"
title = "Growth with the case"

DIMENSIONS = ("elements", "deposits", "windows", "years")
FACTORS = (2, 4, 8)
TURNS = 3
LP_LIMIT_S = 120.0
TARGET = 0.9
"""The resilience at which the relaxation is solved: near the steep part of the real case's front."""
TUTORIAL_TARGET = 0.5


def run(quick: bool) -> list[Row]:
    """Every size of every dimension, all sizes in turn (quick: two small ones, once)."""
    source, target = (TUTORIAL, TUTORIAL_TARGET) if quick else (BASE_CASE, TARGET)
    grown = [("elements", 2)] if quick else [(dimension, n) for dimension in DIMENSIONS for n in FACTORS]
    with tempfile.TemporaryDirectory() as place:
        folders = {("the case itself", 1): source}
        for dimension, factor in grown:
            folder = Path(place) / f"{dimension}-{factor}"
            folders[dimension, factor] = grow_case(source, folder, **{dimension: factor})
        turns = [
            {
                size: apart("benchmarks.growth:build", folder=str(folder), target=target if turn == 0 else None)
                for size, folder in folders.items()
            }
            for turn in range(1 if quick else TURNS)
        ]
    return [_row(*size, [turn[size] for turn in turns]) for size in folders]


def _row(dimension: str, factor: int, turns: Sequence[dict[str, Any]]) -> Row:
    first = turns[0]
    return {
        "dimension": dimension,
        "factor": factor,
        **{key: first[key] for key in ("rows", "columns", "nonzeros", "relaxation_seconds", "relaxation_musd")},
        "build_seconds": median(turn["build_seconds"] for turn in turns),
        "rise_mb": median(turn["rise_mb"] for turn in turns),
    }


def exponents(rows: Sequence[Row]) -> list[Row]:
    """The exponents of time and memory against nonzeros, of each dimension with the case itself."""
    start = [row for row in rows if row["factor"] == 1]
    found: list[Row] = []
    for dimension in dict.fromkeys(str(row["dimension"]) for row in rows if row["factor"] != 1):
        own = start + [row for row in rows if row["dimension"] == dimension]

        def of(key: str, own: Sequence[Row] = own) -> list[float]:
            return [float(row[key] or 0.0) for row in own]

        found.append(
            {
                "dimension": dimension,
                "time": slope(of("nonzeros"), of("build_seconds")),
                "memory": slope(of("nonzeros"), of("rise_mb")),
            }
        )
    return found


def render(rows: Sequence[Row]) -> str:
    """The sizes, and the exponents fitted to them."""
    return "\n\n".join(
        [
            "The base case with one dimension multiplied. Elements, deposits and windows are split into equal parts, "
            "which leaves the cost of the relaxation (modules divisible) as it is: the grown case is the same problem, "
            "written more finely; years are a longer horizon. *Build* is build and hand-over, the median of "
            f"{TURNS} turns, each in a fresh process; *memory added* is the rise of its peak; the relaxation is solved "
            f"once, at a resilience of {TARGET:.0%}, for {LP_LIMIT_S:.0f} s at most.",
            table(
                rows,
                {
                    "dimension": "grown",
                    "factor": "×",
                    "rows": "rows",
                    "columns": "columns",
                    "nonzeros": "nonzeros",
                    "build_seconds": "build, s",
                    "rise_mb": "memory added, MB",
                    "relaxation_seconds": "relaxation, s",
                    "relaxation_musd": "its cost, MUSD",
                },
            ),
            "Exponent *b* of the fit *a × nonzeros^b*; 1 is linear growth.",
            table(exponents(rows), {"dimension": "grown", "time": "build time", "memory": "memory added"}),
        ]
    )


# ---- called in processes of their own -------------------------------------------------------------


def build(folder: str, target: float | None) -> dict[str, Any]:
    """Build and hand over one case: size, seconds, rise of the process's peak memory (MB).

    With a ``target`` the relaxation is solved as well: its seconds and cost, None where the time was not enough.
    """
    case = handover.read_case(folder)
    # What Python loads only when it is first used counts neither as time nor as memory of this case.
    handover.ours(handover.read_case(TUTORIAL))
    memory.mark()
    before, began = memory.peak_mb(), time.perf_counter()
    highs = handover.ours(case)
    seconds = time.perf_counter() - began
    measured = {
        "build_seconds": seconds,
        "rise_mb": memory.peak_mb() - before,
        "rows": highs.getNumRow(),
        "columns": highs.getNumCol(),
        "nonzeros": highs.getNumNz(),
    }
    return measured if target is None else measured | _relaxation(case, target)


def _relaxation(case: Case, target: float) -> dict[str, Any]:
    model = build_program(case, handover.MEASURE)
    engine = Engine(model)
    resilience = engine.column(model.resilience)
    floor = {} if resilience is None else {resilience: target}
    solution = engine.solve("cost", Controls(time_limit_s=LP_LIMIT_S), at_least=floor, relax=True)
    solved = solution.outcome is Outcome.OPTIMAL
    return {
        "relaxation_seconds": solution.seconds if solved else None,
        "relaxation_musd": round(solution.objective, 3) if solved else None,
    }
