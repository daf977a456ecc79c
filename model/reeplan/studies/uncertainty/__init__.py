"""An uncertain future: what knowing it would be worth, what a plan would be regretted for, what risk costs.

``two_stage`` computes the value of knowing for any two-stage program: a case of this model (``case_problem``) or a
textbook's problem (``textbook``). ``regret`` sets the plans of a front against what may happen and against other
futures, ``risk`` trades expected cost against the tail of the shortage, and ``result`` makes tables of it.
"""

from __future__ import annotations

from pathlib import Path

from reeplan.studies.base import Option, Study

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
