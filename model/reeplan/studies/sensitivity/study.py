"""The order of the work: ends of the ranges, screening and futures at once; then indices for the inputs that matter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from reeplan.solve.executor import Task
from reeplan.studies.sensitivity import robust
from reeplan.studies.sensitivity.design import index_points, screening_points, spread_points
from reeplan.studies.sensitivity.effects import Design, leading
from reeplan.studies.sensitivity.futures import BASE_NAME, VariedFuture, VariedFutures
from reeplan.studies.sensitivity.outputs import Told
from reeplan.studies.sensitivity.question import FindWarmStart, FutureQuestion
from reeplan.studies.sensitivity.result import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.inputs.rows import Tables
    from reeplan.model.measures import Measure
    from reeplan.solve.basis import Basis
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.studies.sensitivity.design import Points

SCREENING, INDICES, CHECK = "screening", "indices", "check"
FEW = 2
"""Screening tells inputs from one another: it needs two."""


@dataclass(frozen=True)
class Effort:
    """How much to solve. What is 0 (or False) is left out.

    ``trajectories`` of Morris's screening, each one future more than there are inputs, on ``levels`` levels;
    ``samples`` (a power of 2) for the indices of the ``leading`` inputs, each as many futures as inputs plus 2;
    ``futures`` drawn from all ranges at once. ``relaxed``: screening and indices with divisible modules, checked
    against whole ones in ``checks`` futures; ``all_relaxed``: everything else as well.
    """

    one_at_a_time: bool = True
    trajectories: int = 6
    levels: int = 4
    leading: int = 4
    samples: int = 32
    futures: int = 32
    checks: int = 6
    relaxed: bool = False
    all_relaxed: bool = False
    seed: int = 1

    def solves(self, inputs: int) -> int:
        """How many futures that makes at most for so many inputs."""
        screening = self.trajectories * (inputs + 1) if inputs >= FEW else 0
        divisible = self.relaxed or self.all_relaxed
        checks = self.checks + 2 if divisible else 0  # the case as stated too, and where the divisible ones begin
        few = min(self.leading, inputs)
        return 1 + 2 * inputs * self.one_at_a_time + screening + self.futures + checks + self.samples * (few + 2)


def study_sensitivity(
    tables: Tables,
    measure: Measure,
    ask: Ask,
    *,
    target: float,
    gap: float,
    controls: Controls,
    effort: Effort | None = None,
) -> Sensitivity:
    """What the ranges of a case do to its cheapest plan at ``target``; ``gap`` is relative to each plan's cost.

    Raises NoRangesError where nothing is uncertain, ImpossibleRangesError where an end of a range cannot be.
    """
    work = _Work(VariedFutures(tables, measure), ask, FutureQuestion(target, gap, controls), effort or Effort())
    work.first_round()
    if not work.stopped:
        work.second_round()
    return work.result()


@dataclass
class _Work:
    futures: VariedFutures
    ask: Ask
    question: FutureQuestion
    effort: Effort
    told: list[Told] = field(default_factory=list)
    start: Basis | None = None
    screening: Design | None = None
    indices: Design | None = None

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.futures.inputs]

    @property
    def stopped(self) -> bool:
        return any(one.answer is None and one.future.case is not None for one in self.told)

    def first_round(self) -> None:
        """All that needs no answers first, in one go: nobody waits for the slowest of a few."""
        effort, names = self.effort, self.names
        ends = self.futures.one_at_a_time()
        if not effort.one_at_a_time:
            ends = ends[:1]
        points = (
            screening_points(names, effort.trajectories, effort.levels, effort.seed)
            if effort.trajectories and len(names) >= FEW
            else np.empty((0, len(names)))
        )
        screened = self._at(SCREENING, names, points)
        drawn = (
            self._at(robust.STAGE, names, spread_points(names, effort.futures, effort.seed)) if effort.futures else []
        )
        asked = [
            *((future, effort.all_relaxed) for future in ends + drawn),
            *((future, effort.relaxed or effort.all_relaxed) for future in screened),
            *self._checks(ends[0], screened or drawn),
        ]
        if any(divisible for _, divisible in asked):
            base = Task("the case as stated", self.futures.base_case, self.futures.measure, FindWarmStart())
            [beginning] = self.ask([base])
            self.start = beginning.basis if beginning is not None else None
        self.told = self._answered(asked)
        if len(screened):
            of = {id(one.future): one for one in self.told if one.future.stage == SCREENING}
            found = tuple(of[id(future)] for future in screened)
            self.screening = Design(tuple(names), points, found, effort.seed)

    def second_round(self) -> None:
        """Indices of the inputs that screening leaves."""
        effort, names = self.effort, self._leading()
        if not effort.samples or not names:
            return
        points = index_points(names, effort.samples, effort.seed)
        futures = self._at(INDICES, names, points)
        found = self._answered([(future, effort.relaxed or effort.all_relaxed) for future in futures])
        self.told += found
        self.indices = Design(tuple(names), points, tuple(found), effort.seed)

    def result(self) -> Sensitivity:
        """All that was learned."""
        return Sensitivity(
            case=self.futures.base_case,
            inputs=tuple(self.futures.inputs),
            target=self.question.target,
            gap=self.question.gap,
            told=tuple(self.told),
            screening=self.screening,
            indices=self.indices,
        )

    def _leading(self) -> list[str]:
        if len(self.names) <= self.effort.leading:
            return self.names
        if self.screening is None or not self.effort.leading:
            return []
        so_far = self.result()
        return leading(self.screening, so_far.outputs, so_far.correction, self.effort.leading)

    def _at(self, stage: str, names: Sequence[str], points: Points) -> list[VariedFuture]:
        return [
            self.futures.make(stage, f"{stage} {number}", dict(zip(names, map(float, point), strict=True)))
            for number, point in enumerate(points, 1)
        ]

    def _checks(self, base: VariedFuture, others: Sequence[VariedFuture]) -> list[tuple[VariedFuture, bool]]:
        """The case as stated and some other futures, each with whole and with divisible modules."""
        effort = self.effort
        if not (effort.relaxed or effort.all_relaxed):
            return []
        there = [future for future in others if future.case is not None]
        picked = np.unique(np.linspace(0, len(there) - 1, min(effort.checks, len(there))).round().astype(int))
        chosen = [base, *(there[i] for i in picked)]
        copies = [replace(future, stage=CHECK) for future in chosen]
        return [(future, divisible) for future in copies for divisible in (False, True)]

    def _answered(self, asked: Sequence[tuple[VariedFuture, bool]]) -> list[Told]:
        possible = [(future, divisible) for future, divisible in asked if future.case is not None]
        answers = iter(self.ask([self._task(future, divisible) for future, divisible in possible]))
        return [
            Told(future, divisible, next(answers) if future.case is not None else None) for future, divisible in asked
        ]

    def _task(self, future: VariedFuture, divisible: bool) -> Task:
        assert future.case is not None
        start = self.start if divisible else None
        question = replace(self.question, divisible=divisible, start=start)
        name = "the case as stated" if future.name == BASE_NAME else future.name
        limit = None if divisible else 2 * question.controls.time_limit_s
        return Task(name, future.case, future.measure, question, limit)
