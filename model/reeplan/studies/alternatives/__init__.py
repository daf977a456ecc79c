"""Near-optimal plans: what every plan needs that costs little more than the cheapest, and what is left to choose."""

from __future__ import annotations

from reeplan.studies.base import Option, Study

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
