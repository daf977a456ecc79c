"""Rules of stockpiles: room, what is filled and drawn, what a crisis may not do, and the level at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.plans import STOCK
from reeplan.verify.core.frames import joined
from reeplan.verify.core.investment import room_by_year
from reeplan.verify.core.tolerances import KEPT, SUMMED
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

LISTED = Rule("stock_listed", "every stockpile of the case, and no other, has a level in every year and window")
NOT_NEGATIVE = Rule("stock_not_negative", "a level is not below nothing")
CHANGE = Rule(
    "stock_change",
    "what is filled or drawn must be the change of the level from the year before; a window "
    "starts from the undisrupted path's",
)
ROOM = Rule("stock_room", "room must be what the case has and what was built and still stands")
WITHIN = Rule("room", "the level must stay within the room")
NO_STOCKING = Rule(
    "no_stocking_in_a_crisis",
    "a window's level may not exceed the undisrupted path's of that year, or that it began with where it lasts months",
)
FINAL = Rule("final_level", "the undisrupted path must end with no less than it began with")


def check_storage(plan: Plan, ledger: Ledger) -> None:
    """Every rule of stockpiles."""
    on = ledger.on(STOCK)
    levels, key = plan.levels, ["region", "material"]
    on.true(LISTED, levels, levels["level_t"].notna())
    places = plan["stock"].merge(plan.case.inputs.stores[key], on=key, how="left", indicator="in")
    on.true(LISTED, places, places["in"] == "both")
    levels = levels[levels["level_t"].notna() & levels["before"].notna()]
    on.at_least(NOT_NEGATIVE, levels, 0.0, "level_t", allow=KEPT)
    change = levels["level_t"] - levels["before"]
    size = levels["level_t"] + levels["before"]
    on.equal(CHANGE, levels, np.maximum(change, 0.0), "filled_t", allow=SUMMED, size=size)
    on.equal(CHANGE, levels, np.maximum(-change, 0.0), "drawn_t", allow=SUMMED, size=size)
    added = room_by_year(plan)[["region", "material", "year", "added"]]
    levels = joined(levels, added, [*key, "year"], {"added": 0.0})
    room = levels["capacity_t"] + levels["added"]
    on.equal(ROOM, levels, room, "room_t", allow=SUMMED)
    on.at_most(WITHIN, levels, room, "level_t", allow=KEPT)
    base = levels[levels["window"] == BASE]
    ordinary = base[[*key, "year", "level_t"]].rename(columns={"level_t": "ordinary"})
    crisis = levels[levels["window"] != BASE].merge(ordinary, on=[*key, "year"])
    most = crisis["ordinary"].where(crisis["of_year"] == 1.0, crisis["before"])
    on.at_most(NO_STOCKING, crisis, most, "level_t", allow=KEPT)
    last = base[base["year"] == plan.case.inputs.years[-1]]
    on.at_least(FINAL, last, "initial_t", "level_t", allow=KEPT)
