"""The tables of the section on how sure a plan is. A table that the run does not have gives a grid without rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.endings import Status
from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_CHECKS
from reeplan.outputs.spec.sensitivity import INDICES, OUTPUTS_IN_FUTURES, RANGES_VARIED, SCREENING, TORNADO
from reeplan.outputs.spec.uncertainty import KNOWING_BY_SCENARIO, LEAST_REGRET, REGRET_OF_PLANS, VALUE_OF_KNOWING
from reeplan.present.figures.alternatives import plans as alternatives_figure
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.sensitivity import built_in_futures
from reeplan.present.figures.sensitivity import tornado as tornado_figure
from reeplan.present.figures.sensitivity.outputs import amount_in_words, certainty, output_in_words, unit_in_words
from reeplan.present.figures.study_tables import UNITS, asset_in_words, figures_of, is_true, slack_in_words
from reeplan.present.figures.uncertainty import plan_regret, risk_front
from reeplan.present.report.cooperation_tables import musd, with_rows
from reeplan.present.report.grid import NONE, Cell, Grid, amount, number, share, text, year
from reeplan.present.words import display_name, join_and

if TYPE_CHECKING:
    from reeplan.present.run import Run

__all__ = ["with_rows"]


def value(amount_there: float) -> Cell:
    """A number with three digits that matter; nothing where it is not a finite number."""
    return Cell(figures_of(amount_there), amount_there) if math.isfinite(amount_there) else Cell(NONE)


# ---- near the cheapest --------------------------------------------------------------------------


def ranges(run: Run) -> Grid:
    """The least and the most of everything at every slack."""
    grid = Grid(
        "near-optimal",
        "The least and the most of everything in plans near the cheapest",
        [text("What"), text("Kind"), text("At most costlier by"), text("Unit"), text("Class"),
         number("Least", "In plans found"), number("Most", "In plans found"),
         number("Least", "Proven: no plan has less or more"), number("Most", "Proven: no plan has less or more"),
         number("In the cheapest")],
        note="Amounts are sums over all years; what exists already does not count. What is proven can be wider than "
        "what was found.",
    )  # fmt: skip
    for row in near_optimal.ranges(run).to_dict("records"):
        grid.add(
            near_optimal.thing_in_words(row["kind"], row["name"]), display_name(row["kind"]),
            slack_in_words(row["slack_share"], row["slack_musd"]), UNITS.get(row["unit"], display_name(row["unit"])),
            display_name(row["class"]),
            *(value(row[name]) for name in ("least", "most", "least_bound", "most_bound", "in_cheapest")),
        )  # fmt: skip
    return grid


def alternatives(run: Run) -> Grid:
    """Every whole alternative with what it costs and in what it differs."""
    grid = Grid(
        "alternatives",
        "Whole plans that differ most and cost little more",
        [text("Plan"), text("At most costlier by"), number("Cost, MUSD"), number("Costlier by"), number("Resilience"),
         number("Differs by"), text("Against the cheapest plan")],
        note="Differs by: from the most similar of the cheapest plan and those before it; 100\u00a0% is in everything.",
    )  # fmt: skip
    changes = alternatives_figure.changes_of(run)
    rows = run.table(ALTERNATIVES)
    for plan in alternatives_figure.plans_of(rows):
        name = plan["alternative"]
        of_plan = {asset: change for (who, asset), change in changes.items() if who == name}
        kinds = {
            kind: [asset_in_words(asset, within=True) for asset, change in of_plan.items() if change == kind]
            for kind in alternatives_figure.MARKS
        }
        said = "; ".join(f"{kind}: {join_and(assets)}" for kind, assets in kinds.items() if assets)
        cheapest = name == alternatives_figure.CHEAPEST
        grid.add(
            display_name(name), "" if cheapest else slack_in_words(plan["slack_share"], math.nan),
            musd(plan["cost_musd"]),
            share(plan["over_cheapest_share"], 2), share(plan["resilience"]), share(plan["difference"], 0),
            said or ("" if cheapest else "the same sizes, begun in the same years"),
        )  # fmt: skip
    return grid


def checks(run: Run) -> Grid:
    """What was checked of the near-optimal plans."""
    grid = Grid("alternatives-checks", "What was checked of these plans",
                [text("Check"), text("Holds"), text("Detail")])  # fmt: skip
    for row in run.table(ALTERNATIVES_CHECKS).to_dict("records"):
        holds = is_true(row["holds"])
        answer = Cell("yes" if holds else "no", alarm=not holds)
        grid.add(display_name(row["check"]), answer, display_name(row["detail"]))
    return grid


# ---- knowing ------------------------------------------------------------------------------------


def knowing(run: Run) -> Grid:
    """Every number on the worth of knowing, with its band."""
    grid = Grid("value-of-knowing", "What knowing and planning are worth, MUSD",
                [text("What"), number("MUSD"), number("At least"), number("At most"), text("Meaning")])  # fmt: skip
    for row in run.table(VALUE_OF_KNOWING).to_dict("records"):
        money = [musd(row[name]) for name in ("musd", "least_musd", "greatest_musd")]
        grid.add(display_name(row["measure"]), *money, display_name(row["meaning"]))
    return grid


def by_scenario(run: Run) -> Grid:
    """What every scenario costs with the plan, and had it been known."""
    grid = Grid(
        "knowing-by-scenario",
        "The same scenario by scenario",
        [text("Scenario"), number("Target"), number("Probability"), number("Cost, MUSD", "With the plan"),
         number("Served", "With the plan"), number("Cost, MUSD", "Had it been known"),
         number("Served", "Had it been known"), number("Knowing is worth, MUSD")],
        note="Weighted by probability, the last column sums to the value of perfect knowledge.",
    )  # fmt: skip
    for row in run.table(KNOWING_BY_SCENARIO).to_dict("records"):
        target = share(row["target"]) if row["target"] > 0 else Cell("none", 0.0)
        grid.add(
            plan_regret.future_in_words(run, row["scenario"]), target, share(row["probability"]),
            musd(row["plan_musd"]), share(row["plan_served_share"]), musd(row["known_musd"]),
            share(row["known_served_share"]), musd(row["worth_of_knowing_musd"]),
        )  # fmt: skip
    return grid


# ---- regret and risk ----------------------------------------------------------------------------


def least_regret(run: Run) -> Grid:
    """The greatest regret of every plan, and where it is."""
    grid = Grid(
        "least-regret",
        "The greatest regret of every plan",
        [text("Plan"), text("In"), text("By"), number("Greatest regret, MUSD"), number("Greatest regret, of demand"),
         text("Namely in"), text("Least of all plans")],
    )  # fmt: skip
    rows = run.table(LEAST_REGRET)
    if rows["point"].nunique() < 2:
        return grid
    for row in rows.to_dict("records"):
        where = plan_regret.future_in_words(run, row["in_future"]) if row["in_future"] else ""
        grid.add(Cell(row["point"], link=row["point"]), display_name(row["against"]), display_name(row["by"]),
                 musd(row["greatest_regret_musd"]), share(row["greatest_regret_share"]), where,
                 "yes" if is_true(row["least_regret"]) else "")  # fmt: skip
    return grid


def regret(run: Run) -> Grid:
    """Every plan in every future."""
    grid = Grid(
        "regret-of-plans",
        "Every plan in every future",
        [text("Plan"), text("Future"), number("Probability"), number("Cost, MUSD"), number("Served"),
         number("Regret, MUSD"), number("Regret, of demand"), number("Costlier than the plan made for it, MUSD"),
         text("Remark")],
    )  # fmt: skip
    for row in run.table(REGRET_OF_PLANS).to_dict("records"):
        remark = display_name(row["why"]) or ("" if is_true(row["possible"]) else "cannot be carried out")
        grid.add(
            Cell(row["point"], link=row["point"]), plan_regret.future_in_words(run, row["future"]),
            share(row["probability"]), musd(row["cost_musd"]), share(row["served_share"]), musd(row["regret_musd"]),
            share(row["regret_share"]), musd(row["above_best_musd"]), remark,
        )  # fmt: skip
    return grid


def risk(run: Run) -> Grid:
    """Every plan of the risk fronts."""
    grid = Grid(
        "risk-front",
        "Every plan of these fronts",
        [text("Looked at"), text("Plan"), number("Expected cost, MUSD"), number("Lost there"),
         number("Lost on average of disruptions"), number("Lost in the worst"), number("Could be cheaper by, MUSD"),
         text("Search")],
    )  # fmt: skip
    for row in risk_front.rows_of(run).to_dict("records"):
        grid.add(
            risk_front.depth_in_words(row["cvar_level"]), display_name(row["point"]), musd(row["cost_musd"]),
            share(row["cvar_lost_share"]), share(row["expected_lost_share"]), share(row["worst_lost_share"]),
            musd(row["gap_musd"]), "gap reached" if row["status"] == Status.OPTIMAL else display_name(row["status"]),
        )  # fmt: skip
    return grid


# ---- uncertain inputs ---------------------------------------------------------------------------


def varied(run: Run) -> Grid:
    """What was varied, between which values, and on what grounds."""
    grid = Grid("ranges-varied", "What was varied",
                [text("Input"), text("Where"), text("Low to high"), number("Cells"), text("Source")])  # fmt: skip
    for row in run.table(RANGES_VARIED).to_dict("records"):
        where = " / ".join(display_name(row[name]) for name in ("table", "key", "column") if row[name])
        grid.add(display_name(row["input"]), where, tornado_figure.range_in_words(row["low"], row["high"], row["unit"]),
                 amount(row["cells"]), display_name(row["source"]))  # fmt: skip
    return grid


SURE_IN_WORDS = {"sure": "yes", "within the gap": "no: within the gaps", "unknown": ""}


def tornado(run: Run) -> Grid:
    """One input at a time."""
    grid = Grid(
        "tornado",
        "One input at a time",
        [text("Output"), text("Input"), number("At its low"), number("As stated"), number("At its high"),
         text("Unit"), text("Larger than the gaps")],
    )  # fmt: skip
    for row in run.table(TORNADO).to_dict("records"):
        ends = [Cell(amount_in_words(row[name], row["unit"], with_unit=False), row[name]) if math.isfinite(row[name])
                else Cell(display_name(status)) for name, status in
                (("at_low", row["status_at_low"]), ("at_base", NONE), ("at_high", row["status_at_high"]))]  # fmt: skip
        grid.add(output_in_words(row["output"]), display_name(row["input"]), *ends, unit_in_words(row["unit"]),
                 SURE_IN_WORDS[certainty(row["within_gap"])])  # fmt: skip
    return grid


def screening(run: Run) -> Grid:
    """Morris's measures."""
    grid = Grid(
        "screening",
        "Screening over all ranges (Morris)",
        [text("Output"), text("Input"), number("Mean size of the effect (μ*)"), number("± (95\u00a0%)"),
         number("Mean effect (μ)"), number("How much it differs (σ)"),
         number("What could be due to the optimality gap"), text("Unit")],
    )  # fmt: skip
    for row in run.table(SCREENING).to_dict("records"):
        measures = ("mu_star", "mu_star_confidence", "mu", "sigma", "gap_effect")
        grid.add(output_in_words(row["output"]), display_name(row["input"]), *(value(row[name]) for name in measures),
                 unit_in_words(row["unit"]))  # fmt: skip
    return grid


def indices(run: Run) -> Grid:
    """Sobol's indices."""
    grid = Grid(
        "indices",
        "Shares of the variance (Sobol)",
        [text("Output"), text("Input"), number("By itself"), number("± (95\u00a0%)"),
         number("With all it takes part in"),
         number("± (95\u00a0%)"), number("From the gaps at most")],
        note="Estimates: with few samples they can lie below nothing or above all.",
    )  # fmt: skip
    for row in run.table(INDICES).to_dict("records"):
        names = ("first", "first_confidence", "total", "total_confidence", "gap_share")
        grid.add(output_in_words(row["output"]), display_name(row["input"]), *(share(row[name], 0) for name in names))
    return grid


def built(run: Run) -> Grid:
    """In how many futures each asset is built."""
    grid = Grid(
        "built-in-futures",
        "In how many futures each asset is built",
        [text("Asset"), number("Futures that build it"), number("Of all with a plan"),
         number("Least", "Size where it is built"), number("Mean", "Size where it is built"),
         number("Most", "Size where it is built"), number("Earliest", "First decided"),
         number("Latest", "First decided"),
         number("As stated")],
        note="Sizes: t a year; of a stockpile's room t.",
    )  # fmt: skip
    for row in built_in_futures.rows_of(run).to_dict("records"):
        sizes = [value(row[f"{name}_t_per_year_if_built"]) for name in ("least", "mean", "most")]
        grid.add(
            asset_in_words(row["asset"]), amount(row["built_in"]), share(row["built_in"] / row["futures"], 0), *sizes,
            year(row["first_decided_earliest"]), year(row["first_decided_latest"]), value(row["as_stated_t_per_year"]),
        )  # fmt: skip
    return grid


def spread(run: Run) -> Grid:
    """How every output spreads over the futures."""
    names = ("least", "tenth", "median", "nine_tenths", "most")
    grid = Grid(
        "outputs-in-futures",
        "How costs and sizes spread over the futures",
        [text("Output"), number("As stated"), number("Least"), number("A tenth are below"), number("Half are below"),
         number("Nine tenths are below"), number("Most"), number("Futures"), text("Unit")],
    )  # fmt: skip
    for row in run.table(OUTPUTS_IN_FUTURES).to_dict("records"):
        cells = [Cell(amount_in_words(row[name], row["unit"], with_unit=False), row[name])
                 if math.isfinite(row[name]) else Cell(NONE) for name in ("as_stated", *names)]  # fmt: skip
        grid.add(output_in_words(row["output"]), *cells, amount(row["futures"]), unit_in_words(row["unit"]))
    return grid
