"""Stockpiles: levels, room, and what a crisis may do to them.

What is filled or drawn is the change of the level; it enters the balance as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from reeplan.inputs.spec import BASE
from reeplan.model.program.linear import linear_sum

if TYPE_CHECKING:
    from reeplan.model.case import Store, Window
    from reeplan.model.program.linear import Terms

Model = Any


def index(m: Model) -> None:
    """Levels of every stockpile in every period, and the years in which room can be added."""
    stores = m.case.stores
    m.store_at = {(store.region, store.material): store for store in stores}
    m.SPACE_DECISIONS = pyo.Set(
        initialize=[
            (*place, year) for place, store in m.store_at.items() if store.room_to_add_t > 0 for year in m.case.years
        ],
        dimen=3,
    )
    m.LEVEL = pyo.Set(initialize=[(*place, *period) for place in m.store_at for period in m.net.periods], dimen=4)
    months = {label for label, window in m.net.windows.items() if window.of_year < 1}
    m.ROOM = pyo.Set(initialize=[key for key in m.LEVEL if key[3] == BASE or key[3] in months], dimen=4)
    m.WINDOW_LEVEL = pyo.Set(initialize=[key for key in m.LEVEL if key[3] != BASE], dimen=4)


def most_space(m: Model, region: str, material: str, year: int) -> tuple[float, float]:
    """No more room is ever added at once than may stand: ``space <= max_capacity - capacity`` (t)."""
    return 0.0, m.store_at[region, material].room_to_add_t


def _standing(m: Model, store: Store, year: int) -> Any:
    """Added room that still stands in ``year``: it runs from its year to the end of its life."""
    if store.room_to_add_t <= 0:
        return 0.0
    return linear_sum(
        (1.0, m.space[store.region, store.material, u]) for u in m.case.years if year - store.life_years < u <= year
    )


def storage_space(m: Model, region: str, material: str, year: int) -> Any:
    """Added room that stands is limited: ``sum(space[u], t-life < u <= t) <= max_capacity - capacity`` (t)."""
    store = m.store_at[region, material]
    return _standing(m, store, year) <= store.room_to_add_t


def level_limits(m: Model, region: str, material: str, year: int, window: str) -> tuple[float, float]:
    """The undisrupted path ends with no less than it started with: ``level[last] >= initial`` (t)."""
    store = m.store_at[region, material]
    ends = window == BASE and year == m.case.settings.last_year
    return (store.initial_t if ends else 0.0), max(store.capacity_t, store.max_capacity_t)


def room(m: Model, region: str, material: str, year: int, window: str) -> Any:
    """The level fits into the room: ``level <= capacity + added room`` (t), undisrupted and so in windows of years.

    In a window of months the level may be that of the year before, when there may have been more room: it must fit too.
    """
    store = m.store_at[region, material]
    return m.level[region, material, year, window] <= store.capacity_t + _standing(m, store, year)


def no_stocking_in_a_crisis(m: Model, region: str, material: str, year: int, window: str) -> Any:
    """A crisis is no time to stock up: ``level[s] <= level[base]`` of the same year (t).

    A window of months ends with no more than it began with: the level at the end of the year before.
    """
    terms, constant = restocked_to(m, region, material, m.net.windows[window], year)
    return m.level[region, material, year, window] <= linear_sum(terms, constant)


def restocked_to(m: Model, region: str, material: str, window: Window, year: int) -> tuple[Terms, float]:
    """The level of the undisrupted path that a window's level in ``year`` is measured by (t): terms, and a constant.

    That of the same year; of a window of months, that which it began with.
    """
    if window.of_year == 1:
        return [(1.0, m.level[region, material, year, BASE])], 0.0
    return _level_before(m, region, material, year, BASE)


def _level_before(m: Model, region: str, material: str, year: int, window: str) -> tuple[Terms, float]:
    """The level with which a year begins: at the end of the year before, or what lay there before the first year."""
    if year == m.case.settings.first_year:
        return [], m.store_at[region, material].initial_t
    return [(1.0, m.level[region, material, year - 1, window])], 0.0


def drawn(m: Model, region: str, material: str, year: int, window: str) -> tuple[Terms, float]:
    """What the stockpile gives in a period (t; negative when it is filled): terms, and what it starts with.

    ``level[t-1] - level[t]``; a window starts from the undisrupted path's level at the end of the year before.
    """
    if (region, material) not in m.store_at:
        return [], 0.0
    starts = window != BASE and year == m.net.windows[window].start
    before, initial = _level_before(m, region, material, year, BASE if starts else window)
    return [*before, (-1.0, m.level[region, material, year, window])], initial
