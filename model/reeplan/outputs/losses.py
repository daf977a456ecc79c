"""N-1: what is lost in the last year if one country or one plant falls away, after all re-routing.

Investment is the plan's, stocks are what the plan holds at the end of the year before; everything
else of that one year is decided anew so that the least value of supply is lost. One small linear
program for each country and each plant in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reeplan.inputs.spec import BASE
from reeplan.model.network import Operation
from reeplan.solve.planner import OPERATION
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.solve.planner import Plan, Planner


def losses_without(planner: Planner, plan: Plan) -> dict[str, float]:
    """Share of the year's demanded value lost without each foreign country and each plant: subject -> fraction."""
    year = planner.case.settings.last_year
    columns = {
        (name, index): column
        for name in OPERATION
        for index, column in planner.columns(name).items()
        if index[-2:] == (year, BASE)
    }
    rows = [p for p, row in enumerate(planner.engine.rows) if _is_of(row, year)]
    values, weights = plan.values.copy(), np.zeros(len(plan.values))
    total = 0.0
    for (region, material), demand in planner.model.demand_at.items():
        total += demand.t[year] * demand.shortage_usd_per_t[year]
        column = columns.get(("unmet", (region, material, year, BASE)))
        if column is not None:
            weights[column] = demand.shortage_usd_per_t[year]
    if total <= 0:
        return {}
    losses = {}
    for subject, closed in _subjects(planner, plan, columns).items():
        lost = planner.engine.least_in_part(weights, list(columns.values()), rows, values, closed)
        if lost is not None:
            losses[subject] = max(0.0, lost / total)
    return losses


def _is_of(row: Any, year: int) -> bool:
    """Whether a rule is about the undisrupted path's operation of this year alone."""
    index = row.index()
    name = row.parent_component().local_name
    if name == "resource":
        return bool(index[1] == BASE)
    return name in ("balance", "capacity", "thorium", "room", "offtake", "dependence") and (
        index[-2:] == (year, BASE) or (name == "dependence" and index[-1] == year)
    )


def _subjects(planner: Planner, plan: Plan, columns: dict[Any, int]) -> dict[str, list[int]]:
    """The columns that close when a country (its sellers, plants and lanes) or a plant falls away."""
    case = planner.case
    subjects: dict[str, list[int]] = {}
    countries = dict.fromkeys(region.country for region in case.regions.values())
    for country in countries:
        if country in case.wacc:
            continue
        closed = [column for (name, index), column in columns.items() if _touches(planner, name, index, country)]
        if any(plan.values[column] > SLIGHT for column in closed):
            subjects[f"country {country}"] = closed
    for asset in case.assets:
        closed = [column for (name, index), column in columns.items() if name == "run" and index[0] == asset]
        if any(plan.values[column] > SLIGHT for column in closed):
            subjects[f"plant {asset}"] = closed
    return subjects


def _touches(planner: Planner, name: str, index: Any, country: str) -> bool:
    case = planner.case
    if name == "run":
        return bool(case.assets[Operation(*index[:2]).asset].country == country)
    if name == "buy":
        return bool(planner.model.supply_of[index[:2]].country == country)
    return name == "ship" and country in (case.country(index[0]), case.country(index[1]))
