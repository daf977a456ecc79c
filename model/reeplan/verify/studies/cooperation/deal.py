"""What the manifest says of the deal: the same as the tables, only in full digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.verify.core.tolerances import DIGITS, PART_SUMS
from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.verify.core.verdict import Ledger
    from reeplan.verify.studies.cooperation.coalitions import Coalitions, Shares

TABLE = "manifest.json"
THERE = Rule("deal_there", "the manifest must say at which level of resilience the deal is made, and what it is")
LEVELS = Rule("deal_levels", "the manifest and coalitions.csv must have the same levels of resilience")
COALITIONS = Rule(
    "deal_coalitions", "the manifest and coalitions.csv must say the same of every coalition at the target"
)
SHARES = Rule("deal_shares", "the manifest and allocation.csv must say the same of what each partner bears")
GAIN = Rule("deal_gain", "the manifest and coalitions.csv must say the same of the gain of all together")
STATUS = Rule("deal_status", "the status of the deal follows from the statuses of its coalitions")
CORE = Rule("deal_core", "whether nobody would do better in a smaller group follows from the costs of all groups")
NUMBERS = ("cost_musd", "bound_musd", "resilience", "highest_resilience", "gain_musd")


@dataclass(frozen=True)
class Deal:
    """``stated``: the manifest's own words; ``target``: the level as it stands in coalitions.csv."""

    stated: Mapping[str, Any]
    target: float

    def exactly(self, column: str, game: Coalitions) -> dict[int, float]:
        """A number of each coalition in full digits, where the manifest has it."""
        named = {tuple(game.name(g).split(" + ")): g for g in range(1, game.everyone + 1)}
        found = {}
        for one in _rows(self.stated):
            group, value = named.get(tuple(map(str, one.get("partners") or ()))), one.get(column)
            if group is not None and isinstance(value, (int, float)):
                found[group] = float(value)
        return found


def stated_deal(manifest: Mapping[str, Any] | None, game: Coalitions, ledger: Ledger) -> Deal | None:
    """The deal that the manifest states, at one of the levels of the table; None where it cannot be told."""
    if manifest is None:
        return None
    stated = manifest.get("cooperate")
    target = stated.get("target") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or not isinstance(target, (int, float)):
        ledger.broken(THERE, TABLE, "cooperate", "a target", "none")
        return None
    level = game.level_near(float(target))
    if level is None:
        ledger.broken(THERE, TABLE, "cooperate, target", "a level of coalitions.csv", float(target))
        return None
    ledger.held(THERE)
    return Deal(stated, level)


def check_deal(deal: Deal, game: Coalitions, shares: Shares, ledger: Ledger) -> None:
    """Number by number."""
    _check_levels(deal, game, ledger)
    rows = game.at(deal.target)
    _check_coalitions(deal, game, rows, ledger)
    _check_gain(deal, rows[rows.index == game.everyone], ledger)
    for rule, of_table in shares.stated.items():
        _same(SHARES, rule, of_table, deal.stated.get(rule), ledger)
    _same(SHARES, "side_payments_musd", shares.side_payments, deal.stated.get("side_payments_musd"), ledger)
    for name, possible in shares.core.items():
        found = deal.stated.get(name)
        if found in possible:
            ledger.held(CORE)
        else:
            ledger.broken(CORE, TABLE, f"cooperate, {name}", " or ".join(map(str, possible)), str(found))
    due = _status(rows, game.everyone)
    if deal.stated.get("status") == due:
        ledger.held(STATUS)
    else:
        ledger.broken(STATUS, TABLE, "cooperate, status", due, str(deal.stated.get("status")))


def _check_levels(deal: Deal, game: Coalitions, ledger: Ledger) -> None:
    stated = deal.stated.get("levels")
    levels = [float(level) for level in stated if isinstance(level, (int, float))] if isinstance(stated, list) else []
    if len(levels) != len(game.levels):
        ledger.broken(LEVELS, TABLE, "cooperate, levels", float(len(game.levels)), float(len(levels)))
        return
    where = pd.DataFrame({"level": range(1, len(levels) + 1)})
    ledger.equal(LEVELS, TABLE, where, game.levels, sorted(levels), allow=DIGITS)


def _check_coalitions(deal: Deal, game: Coalitions, rows: pd.DataFrame, ledger: Ledger) -> None:
    listed = {" + ".join(map(str, one.get("partners") or ())): one for one in _rows(deal.stated)}
    for group, row in rows.iterrows():
        name = game.name(int(str(group)))
        one = listed.pop(name, None)
        if one is None:
            ledger.broken(COALITIONS, TABLE, "cooperate, coalitions", name, "none")
            continue
        _same(COALITIONS, name, {column: row[column] for column in NUMBERS}, one, ledger)
        if one.get("status") == row["status"]:
            ledger.held(COALITIONS)
        else:
            ledger.broken(COALITIONS, TABLE, f"cooperate, {name}, status", str(row["status"]), str(one.get("status")))
    for name in listed:
        ledger.broken(COALITIONS, TABLE, "cooperate, coalitions", "a row in coalitions.csv", name)


def _check_gain(deal: Deal, joint: pd.DataFrame, ledger: Ledger) -> None:
    if joint.empty:
        return
    row = joint.iloc[0]
    _same(GAIN, "gain", {"gain_musd": row["gain_musd"]}, deal.stated, ledger)
    between = deal.stated.get("gain_between_musd")
    ends = dict(zip(("least", "greatest"), between, strict=False)) if isinstance(between, list) else {}
    due = {"least": row["gain_least_musd"], "greatest": row["gain_greatest_musd"]}
    _same(GAIN, "gain_between_musd", due, ends, ledger)


def _status(rows: pd.DataFrame, everyone: int) -> str:
    status = {int(str(group)): str(text) for group, text in rows["status"].items()}
    if status.get(everyone) == "cannot reach the target":
        return "infeasible"
    found = set(status.values())
    if found & {"interrupted", "not solved"}:
        return "interrupted"
    if found <= {"optimal", "cannot reach the target"}:
        return "done"
    return "stopped at a limit" if found & {"gap not reached", "no plan found"} else "not proven"


def _rows(stated: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    listed = stated.get("coalitions")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _same(rule: Rule, what: str, due: Mapping[str, float], stated: Any, ledger: Ledger) -> None:
    """The numbers of the table stand in the manifest; where the table has none, neither has the manifest."""
    stated = stated if isinstance(stated, dict) else {}
    given = {name: value for name, value in due.items() if pd.notna(value)}
    for name in due:
        found = stated.get(name)
        if isinstance(found, (int, float)) != (name in given):
            expected = given.get(name, "no number")
            ledger.broken(rule, TABLE, f"cooperate, {what}, {name}", expected, "none" if found is None else str(found))
    both = [name for name in given if isinstance(stated.get(name), (int, float))]
    where = pd.DataFrame({"of": [what] * len(both), "number": both})
    # A side payment or a gain is a small difference, whose digits in the table are as many as any number's.
    ledger.equal(
        rule, TABLE, where, [given[name] for name in both], [float(stated[name]) for name in both],
        allow=DIGITS if rule is COALITIONS else PART_SUMS,
    )  # fmt: skip
