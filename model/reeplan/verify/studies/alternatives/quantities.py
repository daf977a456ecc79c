"""What can be built or spent in a case: plants, ventures, stockpiles, countries, routes and partners, as amounts."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.verify.core.tolerances import FINEST_STEP, NOTHING_DIVISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reeplan.verify.core.inputs import Inputs

CAPACITY, ROOM, CAPITAL = "t_per_year", "t", "musd"
COLUMNS = ["kind", "name", "unit", "step"]


def buildable(inputs: Inputs) -> pd.DataFrame:
    """The assets of which modules can be decided, with how many at most over the horizon."""
    assets = inputs.assets
    first = np.maximum(inputs.years[0], assets["earliest_year"] - assets["lead_years"])
    years = inputs.years[-1] - assets["lead_years"] - first + 1
    times = np.where(assets["venture"] == "", np.ceil(years / assets["life_years"]), 1.0)
    found = assets.assign(first_decided=first, most=assets["max_modules"] * times)
    return found[(years > 0) & (assets["max_modules"] > 0)].reset_index(drop=True)


def stores_to_add_to(inputs: Inputs) -> pd.DataFrame:
    """The stockpiles to which room can be added."""
    stores = inputs.stores
    room = np.maximum(0.0, stores["max_capacity_t"].astype(float) - stores["capacity_t"].astype(float))
    return stores.assign(room_to_add=room)[room > 0].reset_index(drop=True)


def things(inputs: Inputs) -> pd.DataFrame:
    """Every thing with its unit and the step of its amounts (missing where it can be divided)."""
    assets, stores = buildable(inputs), stores_to_add_to(inputs)
    sized, dear = assets[assets["module_t_per_year"] > 0], stores["capacity_usd_per_t"].astype(float) > 0
    rows: list[tuple[str, str, str, float]] = []
    for kind, column in (("plant", "asset"), ("venture", "venture"), ("route", "process")):
        of_kind = sized if kind == "route" else sized[(sized["venture"] == "") == (kind == "plant")]
        for name, group in of_kind.groupby(column):
            rows.append((kind, str(name), CAPACITY, common_step(group["module_t_per_year"])))
    for _, options in assets[assets["venture"] != ""].groupby("venture"):
        several = options[options["module_t_per_year"] > 0] if len(options) > 1 else options.iloc[:0]
        rows += [
            ("venture", name, CAPACITY, common_step([size]))
            for name, size in zip(several["asset"], several["module_t_per_year"], strict=True)
        ]
    rows += [("stockpile", _place(store), ROOM, math.nan) for store in stores["store"]]
    divided = set(stores.loc[dear, "partner"])
    capital = assets[(assets["module_musd"] > 0) | (assets["site_musd"] > 0)]
    for country in sorted({*capital["country"], *divided}):
        own = capital[capital["country"] == country]
        terms = [*own["module_musd"], *own["site_musd"]]
        step = math.nan if country in divided else common_step(term for term in terms if term > 0)
        rows.append(("country", str(country), CAPITAL, step))
    rows += [
        ("partner", partner, CAPITAL, math.nan) for partner in inputs.wacc if len(capital) > 0 or partner in divided
    ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.assign(nothing=(found["step"] / 2).fillna(NOTHING_DIVISIBLE))


def common_step(terms: Iterable[float]) -> float:
    """The greatest number of which all terms are multiples; missing where it is too fine to tell anything."""
    sizes = [Fraction(float(term)).limit_denominator(10**6) for term in terms]
    if not sizes:
        return math.nan
    below = math.lcm(*(size.denominator for size in sizes))
    step = math.gcd(*(size.numerator * (below // size.denominator) for size in sizes)) / below
    return step if step > FINEST_STEP * float(max(sizes)) else math.nan


def amounts(inputs: Inputs, builds: pd.DataFrame) -> pd.Series[float]:
    """How much of every thing rows like those of ``builds.csv`` build, by kind and name; what they lack is left out."""
    assets = inputs.assets.set_index("asset")
    partner_of = inputs.stores.set_index("store")["partner"]
    plants = builds[builds["what"] != "room"].join(assets[["venture", "process", "country"]], on="asset")
    room = builds[builds["what"] == "room"]
    modules = plants[plants["what"] == "module"]
    own, options = modules[modules["venture"] == ""], modules[modules["venture"] != ""]
    spent = pd.concat([plants["country"], room["asset"].map(partner_of)])
    capital = pd.concat([plants["capex_musd"], room["capex_musd"]])
    several = options[options["asset"] != options["venture"]]
    parts = {
        "plant": own.groupby("asset")["t_per_year"].sum(),
        "venture": pd.concat([g.groupby(c)["t_per_year"].sum() for g, c in ((options, "venture"), (several, "asset"))]),
        "stockpile": room.groupby(room["asset"].map(_place))["t_per_year"].sum(),
        "country": capital.groupby(spent).sum(),
        "route": modules.groupby("process")["t_per_year"].sum(),
        "partner": builds.groupby("partner")["capex_musd"].sum(),
    }
    sums = {(kind, str(name)): float(value) for kind, part in parts.items() for name, value in part.items()}
    return pd.Series(sums, dtype=float)


def _place(store: object) -> str:
    return str(store).removeprefix("stockpile ")
