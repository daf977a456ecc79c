"""What goes unmet, what share of demand is served, and the resilience that follows by each measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import SHORTAGE
from reeplan.verify.core.frames import crossed, either, joined, total
from reeplan.verify.core.tolerances import COPIED, KEPT
from reeplan.verify.core.verdict import Rule
from reeplan.verify.core.vocabulary import BASE

if TYPE_CHECKING:
    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.plan import Plan
    from reeplan.verify.core.verdict import Ledger

LISTED = Rule("shortage_listed", "every demand, and nothing else, has a row in every year and window")
DEMAND = Rule("demand", "demand must be that of the case")
UNMET = Rule("unmet", "between nothing and all of the demand can go unmet")
LOST = Rule("lost_value", "the value lost must be what goes unmet times its value")
PARTNER = Rule("shortage_partner", "the partner must be the country of the region")
PLACE = ["region", "material", "year"]


def check_shortage(plan: Plan, ledger: Ledger) -> None:
    """Every rule of demand and shortage."""
    on = ledger.on(SHORTAGE)
    inputs = plan.case.inputs
    due = inputs.demanded.rename(columns={"partner": "partner_of_case"})
    numbers = ["t_per_year", "shortage_usd_per_t", "demand_t", "unmet_t", "lost_musd"]
    rows = either(due, plan["shortage"], ["window", *PLACE], numbers)
    listed = rows["in"] == "both"
    on.true(LISTED, rows, listed)
    rows = rows[listed]
    on.equal(DEMAND, rows, "t_per_year", "demand_t", allow=COPIED)
    on.between(UNMET, rows, 0.0, "t_per_year", "unmet_t", allow=KEPT)
    on.equal(LOST, rows, rows["unmet_t"] * rows["shortage_usd_per_t"] / 1e6, "lost_musd", allow=COPIED)
    on.says(PARTNER, rows, rows["partner_of_case"], "partner")


def windows_served(plan: Plan) -> pd.DataFrame:
    """Demand and what goes unmet of it in windows, in tonnes and by value, one row a demand and year."""
    inputs = plan.case.inputs
    rows = inputs.demanded[inputs.demanded["window"] != BASE]
    unmet = plan["shortage"][["window", *PLACE, "unmet_t"]]
    rows = joined(rows, unmet, ["window", *PLACE], {"unmet_t": 0.0})
    value = rows["shortage_usd_per_t"]
    return rows.assign(value=value * rows["t_per_year"], lost=value * rows["unmet_t"])


def value_shares(plan: Plan) -> pd.DataFrame:
    """The share of demand by value that each partner is served in each window; 1 where it has none."""
    inputs = plan.case.inputs
    grid = crossed(pd.DataFrame({"partner": list(inputs.wacc)}), inputs.windows[["window", "probability"]])
    sums = total(windows_served(plan), ["partner", "window"], ["value", "lost"])
    grid = joined(grid, sums, ["partner", "window"], {"value": 0.0, "lost": 0.0})
    share = 1.0 - grid["lost"] / grid["value"].where(grid["value"] > 0, np.inf)
    return grid.assign(share=share)


def tonne_shares(plan: Plan) -> pd.DataFrame:
    """The share of demanded tonnes that each partner is served of each material in each window."""
    sums = total(windows_served(plan), ["partner", "window", "material"], ["t_per_year", "unmet_t"])
    return sums.assign(share=1.0 - sums["unmet_t"] / sums["t_per_year"])


def least_served(inputs: Inputs, by_value: pd.DataFrame, by_tonnes: pd.DataFrame) -> dict[str, float]:
    """What each window of the target serves least: the worse-off partner, under ``weakest_link`` the least material."""
    by_material = str(inputs.settings["resilience_measure"]) == "weakest_link"
    least = (by_tonnes if by_material else by_value).groupby("window")["share"].min()
    return {window: float(least.get(window, 1.0)) for window in inputs.asked}


def served_to_all(plan: Plan) -> dict[str, float]:
    """The share of demand by value that all partners together are served in each window; 1 where there is none."""
    sums = total(windows_served(plan), ["window"], ["value", "lost"])
    share = 1.0 - sums["lost"] / sums["value"].where(sums["value"] > 0, np.inf)
    return dict(zip(map(str, sums["window"]), map(float, share), strict=True))


def resilience(inputs: Inputs, by_value: pd.DataFrame, by_tonnes: pd.DataFrame) -> float:
    """The resilience of a plan by the measure of the run, over windows that it is asked for; 1 without any."""
    by_value, by_tonnes = (shares[shares["window"].isin(inputs.asked)] for shares in (by_value, by_tonnes))
    measure = str(inputs.settings["resilience_measure"])
    if measure == "weakest_link":
        return float(by_tonnes["share"].min()) if len(by_tonnes) else 1.0
    if by_value.empty:
        return 1.0
    served = by_value.groupby("window").agg({"share": "min", "probability": "first"}).astype(float)
    if measure == "worst_case":
        return float(served["share"].min())
    weight = served["probability"] / served["probability"].sum()
    if measure == "expected":
        return float((served["share"] * weight).sum())
    return _mean_of_worst(served["share"].to_numpy(), weight.to_numpy(), 1.0 - inputs.number("cvar_level"))


def _mean_of_worst(shares: np.ndarray, weights: np.ndarray, part: float) -> float:
    """The mean of the worst ``part`` of the probability; a window on the edge counts with what fits."""
    order = np.argsort(shares, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(weights[order])[:-1]])
    counted = np.clip(part - before, 0.0, weights[order])
    return float((shares[order] * counted).sum() / counted.sum())
