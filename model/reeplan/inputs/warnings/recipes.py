"""Warnings about recipes whose oxides do not balance: most likely a slip of the decimal point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import quoted
from reeplan.inputs.rows import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.reach import Chain

MOST_MADE = 3.0
"""Oxide made of oxide taken. Above 1 where a recipe thrifts and its product is counted by what others take for it."""
LEAST_MADE = 0.1
"""Below it nearly all oxide is lost."""


def unbalanced(chain: Chain) -> Iterator[Problem]:
    """Recipes that make several times the oxide that they take, or lose nearly all of it."""
    content = dict.fromkeys(chain.circuit, 1.0)
    content |= {row["product"]: float(row["reo_t_per_t"]) for row in chain.tables["products"]}
    for (process,), rows in chain.recipes.items():
        oxide = [row["t_per_t"] * content[row["material"]] for row in rows]
        taken, made = -sum(t for t in oxide if t < 0), sum(t for t in oxide if t > 0)
        if not taken or not made or LEAST_MADE <= made / taken <= MOST_MADE:
            continue
        what = "it would come from nothing" if made > taken else "nearly all of it is lost"
        yield Problem(
            rows[0].file,
            rows[0].line,
            "t_per_t",
            f"{quoted(process)} takes {taken:.3g} t of oxide and makes {made:.3g} t of it, counted by reo_t_per_t: "
            f"{what}.",
            "is a number of its recipe, or of products.csv, a slip?",
        )
