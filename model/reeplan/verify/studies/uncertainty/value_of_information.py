"""``value_of_knowing.csv`` and ``knowing_by_scenario.csv``: what knowing the future is worth, summed up anew.

The plans for one scenario alone, and for the average, are not in the run: what is checked of them is what must hold
whatever they are. The values that follow from them are recomputed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.uncertainty import KNOWING_BY_SCENARIO, VALUE_OF_KNOWING
from reeplan.verify.core.files import read_table
from reeplan.verify.core.scenarios import NOTHING, exclude, probabilities
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    COPIED,
    DIFFERENCE,
    LAST_DIGITS,
    SAME_ROWS,
    SAME_SHARE,
    SHARES,
    SOLVED,
    WORKED_OUT,
)
from reeplan.verify.core.verdict import How, Rule
from reeplan.verify.core.vocabulary import FAILED, UNBOUNDED, UNPROVEN
from reeplan.verify.studies.reading import STUDY_STATUS

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger, TableLedger

BAND = ("musd", "least_musd", "greatest_musd")
BELIEFS = ("average_plan", "undisturbed_plan")
MUSD = ("plan_musd", "known_musd", "known_bound_musd", "worth_of_knowing_musd", *(f"{one}_musd" for one in BELIEFS))
SERVED = ("plan_served_share", "known_served_share", *(f"{one}_served_share" for one in BELIEFS))
STATUSES = (
    "optimal", "impossible", "interrupted", "gap not reached", "no plan found", "not solved", FAILED,
    UNBOUNDED, UNPROVEN,
)  # fmt: skip
BY_WINDOW = ("worst_case", "weakest_link")

RP, WS, EVPI = "expected cost of the plan", "expected cost with perfect knowledge", "value of perfect knowledge"
PREMIUM, KEEPING = "cost of keeping the target", ", keeping the target"
OF_BELIEFS = {
    "average_plan": (
        "cost expected by a plan for the average", "expected cost of a plan for the average",
        "value of planning for disruptions, against the average",
    ),
    "undisturbed_plan": (
        "cost expected by a plan as if nothing happens", "expected cost of a plan as if nothing happens",
        "value of planning for disruptions, against ignoring them",
    ),
}  # fmt: skip

LISTED = Rule("knowing_listed", "every number of the value of knowing has its row, and every scenario that may happen")
ODDS = Rule("knowing_probability", "probabilities are those of the case, and sum to 1")
ORDERED = Rule("knowing_band", "a number lies between its least and its greatest value")
WORTH = Rule("worth_of_knowing", "knowing a scenario is worth what the plan costs in it less what the best one costs")
KNOWN = Rule("known_cost", "if it were known what happens no plan costs more than the one made without knowing")
PROVEN = Rule("known_bound", "what is proven can be no more than any plan costs in that scenario")
MEAN_PLAN = Rule("expected_cost", "the expected cost is the mean over the scenarios, by their probabilities")
MEAN_KNOWN = Rule(
    "cost_with_knowledge", "the cost with perfect knowledge is the mean cost of the best plan of each scenario"
)
VALUE = Rule("value_of_knowing", "a value is the difference of two costs, and its band is what their bands leave")
ORDER = Rule("knowing_order", "knowing costs no more than planning for all, and that no more than following a belief")
RECOURSE = Rule("expected_cost_bound", "the expected cost is proven no lower than with perfect knowledge")
BELIEVED = Rule("believed_cost", "what is planned as if nothing happens is a plan of that scenario")
AS_FRONT = Rule(
    "expected_cost_front", "no plan of front.csv is cheaper than proven here, and the plan no cheaper than proven there"
)
SERVES = Rule("knowing_served", "a share lies between 0 and 1, and under a target the plan serves it in every window")


@dataclass(frozen=True)
class Value:
    """A number with its band; not a number where it is not known."""

    musd: float
    least: float
    greatest: float

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return not np.isnan(self.musd)

    def less(self, other: Value) -> Value:
        """The difference of two least costs of which the first is no less, whatever the gaps."""
        if not (self.known and other.known):
            return UNKNOWN
        least, greatest = max(0.0, self.least - other.greatest), max(0.0, self.greatest - other.least)
        return Value(min(max(self.musd - other.musd, least), greatest), least, greatest)


UNKNOWN = Value(np.nan, np.nan, np.nan)


@dataclass(frozen=True)
class Knowing:
    """Both tables: numbers by name, and the rows of scenarios by target."""

    values: dict[str, Value]
    scenarios: pd.DataFrame
    target: float

    def rows(self, target: float) -> pd.DataFrame:
        """The scenarios of the plan that keeps a target."""
        return self.scenarios[(self.scenarios["target"] - target).abs() <= ARITHMETIC.floor]

    @property
    def least_expected(self) -> float:
        """No plan at all costs less in expectation; not a number where that is not known."""
        return self.values[RP].least if RP in self.values else np.nan


def check_knowing(run: Path, target: float, front: pd.DataFrame, inputs: Inputs, ledger: Ledger) -> Knowing:
    """Every rule about the value of knowing."""
    on, table = ledger.on(VALUE_OF_KNOWING, "against", "point", "column"), read_table(run, VALUE_OF_KNOWING, ledger)
    scenarios = read_table(run, KNOWING_BY_SCENARIO, ledger)
    values = {row["measure"]: Value(*(float(row[one]) for one in BAND)) for _, row in table.iterrows()}
    knowing = Knowing(values, scenarios, target)
    likely = bool((inputs.windows["probability"] > 0).any()) and exclude(inputs)
    whole = likely and target > 0 and str(inputs.settings["resilience_measure"]) in BY_WINDOW
    _check_listed(knowing, likely, whole, on)
    _check_bands(values, on)
    _check_scenarios(knowing, inputs, ledger.on(KNOWING_BY_SCENARIO))
    for level, ending in ((0.0, ""), (target, KEEPING)) if whole else ((0.0, ""),):
        if likely:
            _check_sums(knowing, level, ending, on)
            _check_order(knowing, level, ending, on)
    if PREMIUM in values and f"{RP}{KEEPING}" in values and RP in values:
        _same(VALUE, PREMIUM, values[f"{RP}{KEEPING}"].less(values[RP]), values, on)
    _check_front(knowing, front, inputs, on)
    return knowing


def _check_listed(knowing: Knowing, likely: bool, whole: bool, on: TableLedger) -> None:
    each = [RP, WS, EVPI, *(name for names in OF_BELIEFS.values() for name in names)]
    due = each if likely else []
    if likely and knowing.target > 0:
        due = [*due, PREMIUM, *(f"{name}{KEEPING}" for name in (each if whole else each[:1]))]
    for name in due:
        if name not in knowing.values:
            on.broken(LISTED, f"measure {name}", "a row", "none")
    on.true(LISTED, pd.DataFrame({"measure": list(knowing.values)}), np.isin(list(knowing.values), due))


def _check_bands(values: dict[str, Value], on: TableLedger) -> None:
    where = pd.DataFrame({"measure": list(values)})
    band = np.array([[one.musd, one.least, one.greatest] for one in values.values()]).reshape(-1, 3)
    missing = np.isnan(band)
    on.true(ORDERED, where, missing.all(axis=1) == missing.any(axis=1))
    there = ~missing.any(axis=1)
    how = How(allow=ARITHMETIC, size=np.abs(band).max(axis=1, initial=0.0), unit="MUSD", only=there)
    for limit, found in ((band[:, 0], band[:, 1]), (band[:, 2], band[:, 0])):
        on.at_most(ORDERED, where, limit, found, **how)


def _check_scenarios(knowing: Knowing, inputs: Inputs, on: TableLedger) -> None:
    """What a row of a scenario says."""
    rows, odds = knowing.scenarios, probabilities(inputs)
    due = rows["scenario"].map(odds)
    on.true(LISTED, rows, due.notna())
    for level, some in rows.groupby("target"):
        for name in [one for one in odds if one not in set(some["scenario"])]:
            on.broken(LISTED, f"target {level:.12g}", name, "no such row")
    on.equal(ODDS, rows, due.fillna(0.0), "probability", allow=SAME_ROWS)
    on.true(STUDY_STATUS, rows, rows["status"].isin(STATUSES), "status")
    plan, known = rows["plan_musd"], rows["known_musd"]
    both = plan.notna() & known.notna()
    how = How(allow=WORKED_OUT, size=plan.abs() + known.abs())
    on.same(WORTH, rows, plan - known, "worth_of_knowing_musd", **how)
    on.at_most(KNOWN, rows, "plan_musd", "known_musd", allow=COPIED, only=both)
    for name in ("plan", "known", *BELIEFS):
        there = rows[f"{name}_musd"].notna() & rows["known_bound_musd"].notna()
        on.at_least(PROVEN, rows, "known_bound_musd", f"{name}_musd", allow=SOLVED, only=there)
    in_window = rows["scenario"].isin(inputs.asked) & (rows["target"] > 0)
    for name in SERVED:
        least = np.where(in_window, rows["target"], 0.0)
        on.between(SERVES, rows, least, 1.0, name, allow=SHARES, only=rows[name].notna())


def _check_sums(knowing: Knowing, target: float, ending: str, on: TableLedger) -> None:
    """Means over scenarios, and the differences of them."""
    rows, values = knowing.rows(target), knowing.values
    weight = rows["probability"]

    def mean(column: str) -> float:
        return float((weight * rows[column]).sum(skipna=False)) if len(rows) else np.nan

    def value(name: str) -> Value:
        return values.get(name + ending, UNKNOWN)

    bound, known = mean("known_bound_musd"), mean("known_musd")
    _same(MEAN_KNOWN, WS + ending, Value(known, bound, known), values, on)
    plan = mean("plan_musd")
    _same(MEAN_PLAN, RP + ending, Value(plan, value(RP).least, plan), values, on)
    _same(VALUE, EVPI + ending, value(RP).less(value(WS)), values, on)
    for column, (_, following, saved) in OF_BELIEFS.items():
        cost = mean(f"{column}_musd")
        _same(MEAN_PLAN, following + ending, Value(cost, value(following).least, cost), values, on)
        _same(VALUE, saved + ending, value(following).less(value(RP)), values, on)


def _same(rule: Rule, name: str, due: Value, values: dict[str, Value], on: TableLedger) -> None:
    """A row is what it should be; where that is not known the row is empty."""
    given = values.get(name)
    if given is None:
        return
    expected, found = (np.array([one.musd, one.least, one.greatest]) for one in (due, given))
    where = pd.DataFrame({"measure": [name] * 3, "column": BAND})
    size = max((abs(one.greatest) for one in values.values() if one.known), default=0.0)
    on.same(rule, where, expected, found, allow=DIFFERENCE, size=size, unit="MUSD")


def _check_order(knowing: Knowing, target: float, ending: str, on: TableLedger) -> None:
    """Knowing, then planning for all scenarios, then planning for a belief."""
    values = knowing.values

    def value(name: str) -> Value:
        return values.get(name + ending, UNKNOWN)

    cost, knows = value(RP), value(WS)
    # Each of these pairs: what must be no more, and than what.
    pairs = [(ORDER, WS, knows.least, RP, cost.musd), (ORDER, WS, knows.musd, RP, cost.musd)]
    pairs.append((RECOURSE, WS, knows.least, RP, cost.least))
    for _, following, _ in OF_BELIEFS.values():
        pairs.append((ORDER, RP, cost.musd, following, value(following).musd))
    rows = knowing.rows(target)
    alone = rows[rows["scenario"] == NOTHING]
    believed = OF_BELIEFS["undisturbed_plan"][0]
    if len(alone):
        row = alone.iloc[0]
        pairs.append((BELIEVED, NOTHING, float(row["known_musd"]), believed, value(believed).musd))
        pairs.append((BELIEVED, NOTHING, float(row["known_bound_musd"]), believed, value(believed).musd))
        pairs.append((BELIEVED, believed, value(believed).least, NOTHING, float(row["known_musd"])))
    for rule, smaller, least, greater, most in pairs:
        if not (np.isnan(least) or np.isnan(most)):
            where = {"measure": smaller + ending, "against": greater + ending}
            on.at_most(rule, where, most, least, allow=SOLVED, unit="MUSD")


def _check_front(knowing: Knowing, front: pd.DataFrame, inputs: Inputs, on: TableLedger) -> None:
    """The plans of the front are plans as well: none is cheaper than what is proven here, and the other way round."""
    how = How(allow=SOLVED, unit="MUSD")
    free, kept = (knowing.values.get(name, UNKNOWN) for name in (RP, f"{RP}{KEEPING}"))
    if free.known and len(front):
        on.at_least(AS_FRONT, front.assign(measure=RP), free.least, "cost_musd", **how)
        stress = (inputs.windows["probability"] == 0).any()
        if not stress and float(front.iloc[0]["target"]) <= 0:
            on.at_least(AS_FRONT, {"measure": RP}, front.iloc[0]["bound_musd"], free.musd, **how)
    if kept.known and len(front):
        front = front.assign(measure=f"{RP}{KEEPING}")
        as_safe = front[front["resilience"] >= knowing.target + SAME_SHARE]
        on.at_least(AS_FRONT, as_safe, kept.least, "cost_musd", **how)
        # A bound holds for every plan as resilient as its own; that of a single plan for the target it was sought at.
        alone = len(front) == 1 and abs(float(front.iloc[0]["target"]) - knowing.target) <= LAST_DIGITS
        below = front if alone else front[front["resilience"] <= knowing.target]
        on.at_least(AS_FRONT, below, "bound_musd", kept.musd, **how)
