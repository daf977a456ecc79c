"""A run folder that was written, as what was found and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reeplan import endings
from reeplan.endings import Outcome, Status

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.api.session import Session
    from reeplan.outputs.fingerprints import Digests
    from reeplan.solve.front import Front
    from reeplan.studies.base import StudyResult
    from reeplan.verify import Verdict

PAGE = "report.html"


@dataclass(frozen=True)
class SolvedRun:
    """A run folder with what it holds: the front with its rows (``front.csv``), and what a study found.

    ``finished``: all was drawn, checked and reported that was asked for before anybody asked to stop. ``verdict`` is
    that of the check, where it was made.
    """

    session: Session
    front: Front
    rows: list[dict[str, Any]]
    study: StudyResult | None
    finished: bool
    verdict: Verdict | None
    digests: Digests

    @property
    def place(self) -> Path:
        """The run folder."""
        return self.session.place

    @property
    def status(self) -> str:
        """Done, interrupted, stopped at a limit, or not proven (``endings.status_of_run``)."""
        return run_status(self.front, self.study) if self.finished else Status.INTERRUPTED

    @property
    def sentences(self) -> list[str]:
        """What was found, as the page says it."""
        from reeplan.present.report.answer import answer
        from reeplan.present.report.content import Report
        from reeplan.present.report.study_parts import of_run

        report = Report(self.place)
        if self.study is None:
            return answer(report)
        return [*(sentence for part in of_run(report.run) for sentence in part.says), *self.study.remarks]

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked contradicts anything."""
        return self.verdict is None or self.verdict.holds


def run_status(front: Front, finding: StudyResult | None) -> str:
    """The front's, or the study's where the front is done."""
    status = status_of(front)
    return status if status != Status.DONE or finding is None else finding.status


def status_of(front: Front) -> str:
    """Done, interrupted, stopped at a limit, or not proven (``endings.status_of_run``)."""
    if front.outcome is Outcome.INTERRUPTED:
        return Status.INTERRUPTED
    if front.complete and all(point.solved for point in front.points):
        return Status.DONE
    left = {point.status for point in front.points if not point.solved}
    left |= set() if front.outcome is Outcome.OPTIMAL else {endings.status_of(front.outcome, found=False)}
    return endings.status_of_run(left) if left & {Status.UNPROVEN, Status.FAILED} else Status.AT_LIMIT
