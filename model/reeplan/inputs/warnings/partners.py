"""Warnings about partners that lack what others have: a limit that nobody wrote is no limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, quoted
from reeplan.inputs.reach import Chain, grouped
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import KINDS_OF_GOODS
from reeplan.inputs.warnings.once import told_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reeplan.inputs.rows import Row


def without_budget(chain: Chain) -> Iterator[Problem]:
    """Partners without a budget where others have one."""
    lacking = _lacking(chain, {row["partner"] for row in chain.tables["budgets"]})
    yield from told_once(
        lacking,
        "partner",
        "{names}: no budget, while other partners have one: capital is not limited.",
        "add rows to budgets.csv.",
        [row["partner"] for row in lacking],
    )


def without_offtake(chain: Chain) -> Iterator[Problem]:
    """Shipments that no cap limits, of a partner that caps what it ships to another."""
    capped = grouped(chain.tables["offtakes"], "from_country", "to_country")
    partners = [row["partner"] for row in chain.tables["partners"]]
    country = {row["region"]: row["country"] for row in chain.tables["regions"]}
    lanes = {
        (country[origin], country[end])
        for origin in country
        for kind in KINDS_OF_GOODS
        for end in chain.destinations(origin, kind)
    }
    senders = dict.fromkeys(sender for sender, _ in capped)
    open_pairs = [
        (sender, receiver)
        for sender in senders
        for receiver in partners
        if receiver != sender and (sender, receiver) in lanes and (sender, receiver) not in capped
    ]
    if open_pairs:
        first = chain.tables["offtakes"][0]
        yield Problem(
            first.file,
            first.line,
            "to_country",
            f"shipments from {_pairs(open_pairs)} are not limited, though those from {_pairs(capped)} are.",
            "a pair of partners without a row trades freely: add rows to offtakes.csv.",
        )


def _pairs(pairs: Iterable[tuple[str, ...]]) -> str:
    return listing(f"{quoted(sender)} to {quoted(receiver)}" for sender, receiver in pairs)


def without_stockpile(chain: Chain) -> Iterator[Problem]:
    """Partners that store nothing where all others do, or that lack a budget as well."""
    partners = chain.tables["partners"]
    country = {row["region"]: row["country"] for row in chain.tables["regions"]}
    lacking = _lacking(chain, {country[row["region"]] for row in chain.tables["stockpiles"]})
    poor = {row["partner"] for row in _lacking(chain, {row["partner"] for row in chain.tables["budgets"]})}
    rows = lacking if 1 < len(partners) - 1 == len(partners) - len(lacking) else []
    rows = rows or [row for row in lacking if row["partner"] in poor]
    yield from told_once(
        rows,
        "partner",
        "{names}: no stockpile, while other partners have some: nothing is stored there.",
        "add rows to stockpiles.csv, also for stockpiles that can be built.",
        [row["partner"] for row in rows],
    )


def without_demand(chain: Chain) -> Iterator[Problem]:
    """Partners that demand nothing: nothing is served there, and nothing can be lost."""
    country = {row["region"]: row["country"] for row in chain.tables["regions"]}
    lacking = _lacking(chain, {country[row["region"]] for row in chain.tables["demand"] if row["t_per_year"]})
    yield from told_once(
        lacking,
        "partner",
        "{names}: no demand: the partner only pays, ships and stores, and its resilience counts as 1.",
        "add rows to demand.csv.",
        [row["partner"] for row in lacking],
    )


def _lacking(chain: Chain, having: set[str]) -> list[Row]:
    """The partners that are not among those that have something; none where nobody has it."""
    return [row for row in chain.tables["partners"] if having and row["partner"] not in having]
