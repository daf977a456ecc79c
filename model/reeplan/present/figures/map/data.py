"""What the map shows: places, what flows between them by origin, and what the plan has built there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reeplan.inputs.spec import BASE
from reeplan.outputs.run import STAGES
from reeplan.present.figures.flows.movements import (
    middle_year,
    movements,
    network_of,
    reo_of,
    worst_window,
    worst_year,
)
from reeplan.present.figures.flows.origins import where_from
from reeplan.present.figures.spec import Variant, View
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.present.run import Run

PLACE, FLOW, BUILT = "place", "flow", "built"
UNKNOWN = "unknown"

COLUMNS = (
    "part", "year", "window", "region", "country", "latitude", "longitude", "served_percent", "to_region", "origin",
    "t_reo_per_year", "stage", "t_per_year",
)  # fmt: skip


def variants(run: Run, point: str) -> list[Variant]:
    """The middle year as expected and, where there is one, the worst year of the worst disruption."""
    worst = worst_window(run, point)
    base = [Variant("expected", "as expected, no disruption")]
    return base + ([Variant("worst", run.window_in_words(worst))] if worst else [])


def period(view: View) -> tuple[str, int]:
    """The window and the year of a variant."""
    worst = worst_window(view.run, view.point)
    if view.variant is None or view.variant.slug == "expected" or not worst:
        return BASE, middle_year(view.run)
    return worst, worst_year(view.run, view.point, worst)


def table(view: View) -> pd.DataFrame:
    """Places, flows and what is built, distinguished by ``part``; empty if the plan ships and builds nothing.

    A flow is the rare-earth oxide within all that is shipped from one region to another in the year, a row an origin.
    """
    window, year = period(view)
    flows, built = flows_of(view, window, year), _built(view, year)
    if flows.empty and built.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat([_places(view, window, year), flows, built], ignore_index=True)
    return rows.assign(year=year, window=window).reindex(columns=list(COLUMNS))


def flows_of(view: View, window: str, year: int) -> pd.DataFrame:
    """What flows from region to region in a year of a window, by where its rare earths come from."""
    run, reo = view.run, reo_of(view.run)
    moved = movements(run, view.point)
    moved = moved[(moved["window"] == window) & (moved["year"] == year)]
    parts, _ = where_from(run, moved, reo)
    rows = [
        {"region": row["other"], "to_region": row["region"], "origin": origin, "t": share * row["t"] * reo[material]}
        for row in moved[moved["kind"] == "arriving"].to_dict("records")
        for material in [str(row["material"])]
        for origin, share in (parts.get((str(row["other"]), material)) or {UNKNOWN: 1.0}).items()
    ]
    found = pd.DataFrame(rows, columns=["region", "to_region", "origin", "t"])
    found = found.groupby(["region", "to_region", "origin"], sort=True)["t"].sum().reset_index(name="t_reo_per_year")
    return found[found["t_reo_per_year"] > SLIGHT].assign(part=FLOW)


def _places(view: View, window: str, year: int) -> pd.DataFrame:
    """Every region with the share of its demand that is served, by value."""
    run = view.run
    regions = run.inputs("regions")
    short = run.plan(view.point, "shortage")
    short = short[(short["window"] == window) & (short["year"] == year)]
    value = {
        (demand.region, demand.material): demand.shortage_usd_per_t[year] for demand in network_of(run).case.demands
    }
    pairs = zip(short["region"], short["material"], strict=True)
    worth = pd.Series([value.get(pair, 0.0) for pair in pairs], short.index, float)
    wanted = (worth * short["demand_t"]).groupby(short["region"]).sum()
    missed = (worth * short["unmet_t"]).groupby(short["region"]).sum()
    served = (100 * (1 - missed / wanted.where(wanted > 0))).to_dict()
    return pd.DataFrame(
        {
            "part": PLACE,
            "region": regions["region"],
            "country": regions["country"],
            "latitude": regions["latitude"],
            "longitude": regions["longitude"],
            "served_percent": [served.get(name, float("nan")) for name in regions["region"]],
        }
    )


def _built(view: View, year: int) -> pd.DataFrame:
    """Capacity (for stockpiles room) that the plan has built and that runs by the year, by region and stage."""
    run = view.run
    builds = run.plan(view.point, "builds")
    builds = builds[(builds["running"] <= year) & (builds["t_per_year"] > SLIGHT)]
    assets = run.assets.reindex(builds["asset"])
    rows = pd.DataFrame(
        {"region": assets["region"].array, "stage": assets["stage"].array, "t_per_year": builds["t_per_year"].array}
    )
    found = rows.groupby(["region", "stage"])["t_per_year"].sum().reset_index()
    order = found["stage"].map({stage: place for place, stage in enumerate(STAGES)})
    found = found.loc[order.sort_values(kind="stable").index].sort_values("region", kind="stable")
    return found.assign(part=BUILT, country=found["region"].map(run.country_of))


def imports(run: Run, flows: pd.DataFrame) -> pd.Series[float]:
    """t REO a year that partners receive from other countries than partners, by the country it is shipped from."""
    sender, receiver = flows["region"].map(run.country_of), flows["to_region"].map(run.country_of)
    abroad = receiver.isin(run.partners) & ~sender.isin(run.partners)
    return flows["t_reo_per_year"][abroad].groupby(sender[abroad]).sum().sort_values(ascending=False)
