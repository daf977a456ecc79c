"""What is built in how many futures, how outputs spread over them, and what whole modules add to divisible ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.sensitivity import BUILT_IN_FUTURES, OUTPUTS_IN_FUTURES, WHOLE_AND_DIVISIBLE
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import COPIED, DIGITS, WORKED_OUT, Allowance
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.alternatives.quantities import stores_to_add_to
from reeplan.verify.studies.reading import STUDY_TABLES, same_or_missing
from reeplan.verify.studies.sensitivity.future_draws import AS_STATED, BUILT, CHECKS, DRAWN, Draws

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger
    from reeplan.verify.studies.sensitivity.how_sure import Bands

ASSETS, OUTPUTS, WAYS = BUILT_IN_FUTURES.file, OUTPUTS_IN_FUTURES.file, WHOLE_AND_DIVISIBLE.file
SIZES = ("mean_t_per_year_if_built", "least_t_per_year_if_built", "most_t_per_year_if_built")
YEARS = ("first_decided_earliest", "first_decided_median", "first_decided_latest")
COUNTS = ("futures", "built_in", "share", "futures_without_plan", "as_stated_t_per_year")
PARTS = {"least": 0.0, "tenth": 0.1, "median": 0.5, "nine_tenths": 0.9, "most": 1.0}

LISTED = Rule("built_listed", "every asset that could be built has a row, and no other")
COUNTED = Rule("built_in_futures", "counts, shares and sizes follow from the drawn futures of futures.csv")
DECIDED = Rule("built_years", "what is built anywhere has years of its first decision, in order, within the horizon")
ORDER = Rule("built_order", "what is built in most futures comes first")
SPREAD = Rule("outputs_spread", "mean and spread follow from the drawn futures of futures.csv")
SPREAD_LISTED = Rule("outputs_listed", "every output that any drawn future has is listed, and no other")
BOTH_WAYS = Rule("whole_and_divisible", "the numbers are those of the futures that were solved both ways")


def check_spreads(run: Path, draws: Draws, bands: Bands, inputs: Inputs, ledger: Ledger) -> None:
    """The three tables, as far as the study made them."""
    drawn = draws.stage(DRAWN)
    if _expected(run, ASSETS, len(drawn) > 0 and len(_could_be_built(inputs)) > 0, ledger):
        _check_built(run, draws, drawn, inputs, ledger)
    if _expected(run, OUTPUTS, any(np.isfinite(draws.vector(name, drawn)).any() for name in draws.names), ledger):
        _check_outputs(run, draws, drawn, ledger)
    if _expected(run, WAYS, len(bands.pairs) > 0, ledger):
        _check_both_ways(run, draws, bands, ledger)


def _expected(run: Path, name: str, due: bool, ledger: Ledger) -> bool:
    """Whether there is a table to check; that it is there though it should not be is a failure."""
    there = (run / name).exists()
    if not due:
        ledger.true(STUDY_TABLES, name, pd.DataFrame({"table": [name]}), np.array([not there]))
    return due


def _stated(draws: Draws) -> int | None:
    """The future in which all is as stated."""
    base = draws.heads[(draws.heads["name"] == AS_STATED) & (draws.heads["stage"] != CHECKS)].index
    return int(base[0]) if len(base) else None


def _kind_of_modules(draws: Draws, futures: pd.Index) -> str:
    return "yes" if draws.heads.loc[futures, "divisible"].any() else "no"


def _could_be_built(inputs: Inputs) -> dict[str, str]:
    """Assets by kind, whether or not the horizon leaves a year to decide them in."""
    assets = inputs.assets[(inputs.assets["max_modules"] > 0) & (inputs.assets["module_t_per_year"] > 0)]
    kinds = np.where(assets["venture"] == "", "plant", "venture")
    found = dict(zip(assets["asset"], kinds, strict=True))
    return found | dict.fromkeys(stores_to_add_to(inputs)["store"], "stockpile room")


def _check_built(run: Path, draws: Draws, drawn: pd.Index, inputs: Inputs, ledger: Ledger) -> None:
    table = read_table(run, BUILT_IN_FUTURES, ledger)
    kinds, stated = _could_be_built(inputs), _stated(draws)
    planned = draws.with_plan[drawn].to_numpy()
    rows = []
    for name, kind in kinds.items():
        built = draws.outputs.get(f"{BUILT}{name}")
        sizes = np.zeros(int(planned.sum())) if built is None else built[drawn].to_numpy(dtype=float)[planned]
        sizes = sizes[sizes > 0]
        now = 0.0 if built is None or stated is None or np.isnan(built[stated]) else float(built[stated])
        count, some = int(planned.sum()), len(sizes) > 0
        rows.append(
            (name, kind, count, len(sizes), len(sizes) / count if count else np.nan, int((~planned).sum()), now,
             sizes.mean() if some else np.nan, sizes.min() if some else np.nan, sizes.max() if some else np.nan)
        )  # fmt: skip
    due = pd.DataFrame(rows, columns=["asset", "what", *COUNTS, *SIZES])
    both = due.merge(table, on="asset", how="outer", suffixes=("_due", ""), indicator="in")
    ledger.true(LISTED, ASSETS, both[["asset"]], both["in"] == "both")
    both = both[both["in"] == "both"]
    where = both[["asset"]]
    ledger.true(LISTED, ASSETS, both[["asset", "what"]], both["what"] == both["what_due"], found="what")
    ledger.true(COUNTED, ASSETS, both[["asset", "divisible"]], both["divisible"] == _kind_of_modules(draws, drawn))
    for column in (*COUNTS, *SIZES):
        expected = both[f"{column}_due"].astype(float)
        same_or_missing(
            COUNTED, ASSETS, where.assign(column=column), expected, both[column], ledger, allow=WORKED_OUT,
            size=expected.abs().fillna(0.0),
        )  # fmt: skip
    _check_years(both, inputs, ledger)
    before, name_before = table["built_in"].shift(), table["asset"].shift()
    right = (table["built_in"] < before) | ((table["built_in"] == before) & (table["asset"] > name_before.fillna("")))
    ledger.true(ORDER, ASSETS, table[["asset", "built_in"]].iloc[1:], right.iloc[1:])


def _check_years(rows: pd.DataFrame, inputs: Inputs, ledger: Ledger) -> None:
    """When something is first decided is not in futures.csv; that the years can be is what is left to check."""
    where, built = rows[["asset"]], rows["built_in"] > 0
    right = rows[list(YEARS)].notna().all(axis=1) == built
    right &= rows[list(YEARS)].notna().any(axis=1) == built
    right &= rows["as_stated_first_decided"].notna() == (rows["as_stated_t_per_year"] > 0)
    ledger.true(DECIDED, ASSETS, where, right)
    early, middle, late = (rows[column] for column in YEARS)
    ledger.true(DECIDED, ASSETS, where[built], ((early <= middle) & (middle <= late))[built])
    for column in (*YEARS, "as_stated_first_decided"):
        there = rows[column].notna()
        inside = rows[column].between(inputs.years[0], inputs.years[-1])
        ledger.true(DECIDED, ASSETS, rows[["asset", column]][there], inside[there], found=column)
    for column in (YEARS[0], YEARS[2], "as_stated_first_decided"):
        there = rows[column].notna()
        ledger.true(DECIDED, ASSETS, rows[["asset", column]][there], (rows[column].round() == rows[column])[there])


def _check_outputs(run: Path, draws: Draws, drawn: pd.Index, ledger: Ledger) -> None:
    table = read_table(run, OUTPUTS_IN_FUTURES, ledger)
    stated, rows = _stated(draws), []
    for name in draws.names:
        values = draws.vector(name, drawn)
        known = np.sort(values[np.isfinite(values)])
        if len(known):
            now = np.nan if stated is None else float(draws.outputs[name][stated])
            spread = [_quantile(known, part) for part in PARTS.values()]
            rows.append((name, now, *spread, known.mean(), len(known), len(values) - len(known), draws.units.get(name)))
    numbers = list(OUTPUTS_IN_FUTURES.numbers)
    due = pd.DataFrame(rows, columns=["output", *numbers, "unit"])
    both = due.merge(table, on="output", how="outer", suffixes=("_due", ""), indicator="in")
    ledger.true(SPREAD_LISTED, OUTPUTS, both[["output"]], both["in"] == "both")
    both = both[both["in"] == "both"]
    ledger.true(SPREAD, OUTPUTS, both[["output", "unit"]], both["unit"] == both["unit_due"], found="unit")
    ledger.true(SPREAD, OUTPUTS, both[["output", "divisible"]], both["divisible"] == _kind_of_modules(draws, drawn))
    size = both[["least_due", "most_due"]].abs().max(axis=1)
    for column in numbers:
        own = both[f"{column}_due"].abs().fillna(0.0) if column == "as_stated" else size
        same_or_missing(
            SPREAD, OUTPUTS, both[["output"]].assign(column=column), both[f"{column}_due"], both[column], ledger,
            allow=WORKED_OUT, size=own,
        )  # fmt: skip


def _quantile(ordered: np.ndarray, part: float) -> float:
    """What a part of the values does not exceed, between neighbours in proportion."""
    place = part * (len(ordered) - 1)
    below = int(np.floor(place))
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def _check_both_ways(run: Path, draws: Draws, bands: Bands, ledger: Ledger) -> None:
    table = read_table(run, WHOLE_AND_DIVISIBLE, ledger)
    looked_at = [name for name in draws.names if name in (*draws.proven, *draws.headline)]
    due = pd.DataFrame(
        [
            (draws.heads.loc[whole, "name"], name, draws.units.get(name), draws.outputs.loc[whole, name],
             draws.outputs.loc[parted, name])
            for whole, parted in bands.pairs
            for name in looked_at
        ],
        columns=["name", "output", "unit", "whole", "divisible"],
    )  # fmt: skip
    due["difference"] = due["whole"] - due["divisible"]
    key = ["name", "output"]
    both = due.merge(table, on=key, how="outer", suffixes=("_due", ""), indicator="in")
    ledger.true(BOTH_WAYS, WAYS, both[key], both["in"] == "both")
    both = both[both["in"] == "both"]
    ledger.true(BOTH_WAYS, WAYS, both[[*key, "unit"]], both["unit"] == both["unit_due"], found="unit")
    size = both[["whole_due", "divisible_due"]].abs().max(axis=1).fillna(0.0)
    for column in ("whole", "divisible", "difference"):
        same_or_missing(
            BOTH_WAYS, WAYS, both[key].assign(column=column), both[f"{column}_due"], both[column], ledger,
            allow=WORKED_OUT if column == "difference" else Allowance(COPIED.share, DIGITS.floor), size=size,
        )  # fmt: skip
