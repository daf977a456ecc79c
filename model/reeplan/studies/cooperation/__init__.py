"""Together or alone: what each coalition of partners would cost, and how to share what cooperation gains.

``sharing`` and ``coalition`` say what a coalition has, ``allocation``, ``core`` and ``bands`` are the mathematics of
sharing, ``attribution`` says who pays what in a plan, ``question`` is what is asked of the solver, and ``deal`` puts
it together.
"""

from __future__ import annotations

from reeplan.studies.base import Option, Study

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
