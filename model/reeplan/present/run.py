"""A run as it is presented: its names in words, and who has which colour."""

from __future__ import annotations

from functools import cached_property

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.outputs.run import RunFiles, RunWindow, scenario_of
from reeplan.present.charts import palette


class Run(RunFiles):
    """A run folder with words and colours."""

    def in_words(self, name: str) -> str:
        """A name as it is read."""
        return words.display_name(name)

    def material_in_words(self, material: str) -> str:
        """An element with its full name; anything else as it is."""
        table = self.inputs("elements")
        full = dict(zip(table["element"], table["name"], strict=True)).get(material, "")
        name = words.display_name(material)
        return f"{name} ({words.display_name(full)})" if full and full != material else name

    def asset_in_words(self, asset: str) -> str:
        """A plant, an option of a venture or a stockpile as it is read."""
        if asset not in self.assets.index:
            return words.display_name(asset)
        known = {str(column): str(value) for column, value in self.assets.loc[asset].items()}
        if known["stage"] == "stockpile":
            return f"Stockpile of {self.material_in_words(known['material'])}, {words.display_name(known['region'])}"
        name = words.display_name(known["name"])
        return f"{name}, {words.display_name(known['option'])}" if known["option"] else name

    def window_in_words(self, window: str) -> str:
        """What happens in a window, and when."""
        if window == BASE:
            return "as expected, no disruption"
        known = self.window_facts.get(window)
        said = self.scenario_in_words(scenario_of(window))
        return said if known is None else f"{said}{self.loss_in_words(known)} ({self.when_in_words(known)})"

    def scenario_in_words(self, scenario: str) -> str:
        """What happens in a scenario."""
        table = self.inputs("scenarios")
        label = dict(zip(table["scenario"], table["label"], strict=True)).get(scenario, "")
        return words.display_name(label or scenario)

    def when_in_words(self, window: RunWindow) -> str:
        """When a window is, and whether resilience is about it."""
        years = words.span(window.years[0], window.years[-1])
        when = f"{words.count(window.months, 'month')} of {years}" if window.months else years
        return when if window.in_target else f"{when}, outside the target"

    def loss_in_words(self, window: RunWindow) -> str:
        """What is lost in a window beside what its scenario takes away; empty for nothing."""
        return f" and loss of {words.display_name(window.lost)}" if window.lost else ""

    def plan_in_words(self, point: str) -> str:
        """A plan by its name, extra cost and resilience."""
        row = self.row(point)
        extra = float(row["cost_musd"] - self.front["cost_musd"].min())
        money = f"+{words.musd(extra)} MUSD" if extra > 0 else f"{words.musd(float(row['cost_musd']))} MUSD, cheapest"
        return f"Plan {words.display_name(point)} ({money}, {words.percent(100 * float(row['resilience']))} served)"

    def country_colour(self, country: str) -> str:
        """The colour of a country, the same in all figures of all runs of a case."""
        return self._country_colours.get(country, palette.OTHER)

    def partner_colour(self, partner: str) -> str:
        """The colour of a partner: that of its country."""
        return self.country_colour(partner)

    @cached_property
    def _country_colours(self) -> dict[str, str]:
        return palette.for_countries(self.partners, self.countries[len(self.partners) :])
