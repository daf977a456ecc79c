"""How a run goes, in words on standard error."""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import TYPE_CHECKING

import click

from reeplan.api.display import Display
from reeplan.api.request import SOLVE
from reeplan.cli.check import show_problems
from reeplan.cli.display import INDENT, TerminalDisplay
from reeplan.cli.screen import say, say_warning
from reeplan.cli.verify import in_one_line
from reeplan.inputs.names import counted
from reeplan.inputs.notes import notes
from reeplan.present.figures import DrawingError
from reeplan.solve.executor import LocalProcesses
from reeplan.words import measure_in_words

if TYPE_CHECKING:
    from reeplan.api.session import Session
    from reeplan.inputs.rows import Loaded
    from reeplan.present.figures import Drawing
    from reeplan.solve.executor import Backend
    from reeplan.solve.front import Front
    from reeplan.solve.planner import Planner
    from reeplan.studies.base import Study
    from reeplan.verify import Verdict

STOPPING = "Stopping: keeping what was found; Ctrl-C again stops at once."
STOPPING_REASON = "Stopping: what was not tried is said; Ctrl-C again stops at once."

EVERY_S = 5.0
"""Seconds between two lines about what is being tried to find a reason."""


class RunConsole(TerminalDisplay, Display):
    """Says what is heard of a run; ``stopping_text`` is what is said to whoever asks to stop."""

    def __init__(self, stopping_text: str = STOPPING) -> None:
        super().__init__()
        self._stopping_text = stopping_text
        self._tried_at = time.monotonic()

    def afresh(self) -> RunConsole:
        """For the reason why there is no plan."""
        return RunConsole(STOPPING_REASON)

    def ask_to_stop(self) -> None:
        """Answer whoever asks to stop."""
        self.stop(self._stopping_text)

    def warn(self, text: str) -> None:
        """A warning in a line."""
        say_warning(text)

    def note(self, text: str) -> None:
        """A note in a line."""
        say(f"note    {text}", err=True, rest="        ", whole=True)

    def detail(self, text: str) -> None:
        """Under the text of the stage."""
        self.say(" " * INDENT + text)

    # ---- stages ---------------------------------------------------------------------------------

    def problems(self, loaded: Loaded, strict: bool) -> None:
        """Every problem with its place."""
        show_problems(loaded, strict)

    def inputs(self, session: Session) -> None:
        """How much was read, and what is to be noted of it."""
        loaded = session.loaded
        number = len(loaded.warnings)
        self.say(
            f"1/4 Inputs    {session.name} · {counted(loaded.files, 'file')} · {counted(loaded.row_count, 'row')} · "
            f"no errors, {counted(number, 'warning') if number else 'no warnings'}"
        )
        if loaded.tables is not None and (said := notes(loaded.tables)):
            self.detail(" ".join(said))

    def program(self, planner: Planner) -> None:
        """How large the program is."""
        self.say(f"2/4 Model     {size_in_words(planner)}")

    def search(self, session: Session, at_a_time: int, backend: Backend | None, done_before: int) -> None:
        """What is solved, where, and for how long at most."""
        self.say(f"3/4 Solve     {plan_of_work(session, at_a_time, backend)}")
        if done_before:
            self.detail(f"resumed after {counted(done_before, 'solve')} done before")
        self.limit_s, self.at_a_time = session.search.time_limit_s, at_a_time
        self.unit, self.tells_each, self.disrupted = "levels", True, bool(session.case.windows)

    def study(self, study: Study) -> None:
        """What is counted from now on."""
        self.unit, self.tells_each = study.unit, False

    def results(self, front: Front) -> None:
        """How many plans there are, and what is made of them."""
        plans = counted(len(front.points), "plan")
        self.stage(f"4/4 Results   {plans}: tables, figures, an independent check, report")

    def no_plan(self) -> None:
        """Said at once: what is found out after takes a while."""
        click.echo("\nNo plan can satisfy these inputs.", err=True)

    def trying(self, what: str) -> None:
        """Now and then."""
        if time.monotonic() - self._tried_at > EVERY_S:
            self._tried_at = time.monotonic()
            self.say(f"    looking for the reason: {what}")

    # ---- what is written ------------------------------------------------------------------------

    def drawing(self, done: int, of: int) -> None:
        """Which figure of how many."""
        self.doing("drawing figure", done, of)

    def drew(self, drawing: Drawing) -> None:
        """What is to be remarked of the figures."""
        if drawing.remark:
            self.say(f"    {drawing.remark}")

    def not_drawn(self, trouble: Exception) -> None:
        """Which figures are missing, and why."""
        what = trouble if isinstance(trouble, DrawingError) else f"no figure could be drawn ({trouble})"
        self.say(f"    {what}; the tables are whole")

    def checking(self) -> None:
        """What is done now."""
        self.doing("checking what was written")

    def checked(self, verdict: Verdict) -> None:
        """What the check found."""
        self.detail(in_one_line(verdict))

    def reporting(self) -> None:
        """What is done now."""
        self.doing("writing the report")

    def not_reported(self, trouble: Exception) -> None:
        """Why there is no page."""
        self.say(f"    the report could not be written ({trouble}); the tables are whole")


def size_in_words(planner: Planner) -> str:
    """How large the program is."""
    case, engine = planner.case, planner.engine
    return (
        f"{counted(len(case.assets), 'plant or option', 'plants and options')} · "
        f"{counted(len(case.elements), 'element')} · {counted(len(case.years), 'year')} · "
        f"{counted(len(case.windows), 'disruption window')} · {counted(len(engine.columns), 'variable')}, "
        f"{int(engine.integer.sum())} whole · {counted(len(engine.rows), 'rule')}"
    )


def plan_of_work(session: Session, at_a_time: int, backend: Backend | None) -> str:
    """What is solved, where, and for how long at most."""
    search = session.search
    what, each = (f"{counted(search.points, 'level')}, {at_a_time} at a time", " a level")
    if session.one_plan:
        after = at_a_time > 1 and session.command != SOLVE
        what, each = f"one plan{f', then {at_a_time} questions at a time' if after else ''}", ""
    elsewhere = backend is not None and not isinstance(backend, LocalProcesses)
    where = f" through {backend.name}" if elsewhere and backend is not None else ""
    measure = measure_in_words(search.measure.name, search.measure.cvar_level)
    return (
        f"{what}{where}, HiGHS {version('highspy')}, at most {search.time_limit_s:g} s{each}; "
        f"{f'resilience: {measure}' if session.case.windows else 'no disruption in this case'}"
    )
