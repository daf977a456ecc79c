"""What a command adds to ``reeplan solve``: questions before the plans are sought, and a study of them after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from reeplan import endings
from reeplan.solve.engine import Controls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.cli.options import Session
    from reeplan.model.case import Case
    from reeplan.solve.executor import Executor
    from reeplan.solve.front import Front
    from reeplan.solve.planner import Planner

DONE, LIMIT, INTERRUPTED = endings.DONE, endings.AT_LIMIT, endings.INTERRUPTED


class StudyResult(Protocol):
    """What a study found."""

    @property
    def status(self) -> str:
        """Done, stopped at a limit, not proven, or interrupted (``endings.status_of_run``)."""

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables, by the name of their file without the ending; one without columns is not written."""

    def as_object(self) -> dict[str, Any]:
        """What ``--json`` and the manifest say."""

    def say(self, place: Path) -> None:
        """The same in words on standard output; ``place`` is the run folder."""


@dataclass(frozen=True)
class StudyContext:
    """What a study works with: the case and its program, the plans found, and where to ask questions.

    ``front`` has no points before the plans are sought.
    """

    session: Session
    planner: Planner
    front: Front
    ask: Executor
    say: Callable[[str], None]

    @property
    def case(self) -> Case:
        """The case as it is solved."""
        return self.session.case

    @property
    def gap(self) -> float:
        """Gap relative to cost at which a question counts as solved."""
        return self.case.settings.mip_gap

    @property
    def controls(self) -> Controls:
        """How hard the solver tries."""
        return Controls(time_limit_s=self.case.settings.time_limit_s, seed=self.session.seed)

    @property
    def target(self) -> float:
        """The resilience asked for; 0 where none is."""
        return self.case.settings.resilience_target or 0.0

    @property
    def options(self) -> dict[str, Any]:
        """The study's own options."""
        return dict(self.session.facts.get("options") or {})


def _nothing(setting: StudyContext) -> Sequence[float]:
    return ()


def _any(session: Session) -> None:
    return


@dataclass(frozen=True)
class Study:
    """A command: ``results`` is what its JSON object calls its list of results, ``unit`` what is counted as it works.

    ``check`` refuses what cannot be studied; ``prepare`` asks what must be known before and says which resiliences the
    front must have beside its levels; ``work`` does the rest.
    """

    command: str
    results: str
    unit: str
    work: Callable[[StudyContext], StudyResult]
    single: bool = False
    """Whether it is always about one plan, at the target of the settings where none is asked for."""
    prepare: Callable[[StudyContext], Sequence[float]] = _nothing
    check: Callable[[Session], None] = _any
