"""One front of 12 points: ours, 12 cold solves of the plain formulation, and pyaugmecon.

All three are asked for the same levels of resilience and the same absolute gap in cost, that of a point of
our front. Hours may pass, so every measurement is kept when it is made (``benchmarks/kept.py``), and the
command started again goes on from there. Cold solves come hardest first: those that took us longest.

``REEPLAN_COLD_LIMIT_S`` is the limit of one cold solve (1800 s where it is not set), ``REEPLAN_COLD_TOTAL_S``
the time after which no further one of a case is begun (7200 s), ``REEPLAN_AUGMECON_FACTOR`` after how many times
our seconds pyaugmecon is stopped (10).
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
import os
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.augmecon import augmecon_front, missing
from benchmarks.cut_case import write_cut
from benchmarks.harness import BASE_CASE, HERE, ROOT, TUTORIAL, Row, shown, table
from benchmarks.kept import Kept
from benchmarks.ours import OurFront, our_front
from benchmarks.plain import solve_cold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

name = "front"
title = "A front of 12 points: against cold solves and against pyaugmecon"

POINTS = 12
WORKERS = 2
COLD_LIMIT_S = float(os.environ.get("REEPLAN_COLD_LIMIT_S", "1800"))
COLD_TOTAL_S = float(os.environ.get("REEPLAN_COLD_TOTAL_S", "7200"))
QUICK_LIMIT_S = 20.0
OUR_LIMIT_S = 1800.0
"""A point of ours may take as long as a cold solve: what is compared is proven to the gap, not cut off."""

AUGMECON_FACTOR = float(os.environ.get("REEPLAN_AUGMECON_FACTOR", "10"))
"""pyaugmecon is stopped after this many times our seconds (not before a minute): twice what is to be shown."""

DIGITS = 1e-6
"""Relative accuracy of a cost beside its gap: the feasibility tolerance of a solver with default options."""


def run(quick: bool) -> list[Row]:
    """Every case in turn, the small one first; ``quick`` takes the tutorial only, with short limits."""
    kept = Kept("front-quick" if quick else "front")
    limit, total = (QUICK_LIMIT_S, 5 * QUICK_LIMIT_S) if quick else (COLD_LIMIT_S, COLD_TOTAL_S)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        cases = {"tutorial": TUTORIAL}
        if not quick:
            cases["base case to 2031, one window"] = write_cut(Path(place) / "cut", 2031, ["china_1y"])
            cases["base case"] = BASE_CASE
        for case, folder in cases.items():
            rows += compare(case, folder, kept, limit, total)
    if all(row["plain_seconds"] is not None for row in rows if row["kind"] == "level"):
        kept.forget()
    return rows


def compare(case: str, folder: Path, kept: Kept, limit_s: float, total_s: float, points: int = POINTS) -> list[Row]:
    """One case by all three: a row of the whole, and a row a level."""
    package = fingerprint(folder.glob("*.csv"), (ROOT / "model").rglob("*.py"))
    ours = OurFront(
        **kept.measured(f"ours {package}", functools.partial(our_front, folder, points, OUR_LIMIT_S, WORKERS))
    )
    cold = _cold_solves(folder, ours, kept, limit_s, total_s)
    theirs = _augmecon(folder, ours, kept, f"pyaugmecon {package}", points)
    levels = [_level_row(case, ours, level, cold.get(level)) for level in ours.levels]
    return [_case_row(case, ours, levels, theirs), *levels]


def _cold_solves(
    folder: Path, ours: OurFront, kept: Kept, limit_s: float, total_s: float
) -> dict[float | None, dict[str, Any]]:
    """The plain formulation at each level, hardest first, until the time is used up."""
    began = time.perf_counter()
    program = fingerprint(folder.glob("*.csv"), [HERE / "plain.py", ROOT / "tests" / "second_opinion.py"])
    cold = {}
    for level in sorted(ours.levels, key=lambda level: -ours.at(level)[3]):
        key = f"cold {program} {level} {ours.gap_musd} {limit_s}"
        if key in kept or time.perf_counter() - began < total_s:
            measure = functools.partial(solve_cold, folder, level, ours.gap_musd, limit_s)
            cold[level] = kept.measured(key, measure)
    return cold


def _augmecon(folder: Path, ours: OurFront, kept: Kept, key: str, points: int) -> dict[str, Any] | None:
    """The front by pyaugmecon; None where it is not installed or there is one level only."""
    if missing() is not None or len(ours.levels) < 2:
        return None
    limit = max(60.0, AUGMECON_FACTOR * ours.seconds)
    return kept.measured(key, functools.partial(augmecon_front, folder, points, ours.gap_musd, limit, WORKERS))


def fingerprint(*files: Iterable[Path]) -> str:
    """What a measurement depends on: the text of these files, and the solver's version."""
    digest = hashlib.sha256(version("highspy").encode())
    for path in sorted(itertools.chain(*files), key=lambda path: path.as_posix()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


# ---- do they agree --------------------------------------------------------------------------------------


def cold_agrees(ours: OurFront, level: float | None, cost_musd: float, bound_musd: float) -> bool:
    """Whether our plan at a level and a cold solve can both be right: neither is cheaper than the other proves.

    A level of ours that is not complete proves nothing of its plan, and is not held against a cheaper one.
    """
    own = ours.at(level)[0]
    room = DIGITS * abs(own)
    undercut = math.isfinite(cost_musd) and cost_musd < own - ours.gap_musd - room
    return bound_musd <= own + room and not (undercut and ours.complete)


def augmecon_agrees(ours: OurFront, points: Sequence[Sequence[float]]) -> bool:
    """Whether pyaugmecon's points (cost, resilience) lie on our front.

    None costs less than we prove of its resilience, nor, at a level that was asked for, less than our plan by
    more than the gap or more than our plan by more than the gap.
    """
    for cost, resilience in points:
        room = DIGITS * abs(cost)
        proven = max((bound for _, at, bound, _ in ours.points if at <= resilience - DIGITS), default=-math.inf)
        if cost < proven - room:
            return False
        level = next((level for level in ours.levels if level and abs(resilience - level) <= 2 * DIGITS), None)
        if ours.complete and level is not None and abs(cost - ours.at(level - 2 * DIGITS)[0]) > ours.gap_musd + room:
            return False
    return True


# ---- rows -----------------------------------------------------------------------------------------------


def _level_row(case: str, ours: OurFront, level: float | None, cold: dict[str, Any] | None) -> Row:
    row: Row = {"kind": "level", "case": case, "level": level, "our_musd": ours.at(level)[0]}
    if cold is None:
        not_run = ("plain_musd", "plain_gap_musd", "plain_seconds", "plain_status", "agrees", "plain_size")
        return row | dict.fromkeys(not_run)
    cost, bound = cold["cost_musd"], cold["bound_musd"]
    return row | {
        "plain_musd": cost if math.isfinite(cost) else None,
        "plain_gap_musd": cost - bound if math.isfinite(cost - bound) else None,
        "plain_seconds": cold["seconds"],
        "plain_status": {"optimal": "within the gap", "limit": "at the time limit"}.get(cold["status"], cold["status"]),
        "agrees": cold_agrees(ours, level, cost, bound),
        "plain_size": f"{cold['rows']:,} × {cold['columns']:,}, {cold['integers']:,}",
    }


def _case_row(case: str, ours: OurFront, levels: Sequence[Row], theirs: dict[str, Any] | None) -> Row:
    tried = [row for row in levels if row["plain_seconds"] is not None]
    seconds = [float(row["plain_seconds"] or 0.0) for row in tried]
    hardest = max(seconds, default=None)
    at_limit = any(row["plain_status"] != "within the gap" for row in tried)
    finished = theirs is not None and bool(theirs["finished"])
    broke_off = theirs is not None and bool(theirs["error"])
    agrees = [bool(row["agrees"]) for row in tried]
    if theirs is not None and finished:
        agrees.append(augmecon_agrees(ours, theirs["points"]))
    return {
        "kind": "case",
        "case": case,
        "our_size": f"{ours.rows:,} × {ours.columns:,}, {ours.integers:,}",
        "plain_size": tried[0]["plain_size"] if tried else None,
        "gap_musd": ours.gap_musd,
        "our_seconds": ours.seconds,
        "our_points": len(ours.points),
        "complete": ours.complete,
        "hardest_seconds": hardest,
        "cold_seconds": sum(seconds),
        "cold_tried": len(tried),
        "levels": len(levels),
        "at_limit": at_limit,
        "to_hardest": None if hardest is None else ours.seconds / hardest,
        "augmecon_seconds": None if theirs is None or broke_off else theirs["seconds"],
        "augmecon_factor": None if theirs is None or broke_off else theirs["seconds"] / ours.seconds,
        "augmecon_finished": finished,
        "augmecon_points": len(theirs["points"]) if theirs is not None and finished else None,
        "augmecon_solves": None if theirs is None else len(theirs["solves"]),
        "augmecon_ended": _how_it_ended(theirs),
        "agree": all(agrees) if agrees else None,
    }


def _how_it_ended(theirs: dict[str, Any] | None) -> str:
    if theirs is None:
        return missing() or "was not run: there is one level only"
    if theirs["error"]:
        return f"broke off: {theirs['error']}"
    if not theirs["finished"]:
        return f"was stopped after {theirs['seconds']:,.0f} s and {len(theirs['solves'])} solves, with no points"
    return f"made {len(theirs['solves'])} solves, found {theirs['found']} plans and gave {len(theirs['points'])} points"


# ---- in words -------------------------------------------------------------------------------------------


def render(rows: Sequence[Row]) -> str:
    """The cases, how pyaugmecon fared, then the levels of each case."""
    cases = [row for row in rows if row["kind"] == "case"]
    columns = {
        "case": "case",
        "our_size": "ours: rows × columns, integers",
        "plain_size": "plain: rows × columns, integers",
        "gap_musd": "gap, MUSD",
        "ours": "our front, s",
        "hardest": "hardest cold solve, s",
        "to_hardest": "our front / hardest cold solve",
        "all_cold": "all cold solves, s",
        "augmecon": "pyaugmecon, s",
        "faster": "pyaugmecon / our front",
        "agree": "all agree",
    }
    parts = [
        f"*Our front* is all {POINTS} levels on {WORKERS} processes, from the tables to the last proof. A *cold solve* "
        "is one level in the plain formulation, by HiGHS with its default options and nothing passed on (HiGHS's time "
        f"alone). *pyaugmecon* makes its front at as many levels from our own Pyomo model, on {WORKERS} processes. All "
        "to the same absolute gap, each once. ≥ and ≤: a rival was stopped at its time limit before it had the gap.",
        table([_case_in_words(row) for row in cases], columns),
        "\n".join(f"- {row['case']}: pyaugmecon {row['augmecon_ended']}." for row in cases),
    ]
    for case in cases:
        levels = [_level_in_words(row) for row in rows if row["kind"] == "level" and row["case"] == case["case"]]
        headings = {
            "at": "resilience at least",
            "our_musd": "our cost, MUSD",
            "plain_musd": "cold solve's cost, MUSD",
            "plain_gap_musd": "its gap, MUSD",
            "plain_seconds": "its time, s",
            "plain_status": "it ended",
        }
        parts += [f"Level by level, {case['case']}:", table(levels, headings)]
    return "\n\n".join(parts)


def _case_in_words(row: Row) -> Row:
    at_least, at_most = ("≥ ", "≤ ") if row["at_limit"] else ("", "")
    stopped = "" if row["augmecon_finished"] else "≥ "
    unproven = "" if row["complete"] else " (not all levels proven)"
    count = "" if row["cold_tried"] == row["levels"] else f" ({row['cold_tried']} of {row['levels']})"
    return row | {
        "ours": shown(row["our_seconds"]) + unproven,
        "hardest": _with(at_least, row["hardest_seconds"]),
        "to_hardest": _with(at_most, row["to_hardest"]),
        "all_cold": _with(at_least, row["cold_seconds"]) + count,
        "augmecon": _with(stopped, row["augmecon_seconds"]),
        "faster": _with(stopped, row["augmecon_factor"]),
    }


def _with(sign: str, value: object) -> str:
    return shown(value) if value is None else sign + shown(value)


def _level_in_words(row: Row) -> Row:
    costs = {key: None if row[key] is None else f"{row[key]:,.2f}" for key in ("our_musd", "plain_musd")}
    at = "any" if row["level"] is None else f"{float(row['level'] or 0.0):.4f}"
    return row | costs | {"at": at, "plain_status": row["plain_status"] or "not run"}
