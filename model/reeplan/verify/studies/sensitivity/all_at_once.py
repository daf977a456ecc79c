"""``screening.csv`` and ``indices.csv``: Morris's effects and Sobol's indices from the futures, by their formulas.

Morris, *Technometrics* 33 (1991); Campolongo, Cariboni and Saltelli, *Environmental Modelling & Software* 22 (2007).
First indices by Saltelli et al., *Computer Physics Communications* 181 (2010), total ones by Jansen (1999), both of
the output less its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.outputs.spec import sensitivity as spec
from reeplan.verify.core.files import read_table
from reeplan.verify.core.tolerances import (
    ARITHMETIC,
    BLURRED,
    COPIED,
    DIGITS,
    LAST_DIGITS,
    PLACE,
    SAME_ROWS,
    UNTOLD,
    Allowance,
)
from reeplan.verify.core.verdict import Rule
from reeplan.verify.studies.reading import STUDY_YES_NO, near, not_due
from reeplan.verify.studies.sensitivity.future_draws import INDICES, SCREENING, Draws

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.outputs.spec import Output
    from reeplan.verify.core.verdict import Array, Ledger, TableLedger
    from reeplan.verify.studies.sensitivity.how_sure import Bands

KEY = ["input", "output"]
NORMAL = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations of its mean."""
WALKS = Rule("screening_walk", "on a walk one input after the other makes one step, all by the same length")
BLOCKS = Rule("indices_block", "a block is two points, and the first of them with each input in turn from the second")
LISTED = {
    spec.SCREENING.name: Rule("screening_listed", "every input has a row for every output that any of them moves"),
    spec.INDICES.name: Rule("indices_listed", "every input of the indices has a row for every output that varies"),
}
EFFECT = Rule("screening_effect", "mean effects and their spread follow from the steps of the walks in futures.csv")
DUE_TO_GAPS = Rule("screening_gap_effect", "what gaps could make is the mean over the steps of the wider of two bands")
INTERVAL = Rule("screening_confidence", "the interval is that of a mean over so many walks")
INDEX = Rule("sobol_index", "indices and standard deviation follow from the blocks of futures.csv")
NOISE = Rule(
    "indices_gap_share",
    "what gaps could make is half the mean square of the wider of two bands, as a part of the variance",
)
POSITIVE = Rule("indices_confidence", "an interval has a width")
WITHIN = Rule("effect_within_gap", "an effect is within the gap where it is no larger than what gaps could make")
COUNTED = Rule("effect_counted", "the blocks that counted, and those left out, are all that were drawn")
ORDER = Rule("effect_order", "the largest comes first")
KIND = Rule("effect_kind", "unit and kind of modules are those of the futures")


@dataclass(frozen=True)
class Design:
    """Points in the ranges, a row a future in order, and the size of the blocks that count or fall as one."""

    draws: Draws
    bands: Bands
    futures: pd.Index
    names: list[str]
    block: int

    @property
    def points(self) -> Array:
        """The positions."""
        return self.draws.positions.loc[self.futures, self.names].to_numpy(dtype=float)

    @property
    def divisible(self) -> str:
        """Whether modules were divisible in any of its futures."""
        return "yes" if self.draws.heads.loc[self.futures, "divisible"].any() else "no"

    def blocks(self, vector: Array) -> Array:
        """A block a row."""
        return vector.reshape(-1, self.block)

    def widths(self, output: str) -> Array:
        """How far the best plan's output may be from the one found."""
        low, high = self.bands.of(output, self.futures)
        return np.asarray(high - low)


def check_screening(run: Path, draws: Draws, bands: Bands, ledger: Ledger) -> None:
    """Every rule about Morris's effects."""
    on, names = ledger.on(spec.SCREENING), [str(name) for name in draws.positions]
    design = Design(draws, bands, draws.stage(SCREENING), names, len(names) + 1)
    steps = _walks(design, ledger.on(spec.FUTURES, "stage", "walk"))
    rows = [row for name in draws.names for row in _effects(design, steps, name)] if steps is not None else []
    both = _both(run, spec.SCREENING, rows, "mu_star", ledger)
    if both is None:
        return
    size = both["size_due"].to_numpy()
    for column in ("mu_star", "mu", "sigma"):
        on.same(EFFECT, both, f"{column}_due", column, allow=DIGITS, size=size)
    on.same(DUE_TO_GAPS, both, "gap_effect_due", "gap_effect", allow=DIGITS, size="scale_due")
    on.same(INTERVAL, both, "mu_star_confidence_due", "mu_star_confidence", allow=DIGITS, size=size)
    _check_within(both, "mu_star", "gap_effect", 100 * UNTOLD * both["scale_due"].to_numpy(), on)
    _check_counts(both, "trajectories", on)
    ranked = both.sort_values(["place_due", "rank"])
    on.true(ORDER, ranked, ranked["rank"] == ranked.groupby("output").cumcount() + 1, "rank")
    _check_order(ranked, "mu_star", on)


def check_indices(run: Path, draws: Draws, bands: Bands, ledger: Ledger) -> None:
    """Every rule about Sobol's indices."""
    on, futures = ledger.on(spec.INDICES, "column", "due", "found"), draws.stage(INDICES)
    there = draws.positions.loc[futures].notna()
    names = [str(name) for name in there if there[name].all()] if len(futures) else []
    design = Design(draws, bands, futures, names, len(names) + 2)
    order = _blocks(design, ledger.on(spec.FUTURES, "stage", "block"))
    rows = [row for name in draws.names for row in _indices(design, order, name)] if order else []
    both = _both(run, spec.INDICES, rows, "spread", ledger)
    if both is None:
        return
    told = both["blur_due"].to_numpy() < BLURRED
    blur = 50 * both["blur_due"].to_numpy()
    for column in ("first", "total"):
        index = both.assign(column=column, due=both[f"{column}_due"], found=both[column])
        off, limit = (index["due"] - index["found"]).abs(), blur * (1 + index["due"].abs()) + ARITHMETIC.floor
        on.at_most(INDEX, index, limit, off, allow=COPIED, only=told)
    on.equal(INDEX, both, "standard_deviation_due", "standard_deviation", allow=DIGITS, size="size_due")
    due, given = both["gap_share_due"].to_numpy(), both["gap_share"].to_numpy()
    room = np.nan_to_num(both["gap_room_due"].to_numpy() + (blur + LAST_DIGITS) * np.abs(due))
    right = near(due, given, Allowance(1.0, DIGITS.floor), room)
    on.true(NOISE, both.assign(due=due), right, "gap_share", only=told)
    room += LAST_DIGITS * np.abs(np.nan_to_num(given))
    _check_within(both[told], "total", "gap_share", room[told], on)
    _check_counts(both, "samples", on)
    for column in ("first_confidence", "total_confidence"):
        on.at_least(POSITIVE, both.fillna({column: 0.0}), 0.0, column, allow=COPIED)
    _check_order(both.sort_values(["place_due", "row"]), "total", on)


# ---- the points ------------------------------------------------------------------------------------------


def _walks(design: Design, on: TableLedger) -> tuple[Array, Array] | None:
    """Of every step the input that moves, and by how much; walks are rows. None where the points are no walks."""
    number = len(design.futures)
    if not number or len(design.names) < 2:
        return None
    if number % design.block or np.isnan(design.points).any():
        on.true(WALKS, {"stage": SCREENING}, False, expected=f"walks of {design.block} futures")
        return None
    steps = np.diff(design.points.reshape(-1, design.block, len(design.names)), axis=1)
    moved = np.abs(steps) > PLACE
    input_of, length = np.abs(steps).argmax(axis=2), steps.sum(axis=2)
    right = (moved.sum(axis=2) == 1).all(axis=1)
    right &= (np.sort(input_of, axis=1) == np.arange(len(design.names))).all(axis=1)
    right &= (np.abs(np.abs(length) - np.abs(length[0, 0])) <= PLACE).all(axis=1)
    names = pd.DataFrame({"stage": SCREENING, "walk": np.arange(1.0, len(steps) + 1)})
    on.true(WALKS, names, right)
    return (input_of, length) if right.all() else None


def _blocks(design: Design, on: TableLedger) -> list[int]:
    """Which input each of a block's middle points takes from its last; none where the points are no such blocks."""
    number, inputs = len(design.futures), len(design.names)
    if not number:
        return []
    if not inputs or number % design.block:
        on.true(BLOCKS, {"stage": INDICES}, False, expected=f"blocks of {design.block} futures")
        return []
    points = design.points.reshape(-1, design.block, inputs)
    first, last, between = points[:, :1], points[:, -1:], points[:, 1:-1]
    moved = np.abs(between - first) > PLACE
    order = [int(place) for place in moved.sum(axis=0).argmax(axis=1)]
    right = np.full(len(points), sorted(order) == list(range(inputs)))
    for place, column in enumerate(order):
        taken = np.abs(between[:, place, column] - last[:, 0, column]) <= PLACE
        right &= taken & (np.delete(moved[:, place], column, axis=1).sum(axis=1) == 0)
    names = pd.DataFrame({"stage": INDICES, "block": np.arange(1.0, len(points) + 1)})
    on.true(BLOCKS, names, right)
    return order if right.all() else []


# ---- the formulas ----------------------------------------------------------------------------------------


def _effects(design: Design, steps: tuple[Array, Array], output: str) -> list[dict[str, object]]:
    """The rows of an output: of each input the mean size of its effects, their mean, and their spread."""
    input_of, length = steps
    values = design.blocks(design.draws.vector(output, design.futures))
    widths = design.blocks(design.widths(output))
    effect = np.diff(values, axis=1) / length
    could = np.maximum(widths[:, 1:], widths[:, :-1]) / np.abs(length)
    known = np.isfinite(effect)
    if not known.any():
        return []
    # What the digits of the tables hide grows with the value and with the shortness of the step.
    shortest = float(np.abs(length).min())
    size, scale = float(np.nanmax(np.abs(values))) / shortest, design.bands.scale(output, design.futures) / shortest
    rows = []
    for number, name in enumerate(design.names):
        whose = (input_of == number) & known
        own, walks = effect[whose], int(whose.sum())
        if not walks:  # no step of it has the output at both ends
            continue
        rows.append(
            {
                "input": name, "output": output, "mu_star": np.abs(own).mean(), "mu": own.mean(),
                "sigma": own.std(ddof=1) if walks > 1 else np.nan, "gap_effect": could[whose].mean(),
                "mu_star_confidence": NORMAL * np.abs(own).std() / np.sqrt(walks) if walks > 1 else np.nan,
                "trajectories": walks,
                "trajectories_without_plan": len(effect) - walks, "unit": design.draws.units.get(output, ""),
                "divisible": design.divisible, "size": size, "scale": scale,
                "place": design.draws.names.index(output),
            }
        )  # fmt: skip
    return rows


def _indices(design: Design, order: list[int], output: str) -> list[dict[str, object]]:
    """The rows of an output: of each input the first and the total index."""
    vector = design.draws.vector(output, design.futures)
    values = design.blocks(vector)
    kept = np.atleast_1d(np.isfinite(values).all(axis=1))
    if kept.sum() < 2:
        return []
    size = float(np.abs(values[kept]).max())
    values, spread = values[kept] - values[kept].mean(), float(np.ptp(values[kept]))
    first, last = values[:, 0], values[:, -1]
    variance, all_of_it = np.concatenate([first, last]).var(), values.var()
    widths, digits = design.blocks(design.widths(output))[kept], UNTOLD * design.bands.scale(output, design.futures)
    # Of an input that changes nothing, the two plans found differ by the wider of their widths at most.
    wider = np.mean(np.maximum(widths[:, :1], widths[:, 1:-1]) ** 2, axis=0)
    twice = 2 * all_of_it if all_of_it > 0 else np.nan
    hidden = 50 * digits * (2 * np.sqrt(wider) + 50 * digits) / twice
    return [
        {
            "input": design.names[column], "output": output,
            "first": np.mean(last * (values[:, 1 + place] - first)) / variance if variance > 0 else 0.0,
            "total": np.mean((first - values[:, 1 + place]) ** 2) / 2 / variance if variance > 0 else 0.0,
            "standard_deviation": np.sqrt(all_of_it), "gap_share": wider[place] / twice, "samples": int(kept.sum()),
            "samples_without_plan": int((~kept).sum()), "unit": design.draws.units.get(output, ""),
            "divisible": design.divisible, "size": size, "spread": spread,
            "blur": UNTOLD * size / np.sqrt(variance) if variance > 0 else np.inf,
            "gap_room": hidden[place], "place": design.draws.names.index(output),
        }
        for place, column in enumerate(order)
    ]  # fmt: skip


# ---- against the table -----------------------------------------------------------------------------------


def _both(run: Path, output: Output, due: list[dict[str, object]], moves: str, ledger: Ledger) -> pd.DataFrame | None:
    """The table beside what it should be; a block that nothing moves has no rows."""
    on, frame = ledger.on(output), pd.DataFrame(due)
    if frame.empty:
        not_due(run, on)
        return None
    most = frame.groupby("output")[moves].transform("max")
    surely, perhaps = most > 100 * UNTOLD * frame["size"], most > 0
    if not (run / output.file).exists() and not surely.any():
        return None
    table = read_table(run, output, ledger)
    table["row"] = np.arange(len(table))
    frame = frame.assign(surely=surely, perhaps=perhaps)
    both = frame.merge(table, on=KEY, how="outer", suffixes=("_due", ""), indicator="in", sort=False)
    right = (both["in"] == "both") | ((both["in"] == "left_only") & ~both["surely"].eq(True))
    on.true(LISTED[output.name], both, right)
    both = both[both["in"] == "both"].reset_index(drop=True)
    only_due = ("size", "scale", "spread", "place", "blur", "gap_room")
    both = both.rename(columns={column: f"{column}_due" for column in only_due})
    for column in ("unit", "divisible"):
        on.says(KIND, both, both[f"{column}_due"], column)
    return both


def _check_within(rows: pd.DataFrame, effect: str, due_to_gaps: str, digits: Array, on: TableLedger) -> None:
    given, could = rows[effect], rows[due_to_gaps]
    due = np.where(could.isna(), "", np.where(given <= could, "yes", "no"))
    close = near(given, could, Allowance(1.0, 0.0), digits) & could.notna() & (rows["within_gap"] != "")
    on.true(STUDY_YES_NO, rows, rows["within_gap"].isin(["yes", "no", ""]), "within_gap")
    on.true(WITHIN, rows, (rows["within_gap"] == due) | close, "within_gap")


def _check_counts(rows: pd.DataFrame, column: str, on: TableLedger) -> None:
    for one in (column, f"{column}_without_plan"):
        on.equal(COUNTED, rows, f"{one}_due", one, allow=COPIED)


def _check_order(rows: pd.DataFrame, column: str, on: TableLedger) -> None:
    """Within an output the largest first."""
    before, same = rows[column].shift(), rows["output"] == rows["output"].shift()
    right = ~same | (rows[column] <= before) | near(rows[column], before, SAME_ROWS)
    on.true(ORDER, rows, right, column)
