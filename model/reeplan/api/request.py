"""What is asked for: a case with its options, and what the run is to hold beside its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reeplan.studies.base import Options

SOLVE = "solve"
"""The command that is no study."""


@dataclass(frozen=True)
class Extras:
    """What a run holds beside its tables: its figures (all, or those named), its page, and the verdict of the check."""

    figures: bool | Sequence[str] = True
    report: bool = True
    verify: bool = True

    @property
    def only(self) -> Sequence[str] | None:
        """The figures that are drawn alone; None for all."""
        return None if isinstance(self.figures, bool) else self.figures


@dataclass(frozen=True)
class Request:
    """A case to solve, or a run to resume (``resume``); None where the case's settings hold.

    ``command`` is ``solve`` or a study's. ``target`` is a resilience (share) or 'none', ``gap`` a share of the cost,
    ``time_limit`` seconds of each solve. ``workers``, ``dask`` (an address) and ``mpi`` say who solves. ``strict``:
    warnings are errors. ``options`` are a study's own.
    """

    case: Path | None = None
    command: str = SOLVE
    overlays: Sequence[Path] = ()
    target: float | str | None = None
    points: int | None = None
    measure: str | None = None
    out: Path | None = None
    workers: int | None = None
    gap: float | None = None
    time_limit: float | None = None
    seed: int = 0
    resume: Path | None = None
    strict: bool = False
    dask: str | None = None
    mpi: bool = False
    options: Options = field(default_factory=dict)
    extras: Extras = Extras()
