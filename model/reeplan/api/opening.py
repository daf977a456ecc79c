"""What is to be solved and where it is written: a new run, or one that goes on."""

from __future__ import annotations

import errno
import platform
import shlex
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from reeplan import __version__
from reeplan.api.request import SOLVE
from reeplan.api.session import Session
from reeplan.endings import Status
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.load import load_tables
from reeplan.inputs.names import counted, listing
from reeplan.inputs.rows import Problem
from reeplan.model.build_case import case_from_tables
from reeplan.outputs.asked import (
    FINGERPRINT,
    answering,
    as_options,
    asked_for,
    differences,
    fingerprint,
    in_the_order_of,
    read_record,
    words_that_changed,
)
from reeplan.outputs.place_lock import PlaceTakenError
from reeplan.outputs.places import did_you_mean_run, finished_place, only_here, unfinished_place
from reeplan.outputs.run_folder import (
    INPUTS,
    JOURNAL,
    MANIFEST,
    dated_place,
    new_place,
    read_manifest,
    refuse_if_taken,
    sha256_of_inputs,
)
from reeplan.solve.executor import answers
from reeplan.solve.search_options import SearchOptions
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.api.display import Display
    from reeplan.api.request import Request
    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.outputs.asked import Asked
    from reeplan.studies.base import Options

COMMAND_LINE = "command line"
"""Where a problem is that lies in no file."""


@contextmanager
def open_session(request: Request, display: Display) -> Iterator[Session]:
    """The run that is asked for; nobody else works at its place meanwhile.

    Raises UserInputError for what the command cannot do.
    """
    with ExitStack() as held:
        try:
            if request.resume is not None:
                held.enter_context(only_here(request.resume, display.warn))
                session = _resumed(request)
                _check(session)
            else:
                session = _fresh(request)
                _check(session)
                session = replace(session, place=_place_of_its_own(request, session.place, held, display))
        except PlaceTakenError as taken:
            raise UserInputError(f"{taken.message}.", f"{taken.hint}.") from taken
        except OSError as trouble:
            raise UserInputError(f"{request.resume or request.out or 'a file'} cannot be used: {trouble}.") from trouble
        yield session


def _check(session: Session) -> None:
    if (study := STUDIES.get(session.command)) is not None:
        study.steps.check(session.study_inputs)


def _place_of_its_own(request: Request, place: Path, held: ExitStack, display: Display) -> Path:
    try:
        return held.enter_context(new_place(place, numbered=request.out is None, warn=display.warn))
    except PlaceTakenError:
        raise
    except OSError as trouble:
        raise UserInputError(not_written(place, trouble)) from trouble


def not_written(place: Path, trouble: Exception) -> str:
    """Why a run folder could not be written, in words."""
    if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        return f"the disk is full: {place} could not be written."
    return f"the run folder {place} could not be written: {trouble}."


def _options_of(request: Request) -> Options:
    """All options of the command. Raises UserInputError where there is no such command, or no such option of it."""
    if request.command in STUDIES:
        return STUDIES[request.command].with_all(request.options)
    if request.command != SOLVE:
        raise UserInputError(f"there is no study '{request.command}'.", f"there are {listing(list(STUDIES))}.")
    return {}


def _fresh(request: Request) -> Session:
    if request.case is None:
        raise UserInputError("there is neither a case to solve nor a run to resume.")
    options = _options_of(request)
    place = request.out or dated_place(_name_of_run(request))
    if request.out is not None:
        refuse_if_taken(place)  # again when it is taken: reading a large case takes a while
    loaded = load_tables(request.case, request.overlays)
    if loaded.tables is not None:
        loaded.warnings += _without_effect(request, loaded.tables)
    if loaded.tables is None or loaded.is_bad(request.strict):
        raise UserInputError("", loaded=loaded)
    case = case_from_tables(loaded.tables)
    search = _with_options(SearchOptions.of(loaded.tables.settings, request.seed), request)
    settings = {**asdict(case.settings), **search.as_settings}
    _check_measure(search.measure, case)
    study = STUDIES.get(request.command)
    single = request.target is not None or (study is not None and study.single)
    facts = {
        "command": request.command,
        "options": options,
        "case": request.case.as_posix(),
        "overlays": [overlay.as_posix() for overlay in request.overlays],
        "title": case.settings.title,
        "started": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
        "inputs_sha256": sha256_of_inputs([request.case, *request.overlays]),
        "single": single,
        "seed": request.seed,
        "settings": settings,
        "versions": _versions(),
        "warnings": [problem.as_object() for problem in loaded.warnings],
    }
    asked = asked_for(facts, settings, loaded.tables)
    facts[FINGERPRINT] = fingerprint(asked)
    return Session(str(request.case), loaded, case, place, single, search, request.workers, facts, asked)


def _without_effect(request: Request, tables: Tables) -> Iterator[Problem]:
    """Options that this case, or one plan, has no use for."""
    points = tables.settings["front_points"] if request.points is None else request.points
    one_plan = request.target is not None or points == 1 or not tables["scenarios"]
    if request.command == SOLVE and one_plan and (request.workers or 1) > 1:
        yield Problem(COMMAND_LINE, 0, "--workers", "has no effect: one plan is solved by one worker.", "leave it out.")
    for name, given in (("--points", (request.points or 1) > 1), ("--measure", request.measure is not None)):
        if given and not tables["scenarios"]:
            message = "has no effect: the case has no disruptions, and so no resilience that costs anything."
            yield Problem(COMMAND_LINE, 0, name, message, "leave it out, or describe some in scenarios.csv.")


def _versions() -> dict[str, str]:
    return {
        "reeplan": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("pyomo", "highspy", "numpy", "scipy", "pandas", "matplotlib")},
    }


def _name_of_run(request: Request) -> str:
    assert request.case is not None
    before = "" if request.command == SOLVE else f"{request.command}-"
    after = "" if request.target is None else f"-target-{request.target}"
    return f"{before}{request.case.resolve().name or 'case'}{after}"


def _resumed(request: Request) -> Session:
    """Resume an unfinished run, or a finished one that stopped early, as what it was started as."""
    assert request.resume is not None
    place = finished_place(request.resume)
    kept = unfinished_place(place)
    source = kept if kept.is_dir() else place
    facts = read_manifest(source)
    if source == place:
        _refuse_to_reopen(place, facts)
    if not _is_whole(facts) or not (source / INPUTS).is_dir():
        raise UserInputError(
            f"{source} does not hold enough to go on.", f"remove it and solve the case again, with --out {place}."
        )
    if (other := facts.get("command", SOLVE)) != request.command:
        raise UserInputError(
            f"the run at {place} is one of 'reeplan {other}'.", f"resume it: reeplan {other} --resume {place}."
        )
    loaded = load_tables(source / INPUTS)
    if loaded.tables is None:
        raise UserInputError("", loaded=loaded)
    now = {**facts, "versions": _versions()}
    then = read_record(source, answering(now))
    if then is not None:
        loaded.tables = in_the_order_of(then, loaded.tables)
    case, search = case_from_tables(loaded.tables), SearchOptions.of(loaded.tables.settings, int(facts.get("seed", 0)))
    asked = asked_for(now, {**asdict(case.settings), **search.as_settings}, loaded.tables)
    _refuse_if_asked_otherwise(place, source, facts, then, asked)
    if request.time_limit is not None:
        search = replace(search, time_limit_s=request.time_limit)
    settings = {**asdict(case.settings), **search.as_settings}
    facts |= {"title": case.settings.title, "settings": settings, "versions": _versions()}
    facts.pop("versions_elsewhere", None)  # their answers were not kept
    workers = request.workers if request.workers is not None else facts.get("workers")
    return Session(
        name=str(facts.get("case", place)),
        loaded=loaded,
        case=case,
        place=place,
        single=bool(facts.get("single")),
        search=search,
        workers=workers,
        facts=facts,
        asked=asked,
        retry_limits=request.time_limit is not None,
        source=source,
        reworded=words_that_changed(source, asked, loaded.tables),
    )


def _is_whole(facts: dict[str, Any]) -> bool:
    """Whether a manifest says all that going on needs, and nothing that makes no sense."""
    seed, workers = facts.get("seed"), facts.get("workers")
    return (
        isinstance(seed, int)
        and isinstance(facts.get("single"), bool)
        and (workers is None or (isinstance(workers, int) and workers > 0))
    )


def _refuse_to_reopen(place: Path, facts: dict[str, Any]) -> None:
    """Say why a finished run cannot be resumed, if it cannot."""
    if not facts and (place / INPUTS).is_dir():
        raise UserInputError(
            f"the manifest of the run at {place} cannot be read.",
            f"solve its inputs again: reeplan solve {place / INPUTS}.",
        )
    if not facts:
        hint = did_you_mean_run(place) or "name the run folder as it was asked for with --out."
        raise UserInputError(f"there is no run at {place}.", hint)
    if facts.get("status") == Status.INFEASIBLE:
        raise UserInputError(
            f"no plan can satisfy the case of {place}: there is nothing to resume.",
            f"{place / 'infeasible.md'} says why.",
        )
    if facts.get("status") == Status.DONE:
        raise UserInputError(f"the run at {place} is done: there is nothing to resume.")
    if not (place / JOURNAL).is_dir():
        raise UserInputError(f"the run at {place} has no journal to go on from.", "solve the case again.")


def _refuse_if_asked_otherwise(
    place: Path, source: Path, facts: dict[str, Any], then: Asked | None, now: Asked
) -> None:
    """Refuse to resume a run that is not what it was started as: its answers are answers to something else."""
    if FINGERPRINT not in facts:
        reason = "it was started by a version of reeplan that did not write down what its answers answer"
    elif then is not None and fingerprint(then) != facts[FINGERPRINT]:
        reason = f"its {MANIFEST} is of another run than its {JOURNAL}"
    elif answering(facts) != now["versions"] or fingerprint(now) != facts[FINGERPRINT]:
        named = differences({**(then or now), "versions": answering(facts)}, now)
        reason = f"it is not what it was started as ({'; '.join(named) or 'its inputs or options have changed'})"
    else:
        return
    other = place.with_name(f"{place.name}-2")
    asked = then or now
    again = shlex.join(
        ["reeplan", str(asked["command"]), str(source / INPUTS), "--out", str(other), *as_options(asked)]
    )
    put_back = "" if FINGERPRINT not in facts else "; or put back what was changed"
    raise UserInputError(
        f"the run at {place} cannot be resumed: {reason}.",
        f"solve its inputs as a new run: {again}{put_back}.",
    )


def take_up(session: Session, display: Display) -> None:
    """Bring the answers of a run that is resumed to where it goes on, and say how many of them are lost."""
    if session.source is None:
        return
    if session.reworded:
        display.note(f"{listing(session.reworded)} changed since the run was started; no answer depends on it.")
    try:
        unreadable = _reopened(session) if session.source == session.place else _sifted(session)
    except OSError as trouble:
        raise UserInputError(f"{session.source} cannot be used: {trouble}.") from trouble
    if unreadable:
        many = counted(unreadable, "stored answer")
        display.warn(f"{many} could not be read and {'is' if unreadable == 1 else 'are'} solved again.")


def _sifted(session: Session) -> int:
    return answers.set_aside_unreadable(session.unfinished / JOURNAL, session.fingerprint)


def _reopened(session: Session) -> int:
    """Copy what going on needs from a finished run that stopped early."""
    draft = session.unfinished.with_name(f"{session.unfinished.name}.copy")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(session.place / INPUTS, draft / INPUTS)
    shutil.copy2(session.place / MANIFEST, draft / MANIFEST)
    unreadable = answers.copy_readable(session.place / JOURNAL, draft / JOURNAL, session.fingerprint)
    draft.rename(session.unfinished)
    return unreadable


def _with_options(search: SearchOptions, request: Request) -> SearchOptions:
    """What the settings ask with what the request asks instead."""
    asked: dict[str, Any] = {"points": request.points, "gap": request.gap, "time_limit_s": request.time_limit}
    changes = {name: value for name, value in asked.items() if value is not None}
    if request.target is not None:
        changes["target"] = None if request.target == "none" else request.target
    if request.measure is not None:
        changes["measure"] = replace(search.measure, name=request.measure)
    return replace(search, **changes)


def _check_measure(measure: Measure, case: Case) -> None:
    if measure.lacks_odds(case):
        raise UserInputError(
            f"the measure '{measure.name}' weighs windows by probability, and no scenario of this case has any.",
            "choose worst_case or weakest_link, or give a scenario a probability.",
        )
