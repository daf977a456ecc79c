"""What must hold across rows and tables: the list of all checks, each a function of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.checks import (
    chain as check_chain,
)
from reeplan.inputs.checks import (
    names as check_names,
)
from reeplan.inputs.checks import (
    ranges as check_ranges,
)
from reeplan.inputs.checks import (
    time as check_time,
)
from reeplan.inputs.checks import (
    trade as check_trade,
)

if TYPE_CHECKING:
    from reeplan.inputs.partial_case import PartialCase

CHECKS = (
    check_names.references,
    check_names.targets,
    check_names.reserved_words,
    check_names.marks,
    check_names.clashes,
    check_names.missing_content,
    check_chain.processes,
    check_chain.recipes,
    check_chain.baskets,
    check_chain.plants,
    check_chain.modules,
    check_chain.technology,
    check_time.horizon,
    check_time.spans,
    check_time.either,
    check_time.scenarios,
    check_time.probabilities,
    check_time.measure,
    check_time.disruption_years,
    check_time.disruption_rules,
    check_trade.suppliers,
    check_trade.partner_countries,
    check_trade.stockpiles,
    check_trade.offtakes,
    check_trade.dependence,
    check_ranges.ranges,
)


def check(draft: PartialCase) -> None:
    """Run every check; each appends what it finds and none stops the others."""
    for rule in CHECKS:
        rule(draft)
