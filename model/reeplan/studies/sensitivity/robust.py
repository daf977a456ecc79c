"""Which decisions hold: in how many futures each asset is built, how large, how early; and how costs spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.model.case import Case
    from reeplan.studies.sensitivity.outputs import FutureOutput, Told

STAGE = "futures"


def built_rows(case: Case, told: Sequence[Told], base: Told | None) -> list[dict[str, Any]]:
    """One row for each asset that could be built, the surest first.

    ``futures`` are those with a plan at the target, ``futures_without_plan`` all others. ``first_decided`` is the
    year of an asset's first decision in those futures in which it is built.
    """
    drawn = [one for one in told if one.future.stage == STAGE]
    plans = [one.answer.at_target.built for one in drawn if one.answer is not None and one.answer.found]
    if not drawn:
        return []
    stated = base.answer.at_target.built if base is not None and base.answer is not None else {}
    rows = []
    for name, kind in _could_be_built(case):
        found = [built[name] for built in plans if name in built]
        sizes = [one.t_per_year for one in found]
        years = [one.first_decided for one in found]
        rows.append(
            {
                "asset": name,
                "what": kind,
                "futures": len(plans),
                "built_in": len(found),
                "share": len(found) / len(plans) if plans else math.nan,
                "mean_t_per_year_if_built": float(np.mean(sizes)) if sizes else math.nan,
                "least_t_per_year_if_built": min(sizes, default=math.nan),
                "most_t_per_year_if_built": max(sizes, default=math.nan),
                "first_decided_earliest": min(years, default=None),
                "first_decided_median": float(np.median(years)) if years else math.nan,
                "first_decided_latest": max(years, default=None),
                "as_stated_t_per_year": stated[name].t_per_year if name in stated else 0.0,
                "as_stated_first_decided": stated[name].first_decided if name in stated else None,
                "futures_without_plan": len(drawn) - len(plans),
                "divisible": any(one.divisible for one in drawn),
            }
        )
    return sorted(rows, key=lambda row: (-int(row["built_in"]), str(row["asset"])))


def _could_be_built(case: Case) -> Iterable[tuple[str, str]]:
    for asset in case.assets.values():
        if asset.max_modules > 0 and asset.module_t_per_year > 0:
            yield asset.name, "venture" if asset.venture else "plant"
    for store in case.stores:
        if store.room_to_add_t > 0:
            yield store.name, "stockpile room"


def spread_rows(told: Sequence[Told], outputs: Sequence[FutureOutput], base: Told | None) -> list[dict[str, Any]]:
    """How each output spreads over the futures: least, tenth, half, nine tenths, most; and as the case is stated."""
    drawn = [one for one in told if one.future.stage == STAGE]
    rows = []
    for output in outputs:
        values = np.array([math.nan if one.answer is None else output.value(one.answer) for one in drawn])
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        least, tenth, half, most_of, most = (float(np.quantile(values, q)) for q in (0, 0.1, 0.5, 0.9, 1))
        rows.append(
            {
                "output": output.name,
                "unit": output.unit,
                "as_stated": math.nan if base is None or base.answer is None else output.value(base.answer),
                "least": least,
                "tenth": tenth,
                "median": half,
                "nine_tenths": most_of,
                "most": most,
                "mean": float(values.mean()),
                "futures": len(values),
                "futures_without": len(drawn) - len(values),
                "divisible": any(one.divisible for one in drawn),
            }
        )
    return rows
