"""The tables of ``reeplan alternatives``."""

from __future__ import annotations

from reeplan.outputs.spec.output import ELSEWHERE, PROVEN, musd, number, output, share, text, year, yes_no

_SLACK = "how much more than the cheapest plan a plan may cost"
_LEAST = "least in the plans found within the slack; proven: no plan within it has less"
_MOST = "most in the plans found; proven: no plan within the slack has more"
_FOUND, _PROVEN = "In plans found", "Proven: no plan has less or more"
_OVER = "its cost, and by what share that is above the cheapest plan's, and above what any plan must cost"
_NEAREST = "from the nearest plan before it, and the most that any plan could differ"
_BUILT = "as in `builds.csv` of a plan"
_AMOUNT = "what it has of a thing, as in `near_optimal.csv`"

NEAR_OPTIMAL = output(
    "near_optimal", "One row a slack and thing.", "slack_musd kind name",
    share("slack_share", _SLACK, empty=True, title="At most costlier by"),
    musd("slack_musd", _SLACK),
    text("kind name",
         "plant, venture, stockpile, country, route (all plants of one process) or partner, and which",
         title="|What"),
    text("unit",
         "`t_per_year` of new capacity, `t` of new room, `musd` of overnight capital, over the whole horizon"),
    number("least", "see `unit`", _LEAST, over=_FOUND),
    number("least_bound", "see `unit`", _LEAST, title="Least", over=_PROVEN),
    number("most", "see `unit`", _MOST, over=_FOUND),
    number("most_bound", "see `unit`", _MOST, title="Most", over=_PROVEN, unbounded=True),
    number("in_cheapest", "see `unit`", "in the cheapest plan"),
    text("class", "`must-have`, `must-avoid`, `real choice`, `open`"),
    text("status", "`proven` at both ends, or on which side there may be more than was found"),
)  # fmt: skip

ALTERNATIVES = output(
    "alternatives",
    "What the cheapest plan and every whole alternative build; one row an asset, partner and year. A plan that builds "
    "nothing has one row without an asset, and so has one that was not re-solved because the work was stopped.",
    "alternative asset partner decided what",
    share("slack_share", "the slack that it was sought within (0 for the cheapest plan)", empty=True,
          title="At most costlier by"),
    text("alternative", "`cheapest`, then `a1`, `a2`, …", title="Plan"),
    musd("cost_musd", _OVER),
    share("over_cheapest_share over_bound_share", _OVER, empty=True, title="Costlier by|Above what is proven by"),
    share("resilience"),
    number("difference difference_bound", "0 to 1", _NEAREST, title="Differs by"),
    text("asset partner", _BUILT, empty=True),
    year("decided running", _BUILT, empty=True),
    text("what", _BUILT, empty=True),
    number("modules", "modules", _BUILT, empty=True),
    number("t_per_year", "t/yr", _BUILT, empty=True),
    musd("capex_musd", _BUILT, empty=True),
)  # fmt: skip

ALTERNATIVES_DIFFERENCES = output(
    "alternatives_differences", "In what each alternative differs from the cheapest plan, an asset a row.",
    "alternative asset",
    share("slack_share", "which alternative", empty=True),
    text("alternative", "which alternative"),
    text("asset", "plant, `venture/option` or stockpile"),
    text("change", "added, left out, larger, smaller, earlier or later than in the cheapest plan"),
    number("in_cheapest_t_per_year in_alternative_t_per_year", "t a year (t of a stockpile)", "new capacity in both"),
    year("decided_in_cheapest decided_in_alternative", "the first year in which each decides something there",
         empty=True),
)  # fmt: skip

NEAR_OPTIMAL_PLANS = output(
    "near_optimal_plans", "Every plan that any solve gave; one row a plan and thing that it has some of.",
    "plan kind name",
    text("plan", "which plan"),
    musd("cost_musd", "what it costs as it was found"),
    share("over_cheapest_share", "what it costs as it was found", empty=True),
    musd("least_cost_musd", "what its whole numbers cost at the least", unbounded=True),
    share("resilience"),
    text("kind name unit", _AMOUNT, empty=True),
    number("amount", "see `unit`", _AMOUNT, empty=True),
)  # fmt: skip

ALTERNATIVES_CHECKS = output(
    "alternatives_checks", "What was checked of all this.", "check",
    text("check", "what must hold"),
    yes_no("holds"),
    text("detail", "of how many it was checked, or what breaks it"),
)  # fmt: skip

TABLES = (NEAR_OPTIMAL, ALTERNATIVES, ALTERNATIVES_DIFFERENCES, NEAR_OPTIMAL_PLANS, ALTERNATIVES_CHECKS)
"""In the order in which they are described."""

NOT_RECOMPUTED = {
    PROVEN: (
        NEAR_OPTIMAL.cells("least_bound most_bound"),
        NEAR_OPTIMAL_PLANS.cells("least_cost_musd"),
        ALTERNATIVES.cells("over_bound_share difference_bound"),
    ),
    ELSEWHERE: (
        NEAR_OPTIMAL_PLANS.cells("resilience"),
        *(NEAR_OPTIMAL_PLANS.cells("amount", kind=kind) for kind in ("stockpile", "country", "partner")),
    ),
}  # fmt: skip
"""Cells that no other number of the run implies, by their kind."""
