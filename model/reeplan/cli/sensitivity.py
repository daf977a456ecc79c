"""``reeplan sensitivity``: the cheapest plan at a target, in all the futures that the ranges of its inputs allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reeplan.cli.options import Session, UserInputError
from reeplan.cli.study import Study, StudyContext, StudyResult
from reeplan.cli.summary import ConsoleSummary
from reeplan.inputs.names import counted

if TYPE_CHECKING:
    from reeplan.studies.sensitivity.study import Effort

FILES = {
    "tornado.csv": "what each range alone does, from its low to its high end",
    "screening.csv": "which inputs matter at all, all of them varied",
    "indices.csv": "how much of what varies is owed to each of those that matter most",
    "built_in_futures.csv": "in how many futures each plant is built, and how large",
    "futures.csv": "every future that was solved: its inputs, and what came out",
}
EFFORTS = ("trajectories", "samples", "leading", "futures", "relaxed", "all_relaxed", "one_at_a_time")


def _effort(options: dict[str, Any], seed: int) -> Effort:
    from reeplan.studies.sensitivity.study import Effort

    asked = {name: options[name] for name in EFFORTS if options.get(name) is not None}
    return replace(Effort(), **asked, seed=seed + 1)


def _check(session: Session) -> None:
    """Ranges are needed, ends of them that can be, and the library that samples them."""
    try:
        from reeplan.studies.sensitivity.futures import Futures, ImpossibleRangesError, NoRangesError
        from reeplan.studies.sensitivity.study import FEW
    except ModuleNotFoundError as missing:
        raise UserInputError(
            f"'reeplan sensitivity' needs the package '{missing.name}'.", "pip install 'reeplan[sensitivity]'"
        ) from missing
    assert session.loaded.tables is not None
    try:
        inputs = Futures(session.loaded.tables).inputs
    except NoRangesError as nothing:
        raise UserInputError(str(nothing), "inputs/README.md describes the table ranges.") from nothing
    except ImpossibleRangesError as impossible:
        raise UserInputError(str(impossible), "narrow the range in ranges.csv.") from impossible
    if (session.facts.get("options") or {}).get("trajectories") and len(inputs) < FEW:
        raise UserInputError(
            "--trajectories has no effect: ranges.csv has one range, and screening tells several from one another.",
            "leave it out, or give more inputs a range.",
        )


def _work(setting: StudyContext) -> StudyResult:
    from reeplan.studies.sensitivity.study import study_sensitivity
    from reeplan.studies.sensitivity.words import sentences

    tables, effort = setting.session.loaded.tables, _effort(setting.options, setting.session.seed)
    assert tables is not None
    setting.say(f"              at most {counted(effort.solves(len(tables['ranges'])), 'future')}")
    found = study_sensitivity(
        tables,
        setting.ask,
        target=setting.target,
        gap=setting.gap,
        controls=setting.controls,
        measure=setting.case.settings.resilience_measure,
        effort=effort,
    )
    return ConsoleSummary(found, sentences(found), FILES)


STUDY = Study(command="sensitivity", results="tornado", unit="futures", work=_work, single=True, check=_check)
