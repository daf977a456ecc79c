"""The studies. Whatever has a part for each of them goes through this list, in this order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.studies.base import Option, Study

if TYPE_CHECKING:
    from reeplan.studies.base import Options

COOPERATION = Study(
    name="cooperation",
    command="cooperate",
    about="""What cooperation is worth in CASE: every coalition of partners, who gains, and who should pay whom.

    At the levels of the joint front, or at one --target.""",
    results="coalitions",
    unit="coalitions",
    options=(
        Option(
            "levers", bool, "Also what each clause of the deal alone is worth: solved anew without it.", unset=False
        ),
        Option("regret", bool, "Also what the joint plan leaves a partner when the others walk away.", unset=False),
        Option(
            "leaves",
            int,
            "With --regret: the year in which they walk away; repeatable [three years, spread over the plan].",
            repeatable=True,
            metavar="YEAR",
        ),
    ),
    outputs={
        "coalitions.csv": "what each coalition costs and gains, level by level",
        "allocation.csv": "what each partner bears by each rule, with bands, and its side payments",
        "pays.csv": "what each pays in the joint plan before side payments, by part of the cost",
        "owns.csv": "whose capital is in which plant",
        "risks.csv": "what each disruption leaves each partner without",
        "gets.csv": "what reaches each partner, and from where",
        "levers.csv": "what each clause alone is worth to each partner, solved anew without it",
        "marginal_prices.csv": "what a little more of each clause is worth",
        "regret.csv": "what the joint plan leaves a partner when the others walk away",
        "ceilings.csv": "where a coalition lacks what a shared seller sells, and the worth of a tonne",
    },
    figures=("who-gains", "together-front", "pays-owns-risks", "levers", "regret"),
    conflict=lambda given: (
        "--leaves says when partners walk away: give it with --regret."
        if given["leaves"] and not given["regret"]
        else ""
    ),
)

ALTERNATIVES = Study(
    name="alternatives",
    command="alternatives",
    about="""What plans for CASE that cost little more than the cheapest have in common, and how they differ.

    At --target, or the resilience_target of the settings: must-haves, real choices, must-avoids, and whole plans.""",
    results="near_optimal",
    unit="questions",
    single=True,
    options=(
        Option(
            "slack",
            float,
            "How much costlier than the cheapest a plan may be, as a share of its cost; repeatable [0.01, 0.03, 0.05].",
            least=0,
            repeatable=True,
            metavar="SHARE",
        ),
        Option("slack_musd", float, "The same as an amount; repeatable.", least=0, repeatable=True, metavar="MUSD"),
        Option("plans", int, "Whole alternatives to find at each of these [4].", 0, 50),
        Option(
            "search",
            ("classes", "ranges", "bounds"),
            "How far: until it is known what must, may and must not be built; until every least and most is proven; "
            "or bounds alone [classes].",
        ),
    ),
    outputs={
        "near_optimal.csv": "the least and the most of everything, by how much costlier a plan may be",
        "alternatives.csv": "whole plans that differ most, and what each builds",
        "alternatives_checks.csv": "what was checked of all this, and whether it holds",
    },
    figures=("near-optimal", "alternatives"),
)

UNCERTAINTY = Study(
    name="uncertainty",
    command="futures",
    about="""What knowing the future would be worth in CASE, how much each plan is regretted in it, and what risk \
costs.""",
    results="value_of_knowing",
    unit="questions",
    options=(
        Option(
            "future",
            Path,
            "Also hold every plan against this future, an overlay; repeatable.",
            repeatable=True,
            metavar="OVERLAY",
        ),
        Option(
            "cvar_level",
            float,
            "Depth of the tail in which lost supply is averaged; repeatable [0 and the settings' cvar_level].",
            least=0,
            below=1,
            repeatable=True,
            metavar="SHARE",
        ),
        Option("risk_points", int, "Plans at each depth [6].", 2, 100),
    ),
    outputs={
        "value_of_knowing.csv": "what it would be worth to know what comes, and what a plan for it is",
        "knowing_by_scenario.csv": "the same, scenario by scenario",
        "regret_of_plans.csv": "each plan in each scenario and future, against the best plan there",
        "least_regret.csv": "which plan has the least regret",
        "risk_front.csv": "expected cost against the worst tail of lost supply",
    },
    figures=("value-of-knowing", "regret-of-plans", "risk-front"),
)


def _conflict_of_sensitivity(given: Options) -> str:
    samples, leading = given["samples"], given["leading"]
    if samples is not None and samples & (samples - 1):
        return f"--samples {samples} is no power of 2: give {2 ** (samples.bit_length() - 1)}."
    if given["relaxed"] and given["all_relaxed"]:
        return "--relaxed has no effect with --all-relaxed, which includes it: give one of them."
    if given["relaxed"] and given["trajectories"] == 0 and samples == 0:
        return "--relaxed has no effect without screening (--trajectories) and indices (--samples)."
    if (leading and samples == 0) or (samples and leading == 0):
        idle, missing = ("--leading", "--samples") if leading else ("--samples", "--leading")
        return f"{idle} has no effect with {missing} 0: then nothing gets indices."
    return ""


SENSITIVITY = Study(
    name="sensitivity",
    command="sensitivity",
    about="""Which assumptions of CASE matter, and which decisions stay right whatever they are: its table ranges, \
varied.

    At --target, or the resilience_target of the settings.""",
    results="tornado",
    unit="futures",
    single=True,
    options=(
        Option("trajectories", int, "Walks of the screening that tells which inputs matter [6].", 0, 1000),
        Option("leading", int, "How many that matter most get indices [4].", 0, 100),
        Option("samples", int, "Base samples of the indices, a power of 2; 0: no indices [32].", 0, 2**16),
        Option("futures", int, "Futures drawn from all ranges at once [32].", 0, 10**6),
        Option(
            "relaxed",
            bool,
            "Screening and indices with divisible modules, in a fraction of the time; a few are checked with whole "
            "ones.",
        ),
        Option("all_relaxed", bool, "The same for everything."),
    ),
    outputs={
        "tornado.csv": "what each range alone does, from its low to its high end",
        "screening.csv": "which inputs matter at all, all of them varied",
        "indices.csv": "how much of what varies is owed to each of those that matter most",
        "built_in_futures.csv": "in how many futures each plant is built, and how large",
        "futures.csv": "every future that was solved: its inputs, and what came out",
    },
    figures=("tornado", "screening", "indices", "built-in-futures"),
    conflict=_conflict_of_sensitivity,
    extra="sensitivity",
)

STUDIES = {study.command: study for study in (COOPERATION, ALTERNATIVES, UNCERTAINTY, SENSITIVITY)}
"""Every study by its command."""
