"""The comparison as tables to read: on the page and, shorter, in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.outputs.spec.plans import FRONT
from reeplan.present.compare import builds as built
from reeplan.present.compare.results import PLAN, SERVED, SPENT
from reeplan.present.report.grid import NBSP, NONE, Cell, Grid, amount, number, share, text
from reeplan.present.report.grid import year as year_cell
from reeplan.tolerances import NEAR_RESILIENCE, SHOWN_MUSD, SHOWN_SHARE
from reeplan.words import display_name

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import pandas as pd

    from reeplan.present.compare.inputs import Difference
    from reeplan.present.compare.runs import Comparison

TO = f"{NBSP}to{NBSP}"
PARTNER_SERVED = "worst_window_served_"


def runs(comparison: Comparison) -> Grid:
    """The runs themselves."""
    grid = Grid(
        "runs", "The runs", [text("Run"), text("Case"), number("Plans"), number("Cheapest plan, MUSD"),
                             number("serves"), number("Most resilient plan, MUSD"), number("serves"),
                             text("Plan compared"), text("State")],
    )  # fmt: skip
    for given in comparison.runs:
        front, manifest = given.front, given.run.manifest
        case = " with ".join([str(manifest.get("case", "")), *map(str, manifest.get("overlays", []))])
        first, last = front.iloc[0], front.iloc[-1]
        grid.add(
            given.heading, case or NONE, amount(len(front)), amount(float(first["cost_musd"]), 1),
            share(float(first["resilience"])), amount(float(last["cost_musd"]), 1), share(float(last["resilience"])),
            comparison.chosen[given.letter], str(manifest.get("status", "unknown")),
        )  # fmt: skip
    return grid


def inputs(comparison: Comparison, found: list[Difference], kinds: tuple[str, ...], caption: str) -> Grid:
    """Differences of inputs of some kinds."""
    heads = [text("File"), text("Row"), text("Column"), *(text(given.heading) for given in comparison.runs)]
    grid = Grid("inputs", caption, heads)
    for one in found:
        if one.kind in kinds:
            column = one.column or "the whole row"
            grid.add(f"{one.table}.csv", one.key, column, *(value or "(empty)" for value in one.values))
    return grid


def at_equal_resilience(comparison: Comparison, results: pd.DataFrame) -> Grid:
    """The cost of every run at every plan's resilience."""
    return _levels(
        comparison, results[results["what"] == SERVED], "Cheapest plan found that serves at least as much, MUSD",
        "Served at least", share, lambda cost: amount(cost, 1),
    )  # fmt: skip


def at_equal_cost(comparison: Comparison, results: pd.DataFrame) -> Grid:
    """The resilience of every run at every plan's cost."""
    return _levels(
        comparison, results[results["what"] == SPENT], "Most that a plan found serves for no more money",
        "Spent at most, MUSD", lambda cost: amount(cost, 1), share,
    )  # fmt: skip


def _levels(
    comparison: Comparison,
    rows: pd.DataFrame,
    caption: str,
    head: str,
    in_level: Callable[[float], Cell],
    in_value: Callable[[float], Cell],
) -> Grid:
    """One row a level: what every run reaches, by which plan, and against the first run."""
    others = comparison.runs[1:]
    columns = [number(head)]
    for given in comparison.runs:
        columns += [number("found", given.heading), text("plan", given.heading)]
        columns += [number(f"less {comparison.first.letter}", given.heading)] if given in others else []
    grid = Grid("levels", caption, columns)
    for level, at_level in rows.groupby("level", sort=True):
        cells = [in_level(float(str(level)))]
        for row in at_level.to_dict("records"):
            cells += [in_value(row["value"]), Cell(row["plan"] or _why_none(row))]
            if row["run"] != comparison.first.heading:
                cells.append(_less(row))
        grid.add(*cells)
    if any(TO in cell.text for row in grid.rows for cell in row):
        grid.note = (
            f"A range: the difference lies between the two. No plan was looked for at just this level, or the search "
            f"stopped early; reeplan solve --target settles it. Resiliences within {100 * NEAR_RESILIENCE:g} points "
            "count as one."
        )
    return grid


def _less(row: dict[Hashable, Any]) -> Cell:
    """The difference to the first run: a number where it is proven to the digit shown, else its range."""
    ends = [_signed(row[name], row["value_unit"]) for name in ("less_first_run_at_least", "less_first_run_at_most")]
    if not all(math.isfinite(row[name]) for name in ("less_first_run_at_least", "less_first_run_at_most")):
        return Cell(NONE)
    wide = abs(row["less_first_run_at_most"] - row["less_first_run_at_least"])
    if wide < (2 * SHOWN_MUSD if row["value_unit"] == "MUSD" else 2 * SHOWN_SHARE):
        return _signed(row["less_first_run"], row["value_unit"])
    low, high = (end.text.replace(f"{NBSP}points", "") for end in ends)
    return Cell(
        f"{low}{TO}{high}" + (f"{NBSP}points" if row["value_unit"] == "fraction" else ""), row["less_first_run"]
    )


def _why_none(row: dict[Hashable, Any]) -> str:
    impossible = row["least_possible"] == math.inf or row["most_possible"] == -math.inf
    return "impossible" if impossible else "none found"


def chosen_plans(comparison: Comparison, results: pd.DataFrame) -> Grid:
    """The figures of the plans that stand for the runs."""
    plans = [comparison.chosen[given.letter] for given in comparison.runs]
    grid = Grid(
        "plans", "Figures of the plans compared",
        [text("Figure"), *(number(f"{given.heading}, plan {point}") for given, point in
                           zip(comparison.runs, plans, strict=True)),
         *(number(f"{given.letter} less {comparison.first.letter}") for given in comparison.runs[1:])],
    )  # fmt: skip
    rows = results[results["what"] == PLAN]
    for name, of_figure in rows.groupby("level", sort=False):
        unit = str(of_figure["value_unit"].iloc[0])
        values, less = list(of_figure["value"]), list(of_figure["less_first_run"])[1:]
        grid.add(
            _figure_in_words(str(name), unit),
            *(_in_unit(value, unit) for value in values),
            *(_signed(value, unit) for value in less),
        )
    return grid


def _figure_in_words(name: str, unit: str) -> str:
    if name.startswith(PARTNER_SERVED):
        return f"Served to {display_name(name.removeprefix(PARTNER_SERVED))} in its worst disruption"
    heading = FRONT.column(name).heading
    return f"{heading}, {unit}" if unit in ("MUSD", "t") else heading


def _in_unit(value: float, unit: str) -> Cell:
    return share(value) if unit == "fraction" else amount(value, {"MUSD": 1, "t": 0}.get(unit, 0))


def _signed(value: float, unit: str) -> Cell:
    """A difference, always with its sign; shares in points."""
    if math.isnan(value):
        return Cell(NONE)
    size = 100 * value if unit == "fraction" else value
    rounded = round(size, 0 if unit in ("t", "modules") else 1) or 0.0
    said = f"{rounded:+,.0f}" if unit in ("t", "modules") else f"{rounded:+,.1f}"
    return Cell(
        ("0" if rounded == 0 else said).replace("-", "−") + (f"{NBSP}points" if unit == "fraction" else ""), value
    )


def builds(comparison: Comparison, table: pd.DataFrame, only_different: bool) -> Grid:
    """What the compared plans build, and in how many plans of each front."""
    plans = [f"plan {comparison.chosen[given.letter]}" for given in comparison.runs]
    grid = Grid(
        "builds",
        "Built differently" if only_different else "Built alike, in the plans compared and as often in the fronts",
        [text("Asset"), text("Where"),
         *(text(point, given.heading) if part == 0 else number(head, given.heading)
           for given, point in zip(comparison.runs, plans, strict=True)
           for part, head in enumerate(("", "decided", "plans with it")))],
    )  # fmt: skip
    for asset, rows in table.groupby("asset", sort=False):
        if built.differs(rows) == only_different:
            first = rows.iloc[0]
            cells: list[Cell | str] = [display_name(str(asset)), display_name(str(first["region"]))]
            for row in rows.to_dict("records"):
                cells += [
                    built.in_words(row["modules"], row["t_per_year"], row["stage"]),
                    year_cell(float(row["first_decided"])),
                    f"{row['plans_that_build_it']} of {row['plans']}",
                ]
            grid.add(*cells)
    return grid
