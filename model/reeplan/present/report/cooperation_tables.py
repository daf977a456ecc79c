"""The tables of the section on cooperation. A table that the run does not have gives a grid without rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.outputs.spec.cooperation import ALLOCATION, CEILINGS, GETS, MARGINAL_PRICES, OWNS, PAYS, REGRET, RISKS
from reeplan.present.figures.cooperation import together_front
from reeplan.present.figures.cooperation.clause_table import levers_of, table_of
from reeplan.present.figures.cooperation.data import Level, levels
from reeplan.present.figures.plan.cost_parts import PARTS
from reeplan.present.figures.spec import View
from reeplan.present.report.grid import NONE, Cell, Column, Grid, amount, number, share, text, year
from reeplan.present.report.plan_tables import asset_in_words
from reeplan.present.words import capitalised, display_name, join_and, percent
from reeplan.present.words.cooperation import group_in_words

if TYPE_CHECKING:
    from reeplan.present.report.content import Report
    from reeplan.present.run import Run

MOST_GETS = 60


def with_rows(*grids: Grid) -> list[Grid]:
    """Those that have any."""
    return [grid for grid in grids if grid.rows]


def musd(value: float, scale: float = math.inf) -> Cell:
    """Money with one decimal, three where all of it is small; nothing where it is not a finite number."""
    return amount(value, 3 if scale < 100 else 1) if math.isfinite(value) else Cell(NONE)


def _scale(level: Level) -> float:
    return max((abs(group.cost.found) for group in level.groups.values() if group.cost.known), default=math.inf)


# ---- what cooperation is worth --------------------------------------------------------------------


def coalitions(run: Run, level: Level) -> Grid:
    """Every coalition at the target of the deal."""
    scale = _scale(level)
    grid = Grid(
        "coalitions",
        "What every coalition would cost at this target",
        [text("Coalition"), number("Cost, MUSD"), number("Proven to cost at least, MUSD"),
         number("As found, MUSD", "Saved against each alone"), number("At least", "Saved against each alone"),
         number("At most", "Saved against each alone"), text("Search")],
    )  # fmt: skip
    for who, group in level.groups.items():
        gains = (math.nan,) * 3 if len(who) == 1 else (group.gain.found, group.gain.low, group.gain.high)
        status = "gap reached" if group.status == Status.OPTIMAL else group.status
        if group.cannot and not math.isnan(group.highest_resilience):
            status += f": at most {percent(100 * group.highest_resilience, 1)} served"
        cells = [musd(value, scale) for value in (group.cost.found, group.cost.low, *gains)]
        grid.add(group_in_words(run, group.name), *cells, status)
    return grid


def by_level(run: Run) -> Grid:
    """Together against alone at every level of resilience; one level alone is in the other tables."""
    grid = Grid(
        "by-level",
        "Together against alone at every level of resilience",
        [text("Target, demand served"), number("Together, MUSD"), number("Each alone, added up, MUSD"),
         number("As found, MUSD", "Saved together"), number("At least", "Saved together"),
         number("At most", "Saved together"), text("Cannot reach it alone")],
        note="The cost of every coalition at every level is in coalitions.csv.",
    )  # fmt: skip
    found = levels(run)
    if len(found) < 2:
        return grid
    scale = max((_scale(level) for level in found if math.isfinite(_scale(level))), default=math.inf)
    for row in together_front.table(View(run)).to_dict("records"):
        money = ("together_musd", "alone_musd", "gain_musd", "gain_least_musd", "gain_greatest_musd")
        who = [display_name(name) for name in row["cannot_alone"].split("; ") if name]
        target = share(row["target_percent"] / 100)
        if row["joining"] == together_front.NEITHER:
            who = ["out of reach even together"]
        grid.add(target, *(musd(row[name], scale) for name in money), join_and(who) if who else "")
    return grid


def sharing(run: Run, level: Level) -> Grid:
    """What each partner bears by each rule, what it pays in the plan, and the side payment between the two."""
    scale = _scale(level)
    rows = run.table(ALLOCATION)
    grid = Grid(
        "sharing",
        "How the joint cost is shared, MUSD",
        [text("Partner"), number("Alone"), *_band_columns("By the Shapley value"), *_band_columns("By the nucleolus"),
         number("Least", "Stable shares"), number("Most", "Stable shares"), number("Pays in the plan"),
         number("In all", "Side payment (Shapley)"), number("A year", "Side payment (Shapley)")],
        note="A side payment makes a partner bear its share whatever falls to it in the plan: positive it pays, "
        "negative it receives; a year's is level over all years. The nucleolus treats the worst-treated group as well "
        "as can be. Stable shares: the least and most it can bear so that no group would pay less on its own.",
    )  # fmt: skip
    if rows["shapley_musd"].isna().all():
        return grid
    for row in rows.to_dict("records"):
        names = ("alone_musd", *_of("shapley"), *_of("nucleolus"), "core_least_musd", "core_most_musd",
                 "pays_in_plan_musd", "shapley_side_payment_musd", "shapley_side_payment_musd_per_year")  # fmt: skip
        grid.add(display_name(row["partner"]), *(musd(row[name], scale) for name in names))
    return grid


def _of(rule: str) -> tuple[str, str, str]:
    return f"{rule}_musd", f"{rule}_least_musd", f"{rule}_greatest_musd"


def _band_columns(over: str) -> list[Column]:
    return [number("Bears", over), number("At least", over), number("At most", over)]


def ceilings(run: Run) -> Grid:
    """Where a coalition's part of a shared seller binds."""
    grid = Grid(
        "ceilings",
        "Sellers of whom a coalition would buy more than its part",
        [text("Coalition"), text("Seller"), text("Material"), number("Year"), text("In"),
         number("Its part, t"), number("A tonne more is worth, USD")],
        note="Partners outside a coalition keep their part of what a shared seller has.",
    )  # fmt: skip
    for row in run.table(CEILINGS).to_dict("records"):
        grid.add(
            group_in_words(run, row["coalition"]), display_name(row["supplier"]),
            run.material_in_words(row["material"]),
            year(row["year"]), run.window_in_words(row["window"]), amount(row["limit_t"]),
            amount(row["worth_usd_per_t"]),
        )  # fmt: skip
    return grid


# ---- who pays, owns, gets and risks what ----------------------------------------------------------


def pays(run: Run) -> Grid:
    """A row a part of the cost, a column a partner; the last row is the sum."""
    rows = run.table(PAYS)
    grid = Grid(
        "pays", "Who pays what, MUSD", [text("Part of the cost"), *map(_partner_column, run.partners), number("All")]
    )
    sums = rows.groupby(["part", "partner"])["musd"].sum().to_dict()
    scale = float(rows["musd"].abs().max()) if len(rows) else math.inf
    there = [part for part in PARTS if part in set(rows["part"])]
    for part in there:
        of = [float(sums.get((part, partner), 0.0)) for partner in run.partners]
        grid.add(PARTS[part][0], *(musd(value, scale) for value in [*of, sum(of)]))
    if there:
        of = [sum(float(sums.get((part, partner), 0.0)) for part in there) for partner in run.partners]
        grid.add("Sum", *(musd(value, scale) for value in [*of, sum(of)]))
    return grid


def _partner_column(partner: str) -> Column:
    return number(display_name(partner))


def owns(report: Report) -> Grid:
    """Whose capital is in which plant."""
    run = report.run
    rows = run.table(OWNS)
    grid = Grid(
        "owns", "Who owns what of what is built: capital, MUSD", [text("Plant"), *map(_partner_column, run.partners)]
    )
    sums = rows.groupby(["asset", "partner"], sort=False)["capex_musd"].sum().to_dict()
    scale = float(rows["capex_musd"].max()) if len(rows) else math.inf
    for asset in dict.fromkeys(rows["asset"]):
        cells = [musd(float(sums.get((asset, partner), math.nan)), scale) for partner in run.partners]
        grid.add(asset_in_words(report, asset), *cells)
    return grid


def gets(run: Run) -> Grid:
    """What reaches each partner from other countries, as expected."""
    rows = run.table(GETS)
    rows = rows[rows["window"] == "base"].sort_values("t", ascending=False)
    grid = Grid(
        "gets",
        "What each gets from other countries without a disruption",
        [text("Partner"), text("From"), text("Material"), number("Tonnes over all years")],
        note=f"The {MOST_GETS} largest; all are in gets.csv." if len(rows) > MOST_GETS else "",
    )
    for row in rows.head(MOST_GETS).to_dict("records"):
        grid.add(
            display_name(row["partner"]),
            display_name(row["from_country"]),
            run.material_in_words(row["material"]),
            amount(row["t"]),
        )
    return grid


def risks(run: Run) -> Grid:
    """What each disruption leaves each partner."""
    rows = run.table(RISKS)
    of = {(row["window"], row["partner"]): row for row in rows.to_dict("records")}
    grid = Grid(
        "risks",
        "What each disruption leaves each partner",
        [text("Disruption"), *(column for partner in run.partners
                               for column in (number("Served, by value", display_name(partner)),
                                              number("Lost, MUSD", display_name(partner))))],
        note="Lost: the value of demand that is not served in that disruption, undiscounted.",
    )  # fmt: skip
    for window in dict.fromkeys(rows["window"]):
        cells: list[Cell] = []
        for partner in run.partners:
            row = of.get((window, partner), {"served_share": math.nan, "lost_musd": math.nan})
            cells += [share(row["served_share"], alarm_below=0.5), amount(row["lost_musd"], 1)]
        grid.add(run.window_in_words(str(window)), *cells)
    return grid


# ---- levers, prices, regret -----------------------------------------------------------------------


def levers(run: Run) -> Grid:
    """Every change of a clause, the most important first."""
    found = levers_of(run, table_of(run))
    scale = max((abs(lever.together.found) for lever in found if lever.together.known), default=math.inf)
    partners = [
        name for name in run.partners if any(lever.partners[name].known for lever in found if name in lever.partners)
    ]
    grid = Grid(
        "levers",
        "What every change of one clause would save, MUSD",
        [text("Clause"), text("Whose"), text("Change"), number("As found", "All together"),
         number("At least", "All together"), number("At most", "All together"),
         *(number(display_name(name), "Of what each bears (Shapley)") for name in partners), text("What is certain")],
        note="All is solved again with that alone changed. Negative: it costs.",
    )  # fmt: skip
    for lever in found:
        together = lever.together
        of = [lever.partners[name].found if name in lever.partners else math.nan for name in partners]
        cells = [musd(value, scale) for value in (together.found, together.low, together.high, *of)]
        named = (display_name(lever.clause), display_name(lever.about), display_name(lever.change))
        grid.add(capitalised(named[0]), *named[1:], *cells, _certain(lever))
    return grid


def _certain(lever: Any) -> str:
    if not lever.together.known:
        return display_name(lever.status)
    if lever.is_nothing(lever.together):
        return "nothing" if lever.idle else "nothing in all; shifts between partners"
    return {1: "saves", -1: "costs", 0: "not certain"}[lever.sign(lever.together)]


def prices(run: Run) -> Grid:
    """The marginal price of every clause as a whole."""
    rows = run.table(MARGINAL_PRICES)
    whole = rows[(rows["item"].fillna("").astype(str) == "") & rows["year"].isna() & (rows["window"] == "")]
    parts = len(rows) - len(whole)
    grid = Grid(
        "prices",
        "What a little more of each clause would be worth to all together",
        [text("Clause"), text("Whose"), number("Price"), text("Unit")],
        note="Given the plants that the joint plan builds: a clause that decides over whole plants may have no price "
        "here and still be worth much."
        + (f" {parts:,} more by plant, year and disruption in {MARGINAL_PRICES.file}." if parts else ""),
    )
    for row in (whole if len(whole) else rows).sort_values("price", ascending=False).to_dict("records"):
        value = row["price"]
        cell = (
            Cell(NONE) if math.isnan(value) else Cell(f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}", value)
        )
        grid.add(capitalised(display_name(row["clause"])), display_name(row["about"]), cell, display_name(row["unit"]))
    return grid


def regret(run: Run) -> Grid:
    """Every break: what it costs and serves those who stay, against having planned alone."""
    grid = Grid(
        "regret",
        "What a break costs and leaves those who stay",
        [text("Stays"), text("Leaves"), number("In"), text("Then"), number("Pays over all years, MUSD"),
         number("Had it planned alone, MUSD"), number("As found, MUSD", "Regret"), number("At least", "Regret"),
         number("At most", "Regret"), number("Then", "Served"), number("Planned alone", "Served"),
         number("Capital left with those who leave, MUSD"), text("Search")],
        note="Regret: what those who stay pay more than had they planned alone from the start; negative, less.",
    )  # fmt: skip
    rows = run.table(REGRET)
    scale = float(rows["cost_musd"].abs().max()) if rows["cost_musd"].notna().any() else math.inf
    for row in rows.to_dict("records"):
        grid.add(
            group_in_words(run, row["stays"]), group_in_words(run, row["leaves"]), year(row["year"]),
            display_name(row["conduct"]), musd(row["cost_musd"], scale), musd(row["alone_cost_musd"], scale),
            *(musd(row[f"regret{end}_musd"], scale) for end in ("", "_least", "_greatest")),
            share(row["served_share"]), share(row["alone_served_share"]), musd(row["stranded_capital_musd"], scale),
            "gap reached" if row["status"] == Status.OPTIMAL else str(row["status"]),
        )  # fmt: skip
    return grid
