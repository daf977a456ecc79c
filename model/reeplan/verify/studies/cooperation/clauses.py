"""What each clause of the cooperation is worth: the rows of levers.csv and marginal_prices.csv against one another.

The plans under a changed clause are not in the run. What is known of them all the same: what a change saves is the
difference of two costs; partners share it without rest; what makes a clause easier never costs; and a price of a whole
clause is the sum of those of its years.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.cooperation import LEVERS, MARGINAL_PRICES
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import (
    COPIED,
    EXACT,
    PART_SUMS,
    PROVEN_HIGHEST,
    SETTLED,
    SMALLEST_GAP,
    SUMMED_OVER_ALL,
    Allowance,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.cooperation.fair_shares import shapley_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger, Numbers
    from reeplan.verify.studies.cooperation.coalitions import Coalitions

TABLE = LEVERS.file
CELLS = ("now_musd", "then_musd", "worth_musd", "worth_least_musd", "worth_greatest_musd", "highest_resilience")
PAID = ("paid_now_musd", "paid_then_musd", "paid_worth_musd")
VARIANT = ["clause", "about", "change"]
TOGETHER = "all together"
DONE, GAP, NOT_SOLVED = "optimal", "gap not reached", "not solved"
OUT_BOTH, OUT_AFTER, OUT_BEFORE = (
    "cannot reach the target, changed or not", "cannot reach the target any more",
    "reaches the target only with the change",
)  # fmt: skip
NO_SHARES = "no shares: "
EASIER = ("doubled", "lifted", "given freely")
STRICTER = ("removed", "halted", "closed", "withdrawn", "halved", "without it")
LISTED = Rule("lever_listed", "every change has a row for all together and one for each partner")
STATUS = Rule("lever_status", "the status says how well the worth is known")
STATED = Rule(
    "lever_stated", "a worth is stated with its band and sign where there is a plan before and after, and else not"
)
SAME_NOW = Rule("lever_now_same", "what things cost as they are is the same whatever is changed")
NOW = Rule("lever_now", "what things cost as they are lies between what is proven and what the plan in hand costs")
SHARED = Rule("lever_shared", "what the partners bear must sum to what all together pay")
WORTH = Rule("lever_worth", "a worth is what things cost as they are less what they cost with the change")
WORTH_SHARED = Rule("lever_worth_shared", "what a change is worth to the partners must sum to what it is worth to all")
OF_TWO = Rule("lever_of_two", "of two partners each bears what it pays alone less half the gain, before and after")
WITHIN = Rule("lever_within_band", "a worth lies between its least and its greatest value")
SIGN = Rule("lever_sign", "a change saves or costs where its whole band does")
EASIER_SAVES = Rule("lever_easier", "what only makes a clause easier never costs anything")
STRICTER_COSTS = Rule("lever_stricter", "what only makes a clause stricter never saves anything")
LIFTED = Rule("lever_lifted", "with a clause lifted nothing costs more than with it doubled")
PROVEN = Rule("lever_gap", "'optimal' says that the band is no wider than the gaps asked for")
LEAST_SAME = Rule(
    "lever_least", "how far the least worth lies below the worth is the gap of what things cost as they are"
)
PAID_NOW = Rule(
    "lever_paid_now", "what a partner pays in the joint plan as things are is the sum of its rows in pays.csv"
)
PAID_SUM = Rule(
    "lever_paid_sum", "what the partners pay in the plan found for a change is its cost: the least, but for gaps"
)
PAID_WORTH = Rule("lever_paid_worth", "what a partner pays less is what it pays as things are less what it pays then")
HIGHEST = Rule(
    "lever_highest", "a highest resilience is stated only where the target is out of reach, and lies below it"
)


def check_levers(run: Path, game: Coalitions, target: float, pays: Mapping[str, float], ledger: Ledger) -> None:
    """Every row of levers.csv, where the run has it."""
    if not (run / TABLE).exists():
        return
    table = read_table(run, LEVERS, ledger)
    _check_listed(table, game, ledger)
    table = table[table["partner"].isin([TOGETHER, *game.partners])].reset_index(drop=True)
    for column in ("now_musd", "alone_now_musd"):
        for _, rows in table.groupby("partner"):
            due = [rows[column].median()] * len(rows)
            _check_numbers(SAME_NOW, rows, due, rows[column], ledger)
    for rows, prefix, group in _of_groups(table, game):
        _check_group(_cells(rows, prefix), game, target, group, ledger)
    _check_shares(table, game, target, ledger)
    _check_paid(table, game, pays, ledger)


def _of_groups(table: pd.DataFrame, game: Coalitions) -> Iterator[tuple[pd.DataFrame, str, int]]:
    """The cells of all together, and of each partner alone."""
    yield table[table["partner"] == TOGETHER], "", game.everyone
    for k, partner in enumerate(game.partners):
        yield table[table["partner"] == partner], "alone_", 1 << k


def _cells(rows: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """The key, and the cells that begin with a prefix, without it."""
    names = [*CELLS, "status", "sign"]
    return rows[[*VARIANT, "partner"]].assign(**{name: rows[f"{prefix}{name}"] for name in names})


def _where(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["clause", "about", "change", "partner"]]


def _check_listed(table: pd.DataFrame, game: Coalitions, ledger: Ledger) -> None:
    for variant, rows in table.groupby(VARIANT, sort=False):
        if sorted(rows["partner"]) != sorted([TOGETHER, *game.partners]):
            place = ", ".join(map(str, variant))
            due = ", ".join([TOGETHER, *game.partners])
            ledger.broken(LISTED, TABLE, place, due, ", ".join(map(str, rows["partner"])))
        ledger.held(LISTED)


def _check_numbers(
    rule: Rule, rows: pd.DataFrame, due: Numbers, found: Numbers, ledger: Ledger,
    allow: Allowance = COPIED, size: Numbers | None = None,
) -> None:  # fmt: skip
    """The same numbers, and none where none is due."""
    expected, given = np.asarray(due, dtype=float), np.asarray(found, dtype=float)
    lacking = np.isnan(expected) != np.isnan(given)
    ledger.true(rule, TABLE, _where(rows[lacking]), np.zeros(int(lacking.sum()), dtype=bool))
    both = ~np.isnan(expected) & ~np.isnan(given)
    sizes = np.abs(expected[both]) if size is None else np.asarray(size, dtype=float)[both]
    ledger.equal(rule, TABLE, _where(rows[both]), expected[both], given[both], size=sizes, allow=allow, unit="MUSD")


# ---- those who pay for themselves ------------------------------------------------------------------------


def _check_group(rows: pd.DataFrame, game: Coalitions, target: float, group: int, ledger: Ledger) -> None:
    """All together, or one partner alone: costs before and after, and what a change is worth."""
    _check_status(rows, ledger)
    gap = max(game.case.inputs.gap, SMALLEST_GAP) * (1 + SETTLED.share)
    now, then = rows["now_musd"], rows["then_musd"]
    costs, bounds = game.numbers(target, "cost_musd"), game.numbers(target, "bound_musd")
    if group in costs:
        stated = rows[now.notna()]
        most, least = [costs[group]] * len(stated), [bounds[group]] * len(stated)
        ledger.at_most(NOW, TABLE, _where(stated), most, stated["now_musd"], allow=COPIED, unit="MUSD")
        ledger.at_least(NOW, TABLE, _where(stated), least, stated["now_musd"], allow=EXACT, unit="MUSD")
    found = rows[rows["worth_musd"].notna() & now.notna() & then.notna()]
    size = found["now_musd"].abs() + found["then_musd"].abs()
    # Where a change leaves the program as it is, it is worth nothing, however well the cost is known.
    nothing = (found[["worth_musd", "worth_least_musd", "worth_greatest_musd"]] == 0).all(axis=1)
    slack = np.where(nothing, gap * size, 0.0)
    difference = found["now_musd"] - found["then_musd"]
    near = np.clip(found["worth_musd"], difference - slack, difference + slack)
    ledger.equal(WORTH, TABLE, _where(found), near, found["worth_musd"], size=size, allow=PART_SUMS, unit="MUSD")
    _check_band(found, size, max(map(abs, [*costs.values(), *now.dropna()]), default=0.0), ledger)
    _check_ease(found, size, ledger)
    _check_gaps(found[~nothing], gap, ledger)
    out = rows[rows["highest_resilience"].notna()]
    below = (out["highest_resilience"] <= target + PROVEN_HIGHEST) & (out["highest_resilience"] >= 0)
    ledger.true(HIGHEST, TABLE, _where(out), below & out["status"].isin([OUT_BOTH, OUT_AFTER, OUT_BEFORE, NOT_SOLVED]))


def _check_status(rows: pd.DataFrame, ledger: Ledger) -> None:
    """All together and each alone: which numbers there are."""
    status = rows["status"]
    has = {name: rows[f"{name}_musd"].notna() for name in ("now", "then", "worth", "worth_least", "worth_greatest")}
    known = status.isin([DONE, GAP])
    right = status.isin([DONE, GAP, NOT_SOLVED, OUT_BOTH, OUT_AFTER, OUT_BEFORE])
    right &= (~known | (has["now"] & has["then"])) & ~(status.isin([OUT_BOTH, OUT_BEFORE]) & has["now"])
    right &= ~(status.isin([OUT_BOTH, OUT_AFTER]) & has["then"])
    ledger.true(STATUS, TABLE, _where(rows).assign(status=status), right, found="status")
    stated = (has["worth"] == known) & (has["worth_least"] == known) & (has["worth_greatest"] == known)
    ledger.true(STATED, TABLE, _where(rows), stated & ((rows["sign"] != "") == known))


def _check_band(found: pd.DataFrame, size: pd.Series[float], largest: float, ledger: Ledger) -> None:
    worth, least, most = found["worth_musd"], found["worth_least_musd"], found["worth_greatest_musd"]
    where = _where(found)
    ledger.at_least(WITHIN, TABLE, where, least, worth, size=size, allow=PART_SUMS, unit="MUSD")
    ledger.at_most(WITHIN, TABLE, where, most, worth, size=size, allow=PART_SUMS, unit="MUSD")
    # Differences below what the largest cost is exact to are nothing; ten times that is surely something.
    some, sure = SMALLEST_GAP * 10 * largest, SMALLEST_GAP / 10 * size
    sign = found["sign"]
    right = (
        ((sign == "saves") & (least > 0))
        | ((sign == "costs") & (most < 0))
        | ((sign == "nothing") & (np.maximum(least.abs(), most.abs()) <= some))
        | ((sign == "not certain") & (least <= some) & (most >= -some) & (np.maximum(least.abs(), most.abs()) > sure))
    )
    ledger.true(SIGN, TABLE, where.assign(sign=sign), right, found="sign")


def _check_ease(found: pd.DataFrame, size: pd.Series[float], ledger: Ledger) -> None:
    zeros = np.zeros(len(found))
    for words, rule, column, judge in (
        (EASIER, EASIER_SAVES, "worth_least_musd", ledger.at_least),
        (STRICTER, STRICTER_COSTS, "worth_greatest_musd", ledger.at_most),
    ):
        of_kind = found["change"].str.startswith(words)
        where = _where(found[of_kind])
        for name in (column, "worth_musd"):
            judge(
                rule, TABLE, where, zeros[of_kind], found.loc[of_kind, name], size=size[of_kind], allow=PART_SUMS,
                unit="MUSD",
            )  # fmt: skip
    doubled, lifted = (found[found["change"].str.startswith(word)] for word in ("doubled", "lifted"))
    both = doubled.merge(lifted[["clause", "about", "then_musd"]], on=["clause", "about"], suffixes=("", "_lifted"))
    ledger.at_least(
        LIFTED, TABLE, _where(both), both["then_musd_lifted"], both["then_musd"], allow=COPIED, unit="MUSD"
    )  # fmt: skip


def _check_gaps(found: pd.DataFrame, gap: float, ledger: Ledger) -> None:
    """How far the ends of the band lie from the worth: the gaps of the two costs."""
    proven = found[(found["status"] == DONE) & (found["now_musd"] > 0) & (found["then_musd"] > 0)]
    below, above = (
        proven["worth_musd"] - proven["worth_least_musd"],
        proven["worth_greatest_musd"] - proven["worth_musd"],
    )
    for width, cost in ((below, proven["now_musd"]), (above, proven["then_musd"])):
        ledger.at_most(PROVEN, TABLE, _where(proven), gap * cost, width, size=cost, allow=PART_SUMS, unit="MUSD")
    open_ = found[found["worth_least_musd"] != 0]
    width = open_["worth_musd"] - open_["worth_least_musd"]
    size = open_["now_musd"].abs() + open_["then_musd"].abs()
    ledger.equal(
        LEAST_SAME, TABLE, _where(open_), [width.median()] * len(open_), width, size=size, allow=PART_SUMS, unit="MUSD"
    )


# ---- those who share -------------------------------------------------------------------------------------


def _check_shares(table: pd.DataFrame, game: Coalitions, target: float, ledger: Ledger) -> None:
    """What each partner bears by the Shapley value before and after, and what a change is worth to it."""
    shares = table[table["partner"] != TOGETHER]
    status = shares["status"]
    right = status.isin([DONE, GAP, NOT_SOLVED]) | status.str.startswith(NO_SHARES)
    stated = shares[["worth_musd", "worth_least_musd", "worth_greatest_musd"]].notna()
    known = status.isin([DONE, GAP])
    ledger.true(STATUS, TABLE, _where(shares).assign(status=status), right, found="status")
    ledger.true(STATED, TABLE, _where(shares), np.where(known, stated.all(axis=1), ~stated.any(axis=1)))
    ledger.true(STATED, TABLE, _where(shares), (shares["sign"] != "") == known)
    found = shares[known & stated.all(axis=1)]
    costs = [*game.numbers(target, "cost_musd").values(), *table["now_musd"].dropna()]
    size = found["now_musd"].abs() + found["then_musd"].abs()
    _check_band(found, size, max(map(abs, costs), default=0.0), ledger)
    _check_now_of_shares(shares, game, target, ledger)
    whole = table[table["partner"] == TOGETHER].set_index(VARIANT)
    for rule, column in ((SHARED, "now_musd"), (SHARED, "then_musd"), (WORTH_SHARED, "worth_musd")):
        sums = shares.groupby(VARIANT)[column].agg(["sum", "count"])
        sums = sums[sums["count"] == game.number].join(whole[[column]], how="inner").reset_index()
        sums = sums.assign(partner=TOGETHER)
        sizes = np.full(len(sums), 2 * float(shares.groupby(VARIANT)["now_musd"].sum().abs().max()))
        _check_numbers(rule, sums, sums["sum"], sums[column], ledger, PART_SUMS, np.nan_to_num(sizes))
    if game.number == 2:
        _check_two(whole.reset_index(), shares, game, ledger)


def _check_now_of_shares(shares: pd.DataFrame, game: Coalitions, target: float, ledger: Ledger) -> None:
    """The Shapley value as things are, for costs somewhere between what is proven and what is found."""
    costs, bounds = game.numbers(target, "cost_musd"), game.numbers(target, "bound_musd")
    if len(costs) < game.everyone:
        return
    ends = dict(zip(game.partners, shapley_ends(_exact(bounds), _exact(costs), game.number), strict=True))
    stated = shares[shares["now_musd"].notna()]
    least, most = ([float(ends[str(k)][end]) for k in stated["partner"]] for end in (0, 1))
    size = [sum(map(abs, costs.values()))] * len(stated)
    ledger.at_least(NOW, TABLE, _where(stated), least, stated["now_musd"], size=size, allow=EXACT, unit="MUSD")
    ledger.at_most(NOW, TABLE, _where(stated), most, stated["now_musd"], size=size, allow=EXACT, unit="MUSD")


def _check_two(whole: pd.DataFrame, shares: pd.DataFrame, game: Coalitions, ledger: Ledger) -> None:
    """Two partners split the gain evenly: alone and together is all there is, so all their numbers follow."""
    other = shares.assign(partner=shares["partner"].map(dict(zip(game.partners, game.partners[::-1], strict=True))))
    rows = shares.merge(other, on=[*VARIANT, "partner"], suffixes=("", "_other"))
    rows = rows.merge(whole, on=VARIANT, suffixes=("", "_whole"))
    size = rows[["alone_now_musd", "alone_now_musd_other"]].abs().sum(axis=1) * 2
    for column, of_other in (
        ("now_musd", "now_musd"), ("then_musd", "then_musd"), ("worth_musd", "worth_musd"),
        ("worth_least_musd", "worth_greatest_musd"), ("worth_greatest_musd", "worth_least_musd"),
    ):  # fmt: skip
        due = (rows[f"{column}_whole"] + rows[f"alone_{column}"] - rows[f"alone_{of_other}_other"]) / 2
        both = due.notna() & rows[column].notna()
        _check_numbers(OF_TWO, rows[both], due[both], rows.loc[both, column], ledger, PART_SUMS, size[both])


def _exact(numbers: dict[int, float]) -> dict[int, Fraction]:
    return {group: Fraction(value) for group, value in numbers.items()}


def _check_paid(table: pd.DataFrame, game: Coalitions, pays: Mapping[str, float], ledger: Ledger) -> None:
    """What falls to each partner in the joint plans found, before and after, before any side payment."""
    whole, each = (table[(table["partner"] == TOGETHER) == which].reset_index(drop=True) for which in (True, False))
    ledger.true(PAID_NOW, TABLE, _where(whole), ~whole[[*PAID]].notna().any(axis=1))
    now, then, worth = (each[name] for name in PAID)
    size = now.abs() + then.abs().fillna(0.0)
    _check_numbers(PAID_NOW, each, each["partner"].map(dict(pays)), now, ledger, PART_SUMS, size)
    _check_numbers(PAID_WORTH, each, now - then, worth, ledger, PART_SUMS, size)
    gap = max(game.case.inputs.gap, SMALLEST_GAP) * (1 + SETTLED.share)
    sums = each.groupby(VARIANT)["paid_then_musd"].agg(["sum", "count"]).reset_index()
    rows = whole.merge(sums[sums["count"] == game.number], on=VARIANT)
    rows = rows[rows["then_musd"].notna()]
    size = rows["then_musd"].abs() + rows["sum"].abs()
    least, most = rows["then_musd"], rows["then_musd"] + gap * rows["then_musd"].abs()
    ledger.at_least(PAID_SUM, TABLE, _where(rows), least, rows["sum"], size=size, allow=PART_SUMS, unit="MUSD")
    proven = (rows["status"] == DONE) & (rows["then_musd"] > 0)
    ledger.at_most(
        PAID_SUM, TABLE, _where(rows[proven]), most[proven], rows.loc[proven, "sum"], size=size[proven],
        allow=PART_SUMS, unit="MUSD",
    )  # fmt: skip


# ---- prices ----------------------------------------------------------------------------------------------

PRICES = MARGINAL_PRICES.file
PRICE_NOT_NEGATIVE = Rule("clause_price_positive", "a little more room is never worth less than nothing")
PRICE_KNOWN = Rule("clause_price_known", "a price is of a year and window of the case")
PRICE_WHOLE = Rule("clause_price_whole", "every clause that is priced has one price of its own, and its parts one unit")
PRICE_SUM = Rule("clause_price_sum", "the price of a clause is the sum of its parts' prices in present value")


def check_marginal_prices(run: Path, case: Checked, ledger: Ledger) -> None:
    """Every price of a clause as a whole against those of its years, plants and materials."""
    if not (run / PRICES).exists():
        return
    table = read_table(run, MARGINAL_PRICES, ledger)
    inputs = case.inputs
    where = table[["clause", "about", "item", "year", "window"]]
    ledger.at_least(PRICE_NOT_NEGATIVE, PRICES, where, np.zeros(len(table)), table["price"], allow=COPIED)
    known = (table["year"].isna() | table["year"].isin(inputs.years)) & (
        (table["window"] == "") | table["window"].isin(list(inputs.periods["window"]))
    )
    ledger.true(PRICE_KNOWN, PRICES, where, known)
    discount = table["year"].map(dict(zip(inputs.year_frame["year"], inputs.year_frame["discount"], strict=True)))
    in_usd = table["unit"].str.startswith("USD")
    table = table.assign(musd=table["price"] * discount.fillna(1.0) / np.where(in_usd, 1e6, 1.0))
    is_whole = (table["item"] == "") & table["year"].isna() & (table["window"] == "")
    for _, rows in table.groupby(["clause", "about"], sort=False):
        whole, parts = rows[is_whole[rows.index]], rows[~is_whole[rows.index]]
        right = len(whole) == 1 and parts["unit"].nunique() <= 1 and not in_usd[whole.index].any()
        ledger.true(PRICE_WHOLE, PRICES, rows[["clause", "about"]].head(1), np.array([right]))
        if right:
            ledger.equal(
                PRICE_SUM, PRICES, whole[["clause", "about"]], [parts["musd"].sum()], whole["price"],
                allow=SUMMED_OVER_ALL, unit=str(whole["unit"].iloc[0]),
            )  # fmt: skip
