"""Where material comes from: its country of origin followed through every place and plant.

At a place, all that enters of a material in a year mixes, and whatever leaves has the same parts
(proportional mixing). A deposit's material keeps the deposit's country, a purchase the country it is
handed over in; scrap is ``recycled`` and what is drawn from a stockpile comes ``from stock``, since
nobody wrote down where it was bought. What a recipe makes has the parts of the rare earths it took.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from reeplan.tolerances import LAST_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from reeplan.present.run import Run

Label = TypeVar("Label")

RECYCLED, FROM_STOCK = "recycled", "from stock"

Place = tuple[str, str]
"""A region and a material."""


class Tag(NamedTuple):
    """The last stage that material left, and its origin."""

    node: tuple[str, str]
    origin: str


Parts = dict[Place, dict[str, float]]
"""Of each place the share of every origin."""


def origin_of_purchase(run: Run, material: str, region: str) -> str:
    """The country in which it is handed over; scrap is recycled wherever it is collected."""
    return RECYCLED if material in run.scrap else run.country_of.get(region, region)


def origin_where_made(run: Run, asset: str, deposit: str) -> str:
    """A deposit's country; of a product the country of its plant, or recycled where the plant eats scrap."""
    if deposit:
        return run.deposit_country[deposit]
    return RECYCLED if run.assets.at[asset, "stage"] == "recycling" else str(run.assets.at[asset, "country"])


def where_made(run: Run, moved: pd.DataFrame) -> Parts:
    """Parts by where oxide was dug and products were made, in one year of one window (rows of ``movements``)."""

    def entering(row: Mapping[str, object]) -> str:
        kind, asset, deposit = str(row["kind"]), str(row["asset"]), str(row["deposit"])
        if kind == "made":
            return origin_where_made(run, asset, deposit)
        return FROM_STOCK if kind == "drawn" else origin_of_purchase(run, str(row["material"]), str(row["region"]))

    return mixed(moved, lambda row: {entering(row): 1.0})


def where_from(run: Run, moved: pd.DataFrame, reo: Mapping[str, float]) -> tuple[Parts, dict[str, dict[str, float]]]:
    """Parts by where the rare earths within come from, of every place and of what every recipe plant makes.

    Products can be made of products, so parts are computed again until they no longer change: once more
    than products stand in a row.
    """
    taken = moved[(moved["kind"] == "taken") & (moved["deposit"] == "")]
    made: dict[str, dict[str, float]] = {}
    parts: Parts = {}
    for _ in range(50):
        parts = mixed(moved, partial(_entering, run, made))
        new = _of_recipes(taken, parts, reo)
        if _same(new, made):
            break
        made = new
    return parts, made


def _entering(run: Run, made: Mapping[str, dict[str, float]], row: Mapping[str, object]) -> dict[str, float]:
    kind, asset, deposit = str(row["kind"]), str(row["asset"]), str(row["deposit"])
    if kind == "made":
        return {run.deposit_country[deposit]: 1.0} if deposit else made.get(asset, {})
    if kind == "drawn":
        return {FROM_STOCK: 1.0}
    return {origin_of_purchase(run, str(row["material"]), str(row["region"])): 1.0}


def _of_recipes(taken: pd.DataFrame, parts: Parts, reo: Mapping[str, float]) -> dict[str, dict[str, float]]:
    totals: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in taken.to_dict("records"):
        for origin, share in parts.get((row["region"], row["material"]), {}).items():
            totals[row["asset"]][origin] += share * row["t"] * reo.get(row["material"], 1.0)
    return {asset: _shares(amounts) for asset, amounts in totals.items()}


def _same(one: Mapping[str, Mapping[str, float]], other: Mapping[str, Mapping[str, float]]) -> bool:
    return one.keys() == other.keys() and all(
        abs(one[name].get(key, 0.0) - other[name].get(key, 0.0)) < LAST_DIGITS
        for name in one
        for key in {*one[name], *other[name]}
    )


def mixed(
    moved: pd.DataFrame, entering: Callable[[Mapping[str, object]], Mapping[Label, float]]
) -> dict[Place, dict[Label, float]]:
    """The share of every label in each place's material, by proportional mixing along all shipments.

    ``entering`` labels a row of ``movements`` that is bought, made or drawn. Shipments may run in
    circles, so all places of a material are solved for at once.
    """
    result: dict[Place, dict[Label, float]] = {}
    for material, rows in moved.groupby("material", sort=True):
        own: dict[str, dict[Label, float]] = defaultdict(lambda: defaultdict(float))
        arriving: list[tuple[str, str, float]] = []
        for row in rows.to_dict("records"):
            if row["kind"] == "arriving":
                arriving.append((str(row["region"]), str(row["other"]), float(row["t"])))
            elif row["kind"] in ("bought", "made", "drawn"):
                for label, share in entering({str(name): cell for name, cell in row.items()}).items():
                    own[str(row["region"])][label] += share * float(row["t"])
        result.update({(region, str(material)): parts for region, parts in _solved(own, arriving).items()})
    return result


def _solved(
    own: Mapping[str, Mapping[Label, float]], arriving: list[tuple[str, str, float]]
) -> dict[str, dict[Label, float]]:
    places = sorted({*own, *(end for row in arriving for end in row[:2])})
    labels = list(dict.fromkeys(label for parts in own.values() for label in parts))
    if not places or not labels:
        return {}
    number = {place: at for at, place in enumerate(places)}
    system, known = np.zeros((len(places), len(places))), np.zeros((len(places), len(labels)))
    for place, parts in own.items():
        for label, t in parts.items():
            known[number[place], labels.index(label)] += t
    total = known.sum(axis=1)
    for to, origin, t in arriving:
        total[number[to]] += t
        system[number[to], number[origin]] -= t
    entering = np.where(total > 0, total, 1.0)[:, None]
    system = np.diag((total > 0).astype(float)) + system / entering
    # Least squares and not a plain solution: of material that only runs in a circle the origin is unknown.
    solution = np.linalg.lstsq(system, known / entering, rcond=None)[0]
    return {
        place: _shares({label: max(float(solution[at, n]), 0.0) for n, label in enumerate(labels)})
        for place, at in number.items()
    }


def _shares(amounts: Mapping[Label, float]) -> dict[Label, float]:
    total = sum(amounts.values())
    return {label: t / total for label, t in amounts.items() if t > LAST_DIGITS * total} if total > 0 else {}
