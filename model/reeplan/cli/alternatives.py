"""``reeplan alternatives``: the cheapest plan at a target, and what may be otherwise at little more cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.cli.study import Study, StudyContext, StudyResult
from reeplan.cli.summary import ConsoleSummary
from reeplan.studies.alternatives import AlternativesOptions, Slack, cheapest_known, near_optimal, sentences, work_ahead

if TYPE_CHECKING:
    from typing import Any

FILES = {
    "near_optimal.csv": "the least and the most of everything, by how much costlier a plan may be",
    "alternatives.csv": "whole plans that differ most, and what each builds",
    "alternatives_checks.csv": "what was checked of all this, and whether it holds",
}


def choice_of(options: dict[str, Any], gap: float, time_limit_s: float, seed: int) -> AlternativesOptions:
    """What the command line asks for: slacks as shares of the cost or in MUSD, plans, and how far to search."""
    slacks = tuple(
        [Slack(share=share) for share in options.get("slack") or ()]
        + [Slack(musd=musd) for musd in options.get("slack_musd") or ()]
    )
    usual = AlternativesOptions()
    return AlternativesOptions(
        slacks or usual.slacks,
        usual.whole_plans if options.get("plans") is None else options["plans"],
        options.get("search") or usual.search,
        gap,
        time_limit_s,
        seed,
    )


def _work(setting: StudyContext) -> StudyResult:
    settings = setting.case.settings
    choice = choice_of(setting.options, settings.mip_gap, settings.time_limit_s, setting.session.seed)
    setting.say(f"              {work_ahead(setting.case, choice)}")
    known = cheapest_known(setting.planner, setting.front.points[0].plan)
    found = near_optimal(setting.case, setting.target, setting.ask, choice, known)
    return ConsoleSummary(found, sentences(found), FILES)


STUDY = Study(command="alternatives", results="near_optimal", unit="questions", work=_work, single=True)
