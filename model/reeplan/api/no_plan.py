"""What is found out and written when it is proven that there is no plan: why, and what would make one possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.endings import Status
from reeplan.explain import explain, not_explained
from reeplan.interrupt import Interrupt
from reeplan.outputs.fingerprints import write_sums
from reeplan.outputs.run_folder import INPUTS, write_inputs, write_manifest, written_whole
from reeplan.words import measure_in_words

if TYPE_CHECKING:
    from reeplan.api.display import Display
    from reeplan.api.session import Session
    from reeplan.explain import Explanation
    from reeplan.inputs.rows import Tables
    from reeplan.outputs.fingerprints import Digests
    from reeplan.solve.planner import Planner


@dataclass(frozen=True)
class Infeasible:
    """Why there is no plan, and the digests of the folder that says so; ``stopped`` before all of it was tried."""

    explanation: Explanation
    digests: Digests
    stopped: bool


def write_reason(planner: Planner, session: Session, display: Display) -> Infeasible:
    """The reason, as far as it was found: that there is no plan is known however soon the rest is stopped."""
    loaded, place = session.loaded, session.place
    assert loaded.tables is not None
    measure = measure_in_words(planner.measure.name, planner.measure.cvar_level)
    # A front begins with the cheapest plan of all: where that does not exist, no target is to blame.
    target = session.search.target if session.single else None
    try:
        if planner.engine.interrupted:
            raise KeyboardInterrupt
        with Interrupt(at_once=True):
            found, stopped = _explained(planner, loaded.tables, target, measure, display)
    except KeyboardInterrupt:
        found, stopped = not_explained(target, measure), True
    with written_whole(place) as folder:
        (folder / "infeasible.md").write_text(found.markdown(session.name), encoding="utf-8")
        write_inputs(loaded.tables, session.settings, folder / INPUTS)
        write_manifest(folder, {**session.facts, "status": Status.INFEASIBLE, "points": []})
        digests = write_sums(folder)
    return Infeasible(found, digests, stopped)


def _explained(
    planner: Planner, tables: Tables, target: float | None, measure: str, display: Display
) -> tuple[Explanation, bool]:
    """The explanation, and whether somebody asked to stop before all of it was tried."""
    with display as shown, Interrupt(answer=shown.ask_to_stop) as interrupt:
        found = explain(planner, tables, target, measure, interrupt, shown.trying)
    return found, interrupt.asked
