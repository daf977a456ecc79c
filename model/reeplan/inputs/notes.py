"""What a case does not hold and what that means: said quietly, for it may well be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import listing
from reeplan.inputs.spec import TABLES

if TYPE_CHECKING:
    from reeplan.inputs.rows import Tables


def notes(tables: Tables) -> list[str]:
    """Sentences on optional tables without rows, and on whose resilience counts where there are many; may be none."""
    sentences = []
    if absent := [f"{name} ({TABLES[name].if_absent})" for name in TABLES if _matters(name, tables)]:
        sentences.append(f"Not in this case: {listing(absent, None)}.")
    partners = [row["partner"] for row in tables["partners"]]
    if len(partners) > 2 and tables["scenarios"]:
        sentences.append(f"A plan's resilience is that of the worst-off of {listing(partners)}.")
    return sentences


def _matters(name: str, tables: Tables) -> bool:
    """Whether a table that is empty or absent changes plans, and no other absent one says so already."""
    table, said_by = TABLES[name], {"recipes": "products", "disruptions": "scenarios"}.get(name)
    if not table.optional or table.for_studies or tables[name] or (said_by and not tables[said_by]):
        return False
    return name != "offtakes" or len(tables["partners"]) > 1
