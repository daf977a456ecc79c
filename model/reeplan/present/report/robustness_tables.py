"""The tables of the section on how sure a plan is. A table that the run does not have gives a grid without rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_CHECKS, NEAR_OPTIMAL
from reeplan.outputs.spec.output import text
from reeplan.outputs.spec.sensitivity import (
    BUILT_IN_FUTURES,
    INDICES,
    OUTPUTS_IN_FUTURES,
    RANGES_VARIED,
    SCREENING,
    TORNADO,
)  # fmt: skip
from reeplan.outputs.spec.uncertainty import (
    KNOWING_BY_SCENARIO,
    LEAST_REGRET,
    REGRET_OF_PLANS,
    RISK_FRONT,
    VALUE_OF_KNOWING,
)  # fmt: skip
from reeplan.present.figures.alternatives import plans as alternatives_figure
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.sensitivity import built_in_futures
from reeplan.present.figures.sensitivity import tornado as tornado_figure
from reeplan.present.figures.study_tables import asset_in_words, is_true, slack_in_words
from reeplan.present.figures.uncertainty import risk_front
from reeplan.present.report.from_spec import from_rows, table
from reeplan.present.report.grid import Cell, share
from reeplan.words import display_name, join_and

if TYPE_CHECKING:
    from reeplan.present.report.grid import Grid
    from reeplan.present.run import Run

SAME = "the same sizes, begun in the same years"
UNLISTED = "what it builds was not listed before the work was stopped"

# ---- near the cheapest --------------------------------------------------------------------------


def ranges(run: Run) -> Grid:
    """The least and the most of everything at every slack."""
    rows = [
        {**row, "name": near_optimal.thing_in_words(row["kind"], row["name"]),
         "slack_share": slack_in_words(row["slack_share"], row["slack_musd"])}
        for row in near_optimal.ranges(run).to_dict("records")
    ]  # fmt: skip
    return from_rows(
        run, "near-optimal", "The least and the most of everything in plans near the cheapest",
        NEAR_OPTIMAL.pick("name kind slack_share unit class least most least_bound most_bound in_cheapest"), rows,
        note="Amounts are sums over all years; what exists already does not count. What is proven can be wider than "
        "what was found.",
    )  # fmt: skip


def alternatives(run: Run) -> Grid:
    """Every whole alternative with what it costs and in what it differs."""
    rows = []
    changes = alternatives_figure.changes_of(run)
    for plan in alternatives_figure.plans_of(run.table(ALTERNATIVES)):
        of_plan = {asset: change for (who, asset), change in changes.items() if who == plan["alternative"]}
        kinds = {
            kind: [asset_in_words(asset, within=True) for asset, change in of_plan.items() if change == kind]
            for kind in alternatives_figure.MARKS
        }
        said = "; ".join(f"{kind}: {join_and(assets)}" for kind, assets in kinds.items() if assets)
        cheapest = plan["alternative"] == alternatives_figure.CHEAPEST
        rows.append({
            **plan,
            "slack_share": "" if cheapest else slack_in_words(plan["slack_share"], math.nan),
            "over_cheapest_share": share(plan["over_cheapest_share"], 2),
            "difference": share(plan["difference"], 0),
            "against": said or ("" if cheapest else SAME if plan["asset"] else UNLISTED),
        })  # fmt: skip
    return from_rows(
        run, "alternatives", "Whole plans that differ most and cost little more",
        (*ALTERNATIVES.pick("alternative slack_share cost_musd over_cheapest_share resilience difference"),
         *text("against", title="Against the cheapest plan")), rows,
        note="Differs by: from the most similar of the cheapest plan and those before it; 100\u00a0% is in everything.",
    )  # fmt: skip


def checks(run: Run) -> Grid:
    """What was checked of the near-optimal plans."""
    return table(run, "alternatives-checks", "What was checked of these plans", ALTERNATIVES_CHECKS,
                 "check holds detail")  # fmt: skip


# ---- knowing ------------------------------------------------------------------------------------


def knowing(run: Run) -> Grid:
    """Every number on the worth of knowing, with its band."""
    return table(run, "value-of-knowing", "What knowing and planning are worth", VALUE_OF_KNOWING,
                 "measure musd least_musd greatest_musd meaning")  # fmt: skip


def by_scenario(run: Run) -> Grid:
    """What every scenario costs with the plan, and had it been known."""
    rows = run.table(KNOWING_BY_SCENARIO).to_dict("records")
    return from_rows(
        run, "knowing-by-scenario", "The same scenario by scenario",
        KNOWING_BY_SCENARIO.pick("scenario target probability plan_musd plan_served_share known_musd "
                                 "known_served_share worth_of_knowing_musd"),
        [{**row, "target": row["target"] if row["target"] > 0 else Cell("none", 0.0)} for row in rows],
        note="Weighted by probability, the last column sums to the value of perfect knowledge.",
    )  # fmt: skip


# ---- regret and risk ----------------------------------------------------------------------------


def least_regret(run: Run) -> Grid:
    """The greatest regret of every plan, and where it is."""
    rows = run.table(LEAST_REGRET)
    return from_rows(
        run, "least-regret", "The greatest regret of every plan",
        LEAST_REGRET.pick("point against by greatest_regret_musd greatest_regret_share in_future least_regret"),
        rows if rows["point"].nunique() > 1 else [],
    )  # fmt: skip


def regret(run: Run) -> Grid:
    """Every plan in every future."""
    rows = [
        {**row, "why": row["why"] or ("" if is_true(row["possible"]) else "cannot be carried out")}
        for row in run.table(REGRET_OF_PLANS).to_dict("records")
    ]
    return from_rows(
        run, "regret-of-plans", "Every plan in every future",
        REGRET_OF_PLANS.pick("point future probability cost_musd served_share regret_musd regret_share "
                             "above_best_musd why"), rows,
    )  # fmt: skip


def risk(run: Run) -> Grid:
    """Every plan of the risk fronts."""
    rows = [
        {**row, "cvar_level": risk_front.depth_in_words(row["cvar_level"])}
        for row in risk_front.rows_of(run).to_dict("records")
    ]
    return from_rows(
        run, "risk-front", "Every plan of these fronts",
        RISK_FRONT.pick("cvar_level point cost_musd cvar_lost_share expected_lost_share worst_lost_share gap_musd "
                        "status"), rows,
    )  # fmt: skip


# ---- uncertain inputs ---------------------------------------------------------------------------


def varied(run: Run) -> Grid:
    """What was varied, between which values, and on what grounds."""
    rows = [
        {**row, "where": " / ".join(display_name(row[name]) for name in ("table", "key", "column") if row[name]),
         "span": tornado_figure.range_in_words(row["low"], row["high"], row["unit"])}
        for row in run.table(RANGES_VARIED).to_dict("records")
    ]  # fmt: skip
    columns = (*RANGES_VARIED.pick("input"), *text("where span", title="|Low to high"),
               *RANGES_VARIED.pick("cells source"))  # fmt: skip
    return from_rows(run, "ranges-varied", "What was varied", columns, rows)


def tornado(run: Run) -> Grid:
    """One input at a time."""
    rows = run.table(TORNADO).to_dict("records")
    for row in rows:
        unknown = [end for end in ("low", "high") if not math.isfinite(row[f"at_{end}"])]
        row |= {f"at_{end}": display_name(row[f"status_at_{end}"]) for end in unknown}
    columns = TORNADO.pick("output input at_low at_base at_high unit within_gap")
    return from_rows(run, "tornado", "One input at a time", columns, rows)


def screening(run: Run) -> Grid:
    """Morris's measures."""
    return table(run, "screening", "Screening over all ranges (Morris)", SCREENING,
                 "output input mu_star mu_star_confidence mu sigma gap_effect unit")  # fmt: skip


def indices(run: Run) -> Grid:
    """Sobol's indices."""
    shares = INDICES.pick("first first_confidence total total_confidence gap_share")
    rows = run.table(INDICES).to_dict("records")
    return from_rows(
        run, "indices", "Shares of the variance (Sobol)", (*INDICES.pick("output input"), *shares),
        [{**row, **{column.name: share(row[column.name], 0) for column in shares}} for row in rows],
        note="Estimates: with few samples they can lie below nothing or above all.",
    )  # fmt: skip


def built(run: Run) -> Grid:
    """In how many futures each asset is built."""
    rows = built_in_futures.rows_of(run).to_dict("records")
    return from_rows(
        run, "built-in-futures", "In how many futures each asset is built",
        BUILT_IN_FUTURES.pick("asset built_in share least_t_per_year_if_built mean_t_per_year_if_built "
                              "most_t_per_year_if_built first_decided_earliest first_decided_latest "
                              "as_stated_t_per_year"),
        [{**row, "share": share(row["built_in"] / row["futures"], 0)} for row in rows],
        note="Sizes: t a year; of a stockpile's room t.",
    )  # fmt: skip


def spread(run: Run) -> Grid:
    """How every output spreads over the futures."""
    return table(run, "outputs-in-futures", "How costs and sizes spread over the futures", OUTPUTS_IN_FUTURES,
                 "output as_stated least tenth median nine_tenths most futures unit")  # fmt: skip
