"""Warnings about prices that are most likely in another unit, and about shortages that cost less than supply."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from reeplan.inputs.reach import Chain, interpolated
from reeplan.inputs.warnings.once import called, told_once
from reeplan.inputs.warnings.trade import direct_freight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.rows import Problem, Row

    Compared = list[tuple[Row, float, float]]
    """Rows, each with a value of its own and the one that it is compared with, USD/t."""

FAR = 100.0
"""A price so many times the reference, or so small a part of it, is no price in the same unit."""


def odd_prices(chain: Chain) -> Iterator[Problem]:
    """Prices a hundredth of the reference price, or a hundred times it: USD per kg where USD per t belongs."""
    references = _references(chain)
    for table in ("suppliers", "markets"):
        traded = [row for row in chain.tables[table] if row["max_t_per_year"] and references[row["material"]]]
        priced = [(row, row["price_usd_per_t"], references[row["material"]]) for row in traded]
        for found, what in (
            (
                [(row, price, reference) for row, price, reference in priced if price * FAR <= reference],
                "a hundredth of",
            ),
            (
                [(row, price, reference) for row, price, reference in priced if price >= reference * FAR],
                "a hundred times",
            ),
        ):
            yield from _told(
                table,
                "price_usd_per_t",
                found,
                f"the price is {what} the reference price, or beyond",
                "prices are in USD per t: is this one, or reference_usd_per_t, in USD per kg?",
            )


def cheap_shortages(chain: Chain) -> Iterator[Problem]:
    """Demand of which a shortage costs nothing, or less than what is missing: plans rather go short."""
    references = _references(chain)
    offers: dict[str, dict[str, list[list[Row]]]] = defaultdict(lambda: defaultdict(list))
    for rows in chain.series["suppliers"]:
        offers[rows[0]["material"]][rows[0]["region"]].append(rows)
    # At this price something is for sale in every year: it spares most demands a closer look.
    always = {
        (material, origin): min(
            (
                max(row["price_usd_per_t"] for row in rows)
                for rows in sold
                if all(row["max_t_per_year"] for row in rows)
            ),
            default=math.inf,
        )
        for material, origins in offers.items()
        for origin, sold in origins.items()
    }
    found: Compared = []
    for rows in chain.series["demand"]:
        region, material = rows[0]["region"], rows[0]["material"]
        freights = {origin: direct_freight(chain, origin, region, material) for origin in offers[material]}
        freight = {origin: usd_per_t for origin, usd_per_t in freights.items() if usd_per_t is not None}
        enough = min((always[material, origin] + freight[origin] for origin in freight), default=math.inf)
        if min(row["shortage_usd_per_t"] for row in rows) >= enough > 0:
            continue
        for year in sorted({min(max(row["year"], chain.years[0]), chain.years[-1]) for row in rows}):
            value = interpolated(rows, "shortage_usd_per_t", year)
            price = min(
                (
                    interpolated(offer, "price_usd_per_t", year) + freight[origin]
                    for origin in freight
                    for offer in offers[material][origin]
                    if interpolated(offer, "max_t_per_year", year) > 0
                ),
                default=references[material],
            )
            if (value <= 0 or value < price) and interpolated(rows, "t_per_year", year) > 0:
                found.append((rows[0], value, price))
                break
    yield from _told(
        "demand",
        "shortage_usd_per_t",
        [entry for entry in found if entry[1] <= 0],
        "a shortage is valued at 0, so plans go short of it, and it counts for nothing in a resilience by value",
        "give the value of lost supply, well above the price.",
    )
    yield from _told(
        "demand",
        "shortage_usd_per_t",
        [entry for entry in found if entry[1] > 0],
        "a shortage is valued below the price, so plans go short of it where no target forbids that",
        "give the value of lost supply, well above the price.",
    )


def _references(chain: Chain) -> dict[str, float]:
    """The reference price of every element and product."""
    return {
        row[key]: float(row["reference_usd_per_t"])
        for table, key in (("elements", "element"), ("products", "product"))
        for row in chain.tables[table]
    }


def _told(table: str, column: str, found: Compared, what: str, hint: str) -> Iterator[Problem]:
    """One warning for all, with the two values of the first."""
    if found:
        rows = [row for row, _, _ in found]
        _, value, other = found[0]
        first = "of the first, " if len({called(table, row) for row in rows}) > 1 else ""
        message = f"{{names}}: {what} ({first}{value:,.10g} against {other:,.10g} USD/t)."
        yield from told_once(rows, column, message, hint, [called(table, row) for row in rows])
