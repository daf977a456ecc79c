"""What a plan means beside its cost: who is served, for how long, on whom each depends, what it burdens.

One row per figure, with the columns of ``metrics.csv``. All follow from the plan's own tables except the N-1
losses, which ask the solver what is left to do in one year.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from reeplan.inputs.spec import BASE
from reeplan.model.measures import (
    in_target,
    served_in_windows,
    served_to_all,
    served_tonne_shares,
    served_value_shares,
)
from reeplan.model.network import Operation
from reeplan.outputs.losses import losses_without
from reeplan.outputs.spec.plans import METRICS
from reeplan.tolerances import MISSED, SAME_RESILIENCE, SLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from reeplan.model.case import Demand, Window
    from reeplan.outputs.spec.output import Row
    from reeplan.solve.planner import Plan, Planner

DAYS_OF_A_YEAR = 365.0


def metrics(planner: Planner, plan: Plan, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every metric of a plan: ``metrics.csv``."""
    rows: list[Row] = [_row("resilience", plan.resilience, "fraction", subject=planner.measure.name)]
    rows += _served(planner, plan)
    rows += _time_to_survive(planner, plan)
    uses = _uses(planner, plan)
    rows += _days_of_cover(planner, plan, uses)
    rows += _dependence(planner, plan, uses)
    rows += _burdens(planner, plan)
    rows += _capital(planner, tables["builds"])
    last = planner.case.settings.last_year
    rows += [
        _row("loss without", share, "fraction of value demanded", window=BASE, year=last, subject=subject)
        for subject, share in losses_without(planner, plan).items()
    ]
    return METRICS.frame(rows)


def _row(metric: str, value: float, unit: str, **of: Any) -> Row:
    """A figure; ``of`` whom, when and what it is (``METRICS.key``): the rest does not apply and is an empty text."""
    return {**dict.fromkeys(METRICS.key, ""), "metric": metric, **of, "value": value, "unit": unit}


def _served(planner: Planner, plan: Plan) -> Iterator[Row]:
    """Shares served by value per partner and window, and by tonnes per material."""
    unmet = planner.unmet(plan.values)
    for (partner, window), share in served_value_shares(planner.case, unmet).items():
        yield _row("served share by value", share, "fraction", partner=partner, window=window)
    for (partner, window, material), share in served_tonne_shares(planner.case, unmet).items():
        yield _row("served share by tonnes", share, "fraction", partner=partner, window=window, material=material)


def _time_to_survive(planner: Planner, plan: Plan) -> Iterator[Row]:
    """Days from a window's start until demand first goes unmet, if each year's shortage comes last."""
    case, unmet = planner.case, planner.unmet(plan.values)
    for window in case.windows:
        for partner in case.partners:
            days = min(
                (_days_served(demand, window, unmet) for demand in case.demands if demand.partner == partner),
                default=DAYS_OF_A_YEAR * window.of_year * len(window.years),
            )
            yield _row("time to survive", days, "days", partner=partner, window=window.label)


def _days_served(demand: Demand, window: Window, unmet: dict[tuple[str, str, int, str], float]) -> float:
    days = 0.0
    for year in window.years:
        missing, wanted = unmet.get((demand.region, demand.material, year, window.label), 0.0), demand.t[year]
        wanted *= window.of_year
        if missing > MISSED * wanted:
            return days + DAYS_OF_A_YEAR * window.of_year * (1.0 - missing / wanted)
        days += DAYS_OF_A_YEAR * window.of_year
    return days


def _uses(planner: Planner, plan: Plan) -> dict[tuple[str, str, int], float]:
    """What each partner uses of each material on the undisrupted path: demand served and plants' intake, t/yr."""
    case, m = planner.case, planner.model
    uses: dict[tuple[str, str, int], float] = defaultdict(float)
    unmet = planner.unmet(plan.values)
    for demand in case.demands:
        for year in case.years:
            served = demand.t[year] - unmet.get((demand.region, demand.material, year, BASE), 0.0)
            uses[demand.partner, demand.material, year] += served
    for (asset, deposit, year, window), t in planner.by_index("run", plan.values).items():
        country = case.assets[asset].country
        if window == BASE and country in case.wacc and t > 0:
            for material, t_per_t in m.net.inputs(Operation(asset, deposit)).items():
                uses[country, material, year] += t * t_per_t
    return {key: t for key, t in uses.items() if t > SLIGHT and key[1] in case.goods}


def _days_of_cover(planner: Planner, plan: Plan, uses: dict[tuple[str, str, int], float]) -> Iterator[Row]:
    """Stock at the end of a year in days of that year's use."""
    levels: dict[tuple[str, str, int], float] = defaultdict(float)
    for (region, material, year, window), t in planner.by_index("level", plan.values).items():
        if window == BASE:
            levels[planner.case.country(region), material, year] += t
    for key, t in levels.items():
        if key in uses:
            yield _of_use("days of cover", DAYS_OF_A_YEAR * t / uses[key], "days", key)


def _dependence(planner: Planner, plan: Plan, uses: dict[tuple[str, str, int], float]) -> Iterator[Row]:
    """Where each partner's material comes from: largest foreign source, concentration, own part.

    A source is the country it is shipped from; what is made or bought at home is the partner's own.
    """
    case = planner.case
    received: dict[tuple[str, str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (origin, destination, material, year, window), t in planner.by_index("ship", plan.values).items():
        sender, receiver = case.country(origin), case.country(destination)
        if window == BASE and receiver in case.wacc and sender != receiver and t > 0:
            received[receiver, material, year][sender] += t
    for key, used in uses.items():
        abroad = dict(received.get(key, {}))
        own = max(0.0, used - sum(abroad.values()))
        total = own + sum(abroad.values())
        shares = {country: t / total for country, t in abroad.items()}
        largest = max(shares, key=lambda country: shares[country], default="")
        yield _of_use("largest foreign source", shares.get(largest, 0.0), "fraction", key, largest)
        concentration = sum(share**2 for share in shares.values()) + (own / total) ** 2
        yield _of_use("concentration of sources (HHI)", concentration, "0 to 1", key)
        yield _of_use("self-sufficiency", own / total, "fraction", key)


def _of_use(metric: str, value: float, unit: str, use: tuple[str, str, int], subject: str = "") -> Row:
    """A figure of what a partner uses of a material in a year of the undisrupted path."""
    partner, material, year = use
    return _row(metric, value, unit, partner=partner, window=BASE, year=year, material=material, subject=subject)


def _burdens(planner: Planner, plan: Plan) -> Iterator[Row]:
    """Thorium released, carbon and energy of all processing, by country and year of the undisrupted path."""
    case, net = planner.case, planner.model.net
    totals: dict[tuple[str, str, int], float] = defaultdict(float)
    for (name, deposit, year, window), t in planner.by_index("run", plan.values).items():
        if window != BASE or t <= 0:
            continue
        asset, operation = case.assets[name], Operation(name, deposit)
        totals["thorium released", asset.country, year] += t * net.thorium_t_per_t(operation)
        totals["carbon", asset.country, year] += t * net.co2_t_per_t(operation)
        totals["energy", asset.country, year] += t * asset.process.energy_mwh_per_t
    units = {"thorium released": "t ThO2", "carbon": "t CO2", "energy": "MWh"}
    for (name, country, year), value in totals.items():
        if value:
            yield _row(name, value, units[name], window=BASE, year=year, subject=country)


def _capital(planner: Planner, builds: pd.DataFrame) -> Iterator[Row]:
    """Overnight capital over the horizon, by the partner that pays and the country it is spent in."""
    stores = {store.name: store.region for store in planner.case.stores}
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for name, partner, musd in zip(builds["asset"], builds["partner"], builds["capex_musd"], strict=True):
        asset = planner.case.assets.get(name)
        country = asset.country if asset is not None else planner.case.country(stores[name])
        sums[partner, country] += musd
    for (partner, country), musd in sums.items():
        yield _row("capital", musd, "MUSD", partner=partner, subject=country)


def headline(planner: Planner, plan: Plan, tables: dict[str, pd.DataFrame]) -> dict[str, float | str]:
    """A few figures for the front's table: capital, shortage, what binds, and served shares of each partner."""
    unmet = planner.unmet(plan.values)
    shares = served_value_shares(planner.case, unmet)
    base_unmet = sum(t for (*_, window), t in unmet.items() if window == BASE)
    figures: dict[str, float | str] = {
        "capital_musd": float(tables["builds"]["capex_musd"].sum()),
        "modules_decided": float(tables["builds"]["modules"].sum()),
        "base_path_unmet_t": base_unmet,
        **binding(planner, plan),
    }
    for partner in planner.case.partners:
        served = [shares[partner, window.label] for window in in_target(planner.case)]
        figures[f"worst_window_served_{partner}"] = min(served, default=1.0)
    return figures


def binding(planner: Planner, plan: Plan) -> dict[str, float | str]:
    """The window of the target in which a plan serves least, what all are served there, and its weakest material."""
    case, unmet = planner.case, planner.unmet(plan.values)
    by_tonnes = served_tonne_shares(case, unmet)
    asked = [window.label for window in in_target(case)]
    if planner.measure.name == "weakest_link":
        least = {
            label: min((share for (_, there, _), share in by_tonnes.items() if there == label), default=1.0)
            for label in asked
        }
    else:
        least = {label: share for label, share in served_in_windows(case, unmet).items() if label in asked}
    lowest = min(least.values(), default=1.0)
    window = next((label for label, share in least.items() if share <= lowest + SAME_RESILIENCE), "")
    there = {(material, partner): share for (partner, label, material), share in by_tonnes.items() if label == window}
    weakest = min(there, key=lambda key: there[key], default=("", ""))
    return {
        "binding_window": window,
        "total_served": served_to_all(case, unmet).get(window, 1.0),
        "weakest_material": weakest[0],
        "weakest_partner": weakest[1],
        "weakest_material_served": there.get(weakest, 1.0),
    }
