"""``reeplan futures``: the plans of the front before an uncertain future, and what knowing it would be worth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.cli.asked import asked_for, fingerprint, in_any_order
from reeplan.cli.options import Session, UserInputError
from reeplan.cli.study import Study, StudyContext, StudyResult
from reeplan.cli.summary import ConsoleSummary
from reeplan.inputs import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.outputs.run_folder import INPUTS
from reeplan.studies.uncertainty.regret import choice_of
from reeplan.studies.uncertainty.result import study_futures
from reeplan.studies.uncertainty.risk import NO_ODDS

if TYPE_CHECKING:
    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case

FUTURES = "futures_sha256"
"""What the manifest calls the fingerprints of the futures."""

FILES = {
    "value_of_knowing.csv": "what it would be worth to know what comes, and what a plan for it is",
    "knowing_by_scenario.csv": "the same, scenario by scenario",
    "regret_of_plans.csv": "each plan in each scenario and future, against the best plan there",
    "least_regret.csv": "which plan has the least regret",
    "risk_front.csv": "expected cost against the worst tail of lost supply",
}


def _futures(session: Session) -> dict[str, Case]:
    """The case in each of the futures that were asked for: with an overlay more.

    Raises RefusedError where an overlay does not fit.
    """
    return {name: _solved_alike(case_from_tables(tables), session.case) for name, tables in _tables_of(session).items()}


def _tables_of(session: Session) -> dict[str, Tables]:
    found: dict[str, Tables] = {}
    for overlay in map(Path, (session.facts.get("options") or {}).get("future") or ()):
        base, overlays = _base_of(session)
        loaded = load_tables(base, [*overlays, overlay])
        if loaded.errors or loaded.tables is None:
            raise UserInputError("", loaded=loaded)
        if overlay.name in found:
            raise UserInputError(f"two futures are called {overlay.name}.", "give their folders different names.")
        found[overlay.name] = loaded.tables
    return found


ALIKE = ("resilience_measure", "resilience_target", "cvar_level", "mip_gap", "time_limit_s", "front_points")
"""Settings of the case that hold in its futures too."""


def _solved_alike(future: Case, case: Case) -> Case:
    """A future is measured and searched as the case is, whatever the command line asked for."""
    return replace(future, settings=replace(future.settings, **{name: getattr(case.settings, name) for name in ALIKE}))


def _base_of(session: Session) -> tuple[Path, list[Path]]:
    """The tables as they were given; of a resumed run, those that it keeps."""
    if session.source is not None:
        return session.source / INPUTS, []
    return Path(session.facts["case"]), [Path(overlay) for overlay in session.facts["overlays"]]


def _check(session: Session) -> None:
    """Futures that fit, and of a run that is resumed those that it was started with: overlays lie outside of it.

    What asks about odds needs a case that has some.
    """
    options = session.facts.get("options") or {}
    idle = [name for name in ("risk_points", "cvar_level") if options.get(name)]
    if idle and not any(window.probability > 0 for window in session.case.windows):
        raise UserInputError(f"--{idle[0].replace('_', '-')} has no effect: {NO_ODDS[0].lower()}{NO_ODDS[1:]}")
    tables = _tables_of(session)
    now = {name: _fingerprint(future) for name, future in tables.items()}
    then = session.facts.setdefault(FUTURES, now)
    changed = [name for name in now if not isinstance(then, dict) or then.get(name) != now[name]]
    if changed:
        raise UserInputError(
            f"the run at {session.place} cannot be resumed: the future {changed[0]} is not what it was at its start.",
            "put back what was changed, or solve the case again with another --out.",
        )


def _fingerprint(future: Tables) -> str:
    """What a future says, however its rows are ordered."""
    settings = {name: value for name, value in future.settings.items() if name not in ALIKE}
    return fingerprint(in_any_order(asked_for({}, settings, future)))


def _work(setting: StudyContext) -> StudyResult:
    planner, options = setting.planner, setting.options
    found = study_futures(
        setting.case,
        [choice_of(planner, point) for point in setting.front.points],
        setting.ask,
        setting.gap,
        setting.controls,
        target=setting.target,
        futures=_futures(setting.session),
        risk_points=options.get("risk_points") or 6,
        cvar_levels=options.get("cvar_level") or None,
    )
    return ConsoleSummary(found, found.sentences(), FILES)


STUDY = Study(command="futures", results="value_of_knowing", unit="questions", work=_work, check=_check)
