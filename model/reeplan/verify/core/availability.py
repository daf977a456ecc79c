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
EFFECTS = ["availability", "price_factor", "basis"]
LOSS_OF = {"supplier": "supplier", "plant": "loss of a plant", "venture": "loss of a venture"}
"""The kind of row that a loss amounts to: a plant and a venture may bear one name, and only one of them is lost."""


def acting(inputs: Inputs) -> pd.DataFrame:
    """Each disruption in each year and window in which it acts."""
    hits = inputs["disruptions"].rename(columns={"scenario": "of"})
    hits = hits[["of", "kind", "target", "material", "first", "last", *EFFECTS]]
    hits = crossed(hits, inputs.periods[["window", "scenario", "year", "start"]])
    always = hits["of"] == BASE
    count = np.where(always, hits["year"], hits["year"] - hits["start"] + 1)
    first = hits["first"].astype(float).fillna(-np.inf)
    last = hits["last"].astype(float).fillna(np.inf)
    acts = (always | (hits["of"] == hits["scenario"])) & (count >= first) & (count <= last)
    hits = hits[acts][[*PERIOD, "kind", "target", "material", *EFFECTS]]
    numbers = {name: hits[name].astype(float).fillna(1.0) for name in ("availability", "price_factor")}
    both = [frame for frame in (hits.assign(**numbers), _lost(inputs)) if len(frame)]
    return pd.concat(both, ignore_index=True) if both else hits


def _lost(inputs: Inputs) -> pd.DataFrame:
    """What a window takes away beside what its scenario takes: nothing is left of it in any of its years."""
    lost = inputs.windows[inputs.windows["lost"] != ""][["window", "lost_kind", "lost"]]
    lost = lost.merge(inputs.periods[PERIOD], on="window")
    lost = lost.assign(kind=lost["lost_kind"].map(LOSS_OF), target=lost["lost"])
    lost = lost.assign(material=ALL, availability=0.0, price_factor=1.0, basis="ceiling")
    return lost[[*PERIOD, "kind", "target", "material", *EFFECTS]]


def of_assets(inputs: Inputs, hits: pd.DataFrame) -> pd.DataFrame:
    """The part of each asset's capacity that runs, where it is not all of it."""
    hits = hits[hits["material"] == ALL]
    assets = inputs.assets[["asset", "venture", "country", "ore"]]
    assets = assets.assign(plant=assets["asset"].where(assets["venture"] == "", ""))
    found = []
    for kind, column in (
        ("plant", "plant"),
        ("plant", "venture"),
        ("country", "country"),
        ("deposit", "ore"),
        (LOSS_OF["plant"], "plant"),
        (LOSS_OF["venture"], "venture"),
    ):
        named = assets[["asset"]].assign(target=assets[column])
        named = named[named["target"].astype(str) != ""]
        found.append(named.merge(hits[hits["kind"] == kind], on="target"))
    every = pd.concat(found, ignore_index=True)
    return every.groupby(["asset", *PERIOD])["availability"].min().reset_index()


def of_sellers(inputs: Inputs, hits: pd.DataFrame) -> pd.DataFrame:
    """The least factor on each seller's material by basis: columns ``ceiling`` (1 without any) and ``flow``.

    ``price_factor`` is the product of all factors on its price.
    """
    goods = inputs.goods[["material", "kind"]].rename(columns={"kind": "goods"})
    sellers = inputs.supplies[["supplier", "material", "region"]].drop_duplicates().merge(goods, on="material")
    sellers = sellers.assign(country=sellers["region"].map(inputs.country_of))
    found = []
    for column in ("supplier", "country"):
        acts = hits[hits["kind"] == column].rename(columns={"material": "hit"})
        found.append(sellers.assign(target=sellers[column]).merge(acts, on="target"))
    every = pd.concat(found, ignore_index=True)
    every, key = every[_concerned(every, "goods")], ["supplier", "material", *PERIOD]
    grid = crossed(sellers[["supplier", "material"]], inputs.periods[[*PERIOD, "weight", "of_year"]])
    for basis in ("ceiling", "flow"):
        least = every[every["basis"] == basis].groupby(key)["availability"].min()
        grid = grid.merge(least.rename(basis).reset_index(), on=key, how="left")
    grid = _with_factors(grid, every, key)
    return grid.assign(ceiling=grid["ceiling"].astype(float).fillna(1.0), flow=grid["flow"].astype(float))


def of_markets(inputs: Inputs, hits: pd.DataFrame, markets: pd.DataFrame) -> pd.DataFrame:
    """The product of all factors on what each market pays (rows of ``markets``, by period): ``price_factor``."""
    goods = inputs.goods[["material", "kind"]].rename(columns={"kind": "goods"})
    places = markets.merge(goods, on="material").assign(target=markets["region"].map(inputs.country_of))
    acts = hits[hits["kind"] == "country"].rename(columns={"material": "hit"})
    every = places.merge(acts, on=["target", *PERIOD])
    key = ["region", "material", *PERIOD]
    return _with_factors(markets, every[_concerned(every, "goods")], key)


def _concerned(rows: pd.DataFrame, kind: str) -> pd.Series[bool]:
    """Whether what is ``hit`` is all, the material, or its kind of goods."""
    return rows["hit"].isin([ALL]) | (rows["hit"] == rows["material"]) | (rows["hit"] == rows[kind])


def _with_factors(grid: pd.DataFrame, rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    factors = rows.groupby(key)["price_factor"].prod().reset_index()
    grid = grid.merge(factors, on=key, how="left")
    return grid.assign(price_factor=grid["price_factor"].astype(float).fillna(1.0))


def of_lanes(inputs: Inputs, hits: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The factor on each flow (rows of ``flows``, with countries and ``kind`` of material); 1 where nothing acts."""
    acts = hits[hits["kind"] == "route"].rename(columns={"material": "hit", "target": "route"})
    acts = acts[[*PERIOD, "route", "hit", "availability"]]
    named = flows.assign(route=flows["from_country"] + ">" + flows["to_country"], row=np.arange(len(flows)))
    every = named.merge(acts, on=[*PERIOD, "route"])
    least = every[_concerned(every, "kind")].groupby("row")["availability"].min()
    return flows.assign(availability=pd.Series(np.arange(len(flows))).map(least).astype(float).fillna(1.0).to_numpy())
