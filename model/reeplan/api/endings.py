"""How a run ends that was begun and has no results to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reeplan.api.no_plan import Infeasible
    from reeplan.api.session import Session
    from reeplan.solve.front import Front


class EndedError(Exception):
    """A run ended before it was whole. ``kept``: solves of it are kept, and it can be resumed."""

    def __init__(self, session: Session, *, kept: bool) -> None:
        super().__init__(f"the run at {session.place} ended before it was whole")
        self.session, self.kept = session, kept


class NoPlanError(EndedError):
    """No plan was found, or none exists: then ``infeasible`` says why."""

    def __init__(self, session: Session, front: Front, infeasible: Infeasible | None, *, kept: bool) -> None:
        super().__init__(session, kept=kept)
        self.outcome, self.infeasible = front.outcome, infeasible


class StoppedError(EndedError):
    """Somebody asked to stop.

    ``lacking``: before a resumed run had every plan that it had before. ``whole``: its folder is there all the same.
    """

    def __init__(self, session: Session, *, kept: bool, lacking: bool, whole: bool) -> None:
        super().__init__(session, kept=kept)
        self.lacking, self.whole = lacking, whole


class BrokenOffError(EndedError):
    """The folder could not be written, or workers died; ``trouble`` is what happened."""

    def __init__(self, session: Session, trouble: Exception, *, kept: bool) -> None:
        super().__init__(session, kept=kept)
        self.trouble = trouble
