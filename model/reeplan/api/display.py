"""Who hears how the work goes. What is heard are facts: whoever shows them finds the words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from reeplan.api.session import Session
    from reeplan.inputs.rows import Loaded
    from reeplan.present.figures import Drawing
    from reeplan.solve.engine import Progress
    from reeplan.solve.executor import Backend
    from reeplan.solve.front import Front, Point
    from reeplan.solve.planner import Planner
    from reeplan.studies.base import Study
    from reeplan.verify import Verdict


class Display:
    """Hears everything and shows nothing. Work is shown between ``__enter__`` and ``__exit__``."""

    stopping = False
    """Whether somebody asked to stop."""
    on_news: Callable[[], None] | None = None
    """Called whenever the solver has news, so that others can look at the clock too."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show nothing more."""

    def afresh(self) -> Display:
        """Another of the kind that has shown nothing yet, for what is done after."""
        return self

    def ask_to_stop(self) -> None:
        """Somebody asks to stop; called in another thread."""

    def warn(self, text: str) -> None:
        """Something is not as it should be and keeps nothing from being done."""

    def note(self, text: str) -> None:
        """Something is worth knowing."""

    def say(self, text: str) -> None:
        """A remark of those who work."""

    def detail(self, text: str) -> None:
        """A remark on the stage that has just begun."""

    # ---- stages of a run ------------------------------------------------------------------------

    def problems(self, loaded: Loaded, strict: bool) -> None:
        """What is wrong with the tables, or may be."""

    def inputs(self, session: Session) -> None:
        """The tables are read and hold together."""

    def program(self, planner: Planner) -> None:
        """The program is built."""

    def search(self, session: Session, at_a_time: int, backend: Backend | None, done_before: int) -> None:
        """The search for plans begins, after so many solves of an earlier try."""

    def study(self, study: Study) -> None:
        """The questions of a study begin."""

    def results(self, front: Front) -> None:
        """What was found is written."""

    def no_plan(self) -> None:
        """It is proven that there is no plan; the reason is looked for."""

    def trying(self, what: str) -> None:
        """What is tried to find the reason."""

    # ---- solves ---------------------------------------------------------------------------------

    def started(self, what: str, limit_s: float | None = None) -> None:
        """A solve has begun; it ends after ``limit_s`` seconds at the latest, or after the limit of all."""

    def progress(self, what: str, progress: Progress) -> None:
        """The solver has news of a solve."""

    def finished(self, what: str, solution: Any) -> None:
        """A solve is done."""

    def plan_of_work(self, levels: int, settled: int) -> None:
        """How many solves there are, and how many are done."""

    def found(self, point: Point, plans: int) -> None:
        """A plan has joined the front, which has so many now."""

    def work_in_words(self, before: str = "") -> str:
        """How much is done, for the heading of the picture of the front so far; empty where nothing is known."""
        return ""

    def so_far(self, figure: Path) -> None:
        """The front as it is found was drawn for the first time."""

    # ---- what is written ------------------------------------------------------------------------

    def drawing(self, done: int, of: int) -> None:
        """So many of so many figures are drawn."""

    def drew(self, drawing: Drawing) -> None:
        """The figures are drawn."""

    def not_drawn(self, trouble: Exception) -> None:
        """A figure, or the drawing as a whole, has failed."""

    def checking(self) -> None:
        """The independent check begins."""

    def checked(self, verdict: Verdict) -> None:
        """The independent check has ended."""

    def reporting(self) -> None:
        """The page is written."""

    def not_reported(self, trouble: Exception) -> None:
        """The page could not be written."""

    def did(self) -> None:
        """Nothing more is drawn, checked or written."""
