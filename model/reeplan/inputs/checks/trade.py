"""Buying, storing and sharing: suppliers, demand, stockpiles and offtakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import did_you_mean, listing, quoted
from reeplan.inputs.rows import Problem, Row

if TYPE_CHECKING:
    from reeplan.inputs.partial_case import PartialCase


def suppliers(draft: PartialCase) -> None:
    """One place and one contract for each supplier and material; no minimum above its maximum.

    Values between two listed years lie between theirs, so it is enough to look at listed years.
    """
    first: dict[tuple[str, str], Row] = {}
    for row in draft.rows["suppliers"]:
        if row["min_t_per_year"] > row["max_t_per_year"]:
            draft.fail(
                row,
                "min_t_per_year",
                f"the minimum {row['min_t_per_year']:g} is above the maximum {row['max_t_per_year']:g} t/yr.",
                "lower the minimum or raise max_t_per_year.",
            )
        other = first.setdefault((row["supplier"], row["material"]), row)
        what = f"{row['supplier']} {row['material']}"
        if row["region"] != other["region"]:
            draft.fail(
                row,
                "region",
                f"{quoted(what)} is handed over in {quoted(other['region'])} on line {other.line}, "
                f"here in {quoted(row['region'])}.",
                "a supplier sells a material at one place; give the second place another supplier name.",
            )
        if row["buyer"] != other["buyer"]:
            draft.fail(
                row,
                "buyer",
                f"the contract for {quoted(what)} is with {_buyer(other)} on line {other.line}, "
                f"here with {_buyer(row)}.",
                "write the same buyer in every year, or give it another supplier name.",
            )


def _buyer(row: Row) -> str:
    return quoted(row["buyer"]) if row["buyer"] else "nobody"


def partner_countries(draft: PartialCase) -> None:
    """Demand and stockpiles are in partners' countries, and every partner has a region."""
    if not draft.known("regions") or not draft.known("partners"):
        return
    countries = draft.names["countries"]
    for partner in draft.raw["partners"]:
        name = partner.cells.get("partner")
        if name is not None and name not in countries and draft.raw["regions"]:
            draft.errors.append(
                Problem(
                    partner.file,
                    partner.line,
                    "partner",
                    f"no region of regions.csv lies in {quoted(name)}.",
                    did_you_mean(name, countries) or "add a region with this country.",
                )
            )
    # A partner whose name matches no country is misspelt somewhere: say so once, above.
    if draft.names["partners"] - countries:
        return
    country_of = {row["region"]: row["country"] for row in draft.rows["regions"]}
    for table in ("demand", "stockpiles"):
        seen: set[tuple[str, str]] = set()
        for row in draft.rows[table]:
            country = country_of.get(row["region"])
            if country is None or country in draft.names["partners"] or (row.file, row["region"]) in seen:
                continue
            seen.add((row.file, row["region"]))
            what = "demand is served" if table == "demand" else "stockpiles are held"
            draft.fail(
                row,
                "region",
                f"{quoted(row['region'])} lies in {quoted(country)}, which is no partner.",
                f"{what} only in partners' countries: {listing(sorted(draft.names['partners']))}.",
            )


def stockpiles(draft: PartialCase) -> None:
    """What lies in a store fits into it, and room does not shrink."""
    for row in draft.rows["stockpiles"]:
        if row["initial_t"] > row["capacity_t"]:
            draft.fail(
                row,
                "initial_t",
                f"{row['initial_t']:g} t lie in a room of {row['capacity_t']:g} t.",
                "raise capacity_t or lower initial_t.",
            )
        if row["max_capacity_t"] < row["capacity_t"]:
            draft.fail(
                row,
                "max_capacity_t",
                f"the most room, {row['max_capacity_t']:g} t, is below what exists, {row['capacity_t']:g} t.",
                "max_capacity_t counts the room that exists; empty means no more than that.",
            )


def offtakes(draft: PartialCase) -> None:
    """An offtake cap is between two different partners."""
    for row in draft.rows["offtakes"]:
        if row["from_country"] == row["to_country"]:
            draft.fail(
                row,
                "to_country",
                f"{quoted(row['to_country'])} ships to itself.",
                "a cap is between two different partners.",
            )


def dependence(draft: PartialCase) -> None:
    """A partner depends on another country: what it ships at home is no dependence."""
    for row in draft.rows["dependence"]:
        if row["partner"] == row["from_country"]:
            draft.fail(
                row,
                "from_country",
                f"{quoted(row['partner'])} would depend on itself.",
                "a cap is on what comes from another country.",
            )
