"""What the joint plan leaves those who stay when the others walk away: the rows of regret.csv.

Until the break everything is as in the joint plan, whose tables are there: what was paid, what is still to be paid,
whose capital stands where. What is decided after the break is not in the run; what must hold of it is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec import cooperation as spec
from reeplan.verify.core import shortage
from reeplan.verify.core.costs import annuity
from reeplan.verify.core.files import read_table
from reeplan.verify.core.frames import crossed
from reeplan.verify.core.tolerances import (
    COPIED,
    EXACT_AFTER_A_BREAK,
    FIGURE,
    HIGHEST,
    PART_SUMS,
    REACHED,
    SETTLED,
    SUMMED,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE, FAILED, UNBOUNDED, UNPROVEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger
    from reeplan.verify.studies.cooperation.bills import JointPlan
    from reeplan.verify.studies.cooperation.coalitions import Coalitions, Shares

TABLE = spec.REGRET.file
KEY = ["stays", "leaves", "year", "conduct"]
OF_JOINT_PLAN = (
    "paid_before_musd", "side_payments_musd", "still_to_pay_musd", "stranded_capital_musd", "capital_left_behind_musd",
)  # fmt: skip
GOES_ON, TURNS_ROUND = "goes on as planned", "turns round"
DONE, GAP, OUT_OF_REACH, STOPPED = "optimal", "gap not reached", "cannot reach the target", "interrupted"
NO_PLAN, NOT_SOLVED = "no plan found", "not solved"
LISTED = Rule("regret_listed", "each partner alone, and all but one, has a row for every year and both conducts")
STATUS = Rule("regret_status", "the status says how the search ended, and numbers are there if something was found")
BOUND = Rule("regret_bound", "what is proven can be no more than what is found")
PROVEN = Rule("regret_gap", "'optimal' says that cost and bound are within the gap asked for")
ALONE = Rule("regret_alone", "what planning alone costs and serves is what coalitions.csv says")
ALONE_SAME = Rule(
    "regret_alone_same", "what planning alone costs and serves is the same in whatever year the others leave"
)
ALONE_HIGHEST = Rule(
    "regret_alone_highest", "where the target is out of reach alone, planning alone is for as much as can be"
)
REGRET = Rule("regret", "the regret is the cost less that of having planned alone")
REGRET_LEAST = Rule("regret_least", "the least regret is the bound less the cost of having planned alone")
REGRET_GREATEST = Rule("regret_greatest", "the greatest regret is the cost less the bound of having planned alone")
WITHIN = Rule("regret_within_band", "the regret lies between its least and its greatest value")
FROM_PLAN: Mapping[str, Rule] = {
    "paid_before_musd": Rule("regret_paid", "what was paid before the break follows from the joint plan"),
    "side_payments_musd": Rule("regret_side_payments", "side payments are made in every year before the break"),
    "still_to_pay_musd": Rule("regret_to_pay", "what is still to pay is the yearly payments for what was funded"),
    "stranded_capital_musd": Rule("regret_stranded", "stranded is the capital that stands where the others are"),
    "capital_left_behind_musd": Rule("regret_left", "left behind is the others' capital where those who stay are"),
}
SERVED = Rule("regret_served", "the share served can be no more than what the joint plan or the worst window leaves")
SERVED_ALL = Rule(
    "regret_served_before", "where every window began before the break the joint plan says what is served"
)
KEEPS = Rule("regret_keeps", "who turns round and reaches the target serves at least as much")
LOST = Rule("regret_lost", "the value lost is at least that of the windows that began before the break")
LOST_BEFORE = Rule("regret_lost_before", "what is lost in a window that began before the break is as in the joint plan")
WINDOW = Rule("regret_window", "the window must be one of the case")


def check_leaving(
    run: Path, game: Coalitions, target: float, joint: JointPlan | None, shares: Shares, ledger: Ledger
) -> None:  # fmt: skip
    """Every row of regret.csv, where the run has it."""
    if not (run / TABLE).exists():
        return
    table = read_table(run, spec.REGRET, ledger)
    names = {game.name(group): group for group in range(1, game.everyone + 1)}
    table = table.assign(group=table["stays"].map(names))
    _check_listed(table, game, ledger)
    table = table[table["group"].notna()].reset_index(drop=True)
    _check_rows(table, game, ledger)
    _check_alone(table, game, target, ledger)
    if joint is not None:
        sides = _Sides(joint, game)
        _check_from_plan(table, sides, shares, ledger)
        _check_served(table, sides, target, ledger)


def _check_listed(table: pd.DataFrame, game: Coalitions, ledger: Ledger) -> None:
    everyone = game.everyone
    may_stay = {*(1 << k for k in range(game.number)), *(everyone ^ 1 << k for k in range(game.number))}
    years = sorted({int(year) for year in table["year"]})
    due = {
        (game.name(group), game.name(everyone ^ group), year, conduct)
        for group in may_stay
        for year in years
        for conduct in (GOES_ON, TURNS_ROUND)
    }
    found = {(s, leaves, int(y), c) for s, leaves, y, c in table[KEY].itertuples(index=False, name=None)}
    for one in sorted(due ^ found):
        expected, there = ("no such row", "a row") if one in found else ("a row", "none")
        ledger.broken(LISTED, TABLE, ", ".join(map(str, one)), expected, there)
    ledger.held(LISTED, len(found & due))
    ledger.true(LISTED, TABLE, table[KEY], table["year"].isin(game.case.inputs.years), "a year of the plan")


def _check_rows(table: pd.DataFrame, game: Coalitions, ledger: Ledger) -> None:
    """What a row says of itself."""
    status, cost = table["status"], table["cost_musd"]
    given = table[["cost_musd", "bound_musd", "served_share", "lost_musd"]].notna()
    needed = status.isin([DONE, GAP, UNPROVEN, OUT_OF_REACH])
    barred = status.isin([NO_PLAN, NOT_SOLVED, FAILED, UNBOUNDED])
    right = np.where(needed, given.all(axis=1), np.where(barred, ~given.any(axis=1), status == STOPPED))
    ledger.true(STATUS, TABLE, table[[*KEY, "status"]], right, found="status")
    found = table[given.all(axis=1)]
    cost, bound, alone = found["cost_musd"], found["bound_musd"], found["alone_cost_musd"]
    where, size = found[KEY], cost.abs() + alone.abs().fillna(0.0)
    ledger.at_most(BOUND, TABLE, where, cost, bound, size=size, allow=COPIED, unit="MUSD")
    gap = max(game.case.inputs.gap, EXACT_AFTER_A_BREAK.share) * (1 + SETTLED.share)
    # Going on as planned is a linear program, which is solved to the last digits.
    relative = np.where(found["conduct"] == TURNS_ROUND, gap, EXACT_AFTER_A_BREAK.share)
    searched = cost.abs() + found["paid_before_musd"].abs() + found["side_payments_musd"].abs().fillna(0.0)
    proven = found["status"].isin([DONE, OUT_OF_REACH])
    ledger.at_most(
        PROVEN, TABLE, where[proven], (relative * searched)[proven], (cost - bound)[proven], size=searched[proven],
        allow=EXACT_AFTER_A_BREAK, unit="MUSD",
    )  # fmt: skip
    least, greatest = bound - alone, cost - found["alone_bound_musd"]
    for rule, column, due in (
        (REGRET, "regret_musd", cost - alone),
        (REGRET_LEAST, "regret_least_musd", least),
        (REGRET_GREATEST, "regret_greatest_musd", greatest),
    ):
        lacking = due.isna() != found[column].isna()
        ledger.true(rule, TABLE, where[lacking], np.zeros(int(lacking.sum()), dtype=bool))
        both = due.notna() & found[column].notna()
        ledger.equal(
            rule, TABLE, where[both], due[both], found.loc[both, column], size=size[both], allow=PART_SUMS, unit="MUSD"
        )
    stated = found[found["regret_musd"].notna()]
    size = stated["cost_musd"].abs()
    for judge, column in ((ledger.at_least, "regret_least_musd"), (ledger.at_most, "regret_greatest_musd")):
        judge(
            WITHIN, TABLE, stated[KEY], stated[column], stated["regret_musd"], size=size, allow=PART_SUMS, unit="MUSD"
        )


def _check_alone(table: pd.DataFrame, game: Coalitions, target: float, ledger: Ledger) -> None:
    """Against the coalition of those who stay, at the target of the deal; beyond its reach, at the most it reaches."""
    rows = game.at(target)
    status, where = table["alone_status"], table[[*KEY, "alone_status"]]
    ledger.true(ALONE, TABLE, where, status == table["group"].map(rows["status"]), found="alone_status")
    out = status == OUT_OF_REACH
    columns = {"alone_cost_musd": "cost_musd", "alone_bound_musd": "bound_musd", "alone_served_share": "resilience"}
    for column, of_table in columns.items():
        _check_same(ALONE, table[~out], table.loc[~out, "group"].map(rows[of_table]), column, ledger)
        for _, same in table[out].groupby("group"):
            first = pd.Series(same[column].median(), index=same.index)
            _check_same(ALONE_SAME, same, first, column, ledger)
    far = table[out & table["alone_cost_musd"].notna()]
    size = far["alone_cost_musd"].abs()
    ledger.at_most(
        BOUND, TABLE, far[KEY], far["alone_cost_musd"], far["alone_bound_musd"], size=size, allow=COPIED, unit="MUSD"
    )
    most = far["group"].map(rows["highest_resilience"]).astype(float).fillna(target)
    ledger.at_most(ALONE_HIGHEST, TABLE, far[KEY], most, far["alone_served_share"], allow=HIGHEST)


def _check_same(rule: Rule, rows: pd.DataFrame, due: pd.Series[float], column: str, ledger: Ledger) -> None:
    """The same numbers, and none where none is due."""
    due, found, where = due.astype(float), rows[column], rows[KEY].assign(column=column)
    lacking = due.isna() != found.isna()
    ledger.true(rule, TABLE, where[lacking], np.zeros(int(lacking.sum()), dtype=bool))
    both = due.notna() & found.notna()
    ledger.equal(rule, TABLE, where[both], due[both], found[both], allow=COPIED)


# ---- what the joint plan says ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sides:
    """The joint plan, as those who stay and those who leave see it."""

    joint: JointPlan
    game: Coalitions

    @property
    def plan(self) -> Plan:
        """Its tables."""
        return self.joint.plan

    def members(self, group: int) -> list[str]:
        """The partners of a group."""
        return [partner for k, partner in enumerate(self.game.partners) if int(group) >> k & 1]

    @cached_property
    def began(self) -> pd.Series[float]:
        """The first year of each window."""
        windows = self.game.case.inputs.windows
        return pd.Series(
            dict(zip(windows["window"].astype(str), windows["start"].astype(float), strict=True)), dtype=float
        )

    @cached_property
    def running_costs(self) -> pd.DataFrame:
        """All that falls to each partner but capital."""
        rows = self.joint.bills
        return rows[rows["part"] != "annuities"]

    @cached_property
    def stakes(self) -> pd.DataFrame:
        """Capital: partner, country it stands in, year decided, overnight and yearly (MUSD), first, last year."""
        inputs = self.plan.case.inputs
        claimants = inputs["ventures"][["venture", "claimant"]].drop_duplicates("venture")
        columns = ["asset", "partner", "country", "decided", "capex_musd", "lead_years", "life_years", "risk_premium",
                   "technology_partner", "venture"]  # fmt: skip
        room = self.plan.room
        room = room.assign(
            asset="", country=room["partner"], partner=room["payer"], lead_years=0.0, risk_premium=0.0,
            technology_partner="", venture="",
        )  # fmt: skip
        frames = [frame[columns] for frame in (self.plan.modules, self.plan.sites, room) if len(frame)]
        stakes = pd.concat(frames or [self.plan.modules[columns]], ignore_index=True)
        stakes = stakes.merge(claimants, on="venture", how="left")
        rate = stakes["partner"].map(inputs.wacc).astype(float) + stakes["risk_premium"]
        first = stakes["decided"] + stakes["lead_years"]
        return stakes.assign(
            yearly=annuity(stakes["capex_musd"], rate, stakes["lead_years"], stakes["life_years"]),
            first=first,
            last=np.minimum(first + stakes["life_years"] - 1, inputs.years[-1]),
        )

    @cached_property
    def payments(self) -> pd.DataFrame:
        """The yearly payments for capital in present value (``musd``), one row a stake and year."""
        rows = crossed(self.stakes, self.plan.case.inputs.year_frame)
        rows = rows[(rows["year"] >= rows["first"]) & (rows["year"] <= rows["last"])]
        return rows.assign(musd=rows["yearly"] * rows["discount"])

    def paid_before(self, stay: Sequence[str], year: float) -> float:
        """All costs of the years before the break, and of the windows that began there."""
        rows = self.running_costs
        counts = np.where(rows["window"] == BASE, rows["year"] < year, rows["window"].map(self.began) < year)
        capital = self.payments
        of_capital = (capital["decided"] < year) & (capital["year"] < year)
        theirs, funded = rows["partner"].isin(stay), capital["partner"].isin(stay)
        return float(rows.loc[counts & theirs, "musd"].sum() + capital.loc[of_capital & funded, "musd"].sum())

    def still_to_pay(self, stay: Sequence[str], leave: Sequence[str], year: float, conduct: str) -> float:
        """For what was decided before the break, and for what is carried out all the same."""
        rows = self.payments
        possible = ~rows["country"].isin(leave) & ~rows["technology_partner"].isin(leave) & (rows["asset"] != "")
        possible &= (rows["venture"].fillna("") == "") | rows["claimant"].isin(stay)
        goes_on = possible if conduct == GOES_ON else pd.Series(False, index=rows.index)
        counts = rows["partner"].isin(stay) & (rows["year"] >= year) & ((rows["decided"] < year) | goes_on)
        return float(rows.loc[counts, "musd"].sum())

    def capital(self, owners: Sequence[str], place: Sequence[str], year: float) -> float:
        """Capital of some that stands, or is being built, in the countries of others."""
        rows = self.stakes
        counts = rows["partner"].isin(owners) & rows["country"].isin(place) & (rows["decided"] < year)
        counts &= (rows["last"] >= year) & (rows["last"] >= rows["first"])
        return float(rows.loc[counts, "capex_musd"].sum())

    @cached_property
    def lost(self) -> pd.DataFrame:
        """What goes unmet in windows, by value, with the value of demand (MUSD), by partner and window."""
        rows = shortage.windows_served(self.plan)
        sums = rows.groupby(["partner", "window"])[["value", "lost"]].sum() / 1e6
        return sums.reset_index().astype({"window": str})


def _check_from_plan(table: pd.DataFrame, sides: _Sides, shares: Shares, ledger: Ledger) -> None:
    """What was paid, is to be paid, stands elsewhere: all of it is in the joint plan's tables."""
    years = sides.game.case.inputs.year_frame
    no_shares = not shares.stated or any(pd.isna(value) for value in shares.a_year.values())
    due: dict[str, list[float]] = {name: [] for name in OF_JOINT_PLAN}
    for _, row in table.iterrows():
        group, year = int(row["group"]), float(row["year"])
        stay, leave = sides.members(group), sides.members(sides.game.everyone ^ group)
        before = float(years.loc[years["year"] < year, "discount"].sum())
        due["paid_before_musd"].append(sides.paid_before(stay, year))
        due["side_payments_musd"].append(0.0 if no_shares else before * sum(shares.a_year[k] for k in stay))
        due["still_to_pay_musd"].append(sides.still_to_pay(stay, leave, year, str(row["conduct"])))
        due["stranded_capital_musd"].append(sides.capital(stay, leave, year))
        due["capital_left_behind_musd"].append(sides.capital(leave, stay, year))
    size = max(1.0, float(sides.running_costs["size"].sum()))
    for name, numbers in due.items():
        sizes = np.full(len(table), size)
        ledger.equal(FROM_PLAN[name], TABLE, table[KEY], numbers, table[name], size=sizes, allow=SUMMED, unit="MUSD")


def _check_served(table: pd.DataFrame, sides: _Sides, target: float, ledger: Ledger) -> None:
    """The windows before the break are known; those after it are not, but what is said of them must fit together."""
    inputs = sides.game.case.inputs
    measure = str(inputs.settings["resilience_measure"])
    found = table[table["served_share"].notna() & table["lost_musd"].notna()]
    known = found["window"].isin(list(sides.began.index)) | ((found["window"] == "") & (len(sides.began) == 0))
    ledger.true(WINDOW, TABLE, found[[*KEY, "window"]], known, found="window")
    for _, row in found.iterrows():
        stay, year, where = sides.members(row["group"]), float(row["year"]), pd.DataFrame([row[KEY]])
        lost = sides.lost[sides.lost["partner"].isin(stay)].groupby("window")[["value", "lost"]].sum()
        before = lost[lost.index.to_series().map(sides.began) < year]
        if len(before):
            least = [float(before["lost"].max())]
            ledger.at_least(LOST, TABLE, where, least, [row["lost_musd"]], allow=SUMMED, unit="MUSD")
        if row["window"] in before.index:
            due = [float(before.loc[row["window"], "lost"])]
            ledger.equal(LOST_BEFORE, TABLE, where, due, [row["lost_musd"]], allow=SUMMED, unit="MUSD")
        _check_share(row, where, stay, lost, sides, measure, ledger)
        if row["status"] == DONE and row["conduct"] == TURNS_ROUND and measure in ("worst_case", "weakest_link"):
            ledger.at_least(KEEPS, TABLE, where, [target], [row["served_share"]], allow=REACHED)


def _check_share(
    row: pd.Series[Any], where: pd.DataFrame, stay: Sequence[str], lost: pd.DataFrame, sides: _Sides, measure: str,
    ledger: Ledger,
) -> None:  # fmt: skip
    """What those who stay are served, by the measure of the case."""
    by_value, by_tonnes = sides.joint.by_value, sides.joint.by_tonnes
    by_value, by_tonnes = (shares[shares["partner"].isin(stay)] for shares in (by_value, by_tonnes))
    served, year = [float(row["served_share"])], float(row["year"])
    if (sides.began < year).all():
        due = shortage.resilience(sides.game.case.inputs, by_value, by_tonnes)
        ledger.equal(SERVED_ALL, TABLE, where, [due], served, allow=FIGURE)
        return
    limits = [1.0]
    if measure == "worst_case":
        limits += list(by_value.loc[by_value["window"].map(sides.began).astype(float) < year, "share"])
        if row["window"] in lost.index and lost.loc[row["window"], "value"] > 0:
            limits.append(1.0 - float(row["lost_musd"]) / float(lost.loc[row["window"], "value"]))
    if measure == "weakest_link":
        limits += list(by_tonnes.loc[by_tonnes["window"].map(sides.began).astype(float) < year, "share"])
    ledger.at_most(SERVED, TABLE, where, [min(limits)], served, allow=FIGURE)
