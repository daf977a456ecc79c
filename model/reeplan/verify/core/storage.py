"""Rules of stockpiles: room, what is filled and drawn, what a crisis may not do, and the level at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.verify.core.frames import joined
from reeplan.verify.core.investment import room_by_year
from reeplan.verify.core.tolerances import KEPT, SUMMED
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

TABLE = "stock.csv"
LISTED = Rule("stock_listed", "every stockpile of the case, and no other, has a level in every year and window")
NOT_NEGATIVE = Rule("stock_not_negative", "a level is not below nothing")
CHANGE = Rule(
    "stock_change",
    "what is filled or drawn must be the change of the level from the year before; a window "
    "starts from the undisrupted path's",
)
ROOM = Rule("stock_room", "room must be what the case has and what was built and still stands")
WITHIN = Rule("room", "the level must stay within the room")
NO_STOCKING = Rule("no_stocking_in_a_crisis", "a window's level may not exceed the undisrupted path's of that year")
FINAL = Rule("final_level", "the undisrupted path must end with no less than it began with")


def check_storage(plan: Plan, ledger: Ledger) -> None:
    """Every rule of stockpiles."""
    levels, key = plan.levels, ["region", "material"]
    where = [*key, "window", "year"]
    ledger.true(LISTED, TABLE, levels[where], levels["level_t"].notna())
    places = plan["stock"][where].merge(plan.case.inputs.stores[key], on=key, how="left", indicator="in")
    ledger.true(LISTED, TABLE, places[where], places["in"] == "both")
    levels = levels[levels["level_t"].notna() & levels["before"].notna()]
    ledger.at_least(NOT_NEGATIVE, TABLE, levels[where], np.zeros(len(levels)), levels["level_t"], allow=KEPT, unit="t")
    change = levels["level_t"] - levels["before"]
    size = levels["level_t"] + levels["before"]
    ledger.equal(
        CHANGE,
        TABLE,
        levels[where],
        np.maximum(change, 0.0),
        levels["filled_t"],
        size=size,
        allow=SUMMED,
        unit="t filled",
    )
    ledger.equal(
        CHANGE,
        TABLE,
        levels[where],
        np.maximum(-change, 0.0),
        levels["drawn_t"],
        size=size,
        allow=SUMMED,
        unit="t drawn",
    )
    added = room_by_year(plan)[["region", "material", "year", "added"]]
    levels = joined(levels, added, [*key, "year"], {"added": 0.0})
    room = levels["capacity_t"] + levels["added"]
    ledger.equal(ROOM, TABLE, levels[where], room, levels["room_t"], allow=SUMMED, unit="t")
    ledger.at_most(WITHIN, TABLE, levels[where], room, levels["level_t"], allow=KEPT, unit="t")
    base = levels[levels["window"] == BASE]
    ordinary = base[[*key, "year", "level_t"]].rename(columns={"level_t": "ordinary"})
    crisis = levels[levels["window"] != BASE].merge(ordinary, on=[*key, "year"])
    ledger.at_most(NO_STOCKING, TABLE, crisis[where], crisis["ordinary"], crisis["level_t"], allow=KEPT, unit="t")
    last = base[base["year"] == plan.case.inputs.years[-1]]
    ledger.at_least(FINAL, TABLE, last[where], last["initial_t"], last["level_t"], allow=KEPT, unit="t")
