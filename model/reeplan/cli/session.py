"""What is to be solved and where it is written: a new run, or one that goes on."""

from __future__ import annotations

import errno
import platform
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from reeplan import __version__
from reeplan.case_from_tables import case_from_tables
from reeplan.cli.check import as_objects, is_bad
from reeplan.cli.refusal import say_warning
from reeplan.place_lock import PlaceTakenError
from reeplan.places import finished_place, only_here, unfinished_place
from reeplan.run_folder import (
    INPUTS,
    JOURNAL,
    MANIFEST,
    dated_place,
    new_place,
    read_manifest,
    refuse_if_taken,
    sha256_of_inputs,
)
from reeplan.tables import load_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reeplan.case import Case
    from reeplan.tables.rows import Loaded

SOLVE = "solve"

DONE, INFEASIBLE = "done", "infeasible"
"""The status of runs that there is no going on with."""


@dataclass(frozen=True)
class Request:
    """What was asked on the command line; None where the case's settings hold."""

    case: Path | None
    overlays: tuple[Path, ...]
    target: float | str | None
    points: int | None
    measure: str | None
    out: Path | None
    workers: int | None
    gap: float | None
    time_limit: float | None
    seed: int
    resume: Path | None
    strict: bool
    as_json: bool
    dask: str | None = None
    mpi: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    """What a study asks for beyond what every search has."""


class RefusedError(Exception):
    """What was asked cannot be done as asked; nothing was solved or written."""

    def __init__(self, message: str, hint: str = "", loaded: Loaded | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.loaded = message, hint, loaded


@dataclass(frozen=True)
class Session:
    """One run: its case, how it is solved, where it goes, and what its manifest says from the start.

    ``single``: one plan and not a front. ``retry_limits``: points that ended at a time limit are tried again.
    """

    name: str
    loaded: Loaded
    case: Case
    place: Path
    single: bool
    seed: int
    workers: int | None
    facts: dict[str, Any]
    retry_limits: bool = False
    resumed: bool = False

    @property
    def command(self) -> str:
        """Which command this is a run of."""
        return str(self.facts.get("command", SOLVE))

    @property
    def unfinished(self) -> Path:
        """Where the run is written until it is whole."""
        return unfinished_place(self.place)


@contextmanager
def open_session(
    request: Request,
    command: str = SOLVE,
    single: bool = False,
    check: Callable[[Session], None] = lambda session: None,
) -> Iterator[Session]:
    """The run that is asked for, by the command that asks for it; nobody else works at its place meanwhile.

    ``single``: always of one plan. ``check`` refuses what the command cannot do.
    """
    with ExitStack() as held:
        try:
            if request.resume is not None:
                held.enter_context(only_here(request.resume, say_warning))
                session = _resumed(request, command)
                check(session)
            else:
                session = _fresh(request, command, single)
                check(session)
                session = replace(session, place=_place_of_its_own(request, session.place, held))
        except PlaceTakenError as taken:
            raise RefusedError(f"{taken.message}.", f"{taken.hint}.") from taken
        except OSError as trouble:
            raise RefusedError(f"{request.resume or request.out or 'a file'} cannot be used: {trouble}.") from trouble
        yield session


def _place_of_its_own(request: Request, place: Path, held: ExitStack) -> Path:
    try:
        return held.enter_context(new_place(place, numbered=request.out is None, warn=say_warning))
    except PlaceTakenError:
        raise
    except OSError as trouble:
        raise RefusedError(not_written(place, trouble)) from trouble


def not_written(place: Path, trouble: Exception) -> str:
    """Why a run folder could not be written, in words."""
    if isinstance(trouble, OSError) and trouble.errno == errno.ENOSPC:
        return f"the disk is full: {place} could not be written."
    return f"the run folder {place} could not be written: {trouble}."


def _fresh(request: Request, command: str, single: bool) -> Session:
    assert request.case is not None
    place = request.out or dated_place(_name_of_run(request, command))
    if request.out is not None:
        refuse_if_taken(place)  # again when it is taken: reading a large case takes a while
    loaded = load_tables(request.case, request.overlays)
    if is_bad(loaded, request.strict) or loaded.tables is None:
        raise RefusedError("", loaded=loaded)
    case = _with_options(case_from_tables(loaded.tables), request)
    _check_measure(case)
    single = single or request.target is not None
    facts = {
        "command": command,
        "options": request.options,
        "case": request.case.as_posix(),
        "overlays": [overlay.as_posix() for overlay in request.overlays],
        "title": case.settings.title,
        "started": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M:%S%z}",
        "inputs_sha256": sha256_of_inputs([request.case, *request.overlays]),
        "single": single,
        "seed": request.seed,
        "settings": asdict(case.settings),
        "versions": {
            "reeplan": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("pyomo", "highspy", "numpy", "scipy", "pandas", "matplotlib")},
        },
        "warnings": as_objects(loaded.warnings),
    }
    return Session(str(request.case), loaded, case, place, single, request.seed, request.workers, facts)


def _name_of_run(request: Request, command: str) -> str:
    assert request.case is not None
    before = "" if command == SOLVE else f"{command}-"
    after = "" if request.target is None else f"-target-{request.target}"
    return f"{before}{request.case.resolve().name or 'case'}{after}"


def _resumed(request: Request, command: str) -> Session:
    """Go on with an unfinished run, or with a finished one that stopped early."""
    assert request.resume is not None
    place = finished_place(request.resume)
    kept = unfinished_place(place)
    if not kept.is_dir():
        _reopen(place, kept)
    facts = read_manifest(kept)
    if not _is_whole(facts) or not (kept / INPUTS).is_dir():
        raise RefusedError(
            f"{kept} does not hold enough to go on.", f"remove it and solve the case again, with --out {place}."
        )
    if (other := facts.get("command", SOLVE)) != command:
        raise RefusedError(
            f"the run at {place} is one of 'reeplan {other}'.", f"go on with it: reeplan {other} --resume {place}."
        )
    loaded = load_tables(kept / INPUTS)
    if loaded.tables is None:
        raise RefusedError("", loaded=loaded)
    case = case_from_tables(loaded.tables)
    if request.time_limit is not None:
        case = replace(case, settings=replace(case.settings, time_limit_s=request.time_limit))
        facts["settings"] = asdict(case.settings)
    workers = request.workers if request.workers is not None else facts.get("workers")
    return Session(
        name=str(facts.get("case", place)),
        loaded=loaded,
        case=case,
        place=place,
        single=bool(facts.get("single")),
        seed=int(facts.get("seed", 0)),
        workers=workers,
        facts=facts,
        retry_limits=request.time_limit is not None,
        resumed=True,
    )


def _is_whole(facts: dict[str, Any]) -> bool:
    """Whether a manifest says all that going on needs, and nothing that makes no sense."""
    seed, workers = facts.get("seed"), facts.get("workers")
    return (
        isinstance(seed, int)
        and isinstance(facts.get("single"), bool)
        and (workers is None or (isinstance(workers, int) and workers > 0))
    )


def _reopen(place: Path, kept: Path) -> None:
    """Copy what going on needs from a finished run that stopped early."""
    facts = read_manifest(place)
    if not facts and (place / INPUTS).is_dir():
        raise RefusedError(
            f"the manifest of the run at {place} cannot be read.",
            f"solve its inputs again: reeplan solve {place / INPUTS}.",
        )
    if not facts:
        raise RefusedError(f"there is no run at {place}.", "name the run folder as it was asked for with --out.")
    if facts.get("status") == INFEASIBLE:
        raise RefusedError(
            f"no plan can satisfy the case of {place}: there is nothing to go on with.",
            f"{place / 'infeasible.md'} says why.",
        )
    if facts.get("status") == DONE:
        raise RefusedError(f"the run at {place} is done: there is nothing to go on with.")
    if not (place / JOURNAL).is_dir():
        raise RefusedError(f"the run at {place} has no journal to go on from.", "solve the case again.")
    draft = kept.with_name(f"{kept.name}.copy")
    shutil.rmtree(draft, ignore_errors=True)
    for name in (INPUTS, JOURNAL):
        shutil.copytree(place / name, draft / name)
    shutil.copy2(place / MANIFEST, draft / MANIFEST)
    draft.rename(kept)


def _with_options(case: Case, request: Request) -> Case:
    """The case with what the command line asks for instead of its settings."""
    asked: dict[str, Any] = {
        "front_points": request.points,
        "resilience_measure": request.measure,
        "mip_gap": request.gap,
        "time_limit_s": request.time_limit,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    if request.target is not None:
        changes["resilience_target"] = None if request.target == "none" else request.target
    return replace(case, settings=replace(case.settings, **changes))


def _check_measure(case: Case) -> None:
    measure = case.settings.resilience_measure
    if measure in ("expected", "cvar") and not any(window.probability > 0 for window in case.windows):
        raise RefusedError(
            f"the measure '{measure}' weighs windows by probability, and no scenario of this case has any.",
            "choose worst_case or weakest_link, or give a scenario a probability.",
        )
