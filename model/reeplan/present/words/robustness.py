"""Sentences on how sure a plan is, from the tables of a run alone; none where a table is missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.inputs.names import counted, listing
from reeplan.outputs.spec.alternatives import ALTERNATIVES, ALTERNATIVES_CHECKS, NEAR_OPTIMAL, NEAR_OPTIMAL_PLANS
from reeplan.outputs.spec.plans import FRONT
from reeplan.outputs.spec.sensitivity import SCREENING
from reeplan.outputs.spec.uncertainty import REGRET_OF_PLANS
from reeplan.present.figures.alternatives import plans as alternatives
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.alternatives.ranges import CHOICE, MUST_AVOID, MUST_HAVE, OPEN, SOMETIMES
from reeplan.present.figures.sensitivity import built_in_futures, indices, screening, tornado
from reeplan.present.figures.spec import View
from reeplan.present.figures.study_tables import is_true
from reeplan.present.figures.uncertainty import plan_regret, risk_front
from reeplan.present.figures.uncertainty import value_of_information as knowing
from reeplan.studies.sensitivity.outputs import WITHIN_REACH
from reeplan.studies.uncertainty.measures_of_knowing import EVPI, KEEPING, PREMIUM
from reeplan.studies.uncertainty.regret import OTHER
from reeplan.tolerances import SLIGHT
from reeplan.words import capitalised, count, display_name, join_and, money, significant

if TYPE_CHECKING:
    from reeplan.present.figures.alternatives.ranges import Rows
    from reeplan.present.run import Run

MOST_NAMED = 12
"""So many things are named in a sentence."""


def _names(names: list[str]) -> str:
    return listing(names, MOST_NAMED)


def of_near_optimal(run: Run) -> list[str]:
    """What every plan near the cheapest has, what none has, what is left to choose, and how plans differ."""
    rows = near_optimal.ranges(run)
    view = View(run)
    others = alternatives.table(view)
    said = [*_the_cheapest(run), *([] if rows.empty else _classes(rows, near_optimal.slacks(rows)[-1]))]
    return [*said, *([] if others.empty else [f"{alternatives.title(view, others)}."]), *_checks(run)]


def _the_cheapest(run: Run) -> list[str]:
    """What the cheapest plan costs, and whether a plan was found since that costs less."""
    rows = run.table(ALTERNATIVES)
    rows = rows[rows["alternative"] == alternatives.CHEAPEST]
    if rows.empty:
        return []
    cost, over = float(rows["cost_musd"].iloc[0]), float(rows["over_bound_share"].iloc[0])
    bound = f" No plan costs less than {money(cost - over * abs(cost))}." if math.isfinite(over) else ""
    said = f"The cheapest plan known costs {money(cost)} MUSD.{bound}"
    widest, paid = run.table(NEAR_OPTIMAL)["slack_musd"].max(), _annuities(run)
    if paid > 0 and widest > 0:
        times = f"{significant(widest / paid, 2)} times as much"
        said += f" It pays {money(paid)} for its capital; the widest slack is {money(widest)}, {times}."
    least = run.table(NEAR_OPTIMAL_PLANS)["least_cost_musd"].min()
    if least < cost - SLIGHT * abs(cost):
        said += f" A plan found since costs {money(least)}; slacks are measured from the former."
    return [said]


def _annuities(run: Run) -> float:
    """What the first plan of the front pays for its capital, MUSD; 0 where there is no front."""
    return float(run.front["annuities_musd"].iloc[0]) if (run.folder / FRONT.file).exists() else 0.0


def _classes(rows: Rows, widest: str) -> list[str]:
    of = {group: near_optimal.of_group(rows, group) for group in near_optimal.GROUPS}
    near = f"at most {widest} costlier than the cheapest"
    said = []
    if of[MUST_HAVE]:
        said.append(f"Every plan {near} has {_names(of[MUST_HAVE])}: must-haves, proven.")
    else:
        said.append(f"Nothing is proven to be in every plan {near}.")
    if of[SOMETIMES]:
        verb = "is a must-have" if len(of[SOMETIMES]) == 1 else "are must-haves"
        said.append(
            f"{capitalised(_names(of[SOMETIMES]))} {verb} of plans that are closer to the cheapest; of costlier ones "
            "that is not so, or not proven."
        )
    if of[CHOICE]:
        said.append(
            f"Some plans have {_names(of[CHOICE])} and some do not: there other grounds than cost may decide."
            if len(of[CHOICE]) == 1
            else f"Some plans have and some do not have each of {_names(of[CHOICE])}: there other grounds than cost "
            "may decide. Two of these can each be a choice while one of them is needed."
        )
    if of[MUST_AVOID]:
        said.append(f"No plan {near} has {_names(of[MUST_AVOID])}.")
    if of[OPEN]:
        said.append(f"Of {_names(of[OPEN])} it is not known whether plans must or can have it.")
    return said


def _checks(run: Run) -> list[str]:
    rows = run.table(ALTERNATIVES_CHECKS).to_dict("records")
    failed = [row for row in rows if not is_true(row["holds"])]
    if rows and not failed:
        return [f"All {counted(len(rows), 'check')} of these plans hold." if len(rows) > 1 else "The check holds."]
    return [f"A check does not hold: {row['check']} ({row['detail']})." for row in failed]


def of_knowing(run: Run) -> list[str]:
    """What perfect knowledge is worth, and what the target costs."""
    view = View(run)
    table = knowing.table(view)
    if table.empty:
        return []
    known = knowing.amounts(table)
    said = [f"{knowing.title(view, table)}."]
    free, premium = known.get(EVPI), known.get(PREMIUM)
    if free is not None and free.known and EVPI + KEEPING in known:
        said.append(f"Without any target, knowing would be worth at most, MUSD: {knowing.with_band(free)}.")
    if premium is not None and premium.known:
        said.append(f"Keeping the target costs, beyond the cheapest plan, MUSD: {knowing.with_band(premium)}.")
    return said


def of_regret(run: Run) -> list[str]:
    """The plan of least regret in cost and in lost supply."""
    said = []
    for variant in plan_regret.variants(run, ""):
        view = View(run, variant=variant)
        table = plan_regret.table(view)
        if not table.empty:
            said.append(f"{plan_regret.title(view, table)}.")
    return [*said, *impossible_plans(run)]


def impossible_plans(run: Run) -> list[str]:
    """Which plans cannot be carried out in which of the futures that were named."""
    rows = run.table(REGRET_OF_PLANS)
    rows = rows[(rows["kind"] == OTHER) & ~rows["possible"].map(is_true).astype(bool)]
    return [
        f"In {plan_regret.future_in_words(run, str(future))}, {join_and(list(of['point']))} cannot be carried out: "
        f"{of['why'].iloc[0] or 'it breaks a rule there'}."
        for future, of in rows.groupby("future", sort=False)
    ]


def of_risk(run: Run) -> list[str]:
    """What it costs to lose less in the worst disruptions."""
    view = View(run)
    table = risk_front.table(view)
    return [] if table.empty else [f"{risk_front.title(view, table)}."]


def of_inputs(run: Run) -> list[str]:
    """The input that moves the first output most, and how many ends have no plan."""
    variants = tornado.variants(run, "")
    if not variants:
        return []
    view = View(run, variant=variants[0])
    table = tornado.table(view)
    said = [f"{tornado.title(view, table)}."]
    if lost := [row["input"] for row in tornado.without_plan(table)]:
        said.append(f"At an end of the range of {_names(lost)} there is no number for it: see the table for why.")
    unsure = tornado.hidden(table)
    if unsure:
        said.append(
            f"{capitalised(count(unsure, 'input'))} {'changes' if unsure == 1 else 'change'} it by no more than the "
            "plans' gaps leave open."
        )
    return [*said, *_over_all_ranges(run)]


def _over_all_ranges(run: Run) -> list[str]:
    """What matters where all inputs vary at once, and what decides whether the target can be kept at all."""
    said = []
    for figure in (indices, screening):
        for variant in figure.variants(run, "")[:1]:
            view = View(run, variant=variant)
            table = figure.table(view)
            said += [] if table.empty else [f"{figure.title(view, table)}."]
    rows = run.table(SCREENING)
    deciding = rows[(rows["output"] == WITHIN_REACH) & (rows["mu_star"] > 0)]["input"]
    if len(deciding):
        names = _names([display_name(name) for name in deciding])
        said.append(f"What puts the target within reach or out of it is, the most deciding first: {names}.")
    return said


def of_built(run: Run) -> list[str]:
    """What is built in every future, and in how many there is no plan."""
    view = View(run)
    table = built_in_futures.table(view)
    if table.empty:
        return []
    said = [f"{built_in_futures.title(view, table)}."]
    without = table["futures_without_plan"].iloc[0]
    if math.isfinite(without) and without > 0:
        drawn = capitalised(count(int(without), "future"))
        said.append(f"{drawn} drawn {'has' if without == 1 else 'have'} no plan that counts.")
    said.append(
        "This is read from the best plan found in each future: another within its gap may build others, so what "
        "differs in one future only is weak evidence."
    )
    return said
