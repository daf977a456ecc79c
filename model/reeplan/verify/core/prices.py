"""Prices: more than nothing where they are listed, and in agreement with what the plan does.

A price is what one tonne more would cost, given the builds. At an optimum, what is done pays for itself, and
what is done without being at a limit leaves nothing over: a shipment's two ends differ by the freight, a
purchase is worth what it costs, and where there is surplus a tonne more costs nothing. Only activities
that no other rule ties to something else are held to this; at other places prices are not checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.outputs.spec.plans import PRICES
from reeplan.verify.core.frames import joined, total
from reeplan.verify.core.tolerances import KEPT, OPTIMAL, PRICED
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

NOT_NEGATIVE = Rule("price_not_negative", "a price that is listed is more than nothing")
ALL_OR_NONE = Rule("prices_of_a_window", "where a window has a price that is not known, it has no price that is")
SURPLUS = Rule("price_of_surplus", "where there is surplus, a tonne more costs nothing")
FREIGHT = Rule("price_and_freight", "where goods are shipped freely, the prices of the two ends differ by the freight")
PURCHASE = Rule("price_of_purchase", "what is bought is worth its price, and no more where the seller has more")
SALE = Rule("price_of_sale", "what is sold is worth what the market pays, and no less where the market takes more")
SHORTAGE = Rule("price_of_shortage", "where demand goes unmet, a tonne is worth at least the value of lost supply")
PROCESSING = Rule("price_of_processing", "what is made is worth what is taken and the cost, and no more where the "
                  "asset could do more")  # fmt: skip
PLACE = ["window", "year", "region", "material"]


def check_prices(plan: Plan, ledger: Ledger) -> None:
    """Every rule of prices."""
    on = ledger.on(PRICES, "from_region", "to_region", "asset", "deposit", "supplier")
    prices = plan["prices"]
    known = prices[prices["usd_per_t"].notna()]
    on.true(NOT_NEGATIVE, known, known["usd_per_t"] > 0)
    unknown = prices[prices["usd_per_t"].isna()]
    whole = ~known["window"].isin(unknown["window"])
    on.true(ALL_OR_NONE, known, whole)
    _Prices(plan, on).check()


class _Prices:
    """Prices beside activities, each weighed as in the program that the prices come from."""

    def __init__(self, plan: Plan, on: TableLedger) -> None:
        self.plan, self.on = plan, on
        periods = plan.case.inputs.periods
        weight = periods["weight"].where(periods["window"] == BASE, periods["discount"])
        prices = plan["prices"]
        unknown = set(prices["window"][prices["usd_per_t"].isna()])
        known = (weight > 0) & ~periods["window"].isin(unknown)
        self.weights = periods[["window", "year"]].assign(weigh=weight)[known]
        self.listed = prices[[*PLACE, "usd_per_t"]].rename(columns={"usd_per_t": "price"})
        self.musd = float(plan["costs"]["expected_musd"].abs().sum())
        inputs = plan.case.inputs
        self.capped = set(inputs["dependence"]["partner"])

    def check(self) -> None:
        """All rules."""
        self._surplus()
        self._lanes()
        self._purchases()
        self._sales()
        self._shortages()
        self._processing()

    def _at(self, rows: pd.DataFrame, region: str = "region", name: str = "price") -> pd.DataFrame:
        """Rows with the price at their place; nothing where none is listed."""
        listed = self.listed.rename(columns={"region": region, "price": name})
        return joined(rows, listed, ["window", "year", region, "material"], {name: 0.0})

    def _judge(
        self,
        rule: Rule,
        rows: pd.DataFrame,
        price: pd.Series[float],
        worth: pd.Series[float],
        below: pd.Series[bool],
        above: pd.Series[bool],
    ) -> None:
        """A price may not be below a worth (where ``below`` says so), nor above it (where ``above`` does).

        What the optimum may be missed by in all may be missed by any one activity.
        """
        missed = OPTIMAL * self.musd * 1e6 / (rows["t"] * rows["weigh"])
        size = price.abs() + worth.abs() + missed / PRICED.share
        self.on.at_least(rule, rows, worth, price, allow=PRICED, size=size, unit="USD/t", only=below)
        self.on.at_most(rule, rows, worth, price, allow=PRICED, size=size, unit="USD/t", only=above)

    def _weighed(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[rows["t"] > KEPT.floor].merge(self.weights, on=["window", "year"])

    def _surplus(self) -> None:
        rows = self._at(self._weighed(self.plan["surplus"]))
        always = rows["t"] > 0
        self._judge(SURPLUS, rows, rows["price"], rows["price"] * 0.0, ~always, always)

    def _lanes(self) -> None:
        inputs, rows = self.plan.case.inputs, self._weighed(self.plan.flows)
        rows = rows[rows["usd_per_t"].notna()]
        hits = self.plan.case.hits
        hindered = hits[(hits["kind"] == "route") & (hits["availability"] > 0) & (hits["availability"] < 1)]
        pair = rows["from_country"] + ">" + rows["to_country"]
        capped = inputs["offtakes"]["from_country"] + ">" + inputs["offtakes"]["to_country"]
        tied = pair.isin(list(hindered["target"])) | pair.isin(list(capped))
        tied |= (rows["window"] == BASE) & rows["to_country"].isin(self.capped)
        if not inputs.shares_in_crises:
            partners = list(inputs.wacc)
            tied |= rows["from_country"].isin(partners) & rows["to_country"].isin(partners)
        rows = self._at(self._at(rows[~tied], "to_region", "there"), "from_region", "here")
        always = rows["t"] > 0
        self._judge(FREIGHT, rows, rows["there"], rows["here"] + rows["usd_per_t"], always, always)

    def _purchases(self) -> None:
        key = ["supplier", "material"]
        every = self.plan.purchases
        tied = every[every["flow"].notna()][key].drop_duplicates().assign(tied=True)
        rows = self._at(self._weighed(every.merge(tied, on=key, how="left")))
        free = rows["tied"].isna()
        rows = rows[free & (rows["t"] > rows["ceiling"] * rows["min_t_per_year"] + KEPT.floor)]
        most = rows["ceiling"] * rows["max_t_per_year"]
        more = rows["t"] < most * (1 - KEPT.share) - KEPT.floor
        self._judge(PURCHASE, rows, rows["price"], rows["price_usd_per_t"], rows["t"] > 0, more)

    def _sales(self) -> None:
        sales = self.plan["sales"].drop(columns="price_usd_per_t")
        key = ["window", "region", "material", "year"]
        rows = self._at(self._weighed(sales.merge(self.plan.case.markets, on=key)))
        more = rows["t"] < rows["max_t_per_year"] * (1 - KEPT.share) - KEPT.floor
        self._judge(SALE, rows, rows["price"], rows["price_usd_per_t"], more, rows["t"] > 0)

    def _shortages(self) -> None:
        key = ["window", "region", "material", "year"]
        value = self.plan.case.inputs.demanded[[*key, "shortage_usd_per_t", "t_per_year"]]
        unmet = self.plan["shortage"].rename(columns={"unmet_t": "t"}).merge(value, on=key)
        rows = self._at(self._weighed(unmet))
        part = (rows["t"] < rows["t_per_year"] * (1 - KEPT.share) - KEPT.floor) & (rows["window"] == BASE)
        self._judge(SHORTAGE, rows, rows["price"], rows["shortage_usd_per_t"], rows["t"] > 0, part)

    def _processing(self) -> None:
        plan, key = self.plan, ["window", "year", "asset", "deposit"]
        rows = self._weighed(plan.operation)
        rows = rows[~((rows["window"] == BASE) & rows["country"].isin(self.capped))]
        made = self._at(rows[[*key, "region"]].merge(plan.case.yields, on=["asset", "deposit"]))
        made = made.assign(worth=made["t_per_t"] * made["price"], size=(made["t_per_t"] * made["price"]).abs())
        rows = joined(rows, total(made, key, ["worth", "size"]), key, {"worth": 0.0, "size": 0.0})
        busy = total(plan["operation"], ["window", "year", "asset"], ["t"]).rename(columns={"t": "busy"})
        rows = joined(rows, busy, ["window", "year", "asset"])
        rows = joined(rows, plan.case.asset_availability, ["window", "year", "asset"], {"availability": 1.0})
        held = plan.capacity[["asset", "year", "t"]].rename(columns={"t": "cap"})
        rows = joined(rows, held, ["asset", "year"])
        limit = plan.case.inputs["regions"][["region", "thorium_max_t_per_year"]]
        rows = joined(rows, limit, ["region"])
        rows = joined(rows, plan.case.inputs.periods[["window", "year", "of_year"]], ["window", "year"])
        most = rows["of_year"] * rows["availability"] * rows["cap"]
        idle = rows["busy"] < most * (1 - KEPT.share) - KEPT.floor
        free = ~rows["mines"] & ((rows["thorium"] == 0) | rows["thorium_max_t_per_year"].astype(float).isna())
        worth = rows["worth"] - rows["usd_per_t"]
        missed = OPTIMAL * self.musd * 1e6 / (rows["t"] * rows["weigh"]) / PRICED.share
        size = rows["size"] + rows["usd_per_t"].abs() + missed
        self.on.at_least(PROCESSING, rows, 0.0, worth, allow=PRICED, size=size, unit="USD/t")
        self.on.at_most(PROCESSING, rows, 0.0, worth, allow=PRICED, size=size, unit="USD/t", only=idle & free)
