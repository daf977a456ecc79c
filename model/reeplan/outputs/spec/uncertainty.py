"""The tables of ``reeplan futures``."""

from __future__ import annotations

from reeplan.outputs.spec.output import ELSEWHERE, PROVEN, musd, output, share, text, yes_no

_WITH_PLAN, _WAS_KNOWN = "With the plan", "Had it been known"
_PLAN = "what the plan that does not know costs and serves in it"
_KNOWN = "the best plan if this scenario were certain, and what no such plan undercuts"
_BELIEFS = "the same of what is built when planning for the average, and as if nothing happened"
_THERE = "what it costs and serves there; in another future the expected cost, and the resilience by the case's measure"
_REGRET = "cost, or share not served, above the least among the plans"
_BEST = "the best plan made for that future alone, its bound, and the cost above it"
_GREATEST = "its greatest regret (the one that `by` names); empty where it is impossible in one of the futures"
_GAP = "no plan that loses no more costs less; cost less bound; as a share of the cost"

VALUE_OF_KNOWING = output(
    "value_of_knowing", "What knowing the future would be worth; one row a number.", "measure",
    text("measure", "name of the number; those that end in `, keeping the target` are under the target",
         title="What"),
    musd("musd", "the number, from the plans found", empty=True, title="As found"),
    musd("least_musd greatest_musd", "between these it lies, by what is proven", empty=True, title="At least|At most"),
    text("meaning", "what it says"),
)  # fmt: skip

KNOWING_BY_SCENARIO = output(
    "knowing_by_scenario", "The same, scenario by scenario.", "target scenario",
    share("target", "resilience that every plan of the row keeps; 0: none"),
    text("scenario", "a window, or `nothing happens`"),
    share("probability", "of the scenario"),
    musd("plan_musd", _PLAN, empty=True, title="Cost", over=_WITH_PLAN),
    share("plan_served_share", _PLAN, empty=True, title="Served", over=_WITH_PLAN),
    musd("known_musd known_bound_musd", _KNOWN, empty=True, title="Cost|Proven to cost at least", over=_WAS_KNOWN),
    share("known_served_share", _KNOWN, empty=True, title="Served", over=_WAS_KNOWN),
    musd("worth_of_knowing_musd", "`plan_musd` less `known_musd`; weighted by probability it sums to the value of "
         "perfect knowledge", empty=True, title="Knowing is worth"),
    musd("average_plan_musd", _BELIEFS, empty=True),
    share("average_plan_served_share", _BELIEFS, empty=True),
    musd("undisturbed_plan_musd", _BELIEFS, empty=True),
    share("undisturbed_plan_served_share", _BELIEFS, empty=True),
    text("status", "`optimal`, `gap not reached`, `interrupted`, … of the search behind `known_musd`"),
)  # fmt: skip

REGRET_OF_PLANS = output(
    "regret_of_plans", "What each plan of the front costs and serves in each future; one row a plan and future.",
    "point future",
    text("point", "a plan of `front.csv`", title="Plan"),
    text("future", "a window, `nothing happens`, `the case as it is`, or a named future"),
    text("kind", "`window`, `no window`, `other future`"),
    share("probability", "of the window; empty for other futures", empty=True),
    yes_no("possible", "whether the plan can be carried out there"),
    musd("cost_musd", _THERE, empty=True),
    share("served_share", _THERE, empty=True),
    yes_no("keeps_its_level",
           "whether it serves there what it serves on the front (always yes in windows, which the front covers)"),
    musd("lost_musd", "value of lost supply over the horizon, of its years, not discounted (windows only)", empty=True),
    musd("regret_musd", _REGRET, empty=True),
    share("regret_share", _REGRET, empty=True, title="Regret, of demand"),
    musd("best_musd best_bound_musd", _BEST, unbounded=True),
    musd("above_best_musd", _BEST, empty=True, title="Costlier than the plan made for it"),
    text("why", "what makes the plan impossible there, or what of it comes later", title="Remark"),
)  # fmt: skip

LEAST_REGRET = output(
    "least_regret", "The greatest regret of each plan; one row a plan, set of futures and kind of regret.",
    "point against by",
    text("point", "a plan", title="Plan"),
    text("against", "`what may happen` or `other futures`", title="In"),
    text("by", "`cost` or `lost supply`"),
    musd("greatest_regret_musd", _GREATEST, empty=True),
    share("greatest_regret_share", _GREATEST, empty=True, title="Greatest regret, of demand"),
    text("in_future", "where that is", title="Namely in"),
    yes_no("least_regret", "whether no other plan's greatest regret is less", title="Least of all plans"),
)  # fmt: skip

RISK_FRONT = output(
    "risk_front", "What it costs to lose less in the worst disruptions; one row a plan.", "cvar_level point",
    share("cvar_level", "the level", title="Looked at"),
    text("point", "the plan's name in it: `r01` is the cheapest; these plans have no folder", title="Plan"),
    musd("cost_musd", "expected cost", title="Expected cost"),
    share("cvar_lost_share",
          "mean share lost in the worst `1 - cvar_level` of disruptions, of the worse-off partner",
          title="Lost there"),
    share("expected_lost_share", "the mean over all disruptions", title="Lost on average of disruptions"),
    share("worst_lost_share", "the worst that has a probability", title="Lost in the worst"),
    musd("bound_musd gap_musd", _GAP, unbounded=True, title="Proven to cost at least|Could be cheaper by"),
    share("gap", _GAP, unbounded=True),
    text("status", "`optimal`, `gap not reached`, `bound not proven`, `interrupted`, `inexact`", title="Search"),
)  # fmt: skip

TABLES = (VALUE_OF_KNOWING, KNOWING_BY_SCENARIO, REGRET_OF_PLANS, LEAST_REGRET, RISK_FRONT)
"""In the order in which they are described."""

NOT_RECOMPUTED = {
    PROVEN: (
        VALUE_OF_KNOWING.cells("least_musd greatest_musd"),
        KNOWING_BY_SCENARIO.cells("known_bound_musd"),
        REGRET_OF_PLANS.cells("best_bound_musd above_best_musd"),
        RISK_FRONT.cells("bound_musd gap gap_musd"),
    ),
    ELSEWHERE: (
        KNOWING_BY_SCENARIO.cells("plan_served_share known_musd known_served_share average_plan_served_share "
                                  "undisturbed_plan_served_share"),
        REGRET_OF_PLANS.cells("cost_musd served_share best_musd", kind="other future"),
        RISK_FRONT.cells("cost_musd cvar_lost_share expected_lost_share worst_lost_share"),
    ),
}  # fmt: skip
"""Cells that no other number of the run implies, by their kind."""
