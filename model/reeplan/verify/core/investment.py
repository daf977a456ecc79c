"""Rules of what is decided: modules, sites, ventures, who pays, budgets, room, and the capacity that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reeplan.outputs.spec.plans import BUILDS, CAPACITY
from reeplan.verify.core.frames import crossed, either, joined, total
from reeplan.verify.core.tolerances import COPIED, KEPT, OMITTED, SUMMED
from reeplan.verify.core.verdict import How, Rule

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

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
CAPACITY_RUNNING = Rule(
    "capacity_running", "capacity must follow from what stood and what was built, as far as it has ramped up"
)


def check_investment(plan: Plan, ledger: Ledger) -> None:
    """Every rule of investment."""
    on = ledger.on(BUILDS, "store", "payer", "venture", "year", "first_year", "last_year")
    _check_rows(plan, on)
    _check_modules(plan, on)
    _check_sites(plan, on)
    _check_ownership(plan, on)
    _check_room(plan, on)
    _check_budgets(plan, on)
    _check_capacity(plan, ledger.on(CAPACITY))


def _check_rows(plan: Plan, on: TableLedger) -> None:
    """What a row says of itself: kind, years, size and capital of the part."""
    builds, modules, sites, room = plan["builds"], plan.modules, plan.sites, plan.room
    is_room = builds["what"] == "room"
    of_store = builds["asset"].isin(plan.case.inputs.stores["store"])
    on.true(KIND, builds, is_room == of_store)
    amount = np.where(
        builds["what"] == "module", builds["modules"], np.where(is_room, builds["t_per_year"], builds["capex_musd"])
    )
    on.true(POSITIVE, builds, amount > 0)
    for rows in (modules, sites):
        on.equal(LEAD, rows, rows["decided"] + rows["lead_years"], "running", allow=COPIED)
        first = np.maximum(rows["earliest_year"], plan.case.inputs.years[0] + rows["lead_years"])
        on.between(IN_TIME, rows, first, plan.case.inputs.years[-1], "running", allow=COPIED)
    on.equal(LEAD, builds[is_room], "decided", "running", allow=COPIED)
    on.equal(SIZE, modules, modules["modules"] * modules["module_t_per_year"], "t_per_year", allow=COPIED)
    on.equal(CAPITAL, modules, modules["modules"] * modules["module_musd"], "capex_musd", allow=COPIED)
    on.equal(CAPITAL, room, room["t_per_year"] * room["capacity_usd_per_t"] / 1e6, "capex_musd", allow=COPIED)
    for rows in (sites, room):
        on.equal(SIZE, rows, 0.0, "modules", allow=COPIED)
    on.equal(SIZE, sites, 0.0, "t_per_year", allow=COPIED)


def _check_modules(plan: Plan, on: TableLedger) -> None:
    decided = total(plan.modules, ["asset", "decided", "venture"], ["modules"])
    on.equal(WHOLE_MODULES, decided, decided["modules"].round(), "modules", allow=SUMMED)
    at_once = total(plan.running, ["asset", "year"], ["modules"])
    at_once = at_once.merge(plan.case.inputs.assets[["asset", "max_modules"]], on="asset")
    on.at_most(MODULES_AT_ONCE, at_once, "max_modules", "modules", allow=SUMMED)
    taken = total(decided[decided["venture"] != ""], ["venture"], ["modules"])
    on.at_most(ONE_OPTION, taken, 1.0, "modules", allow=SUMMED)


def _check_sites(plan: Plan, on: TableLedger) -> None:
    sites = total(
        plan.sites.assign(part=plan.sites["part"].fillna(np.nan)), ["asset", "decided", "life_years"], ["part"]
    )
    on.equal(WHOLE_SITES, sites, 1.0, "part", allow=SUMMED, unit="sites")
    years = plan.case.inputs.year_frame[["year"]]
    standing = crossed(sites, years)
    age = standing["year"] - standing["decided"]
    standing = total(standing[(age >= 0) & (age < standing["life_years"])], ["asset", "year"], ["part"])
    on.at_most(ONE_SITE, standing, 1.0, "part", allow=SUMMED, unit="sites")
    needing = plan.modules[plan.modules["site_musd"] > 0]
    needing = total(needing, ["asset", "decided", "max_modules"], ["modules"])
    stands = standing.rename(columns={"year": "decided"})
    needing = joined(needing, stands, ["asset", "decided"], {"part": 0.0})
    on.at_most(SITE_FIRST, needing, needing["max_modules"] * needing["part"], "modules", allow=SUMMED)


def _check_ownership(plan: Plan, on: TableLedger) -> None:
    partners = plan.case.inputs.wacc
    modules = plan.modules.assign(part=plan.modules["modules"])
    for rows in (modules, plan.sites):
        foreign = (rows["partner"] != rows["country"]) & rows["country"].isin(list(partners))
        technology = rows["partner"] == rows["technology_partner"]
        rows = rows.assign(foreign=rows["part"].where(foreign, 0.0), technology=rows["part"].where(technology, 0.0))
        key = ["asset", "decided", "what", "foreign_share_max", "technology_partner", "technology_share_min"]
        sums = total(rows, key, ["part", "foreign", "technology"])
        how = How(allow=KEPT, size="part", unit="modules or sites")
        on.at_most(FOREIGN, sums, sums["foreign_share_max"] * sums["part"], "foreign", **how)
        needed = sums["technology_share_min"].where(sums["technology_partner"] != "", 0.0)
        on.at_least(TECHNOLOGY, sums, needed * sums["part"], "technology", **how)


def _check_room(plan: Plan, on: TableLedger) -> None:
    room = plan.room
    on.says(ROOM_PAYER, room, room["partner"], "payer")
    standing = room_by_year(plan)
    left = standing["max_capacity_t"] - standing["capacity_t"]
    on.at_most(ROOM_LIMIT, standing, left, "added", allow=KEPT, size="max_capacity_t", unit="t")


def room_by_year(plan: Plan) -> pd.DataFrame:
    """Added room that stands in each year (column ``added``), for every stockpile that gets some."""
    standing = crossed(plan.room, plan.case.inputs.year_frame[["year"]])
    age = standing["year"] - standing["decided"]
    standing = standing[(age >= 0) & (age < standing["life_years"])].rename(columns={"t_per_year": "added"})
    return total(standing, ["store", "region", "material", "year", "capacity_t", "max_capacity_t"], ["added"])


def _check_budgets(plan: Plan, on: TableLedger) -> None:
    budgets = plan.case.inputs["budgets"]
    spent = crossed(budgets.rename(columns={"partner": "payer"}), plan["builds"][["partner", "decided", "capex_musd"]])
    counts = (
        (spent["payer"] == spent["partner"])
        & (spent["decided"] >= spent["first_year"])
        & (spent["decided"] <= spent["last_year"])
    )
    key = ["payer", "first_year", "last_year", "musd"]
    sums = total(spent[counts], key, ["capex_musd"])
    on.at_most(BUDGET, sums, "musd", "capex_musd", allow=KEPT)
    on.held(BUDGET, len(budgets) - len(sums))


def _check_capacity(plan: Plan, on: TableLedger) -> None:
    """The capacity table agrees with the builds."""
    due = plan.capacity[["asset", "year", "existing", "modules", "t"]]
    due = due[due["t"] > OMITTED]
    found = either(
        due,
        plan["capacity"],
        ["asset", "year"],
        ["existing", "modules", "t", "existing_t_per_year", "modules_running", "t_per_year"],
    )
    on.equal(EXISTING, found, "existing", "existing_t_per_year", allow=COPIED)
    on.equal(RUNNING, found, "modules", "modules_running", allow=SUMMED)
    on.equal(CAPACITY_RUNNING, found, "t", "t_per_year", allow=KEPT)
    on.true(CAPACITY_RUNNING, found, found["in"] != "right_only")
