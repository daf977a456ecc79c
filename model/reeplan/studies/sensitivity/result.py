"""What was learned, as tables, as sentences, and as one object for other programs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reeplan import endings
from reeplan.endings import Status
from reeplan.outputs.spec import sensitivity as spec
from reeplan.studies.sensitivity.effects import Design, index_rows, screening_rows
from reeplan.studies.sensitivity.futures import BASE_NAME
from reeplan.studies.sensitivity.inputs import Input, input_rows
from reeplan.studies.sensitivity.outputs import (
    CONTRADICTS_ITSELF,
    Correction,
    FutureOutput,
    Told,
    correction_of,
    outputs_of,
)
from reeplan.studies.sensitivity.robust import built_rows, spread_rows
from reeplan.studies.sensitivity.tornado import tornado_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reeplan.model.case import Case
    from reeplan.studies.sensitivity.question import FutureAnswer

CHECK = "check"
Row = dict[str, Any]


@dataclass(frozen=True)
class Sensitivity:
    """Everything that was told of the futures of a case at a target."""

    case: Case
    inputs: tuple[Input, ...]
    target: float
    gap: float
    told: tuple[Told, ...]
    screening: Design | None = None
    indices: Design | None = None

    @cached_property
    def outputs(self) -> list[FutureOutput]:
        """What is looked at."""
        return outputs_of(self.case, [one.answer for one in self.told if one.answer is not None], self.target)

    @cached_property
    def base(self) -> Told | None:
        """The case as it is stated."""
        return next((one for one in self.told if one.future.name == BASE_NAME and one.future.stage != CHECK), None)

    @cached_property
    def checks(self) -> list[tuple[Told, Told]]:
        """Futures that were solved with whole and with divisible modules, in that order."""
        checked = [one for one in self.told if one.future.stage == CHECK]
        return list(zip(checked[0::2], checked[1::2], strict=True))

    @cached_property
    def correction(self) -> Correction | None:
        """What whole modules add to divisible ones; None where nothing was divisible."""
        pairs: list[tuple[FutureAnswer, FutureAnswer]] = [
            (whole.answer, divisible.answer)
            for whole, divisible in self.checks
            if whole.answer is not None and divisible.answer is not None
        ]
        return correction_of(self.outputs, pairs) if pairs else None

    @property
    def status(self) -> str:
        """As the futures ended (``endings.status_of_run``); interrupted if some were not solved."""
        left = {one.status for one in self.told} - {Status.OPTIMAL, Status.OUT_OF_REACH, CONTRADICTS_ITSELF}
        return endings.status_of_run(Status.INTERRUPTED if status == Status.NOT_SOLVED else status for status in left)

    # ---- tables ---------------------------------------------------------------------------------

    @cached_property
    def tornado(self) -> list[Row]:
        """One input at a time."""
        return tornado_rows(self.inputs, self.told, self.outputs, self.correction)

    @cached_property
    def screened(self) -> list[Row]:
        """Morris's effects."""
        return screening_rows(self.screening, self.outputs, self.correction) if self.screening else []

    @cached_property
    def indexed(self) -> list[Row]:
        """Sobol's indices."""
        return index_rows(self.indices, self.outputs, self.correction) if self.indices else []

    @cached_property
    def built(self) -> list[Row]:
        """In how many futures each asset is built."""
        return built_rows(self.case, self.told, self.base)

    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by the name of their file; one without rows is left out."""
        rows = {
            spec.RANGES_VARIED: input_rows(self.inputs),
            spec.TORNADO: self.tornado,
            spec.SCREENING: self.screened,
            spec.INDICES: self.indexed,
            spec.BUILT_IN_FUTURES: self.built,
            spec.OUTPUTS_IN_FUTURES: spread_rows(self.told, self.outputs, self.base),
            spec.WHOLE_AND_DIVISIBLE: self._check_rows(),
            spec.FUTURES: self._future_rows(),
        }
        return {output.name: output.frame(found) for output, found in rows.items() if found}

    def _future_rows(self) -> list[Row]:
        """Every future, tidy: a row for each input that is not as stated, and for each output."""
        rows: list[Row] = []
        for number, one in enumerate(self.told, 1):
            head = {
                "future": number,
                "stage": one.future.stage,
                "name": one.future.name,
                "status": one.status,
                "divisible": one.divisible,
            }
            rows += [{**head, **fact} for fact in (*self._facts_in(one), *self._facts_out(one))]
        return rows

    def _facts_in(self, told: Told) -> Iterator[Row]:
        for source in self.inputs:
            position = told.future.positions.get(source.name)
            if position is not None:
                value = source.first.amount(position)
                yield _fact("input", source.name, value, source.unit) | {"position": position}

    def _facts_out(self, told: Told) -> Iterator[Row]:
        answer = told.answer
        if answer is None:
            yield _fact("problem", told.future.problem or Status.NOT_SOLVED, math.nan, "")
            return
        for output in self.outputs:
            yield _fact("output", output.name, output.value(answer), output.unit)
        yield _fact("bound", "bound on the cost at the target", answer.at_target.bound_musd, "MUSD")
        yield _fact("bound", "bound on the cost of the cheapest plan", answer.cheapest.bound_musd, "MUSD")
        if answer.out_of_reach:
            yield _fact("output", "highest resilience", answer.highest_resilience, "share")

    def _check_rows(self) -> list[Row]:
        return [
            {
                "name": whole.future.name,
                "output": output.name,
                "unit": output.unit,
                "whole": output.value(whole.answer),
                "divisible": output.value(divisible.answer),
                "difference": output.value(whole.answer) - output.value(divisible.answer),
            }
            for whole, divisible in self.checks
            if whole.answer is not None and divisible.answer is not None
            for output in self.outputs
            if output.proven is not None or output.headline
        ]

    # ---- one object ------------------------------------------------------------------------------

    def as_object(self) -> dict[str, Any]:
        """The headline results as plain values; not a number is None."""
        keep = {output.name for output in self.outputs if output.headline or output.proven is not None}
        return {
            "target": self.target,
            "inputs": [one.name for one in self.inputs],
            "solved": sum(1 for one in self.told if one.answer is not None),
            "without_plan": self.without_plan,
            "tornado": _plain([row for row in self.tornado if row["output"] in keep]),
            "screening": _plain([row for row in self.screened if row["output"] in keep]),
            "indices": _plain([row for row in self.indexed if row["output"] in keep]),
            "built_in_futures": _plain(self.built),
        }

    @property
    def without_plan(self) -> dict[str, int]:
        """How many futures of each kind have no plan at the target, by why."""
        counts: dict[str, int] = {}
        for one in self.told:
            if one.future.stage != CHECK and (one.answer is None or not one.answer.found):
                counts[one.status] = counts.get(one.status, 0) + 1
        return counts


def _fact(what: str, quantity: str, value: float, unit: str) -> Row:
    return {"what": what, "quantity": quantity, "value": value, "unit": unit}


def _plain(rows: list[Row]) -> list[Row]:
    return [
        {name: None if isinstance(cell, float) and not math.isfinite(cell) else cell for name, cell in row.items()}
        for row in rows
    ]
