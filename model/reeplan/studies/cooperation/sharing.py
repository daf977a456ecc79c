"""Whose part of what all partners share: by their use of a material, or by the value of their demand.

Parts are between 0 and 1 and those of all partners sum to 1, so what disjoint coalitions get never exceeds the whole.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reeplan.model.case import Case

PartnerYear = tuple[str, int]


class Parts:
    """The partners' parts in a case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._recipes = _recipes(case)
        self._use: dict[str, dict[PartnerYear, float]] = defaultdict(lambda: defaultdict(float))
        self._value: dict[PartnerYear, float] = defaultdict(float)
        for demand in case.demands:
            taken = self.taken_for(demand.material)
            for year in case.years:
                self._value[demand.partner, year] += demand.t[year] * demand.shortage_usd_per_t[year]
                for material, t_per_t in taken.items():
                    self._use[material][demand.partner, year] += demand.t[year] * t_per_t

    def of_use(self, members: Collection[str], material: str, year: int) -> float:
        """The members' part of a year's use of a material: demand, and what recipes of demanded products take.

        Of a material that nobody uses, their part of the value of all demand.
        """
        part = self._part(self._use.get(material, {}), members, [year])
        return self.of_value(members, year) if part is None else part

    def of_value(self, members: Collection[str], year: int) -> float:
        """The members' part of the value of a year's demand, by the value of lost supply.

        Where there is no demand at all, all partners have the same part.
        """
        part = self._part(self._value, members, [year])
        return len(members) / len(self._case.partners) if part is None else part

    def of_all_value(self, members: Collection[str]) -> float:
        """The members' part of the value of the demand of all years: for what is not by year."""
        part = self._part(self._value, members, self._case.years)
        return len(members) / len(self._case.partners) if part is None else part

    def _part(
        self, amounts: Mapping[PartnerYear, float], members: Collection[str], years: Collection[int]
    ) -> float | None:
        by_partner = {k: sum(amounts.get((k, year), 0.0) for year in years) for k in self._case.partners}
        total = sum(by_partner.values())
        return sum(by_partner[k] for k in by_partner if k in members) / total if total > 0 else None

    def taken_for(self, material: str, above: tuple[str, ...] = ()) -> dict[str, float]:
        """What a tonne demanded takes through all stages of recipes, itself included (t per t).

        Of several recipes that make a product each gives the same part. Oxides and scrap are not followed further:
        they come from ore, from sellers or as by-products.
        """
        taken: dict[str, float] = {material: 1.0}
        if material in above or self._case.goods[material].kind != "product":
            return taken
        makers = [recipe for recipe in self._recipes.values() if recipe.get(material, 0.0) > 0]
        for recipe in makers:
            for ingredient, t in recipe.items():
                if t >= 0:
                    continue
                for deeper, amount in self.taken_for(ingredient, (*above, material)).items():
                    taken[deeper] = taken.get(deeper, 0.0) - t / recipe[material] * amount / len(makers)
        return taken


def _recipes(case: Case) -> dict[str, dict[str, float]]:
    """The recipes that some plant follows, by process."""
    processes = {asset.process.name: asset.process for asset in case.assets.values()}
    return {name: process.recipe for name, process in processes.items() if process.takes == "recipe"}
