"""What a study is: a command with options and tables of its own, asked before the plans are sought and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from reeplan.endings import Status
from reeplan.inputs.errors import UserInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.inputs.rows import Loaded, Tables
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Executor
    from reeplan.solve.front import Front
    from reeplan.solve.planner import Planner
    from reeplan.solve.search_options import SearchOptions

Options = dict[str, Any]
"""A study's own options by name; those that were not given are empty."""


@dataclass(frozen=True)
class Option:
    """An option of a study.

    ``kind`` is the type of its value (``bool``: it is given or not), or the words of which it is one; ``least`` and
    ``most`` bound a number, ``below`` is the first number too large. ``unset`` is its value where it is not given.
    """

    name: str
    kind: type | tuple[str, ...]
    help: str
    least: float | None = None
    most: float | None = None
    below: float | None = None
    repeatable: bool = False
    metavar: str | None = None
    unset: Any = None

    @property
    def flag(self) -> str:
        """As it is written on the command line."""
        return f"--{self.name.replace('_', '-')}"


@dataclass(frozen=True)
class StudyInputs:
    """What a study is about, before anything is solved.

    ``place`` is where the run goes, ``facts`` what its manifest says from the start (of a resumed run, what it said
    then), and ``overlaid`` reads the case once more with an overlay more.
    """

    place: Path
    tables: Tables
    case: Case
    single: bool
    search: SearchOptions
    facts: dict[str, Any]
    overlaid: Callable[[Path], Loaded]

    @property
    def options(self) -> Options:
        """The study's own options."""
        return dict(self.facts.get("options") or {})


@dataclass(frozen=True)
class StudyContext:
    """What a study works with: its inputs, the case's program, the plans found, and where to ask questions.

    ``front`` has no points before the plans are sought.
    """

    inputs: StudyInputs
    planner: Planner
    front: Front
    ask: Executor
    say: Callable[[str], None]

    @property
    def case(self) -> Case:
        """The case as it is solved."""
        return self.inputs.case

    @property
    def options(self) -> Options:
        """The study's own options."""
        return self.inputs.options

    @property
    def measure(self) -> Measure:
        """The measure of resilience asked for."""
        return self.inputs.search.measure

    @property
    def gap(self) -> float:
        """Gap relative to cost at which a question counts as solved."""
        return self.inputs.search.gap

    @property
    def target(self) -> float:
        """The resilience asked for; 0 where none is."""
        return self.inputs.search.target or 0.0

    @property
    def controls(self) -> Controls:
        """How hard the solver tries."""
        return self.inputs.search.controls


class Found(Protocol):
    """What a study found, in its own form."""

    @property
    def status(self) -> str:
        """How the search for it ended."""

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables, by the name of their file without the ending."""

    def as_object(self) -> dict[str, Any]:
        """The same for other programs."""


@dataclass(frozen=True)
class StudyResult:
    """What a study found, and what is to be known of how: what was not asked or answered, a paragraph each."""

    found: Found
    remarks: Sequence[str] = ()

    @property
    def status(self) -> str:
        """Done, interrupted, not proven, or stopped at a limit (``endings.status_of_run``)."""
        known = (Status.DONE, Status.INTERRUPTED, Status.NOT_PROVEN)
        return self.found.status if self.found.status in known else Status.AT_LIMIT

    def tables(self) -> dict[str, pd.DataFrame]:
        """Its tables, by the name of their file without the ending; one without columns is left out."""
        return {name: table for name, table in self.found.tables().items() if len(table.columns)}


class Steps(Protocol):
    """The module ``steps`` of a study."""

    def check(self, inputs: StudyInputs) -> None:
        """Raise UserInputError for what cannot be studied."""

    def prepare(self, context: StudyContext) -> Sequence[float]:
        """Ask what must be known before; resiliences (shares) that the front must have beside its levels."""

    def work(self, context: StudyContext) -> StudyResult:
        """Do the rest."""


def no_conflict(options: Options) -> str:
    """Whatever is given, it goes together."""
    return ""


@dataclass(frozen=True)
class Study:
    """A study as every part of the program knows it.

    ``name`` is what it is called in code: its package, its figures, its check. ``command`` is what its users call it,
    ``about`` what it is for. ``results`` is what its JSON object calls its list of results, ``unit`` what is counted as
    it works. ``single``: always about one plan, at the target of the settings where none is asked for. ``outputs`` are
    its tables that a reader opens, with what each holds, ``figures`` the names of its figures. ``conflict`` says why
    options do not go together. ``extra`` is the optional part of the installation that it needs.
    """

    name: str
    command: str
    about: str
    results: str
    unit: str
    options: tuple[Option, ...]
    outputs: Mapping[str, str]
    figures: tuple[str, ...] = ()
    single: bool = False
    conflict: Callable[[Options], str] = field(default=no_conflict)
    extra: str = ""

    def with_all(self, given: Options) -> Options:
        """All options, those that are not given unset. Raises UserInputError for others, and for a conflict."""
        options = {option.name: [] if option.repeatable else option.unset for option in self.options} | given
        if len(options) > len(self.options):
            others = ", ".join(name for name in given if name not in {option.name for option in self.options})
            raise UserInputError(f"'reeplan {self.command}' has no option {others}.")
        if conflict := self.conflict(options):
            raise UserInputError(conflict)
        return options

    @property
    def steps(self) -> Steps:
        """What it does. Raises UserInputError where a package that it needs is not installed."""
        try:
            steps: Any = import_module(f"{__package__}.{self.name}.steps")
        except ModuleNotFoundError as missing:
            if not self.extra:
                raise
            raise UserInputError(
                f"'reeplan {self.command}' needs the package '{missing.name}'.", f"pip install 'reeplan[{self.extra}]'"
            ) from missing
        return steps  # type: ignore[no-any-return]
