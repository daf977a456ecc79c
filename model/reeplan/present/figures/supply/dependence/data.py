"""Each partner's largest foreign source and concentration, and what the loss of a country or plant would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from reeplan.present.figures.spec import View
    from reeplan.present.run import Run

ALL = "all"
COLUMNS = (
    "part", "partner", "material", "year", "largest_source", "largest_share_percent", "concentration_0_to_1",
    "most_allowed_percent", "falls_away", "country", "lost_percent",
)  # fmt: skip
SOURCES, LOSSES = "sources", "loss"


def table(view: View) -> pd.DataFrame:
    """Largest foreign source and concentration in the first and last year of use; loss without each country and plant.

    ``part`` says which of both a row is; percentages of what is used, and of the value demanded.
    """
    found = pd.concat([_sources(view), _losses(view)], ignore_index=True)
    return found.reindex(columns=list(COLUMNS))


def _sources(view: View) -> pd.DataFrame:
    run, metrics = view.run, view.run.plan(view.point, "metrics")
    key = ["partner", "material", "year"]
    largest = metrics[metrics["metric"] == "largest foreign source"][[*key, "subject", "value"]]
    spread = metrics[metrics["metric"] == "concentration of sources (HHI)"][[*key, "value"]]
    rows = largest.merge(spread.rename(columns={"value": "concentration_0_to_1"}), on=key, how="left")
    rows = rows[rows["year"].isin([run.years[0], run.years[-1]])]
    rows = rows.rename(columns={"subject": "largest_source"}).assign(
        part=SOURCES, year=rows["year"].astype(int), largest_share_percent=100 * rows["value"]
    )
    order = {name: place for place, name in enumerate([*run.products, *run.elements, *run.scrap])}
    partner = {name: place for place, name in enumerate(run.partners)}
    rows = rows[rows["material"].isin(order) & rows["partner"].isin(partner)]
    rows["most_allowed_percent"] = [
        100 * _cap(run, str(row.partner), str(row.largest_source), str(row.material), int(str(row.year)))
        for row in rows.itertuples()
    ]
    places = rows.assign(partner=rows["partner"].map(partner), material=rows["material"].map(order))
    return rows.loc[places.sort_values(["partner", "material", "year"]).index]


def _cap(run: Run, partner: str, source: str, material: str, year: int) -> float:
    """The most that a partner may use from a country, as a share; NaN where nothing is said. An exact row wins."""
    rows = run.inputs("dependence")
    rows = rows[(rows["partner"] == partner) & (rows["from_country"] == source)]
    exact = rows[rows["material"] == material]
    if exact.empty and material not in run.scrap:
        exact = rows[rows["material"] == ALL]
    if exact.empty:
        return float("nan")
    exact = exact.sort_values("year")
    return float(np.interp(year, exact["year"], exact["max_share"]))


def _losses(view: View) -> pd.DataFrame:
    metrics = view.run.plan(view.point, "metrics")
    rows = metrics[metrics["metric"] == "loss without"].sort_values("value", ascending=False, kind="stable")
    kinds = rows["subject"].str.partition(" ")
    names = kinds[2] if len(rows) else rows["subject"]
    is_country = (kinds[0] == "country") if len(rows) else rows["subject"] == ""
    home = view.run.assets["country"].to_dict()
    return pd.DataFrame(
        {
            "part": LOSSES,
            "year": rows["year"].astype(int),
            "falls_away": rows["subject"],
            "country": [name if whole else home.get(name, "") for name, whole in zip(names, is_country, strict=True)],
            "lost_percent": 100 * rows["value"],
        }
    )
