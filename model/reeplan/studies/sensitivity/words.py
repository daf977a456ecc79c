"""What was learned in sentences, with how sure it is."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from reeplan.endings import TOO_FAR_APART, Status
from reeplan.inputs.names import counted, listing
from reeplan.studies.sensitivity.outputs import WITHIN_REACH
from reeplan.studies.sensitivity.robust import STAGE as FUTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.studies.sensitivity.result import Sensitivity

MOST_NAMED = 8
UNSOLVED = (Status.NOT_SOLVED, Status.INTERRUPTED)


def sentences(result: Sensitivity) -> list[str]:
    """The most important first."""
    return [*_stopped(result), *_tornado(result), *_decisions(result), *_indices(result), *_screening(result),
            *_reach(result), *_without_plan(result), *_certainty(result)]  # fmt: skip


def _stopped(result: Sensitivity) -> Iterator[str]:
    missing = sum(1 for one in result.told if one.status in UNSOLVED)
    if missing:
        verb = "is" if missing == 1 else "are"
        yield f"The work was stopped: {missing} of {counted(len(result.told), 'future')} {verb} not solved."
    failed = sum(1 for one in result.told if one.status == Status.FAILED)
    if failed:
        yield f"In {failed} of {counted(len(result.told), 'future')} the solver failed: {TOO_FAR_APART}."


def _tornado(result: Sensitivity) -> Iterator[str]:
    focus = result.outputs[0]
    rows = [row for row in result.tornado if row["output"] == focus.name and row["span"] > 0]
    sure = [row for row in rows if not row["within_gap"]]
    for number, row in enumerate(sure[:3]):
        lead = f"One at a time, the {focus.name} moves most with {row['input']}" if not number else (
            f"Next is {row['input']}" if number == 1 else f"Then {row['input']}"
        )  # fmt: skip
        yield f"{lead}: {_number(row['at_low'])} {row['unit']} at its low, {_number(row['at_high'])} at its high " \
              f"({_number(row['at_base'])} as stated)."  # fmt: skip
    unsure = len(rows) - len(sure)
    if unsure:
        change, these = ("changes", "this one") if unsure == 1 else ("change", "these")
        yield f"{unsure} of {counted(len(result.inputs), 'input')} {change} it by less than the plans' gaps leave " \
              f"open: of {these} it is not known in which direction."  # fmt: skip


def _decisions(result: Sensitivity) -> Iterator[str]:
    rows = result.built
    if not rows or not rows[0]["futures"]:
        return
    count = rows[0]["futures"]
    always = [row["asset"] for row in rows if row["built_in"] == count]
    never = [row["asset"] for row in rows if not row["built_in"]]
    between = [f"{row['asset']} ({row['built_in']})" for row in rows if 0 < row["built_in"] < count]
    of = f"Of {counted(count, 'future')} drawn from all ranges"
    if always:
        yield f"{of}, every one builds {listing(always, MOST_NAMED)}."
    if between:
        yield f"{of}, some build {listing(between, MOST_NAMED)}."
    if never:
        yield f"{of}, none builds {listing(never, MOST_NAMED)}."


def _indices(result: Sensitivity) -> Iterator[str]:
    focus = result.outputs[0]
    rows = [row for row in result.indexed if row["output"] == focus.name]
    if rows and rows[0]["samples_without_plan"] > rows[0]["samples"]:
        of = rows[0]["samples_without_plan"] + rows[0]["samples"]
        yield (
            f"Of {of} samples for indices only {rows[0]['samples']} have a plan in each of their futures: too few to "
            f"say what explains the {focus.name}."
        )
        return
    parts = [
        f"{row['input']} {_percent(row['first'])} by itself and {_percent(row['total'])} with others "
        f"(± {_percent(row['total_confidence'])})"
        for row in rows[:3]
    ]
    if parts:
        yield f"Of the variance of the {focus.name} that comes from {len(rows)} inputs, {listing(parts)}."
        wide = [row for row in rows if row["total_confidence"] > 0.2]
        if wide:
            yield "These shares are rough: their intervals are wide. More samples would narrow them."


def _reach(result: Sensitivity) -> Iterator[str]:
    """What decides whether the target can be kept at all."""
    rows = [row for row in result.screened if row["output"] == WITHIN_REACH and row["mu_star"] > 0]
    if rows:
        names = listing((row["input"] for row in rows), MOST_NAMED)
        yield f"In the screening, what puts the target within reach or out of it is {names} (in this order)."


def _screening(result: Sensitivity) -> Iterator[str]:
    if result.screening is None or result.indexed:
        return
    focus = result.outputs[0]
    rows = [row for row in result.screened if row["output"] == focus.name and not row["within_gap"]]
    parts = [f"{row['input']} ({_number(row['mu_star'])} {row['unit']})" for row in rows[:3]]
    if parts:
        yield f"Over all ranges, the {focus.name} moves most with {listing(parts)} (mean size of the effect)."


def _without_plan(result: Sensitivity) -> Iterator[str]:
    drawn = [one for one in result.told if one.future.stage == FUTURES]
    why = Counter(one.status for one in drawn if one.answer is None or not one.answer.found)
    for status, number in why.items():
        have = "has" if number == 1 else "have"
        yield f"{number} of {counted(len(drawn), 'drawn future')} {have} no plan that counts: {status}."
    elsewhere = {status: number - why.get(status, 0) for status, number in result.without_plan.items()}
    for status, number in elsewhere.items():
        if number and status not in UNSOLVED:
            have = f"{counted(number, 'future')} {'has' if number == 1 else 'have'}"
            yield (
                f"Elsewhere {have} none ({status}): screening leaves out the steps to and from such a future, indices "
                "the sample that it is part of."
            )


def _certainty(result: Sensitivity) -> Iterator[str]:
    correction = result.correction
    divisible = any(one.divisible and one.future.stage != "check" for one in result.told)
    if divisible and correction is None:
        yield "Modules were divisible here, and nothing was checked against whole ones."
    elif divisible and correction is not None:
        focus = result.outputs[0]
        low, high = correction.bands.get(focus.name, (math.nan, math.nan))
        yield (
            "Where the tables say so, modules were divisible. "
            f"In {counted(correction.futures, 'future')} solved both ways, whole ones raised the {focus.name} by "
            f"{_number(low)} to {_number(high)} {focus.unit}; effects smaller than "
            f"{_number(high - low)} {focus.unit} say nothing. That is measured, not proven."
        )
    unproven = sum(1 for one in result.told if one.status in (Status.GAP, Status.UNPROVEN))
    if unproven:
        were = "was not proven to the gap asked for; its bound is" if unproven == 1 else (
            "were not proven to the gap asked for; their bounds are"
        )  # fmt: skip
        yield f"{counted(unproven, 'plan')} {were} in futures.csv."
    yield (
        "Which plants are built is read from the best plan found; another plan within the gap may build others, so a "
        "decision that changes in one future only is weak evidence."
    )


def _number(value: Any) -> str:
    if value is None or not math.isfinite(value):
        return "no plan"
    if value == 0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))) - 1)
    return f"{value:,.{min(digits, 6)}f}"


def _percent(value: float) -> str:
    return "not known" if not math.isfinite(value) else f"{100 * value:.0f}%"
