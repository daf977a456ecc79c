"""Every figure of ``metrics.csv`` that follows from the plan's tables, recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import METRICS
from reeplan.verify.core import shortage
from reeplan.verify.core.frames import joined, total
from reeplan.verify.core.tolerances import FIGURE, KEPT, MISSED, SOURCES, UNUSED
from reeplan.verify.core.trade import uses
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger, TableLedger

VALUE = Rule("metric", "the figure must follow from the plan's tables")
UNIT = Rule("metric_unit", "the figure must carry its unit")
LARGEST = Rule("largest_source", "no other foreign country sends more")
LOSS = Rule("loss_without", "the loss when a country or plant falls away lies between 0 and 1, for one of the case")
LOSS_DUE = Rule(
    "loss_without_listed",
    "every plant that runs and every foreign country that trades in the last year has its loss, and no other has",
)
EXISTS = Rule("metric_known", "there is no such figure")
KEY = ["metric", "partner", "window", "year", "material", "subject"]
NO_YEAR = -1.0
"""Stands for the empty year of figures that have none."""
DAYS = 365.0
UNITS = {
    "resilience": "fraction",
    "served share by value": "fraction",
    "served share by tonnes": "fraction",
    "time to survive": "days",
    "days of cover": "days",
    "largest foreign source": "fraction",
    "concentration of sources (HHI)": "0 to 1",
    "self-sufficiency": "fraction",
    "thorium released": "t ThO2",
    "carbon": "t CO2",
    "energy": "MWh",
    "capital": "MUSD",
    "loss without": "fraction of value demanded",
}
LOSS_WITHOUT = "loss without"


def check_metrics(plan: Plan, ledger: Ledger, by_value: pd.DataFrame, by_tonnes: pd.DataFrame) -> None:
    """All figures but the loss without a country or plant, of which only the range is checked."""
    on = ledger.on(METRICS)
    figures = plan["metrics"].assign(year=plan["metrics"]["year"].fillna(NO_YEAR))
    known = figures["metric"].isin(list(UNITS))
    on.true(EXISTS, figures, known)
    figures = figures[known]
    on.says(UNIT, figures, figures["metric"].map(UNITS), "unit")
    losses = figures["metric"] == LOSS_WITHOUT
    _check_losses(plan, figures[losses], on)
    due = _due(plan, by_value, by_tonnes)
    named = due["subject"] == "?"
    _check_sources(figures[figures["metric"] == "largest foreign source"], due[named], on)
    rest = figures[~losses & (figures["metric"] != "largest foreign source")]
    _compare(due[~named], rest, KEY, on)


def _compare(due: pd.DataFrame, figures: pd.DataFrame, key: list[str], on: TableLedger) -> None:
    rows = due.merge(figures[[*key, "value"]], on=key, how="outer", suffixes=("_due", ""))
    negligible = (rows["value"].isna() & (rows["slight"] == True)) | (  # noqa: E712 (missing is not slight)
        rows["value_due"].isna() & (rows["value"].abs() < UNUSED)
    )
    rows = rows[~negligible]
    absent = rows["value"].isna() | rows["value_due"].isna()
    on.true(VALUE, rows, ~absent, expected="this figure in both the table and the recomputation")
    rows = rows[~absent]
    on.equal(
        VALUE, rows, "value_due", "value", allow=FIGURE, size=rows["value_due"].abs() + rows["slack"] / FIGURE.share
    )


def _check_losses(plan: Plan, rows: pd.DataFrame, on: TableLedger) -> None:
    inputs = plan.case.inputs
    subjects = {f"country {country}" for country in inputs.country_of.values()}
    subjects |= {f"plant {asset}" for asset in inputs.assets["asset"]}
    right = rows["subject"].isin(subjects) & (rows["window"] == BASE) & (rows["year"] == inputs.years[-1])
    right &= (rows["partner"] == "") & (rows["material"] == "")
    on.true(LOSS, rows, right)
    used = _used(plan)
    missing = used[(used["t"] > UNUSED) & ~used["subject"].isin(rows["subject"])]
    on.true(LOSS_DUE, missing, False, "subject")
    on.held(LOSS_DUE, len(used) - len(missing))
    on.true(LOSS_DUE, rows, rows["subject"].isin(used["subject"]), "subject")
    on.between(LOSS, rows, 0.0, 1.0, "value", allow=FIGURE)


def _used(plan: Plan) -> pd.DataFrame:
    """Every plant that runs, and every country outside the partnership whose sellers, plants or lanes are used.

    In the last year of the undisrupted path, if anything of value is demanded then.
    """
    inputs, columns, last = plan.case.inputs, ["subject", "t"], plan.case.inputs.years[-1]
    demand = inputs.demand[inputs.demand["year"] == last]
    if not (demand["t_per_year"] * demand["shortage_usd_per_t"]).sum() > 0:
        return pd.DataFrame({"subject": pd.Series(dtype=object), "t": pd.Series(dtype=float)})

    run, flows, bought = (
        rows[(rows["window"] == BASE) & (rows["year"] == last)] for rows in (plan.operation, plan.flows, plan["supply"])
    )
    countries = [
        run,
        bought.assign(country=bought["region"].map(inputs.country_of)),
        flows.assign(country=flows["from_country"]),
        flows.assign(country=flows["to_country"]),
    ]
    abroad = pd.concat([rows[["country", "t"]] for rows in countries], ignore_index=True)
    abroad = abroad[~abroad["country"].isin(list(inputs.wacc))]
    both: list[pd.DataFrame] = [
        run.assign(subject="plant " + run["asset"].astype(str))[columns],
        abroad.assign(subject="country " + abroad["country"].astype(str))[columns],
    ]
    rows: pd.DataFrame = pd.concat(both, ignore_index=True)
    return rows.sort_values("t", ascending=False).drop_duplicates("subject")


def _check_sources(figures: pd.DataFrame, due: pd.DataFrame, on: TableLedger) -> None:
    """The largest source: its share, and that the country named has that share (ties are free)."""
    key = ["metric", "partner", "window", "year", "material"]
    largest = due.sort_values("value", ascending=False).drop_duplicates(key)
    _compare(largest.drop(columns="subject"), figures, key, on)
    shares = due.rename(columns={"value": "its"})[[*key, "country", "its"]]
    named = figures.merge(shares, left_on=[*key, "subject"], right_on=[*key, "country"], how="left")
    its = named["its"].fillna(0.0)
    on.equal(LARGEST, named, "value", its, allow=SOURCES)


def _due(plan: Plan, by_value: pd.DataFrame, by_tonnes: pd.DataFrame) -> pd.DataFrame:
    """All figures that must be there; ``slight`` ones border on nothing and may be missing."""
    inputs = plan.case.inputs
    measure = str(inputs.settings["resilience_measure"])
    reached = pd.DataFrame({"subject": [measure], "value": [shortage.resilience(inputs, by_value, by_tonnes)]})
    parts = [
        _figures("resilience", reached),
        _figures("served share by value", by_value.assign(value=by_value["share"])),
        _figures("served share by tonnes", by_tonnes.assign(value=by_tonnes["share"])),
        _figures("time to survive", _survival(plan)),
        *_sources(plan),
        *_burdens(plan),
        _figures("capital", _capital(plan)),
    ]
    due = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return due.assign(slight=due["slight"].fillna(False).astype(bool))


def _figures(metric: str, rows: pd.DataFrame, window: str | None = None) -> pd.DataFrame:
    empty: dict[str, Any] = {
        "partner": "",
        "window": "",
        "year": NO_YEAR,
        "material": "",
        "subject": "",
        "country": "",
        "slight": False,
        "slack": 0.0,
    }
    rows = rows.assign(**{column: value for column, value in empty.items() if column not in rows}, metric=metric)
    if window:
        rows = rows.assign(window=window)
    return rows[[*KEY, "country", "slight", "slack", "value"]]


def _survival(plan: Plan) -> pd.DataFrame:
    """Days from a window's start until any demand of the partner first goes unmet; the whole window if none does."""
    inputs = plan.case.inputs
    rows = shortage.windows_served(plan).merge(inputs.windows[["window", "start"]], on="window")
    years = inputs.windows["end"] - inputs.windows["start"] + 1
    whole = inputs.windows.assign(length=DAYS * inputs.windows["of_year"] * years)
    grid = pd.DataFrame({"partner": list(inputs.wacc)}).merge(whole[["window", "length"]], how="cross")
    short = rows[rows["unmet_t"] > MISSED * rows["t_per_year"]]
    served = 1.0 - short["unmet_t"] / short["t_per_year"]
    days = DAYS * (short["year"] - short["start"] + short["of_year"] * served)
    short = short.assign(days=days).sort_values("year").drop_duplicates(["partner", "window", "region", "material"])
    least = short.groupby(["partner", "window"], as_index=False)["days"].min()
    grid = grid.merge(least, on=["partner", "window"], how="left")
    return grid.assign(value=grid["days"].fillna(grid["length"]).astype(float))


def _sources(plan: Plan) -> list[pd.DataFrame]:
    """Days of cover, largest foreign source, concentration and self-sufficiency, for whatever is used."""
    inputs = plan.case.inputs
    key = ["partner", "material", "year"]
    used = uses(plan, served=True)
    used = used[used["t"] > 0.0].rename(columns={"t": "used"})
    used = used.assign(slight=used["used"] < UNUSED, slack=KEPT.floor / used["used"])
    stock = plan["stock"][plan["stock"]["window"] == BASE]
    stock = total(stock.assign(partner=stock["region"].map(inputs.country_of)), key, ["level_t"])
    cover = stock.merge(used, on=key)
    cover = cover.assign(value=DAYS * cover["level_t"] / cover["used"])
    cover = cover.assign(slack=cover["slack"] * (cover["value"] + DAYS))
    flows = plan.flows[(plan.flows["window"] == BASE) & (plan.flows["from_country"] != plan.flows["to_country"])]
    flows = flows.rename(columns={"to_country": "partner", "from_country": "country"})
    received = total(flows, [*key, "country"], ["t"]).merge(used[key], on=key)
    used = joined(used, total(received, key, ["t"]), key, {"t": 0.0})
    used = used.assign(own=np.maximum(0.0, used["used"] - used["t"]))
    used["all"] = used["own"] + used["t"]
    received = received.merge(used[[*key, "all", "slight", "slack"]], on=key)
    received = received.assign(value=received["t"] / received["all"])
    squares = total(received.assign(square=received["value"] ** 2), key, ["square"])
    used = joined(used, squares, key, {"square": 0.0})
    own = used.assign(value=used["own"] / used["all"])
    nothing = used[used["t"] == 0].assign(value=0.0, country="", subject="?")
    return [
        _figures("days of cover", cover, BASE),
        _figures("largest foreign source", received.assign(subject="?"), BASE),
        _figures("largest foreign source", nothing, BASE),
        _figures("concentration of sources (HHI)", own.assign(value=own["square"] + own["value"] ** 2), BASE),
        _figures("self-sufficiency", own, BASE),
    ]


def _burdens(plan: Plan) -> list[pd.DataFrame]:
    """Thorium, carbon and energy of processing on the undisrupted path."""
    run = plan.operation[plan.operation["window"] == BASE]
    names = {"thorium released": "thorium", "carbon": "carbon", "energy": "energy"}
    found = []
    for metric, column in names.items():
        burden = run.assign(value=run["t"] * run[column], slack=KEPT.floor * run[column])
        sums = total(burden, ["country", "year"], ["value", "slack"])
        sums = sums[sums["value"] > 0].assign(slight=lambda rows: rows["value"] < KEPT.floor)
        found.append(_figures(metric, sums.rename(columns={"country": "subject"}), BASE))
    return found


def _capital(plan: Plan) -> pd.DataFrame:
    """Capital by who pays and the country in which it is spent."""
    inputs = plan.case.inputs
    where = dict(zip(inputs.assets["asset"], inputs.assets["country"], strict=True))
    where |= dict(zip(inputs.stores["store"], inputs.stores["partner"], strict=True))
    builds = plan["builds"]
    return total(
        builds.assign(subject=builds["asset"].map(where), value=builds["capex_musd"]), ["partner", "subject"], ["value"]
    )
