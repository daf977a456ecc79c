"""From ore to magnet: baskets, processes, recipes, plants and ventures must fit together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, quoted
from reeplan.inputs.rows import Problem, Row
from reeplan.tolerances import ASSAY_ROUNDING, ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.partial_case import PartialCase

SENSELESS = {
    ("concentrate", "concentrate"),
    ("mixed", "concentrate"),
    ("mixed", "mixed"),
    ("heavy_mix", "concentrate"),
    ("heavy_mix", "mixed"),
    ("heavy_mix", "light_and_heavy_mix"),
}
"""Steps that go backwards or nowhere: what comes out would not be what the next step expects."""


def processes(draft: PartialCase) -> None:
    """A process goes forward along the chain; with a recipe on one side it has it on both."""
    for row in draft.rows["processes"]:
        takes, makes = row["takes"], row["makes"]
        if (takes == "recipe") != (makes == "recipe"):
            draft.fail(
                row,
                "makes",
                f"{quoted(row['process'])} takes {takes} but makes {makes}.",
                "a recipe says both what goes in and what comes out: write recipe in both columns, or in none.",
            )
        elif (takes, makes) in SENSELESS:
            hint = (
                "heavy_mix makes only oxides."
                if takes == "heavy_mix"
                else "the chain runs ore, concentrate, mixed, oxides."
            )
            draft.fail(row, "makes", f"no process makes {makes} from {takes}.", hint)


def recipes(draft: PartialCase) -> None:
    """Recipe rows belong to processes with a recipe, and each of these has some."""
    if "processes" in draft.doubtful or "recipes" in draft.doubtful:
        return
    kinds = draft.by_name("processes")
    for row in draft.rows["recipes"]:
        process = kinds.get(row["process"])
        if process is not None and "recipe" not in (process["takes"], process["makes"]):
            draft.fail(
                row,
                "process",
                f"{quoted(row['process'])} has no recipe: it makes {process['makes']} from {process['takes']}.",
                "in processes.csv write recipe under takes and makes, or delete this row.",
            )
    for name, process in kinds.items():
        if process["takes"] == process["makes"] == "recipe" and name not in draft.names["recipes"]:
            draft.fail(
                process,
                "process",
                f"{quoted(name)} has no rows in recipes.csv.",
                "add what a tonne of it consumes (negative) and makes (positive).",
            )


def baskets(draft: PartialCase) -> None:
    """Every deposit has a basket, and its shares sum to 1."""
    elements = draft.names["elements"]
    # An element with the name of another column is told of elsewhere; its shares cannot be summed.
    clear = elements.isdisjoint({"deposit", "source", "note"})
    for row in draft.rows["baskets"] if clear else ():
        total = math.fsum(row[name] for name in elements)
        if abs(total - 1.0) > ASSAY_ROUNDING + ROUNDING and draft.known("elements"):
            draft.fail(
                row,
                "deposit",
                f"the shares of {quoted(row['deposit'])} sum to {total:.6g}, not to 1.",
                "shares are fractions of all oxides followed; give the rest to an element or scale them.",
            )
    if "baskets" in draft.doubtful:
        return
    for deposit in draft.raw["deposits"]:
        name = deposit.cells.get("deposit")
        if name is not None and name not in draft.names["baskets"]:
            draft.errors.append(
                Problem(
                    deposit.file,
                    deposit.line,
                    "deposit",
                    f"{quoted(name)} has no basket.",
                    "add its oxide shares to baskets.csv.",
                )
            )


def plants(draft: PartialCase) -> None:
    """A plant or venture that takes ore stands at a deposit of that ore; a recipe has no deposit."""
    kinds, deposits = draft.by_name("processes"), draft.by_name("deposits")
    for row in _assets(draft):
        process, deposit = kinds.get(row["process"]), deposits.get(row["deposit"])
        if process is None:
            continue
        if row["deposit"] is None:
            if process["takes"] == "ore":
                draft.fail(
                    row,
                    "deposit",
                    f"{quoted(row['process'])} takes ore, but no deposit is named.",
                    "name the deposit whose ore it is.",
                )
            continue
        if process["takes"] == "recipe":
            draft.fail(
                row,
                "deposit",
                f"{quoted(row['process'])} works by recipe and treats no deposit's ore.",
                "leave the deposit empty.",
            )
        elif deposit is not None:
            _check_ore(draft, row, process, deposit)


def _check_ore(draft: PartialCase, row: Row, process: Row, deposit: Row) -> None:
    if process["ore"] not in ("any", deposit["ore"]):
        draft.fail(
            row,
            "deposit",
            f"{quoted(row['process'])} treats {process['ore']}, but the ore of "
            f"{quoted(row['deposit'])} is {deposit['ore']}.",
            "choose a process for that ore, or another deposit.",
        )
    if process["takes"] == "ore" and row["region"] != deposit["region"] and row["region"] in draft.names["regions"]:
        draft.fail(
            row,
            "region",
            f"ore of {quoted(row['deposit'])} is taken in {quoted(deposit['region'])}, not in {quoted(row['region'])}.",
            "ore is not shipped: take it where it lies.",
        )


def modules(draft: PartialCase) -> None:
    """Modules that can be built have a size."""
    for row in draft.rows["plants"]:
        if row["max_modules"] > 0 and row["module_t_per_year"] == 0:
            draft.fail(
                row,
                "module_t_per_year",
                f"{quoted(row['plant'])} may build {row['max_modules']} modules of 0 t/yr.",
                "give the size of a module, or write 0 under max_modules.",
            )


def technology(draft: PartialCase) -> None:
    """A least share for a technology partner needs that partner."""
    for row in draft.rows["plants"]:
        if row["technology_share_min"] > 0 and row["technology_partner"] is None:
            draft.fail(
                row,
                "technology_partner",
                "a technology_share_min needs a technology partner.",
                f"name one of {listing(sorted(draft.names['partners']))}, or leave both empty.",
            )


def _assets(draft: PartialCase) -> Iterator[Row]:
    yield from draft.rows["plants"]
    yield from draft.rows["ventures"]
