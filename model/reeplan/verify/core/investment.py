"""Rules of what is decided: modules, sites, ventures, who pays, budgets, room, and the capacity that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.verify.core.frames import crossed, either, joined, total
from reeplan.verify.core.tolerances import COPIED, KEPT, OMITTED, SUMMED
from reeplan.verify.core.verdict import Rule

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

TABLE = "builds.csv"
POSITIVE = Rule("builds_positive", "what is decided is more than nothing")
KIND = Rule("builds_kind", "a module or a site is of a plant or venture, room is of a stockpile")
LEAD = Rule("builds_lead", "it runs its lead time after it is decided")
IN_TIME = Rule("builds_in_time", "it must run by the last year of the plan, and not before its earliest year")
SIZE = Rule("builds_size", "capacity must be the part of the modules times their size")
CAPITAL = Rule("builds_capital", "capital must be the part times what the whole costs")
WHOLE_MODULES = Rule("whole_modules", "the partners' parts must add up to whole modules")
WHOLE_SITES = Rule("whole_sites", "the partners' parts must add up to a whole site")
MODULES_AT_ONCE = Rule("modules_at_once", "no more modules may run than the plant has room for")
ONE_OPTION = Rule("one_option", "a venture is joined at most once, in one of its options")
SITE_FIRST = Rule("site_before_modules", "a module needs a site that stands when it is decided")
ONE_SITE = Rule("one_site", "at most one site stands at a time")
FOREIGN = Rule("foreign_ceiling", "foreign partners may not own more than the ceiling")
TECHNOLOGY = Rule("technology_share", "the technology partner must own its least part")
BUDGET = Rule("budget", "capital decided in the budget's years may not exceed it")
ROOM_LIMIT = Rule("storage_space", "added room may not exceed what the site takes")
ROOM_PAYER = Rule("room_payer", "room is paid by the partner in whose country it is")
EXISTING = Rule("existing_capacity", "existing capacity must be that of the case until it retires")
RUNNING = Rule("modules_running", "modules running must follow from what was decided, its lead and its life")
CAPACITY = Rule(
    "capacity_running", "capacity must follow from what stood and what was built, as far as it has ramped up"
)


def check_investment(plan: Plan, ledger: Ledger) -> None:
    """Every rule of investment."""
    _check_rows(plan, ledger)
    _check_modules(plan, ledger)
    _check_sites(plan, ledger)
    _check_ownership(plan, ledger)
    _check_room(plan, ledger)
    _check_budgets(plan, ledger)
    _check_capacity(plan, ledger)


def _check_rows(plan: Plan, ledger: Ledger) -> None:
    """What a row says of itself: kind, years, size and capital of the part."""
    builds, modules, sites, room = plan["builds"], plan.modules, plan.sites, plan.room
    is_room = builds["what"] == "room"
    of_store = builds["asset"].isin(plan.case.inputs.stores["store"])
    ledger.true(KIND, TABLE, builds[["asset", "what"]], is_room == of_store)
    amount = np.where(
        builds["what"] == "module", builds["modules"], np.where(is_room, builds["t_per_year"], builds["capex_musd"])
    )
    ledger.true(POSITIVE, TABLE, builds[["asset", "decided", "partner", "what"]], amount > 0)
    where = ["asset", "decided", "partner", "what"]
    for rows in (modules, sites):
        ledger.equal(
            LEAD, TABLE, rows[where], rows["decided"] + rows["lead_years"], rows["running"], allow=COPIED, unit="year"
        )
        first = np.maximum(rows["earliest_year"], plan.case.inputs.years[0] + rows["lead_years"])
        ledger.at_least(IN_TIME, TABLE, rows[where], first, rows["running"], allow=COPIED, unit="year")
        last = np.full(len(rows), plan.case.inputs.years[-1])
        ledger.at_most(IN_TIME, TABLE, rows[where], last, rows["running"], allow=COPIED, unit="year")
    ledger.equal(
        LEAD,
        TABLE,
        builds[is_room][where],
        builds[is_room]["decided"],
        builds[is_room]["running"],
        allow=COPIED,
        unit="year",
    )
    ledger.equal(
        SIZE,
        TABLE,
        modules[where],
        modules["modules"] * modules["module_t_per_year"],
        modules["t_per_year"],
        allow=COPIED,
        unit="t/yr",
    )
    ledger.equal(
        CAPITAL,
        TABLE,
        modules[where],
        modules["modules"] * modules["module_musd"],
        modules["capex_musd"],
        allow=COPIED,
        unit="MUSD",
    )
    ledger.equal(
        CAPITAL,
        TABLE,
        room[["store", "decided"]],
        room["t_per_year"] * room["capacity_usd_per_t"] / 1e6,
        room["capex_musd"],
        allow=COPIED,
        unit="MUSD",
    )
    for rows in (sites, room):
        ledger.equal(
            SIZE, TABLE, rows[["decided", "what"]], np.zeros(len(rows)), rows["modules"], allow=COPIED, unit="modules"
        )
    ledger.equal(SIZE, TABLE, sites[where], np.zeros(len(sites)), sites["t_per_year"], allow=COPIED, unit="t/yr")


def _check_modules(plan: Plan, ledger: Ledger) -> None:
    decided = total(plan.modules, ["asset", "decided", "venture"], ["modules"])
    ledger.equal(
        WHOLE_MODULES,
        TABLE,
        decided[["asset", "decided"]],
        decided["modules"].round(),
        decided["modules"],
        allow=SUMMED,
        unit="modules",
    )
    at_once = total(plan.running, ["asset", "year"], ["modules"])
    at_once = at_once.merge(plan.case.inputs.assets[["asset", "max_modules"]], on="asset")
    ledger.at_most(
        MODULES_AT_ONCE,
        TABLE,
        at_once[["asset", "year"]],
        at_once["max_modules"],
        at_once["modules"],
        allow=SUMMED,
        unit="modules",
    )
    taken = total(decided[decided["venture"] != ""], ["venture"], ["modules"])
    ledger.at_most(
        ONE_OPTION, TABLE, taken[["venture"]], np.ones(len(taken)), taken["modules"], allow=SUMMED, unit="options"
    )


def _check_sites(plan: Plan, ledger: Ledger) -> None:
    sites = total(
        plan.sites.assign(part=plan.sites["part"].fillna(np.nan)), ["asset", "decided", "life_years"], ["part"]
    )
    ledger.equal(
        WHOLE_SITES, TABLE, sites[["asset", "decided"]], np.ones(len(sites)), sites["part"], allow=SUMMED, unit="sites"
    )
    years = plan.case.inputs.year_frame[["year"]]
    standing = crossed(sites, years)
    age = standing["year"] - standing["decided"]
    standing = total(standing[(age >= 0) & (age < standing["life_years"])], ["asset", "year"], ["part"])
    ledger.at_most(
        ONE_SITE,
        TABLE,
        standing[["asset", "year"]],
        np.ones(len(standing)),
        standing["part"],
        allow=SUMMED,
        unit="sites",
    )
    needing = plan.modules[plan.modules["site_musd"] > 0]
    needing = total(needing, ["asset", "decided", "max_modules"], ["modules"])
    stands = standing.rename(columns={"year": "decided"})
    needing = joined(needing, stands, ["asset", "decided"], {"part": 0.0})
    ledger.at_most(
        SITE_FIRST,
        TABLE,
        needing[["asset", "decided"]],
        needing["max_modules"] * needing["part"],
        needing["modules"],
        allow=SUMMED,
        unit="modules",
    )


def _check_ownership(plan: Plan, ledger: Ledger) -> None:
    partners = plan.case.inputs.wacc
    modules = plan.modules.assign(part=plan.modules["modules"])
    for rows in (modules, plan.sites):
        foreign = (rows["partner"] != rows["country"]) & rows["country"].isin(list(partners))
        technology = rows["partner"] == rows["technology_partner"]
        rows = rows.assign(foreign=rows["part"].where(foreign, 0.0), technology=rows["part"].where(technology, 0.0))
        key = ["asset", "decided", "what", "foreign_share_max", "technology_partner", "technology_share_min"]
        sums = total(rows, key, ["part", "foreign", "technology"])
        where = sums[["asset", "decided", "what"]]
        ledger.at_most(
            FOREIGN,
            TABLE,
            where,
            sums["foreign_share_max"] * sums["part"],
            sums["foreign"],
            allow=KEPT,
            size=sums["part"],
            unit="modules or sites",
        )
        needed = sums["technology_share_min"].where(sums["technology_partner"] != "", 0.0)
        ledger.at_least(
            TECHNOLOGY,
            TABLE,
            where,
            needed * sums["part"],
            sums["technology"],
            allow=KEPT,
            size=sums["part"],
            unit="modules or sites",
        )


def _check_room(plan: Plan, ledger: Ledger) -> None:
    room = plan.room
    ledger.true(ROOM_PAYER, TABLE, room[["store", "decided", "payer"]], room["payer"] == room["partner"], found="payer")
    standing = room_by_year(plan)
    ledger.at_most(
        ROOM_LIMIT,
        TABLE,
        standing[["store", "year"]],
        (standing["max_capacity_t"] - standing["capacity_t"]),
        standing["added"],
        allow=KEPT,
        size=standing["max_capacity_t"],
        unit="t",
    )


def room_by_year(plan: Plan) -> pd.DataFrame:
    """Added room that stands in each year (column ``added``), for every stockpile that gets some."""
    standing = crossed(plan.room, plan.case.inputs.year_frame[["year"]])
    age = standing["year"] - standing["decided"]
    standing = standing[(age >= 0) & (age < standing["life_years"])].rename(columns={"t_per_year": "added"})
    return total(standing, ["store", "region", "material", "year", "capacity_t", "max_capacity_t"], ["added"])


def _check_budgets(plan: Plan, ledger: Ledger) -> None:
    budgets = plan.case.inputs["budgets"]
    spent = crossed(budgets.rename(columns={"partner": "payer"}), plan["builds"][["partner", "decided", "capex_musd"]])
    counts = (
        (spent["payer"] == spent["partner"])
        & (spent["decided"] >= spent["first_year"])
        & (spent["decided"] <= spent["last_year"])
    )
    key = ["payer", "first_year", "last_year", "musd"]
    sums = total(spent[counts], key, ["capex_musd"])
    ledger.at_most(BUDGET, TABLE, sums[key[:3]], sums["musd"], sums["capex_musd"], allow=KEPT, unit="MUSD")
    ledger.held(BUDGET, len(budgets) - len(sums))


def _check_capacity(plan: Plan, ledger: Ledger) -> None:
    """The capacity table agrees with the builds."""
    due = plan.capacity[["asset", "year", "existing", "modules", "t"]]
    due = due[due["t"] > OMITTED]
    found = either(
        due,
        plan["capacity"],
        ["asset", "year"],
        ["existing", "modules", "t", "existing_t_per_year", "modules_running", "t_per_year"],
    )
    where, table = found[["asset", "year"]], "capacity.csv"
    ledger.equal(EXISTING, table, where, found["existing"], found["existing_t_per_year"], allow=COPIED, unit="t/yr")
    ledger.equal(RUNNING, table, where, found["modules"], found["modules_running"], allow=SUMMED, unit="modules")
    ledger.equal(CAPACITY, table, where, found["t"], found["t_per_year"], allow=KEPT, unit="t/yr")
    ledger.true(CAPACITY, table, where, found["in"] != "right_only")
