"""Futures: the case with other numbers, made exactly as if its files had been edited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reeplan.inputs.revise import revised
from reeplan.model.build_case import case_from_tables
from reeplan.studies.sensitivity.inputs import Input, inputs_of, values_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure

BASE_NAME = "as stated"
ENDS = (("low", 0.0), ("high", 1.0))


class NoRangesError(Exception):
    """The case does not say what is uncertain."""


class ImpossibleRangesError(Exception):
    """Ends of ranges that no case can have, each with what would be wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class VariedFuture:
    """A point in the ranges. Inputs without a position hold what the case states.

    ``case`` is None where these numbers contradict one another; ``problem`` then says why. ``measure`` is the one asked
    for, at the level that holds there.
    """

    stage: str
    name: str
    measure: Measure
    positions: Mapping[str, float] = field(default_factory=dict)
    case: Case | None = None
    problem: str = ""


class VariedFutures:
    """Makes futures of one case under one measure."""

    def __init__(self, tables: Tables, measure: Measure) -> None:
        self.inputs: list[Input] = inputs_of(tables)
        if not self.inputs:
            raise NoRangesError("the table ranges.csv has no rows: nothing is said to be uncertain")
        self._tables, self.measure = tables, measure
        self.base_case = case_from_tables(tables)

    def make(self, stage: str, name: str, positions: Mapping[str, float]) -> VariedFuture:
        """The future at these positions (0 is low, 1 is high) of the inputs named."""
        if not positions:
            return VariedFuture(stage, name, self.measure, {}, self.base_case)
        values, problems = values_at(self.inputs, positions)
        if not problems:
            loaded = revised(self._tables, values)
            if loaded.tables is not None:
                measure = replace(self.measure, cvar_level=loaded.tables.settings["cvar_level"])
                return VariedFuture(stage, name, measure, dict(positions), case_from_tables(loaded.tables))
            problems = [f"{error.file}, {error.column}: {error.message}" for error in loaded.errors]
        return VariedFuture(stage, name, self.measure, dict(positions), None, problems[0])

    def one_at_a_time(self) -> list[VariedFuture]:
        """The case as stated, then each input at its low and at its high.

        Raises ImpossibleRangesError where an end by itself breaks a rule: the range is then wrong, not the future.
        """
        futures = [self.make("one at a time", BASE_NAME, {}), *self._ends()]
        if problems := [f"{future.name}: {future.problem}" for future in futures if future.problem]:
            raise ImpossibleRangesError(problems)
        return futures

    def _ends(self) -> Iterator[VariedFuture]:
        for one in self.inputs:
            for end, position in ENDS:
                yield self.make("one at a time", f"{one.name}: {end}", {one.name: position})
