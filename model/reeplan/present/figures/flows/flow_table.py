"""Material flow as a table: from each stage and place to the next, by origin, in one year of one window.

Stages are told from what a process takes and makes. Places of a stage are countries.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from reeplan.inputs.spec import BASE
from reeplan.present.figures.flows.movements import (
    middle_year,
    movements,
    network_of,
    reo_of,
    worst_window,
    worst_year,
)
from reeplan.present.figures.flows.origins import FROM_STOCK, RECYCLED, Tag, mixed, origin_of_purchase, where_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.present.figures.flows.ribbons import Node
    from reeplan.present.figures.spec import View
    from reeplan.present.run import Run

COLUMNS = ["window", "year", "from_stage", "from_place", "to_stage", "to_place", "origin", "t_reo"]

ORIGIN, USE, LOST, NOT_MET = "origin", "use", "lost in processing", "not met"
STAGES = (
    (ORIGIN, "Where it comes from"),
    ("cracking", "Cracking"),
    ("separation", "Separation"),
    ("heavy separation", "Separation of heavies"),
    ("products", "Magnets, products"),
    ("finishing", "Finishing"),
    (USE, "Where it goes"),
)
"""The columns, from left to right; recycling stands in that of separation."""

RECYCLING = "recycling"
KEPT = {"filled": "into stock", "sold": "sold", "left over": "left over"}

SMALLEST_T = 0.01
"""t: what is less is not drawn and not in the table."""


def when(view: View) -> tuple[str, int]:
    """The window and year that a view shows."""
    if view.variant and view.variant.slug == "worst":
        window = worst_window(view.run, view.point)
        return window, worst_year(view.run, view.point, window)
    return BASE, middle_year(view.run)


def table(view: View) -> pd.DataFrame:
    """t of rare-earth oxide from each stage and place to the next, by origin, in one year of one window.

    Rows to ``lost in processing`` are what a stage takes and does not pass on (below 0 where the tables say
    that a product holds more than what it is made of); rows from ``not met`` are demand that nothing reaches.
    """
    run, (window, year) = view.run, when(view)
    moved = movements(run, view.point)
    moved = moved[(moved["window"] == window) & (moved["year"] == year)]
    reo = reo_of(run)
    nodes = _nodes(run)
    _, made = where_from(run, moved, reo)

    def origins(asset: str, deposit: str) -> Mapping[str, float]:
        return {run.deposit_country[deposit]: 1.0} if deposit else made.get(asset, {})

    def entering(row: Mapping[str, object]) -> dict[Tag, float]:
        asset, deposit = str(row["asset"]), str(row["deposit"])
        if row["kind"] == "made":
            shares = origins(asset, deposit)
            return {Tag(nodes.get(asset, (ORIGIN, origin)), origin): share for origin, share in shares.items()}
        origin = FROM_STOCK
        if row["kind"] == "bought":
            origin = origin_of_purchase(run, str(row["material"]), str(row["region"]))
        return {Tag((ORIGIN, origin), origin): 1.0}

    parts = mixed(moved, entering)
    flow: dict[tuple[Node, Node, str], float] = defaultdict(float)
    balance: dict[tuple[Node, str], float] = defaultdict(float)
    for row in moved.to_dict("records"):
        t = row["t"] * reo.get(row["material"], 0.0)
        if row["kind"] == "made" and row["asset"] in nodes:
            for origin, share in origins(row["asset"], row["deposit"]).items():
                balance[nodes[row["asset"]], origin] -= t * share
        end = _end(run, nodes, str(row["kind"]), str(row["asset"]), str(row["region"]))
        if end is None:
            continue
        for tag, share in parts.get((row["region"], row["material"]), {}).items():
            if row["kind"] == "taken":
                balance[end, tag.origin] += t * share
            flow[tag.node, end, tag.origin] += t * share
    for (node, origin), t in balance.items():
        flow[node, (LOST, ""), origin] += t
    short = run.plan(view.point, "shortage")
    short = short[(short["window"] == window) & (short["year"] == year)]
    for row in short.to_dict("records"):
        flow[(NOT_MET, ""), _demand(run, row["region"]), NOT_MET] += row["unmet_t"] * reo.get(row["material"], 0.0)
    return _tidy(flow, run, window, year)


def _tidy(flow: Mapping[tuple[Node, Node, str], float], run: Run, window: str, year: int) -> pd.DataFrame:
    rows = [
        (window, year, *start, *end, origin, t)
        for (start, end, origin), t in flow.items()
        if abs(t) > SMALLEST_T and start != end
    ]
    stages = {name: place for place, (name, _) in enumerate(STAGES)}
    rank = rank_of(run)
    rows.sort(
        key=lambda row: (stages.get(row[2], 9), row[2], row[3], stages.get(row[4], 9), row[5], rank.get(row[6], 99))
    )
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found if (found["to_stage"] == USE).any() else found.iloc[:0]


def _nodes(run: Run) -> dict[str, Node]:
    """Stage and country of every plant and venture that treats something; mines stand with their deposit's country."""
    found: dict[str, Node] = {}
    for name, asset in network_of(run).case.assets.items():
        process = asset.process
        if process.takes == "ore":
            continue
        stage = "separation"
        if process.takes == "recipe":
            taken = {material for material, t in process.recipe.items() if t < 0}
            stage = RECYCLING if run.assets.at[name, "stage"] == RECYCLING else "products"
            stage = "finishing" if stage == "products" and taken & set(run.products) else stage
        elif process.takes == "heavy_mix":
            stage = "heavy separation"
        elif process.makes == "mixed":
            stage = "cracking"
        found[name] = (stage, asset.country)
    return found


def _end(run: Run, nodes: Mapping[str, Node], kind: str, asset: str, region: str) -> Node | None:
    """Where a movement out of a place ends; None for shipments, which end elsewhere, and for what enters."""
    if kind == "taken":
        return nodes[asset]
    if kind == "demand":
        return _demand(run, region)
    return (USE, KEPT[kind]) if kind in KEPT else None


def _demand(run: Run, region: str) -> Node:
    return (USE, f"demand in {run.country_of.get(region, region)}")


def rank_of(run: Run) -> dict[str, int]:
    """The order of origins: partners, what is neither bought nor dug, other countries."""
    return {name: place for place, name in enumerate([*run.partners, RECYCLED, FROM_STOCK, *run.countries])}
