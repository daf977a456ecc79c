"""The steps of ``reeplan futures``: the plans of the front before an uncertain future, and what knowing it would be
worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.inputs.errors import UserInputError
from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import in_target
from reeplan.outputs.asked import asked_for, fingerprint, in_any_order
from reeplan.solve.search_options import SearchOptions
from reeplan.studies.base import StudyResult
from reeplan.studies.uncertainty.regret import choice_of
from reeplan.studies.uncertainty.result import study_futures
from reeplan.studies.uncertainty.risk import NO_ODDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case
    from reeplan.studies.base import StudyContext, StudyInputs

FUTURES = "futures_sha256"
"""What the manifest calls the fingerprints of the futures."""


def check(inputs: StudyInputs) -> None:
    """Futures that fit, and of a run that is resumed those that it was started with: overlays lie outside of it.

    What asks about odds needs a case that has some.
    """
    idle = [name for name in ("risk_points", "cvar_level") if inputs.options.get(name)]
    if idle and not any(window.probability > 0 for window in in_target(inputs.case)):
        raise UserInputError(f"--{idle[0].replace('_', '-')} has no effect: {NO_ODDS[0].lower()}{NO_ODDS[1:]}")
    now = {name: _fingerprint(future) for name, future in _tables_of(inputs).items()}
    then = inputs.facts.setdefault(FUTURES, now)
    changed = [name for name in now if not isinstance(then, dict) or then.get(name) != now[name]]
    if changed:
        raise UserInputError(
            f"the run at {inputs.place} cannot be resumed: the future {changed[0]} is not what it was at its start.",
            "put back what was changed, or solve the case again with another --out.",
        )


def prepare(context: StudyContext) -> Sequence[float]:
    """Nothing must be known before."""
    return ()


def work(context: StudyContext) -> StudyResult:
    """Every plan of the front in every scenario and future, and what knowing it would be worth."""
    options = context.options
    found = study_futures(
        context.case,
        [choice_of(context.planner, point) for point in context.front.points],
        context.measure,
        context.ask,
        context.gap,
        context.controls,
        target=context.target,
        futures=_futures(context.inputs),
        risk_points=options.get("risk_points") or 6,
        cvar_levels=options.get("cvar_level") or None,
    )
    return StudyResult(found, found.remarks)


def _futures(inputs: StudyInputs) -> dict[str, Case]:
    """The case in each of the futures that were asked for: with an overlay more."""
    return {name: case_from_tables(tables) for name, tables in _tables_of(inputs).items()}


def _tables_of(inputs: StudyInputs) -> dict[str, Tables]:
    """The tables of each future, by its name. Raises UserInputError where an overlay does not fit."""
    found: dict[str, Tables] = {}
    for overlay in map(Path, inputs.options.get("future") or ()):
        loaded = inputs.overlaid(overlay)
        if loaded.errors or loaded.tables is None:
            raise UserInputError("", loaded=loaded)
        if overlay.name in found:
            raise UserInputError(f"two futures are called {overlay.name}.", "give their folders different names.")
        found[overlay.name] = loaded.tables
    return found


def _fingerprint(future: Tables) -> str:
    """What a future says, however its rows are ordered; it is asked as the case is."""
    asked = SearchOptions.of(future.settings).as_settings
    settings = {name: value for name, value in future.settings.items() if name not in asked}
    return fingerprint(in_any_order(asked_for({}, settings, future)))
