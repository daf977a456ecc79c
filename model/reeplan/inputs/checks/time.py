"""Years: the horizon, spans of years, scenarios and what their disruptions do when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.inputs.names import quoted
from reeplan.inputs.rows import Problem, Row
from reeplan.inputs.spec import ALL, BASE
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from reeplan.inputs.partial_case import PartialCase


def horizon(draft: PartialCase) -> None:
    """The first year is not after the last."""
    first, last = draft.settings.get("first_year"), draft.settings.get("last_year")
    if first is not None and last is not None and first > last:
        row = next((row for row in draft.rows["settings"] if row["name"] == "last_year"), None)
        draft.errors.append(
            Problem(
                row.file if row else draft.files["settings"],
                row.line if row else 0,
                "value",
                f"the last year {last} is before the first year {first}.",
                "the horizon runs from first_year to last_year.",
            )
        )
        del draft.settings["first_year"], draft.settings["last_year"]


def spans(draft: PartialCase) -> None:
    """A budget's first year is not after its last."""
    for row in draft.rows["budgets"]:
        if row["first_year"] > row["last_year"]:
            draft.fail(
                row,
                "last_year",
                f"the span ends in {row['last_year']}, before it begins in {row['first_year']}.",
                "swap first_year and last_year.",
            )


def scenarios(draft: PartialCase) -> None:
    """Every window lies within the horizon."""
    first, last = draft.settings.get("first_year"), draft.settings.get("last_year")
    if first is None or last is None:
        return
    for row in draft.rows["scenarios"]:
        for start in row["starts"]:
            end = start + row["years"] - 1
            if start < first or end > last:
                span = f"{start}" if start == end else f"{start} to {end}"
                draft.fail(
                    row,
                    "starts",
                    f"the window {span} is outside the horizon {first} to {last}.",
                    "start it later."
                    if start < first
                    else f"start it in {last - row['years'] + 1} or before, or make it shorter."
                    if last - row["years"] + 1 >= first
                    else "make it shorter.",
                )


def probabilities(draft: PartialCase) -> None:
    """At most one window happens: probabilities sum to 1 at most."""
    total = 0.0
    for row in draft.rows["scenarios"]:
        before, total = total, total + row["probability"]
        if before <= 1.0 + ROUNDING < total:
            everything = sum(other["probability"] for other in draft.rows["scenarios"])
            draft.fail(
                row,
                "probability",
                f"the probabilities of all scenarios sum to {everything:.6g}, above 1.",
                "at most one scenario happens within the horizon; lower them.",
            )


def measure(draft: PartialCase) -> None:
    """A measure that weighs windows by probability needs one above 0."""
    if draft.settings.get("resilience_measure") not in ("expected", "cvar") or "scenarios" in draft.doubtful:
        return
    if any(row.bad for row in draft.raw["scenarios"]) or any(row["probability"] > 0 for row in draft.rows["scenarios"]):
        return
    row = next((row for row in draft.rows["settings"] if row["name"] == "resilience_measure"), None)
    draft.errors.append(
        Problem(
            row.file if row else draft.files["settings"],
            row.line if row else 0,
            "value",
            f"the measure {quoted(draft.settings['resilience_measure'])} weighs scenarios by their "
            "probability, and none has one above 0.",
            "give probabilities in scenarios.csv, or measure by worst_case or weakest_link.",
        )
    )


def disruption_years(draft: PartialCase) -> None:
    """A disruption's years lie in order and within its scenario, or within the horizon for the undisrupted path."""
    lengths = {row["scenario"]: row["years"] for row in draft.rows["scenarios"]}
    for row in draft.rows["disruptions"]:
        first, last = row["first"], row["last"]
        if first is not None and last is not None and first > last:
            draft.fail(
                row,
                "last",
                f"the disruption ends in year {last}, before it begins in year {first}.",
                "swap first and last.",
            )
        elif row["scenario"] == BASE:
            _check_calendar(draft, row)
        elif row["scenario"] in lengths:
            for column in ("first", "last"):
                if row[column] is not None and row[column] > lengths[row["scenario"]]:
                    draft.fail(
                        row,
                        column,
                        f"year {row[column]} is beyond the end of {quoted(row['scenario'])} "
                        f"(length: {lengths[row['scenario']]}).",
                        "years of a window are counted from 1; empty means all of them.",
                    )


def _check_calendar(draft: PartialCase, row: Row) -> None:
    start, end = draft.settings.get("first_year"), draft.settings.get("last_year")
    if start is None or end is None:
        return
    first, last = row["first"], row["last"]
    for column, outside in (("first", first is not None and first > end), ("last", last is not None and last < start)):
        if outside:
            draft.fail(
                row,
                column,
                f"{row[column]} is outside the horizon {start} to {end}.",
                "for the undisrupted path first and last are calendar years; empty means all of them.",
            )
            return
    if first is not None and first < 1900:
        draft.fail(
            row,
            "first",
            f"{first} is no calendar year.",
            "for the undisrupted path first and last are calendar years; empty means all of them.",
        )


def disruption_rules(draft: PartialCase) -> None:
    """What cannot be: flows that refer to themselves, and rows that would act on nothing."""
    for row in draft.rows["disruptions"]:
        if row["basis"] == "flow" and row["kind"] not in ("country", "supplier"):
            draft.fail(
                row,
                "basis",
                f"flow limits purchases; a {row['kind']} has none.",
                "leave basis empty, or hit the country or the supplier.",
            )
        elif row["basis"] == "flow" and row["scenario"] == BASE:
            draft.fail(
                row,
                "basis",
                "flow means a part of the undisrupted path's own purchases, so it cannot act on the undisrupted path.",
                "write ceiling, or put it into a scenario.",
            )
        if row["kind"] == "route" and row["scenario"] == BASE and 0 < row["availability"] < 1:
            draft.fail(
                row,
                "availability",
                "a route is cut to a part of its flow on the undisrupted path, so on the undisrupted path "
                "itself it is open or closed.",
                "write 0 or 1, or put it into a scenario.",
            )
        if row["kind"] == "plant" and row["material"] != ALL:
            draft.fail(
                row,
                "material",
                f"a plant is hit as a whole, not for {quoted(row['material'])} alone.",
                "leave material empty.",
            )
