"""What the manifest says of the deal: the same as the tables, only in full digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.verify.core.tolerances import DIGITS, PART_SUMS
from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reeplan.verify.core.verdict import Ledger, TableLedger
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
class StatedDeal:
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


def stated_deal(manifest: Mapping[str, Any] | None, game: Coalitions, ledger: Ledger) -> StatedDeal | None:
    """The deal that the manifest states, at one of the levels of the table; None where it cannot be told."""
    on = ledger.on(TABLE)
    if manifest is None:
        return None
    stated = manifest.get("cooperate")
    target = stated.get("target") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or not isinstance(target, (int, float)):
        on.broken(THERE, "cooperate", "a target", "none")
        return None
    level = game.level_near(float(target))
    if level is None:
        on.broken(THERE, "cooperate, target", "a level of coalitions.csv", float(target))
        return None
    on.held(THERE)
    return StatedDeal(stated, level)


def check_deal(deal: StatedDeal, game: Coalitions, shares: Shares, ledger: Ledger) -> None:
    """Number by number."""
    on = ledger.on(TABLE)
    _check_levels(deal, game, on)
    rows = game.at(deal.target)
    _check_coalitions(deal, game, rows, on)
    _check_gain(deal, rows[rows.index == game.everyone], on)
    for rule, of_table in shares.stated.items():
        _same(SHARES, rule, of_table, deal.stated.get(rule), on)
    _same(SHARES, "side_payments_musd", shares.side_payments, deal.stated.get("side_payments_musd"), on)
    for name, possible in shares.core.items():
        found = deal.stated.get(name)
        on.holds(CORE, found in possible, f"cooperate, {name}", " or ".join(map(str, possible)), str(found))
    due, found = _status(rows, game.everyone), deal.stated.get("status")
    on.holds(STATUS, found == due, "cooperate, status", due, str(found))


def _check_levels(deal: StatedDeal, game: Coalitions, on: TableLedger) -> None:
    stated = deal.stated.get("levels")
    levels = [float(level) for level in stated if isinstance(level, (int, float))] if isinstance(stated, list) else []
    if len(levels) != len(game.levels):
        on.broken(LEVELS, "cooperate, levels", float(len(game.levels)), float(len(levels)))
        return
    where = pd.DataFrame({"level": range(1, len(levels) + 1)})
    on.equal(LEVELS, where, game.levels, sorted(levels), allow=DIGITS)


def _check_coalitions(deal: StatedDeal, game: Coalitions, rows: pd.DataFrame, on: TableLedger) -> None:
    listed = {" + ".join(map(str, one.get("partners") or ())): one for one in _rows(deal.stated)}
    for group, row in rows.iterrows():
        name = game.name(int(str(group)))
        one = listed.pop(name, None)
        if one is None:
            on.broken(COALITIONS, "cooperate, coalitions", name, "none")
            continue
        _same(COALITIONS, name, {column: row[column] for column in NUMBERS}, one, on)
        due, found = row["status"], one.get("status")
        on.holds(COALITIONS, found == due, f"cooperate, {name}, status", str(due), str(found))
    for name in listed:
        on.broken(COALITIONS, "cooperate, coalitions", "a row in coalitions.csv", name)


def _check_gain(deal: StatedDeal, joint: pd.DataFrame, on: TableLedger) -> None:
    if joint.empty:
        return
    row = joint.iloc[0]
    _same(GAIN, "gain", {"gain_musd": row["gain_musd"]}, deal.stated, on)
    between = deal.stated.get("gain_between_musd")
    ends = dict(zip(("least", "greatest"), between, strict=False)) if isinstance(between, list) else {}
    due = {"least": row["gain_least_musd"], "greatest": row["gain_greatest_musd"]}
    _same(GAIN, "gain_between_musd", due, ends, on)


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


def _same(rule: Rule, what: str, due: Mapping[str, float], stated: Any, on: TableLedger) -> None:
    """The numbers of the table stand in the manifest; where the table has none, neither has the manifest."""
    stated = stated if isinstance(stated, dict) else {}
    given = {name: value for name, value in due.items() if pd.notna(value)}
    for name in due:
        found = stated.get(name)
        if isinstance(found, (int, float)) != (name in given):
            expected = given.get(name, "no number")
            on.broken(rule, f"cooperate, {what}, {name}", expected, "none" if found is None else str(found))
    # A side payment or a gain is a small difference, whose digits in the table are as many as any number's.
    allow = DIGITS if rule is COALITIONS else PART_SUMS
    for name in given:
        if isinstance(found := stated.get(name), (int, float)):
            on.equal(rule, {"of": what, "number": name}, given[name], found, allow=allow)
