"""Years: the horizon, spans of years, scenarios and what their disruptions do when."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reeplan.inputs.names import quoted
from reeplan.inputs.rows import Problem, Row
from reeplan.inputs.spec import ALL, ANY_YEAR, BASE, TABLES
from reeplan.inputs.starts import length, probability_of_each, start_years
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """Every window lies within the horizon, and ``any`` stands for at least one."""
    first, last = draft.settings.get("first_year"), draft.settings.get("last_year")
    if first is None or last is None:
        return
    for row in _dated(draft):
        latest = last - length(row) + 1
        if row["starts"] == (ANY_YEAR,):
            if latest < first:
                draft.fail(
                    row,
                    "starts",
                    f"{quoted(ANY_YEAR)} stands for no year: {length(row)} years do not fit into {first} to {last}.",
                    "make it shorter.",
                )
            continue
        outside = [start for start in row["starts"] if start < first or start > latest]
        for begin, end in _in_a_row(outside, lambda start: start < first):
            if begin == end:
                years = f"{begin}" if length(row) == 1 else f"{begin} to {begin + length(row) - 1}"
                what = f"the window {years} is outside the horizon {first} to {last}."
            else:
                what = f"windows that start in {begin} to {end} are outside the horizon {first} to {last}."
            draft.fail(
                row,
                "starts",
                what,
                "start it later."
                if begin < first
                else f"start it in {latest} or before, or make it shorter."
                if latest >= first
                else "make it shorter.",
            )


def _in_a_row(years: list[int], alike: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive years that are alike."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1 and alike(year) == alike(year - 1):
            runs[-1].append(year)
        else:
            runs.append([year])
    return ((run[0], run[-1]) for run in runs)


def _dated(draft: PartialCase) -> Iterator[Row]:
    """The scenarios of which it is known how long their windows are."""
    return (row for row in draft.rows["scenarios"] if (row["years"] is None) != (row["months"] is None))


def either(draft: PartialCase) -> None:
    """Of two columns that say the same in two ways, every row fills exactly one."""
    for table in TABLES.values():
        for one, other in table.either:
            for row in draft.rows[table.name]:
                if (row[one] is None) == (row[other] is None):
                    draft.fail(
                        row,
                        one if row[one] is None else other,
                        f"neither {quoted(one)} nor {quoted(other)} is filled."
                        if row[one] is None
                        else f"{quoted(one)} and {quoted(other)} are both filled.",
                        f"fill exactly one of {one} and {other}.",
                    )


def probabilities(draft: PartialCase) -> None:
    """The windows that cover one year exclude each other: their probabilities sum to 1 at most."""
    first, last = draft.settings.get("first_year"), draft.settings.get("last_year")
    if first is None or last is None:
        return
    total: dict[int, float] = defaultdict(float)
    full: set[int] = set()
    crossing: dict[int, Row] = {}
    for row in _dated(draft):
        if (row["probability"] is None) == (row["probability_per_year"] is None):
            continue
        starts = start_years(row, range(first, last + 1))
        for start in starts:
            likely = probability_of_each(row, starts)
            for year in range(start, start + length(row)):
                total[year] += likely
                if total[year] > 1.0 + ROUNDING and year not in full:
                    full.add(year)
                    crossing[year] = row
    for row in {id(row): row for row in crossing.values()}.values():
        years = [year for year, one in crossing.items() if one is row]
        worst = max(years, key=lambda year: (round(total[year], 9), -year))
        draft.fail(
            row,
            "probability_per_year" if row["probability"] is None else "probability",
            f"the probabilities of all windows that cover {worst} sum to {total[worst]:.6g}, above 1.",
            "at most one of the windows that cover a year happens; lower them.",
        )


def measure(draft: PartialCase) -> None:
    """A measure that weighs windows by probability needs one above 0."""
    if draft.settings.get("resilience_measure") not in ("expected", "cvar") or "scenarios" in draft.doubtful:
        return
    if any(row.bad for row in draft.raw["scenarios"]) or _weighs(draft.rows["scenarios"]):
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


def _weighs(scenarios: list[Row]) -> bool:
    """Whether a scenario that the target asks about has a probability, or the target asks about none of those there."""
    asked = [row for row in scenarios if row["in_target"]]
    likely = any((row["probability"] or 0) > 0 or (row["probability_per_year"] or 0) > 0 for row in asked)
    return likely or (bool(scenarios) and not asked)


def disruption_years(draft: PartialCase) -> None:
    """A disruption's years lie in order and within its scenario, or within the horizon for the undisrupted path."""
    scenarios = {row["scenario"]: row for row in _dated(draft)}
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
        elif row["scenario"] in scenarios:
            scenario = scenarios[row["scenario"]]
            for column in ("first", "last"):
                if row[column] is not None and row[column] > length(scenario):
                    months = scenario["months"]
                    draft.fail(
                        row,
                        column,
                        f"year {row[column]} is beyond the end of {quoted(row['scenario'])} "
                        f"(length: {length(scenario) if months is None else f'{months} months'}).",
                        "years of a window are counted from 1; empty means all of them."
                        if months is None
                        else "a window of months lies within one year: write 1, or leave the cell empty.",
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
        if row["kind"] in ("plant", "deposit") and row["material"] != ALL:
            draft.fail(
                row,
                "material",
                f"a {row['kind']} is hit as a whole, not for {quoted(row['material'])} alone.",
                "leave material empty.",
            )
        if row["price_factor"] != 1 and row["kind"] not in ("country", "supplier"):
            draft.fail(
                row,
                "price_factor",
                f"a price is a seller's or a country's; a {row['kind']} has none.",
                "leave price_factor empty, or hit the country or the supplier.",
            )
        if not row.given & {"availability", "price_factor"}:
            draft.fail(
                row,
                "availability",
                "this cell is empty.",
                "say what remains, 0 to 1; only a row with a price_factor may leave it out.",
            )
