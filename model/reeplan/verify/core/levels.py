"""The levels at which the least cost was asked for, as the manifest lists them: which must be there, and who answers.

A front is asked for at ``front_points`` levels: a third evenly spaced up to the highest resilience, the others where
the least cost is least known, and at the targets of the settings. That every one is answered within its gap, and that
there are fewer only where nothing is unknown by more than that, is why no plan can be left out of a run that is done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pandas as pd

from reeplan.outputs.spec.plans import FRONT
from reeplan.verify.core.tolerances import (
    DIGITS,
    KEPT_LEVEL,
    LEVEL,
    PROVEN_HIGHEST,
    REACHED,
    SAME,
    SETTLED,
    SMALLEST_GAP,
    STEP,
)
from reeplan.verify.core.verdict import How, Rule

if TYPE_CHECKING:
    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger, TableLedger

TABLE = "manifest.json"
THERE = Rule("levels_there", "the manifest must list every level that was asked for, with what is proven of it")
SPACED = Rule("levels_spaced", "a third of the levels asked for must be listed in even steps to the highest")
UNKNOWN = Rule(
    "levels_enough",
    "as many levels as asked for must be listed, unless the least cost is nowhere unknown by more than its gap",
)
ANSWERED = Rule("level_answered", "the cheapest plan that is as resilient answers a level")
SETTLED_ALL = Rule(
    "level_settled",
    "in a run that is done, what is proven of a level's plan exceeds what is proven of the level by no more than a gap",
)
BOUND = Rule("level_bound", "what is proven of a plan is the most that is proven at its resilience or below")
ASKED = Rule("level_of_target", "a plan was found at a level that was asked for")
NAMES = Rule("point_names", "plans are numbered from the cheapest upwards without a gap")
DONE = Rule("manifest_status", "a run is done where every plan has reached its gap")
PROVEN = Rule(
    "highest_proven",
    "the highest resilience is proven to a millionth where a front is done, and 1 where one plan was asked for",
)
REACH = Rule("out_of_reach", "targets beyond the most resilient plan, and no others, are out of reach")
GAP_TARGET = Rule("gap_target", "no gap that was asked for is wider than the settings and the front allow")
STATUSES = ("done", "stopped at a limit", "not proven", "interrupted")


@dataclass(frozen=True)
class Search:
    """What the manifest says of the search: whether it is done, whether for one plan, and its levels."""

    manifest: dict[str, Any]
    levels: pd.DataFrame

    @property
    def done(self) -> bool:
        """Whether the run counts as done."""
        return self.manifest.get("status") == "done"

    @property
    def single(self) -> bool:
        """Whether one plan was asked for."""
        return self.manifest.get("single") is True


def check_levels(manifest: dict[str, Any], front: pd.DataFrame, case: Checked, ledger: Ledger) -> None:
    """Every rule about the levels, and what follows from them for status, gaps and bounds."""
    on, on_front = ledger.on(TABLE, "level", "point", "target"), ledger.on(FRONT)
    width = max(2, len(str(len(front))))
    names = [f"p{number + 1:0{width}d}" for number in range(len(front))]
    on_front.says(NAMES, front, names, "point")
    levels = _levels(manifest, front, on)
    if levels is None:
        return
    search = Search(manifest, levels)
    _check_spacing(search, front, case, on)
    _check_status(search, front, on, on_front)
    _check_answers(search, front, case, on)
    _check_bounds(search, front, on_front)
    _check_reach(search, front, case, on)
    _check_gap_target(search, front, case, on_front)


def _levels(manifest: dict[str, Any], front: pd.DataFrame, on: TableLedger) -> pd.DataFrame | None:
    listed = manifest.get("levels")
    known = [*front["point"], None]
    if not isinstance(listed, list) or not listed:
        on.broken(THERE, "levels", "a list of levels", "none")
        return None
    rows = []
    for number, one in enumerate(listed, start=1):
        level = one.get("resilience") if isinstance(one, dict) else None
        bound = one.get("bound_musd", "") if isinstance(one, dict) else ""
        if not _number(level) or not (bound is None or _number(bound)) or one.get("point", "") not in known:
            on.broken(THERE, f"levels, number {number}", "a resilience, a bound and a plan", str(one)[:100])
            return None
        rows.append((float(level), -math.inf if bound is None else float(bound), one["point"] or ""))
    on.held(THERE, len(rows))
    return pd.DataFrame(rows, columns=["level", "bound", "point"]).sort_values("level", ignore_index=True)


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _check_spacing(search: Search, front: pd.DataFrame, case: Checked, on: TableLedger) -> None:
    """One level of a single plan; of a front, level 0 and the steps up to the highest."""
    levels, settings = search.levels["level"].to_numpy(), case.inputs.settings
    target, number = settings.get("resilience_target"), int(settings["front_points"])
    if search.single:
        right = len(levels) == 1 and len(front) == 1 and abs(levels[0] - float(target or 0.0)) <= LEVEL
    elif len(levels) == 1:  # one plan is the cheapest and the most resilient one, or the search was stopped before
        right = levels[0] == 0.0 and (number == 1 or len(front) == 1 or not search.done)
    else:
        steps = max(1, math.ceil(number / 3) - 1)
        right = levels[0] == 0.0 and number > 1 and _evenly(levels[1:], steps, float(front["resilience"].iloc[0]))
    shown = ", ".join(f"{level:.6g}" for level in levels)
    due = f"{1 if search.single else math.ceil(number / 3)} levels evenly spaced"
    on.holds(SPACED, right, "levels", due, shown, len(levels))


def _evenly(levels: np.ndarray, steps: int, lowest: float) -> bool:
    """Whether so many steps of one length end at the highest level, the first from no higher than the cheapest plan.

    Other levels may lie between.
    """
    highest = float(levels.max())
    if steps == 1:
        return highest > lowest - REACHED.floor
    for second in levels[:-1]:
        length = highest - float(second)
        wanted = highest - length * np.arange(steps)
        begins = highest - length * steps
        there = np.abs(levels[:, None] - wanted[None, :]).min(axis=0).max() <= LEVEL
        if there and length > 0 and -LEVEL <= begins <= lowest + REACHED.floor:
            return True
    return False


def _check_status(search: Search, front: pd.DataFrame, on: TableLedger, on_front: TableLedger) -> None:
    status = search.manifest.get("status")
    if status not in STATUSES:
        on.broken(DONE, "status", " or ".join(STATUSES), str(status))
        return
    right = (front["status"] == "optimal") | (not search.done)
    on_front.true(DONE, front, right, "status", expected="optimal")


def _check_answers(search: Search, front: pd.DataFrame, case: Checked, on: TableLedger) -> None:
    """Who answers each level, and within which gap; and whether levels are missing.

    A plan may have given way to one that is not proven costlier, and one within the gap to one nearer to its
    neighbour's: so it is the plan's bound that may not lie above that of the level by more than the gap.
    """
    levels = search.levels
    keeps = front["resilience"].to_numpy()[None, :] >= levels["level"].to_numpy()[:, None] - STEP.floor
    due = [str(front["point"].iloc[int(np.argmax(row))]) if row.any() else "" for row in keeps]  # cheapest first
    on.says(ANSWERED, levels, due, "point")
    if not search.done:
        return
    answered, first = np.asarray(keeps.any(axis=1)), keeps.argmax(axis=1)
    on.true(SETTLED_ALL, levels, answered)
    bound, cost = front["bound_musd"].to_numpy()[first], front["cost_musd"].abs().to_numpy()[first]
    allowed = np.maximum(_widest_local_gap(search, front, case), 2 * SMALLEST_GAP * cost)
    above, size = bound - levels["bound"].to_numpy(), allowed + SAME / SETTLED.share * cost
    on.at_most(SETTLED_ALL, levels, allowed, above, allow=SETTLED, size=size, unit="MUSD", only=answered)
    if search.single or len(levels) >= int(case.inputs.settings["front_points"]) or len(front) == 1:
        return
    served = front["resilience"].to_numpy()[first[:-1]]
    apart = np.maximum(0.0, levels["level"].to_numpy()[1:] - np.maximum(served, levels["level"].to_numpy()[:-1]))
    step = bound[1:] - levels["bound"].to_numpy()[:-1]
    allowed = np.maximum(_widest_gap(search, front, case), 2 * SMALLEST_GAP * cost)
    known = (step <= (allowed + SETTLED.share * size)[1:]) | (apart <= 2 * STEP.floor)
    on.true(UNKNOWN, levels.iloc[1:], known | ~answered[1:])


def _check_bounds(search: Search, front: pd.DataFrame, on: TableLedger) -> None:
    """A plan's bound is the best of the levels at or below its resilience, and no more than its cost.

    At a level that its resilience meets to the last digit, it may or may not count.
    """
    levels, cost = search.levels, front["cost_musd"].to_numpy()
    least, most = (
        np.array([levels["bound"][levels["level"] <= share + slack].max() for share in front["resilience"]])
        for slack in (0.5 * LEVEL, KEPT_LEVEL if not search.single else REACHED.floor)
    )
    size = np.abs(cost) / DIGITS.share * SAME
    known = np.isfinite(least) & np.isfinite(most)
    ends = np.minimum(least, cost), np.minimum(most, cost)
    on.between(BOUND, front, *ends, "bound_musd", allow=DIGITS, size=size, only=known)
    target = front["target"].to_numpy()
    asked = np.abs(target[:, None] - levels["level"].to_numpy()[None, :]).min(axis=1) <= LEVEL
    on.true(ASKED, front, asked, "target")


def _check_reach(search: Search, front: pd.DataFrame, case: Checked, on: TableLedger) -> None:
    """The highest resilience that is proven, and the targets beyond it."""
    highest, reached = search.manifest.get("highest_resilience_bound"), float(front["resilience"].max())
    one = search.single or int(case.inputs.settings["front_points"]) == 1
    if not _number(highest):
        on.broken(PROVEN, "highest_resilience_bound", "a number", str(highest))
    elif one or search.done:
        limit = (1.0, 1.0) if one else (reached, reached + PROVEN_HIGHEST)
        on.between(PROVEN, {"name": "highest_resilience_bound"}, *limit, float(highest), allow=REACHED)
    listed, target = search.manifest.get("targets_out_of_reach"), case.inputs.settings.get("resilience_target")
    if not isinstance(listed, list) or not all(_number(one) for one in listed):
        on.broken(REACH, "targets_out_of_reach", "a list of numbers", str(listed))
        return
    missed = [float(target)] if target is not None and not search.single else []
    rows = pd.DataFrame({"target": [*map(float, listed), *missed]})
    on.true(REACH, rows, (rows["target"] > reached + REACHED.floor) == rows["target"].isin(listed))


def _check_gap_target(search: Search, front: pd.DataFrame, case: Checked, on: TableLedger) -> None:
    """The gap asked for is no wider than settings and front allow where the step is large, or the smallest asked for.

    The smallest is taken of what was known to keep a level before it was asked for: at most the costliest plan.
    """
    cost, given = front["cost_musd"].abs().to_numpy(), front["gap_target_musd"].to_numpy()
    how = How(allow=SETTLED, size=np.abs(given) + cost * SAME / SETTLED.share)
    widest = max(_widest_local_gap(search, front, case), SMALLEST_GAP * float(cost.max()))
    on.at_most(GAP_TARGET, front, widest, "gap_target_musd", **how)


def _widest_gap(search: Search, front: pd.DataFrame, case: Checked) -> float:
    """A part of the least cost, and of a front no more than a tenth of its cost range a level, MUSD.

    It is taken of a relaxation until the ends are known, and stays so where there is one plan alone.
    """
    settings, cost = case.inputs.settings, front["cost_musd"].to_numpy()
    lowest = float(search.levels["bound"].iloc[0])
    widest = float(settings["mip_gap"]) * max(abs(lowest), abs(float(cost[0])), _paid_by_markets(case))
    if search.done and not search.single and len(front) > 1:
        widest = min(widest, max(0.0, float(cost[-1]) - lowest) / 10 / int(settings["front_points"]))
    return widest


def _widest_local_gap(search: Search, front: pd.DataFrame, case: Checked) -> float:
    """Where a level lay in a large step its gap may be wider than the front's, up to what the settings allow, MUSD."""
    asked = float(case.inputs.settings["mip_gap"]) * float(front["cost_musd"].abs().max())
    return max(_widest_gap(search, front, case), asked)


def _paid_by_markets(case: Checked) -> float:
    """The most that markets could pay, MUSD: a relaxation's cost lies no further below nothing."""
    markets = case.markets
    return float((markets["max_t_per_year"] * markets["price_usd_per_t"] * markets["weight"]).sum()) / 1e6
