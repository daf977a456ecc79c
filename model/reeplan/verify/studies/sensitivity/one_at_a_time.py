"""``tornado.csv``: each input at its low and its high, worked out anew from the futures that were solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec.sensitivity import TORNADO
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import COPIED, LAST_DIGITS, SAME, WORKED_OUT
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import STUDY_TABLES, STUDY_YES_NO, near, same_or_missing
from reeplan.verify.studies.sensitivity.future_draws import BUILT, ONE_BY_ONE, Draws

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.verify.core.verdict import Array, Ledger
    from reeplan.verify.studies.sensitivity.how_sure import Bands
    from reeplan.verify.studies.sensitivity.varied_ranges import Varied

TABLE = TORNADO.file
KEY = ["input", "output"]
ENDS = ("at_low", "at_base", "at_high")
SWING = ("swing", "swing_least", "swing_most", "span")
LISTED = Rule("tornado_listed", "every input has a row for every output, but for decisions that nothing changes")
ENDS_OF = Rule("tornado_range", "low and high are those of the input's range")
AT = Rule("tornado_outputs", "the outputs are those of the futures at low, as stated and at high, in futures.csv")
SWINGS = Rule("tornado_swing", "the swing is the output at high less that at low, and lies where the bounds allow")
SPAN = Rule("tornado_span", "the span is the most that any two of the three outputs differ by")
INDISTINCT = Rule("tornado_within_gap", "an effect is within the gap where one value fits what is proven of all three")
STATUS = Rule("tornado_status", "status and kind of modules are those of the futures")
ORDER = Rule("tornado_order", "within an output the largest span comes first")


def check_tornado(run: Path, draws: Draws, varied: list[Varied], bands: Bands, ledger: Ledger) -> None:
    """Every rule about single inputs."""
    tried = draws.stage(ONE_BY_ONE)
    if len(tried) < 2:
        ledger.true(STUDY_TABLES, TABLE, pd.DataFrame({"table": [TABLE]}), np.array([not (run / TABLE).exists()]))
        return
    table = read_table(run, TORNADO, ledger)
    if len(tried) != 1 + 2 * len(varied):
        return  # which futures are missing was said of futures.csv
    due = [
        _due(one, name, tried[[1 + 2 * n, 0, 2 + 2 * n]], draws, bands)
        for name in draws.names
        for n, one in enumerate(varied)
    ]
    both = pd.DataFrame(due).merge(table, on=KEY, how="outer", suffixes=("_due", ""), indicator="in", sort=False)
    moved = both.groupby("output")["span_due"].transform("max") > 0
    decision = both["output"].str.startswith(BUILT)
    size = both[[f"{end}_due" for end in ENDS]].abs().max(axis=1).fillna(0.0)
    digits = both.groupby("output")["span_due"].transform("max") <= 2 * SAME * size
    needed = (both["in"] == "both") | ((both["in"] == "left_only") & decision & (~moved | digits))
    ledger.true(LISTED, TABLE, both[KEY], needed)
    both = both[both["in"] == "both"]
    _check_rows(both, size[both.index].to_numpy(), ledger)
    _check_order(table, draws, ledger)


def _due(one: Varied, output: str, futures: pd.Index, draws: Draws, bands: Bands) -> dict[str, object]:
    """A row as it should be: the futures are those at low, as stated and at high."""
    low, base, high = draws.vector(output, futures)
    (least, most), scale = bands.of(output, futures), bands.scale(output, futures)
    known = np.array([value for value in (low, base, high) if np.isfinite(value)])
    span = float(np.ptp(known)) if len(known) > 1 else np.nan
    if len(known) and span <= SAME * np.abs(known).max():
        span = 0.0
    status = draws.heads.loc[futures, "status"].tolist()
    apart = np.array([least[2] - most[0], most[2] - least[0]])
    return {
        "input": one.name, "output": output, "low": one.low, "high": one.high, "unit_of_input": one.unit,
        "unit": draws.units.get(output, ""), "at_low": low, "at_base": base, "at_high": high, "swing": high - low,
        "swing_least": apart[0], "swing_most": apart[1], "span": span, "within_gap": _together(least, most, scale),
        "divisible": "yes" if draws.heads.loc[futures, "divisible"].any() else "no",
        "status_at_low": status[0], "status_at_high": status[2], "scale": scale,
    }  # fmt: skip


def _together(least: Array, most: Array, scale: float) -> str:
    """Whether one value fits all bands; 'either' where the digits of the table cannot tell; empty where not known."""
    if np.isnan(least).any() or np.isnan(most).any():
        return ""
    room = float(most.min() - least.max())
    if abs(room) <= LAST_DIGITS * scale:
        return "either"
    return "yes" if room > 0 else "no"


def _check_rows(rows: pd.DataFrame, size: Array, ledger: Ledger) -> None:
    where = rows[KEY]
    for column in ("low", "high"):
        ledger.equal(ENDS_OF, TABLE, where, rows[f"{column}_due"], rows[column], allow=COPIED)
    ledger.true(ENDS_OF, TABLE, where, rows["unit_of_input"] == rows["unit_of_input_due"])
    ledger.true(AT, TABLE, where, rows["unit"] == rows["unit_due"])
    scale = rows["scale"].to_numpy()
    for rule, columns, digits in ((AT, ENDS, size), (SWINGS, SWING[:1], size), (SWINGS, SWING[1:3], scale)):
        for column in columns:
            same_or_missing(
                rule, TABLE, where.assign(column=column), rows[f"{column}_due"], rows[column], ledger, allow=WORKED_OUT,
                size=digits,
            )  # fmt: skip
    # A span of a few last digits may have been called none.
    slight = (rows["span_due"] <= 2 * SAME * size) & (rows["span"] <= 2 * SAME * size)
    same_or_missing(
        SPAN, TABLE, where, rows["span"].where(slight, rows["span_due"]), rows["span"], ledger, allow=WORKED_OUT,
        size=size,
    )  # fmt: skip
    allowed = rows["within_gap"].isin(["yes", "no", ""])
    ledger.true(STUDY_YES_NO, TABLE, rows[[*KEY, "within_gap"]], allowed, found="within_gap")
    right = (rows["within_gap"] == rows["within_gap_due"]) | (
        (rows["within_gap_due"] == "either") & (rows["within_gap"] != "")
    )
    ledger.true(INDISTINCT, TABLE, rows[[*KEY, "within_gap"]], right, found="within_gap")
    for column in ("divisible", "status_at_low", "status_at_high"):
        ledger.true(STATUS, TABLE, rows[[*KEY, column]], rows[column] == rows[f"{column}_due"], found=column)


def _check_order(table: pd.DataFrame, draws: Draws, ledger: Ledger) -> None:
    """Outputs in the order of futures.csv, in each the largest span first and those not known last."""
    place = table["output"].map({name: n for n, name in enumerate(draws.names)}).fillna(-1)
    span = table["span"].fillna(-1.0)
    before = span.shift()
    same = place == place.shift()
    right = (place > place.shift()) | (same & ((span <= before) | near(span, before, WORKED_OUT)))
    ledger.true(ORDER, TABLE, table[KEY].iloc[1:], right.iloc[1:])
