"""Warnings about trade: markets that invite buying to sell, and lanes around a cap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, quoted
from reeplan.inputs.reach import Chain, grouped, interpolated
from reeplan.inputs.rows import Problem, Row
from reeplan.inputs.spec import ALL, KINDS_OF_GOODS

if TYPE_CHECKING:
    from collections.abc import Iterator


def dear_markets(chain: Chain) -> Iterator[Problem]:
    """A market that pays more than a supplier asks plus freight, than the reference price, or than a shortage costs.

    Plans would then buy to sell, make to sell, or sell what their own industry lacks.
    """
    reference = {
        row[key]: row["reference_usd_per_t"]
        for table, key in (("elements", "element"), ("products", "product"))
        for row in chain.tables[table]
    }
    markets = grouped(chain.tables["markets"], "region", "material")
    suppliers = grouped(chain.tables["suppliers"], "supplier", "material")
    demands = grouped(chain.tables["demand"], "region", "material")
    found: dict[tuple[str, str, str], list[str]] = {}
    first: dict[tuple[str, str, str], Row] = {}
    for (region, material), rows in markets.items():
        for reason, hint in _reasons(chain, region, material, rows, suppliers, demands, reference[material]):
            key = (rows[0].file, reason, hint)
            found.setdefault(key, []).append(f"{material} in {region}")
            first.setdefault(key, rows[0])
    for key, names in found.items():
        row = first[key]
        yield Problem(row.file, row.line, "price_usd_per_t", f"{listing(map(quoted, names))}: {key[1]}.", key[2])


def _reasons(
    chain: Chain,
    region: str,
    material: str,
    market: list[Row],
    suppliers: dict[tuple[str, ...], list[Row]],
    demands: dict[tuple[str, ...], list[Row]],
    reference: float,
) -> Iterator[tuple[str, str]]:
    years = [year for year in chain.years if interpolated(market, "max_t_per_year", year) > 0]
    price = {year: interpolated(market, "price_usd_per_t", year) for year in years}
    if any(price[year] > reference for year in years):
        yield "the market pays more than the reference price", "surplus sells below it."
    for (supplier, sold), rows in suppliers.items():
        freight = direct_freight(chain, rows[0]["region"], region, material) if sold == material else None
        if freight is not None and any(
            price[year] > interpolated(rows, "price_usd_per_t", year) + freight
            and interpolated(rows, "max_t_per_year", year) > 0
            for year in years
        ):
            yield (
                f"the market pays more than {quoted(supplier)} asks plus freight",
                "plans will buy only to sell; lower the market's price.",
            )
    if any(
        name == material and price[year] > interpolated(rows, "shortage_usd_per_t", year)
        for (_, name), rows in demands.items()
        for year in years
    ):
        yield (
            "the market pays more than a shortage of it costs",
            "plans will sell what is needed; raise shortage_usd_per_t.",
        )


def direct_freight(chain: Chain, origin: str, destination: str, material: str) -> float | None:
    """Freight of the direct lane, an exact kind before ``all``; 0 at the place itself."""
    if origin == destination:
        return 0.0
    lanes = {
        lane["kind"]: lane["usd_per_t"]
        for lane in chain.tables["transport"]
        if (lane["from_region"], lane["to_region"]) == (origin, destination)
    }
    freight = lanes.get(chain.kind[material], lanes.get(ALL))
    return None if freight is None else float(freight)


def transit(chain: Chain) -> Iterator[Problem]:
    """Lanes through a third country that lead around a dependence or an offtake cap."""
    for (partner, sender), rows in grouped(chain.tables["dependence"], "partner", "from_country").items():
        materials = {row["material"] for row in rows}
        kinds = {"oxide", "product"} if ALL in materials else {chain.kind[material] for material in materials}
        yield from _around(chain, sender, partner, kinds, rows[0], "dependence")
    for (sender, receiver), rows in grouped(chain.tables["offtakes"], "from_country", "to_country").items():
        yield from _around(chain, sender, receiver, set(KINDS_OF_GOODS), rows[0], "offtake")


def _around(chain: Chain, sender: str, receiver: str, kinds: set[str], row: Row, cap: str) -> Iterator[Problem]:
    country = {region["region"]: region["country"] for region in chain.tables["regions"]}
    found: dict[str, str] = {}
    for origin, there in country.items():
        for kind in sorted(kinds) if there == sender else ():
            for middle in sorted(chain.destinations(origin, kind)):
                ends = [end for end in sorted(chain.destinations(middle, kind)) if country[end] == receiver]
                if country[middle] not in (sender, receiver) and ends:
                    found.setdefault(country[middle], f"{origin} > {middle} > {ends[0]} ({kind})")
    if found:
        yield Problem(
            row.file,
            row.line,
            "",
            f"goods can pass the {cap} cap of {sender} to {receiver} through "
            f"{listing(map(quoted, found))}: {next(iter(found.values()))}.",
            "the cap counts direct shipments; delete the lane if nobody ships this way.",
        )
