"""For the most valuable elements: what a tonne costs from each source, cheapest first, against what is needed.

The rule of each step, in the middle year with nothing disrupted:

- A purchase costs its price and the least freight to a place of a partner where the element is used; it
  reaches as far as the supplier sells that year.
- Own production costs what running the chain costs, freight of its intermediates included, per tonne of value:
  all elements of a deposit share its cost in proportion to their value at reference prices, and so does
  what a recycling plant makes, with what its scrap was bought for. It reaches as far as the plan makes it that
  year. Capital and fixed cost are left out: they are spent whether it runs or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from reeplan.inputs.spec import BASE
from reeplan.model.network import Operation, Period
from reeplan.present.figures.flows.movements import middle_year, movements, network_of, worth_of
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.present.figures.spec import View
    from reeplan.present.run import Run

MOST_ELEMENTS = 6
BOUGHT, MADE, RECYCLED = "bought", "made", "recycled"

COLUMNS = (
    "element", "year", "source", "kind", "country", "from_t_per_year", "to_t_per_year", "cost_usd_per_t",
    "taken_t_per_year", "needed_t_per_year", "price_region", "price_usd_per_t",
)  # fmt: skip


class Step(NamedTuple):
    """A source of an element: what it is, from where, how much there is, what a tonne costs, how much is taken."""

    element: str
    source: str
    kind: str
    country: str
    available_t: float
    cost_usd_per_t: float
    taken_t: float


def table(view: View) -> pd.DataFrame:
    """A row a source of each of the most valuable elements, cheapest first, with where its step begins and ends."""
    run, year = view.run, middle_year(view.run)
    moved = movements(run, view.point)
    moved = moved[(moved["window"] == BASE) & (moved["year"] == year)]
    steps = pd.DataFrame([*_purchases(run, moved, year), *_made(view, moved, year)], columns=list(Step._fields))
    rows = []
    for element, uses in _needed(view, moved, year).items():
        mine = steps[(steps["element"] == element) & (steps["available_t"] > SLIGHT)]
        mine = mine.sort_values(["cost_usd_per_t", "source"], kind="stable")
        region = max(uses, key=lambda name: uses[name])
        reach = mine["available_t"].cumsum()
        rows.append(
            pd.DataFrame(
                {
                    **{name: mine[name] for name in ("element", "source", "kind", "country", "cost_usd_per_t")},
                    "year": year,
                    "from_t_per_year": reach - mine["available_t"],
                    "to_t_per_year": reach,
                    "taken_t_per_year": mine["taken_t"],
                    "needed_t_per_year": sum(uses.values()),
                    "price_region": region,
                    "price_usd_per_t": _price(view, element, region, year),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)[list(COLUMNS)] if rows else pd.DataFrame(columns=list(COLUMNS))


def _needed(view: View, moved: pd.DataFrame, year: int) -> dict[str, dict[str, float]]:
    """Of the most valuable elements what the partners' places need: demand, served or not, and what plants take."""
    run = view.run
    rows = moved[moved["kind"].isin(["demand", "taken"])]
    short = run.plan(view.point, "shortage")
    short = short[(short["window"] == BASE) & (short["year"] == year)]
    both = pd.concat([rows[["region", "material", "t"]], short[["region", "material"]].assign(t=short["unmet_t"])])
    both = both[both["material"].isin(run.elements) & both["region"].map(run.country_of).isin(run.partners)]
    sums = both[both["t"] > 0].groupby(["material", "region"], as_index=False)["t"].sum()
    uses: dict[str, dict[str, float]] = {}
    for element, region, t in zip(sums["material"], sums["region"], sums["t"], strict=True):
        uses.setdefault(str(element), {})[str(region)] = float(t)
    worth = worth_of(run)
    order = sorted(uses, key=lambda name: (-worth[name] * sum(uses[name].values()), name))
    return {name: uses[name] for name in order[:MOST_ELEMENTS]}


def _purchases(run: Run, moved: pd.DataFrame, year: int) -> list[Step]:
    bought = moved[moved["kind"] == "bought"].groupby(["other", "material"])["t"].sum().to_dict()
    steps, net = [], network_of(run)
    for supply in net.case.supplies:
        freight = _freight(run, moved, supply.region, supply.material)
        if supply.material in run.elements and freight is not None:
            most = supply.max_t[year] * net.supply_limits(supply, Period(year, BASE)).ceiling
            taken = float(bought.get((supply.supplier, supply.material), 0.0))
            cost = net.supply_price(supply, Period(year, BASE)) + freight
            steps.append(Step(supply.material, supply.supplier, BOUGHT, supply.country, most, cost, taken))
    return steps


def _freight(run: Run, moved: pd.DataFrame, origin: str, material: str) -> float | None:
    """The least freight to a partner's place that uses the material; None where no lane leads."""
    uses = moved[moved["kind"].isin(["demand", "taken"]) & (moved["material"] == material)]
    regions = [name for name in uses["region"].unique() if run.country_of[name] in run.partners]
    net = network_of(run)
    kind = net.materials[material].kind
    found = [0.0 if origin == name else net.case.lane_usd_per_t(origin, name, kind) for name in regions]
    return min((freight for freight in found if freight is not None), default=None)


def _made(view: View, moved: pd.DataFrame, year: int) -> list[Step]:
    """What the plan makes of elements, by deposit and place, and by recycling plant."""
    run, worth = view.run, worth_of(view.run)
    made = moved[(moved["kind"] == MADE) & moved["material"].isin([*run.elements, *run.products])].copy()
    made["chain"] = made["deposit"].where(made["deposit"] != "", made["asset"])
    value = (made["t"] * made["material"].map(worth)).groupby(made["chain"]).sum()
    cost = _running_cost(view, moved, year)
    elements = made[made["material"].isin(run.elements)]
    sums = elements.groupby(["chain", "deposit", "region", "material"])["t"].sum().reset_index()
    steps = []
    for row in sums.to_dict("records"):
        chain, deposit, region, element = (str(row[name]) for name in ("chain", "deposit", "region", "material"))
        per_value = cost.get(chain, 0.0) / float(value[chain])
        freight = _freight(run, moved, region, element)
        country = run.deposit_country[deposit] if deposit else run.country_of[region]
        if freight is not None:
            kind, t = MADE if deposit else RECYCLED, float(row["t"])
            steps.append(Step(element, chain, kind, country, t, per_value * worth[element] + freight, t))
    return steps


def _running_cost(view: View, moved: pd.DataFrame, year: int) -> dict[str, float]:
    """USD that a deposit's chain, or a plant with a recipe, costs to run in the year, by deposit or plant."""
    run, net = view.run, network_of(view.run)
    cost: dict[str, float] = {}
    operation = run.plan(view.point, "operation")
    for row in operation[(operation["window"] == BASE) & (operation["year"] == year)].itertuples():
        asset, deposit, t = str(row.asset), str(row.deposit), float(str(row.t))
        chain = deposit or asset
        cost[chain] = cost.get(chain, 0.0) + t * net.unit_cost(Operation(asset, deposit))
    for row in moved[moved["kind"] == "arriving"].itertuples():
        material = net.materials[str(row.material)]
        if material.deposit:
            freight = net.case.lane_usd_per_t(str(row.other), str(row.region), material.kind) or 0.0
            cost[material.deposit] = cost.get(material.deposit, 0.0) + float(str(row.t)) * freight
    price = _scrap_price(view, year)
    for row in moved[(moved["kind"] == "taken") & moved["material"].isin(run.scrap)].itertuples():
        cost[str(row.asset)] += float(str(row.t)) * price.get(str(row.material), 0.0)
    return cost


def _scrap_price(view: View, year: int) -> dict[str, float]:
    """What was paid for a tonne of scrap on average."""
    supply = view.run.plan(view.point, "supply")
    supply = supply[(supply["window"] == BASE) & (supply["year"] == year) & supply["material"].isin(view.run.scrap)]
    sums = supply.assign(usd=supply["t"] * supply["price_usd_per_t"]).groupby("material")[["t", "usd"]].sum()
    return {str(name): float(usd / t) for name, t, usd in zip(sums.index, sums["t"], sums["usd"], strict=True)}


def _price(view: View, element: str, region: str, year: int) -> float:
    """What a tonne more would cost there; 0 where it would cost nothing, not a number where that is not known."""
    rows = view.run.plan(view.point, "prices")
    here = rows["region"].eq(region) & rows["material"].eq(element) & rows["window"].eq(BASE) & rows["year"].eq(year)
    return float(rows.loc[here, "usd_per_t"].astype(float).sum(skipna=False))
