"""What is looked at in each future: costs, resilience, capital, and what is built. And how sure each number is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan import endings
from reeplan.endings import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reeplan.model.case import Case
    from reeplan.studies.sensitivity.futures import VariedFuture
    from reeplan.studies.sensitivity.question import FutureAnswer, Summary

Band = tuple[float, float]
CONTRADICTS_ITSELF = "contradicts itself"
"""Beside the endings of a search: the tables are no case."""

_WORST_FIRST = (
    Status.FAILED, Status.INTERRUPTED, Status.UNBOUNDED, Status.NO_PLAN, Status.UNPROVEN, Status.GAP,
)  # fmt: skip
"""Of the two searches for a future, the one that went worse says how it ended."""


@dataclass(frozen=True)
class Told:
    """A future and its answer; None where the work was stopped before, or the future contradicts itself."""

    future: VariedFuture
    divisible: bool
    answer: FutureAnswer | None

    @property
    def status(self) -> str:
        """How it ended, in words."""
        answer = self.answer
        if self.future.case is None:
            return CONTRADICTS_ITSELF
        if answer is None:
            return Status.NOT_SOLVED
        if answer.out_of_reach:
            return Status.OUT_OF_REACH
        unsolved = [one for one in (answer.at_target, answer.cheapest) if not one.solved]
        if not unsolved:
            return Status.OPTIMAL
        statuses = {endings.status_of(one.outcome, found=one.found) for one in unsolved}
        return next(status for status in _WORST_FIRST if status in statuses)


@dataclass(frozen=True)
class FutureOutput:
    """One thing to look at. ``value`` is not a number where a plan is missing; ``proven`` is what lies between bound
    and plan, for costs only: nobody knows what else another plan within the gap would decide."""

    name: str
    unit: str
    value: Callable[[FutureAnswer], float]
    proven: Callable[[FutureAnswer], Band] | None = None
    headline: bool = False
    """Whether inputs are ranked by it."""


def outputs_of(case: Case, answers: Iterable[FutureAnswer], target: float) -> list[FutureOutput]:
    """The outputs of a case, and of every asset that is built in any of the answers."""
    built = {name for answer in answers for name in answer.at_target.built}
    order = [*case.assets, *(store.name for store in case.stores)]
    return [*_of_the_target(target), *_capital(case), *(_decision(case, name) for name in order if name in built)]


def _of_the_target(target: float) -> list[FutureOutput]:
    resilience = FutureOutput(
        "resilience of the cheapest plan", "share", lambda a: a.cheapest.resilience, headline=True
    )
    if target <= 0:
        return [
            FutureOutput(COST_OF_CHEAPEST, "MUSD", lambda a: a.cheapest.cost_musd, lambda a: _band(a.cheapest), True),
            resilience,
        ]
    return [
        FutureOutput(f"cost at a resilience of {target:.12g}", "MUSD", _cost, lambda a: _band(a.at_target), True),
        FutureOutput(COST_OF_CHEAPEST, "MUSD", lambda a: a.cheapest.cost_musd, lambda a: _band(a.cheapest)),
        FutureOutput("what the target costs", "MUSD", _price, _band_of_price),
        FutureOutput(WITHIN_REACH, "1 or 0", _reach, headline=True),
        resilience,
    ]


WITHIN_REACH = "target within reach"
COST_OF_CHEAPEST = "cost of the cheapest plan"


def _cost(answer: FutureAnswer) -> float:
    return answer.at_target.cost_musd


def _price(answer: FutureAnswer) -> float:
    return answer.at_target.cost_musd - answer.cheapest.cost_musd


def _band(plan: Summary) -> Band:
    return plan.bound_musd, plan.cost_musd


def _band_of_price(answer: FutureAnswer) -> Band:
    at, cheapest = answer.at_target, answer.cheapest
    return max(0.0, at.bound_musd - cheapest.cost_musd), max(0.0, at.cost_musd - cheapest.bound_musd)


def _reach(answer: FutureAnswer) -> float:
    return 0.0 if answer.out_of_reach else 1.0 if answer.found else math.nan


def _capital(case: Case) -> list[FutureOutput]:
    total = FutureOutput(
        "capital", "MUSD", lambda a: sum(a.at_target.capital_musd.values()) if a.found else math.nan, headline=True
    )
    return [total, *(_capital_of(partner) for partner in case.partners)]


def _capital_of(partner: str) -> FutureOutput:
    return FutureOutput(
        f"capital of {partner}", "MUSD", lambda a: a.at_target.capital_musd.get(partner, 0.0) if a.found else math.nan
    )


def _decision(case: Case, asset: str) -> FutureOutput:
    def value(answer: FutureAnswer) -> float:
        built = answer.at_target.built.get(asset)
        return math.nan if not answer.found else 0.0 if built is None else built.t_per_year

    return FutureOutput(f"built: {asset}", "t/yr" if asset in case.assets else "t", value)


@dataclass(frozen=True)
class Correction:
    """By how much whole modules differ from divisible ones, output by output, in the futures solved both ways."""

    bands: Mapping[str, Band]
    futures: int


def correction_of(outputs: Iterable[FutureOutput], pairs: Iterable[tuple[FutureAnswer, FutureAnswer]]) -> Correction:
    """Measured, not proven: the least and the most that whole modules added in the pairs (whole, divisible)."""
    known = list(pairs)
    bands = {}
    for output in outputs:
        lows, highs = [], []
        for whole, divisible in known:
            low, high = output.proven(whole) if output.proven else (output.value(whole),) * 2
            relaxed = output.value(divisible)
            if math.isfinite(high - relaxed):
                lows.append(low - relaxed)
                highs.append(high - relaxed)
        if lows:
            bands[output.name] = (min(lows), max(highs))
    return Correction(bands, len(known))


def band_of(output: FutureOutput, told: Told, correction: Correction | None) -> Band | None:
    """Between which values the output of the best plan lies: proven for costs of whole modules, measured for divisible
    ones; None where neither is known."""
    if told.answer is None:
        return None
    value = output.value(told.answer)
    if not math.isfinite(value):
        return None
    if told.divisible:
        band = correction.bands.get(output.name) if correction else None
        return None if band is None else (value + band[0], value + band[1])
    return output.proven(told.answer) if output.proven else None
