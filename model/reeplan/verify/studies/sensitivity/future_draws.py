"""``futures.csv`` of a sensitivity study: every future that was solved, and what its numbers say of one another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.sensitivity import FUTURES
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    COPIED,
    GAP_REACHED,
    HIGHEST_DRAWN,
    PART_SUMS,
    SHARES,
    SMALLEST_GAP,
    SOLVED,
    WORKED_OUT,
    Allowance,
)
from reeplan.verify.core.verdict import How, Rule
from reeplan.verify.core.vocabulary import FAILED, UNBOUNDED, UNPROVEN
from reeplan.verify.studies.reading import STUDY_STATUS, near, yes

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Array, Ledger, TableLedger

ONE_BY_ONE, SCREENING, INDICES, DRAWN, CHECKS = "one at a time", "screening", "indices", "futures", "check"
AS_STATED = "as stated"
DONE, GAP, STOPPED, OUT_OF_REACH = "optimal", "gap not reached", "interrupted", "cannot reach the target"
NO_PLAN, NOT_SOLVED, IMPOSSIBLE = "no plan found", "not solved", "contradicts itself"
STATUSES = (DONE, GAP, STOPPED, OUT_OF_REACH, NO_PLAN, NOT_SOLVED, IMPOSSIBLE, FAILED, UNBOUNDED, UNPROVEN)
CHEAPEST, PRICE, REACH = "cost of the cheapest plan", "what the target costs", "target within reach"
RESILIENCE, CAPITAL, HIGHEST = "resilience of the cheapest plan", "capital", "highest resilience"
AT_TARGET_BOUND, CHEAPEST_BOUND = "bound on the cost at the target", "bound on the cost of the cheapest plan"
BUILT = "built: "
STAGES = Rule("future_stage", "a future belongs to a step of the study, and all its rows say so")
NAMED = Rule("future_outputs", "every future has every output, in the units of the study")
SAYS = Rule("future_numbers", "a future with a plan has its cost, bound and resilience; one without a plan has no cost")
BOUND = Rule("future_bound", "what is proven can be no more than what the plan costs")
PROVEN = Rule("future_gap", "'optimal' says that cost and bound are within the gap asked for")
CHEAPER = Rule("future_cheapest", "the plan at the target costs no less than the cheapest plan, and than its bound")
PREMIUM = Rule("future_premium", "what the target costs is the cost at the target less that of the cheapest plan")
PARTNERS = Rule("future_capital", "capital is the sum of what the partners pay")
SHARE = Rule("future_share", "a resilience lies between 0 and 1")
WITHIN = Rule(
    "future_reach", "'target within reach' is 1 with a plan at the target, and 0 where there proves to be none"
)
TOO_LOW = Rule("future_highest", "a future that cannot reach the target has a highest resilience below it")
SAME = Rule("future_same", "the same future, solved the same way, has the same outcome wherever it is listed")
EASIER = Rule("future_divisible", "divisible modules cost no more than whole ones")
STATED = Rule("future_as_stated", "the case as stated costs what the plan of front.csv costs, as far as that is proven")


@dataclass(frozen=True)
class Draws:
    """Every future a row: ``heads`` (stage, name, status, divisible), ``outputs``, ``bounds``, and of the inputs
    that it varies their ``positions`` in the range and their ``values``."""

    heads: pd.DataFrame
    outputs: pd.DataFrame
    bounds: pd.DataFrame
    positions: pd.DataFrame
    values: pd.DataFrame
    units: dict[str, str]
    input_units: dict[str, str]
    target: float

    @cached_property
    def cost_name(self) -> str:
        """The output that is the cost at the target."""
        return f"cost at a resilience of {self.target:.12g}" if self.target > 0 else CHEAPEST

    @cached_property
    def fixed(self) -> list[str]:
        """The outputs that every study has, in order."""
        of_target = [self.cost_name, CHEAPEST, PRICE, REACH, RESILIENCE] if self.target > 0 else [CHEAPEST, RESILIENCE]
        return [*of_target, CAPITAL]

    @cached_property
    def names(self) -> list[str]:
        """All outputs in the order of the table."""
        return [name for name in self.outputs.columns if name != HIGHEST]

    @cached_property
    def headline(self) -> list[str]:
        """The outputs that inputs are ranked by."""
        return [self.cost_name, RESILIENCE, CAPITAL, *([REACH] if self.target > 0 else [])]

    @cached_property
    def proven(self) -> list[str]:
        """The outputs of which a bound is proven."""
        return [self.cost_name, CHEAPEST, PRICE] if self.target > 0 else [CHEAPEST]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """A future a row, with its outputs and bounds by name."""
        return pd.concat([self.heads, self.outputs, self.bounds], axis=1).reset_index()

    def stage(self, name: str) -> pd.Index:
        """The numbers of the futures of a step."""
        return self.heads.index[self.heads["stage"] == name]

    def vector(self, output: str, futures: pd.Index) -> Array:
        """An output in some futures."""
        return np.asarray(self.outputs.loc[futures, output], dtype=float)

    @property
    def answered(self) -> pd.Series[bool]:
        """Which futures were solved at all."""
        return ~self.heads["status"].isin([NOT_SOLVED, IMPOSSIBLE])

    @property
    def with_plan(self) -> pd.Series[bool]:
        """Which futures have a plan at the target."""
        return self.outputs[self.cost_name].notna()


def read_draws(run: Path, target: float, inputs: Inputs, ledger: Ledger) -> Draws:
    """The futures, row by row put together again."""
    on, table = ledger.on(FUTURES, "stage", "name"), read_table(run, FUTURES, ledger)
    if "position" not in table:
        table["position"] = np.nan
    table["future"] = table["future"].astype(int)
    heads = table.groupby("future", sort=False)[["stage", "name", "status", "divisible"]].first()
    again = heads.loc[table["future"]].set_index(table.index)
    same = (table[list(heads)] == again).all(axis=1) & table["stage"].isin(
        [ONE_BY_ONE, SCREENING, INDICES, DRAWN, CHECKS]
    )
    on.true(STAGES, table, same)
    on.true(STUDY_STATUS, heads.reset_index(), heads["status"].isin(STATUSES), "status")
    heads["divisible"] = yes(table, "divisible", on).groupby(table["future"], sort=False).first()

    def wide(what: str, column: str = "value") -> pd.DataFrame:
        rows = table[table["what"] == what]
        names = list(dict.fromkeys(rows["quantity"]))
        found = rows.set_index(["future", "quantity"])[column].unstack()
        return found.reindex(index=heads.index, columns=names).astype(float)

    outputs, bounds = wide("output"), wide("bound").reindex(columns=[AT_TARGET_BOUND, CHEAPEST_BOUND])
    units, input_units = _units(table, "output"), _units(table, "input")
    draws = Draws(heads, outputs, bounds, wide("input", "position"), wide("input"), units, input_units, target)
    fixed = [*draws.fixed, *(f"{CAPITAL} of {partner}" for partner in inputs.wacc)]
    for name in fixed:
        if name not in outputs:
            if draws.answered.any():
                on.broken(NAMED, expected=f"the output '{name}'", found="none")
            outputs[name] = np.nan
            units[name] = {REACH: "1 or 0", RESILIENCE: "share"}.get(name, "MUSD")
    _check_listed(table, draws, inputs, on)
    return draws


def _units(table: pd.DataFrame, what: str) -> dict[str, str]:
    rows = table[table["what"] == what].drop_duplicates("quantity")
    return dict(zip(rows["quantity"], rows["unit"], strict=True))


def _check_listed(table: pd.DataFrame, draws: Draws, inputs: Inputs, on: TableLedger) -> None:
    """Every answered future has all outputs, each with its unit."""
    rows = table[(table["what"] == "output") & (table["quantity"] != HIGHEST)]
    count = rows.groupby("future").size().reindex(draws.heads.index).fillna(0)
    due = np.where(draws.answered, len(draws.names), 0)
    on.true(NAMED, draws.heads.reset_index(), (count == due).to_numpy())
    plants = set(inputs.assets["asset"])
    expected = dict.fromkeys(draws.names, "MUSD") | {REACH: "1 or 0", RESILIENCE: "share", HIGHEST: "share"}
    for name in draws.names:
        if name.startswith(BUILT):
            expected[name] = "t/yr" if name.removeprefix(BUILT) in plants else "t"
    outputs = table[table["what"] == "output"]
    on.says(NAMED, outputs, outputs["quantity"].map(expected), "unit")


# ---- what the numbers of a future say of one another ----------------------------------------------------


def check_draws(draws: Draws, front: pd.DataFrame, gap: float, inputs: Inputs, ledger: Ledger) -> None:
    """Every rule about single futures, and about futures that are listed twice."""
    on = ledger.on(FUTURES, "stage", "name", "of")
    _check_numbers(draws, on)
    _check_costs(draws, gap, on)
    _check_capital(draws, list(inputs.wacc), on)
    _check_reach(draws, on)
    _check_same(draws, on)
    _check_stated(draws, front, on)


def _check_numbers(draws: Draws, on: TableLedger) -> None:
    status, found = draws.heads["status"], draws.with_plan
    whole = draws.outputs[[name for name in draws.names if name not in (REACH,)]].notna().all(axis=1)
    # Where no search proved anything of the cheapest plan, the status says that a gap was not reached.
    unproven = status.isin([GAP, UNPROVEN])
    whole &= draws.bounds[AT_TARGET_BOUND].notna() & (draws.bounds[CHEAPEST_BOUND].notna() | unproven)
    barred = status.isin([OUT_OF_REACH, NO_PLAN, NOT_SOLVED, IMPOSSIBLE])
    right = np.where(status.isin([DONE, GAP, UNPROVEN]), whole & found, np.where(barred, ~found, True))
    on.true(SAYS, draws.rows, right, "status")


def _check_costs(draws: Draws, gap: float, on: TableLedger) -> None:
    """Bounds, gaps, and the order of the two plans."""
    rows, of_target = draws.rows, draws.cost_name
    for cost, bound in ((of_target, AT_TARGET_BOUND), (CHEAPEST, CHEAPEST_BOUND)):
        there, of_cost = rows[cost].notna() & rows[bound].notna(), rows.assign(of=cost)
        on.at_most(BOUND, of_cost, cost, bound, allow=COPIED, unit="MUSD", only=there)
        # Of a plan that earns more than it spends the gap is a part of a number that is not in the table.
        solved = there & (rows["status"] == DONE) & (rows[cost] >= 0) & (rows[bound] >= 0)
        allowed, left = rows[cost] * max(gap, SMALLEST_GAP) * (1 + 2 * GAP_REACHED), rows[cost] - rows[bound]
        how = How(allow=WORKED_OUT, size=cost, unit="MUSD", only=solved)
        on.at_most(PROVEN, of_cost, allowed, left, **how)
    both = rows[of_target].notna() & rows[CHEAPEST].notna()
    on.at_least(CHEAPER, rows, CHEAPEST, of_target, allow=ARITHMETIC, unit="MUSD", only=both)
    proven = rows[of_target].notna() & rows[CHEAPEST_BOUND].notna()
    on.at_least(CHEAPER, rows, CHEAPEST_BOUND, of_target, allow=SOLVED, unit="MUSD", only=proven)
    if PRICE in rows:
        due, size = rows[of_target] - rows[CHEAPEST], rows[of_target].abs() + rows[CHEAPEST].abs()
        both &= rows[PRICE].notna()
        on.equal(PREMIUM, rows, due, PRICE, allow=WORKED_OUT, size=size, unit="MUSD", only=both)


def _check_capital(draws: Draws, partners: list[str], on: TableLedger) -> None:
    rows = draws.rows
    each = rows[[f"{CAPITAL} of {partner}" for partner in partners]]
    how = How(allow=PART_SUMS, size=each.abs().sum(axis=1), unit="MUSD", only=rows[CAPITAL].notna())
    on.equal(PARTNERS, rows, each.sum(axis=1), CAPITAL, **how)


def _check_reach(draws: Draws, on: TableLedger) -> None:
    rows = draws.rows
    for name in {RESILIENCE, HIGHEST} & set(rows):
        on.between(SHARE, rows.assign(of=name), 0.0, 1.0, name, allow=SHARES, only=rows[name].notna())
    if REACH not in rows:
        return
    out = rows["status"] == OUT_OF_REACH
    due = np.where(out, 0.0, np.where(draws.with_plan, 1.0, np.nan))
    on.true(WITHIN, rows, near(due, rows[REACH], Allowance(0.0, 0.0)))
    if out.any():
        highest = rows[HIGHEST].fillna(0.0) if HIGHEST in rows else 0.0
        on.at_most(TOO_LOW, rows, draws.target, highest, allow=HIGHEST_DRAWN, only=out)


def _check_same(draws: Draws, on: TableLedger) -> None:
    """Futures of the check are some of the others, solved both ways."""
    heads = draws.heads.assign(future=draws.heads.index)
    checks = heads[heads["stage"] == CHECKS]
    others = heads[heads["stage"] != CHECKS]
    numbers = pd.concat([draws.outputs[draws.names], draws.bounds], axis=1)
    same = checks.merge(others, on=["name", "divisible"], suffixes=("", "_other"))
    for _, row in same.iterrows():
        one, other = numbers.loc[row["future"]], numbers.loc[row["future_other"]]
        where = pd.DataFrame({"future": [row["future"]] * len(one), "name": row["name"], "quantity": one.index})
        on.true(SAME, where, near(one, other, ARITHMETIC))
    pairs = checks[~checks["divisible"]].merge(checks[checks["divisible"]], on="name", suffixes=("", "_divisible"))
    for name in (draws.cost_name, CHEAPEST):
        whole, parted = (draws.outputs.loc[pairs[c], name].to_numpy() for c in ("future", "future_divisible"))
        # A search that failed may have left a costlier plan than there is.
        solved = (draws.heads.loc[pairs["future_divisible"], "status"] == DONE).to_numpy()
        there = ~np.isnan(whole) & ~np.isnan(parted) & solved
        on.at_most(EASIER, pairs.assign(of=name), whole, parted, allow=SOLVED, unit="MUSD", only=there)


def _check_stated(draws: Draws, front: pd.DataFrame, on: TableLedger) -> None:
    """Two solves of the same question: each costs no less than what the other has proven."""
    if front.empty:
        return
    first, rows = front.iloc[0], draws.rows
    stated = (rows["name"] == AS_STATED) & ~rows["divisible"] & rows[draws.cost_name].notna()
    on.at_least(STATED, rows, first["bound_musd"], draws.cost_name, allow=SOLVED, unit="MUSD", only=stated)
    on.at_most(STATED, rows, first["cost_musd"], AT_TARGET_BOUND, allow=SOLVED, unit="MUSD", only=stated)
