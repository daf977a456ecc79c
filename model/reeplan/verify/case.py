"""Everything about the case that every plan of the run is checked against; worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reeplan.verify import availability, processes

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.inputs import Inputs


@dataclass
class Checked:
    """The inputs with what follows from them for every plan."""

    inputs: Inputs

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
        return left.merge(self.inputs.supplies, on=["supplier", "material", "year"], how="left")

    @cached_property
    def markets(self) -> pd.DataFrame:
        """Prices and limits of markets by year."""
        return self.inputs.by_year("markets")

    @cached_property
    def freight(self) -> pd.DataFrame:
        """Freight by pair of regions and kind of goods."""
        return self.inputs["transport"][["from_region", "to_region", "kind", "usd_per_t"]]
