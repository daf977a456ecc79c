"""``futures.csv`` of a sensitivity study: every future that was solved, and what its numbers say of one another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

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
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import FAILED, UNBOUNDED, UNPROVEN
from reeplan.verify.studies.reading import STUDY_STATUS, near, yes

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Array, Ledger

TABLE = FUTURES.file
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
    table = read_table(run, FUTURES, ledger)
    if "position" not in table:
        table["position"] = np.nan
    table["future"] = table["future"].astype(int)
    heads = table.groupby("future", sort=False)[["stage", "name", "status", "divisible"]].first()
    again = heads.loc[table["future"]].set_index(table.index)
    same = (table[list(heads)] == again).all(axis=1) & table["stage"].isin(
        [ONE_BY_ONE, SCREENING, INDICES, DRAWN, CHECKS]
    )
    ledger.true(STAGES, TABLE, table[["future", "stage", "name"]], same)
    known = heads["status"].isin(STATUSES)
    ledger.true(STUDY_STATUS, TABLE, heads.reset_index()[["future", "status"]], known, found="status")
    divisible = yes(table, "divisible", TABLE, ["future"], ledger)
    heads["divisible"] = divisible.groupby(table["future"], sort=False).first()

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
                ledger.broken(NAMED, TABLE, expected=f"the output '{name}'", found="none")
            outputs[name] = np.nan
            units[name] = {REACH: "1 or 0", RESILIENCE: "share"}.get(name, "MUSD")
    _check_listed(table, draws, inputs, ledger)
    return draws


def _units(table: pd.DataFrame, what: str) -> dict[str, str]:
    rows = table[table["what"] == what].drop_duplicates("quantity")
    return dict(zip(rows["quantity"], rows["unit"], strict=True))


def _check_listed(table: pd.DataFrame, draws: Draws, inputs: Inputs, ledger: Ledger) -> None:
    """Every answered future has all outputs, each with its unit."""
    rows = table[(table["what"] == "output") & (table["quantity"] != HIGHEST)]
    count = rows.groupby("future").size().reindex(draws.heads.index).fillna(0)
    due = np.where(draws.answered, len(draws.names), 0)
    ledger.true(NAMED, TABLE, draws.heads.reset_index()[["future", "name"]], (count == due).to_numpy())
    plants = set(inputs.assets["asset"])
    expected = dict.fromkeys(draws.names, "MUSD") | {REACH: "1 or 0", RESILIENCE: "share", HIGHEST: "share"}
    for name in draws.names:
        if name.startswith(BUILT):
            expected[name] = "t/yr" if name.removeprefix(BUILT) in plants else "t"
    outputs = table[table["what"] == "output"]
    ledger.true(
        NAMED, TABLE, outputs[["future", "quantity", "unit"]],
        outputs["unit"] == outputs["quantity"].map(expected), found="unit",
    )  # fmt: skip


# ---- what the numbers of a future say of one another ----------------------------------------------------


def check_draws(draws: Draws, front: pd.DataFrame, gap: float, inputs: Inputs, ledger: Ledger) -> None:
    """Every rule about single futures, and about futures that are listed twice."""
    _check_numbers(draws, ledger)
    _check_costs(draws, gap, ledger)
    _check_capital(draws, list(inputs.wacc), ledger)
    _check_reach(draws, ledger)
    _check_same(draws, ledger)
    _check_stated(draws, front, ledger)


def _where(draws: Draws, rows: Any = None) -> pd.DataFrame:
    heads = draws.heads if rows is None else draws.heads[rows]
    return heads.reset_index()[["future", "name"]]


def _check_numbers(draws: Draws, ledger: Ledger) -> None:
    status, found = draws.heads["status"], draws.with_plan
    whole = draws.outputs[[name for name in draws.names if name not in (REACH,)]].notna().all(axis=1)
    # Where no search proved anything of the cheapest plan, the status says that a gap was not reached.
    unproven = status.isin([GAP, UNPROVEN])
    whole &= draws.bounds[AT_TARGET_BOUND].notna() & (draws.bounds[CHEAPEST_BOUND].notna() | unproven)
    barred = status.isin([OUT_OF_REACH, NO_PLAN, NOT_SOLVED, IMPOSSIBLE])
    right = np.where(status.isin([DONE, GAP, UNPROVEN]), whole & found, np.where(barred, ~found, True))
    ledger.true(SAYS, TABLE, draws.heads.reset_index()[["future", "name", "status"]], right, found="status")


def _check_costs(draws: Draws, gap: float, ledger: Ledger) -> None:
    """Bounds, gaps, and the order of the two plans."""
    outputs, bounds = draws.outputs, draws.bounds
    for cost, bound in ((draws.cost_name, AT_TARGET_BOUND), (CHEAPEST, CHEAPEST_BOUND)):
        there = (outputs[cost].notna() & bounds[bound].notna()).to_numpy()
        costs, proven = outputs[cost][there], bounds[bound][there]
        where = _where(draws, there).assign(of=cost)
        ledger.at_most(BOUND, TABLE, where, costs, proven, allow=COPIED, unit="MUSD")
        # Of a plan that earns more than it spends the gap is a part of a number that is not in the table.
        solved = ((draws.heads["status"][there] == DONE) & (costs >= 0) & (proven >= 0)).to_numpy()
        allowed = costs[solved] * max(gap, SMALLEST_GAP) * (1 + 2 * GAP_REACHED)
        ledger.at_most(
            PROVEN, TABLE, where[solved], allowed, costs[solved] - proven[solved], size=costs[solved],
            allow=WORKED_OUT, unit="MUSD",
        )  # fmt: skip
    both = outputs[[draws.cost_name, CHEAPEST]].notna().all(axis=1).to_numpy()
    ledger.at_least(
        CHEAPER, TABLE, _where(draws, both), outputs[CHEAPEST][both], outputs[draws.cost_name][both],
        allow=ARITHMETIC, unit="MUSD",
    )  # fmt: skip
    both = (outputs[draws.cost_name].notna() & bounds[CHEAPEST_BOUND].notna()).to_numpy()
    ledger.at_least(
        CHEAPER, TABLE, _where(draws, both), bounds[CHEAPEST_BOUND][both], outputs[draws.cost_name][both], allow=SOLVED,
        unit="MUSD",
    )  # fmt: skip
    if PRICE in outputs:
        there = outputs[[draws.cost_name, CHEAPEST, PRICE]].notna().all(axis=1).to_numpy()
        costs, cheapest = outputs[draws.cost_name][there], outputs[CHEAPEST][there]
        ledger.equal(
            PREMIUM, TABLE, _where(draws, there), costs - cheapest, outputs[PRICE][there],
            size=costs.abs() + cheapest.abs(), allow=WORKED_OUT, unit="MUSD",
        )  # fmt: skip


def _check_capital(draws: Draws, partners: list[str], ledger: Ledger) -> None:
    there = draws.outputs[CAPITAL].notna().to_numpy()
    each = draws.outputs[[f"{CAPITAL} of {partner}" for partner in partners]][there]
    ledger.equal(
        PARTNERS, TABLE, _where(draws, there), each.sum(axis=1), draws.outputs[CAPITAL][there],
        size=each.abs().sum(axis=1), allow=PART_SUMS, unit="MUSD",
    )  # fmt: skip


def _check_reach(draws: Draws, ledger: Ledger) -> None:
    outputs, status = draws.outputs, draws.heads["status"]
    for name in {RESILIENCE, HIGHEST} & set(outputs.columns):
        there = outputs[name].notna().to_numpy()
        where, found = _where(draws, there), outputs[name][there]
        ledger.at_least(SHARE, TABLE, where, np.zeros(len(found)), found, allow=SHARES)
        ledger.at_most(SHARE, TABLE, where, np.ones(len(found)), found, allow=SHARES)
    if REACH not in outputs:
        return
    due = np.where(status == OUT_OF_REACH, 0.0, np.where(draws.with_plan, 1.0, np.nan))
    ledger.true(WITHIN, TABLE, _where(draws), near(due, outputs[REACH], Allowance(0.0, 0.0)))
    out = (status == OUT_OF_REACH).to_numpy()
    if out.any():
        highest = outputs[HIGHEST] if HIGHEST in outputs else pd.Series(np.nan, index=outputs.index)
        found = highest[out].fillna(0.0)
        ledger.at_most(
            TOO_LOW, TABLE, _where(draws, out), np.full(len(found), draws.target), found, allow=HIGHEST_DRAWN
        )


def _check_same(draws: Draws, ledger: Ledger) -> None:
    """Futures of the check are some of the others, solved both ways."""
    heads = draws.heads.assign(future=draws.heads.index)
    checks = heads[heads["stage"] == CHECKS]
    others = heads[heads["stage"] != CHECKS]
    numbers = pd.concat([draws.outputs[draws.names], draws.bounds], axis=1)
    same = checks.merge(others, on=["name", "divisible"], suffixes=("", "_other"))
    for _, row in same.iterrows():
        one, other = numbers.loc[row["future"]], numbers.loc[row["future_other"]]
        where = pd.DataFrame({"future": [row["future"]] * len(one), "name": row["name"], "quantity": one.index})
        ledger.true(SAME, TABLE, where, near(one, other, ARITHMETIC))
    pairs = checks[~checks["divisible"]].merge(checks[checks["divisible"]], on="name", suffixes=("", "_divisible"))
    for name in (draws.cost_name, CHEAPEST):
        whole, parted = (draws.outputs.loc[pairs[c], name].to_numpy() for c in ("future", "future_divisible"))
        # A search that failed may have left a costlier plan than there is.
        solved = (draws.heads.loc[pairs["future_divisible"], "status"] == DONE).to_numpy()
        there = ~np.isnan(whole) & ~np.isnan(parted) & solved
        where = pairs[["future", "name"]].assign(of=name)[there]
        ledger.at_most(EASIER, TABLE, where, whole[there], parted[there], allow=SOLVED, unit="MUSD")


def _check_stated(draws: Draws, front: pd.DataFrame, ledger: Ledger) -> None:
    """Two solves of the same question: each costs no less than what the other has proven."""
    if front.empty:
        return
    first = front.iloc[0]
    base = draws.heads[(draws.heads["name"] == AS_STATED) & ~draws.heads["divisible"]].index
    base = base[draws.outputs.loc[base, draws.cost_name].notna()]
    where = draws.heads.loc[base].reset_index()[["future", "name"]]
    cost, bound = draws.outputs.loc[base, draws.cost_name], draws.bounds.loc[base, AT_TARGET_BOUND]
    ledger.at_least(
        STATED, TABLE, where, np.full(len(base), float(first["bound_musd"])), cost, allow=SOLVED, unit="MUSD"
    )
    ledger.at_most(
        STATED, TABLE, where, np.full(len(base), float(first["cost_musd"])), bound, allow=SOLVED, unit="MUSD"
    )
