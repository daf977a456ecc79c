"""What a sensitivity study varied: the rows of ``ranges.csv``, and every drawn value within its range.

A position between 0 and 1 is a share of the probability: 0 is the low end, 1 the high end.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.inputs.spec import SETTINGS, TABLES
from reeplan.outputs.spec.sensitivity import RANGES_VARIED
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import COPIED, LAST_DIGITS, PLACE, UNTOLD, VARIED_TO, Allowance
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import near
from reeplan.verify.studies.sensitivity.future_draws import AS_STATED, DRAWN, INDICES, ONE_BY_ONE, SCREENING, Draws
from reeplan.verify.studies.sensitivity.future_draws import TABLE as FUTURES

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.inputs import Inputs
    from reeplan.verify.core.verdict import Ledger

TABLE = RANGES_VARIED.file
ROW = ["table", "key", "column", "change", "distribution", "source"]
TIMES, PLUS, TO = "times", "plus", "to"
FACTOR = "factor"
LISTED = Rule("range_listed", "every row of the case's ranges.csv, and no other, was varied")
CELLS = Rule("range_cells", "a range moves the numbers of the case that its key names, as they stand there")
UNIT = Rule("range_unit", "the unit must be that of what is varied")
INSIDE = Rule("draw_within_range", "a value lies between the low and the high of its range")
VALUE = Rule("draw_value", "the value follows from the position in the range and its distribution")
POSITIONS = Rule("draw_position", "a position lies between 0 and 1")
VARIED = Rule("draw_varied", "a future varies what its step of the study varies, and nothing else")
SPREAD = Rule("draw_spread", "each input takes each of as many equally likely parts of its range as futures were drawn")


@dataclass(frozen=True)
class Varied:
    """An input: the first of its rows stands for it."""

    name: str
    low: float
    high: float
    unit: str
    change: str
    distribution: str
    whole: bool
    likeliest: float | None


def check_ranges(run: Path, inputs: Inputs, ledger: Ledger) -> list[Varied]:
    """The table of what was varied, against the case; the inputs in their order."""
    table = read_table(run, RANGES_VARIED, ledger)
    stated = inputs["ranges"]
    due, given = _keyed(stated), _keyed(table)
    both = due.merge(given, on=[*ROW, "low", "high", "n"], how="outer", suffixes=("_due", ""), indicator="in")
    where = both[["table", "key", "column"]]
    ledger.true(LISTED, TABLE, where, both["in"] == "both")
    both = both[both["in"] == "both"]
    named = (both["input_due"].fillna("") == "") | (both["input_due"] == both["input"])
    ledger.true(LISTED, TABLE, both[["table", "key", "column", "input"]], named & (both["input"] != ""), found="input")
    found: dict[str, Varied] = {}
    for _, row in table.iterrows():
        where = pd.DataFrame([row[["input", "table", "key", "column"]]])
        column = _column(str(row["table"]), str(row["key"]), str(row["column"]))
        if column is None:
            no_number = f"{row['table']}.{row['column']}"
            ledger.broken(CELLS, TABLE, f"input {row['input']}", "a column of numbers", no_number)
            continue
        kind, unit = column
        present = _present(row, inputs)
        ledger.equal(CELLS, TABLE, where, [len(present)], [row["cells"]], allow=COPIED, unit="numbers")
        if len(present) and not np.isnan(present).any():
            ends = [present.min(), present.max()]
            right = near([row["present_least"], row["present_most"]], ends, COPIED)
            ledger.true(CELLS, TABLE, where, np.array([bool(right.all())]))
        due_unit = FACTOR if row["change"] == TIMES else unit
        ledger.true(UNIT, TABLE, where.assign(unit=row["unit"]), np.array([row["unit"] == due_unit]), found="unit")
        neutral = {TIMES: 1.0, PLUS: 0.0}.get(str(row["change"]))
        if neutral is None and len(set(present)) == 1 and np.isfinite(present[0]):
            neutral = float(present[0])
        one = Varied(
            str(row["input"]), float(row["low"]), float(row["high"]), str(row["unit"]), str(row["change"]),
            str(row["distribution"]), row["change"] != TIMES and kind == "integer", neutral,
        )  # fmt: skip
        found.setdefault(one.name, one)
    return list(found.values())


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by what they say; rows that say the same are distinguished by their number."""
    rows = table[["input", *ROW, "low", "high"]].copy()
    rows[["input", *ROW]] = rows[["input", *ROW]].fillna("").astype(str)
    for column in ("low", "high"):
        rows[column] = rows[column].astype(float).map(lambda value: float(f"{value:.12g}"))
    return rows.assign(n=rows.groupby([*ROW, "low", "high"]).cumcount())


def _column(table: str, key: str, column: str) -> tuple[str, str] | None:
    """Kind and unit of what is varied."""
    if table == "settings":
        return next(((one.kind, one.unit) for one in SETTINGS if one.name == key), None)
    if table not in TABLES:
        return None
    return next(((one.kind, one.unit) for one in TABLES[table].columns if one.name == column), None)


def _present(row: pd.Series[float], inputs: Inputs) -> np.ndarray:
    """What stands in the cells that a row moves."""
    table, key = str(row["table"]), str(row["key"]).strip()
    if table == "settings":
        value = inputs.settings.get(key)
        return np.array([float(value) if isinstance(value, (int, float)) else np.nan])
    names, rows = TABLES[table].key, inputs[table]
    parts = [key] if len(names) == 1 else key.split(" / ") if " / " in key else re.split(r"\s*/\s*", key)
    right = np.ones(len(rows), dtype=bool)
    for name, part in zip(names, (one.strip() for one in parts), strict=False):
        if part not in ("", "*"):
            right &= (rows[name].map(_as_text) == part).to_numpy()
    return rows.loc[right, str(row["column"])].to_numpy(dtype=float)


def _as_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


# ---- what was drawn --------------------------------------------------------------------------------------


def check_drawn(draws: Draws, varied: list[Varied], ledger: Ledger) -> None:
    """Where each step looked, and which values that gave."""
    positions = draws.positions.reindex(columns=[one.name for one in varied])
    values = draws.values.reindex(columns=[one.name for one in varied])
    for one in varied:
        _check_values(one, positions[one.name].dropna(), values[one.name].dropna(), draws, ledger)
    unknown = [name for name in draws.positions if name not in set(positions)]
    for name in unknown:
        ledger.broken(VARIED, FUTURES, expected=f"an input of {TABLE}", found=str(name))
    _check_varied(draws, positions, ledger)
    drawn = positions.loc[draws.stage(DRAWN)]
    if len(drawn):
        part = np.arange(len(drawn))[:, None] / len(drawn)
        ordered = np.sort(drawn.to_numpy(), axis=0)
        inside = (ordered >= part - PLACE) & (ordered <= part + 1 / len(drawn) + PLACE)
        right = np.atleast_1d(np.asarray(inside).all(axis=0))
        ledger.true(SPREAD, FUTURES, pd.DataFrame({"stage": DRAWN, "input": list(drawn)}), right)


def _check_values(one: Varied, at: pd.Series[float], value: pd.Series[float], draws: Draws, ledger: Ledger) -> None:
    where = pd.DataFrame({"future": at.index, "input": one.name})
    ledger.true(VARIED, FUTURES, where, at.index.isin(value.index))
    ledger.at_least(POSITIONS, FUTURES, where, np.zeros(len(at)), at, allow=Allowance(UNTOLD, UNTOLD))
    ledger.at_most(POSITIONS, FUTURES, where, np.ones(len(at)), at, allow=Allowance(UNTOLD, UNTOLD))
    ends = np.full(len(value), one.low), np.full(len(value), one.high)
    where = pd.DataFrame({"future": value.index, "input": one.name})
    ledger.at_least(INSIDE, FUTURES, where, ends[0], value, allow=COPIED, unit=one.unit)
    ledger.at_most(INSIDE, FUTURES, where, ends[1], value, allow=COPIED, unit=one.unit)
    ledger.true(VARIED, FUTURES, where, np.full(len(value), draws.input_units.get(one.name) == one.unit))
    size = np.full(len(value), max(abs(one.low), abs(one.high)))
    there = at.reindex(value.index).to_numpy()
    # Of whole numbers the last digit of the position may decide which of two it is.
    ways = np.array(
        [[amount(one, float(p) + shift) for p in there] for shift in (-LAST_DIGITS, 0.0, LAST_DIGITS)]
    ).reshape(3, -1)
    due = ways[np.abs(ways - value.to_numpy()).argmin(axis=0), np.arange(len(value))] if len(value) else ways[0]
    ledger.equal(VALUE, FUTURES, where, due, value, size=size, allow=VARIED_TO, unit=one.unit)


def amount(one: Varied, position: float) -> float:
    """The value at a position, by the inverse of the distribution.

    >>> coin = Varied("coin", 0.0, 1.0, "", "to", "uniform", True, None)
    >>> [amount(coin, p) for p in (0.0, 0.4, 0.6, 1.0)]
    [0.0, 0.0, 1.0, 1.0]
    """
    low, high, width = one.low, one.high, one.high - one.low
    if math.isnan(position) or position <= 0 or position >= 1:
        return low if position <= 0 else high if position >= 1 else math.nan
    if one.distribution == "triangular" and one.likeliest is not None:
        top = min(max(one.likeliest, low), high)
        if position * width < top - low:
            found = low + math.sqrt(position * width * (top - low))
        else:
            found = high - math.sqrt((1 - position) * width * (high - top))
    elif one.distribution == "log_uniform":
        found = low * (high / low) ** position
    elif one.whole:
        return min(high, low + math.floor(position * (width + 1)))
    else:
        found = low + position * width
    return float(round(found)) if one.whole else found


def _check_varied(draws: Draws, positions: pd.DataFrame, ledger: Ledger) -> None:
    """Which inputs are not as stated, step by step."""
    given = positions.notna()
    every = draws.heads["stage"].isin([SCREENING, DRAWN])
    ledger.true(VARIED, FUTURES, _named(draws, every), given[every].all(axis=1))
    some = draws.heads["stage"] == INDICES
    if some.any():
        columns = given[some].any()
        ledger.true(VARIED, FUTURES, _named(draws, some), (given[some] == columns).all(axis=1))
    alone = draws.heads["stage"] == ONE_BY_ONE
    due = ["as stated"] + [f"{name}: {end}" for name in positions for end in ("low", "high")]
    listed = draws.heads.loc[alone, "name"].tolist()
    if listed and listed not in (due, due[:1]):
        both_ends = "the case as stated, then each input at both ends"
        ledger.broken(VARIED, FUTURES, f"stage {ONE_BY_ONE}", both_ends, "others")
        return
    for future, name in zip(draws.stage(ONE_BY_ONE), listed, strict=True):
        moved = positions[positions.index == future].iloc[0].dropna()
        right = moved.empty if name == AS_STATED else _is_end(str(name), moved)
        ledger.true(VARIED, FUTURES, pd.DataFrame({"future": [future], "name": [name]}), np.array([right]))


def _is_end(name: str, moved: pd.Series[float]) -> bool:
    due, _, end = name.rpartition(": ")
    return list(moved.index) == [due] and float(moved.iloc[0]) == (0.0 if end == "low" else 1.0)


def _named(draws: Draws, rows: pd.Series[bool]) -> pd.DataFrame:
    return draws.heads[rows].reset_index()[["future", "name"]]
