"""The tables of the section on cooperation. A table that the run does not have gives a grid without rows."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.cooperation import (
    ALLOCATION,
    CEILINGS,
    COALITIONS,
    GETS,
    LEVERS,
    MARGINAL_PRICES,
    OWNS,
    PAYS,
    REGRET,
    RISKS,
)  # fmt: skip
from reeplan.outputs.spec.output import musd, text
from reeplan.present.figures.cooperation import together_front
from reeplan.present.figures.cooperation.clause_table import levers_of, table_of
from reeplan.present.figures.cooperation.data import Level, levels
from reeplan.present.figures.plan.cost_parts import PARTS
from reeplan.present.figures.spec import View
from reeplan.present.report.from_spec import each, from_rows, of_each, table
from reeplan.present.report.grid import share
from reeplan.words import display_name, join_and, percent

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.report.grid import Grid
    from reeplan.present.run import Run

MOST_GETS = 60


# ---- what cooperation is worth --------------------------------------------------------------------


def coalitions(run: Run, level: Level) -> Grid:
    """Every coalition at the target of the deal."""
    rows: list[dict[str, Any]] = []
    for who, group in level.groups.items():
        row: dict[str, Any] = {"coalition": group.name, "cost_musd": group.cost.found, "bound_musd": group.cost.low,
               **dict.fromkeys(_GAIN.split(), math.nan), "status": group.status}  # fmt: skip
        if len(who) > 1:
            row |= zip(_GAIN.split(), (group.gain.found, group.gain.low, group.gain.high), strict=True)
        if group.cannot and not math.isnan(group.highest_resilience):
            row["status"] += f": at most {percent(100 * group.highest_resilience, 1)} served"
        rows.append(row)
    columns = COALITIONS.pick(f"coalition cost_musd bound_musd {_GAIN} status")
    return from_rows(run, "coalitions", "What every coalition would cost at this target", columns, rows)


_GAIN = "gain_musd gain_least_musd gain_greatest_musd"


def by_level(run: Run) -> Grid:
    """Together against alone at every level of resilience; one level alone is in the other tables."""
    rows = together_front.table(View(run)).to_dict("records") if len(levels(run)) > 1 else []
    for row in rows:
        who = [display_name(name) for name in row["cannot_alone"].split("; ") if name]
        row["cannot_alone"] = join_and(who) if who else ""
        if row["joining"] == together_front.NEITHER:
            row["cannot_alone"] = "out of reach even together"
        row["target"] = row["target_percent"] / 100
    return from_rows(
        run, "by-level", "Together against alone at every level of resilience",
        (*COALITIONS.pick("target"), *musd("together_musd alone_musd", title="Together|Each alone, added up"),
         *COALITIONS.pick(_GAIN), *text("cannot_alone", title="Cannot reach it alone")),
        rows, note="The cost of every coalition at every level is in coalitions.csv.",
    )  # fmt: skip


def sharing(run: Run) -> Grid:
    """What each partner bears by each rule, what it pays in the plan, and the side payment between the two."""
    rows = run.table(ALLOCATION)
    bears = " ".join(f"{rule}{end}_musd" for rule in ("shapley", "nucleolus") for end in ("", "_least", "_greatest"))
    return from_rows(
        run, "sharing", "How the joint cost is shared",
        ALLOCATION.pick(f"partner alone_musd {bears} core_least_musd core_most_musd pays_in_plan_musd "
                        "shapley_side_payment_musd shapley_side_payment_musd_per_year"),
        rows if rows["shapley_musd"].notna().any() else [],
        note="A side payment makes a partner bear its share whatever falls to it in the plan: positive it pays, "
        "negative it receives; a year's is level over all years. The nucleolus treats the worst-treated group as well "
        "as can be. Stable shares: the least and most it can bear so that no group would pay less on its own.",
    )  # fmt: skip


def ceilings(run: Run) -> Grid:
    """Where a coalition's part of a shared seller binds."""
    return table(run, "ceilings", "Sellers of whom a coalition would buy more than its part", CEILINGS,
                 "coalition supplier material year window limit_t worth_usd_per_t",
                 "Partners outside a coalition keep their part of what a shared seller has.")  # fmt: skip


# ---- who pays, owns, gets and risks what ----------------------------------------------------------


def pays(run: Run) -> Grid:
    """A row a part of the cost, a column a partner; the last row is the sum."""
    rows = run.table(PAYS)
    sums = _across(rows, "part", "musd")
    there: list[dict[str, Any]] = [{"part": PARTS[part][0], **sums[part]} for part in PARTS if part in sums]
    names = [of_each("musd", partner) for partner in run.partners]
    if there:
        there.append({"part": "Sum", **{name: sum(row.get(name, 0.0) for row in there) for name in names}})
    made = [{**dict.fromkeys(names, 0.0), **row} for row in there]
    return from_rows(
        run, "pays", "Who pays what", (*PAYS.pick("part"), *each(run.partners, *PAYS.pick("musd")), *musd("all")),
        [{**row, "all": sum(row[name] for name in names)} for row in made],
    )  # fmt: skip


def _across(rows: pd.DataFrame, down: str, value: str) -> dict[str, dict[str, float]]:
    """The sums of a column by the names of another, each as the columns of the partners."""
    sums: dict[str, dict[str, float]] = {}
    for row in rows.to_dict("records"):
        of = sums.setdefault(row[down], {})
        of[of_each(value, row["partner"])] = of.get(of_each(value, row["partner"]), 0.0) + row[value]
    return sums


def owns(run: Run) -> Grid:
    """Whose capital is in which plant."""
    blank = dict.fromkeys((of_each("capex_musd", partner) for partner in run.partners), math.nan)
    rows = [{"asset": asset, **blank, **of} for asset, of in _across(run.table(OWNS), "asset", "capex_musd").items()]
    columns = (*OWNS.pick("asset"), *each(run.partners, *OWNS.pick("capex_musd")))
    return from_rows(run, "owns", "Who owns what of what is built: capital", columns, rows)


def gets(run: Run) -> Grid:
    """What reaches each partner from other countries, as expected."""
    rows = run.table(GETS)
    rows = rows[rows["window"] == "base"].sort_values("t", ascending=False)
    return from_rows(
        run, "gets", "What each gets from other countries without a disruption",
        GETS.pick("partner from_country material t"), rows.head(MOST_GETS),
        note=f"The {MOST_GETS} largest; all are in gets.csv." if len(rows) > MOST_GETS else "",
    )  # fmt: skip


def risks(run: Run) -> Grid:
    """What each disruption leaves each partner."""
    columns = (*RISKS.pick("window"), *each(run.partners, *RISKS.pick("served_share lost_musd")))
    rows: dict[str, dict[str, Any]] = {}
    for row in run.table(RISKS).to_dict("records"):
        of = rows.setdefault(row["window"], {column.name: math.nan for column in columns})
        of |= {"window": row["window"], of_each("lost_musd", row["partner"]): row["lost_musd"],
               of_each("served_share", row["partner"]): share(row["served_share"], alarm_below=0.5)}  # fmt: skip
    return from_rows(
        run, "risks", "What each disruption leaves each partner", columns, rows.values(),
        note="Lost: the value of demand that is not served in that disruption, undiscounted.",
    )  # fmt: skip


# ---- levers, prices, regret -----------------------------------------------------------------------


def levers(run: Run) -> Grid:
    """Every change of a clause, the most important first."""
    found = levers_of(run, table_of(run))
    partners = [
        name for name in run.partners if any(lever.partners[name].known for lever in found if name in lever.partners)
    ]
    worth = LEVERS.pick("worth_musd worth_least_musd worth_greatest_musd")
    rows = [
        {
            **{name: getattr(lever, name) for name in ("clause", "about", "change")},
            "sign": _certain(lever),
            **dict(zip((column.name for column in worth),
                       (lever.together.found, lever.together.low, lever.together.high), strict=True)),
            **{of_each("worth_musd", name): lever.partners[name].found if name in lever.partners else math.nan
               for name in partners},
        }
        for lever in found
    ]  # fmt: skip
    of_partner = replace(worth[0], over="Of what each bears (Shapley)")
    return from_rows(
        run, "levers", "What every change of one clause would save",
        (*LEVERS.pick("clause about change"), *worth, *each(partners, of_partner), *LEVERS.pick("sign")), rows,
        note="All is solved again with that alone changed. Negative: it costs.",
    )  # fmt: skip


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
    return from_rows(
        run, "prices", "What a little more of each clause would be worth to all together",
        MARGINAL_PRICES.pick("clause about price unit"),
        (whole if len(whole) else rows).sort_values("price", ascending=False),
        note="Given the plants that the joint plan builds: a clause that decides over whole plants may have no price "
        "here and still be worth much."
        + (f" {parts:,} more by plant, year and disruption in {MARGINAL_PRICES.file}." if parts else ""),
    )  # fmt: skip


def regret(run: Run) -> Grid:
    """Every break: what it costs and serves those who stay, against having planned alone."""
    return table(
        run, "regret", "What a break costs and leaves those who stay", REGRET,
        "stays leaves year conduct cost_musd alone_cost_musd regret_musd regret_least_musd regret_greatest_musd "
        "served_share alone_served_share stranded_capital_musd status",
        note="Regret: what those who stay pay more than had they planned alone from the start; negative, less.",
    )  # fmt: skip
