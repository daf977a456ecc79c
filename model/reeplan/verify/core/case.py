"""Everything about the case that every plan of the run is checked against; worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from reeplan.inputs.spec import ALL
from reeplan.verify.core import availability, processes
from reeplan.verify.core.frames import crossed

if TYPE_CHECKING:
    from reeplan.verify.core.inputs import Inputs


BUILD_KINDS = ("module", "site", "room")


@dataclass
class Checked:
    """The inputs with what follows from them for every plan."""

    inputs: Inputs

    @cached_property
    def offtakes(self) -> pd.DataFrame:
        """Free exports by year and period, of a whole year; ``of_year`` is the part of it that a period takes."""
        inputs = self.inputs
        return inputs.by_year("offtakes").merge(inputs.periods[["window", "year", "of_year"]], on="year")

    @cached_property
    def dependence(self) -> pd.DataFrame:
        """The cap on each material by year: its own, or that for all where it has none (not for scrap)."""
        caps, key = self.inputs.by_year("dependence"), ["partner", "from_country", "material"]
        goods = self.inputs.goods.loc[self.inputs.goods["kind"] != "scrap", ["material"]]
        own = caps[caps["material"] != ALL]
        general = crossed(caps[caps["material"] == ALL].drop(columns="material"), goods)
        general = general.merge(own[key].drop_duplicates().assign(own=True), on=key, how="left")
        return pd.concat([own, general[general["own"].isna()].drop(columns="own")], ignore_index=True)

    @cached_property
    def activities(self) -> pd.DataFrame:
        """What each asset can do with each deposit, and what a tonne of it costs and releases."""
        return processes.activities(self.inputs)

    @cached_property
    def yields(self) -> pd.DataFrame:
        """What a tonne of each activity takes and makes."""
        return processes.yields(self.inputs, self.activities)

    @cached_property
    def hits(self) -> pd.DataFrame:
        """Disruptions by period."""
        return availability.acting(self.inputs)

    @cached_property
    def asset_availability(self) -> pd.DataFrame:
        """What is left of assets."""
        return availability.of_assets(self.inputs, self.hits)

    @cached_property
    def sellers(self) -> pd.DataFrame:
        """What is left of sellers, with their price and limits in each period."""
        left = availability.of_sellers(self.inputs, self.hits)
        left = left.merge(self.inputs.supplies, on=["supplier", "material", "year"], how="left")
        limits = {name: left[name] * left["of_year"] for name in ("max_t_per_year", "min_t_per_year")}
        return left.assign(price_usd_per_t=left["price_usd_per_t"] * left["price_factor"], **limits)

    @cached_property
    def markets(self) -> pd.DataFrame:
        """Prices and limits of markets by period."""
        by_year = self.inputs.by_year("markets").merge(
            self.inputs.periods[["window", "year", "of_year", "weight"]], on="year"
        )
        found = availability.of_markets(self.inputs, self.hits, by_year)
        return found.assign(
            price_usd_per_t=found["price_usd_per_t"] * found["price_factor"],
            max_t_per_year=found["max_t_per_year"] * found["of_year"],
        )

    @cached_property
    def freight(self) -> pd.DataFrame:
        """Freight by pair of regions and kind of goods."""
        return self.inputs["transport"][["from_region", "to_region", "kind", "usd_per_t"]]

    @cached_property
    def known_names(self) -> dict[tuple[str, ...], pd.Index]:
        """What may stand in a column of a plan's tables, or in several columns together."""
        inputs, years = self.inputs, pd.Index(self.inputs.years)
        regions = pd.Index(inputs["regions"]["region"])
        return {
            ("window", "year"): pd.MultiIndex.from_frame(inputs.periods[["window", "year"]]),
            ("year",): years,
            ("decided",): years,
            ("partner",): pd.Index(list(inputs.wacc)),
            ("asset",): pd.Index([*inputs.assets["asset"], *inputs.stores["store"]]),
            ("what",): pd.Index(BUILD_KINDS),
            ("region",): regions,
            ("from_region",): regions,
            ("to_region",): regions,
            ("material",): pd.Index(inputs.materials["material"]),
            ("supplier", "material"): pd.MultiIndex.from_frame(inputs.supplies[["supplier", "material"]]),
        }
