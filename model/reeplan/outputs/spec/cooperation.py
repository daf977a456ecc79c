"""The tables of ``reeplan cooperate``."""

from __future__ import annotations

from reeplan.outputs.spec.output import ELSEWHERE, MADE, PRICES, PROVEN, count, musd, number, output, share, text, year

_GAIN = "Saved against each alone"
_SHAPLEY, _NUCLEOLUS, _STABLE = "By the Shapley value", "By the nucleolus", "Stable shares"
_ALL, _REGRET = "All together", "Regret"

COALITIONS = output(
    "coalitions", "One row a level of resilience and coalition. The fronts of all coalitions are in it.",
    "target coalition",
    text("coalition", "partners, joined by ` + `"),
    count("partners", "how many they are"),
    text("status", "`optimal`; `gap not reached`; `bound not proven` (the numbers lie too far apart for the solver); "
         "`cannot reach the target` (proven); `no plan found` (in the time given); `the solver failed`; "
         "`cost without limit`; `interrupted`; `not solved`",
         title="Search"),
    share("target", "resilience that the coalition must keep", title="Target, demand served"),
    musd("cost_musd", "cost of its cheapest plan found", empty=True),
    musd("bound_musd", "proven: no plan of it that keeps the target costs less", empty=True,
         title="Proven to cost at least"),
    share("resilience", "resilience of that plan", empty=True),
    share("highest_resilience", "what it reaches at most, where that is below the target", empty=True),
    musd("gain_musd", "what its members save against each planning alone; empty where one of them cannot reach the "
         "target", empty=True, title="As found", over=_GAIN),
    musd("gain_least_musd gain_greatest_musd", "between these for certain", empty=True, title="At least|At most",
         over=_GAIN),
    number("seconds", "s", "time of the solve", empty=True),
)  # fmt: skip

ALLOCATION = output(
    "allocation",
    "One row a partner, at the target of the deal: what it would pay alone, what falls to it in the joint plan, what "
    "it bears by each rule of sharing, and the side payments that make it so.",
    "partner",
    text("partner"),
    musd("alone_musd", "its cost alone", empty=True),
    musd("pays_in_plan_musd", "what falls to it in the joint plan before side payments", empty=True,
         title="Pays in the plan"),
    musd("shapley_musd shapley_least_musd shapley_greatest_musd",
         "what it bears by the Shapley value, and between which values that is certain", empty=True,
         title="Bears|At least|At most", over=_SHAPLEY),
    musd("nucleolus_musd nucleolus_least_musd nucleolus_greatest_musd",
         "likewise by the nucleolus (band for up to four partners)", empty=True,
         title="Bears|At least|At most", over=_NUCLEOLUS),
    musd("nash_musd", "by Nash bargaining", empty=True),
    musd("core_least_musd core_most_musd",
         "the least and the most it bears in any sharing that nobody would leave; empty if there is none", empty=True,
         title="Least|Most", over=_STABLE),
    *(
        musd(f"{rule}_side_payment_musd", meaning, empty=True, title="In all", over=f"Side payment ({rule.title()})")
        + number(f"{rule}_side_payment_musd_per_year", "MUSD a year", meaning, empty=True, title="A year",
                 over=f"Side payment ({rule.title()})")
        for rule, meaning in {
            "shapley": "what it pays to the others (negative: receives), in all and level in every year",
            "nucleolus": "likewise by the nucleolus",
            "nash": "likewise by Nash bargaining",
        }.items()
    ),
)  # fmt: skip

PAYS = output(
    "pays", "What falls to each partner in the joint plan, by part of the cost; sums to the plan's cost.",
    "partner part",
    text("partner"),
    text("part", "part of the cost, as in `costs.csv` of the plan", title="Part of the cost"),
    musd("musd", "expected present value"),
)  # fmt: skip

OWNS = output(
    "owns", "Whose capital is in what the joint plan builds.", "asset partner",
    text("asset", "plant, `venture/option` or stockpile", title="What"),
    text("partner"),
    number("capex_musd", "MUSD overnight", "not discounted"),
)  # fmt: skip

GETS = output(
    "gets", "What reaches each partner from other countries in the joint plan.", "partner from_country material window",
    text("partner", "where it arrives"),
    text("from_country", "where it leaves", title="From"),
    text("material"),
    text("window", "`base`: all years as expected; else the years of that window"),
    number("t", "t", "over all these years", title="Over all years"),
)  # fmt: skip

RISKS = output(
    "risks", "What each disruption leaves each partner in the joint plan.", "partner window",
    text("partner"),
    text("window", title="Disruption"),
    share("served_share", "of the value of its demand in the window", title="Served, by value"),
    number("lost_musd", "MUSD of its own years", "value of what is not served, not discounted",
           title="Lost"),
)  # fmt: skip

CEILINGS = output(
    "ceilings", "Where a coalition buys all of its part of a seller that the partners share, and would pay for more.",
    "coalition supplier material year window",
    text("coalition"),
    text("supplier", title="Seller"),
    text("material"),
    year("year"),
    text("window", title="In"),
    number("limit_t", "t", "its part", title="Its part"),
    number("worth_usd_per_t", "USD/t", "what a tonne more would save, in money of that year", title="More is worth"),
)  # fmt: skip

_ALONE = "the same for that partner alone, outside the deal"

LEVERS = output(
    "levers",
    "What each clause of the deal is worth, solved again without it, with more or with less of it. One row for "
    "`all together` and one for each partner, change by change. Money is present value; what saves is positive.",
    "clause about change partner",
    text("clause", "`offtake for finance`, `export limit`, `foreign ceiling`, `technology transfer`, `budget`, "
         "`venture`, `thorium limit`, `dependence limit`"),
    text("about", "whose: a partner, `A to B`, `plants in A`, a venture, a region, `A on B`",
         title="Whose"),
    text("change", "what is different; before the colon in short"),
    text("partner", "`all together`, or a partner in the deal"),
    text("status", "`optimal`; `gap not reached`; `not solved`; `cannot reach the target any more`, `reaches the "
         "target only with the change`, `cannot reach the target, changed or not`; for a partner `no shares: …` and "
         "which coalition cannot reach the target"),
    musd("now_musd then_musd", "joint cost; for a partner what it bears of it by the Shapley value; before and after "
         "the change", empty=True),
    musd("worth_musd", "now less then", empty=True, title="As found", over=_ALL),
    musd("worth_least_musd worth_greatest_musd", "between these for certain", empty=True, title="At least|At most",
         over=_ALL),
    text("sign", "`saves`, `costs`, `nothing`, `not certain`; empty where there is no number", empty=True,
         title="What is certain"),
    share("highest_resilience", "what all together reach at most with the change, where that is below the target",
          empty=True),
    text("alone_status", _ALONE, empty=True),
    musd("alone_now_musd alone_then_musd alone_worth_musd alone_worth_least_musd alone_worth_greatest_musd", _ALONE,
         empty=True),
    text("alone_sign", _ALONE, empty=True),
    share("alone_highest_resilience", _ALONE, empty=True),
    musd("paid_now_musd paid_then_musd paid_worth_musd",
         "what falls to the partner in the joint plans found, before side payments", empty=True),
)  # fmt: skip

MARGINAL_PRICES = output(
    "marginal_prices",
    "What a little more of a clause saves all together, given the plants that the joint plan builds. Whole ventures "
    "and technologies have no price: see `levers.csv`.",
    "clause about item year window",
    text("clause about", "as in `levers.csv`", title="|Whose"),
    text("item", "plant, material or span of years; empty for the whole clause"),
    year("year", "empty for the whole clause and for budgets", empty=True),
    text("window", "`base` or a window; empty where investment is priced, and for the whole"),
    number("price", "see `unit`", "of the whole clause: in present value; of a part: in money of its year. Parts, "
           "discounted, sum to the whole"),
    text("unit", "what one unit is, and of what"),
)  # fmt: skip

REGRET = output(
    "regret",
    "What the joint plan leaves those who stay when the others walk away; one row for who stays, year and conduct.",
    "stays leaves year conduct",
    text("stays leaves", "partners, joined by ` + `"),
    year("year", "others leave at its beginning; by default a quarter, half and three quarters through the horizon",
         title="In"),
    text("conduct", "*goes on as planned* or *turns round*", title="Then"),
    text("status", "as in `coalitions.csv`; *cannot reach the target*: proven, and the row is that of the highest "
         "resilience", title="Search"),
    musd("cost_musd bound_musd", "the cost above, and what it cannot undercut", empty=True,
         title="Pays over all years|Proven to cost at least"),
    share("served_share", "resilience by the measure of the case, over all windows: those that began before the break "
          "as in the joint plan", empty=True, title="Then", over="Served"),
    text("window", "the window in which most is lost by those who stay"),
    number("lost_musd", "MUSD of its own years", "the value lost in it", empty=True),
    text("alone_status", "had they planned without the others from the start"),
    musd("alone_cost_musd alone_bound_musd", "had they planned without the others from the start", empty=True,
         title="Had it planned alone|Proven to cost at least"),
    share("alone_served_share", "had they planned without the others from the start", empty=True,
          title="Planned alone", over="Served"),
    musd("regret_musd regret_least_musd regret_greatest_musd", "regret and its band", empty=True,
         title="As found|At least|At most", over=_REGRET),
    musd("paid_before_musd", "what fell to them in the joint plan until the break"),
    musd("side_payments_musd", "side payments until the break (negative: received); part of `cost_musd`", empty=True),
    musd("still_to_pay_musd", "annuities from the break on of what they funded (part of `cost_musd`)"),
    number("stranded_capital_musd", "MUSD overnight",
           "what they funded in the leavers' countries and is still within its life",
           title="Capital left with those who leave"),
    number("capital_left_behind_musd", "MUSD overnight", "what the leavers funded in theirs"),
)  # fmt: skip

TABLES = (
    COALITIONS, ALLOCATION, PAYS, OWNS, GETS, RISKS, CEILINGS, LEVERS, MARGINAL_PRICES, REGRET,
)  # fmt: skip
"""In the order in which they are described."""

NOT_RECOMPUTED = {
    PROVEN: (
        COALITIONS.cells("bound_musd highest_resilience gain_least_musd gain_greatest_musd"),
        LEVERS.cells("worth_least_musd worth_greatest_musd highest_resilience alone_worth_least_musd "
                     "alone_worth_greatest_musd alone_highest_resilience"),
        REGRET.cells("bound_musd alone_bound_musd regret_least_musd regret_greatest_musd"),
    ),
    ELSEWHERE: (
        COALITIONS.cells("cost_musd resilience"),
        CEILINGS.cells("year limit_t worth_usd_per_t"),
        LEVERS.cells("then_musd worth_musd"),
        REGRET.cells("cost_musd served_share lost_musd alone_cost_musd alone_served_share"),
    ),
    PRICES: (MARGINAL_PRICES.cells("price"),),
    MADE: (COALITIONS.cells("seconds"),),
}  # fmt: skip
"""Cells that no other number of the run implies, by their kind."""
