"""What disruptions leave of sellers, assets and lanes in every year and window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.inputs.spec import ALL, BASE
from reeplan.verify.core.frames import crossed

if TYPE_CHECKING:
    from reeplan.verify.core.inputs import Inputs

PERIOD = ["window", "year"]


def acting(inputs: Inputs) -> pd.DataFrame:
    """Each disruption in each year and window in which it acts."""
    hits = inputs["disruptions"].rename(columns={"scenario": "of"})
    hits = hits[["of", "kind", "target", "material", "first", "last", "availability", "basis"]]
    hits = crossed(hits, inputs.periods[["window", "scenario", "year", "start"]])
    always = hits["of"] == BASE
    count = np.where(always, hits["year"], hits["year"] - hits["start"] + 1)
    first = hits["first"].astype(float).fillna(-np.inf)
    last = hits["last"].astype(float).fillna(np.inf)
    acts = (always | (hits["of"] == hits["scenario"])) & (count >= first) & (count <= last)
    return hits[acts][[*PERIOD, "kind", "target", "material", "availability", "basis"]]


def of_assets(inputs: Inputs, hits: pd.DataFrame) -> pd.DataFrame:
    """The part of each asset's capacity that runs, where it is not all of it."""
    hits = hits[hits["material"] == ALL]
    assets = inputs.assets[["asset", "venture", "country"]]
    found = []
    for kind, column in (("plant", "asset"), ("plant", "venture"), ("country", "country")):
        named = assets[["asset"]].assign(target=assets[column])
        named = named[named["target"].astype(str) != ""]
        found.append(named.merge(hits[hits["kind"] == kind], on="target"))
    every = pd.concat(found, ignore_index=True)
    return every.groupby(["asset", *PERIOD])["availability"].min().reset_index()


def of_sellers(inputs: Inputs, hits: pd.DataFrame) -> pd.DataFrame:
    """The least factor on each seller's material by basis: columns ``ceiling`` (1 without any) and ``flow``."""
    goods = inputs.goods[["material", "kind"]].rename(columns={"kind": "goods"})
    sellers = inputs.supplies[["supplier", "material", "region"]].drop_duplicates().merge(goods, on="material")
    sellers = sellers.assign(country=sellers["region"].map(inputs.country_of))
    found = []
    for column in ("supplier", "country"):
        acts = hits[hits["kind"] == column].rename(columns={"material": "hit"})
        found.append(sellers.assign(target=sellers[column]).merge(acts, on="target"))
    every = pd.concat(found, ignore_index=True)
    concerned = every["hit"].isin([ALL]) | (every["hit"] == every["material"]) | (every["hit"] == every["goods"])
    every = every[concerned]
    grid = crossed(sellers[["supplier", "material"]], inputs.periods[[*PERIOD, "weight"]])
    for basis in ("ceiling", "flow"):
        least = every[every["basis"] == basis].groupby(["supplier", "material", *PERIOD])["availability"].min()
        grid = grid.merge(least.rename(basis).reset_index(), on=["supplier", "material", *PERIOD], how="left")
    return grid.assign(ceiling=grid["ceiling"].astype(float).fillna(1.0), flow=grid["flow"].astype(float))


def of_lanes(inputs: Inputs, hits: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The factor on each flow (rows of ``flows``, with countries and ``kind`` of material); 1 where nothing acts."""
    acts = hits[hits["kind"] == "route"].rename(columns={"material": "hit", "target": "route"})
    acts = acts[[*PERIOD, "route", "hit", "availability"]]
    named = flows.assign(route=flows["from_country"] + ">" + flows["to_country"], row=np.arange(len(flows)))
    every = named.merge(acts, on=[*PERIOD, "route"])
    concerned = every["hit"].isin([ALL]) | (every["hit"] == every["material"]) | (every["hit"] == every["kind"])
    least = every[concerned].groupby("row")["availability"].min()
    return flows.assign(availability=pd.Series(np.arange(len(flows))).map(least).astype(float).fillna(1.0).to_numpy())
