"""The comparison in sentences computed from the runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.present.compare.inputs import CELL, ROW, SEARCH, SOURCE
from reeplan.present.compare.results import SERVED, cost_at, less_range, levels
from reeplan.tolerances import SHOWN_MUSD, SLIGHT
from reeplan.words import count, join_and, musd, percent

if TYPE_CHECKING:
    from reeplan.present.compare.inputs import Difference
    from reeplan.present.compare.runs import ComparedRun, Comparison


def heading(comparison: Comparison) -> str:
    """What is compared."""
    names = [given.heading for given in comparison.runs]
    return f"{join_and(names)} compared"


def answer(comparison: Comparison, found: list[Difference]) -> list[str]:
    """What differs, in two or three sentences."""
    said = [inputs_in_words(found)]
    if comparison.same_money and comparison.same_measure:
        said += [_against_first(comparison, given) for given in comparison.runs[1:]]
    else:
        said.append(
            "Costs or resiliences do not mean the same in these runs; see below before reading one against another."
        )
    return said


def inputs_in_words(found: list[Difference]) -> str:
    """How much differs in the inputs."""
    number_of = {kind: sum(1 for one in found if one.kind == kind) for kind in (CELL, ROW, SEARCH, SOURCE)}
    said = [
        count(number_of[CELL], "value") if number_of[CELL] else "",
        f"{count(number_of[ROW], 'row')} that not every run has" if number_of[ROW] else "",
        count(number_of[SEARCH], "setting of the search", "settings of the search") if number_of[SEARCH] else "",
        count(number_of[SOURCE], "source, note or title", "sources, notes or titles") if number_of[SOURCE] else "",
    ]
    parts = [part for part in said if part]
    if not parts:
        return "The inputs are the same, cell by cell."
    differ = "differs" if sum(number_of.values()) == 1 else "differ"
    said_so = join_and(parts)
    return f"{said_so[0].upper()}{said_so[1:]} {differ} in the inputs."


def matched(comparison: Comparison) -> str:
    """Which plans stand for the runs, and why."""
    chosen = comparison.chosen
    plans = join_and([
        f"{chosen[given.letter]} of {given.heading} "
        f"({percent(100 * float(given.run.row(chosen[given.letter])['resilience']), 1)} served)"
        for given in comparison.runs
    ])  # fmt: skip
    how = (
        "the first is the plan that its report opens with, the others are the nearest to it in resilience"
        if comparison.same_measure
        else "each is the plan that its run's report opens with, since resilience is measured differently"
    )
    return (
        f"Compared are the plans {plans}: {how}. Beside them: in how many plans of its front each run builds the asset."
    )


def _against_first(comparison: Comparison, given: ComparedRun) -> str:
    """Cost at the resilience of the first run's chosen plan, with what is proven."""
    first = comparison.first
    asked = float(first.run.row(comparison.chosen[first.letter])["resilience"])
    level = max(value for value in levels(comparison, SERVED) if value <= asked)
    _, base, *base_range = cost_at(first, level)
    _, cost, *own_range = cost_at(given, level)
    served = f"Serving at least {percent(100 * level, 1)}"
    if cost != cost:
        never = "is impossible" if own_range[0] == math.inf else "was not found possible"
        return f"{served} {never} in {given.heading}; in {first.heading} it costs {musd(base)} MUSD."
    low, high = less_range((own_range[0], own_range[1]), (base_range[0], base_range[1]))
    if max(abs(low), abs(high)) <= SLIGHT * max(1.0, abs(base)):
        return f"{served} costs the same in {given.heading} and {first.heading}: {musd(cost)} MUSD."
    if high - low < 2 * SHOWN_MUSD or high - low < 0.02 * abs(cost - base):
        more = "more" if cost > base else "less"
        return f"{served} costs {musd(abs(cost - base))} MUSD {more} in {given.heading} than in {first.heading}."
    if low > 0 or high < 0:
        more = "more" if low > 0 else "less"
        ends = sorted((abs(low), abs(high)))
        return (
            f"{served} costs between {musd(ends[0])} and {musd(ends[1])} MUSD {more} in {given.heading} than in "
            f"{first.heading}."
        )
    less = f"{musd(-low)} MUSD less" if math.isfinite(low) else "less"
    return (
        f"Whether serving at least {percent(100 * level, 1)} costs more in {given.heading} than in {first.heading} is "
        f"open: from {less} to {musd(high)} MUSD more."
    )
