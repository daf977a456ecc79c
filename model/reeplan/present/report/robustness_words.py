"""Sentences on how sure a plan is, from the tables of a run alone; none where a table is missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.outputs.spec.alternatives import ALTERNATIVES_CHECKS
from reeplan.present.figures.alternatives import ranges as near_optimal
from reeplan.present.figures.alternatives.ranges import CHOICE, MUST_AVOID, MUST_HAVE, OPEN, SOMETIMES
from reeplan.present.figures.sensitivity import built_in_futures, tornado
from reeplan.present.figures.spec import View
from reeplan.present.figures.study_tables import is_true
from reeplan.present.figures.uncertainty import plan_regret
from reeplan.present.figures.uncertainty import value_of_information as knowing
from reeplan.present.words import capitalised, count, join_and
from reeplan.studies.uncertainty.measures_of_knowing import EVPI, KEEPING, PREMIUM

if TYPE_CHECKING:
    from reeplan.present.figures.alternatives.ranges import Rows
    from reeplan.present.run import Run

MOST_NAMED = 12
"""So many things are named in a sentence."""


def _names(names: list[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[:MOST_NAMED])} and {len(names) - MOST_NAMED} more"
    return join_and(names)


def of_near_optimal(run: Run) -> list[str]:
    """What every plan near the cheapest has, what none has, and what is left to choose."""
    rows = near_optimal.ranges(run)
    if rows.empty:
        return []
    widest = near_optimal.slacks(rows)[-1]
    return [*_classes(rows, widest), *_cheap_checks(run)]


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


def _cheap_checks(run: Run) -> list[str]:
    failed = [row for row in run.table(ALTERNATIVES_CHECKS).to_dict("records")
              if not is_true(row["holds"])]  # fmt: skip
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
    return said


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
