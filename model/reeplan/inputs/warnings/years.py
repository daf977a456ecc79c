"""Warnings about years: rows that cannot act within the horizon, and years of it that nothing is said about."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from reeplan.inputs.names import listing, shown
from reeplan.inputs.reach import Chain, grouped
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import TABLES
from reeplan.inputs.starts import length, start_years
from reeplan.inputs.warnings.once import called, span, spans, told_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.inputs.rows import Row

MOST_CALM_YEARS = 2
"""So many years without any disruption at the end of the horizon are usual: a window must fit into it."""


def unlisted_start(chain: Chain) -> Iterator[Problem]:
    """Series whose first listed year is after the first year: its values hold before it as well."""
    start = chain.years[0]
    for table, every in chain.series.items():
        rows = [series[0] for series in every if series[0]["year"] > start]
        yield from told_once(
            rows,
            "year",
            f"{{names}}: the first year listed is {_listed(rows)}, and its values hold from {start} on as well.",
            f"outside the listed years the nearest one holds: is the year a slip? Else add a row of {start}"
            f"{' (with 0 t/yr if nothing is sold yet)' if table == 'suppliers' else ''}.",
            [called(table, row) for row in rows],
        )


def idle_years(chain: Chain) -> Iterator[Problem]:
    """Rows that no year of the horizon lies next to, and rows so far from it that they are most likely a slip."""
    start, end, length = chain.years[0], chain.years[-1], len(chain.years)
    for table, every in chain.series.items():
        idle: list[Row] = []
        far: list[Row] = []
        for series in every:
            for before, after in pairwise(series):
                idle += [before] if after["year"] <= start else []
                idle += [after] if before["year"] >= end else []
                if before["year"] < end and after["year"] > start:
                    far += [before] if before["year"] < start - length else []
                    far += [after] if after["year"] > end + length else []
        yield from told_once(
            idle,
            "year",
            f"{{names}}: the rows of {_listed(idle)} lie outside the horizon {start} to {end} and change nothing.",
            "is a year a slip, or was the horizon changed?",
            [called(table, row) for row in idle],
        )
        yield from told_once(
            far,
            "year",
            f"{{names}}: the rows of {_listed(far)} lie far outside the horizon {start} to {end}, and values within it "
            "run towards them.",
            "between listed years values are interpolated: is a year a slip?",
            [called(table, row) for row in far],
        )


def _listed(rows: list[Row]) -> str:
    return listing(map(str, sorted({row["year"] for row in rows})))


def held_flat(chain: Chain) -> Iterator[Problem]:
    """Demand that was still changing where its rows end; and everything else where no row of the case goes further."""
    end = chain.years[-1]
    moving = {
        table: [series for series in every if len(series) > 1 and _changes(table, *series[-2:])]
        for table, every in chain.series.items()
    }
    latest = max(series[-1]["year"] for every in chain.series.values() for series in every)
    for table, what in _HELD.items():
        last = [series[-1] for series in moving[table] if series[-1]["year"] < end]
        if table != "demand" and latest >= end:
            continue
        years = _listed(last)
        yield from told_once(
            last,
            "year",
            f"{{names}}: {what} held flat after {years}, to {end}.",
            f"outside the listed years the nearest one holds: add a row of {end}.",
            [called(table, row) for row in last],
        )


_HELD = {
    "suppliers": "prices and limits are",
    "markets": "prices and limits are",
    "demand": "demand is",
    "offtakes": "the export limit is",
    "dependence": "the limit is",
}
"""What is held where the rows of a table with years end."""


def _changes(table: str, before: Row, after: Row) -> bool:
    """Whether a number differs between two rows of a series."""
    columns = [column.name for column in TABLES[table].columns if column.kind == "number"]
    return any(before[name] != after[name] for name in columns)


def never_running(chain: Chain) -> Iterator[Problem]:
    """What can run only after the last year, what retires before the first, and ramps that never end."""
    start, end = chain.years[0], chain.years[-1]
    late: dict[str, list[Row]] = defaultdict(list)
    slow: dict[str, list[Row]] = defaultdict(list)
    for asset in chain.assets:
        row, table = asset.row, "plants" if asset.option_t is None else "ventures"
        if table == "ventures" or row["max_modules"]:
            if asset.earliest(start) > end:
                late[table].append(row)
            if row["ramp_years"] >= min(len(chain.years), row["life_years"]):
                slow[table].append(row)
    for table, rows in late.items():
        yield from told_once(
            rows,
            "earliest_year" if rows[0]["earliest_year"] > end else "lead_years",
            f"{{names}}: can never be built, because it could not run before the horizon ends in {end}.",
            "look at earliest_year and lead_years, or extend the horizon.",
            [called(table, row) for row in rows],
        )
    for table, rows in slow.items():
        yield from told_once(
            rows,
            "ramp_years",
            "{names}: never gets to its full size: the ramp is as long as its life or the horizon, or longer.",
            "ramp_years is the time until a new module gives its full size.",
            [called(table, row) for row in rows],
        )
    gone = [row for row in chain.tables["plants"] if row["capacity_t_per_year"] and (row["retires"] or start) < start]
    yield from told_once(
        gone,
        "retires",
        f"{{names}}: the existing capacity retires before the first year, {start}, and never runs.",
        "retires is the last year that it runs; empty means never.",
        [called("plants", row) for row in gone],
    )


def idle_budgets(chain: Chain) -> Iterator[Problem]:
    """Budgets of years that the horizon does not have, of partners that have others."""
    start, end = chain.years[0], chain.years[-1]
    rows = [row for rows in _budgets(chain).values() for row in rows if not _covered(chain, row)]
    rows = [row for row in rows if any(_covered(chain, other) for other in _budgets(chain)[row["partner"],])]
    yield from told_once(
        rows,
        "first_year",
        f"{{names}}: a budget outside the horizon {start} to {end} limits nothing.",
        "is a year a slip, or was the horizon changed?",
        [f"{row['partner']} {row['first_year']} to {row['last_year']}" for row in rows],
    )


def open_budgets(chain: Chain) -> Iterator[Problem]:
    """Years in which a partner that has budgets has none: its capital is not limited then."""
    start, end = chain.years[0], chain.years[-1]
    found: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for rows in _budgets(chain).values():
        for gap in spans(set(chain.years).difference(*(_covered(chain, row) for row in rows))):
            found[gap[0], gap[-1]].append(max(rows, key=lambda row: int(row["last_year"])))
    for (first, last), rows in found.items():
        who, their = listing(shown(row["partner"]) for row in rows), "its" if len(rows) == 1 else "their"
        if (first, last) == (start, end):
            what = f"all budgets of {who} lie outside the horizon {start} to {end}: {their} capital is not limited."
        elif last == end:
            what = f"budgets of {who} end in {first - 1}; from {first} on {their} capital is not limited."
        elif first == start:
            what = f"budgets of {who} begin in {last + 1}; before that {their} capital is not limited."
        else:
            what = f"budgets of {who} leave out {span(range(first, last + 1))}: {their} capital is not limited then."
        hint = "add a row to budgets.csv for these years."
        yield Problem(rows[0].file, rows[0].line, "last_year", what, hint)


def _budgets(chain: Chain) -> dict[tuple[str, ...], list[Row]]:
    return grouped(chain.tables["budgets"], "partner")


def _covered(chain: Chain, budget: Row) -> range:
    """The years of the horizon that a budget is of."""
    return range(max(chain.years[0], budget["first_year"]), min(chain.years[-1], budget["last_year"]) + 1)


def calm_end(chain: Chain) -> Iterator[Problem]:
    """More years without any disruption at the end of the horizon than between disruptions."""
    end = chain.years[-1]
    rows = chain.tables["scenarios"]
    hit = {
        start + year for row in rows for start in start_years(row, chain.years) for year in range(length(row))
    }
    if not hit:
        return
    usual = max((after - before - 1 for before, after in pairwise(sorted(hit))), default=0)
    if end - max(hit) > max(usual, MOST_CALM_YEARS):
        yield Problem(
            rows[0].file,
            rows[0].line,
            "starts",
            f"no scenario disrupts {span(range(max(hit) + 1, end + 1))}: resilience says nothing about these years.",
            "add later start years.",
        )
